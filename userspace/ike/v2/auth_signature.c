// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signatures with certificates: RSA (method 1), ECDSA (methods 9 to 11, RFC
 * 4754), and digital signatures (method 14, RFC 7427 and 8420), which name
 * their algorithm themselves.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"
#include "ike/v2/authenticator.h"
#include "ike/v2/certs.h"

#define SCHEMES_MAX 4

static bool legacy_permitted(const struct task *task)
{
	const struct ike_sa *base = &task->sa->base;

	return base->ike->policy->legacy || base->profile->legacy;
}

/* --- signing --- */

static enum signature_family family_of(enum auth_kind auth, enum key_kind key)
{
	switch (auth) {
	case AUTH_KIND_RSA_SIG:
		return SIGNATURE_RSA;
	case AUTH_KIND_RSA_PSS:
		return SIGNATURE_RSA_PSS;
	case AUTH_KIND_ECDSA_SIG:
		return SIGNATURE_ECDSA;
	default:
		return key == KEY_KIND_ED25519 ? SIGNATURE_ED25519 : SIGNATURE_ED448;
	}
}

/* The hash that is as strong as the key first, then any that the peer knows. */
static const struct signature_scheme *digital_scheme(const struct task *task,
						     enum signature_family family,
						     enum key_kind key, bool announced)
{
	const enum signature_hash wishes[] = {
		key == KEY_KIND_ECDSA_384 ? SIGNATURE_HASH_SHA2_384 :
		key == KEY_KIND_ECDSA_521 ? SIGNATURE_HASH_SHA2_512 :
					    SIGNATURE_HASH_SHA2_256,
		SIGNATURE_HASH_SHA2_256,
		SIGNATURE_HASH_SHA2_384,
		SIGNATURE_HASH_SHA2_512,
		SIGNATURE_HASH_IDENTITY,
	};
	const struct signature_scheme *scheme;

	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		scheme = signature_scheme_of(family, wishes[i]);
		if (scheme && certs_peer_knows(task, wishes[i]) &&
		    (!announced ||
		     auth_methods_allow(task, AUTH_SIGNATURE, signature_scheme_identifier(scheme))))
			return scheme;
	}
	return NULL;
}

static uint8_t ecdsa_number(enum key_kind key)
{
	return key == KEY_KIND_ECDSA_256 ? AUTH_ECDSA_256 :
	       key == KEY_KIND_ECDSA_384 ? AUTH_ECDSA_384 :
					   AUTH_ECDSA_521;
}

static enum signature_hash ecdsa_hash(uint8_t number)
{
	return number == AUTH_ECDSA_256 ? SIGNATURE_HASH_SHA2_256 :
	       number == AUTH_ECDSA_384 ? SIGNATURE_HASH_SHA2_384 :
					  SIGNATURE_HASH_SHA2_512;
}

/* Number and algorithm of our AUTH payload, by what peer and permission allow. */
static struct result choose_scheme(struct task *task, const struct signature_scheme **scheme)
{
	enum auth_kind auth = task->sa->base.profile->local_auth;
	enum key_kind key = private_key_kind(credential_key(task->credential));

	task->auth_number = AUTH_SIGNATURE;
	*scheme = digital_scheme(task, family_of(auth, key), key, true);
	if (*scheme)
		return RESULT_OK;
	if (auth == AUTH_KIND_ECDSA_SIG &&
	    auth_methods_allow(task, ecdsa_number(key), bytes_of(NULL, 0))) {
		task->auth_number = ecdsa_number(key);
		*scheme = signature_scheme_of(SIGNATURE_ECDSA_RAW, ecdsa_hash(task->auth_number));
		return RESULT_OK;
	}
	/* There would be a hash for it: it is the list of methods that has no place for us. */
	if (auth == AUTH_KIND_ECDSA_SIG || digital_scheme(task, family_of(auth, key), key, false))
		return auth_methods_refuse(task);
	if (auth != AUTH_KIND_RSA_SIG)
		return fail(-ENOTSUP,
			    "%s needs the digital signatures of RFC 7427, and the peer %s",
			    auth_kind_name(auth),
			    task->peer_signs ? "knows no hash for it" : "does not know them");
	/* RFC 7296 section 3.8: what everybody understands in method 1 is SHA-1. */
	if (!legacy_permitted(task))
		return fail(-EACCES,
			    "the peer %s, and an RSA signature without them means SHA-1: to "
			    "permit it, add \"legacy\" to IKEv2 profile %s",
			    task->peer_signs ? "shares no hash for digital signatures (RFC 7427)" :
					       "does not know digital signatures (RFC 7427)",
			    task->sa->base.profile->name);
	if (!auth_methods_allow(task, AUTH_RSA, bytes_of(NULL, 0)))
		return auth_methods_refuse(task);
	task->auth_number = AUTH_RSA;
	task->sa->base.weak_auth = true;
	*scheme = signature_scheme_of(SIGNATURE_RSA, SIGNATURE_HASH_SHA1);
	return RESULT_OK;
}

/** struct sign_work - our signature on its way through the workers */
struct sign_work {
	struct task_work base;
	struct private_key *key;
	const struct signature_scheme *scheme;
	struct buffer octets, signature;
	struct result result;
};

static void run_sign(struct work *base)
{
	struct sign_work *work = (struct sign_work *)base;

	work->result = private_key_sign(work->key, work->scheme, buffer_bytes(&work->octets),
					&work->signature);
}

static enum ikev2_event signed_now(struct task *task, struct task_work *base)
{
	struct sign_work *work = (struct sign_work *)base;
	struct bytes identifier = signature_scheme_identifier(work->scheme);

	if (failed(&work->result))
		return auth_fail(task, work->result);
	if (task->auth_number == AUTH_SIGNATURE) {
		buffer_put_u8(&task->auth_value, (uint8_t)identifier.len);
		buffer_put(&task->auth_value, identifier);
	}
	buffer_put(&task->auth_value, buffer_bytes(&work->signature));
	return EV_OK_RECD_SIGN_RESP;
}

static void release_sign(struct task_work *base)
{
	struct sign_work *work = (struct sign_work *)base;

	private_key_free(work->key);
	buffer_free(&work->octets);
	buffer_free(&work->signature);
	free(work);
}

static enum ikev2_event sign(struct task *task)
{
	const struct signature_scheme *scheme;
	struct result result = choose_scheme(task, &scheme);
	struct sign_work *work;

	if (failed(&result))
		return auth_fail(task, result);
	work = must_calloc(1, sizeof(*work));
	work->base.work.run = run_sign;
	work->base.finish = signed_now;
	work->base.release = release_sign;
	work->key = private_key_hold(credential_key(task->credential));
	work->scheme = scheme;
	result = keys_auth_octets(task, true, &work->octets);
	if (failed(&result)) {
		release_sign(&work->base);
		return auth_fail(task, result);
	}
	trace_line(task, "Signing with %s", scheme->name);
	buffer_free(&task->auth_value);
	task_submit(task, &work->base);
	return EV_NO_EVENT;
}

/* --- verifying --- */

/**
 * struct verify_work - the peer's certificate and signature on their way
 * @schemes: those that the AUTH payload may mean; method 1 does not say its hash
 * @trusted: the certificate is good
 * @weak: all is good only because of the permission for legacy
 */
struct verify_work {
	struct task_work base;
	struct certificate_check check;
	const struct signature_scheme *schemes[SCHEMES_MAX];
	size_t scheme_count;
	bool trusted, weak;
	struct buffer octets, signature;
	struct result result;
};

static struct result check_signature(struct verify_work *work)
{
	struct result result = fail(-EACCES, "the signature names no algorithm");
	size_t i;

	for (i = 0; i < work->scheme_count; i++) {
		result = public_key_verify(buffer_bytes(&work->check.public_key), work->schemes[i],
					   buffer_bytes(&work->octets),
					   buffer_bytes(&work->signature));
		if (!failed(&result))
			break;
	}
	if (failed(&result))
		return fail(-EACCES, "unmatched auth data: %s", result.why);
	if (work->schemes[i]->hash != SIGNATURE_HASH_SHA1)
		return RESULT_OK;
	work->weak = true;
	if (work->check.legacy)
		return RESULT_OK;
	return fail(-EACCES, "the peer signed with SHA-1: to permit it, add \"legacy\"");
}

static void run_verify(struct work *base)
{
	struct verify_work *work = (struct verify_work *)base;

	work->result = certificate_check_run(&work->check);
	work->weak = work->check.weak;
	work->trusted = !failed(&work->result);
	if (work->trusted)
		work->result = check_signature(work);
}

static enum ikev2_event verified(struct task *task, struct task_work *base)
{
	struct verify_work *work = (struct verify_work *)base;

	trace_line(task, "[PKI -> IKEv2] Validation of certificate chain %s",
		   work->trusted ? "PASSED" : "FAILED");
	if (failed(&work->result)) {
		trace_line(task, "Verification of peer's authentication data FAILED");
		return auth_fail(task, work->result);
	}
	if (work->weak)
		task->sa->base.weak_auth = true;
	return EV_OK_RECD_VERIFY_RESP;
}

static void release_verify(struct task_work *base)
{
	struct verify_work *work = (struct verify_work *)base;

	certificate_check_free(&work->check);
	buffer_free(&work->octets);
	buffer_free(&work->signature);
	free(work);
}

/* RFC 7427 section 3: an octet with the length of the identifier, it, the signature. */
static struct result read_digital(struct bytes data, const struct signature_scheme **scheme,
				  struct bytes *signature)
{
	struct reader reader = reader_of(data);
	struct bytes identifier;
	uint8_t len;

	if (!reader_get_u8(&reader, &len) || !reader_get_bytes(&reader, len, &identifier))
		return fail(-EPROTO, "field size is not enough %zu/%u: AUTH", reader_left(&reader),
			    len);
	*scheme = signature_scheme_by_identifier(identifier);
	if (!*scheme)
		return fail(-ENOTSUP, "the peer signed with an algorithm that is not known here");
	reader_get_bytes(&reader, reader_left(&reader), signature);
	return RESULT_OK;
}

static bool family_permitted(enum auth_kind auth, enum signature_family family)
{
	switch (auth) {
	case AUTH_KIND_RSA_SIG:
		return family == SIGNATURE_RSA || family == SIGNATURE_RSA_PSS;
	case AUTH_KIND_RSA_PSS:
		return family == SIGNATURE_RSA_PSS;
	case AUTH_KIND_ECDSA_SIG:
		return family == SIGNATURE_ECDSA;
	default:
		return family == SIGNATURE_ED25519 || family == SIGNATURE_ED448;
	}
}

static struct result read_signature(const struct task *task, const struct auth_payload *auth,
				    struct verify_work *work)
{
	static const enum signature_hash of_rsa[SCHEMES_MAX] = {
		SIGNATURE_HASH_SHA2_256,
		SIGNATURE_HASH_SHA2_384,
		SIGNATURE_HASH_SHA2_512,
		SIGNATURE_HASH_SHA1,
	};
	const struct ikev2_profile *profile = task->sa->base.profile;
	struct bytes signature = auth->data;
	struct result result;

	if (auth->method == AUTH_RSA) {
		for (size_t i = 0; i < SCHEMES_MAX; i++)
			work->schemes[work->scheme_count++] =
				signature_scheme_of(SIGNATURE_RSA, of_rsa[i]);
	} else if (auth->method != AUTH_SIGNATURE) {
		work->schemes[work->scheme_count++] =
			signature_scheme_of(SIGNATURE_ECDSA_RAW, ecdsa_hash(auth->method));
	} else {
		result = read_digital(auth->data, &work->schemes[0], &signature);
		if (failed(&result))
			return result;
		work->scheme_count = 1;
		if (!family_permitted(profile->remote_auth, work->schemes[0]->family))
			return fail(-EACCES,
				    "unmatched auth method: the peer signed with %s, IKEv2 "
				    "profile %s wants %s",
				    work->schemes[0]->name, profile->name,
				    auth_kind_name(profile->remote_auth));
	}
	buffer_put(&work->signature, signature);
	return RESULT_OK;
}

static struct result fill(struct task *task, const struct auth_payload *auth,
			  struct verify_work *work)
{
	const struct ike_sa *base = &task->sa->base;
	const struct trustpoint *trustpoint;
	struct result result;

	result = certificate_check_begin(&work->check, &base->remote_id, legacy_permitted(task));
	for (size_t i = 0;
	     (trustpoint = policy_trustpoint(base->ike->policy, base->profile, false, i)); i++)
		certificate_check_trust(&work->check, trustpoint);
	if (!failed(&result))
		result = read_signature(task, auth, work);
	if (!failed(&result))
		result = certs_collect(task, &work->check);
	if (!failed(&result))
		result = keys_auth_octets(task, false, &work->octets);
	return result;
}

static enum ikev2_event verify(struct task *task, const struct auth_payload *auth)
{
	struct verify_work *work = must_calloc(1, sizeof(*work));
	struct result result = fill(task, auth, work);

	work->base.work.run = run_verify;
	work->base.finish = verified;
	work->base.release = release_verify;
	if (failed(&result)) {
		release_verify(&work->base);
		return auth_fail(task, result);
	}
	trace_line(task, "[IKEv2 -> PKI] Validating certificate chain");
	task_submit(task, &work->base);
	return EV_NO_EVENT;
}

/* --- the table's rows --- */

static enum ikev2_event prepare(struct task *task, bool ours)
{
	struct result result = ours ? certs_choose(task) : RESULT_OK;

	return failed(&result) ? auth_fail(task, result) : EV_NEXT;
}

static bool accepts_rsa(uint8_t number)
{
	return number == AUTH_RSA || number == AUTH_SIGNATURE;
}

static bool accepts_ecdsa(uint8_t number)
{
	return number == AUTH_ECDSA_256 || number == AUTH_ECDSA_384 || number == AUTH_ECDSA_521 ||
	       number == AUTH_SIGNATURE;
}

static bool accepts_digital(uint8_t number)
{
	return number == AUTH_SIGNATURE;
}

#define AUTHENTICATOR(symbol, of_kind, shown, numbers) \
	const struct authenticator symbol = { \
		.kind = of_kind, \
		.name = shown, \
		.accepts = numbers, \
		.prepare = prepare, \
		.sign = sign, \
		.verify = verify, \
	}

AUTHENTICATOR(authenticator_rsa, AUTH_KIND_RSA_SIG, "RSA", accepts_rsa);
AUTHENTICATOR(authenticator_rsa_pss, AUTH_KIND_RSA_PSS, "RSA", accepts_digital);
AUTHENTICATOR(authenticator_ecdsa, AUTH_KIND_ECDSA_SIG, "ECDSA", accepts_ecdsa);
AUTHENTICATOR(authenticator_eddsa, AUTH_KIND_EDDSA_SIG, "EdDSA", accepts_digital);

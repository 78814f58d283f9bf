// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What all methods of authentication share, their table, and pre-shared keys
 * (RFC 2409 sections 5 and 5.4).
 */

#include "ike/v1/auth.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ike/easy_vpn.h"

/* Its place in the table is a method's bit in task->ready. */
static const struct ikev1_auth *const methods[] = {
	&auth_psk,	 &auth_rsa_signature, &auth_rsa_encryption, &auth_rsa_revised,
	&auth_xauth_psk, &auth_xauth_rsa,     &auth_hybrid,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct ikev1_auth *auth_of(uint16_t number)
{
	for (size_t i = 0; i < COUNT(methods); i++)
		if (methods[i]->number == number)
			return methods[i];
	return NULL;
}

/*
 * A profile with users takes nothing else, one without takes none. A responder of main mode
 * learns late who the peer is; take_identity() looks again.
 */
bool auth_fits(const struct ikev1_task *task, const struct ikev1_auth *method)
{
	const struct ike_sa *base = &task->sa->base;
	const struct isakmp_profile *profile = base->isakmp;

	if (profile && profile->client)
		return method->user && task->initiator;
	if (profile && profile->user_list)
		return method->user && !task->initiator;
	return !method->user || (!profile && !task->initiator && task->kind == IKEV1_MAIN &&
				 policy_authenticates_users(base->ike->policy));
}

const struct ikev1_auth *auth_for(const struct ikev1_task *task, uint16_t policy)
{
	for (size_t i = 0; i < COUNT(methods); i++)
		if (methods[i]->policy == policy && auth_fits(task, methods[i]))
			return methods[i];
	return NULL;
}

/* In aggressive mode identities and nonces are sent before anything could say how to encrypt them. */
static struct result prepare(struct ikev1_task *task, const struct ikev1_auth *method)
{
	if (task->kind == IKEV1_AGGRESSIVE && method->put_public)
		return fail(-ENOTSUP, "%s is for main mode, not for aggressive mode",
			    method->label);
	return method->prepare(task);
}

/* Row E22: by a method that no policy names. */
static bool other_is_ready(struct ikev1_task *task)
{
	struct result result;

	for (size_t i = 0; i < COUNT(methods); i++) {
		if (suites_wanted(task, methods[i]) || !auth_fits(task, methods[i]))
			continue;
		result = prepare(task, methods[i]);
		if (!failed(&result))
			return true;
	}
	return false;
}

struct result auths_prepare(struct ikev1_task *task)
{
	struct result why = fail(-ENOENT, "no \"crypto isakmp policy\" has a method of "
					  "authentication that is there"),
		      result;
	char remote[ADDRESS_TEXT];
	bool asked = false;

	task->ready = 0;
	for (size_t i = 0; i < COUNT(methods); i++) {
		if (!suites_wanted(task, methods[i]) || !auth_fits(task, methods[i]))
			continue;
		result = prepare(task, methods[i]);
		if (!failed(&result))
			task->ready |= 1u << i;
		else if (!asked)
			why = result;
		asked = true;
	}
	if (task->ready)
		return RESULT_OK;
	if (other_is_ready(task))
		return fail(-ENOENT,
			    "incorrect policy settings. Unable to initiate: there are keys "
			    "with this peer, but no \"crypto isakmp policy\" says to "
			    "authenticate with them (%.160s)",
			    why.why);
	/* Rows A18, E24 */
	log_line(LOG_ISAKMP, ": No cert, and no keys (public or pre-shared) with remote peer %s",
		 address_format(&task->sa->base.remote.address, remote));
	return why;
}

bool auth_is_ready(const struct ikev1_task *task, uint16_t number)
{
	for (size_t i = 0; i < COUNT(methods); i++)
		if (methods[i]->number == number)
			return task->ready & 1u << i;
	return false;
}

void auths_say(const struct ikev1_task *task)
{
	const struct isakmp_profile *profile;
	char names[200] = "";

	TAILQ_FOREACH(profile, &task->sa->base.ike->policy->isakmp_profiles, link)
		if (profile->user_list)
			snprintf(names + strlen(names), sizeof(names) - strlen(names), " %s",
				 profile->name);
	/* Row E13 */
	log_line(LOG_ISAKMP, " : Scanning profiles for xauth ...%s", names);
	if (auth_is_ready(task, ISAKMP_AUTH_XAUTH_INIT_PRE_SHARED))
		isakmp_line(task->sa, " Authentication by xauth preshared");
}

struct result auth_make_keys(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct ike_header header = ikev1_header(sa, ikev1_exchange_of(task), 0);
	struct ikev1_cookies cookies = { header.spi_initiator, header.spi_responder };
	struct bytes own = buffer_bytes(&task->own_public), peer = buffer_bytes(&task->peer_public);
	struct result result = task->secret.len ? sa->method->make_skeyid(task) :
						  fail(-EPROTO, "the peer's public value is empty");

	if (!failed(&result))
		result = ikev1_keys_expand(&sa->keys, buffer_bytes(&task->secret), &cookies);
	if (!failed(&result))
		result = ikev1_iv_phase_1(&sa->keys, task->initiator ? own : peer,
					  task->initiator ? peer : own, &task->iv);
	buffer_free(&task->secret);
	buffer_free(&task->psk);
	if (failed(&result))
		return result;
	task->have_iv = true;
	keylog_isakmp(&sa->base, bytes_of(sa->keys.cipher_key, sa->keys.cipher_key_len));
	engine_line(sa, "create ISAKMP SKEYID");
	isakmp_line(sa, "SKEYID state generated");
	return RESULT_OK;
}

struct result auth_hash(const struct ikev1_task *task, bool own, struct bytes id_body, uint8_t *out)
{
	const struct ike_sa *base = &task->sa->base;
	struct bytes ours = buffer_bytes(&task->own_public);
	struct bytes theirs = buffer_bytes(&task->peer_public);
	struct ikev1_proof proof = {
		.own_public = own ? ours : theirs,
		.other_public = own ? theirs : ours,
		.own_cookie = own ? base->local_spi : base->remote_spi,
		.other_cookie = own ? base->remote_spi : base->local_spi,
		.sa_body = buffer_bytes(&task->sa_body),
		.id_body = id_body,
	};

	engine_line(task->sa, "generate hmac context");
	return ikev1_proof_hash(&task->sa->keys, &proof, out);
}

/* Row L02 */
static void say_failed(const struct ikev1_sa *sa)
{
	char remote[ADDRESS_TEXT];

	log_line(LOG_NOTICE,
		 "%%CRYPTO-6-IKMP_AUTH_FAIL: Authentication method %u failed with host %s",
		 sa->method->number, address_format(&sa->base.remote.address, remote));
}

void auth_repeated(const struct ikev1_task *task)
{
	const struct ikev1_sa *sa = task->sa;
	char remote[ADDRESS_TEXT];

	if (!sa->method || !sa->method->put_public || !ike_noise_allowed(sa->base.ike))
		return;
	say_failed(sa);
	log_line(LOG_NOTICE,
		 "%%CRYPTO-6-IKMP_MODE_FAILURE: Processing of %s mode failed with peer at %s",
		 task->mode, address_format(&sa->base.remote.address, remote));
}

enum ikev1_event auth_failed(struct ikev1_task *task, struct result why)
{
	if (ike_noise_allowed(task->sa->base.ike))
		say_failed(task->sa);
	return ikev1_fail(task, fail(-EACCES, "authentication failed: %s", why.why),
			  ISAKMP_NOTIFY_AUTHENTICATION_FAILED, IKE_STAT_AUTH_FAILED);
}

/* --- pre-shared keys --- */

static struct result psk_prepare(struct ikev1_task *task)
{
	return find_key(task->sa, &task->psk);
}

static struct result psk_skeyid(struct ikev1_task *task)
{
	return ikev1_skeyid_psk(&task->sa->keys, buffer_bytes(&task->psk),
				buffer_bytes(&task->nonce_i), buffer_bytes(&task->nonce_r));
}

enum ikev1_event hash_prove(struct ikev1_task *task, struct bytes hash, struct writer *chain)
{
	(void)task;
	put_raw_payload(chain, ISAKMP_PAYLOAD_HASH, hash);
	return IKEV1_NEXT;
}

enum ikev1_event hash_check(struct ikev1_task *task, struct bytes hash, const char *otherwise)
{
	struct result result = RESULT_OK;
	const struct payload *payload = ikev1_need(task, ISAKMP_PAYLOAD_HASH, &result);

	if (!payload)
		return ikev1_fail(task, result, ISAKMP_NOTIFY_PAYLOAD_MALFORMED,
				  IKE_STAT_DROP_MALFORMED);
	if (!bytes_equal_secret(payload->body, hash))
		return auth_failed(task, fail(-EACCES, "%s", otherwise));
	return IKEV1_NEXT;
}

static enum ikev1_event psk_check(struct ikev1_task *task, struct bytes hash)
{
	return hash_check(task, hash, "the pre-shared keys differ");
}

const struct ikev1_auth auth_psk = {
	.number = ISAKMP_AUTH_PRE_SHARED,
	.policy = ISAKMP_AUTH_PRE_SHARED,
	.label = "PSK",
	.doing = "pre-shared key",
	.prepare = psk_prepare,
	.make_skeyid = psk_skeyid,
	.prove = hash_prove,
	.check = psk_check,
};

/* Whoever knows the group's key can be the server, too, and ask users for their passwords. */
static struct result xauth_psk_prepare(struct ikev1_task *task)
{
	if (!legacy_is_permitted(task->sa))
		return fail(-EACCES,
			    "XAUTH with a pre-shared key lets everybody in the group pose as the "
			    "server and collect passwords: to permit it, add \"crypto legacy\", or "
			    "\"legacy\" in the profile");
	return psk_prepare(task);
}

const struct ikev1_auth auth_xauth_psk = {
	.number = ISAKMP_AUTH_XAUTH_INIT_PRE_SHARED,
	.policy = ISAKMP_AUTH_PRE_SHARED,
	.user = true,
	.label = "PSK",
	.doing = "pre-shared key",
	.prepare = xauth_psk_prepare,
	.make_skeyid = psk_skeyid,
	.prove = hash_prove,
	.check = psk_check,
};

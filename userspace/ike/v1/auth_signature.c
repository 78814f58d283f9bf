// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RSA signatures with certificates (RFC 2409 section 5.1, RFC 4945; rows A13, D13,
 * E26, L04): what asks for certificates, carries them, signs and verifies.
 */

#include <errno.h>
#include <stdlib.h>

#include "base/memory.h"
#include "ike/certificates.h"
#include "ike/v1/auth.h"

#define REQUESTS_MAX 4096 /* octets of authorities' names that a peer may ask for */

/* --- which certificates are asked for (RFC 2408 section 3.10) --- */

static bool is_x509(uint8_t encoding)
{
	return encoding == CERT_X509_SIGNATURE;
}

/* Kept as names in DER, one behind the other, each behind its length. */
void signature_note(struct ikev1_task *task)
{
	const struct payload *payload;
	uint8_t encoding;
	struct bytes name;

	for (payload = message_get(task->message, ISAKMP_PAYLOAD_CERTREQ); payload;
	     payload = message_next(task->message, payload)) {
		isakmp_line(task->sa, " processing CERT_REQ payload. message ID = %d",
			    (int)task->message_id);
		if (cert_payload_parse(payload->body, &encoding, &name).code || !is_x509(encoding))
			isakmp_line(task->sa, "the peer wants certificates of a kind that is not "
					      "there");
		else if (name.len && task->requests.len + 2 + name.len <= REQUESTS_MAX) {
			buffer_put_u16(&task->requests, (uint16_t)name.len);
			buffer_put(&task->requests, name);
		}
	}
}

static void put_request(struct writer *writer, struct bytes name)
{
	size_t at = writer_open(writer, ISAKMP_PAYLOAD_CERTREQ);

	buffer_put_u8(&writer->buffer, CERT_X509_SIGNATURE);
	buffer_put(&writer->buffer, name);
	writer_close(writer, at);
}

void signature_request(struct ikev1_task *task, struct writer *writer)
{
	const struct ike_sa *base = &task->sa->base;
	const struct trustpoint *trustpoint;

	for (size_t i = 0;
	     (trustpoint = policy_isakmp_trustpoint(base->ike->policy, base->isakmp, false, i));
	     i++)
		for (size_t k = 0; k < anchors_count(trustpoint->anchors); k++)
			put_request(writer, anchors_subject(trustpoint->anchors, k));
}

/* --- ours --- */

/* The @index-th trustpoint with an RSA key and its certificate. */
static const struct trustpoint *candidate(const struct ikev1_task *task, size_t index)
{
	const struct ike_sa *base = &task->sa->base;
	const struct trustpoint *trustpoint;

	for (size_t i = 0;
	     (trustpoint = policy_isakmp_trustpoint(base->ike->policy, base->isakmp, true, i)); i++)
		if (private_key_kind(credential_key(trustpoint->credential)) == KEY_KIND_RSA &&
		    !index--)
			return trustpoint;
	return NULL;
}

/* The first authority in the peer's list that one of ours is under. */
static const struct trustpoint *requested(const struct ikev1_task *task)
{
	struct reader reader = reader_of(buffer_bytes(&task->requests));
	const struct trustpoint *trustpoint;
	struct bytes name;
	uint16_t len;

	while (reader_get_u16(&reader, &len) && reader_get_bytes(&reader, len, &name))
		for (size_t i = 0; (trustpoint = candidate(task, i)); i++)
			if (trustpoint_is_under_name(trustpoint, name))
				return trustpoint;
	return candidate(task, 0);
}

/* Rows A13, A18 */
struct result signature_can_sign(const struct ikev1_task *task)
{
	return candidate(task, 0) ?
		       RESULT_OK :
		       fail(-ENOKEY, "RSA signatures need a certificate, and no \"crypto pki "
				     "trustpoint\" has one with an RSA key");
}

struct result signature_can_verify(const struct ikev1_task *task)
{
	const struct ike_sa *base = &task->sa->base;

	return policy_isakmp_trustpoint(base->ike->policy, base->isakmp, false, 0) ?
		       RESULT_OK :
		       fail(-ENOKEY, "RSA signatures need a \"ca file\" to verify the peer's "
				     "certificate with, and no \"crypto pki trustpoint\" has one");
}

static struct result signature_prepare(struct ikev1_task *task)
{
	struct result result = signature_can_sign(task);

	return failed(&result) ? result : signature_can_verify(task);
}

static void signature_agreed(struct ikev1_task *task)
{
	isakmp_line(task->sa, "SA is doing RSA signature authentication");
}

const struct credential *signature_credential(struct ikev1_task *task)
{
	const struct trustpoint *trustpoint = task->credential ? NULL : requested(task);

	if (trustpoint)
		task->credential = credential_hold(trustpoint->credential);
	return task->credential;
}

struct result signature_skeyid(struct ikev1_task *task)
{
	return ikev1_skeyid_signature(&task->sa->keys, buffer_bytes(&task->nonce_i),
				      buffer_bytes(&task->nonce_r), buffer_bytes(&task->secret));
}

/* RFC 2409 section 5.1: the hash is encrypted as it is, and nothing says which one it is. */
static const struct signature_scheme *scheme(void)
{
	return signature_scheme_of(SIGNATURE_RSA_BARE, SIGNATURE_HASH_IDENTITY);
}

/** struct sign_work - our signature on its way through the workers */
struct sign_work {
	struct ikev1_work base;
	struct private_key *key;
	struct buffer hash, signature;
	struct result result;
};

static void run_sign(struct work *base)
{
	struct sign_work *work = (struct sign_work *)base;

	work->result =
		private_key_sign(work->key, scheme(), buffer_bytes(&work->hash), &work->signature);
}

static enum ikev1_event take_signature(struct ikev1_task *task, struct ikev1_work *base)
{
	struct sign_work *work = (struct sign_work *)base;

	if (failed(&work->result))
		return ikev1_fail(task, work->result, 0, IKE_STAT_FAILED);
	buffer_set(&task->signature, buffer_bytes(&work->signature));
	return IKEV1_NEXT;
}

static void release_sign(struct ikev1_work *base)
{
	struct sign_work *work = (struct sign_work *)base;

	private_key_free(work->key);
	buffer_free(&work->hash);
	buffer_free(&work->signature);
	free(work);
}

static enum ikev1_event sign(struct ikev1_task *task, struct bytes hash)
{
	const struct credential *credential = signature_credential(task);
	struct sign_work *work;

	if (!credential)
		return ikev1_fail(task,
				  fail(-ENOKEY,
				       "no trustpoint of ISAKMP profile %.60s has a "
				       "certificate with an RSA key",
				       task->sa->base.isakmp ? task->sa->base.isakmp->name : "-"),
				  ISAKMP_NOTIFY_CERTIFICATE_UNAVAILABLE, IKE_STAT_FAILED);
	work = must_calloc(1, sizeof(*work));
	work->base.work.run = run_sign;
	work->base.finish = take_signature;
	work->base.release = release_sign;
	work->key = private_key_hold(credential_key(credential));
	buffer_set(&work->hash, hash);
	log_line(LOG_ENGINE, "Crypto engine 0: RSA encrypt with private key");
	ikev1_task_submit(task, &work->base, task->event);
	return IKEV1_NONE;
}

enum ikev1_event signature_prove(struct ikev1_task *task, struct bytes hash, struct writer *chain)
{
	struct bytes der;
	size_t at;

	if (!task->signature.len)
		return sign(task, hash);
	for (size_t i = 0; (der = credential_certificate(task->credential, i)).len; i++) {
		at = writer_open(chain, ISAKMP_PAYLOAD_CERT);
		buffer_put_u8(&chain->buffer, CERT_X509_SIGNATURE);
		buffer_put(&chain->buffer, der);
		writer_close(chain, at);
	}
	put_raw_payload(chain, ISAKMP_PAYLOAD_SIG, buffer_bytes(&task->signature));
	buffer_free(&task->signature);
	return IKEV1_NEXT;
}

/* --- the peer's --- */

/**
 * struct check_work - the peer's certificate and signature on their way
 * @trusted: the certificate is good
 */
struct check_work {
	struct ikev1_work base;
	struct certificate_check check;
	bool trusted;
	struct buffer hash, signature;
	struct result result;
};

static void run_check(struct work *base)
{
	struct check_work *work = (struct check_work *)base;

	work->result = certificate_check_run(&work->check);
	work->trusted = !failed(&work->result);
	if (work->trusted)
		work->result = public_key_verify(buffer_bytes(&work->check.public_key), scheme(),
						 buffer_bytes(&work->hash),
						 buffer_bytes(&work->signature));
}

static enum ikev1_event take_verdict(struct ikev1_task *task, struct ikev1_work *base)
{
	struct check_work *work = (struct check_work *)base;
	struct ikev1_sa *sa = task->sa;
	char remote[ADDRESS_TEXT];

	if (!work->trusted) {
		/* Row L04 */
		if (ike_noise_allowed(sa->base.ike))
			log_line(LOG_NOTICE,
				 "%%CRYPTO-5-IKMP_INVAL_CERT: Certificate received from %s is bad: "
				 "%s",
				 address_format(&sa->base.remote.address, remote),
				 work->result.why);
		return auth_failed(task, work->result);
	}
	isakmp_line(sa, "cert approved%s", work->check.weak ? " with warning" : "");
	if (failed(&work->result))
		return auth_failed(task, work->result);
	sa->base.weak_auth = work->check.weak;
	task->proven = true;
	return IKEV1_NEXT;
}

static void release_check(struct ikev1_work *base)
{
	struct check_work *work = (struct check_work *)base;

	certificate_check_free(&work->check);
	buffer_free(&work->hash);
	buffer_free(&work->signature);
	free(work);
}

static struct result collect(struct ikev1_task *task, struct certificate_check *check)
{
	const struct payload *payload = message_get(task->message, ISAKMP_PAYLOAD_CERT);
	struct result result = RESULT_OK;
	const char *other = NULL;
	uint8_t encoding;
	struct bytes der;

	for (; payload && !failed(&result); payload = message_next(task->message, payload)) {
		isakmp_line(task->sa, " processing CERT payload. message ID = %d",
			    (int)task->message_id);
		result = cert_payload_parse(payload->body, &encoding, &der);
		if (!failed(&result) && is_x509(encoding))
			result = certificate_check_add(check, der);
		else if (!failed(&result))
			other = cert_encoding_name(encoding);
	}
	if (!failed(&result) && other && !check->question.chain_count)
		return fail(-ENOTSUP,
			    "the peer sent its certificate as \"%s\"; we have only asked for "
			    "\"%s\"",
			    other, cert_encoding_name(CERT_X509_SIGNATURE));
	return result;
}

static struct result fill(struct ikev1_task *task, struct bytes hash, struct check_work *work)
{
	const struct ike_sa *base = &task->sa->base;
	const struct trustpoint *trustpoint;
	const struct payload *payload;
	struct result result;

	result = certificate_check_begin(&work->check, &base->remote_id,
					 legacy_is_permitted(task->sa));
	for (size_t i = 0;
	     (trustpoint = policy_isakmp_trustpoint(base->ike->policy, base->isakmp, false, i));
	     i++)
		certificate_check_trust(&work->check, trustpoint);
	if (!failed(&result))
		result = collect(task, &work->check);
	if (failed(&result))
		return result;
	payload = ikev1_need(task, ISAKMP_PAYLOAD_SIG, &result);
	if (!payload)
		return result;
	buffer_set(&work->signature, payload->body);
	buffer_set(&work->hash, hash);
	return RESULT_OK;
}

enum ikev1_event signature_check(struct ikev1_task *task, struct bytes hash)
{
	struct check_work *work = must_calloc(1, sizeof(*work));
	struct result result = fill(task, hash, work);

	signature_note(task);
	if (failed(&result)) {
		release_check(&work->base);
		return auth_failed(task, result);
	}
	work->base.work.run = run_check;
	work->base.finish = take_verdict;
	work->base.release = release_check;
	log_line(LOG_ENGINE, "Crypto engine 0: RSA decrypt with public key");
	ikev1_task_submit(task, &work->base, task->event);
	return IKEV1_NONE;
}

const struct ikev1_auth auth_rsa_signature = {
	.number = ISAKMP_AUTH_RSA_SIG,
	.policy = ISAKMP_AUTH_RSA_SIG,
	.label = "RSA",
	.doing = "RSA signature",
	.prepare = signature_prepare,
	.agreed = signature_agreed,
	.request = signature_request,
	.note = signature_note,
	.make_skeyid = signature_skeyid,
	.prove = signature_prove,
	.check = signature_check,
};

const struct ikev1_auth auth_xauth_rsa = {
	.number = ISAKMP_AUTH_XAUTH_INIT_RSA,
	.policy = ISAKMP_AUTH_RSA_SIG,
	.user = true,
	.label = "RSA",
	.doing = "RSA signature",
	.prepare = signature_prepare,
	.agreed = signature_agreed,
	.request = signature_request,
	.note = signature_note,
	.make_skeyid = signature_skeyid,
	.prove = signature_prove,
	.check = signature_check,
};

/* --- hybrid (draft-zegman-ike-hybrid-auth): the server signs, of the client only the user counts --- */

static struct result hybrid_prepare(struct ikev1_task *task)
{
	return task->initiator ? signature_can_verify(task) : signature_can_sign(task);
}

static void hybrid_request(struct ikev1_task *task, struct writer *writer)
{
	if (task->initiator)
		signature_request(task, writer);
}

static enum ikev1_event hybrid_prove(struct ikev1_task *task, struct bytes hash,
				     struct writer *chain)
{
	return task->initiator ? hash_prove(task, hash, chain) : signature_prove(task, hash, chain);
}

static enum ikev1_event hybrid_check(struct ikev1_task *task, struct bytes hash)
{
	return task->initiator ? signature_check(task, hash) :
				 hash_check(task, hash, "the HASH payload is wrong");
}

const struct ikev1_auth auth_hybrid = {
	.number = ISAKMP_AUTH_HYBRID_INIT_RSA,
	.policy = ISAKMP_AUTH_HYBRID_INIT_RSA,
	.user = true,
	.label = "RSA",
	.doing = "hybrid RSA signature",
	.prepare = hybrid_prepare,
	.request = hybrid_request,
	.note = signature_note,
	.make_skeyid = signature_skeyid,
	.prove = hybrid_prove,
	.check = hybrid_check,
};

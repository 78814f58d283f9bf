// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/v2/certs.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"

#define HASHES_MAX 256 /* authorities that a peer may ask for */

static const enum signature_hash our_hashes[] = {
	SIGNATURE_HASH_SHA2_256,
	SIGNATURE_HASH_SHA2_384,
	SIGNATURE_HASH_SHA2_512,
	SIGNATURE_HASH_IDENTITY,
};

#define OUR_HASHES (sizeof(our_hashes) / sizeof(our_hashes[0]))

/* --- what the peer wishes --- */

static void note_hashes(struct task *task)
{
	struct notify_payload notify;
	struct reader reader;
	uint16_t hash;

	if (!message_get_notify(task->message, NOTIFY_SIGNATURE_HASH_ALGORITHMS, &notify))
		return;
	task->peer_signs = true;
	reader = reader_of(notify.data);
	while (reader_get_u16(&reader, &hash))
		for (size_t i = 0; i < OUR_HASHES; i++)
			if (our_hashes[i] == hash)
				task->peer_hashes |= 1u << hash;
}

void certs_note(struct task *task)
{
	const struct payload *payload;
	struct bytes hashes;
	uint8_t encoding;

	note_hashes(task);
	for (payload = message_get(task->message, PAYLOAD_CERTREQ); payload;
	     payload = message_next(task->message, payload)) {
		if (cert_payload_parse(payload->body, &encoding, &hashes).code)
			continue;
		if (encoding == CERT_X509_SIGNATURE && !(hashes.len % PKI_KEY_HASH) &&
		    task->certreq.len + hashes.len <= HASHES_MAX * PKI_KEY_HASH)
			buffer_put(&task->certreq, hashes);
		else
			trace_line(task, "CERTREQ with encoding %s is passed over",
				   cert_encoding_name(encoding));
	}
}

bool certs_peer_knows(const struct task *task, enum signature_hash hash)
{
	return task->peer_hashes & 1u << hash;
}

/* --- what we wish --- */

static bool profile_signs(const struct ikev2_profile *profile)
{
	return auth_kind_is_signature(profile->local_auth) ||
	       auth_kind_is_signature(profile->remote_auth);
}

/* A responder does not know the profile yet: what any of them may need (row H08). */
static bool any_profile_signs(const struct policy *policy)
{
	const struct ikev2_profile *profile;

	TAILQ_FOREACH(profile, &policy->ikev2_profiles, link)
		if (profile_signs(profile))
			return true;
	return false;
}

static bool any_profile_verifies(const struct policy *policy)
{
	const struct ikev2_profile *profile;

	TAILQ_FOREACH(profile, &policy->ikev2_profiles, link)
		if (auth_kind_is_signature(profile->remote_auth))
			return true;
	return false;
}

static void put_hashes(struct task *task, struct writer *writer)
{
	struct buffer data = {};

	for (size_t i = 0; i < OUR_HASHES; i++)
		buffer_put_u16(&data, our_hashes[i]);
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: SIGNATURE_HASH_ALGORITHMS");
	put_notify(writer, NOTIFY_SIGNATURE_HASH_ALGORITHMS, buffer_bytes(&data));
	buffer_free(&data);
}

/* RFC 4945 section 3.2.7.1: every authority that the policy trusts in this exchange (row H20). */
static bool put_request(const struct task *task, const struct ikev2_profile *profile,
			uint8_t encoding, struct writer *writer)
{
	const struct policy *policy = task->sa->base.ike->policy;
	const struct trustpoint *trustpoint;
	struct buffer hashes = {};
	bool any;

	for (size_t i = 0; (trustpoint = policy_trustpoint(policy, profile, false, i)); i++)
		for (size_t j = 0; j < anchors_count(trustpoint->anchors); j++)
			buffer_put(&hashes, bytes_of(anchors_key_hash(trustpoint->anchors, j),
						     PKI_KEY_HASH));
	any = hashes.len;
	if (any)
		put_certreq(writer, encoding, buffer_bytes(&hashes));
	buffer_free(&hashes);
	return any;
}

/*
 * IOS asks whoever begins for certificates by URL, a peer with a pre-shared key
 * too (row B03). Where certificates count we ask for themselves: we fetch none.
 */
static void put_cert_lookup(struct writer *writer)
{
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: HTTP_CERT_LOOKUP_SUPPORTED");
	put_notify(writer, NOTIFY_HTTP_CERT_LOOKUP_SUPPORTED, bytes_of(NULL, 0));
}

/* To whom we shall be IOS we say it with certificates as well (row H09). */
void certs_put_request(const struct task *task, struct writer *writer)
{
	const struct ikev2_profile *profile = task->sa->base.profile;

	if (auth_kind_is_signature(profile->remote_auth) &&
	    put_request(task, profile, CERT_X509_SIGNATURE, writer) && task->sa->ios)
		put_cert_lookup(writer);
}

void certs_put_init(struct task *task, struct writer *writer)
{
	const struct policy *policy = task->sa->base.ike->policy;

	if (task->initiator) {
		if (profile_signs(task->sa->base.profile))
			put_hashes(task, writer);
		return;
	}
	if (any_profile_verifies(policy))
		put_request(task, NULL, CERT_X509_SIGNATURE, writer);
	else if (task->sa->ios && put_request(task, NULL, CERT_HASH_AND_URL, writer))
		put_cert_lookup(writer);
	if (task->peer_signs && any_profile_signs(policy))
		put_hashes(task, writer);
}

/* --- our certificate --- */

static bool key_fits(enum auth_kind auth, enum key_kind key)
{
	switch (auth) {
	case AUTH_KIND_RSA_SIG:
	case AUTH_KIND_RSA_PSS:
		return key == KEY_KIND_RSA;
	case AUTH_KIND_ECDSA_SIG:
		return key == KEY_KIND_ECDSA_256 || key == KEY_KIND_ECDSA_384 ||
		       key == KEY_KIND_ECDSA_521;
	case AUTH_KIND_EDDSA_SIG:
		return key == KEY_KIND_ED25519 || key == KEY_KIND_ED448;
	default:
		return false;
	}
}

/* The @index-th trustpoint whose certificate the profile can sign with. */
static const struct trustpoint *candidate(const struct task *task, size_t index)
{
	const struct ike_sa *base = &task->sa->base;
	const struct trustpoint *trustpoint;

	for (size_t i = 0;
	     (trustpoint = policy_trustpoint(base->ike->policy, base->profile, true, i)); i++)
		if (key_fits(base->profile->local_auth,
			     private_key_kind(credential_key(trustpoint->credential))) &&
		    !index--)
			return trustpoint;
	return NULL;
}

/* The first authority in the peer's list that one of ours is under (rows H08, H11). */
static const struct trustpoint *requested(const struct task *task)
{
	const struct trustpoint *trustpoint;

	for (size_t at = 0; at < task->certreq.len; at += PKI_KEY_HASH)
		for (size_t i = 0; (trustpoint = candidate(task, i)); i++)
			if (trustpoint_is_under(trustpoint, task->certreq.data + at))
				return trustpoint;
	return NULL;
}

struct result certs_choose(struct task *task)
{
	const struct ikev2_profile *profile = task->sa->base.profile;
	const struct trustpoint *trustpoint;

	if (task->credential)
		return RESULT_OK;
	trace_line(task, "[IKEv2 -> PKI] Retrieving trustpoint(s) from received certificate "
			 "hash(es)");
	trustpoint = requested(task);
	trace_line(task, "[PKI -> IKEv2] Retrieved trustpoint(s): '%s'",
		   trustpoint ? trustpoint->name : "NONE");
	if (!trustpoint)
		trustpoint = candidate(task, 0);
	/* An initiator must have been told which one to use (row H10). */
	if (!trustpoint || (task->initiator && !profile->trustpoint_count)) {
		trace_line(task, "Failed to build certificate payload");
		return fail(-ENOKEY, "IKEv2 profile %s signs with %s, and %s", profile->name,
			    auth_kind_name(profile->local_auth),
			    trustpoint ? "does not say with which \"pki trustpoint\"" :
					 "no trustpoint of it has a certificate for that");
	}
	trace_line(task, "[IKEv2 -> PKI] Getting cert chain for the trustpoint %s",
		   trustpoint->name);
	trace_line(task, "[PKI -> IKEv2] Getting of cert chain for the trustpoint PASSED");
	task->credential = credential_hold(trustpoint->credential);
	return RESULT_OK;
}

void certs_put(const struct task *task, struct writer *writer)
{
	struct bytes der;
	size_t at;

	if (!task->credential || !auth_kind_is_signature(task->sa->base.profile->local_auth))
		return;
	for (size_t i = 0; (der = credential_certificate(task->credential, i)).len; i++) {
		at = writer_open(writer, PAYLOAD_CERT);
		buffer_put_u8(&writer->buffer, CERT_X509_SIGNATURE);
		buffer_put(&writer->buffer, der);
		writer_close(writer, at);
	}
}

/* --- the peer's --- */

struct result certs_collect(const struct task *task, struct certificate_check *check)
{
	const char *other = NULL;
	const struct payload *payload;
	struct result result = RESULT_OK;
	struct bytes data;
	uint8_t encoding;

	for (payload = message_get(task->message, PAYLOAD_CERT); payload && !failed(&result);
	     payload = message_next(task->message, payload)) {
		result = cert_payload_parse(payload->body, &encoding, &data);
		if (!failed(&result) && encoding == CERT_X509_SIGNATURE)
			result = certificate_check_add(check, data);
		else if (!failed(&result))
			other = cert_encoding_name(encoding);
	}
	if (failed(&result))
		return result;
	if (!check->question.chain_count && other)
		return fail(
			-ENOTSUP,
			"the peer sent its certificate as \"%s\"; we have only asked for \"%s\"",
			other, cert_encoding_name(CERT_X509_SIGNATURE));
	return RESULT_OK;
}

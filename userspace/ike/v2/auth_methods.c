// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SUPPORTED_AUTH_METHODS (RFC 9593): each end says with what the other one may
 * authenticate, the responder in IKE_SA_INIT, the initiator in IKE_AUTH if it
 * was told. Who has a choice takes what is welcome; who has none ends here,
 * with a sentence, and not in a guess at the other end.
 *
 * A responder whose profiles all want a pre-shared key says nothing.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "ike/v2/authenticator.h"
#include "ike/v2/certs.h"

#define ANY_AUTHORITY 0 /* Cert Link: none of our CERTREQ's in particular */
#define PLAIN_SIZE 2 /* length and number (section 3.2.1) */
#define CERT_SIZE 3 /* and Cert Link (section 3.2.2); an AlgorithmIdentifier follows (3.2.3) */

/* --- saying --- */

static void put_plain(struct buffer *out, uint8_t number)
{
	buffer_put_u8(out, PLAIN_SIZE);
	buffer_put_u8(out, number);
}

static void put_certified(struct buffer *out, uint8_t number, struct bytes identifier)
{
	buffer_put_u8(out, (uint8_t)(CERT_SIZE + identifier.len));
	buffer_put_u8(out, number);
	buffer_put_u8(out, ANY_AUTHORITY);
	buffer_put(out, identifier);
}

static void put_family(struct buffer *out, enum signature_family family)
{
	static const enum signature_hash hashes[] = {
		SIGNATURE_HASH_SHA2_256,
		SIGNATURE_HASH_SHA2_384,
		SIGNATURE_HASH_SHA2_512,
		SIGNATURE_HASH_IDENTITY,
	};

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		const struct signature_scheme *scheme = signature_scheme_of(family, hashes[i]);

		if (scheme)
			put_certified(out, AUTH_SIGNATURE, signature_scheme_identifier(scheme));
	}
}

static void put_kind(struct buffer *out, enum auth_kind kind, bool legacy)
{
	switch (kind) {
	case AUTH_KIND_PRE_SHARE:
		put_plain(out, AUTH_SHARED_KEY);
		break;
	case AUTH_KIND_RSA_SIG:
		put_family(out, SIGNATURE_RSA);
		put_family(out, SIGNATURE_RSA_PSS); /* which is taken for it as well */
		if (legacy)
			put_certified(out, AUTH_RSA, bytes_of(NULL, 0));
		break;
	case AUTH_KIND_RSA_PSS:
		put_family(out, SIGNATURE_RSA_PSS);
		break;
	case AUTH_KIND_ECDSA_SIG:
		put_family(out, SIGNATURE_ECDSA);
		put_certified(out, AUTH_ECDSA_256, bytes_of(NULL, 0));
		put_certified(out, AUTH_ECDSA_384, bytes_of(NULL, 0));
		put_certified(out, AUTH_ECDSA_521, bytes_of(NULL, 0));
		break;
	case AUTH_KIND_EDDSA_SIG:
		put_family(out, SIGNATURE_ED25519);
		put_family(out, SIGNATURE_ED448);
		break;
	default:
		break; /* EAP is no method of AUTH */
	}
}

/* All that any of the profiles accepts, each once. */
static void put_any(const struct policy *policy, struct buffer *out)
{
	for (int kind = AUTH_KIND_NONE + 1; kind < AUTH_KIND_COUNT; kind++) {
		const struct ikev2_profile *profile;
		bool wanted = false, legacy = policy->legacy;

		TAILQ_FOREACH(profile, &policy->ikev2_profiles, link) {
			if ((int)profile->remote_auth != kind)
				continue;
			wanted = true;
			legacy = legacy || profile->legacy;
		}
		if (wanted)
			put_kind(out, kind, legacy);
	}
}

static bool any_signature(const struct policy *policy)
{
	const struct ikev2_profile *profile;

	TAILQ_FOREACH(profile, &policy->ikev2_profiles, link)
		if (auth_kind_is_signature(profile->remote_auth))
			return true;
	return false;
}

void auth_methods_put(struct task *task, struct writer *writer)
{
	const struct policy *policy = task->sa->base.ike->policy;
	const struct ikev2_profile *profile = task->sa->base.profile;
	struct buffer data = {};

	if (task->sa->ios || (task->initiator ? !task->peer_methods.len : !any_signature(policy)))
		return;
	if (task->initiator)
		put_kind(&data, profile->remote_auth, policy->legacy || profile->legacy);
	else
		put_any(policy, &data);
	if (data.len) {
		log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: SUPPORTED_AUTH_METHODS");
		put_notify(writer, NOTIFY_SUPPORTED_AUTH_METHODS, buffer_bytes(&data));
	}
	buffer_free(&data);
}

/* --- listening --- */

/** struct announcement - one of the list; without @identifier any algorithm of the method will do */
struct announcement {
	uint8_t number;
	struct bytes identifier;
};

static bool next_announcement(struct reader *reader, struct announcement *one)
{
	struct bytes rest;
	uint8_t len;

	if (!reader_get_u8(reader, &len) || len < PLAIN_SIZE ||
	    !reader_get_u8(reader, &one->number) ||
	    !reader_get_bytes(reader, len - PLAIN_SIZE, &rest))
		return false;
	one->identifier = rest.len > 1 ? bytes_of(rest.data + 1, rest.len - 1) : bytes_of(NULL, 0);
	return true;
}

void auth_methods_note(struct task *task)
{
	struct notify_payload notify;
	struct announcement one;
	struct reader reader;

	if (!message_get_notify(task->message, NOTIFY_SUPPORTED_AUTH_METHODS, &notify))
		return;
	reader = reader_of(notify.data);
	while (reader_left(&reader)) {
		if (!next_announcement(&reader, &one)) {
			trace_line(task, "SUPPORTED_AUTH_METHODS is malformed and passed over");
			return;
		}
		trace_line(task, "the peer supports auth method '%s'",
			   auth_method_name(one.number));
	}
	buffer_set(&task->peer_methods, notify.data);
}

bool auth_methods_allow(const struct task *task, uint8_t number, struct bytes identifier)
{
	struct reader reader = reader_of(buffer_bytes(&task->peer_methods));
	struct announcement one;

	if (!task->peer_methods.len)
		return true;
	while (next_announcement(&reader, &one))
		if (one.number == number &&
		    (!one.identifier.len || bytes_equal(one.identifier, identifier)))
			return true;
	return false;
}

struct result auth_methods_refuse(const struct task *task)
{
	struct reader reader = reader_of(buffer_bytes(&task->peer_methods));
	const struct ikev2_profile *profile = task->sa->base.profile;
	struct announcement one;
	char list[120] = "";

	while (next_announcement(&reader, &one)) {
		const char *name = auth_method_name(one.number);
		size_t len = strlen(list);

		/* Some numbers have one name. */
		if (!strstr(list, name))
			snprintf(list + len, sizeof(list) - len, "%s%s", len ? ", " : "", name);
	}
	return fail(-EACCES,
		    "the peer supports %s to be authenticated with, IKEv2 profile %s has %s", list,
		    profile->name, auth_kind_name(profile->local_auth));
}

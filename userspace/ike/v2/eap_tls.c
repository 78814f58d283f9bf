// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Certificates for EAP-TLS: ours from the profile's trustpoints, the other
 * side's through pki, and the names in both. All that a worker looks at is a
 * copy, or held: profile and trustpoints may go meanwhile.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "ike/v2/certs.h"

/**
 * struct eap_tls_use - what stands behind a struct eap_tls_config
 * @identity: of the other side, as IKE has it; @by_identity: EAP does not ask for another
 * @server: another name of its certificate, empty for none
 * @weak: the other side's certificate is good only because legacy is permitted
 */
struct eap_tls_use {
	struct credential *credential;
	struct anchors *anchors[PKI_ANCHORS_MAX];
	size_t anchor_count;
	struct bytes authorities[TLS_AUTHORITIES_MAX];
	size_t authority_count;
	struct identity identity;
	struct buffer server;
	bool by_identity, legacy, weak;
};

void eap_tls_free(struct eap_tls_use *use)
{
	if (!use)
		return;
	for (size_t i = 0; i < use->anchor_count; i++)
		anchors_free(use->anchors[i]);
	credential_free(use->credential);
	buffer_free(&use->server);
	free(use);
}

bool eap_tls_was_weak(const struct eap_tls_use *use)
{
	return use && use->weak;
}

/* RFC 9190 section 2.1.4: who wants to stay unknown says where it belongs, or nothing at all. */
static bool is_anonymous(struct bytes user)
{
	return !user.len || user.data[0] == '@' ||
	       bytes_equal(user, bytes_of_string("anonymous")) ||
	       (user.len > 10 && !memcmp(user.data, "anonymous@", 10));
}

static struct result ask(struct eap_tls_use *use, struct pki_question *question)
{
	struct buffer public_key = {};
	struct result result = pki_verify(question, &public_key);

	if (failed(&result) && use->legacy) {
		question->legacy = use->weak = true;
		result = pki_verify(question, &public_key);
	}
	buffer_free(&public_key);
	return result;
}

static void begin_question(const struct eap_tls_use *use, const struct bytes *chain, size_t count,
			   struct pki_question *question)
{
	*question = (struct pki_question){ .now = time(NULL) };
	for (size_t i = 0; i < use->anchor_count; i++)
		question->anchors[question->anchor_count++] = use->anchors[i];
	for (size_t i = 0; i < count && i < PKI_CHAIN_MAX; i++)
		question->chain[question->chain_count++] = chain[i];
}

/* What IKE calls a client may be an address or a whole subject; what EAP asks for is a word. */
static void set_client_name(const struct eap_tls_use *use, struct bytes user,
			    struct pki_question *question)
{
	if (use->by_identity && !certificate_name(&use->identity, question).code)
		return;
	question->kind = is_anonymous(user) ? PKI_NAME_ANY : PKI_NAME_USER;
	question->name = user;
}

/* Who a client says to be must be in its certificate; who says nothing is whom it names. */
static struct result judge_client(void *context, struct bytes user, const struct bytes *chain,
				  size_t count, struct buffer *name)
{
	struct eap_tls_use *use = context;
	struct pki_question question;
	struct result result;

	begin_question(use, chain, count, &question);
	set_client_name(use, user, &question);
	result = ask(use, &question);
	if (!failed(&result) && question.kind == PKI_NAME_ANY && !pki_user(chain[0], name))
		result = fail(-EACCES, "the certificate of the client names nobody");
	return result;
}

/* The server is the one that IKE speaks with, or the one that the profile names. */
static struct result judge_server(void *context, struct bytes user, const struct bytes *chain,
				  size_t count, struct buffer *name)
{
	struct eap_tls_use *use = context;
	struct pki_question question;
	struct result result = RESULT_OK;

	begin_question(use, chain, count, &question);
	if (use->server.len) {
		question.kind = PKI_NAME_DNS;
		question.name = buffer_bytes(&use->server);
	} else {
		result = certificate_name(&use->identity, &question);
	}
	return failed(&result) ? result : ask(use, &question);
}

static struct result take_credential(struct task *task, struct eap_tls_use *use)
{
	const struct ike_sa *base = &task->sa->base;
	const struct ikev2_profile *profile = base->profile;
	const struct trustpoint *trustpoint;

	trustpoint = policy_trustpoint(base->ike->policy, profile, true, 0);
	/* As for signatures: an initiator must have been told which one to use (row H10). */
	if (!trustpoint || (task->initiator && !profile->trustpoint_count))
		return fail(-ENOKEY, "IKEv2 profile %s uses EAP-TLS, and %s", profile->name,
			    trustpoint ? "does not say with which \"pki trustpoint\"" :
					 "no trustpoint of it has a certificate");
	use->credential = credential_hold(trustpoint->credential);
	return RESULT_OK;
}

static struct result take_anchors(const struct task *task, struct eap_tls_use *use)
{
	const struct ike_sa *base = &task->sa->base;
	const struct trustpoint *trustpoint;
	struct bytes der;

	for (size_t i = 0;
	     use->anchor_count < PKI_ANCHORS_MAX &&
	     (trustpoint = policy_trustpoint(base->ike->policy, base->profile, false, i));
	     i++) {
		use->anchors[use->anchor_count++] = anchors_hold(trustpoint->anchors);
		for (size_t j = 0; use->authority_count < TLS_AUTHORITIES_MAX &&
				   (der = anchors_certificate(trustpoint->anchors, j)).len;
		     j++)
			use->authorities[use->authority_count++] = der;
	}
	return use->anchor_count ? RESULT_OK :
				   fail(-ENOKEY,
					"IKEv2 profile %s uses EAP-TLS, and no trustpoint of it "
					"has a \"ca file\"",
					base->profile->name);
}

struct result eap_tls_prepare(struct task *task, struct eap_tls_config *config)
{
	const struct ike_sa *base = &task->sa->base;
	struct eap_tls_use *use = must_calloc(1, sizeof(*use));
	struct result result;

	eap_tls_free(task->eap_tls);
	task->eap_tls = use;
	use->legacy = base->ike->policy->legacy || base->profile->legacy;
	use->identity = base->remote_id;
	use->by_identity = !task->initiator && !base->profile->eap_query_identity;
	if (base->profile->eap_server)
		buffer_put(&use->server, bytes_of_string(base->profile->eap_server));
	result = take_credential(task, use);
	if (!failed(&result))
		result = take_anchors(task, use);
	if (failed(&result))
		return result;
	config->key = credential_key(use->credential);
	while (config->chain_count < TLS_CHAIN_MAX) {
		struct bytes der = credential_certificate(use->credential, config->chain_count);

		if (!der.len)
			break;
		config->chain[config->chain_count++] = der;
	}
	config->authorities = use->authorities;
	config->authority_count = use->authority_count;
	config->judge = task->initiator ? judge_server : judge_client;
	config->context = use;
	return RESULT_OK;
}

bool eap_tls_user(const struct task *task, struct buffer *user)
{
	return task->eap_tls && task->eap_tls->credential &&
	       pki_user(credential_certificate(task->eap_tls->credential, 0), user);
}

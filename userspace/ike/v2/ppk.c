// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Post-quantum pre-shared keys (RFC 8784): a key that both ends have been given
 * is mixed into SK_d, SK_pi and SK_pr, so that who records the exchange and
 * breaks the key exchange one day still has not the keys of the children.
 *
 * Whoever begins says USE_PPK in IKE_SA_INIT and names the key in the message
 * with its AUTH payload. Unless the key is required it signs once more without
 * it, in case that the responder does not have it.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "ike/v2/actions.h"
#include "ike/v2/authenticator.h"

#define PPK_ID_FIXED 2 /* RFC 8784 section 5.1 */

/**
 * struct ppk - the key of one negotiation
 * @agreed: both ends have said USE_PPK
 * @mixed: SK_d, SK_pi and SK_pr have it; @sk_d and so on are what they were
 * @plain: value of the AUTH payload without it: ours to be sent, or the peer's to be verified
 */
struct ppk {
	struct buffer id, key;
	bool required, agreed, mixed;
	uint8_t sk_d[CRYPTOX_HASH_MAX], sk_pi[CRYPTOX_HASH_MAX], sk_pr[CRYPTOX_HASH_MAX];
	struct buffer plain;
};

void ppk_free(struct ppk *ppk)
{
	if (!ppk)
		return;
	buffer_free(&ppk->id);
	buffer_free(&ppk->key);
	buffer_free(&ppk->plain);
	secret_free(ppk, sizeof(*ppk));
}

static const struct keyring_peer *find_peer(const struct task *task)
{
	const struct ike_sa *base = &task->sa->base;
	const struct keyring_peer *peer;

	if (!base->profile || !base->profile->keyring)
		return NULL;
	peer = keyring_find(base->profile->keyring, &base->remote.address,
			    base->remote_id.type ? &base->remote_id : NULL);
	return peer && peer->ppk.len ? peer : NULL;
}

static void take(struct task *task, const struct keyring_peer *peer)
{
	struct ppk *ppk = task->ppk ? task->ppk : must_calloc(1, sizeof(*ppk));

	task->ppk = ppk;
	buffer_set(&ppk->id, bytes_of_string(peer->ppk_id));
	buffer_set(&ppk->key, bytes_of(peer->ppk.data, peer->ppk.len));
	ppk->required = peer->ppk_required;
}

static struct result mix_one(const struct ikev2_keys *keys, const struct ppk *ppk, uint8_t *key,
			     uint8_t *before)
{
	memcpy(before, key, keys->prf_len);
	return prf_plus(keys->prf, buffer_bytes(&ppk->key), bytes_of(before, keys->prf_len), key,
			keys->prf_len);
}

/* RFC 8784 section 3: SK_d = prf+ (PPK, SK_d'), and the same with SK_pi and SK_pr. */
static struct result mix(struct task *task)
{
	struct ikev2_keys *keys = &task->sa->keys;
	struct ppk *ppk = task->ppk;
	struct result result = RESULT_OK;

	if (ppk->mixed)
		return result;
	ppk->mixed = true;
	result = mix_one(keys, ppk, keys->sk_d, ppk->sk_d);
	if (!failed(&result))
		result = mix_one(keys, ppk, keys->sk_pi, ppk->sk_pi);
	if (!failed(&result))
		result = mix_one(keys, ppk, keys->sk_pr, ppk->sk_pr);
	return result;
}

static void unmix(struct task *task)
{
	struct ikev2_keys *keys = &task->sa->keys;
	struct ppk *ppk = task->ppk;

	if (!ppk->mixed)
		return;
	ppk->mixed = false;
	memcpy(keys->sk_d, ppk->sk_d, keys->prf_len);
	memcpy(keys->sk_pi, ppk->sk_pi, keys->prf_len);
	memcpy(keys->sk_pr, ppk->sk_pr, keys->prf_len);
}

static void put_use(struct writer *writer)
{
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: USE_PPK");
	put_notify(writer, NOTIFY_USE_PPK, bytes_of(NULL, 0));
}

static bool peer_uses(const struct task *task)
{
	struct notify_payload notify;

	return message_get_notify(task->message, NOTIFY_USE_PPK, &notify);
}

/* --- IKE_SA_INIT --- */

void ppk_put_wish(struct task *task, struct writer *writer)
{
	const struct keyring_peer *peer = find_peer(task);

	if (!peer)
		return;
	take(task, peer);
	put_use(writer);
}

/* Who has not told its name yet may be any of those that have a key. */
static bool any_has_key(const struct policy *policy)
{
	const struct keyring_peer *peer;
	const struct keyring *keyring;

	TAILQ_FOREACH(keyring, &policy->keyrings, link)
		TAILQ_FOREACH(peer, &keyring->peers, link)
			if (peer->ppk.len)
				return true;
	return false;
}

void ppk_put_consent(struct task *task, struct writer *writer)
{
	if (!peer_uses(task) || !any_has_key(task->sa->base.ike->policy))
		return;
	task->ppk = must_calloc(1, sizeof(*task->ppk));
	task->ppk->agreed = true;
	put_use(writer);
}

struct result ppk_note_consent(struct task *task)
{
	struct ppk *ppk = task->ppk;

	if (!ppk)
		return RESULT_OK;
	ppk->agreed = peer_uses(task);
	if (!ppk->agreed && ppk->required)
		return fail(-EACCES,
			    "our keyring requires PPK %.60s, and the peer does not know PPKs",
			    find_peer(task) ? find_peer(task)->ppk_id : "?");
	return RESULT_OK;
}

struct result ppk_begin(struct task *task)
{
	struct ppk *ppk = task->ppk;

	/* The optional one is not mixed in before AUTH has been made without it. */
	if (!ppk || !task->initiator || !ppk->agreed || !ppk->required ||
	    task->sa->base.profile->local_auth == AUTH_KIND_EAP)
		return RESULT_OK;
	return mix(task);
}

/* --- IKE_AUTH, initiator --- */

enum ikev2_event ppk_sign_again(struct task *task)
{
	struct ppk *ppk = task->ppk;
	struct result result;

	if (!ppk || !ppk->agreed || ppk->mixed) {
		trace_line(task, "Action: Action_Null");
		return EV_NEXT;
	}
	if (!ppk->required)
		buffer_set(&ppk->plain, buffer_bytes(&task->auth_value));
	buffer_free(&task->auth_value);
	result = mix(task);
	if (failed(&result))
		return auth_fail(task, result);
	return task->eap_done ? EV_GEN_AUTH : EV_GET_PRESHR_KEY;
}

void ppk_put_identity(struct task *task, struct writer *chain)
{
	struct ppk *ppk = task->ppk;
	struct buffer data = {};

	if (!ppk || !ppk->mixed)
		return;
	if (task->initiator) {
		buffer_put_u8(&data, PPK_ID_FIXED);
		buffer_put(&data, buffer_bytes(&ppk->id));
	}
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: PPK_IDENTITY");
	put_notify(chain, NOTIFY_PPK_IDENTITY, buffer_bytes(&data));
	if (task->initiator && ppk->plain.len) {
		log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: NO_PPK_AUTH");
		put_notify(chain, NOTIFY_NO_PPK_AUTH, buffer_bytes(&ppk->plain));
	}
	buffer_free(&data);
}

static struct result take_answer(struct task *task)
{
	struct notify_payload notify;
	struct ppk *ppk = task->ppk;

	if (!ppk || !ppk->mixed)
		return RESULT_OK;
	if (message_get_notify(task->message, NOTIFY_PPK_IDENTITY, &notify)) {
		task->sa->base.ppk = true;
		trace_line(task, "PPK is mixed into the keys");
		return RESULT_OK;
	}
	if (ppk->required)
		return fail(-EACCES,
			    "the peer goes on without the PPK, which our keyring requires");
	trace_line(task, "the peer goes on without the PPK");
	unmix(task);
	return RESULT_OK;
}

/* --- IKE_AUTH, responder --- */

/* Both types of RFC 8784 section 5.1 are octets to us. */
static struct result check_identity(const struct task *task, struct bytes data,
				    const struct keyring_peer *peer)
{
	struct reader reader = reader_of(data);
	struct bytes id;
	uint8_t type;

	if (!reader_get_u8(&reader, &type) || !reader_left(&reader))
		return fail(-EPROTO, "field size is not enough %zu/2: PPK_IDENTITY", data.len);
	reader_get_bytes(&reader, reader_left(&reader), &id);
	if (peer && bytes_equal(id, bytes_of_string(peer->ppk_id)))
		return RESULT_OK;
	return fail(-ENOKEY, "the peer's PPK is not one that keyring %s has for it",
		    task->sa->base.profile->keyring ? task->sa->base.profile->keyring->name :
						      "(none)");
}

static struct result take_request(struct task *task)
{
	const struct keyring_peer *peer = find_peer(task);
	bool required = peer && peer->ppk_required;
	struct notify_payload notify;
	struct result result;

	if (!task->ppk || !message_get_notify(task->message, NOTIFY_PPK_IDENTITY, &notify))
		return required ?
			       fail(-EACCES,
				    "keyring %s requires PPK %.60s, and the peer does not use it",
				    task->sa->base.profile->keyring->name, peer->ppk_id) :
			       RESULT_OK;
	result = check_identity(task, notify.data, peer);
	if (!failed(&result)) {
		take(task, peer);
		task->sa->base.ppk = true;
		trace_line(task, "PPK %s is mixed into the keys", peer->ppk_id);
		return mix(task);
	}
	if (required || !message_get_notify(task->message, NOTIFY_NO_PPK_AUTH, &notify))
		return result;
	trace_line(task, "%s: going on without", result.why);
	buffer_set(&task->ppk->plain, notify.data);
	return RESULT_OK;
}

struct result ppk_check(struct task *task)
{
	bool server_first = task->initiator && !task->eap_done &&
			    task->sa->base.profile->local_auth == AUTH_KIND_EAP;

	/*
	 * With EAP the server's first AUTH is made before anybody has named a key. A session
	 * that is resumed has its PPK in SK_d already.
	 */
	if (server_first || task->session)
		return RESULT_OK;
	return task->initiator ? take_answer(task) : take_request(task);
}

struct bytes ppk_peer_auth(const struct task *task, struct bytes value)
{
	const struct ppk *ppk = task->ppk;

	return !task->initiator && ppk && !ppk->mixed && ppk->plain.len ?
		       buffer_bytes(&ppk->plain) :
		       value;
}

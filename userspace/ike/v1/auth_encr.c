// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RSA encrypted nonces (RFC 2409 sections 5.2 and 5.3; rows A12, D20, D21, E23 to
 * E25): whoever can read the nonce has the private key. Identities travel with the
 * nonces, encrypted too, and the proof is a hash, which whoever could not read it cannot make.
 *
 * What comes is decrypted by a worker, all of it, and whatever is wrong with what is found
 * changes nothing before that hash is compared: an answer that depended on the padding would be
 * Bleichenbacher's oracle, and with it a nonce could be read in time. See Documentation/ikev1.rst.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cryptox/rsa.h"
#include "ike/v1/auth.h"

#define NONCE_MIN 8 /* RFC 2409 section 5 */
#define NONCE_MAX 256
#define PIECES_MAX 2

/* Rows A18, E24 */
static struct result encr_prepare(struct ikev1_task *task)
{
	const struct ike_sa *base = &task->sa->base;
	const struct rsa_key *own = policy_rsa_key(base->ike->policy);
	const struct rsa_peer *peer;
	char remote[ADDRESS_TEXT];

	address_format(&base->remote.address, remote);
	if (!own)
		return fail(-ENOKEY,
			    "RSA encryption needs a key pair of ours: make one with \"seki "
			    "crypto key generate rsa\"");
	peer = policy_rsa_peer(base->ike->policy, &base->remote.address, NULL);
	if (!peer && (base->initiator || TAILQ_EMPTY(&base->ike->policy->rsa_peers)))
		return fail(-ENOKEY,
			    "RSA encryption needs the public key of %s, and no key of \"crypto key "
			    "pubkey-chain rsa\" has its address",
			    remote);
	private_key_free(task->rsa_key);
	task->rsa_key = private_key_hold(own->key);
	if (peer)
		buffer_set(&task->peer_key, buffer_bytes(&peer->public_key));
	return RESULT_OK;
}

static void encr_agreed(struct ikev1_task *task)
{
	const struct ike_sa *base = &task->sa->base;

	/* A router that names itself by the subject of a certificate could be missed. */
	if (!policy_isakmp_trustpoint(base->ike->policy, base->isakmp, true, 0))
		isakmp_line(task->sa, "Unable to get router cert to find DN!");
	isakmp_line(task->sa, "SA is doing RSA encryption authentication");
}

static struct result encr_skeyid(struct ikev1_task *task)
{
	const struct ike_header header = ikev1_header(task->sa, 0, 0);
	struct ikev1_cookies cookies = { header.spi_initiator, header.spi_responder };

	return ikev1_skeyid_encrypted(&task->sa->keys, buffer_bytes(&task->nonce_i),
				      buffer_bytes(&task->nonce_r), &cookies);
}

/* --- sending --- */

static struct result put_encrypted(struct ikev1_task *task, struct writer *writer, uint8_t type,
				   struct bytes body)
{
	size_t room = rsa_room(buffer_bytes(&task->peer_key)), at;
	struct result result;

	if (body.len > room)
		return fail(-EMSGSIZE,
			    "our %s has %zu octets, and the peer's RSA key of %u bits takes %zu",
			    isakmp_payload_name(type), body.len,
			    rsa_bits(buffer_bytes(&task->peer_key)), room);
	log_line(LOG_ENGINE, "Crypto engine 0: RSA encrypt with public key");
	at = writer_open(writer, type);
	result = rsa_encrypt(buffer_bytes(&task->peer_key), body, &writer->buffer);
	writer_close(writer, at);
	if (!failed(&result))
		log_line(LOG_ENGINE, "CRYPTO: RSA public encrypt finished with status=OK");
	return result;
}

static struct buffer *own_nonce(struct ikev1_task *task)
{
	return task->initiator ? &task->nonce_i : &task->nonce_r;
}

static struct buffer *peer_nonce(struct ikev1_task *task)
{
	return task->initiator ? &task->nonce_r : &task->nonce_i;
}

/* A responder has all that its keys need already, and says so in S1's order. */
static struct result begin_public(struct ikev1_task *task)
{
	ikev1_new_nonce(own_nonce(task));
	phase1_choose_id(task);
	return task->initiator ? RESULT_OK : auth_make_keys(task);
}

/* RFC 2409 section 5.2: only what identifies is encrypted, with RSA. */
static struct result encr_put_public(struct ikev1_task *task, struct writer *writer)
{
	struct result result = begin_public(task);

	put_raw_payload(writer, ISAKMP_PAYLOAD_KE, buffer_bytes(&task->own_public));
	if (!failed(&result))
		result = put_encrypted(task, writer, ISAKMP_PAYLOAD_ID,
				       buffer_bytes(&task->id_body));
	if (!failed(&result))
		result = put_encrypted(task, writer, ISAKMP_PAYLOAD_NONCE,
				       buffer_bytes(own_nonce(task)));
	return result;
}

/* Section 5.3: only the nonce with RSA, and the rest with a key that is made of it. */
static struct result revised_put_public(struct ikev1_task *task, struct writer *writer)
{
	struct result result = begin_public(task);
	struct bytes nonce = buffer_bytes(own_nonce(task));
	struct ikev1_ephemeral ephemeral = {};
	struct buffer ke = {}, id = {};

	buffer_put(&ke, buffer_bytes(&task->own_public));
	buffer_put(&id, buffer_bytes(&task->id_body));
	if (!failed(&result))
		result = put_encrypted(task, writer, ISAKMP_PAYLOAD_NONCE, nonce);
	if (!failed(&result))
		result = ikev1_ephemeral_begin(&task->sa->keys, &ephemeral, nonce,
					       task->sa->base.local_spi);
	if (!failed(&result))
		result = ikev1_ephemeral_encrypt(&task->sa->keys, &ephemeral, &ke);
	if (!failed(&result))
		result = ikev1_ephemeral_encrypt(&task->sa->keys, &ephemeral, &id);
	if (!failed(&result)) {
		put_raw_payload(writer, ISAKMP_PAYLOAD_KE, buffer_bytes(&ke));
		put_raw_payload(writer, ISAKMP_PAYLOAD_ID, buffer_bytes(&id));
	}
	secret_wipe(&ephemeral, sizeof(ephemeral));
	buffer_free(&ke);
	buffer_free(&id);
	return result;
}

/* --- receiving --- */

/** struct open_work - what the peer has encrypted for us, on its way */
struct open_work {
	struct ikev1_work base;
	struct private_key *key;
	size_t count;
	struct buffer blocks[PIECES_MAX], plain[PIECES_MAX];
	struct result result;
};

/* Always all of them: how long it takes says nothing of what was found in the first. */
static void run_open(struct work *base)
{
	struct open_work *work = (struct open_work *)base;
	struct result result;

	work->result = RESULT_OK;
	for (size_t i = 0; i < work->count; i++) {
		result = rsa_decrypt(work->key, buffer_bytes(&work->blocks[i]), &work->plain[i]);
		if (failed(&result))
			work->result = result;
	}
}

static void release_open(struct ikev1_work *base)
{
	struct open_work *work = (struct open_work *)base;

	private_key_free(work->key);
	for (size_t i = 0; i < PIECES_MAX; i++) {
		buffer_free(&work->blocks[i]);
		buffer_free(&work->plain[i]);
	}
	free(work);
}

static enum ikev1_event malformed(struct ikev1_task *task, struct result why)
{
	return ikev1_fail(task, why, ISAKMP_NOTIFY_PAYLOAD_MALFORMED, IKE_STAT_DROP_MALFORMED);
}

/* A nonce of a forbidden length is as good as one that could not be read: the hash will not fit. */
static void take_nonce(struct ikev1_task *task, struct bytes nonce)
{
	buffer_set(peer_nonce(task), nonce);
	task->doubtful |= nonce.len < NONCE_MIN || nonce.len > NONCE_MAX;
}

/*
 * To answer we need the peer's key. Where its address tells us which, the identity does not
 * matter yet. Else it does; a wrong padding is then an identity that nobody has.
 */
static enum ikev1_event find_peer_key(struct ikev1_task *task)
{
	const struct ike_sa *base = &task->sa->base;
	const struct rsa_peer *peer = NULL;
	char remote[ADDRESS_TEXT];
	struct identity identity;
	struct isakmp_id id;

	if (task->peer_key.len)
		return IKEV1_NEXT;
	if (!isakmp_id_parse(buffer_bytes(&task->peer_id), &id).code &&
	    isakmp_id_identity(&id, &identity))
		peer = policy_rsa_peer(base->ike->policy, NULL, &identity);
	if (!peer) {
		address_format(&base->remote.address, remote);
		log_line(LOG_ISAKMP,
			 ": No cert, and no keys (public or pre-shared) with remote peer %s",
			 remote);
		return ikev1_fail(
			task,
			fail(-ENOKEY,
			     "no key of \"crypto key pubkey-chain rsa\" is that of %s, by "
			     "its address or by the name that it says to have",
			     remote),
			0, IKE_STAT_AUTH_FAILED);
	}
	buffer_set(&task->peer_key, buffer_bytes(&peer->public_key));
	return IKEV1_NEXT;
}

static enum ikev1_event finish_open(struct ikev1_task *task, struct open_work *work)
{
	for (size_t i = 0; i < work->count; i++)
		log_line(LOG_ENGINE, "CRYPTO: RSA private decrypt finished with status=%s",
			 failed(&work->result) ? "FAILED" : "OK");
	return failed(&work->result) ? malformed(task, work->result) : IKEV1_NEXT;
}

static enum ikev1_event encr_opened(struct ikev1_task *task, struct ikev1_work *base)
{
	struct open_work *work = (struct open_work *)base;
	enum ikev1_event event = finish_open(task, work);

	if (event != IKEV1_NEXT)
		return event;
	buffer_set(&task->peer_id, buffer_bytes(&work->plain[0]));
	take_nonce(task, buffer_bytes(&work->plain[1]));
	task->opened = true;
	return find_peer_key(task);
}

/*
 * A nonce that could not be read opens what follows as little as one that is not the peer's,
 * and both end here in the same way.
 */
static enum ikev1_event revised_opened(struct ikev1_task *task, struct ikev1_work *base)
{
	struct open_work *work = (struct open_work *)base;
	enum ikev1_event event = finish_open(task, work);
	struct ikev1_ephemeral ephemeral;
	struct buffer ke = {}, id = {};
	struct result result;

	if (event != IKEV1_NEXT)
		return event;
	take_nonce(task, buffer_bytes(&work->plain[0]));
	buffer_set(&ke, message_get(task->message, ISAKMP_PAYLOAD_KE)->body);
	buffer_set(&id, message_get(task->message, ISAKMP_PAYLOAD_ID)->body);
	result = ikev1_ephemeral_begin(&task->sa->keys, &ephemeral, buffer_bytes(peer_nonce(task)),
				       task->sa->base.remote_spi);
	if (!failed(&result))
		result = ikev1_ephemeral_decrypt(&task->sa->keys, &ephemeral, &ke);
	if (!failed(&result))
		result = ikev1_ephemeral_decrypt(&task->sa->keys, &ephemeral, &id);
	secret_wipe(&ephemeral, sizeof(ephemeral));
	if (!failed(&result)) {
		buffer_set(&task->peer_public, buffer_bytes(&ke));
		buffer_set(&task->peer_id, buffer_bytes(&id));
		task->opened = true;
	}
	buffer_free(&ke);
	buffer_free(&id);
	return failed(&result) ? malformed(task, result) : find_peer_key(task);
}

static enum ikev1_event open(struct ikev1_task *task, const struct payload *const *payloads,
			     size_t count,
			     enum ikev1_event (*finish)(struct ikev1_task *, struct ikev1_work *))
{
	struct open_work *work = must_calloc(1, sizeof(*work));

	work->base.work.run = run_open;
	work->base.finish = finish;
	work->base.release = release_open;
	work->key = private_key_hold(task->rsa_key);
	for (; work->count < count; work->count++) {
		buffer_set(&work->blocks[work->count], payloads[work->count]->body);
		log_line(LOG_ENGINE, "Crypto engine 0: RSA decrypt with private key");
	}
	ikev1_task_submit(task, &work->base, task->event);
	return IKEV1_NONE;
}

/* Of which certificate a key is (HASH(1)) would matter if we had several for one purpose. */
static struct result need_all(struct ikev1_task *task, const uint8_t types[3],
			      const struct payload *payloads[3])
{
	struct result result = RESULT_OK;

	for (size_t i = 0; i < 3; i++) {
		payloads[i] = ikev1_need(task, types[i], &result);
		if (!payloads[i])
			break;
	}
	return result;
}

static enum ikev1_event encr_take_public(struct ikev1_task *task)
{
	static const uint8_t order[] = { ISAKMP_PAYLOAD_KE, ISAKMP_PAYLOAD_ID,
					 ISAKMP_PAYLOAD_NONCE };
	const struct payload *payloads[3];
	struct result result = need_all(task, order, payloads);

	if (failed(&result))
		return malformed(task, result);
	buffer_set(&task->peer_public, payloads[0]->body);
	return open(task, payloads + 1, 2, encr_opened);
}

static enum ikev1_event revised_take_public(struct ikev1_task *task)
{
	static const uint8_t order[] = { ISAKMP_PAYLOAD_NONCE, ISAKMP_PAYLOAD_KE,
					 ISAKMP_PAYLOAD_ID };
	const struct payload *payloads[3];
	struct result result = need_all(task, order, payloads);

	return failed(&result) ? malformed(task, result) : open(task, payloads, 1, revised_opened);
}

/* --- the proof --- */

static enum ikev1_event encr_prove(struct ikev1_task *task, struct bytes hash, struct writer *chain)
{
	put_raw_payload(chain, ISAKMP_PAYLOAD_HASH, hash);
	return IKEV1_NEXT;
}

static enum ikev1_event encr_check(struct ikev1_task *task, struct bytes hash)
{
	struct result result = RESULT_OK;
	const struct payload *payload = ikev1_need(task, ISAKMP_PAYLOAD_HASH, &result);

	if (!payload)
		return malformed(task, result);
	if (!bytes_equal_secret(payload->body, hash) || task->doubtful)
		return auth_failed(task, fail(-EACCES, "the hash is not that of the nonces: one of "
						       "both ends has not the key that the other "
						       "one has encrypted for"));
	return IKEV1_NEXT;
}

#define ENCR(symbol, number_of, put, take) \
	const struct ikev1_auth symbol = { \
		.number = number_of, \
		.policy = number_of, \
		.label = "RSA encryption", \
		.doing = "RSA encryption", \
		.prepare = encr_prepare, \
		.agreed = encr_agreed, \
		.put_public = put, \
		.take_public = take, \
		.make_skeyid = encr_skeyid, \
		.prove = encr_prove, \
		.check = encr_check, \
	}

ENCR(auth_rsa_encryption, ISAKMP_AUTH_RSA_ENCR, encr_put_public, encr_take_public);
ENCR(auth_rsa_revised, ISAKMP_AUTH_RSA_ENCR_REVISED, revised_put_public, revised_take_public);

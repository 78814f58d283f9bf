// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/ticket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ike/sa.h"

#define KEY_TIME SECONDS(IKE_LIFETIME_DEFAULT) /* no ticket is good for longer */
#define USED_MAX (4096 * TICKET_ID_SIZE) /* octets; then another key, and a new list */
#define HEAD_SIZE (1 + TICKET_ID_SIZE) /* which key, and the ticket's ID: not encrypted */

static const struct cipher_suite suite = { .encr = ENCR_AES_GCM_16, .key_bits = 256 };

void session_free(struct session *session)
{
	if (!session)
		return;
	free(session->profile);
	secret_free(session, sizeof(*session));
}

void session_ticket_free(struct session_ticket **ticket)
{
	if (!*ticket)
		return;
	session_free((*ticket)->session);
	buffer_free(&(*ticket)->octets);
	free(*ticket);
	*ticket = NULL;
}

/* --- keys --- */

static void rotate(struct ike *ike)
{
	struct ticket_keys *keys = &ike->ticket_keys;
	uint64_t age = ike_now(ike) - keys->since;

	if (keys->since && age < KEY_TIME && keys->used.len < USED_MAX)
		return;
	memcpy(keys->last, keys->current, sizeof(keys->last));
	random_fill(keys->current, sizeof(keys->current));
	if (!keys->since || age >= 2 * KEY_TIME)
		random_fill(keys->last, sizeof(keys->last));
	buffer_free(&keys->used_last);
	keys->used_last = buffer_take(&keys->used);
	keys->since = ike_now(ike);
	keys->generation++;
}

void ticket_forget_all(struct ike *ike)
{
	struct ticket_keys *keys = &ike->ticket_keys;

	buffer_free(&keys->used);
	buffer_free(&keys->used_last);
	secret_wipe(keys, sizeof(*keys));
}

/* Each ticket has a key of its own, so that no IV is ever used twice with one. */
static struct result sealer_of(const struct ike *ike, const uint8_t *head, struct sealer **out)
{
	const struct ticket_keys *keys = &ike->ticket_keys;
	const uint8_t *master = head[0] == keys->generation ? keys->current : keys->last;
	uint8_t key[64];
	size_t len = encr_key_size(suite.encr, suite.key_bits);
	struct result result = prf_plus(PRF_HMAC_SHA2_256, bytes_of(master, TICKET_KEY_SIZE),
					bytes_of(head, HEAD_SIZE), key, len);

	if (!failed(&result))
		result = sealer_new(&suite, bytes_of(key, len), bytes_of(NULL, 0), out);
	secret_wipe(key, sizeof(key));
	return result;
}

/* --- the session as octets --- */

static void put_identity(struct buffer *out, const struct identity *identity)
{
	buffer_put_u8(out, identity->type);
	buffer_put_u16(out, identity->len);
	buffer_put(out, identity_bytes(identity));
}

static bool get_identity(struct reader *reader, struct identity *identity)
{
	struct bytes octets;
	uint16_t len;
	uint8_t type;

	return reader_get_u8(reader, &type) && reader_get_u16(reader, &len) &&
	       reader_get_bytes(reader, len, &octets) && identity_set(identity, type, octets);
}

static void put_session(struct buffer *out, const struct session *session)
{
	size_t name = strlen(session->profile);

	buffer_put_u64(out, session->until);
	buffer_put_u64(out, session->authenticated_at);
	put_identity(out, &session->local_id);
	put_identity(out, &session->remote_id);
	put_identity(out, &session->client_id);
	buffer_put_u8(out, (session->ppk ? 1 : 0) | (session->weak_auth ? 2 : 0));
	buffer_put_u8(out, (uint8_t)session->sk_d_len);
	buffer_put(out, bytes_of(session->sk_d, session->sk_d_len));
	buffer_put_u8(out, session->chosen.count);
	for (size_t i = 0; i < session->chosen.count; i++) {
		buffer_put_u8(out, session->chosen.transforms[i].type);
		buffer_put_u16(out, session->chosen.transforms[i].id);
		buffer_put_u16(out, session->chosen.transforms[i].key_bits);
	}
	buffer_put_u16(out, (uint16_t)name);
	buffer_put(out, bytes_of(session->profile, name));
}

static bool get_proposal(struct reader *reader, struct proposal *proposal)
{
	uint8_t count, type;
	uint16_t id, bits;

	if (!reader_get_u8(reader, &count))
		return false;
	proposal->number = 1;
	proposal->protocol = PROTOCOL_IKE;
	while (count--)
		if (!reader_get_u8(reader, &type) || !reader_get_u16(reader, &id) ||
		    !reader_get_u16(reader, &bits) || !proposal_add(proposal, type, id, bits))
			return false;
	return true;
}

static bool get_session(struct reader *reader, struct session *session)
{
	struct bytes key, name;
	uint8_t flags, len;
	uint16_t name_len;

	if (!reader_get_u64(reader, &session->until) ||
	    !reader_get_u64(reader, &session->authenticated_at) ||
	    !get_identity(reader, &session->local_id) ||
	    !get_identity(reader, &session->remote_id) ||
	    !get_identity(reader, &session->client_id) || !reader_get_u8(reader, &flags) ||
	    !reader_get_u8(reader, &len) || len > sizeof(session->sk_d) ||
	    !reader_get_bytes(reader, len, &key) || !get_proposal(reader, &session->chosen) ||
	    !reader_get_u16(reader, &name_len) || !reader_get_bytes(reader, name_len, &name))
		return false;
	session->ppk = flags & 1;
	session->weak_auth = flags & 2;
	session->sk_d_len = len;
	memcpy(session->sk_d, key.data, len);
	session->profile = must_calloc(1, name_len + 1u);
	memcpy(session->profile, name.data, name_len);
	return true;
}

/* --- tickets --- */

struct result ticket_seal(struct ike *ike, const struct session *session, struct buffer *out)
{
	struct sealer *sealer = NULL;
	struct buffer plain = {};
	struct result result;
	uint8_t head[HEAD_SIZE];

	rotate(ike);
	head[0] = ike->ticket_keys.generation;
	random_fill(head + 1, TICKET_ID_SIZE);
	result = sealer_of(ike, head, &sealer);
	if (!failed(&result)) {
		put_session(&plain, session);
		buffer_set(out, BYTES(head));
		result = sealer_seal(sealer, BYTES(head), buffer_bytes(&plain), out);
	}
	sealer_free(sealer);
	buffer_free(&plain);
	return result;
}

static bool is_used(const struct buffer *used, const uint8_t *id)
{
	for (size_t at = 0; at < used->len; at += TICKET_ID_SIZE)
		if (!memcmp(used->data + at, id, TICKET_ID_SIZE))
			return true;
	return false;
}

static bool was_used(const struct ike *ike, const uint8_t *id)
{
	return is_used(&ike->ticket_keys.used, id) || is_used(&ike->ticket_keys.used_last, id);
}

static struct result unseal(struct ike *ike, struct bytes ticket, struct buffer *plain)
{
	struct bytes head = bytes_of(ticket.data, HEAD_SIZE);
	struct sealer *sealer = NULL;
	struct result result = sealer_of(ike, ticket.data, &sealer);

	if (!failed(&result))
		result = sealer_open(sealer, head,
				     bytes_of(ticket.data + HEAD_SIZE, ticket.len - HEAD_SIZE),
				     plain);
	sealer_free(sealer);
	return result;
}

struct result ticket_open(struct ike *ike, struct bytes ticket, struct session **out)
{
	struct session *session;
	struct buffer plain = {};
	struct reader reader;
	struct result result;

	rotate(ike);
	if (ticket.len <= HEAD_SIZE || (uint8_t)(ike->ticket_keys.generation - ticket.data[0]) > 1)
		return fail(-EBADMSG, "the ticket is not one of ours, or its key is gone");
	result = unseal(ike, ticket, &plain);
	if (failed(&result)) {
		buffer_free(&plain);
		return fail(-EBADMSG, "the ticket is not one of ours");
	}
	session = must_calloc(1, sizeof(*session));
	memcpy(session->id, ticket.data + 1, TICKET_ID_SIZE);
	reader = reader_of(buffer_bytes(&plain));
	if (!get_session(&reader, session))
		result = fail(-EPROTO, "the ticket cannot be read");
	else if (ike_now(ike) >= session->until)
		result = fail(-ESTALE, "the ticket is too old");
	else if (was_used(ike, session->id))
		result = fail(-EEXIST, "the ticket was used before");
	buffer_free(&plain);
	if (failed(&result))
		session_free(session);
	else
		*out = session;
	return result;
}

bool ticket_use(struct ike *ike, const struct session *session)
{
	if (was_used(ike, session->id))
		return false;
	buffer_put(&ike->ticket_keys.used, bytes_of(session->id, TICKET_ID_SIZE));
	return true;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKE_INTERMEDIATE (RFC 9242): exchanges between IKE_SA_INIT and IKE_AUTH that are
 * encrypted, may be fragmented, and are covered by AUTH all the same. Each does
 * one additional key exchange (RFC 9370 section 2.2.2), after which all keys are new.
 *
 * Where both know the exchange a responder answers such requests of any other
 * purpose with an empty message.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "ike/v2/actions.h"

#define EXCHANGES_MAX 16 /* that a responder takes part in: seven key exchanges and some more */

/**
 * struct intermediate - what AUTH covers of these exchanges, so far (RFC 9242 section 3.3.2)
 * @auth: of the initiator's messages, of the responder's
 */
struct intermediate {
	uint32_t count; /* exchanges that are over, or of which the request is there */
	uint8_t auth[2][CRYPTOX_HASH_MAX];
};

void intermediate_free(struct intermediate *intermediate)
{
	free(intermediate);
}

/* --- IKE_SA_INIT --- */

static bool offers_more(const struct proposal_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (proposal_next_ke(&list->proposals[i], TRANSFORM_KE))
			return true;
	return false;
}

static bool is_supported(const struct task *task)
{
	struct notify_payload notify;

	return message_get_notify(task->message, NOTIFY_INTERMEDIATE_EXCHANGE_SUPPORTED, &notify);
}

void intermediate_put_supported(struct task *task, struct writer *writer)
{
	if (task->initiator ? !offers_more(&task->proposals) : !task->intermediate)
		return;
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: INTERMEDIATE_EXCHANGE_SUPPORTED");
	put_notify(writer, NOTIFY_INTERMEDIATE_EXCHANGE_SUPPORTED, bytes_of(NULL, 0));
}

struct result intermediate_check(const struct task *task, const struct proposal *chosen)
{
	const struct transform *next = proposal_next_ke(chosen, TRANSFORM_KE);

	if (!next || is_supported(task))
		return RESULT_OK;
	return fail(-EPROTO, "the peer %s %s and does not know IKE_INTERMEDIATE",
		    task->initiator ? "chose" : "offers", transform_type_name(next->type));
}

void intermediate_note_supported(struct task *task)
{
	if (is_supported(task) && (!task->initiator || offers_more(&task->proposals)))
		task->intermediate = must_calloc(1, sizeof(*task->intermediate));
}

static const struct transform *next_exchange(const struct task *task)
{
	return task->intermediate ? proposal_next_ke(&task->sa->base.chosen, task->ke_type) : NULL;
}

bool intermediate_is_next(const struct task *task)
{
	return next_exchange(task);
}

/* --- IntAuth --- */

/*
 * Adds a message to what one side's AUTH covers: header and generic header as if
 * there were neither IV, padding, ICV nor fragments, then the payloads in the clear.
 */
static struct result cover(struct task *task, const struct ike_header *header, uint8_t first,
			   struct bytes payloads)
{
	const struct ikev2_keys *keys = &task->sa->keys;
	bool of_initiator = !(header->flags & IKE_FLAG_RESPONSE);
	uint8_t *auth = task->intermediate->auth[!of_initiator];
	size_t before = task->intermediate->count > 1 ? keys->prf_len : 0;
	struct bytes parts[3] = { bytes_of(auth, before) };
	uint8_t value[CRYPTOX_HASH_MAX];
	struct writer head;
	struct result result;
	size_t at;

	writer_begin(&head, header);
	at = writer_open(&head, PAYLOAD_ENCRYPTED);
	head.buffer.data[at] = first;
	buffer_set_u16(&head.buffer, at + PAYLOAD_HEADER_LENGTH_AT,
		       (uint16_t)(PAYLOAD_HEADER_SIZE + payloads.len));
	buffer_set_u32(&head.buffer, IKE_HEADER_LENGTH_AT,
		       (uint32_t)(IKE_HEADER_SIZE + PAYLOAD_HEADER_SIZE + payloads.len));
	parts[1] = buffer_bytes(&head.buffer);
	parts[2] = payloads;
	result = prf_compute(keys->prf,
			     bytes_of(of_initiator ? keys->sk_pi : keys->sk_pr, keys->prf_len),
			     parts, 3, value);
	memcpy(auth, value, keys->prf_len);
	writer_free(&head);
	sa_line(task->sa, LOG_IKEV2_KEY, "calculate %s of IKE_INTERMEDIATE %u",
		of_initiator ? "IntAuth_i" : "IntAuth_r", task->intermediate->count);
	detail_key(task->sa, "IntAuth", bytes_of(auth, keys->prf_len));
	return result;
}

static struct result cover_sent(struct task *task, const struct writer *chain)
{
	struct ike_header header = exchange_header(task->sa, EXCHANGE_IKE_INTERMEDIATE,
						   !task->initiator, task->message_id);

	return cover(task, &header, chain->first, buffer_bytes(&chain->buffer));
}

/* What was decrypted may end with padding. */
static struct result cover_received(struct task *task)
{
	const struct message *message = task->message;
	const struct payload *last = message->count ? &message->payloads[message->count - 1] : NULL;
	size_t len = last ? last->offset + PAYLOAD_HEADER_SIZE + last->body.len : 0;

	return cover(task, &message->header, last ? message->payloads[0].type : PAYLOAD_NONE,
		     bytes_of(task->octets.data, len));
}

void intermediate_put_auth(const struct task *task, struct buffer *out)
{
	const struct intermediate *intermediate = task->intermediate;
	size_t len = task->sa->keys.prf_len;

	if (!intermediate || !intermediate->count)
		return;
	buffer_put(out, bytes_of(intermediate->auth[0], len));
	buffer_put(out, bytes_of(intermediate->auth[1], len));
	buffer_put_u32(out, 1 + intermediate->count); /* message ID of the first IKE_AUTH */
}

/* --- both ends --- */

static enum ikev2_event malformed(struct task *task, struct result why)
{
	return task_fail(task, why, NOTIFY_INVALID_SYNTAX, IKE_STAT_DROP_MALFORMED);
}

enum ikev2_event intermediate_generate_keys(struct task *task)
{
	struct result result;

	if (!task->secret.len)
		return EV_NEXT;
	trace_line(task, "Generate skeyid after %s", transform_type_name(task->ke_type));
	result = keys_derive_again(task->sa, buffer_bytes(&task->secret));
	buffer_free(&task->secret);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	return EV_NEXT;
}

/* --- initiator --- */

enum ikev2_event intermediate_make_key(struct task *task)
{
	const struct transform *next = next_exchange(task);

	task->ke_type = next->type;
	task->group = next->id;
	task_make_key(task);
	return EV_NEXT;
}

enum ikev2_event intermediate_build_request(struct task *task)
{
	struct writer chain = {};
	struct result result;

	task->exchange = EXCHANGE_IKE_INTERMEDIATE;
	writer_begin_chain(&chain);
	put_ke(&chain, task->group, key_exchange_public(task->key_exchange));
	result = exchange_request(task, &chain);
	task->intermediate->count++;
	if (!failed(&result))
		result = cover_sent(task, &chain);
	writer_free(&chain);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	return EV_NEXT;
}

enum ikev2_event intermediate_check_notify(struct task *task)
{
	struct notify_payload notify;

	if (!message_get_error(task->message, &notify))
		return EV_NEXT;
	task->peer_error = notify.type;
	return task_fail(task,
			 fail(-ECONNREFUSED, "the peer answered IKE_INTERMEDIATE with %s",
			      notify_name(notify.type)),
			 0, IKE_STAT_FAILED);
}

enum ikev2_event intermediate_process_response(struct task *task)
{
	struct bytes value;
	struct result result = task_check_ke(task, task->group, &value);

	if (failed(&result))
		return malformed(task, result);
	result = cover_received(task);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	task_derive(task, value);
	return EV_NEXT;
}

/* --- responder --- */

enum ikev2_event intermediate_process_request(struct task *task)
{
	const struct transform *next = next_exchange(task);
	struct bytes value;
	struct result result;

	timer_stop(task->sa->base.ike->env.timers, &task->wait);
	if (task->intermediate->count++ == EXCHANGES_MAX)
		return malformed(task, fail(-EPROTO, "the peer goes on with IKE_INTERMEDIATE"));
	result = cover_received(task);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	if (!message_get(task->message, PAYLOAD_KE))
		return EV_BLD_MSG;
	if (!next)
		return malformed(task, fail(-EPROTO, "cannot accept KE payload: all key "
						     "exchanges are done"));
	result = task_check_ke(task, next->id, &value);
	if (failed(&result))
		return malformed(task, result);
	task->ke_type = next->type;
	task->group = next->id;
	task_answer(task, value);
	return EV_NEXT;
}

enum ikev2_event intermediate_build_response(struct task *task)
{
	struct writer chain = {};
	struct result result;

	writer_begin_chain(&chain);
	if (task->secret.len)
		put_ke(&chain, task->group, key_exchange_public(task->key_exchange));
	result = exchange_respond(task, &chain);
	if (!failed(&result))
		result = cover_sent(task, &chain);
	writer_free(&chain);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	return EV_NEXT;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CREATE_CHILD_SA: what children and the rekey of the IKE SA have in common
 * (RFC 7296 section 1.3, rows B35 to B38). What differs stands in child.c and
 * rekey.c.
 */

#include <errno.h>

#include "base/log.h"
#include "ike/v2/actions.h"

static bool for_ike(const struct task *task)
{
	return task->kind == TASK_REKEY_IKE;
}

void put_window(struct task *task, struct writer *writer)
{
	uint32_t window = (task->new_sa ? task->new_sa : task->sa)->own_window;
	uint8_t octets[4] = { window >> 24, window >> 16, window >> 8, window };

	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: SET_WINDOW_SIZE");
	put_notify(writer, NOTIFY_SET_WINDOW_SIZE, BYTES(octets));
}

/* A responder learns from the SA payload what is meant. */
enum ikev2_event create_check_type(struct task *task)
{
	const struct payload *payload;
	struct result result;

	if (!task->initiator) {
		payload = message_get(task->message, PAYLOAD_SA);
		result = cannot_process(PAYLOAD_SA,
					sa_payload_parse(payload->body, &task->proposals));
		if (failed(&result) || !task->proposals.count)
			return task_fail(task,
					 failed(&result) ?
						 result :
						 fail(-EPROTO, "cannot process SA payload"),
					 NOTIFY_INVALID_SYNTAX, IKE_STAT_DROP_MALFORMED);
		if (task->proposals.proposals[0].protocol == PROTOCOL_IKE)
			task->kind = TASK_REKEY_IKE;
	}
	return for_ike(task) ? EV_REKEY_IKESA : EV_REKEY_IPSECSA;
}

enum ikev2_event create_make_key(struct task *task)
{
	task_make_key(task);
	return EV_NEXT;
}

/* Errors in the answer to our request. */
enum ikev2_event create_check_notify(struct task *task)
{
	struct notify_payload notify;
	struct reader reader;
	uint16_t group;

	if (!message_get_error(task->message, &notify))
		return EV_NEXT;
	reader = reader_of(notify.data);
	if (notify.type == NOTIFY_INVALID_KE_PAYLOAD && reader_get_u16(&reader, &group) &&
	    group != task->group && !task->restarts++) {
		for (size_t i = 0; i < task->proposals.count; i++)
			if (proposal_has(&task->proposals.proposals[i], TRANSFORM_KE, group)) {
				trace_line(task, "the peer wants group %u instead of %u", group,
					   task->group);
				task->group = group;
				return for_ike(task) ? EV_REKEY_IKESA : EV_REKEY_IPSECSA;
			}
	}
	task->peer_error = notify.type;
	return task_fail(task,
			 fail(-ECONNREFUSED, "the peer answered with %s", notify_name(notify.type)),
			 0, for_ike(task) ? IKE_STAT_FAILED : IKE_STAT_REJECTED);
}

/* SA and nonce must be there; they are kept, KE is looked at when it is needed. */
enum ikev2_event create_verify(struct task *task)
{
	const struct payload *nonce = message_get(task->message, PAYLOAD_NONCE);
	const struct payload *ke = message_get(task->message, PAYLOAD_KE);
	struct ke_payload key;
	struct bytes value = {};
	struct result result = RESULT_OK;

	if (!message_get(task->message, PAYLOAD_SA))
		result = fail(-EPROTO, "SA payload is not contained");
	else if (!nonce)
		result = fail(-EPROTO, "Nonce payload is not contained");
	if (!failed(&result))
		result = cannot_process(PAYLOAD_NONCE, nonce_payload_parse(nonce->body, &value));
	if (!failed(&result) && ke)
		result = cannot_process(PAYLOAD_KE, ke_payload_parse(ke->body, &key));
	if (failed(&result))
		return task_fail(task, result, NOTIFY_INVALID_SYNTAX, IKE_STAT_DROP_MALFORMED);
	buffer_set(task->initiator ? &task->nonce_r : &task->nonce_i, value);
	if (!task->initiator)
		new_nonce(task, &task->nonce_r);
	return EV_NEXT;
}

/* Is there a key exchange to do? An initiator asks before it builds and after it has parsed. */
enum ikev2_event create_check_pfs(struct task *task)
{
	const struct transform *group = proposal_get(&task->chosen, TRANSFORM_KE);

	if (task->state == STATE_CHILD_I_PROC)
		return group && group->id ? EV_GEN_DH_SECRET : EV_NEXT;
	return task->group ? EV_GEN_DH_KEY : EV_NEXT;
}

enum ikev2_event create_derive(struct task *task)
{
	const struct transform *group = proposal_get(&task->chosen, TRANSFORM_KE);
	const struct payload *payload = message_get(task->message, PAYLOAD_KE);
	struct ke_payload ke;
	struct result result = payload ? ke_payload_parse(payload->body, &ke) :
					 fail(-EPROTO, "KE payload is not contained");

	if (!failed(&result) && (ke.group != task->group || !group || group->id != ke.group))
		result = fail(-EPROTO, "cannot accept KE payload: group %u instead of %u", ke.group,
			      task->group);
	if (failed(&result))
		return task_fail(task, result, NOTIFY_INVALID_SYNTAX, IKE_STAT_DROP_MALFORMED);
	if (!task->initiator)
		buffer_set(&task->own_public, key_exchange_public(task->key_exchange));
	task_derive(task, ke.value);
	return EV_NEXT;
}

/* Where children and IKE SA part again: what was received, then what comes of it. */
enum ikev2_event create_check_rekey(struct task *task)
{
	if (task->state == STATE_CHILD_I_PROC && !task->chosen.count)
		return for_ike(task) ? EV_SET_POLICY : EV_PROC_SA_TS;
	return for_ike(task) ? EV_GEN_SKEYID : EV_GEN_LOAD_IPSEC;
}

enum ikev2_event create_build_response(struct task *task)
{
	struct proposal_list chosen = { .count = 1, .proposals = { task->chosen } };
	const struct transform *group = proposal_get(&task->chosen, TRANSFORM_KE);
	struct writer chain = {};
	struct result result;

	if (task->exchange == EXCHANGE_IKE_FOLLOWUP_KE)
		return followup_build_response(task);
	writer_begin_chain(&chain);
	put_sa(&chain, &chosen);
	put_nonce(&chain, buffer_bytes(&task->nonce_r));
	if (group && task->own_public.len)
		put_ke(&chain, group->id, buffer_bytes(&task->own_public));
	if (for_ike(task)) {
		put_window(task, &chain);
	} else {
		if (!task->rekeys)
			config_put_reply(task, &chain);
		child_put_selectors(&chain, task->child, false);
		child_put_capabilities(task, &chain);
	}
	followup_put_link(task, &chain);
	result = exchange_respond(task, &chain);
	writer_free(&chain);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	return EV_NEXT;
}

enum ikev2_event create_activate(struct task *task)
{
	return for_ike(task) ? rekey_activate(task) : child_activate(task);
}

/* The successor was never admitted: IOS has nothing to take off its count, and says so (B31). */
enum ikev2_event create_update_stats(struct task *task)
{
	const struct ikev2_sa *new = task->new_sa ? task->new_sa : task->sa->successor;

	if (for_ike(task) && new)
		ikev2_sa_count_active(new);
	return EV_NEXT;
}

enum ikev2_event create_finish(struct task *task)
{
	return for_ike(task) ? rekey_finish(task) : child_finish(task);
}

/* The initiator deletes what was replaced. */
enum ikev2_event create_start_delete_timer(struct task *task)
{
	if (for_ike(task) && !task->sa->rekey_task)
		ikev2_sa_replaced(task->sa);
	return EV_NEXT;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKE_FOLLOWUP_KE (RFC 9370 section 2.2.4): the additional key exchanges of a
 * CREATE_CHILD_SA, each an exchange of its own after it. The responder gives a
 * link with each answer but the last, the initiator goes on with it; the SA
 * is made when all are done.
 */

#include <errno.h>

#include "base/log.h"
#include "ike/v2/actions.h"

#define FOLLOWUP_WAIT SECONDS(60) /* a responder waits so long for the next one */
#define LINK_SIZE 8
#define LINK_MAX 256 /* octets; the peer's may be what it likes */

static bool is_first(const struct task *task)
{
	return !transform_type_is_addke(task->ke_type);
}

static void put_link(struct task *task, struct writer *chain)
{
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: ADDITIONAL_KEY_EXCHANGE");
	put_notify(chain, NOTIFY_ADDITIONAL_KEY_EXCHANGE, buffer_bytes(&task->followup_link));
}

void followup_put_link(struct task *task, struct writer *chain)
{
	if (task->followup_link.len)
		put_link(task, chain);
}

/* --- both ends --- */

/* The initiator finds the responder's link, the responder makes one. */
static struct result take_link(struct task *task)
{
	struct notify_payload notify;

	if (!task->initiator) {
		random_fill(buffer_extend(&task->followup_link, LINK_SIZE), LINK_SIZE);
		return RESULT_OK;
	}
	if (!message_get_notify(task->message, NOTIFY_ADDITIONAL_KEY_EXCHANGE, &notify) ||
	    !notify.data.len || notify.data.len > LINK_MAX)
		return fail(-EPROTO,
			    "the peer's answer has no ADDITIONAL_KEY_EXCHANGE to go on with");
	buffer_set(&task->followup_link, notify.data);
	return RESULT_OK;
}

/* A secret is there: is that all? */
enum ikev2_event followup_check(struct task *task)
{
	const struct transform *next = proposal_next_ke(&task->chosen, task->ke_type);
	struct result result;

	buffer_free(&task->followup_link);
	if (is_first(task) && !next) {
		trace_line(task, "Action: Action_Null");
		return EV_NEXT;
	}
	if (is_first(task)) {
		task->first_secret = buffer_take(&task->secret);
	} else {
		buffer_put(&task->more_secrets, buffer_bytes(&task->secret));
		buffer_free(&task->secret);
	}
	if (!next) {
		task->secret = buffer_take(&task->first_secret);
		return EV_NEXT;
	}
	result = take_link(task);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_DROP_MALFORMED);
	task->ke_type = next->type;
	task->group = next->id;
	trace_line(task, "%s follows", transform_type_name(next->type));
	return task->initiator ? EV_SEND_FOLLOWUP_KE : EV_WAIT_FOLLOWUP_KE;
}

/* --- initiator --- */

enum ikev2_event followup_build_request(struct task *task)
{
	struct writer chain = {};
	struct result result;

	task->exchange = EXCHANGE_IKE_FOLLOWUP_KE;
	writer_begin_chain(&chain);
	put_ke(&chain, task->group, key_exchange_public(task->key_exchange));
	put_link(task, &chain);
	result = exchange_request(task, &chain);
	writer_free(&chain);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	return EV_NEXT;
}

enum ikev2_event followup_process_response(struct task *task)
{
	struct notify_payload notify;
	struct bytes value;
	struct result result;

	if (message_get_error(task->message, &notify)) {
		task->peer_error = notify.type;
		return task_fail(task,
				 fail(-ECONNREFUSED, "the peer answered IKE_FOLLOWUP_KE with %s",
				      notify_name(notify.type)),
				 0, IKE_STAT_REJECTED);
	}
	result = task_check_ke(task, task->group, &value);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_DROP_MALFORMED);
	task_derive(task, value);
	return EV_NEXT;
}

/* --- responder --- */

bool followup_is_under_way(const struct ikev2_sa *sa)
{
	const struct task *task;

	TAILQ_FOREACH(task, &sa->answering, link)
		if (task->kind == TASK_CHILD && !is_first(task))
			return true;
	return false;
}

struct task *followup_find(struct ikev2_sa *sa, const struct message *message)
{
	struct notify_payload notify;
	struct task *task;

	if (!message_get_notify(message, NOTIFY_ADDITIONAL_KEY_EXCHANGE, &notify))
		return NULL;
	TAILQ_FOREACH(task, &sa->answering, link)
		if (task->state == STATE_CHILD_R_WAIT_FOLLOWUP &&
		    bytes_equal(notify.data, buffer_bytes(&task->followup_link)))
			return task;
	return NULL;
}

enum ikev2_event followup_respond(struct task *task)
{
	enum ikev2_event event = create_build_response(task);

	if (event == EV_NEXT)
		timer_start(task->sa->base.ike->env.timers, &task->wait, FOLLOWUP_WAIT);
	return event;
}

enum ikev2_event followup_process_request(struct task *task)
{
	struct bytes value;
	struct result result = task_check_ke(task, task->group, &value);

	timer_stop(task->sa->base.ike->env.timers, &task->wait);
	if (failed(&result))
		return task_fail(task, result, NOTIFY_INVALID_SYNTAX, IKE_STAT_DROP_MALFORMED);
	task_answer(task, value);
	return EV_NEXT;
}

enum ikev2_event followup_build_response(struct task *task)
{
	struct key_exchange *done = task->key_exchange;
	struct writer chain = {};
	struct result result;

	writer_begin_chain(&chain);
	put_ke(&chain, key_exchange_group(done), key_exchange_public(done));
	followup_put_link(task, &chain);
	result = exchange_respond(task, &chain);
	writer_free(&chain);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	return EV_NEXT;
}

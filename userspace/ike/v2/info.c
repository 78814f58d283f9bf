// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * INFORMATIONAL: delete, liveness, late errors (RFC 7296 section 1.4).
 */

#include <errno.h>

#include "base/log.h"
#include "ike/v2/actions.h"

static struct task *info_new(struct ikev2_sa *sa)
{
	struct task *task = task_new(sa, TASK_INFORMATIONAL, true);

	task->exchange = EXCHANGE_INFORMATIONAL;
	return task;
}

void info_disown_child(const struct child_sa *child)
{
	struct task *task = info_new(ikev2_of(child->sa));

	task->delete_protocol = child->protocol;
	task->delete_spi_in = child->spi_in;
	task->delete_spi_out = child->spi_out;
	exchange_start(task);
}

void info_delete_child(struct child_sa *child)
{
	if (child->deleting || !child->sa)
		return;
	child->deleting = true;
	timer_stop(child->ike->env.timers, &child->rekey);
	info_disown_child(child);
}

void info_delete_sa(struct ikev2_sa *sa)
{
	struct task *task;

	if (sa->base.closing)
		return;
	if (!sa->successor && !sa->replaced)
		resume_forget(sa);
	sa->base.closing = true;
	timer_stop(sa->base.ike->env.timers, &sa->reauth);
	timer_stop(sa->base.ike->env.timers, &sa->rekey);
	timer_stop(sa->base.ike->env.timers, &sa->liveness);
	task = info_new(sa);
	task->delete_sa = true;
	exchange_start(task);
}

void info_probe(struct ikev2_sa *sa)
{
	struct task *task;

	/* Whatever is unanswered already tells the same. */
	if (!TAILQ_EMPTY(&sa->in_flight) || !TAILQ_EMPTY(&sa->waiting))
		return;
	sa_line(sa, LOG_IKEV2_KEEPALIVE, "send keepalive");
	task = info_new(sa);
	task->is_probe = true;
	exchange_start(task);
}

enum ikev2_event info_build(struct task *task)
{
	struct writer chain = {};
	struct result result;

	writer_begin_chain(&chain);
	if (task->error_notify)
		put_notify(&chain, task->error_notify, bytes_of(NULL, 0));
	if (task->delete_sa)
		put_delete_ike(&chain);
	else if (task->delete_protocol)
		put_delete_child(&chain, task->delete_protocol, &task->delete_spi_in, 1);
	mobike_put_update(task, &chain);
	redirect_put_order(task, &chain);
	if (task->asks_ticket)
		resume_put_request(task, &chain);
	result = exchange_request(task, &chain);
	writer_free(&chain);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_DROP_UNEXPECTED);
	return EV_NEXT;
}

/* A replaced one still gets packets that were on their way. */
static void child_gone(struct child_sa *child)
{
	struct tunnel *tunnel = child->tunnel;

	if (child->state == CHILD_REPLACED ||
	    (tunnel_active_child(tunnel) != child && child->in_installed))
		child_sa_linger(child);
	else
		child_sa_destroy(child);
	tunnel_lost(tunnel);
}

/* A rekey of the IKE SA may have moved it while the delete was on its way. */
static struct child_sa *find_child(struct ikev2_sa *sa, uint8_t protocol, uint32_t spi_out)
{
	struct child_sa *child = NULL;

	for (; sa && !child; sa = sa->successor)
		child = child_sa_find(&sa->base, protocol, spi_out);
	return child;
}

enum ikev2_event info_process_ack(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct child_sa *child;

	if (task->is_probe)
		sa_line(sa, LOG_IKEV2_KEEPALIVE, "received keepalive");
	if (task->delete_sa) {
		ikev2_sa_end(sa, false);
	} else if (task->delete_protocol) {
		child = find_child(sa, task->delete_protocol, task->delete_spi_out);
		if (child)
			child_gone(child);
	}
	mobike_take_answer(task);
	resume_take_ticket(task);
	/* Who was sent away deletes the SA; we wait for that a while. */
	if (task->redirect_to.family != AF_UNSPEC && !sa->base.dead)
		ikev2_sa_replaced(sa);
	return EV_NEXT;
}

/* Takes the deleted children out; @answer gets the SPIs of our halves. */
static void process_delete_children(struct ikev2_sa *sa, const struct delete_payload *delete,
				    struct writer *answer)
{
	struct reader reader = reader_of(delete->spis);
	uint32_t ours[64];
	size_t count = 0;
	uint32_t spi;

	while (reader_get_u32(&reader, &spi)) {
		struct child_sa *child = find_child(sa, delete->protocol, spi);

		if (!child) {
			sa_line(sa, LOG_IKEV2_ERROR, "not found CHILD SA, ignored(SPI:%08x)", spi);
			continue;
		}
		/* If our own delete of it is on the way, the peer knows our half (section 1.4.1). */
		if (!child->deleting && count < sizeof(ours) / sizeof(ours[0]))
			ours[count++] = child->spi_in;
		/* The peer has finished its rekey: now it can receive on the new SA. */
		if (child->successor)
			child->state = CHILD_REPLACED;
		child_gone(child);
	}
	if (count)
		put_delete_child(answer, delete->protocol, ours, count);
}

/* Return: does this notify end the SA? The initiator may refuse us this late (section 2.21.2). */
static bool process_notify(struct ikev2_sa *sa, struct bytes body)
{
	struct notify_payload notify;
	struct result result = notify_payload_parse(body, &notify);

	if (failed(&result))
		return false;
	sa_line(sa, NOTIFY_IS_ERROR(notify.type) ? LOG_ERROR : LOG_IKEV2_INTERNAL,
		"the peer says %s", notify_name(notify.type));
	return notify.type == NOTIFY_AUTHENTICATION_FAILED;
}

enum ikev2_event info_process_request(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct writer answer = {};
	struct result result = RESULT_OK;
	bool ike_deleted = false;

	writer_begin_chain(&answer);
	if (!task->message->count)
		sa_line(sa, LOG_IKEV2_KEEPALIVE, "answers keepalive");
	for (size_t i = 0; i < task->message->count && !failed(&result); i++) {
		const struct payload *payload = &task->message->payloads[i];
		struct delete_payload delete;

		if (payload->type == PAYLOAD_NOTIFY && process_notify(sa, payload->body))
			ike_deleted = true;
		if (payload->type != PAYLOAD_DELETE)
			continue;
		result = cannot_process(PAYLOAD_DELETE,
					delete_payload_parse(payload->body, &delete));
		if (failed(&result))
			break;
		if (delete.protocol == PROTOCOL_IKE)
			ike_deleted = true;
		else
			process_delete_children(sa, &delete, &answer);
	}
	if (!failed(&result)) {
		config_put_reply(task, &answer);
		mobike_answer(task, &answer);
		resume_put_ticket(task, &answer);
	}
	if (failed(&result)) {
		writer_free(&answer);
		return task_fail(task, result, NOTIFY_INVALID_SYNTAX, IKE_STAT_DROP_MALFORMED);
	}
	result = exchange_respond(task, &answer);
	writer_free(&answer);
	if (failed(&result))
		sa_line(sa, LOG_IKEV2_ERROR, "%s", result.why);
	if (ike_deleted && !sa->successor && !sa->replaced)
		resume_forget(sa);
	if (ike_deleted)
		ikev2_sa_end(sa, false);
	else
		redirect_in_session(task);
	return EV_NEXT;
}

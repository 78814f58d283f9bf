// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks: their life, what they keep, and their trips through the workers.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "base/memory.h"
#include "ike/v2/actions.h"

static void wait_over(struct timer *timer)
{
	machine_run(container_of(timer, struct task, wait), EV_TIMEOUT);
}

struct task *task_new(struct ikev2_sa *sa, enum task_kind kind, bool initiator)
{
	struct task *task = must_calloc(1, sizeof(*task));

	task->sa = sa;
	task->kind = kind;
	task->initiator = initiator;
	task->state = kind == TASK_INITIAL ? STATE_IDLE : STATE_READY;
	task->wait.fire = wait_over;
	return task;
}

const struct message *task_request(const struct task *task)
{
	return task->first ? task->first : task->message;
}

struct tunnel *task_tunnel(const struct task *task)
{
	return task->owner.ifindex ? tunnel_of_owner(task->sa->base.ike, &task->owner) : NULL;
}

void task_enlist(struct task *task, struct task_list *list)
{
	if (task->list)
		TAILQ_REMOVE(task->list, task, link);
	task->list = list;
	if (list)
		TAILQ_INSERT_TAIL(list, task, link);
}

/* A copy whose views point into a copy of the octets. */
static struct message *copy_message(const struct message *message, struct bytes octets,
				    struct buffer *copied)
{
	struct message *copy = must_calloc(1, sizeof(*message));

	buffer_set(copied, octets);
	*copy = *message;
	for (size_t i = 0; i < message->count; i++) {
		struct bytes *body = &copy->payloads[i].body;

		if (body->len)
			body->data = copied->data + (body->data - octets.data);
	}
	return copy;
}

void task_keep_request(struct task *task)
{
	free(task->first);
	task->first = copy_message(task->message, buffer_bytes(&task->octets), &task->first_octets);
}

void task_drop_message(struct task *task)
{
	free(task->message);
	task->message = NULL;
	buffer_free(&task->octets);
}

void task_take_message(struct task *task, const struct message *message, struct bytes octets)
{
	task_drop_message(task);
	task->message = copy_message(message, octets, &task->octets);
}

void task_free(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct timers *timers = sa->base.ike->env.timers;
	bool in_flight = task->list == &sa->in_flight;

	if (task->said_exchange)
		task_event(task, "exchange terminated");
	if (sa->initial == task)
		sa->initial = NULL;
	if (sa->rekey_task == task)
		sa->rekey_task = NULL;
	task_enlist(task, NULL);
	timer_stop(timers, &task->resend);
	timer_stop(timers, &task->wait);
	if (task->work)
		task->work->task = NULL;
	child_sa_hand_over(&task->child);
	key_exchange_free(task->key_exchange);
	task_drop_message(task);
	packets_free(&task->request);
	buffer_free(&task->secret);
	buffer_free(&task->own_public);
	buffer_free(&task->nonce_i);
	buffer_free(&task->nonce_r);
	buffer_free(&task->error_data);
	buffer_free(&task->init_request);
	buffer_free(&task->init_response);
	buffer_free(&task->cookie);
	buffer_free(&task->psk);
	buffer_free(&task->ticket);
	session_free(task->session);
	buffer_free(&task->auth_value);
	buffer_free(&task->certreq);
	buffer_free(&task->peer_methods);
	credential_free(task->credential);
	buffer_free(&task->eap_packet);
	ppk_free(task->ppk);
	intermediate_free(task->intermediate);
	buffer_free(&task->first_secret);
	buffer_free(&task->more_secrets);
	buffer_free(&task->followup_link);
	eap_free(task->eap);
	eap_tls_free(task->eap_tls);
	free(task->first);
	buffer_free(&task->first_octets);
	free(task);
	if (in_flight && !sa->base.dead)
		exchange_next(sa);
}

/* Workers: a task waits in its state until its work comes back. */

static void work_done(struct work *base)
{
	struct task_work *work = (struct task_work *)base;
	struct task *task = work->task;

	if (task) {
		task->work = NULL;
		machine_run(task, work->finish(task, work));
	}
	work->release(work);
}

void task_submit(struct task *task, struct task_work *work)
{
	struct workers *workers = task->sa->base.ike->env.workers;

	work->work.done = work_done;
	work->task = task;
	task->work = work;
	workers->submit(workers, &work->work);
}

/* --- key exchanges --- */

static void run_key_exchange(struct work *base)
{
	struct ke_work *work = (struct ke_work *)base;

	struct bytes peer_public = buffer_bytes(&work->peer_public);

	switch (work->step) {
	case KE_MAKE:
		work->result = key_exchange_new(work->group, &work->exchange);
		break;
	case KE_DERIVE:
		work->result = key_exchange_derive(work->exchange, peer_public, &work->secret);
		break;
	case KE_ANSWER:
		work->result = key_exchange_answer(work->group, peer_public, &work->secret,
						   &work->exchange);
		break;
	}
}

static enum ikev2_event key_exchange_done(struct task *task, struct task_work *base)
{
	struct ke_work *work = (struct ke_work *)base;

	task->key_exchange = work->exchange;
	work->exchange = NULL;
	if (failed(&work->result))
		return task_fail(task, work->result, NOTIFY_INVALID_SYNTAX,
				 IKE_STAT_DROP_MALFORMED);
	if (work->step == KE_MAKE)
		return EV_OK_RECD_DH_PUBKEY_RESP;
	buffer_free(&task->secret);
	task->secret = buffer_take(&work->secret);
	return EV_OK_RECD_DH_SECRET_RESP;
}

static void ke_work_free(struct task_work *base)
{
	struct ke_work *work = (struct ke_work *)base;

	key_exchange_free(work->exchange);
	buffer_free(&work->peer_public);
	buffer_free(&work->secret);
	free(work);
}

static void submit(struct task *task, int step, struct bytes peer_public)
{
	struct ke_work *work = must_calloc(1, sizeof(*work));

	work->base.work.run = run_key_exchange;
	work->base.finish = key_exchange_done;
	work->base.release = ke_work_free;
	work->step = step;
	work->group = task->group;
	if (step == KE_DERIVE)
		work->exchange = task->key_exchange;
	else
		key_exchange_free(task->key_exchange);
	task->key_exchange = NULL;
	buffer_put(&work->peer_public, peer_public);
	task_submit(task, &work->base);
}

void task_make_key(struct task *task)
{
	submit(task, KE_MAKE, bytes_of(NULL, 0));
}

void task_derive(struct task *task, struct bytes peer_public)
{
	submit(task, KE_DERIVE, peer_public);
}

void task_answer(struct task *task, struct bytes peer_public)
{
	submit(task, KE_ANSWER, peer_public);
}

struct result task_check_ke(const struct task *task, uint16_t wanted, struct bytes *value)
{
	const struct payload *payload = message_get(task->message, PAYLOAD_KE);
	struct ke_payload ke = {};
	struct result result;

	if (!payload)
		return fail(-EPROTO, "KE payload is not contained");
	result = cannot_process(PAYLOAD_KE, ke_payload_parse(payload->body, &ke));
	if (!failed(&result) && ke.group != wanted)
		result = fail(-EPROTO, "cannot accept KE payload: group %u instead of %u", ke.group,
			      wanted);
	*value = ke.value;
	return result;
}

/* How tasks end early. */

static const char *kind_name(const struct task *task)
{
	switch (task->kind) {
	case TASK_INITIAL:
		return "negotiation";
	case TASK_CHILD:
		return task->rekeys ? "child SA rekey" : "child SA negotiation";
	case TASK_REKEY_IKE:
		return "IKE SA rekey";
	default:
		return "informational exchange";
	}
}

static void tell_peer(struct task *task)
{
	struct bytes data = buffer_bytes(&task->error_data);
	struct writer writer = {};
	struct result result;

	if (!task->error_notify || task->initiator)
		return;
	if (exchange_is_first(task->exchange)) {
		struct ike_header header = exchange_header(task->sa, task->exchange, true, 0);

		/* We keep no state for a peer that we refuse (RFC 7296 section 2.6). */
		header.spi_responder = 0;
		writer_begin(&writer, &header);
	} else {
		writer_begin_chain(&writer);
	}
	if (!eap_put_failure(task, &writer)) {
		log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: %s",
			 notify_name(task->error_notify));
		put_notify(&writer, task->error_notify, data);
	}
	result = exchange_respond(task, &writer);
	if (failed(&result))
		sa_line(task->sa, LOG_IKEV2_ERROR, "%s", result.why);
	writer_free(&writer);
}

/*
 * What a failure means for the SA: the first negotiation ends it, a failed
 * child leaves it, an unanswered request shows that the peer is gone.
 */
static void clean_up(struct task *task, bool peer_is_gone)
{
	struct ikev2_sa *sa = task->sa;
	struct tunnel *tunnel = task_tunnel(task);
	struct result why = task->error;

	if (task->kind == TASK_CHILD) {
		sa->base.ike->stats[IKE_STAT_CHILD_FAILED]++;
		child_abandon(task);
	}
	if (task->kind == TASK_REKEY_IKE)
		rekey_abandon(task);
	/* Whatever the peer made of our delete, we have made up our mind. */
	if (task->kind == TASK_INFORMATIONAL && task->initiator && !peer_is_gone)
		info_process_ack(task);
	if (task->kind == TASK_INITIAL) {
		sa->base.ike->stats[IKE_STAT_FAILED]++;
		child_abandon(task);
		auth_reject(task);
		ikev2_sa_end(sa, false);
	} else if (peer_is_gone) {
		ikev2_sa_unreachable(sa);
	}
	if (tunnel && (task->redirected || task->anew)) {
		tunnel->negotiating = false;
		tunnel_want(tunnel);
	} else if (tunnel) {
		tunnel_failed(tunnel, why.why);
	}
}

/* What strangers can cause as often as they like must not fill the log. */
static enum log_topic failure_topic(const struct task *task)
{
	/* A wrong guess at the group is put right by the next message (row B36). */
	if (task->error_notify == NOTIFY_INVALID_KE_PAYLOAD || task->redirected || task->anew)
		return LOG_IKEV2_INTERNAL;
	if (task->kind == TASK_INITIAL && !task->initiator &&
	    !ike_noise_allowed(task->sa->base.ike))
		return LOG_IKEV2_ERROR;
	return LOG_ERROR;
}

enum ikev2_event task_failed(struct task *task)
{
	char remote[ADDRESS_TEXT];

	log_line(failure_topic(task), "%s with %s failed: %s", kind_name(task),
		 endpoint_format(&task->sa->base.remote, remote), task->error.why);
	if (log_style() == LOG_STYLE_YAMAHA)
		task_event(task, "%s", task->error.why);
	tell_peer(task);
	clean_up(task, false);
	return EV_NEXT;
}

enum ikev2_event task_check_pending(struct task *task)
{
	if (!task->sa->base.dead && !failed(&task->error))
		exchange_say_window(task);
	return EV_NEXT;
}

enum ikev2_event task_timed_out(struct task *task)
{
	char remote[ADDRESS_TEXT];

	task->error =
		task->noted.code ?
			task->noted :
			fail(-ETIMEDOUT,
			     task->initiator		? "%s does not answer" :
			     task->kind == TASK_INITIAL ? "%s did not go on with IKE_AUTH" :
							  "%s did not go on with IKE_FOLLOWUP_KE",
			     endpoint_format(&task->sa->base.remote, remote));
	task->sa->base.ike->stats[task->noted.code ? task->noted_stat : IKE_STAT_TIMED_OUT]++;
	log_line(failure_topic(task), "%s failed: %s", kind_name(task), task->error.why);
	clean_up(task, task->initiator);
	return EV_NEXT;
}

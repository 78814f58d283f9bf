// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks: their life, their trips through the workers, and how they end early.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/memory.h"
#include "ike/v1/actions.h"

#define NODE_STAYS SECONDS(60) /* to repeat its last message */

static void end_due(struct timer *timer)
{
	struct ikev1_task *task = container_of(timer, struct ikev1_task, end);

	isakmp_line(task->sa, "purging node %d", (int)task->message_id);
	ikev1_task_free(task);
}

struct ikev1_task *ikev1_task_new(struct ikev1_sa *sa, enum ikev1_task_kind kind, bool initiator,
				  uint32_t message_id)
{
	struct ikev1_task *task = must_calloc(1, sizeof(*task));
	struct result result = RESULT_OK;

	task->sa = sa;
	task->kind = kind;
	task->initiator = initiator;
	task->message_id = message_id;
	task->end.fire = end_due;
	task->path = (struct path){ sa->base.local, sa->base.remote };
	if (!message_id) {
		task->state = IKE_READY;
		task->stage = kind == IKEV1_MAIN ? "MM_NO_STATE" : "AG_NO_STATE";
		task->mode = kind == IKEV1_MAIN ? "Main" : "Aggressive";
		sa->initial = task;
		return task;
	}
	task->state = kind == IKEV1_QUICK ? IKE_QM_READY : IKE_P1_COMPLETE;
	task->stage = sa->initial ? sa->initial->stage : "QM_IDLE";
	task->mode = kind == IKEV1_QUICK ? "Quick" : "Transaction";
	task->have_iv = true;
	result = ikev1_iv_phase_2(&sa->keys, &sa->phase_1, message_id, &task->iv);
	if (failed(&result))
		isakmp_line(sa, "%s", result.why);
	TAILQ_INSERT_TAIL(&sa->tasks, task, link);
	log_line(LOG_ISAKMP, ": set new node %d to %s", (int)message_id, task->stage);
	return task;
}

void ikev1_node_stays(struct ikev1_task *task)
{
	timer_start(task->sa->base.ike->env.timers, &task->end, NODE_STAYS);
}

struct tunnel *ikev1_task_tunnel(const struct ikev1_task *task)
{
	return task->owner.ifindex ? tunnel_of_owner(task->sa->base.ike, &task->owner) : NULL;
}

void ikev1_task_free(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct timers *timers = sa->base.ike->env.timers;

	if (sa->initial == task)
		sa->initial = NULL;
	else
		TAILQ_REMOVE(&sa->tasks, task, link);
	timer_stop(timers, &task->resend);
	timer_stop(timers, &task->end);
	if (task->work)
		task->work->task = NULL;
	child_sa_hand_over(&task->child);
	key_exchange_free(task->key_exchange);
	buffer_free(&task->sent);
	buffer_free(&task->received);
	buffer_free(&task->plain);
	buffer_free(&task->own_public);
	buffer_free(&task->peer_public);
	buffer_free(&task->secret);
	buffer_free(&task->nonce_i);
	buffer_free(&task->nonce_r);
	buffer_free(&task->sa_body);
	buffer_free(&task->id_body);
	buffer_free(&task->requests);
	buffer_free(&task->signature);
	credential_free(task->credential);
	buffer_free(&task->peer_id_body);
	private_key_free(task->rsa_key);
	buffer_free(&task->peer_key);
	buffer_free(&task->peer_id);
	buffer_free(&task->psk);
	free(task->message);
	free(task->offer);
	free(task->answer);
	free(task);
}

const struct payload *ikev1_need(struct ikev1_task *task, uint8_t type, struct result *result)
{
	const struct payload *payload = message_get(task->message, type);

	if (!payload)
		*result = fail(-EPROTO, "%s payload is not contained", isakmp_payload_name(type));
	else
		isakmp_line(task->sa, " processing %s payload. message ID = %d",
			    isakmp_payload_name(type), (int)task->message_id);
	return payload;
}

void ikev1_new_nonce(struct buffer *nonce)
{
	buffer_free(nonce);
	random_fill(buffer_extend(nonce, IKEV1_NONCE_SIZE), IKEV1_NONCE_SIZE);
}

/* --- workers (row E27) --- */

static void work_done(struct work *base)
{
	struct ikev1_work *work = container_of(base, struct ikev1_work, work);
	struct ikev1_task *task = work->task;
	enum ikev1_event event;

	if (task) {
		task->work = NULL;
		event = work->finish(task, work);
		ikev1_run(task, event == IKEV1_NEXT ? work->then : event);
	}
	work->release(work);
}

void ikev1_task_submit(struct ikev1_task *task, struct ikev1_work *work, enum ikev1_event then)
{
	struct workers *workers = task->sa->base.ike->env.workers;

	work->work.done = work_done;
	work->then = then;
	work->task = task;
	task->work = work;
	log_line(LOG_ENGINE, "CRYPTO_ENGINE: key process suspended and continued");
	workers->submit(workers, &work->work);
}

/* --- key exchanges --- */

/** struct key_work - a key pair and a shared secret */
struct key_work {
	struct ikev1_work base;
	struct key_exchange *exchange; /* NULL: make one */
	bool fresh; /* it is made here */
	uint16_t group;
	struct buffer peer_public; /* empty: only the key pair */
	struct buffer secret;
	struct result result;
};

static void run_keys(struct work *base)
{
	struct key_work *work = (struct key_work *)base;

	work->result = RESULT_OK;
	if (!work->exchange)
		work->result = key_exchange_new(work->group, &work->exchange);
	if (!failed(&work->result) && work->peer_public.len)
		work->result = key_exchange_derive(work->exchange, buffer_bytes(&work->peer_public),
						   &work->secret);
}

static enum ikev1_event take_keys(struct ikev1_task *task, struct ikev1_work *base)
{
	struct key_work *work = (struct key_work *)base;

	task->key_exchange = work->exchange;
	work->exchange = NULL;
	if (work->fresh)
		log_line(LOG_ENGINE, "CRYPTO_ENGINE: Dh phase 1 status: %d", work->result.code);
	if (failed(&work->result))
		return ikev1_fail(task, work->result, ISAKMP_NOTIFY_INVALID_KEY_INFORMATION,
				  IKE_STAT_DROP_MALFORMED);
	buffer_set(&task->own_public, key_exchange_public(task->key_exchange));
	buffer_free(&task->secret);
	task->secret = buffer_take(&work->secret);
	return IKEV1_NEXT;
}

static void release_keys(struct ikev1_work *base)
{
	struct key_work *work = (struct key_work *)base;

	key_exchange_free(work->exchange);
	buffer_free(&work->peer_public);
	buffer_free(&work->secret);
	free(work);
}

void ikev1_task_compute(struct ikev1_task *task, enum ikev1_event then)
{
	struct key_work *work = must_calloc(1, sizeof(*work));

	work->base.work.run = run_keys;
	work->base.finish = take_keys;
	work->base.release = release_keys;
	work->group = task->group;
	work->exchange = task->key_exchange;
	work->fresh = !work->exchange;
	task->key_exchange = NULL;
	log_line(LOG_ENGINE, "CryptoEngine0: generate alg parameter");
	buffer_set(&work->peer_public, buffer_bytes(&task->peer_public));
	ikev1_task_submit(task, &work->base, then);
}

/* --- early ends --- */

/* What strangers can cause as often as they like must not fill the log. */
static enum log_topic failure_topic(const struct ikev1_task *task)
{
	bool stranger = !task->message_id && !task->initiator;

	return stranger && !ike_noise_allowed(task->sa->base.ike) ? LOG_ISAKMP : LOG_ERROR;
}

/* Row E06; the reason is what stands in front of the details. */
static void say_deleted(const struct ikev1_task *task)
{
	const struct ikev1_sa *sa = task->sa;
	const char *why = task->error.why;
	char remote[ADDRESS_TEXT];

	isakmp_line(sa, "peer does not do paranoid keepalives.");
	isakmp_line(sa, "deleting SA reason \"%.*s\" state (%c) %s (peer %s)",
		    (int)strcspn(why, ":"), why, sa->base.initiator ? 'I' : 'R', task->stage,
		    address_format(&sa->base.remote.address, remote));
}

/* A user who is not known ends the SA; a configuration that fails may be asked for again. */
static void transaction_failed(struct ikev1_task *task, bool peer_is_gone)
{
	struct ikev1_sa *sa = task->sa;

	if (sa->user_due)
		ikev1_give_up(sa, task->error.why);
	else if (peer_is_gone)
		ikev1_sa_end(sa, false);
}

static void clean_up(struct ikev1_task *task, bool peer_is_gone)
{
	struct ikev1_sa *sa = task->sa;
	struct tunnel *tunnel = ikev1_task_tunnel(task);
	struct result why = task->error;
	struct ike *ike = sa->base.ike;

	isakmp_line(sa, "deleting node %d error TRUE reason \"%s\"", (int)task->message_id,
		    why.why);
	if (task->kind == IKEV1_QUICK) {
		ike->stats[IKE_STAT_CHILD_FAILED]++;
		quick_abandon(task);
		if (peer_is_gone && task->initiator) {
			isakmp_line(sa, "the peer does not answer: the SA is deleted");
			ikev1_sa_end(sa, false);
		}
	} else if (task->kind == IKEV1_TRANSACTION) {
		transaction_failed(task, peer_is_gone);
	} else {
		ike->stats[IKE_STAT_FAILED]++;
		say_deleted(task);
		ikev1_sa_end(sa, false);
	}
	if (tunnel)
		tunnel_failed(tunnel, why.why);
}

/* Rows E06, E19, L01 */
enum ikev1_event task_fails(struct ikev1_task *task)
{
	enum log_topic topic = failure_topic(task);
	struct ikev1_sa *sa = task->sa;
	char remote[ADDRESS_TEXT];

	address_format(&sa->base.remote.address, remote);
	log_line(topic, "%s mode with %s failed: %s", task->mode, remote, task->error.why);
	log_line(topic == LOG_ERROR ? LOG_NOTICE : topic,
		 "%%CRYPTO-6-IKMP_MODE_FAILURE: Processing of %s mode failed with peer at %s",
		 task->mode, remote);
	if (task->error_notify)
		ikev1_notify(sa, task->error_notify, bytes_of(NULL, 0));
	clean_up(task, false);
	return IKEV1_NEXT;
}

enum ikev1_event task_times_out(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	char remote[ADDRESS_TEXT];

	endpoint_format(&sa->base.remote, remote);
	task->error =
		task->noted.code ? task->noted : fail(-ETIMEDOUT, "%s does not answer", remote);
	sa->base.ike->stats[IKE_STAT_TIMED_OUT]++;
	log_line(failure_topic(task), "%s mode with %s failed: %s", task->mode, remote,
		 task->error.why);
	clean_up(task, true);
	return IKEV1_NEXT;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Main mode (RFC 2409 section 5; rows E01 to E12):
 *
 *   initiator                         responder
 *   1: SA, vendor IDs            -->
 *                                <--  2: SA, vendor IDs
 *   3: KE, NONCE, NAT-D          -->
 *                                <--  4: KE, NONCE, NAT-D
 *   5: ID, HASH_I (encrypted)    -->
 *                                <--  6: ID, HASH_R (encrypted)
 */

#include <errno.h>

#include "base/memory.h"
#include "ike/v1/auth.h"

/* --- 1 and 2: the suite --- */

enum ikev1_event main_send_offer(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct writer writer;
	struct result result;

	task->offer = must_calloc(1, sizeof(*task->offer));
	/* Row A18: said at once, not after a negotiation that cannot succeed. */
	result = auths_prepare(task);
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	if (!suites_offer(task, task->offer))
		return ikev1_fail(task,
				  fail(-ENOENT, "incorrect policy settings. Unable to initiate: no "
						"\"crypto isakmp policy\" may be used with this "
						"peer"),
				  0, IKE_STAT_NO_PROPOSAL);
	isakmp_line(sa, " beginning Main Mode exchange");
	phase1_begin_clear(task, &writer);
	phase1_put_offer(task, &writer);
	vendors_put(sa, &writer);
	ikev1_send_clear(task, &writer, SEND_REPEATS);
	writer_free(&writer);
	return IKEV1_NEXT;
}

enum ikev1_event main_choose(struct ikev1_task *task)
{
	uint16_t notify = 0;
	struct result result = phase1_choose(task, &notify);

	if (failed(&result))
		return ikev1_fail(task, result, notify,
				  notify == ISAKMP_NOTIFY_PAYLOAD_MALFORMED ?
					  IKE_STAT_DROP_MALFORMED :
					  IKE_STAT_NO_PROPOSAL);
	ikev1_accept(task);
	return IKEV1_NEXT;
}

enum ikev1_event main_send_choice(struct ikev1_task *task)
{
	struct writer writer;

	task->stage = "MM_SA_SETUP";
	phase1_begin_clear(task, &writer);
	isakmp_put_sa(&writer, task->answer);
	vendors_put(task->sa, &writer);
	ikev1_send_clear(task, &writer, SEND_WAITS);
	writer_free(&writer);
	return IKEV1_NEXT;
}

enum ikev1_event main_take_answer(struct ikev1_task *task)
{
	struct result result = phase1_take_choice(task);

	if (failed(&result))
		return ikev1_fail(task, result, ISAKMP_NOTIFY_BAD_PROPOSAL_SYNTAX,
				  IKE_STAT_NO_PROPOSAL);
	ikev1_accept(task);
	ikev1_task_compute(task, IKEV1_PROCESS_COMPLETE);
	return IKEV1_WAIT;
}

/* --- 3 and 4: the key --- */

static struct result begin_key(struct ikev1_task *task, struct writer *writer)
{
	const struct ikev1_auth *method = task->sa->method;
	struct result result = RESULT_OK;

	phase1_begin_clear(task, writer);
	if (method->put_public)
		result = method->put_public(task, writer);
	else
		phase1_put_public(task, writer);
	natt_put_detection(task, writer);
	return result;
}

enum ikev1_event main_send_key(struct ikev1_task *task)
{
	struct writer writer;
	struct result result;

	task->stage = "MM_SA_SETUP";
	result = begin_key(task, &writer);
	if (!failed(&result))
		ikev1_send_clear(task, &writer, SEND_REPEATS);
	writer_free(&writer);
	return failed(&result) ? ikev1_fail(task, result, 0, IKE_STAT_FAILED) : IKEV1_NEXT;
}

static enum ikev1_event take_public(struct ikev1_task *task)
{
	struct result result;

	if (task->sa->method->take_public)
		return task->opened ? IKEV1_NEXT : task->sa->method->take_public(task);
	result = phase1_take_public(task);
	return failed(&result) ? ikev1_fail(task, result, ISAKMP_NOTIFY_PAYLOAD_MALFORMED,
					    IKE_STAT_DROP_MALFORMED) :
				 IKEV1_NEXT;
}

/* Both: the peer's public value and nonce; the responder makes its own key pair meanwhile. */
enum ikev1_event main_take_key(struct ikev1_task *task)
{
	enum ikev1_event event = take_public(task);

	if (event != IKEV1_NEXT)
		return event;
	vendors_take(task->sa, task->message);
	natt_detect(task);
	ikev1_accept(task);
	ikev1_task_compute(task, IKEV1_PROCESS_COMPLETE);
	return IKEV1_WAIT;
}

enum ikev1_event main_answer_key(struct ikev1_task *task)
{
	struct writer writer;
	struct result result;

	task->stage = "MM_KEY_EXCH";
	result = begin_key(task, &writer);
	if (!failed(&result) && !task->have_iv)
		result = auth_make_keys(task);
	if (!failed(&result))
		ikev1_send_clear(task, &writer, SEND_REPEATS);
	writer_free(&writer);
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	return IKEV1_NEXT;
}

/* --- 5 and 6: who it is --- */

static enum ikev1_event send_proof(struct ikev1_task *task, enum send_kind kind)
{
	enum ikev1_event event;
	struct writer chain;
	struct result result;

	phase1_choose_id(task);
	writer_begin_chain(&chain);
	if (!task->sa->method->put_public)
		put_raw_payload(&chain, ISAKMP_PAYLOAD_ID, buffer_bytes(&task->id_body));
	event = phase1_prove(task, &chain);
	if (event == IKEV1_NEXT) {
		phase1_put_contact(task, &chain);
		result = ikev1_send_sealed(task, &chain, kind);
		if (failed(&result))
			event = ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	}
	writer_free(&chain);
	return event;
}

enum ikev1_event main_send_proof(struct ikev1_task *task)
{
	struct result result = task->have_iv ? RESULT_OK : auth_make_keys(task);

	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	task->stage = "MM_KEY_EXCH";
	natt_float(task->sa);
	return send_proof(task, SEND_REPEATS);
}

static enum ikev1_event check_proof(struct ikev1_task *task)
{
	struct payload early = {
		.type = ISAKMP_PAYLOAD_ID,
		.next = ISAKMP_PAYLOAD_NONCE,
		.body = buffer_bytes(&task->peer_id),
	};
	struct result result = RESULT_OK;
	const struct payload *id =
		task->opened ? &early : ikev1_need(task, ISAKMP_PAYLOAD_ID, &result);

	if (!id)
		return ikev1_fail(task, result, ISAKMP_NOTIFY_PAYLOAD_MALFORMED,
				  IKE_STAT_DROP_MALFORMED);
	result = take_identity(task->sa, id);
	/* One that was encrypted is as good as unreadable: no answer may tell (auth_encr.c). */
	if (failed(&result) && task->opened)
		return auth_failed(task, result);
	if (failed(&result))
		return ikev1_fail(task, result, ISAKMP_NOTIFY_INVALID_ID_INFORMATION,
				  IKE_STAT_AUTH_FAILED);
	return phase1_check(task, id->body);
}

enum ikev1_event main_take_proof(struct ikev1_task *task)
{
	enum ikev1_event event = task->proven ? IKEV1_NEXT : check_proof(task);

	if (event == IKEV1_NEXT)
		phase1_proven(task);
	return event;
}

enum ikev1_event main_answer_proof(struct ikev1_task *task)
{
	return send_proof(task, SEND_LAST);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Aggressive mode (RFC 2409 section 5; rows E03, E21, F01):
 *
 *   initiator                                   responder
 *   1: SA, KE, NONCE, ID, vendor IDs       -->
 *                                          <--  2: SA, KE, NONCE, ID, proof, vendor IDs, NAT-D
 *   3: proof, NAT-D (encrypted)            -->
 *
 * Everybody on the way sees who talks to whom. With a pre-shared key the second
 * message, which anybody can ask for, lets one try keys at home: that needs the
 * permission for what is weak.
 */

#include <errno.h>

#include "base/memory.h"
#include "ike/v1/auth.h"

static struct result may_do_aggressive(const struct ikev1_task *task)
{
	const struct ikev1_sa *sa = task->sa;

	const struct ikev1_auth *method = auth_of(task->chosen.auth);

	if (!method || method->policy != ISAKMP_AUTH_PRE_SHARED || legacy_is_permitted(sa))
		return RESULT_OK;
	return fail(
		-EACCES,
		"aggressive mode with a pre-shared key lets anybody try keys offline: to permit "
		"it, add \"crypto legacy\", or \"legacy\" in the \"crypto isakmp profile\" of "
		"the peer");
}

/* --- initiator --- */

/* One group for all: that of the first suite; what would need another one is left out. */
static void keep_one_group(struct isakmp_proposal *proposal)
{
	size_t kept = 0;

	for (size_t i = 0; i < proposal->count; i++) {
		if (proposal->transforms[i].group != proposal->transforms[0].group)
			continue;
		proposal->transforms[kept] = proposal->transforms[i];
		proposal->transforms[kept].number = (uint8_t)(kept + 1);
		kept++;
	}
	proposal->count = (uint8_t)kept;
}

enum ikev1_event aggressive_begin(struct ikev1_task *task)
{
	struct result result = auths_prepare(task);

	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	task->offer = must_calloc(1, sizeof(*task->offer));
	if (!suites_offer(task, task->offer))
		return ikev1_fail(task,
				  fail(-ENOENT, "incorrect policy settings. Unable to initiate: no "
						"\"crypto isakmp policy\" may be used with this "
						"peer"),
				  0, IKE_STAT_NO_PROPOSAL);
	keep_one_group(&task->offer->proposals[0]);
	task->chosen = task->offer->proposals[0].transforms[0];
	result = may_do_aggressive(task);
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	task->group = task->chosen.group;
	isakmp_line(task->sa, " beginning Aggressive Mode exchange");
	ikev1_task_compute(task, IKEV1_PROCESS_COMPLETE);
	return IKEV1_WAIT;
}

enum ikev1_event aggressive_send_offer(struct ikev1_task *task)
{
	struct writer writer;

	task->stage = "AG_INIT_EXCH";
	phase1_choose_id(task);
	phase1_begin_clear(task, &writer);
	phase1_put_offer(task, &writer);
	phase1_put_public(task, &writer);
	put_raw_payload(&writer, ISAKMP_PAYLOAD_ID, buffer_bytes(&task->id_body));
	vendors_put(task->sa, &writer);
	ikev1_send_clear(task, &writer, SEND_REPEATS);
	writer_free(&writer);
	return IKEV1_NEXT;
}

static struct result take_answer(struct ikev1_task *task, uint16_t *notify)
{
	uint16_t group = task->group;
	struct result result = phase1_take_choice(task);

	*notify = ISAKMP_NOTIFY_BAD_PROPOSAL_SYNTAX;
	if (!failed(&result) && task->group != group)
		result = fail(-EPROTO, "the peer chose another group than that of our key");
	if (!failed(&result))
		result = may_do_aggressive(task);
	if (failed(&result))
		return result;
	*notify = ISAKMP_NOTIFY_PAYLOAD_MALFORMED;
	return phase1_take_public(task);
}

enum ikev1_event aggressive_take_answer(struct ikev1_task *task)
{
	uint16_t notify;
	struct result result = take_answer(task, &notify);
	const struct payload *id =
		failed(&result) ? NULL : ikev1_need(task, ISAKMP_PAYLOAD_ID, &result);

	if (!id)
		return ikev1_fail(task, result, notify,
				  notify == ISAKMP_NOTIFY_PAYLOAD_MALFORMED ?
					  IKE_STAT_DROP_MALFORMED :
					  IKE_STAT_NO_PROPOSAL);
	result = take_identity(task->sa, id);
	if (failed(&result))
		return ikev1_fail(task, result, ISAKMP_NOTIFY_INVALID_ID_INFORMATION,
				  IKE_STAT_AUTH_FAILED);
	buffer_set(&task->peer_id_body, id->body);
	natt_detect(task);
	ikev1_accept(task);
	ikev1_task_compute(task, IKEV1_PROCESS_COMPLETE);
	return IKEV1_WAIT;
}

static enum ikev1_event check_answer(struct ikev1_task *task)
{
	struct result result = task->have_iv ? RESULT_OK : auth_make_keys(task);

	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	return phase1_check(task, buffer_bytes(&task->peer_id_body));
}

enum ikev1_event aggressive_finish(struct ikev1_task *task)
{
	enum ikev1_event event = task->proven ? IKEV1_NEXT : check_answer(task);
	struct ikev1_sa *sa = task->sa;
	struct writer chain;
	struct result result;

	if (event != IKEV1_NEXT)
		return event;
	task->proven = true;
	writer_begin_chain(&chain);
	event = phase1_prove(task, &chain);
	if (event == IKEV1_NEXT) {
		task->next_iv = task->iv; /* the answer was not encrypted */
		phase1_proven(task);
		natt_float(sa);
		natt_put_detection(task, &chain);
		phase1_put_contact(task, &chain);
		result = ikev1_send_sealed(task, &chain, SEND_LAST);
		if (failed(&result))
			event = ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	}
	writer_free(&chain);
	return event;
}

/* --- responder --- */

enum ikev1_event aggressive_choose(struct ikev1_task *task)
{
	uint16_t notify = ISAKMP_NOTIFY_PAYLOAD_MALFORMED;
	struct result result = RESULT_OK;
	const struct payload *id;

	if (task->sa->base.ike->policy->isakmp_aggressive_disabled)
		return ikev1_fail(task,
				  fail(-EACCES, "aggressive mode is disabled here (\"crypto isakmp "
						"aggressive-mode disable\")"),
				  ISAKMP_NOTIFY_UNSUPPORTED_EXCHANGE_TYPE, IKE_STAT_REJECTED);
	id = ikev1_need(task, ISAKMP_PAYLOAD_ID, &result);
	/* The name comes first: key and profile follow from it. */
	if (id) {
		result = take_identity(task->sa, id);
		notify = ISAKMP_NOTIFY_INVALID_ID_INFORMATION;
	}
	if (failed(&result))
		return ikev1_fail(task, result, notify, IKE_STAT_REJECTED);
	buffer_set(&task->peer_id_body, id->body);
	result = phase1_choose(task, &notify);
	if (!failed(&result)) {
		notify = ISAKMP_NOTIFY_PROPOSAL_NOT_CHOSEN;
		result = may_do_aggressive(task);
	}
	if (!failed(&result)) {
		notify = ISAKMP_NOTIFY_PAYLOAD_MALFORMED;
		result = phase1_take_public(task);
	}
	if (failed(&result))
		return ikev1_fail(task, result, notify,
				  notify == ISAKMP_NOTIFY_PAYLOAD_MALFORMED ?
					  IKE_STAT_DROP_MALFORMED :
					  IKE_STAT_NO_PROPOSAL);
	ikev1_new_nonce(&task->nonce_r);
	ikev1_accept(task);
	ikev1_task_compute(task, IKEV1_PRESHARED_KEY_REPLY);
	return IKEV1_WAIT;
}

enum ikev1_event aggressive_send_answer(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct result result = RESULT_OK;
	enum ikev1_event event;
	struct writer writer;

	task->stage = "AG_INIT_EXCH";
	if (!task->have_iv)
		result = auth_make_keys(task);
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	phase1_choose_id(task);
	phase1_begin_clear(task, &writer);
	isakmp_put_sa(&writer, task->answer);
	phase1_put_public(task, &writer);
	put_raw_payload(&writer, ISAKMP_PAYLOAD_ID, buffer_bytes(&task->id_body));
	event = phase1_prove(task, &writer);
	if (event == IKEV1_NEXT) {
		vendors_put(sa, &writer);
		natt_put_detection(task, &writer);
		ikev1_send_clear(task, &writer, SEND_WAITS);
	}
	writer_free(&writer);
	return event;
}

enum ikev1_event aggressive_take_proof(struct ikev1_task *task)
{
	enum ikev1_event event =
		task->proven ? IKEV1_NEXT : phase1_check(task, buffer_bytes(&task->peer_id_body));

	if (event != IKEV1_NEXT)
		return event;
	/* Not every peer encrypts this message; its ports may be those behind a NAT by now. */
	ike_sa_follow(&task->sa->base, &task->came.local, &task->came.remote);
	natt_detect(task);
	phase1_proven(task);
	return IKEV1_NEXT;
}

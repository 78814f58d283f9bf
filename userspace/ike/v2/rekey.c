// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rekeying the IKE SA (RFC 7296 sections 1.3.2 and 2.18, rows B35, B39, B40).
 */

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "ike/v2/actions.h"

struct bytes bytes_lower(struct bytes a, struct bytes b)
{
	return bytes_order(a, b) <= 0 ? a : b;
}

int bytes_order(struct bytes a, struct bytes b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.data, b.data, len) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool rekey_children_busy(const struct ikev2_sa *sa)
{
	const struct task *task;

	if (followup_is_under_way(sa))
		return true;
	TAILQ_FOREACH(task, &sa->in_flight, link)
		if (task->kind == TASK_CHILD)
			return true;
	TAILQ_FOREACH(task, &sa->waiting, link)
		if (task->kind == TASK_CHILD)
			return true;
	return false;
}

static void retry_later(struct ikev2_sa *sa)
{
	timer_start(sa->base.ike->env.timers, &sa->rekey, retry_delay());
}

void rekey_ike_start(struct ikev2_sa *sa)
{
	struct task *task;

	if (sa->successor)
		sa_event(sa, "inhibited rekey (newer SA exists)");
	if (!sa->base.established || sa->base.closing || sa->rekey_task || sa->successor)
		return;
	if (rekey_children_busy(sa)) {
		retry_later(sa);
		return;
	}
	task = task_new(sa, TASK_REKEY_IKE, true);
	task->exchange = EXCHANGE_CREATE_CHILD_SA;
	sa->rekey_task = task;
	exchange_start(task);
}

/* The successor inherits who the peer is and how it is reached. */
static void inherit(struct ikev2_sa *new, const struct ikev2_sa *old)
{
	new->ios = old->ios;
	new->delete_reason = old->delete_reason;
	new->redirectable = old->redirectable;
	new->authenticated_at = old->authenticated_at;
	new->fragments = old->fragments; /* RFC 7383 section 2.3 */
	new->base.session_id = old->base.session_id;
	new->base.local = old->base.local;
	new->base.remote = old->base.remote;
	new->base.nat_local = old->base.nat_local;
	new->base.nat_remote = old->base.nat_remote;
	new->base.nat_forced = old->base.nat_forced;
	new->base.original = old->base.original;
	new->base.explicit_moves = old->base.explicit_moves;
	ike_sa_set_home(&new->base, &old->base.home_local, &old->base.home_remote);
	new->base.profile = old->base.profile;
	new->base.local_id = old->base.local_id;
	new->base.remote_id = old->base.remote_id;
	new->base.client_id = old->base.client_id;
	new->base.eap_method = old->base.eap_method;
	new->base.ppk = old->base.ppk;
	new->base.auth_sign = old->base.auth_sign;
	new->base.weak_auth = old->base.weak_auth;
	new->base.auth_verify = old->base.auth_verify;
	new->base.tunnel = old->base.tunnel;
}

static struct ikev2_sa *make_successor(struct task *task)
{
	task->new_sa = ikev2_sa_new(task->sa->base.ike, task->initiator);
	inherit(task->new_sa, task->sa);
	return task->new_sa;
}

void rekey_move_children(struct ikev2_sa *from, struct ikev2_sa *to)
{
	struct child_sa *child;

	while ((child = TAILQ_FIRST(&from->base.children)))
		child_sa_move(child, &to->base);
	client_config_move(&from->base, &to->base);
}

void rekey_abandon(struct task *task)
{
	struct ikev2_sa *sa = task->sa;

	if (task->new_sa) {
		ikev2_sa_end(task->new_sa, false);
		task->new_sa = NULL;
	}
	if (!task->initiator || sa->base.dead)
		return;
	sa->rekey_task = NULL;
	/* The peer's own rekey went through meanwhile: that one counts. */
	if (sa->successor) {
		rekey_move_children(sa, sa->successor);
		ikev2_sa_replaced(sa);
	} else if (!sa->base.closing) {
		retry_later(sa);
	}
}

enum ikev2_event rekey_get_policy(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct proposal_list ours;
	const struct transform *group;

	get_ike_policy(sa, &ours);
	if (!task->initiator) {
		struct result result = proposal_choose(&task->proposals, &ours, &task->chosen);

		if (failed(&result))
			return task_fail(task, result, NOTIFY_NO_PROPOSAL_CHOSEN,
					 IKE_STAT_NO_PROPOSAL);
		return EV_NEXT;
	}
	make_successor(task);
	for (size_t i = 0; i < ours.count; i++) {
		ours.proposals[i].spi_size = 8;
		ours.proposals[i].spi = task->new_sa->base.local_spi;
	}
	task->proposals = ours;
	/* The group that both ends took last time is the best guess. */
	group = proposal_get(&sa->base.chosen, TRANSFORM_KE);
	for (size_t i = 0; group && i < ours.count; i++)
		if (proposal_has(&ours.proposals[i], TRANSFORM_KE, group->id))
			task->group = group->id;
	if (!task->group) {
		group = proposal_get(&ours.proposals[0], TRANSFORM_KE);
		task->group = group ? group->id : 0;
	}
	new_nonce(task, &task->nonce_i);
	return EV_NEXT;
}

enum ikev2_event rekey_build_request(struct task *task)
{
	struct writer chain = {};
	struct result result;

	writer_begin_chain(&chain);
	put_sa(&chain, &task->proposals);
	put_nonce(&chain, buffer_bytes(&task->nonce_i));
	put_ke(&chain, task->group, key_exchange_public(task->key_exchange));
	put_window(task, &chain);
	result = exchange_request(task, &chain);
	writer_free(&chain);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	return EV_NEXT;
}

enum ikev2_event rekey_admit(struct task *task)
{
	struct ikev2_sa *sa = task->sa;

	if (rekey_children_busy(sa) || sa->base.closing || sa->successor)
		return task_fail(task,
				 fail(-EBUSY, "another exchange on this IKE SA is in progress"),
				 NOTIFY_TEMPORARY_FAILURE, IKE_STAT_REJECTED);
	return EV_NEXT;
}

enum ikev2_event rekey_process_request(struct task *task)
{
	const struct transform *group = proposal_get(&task->chosen, TRANSFORM_KE);
	const struct payload *payload = message_get(task->message, PAYLOAD_KE);
	struct ikev2_sa *new;
	struct ke_payload ke = {};

	if (task->chosen.spi_size != 8 || !task->chosen.spi)
		return task_fail(task,
				 fail(-EPROTO,
				      "cannot accept SA payload: the new IKE SA has no SPI"),
				 NOTIFY_INVALID_SYNTAX, IKE_STAT_DROP_MALFORMED);
	task->group = group ? group->id : 0;
	if (payload)
		ke_payload_parse(payload->body, &ke);
	if (ke.group != task->group)
		return task_fail_group(task, ke.group);
	new = make_successor(task);
	new->base.remote_spi = task->chosen.spi;
	new->base.chosen = task->chosen;
	/* Its window is 1 again, unless this exchange says more (section 2.18). */
	exchange_note_window(new, task->message);
	task->chosen.spi = new->base.local_spi;
	return EV_NEXT;
}

enum ikev2_event rekey_process_response(struct task *task)
{
	const struct payload *payload = message_get(task->message, PAYLOAD_SA);
	struct proposal_list list;
	struct result result;

	result = sa_payload_parse(payload->body, &list);
	if (!failed(&result) &&
	    (list.count != 1 || list.proposals[0].spi_size != 8 || !list.proposals[0].spi))
		result = fail(-EPROTO, "cannot accept SA payload");
	if (!failed(&result))
		result = proposal_check_chosen(&task->proposals, &list.proposals[0]);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_DROP_MALFORMED);
	task->chosen = list.proposals[0];
	task->new_sa->base.remote_spi = task->chosen.spi;
	task->new_sa->base.chosen = task->chosen;
	exchange_note_window(task->new_sa, task->message);
	return EV_NEXT;
}

enum ikev2_event rekey_generate_keys(struct task *task)
{
	struct ikev2_sa *new = task->new_sa;
	struct result result;

	/* The peer forgets its rekey when it is asked to delete the SA (section 2.25.2). */
	if (!task->initiator && task->sa->base.closing)
		return task_fail(task, fail(-EBUSY, "the IKE SA is being deleted"),
				 NOTIFY_TEMPORARY_FAILURE, IKE_STAT_REJECTED);
	trace_line(task, "Generate skeyid");
	buffer_set(&new->nonce_i, buffer_bytes(&task->nonce_i));
	buffer_set(&new->nonce_r, buffer_bytes(&task->nonce_r));
	result = keys_derive_rekeyed(new, task->sa, buffer_bytes(&task->secret),
				     buffer_bytes(&task->more_secrets));
	buffer_free(&task->secret);
	if (failed(&result))
		return task_fail(task, result, NOTIFY_NO_PROPOSAL_CHOSEN, IKE_STAT_FAILED);
	return EV_NEXT;
}

enum ikev2_event rekey_activate(struct task *task)
{
	struct ikev2_sa *sa = task->sa, *new = task->new_sa;

	ikev2_sa_ready(new);
	log_line(LOG_IKEV2_INTERNAL, "Store mib index ikev2 %u, platform %u", new->base.mib_index,
		 new->base.id);
	if (task->initiator)
		return EV_NEXT; /* rekey_finish() knows which of two successors stays */
	task->new_sa = NULL;
	sa->successor = new;
	sa->base.ike->stats[IKE_STAT_REKEYED]++;
	/* With a rekey of our own on its way the nonces decide, when its answer comes. */
	if (!sa->rekey_task)
		rekey_move_children(sa, new);
	resume_renew(new);
	return EV_NEXT;
}

enum ikev2_event rekey_finish(struct task *task)
{
	struct ikev2_sa *sa = task->sa, *new = task->new_sa, *other = sa->successor;
	bool unwanted = sa->base.closing;

	task->new_sa = NULL;
	sa->rekey_task = NULL;
	if (other) {
		struct bytes ours =
			bytes_lower(buffer_bytes(&new->nonce_i), buffer_bytes(&new->nonce_r));
		struct bytes theirs =
			bytes_lower(buffer_bytes(&other->nonce_i), buffer_bytes(&other->nonce_r));

		sa->base.ike->stats[IKE_STAT_COLLISIONS]++;
		if (bytes_order(ours, theirs) < 0) {
			trace_line(task, "simultaneous rekey: SA %u is superfluous", new->base.id);
			new->replaced = true;
			rekey_move_children(sa, other);
			info_delete_sa(new);
			ikev2_sa_replaced(sa);
			return EV_NEXT;
		}
		/* The peer deletes the one that it began, unless our delete ends its exchange first. */
		other->replaced = true;
		ikev2_sa_replaced(other);
	}
	sa->successor = new;
	sa->base.ike->stats[IKE_STAT_REKEYED]++;
	rekey_move_children(sa, new);
	info_delete_sa(sa);
	resume_renew(new);
	/* Told to end while the answer was on its way: the peer has the successor, too. */
	if (unwanted)
		info_delete_sa(new);
	return EV_NEXT;
}

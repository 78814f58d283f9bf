// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MOBIKE (RFC 4555): who began the IKE SA may move to another address. It tells
 * the peer in an INFORMATIONAL exchange from there, and both move all SAs.
 */

#include <errno.h>

#include "base/log.h"
#include "ike/v2/actions.h"

#define COOKIE2_SIZE 16 /* 8 to 64 octets (section 4.2.5) */
#define COOKIE2_MAX 64

static bool is_wanted(const struct ike_sa *base)
{
	return base->profile && base->profile->mobike;
}

void mobike_put_supported(struct task *task, struct writer *writer)
{
	struct ike_sa *base = &task->sa->base;

	if (task->initiator ? !is_wanted(base) : !base->explicit_moves)
		return;
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: MOBIKE_SUPPORTED");
	put_notify(writer, NOTIFY_MOBIKE_SUPPORTED, bytes_of(NULL, 0));
}

void mobike_note_supported(struct task *task)
{
	const struct message *message = task->initiator ? task->message : task_request(task);
	struct ike_sa *base = &task->sa->base;
	struct notify_payload notify;

	base->explicit_moves =
		is_wanted(base) && message_get_notify(message, NOTIFY_MOBIKE_SUPPORTED, &notify);
}

/* --- who moves --- */

static void tell(struct ikev2_sa *sa)
{
	struct task *task = task_new(sa, TASK_INFORMATIONAL, true);

	task->exchange = EXCHANGE_INFORMATIONAL;
	task->moves = true;
	exchange_start(task);
}

void mobike_move(struct ikev2_sa *sa, const struct address *local)
{
	struct endpoint here = { *local, sa->base.local.port };

	ike_sa_move(&sa->base, &here, &sa->base.remote);
	tell(sa);
}

static void put_no_nats(const struct ike_sa *base, struct writer *chain)
{
	struct buffer data = {};

	buffer_put(&data, address_bytes(&base->local.address));
	buffer_put(&data, address_bytes(&base->remote.address));
	buffer_put_u16(&data, base->local.port);
	buffer_put_u16(&data, base->remote.port);
	put_notify(chain, NOTIFY_NO_NATS_ALLOWED, buffer_bytes(&data));
	buffer_free(&data);
}

void mobike_put_update(struct task *task, struct writer *chain)
{
	struct ikev2_sa *sa = task->sa;
	struct ike_header header = exchange_header(sa, EXCHANGE_INFORMATIONAL, false, 0);

	if (!task->moves)
		return;
	task->path = (struct path){ sa->base.local, sa->base.remote };
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: UPDATE_SA_ADDRESSES");
	put_notify(chain, NOTIFY_UPDATE_SA_ADDRESSES, bytes_of(NULL, 0));
	if (sa->base.ike->policy->nat_traversal)
		nat_put_detection(task, chain, &header);
	else
		put_no_nats(&sa->base, chain);
	buffer_free(&task->cookie);
	random_fill(buffer_extend(&task->cookie, COOKIE2_SIZE), COOKIE2_SIZE);
	put_notify(chain, NOTIFY_COOKIE2, buffer_bytes(&task->cookie));
}

/* Someone else has answered, or the way there is not what was hoped for: begin anew. */
static void give_up(struct ikev2_sa *sa, const char *why)
{
	sa_line(sa, LOG_ERROR, "the move to another address failed: %s", why);
	info_delete_sa(sa);
}

void mobike_take_answer(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct endpoint local = sa->base.local, remote = sa->base.remote;
	struct notify_payload notify;

	if (!task->moves || !task->message || sa->base.closing)
		return;
	if (!message_get_notify(task->message, NOTIFY_COOKIE2, &notify) ||
	    !bytes_equal(notify.data, buffer_bytes(&task->cookie))) {
		give_up(sa, "the answer does not repeat COOKIE2");
		return;
	}
	if (message_get_error(task->message, &notify)) {
		give_up(sa, notify_name(notify.type));
		return;
	}
	/* About a place that we have left meanwhile; the next update is on its way. */
	if (!endpoint_equal(&task->path.local, &local) ||
	    !endpoint_equal(&task->path.remote, &remote))
		return;
	nat_detect(task);
	ike_sa_move(&sa->base, &local, &remote);
	keepalive_start(&sa->base);
}

/* --- the other one --- */

/* A NAT that is not allowed has changed what the peer says it sent from, or to (section 3.9). */
static bool nat_forbidden(const struct task *task)
{
	struct notify_payload notify;
	struct buffer seen = {};
	bool differs;

	if (!message_get_notify(task->message, NOTIFY_NO_NATS_ALLOWED, &notify))
		return false;
	buffer_put(&seen, address_bytes(&task->path.remote.address));
	buffer_put(&seen, address_bytes(&task->path.local.address));
	buffer_put_u16(&seen, task->path.remote.port);
	buffer_put_u16(&seen, task->path.local.port);
	differs = !bytes_equal(notify.data, buffer_bytes(&seen));
	buffer_free(&seen);
	return differs;
}

static void update(struct task *task, struct writer *answer)
{
	struct ikev2_sa *sa = task->sa;
	struct ike_header header = exchange_header(sa, EXCHANGE_INFORMATIONAL, true, 0);
	struct path from = { sa->base.local, sa->base.remote };
	struct notify_payload notify;

	/* A later one was faster (section 3.5). */
	if (sa->moved && task->message_id - sa->last_move > WINDOW_MAX)
		return;
	sa->moved = true;
	sa->last_move = task->message_id;
	/* What is detected is about the new way; then the children follow, in UDP or not. */
	sa->base.local = task->path.local;
	sa->base.remote = task->path.remote;
	if (message_get_notify(task->message, NOTIFY_NAT_DETECTION_SOURCE_IP, &notify)) {
		nat_detect(task);
		nat_put_detection(task, answer, &header);
	}
	sa->base.local = from.local;
	sa->base.remote = from.remote;
	ike_sa_move(&sa->base, &task->path.local, &task->path.remote);
	keepalive_start(&sa->base);
}

void mobike_answer(struct task *task, struct writer *answer)
{
	struct ikev2_sa *sa = task->sa;
	struct notify_payload notify;

	if (!sa->base.explicit_moves)
		return;
	if (message_get_notify(task->message, NOTIFY_UPDATE_SA_ADDRESSES, &notify) &&
	    !sa->base.original) {
		if (nat_forbidden(task)) {
			trace_line(task, "a NAT is on the peer's way, which it does not allow");
			put_notify(answer, NOTIFY_UNEXPECTED_NAT_DETECTED, bytes_of(NULL, 0));
		} else {
			update(task, answer);
		}
	}
	if (message_get_notify(task->message, NOTIFY_COOKIE2, &notify) && notify.data.len >= 8 &&
	    notify.data.len <= COOKIE2_MAX)
		put_notify(answer, NOTIFY_COOKIE2, notify.data);
}

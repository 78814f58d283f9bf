// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKEv2 as the engine sees it: the door for datagrams and the verbs.
 */

#include <errno.h>

#include "base/log.h"
#include "ike/v2/internal.h"

static void refuse_version(struct ike *ike, const struct endpoint *local,
			   const struct endpoint *remote, const struct ike_header *asked)
{
	struct ike_header header = *asked;
	struct writer writer = {};

	/* Never an answer to an answer (RFC 7296 section 2.5). */
	if (asked->flags & IKE_FLAG_RESPONSE)
		return;
	header.version = IKE_VERSION_2;
	header.flags = IKE_FLAG_RESPONSE;
	writer_begin(&writer, &header);
	put_notify(&writer, NOTIFY_INVALID_MAJOR_VERSION, bytes_of(NULL, 0));
	ike->env.net->ops->send(ike->env.net, local, remote, writer_finish(&writer));
	writer_free(&writer);
}

static void receive(struct ike *ike, const struct endpoint *local, const struct endpoint *remote,
		    struct bytes datagram, const struct ike_header *header)
{
	bool by_initiator = header->flags & IKE_FLAG_INITIATOR;
	uint64_t our_spi = by_initiator ? header->spi_responder : header->spi_initiator;
	struct message message;
	struct ike_sa *base;
	struct result result;
	char text[ADDRESS_TEXT];

	if (header->version >> 4 > 2) {
		refuse_version(ike, local, remote, header);
		return;
	}
	result = message_parse(datagram, &message);
	if (failed(&result)) {
		ike->stats[IKE_STAT_DROP_MALFORMED]++;
		log_line(LOG_IKEV2_ERROR, "message from %s dropped: %s",
			 endpoint_format(remote, text), result.why);
		return;
	}
	if (exchange_is_first(header->exchange) &&
	    (header->flags & IKE_FLAG_RESPONSE ?
		     !by_initiator :
		     by_initiator && !header->spi_responder && !header->message_id &&
			     header->spi_initiator)) {
		init_receive(ike, local, remote, &message);
		return;
	}
	base = our_spi ? ike_find(ike, our_spi) : NULL;
	if (!base || base->version != &ikev2 || base->initiator == by_initiator) {
		ike->stats[IKE_STAT_DROP_NO_SA]++;
		log_line(LOG_IKEV2_INVALID_SPI, "invalid SPI %016llX of IKE from %s",
			 (unsigned long long)our_spi, endpoint_format(remote, text));
		log_line(LOG_IKEV2_ERROR, "message from %s dropped: cannot find or create IKE SA",
			 endpoint_format(remote, text));
		return;
	}
	if (log_enabled(LOG_IKEV2_PACKET))
		sa_line(ikev2_of(base), LOG_IKEV2_PACKET, "%s %s[msgID:%u] of %zu octets",
			exchange_name(header->exchange),
			header->flags & IKE_FLAG_RESPONSE ? "response" : "request",
			header->message_id, datagram.len);
	exchange_receive(ikev2_of(base), &message, &(struct path){ *local, *remote });
}

static struct result create_child(struct ike_sa *sa, struct tunnel *tunnel)
{
	child_start(ikev2_of(sa), tunnel, NULL);
	return RESULT_OK;
}

static void rekey_child(struct child_sa *child)
{
	child_start(ikev2_of(child->sa), child->tunnel, child);
}

static void rekey(struct ike_sa *sa)
{
	rekey_ike_start(ikev2_of(sa));
}

static void drop(struct ike_sa *sa)
{
	struct ikev2_sa *v2 = ikev2_of(sa);
	struct tunnel *tunnel = v2->initial ? task_tunnel(v2->initial) : NULL;

	if (tunnel)
		tunnel->negotiating = false;
	ikev2_sa_end(v2, true);
	if (tunnel)
		tunnel_lost(tunnel);
}

/* A successor that is being made belongs to a task of its predecessor, which is told as well. */
static void delete_sa(struct ike_sa *sa)
{
	if (sa->established)
		info_delete_sa(ikev2_of(sa));
	else if (ikev2_of(sa)->initial)
		drop(sa);
}

static bool redirect(struct ike_sa *sa, const struct address *gateway)
{
	return redirect_send(ikev2_of(sa), gateway);
}

static void move(struct ike_sa *sa, const struct address *local)
{
	mobike_move(ikev2_of(sa), local);
}

static uint32_t count(const struct task_list *list)
{
	const struct task *task;
	uint32_t number = 0;

	TAILQ_FOREACH(task, list, link)
		number++;
	return number;
}

static void tell(const struct ike_sa *sa, struct ike_sa_facts *facts)
{
	const struct ikev2_sa *v2 = (const struct ikev2_sa *)sa;

	facts->state = v2->initial ? ikev2_state_name(v2->initial->state) :
		       sa->closing ? "DELETE" :
				     "READY";
	facts->local_next = v2->next_request;
	facts->local_request = v2->next_request - count(&v2->in_flight);
	facts->remote_next = v2->next_expected;
	facts->remote_request = v2->next_expected;
	facts->local_queued = v2->next_request + count(&v2->waiting);
	facts->remote_queued = v2->next_expected;
	facts->local_window = v2->own_window;
	facts->remote_window = v2->peer_window;
	facts->dpd_interval = sa->profile && sa->profile->dpd_interval ?
				      sa->profile->dpd_interval :
				      sa->ike->policy->dpd_interval;
	facts->dpd_retry = sa->profile && sa->profile->dpd_interval ? sa->profile->dpd_retry :
								      sa->ike->policy->dpd_retry;
}

const struct ike_version ikev2 = {
	.number = 2,
	.receive = receive,
	.initiate = init_start,
	.create_child = create_child,
	.rekey_child = rekey_child,
	.rekey = rekey,
	.delete_child = info_delete_child,
	.close = delete_sa,
	.drop = drop,
	.redirect = redirect,
	.move = move,
	.tell = tell,
	.debug = LOG_IKEV2_INTERNAL,
};

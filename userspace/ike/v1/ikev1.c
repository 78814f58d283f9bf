// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKEv1 as the engine sees it: the door for datagrams and the verbs.
 */

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "ike/easy_vpn.h"
#include "ike/v1/auth.h"

/* By both cookies; the first answer brings the responder's. */
static struct ikev1_sa *find_sa(struct ike *ike, const struct ike_header *header)
{
	struct ike_sa *sa = header->spi_responder ? ike_find(ike, header->spi_responder) : NULL;

	if (sa && sa->version == &ikev1 && !sa->initiator &&
	    sa->remote_spi == header->spi_initiator)
		return ikev1_of(sa);
	sa = ike_find(ike, header->spi_initiator);
	if (sa && sa->version == &ikev1 && sa->initiator &&
	    (!sa->remote_spi || sa->remote_spi == header->spi_responder))
		return ikev1_of(sa);
	return NULL;
}

static bool begins_phase_1(uint8_t exchange)
{
	return exchange == ISAKMP_EXCHANGE_MAIN || exchange == ISAKMP_EXCHANGE_AGGRESSIVE;
}

static void receive_piece(struct ikev1_sa *sa, const struct path *path,
			  const struct message *message)
{
	static struct message whole;
	struct ike *ike = sa->base.ike;
	struct buffer octets = {};
	char text[ADDRESS_TEXT];
	struct result result;

	if (!fragment_take(sa, message, &octets)) {
		buffer_free(&octets);
		return;
	}
	result = isakmp_parse(buffer_bytes(&octets), &whole);
	if (!failed(&result) && (find_sa(ike, &whole.header) != sa ||
				 whole.header.next_payload == ISAKMP_PAYLOAD_FRAGMENT))
		result = fail(-EPROTO, "fragments make a message that is not of their SA");
	if (failed(&result)) {
		ike->stats[IKE_STAT_DROP_MALFORMED]++;
		log_line(LOG_ISAKMP, ": message from %s dropped: %s",
			 endpoint_format(&path->remote, text), result.why);
	} else {
		ikev1_receive_message(sa, &whole, path);
	}
	buffer_free(&octets);
}

static void receive(struct ike *ike, const struct endpoint *local, const struct endpoint *remote,
		    struct bytes datagram, const struct ike_header *header)
{
	struct path path = { *local, *remote };
	static struct message message;
	struct ikev1_sa *sa;
	struct result result;
	char text[ADDRESS_TEXT];

	result = isakmp_parse(datagram, &message);
	if (failed(&result)) {
		ike->stats[IKE_STAT_DROP_MALFORMED]++;
		log_line(LOG_ISAKMP, ": message from %s dropped: %s", endpoint_format(remote, text),
			 result.why);
		return;
	}
	if (!header->spi_responder && begins_phase_1(header->exchange) && header->spi_initiator &&
	    !header->message_id && !(header->flags & ISAKMP_FLAG_ENCRYPTED)) {
		/* A router that does not negotiate ISAKMP does not answer it. */
		if (policy_has_isakmp(ike->policy))
			phase1_receive_first(ike, &path, &message);
		else
			ike->stats[IKE_STAT_DROP_VERSION]++;
		return;
	}
	sa = find_sa(ike, header);
	if (!sa || !sa->initial) {
		ike->stats[IKE_STAT_DROP_NO_SA]++;
		log_line(LOG_ISAKMP, ": message from %s dropped: %s mode without an SA",
			 endpoint_format(remote, text), isakmp_exchange_name(header->exchange));
		return;
	}
	if (header->next_payload == ISAKMP_PAYLOAD_FRAGMENT &&
	    !(header->flags & ISAKMP_FLAG_ENCRYPTED))
		receive_piece(sa, &path, &message);
	else
		ikev1_receive_message(sa, &message, &path);
}

static struct result create_child(struct ike_sa *sa, struct tunnel *tunnel)
{
	if (client_wants_address(sa, tunnel, FAMILY_IPV4))
		modecfg_start(ikev1_of(sa), tunnel);
	else
		quick_start(ikev1_of(sa), tunnel, NULL);
	return RESULT_OK;
}

static void rekey_child(struct child_sa *child)
{
	quick_start(ikev1_of(child->sa), child->tunnel, child);
}

static void rekey(struct ike_sa *sa)
{
	struct ikev1_sa *v1 = ikev1_of(sa);

	/* A server cannot begin: it is the client who shows the user. */
	if (v1->method && v1->method->user && !ikev1_is_client(v1))
		return;
	/* Without children there is nothing that would need another one. */
	if (!TAILQ_EMPTY(&sa->children) && !sa->closing)
		phase1_restart(ikev1_of(sa));
}

static void drop(struct ike_sa *sa)
{
	struct ikev1_sa *v1 = ikev1_of(sa);
	struct tunnel *tunnel = v1->initial ? ikev1_task_tunnel(v1->initial) : NULL;

	if (tunnel)
		tunnel->negotiating = false;
	ikev1_sa_end(v1, true);
	if (tunnel)
		tunnel_lost(tunnel);
}

static void close_sa(struct ike_sa *sa)
{
	if (sa->established || ikev1_of(sa)->complete)
		ikev1_delete_sa(ikev1_of(sa), false);
	else
		drop(sa);
}

/* What is for an address that mode config gave cannot be without the SA that holds the lease. */
static void close_alone(struct ike_sa *sa)
{
	if (sa->established)
		ikev1_delete_sa(ikev1_of(sa), !ikev1_has_lease(ikev1_of(sa)));
	else
		drop(sa);
}

/* MOBIKE is not there for IKEv1; @explicit_moves is never set. */
static void move(struct ike_sa *sa, const struct address *local)
{
}

static bool rebind(struct ike_sa *sa, const struct policy *policy)
{
	const struct isakmp_profile *profile;

	if (!sa->isakmp)
		return true;
	profile = policy_isakmp_profile_like(policy, sa->isakmp);
	if (profile) {
		sa->isakmp = profile;
		return true;
	}
	log_line(LOG_NOTICE, "IKE SA %u is deleted: ISAKMP profile %s is no longer configured",
		 sa->id, sa->isakmp->name);
	sa->isakmp = NULL;
	return false;
}

static void tell(const struct ike_sa *sa, struct ike_sa_facts *facts)
{
	const struct ikev1_sa *v1 = (const struct ikev1_sa *)sa;

	facts->state = v1->initial ? v1->initial->stage : "QM_IDLE";
	facts->profile = sa->isakmp ? sa->isakmp->name : NULL;
	facts->lifetime = v1->lifetime ? v1->lifetime : IKE_LIFETIME_DEFAULT;
	facts->dpd_interval = sa->ike->policy->isakmp_keepalive;
	facts->dpd_retry = sa->ike->policy->isakmp_keepalive_retry;
	facts->local_window = facts->remote_window = 1;
	facts->hint = ikev1_hint(v1);
}

const struct ike_version ikev1 = {
	.number = 1,
	.receive = receive,
	.initiate = phase1_start,
	.create_child = create_child,
	.rekey_child = rekey_child,
	.rekey = rekey,
	.delete_child = ikev1_delete_child,
	.close = close_sa,
	.close_alone = close_alone,
	.drop = drop,
	.move = move,
	.rebind = rebind,
	.tell = tell,
	.debug = LOG_ISAKMP,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NATs between us and the peer: finding them (RFC 3947), and keeping their
 * mappings alive (RFC 3948 section 4). The drafts before the RFC have other
 * numbers for the same payloads and modes.
 */

#include "base/container.h"
#include "ike/v1/internal.h"

static uint8_t payload_type(const struct ikev1_sa *sa)
{
	return sa->natt == NATT_RFC ? ISAKMP_PAYLOAD_NAT_D : ISAKMP_PAYLOAD_NAT_D_DRAFT;
}

/* hash(CKY-I | CKY-R | address | port), of the negotiated hash (RFC 3947 section 3.2) */
static struct bytes hash_of(const struct ikev1_sa *sa, const struct endpoint *endpoint,
			    uint8_t out[CRYPTOX_HASH_MAX])
{
	struct ike_header header = ikev1_header(sa, 0, 0);
	struct buffer buffer = {};
	struct result result;
	struct bytes part;

	buffer_put_u64(&buffer, header.spi_initiator);
	buffer_put_u64(&buffer, header.spi_responder);
	buffer_put(&buffer, address_bytes(&endpoint->address));
	buffer_put_u16(&buffer, endpoint->port);
	part = buffer_bytes(&buffer);
	result = hash_compute(sa->keys.prf, &part, 1, out);
	buffer_free(&buffer);
	return bytes_of(out, failed(&result) ? 0 : sa->keys.prf_len);
}

void natt_put_detection(struct ikev1_task *task, struct writer *writer)
{
	struct ikev1_sa *sa = task->sa;
	uint8_t hash[CRYPTOX_HASH_MAX];

	if (!sa->natt)
		return;
	/* The peer's address first, then ours. */
	put_raw_payload(writer, payload_type(sa), hash_of(sa, &sa->base.remote, hash));
	put_raw_payload(writer, payload_type(sa), hash_of(sa, &sa->base.local, hash));
}

void natt_detect(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	const struct payload *payload;
	uint8_t hash[CRYPTOX_HASH_MAX];
	struct bytes expected;

	if (!sa->natt)
		return;
	payload = message_get(task->message, payload_type(sa));
	if (!payload) {
		sa->natt = NATT_NONE;
		return;
	}
	sa->base.nat_local = !bytes_equal(payload->body, hash_of(sa, &sa->base.local, hash));
	isakmp_line(sa, "NAT %s, node inside NAT is %s", sa->base.nat_local ? "found" : "not found",
		    sa->base.nat_local ? "us" : "none");
	/* A multihomed peer may send several of its own; one that fits is enough. */
	expected = hash_of(sa, &sa->base.remote, hash);
	sa->base.nat_remote = true;
	while ((payload = message_next(task->message, payload)))
		if (bytes_equal(payload->body, expected))
			sa->base.nat_remote = false;
	if (sa->base.nat_remote)
		isakmp_line(sa, "NAT found, the node outside is the peer");
}

void natt_float(struct ikev1_sa *sa)
{
	if (!ike_sa_encapsulates(&sa->base))
		return;
	sa->base.local.port = IKE_NAT_PORT;
	sa->base.remote.port = IKE_NAT_PORT;
	isakmp_line(sa, "floating to port %u", IKE_NAT_PORT);
}

uint16_t natt_mode(const struct ikev1_sa *sa, bool transport)
{
	uint16_t mode = transport ? ISAKMP_ENCAPSULATION_TRANSPORT : ISAKMP_ENCAPSULATION_TUNNEL;

	if (!ike_sa_encapsulates(&sa->base))
		return mode;
	return sa->natt == NATT_RFC ?
		       mode + ISAKMP_ENCAPSULATION_UDP_TUNNEL - ISAKMP_ENCAPSULATION_TUNNEL :
		       mode + ISAKMP_ENCAPSULATION_UDP_TUNNEL_DRAFT - ISAKMP_ENCAPSULATION_TUNNEL;
}

/* Since the last datagram that refreshed the mapping: IKE, or ESP of any child. */
static uint64_t idle_time(const struct ikev1_sa *sa)
{
	uint64_t ike = ike_now(sa->base.ike) - sa->last_sent;
	uint64_t esp = ike_sa_idle(&sa->base, SA_OUTBOUND);

	return ike < esp ? ike : esp;
}

static void keepalive_due(struct timer *timer)
{
	struct ikev1_sa *sa = container_of(timer, struct ikev1_sa, keepalive);
	struct ike *ike = sa->base.ike;
	uint64_t interval = SECONDS(ike->policy->nat_keepalive);
	uint64_t idle = idle_time(sa);
	struct result result;

	if (!interval || !sa->base.nat_local)
		return;
	if (idle < interval) {
		timer_start(ike->env.timers, timer, interval - idle);
		return;
	}
	ike->stats[IKE_STAT_NAT_KEEPALIVES]++;
	sa->last_sent = ike_now(ike);
	result = ike->env.net->ops->keepalive(ike->env.net, &sa->base.local, &sa->base.remote);
	if (failed(&result))
		isakmp_line(sa, "%s", result.why);
	timer_start(ike->env.timers, timer, interval);
}

void natt_start_keepalive(struct ikev1_sa *sa)
{
	uint64_t interval = SECONDS(sa->base.ike->policy->nat_keepalive);

	sa->keepalive.fire = keepalive_due;
	if (interval && sa->base.nat_local)
		timer_start(sa->base.ike->env.timers, &sa->keepalive, interval);
}

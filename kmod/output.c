// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet's way out, in order:
 *
 *	seki_output()	the flow's SA; too big?; cut what is to be cut
 *	send_one()	room, outer fields; what mode wants
 *	protect()	sequence number, ESP or AH
 *	... cipher ...	now or later
 *	send_finish()	AH around ESP, if there is a bundle; off it goes
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>

#include "ah.h"
#include "esp.h"
#include "events.h"
#include "mode.h"
#include "outer.h"
#include "output.h"
#include "sa.h"
#include "super.h"
#include "trace.h"

#include <compat/gso.h>

#define ACQUIRE_INTERVAL	(5 * HZ)

/* devices in devices; the kernel's own limit leaves a cipher too little stack */
#define NESTING_MAX	4

static void count_tx(struct seki_tunnel *tunnel, unsigned int bytes)
{
	struct seki_tunnel_stats *stats = this_cpu_ptr(tunnel->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->tx_packets);
	u64_stats_add(&stats->tx_bytes, bytes);
	u64_stats_update_end(&stats->syncp);
}

/* Ask the daemon for an SA, but not for every packet. */
static void acquire(struct seki_flow *flow, struct sk_buff *skb)
{
	unsigned long after = READ_ONCE(flow->acquire_after);

	if (time_before(jiffies, after))
		return;
	/* of several CPUs one asks */
	if (cmpxchg(&flow->acquire_after, after, jiffies + ACQUIRE_INTERVAL) == after)
		seki_event_acquire(flow, skb);
}

static void drop_op(struct seki_op *op, enum seki_drop why)
{
	dst_release(op->dst);
	seki_drop_skb(op->skb, op->sa->flow, op->at, why);
	seki_sa_put(op->sa);
	seki_op_put(op);
}

static void send_out(struct seki_sa *sa, struct sk_buff *skb, struct dst_entry *dst,
		     bool fragment)
{
	if (unlikely(seki_outer_send(sa, skb, dst, fragment)))
		seki_count_drop(NULL, sa->flow, sa, SEKI_DROP_SEND_FAILED);
}

static void send_super(struct seki_sa *sa, struct seki_super *super)
{
	if (super->head)
		send_out(sa, super->head, super->dst, false);
	super->head = NULL;
	super->last = NULL;
}

/* The packet is ready to travel, alone or with others. */
static void depart(struct seki_op *op)
{
	struct seki_super *super = op->super;

	if (!super) {
		send_out(op->sa, op->skb, op->dst, op->fragment);
		return;
	}
	if (!seki_super_fits(super, op->skb))
		send_super(op->sa, super);
	/* they have one route */
	if (super->head)
		dst_release(op->dst);
	else
		super->dst = op->dst;
	seki_super_add(super, op->skb);
}

static void send_finish(struct seki_op *op, int err);

/*
 * Put ESP or AH around what the packet has now. AH covers the outer header,
 * which is therefore put in front first.
 */
static void protect(struct seki_op *op, struct seki_sa *sa)
{
	enum seki_drop why;
	int err;

	op->at = sa;
	why = seki_sa_next_seq(sa, &op->seq);
	if (unlikely(why)) {
		drop_op(op, why);
		return;
	}

	if (sa->key.proto == IPPROTO_ESP) {
		err = seki_esp_encap(op, &sa->crypto, sa->key.spi, sa->tfc ? op->tfc : 0);
	} else {
		seki_ah_push(op, &sa->crypto, sa->key.spi, sa->ipv6);
		seki_outer_push(op, op->sa, rcu_dereference(op->sa->path), IPPROTO_AH);
		err = seki_ah_encap(op, &sa->crypto);
	}
	if (err != -EINPROGRESS)
		send_finish(op, err);
}

/* The cipher of one SA is done: go on with the one around it, or leave. Under RCU. */
static void send_finish(struct seki_op *op, int err)
{
	struct seki_sa *sa = op->sa, *at = op->at;
	struct seki_flow *flow = sa->flow;

	if (unlikely(err)) {
		drop_op(op, at->key.proto == IPPROTO_AH && err == -EINVAL ?
				    SEKI_DROP_BAD_HEADER : seki_crypto_error(err));
		return;
	}

	if (at->key.proto == IPPROTO_ESP)
		seki_esp_encap_finish(op, &at->crypto);
	else
		seki_ah_encap_finish(op, &at->crypto);
	trace_seki_tx(op->skb, at, op->seq);
	seki_sa_account(at, op->len);
	if (at->outer) {
		enum seki_drop why = seki_sa_usable(at->outer);

		op->next = IPPROTO_ESP;
		if (likely(!why))
			protect(op, at->outer);
		else
			drop_op(op, why);
		return;
	}

	count_tx(flow->tunnel, op->len);
	if (at->key.proto == IPPROTO_ESP)
		seki_outer_push(op, sa, rcu_dereference(sa->path), IPPROTO_ESP);
	depart(op);
	seki_op_put(op);
	seki_sa_put(sa);
}

static void send_later(struct seki_op *op, int err)
{
	/* the others have left without it */
	op->super = NULL;
	rcu_read_lock();
	send_finish(op, err);
	rcu_read_unlock();
}

/*
 * Make a packet one linear piece that is ours alone, with room on both sides.
 * The device asks for the room, so that most packets have it; what shares its
 * data with a clone, as TCP's do, is copied here, once.
 */
static int make_room(struct sk_buff *skb, unsigned int head, unsigned int tail)
{
	unsigned int need_head, need_tail;

	if (likely(!skb_cloned(skb) && !skb_is_nonlinear(skb) &&
		   skb_headroom(skb) >= head && skb_tailroom(skb) >= tail))
		return 0;

	need_head = head > skb_headroom(skb) ? head - skb_headroom(skb) : 0;
	need_tail = skb->data_len + tail;
	need_tail -= min_t(unsigned int, need_tail, skb_end_pointer(skb) - skb_tail_pointer(skb));
	if (pskb_expand_head(skb, SKB_DATA_ALIGN(need_head), need_tail, GFP_ATOMIC))
		return -ENOMEM;
	return skb_linearize(skb);
}

/* @dst is a counted reference, given away like @skb. */
static void send_one(struct seki_sa *sa, const struct seki_path *path, struct dst_entry *dst,
		     struct sk_buff *skb, bool cut, struct seki_super *super)
{
	struct seki_flow *flow = sa->flow;
	const struct seki_tunnel *tunnel = flow->tunnel;
	unsigned int tail, tfc = 0, len = skb->len;
	enum seki_drop why;
	struct seki_op *op;

	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_csum_hwoffload_help(skb, 0)) {
		why = SEKI_DROP_SEGMENT;
		goto drop;
	}
	skb->ip_summed = CHECKSUM_NONE;

	tail = sa->key.proto == IPPROTO_ESP ? seki_esp_trailer_max(&sa->crypto) : 0;
	if (unlikely(sa->tfc)) {
		tfc = min(sa->tfc, seki_outer_payload_max(sa, 0, dst_mtu(dst)));
		tail += tfc > len ? tfc - len : 0;
	}
	if (make_room(skb, LL_RESERVED_SPACE(dst->dev) + sa->outer_len + sa->head_len, tail)) {
		why = SEKI_DROP_NO_MEMORY;
		goto drop;
	}

	op = seki_op_get(sa->op_size);
	if (!op) {
		why = SEKI_DROP_NO_MEMORY;
		goto drop;
	}
	op->skb = skb;
	if (likely(sa->mode == SEKI_MODE_TUNNEL)) {
		seki_mode_tunnel_out(op, READ_ONCE(tunnel->ttl), READ_ONCE(tunnel->tos),
				     sa->flags);
	} else {
		why = seki_mode_transport_out(op, path, sa->head_len);
		if (unlikely(why))
			goto drop_op;
	}
	if (!refcount_inc_not_zero(&sa->refs)) {
		why = SEKI_DROP_EXPIRED;
		goto drop_op;
	}
	op->sa = sa;
	op->dst = dst;
	op->finish = send_later;
	op->super = super;
	op->len = len;
	op->tfc = tfc;
	op->fragment |= cut;
	protect(op, sa);
	return;

drop_op:
	seki_op_put(op);
drop:
	dst_release(dst);
	seki_drop_skb(skb, flow, sa, why);
}

/*
 * Is the packet for the peer itself?  Then its sender and the outer packets
 * share one route, and what the sender were told about its MTU, the outer packets
 * would obey too, and again, until nothing is left.
 */
static bool is_to_peer(const struct seki_flow *flow, const struct sk_buff *skb,
		       const struct seki_path *path)
{
	if (likely(!flow->policy))
		return false;
	if (skb->protocol == htons(ETH_P_IP))
		return path->remote.family == AF_INET &&
		       path->remote.v4.s_addr == ip_hdr(skb)->daddr;
	return path->remote.family == AF_INET6 &&
	       ipv6_addr_equal(&path->remote.v6, &ipv6_hdr(skb)->daddr);
}

/*
 * A policy sees IPv6 packets before the stack cuts them in fragments: those whose
 * sender wants that, and those that came in fragments.  The outer packet is cut
 * in place of them.
 */
static bool will_be_cut(const struct seki_flow *flow, const struct sk_buff *skb)
{
	return unlikely(flow->policy) && skb->protocol == htons(ETH_P_IPV6) &&
	       !skb_is_gso(skb) && (skb->ignore_df || IP6CB(skb)->frag_max_size);
}

static unsigned int own_header(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) ? ip_hdrlen(skb) : sizeof(struct ipv6hdr);
}

static unsigned int payload_max(const struct sk_buff *skb, const struct seki_sa *sa,
				unsigned int mtu)
{
	return seki_outer_payload_max(sa, own_header(skb), mtu);
}

/* Most packets are so far from the limit that padding does not decide. */
static bool fits_in(const struct sk_buff *skb, const struct seki_sa *sa, unsigned int mtu)
{
	return likely(skb->len + sa->overhead <= mtu) || skb->len <= payload_max(skb, sa, mtu);
}

/* Does the packet fit, or may it be made to? If not, its sender learns. */
static bool fits(struct sk_buff *skb, const struct seki_sa *sa, unsigned int mtu)
{
	bool ipv4 = skb->protocol == htons(ETH_P_IP);
	unsigned int max;

	if (!skb_is_gso(skb) && fits_in(skb, sa, mtu))
		return true;
	max = payload_max(skb, sa, mtu);
	if (skb_is_gso(skb) && skb_gso_validate_network_len(skb, max))
		return true;

	/* without DF, the outer packet goes in fragments (RFC 4301 section 8.2.1) */
	if (ipv4) {
		if (!(ip_hdr(skb)->frag_off & htons(IP_DF)) && max)
			return true;
		skb_dst_update_pmtu_no_confirm(skb, max);
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(max));
		return false;
	}
	if (skb_is_gso(skb) ? skb_gso_validate_network_len(skb, IPV6_MIN_MTU) :
			      skb->len <= IPV6_MIN_MTU)
		return max;
	max = max_t(unsigned int, max, IPV6_MIN_MTU);
	skb_dst_update_pmtu_no_confirm(skb, max);
	icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, max);
	return false;
}

/* Keep the device's MTU in step with the path. */
static void follow_path_mtu(struct seki_flow *flow, unsigned int mtu)
{
	if (unlikely(READ_ONCE(flow->path_mtu) != mtu)) {
		WRITE_ONCE(flow->path_mtu, mtu);
		seki_tunnel_update(flow->tunnel);
	}
}

/**
 * seki_output - send a packet through a flow
 * @flow: flow
 * @skb: IPv4 or IPv6 packet with its network header set, given away
 *
 * Bottom halves must be off.
 */
void seki_output(struct seki_flow *flow, struct sk_buff *skb)
{
	struct seki_super super = {}, *together = NULL;
	const struct seki_path *path;
	struct sk_buff *segs, *next;
	struct dst_entry *dst;
	enum seki_drop why;
	struct seki_sa *sa;
	unsigned int mtu;
	bool cut;

	rcu_read_lock();
	sa = rcu_dereference(flow->out);
	if (unlikely(dev_recursion_level() > NESTING_MAX)) {
		why = SEKI_DROP_ROUTE_LOOP;
		goto drop;
	}
	if (unlikely(!sa)) {
		acquire(flow, skb);
		why = SEKI_DROP_NO_OUTBOUND_SA;
		goto drop;
	}
	why = seki_sa_usable(sa);
	if (unlikely(why))
		goto drop;
	path = rcu_dereference(sa->path);
	why = seki_outer_route(flow, sa, path, &dst);
	if (unlikely(why))
		goto drop;
	mtu = dst_mtu(dst);
	follow_path_mtu(flow, mtu);
	cut = is_to_peer(flow, skb, path) || will_be_cut(flow, skb);
	/* nor can any length field say it, in fragments or not */
	if (unlikely((!cut && !fits(skb, sa, mtu)) ||
		     (!skb_is_gso(skb) && !fits_in(skb, sa, IP_MAX_MTU)))) {
		why = SEKI_DROP_TOO_BIG;
		goto drop_dst;
	}

	if (skb_is_gso(skb)) {
		segs = skb_gso_segment(skb, 0);
		if (IS_ERR_OR_NULL(segs)) {
			why = SEKI_DROP_SEGMENT;
			goto drop_dst;
		}
		consume_skb(skb);
		skb = segs;
		if (seki_super_possible(sa))
			together = &super;
	}
	skb_list_walk_safe(skb, segs, next) {
		skb_mark_not_on_list(segs);
		send_one(sa, path, next ? dst_clone(dst) : dst, segs, cut, together);
	}
	if (together)
		send_super(sa, together);
	rcu_read_unlock();
	return;

drop_dst:
	dst_release(dst);
drop:
	seki_drop_skb(skb, flow, sa, why);
	rcu_read_unlock();
}

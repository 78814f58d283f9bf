// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet's way out, in order:
 *
 *	seki_output()	the tunnel's SA; too big?; cut what is to be cut
 *	send_one()	room, route, outer fields, sequence number, ESP
 *	... cipher ...	now or later
 *	send_finish()	outer header, off it goes
 */
#include <linux/icmp.h>
#include <net/icmp.h>
#include <net/ip.h>

#include "esp.h"
#include "events.h"
#include "mode.h"
#include "outer.h"
#include "output.h"
#include "sa.h"
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
static void acquire(struct seki_tunnel *tunnel, struct sk_buff *skb)
{
	unsigned long after = READ_ONCE(tunnel->acquire_after);

	if (time_before(jiffies, after))
		return;
	/* of several CPUs one asks */
	if (cmpxchg(&tunnel->acquire_after, after, jiffies + ACQUIRE_INTERVAL) == after)
		seki_event_acquire(tunnel, skb);
}

static void send_finish(struct seki_op *op, int err)
{
	struct seki_sa *sa = op->sa;
	struct seki_tunnel *tunnel = sa->tunnel;
	enum seki_drop why = SEKI_DROP_NONE;

	if (unlikely(err)) {
		why = err == -EBUSY || err == -ENOSPC ? SEKI_DROP_CRYPTO_BUSY :
							SEKI_DROP_CRYPTO_ERROR;
		dst_release(op->dst);
		seki_drop_skb(op->skb, tunnel, sa, why);
		goto out;
	}

	seki_esp_encap_finish(op, &sa->crypto);
	trace_seki_tx(op->skb, sa, op->seq);
	if (unlikely(seki_outer_send(op, tunnel, sa))) {
		seki_drops_inc(&tunnel->drops, SEKI_DROP_SEND_FAILED);
		seki_drops_inc(&sa->drops, SEKI_DROP_SEND_FAILED);
	}
out:
	seki_op_put(op);
	seki_sa_put(sa);
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

static void send_one(struct seki_tunnel *tunnel, struct seki_sa *sa, struct dst_entry *dst,
		     struct sk_buff *skb)
{
	unsigned int head, len = skb->len;
	enum seki_drop why;
	struct seki_op *op;

	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb)) {
		why = SEKI_DROP_SEGMENT;
		goto drop;
	}
	skb->ip_summed = CHECKSUM_NONE;

	head = LL_RESERVED_SPACE(dst->dev) + seki_outer_header(sa) +
	       seki_esp_header(&sa->crypto);
	if (make_room(skb, head, seki_esp_trailer_max(&sa->crypto))) {
		why = SEKI_DROP_NO_MEMORY;
		goto drop;
	}

	op = seki_op_get(&sa->crypto);
	if (!op) {
		why = SEKI_DROP_NO_MEMORY;
		goto drop;
	}
	why = seki_sa_next_seq(sa, &op->seq);
	if (why)
		goto drop_op;

	seki_mode_tunnel_out(op, ip_hdr(skb), READ_ONCE(tunnel->ttl), READ_ONCE(tunnel->tos),
			     sa->flags);
	if (!refcount_inc_not_zero(&sa->refs)) {
		why = SEKI_DROP_EXPIRED;
		goto drop_op;
	}
	op->skb = skb;
	op->sa = sa;
	op->dst = dst_clone(dst);
	op->finish = send_finish;
	seki_sa_account(sa, len);
	count_tx(tunnel, len);
	seki_esp_encap(op, &sa->crypto, sa->key.spi, IPPROTO_IPIP);
	return;

drop_op:
	seki_op_put(op);
drop:
	seki_drop_skb(skb, tunnel, sa, why);
}

/* Does the packet fit, or may it be made to? If not, its sender learns. */
static bool fits(struct sk_buff *skb, unsigned int max)
{
	if (skb_is_gso(skb) ? skb_gso_validate_network_len(skb, max) : skb->len <= max)
		return true;
	/* without DF, the outer packet goes in fragments (RFC 4301 section 8.2.1) */
	if (!skb_is_gso(skb) && !(ip_hdr(skb)->frag_off & htons(IP_DF)) && max)
		return true;

	skb_dst_update_pmtu_no_confirm(skb, max);
	icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(max));
	return false;
}

/* Keep the device's MTU in step with the path. */
static void follow_path_mtu(struct seki_tunnel *tunnel, const struct dst_entry *dst)
{
	unsigned int mtu = dst_mtu(dst);

	if (unlikely(READ_ONCE(tunnel->path_mtu) != mtu)) {
		WRITE_ONCE(tunnel->path_mtu, mtu);
		seki_tunnel_update(tunnel);
	}
}

/**
 * seki_output - send a packet through a tunnel
 * @tunnel: tunnel
 * @skb: IPv4 packet with its network header set, given away
 *
 * Bottom halves must be off.
 */
void seki_output(struct seki_tunnel *tunnel, struct sk_buff *skb)
{
	struct sk_buff *segs, *next;
	struct dst_entry *dst;
	enum seki_drop why;
	struct seki_sa *sa;

	rcu_read_lock();
	sa = rcu_dereference(tunnel->out);
	if (unlikely(dev_recursion_level() > NESTING_MAX)) {
		why = SEKI_DROP_ROUTE_LOOP;
		goto drop;
	}
	if (unlikely(!sa)) {
		acquire(tunnel, skb);
		why = SEKI_DROP_NO_OUTBOUND_SA;
		goto drop;
	}
	why = seki_sa_usable(sa);
	if (unlikely(why))
		goto drop;
	why = seki_outer_route(tunnel, sa, &dst);
	if (unlikely(why))
		goto drop;
	follow_path_mtu(tunnel, dst);
	if (unlikely(!fits(skb, seki_outer_payload_max(sa, dst_mtu(dst))))) {
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
	}
	skb_list_walk_safe(skb, segs, next) {
		skb_mark_not_on_list(segs);
		send_one(tunnel, sa, dst, segs);
	}
	dst_release(dst);
	rcu_read_unlock();
	return;

drop_dst:
	dst_release(dst);
drop:
	seki_drop_skb(skb, tunnel, sa, why);
	rcu_read_unlock();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet's way in, in order:
 *
 *	seki_input()	the SA
 *	take()		may it and may this number be used?; lengths
 *	... cipher ...	now or later
 *	rcv_finish()	authentic: check again and remember the number; take ESP
 *			or AH off; right peer?
 *	nested()	what was inside AH is ESP: once more
 *	arrive()	the packet inside; what the policy wants; to the stack
 */
#include <linux/ip.h>
#include <linux/percpu.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/dst.h>
#include <net/gro_cells.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "ah.h"
#include "esp.h"
#include "events.h"
#include "input.h"
#include "mode.h"
#include "policy.h"
#include "sa.h"
#include "super.h"
#include "trace.h"

/* layers of ESP and AH around one packet */
#define DEPTH_MAX	4

/* reports of a moved peer */
#define PEER_INTERVAL	HZ

/* Packets that this CPU is delivering, one inside the other. */
static DEFINE_PER_CPU(unsigned int, delivering);

static void count_rx(struct seki_tunnel *tunnel, unsigned int bytes)
{
	struct seki_tunnel_stats *stats = this_cpu_ptr(tunnel->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->rx_packets);
	u64_stats_add(&stats->rx_bytes, bytes);
	u64_stats_update_end(&stats->syncp);
}

static bool may_merge(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) ? ip_hdr(skb)->protocol == IPPROTO_TCP :
						  ipv6_hdr(skb)->nexthdr == IPPROTO_TCP;
}

/*
 * GRO is worth its price for TCP; the rest goes up at once, but not when it came
 * out of a packet that is going up: the stack has an end.
 */
static int hand_over(struct seki_tunnel *tunnel, struct sk_buff *skb)
{
	int ret;

	if (may_merge(skb) || __this_cpu_read(delivering))
		return gro_cells_receive(&tunnel->gro_cells, skb);
	__this_cpu_inc(delivering);
	ret = netif_receive_skb(skb);
	__this_cpu_dec(delivering);
	/* what the stack drops, it counts itself */
	return ret == NET_RX_DROP ? NET_RX_SUCCESS : ret;
}

static void deliver(struct seki_sa *sa, struct sk_buff *skb, u64 seq)
{
	struct seki_tunnel *tunnel = sa->flow->tunnel;
	unsigned int len = skb->len;

	if (unlikely(!(READ_ONCE(tunnel->dev->flags) & IFF_UP))) {
		seki_drop_skb(skb, sa->flow, sa, SEKI_DROP_DEV_DOWN);
		return;
	}

	trace_seki_rx(skb, sa, seq);
	__skb_tunnel_rx(skb, tunnel->dev, tunnel->net);
	skb_reset_mac_header(skb);
	skb->pkt_type = PACKET_HOST;
	/* authentic: whoever computed the checksums, no wire has hurt them since */
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->csum_level = ~0;

	/* the stack owns the packet from here, also when it refuses it */
	if (likely(hand_over(tunnel, skb) == NET_RX_SUCCESS))
		count_rx(tunnel, len);
	else
		seki_count_drop(NULL, sa->flow, sa, SEKI_DROP_RX_QUEUE_FULL);
}

/*
 * Authentic: the number counts now, unless another CPU was faster with it.
 * @newest says whether it is the highest one so far.
 */
static enum seki_drop advance(struct seki_sa *sa, u64 seq, bool *newest)
{
	enum seki_drop why;

	*newest = true;
	if (sa->flags & SEKI_SA_FLAGS_NO_REPLAY)
		return SEKI_DROP_NONE;

	spin_lock(&sa->replay_lock);
	*newest = seq > sa->replay->top;
	why = seki_replay_check(sa->replay, seq);
	if (!why)
		seki_replay_advance(sa->replay, seq);
	spin_unlock(&sa->replay_lock);
	return why;
}

static struct seki_addr source(const struct sk_buff *skb)
{
	return ip_hdr(skb)->version == 4 ? seki_addr_v4(ip_hdr(skb)->saddr) :
					   seki_addr_v6(&ipv6_hdr(skb)->saddr);
}

static struct seki_addr destination(const struct sk_buff *skb)
{
	return ip_hdr(skb)->version == 4 ? seki_addr_v4(ip_hdr(skb)->daddr) :
					   seki_addr_v6(&ipv6_hdr(skb)->daddr);
}

static u8 dsfield(const struct sk_buff *skb)
{
	return ip_hdr(skb)->version == 4 ? ip_hdr(skb)->tos : ipv6_get_dsfield(ipv6_hdr(skb));
}

/* Tell of a peer that moved, once for each place, and not too often. */
static void report_peer(struct seki_sa *sa, const struct sk_buff *skb,
			const struct seki_addr *from)
{
	const struct udphdr *uh = udp_hdr(skb);
	struct seki_addr to = destination(skb);
	bool news;

	spin_lock(&sa->replay_lock);
	news = time_after_eq(jiffies, sa->peer_after) &&
	       (!seki_addr_equal(from, &sa->peer_told) || uh->source != sa->peer_told_port);
	if (news) {
		sa->peer_after = jiffies + PEER_INTERVAL;
		sa->peer_told = *from;
		sa->peer_told_port = uh->source;
	}
	spin_unlock(&sa->replay_lock);
	if (news)
		seki_event_peer(sa, &to, from, uh->dest, uh->source);
}

static bool is_from(const struct sk_buff *skb, const struct seki_addr *addr)
{
	return addr->family == AF_INET ? ip_hdr(skb)->saddr == addr->v4.s_addr :
					 ipv6_addr_equal(&ipv6_hdr(skb)->saddr, &addr->v6);
}

/* Does an authentic packet come from where the peer is? */
static enum seki_drop check_peer(struct seki_sa *sa, const struct sk_buff *skb, bool newest)
{
	const struct seki_path *path = rcu_dereference(sa->path);
	struct seki_addr from;

	if (likely(is_from(skb, &path->remote) &&
		   (!sa->encap || udp_hdr(skb)->source == path->dport)))
		return SEKI_DROP_NONE;
	if (!(sa->flags & SEKI_SA_FLAGS_ROAMING))
		return SEKI_DROP_WRONG_ENDPOINT;
	/* an old packet says nothing about where the peer is now */
	if (newest) {
		from = source(skb);
		report_peer(sa, skb, &from);
	}
	return SEKI_DROP_NONE;
}

static struct seki_sa *find(struct net *net, const struct sk_buff *skb, u8 proto)
{
	struct seki_sa_key key = {
		.daddr = destination(skb),
		.proto = proto,
		.direction = SEKI_DIRECTION_IN,
	};
	const __be32 *spi;
	__be32 buf;

	spi = skb_header_pointer(skb, proto == IPPROTO_ESP ?
				 offsetof(struct ip_esp_hdr, spi) :
				 offsetof(struct ip_auth_hdr, spi), sizeof(buf), &buf);
	if (!spi)
		return NULL;
	key.spi = *spi;
	return seki_sa_find(seki_net(net), &key);
}

static void take(struct seki_sa *sa, struct sk_buff *skb, unsigned int depth,
		 const struct seki_sa *around);

/*
 * What AH protected may be ESP again, or AH: a bundle's, or that of an SA of its own.
 * Return: true if the packet is dealt with.
 */
static bool nested(struct seki_sa *sa, struct sk_buff *skb, u8 next, unsigned int depth)
{
	bool bundled = sa->flags & SEKI_SA_FLAGS_BUNDLED;
	struct seki_sa *inner = NULL;

	if (next == IPPROTO_ESP || (next == IPPROTO_AH && !bundled))
		inner = find(sa->flow->tunnel->net, skb, next);
	if (bundled && (!inner || inner->outer != sa)) {
		seki_drop_skb(skb, sa->flow, sa, SEKI_DROP_BAD_BUNDLE);
		return true;
	}
	if (!inner)
		return false;
	seki_sa_account(sa, skb->len);
	take(inner, skb, depth + 1, sa);
	return true;
}

/* The last layer is off, data is at what was in it. */
static void arrive(struct seki_sa *sa, struct sk_buff *skb, u8 next, u8 tos, u64 seq)
{
	unsigned int header_len = skb_network_header_len(skb);
	struct seki_flow *flow = sa->flow;
	enum seki_drop why;

	if (likely(sa->mode == SEKI_MODE_TUNNEL)) {
		why = seki_mode_tunnel_in(skb, next, tos, sa->flags);
	} else if (next == IPPROTO_NONE) {
		why = SEKI_DROP_DUMMY;
	} else {
		why = SEKI_DROP_NONE;
		if (sa->origins)
			seki_mode_repair_checksum(skb, sa->origins,
						  rcu_dereference(sa->path), next);
		seki_mode_transport_in(skb, header_len, next);
		__skb_push(skb, header_len);
	}
	if (likely(!why) && flow->policy)
		why = seki_policy_check(flow->policy, skb);
	if (unlikely(why)) {
		seki_drop_skb(skb, flow, sa, why);
		return;
	}
	seki_sa_account(sa, skb->len);
	deliver(sa, skb, seq);
}

/* Under RCU. */
static void rcv_finish(struct seki_op *op, int err)
{
	struct seki_sa *sa = op->sa;
	struct sk_buff *skb = op->skb;
	unsigned int depth = op->depth;
	bool esp = sa->key.proto == IPPROTO_ESP, newest;
	u64 seq = op->seq;
	u8 next, tos = dsfield(skb);
	enum seki_drop why;

	if (esp)
		why = seki_esp_decap_finish(op, &sa->crypto, err, &next);
	else
		why = seki_ah_decap_finish(op, &sa->crypto, err, &next);
	if (why == SEKI_DROP_NONE || why == SEKI_DROP_BAD_PAD) {
		enum seki_drop replay = advance(sa, seq, &newest);

		why = replay ?: why;
	}
	seki_op_put(op);
	if (likely(!why))
		why = check_peer(sa, skb, newest);
	if (unlikely(why)) {
		seki_drop_skb(skb, sa->flow, sa, why);
		goto out;
	}

	if (unlikely(!esp && (sa->flags & SEKI_SA_FLAGS_BUNDLED ||
			      sa->mode == SEKI_MODE_TRANSPORT))) {
		/* as if AH had never been there */
		seki_mode_transport_in(skb, skb_network_header_len(skb), next);
		if (nested(sa, skb, next, depth))
			goto out;
	}
	arrive(sa, skb, next, tos, seq);
out:
	seki_sa_put(sa);
}

static void rcv_later(struct seki_op *op, int err)
{
	rcu_read_lock();
	rcv_finish(op, err);
	rcu_read_unlock();
}

/* Worth the cipher's time? The number is taken only when it is authentic. */
static enum seki_drop check_seq(struct seki_sa *sa, u32 low, u64 *seq)
{
	enum seki_drop why = SEKI_DROP_NONE;

	spin_lock(&sa->replay_lock);
	*seq = sa->crypto.esn ? seki_replay_extend(sa->replay, low) : low;
	if (!(sa->flags & SEKI_SA_FLAGS_NO_REPLAY))
		why = seki_replay_check(sa->replay, *seq);
	spin_unlock(&sa->replay_lock);
	return why;
}

static enum seki_drop check(struct seki_sa *sa, struct sk_buff *skb, unsigned int depth,
			    const struct seki_sa *around, u64 *seq)
{
	bool esp = sa->key.proto == IPPROTO_ESP;
	enum seki_drop why;

	why = seki_sa_usable(sa);
	if (unlikely(why))
		return why;
	if (unlikely(depth >= DEPTH_MAX))
		return SEKI_DROP_NESTED;
	if (unlikely(sa->outer != around && (sa->outer || around->flags & SEKI_SA_FLAGS_BUNDLED)))
		return SEKI_DROP_BAD_BUNDLE;
	why = esp ? seki_esp_check(skb, &sa->crypto) :
		    seki_ah_check(skb, &sa->crypto, sa->ipv6);
	if (unlikely(why))
		return why;
	return check_seq(sa, ntohl(esp ? ((struct ip_esp_hdr *)skb->data)->seq_no :
					 ((struct ip_auth_hdr *)skb->data)->seq_no), seq);
}

/*
 * Start the cipher on a packet whose SA is known, data at ESP or AH.
 * @around: SA of the layer that was around this one, or NULL
 */
static void take(struct seki_sa *sa, struct sk_buff *skb, unsigned int depth,
		 const struct seki_sa *around)
{
	enum seki_drop why;
	struct seki_op *op;
	int err;
	u64 seq;

	why = check(sa, skb, depth, around, &seq);
	if (unlikely(why))
		goto drop;
	op = seki_op_get(sa->op_size);
	if (unlikely(!op)) {
		why = SEKI_DROP_NO_MEMORY;
		goto drop;
	}
	if (!refcount_inc_not_zero(&sa->refs)) {
		why = SEKI_DROP_EXPIRED;
		goto drop_op;
	}
	op->skb = skb;
	op->sa = sa;
	op->at = sa;
	op->dst = NULL;
	op->seq = seq;
	op->depth = depth;
	op->finish = rcv_later;
	why = sa->key.proto == IPPROTO_ESP ? seki_esp_decap(op, &sa->crypto, &err) :
					     seki_ah_decap(op, &sa->crypto, &err);
	if (unlikely(why)) {
		seki_sa_put(sa);
		goto drop_op;
	}
	if (err != -EINPROGRESS)
		rcv_finish(op, err);
	return;

drop_op:
	seki_op_put(op);
drop:
	seki_drop_skb(skb, sa->flow, sa, why);
}

/* As if the packet, whose data is at ESP, came by itself: with headers of its own. */
static void arrive_again(struct sk_buff *skb, const u8 *mac, unsigned int mac_len)
{
	if (skb_cow_head(skb, mac_len)) {
		kfree_skb(skb);
		return;
	}
	__skb_push(skb, skb->data - skb_network_header(skb));
	ip_hdr(skb)->tot_len = htons(skb->len);
	ip_send_check(ip_hdr(skb));
	memcpy(skb->data - mac_len, mac, mac_len);
	skb_set_mac_header(skb, -(int)mac_len);
	skb_dst_drop(skb);
	netif_rx(skb);
}

/*
 * What travelled together arrives together: one of our own hosts' namespaces
 * sent it.  Each packet goes on by itself.  Those that are not ours come back
 * without being a part of anything, for XFRM.
 */
static void take_apart(struct net *net, struct sk_buff *skb, u8 proto)
{
	unsigned int mac_len = skb_mac_header_was_set(skb) ? skb->mac_len : 0;
	struct sk_buff *next;
	u8 mac[ETH_HLEN];

	if (mac_len > sizeof(mac))
		mac_len = 0;
	memcpy(mac, skb_mac_header(skb), mac_len);
	skb_list_walk_safe(seki_super_split(skb), skb, next) {
		skb_mark_not_on_list(skb);
		if (seki_input(net, skb, proto, false))
			arrive_again(skb, mac, mac_len);
	}
}

/**
 * seki_input - take in an ESP or AH packet
 * @net: namespace that it arrived in
 * @skb: IPv4 or IPv6 packet with data at the ESP or AH header; the transport
 *	header is where the IP headers end, which is UDP's if there is one
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @encap: it came in UDP
 *
 * Under RCU, with bottom halves off.
 *
 * Return: 0 and the packet is given away; -EINVAL if its SPI is not ours, the
 * packet untouched.
 */
int seki_input(struct net *net, struct sk_buff *skb, u8 proto, bool encap)
{
	struct seki_sa *sa;

	if (unlikely(proto == IPPROTO_ESP && !encap && seki_super_is(skb))) {
		take_apart(net, skb, proto);
		return 0;
	}
	sa = find(net, skb, proto);
	if (!sa)
		return -EINVAL;
	/* what a guest of this host said about it is not true of what is inside */
	if (unlikely(skb_is_gso(skb)))
		skb_gso_reset(skb);
	if (unlikely(encap != sa->encap && READ_ONCE(sa->state) != SEKI_STATE_LARVAL)) {
		seki_drop_skb(skb, sa->flow, sa, SEKI_DROP_BAD_ENCAP);
		return 0;
	}
	take(sa, skb, 0, NULL);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet's way in, in order:
 *
 *	seki_input()	the SA; may it and may this number be used?; lengths
 *	... cipher ...	now or later
 *	rcv_finish()	authentic: check again and remember the number; take ESP
 *			off; right peer?; the inner packet; to the stack
 */
#include <linux/ip.h>
#include <net/dst.h>
#include <net/gro_cells.h>
#include <net/ip.h>

#include "esp.h"
#include "input.h"
#include "mode.h"
#include "sa.h"
#include "trace.h"

static void count_rx(struct seki_tunnel *tunnel, unsigned int bytes)
{
	struct seki_tunnel_stats *stats = this_cpu_ptr(tunnel->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->rx_packets);
	u64_stats_add(&stats->rx_bytes, bytes);
	u64_stats_update_end(&stats->syncp);
}

static enum seki_drop deliver(struct seki_tunnel *tunnel, struct sk_buff *skb)
{
	if (unlikely(!(READ_ONCE(tunnel->dev->flags) & IFF_UP))) {
		kfree_skb(skb);
		return SEKI_DROP_DEV_DOWN;
	}

	__skb_tunnel_rx(skb, tunnel->dev, tunnel->net);
	skb_reset_mac_header(skb);
	skb->pkt_type = PACKET_HOST;
	/* authentic: whoever computed the checksums, no wire has hurt them since */
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->csum_level = ~0;

	/* the stack owns the packet from here, also when it refuses it */
	return gro_cells_receive(&tunnel->gro_cells, skb) == NET_RX_SUCCESS ?
	       SEKI_DROP_NONE : SEKI_DROP_RX_QUEUE_FULL;
}

/* Authentic: the number counts now, unless another CPU was faster with it. */
static enum seki_drop advance(struct seki_sa *sa, u64 seq)
{
	enum seki_drop why;

	if (sa->flags & SEKI_SA_FLAGS_NO_REPLAY)
		return SEKI_DROP_NONE;

	spin_lock_bh(&sa->replay_lock);
	why = seki_replay_check(sa->replay, seq);
	if (!why)
		seki_replay_advance(sa->replay, seq);
	spin_unlock_bh(&sa->replay_lock);
	return why;
}

static void rcv_finish(struct seki_op *op, int err)
{
	struct seki_sa *sa = op->sa;
	struct seki_tunnel *tunnel = sa->tunnel;
	struct sk_buff *skb = op->skb;
	u64 seq = op->seq;
	enum seki_drop why;
	unsigned int len;
	__be32 saddr;
	u8 next, tos;

	/* nothing below reads the headers in front of ESP again */
	saddr = ip_hdr(skb)->saddr;
	tos = ip_hdr(skb)->tos;

	why = seki_esp_decap_finish(op, &sa->crypto, err, &next);
	if (why == SEKI_DROP_NONE || why == SEKI_DROP_BAD_PAD) {
		enum seki_drop replay = advance(sa, seq);

		why = replay ?: why;
	}
	seki_op_put(op);
	if (unlikely(why))
		goto drop;

	if (unlikely(saddr != sa->remote.v4.s_addr)) {
		why = SEKI_DROP_WRONG_ENDPOINT;
		goto drop;
	}
	why = seki_mode_tunnel_in(skb, next, tos, sa->flags);
	if (unlikely(why))
		goto drop;

	len = skb->len;
	seki_sa_account(sa, len);
	trace_seki_rx(skb, sa, seq);
	why = deliver(tunnel, skb);
	if (likely(!why)) {
		count_rx(tunnel, len);
	} else {
		seki_drops_inc(&tunnel->drops, why);
		seki_drops_inc(&sa->drops, why);
	}
	seki_sa_put(sa);
	return;

drop:
	seki_drop_skb(skb, tunnel, sa, why);
	seki_sa_put(sa);
}

/* Worth the cipher's time? The number is taken only when it is authentic. */
static enum seki_drop check_seq(struct seki_sa *sa, u32 low, u64 *seq)
{
	enum seki_drop why = SEKI_DROP_NONE;

	spin_lock_bh(&sa->replay_lock);
	*seq = sa->crypto.esn ? seki_replay_extend(sa->replay, low) : low;
	if (!(sa->flags & SEKI_SA_FLAGS_NO_REPLAY))
		why = seki_replay_check(sa->replay, *seq);
	spin_unlock_bh(&sa->replay_lock);
	return why;
}

/**
 * seki_input - take in an ESP packet
 * @net: namespace that it arrived in
 * @skb: IPv4 packet with data at the ESP header
 * @proto: IPPROTO_ESP
 * @encap: it came in UDP
 *
 * Under RCU, with bottom halves off.
 *
 * Return: 0 and the packet is given away; -EINVAL if its SPI is not ours, the
 * packet untouched.
 */
int seki_input(struct net *net, struct sk_buff *skb, u8 proto, bool encap)
{
	struct seki_sa_key key = {
		.daddr = seki_addr_v4(ip_hdr(skb)->daddr),
		.proto = proto,
		.direction = SEKI_DIRECTION_IN,
	};
	struct ip_esp_hdr *esph;
	enum seki_drop why;
	struct seki_op *op;
	struct seki_sa *sa;
	u64 seq;

	if (!pskb_may_pull(skb, sizeof(esph->spi)))
		return -EINVAL;
	esph = (struct ip_esp_hdr *)skb->data;
	key.spi = esph->spi;
	sa = seki_sa_find(seki_net(net), &key);
	if (!sa)
		return -EINVAL;

	why = seki_sa_usable(sa);
	if (unlikely(why))
		goto drop;
	if (unlikely(encap != sa->encap)) {
		why = SEKI_DROP_BAD_ENCAP;
		goto drop;
	}
	why = seki_esp_check(skb, &sa->crypto);
	if (unlikely(why))
		goto drop;
	esph = (struct ip_esp_hdr *)skb->data;
	why = check_seq(sa, ntohl(esph->seq_no), &seq);
	if (unlikely(why))
		goto drop;

	op = seki_op_get(&sa->crypto);
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
	op->dst = NULL;
	op->seq = seq;
	op->finish = rcv_finish;
	why = seki_esp_decap(op, &sa->crypto);
	if (unlikely(why)) {
		seki_sa_put(sa);
		goto drop_op;
	}
	return 0;

drop_op:
	seki_op_put(op);
drop:
	seki_drop_skb(skb, sa->tunnel, sa, why);
	return 0;
}

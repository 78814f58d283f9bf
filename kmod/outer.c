// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of the outer packet: route, path MTU, header, departure.
 */
#include <net/dst_cache.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/route.h>

#include "esp.h"
#include "outer.h"

/**
 * seki_outer_route - find the route to the peer
 * @tunnel: that sends
 * @sa: with addresses, the tunnel's outbound one
 * @dst: set to a counted reference
 *
 * Bottom halves must be off.
 *
 * Return: SEKI_DROP_NONE, or why there is no route.
 */
enum seki_drop seki_outer_route(struct seki_tunnel *tunnel, const struct seki_sa *sa,
				struct dst_entry **dst)
{
	struct flowi4 fl4 = {
		.daddr = sa->remote.v4.s_addr,
		.saddr = sa->local.v4.s_addr,
		.flowi4_proto = sa->encap ? IPPROTO_UDP : sa->key.proto,
	};
	struct rtable *rt;
	__be32 saddr;

	rt = dst_cache_get_ip4(&tunnel->dst_cache, &saddr);
	if (likely(rt)) {
		*dst = &rt->dst;
		return SEKI_DROP_NONE;
	}

	rt = ip_route_output_key(tunnel->net, &fl4);
	if (IS_ERR(rt))
		return SEKI_DROP_NO_ROUTE;
	if (rt->dst.dev == tunnel->dev) {
		ip_rt_put(rt);
		return SEKI_DROP_ROUTE_LOOP;
	}
	dst_cache_set_ip4(&tunnel->dst_cache, &rt->dst, fl4.saddr);
	*dst = &rt->dst;
	return SEKI_DROP_NONE;
}

/**
 * seki_outer_payload_max - largest inner packet that needs no outer fragments
 * @sa: that it would be sent with
 * @mtu: of the path
 *
 * Return: bytes, 0 if the path is too narrow for any.
 */
unsigned int seki_outer_payload_max(const struct seki_sa *sa, unsigned int mtu)
{
	unsigned int header = seki_outer_header(sa);

	return mtu > header ? seki_esp_payload_max(&sa->crypto, mtu - header) : 0;
}

static void push_udp(struct sk_buff *skb, const struct seki_sa *sa)
{
	struct udphdr *uh = __skb_push(skb, sizeof(*uh));

	skb_reset_transport_header(skb);
	uh->source = sa->sport;
	uh->dest = sa->dport;
	uh->len = htons(skb->len);
	/* RFC 3948 section 2.1: should be sent as zero over IPv4 */
	uh->check = 0;
}

/**
 * seki_outer_send - put the outer header on and send
 * @op: packet with data at the ESP header, counted route, outer fields; both
 *	packet and route are given away
 * @tunnel: that sends
 * @sa: with addresses
 *
 * Return: 0, or an error when the packet was refused on the way.
 */
int seki_outer_send(const struct seki_op *op, struct seki_tunnel *tunnel,
		    const struct seki_sa *sa)
{
	struct sk_buff *skb = op->skb;
	struct net *net = tunnel->net;
	struct iphdr *iph;
	int err;

	if (sa->encap)
		push_udp(skb, sa);

	skb_scrub_packet(skb, !net_eq(net, dev_net(tunnel->dev)));
	skb_clear_hash_if_not_l4(skb);
	skb_dst_set(skb, op->dst);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));

	iph = __skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = op->tos;
	iph->frag_off = op->df;
	iph->ttl = op->ttl;
	iph->protocol = sa->encap ? IPPROTO_UDP : sa->key.proto;
	iph->daddr = sa->remote.v4.s_addr;
	iph->saddr = sa->local.v4.s_addr;
	ip_select_ident(net, skb, NULL);

	err = ip_local_out(net, NULL, skb);
	return net_xmit_eval(err);
}

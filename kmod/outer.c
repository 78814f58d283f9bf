// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of the outer packet: route, path MTU, header, departure.
 */
#include <linux/udp.h>
#include <net/dst_cache.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/udp.h>

#include "ah.h"
#include "esp.h"
#include "outer.h"

/* protocol that routes and the outer header see first */
static u8 outer_proto(const struct seki_sa *sa)
{
	if (sa->encap)
		return IPPROTO_UDP;
	return sa->outer ? IPPROTO_AH : sa->key.proto;
}

/* Return: counted route, or an error. */
static struct dst_entry *route_v4(const struct seki_tunnel *tunnel, const struct seki_addr *local,
				  const struct seki_addr *remote, u8 proto)
{
	struct flowi4 fl4 = {
		.daddr = remote->v4.s_addr,
		.saddr = local->v4.s_addr,
		.flowi4_oif = READ_ONCE(tunnel->link),
		.flowi4_mark = READ_ONCE(tunnel->fwmark),
		.flowi4_proto = proto,
	};
	struct rtable *rt = ip_route_output_key(tunnel->net, &fl4);

	return IS_ERR(rt) ? ERR_CAST(rt) : &rt->dst;
}

static struct dst_entry *route_v6(const struct seki_tunnel *tunnel, const struct seki_addr *local,
				  const struct seki_addr *remote, u8 proto)
{
	struct flowi6 fl6 = {
		.daddr = remote->v6,
		.saddr = local->v6,
		.flowi6_oif = READ_ONCE(tunnel->link),
		.flowi6_mark = READ_ONCE(tunnel->fwmark),
		.flowi6_proto = proto,
	};
	struct dst_entry *dst = ip6_route_output(tunnel->net, NULL, &fl6);
	int err = dst->error;

	if (!err)
		return dst;
	dst_release(dst);
	return ERR_PTR(err);
}

static struct dst_entry *route(const struct seki_tunnel *tunnel, const struct seki_addr *local,
			       const struct seki_addr *remote, u8 proto)
{
	return remote->family == AF_INET6 ? route_v6(tunnel, local, remote, proto) :
					    route_v4(tunnel, local, remote, proto);
}

/* Return: counted route, or NULL. */
static struct dst_entry *cached(struct dst_cache *cache, bool ipv6)
{
	struct in6_addr saddr6;
	struct rtable *rt;
	__be32 saddr;

	if (ipv6)
		return dst_cache_get_ip6(cache, &saddr6);
	rt = dst_cache_get_ip4(cache, &saddr);
	return rt ? &rt->dst : NULL;
}

/**
 * seki_outer_route - find the route to the peer
 * @flow: that sends
 * @sa: its outbound one
 * @path: addresses of @sa
 * @dst: set to a counted reference
 *
 * Bottom halves must be off.
 *
 * Return: SEKI_DROP_NONE, or why there is no route.
 */
enum seki_drop seki_outer_route(struct seki_flow *flow, const struct seki_sa *sa,
				const struct seki_path *path, struct dst_entry **dst)
{
	*dst = cached(&flow->dst_cache, sa->ipv6);
	if (likely(*dst))
		return SEKI_DROP_NONE;

	*dst = route(flow->tunnel, &path->local, &path->remote, outer_proto(sa));
	if (IS_ERR(*dst))
		return SEKI_DROP_NO_ROUTE;
	if ((*dst)->dev == flow->tunnel->dev) {
		dst_release(*dst);
		return SEKI_DROP_ROUTE_LOOP;
	}
	if (sa->ipv6)
		dst_cache_set_ip6(&flow->dst_cache, *dst, &path->local.v6);
	else
		dst_cache_set_ip4(&flow->dst_cache, *dst, path->local.v4.s_addr);
	return SEKI_DROP_NONE;
}

/**
 * seki_outer_path_mtu - MTU of the path that outer packets would take now
 * @flow: with an SA, or addresses of its own that do not change meanwhile
 *
 * Under RCU.
 *
 * Return: bytes, those of Ethernet if there is no route.
 */
unsigned int seki_outer_path_mtu(const struct seki_flow *flow)
{
	const struct seki_sa *sa = rcu_dereference(flow->out);
	const struct seki_path *path = sa ? rcu_dereference(sa->path) : NULL;
	const struct seki_addr *remote = path ? &path->remote : &flow->remote;
	unsigned int mtu = ETH_DATA_LEN;
	struct dst_entry *dst;

	if (!remote->family)
		return mtu;
	dst = route(flow->tunnel, path ? &path->local : &flow->local, remote,
		    sa ? outer_proto(sa) : IPPROTO_ESP);
	if (IS_ERR(dst))
		return mtu;
	if (dst->dev != flow->tunnel->dev)
		mtu = dst_mtu(dst);
	dst_release(dst);
	return mtu;
}

/**
 * seki_outer_payload_max - largest packet that needs no outer fragments
 * @sa: that it would be sent with
 * @header: bytes of the packet's own header, which transport mode leaves outside
 * @mtu: of the path
 *
 * Return: bytes, 0 if the path is too narrow for any.
 */
unsigned int seki_outer_payload_max(const struct seki_sa *sa, unsigned int header,
				    unsigned int mtu)
{
	unsigned int outside, max;

	if (sa->mode == SEKI_MODE_TRANSPORT)
		outside = header + (sa->encap ? sizeof(struct udphdr) : 0);
	else
		outside = sa->outer_len;
	if (sa->key.proto == IPPROTO_AH)
		outside += seki_ah_header(&sa->crypto, sa->ipv6);
	else if (sa->outer)
		outside += seki_ah_header(&sa->outer->crypto, sa->ipv6);
	if (mtu <= outside)
		return 0;

	max = mtu - outside;
	if (sa->key.proto == IPPROTO_ESP)
		max = seki_esp_payload_max(&sa->crypto, max);
	return max && sa->mode == SEKI_MODE_TRANSPORT ? max + header : max;
}

static void push_udp(struct sk_buff *skb, const struct seki_path *path)
{
	struct udphdr *uh = __skb_push(skb, sizeof(*uh));

	skb_reset_transport_header(skb);
	uh->source = path->sport;
	uh->dest = path->dport;
	uh->len = htons(skb->len);
	/* RFC 3948 section 2.1: should be sent as zero over IPv4 */
	uh->check = 0;
	if (path->remote.family == AF_INET6)
		udp6_set_csum(false, skb, &path->local.v6, &path->remote.v6, skb->len);
}

static void push_v4(const struct seki_op *op, const struct seki_tunnel *tunnel,
		    const struct seki_path *path, u8 proto)
{
	struct sk_buff *skb = op->skb;
	struct iphdr *iph = __skb_push(skb, sizeof(*iph));

	skb_reset_network_header(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = op->tos;
	iph->tot_len = htons(skb->len);
	iph->frag_off = op->df;
	iph->ttl = op->ttl;
	iph->protocol = proto;
	iph->daddr = path->remote.v4.s_addr;
	iph->saddr = path->local.v4.s_addr;
	/* RFC 6864: a packet that cannot be fragmented needs none */
	skb->ignore_df = op->fragment;
	ip_select_ident(tunnel->net, skb, NULL);
}

static void push_v6(const struct seki_op *op, const struct seki_path *path, u8 proto)
{
	struct sk_buff *skb = op->skb;
	unsigned int len = skb->len;
	struct ipv6hdr *ip6h = __skb_push(skb, sizeof(*ip6h));

	skb_reset_network_header(skb);
	ip6_flow_hdr(ip6h, op->tos, 0);
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = proto;
	ip6h->hop_limit = op->ttl;
	ip6h->saddr = path->local.v6;
	ip6h->daddr = path->remote.v6;
}

/* Transport mode: the packet's own header has been waiting in front. */
static void push_own(const struct seki_op *op, u8 proto)
{
	struct sk_buff *skb = op->skb;
	u8 *header = __skb_push(skb, op->header_len);

	skb_reset_network_header(skb);
	header[op->next_offset] = proto;
	if (skb->protocol == htons(ETH_P_IP))
		((struct iphdr *)header)->tot_len = htons(skb->len);
	else
		((struct ipv6hdr *)header)->payload_len =
			htons(skb->len - sizeof(struct ipv6hdr));
}

/**
 * seki_outer_push - put UDP and the outer header in front
 * @op: packet with data at ESP or AH, outer fields
 * @sa: that it is sent with
 * @path: addresses of @sa
 * @proto: IPPROTO_ESP or IPPROTO_AH
 */
void seki_outer_push(const struct seki_op *op, const struct seki_sa *sa,
		     const struct seki_path *path, u8 proto)
{
	if (sa->encap) {
		push_udp(op->skb, path);
		proto = IPPROTO_UDP;
	}
	if (op->header_len)
		push_own(op, proto);
	else if (sa->ipv6)
		push_v6(op, path, proto);
	else
		push_v4(op, sa->flow->tunnel, path, proto);
}

/**
 * seki_outer_send - send a packet that has its outer header
 * @sa: that it is sent with
 * @skb: packet, given away
 * @dst: counted route, given away
 * @fragment: the packet may be larger than the path allows
 *
 * Return: 0, or an error when the packet was refused on the way.
 */
int seki_outer_send(const struct seki_sa *sa, struct sk_buff *skb, struct dst_entry *dst,
		    bool fragment)
{
	const struct seki_tunnel *tunnel = sa->flow->tunnel;
	u32 fwmark = READ_ONCE(tunnel->fwmark);
	struct net *net = tunnel->net;
	int err;

	skb_scrub_packet(skb, !net_eq(net, dev_net(tunnel->dev)));
	skb_clear_hash_if_not_l4(skb);
	skb_dst_set(skb, dst);
	if (fwmark)
		skb->mark = fwmark;

	skb->ignore_df = fragment;
	/* a policy's packet does not meet the policies again */
	if (sa->ipv6) {
		memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
		if (sa->flow->policy)
			IP6CB(skb)->flags |= IP6SKB_XFRM_TRANSFORMED;
		err = ip6_local_out(net, NULL, skb);
	} else {
		memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
		/* of options, only some are for each fragment */
		IPCB(skb)->opt.optlen = ip_hdrlen(skb) - sizeof(struct iphdr);
		if (sa->flow->policy)
			IPCB(skb)->flags |= IPSKB_XFRM_TRANSFORMED;
		err = ip_local_out(net, NULL, skb);
	}
	return net_xmit_eval(err);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tunnel mode: a whole IP packet inside, and what its header and the outer one
 * have to do with each other (RFC 4301 section 5.1.2).  Transport mode: the
 * packet's own header stands outside, and only what it carries is inside.
 */
#include <linux/seki.h>
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "checksum.h"
#include "mode.h"
#include "path.h"

/**
 * seki_mode_tunnel_out - choose the fields of the outer header
 * @op: with its packet; gets them
 * @ttl: the tunnel's
 * @tos: the tunnel's
 * @sa_flags: SEKI_SA_FLAGS_*
 */
void seki_mode_tunnel_out(struct seki_op *op, u8 ttl, u8 tos, u32 sa_flags)
{
	const struct sk_buff *skb = op->skb;
	u8 inner_tos, inner_ttl;
	__be16 df;

	if (skb->protocol == htons(ETH_P_IP)) {
		const struct iphdr *iph = ip_hdr(skb);

		op->next = IPPROTO_IPIP;
		inner_tos = iph->tos;
		inner_ttl = iph->ttl;
		df = iph->frag_off & htons(IP_DF);
	} else {
		const struct ipv6hdr *ip6h = ipv6_hdr(skb);

		op->next = IPPROTO_IPV6;
		inner_tos = ipv6_get_dsfield(ip6h);
		inner_ttl = ip6h->hop_limit;
		/* every path carries packets of the least MTU, if need be in fragments */
		df = skb->len > IPV6_MIN_MTU ? htons(IP_DF) : 0;
	}

	if (tos == SEKI_TOS_INHERIT)
		tos = sa_flags & SEKI_SA_FLAGS_NO_COPY_DSCP ? 0 : inner_tos;
	tos &= ~INET_ECN_MASK;
	/* RFC 6040 section 4.1, normal mode; without ECN, compatibility mode */
	if (!(sa_flags & SEKI_SA_FLAGS_NO_ECN))
		tos |= inner_tos & INET_ECN_MASK;

	op->header_len = 0;
	op->tos = tos;
	op->ttl = ttl == SEKI_TTL_INHERIT ? inner_ttl : ttl;
	op->df = sa_flags & SEKI_SA_FLAGS_NO_COPY_DF ? 0 : df;
	op->fragment = !op->df;
}

/* Only whole packets between the endpoints themselves (RFC 4303 section 3.1.1). */
static enum seki_drop transport_header(struct seki_op *op, const struct seki_path *path)
{
	struct sk_buff *skb = op->skb;

	if (skb->protocol == htons(ETH_P_IP)) {
		struct iphdr *iph = ip_hdr(skb);

		if (path->local.family != AF_INET || iph->saddr != path->local.v4.s_addr ||
		    iph->daddr != path->remote.v4.s_addr)
			return SEKI_DROP_NOT_ENDPOINT;
		if (ip_is_fragment(iph))
			return SEKI_DROP_FRAGMENT;
		op->header_len = iph->ihl * 4;
		op->next_offset = offsetof(struct iphdr, protocol);
		op->next = iph->protocol;
		op->fragment = !(iph->frag_off & htons(IP_DF));
	} else {
		struct ipv6hdr *ip6h = ipv6_hdr(skb);
		u8 *nexthdr;
		int len;

		if (path->local.family != AF_INET6 ||
		    !ipv6_addr_equal(&ip6h->saddr, &path->local.v6) ||
		    !ipv6_addr_equal(&ip6h->daddr, &path->remote.v6))
			return SEKI_DROP_NOT_ENDPOINT;
		/* behind what every hop, or each router named in it, must see */
		len = ip6_find_1stfragopt(skb, &nexthdr);
		if (len < 0)
			return SEKI_DROP_BAD_HEADER;
		if (*nexthdr == NEXTHDR_FRAGMENT)
			return SEKI_DROP_FRAGMENT;
		op->header_len = len;
		op->next_offset = nexthdr - skb_network_header(skb);
		op->next = *nexthdr;
		op->fragment = skb->len <= IPV6_MIN_MTU;
	}
	return SEKI_DROP_NONE;
}

/**
 * seki_mode_transport_out - set the packet's own header aside
 * @op: with its packet, linear and not shared; gets where the header is
 * @path: endpoints of the SA
 * @room: bytes that will come between header and payload
 *
 * The header moves towards the front by @room, and the packet's data begins
 * behind where it was.
 *
 * Return: SEKI_DROP_NONE, or why transport mode cannot carry the packet.
 */
enum seki_drop seki_mode_transport_out(struct seki_op *op, const struct seki_path *path,
				       unsigned int room)
{
	struct sk_buff *skb = op->skb;
	enum seki_drop why;

	why = transport_header(op, path);
	if (why)
		return why;
	memmove(skb->data - room, skb->data, op->header_len);
	__skb_pull(skb, op->header_len);
	return SEKI_DROP_NONE;
}

static enum seki_drop inner_v4(struct sk_buff *skb, unsigned int *len)
{
	const struct iphdr *iph;

	if (!pskb_may_pull(skb, sizeof(*iph)))
		return SEKI_DROP_INNER_TOO_SHORT;
	skb_reset_network_header(skb);
	iph = ip_hdr(skb);
	if (iph->version != 4 || iph->ihl < 5)
		return SEKI_DROP_INNER_BAD_HEADER;
	*len = ntohs(iph->tot_len);
	if (*len < iph->ihl * 4)
		return SEKI_DROP_INNER_BAD_HEADER;
	skb->protocol = htons(ETH_P_IP);
	return SEKI_DROP_NONE;
}

static enum seki_drop inner_v6(struct sk_buff *skb, unsigned int *len)
{
	const struct ipv6hdr *ip6h;

	if (!pskb_may_pull(skb, sizeof(*ip6h)))
		return SEKI_DROP_INNER_TOO_SHORT;
	skb_reset_network_header(skb);
	ip6h = ipv6_hdr(skb);
	if (ip6h->version != 6)
		return SEKI_DROP_INNER_BAD_HEADER;
	*len = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	skb->protocol = htons(ETH_P_IPV6);
	return SEKI_DROP_NONE;
}

/**
 * seki_mode_tunnel_in - check a packet that came out of a tunnel
 * @skb: data is at the inner packet; afterwards it is a packet of the stack
 * @next: protocol that ESP or AH said it is
 * @outer_tos: of the outer header
 * @sa_flags: SEKI_SA_FLAGS_*
 *
 * Return: SEKI_DROP_NONE, or what is wrong with the packet.
 */
enum seki_drop seki_mode_tunnel_in(struct sk_buff *skb, u8 next, u8 outer_tos, u32 sa_flags)
{
	enum seki_drop why;
	unsigned int len;
	u8 tos;

	switch (next) {
	case IPPROTO_IPIP:
		why = inner_v4(skb, &len);
		break;
	case IPPROTO_IPV6:
		why = inner_v6(skb, &len);
		break;
	case IPPROTO_NONE:
		/* RFC 4303 section 2.6: no next header, and no error either */
		return SEKI_DROP_DUMMY;
	default:
		return SEKI_DROP_BAD_NEXT_HEADER;
	}
	if (why)
		return why;
	if (len > skb->len)
		return SEKI_DROP_INNER_TOO_SHORT;
	/* more is traffic flow confidentiality padding (RFC 4303 section 2.7) */
	if (pskb_trim(skb, len))
		return SEKI_DROP_NO_MEMORY;

	if (sa_flags & SEKI_SA_FLAGS_NO_ECN)
		return SEKI_DROP_NONE;
	tos = next == IPPROTO_IPIP ? ip_hdr(skb)->tos : ipv6_get_dsfield(ipv6_hdr(skb));
	return INET_ECN_decapsulate(skb, outer_tos, tos) > 1 ? SEKI_DROP_ECN : SEKI_DROP_NONE;
}

/**
 * seki_mode_transport_in - put a packet's own header in front of what it carries
 * @skb: linear and not shared, data is at the payload, the network header is
 *	where it came
 * @header_len: bytes of the header, extension headers included
 * @next: protocol of the payload
 *
 * The data stays where it is; what is pushed by @header_len is a packet.
 */
void seki_mode_transport_in(struct sk_buff *skb, unsigned int header_len, u8 next)
{
	u8 *header = skb->data - header_len;
	unsigned int offset;

	/* of the header that said ESP or AH is next: IPv6 noted where */
	offset = skb->protocol == htons(ETH_P_IP) ? offsetof(struct iphdr, protocol) :
						    IP6CB(skb)->nhoff;
	memmove(header, skb_network_header(skb), header_len);
	header[offset] = next;
	skb_set_network_header(skb, -(int)header_len);
	skb_reset_transport_header(skb);
	if (skb->protocol == htons(ETH_P_IP)) {
		struct iphdr *iph = (struct iphdr *)header;

		iph->tot_len = htons(skb->len + header_len);
		ip_send_check(iph);
	} else {
		struct ipv6hdr *ip6h = (struct ipv6hdr *)header;

		ip6h->payload_len = htons(skb->len + header_len - sizeof(*ip6h));
	}
}

static void repair(__sum16 *check, const struct seki_origins *origins,
		   const struct seki_path *path, u8 next)
{
	/* the packet came from the remote and went to the local address */
	__be32 old[8], new[8];
	unsigned int words = path->local.family == AF_INET ? 1 : 4;

	memcpy(old, &origins->remote.v6, words * 4);
	memcpy(old + words, &origins->local.v6, words * 4);
	memcpy(new, &path->remote.v6, words * 4);
	memcpy(new + words, &path->local.v6, words * 4);
	*check = seki_checksum_repair(next, *check, old, new, words * 2);
}

/**
 * seki_mode_repair_checksum - let a checksum cover the addresses that a NAT made
 * @skb: linear and not shared, data is at the payload
 * @origins: addresses that it covers
 * @path: addresses that the packet has
 * @next: protocol of the payload
 *
 * RFC 3948 section 3.1.2.
 */
void seki_mode_repair_checksum(struct sk_buff *skb, const struct seki_origins *origins,
			       const struct seki_path *path, u8 next)
{
	unsigned int offset;

	if (seki_checksum_field(next, &offset) && offset + sizeof(__sum16) <= skb->len)
		repair((__sum16 *)(skb->data + offset), origins, path, next);
}

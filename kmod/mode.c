// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tunnel mode: a whole IP packet inside, and what its header and the outer one
 * have to do with each other (RFC 4301 section 5.1.2).
 */
#include <linux/seki.h>
#include <net/inet_ecn.h>
#include <net/ip.h>

#include "mode.h"

/**
 * seki_mode_tunnel_out - choose the fields of the outer header
 * @op: gets them
 * @inner: header of the packet to be sent
 * @ttl: the tunnel's
 * @tos: the tunnel's
 * @sa_flags: SEKI_SA_FLAGS_*
 */
void seki_mode_tunnel_out(struct seki_op *op, const struct iphdr *inner, u8 ttl, u8 tos,
			  u32 sa_flags)
{
	if (tos == SEKI_TOS_INHERIT)
		tos = sa_flags & SEKI_SA_FLAGS_NO_COPY_DSCP ? 0 : inner->tos;
	tos &= ~INET_ECN_MASK;
	/* RFC 6040 section 4.1, normal mode; without ECN, compatibility mode */
	if (!(sa_flags & SEKI_SA_FLAGS_NO_ECN))
		tos |= inner->tos & INET_ECN_MASK;

	op->tos = tos;
	op->ttl = ttl == SEKI_TTL_INHERIT ? inner->ttl : ttl;
	op->df = sa_flags & SEKI_SA_FLAGS_NO_COPY_DF ? 0 : inner->frag_off & htons(IP_DF);
}

/**
 * seki_mode_tunnel_in - check a packet that came out of a tunnel
 * @skb: data is at the inner packet; afterwards it is a packet of the stack
 * @next: protocol that ESP said it is
 * @outer_tos: of the outer header
 * @sa_flags: SEKI_SA_FLAGS_*
 *
 * Return: SEKI_DROP_NONE, or what is wrong with the packet.
 */
enum seki_drop seki_mode_tunnel_in(struct sk_buff *skb, u8 next, u8 outer_tos, u32 sa_flags)
{
	struct iphdr *iph;
	unsigned int len;

	/* RFC 4303 section 2.6: no next header, and no error either */
	if (next == IPPROTO_NONE)
		return SEKI_DROP_DUMMY;
	if (next != IPPROTO_IPIP)
		return SEKI_DROP_BAD_NEXT_HEADER;

	if (!pskb_may_pull(skb, sizeof(*iph)))
		return SEKI_DROP_INNER_TOO_SHORT;
	skb_reset_network_header(skb);
	iph = ip_hdr(skb);
	if (iph->version != 4 || iph->ihl < 5)
		return SEKI_DROP_INNER_BAD_HEADER;
	len = ntohs(iph->tot_len);
	if (len < iph->ihl * 4)
		return SEKI_DROP_INNER_BAD_HEADER;
	if (len > skb->len)
		return SEKI_DROP_INNER_TOO_SHORT;
	/* more is traffic flow confidentiality padding (RFC 4303 section 2.7) */
	if (pskb_trim(skb, len))
		return SEKI_DROP_NO_MEMORY;

	skb->protocol = htons(ETH_P_IP);
	if (!(sa_flags & SEKI_SA_FLAGS_NO_ECN) &&
	    INET_ECN_decapsulate(skb, outer_tos, ip_hdr(skb)->tos) > 1)
		return SEKI_DROP_ECN;
	return SEKI_DROP_NONE;
}

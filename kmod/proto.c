// SPDX-License-Identifier: GPL-2.0-only
/*
 * How ESP and AH packets reach us: beside XFRM, through its own lists of
 * handlers.  We stand in front and leave alone what is not ours.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <net/ah.h>
#include <net/esp.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "input.h"
#include "proto.h"
#include "sa.h"

/* above vti's 100, XFRM interfaces' 10 and plain XFRM's 0 */
#define SEKI_PRIORITY	150

static int esp_rcv(struct sk_buff *skb)
{
	return seki_input(dev_net(skb->dev), skb, IPPROTO_ESP, false);
}

static int ah_rcv(struct sk_buff *skb)
{
	return seki_input(dev_net(skb->dev), skb, IPPROTO_AH, false);
}

/* XFRM's own UDP sockets: what comes there is XFRM's */
static int rcv_encap(struct sk_buff *skb, int nexthdr, __be32 spi, int encap_type)
{
	return -EINVAL;
}

/* XFRM finished a packet, which may concern others */
static int rcv_cb(struct sk_buff *skb, int err)
{
	return 1;
}

/*
 * An ICMP error quotes a packet.  Only one that we may have sent changes
 * anything: a blind attacker would have to guess a live SPI.
 */
static bool is_ours(struct net *net, const struct seki_addr *daddr, u8 proto,
		    const void *header)
{
	struct seki_sa_key key = {
		.daddr = *daddr,
		.proto = proto,
		.direction = SEKI_DIRECTION_OUT,
	};

	key.spi = proto == IPPROTO_ESP ? ((const struct ip_esp_hdr *)header)->spi :
					 ((const struct ip_auth_hdr *)header)->spi;
	return seki_sa_find(seki_net(net), &key);
}

static int err_v4(struct sk_buff *skb, u32 info, u8 proto)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	struct seki_addr daddr = seki_addr_v4(iph->daddr);
	struct net *net = dev_net(skb->dev);

	/* icmp_socket_deliver() has made eight bytes after the header readable */
	if (!is_ours(net, &daddr, proto, skb->data + iph->ihl * 4))
		return -ENOENT;

	switch (icmp_hdr(skb)->type) {
	case ICMP_DEST_UNREACH:
		if (icmp_hdr(skb)->code == ICMP_FRAG_NEEDED)
			ipv4_update_pmtu(skb, net, info, 0, proto);
		break;
	case ICMP_REDIRECT:
		ipv4_redirect(skb, net, 0, proto);
		break;
	}
	return 0;
}

static int esp4_err(struct sk_buff *skb, u32 info)
{
	return err_v4(skb, info, IPPROTO_ESP);
}

/* AH's SPI is the second word: eight bytes have it */
static int ah4_err(struct sk_buff *skb, u32 info)
{
	return err_v4(skb, info, IPPROTO_AH);
}

static int err_v6(struct sk_buff *skb, u8 type, int offset, __be32 info, u8 proto)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;
	struct seki_addr daddr = seki_addr_v6(&ip6h->daddr);
	struct net *net = dev_net(skb->dev);

	/* icmpv6_notify() has made eight bytes at offset readable */
	if (!is_ours(net, &daddr, proto, skb->data + offset))
		return -ENOENT;

	if (type == ICMPV6_PKT_TOOBIG)
		ip6_update_pmtu(skb, net, info, 0, 0, sock_net_uid(net, NULL));
	else if (type == NDISC_REDIRECT)
		ip6_redirect(skb, net, skb->dev->ifindex, 0, sock_net_uid(net, NULL));
	return 0;
}

static int esp6_err(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type, u8 code, int offset,
		    __be32 info)
{
	return err_v6(skb, type, offset, info, IPPROTO_ESP);
}

static int ah6_err(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type, u8 code, int offset,
		   __be32 info)
{
	return err_v6(skb, type, offset, info, IPPROTO_AH);
}

static struct xfrm4_protocol esp4_protocol = {
	.handler = esp_rcv,
	.input_handler = rcv_encap,
	.cb_handler = rcv_cb,
	.err_handler = esp4_err,
	.priority = SEKI_PRIORITY,
};

static struct xfrm4_protocol ah4_protocol = {
	.handler = ah_rcv,
	.input_handler = rcv_encap,
	.cb_handler = rcv_cb,
	.err_handler = ah4_err,
	.priority = SEKI_PRIORITY,
};

static struct xfrm6_protocol esp6_protocol = {
	.handler = esp_rcv,
	.input_handler = rcv_encap,
	.cb_handler = rcv_cb,
	.err_handler = esp6_err,
	.priority = SEKI_PRIORITY,
};

static struct xfrm6_protocol ah6_protocol = {
	.handler = ah_rcv,
	.input_handler = rcv_encap,
	.cb_handler = rcv_cb,
	.err_handler = ah6_err,
	.priority = SEKI_PRIORITY,
};

int seki_proto_init(void)
{
	int err;

	err = xfrm4_protocol_register(&esp4_protocol, IPPROTO_ESP);
	if (err)
		return err;
	err = xfrm4_protocol_register(&ah4_protocol, IPPROTO_AH);
	if (err)
		goto err_esp4;
	err = xfrm6_protocol_register(&esp6_protocol, IPPROTO_ESP);
	if (err)
		goto err_ah4;
	err = xfrm6_protocol_register(&ah6_protocol, IPPROTO_AH);
	if (err)
		goto err_esp6;
	return 0;

err_esp6:
	xfrm6_protocol_deregister(&esp6_protocol, IPPROTO_ESP);
err_ah4:
	xfrm4_protocol_deregister(&ah4_protocol, IPPROTO_AH);
err_esp4:
	xfrm4_protocol_deregister(&esp4_protocol, IPPROTO_ESP);
	return err;
}

/* Waits until no packet is in a handler. */
void seki_proto_exit(void)
{
	xfrm6_protocol_deregister(&ah6_protocol, IPPROTO_AH);
	xfrm6_protocol_deregister(&esp6_protocol, IPPROTO_ESP);
	xfrm4_protocol_deregister(&ah4_protocol, IPPROTO_AH);
	xfrm4_protocol_deregister(&esp4_protocol, IPPROTO_ESP);
}

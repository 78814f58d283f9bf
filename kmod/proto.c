// SPDX-License-Identifier: GPL-2.0-only
/*
 * How ESP packets reach us: beside XFRM, through its own list of handlers.
 * We stand in front and leave alone what is not ours.
 */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <net/esp.h>
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

/* XFRM's own UDP sockets: what comes there is XFRM's */
static int esp_rcv_encap(struct sk_buff *skb, int nexthdr, __be32 spi, int encap_type)
{
	return -EINVAL;
}

/* XFRM finished a packet, which may concern others */
static int esp_rcv_cb(struct sk_buff *skb, int err)
{
	return 1;
}

/*
 * An ICMP error quotes a packet. Only one that we may have sent changes
 * anything: a blind attacker would have to guess a live SPI.
 */
static int esp_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const struct ip_esp_hdr *esph;
	struct seki_sa_key key = {
		.daddr = seki_addr_v4(iph->daddr),
		.proto = IPPROTO_ESP,
		.direction = SEKI_DIRECTION_OUT,
	};
	struct net *net = dev_net(skb->dev);

	/* icmp_socket_deliver() has made eight bytes after the header readable */
	esph = (const struct ip_esp_hdr *)(skb->data + iph->ihl * 4);
	key.spi = esph->spi;
	if (!seki_sa_find(seki_net(net), &key))
		return -ENOENT;

	switch (icmp_hdr(skb)->type) {
	case ICMP_DEST_UNREACH:
		if (icmp_hdr(skb)->code == ICMP_FRAG_NEEDED)
			ipv4_update_pmtu(skb, net, info, 0, IPPROTO_ESP);
		break;
	case ICMP_REDIRECT:
		ipv4_redirect(skb, net, 0, IPPROTO_ESP);
		break;
	}
	return 0;
}

static struct xfrm4_protocol esp4_protocol = {
	.handler = esp_rcv,
	.input_handler = esp_rcv_encap,
	.cb_handler = esp_rcv_cb,
	.err_handler = esp_err,
	.priority = SEKI_PRIORITY,
};

int seki_proto_init(void)
{
	return xfrm4_protocol_register(&esp4_protocol, IPPROTO_ESP);
}

/* Waits until no packet is in a handler. */
void seki_proto_exit(void)
{
	xfrm4_protocol_deregister(&esp4_protocol, IPPROTO_ESP);
}

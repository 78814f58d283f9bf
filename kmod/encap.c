// SPDX-License-Identifier: GPL-2.0-only
/*
 * ESP in UDP (RFC 3948), on a socket that the daemon opened and keeps using
 * for IKE.  The module cannot be unloaded while it has one.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/udp.h>
#include <net/udp.h>

#include "encap.h"
#include "input.h"
#include "sa.h"

#include <compat/udp_tunnel.h>

/* RFC 3948 section 2.2: in place of an SPI in front of IKE messages */
#define NON_ESP_MARKER_LEN	4

/* Return: 1 if the packet is for the socket's owner, 0 if it is dealt with. */
static int encap_rcv(struct sock *sk, struct sk_buff *skb)
{
	unsigned int len = skb->len - sizeof(struct udphdr);
	struct net *net = sock_net(sk);
	const u8 *data;

	if (!pskb_may_pull(skb, sizeof(struct udphdr) +
			   min_t(unsigned int, len, NON_ESP_MARKER_LEN)))
		goto drop;
	data = skb->data + sizeof(struct udphdr);

	/* RFC 3948 section 2.3: keepalive */
	if (len == 1 && data[0] == 0xff)
		goto drop;
	if (len < NON_ESP_MARKER_LEN || !memcmp(data, "\0\0\0", NON_ESP_MARKER_LEN))
		return 1;

	__skb_pull(skb, sizeof(struct udphdr));
	if (seki_input(net, skb, IPPROTO_ESP, true)) {
		seki_drops_inc(&seki_net(net)->drops, SEKI_DROP_NO_SA);
		seki_drop_skb(skb, NULL, NULL, SEKI_DROP_NO_SA);
	}
	return 0;

drop:
	kfree_skb(skb);
	return 0;
}

/* Packets still find the socket for a while; they must not find us. */
static void encap_destroy(struct sock *sk)
{
	WRITE_ONCE(udp_sk(sk)->encap_rcv, NULL);
	WRITE_ONCE(udp_sk(sk)->encap_err_lookup, NULL);
	module_put(THIS_MODULE);
}

/*
 * An ICMP error that quotes UDP from the socket concerns us if it quotes an SPI
 * of ours, too.  Return: 0 if so.
 */
static int encap_err_lookup(struct sock *sk, struct sk_buff *skb)
{
	struct seki_sa_key key = {
		.proto = IPPROTO_ESP,
		.direction = SEKI_DIRECTION_OUT,
	};
	const __be32 *spi;
	__be32 buf;

	if (ip_hdr(skb)->version == 4)
		key.daddr = seki_addr_v4(ip_hdr(skb)->daddr);
	else
		key.daddr = seki_addr_v6(&ipv6_hdr(skb)->daddr);
	spi = skb_header_pointer(skb, skb_transport_offset(skb) + sizeof(struct udphdr),
				 sizeof(buf), &buf);
	if (!spi)
		return -ENOENT;
	key.spi = *spi;
	return seki_sa_find(seki_net(sock_net(sk)), &key) ? 0 : -ENOENT;
}

/**
 * seki_encap_owns - is a socket one that was lent to us?
 * @sk: UDP socket
 *
 * Return: true if it is.
 */
bool seki_encap_owns(const struct sock *sk)
{
	return READ_ONCE(udp_sk(sk)->encap_rcv) == encap_rcv;
}

/**
 * seki_encap_adopt - receive ESP on a UDP socket of the caller's
 * @request: of whom
 * @fd: the socket
 * @extack: says what is wrong
 *
 * Return: 0; -EBADF, -ENOTSOCK or -EINVAL if it is no such socket; -EBUSY if it
 * has an owner already; -EPERM if it is of a namespace of others; -ENODEV if the module goes away.
 */
int seki_encap_adopt(struct sk_buff *request, int fd, struct netlink_ext_ack *extack)
{
	struct udp_tunnel_sock_cfg cfg = {
		.encap_type = UDP_ENCAP_ESPINUDP,
		.encap_rcv = encap_rcv,
		.encap_err_lookup = encap_err_lookup,
		.encap_destroy = encap_destroy,
	};
	struct socket *sock;
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock) {
		NL_SET_ERR_MSG(extack, "The descriptor is not a socket");
		return err;
	}
	if (!sk_is_udp(sock->sk) ||
	    (sock->sk->sk_family != AF_INET && sock->sk->sk_family != AF_INET6)) {
		NL_SET_ERR_MSG(extack, "The socket is not a UDP socket");
		err = -EINVAL;
		goto out;
	}

	/* it may have come along from where its owner has no rights */
	if (!netlink_ns_capable(request, sock_net(sock->sk)->user_ns, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(extack, "The socket's namespace is not yours");
		err = -EPERM;
		goto out;
	}

	lock_sock(sock->sk);
	if (udp_sk(sock->sk)->encap_type || rcu_access_pointer(__sk_user_data(sock->sk))) {
		NL_SET_ERR_MSG(extack, "The socket already belongs to a tunnel");
		err = -EBUSY;
	} else if (!try_module_get(THIS_MODULE)) {
		NL_SET_ERR_MSG(extack, "The module is being unloaded");
		err = -ENODEV;
	} else {
		seki_compat_setup_udp_tunnel_sock(sock, &cfg);
	}
	release_sock(sock->sk);
out:
	sockfd_put(sock);
	return err;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_COMPAT_UDP_TUNNEL_H
#define SEKI_COMPAT_UDP_TUNNEL_H

#include <net/udp_tunnel.h>

/* Up to 6.x, takes the socket instead of the sock in it. */
static inline void seki_compat_setup_udp_tunnel_sock(struct socket *sock,
						     struct udp_tunnel_sock_cfg *cfg)
{
#ifdef SEKI_UDP_TUNNEL_TAKES_SOCKET
	setup_udp_tunnel_sock(sock_net(sock->sk), sock, cfg);
#else
	setup_udp_tunnel_sock(sock_net(sock->sk), sock->sk, cfg);
#endif
}

#endif /* SEKI_COMPAT_UDP_TUNNEL_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_NET_UDP_H
#define SEKI_NET_UDP_H

/* IKE datagrams on real sockets: ports 500 and 4500, IPv4 and IPv6. */

#include "net/net.h"

enum { UDP_SOCKETS_MAX = 4 };

/** struct udp_stats - each datagram counts once */
struct udp_stats {
	uint64_t received, sent; /* IKE messages */
	uint64_t keepalives; /* RFC 3948 section 2.3 */
	uint64_t esp; /* that nobody took out of the socket */
	uint64_t too_short; /* neither marker nor keepalive */
	uint64_t truncated; /* longer than UDP allows to be */
	uint64_t no_destination; /* without the address that it was sent to */
	uint64_t send_errors;
	uint64_t unreachable; /* ICMP errors that came back */
};

/**
 * udp_new() - binds both ports, for IPv6 too where the host has it
 * @ike_port: normally IKE_PORT; 0 lets the kernel choose, for tests
 * @nat_port: normally IKE_NAT_PORT; datagrams here have the non-ESP marker
 */
struct net *udp_new(uint16_t ike_port, uint16_t nat_port, struct result *why);
void udp_free(struct net *net);
/** udp_set_queue() - about so many messages of full size may wait; 0: as many as udp_new() wants */
void udp_set_queue(struct net *net, uint32_t messages);

/** udp_fds() - what to poll for reading and errors; returns how many */
size_t udp_fds(const struct net *net, int fds[UDP_SOCKETS_MAX]);
/** udp_nat_fds() - those of the NAT port, to be lent to the kernel module; returns how many */
size_t udp_nat_fds(const struct net *net, int fds[UDP_SOCKETS_MAX]);
/** udp_read() - hands on what waits on @fd, up to a bound */
void udp_read(struct net *net, int fd);
uint16_t udp_port(const struct net *net, bool nat);
const struct udp_stats *udp_stats(const struct net *net);

#endif

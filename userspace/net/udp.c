// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One wildcard socket for each port and address family. The address that a
 * datagram was sent to comes with it, and answers leave from there, so that
 * addresses may come and go without a socket being opened.
 */

#include "net/udp.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/in6.h>
#include <linux/ipsec.h>
#include <linux/xfrm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"

enum {
	DATAGRAM_MAX = 65535,
	BATCH = 8, /* datagrams in a row, before other sources get their turn */
	CONTROL_SIZE = 256,
	MARKER_SIZE = 4, /* RFC 3948 section 2.2: zero where ESP has its SPI */
	MESSAGE_COST = 2304, /* what the kernel charges for a datagram of full size */
	RECEIVE_BUFFER = 4 << 20, /* bytes, for a thousand peers that start at once */
};

static const uint8_t marker[MARKER_SIZE];
static const uint8_t keepalive_octet[1] = { 0xff };

struct udp_socket {
	int fd;
	sa_family_t family;
	uint16_t port;
	bool nat;
};

/**
 * struct udp - the implementation of struct net
 * @messages, @vectors, @from, @control, @data: of one receive batch; the
 *   pages of @data that no datagram has reached yet cost nothing
 */
struct udp {
	struct net base;
	struct udp_socket sockets[UDP_SOCKETS_MAX];
	size_t count;
	struct udp_stats stats;
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	struct sockaddr_storage from[BATCH];
	union {
		char octets[CONTROL_SIZE];
		struct cmsghdr align;
	} control[BATCH];
	uint8_t *data;
};

static struct udp *udp_of(const struct net *net)
{
	return (struct udp *)net; /* @base comes first */
}

/* Room for either family's packet information. */
union packet_info {
	char octets[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	struct cmsghdr align;
};

static void put_source(struct msghdr *message, union packet_info *control,
		       const struct address *source)
{
	struct in6_pktinfo info6 = { 0 };
	struct in_pktinfo info4 = { 0 };
	struct cmsghdr *header;

	if (address_is_any(source))
		return;
	memset(control, 0, sizeof(*control));
	message->msg_control = control->octets;
	message->msg_controllen = sizeof(control->octets);
	header = CMSG_FIRSTHDR(message);
	if (source->family == AF_INET) {
		memcpy(&info4.ipi_spec_dst, source->octets, sizeof(info4.ipi_spec_dst));
		header->cmsg_level = IPPROTO_IP;
		header->cmsg_type = IP_PKTINFO;
		header->cmsg_len = CMSG_LEN(sizeof(info4));
		memcpy(CMSG_DATA(header), &info4, sizeof(info4));
		message->msg_controllen = CMSG_SPACE(sizeof(info4));
	} else {
		memcpy(&info6.ipi6_addr, source->octets, sizeof(info6.ipi6_addr));
		header->cmsg_level = IPPROTO_IPV6;
		header->cmsg_type = IPV6_PKTINFO;
		header->cmsg_len = CMSG_LEN(sizeof(info6));
		memcpy(CMSG_DATA(header), &info6, sizeof(info6));
		message->msg_controllen = CMSG_SPACE(sizeof(info6));
	}
}

static const struct udp_socket *find_socket(const struct udp *udp, sa_family_t family,
					    uint16_t port)
{
	size_t i;

	for (i = 0; i < udp->count; i++)
		if (udp->sockets[i].family == family && udp->sockets[i].port == port)
			return &udp->sockets[i];
	return NULL;
}

static struct result send_datagram(struct udp *udp, const struct endpoint *local,
				   const struct endpoint *remote, bool bare, struct bytes message)
{
	const struct udp_socket *socket = find_socket(udp, remote->address.family, local->port);
	struct iovec vectors[2] = {
		{ (void *)marker, sizeof(marker) },
		{ (void *)message.data, message.len },
	};
	union packet_info control;
	struct sockaddr_storage to;
	struct msghdr header = { .msg_name = &to };
	char text[ADDRESS_TEXT];
	unsigned int attempts = 0;
	int error;

	if (!socket)
		return fail(-EADDRNOTAVAIL, "no socket on port %u for %s", local->port,
			    endpoint_format(remote, text));
	header.msg_namelen = endpoint_to_sockaddr(remote, &to);
	header.msg_iov = socket->nat && !bare ? vectors : vectors + 1;
	header.msg_iovlen = socket->nat && !bare ? 2 : 1;
	put_source(&header, &control, &local->address);

	/* An ICMP error that came for an earlier datagram, to whomever, ends a
	 * call without sending; another call follows it.
	 */
	do {
		if (sendmsg(socket->fd, &header, 0) >= 0) {
			udp->stats.sent++;
			return RESULT_OK;
		}
		error = errno;
	} while ((error == EINTR || error == ECONNREFUSED || error == EHOSTUNREACH ||
		  error == ENETUNREACH) &&
		 ++attempts < 3);
	udp->stats.send_errors++;
	return fail(-error, "cannot send to %s: %s", endpoint_format(remote, text),
		    strerror(error));
}

static struct result udp_send(struct net *net, const struct endpoint *local,
			      const struct endpoint *remote, struct bytes message)
{
	return send_datagram(udp_of(net), local, remote, false, message);
}

static struct result udp_keepalive(struct net *net, const struct endpoint *local,
				   const struct endpoint *remote)
{
	return send_datagram(udp_of(net), local, remote, true, BYTES(keepalive_octet));
}

static const struct net_ops udp_ops = { .send = udp_send, .keepalive = udp_keepalive };

/* The address that a datagram was sent to, AF_UNSPEC when it does not say. */
static struct address destination(struct msghdr *message)
{
	struct address address = { 0 };
	struct in6_pktinfo info6;
	struct in_pktinfo info4;
	struct cmsghdr *header;

	for (header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
		if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO &&
		    header->cmsg_len >= CMSG_LEN(sizeof(info4))) {
			/* Not ipi_addr: that may be a broadcast address. */
			memcpy(&info4, CMSG_DATA(header), sizeof(info4));
			(void)address_from_bytes(bytes_of(&info4.ipi_spec_dst, 4), &address);
		} else if (header->cmsg_level == IPPROTO_IPV6 &&
			   header->cmsg_type == IPV6_PKTINFO &&
			   header->cmsg_len >= CMSG_LEN(sizeof(info6))) {
			memcpy(&info6, CMSG_DATA(header), sizeof(info6));
			(void)address_from_bytes(bytes_of(&info6.ipi6_addr, 16), &address);
		}
	}
	return address;
}

/* ESP that nobody has taken out of the socket: no SA has its SPI. */
static void say_invalid_spi(const struct sockaddr_storage *from, const struct bytes *message)
{
	struct reader reader = reader_of(*message);
	struct endpoint remote;
	char text[ADDRESS_TEXT];
	uint32_t spi;

	if (!log_enabled(LOG_IKEV2_INVALID_SPI) || !reader_get_u32(&reader, &spi) ||
	    !endpoint_from_sockaddr((const struct sockaddr *)from, &remote))
		return;
	log_line(LOG_IKEV2_INVALID_SPI, "invalid SPI %08X of ESP from %s", spi,
		 endpoint_format(&remote, text));
}

/* Return: false for what is no IKE message; otherwise the marker is off. */
static bool take_marker(struct udp_stats *stats, const struct sockaddr_storage *from,
			struct bytes *message)
{
	if (message->len == 1 && message->data[0] == keepalive_octet[0]) {
		stats->keepalives++;
		return false;
	}
	if (message->len < sizeof(marker)) {
		stats->too_short++;
		return false;
	}
	if (memcmp(message->data, marker, sizeof(marker))) {
		stats->esp++;
		say_invalid_spi(from, message);
		return false;
	}
	message->data += sizeof(marker);
	message->len -= sizeof(marker);
	return true;
}

static void receive_one(struct udp *udp, const struct udp_socket *socket, struct mmsghdr *received)
{
	struct msghdr *header = &received->msg_hdr;
	struct bytes message = { header->msg_iov->iov_base, received->msg_len };
	struct endpoint local = { .port = socket->port }, remote;

	if (header->msg_flags & MSG_TRUNC) {
		udp->stats.truncated++;
		return;
	}
	if (socket->nat && !take_marker(&udp->stats, header->msg_name, &message))
		return;
	local.address = destination(header);
	if (local.address.family == AF_UNSPEC ||
	    !endpoint_from_sockaddr(header->msg_name, &remote)) {
		udp->stats.no_destination++;
		return;
	}
	udp->stats.received++;
	udp->base.receive(udp->base.context, &local, &remote, message);
}

/* ICMP errors: good to know for whoever asks why a tunnel is down, never fatal. */
static void read_errors(struct udp *udp, const struct udp_socket *socket)
{
	const struct sock_extended_err *error;
	struct sockaddr_storage to;
	struct endpoint remote;
	struct cmsghdr *header;
	union {
		char octets[512];
		struct cmsghdr align;
	} control;
	unsigned int i;

	for (i = 0; i < BATCH; i++) {
		struct msghdr message = {
			.msg_name = &to,
			.msg_namelen = sizeof(to),
			.msg_control = control.octets,
			.msg_controllen = sizeof(control.octets),
		};

		if (recvmsg(socket->fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return;
		udp->stats.unreachable++;
		if (!udp->base.unreachable || message.msg_namelen == 0 ||
		    !endpoint_from_sockaddr((struct sockaddr *)&to, &remote))
			continue;
		for (header = CMSG_FIRSTHDR(&message); header;
		     header = CMSG_NXTHDR(&message, header)) {
			if (!(header->cmsg_level == IPPROTO_IP &&
			      header->cmsg_type == IP_RECVERR) &&
			    !(header->cmsg_level == IPPROTO_IPV6 &&
			      header->cmsg_type == IPV6_RECVERR))
				continue;
			error = (const struct sock_extended_err *)CMSG_DATA(header);
			udp->base.unreachable(udp->base.context, &remote, (int)error->ee_errno);
		}
	}
}

void udp_read(struct net *net, int fd)
{
	struct udp *udp = udp_of(net);
	const struct udp_socket *socket = NULL;
	int received, i;
	size_t at;

	for (at = 0; at < udp->count; at++)
		if (udp->sockets[at].fd == fd)
			socket = &udp->sockets[at];
	if (!socket)
		return;
	for (i = 0; i < BATCH; i++) {
		udp->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &udp->from[i],
			.msg_namelen = sizeof(udp->from[i]),
			.msg_iov = &udp->vectors[i],
			.msg_iovlen = 1,
			.msg_control = udp->control[i].octets,
			.msg_controllen = CONTROL_SIZE,
		};
	}
	received = recvmmsg(fd, udp->messages, BATCH, MSG_DONTWAIT, NULL);
	for (i = 0; i < received; i++)
		receive_one(udp, socket, &udp->messages[i]);
	/* Woken without data: by an error. Behind data, it wakes us again. */
	if (received <= 0)
		read_errors(udp, socket);
}

/*
 * On a host that also uses XFRM, its policies would encrypt IKE or drop it for
 * lack of encryption. Kernels without XFRM refuse, and need it not.
 */
static void bypass_xfrm(int fd, sa_family_t family)
{
	struct xfrm_userpolicy_info policy = { .action = XFRM_POLICY_ALLOW, .sel.family = family };
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	int option = family == AF_INET ? IP_XFRM_POLICY : IPV6_XFRM_POLICY;

	for (policy.dir = XFRM_POLICY_IN; policy.dir <= XFRM_POLICY_OUT; policy.dir++)
		if (setsockopt(fd, level, option, &policy, sizeof(policy)))
			log_line(LOG_IKEV2_INTERNAL, "no XFRM bypass for IKE: %s", strerror(errno));
}

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

/* Beyond the system's limit with privilege, else up to it. */
static void set_queue(int fd, int octets)
{
	if (set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, octets))
		(void)set_int(fd, SOL_SOCKET, SO_RCVBUF, octets);
}

void udp_set_queue(struct net *net, uint32_t messages)
{
	const struct udp *udp = udp_of(net);

	/* The kernel doubles the number (socket(7)). */
	for (size_t i = 0; i < udp->count; i++)
		set_queue(udp->sockets[i].fd,
			  messages ? (int)(messages * MESSAGE_COST / 2) : RECEIVE_BUFFER);
}

/* PMTUDISC_DONT: a large IKE message may be fragmented on its way. */
static int set_options(int fd, sa_family_t family)
{
	set_queue(fd, RECEIVE_BUFFER);
	if (family == AF_INET6)
		return set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) ||
		       set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) ||
		       set_int(fd, IPPROTO_IPV6, IPV6_RECVERR, 1) ||
		       set_int(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
	return set_int(fd, IPPROTO_IP, IP_PKTINFO, 1) || set_int(fd, IPPROTO_IP, IP_RECVERR, 1) ||
	       set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
}

static struct result open_one(struct udp *udp, sa_family_t family, uint16_t port, bool nat)
{
	struct endpoint local = { .address.family = family, .port = port };
	struct sockaddr_storage name;
	socklen_t len;
	int fd, error;

	fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(-errno, "cannot open a UDP socket: %s", strerror(errno));
	len = endpoint_to_sockaddr(&local, &name);
	if (set_options(fd, family) || bind(fd, (struct sockaddr *)&name, len) ||
	    getsockname(fd, (struct sockaddr *)&name, &len) ||
	    !endpoint_from_sockaddr((struct sockaddr *)&name, &local)) {
		error = errno;
		close(fd);
		if (error == EADDRINUSE)
			return fail(-error,
				    "UDP port %u is taken: another IKE daemon runs on this host",
				    port);
		return fail(-error, "UDP port %u: %s", port, strerror(error));
	}
	bypass_xfrm(fd, family);
	udp->sockets[udp->count++] = (struct udp_socket){ fd, family, local.port, nat };
	return RESULT_OK;
}

struct net *udp_new(uint16_t ike_port, uint16_t nat_port, struct result *why)
{
	struct udp *udp = must_calloc(1, sizeof(*udp));
	int i;

	udp->base.ops = &udp_ops;
	udp->data = must_calloc(BATCH, DATAGRAM_MAX);
	for (i = 0; i < BATCH; i++)
		udp->vectors[i] =
			(struct iovec){ udp->data + (size_t)i * DATAGRAM_MAX, DATAGRAM_MAX };

	*why = open_one(udp, AF_INET, ike_port, false);
	if (!failed(why))
		*why = open_one(udp, AF_INET, nat_port, true);
	/* IPv6 on the same ports; a host may have been booted without it. */
	if (!failed(why))
		*why = open_one(udp, AF_INET6, udp_port(&udp->base, false), false);
	if (!failed(why))
		*why = open_one(udp, AF_INET6, udp_port(&udp->base, true), true);
	if (udp->count >= 2 && (why->code == -EAFNOSUPPORT || why->code == -EADDRNOTAVAIL))
		*why = RESULT_OK;
	if (!failed(why))
		return &udp->base;
	udp_free(&udp->base);
	return NULL;
}

void udp_free(struct net *net)
{
	struct udp *udp = udp_of(net);
	size_t i;

	if (!net)
		return;
	for (i = 0; i < udp->count; i++)
		close(udp->sockets[i].fd);
	free(udp->data);
	free(udp);
}

size_t udp_fds(const struct net *net, int fds[UDP_SOCKETS_MAX])
{
	const struct udp *udp = udp_of(net);
	size_t i;

	for (i = 0; i < udp->count; i++)
		fds[i] = udp->sockets[i].fd;
	return udp->count;
}

size_t udp_nat_fds(const struct net *net, int fds[UDP_SOCKETS_MAX])
{
	const struct udp *udp = udp_of(net);
	size_t i, count = 0;

	for (i = 0; i < udp->count; i++)
		if (udp->sockets[i].nat)
			fds[count++] = udp->sockets[i].fd;
	return count;
}

uint16_t udp_port(const struct net *net, bool nat)
{
	const struct udp *udp = udp_of(net);
	size_t i;

	for (i = 0; i < udp->count; i++)
		if (udp->sockets[i].nat == nat)
			return udp->sockets[i].port;
	return 0;
}

const struct udp_stats *udp_stats(const struct net *net)
{
	return &udp_of(net)->stats;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_TESTS_KERNEL_PAIR_H
#define SEKI_TESTS_KERNEL_PAIR_H

/* The netlink half of the daemon against a kernel that is the other end of a
 * socket pair: what its tests share.
 */

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_link_seki.h>
#include <linux/rtnetlink.h>
#include <linux/seki.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "kernel/configure.h"
#include "kernel/internal.h"
#include "kernel/netlink.h"

#include <cmocka.h>

#define FAMILY 0x2a

static struct kernel_netlink netlink;
static struct kernel *kernel = &netlink.base;
static int generic, route, links; /* the fake kernel's ends */

static struct {
	unsigned int acquires, expires, moves, seen, gone, deleted;
	struct kernel_acquire acquire;
	struct kernel_expire expire;
	struct kernel_peer_moved moved;
	struct kernel_tunnel tunnel;
	uint32_t gone_ifindex;
} got;

static inline void on_acquire(void *context, const struct kernel_acquire *acquire)
{
	got.acquires++;
	got.acquire = *acquire;
}

static inline void on_expire(void *context, const struct kernel_expire *expire)
{
	got.expires++;
	got.expire = *expire;
}

static inline void on_moved(void *context, const struct kernel_peer_moved *moved)
{
	got.moves++;
	got.moved = *moved;
}

static inline void on_seen(void *context, const struct kernel_tunnel *tunnel)
{
	got.seen++;
	got.tunnel = *tunnel;
}

static inline void on_gone(void *context, uint32_t ifindex)
{
	got.gone++;
	got.gone_ifindex = ifindex;
}

static const struct kernel_events events = {
	.acquire = on_acquire,
	.expire = on_expire,
	.peer_moved = on_moved,
	.tunnel_seen = on_seen,
	.tunnel_gone = on_gone,
};

static inline int open_pair(struct channel *channel)
{
	const struct timeval timeout = { .tv_sec = 5 };
	int ends[2];

	/* Keeps datagrams apart, as netlink does. */
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	assert_int_equal(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)),
			 0);
	channel_open_on(channel, ends[0]);
	return ends[1];
}

static inline int begin(void **state)
{
	int ends[2];

	memset(&netlink, 0, sizeof(netlink));
	memset(&got, 0, sizeof(got));
	kernel->ops = &kernel_netlink_ops;
	kernel->events = events;
	netlink.family = FAMILY;
	generic = open_pair(&netlink.generic);
	route = open_pair(&netlink.route);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	listener_open_on(&netlink.links, ends[0]);
	links = ends[1];
	return 0;
}

static inline int end(void **state)
{
	channel_close(&netlink.generic);
	channel_close(&netlink.route);
	listener_close(&netlink.links);
	link_free(&netlink.tunnels);
	close(generic);
	close(route);
	close(links);
	return 0;
}

/* Making messages */

static inline struct nl_msg *message(uint16_t type, uint16_t flags, uint32_t sequence)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(nlmsg_put(msg, 0, sequence, type, 0, flags));
	return msg;
}

static inline struct nl_msg *family_message(uint8_t command, uint16_t flags, uint32_t sequence)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(
		genlmsg_put(msg, 0, sequence, FAMILY, 0, flags, command, SEKI_FAMILY_VERSION));
	return msg;
}

static inline void put_ipv4(struct nl_msg *msg, int attribute, const char *text)
{
	struct address address;

	assert_true(address_parse(text, &address));
	assert_int_equal(nla_put(msg, attribute, 4, address.octets), 0);
}

static inline void put_sa_id(struct nl_msg *msg, uint32_t spi, uint32_t direction)
{
	nla_put_u32(msg, SEKI_A_SA_DIRECTION, direction);
	nla_put_u8(msg, SEKI_A_SA_PROTO, IPPROTO_ESP);
	nla_put_u32(msg, SEKI_A_SA_SPI, htonl(spi));
	put_ipv4(msg, SEKI_A_SA_LOCAL, "10.0.0.1");
	put_ipv4(msg, SEKI_A_SA_REMOTE, "10.0.0.2");
}

/* The kernel says it: several messages in one datagram, up to a NULL. */
static inline void answer(int fd, ...)
{
	uint8_t datagram[8192];
	size_t len = 0;
	struct nl_msg *msg;
	va_list args;

	va_start(args, fd);
	while ((msg = va_arg(args, struct nl_msg *))) {
		struct nlmsghdr *header = nlmsg_hdr(msg);

		memcpy(datagram + len, header, header->nlmsg_len);
		len += NLMSG_ALIGN(header->nlmsg_len);
		nlmsg_free(msg);
	}
	va_end(args);
	assert_int_equal(send(fd, datagram, len, 0), len);
}

/* An error or acknowledgement; @request_len octets of the request are echoed. */
static inline struct nl_msg *verdict(int code, const char *sentence, uint32_t sequence,
				     size_t request_len)
{
	struct nl_msg *msg =
		message(NLMSG_ERROR,
			(sentence ? NLM_F_ACK_TLVS : 0) | (request_len ? 0 : NLM_F_CAPPED),
			sequence);
	struct nlmsgerr error = { .error = code, .msg.nlmsg_len = NLMSG_HDRLEN + request_len };
	uint8_t echo[64] = { 0xee };

	nlmsg_append(msg, &error, sizeof(error), 0);
	if (request_len)
		nlmsg_append(msg, echo, request_len, NLMSG_ALIGNTO);
	if (sentence)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, sentence);
	return msg;
}

static inline struct nl_msg *dump_end(int code, uint32_t sequence, uint16_t flags)
{
	struct nl_msg *msg = message(NLMSG_DONE, NLM_F_MULTI | flags, sequence);

	nlmsg_append(msg, &code, sizeof(code), 0);
	return msg;
}

/* Reading requests */

static uint8_t request[8192];

static inline struct nlmsghdr *read_request(int fd)
{
	ssize_t len = recv(fd, request, sizeof(request), MSG_DONTWAIT);

	assert_true(len >= NLMSG_HDRLEN);
	assert_int_equal(((struct nlmsghdr *)request)->nlmsg_len, len);
	return (struct nlmsghdr *)request;
}

static inline struct nlmsghdr *read_family_request(uint8_t command, uint16_t flags,
						   struct nlattr **tb, int max)
{
	struct nlmsghdr *header = read_request(generic);
	const struct genlmsghdr *family_header = nlmsg_data(header);

	assert_int_equal(header->nlmsg_type, FAMILY);
	assert_int_equal(header->nlmsg_flags, NLM_F_REQUEST | flags);
	assert_int_equal(family_header->cmd, command);
	assert_int_equal(family_header->version, SEKI_FAMILY_VERSION);
	assert_int_equal(genlmsg_parse(header, 0, tb, max, NULL), 0);
	return header;
}

static inline void assert_u32(const struct nlattr *attribute, uint32_t value)
{
	assert_non_null(attribute);
	assert_int_equal(nla_len(attribute), 4);
	assert_int_equal(nla_get_u32(attribute), value);
}

static inline void assert_octets(const struct nlattr *attribute, const void *data, size_t len)
{
	assert_non_null(attribute);
	assert_int_equal(nla_len(attribute), len);
	assert_memory_equal(nla_data(attribute), data, len);
}

static inline struct kernel_sa_id sa_id(uint32_t spi, enum sa_direction direction)
{
	struct kernel_sa_id id = { .direction = direction, .protocol = PROTOCOL_ESP, .spi = spi };

	assert_true(address_parse("10.0.0.1", &id.local));
	assert_true(address_parse("10.0.0.2", &id.remote));
	return id;
}

static inline struct nl_msg *dumped_sa(uint32_t spi, uint32_t direction, uint32_t state)
{
	struct nl_msg *msg = family_message(SEKI_CMD_SA_GET, NLM_F_MULTI, 1);

	put_sa_id(msg, spi, direction);
	nla_put_u32(msg, SEKI_A_SA_IFINDEX, 7);
	nla_put_u32(msg, SEKI_A_SA_STATE, state);
	return msg;
}

static inline void hear(void (*listener)(void *, struct nlmsghdr *), struct nl_msg *msg)
{
	listener(&netlink, nlmsg_hdr(msg));
	nlmsg_free(msg);
}

#define KERNEL_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif

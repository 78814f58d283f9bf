// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The netlink half of the daemon against a kernel that is the other end of a
 * socket pair: requests are checked octet by octet, answers and events made
 * here, good and broken ones.
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

static void on_acquire(void *context, const struct kernel_acquire *acquire)
{
	got.acquires++;
	got.acquire = *acquire;
}

static void on_expire(void *context, const struct kernel_expire *expire)
{
	got.expires++;
	got.expire = *expire;
}

static void on_moved(void *context, const struct kernel_peer_moved *moved)
{
	got.moves++;
	got.moved = *moved;
}

static void on_seen(void *context, const struct kernel_tunnel *tunnel)
{
	got.seen++;
	got.tunnel = *tunnel;
}

static void on_gone(void *context, uint32_t ifindex)
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

static int open_pair(struct channel *channel)
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

static int begin(void **state)
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

static int end(void **state)
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

static struct nl_msg *message(uint16_t type, uint16_t flags, uint32_t sequence)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(nlmsg_put(msg, 0, sequence, type, 0, flags));
	return msg;
}

static struct nl_msg *family_message(uint8_t command, uint16_t flags, uint32_t sequence)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(
		genlmsg_put(msg, 0, sequence, FAMILY, 0, flags, command, SEKI_FAMILY_VERSION));
	return msg;
}

static void put_ipv4(struct nl_msg *msg, int attribute, const char *text)
{
	struct address address;

	assert_true(address_parse(text, &address));
	assert_int_equal(nla_put(msg, attribute, 4, address.octets), 0);
}

static void put_sa_id(struct nl_msg *msg, uint32_t spi, uint32_t direction)
{
	nla_put_u32(msg, SEKI_A_SA_DIRECTION, direction);
	nla_put_u8(msg, SEKI_A_SA_PROTO, IPPROTO_ESP);
	nla_put_u32(msg, SEKI_A_SA_SPI, htonl(spi));
	put_ipv4(msg, SEKI_A_SA_LOCAL, "10.0.0.1");
	put_ipv4(msg, SEKI_A_SA_REMOTE, "10.0.0.2");
}

/* The kernel says it: several messages in one datagram, up to a NULL. */
static void answer(int fd, ...)
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
static struct nl_msg *verdict(int code, const char *sentence, uint32_t sequence, size_t request_len)
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

static struct nl_msg *dump_end(int code, uint32_t sequence, uint16_t flags)
{
	struct nl_msg *msg = message(NLMSG_DONE, NLM_F_MULTI | flags, sequence);

	nlmsg_append(msg, &code, sizeof(code), 0);
	return msg;
}

/* Reading requests */

static uint8_t request[8192];

static struct nlmsghdr *read_request(int fd)
{
	ssize_t len = recv(fd, request, sizeof(request), MSG_DONTWAIT);

	assert_true(len >= NLMSG_HDRLEN);
	assert_int_equal(((struct nlmsghdr *)request)->nlmsg_len, len);
	return (struct nlmsghdr *)request;
}

static struct nlmsghdr *read_family_request(uint8_t command, uint16_t flags, struct nlattr **tb,
					    int max)
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

static void assert_u32(const struct nlattr *attribute, uint32_t value)
{
	assert_non_null(attribute);
	assert_int_equal(nla_len(attribute), 4);
	assert_int_equal(nla_get_u32(attribute), value);
}

static void assert_octets(const struct nlattr *attribute, const void *data, size_t len)
{
	assert_non_null(attribute);
	assert_int_equal(nla_len(attribute), len);
	assert_memory_equal(nla_data(attribute), data, len);
}

static struct kernel_sa_id sa_id(uint32_t spi, enum sa_direction direction)
{
	struct kernel_sa_id id = { .direction = direction, .protocol = PROTOCOL_ESP, .spi = spi };

	assert_true(address_parse("10.0.0.1", &id.local));
	assert_true(address_parse("10.0.0.2", &id.remote));
	return id;
}

/* SAs */

static void alloc_spi_asks_for_its_tunnel(void **state)
{
	struct kernel_sa_id id = sa_id(0, SA_INBOUND);
	struct nlattr *tb[SEKI_A_SA_MAX + 1];
	struct nl_msg *reply = family_message(SEKI_CMD_SPI_ALLOC, 0, 1);
	struct result result;
	uint32_t spi = 0;

	nla_put_u32(reply, SEKI_A_SA_SPI, htonl(0x6b74cb79));
	answer(generic, reply, NULL);
	result = kernel->ops->alloc_spi(kernel, PROTOCOL_ESP, 7, &id.local, &spi);
	assert_int_equal(result.code, 0);
	assert_int_equal(spi, 0x6b74cb79);

	/* The answer is the acknowledgement: none besides is asked for. */
	read_family_request(SEKI_CMD_SPI_ALLOC, 0, tb, SEKI_A_SA_MAX);
	assert_u32(tb[SEKI_A_SA_IFINDEX], 7);
	assert_octets(tb[SEKI_A_SA_PROTO], "\x32", 1);
	assert_octets(tb[SEKI_A_SA_LOCAL], "\x0a\0\0\1", 4);
}

static const uint8_t encr_key[] = "0123456789abcdefSALT", integ_key[] = "ffffeeeeddddccccbbbb";

static struct kernel_sa full_sa(void)
{
	return (struct kernel_sa){
		.id = sa_id(0xf6083add, SA_OUTBOUND),
		.ifindex = 7,
		.mode = SA_TUNNEL,
		.local_port = 4500,
		.remote_port = 61234,
		.encr = 12,
		.integ = 2,
		.encr_key = { encr_key, 16 },
		.integ_key = { integ_key, 20 },
		.esn = true,
		.roaming = true,
		.replay_window = 2048,
		.limits = { .soft_seconds = 3000,
			    .hard_seconds = 3600,
			    .hard_bytes = 1ULL << 40,
			    .soft_packets = 5 },
	};
}

static void add_sa_says_everything(void **state)
{
	struct nlattr *tb[SEKI_A_SA_MAX + 1], *nest[16];
	struct kernel_sa sa = full_sa();
	struct result result;

	answer(generic, verdict(0, NULL, 1, 0), NULL);
	result = kernel->ops->add_sa(kernel, &sa);
	assert_int_equal(result.code, 0);

	read_family_request(SEKI_CMD_SA_NEW, NLM_F_ACK, tb, SEKI_A_SA_MAX);
	assert_u32(tb[SEKI_A_SA_IFINDEX], 7);
	assert_u32(tb[SEKI_A_SA_DIRECTION], SEKI_DIRECTION_OUT);
	assert_octets(tb[SEKI_A_SA_SPI], "\xf6\x08\x3a\xdd", 4);
	assert_u32(tb[SEKI_A_SA_MODE], SEKI_MODE_TUNNEL);
	assert_octets(tb[SEKI_A_SA_LOCAL], "\x0a\0\0\1", 4);
	assert_octets(tb[SEKI_A_SA_REMOTE], "\x0a\0\0\2", 4);
	assert_int_equal(nla_get_u16(tb[SEKI_A_SA_ENCR]), 12);
	assert_octets(tb[SEKI_A_SA_ENCR_KEY], encr_key, 16);
	assert_int_equal(nla_get_u16(tb[SEKI_A_SA_INTEG]), 2);
	assert_octets(tb[SEKI_A_SA_INTEG_KEY], integ_key, 20);
	assert_u32(tb[SEKI_A_SA_FLAGS], SEKI_SA_FLAGS_ESN | SEKI_SA_FLAGS_ROAMING);
	assert_u32(tb[SEKI_A_SA_REPLAY_WINDOW], 2048);

	assert_int_equal(nla_parse_nested(nest, SEKI_A_ENCAP_MAX, tb[SEKI_A_SA_ENCAP], NULL), 0);
	assert_u32(nest[SEKI_A_ENCAP_TYPE], SEKI_ENCAP_TYPE_ESPINUDP);
	assert_int_equal(ntohs(nla_get_u16(nest[SEKI_A_ENCAP_SPORT])), 4500);
	assert_int_equal(ntohs(nla_get_u16(nest[SEKI_A_ENCAP_DPORT])), 61234);

	assert_int_equal(nla_parse_nested(nest, SEKI_A_LIMITS_MAX, tb[SEKI_A_SA_LIMITS], NULL), 0);
	assert_int_equal(nla_get_u64(nest[SEKI_A_LIMITS_SOFT_SECONDS]), 3000);
	assert_int_equal(nla_get_u64(nest[SEKI_A_LIMITS_HARD_SECONDS]), 3600);
	assert_null(nest[SEKI_A_LIMITS_SOFT_BYTES]);
	assert_int_equal(nla_get_u64(nest[SEKI_A_LIMITS_HARD_BYTES]), 1ULL << 40);
	assert_int_equal(nla_get_u64(nest[SEKI_A_LIMITS_SOFT_PACKETS]), 5);
	assert_null(nest[SEKI_A_LIMITS_HARD_PACKETS]);
}

static void add_sa_leaves_out_what_is_not_there(void **state)
{
	struct nlattr *tb[SEKI_A_SA_MAX + 1];
	struct kernel_sa sa = {
		.id = sa_id(0x1000, SA_INBOUND),
		.ifindex = 7,
		.encr = 20,
		.encr_key = { encr_key, 20 },
	};

	answer(generic, verdict(0, NULL, 1, 0), NULL);
	assert_int_equal(kernel->ops->add_sa(kernel, &sa).code, 0);
	read_family_request(SEKI_CMD_SA_NEW, NLM_F_ACK, tb, SEKI_A_SA_MAX);
	assert_u32(tb[SEKI_A_SA_DIRECTION], SEKI_DIRECTION_IN);
	assert_octets(tb[SEKI_A_SA_ENCR_KEY], encr_key, 20);
	assert_null(tb[SEKI_A_SA_INTEG]);
	assert_null(tb[SEKI_A_SA_INTEG_KEY]);
	assert_null(tb[SEKI_A_SA_FLAGS]);
	assert_null(tb[SEKI_A_SA_REPLAY_WINDOW]); /* the kernel's default */
	assert_null(tb[SEKI_A_SA_ENCAP]);
}

static void keys_do_not_stay_in_the_message(void **state)
{
	struct kernel_sa sa = full_sa();
	const uint8_t *memory = (const uint8_t *)nlmsg_hdr(netlink.generic.request);

	answer(generic, verdict(0, NULL, 1, 0), NULL);
	assert_int_equal(kernel->ops->add_sa(kernel, &sa).code, 0);
	assert_null(memmem(memory, 4096, encr_key, 8));
	assert_null(memmem(memory, 4096, integ_key, 8));
	assert_non_null(memmem(read_request(generic), sizeof(request), encr_key, 8));

	/* Nor when it could not be sent, being too long for any algorithm. */
	sa.integ_key.len = 4090;
	sa.integ_key.data = must_calloc(1, 4090);
	assert_int_equal(kernel->ops->add_sa(kernel, &sa).code, -EMSGSIZE);
	assert_null(memmem(memory, 4096, encr_key, 8));
	free((void *)sa.integ_key.data);
}

/* The sentence of the kernel arrives, whether or not our request is echoed before it. */
static void refusals_carry_the_kernels_sentence(void **state)
{
	struct kernel_sa sa = full_sa();
	struct result result;

	answer(generic, verdict(-EINVAL, "Key of 3 bytes where 16 are due", 1, 0), NULL);
	result = kernel->ops->add_sa(kernel, &sa);
	assert_int_equal(result.code, -EINVAL);
	assert_string_equal(result.why, "Key of 3 bytes where 16 are due");

	answer(generic, verdict(-EEXIST, "Another SA has this SPI", 2, 36), NULL);
	result = kernel->ops->add_sa(kernel, &sa);
	assert_int_equal(result.code, -EEXIST);
	assert_string_equal(result.why, "Another SA has this SPI");

	answer(generic, verdict(-EPERM, NULL, 3, 0), NULL);
	result = kernel->ops->add_sa(kernel, &sa);
	assert_int_equal(result.code, -EPERM);
	assert_string_equal(result.why, "new SA: Operation not permitted");
}

static void broken_verdicts_are_errors(void **state)
{
	struct kernel_sa_id id = sa_id(0x1000, SA_INBOUND);
	struct nlmsgerr error = { .error = -EINVAL, .msg.nlmsg_len = 0xfffffff0 };
	struct nl_msg *msg = message(NLMSG_ERROR, 0, 1);
	struct result result;

	answer(generic, msg, NULL); /* without any code */
	result = kernel->ops->delete_sa(kernel, &id);
	assert_int_equal(result.code, -EPROTO);

	msg = message(NLMSG_ERROR, NLM_F_ACK_TLVS, 2); /* an echo longer than the message */
	nlmsg_append(msg, &error, sizeof(error), 0);
	answer(generic, msg, NULL);
	result = kernel->ops->delete_sa(kernel, &id);
	assert_int_equal(result.code, -EINVAL);
	assert_string_equal(result.why, "deletion of an SA: Invalid argument");
}

static void late_answers_are_ignored(void **state)
{
	struct kernel_sa_id id = sa_id(0x1000, SA_INBOUND);

	netlink.generic.sequence = 41;
	answer(generic, verdict(-EINVAL, "To an earlier request", 41, 0), NULL);
	answer(generic, verdict(-ESRCH, "There is no such SA", 42, 0), NULL);
	assert_int_equal(kernel->ops->delete_sa(kernel, &id).code, -ENOENT);
}

static void silence_of_the_kernel_ends(void **state)
{
	const struct timeval timeout = { .tv_usec = 1000 };
	struct kernel_sa_id id = sa_id(0x1000, SA_INBOUND);

	setsockopt(netlink.generic.fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	assert_int_equal(kernel->ops->delete_sa(kernel, &id).code, -ETIMEDOUT);
}

static struct endpoint endpoint_of(const char *text, uint16_t port)
{
	struct endpoint endpoint = { .port = port };

	assert_true(address_parse(text, &endpoint.address));
	return endpoint;
}

static void an_sa_moves_with_its_ports(void **state)
{
	const struct endpoint local = endpoint_of("10.0.0.9", 4500);
	const struct endpoint remote = endpoint_of("2001:db8::5", 61235);
	struct nlattr *tb[SEKI_A_SA_MAX + 1], *encap[SEKI_A_ENCAP_MAX + 1];
	struct kernel_sa_id id = sa_id(0x1000, SA_INBOUND);

	answer(generic, verdict(0, NULL, 1, 0), NULL);
	assert_int_equal(kernel->ops->sa_set_endpoints(kernel, &id, &local, &remote).code, 0);
	read_family_request(SEKI_CMD_SA_SET, NLM_F_ACK, tb, SEKI_A_SA_MAX);
	assert_u32(tb[SEKI_A_SA_DIRECTION], SEKI_DIRECTION_IN);
	assert_octets(tb[SEKI_A_SA_PROTO], "\x32", 1);
	assert_octets(tb[SEKI_A_SA_SPI], "\0\0\x10\0", 4);
	assert_octets(tb[SEKI_A_SA_LOCAL], "\x0a\0\0\1", 4);
	assert_octets(tb[SEKI_A_SA_REMOTE], "\x0a\0\0\2", 4);
	assert_octets(tb[SEKI_A_SA_NEW_LOCAL], "\x0a\0\0\x09", 4);
	assert_octets(tb[SEKI_A_SA_NEW_REMOTE], remote.address.octets, 16);
	assert_int_equal(nla_parse_nested(encap, SEKI_A_ENCAP_MAX, tb[SEKI_A_SA_ENCAP], NULL), 0);
	assert_u32(encap[SEKI_A_ENCAP_TYPE], SEKI_ENCAP_TYPE_ESPINUDP);
	assert_octets(encap[SEKI_A_ENCAP_SPORT], "\x11\x94", 2);
	assert_octets(encap[SEKI_A_ENCAP_DPORT], "\xef\x33", 2);
}

static void an_sa_moves_without_udp(void **state)
{
	const struct endpoint local = endpoint_of("10.0.0.9", 0);
	const struct endpoint remote = endpoint_of("10.0.0.2", 0);
	struct kernel_sa_id id = sa_id(0x1000, SA_OUTBOUND);
	struct nlattr *tb[SEKI_A_SA_MAX + 1];
	struct result result;

	answer(generic, verdict(0, NULL, 1, 0), NULL);
	assert_int_equal(kernel->ops->sa_set_endpoints(kernel, &id, &local, &remote).code, 0);
	read_family_request(SEKI_CMD_SA_SET, NLM_F_ACK, tb, SEKI_A_SA_MAX);
	assert_octets(tb[SEKI_A_SA_NEW_LOCAL], "\x0a\0\0\x09", 4);
	assert_null(tb[SEKI_A_SA_ENCAP]);

	answer(generic, verdict(-ESRCH, "There is no such SA", 2, 0), NULL);
	result = kernel->ops->sa_set_endpoints(kernel, &id, &local, &remote);
	assert_int_equal(result.code, -ENOENT);
	assert_string_equal(result.why, "There is no such SA");
}

static void counters_and_drops(void **state)
{
	struct kernel_sa_id id = sa_id(0x1000, SA_INBOUND);
	struct nl_msg *reply = family_message(SEKI_CMD_SA_GET, 0, 1);
	struct nlattr *tb[SEKI_A_SA_MAX + 1], *drops;
	struct kernel_counters counters;

	put_sa_id(reply, 0x1000, SEKI_DIRECTION_IN);
	nla_put_u64(reply, SEKI_A_SA_PACKETS, 100);
	nla_put_u64(reply, SEKI_A_SA_BYTES, 6400000000ULL);
	nla_put_u64(reply, SEKI_A_SA_SEQ, 1ULL << 33);
	nla_put_u64(reply, SEKI_A_SA_AGE, 12);
	drops = nla_nest_start(reply, SEKI_A_SA_DROPS);
	nla_put_u64(reply, SEKI_A_DROPS_REPLAYED, 3);
	nla_put(reply, SEKI_A_DROPS_PAD, 0, NULL);
	nla_put_u64(reply, SEKI_A_DROPS_AUTH_FAILED, 4);
	nla_put_u64(reply, SEKI_A_DROPS_MAX + 100, 5); /* of a newer module */
	nla_nest_end(reply, drops);
	answer(generic, reply, NULL);

	assert_int_equal(kernel->ops->get_counters(kernel, &id, &counters).code, 0);
	assert_int_equal(counters.packets, 100);
	assert_int_equal(counters.bytes, 6400000000ULL);
	assert_int_equal(counters.sequence, 1ULL << 33);
	assert_int_equal(counters.age_seconds, 12);
	assert_true(counters.idle_seconds == UINT64_MAX); /* it never carried a packet */
	assert_int_equal(counters.errors, 12);
	assert_int_equal(counters.drop_count, 3);
	assert_string_equal(counters.drops[0].name, "replayed");
	assert_int_equal(counters.drops[0].count, 3);
	assert_string_equal(counters.drops[1].name, "auth-failed");
	assert_non_null(strstr(counters.drops[2].name, "reason-"));
	read_family_request(SEKI_CMD_SA_GET, 0, tb, SEKI_A_SA_MAX);
	assert_octets(tb[SEKI_A_SA_SPI], "\0\0\x10\0", 4);
}

static void every_drop_reason_has_a_name(void **state)
{
	int i;

	for (i = SEKI_A_DROPS_PAD + 1; i <= SEKI_A_DROPS_MAX; i++)
		assert_non_null(kernel_drop_name(i));
	assert_null(kernel_drop_name(SEKI_A_DROPS_MAX + 1));
	assert_null(kernel_drop_name(-1));
}

static void delete_in_dump(void *context, const struct kernel_sa_id *id, uint32_t ifindex)
{
	assert_int_equal(ifindex, 7);
	assert_int_equal(id->protocol, PROTOCOL_ESP);
	assert_int_equal(id->spi, 0x1000 + got.deleted);
	assert_int_equal(id->direction, got.deleted == 1 ? SA_OUTBOUND : SA_INBOUND);
	answer(generic, verdict(0, NULL, 2 + got.deleted, 0), NULL);
	assert_int_equal(kernel->ops->delete_sa(kernel, id).code, 0);
	got.deleted++;
}

static struct nl_msg *dumped_sa(uint32_t spi, uint32_t direction, uint32_t state)
{
	struct nl_msg *msg = family_message(SEKI_CMD_SA_GET, NLM_F_MULTI, 1);

	put_sa_id(msg, spi, direction);
	nla_put_u32(msg, SEKI_A_SA_IFINDEX, 7);
	nla_put_u32(msg, SEKI_A_SA_STATE, state);
	return msg;
}

/* In two datagrams; and the receiver uses the kernel before the dump is handed over. */
static void each_sa_may_be_deleted_while_listed(void **state)
{
	struct nlattr *tb[SEKI_A_SA_MAX + 1];

	answer(generic, dumped_sa(0x1000, SEKI_DIRECTION_IN, SEKI_STATE_MATURE),
	       dumped_sa(0x1001, SEKI_DIRECTION_OUT, SEKI_STATE_MATURE), NULL);
	answer(generic, dumped_sa(0x1002, SEKI_DIRECTION_IN, SEKI_STATE_LARVAL), dump_end(0, 1, 0),
	       NULL);
	assert_int_equal(kernel->ops->each_sa(kernel, delete_in_dump, NULL).code, 0);
	assert_int_equal(got.deleted, 3);
	read_family_request(SEKI_CMD_SA_GET, NLM_F_DUMP, tb, SEKI_A_SA_MAX);
	read_family_request(SEKI_CMD_SA_DEL, NLM_F_ACK, tb, SEKI_A_SA_MAX);
}

static void a_dump_may_end_with_an_error(void **state)
{
	answer(generic, dumped_sa(0x1000, SEKI_DIRECTION_IN, SEKI_STATE_MATURE),
	       dump_end(-ENOMEM, 1, 0), NULL);
	assert_int_equal(kernel->ops->each_sa(kernel, delete_in_dump, NULL).code, -ENOMEM);
	assert_int_equal(got.deleted, 0);
}

/* Events */

static void hear(void (*listener)(void *, struct nlmsghdr *), struct nl_msg *msg)
{
	listener(&netlink, nlmsg_hdr(msg));
	nlmsg_free(msg);
}

static void acquire_tells_which_packet(void **state)
{
	struct nl_msg *msg = family_message(SEKI_CMD_ACQUIRE_NTF, 0, 0);

	nla_put_u32(msg, SEKI_A_ACQUIRE_IFINDEX, 7);
	nla_put_string(msg, SEKI_A_ACQUIRE_IFNAME, "tunnel0");
	nla_put_u8(msg, SEKI_A_ACQUIRE_INNER_PROTO, IPPROTO_TCP);
	put_ipv4(msg, SEKI_A_ACQUIRE_INNER_SRC, "192.168.1.1");
	put_ipv4(msg, SEKI_A_ACQUIRE_INNER_DST, "192.168.2.1");
	nla_put_u16(msg, SEKI_A_ACQUIRE_INNER_DPORT, htons(443));
	hear(generic_event, msg);
	assert_int_equal(got.acquires, 1);
	assert_int_equal(got.acquire.ifindex, 7);
	assert_int_equal(got.acquire.protocol, IPPROTO_TCP);
	assert_int_equal(address_ipv4(&got.acquire.source.address), 0xc0a80101);
	assert_int_equal(address_ipv4(&got.acquire.destination.address), 0xc0a80201);
	assert_int_equal(got.acquire.source.port, 0);
	assert_int_equal(got.acquire.destination.port, 443);
}

static void expire_tells_which_sa(void **state)
{
	struct nl_msg *msg = family_message(SEKI_CMD_EXPIRE_NTF, 0, 0);

	put_sa_id(msg, 0xf6083add, SEKI_DIRECTION_OUT);
	nla_put_u32(msg, SEKI_A_SA_IFINDEX, 7);
	hear(generic_event, msg);
	assert_int_equal(got.expires, 1);
	assert_int_equal(got.expire.id.spi, 0xf6083add);
	assert_int_equal(got.expire.id.direction, SA_OUTBOUND);
	assert_int_equal(got.expire.ifindex, 7);
	assert_false(got.expire.hard);

	msg = family_message(SEKI_CMD_EXPIRE_NTF, 0, 0);
	put_sa_id(msg, 0x1000, SEKI_DIRECTION_IN);
	nla_put_flag(msg, SEKI_A_SA_HARD);
	hear(generic_event, msg);
	assert_true(got.expire.hard);
	assert_int_equal(got.expire.id.direction, SA_INBOUND);
}

static void peer_moved_tells_where_to(void **state)
{
	struct nl_msg *msg = family_message(SEKI_CMD_PEER_NTF, 0, 0);
	struct nlattr *encap;

	put_sa_id(msg, 0x1000, SEKI_DIRECTION_IN);
	put_ipv4(msg, SEKI_A_SA_NEW_LOCAL, "10.0.0.1");
	put_ipv4(msg, SEKI_A_SA_NEW_REMOTE, "192.0.2.77");
	encap = nla_nest_start(msg, SEKI_A_SA_ENCAP);
	nla_put_u32(msg, SEKI_A_ENCAP_TYPE, SEKI_ENCAP_TYPE_ESPINUDP);
	nla_put_u16(msg, SEKI_A_ENCAP_SPORT, htons(4500));
	nla_put_u16(msg, SEKI_A_ENCAP_DPORT, htons(61235));
	nla_nest_end(msg, encap);
	hear(generic_event, msg);
	assert_int_equal(got.moves, 1);
	assert_int_equal(got.moved.id.spi, 0x1000);
	assert_int_equal(got.moved.id.direction, SA_INBOUND);
	assert_int_equal(address_ipv4(&got.moved.id.remote), 0x0a000002);
	assert_int_equal(address_ipv4(&got.moved.local.address), 0x0a000001);
	assert_int_equal(got.moved.local.port, 4500);
	assert_int_equal(address_ipv4(&got.moved.remote.address), 0xc000024d);
	assert_int_equal(got.moved.remote.port, 61235);

	msg = family_message(SEKI_CMD_PEER_NTF, 0, 0);
	put_sa_id(msg, 0x1000, SEKI_DIRECTION_IN);
	put_ipv4(msg, SEKI_A_SA_NEW_LOCAL, "10.0.0.1"); /* from nowhere */
	hear(generic_event, msg);
	assert_int_equal(got.moves, 1);
}

static void broken_and_foreign_events_reach_nobody(void **state)
{
	struct nl_msg *msg = family_message(SEKI_CMD_ACQUIRE_NTF, 0, 0);

	hear(generic_event, msg); /* without its tunnel */

	msg = family_message(SEKI_CMD_ACQUIRE_NTF, 0, 0);
	nla_put_u16(msg, SEKI_A_ACQUIRE_IFINDEX, 7); /* too short */
	hear(generic_event, msg);

	msg = family_message(SEKI_CMD_EXPIRE_NTF, 0, 0);
	nla_put_u32(msg, SEKI_A_SA_DIRECTION, SEKI_DIRECTION_IN); /* without its SPI */
	hear(generic_event, msg);

	msg = family_message(SEKI_CMD_EXPIRE_NTF, 0, 0);
	put_sa_id(msg, 1, SEKI_DIRECTION_IN);
	nla_put(msg, SEKI_A_SA_LOCAL, 7, "seven o"); /* no address has seven octets */
	hear(generic_event, msg);

	msg = family_message(SEKI_CMD_EXPIRE_NTF, 0, 0);
	put_sa_id(msg, 1, SEKI_DIRECTION_IN);
	nlmsg_hdr(msg)->nlmsg_type = FAMILY + 1;
	hear(generic_event, msg);

	msg = message(FAMILY, 0, 0); /* no room for a generic netlink header */
	hear(generic_event, msg);

	assert_int_equal(got.acquires + got.expires, 0);
}

/* Links */

struct link_spec {
	uint16_t type;
	int family, ifindex;
	const char *name, *kind, *remote;
	bool up;
	uint32_t sequence, mtu;
	uint16_t flags;
};

static struct nl_msg *link_message(struct link_spec spec)
{
	struct nl_msg *msg = message(spec.type, spec.flags, spec.sequence);
	struct ifinfomsg header = { .ifi_family = (uint8_t)spec.family,
				    .ifi_index = spec.ifindex,
				    .ifi_flags = spec.up ? IFF_UP : 0 };
	struct nlattr *info, *data;

	nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, spec.name);
	nla_put_u32(msg, IFLA_MTU, spec.mtu);
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, spec.kind);
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	put_ipv4(msg, IFLA_SEKI_LOCAL, "10.0.0.1");
	put_ipv4(msg, IFLA_SEKI_REMOTE, spec.remote);
	nla_put_string(msg, IFLA_SEKI_PROFILE, "phse2-prof");
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return msg;
}

static const struct link_spec tunnel0 = {
	.type = RTM_NEWLINK,
	.ifindex = 7,
	.name = "tunnel0",
	.kind = "seki",
	.remote = "10.0.0.2",
	.up = true,
	.mtu = 1400,
};

static struct nl_msg *link_like(struct link_spec spec, int ifindex, uint32_t sequence)
{
	spec.ifindex = ifindex;
	spec.sequence = sequence;
	return link_message(spec);
}

static void tunnels_are_told_when_they_change(void **state)
{
	struct link_spec spec = tunnel0;

	hear(link_event, link_message(spec));
	assert_int_equal(got.seen, 1);
	assert_int_equal(got.tunnel.ifindex, 7);
	assert_string_equal(got.tunnel.name, "tunnel0");
	assert_string_equal(got.tunnel.profile, "phse2-prof");
	assert_int_equal(address_ipv4(&got.tunnel.local), 0x0a000001);
	assert_int_equal(address_ipv4(&got.tunnel.remote), 0x0a000002);
	assert_true(got.tunnel.up);
	assert_int_equal(got.tunnel.mtu, 1400);

	hear(link_event, link_message(spec)); /* nothing new */
	assert_int_equal(got.seen, 1);
	spec.up = false;
	hear(link_event, link_message(spec));
	assert_int_equal(got.seen, 2);
	assert_false(got.tunnel.up);
	spec.name = "barrier";
	hear(link_event, link_message(spec));
	assert_int_equal(got.seen, 3);
	assert_string_equal(got.tunnel.name, "barrier");

	spec.type = RTM_DELLINK;
	hear(link_event, link_message(spec));
	assert_int_equal(got.gone, 1);
	assert_int_equal(got.gone_ifindex, 7);
	hear(link_event, link_message(spec)); /* and only once */
	assert_int_equal(got.gone, 1);
}

static void other_links_are_left_alone(void **state)
{
	struct link_spec spec = tunnel0;

	spec.kind = "sekibarrier";
	hear(link_event, link_message(spec));
	spec.kind = "vti";
	hear(link_event, link_message(spec));
	assert_int_equal(got.seen, 0);

	/* A tunnel that leaves a bridge is described as if it were deleted. */
	hear(link_event, link_message(tunnel0));
	spec = tunnel0;
	spec.type = RTM_DELLINK;
	spec.family = AF_BRIDGE;
	hear(link_event, link_message(spec));
	assert_int_equal(got.gone, 0);

	hear(link_event, message(RTM_NEWLINK, 0, 0)); /* cut short */
	hear(link_event, message(RTM_DELLINK, 0, 0));
	assert_int_equal(got.seen, 1);
}

/* A comparison with the kernel finds what was missed, even when links change meanwhile. */
static void resync_tells_the_differences(void **state)
{
	struct link_spec spec = tunnel0;

	spec.flags = NLM_F_MULTI;
	hear(link_event, link_like(spec, 9, 0));
	hear(link_event, link_like(spec, 5, 0));
	hear(link_event, link_like(spec, 7, 0));
	assert_int_equal(got.seen, 3);

	/* 5 is missing for the first time because of a change: once more. */
	answer(route, link_like(spec, 7, 1), dump_end(0, 1, NLM_F_DUMP_INTR), NULL);
	answer(route, link_like(spec, 5, 2), link_like(spec, 7, 2), link_like(spec, 11, 2),
	       dump_end(0, 2, 0), NULL);
	/* One SA is past its soft limit, and its event may have been lost. */
	answer(generic, dumped_sa(0x1000, SEKI_DIRECTION_IN, SEKI_STATE_MATURE),
	       dumped_sa(0x1001, SEKI_DIRECTION_OUT, SEKI_STATE_DYING), dump_end(0, 1, 0), NULL);
	assert_int_equal(kernel_netlink_resync(kernel).code, 0);
	assert_int_equal(got.seen, 4);
	assert_int_equal(got.tunnel.ifindex, 11);
	assert_int_equal(got.gone, 1);
	assert_int_equal(got.gone_ifindex, 9);
	assert_int_equal(got.expires, 1);
	assert_int_equal(got.expire.id.spi, 0x1001);
	assert_false(got.expire.hard);
}

/* The dump is newer than the events that still wait: they must not be told after it. */
static void resync_does_not_go_back_in_time(void **state)
{
	struct link_spec down = tunnel0, up = tunnel0;
	unsigned int i;

	down.up = false;
	up.flags = NLM_F_MULTI;
	for (i = 0; i < 100; i++) /* more than one read takes */
		answer(links, link_like(down, 7, 0), link_like(tunnel0, 7, 0), NULL);
	answer(route, link_like(up, 7, 1), dump_end(0, 1, 0), NULL);
	answer(generic, dump_end(0, 1, 0), NULL);
	assert_int_equal(kernel_netlink_resync(kernel).code, 0);
	assert_true(got.tunnel.up);
	i = got.seen;
	kernel_netlink_read(kernel, netlink.links.fd);
	assert_int_equal(got.seen, i);
}

static void what_nobody_heard_is_told_later(void **state)
{
	struct link_spec spec = tunnel0;

	kernel->events = (struct kernel_events){ 0 };
	hear(link_event, link_message(spec));
	kernel->events = events;
	spec.flags = NLM_F_MULTI;
	answer(route, link_like(spec, 7, 1), dump_end(0, 1, 0), NULL);
	answer(generic, dump_end(0, 1, 0), NULL);
	assert_int_equal(kernel_netlink_resync(kernel).code, 0);
	assert_int_equal(got.seen, 1);
}

static void many_tunnels_keep_their_order(void **state)
{
	struct tunnel_table *table = &netlink.tunnels;
	int i;

	for (i = 0; i < 1000; i++)
		hear(link_event, link_like(tunnel0, 1 + (i * 7919) % 1000, 0));
	assert_int_equal(table->count, 1000);
	for (i = 1; i < 1000; i++)
		assert_true(table->entries[i - 1].tunnel.ifindex <
			    table->entries[i].tunnel.ifindex);
}

/* Configuration */

static struct kernel_tunnel wish(void)
{
	struct kernel_tunnel tunnel = { .name = "tunnel0", .profile = "phse2-prof" };

	assert_true(address_parse("10.0.0.1", &tunnel.local));
	assert_true(address_parse("10.0.0.2", &tunnel.remote));
	return tunnel;
}

static void a_tunnel_is_made_when_it_is_missing(void **state)
{
	struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1], *data[IFLA_SEKI_MAX + 1];
	struct kernel_tunnel tunnel = wish();
	struct nlmsghdr *header;
	uint32_t ifindex = 0;
	bool made = false;

	answer(route, verdict(-ENODEV, NULL, 1, 0), NULL);
	answer(route, verdict(0, NULL, 2, 0), NULL);
	answer(route, link_like(tunnel0, 7, 3), NULL);
	assert_int_equal(tunnel_create(kernel, &tunnel, &ifindex, &made).code, 0);
	assert_int_equal(ifindex, 7);
	assert_true(made);

	assert_int_equal(read_request(route)->nlmsg_type, RTM_GETLINK);
	header = read_request(route);
	assert_int_equal(header->nlmsg_type, RTM_NEWLINK);
	assert_int_equal(header->nlmsg_flags,
			 NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	assert_int_equal(nlmsg_parse(header, sizeof(struct ifinfomsg), tb, IFLA_MAX, NULL), 0);
	assert_string_equal(nla_get_string(tb[IFLA_IFNAME]), "tunnel0");
	assert_int_equal(nla_parse_nested(info, IFLA_INFO_MAX, tb[IFLA_LINKINFO], NULL), 0);
	assert_string_equal(nla_get_string(info[IFLA_INFO_KIND]), "seki");
	assert_int_equal(nla_parse_nested(data, IFLA_SEKI_MAX, info[IFLA_INFO_DATA], NULL), 0);
	assert_octets(data[IFLA_SEKI_LOCAL], "\x0a\0\0\1", 4);
	assert_octets(data[IFLA_SEKI_REMOTE], "\x0a\0\0\2", 4);
	assert_string_equal(nla_get_string(data[IFLA_SEKI_PROFILE]), "phse2-prof");
}

static void a_tunnel_is_adopted_or_changed(void **state)
{
	struct kernel_tunnel tunnel = wish();
	struct link_spec other = tunnel0;
	struct nlmsghdr *header;
	uint32_t ifindex = 0;
	bool made = true;

	answer(route, link_like(tunnel0, 7, 1), NULL);
	assert_int_equal(tunnel_create(kernel, &tunnel, &ifindex, &made).code, 0);
	assert_int_equal(ifindex, 7);
	assert_false(made);
	read_request(route);
	assert_true(recv(route, request, sizeof(request), MSG_DONTWAIT) < 0); /* one look was all */

	other.remote = "10.0.0.99";
	answer(route, link_like(other, 7, 2), NULL);
	answer(route, verdict(0, NULL, 3, 0), NULL);
	answer(route, link_like(tunnel0, 7, 4), NULL);
	assert_int_equal(tunnel_create(kernel, &tunnel, &ifindex, &made).code, 0);
	assert_false(made);
	read_request(route);
	header = read_request(route);
	assert_int_equal(header->nlmsg_type, RTM_NEWLINK);
	assert_int_equal(header->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK); /* without NLM_F_CREATE */
	assert_int_equal(((struct ifinfomsg *)nlmsg_data(header))->ifi_index, 7);
}

static void a_device_of_another_kind_is_refused(void **state)
{
	struct kernel_tunnel tunnel = wish();
	struct link_spec other = tunnel0;
	struct result result;
	uint32_t ifindex;
	bool made;

	other.kind = "vti";
	answer(route, link_like(other, 7, 1), NULL);
	result = tunnel_create(kernel, &tunnel, &ifindex, &made);
	assert_int_equal(result.code, -EEXIST);
	assert_non_null(strstr(result.why, "tunnel0"));
}

static struct nl_msg *route_message(uint32_t ifindex, uint32_t sequence)
{
	struct nl_msg *msg = message(RTM_NEWROUTE, NLM_F_MULTI, sequence);
	struct rtmsg header = { .rtm_family = AF_INET,
				.rtm_dst_len = 32,
				.rtm_table = RT_TABLE_MAIN };

	nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO);
	put_ipv4(msg, RTA_DST, "192.168.2.1");
	nla_put_u32(msg, RTA_OIF, ifindex);
	return msg;
}

/* Somebody made the route before: fine when it leads where ours does. */
static void an_existing_route_is_fine_if_it_is_the_same(void **state)
{
	struct tunnel_route to_peer = { .destination.length = 32 };
	struct result result;

	assert_true(address_parse("192.168.2.1", &to_peer.destination.address));
	answer(route, verdict(-EEXIST, NULL, 1, 0), NULL);
	answer(route, route_message(3, 2), route_message(7, 2), dump_end(0, 2, 0), NULL);
	result = tunnel_add_route(kernel, 7, &to_peer);
	assert_int_equal(result.code, 0);

	answer(route, verdict(-EEXIST, NULL, 3, 0), NULL);
	answer(route, route_message(3, 4), dump_end(0, 4, 0), NULL);
	result = tunnel_add_route(kernel, 7, &to_peer);
	assert_int_equal(result.code, -EEXIST);
}

int main(void)
{
#define NETLINK_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		NETLINK_TEST(alloc_spi_asks_for_its_tunnel),
		NETLINK_TEST(add_sa_says_everything),
		NETLINK_TEST(add_sa_leaves_out_what_is_not_there),
		NETLINK_TEST(keys_do_not_stay_in_the_message),
		NETLINK_TEST(refusals_carry_the_kernels_sentence),
		NETLINK_TEST(broken_verdicts_are_errors),
		NETLINK_TEST(late_answers_are_ignored),
		NETLINK_TEST(silence_of_the_kernel_ends),
		NETLINK_TEST(an_sa_moves_with_its_ports),
		NETLINK_TEST(an_sa_moves_without_udp),
		NETLINK_TEST(counters_and_drops),
		NETLINK_TEST(every_drop_reason_has_a_name),
		NETLINK_TEST(each_sa_may_be_deleted_while_listed),
		NETLINK_TEST(a_dump_may_end_with_an_error),
		NETLINK_TEST(acquire_tells_which_packet),
		NETLINK_TEST(expire_tells_which_sa),
		NETLINK_TEST(peer_moved_tells_where_to),
		NETLINK_TEST(broken_and_foreign_events_reach_nobody),
		NETLINK_TEST(tunnels_are_told_when_they_change),
		NETLINK_TEST(other_links_are_left_alone),
		NETLINK_TEST(resync_tells_the_differences),
		NETLINK_TEST(resync_does_not_go_back_in_time),
		NETLINK_TEST(what_nobody_heard_is_told_later),
		NETLINK_TEST(many_tunnels_keep_their_order),
		NETLINK_TEST(a_tunnel_is_made_when_it_is_missing),
		NETLINK_TEST(a_tunnel_is_adopted_or_changed),
		NETLINK_TEST(a_device_of_another_kind_is_refused),
		NETLINK_TEST(an_existing_route_is_fine_if_it_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

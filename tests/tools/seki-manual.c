// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Manual keys for the module, for tests: says on netlink what its arguments
 * say, right or wrong, and prints what comes back, one JSON object a line.
 *
 *	seki-manual sa-new ATTRIBUTE VALUE...
 *	seki-manual sa-del|sa-get|sa-flush|spi-alloc ATTRIBUTE VALUE...
 *	seki-manual list [ATTRIBUTE VALUE...]
 *	seki-manual events [count N] [seconds N]
 *	seki-manual encap PORT		lends a socket and keeps it open
 *	seki-manual -			one such command in each line of stdin
 *
 * Attributes have the names of the specification; "dev NAME" is short for
 * "ifindex N". Addresses are text or hex: and octets, keys are octets in hex,
 * "flags" are a number, limits are named by themselves (soft-packets 10), so are
 * ports (sport 4500 dport 4500).
 *
 * Exit status: 0; 1 if the kernel refused, its sentence on stderr; 2 usage.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/seki.h>

enum kind { FLAG, U8, U16, U32, U64, BE16, BE32, ADDR, HEX, STRING, NEST };

struct attr {
	const char *name;
	int type;
	enum kind kind;
	const struct attr *nested;
};

static const struct attr limit_attrs[] = {
	{ "soft-seconds", SEKI_A_LIMITS_SOFT_SECONDS, U64, NULL },
	{ "hard-seconds", SEKI_A_LIMITS_HARD_SECONDS, U64, NULL },
	{ "soft-bytes", SEKI_A_LIMITS_SOFT_BYTES, U64, NULL },
	{ "hard-bytes", SEKI_A_LIMITS_HARD_BYTES, U64, NULL },
	{ "soft-packets", SEKI_A_LIMITS_SOFT_PACKETS, U64, NULL },
	{ "hard-packets", SEKI_A_LIMITS_HARD_PACKETS, U64, NULL },
	{ NULL, 0, FLAG, NULL },
};

static const struct attr encap_attrs[] = {
	{ "encap-type", SEKI_A_ENCAP_TYPE, U32, NULL },
	{ "sport", SEKI_A_ENCAP_SPORT, BE16, NULL },
	{ "dport", SEKI_A_ENCAP_DPORT, BE16, NULL },
	{ NULL, 0, FLAG, NULL },
};

static const struct attr drop_attrs[] = {
	{ "no-sa", SEKI_A_DROPS_NO_SA, U64, NULL },
	{ "too-short", SEKI_A_DROPS_TOO_SHORT, U64, NULL },
	{ "bad-align", SEKI_A_DROPS_BAD_ALIGN, U64, NULL },
	{ "larval", SEKI_A_DROPS_LARVAL, U64, NULL },
	{ "expired", SEKI_A_DROPS_EXPIRED, U64, NULL },
	{ "seq-zero", SEKI_A_DROPS_SEQ_ZERO, U64, NULL },
	{ "replayed", SEKI_A_DROPS_REPLAYED, U64, NULL },
	{ "beyond-window", SEKI_A_DROPS_BEYOND_WINDOW, U64, NULL },
	{ "auth-failed", SEKI_A_DROPS_AUTH_FAILED, U64, NULL },
	{ "crypto-error", SEKI_A_DROPS_CRYPTO_ERROR, U64, NULL },
	{ "crypto-busy", SEKI_A_DROPS_CRYPTO_BUSY, U64, NULL },
	{ "bad-pad", SEKI_A_DROPS_BAD_PAD, U64, NULL },
	{ "bad-next-header", SEKI_A_DROPS_BAD_NEXT_HEADER, U64, NULL },
	{ "dummy", SEKI_A_DROPS_DUMMY, U64, NULL },
	{ "wrong-endpoint", SEKI_A_DROPS_WRONG_ENDPOINT, U64, NULL },
	{ "bad-encap", SEKI_A_DROPS_BAD_ENCAP, U64, NULL },
	{ "inner-too-short", SEKI_A_DROPS_INNER_TOO_SHORT, U64, NULL },
	{ "inner-bad-header", SEKI_A_DROPS_INNER_BAD_HEADER, U64, NULL },
	{ "ecn", SEKI_A_DROPS_ECN, U64, NULL },
	{ "dev-down", SEKI_A_DROPS_DEV_DOWN, U64, NULL },
	{ "rx-queue-full", SEKI_A_DROPS_RX_QUEUE_FULL, U64, NULL },
	{ "no-memory", SEKI_A_DROPS_NO_MEMORY, U64, NULL },
	{ "no-outbound-sa", SEKI_A_DROPS_NO_OUTBOUND_SA, U64, NULL },
	{ "seq-exhausted", SEKI_A_DROPS_SEQ_EXHAUSTED, U64, NULL },
	{ "bad-protocol", SEKI_A_DROPS_BAD_PROTOCOL, U64, NULL },
	{ "too-big", SEKI_A_DROPS_TOO_BIG, U64, NULL },
	{ "no-route", SEKI_A_DROPS_NO_ROUTE, U64, NULL },
	{ "route-loop", SEKI_A_DROPS_ROUTE_LOOP, U64, NULL },
	{ "segment", SEKI_A_DROPS_SEGMENT, U64, NULL },
	{ "send-failed", SEKI_A_DROPS_SEND_FAILED, U64, NULL },
	{ NULL, 0, FLAG, NULL },
};

static const struct attr sa_attrs[] = {
	{ "ifindex", SEKI_A_SA_IFINDEX, U32, NULL },
	{ "direction", SEKI_A_SA_DIRECTION, U32, NULL },
	{ "proto", SEKI_A_SA_PROTO, U8, NULL },
	{ "spi", SEKI_A_SA_SPI, BE32, NULL },
	{ "mode", SEKI_A_SA_MODE, U32, NULL },
	{ "local", SEKI_A_SA_LOCAL, ADDR, NULL },
	{ "remote", SEKI_A_SA_REMOTE, ADDR, NULL },
	{ "encr", SEKI_A_SA_ENCR, U16, NULL },
	{ "encr-key", SEKI_A_SA_ENCR_KEY, HEX, NULL },
	{ "integ", SEKI_A_SA_INTEG, U16, NULL },
	{ "integ-key", SEKI_A_SA_INTEG_KEY, HEX, NULL },
	{ "flags", SEKI_A_SA_FLAGS, U32, NULL },
	{ "replay-window", SEKI_A_SA_REPLAY_WINDOW, U32, NULL },
	{ "encap", SEKI_A_SA_ENCAP, NEST, encap_attrs },
	{ "limits", SEKI_A_SA_LIMITS, NEST, limit_attrs },
	{ "spi-lo", SEKI_A_SA_SPI_LO, U32, NULL },
	{ "spi-hi", SEKI_A_SA_SPI_HI, U32, NULL },
	{ "state", SEKI_A_SA_STATE, U32, NULL },
	{ "current", SEKI_A_SA_CURRENT, FLAG, NULL },
	{ "packets", SEKI_A_SA_PACKETS, U64, NULL },
	{ "bytes", SEKI_A_SA_BYTES, U64, NULL },
	{ "seq", SEKI_A_SA_SEQ, U64, NULL },
	{ "add-time", SEKI_A_SA_ADD_TIME, U64, NULL },
	{ "use-time", SEKI_A_SA_USE_TIME, U64, NULL },
	{ "age", SEKI_A_SA_AGE, U64, NULL },
	{ "idle", SEKI_A_SA_IDLE, U64, NULL },
	{ "drops", SEKI_A_SA_DROPS, NEST, drop_attrs },
	{ "hard", SEKI_A_SA_HARD, FLAG, NULL },
	{ "limit", SEKI_A_SA_LIMIT, U32, NULL },
	{ NULL, 0, FLAG, NULL },
};

static const struct attr acquire_attrs[] = {
	{ "ifindex", SEKI_A_ACQUIRE_IFINDEX, U32, NULL },
	{ "ifname", SEKI_A_ACQUIRE_IFNAME, STRING, NULL },
	{ "local", SEKI_A_ACQUIRE_LOCAL, ADDR, NULL },
	{ "remote", SEKI_A_ACQUIRE_REMOTE, ADDR, NULL },
	{ "profile", SEKI_A_ACQUIRE_PROFILE, STRING, NULL },
	{ "inner-proto", SEKI_A_ACQUIRE_INNER_PROTO, U8, NULL },
	{ "inner-src", SEKI_A_ACQUIRE_INNER_SRC, ADDR, NULL },
	{ "inner-dst", SEKI_A_ACQUIRE_INNER_DST, ADDR, NULL },
	{ "inner-sport", SEKI_A_ACQUIRE_INNER_SPORT, BE16, NULL },
	{ "inner-dport", SEKI_A_ACQUIRE_INNER_DPORT, BE16, NULL },
	{ NULL, 0, FLAG, NULL },
};

static const struct {
	const char *name;
	int cmd;
} events[] = {
	{ "acquire", SEKI_CMD_ACQUIRE_NTF },
	{ "expire", SEKI_CMD_EXPIRE_NTF },
	{ "sa-new", SEKI_CMD_SA_NEW_NTF },
	{ "sa-del", SEKI_CMD_SA_DEL_NTF },
};

static struct nl_sock *sock;
static int family;
static int heard;

static void usage(const char *what)
{
	fprintf(stderr, "seki-manual: %s\n", what);
	exit(2);
}

static const struct attr *find_attr(const struct attr *set, const char *name)
{
	for (; set->name; set++)
		if (!strcmp(set->name, name))
			return set;
	return NULL;
}

/* Out */

static size_t parse_hex(const char *text, uint8_t *out, size_t room)
{
	size_t len = strlen(text), i;
	char octet[3] = "";

	if (len % 2 || len / 2 > room)
		usage("bad hex");
	for (i = 0; i < len / 2; i++) {
		memcpy(octet, text + 2 * i, 2);
		out[i] = (uint8_t)strtoul(octet, NULL, 16);
	}
	return len / 2;
}

static void put_addr(struct nl_msg *msg, int type, const char *text)
{
	uint8_t addr[256];
	size_t len;

	if (!strncmp(text, "hex:", 4))
		len = parse_hex(text + 4, addr, sizeof(addr));
	else if (inet_pton(AF_INET, text, addr) == 1)
		len = sizeof(struct in_addr);
	else if (inet_pton(AF_INET6, text, addr) == 1)
		len = sizeof(struct in6_addr);
	else
		usage("bad address");
	nla_put(msg, type, (int)len, addr);
}

static void put_attr(struct nl_msg *msg, const struct attr *attr, const char *text)
{
	unsigned long long value = strtoull(text, NULL, 0);
	uint8_t octets[256];

	switch (attr->kind) {
	case U8:
		nla_put_u8(msg, attr->type, (uint8_t)value);
		break;
	case U16:
		nla_put_u16(msg, attr->type, (uint16_t)value);
		break;
	case BE16:
		nla_put_u16(msg, attr->type, htons((uint16_t)value));
		break;
	case U32:
		nla_put_u32(msg, attr->type, (uint32_t)value);
		break;
	case BE32:
		nla_put_u32(msg, attr->type, htonl((uint32_t)value));
		break;
	case U64:
		nla_put_u64(msg, attr->type, value);
		break;
	case ADDR:
		put_addr(msg, attr->type, text);
		break;
	case HEX:
		nla_put(msg, attr->type, (int)parse_hex(text, octets, sizeof(octets)), octets);
		break;
	case STRING:
		nla_put_string(msg, attr->type, text);
		break;
	case FLAG:
		nla_put_flag(msg, attr->type);
		break;
	case NEST:
		usage("a nest has no value of its own");
	}
}

/* The arguments that belong to a nest become one. */
static void put_nest(struct nl_msg *msg, int type, const struct attr *set, char **argv)
{
	struct nlattr *nest = NULL;
	const struct attr *attr;

	for (; argv[0]; argv += 2) {
		attr = find_attr(set, argv[0]);
		if (!attr)
			continue;
		if (!nest)
			nest = nla_nest_start(msg, type | NLA_F_NESTED);
		put_attr(msg, attr, argv[1]);
	}
	if (nest)
		nla_nest_end(msg, nest);
}

static void put_attrs(struct nl_msg *msg, char **argv)
{
	const struct attr *attr;
	char **arg;

	for (arg = argv; arg[0]; arg += 2) {
		if (!arg[1])
			usage("attribute without value");
		if (!strcmp(arg[0], "dev")) {
			nla_put_u32(msg, SEKI_A_SA_IFINDEX, if_nametoindex(arg[1]));
			continue;
		}
		if (!strcmp(arg[0], "direction") && !strcmp(arg[1], "in"))
			arg[1] = (char *)"1";
		if (!strcmp(arg[0], "direction") && !strcmp(arg[1], "out"))
			arg[1] = (char *)"2";
		attr = find_attr(sa_attrs, arg[0]);
		if (attr)
			put_attr(msg, attr, arg[1]);
		else if (!find_attr(limit_attrs, arg[0]) && !find_attr(encap_attrs, arg[0]))
			usage(arg[0]);
	}
	put_nest(msg, SEKI_A_SA_LIMITS, limit_attrs, argv);
	put_nest(msg, SEKI_A_SA_ENCAP, encap_attrs, argv);
}

/* In */

static void print_attrs(const struct attr *set, struct nlattr *head, int len);

static void print_value(const struct attr *attr, struct nlattr *nla)
{
	char text[INET6_ADDRSTRLEN];
	uint64_t wide;

	switch (attr->kind) {
	case U8:
		printf("%u", nla_get_u8(nla));
		break;
	case U16:
		printf("%u", nla_get_u16(nla));
		break;
	case BE16:
		printf("%u", ntohs(nla_get_u16(nla)));
		break;
	case U32:
		printf("%u", nla_get_u32(nla));
		break;
	case BE32:
		printf("\"0x%08x\"", ntohl(nla_get_u32(nla)));
		break;
	case U64:
		memcpy(&wide, nla_data(nla), sizeof(wide));
		printf("%llu", (unsigned long long)wide);
		break;
	case ADDR:
		printf("\"%s\"", inet_ntop(nla_len(nla) == 4 ? AF_INET : AF_INET6, nla_data(nla),
					   text, sizeof(text)));
		break;
	case FLAG:
		printf("true");
		break;
	case STRING:
		printf("\"%s\"", nla_get_string(nla));
		break;
	case NEST:
		printf("{");
		print_attrs(attr->nested, nla_data(nla), nla_len(nla));
		printf("}");
		break;
	case HEX:
		/* only keys are, and they never come out */
		printf("\"LEAKED\"");
		break;
	}
}

static void print_attrs(const struct attr *set, struct nlattr *head, int len)
{
	const char *comma = "";
	const struct attr *attr;
	struct nlattr *nla;
	int rem;

	nla_for_each_attr(nla, head, len, rem)
	{
		for (attr = set; attr->name && attr->type != nla_type(nla); attr++)
			;
		if (!attr->name)
			continue;
		printf("%s\"%s\":", comma, attr->name);
		print_value(attr, nla);
		comma = ",";
	}
}

static int print_message(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *hdr = genlmsg_hdr(nlmsg_hdr(msg));
	size_t i;

	(void)arg;
	printf("{");
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i].cmd == hdr->cmd)
			printf("\"event\":\"%s\",", events[i].name);
	print_attrs(hdr->cmd == SEKI_CMD_ACQUIRE_NTF ? acquire_attrs : sa_attrs,
		    genlmsg_attrdata(hdr, 0), genlmsg_attrlen(hdr, 0));
	printf("}\n");
	fflush(stdout);
	heard++;
	return NL_OK;
}

/* The sentence follows the error, and what was asked if that is repeated. */
static int print_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	struct nlmsghdr *hdr = (struct nlmsghdr *)((char *)err - NLMSG_HDRLEN);
	size_t skip = sizeof(*err);
	struct nlattr *nla;

	(void)from;
	*(int *)arg = err->error;
	if (hdr->nlmsg_flags & NLM_F_ACK_TLVS) {
		if (!(hdr->nlmsg_flags & NLM_F_CAPPED))
			skip += NLMSG_ALIGN(err->msg.nlmsg_len - NLMSG_HDRLEN);
		nla = nla_find((struct nlattr *)((char *)err + skip),
			       (int)(hdr->nlmsg_len - NLMSG_HDRLEN - skip), NLMSGERR_ATTR_MSG);
		if (nla)
			fprintf(stderr, "%s\n", nla_get_string(nla));
	}
	fprintf(stderr, "seki-manual: %s\n", strerror(-err->error));
	return NL_STOP;
}

static int done(struct nl_msg *msg, void *arg)
{
	(void)msg;
	*(int *)arg = 0;
	return NL_STOP;
}

static int request(int cmd, int flags, char **argv)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	struct nl_msg *msg = nlmsg_alloc();
	int status = 1;

	genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags, (uint8_t)cmd,
		    SEKI_FAMILY_VERSION);
	put_attrs(msg, argv);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, print_message, NULL);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, done, &status);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, done, &status);
	nl_cb_err(cb, NL_CB_CUSTOM, print_error, &status);
	nl_send_auto(sock, msg);
	while (status == 1)
		if (nl_recvmsgs(sock, cb) < 0 && status == 1)
			usage("receive failed");
	nlmsg_free(msg);
	nl_cb_put(cb);
	return status ? 1 : 0;
}

static int listen_events(char **argv)
{
	time_t end = time(NULL) + 3600;
	int count = -1, group;
	struct pollfd pfd;

	for (; argv[0] && argv[1]; argv += 2) {
		if (!strcmp(argv[0], "count"))
			count = atoi(argv[1]);
		else if (!strcmp(argv[0], "seconds"))
			end = time(NULL) + atoi(argv[1]);
	}
	group = genl_ctrl_resolve_grp(sock, SEKI_FAMILY_NAME, SEKI_MCGRP_EVENTS);
	if (group < 0 || nl_socket_add_membership(sock, group))
		usage("cannot join the group of events");
	nl_socket_disable_seq_check(sock);
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, print_message, NULL);
	printf("{\"event\":\"listening\"}\n");
	fflush(stdout);
	pfd.fd = nl_socket_get_fd(sock);
	pfd.events = POLLIN;
	while (count < 0 || heard < count) {
		if (time(NULL) >= end)
			return count < 0 ? 0 : 1;
		if (poll(&pfd, 1, 200) == 1)
			nl_recvmsgs_default(sock);
	}
	return 0;
}

static int lend_socket(const char *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	struct nl_msg *msg = nlmsg_alloc();
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char buf[2048];
	ssize_t len;
	int err;

	addr.sin_port = htons((uint16_t)atoi(port));
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		usage("cannot bind");
	genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, 0, SEKI_CMD_ENCAP_SET,
		    SEKI_FAMILY_VERSION);
	nla_put_u32(msg, SEKI_A_SOCKET_FD, (uint32_t)fd);
	err = nl_send_sync(sock, msg);
	if (err) {
		fprintf(stderr, "seki-manual: %s\n", nl_geterror(err));
		return 1;
	}
	printf("{\"event\":\"listening\"}\n");
	fflush(stdout);
	while ((len = recv(fd, buf, sizeof(buf), 0)) >= 0) {
		printf("{\"event\":\"received\",\"length\":%zd}\n", len);
		fflush(stdout);
	}
	return 1;
}

static int run(char **argv)
{
	static const struct {
		const char *name;
		int cmd;
		int flags;
	} requests[] = {
		{ "sa-new", SEKI_CMD_SA_NEW, NLM_F_ACK },
		{ "sa-del", SEKI_CMD_SA_DEL, NLM_F_ACK },
		{ "sa-get", SEKI_CMD_SA_GET, NLM_F_ACK },
		{ "sa-flush", SEKI_CMD_SA_FLUSH, NLM_F_ACK },
		{ "spi-alloc", SEKI_CMD_SPI_ALLOC, NLM_F_ACK },
		{ "list", SEKI_CMD_SA_GET, NLM_F_DUMP },
	};
	size_t i;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (!strcmp(argv[0], requests[i].name))
			return request(requests[i].cmd, requests[i].flags, argv + 1);
	if (!strcmp(argv[0], "events"))
		return listen_events(argv + 1);
	if (!strcmp(argv[0], "encap") && argv[1])
		return lend_socket(argv[1]);
	usage("no such command");
	return 2;
}

static int run_lines(void)
{
	char line[4096], *argv[128], *save, *word;
	int argc, status = 0;

	while (fgets(line, sizeof(line), stdin)) {
		argc = 0;
		for (word = strtok_r(line, " \t\n", &save); word && argc < 127;
		     word = strtok_r(NULL, " \t\n", &save))
			argv[argc++] = word;
		argv[argc] = NULL;
		if (argc && argv[0][0] != '#')
			status |= run(argv);
	}
	return status;
}

int main(int argc, char **argv)
{
	int one = 1;

	if (argc < 2)
		usage("what?");
	sock = nl_socket_alloc();
	if (!sock || genl_connect(sock))
		usage("no netlink");
	family = genl_ctrl_resolve(sock, SEKI_FAMILY_NAME);
	if (family < 0)
		usage("the module is not loaded");
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	nl_socket_set_buffer_size(sock, 1 << 20, 1 << 16);
	return strcmp(argv[1], "-") ? run(argv + 1) : run_lines();
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module's netlink family by hand, for tests: says what its arguments say,
 * right or wrong, and prints what comes back, one JSON object a line.
 *
 *	seki-manual OPERATION ATTRIBUTE VALUE...
 *	seki-manual list [ATTRIBUTE VALUE...]		all SAs
 *	seki-manual policies [ATTRIBUTE VALUE...]	all policies
 *	seki-manual events [count N] [seconds N]
 *	seki-manual encap PORT [6]	lends a socket, of IPv6 perhaps, and keeps it open
 *	seki-manual -			one such command in each line of stdin
 *
 * Operations, attributes and the values of enumerations have the names of the
 * specification; "dev NAME" is short for "ifindex N". Addresses are text or hex:
 * and octets, keys are octets in hex, flags are a number or names with commas
 * between. What belongs to a nest is named by itself (soft-packets 10, sport 4500)
 * or with the nest's name before it (encap-type 1).
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

#include "spec_tables.h"

static struct nl_sock *sock;
static int family;
static int heard;

__attribute__((noreturn)) static void usage(const char *what)
{
	fprintf(stderr, "seki-manual: %s\n", what);
	exit(2);
}

static const struct spec_attr *find_attr(const struct spec_attr *set, const char *name)
{
	for (; set->name; set++)
		if (!strcmp(set->name, name))
			return set;
	return NULL;
}

static const struct spec_attr *find_in_nest(const struct spec_attr *nest, const char *name)
{
	size_t len = strlen(nest->name);

	if (!strncmp(name, nest->name, len) && name[len] == '-')
		name += len + 1;
	return find_attr(nest->nested, name);
}

static const struct spec_op *find_op(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(spec_ops) / sizeof(spec_ops[0]); i++)
		if (!strcmp(spec_ops[i].name, name))
			return &spec_ops[i];
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

static unsigned long long parse_value(const struct spec_attr *attr, const char *text)
{
	unsigned long long value = 0;
	const struct spec_value *known;
	char *end, copy[256], *save, *word;

	value = strtoull(text, &end, 0);
	if (!*end)
		return value;
	snprintf(copy, sizeof(copy), "%s", text);
	for (word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		for (known = attr->values; known && known->name; known++)
			if (!strcmp(known->name, word))
				break;
		if (!known || !known->name)
			usage(text);
		value |= known->value;
	}
	return value;
}

static void put_attr(struct nl_msg *msg, const struct spec_attr *attr, const char *text)
{
	uint8_t octets[256];

	switch (attr->kind) {
	case SPEC_U8:
		nla_put_u8(msg, attr->type, (uint8_t)parse_value(attr, text));
		break;
	case SPEC_U16:
		nla_put_u16(msg, attr->type, (uint16_t)parse_value(attr, text));
		break;
	case SPEC_BE16:
		nla_put_u16(msg, attr->type, htons((uint16_t)parse_value(attr, text)));
		break;
	case SPEC_U32:
		nla_put_u32(msg, attr->type, (uint32_t)parse_value(attr, text));
		break;
	case SPEC_BE32:
		nla_put_u32(msg, attr->type, htonl((uint32_t)parse_value(attr, text)));
		break;
	case SPEC_U64:
		nla_put_u64(msg, attr->type, parse_value(attr, text));
		break;
	case SPEC_ADDRESS:
		put_addr(msg, attr->type, text);
		break;
	case SPEC_OCTETS:
		nla_put(msg, attr->type, (int)parse_hex(text, octets, sizeof(octets)), octets);
		break;
	case SPEC_STRING:
		nla_put_string(msg, attr->type, text);
		break;
	case SPEC_FLAG:
		nla_put_flag(msg, attr->type);
		break;
	case SPEC_NEST:
	case SPEC_PAD:
		usage("a nest has no value of its own");
	}
}

/* The arguments that belong to a nest become one; how many were there? */
static unsigned int put_nest(struct nl_msg *msg, const struct spec_attr *set,
			     const struct spec_attr *nest, char **argv)
{
	struct nlattr *start = NULL;
	const struct spec_attr *attr;
	unsigned int count = 0;

	for (; argv[0]; argv += 2) {
		attr = find_attr(set, argv[0]) ? NULL : find_in_nest(nest, argv[0]);
		if (!attr)
			continue;
		if (!start)
			start = nla_nest_start(msg, nest->type | NLA_F_NESTED);
		put_attr(msg, attr, argv[1]);
		count++;
	}
	if (start)
		nla_nest_end(msg, start);
	return count;
}

static void put_attrs(struct nl_msg *msg, const struct spec_attr *set, char **argv)
{
	const struct spec_attr *attr;
	unsigned int left = 0;
	char **arg;

	for (arg = argv; arg[0]; arg += 2) {
		if (!arg[1])
			usage("attribute without value");
		attr = find_attr(set, strcmp(arg[0], "dev") ? arg[0] : "ifindex");
		if (!attr)
			left++;
		else if (!strcmp(arg[0], "dev"))
			nla_put_u32(msg, attr->type, if_nametoindex(arg[1]));
		else
			put_attr(msg, attr, arg[1]);
	}
	for (attr = set; attr->name && left; attr++)
		if (attr->kind == SPEC_NEST)
			left -= put_nest(msg, set, attr, argv);
	if (left)
		usage("an argument is no attribute of this operation");
}

/* In */

static void print_attrs(const struct spec_attr *set, struct nlattr *head, int len);

static void print_value(const struct spec_attr *attr, struct nlattr *nla)
{
	char text[INET6_ADDRSTRLEN];
	uint64_t wide;

	switch (attr->kind) {
	case SPEC_U8:
		printf("%u", nla_get_u8(nla));
		break;
	case SPEC_U16:
		printf("%u", nla_get_u16(nla));
		break;
	case SPEC_BE16:
		printf("%u", ntohs(nla_get_u16(nla)));
		break;
	case SPEC_U32:
		printf("%u", nla_get_u32(nla));
		break;
	case SPEC_BE32:
		printf("\"0x%08x\"", ntohl(nla_get_u32(nla)));
		break;
	case SPEC_U64:
		memcpy(&wide, nla_data(nla), sizeof(wide));
		printf("%llu", (unsigned long long)wide);
		break;
	case SPEC_ADDRESS:
		printf("\"%s\"", inet_ntop(nla_len(nla) == 4 ? AF_INET : AF_INET6, nla_data(nla),
					   text, sizeof(text)));
		break;
	case SPEC_FLAG:
		printf("true");
		break;
	case SPEC_STRING:
		printf("\"%s\"", nla_get_string(nla));
		break;
	case SPEC_NEST:
		printf("{");
		print_attrs(attr->nested, nla_data(nla), nla_len(nla));
		printf("}");
		break;
	case SPEC_OCTETS:
		/* only keys are, and they never come out */
		printf("\"LEAKED\"");
		break;
	case SPEC_PAD:
		break;
	}
}

static void print_attrs(const struct spec_attr *set, struct nlattr *head, int len)
{
	const char *comma = "";
	const struct spec_attr *attr;
	struct nlattr *nla;
	int rem;

	nla_for_each_attr(nla, head, len, rem)
	{
		for (attr = set; attr->name && attr->type != nla_type(nla); attr++)
			;
		if (attr->name && attr->kind == SPEC_PAD)
			continue;
		if (attr->name) {
			printf("%s\"%s\":", comma, attr->name);
			print_value(attr, nla);
		} else {
			printf("%s\"unknown-%d\":true", comma, nla_type(nla));
		}
		comma = ",";
	}
}

/* Events are the operations whose names end in -ntf. */
static int print_message(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *hdr = genlmsg_hdr(nlmsg_hdr(msg));
	const struct spec_op *op = spec_ops;
	const char *end;

	(void)arg;
	while (op->cmd != hdr->cmd)
		if (++op == spec_ops + sizeof(spec_ops) / sizeof(spec_ops[0]))
			usage("a message that the specification does not know");
	end = strstr(op->name, "-ntf");
	printf("{");
	if (end)
		printf("\"event\":\"%.*s\",", (int)(end - op->name), op->name);
	print_attrs(op->set, genlmsg_attrdata(hdr, 0), genlmsg_attrlen(hdr, 0));
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

static int request(const struct spec_op *op, int flags, char **argv)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	struct nl_msg *msg = nlmsg_alloc();
	int status = 1;

	genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags, (uint8_t)op->cmd,
		    SEKI_FAMILY_VERSION);
	put_attrs(msg, op->set, argv);
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

static int lend_socket(const char *port, bool six)
{
	struct sockaddr_in6 addr6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in addr = { .sin_family = AF_INET };
	struct nl_msg *msg = nlmsg_alloc();
	int fd = socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM, 0), one = 1;
	char buf[2048];
	ssize_t len;
	int err;

	addr.sin_port = addr6.sin6_port = htons((uint16_t)atoi(port));
	if (six)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (fd < 0 || bind(fd, six ? (struct sockaddr *)&addr6 : (struct sockaddr *)&addr,
			   six ? sizeof(addr6) : sizeof(addr)))
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
	const struct spec_op *op = find_op(argv[0]);

	if (op && !strstr(op->name, "-ntf"))
		return request(op, NLM_F_ACK, argv + 1);
	if (!strcmp(argv[0], "list"))
		return request(find_op("sa-get"), NLM_F_DUMP, argv + 1);
	if (!strcmp(argv[0], "policies"))
		return request(find_op("policy-get"), NLM_F_DUMP, argv + 1);
	if (!strcmp(argv[0], "events"))
		return listen_events(argv + 1);
	if (!strcmp(argv[0], "encap") && argv[1])
		return lend_socket(argv[1], argv[2] && !strcmp(argv[2], "6"));
	usage("no such command");
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

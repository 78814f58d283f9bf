// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Options of "ip link add NAME type seki ...": ip(8) loads this file by its
 * name from its plugin directory, or from that in IP_LIB_DIR.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_link_seki.h>

#include "iproute2/link_util.h"

/* what ip(8) itself leaves for one message */
#define ROOM 1024

extern struct link_util seki_link_util;

static void print_help(struct link_util *util, int argc, char **argv, FILE *out)
{
	(void)util;
	(void)argc;
	(void)argv;
	fprintf(out,
		"Usage: ... seki [ local ADDR ] [ remote ADDR ] [ profile NAME ]\n"
		"                [ ttl { TTL | inherit } ] [ tos { TOS | inherit } ]\n"
		"\n"
		"Where: ADDR := outer IP address\n"
		"       NAME := IPsec profile of the keying daemon, at most %d characters\n"
		"       TTL  := 1..255 (default 64)\n"
		"       TOS  := 0..255 (default inherit)\n",
		IFLA_SEKI_PROFILE_MAX);
}

static int bad(const char *option, const char *value)
{
	if (value)
		fprintf(stderr, "seki: \"%s\" is no value for %s\n", value, option);
	else
		fprintf(stderr, "seki: %s needs a value\n", option);
	return -1;
}

static int put_addr(struct nlmsghdr *msg, int type, const char *option, const char *value)
{
	unsigned char addr[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, value, addr) == 1)
		return addattr_l(msg, ROOM, type, addr, sizeof(struct in_addr));
	if (inet_pton(AF_INET6, value, addr) == 1)
		return addattr_l(msg, ROOM, type, addr, sizeof(struct in6_addr));
	return bad(option, value);
}

static int put_u8(struct nlmsghdr *msg, int type, const char *option, const char *value,
		  uint8_t inherit, unsigned long min)
{
	unsigned long number;
	uint8_t octet;
	char *end;

	if (!strcmp(value, "inherit")) {
		octet = inherit;
	} else {
		errno = 0;
		number = strtoul(value, &end, 0);
		if (errno || *end || end == value || number < min || number > UINT8_MAX)
			return bad(option, value);
		octet = (uint8_t)number;
	}
	return addattr_l(msg, ROOM, type, &octet, sizeof(octet));
}

static int put_profile(struct nlmsghdr *msg, const char *value)
{
	size_t len = strlen(value);

	if (!len || len > IFLA_SEKI_PROFILE_MAX)
		return bad("profile", value);
	return addattr_l(msg, ROOM, IFLA_SEKI_PROFILE, value, (int)len + 1);
}

static int parse_opt(struct link_util *util, int argc, char **argv, struct nlmsghdr *msg)
{
	int err;

	for (; argc > 0; argc -= 2, argv += 2) {
		const char *option = argv[0], *value = argv[1];

		if (!strcmp(option, "help")) {
			print_help(util, argc, argv, stderr);
			return -1;
		}
		if (argc < 2)
			return bad(option, NULL);
		if (!strcmp(option, "local")) {
			err = put_addr(msg, IFLA_SEKI_LOCAL, option, value);
		} else if (!strcmp(option, "remote")) {
			err = put_addr(msg, IFLA_SEKI_REMOTE, option, value);
		} else if (!strcmp(option, "profile")) {
			err = put_profile(msg, value);
		} else if (!strcmp(option, "ttl")) {
			err = put_u8(msg, IFLA_SEKI_TTL, option, value, 0, 1);
		} else if (!strcmp(option, "tos")) {
			err = put_u8(msg, IFLA_SEKI_TOS, option, value, 1, 0);
		} else {
			fprintf(stderr, "seki: unknown option \"%s\"\n", option);
			print_help(util, argc, argv, stderr);
			return -1;
		}
		if (err)
			return -1;
	}
	return 0;
}

static void print_addr(const struct rtattr *attr, const char *key, const char *format)
{
	char text[INET6_ADDRSTRLEN];
	int family = RTA_PAYLOAD(attr) == sizeof(struct in_addr) ? AF_INET : AF_INET6;

	if (inet_ntop(family, RTA_DATA(attr), text, sizeof(text)))
		print_color_string(PRINT_ANY, COLOR_NONE, key, format, text);
}

static void print_u8(const struct rtattr *attr, const char *key, const char *format,
		     const char *inherit_text, uint8_t inherit)
{
	uint8_t octet = *(const uint8_t *)RTA_DATA(attr);

	if (octet == inherit)
		print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s", inherit_text);
	else
		print_color_uint(PRINT_FP, COLOR_NONE, NULL, format, octet);
	print_color_uint(PRINT_JSON, COLOR_NONE, key, NULL, octet);
}

static void print_opt(struct link_util *util, FILE *out, struct rtattr *attrs[])
{
	(void)util;
	(void)out;
	if (!attrs)
		return;
	if (attrs[IFLA_SEKI_LOCAL])
		print_addr(attrs[IFLA_SEKI_LOCAL], "local", "local %s ");
	if (attrs[IFLA_SEKI_REMOTE])
		print_addr(attrs[IFLA_SEKI_REMOTE], "remote", "remote %s ");
	if (attrs[IFLA_SEKI_PROFILE])
		print_color_string(PRINT_ANY, COLOR_NONE, "profile", "profile %s ",
				   RTA_DATA(attrs[IFLA_SEKI_PROFILE]));
	if (attrs[IFLA_SEKI_TTL])
		print_u8(attrs[IFLA_SEKI_TTL], "ttl", "ttl %u ", "ttl inherit ", 0);
	if (attrs[IFLA_SEKI_TOS])
		print_u8(attrs[IFLA_SEKI_TOS], "tos", "tos 0x%x ", "tos inherit ", 1);
}

struct link_util seki_link_util = {
	.id = IFLA_SEKI_KIND,
	.maxattr = IFLA_SEKI_MAX,
	.parse_opt = parse_opt,
	.print_opt = print_opt,
	.print_help = print_help,
};

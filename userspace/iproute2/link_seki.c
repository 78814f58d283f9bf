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
		"                [ dev DEVICE | nodev ] [ fwmark MARK ] [ automtu { on | off } ]\n"
		"\n"
		"Where: ADDR := outer IPv4 or IPv6 address\n"
		"       NAME := IPsec profile of the keying daemon, at most %d characters\n"
		"       TTL  := 1..255 (default 64)\n"
		"       TOS  := 0..255 (default inherit)\n"
		"       DEVICE := what outer packets leave by, a VRF for one (default any)\n"
		"       MARK := of outer packets and their route, 0 for none (default)\n"
		"       automtu: follow path and SA (default on)\n",
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

static int put_u32(struct nlmsghdr *msg, int type, uint32_t value)
{
	return addattr_l(msg, ROOM, type, &value, sizeof(value));
}

static int put_device(struct nlmsghdr *msg, const char *option, const char *value)
{
	unsigned int ifindex = ll_name_to_index(value);

	return ifindex ? put_u32(msg, IFLA_SEKI_LINK, ifindex) : bad(option, value);
}

static int put_mark(struct nlmsghdr *msg, const char *option, const char *value)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(value, &end, 0);
	/* strtoull() takes a minus sign */
	if (errno || *end || end == value || *value == '-' || number > UINT32_MAX)
		return bad(option, value);
	return put_u32(msg, IFLA_SEKI_FWMARK, (uint32_t)number);
}

static int put_switch(struct nlmsghdr *msg, int type, const char *option, const char *value)
{
	uint8_t on = !strcmp(value, "on");

	if (!on && strcmp(value, "off"))
		return bad(option, value);
	return addattr_l(msg, ROOM, type, &on, sizeof(on));
}

static int put_option(struct nlmsghdr *msg, const char *option, const char *value)
{
	if (!strcmp(option, "local"))
		return put_addr(msg, IFLA_SEKI_LOCAL, option, value);
	if (!strcmp(option, "remote"))
		return put_addr(msg, IFLA_SEKI_REMOTE, option, value);
	if (!strcmp(option, "profile"))
		return put_profile(msg, value);
	if (!strcmp(option, "ttl"))
		return put_u8(msg, IFLA_SEKI_TTL, option, value, 0, 1);
	if (!strcmp(option, "tos"))
		return put_u8(msg, IFLA_SEKI_TOS, option, value, 1, 0);
	if (!strcmp(option, "dev"))
		return put_device(msg, option, value);
	if (!strcmp(option, "fwmark"))
		return put_mark(msg, option, value);
	if (!strcmp(option, "automtu"))
		return put_switch(msg, IFLA_SEKI_AUTO_MTU, option, value);
	fprintf(stderr, "seki: unknown option \"%s\"\n", option);
	print_help(NULL, 0, NULL, stderr);
	return -1;
}

static int parse_opt(struct link_util *util, int argc, char **argv, struct nlmsghdr *msg)
{
	while (argc > 0) {
		if (!strcmp(argv[0], "help")) {
			print_help(util, argc, argv, stderr);
			return -1;
		}
		if (!strcmp(argv[0], "nodev")) {
			if (put_u32(msg, IFLA_SEKI_LINK, 0))
				return -1;
			argc--;
			argv++;
			continue;
		}
		if (argc < 2)
			return bad(argv[0], NULL);
		if (put_option(msg, argv[0], argv[1]))
			return -1;
		argc -= 2;
		argv += 2;
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

static uint32_t get_u32(const struct rtattr *attr)
{
	uint32_t value;

	memcpy(&value, RTA_DATA(attr), sizeof(value));
	return value;
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
	if (attrs[IFLA_SEKI_LINK] && get_u32(attrs[IFLA_SEKI_LINK]))
		print_color_string(PRINT_ANY, COLOR_NONE, "dev", "dev %s ",
				   ll_index_to_name(get_u32(attrs[IFLA_SEKI_LINK])));
	if (attrs[IFLA_SEKI_FWMARK] && get_u32(attrs[IFLA_SEKI_FWMARK]))
		print_color_uint(PRINT_ANY, COLOR_NONE, "fwmark", "fwmark 0x%x ",
				 get_u32(attrs[IFLA_SEKI_FWMARK]));
	if (attrs[IFLA_SEKI_AUTO_MTU]) {
		uint8_t on = *(const uint8_t *)RTA_DATA(attrs[IFLA_SEKI_AUTO_MTU]);

		print_color_string(PRINT_FP, COLOR_NONE, NULL, "automtu %s ", on ? "on" : "off");
		print_color_bool(PRINT_JSON, COLOR_NONE, "automtu", NULL, on);
	}
}

struct link_util seki_link_util = {
	.id = IFLA_SEKI_KIND,
	.maxattr = IFLA_SEKI_MAX,
	.parse_opt = parse_opt,
	.print_opt = print_opt,
	.print_help = print_help,
};

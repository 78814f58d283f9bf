// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What ip(8)'s plugin makes of its options and of what the kernel answers (row
 * I01). This program plays ip(8): its functions are here.
 */
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "../../userspace/iproute2/link_seki.c"

#include <cmocka.h>

/* The parts of ip(8) */

static struct {
	struct nlmsghdr header;
	char attributes[ROOM];
} message;
static char text[1024], json[1024];

int addattr_l(struct nlmsghdr *msg, int room, int type, const void *data, int len)
{
	struct rtattr *attr = (struct rtattr *)((char *)msg + NLMSG_ALIGN(msg->nlmsg_len));

	assert_true(msg->nlmsg_len + RTA_SPACE(len) <= (size_t)room);
	attr->rta_type = (unsigned short)type;
	attr->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(attr), data, (size_t)len);
	msg->nlmsg_len = NLMSG_ALIGN(msg->nlmsg_len) + RTA_SPACE(len);
	return 0;
}

__attribute__((format(printf, 2, 3))) static void append(char *to, const char *format, ...)
{
	size_t len = strlen(to);
	va_list args;

	va_start(args, format);
	vsnprintf(to + len, sizeof(text) - len, format, args);
	va_end(args);
}

#pragma GCC diagnostic ignored "-Wformat-nonliteral"

int print_color_string(int type, int color, const char *key, const char *format, const char *value)
{
	if (type & (PRINT_FP | PRINT_ANY))
		append(text, format, value);
	if (type & (PRINT_JSON | PRINT_ANY))
		append(json, "%s=%s;", key, value);
	return 0;
}

int print_color_uint(int type, int color, const char *key, const char *format, unsigned int value)
{
	if (type & (PRINT_FP | PRINT_ANY))
		append(text, format, value);
	if (type & (PRINT_JSON | PRINT_ANY))
		append(json, "%s=%u;", key, value);
	return 0;
}

int print_color_bool(int type, int color, const char *key, const char *format, bool value)
{
	assert_int_equal(type, PRINT_JSON);
	append(json, "%s=%s;", key, value ? "true" : "false");
	return 0;
}

unsigned int ll_name_to_index(const char *name)
{
	return strcmp(name, "vrf-blue") ? 0 : 12;
}

const char *ll_index_to_name(unsigned int ifindex)
{
	assert_int_equal(ifindex, 12);
	return "vrf-blue";
}

/* Words to attributes, and these printed */

static int parse(char *words)
{
	char *argv[32];
	int argc = 0;
	char *word;

	memset(&message, 0, sizeof(message));
	message.header.nlmsg_len = NLMSG_HDRLEN;
	for (word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	return seki_link_util.parse_opt(&seki_link_util, argc, argv, &message.header);
}

static struct rtattr *attrs[IFLA_SEKI_MAX + 1];

static void print(void)
{
	int left = (int)message.header.nlmsg_len - NLMSG_HDRLEN;
	struct rtattr *attr = (struct rtattr *)message.attributes;

	memset(attrs, 0, sizeof(attrs));
	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left)) {
		assert_true(attr->rta_type <= IFLA_SEKI_MAX);
		attrs[attr->rta_type] = attr;
	}
	text[0] = json[0] = 0;
	seki_link_util.print_opt(&seki_link_util, stdout, attrs);
}

static void options_come_back(void **state)
{
	char words[] = "local 10.0.0.1 remote 10.0.0.2 profile a-b ttl 33 tos 0x10 "
		       "dev vrf-blue fwmark 0xfffffffe automtu off";

	assert_int_equal(parse(words), 0);
	print();
	assert_string_equal(text, "local 10.0.0.1 remote 10.0.0.2 profile a-b ttl 33 tos 0x10 "
				  "dev vrf-blue fwmark 0xfffffffe automtu off ");
	assert_string_equal(json, "local=10.0.0.1;remote=10.0.0.2;profile=a-b;ttl=33;tos=16;"
				  "dev=vrf-blue;fwmark=4294967294;automtu=false;");
	assert_int_equal(RTA_PAYLOAD(attrs[IFLA_SEKI_LOCAL]), 4);
	assert_int_equal(RTA_PAYLOAD(attrs[IFLA_SEKI_LINK]), 4);
	assert_int_equal(RTA_PAYLOAD(attrs[IFLA_SEKI_FWMARK]), 4);
	assert_int_equal(RTA_PAYLOAD(attrs[IFLA_SEKI_AUTO_MTU]), 1);
}

static void addresses_may_be_ipv6(void **state)
{
	char words[] = "local 2001:db8::1 remote fd00:0::2 automtu on";

	assert_int_equal(parse(words), 0);
	print();
	assert_string_equal(text, "local 2001:db8::1 remote fd00::2 automtu on ");
	assert_string_equal(json, "local=2001:db8::1;remote=fd00::2;automtu=true;");
	assert_int_equal(RTA_PAYLOAD(attrs[IFLA_SEKI_LOCAL]), 16);
	assert_int_equal(RTA_PAYLOAD(attrs[IFLA_SEKI_REMOTE]), 16);
}

/* What is unset is sent as 0, and not shown. */
static void device_and_mark_can_be_unset(void **state)
{
	char words[] = "nodev fwmark 0 ttl inherit tos inherit";

	assert_int_equal(parse(words), 0);
	print();
	assert_string_equal(text, "ttl inherit tos inherit ");
	assert_string_equal(json, "ttl=0;tos=1;");
	assert_non_null(attrs[IFLA_SEKI_LINK]);
	assert_non_null(attrs[IFLA_SEKI_FWMARK]);
}

static void wrong_values_are_refused(void **state)
{
	static const char *const wrong[] = {
		"local 10.0.0",
		"remote fd00::g",
		"dev nowhere",
		"fwmark 0x100000000",
		"fwmark -1",
		"fwmark 1x",
		"fwmark",
		"automtu yes",
		"automtu",
		"ttl 0",
		"ttl 256",
		"tos x",
		"profile 0123456789012345678901234567890123456789012345678901234567890123",
		"mtu 1400",
		"help",
	};
	char words[128];
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(words, sizeof(words), "%s", wrong[i]);
		assert_int_equal(parse(words), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_come_back),
		cmocka_unit_test(addresses_may_be_ipv6),
		cmocka_unit_test(device_and_mark_can_be_unset),
		cmocka_unit_test(wrong_values_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses, endpoints and prefixes, in tables. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/address.h"

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct address parse(const char *text)
{
	struct address address;

	assert_true(address_parse(text, &address));
	return address;
}

static struct prefix prefix(const char *text, uint8_t length)
{
	return (struct prefix){ parse(text), length };
}

static void assert_reads(struct address address, const char *expected)
{
	char text[ADDRESS_TEXT];

	assert_string_equal(address_format(&address, text), expected);
}

static void text_to_address_and_back(void **state)
{
	static const struct {
		const char *in, *out; /* @out NULL: not an address */
	} cases[] = {
		{ "10.0.0.1", "10.0.0.1" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "2001:DB8:0:0::1", "2001:db8::1" },
		{ "::", "::" },
		{ "fe80::1", "fe80::1" },
		{ "1111:2222:3333:4444:5555:6666:7777:8888",
		  "1111:2222:3333:4444:5555:6666:7777:8888" },
		{ "", NULL },
		{ "10.0.0", NULL },
		{ "10.0.0.256", NULL },
		{ "10.0.0.1 ", NULL },
		{ "10.0.0.1/24", NULL },
		{ "::1::", NULL },
		{ "fe80::1%eth0", NULL },
		{ "router1", NULL },
	};
	const struct address untouched = parse("192.0.2.77");

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct address address = untouched;

		if (cases[i].out) {
			assert_reads(parse(cases[i].in), cases[i].out);
		} else {
			assert_false(address_parse(cases[i].in, &address));
			assert_true(address_equal(&address, &untouched));
		}
	}
	assert_reads((struct address){ 0 }, "none");
}

static void ipv4_numbers(void **state)
{
	struct address address = address_of_ipv4(0x0a000001);

	assert_reads(address, "10.0.0.1");
	assert_true(address_ipv4(&address) == 0x0a000001);
}

static void order_and_equality(void **state)
{
	/* Each is below the next. */
	const struct address ascending[] = {
		{ 0 },
		parse("0.0.0.0"),
		parse("9.255.255.255"),
		parse("10.0.0.1"),
		parse("192.0.2.1"),
		parse("::"),
		parse("2001:db8::1"),
		parse("2001:db8::2"),
	};

	for (size_t i = 0; i < COUNT(ascending); i++) {
		for (size_t k = 0; k < COUNT(ascending); k++) {
			int compared = address_compare(&ascending[i], &ascending[k]);

			assert_int_equal((compared > 0) - (compared < 0), (i > k) - (i < k));
			assert_int_equal(address_equal(&ascending[i], &ascending[k]), i == k);
		}
	}
}

static void any(void **state)
{
	const struct address none = { 0 }, any4 = parse("0.0.0.0"), any6 = parse("::");
	const struct address one4 = parse("0.0.0.1"), one6 = parse("::1");

	assert_true(address_is_any(&none));
	assert_true(address_is_any(&any4));
	assert_true(address_is_any(&any6));
	assert_false(address_is_any(&one4));
	assert_false(address_is_any(&one6));
}

static void octets(void **state)
{
	const struct address v4 = parse("192.0.2.1"), v6 = parse("2001:db8::1"), none = { 0 };
	uint8_t zeros[17] = { 0 };
	struct address back;

	assert_int_equal(address_bytes(&none).len, 0);
	assert_int_equal(address_bytes(&v4).len, 4);
	assert_memory_equal(address_bytes(&v4).data, "\xc0\x00\x02\x01", 4);
	assert_true(address_from_bytes(address_bytes(&v4), &back));
	assert_true(address_equal(&v4, &back));
	assert_true(address_from_bytes(address_bytes(&v6), &back));
	assert_true(address_equal(&v6, &back));
	for (size_t len = 0; len <= sizeof(zeros); len++)
		assert_int_equal(address_from_bytes(bytes_of(zeros, len), &back),
				 len == 4 || len == 16);
}

static void endpoints(void **state)
{
	static const struct {
		const char *address;
		uint16_t port;
		const char *text;
		socklen_t len;
	} cases[] = {
		{ "10.0.0.1", 500, "10.0.0.1:500", sizeof(struct sockaddr_in) },
		{ "10.0.0.1", 65535, "10.0.0.1:65535", sizeof(struct sockaddr_in) },
		{ "2001:db8::1", 4500, "[2001:db8::1]:4500", sizeof(struct sockaddr_in6) },
		{ "1111:2222:3333:4444:5555:6666:7777:8888", 65535,
		  "[1111:2222:3333:4444:5555:6666:7777:8888]:65535", sizeof(struct sockaddr_in6) },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct endpoint endpoint = { parse(cases[i].address), cases[i].port }, back;
		struct endpoint other = endpoint;
		struct sockaddr_storage storage;
		char text[ADDRESS_TEXT];

		assert_string_equal(endpoint_format(&endpoint, text), cases[i].text);
		assert_int_equal(endpoint_to_sockaddr(&endpoint, &storage), cases[i].len);
		/* The port is at the same place in both families. */
		assert_int_equal(ntohs(((struct sockaddr_in *)&storage)->sin_port), cases[i].port);
		assert_true(endpoint_from_sockaddr((struct sockaddr *)&storage, &back));
		assert_true(endpoint_equal(&endpoint, &back));
		other.port ^= 1;
		assert_false(endpoint_equal(&endpoint, &other));
		other = endpoint;
		other.address.octets[3] ^= 1;
		assert_false(endpoint_equal(&endpoint, &other));
	}
}

static void endpoints_of_nothing(void **state)
{
	struct endpoint endpoint = { .port = 500 };
	struct sockaddr_storage storage;
	char text[ADDRESS_TEXT];

	assert_int_equal(endpoint_to_sockaddr(&endpoint, &storage), 0);
	assert_string_equal(endpoint_format(&endpoint, text), "none:500");
	storage.ss_family = AF_UNIX;
	assert_false(endpoint_from_sockaddr((struct sockaddr *)&storage, &endpoint));
}

static void masks(void **state)
{
	static const struct {
		const char *address, *mask;
		int length; /* -1: refused */
	} cases[] = {
		{ "10.1.2.3", "0.0.0.0", 0 },
		{ "10.1.2.3", "128.0.0.0", 1 },
		{ "10.1.2.3", "255.0.0.0", 8 },
		{ "10.1.2.3", "255.255.240.0", 20 },
		{ "10.1.2.3", "255.255.255.254", 31 },
		{ "10.1.2.3", "255.255.255.255", 32 },
		{ "2001:db8::1", "ffff:ffff:ffff::", 48 },
		{ "10.1.2.3", "255.0.255.0", -1 },
		{ "10.1.2.3", "0.0.0.255", -1 },
		{ "10.1.2.3", "255.255.255.253", -1 },
		{ "10.1.2.3", "ffff::", -1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct address address = parse(cases[i].address), mask = parse(cases[i].mask), back;
		struct prefix made = { .length = 99 };
		bool ok = prefix_from_mask(&address, &mask, &made);

		assert_int_equal(ok, cases[i].length >= 0);
		assert_int_equal(made.length, ok ? cases[i].length : 99);
		if (!ok)
			continue;
		assert_true(address_equal(&made.address, &address)); /* host bits stay */
		back = prefix_mask(&made);
		assert_true(address_equal(&back, &mask));
	}
}

static void ranges(void **state)
{
	static const struct {
		const char *address;
		uint8_t length;
		const char *first, *last;
	} cases[] = {
		{ "10.1.2.3", 0, "0.0.0.0", "255.255.255.255" },
		{ "10.1.2.3", 8, "10.0.0.0", "10.255.255.255" },
		{ "10.1.2.3", 23, "10.1.2.0", "10.1.3.255" },
		{ "10.1.2.3", 31, "10.1.2.2", "10.1.2.3" },
		{ "10.1.2.3", 32, "10.1.2.3", "10.1.2.3" },
		{ "10.1.2.3", 200, "10.1.2.3", "10.1.2.3" }, /* more bits than there are */
		{ "2001:db8::1", 33, "2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff" },
		{ "2001:db8::1", 128, "2001:db8::1", "2001:db8::1" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct prefix range = prefix(cases[i].address, cases[i].length);

		assert_reads(prefix_first(&range), cases[i].first);
		assert_reads(prefix_last(&range), cases[i].last);
	}
}

static void containment(void **state)
{
	static const struct {
		const char *prefix;
		uint8_t length;
		const char *address;
		bool contained;
	} cases[] = {
		{ "0.0.0.0", 0, "192.0.2.1", true },
		{ "0.0.0.0", 0, "2001:db8::1", false },
		{ "::", 0, "2001:db8::1", true },
		{ "::", 0, "192.0.2.1", false },
		{ "10.1.2.3", 24, "10.1.2.255", true }, /* host bits of the prefix do not count */
		{ "10.1.2.3", 24, "10.1.3.0", false },
		{ "10.1.2.128", 25, "10.1.2.127", false },
		{ "10.0.0.2", 32, "10.0.0.2", true },
		{ "10.0.0.2", 32, "10.0.0.3", false },
		{ "2001:db8::", 32, "2001:db8:ffff::1", true },
		{ "2001:db8::", 32, "2001:db9::1", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct prefix range = prefix(cases[i].prefix, cases[i].length);
		struct address address = parse(cases[i].address);

		assert_int_equal(prefix_contains(&range, &address), cases[i].contained);
	}
}

/* An offset and its distance, over every carry and borrow; what is too far says so. */
static void distances(void **state)
{
	static const struct {
		const char *from, *to;
		uint64_t distance;
	} cases[] = {
		{ "10.0.0.1", "10.0.0.1", 0 },
		{ "10.0.0.255", "10.0.1.0", 1 },
		{ "0.0.0.0", "255.255.255.255", UINT32_MAX },
		{ "2001:db8::ffff", "2001:db8::1:0", 1 },
		{ "2001:db8:0:0:ffff:ffff:ffff:ffff", "2001:db8:0:1::", 1 },
		{ "2001:db8::", "2001:db8::ffff:ffff:ffff:fffe", UINT64_MAX - 1 },
	};
	struct address from, to, sum;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(address_parse(cases[i].from, &from));
		assert_true(address_parse(cases[i].to, &to));
		assert_true(address_distance(&from, &to) == cases[i].distance);
		sum = address_plus(&from, cases[i].distance);
		assert_true(address_equal(&sum, &to));
	}
	assert_true(address_parse("::", &from) && address_parse("ffff::", &to));
	assert_true(address_distance(&from, &to) == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_to_address_and_back),
		cmocka_unit_test(ipv4_numbers),
		cmocka_unit_test(order_and_equality),
		cmocka_unit_test(any),
		cmocka_unit_test(octets),
		cmocka_unit_test(endpoints),
		cmocka_unit_test(endpoints_of_nothing),
		cmocka_unit_test(masks),
		cmocka_unit_test(ranges),
		cmocka_unit_test(containment),
		cmocka_unit_test(distances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

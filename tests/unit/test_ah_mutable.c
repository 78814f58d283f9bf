// SPDX-License-Identifier: GPL-2.0-or-later
/* A05, A07: What AH sees of the headers in front of it, against another implementation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Before cmocka.h, which has a fail() of its own. */
#include "../support/vectors.h"

#include <cmocka.h>

#include <kshim.h>
#include "../../kmod/ah_mutable.c"

typedef int zero_fn(u8 *header, unsigned int len);

/* In a buffer of exactly the header's length. */
static int zero(zero_fn *fn, u8 *header, size_t len)
{
	u8 *copy = malloc(len);
	int err;

	assert_non_null(copy);
	memcpy(copy, header, len);
	err = fn(copy, len);
	memcpy(header, copy, len);
	free(copy);
	return err;
}

static void compare(const char *family, zero_fn *fn)
{
	json_t *file = vectors_load("ah-mutable.json"), *vector;
	size_t index, changed = 0;

	json_array_foreach(json_object_get(file, family), index, vector)
	{
		struct buffer header = vector_get(vector, "header", 0);
		struct buffer expected = vector_get(vector, "zeroed", 0);

		assert_int_equal(zero(fn, header.data, header.len), 0);
		assert_true(bytes_equal(buffer_bytes(&header), buffer_bytes(&expected)));
		changed++;
		buffer_free(&header);
		buffer_free(&expected);
	}
	assert_int_equal(changed, 100);
	json_decref(file);
}

static void a07_ipv4_known_answers(void **state)
{
	compare("v4", seki_ah_zero_mutable_v4);
}

static void a07_ipv6_known_answers(void **state)
{
	compare("v6", seki_ah_zero_mutable_v6);
}

#define FIXED(words) \
	0x40 | (words), 1, 0, 80, 2, 3, 0x7f, 0xff, 9, 51, 4, 5, 192, 0, 2, 1, 10, 0, 0, 1
#define FIXED_ZEROED(words) \
	0x40 | (words), 0, 0, 80, 2, 3, 0, 0, 0, 51, 0, 0, 192, 0, 2, 1, 10, 0, 0, 1

/* The whole first octet of an option is its kind: RFC 4302 appendix A1 has seven. */
static void kinds_of_ipv4_options(void **state)
{
	unsigned int kept = 0;

	for (unsigned int kind = 2; kind < 256; kind++) {
		u8 header[] = { FIXED(6), kind, 4, 0xaa, 0xbb };
		const u8 stays[] = { FIXED_ZEROED(6), kind, 4, 0xaa, 0xbb };
		const u8 goes[] = { FIXED_ZEROED(6), 0, 0, 0, 0 };

		if (kind == OPT_LOOSE_ROUTE || kind == OPT_STRICT_ROUTE)
			continue;
		assert_int_equal(zero(seki_ah_zero_mutable_v4, header, sizeof(header)), 0);
		if (memcmp(header, stays, sizeof(stays)))
			assert_memory_equal(header, goes, sizeof(goes));
		else
			kept++;
	}
	assert_int_equal(kept, 5);
}

static void what_follows_the_end_stays(void **state)
{
	u8 header[] = { FIXED(7), 1, 1, 1, 0, 68, 0, 0xcc, 0xdd };
	const u8 want[] = { FIXED_ZEROED(7), 1, 1, 1, 0, 68, 0, 0xcc, 0xdd };

	assert_int_equal(zero(seki_ah_zero_mutable_v4, header, sizeof(header)), 0);
	assert_memory_equal(header, want, sizeof(want));
}

/* RFC 4302 section 3.3.3.1.1.1: the destination is the one at the receiver. */
static void source_routes(void **state)
{
	static const u8 kinds[] = { OPT_LOOSE_ROUTE, OPT_STRICT_ROUTE };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		for (unsigned int pointer = 0; pointer < 256; pointer++) {
			u8 header[] = { FIXED(8), 1, kinds[i], 11, pointer, 172, 16,
					0,	  1, 172,      16, 0,	    2 };
			u8 want[] = { FIXED_ZEROED(8), 1, [31] = 0 };
			bool used_up = pointer >= 12;

			if (!used_up) {
				want[16] = 172;
				want[17] = 16;
				want[19] = 2;
			}
			if (pointer != 4 && pointer != 8 && !used_up) {
				assert_int_equal(zero(seki_ah_zero_mutable_v4, header, 32),
						 -EINVAL);
				continue;
			}
			assert_int_equal(zero(seki_ah_zero_mutable_v4, header, 32), 0);
			assert_memory_equal(header, want, 32);
		}
}

static void malformed_ipv4(void **state)
{
	u8 two_routes[] = { FIXED(9), 131, 7, 4, 1, 1, 1, 1, 137, 7, 4, 2, 2, 2, 2, 0, 0 };
	u8 uneven_route[] = { FIXED(7), 131, 8, 4, 1, 1, 1, 1, 1 };
	u8 no_route[] = { FIXED(6), 131, 2, 1, 1 };
	u8 no_length[] = { FIXED(6), 1, 1, 1, 68 };
	const u8 good[] = { FIXED(6), 68, 4, 5, 0 };
	u8 header[sizeof(good)];

	assert_int_equal(zero(seki_ah_zero_mutable_v4, two_routes, sizeof(two_routes)), -EINVAL);
	assert_int_equal(zero(seki_ah_zero_mutable_v4, uneven_route, sizeof(uneven_route)),
			 -EINVAL);
	assert_int_equal(zero(seki_ah_zero_mutable_v4, no_route, sizeof(no_route)), -EINVAL);
	assert_int_equal(zero(seki_ah_zero_mutable_v4, no_length, sizeof(no_length)), -EINVAL);
	/* the length is the header's, and no other */
	for (size_t len = 1; len < sizeof(good); len++) {
		memcpy(header, good, sizeof(good));
		assert_int_equal(zero(seki_ah_zero_mutable_v4, header, len), -EINVAL);
	}
	for (unsigned int length = 0; length < 256; length++) {
		memcpy(header, good, sizeof(good));
		header[21] = length;
		/* 2 and 3 leave an end of options, or one that has no length */
		assert_int_equal(zero(seki_ah_zero_mutable_v4, header, sizeof(good)),
				 length == 3 || length == 4 ? 0 : -EINVAL);
	}
	for (unsigned int first = 0; first < 256; first++) {
		memcpy(header, good, sizeof(good));
		header[0] = first;
		assert_int_equal(zero(seki_ah_zero_mutable_v4, header, sizeof(good)),
				 first == 0x46 ? 0 : -EINVAL);
	}
}

/* IPv6, one extension header of @len octets, and AH. */
static size_t v6(u8 *header, u8 kind, const u8 *extension, size_t len)
{
	memset(header, 0, 40);
	header[0] = 0x6a;
	header[1] = header[2] = header[3] = 0xff;
	header[6] = kind;
	header[7] = 64;
	header[8] = header[39] = 0x20;
	memcpy(header + 40, extension, len);
	return 40 + len;
}

static void routing_headers(void **state)
{
	for (unsigned int type = 0; type < 256; type++)
		for (unsigned int left = 0; left < 3; left++) {
			u8 routing[24] = { IPPROTO_AH, 2, type, left, [8] = 0xfd, [23] = 7 };
			bool known = type == 0 || type == 2;
			u8 header[64];

			v6(header, IPPROTO_ROUTING, routing, sizeof(routing));
			assert_int_equal(zero(seki_ah_zero_mutable_v6, header, sizeof(header)),
					 known && !left ? 0 : -EOPNOTSUPP);
			assert_memory_equal(header + 40, routing, sizeof(routing));
		}
}

static void options_behind_a_routing_header(void **state)
{
	const u8 chain[] = { IPPROTO_DSTOPTS, 0, 0,    0, 0, 0, 0, 0, /* routing */
			     IPPROTO_AH,      0, 0x3e, 4, 1, 2, 3, 4 };
	u8 header[40 + sizeof(chain)];

	v6(header, IPPROTO_ROUTING, chain, sizeof(chain));
	assert_int_equal(zero(seki_ah_zero_mutable_v6, header, sizeof(header)), 0);
	assert_memory_equal(header + 40, chain, 12);
	assert_memory_equal(header + 52, "\0\0\0", 4);
}

static void kinds_of_ipv6_options(void **state)
{
	static const u8 headers[] = { IPPROTO_HOPOPTS, IPPROTO_DSTOPTS };

	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		for (unsigned int kind = 1; kind < 256; kind++) {
			u8 options[8] = { IPPROTO_AH, 0, 0, kind, 3, 1, 2, 3 };
			u8 header[48];

			v6(header, headers[i], options, sizeof(options));
			assert_int_equal(zero(seki_ah_zero_mutable_v6, header, sizeof(header)), 0);
			if (kind & 0x20)
				memset(options + 5, 0, 3);
			assert_memory_equal(header + 40, options, sizeof(options));
			assert_int_equal(header[0], 0x60);
			assert_int_equal(header[1] | header[2] | header[3] | header[7], 0);
			assert_int_equal(header[8], 0x20);
			assert_int_equal(header[39], 0x20);
		}
}

static void malformed_ipv6(void **state)
{
	const u8 options[16] = { IPPROTO_AH, 1, 0x3e, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	u8 header[56];

	v6(header, IPPROTO_DSTOPTS, options, sizeof(options));
	for (size_t len = 1; len < sizeof(header); len++)
		assert_int_equal(zero(seki_ah_zero_mutable_v6, header, len), -EINVAL);
	assert_int_equal(zero(seki_ah_zero_mutable_v6, header, sizeof(header)), 0);

	for (unsigned int length = 0; length < 256; length++) {
		v6(header, IPPROTO_DSTOPTS, options, sizeof(options));
		header[40 + 1] = length;
		header[40 + 3] = 12;
		assert_int_equal(zero(seki_ah_zero_mutable_v6, header, sizeof(header)),
				 length == 1 ? 0 : -EINVAL);
	}
	for (unsigned int kind = 0; kind < 256; kind++) {
		v6(header, kind, options, sizeof(options));
		if (kind != IPPROTO_ROUTING)
			assert_int_equal(zero(seki_ah_zero_mutable_v6, header, sizeof(header)),
					 kind == IPPROTO_HOPOPTS || kind == IPPROTO_DSTOPTS ?
						 0 :
						 -EINVAL);
		/* and nothing but AH comes next */
		v6(header, IPPROTO_DSTOPTS, options, sizeof(options));
		header[40] = kind;
		assert_int_equal(zero(seki_ah_zero_mutable_v6, header, sizeof(header)),
				 kind == IPPROTO_AH ? 0 : -EINVAL);
	}
	for (unsigned int version = 0; version < 16; version++) {
		v6(header, IPPROTO_DSTOPTS, options, sizeof(options));
		header[0] = version << 4;
		assert_int_equal(zero(seki_ah_zero_mutable_v6, header, sizeof(header)),
				 version == 6 ? 0 : -EINVAL);
	}
}

/*
 * Good headers with damage: nothing outside of them is touched, and what comes
 * out, if something does, stays as it is when it comes again.
 */
static void random_damage(void **state)
{
	json_t *file = vectors_load("ah-mutable.json");
	struct buffer samples[200];
	uint64_t random = 4302;
	unsigned int good = 0;

	for (size_t i = 0; i < 200; i++)
		samples[i] = vector_get(json_array_get(json_object_get(file, i < 100 ? "v4" : "v6"),
						       i % 100),
					"header", 0);
	for (int round = 0; round < 200000; round++) {
		const struct buffer *sample = &samples[round % 200];
		zero_fn *fn = round % 200 < 100 ? seki_ah_zero_mutable_v4 : seki_ah_zero_mutable_v6;
		size_t len = sample->len;
		u8 *header;

		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		if (!(random >> 60))
			len = 1 + (random >> 32) % len;
		header = malloc(len);
		assert_non_null(header);
		memcpy(header, sample->data, len);
		for (int i = 0; i < 3; i++) {
			random = random * 6364136223846793005ULL + 1442695040888963407ULL;
			header[(random >> 32) % len] = random >> (random & 1 ? 56 : 60);
		}
		if (!fn(header, len)) {
			u8 *again = malloc(len);

			assert_non_null(again);
			memcpy(again, header, len);
			/* zeroed options read as the end of options */
			assert_int_equal(fn(again, len), 0);
			assert_memory_equal(again, header, 20);
			good++;
			free(again);
		}
		free(header);
	}
	assert_in_range(good, 10000, 190000);
	for (size_t i = 0; i < 200; i++)
		buffer_free(&samples[i]);
	json_decref(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a07_ipv4_known_answers),
		cmocka_unit_test(a07_ipv6_known_answers),
		cmocka_unit_test(kinds_of_ipv4_options),
		cmocka_unit_test(what_follows_the_end_stays),
		cmocka_unit_test(source_routes),
		cmocka_unit_test(malformed_ipv4),
		cmocka_unit_test(routing_headers),
		cmocka_unit_test(options_behind_a_routing_header),
		cmocka_unit_test(kinds_of_ipv6_options),
		cmocka_unit_test(malformed_ipv6),
		cmocka_unit_test(random_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

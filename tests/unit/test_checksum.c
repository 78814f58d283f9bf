// SPDX-License-Identifier: GPL-2.0-or-later
/* I12: Checksums of transport mode behind a NAT, against ones made anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <kshim.h>
#include "../../kmod/checksum.c"

static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_DCCP,
				IPPROTO_ICMPV6 };

static uint64_t seed = 1624;

static u32 next_random(void)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return seed >> 32;
}

/* Octets of a pseudo header and a segment, as RFC 1071 sums them. */
static u16 checksum(const void *addresses, size_t words, const u8 *segment, size_t len)
{
	const u8 *octets = addresses;
	u64 sum = 0;
	size_t i;

	for (i = 0; i < 4 * words; i += 2)
		sum += octets[i] << 8 | octets[i + 1];
	for (i = 0; i < len; i += 2)
		sum += segment[i] << 8 | segment[i + 1];
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	return ~sum & 0xffff;
}

/* In network byte order, as it stands in a packet. */
static __sum16 wire(u16 value)
{
	u8 octets[2] = { value >> 8, value & 0xff };
	__sum16 sum;

	memcpy(&sum, octets, sizeof(sum));
	return sum;
}

/* RFC 1624 section 4: 0xdd2f is in the header, 0x5555 becomes 0x3285. */
static void example_of_rfc_1624(void **state)
{
	static const u8 old_octets[] = { 0x55, 0x55, 0, 0 }, new_octets[] = { 0x32, 0x85, 0, 0 };
	__be32 old, new;

	(void)state;
	memcpy(&old, old_octets, sizeof(old));
	memcpy(&new, new_octets, sizeof(new));
	assert_int_equal(seki_checksum_repair(IPPROTO_TCP, wire(0xdd2f), &old, &new, 1),
			 wire(0x0000));
	assert_int_equal(seki_checksum_repair(IPPROTO_UDP, wire(0xdd2f), &old, &new, 1),
			 wire(0xffff));
}

/* Both addresses of IPv4 are two words, of IPv6 eight. */
static void like_one_made_anew(void **state)
{
	(void)state;
	for (int round = 0; round < 100000; round++) {
		__be32 old[8], new[8];
		unsigned int words = round % 2 ? 2 : 8;
		u8 proto = protocols[round % ARRAY_SIZE(protocols)];
		bool special = proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE;
		u16 was, want;
		u8 segment[8];

		for (unsigned int i = 0; i < words; i++) {
			old[i] = next_random();
			/* some words stay */
			new[i] = next_random() % 4 ? next_random() : old[i];
		}
		for (size_t i = 0; i < sizeof(segment); i++)
			segment[i] = next_random();
		was = checksum(old, words, segment, sizeof(segment));
		want = checksum(new, words, segment, sizeof(segment));
		if (special && !was)
			was = 0xffff;
		if (special && !want)
			want = 0xffff;
		assert_int_equal(seki_checksum_repair(proto, wire(was), old, new, words),
				 wire(want));
		assert_int_equal(seki_checksum_repair(proto, wire(want), new, old, words),
				 wire(was));
	}
}

/* Every sum there is, so that those next to 0 are among them. */
static void every_sum(void **state)
{
	(void)state;
	for (u32 word = 0; word <= 0xffff; word++) {
		u8 segment[2] = { word >> 8, word & 0xff };
		__be32 old = 0x01020304, new = 0xf1e2d3c4;
		u16 was = checksum(&old, 1, segment, 2), want = checksum(&new, 1, segment, 2);

		assert_int_equal(seki_checksum_repair(IPPROTO_TCP, wire(was), &old, &new, 1),
				 wire(want));
		if (was)
			assert_int_equal(seki_checksum_repair(IPPROTO_UDP, wire(was), &old, &new,
							      1),
					 wire(want ? want : 0xffff));
	}
}

static void a_wrong_one_stays_wrong(void **state)
{
	static const u8 segment[4] = { 1, 2, 3, 4 };
	__be32 old = 0x0a000001, new = 0xc0000201;
	u16 was = checksum(&old, 1, segment, 4), want = checksum(&new, 1, segment, 4);

	(void)state;
	for (u32 error = 1; error < 0xffff; error++)
		if (((was + error) & 0xffff) % 0xffff != was % 0xffff)
			assert_int_not_equal(seki_checksum_repair(IPPROTO_TCP, wire(was + error),
								  &old, &new, 1),
					     wire(want));
}

static void none_stays_none(void **state)
{
	__be32 old = 0x0a000001, new = 0xc0000201;

	(void)state;
	assert_int_equal(seki_checksum_repair(IPPROTO_UDP, 0, &old, &new, 1), 0);
	assert_int_equal(seki_checksum_repair(IPPROTO_UDPLITE, 0, &old, &new, 1), 0);
	assert_int_not_equal(seki_checksum_repair(IPPROTO_TCP, 0, &old, &new, 1), 0);
}

static void where_it_stands(void **state)
{
	unsigned int with = 0, offset = 0;

	(void)state;
	for (unsigned int proto = 0; proto < 256; proto++)
		with += seki_checksum_field(proto, &offset);
	assert_int_equal(with, ARRAY_SIZE(protocols));
	assert_true(seki_checksum_field(IPPROTO_TCP, &offset));
	assert_int_equal(offset, 16);
	assert_true(seki_checksum_field(IPPROTO_UDP, &offset));
	assert_int_equal(offset, 6);
	assert_true(seki_checksum_field(IPPROTO_UDPLITE, &offset));
	assert_int_equal(offset, 6);
	assert_true(seki_checksum_field(IPPROTO_DCCP, &offset));
	assert_int_equal(offset, 6);
	assert_true(seki_checksum_field(IPPROTO_ICMPV6, &offset));
	assert_int_equal(offset, 2);
	assert_false(seki_checksum_field(IPPROTO_SCTP, &offset));
	assert_false(seki_checksum_field(IPPROTO_ICMP, &offset));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_of_rfc_1624), cmocka_unit_test(like_one_made_anew),
		cmocka_unit_test(every_sum),	       cmocka_unit_test(a_wrong_one_stays_wrong),
		cmocka_unit_test(none_stays_none),     cmocka_unit_test(where_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

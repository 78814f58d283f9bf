// SPDX-License-Identifier: GPL-2.0-or-later
/* I15: The module's selectors, and what they see of a packet, fragments included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <kshim.h>
#include "../../kmod/selector.c"

static struct in6_addr v4(u8 a, u8 b, u8 c, u8 d)
{
	return (struct in6_addr){ .s6_addr = { a, b, c, d } };
}

static struct in6_addr v6(u8 first, u8 last)
{
	return (struct in6_addr){ .s6_addr = { [0] = 0x20, [1] = first, [15] = last } };
}

static struct seki_selector sample(void)
{
	return (struct seki_selector){
		.family = AF_INET,
		.proto = IPPROTO_TCP,
		.src_len = 24,
		.dst_len = 16,
		.src = v4(192, 0, 2, 0),
		.dst = v4(10, 1, 0, 0),
		.sport_hi = SEKI_PORT_MAX,
		.dport_lo = 80,
		.dport_hi = 90,
	};
}

static struct seki_packet_key sample_key(void)
{
	return (struct seki_packet_key){
		.family = AF_INET,
		.proto = IPPROTO_TCP,
		.ports_known = true,
		.src = v4(192, 0, 2, 7),
		.dst = v4(10, 1, 2, 3),
		.sport = 40000,
		.dport = 80,
	};
}

static void validity(void **state)
{
	struct seki_selector sel = sample();

	(void)state;
	assert_true(seki_selector_valid(&sel));
	sel.family = AF_UNIX;
	assert_false(seki_selector_valid(&sel));

	sel = sample();
	sel.src_len = 33;
	assert_false(seki_selector_valid(&sel));
	sel.family = AF_INET6;
	assert_true(seki_selector_valid(&sel));
	sel.dst_len = 129;
	assert_false(seki_selector_valid(&sel));

	/* each bit behind the prefix */
	for (unsigned int bit = 0; bit < 128; bit++) {
		sel = sample();
		sel.dst = v4(0, 0, 0, 0);
		sel.dst.s6_addr[bit / 8] = 0x80 >> bit % 8;
		assert_int_equal(seki_selector_valid(&sel), bit < 16);
		sel.family = AF_INET6;
		for (unsigned int len = 0; len <= 128; len++) {
			sel.dst_len = len;
			assert_int_equal(seki_selector_valid(&sel), bit < len);
		}
	}

	sel = sample();
	sel.dport_lo = 91;
	assert_false(seki_selector_valid(&sel));
	sel = sample();
	sel.sport_lo = 1;
	sel.sport_hi = 0;
	assert_false(seki_selector_valid(&sel));
}

static void ports_need_a_protocol_that_has_them(void **state)
{
	struct seki_selector sel = sample();
	unsigned int with = 0;

	(void)state;
	for (unsigned int proto = 0; proto < 256; proto++) {
		sel.proto = proto;
		with += seki_selector_valid(&sel);
	}
	assert_int_equal(with, 7);
	sel.proto = IPPROTO_ESP;
	assert_false(seki_selector_valid(&sel));
	sel.dport_lo = 0;
	sel.dport_hi = SEKI_PORT_MAX;
	assert_true(seki_selector_valid(&sel));
	sel.proto = 0;
	assert_true(seki_selector_valid(&sel));
	sel.sport_lo = 1;
	assert_false(seki_selector_valid(&sel));
}

static void edges_of_ports(void **state)
{
	struct seki_selector sel = sample();
	struct seki_packet_key key = sample_key();

	(void)state;
	sel.sport_lo = 1000;
	sel.sport_hi = 1000;
	for (unsigned int port = 0; port <= SEKI_PORT_MAX; port++) {
		key.sport = 1000;
		key.dport = port;
		assert_int_equal(seki_selector_match(&sel, &key), port >= 80 && port <= 90);
		key.sport = port;
		key.dport = 85;
		assert_int_equal(seki_selector_match(&sel, &key), port == 1000);
	}
}

static void each_bit_of_an_address(void **state)
{
	struct seki_selector sel = { .family = AF_INET6,
				     .sport_hi = SEKI_PORT_MAX,
				     .dport_hi = SEKI_PORT_MAX };

	(void)state;
	for (unsigned int len = 0; len <= 128; len++) {
		for (unsigned int bit = 0; bit < 128; bit++) {
			struct seki_packet_key key = { .family = AF_INET6 };

			sel.src_len = len;
			sel.dst_len = 0;
			key.src.s6_addr[bit / 8] = 0x80 >> bit % 8;
			assert_int_equal(seki_selector_match(&sel, &key), bit >= len);
			sel.src_len = 0;
			sel.dst_len = len;
			assert_int_equal(seki_selector_match(&sel, &key), SEKI_MATCH_YES);
			key.dst = key.src;
			assert_int_equal(seki_selector_match(&sel, &key), bit >= len);
		}
	}
}

static void family_and_protocol(void **state)
{
	struct seki_selector any = { .family = AF_INET,
				     .sport_hi = SEKI_PORT_MAX,
				     .dport_hi = SEKI_PORT_MAX };
	struct seki_selector sel = sample();
	struct seki_packet_key key = sample_key();

	(void)state;
	assert_int_equal(seki_selector_match(&sel, &key), SEKI_MATCH_YES);
	assert_int_equal(seki_selector_match(&any, &key), SEKI_MATCH_YES);
	key.proto = IPPROTO_UDP;
	assert_int_equal(seki_selector_match(&sel, &key), SEKI_MATCH_NO);
	assert_int_equal(seki_selector_match(&any, &key), SEKI_MATCH_YES);
	key = sample_key();
	key.family = AF_INET6;
	assert_int_equal(seki_selector_match(&sel, &key), SEKI_MATCH_NO);
	assert_int_equal(seki_selector_match(&any, &key), SEKI_MATCH_NO);
}

static void i15_ports_of_another_fragment(void **state)
{
	struct seki_selector sel = sample();
	struct seki_packet_key key = sample_key();

	(void)state;
	key.ports_known = false;
	key.non_first_fragment = true;
	assert_int_equal(seki_selector_match(&sel, &key), SEKI_MATCH_UNKNOWN);
	/* what is seen decides where it can */
	key.dst = v4(10, 2, 0, 1);
	assert_int_equal(seki_selector_match(&sel, &key), SEKI_MATCH_NO);
	key = sample_key();
	key.ports_known = false;
	key.proto = IPPROTO_UDP;
	assert_int_equal(seki_selector_match(&sel, &key), SEKI_MATCH_NO);
	/* no ports asked for, none needed */
	key.proto = IPPROTO_TCP;
	sel.dport_lo = 0;
	sel.dport_hi = SEKI_PORT_MAX;
	assert_int_equal(seki_selector_match(&sel, &key), SEKI_MATCH_YES);
}

static void i15_protocol_of_another_fragment(void **state)
{
	struct seki_selector sel = { .family = AF_INET6,
				     .proto = IPPROTO_UDP,
				     .sport_hi = SEKI_PORT_MAX,
				     .dport_hi = SEKI_PORT_MAX };
	struct seki_packet_key key = { .family = AF_INET6, .non_first_fragment = true };

	(void)state;
	key.proto = IPPROTO_DSTOPTS;
	assert_int_equal(seki_selector_match(&sel, &key), SEKI_MATCH_UNKNOWN);
	key.proto = IPPROTO_UDP;
	assert_int_equal(seki_selector_match(&sel, &key), SEKI_MATCH_YES);
	key.proto = IPPROTO_TCP;
	assert_int_equal(seki_selector_match(&sel, &key), SEKI_MATCH_NO);
	sel.proto = 0;
	key.proto = IPPROTO_DSTOPTS;
	assert_int_equal(seki_selector_match(&sel, &key), SEKI_MATCH_YES);
}

static void reversing(void **state)
{
	struct seki_packet_key key = sample_key(), was = sample_key();

	(void)state;
	seki_selector_reverse(&key);
	assert_memory_equal(&key.src, &was.dst, sizeof(key.src));
	assert_memory_equal(&key.dst, &was.src, sizeof(key.dst));
	assert_int_equal(key.sport, 80);
	assert_int_equal(key.dport, 40000);
	assert_int_equal(key.proto, IPPROTO_TCP);
	assert_true(key.ports_known);
}

/* A packet in a buffer of exactly its length. */
static int parse(struct seki_packet_key *key, const u8 *octets, size_t len)
{
	u8 *packet = malloc(len);
	int err;

	assert_non_null(packet);
	memcpy(packet, octets, len);
	err = seki_packet_key_parse(key, packet, len);
	free(packet);
	return err;
}

#define V4(length, fragment, proto) \
	0x45, 0, 0, length, 0, 0, (fragment) >> 8, (fragment)&0xff, 64, proto, 0, 0, 192, 0, 2, 1, \
		198, 51, 100, 2

static void ipv4_packets(void **state)
{
	static const u8 tcp[] = { V4(24, 0x4000, IPPROTO_TCP), 0x12, 0x34, 0, 80 };
	static const u8 icmp[] = { V4(22, 0, IPPROTO_ICMP), 3, 4 };
	static const u8 first[] = { V4(24, 0x2000, IPPROTO_UDP), 0, 53, 0xff, 0xff };
	static const u8 later[] = { V4(24, 0x2001, IPPROTO_UDP), 0, 53, 0xff, 0xff };
	static const u8 last[] = { V4(24, 0x1fff, IPPROTO_UDP), 0, 53, 0xff, 0xff };
	static const u8 tiny[] = { V4(23, 0x2000, IPPROTO_TCP), 0x12, 0x34, 0 };
	static const u8 padded[] = { V4(20, 0, IPPROTO_UDP), 1, 2, 3, 4 };
	static const u8 esp[] = { V4(28, 0, IPPROTO_ESP), 1, 2, 3, 4, 5, 6, 7, 8 };
	static const u8 big[] = { V4(0, 0, IPPROTO_TCP), 0, 1, 0, 2 };
	struct seki_packet_key key;
	struct in6_addr src = v4(192, 0, 2, 1), dst = v4(198, 51, 100, 2);

	(void)state;
	assert_int_equal(parse(&key, tcp, sizeof(tcp)), 0);
	assert_int_equal(key.family, AF_INET);
	assert_int_equal(key.proto, IPPROTO_TCP);
	assert_memory_equal(&key.src, &src, sizeof(src));
	assert_memory_equal(&key.dst, &dst, sizeof(dst));
	assert_true(key.ports_known);
	assert_false(key.non_first_fragment);
	assert_int_equal(key.sport, 0x1234);
	assert_int_equal(key.dport, 80);

	assert_int_equal(parse(&key, icmp, sizeof(icmp)), 0);
	assert_true(key.ports_known);
	assert_int_equal(key.sport, 0x0304);
	assert_int_equal(key.dport, 0x0304);

	assert_int_equal(parse(&key, first, sizeof(first)), 0);
	assert_true(key.ports_known);
	assert_false(key.non_first_fragment);
	assert_int_equal(parse(&key, later, sizeof(later)), 0);
	assert_false(key.ports_known);
	assert_true(key.non_first_fragment);
	assert_int_equal(parse(&key, last, sizeof(last)), 0);
	assert_true(key.non_first_fragment);
	assert_int_equal(key.proto, IPPROTO_UDP);

	/* ports cut off, or only what follows the packet */
	assert_int_equal(parse(&key, tiny, sizeof(tiny)), 0);
	assert_false(key.ports_known);
	assert_int_equal(parse(&key, padded, sizeof(padded)), 0);
	assert_false(key.ports_known);

	assert_int_equal(parse(&key, esp, sizeof(esp)), 0);
	assert_false(key.ports_known);
	assert_int_equal(key.proto, IPPROTO_ESP);
	assert_int_equal(parse(&key, big, sizeof(big)), 0);
	assert_true(key.ports_known);
}

static void ipv4_malformed(void **state)
{
	static const u8 good[] = { V4(24, 0, IPPROTO_TCP), 0x12, 0x34, 0, 80 };
	struct seki_packet_key key;
	u8 bad[sizeof(good)];

	(void)state;
	/* cut off in the header, or in the ports that the packet has */
	for (size_t len = 0; len < sizeof(good); len++)
		assert_int_equal(parse(&key, good, len), -EINVAL);
	/* options that are not there, of a protocol without ports */
	memcpy(bad, good, sizeof(bad));
	bad[0] = 0x46;
	bad[9] = IPPROTO_ESP;
	for (size_t len = 1; len <= sizeof(bad); len++)
		assert_int_equal(parse(&key, bad, len), len == sizeof(bad) ? 0 : -EINVAL);
	for (u8 ihl = 0; ihl < 16; ihl++) {
		memcpy(bad, good, sizeof(bad));
		bad[0] = 0x40 | ihl;
		/* six words are the whole packet, then it has no ports */
		assert_int_equal(parse(&key, bad, sizeof(bad)), ihl == 5 || ihl == 6 ? 0 : -EINVAL);
		assert_int_equal(key.ports_known, ihl == 5);
	}
	for (u8 version = 0; version < 16; version++) {
		memcpy(bad, good, sizeof(bad));
		bad[0] = version << 4 | 5;
		assert_int_equal(parse(&key, bad, sizeof(bad)), version == 4 ? 0 : -EINVAL);
	}
	memcpy(bad, good, sizeof(bad));
	bad[3] = 19;
	assert_int_equal(parse(&key, bad, sizeof(bad)), -EINVAL);
}

/* An IPv6 packet grows header by header. */
struct v6_packet {
	u8 octets[400];
	size_t len;
	size_t next; /* where the next header's kind goes */
};

static struct v6_packet v6_begin(void)
{
	struct v6_packet packet = { .octets = { 0x60 }, .len = 40, .next = 6 };
	struct in6_addr src = v6(1, 1), dst = v6(2, 2);

	packet.octets[7] = 64;
	memcpy(packet.octets + 8, &src, 16);
	memcpy(packet.octets + 24, &dst, 16);
	return packet;
}

static u8 *v6_add(struct v6_packet *packet, u8 kind, size_t len)
{
	u8 *header = packet->octets + packet->len;

	assert_true(packet->len + len <= sizeof(packet->octets));
	packet->octets[packet->next] = kind;
	packet->next = packet->len;
	packet->len += len;
	packet->octets[4] = (packet->len - 40) >> 8;
	packet->octets[5] = (packet->len - 40) & 0xff;
	return header;
}

static void v6_ports(struct v6_packet *packet, u8 kind)
{
	static const u8 ports[] = { 0x11, 0x22, 0x33, 0x44 };

	memcpy(v6_add(packet, kind, sizeof(ports)), ports, sizeof(ports));
}

static void v6_fragment(struct v6_packet *packet, u16 offset)
{
	u8 *header = v6_add(packet, IPPROTO_FRAGMENT, 8);

	header[2] = offset >> 8;
	header[3] = offset & 0xff;
}

static void ipv6_packets(void **state)
{
	struct v6_packet packet = v6_begin();
	struct in6_addr src = v6(1, 1), dst = v6(2, 2);
	struct seki_packet_key key;

	(void)state;
	v6_ports(&packet, IPPROTO_UDP);
	assert_int_equal(parse(&key, packet.octets, packet.len), 0);
	assert_int_equal(key.family, AF_INET6);
	assert_int_equal(key.proto, IPPROTO_UDP);
	assert_memory_equal(&key.src, &src, sizeof(src));
	assert_memory_equal(&key.dst, &dst, sizeof(dst));
	assert_true(key.ports_known);
	assert_int_equal(key.sport, 0x1122);
	assert_int_equal(key.dport, 0x3344);

	packet = v6_begin();
	v6_ports(&packet, IPPROTO_ICMPV6);
	assert_int_equal(parse(&key, packet.octets, packet.len), 0);
	assert_int_equal(key.sport, 0x1122);
	assert_int_equal(key.dport, 0x1122);

	packet = v6_begin();
	v6_add(&packet, IPPROTO_NONE, 0);
	assert_int_equal(parse(&key, packet.octets, packet.len), 0);
	assert_int_equal(key.proto, IPPROTO_NONE);
	assert_false(key.ports_known);

	/* A GSO packet's length does not fit its field. */
	packet = v6_begin();
	v6_ports(&packet, IPPROTO_TCP);
	packet.octets[4] = packet.octets[5] = 0;
	assert_int_equal(parse(&key, packet.octets, packet.len), 0);
	assert_true(key.ports_known);
}

static void ipv6_extension_headers(void **state)
{
	struct v6_packet packet = v6_begin();
	struct seki_packet_key key;

	(void)state;
	v6_add(&packet, IPPROTO_HOPOPTS, 8);
	v6_add(&packet, IPPROTO_DSTOPTS, 16)[1] = 1;
	v6_add(&packet, IPPROTO_ROUTING, 24)[1] = 2;
	v6_fragment(&packet, 1);
	v6_add(&packet, IPPROTO_DSTOPTS, 8);
	v6_ports(&packet, IPPROTO_TCP);
	assert_int_equal(parse(&key, packet.octets, packet.len), 0);
	assert_int_equal(key.proto, IPPROTO_TCP);
	assert_true(key.ports_known);
	assert_false(key.non_first_fragment);
	assert_int_equal(key.sport, 0x1122);
	/* cut off anywhere */
	for (size_t len = 0; len < packet.len; len++)
		assert_int_equal(parse(&key, packet.octets, len), -EINVAL);
	/* the packet's own length cuts the ports off, or a header */
	packet.octets[5] -= 4;
	assert_int_equal(parse(&key, packet.octets, packet.len), 0);
	assert_false(key.ports_known);
	packet.octets[5]--;
	assert_int_equal(parse(&key, packet.octets, packet.len), -EINVAL);

	/* hop-by-hop options stand first only */
	packet = v6_begin();
	v6_add(&packet, IPPROTO_DSTOPTS, 8);
	v6_add(&packet, IPPROTO_HOPOPTS, 8);
	v6_ports(&packet, IPPROTO_TCP);
	assert_int_equal(parse(&key, packet.octets, packet.len), -EINVAL);
}

static void i15_ipv6_fragments(void **state)
{
	struct v6_packet packet = v6_begin();
	struct seki_packet_key key;

	(void)state;
	v6_fragment(&packet, 8);
	v6_ports(&packet, IPPROTO_UDP);
	assert_int_equal(parse(&key, packet.octets, packet.len), 0);
	assert_true(key.non_first_fragment);
	assert_false(key.ports_known);
	assert_int_equal(key.proto, IPPROTO_UDP);

	/* what looks like a header is the middle of the payload */
	packet = v6_begin();
	v6_fragment(&packet, 0xfff9);
	v6_add(&packet, IPPROTO_DSTOPTS, 4)[1] = 0xff;
	assert_int_equal(parse(&key, packet.octets, packet.len), 0);
	assert_true(key.non_first_fragment);
	assert_int_equal(key.proto, IPPROTO_DSTOPTS);
}

static void a_chain_has_an_end(void **state)
{
	struct v6_packet packet = v6_begin();
	struct seki_packet_key key;

	(void)state;
	while (packet.len < SEKI_PACKET_KEY_SPAN - 8)
		v6_add(&packet, IPPROTO_DSTOPTS, 8);
	v6_ports(&packet, IPPROTO_TCP);
	v6_add(&packet, 0, 100);
	packet.octets[packet.next] = 0;
	assert_int_equal(parse(&key, packet.octets, packet.len), 0);
	assert_true(key.ports_known);

	packet = v6_begin();
	while (packet.len < SEKI_PACKET_KEY_SPAN)
		v6_add(&packet, IPPROTO_DSTOPTS, 8);
	v6_ports(&packet, IPPROTO_TCP);
	assert_int_equal(parse(&key, packet.octets, packet.len), -EINVAL);
}

/* Whatever comes: nothing beyond the buffer, and an answer that makes sense. */
static void random_octets(void **state)
{
	static const u8 kinds[] = { IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT,
				    IPPROTO_DSTOPTS, IPPROTO_TCP,     IPPROTO_ICMPV6,
				    IPPROTO_ICMP,    IPPROTO_UDP,     IPPROTO_AH };
	unsigned int good = 0, ports = 0;
	uint64_t random = 20250807;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		struct seki_packet_key key;
		size_t len, i;
		u8 *packet;

		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		len = 1 + (random >> 33) % (random >> 63 ? 320 : 96);
		packet = malloc(len);
		assert_non_null(packet);
		for (i = 0; i < len; i++) {
			random = random * 6364136223846793005ULL + 1442695040888963407ULL;
			packet[i] = random >> 56;
			/* mostly small numbers, so that headers get along with each other */
			if ((random >> 40) % 4)
				packet[i] = i % 8 ? packet[i] % 3 :
						    kinds[packet[i] % ARRAY_SIZE(kinds)];
		}
		packet[0] = (random & 0x100) ? 0x45 + (random >> 50) % 2 : 0x60;
		if (len > 9)
			packet[packet[0] == 0x60 ? 6 : 9] =
				kinds[(random >> 20) % ARRAY_SIZE(kinds)];
		if (len > 5 && (random >> 16) % 4) {
			packet[packet[0] == 0x60 ? 4 : 2] = len >> 8;
			packet[packet[0] == 0x60 ? 5 : 3] = len & 0xff;
		}
		if (!seki_packet_key_parse(&key, packet, len)) {
			good++;
			ports += key.ports_known;
			assert_true(key.family == AF_INET || key.family == AF_INET6);
			assert_false(key.ports_known && key.non_first_fragment);
			assert_true(key.ports_known || (!key.sport && !key.dport));
		}
		free(packet);
	}
	/* neither all refused nor all without ports */
	assert_in_range(good, 10000, 190000);
	assert_in_range(ports, 1000, good - 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(validity),
		cmocka_unit_test(ports_need_a_protocol_that_has_them),
		cmocka_unit_test(edges_of_ports),
		cmocka_unit_test(each_bit_of_an_address),
		cmocka_unit_test(family_and_protocol),
		cmocka_unit_test(i15_ports_of_another_fragment),
		cmocka_unit_test(i15_protocol_of_another_fragment),
		cmocka_unit_test(reversing),
		cmocka_unit_test(ipv4_packets),
		cmocka_unit_test(ipv4_malformed),
		cmocka_unit_test(ipv6_packets),
		cmocka_unit_test(ipv6_extension_headers),
		cmocka_unit_test(i15_ipv6_fragments),
		cmocka_unit_test(a_chain_has_an_end),
		cmocka_unit_test(random_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

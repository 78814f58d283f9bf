// SPDX-License-Identifier: GPL-2.0-only
/*
 * Selectors of crypto maps (RFC 4301 section 4.4.1.1), and what they look at in
 * a packet.
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "selector.h"

#include <compat/unaligned.h>

#define IPV4_HEADER_MIN	20
#define IPV6_HEADER	40
#define FRAGMENT_HEADER	8

static bool has_ports(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return true;
	default:
		return false;
	}
}

static bool any_port(u16 lo, u16 hi)
{
	return !lo && hi == SEKI_PORT_MAX;
}

static bool wants_ports(const struct seki_selector *sel)
{
	return !any_port(sel->sport_lo, sel->sport_hi) || !any_port(sel->dport_lo, sel->dport_hi);
}

/* The bits of byte @i that a prefix of @len bits covers. */
static u8 mask(unsigned int i, unsigned int len)
{
	if (len >= 8 * i + 8)
		return 0xff;
	return len > 8 * i ? 0xff << (8 * i + 8 - len) : 0;
}

static bool prefix_valid(const struct in6_addr *addr, unsigned int len, unsigned int len_max)
{
	unsigned int i;

	for (i = 0; i < sizeof(*addr); i++)
		if (addr->s6_addr[i] & ~mask(i, len))
			return false;
	return len <= len_max;
}

static bool in_prefix(const struct in6_addr *addr, const struct in6_addr *prefix, unsigned int len)
{
	unsigned int whole = len / 8;

	if (memcmp(addr, prefix, whole))
		return false;
	return !(len % 8) ||
	       !((addr->s6_addr[whole] ^ prefix->s6_addr[whole]) & mask(whole, len));
}

/**
 * seki_selector_valid - check a selector that somebody wrote
 * @sel: selector
 *
 * Return: true if prefixes fit the family and have no bits set behind them,
 * port ranges are not empty, and the protocol has ports if they matter.
 */
bool seki_selector_valid(const struct seki_selector *sel)
{
	unsigned int len_max;

	switch (sel->family) {
	case AF_INET:
		len_max = 32;
		break;
	case AF_INET6:
		len_max = 128;
		break;
	default:
		return false;
	}
	if (!prefix_valid(&sel->src, sel->src_len, len_max) ||
	    !prefix_valid(&sel->dst, sel->dst_len, len_max))
		return false;
	if (sel->sport_lo > sel->sport_hi || sel->dport_lo > sel->dport_hi)
		return false;
	return has_ports(sel->proto) || !wants_ports(sel);
}

/*
 * Extension headers in the fragmentable part hide the protocol from all
 * fragments but the first.
 */
static bool proto_known(const struct seki_packet_key *key)
{
	if (key->family != AF_INET6 || !key->non_first_fragment)
		return true;
	switch (key->proto) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
	case IPPROTO_DSTOPTS:
		return false;
	default:
		return true;
	}
}

/**
 * seki_selector_match - compare a packet with a selector
 * @sel: valid selector
 * @key: of the packet, reversed if it comes from the other end
 *
 * Return: SEKI_MATCH_UNKNOWN if all that can be seen matches, but ports (or the
 * protocol, see struct seki_packet_key) matter and cannot be seen.
 */
enum seki_match seki_selector_match(const struct seki_selector *sel,
				    const struct seki_packet_key *key)
{
	if (sel->family != key->family ||
	    !in_prefix(&key->src, &sel->src, sel->src_len) ||
	    !in_prefix(&key->dst, &sel->dst, sel->dst_len))
		return SEKI_MATCH_NO;

	if (!sel->proto)
		return SEKI_MATCH_YES;
	if (!proto_known(key))
		return SEKI_MATCH_UNKNOWN;
	if (sel->proto != key->proto)
		return SEKI_MATCH_NO;

	if (!wants_ports(sel))
		return SEKI_MATCH_YES;
	if (!key->ports_known)
		return SEKI_MATCH_UNKNOWN;
	if (key->sport < sel->sport_lo || key->sport > sel->sport_hi ||
	    key->dport < sel->dport_lo || key->dport > sel->dport_hi)
		return SEKI_MATCH_NO;
	return SEKI_MATCH_YES;
}

/**
 * seki_selector_reverse - see a packet from the other end
 * @key: source and destination change places
 *
 * Selectors are written for packets that go out.
 */
void seki_selector_reverse(struct seki_packet_key *key)
{
	swap(key->src, key->dst);
	swap(key->sport, key->dport);
}

/*
 * @end is where the packet says that it ends, @len what there is of it; no more
 * than SEKI_PACKET_KEY_SPAN.
 */
static int parse_ports(struct seki_packet_key *key, const u8 *packet, unsigned int offset,
		       unsigned int len, unsigned int end)
{
	bool icmp = key->proto == IPPROTO_ICMP || key->proto == IPPROTO_ICMPV6;
	unsigned int need = offset + (icmp ? 2 : 4);

	if (!has_ports(key->proto) || need > end)
		return 0;
	if (need > len)
		return -EINVAL;
	key->sport = get_unaligned_be16(packet + offset);
	key->dport = icmp ? key->sport : get_unaligned_be16(packet + offset + 2);
	key->ports_known = true;
	return 0;
}

static int parse_v4(struct seki_packet_key *key, const u8 *packet, unsigned int len)
{
	unsigned int header, end;

	if (len < IPV4_HEADER_MIN)
		return -EINVAL;
	header = (packet[0] & 0x0f) * 4;
	/* 0: too long for the field, which only a GSO packet can be */
	end = get_unaligned_be16(packet + 2) ?: len;
	if (header < IPV4_HEADER_MIN || header > len || header > end)
		return -EINVAL;

	key->family = AF_INET;
	key->proto = packet[9];
	memcpy(&key->src, packet + 12, 4);
	memcpy(&key->dst, packet + 16, 4);
	key->non_first_fragment = get_unaligned_be16(packet + 6) & 0x1fff;
	return key->non_first_fragment ? 0 : parse_ports(key, packet, header, len, end);
}

static int parse_v6(struct seki_packet_key *key, const u8 *packet, unsigned int len)
{
	unsigned int offset = IPV6_HEADER, end, header;

	if (len < IPV6_HEADER)
		return -EINVAL;
	/* 0: a jumbogram (RFC 2675) or a GSO packet */
	end = get_unaligned_be16(packet + 4);
	end = end ? IPV6_HEADER + end : len;

	key->family = AF_INET6;
	key->proto = packet[6];
	memcpy(&key->src, packet + 8, sizeof(key->src));
	memcpy(&key->dst, packet + 24, sizeof(key->dst));

	for (;; offset += header) {
		switch (key->proto) {
		case IPPROTO_HOPOPTS:
			/* RFC 8200 section 4.1: nowhere else */
			if (offset != IPV6_HEADER)
				return -EINVAL;
			fallthrough;
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			if (offset + 2 > len)
				return -EINVAL;
			header = (packet[offset + 1] + 1) * 8;
			break;
		case IPPROTO_FRAGMENT:
			header = FRAGMENT_HEADER;
			break;
		default:
			return parse_ports(key, packet, offset, len, end);
		}
		if (offset + header > len || offset + header > end)
			return -EINVAL;
		if (key->proto == IPPROTO_FRAGMENT)
			key->non_first_fragment = get_unaligned_be16(packet + offset + 2) & 0xfff8;
		key->proto = packet[offset];
		if (key->non_first_fragment)
			return 0;
	}
}

/**
 * seki_packet_key_parse - find what selectors look at
 * @key: filled in
 * @packet: IPv4 or IPv6 header and what follows
 * @len: bytes of it that can be read: the whole packet, or at least
 *	SEKI_PACKET_KEY_SPAN
 *
 * Return: 0, or -EINVAL if headers are malformed, cut off, or too many.
 */
int seki_packet_key_parse(struct seki_packet_key *key, const u8 *packet, unsigned int len)
{
	len = min_t(unsigned int, len, SEKI_PACKET_KEY_SPAN);
	memset(key, 0, sizeof(*key));
	if (!len)
		return -EINVAL;
	switch (packet[0] >> 4) {
	case 4:
		return parse_v4(key, packet, len);
	case 6:
		return parse_v6(key, packet, len);
	default:
		return -EINVAL;
	}
}

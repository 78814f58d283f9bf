// SPDX-License-Identifier: GPL-2.0-only
/*
 * What routers may change in the headers in front of AH (RFC 4302 section
 * 3.3.3.1 and appendix A): it is zero, or what it will be at the receiver, when
 * the ICV is computed.  The functions work on a copy of the headers.
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "ah_mutable.h"

#define IPV4_HEADER_MIN	20
#define IPV4_ADDR	4
#define IPV6_HEADER	40

/* IPv4 options: copied flag, class and number (RFC 4302 appendix A1). */
enum {
	OPT_END = 0,
	OPT_NOP = 1,
	OPT_SECURITY = 130,
	OPT_LOOSE_ROUTE = 131,
	OPT_EXT_SECURITY = 133,
	OPT_CIPSO = 134,
	OPT_STRICT_ROUTE = 137,
	OPT_ROUTER_ALERT = 148,
	OPT_MULTI_DESTINATION = 149,
};

/* IPv6 options (RFC 8200 section 4.2). */
#define OPT6_PAD1	0
#define OPT6_MUTABLE	0x20

/*
 * A route (RFC 791 section 3.1): kind, length, pointer that counts from 1, and
 * addresses.  Until the pointer is past the last one, that is where the packet
 * goes to in the end.
 */
static int follow_route(u8 *header, const u8 *option, unsigned int len)
{
	unsigned int pointer;

	if (len < 3 || (len - 3) % IPV4_ADDR)
		return -EINVAL;
	pointer = option[2];
	if (pointer < 4)
		return -EINVAL;
	if (pointer > len)
		return 0;
	if ((pointer - 4) % IPV4_ADDR)
		return -EINVAL;
	memcpy(header + 16, option + len - IPV4_ADDR, IPV4_ADDR);
	return 0;
}

/**
 * seki_ah_zero_mutable_v4 - make an IPv4 header what AH authenticates
 * @header: copy of the header with its options
 * @len: its length
 *
 * Options that are not known to be immutable are zero from kind to end.  What
 * follows the end of the options stays.
 *
 * Return: 0, or -EINVAL if @len is not the header's length or an option is
 * malformed.
 */
int seki_ah_zero_mutable_v4(u8 *header, unsigned int len)
{
	unsigned int offset, size;
	bool routed = false;

	if (len < IPV4_HEADER_MIN || header[0] >> 4 != 4 || (header[0] & 0x0f) * 4 != len)
		return -EINVAL;
	header[1] = 0;			/* DSCP, ECN */
	memset(header + 6, 0, 3);	/* flags, fragment offset, TTL */
	memset(header + 10, 0, 2);	/* checksum */

	for (offset = IPV4_HEADER_MIN; offset < len; offset += size) {
		u8 *option = header + offset;

		if (option[0] == OPT_END)
			return 0;
		if (option[0] == OPT_NOP) {
			size = 1;
			continue;
		}
		if (len - offset < 2)
			return -EINVAL;
		size = option[1];
		if (size < 2 || size > len - offset)
			return -EINVAL;

		switch (option[0]) {
		case OPT_SECURITY:
		case OPT_EXT_SECURITY:
		case OPT_CIPSO:
		case OPT_ROUTER_ALERT:
		case OPT_MULTI_DESTINATION:
			break;
		case OPT_LOOSE_ROUTE:
		case OPT_STRICT_ROUTE:
			/* RFC 1122 section 3.2.1.8: one of them, once */
			if (routed || follow_route(header, option, size))
				return -EINVAL;
			routed = true;
			fallthrough;
		default:
			memset(option, 0, size);
		}
	}
	return 0;
}

static int zero_options_v6(u8 *header, unsigned int len)
{
	unsigned int offset, size;

	for (offset = 2; offset < len; offset += size) {
		u8 *option = header + offset;

		if (option[0] == OPT6_PAD1) {
			size = 1;
			continue;
		}
		if (len - offset < 2)
			return -EINVAL;
		size = 2 + option[1];
		if (size > len - offset)
			return -EINVAL;
		if (option[0] & OPT6_MUTABLE)
			memset(option + 2, 0, size - 2);
	}
	return 0;
}

/* As it is at the receiver: where it says more, addresses would have to move. */
static int check_routing(const u8 *header)
{
	u8 type = header[2], segments_left = header[3];

	if ((type != IPV6_SRCRT_TYPE_0 && type != IPV6_SRCRT_TYPE_2) || segments_left)
		return -EOPNOTSUPP;
	return 0;
}

/**
 * seki_ah_zero_mutable_v6 - make IPv6 headers what AH authenticates
 * @header: copy of the headers from the IPv6 header to in front of AH
 * @len: their length
 *
 * Return: 0; -EOPNOTSUPP for a routing header that is not used up, or not of
 * type 0 or 2; -EINVAL for malformed headers, for others than hop-by-hop and
 * destination options and routing, and if they do not lead to AH after @len.
 */
int seki_ah_zero_mutable_v6(u8 *header, unsigned int len)
{
	unsigned int offset, size;
	u8 kind;
	int err;

	if (len < IPV6_HEADER || header[0] >> 4 != 6)
		return -EINVAL;
	header[0] = 0x60;
	memset(header + 1, 0, 3);	/* traffic class, flow label */
	header[7] = 0;			/* hop limit */

	kind = header[6];
	for (offset = IPV6_HEADER; offset < len; offset += size) {
		u8 *next = header + offset;

		if (len - offset < 8)
			return -EINVAL;
		size = (next[1] + 1) * 8;
		if (size > len - offset)
			return -EINVAL;
		switch (kind) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_DSTOPTS:
			err = zero_options_v6(next, size);
			break;
		case IPPROTO_ROUTING:
			err = check_routing(next);
			break;
		default:
			err = -EINVAL;
		}
		if (err)
			return err;
		kind = next[0];
	}
	return kind == IPPROTO_AH ? 0 : -EINVAL;
}

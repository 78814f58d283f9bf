// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checksums of transport mode behind a NAT (RFC 3948 section 3.1.2): they were
 * made with the addresses that the peer knows, which are not those that arrive.
 */
#include <linux/in.h>
#include <linux/in6.h>

#include "checksum.h"

/* A sum of 0 is sent as 0xffff (RFC 768, RFC 3828 section 3.1). */
static bool zero_is_special(u8 proto)
{
	return proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE;
}

/**
 * seki_checksum_repair - follow a change of addresses
 * @proto: transport protocol
 * @check: checksum of its header
 * @old: addresses that @check was made with
 * @new: addresses that it shall be good for
 * @words: length of @old and of @new, a handful of 32-bit words
 *
 * RFC 1624 equation 3.  A checksum that was wrong stays wrong.
 *
 * UDP without a checksum goes on without one, and a result that would say so
 * is written the other way: callers need not look at either.
 *
 * Return: new checksum.
 */
__sum16 seki_checksum_repair(u8 proto, __sum16 check, const __be32 *old, const __be32 *new,
			     unsigned int words)
{
	u32 sum = (u16)~(__force u16)check;
	unsigned int i;

	if (!check && zero_is_special(proto))
		return check;
	for (i = 0; i < words; i++) {
		u32 out = ~(__force u32)old[i], in = (__force u32)new[i];

		sum += (out >> 16) + (out & 0xffff) + (in >> 16) + (in & 0xffff);
	}
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	sum ^= 0xffff;
	if (!sum && zero_is_special(proto))
		sum = 0xffff;
	return (__force __sum16)sum;
}

/**
 * seki_checksum_field - find a checksum that covers addresses
 * @proto: transport protocol
 * @offset: set to where it stands in the transport header
 *
 * Return: false if the protocol has no checksum over a pseudo header, as ICMP
 * and SCTP have not.
 */
bool seki_checksum_field(u8 proto, unsigned int *offset)
{
	switch (proto) {
	case IPPROTO_TCP:
		*offset = 16;
		return true;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		*offset = 6;
		return true;
	case IPPROTO_ICMPV6:
		*offset = 2;
		return true;
	default:
		return false;
	}
}

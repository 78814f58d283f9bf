/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_ADDR_H
#define SEKI_ADDR_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/types.h>
#include <net/ipv6.h>

/**
 * struct seki_addr - an outer address
 * @family: AF_INET, AF_INET6, or 0 if there is none
 * @v6: all 16 bytes; those that an IPv4 address leaves are 0
 * @v4: address
 */
struct seki_addr {
	u32 family;
	union {
		struct in6_addr v6;	/* first: what an initializer leaves out is 0 */
		struct in_addr v4;
	};
};

static inline struct seki_addr seki_addr_v4(__be32 addr)
{
	struct seki_addr out = { .family = AF_INET };

	out.v4.s_addr = addr;
	return out;
}

static inline struct seki_addr seki_addr_v6(const struct in6_addr *addr)
{
	return (struct seki_addr){ .family = AF_INET6, .v6 = *addr };
}

static inline bool seki_addr_equal(const struct seki_addr *a, const struct seki_addr *b)
{
	if (a->family != b->family)
		return false;
	return likely(a->family == AF_INET) ? a->v4.s_addr == b->v4.s_addr :
					      ipv6_addr_equal(&a->v6, &b->v6);
}

/* May it be one end of an SA? */
static inline bool seki_addr_unicast(const struct seki_addr *addr)
{
	if (addr->family == AF_INET6)
		return !ipv6_addr_any(&addr->v6) && !ipv6_addr_is_multicast(&addr->v6);
	return addr->v4.s_addr && !ipv4_is_zeronet(addr->v4.s_addr) &&
	       !ipv4_is_multicast(addr->v4.s_addr) && !ipv4_is_lbcast(addr->v4.s_addr);
}

/* bytes of the address on the wire */
static inline unsigned int seki_addr_len(const struct seki_addr *addr)
{
	return addr->family == AF_INET6 ? sizeof(addr->v6) : sizeof(addr->v4);
}

#endif /* SEKI_ADDR_H */

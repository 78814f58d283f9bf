/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_BASE_ADDRESS_H
#define SEKI_BASE_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/bytes.h"

/** struct address - an IPv4 or IPv6 address; @family AF_UNSPEC means none */
struct address {
	sa_family_t family;
	uint8_t octets[16]; /* the first 4 for AF_INET, unused ones zero */
};

/** struct endpoint - an address and a UDP port in host order */
struct endpoint {
	struct address address;
	uint16_t port;
};

/** struct prefix - an address range by prefix length */
struct prefix {
	struct address address;
	uint8_t length;
};

/** enum family - an index into what there is once for IPv4 and once for IPv6 */
enum family { FAMILY_IPV4, FAMILY_IPV6, FAMILY_COUNT };

/* Room for any text of address_format(), endpoint_format(), prefix_format(). */
#define ADDRESS_TEXT 64

sa_family_t family_af(enum family family);
enum family address_family(const struct address *address); /* not of AF_UNSPEC */
const char *family_name(enum family family); /* "IPv4", "IPv6" */

struct address address_of_ipv4(uint32_t host_order);
uint32_t address_ipv4(const struct address *address); /* host order */
bool address_parse(const char *text, struct address *address);
const char *address_format(const struct address *address, char text[ADDRESS_TEXT]);
bool address_equal(const struct address *a, const struct address *b);
int address_compare(const struct address *a, const struct address *b); /* memcmp order */
/** address_distance() - how far @b is behind @a, both of one family; UINT64_MAX for that or more */
uint64_t address_distance(const struct address *a, const struct address *b);
/** address_plus() - the @offset-th address behind it, within its family */
struct address address_plus(const struct address *address, uint64_t offset);
bool address_is_any(const struct address *address); /* none, 0.0.0.0 or :: */
struct bytes address_bytes(const struct address *address); /* 4 or 16 octets */
bool address_from_bytes(struct bytes in, struct address *address); /* by length */

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);
/** endpoint_format() - A:P, [A]:P */
const char *endpoint_format(const struct endpoint *endpoint, char text[ADDRESS_TEXT]);
socklen_t endpoint_to_sockaddr(const struct endpoint *endpoint, struct sockaddr_storage *out);
bool endpoint_from_sockaddr(const struct sockaddr *in, struct endpoint *endpoint);

/** prefix_from_mask() - false when @mask (255.255.255.0) is not contiguous */
bool prefix_from_mask(const struct address *address, const struct address *mask,
		      struct prefix *prefix);
bool prefix_contains(const struct prefix *prefix, const struct address *address);
bool prefix_equal(const struct prefix *a, const struct prefix *b);
/** prefix_of_host() - the address alone */
struct prefix prefix_of_host(const struct address *address);
struct address prefix_mask(const struct prefix *prefix);
struct address prefix_first(const struct prefix *prefix); /* all host bits zero */
struct address prefix_last(const struct prefix *prefix); /* all host bits one */

#endif

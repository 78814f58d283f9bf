// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/address.h"

#include <arpa/inet.h>
#include <endian.h>
#include <stdio.h>
#include <string.h>

/* Octets of an address of @family, 0 for none. */
static size_t family_size(sa_family_t family)
{
	switch (family) {
	case AF_INET:
		return 4;
	case AF_INET6:
		return 16;
	default:
		return 0;
	}
}

sa_family_t family_af(enum family family)
{
	return family == FAMILY_IPV6 ? AF_INET6 : AF_INET;
}

enum family address_family(const struct address *address)
{
	return address->family == AF_INET6 ? FAMILY_IPV6 : FAMILY_IPV4;
}

const char *family_name(enum family family)
{
	return family == FAMILY_IPV6 ? "IPv6" : "IPv4";
}

struct address address_of_ipv4(uint32_t host_order)
{
	struct address address = { .family = AF_INET };

	host_order = htobe32(host_order);
	memcpy(address.octets, &host_order, sizeof(host_order));
	return address;
}

uint32_t address_ipv4(const struct address *address)
{
	uint32_t value;

	memcpy(&value, address->octets, sizeof(value));
	return be32toh(value);
}

bool address_parse(const char *text, struct address *address)
{
	struct address parsed = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	if (inet_pton(parsed.family, text, parsed.octets) != 1)
		return false;
	*address = parsed;
	return true;
}

const char *address_format(const struct address *address, char text[ADDRESS_TEXT])
{
	if (!family_size(address->family) ||
	    !inet_ntop(address->family, address->octets, text, ADDRESS_TEXT))
		snprintf(text, ADDRESS_TEXT, "none");
	return text;
}

int address_compare(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->octets, b->octets, family_size(a->family));
}

bool address_equal(const struct address *a, const struct address *b)
{
	return !address_compare(a, b);
}

uint64_t address_distance(const struct address *a, const struct address *b)
{
	uint64_t distance = 0;
	unsigned int borrow = 0;

	/* The lowest octet first; what does not fit is too far to be counted. */
	for (size_t i = 0; i < family_size(a->family); i++) {
		size_t at = family_size(a->family) - 1 - i;
		unsigned int octet = 0x100u + b->octets[at] - a->octets[at] - borrow;

		borrow = octet < 0x100;
		octet &= 0xff;
		if (i < 8)
			distance |= (uint64_t)octet << 8 * i;
		else if (octet)
			return UINT64_MAX;
	}
	return distance;
}

struct address address_plus(const struct address *address, uint64_t offset)
{
	struct address sum = *address;
	unsigned int carry = 0;

	for (size_t i = family_size(sum.family); i-- > 0; offset >>= 8) {
		carry += sum.octets[i] + (unsigned int)(offset & 0xff);
		sum.octets[i] = (uint8_t)carry;
		carry >>= 8;
	}
	return sum;
}

bool address_is_any(const struct address *address)
{
	struct address any = { .family = address->family };

	return address_equal(address, &any);
}

struct bytes address_bytes(const struct address *address)
{
	return bytes_of(address->octets, family_size(address->family));
}

bool address_from_bytes(struct bytes in, struct address *address)
{
	sa_family_t family = in.len == 4 ? AF_INET : AF_INET6;

	if (in.len != family_size(family))
		return false;
	*address = (struct address){ .family = family };
	memcpy(address->octets, in.data, in.len);
	return true;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && address_equal(&a->address, &b->address);
}

const char *endpoint_format(const struct endpoint *endpoint, char text[ADDRESS_TEXT])
{
	char address[ADDRESS_TEXT];

	address_format(&endpoint->address, address);
	if (endpoint->address.family == AF_INET6)
		snprintf(text, ADDRESS_TEXT, "[%.45s]:%u", address, endpoint->port);
	else
		snprintf(text, ADDRESS_TEXT, "%.45s:%u", address, endpoint->port);
	return text;
}

socklen_t endpoint_to_sockaddr(const struct endpoint *endpoint, struct sockaddr_storage *out)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
	struct sockaddr_in *in = (struct sockaddr_in *)out;

	memset(out, 0, sizeof(*out));
	out->ss_family = endpoint->address.family;
	switch (endpoint->address.family) {
	case AF_INET:
		in->sin_port = htobe16(endpoint->port);
		memcpy(&in->sin_addr, endpoint->address.octets, 4);
		return sizeof(*in);
	case AF_INET6:
		in6->sin6_port = htobe16(endpoint->port);
		memcpy(&in6->sin6_addr, endpoint->address.octets, 16);
		return sizeof(*in6);
	default:
		return 0;
	}
}

bool endpoint_from_sockaddr(const struct sockaddr *in, struct endpoint *endpoint)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)in;
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)in;

	switch (in->sa_family) {
	case AF_INET:
		endpoint->port = be16toh(in4->sin_port);
		return address_from_bytes(bytes_of(&in4->sin_addr, 4), &endpoint->address);
	case AF_INET6:
		endpoint->port = be16toh(in6->sin6_port);
		return address_from_bytes(bytes_of(&in6->sin6_addr, 16), &endpoint->address);
	default:
		return false;
	}
}

bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return a->length == b->length && address_equal(&a->address, &b->address);
}

struct prefix prefix_of_host(const struct address *address)
{
	return (struct prefix){ *address, (uint8_t)(8 * family_size(address->family)) };
}

struct address prefix_mask(const struct prefix *prefix)
{
	struct address mask = { .family = prefix->address.family };
	size_t bits = 8 * family_size(mask.family);

	if (bits > prefix->length)
		bits = prefix->length;
	memset(mask.octets, 0xff, bits / 8);
	if (bits % 8)
		mask.octets[bits / 8] = (uint8_t)(0xff00 >> bits % 8);
	return mask;
}

bool prefix_from_mask(const struct address *address, const struct address *mask,
		      struct prefix *prefix)
{
	struct prefix made = { .address = *address };
	struct address full;

	if (address->family != mask->family)
		return false;
	for (size_t i = 0; i < family_size(mask->family); i++)
		made.length += (uint8_t)__builtin_popcount(mask->octets[i]);
	/* Only a contiguous mask is the mask of the prefix with as many ones. */
	full = prefix_mask(&made);
	if (!address_equal(&full, mask))
		return false;
	*prefix = made;
	return true;
}

struct address prefix_first(const struct prefix *prefix)
{
	struct address first = prefix->address, mask = prefix_mask(prefix);

	for (size_t i = 0; i < family_size(first.family); i++)
		first.octets[i] &= mask.octets[i];
	return first;
}

struct address prefix_last(const struct prefix *prefix)
{
	struct address last = prefix->address, mask = prefix_mask(prefix);

	for (size_t i = 0; i < family_size(last.family); i++)
		last.octets[i] |= (uint8_t)~mask.octets[i];
	return last;
}

bool prefix_contains(const struct prefix *prefix, const struct address *address)
{
	struct prefix other = { .address = *address, .length = prefix->length };
	struct address ours = prefix_first(prefix), theirs = prefix_first(&other);

	return address_equal(&ours, &theirs);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Identities as IKE carries them (RFC 7296 section 3.5). */
#include "codec/identity.h"

#include <stdio.h>
#include <string.h>

bool identity_set(struct identity *identity, uint8_t type, struct bytes data)
{
	*identity = (struct identity){ 0 };
	if (data.len > sizeof(identity->data))
		return false;
	identity->type = type;
	identity->len = (uint16_t)data.len;
	if (data.len)
		memcpy(identity->data, data.data, data.len);
	return true;
}

void identity_set_address(struct identity *identity, const struct address *address)
{
	uint8_t type = address->family == AF_INET6 ? ID_IPV6_ADDR : ID_IPV4_ADDR;

	identity_set(identity, address->family == AF_UNSPEC ? ID_NONE : type,
		     address_bytes(address));
}

void identity_set_text(struct identity *identity, uint8_t type, const char *text)
{
	size_t len = strnlen(text, IDENTITY_MAX);

	identity_set(identity, type, bytes_of(text, len));
}

struct bytes identity_bytes(const struct identity *identity)
{
	return bytes_of(identity->data, identity->len);
}

bool identity_address(const struct identity *identity, struct address *address)
{
	if ((identity->type == ID_IPV4_ADDR && identity->len == 4) ||
	    (identity->type == ID_IPV6_ADDR && identity->len == 16))
		return address_from_bytes(identity_bytes(identity), address);
	return false;
}

/* ASCII only, whatever the locale. */
static uint8_t lower(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
}

/* Where the part begins that is a domain name and so has no case (RFC 4343). */
static size_t domain_start(const struct identity *identity)
{
	const uint8_t *at;

	if (identity->type == ID_FQDN)
		return 0;
	if (identity->type != ID_RFC822_ADDR)
		return identity->len;
	at = memrchr(identity->data, '@', identity->len);
	return at ? (size_t)(at - identity->data) : identity->len;
}

bool identity_equal(const struct identity *a, const struct identity *b)
{
	size_t domain = domain_start(a);

	if (a->type != b->type || a->len != b->len || memcmp(a->data, b->data, domain) != 0)
		return false;
	for (size_t i = domain; i < a->len; i++)
		if (lower(a->data[i]) != lower(b->data[i]))
			return false;
	return true;
}

uint32_t identity_hash(const struct identity *identity)
{
	uint32_t hash = 2166136261U ^ identity->type; /* FNV-1a */

	for (size_t i = 0; i < identity->len; i++)
		hash = (hash ^ (uint8_t)lower(identity->data[i])) * 16777619U;
	return hash;
}

static bool printable(uint8_t octet)
{
	return octet >= 0x20 && octet < 0x7f;
}

static bool all_printable(struct bytes in)
{
	for (size_t i = 0; i < in.len; i++)
		if (!printable(in.data[i]))
			return false;
	return true;
}

/*
 * What a peer sends ends up on terminals and in logs, so every octet outside
 * printing ASCII becomes \xHH, and so does the backslash. False when that does
 * not fit into @size.
 */
static bool escape(struct bytes in, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < in.len; i++) {
		bool plain = printable(in.data[i]) && in.data[i] != '\\';

		if (used + (plain ? 1 : 4) >= size)
			return false;
		if (plain)
			text[used++] = (char)in.data[i];
		else
			used += (size_t)sprintf(text + used, "\\x%02x", in.data[i]);
	}
	text[used] = '\0';
	return true;
}

const char *identity_format(const struct identity *identity, char text[IDENTITY_TEXT])
{
	struct bytes data = identity_bytes(identity);
	struct address address;
	bool is_text = identity->type == ID_FQDN || identity->type == ID_RFC822_ADDR ||
		       (identity->type == ID_KEY_ID && all_printable(data));

	if (identity_address(identity, &address))
		return address_format(&address, text);
	if (identity->type == ID_DER_ASN1_DN && dn_format(data, text, IDENTITY_TEXT))
		return text;
	if (!is_text || !escape(data, text, IDENTITY_TEXT))
		bytes_to_hex(data, text);
	return text;
}

const char *identity_type_name(uint8_t type)
{
	switch (type) {
	case ID_NONE:
		return "none";
	case ID_IPV4_ADDR:
		return "IPv4 address";
	case ID_FQDN:
		return "FQDN";
	case ID_RFC822_ADDR:
		return "email";
	case ID_IPV6_ADDR:
		return "IPv6 address";
	case ID_DER_ASN1_DN:
		return "DER ASN1 DN";
	case ID_DER_ASN1_GN:
		return "DER ASN1 GN";
	case ID_KEY_ID:
		return "key ID";
	default:
		return "unknown";
	}
}

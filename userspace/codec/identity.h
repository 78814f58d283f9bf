/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CODEC_IDENTITY_H
#define SEKI_CODEC_IDENTITY_H

#include "base/address.h"
#include "base/bytes.h"

/* RFC 7296 section 3.5 */
enum identity_type {
	ID_NONE = 0,
	ID_IPV4_ADDR = 1,
	ID_FQDN = 2,
	ID_RFC822_ADDR = 3,
	ID_IPV6_ADDR = 5,
	ID_DER_ASN1_DN = 9,
	ID_DER_ASN1_GN = 10,
	ID_KEY_ID = 11,
};

#define IDENTITY_MAX 512
#define IDENTITY_TEXT (2 * IDENTITY_MAX + 1)

/** struct identity - who somebody says to be; owns its octets */
struct identity {
	uint8_t type;
	uint16_t len;
	uint8_t data[IDENTITY_MAX];
};

bool identity_set(struct identity *identity, uint8_t type,
		  struct bytes data); /* false when too long */
void identity_set_address(struct identity *identity, const struct address *address);
void identity_set_text(struct identity *identity, uint8_t type, const char *text);
bool identity_equal(const struct identity *a, const struct identity *b);
/** identity_hash() - of equal ones the same */
uint32_t identity_hash(const struct identity *identity);
bool identity_address(const struct identity *identity,
		      struct address *address); /* false when it is none */
struct bytes identity_bytes(const struct identity *identity);
/** identity_format() - "10.0.0.2", "host1.example", "cn=gw,o=Example", non-printing octets escaped, KEY_ID in hex when binary */
const char *identity_format(const struct identity *identity, char text[IDENTITY_TEXT]);
/** dn_format() - "cn=gw,o=Example,c=JP" of a DER Name; false when it is none or too long */
bool dn_format(struct bytes der, char *text, size_t size);
const char *identity_type_name(uint8_t type); /* "IPv4 address", "FQDN", ... as IOS prints them */

#endif

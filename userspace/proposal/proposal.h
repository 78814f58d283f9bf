/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_PROPOSAL_PROPOSAL_H
#define SEKI_PROPOSAL_PROPOSAL_H

/* What can be negotiated: transforms, proposals and the choice between them
 * (RFC 7296 sections 2.7 and 3.3). Neutral to the version of IKE: IKEv1's
 * attributes are translated at its codec.
 */

#include "base/bytes.h"
#include "base/result.h"

enum transform_type {
	TRANSFORM_ENCR = 1,
	TRANSFORM_PRF = 2,
	TRANSFORM_INTEG = 3,
	TRANSFORM_KE = 4,
	TRANSFORM_ESN = 5,
	TRANSFORM_ADDKE1 = 6, /* to 12: additional key exchanges (RFC 9370 section 2.2.2) */
	TRANSFORM_TYPE_MAX = 12,
};

#define ADDKE_MAX (TRANSFORM_TYPE_MAX - TRANSFORM_ADDKE1 + 1)

static inline bool transform_type_is_addke(uint8_t type)
{
	return type >= TRANSFORM_ADDKE1 && type <= TRANSFORM_TYPE_MAX;
}

/* RFC 7296 section 3.3.1 */
enum security_protocol {
	PROTOCOL_NONE = 0,
	PROTOCOL_IKE = 1,
	PROTOCOL_AH = 2,
	PROTOCOL_ESP = 3,
};

/** struct transform - @key_bits 0 when the transform has no Key Length attribute */
struct transform {
	uint8_t type;
	uint16_t id;
	uint16_t key_bits;
	bool unknown; /* has an attribute or a type that we do not know: never chosen */
};

#define PROPOSAL_TRANSFORMS_MAX 48
#define PROPOSAL_LIST_MAX 8

/**
 * struct proposal - transforms in order of preference, any of a type will do
 * @spi: host order; @spi_size 0, 4 or 8
 */
struct proposal {
	uint8_t number;
	uint8_t protocol;
	uint8_t spi_size;
	uint64_t spi;
	uint8_t count;
	struct transform transforms[PROPOSAL_TRANSFORMS_MAX];
};

struct proposal_list {
	uint8_t count;
	struct proposal proposals[PROPOSAL_LIST_MAX];
};

/** proposal_add() - appends; false when the proposal is full */
bool proposal_add(struct proposal *proposal, enum transform_type type, uint16_t id,
		  uint16_t key_bits);
/** proposal_get() - the first transform of a type, or NULL */
const struct transform *proposal_get(const struct proposal *proposal, enum transform_type type);
bool proposal_has(const struct proposal *proposal, enum transform_type type, uint16_t id);
void proposal_remove_type(struct proposal *proposal, enum transform_type type);
/** proposal_remove_addke() - as if there had never been additional key exchanges in it */
void proposal_remove_addke(struct proposal *proposal);
/**
 * proposal_next_ke() - the key exchange after @type's in one that was chosen
 * Return: NULL after the last one, else one of types 6 to 12 that is not NONE
 */
const struct transform *proposal_next_ke(const struct proposal *chosen, uint8_t type);

/**
 * proposal_choose() - picks one transform of each type
 * @offered: the peer's
 * @ours: what policy allows, in order of our preference
 * @chosen: one proposal with one transform a type, the offered number and SPI
 *
 * A proposal matches when every type that it holds has a common transform and
 * neither side holds a type that the other lacks; an absent type equals NONE
 * (0), an AEAD needs no INTEG, and ESN 0 is implied when absent. No key exchange
 * method is chosen twice (RFC 9370 section 2.2.2), the better liked type has it.
 * Return: -ENOENT with a sentence that names the first type without common
 * transform, both sides' lists included
 */
struct result proposal_choose(const struct proposal_list *offered, const struct proposal_list *ours,
			      struct proposal *chosen);
/**
 * proposal_check_chosen() - is the responder's answer one that we offered?
 * Return: -EPROTO when it is not
 */
struct result proposal_check_chosen(const struct proposal_list *offered,
				    const struct proposal *chosen);

/* Names. A transform whose number is unknown gets its number as text. */

#define TRANSFORM_TEXT 48
/** transform_name() - as IOS prints it: "AES-CBC", "SHA96", "DH_GROUP_1024_MODP/Group 2" */
const char *transform_name(const struct transform *transform, char text[TRANSFORM_TEXT]);
/** transform_type_name() - "encryption", "prf", "group", "additional-key-exchange 1" */
const char *transform_type_name(uint8_t type);
const char *protocol_name(uint8_t protocol); /* "IKE", "AH", "ESP" */
/** proposal_format() - "AES-CBC-128 SHA1 SHA96 DH 2", cut to @size */
const char *proposal_format(const struct proposal *proposal, char *text, size_t size);
/** transform_is_legacy() - DES, 3DES, MD5, groups 1, 2, 5 and so on; SHA-1 HMACs and PRF too */
bool transform_is_legacy(const struct transform *transform);
/** transform_is_known() - in the algorithm table, with a key length that it allows */
bool transform_is_known(const struct transform *transform);

/* Statements of the configuration: "aes-cbc-128", "sha1", "2", "esp-3des", "esp-sha-hmac" */

/** transform_from_keyword() - by the IOS keyword of an ikev2 proposal statement */
bool transform_from_keyword(enum transform_type type, const char *keyword, struct transform *out);
/** transform_keyword() - the reverse, for running-config; NULL when there is none */
const char *transform_keyword(const struct transform *transform, char text[TRANSFORM_TEXT]);
/**
 * transform_keywords() - all keywords of a type, for help and suggestions
 * @index: 0, 1, ... until NULL comes back
 */
const char *transform_keywords(enum transform_type type, size_t index);

/**
 * struct esp_keyword - one word of "crypto ipsec transform-set"
 * @protocol: PROTOCOL_AH or PROTOCOL_ESP
 * @transform: ENCR or INTEG; "esp-aes" and "esp-gcm" take an optional key size word (128, 192, 256)
 */
struct esp_keyword {
	const char *keyword;
	uint8_t protocol;
	bool takes_bits;
	struct transform transform;
};

const struct esp_keyword *esp_keyword_find(const char *keyword);
const struct esp_keyword *esp_keyword_at(size_t index); /* NULL past the end */
/** esp_keyword_of() - "esp-aes", "esp-sha-hmac": how a transform is printed by show */
const struct esp_keyword *esp_keyword_of(uint8_t protocol, const struct transform *transform);
/** set_word() - a transform as the word of a transform set: "esp-256-aes" */
const char *set_word(uint8_t protocol, const struct transform *transform,
		     char text[TRANSFORM_TEXT]);

/**
 * proposal_default_ike() - today's best, and IOS's 15 transforms where @legacy permits
 *
 * Without permission: an AEAD proposal, then AES-CBC with SHA-2, X25519, ECP
 * and MODP groups from 14. With it IOS's default proposal (B09) follows.
 */
void proposal_default_ike(struct proposal_list *list, bool legacy);
/** proposal_ios_default() - exactly the 15 transforms of B09 */
void proposal_ios_default(struct proposal *proposal);
/** proposal_default_esp() - AES-GCM, ChaCha20-Poly1305, AES-CBC with SHA-2 */
void proposal_default_esp(struct proposal_list *list);

#endif

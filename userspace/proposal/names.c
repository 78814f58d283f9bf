// SPDX-License-Identifier: GPL-2.0-or-later
#include "proposal/proposal.h"

#include <stdio.h>
#include <string.h>

#include "cryptox/cryptox.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/*
 * struct known - a transform with all that people call it
 * @name: in debug and show output
 * @keyword: of a statement in the configuration; NULL when there is none
 */
struct known {
	struct transform transform;
	const char *name;
	const char *keyword;
	bool legacy;
};

/*
 * Every cipher stands here with each key length that any of them has; is_real()
 * drops those that the algorithm table does not allow.
 */
static const struct known known[] = {
	/* Additional key exchanges: of any of their types, and the groups besides. */
	{ { TRANSFORM_ADDKE1, 0, 0, false }, "NONE", "none", false },
#define X(symbol, id, display, keyword, openssl, key, ciphertext, secret) \
	{ { TRANSFORM_ADDKE1, id, 0, false }, display, keyword, false },
	SEKI_KEM_LIST(X)
#undef X
#define ROW(type, id, bits, name, keyword, legacy) \
	{ { type, id, bits, false }, name, keyword, legacy },
#define X(symbol, id, display, keyword, kernel, openssl, bits_min, bits_max, bits_step, \
	  bits_fixed, salt, iv, block, icv, legacy) \
	ROW(TRANSFORM_ENCR, id, 0, display, keyword, legacy) \
	ROW(TRANSFORM_ENCR, id, 128, display, keyword "-128", legacy) \
	ROW(TRANSFORM_ENCR, id, 192, display, keyword "-192", legacy) \
	ROW(TRANSFORM_ENCR, id, 256, display, keyword "-256", legacy)
		SEKI_ENCR_LIST(X)
#undef X
#define X(symbol, id, display, keyword, openssl, key, out, legacy) \
	ROW(TRANSFORM_PRF, id, 0, display, keyword, legacy)
			SEKI_PRF_LIST(X)
#undef X
				ROW(TRANSFORM_INTEG, 0, 0, "NONE", NULL, false)
#define X(symbol, id, display, keyword, kernel, openssl, key, icv, legacy) \
	ROW(TRANSFORM_INTEG, id, 0, display, keyword, legacy)
					SEKI_INTEG_LIST(X)
#undef X
#define X(symbol, id, display, kernel, key, iv, icv) \
	ROW(TRANSFORM_INTEG, id, 0, display, NULL, false)
						SEKI_AEAD_INTEG_LIST(X)
#undef X
							ROW(TRANSFORM_KE, 0, 0, "NONE", NULL, false)
#define X(symbol, id, display, kind, openssl, pub, secret, legacy) \
	ROW(TRANSFORM_KE, id, 0, display, #id, legacy)
								SEKI_KE_LIST(X)
#undef X
									ROW(TRANSFORM_ESN, 0, 0,
									    "Don't use ESN", NULL,
									    false)
										ROW(TRANSFORM_ESN,
										    1, 0, "Use ESN",
										    NULL, false)
#undef ROW
};

static const char *const type_names[] = {
	[TRANSFORM_ENCR] = "encryption", [TRANSFORM_PRF] = "prf",
	[TRANSFORM_INTEG] = "integrity", [TRANSFORM_KE] = "group",
	[TRANSFORM_ESN] = "esn",	 "additional-key-exchange 1",
	"additional-key-exchange 2",	 "additional-key-exchange 3",
	"additional-key-exchange 4",	 "additional-key-exchange 5",
	"additional-key-exchange 6",	 "additional-key-exchange 7",
};

static const char *const protocol_names[] = {
	[PROTOCOL_NONE] = "none",
	[PROTOCOL_IKE] = "IKE",
	[PROTOCOL_AH] = "AH",
	[PROTOCOL_ESP] = "ESP",
};

#define ENCR(id, bits) \
	{ \
		TRANSFORM_ENCR, id, bits, false \
	}
#define INTEG(id) \
	{ \
		TRANSFORM_INTEG, id, 0, false \
	}

/* "esp-aes" alone means 128 bits, as on IOS. */
static const struct esp_keyword esp_keywords[] = {
	{ "ah-md5-hmac", PROTOCOL_AH, false, INTEG(INTEG_HMAC_MD5_96) },
	{ "ah-sha-hmac", PROTOCOL_AH, false, INTEG(INTEG_HMAC_SHA1_96) },
	{ "ah-sha256-hmac", PROTOCOL_AH, false, INTEG(INTEG_HMAC_SHA2_256_128) },
	{ "ah-sha384-hmac", PROTOCOL_AH, false, INTEG(INTEG_HMAC_SHA2_384_192) },
	{ "ah-sha512-hmac", PROTOCOL_AH, false, INTEG(INTEG_HMAC_SHA2_512_256) },
	{ "ah-aes128-gmac", PROTOCOL_AH, false, INTEG(INTEG_AES_128_GMAC) },
	{ "ah-aes192-gmac", PROTOCOL_AH, false, INTEG(INTEG_AES_192_GMAC) },
	{ "ah-aes256-gmac", PROTOCOL_AH, false, INTEG(INTEG_AES_256_GMAC) },
	{ "esp-des", PROTOCOL_ESP, false, ENCR(ENCR_DES, 0) },
	{ "esp-3des", PROTOCOL_ESP, false, ENCR(ENCR_3DES, 0) },
	{ "esp-aes", PROTOCOL_ESP, true, ENCR(ENCR_AES_CBC, 128) },
	{ "esp-gcm", PROTOCOL_ESP, true, ENCR(ENCR_AES_GCM_16, 128) },
	{ "esp-gmac", PROTOCOL_ESP, true, ENCR(ENCR_NULL_AES_GMAC, 128) },
	{ "esp-chacha20-poly1305", PROTOCOL_ESP, false, ENCR(ENCR_CHACHA20_POLY1305, 0) },
	{ "esp-null", PROTOCOL_ESP, false, ENCR(ENCR_NULL, 0) },
	{ "esp-md5-hmac", PROTOCOL_ESP, false, INTEG(INTEG_HMAC_MD5_96) },
	{ "esp-sha-hmac", PROTOCOL_ESP, false, INTEG(INTEG_HMAC_SHA1_96) },
	{ "esp-sha256-hmac", PROTOCOL_ESP, false, INTEG(INTEG_HMAC_SHA2_256_128) },
	{ "esp-sha384-hmac", PROTOCOL_ESP, false, INTEG(INTEG_HMAC_SHA2_384_192) },
	{ "esp-sha512-hmac", PROTOCOL_ESP, false, INTEG(INTEG_HMAC_SHA2_512_256) },
};

static bool is_real(const struct transform *transform)
{
	return transform->type != TRANSFORM_ENCR || encr_allows(transform->id, transform->key_bits);
}

/* Is a row of @row what @type has? */
static bool is_of(uint8_t row, uint8_t type)
{
	return row == type ||
	       (transform_type_is_addke(type) && (row == TRANSFORM_ADDKE1 || row == TRANSFORM_KE));
}

static const struct known *find(uint8_t type, uint16_t id, uint16_t key_bits)
{
	for (size_t i = 0; i < COUNT(known); i++) {
		const struct transform *transform = &known[i].transform;

		if (is_of(transform->type, type) && transform->id == id &&
		    transform->key_bits == key_bits)
			return &known[i];
	}
	return NULL;
}

/* The number alone decides about name and age, however odd the key length is. */
static const struct known *find_id(const struct transform *transform)
{
	return find(transform->type, transform->id, 0);
}

const char *transform_name(const struct transform *transform, char text[TRANSFORM_TEXT])
{
	const struct known *found = find_id(transform);

	if (found)
		return found->name;
	snprintf(text, TRANSFORM_TEXT, "%u", transform->id);
	return text;
}

const char *transform_type_name(uint8_t type)
{
	return type < COUNT(type_names) && type_names[type] ? type_names[type] : "unknown";
}

const char *protocol_name(uint8_t protocol)
{
	return protocol < COUNT(protocol_names) ? protocol_names[protocol] : "unknown";
}

bool transform_is_legacy(const struct transform *transform)
{
	const struct known *found = find_id(transform);

	return found && found->legacy;
}

bool transform_is_known(const struct transform *transform)
{
	return !transform->unknown && is_real(transform) &&
	       find(transform->type, transform->id, transform->key_bits);
}

/*
 * RFC 7296 section 3.3.2: an IKE SA is always encrypted, so NULL and GMAC are
 * no words of its proposals; a transform set has its own for them.
 */
static bool has_keyword(const struct known *one, enum transform_type type)
{
	const struct transform *transform = &one->transform;

	return is_of(transform->type, type) && one->keyword && is_real(transform) &&
	       (type != TRANSFORM_ENCR ||
		(transform->id != ENCR_NULL && transform->id != ENCR_NULL_AES_GMAC));
}

bool transform_from_keyword(enum transform_type type, const char *keyword, struct transform *out)
{
	for (size_t i = 0; i < COUNT(known); i++) {
		if (has_keyword(&known[i], type) && !strcmp(known[i].keyword, keyword)) {
			*out = known[i].transform;
			out->type = type;
			return true;
		}
	}
	return false;
}

const char *transform_keyword(const struct transform *transform, char text[TRANSFORM_TEXT])
{
	const struct known *found = find(transform->type, transform->id, transform->key_bits);

	if (!found || !has_keyword(found, transform->type))
		return NULL;
	snprintf(text, TRANSFORM_TEXT, "%s", found->keyword);
	return text;
}

const char *transform_keywords(enum transform_type type, size_t index)
{
	for (size_t i = 0; i < COUNT(known); i++) {
		if (has_keyword(&known[i], type) && !index--)
			return known[i].keyword;
	}
	return NULL;
}

const struct esp_keyword *esp_keyword_at(size_t index)
{
	return index < COUNT(esp_keywords) ? &esp_keywords[index] : NULL;
}

const struct esp_keyword *esp_keyword_find(const char *keyword)
{
	for (size_t i = 0; i < COUNT(esp_keywords); i++) {
		if (!strcmp(esp_keywords[i].keyword, keyword))
			return &esp_keywords[i];
	}
	return NULL;
}

const struct esp_keyword *esp_keyword_of(uint8_t protocol, const struct transform *transform)
{
	for (size_t i = 0; i < COUNT(esp_keywords); i++) {
		const struct esp_keyword *keyword = &esp_keywords[i];

		if (keyword->protocol == protocol && keyword->transform.type == transform->type &&
		    keyword->transform.id == transform->id)
			return keyword;
	}
	return NULL;
}

/* A key size other than the default stands where IOS has it. */
const char *set_word(uint8_t protocol, const struct transform *transform, char text[TRANSFORM_TEXT])
{
	const struct esp_keyword *keyword = esp_keyword_of(protocol, transform);

	if (!keyword)
		return transform_name(transform, text);
	if (!keyword->takes_bits || transform->key_bits == 128)
		snprintf(text, TRANSFORM_TEXT, "%s", keyword->keyword);
	else if (strcmp(keyword->keyword, "esp-aes") == 0)
		snprintf(text, TRANSFORM_TEXT, "esp-%u-aes", transform->key_bits);
	else
		snprintf(text, TRANSFORM_TEXT, "%s %u", keyword->keyword, transform->key_bits);
	return text;
}

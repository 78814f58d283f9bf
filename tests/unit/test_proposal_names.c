// SPDX-License-Identifier: GPL-2.0-or-later
/* What transforms are called: by IOS's output, by its statements, and by us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cryptox/cryptox.h"
#include "proposal/proposal.h"

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct transform transform(enum transform_type type, uint16_t id, uint16_t key_bits)
{
	return (struct transform){ type, id, key_bits, false };
}

/* Rows B06, B07, B09 and B19 print these. */
static void names(void **state)
{
	static const struct {
		enum transform_type type;
		uint16_t id, bits;
		const char *name;
	} cases[] = {
		{ TRANSFORM_ENCR, 2, 0, "DES" },
		{ TRANSFORM_ENCR, 3, 0, "3DES" },
		{ TRANSFORM_ENCR, 12, 128, "AES-CBC" },
		{ TRANSFORM_ENCR, 12, 77, "AES-CBC" },
		{ TRANSFORM_ENCR, 20, 256, "AES-GCM" },
		{ TRANSFORM_ENCR, 28, 0, "ChaCha20-Poly1305" },
		{ TRANSFORM_ENCR, 4711, 0, "4711" },
		{ TRANSFORM_PRF, 2, 0, "SHA1" },
		{ TRANSFORM_PRF, 5, 0, "SHA256" },
		{ TRANSFORM_PRF, 0, 0, "0" },
		{ TRANSFORM_INTEG, 0, 0, "NONE" },
		{ TRANSFORM_INTEG, 1, 0, "MD596" },
		{ TRANSFORM_INTEG, 2, 0, "SHA96" },
		{ TRANSFORM_INTEG, 12, 0, "SHA256" },
		{ TRANSFORM_KE, 0, 0, "NONE" },
		{ TRANSFORM_KE, 2, 0, "DH_GROUP_1024_MODP/Group 2" },
		{ TRANSFORM_KE, 5, 0, "DH_GROUP_1536_MODP/Group 5" },
		{ TRANSFORM_KE, 65535, 0, "65535" },
		{ TRANSFORM_ESN, 0, 0, "Don't use ESN" },
		{ TRANSFORM_ESN, 1, 0, "Use ESN" },
		{ TRANSFORM_ESN, 2, 0, "2" },
		{ TRANSFORM_ADDKE1, 0, 0, "NONE" },
		{ TRANSFORM_ADDKE1, 35, 0, "ML-KEM-512" },
		{ TRANSFORM_TYPE_MAX, 37, 0, "ML-KEM-1024" },
		{ TRANSFORM_TYPE_MAX, 5, 0, "DH_GROUP_1536_MODP/Group 5" },
		{ TRANSFORM_KE, 35, 0, "35" },
		{ (enum transform_type)13, 35, 0, "35" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct transform one = transform(cases[i].type, cases[i].id, cases[i].bits);
		char text[TRANSFORM_TEXT];

		assert_string_equal(transform_name(&one, text), cases[i].name);
	}
}

static void names_of_types_and_protocols(void **state)
{
	assert_string_equal(transform_type_name(TRANSFORM_ENCR), "encryption");
	assert_string_equal(transform_type_name(TRANSFORM_PRF), "prf");
	assert_string_equal(transform_type_name(TRANSFORM_INTEG), "integrity");
	assert_string_equal(transform_type_name(TRANSFORM_KE), "group");
	assert_string_equal(transform_type_name(TRANSFORM_ESN), "esn");
	assert_string_equal(transform_type_name(0), "unknown");
	assert_string_equal(transform_type_name(6), "additional-key-exchange 1");
	assert_string_equal(transform_type_name(12), "additional-key-exchange 7");
	assert_string_equal(transform_type_name(13), "unknown");
	assert_string_equal(transform_type_name(255), "unknown");
	assert_string_equal(protocol_name(PROTOCOL_IKE), "IKE");
	assert_string_equal(protocol_name(PROTOCOL_AH), "AH");
	assert_string_equal(protocol_name(PROTOCOL_ESP), "ESP");
	assert_string_equal(protocol_name(PROTOCOL_NONE), "none");
	assert_string_equal(protocol_name(4), "unknown");
	assert_string_equal(protocol_name(255), "unknown");
}

static void statement_keywords(void **state)
{
	static const struct {
		enum transform_type type;
		const char *keyword;
		uint16_t id, bits; /* @id 0: refused */
	} cases[] = {
		{ TRANSFORM_ENCR, "des", 2, 0 },
		{ TRANSFORM_ENCR, "3des", 3, 0 },
		{ TRANSFORM_ENCR, "aes-cbc-128", 12, 128 },
		{ TRANSFORM_ENCR, "aes-cbc-192", 12, 192 },
		{ TRANSFORM_ENCR, "aes-cbc-256", 12, 256 },
		{ TRANSFORM_ENCR, "aes-ctr-192", 13, 192 },
		{ TRANSFORM_ENCR, "aes-ccm-128", 16, 128 },
		{ TRANSFORM_ENCR, "aes-gcm-128", 20, 128 },
		{ TRANSFORM_ENCR, "aes-gcm-256", 20, 256 },
		{ TRANSFORM_ENCR, "aes-gcm-8-256", 18, 256 },
		{ TRANSFORM_ENCR, "chacha20-poly1305", 28, 0 },
		{ TRANSFORM_ENCR, "aes-cbc", 0, 0 }, /* a length has to be said */
		{ TRANSFORM_ENCR, "aes-cbc-512", 0, 0 },
		{ TRANSFORM_ENCR, "3des-192", 0, 0 },
		{ TRANSFORM_ENCR, "chacha20-poly1305-256", 0, 0 },
		{ TRANSFORM_ENCR, "null", 0, 0 }, /* no IKE SA without encryption */
		{ TRANSFORM_ENCR, "aes-gmac-128", 0, 0 },
		{ TRANSFORM_ENCR, "AES-CBC-128", 0, 0 },
		{ TRANSFORM_ENCR, "", 0, 0 },
		{ TRANSFORM_INTEG, "md5", 1, 0 },
		{ TRANSFORM_INTEG, "sha1", 2, 0 },
		{ TRANSFORM_INTEG, "sha256", 12, 0 },
		{ TRANSFORM_INTEG, "sha384", 13, 0 },
		{ TRANSFORM_INTEG, "sha512", 14, 0 },
		{ TRANSFORM_INTEG, "aes-xcbc", 5, 0 },
		{ TRANSFORM_INTEG, "aes-cmac", 8, 0 },
		{ TRANSFORM_INTEG, "none", 0, 0 },
		{ TRANSFORM_PRF, "md5", 1, 0 },
		{ TRANSFORM_PRF, "sha1", 2, 0 },
		{ TRANSFORM_PRF, "aes-xcbc", 4, 0 },
		{ TRANSFORM_PRF, "sha256", 5, 0 },
		{ TRANSFORM_PRF, "sha384", 6, 0 },
		{ TRANSFORM_PRF, "sha512", 7, 0 },
		{ TRANSFORM_PRF, "aes-cmac", 8, 0 },
		{ TRANSFORM_KE, "1", 1, 0 },
		{ TRANSFORM_KE, "2", 2, 0 },
		{ TRANSFORM_KE, "5", 5, 0 },
		{ TRANSFORM_KE, "14", 14, 0 },
		{ TRANSFORM_KE, "18", 18, 0 },
		{ TRANSFORM_KE, "19", 19, 0 },
		{ TRANSFORM_KE, "21", 21, 0 },
		{ TRANSFORM_KE, "31", 31, 0 },
		{ TRANSFORM_KE, "32", 32, 0 },
		{ TRANSFORM_KE, "3", 0, 0 },
		{ TRANSFORM_KE, "0", 0, 0 },
		{ TRANSFORM_KE, "02", 0, 0 },
		{ TRANSFORM_ESN, "0", 0, 0 },
		{ TRANSFORM_ESN, "Use ESN", 0, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct transform found = { .id = 999 };
		char text[TRANSFORM_TEXT];
		bool ok = transform_from_keyword(cases[i].type, cases[i].keyword, &found);

		assert_int_equal(ok, cases[i].id != 0);
		assert_int_equal(found.id, ok ? cases[i].id : 999);
		if (!ok)
			continue;
		assert_int_equal(found.type, cases[i].type);
		assert_int_equal(found.key_bits, cases[i].bits);
		assert_false(found.unknown);
		/* And running-config writes what was read. */
		assert_string_equal(transform_keyword(&found, text), cases[i].keyword);
	}
}

/* Help shows each keyword once, and each of them can be typed. */
static void all_keywords(void **state)
{
	static const struct {
		enum transform_type type;
		size_t count;
	} types[] = {
		/* 2 DES, 8 AES modes of 3 key lengths, ChaCha20 */
		{ TRANSFORM_ENCR, 2 + 8 * 3 + 1 },
		{ TRANSFORM_PRF, 7 },
		{ TRANSFORM_INTEG, 7 },
		{ TRANSFORM_KE, 13 },
		{ TRANSFORM_ESN, 0 },
	};

	for (size_t t = 0; t < COUNT(types); t++) {
		const char *keyword;
		size_t count = 0;

		while ((keyword = transform_keywords(types[t].type, count))) {
			struct transform found;

			assert_true(transform_from_keyword(types[t].type, keyword, &found));
			assert_true(transform_is_known(&found));
			for (size_t before = 0; before < count; before++)
				assert_string_not_equal(transform_keywords(types[t].type, before),
							keyword);
			count++;
		}
		assert_int_equal(count, types[t].count);
		assert_null(transform_keywords(types[t].type, count + 1));
	}
}

static void no_keyword(void **state)
{
	const struct transform without[] = {
		transform(TRANSFORM_ENCR, ENCR_NULL, 0), transform(TRANSFORM_ENCR, ENCR_AES_CBC, 0),
		transform(TRANSFORM_ENCR, 4711, 0),	 transform(TRANSFORM_INTEG, 0, 0),
		transform(TRANSFORM_KE, 0, 0),		 transform(TRANSFORM_ESN, 1, 0),
	};
	char text[TRANSFORM_TEXT];

	for (size_t i = 0; i < COUNT(without); i++)
		assert_null(transform_keyword(&without[i], text));
}

static void legacy(void **state)
{
	static const struct {
		enum transform_type type;
		uint16_t id;
		bool legacy;
	} cases[] = {
		{ TRANSFORM_ENCR, ENCR_DES, true },
		{ TRANSFORM_ENCR, ENCR_3DES, true },
		{ TRANSFORM_ENCR, ENCR_NULL, false },
		{ TRANSFORM_ENCR, ENCR_AES_CBC, false },
		{ TRANSFORM_ENCR, ENCR_CHACHA20_POLY1305, false },
		{ TRANSFORM_PRF, PRF_HMAC_MD5, true },
		{ TRANSFORM_PRF, PRF_HMAC_SHA1, true },
		{ TRANSFORM_PRF, PRF_HMAC_SHA2_256, false },
		{ TRANSFORM_PRF, PRF_AES128_XCBC, false },
		{ TRANSFORM_INTEG, INTEG_HMAC_MD5_96, true },
		{ TRANSFORM_INTEG, INTEG_HMAC_SHA1_96, true },
		{ TRANSFORM_INTEG, INTEG_HMAC_SHA2_256_128, false },
		{ TRANSFORM_INTEG, 0, false },
		{ TRANSFORM_KE, KE_MODP_768, true },
		{ TRANSFORM_KE, KE_MODP_1024, true },
		{ TRANSFORM_KE, KE_MODP_1536, true },
		{ TRANSFORM_KE, KE_MODP_2048, false },
		{ TRANSFORM_KE, KE_CURVE25519, false },
		{ TRANSFORM_KE, 0, false },
		{ TRANSFORM_KE, 9999, false },
		{ TRANSFORM_ESN, 0, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct transform one = transform(cases[i].type, cases[i].id, 0);

		assert_int_equal(transform_is_legacy(&one), cases[i].legacy);
	}
}

static void known(void **state)
{
	const struct {
		struct transform transform;
		bool known;
	} cases[] = {
		{ transform(TRANSFORM_ENCR, ENCR_AES_CBC, 128), true },
		{ transform(TRANSFORM_ENCR, ENCR_AES_CBC, 0), false }, /* RFC 7296 section 3.3.5 */
		{ transform(TRANSFORM_ENCR, ENCR_AES_CBC, 129), false },
		{ transform(TRANSFORM_ENCR, ENCR_3DES, 0), true },
		{ transform(TRANSFORM_ENCR, ENCR_3DES, 192), false },
		{ transform(TRANSFORM_ENCR, ENCR_NULL, 0), true },
		{ transform(TRANSFORM_ENCR, 1, 0), false },
		{ transform(TRANSFORM_PRF, PRF_HMAC_SHA1, 0), true },
		{ transform(TRANSFORM_PRF, PRF_HMAC_SHA1, 160), false },
		{ transform(TRANSFORM_PRF, 0, 0), false },
		{ transform(TRANSFORM_INTEG, 0, 0), true },
		{ transform(TRANSFORM_KE, 0, 0), true },
		{ transform(TRANSFORM_KE, 14, 0), true },
		{ transform(TRANSFORM_KE, 22, 0), false },
		{ transform(TRANSFORM_ESN, 1, 0), true },
		{ transform(TRANSFORM_ESN, 2, 0), false },
		{ { TRANSFORM_KE, 14, 0, true }, false },
		{ { 6, 35, 0, false }, true },
		{ { 12, 19, 0, false }, true },
		{ { 6, 34, 0, false }, false },
		{ { 13, 35, 0, false }, false },
		{ { TRANSFORM_KE, 35, 0, false }, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(transform_is_known(&cases[i].transform), cases[i].known);
}

/* The words of a transform set, row D07 among them. */
static void transform_set_words(void **state)
{
	static const struct {
		const char *word;
		uint8_t protocol;
		enum transform_type type;
		uint16_t id, bits;
		bool takes_bits;
	} cases[] = {
		{ "ah-md5-hmac", PROTOCOL_AH, TRANSFORM_INTEG, 1, 0, false },
		{ "ah-sha-hmac", PROTOCOL_AH, TRANSFORM_INTEG, 2, 0, false },
		{ "ah-sha256-hmac", PROTOCOL_AH, TRANSFORM_INTEG, 12, 0, false },
		{ "ah-sha384-hmac", PROTOCOL_AH, TRANSFORM_INTEG, 13, 0, false },
		{ "ah-sha512-hmac", PROTOCOL_AH, TRANSFORM_INTEG, 14, 0, false },
		{ "ah-aes128-gmac", PROTOCOL_AH, TRANSFORM_INTEG, 9, 0, false },
		{ "ah-aes192-gmac", PROTOCOL_AH, TRANSFORM_INTEG, 10, 0, false },
		{ "ah-aes256-gmac", PROTOCOL_AH, TRANSFORM_INTEG, 11, 0, false },
		{ "esp-des", PROTOCOL_ESP, TRANSFORM_ENCR, 2, 0, false },
		{ "esp-3des", PROTOCOL_ESP, TRANSFORM_ENCR, 3, 0, false },
		{ "esp-aes", PROTOCOL_ESP, TRANSFORM_ENCR, 12, 128, true },
		{ "esp-gcm", PROTOCOL_ESP, TRANSFORM_ENCR, 20, 128, true },
		{ "esp-gmac", PROTOCOL_ESP, TRANSFORM_ENCR, 21, 128, true },
		{ "esp-chacha20-poly1305", PROTOCOL_ESP, TRANSFORM_ENCR, 28, 0, false },
		{ "esp-null", PROTOCOL_ESP, TRANSFORM_ENCR, 11, 0, false },
		{ "esp-md5-hmac", PROTOCOL_ESP, TRANSFORM_INTEG, 1, 0, false },
		{ "esp-sha-hmac", PROTOCOL_ESP, TRANSFORM_INTEG, 2, 0, false },
		{ "esp-sha256-hmac", PROTOCOL_ESP, TRANSFORM_INTEG, 12, 0, false },
		{ "esp-sha384-hmac", PROTOCOL_ESP, TRANSFORM_INTEG, 13, 0, false },
		{ "esp-sha512-hmac", PROTOCOL_ESP, TRANSFORM_INTEG, 14, 0, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct esp_keyword *word = esp_keyword_find(cases[i].word);

		assert_non_null(word);
		assert_ptr_equal(word, esp_keyword_at(i));
		assert_string_equal(word->keyword, cases[i].word);
		assert_int_equal(word->protocol, cases[i].protocol);
		assert_int_equal(word->takes_bits, cases[i].takes_bits);
		assert_int_equal(word->transform.type, cases[i].type);
		assert_int_equal(word->transform.id, cases[i].id);
		assert_int_equal(word->transform.key_bits, cases[i].bits);
		assert_true(transform_is_known(&word->transform));
		assert_ptr_equal(esp_keyword_of(cases[i].protocol, &word->transform), word);
	}
	assert_null(esp_keyword_at(COUNT(cases)));
	assert_null(esp_keyword_find("esp-aes-256"));
	assert_null(esp_keyword_find(""));
}

static void transform_set_word_of_a_transform(void **state)
{
	const struct transform aes = transform(TRANSFORM_ENCR, ENCR_AES_CBC, 256);
	const struct transform ctr = transform(TRANSFORM_ENCR, ENCR_AES_CTR, 256);
	const struct transform sha = transform(TRANSFORM_INTEG, INTEG_HMAC_SHA1_96, 0);

	assert_string_equal(esp_keyword_of(PROTOCOL_ESP, &aes)->keyword, "esp-aes");
	assert_null(esp_keyword_of(PROTOCOL_AH, &aes));
	assert_null(esp_keyword_of(PROTOCOL_ESP, &ctr));
	assert_string_equal(esp_keyword_of(PROTOCOL_ESP, &sha)->keyword, "esp-sha-hmac");
	assert_string_equal(esp_keyword_of(PROTOCOL_AH, &sha)->keyword, "ah-sha-hmac");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(names_of_types_and_protocols),
		cmocka_unit_test(statement_keywords),
		cmocka_unit_test(all_keywords),
		cmocka_unit_test(no_keyword),
		cmocka_unit_test(legacy),
		cmocka_unit_test(known),
		cmocka_unit_test(transform_set_words),
		cmocka_unit_test(transform_set_word_of_a_transform),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

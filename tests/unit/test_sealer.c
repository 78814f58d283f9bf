// SPDX-License-Identifier: GPL-2.0-or-later
/* Sealers: known answers, every suite there and back, every flipped bit, and fresh IVs. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a fail() of its own. */
#include "../support/vectors.h"
#include "base/memory.h"
#include "cryptox/internal.h"

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const uint16_t all_encrs[] = {
#define X(symbol, id, ...) id,
	SEKI_ENCR_LIST(X)
#undef X
};

static const uint16_t all_integs[] = {
#define X(symbol, id, ...) id,
	SEKI_INTEG_LIST(X)
#undef X
};

static const uint16_t key_lengths[] = { 0, 128, 192, 256 };

static void assert_ok(struct result result)
{
	assert_string_equal(result.why, "");
	assert_int_equal(result.code, 0);
}

static struct sealer *sealer_of(const struct cipher_suite *suite)
{
	uint8_t keys[256];
	struct sealer *sealer = NULL;

	for (size_t i = 0; i < sizeof(keys); i++)
		keys[i] = (uint8_t)(i + 1);
	assert_ok(sealer_new(suite, bytes_of(keys, encr_key_size(suite->encr, suite->key_bits)),
			     bytes_of(keys + 128, integ_key_size(suite->integ)), &sealer));
	return sealer;
}

/* Every suite that may protect a message. */
static void each_suite(void (*test)(const struct cipher_suite *suite))
{
	size_t tried = 0;

	for (size_t e = 0; e < COUNT(all_encrs); e++) {
		if (all_encrs[e] == ENCR_NULL_AES_GMAC)
			continue;
		for (size_t k = 0; k < COUNT(key_lengths); k++) {
			struct cipher_suite suite = { all_encrs[e], key_lengths[k], 0 };

			if (!encr_allows(suite.encr, suite.key_bits))
				continue;
			for (size_t i = 0; i < COUNT(all_integs); i++) {
				if (!encr_is_aead(suite.encr))
					suite.integ = all_integs[i];
				else if (i)
					break;
				test(&suite);
				tried++;
			}
		}
	}
	/* 6 AES modes of 3 key lengths and ChaCha20; (2 DES, NULL, 2 AES modes of 3) by 7 MACs */
	assert_int_equal(tried, 6 * 3 + 1 + (3 + 2 * 3) * 7);
}

/* The smallest plaintext that is not too simple. */
static size_t plain_size(const struct cipher_suite *suite)
{
	size_t block = encr_block_size(suite->encr);

	return block == 1 ? 19 : 2 * block;
}

static void there_and_back(const struct cipher_suite *suite)
{
	struct sealer *sealer = sealer_of(suite);
	struct bytes associated = bytes_of_string("header and payload header");
	size_t overhead = encr_iv_size(suite->encr) + suite_icv_size(suite);
	uint8_t text[4096];

	assert_int_equal(sealer_suite(sealer)->encr, suite->encr);
	assert_int_equal(sealer_suite(sealer)->key_bits, suite->key_bits);
	assert_int_equal(sealer_suite(sealer)->integ, suite->integ);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 11);
	for (size_t len = encr_block_size(suite->encr); len <= sizeof(text); len *= 2) {
		struct bytes plain = bytes_of(text, len);
		struct buffer sealed = { 0 }, opened = { 0 };

		/* Both append. */
		buffer_put_u8(&sealed, 0x77);
		buffer_put_u8(&opened, 0x66);
		assert_ok(sealer_seal(sealer, associated, plain, &sealed));
		assert_int_equal(sealed.len, 1 + len + overhead);
		assert_int_equal(sealed.data[0], 0x77);
		if (suite->encr != ENCR_NULL && len >= 16)
			assert_memory_not_equal(sealed.data + 1 + encr_iv_size(suite->encr), text,
						len);
		assert_ok(sealer_open(sealer, associated, bytes_of(sealed.data + 1, sealed.len - 1),
				      &opened));
		assert_int_equal(opened.len, 1 + len);
		assert_int_equal(opened.data[0], 0x66);
		assert_memory_equal(opened.data + 1, text, len);
		buffer_free(&sealed);
		buffer_free(&opened);
	}
	sealer_free(sealer);
}

static void all_suites_there_and_back(void **state)
{
	each_suite(there_and_back);
}

static void assert_not_opened(struct sealer *sealer, struct bytes associated, struct bytes sealed)
{
	struct buffer plain = { 0 };

	buffer_put_u8(&plain, 0x66);
	assert_int_equal(sealer_open(sealer, associated, sealed, &plain).code, -EBADMSG);
	assert_int_equal(plain.len, 1);
	assert_int_equal(plain.data[0], 0x66);
	/* What was decrypted before the ICV was seen is gone. */
	for (size_t i = 1; i < plain.capacity; i++)
		assert_int_equal(plain.data[i], 0);
	buffer_free(&plain);
}

/* Each bit of IV, text, ICV and associated data; each shorter length. */
static void nothing_forged(const struct cipher_suite *suite)
{
	struct sealer *sealer = sealer_of(suite);
	struct buffer sealed = { 0 }, opened = { 0 };
	uint8_t associated[9] = "ABCDEFGH", text[64] = { 1, 2, 3 };

	assert_ok(
		sealer_seal(sealer, BYTES(associated), bytes_of(text, plain_size(suite)), &sealed));
	for (size_t bit = 0; bit < 8 * sealed.len; bit++) {
		sealed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_not_opened(sealer, BYTES(associated), buffer_bytes(&sealed));
		sealed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < 8 * sizeof(associated); bit++) {
		associated[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_not_opened(sealer, BYTES(associated), buffer_bytes(&sealed));
		associated[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t len = 0; len < sealed.len; len++) {
		/* Of its own size, so that reading past the end shows. */
		uint8_t *cut = must_calloc(len, 1);

		memcpy(cut, sealed.data, len);
		assert_not_opened(sealer, BYTES(associated), bytes_of(cut, len));
		free(cut);
	}
	assert_not_opened(sealer, bytes_of(associated, 8), buffer_bytes(&sealed));
	assert_not_opened(sealer, (struct bytes){ 0 }, buffer_bytes(&sealed));
	/* And after all that the true one still opens. */
	assert_ok(sealer_open(sealer, BYTES(associated), buffer_bytes(&sealed), &opened));
	buffer_free(&sealed);
	buffer_free(&opened);
	sealer_free(sealer);
}

static void all_suites_refuse_forgeries(void **state)
{
	each_suite(nothing_forged);
}

#define MESSAGES 500

static int compare_ivs(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static void fresh_ivs(const struct cipher_suite *suite)
{
	static uint8_t ivs[MESSAGES][16];
	struct sealer *sealer = sealer_of(suite);
	size_t iv = encr_iv_size(suite->encr);
	uint8_t text[64] = { 0 };

	memset(ivs, 0, sizeof(ivs));
	for (size_t i = 0; i < MESSAGES; i++) {
		struct buffer sealed = { 0 };

		assert_ok(sealer_seal(sealer, (struct bytes){ 0 },
				      bytes_of(text, plain_size(suite)), &sealed));
		memcpy(ivs[i], sealed.data, iv);
		buffer_free(&sealed);
	}
	qsort(ivs, MESSAGES, sizeof(*ivs), compare_ivs);
	for (size_t i = 1; iv && i < MESSAGES; i++)
		assert_memory_not_equal(ivs[i - 1], ivs[i], iv);
	sealer_free(sealer);
}

static void no_iv_comes_twice(void **state)
{
	each_suite(fresh_ivs);
}

static void empty_and_uneven_plaintexts(const struct cipher_suite *suite)
{
	struct sealer *sealer = sealer_of(suite);
	size_t block = encr_block_size(suite->encr);
	struct buffer sealed = { 0 };
	uint8_t text[64] = { 0 };

	for (size_t len = 0; len <= 2 * block; len++) {
		bool fits = len && len % block == 0;

		assert_int_equal(
			sealer_seal(sealer, (struct bytes){ 0 }, bytes_of(text, len), &sealed).code,
			fits ? 0 : -EINVAL);
		assert_int_equal(sealed.len > 0, fits);
		buffer_free(&sealed);
	}
	sealer_free(sealer);
}

static void plaintexts_are_padded(void **state)
{
	each_suite(empty_and_uneven_plaintexts);
}

/*
 * Opens a known answer of an AEAD. Linux has the IV at the end of the
 * associated data, which IKE and RFC 4106 themselves do not authenticate twice.
 */
static size_t open_aead_vectors(const char *set_name, uint16_t encr, size_t salt)
{
	json_t *file = vectors_load("linux-testmgr.json"), *vector;
	json_t *set = json_object_get(json_object_get(file, "sets"), set_name);
	size_t index, opened = 0;

	json_array_foreach(json_object_get(set, "vectors"), index, vector)
	{
		size_t klen = vector_number(vector, "klen"), plen = vector_number(vector, "plen");
		size_t alen = vector_number(vector, "alen");
		struct buffer key = vector_get(vector, "key", klen);
		struct buffer iv = vector_get(vector, "iv", 8),
			      text = vector_get(vector, "ctext", 0);
		struct buffer associated = vector_get(vector, "assoc", alen);
		struct buffer expected = vector_get(vector, "ptext", plen);
		struct cipher_suite suite = { encr, 0, 0 };
		struct buffer sealed = { 0 }, plain = { 0 };
		struct sealer *sealer;

		if (encr != ENCR_CHACHA20_POLY1305)
			suite.key_bits = (uint16_t)(8 * (klen - salt));
		assert_int_equal(text.len, vector_number(vector, "clen"));
		buffer_put(&sealed, buffer_bytes(&iv));
		buffer_put(&sealed, buffer_bytes(&text));
		assert_ok(sealer_new(&suite, buffer_bytes(&key), (struct bytes){ 0 }, &sealer));
		assert_ok(sealer_open(sealer, bytes_of(associated.data, alen - 8),
				      buffer_bytes(&sealed), &plain));
		assert_true(bytes_equal(buffer_bytes(&plain), buffer_bytes(&expected)));
		opened++;
		sealer_free(sealer);
		buffer_free(&key);
		buffer_free(&iv);
		buffer_free(&text);
		buffer_free(&associated);
		buffer_free(&expected);
		buffer_free(&sealed);
		buffer_free(&plain);
	}
	json_decref(file);
	return opened;
}

static void aead_known_answers(void **state)
{
	assert_int_equal(open_aead_vectors("aes_gcm_rfc4106_tv_template", ENCR_AES_GCM_16, 4), 23);
	assert_int_equal(open_aead_vectors("aes_ccm_rfc4309_tv_template", ENCR_AES_CCM_16, 3), 23);
	assert_int_equal(open_aead_vectors("rfc7539esp_tv_template", ENCR_CHACHA20_POLY1305, 4), 1);
}

/* A cipher alone, with a MAC that the test computes by itself. */
static size_t open_cipher_vectors(const char *set_name, uint16_t encr, bool takes_bits, size_t salt)
{
	static const uint8_t mac_key[32] = { 1, 2, 3 };
	const struct bytes associated = bytes_of_string("associated");
	json_t *file = vectors_load("linux-testmgr.json"), *vector;
	json_t *set = json_object_get(json_object_get(file, "sets"), set_name);
	size_t index, opened = 0;

	json_array_foreach(json_object_get(set, "vectors"), index, vector)
	{
		size_t klen = vector_number(vector, "klen"), len = vector_number(vector, "len");
		struct buffer key = vector_get(vector, "key", klen);
		struct buffer iv = vector_get(vector, "iv", encr_iv_size(encr));
		struct buffer text = vector_get(vector, "ctext", len);
		struct buffer expected = vector_get(vector, "ptext", len);
		struct cipher_suite suite = { encr, 0, INTEG_HMAC_SHA2_256_128 };
		struct buffer sealed = { 0 }, plain = { 0 };
		struct sealer *sealer;
		struct bytes parts[2];
		uint8_t mac[32];

		if (takes_bits)
			suite.key_bits = (uint16_t)(8 * (key.len - salt));
		buffer_put(&sealed, bytes_of(iv.data, encr_iv_size(encr)));
		buffer_put(&sealed, buffer_bytes(&text));
		parts[0] = associated;
		parts[1] = buffer_bytes(&sealed);
		assert_ok(prf_compute(PRF_HMAC_SHA2_256, BYTES(mac_key), parts, 2, mac));
		buffer_put(&sealed, bytes_of(mac, 16));
		assert_ok(sealer_new(&suite, buffer_bytes(&key), BYTES(mac_key), &sealer));
		assert_ok(sealer_open(sealer, associated, buffer_bytes(&sealed), &plain));
		assert_true(bytes_equal(buffer_bytes(&plain), buffer_bytes(&expected)));
		opened++;
		sealer_free(sealer);
		buffer_free(&key);
		buffer_free(&iv);
		buffer_free(&text);
		buffer_free(&expected);
		buffer_free(&sealed);
		buffer_free(&plain);
	}
	json_decref(file);
	return opened;
}

static void cipher_known_answers(void **state)
{
	assert_int_equal(open_cipher_vectors("aes_cbc_tv_template", ENCR_AES_CBC, true, 0), 5);
	assert_int_equal(open_cipher_vectors("aes_ctr_rfc3686_tv_template", ENCR_AES_CTR, true, 4),
			 7);
	assert_int_equal(open_cipher_vectors("des3_ede_cbc_tv_template", ENCR_3DES, false, 0), 2);
	assert_int_equal(open_cipher_vectors("des_cbc_tv_template", ENCR_DES, false, 0), 5);
}

/* Each MAC of a sealed message is its PRF's output, cut. */
static void integrity_is_a_truncated_mac(void **state)
{
	static const struct {
		uint16_t integ, prf;
		size_t key, icv;
	} cases[] = {
		{ INTEG_HMAC_MD5_96, PRF_HMAC_MD5, 16, 12 },
		{ INTEG_HMAC_SHA1_96, PRF_HMAC_SHA1, 20, 12 },
		{ INTEG_AES_XCBC_96, PRF_AES128_XCBC, 16, 12 },
		{ INTEG_AES_CMAC_96, PRF_AES128_CMAC, 16, 12 },
		{ INTEG_HMAC_SHA2_256_128, PRF_HMAC_SHA2_256, 32, 16 },
		{ INTEG_HMAC_SHA2_384_192, PRF_HMAC_SHA2_384, 48, 24 },
		{ INTEG_HMAC_SHA2_512_256, PRF_HMAC_SHA2_512, 64, 32 },
	};
	const struct bytes associated = bytes_of_string("associated"),
			   text = bytes_of_string("text");

	assert_int_equal(COUNT(cases), COUNT(all_integs));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cipher_suite suite = { ENCR_NULL, 0, cases[i].integ };
		const struct bytes parts[] = { associated, text };
		uint8_t key[64] = { 9, 8, 7 }, mac[CRYPTOX_HASH_MAX];
		struct buffer sealed = { 0 };
		struct sealer *sealer;

		assert_int_equal(integ_key_size(cases[i].integ), cases[i].key);
		assert_int_equal(suite_icv_size(&suite), cases[i].icv);
		assert_ok(sealer_new(&suite, (struct bytes){ 0 }, bytes_of(key, cases[i].key),
				     &sealer));
		assert_ok(sealer_seal(sealer, associated, text, &sealed));
		assert_ok(prf_compute(cases[i].prf, bytes_of(key, cases[i].key), parts, 2, mac));
		assert_int_equal(sealed.len, text.len + cases[i].icv);
		assert_memory_equal(sealed.data, text.data, text.len);
		assert_memory_equal(sealed.data + text.len, mac, cases[i].icv);
		buffer_free(&sealed);
		sealer_free(sealer);
	}
}

static void sizes(void **state)
{
	static const struct {
		uint16_t encr, bits;
		size_t key, iv, block, icv; /* @key 0: not allowed */
	} cases[] = {
		{ ENCR_DES, 0, 8, 8, 8, 0 },
		{ ENCR_3DES, 0, 24, 8, 8, 0 },
		{ ENCR_3DES, 192, 0, 8, 8, 0 },
		{ ENCR_AES_CBC, 128, 16, 16, 16, 0 },
		{ ENCR_AES_CBC, 192, 24, 16, 16, 0 },
		{ ENCR_AES_CBC, 256, 32, 16, 16, 0 },
		{ ENCR_AES_CBC, 0, 0, 16, 16, 0 },
		{ ENCR_AES_CBC, 64, 0, 16, 16, 0 },
		{ ENCR_AES_CBC, 160, 0, 16, 16, 0 },
		{ ENCR_AES_CBC, 320, 0, 16, 16, 0 },
		{ ENCR_AES_CTR, 128, 20, 8, 1, 0 },
		{ ENCR_AES_CCM_8, 128, 19, 8, 1, 8 },
		{ ENCR_AES_CCM_12, 192, 27, 8, 1, 12 },
		{ ENCR_AES_CCM_16, 256, 35, 8, 1, 16 },
		{ ENCR_AES_GCM_8, 128, 20, 8, 1, 8 },
		{ ENCR_AES_GCM_12, 192, 28, 8, 1, 12 },
		{ ENCR_AES_GCM_16, 256, 36, 8, 1, 16 },
		{ ENCR_CHACHA20_POLY1305, 0, 36, 8, 1, 16 },
		{ ENCR_CHACHA20_POLY1305, 256, 0, 8, 1, 16 },
		{ 1, 0, 0, 0, 1, 0 },
		{ 65535, 128, 0, 0, 1, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cipher_suite suite = { cases[i].encr, cases[i].bits, 0 };

		assert_int_equal(encr_key_size(cases[i].encr, cases[i].bits), cases[i].key);
		assert_int_equal(encr_allows(cases[i].encr, cases[i].bits), cases[i].key != 0);
		assert_int_equal(encr_iv_size(cases[i].encr), cases[i].iv);
		assert_int_equal(encr_block_size(cases[i].encr), cases[i].block);
		assert_int_equal(suite_icv_size(&suite), cases[i].icv);
		assert_int_equal(encr_is_aead(cases[i].encr), cases[i].icv != 0);
	}
	assert_true(encr_allows(ENCR_NULL, 0)); /* whose key has no octet */
	assert_int_equal(integ_key_size(0), 0);
	assert_int_equal(integ_key_size(99), 0);
}

static void suites_that_make_no_sense(void **state)
{
	static const struct {
		struct cipher_suite suite;
		size_t encr_key, integ_key;
		int code;
	} cases[] = {
		{ { 1, 0, INTEG_HMAC_SHA1_96 }, 8, 20, -ENOENT },
		{ { ENCR_AES_CBC, 0, INTEG_HMAC_SHA1_96 }, 16, 20, -ENOENT },
		{ { ENCR_AES_CBC, 128, 0 }, 16, 0, -ENOENT }, /* nothing would authenticate */
		{ { ENCR_AES_CBC, 128, 99 }, 16, 20, -ENOENT },
		{ { ENCR_AES_CBC, 128, INTEG_HMAC_SHA1_96 }, 15, 20, -EINVAL },
		{ { ENCR_AES_CBC, 128, INTEG_HMAC_SHA1_96 }, 16, 19, -EINVAL },
		{ { ENCR_AES_CBC, 128, INTEG_HMAC_SHA1_96 }, 16, 21, -EINVAL },
		{ { ENCR_AES_GCM_16, 128, INTEG_HMAC_SHA1_96 }, 20, 20, -EINVAL },
		{ { ENCR_AES_GCM_16, 128, 0 }, 16, 0, -EINVAL }, /* no salt */
		{ { ENCR_AES_GCM_16, 128, 0 }, 20, 20, -EINVAL },
		{ { ENCR_NULL_AES_GMAC, 128, 0 }, 20, 0, -ENOTSUP },
	};
	const uint8_t key[64] = { 0 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sealer *sealer = NULL;
		struct result result = sealer_new(&cases[i].suite, bytes_of(key, cases[i].encr_key),
						  bytes_of(key, cases[i].integ_key), &sealer);

		assert_int_equal(result.code, cases[i].code);
		assert_string_not_equal(result.why, "");
		assert_null(sealer);
	}
	sealer_free(NULL);
}

/* DES comes with the legacy provider, also when that is loaded later. */
static void des_needs_the_legacy_provider(void **state)
{
	const struct cipher_suite suite = { ENCR_DES, 0, INTEG_HMAC_MD5_96 };
	const uint8_t key[16] = { 1 };
	struct sealer *sealer = NULL;
	struct result result;

	cryptox_stop();
	assert_ok(cryptox_start(false));
	result = sealer_new(&suite, bytes_of(key, 8), BYTES(key), &sealer);
	assert_int_equal(result.code, -ENOTSUP);
	assert_string_equal(result.why, "OpenSSL does not offer DES without its legacy provider");
	assert_ok(cryptox_start(true));
	assert_ok(sealer_new(&suite, bytes_of(key, 8), BYTES(key), &sealer));
	sealer_free(sealer);
}

static int set_up(void **state)
{
	return cryptox_start(true).code;
}

static int tear_down(void **state)
{
	cryptox_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_suites_there_and_back),
		cmocka_unit_test(all_suites_refuse_forgeries),
		cmocka_unit_test(no_iv_comes_twice),
		cmocka_unit_test(plaintexts_are_padded),
		cmocka_unit_test(aead_known_answers),
		cmocka_unit_test(cipher_known_answers),
		cmocka_unit_test(integrity_is_a_truncated_mac),
		cmocka_unit_test(sizes),
		cmocka_unit_test(suites_that_make_no_sense),
		cmocka_unit_test(des_needs_the_legacy_provider),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

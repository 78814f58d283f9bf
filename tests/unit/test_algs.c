// SPDX-License-Identifier: GPL-2.0-or-later
/* A16: The module's algorithms, against the RFCs, the daemon and Linux's test vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Before cmocka.h, which has a fail() of its own. */
#include "../support/vectors.h"
#include "cryptox/cryptox.h"

#include <cmocka.h>

#include <kshim.h>
#include "../../kmod/algs.c"

enum { KEY_MAX = 128 };

/* What RFCs say; keys with their salt. */
static const struct {
	u16 id;
	u8 keys[3], salt, iv, block, icv;
	enum seki_iv kind;
} encr_rows[] = {
	{ ENCR_DES, { 8 }, 0, 8, 8, 0, SEKI_IV_RANDOM }, /* RFC 2405 */
	{ ENCR_3DES, { 24 }, 0, 8, 8, 0, SEKI_IV_RANDOM }, /* RFC 2451 */
	{ ENCR_NULL, { 0 }, 0, 0, 1, 0, SEKI_IV_NONE }, /* RFC 2410 */
	{ ENCR_AES_CBC, { 16, 24, 32 }, 0, 16, 16, 0, SEKI_IV_RANDOM }, /* RFC 3602 */
	{ ENCR_AES_CTR, { 20, 28, 36 }, 4, 8, 1, 0, SEKI_IV_COUNTER }, /* RFC 3686 */
	{ ENCR_AES_CCM_8, { 19, 27, 35 }, 3, 8, 1, 8, SEKI_IV_COUNTER }, /* RFC 4309 */
	{ ENCR_AES_CCM_12, { 19, 27, 35 }, 3, 8, 1, 12, SEKI_IV_COUNTER },
	{ ENCR_AES_CCM_16, { 19, 27, 35 }, 3, 8, 1, 16, SEKI_IV_COUNTER },
	{ ENCR_AES_GCM_8, { 20, 28, 36 }, 4, 8, 1, 8, SEKI_IV_COUNTER }, /* RFC 4106 */
	{ ENCR_AES_GCM_12, { 20, 28, 36 }, 4, 8, 1, 12, SEKI_IV_COUNTER },
	{ ENCR_AES_GCM_16, { 20, 28, 36 }, 4, 8, 1, 16, SEKI_IV_COUNTER },
	{ ENCR_NULL_AES_GMAC, { 20, 28, 36 }, 4, 8, 1, 16, SEKI_IV_COUNTER }, /* RFC 4543 */
	{ ENCR_CHACHA20_POLY1305, { 36 }, 4, 8, 1, 16, SEKI_IV_COUNTER }, /* RFC 7634 */
};

static const struct {
	u16 id;
	u8 key, icv, iv;
} integ_rows[] = {
	{ INTEG_HMAC_MD5_96, 16, 12, 0 }, /* RFC 2403 */
	{ INTEG_HMAC_SHA1_96, 20, 12, 0 }, /* RFC 2404 */
	{ INTEG_AES_XCBC_96, 16, 12, 0 }, /* RFC 3566 */
	{ INTEG_AES_CMAC_96, 16, 12, 0 }, /* RFC 4494 */
	{ INTEG_HMAC_SHA2_256_128, 32, 16, 0 }, /* RFC 4868 */
	{ INTEG_HMAC_SHA2_384_192, 48, 24, 0 }, { INTEG_HMAC_SHA2_512_256, 64, 32, 0 },
	{ INTEG_AES_128_GMAC, 20, 16, 8 }, /* RFC 4543 */
	{ INTEG_AES_192_GMAC, 28, 16, 8 },	{ INTEG_AES_256_GMAC, 36, 16, 8 },
};

static void encryption_as_the_rfcs_say(void **state)
{
	assert_int_equal(ARRAY_SIZE(encrs), ARRAY_SIZE(encr_rows));
	for (size_t i = 0; i < ARRAY_SIZE(encr_rows); i++) {
		const struct seki_encr *encr = seki_encr_find(encr_rows[i].id);

		assert_non_null(encr);
		assert_int_equal(encr->id, encr_rows[i].id);
		assert_int_equal(encr->salt, encr_rows[i].salt);
		assert_int_equal(encr->iv, encr_rows[i].iv);
		assert_int_equal(encr->block, encr_rows[i].block);
		assert_int_equal(encr->icv, encr_rows[i].icv);
		assert_int_equal(seki_encr_iv(encr), encr_rows[i].kind);
		for (unsigned int len = 0; len <= KEY_MAX; len++) {
			const u8 *keys = encr_rows[i].keys;
			bool good =
				len ? len == keys[0] || len == keys[1] || len == keys[2] : !keys[0];

			assert_int_equal(seki_encr_key_ok(encr, len), good);
		}
	}
}

static void integrity_as_the_rfcs_say(void **state)
{
	assert_int_equal(ARRAY_SIZE(integs), ARRAY_SIZE(integ_rows));
	for (size_t i = 0; i < ARRAY_SIZE(integ_rows); i++) {
		const struct seki_integ *integ = seki_integ_find(integ_rows[i].id);

		assert_non_null(integ);
		assert_int_equal(integ->id, integ_rows[i].id);
		assert_int_equal(integ->key, integ_rows[i].key);
		assert_int_equal(integ->icv, integ_rows[i].icv);
		assert_int_equal(integ->iv, integ_rows[i].iv);
	}
}

/* Each id finds one row, the row that has it, and all others none. */
static void ids_are_unique(void **state)
{
	unsigned int encr_count = 0, integ_count = 0;

	for (unsigned int id = 0; id <= 0xffff; id++) {
		encr_count += !!seki_encr_find(id);
		integ_count += !!seki_integ_find(id);
	}
	assert_int_equal(encr_count, ARRAY_SIZE(encrs));
	assert_int_equal(integ_count, ARRAY_SIZE(integs));
	for (size_t i = 0; i < ARRAY_SIZE(encrs); i++)
		assert_ptr_equal(seki_encr_find(encrs[i].id), &encrs[i]);
	for (size_t i = 0; i < ARRAY_SIZE(integs); i++)
		assert_ptr_equal(seki_integ_find(integs[i].id), &integs[i]);
}

static void all_have_names(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(encrs); i++) {
		assert_true(encrs[i].name[0]);
		assert_true(encrs[i].driver[0]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(integs); i++) {
		assert_true(integs[i].name[0]);
		assert_true(integs[i].driver[0]);
	}
}

/* What the daemon negotiates, the module takes; and nothing else. */
static void keys_that_the_daemon_makes(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(encrs); i++) {
		u16 id = encrs[i].id;
		bool made[KEY_MAX + 1] = { false };

		for (u16 bits = 0; bits <= 8 * (KEY_MAX - 8); bits++)
			if (encr_allows(id, bits)) {
				assert_in_range(encr_key_size(id, bits), 0, KEY_MAX);
				made[encr_key_size(id, bits)] = true;
			}
		for (unsigned int len = 0; len <= KEY_MAX; len++)
			assert_int_equal(seki_encr_key_ok(&encrs[i], len), made[len]);
		assert_int_equal(encr_iv_size(id), encrs[i].iv);
		assert_int_equal(encr_block_size(id), encrs[i].block);
		assert_int_equal(encr_is_aead(id), !!encrs[i].icv);
	}
	for (size_t i = 0; i < ARRAY_SIZE(integs); i++) {
		struct cipher_suite suite = { ENCR_NULL, 0, integs[i].id };

		assert_int_equal(integ_key_size(integs[i].id), integs[i].key);
		assert_int_equal(suite_icv_size(&suite), integs[i].icv);
	}
}

/* Linux's vectors are for the ciphers that the table names. */
static void keys_that_linux_takes(void **state)
{
	static const struct {
		const char *set, *driver;
		u16 id;
	} sets[] = {
		{ "des_cbc_tv_template", "cbc(des)", ENCR_DES },
		{ "des3_ede_cbc_tv_template", "cbc(des3_ede)", ENCR_3DES },
		{ "aes_cbc_tv_template", "cbc(aes)", ENCR_AES_CBC },
		{ "aes_gcm_rfc4106_tv_template", "rfc4106(gcm(aes))", ENCR_AES_GCM_16 },
		{ "aes_gcm_rfc4543_tv_template", "rfc4543(gcm(aes))", ENCR_NULL_AES_GMAC },
		{ "aes_ccm_rfc4309_tv_template", "rfc4309(ccm(aes))", ENCR_AES_CCM_16 },
		{ "rfc7539esp_tv_template", "rfc7539esp(chacha20,poly1305)",
		  ENCR_CHACHA20_POLY1305 },
	};
	json_t *file = vectors_load("linux-testmgr.json"), *vector;
	size_t index;

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		json_t *set = json_object_get(json_object_get(file, "sets"), sets[i].set);
		const struct seki_encr *encr = seki_encr_find(sets[i].id);

		assert_string_equal(encr->driver, sets[i].driver);
		assert_true(json_array_size(json_object_get(set, "vectors")) > 0);
		json_array_foreach(json_object_get(set, "vectors"), index, vector)
		{
			assert_true(seki_encr_key_ok(encr, vector_number(vector, "klen")));
			if (encr->icv)
				assert_int_equal(vector_number(vector, "clen") -
							 vector_number(vector, "plen"),
						 encr->icv);
		}
	}
	json_decref(file);
}

/* Nor is there an ICV that is longer than the hash that Linux computes. */
static void icvs_that_linux_has(void **state)
{
	static const struct {
		const char *set, *driver;
		u16 id;
	} sets[] = {
		{ "hmac_md5_tv_template", "hmac(md5)", INTEG_HMAC_MD5_96 },
		{ "hmac_sha1_tv_template", "hmac(sha1)", INTEG_HMAC_SHA1_96 },
		{ "hmac_sha256_tv_template", "hmac(sha256)", INTEG_HMAC_SHA2_256_128 },
		{ "hmac_sha384_tv_template", "hmac(sha384)", INTEG_HMAC_SHA2_384_192 },
		{ "hmac_sha512_tv_template", "hmac(sha512)", INTEG_HMAC_SHA2_512_256 },
		{ "aes_xcbc128_tv_template", "xcbc(aes)", INTEG_AES_XCBC_96 },
	};
	json_t *file = vectors_load("linux-testmgr.json"), *vector;
	size_t index;

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		json_t *set = json_object_get(json_object_get(file, "sets"), sets[i].set);
		const struct seki_integ *integ = seki_integ_find(sets[i].id);
		size_t longest = 0;

		assert_string_equal(integ->driver, sets[i].driver);
		json_array_foreach(json_object_get(set, "vectors"), index, vector)
		{
			struct buffer digest = vector_get(vector, "digest", 0);

			longest = digest.len > longest ? digest.len : longest;
			buffer_free(&digest);
		}
		/* HMAC keys are as long as the digest (RFC 4868 section 2.1.1). */
		assert_int_equal(integ->key, longest);
		assert_true(integ->icv <= longest && integ->icv >= longest / 2);
	}
	json_decref(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encryption_as_the_rfcs_say),
		cmocka_unit_test(integrity_as_the_rfcs_say),
		cmocka_unit_test(ids_are_unique),
		cmocka_unit_test(all_have_names),
		cmocka_unit_test(keys_that_the_daemon_makes),
		cmocka_unit_test(keys_that_linux_takes),
		cmocka_unit_test(icvs_that_linux_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

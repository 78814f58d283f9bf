// SPDX-License-Identifier: GPL-2.0-or-later
/* Pseudo-random functions, prf+, the MACs below them, and randomness. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a fail() of its own. */
#include "../support/vectors.h"
#include "cryptox/internal.h"

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const uint16_t all_prfs[] = {
#define X(symbol, id, ...) id,
	SEKI_PRF_LIST(X)
#undef X
};

static void assert_ok(struct result result)
{
	assert_string_equal(result.why, "");
	assert_int_equal(result.code, 0);
}

static void assert_octets(const uint8_t *found, const char *expected_hex)
{
	struct buffer expected = vector_hex(expected_hex);

	assert_memory_equal(found, expected.data, expected.len);
	buffer_free(&expected);
}

/* The vectors of RFC 2202 and RFC 4231, and more. */
static void hmac_known_answers(void **state)
{
	static const struct {
		const char *set;
		uint16_t prf;
	} sets[] = {
		{ "hmac_md5_tv_template", PRF_HMAC_MD5 },
		{ "hmac_sha1_tv_template", PRF_HMAC_SHA1 },
		{ "hmac_sha256_tv_template", PRF_HMAC_SHA2_256 },
		{ "hmac_sha384_tv_template", PRF_HMAC_SHA2_384 },
		{ "hmac_sha512_tv_template", PRF_HMAC_SHA2_512 },
	};
	json_t *file = vectors_load("linux-testmgr.json");
	size_t tried = 0;

	for (size_t i = 0; i < COUNT(sets); i++) {
		json_t *set = json_object_get(json_object_get(file, "sets"), sets[i].set);
		json_t *vector;
		size_t index;

		json_array_foreach(json_object_get(set, "vectors"), index, vector)
		{
			struct buffer key =
				vector_get(vector, "key", vector_number(vector, "ksize"));
			struct buffer text =
				vector_get(vector, "plaintext", vector_number(vector, "psize"));
			struct buffer digest = vector_get(vector, "digest", prf_size(sets[i].prf));
			struct bytes part = buffer_bytes(&text);
			uint8_t out[CRYPTOX_HASH_MAX];

			assert_int_equal(digest.len, prf_size(sets[i].prf));
			assert_ok(prf_compute(sets[i].prf, buffer_bytes(&key), &part, 1, out));
			assert_memory_equal(out, digest.data, digest.len);
			buffer_free(&key);
			buffer_free(&text);
			buffer_free(&digest);
			tried++;
		}
	}
	assert_int_equal(tried, 32);
	json_decref(file);
}

/* RFC 3566 section 4.6 */
static void xcbc_known_answers(void **state)
{
	json_t *file = vectors_load("linux-testmgr.json");
	json_t *set = json_object_get(json_object_get(file, "sets"), "aes_xcbc128_tv_template");
	json_t *vector;
	size_t index;

	assert_int_equal(json_array_size(json_object_get(set, "vectors")), 6);
	json_array_foreach(json_object_get(set, "vectors"), index, vector)
	{
		struct buffer key = vector_get(vector, "key", 16);
		struct buffer text =
			vector_get(vector, "plaintext", vector_number(vector, "psize"));
		struct buffer digest = vector_get(vector, "digest", 16);
		struct bytes part = buffer_bytes(&text);
		uint8_t out[CRYPTOX_HASH_MAX];

		assert_ok(prf_compute(PRF_AES128_XCBC, buffer_bytes(&key), &part, 1, out));
		assert_memory_equal(out, digest.data, 16);
		buffer_free(&key);
		buffer_free(&text);
		buffer_free(&digest);
	}
	json_decref(file);
}

/* Keys that do not have 16 octets: RFC 4434 section 3 and RFC 4615 section 4;
 * messages of all shapes: RFC 4493 section 4.
 */
static void aes_prf_known_answers(void **state)
{
	static const char counting[] = "000102030405060708090a0b0c0d0e0f10111213";
	static const char text[] =
		"6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
		"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
	static const struct {
		uint16_t prf;
		const char *key, *text;
		size_t len;
		const char *out;
	} cases[] = {
		{ PRF_AES128_XCBC, "000102030405060708090a0b0c0d0e0f", counting, 20,
		  "47f51b4564966215b8985c63055ed308" },
		{ PRF_AES128_XCBC, "00010203040506070809", counting, 20,
		  "0fa087af7d866e7653434e602fdde835" },
		{ PRF_AES128_XCBC, "000102030405060708090a0b0c0d0e0fedcb", counting, 20,
		  "8cd3c93ae598a9803006ffb67c40e9e4" },
		{ PRF_AES128_CMAC, "000102030405060708090a0b0c0d0e0fedcb", counting, 20,
		  "84a348a4a45d235babfffc0d2b4da09a" },
		{ PRF_AES128_CMAC, "000102030405060708090a0b0c0d0e0f", counting, 20,
		  "980ae87b5f4c9c5214f5b6a8455e4c2d" },
		{ PRF_AES128_CMAC, "00010203040506070809", counting, 20,
		  "290d9e112edb09ee141fcf64c0b72f3d" },
		{ PRF_AES128_CMAC, "2b7e151628aed2a6abf7158809cf4f3c", text, 0,
		  "bb1d6929e95937287fa37d129b756746" },
		{ PRF_AES128_CMAC, "2b7e151628aed2a6abf7158809cf4f3c", text, 16,
		  "070a16b46b4d4144f79bdd9dd04a287c" },
		{ PRF_AES128_CMAC, "2b7e151628aed2a6abf7158809cf4f3c", text, 40,
		  "dfa66747de9ae63030ca32611497c827" },
		{ PRF_AES128_CMAC, "2b7e151628aed2a6abf7158809cf4f3c", text, 64,
		  "51f0bebf7e3b9d92fc49741779363cfe" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer key = vector_hex(cases[i].key), in = vector_hex(cases[i].text);
		struct bytes part = bytes_of(in.data, cases[i].len);
		uint8_t out[CRYPTOX_HASH_MAX];

		assert_ok(prf_compute(cases[i].prf, buffer_bytes(&key), &part, 1, out));
		assert_octets(out, cases[i].out);
		buffer_free(&key);
		buffer_free(&in);
	}
}

/* However a message is cut into parts, the result is the same; no key is a key too. */
static void parts_make_one_message(void **state)
{
	uint8_t message[100], whole[CRYPTOX_HASH_MAX], cut[CRYPTOX_HASH_MAX];

	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < COUNT(all_prfs); i++) {
		for (size_t key_len = 0; key_len <= 80; key_len += 16) {
			struct bytes key = bytes_of(key_len ? message : NULL, key_len);
			struct bytes one = BYTES(message);
			size_t size = prf_size(all_prfs[i]);

			assert_ok(prf_compute(all_prfs[i], key, &one, 1, whole));
			for (size_t at = 0; at <= sizeof(message); at++) {
				struct bytes parts[] = {
					bytes_of(message, at),
					{ 0 },
					bytes_of(message + at, sizeof(message) - at),
				};

				assert_ok(prf_compute(all_prfs[i], key, parts, 3, cut));
				assert_memory_equal(whole, cut, size);
			}
		}
	}
}

static void sizes(void **state)
{
	static const size_t expected[] = { 16, 20, 16, 32, 48, 64, 16 };

	assert_int_equal(COUNT(expected), COUNT(all_prfs));
	for (size_t i = 0; i < COUNT(all_prfs); i++)
		assert_int_equal(prf_size(all_prfs[i]), expected[i]);
}

static void unknown_prfs(void **state)
{
	static const uint16_t unknown[] = { 0, 3, 9, 65535 };
	uint8_t out[CRYPTOX_HASH_MAX];
	struct bytes text = bytes_of_string("text");

	for (size_t i = 0; i < COUNT(unknown); i++) {
		assert_int_equal(prf_size(unknown[i]), 0);
		assert_int_equal(prf_compute(unknown[i], text, &text, 1, out).code, -ENOENT);
		assert_int_equal(prf_plus(unknown[i], text, text, out, 8).code, -ENOENT);
	}
}

/* RFC 7296 section 2.14: only the PRFs on AES use a part of each nonce. */
static void nonces(void **state)
{
	uint8_t nonce[32] = { 0 };

	for (size_t i = 0; i < COUNT(all_prfs); i++) {
		bool on_aes = all_prfs[i] == PRF_AES128_XCBC || all_prfs[i] == PRF_AES128_CMAC;

		assert_int_equal(prf_nonce(all_prfs[i], BYTES(nonce)).len, on_aes ? 8 : 32);
		assert_int_equal(prf_nonce(all_prfs[i], bytes_of(nonce, 5)).len, 5);
		assert_ptr_equal(prf_nonce(all_prfs[i], BYTES(nonce)).data, nonce);
	}
}

/* Block by block as RFC 7296 section 2.13 spells it out, at every length near a border. */
static void prf_plus_is_a_chain(void **state)
{
	struct bytes key = bytes_of_string("a key of some octets"),
		     seed = bytes_of_string("the seed");

	for (size_t i = 0; i < COUNT(all_prfs); i++) {
		size_t size = prf_size(all_prfs[i]);
		uint8_t chain[4 * CRYPTOX_HASH_MAX], out[4 * CRYPTOX_HASH_MAX + 1];

		for (uint8_t n = 1; n <= 4; n++) {
			uint8_t *block = chain + (size_t)(n - 1) * size;
			struct bytes parts[] = { { 0 }, seed, { &n, 1 } };

			if (n > 1)
				parts[0] = bytes_of(block - size, size);
			assert_ok(prf_compute(all_prfs[i], key, parts, 3, block));
		}
		for (size_t len = 0; len <= 4 * size; len++) {
			memset(out, 0xa5, sizeof(out));
			assert_ok(prf_plus(all_prfs[i], key, seed, out, len));
			assert_memory_equal(out, chain, len);
			assert_int_equal(out[len], 0xa5); /* not an octet more */
		}
	}
}

static void prf_plus_ends_at_255_blocks(void **state)
{
	struct bytes key = bytes_of_string("key");
	size_t most = 255 * prf_size(PRF_HMAC_SHA1);
	uint8_t *out = malloc(most + 1);

	assert_ok(prf_plus(PRF_HMAC_SHA1, key, key, out, most));
	assert_int_equal(prf_plus(PRF_HMAC_SHA1, key, key, out, most + 1).code, -ERANGE);
	free(out);
}

/* One case of NIST's file: the lines from COUNT to the next COUNT. */
enum field {
	NI,
	NR,
	SECRET,
	SECRET_NEW,
	SPI_I,
	SPI_R,
	SKEYSEED,
	DKM,
	DKM_CHILD,
	DKM_CHILD_DH,
	SKEYSEED_REKEY,
	FIELDS
};

static const char *const field_names[FIELDS] = {
	"Ni",
	"Nr",
	"g^ir",
	"g^ir (new)",
	"SPIi",
	"SPIr",
	"SKEYSEED",
	"DKM",
	"DKM(Child SA)",
	"DKM(Child SA D-H)",
	"SKEYSEED(Rekey)",
};

static void assert_prf_plus(uint16_t prf, struct bytes key, const struct bytes *parts, size_t count,
			    const struct buffer *expected)
{
	struct buffer seed = { 0 }, out = { 0 };

	for (size_t i = 0; i < count; i++)
		buffer_put(&seed, parts[i]);
	assert_ok(prf_plus(prf, key, buffer_bytes(&seed), buffer_extend(&out, expected->len),
			   expected->len));
	assert_memory_equal(out.data, expected->data, expected->len);
	buffer_free(&seed);
	buffer_free(&out);
}

/* RFC 7296 sections 2.14 (SKEYSEED and its keys), 2.17 (child), 2.18 (rekey) */
static void check_nist_case(uint16_t prf, const struct buffer *fields)
{
	struct bytes f[FIELDS];
	uint8_t skeyseed[CRYPTOX_HASH_MAX];
	struct buffer nonces_key = { 0 };
	struct bytes sk_d;

	for (size_t i = 0; i < FIELDS; i++)
		f[i] = buffer_bytes(&fields[i]);
	buffer_put(&nonces_key, f[NI]);
	buffer_put(&nonces_key, f[NR]);
	assert_ok(prf_compute(prf, buffer_bytes(&nonces_key), &f[SECRET], 1, skeyseed));
	assert_int_equal(f[SKEYSEED].len, prf_size(prf));
	assert_memory_equal(skeyseed, f[SKEYSEED].data, f[SKEYSEED].len);

	assert_prf_plus(prf, f[SKEYSEED], (struct bytes[]){ f[NI], f[NR], f[SPI_I], f[SPI_R] }, 4,
			&fields[DKM]);
	sk_d = bytes_of(f[DKM].data, prf_size(prf)); /* the first of its keys */
	assert_prf_plus(prf, sk_d, (struct bytes[]){ f[NI], f[NR] }, 2, &fields[DKM_CHILD]);
	assert_prf_plus(prf, sk_d, (struct bytes[]){ f[SECRET_NEW], f[NI], f[NR] }, 3,
			&fields[DKM_CHILD_DH]);
	assert_ok(prf_compute(prf, sk_d, (struct bytes[]){ f[SECRET_NEW], f[NI], f[NR] }, 3,
			      skeyseed));
	assert_memory_equal(skeyseed, f[SKEYSEED_REKEY].data, f[SKEYSEED_REKEY].len);
	buffer_free(&nonces_key);
}

static void nist_key_derivation(void **state)
{
	static const struct {
		const char *name;
		uint16_t prf;
	} hashes[] = {
		{ "SHA-1", PRF_HMAC_SHA1 },
		{ "SHA-256", PRF_HMAC_SHA2_256 },
		{ "SHA-384", PRF_HMAC_SHA2_384 },
		{ "SHA-512", PRF_HMAC_SHA2_512 },
	};
	struct buffer fields[FIELDS] = { { 0 } };
	size_t checked = 0, per_hash[COUNT(hashes)] = { 0 }, hash = COUNT(hashes);
	struct fax fax;

	fax_open(&fax, "nist-sp800-135/ikev2.fax");
	while (fax_next(&fax)) {
		for (size_t i = 0; i < COUNT(hashes); i++) {
			if (!strcmp(fax.key, hashes[i].name))
				hash = i;
		}
		for (size_t i = 0; i < FIELDS; i++) {
			if (strcmp(fax.key, field_names[i]))
				continue;
			buffer_free(&fields[i]);
			fields[i] = vector_hex(fax.value);
			if (i != FIELDS - 1)
				continue;
			/* The last line of a case. */
			assert_true(hash < COUNT(hashes));
			check_nist_case(hashes[hash].prf, fields);
			per_hash[hash]++;
			checked++;
		}
	}
	assert_int_equal(checked, 90);
	for (size_t i = 0; i < COUNT(hashes); i++)
		assert_true(per_hash[i] > 0);
	for (size_t i = 0; i < FIELDS; i++)
		buffer_free(&fields[i]);
}

static void sha1_known_answers(void **state)
{
	const struct bytes parts[] = { bytes_of_string("a"), bytes_of_string("bc") };
	uint8_t out[20];

	sha1(parts, 2, out); /* FIPS 180-2 appendix A */
	assert_octets(out, "a9993e364706816aba3e25717850c26c9cd0d89d");
	sha1(parts, 0, out);
	assert_octets(out, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

/* Cannot show that it is random, but that it writes all octets and nothing twice. */
static void randomness(void **state)
{
	uint8_t zero_each[32] = { 0 }, out[33];

	for (unsigned int i = 0; i < 64; i++) {
		out[32] = 0xa5;
		random_fill(out, 32);
		assert_int_equal(out[32], 0xa5);
		for (size_t k = 0; k < 32; k++)
			zero_each[k] |= out[k];
	}
	for (size_t k = 0; k < 32; k++)
		assert_int_not_equal(zero_each[k], 0);
	assert_true(random_u64() != random_u64());
}

/* May be called again, without and with the legacy provider, and after a stop. */
static void starting_again(void **state)
{
	uint8_t out[CRYPTOX_HASH_MAX];
	struct bytes text = bytes_of_string("text");

	assert_ok(cryptox_start(false));
	assert_ok(cryptox_start(true));
	assert_ok(prf_compute(PRF_HMAC_MD5, text, &text, 1, out));
	cryptox_stop();
	assert_ok(cryptox_start(false));
	assert_ok(prf_compute(PRF_HMAC_SHA2_256, text, &text, 1, out));
}

static int set_up(void **state)
{
	return cryptox_start(false).code;
}

static int tear_down(void **state)
{
	cryptox_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hmac_known_answers),
		cmocka_unit_test(xcbc_known_answers),
		cmocka_unit_test(aes_prf_known_answers),
		cmocka_unit_test(parts_make_one_message),
		cmocka_unit_test(sizes),
		cmocka_unit_test(unknown_prfs),
		cmocka_unit_test(nonces),
		cmocka_unit_test(prf_plus_is_a_chain),
		cmocka_unit_test(prf_plus_ends_at_255_blocks),
		cmocka_unit_test(nist_key_derivation),
		cmocka_unit_test(sha1_known_answers),
		cmocka_unit_test(randomness),
		cmocka_unit_test(starting_again),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

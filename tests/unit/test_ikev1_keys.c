// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keys of IKEv1 (RFC 2409 section 5 and appendix B) against NIST's vectors and
 * against answers that tests/vectors/make-ikev1.py has computed. Rows A14, A15, A16.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../support/vectors.h"
#include "ike/v1/keys.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MESSAGE_ID 0x1cc3214c
#define SPI 0x705b8268

static void assert_ok(struct result result)
{
	assert_string_equal(result.why, "");
}

static struct bytes pattern(uint8_t *out, size_t len, unsigned int factor, unsigned int first)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(factor * i + first);
	return bytes_of(out, len);
}

static void assert_member(const json_t *vector, const char *name, const uint8_t *got, size_t len)
{
	struct buffer want = vector_get(vector, name, len);

	assert_int_equal(want.len, len);
	assert_memory_equal(got, want.data, len);
	buffer_free(&want);
}

/* A public value and an identity, one after the other, there and back. */
static void check_ephemeral(const json_t *vector, const struct ikev1_keys *keys, struct bytes nonce,
			    uint64_t cookie, struct bytes public_value, struct bytes id)
{
	struct ikev1_ephemeral ephemeral, back;
	struct buffer ke = {}, body = {}, both = {};

	buffer_put(&ke, public_value);
	buffer_put(&body, id);
	assert_ok(ikev1_ephemeral_begin(keys, &ephemeral, nonce, cookie));
	back = ephemeral;
	assert_ok(ikev1_ephemeral_encrypt(keys, &ephemeral, &ke));
	assert_ok(ikev1_ephemeral_encrypt(keys, &ephemeral, &body));
	buffer_put(&both, buffer_bytes(&ke));
	buffer_put(&both, buffer_bytes(&body));
	assert_member(vector, "ephemeral", both.data, both.len);
	assert_ok(ikev1_ephemeral_decrypt(keys, &back, &ke));
	assert_ok(ikev1_ephemeral_decrypt(keys, &back, &body));
	assert_true(bytes_equal(buffer_bytes(&ke), public_value));
	assert_true(bytes_equal(buffer_bytes(&body), id));
	/* neither whole blocks nor a padding */
	buffer_put_u8(&body, 0);
	assert_int_equal(ikev1_ephemeral_decrypt(keys, &back, &body).code, -EPROTO);
	buffer_free(&body);
	assert_int_equal(ikev1_ephemeral_decrypt(keys, &back, &body).code, -EPROTO);
	buffer_free(&ke);
	buffer_free(&both);
}

static void check_suite(const json_t *vector)
{
	uint8_t ni[20], nr[20], gxy[128], gxi[128], gxr[128], sa[40], plain[48], out[64];
	static const uint8_t id[] = { 1, 17, 1, 0xf4, 192, 1, 1, 42 };
	struct bytes nonce_i = pattern(ni, 20, 1, 1), nonce_r = pattern(nr, 20, 1, 101);
	struct bytes secret = pattern(gxy, 128, 7, 3), none = bytes_of(NULL, 0);
	struct ikev1_cookies cookies = { 0xf074d8bbd5a59f0b, 0xf94020dd8cb4b9c4 };
	struct ikev1_proof proof = {
		.own_public = pattern(gxi, 128, 5, 1),
		.other_public = pattern(gxr, 128, 11, 2),
		.own_cookie = cookies.initiator,
		.other_cookie = cookies.responder,
		.sa_body = pattern(sa, 40, 1, 0),
		.id_body = BYTES(id),
	};
	struct ikev1_proof other = proof;
	struct bytes parts[] = { nonce_i, bytes_of_string("payloads") };
	struct ikev1_iv iv, next;
	struct ikev1_keys keys;

	assert_ok(ikev1_keys_begin(&keys, (uint16_t)vector_number(vector, "prf"),
				   (uint16_t)vector_number(vector, "encr"),
				   (uint16_t)vector_number(vector, "key_bits")));
	assert_false(keys.ready);
	assert_ok(ikev1_skeyid_signature(&keys, nonce_i, nonce_r, secret));
	assert_member(vector, "skeyid_signature", keys.skeyid, keys.prf_len);
	assert_ok(ikev1_skeyid_encrypted(&keys, nonce_i, nonce_r, &cookies));
	assert_member(vector, "skeyid_encrypted", keys.skeyid, keys.prf_len);
	check_ephemeral(vector, &keys, nonce_r, cookies.responder, proof.other_public, BYTES(id));
	assert_ok(ikev1_skeyid_psk(&keys, bytes_of_string("sharedkey"), nonce_i, nonce_r));
	assert_ok(ikev1_keys_expand(&keys, secret, &cookies));
	assert_true(keys.ready);
	assert_member(vector, "cipher_key", keys.cipher_key, keys.cipher_key_len);

	assert_ok(ikev1_proof_hash(&keys, &proof, out));
	assert_member(vector, "hash_i", out, keys.prf_len);
	other.own_public = proof.other_public;
	other.other_public = proof.own_public;
	other.own_cookie = proof.other_cookie;
	other.other_cookie = proof.own_cookie;
	assert_ok(ikev1_proof_hash(&keys, &other, out));
	assert_member(vector, "hash_r", out, keys.prf_len);
	assert_ok(ikev1_message_hash(&keys, MESSAGE_ID, &parts[1], 1, out));
	assert_member(vector, "hash_1", out, keys.prf_len);
	assert_ok(ikev1_message_hash(&keys, MESSAGE_ID, parts, 2, out));
	assert_member(vector, "hash_2", out, keys.prf_len);
	assert_ok(ikev1_last_hash(&keys, MESSAGE_ID, nonce_i, nonce_r, out));
	assert_member(vector, "hash_3", out, keys.prf_len);

	assert_ok(ikev1_keymat(&keys, none, 3, SPI, nonce_i, nonce_r, out, 60));
	assert_member(vector, "keymat", out, 60);
	assert_ok(ikev1_keymat(&keys, secret, 3, SPI, nonce_i, nonce_r, out, 60));
	assert_member(vector, "keymat_pfs", out, 60);

	/* The IV of phase 2 is made of the last block of phase 1. */
	assert_ok(ikev1_iv_phase_1(&keys, proof.own_public, proof.other_public, &iv));
	assert_member(vector, "iv_phase_1", iv.octets, keys.block);
	next = iv;
	pattern(plain, 48, 3, 0);
	assert_ok(ikev1_encrypt(&keys, &iv, plain, 48));
	assert_member(vector, "encrypted", plain, 48);
	assert_ok(ikev1_decrypt(&keys, &next, plain, 48));
	assert_memory_equal(next.octets, iv.octets, keys.block);
	assert_memory_equal(plain, pattern(out, 48, 3, 0).data, 48);
	assert_ok(ikev1_iv_phase_2(&keys, &iv, MESSAGE_ID, &next));
	assert_member(vector, "iv_phase_2", next.octets, keys.block);
}

static void known_answers(void **state)
{
	json_t *vectors = vectors_load("ikev1-keys.json"), *vector;
	size_t i;

	json_array_foreach(vectors, i, vector) check_suite(vector);
	assert_int_equal(i, 6);
	json_decref(vectors);
}

enum field { CKY_I, CKY_R, NI, NR, SECRET, PSK, SKEYID, SKEYID_D, SKEYID_A, SKEYID_E, FIELDS };

static const char *const field_names[FIELDS] = {
	"CKY_I",	  "CKY_R",  "Ni",	"Nr",	    "g^xy",
	"pre-shared-key", "SKEYID", "SKEYID_d", "SKEYID_a", "SKEYID_e",
};

static uint64_t cookie_of(const struct buffer *buffer)
{
	struct reader reader = reader_of(buffer_bytes(buffer));
	uint64_t cookie = 0;

	assert_true(reader_get_u64(&reader, &cookie));
	return cookie;
}

static void check_nist_case(uint16_t prf, const struct buffer *fields)
{
	struct ikev1_cookies cookies = { cookie_of(&fields[CKY_I]), cookie_of(&fields[CKY_R]) };
	struct ikev1_keys keys;

	assert_ok(ikev1_keys_begin(&keys, prf, ENCR_AES_CBC, 128));
	assert_int_equal(fields[SKEYID].len, keys.prf_len);
	assert_ok(ikev1_skeyid_psk(&keys, buffer_bytes(&fields[PSK]), buffer_bytes(&fields[NI]),
				   buffer_bytes(&fields[NR])));
	assert_ok(ikev1_keys_expand(&keys, buffer_bytes(&fields[SECRET]), &cookies));
	assert_memory_equal(keys.skeyid, fields[SKEYID].data, keys.prf_len);
	assert_memory_equal(keys.skeyid_d, fields[SKEYID_D].data, keys.prf_len);
	assert_memory_equal(keys.skeyid_a, fields[SKEYID_A].data, keys.prf_len);
	assert_memory_equal(keys.skeyid_e, fields[SKEYID_E].data, keys.prf_len);
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
	size_t checked = 0, hash = COUNT(hashes);
	struct fax fax;

	fax_open(&fax, "nist-sp800-135/ikev1_psk.fax");
	while (fax_next(&fax)) {
		for (size_t i = 0; i < COUNT(hashes); i++)
			if (!strcmp(fax.key, hashes[i].name))
				hash = i;
		for (size_t i = 0; i < FIELDS; i++) {
			if (strcmp(fax.key, field_names[i]))
				continue;
			buffer_free(&fields[i]);
			fields[i] = vector_hex(fax.value);
			if (i != FIELDS - 1)
				continue;
			assert_true(hash < COUNT(hashes)); /* the last line of a case */
			check_nist_case(hashes[hash].prf, fields);
			checked++;
		}
	}
	assert_true(checked > 100);
	for (size_t i = 0; i < FIELDS; i++)
		buffer_free(&fields[i]);
}

/* What cannot protect a message of IKEv1 says so. */
static void refusals(void **state)
{
	uint8_t data[24] = { 0 };
	struct ikev1_iv iv = {};
	struct ikev1_keys keys;
	struct result result;

	result = ikev1_keys_begin(&keys, 99, ENCR_AES_CBC, 128);
	assert_string_equal(result.why, "PRF 99 is not supported");
	result = ikev1_keys_begin(&keys, PRF_HMAC_SHA1, ENCR_AES_GCM_16, 128);
	assert_string_equal(result.why, "cipher 20 cannot protect messages of IKEv1");
	result = ikev1_keys_begin(&keys, PRF_HMAC_SHA1, ENCR_AES_CBC, 0);
	assert_true(failed(&result));
	assert_ok(ikev1_keys_begin(&keys, PRF_HMAC_SHA1, ENCR_AES_CBC, 128));
	result = ikev1_decrypt(&keys, &iv, data, 24);
	assert_string_equal(result.why, "24 octets are not whole blocks of 16");
	result = ikev1_decrypt(&keys, &iv, data, 8);
	assert_string_equal(result.why, "8 octets are not whole blocks of 16");
}

static int start(void **state)
{
	return cryptox_start(true).code;
}

static int stop(void **state)
{
	cryptox_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers),
		cmocka_unit_test(nist_key_derivation),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

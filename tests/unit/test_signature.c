// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signatures: every scheme with every kind of key, what does not go together,
 * what is wrong, and the identifiers as another encoder writes them.
 */
#include <errno.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "certs.h"
#include "cryptox/cryptox.h"
#include "cryptox/signature.h"

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	const char *kind;
	enum key_kind expected;
} kinds[] = {
	{ "rsa2048", KEY_KIND_RSA },	 { "p256", KEY_KIND_ECDSA_256 },
	{ "p384", KEY_KIND_ECDSA_384 },	 { "p521", KEY_KIND_ECDSA_521 },
	{ "ed25519", KEY_KIND_ED25519 }, { "ed448", KEY_KIND_ED448 },
};

/* Which kinds of keys a scheme is for, as bits of the list above. */
static const struct {
	enum signature_family family;
	enum signature_hash hash;
	unsigned int keys;
} schemes[] = {
	{ SIGNATURE_RSA, SIGNATURE_HASH_SHA1, 1 },
	{ SIGNATURE_RSA, SIGNATURE_HASH_SHA2_256, 1 },
	{ SIGNATURE_RSA, SIGNATURE_HASH_SHA2_384, 1 },
	{ SIGNATURE_RSA, SIGNATURE_HASH_SHA2_512, 1 },
	{ SIGNATURE_RSA_PSS, SIGNATURE_HASH_SHA2_256, 1 },
	{ SIGNATURE_RSA_PSS, SIGNATURE_HASH_SHA2_384, 1 },
	{ SIGNATURE_RSA_PSS, SIGNATURE_HASH_SHA2_512, 1 },
	{ SIGNATURE_ECDSA, SIGNATURE_HASH_SHA2_256, 2 | 4 | 8 },
	{ SIGNATURE_ECDSA, SIGNATURE_HASH_SHA2_384, 2 | 4 | 8 },
	{ SIGNATURE_ECDSA, SIGNATURE_HASH_SHA2_512, 2 | 4 | 8 },
	{ SIGNATURE_ECDSA_RAW, SIGNATURE_HASH_SHA2_256, 2 },
	{ SIGNATURE_ECDSA_RAW, SIGNATURE_HASH_SHA2_384, 4 },
	{ SIGNATURE_ECDSA_RAW, SIGNATURE_HASH_SHA2_512, 8 },
	{ SIGNATURE_ED25519, SIGNATURE_HASH_IDENTITY, 16 },
	{ SIGNATURE_ED448, SIGNATURE_HASH_IDENTITY, 32 },
};

static const uint8_t message[] = "what both ends have said so far";

static void assert_ok(struct result result)
{
	assert_string_equal(result.why, "");
	assert_int_equal(result.code, 0);
}

static struct private_key *load(char *pem, const char *passphrase)
{
	struct private_key *key;

	assert_ok(private_key_load(bytes_of_string(pem), bytes_of_string(passphrase), &key));
	free(pem);
	return key;
}

static void try_scheme(const struct signature_scheme *scheme, const struct private_key *key,
		       const struct private_key *other, bool fits)
{
	struct buffer signature = {};
	struct bytes view;

	if (!fits) {
		assert_int_equal(private_key_sign(key, scheme, BYTES(message), &signature).code,
				 -EINVAL);
		assert_int_equal(signature.len, 0);
		assert_int_equal(public_key_verify(private_key_public(key), scheme, BYTES(message),
						   BYTES(message))
					 .code,
				 -EINVAL);
		return;
	}
	assert_ok(private_key_sign(key, scheme, BYTES(message), &signature));
	view = buffer_bytes(&signature);
	if (scheme->family == SIGNATURE_ECDSA_RAW)
		assert_int_equal(view.len, scheme->hash == SIGNATURE_HASH_SHA2_256 ? 64 :
					   scheme->hash == SIGNATURE_HASH_SHA2_384 ? 96 :
										     132);
	assert_ok(public_key_verify(private_key_public(key), scheme, BYTES(message), view));
	/* another's key, another message, one bit, one octet fewer, nothing */
	assert_int_equal(public_key_verify(private_key_public(other), scheme, BYTES(message), view)
				 .code,
			 -EBADMSG);
	assert_int_equal(public_key_verify(private_key_public(key), scheme,
					   bytes_of(message, sizeof(message) - 1), view)
				 .code,
			 -EBADMSG);
	signature.data[view.len / 2] ^= 1;
	assert_int_equal(public_key_verify(private_key_public(key), scheme, BYTES(message), view)
				 .code,
			 -EBADMSG);
	signature.data[view.len / 2] ^= 1;
	assert_int_equal(public_key_verify(private_key_public(key), scheme, BYTES(message),
					   bytes_of(view.data, view.len - 1))
				 .code,
			 -EBADMSG);
	assert_int_equal(public_key_verify(private_key_public(key), scheme, BYTES(message),
					   bytes_of(NULL, 0))
				 .code,
			 -EBADMSG);
	buffer_free(&signature);
}

static void every_scheme_with_every_key(void **state)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct private_key *key = load(test_key_pem(test_key(kinds[i].kind, 0), NULL), "");
		struct private_key *other =
			load(test_key_pem(test_key(kinds[i].kind, 1), NULL), "");

		assert_int_equal(private_key_kind(key), kinds[i].expected);
		assert_int_equal(public_key_kind(private_key_public(key)), kinds[i].expected);
		for (size_t j = 0; j < COUNT(schemes); j++) {
			const struct signature_scheme *scheme =
				signature_scheme_of(schemes[j].family, schemes[j].hash);

			assert_non_null(scheme);
			try_scheme(scheme, key, other, schemes[j].keys & 1u << i);
		}
		private_key_free(key);
		private_key_free(other);
	}
}

/* One scheme's signature is none of another's. */
static void schemes_do_not_mix(void **state)
{
	struct private_key *key = load(test_key_pem(test_key("rsa2048", 0), NULL), "");

	for (size_t i = 0; i < COUNT(schemes); i++) {
		struct buffer signature = {};
		const struct signature_scheme *by =
			signature_scheme_of(schemes[i].family, schemes[i].hash);

		if (schemes[i].keys != 1)
			continue;
		assert_ok(private_key_sign(key, by, BYTES(message), &signature));
		for (size_t j = 0; j < COUNT(schemes); j++)
			if (schemes[j].keys == 1)
				assert_int_equal(
					public_key_verify(private_key_public(key),
							  signature_scheme_of(schemes[j].family,
									      schemes[j].hash),
							  BYTES(message), buffer_bytes(&signature))
						.code,
					i == j ? 0 : -EBADMSG);
		buffer_free(&signature);
	}
	private_key_free(key);
}

/* What OpenSSL writes into a certificate that is signed this way. */
static struct buffer encoded_by_openssl(const struct signature_scheme *scheme, EVP_PKEY *key)
{
	static const char *const digests[] = { NULL, "SHA1", "SHA256", "SHA384", "SHA512", NULL };
	const char *name = digests[scheme->hash];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	X509 *certificate = X509_new();
	struct buffer out = {};
	unsigned char *der = NULL;
	const X509_ALGOR *algorithm;
	EVP_PKEY_CTX *parameters;
	int len;

	assert_true(EVP_DigestSignInit(context, &parameters,
				       name ? EVP_get_digestbyname(name) : NULL, NULL, key) > 0);
	if (scheme->family == SIGNATURE_RSA_PSS) {
		assert_true(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) > 0);
		assert_true(EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) >
			    0);
	}
	assert_true(X509_set_pubkey(certificate, key));
	assert_true(X509_sign_ctx(certificate, context) > 0);
	X509_get0_signature(NULL, &algorithm, certificate);
	len = i2d_X509_ALGOR(algorithm, &der);
	assert_true(len > 0);
	buffer_put(&out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	X509_free(certificate);
	EVP_MD_CTX_free(context);
	return out;
}

static void identifiers(void **state)
{
	for (size_t i = 0; i < COUNT(schemes); i++) {
		const struct signature_scheme *scheme =
			signature_scheme_of(schemes[i].family, schemes[i].hash);
		struct bytes ours = signature_scheme_identifier(scheme);
		struct buffer theirs;
		size_t kind = 0;

		if (scheme->family == SIGNATURE_ECDSA_RAW) {
			assert_int_equal(ours.len, 0);
			continue;
		}
		while (!(schemes[i].keys & 1u << kind))
			kind++;
		theirs = encoded_by_openssl(scheme, test_key(kinds[kind].kind, 0));
		assert_true(bytes_equal(ours, buffer_bytes(&theirs)));
		assert_ptr_equal(signature_scheme_by_identifier(buffer_bytes(&theirs)), scheme);
		theirs.data[theirs.len - 1] ^= 0x20;
		assert_null(signature_scheme_by_identifier(buffer_bytes(&theirs)));
		buffer_free(&theirs);
	}
	assert_null(signature_scheme_by_identifier(bytes_of(NULL, 0)));
	assert_null(signature_scheme_of(SIGNATURE_RSA_PSS, SIGNATURE_HASH_SHA1));
}

/* RFC 4055 section 2.1: the hash's NULL may be left out. */
static void pss_without_null(void **state)
{
	const struct signature_scheme *scheme =
		signature_scheme_of(SIGNATURE_RSA_PSS, SIGNATURE_HASH_SHA2_384);
	struct bytes ours = signature_scheme_identifier(scheme);
	struct buffer other = {};
	const uint8_t *at;

	buffer_put(&other, ours);
	while ((at = memmem(other.data, other.len, "\x05\x00", 2))) {
		size_t before = (size_t)(at - other.data);

		memmove(other.data + before, at + 2, other.len - before - 2);
		other.len -= 2;
	}
	assert_int_equal(other.len, ours.len - 4);
	/* the lengths around them shrink with them */
	other.data[1] -= 4;
	other.data[14] -= 4;
	other.data[16] -= 2;
	other.data[18] -= 2;
	other.data[31] -= 2;
	other.data[33] -= 2;
	other.data[46] -= 2;
	assert_ptr_equal(signature_scheme_by_identifier(buffer_bytes(&other)), scheme);
	buffer_free(&other);
}

/* PKCS #8 and traditional, each with and without a passphrase. */
static void key_files(void **state)
{
	static const char *const passphrases[] = { NULL, "open sesame" };
	struct private_key *key;
	struct result result;
	char *pem;

	for (size_t i = 0; i < 2; i++) {
		const char *words = passphrases[i] ? passphrases[i] : "";

		for (size_t j = 0; j < COUNT(kinds); j++)
			private_key_free(
				load(test_key_pem(test_key(kinds[j].kind, 0), passphrases[i]),
				     words));
		private_key_free(
			load(test_key_pem_traditional(test_key("rsa2048", 0), passphrases[i]),
			     words));
		private_key_free(
			load(test_key_pem_traditional(test_key("p256", 0), passphrases[i]), words));
	}

	pem = test_key_pem(test_key("p256", 0), "open sesame");
	result = private_key_load(bytes_of_string(pem), bytes_of(NULL, 0), &key);
	assert_non_null(strstr(result.why, "is encrypted and there is no passphrase"));
	assert_null(key);
	result = private_key_load(bytes_of_string(pem), bytes_of_string("open window"), &key);
	assert_non_null(strstr(result.why, "the passphrase does not open the private key"));
	free(pem);
	result = private_key_load(bytes_of_string("nothing at all"), bytes_of(NULL, 0), &key);
	assert_non_null(strstr(result.why, "there is no private key in PEM"));
	pem = test_key_pem(test_key("secp256k1", 0), NULL);
	result = private_key_load(bytes_of_string(pem), bytes_of(NULL, 0), &key);
	assert_non_null(strstr(result.why, "none of RSA, ECDSA on P-256"));
	free(pem);
}

static void bad_public_keys(void **state)
{
	struct private_key *key = load(test_key_pem(test_key("p256", 0), NULL), "");
	struct bytes public = private_key_public(key);
	struct buffer longer = {};

	buffer_put(&longer, public);
	buffer_put_u8(&longer, 0);
	assert_int_equal(public_key_kind(buffer_bytes(&longer)), KEY_KIND_NONE);
	assert_int_equal(public_key_kind(bytes_of(public.data, public.len - 1)), KEY_KIND_NONE);
	assert_int_equal(public_key_kind(bytes_of(NULL, 0)), KEY_KIND_NONE);
	buffer_free(&longer);
	/* a key has as many owners as hold it */
	private_key_free(private_key_hold(key));
	assert_int_equal(private_key_kind(key), KEY_KIND_ECDSA_256);
	private_key_free(key);
}

static int start(void **state)
{
	return cryptox_start(false).code;
}

static int stop(void **state)
{
	cryptox_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scheme_with_every_key),
		cmocka_unit_test(schemes_do_not_mix),
		cmocka_unit_test(identifiers),
		cmocka_unit_test(pss_without_null),
		cmocka_unit_test(key_files),
		cmocka_unit_test(bad_public_keys),
	};

	return cmocka_run_group_tests_name("signature", tests, start, stop);
}

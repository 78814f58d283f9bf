// SPDX-License-Identifier: GPL-2.0-or-later
#include "cryptox/rsa.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/memory.h"
#include "cryptox/cryptox.h"
#include "cryptox/internal.h"

#define BLOCK_MAX (RSA_BITS_MOST / 8)
#define OVERHEAD 11 /* 0, 2, at least eight octets of padding, 0 */

struct result rsa_generate(unsigned int bits, struct buffer *pem)
{
	EVP_PKEY *key = EVP_RSA_gen(bits);
	BIO *bio = BIO_new(BIO_s_secmem());
	struct result result = RESULT_OK;
	char *text;
	long len;

	if (!bio) /* no secure heap: an ordinary one is wiped by BIO_free() as well */
		bio = BIO_new(BIO_s_mem());
	if (!key || !bio || !PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL)) {
		result = openssl_failed("an RSA key pair");
	} else {
		len = BIO_get_mem_data(bio, &text);
		buffer_put(pem, bytes_of((uint8_t *)text, (size_t)len));
		secret_wipe(text, (size_t)len);
	}
	BIO_free(bio);
	EVP_PKEY_free(key);
	return result;
}

static EVP_PKEY *read_public(struct bytes public_key)
{
	const unsigned char *at = public_key.data;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)public_key.len);
	int bits = key && EVP_PKEY_is_a(key, "RSA") ? EVP_PKEY_get_bits(key) : 0;

	if (bits >= RSA_BITS_LEAST && bits <= RSA_BITS_MOST &&
	    at == public_key.data + public_key.len)
		return key;
	EVP_PKEY_free(key);
	ERR_clear_error();
	return NULL;
}

unsigned int rsa_bits(struct bytes public_key)
{
	EVP_PKEY *key = read_public(public_key);
	int bits = key ? EVP_PKEY_get_bits(key) : 0;

	EVP_PKEY_free(key);
	return (unsigned int)bits;
}

size_t rsa_room(struct bytes public_key)
{
	size_t size = (rsa_bits(public_key) + 7) / 8;

	return size > OVERHEAD ? size - OVERHEAD : 0;
}

struct result rsa_encrypt(struct bytes public_key, struct bytes plain, struct buffer *out)
{
	EVP_PKEY *key = read_public(public_key);
	EVP_PKEY_CTX *context = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	uint8_t block[BLOCK_MAX];
	size_t len = sizeof(block);
	bool ok = context && EVP_PKEY_encrypt_init(context) > 0 &&
		  EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0 &&
		  EVP_PKEY_encrypt(context, block, &len, plain.data, plain.len) > 0;

	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(key);
	if (!ok)
		return openssl_failed("encryption with RSA");
	buffer_put(out, bytes_of(block, len));
	return RESULT_OK;
}

/* --- decryption: nothing below branches on, or waits for, what is in the block --- */

/* All ones for true; a condition must not become a branch. */
static size_t mask_of_zero(size_t value)
{
	return (size_t)0 - (1 & ((~value & (value - 1)) >> (8 * sizeof(value) - 1)));
}

static size_t mask_of_less(size_t a, size_t b)
{
	return (size_t)0 - ((a ^ ((a ^ b) | ((a - b) ^ b))) >> (8 * sizeof(a) - 1));
}

static size_t choose(size_t mask, size_t yes, size_t no)
{
	return (mask & yes) | (~mask & no);
}

/* What stands in for a message: its octets, and how many of them. */
static struct result make_decoy(EVP_PKEY *key, struct bytes block, uint8_t *octets, size_t *len)
{
	uint8_t secret[BLOCK_MAX], hash[CRYPTOX_HASH_MAX], lengths[2];
	BIGNUM *exponent = NULL;
	struct bytes parts[] = { bytes_of(secret, block.len) };
	struct result result;

	if (!EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_D, &exponent) ||
	    BN_bn2binpad(exponent, secret, (int)block.len) < 0) {
		BN_clear_free(exponent);
		return openssl_failed("the private exponent");
	}
	BN_clear_free(exponent);
	result = hash_compute(PRF_HMAC_SHA2_256, parts, 1, hash);
	if (!failed(&result))
		result = prf_compute(PRF_HMAC_SHA2_256, bytes_of(hash, 32), &block, 1, hash);
	if (!failed(&result))
		result = prf_plus(PRF_HMAC_SHA2_256, bytes_of(hash, 32),
				  bytes_of((const uint8_t *)"message", 7), octets, block.len);
	if (!failed(&result))
		result = prf_plus(PRF_HMAC_SHA2_256, bytes_of(hash, 32),
				  bytes_of((const uint8_t *)"length", 6), lengths, sizeof(lengths));
	*len = ((size_t)lengths[0] << 8 | lengths[1]) % (block.len - OVERHEAD + 1);
	secret_wipe(secret, sizeof(secret));
	secret_wipe(hash, sizeof(hash));
	return result;
}

/* Where the message in a block begins; @decoy where the padding is wrong. */
static size_t find_message(const uint8_t *block, size_t size, size_t decoy, size_t *good)
{
	size_t found = 0, zero = 0;

	*good = mask_of_zero(block[0]) & mask_of_zero(block[1] ^ 2u);
	for (size_t i = 2; i < size; i++) {
		size_t here = mask_of_zero(block[i]) & ~found;

		zero = choose(here, i, zero);
		found |= here;
	}
	*good &= found & ~mask_of_less(zero, OVERHEAD - 1);
	return choose(*good, zero + 1, decoy);
}

struct result rsa_decrypt(const struct private_key *key, struct bytes block, struct buffer *plain)
{
	EVP_PKEY *openssl = private_key_openssl(key);
	size_t size = ((size_t)EVP_PKEY_get_bits(openssl) + 7) / 8,
	       len = sizeof(uint8_t[BLOCK_MAX]);
	uint8_t opened[BLOCK_MAX] = {}, decoy[BLOCK_MAX];
	size_t decoy_len = 0, good, at;
	EVP_PKEY_CTX *context;
	struct result result;

	if (private_key_kind(key) != KEY_KIND_RSA || size > BLOCK_MAX || size <= OVERHEAD)
		return fail(-EINVAL, "the key is no RSA key that can decrypt");
	if (block.len != size)
		return fail(-EPROTO, "%zu octets are encrypted, and our key makes %zu of them",
			    block.len, size);
	result = make_decoy(openssl, block, decoy, &decoy_len);
	if (failed(&result))
		return result;
	context = EVP_PKEY_CTX_new(openssl, NULL);
	/* A block that is larger than the modulus leaves zeros, which are no padding either. */
	if (!context || EVP_PKEY_decrypt_init(context) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) <= 0 ||
	    EVP_PKEY_decrypt(context, opened, &len, block.data, block.len) <= 0)
		ERR_clear_error();
	EVP_PKEY_CTX_free(context);
	at = find_message(opened, size, size - decoy_len, &good);
	for (size_t i = 0; i < size; i++)
		decoy[i] = (uint8_t)choose(good, opened[i], decoy[i]);
	buffer_put(plain, bytes_of(decoy + at, size - at));
	secret_wipe(opened, sizeof(opened));
	secret_wipe(decoy, sizeof(decoy));
	return RESULT_OK;
}

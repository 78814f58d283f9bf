// SPDX-License-Identifier: GPL-2.0-or-later
/* What IKEv1 takes apart that IKEv2 has in one piece: a bare cipher and a bare hash. */
#include "cryptox/internal.h"

#include <errno.h>
#include <openssl/evp.h>

#include "base/memory.h"

struct result cbc_crypt(const struct cipher_suite *suite, struct bytes key, struct bytes iv,
			bool encrypt, uint8_t *data, size_t len)
{
	EVP_CIPHER *cipher = encr_cipher(suite->encr, suite->key_bits);
	size_t block = encr_block_size(suite->encr);
	EVP_CIPHER_CTX *context;
	int done = 0;
	bool ok;

	if (!cipher || EVP_CIPHER_get_mode(cipher) != EVP_CIPH_CBC_MODE)
		return fail(-ENOENT, "cipher %u cannot protect messages of IKEv1", suite->encr);
	if (key.len != encr_key_size(suite->encr, suite->key_bits) || iv.len != block ||
	    len % block || !len)
		return fail(-EINVAL, "%zu octets are not whole blocks of %zu", len, block);
	context = EVP_CIPHER_CTX_new();
	ok = context &&
	     EVP_CipherInit_ex2(context, cipher, key.data, iv.data, encrypt ? 1 : 0, NULL) &&
	     EVP_CIPHER_CTX_set_padding(context, 0) &&
	     EVP_CipherUpdate(context, data, &done, data, (int)len) && (size_t)done == len;
	EVP_CIPHER_CTX_free(context);
	return ok ? RESULT_OK : openssl_failed("a message cannot be encrypted or decrypted");
}

static struct {
	uint16_t prf;
	const char *name;
	EVP_MD *digest;
} hashes[] = {
	{ PRF_HMAC_MD5, "MD5", NULL },	       { PRF_HMAC_SHA1, "SHA1", NULL },
	{ PRF_HMAC_SHA2_256, "SHA256", NULL }, { PRF_HMAC_SHA2_384, "SHA384", NULL },
	{ PRF_HMAC_SHA2_512, "SHA512", NULL },
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct result hashes_start(void)
{
	for (size_t i = 0; i < COUNT(hashes); i++) {
		if (!hashes[i].digest)
			hashes[i].digest = EVP_MD_fetch(NULL, hashes[i].name, NULL);
		if (!hashes[i].digest)
			return openssl_failed(hashes[i].name);
	}
	return RESULT_OK;
}

void hashes_stop(void)
{
	for (size_t i = 0; i < COUNT(hashes); i++) {
		EVP_MD_free(hashes[i].digest);
		hashes[i].digest = NULL;
	}
}

static EVP_MD *digest_of(uint16_t prf)
{
	for (size_t i = 0; i < COUNT(hashes); i++)
		if (hashes[i].prf == prf)
			return hashes[i].digest;
	return NULL;
}

struct result hash_compute(uint16_t prf, const struct bytes *parts, size_t count, uint8_t *out)
{
	EVP_MD *digest = digest_of(prf);
	EVP_MD_CTX *context;
	bool ok;

	if (!digest)
		return fail(-ENOENT, "PRF %u has no hash function", prf);
	context = EVP_MD_CTX_new();
	ok = context && EVP_DigestInit_ex2(context, digest, NULL);
	for (size_t i = 0; ok && i < count; i++)
		ok = EVP_DigestUpdate(context, parts[i].data, parts[i].len);
	ok = ok && EVP_DigestFinal_ex(context, out, NULL);
	EVP_MD_CTX_free(context);
	return ok ? RESULT_OK : openssl_failed("cannot compute a hash");
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cryptox/old.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include "base/memory.h"
#include "cryptox/internal.h"

static struct {
	OSSL_LIB_CTX *context;
	OSSL_PROVIDER *base, *legacy;
	EVP_MD *md4, *md5;
	EVP_CIPHER *des;
} old;

void old_stop(void)
{
	EVP_CIPHER_free(old.des);
	EVP_MD_free(old.md5);
	EVP_MD_free(old.md4);
	if (old.legacy)
		OSSL_PROVIDER_unload(old.legacy);
	if (old.base)
		OSSL_PROVIDER_unload(old.base);
	OSSL_LIB_CTX_free(old.context);
	old.context = NULL;
	old.base = old.legacy = NULL;
	old.md4 = old.md5 = NULL;
	old.des = NULL;
}

static struct result start(void)
{
	struct result result;

	if (old.des)
		return RESULT_OK;
	old.context = OSSL_LIB_CTX_new();
	if (old.context) {
		old.base = OSSL_PROVIDER_load(old.context, "default");
		old.legacy = OSSL_PROVIDER_load(old.context, "legacy");
		old.md4 = EVP_MD_fetch(old.context, "MD4", NULL);
		old.md5 = EVP_MD_fetch(old.context, "MD5", NULL);
		old.des = EVP_CIPHER_fetch(old.context, "DES-ECB", NULL);
	}
	if (old.md4 && old.md5 && old.des)
		return RESULT_OK;
	result = openssl_failed("cannot load MD4, MD5 and DES from OpenSSL's legacy provider");
	old_stop();
	return result;
}

static struct result digest(EVP_MD *const *which, const struct bytes *parts, size_t count,
			    uint8_t *out)
{
	struct result result = start();
	EVP_MD_CTX *context;
	bool ok;

	if (failed(&result))
		return result;
	context = EVP_MD_CTX_new();
	ok = context && EVP_DigestInit_ex2(context, *which, NULL);
	for (size_t i = 0; i < count; i++)
		ok = ok && EVP_DigestUpdate(context, parts[i].data, parts[i].len);
	ok = ok && EVP_DigestFinal_ex(context, out, NULL);
	EVP_MD_CTX_free(context);
	return ok ? RESULT_OK : openssl_failed("cannot compute a digest");
}

struct result old_md5(const struct bytes *parts, size_t count, uint8_t out[MD5_SIZE])
{
	return digest(&old.md5, parts, count, out);
}

struct result old_md4(const struct bytes *parts, size_t count, uint8_t out[MD4_SIZE])
{
	return digest(&old.md4, parts, count, out);
}

/* Seven octets over eight, a parity bit at the end of each: nobody looks at its value. */
static void spread(const uint8_t in[7], uint8_t out[8])
{
	uint64_t bits = 0;

	for (int i = 0; i < 7; i++)
		bits = bits << 8 | in[i];
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(bits >> (49 - 7 * i)) << 1;
	secret_wipe(&bits, sizeof(bits));
}

struct result old_des(const uint8_t key[7], const uint8_t in[8], uint8_t out[8])
{
	struct result result = start();
	EVP_CIPHER_CTX *context;
	uint8_t wide[8];
	int len = 0;
	bool ok;

	if (failed(&result))
		return result;
	spread(key, wide);
	context = EVP_CIPHER_CTX_new();
	ok = context && EVP_EncryptInit_ex2(context, old.des, wide, NULL, NULL) &&
	     EVP_CIPHER_CTX_set_padding(context, 0) &&
	     EVP_EncryptUpdate(context, out, &len, in, 8) && len == 8;
	EVP_CIPHER_CTX_free(context);
	secret_wipe(wide, sizeof(wide));
	return ok ? RESULT_OK : openssl_failed("cannot encrypt with DES");
}

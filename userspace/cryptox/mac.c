// SPDX-License-Identifier: GPL-2.0-or-later
#include "cryptox/internal.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#include "base/memory.h"

#define AES_BLOCK 16

/*
 * @openssl: as in the algorithm table: a digest for HMAC, a cipher for CMAC,
 *	and empty for XCBC, which OpenSSL has not
 * @template: HMAC or CMAC with the algorithm set and a key of zeros, to be copied
 */
struct mac_algorithm {
	uint16_t id;
	const char *name;
	const char *openssl;
	uint8_t key, size;
	EVP_MAC_CTX *template;
};

static struct mac_algorithm prfs[] = {
#define X(symbol, id, display, keyword, openssl, key, out, legacy) \
	{ id, display, openssl, key, out, NULL },
	SEKI_PRF_LIST(X)
#undef X
};

/* Before truncation each of them gives as many octets as its key has. */
static struct mac_algorithm integs[] = {
#define X(symbol, id, display, keyword, kernel, openssl, key, icv, legacy) \
	{ id, display, openssl, key, key, NULL },
	SEKI_INTEG_LIST(X)
#undef X
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static EVP_CIPHER *aes_block; /* one block of XCBC: AES-128-ECB */
static EVP_MD *sha1_digest;

/*
 * struct mac - see internal.h
 * @context: keyed HMAC or CMAC, NULL for XCBC
 * @block, @k2, @k3: AES under K1 and the two masks of RFC 3566 section 4
 */
struct mac {
	EVP_MAC_CTX *context;
	EVP_CIPHER_CTX *block;
	uint8_t k2[AES_BLOCK], k3[AES_BLOCK];
};

bool mac_is_xcbc(const struct mac_algorithm *algorithm)
{
	return !*algorithm->openssl;
}

static bool is_cmac(const struct mac_algorithm *algorithm)
{
	return !strncmp(algorithm->openssl, "AES-", 4);
}

static struct result prepare(struct mac_algorithm *algorithm)
{
	const char *parameter = OSSL_MAC_PARAM_DIGEST;
	static const uint8_t zeros[CRYPTOX_HASH_MAX];
	const char *name = "HMAC";
	OSSL_PARAM parameters[2];
	EVP_MAC *mac;

	if (algorithm->template || mac_is_xcbc(algorithm))
		return RESULT_OK;
	if (is_cmac(algorithm)) {
		parameter = OSSL_MAC_PARAM_CIPHER;
		name = "CMAC";
	}
	parameters[0] = OSSL_PARAM_construct_utf8_string(parameter, (char *)algorithm->openssl, 0);
	parameters[1] = OSSL_PARAM_construct_end();
	mac = EVP_MAC_fetch(NULL, name, NULL);
	algorithm->template = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac); /* the context holds it */
	/* With a key, for OpenSSL does not copy a CMAC that has none. */
	if (!algorithm->template ||
	    !EVP_MAC_init(algorithm->template, zeros, algorithm->key, parameters))
		return openssl_failed(algorithm->name);
	return RESULT_OK;
}

static void forget(struct mac_algorithm *algorithm)
{
	EVP_MAC_CTX_free(algorithm->template);
	algorithm->template = NULL;
}

struct result macs_start(void)
{
	struct result result = RESULT_OK;

	for (size_t i = 0; i < COUNT(prfs) && !failed(&result); i++)
		result = prepare(&prfs[i]);
	for (size_t i = 0; i < COUNT(integs) && !failed(&result); i++)
		result = prepare(&integs[i]);
	if (failed(&result))
		return result;
	if (!aes_block)
		aes_block = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
	if (!sha1_digest)
		sha1_digest = EVP_MD_fetch(NULL, "SHA1", NULL);
	return aes_block && sha1_digest ? RESULT_OK : openssl_failed("cannot load AES and SHA-1");
}

void macs_stop(void)
{
	for (size_t i = 0; i < COUNT(prfs); i++)
		forget(&prfs[i]);
	for (size_t i = 0; i < COUNT(integs); i++)
		forget(&integs[i]);
	EVP_CIPHER_free(aes_block);
	EVP_MD_free(sha1_digest);
	aes_block = NULL;
	sha1_digest = NULL;
}

const struct mac_algorithm *mac_of_prf(uint16_t prf)
{
	for (size_t i = 0; i < COUNT(prfs); i++) {
		if (prfs[i].id == prf)
			return &prfs[i];
	}
	return NULL;
}

const struct mac_algorithm *mac_of_integ(uint16_t integ)
{
	for (size_t i = 0; i < COUNT(integs); i++) {
		if (integs[i].id == integ)
			return &integs[i];
	}
	return NULL;
}

size_t mac_size(const struct mac_algorithm *algorithm)
{
	return algorithm->size;
}

size_t mac_key_size(const struct mac_algorithm *algorithm)
{
	return algorithm->key;
}

bool mac_on_aes(const struct mac_algorithm *algorithm)
{
	return mac_is_xcbc(algorithm) || is_cmac(algorithm);
}

static bool encrypt_block(struct mac *mac, const uint8_t in[AES_BLOCK], uint8_t out[AES_BLOCK])
{
	int len;

	return EVP_EncryptUpdate(mac->block, out, &len, in, AES_BLOCK) && len == AES_BLOCK;
}

static bool set_block_key(struct mac *mac, const uint8_t key[AES_BLOCK])
{
	return EVP_EncryptInit_ex2(mac->block, aes_block, key, NULL, NULL) &&
	       EVP_CIPHER_CTX_set_padding(mac->block, 0);
}

/* RFC 3566 section 4, steps 1 to 3 of the key derivation */
static bool xcbc_set_key(struct mac *mac, struct bytes key)
{
	uint8_t k1[AES_BLOCK], pattern[AES_BLOCK];
	uint8_t *derived[] = { k1, mac->k2, mac->k3 };
	bool ok;

	mac->block = EVP_CIPHER_CTX_new();
	ok = mac->block && set_block_key(mac, key.data);
	for (size_t i = 0; ok && i < COUNT(derived); i++) {
		memset(pattern, (int)i + 1, sizeof(pattern));
		ok = encrypt_block(mac, pattern, derived[i]);
	}
	ok = ok && set_block_key(mac, k1);
	secret_wipe(k1, sizeof(k1));
	return ok;
}

struct result mac_new(const struct mac_algorithm *algorithm, struct bytes key, struct mac **out)
{
	struct mac *mac;
	bool ok;

	if (mac_on_aes(algorithm) && key.len != algorithm->key)
		return fail(-EINVAL, "%s takes a key of %u octets, not %zu", algorithm->name,
			    algorithm->key, key.len);
	mac = must_calloc(1, sizeof(*mac));
	if (mac_is_xcbc(algorithm)) {
		ok = xcbc_set_key(mac, key);
	} else {
		mac->context = EVP_MAC_CTX_dup(algorithm->template);
		/* A NULL key would mean "keep the old one". */
		ok = mac->context &&
		     EVP_MAC_init(mac->context, key.len ? key.data : (uint8_t *)"", key.len, NULL);
	}
	if (!ok) {
		mac_free(mac);
		return openssl_failed(algorithm->name);
	}
	*out = mac;
	return RESULT_OK;
}

void mac_free(struct mac *mac)
{
	if (!mac)
		return;
	EVP_MAC_CTX_free(mac->context);
	EVP_CIPHER_CTX_free(mac->block);
	secret_free(mac, sizeof(*mac));
}

static void xor_block(uint8_t to[AES_BLOCK], const uint8_t from[AES_BLOCK])
{
	for (size_t i = 0; i < AES_BLOCK; i++)
		to[i] ^= from[i];
}

/* RFC 3566 section 4: the last block is held back, for it is treated differently. */
static bool xcbc_compute(struct mac *mac, const struct bytes *parts, size_t count, uint8_t *out)
{
	uint8_t state[AES_BLOCK] = { 0 };
	size_t used = 0; /* octets of the current block, already mixed into @state */

	for (size_t part = 0; part < count; part++) {
		for (size_t i = 0; i < parts[part].len; i++) {
			if (used == AES_BLOCK) {
				if (!encrypt_block(mac, state, state))
					return false;
				used = 0;
			}
			state[used++] ^= parts[part].data[i];
		}
	}
	if (used == AES_BLOCK) {
		xor_block(state, mac->k2);
	} else {
		state[used] ^= 0x80;
		xor_block(state, mac->k3);
	}
	return encrypt_block(mac, state, out);
}

static bool evp_compute(struct mac *mac, const struct bytes *parts, size_t count, uint8_t *out)
{
	/* No key: starts over with the one it has. */
	if (!EVP_MAC_init(mac->context, NULL, 0, NULL))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].len && !EVP_MAC_update(mac->context, parts[i].data, parts[i].len))
			return false;
	}
	return EVP_MAC_final(mac->context, out, NULL, CRYPTOX_HASH_MAX);
}

struct result mac_compute(struct mac *mac, const struct bytes *parts, size_t count, uint8_t *out)
{
	bool ok = mac->context ? evp_compute(mac, parts, count, out) :
				 xcbc_compute(mac, parts, count, out);

	return ok ? RESULT_OK : openssl_failed("message authentication");
}

void sha1(const struct bytes *parts, size_t count, uint8_t out[20])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = context && EVP_DigestInit_ex2(context, sha1_digest, NULL);

	for (size_t i = 0; ok && i < count; i++)
		ok = EVP_DigestUpdate(context, parts[i].data, parts[i].len);
	if (!ok || !EVP_DigestFinal_ex(context, out, NULL))
		memset(out, 0, 20); /* only out of memory: a hash that matches nobody's */
	EVP_MD_CTX_free(context);
}

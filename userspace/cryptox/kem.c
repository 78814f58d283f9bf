// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Key encapsulation (FIPS 203): the initiator sends a public key, the responder
 * a secret that only its owner can open. OpenSSL has ML-KEM from version 3.5 on;
 * the functions are those of 3.0, so that the library decides when the daemon runs.
 */
#include "cryptox/internal.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/memory.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct kem {
	uint16_t method;
	const char *name, *openssl;
	uint16_t key_size, ciphertext_size, secret_size;
};

static const struct kem kems[] = {
#define X(symbol, id, display, keyword, openssl, key, ciphertext, secret) \
	{ id, display, openssl, key, ciphertext, secret },
	SEKI_KEM_LIST(X)
#undef X
};

const struct kem *kem_find(uint16_t method)
{
	for (size_t i = 0; i < COUNT(kems); i++) {
		if (kems[i].method == method)
			return &kems[i];
	}
	return NULL;
}

const char *kem_name(const struct kem *kem)
{
	return kem->name;
}

uint16_t kem_method(const struct kem *kem)
{
	return kem->method;
}

bool kem_is_available(const struct kem *kem)
{
	EVP_KEYMGMT *found = EVP_KEYMGMT_fetch(NULL, kem->openssl, NULL);
	bool available = found;

	EVP_KEYMGMT_free(found);
	ERR_clear_error();
	return available;
}

struct result kem_generate(const struct kem *kem, EVP_PKEY **key, struct buffer *public)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, kem->openssl, NULL);
	unsigned char *encoded = NULL;
	size_t len = 0;

	if (context && EVP_PKEY_keygen_init(context) > 0 && EVP_PKEY_generate(context, key) > 0)
		len = EVP_PKEY_get1_encoded_public_key(*key, &encoded);
	EVP_PKEY_CTX_free(context);
	if (len == kem->key_size)
		buffer_put(public, bytes_of(encoded, len));
	OPENSSL_free(encoded);
	return len == kem->key_size ? RESULT_OK : openssl_failed(kem->name);
}

/* OpenSSL checks that the key is one of the set (FIPS 203 section 7.2). */
static EVP_PKEY *peer_key(const struct kem *kem, struct bytes public)
{
	if (public.len != kem->key_size)
		return NULL;
	return EVP_PKEY_new_raw_public_key_ex(NULL, kem->openssl, NULL, public.data, public.len);
}

struct result kem_encapsulate(const struct kem *kem, struct bytes public, struct buffer *ciphertext,
			      struct buffer *secret)
{
	size_t secret_len = kem->secret_size, len = kem->ciphertext_size;
	size_t start = secret->len, ciphertext_start = ciphertext->len;
	EVP_PKEY *peer = peer_key(kem, public);
	EVP_PKEY_CTX *context;
	bool ok;

	if (!peer) {
		ERR_clear_error();
		return fail(-EBADMSG, "the peer's public value is not valid in %s", kem->name);
	}
	context = EVP_PKEY_CTX_new_from_pkey(NULL, peer, NULL);
	ok = context && EVP_PKEY_encapsulate_init(context, NULL) > 0 &&
	     EVP_PKEY_encapsulate(context, buffer_extend(ciphertext, len), &len,
				  buffer_extend(secret, secret_len), &secret_len) > 0 &&
	     len == kem->ciphertext_size && secret_len == kem->secret_size;
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(peer);
	if (ok)
		return RESULT_OK;
	secret->len = start;
	ciphertext->len = ciphertext_start;
	return openssl_failed(kem->name);
}

struct result kem_decapsulate(const struct kem *kem, EVP_PKEY *key, struct bytes ciphertext,
			      struct buffer *secret)
{
	size_t start = secret->len, len = kem->secret_size;
	EVP_PKEY_CTX *context;
	bool ok;

	if (ciphertext.len != kem->ciphertext_size)
		return fail(-EBADMSG, "the peer's public value is not valid in %s", kem->name);
	context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	ok = context && EVP_PKEY_decapsulate_init(context, NULL) > 0 &&
	     EVP_PKEY_decapsulate(context, buffer_extend(secret, len), &len, ciphertext.data,
				  ciphertext.len) > 0 &&
	     len == kem->secret_size;
	EVP_PKEY_CTX_free(context);
	if (ok)
		return RESULT_OK;
	secret->len = start;
	return openssl_failed(kem->name);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* A certificate of our own. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pki/internal.h"

struct credential {
	atomic_uint owners;
	struct private_key *key;
	X509 *certificate;
	struct buffer subject;
	size_t count;
	struct {
		struct buffer der;
		uint8_t key_hash[PKI_KEY_HASH];
		struct buffer issuer;
	} chain[PKI_CHAIN_MAX];
};

static bool has_key(const X509 *certificate, const struct private_key *key)
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
	bool same = len > 0 && bytes_equal(bytes_of(der, (size_t)len), private_key_public(key));

	OPENSSL_free(der);
	return same;
}

static void add(struct credential *credential, const X509 *certificate)
{
	pki_put_der(certificate, &credential->chain[credential->count].der);
	pki_key_hash(certificate, credential->chain[credential->count].key_hash);
	pki_put_name(X509_get_issuer_name(certificate),
		     &credential->chain[credential->count].issuer);
	credential->count++;
}

static struct result take_certificates(struct credential *credential, STACK_OF(X509) * list)
{
	for (int i = 0; i < sk_X509_num(list) && !credential->certificate; i++)
		if (has_key(sk_X509_value(list, i), credential->key))
			credential->certificate = sk_X509_delete(list, i);
	if (!credential->certificate)
		return fail(-EINVAL, "the private key does not belong to the certificate");
	if (sk_X509_num(list) >= PKI_CHAIN_MAX)
		return fail(-E2BIG, "more than %d certificates", PKI_CHAIN_MAX);
	add(credential, credential->certificate);
	/* A root would tell the peer nothing: it has it, or does not trust it. */
	for (int i = 0; i < sk_X509_num(list); i++)
		if (!(X509_get_extension_flags(sk_X509_value(list, i)) & EXFLAG_SS))
			add(credential, sk_X509_value(list, i));
	pki_put_name(X509_get_subject_name(credential->certificate), &credential->subject);
	return RESULT_OK;
}

struct result credential_load(struct bytes certificates, struct bytes key, struct bytes passphrase,
			      struct credential **out)
{
	struct credential *credential = must_calloc(1, sizeof(*credential));
	STACK_OF(X509) *list = NULL;
	struct result result;

	*out = NULL;
	atomic_init(&credential->owners, 1);
	result = private_key_load(key, passphrase, &credential->key);
	if (!failed(&result))
		result = pki_read_certificates(certificates, &list);
	if (!failed(&result))
		result = take_certificates(credential, list);
	sk_X509_pop_free(list, X509_free);
	if (failed(&result)) {
		credential_free(credential);
		return result;
	}
	*out = credential;
	return RESULT_OK;
}

struct credential *credential_hold(struct credential *credential)
{
	atomic_fetch_add(&credential->owners, 1);
	return credential;
}

void credential_free(struct credential *credential)
{
	if (!credential || atomic_fetch_sub(&credential->owners, 1) != 1)
		return;
	for (size_t i = 0; i < credential->count; i++) {
		buffer_free(&credential->chain[i].der);
		buffer_free(&credential->chain[i].issuer);
	}
	buffer_free(&credential->subject);
	private_key_free(credential->key);
	X509_free(credential->certificate);
	free(credential);
}

struct private_key *credential_key(const struct credential *credential)
{
	return credential->key;
}

struct bytes credential_certificate(const struct credential *credential, size_t index)
{
	return index < credential->count ? buffer_bytes(&credential->chain[index].der) :
					   bytes_of(NULL, 0);
}

struct bytes credential_subject(const struct credential *credential)
{
	return buffer_bytes(&credential->subject);
}

bool credential_is_under(const struct credential *credential, const uint8_t hash[PKI_KEY_HASH])
{
	for (size_t i = 1; i < credential->count; i++)
		if (!memcmp(credential->chain[i].key_hash, hash, PKI_KEY_HASH))
			return true;
	return false;
}

bool credential_is_under_name(const struct credential *credential, struct bytes name)
{
	for (size_t i = 0; i < credential->count; i++)
		if (bytes_equal(buffer_bytes(&credential->chain[i].issuer), name))
			return true;
	return false;
}

struct result credential_check(const struct credential *credential, time_t now, bool legacy)
{
	X509 *certificate = credential->certificate;
	const ASN1_TIME *from = X509_get0_notBefore(certificate);
	const ASN1_TIME *to = X509_get0_notAfter(certificate);
	struct result result = RESULT_OK;
	char subject[PKI_TEXT], date[32];

	pki_name_text(X509_get_subject_name(certificate), subject, sizeof(subject));
	if (X509_cmp_time(from, &now) > 0)
		return fail(-EACCES, "our certificate %s is not valid before %s", subject,
			    pki_time_text(from, date, sizeof(date)));
	if (X509_cmp_time(to, &now) < 0)
		return fail(-EACCES, "our certificate %s has expired on %s", subject,
			    pki_time_text(to, date, sizeof(date)));
	result = pki_usage(certificate);
	if (!failed(&result) && !legacy)
		result = pki_strength(certificate);
	return result;
}

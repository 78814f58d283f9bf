// SPDX-License-Identifier: GPL-2.0-or-later
#include "certs.h"

#include <assert.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

/* A failure here is one of the test's own. */
#define MUST(condition) \
	do { \
		if (!(condition)) \
			abort(); \
	} while (0)
#define DAY (24 * 60 * 60)

static EVP_PKEY *make_key(const char *kind)
{
	if (!strncmp(kind, "rsa", 3))
		return EVP_RSA_gen((unsigned int)atoi(kind + 3));
	if (!strcmp(kind, "ed25519") || !strcmp(kind, "ed448"))
		return EVP_PKEY_Q_keygen(NULL, NULL, kind);
	return EVP_EC_gen(kind[0] == 'p' ? (kind[1] == '2' ? "P-256" :
					    kind[1] == '3' ? "P-384" :
							     "P-521") :
					   kind);
}

EVP_PKEY *test_key(const char *kind, unsigned int number)
{
	static struct {
		char kind[16];
		unsigned int number;
		EVP_PKEY *key;
	} keys[64];
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]) && keys[i].key; i++)
		if (!strcmp(keys[i].kind, kind) && keys[i].number == number)
			return keys[i].key;
	MUST(i < sizeof(keys) / sizeof(keys[0]) && strlen(kind) < sizeof(keys[i].kind));
	strcpy(keys[i].kind, kind);
	keys[i].number = number;
	keys[i].key = make_key(kind);
	MUST(keys[i].key);
	return keys[i].key;
}

/* "O=Example,CN=gw" */
static void set_name(X509_NAME *name, const char *text)
{
	char *copy = strdup(text), *at = copy, *part, *value;

	while ((part = strsep(&at, ","))) {
		value = strchr(part, '=');
		MUST(value);
		*value++ = '\0';
		MUST(X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8,
						(const unsigned char *)value, -1, -1, 0));
	}
	free(copy);
}

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX context;

	if (!value)
		return;
	X509V3_set_ctx(&context, issuer ? issuer : certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	MUST(extension && X509_add_ext(certificate, extension, -1));
	X509_EXTENSION_free(extension);
}

static const EVP_MD *digest_for(EVP_PKEY *key, const char *digest)
{
	if (EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448"))
		return NULL;
	return EVP_get_digestbyname(digest ? digest : "SHA256");
}

X509 *test_certificate(const struct test_certificate *wish)
{
	EVP_PKEY *signer = wish->issuer ? wish->issuer_key : wish->key;
	bool dated = wish->from_days || wish->to_days;
	X509 *certificate = X509_new();

	MUST(certificate && X509_set_version(certificate, 2));
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), wish->serial ? wish->serial : 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), (dated ? wish->from_days : -1) * DAY);
	X509_gmtime_adj(X509_getm_notAfter(certificate), (dated ? wish->to_days : 30) * DAY);
	set_name(X509_get_subject_name(certificate), wish->subject);
	MUST(X509_set_issuer_name(certificate, X509_get_subject_name(wish->issuer ? wish->issuer :
										    certificate)));
	MUST(X509_set_pubkey(certificate, wish->key));
	add_extension(certificate, wish->issuer, NID_basic_constraints,
		      wish->ca ? "critical,CA:TRUE" : NULL);
	add_extension(certificate, wish->issuer, NID_key_usage,
		      wish->key_usage ? wish->key_usage :
		      wish->ca	      ? "critical,keyCertSign,cRLSign" :
					NULL);
	add_extension(certificate, wish->issuer, NID_ext_key_usage, wish->extended_key_usage);
	add_extension(certificate, wish->issuer, NID_subject_alt_name, wish->san);
	MUST(X509_sign(certificate, signer, digest_for(signer, wish->digest)));
	return certificate;
}

X509_CRL *test_crl(X509 *issuer, EVP_PKEY *issuer_key, long serial, int days)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *time = ASN1_TIME_new();
	X509_REVOKED *revoked;

	MUST(crl && time && X509_CRL_set_version(crl, 1));
	MUST(X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer)));
	X509_gmtime_adj(time, -DAY);
	MUST(X509_CRL_set1_lastUpdate(crl, time));
	if (serial) {
		ASN1_INTEGER *number = ASN1_INTEGER_new();

		revoked = X509_REVOKED_new();
		ASN1_INTEGER_set(number, serial);
		MUST(X509_REVOKED_set_serialNumber(revoked, number));
		MUST(X509_REVOKED_set_revocationDate(revoked, time));
		MUST(X509_CRL_add0_revoked(crl, revoked));
		ASN1_INTEGER_free(number);
	}
	X509_gmtime_adj(time, (days - 1) * DAY);
	MUST(X509_CRL_set1_nextUpdate(crl, time));
	ASN1_TIME_free(time);
	MUST(X509_CRL_sign(crl, issuer_key, digest_for(issuer_key, NULL)));
	return crl;
}

static char *take_text(BIO *bio)
{
	char *data, *text;
	long len = BIO_get_mem_data(bio, &data);

	text = strndup(data, (size_t)len);
	BIO_free(bio);
	return text;
}

char *test_certificate_pem(X509 *certificate)
{
	BIO *bio = BIO_new(BIO_s_mem());

	MUST(PEM_write_bio_X509(bio, certificate));
	return take_text(bio);
}

char *test_crl_pem(X509_CRL *crl)
{
	BIO *bio = BIO_new(BIO_s_mem());

	MUST(PEM_write_bio_X509_CRL(bio, crl));
	return take_text(bio);
}

char *test_key_pem(EVP_PKEY *key, const char *passphrase)
{
	BIO *bio = BIO_new(BIO_s_mem());

	MUST(PEM_write_bio_PKCS8PrivateKey(bio, key, passphrase ? EVP_aes_256_cbc() : NULL,
					   passphrase, passphrase ? (int)strlen(passphrase) : 0,
					   NULL, NULL));
	return take_text(bio);
}

char *test_key_pem_traditional(EVP_PKEY *key, const char *passphrase)
{
	BIO *bio = BIO_new(BIO_s_mem());

	MUST(PEM_write_bio_PrivateKey_traditional(bio, key, passphrase ? EVP_aes_128_cbc() : NULL,
						  (unsigned char *)passphrase,
						  passphrase ? (int)strlen(passphrase) : 0, NULL,
						  NULL));
	return take_text(bio);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_TESTS_CERTS_H
#define SEKI_TESTS_CERTS_H

/*
 * Keys, certificates and revocation lists, made while a test runs. Whatever is
 * wrong with one is wished for here.
 */

#include <openssl/x509.h>
#include <stdbool.h>

/** test_key() - "rsa1024", "rsa2048", "p256", "p384", "p521", "ed25519", "ed448", "secp256k1"
 *
 * The same kind and number give the same key during one run; it is not to be freed.
 */
EVP_PKEY *test_key(const char *kind, unsigned int number);

/** struct test_certificate - all may be left out but @subject and @key */
struct test_certificate {
	const char *subject; /* "O=Example,CN=gw" in the order of the encoding */
	EVP_PKEY *key;
	X509 *issuer; /* NULL: signed by itself */
	EVP_PKEY *issuer_key;
	const char *digest; /* SHA256 when NULL; none with EdDSA */
	const char *san; /* as in openssl.cnf: "DNS:gw.example,IP:10.0.0.1" */
	const char *key_usage, *extended_key_usage;
	int from_days, to_days; /* from now; both 0: -1 to 30 */
	long serial;
	bool ca;
};

X509 *test_certificate(const struct test_certificate *wish);
/** test_crl() - of one revoked serial number, 0 for none; valid for @days from yesterday */
X509_CRL *test_crl(X509 *issuer, EVP_PKEY *issuer_key, long serial, int days);

/* PEM, to be freed with free(). */
char *test_certificate_pem(X509 *certificate);
char *test_crl_pem(X509_CRL *crl);
char *test_key_pem(EVP_PKEY *key, const char *passphrase); /* PKCS #8 */
char *test_key_pem_traditional(EVP_PKEY *key, const char *passphrase);

#endif

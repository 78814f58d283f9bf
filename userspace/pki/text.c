// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates from files, and as people read them. */
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "cryptox/cryptox.h"
#include "pki/internal.h"

/* Takes what @bio has, frees it, and leaves room for dots where it is too long. */
static const char *take_text(BIO *bio, char *text, size_t size)
{
	int len = bio ? BIO_read(bio, text, (int)size - 1) : 0;
	bool more = bio && BIO_pending(bio) > 0;

	text[len > 0 ? len : 0] = '\0';
	if (more && size > 4)
		memcpy(text + size - 4, "...", 4);
	BIO_free(bio);
	return text;
}

/* RFC 4514, which escapes what could disturb a terminal. */
const char *pki_name_text(const X509_NAME *name, char *text, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio)
		X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253);
	return take_text(bio, text, size);
}

const char *pki_time_text(const ASN1_TIME *time, char *text, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio)
		ASN1_TIME_print(bio, time);
	return take_text(bio, text, size);
}

void pki_put_name(const X509_NAME *name, struct buffer *out)
{
	unsigned char *der = NULL;
	int len = i2d_X509_NAME(name, &der);

	if (len > 0)
		buffer_put(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
}

void pki_put_der(const X509 *certificate, struct buffer *out)
{
	unsigned char *der = NULL;
	int len = i2d_X509(certificate, &der);

	if (len > 0)
		buffer_put(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
}

/* RFC 7296 section 3.7: over the whole SubjectPublicKeyInfo, unlike X.509's own identifiers. */
void pki_key_hash(const X509 *certificate, uint8_t hash[PKI_KEY_HASH])
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
	struct bytes key = bytes_of(der, len > 0 ? (size_t)len : 0);

	sha1(&key, 1, hash);
	OPENSSL_free(der);
}

struct result pki_read_certificates(struct bytes pem, STACK_OF(X509) * *out)
{
	BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	STACK_OF(X509) *list = sk_X509_new_null();
	struct result result = RESULT_OK;
	X509 *certificate;

	while (bio && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)))
		sk_X509_push(list, certificate);
	BIO_free(bio);
	if (!sk_X509_num(list))
		result = fail(-EINVAL, "there is no certificate in PEM");
	else if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		result = fail(-EINVAL, "the certificate after %d good ones cannot be read",
			      sk_X509_num(list));
	ERR_clear_error();
	if (failed(&result)) {
		sk_X509_pop_free(list, X509_free);
		list = NULL;
	}
	*out = list;
	return result;
}

static void serial_text(const X509 *certificate, char *text, size_t size)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
	char *hex = number ? BN_bn2hex(number) : NULL;

	snprintf(text, size, "%s", hex ? hex : "");
	OPENSSL_free(hex);
	BN_free(number);
}

bool certificate_describe(struct bytes der, struct certificate_facts *facts)
{
	const unsigned char *at = der.data;
	X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
	unsigned char *key = NULL;
	int len;

	*facts = (struct certificate_facts){ 0 };
	if (!certificate) {
		ERR_clear_error();
		return false;
	}
	pki_name_text(X509_get_subject_name(certificate), facts->subject, sizeof(facts->subject));
	pki_name_text(X509_get_issuer_name(certificate), facts->issuer, sizeof(facts->issuer));
	serial_text(certificate, facts->serial, sizeof(facts->serial));
	pki_time_text(X509_get0_notBefore(certificate), facts->not_before,
		      sizeof(facts->not_before));
	pki_time_text(X509_get0_notAfter(certificate), facts->not_after, sizeof(facts->not_after));
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key);
	if (len > 0)
		facts->key = public_key_kind(bytes_of(key, (size_t)len));
	OPENSSL_free(key);
	X509_free(certificate);
	return true;
}

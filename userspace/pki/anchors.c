// SPDX-License-Identifier: GPL-2.0-or-later
/* Authorities that we trust, with their revocation lists. */
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "base/memory.h"
#include "pki/internal.h"

static struct result add_crls(X509_STORE *store, struct bytes pem)
{
	BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	struct result result = RESULT_OK;
	size_t count = 0;
	X509_CRL *crl;

	while (bio && (crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL))) {
		if (!X509_STORE_add_crl(store, crl))
			result = fail(-ENOMEM, "OpenSSL does not take the CRL");
		X509_CRL_free(crl);
		count++;
	}
	BIO_free(bio);
	if (!count)
		result = fail(-EINVAL, "there is no CRL in PEM");
	else if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		result = fail(-EINVAL, "the CRL after %zu good ones cannot be read", count);
	ERR_clear_error();
	return result;
}

struct result anchors_load(const char *name, struct bytes certificates, struct bytes crls,
			   enum revocation_check revocation, struct anchors **out)
{
	struct anchors *anchors;
	STACK_OF(X509) * list;
	struct result result = pki_read_certificates(certificates, &list);

	*out = NULL;
	if (failed(&result))
		return result;
	anchors = must_calloc(1, sizeof(*anchors));
	atomic_init(&anchors->owners, 1);
	anchors->name = must_strdup(name);
	anchors->revocation = revocation;
	anchors->store = X509_STORE_new();
	if (!anchors->store || sk_X509_num(list) > PKI_ANCHORS_MAX)
		result = fail(-E2BIG, "more than %d certificates", PKI_ANCHORS_MAX);
	for (int i = 0; !failed(&result) && i < sk_X509_num(list); i++) {
		X509 *certificate = sk_X509_value(list, i);
		struct anchor *anchor = &anchors->list[anchors->count++];

		pki_key_hash(certificate, anchor->key_hash);
		pki_put_der(certificate, &anchor->der);
		pki_put_name(X509_get_subject_name(certificate), &anchor->subject);
		if (!X509_STORE_add_cert(anchors->store, certificate))
			result = fail(-ENOMEM, "OpenSSL does not take the certificate");
	}
	sk_X509_pop_free(list, X509_free);
	if (!failed(&result) && crls.len)
		result = add_crls(anchors->store, crls);
	if (failed(&result)) {
		anchors_free(anchors);
		return result;
	}
	*out = anchors;
	return RESULT_OK;
}

struct anchors *anchors_hold(struct anchors *anchors)
{
	atomic_fetch_add(&anchors->owners, 1);
	return anchors;
}

void anchors_free(struct anchors *anchors)
{
	if (!anchors || atomic_fetch_sub(&anchors->owners, 1) != 1)
		return;
	for (size_t i = 0; i < anchors->count; i++) {
		buffer_free(&anchors->list[i].der);
		buffer_free(&anchors->list[i].subject);
	}
	X509_STORE_free(anchors->store);
	free(anchors->name);
	free(anchors);
}

size_t anchors_count(const struct anchors *anchors)
{
	return anchors->count;
}

const uint8_t *anchors_key_hash(const struct anchors *anchors, size_t index)
{
	return anchors->list[index].key_hash;
}

struct bytes anchors_subject(const struct anchors *anchors, size_t index)
{
	return buffer_bytes(&anchors->list[index].subject);
}

struct bytes anchors_certificate(const struct anchors *anchors, size_t index)
{
	return index < anchors->count ? buffer_bytes(&anchors->list[index].der) : bytes_of(NULL, 0);
}

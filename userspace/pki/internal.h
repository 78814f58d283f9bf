/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_PKI_INTERNAL_H
#define SEKI_PKI_INTERNAL_H

/* What the files of this folder share. */

#include <openssl/x509.h>
#include <stdatomic.h>

#include "pki/pki.h"

struct anchors {
	atomic_uint owners;
	char *name;
	enum revocation_check revocation;
	X509_STORE *store;
	size_t count;
	struct anchor {
		uint8_t key_hash[PKI_KEY_HASH];
		struct buffer der, subject;
	} list[PKI_ANCHORS_MAX];
};

/* text.c */

/** pki_name_text() - "CN=gw,O=Example", cut to @size */
const char *pki_name_text(const X509_NAME *name, char *text, size_t size);
const char *pki_time_text(const ASN1_TIME *time, char *text, size_t size);
void pki_key_hash(const X509 *certificate, uint8_t hash[PKI_KEY_HASH]);
void pki_put_der(const X509 *certificate, struct buffer *out);
void pki_put_name(const X509_NAME *name, struct buffer *out); /* DER */
/** pki_read_certificates() - all of a PEM file; the caller frees the stack */
struct result pki_read_certificates(struct bytes pem, STACK_OF(X509) * *out);

/* name.c */

bool pki_name_matches(const X509 *certificate, enum pki_name_kind kind, struct bytes name);
/** pki_name_wanted() - "subjectAltName with the address 10.0.0.1" */
void pki_name_wanted(enum pki_name_kind kind, struct bytes name, char *text, size_t size);

/** pki_name_user() - the first name that EAP knows a user by */
bool pki_name_user(const X509 *certificate, struct buffer *user);

/* usage.c */

/** pki_usage() - may it authenticate an IKE peer (RFC 4945 sections 5.1.3.2 and 5.1.3.12)? */
struct result pki_usage(X509 *certificate);
/** pki_strength() - long enough a key, without the permission for legacy? */
struct result pki_strength(X509 *certificate);

#endif

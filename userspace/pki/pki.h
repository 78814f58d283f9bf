/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_PKI_PKI_H
#define SEKI_PKI_PKI_H

/*
 * X.509: our certificates with their keys, the authorities that we trust, and
 * whether a peer's certificate is good (RFC 5280, RFC 4945).
 *
 * Credentials and anchors never change. Each holder counts, on any thread, so
 * that a reload does not take them from under a worker.
 */

#include <time.h>

#include "base/bytes.h"
#include "base/result.h"
#include "cryptox/signature.h"

#define PKI_CHAIN_MAX 8 /* certificates that a peer may send, or we do */
#define PKI_ANCHORS_MAX 16
#define PKI_TEXT 128 /* of a name that is shown, cut when longer */
#define PKI_KEY_HASH 20 /* SHA-1 of a public key (RFC 7296 section 3.7) */

/* --- ours --- */

/** struct credential - a certificate, what leads from it to a root, and its key */
struct credential;

/**
 * credential_load() - from PEM
 * @certificates: the one of the key and those above it, in any order
 */
struct result credential_load(struct bytes certificates, struct bytes key, struct bytes passphrase,
			      struct credential **out);
struct credential *credential_hold(struct credential *credential);
void credential_free(struct credential *credential); /* NULL is fine */
struct private_key *credential_key(const struct credential *credential);
/** credential_certificate() - DER, to be sent; 0 is our own; empty past the end */
struct bytes credential_certificate(const struct credential *credential, size_t index);
struct bytes credential_subject(const struct credential *credential); /* DER of the name */
/** credential_is_under() - is the authority with this key named in what leads to a root? */
bool credential_is_under(const struct credential *credential, const uint8_t hash[PKI_KEY_HASH]);
/** credential_is_under_name() - the same by its name, a DN in DER */
bool credential_is_under_name(const struct credential *credential, struct bytes name);
/** credential_check() - would others take it now? The sentence of the first reason why not */
struct result credential_check(const struct credential *credential, time_t now, bool legacy);

/* --- whom we trust --- */

enum revocation_check {
	REVOCATION_NONE,
	REVOCATION_CRL, /* a certificate that no current CRL speaks about is not good */
	REVOCATION_CRL_NONE, /* it is good */
};

/** struct anchors - certificates that end a chain, and their CRLs */
struct anchors;

/**
 * anchors_load() - from PEM
 * @name: of the trustpoint, for sentences
 * @crls: empty for none
 */
struct result anchors_load(const char *name, struct bytes certificates, struct bytes crls,
			   enum revocation_check revocation, struct anchors **out);
struct anchors *anchors_hold(struct anchors *anchors);
void anchors_free(struct anchors *anchors); /* NULL is fine */
size_t anchors_count(const struct anchors *anchors);
const uint8_t *anchors_key_hash(const struct anchors *anchors, size_t index);
struct bytes anchors_subject(const struct anchors *anchors, size_t index); /* DER of the name */

/* --- theirs --- */

enum pki_name_kind {
	PKI_NAME_ADDRESS,
	PKI_NAME_DNS,
	PKI_NAME_EMAIL,
	PKI_NAME_DN,
	PKI_NAME_USER, /* of somebody with EAP: mail address, principal, host or common name */
	PKI_NAME_ANY, /* it says none */
};

/** struct pki_question - what a peer has shown, and by what it is judged */
struct pki_question {
	const struct anchors *anchors[PKI_ANCHORS_MAX];
	size_t anchor_count;
	struct bytes chain[PKI_CHAIN_MAX]; /* DER, its own first */
	size_t chain_count;
	enum pki_name_kind kind;
	struct bytes name; /* that it says to have */
	time_t now;
	bool legacy; /* short keys and SHA-1 are permitted */
};

/**
 * pki_verify() - is the certificate good for IKE, and for this name?
 * @public_key: gets its SubjectPublicKeyInfo
 * Return: -EACCES with a sentence that names the certificate and the reason
 */
struct result pki_verify(const struct pki_question *question, struct buffer *public_key);

/** pki_user() - who the owner is for EAP: the first name of the kinds of PKI_NAME_USER; false for none */
bool pki_user(struct bytes certificate, struct buffer *user);

/** struct certificate_facts - for people */
struct certificate_facts {
	char subject[PKI_TEXT], issuer[PKI_TEXT];
	char serial[64]; /* hexadecimal */
	char not_before[32], not_after[32];
	enum key_kind key;
};

/** certificate_describe() - false when it is none */
bool certificate_describe(struct bytes der, struct certificate_facts *facts);
struct bytes anchors_certificate(const struct anchors *anchors, size_t index); /* DER */

#endif

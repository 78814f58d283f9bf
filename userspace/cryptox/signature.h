/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CRYPTOX_SIGNATURE_H
#define SEKI_CRYPTOX_SIGNATURE_H

/*
 * Signatures and the keys for them.
 *
 * A private key is used through this header alone, and nothing here gives it
 * away: it may as well live in another process.
 */

#include "base/bytes.h"
#include "base/result.h"

enum key_kind {
	KEY_KIND_NONE, /* one that IKE has no signature for */
	KEY_KIND_RSA,
	KEY_KIND_ECDSA_256,
	KEY_KIND_ECDSA_384,
	KEY_KIND_ECDSA_521,
	KEY_KIND_ED25519,
	KEY_KIND_ED448,
};

/* As SIGNATURE_HASH_ALGORITHMS numbers them (RFC 7427 section 7, RFC 8420). */
enum signature_hash {
	SIGNATURE_HASH_SHA1 = 1,
	SIGNATURE_HASH_SHA2_256 = 2,
	SIGNATURE_HASH_SHA2_384 = 3,
	SIGNATURE_HASH_SHA2_512 = 4,
	SIGNATURE_HASH_IDENTITY = 5, /* the algorithm signs the message itself */
};

enum signature_family {
	SIGNATURE_RSA, /* RSASSA-PKCS1-v1_5 */
	SIGNATURE_RSA_BARE, /* PKCS #1 around a hash that is given, and not named (RFC 2409 section 5.1) */
	SIGNATURE_RSA_PSS, /* MGF1 with the same hash, a salt as long as it */
	SIGNATURE_ECDSA, /* Ecdsa-Sig-Value in DER */
	SIGNATURE_ECDSA_RAW, /* r and s, each as long as the curve (RFC 4754 section 7) */
	SIGNATURE_ED25519,
	SIGNATURE_ED448,
};

/** struct signature_scheme - a way to sign, a row of the table */
struct signature_scheme {
	const char *name; /* "RSA-PSS with SHA2-256" */
	enum signature_family family;
	enum signature_hash hash;
};

/** signature_scheme_of() - NULL when there is no such combination */
const struct signature_scheme *signature_scheme_of(enum signature_family family,
						   enum signature_hash hash);
/** signature_scheme_identifier() - its AlgorithmIdentifier (RFC 7427 appendix A), empty for none */
struct bytes signature_scheme_identifier(const struct signature_scheme *scheme);
/** signature_scheme_by_identifier() - NULL when unknown */
const struct signature_scheme *signature_scheme_by_identifier(struct bytes identifier);

const char *key_kind_name(enum key_kind kind); /* "RSA", "ECDSA P-256", "Ed25519" */

struct private_key;

/**
 * private_key_load() - from PEM: PKCS #8 or traditional
 * @passphrase: empty for none
 * Return: with a sentence that says whether passphrase, format or algorithm is wrong
 */
struct result private_key_load(struct bytes pem, struct bytes passphrase, struct private_key **out);
/** private_key_hold() - one more owner, on whatever thread; each calls private_key_free() */
struct private_key *private_key_hold(struct private_key *key);
void private_key_free(struct private_key *key); /* NULL is fine */
enum key_kind private_key_kind(const struct private_key *key);
/** private_key_public() - its other half, as a SubjectPublicKeyInfo */
struct bytes private_key_public(const struct private_key *key);
/** private_key_sign() - appends the signature of @data; takes long, so for a worker */
struct result private_key_sign(const struct private_key *key, const struct signature_scheme *scheme,
			       struct bytes data, struct buffer *signature);

/** public_key_kind() - of a SubjectPublicKeyInfo; KEY_KIND_NONE for what is not understood */
enum key_kind public_key_kind(struct bytes public_key);
/**
 * public_key_verify() - was @data signed with the other half of @public_key?
 * Return: -EBADMSG when not, -EINVAL when key and scheme do not go together
 */
struct result public_key_verify(struct bytes public_key, const struct signature_scheme *scheme,
				struct bytes data, struct bytes signature);

#endif

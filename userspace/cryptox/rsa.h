/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CRYPTOX_RSA_H
#define SEKI_CRYPTOX_RSA_H

/*
 * RSA as a cipher, which only IKEv1 uses it as (RFC 2409 sections 5.2 and 5.3): PKCS #1 of block
 * type 2, RFC 8017 section 7.2. Public keys are SubjectPublicKeyInfos, private ones those of
 * signature.h.
 */

#include "cryptox/signature.h"

#define RSA_BITS_LEAST 512 /* OpenSSL makes no shorter ones */
#define RSA_BITS_MOST 4096

/** enum rsa_usage - what a key pair is for, by the will of its owner */
enum rsa_usage { RSA_GENERAL, RSA_SIGNATURE, RSA_ENCRYPTION };

/** rsa_generate() - a new key pair as PEM (PKCS #8); takes seconds when it is long */
struct result rsa_generate(unsigned int bits, struct buffer *pem);
/** rsa_bits() - of the modulus; 0 when it is no RSA key, or one outside of the bounds above */
unsigned int rsa_bits(struct bytes public_key);
/** rsa_room() - octets that one block can hold */
size_t rsa_room(struct bytes public_key);
/** rsa_encrypt() - appends one block; @plain must fit */
struct result rsa_encrypt(struct bytes public_key, struct bytes plain, struct buffer *out);
/**
 * rsa_decrypt() - appends what is in the block
 *
 * Never says whether the padding was right: where it was not, the octets are others, which
 * depend on key and block alone, and nobody else can tell the two apart, neither by the
 * time it takes (implicit rejection, against Bleichenbacher's oracle). It fails only for what
 * everybody can see: a block that is not as long as the modulus.
 */
struct result rsa_decrypt(const struct private_key *key, struct bytes block, struct buffer *plain);

#endif

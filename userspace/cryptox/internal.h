/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CRYPTOX_INTERNAL_H
#define SEKI_CRYPTOX_INTERNAL_H

/*
 * What the files of this folder share; known-answer tests look in as well.
 *
 * Fetching an algorithm from OpenSSL costs more than a short message, so each
 * part fetches what it needs once, at start, and only reads it afterwards:
 * workers may use all of it at the same time.
 */

#include <stdbool.h>

#include "cryptox/cryptox.h"

/** openssl_failed() - the result for OpenSSL's last error, whose queue is emptied */
struct result openssl_failed(const char *what);

/* Each may be called again, and then adds what was not available before. */
struct result macs_start(void);
void macs_stop(void);
struct result ciphers_start(void);
void ciphers_stop(void);
struct result groups_start(void);
void groups_stop(void);
struct result hashes_start(void);
void hashes_stop(void);

/** encr_cipher() - OpenSSL's, or NULL; not counted */
struct evp_cipher_st *encr_cipher(uint16_t encr, uint16_t key_bits);

/* Message authentication codes: what a PRF and an INTEG transform have in common. */

/** struct mac - a keyed HMAC, CMAC or XCBC, for any number of messages */
struct mac;
struct mac_algorithm;

const struct mac_algorithm *mac_of_prf(uint16_t prf); /* NULL when unknown */
const struct mac_algorithm *mac_of_integ(uint16_t integ);
size_t mac_size(const struct mac_algorithm *algorithm); /* octets before truncation */
size_t mac_key_size(const struct mac_algorithm *algorithm);
bool mac_on_aes(const struct mac_algorithm *algorithm); /* which takes one key size only */
bool mac_is_xcbc(const struct mac_algorithm *algorithm);

struct result mac_new(const struct mac_algorithm *algorithm, struct bytes key, struct mac **out);
void mac_free(struct mac *mac);
/** mac_compute() - over part | part | ...; @out has mac_size() octets */
struct result mac_compute(struct mac *mac, const struct bytes *parts, size_t count, uint8_t *out);

/** key_exchange_import() - with a private key that somebody else made: for known answers */
struct result key_exchange_import(uint16_t group, struct bytes private_key,
				  struct key_exchange **out);

/* Key encapsulation mechanisms: kem.c */

struct kem;
struct evp_pkey_st;

const struct kem *kem_find(uint16_t method); /* NULL when it is none */
const char *kem_name(const struct kem *kem);
uint16_t kem_method(const struct kem *kem);
bool kem_is_available(const struct kem *kem);
/** kem_generate() - a key pair; @public gets the encapsulation key */
struct result kem_generate(const struct kem *kem, struct evp_pkey_st **key, struct buffer *public);
/** kem_encapsulate() - for the holder of @public; -EBADMSG when that is no key */
struct result kem_encapsulate(const struct kem *kem, struct bytes public, struct buffer *ciphertext,
			      struct buffer *secret);
/** kem_decapsulate() - -EBADMSG for a wrong length; what is forged gives another secret */
struct result kem_decapsulate(const struct kem *kem, struct evp_pkey_st *key,
			      struct bytes ciphertext, struct buffer *secret);

/** private_key_openssl() - for what cannot do with signatures alone */
struct private_key;
struct evp_pkey_st *private_key_openssl(const struct private_key *key);

#endif

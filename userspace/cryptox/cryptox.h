/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CRYPTOX_CRYPTOX_H
#define SEKI_CRYPTOX_CRYPTOX_H

/*
 * All cryptography of the daemon, on OpenSSL 3. No other folder includes
 * OpenSSL headers but pki, for X.509. Algorithms are named by their IANA IKEv2 transform numbers
 * (include/seki/algorithms.h); IKEv1 maps its own numbers onto these.
 */

#include "base/bytes.h"
#include "base/result.h"
#include "seki/algorithms.h"

/* ENCR_AES_CBC, PRF_HMAC_SHA1, INTEG_HMAC_SHA1_96, KE_MODP_1024 ...: the numbers of the table */
enum {
#define X(symbol, id, ...) ENCR_##symbol = id,
	SEKI_ENCR_LIST(X)
#undef X
#define X(symbol, id, ...) PRF_##symbol = id,
		SEKI_PRF_LIST(X)
#undef X
#define X(symbol, id, ...) INTEG_##symbol = id,
			SEKI_INTEG_LIST(X) SEKI_AEAD_INTEG_LIST(X)
#undef X
#define X(symbol, id, ...) KE_##symbol = id,
				SEKI_KE_LIST(X)
#undef X
#define X(symbol, id, ...) KE_##symbol = id,
					SEKI_KEM_LIST(X)
#undef X
};

#define CRYPTOX_HASH_MAX 64 /* octets of the longest prf or digest */
#define CRYPTOX_PARTS_MAX 8 /* pieces that one prf or digest call takes */

/**
 * cryptox_start() - looks up every algorithm once; nothing else here works before
 * @legacy: load OpenSSL's legacy provider too, which DES lives in
 *
 * A later call with @legacy adds what was missing, so that a reload can permit
 * it. Which algorithm may be used is not decided here but by the policy.
 */
struct result cryptox_start(bool legacy);
void cryptox_stop(void);
/** cryptox_library() - name and version of what computes */
const char *cryptox_library(void);

/** random_fill() - from OpenSSL's private DRBG; ends the process if it fails */
void random_fill(void *out, size_t len);
uint64_t random_u64(void);

/** sha1() - for NAT detection (RFC 7296 section 2.23) and CERTREQ hashes only */
void sha1(const struct bytes *parts, size_t count, uint8_t out[20]);

/* Pseudo-random functions (RFC 7296 section 2.13) */

size_t prf_size(uint16_t prf); /* output octets, also the preferred key length; 0 when unknown */
/** prf_compute() - prf(key, part | part | ...); @out has prf_size() octets */
struct result prf_compute(uint16_t prf, struct bytes key, const struct bytes *parts, size_t count,
			  uint8_t *out);
/**
 * prf_nonce() - the part of a nonce that goes into the key of SKEYSEED
 *
 * RFC 7296 section 2.14: the first 8 octets for the PRFs on AES, else all.
 */
struct bytes prf_nonce(uint16_t prf, struct bytes nonce);
/** prf_plus() - prf+(key, seed), at most 255 blocks */
struct result prf_plus(uint16_t prf, struct bytes key, struct bytes seed, uint8_t *out, size_t len);

/* Protection of the encrypted payload (RFC 7296 section 3.14, RFC 5282) */

/**
 * struct cipher_suite - what protects a message or a packet
 * @encr: ENCR transform, @key_bits its key length (0 for fixed ones)
 * @integ: INTEG transform, 0 with an AEAD
 */
struct cipher_suite {
	uint16_t encr;
	uint16_t key_bits;
	uint16_t integ;
};

/** encr_allows() - known, and @key_bits is a Key Length that it may carry (0: none) */
bool encr_allows(uint16_t encr, uint16_t key_bits);
bool encr_is_aead(uint16_t encr);
/** encr_key_size() - octets of SK_e, the salt of an AEAD included */
size_t encr_key_size(uint16_t encr, uint16_t key_bits);
size_t encr_iv_size(uint16_t encr);
size_t encr_block_size(uint16_t encr); /* 1 for stream modes */
size_t integ_key_size(uint16_t integ); /* octets of SK_a, 0 for 0 */
size_t suite_icv_size(const struct cipher_suite *suite);

/** struct sealer - one direction's keys, ready to use */
struct sealer;

struct result sealer_new(const struct cipher_suite *suite, struct bytes encr_key,
			 struct bytes integ_key, struct sealer **out);
void sealer_free(struct sealer *sealer);
const struct cipher_suite *sealer_suite(const struct sealer *sealer);
/**
 * sealer_seal() - encrypts and authenticates
 * @associated: everything before the IV (IKE header .. generic payload header)
 * @plain: padded to the block size, pad length octet included, so never empty
 * @out: gets IV, ciphertext and ICV appended
 *
 * A non-AEAD suite authenticates @associated, IV and ciphertext with its INTEG
 * transform; an AEAD takes @associated as its associated data.
 */
struct result sealer_seal(struct sealer *sealer, struct bytes associated, struct bytes plain,
			  struct buffer *out);
/**
 * sealer_open() - checks, then decrypts
 * @sealed: IV, ciphertext, ICV
 * @plain: gets the plaintext with its padding
 * Return: -EBADMSG when the ICV is wrong (@plain stays untouched)
 */
struct result sealer_open(struct sealer *sealer, struct bytes associated, struct bytes sealed,
			  struct buffer *plain);

/* Pieces that IKEv1 puts together by itself (RFC 2409 section 5 and appendix B) */

/**
 * cbc_crypt() - whole blocks in place, with neither padding nor integrity
 * @suite: @integ is not looked at
 */
struct result cbc_crypt(const struct cipher_suite *suite, struct bytes key, struct bytes iv,
			bool encrypt, uint8_t *data, size_t len);
/** hash_compute() - the hash function inside of an HMAC PRF; @out has prf_size() octets */
struct result hash_compute(uint16_t prf, const struct bytes *parts, size_t count, uint8_t *out);

/* Key exchange (RFC 7296 section 2.14, RFC 3526, 5903, 8031, 2409) */

size_t
ke_public_size(uint16_t group); /* octets on the wire, 0 when unknown or no group but a KEM */
/** ke_is_available() - a KEM needs OpenSSL 3.5, which may be older; all groups are there */
bool ke_is_available(uint16_t method);

/** struct key_exchange - our private half; used by one thread at a time */
struct key_exchange;

/** key_exchange_new() - makes a key pair: long for big MODP groups, so for a worker */
struct result key_exchange_new(uint16_t group, struct key_exchange **out);
void key_exchange_free(struct key_exchange *exchange);
uint16_t key_exchange_group(const struct key_exchange *exchange);
struct bytes key_exchange_public(const struct key_exchange *exchange);
/**
 * key_exchange_derive() - appends the shared secret, MODP padded to the prime's length
 * Return: -EBADMSG for a public value that is invalid: wrong length, off the
 * curve, 0, 1 or p - 1 (RFC 6989), all-zero X25519 result
 */
struct result key_exchange_derive(struct key_exchange *exchange, struct bytes peer_public,
				  struct buffer *secret);
/**
 * key_exchange_answer() - the responder's half in one: with a KEM there is no other way
 * @secret: gets the shared secret appended
 * @out: for its public value alone, which is the ciphertext of a KEM
 * Return: as key_exchange_new() and key_exchange_derive()
 */
struct result key_exchange_answer(uint16_t group, struct bytes peer_public, struct buffer *secret,
				  struct key_exchange **out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_V1_KEYS_H
#define SEKI_IKE_V1_KEYS_H

/*
 * Keys of IKEv1 (RFC 2409 section 5 and appendix B): functions of octets, that
 * know no SA and no message.
 */

#include "base/bytes.h"
#include "base/result.h"
#include "cryptox/cryptox.h"

#define IKEV1_BLOCK_MAX 16
#define IKEV1_CIPHER_KEY_MAX 32

/** struct ikev1_iv - the last block of ciphertext, of which the next message goes on */
struct ikev1_iv {
	uint8_t octets[IKEV1_BLOCK_MAX];
};

/** struct ikev1_keys - of an ISAKMP SA; @ready: messages can be encrypted */
struct ikev1_keys {
	uint16_t prf;
	size_t prf_len;
	struct cipher_suite suite; /* without integrity */
	size_t block;
	bool ready;
	uint8_t skeyid[CRYPTOX_HASH_MAX];
	uint8_t skeyid_d[CRYPTOX_HASH_MAX], skeyid_a[CRYPTOX_HASH_MAX], skeyid_e[CRYPTOX_HASH_MAX];
	uint8_t cipher_key[IKEV1_CIPHER_KEY_MAX];
	size_t cipher_key_len;
};

/** struct ikev1_cookies - eight octets each, in host order as in the header */
struct ikev1_cookies {
	uint64_t initiator, responder;
};

/** ikev1_keys_begin() - for these algorithms; the cipher must be one of phase 1 */
struct result ikev1_keys_begin(struct ikev1_keys *keys, uint16_t prf, uint16_t encr,
			       uint16_t key_bits);
/** ikev1_skeyid_psk() - SKEYID = prf(pre-shared key, Ni | Nr) */
struct result ikev1_skeyid_psk(struct ikev1_keys *keys, struct bytes psk, struct bytes nonce_i,
			       struct bytes nonce_r);
/** ikev1_skeyid_signature() - SKEYID = prf(Ni | Nr, g^xy) */
struct result ikev1_skeyid_signature(struct ikev1_keys *keys, struct bytes nonce_i,
				     struct bytes nonce_r, struct bytes secret);
/** ikev1_skeyid_encrypted() - SKEYID = prf(hash(Ni | Nr), CKY-I | CKY-R) */
struct result ikev1_skeyid_encrypted(struct ikev1_keys *keys, struct bytes nonce_i,
				     struct bytes nonce_r, const struct ikev1_cookies *cookies);
/** ikev1_keys_expand() - SKEYID_d, _a, _e and the cipher's key; @secret: g^xy */
struct result ikev1_keys_expand(struct ikev1_keys *keys, struct bytes secret,
				const struct ikev1_cookies *cookies);
void ikev1_keys_wipe(struct ikev1_keys *keys);

/** struct ikev1_proof - what HASH_I or HASH_R covers: first the side's own, then the other's */
struct ikev1_proof {
	struct bytes own_public, other_public;
	uint64_t own_cookie, other_cookie;
	struct bytes sa_body, id_body;
};
struct result ikev1_proof_hash(const struct ikev1_keys *keys, const struct ikev1_proof *proof,
			       uint8_t *out);
/** ikev1_message_hash() - prf(SKEYID_a, M-ID | part | ...): HASH(1), HASH(2), informational */
struct result ikev1_message_hash(const struct ikev1_keys *keys, uint32_t message_id,
				 const struct bytes *parts, size_t count, uint8_t *out);
/** ikev1_last_hash() - HASH(3) = prf(SKEYID_a, 0 | M-ID | Ni | Nr) */
struct result ikev1_last_hash(const struct ikev1_keys *keys, uint32_t message_id,
			      struct bytes nonce_i, struct bytes nonce_r, uint8_t *out);

/** ikev1_iv_phase_1() - of the first encrypted message: hash(g^xi | g^xr) */
struct result ikev1_iv_phase_1(const struct ikev1_keys *keys, struct bytes public_i,
			       struct bytes public_r, struct ikev1_iv *iv);
/** ikev1_iv_phase_2() - of the first message of an exchange: hash(last block of phase 1 | M-ID) */
struct result ikev1_iv_phase_2(const struct ikev1_keys *keys, const struct ikev1_iv *phase_1,
			       uint32_t message_id, struct ikev1_iv *iv);
/** ikev1_encrypt() - in place, whole blocks; @iv becomes that of the next message */
struct result ikev1_encrypt(const struct ikev1_keys *keys, struct ikev1_iv *iv, uint8_t *data,
			    size_t len);
struct result ikev1_decrypt(const struct ikev1_keys *keys, struct ikev1_iv *iv, uint8_t *data,
			    size_t len);

/**
 * ikev1_keymat() - keys of one IPsec SA (RFC 2409 section 5.5)
 * @secret: g(qm)^xy, empty without PFS
 * @spi: of the SA, chosen by who receives with it
 */
struct result ikev1_keymat(const struct ikev1_keys *keys, struct bytes secret, uint8_t protocol,
			   uint32_t spi, struct bytes nonce_i, struct bytes nonce_r, uint8_t *out,
			   size_t len);

/** struct ikev1_ephemeral - a key that is made of a nonce, and its chain (RFC 2409 section 5.3) */
struct ikev1_ephemeral {
	uint8_t key[IKEV1_CIPHER_KEY_MAX];
	struct ikev1_iv iv;
};

/** ikev1_ephemeral_begin() - of whoever has sent this nonce and has this cookie */
struct result ikev1_ephemeral_begin(const struct ikev1_keys *keys,
				    struct ikev1_ephemeral *ephemeral, struct bytes nonce,
				    uint64_t cookie);
/** ikev1_ephemeral_encrypt(), ikev1_ephemeral_decrypt() - a payload's body, with its padding */
struct result ikev1_ephemeral_encrypt(const struct ikev1_keys *keys,
				      struct ikev1_ephemeral *ephemeral, struct buffer *body);
struct result ikev1_ephemeral_decrypt(const struct ikev1_keys *keys,
				      struct ikev1_ephemeral *ephemeral, struct buffer *body);

#endif

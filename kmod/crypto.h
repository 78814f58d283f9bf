/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_CRYPTO_H
#define SEKI_CRYPTO_H

#include <crypto/aead.h>
#include <linux/scatterlist.h>
#include <linux/skbuff.h>

#include "algs.h"

struct netlink_ext_ack;
struct seki_sa;

#define SEKI_IV_MAX	16

/**
 * struct seki_crypto - the cipher of an SA
 * @tfm: AEAD; encryption with separate integrity is an authenc() of both
 * @op_size: bytes that a struct seki_op for @tfm takes
 * @iv: how the explicit IV is made
 * @iv_len: bytes of explicit IV
 * @icv_len: bytes of ICV
 * @align: ciphertext is a multiple of this, at least 4
 * @esn: the ICV covers the high half of the sequence number too
 *
 * Constant after seki_crypto_init().
 */
struct seki_crypto {
	struct crypto_aead *tfm;
	unsigned int op_size;
	enum seki_iv iv;
	u8 iv_len;
	u8 icv_len;
	u8 align;
	bool esn;
};

/**
 * struct seki_crypto_keys - what seki_crypto_init() makes a cipher of
 * @encr: encryption algorithm
 * @integ: integrity algorithm, NULL if @encr is a combined-mode one
 * @encr_key: key and salt
 * @integ_key: key
 * @encr_key_len: bytes
 * @integ_key_len: bytes
 * @esn: extended sequence numbers
 */
struct seki_crypto_keys {
	const struct seki_encr *encr;
	const struct seki_integ *integ;
	const u8 *encr_key;
	const u8 *integ_key;
	unsigned int encr_key_len;
	unsigned int integ_key_len;
	bool esn;
};

/**
 * struct seki_op - a packet on its way through the cipher
 * @size: bytes allocated, request included
 * @skb: the packet
 * @sa: counted reference
 * @dst: route of the outer packet (output only), counted
 * @finish: called once, in softirq context or with bottom halves off, whether
 *	the cipher worked at once or later; owns @op, @skb, @sa and @dst
 * @seq: sequence number
 * @saved: the four bytes in front of the ESP header that an extended sequence
 *	number displaces while the cipher runs
 * @tos: of the outer header
 * @ttl: of the outer header
 * @df: of the outer header, in network byte order
 * @iv: the request's copy, which the cipher may change
 * @sg: the packet, from ESP header to ICV
 * @req: followed by the private part of the cipher
 *
 * Every CPU keeps one in stock, so that synchronous ciphers need no allocation
 * for a packet.
 */
struct seki_op {
	unsigned int size;
	struct sk_buff *skb;
	struct seki_sa *sa;
	struct dst_entry *dst;
	void (*finish)(struct seki_op *op, int err);
	u64 seq;
	__be32 saved;
	u8 tos;
	u8 ttl;
	__be16 df;
	u8 iv[SEKI_IV_MAX] __aligned(8);
	struct scatterlist sg;
	struct aead_request req __aligned(CRYPTO_MINALIGN);
};

int seki_crypto_init(struct seki_crypto *crypto, const struct seki_crypto_keys *keys,
		     struct netlink_ext_ack *extack);
void seki_crypto_free(struct seki_crypto *crypto);

struct seki_op *seki_op_get(const struct seki_crypto *crypto);
void seki_op_put(struct seki_op *op);
void seki_op_encrypt(struct seki_op *op, const struct seki_crypto *crypto,
		     unsigned int assoc, unsigned int len);
void seki_op_decrypt(struct seki_op *op, const struct seki_crypto *crypto,
		     unsigned int assoc, unsigned int len);

void seki_crypto_exit(void);

#endif /* SEKI_CRYPTO_H */

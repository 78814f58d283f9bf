/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_CRYPTO_H
#define SEKI_CRYPTO_H

#include <crypto/aead.h>
#include <linux/random.h>
#include <linux/scatterlist.h>
#include <linux/skbuff.h>

#include "algs.h"
#include "drop.h"

#include <compat/unaligned.h>

struct netlink_ext_ack;
struct seki_sa;
struct seki_super;

#define SEKI_IV_MAX	16
#define SEKI_ICV_MAX	32

/* IP header with options or extension headers, and AH */
#define SEKI_OP_SCRATCH	256

/* AH: headers, payload, high half of the sequence number, ICV */
#define SEKI_OP_SG_MAX	4

/**
 * struct seki_crypto - the cipher of an SA
 * @tfm: AEAD; encryption with separate integrity is an authenc() of both, and
 *	integrity alone, as AH has it, an authenc() that encrypts nothing
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
 * @encr: encryption algorithm, NULL for AH
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
 * @size: bytes allocated, request and scratch space included
 * @skb: the packet
 * @sa: counted reference on the packet's SA; of a bundle, the innermost one
 * @at: the SA whose cipher works now: @sa, or one that lives as long
 * @dst: route of the outer packet (output only), counted
 * @super: packets to travel with, NULL alone (output only)
 * @finish: called once, in softirq context or with bottom halves off, when the
 *	cipher did not work at once; owns @op, @skb, @sa and @dst
 * @seq: sequence number
 * @len: bytes of the inner packet (output only)
 * @tfc: pad the payload to this (output only)
 * @saved: the four bytes in front of the ESP header that an extended sequence
 *	number displaces while the cipher runs
 * @seq_high: high half of an extended sequence number, as AH covers it
 * @df: of the outer header, in network byte order
 * @header_len: transport mode, output: bytes of the packet's own IP header
 * @next_offset: transport mode, output: where in it the next header stands
 * @next: protocol of what the next header that is put in front will carry
 * @tos: of the outer header
 * @ttl: of the outer header
 * @fragment: the outer packet may be larger than the path allows
 * @depth: layers that were taken off before this one (input only)
 * @iv: the request's copy, which the cipher may change
 * @icv: of AH
 * @sg: the packet, from ESP header to ICV, or what AH covers
 * @req: followed by the private part of the cipher
 *
 * Every CPU keeps one in stock, so that synchronous ciphers need no allocation
 * for a packet.
 */
struct seki_op {
	unsigned int size;
	struct sk_buff *skb;
	struct seki_sa *sa;
	struct seki_sa *at;
	struct dst_entry *dst;
	struct seki_super *super;
	void (*finish)(struct seki_op *op, int err);
	u64 seq;
	unsigned int len;
	unsigned int tfc;
	__be32 saved;
	__be32 seq_high;
	__be16 df;
	u16 header_len;
	u16 next_offset;
	u8 next;
	u8 tos;
	u8 ttl;
	bool fragment;
	u8 depth;
	u8 iv[SEKI_IV_MAX] __aligned(8);
	u8 icv[SEKI_ICV_MAX];
	struct scatterlist sg[SEKI_OP_SG_MAX];
	struct aead_request req __aligned(CRYPTO_MINALIGN);
};

/* the end of an op whose size had room for it: a copy of the headers that AH covers */
static inline u8 *seki_op_scratch(struct seki_op *op)
{
	return (u8 *)op + op->size - SEKI_OP_SCRATCH;
}

/**
 * seki_op_iv - make the explicit IV of a packet
 * @op: with seq; gets the copy that the cipher works with
 * @crypto: cipher of the SA
 * @iv: where it stands in the packet, iv_len bytes
 */
static inline void seki_op_iv(struct seki_op *op, const struct seki_crypto *crypto, u8 *iv)
{
	unsigned int i;

	switch (crypto->iv) {
	case SEKI_IV_NONE:
		return;
	case SEKI_IV_COUNTER:
		put_unaligned_be64(op->seq, iv);
		break;
	case SEKI_IV_RANDOM:
		/* a whole number of blocks of eight; each CPU has a stock of those */
		for (i = 0; i < crypto->iv_len; i += sizeof(u64))
			put_unaligned(get_random_u64(), (u64 *)(iv + i));
		break;
	}
	memcpy(op->iv, iv, crypto->iv_len);
}

int seki_crypto_init(struct seki_crypto *crypto, const struct seki_crypto_keys *keys,
		     struct netlink_ext_ack *extack);
void seki_crypto_free(struct seki_crypto *crypto);

struct seki_op *seki_op_get(unsigned int size);
void seki_op_put(struct seki_op *op);
int seki_op_encrypt(struct seki_op *op, const struct seki_crypto *crypto,
		    unsigned int assoc, unsigned int len);
int seki_op_decrypt(struct seki_op *op, const struct seki_crypto *crypto,
		    unsigned int assoc, unsigned int len);

enum seki_drop seki_crypto_error(int err);

void seki_crypto_exit(void);

#endif /* SEKI_CRYPTO_H */

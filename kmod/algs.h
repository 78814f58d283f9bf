/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_ALGS_H
#define SEKI_ALGS_H

#include <linux/types.h>

#include <seki/algorithms.h>

/**
 * enum seki_iv - where the explicit IV of a packet comes from
 * @SEKI_IV_NONE: there is none
 * @SEKI_IV_COUNTER: the 64-bit sequence number, which never repeats
 * @SEKI_IV_RANDOM: unpredictable, as CBC needs it
 */
enum seki_iv {
	SEKI_IV_NONE,
	SEKI_IV_COUNTER,
	SEKI_IV_RANDOM,
};

/**
 * struct seki_encr - an encryption algorithm
 * @name: as users know it
 * @driver: kernel crypto API name of the skcipher, or of the AEAD if @icv
 * @id: IANA IKEv2 ENCR transform id
 * @key_min: shortest key in bytes, without salt
 * @key_max: longest key in bytes, without salt
 * @key_step: bytes between key lengths that exist
 * @salt: bytes of salt that follow the key
 * @iv: bytes of explicit IV in each packet
 * @block: plaintext is padded to a multiple of this
 * @icv: bytes of ICV of a combined-mode algorithm, else 0
 */
struct seki_encr {
	const char *name;
	const char *driver;
	u16 id;
	u8 key_min;
	u8 key_max;
	u8 key_step;
	u8 salt;
	u8 iv;
	u8 block;
	u8 icv;
};

/**
 * struct seki_integ - an integrity algorithm
 * @name: as users know it
 * @driver: kernel crypto API name of the hash, or of the AEAD if @iv
 * @id: IANA IKEv2 INTEG transform id
 * @key: bytes of key, salt included
 * @iv: bytes of explicit IV in front of the ICV, of AH alone
 * @icv: bytes of ICV
 */
struct seki_integ {
	const char *name;
	const char *driver;
	u16 id;
	u8 key;
	u8 iv;
	u8 icv;
};

const struct seki_encr *seki_encr_find(u16 id);
const struct seki_integ *seki_integ_find(u16 id);
bool seki_encr_key_ok(const struct seki_encr *encr, unsigned int len);
enum seki_iv seki_encr_iv(const struct seki_encr *encr);

#endif /* SEKI_ALGS_H */

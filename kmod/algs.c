// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's view of the algorithm table that it shares with the daemon.
 */
#include <linux/kernel.h>

#include "algs.h"

static const struct seki_encr encrs[] = {
#define X(symbol, id_, display, keyword, kernel, openssl, min, max, step, fixed, \
	  salt_, iv_, block_, icv_, legacy) \
	{ \
		.name = display, .driver = kernel, .id = id_, \
		.key_min = ((min) ?: (fixed)) / 8, \
		.key_max = ((max) ?: (fixed)) / 8, \
		.key_step = (step) / 8, \
		.salt = salt_, .iv = iv_, .block = block_, .icv = icv_, \
	},
	SEKI_ENCR_LIST(X)
#undef X
};

static const struct seki_integ integs[] = {
#define X(symbol, id_, display, keyword, kernel, openssl, key_, icv_, legacy) \
	{ .name = display, .driver = kernel, .id = id_, .key = key_, .icv = icv_ },
	SEKI_INTEG_LIST(X)
#undef X
#define X(symbol, id_, display, kernel, key_, iv_, icv_) \
	{ .name = display, .driver = kernel, .id = id_, .key = key_, .iv = iv_, .icv = icv_ },
	SEKI_AEAD_INTEG_LIST(X)
#undef X
};

/**
 * seki_encr_find - look up an encryption algorithm
 * @id: IANA IKEv2 ENCR transform id
 *
 * Return: the algorithm, or NULL if it is not known.
 */
const struct seki_encr *seki_encr_find(u16 id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(encrs); i++)
		if (encrs[i].id == id)
			return &encrs[i];
	return NULL;
}

/**
 * seki_integ_find - look up an integrity algorithm
 * @id: IANA IKEv2 INTEG transform id
 *
 * Return: the algorithm, or NULL if it is not known.
 */
const struct seki_integ *seki_integ_find(u16 id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(integs); i++)
		if (integs[i].id == id)
			return &integs[i];
	return NULL;
}

/**
 * seki_encr_key_ok - check the length of keying material
 * @encr: algorithm
 * @len: bytes of key and salt
 *
 * Return: true if the algorithm takes keying material of this length.
 */
bool seki_encr_key_ok(const struct seki_encr *encr, unsigned int len)
{
	unsigned int key;

	if (len < encr->salt)
		return false;
	key = len - encr->salt;
	if (key < encr->key_min || key > encr->key_max)
		return false;
	return !encr->key_step || !((key - encr->key_min) % encr->key_step);
}

/**
 * seki_encr_iv - tell how an algorithm's explicit IV is made
 * @encr: algorithm
 *
 * Block ciphers with padding are CBC here, and CBC needs unpredictable IVs;
 * everything else builds on a counter mode, which needs unique ones (RFC 4106
 * section 3.1, RFC 3686 section 2.1).
 *
 * Return: the kind of IV.
 */
enum seki_iv seki_encr_iv(const struct seki_encr *encr)
{
	if (!encr->iv)
		return SEKI_IV_NONE;
	return encr->block > 1 ? SEKI_IV_RANDOM : SEKI_IV_COUNTER;
}

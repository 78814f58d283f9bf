/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_TESTS_SCENE_ISAKMP_H
#define SEKI_TESTS_SCENE_ISAKMP_H

/* Messages of IKEv1 on their way, opened and made anew as their sender could have. */

#include "codec/isakmp.h"
#include "ike/v1/internal.h"
#include "sim.h"

/** struct scene_isakmp - a datagram, as its receiver reads it */
struct scene_isakmp {
	struct ike_header header;
	struct message message; /* what was encrypted is decrypted */
	struct buffer plain;
	struct ikev1_sa *receiver; /* NULL: it was in the clear */
	struct ikev1_iv iv;
	struct buffer nonce; /* in front of the message in HASH(2) */
};

/**
 * scene_isakmp_open() - for filters; scene_isakmp_free() ends it
 * Return: whether its receiver can read it
 */
bool scene_isakmp_open(struct sim *sim, const struct sim_message *datagram,
		       struct scene_isakmp *opened);
void scene_isakmp_free(struct scene_isakmp *opened);
/** scene_isakmp_hashed() - begins with a HASH payload over all others: quick mode 1 and 2, notices */
bool scene_isakmp_hashed(const struct scene_isakmp *opened);
/**
 * scene_isakmp_seal() - the datagram with other payloads, encrypted if it was
 * @first: the type of the first of them
 * @hash: put a HASH payload in front that fits
 */
void scene_isakmp_seal(struct sim_message *datagram, struct scene_isakmp *opened, uint8_t first,
		       struct bytes chain, bool hash);

#endif

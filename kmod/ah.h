/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_AH_H
#define SEKI_AH_H

#include <net/ah.h>

#include "crypto.h"
#include "drop.h"
#include "layout.h"

/* what AH calls the ICV: with the IV that an algorithm may need */
static inline unsigned int seki_ah_data(const struct seki_crypto *crypto)
{
	return crypto->iv_len + crypto->icv_len;
}

/* AH with that and padding */
static inline unsigned int seki_ah_header(const struct seki_crypto *crypto, bool ipv6)
{
	return seki_ah_length(seki_ah_data(crypto), ipv6);
}

void seki_ah_push(struct seki_op *op, const struct seki_crypto *crypto, __be32 spi, bool ipv6);
int seki_ah_encap(struct seki_op *op, const struct seki_crypto *crypto);
void seki_ah_encap_finish(struct seki_op *op, const struct seki_crypto *crypto);

enum seki_drop seki_ah_check(struct sk_buff *skb, const struct seki_crypto *crypto, bool ipv6);
enum seki_drop seki_ah_decap(struct seki_op *op, const struct seki_crypto *crypto, int *err);
enum seki_drop seki_ah_decap_finish(struct seki_op *op, const struct seki_crypto *crypto,
				    int err, u8 *next);

#endif /* SEKI_AH_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_ESP_H
#define SEKI_ESP_H

#include <linux/ip.h>
#include <linux/skbuff.h>
#include <net/esp.h>

#include "crypto.h"
#include "drop.h"
#include "layout.h"

/* ESP header and IV */
static inline unsigned int seki_esp_header(const struct seki_crypto *crypto)
{
	return sizeof(struct ip_esp_hdr) + crypto->iv_len;
}

/* at most: padding, pad length, next header and ICV */
static inline unsigned int seki_esp_trailer_max(const struct seki_crypto *crypto)
{
	return crypto->align - 1 + SEKI_ESP_TRAILER + crypto->icv_len;
}

unsigned int seki_esp_payload_max(const struct seki_crypto *crypto, unsigned int room);

int seki_esp_encap(struct seki_op *op, const struct seki_crypto *crypto, __be32 spi,
		   unsigned int tfc);
void seki_esp_encap_finish(struct seki_op *op, const struct seki_crypto *crypto);

enum seki_drop seki_esp_check(struct sk_buff *skb, const struct seki_crypto *crypto);
enum seki_drop seki_esp_decap(struct seki_op *op, const struct seki_crypto *crypto, int *err);
enum seki_drop seki_esp_decap_finish(struct seki_op *op, const struct seki_crypto *crypto,
				     int err, u8 *next);

#endif /* SEKI_ESP_H */

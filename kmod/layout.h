/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_LAYOUT_H
#define SEKI_LAYOUT_H

#include <linux/types.h>

#define SEKI_ESP_HEADER		8	/* SPI, sequence number; without IV */
#define SEKI_ESP_TRAILER	2	/* pad length, next header; without padding and ICV */
#define SEKI_AH_HEADER		12	/* without ICV */

unsigned int seki_esp_padding(unsigned int payload, unsigned int align);
unsigned int seki_esp_payload_fit(unsigned int room, unsigned int fixed, unsigned int align);
void seki_esp_trailer_write(u8 *tail, unsigned int pad, u8 next);
bool seki_esp_trailer_read(const u8 *end, unsigned int *plain, u8 *next);

unsigned int seki_ah_length(unsigned int icv_len, bool ipv6);
u8 seki_ah_hdrlen(unsigned int icv_len, bool ipv6);
bool seki_ah_length_ok(u8 hdrlen_field, unsigned int icv_len, bool ipv6);

#endif /* SEKI_LAYOUT_H */

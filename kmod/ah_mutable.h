/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_AH_MUTABLE_H
#define SEKI_AH_MUTABLE_H

#include <linux/types.h>

int seki_ah_zero_mutable_v4(u8 *header, unsigned int len);
int seki_ah_zero_mutable_v6(u8 *header, unsigned int len);

#endif /* SEKI_AH_MUTABLE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_CHECKSUM_H
#define SEKI_CHECKSUM_H

#include <linux/types.h>

__sum16 seki_checksum_repair(u8 proto, __sum16 check, const __be32 *old, const __be32 *new,
			     unsigned int words);
bool seki_checksum_field(u8 proto, unsigned int *offset);

#endif /* SEKI_CHECKSUM_H */

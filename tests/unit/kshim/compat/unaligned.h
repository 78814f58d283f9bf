/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSHIM_COMPAT_UNALIGNED_H
#define KSHIM_COMPAT_UNALIGNED_H

#include <kshim.h>

static inline u16 get_unaligned_be16(const void *p)
{
	const u8 *octets = p;

	return (u16)(octets[0] << 8 | octets[1]);
}

#endif

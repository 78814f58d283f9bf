/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_COMPAT_LINUX_UNALIGNED_H
#define SEKI_COMPAT_LINUX_UNALIGNED_H

/* Up to 6.11, asm/unaligned.h. */
#if __has_include_next(<linux/unaligned.h>)
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif /* SEKI_COMPAT_LINUX_UNALIGNED_H */

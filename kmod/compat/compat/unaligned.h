/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_COMPAT_UNALIGNED_H
#define SEKI_COMPAT_UNALIGNED_H

/* Up to 6.11, asm/unaligned.h. */
#ifdef SEKI_HAVE_LINUX_UNALIGNED_H
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif /* SEKI_COMPAT_UNALIGNED_H */

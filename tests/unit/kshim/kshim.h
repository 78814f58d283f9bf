/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSHIM_H
#define KSHIM_H

/* As much of the kernel as the pure files of kmod/ want, so that unit tests
 * can include them. Headers that the host has too are the host's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define ALIGN(n, power) (((n) + (power)-1) & ~((power)-1))
#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define swap(a, b) \
	do { \
		__typeof__(a) kept = (a); \
\
		(a) = (b); \
		(b) = kept; \
	} while (0)

#ifndef __force
#define __force
#endif
#define fallthrough __attribute__((__fallthrough__))

#endif

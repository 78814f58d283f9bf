/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KSHIM_LINUX_ATOMIC_H
#define KSHIM_LINUX_ATOMIC_H

#include <kshim.h>

typedef struct {
	long counter;
} atomic_long_t;

static inline void atomic_long_inc(atomic_long_t *v)
{
	v->counter++;
}

static inline long atomic_long_read(const atomic_long_t *v)
{
	return v->counter;
}

typedef struct {
	int counter;
} atomic_t;

static inline void atomic_inc(atomic_t *v)
{
	v->counter++;
}

static inline int atomic_read(const atomic_t *v)
{
	return v->counter;
}

#endif

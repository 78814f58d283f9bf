/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_BASE_CONTAINER_H
#define SEKI_BASE_CONTAINER_H

#include <stddef.h>

/** container_of() - the struct that @pointer's target is the @member of */
#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_BASE_MEMORY_H
#define SEKI_BASE_MEMORY_H

#include <stddef.h>

/* Allocation that never returns NULL: a daemon that cannot allocate a few
 * kilobytes cannot answer either, so it ends with a message and is restarted
 * while the kernel keeps forwarding.
 */
void *must_calloc(size_t count, size_t size);
void *must_realloc(void *old, size_t size);
char *must_strdup(const char *text);

/** secret_wipe() - a memset that the compiler must keep */
void secret_wipe(void *memory, size_t len);
/** secret_free() - wipes, then frees; NULL is fine */
void secret_free(void *memory, size_t len);

#endif

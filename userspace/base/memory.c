// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Not abort(): a core file would hold keys. Not exit(): its handlers allocate. */
static void *check(void *memory)
{
	static const char message[] = "sekid: out of memory\n";

	if (!memory) {
		if (write(STDERR_FILENO, message, sizeof(message) - 1) < 0)
			_exit(EXIT_FAILURE);
		_exit(EXIT_FAILURE);
	}
	return memory;
}

void *must_calloc(size_t count, size_t size)
{
	/* One octet at least: calloc(0) may return NULL without being out of memory. */
	return check(calloc(count ? count : 1, size ? size : 1));
}

void *must_realloc(void *old, size_t size)
{
	return check(realloc(old, size ? size : 1));
}

char *must_strdup(const char *text)
{
	return check(strdup(text));
}

void secret_wipe(void *memory, size_t len)
{
	if (len)
		explicit_bzero(memory, len);
}

void secret_free(void *memory, size_t len)
{
	if (!memory)
		return;
	secret_wipe(memory, len);
	free(memory);
}

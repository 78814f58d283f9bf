// SPDX-License-Identifier: GPL-2.0-or-later
#include "cryptox/cryptox.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

void random_fill(void *out, size_t len)
{
	/* There is no safe way on without randomness, so nobody has to check for it. */
	if (RAND_priv_bytes_ex(NULL, out, len, 0) != 1) {
		fprintf(stderr, "sekid: the random number generator failed\n");
		_Exit(EXIT_FAILURE);
	}
}

uint64_t random_u64(void)
{
	uint64_t value;

	random_fill(&value, sizeof(value));
	return value;
}

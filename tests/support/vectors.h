/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_TESTS_VECTORS_H
#define SEKI_TESTS_VECTORS_H

/*
 * Reads the known answers of tests/vectors. Test programs run in the top
 * folder of the sources; one whose vectors are missing ends as failed.
 */

#include <jansson.h>
#include <stdio.h>

#include "base/bytes.h"

/** vector_hex() - the octets of a hexadecimal text, which the caller frees */
struct buffer vector_hex(const char *text);

/** vectors_load() - a JSON file below tests/vectors; json_decref() it */
json_t *vectors_load(const char *name);
/** vector_get() - a member's octets, with the zeros at its end that it lacks to @size */
size_t vector_number(const json_t *vector, const char *member); /* 0 when it is not there */
struct buffer vector_get(const json_t *vector, const char *member, size_t size);

/**
 * struct fax - walks over a file of NIST's CAVS
 * @key, @value: the sides of "Ni = 34c7..." and of "[Ni length = 64]"; in
 *	"[SHA-1]" the value is empty
 */
struct fax {
	FILE *file;
	char line[8192];
	const char *key, *value;
};

void fax_open(struct fax *fax, const char *name);
/** fax_next() - the next line that says something; closes the file at its end */
bool fax_next(struct fax *fax);

#endif

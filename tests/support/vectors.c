// SPDX-License-Identifier: GPL-2.0-or-later
#include "vectors.h"

#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/vectors/"

/* No test goes on without its vectors. */
static void must(bool fine, const char *what)
{
	if (fine)
		return;
	fprintf(stderr, "test vectors: %s\n", what);
	exit(EXIT_FAILURE);
}

struct buffer vector_hex(const char *text)
{
	struct buffer out = { 0 };

	must(strlen(text) % 2 == 0 && strspn(text, "0123456789abcdefABCDEF") == strlen(text), text);
	buffer_extend(&out, 0); /* a buffer has memory even when empty */
	for (; *text; text += 2) {
		const char digits[] = { text[0], text[1], '\0' };

		buffer_put_u8(&out, (uint8_t)strtoul(digits, NULL, 16));
	}
	return out;
}

json_t *vectors_load(const char *name)
{
	json_error_t error;
	char path[256];
	json_t *json;

	snprintf(path, sizeof(path), FOLDER "%s", name);
	json = json_load_file(path, 0, &error);
	must(json, path);
	return json;
}

size_t vector_number(const json_t *vector, const char *member)
{
	return (size_t)json_integer_value(json_object_get(vector, member));
}

struct buffer vector_get(const json_t *vector, const char *member, size_t size)
{
	const char *text = json_string_value(json_object_get(vector, member));
	struct buffer out = vector_hex(text ? text : "");

	if (out.len < size)
		buffer_extend(&out, size - out.len);
	return out;
}

void fax_open(struct fax *fax, const char *name)
{
	snprintf(fax->line, sizeof(fax->line), FOLDER "%s", name);
	fax->file = fopen(fax->line, "r");
	must(fax->file, fax->line);
}

bool fax_next(struct fax *fax)
{
	while (fgets(fax->line, sizeof(fax->line), fax->file)) {
		char *start = fax->line, *equals;

		must(strchr(start, '\n'), "a line is too long");
		start[strcspn(start, "\r\n]")] = '\0';
		if (*start == '[')
			start++;
		if (!*start || *start == '#')
			continue;
		fax->key = start;
		fax->value = "";
		equals = strstr(start, " = ");
		if (equals) {
			*equals = '\0';
			fax->value = equals + 3;
		}
		return true;
	}
	fclose(fax->file);
	return false;
}

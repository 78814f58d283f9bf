/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_BASE_BYTES_H
#define SEKI_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct bytes - a borrowed view of memory that somebody else owns
 * @data: first octet; may be NULL when @len is 0
 * @len: number of octets
 */
struct bytes {
	const uint8_t *data;
	size_t len;
};

/* Of an array, not of a pointer. */
#define BYTES(array) ((struct bytes){ (const uint8_t *)(array), sizeof(array) })

struct bytes bytes_of(const void *data, size_t len);
struct bytes bytes_of_string(const char *text);
/** bytes_equal() - compares public data; MACs go through bytes_equal_secret() */
bool bytes_equal(struct bytes a, struct bytes b);
/** bytes_equal_secret() - takes the same time wherever the difference is */
bool bytes_equal_secret(struct bytes a, struct bytes b);
/** bytes_to_hex() - lower case, NUL ended; @out has room for 2 * len + 1 */
void bytes_to_hex(struct bytes in, char *out);

/**
 * struct buffer - an owned, growing run of octets
 * @data: heap memory, NULL while empty
 *
 * Memory is wiped before it is given back (growing included), so a buffer may
 * hold keys. Running out of memory ends the process, as everywhere in sekid.
 */
struct buffer {
	uint8_t *data;
	size_t len;
	size_t capacity;
};

void buffer_free(struct buffer *buffer);
/** buffer_extend() - makes room for @len octets at the end, zeroed, and returns it */
uint8_t *buffer_extend(struct buffer *buffer, size_t len);
void buffer_put(struct buffer *buffer, struct bytes in);
void buffer_put_u8(struct buffer *buffer, uint8_t value);
void buffer_put_u16(struct buffer *buffer, uint16_t value); /* network order */
void buffer_put_u32(struct buffer *buffer, uint32_t value);
void buffer_put_u64(struct buffer *buffer, uint64_t value);
/** buffer_set_u16() - overwrites two octets at @at, for lengths known late */
void buffer_set_u16(struct buffer *buffer, size_t at, uint16_t value);
void buffer_set_u32(struct buffer *buffer, size_t at, uint32_t value);
void buffer_set(struct buffer *buffer, struct bytes in); /* replaces the content */
struct bytes buffer_bytes(const struct buffer *buffer);
/** buffer_take() - moves the content to the caller, who frees it with buffer_free() */
struct buffer buffer_take(struct buffer *buffer);

/**
 * struct reader - walks over untrusted octets; never past the end
 *
 * Each get function returns false, and leaves the reader alone, when fewer
 * octets are left than it needs.
 */
struct reader {
	const uint8_t *at;
	const uint8_t *end;
};

struct reader reader_of(struct bytes in);
size_t reader_left(const struct reader *reader);
bool reader_get_u8(struct reader *reader, uint8_t *value);
bool reader_get_u16(struct reader *reader, uint16_t *value);
bool reader_get_u32(struct reader *reader, uint32_t *value);
bool reader_get_u64(struct reader *reader, uint64_t *value);
bool reader_get_bytes(struct reader *reader, size_t len, struct bytes *out);

#endif

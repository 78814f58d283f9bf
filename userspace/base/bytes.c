// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bytes.h"

#include <endian.h>
#include <string.h>

#include "base/memory.h"

#define CAPACITY_MIN 64

struct bytes bytes_of(const void *data, size_t len)
{
	return (struct bytes){ data, len };
}

struct bytes bytes_of_string(const char *text)
{
	return bytes_of(text, strlen(text));
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

bool bytes_equal_secret(struct bytes a, struct bytes b)
{
	/* volatile, or the compiler might leave the loop at the first difference. */
	volatile uint8_t difference = 0;

	if (a.len != b.len)
		return false; /* lengths are never secret here */
	for (size_t i = 0; i < a.len; i++)
		difference |= a.data[i] ^ b.data[i];
	return !difference;
}

void bytes_to_hex(struct bytes in, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < in.len; i++) {
		*out++ = digits[in.data[i] >> 4];
		*out++ = digits[in.data[i] & 15];
	}
	*out = '\0';
}

void buffer_free(struct buffer *buffer)
{
	secret_free(buffer->data, buffer->capacity);
	*buffer = (struct buffer){ 0 };
}

/* realloc() would leave a copy of the old content in freed memory. */
static void grow(struct buffer *buffer, size_t needed)
{
	size_t capacity = buffer->capacity ? buffer->capacity : CAPACITY_MIN;
	uint8_t *data;

	while (capacity < needed)
		capacity = capacity > SIZE_MAX / 2 ? needed : 2 * capacity;
	data = must_calloc(1, capacity);
	if (buffer->len)
		memcpy(data, buffer->data, buffer->len);
	secret_free(buffer->data, buffer->capacity);
	buffer->data = data;
	buffer->capacity = capacity;
}

uint8_t *buffer_extend(struct buffer *buffer, size_t len)
{
	size_t needed;
	uint8_t *room;

	/* A sum that does not fit is a size that no allocator has: let it say so. */
	if (__builtin_add_overflow(buffer->len, len, &needed))
		needed = SIZE_MAX;
	if (!buffer->data || needed > buffer->capacity)
		grow(buffer, needed);
	room = buffer->data + buffer->len;
	memset(room, 0, len);
	buffer->len = needed;
	return room;
}

void buffer_put(struct buffer *buffer, struct bytes in)
{
	uint8_t *room = buffer_extend(buffer, in.len);

	if (in.len)
		memcpy(room, in.data, in.len);
}

void buffer_put_u8(struct buffer *buffer, uint8_t value)
{
	*buffer_extend(buffer, sizeof(value)) = value;
}

void buffer_put_u16(struct buffer *buffer, uint16_t value)
{
	value = htobe16(value);
	memcpy(buffer_extend(buffer, sizeof(value)), &value, sizeof(value));
}

void buffer_put_u32(struct buffer *buffer, uint32_t value)
{
	value = htobe32(value);
	memcpy(buffer_extend(buffer, sizeof(value)), &value, sizeof(value));
}

void buffer_put_u64(struct buffer *buffer, uint64_t value)
{
	value = htobe64(value);
	memcpy(buffer_extend(buffer, sizeof(value)), &value, sizeof(value));
}

void buffer_set_u16(struct buffer *buffer, size_t at, uint16_t value)
{
	value = htobe16(value);
	memcpy(buffer->data + at, &value, sizeof(value));
}

void buffer_set_u32(struct buffer *buffer, size_t at, uint32_t value)
{
	value = htobe32(value);
	memcpy(buffer->data + at, &value, sizeof(value));
}

void buffer_set(struct buffer *buffer, struct bytes in)
{
	struct buffer fresh = { 0 };

	/* A new buffer first: @in may be a part of the old one. */
	buffer_put(&fresh, in);
	buffer_free(buffer);
	*buffer = fresh;
}

struct bytes buffer_bytes(const struct buffer *buffer)
{
	return bytes_of(buffer->data, buffer->len);
}

struct buffer buffer_take(struct buffer *buffer)
{
	struct buffer taken = *buffer;

	*buffer = (struct buffer){ 0 };
	return taken;
}

struct reader reader_of(struct bytes in)
{
	/* NULL plus 0 is undefined in C. */
	return (struct reader){ in.data, in.len ? in.data + in.len : in.data };
}

size_t reader_left(const struct reader *reader)
{
	return reader->at == reader->end ? 0 : (size_t)(reader->end - reader->at);
}

bool reader_get_bytes(struct reader *reader, size_t len, struct bytes *out)
{
	if (reader_left(reader) < len)
		return false;
	*out = bytes_of(reader->at, len);
	if (len)
		reader->at += len;
	return true;
}

bool reader_get_u8(struct reader *reader, uint8_t *value)
{
	struct bytes in;

	if (!reader_get_bytes(reader, sizeof(*value), &in))
		return false;
	*value = *in.data;
	return true;
}

bool reader_get_u16(struct reader *reader, uint16_t *value)
{
	struct bytes in;

	if (!reader_get_bytes(reader, sizeof(*value), &in))
		return false;
	memcpy(value, in.data, sizeof(*value));
	*value = be16toh(*value);
	return true;
}

bool reader_get_u32(struct reader *reader, uint32_t *value)
{
	struct bytes in;

	if (!reader_get_bytes(reader, sizeof(*value), &in))
		return false;
	memcpy(value, in.data, sizeof(*value));
	*value = be32toh(*value);
	return true;
}

bool reader_get_u64(struct reader *reader, uint64_t *value)
{
	struct bytes in;

	if (!reader_get_bytes(reader, sizeof(*value), &in))
		return false;
	memcpy(value, in.data, sizeof(*value));
	*value = be64toh(*value);
	return true;
}

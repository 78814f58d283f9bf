// SPDX-License-Identifier: GPL-2.0-or-later
/* Octets: views, growing buffers, and the reader that never passes the end; results and memory. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a fail() of its own. */
#include "base/bytes.h"
#include "base/memory.h"
#include "base/result.h"

static struct result refuse(const char *what)
{
	return fail(-EINVAL, "cannot take %s", what);
}

#include <cmocka.h>

static void equality(void **state)
{
	struct bytes none = { 0 }, abc = bytes_of_string("abc"), abd = bytes_of_string("abd");

	assert_int_equal(abc.len, 3);
	assert_true(bytes_equal(none, bytes_of_string("")));
	assert_true(bytes_equal_secret(none, bytes_of_string("")));
	assert_true(bytes_equal(abc, bytes_of("abcd", 3)));
	assert_true(bytes_equal_secret(abc, bytes_of("abcd", 3)));
	assert_false(bytes_equal(abc, abd));
	assert_false(bytes_equal_secret(abc, abd));
	assert_false(bytes_equal(abc, bytes_of_string("ab")));
	assert_false(bytes_equal_secret(abc, bytes_of_string("abcd")));
}

/* Any single bit makes a difference. */
static void equality_of_secrets_sees_each_bit(void **state)
{
	uint8_t a[33], b[33];

	memset(a, 0x5a, sizeof(a));
	for (size_t bit = 0; bit < 8 * sizeof(a); bit++) {
		memcpy(b, a, sizeof(a));
		assert_true(bytes_equal_secret(BYTES(a), BYTES(b)));
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(bytes_equal_secret(BYTES(a), BYTES(b)));
	}
}

static void hexadecimal(void **state)
{
	const uint8_t octets[] = { 0x00, 0x0f, 0xf0, 0xff, 0x1a };
	char text[2 * sizeof(octets) + 1];

	bytes_to_hex(BYTES(octets), text);
	assert_string_equal(text, "000ff0ff1a");
	bytes_to_hex((struct bytes){ 0 }, text);
	assert_string_equal(text, "");
}

static void buffer_in_network_order(void **state)
{
	static const uint8_t expected[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	struct buffer buffer = { 0 };

	buffer_put_u8(&buffer, 0x01);
	buffer_put_u16(&buffer, 0x0203);
	buffer_put_u32(&buffer, 0x04050607);
	buffer_put_u64(&buffer, 0x08090a0b0c0d0e0fULL);
	assert_int_equal(buffer.len, sizeof(expected));
	assert_memory_equal(buffer.data, expected, sizeof(expected));

	buffer_set_u16(&buffer, 1, 0xaabb);
	buffer_set_u32(&buffer, 11, 0xccddeeff);
	assert_int_equal(buffer.data[0], 1);
	assert_int_equal(buffer.data[1], 0xaa);
	assert_int_equal(buffer.data[2], 0xbb);
	assert_int_equal(buffer.data[3], 4);
	assert_int_equal(buffer.data[10], 11);
	assert_int_equal(buffer.data[11], 0xcc);
	assert_int_equal(buffer.data[14], 0xff);
	assert_int_equal(buffer.len, sizeof(expected));
	buffer_free(&buffer);
	assert_null(buffer.data);
	assert_int_equal(buffer.len, 0);
}

/* Also across many reallocations, and with room that was used before. */
static void buffer_grows(void **state)
{
	struct buffer buffer = { 0 };
	uint8_t *room;

	for (unsigned int i = 0; i < 10000; i++)
		buffer_put_u8(&buffer, (uint8_t)i);
	assert_int_equal(buffer.len, 10000);
	for (unsigned int i = 0; i < 10000; i++)
		assert_int_equal(buffer.data[i], (uint8_t)i);

	buffer.len = 10;
	room = buffer_extend(&buffer, 100);
	assert_ptr_equal(room, buffer.data + 10);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(room[i], 0);
	assert_int_equal(buffer.len, 110);
	assert_non_null(buffer_extend(&buffer, 0));
	assert_int_equal(buffer.len, 110);
	buffer_free(&buffer);

	/* Of nothing too: the caller may copy nothing there. */
	assert_non_null(buffer_extend(&buffer, 0));
	buffer_put(&buffer, (struct bytes){ 0 });
	assert_int_equal(buffer_bytes(&buffer).len, 0);
	buffer_free(&buffer);
	buffer_free(&buffer);
}

static void buffer_content_moves(void **state)
{
	struct buffer buffer = { 0 }, taken;

	buffer_set(&buffer, bytes_of_string("something longer"));
	buffer_set(&buffer, bytes_of_string("abc"));
	assert_true(bytes_equal(buffer_bytes(&buffer), bytes_of_string("abc")));
	buffer_set(&buffer, bytes_of(buffer.data + 1, 2)); /* a part of itself */
	assert_true(bytes_equal(buffer_bytes(&buffer), bytes_of_string("bc")));

	taken = buffer_take(&buffer);
	assert_int_equal(buffer.len, 0);
	assert_null(buffer.data);
	assert_true(bytes_equal(buffer_bytes(&taken), bytes_of_string("bc")));
	buffer_free(&taken);
}

static void reader_reads_in_order(void **state)
{
	static const uint8_t in[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 'x', 'y' };
	struct reader reader = reader_of(BYTES(in));
	struct bytes rest;
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	assert_int_equal(reader_left(&reader), sizeof(in));
	assert_true(reader_get_u8(&reader, &u8));
	assert_true(reader_get_u16(&reader, &u16));
	assert_true(reader_get_u32(&reader, &u32));
	assert_true(reader_get_u64(&reader, &u64));
	assert_int_equal(u8, 0x01);
	assert_int_equal(u16, 0x0203);
	assert_int_equal(u32, 0x04050607);
	assert_true(u64 == 0x08090a0b0c0d0e0fULL);
	assert_true(reader_get_bytes(&reader, 2, &rest));
	assert_true(bytes_equal(rest, bytes_of_string("xy")));
	assert_ptr_equal(rest.data, in + 15); /* borrowed, not copied */
	assert_int_equal(reader_left(&reader), 0);
	assert_true(reader_get_bytes(&reader, 0, &rest));
	assert_false(reader_get_u8(&reader, &u8));
}

/* With fewer octets than asked for, nothing moves and nothing is written. */
static void reader_stops_at_the_end(void **state)
{
	for (size_t len = 0; len <= 9; len++) {
		uint8_t *in = must_calloc(len, 1); /* the sanitizer watches its end */
		struct reader reader = reader_of(bytes_of(in, len)), before = reader;
		uint8_t u8 = 0x77;
		uint16_t u16 = 0x7777;
		uint32_t u32 = 0x77777777;
		uint64_t u64 = 0x77777777;
		struct bytes out = { NULL, 77 };

#define TRY(get, value, size) \
	do { \
		uint64_t old = (value); \
		reader = before; \
		assert_int_equal(get(&reader, &(value)), len >= (size)); \
		assert_int_equal(reader_left(&reader), len >= (size) ? len - (size) : len); \
		assert_true((value) == (len >= (size) ? 0 : old)); \
	} while (0)
		TRY(reader_get_u8, u8, 1);
		TRY(reader_get_u16, u16, 2);
		TRY(reader_get_u32, u32, 4);
		TRY(reader_get_u64, u64, 8);
#undef TRY
		reader = before;
		assert_false(reader_get_bytes(&reader, len + 1, &out));
		assert_false(reader_get_bytes(&reader, SIZE_MAX, &out));
		assert_int_equal(out.len, 77);
		assert_int_equal(reader_left(&reader), len);
		free(in);
	}
}

static void reader_of_nothing(void **state)
{
	struct reader reader = reader_of((struct bytes){ 0 });
	struct bytes out;

	assert_int_equal(reader_left(&reader), 0);
	assert_true(reader_get_bytes(&reader, 0, &out));
	assert_false(reader_get_bytes(&reader, 1, &out));
}

static void memory(void **state)
{
	uint8_t *octets = must_calloc(4, 8);
	char *text;

	for (size_t i = 0; i < 32; i++)
		assert_int_equal(octets[i], 0);
	octets = must_realloc(octets, 64);
	memset(octets, 0xee, 64);
	secret_wipe(octets, 63);
	for (size_t i = 0; i < 63; i++)
		assert_int_equal(octets[i], 0);
	assert_int_equal(octets[63], 0xee);
	secret_wipe(NULL, 0);
	secret_free(octets, 64);
	secret_free(NULL, 0);
	free(must_calloc(0, 8));

	text = must_strdup("copy");
	assert_string_equal(text, "copy");
	free(text);
}

static void results(void **state)
{
	struct result fine = RESULT_OK, bad = refuse("this");
	char long_text[1000];

	assert_false(failed(&fine));
	assert_string_equal(fine.why, "");
	assert_true(failed(&bad));
	assert_int_equal(bad.code, -EINVAL);
	assert_string_equal(bad.why, "cannot take this");

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	bad = refuse(long_text);
	assert_int_equal(strlen(bad.why), sizeof(bad.why) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equality),
		cmocka_unit_test(equality_of_secrets_sees_each_bit),
		cmocka_unit_test(hexadecimal),
		cmocka_unit_test(buffer_in_network_order),
		cmocka_unit_test(buffer_grows),
		cmocka_unit_test(buffer_content_moves),
		cmocka_unit_test(reader_reads_in_order),
		cmocka_unit_test(reader_stops_at_the_end),
		cmocka_unit_test(reader_of_nothing),
		cmocka_unit_test(memory),
		cmocka_unit_test(results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

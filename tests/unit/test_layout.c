// SPDX-License-Identifier: GPL-2.0-or-later
/* A05: Lengths of the module's ESP and AH, and the trailer of ESP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <kshim.h>
#include "../../kmod/layout.c"

static const unsigned int aligns[] = { 4, 8, 16 };
static const unsigned int icvs[] = { 0, 8, 12, 16, 24, 32 };
static const unsigned int ivs[] = { 0, 8, 16 };

static void padding_aligns(void **state)
{
	(void)state;
	for (size_t a = 0; a < ARRAY_SIZE(aligns); a++)
		for (unsigned int payload = 0; payload <= 2000; payload++) {
			unsigned int pad = seki_esp_padding(payload, aligns[a]);

			assert_true(pad < aligns[a]);
			assert_int_equal((payload + pad + SEKI_ESP_TRAILER) % aligns[a], 0);
		}
}

/* The largest payload fits, and one more byte does not. */
static void largest_payload(void **state)
{
	(void)state;
	for (size_t a = 0; a < ARRAY_SIZE(aligns); a++)
		for (size_t i = 0; i < ARRAY_SIZE(icvs); i++)
			for (size_t v = 0; v < ARRAY_SIZE(ivs); v++) {
				unsigned int fixed = SEKI_ESP_HEADER + ivs[v] + icvs[i];

				for (unsigned int room = 0; room <= 2000; room++) {
					unsigned int payload =
						seki_esp_payload_fit(room, fixed, aligns[a]);
					unsigned int more = payload + 1;
					unsigned int need = fixed + payload + SEKI_ESP_TRAILER +
							    seki_esp_padding(payload, aligns[a]);

					assert_true(!payload || need <= room);
					assert_true(fixed + more + SEKI_ESP_TRAILER +
							    seki_esp_padding(more, aligns[a]) >
						    room);
				}
			}
}

/* What is written is read again, whatever its length, in a buffer of that length. */
static void trailer_there_and_back(void **state)
{
	(void)state;
	for (size_t a = 0; a < ARRAY_SIZE(aligns); a++)
		for (unsigned int payload = 0; payload <= 2000; payload++) {
			unsigned int pad = seki_esp_padding(payload, aligns[a]);
			unsigned int len = pad + SEKI_ESP_TRAILER, plain = payload + len;
			u8 *tail = malloc(len), next;

			assert_non_null(tail);
			seki_esp_trailer_write(tail, pad, 41);
			for (unsigned int i = 0; i < pad; i++)
				assert_int_equal(tail[i], i + 1);
			assert_int_equal(tail[pad], pad);
			assert_true(seki_esp_trailer_read(tail + pad, &plain, &next));
			assert_int_equal(plain, payload);
			assert_int_equal(next, 41);
			free(tail);
		}
}

static void longest_padding(void **state)
{
	u8 tail[255 + SEKI_ESP_TRAILER], next;
	unsigned int plain = 1000;

	(void)state;
	seki_esp_trailer_write(tail, 255, 4);
	for (unsigned int i = 0; i < 255; i++)
		assert_int_equal(tail[i], i + 1);
	assert_true(seki_esp_trailer_read(tail + 255, &plain, &next));
	assert_int_equal(plain, 1000 - 255 - 2);
}

static void more_padding_than_bytes(void **state)
{
	(void)state;
	for (unsigned int pad = 0; pad < 256; pad++)
		for (unsigned int len = 0; len < 300; len++) {
			u8 end[SEKI_ESP_TRAILER] = { pad, 17 }, next = 0;
			unsigned int plain = len;
			bool fits = pad + 2 <= len;

			assert_int_equal(seki_esp_trailer_read(end, &plain, &next), fits);
			assert_int_equal(plain, fits ? len - pad - 2 : len);
			assert_int_equal(next, fits ? 17 : 0);
		}
}

/* RFC 4302 section 2.2 has the first two: 96 bits of ICV, "4" for both. */
static void length_of_ah(void **state)
{
	static const struct {
		unsigned int icv, v4, v6;
		u8 field4, field6;
	} rows[] = {
		{ 12, 24, 24, 4, 4 },
		{ 16, 28, 32, 5, 6 },
		{ 24, 36, 40, 7, 8 },
		{ 32, 44, 48, 9, 10 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned int icv = rows[i].icv;

		assert_int_equal(seki_ah_length(icv, false), rows[i].v4);
		assert_int_equal(seki_ah_length(icv, true), rows[i].v6);
		assert_int_equal(seki_ah_hdrlen(icv, false), rows[i].field4);
		assert_int_equal(seki_ah_hdrlen(icv, true), rows[i].field6);
		for (unsigned int field = 0; field < 256; field++) {
			assert_int_equal(seki_ah_length_ok(field, icv, false),
					 field == rows[i].field4 || field == rows[i].field6);
			assert_int_equal(seki_ah_length_ok(field, icv, true),
					 field == rows[i].field6);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(padding_aligns),	   cmocka_unit_test(largest_payload),
		cmocka_unit_test(trailer_there_and_back),  cmocka_unit_test(longest_padding),
		cmocka_unit_test(more_padding_than_bytes), cmocka_unit_test(length_of_ah),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reauthentication by another IKE SA (RFC 7296 section 2.8.3), made before the old
 * one is broken.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

static struct sim *with(uint64_t seed, const char *first, const char *second)
{
	static const char place[] = " keyring local K\n";
	char one[4000], two[4000], more[1000];

	snprintf(more, sizeof(more), "%s%s", place, first);
	scene_replace(sim_modern_1, place, more, one, sizeof(one));
	snprintf(more, sizeof(more), "%s%s", place, second);
	scene_replace(sim_modern_2, place, more, two, sizeof(two));
	return sim_new(seed, one, two);
}

/* So long, and a packet each way every second that must not be lost. */
static void run(struct sim *sim, unsigned int seconds)
{
	while (seconds--) {
		sim_run(sim, SECONDS(1));
		assert_true(sim_ping(sim, 0));
		assert_true(sim_ping(sim, 1));
	}
}

static unsigned int times(struct sim *sim, const char *part)
{
	unsigned int count = 0;

	for (size_t i = 0; i < sim->log_count; i++)
		count += strstr(sim->log[i].text, part) != NULL;
	return count;
}

/* Once in 300 seconds, and no packet is lost; also where both ends want it, and with resumption. */
static void test_in_time(void **state)
{
	static const char *const settings[][2] = {
		{ " reauthentication 300\n", "" },
		{ " reauthentication 300\n", " reauthentication 300\n" },
		{ " reauthentication 300\n session-resumption\n", " session-resumption\n" },
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		struct sim *sim = with(i + 1, settings[i][0], settings[i][1]);

		scene_up_one(sim, 0);
		run(sim, 290);
		assert_int_equal(times(sim, "established"), 2);
		run(sim, 20);
		assert_int_equal(times(sim, "reauthentication begins"), 1);
		assert_int_equal(times(sim, "established"), 4);
		run(sim, 300);
		assert_int_equal(times(sim, "reauthentication begins"), 2);
		assert_int_equal(sim_stat(sim, 0, IKE_STAT_RESUMED), 0);
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* Who only answers begins nothing. */
static void test_responder(void **state)
{
	struct sim *sim = with(4, "", " reauthentication 300\n");

	scene_up_one(sim, 0);
	run(sim, 600);
	assert_int_equal(times(sim, "reauthentication begins"), 0);
	sim_free(sim);
}

/* A rekey is no authentication: its successor does not begin to count anew. */
static void test_across_rekeys(void **state)
{
	for (uint64_t seed = 5; seed < 9; seed++) {
		struct sim *sim = with(seed, " reauthentication 300\n", "");
		int node = seed & 1;

		scene_up_one(sim, 0);
		for (int i = 0; i < 5; i++) {
			run(sim, 50);
			ike_rekey_sas(sim->nodes[node].ike, NULL);
		}
		assert_int_equal(times(sim, "reauthentication begins"), 0);
		run(sim, 60);
		assert_int_equal(times(sim, "reauthentication begins"), 1);
		scene_assert_clean(sim);
		/* It is the new one that stayed. */
		sim_run(sim, SECONDS(100));
		assert_int_equal(times(sim, "reauthentication begins"), 1);
		sim_free(sim);
	}
}

static bool no_new_ones(struct sim *sim, struct sim_message *message)
{
	struct ike_header header;

	return header_parse(buffer_bytes(&message->octets), &header).code ||
	       header.exchange != EXCHANGE_IKE_SA_INIT;
}

/* When it comes to nothing the old SA carries on, and it is tried again. */
static void test_fails(void **state)
{
	struct sim *sim = with(6, " reauthentication 300\n", "");

	scene_up_one(sim, 0);
	sim->filter = no_new_ones;
	run(sim, 400);
	assert_true(sim_logged(sim, "10.0.0.2:500 does not answer"));
	assert_int_equal(times(sim, "established"), 2);
	sim->filter = NULL;
	run(sim, 120);
	assert_int_equal(times(sim, "established"), 4);
	scene_assert_clean(sim);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_time),
		cmocka_unit_test(test_responder),
		cmocka_unit_test(test_across_rekeys),
		cmocka_unit_test(test_fails),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("reauth", tests, NULL, NULL);
}

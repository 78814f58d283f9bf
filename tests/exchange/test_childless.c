// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKE SAs that begin without a child (RFC 6023; B32): asked for, not known to
 * the peer, with an address from the peer, and where the child then fails.
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

static char texts[2][4096];

static const char *childless(void)
{
	return scene_replace(sim_modern_1, " lifetime 1000\n",
			     " lifetime 1000\n child-sa creation separate\n", texts[0],
			     sizeof(texts[0]));
}

static void test_child_follows(void **state)
{
	struct sim *sim = sim_new(1, childless(), sim_modern_2);

	scene_up_one(sim, 0);
	scene_assert_clean(sim);
	assert_true(sim_logged(sim, "IKE only: we want no child SA now"));
	assert_true(sim_logged(sim, "IKE only: the peer wants no child SA now"));
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_ESTABLISHED), 1);
	ike_rekey_sas(sim->nodes[0].ike, NULL);
	scene_assert_clean(sim);
	sim_free(sim);
}

/* With PFS the first child has a key exchange of its own (B41 without it). */
static void test_pfs(void **state)
{
	char second[4096];
	struct sim *sim;

	scene_replace(childless(), " set ikev2-profile P\n",
		      " set ikev2-profile P\n set pfs group19\n", texts[1], sizeof(texts[1]));
	scene_replace(sim_modern_2, " set ikev2-profile P\n",
		      " set ikev2-profile P\n set pfs group19\n", second, sizeof(second));
	sim = sim_new(2, texts[1], second);
	scene_up_one(sim, 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(tunnel_active_child(tunnel_find(sim->nodes[i].ike, 7))->pfs_group,
				 19);
	sim_free(sim);
}

static bool without_notify(struct sim *sim, struct sim_message *message)
{
	struct message parsed;
	struct notify_payload notify;

	if (!message_parse(buffer_bytes(&message->octets), &parsed).code &&
	    parsed.header.exchange == EXCHANGE_IKE_SA_INIT)
		assert_false(
			message_get_notify(&parsed, NOTIFY_CHILDLESS_IKEV2_SUPPORTED, &notify));
	return true;
}

/* A peer that speaks as IOS does not know it: one child comes along. */
static void test_unknown(void **state)
{
	char first[4096];
	struct sim *sim;

	scene_replace(childless(), " child-sa creation separate\n",
		      " child-sa creation separate\n compatibility ios\n", first, sizeof(first));
	sim = sim_new(3, first, sim_modern_2);
	sim->filter = without_notify;
	scene_up_one(sim, 0);
	scene_assert_clean(sim);
	assert_false(sim_logged(sim, "IKE only"));
	sim_free(sim);
}

/* The child fails after its IKE SA has come up: the next attempt brings one. */
static void test_child_fails(void **state)
{
	struct sim *sim = sim_new(4, childless(), sim_modern_2);

	sim->nodes[1].fail_alloc = 1;
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(60), sim_both_up));
	scene_assert_clean(sim);
	assert_true(sim_stat(sim, 0, IKE_STAT_CHILD_FAILED) > 0);
	sim_free(sim);
}

static void test_bad_network(void **state)
{
	for (uint64_t seed = 1; seed < 9; seed++) {
		struct sim *sim = sim_new(seed, childless(), sim_modern_2);

		sim->loss = sim->repeat = sim->reorder = 15;
		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		assert_true(sim_run_until(sim, SECONDS(300), sim_both_up));
		sim->loss = sim->repeat = sim->reorder = 0;
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* Both begin at the same time: one IKE SA and one pair are left. */
static void test_simultaneous(void **state)
{
	struct sim *sim;

	scene_replace(sim_modern_2, " lifetime 1000\n",
		      " lifetime 1000\n child-sa creation separate\n", texts[1], sizeof(texts[1]));
	sim = sim_new(5, childless(), texts[1]);
	sim_set_up(sim, 0, true);
	sim_set_up(sim, 1, true);
	assert_true(sim_run_until(sim, SECONDS(60), sim_both_up));
	sim_run(sim, SECONDS(120));
	for (int i = 0; i < 2; i++)
		assert_true(sim_ping(sim, i));
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_child_follows), cmocka_unit_test(test_pfs),
		cmocka_unit_test(test_unknown),	      cmocka_unit_test(test_child_fails),
		cmocka_unit_test(test_bad_network),   cmocka_unit_test(test_simultaneous),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

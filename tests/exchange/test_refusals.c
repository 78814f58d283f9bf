// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is refused, and why: keys, proposals, identities, and the choice of a
 * profile. Rows H12 to H15, L14.
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

static void assert_refused(struct sim *sim, const char *here, const char *there)
{
	sim_set_up(sim, 0, true);
	tunnel_find(sim->nodes[0].ike, 7);
	sim_run(sim, SECONDS(3));
	assert_false(sim_both_up(sim));
	if (!sim_logged(sim, here) || !sim_logged(sim, there))
		fail_msg("neither \"%s\" nor \"%s\"", here, there);
	assert_int_equal(sim->nodes[0].current_out, 0);
	assert_int_equal(sim->nodes[1].current_out, 0);
	/* nothing half-made stays; the next attempt may be on its way */
	sim_set_up(sim, 0, false);
	sim_run(sim, SECONDS(100));
	for (int i = 0; i < 2; i++)
		assert_int_equal(sim_count_kernel(sim, i), 0);
}

/* L14: wrong key. */
static void test_wrong_key(void **state)
{
	char two[2000];
	struct sim *sim = sim_new(20, sim_modern_1,
				  scene_replace(sim_modern_2, "pre-shared-key secret",
						"pre-shared-key sekret", two, sizeof(two)));

	scene_answer_only(sim, 1);
	assert_refused(sim, "unmatched auth data", "AUTHENTICATION_FAILED");
	assert_true(sim_stat(sim, 1, IKE_STAT_AUTH_FAILED) > 0);
	sim_free(sim);
}

/* D03: the two directions have keys of their own. */
static void test_asymmetric_keys(void **state)
{
	char one[2000], two[2000];
	struct sim *sim =
		sim_new(21,
			scene_replace(sim_modern_1, "pre-shared-key secret",
				      "pre-shared-key local abc\n  pre-shared-key remote xyz", one,
				      sizeof(one)),
			scene_replace(sim_modern_2, "pre-shared-key secret",
				      "pre-shared-key local xyz\n  pre-shared-key remote abc", two,
				      sizeof(two)));

	scene_up_one(sim, 0);
	scene_assert_clean(sim);
	sim_free(sim);
}

static void test_no_common_proposal(void **state)
{
	static const char extra[] =
		"crypto ikev2 proposal X\n encryption aes-cbc-256\n integrity sha512\n"
		" group 16\ncrypto ikev2 policy X\n proposal X\n";
	static const char other[] =
		"crypto ikev2 proposal X\n encryption aes-cbc-128\n integrity sha256\n"
		" group 19\ncrypto ikev2 policy X\n proposal X\n";
	char one[2000], two[2000];
	struct sim *sim;

	snprintf(one, sizeof(one), "%s%s", extra, sim_modern_1);
	snprintf(two, sizeof(two), "%s%s", other, sim_modern_2);
	sim = sim_new(22, one, two);
	scene_answer_only(sim, 1);
	assert_refused(sim, "NO_PROPOSAL_CHOSEN", "accepts none of our IKE proposals");
	sim_free(sim);
}

/* B36: the first guess at the group is wrong, the second exchange has the right one. */
static void test_wrong_group_guess(void **state)
{
	static const char offer[] =
		"crypto ikev2 proposal X\n encryption aes-cbc-128\n integrity sha256\n"
		" group 14 19\ncrypto ikev2 policy X\n proposal X\n";
	static const char want[] =
		"crypto ikev2 proposal X\n encryption aes-cbc-128\n integrity sha256\n"
		" group 19\ncrypto ikev2 policy X\n proposal X\n";
	char one[2000], two[2000];
	struct sim *sim;

	snprintf(one, sizeof(one), "%s%s", offer, sim_modern_1);
	snprintf(two, sizeof(two), "%s%s", want, sim_modern_2);
	sim = sim_new(23, one, two);
	scene_up_one(sim, 0);
	assert_true(sim_logged(sim, "the peer wants group 19 instead of 14"));
	scene_assert_clean(sim);
	sim_free(sim);
}

/* The child's algorithms differ: the IKE SA comes up alone, and says why. */
static void test_no_common_transform_set(void **state)
{
	char one[2000], two[2000];
	struct sim *sim = sim_new(
		24,
		scene_replace(
			sim_modern_1, "crypto ipsec profile I\n",
			"crypto ipsec transform-set T esp-gcm 128\ncrypto ipsec profile I\n set transform-set T\n",
			one, sizeof(one)),
		scene_replace(
			sim_modern_2, "crypto ipsec profile I\n",
			"crypto ipsec transform-set T esp-gcm 256\ncrypto ipsec profile I\n set transform-set T\n",
			two, sizeof(two)));

	scene_answer_only(sim, 1);
	assert_refused(sim, "the peer refused the child SA with NO_PROPOSAL_CHOSEN",
		       "child SA failed");
	sim_free(sim);
}

/* H15: the profile that the identity chooses is not the tunnel's. */
static void test_other_profile(void **state)
{
	static const char *const lines[] = {
		"map_db_check_isakmp_profile profile did not match",
		"map_db_find_best did not find matching map",
		"IPSEC(ipsec_process_proposal): proxy identities not supported",
		"IKEv2:(SA ID = 1):There was no IPSEC policy found for received TS",
		"IKEv2:(SA ID = 1):Sending TS unacceptable notify",
	};
	char two[3000];
	struct sim *sim = sim_new(
		25, sim_modern_1,
		scene_replace(
			sim_modern_2, "crypto ipsec profile I\n",
			"crypto ikev2 profile Q\n match identity remote address 10.0.0.1 255.255.255.255\n"
			" authentication remote pre-share\n authentication local pre-share\n keyring local K\n"
			"crypto ipsec profile I\n",
			two, sizeof(two)));

	scene_answer_only(sim, 1);
	assert_refused(sim, "There was no IPSEC policy found for received TS", "TS_UNACCEPTABLE");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!sim_logged(sim, lines[i]))
			fail_msg("\"%s\" is missing", lines[i]);
	sim_free(sim);
}

/* A peer that nothing matches. */
static void test_unknown_identity(void **state)
{
	char two[2000];
	struct sim *sim = sim_new(26, sim_modern_1,
				  scene_replace(sim_modern_2, "match identity remote any",
						"match identity remote fqdn elsewhere.example", two,
						sizeof(two)));

	scene_answer_only(sim, 1);
	assert_refused(sim, "no IKEv2 profile matches the peer's identity",
		       "AUTHENTICATION_FAILED");
	sim_free(sim);
}

/* The initiator refuses the responder's identity, and says so. */
static void test_unknown_responder(void **state)
{
	char one[2000];
	struct sim *sim = sim_new(27,
				  scene_replace(sim_modern_1, "match identity remote any",
						"match identity remote fqdn elsewhere.example", one,
						sizeof(one)),
				  sim_modern_2);

	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(3));
	assert_true(sim_logged(sim, "does not match IKEv2 profile P"));
	assert_true(sim_logged(sim, "the peer says AUTHENTICATION_FAILED"));
	sim_free(sim);
}

#define PSK " authentication remote pre-share\n authentication local pre-share\n keyring local K\n"
#define EVERYBODY(name) \
	"crypto ikev2 profile " name "\n match identity remote address 0.0.0.0\n" PSK

/* Node 1 has these profiles in front of and behind P, which is its tunnel's. */
static struct sim *profiles(uint64_t seed, const char *before, const char *after)
{
	char text[4000], two[4000], more[2000];

	snprintf(more, sizeof(more), "%scrypto ipsec profile I\n", after);
	scene_replace(sim_modern_2, "crypto ipsec profile I\n", more, text, sizeof(text));
	snprintf(more, sizeof(more), "%scrypto ikev2 profile P\n", before);
	scene_replace(text, "crypto ikev2 profile P\n", more, two, sizeof(two));
	return sim_new(seed, sim_modern_1, two);
}

/*
 * H12 to H14: of equal rules the last profile counts, a more specific rule wins wherever it
 * stands, and the debug output says what was looked for and what was found.
 */
static void test_choice_of_profile(void **state)
{
	static const struct {
		const char *before, *after, *chosen;
	} cases[] = {
		{ EVERYBODY("profile1"), EVERYBODY("profile2") EVERYBODY("profile3"), "profile3" },
		{ "crypto ikev2 profile exact\n"
		  " match identity remote address 10.0.0.1 255.255.255.255\n" PSK,
		  EVERYBODY("profile3"), "exact" },
		{ EVERYBODY("profile1"),
		  "crypto ikev2 profile near\n"
		  " match identity remote address 10.0.0.0 255.255.255.0\n" PSK EVERYBODY("last"),
		  "near" },
		/* of another VRF: no matter how well it fits */
		{ EVERYBODY("profile1"),
		  "crypto ikev2 profile red\n match fvrf RED\n"
		  " match identity remote address 10.0.0.1 255.255.255.255\n" PSK,
		  "profile1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sim *sim = profiles(30, cases[i].before, cases[i].after);
		char line[100];

		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		sim_run(sim, SECONDS(1));
		assert_true(sim_logged(sim, "IKEv2:(SA ID = 1):Searching policy based on peer's "
					    "identity '10.0.0.1' of type 'IPv4 address'"));
		snprintf(line, sizeof(line), "IKEv2:found matching IKEv2 profile '%s'",
			 cases[i].chosen);
		if (!sim_logged(sim, line))
			fail_msg("\"%s\" is missing", line);
		/* P is the tunnel's: none of these serves it */
		assert_false(sim_both_up(sim));
		sim_free(sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_key),
		cmocka_unit_test(test_asymmetric_keys),
		cmocka_unit_test(test_no_common_proposal),
		cmocka_unit_test(test_wrong_group_guess),
		cmocka_unit_test(test_no_common_transform_set),
		cmocka_unit_test(test_other_profile),
		cmocka_unit_test(test_unknown_identity),
		cmocka_unit_test(test_unknown_responder),
		cmocka_unit_test(test_choice_of_profile),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

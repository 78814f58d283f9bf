// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two daemons that reach each other by IPv6 (rows A05, D03, D04): keys and
 * profiles found by address, children of either family, rekeys, and fragments
 * that fit a path which carries no more than IPv6 demands.
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

#define KEYS(network) \
	"crypto ikev2 keyring K\n peer other\n  address " network "\n  pre-shared-key secret\n"
#define PROFILE(network) \
	"crypto ikev2 profile P\n match identity remote address " network "\n" \
	" authentication remote pre-share\n authentication local pre-share\n keyring local K\n"
#define TUNNEL \
	"crypto ipsec profile I\n set ikev2-profile P\n" \
	"interface Tunnel0\n tunnel source 2001:db8::1\n tunnel destination 2001:db8::2\n" \
	" tunnel mode ipsec dual-overlay\n tunnel protection ipsec profile I\n"

static const char good[] = KEYS("2001:db8::/32") PROFILE("2001:db8::/32") TUNNEL;

static struct sim *over_ipv6(uint64_t seed, const char *first, const char *second)
{
	struct sim *sim = sim_new(seed, first, second);

	for (int i = 0; i < 2; i++) {
		assert_true(address_parse(i ? "2001:db8::2" : "2001:db8::1",
					  &sim->nodes[i].tunnel.local));
		assert_true(address_parse(i ? "2001:db8::1" : "2001:db8::2",
					  &sim->nodes[i].tunnel.remote));
	}
	return sim;
}

static size_t largest;

static bool measure(struct sim *sim, struct sim_message *message)
{
	assert_int_equal(message->from.address.family, AF_INET6);
	if (message->octets.len > largest)
		largest = message->octets.len;
	return true;
}

/* Up, rekeyed by each end, deleted; no NAT is believed to be there. */
static void test_life(void **state)
{
	struct sim *sim = over_ipv6(1, good, good);
	const struct ike_sa *sa;

	sim->filter = measure;
	largest = 0;
	scene_up_one(sim, 0);
	for (int i = 0; i < 2; i++) {
		sa = TAILQ_FIRST(&sim->nodes[i].ike->sas);
		assert_int_equal(sa->remote_id.type, ID_IPV6_ADDR);
		assert_false(sa->nat_local || sa->nat_remote);
		assert_int_equal(ike_rekey_children(sim->nodes[i].ike, NULL), 1);
		scene_assert_clean(sim);
		assert_int_equal(ike_rekey_sas(sim->nodes[i].ike, NULL), 1);
		scene_assert_clean(sim);
	}
	/* 1280 octets with 40 of IPv6, 8 of UDP and 4 of the marker on port 4500 */
	assert_true(largest <= 1280 - 52);
	assert_int_equal(ike_clear_sas(sim->nodes[0].ike,
				       &(struct sa_filter){ .remote =
								    &sim->nodes[0].tunnel.remote }),
			 1);
	sim_run(sim, SECONDS(30));
	scene_assert_clean(sim);
	sim_free(sim);
}

static void refused(uint64_t seed, const char *second, const char *why)
{
	struct sim *sim = over_ipv6(seed, good, second);

	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(1));
	assert_int_equal(sim_count_kernel(sim, 0) + sim_count_kernel(sim, 1), 0);
	assert_true(sim_logged(sim, why));
	sim_free(sim);
}

/* Another network is another peer; IPv4's "all" is nobody of IPv6. */
static void test_other_networks(void **state)
{
	refused(2, KEYS("2001:db8:1::/48") PROFILE("2001:db8::/32") TUNNEL,
		"AUTHENTICATION_FAILED");
	refused(3, KEYS("0.0.0.0 0.0.0.0") PROFILE("2001:db8::/32") TUNNEL,
		"AUTHENTICATION_FAILED");
	refused(4, KEYS("2001:db8::/32") PROFILE("2001:db8:1::/48") TUNNEL,
		"AUTHENTICATION_FAILED");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_other_networks),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two daemons with a NAT between them: rows B10, I12.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "ike/v2/internal.h"
#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

/* Node 0 stands behind it: its ports appear moved, and its address as another one. */
struct nat {
	uint16_t ports;
	uint32_t outside; /* 0: its own */
};

static bool translate(struct sim *sim, struct sim_message *message)
{
	const struct nat *nat = sim->filter_context;

	if (message->to == 1) {
		message->from.port += nat->ports;
		if (nat->outside)
			message->from.address = address_of_ipv4(nat->outside);
	} else {
		message->at.port -= nat->ports;
		if (nat->outside)
			message->at.address = sim->nodes[0].tunnel.local;
	}
	return true;
}

static struct sim *behind(uint64_t seed, struct nat *nat, const char *statements)
{
	char one[3000];
	struct sim *sim = sim_new(seed, scene_prepend(statements, sim_modern_1, one, sizeof(one)),
				  sim_modern_2);

	sim->filter = translate;
	sim->filter_context = nat;
	scene_up_one(sim, 0);
	return sim;
}

static struct ike_sa *sa_of(struct sim *sim, int node)
{
	return TAILQ_FIRST(&sim->nodes[node].ike->sas);
}

/* In every 20 seconds without a packet one octet goes out, from behind the NAT alone. */
static void test_keepalive(void **state)
{
	struct nat nat = { .ports = 10000 };
	struct sim *sim = behind(1, &nat, "");

	sim_run(sim, SECONDS(19));
	assert_int_equal(sim->nodes[1].keepalives, 0);
	sim_run(sim, SECONDS(2));
	assert_int_equal(sim->nodes[1].keepalives, 1);
	sim_run(sim, SECONDS(100));
	assert_int_equal(sim->nodes[1].keepalives, 6);
	assert_int_equal(sim->nodes[0].keepalives, 0);
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_NAT_KEEPALIVES), 6);

	/* ESP that goes out does the same service */
	for (int second = 0; second < 60; second++) {
		sim_run(sim, SECONDS(1));
		assert_true(sim_ping(sim, 0));
	}
	assert_in_range(sim->nodes[1].keepalives, 6, 7);
	/* ESP that comes in does not */
	sim_run(sim, SECONDS(5));
	for (int second = 0; second < 60; second++) {
		sim_run(sim, SECONDS(1));
		assert_true(sim_ping(sim, 1));
	}
	assert_in_range(sim->nodes[1].keepalives, 8, 10);
	sim_free(sim);
}

/* IKE that goes out counts, too; a rekeyed IKE SA goes on with it, the old one does not. */
static void test_keepalive_and_ike(void **state)
{
	struct nat nat = { .ports = 10000 };
	struct sim *sim = behind(2, &nat, "crypto ikev2 nat keepalive 10\n");

	for (int i = 0; i < 20; i++) {
		sim_run(sim, SECONDS(5));
		ike_rekey_children(sim->nodes[0].ike, NULL);
	}
	assert_int_equal(sim->nodes[1].keepalives, 0);
	ike_rekey_sas(sim->nodes[1].ike, NULL);
	sim_run(sim, SECONDS(51));
	assert_in_range(sim->nodes[1].keepalives, 4, 5);
	sim_free(sim);
}

static void test_keepalive_off(void **state)
{
	struct nat nat = { .ports = 10000 };
	struct sim *sim = behind(3, &nat, "no crypto ikev2 nat keepalive\n");

	sim_run(sim, SECONDS(200));
	assert_int_equal(sim->nodes[1].keepalives, 0);
	scene_assert_clean(sim);
	sim_free(sim);

	/* nor without a NAT */
	sim = scene_modern(3);
	scene_up_one(sim, 0);
	sim_run(sim, SECONDS(200));
	assert_int_equal(sim->nodes[0].keepalives + sim->nodes[1].keepalives, 0);
	sim_free(sim);
}

/* I12: the switch. No detection, no floating, no UDP, though there is a NAT. */
static void test_switched_off(void **state)
{
	struct nat nat = { .ports = 10000 };
	struct sim *sim = behind(4, &nat, "no crypto ipsec nat-transparency udp-encapsulation\n");
	const struct sim_sa *sa;

	assert_true(sim_logged(sim, "NAT traversal is switched off"));
	assert_int_equal(sa_of(sim, 0)->local.port, 500);
	TAILQ_FOREACH(sa, &sim->nodes[0].sas, link)
		assert_int_equal(sa->sa.local_port, 0);
	scene_assert_clean(sim);
	sim_free(sim);
}

/* I12: encapsulation without a NAT, by one end's wish; nobody needs keepalives. */
static void test_forced(void **state)
{
	char one[3000];
	struct sim *sim =
		sim_new(5,
			scene_replace(sim_modern_1, " lifetime 1000\n",
				      " nat force-encap\n lifetime 1000\n", one, sizeof(one)),
			sim_modern_2);
	const struct sim_sa *sa;

	scene_up_one(sim, 0);
	ike_rekey_sas(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(2));
	ike_rekey_children(sim->nodes[1].ike, NULL);
	sim_run(sim, SECONDS(100));
	scene_assert_clean(sim);
	for (int node = 0; node < 2; node++) {
		TAILQ_FOREACH(sa, &sim->nodes[node].sas, link) {
			assert_int_equal(sa->sa.local_port, 4500);
			assert_int_equal(sa->sa.remote_port, 4500);
		}
	}
	assert_int_equal(sim->nodes[1].keepalives, 0);
	sim_free(sim);
}

static void assert_peer_is_at(struct sim *sim, uint32_t address, uint16_t port)
{
	struct address outside = address_of_ipv4(address);
	const struct sim_sa *sa;

	assert_true(address_equal(&sa_of(sim, 1)->remote.address, &outside));
	assert_int_equal(sa_of(sim, 1)->remote.port, port);
	TAILQ_FOREACH(sa, &sim->nodes[1].sas, link) {
		assert_true(address_equal(&sa->sa.id.remote, &outside));
		assert_int_equal(sa->sa.remote_port, port);
		assert_int_equal(sa->sa.local_port, 4500);
	}
}

static bool roams(struct sim *sim, int node)
{
	const struct sim_sa *sa;

	TAILQ_FOREACH(sa, &sim->nodes[node].sas, link)
		if (sa->sa.id.direction == SA_INBOUND)
			return sa->sa.roaming;
	return false;
}

/* The NAT forgets its mapping and makes another one: an IKE message shows it, all SAs follow. */
static void test_moved_seen_by_ike(void **state)
{
	struct nat nat = { .ports = 10000 };
	struct sim *sim = behind(6, &nat, "");

	assert_true(roams(sim, 1));
	assert_false(roams(sim, 0)); /* who is behind the NAT does not follow (section 2.23) */
	nat = (struct nat){ .ports = 12000, .outside = 0x0a000009 };
	ike_rekey_children(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(1));
	assert_true(sim_logged(sim, "the peer is now at 10.0.0.9:16500 instead of 10.0.0.1:14500"));
	assert_peer_is_at(sim, 0x0a000009, 16500);

	/* the other end can begin exchanges there, of every kind; the tunnel is still its own */
	ike_rekey_sas(sim->nodes[1].ike, NULL);
	sim_run(sim, SECONDS(1));
	ike_clear_children(sim->nodes[1].ike, NULL);
	scene_assert_clean(sim);
	assert_peer_is_at(sim, 0x0a000009, 16500);
	ike_clear_children(sim->nodes[0].ike, NULL);
	scene_assert_clean(sim);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 2);
	sim_free(sim);
}

static void tell_moved(struct sim *sim, int node, uint32_t address, uint16_t port)
{
	struct kernel_events *events = &sim->nodes[node].kernel.events;
	struct kernel_peer_moved moved = {
		.owner = { .ifindex = 7 },
		.local = { sim->nodes[node].tunnel.local, 4500 },
		.remote = { address_of_ipv4(address), port },
	};
	const struct sim_sa *sa;

	TAILQ_FOREACH(sa, &sim->nodes[node].sas, link)
		if (sa->sa.id.direction == SA_INBOUND)
			moved.id = sa->sa.id;
	events->peer_moved(events->context, &moved);
}

/* An authentic ESP packet shows it first: the kernel tells. */
static void test_moved_seen_by_esp(void **state)
{
	struct nat nat = { .ports = 10000 };
	struct sim *sim = behind(7, &nat, "");

	nat = (struct nat){ .ports = 13000, .outside = 0x0a00000a };
	tell_moved(sim, 1, 0x0a00000a, 17500);
	assert_peer_is_at(sim, 0x0a00000a, 17500);
	ike_rekey_children(sim->nodes[1].ike, NULL);
	scene_assert_clean(sim);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_CHILD_REKEYED), 1);

	/* who is behind the NAT believes no such thing, nor a packet that was not in UDP */
	tell_moved(sim, 0, 0x0a0000ff, 4501);
	assert_int_equal(sa_of(sim, 0)->remote.port, 4500);
	tell_moved(sim, 1, 0x0a0000ff, 0);
	assert_peer_is_at(sim, 0x0a00000a, 17500);
	sim_free(sim);
}

/* Without a NAT the peer stays where it is, whatever comes from elsewhere; answers go back there. */
static void test_no_nat_no_move(void **state)
{
	struct sim *sim = scene_modern(8);
	struct nat nat = { .ports = 10000 };

	scene_up_one(sim, 0);
	sim->filter = translate;
	sim->filter_context = &nat;
	ike_rekey_children(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(1));
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_CHILD_REKEYED), 1);
	assert_int_equal(sa_of(sim, 1)->remote.port, 500);
	tell_moved(sim, 1, 0x0a000009, 10500);
	assert_int_equal(sa_of(sim, 1)->remote.port, 500);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keepalive),
		cmocka_unit_test(test_keepalive_and_ike),
		cmocka_unit_test(test_keepalive_off),
		cmocka_unit_test(test_switched_off),
		cmocka_unit_test(test_forced),
		cmocka_unit_test(test_moved_seen_by_ike),
		cmocka_unit_test(test_moved_seen_by_esp),
		cmocka_unit_test(test_no_nat_no_move),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("nat", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKEv1 in fragments between two daemons: large messages arrive whatever the wire does to
 * their pieces, and pieces that never become a message are forgotten. Row E09.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/scene.h"
#include "codec/isakmp.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define END(here, there) \
	"crypto ikev2 fragmentation mtu 300\n" \
	"crypto isakmp policy 10\n encryption aes 256\n hash sha256\n authentication pre-share\n" \
	" group 16\ncrypto isakmp key sharedkey address 10.0.0." there "\n" \
	"crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac\n" \
	"crypto ipsec profile I\n set transform-set T\n set pfs group16\n" \
	"interface Tunnel0\n tunnel source 10.0.0." here "\n tunnel mode ipsec ipv4\n" \
	" tunnel destination 10.0.0." there "\n tunnel protection ipsec profile I\n"

static const char one[] = END("1", "2"), two[] = END("2", "1");

struct sizes {
	size_t largest, pieces;
};

static bool is_piece(const struct sim_message *message)
{
	return message->octets.len > 17 && message->octets.data[16] == ISAKMP_PAYLOAD_FRAGMENT;
}

static bool measure(struct sim *sim, struct sim_message *message)
{
	struct sizes *sizes = sim->filter_context;

	if (is_piece(message))
		sizes->pieces++;
	/* Nobody knows in the first message what the peer can do. */
	if (sizes->largest < message->octets.len)
		sizes->largest = message->octets.len;
	return true;
}

static void in_pieces(void **state)
{
	struct sizes sizes = {};
	struct sim *sim = sim_new(1, one, two);

	sim->filter = measure;
	sim->filter_context = &sizes;
	scene_up_one(sim, 0);
	assert_true(sizes.pieces >= 12); /* of four messages with a public value of 512 octets */
	assert_true(sizes.largest <= 300 - 28);
	assert_true(sim_ping(sim, 0));
	assert_true(sim_ping(sim, 1));
	sim_free(sim);
}

static void on_a_bad_wire(void **state)
{
	for (uint64_t seed = 1; seed < 8; seed++) {
		struct sim *sim = sim_new(seed, one, two);

		sim->loss = 8;
		sim->repeat = 20;
		sim->reorder = 30;
		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		assert_true(sim_run_until(sim, SECONDS(900), sim_both_up));
		sim->loss = sim->repeat = sim->reorder = 0;
		sim_run(sim, SECONDS(120));
		assert_true(sim_ping(sim, 0));
		assert_true(sim_ping(sim, 1));
		sim_free(sim);
	}
}

/* The last piece of each message is lost for a while. */
static bool without_last(struct sim *sim, struct sim_message *message)
{
	return !is_piece(message) || !(message->octets.data[35] & 1);
}

static void never_complete(void **state)
{
	struct sim *sim = sim_new(9, one, two);

	sim->filter = without_last;
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(120));
	assert_true(sim_logged(sim, "fragments of message"));
	assert_true(sim_stat(sim, 1, IKE_STAT_DROP_FRAGMENT) > 0);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 0);
	sim->filter = NULL;
	assert_true(sim_run_until(sim, SECONDS(300), sim_both_up));
	for (int i = 0; i < 2; i++)
		assert_int_equal(sim->nodes[i].ike->fragment_octets, 0);
	sim_free(sim);
}

/* A piece with another number, length or flag than it should have. */
static bool bend(struct sim *sim, struct sim_message *message)
{
	size_t *octet = sim->filter_context;

	if (is_piece(message) && *octet) {
		message->octets.data[*octet] ^= 0x7f;
		*octet = 0;
	}
	return true;
}

static void bent_pieces(void **state)
{
	for (size_t octet = 16; octet < 60; octet++) {
		size_t which = octet;
		struct sim *sim = sim_new(octet, one, two);

		sim->filter = bend;
		sim->filter_context = &which;
		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		if (!sim_run_until(sim, SECONDS(100), sim_both_up)) {
			sim_set_up(sim, 0, false);
			sim_set_up(sim, 0, true);
		}
		assert_true(sim_run_until(sim, SECONDS(300), sim_both_up));
		sim_free(sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_pieces),
		cmocka_unit_test(on_a_bad_wire),
		cmocka_unit_test(never_complete),
		cmocka_unit_test(bent_pieces),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages in fragments (RFC 7383): whole, lost, repeated, out of order, and
 * what a hostile peer makes of them. Rows L12, L19.
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

/* Less than any header needs, which means the least: 256 octets. */
#define SMALL "crypto ikev2 fragmentation mtu 68\n"
#define SMALL_SIZE 256

static struct sim *small(uint64_t seed, const char *first, const char *second)
{
	char one[3000], two[3000];

	return sim_new(seed, scene_prepend(first, sim_modern_1, one, sizeof(one)),
		       scene_prepend(second, sim_modern_2, two, sizeof(two)));
}

static struct ikev2_sa *sa_of(struct sim *sim, int node)
{
	return ikev2_of(TAILQ_FIRST(&sim->nodes[node].ike->sas));
}

struct sizes {
	size_t fragments, largest;
};

static bool measure(struct sim *sim, struct sim_message *message)
{
	struct sizes *sizes = sim->filter_context;
	const uint8_t *octets = message->octets.data;

	if (octets[16] == PAYLOAD_FRAGMENT)
		sizes->fragments++;
	/* IKE_SA_INIT is never divided (section 2.3). */
	if (octets[18] != EXCHANGE_IKE_SA_INIT && message->octets.len > sizes->largest)
		sizes->largest = message->octets.len;
	return true;
}

/* Every exchange there is, each message no larger than was configured. */
static void test_all_exchanges(void **state)
{
	struct sim *sim = small(1, SMALL, SMALL);
	struct sizes sizes = {};

	sim->filter = measure;
	sim->filter_context = &sizes;
	scene_up_one(sim, 0);
	for (int node = 0; node < 2; node++) {
		ike_rekey_children(sim->nodes[node].ike, NULL);
		sim_run(sim, SECONDS(1));
		ike_rekey_sas(sim->nodes[node].ike, NULL);
		sim_run(sim, SECONDS(1));
	}
	scene_assert_clean(sim);
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_RETRANSMITTED), 0);
	assert_true(sizes.fragments > 10);
	assert_in_range(sizes.largest, 1, SMALL_SIZE);
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_DROP_FRAGMENT), 0);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_DROP_FRAGMENT), 0);
	sim_free(sim);
}

/* The usual size is not exceeded by what a pre-shared key needs: nothing is divided. */
static void test_not_needed(void **state)
{
	struct sim *sim = scene_modern(2);
	struct sizes sizes = {};

	sim->filter = measure;
	sim->filter_context = &sizes;
	scene_up_one(sim, 0);
	ike_rekey_children(sim->nodes[0].ike, NULL);
	scene_assert_clean(sim);
	assert_true(sa_of(sim, 0)->fragments && sa_of(sim, 1)->fragments);
	assert_int_equal(sizes.fragments, 0);
	sim_free(sim);
}

/* One end does not want them: then there are none, at either end. */
static void test_one_end_cannot(void **state)
{
	for (int node = 0; node < 2; node++) {
		static const char off[] = "no crypto ikev2 fragmentation\n";
		struct sim *sim = small(3, node ? SMALL : off, node ? off : SMALL);
		struct sizes sizes = {};

		sim->filter = measure;
		sim->filter_context = &sizes;
		scene_up_one(sim, 0);
		ike_rekey_children(sim->nodes[1].ike, NULL);
		scene_assert_clean(sim);
		assert_int_equal(sizes.fragments, 0);
		assert_true(sizes.largest > SMALL_SIZE);
		sim_free(sim);
	}
}

/* Lost fragments come again with all the others; order and repetition do not matter. */
static void test_bad_network(void **state)
{
	for (int seed = 1; seed <= 20; seed++) {
		struct sim *sim = small(seed, SMALL, SMALL);

		sim->loss = 15;
		sim->repeat = 20;
		sim->reorder = 40;
		scene_up(sim, seed & 1);
		for (int round = 0; round < 6; round++) {
			sim_run(sim, SECONDS(60));
			if (round & 1)
				ike_rekey_children(sim->nodes[seed & 1].ike, NULL);
			else
				ike_rekey_sas(sim->nodes[!(seed & 1)].ike, NULL);
		}
		sim->loss = sim->repeat = sim->reorder = 0;
		sim_run(sim, SECONDS(200));
		scene_assert_clean(sim);
		for (int node = 0; node < 2; node++)
			assert_int_equal(sim->nodes[node].ike->fragment_octets, 0);
		sim_free(sim);
	}
}

/* An authentic piece of node 0's next request, whatever it says. */
static void forge(struct sim *sim, uint8_t exchange, uint32_t ahead, struct fragment fragment,
		  struct bytes part)
{
	struct ikev2_sa *sa = sa_of(sim, 0);
	struct ike_header header = exchange_header(sa, exchange, false, sa->next_request + ahead);
	struct endpoint from = sa->base.local;
	struct buffer out = {};

	assert_int_equal(fragment_seal(&header, &fragment, part, sa->keys.out, &out).code, 0);
	sim_inject(sim, 1, &from, buffer_bytes(&out));
	sim_run(sim, MILLISECONDS(10));
	buffer_free(&out);
}

/* A notify payload of an unknown type, in two pieces. */
static const uint8_t notify[] = { 0, 0, 0, 12, 0, 0, 0xa0, 0x01, 1, 2, 3, 4 };

static void forge_notify(struct sim *sim, uint16_t number, uint16_t total)
{
	size_t half = sizeof(notify) / 2;

	forge(sim, EXCHANGE_INFORMATIONAL, 0,
	      (struct fragment){ number, total, number == 1 ? PAYLOAD_NOTIFY : PAYLOAD_NONE },
	      bytes_of(notify + (number == 1 ? 0 : half), half));
}

static size_t pending(struct sim *sim)
{
	return sim->nodes[1].ike->fragment_octets;
}

static uint64_t dropped(struct sim *sim)
{
	return sim_stat(sim, 1, IKE_STAT_DROP_FRAGMENT);
}

/* What does not fit together is dropped by the piece, and the message still comes through. */
static void test_inconsistent(void **state)
{
	struct sim *sim = small(4, SMALL, SMALL);
	uint32_t expected;

	scene_up_one(sim, 0);
	expected = sa_of(sim, 1)->next_expected;

	/* not of this world */
	forge(sim, EXCHANGE_INFORMATIONAL, 0, (struct fragment){ 0, 2, 0 }, BYTES(notify));
	forge(sim, EXCHANGE_INFORMATIONAL, 0, (struct fragment){ 3, 2, 0 }, BYTES(notify));
	forge(sim, EXCHANGE_INFORMATIONAL, 0, (struct fragment){ 1, 0, PAYLOAD_NOTIFY },
	      BYTES(notify));
	forge(sim, EXCHANGE_INFORMATIONAL, 0, (struct fragment){ 2, 2, PAYLOAD_NOTIFY },
	      BYTES(notify));
	forge(sim, EXCHANGE_INFORMATIONAL, 0, (struct fragment){ 1, 2, PAYLOAD_NONE },
	      BYTES(notify));
	forge(sim, EXCHANGE_INFORMATIONAL, 0, (struct fragment){ 1, 65535, PAYLOAD_NOTIFY },
	      BYTES(notify));
	assert_int_equal(dropped(sim), 6);
	assert_int_equal(pending(sim), 0);

	/* twice the same; another total that is smaller; another exchange */
	forge_notify(sim, 1, 3);
	assert_int_equal(pending(sim), sizeof(notify) / 2);
	forge_notify(sim, 1, 3);
	forge_notify(sim, 1, 2);
	forge(sim, EXCHANGE_CREATE_CHILD_SA, 0, (struct fragment){ 2, 3, 0 }, BYTES(notify));
	assert_int_equal(dropped(sim), 9);
	assert_int_equal(pending(sim), sizeof(notify) / 2);

	/* a finer division replaces the coarse one */
	forge_notify(sim, 2, 4);
	assert_int_equal(pending(sim), sizeof(notify) / 2);
	assert_int_equal(sa_of(sim, 1)->next_expected, expected);

	/* beyond the window */
	forge(sim, EXCHANGE_INFORMATIONAL, 5, (struct fragment){ 1, 2, PAYLOAD_NOTIFY },
	      BYTES(notify));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_DROP_MESSAGE_ID), 1);

	/* in a while it is as if nothing had been */
	sim_run(sim, SECONDS(31));
	assert_int_equal(pending(sim), 0);
	forge_notify(sim, 2, 2);
	forge_notify(sim, 1, 2);
	assert_int_equal(sa_of(sim, 1)->next_expected, expected + 1);
	assert_int_equal(pending(sim), 0);
	sim_free(sim);
}

/* Whoever has no keys cannot make us keep anything. */
static void test_not_authentic(void **state)
{
	struct sim *sim = small(5, SMALL, SMALL);
	struct ikev2_sa *sa;
	struct ike_header header;
	struct buffer out = {};
	struct fragment fragment = { 1, 2, PAYLOAD_NOTIFY };

	scene_up_one(sim, 0);
	sa = sa_of(sim, 0);
	header = exchange_header(sa, EXCHANGE_INFORMATIONAL, false, sa->next_request);
	fragment_seal(&header, &fragment, BYTES(notify), sa->keys.out, &out);
	for (size_t at = 16; at < out.len; at++) {
		out.data[at] ^= 4;
		sim_inject(sim, 1, &sa->base.local, buffer_bytes(&out));
		sim_run(sim, MILLISECONDS(10));
		out.data[at] ^= 4;
		assert_int_equal(pending(sim), 0);
	}
	buffer_free(&out);
	scene_assert_clean(sim);
	sim_free(sim);
}

/* Pieces without end, of messages that never get whole: memory and time are bounded. */
static void test_flood(void **state)
{
	struct sim *sim = small(6, SMALL, SMALL);
	uint8_t large[1000] = {};
	size_t most = 0;

	scene_up_one(sim, 0);
	for (unsigned int i = 0; i < 3000; i++) {
		/* never the first one, so that nothing is ever complete */
		struct fragment fragment = { 2 + i / 5 % 255, 256, PAYLOAD_NONE };

		forge(sim, EXCHANGE_INFORMATIONAL, i % 5, fragment, BYTES(large));
		if (pending(sim) > most)
			most = pending(sim);
	}
	assert_in_range(most, 1, 4 * MESSAGE_SIZE_MAX);
	sim_run(sim, SECONDS(31));
	assert_int_equal(pending(sim), 0);
	scene_assert_clean(sim);
	sim_free(sim);
}

static size_t answers;

static bool count_answers(struct sim *sim, struct sim_message *message)
{
	answers += message->to == 0 && message->octets.data[19] & IKE_FLAG_RESPONSE;
	return true;
}

/* Section 2.6.1: of an answered request the first fragment alone brings the answer again. */
static void test_replay(void **state)
{
	struct scene_recorder recorder = {};
	struct sim *sim = small(7, SMALL, SMALL);
	size_t firsts = 0, fragments = 0;

	scene_up_one(sim, 0);
	sim->filter = scene_record;
	sim->filter_context = &recorder;
	ike_rekey_children(sim->nodes[0].ike, NULL);
	/* the request and its answer, not the delete that follows */
	sim_run(sim, MILLISECONDS(10));
	sim->filter = NULL;
	sim_run(sim, SECONDS(1));
	sim->filter = count_answers;
	for (size_t i = 0; i < recorder.count; i++) {
		const uint8_t *octets = recorder.octets[i].data;

		if (recorder.to[i] != 1 || octets[16] != PAYLOAD_FRAGMENT)
			continue;
		fragments++;
		answers = 0;
		sim_inject(sim, 1, &recorder.from[i], buffer_bytes(&recorder.octets[i]));
		sim_run(sim, MILLISECONDS(10));
		/* behind the generic header stands the number */
		if (octets[32] == 0 && octets[33] == 1) {
			firsts++;
			assert_int_equal(answers, 1);
		} else {
			assert_int_equal(answers, 0);
		}
	}
	assert_int_equal(firsts, 1);
	assert_true(fragments > 1);
	scene_recorder_free(&recorder);
	sim->filter = NULL;
	scene_assert_clean(sim);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_exchanges),  cmocka_unit_test(test_not_needed),
		cmocka_unit_test(test_one_end_cannot), cmocka_unit_test(test_bad_network),
		cmocka_unit_test(test_inconsistent),   cmocka_unit_test(test_not_authentic),
		cmocka_unit_test(test_flood),	       cmocka_unit_test(test_replay),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("fragment", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Moving to another address (RFC 4555): with and without a NAT on the new way,
 * on a bad network, and what does not move anything. Row C10 for what stays.
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

#define NEW_PLACE 0x0a00004d /* 10.0.0.77 */
#define OTHER_PLACE 0x0a00004e

static const char *mobile(const char *config, const char *before, char *out, size_t size)
{
	char text[3000];

	scene_replace(config, " lifetime 1000\n", " mobike\n lifetime 1000\n", text, sizeof(text));
	return scene_prepend(before, text, out, size);
}

static struct sim *both_mobile(uint64_t seed, const char *before)
{
	char one[3500], two[3500];

	return sim_new(seed, mobile(sim_modern_1, before, one, sizeof(one)),
		       mobile(sim_modern_2, "", two, sizeof(two)));
}

static struct ike_sa *sa_of(struct sim *sim, int node)
{
	return TAILQ_FIRST(&sim->nodes[node].ike->sas);
}

/* The device of node 0 gets another outer address. */
static void move_to(struct sim *sim, uint32_t address)
{
	sim->nodes[0].tunnel.local = address_of_ipv4(address);
	sim_set_up(sim, 0, true);
}

static void assert_is_at(struct sim *sim, uint32_t place)
{
	struct address address = address_of_ipv4(place);
	const struct sim_sa *sa;

	assert_true(address_equal(&sa_of(sim, 1)->remote.address, &address));
	TAILQ_FOREACH(sa, &sim->nodes[1].sas, link)
		assert_true(address_equal(&sa->sa.id.remote, &address));
	TAILQ_FOREACH(sa, &sim->nodes[0].sas, link)
		assert_true(address_equal(&sa->sa.id.local, &sim->nodes[0].tunnel.local));
}

/* All SAs go along, with their keys, before and after rekeys by either end; both ends stay on 4500. */
static void test_move(void **state)
{
	struct sim *sim = both_mobile(1, "");
	uint32_t spi;

	scene_up_one(sim, 0);
	assert_true(sa_of(sim, 0)->explicit_moves && sa_of(sim, 1)->explicit_moves);
	assert_int_equal(sa_of(sim, 0)->local.port, 4500);
	spi = sim->nodes[0].current_out;
	move_to(sim, NEW_PLACE);
	assert_true(sim_ping(sim, 0));
	sim_run(sim, MILLISECONDS(20));
	assert_is_at(sim, NEW_PLACE);
	assert_true(sim_ping(sim, 0) && sim_ping(sim, 1));
	assert_int_equal(sim->nodes[0].current_out, spi);
	assert_int_equal(sa_of(sim, 0)->session_id, 1);

	for (int node = 0; node < 2; node++) {
		ike_rekey_sas(sim->nodes[node].ike, NULL);
		sim_run(sim, SECONDS(1));
		ike_rekey_children(sim->nodes[!node].ike, NULL);
		sim_run(sim, SECONDS(1));
		ike_clear_children(sim->nodes[node].ike, NULL);
		scene_assert_clean(sim);
		assert_is_at(sim, node ? OTHER_PLACE : NEW_PLACE);
		move_to(sim, node ? NEW_PLACE : OTHER_PLACE);
		sim_run(sim, SECONDS(1));
		assert_is_at(sim, node ? NEW_PLACE : OTHER_PLACE);
	}
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 3);
	assert_int_equal(sa_of(sim, 0)->session_id, 1);
	scene_assert_clean(sim);
	sim_free(sim);
}

/* Moving on and on while messages get lost, overtake each other and come twice. */
static void test_bad_network(void **state)
{
	for (int seed = 1; seed <= 10; seed++) {
		struct sim *sim = both_mobile(seed, "");

		scene_up_one(sim, 0);
		sim->loss = 20;
		sim->repeat = 20;
		sim->reorder = 40;
		for (uint32_t i = 0; i < 12; i++) {
			move_to(sim, NEW_PLACE + i);
			sim_run(sim, MILLISECONDS(i * 7));
			if (i == 6)
				ike_rekey_children(sim->nodes[seed & 1].ike, NULL);
		}
		sim->loss = sim->repeat = sim->reorder = 0;
		sim_run(sim, SECONDS(70));
		assert_is_at(sim, NEW_PLACE + 11);
		scene_assert_clean(sim);
		assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 1);
		sim_free(sim);
	}
}

/* One end does not want it: nothing is announced twice, the old ports, and no peer that moves. */
static void test_one_end_cannot(void **state)
{
	char one[3500];

	for (int node = 0; node < 2; node++) {
		struct sim *sim =
			sim_new(3, node ? sim_modern_1 : mobile(sim_modern_1, "", one, sizeof(one)),
				node ? mobile(sim_modern_2, "", one, sizeof(one)) : sim_modern_2);

		scene_up_one(sim, 0);
		assert_false(sa_of(sim, 0)->explicit_moves);
		assert_false(sa_of(sim, 1)->explicit_moves);
		assert_false(sim_logged(sim, "UPDATE_SA_ADDRESSES"));
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

static bool translate(struct sim *sim, struct sim_message *message)
{
	if (message->to == 1) {
		message->from.port += 10000;
		message->from.address = address_of_ipv4(OTHER_PLACE);
	} else {
		message->at.port -= 10000;
		message->at.address = sim->nodes[0].tunnel.local;
	}
	return true;
}

/* On the new way stands a NAT: it is seen, ESP goes into UDP by a rekey, the mapping is kept alive. */
static void test_move_behind_nat(void **state)
{
	struct sim *sim = both_mobile(4, "");
	const struct sim_sa *sa;

	scene_up_one(sim, 0);
	TAILQ_FOREACH(sa, &sim->nodes[1].sas, link)
		assert_int_equal(sa->sa.local_port, 0);
	sim->filter = translate;
	move_to(sim, NEW_PLACE);
	sim_run(sim, SECONDS(10));
	assert_true(sa_of(sim, 0)->nat_local && sa_of(sim, 1)->nat_remote);
	assert_is_at(sim, OTHER_PLACE);
	TAILQ_FOREACH(sa, &sim->nodes[1].sas, link) {
		assert_int_equal(sa->sa.local_port, 4500);
		assert_int_equal(sa->sa.remote_port, 14500);
	}
	scene_assert_clean(sim);
	sim_run(sim, SECONDS(60));
	assert_true(sim->nodes[1].keepalives > 1);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 1);

	/* and out into the open again */
	sim->filter = NULL;
	move_to(sim, NEW_PLACE + 9);
	sim_run(sim, SECONDS(10));
	assert_is_at(sim, NEW_PLACE + 9);
	TAILQ_FOREACH(sa, &sim->nodes[0].sas, link)
		assert_int_equal(sa->sa.remote_port, 0);
	scene_assert_clean(sim);
	sim_free(sim);
}

/* NO_NATS_ALLOWED: who switched NAT traversal off learns that there is one, and begins anew. */
static void test_nat_forbidden(void **state)
{
	struct sim *sim = both_mobile(5, "no crypto ipsec nat-transparency udp-encapsulation\n");

	scene_up_one(sim, 0);
	move_to(sim, NEW_PLACE);
	sim_run(sim, SECONDS(1));
	assert_is_at(sim, NEW_PLACE);
	sim->filter = translate;
	move_to(sim, NEW_PLACE + 1);
	sim_run(sim, SECONDS(1));
	assert_true(sim_logged(sim, "which it does not allow"));
	assert_true(sim_logged(sim, "failed: UNEXPECTED_NAT_DETECTED"));
	sim_free(sim);
}

static bool is_update(const struct sim_message *message)
{
	return message->to == 1 && message->octets.data[18] == EXCHANGE_INFORMATIONAL &&
	       !(message->octets.data[19] & IKE_FLAG_RESPONSE);
}

static bool record_updates(struct sim *sim, struct sim_message *message)
{
	return is_update(message) ? scene_record(sim, message) : true;
}

/* The same words from elsewhere move nobody; the answer goes there, and nothing else. */
static void test_replay(void **state)
{
	struct endpoint elsewhere = { address_of_ipv4(0x0a0000c8), 666 };
	struct scene_recorder recorder = {};
	struct sim *sim = both_mobile(6, "");

	scene_up_one(sim, 0);
	sim->filter = record_updates;
	sim->filter_context = &recorder;
	move_to(sim, NEW_PLACE);
	sim_run(sim, SECONDS(1));
	sim->filter = NULL;
	assert_int_equal(recorder.count, 1);
	sim_inject(sim, 1, &elsewhere, buffer_bytes(&recorder.octets[0]));
	sim_run(sim, SECONDS(1));
	assert_is_at(sim, NEW_PLACE);
	/* nor does any other message, as it would with a NAT and without MOBIKE (section 3.5) */
	scene_recorder_free(&recorder);
	scene_assert_clean(sim);
	sim_free(sim);
}

static bool spoil_cookie(struct sim *sim, struct sim_message *message)
{
	struct scene_opened opened;
	struct writer chain = {};

	if (message->to != 0 || message->octets.data[18] != EXCHANGE_INFORMATIONAL ||
	    !(message->octets.data[19] & IKE_FLAG_RESPONSE))
		return true;
	scene_open(sim, message, &opened);
	opened.plain.data[opened.plain.len - 8] ^= 1; /* COOKIE2 is the last one */
	writer_begin_chain(&chain);
	scene_put_payloads(&opened, NULL, &chain);
	scene_seal(message, &opened, &chain);
	sim->filter = NULL;
	return true;
}

/* Section 3.7: an answer without our COOKIE2 is no answer. */
static void test_cookie2(void **state)
{
	struct sim *sim = both_mobile(7, "");

	scene_up_one(sim, 0);
	sim->filter = spoil_cookie;
	move_to(sim, NEW_PLACE);
	sim_run(sim, SECONDS(1));
	assert_true(sim_logged(sim, "the answer does not repeat COOKIE2"));
	sim_free(sim);
}

/* Who did not begin the first IKE SA cannot move the other end. */
static void test_responder_stays(void **state)
{
	struct sim *sim = both_mobile(8, "");
	struct address here = sim->nodes[1].tunnel.local;

	scene_up_one(sim, 0);
	ike_rekey_sas(sim->nodes[1].ike, NULL);
	sim_run(sim, SECONDS(1));
	/* as if it were allowed to */
	sim->nodes[1].tunnel.local = address_of_ipv4(OTHER_PLACE);
	mobike_move(ikev2_of(sa_of(sim, 1)), &sim->nodes[1].tunnel.local);
	sim_run(sim, SECONDS(1));
	assert_true(address_equal(&sa_of(sim, 0)->remote.address, &here));
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_move),	       cmocka_unit_test(test_bad_network),
		cmocka_unit_test(test_one_end_cannot), cmocka_unit_test(test_move_behind_nat),
		cmocka_unit_test(test_nat_forbidden),  cmocka_unit_test(test_replay),
		cmocka_unit_test(test_cookie2),	       cmocka_unit_test(test_responder_stays),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("mobike", tests, NULL, NULL);
}

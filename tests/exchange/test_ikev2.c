// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two daemons against each other: the exchanges of IKEv2 on a good, a bad and
 * a hostile network. Rows are those of the requirements.
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

static void test_each_side_initiates(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct sim *sim = scene_modern(1);

		scene_up_one(sim, i);
		scene_assert_clean(sim);
		assert_int_equal(sim_stat(sim, i, IKE_STAT_ESTABLISHED), 1);
		sim_free(sim);
	}
}

/* A17, B07, B08, B13, B16, B19, B20, B34, M01: R1 has a policy, R2 the default proposal. */
static void test_s0(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct sim *sim = scene_s0(2, "");

		scene_up_one(sim, i);
		scene_assert_clean(sim);
		assert_true(sim_logged(sim, "Adding Proposal PHASE1-prop to toolkit policy"));
		assert_true(sim_logged(sim, "Adding Proposal default to toolkit policy"));
		sim_free(sim);
	}
}

static void find_names(void *context, const struct ike_sa_facts *facts)
{
	char text[TRANSFORM_TEXT];

	assert_string_equal(transform_name(&facts->encr, text), "AES-CBC");
	assert_int_equal(facts->encr.key_bits, 128);
	assert_string_equal(transform_name(&facts->integ, text), "SHA96");
	assert_int_equal(facts->group.id, 2);
	assert_string_equal(facts->auth_sign, "PSK");
	assert_string_equal(facts->auth_verify, "PSK");
	assert_int_equal(facts->lifetime, 120);
	assert_int_equal(facts->local_window, 5);
	assert_int_equal(facts->remote_window, 5);
	assert_true(facts->legacy);
	assert_string_equal(facts->state, "READY");
	*(int *)context += 1;
}

/* B07, B22, J01: what S0's show prints of the SA. */
static void test_s0_facts(void **state)
{
	struct sim *sim = scene_s0(3, "");
	int found = 0;

	scene_up_one(sim, 0);
	ike_each_sa(sim->nodes[0].ike, find_names, &found);
	ike_each_sa(sim->nodes[1].ike, find_names, &found);
	assert_int_equal(found, 2);
	sim_free(sim);
}

/* C01 to C06: the trace of the initiator, in the order that S0 prints. */
static void test_trace(void **state)
{
	static const char *const initiator[] = {
		"CurState: IDLE Event: EV_INIT_SA",
		"CurState: I_BLD_INIT Event: EV_GET_IKE_POLICY",
		"CurState: I_BLD_INIT Event: EV_SET_POLICY",
		"CurState: I_BLD_INIT Event: EV_CHK_AUTH4PKI",
		"CurState: I_BLD_INIT Event: EV_GEN_DH_KEY",
		"CurState: I_BLD_INIT Event: EV_NO_EVENT",
		"CurState: I_BLD_INIT Event: EV_OK_RECD_DH_PUBKEY_RESP",
		"Action: Action_Null",
		"CurState: I_BLD_INIT Event: EV_GET_CONFIG_MODE",
		"CurState: I_BLD_INIT Event: EV_BLD_MSG",
		"CurState: I_WAIT_INIT Event: EV_RECV_INIT",
		"CurState: I_PROC_INIT Event: EV_CHK4_NOTIFY",
		"CurState: I_PROC_INIT Event: EV_VERIFY_MSG",
		"CurState: I_PROC_INIT Event: EV_PROC_MSG",
		"CurState: I_PROC_INIT Event: EV_DETECT_NAT",
		"CurState: I_PROC_INIT Event: EV_CHK_NAT_T",
		"CurState: I_PROC_INIT Event: EV_CHK_CONFIG_MODE",
		"CurState: INIT_DONE Event: EV_GEN_DH_SECRET",
		"CurState: INIT_DONE Event: EV_OK_RECD_DH_SECRET_RESP",
		"CurState: INIT_DONE Event: EV_GEN_SKEYID",
		"CurState: INIT_DONE Event: EV_DONE",
		"CurState: INIT_DONE Event: EV_CHK4_ROLE",
		"CurState: I_BLD_AUTH Event: EV_GEN_AUTH",
		"CurState: I_WAIT_AUTH Event: EV_RECV_AUTH",
		"CurState: I_PROC_AUTH Event: EV_VERIFY_AUTH",
		"CurState: AUTH_DONE Event: EV_PKI_SESH_CLOSE",
		"CurState: AUTH_DONE Event: EV_OK_RECD_LOAD_IPSEC",
		"CurState: READY Event: EV_CHK_IKE_ONLY",
		"CurState: READY Event: EV_I_OK",
	};
	struct sim *sim = scene_s0(4, "");
	size_t at = 0;

	scene_up_one(sim, 0);
	for (size_t i = 0; i < sim->log_count && at < sizeof(initiator) / sizeof(initiator[0]); i++)
		if (strstr(sim->log[i].text, initiator[at]) &&
		    (strstr(sim->log[i].text, "(I) MsgID") ||
		     strstr(sim->log[i].text, "Action_Null")))
			at++;
	if (at < sizeof(initiator) / sizeof(initiator[0]))
		fail_msg("the trace lacks \"%s\"", initiator[at]);
	sim_free(sim);
}

/* B39, B40: the IKE SA is replaced before its 120 seconds are over, without losing a packet. */
static void test_ike_rekey(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct sim *sim = scene_s0(5, "");

		scene_up_one(sim, i);
		for (int second = 0; second < 600; second++) {
			sim_run(sim, SECONDS(1));
			assert_true(sim_ping(sim, 0));
			assert_true(sim_ping(sim, 1));
		}
		assert_true(sim_stat(sim, 0, IKE_STAT_REKEYED) >= 4);
		assert_int_equal(sim_stat(sim, 0, IKE_STAT_ESTABLISHED) -
					 sim_stat(sim, 0, IKE_STAT_REKEYED),
				 1);
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

static const char *with_pfs(const char *config, char *out, size_t size)
{
	const char *at = strstr(config, "crypto ipsec profile I\n");
	size_t head = at - config + strlen("crypto ipsec profile I\n");

	snprintf(out, size, "%.*s set pfs group19\n%s", (int)head, config, config + head);
	return out;
}

/* Rekeying of children by either side, with and without PFS: 30 successors, no packet lost. */
static void test_child_rekey(void **state)
{
	char one[2000], two[2000];

	for (int pfs = 0; pfs < 2; pfs++) {
		for (int i = 0; i < 2; i++) {
			struct sim *sim = pfs ? sim_new(6, with_pfs(sim_modern_1, one, sizeof(one)),
							with_pfs(sim_modern_2, two, sizeof(two))) :
						scene_modern(6);

			scene_up_one(sim, 0);
			for (int round = 0; round < 30; round++) {
				assert_int_equal(ike_rekey_children(sim->nodes[i].ike, NULL), 1);
				for (int tick = 0; tick < 200; tick++) {
					sim_run(sim, MILLISECONDS(1));
					assert_true(sim_ping(sim, 0));
					assert_true(sim_ping(sim, 1));
				}
			}
			assert_int_equal(sim_stat(sim, i, IKE_STAT_CHILD_REKEYED), 30);
			scene_assert_clean(sim);
			sim_free(sim);
		}
	}
}

static struct transform group_seen;

static void find_group(void *context, const struct child_sa_facts *facts)
{
	if (facts->active)
		group_seen.id = facts->pfs_group;
}

/* B41: the first child is keyed from the IKE SA, the configured group counts from the first rekey. */
static void test_pfs_shown(void **state)
{
	char one[2000], two[2000];
	struct sim *sim = sim_new(7, with_pfs(sim_modern_1, one, sizeof(one)),
				  with_pfs(sim_modern_2, two, sizeof(two)));

	scene_up_one(sim, 0);
	ike_each_child(sim->nodes[0].ike, find_group, NULL);
	assert_int_equal(group_seen.id, 0);
	ike_rekey_children(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(1));
	ike_each_child(sim->nodes[0].ike, find_group, NULL);
	assert_int_equal(group_seen.id, 19);
	sim_free(sim);
}

/* Both ends rekey in the same instant: one successor stays, on both sides the same. */
static void test_child_collision(void **state)
{
	for (int seed = 1; seed <= 20; seed++) {
		struct sim *sim = scene_modern(seed);

		scene_up_one(sim, seed & 1);
		ike_rekey_children(sim->nodes[0].ike, NULL);
		sim_run(sim, MILLISECONDS(seed % 4));
		ike_rekey_children(sim->nodes[1].ike, NULL);
		for (int tick = 0; tick < 500; tick++) {
			sim_run(sim, MILLISECONDS(1));
			assert_true(sim_ping(sim, 0));
			assert_true(sim_ping(sim, 1));
		}
		assert_int_equal(sim_stat(sim, 0, IKE_STAT_COLLISIONS), 1);
		assert_int_equal(sim_stat(sim, 1, IKE_STAT_COLLISIONS), 1);
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

static void test_ike_collision(void **state)
{
	for (int seed = 1; seed <= 20; seed++) {
		struct sim *sim = scene_modern(seed);

		scene_up_one(sim, seed & 1);
		ike_rekey_sas(sim->nodes[0].ike, NULL);
		sim_run(sim, MILLISECONDS(seed % 4));
		ike_rekey_sas(sim->nodes[1].ike, NULL);
		sim_run(sim, SECONDS(5));
		assert_int_equal(sim_stat(sim, 0, IKE_STAT_COLLISIONS), 1);
		assert_int_equal(sim_stat(sim, 1, IKE_STAT_COLLISIONS), 1);
		scene_assert_clean(sim);
		/* what is left works: a child can still be rekeyed on it */
		assert_int_equal(ike_rekey_children(sim->nodes[0].ike, NULL), 1);
		scene_assert_clean(sim);
		assert_int_equal(sim_stat(sim, 0, IKE_STAT_CHILD_REKEYED), 1);
		sim_free(sim);
	}
}

/* A rekey of the IKE SA against one of its child: one has to wait, both happen. */
static void test_mixed_collision(void **state)
{
	for (int seed = 1; seed <= 20; seed++) {
		struct sim *sim = scene_modern(seed);

		scene_up_one(sim, seed & 1);
		ike_rekey_sas(sim->nodes[0].ike, NULL);
		sim_run(sim, MILLISECONDS(seed % 4));
		ike_rekey_children(sim->nodes[1].ike, NULL);
		for (int tick = 0; tick < 1000; tick++) {
			sim_run(sim, MILLISECONDS(10));
			assert_true(sim_ping(sim, 0));
			assert_true(sim_ping(sim, 1));
		}
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* Both tunnels come up at once: two IKE SAs are made, one stays (B30). */
static void test_simultaneous_start(void **state)
{
	for (int seed = 1; seed <= 20; seed++) {
		struct sim *sim = scene_modern(seed);

		scene_up(sim, seed & 1);
		sim_run(sim, SECONDS(20));
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* Loss, duplication and reordering, with rekeys all the while: the tunnel comes up and stays. */
static void test_bad_network(void **state)
{
	for (int seed = 1; seed <= 30; seed++) {
		struct sim *sim = scene_modern(seed);

		sim->loss = 20;
		sim->repeat = 20;
		sim->reorder = 30;
		scene_up(sim, seed & 1);
		for (int round = 0; round < 10; round++) {
			sim_run(sim, SECONDS(60));
			if (round & 1)
				ike_rekey_children(sim->nodes[seed & 1].ike, NULL);
			else
				ike_rekey_sas(sim->nodes[!(seed & 1)].ike, NULL);
		}
		sim->loss = sim->repeat = sim->reorder = 0;
		sim_run(sim, SECONDS(200));
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* Every datagram twice: each request is answered from the store, nothing is done twice (L11). */
static void test_duplicates(void **state)
{
	struct sim *sim = scene_modern(9);

	sim->repeat = 100;
	scene_up_one(sim, 0);
	ike_rekey_children(sim->nodes[0].ike, NULL);
	scene_assert_clean(sim);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 1);
	assert_true(sim_stat(sim, 1, IKE_STAT_RESPONSE_REPEATED) > 0);
	assert_true(sim_logged(sim, "rWindow retransmit response[msgID:"));
	sim_free(sim);
}

/* B21, M05: the peer dies without a word and comes back; its INITIAL_CONTACT clears the old SA. */
static void test_restart(void **state)
{
	/* who began the IKE SA, or who answered; the traffic goes on both ways */
	for (int node = 0; node < 2; node++) {
		struct sim *sim = scene_modern(10);

		scene_up_one(sim, 0);
		sim_restart(sim, node);
		/* the old SAs carry on until their successors are up */
		for (int tick = 0; tick < 3000; tick++) {
			assert_true(sim_ping(sim, 0));
			assert_true(sim_ping(sim, 1));
			sim_run(sim, MILLISECONDS(1));
		}
		scene_assert_clean(sim);
		assert_true(sim_logged(sim, "Process initial contact"));
		sim_free(sim);
	}
}

static const char *with_dpd(const char *config, char *out, size_t size)
{
	snprintf(out, size, "crypto ikev2 dpd 10 2 periodic\n%s", config);
	return out;
}

/* Liveness: a cut wire is noticed, the tunnel goes down, and comes up when it is mended. */
static void test_dead_peer(void **state)
{
	char one[2000], two[2000];
	struct sim *sim = sim_new(11, with_dpd(sim_modern_1, one, sizeof(one)),
				  with_dpd(sim_modern_2, two, sizeof(two)));

	scene_up_one(sim, 0);
	sim_run(sim, SECONDS(60));
	assert_true(sim_logged(sim, "send keepalive"));
	assert_true(sim_logged(sim, "received keepalive"));
	sim->cut = true;
	/* 10 s of silence, then 6 requests, 2 s apart. */
	sim_run(sim, SECONDS(23));
	assert_true(sim_logged(sim, "dead peer detection"));
	assert_int_equal(sim->nodes[0].current_out, 0);
	assert_int_equal(sim->nodes[1].current_out, 0);
	sim->cut = false;
	assert_true(sim_run_until(sim, SECONDS(180), sim_both_up));
	sim_run(sim, SECONDS(30));
	scene_assert_clean(sim);
	sim_free(sim);
}

/* clear crypto sa, clear crypto ikev2 sa: gone on both sides, and made again. */
static void test_clear(void **state)
{
	struct sim *sim = scene_modern(12);
	uint32_t spi;

	scene_up_one(sim, 0);
	spi = sim->nodes[0].current_out;
	assert_int_equal(ike_clear_children(sim->nodes[0].ike, NULL), 1);
	sim_run(sim, SECONDS(2));
	assert_int_not_equal(sim->nodes[0].current_out, spi);
	scene_assert_clean(sim);
	assert_int_equal(ike_clear_sas(sim->nodes[1].ike, NULL), 1);
	sim_run(sim, SECONDS(20));
	scene_assert_clean(sim);
	sim_free(sim);
}

static void test_shut_down(void **state)
{
	struct sim *sim = scene_modern(13);

	scene_up_one(sim, 0);
	ike_shutdown(sim->nodes[1].ike);
	sim_set_up(sim, 0, false);
	sim_run(sim, SECONDS(20));
	assert_true(ike_idle(sim->nodes[1].ike));
	assert_int_equal(sim_count_kernel(sim, 0), 0);
	assert_int_equal(sim_count_kernel(sim, 1), 0);
	sim_free(sim);
}

/* The kernel refuses: no SPI, no inbound SA, no outbound SA. Later it works. */
static void test_kernel_refuses(void **state)
{
	for (int node = 0; node < 2; node++) {
		for (int what = 0; what < 3; what++) {
			struct sim *sim = scene_modern(28);

			if (what == 0)
				sim->nodes[node].fail_alloc = 1;
			else
				sim->nodes[node].fail_add = what;
			sim_set_up(sim, 1 - node, false);
			scene_answer_only(sim, 1);
			sim_set_up(sim, 0, true);
			sim_run(sim, SECONDS(60));
			assert_true(sim_logged(sim, "no memory for an"));
			scene_assert_clean(sim);
			sim_free(sim);
		}
	}
}

/* --- a hostile network --- */

static bool corrupt_one(struct sim *sim, struct sim_message *message)
{
	size_t *left = sim->filter_context;

	if ((*left)-- == 0)
		message->octets.data[message->octets.len - 1 - (sim->order % 20)] ^= 1;
	return true;
}

/* A flipped bit in any datagram: dropped, sent again, the tunnel comes up. */
static void test_flipped_bits(void **state)
{
	for (size_t which = 0; which < 8; which++) {
		struct sim *sim = scene_modern(30);
		size_t left = which;

		sim->filter = corrupt_one;
		sim->filter_context = &left;
		sim_set_up(sim, 1, false);
		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		sim_run(sim, SECONDS(150));
		ike_rekey_children(sim->nodes[0].ike, NULL);
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

static bool truncate_all(struct sim *sim, struct sim_message *message)
{
	struct endpoint from = message->from;
	int to = message->to;

	/* every prefix of the true datagram arrives before it */
	sim->filter = NULL;
	for (size_t len = 0; len < message->octets.len; len += 7)
		sim_inject(sim, to, &from, bytes_of(message->octets.data, len));
	sim->filter = truncate_all;
	return true;
}

/* L12, L13, L19: truncated and random messages are counted and dropped, the tunnel is unharmed. */
static void test_truncated(void **state)
{
	struct sim *sim = scene_modern(31);

	sim->filter = truncate_all;
	sim_set_up(sim, 1, false);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(5));
	ike_rekey_children(sim->nodes[0].ike, NULL);
	ike_rekey_sas(sim->nodes[1].ike, NULL);
	sim_run(sim, SECONDS(20));
	assert_true(sim_stat(sim, 0, IKE_STAT_DROP_MALFORMED) > 50);
	assert_true(sim_stat(sim, 1, IKE_STAT_DROP_MALFORMED) > 50);
	scene_assert_clean(sim);
	sim_free(sim);
}

static void test_random_messages(void **state)
{
	struct sim *sim = scene_modern(32);
	struct endpoint from = { address_of_ipv4(0x0a000063), 500 };
	uint8_t octets[400];
	struct ike_sa *sa;

	scene_up_one(sim, 0);
	sa = TAILQ_FIRST(&sim->nodes[1].ike->sas);
	for (int i = 0; i < 3000; i++) {
		size_t len = 1 + random_u64() % sizeof(octets);

		random_fill(octets, sizeof(octets));
		if (i & 1 && len > 28) {
			/* a header that leads to the SA, with rubbish behind */
			for (int k = 0; k < 8; k++) {
				octets[k] = sa->remote_spi >> (56 - 8 * k);
				octets[8 + k] = sa->local_spi >> (56 - 8 * k);
			}
			octets[16] = 33 + random_u64() % 21;
			octets[17] = 0x20;
			octets[18] = 34 + random_u64() % 4;
			octets[19] &= 0x28;
			memset(octets + 20, 0, 6);
			octets[26] = len >> 8;
			octets[27] = len & 0xff;
		}
		sim_inject(sim, 1, &from, bytes_of(octets, len));
	}
	sim_run(sim, SECONDS(1));
	scene_assert_clean(sim);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 1);
	sim_free(sim);
}

/* Everything that was ever said is said again, twice, by somebody else: no SA is made or lost. */
static void test_replayed_exchanges(void **state)
{
	struct scene_recorder recorder = {};
	struct sim *sim = scene_modern(33);

	sim->filter = scene_record;
	sim->filter_context = &recorder;
	scene_up_one(sim, 0);
	ike_rekey_children(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(2));
	sim->filter = NULL;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < recorder.count; i++) {
			sim_inject(sim, recorder.to[i], &recorder.from[i],
				   buffer_bytes(&recorder.octets[i]));
			sim_run(sim, MILLISECONDS(20));
		}
	}
	scene_assert_clean(sim);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 1);
	scene_recorder_free(&recorder);
	sim_free(sim);
}

/* RFC 7296 section 2.5: a higher major version is answered with ours. */
static bool see_version_notify(struct sim *sim, struct sim_message *message)
{
	bool *seen = sim->filter_context;

	*seen = message->octets.len == 36 && message->octets.data[18] == EXCHANGE_IKE_SA_INIT &&
		message->octets.data[35] == NOTIFY_INVALID_MAJOR_VERSION;
	return false;
}

static void test_major_version(void **state)
{
	struct endpoint from = { address_of_ipv4(0x0a000001), 500 };
	struct sim *sim = scene_modern(34);
	uint8_t octets[28] = { [0] = 1, [17] = 0x30, [18] = 34, [19] = 8, [27] = 28 };
	bool seen = false;

	sim->filter = see_version_notify;
	sim->filter_context = &seen;
	sim_inject(sim, 1, &from, BYTES(octets));
	sim_run(sim, SECONDS(1));
	assert_true(seen);
	sim_free(sim);
}

/* B31: no more than so many half-open SAs. */
static void flood(const char *statement, size_t limit)
{
	struct scene_recorder recorder = {};
	char two[2000];
	struct sim *sim;

	snprintf(two, sizeof(two), "%s%s", statement, sim_modern_2);
	sim = sim_new(35, sim_modern_1, two);
	sim->filter = scene_record;
	sim->filter_context = &recorder;
	sim_set_up(sim, 0, true);
	sim_run(sim, MILLISECONDS(1));
	assert_int_equal(recorder.count, 1);
	sim->cut = true;
	for (size_t i = 0; i < limit + 90; i++) {
		struct endpoint from = { address_of_ipv4(0x0a000100 + i), 500 };

		sim_inject(sim, 1, &from, buffer_bytes(&recorder.octets[0]));
	}
	sim_run(sim, SECONDS(1));
	assert_int_equal(sim_count_sas(sim, 1), limit);
	assert_true(sim_stat(sim, 1, IKE_STAT_DROP_LIMIT) >= 90);
	/* who never goes on with IKE_AUTH is forgotten */
	sim_run(sim, SECONDS(70));
	assert_int_equal(sim_count_sas(sim, 1), 0);
	scene_recorder_free(&recorder);
	sim_free(sim);
}

static void test_limit(void **state)
{
	flood("crypto ikev2 limit max-in-negotation-sa 10\n", 10);
	flood("no crypto ikev2 cookie-challenge\n", LIMIT_NEGOTIATING_DEFAULT);
}

static bool nat(struct sim *sim, struct sim_message *message)
{
	/* node 0 stands behind a NAT that maps its ports */
	if (message->to == 1)
		message->from.port += 10000;
	else
		message->at.port -= 10000;
	return true;
}

/* B10: the NAT is seen, both ends go to 4500 and ESP goes into UDP. */
static void test_nat(void **state)
{
	struct sim *sim = scene_modern(36);
	struct sim_sa *sa;

	sim->filter = nat;
	scene_up_one(sim, 0);
	assert_true(sim_logged(sim, "NAT found: in front of the peer"));
	assert_true(sim_logged(sim, "NAT found: in front of us"));
	TAILQ_FOREACH(sa, &sim->nodes[1].sas, link) {
		assert_int_equal(sa->sa.local_port, 4500);
		assert_int_equal(sa->sa.remote_port, 14500);
	}
	TAILQ_FOREACH(sa, &sim->nodes[0].sas, link)
		assert_int_equal(sa->sa.remote_port, 4500);
	ike_rekey_children(sim->nodes[1].ike, NULL);
	scene_assert_clean(sim);
	sim_free(sim);
}

static bool nat_and_record(struct sim *sim, struct sim_message *message)
{
	return nat(sim, message) && scene_record(sim, message);
}

/* Behind a NAT the peer may move, but not because somebody repeats its words from elsewhere. */
static void test_replay_does_not_move(void **state)
{
	struct endpoint elsewhere = { address_of_ipv4(0x0a0000c8), 666 };
	struct scene_recorder recorder = {};
	struct sim *sim = scene_modern(36);
	struct ike_sa *sa;

	sim->filter = nat_and_record;
	sim->filter_context = &recorder;
	scene_up_one(sim, 0);
	ike_rekey_children(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(2));
	sim->filter = nat;
	for (size_t i = 0; i < recorder.count; i++) {
		sim_inject(sim, recorder.to[i], &elsewhere, buffer_bytes(&recorder.octets[i]));
		buffer_free(&recorder.octets[i]);
	}
	sim_run(sim, SECONDS(2));
	sa = TAILQ_FIRST(&sim->nodes[1].ike->sas);
	assert_int_equal(sa->remote.port, 14500);
	assert_true(address_equal(&sa->remote.address, &sim->nodes[1].tunnel.remote));
	sim_free(sim);
}

static void test_no_nat(void **state)
{
	struct sim *sim = scene_s0(37, "");

	scene_up_one(sim, 0);
	assert_true(sim_logged(sim, "No NAT found"));
	assert_false(sim_logged(sim, "floating"));
	sim_free(sim);
}

/* Expiry by the kernel: soft brings a successor, hard a new child. */
static void test_expire(void **state)
{
	struct sim *sim = scene_modern(38);
	struct sim_node *node = &sim->nodes[0];
	struct kernel_expire expire = { .owner.ifindex = 7 };

	scene_up_one(sim, 0);
	expire.id = (struct kernel_sa_id){ .direction = SA_OUTBOUND, .spi = node->current_out };
	node->kernel.events.expire(node->kernel.events.context, &expire);
	sim_run(sim, SECONDS(2));
	assert_int_not_equal(node->current_out, expire.id.spi);
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_CHILD_REKEYED), 1);
	expire.id.spi = node->current_out;
	expire.hard = true;
	node->kernel.events.expire(node->kernel.events.context, &expire);
	sim_run(sim, SECONDS(2));
	assert_int_not_equal(node->current_out, expire.id.spi);
	scene_assert_clean(sim);
	sim_free(sim);
}

static bool waits_for_retry(struct sim *sim)
{
	struct tunnel *tunnel = tunnel_find(sim->nodes[0].ike, 7);

	return tunnel->attempts > 2 && timer_left(&sim->timers, &tunnel->retry) > SECONDS(2);
}

/* An acquire cuts the wait after a failure short. */
static void test_acquire(void **state)
{
	struct sim *sim = scene_modern(39);
	struct kernel_acquire acquire = { .owner.ifindex = 7 };

	sim->cut = true;
	sim_set_up(sim, 1, false);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(400), waits_for_retry));
	sim->cut = false;
	sim->nodes[0].kernel.events.acquire(sim->nodes[0].kernel.events.context, &acquire);
	assert_true(sim_run_until(sim, MILLISECONDS(100), sim_both_up));
	sim_free(sim);
}

/* The tunnel disappears in the middle of everything. */
static void test_tunnel_gone(void **state)
{
	for (int after = 0; after < 60; after++) {
		struct sim *sim = scene_modern(40);

		sim_set_up(sim, 1, false);
		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		sim_run(sim, MILLISECONDS(after));
		if (after > 30)
			ike_rekey_children(sim->nodes[0].ike, NULL);
		sim_run(sim, MILLISECONDS(after % 8));
		sim->nodes[after & 1]
			.kernel.events.tunnel_gone(sim->nodes[after & 1].kernel.events.context, 7);
		sim_run(sim, SECONDS(120));
		assert_int_equal(sim_count_kernel(sim, after & 1), 0);
		sim_free(sim);
	}
}

static void rename_profile(const char *config, char *out, size_t size)
{
	scene_replace(config, "crypto ikev2 profile P\n", "crypto ikev2 profile Q\n", out, size);
	memcpy(strstr(out, "set ikev2-profile P") + strlen("set ikev2-profile "), "Q", 1);
}

/* A reload at any moment of a negotiation: with the profile gone, then back. */
static void test_reload(void **state)
{
	char other[2000];

	rename_profile(sim_modern_1, other, sizeof(other));
	for (int after = 0; after < 30; after += 2) {
		struct sim *sim = scene_modern(41);

		sim_set_up(sim, 1, false);
		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		sim_run(sim, MILLISECONDS(after));
		scene_reload(sim, 0, other);
		sim_run(sim, MILLISECONDS(after % 8));
		scene_reload(sim, 0, sim_modern_1);
		sim_run(sim, SECONDS(70));
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* All SAs are cleared while one of them is being rekeyed: no half of a successor is left over. */
static void test_clear_during_rekey(void **state)
{
	char other[2000];

	rename_profile(sim_modern_1, other, sizeof(other));
	for (int after = 0; after < 80; after++) {
		struct sim *sim = scene_modern(42);

		scene_up_one(sim, 0);
		ike_rekey_sas(sim->nodes[after & 1].ike, NULL);
		sim_run(sim, MILLISECONDS(after / 4));
		if (after & 2)
			scene_reload(sim, 0, other);
		else
			ike_clear_sas(sim->nodes[0].ike, NULL);
		sim_run(sim, SECONDS(10));
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* While a tunnel is shut down, or moves to another profile, nothing begins for what it was. */
static void test_shut_down_during_start(void **state)
{
	for (int after = 0; after < 30; after += 2) {
		struct sim *sim = scene_modern(43);

		sim_set_up(sim, 1, false);
		sim_set_up(sim, 0, true);
		sim_run(sim, MILLISECONDS(after));
		sim_set_up(sim, 0, false);
		assert_true(!TAILQ_FIRST(&sim->nodes[0].ike->sas) ||
			    TAILQ_FIRST(&sim->nodes[0].ike->sas)->closing);
		sim_run(sim, SECONDS(1));
		assert_int_equal(sim_count_sas(sim, 0), 0);
		sim_free(sim);
	}
}

/* An IKE_SA_INIT with the SPI of a rekeyed SA, which anybody can send, takes no message ID of it. */
static void test_init_on_rekeyed(void **state)
{
	struct endpoint from = { address_of_ipv4(0x0a000002), 500 };
	uint8_t octets[28] = { [17] = 0x20, [18] = 34, [19] = 8, [27] = 28 };
	struct sim *sim = scene_modern(44);
	uint64_t spi;

	scene_up_one(sim, 0);
	ike_rekey_sas(sim->nodes[1].ike, NULL);
	sim_run(sim, SECONDS(1));
	spi = TAILQ_FIRST(&sim->nodes[1].ike->sas)->local_spi;
	for (int i = 0; i < 8; i++)
		octets[i] = spi >> (56 - 8 * i);
	sim_inject(sim, 0, &from, BYTES(octets));
	sim_run(sim, SECONDS(1));
	ike_rekey_children(sim->nodes[1].ike, NULL);
	sim_run(sim, SECONDS(1));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_CHILD_REKEYED), 1);
	scene_assert_clean(sim);
	sim_free(sim);
}

struct gap {
	uint32_t lost, highest;
};

/* Loses one request of node 0 again and again, and looks how far the others get ahead of it. */
static bool lose_request(struct sim *sim, struct sim_message *message)
{
	struct reader reader =
		reader_of(bytes_of(message->octets.data + 20, message->octets.len - 20));
	struct gap *gap = sim->filter_context;
	uint32_t id;

	if (message->to == 0 || message->octets.data[19] & 0x20 || !reader_get_u32(&reader, &id))
		return true;
	if (!gap->lost)
		gap->lost = id;
	if (id > gap->highest)
		gap->highest = id;
	return id != gap->lost;
}

/* B22, B23, RFC 7296 section 2.3: the window counts from the oldest request without an answer. */
static void test_window(void **state)
{
	struct sim *sim = scene_modern(45);
	struct gap gap = {};

	scene_up_one(sim, 0);
	sim->filter = lose_request;
	sim->filter_context = &gap;
	ike_rekey_children(sim->nodes[0].ike, NULL);
	for (int round = 0; round < 10; round++) {
		ike_clear_children(sim->nodes[0].ike, NULL);
		sim_run(sim, MILLISECONDS(50));
	}
	assert_int_equal(gap.highest, gap.lost + 4);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_DROP_MESSAGE_ID), 0);
	sim->filter = NULL;
	scene_assert_clean(sim);
	sim_free(sim);
}

static void find_window(void *context, const struct ike_sa_facts *facts)
{
	*(uint32_t *)context = facts->remote_window;
}

/* B22, RFC 7296 section 2.18: the window of a rekeyed SA is what the rekey exchange says. */
static void test_window_after_rekey(void **state)
{
	char two[2000];
	struct sim *sim = scene_modern(46);
	uint32_t window;

	scene_up_one(sim, 0);
	snprintf(two, sizeof(two), "crypto ikev2 window 2\n%s", sim_modern_2);
	scene_reload(sim, 1, two);
	ike_rekey_sas(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(1));
	ike_each_sa(sim->nodes[0].ike, find_window, &window);
	assert_int_equal(window, 2);
	ike_each_sa(sim->nodes[1].ike, find_window, &window);
	assert_int_equal(window, 5);
	scene_assert_clean(sim);
	sim_free(sim);
}

static const struct kernel_ops *true_ops;
static unsigned int refusals;

static struct result refuse_outbound(struct kernel *kernel, const struct kernel_sa *sa)
{
	if (sa->id.direction == SA_OUTBOUND && refusals) {
		refusals--;
		return (struct result){ .code = -12, .why = "no memory for an outbound SA" };
	}
	return true_ops->add_sa(kernel, sa);
}

/* The kernel takes the inbound half of a successor and not the outbound one, at either end. */
static void test_kernel_refuses_successor(void **state)
{
	for (int node = 0; node < 2; node++) {
		struct sim *sim = scene_modern(47);
		struct kernel_ops ops = *sim->nodes[node].kernel.ops;

		scene_up_one(sim, 0);
		true_ops = sim->nodes[node].kernel.ops;
		ops.add_sa = refuse_outbound;
		sim->nodes[node].kernel.ops = &ops;
		refusals = 1;
		ike_rekey_children(sim->nodes[0].ike, NULL);
		sim_run(sim, SECONDS(30));
		assert_int_equal(refusals, 0);
		scene_assert_clean(sim);
		/* at the initiator the old pair carried on until the next attempt */
		if (node == 0)
			assert_int_equal(sim_stat(sim, 0, IKE_STAT_CHILD_REKEYED), 1);
		sim_free(sim);
	}
}

/* The delete of a child, asked on an IKE SA that is rekeyed before the answer: the child goes. */
static void test_delete_during_ike_rekey(void **state)
{
	for (int after = 0; after < 25; after++) {
		for (int node = 0; node < 2; node++) {
			struct sim *sim = scene_modern(48);

			scene_up_one(sim, 0);
			ike_rekey_children(sim->nodes[node].ike, NULL);
			sim_run(sim, MILLISECONDS(after));
			ike_rekey_sas(sim->nodes[!node].ike, NULL);
			sim_run(sim, SECONDS(10));
			scene_assert_clean(sim);
			sim_free(sim);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_side_initiates),
		cmocka_unit_test(test_s0),
		cmocka_unit_test(test_s0_facts),
		cmocka_unit_test(test_trace),
		cmocka_unit_test(test_ike_rekey),
		cmocka_unit_test(test_child_rekey),
		cmocka_unit_test(test_pfs_shown),
		cmocka_unit_test(test_child_collision),
		cmocka_unit_test(test_ike_collision),
		cmocka_unit_test(test_mixed_collision),
		cmocka_unit_test(test_simultaneous_start),
		cmocka_unit_test(test_bad_network),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_dead_peer),
		cmocka_unit_test(test_clear),
		cmocka_unit_test(test_shut_down),
		cmocka_unit_test(test_kernel_refuses),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_random_messages),
		cmocka_unit_test(test_replayed_exchanges),
		cmocka_unit_test(test_major_version),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_replay_does_not_move),
		cmocka_unit_test(test_no_nat),
		cmocka_unit_test(test_expire),
		cmocka_unit_test(test_acquire),
		cmocka_unit_test(test_tunnel_gone),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_clear_during_rekey),
		cmocka_unit_test(test_shut_down_during_start),
		cmocka_unit_test(test_init_on_rekeyed),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_window_after_rekey),
		cmocka_unit_test(test_kernel_refuses_successor),
		cmocka_unit_test(test_delete_during_ike_rekey),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("ikev2", tests, NULL, NULL);
}

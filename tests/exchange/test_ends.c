// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How things end, and what is refused: lifetimes against rekeys, collisions whose
 * winner forgets, liveness on demand, requests that cannot be read or are too
 * many. Rows B35, B37, B39, B43, L12, L19, M05.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ike/v2/internal.h"
#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

static struct ikev2_sa *sa_of(struct sim *sim, int node)
{
	return ikev2_of(TAILQ_FIRST(&sim->nodes[node].ike->sas));
}

/* The next request of a node as it likes, authentic; the node itself knows nothing of it. */
static void forge(struct sim *sim, int node, uint8_t exchange, uint32_t ahead, struct writer *chain)
{
	struct ikev2_sa *sa = sa_of(sim, node);
	struct ike_header header = exchange_header(sa, exchange, false, sa->next_request + ahead);
	struct buffer out = {};

	assert_int_equal(message_seal(&header, chain, sa->keys.out, &out).code, 0);
	sim_inject(sim, !node, &sa->base.local, buffer_bytes(&out));
	sim_run(sim, MILLISECONDS(20));
	buffer_free(&out);
	writer_free(chain);
}

/* What the other end answers to a forged request: its first notify. */
struct answer {
	struct sealer *sealer;
	int to;
	uint16_t notify;
	struct buffer data;
	unsigned int count;
};

static bool read_answer(struct sim *sim, struct sim_message *message)
{
	struct answer *answer = sim->filter_context;
	struct message outer, inner;
	struct buffer plain = {};
	struct payload *payload;
	struct notify_payload notify;

	if (message->to != answer->to || !(message->octets.data[19] & IKE_FLAG_RESPONSE))
		return true;
	assert_int_equal(message_parse(buffer_bytes(&message->octets), &outer).code, 0);
	assert_int_equal(message_open(&outer, answer->sealer, &plain, &inner).code, 0);
	answer->count++;
	payload = inner.count ? &inner.payloads[0] : NULL;
	if (payload && payload->type == PAYLOAD_NOTIFY &&
	    !notify_payload_parse(payload->body, &notify).code) {
		answer->notify = notify.type;
		buffer_set(&answer->data, notify.data);
	}
	buffer_free(&plain);
	return true;
}

static void expect_notify(struct sim *sim, int node, uint8_t exchange, struct writer *chain,
			  uint16_t notify)
{
	struct answer answer = { .sealer = sa_of(sim, node)->keys.in, .to = node };

	sim->filter = read_answer;
	sim->filter_context = &answer;
	forge(sim, node, exchange, 0, chain);
	sim->filter = NULL;
	assert_int_equal(answer.count, 1);
	assert_int_equal(answer.notify, notify);
	buffer_free(&answer.data);
	/* The request was one of its own, as far as the other end can know. */
	sa_of(sim, node)->next_request++;
}

static void tell_expire(struct sim *sim, int node, enum sa_direction direction, uint32_t spi)
{
	struct kernel_expire expire = {
		.owner = { .ifindex = 7 },
		.id = { .direction = direction, .protocol = PROTOCOL_ESP, .spi = spi },
		.hard = true,
	};

	sim->nodes[node].kernel.events.expire(sim->nodes[node].kernel.events.context, &expire);
}

/* The hard lifetime ends while a rekey is on its way, at any moment, at either end: one pair is left. */
static void test_hard_expiry_during_rekey(void **state)
{
	for (int after = 0; after < 40; after++) {
		for (int node = 0; node < 2; node++) {
			struct sim *sim = scene_modern(1);
			uint32_t spi;

			scene_up_one(sim, 0);
			spi = sim->nodes[node].current_out;
			ike_rekey_children(sim->nodes[after & 1].ike, NULL);
			sim_run(sim, MILLISECONDS(after) / 2);
			tell_expire(sim, node, SA_OUTBOUND, spi);
			scene_assert_clean(sim);
			assert_int_equal(sim_stat(sim, 0, IKE_STAT_ESTABLISHED), 1);
			sim_free(sim);
		}
	}
}

/* The same, and the rekey fails: the tunnel gets another pair. */
static void test_hard_expiry_and_failed_rekey(void **state)
{
	for (int node = 0; node < 2; node++) {
		struct sim *sim = scene_modern(2);

		scene_up_one(sim, 0);
		sim->nodes[!node].fail_alloc = 1;
		ike_rekey_children(sim->nodes[node].ike, NULL);
		tell_expire(sim, node, SA_OUTBOUND, sim->nodes[node].current_out);
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* Deletes that node 1 sends for IKE SAs never arrive: INFORMATIONAL requests with its old SA's keys. */
struct forgetful {
	uint64_t spi; /* of the old SA, as node 1 has it */
};

static bool forget_deletes(struct sim *sim, struct sim_message *message)
{
	struct forgetful *forgetful = sim->filter_context;
	struct ike_header header;

	if (header_parse(buffer_bytes(&message->octets), &header).code)
		return true;
	return message->to != 0 || header.exchange != EXCHANGE_INFORMATIONAL ||
	       header.flags & IKE_FLAG_RESPONSE ||
	       (header.spi_initiator != forgetful->spi && header.spi_responder != forgetful->spi);
}

/* B39: who has lost the collision waits for the delete of the old IKE SA, but not for ever. */
static void test_collision_winner_forgets(void **state)
{
	int lost = 0;

	for (int seed = 1; seed <= 12; seed++) {
		struct sim *sim = scene_modern(seed);
		struct forgetful forgetful;

		scene_up_one(sim, 0);
		forgetful.spi = sa_of(sim, 1)->base.local_spi;
		sim->filter = forget_deletes;
		sim->filter_context = &forgetful;
		ike_rekey_sas(sim->nodes[0].ike, NULL);
		ike_rekey_sas(sim->nodes[1].ike, NULL);
		sim_run(sim, SECONDS(5));
		assert_int_equal(sim_stat(sim, 0, IKE_STAT_COLLISIONS), 1);
		/* the old one and the new one, if node 1 was to delete the old one */
		lost += sim_count_sas(sim, 0) == 2;
		sim_run(sim, SECONDS(35));
		assert_int_equal(sim_count_sas(sim, 0), 1);
		sim->filter = NULL;
		sim_run(sim, SECONDS(100));
		scene_assert_clean(sim);
		sim_free(sim);
	}
	assert_in_range(lost, 1, 11);
}

static struct sim *on_demand(uint64_t seed)
{
	char one[3000], two[3000];

	return sim_new(seed,
		       scene_prepend("crypto ikev2 dpd 10 2 on-demand\n", sim_modern_1, one,
				     sizeof(one)),
		       scene_prepend("crypto ikev2 dpd 10 2 on-demand\n", sim_modern_2, two,
				     sizeof(two)));
}

/* M05: on demand an idle peer is left alone, and so is one that answers our packets. */
static void test_dpd_on_demand(void **state)
{
	struct sim *sim = on_demand(3);

	scene_up_one(sim, 0);
	sim_run(sim, SECONDS(100));
	assert_false(sim_logged(sim, "send keepalive"));
	for (int second = 0; second < 60; second++) {
		sim_run(sim, SECONDS(1));
		assert_true(sim_ping(sim, 0));
		assert_true(sim_ping(sim, 1));
	}
	assert_false(sim_logged(sim, "send keepalive"));

	/* silence is fine as long as we have nothing to say, even if the peer is gone */
	sim_run(sim, SECONDS(20));
	sim->cut = true;
	sim_run(sim, SECONDS(30));
	assert_int_not_equal(sim->nodes[0].current_out, 0);
	/* packets go out and nothing comes back: now it is asked, and given up */
	for (int second = 0; second < 25 && sim->nodes[0].current_out; second++) {
		sim_ping_lost(sim, 0);
		sim_run(sim, SECONDS(1));
	}
	assert_true(sim_logged(sim, "send keepalive"));
	assert_true(sim_logged(sim, "dead peer detection"));
	sim_free(sim);
}

/* Periodic: packets that come in prove as much as an answer. */
static void test_dpd_periodic_sees_traffic(void **state)
{
	char one[3000];
	struct sim *sim = sim_new(4,
				  scene_prepend("crypto ikev2 dpd 10 2 periodic\n", sim_modern_1,
						one, sizeof(one)),
				  sim_modern_2);

	scene_up_one(sim, 0);
	for (int second = 0; second < 60; second++) {
		sim_run(sim, SECONDS(1));
		assert_true(sim_ping(sim, 1));
	}
	assert_false(sim_logged(sim, "send keepalive"));
	sim_run(sim, SECONDS(15));
	assert_true(sim_logged(sim, "send keepalive"));
	sim_free(sim);
}

/* --- what cannot be read --- */

/* IKE_AUTH that is authentic and makes no sense: refused, and nothing half open is left. */
static bool garble_auth(struct sim *sim, struct sim_message *message)
{
	uint8_t type = *(uint8_t *)sim->filter_context;
	struct scene_opened opened;
	struct writer chain = {};

	if (message->to != 1 || message->octets.data[18] != EXCHANGE_IKE_AUTH)
		return true;
	scene_open(sim, message, &opened);
	writer_begin_chain(&chain);
	put_raw_payload(&chain, type, BYTES("?"));
	if (type == 200)
		chain.buffer.data[1] = 0x80; /* critical */
	else
		chain.buffer.data[3] = 99; /* longer than it is */
	scene_seal(message, &opened, &chain);
	return true;
}

/* What an initiator without a child would have sent. */
static bool without_child(struct sim *sim, struct sim_message *message)
{
	static const uint8_t child[] = { PAYLOAD_SA, PAYLOAD_TSI, PAYLOAD_TSR, 0 };
	struct scene_opened opened;
	struct writer chain = {};

	if (message->to != 1 || message->octets.data[18] != EXCHANGE_IKE_AUTH)
		return true;
	scene_open(sim, message, &opened);
	writer_begin_chain(&chain);
	scene_put_payloads(&opened, child, &chain);
	scene_seal(message, &opened, &chain);
	return true;
}

/* B32, RFC 6023: an IKE SA without a child, which comes in an exchange of its own. */
static void test_childless(void **state)
{
	struct sim *sim = scene_modern(14);

	scene_answer_only(sim, 1);
	sim->filter = without_child;
	sim_set_up(sim, 0, true);
	sim_run(sim, MILLISECONDS(200));
	sim->filter = NULL;
	assert_true(sim_logged(sim, "IKE only: the peer wants no child SA now"));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 1);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_CHILD_FAILED), 0);
	assert_int_equal(sim_count_kernel(sim, 1), 0);
	scene_assert_clean(sim);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 1);
	sim_free(sim);
}

static void test_malformed_auth(void **state)
{
	static const uint8_t types[] = { PAYLOAD_IDI, 200 };
	static const char *const words[] = {
		"the peer answered IKE_AUTH with INVALID_SYNTAX",
		"the peer answered IKE_AUTH with UNSUPPORTED_CRITICAL_PAYLOAD",
	};

	for (int i = 0; i < 2; i++) {
		struct sim *sim = scene_modern(5);
		uint8_t type = types[i];

		scene_answer_only(sim, 1);
		sim->filter = garble_auth;
		sim->filter_context = &type;
		sim_set_up(sim, 0, true);
		sim_run(sim, MILLISECONDS(100));
		assert_int_equal(sim_count_sas(sim, 1), 0);
		assert_int_equal(sim_stat(sim, 1, IKE_STAT_INCOMING_NEGOTIATING), 0);
		assert_true(sim_logged(sim, words[i]));
		sim->filter = NULL;
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* Section 2.5: a critical payload of an unknown type in a request is named in the refusal. */
static void test_critical_payload(void **state)
{
	struct answer answer = {};
	struct sim *sim = scene_modern(6);
	struct writer chain = {};

	scene_up_one(sim, 0);
	writer_begin_chain(&chain);
	put_raw_payload(&chain, 200, BYTES("what"));
	chain.buffer.data[1] = 0x80;
	answer.sealer = sa_of(sim, 0)->keys.in;
	sim->filter = read_answer;
	sim->filter_context = &answer;
	forge(sim, 0, EXCHANGE_INFORMATIONAL, 0, &chain);
	assert_int_equal(answer.notify, NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD);
	assert_int_equal(answer.data.len, 1);
	assert_int_equal(answer.data.data[0], 200);
	buffer_free(&answer.data);
	sa_of(sim, 0)->next_request++;

	/* one that is not critical is passed over */
	sim->filter = NULL;
	writer_begin_chain(&chain);
	put_raw_payload(&chain, 200, BYTES("what"));
	expect_notify(sim, 0, EXCHANGE_INFORMATIONAL, &chain, 0);
	scene_assert_clean(sim);
	sim_free(sim);
}

/* An answer with one: the exchange has failed, whatever else stands in it. */
static bool make_critical(struct sim *sim, struct sim_message *message)
{
	struct scene_opened opened;
	struct writer chain = {};

	if (message->to != 0 || message->octets.data[18] != EXCHANGE_CREATE_CHILD_SA)
		return true;
	scene_open(sim, message, &opened);
	writer_begin_chain(&chain);
	put_raw_payload(&chain, 200, BYTES("what"));
	chain.buffer.data[1] = 0x80;
	scene_put_payloads(&opened, NULL, &chain);
	scene_seal(message, &opened, &chain);
	return true;
}

static void test_critical_in_answer(void **state)
{
	struct sim *sim = scene_modern(7);

	scene_up_one(sim, 0);
	sim->filter = make_critical;
	ike_rekey_children(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(1));
	sim->filter = NULL;
	assert_true(sim_logged(sim, "cannot process payload 200, which is critical"));
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_CHILD_FAILED), 1);
	/* what the peer has made of it cannot be named: the IKE SA goes, another one comes */
	scene_assert_clean(sim);
	assert_true(sim_stat(sim, 0, IKE_STAT_ESTABLISHED) > 1);
	sim_free(sim);
}

/* --- refusals of CREATE_CHILD_SA --- */

static void put_child_request(struct sim *sim, struct writer *chain, uint32_t spi,
			      const struct traffic_selectors *tsi)
{
	struct traffic_selectors any = {};
	struct proposal_list list;
	uint8_t nonce[32] = { 1 };

	writer_begin_chain(chain);
	proposal_default_esp(&list);
	for (size_t i = 0; i < list.count; i++) {
		list.proposals[i].protocol = PROTOCOL_ESP;
		list.proposals[i].number = i + 1;
		list.proposals[i].spi_size = 4;
		list.proposals[i].spi = spi;
		proposal_remove_type(&list.proposals[i], TRANSFORM_KE);
		proposal_remove_type(&list.proposals[i], TRANSFORM_ESN);
		proposal_add(&list.proposals[i], TRANSFORM_ESN, 0, 0);
	}
	put_sa(chain, &list);
	put_nonce(chain, BYTES(nonce));
	selectors_add_any(&any, FAMILY_IPV4);
	put_ts(chain, PAYLOAD_TSI, tsi ? tsi : &any);
	put_ts(chain, PAYLOAD_TSR, &any);
}

/* An authenticated peer does not get more than so many children; the IKE SA goes on. */
static void test_too_many_children(void **state)
{
	struct sim *sim = scene_modern(8);
	struct writer chain = {};

	scene_up_one(sim, 0);
	for (unsigned int i = 1; i < CHILDREN_MAX; i++) {
		put_child_request(sim, &chain, 0x1000 + i, NULL);
		forge(sim, 0, EXCHANGE_CREATE_CHILD_SA, 0, &chain);
		sa_of(sim, 0)->next_request++;
	}
	assert_int_equal(sim_count_kernel(sim, 1), 2 * CHILDREN_MAX);
	put_child_request(sim, &chain, 0x9000, NULL);
	expect_notify(sim, 0, EXCHANGE_CREATE_CHILD_SA, &chain, NOTIFY_NO_ADDITIONAL_SAS);
	assert_int_equal(sim_count_kernel(sim, 1), 2 * CHILDREN_MAX);
	/* 200 SAs of one tunnel stay until the IKE SA ends */
	ike_clear_sas(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(20));
	scene_assert_clean(sim);
	sim_free(sim);
}

/* B37: the rekey of what is not there. */
static void test_child_not_found(void **state)
{
	struct sim *sim = scene_modern(9);
	struct writer chain = {}, more = {};
	uint8_t spi[4] = { 1, 2, 3, 4 };
	struct message parsed = {};

	scene_up_one(sim, 0);
	put_child_request(sim, &more, 0x1001, NULL);
	assert_int_equal(payloads_parse(more.first, buffer_bytes(&more.buffer), &parsed).code, 0);
	writer_begin_chain(&chain);
	put_notify_spi(&chain, NOTIFY_REKEY_SA, PROTOCOL_ESP, BYTES(spi), bytes_of(NULL, 0));
	for (size_t i = 0; i < parsed.count; i++)
		put_raw_payload(&chain, parsed.payloads[i].type, parsed.payloads[i].body);
	expect_notify(sim, 0, EXCHANGE_CREATE_CHILD_SA, &chain, NOTIFY_CHILD_SA_NOT_FOUND);
	writer_free(&more);
	scene_assert_clean(sim);
	sim_free(sim);
}

/* B37: we ask for the rekey of a child that the peer has lost: it is made anew. */
static void test_child_lost_at_peer(void **state)
{
	struct sim *sim = scene_modern(10);
	struct child_sa *child;

	scene_up_one(sim, 0);
	child = TAILQ_FIRST(&sa_of(sim, 1)->base.children);
	child_sa_destroy(child);
	ike_rekey_children(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(2));
	assert_true(sim_logged(sim, "the peer answered with CHILD_SA_NOT_FOUND"));
	scene_assert_clean(sim);
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_ESTABLISHED), 1);
	sim_free(sim);
}

/* B43: error in the answer to our requests, made by a peer of another mind. */
struct refusal {
	uint16_t notify;
	unsigned int times;
};

static bool refuse_children(struct sim *sim, struct sim_message *message)
{
	struct refusal *refusal = sim->filter_context;
	struct ikev2_sa *sa = sa_of(sim, 1);
	struct path path = { message->at, message->from };
	struct buffer out = {};
	struct ike_header header;
	struct writer chain = {};

	if (message->to != 1 || message->octets.data[18] != EXCHANGE_CREATE_CHILD_SA ||
	    message->octets.data[19] & IKE_FLAG_RESPONSE || !refusal->times)
		return true;
	refusal->times--;
	header_parse(buffer_bytes(&message->octets), &header);
	assert_true(exchange_admit(sa, header.message_id, &path));
	header = exchange_header(sa, header.exchange, true, header.message_id);
	writer_begin_chain(&chain);
	put_notify(&chain, refusal->notify, bytes_of(NULL, 0));
	assert_int_equal(message_seal(&header, &chain, sa->keys.out, &out).code, 0);
	sim_inject(sim, 0, &message->at, buffer_bytes(&out));
	buffer_free(&out);
	writer_free(&chain);
	return false;
}

static void test_refused_rekeys(void **state)
{
	static const uint16_t notifies[] = { NOTIFY_TEMPORARY_FAILURE, NOTIFY_SINGLE_PAIR_REQUIRED,
					     NOTIFY_NO_ADDITIONAL_SAS, NOTIFY_INVALID_SYNTAX };

	for (size_t i = 0; i < sizeof(notifies) / sizeof(notifies[0]); i++) {
		struct refusal refusal = { notifies[i], 2 };
		struct sim *sim = scene_modern(11);
		char words[80];

		scene_up_one(sim, 0);
		sim->filter = refuse_children;
		sim->filter_context = &refusal;
		ike_rekey_children(sim->nodes[0].ike, NULL);
		sim_run(sim, SECONDS(1));
		snprintf(words, sizeof(words), "the peer answered with %s",
			 notify_name(notifies[i]));
		assert_true(sim_logged(sim, words));
		/* A peer that has no room for successors gets a new IKE SA, others are asked again. */
		scene_assert_clean(sim);
		assert_int_equal(sim_stat(sim, 0, IKE_STAT_ESTABLISHED) > 1,
				 notifies[i] == NOTIFY_NO_ADDITIONAL_SAS);
		sim_free(sim);
	}
}

/* B35, section 2.25: while the IKE SA is rekeyed or deleted, requests have to wait. */
static void test_temporary_failure(void **state)
{
	struct sim *sim = scene_modern(12);
	struct writer chain = {};

	scene_up_one(sim, 0);
	/* node 1 waits for the answer to its own rekey, which does not come */
	sim->cut = true;
	ike_rekey_sas(sim->nodes[1].ike, NULL);
	sim_run(sim, MILLISECONDS(100));
	sim->cut = false;
	put_child_request(sim, &chain, 0x1001, NULL);
	expect_notify(sim, 0, EXCHANGE_CREATE_CHILD_SA, &chain, NOTIFY_TEMPORARY_FAILURE);
	scene_assert_clean(sim);
	sim_free(sim);
}

/* Section 2.9: what the peer offers is narrowed to what the tunnel carries, or refused. */
static void test_unacceptable_selectors(void **state)
{
	struct traffic_selectors tsi = {
		.count = 1,
		.items[0] = { .end_port = 65535, .start.family = AF_INET6, .end.family = AF_INET6 }
	};
	struct sim *sim = scene_modern(13);
	struct writer chain = {};

	memset(tsi.items[0].end.octets, 0xff, 16);
	scene_up_one(sim, 0);
	put_child_request(sim, &chain, 0x1001, &tsi);
	expect_notify(sim, 0, EXCHANGE_CREATE_CHILD_SA, &chain, NOTIFY_TS_UNACCEPTABLE);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_TS_UNACCEPTABLE), 1);
	scene_assert_clean(sim);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hard_expiry_during_rekey),
		cmocka_unit_test(test_hard_expiry_and_failed_rekey),
		cmocka_unit_test(test_collision_winner_forgets),
		cmocka_unit_test(test_dpd_on_demand),
		cmocka_unit_test(test_dpd_periodic_sees_traffic),
		cmocka_unit_test(test_childless),
		cmocka_unit_test(test_malformed_auth),
		cmocka_unit_test(test_critical_payload),
		cmocka_unit_test(test_critical_in_answer),
		cmocka_unit_test(test_too_many_children),
		cmocka_unit_test(test_child_not_found),
		cmocka_unit_test(test_child_lost_at_peer),
		cmocka_unit_test(test_refused_rekeys),
		cmocka_unit_test(test_temporary_failure),
		cmocka_unit_test(test_unacceptable_selectors),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("ends", tests, NULL, NULL);
}

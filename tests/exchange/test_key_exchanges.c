// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Several key exchanges (RFC 9370) in IKE_INTERMEDIATE (RFC 9242) and
 * IKE_FOLLOWUP_KE: with every way to authenticate, in fragments, where messages get
 * lost, where the ends disagree, and what a hostile or confused peer makes of
 * them. Rows A01, B10, B35, B39.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "pki_scene.h"
#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define OFFER "crypto ikev2 proposal Q\n encryption aes-gcm-256\n prf sha384\n group 19\n"
#define POLICY "crypto ikev2 policy Q\n proposal Q\n"
#define ADD(number, methods) " additional-key-exchange " #number " " methods "\n"
#define TWO OFFER ADD(1, "31") ADD(3, "20 21") POLICY
#define ONE OFFER ADD(1, "31") POLICY
#define NONE OFFER POLICY
#define PFS(more) "crypto ipsec profile I\n set pfs group19\n" more
#define PFS_TWO PFS(" set additional-key-exchange 1 31\n set additional-key-exchange 2 20\n")

static char texts[2][4096];

static const char *config(int node, const char *before, const char *ipsec)
{
	char whole[3072];

	scene_prepend(before, node ? sim_modern_2 : sim_modern_1, whole, sizeof(whole));
	return scene_replace(whole, "crypto ipsec profile I\n",
			     ipsec ? ipsec : "crypto ipsec profile I\n", texts[node],
			     sizeof(texts[node]));
}

static struct sim *scene(uint64_t seed, const char *a, const char *b, const char *ipsec)
{
	return sim_new(seed, config(0, a, ipsec), config(1, b, ipsec));
}

static struct ikev2_sa *sa_of(struct sim *sim, int node)
{
	return ikev2_of(TAILQ_FIRST(&sim->nodes[node].ike->sas));
}

static const char *last_error(struct sim *sim, int node)
{
	return tunnel_find(sim->nodes[node].ike, 7)->last_error;
}

static bool initiator_knows(struct sim *sim)
{
	return last_error(sim, 0)[0];
}

/** struct counts - messages of each exchange that were on the wire */
struct counts {
	size_t exchanges[256], fragments;
};

static bool count(struct sim *sim, struct sim_message *message)
{
	struct counts *counts = sim->filter_context;
	const uint8_t *octets = message->octets.data;

	counts->exchanges[octets[18]]++;
	counts->fragments += octets[16] == PAYLOAD_FRAGMENT;
	return true;
}

static void begin(struct sim *sim)
{
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	if (!sim_run_until(sim, SECONDS(100), sim_both_up))
		fail_msg("%s", last_error(sim, 0));
}

static uint16_t method(struct sim *sim, int node, uint8_t type)
{
	const struct transform *transform = proposal_get(&sa_of(sim, node)->base.chosen, type);

	return transform ? transform->id : 0;
}

/* Both ends have done what was agreed on, and go on to do it. */
static void assert_methods(struct sim *sim, uint16_t first, uint16_t third)
{
	for (int node = 0; node < 2; node++) {
		assert_int_equal(method(sim, node, TRANSFORM_KE), 19);
		assert_int_equal(method(sim, node, TRANSFORM_ADDKE1), first);
		assert_int_equal(method(sim, node, TRANSFORM_ADDKE1 + 2), third);
	}
}

static void rekey_everything(struct sim *sim)
{
	for (int node = 0; node < 2; node++) {
		ike_rekey_children(sim->nodes[node].ike, NULL);
		scene_assert_clean(sim);
		ike_rekey_sas(sim->nodes[node].ike, NULL);
		scene_assert_clean(sim);
	}
}

/* B10, B35: two more for the IKE SA, two more for each child with PFS, begun by either end. */
static void test_agreed(void **state)
{
	struct sim *sim = scene(1, TWO, TWO, PFS_TWO);
	struct counts counts = {};

	sim->filter = count;
	sim->filter_context = &counts;
	begin(sim);
	scene_assert_clean(sim);
	assert_methods(sim, 31, 20);
	assert_int_equal(counts.exchanges[EXCHANGE_IKE_INTERMEDIATE], 4);
	assert_int_equal(counts.exchanges[EXCHANGE_IKE_FOLLOWUP_KE], 0);
	assert_int_equal(counts.fragments, 0);
	rekey_everything(sim);
	assert_methods(sim, 31, 20);
	/* Four rekeys of two additional exchanges each. */
	assert_int_equal(counts.exchanges[EXCHANGE_IKE_FOLLOWUP_KE], 16);
	assert_int_equal(counts.exchanges[EXCHANGE_IKE_INTERMEDIATE], 4);
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_RETRANSMITTED), 0);
	sim_free(sim);
}

/* The responder's order counts, and no method serves twice. */
static void test_choice(void **state)
{
	struct sim *sim = scene(2, OFFER ADD(1, "20 31") ADD(3, "20 21") POLICY,
				OFFER ADD(1, "31 20") ADD(3, "31 20 21") POLICY, NULL);

	begin(sim);
	assert_methods(sim, 31, 20);
	sim_free(sim);
}

/* "none" is a method like others: who has no use for more need not. */
static void test_optional(void **state)
{
	struct counts counts = {};
	struct sim *sim = scene(3, OFFER ADD(1, "31 none") POLICY, NONE, NULL);

	sim->filter = count;
	sim->filter_context = &counts;
	begin(sim);
	scene_assert_clean(sim);
	assert_methods(sim, 0, 0);
	sim_free(sim);

	sim = scene(3, NONE, OFFER ADD(1, "31 none") POLICY, NULL);
	sim->filter = count;
	sim->filter_context = &counts;
	begin(sim);
	assert_methods(sim, 0, 0);
	sim_free(sim);
	assert_int_equal(counts.exchanges[EXCHANGE_IKE_INTERMEDIATE], 0);
}

static void assert_refused(const char *a, const char *b, const char *first, const char *second)
{
	struct sim *sim = scene(4, a, b, NULL);

	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(100), initiator_knows));
	if (!strstr(last_error(sim, 0), first))
		fail_msg("the initiator says: %s", last_error(sim, 0));
	if (!sim_logged(sim, second))
		fail_msg("nobody says: %s", second);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 0);
	sim_free(sim);
}

static void test_disagreement(void **state)
{
	assert_refused(ONE, NONE, "accepts none of our IKE proposals",
		       "no common additional-key-exchange 1: the peer offers DH 31, we allow none");
	assert_refused(NONE, ONE, "accepts none of our IKE proposals",
		       "no common additional-key-exchange 1: the peer offers none, we allow DH 31");
	assert_refused(
		TWO, ONE, "accepts none of our IKE proposals",
		"no common additional-key-exchange 3: the peer offers DH 20 DH 21, we allow none");
}

/* AUTH covers the exchanges whatever it is made with; a PPK goes into the last keys. */
static void test_methods(void **state)
{
	static const char global[] =
		TWO "crypto ikev2 keyring Q\n peer all\n  address 0.0.0.0 0.0.0.0\n"
		    "  ppk manual id one key x required\n"
		    "username bob password builder\n";
	static const char ppk[] = " keyring local Q\n";
	struct pki_end a = { .local = "rsa-sig", .remote = "ecdsa-sig", .global = global };
	struct pki_end b = { .local = "ecdsa-sig", .remote = "rsa-sig", .global = global };
	struct sim *sim = pki_scene(5, &a, &b);

	begin(sim);
	scene_assert_clean(sim);
	assert_methods(sim, 31, 20);
	sim_free(sim);

	a.profile = b.profile = ppk;
	sim = pki_scene(5, &a, &b);
	begin(sim);
	assert_true(sa_of(sim, 0)->base.ppk && sa_of(sim, 1)->base.ppk);
	assert_methods(sim, 31, 20);
	sim_free(sim);

	a.local = "eap username bob password builder";
	b.remote = "eap query-identity";
	sim = pki_scene(5, &a, &b);
	begin(sim);
	scene_assert_clean(sim);
	assert_methods(sim, 31, 20);
	sim_free(sim);
	pki_scene_end();
}

/* Less than any header needs, which means the least: 256 octets. */
#define SMALL "crypto ikev2 fragmentation mtu 68\n"
/* Values of 512 and 768 octets do not fit into one of those. */
#define LARGE OFFER ADD(1, "16") ADD(3, "17") POLICY

/* RFC 9242 section 3.3.2: what AUTH covers knows nothing of fragments. */
static void test_fragments(void **state)
{
	struct sim *sim = scene(6, SMALL LARGE, SMALL LARGE, NULL);
	struct counts counts = {};

	sim->filter = count;
	sim->filter_context = &counts;
	begin(sim);
	scene_assert_clean(sim);
	assert_methods(sim, 16, 17);
	assert_true(counts.exchanges[EXCHANGE_IKE_INTERMEDIATE] > 12);
	assert_true(counts.fragments > 12);
	sim_free(sim);
}

/* Only one end divides: both come to the same octets all the same. */
static void test_one_divides(void **state)
{
	struct sim *sim = scene(7, SMALL LARGE, LARGE, NULL);

	begin(sim);
	scene_assert_clean(sim);
	assert_methods(sim, 16, 17);
	sim_free(sim);
}

/* The keys change with each exchange, and still every message may be lost, late or repeated. */
static void test_loss(void **state)
{
	for (uint64_t seed = 1; seed <= 12; seed++) {
		bool fragments = seed % 3 == 0;
		struct sim *sim = fragments ? scene(seed, SMALL TWO, SMALL TWO, PFS_TWO) :
					      scene(seed, TWO, TWO, PFS_TWO);

		sim->loss = fragments ? 10 : 25;
		sim->repeat = 25;
		sim->reorder = 25;
		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		assert_true(sim_run_until(sim, SECONDS(600), sim_both_up));
		for (int node = 0; node < 2; node++) {
			ike_rekey_children(sim->nodes[node].ike, NULL);
			sim_run(sim, SECONDS(40));
			ike_rekey_sas(sim->nodes[node].ike, NULL);
			sim_run(sim, SECONDS(40));
		}
		sim->loss = sim->repeat = sim->reorder = 0;
		sim_run(sim, SECONDS(100));
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* The first answer of each IKE_INTERMEDIATE is lost: what is repeated was sealed with the keys before. */
static bool lose_answer(struct sim *sim, struct sim_message *message)
{
	unsigned int *lost = sim->filter_context;
	struct ike_header header;

	header_parse(buffer_bytes(&message->octets), &header);
	if (header.exchange != EXCHANGE_IKE_INTERMEDIATE || !(header.flags & IKE_FLAG_RESPONSE) ||
	    *lost & 1U << header.message_id)
		return true;
	*lost |= 1U << header.message_id;
	return false;
}

static void test_repeated(void **state)
{
	struct sim *sim = scene(8, TWO, TWO, NULL);
	unsigned int lost = 0;

	sim->filter = lose_answer;
	sim->filter_context = &lost;
	begin(sim);
	assert_int_equal(lost, 1U << 1 | 1U << 2);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_RESPONSE_REPEATED), 2);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_DROP_NOT_AUTHENTIC), 0);
	sim_free(sim);
}

/* B39: both rekey the same at the same time, with all that follows in between. */
static void test_collisions(void **state)
{
	for (uint64_t seed = 1; seed <= 16; seed++) {
		struct sim *sim = scene(seed, TWO, TWO, PFS_TWO);

		begin(sim);
		sim->reorder = seed % 2 ? 50 : 0;
		for (int node = 0; node < 2; node++)
			ike_rekey_children(sim->nodes[node].ike, NULL);
		sim_run(sim, SECONDS(30));
		scene_assert_clean(sim);
		for (int node = 0; node < 2; node++)
			ike_rekey_sas(sim->nodes[node].ike, NULL);
		/* A delete may overtake an answer: what is left then ends by itself. */
		sim_run(sim, SECONDS(130));
		scene_assert_clean(sim);
		/* A child here, the IKE SA there. */
		ike_rekey_children(sim->nodes[0].ike, NULL);
		ike_rekey_sas(sim->nodes[1].ike, NULL);
		sim_run(sim, SECONDS(60));
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/** struct spoil - what a filter makes of messages */
struct spoil {
	uint8_t exchange;
	int to;
	enum {
		NO_KE,
		OTHER_METHOD,
		SHORT_VALUE,
		ERROR_NOTIFY,
		NO_LINK,
		OTHER_LINK,
		MALFORMED,
		CRITICAL,
	} how;
	unsigned int times; /* so often */
};

static void spoil_payload(const struct spoil *spoil, const struct payload *payload,
			  struct writer *chain)
{
	struct notify_payload notify;
	struct ke_payload ke;

	if (payload->type == PAYLOAD_KE && spoil->how <= SHORT_VALUE) {
		ke_payload_parse(payload->body, &ke);
		if (spoil->how == OTHER_METHOD)
			put_ke(chain, 14, ke.value);
		else if (spoil->how == SHORT_VALUE)
			put_ke(chain, ke.group, bytes_of(ke.value.data, ke.value.len - 1));
		return;
	}
	if (payload->type == PAYLOAD_NOTIFY && !notify_payload_parse(payload->body, &notify).code &&
	    notify.type == NOTIFY_ADDITIONAL_KEY_EXCHANGE) {
		if (spoil->how == OTHER_LINK)
			put_notify(chain, notify.type, bytes_of("nothing", 7));
		if (spoil->how == OTHER_LINK || spoil->how == NO_LINK)
			return;
	}
	put_raw_payload(chain, payload->type, payload->body);
}

static bool spoil_message(struct sim *sim, struct sim_message *message)
{
	struct spoil *spoil = sim->filter_context;
	struct scene_opened opened;
	struct ike_header header;
	struct writer chain = {};

	if (header_parse(buffer_bytes(&message->octets), &header).code ||
	    header.exchange != spoil->exchange || message->to != spoil->to || !spoil->times)
		return true;
	spoil->times--;
	scene_open(sim, message, &opened);
	writer_begin_chain(&chain);
	for (size_t i = 0; i < opened.inner.count; i++)
		spoil_payload(spoil, &opened.inner.payloads[i], &chain);
	if (spoil->how == ERROR_NOTIFY)
		put_notify(&chain, NOTIFY_TEMPORARY_FAILURE, bytes_of(NULL, 0));
	if (spoil->how == MALFORMED)
		put_raw_payload(&chain, PAYLOAD_KE, bytes_of("x", 1));
	if (spoil->how == CRITICAL) {
		size_t at = writer_open(&chain, 200);

		chain.buffer.data[at + 1] = 0x80;
		writer_close(&chain, at);
	}
	scene_seal(message, &opened, &chain);
	return true;
}

static void assert_spoilt(struct spoil spoil, const char *said)
{
	struct sim *sim = scene(9, TWO, TWO, NULL);

	sim->filter = spoil_message;
	sim->filter_context = &spoil;
	spoil.exchange = EXCHANGE_IKE_INTERMEDIATE;
	spoil.times = 1;
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run_until(sim, SECONDS(100), initiator_knows);
	if (!sim_logged(sim, said))
		fail_msg("nobody says: %s", said);
	/* The next attempt is an honest one. */
	assert_true(sim_run_until(sim, SECONDS(200), sim_both_up));
	assert_methods(sim, 31, 20);
	sim_run(sim, SECONDS(100));
	scene_assert_clean(sim);
	sim_free(sim);
}

/* L12: nothing wrong in an IKE_INTERMEDIATE passes, and nothing is left behind. */
static void test_spoilt_intermediate(void **state)
{
	assert_spoilt((struct spoil){ .to = 1, .how = OTHER_METHOD },
		      "cannot accept KE payload: group 14 instead of 31");
	assert_spoilt((struct spoil){ .to = 0, .how = OTHER_METHOD },
		      "cannot accept KE payload: group 14 instead of 31");
	assert_spoilt((struct spoil){ .to = 1, .how = SHORT_VALUE },
		      "the peer's public value is not valid");
	assert_spoilt((struct spoil){ .to = 0, .how = SHORT_VALUE },
		      "the peer's public value is not valid");
	assert_spoilt((struct spoil){ .to = 0, .how = NO_KE }, "KE payload is not contained");
	assert_spoilt((struct spoil){ .to = 0, .how = ERROR_NOTIFY },
		      "the peer answered IKE_INTERMEDIATE with TEMPORARY_FAILURE");
	assert_spoilt((struct spoil){ .to = 1, .how = CRITICAL }, "cannot process payload 200");
	assert_spoilt((struct spoil){ .to = 0, .how = CRITICAL }, "cannot process payload 200");
	/* What is only changed is found by AUTH, if both could live with it. */
	assert_spoilt((struct spoil){ .to = 1, .how = MALFORMED }, "unmatched auth data");
	assert_spoilt((struct spoil){ .to = 0, .how = MALFORMED }, "AUTHENTICATION_FAILED");
}

/* Who leaves out a key exchange gets no further. */
static bool answer_nothing(struct sim *sim, struct sim_message *message)
{
	struct scene_opened opened;
	struct ike_header header;
	struct writer chain = {};

	header_parse(buffer_bytes(&message->octets), &header);
	if (header.exchange != EXCHANGE_IKE_INTERMEDIATE || message->to != 1)
		return true;
	scene_open(sim, message, &opened);
	writer_begin_chain(&chain);
	put_notify(&chain, 40999, bytes_of("of another purpose", 18));
	scene_seal(message, &opened, &chain);
	return true;
}

/* RFC 9242 section 3: of another purpose, that we do not know; an empty answer. */
static void test_other_purpose(void **state)
{
	struct sim *sim = scene(10, ONE, ONE, NULL);

	sim->filter = answer_nothing;
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(100), initiator_knows));
	assert_non_null(strstr(last_error(sim, 0), "KE payload is not contained"));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_DROP_MALFORMED), 0);
	sim->filter = NULL;
	assert_true(sim_run_until(sim, SECONDS(200), sim_both_up));
	sim_free(sim);
}

/* Somebody on the way takes the notify out of IKE_SA_INIT, which AUTH covers besides. */
static bool strip(struct sim *sim, struct sim_message *message)
{
	struct message parsed;
	struct notify_payload notify;
	struct writer writer = {};

	if (message->to != *(int *)sim->filter_context ||
	    message_parse(buffer_bytes(&message->octets), &parsed).code ||
	    parsed.header.exchange != EXCHANGE_IKE_SA_INIT)
		return true;
	writer_begin(&writer, &parsed.header);
	for (size_t i = 0; i < parsed.count; i++)
		if (parsed.payloads[i].type != PAYLOAD_NOTIFY ||
		    notify_payload_parse(parsed.payloads[i].body, &notify).code ||
		    notify.type != NOTIFY_INTERMEDIATE_EXCHANGE_SUPPORTED)
			put_raw_payload(&writer, parsed.payloads[i].type, parsed.payloads[i].body);
	buffer_set(&message->octets, writer_finish(&writer));
	writer_free(&writer);
	return true;
}

static void test_not_supported(void **state)
{
	for (int to = 0; to < 2; to++) {
		struct sim *sim = scene(11, ONE, ONE, NULL);

		sim->filter = strip;
		sim->filter_context = &to;
		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		assert_true(sim_run_until(sim, SECONDS(100), initiator_knows));
		assert_true(sim_logged(sim, to ? "the peer offers additional-key-exchange 1 and "
						 "does not know IKE_INTERMEDIATE" :
						 "the peer chose additional-key-exchange 1 and "
						 "does not know IKE_INTERMEDIATE"));
		sim->filter = NULL;
		assert_true(sim_run_until(sim, SECONDS(300), sim_both_up));
		sim_free(sim);
	}
}

static void assert_followup_spoilt(bool ike, struct spoil spoil, const char *said)
{
	struct sim *sim = scene(12, TWO, TWO, PFS_TWO);

	begin(sim);
	sim->filter = spoil_message;
	sim->filter_context = &spoil;
	spoil.exchange = spoil.exchange ? spoil.exchange : EXCHANGE_IKE_FOLLOWUP_KE;
	spoil.times = 1;
	if (ike)
		ike_rekey_sas(sim->nodes[0].ike, NULL);
	else
		ike_rekey_children(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(5));
	if (!sim_logged(sim, said))
		fail_msg("nobody says: %s", said);
	assert_int_equal(spoil.times, 0);
	assert_true(sim_run_until(sim, SECONDS(1), sim_both_up));
	/* What was begun is over in time, and a later rekey goes through. */
	sim_run(sim, SECONDS(120));
	scene_assert_clean(sim);
	assert_true(sim_stat(sim, 0, ike ? IKE_STAT_REKEYED : IKE_STAT_CHILD_REKEYED) > 0);
	sim_free(sim);
}

/* L12: the same for what follows a CREATE_CHILD_SA; the SA that is there carries on. */
static void test_spoilt_followup(void **state)
{
	for (int ike = 0; ike < 2; ike++) {
		assert_followup_spoilt(ike, (struct spoil){ .to = 1, .how = OTHER_METHOD },
				       "cannot accept KE payload: group 14 instead of 31");
		assert_followup_spoilt(ike, (struct spoil){ .to = 0, .how = OTHER_METHOD },
				       "cannot accept KE payload: group 14 instead of 31");
		assert_followup_spoilt(ike, (struct spoil){ .to = 1, .how = NO_KE },
				       "KE payload is not contained");
		assert_followup_spoilt(ike, (struct spoil){ .to = 1, .how = SHORT_VALUE },
				       "the peer's public value is not valid");
		assert_followup_spoilt(ike, (struct spoil){ .to = 1, .how = NO_LINK },
				       "the peer answered IKE_FOLLOWUP_KE with STATE_NOT_FOUND");
		assert_followup_spoilt(ike, (struct spoil){ .to = 1, .how = OTHER_LINK },
				       "the peer answered IKE_FOLLOWUP_KE with STATE_NOT_FOUND");
		assert_followup_spoilt(ike, (struct spoil){ .to = 0, .how = ERROR_NOTIFY },
				       "the peer answered IKE_FOLLOWUP_KE with TEMPORARY_FAILURE");
		assert_followup_spoilt(ike,
				       (struct spoil){ .to = 0,
						       .how = NO_LINK,
						       .exchange = EXCHANGE_CREATE_CHILD_SA },
				       "has no ADDITIONAL_KEY_EXCHANGE to go on with");
	}
}

/* Who begins and does not go on is forgotten. */
static bool swallow(struct sim *sim, struct sim_message *message)
{
	(void)sim;
	return message->octets.data[18] != EXCHANGE_IKE_FOLLOWUP_KE;
}

static void test_abandoned(void **state)
{
	struct sim *sim = scene(13, TWO, TWO, PFS_TWO);

	begin(sim);
	sim->filter = swallow;
	ike_rekey_children(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(100));
	assert_true(sim_logged(sim, "did not go on with IKE_FOLLOWUP_KE"));
	sim->filter = NULL;
	assert_true(sim_run_until(sim, SECONDS(300), sim_both_up));
	sim_run(sim, SECONDS(100));
	scene_assert_clean(sim);
	sim_free(sim);
}

/*
 * ML-KEM with an OpenSSL that has it: the initiator sends a key, the responder a
 * ciphertext. Without, the configuration says what is missing.
 */
static void test_ml_kem(void **state)
{
	static const char kem[] = OFFER ADD(1, "ml-kem-768") POLICY;
	static const char ipsec[] = PFS(" set additional-key-exchange 1 ml-kem-512\n"
					" set additional-key-exchange 2 ml-kem-1024\n");
	struct config_report report;
	struct policy *policy;
	struct sim *sim;

	if (ke_is_available(KE_ML_KEM_768)) {
		sim = scene(14, kem, kem, ipsec);
		begin(sim);
		assert_methods(sim, KE_ML_KEM_768, 0);
		rekey_everything(sim);
		sim_free(sim);
		return;
	}
	config_report_init(&report);
	assert_true(config_load_text("sim", bytes_of_string(kem), &report, &policy).code < 0);
	assert_int_equal(report.errors, 1);
	assert_string_equal(TAILQ_FIRST(&report.diagnostics)->message,
			    "the OpenSSL of this machine has no ML-KEM-768, version 3.5 has");
	config_report_free(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agreed),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_optional),
		cmocka_unit_test(test_disagreement),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_one_divides),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_collisions),
		cmocka_unit_test(test_spoilt_intermediate),
		cmocka_unit_test(test_other_purpose),
		cmocka_unit_test(test_not_supported),
		cmocka_unit_test(test_spoilt_followup),
		cmocka_unit_test(test_abandoned),
		cmocka_unit_test(test_ml_kem),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

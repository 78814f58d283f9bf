// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Post-quantum pre-shared keys (RFC 8784; A01, B43): with all ways to
 * authenticate, where one end has none or another one, and where somebody
 * takes the words away on the wire.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki_scene.h"
#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define KEY "  pre-shared-key secret\n"
#define WITH(ppk) KEY "  ppk manual id " ppk "\n"

static char texts[2][2048];

static const char *with(int node, const char *ppk)
{
	return scene_replace(node ? sim_modern_2 : sim_modern_1, KEY, ppk ? ppk : KEY, texts[node],
			     sizeof(texts[node]));
}

static struct sim *scene(uint64_t seed, const char *a, const char *b)
{
	return sim_new(seed, with(0, a), with(1, b));
}

static const struct ike_sa *sa_of(struct sim *sim, int node)
{
	return TAILQ_FIRST(&sim->nodes[node].ike->sas);
}

static const char *last_error(struct sim *sim, int node)
{
	return tunnel_find(sim->nodes[node].ike, 7)->last_error;
}

static bool initiator_knows(struct sim *sim)
{
	return last_error(sim, 0)[0];
}

static void assert_up(struct sim *sim, bool used)
{
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	if (!sim_run_until(sim, SECONDS(60), sim_both_up))
		fail_msg("%s", last_error(sim, 0));
	scene_assert_clean(sim);
	for (int i = 0; i < 2; i++)
		assert_int_equal(sa_of(sim, i)->ppk, used);
	/* The keys of both ends are the same after it, too. */
	ike_rekey_sas(sim->nodes[0].ike, NULL);
	scene_assert_clean(sim);
	ike_rekey_children(sim->nodes[1].ike, NULL);
	scene_assert_clean(sim);
	for (int i = 0; i < 2; i++)
		assert_int_equal(sa_of(sim, i)->ppk, used);
	sim_free(sim);
}

static void test_used(void **state)
{
	assert_up(scene(1, WITH("one key 0 of many words"), WITH("one key of many words")), true);
	assert_up(scene(1, WITH("one key x required"), WITH("one key x")), true);
	assert_up(scene(1, WITH("one key x"), WITH("one key x required")), true);
}

/* An end without it, or with another name for it: it is left out where nobody requires it. */
static void test_left_out(void **state)
{
	assert_up(scene(2, WITH("one key x"), NULL), false);
	assert_up(scene(2, NULL, WITH("one key x")), false);
	assert_up(scene(2, WITH("one key x"), WITH("two key x")), false);
}

static void assert_refused(const char *a, const char *b, const char *first, const char *second)
{
	struct sim *sim = scene(3, a, b);

	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(100), initiator_knows));
	if (!strstr(last_error(sim, 0), first))
		fail_msg("the initiator says: %s", last_error(sim, 0));
	sim_set_up(sim, 0, false);
	sim_run(sim, SECONDS(120));
	assert_true(sim_logged(sim, second));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sim_stat(sim, i, IKE_STAT_ESTABLISHED), 0);
		assert_int_equal(sim_count_sas(sim, i), 0);
	}
	assert_false(sim_logged(sim, "quantum-secret"));
	sim_free(sim);
}

static void test_required(void **state)
{
	assert_refused(WITH("one key quantum-secret required"), NULL,
		       "our keyring requires PPK one, and the peer does not know PPKs", "");
	assert_refused(NULL, WITH("one key quantum-secret required"), "AUTHENTICATION_FAILED",
		       "keyring K requires PPK one, and the peer does not use it");
	assert_refused(WITH("one key quantum-secret required"), WITH("two key x"),
		       "AUTHENTICATION_FAILED", "the peer's PPK is not one that keyring K has");
	assert_refused(WITH("one key x"), WITH("two key quantum-secret required"),
		       "AUTHENTICATION_FAILED", "the peer's PPK is not one that keyring K has");
	/* One name, two keys: that is a mistake, and nothing to go on without. */
	assert_refused(WITH("one key quantum-secret"), WITH("one key x"), "AUTHENTICATION_FAILED",
		       "unmatched auth data");
}

/* Signatures and EAP know both AUTH values as well. */
static void test_methods(void **state)
{
	static const char ppk[] = "crypto ikev2 keyring Q\n peer all\n  address 0.0.0.0 0.0.0.0\n"
				  "  ppk manual id one key x\n  pre-shared-key secret\n"
				  "username bob password builder\n";
	static const char more[] = " keyring local Q\n";
	struct pki_end a = { .local = "rsa-sig", .remote = "ecdsa-sig", .global = ppk };
	struct pki_end b = { .local = "ecdsa-sig", .remote = "rsa-sig", .global = ppk };

	a.profile = b.profile = more;
	assert_up(pki_scene(4, &a, &b), true);
	b.profile = NULL; /* another keyring: the responder takes the AUTH without PPK */
	assert_up(pki_scene(4, &a, &b), false);
	a.local = "eap username bob password builder";
	b.remote = "eap query-identity";
	assert_up(pki_scene(4, &a, &b), false);
	b.profile = more;
	assert_up(pki_scene(4, &a, &b), true);
	a.local = b.remote = a.remote = b.local = "eap";
	a.profile = b.profile = " eap method tls\n keyring local Q\n";
	assert_up(pki_scene(4, &a, &b), true);
	pki_scene_end();
}

/* Somebody on the way takes USE_PPK out of IKE_SA_INIT, which AUTH covers. */
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
		    notify.type != NOTIFY_USE_PPK)
			put_raw_payload(&writer, parsed.payloads[i].type, parsed.payloads[i].body);
	buffer_set(&message->octets, writer_finish(&writer));
	writer_free(&writer);
	return true;
}

static void test_downgrade(void **state)
{
	for (int to = 0; to < 2; to++) {
		struct sim *sim = scene(5, WITH("one key x"), WITH("one key x"));

		sim->filter = strip;
		sim->filter_context = &to;
		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		assert_true(sim_run_until(sim, SECONDS(100), initiator_knows));
		assert_true(sim_logged(sim, "unmatched auth data"));
		/* The truth gets through in the end. */
		sim->filter = NULL;
		assert_true(sim_run_until(sim, SECONDS(100), sim_both_up));
		assert_true(sa_of(sim, 0)->ppk);
		sim_free(sim);
	}
}

/* A PPK_IDENTITY that is nothing, and an answer that leaves it out. */
static bool spoil(struct sim *sim, struct sim_message *message)
{
	struct scene_opened opened;
	struct ike_header header;
	struct writer chain = {};
	struct notify_payload notify;
	bool to_responder = message->to == 1;

	if (header_parse(buffer_bytes(&message->octets), &header).code ||
	    header.exchange != EXCHANGE_IKE_AUTH || message->to != *(int *)sim->filter_context)
		return true;
	scene_open(sim, message, &opened);
	writer_begin_chain(&chain);
	for (size_t i = 0; i < opened.inner.count; i++) {
		const struct payload *payload = &opened.inner.payloads[i];
		bool identity = payload->type == PAYLOAD_NOTIFY &&
				!notify_payload_parse(payload->body, &notify).code &&
				notify.type == NOTIFY_PPK_IDENTITY;

		if (!identity)
			put_raw_payload(&chain, payload->type, payload->body);
		else if (to_responder)
			put_notify(&chain, NOTIFY_PPK_IDENTITY, bytes_of("\x02", 1));
	}
	scene_seal(message, &opened, &chain);
	return true;
}

static void test_malformed(void **state)
{
	for (int to = 0; to < 2; to++) {
		struct sim *sim = scene(6, WITH("one key x required"), WITH("one key x required"));

		sim->filter = spoil;
		sim->filter_context = &to;
		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		assert_true(sim_run_until(sim, SECONDS(100), initiator_knows));
		if (to)
			assert_true(sim_logged(sim, "field size is not enough 1/2: PPK_IDENTITY"));
		else
			assert_non_null(
				strstr(last_error(sim, 0),
				       "goes on without the PPK, which our keyring requires"));
		sim->filter = NULL;
		assert_true(sim_run_until(sim, SECONDS(200), sim_both_up));
		sim_free(sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_used),	  cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_required),  cmocka_unit_test(test_methods),
		cmocka_unit_test(test_downgrade), cmocka_unit_test(test_malformed),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

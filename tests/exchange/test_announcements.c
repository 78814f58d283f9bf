// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What two ends tell each other before it matters: authentication methods (RFC
 * 9593) and PFS of later child SAs. Rows A01, B41, H08, L12.
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

#define IPSEC "crypto ipsec profile I\n"
/* Certificates would go in fragments, which the filters here do not put together. */
#define WHOLE "no crypto ikev2 fragmentation\n"
#define DIFFERS "PFS differs, later child SAs will fail"

static const char *last_error(struct sim *sim, int node)
{
	return tunnel_find(sim->nodes[node].ike, 7)->last_error;
}

static bool initiator_knows(struct sim *sim)
{
	return last_error(sim, 0)[0];
}

static void begin(struct sim *sim)
{
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	if (!sim_run_until(sim, SECONDS(100), sim_both_up))
		fail_msg("%s", last_error(sim, 0));
}

/** struct change - what a filter makes of one notify */
struct change {
	uint16_t type;
	uint8_t exchange;
	int to; /* -1: of both ends */
	struct bytes data; /* instead */
	size_t seen;
	size_t len; /* of what was there */
};

static void change_one(struct change *change, const struct payload *payload, struct writer *out)
{
	struct notify_payload notify;

	if (payload->type != PAYLOAD_NOTIFY || notify_payload_parse(payload->body, &notify).code ||
	    notify.type != change->type) {
		put_raw_payload(out, payload->type, payload->body);
		return;
	}
	change->seen++;
	change->len = notify.data.len;
	put_notify(out, notify.type, change->data.data ? change->data : notify.data);
}

static bool change_notify(struct sim *sim, struct sim_message *message)
{
	struct change *change = sim->filter_context;
	struct scene_opened opened;
	struct ike_header header;
	struct writer writer = {};

	header_parse(buffer_bytes(&message->octets), &header);
	if (header.exchange != change->exchange || (change->to >= 0 && message->to != change->to))
		return true;
	if (header.exchange != EXCHANGE_IKE_SA_INIT) {
		scene_open(sim, message, &opened);
		writer_begin_chain(&writer);
		for (size_t i = 0; i < opened.inner.count; i++)
			change_one(change, &opened.inner.payloads[i], &writer);
		scene_seal(message, &opened, &writer);
		return true;
	}
	assert_int_equal(message_parse(buffer_bytes(&message->octets), &opened.outer).code, 0);
	writer_begin(&writer, &opened.outer.header);
	for (size_t i = 0; i < opened.outer.count; i++)
		change_one(change, &opened.outer.payloads[i], &writer);
	buffer_set(&message->octets, writer_finish(&writer));
	writer_free(&writer);
	return true;
}

/* --- authentication methods --- */

/* Every method that there is gets through its own announcement, both ways. */
static void test_methods(void **state)
{
	static const char *const kinds[] = { "rsa-sig", "rsa-pss", "ecdsa-sig", "eddsa-sig" };

	for (size_t i = 0; i < 4; i++) {
		const char *ours = kinds[i], *theirs = kinds[(i + 1) % 4];
		struct pki_end a = { .local = ours, .remote = theirs, .global = WHOLE };
		struct pki_end b = { .local = theirs, .remote = ours, .global = WHOLE };
		struct change asked = { .type = NOTIFY_SUPPORTED_AUTH_METHODS, .to = 0 };
		struct sim *sim = pki_scene(1, &a, &b);

		asked.exchange = EXCHANGE_IKE_SA_INIT;
		sim->filter = change_notify;
		sim->filter_context = &asked;
		begin(sim);
		assert_int_equal(asked.seen, 1);
		assert_true(asked.len > 4);
		assert_true(sim_logged(sim, "the peer supports auth method 'Digital Signature'"));
		scene_assert_clean(sim);
		sim_free(sim);
		/* The initiator has been told, and tells in IKE_AUTH. */
		asked = (struct change){ .type = NOTIFY_SUPPORTED_AUTH_METHODS,
					 .to = 1,
					 .exchange = EXCHANGE_IKE_AUTH };
		sim = pki_scene(1, &a, &b);
		sim->filter = change_notify;
		sim->filter_context = &asked;
		begin(sim);
		assert_int_equal(asked.seen, 1);
		sim_free(sim);
	}
}

/* With pre-shared keys alone there is nothing to choose, and nothing is said. */
static void test_silence(void **state)
{
	struct change asked = { .type = NOTIFY_SUPPORTED_AUTH_METHODS,
				.to = -1,
				.exchange = EXCHANGE_IKE_SA_INIT };
	struct sim *sim = scene_modern(2);

	sim->filter = change_notify;
	sim->filter_context = &asked;
	begin(sim);
	asked.exchange = EXCHANGE_IKE_AUTH;
	sim_free(sim);
	assert_int_equal(asked.seen, 0);
}

/* H08: the responder takes signatures only; the initiator with a pre-shared key does not even try. */
static void test_nothing_welcome(void **state)
{
	static const char psk[] = "crypto ikev2 keyring Q\n peer all\n  address 0.0.0.0 0.0.0.0\n"
				  "  pre-shared-key secret\n";
	struct pki_end a = { .local = "pre-share",
			     .remote = "ecdsa-sig",
			     .global = psk,
			     .profile = " keyring local Q\n" };
	struct pki_end b = { .local = "ecdsa-sig", .remote = "ecdsa-sig" };
	struct sim *sim = pki_scene(3, &a, &b);

	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(100), initiator_knows));
	if (!strstr(last_error(sim, 0), "the peer supports Digital Signature, ECDSA to be "
					"authenticated with, IKEv2 profile"))
		fail_msg("%s", last_error(sim, 0));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_AUTH_FAILED), 0);
	sim_free(sim);
}

static struct sim *pki(uint64_t seed)
{
	struct pki_end a = { .local = "rsa-sig", .remote = "rsa-sig", .global = WHOLE };
	struct pki_end b = a;

	return pki_scene(seed, &a, &b);
}

/*
 * IKE_AUTH tells what the initiator takes: the responder's signature must be of
 * that, or there is none. With a list that cannot be read all is as without.
 */
static void try_list(struct bytes list, const char *said, bool up)
{
	struct change change = { .type = NOTIFY_SUPPORTED_AUTH_METHODS,
				 .exchange = EXCHANGE_IKE_AUTH,
				 .to = 1,
				 .data = list };
	struct sim *sim = pki(4);

	sim->filter = change_notify;
	sim->filter_context = &change;
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	if (up) {
		assert_true(sim_run_until(sim, SECONDS(100), sim_both_up));
	} else {
		assert_true(sim_run_until(sim, SECONDS(100), initiator_knows));
		assert_non_null(strstr(last_error(sim, 0), "AUTHENTICATION_FAILED"));
	}
	if (!sim_logged(sim, said))
		fail_msg("nobody says: %s", said);
	assert_true(change.seen > 0);
	sim_free(sim);
}

static void test_lists(void **state)
{
	/* RSA with SHA2-384 alone, by its AlgorithmIdentifier (RFC 7427 appendix A.1.4) */
	static const uint8_t sha384[] = { 18,	0x0e, 0,    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86,
					  0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c, 0x05, 0x00 };
	static const uint8_t any_digital[] = { 3, 14, 0 }, psk[] = { 2, 2 }, unknown[] = { 2, 200 };
	static const uint8_t zero[] = { 0 }, one[] = { 1, 14 }, cut[] = { 9, 14, 0 },
			     behind[] = { 2, 2, 2 };

	try_list(BYTES(sha384), "Signing with RSA with SHA2-384", true);
	try_list(BYTES(any_digital), "the peer supports auth method 'Digital Signature'", true);
	try_list(BYTES(psk), "the peer supports PSK to be authenticated with", false);
	try_list(BYTES(unknown), "the peer supports Unknown - 200 to be", false);
	try_list(BYTES(zero), "SUPPORTED_AUTH_METHODS is malformed and passed over", true);
	try_list(BYTES(one), "SUPPORTED_AUTH_METHODS is malformed and passed over", true);
	try_list(BYTES(cut), "SUPPORTED_AUTH_METHODS is malformed and passed over", true);
	try_list(BYTES(behind), "SUPPORTED_AUTH_METHODS is malformed and passed over", true);
	pki_scene_end();
}

/* --- PFS --- */

static struct sim *pfs(uint64_t seed, const char *a, const char *b)
{
	static char texts[2][3000];

	return sim_new(seed, scene_replace(sim_modern_1, IPSEC, a, texts[0], sizeof(texts[0])),
		       scene_replace(sim_modern_2, IPSEC, b, texts[1], sizeof(texts[1])));
}

static void try_pfs(const char *a, const char *b, const char *said)
{
	struct sim *sim = pfs(5, a, b);
	size_t lines = 0;

	begin(sim);
	for (size_t i = 0; i < sim->log_count; i++)
		lines += strstr(sim->log[i].text, DIFFERS) != NULL;
	/* Both ends say it, or neither. */
	assert_int_equal(lines, said ? 2 : 0);
	if (said && !sim_logged(sim, said))
		fail_msg("nobody says: %s", said);
	if (!said)
		assert_true(sim_logged(sim, "PFS of later child SAs is the same at both ends"));
	/* It is true: the first rekey tells. */
	ike_rekey_children(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(4));
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_CHILD_REKEYED), !said);
	sim_free(sim);
}

static void test_pfs(void **state)
{
	static const char none[] = IPSEC, group19[] = IPSEC " set pfs group19\n",
			  group20[] = IPSEC " set pfs group20\n",
			  more[] = IPSEC " set pfs group19\n set additional-key-exchange 1 31\n",
			  perhaps[] = IPSEC
			  " set pfs group19\n set additional-key-exchange 1 31 none\n";

	try_pfs(none, none, NULL);
	try_pfs(group19, group19, NULL);
	try_pfs(more, more, NULL);
	try_pfs(perhaps, group19, NULL);
	try_pfs(group19, none, "no common group: the peer offers DH 19, we allow none");
	try_pfs(none, group19, "no common group: the peer offers none, we allow DH 19");
	try_pfs(group19, group20, "no common group: the peer offers DH 19, we allow DH 20");
	try_pfs(more, group19, "no common additional-key-exchange 1: the peer offers DH 31");
}

/* Another vendor's notify of this number, and what is no list: nothing is said. */
static void test_foreign_info(void **state)
{
	static const uint8_t foreign[] = { 'a', 'c', 'm', 'e', 4, 0, 0, 19 },
			     cut[] = { 's', 'e', 'k', 'i', 4, 0, 0 },
			     type[] = { 's', 'e', 'k', 'i', 1, 0, 0, 19 }, little[] = { 's' };
	struct bytes data[] = { BYTES(foreign), BYTES(cut), BYTES(type), BYTES(little) };

	for (size_t i = 0; i < 4; i++) {
		struct change change = { .type = NOTIFY_CHILD_PFS_INFO,
					 .exchange = EXCHANGE_IKE_AUTH,
					 .to = -1,
					 .data = data[i] };
		struct sim *sim = pfs(6, IPSEC " set pfs group19\n", IPSEC);

		sim->filter = change_notify;
		sim->filter_context = &change;
		begin(sim);
		assert_true(change.seen > 0);
		assert_false(sim_logged(sim, DIFFERS));
		assert_int_equal(sim_logged(sim, "CHILD_PFS_INFO is malformed and passed over"),
				 i == 1 || i == 2);
		sim_free(sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_nothing_welcome),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_pfs),
		cmocka_unit_test(test_foreign_info),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

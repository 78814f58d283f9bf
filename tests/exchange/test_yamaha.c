// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "logging style yamaha": what a Yamaha router's log says of the same exchanges.
 * Rows D28, K06, L06 to L11, L15 to L18, M05.
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

static struct sim *yamaha(uint64_t seed, const char *more)
{
	char statements[200], one[3000], two[3000];

	snprintf(statements, sizeof(statements), "logging style yamaha\n%s", more);
	return sim_new(seed, scene_prepend(statements, sim_modern_1, one, sizeof(one)),
		       scene_prepend(statements, sim_modern_2, two, sizeof(two)));
}

/* As the line ends: what stands before it, besides the stamp, is the prefix. */
static bool has_line(const struct sim *sim, size_t from, const char *line)
{
	for (size_t i = from; i < sim->log_count; i++) {
		const char *at = strstr(sim->log[i].text, line);

		if (at && !at[strlen(line)])
			return true;
	}
	return false;
}

static void assert_lines(const struct sim *sim, size_t from, const char *const *lines)
{
	for (; *lines; lines++)
		if (!has_line(sim, from, *lines))
			fail_msg("\"%s\" is missing", *lines);
}

static void assert_none(const struct sim *sim, const char *part)
{
	if (sim_logged(sim, part))
		fail_msg("\"%s\" is not of this style", part);
}

/* L06, L07, L08, L10: a tunnel comes up, and nothing is in the words of IOS. */
static void test_set_up(void **state)
{
	static const char *const lines[] = {
		": [IKE2] SA:1/IKE temporarily assigned",
		": [IKE2] SA:1/IKE assigned gateway GW:1",
		": [IKE2] GW:1/SA:1/INIT exchange started",
		": [IKE2] GW:*/SA:1/INIT exchange started",
		": [IKE2] GW:1/SA:1/INIT no NAT box detected at local side",
		": [IKE2] GW:*/SA:1/INIT no NAT box detected at remote side",
		": [IKE2] GW:1/SA:1/INIT exchange terminated",
		": [IKE2] GW:1/SA:1/AUTH exchange started",
		": [IKE2] GW:*/SA:1/AUTH exchange started",
		": [IKE2] SA:1/CHLD_RECV temporarily assigned",
		": [IKE2] SA:1/CHLD_RECV bound on SA:1/IKE",
		": [IKE2] SA:1/CHLD_RECV assigned policy TN:0/PY:0",
		": [IKE2] SA:2/CHLD_SEND temporarily assigned",
		": [IKE2] SA:2/CHLD_SEND bound on SA:1/IKE",
		": [IKE2] SA:1/IKE established",
		": [IKE2] SA:1/CHLD_RECV established",
		": [IKE2] SA:2/CHLD_SEND established",
		": [IKE2] GW:1/SA:1/AUTH exchange terminated",
		NULL,
	};
	struct sim *sim = yamaha(1, "");

	scene_up_one(sim, 0);
	assert_lines(sim, 0, lines);
	assert_none(sim, "IKEv2:");
	assert_none(sim, "SM Trace");
	sim_free(sim);
}

/* L06 to L08: a rekey moves the children; who deletes says so. */
static void test_rekey_and_delete(void **state)
{
	static const char *const rekey[] = {
		": [IKE2] GW:1/SA:1/CHLD exchange started",
		": [IKE2] SA:2/IKE established",
		": [IKE2] SA:1/CHLD_RECV bound on SA:2/IKE (changed)",
		": [IKE2] SA:2/CHLD_SEND bound on SA:2/IKE (changed)",
		": [IKE2] GW:1/SA:1/CHLD exchange terminated",
		": [IKE2] GW:1/SA:1/INFO exchange started",
		": [IKE2] SA:1/IKE deleted",
		NULL,
	};
	static const char *const delete[] = {
		": [IKE2] SA:2/IKE deleted",
		": [IKE2] SA:1/CHLD_RECV deleted",
		": [IKE2] SA:2/CHLD_SEND deleted",
		NULL,
	};
	struct sim *sim = yamaha(2, "");
	size_t from;

	scene_up_one(sim, 0);
	from = sim->log_count;
	ike_rekey_sas(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(1));
	assert_lines(sim, from, rekey);
	from = sim->log_count;
	ike_clear_sas(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(1));
	assert_lines(sim, from, delete);
	sim_free(sim);
}

/* L09: what has a successor is not rekeyed any more. */
static void test_inhibited_rekey(void **state)
{
	struct sim *sim = yamaha(3, "");
	struct ike_sa *old;

	scene_up_one(sim, 0);
	old = TAILQ_FIRST(&sim->nodes[1].ike->sas);
	sim->delay = MILLISECONDS(50);
	ike_rekey_sas(sim->nodes[0].ike, NULL);
	sim_run(sim, MILLISECONDS(80));
	/* the responder has the new one, and the delete of the old one is on its way */
	assert_int_equal(sim_count_sas(sim, 1), 2);
	old->version->rekey(old);
	assert_true(has_line(sim, 0, ": [IKE2] SA:1/IKE inhibited rekey (newer SA exists)"));
	scene_assert_clean(sim);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_REKEYED), 1);
	sim_free(sim);
}

static bool behind_nat(struct sim *sim, struct sim_message *message)
{
	if (message->to == 1)
		message->from.port += 1000;
	return true;
}

/* L10 */
static void test_nat(void **state)
{
	struct sim *sim = yamaha(4, "");

	scene_answer_only(sim, 1);
	sim->filter = behind_nat;
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(1));
	assert_true(has_line(sim, 0, ": [IKE2] GW:*/SA:1/INIT NAT box detected at remote side"));
	assert_true(has_line(sim, 0, ": [IKE2] GW:*/SA:1/INIT no NAT box detected at local side"));
	assert_true(has_line(sim, 0, ": [IKE2] GW:1/SA:1/INIT NAT box detected at local side"));
	sim_free(sim);
}

static bool swallow_answers(struct sim *sim, struct sim_message *message)
{
	return message->to != 0;
}

/* L07, L11, L18, M05: repeated requests, stored answers, old messages, and the end of a dead peer. */
static void test_windows(void **state)
{
	static const char *const lines[] = {
		": [IKE2] SA:1/IKE send keepalive",
		": [IKE2] SA:1/IKE received keepalive",
		": [IKE2] SA:1/IKE iWindow retransmit request[msgID:3 cnt:1]",
		": [IKE2] SA:1/IKE rWindow retransmit response[msgID:3]",
		": [IKE2] SA:1/IKE rWindow retransmit request[msgID:3 cnt:1]",
		": [IKE2] SA:1/IKE iWindow retransmission timed out[msgID:3]",
		": [IKE2] SA:1/IKE dead peer detection",
		NULL,
	};
	struct sim *sim = yamaha(5, "crypto ikev2 dpd 10 2 periodic\n");
	struct scene_recorder recorder = {};

	scene_up_one(sim, 0);
	sim->filter = scene_record;
	sim->filter_context = &recorder;
	sim_run(sim, SECONDS(11));
	assert_int_equal(recorder.count, 2);
	/* its answer has been here before */
	sim_inject(sim, recorder.to[1], &recorder.from[1], buffer_bytes(&recorder.octets[1]));
	sim_run(sim, MILLISECONDS(20));
	assert_true(sim_logged(sim, recorder.to[1] ? ": [IKE2] SA:1/IKE rWindow dropped message[" :
						     ": [IKE2] SA:1/IKE iWindow dropped message["));
	sim->filter = swallow_answers;
	sim_run(sim, SECONDS(60));
	scene_recorder_free(&recorder);
	for (const char *const *line = lines; *line; line++) {
		char copy[100], *digit;

		/* whichever end asks first */
		snprintf(copy, sizeof(copy), "%s", *line);
		digit = strstr(copy, "msgID:3");
		for (int id = 0; digit && id < 8 && !has_line(sim, 0, copy); id++)
			digit[6] = (char)('0' + id);
		if (!has_line(sim, 0, copy))
			fail_msg("\"%s\" is missing", *line);
	}
	sim_free(sim);
}

/* L08: nothing can be negotiated without a key, or without a profile. */
static void test_not_configured(void **state)
{
	char one[3000], other[3000];
	struct sim *sim;

	scene_prepend("logging style yamaha\n", sim_modern_1, one, sizeof(one));
	scene_replace(one, "address 0.0.0.0 0.0.0.0", "address 10.9.9.9", other, sizeof(other));
	sim = sim_new(6, other, other);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(1));
	assert_true(has_line(sim, 0, ": [IKE2] GW:1 not configured pre-shared-key"));
	sim_free(sim);
}

/* K06, L15, L16: octets of messages and payloads, each behind its own switch. */
static void test_octets(void **state)
{
	static const char *const lines[] = {
		": [IKE2] SA:1/IKE send message:",
		": [IKE2] SA:1/IKE receive message:",
		": [IKE2] SA:1/IKE initiator IKE_SA_INIT",
		": [IKE2] SA:1/IKE responder IKE_SA_INIT",
		": [IKE2] SA:1/IKE initiator IKE_AUTH",
		": [IKE2] SA:1/IKE generate IKE header[msgID:0]",
		": [IKE2] SA:1/IKE generate SA payload",
		": [IKE2] SA:1/IKE process IKE header[msgID:1]",
		": [IKE2] SA:1/IKE process AUTH payload",
		NULL,
	};
	struct sim *sim = yamaha(7, "logging ikev2 message-info payload-info\n");
	unsigned int sent = 0, got = 0, pad;

	scene_up_one(sim, 0);
	assert_lines(sim, 0, lines);
	for (size_t i = 0; i < sim->log_count; i++) {
		const char *at = strstr(sim->log[i].text, "crypt");

		if (at && sscanf(at, "crypting message: (pad size:%u):", &pad) == 1)
			sent += pad < 16;
		if (at && sscanf(at, "crypted message: (pad size:%u):", &pad) == 1)
			got += pad < 16;
	}
	assert_int_equal(sent, 2);
	assert_int_equal(got, 2);
	assert_none(sim, "SKEYSEED");
	sim_free(sim);

	/* the switches are off by themselves */
	sim = yamaha(7, "");
	scene_up_one(sim, 0);
	assert_none(sim, "send message:");
	assert_none(sim, "generate SA payload");
	sim_free(sim);
}

/* L17: keys, which no debug command brings into the log. */
static void test_keys(void **state)
{
	static const char *const lines[] = {
		"Diffie-Hellman value:",
		"Ni:",
		"Nr:",
		"SKEYSEED:",
		"SPIi:",
		"SPIr:",
		"SK_d:",
		"SK_ai:",
		"SK_ar:",
		"SK_ei:",
		"SK_er:",
		"SK_pi:",
		"SK_pr:",
		"calculate iAuth data",
		"calculate rAuth data",
		"msg-octets:",
		"prf(secret, key-pad):",
		"prf(prf(secret, key-pad), msg-octets):",
		"calculate KEYMAT",
		"SPI(send):",
		"encryption key(send):",
		"authentication key(send):",
		"SPI(recv):",
		"encryption key(recv):",
		"authentication key(recv):",
		NULL,
	};
	struct sim *sim = yamaha(8, "");
	char row[100], *at = row;
	struct ikev2_sa *sa;

	assert_false(log_set_by_words("crypto ikev2 key-info", true));
	scene_up_one(sim, 0);
	for (const char *const *line = lines; *line; line++)
		assert_none(sim, *line);
	sim_free(sim);

	sim = yamaha(8, "logging ikev2 key-info\n");
	scene_up_one(sim, 0);
	assert_lines(sim, 0, lines);
	/* the true ones */
	sa = ikev2_of(TAILQ_FIRST(&sim->nodes[0].ike->sas));
	for (size_t i = 0; i < 16; i++)
		at += sprintf(at, " %02x", sa->keys.sk_d[i]);
	assert_true(sim_logged(sim, row));
	sim_free(sim);
}

static int back_to_ios(void **state)
{
	log_configure(LOG_STYLE_IOS, 0);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_up),		cmocka_unit_test(test_rekey_and_delete),
		cmocka_unit_test(test_inhibited_rekey), cmocka_unit_test(test_nat),
		cmocka_unit_test(test_windows),		cmocka_unit_test(test_not_configured),
		cmocka_unit_test(test_octets),		cmocka_unit_test(test_keys),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, back_to_ios);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Aggressive mode between two daemons: both roles, names, NATs, what is refused, and what
 * the wire does to it. Rows A15, D16, E01, E02, E03, E12, E13, E21, F01, L01, L02.
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

#define END(here, there, more, profile) \
	"crypto isakmp policy 10\n encryption aes 256\n hash sha256\n authentication pre-share\n" \
	" group 14\n lifetime 1000\n" \
	"crypto isakmp key sharedkey address 10.0.0." there "\n" more \
	"crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac\n" \
	"crypto ipsec profile I\n set transform-set T\n" profile \
	" set security-association lifetime seconds 300\n" \
	"interface Tunnel0\n tunnel source 10.0.0." here "\n tunnel mode ipsec ipv4\n" \
	" tunnel destination 10.0.0." there "\n tunnel protection ipsec profile I\n"

#define AGGRESSIVE(identity, more) \
	"crypto isakmp profile P\n match identity " identity "\n initiate mode aggressive\n" more

static const char one[] =
	END("1", "2", AGGRESSIVE("address 10.0.0.2", " legacy\n"), " set isakmp-profile P\n");
static const char two[] =
	END("2", "1", AGGRESSIVE("address 10.0.0.1", " legacy\n"), " set isakmp-profile P\n");

static struct sim *new_pair(uint64_t seed)
{
	return sim_new(seed, one, two);
}

static void assert_clean(struct sim *sim)
{
	sim_run(sim, SECONDS(40));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sim_count_sas(sim, i), 1);
		assert_int_equal(sim_count_kernel(sim, i), 2);
		assert_true(sim_ping(sim, i));
	}
}

static void assert_logged_in_order(const struct sim *sim, const char *const *lines, size_t count)
{
	size_t at = 0;

	for (size_t i = 0; i < sim->log_count && at < count; i++)
		if (strstr(sim->log[i].text, lines[at]))
			at++;
	if (at < count)
		print_message("# not found in order: %s\n", lines[at]);
	assert_int_equal(at, count);
}

static void three_messages(void **state)
{
	static const char *const responder[] = {
		"ISAKMP (0:0): received packet from 10.0.0.1 dport 500 sport 500 Global (N) NEW SA",
		"ID payload",
		"next-payload : 13",
		"type         : 1",
		"address      : 10.0.0.1",
		"protocol     : 17",
		"peer matches P profile",
		"processing SA payload. message ID = 0",
		"Looking for a matching key for 10.0.0.1 in default",
		"found peer pre-shared key matching 10.0.0.1",
		"Checking ISAKMP transform 1 against priority 10 policy",
		"atts are acceptable. Next payload is 0",
		"processing KE payload. message ID = 0",
		"processing NONCE payload. message ID = 0",
		"Input = IKE_MESG_FROM_PEER, IKE_AM_EXCH",
		"Old State = IKE_READY New State = IKE_R_AM_AAA_AWAIT",
		"SKEYID state generated",
		"SA is doing pre-shared key authentication using id type ID_IPV4_ADDR",
		"sending packet to 10.0.0.1 my_port 500 peer_port 500 (R) AG_INIT_EXCH",
		"Input = IKE_MESG_FROM_AAA, PRESHARED_KEY_REPLY",
		"Old State = IKE_R_AM_AAA_AWAIT New State = IKE_R_AM2",
		"Global (R) AG_INIT_EXCH",
		"processing HASH payload. message ID = 0",
		"SA authentication status: authenticated",
		"Old State = IKE_R_AM2 New State = IKE_P1_COMPLETE",
		"Old State = IKE_P1_COMPLETE New State = IKE_P1_COMPLETE",
	};
	static const char *const initiator[] = {
		"beginning Aggressive Mode exchange",
		"Input = IKE_MESG_FROM_IPSEC, IKE_SA_REQ_AM",
		"Old State = IKE_READY New State = IKE_I_AM1",
		"Input = IKE_MESG_FROM_PEER, IKE_AM_EXCH",
		"Old State = IKE_I_AM1 New State = IKE_I_AM2",
		"Old State = IKE_I_AM2 New State = IKE_P1_COMPLETE",
	};
	struct sim *sim = new_pair(1);

	scene_up_one(sim, 0);
	assert_int_equal(sim->sent, 6);
	assert_logged_in_order(sim, responder, sizeof(responder) / sizeof(responder[0]));
	assert_logged_in_order(sim, initiator, sizeof(initiator) / sizeof(initiator[0]));
	assert_clean(sim);
	sim_free(sim);
}

static void both_begin(void **state)
{
	for (uint64_t seed = 1; seed < 8; seed++) {
		struct sim *sim = new_pair(seed);

		scene_up(sim, (int)(seed & 1));
		sim_run(sim, SECONDS(30));
		for (int i = 0; i < 2; i++) {
			assert_true(sim_ping(sim, i));
			assert_int_equal(sim_count_kernel(sim, i), 2);
		}
		sim_free(sim);
	}
}

static void rekeys_lose_nothing(void **state)
{
	struct sim *sim = new_pair(2);

	scene_up_one(sim, 0);
	for (int i = 0; i < 3000; i++) {
		sim_run(sim, SECONDS(1));
		assert_true(sim_ping(sim, 0));
		assert_true(sim_ping(sim, 1));
	}
	assert_true(sim_stat(sim, 0, IKE_STAT_ESTABLISHED) >= 3);
	assert_clean(sim);
	sim_free(sim);
}

static void lossy_wire(void **state)
{
	for (uint64_t seed = 1; seed < 12; seed++) {
		struct sim *sim = new_pair(seed);

		sim->loss = 15;
		sim->repeat = 20;
		sim->reorder = 20;
		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		assert_true(sim_run_until(sim, SECONDS(600), sim_both_up));
		sim->loss = sim->repeat = sim->reorder = 0;
		sim_run(sim, SECONDS(120));
		for (int i = 0; i < 2; i++)
			assert_true(sim_ping(sim, i));
		sim_free(sim);
	}
}

struct swallow {
	unsigned int count, which;
};

static bool swallow_one(struct sim *sim, struct sim_message *message)
{
	struct swallow *swallow = sim->filter_context;

	return swallow->count++ != swallow->which;
}

static void each_message_lost(void **state)
{
	for (unsigned int which = 0; which < 6; which++) {
		struct swallow swallow = { .which = which };
		struct sim *sim = new_pair(which + 1);

		sim->filter = swallow_one;
		sim->filter_context = &swallow;
		scene_up_one(sim, 0);
		assert_true(swallow.count > 6);
		assert_clean(sim);
		sim_free(sim);
	}
}

struct damage {
	unsigned int count, which;
	size_t octet;
};

static bool damage_one(struct sim *sim, struct sim_message *message)
{
	struct damage *damage = sim->filter_context;

	if (damage->count++ == damage->which)
		message->octets.data[damage->octet % message->octets.len] ^= 0x55;
	return true;
}

static void damaged_messages(void **state)
{
	for (unsigned int which = 0; which < 3; which++) {
		for (size_t octet = 0; octet < 700; octet += 23) {
			struct damage damage = { .which = which, .octet = octet };
			struct sim *sim = new_pair(octet + which + 1);

			sim->filter = damage_one;
			sim->filter_context = &damage;
			scene_answer_only(sim, 1);
			sim_set_up(sim, 0, true);
			if (!sim_run_until(sim, SECONDS(100), sim_both_up)) {
				sim_set_up(sim, 0, false);
				sim_set_up(sim, 0, true);
			}
			assert_true(sim_run_until(sim, SECONDS(200), sim_both_up));
			sim_run(sim, SECONDS(70));
			assert_true(sim_ping(sim, 0));
			assert_true(sim_ping(sim, 1));
			sim_free(sim);
		}
	}
}

/* Key and profile follow from a name, which main mode would not know in time. */
static void by_name(void **state)
{
	static char first[2500], second[2500];
	struct sim *sim;

	scene_replace(one, " match identity address 10.0.0.2\n",
		      " match identity host r2.example\n self-identity user-fqdn bob@example\n",
		      first, sizeof(first));
	scene_replace(two, " match identity address 10.0.0.1\n",
		      " match identity user bob@example\n self-identity fqdn r2.example\n", second,
		      sizeof(second));
	sim = sim_new(3, first, second);
	scene_up_one(sim, 0);
	assert_true(sim_logged(sim, "using id type ID_USER_FQDN"));
	assert_true(sim_logged(sim, "using id type ID_FQDN"));
	assert_clean(sim);
	sim_free(sim);
}

/* Row E21 */
static void no_key_for_the_name(void **state)
{
	static const char *const lines[] = {
		"no pre-shared key based on hostname wan-2511.cisco.com!",
		"no pre-shared key for wan-2511.cisco.com: add \"crypto isakmp key KEY hostname "
		"wan-2511.cisco.com\"",
		"%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Aggressive mode failed with peer at "
		"10.0.0.1",
	};
	static char first[2500], second[2500];
	struct sim *sim;

	scene_replace(one, " initiate mode aggressive\n",
		      " initiate mode aggressive\n self-identity fqdn wan-2511.cisco.com\n", first,
		      sizeof(first));
	scene_replace(two, "key sharedkey address 10.0.0.1", "key k address 192.0.2.9", second,
		      sizeof(second));
	sim = sim_new(4, first, second);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(5));
	assert_logged_in_order(sim, lines, sizeof(lines) / sizeof(lines[0]));
	assert_true(sim_logged(sim, "the peer answered aggressive mode with PROPOSAL_NOT_CHOSEN"));
	assert_int_equal(sim_count_sas(sim, 1), 0);
	sim_free(sim);
}

/* Nobody needs to prove anything to get the second message: keys could be tried at home. */
static void needs_permission(void **state)
{
	static char second[2500];
	struct sim *sim;

	scene_replace(two, " initiate mode aggressive\n legacy\n", "", second, sizeof(second));
	sim = sim_new(5, one, second);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(5));
	assert_true(sim_logged(sim, "aggressive mode with a pre-shared key lets anybody try keys "
				    "offline: to permit it, add \"crypto legacy\""));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 0);
	assert_int_equal(sim_count_sas(sim, 1), 0);
	sim_free(sim);
}

static void disabled(void **state)
{
	static char second[2500];
	struct sim *sim;

	snprintf(second, sizeof(second), "crypto isakmp aggressive-mode disable\n%s", two);
	sim = sim_new(6, one, second);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(5));
	assert_true(sim_logged(sim, "aggressive mode is disabled here"));
	assert_true(sim_logged(sim, "the peer answered aggressive mode with "
				    "UNSUPPORTED_EXCHANGE_TYPE"));
	assert_int_equal(sim_count_sas(sim, 1), 0);
	sim_free(sim);
}

static void wrong_key(void **state)
{
	static char second[2500];
	struct sim *sim;

	scene_replace(two, "key sharedkey", "key otherkey", second, sizeof(second));
	sim = sim_new(7, one, second);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(80));
	assert_true(sim_logged(sim, "%CRYPTO-6-IKMP_AUTH_FAIL: Authentication method 1 failed with "
				    "host 10.0.0.2"));
	assert_true(sim_logged(sim, "authentication failed: the pre-shared keys differ"));
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_ESTABLISHED), 0);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 0);
	sim_free(sim);
}

/* The key pair goes along with the offer: all suites have one group, and the peer has it or not. */
static void another_group(void **state)
{
	static char second[2500];
	struct sim *sim;

	scene_replace(two, " group 14\n", " group 19\n", second, sizeof(second));
	sim = sim_new(8, one, second);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(5));
	assert_true(sim_logged(sim, "Diffie-Hellman group offered does not match policy!"));
	assert_int_equal(sim_count_sas(sim, 1), 0);
	sim_free(sim);
}

static bool translate(struct sim *sim, struct sim_message *message)
{
	if (message->to == 1)
		message->from.port += 10000;
	else if (message->at.port > 10000)
		message->at.port -= 10000;
	return true;
}

static void behind_a_nat(void **state)
{
	struct sim *sim = new_pair(9);
	struct sim_sa *sa;

	sim->filter = translate;
	scene_up_one(sim, 0);
	assert_true(sim_logged(sim, "NAT found, node inside NAT is us"));
	assert_true(sim_logged(sim, "floating to port 4500"));
	TAILQ_FOREACH(sa, &sim->nodes[0].sas, link)
		assert_int_equal(sa->sa.local_port, 4500);
	TAILQ_FOREACH(sa, &sim->nodes[1].sas, link)
		assert_int_equal(sa->sa.remote_port, 14500);
	sim_run(sim, SECONDS(60));
	assert_true(sim->nodes[1].keepalives > 0);
	assert_true(sim_ping(sim, 0));
	assert_true(sim_ping(sim, 1));
	sim_free(sim);
}

static void replays(void **state)
{
	struct scene_recorder recorder = {};
	struct sim *sim = new_pair(10);
	uint64_t established;

	sim->filter = scene_record;
	sim->filter_context = &recorder;
	scene_up_one(sim, 0);
	sim_run(sim, SECONDS(100));
	established = sim_stat(sim, 1, IKE_STAT_ESTABLISHED);
	for (size_t i = 0; i < recorder.count; i++)
		sim_inject(sim, recorder.to[i], &recorder.from[i],
			   buffer_bytes(&recorder.octets[i]));
	sim_run(sim, SECONDS(20));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), established);
	scene_recorder_free(&recorder);
	assert_clean(sim);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_messages),
		cmocka_unit_test(both_begin),
		cmocka_unit_test(rekeys_lose_nothing),
		cmocka_unit_test(lossy_wire),
		cmocka_unit_test(each_message_lost),
		cmocka_unit_test(damaged_messages),
		cmocka_unit_test(by_name),
		cmocka_unit_test(no_key_for_the_name),
		cmocka_unit_test(needs_permission),
		cmocka_unit_test(disabled),
		cmocka_unit_test(wrong_key),
		cmocka_unit_test(another_group),
		cmocka_unit_test(behind_a_nat),
		cmocka_unit_test(replays),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

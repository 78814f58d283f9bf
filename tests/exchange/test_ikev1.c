// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKEv1 between two daemons: main mode with pre-shared keys, quick mode with and
 * without PFS, rekeying, delete, dead peer detection, NATs, and what goes wrong.
 * Rows A11, A14, A16, A17, A18, B42, D12, D14, D15, D16, E01, E02, E03, E05, E06, E07,
 * E08, E10, E11, E12, E13, E16, E17, E29, L01, L03.
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

#define END(index, here, there, suite, key, more) \
	"crypto isakmp policy 10\n" suite "crypto isakmp key " key " address 10.0.0." there "\n" \
	"crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac\n" \
	"crypto ipsec profile I\n set transform-set T\n" \
	" set security-association lifetime seconds 300\n" more \
	"interface Tunnel0\n tunnel source 10.0.0." here "\n tunnel mode ipsec ipv4\n" \
	" tunnel destination 10.0.0." there "\n tunnel protection ipsec profile I\n"

#define SUITE " encryption aes 256\n hash sha256\n authentication pre-share\n group 14\n"

static const char plain_1[] = END(1, "1", "2", SUITE " lifetime 1000\n", "sharedkey", "");
static const char plain_2[] = END(2, "2", "1", SUITE " lifetime 1000\n", "sharedkey", "");

static struct sim *new_pair(uint64_t seed)
{
	return sim_new(seed, plain_1, plain_2);
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

static bool logged_in_order(const struct sim *sim, const char *const *lines, size_t count)
{
	size_t at = 0;

	for (size_t i = 0; i < sim->log_count && at < count; i++)
		if (strstr(sim->log[i].text, lines[at]))
			at++;
	if (at < count)
		print_message("# not found in order: %s\n", lines[at]);
	return at == count;
}

/* Row E01, E02: the states of the responder, in S3's order and words */
static void main_and_quick_mode(void **state)
{
	static const char *const responder[] = {
		"ISAKMP (0:0): received packet from 10.0.0.1 dport 500 sport 500 Global (N) NEW SA",
		"Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH",
		"Old State = IKE_READY New State = IKE_R_MM1",
		"processing SA payload. message ID = 0",
		"Looking for a matching key for 10.0.0.1 in default",
		": success",
		"found peer pre-shared key matching 10.0.0.1",
		" local preshared key found",
		"Checking ISAKMP transform 1 against priority 10 policy",
		"ISAKMP: encryption AES-CBC",
		"ISAKMP: keylength of 256",
		"ISAKMP: hash SHA256",
		"ISAKMP: default group 14",
		"ISAKMP: auth pre-share",
		"ISAKMP: life type in seconds",
		"ISAKMP: life duration (basic) of 1000",
		"atts are acceptable. Next payload is 0",
		"sending packet to 10.0.0.1 my_port 500 peer_port 500 (R) MM_SA_SETUP",
		"Old State = IKE_R_MM1 New State = IKE_R_MM2",
		"Old State = IKE_R_MM2 New State = IKE_R_MM3",
		"processing KE payload. message ID = 0",
		"processing NONCE payload. message ID = 0",
		"SKEYID state generated",
		"Old State = IKE_R_MM3 New State = IKE_R_MM4",
		"Global (R) MM_KEY_EXCH",
		"Old State = IKE_R_MM4 New State = IKE_R_MM5",
		"processing ID payload. message ID = 0",
		"address      : 10.0.0.1",
		"peer matches *none* of the profiles",
		"SA authentication status: authenticated",
		"SA has been authenticated with 10.0.0.1",
		"SA is doing pre-shared key authentication using id type ID_IPV4_ADDR",
		"Input = IKE_MESG_INTERNAL, IKE_PROCESS_COMPLETE",
		"Old State = IKE_R_MM5 New State = IKE_P1_COMPLETE",
		"Input = IKE_MESG_INTERNAL, IKE_PHASE1_COMPLETE",
		"Old State = IKE_P1_COMPLETE New State = IKE_P1_COMPLETE",
		"Checking IPsec proposal 1",
		"transform 1, ESP_AES",
		"encaps is 1 (Tunnel)",
		"SA life type in seconds",
		"SA life duration (basic) of 300",
		"SA life type in kilobytes",
		"SA life duration (VPI) of 0x0 0x46 0x50 0x0",
		"authenticator is HMAC-SHA256",
		"key length is 256",
		"atts are acceptable.",
		"Creating IPsec SAs",
		"lifetime of 300 seconds",
		"lifetime of 4608000 kilobytes",
		"Input = IKE_MESG_FROM_IPSEC, IKE_SPI_REPLY",
		"New State = IKE_QM_R_QM2",
		"reason \"QM done (await)\"",
		"Old State = IKE_QM_R_QM2 New State = IKE_QM_PHASE2_COMPLETE",
	};
	static const char *const initiator[] = {
		"Old State = IKE_READY New State = IKE_I_MM1",
		"Old State = IKE_I_MM1 New State = IKE_I_MM2",
		"Old State = IKE_I_MM2 New State = IKE_I_MM3",
		"Old State = IKE_I_MM3 New State = IKE_I_MM4",
		"Old State = IKE_I_MM4 New State = IKE_I_MM5",
		"Old State = IKE_I_MM5 New State = IKE_I_MM6",
		"Old State = IKE_I_MM6 New State = IKE_P1_COMPLETE",
		"Old State = IKE_QM_READY New State = IKE_QM_I_QM1",
		"Old State = IKE_QM_I_QM1 New State = IKE_QM_PHASE2_COMPLETE",
	};
	struct sim *sim = new_pair(1);

	scene_up_one(sim, 0);
	/* Row A17: six and three */
	assert_int_equal(sim->sent, 9);
	assert_true(logged_in_order(sim, responder, sizeof(responder) / sizeof(responder[0])));
	assert_true(logged_in_order(sim, initiator, sizeof(initiator) / sizeof(initiator[0])));
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

/* Each combination that the configuration can name agrees with itself. */
static void suites(void **state)
{
	static const char *const encryptions[] = { "des", "3des", "aes 128", "aes 192", "aes 256" };
	static const char *const hashes[] = { "md5", "sha", "sha256", "sha384", "sha512" };
	static const char *const groups[] = { "1", "2", "5", "19", "20" };

	for (size_t i = 0; i < 25; i++) {
		char suite[200], one[2000], two[2000];
		struct sim *sim;

		snprintf(suite, sizeof(suite),
			 "crypto legacy\ncrypto isakmp policy 10\n encryption %s\n hash %s\n "
			 "authentication pre-share\n group %s\n",
			 encryptions[i % 5], hashes[i / 5], groups[(i + i / 5) % 5]);
		scene_replace(plain_1, "crypto isakmp policy 10\n" SUITE, suite, one, sizeof(one));
		scene_replace(plain_2, "crypto isakmp policy 10\n" SUITE, suite, two, sizeof(two));
		sim = sim_new(i + 1, one, two);
		scene_up_one(sim, 0);
		assert_clean(sim);
		sim_free(sim);
	}
}

static const char *const transform_sets[] = {
	"esp-gcm 256", "esp-3des esp-sha-hmac", "esp-des esp-md5-hmac",
	"ah-sha-hmac", "esp-gcm 128",		"esp-aes esp-sha512-hmac",
};

/* Both ends with another transform set and, perhaps, PFS. */
static struct sim *with_set(uint64_t seed, const char *set, const char *pfs)
{
	const char *const plain[] = { plain_1, plain_2 };
	static char texts[2][2000];

	for (int i = 0; i < 2; i++) {
		char statement[200], step[2000], profile[200];

		snprintf(statement, sizeof(statement), "transform-set T %s\n", set);
		scene_replace(plain[i], "transform-set T esp-aes 256 esp-sha256-hmac\n", statement,
			      step, sizeof(step));
		snprintf(profile, sizeof(profile), " set transform-set T\n%s", pfs);
		scene_replace(step, " set transform-set T\n", profile, texts[i] + 14,
			      sizeof(texts[i]) - 14);
		memcpy(texts[i], "crypto legacy\n", 14);
	}
	return sim_new(seed, texts[0], texts[1]);
}

static void transform_sets_and_pfs(void **state)
{
	static const char *const groups[] = { "", " set pfs group5\n", " set pfs group19\n" };

	for (size_t i = 0; i < sizeof(transform_sets) / sizeof(transform_sets[0]); i++) {
		struct sim *sim = with_set(i + 1, transform_sets[i], groups[i % 3]);

		scene_up_one(sim, (int)(i & 1));
		assert_clean(sim);
		sim_free(sim);
	}
}

/* Row B42: unlike IKEv2 the first pair has PFS already. */
static uint16_t seen_group;

static void note_group(void *context, const struct child_sa_facts *facts)
{
	seen_group = facts->pfs_group;
}

static void pfs_from_the_first(void **state)
{
	struct sim *sim = with_set(3, "esp-aes esp-sha256-hmac", " set pfs group14\n");

	scene_up_one(sim, 0);
	ike_each_child(sim->nodes[0].ike, note_group, NULL);
	assert_int_equal(seen_group, 14);
	assert_clean(sim);
	sim_free(sim);
}

/* Quick modes come and go, the phase 1 under them too, and no packet is lost. */
static void rekeys_lose_nothing(void **state)
{
	for (uint64_t seed = 1; seed < 5; seed++) {
		struct sim *sim = new_pair(seed);

		scene_up_one(sim, (int)(seed & 1));
		for (int i = 0; i < 3000; i++) {
			sim_run(sim, SECONDS(1));
			assert_true(sim_ping(sim, 0));
			assert_true(sim_ping(sim, 1));
		}
		assert_true(sim_stat(sim, 0, IKE_STAT_CHILD_REKEYED) +
				    sim_stat(sim, 1, IKE_STAT_CHILD_REKEYED) >=
			    9);
		assert_true(sim_stat(sim, 0, IKE_STAT_ESTABLISHED) >= 3);
		assert_clean(sim);
		sim_free(sim);
	}
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

/* The nth datagram is lost: whoever waits for it, or for its answer, says it again. */
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
	for (unsigned int which = 0; which < 9; which++) {
		struct swallow swallow = { .which = which };
		struct sim *sim = new_pair(which + 1);

		sim->filter = swallow_one;
		sim->filter_context = &swallow;
		scene_up_one(sim, 0);
		assert_true(swallow.count > 9);
		assert_clean(sim);
		sim_free(sim);
	}
}

/* One attribute after the other differs: row E06's words, and the peer hears of it. */
static void mismatches(void **state)
{
	static const struct {
		const char *suite, *words;
	} cases[] = {
		{ " encryption aes 128\n hash sha256\n authentication pre-share\n group 14\n",
		  "Proposed key length does not match policy" },
		{ " encryption 3des\n hash sha256\n authentication pre-share\n group 14\n",
		  "Encryption algorithm offered does not match policy!" },
		{ " encryption aes 256\n hash sha\n authentication pre-share\n group 14\n",
		  "Hash algorithm offered does not match policy!" },
		{ " encryption aes 256\n hash sha256\n authentication pre-share\n group 15\n",
		  "Diffie-Hellman group offered does not match policy!" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const lines[] = {
			cases[i].words,
			"atts are not acceptable. Next payload is 0",
			"no offers accepted!",
			"phase 1 SA policy not acceptable! (local 10.0.0.2 remote 10.0.0.1)",
			"%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main mode failed with peer at "
			"10.0.0.1",
			"the peer answered main mode with PROPOSAL_NOT_CHOSEN: it accepts none of "
			"our ISAKMP policies",
		};
		char text[2000], one[2100];
		struct sim *sim;

		scene_replace(plain_1, SUITE, cases[i].suite, text, sizeof(text));
		snprintf(one, sizeof(one), "crypto legacy\n%s", text);
		sim = sim_new(i + 1, one, plain_2);
		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		sim_run(sim, SECONDS(5));
		assert_true(logged_in_order(sim, lines, sizeof(lines) / sizeof(lines[0])));
		assert_int_equal(sim_count_sas(sim, 1), 0);
		sim_free(sim);
	}
}

/* Row E07: the key is tried several times, then given up. */
static void wrong_key(void **state)
{
	struct sim *sim;
	char two[2000];

	scene_replace(plain_2, "key sharedkey", "key otherkey", two, sizeof(two));
	sim = sim_new(4, plain_1, two);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(50));
	assert_true(sim_logged(sim, "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 10.0.0.1 failed "
				    "its sanity check or is malformed"));
	assert_true(sim_logged(sim, "incrementing error counter on sa: PAYLOAD_MALFORMED"));
	assert_true(sim_logged(sim, "retransmitting phase 1 MM_KEY_EXCH"));
	assert_true(sim_stat(sim, 1, IKE_STAT_DROP_MALFORMED) >= 3);
	sim_run(sim, SECONDS(30));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 0);
	assert_true(sim_stat(sim, 1, IKE_STAT_FAILED) >= 1);
	sim_free(sim);
}

/* Row A18: without a key nothing is begun, and it is said at once. */
static void no_key(void **state)
{
	struct sim *sim;
	char one[2000];

	scene_replace(plain_1, "key sharedkey address 10.0.0.2", "key k address 192.0.2.9", one,
		      sizeof(one));
	sim = sim_new(5, one, plain_2);
	sim_set_up(sim, 0, true);
	assert_int_equal(sim->sent, 0);
	assert_true(sim_logged(sim, "no pre-shared key for 10.0.0.2: add \"crypto isakmp key KEY "
				    "address 10.0.0.2\""));
	sim_free(sim);
}

/* Row E19 */
static void no_ipsec_proposal(void **state)
{
	struct sim *sim;
	char two[2000];

	scene_replace(plain_2, "esp-aes 256 esp-sha256-hmac", "esp-aes 128 esp-sha256-hmac", two,
		      sizeof(two));
	sim = sim_new(6, plain_1, two);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(5));
	assert_true(sim_logged(sim, "SA not acceptable!"));
	assert_true(sim_logged(sim, "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Quick mode failed "
				    "with peer at 10.0.0.1"));
	assert_true(sim_logged(sim, "it accepts none of our IPsec proposals"));
	assert_int_equal(sim_count_sas(sim, 0), 1); /* phase 1 stays */
	sim_free(sim);
}

/* What was heard before makes nothing. */
static void replays(void **state)
{
	struct scene_recorder recorder = {};
	struct sim *sim = new_pair(7);
	uint64_t created;

	sim->filter = scene_record;
	sim->filter_context = &recorder;
	scene_up_one(sim, 0);
	sim_run(sim, SECONDS(100)); /* the node is forgotten */
	created = sim_stat(sim, 1, IKE_STAT_CHILD_CREATED);
	for (size_t i = 0; i < recorder.count; i++)
		sim_inject(sim, recorder.to[i], &recorder.from[i],
			   buffer_bytes(&recorder.octets[i]));
	sim_run(sim, SECONDS(20));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_CHILD_CREATED), created);
	assert_true(sim_stat(sim, 1, IKE_STAT_DROP_MESSAGE_ID) >= 1);
	scene_recorder_free(&recorder);
	assert_clean(sim);
	sim_free(sim);
}

/* Any octet of any message changed: refused, and the true message that follows is taken. */
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
	/*
	 * Nothing authenticates what phase 1 says in the clear of vendors and NATs: there
	 * only a new beginning mends it. What is encrypted mends itself.
	 */
	for (unsigned int which = 0; which < 9; which++) {
		for (size_t octet = 0; octet < 400; octet += 37) {
			struct damage damage = { .which = which, .octet = octet };
			struct sim *sim = new_pair(octet + which + 1);

			sim->filter = damage_one;
			sim->filter_context = &damage;
			scene_answer_only(sim, 1);
			sim_set_up(sim, 0, true);
			if (which < 4 && !sim_run_until(sim, SECONDS(100), sim_both_up)) {
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

static void shut_down(void **state)
{
	struct sim *sim = new_pair(8);

	scene_up_one(sim, 0);
	sim_set_up(sim, 0, false);
	sim_run(sim, MILLISECONDS(100));
	assert_int_equal(sim_count_kernel(sim, 0), 0);
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_CHILD_CREATED), 1);
	assert_true(sim_logged(sim, "the peer deletes SPI"));
	assert_true(sim_logged(sim, "the peer deletes the ISAKMP SA"));
	sim_free(sim);
}

/* Row E10 */
static struct sim *with_keepalive(uint64_t seed)
{
	static char one[2000], two[2000];

	snprintf(one, sizeof(one), "crypto isakmp keepalive 10 2 periodic\n%s", plain_1);
	snprintf(two, sizeof(two), "crypto isakmp keepalive 10 2 periodic\n%s", plain_2);
	return sim_new(seed, one, two);
}

static void dead_peer_detection(void **state)
{
	struct sim *sim = with_keepalive(9);

	scene_up_one(sim, 0);
	assert_true(sim_logged(sim, "IKE DPD is enabled, initializing timers"));
	sim_run(sim, SECONDS(60));
	assert_true(sim_logged(sim, "processing NOTIFY R_U_THERE protocol 1"));
	assert_true(sim_logged(sim, "processing NOTIFY R_U_THERE_ACK protocol 1"));
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_ESTABLISHED), 1);
	sim->cut = true;
	sim_run(sim, SECONDS(40));
	assert_true(sim_logged(sim, "dead peer detection: the peer is gone"));
	sim->cut = false;
	assert_true(sim_run_until(sim, SECONDS(200), sim_both_up));
	sim_free(sim);
}

/* What came last before the silence is a packet, which must not count again and again. */
static void dead_after_packets(void **state)
{
	struct sim *sim = with_keepalive(91);

	scene_up_one(sim, 0);
	sim_run(sim, SECONDS(3));
	assert_true(sim_ping(sim, 0) && sim_ping(sim, 1));
	sim->cut = true;
	sim_run(sim, SECONDS(40));
	assert_true(sim_logged(sim, "dead peer detection: the peer is gone"));
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_TIMED_OUT), 1);
	sim_free(sim);
}

/* Row E11: a peer that has lost its memory says so, and what it had is forgotten here as well. */
static void initial_contact(void **state)
{
	struct sim *sim = new_pair(10);

	scene_up_one(sim, 0);
	sim_run(sim, SECONDS(5));
	sim_restart(sim, 0);
	sim_run(sim, SECONDS(30));
	assert_true(sim_logged(sim, "processing NOTIFY INITIAL_CONTACT protocol 1"));
	assert_true(sim_logged(sim, "Process initial contact, bring down existing phase 1 and 2 "
				    "SA's with local 10.0.0.2 remote 10.0.0.1 remote port 500"));
	assert_clean(sim);
	sim_free(sim);
}

/* A translator that changes the initiator's source port: RFC 3947 finds it, ports float. */
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
	struct sim *sim = new_pair(11);
	struct sim_sa *sa;

	sim->filter = translate;
	scene_up_one(sim, 0);
	assert_true(sim_logged(sim, "NAT found, node inside NAT is us"));
	assert_true(sim_logged(sim, "encaps is 3 (Tunnel-UDP)"));
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

/* Row E29: the shorter lifetime of both counts. */
static uint64_t seen_seconds;

static void note_seconds(void *context, const struct child_sa_facts *facts)
{
	seen_seconds = facts->lifetime_seconds;
}

static void shorter_lifetime(void **state)
{
	for (int shorter = 0; shorter < 2; shorter++) {
		char text[2000];
		struct sim *sim;

		scene_replace(shorter ? plain_2 : plain_1, "lifetime seconds 300",
			      "lifetime seconds 120", text, sizeof(text));
		sim = sim_new(12, shorter ? plain_1 : text, shorter ? text : plain_2);
		scene_up_one(sim, 0);
		for (int i = 0; i < 2; i++) {
			ike_each_child(sim->nodes[i].ike, note_seconds, NULL);
			assert_int_equal(seen_seconds, 120);
		}
		if (shorter)
			assert_true(sim_logged(sim, "processing NOTIFY RESPONDER_LIFETIME"));
		sim_free(sim);
	}
}

/* Rows D15, D16, E13: names, and profiles chosen by them */
static void profiles(void **state)
{
	static char one[2500], two[2500], text[2000];
	struct sim *sim;

	scene_replace(plain_1, "crypto ipsec profile I\n",
		      "crypto isakmp profile P\n match identity host r2.example\n"
		      " self-identity fqdn r1.example\n"
		      "crypto ipsec profile I\n set isakmp-profile P\n",
		      one, sizeof(one));
	scene_replace(plain_2, "crypto ipsec profile I\n",
		      "crypto isakmp profile Q\n match identity host domain example\n"
		      "crypto ipsec profile I\n set isakmp-profile Q\n",
		      text, sizeof(text));
	snprintf(two, sizeof(two), "hostname r2.example\ncrypto isakmp identity hostname\n%s",
		 text);
	sim = sim_new(13, one, two);
	scene_up_one(sim, 0);
	assert_true(sim_logged(sim, "peer matches Q profile"));
	assert_true(sim_logged(sim, "peer matches P profile"));
	assert_true(sim_logged(sim, "using id type ID_FQDN"));
	assert_clean(sim);
	sim_free(sim);

	/* Whoever matches no profile does not get the tunnel of one. */
	scene_replace(two, "host domain example", "host domain other", text, sizeof(text));
	sim = sim_new(14, one, text);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(5));
	assert_true(sim_logged(sim, "the peer matches none of the ISAKMP profiles"));
	assert_int_equal(sim_count_kernel(sim, 1), 0);
	sim_free(sim);
}

/* A weak suite with one profile's permission: only for the peers of that profile. */
static void legacy_by_profile(void **state)
{
	static char one[2500], two[2500];
	struct sim *sim;

#define WEAK "crypto isakmp policy 10\n authentication pre-share\n group 2\n"
	scene_replace(plain_1, "crypto isakmp policy 10\n" SUITE, "crypto legacy\n" WEAK, one,
		      sizeof(one));
	scene_replace(plain_2, "crypto isakmp policy 10\n" SUITE, WEAK, two, sizeof(two));
	strcat(two, "crypto isakmp profile OLD\n match identity address 192.0.2.1\n legacy\n");
	sim = sim_new(15, one, two);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(5));
	assert_true(sim_logged(sim, "the agreed suite is weak, which is not permitted with "
				    "10.0.0.1"));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 0);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(main_and_quick_mode),
		cmocka_unit_test(both_begin),
		cmocka_unit_test(suites),
		cmocka_unit_test(transform_sets_and_pfs),
		cmocka_unit_test(pfs_from_the_first),
		cmocka_unit_test(rekeys_lose_nothing),
		cmocka_unit_test(lossy_wire),
		cmocka_unit_test(each_message_lost),
		cmocka_unit_test(mismatches),
		cmocka_unit_test(wrong_key),
		cmocka_unit_test(no_key),
		cmocka_unit_test(no_ipsec_proposal),
		cmocka_unit_test(replays),
		cmocka_unit_test(damaged_messages),
		cmocka_unit_test(shut_down),
		cmocka_unit_test(dead_peer_detection),
		cmocka_unit_test(dead_after_packets),
		cmocka_unit_test(initial_contact),
		cmocka_unit_test(behind_a_nat),
		cmocka_unit_test(shorter_lifetime),
		cmocka_unit_test(profiles),
		cmocka_unit_test(legacy_by_profile),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

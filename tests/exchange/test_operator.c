// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an operator of IKEv1 sees and does: the lines of debug crypto ipsec and engine, of nodes and
 * peers, the reaper, clear in each of its forms, counters, and why an SA does not come up. Rows
 * E04, E14, E15, E20, E28, J03, J10, J11, J18, K02, K03, K04, K05, L05.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/render.h"
#include "ctl/internal.h"
#include "../support/scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define MAP(suite, there, key) \
	"crypto legacy\ncrypto isakmp policy 1\n authentication pre-share\n" suite \
	"crypto isakmp key " key " address 10.0.0." there "\n" \
	"crypto ipsec transform-set auth2 ah-sha-hmac esp-des esp-sha-hmac\n" \
	"crypto map test 10 ipsec-isakmp\n set peer 10.0.0." there "\n set transform-set auth2\n" \
	" match address 133\ninterface Serial0\n crypto map test\n"
#define SUITE " group 2\n lifetime 240\n"
#define ONE_1 "access-list 133 permit ip 10.50.0.0 0.0.0.255 10.60.0.0 0.0.0.255\n"
#define ONE_2 "access-list 133 permit ip 10.60.0.0 0.0.0.255 10.50.0.0 0.0.0.255\n"

static const char first[] = MAP(SUITE, "2", "sharedkey") ONE_1,
		  second[] = MAP(SUITE, "1", "sharedkey") ONE_2;

static void ask_for_it(struct sim *sim)
{
	sim_acquire(sim, 0, sim_flow(sim, 0, "10.60.0.0"));
	sim_run(sim, SECONDS(3));
}

static struct sim *begin(uint64_t seed, const char *one, const char *two)
{
	struct sim *sim = sim_new(seed, one, two);

	sim_maps(sim, 0, NULL);
	sim_maps(sim, 1, NULL);
	ask_for_it(sim);
	return sim;
}

static void assert_up(struct sim *sim)
{
	uint32_t there = sim_flow(sim, 0, "10.60.0.0"), back = sim_flow(sim, 1, "10.50.0.0");

	assert_int_equal(sim_ping_policy(sim, 0, there), back);
	assert_int_equal(sim_ping_policy(sim, 1, back), there);
}

/* Each stands in the log behind the one before; others may stand in between. */
static void assert_lines(const struct sim *sim, size_t from, const char *const lines[])
{
	size_t at = from;

	for (; *lines; lines++) {
		while (at < sim->log_count && !strstr(sim->log[at].text, *lines))
			at++;
		if (at == sim->log_count)
			fail_msg("\"%s\" is not in the log, or not in its place", *lines);
		at++;
	}
}

/* What a socket of this node would print. */
static char *shown(struct sim *sim, int node, const char *command, render_fn *renderer)
{
	struct ctl_context context = {
		.engine = &ctl_ike_engine,
		.ike = sim->nodes[node].ike,
		.policy = sim->nodes[node].policy,
	};
	char request[128], *text;
	struct ctl_reply reply;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	snprintf(request, sizeof(request), "{\"command\":\"%s\"}", command);
	reply = ctl_answer(&context, request, strlen(request));
	assert_true(json_is_true(json_object_get(reply.answer, "ok")));
	renderer(json_object_get(reply.answer, "result"), out);
	fclose(out);
	json_decref(reply.answer);
	return text;
}

static void assert_shows(struct sim *sim, int node, const char *command, render_fn *renderer,
			 const char *part, bool there)
{
	char *text = shown(sim, node, command, renderer);

	if (there != (strstr(text, part) != NULL))
		fail_msg("\"%s\" is%s in:\n%s", part, there ? " not" : "", text);
	free(text);
}

/* E20, K03: from the offer to four SAs, in the responder's log as S1 and S3 have it */
static void test_key_engine(void **state)
{
	static const char *const ipsec[] = {
		"IPSEC(validate_proposal_request): proposal part #1, (key eng. msg.) dest= "
		"10.0.0.2, SRC= 10.0.0.1, dest_proxy= 10.60.0.0/255.255.255.0/0/0, src_proxy= "
		"10.50.0.0/255.255.255.0/0/0, protocol= AH, transform= ah-sha-hmac , lifedur= 0s "
		"and 0kb, spi= 0x0(0), conn_id= 0, keysize= 0, flags= 0x4",
		"IPSEC(validate_proposal_request): proposal part #2, (key eng. msg.) dest= "
		"10.0.0.2, SRC= 10.0.0.1, dest_proxy= 10.60.0.0/255.255.255.0/0/0, src_proxy= "
		"10.50.0.0/255.255.255.0/0/0, protocol= ESP, transform= esp-des esp-sha-hmac , "
		"lifedur= 0s",
		"IPSEC(key_engine): got a queue event...",
		"IPSEC(spi_response): getting spi ",
		"for SA from 10.0.0.1 to 10.0.0.2 for prot 3",
		"IPSEC(key_engine): got a queue event...",
		"IPSEC(initialize_sas): , (key eng. msg.) dest= 10.0.0.2, SRC= 10.0.0.1, "
		"dest_proxy= 10.60.0.0/255.255.255.0/0/0, src_proxy= 10.50.0.0/255.255.255.0/0/0, "
		"protocol= AH, transform= ah-sha-hmac , lifedur= 3600s and 4608000kb, spi= 0x",
		"IPSEC(initialize_sas): , (key eng. msg.) SRC= 10.0.0.2, dest= 10.0.0.1, "
		"src_proxy= 10.60.0.0/255.255.255.0/0/0, dest_proxy= 10.50.0.0/255.255.255.0/0/0, "
		"protocol= AH,",
		"protocol= ESP, transform= esp-des esp-sha-hmac , lifedur= 3600s and 4608000kb",
		"protocol= ESP, transform= esp-des esp-sha-hmac , lifedur= 3600s and 4608000kb",
		"IPSEC(create_sa): sa created, (sa) sa_dest= 10.0.0.2, sa_prot= 51, sa_spi= 0x",
		"IPSEC(create_sa): sa created, (sa) sa_dest= 10.0.0.2, sa_prot= 50, sa_spi= 0x",
		"IPSEC(create_sa): sa created, (sa) sa_dest= 10.0.0.1, sa_prot= 51, sa_spi= 0x",
		"IPSEC(create_sa): sa created, (sa) sa_dest= 10.0.0.1, sa_prot= 50, sa_spi= 0x",
		NULL,
	};
	static const char *const engine[] = {
		"%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON",
		": CryptoEngine0: generate alg parameter",
		": CRYPTO_ENGINE: Dh phase 1 status: 0",
		": CryptoEngine0: generate alg parameter",
		": CryptoEngine0: create ISAKMP SKEYID for conn id 1",
		": CryptoEngine0: generate hmac context for conn id 1",
		": CryptoEngine0: generate hmac context for conn id 1",
		": CryptoEngine0: clear dh number for conn id 1",
		": CryptoEngine0: generate hmac context for conn id 1",
		": CryptoEngine0: validate proposal",
		": CryptoEngine0: validate proposal request",
		": CryptoEngine0: ipsec allocate flow",
		": CryptoEngine0: generate hmac context for conn id 1",
		NULL,
	};
	struct sim *sim = begin(1, first, second);

	assert_up(sim);
	assert_lines(sim, 0, ipsec);
	assert_lines(sim, 0, engine);
	sim_free(sim);
}

/* E14, E15: peers are counted, nodes and connections have numbers. */
static void test_peers_and_nodes(void **state)
{
	static const char *const lines[] = {
		"ISAKMP: Created a peer struct for 10.0.0.1, peer port 500",
		"ISAKMP: Locking peer struct 0x00000001, IKE refcount 1 for "
		"crypto_isakmp_process_block",
		"ISAKMP: local port 500, remote port 500",
		"ISAKMP:(0:0:N/A:0):Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH",
		"ISAKMP (0:134217729): received packet from 10.0.0.1 dport 500 sport 500 Global "
		"(R) MM_SA_SETUP",
		"ISAKMP: Trying to insert a peer 10.0.0.2/10.0.0.1/500/, and inserted "
		"successfully 00000001.",
		"ISAKMP: set new node ",
		"ISAKMP: Locking peer struct 0x00000001, IPSEC refcount 2 for from "
		"create_transforms",
		"ISAKMP: Unlocking IPSEC struct 0x00000001 from create_transforms, count 1",
		"ISAKMP:(0:1:SW:1):deleting node ",
		"error FALSE reason \"QM done (await)\"",
		NULL,
	};
	static const char *const gone[] = {
		"ISAKMP: Unlocking IKE struct 0x00000001 for isadb_mark_sa_deleted(), count 0",
		"ISAKMP: Deleting peer node by peer_reap for 10.0.0.2: 00000001",
		NULL,
	};
	struct sim *sim = begin(2, first, second);
	size_t before = sim->log_count;

	assert_up(sim);
	/* The last two stand in one line. */
	assert_true(sim_logged(sim, lines[10]));
	assert_lines(sim, 0,
		     (const char *const[]){ lines[0], lines[1], lines[2], lines[3], lines[4],
					    lines[5], lines[6], lines[7], lines[8], lines[9],
					    NULL });
	assert_int_equal(ike_clear_sas_alone(sim->nodes[0].ike, NULL), 1);
	assert_lines(sim, before, gone);
	sim_free(sim);
}

/* E28, K05: it looks at an SA once a minute; the end of a lifetime is the last look. */
static void test_reaper(void **state)
{
	struct sim *sim = begin(3, first, second);
	size_t before = sim->log_count;

	sim_run(sim, SECONDS(61));
	assert_lines(sim, before,
		     (const char *const[]){ ": ISADB: reaper checking SA, conn_id = 1", NULL });
	assert_false(sim_logged(sim, "DELETE IT!"));
	assert_int_equal(sim_count_sas(sim, 0), 1);
	sim_run(sim, SECONDS(240));
	assert_true(sim_logged(sim, ": ISADB: reaper checking SA, conn_id = 1 DELETE IT!"));
	assert_up(sim);
	sim_free(sim);
}

/* K04, K05: S1's session. The ISAKMP SA goes, at both ends; what it has made carries on. */
static void test_clear_isakmp(void **state)
{
	static const char *const lines[] = {
		": ISADB: reaper checking SA, conn_id = 1 DELETE IT!",
		": CryptoEngine0: generate hmac context for conn id 1",
		": CRYPTO(epa_release_crypto_conn_entry): released conn 1",
		NULL,
	};
	const struct sa_filter other = { .version = 1, .id = 7 }, it = { .version = 1, .id = 1 };
	const struct sa_filter modern = { .version = 2 };
	struct sim *sim = begin(4, first, second);
	size_t before = sim->log_count;

	/* Neither another one nor what is called by IKEv2's name */
	assert_int_equal(ike_clear_sas_alone(sim->nodes[0].ike, &other), 0);
	assert_int_equal(ike_clear_sas(sim->nodes[0].ike, &modern), 0);
	assert_int_equal(ike_rekey_sas(sim->nodes[0].ike, &modern), 0);
	assert_int_equal(ike_clear_sas_alone(sim->nodes[0].ike, &it), 1);
	assert_lines(sim, before, lines);
	sim_run(sim, SECONDS(2));
	assert_int_equal(sim_count_sas(sim, 0), 0);
	assert_int_equal(sim_count_sas(sim, 1), 0);
	assert_int_equal(sim_count_kernel(sim, 0), 4);
	assert_int_equal(sim_count_kernel(sim, 1), 4);
	assert_up(sim);
	/* Without its ISAKMP SA it is still shown as IKEv1's. */
	assert_shows(sim, 0, "show crypto ipsec sa", render_ipsec_sa,
		     "flags={origin_is_acl,ident_is_ipsec,}", true);
	sim_free(sim);
}

static void assert_deleted(struct sim *sim, size_t from)
{
	static const char *const protocols[] = { "sa_prot= 51,", "sa_prot= 50," };
	unsigned int released = 0, deleted = 0;

	for (size_t i = from; i < sim->log_count; i++) {
		const char *line = sim->log[i].text;

		deleted += strstr(line, "IPSEC(delete_sa): deleting SA, (sa) sa_dest= 10.0.0.") &&
			   (strstr(line, protocols[0]) || strstr(line, protocols[1]));
		released += strstr(line, "CRYPTO(epa_release_crypto_conn_entry): released conn ") !=
			    NULL;
	}
	/* four at each end */
	assert_int_equal(deleted, 8);
	assert_int_equal(released, 8);
}

static void clears(const struct child_filter *filter, bool hits)
{
	struct sim *sim = begin(5, first, second);
	size_t before = sim->log_count;

	assert_up(sim);
	assert_int_equal(ike_clear_children(sim->nodes[0].ike, filter), hits);
	sim_run(sim, SECONDS(20));
	assert_int_equal(sim_count_kernel(sim, 0), hits ? 0 : 4);
	assert_int_equal(sim_count_kernel(sim, 1), hits ? 0 : 4);
	assert_int_equal(sim_count_sas(sim, 0), 1);
	if (hits)
		assert_deleted(sim, before);
	else
		assert_up(sim);
	sim_free(sim);
}

struct spis {
	uint32_t ah_in, esp_out, esp_conn;
};

static void find_spis(void *context, const struct child_sa_facts *facts)
{
	struct spis *spis = context;

	if (facts->protocol == PROTOCOL_AH)
		spis->ah_in = facts->inbound_spi;
	else
		spis->esp_out = facts->outbound_spi;
	if (facts->protocol == PROTOCOL_ESP)
		spis->esp_conn = facts->conn_out;
}

/* K04, K05: by peer, map, connection id, and by any of the four SPIs; what does not fit stays. */
static void test_clear_sa(void **state)
{
	struct address here, there, nobody;
	struct spis spis = { 0 };
	struct sim *sim = begin(5, first, second);

	ike_each_child(sim->nodes[0].ike, find_spis, &spis);
	sim_free(sim);
	address_parse("10.0.0.1", &here);
	address_parse("10.0.0.2", &there);
	address_parse("10.0.0.3", &nobody);

	clears(NULL, true);
	clears(&(struct child_filter){ .remote = &there }, true);
	clears(&(struct child_filter){ .remote = &nobody }, false);
	clears(&(struct child_filter){ .map = "test" }, true);
	clears(&(struct child_filter){ .map = "tes" }, false);
	clears(&(struct child_filter){ .connection = spis.esp_conn }, true);
	clears(&(struct child_filter){ .connection = spis.esp_conn + 100 }, false);
	clears(&(struct child_filter){ .destination = &here,
				       .protocol = PROTOCOL_AH,
				       .spi = spis.ah_in },
	       true);
	clears(&(struct child_filter){ .destination = &there,
				       .protocol = PROTOCOL_ESP,
				       .spi = spis.esp_out },
	       true);
	/* the right number with the wrong protocol, or of the other direction */
	clears(&(struct child_filter){ .destination = &here,
				       .protocol = PROTOCOL_ESP,
				       .spi = spis.ah_in },
	       false);
	clears(&(struct child_filter){ .destination = &here,
				       .protocol = PROTOCOL_ESP,
				       .spi = spis.esp_out },
	       false);
}

struct counted {
	uint64_t in, out, left;
};

static void count(void *context, const struct child_sa_facts *facts)
{
	struct counted *counted = context;

	if (facts->protocol == PROTOCOL_ESP)
		*counted = (struct counted){ facts->in.packets, facts->out.packets,
					     facts->left_kilobytes_out };
}

/* K04, J10: counters begin anew, lifetimes do not. */
static void test_clear_counters(void **state)
{
	struct sim *sim = begin(6, first, second);
	struct counted before = { 0 }, after = { 0 }, later = { 0 };

	for (int i = 0; i < 20; i++)
		assert_up(sim);
	ike_each_child(sim->nodes[0].ike, count, &before);
	assert_true(before.out >= 20 && before.in >= 20);
	assert_int_equal(ike_clear_counters(sim->nodes[0].ike), 1);
	ike_each_child(sim->nodes[0].ike, count, &after);
	assert_int_equal(after.out, 0);
	assert_int_equal(after.in, 0);
	assert_int_equal(after.left, before.left);
	assert_shows(sim, 0, "show crypto ipsec sa", render_connections, "HMAC_SHA+DES_56_CBC",
		     true);
	assert_up(sim);
	ike_each_child(sim->nodes[0].ike, count, &later);
	assert_int_equal(later.out, 1);
	assert_int_equal(later.in, 1);
	sim_free(sim);
}

/* J11: from the kernel's counters */
static void test_dropped(void **state)
{
	const char *command = "show crypto engine connections dropped-packet";
	struct sim *sim = sim_new(7, first, second);

	sim_maps(sim, 0, NULL);
	sim_maps(sim, 1, NULL);
	assert_shows(sim, 0, command, render_dropped, "eth0", false);
	assert_int_equal(sim_ping_policy(sim, 0, sim_flow(sim, 0, "10.60.0.0")), 0);
	assert_shows(sim, 0, command, render_dropped,
		     "eth0            10.0.0.1                 1\n", true);
	sim_free(sim);
}

/* E04: why it does not come up, in a sentence */
static void stuck(const char *one, const char *two, uint64_t after, const char *state,
		  const char *cause)
{
	const char *command = "show crypto isakmp sa";
	struct sim *sim = sim_new(8, one, two);

	sim_maps(sim, 0, NULL);
	sim_maps(sim, 1, NULL);
	sim->cut = two == second;
	sim_acquire(sim, 0, sim_flow(sim, 0, "10.60.0.0"));
	sim_run(sim, after);
	assert_shows(sim, 0, command, render_isakmp_sa, state, true);
	assert_shows(sim, 0, command, render_isakmp_sa, "cause", false);
	assert_shows(sim, 0, command, render_isakmp_sa_detail, cause, true);
	sim_free(sim);
}

static void test_hints(void **state)
{
	static const char wrong_key[] = MAP(SUITE, "1", "otherkey") ONE_2,
			  other_policy[] = MAP(" group 5\n encr aes\n", "1", "sharedkey") ONE_2;
	struct sim *sim;

	/* the wire is cut, for the moment of looking */
	stuck(first, second, SECONDS(5), "MM_NO_STATE",
	      "Probable cause: the peer does not answer: no crypto map or profile is active on its "
	      "interface, none of its ISAKMP policies matches one of ours, or UDP port 500 is "
	      "blocked on the way\n");
	stuck(first, other_policy, SECONDS(5), "MM_NO_STATE",
	      "Probable cause: the peer answered main mode with PROPOSAL_NOT_CHOSEN: it accepts "
	      "none of our ISAKMP policies\n");
	stuck(first, wrong_key, SECONDS(5), "MM_KEY_EXCH",
	      "Probable cause: authentication does not succeed: the pre-shared keys of the two "
	      "ends differ\n");
	/* Nothing is guessed of one that has just begun, or is up. */
	sim = begin(9, first, second);
	assert_shows(sim, 0, "show crypto isakmp sa", render_isakmp_sa_detail, "QM_IDLE", true);
	assert_shows(sim, 0, "show crypto isakmp sa", render_isakmp_sa_detail, "cause", false);
	assert_shows(sim, 0, "show crypto isakmp sa", render_isakmp_sa_detail,
		     "Auth sign: PSK, Auth verify: PSK\n        Life/Active Time: 240/", true);
	sim_free(sim);
}

/* K02, J18: each topic once, though two prefixes may belong to it */
static void test_topics(void **state)
{
	static const char *const topics[] = { "  Crypto ISAKMP debugging is on\n",
					      "  Crypto IPSEC debugging is on\n",
					      "  Crypto Engine debugging is on\n" };
	struct sim *sim = sim_new(11, first, second);
	char *text = shown(sim, 0, "show debug", render_debug);

	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
		const char *at = strstr(text, topics[i]);

		assert_non_null(at);
		assert_null(strstr(at + 1, topics[i]));
	}
	free(text);
	sim_free(sim);
}

/* L05: with a configuration that has IKEv1, and one that has it no longer */
static void test_on_off(void **state)
{
	static const char none[] = "hostname x\n";
	struct sim *sim = sim_new(10, first, second);

	assert_true(sim_logged(sim, ": %CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON"));
	assert_false(sim_logged(sim, "ISAKMP is OFF"));
	sim_maps(sim, 0, none);
	assert_true(sim_logged(sim, ": %CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF"));
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_engine), cmocka_unit_test(test_peers_and_nodes),
		cmocka_unit_test(test_reaper),	   cmocka_unit_test(test_clear_isakmp),
		cmocka_unit_test(test_clear_sa),   cmocka_unit_test(test_clear_counters),
		cmocka_unit_test(test_dropped),	   cmocka_unit_test(test_hints),
		cmocka_unit_test(test_topics),	   cmocka_unit_test(test_on_off),
	};
	const char *filter = getenv("TEST_FILTER");

	if (filter)
		cmocka_set_test_filter(filter);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

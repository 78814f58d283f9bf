// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Redirection (RFC 5685; A01, B25): node 0 is a client of the gateway 10.0.0.3,
 * which sends it to 10.0.0.2; both are node 1.
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

#define FOLLOWS "crypto ikev2 redirect client\n"
#define IN_INIT "crypto ikev2 redirect gateway init 10.0.0.2\n"
#define IN_AUTH " lifetime 1000\n redirect gateway auth 10.0.0.2\n"

static struct sim *scene(uint64_t seed, const char *client, const char *gateway, bool in_auth)
{
	char a[4096], b[4096], c[4096], d[4096];
	struct sim *sim;

	scene_prepend(client, sim_modern_1, a, sizeof(a));
	scene_replace(sim_modern_2, " lifetime 1000\n", in_auth ? IN_AUTH : " lifetime 1000\n", c,
		      sizeof(c));
	scene_replace(c, " set ikev2-profile P\n", " set ikev2-profile P\n responder-only\n", d,
		      sizeof(d));
	scene_prepend(gateway, d, b, sizeof(b));
	sim = sim_new(seed, a, b);
	assert_true(address_parse("10.0.0.3", &sim->nodes[0].tunnel.remote));
	return sim;
}

static const struct ike_sa *sa_of(struct sim *sim, int node)
{
	return TAILQ_FIRST(&sim->nodes[node].ike->sas);
}

static const char *client_says(struct sim *sim)
{
	return tunnel_find(sim->nodes[0].ike, 7)->last_error;
}

static bool client_knows(struct sim *sim)
{
	return client_says(sim)[0];
}

static void start(struct sim *sim)
{
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
}

static void assert_arrives(struct sim *sim)
{
	char text[ADDRESS_TEXT];

	start(sim);
	if (!sim_run_until(sim, SECONDS(120), sim_both_up))
		fail_msg("%s", client_says(sim));
	sim_run(sim, SECONDS(60));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sim_count_sas(sim, i), 1);
		assert_int_equal(sim_count_kernel(sim, i), 2);
		assert_true(sim_ping(sim, i));
	}
	assert_string_equal(address_format(&sa_of(sim, 0)->remote.address, text), "10.0.0.2");
	assert_true(sim_logged(sim, "redirected to 10.0.0.2"));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_REDIRECTED), 1);
	/* Where it came from is said there, and that it may be sent on. */
	assert_true(sim_logged(sim, "Construct Notify Payload: REDIRECTED_FROM"));
	ike_rekey_sas(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(60));
	assert_true(sim_ping(sim, 0));
	sim_free(sim);
}

static void test_in_init(void **state)
{
	struct sim *sim = scene(1, FOLLOWS, IN_INIT, false);

	assert_arrives(sim);
	/* With a cookie asked for first, and on a bad network. */
	sim = scene(2, FOLLOWS, IN_INIT "crypto ikev2 cookie-challenge 1\n", false);
	assert_arrives(sim);
}

static void test_in_auth(void **state)
{
	assert_arrives(scene(3, FOLLOWS, "", true));
}

static void test_bad_network(void **state)
{
	for (uint64_t seed = 1; seed < 7; seed++) {
		struct sim *sim = scene(seed, FOLLOWS, seed & 1 ? IN_INIT : "", !(seed & 1));

		sim->loss = sim->repeat = sim->reorder = 15;
		start(sim);
		assert_true(sim_run_until(sim, SECONDS(600), sim_both_up));
		sim_free(sim);
	}
}

/* Who cannot be redirected is not, and stays with the gateway of its choice. */
static void test_not_asked(void **state)
{
	char text[ADDRESS_TEXT];
	struct sim *sim = scene(4, "", IN_INIT, true);

	/* The second of the gateways has no tunnel for the first one's address. */
	start(sim);
	assert_true(sim_run_until(sim, SECONDS(60), client_knows));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_REDIRECTED), 0);
	assert_true(sim_logged(sim, "Redirect check is not needed, skipping it"));
	assert_false(sim_logged(sim, "redirected to"));
	assert_non_null(sa_of(sim, 0));
	assert_string_equal(address_format(&sa_of(sim, 0)->remote.address, text), "10.0.0.3");
	sim_free(sim);
}

/** struct answer - a redirection that somebody else than the gateway may have sent */
struct answer {
	struct bytes gateway; /* octets before the nonce */
	bool wrong_nonce, again;
	unsigned int told;
};

/* Each IKE_SA_INIT request is answered by a REDIRECT before the gateway sees it. */
static bool redirect(struct sim *sim, struct sim_message *message)
{
	struct answer *answer = sim->filter_context;
	struct writer writer = {};
	struct buffer data = {};
	struct message request;
	struct ike_header header;

	if (message->to != 1 || (answer->told && !answer->again) ||
	    message_parse(buffer_bytes(&message->octets), &request).code ||
	    request.header.exchange != EXCHANGE_IKE_SA_INIT)
		return true;
	answer->told++;
	header = request.header;
	header.flags = IKE_FLAG_RESPONSE;
	buffer_put(&data, answer->gateway);
	/* From one to the other and back: an address that it is not at. */
	if (answer->again && message->at.address.octets[3] == answer->gateway.data[5])
		data.data[5] ^= 1;
	buffer_put(&data, message_get(&request, PAYLOAD_NONCE)->body);
	if (answer->wrong_nonce)
		data.data[data.len - 1] ^= 1;
	writer_begin(&writer, &header);
	put_notify(&writer, NOTIFY_REDIRECT, buffer_bytes(&data));
	sim_inject(sim, 0, &message->at, writer_finish(&writer));
	writer_free(&writer);
	buffer_free(&data);
	return !answer->again;
}

/* From gateway to gateway: after five of them the client says so and begins again. */
static void test_circles(void **state)
{
	struct answer answer = { .gateway = bytes_of("\x01\x04\x0a\x00\x00\x04", 6),
				 .again = true };
	struct sim *sim = scene(5, FOLLOWS, IN_INIT, false);

	sim->filter = redirect;
	sim->filter_context = &answer;
	start(sim);
	assert_true(sim_run_until(sim, SECONDS(100), client_knows));
	assert_non_null(strstr(client_says(sim), "redirected 5 times in 5 minutes"));
	assert_true(answer.told >= 6);
	sim_run(sim, SECONDS(60));
	assert_true(answer.told < 100);
	/* It is over one day, and the client begins where it was told to. */
	sim->filter = NULL;
	assert_true(sim_run_until(sim, SECONDS(700), sim_both_up));
	sim_free(sim);
}

/* What is not to be followed changes nothing: the true gateway still answers. */
static void test_lies(void **state)
{
	static const struct {
		struct bytes gateway;
		bool wrong_nonce;
		const char *why;
	} lies[] = {
#define LIE(octets, wrong, why) { { (const uint8_t *)(octets), sizeof(octets) - 1 }, wrong, why }
		LIE("\x01\x04\x0a\x00\x00\x04", true, "does not have the nonce of our request"),
		LIE("\x01\x04\x0a\x00\x00\x03", false, "redirects us to itself"),
		LIE("\x01\x04\x00\x00\x00\x00", false, "REDIRECT to no address"),
		LIE("\x01\x05\x0a\x00\x00\x04\x01", false, "REDIRECT to a gateway of type 1, 5"),
		LIE("\x07\x04\x0a\x00\x00\x04", false, "REDIRECT to a gateway of type 7"),
		LIE("\x03\x04"
		    "a.to",
		    false, "redirects us to a host name"),
		LIE("\x02\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", false,
		    "which our address cannot reach"),
		LIE("\x01\xff", false, "field size is not enough"),
#undef LIE
	};
	char text[ADDRESS_TEXT];

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct answer answer = { .gateway = lies[i].gateway,
					 .wrong_nonce = lies[i].wrong_nonce };
		struct sim *sim = scene(6, FOLLOWS, "", false);

		sim->filter = redirect;
		sim->filter_context = &answer;
		start(sim);
		assert_true(sim_run_until(sim, SECONDS(60), client_knows));
		if (!sim_logged(sim, lies[i].why))
			fail_msg("nobody says: %s", lies[i].why);
		sim_run(sim, SECONDS(10));
		assert_true(sim_logged(sim, "IKE SA 1 with 10.0.0.3"));
		assert_string_equal(address_format(&sa_of(sim, 0)->remote.address, text),
				    "10.0.0.3");
		sim_free(sim);
	}
}

/* Off unless it is configured: a REDIRECT is then an answer like any other wrong one. */
static void test_off(void **state)
{
	struct answer answer = { .gateway = bytes_of("\x01\x04\x0a\x00\x00\x04", 6) };
	struct sim *sim = scene(7, "", "", false);

	sim->filter = redirect;
	sim->filter_context = &answer;
	start(sim);
	sim_run(sim, SECONDS(20));
	assert_int_equal(answer.told, 1);
	assert_false(sim_logged(sim, "redirected to"));
	assert_true(sim_logged(sim, "IKE SA 1 with 10.0.0.3"));
	sim_free(sim);
}

/* --- with the IKE SA established --- */

static size_t send_away(struct sim *sim, const char *gateway)
{
	struct address address;

	assert_true(address_parse(gateway, &address));
	return ike_redirect_sas(sim->nodes[1].ike, NULL, &address);
}

/* Node 1 is the other gateway from now on, too. */
static void become(struct sim *sim, const char *gateway)
{
	struct sim_node *node = &sim->nodes[1];
	struct tunnel *tunnel;

	assert_true(address_parse(gateway, &node->tunnel.local));
	tunnel = tunnel_find(node->ike, node->tunnel.ifindex);
	tunnel_table_leave(tunnel);
	tunnel->device.local = node->tunnel.local;
	tunnel_table_enter(tunnel);
}

static struct sim *established(uint64_t seed, const char *client)
{
	struct sim *sim = scene(seed, client, "", false);

	assert_true(address_parse("10.0.0.2", &sim->nodes[0].tunnel.remote));
	start(sim);
	assert_true(sim_run_until(sim, SECONDS(10), sim_both_up));
	return sim;
}

/* The client goes, and no packet is lost on the way. */
static void test_in_session(void **state)
{
	for (int rekeyed = 0; rekeyed < 2; rekeyed++) {
		struct sim *sim = established(8, FOLLOWS);
		char text[ADDRESS_TEXT];

		if (rekeyed) {
			ike_rekey_sas(sim->nodes[rekeyed].ike, NULL);
			sim_run(sim, SECONDS(40));
		}
		assert_int_equal(send_away(sim, "10.0.0.2"), 0);
		become(sim, "10.0.0.4");
		assert_int_equal(send_away(sim, "10.0.0.4"), 1);
		for (int i = 0; i < 100; i++) {
			sim_run(sim, SECONDS(1));
			assert_true(sim_ping(sim, 0));
			assert_true(sim_ping(sim, 1));
		}
		assert_true(sim_logged(sim, "redirected to 10.0.0.4"));
		for (int i = 0; i < 2; i++) {
			assert_int_equal(sim_count_sas(sim, i), 1);
			assert_int_equal(sim_count_kernel(sim, i), 2);
		}
		assert_string_equal(address_format(&sa_of(sim, 0)->remote.address, text),
				    "10.0.0.4");
		sim_free(sim);
	}
}

/* Who cannot be redirected is not counted, and nothing is said to it. */
static void test_in_session_off(void **state)
{
	struct sim *sim = established(9, "");

	assert_int_equal(send_away(sim, "10.0.0.4"), 0);
	sim_run(sim, SECONDS(60));
	assert_int_equal(sim_count_sas(sim, 0), 1);
	assert_false(sim_logged(sim, "Construct Notify Payload: REDIRECT\n"));
	sim_free(sim);
}

static bool nobody_there(struct sim *sim, struct sim_message *message)
{
	return message->at.address.octets[3] != 9;
}

/* To a gateway that does not answer: the client begins with the first one again. */
static void test_in_session_nowhere(void **state)
{
	struct sim *sim = established(10, FOLLOWS);
	char text[ADDRESS_TEXT];

	sim->filter = nobody_there;
	assert_int_equal(send_away(sim, "10.0.0.9"), 1);
	sim_run(sim, SECONDS(25));
	assert_true(sim_ping(sim, 0));
	sim_run(sim, SECONDS(300));
	assert_true(sim_both_up(sim) || sim_run_until(sim, SECONDS(100), sim_both_up));
	assert_string_equal(address_format(&sa_of(sim, 0)->remote.address, text), "10.0.0.2");
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_init),
		cmocka_unit_test(test_in_auth),
		cmocka_unit_test(test_bad_network),
		cmocka_unit_test(test_not_asked),
		cmocka_unit_test(test_circles),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_in_session),
		cmocka_unit_test(test_in_session_off),
		cmocka_unit_test(test_in_session_nowhere),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

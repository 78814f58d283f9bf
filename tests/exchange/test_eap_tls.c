// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EAP-TLS in IKE_AUTH, and EAP-only authentication (A01, A02, B14, B29, F08):
 * node 0 is the client a.example, node 1 the server b.example.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ike/v2/internal.h"
#include "pki_scene.h"
#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define TLS " eap method tls\n"
#define CLIENT \
	{ \
		.local = "eap", .remote = "ecdsa-sig", .profile = TLS \
	}
#define SERVER \
	{ \
		.local = "ecdsa-sig", .remote = "eap query-identity", .profile = TLS \
	}
#define ONLY \
	{ \
		.local = "eap", .remote = "eap", .profile = TLS \
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

static void assert_up(struct sim *sim, const char *user)
{
	char text[IDENTITY_TEXT];

	start(sim);
	if (!sim_run_until(sim, SECONDS(120), sim_both_up))
		fail_msg("%s", client_says(sim));
	scene_assert_clean(sim);
	assert_string_equal(sa_of(sim, 0)->auth_sign, "EAP");
	assert_string_equal(sa_of(sim, 1)->auth_verify, "EAP");
	for (int i = 0; i < 2; i++)
		assert_string_equal(sa_of(sim, i)->eap_method, "TLS");
	assert_string_equal(identity_format(client_identity(sa_of(sim, 1)), text), user);
}

static void assert_refused(const struct pki_end *client, const struct pki_end *server,
			   const char *client_hears, const char *server_says)
{
	struct sim *sim = pki_scene(2, client, server);

	start(sim);
	assert_true(sim_run_until(sim, SECONDS(60), client_knows));
	if (!strstr(client_says(sim), client_hears))
		fail_msg("the client says: %s", client_says(sim));
	sim_set_up(sim, 0, false);
	sim_run(sim, SECONDS(90));
	if (!sim_logged(sim, server_says))
		fail_msg("the server does not say: %s", server_says);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sim_stat(sim, i, IKE_STAT_ESTABLISHED), 0);
		assert_int_equal(sim_count_sas(sim, i), 0);
		assert_int_equal(sim_count_kernel(sim, i), 0);
	}
	sim_free(sim);
}

/* The server has proven itself before, by a signature or a pre-shared key. */
static void test_up(void **state)
{
	struct pki_end client = CLIENT, server = SERVER;
	struct sim *sim = pki_scene(1, &client, &server);

	assert_up(sim, "a.example");
	assert_string_equal(sa_of(sim, 0)->auth_verify, "ECDSA");
	/* It lives like any other, and through a rekey. */
	assert_int_equal(ike_rekey_sas(sim->nodes[0].ike, NULL), 1);
	scene_assert_clean(sim);
	assert_string_equal(sa_of(sim, 1)->eap_method, "TLS");
	sim_free(sim);
	client.remote = server.local = "pre-share";
	server.key = "rsa2048";
	sim = pki_scene(2, &client, &server);
	assert_up(sim, "a.example");
	assert_string_equal(sa_of(sim, 0)->auth_verify, "PSK");
	sim_free(sim);
}

/* RSA keys and a chain make messages of several fragments. */
static void test_fragments(void **state)
{
	struct pki_end client = CLIENT, server = SERVER;
	struct sim *sim;

	client.key = "rsa2048";
	client.below = true;
	client.remote = server.local = "rsa-sig";
	server.below = true;
	sim = pki_scene(3, &client, &server);
	assert_up(sim, "a.example");
	sim_free(sim);
}

/* The name of the client: what it says must be in its certificate. */
static void test_names(void **state)
{
	static const struct {
		const char *statement, *user;
	} good[] = {
		{ TLS " authentication local eap username a@example\n", "a@example" },
		{ TLS " authentication local eap username a.example\n", "a.example" },
		{ TLS " authentication local eap username a\n", "a" }, /* the common name */
		{ TLS " authentication local eap username anonymous\n", "a.example" },
		{ TLS " authentication local eap username @example\n", "a.example" },
	};
	struct pki_end client = CLIENT, server = SERVER;
	struct sim *sim;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		client.profile = good[i].statement;
		sim = pki_scene(4, &client, &server);
		assert_up(sim, good[i].user);
		sim_free(sim);
	}
	client.profile = TLS " authentication local eap username eve@example\n";
	assert_refused(&client, &server, "the other side ends TLS with the alert",
		       "does not have the name eve@example");
	/* The name of the host alone is nobody's mail address. */
	client.profile = TLS " authentication local eap username a@a.example\n";
	assert_refused(&client, &server, "the other side ends TLS with the alert",
		       "does not have the name a@a.example");
}

/* Without a question the name of IKE is the user's. */
static void test_name_of_ike(void **state)
{
	struct pki_end client = CLIENT, server = SERVER;
	struct sim *sim;

	server.remote = "eap";
	client.identity = "email a@example";
	sim = pki_scene(5, &client, &server);
	assert_up(sim, "a@example");
	sim_free(sim);
	client.identity = "email eve@example";
	assert_refused(&client, &server, "the other side ends TLS with the alert",
		       "does not have a subjectAltName with the mail address eve@example");
}

/* Each side's certificate, wrong in each way that there is. */
static void test_certificates(void **state)
{
	struct pki_end client = CLIENT, server = SERVER;

	client.of_stranger = true;
	assert_refused(&client, &server, "the other side ends TLS with the alert",
		       "EAP of \"a.example\": certificate CN=a,O=Example was issued by "
		       "CN=CA,O=Stranger, an unknown CA");
	client = (struct pki_end)CLIENT;
	client.from_days = -20;
	client.to_days = -10;
	assert_refused(&client, &server, "the other side ends TLS with the alert",
		       "certificate CN=a,O=Example has expired");
	/* The server's: only TLS shows it to who believes its pre-shared key. */
	client = (struct pki_end)CLIENT;
	client.remote = server.local = "pre-share";
	server.key = "p256";
	server.of_stranger = true;
	assert_refused(&client, &server, "EAP: certificate CN=b,O=Example was issued by",
		       "the other side ends TLS with the alert \"bad certificate\"");
}

/* A server whose certificate is another's never sees the key, nor the client's certificate. */
static void test_wrong_server(void **state)
{
	struct pki_end client = ONLY, server = ONLY;
	struct sim *sim;

	server.san = "DNS:other.example,IP:10.0.0.9";
	assert_refused(&client, &server, "does not have a subjectAltName with the address 10.0.0.2",
		       "the other side ends TLS with the alert");
	server = (struct pki_end)ONLY;
	server.of_stranger = true;
	assert_refused(&client, &server, "an unknown CA", "the other side ends TLS");
	/* As another name, when the profile says so. */
	client.profile = TLS " eap server other.example\n";
	server = (struct pki_end)ONLY;
	server.san = "DNS:other.example";
	sim = pki_scene(6, &client, &server);
	assert_up(sim, "10.0.0.1");
	sim_free(sim);
}

/* RFC 5998: both sides by EAP alone. */
static void test_eap_only(void **state)
{
	struct pki_end client = ONLY, server = ONLY;
	struct sim *sim;

	server.remote = "eap query-identity";
	sim = pki_scene(7, &client, &server);
	assert_up(sim, "a.example");
	assert_string_equal(sa_of(sim, 0)->auth_verify, "EAP");
	assert_string_equal(sa_of(sim, 1)->auth_sign, "EAP");
	assert_true(sim_logged(sim, "Construct Notify Payload: EAP_ONLY_AUTHENTICATION"));
	sim_free(sim);
}

/* One side alone wants it, or the other takes it for granted. */
static void test_eap_only_refused(void **state)
{
	struct pki_end client = ONLY, server = SERVER;

	/* The server signs all the same, as RFC 5998 lets it, and the client wants EAP. */
	assert_refused(&client, &server, "unmatched auth method: the peer used", "");
	client = (struct pki_end)CLIENT;
	server = (struct pki_end)ONLY;
	assert_refused(&client, &server, "AUTHENTICATION_FAILED",
		       "authenticates us with EAP only, which the peer does not ask for");
}

/* The notification is lost on its way: as if the client had not asked. */
static bool drop_auth(struct sim *sim, struct sim_message *message)
{
	struct ike *sender = sim->nodes[!message->to].ike;
	struct ike *reader = sim->nodes[message->to].ike;
	struct message outer, inner;
	struct buffer plain = {};
	struct ike_sa *sa, *own;
	struct writer chain = {};

	if (message->to != 0 || message_parse(buffer_bytes(&message->octets), &outer).code ||
	    outer.header.exchange != EXCHANGE_IKE_AUTH)
		return true;
	sa = ike_find(reader, outer.header.spi_initiator);
	own = ike_find(sender, outer.header.spi_responder);
	if (!sa || !own || message_open(&outer, ikev2_of(sa)->keys.in, &plain, &inner).code)
		return true;
	writer_begin_chain(&chain);
	for (size_t i = 0; i < inner.count; i++)
		if (inner.payloads[i].type != PAYLOAD_AUTH)
			put_raw_payload(&chain, inner.payloads[i].type, inner.payloads[i].body);
	assert_int_equal(
		message_seal(&outer.header, &chain, ikev2_of(own)->keys.out, &message->octets).code,
		0);
	writer_free(&chain);
	buffer_free(&plain);
	return true;
}

/*
 * A server that holds the keys of the exchange and leaves AUTH out: at the
 * beginning, where the client has not agreed to it, and at the end of EAP-only.
 */
static void test_without_auth(void **state)
{
	struct pki_end client = CLIENT, server = SERVER;
	struct sim *sim;

	for (int only = 0; only < 2; only++) {
		if (only)
			client = server = (struct pki_end)ONLY;
		sim = pki_scene(8, &client, &server);
		sim->filter = drop_auth;
		start(sim);
		assert_true(sim_run_until(sim, SECONDS(60), client_knows));
		assert_non_null(strstr(client_says(sim), "AUTH payload is not contained"));
		assert_int_equal(sim_stat(sim, 0, IKE_STAT_ESTABLISHED), 0);
		/* Only with EAP-only did it come to TLS. */
		assert_int_equal(sim_logged(sim, "EAP method TLS has succeeded"), only);
		sim->filter = NULL;
		sim_set_up(sim, 0, false);
		sim_run(sim, SECONDS(100));
		sim_free(sim);
	}
}

/* Lost, repeated and reordered datagrams do not disturb the conversation. */
static void test_bad_network(void **state)
{
	struct pki_end client = ONLY, server = ONLY;

	for (uint64_t seed = 1; seed < 6; seed++) {
		struct sim *sim = pki_scene(seed, &client, &server);

		sim->loss = sim->repeat = sim->reorder = 15;
		start(sim);
		assert_true(sim_run_until(sim, SECONDS(600), sim_both_up));
		sim_free(sim);
	}
}

/* The methods of both sides meet: TLS is refused for a password, and the other way round. */
static void test_agreement(void **state)
{
	struct pki_end client = CLIENT, server = SERVER;
	struct sim *sim;

	server.profile = " eap method tls ms-chapv2\n";
	server.global = "username bob password builder\n";
	client.profile = " eap method ms-chapv2\n";
	client.local = "eap username bob password builder";
	sim = pki_scene(9, &client, &server);
	start(sim);
	assert_true(sim_run_until(sim, SECONDS(30), sim_both_up));
	assert_string_equal(sa_of(sim, 0)->eap_method, "MSCHAPv2");
	sim_free(sim);
	/* An unknown user stays unknown when it comes from there. */
	client.local = "eap username eve password builder";
	assert_refused(&client, &server, "does not accept our user name or password",
		       "the user is unknown");
	server.profile = " eap method ms-chapv2 tls\n";
	client = (struct pki_end)CLIENT;
	sim = pki_scene(9, &client, &server);
	assert_up(sim, "a.example");
	sim_free(sim);
}

/* The daemon's worker still has the conversation when the SA ends. */
static void test_end_in_worker(void **state)
{
	struct pki_end client = CLIENT, server = SERVER;

	for (uint64_t at = 20; at < 120; at += 3) {
		struct sim *sim = pki_scene(10, &client, &server);

		start(sim);
		sim_run(sim, MILLISECONDS(at));
		ike_clear_sas(sim->nodes[1].ike, NULL);
		sim_set_up(sim, 0, false);
		ike_clear_sas(sim->nodes[0].ike, NULL);
		sim_run(sim, SECONDS(100));
		sim_free(sim);
	}
}

static int end(void **state)
{
	pki_scene_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up),	     cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_names),	     cmocka_unit_test(test_name_of_ike),
		cmocka_unit_test(test_certificates), cmocka_unit_test(test_wrong_server),
		cmocka_unit_test(test_eap_only),     cmocka_unit_test(test_eap_only_refused),
		cmocka_unit_test(test_without_auth), cmocka_unit_test(test_bad_network),
		cmocka_unit_test(test_agreement),    cmocka_unit_test(test_end_in_worker),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, end);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKE_AUTH with EAP (A03, B29, F08): node 0 is the client, node 1 the server,
 * which proves itself with a pre-shared key.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pki_scene.h"
#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define KEYS(key) \
	"crypto ikev2 keyring K\n peer all\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key " key "\n"
#define PROFILE(eap) \
	"crypto ikev2 profile P\n match identity remote any\n keyring local K\n" \
	" lifetime 1000\n" eap
#define CLIENT(user, password, method) \
	KEYS("secret") \
	PROFILE(" authentication remote pre-share\n authentication local eap username " user \
		" password " password "\n identity local key-id anonymous\n" method) \
	IPSEC \
	"interface Tunnel0\n tunnel source 10.0.0.1\n tunnel destination 10.0.0.2\n" \
	" tunnel protection ipsec profile I\n"
#define SERVER(eap) \
	KEYS("secret") \
	"username bob password builder\n" PROFILE(" authentication local pre-share\n" eap) IPSEC \
		" responder-only\n" \
		"interface Tunnel0\n tunnel source 10.0.0.2\n tunnel destination 10.0.0.1\n" \
		" tunnel protection ipsec profile I\n"
#define IPSEC \
	"crypto ipsec profile I\n set ikev2-profile P\n" \
	" set security-association lifetime seconds 300\n"
#define ASKS " authentication remote eap query-identity\n"

static void up(struct sim *sim)
{
	sim_set_up(sim, 1, true);
	sim_set_up(sim, 0, true);
}

static const struct ike_sa *sa_of(struct sim *sim, int node)
{
	return TAILQ_FIRST(&sim->nodes[node].ike->sas);
}

/* A pair that serves both ways, and each side names how the other was proven. */
static void assert_comes_up(const char *client, const char *server, const char *method)
{
	struct sim *sim = sim_new(1, client, server);
	char text[IDENTITY_TEXT], line[100];

	up(sim);
	if (!sim_run_until(sim, SECONDS(30), sim_both_up))
		fail_msg("%s", tunnel_find(sim->nodes[0].ike, 7)->last_error);
	sim_run(sim, SECONDS(1));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sim_count_sas(sim, i), 1);
		assert_int_equal(sim_count_kernel(sim, i), 2);
		assert_true(sim_ping(sim, i));
		assert_string_equal(sa_of(sim, i)->auth_sign, i ? "PSK" : "EAP");
		assert_string_equal(sa_of(sim, i)->auth_verify, i ? "EAP" : "PSK");
	}
	assert_string_equal(identity_format(client_identity(sa_of(sim, 1)), text), "bob");
	snprintf(line, sizeof(line), "EAP method %s of \"bob\" has succeeded", method);
	assert_true(sim_logged(sim, line));
	/* It lives like any other: the user stays known through a rekey. */
	assert_int_equal(ike_rekey_sas(sim->nodes[0].ike, NULL), 1);
	sim_run(sim, SECONDS(10));
	assert_int_equal(sim_count_sas(sim, 1), 1);
	assert_string_equal(identity_format(client_identity(sa_of(sim, 1)), text), "bob");
	assert_true(sim_ping(sim, 0));
	sim_free(sim);
}

/* A03, F08 */
static void test_methods(void **state)
{
	assert_comes_up(CLIENT("bob", "builder", ""), SERVER(ASKS), "MSCHAPv2");
	assert_comes_up(CLIENT("bob", "builder", " eap method md5\n"),
			SERVER(ASKS " eap method md5\n"), "MD5-Challenge");
	/* The client refuses the first that is offered. */
	assert_comes_up(CLIENT("bob", "builder", " eap method md5\n"),
			SERVER(ASKS " eap method ms-chapv2 md5\n"), "MD5-Challenge");
}

/* The name of IKE is the user's where the server does not ask. */
static void test_name_of_ike(void **state)
{
	assert_comes_up(CLIENT("bob", "builder", " identity local key-id bob\n"),
			SERVER(" authentication remote eap\n"), "MSCHAPv2");
}

/* Lost, repeated and reordered datagrams do not disturb the conversation. */
static void test_bad_network(void **state)
{
	for (uint64_t seed = 1; seed < 9; seed++) {
		struct sim *sim = sim_new(seed, CLIENT("bob", "builder", ""), SERVER(ASKS));

		sim->loss = 15;
		sim->repeat = 15;
		sim->reorder = 15;
		up(sim);
		assert_true(sim_run_until(sim, SECONDS(300), sim_both_up));
		sim_free(sim);
	}
}

static bool client_knows(struct sim *sim)
{
	return tunnel_find(sim->nodes[0].ike, 7)->last_error[0];
}

static void assert_refused(const char *client, const char *server, const char *client_says,
			   const char *server_says)
{
	struct sim *sim = sim_new(2, client, server);
	const char *said;

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(60), client_knows));
	said = tunnel_find(sim->nodes[0].ike, 7)->last_error;
	if (!strstr(said, client_says))
		fail_msg("the client says: %s", said);
	sim_set_up(sim, 0, false);
	sim_run(sim, SECONDS(60));
	if (!sim_logged(sim, server_says))
		fail_msg("the server does not say: %s", server_says);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sim_stat(sim, i, IKE_STAT_ESTABLISHED), 0);
		assert_int_equal(sim_count_sas(sim, i), 0);
		assert_int_equal(sim_count_kernel(sim, i), 0);
	}
	/* Secrets are not for logs. */
	assert_false(sim_logged(sim, "builder"));
	assert_false(sim_logged(sim, "wrong-word"));
	sim_free(sim);
}

static void test_refusals(void **state)
{
	assert_refused(CLIENT("bob", "wrong-word", ""), SERVER(ASKS),
		       "the server does not accept our user name or password",
		       "EAP of \"bob\": the password of the user is wrong");
	assert_refused(CLIENT("bob", "wrong-word", " eap method md5\n"),
		       SERVER(ASKS " eap method md5\n"),
		       "the server does not accept our user name or password",
		       "EAP of \"bob\": the password of the user is wrong");
	assert_refused(CLIENT("eve", "wrong-word", ""), SERVER(ASKS),
		       "the server does not accept our user name or password",
		       "EAP of \"eve\": the user is unknown");
	assert_refused(CLIENT("bob", "builder", " eap method md5\n"), SERVER(ASKS),
		       "no EAP method suits both", "the peer refuses EAP method MSCHAPv2");
}

/* B29: EAP where the profile has none, and none where it wants it. */
static void test_policy(void **state)
{
	assert_refused(CLIENT("bob", "builder", ""), SERVER(" authentication remote pre-share\n"),
		       "AUTHENTICATION_FAILED", "the peer wants EAP, which IKEv2 profile P");
	assert_refused(sim_modern_1, SERVER(ASKS), "AUTHENTICATION_FAILED",
		       "IKEv2 profile P wants EAP");
}

/* A server that cannot prove itself hears neither the name nor a response. */
static void test_identity_privacy(void **state)
{
	static const char impostor[] = KEYS("guess") "username bob password builder\n" PROFILE(
		" authentication local pre-share\n" ASKS) IPSEC
		" responder-only\n"
		"interface Tunnel0\n tunnel source 10.0.0.2\n tunnel destination 10.0.0.1\n"
		" tunnel protection ipsec profile I\n";
	struct sim *sim = sim_new(3, CLIENT("bob", "builder", ""), impostor);

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(60), client_knows));
	assert_non_null(strstr(tunnel_find(sim->nodes[0].ike, 7)->last_error,
			       "the pre-shared keys differ"));
	assert_false(sim_logged(sim, "R_PROC_EAP_RESP"));
	assert_false(sim_logged(sim, "bob"));
	sim_free(sim);
}

/* The client stops in the middle: the server forgets it after a while. */
static void test_silence(void **state)
{
	struct sim *sim = sim_new(4, CLIENT("bob", "builder", ""), SERVER(ASKS));

	up(sim);
	for (int i = 0; i < 1000 && !sim_logged(sim, "R_WAIT_EAP_RESP Event: EV_NO_EVENT"); i++)
		sim_run(sim, MILLISECONDS(1));
	assert_int_equal(sim_count_sas(sim, 1), 1);
	sim->cut = true;
	sim_run(sim, SECONDS(90));
	assert_int_equal(sim_count_sas(sim, 1), 0);
	assert_true(sim_logged(sim, "did not go on with IKE_AUTH"));
	sim_free(sim);
}

/* A04: the user is who gets the address, whatever IKE calls the client. */
static void test_address_of_user(void **state)
{
	static const char client[] =
		KEYS("secret") PROFILE(" authentication remote pre-share\n"
				       " authentication local eap username bob password builder\n")
			IPSEC "interface Tunnel0\n ip address negotiated\n tunnel source 10.0.0.1\n"
			      " tunnel destination 10.0.0.2\n tunnel protection ipsec profile I\n";
	static const char server[] = "ip local pool L 172.16.9.7\n"
				     "crypto ikev2 authorization policy A\n pool L\n" SERVER(
					     ASKS " aaa authorization group eap list local A\n");
	struct sim *sim = sim_new(5, client, server);
	char text[IDENTITY_TEXT];

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(30), sim_both_up));
	assert_true(sim_has(&sim->nodes[0].addresses, "172.16.9.7"));
	assert_true(sim_has(&sim->nodes[1].routes, "172.16.9.7"));
	assert_string_equal(identity_format(&sa_of(sim, 1)->client->leases[FAMILY_IPV4]->client,
					    text),
			    "bob");
	sim_free(sim);
}

/* The server has a certificate, as clients of EAP expect it; a wrong one hears no name. */
static void test_server_certificate(void **state)
{
	static const char *const kinds[] = { "ecdsa-sig", "rsa-sig", "eddsa-sig" };
	struct pki_end client = { .local = "eap username bob password builder" };
	struct pki_end server = { .remote = "eap query-identity",
				  .global = "username bob password builder\n" };
	struct sim *sim;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		client.remote = server.local = kinds[i];
		sim = pki_scene(1, &client, &server);
		scene_up_one(sim, 0);
		scene_assert_clean(sim);
		assert_string_equal(sa_of(sim, 0)->auth_sign, "EAP");
		assert_string_equal(sa_of(sim, 1)->auth_verify, "EAP");
		assert_string_equal(sa_of(sim, 0)->auth_verify, sa_of(sim, 1)->auth_sign);
		sim_free(sim);
	}
	server.of_stranger = true;
	sim = pki_scene(2, &client, &server);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(60), client_knows));
	assert_false(sim_logged(sim, "R_PROC_EAP_RESP"));
	assert_false(sim_logged(sim, "bob"));
	sim_free(sim);
	pki_scene_end();
}

/* INITIAL_CONTACT speaks for the user who was proven, not for the name of IKE, which anybody may claim. */
static void test_contact_of_user(void **state)
{
	static const char server[] = "username eve password builder\n" SERVER(ASKS);
	static const char *const users[] = { CLIENT("bob", "builder", ""),
					     CLIENT("eve", "builder", "") };
	struct sim *sim;

	for (size_t i = 0; i < 2; i++) {
		sim = sim_new(6, users[0], server);
		up(sim);
		assert_true(sim_run_until(sim, SECONDS(30), sim_both_up));
		scene_reload(sim, 0, users[i]);
		sim_restart(sim, 0);
		sim_run(sim, SECONDS(15));
		assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 2);
		assert_int_equal(sim_count_sas(sim, 1), 1 + i);
		sim_free(sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_name_of_ike),
		cmocka_unit_test(test_bad_network),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_identity_privacy),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_address_of_user),
		cmocka_unit_test(test_server_certificate),
		cmocka_unit_test(test_contact_of_user),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

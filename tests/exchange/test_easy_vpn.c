// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Easy VPN between two daemons: XAUTH with a group's key, mode config, and what fails. Node 0 is
 * the client, node 1 the server. Rows A13, D12, E12, E13, F01, F02, F03, F04, F05, F06, F07.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/pki_scene.h"
#include "../support/scene.h"
#include "codec/isakmp.h"
#include "config/config.h"
#include "ike/v1/internal.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define SUITE(number, bits, hash) \
	"crypto isakmp policy " number "\n encryption aes " bits "\n hash " hash \
	"\n authentication pre-share\n group 2\n"
#define SETS "crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac\n"

/* S3's client offers six suites, the last of which is the server's. */
static const char client[] =
	SUITE("10", "256", "sha") SUITE("20", "256", "md5") SUITE("30", "192", "sha")
		SUITE("40", "192", "md5") SUITE("50", "128", "sha") SUITE("60", "128", "md5") SETS
	"crypto ipsec client ezvpn EASY\n connect auto\n mode client\n"
	" peer 10.0.0.2\n group admin key cisco123\n"
	" username alice password wonderland\n set transform-set T\n legacy\n"
	"interface Tunnel0\n tunnel source 10.0.0.1\n"
	" crypto ipsec client ezvpn EASY\n";

#define GROUP \
	"ip local pool POOL 192.168.0.222 192.168.0.222\n" \
	"access-list 150 permit ip 192.168.0.0 0.0.0.255 any\n" \
	"crypto isakmp client configuration group admin\n key cisco123\n pool POOL\n" \
	" dns 192.168.0.10\n wins 192.168.0.12\n domain cisco.com\n netmask 255.255.255.0\n" \
	" acl 150\n split-dns cisco.com\n"
#define PROFILE \
	"crypto isakmp profile P\n match identity group admin\n client authentication list USERS\n" \
	" isakmp authorization list GROUPS\n client configuration address respond\n legacy\n"
#define TUNNEL \
	"crypto ipsec profile I\n set transform-set T\n set isakmp-profile P\n" \
	"interface Tunnel0\n ip address 192.168.0.1 255.255.255.0\n tunnel source 10.0.0.2\n" \
	" tunnel destination 10.0.0.1\n tunnel protection ipsec profile I\n"

static const char server[] =
	SUITE("10", "128", "md5") SETS GROUP "username alice password wonderland\n" PROFILE TUNNEL;

static void up(struct sim *sim)
{
	sim_set_up(sim, 1, true);
	sim_set_up(sim, 0, true);
}

static const char *client_error(struct sim *sim)
{
	return tunnel_find(sim->nodes[0].ike, 7)->last_error;
}

static bool client_knows(struct sim *sim)
{
	return client_error(sim)[0];
}

static const struct child_sa *child_of(struct sim *sim, int node)
{
	return tunnel_active_child(tunnel_find(sim->nodes[node].ike, 7));
}

static bool is_address(const struct traffic_selectors *selectors, const char *text)
{
	struct address address;

	return address_parse(text, &address) && selectors->count == 1 &&
	       address_equal(&selectors->items[0].start, &address) &&
	       address_equal(&selectors->items[0].end, &address);
}

static void assert_works(struct sim *sim)
{
	assert_true(is_address(&child_of(sim, 0)->local_ts, "192.168.0.222"));
	assert_true(is_address(&child_of(sim, 1)->remote_ts, "192.168.0.222"));
	assert_int_equal(sim->nodes[0].addresses.count, 1);
	assert_true(sim_has(&sim->nodes[0].addresses, "192.168.0.222"));
	assert_true(sim_has(&sim->nodes[0].routes, "192.168.0.0"));
	assert_int_equal(sim->nodes[1].routes.count, 1);
	assert_true(sim_has(&sim->nodes[1].routes, "192.168.0.222"));
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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* S3's session of an Easy VPN server, line by line; what the document leaves out may be between. */
static void as_in_the_document(void **state)
{
	static const char *const lines[] = {
		"ISAKMP (0:0): received packet from 10.0.0.1 dport 500 sport 500 Global (N) NEW SA",
		"ID payload",
		"next-payload : 13",
		"type         : 11",
		"group id     : admin",
		"protocol     : 17",
		"port         : 500",
		"length       : 13",
		"ISAKMP:(0:0:N/A:0):: peer matches P profile",
		"ISAKMP : Scanning profiles for xauth ... P",
		"ISAKMP:(0:0:N/A:0): Authentication by xauth preshared",
		"Checking ISAKMP transform 1 against priority 10 policy",
		"ISAKMP: encryption AES-CBC",
		"ISAKMP: hash SHA",
		"ISAKMP: default group 2",
		"ISAKMP: auth XAUTHInitPreShared",
		"ISAKMP:(0:0:N/A:0):Hash algorithm offered does not match policy!",
		"atts are not acceptable. Next payload is 3",
		"Checking ISAKMP transform 6 against priority 10 policy",
		"ISAKMP: encryption AES-CBC",
		"ISAKMP: keylength of 128",
		"ISAKMP: auth XAUTHInitPreShared",
		"ISAKMP:(0:0:N/A:0):atts are acceptable.",
		"processing KE payload. message ID = 0",
		"processing NONCE payload. message ID = 0",
		"SKEYID state generated",
		"SA is doing pre-shared key authentication plus XAUTH using id type ID_IPV4_ADDR",
		"Old State = IKE_R_AM_AAA_AWAIT New State = IKE_R_AM2",
		"SA authentication status: authenticated",
		"Old State = IKE_R_AM2 New State = IKE_P1_COMPLETE",
		"Need XAUTH",
		"to CONF_XAUTH",
		"ISAKMP/xauth: request attribute XAUTH_USER_NAME_V2",
		"ISAKMP/xauth: request attribute XAUTH_USER_PASSWORD_V2",
		"initiating peer config to 10.0.0.1. ID = ",
		"(R) CONF_XAUTH",
		"Input = IKE_MESG_INTERNAL, IKE_PHASE1_COMPLETE",
		"Old State = IKE_P1_COMPLETE New State = IKE_XAUTH_REQ_SENT",
		"processing transaction payload from 10.0.0.1. message ID = ",
		"ISAKMP: Config payload REPLY",
		"ISAKMP/xauth: reply attribute XAUTH_USER_NAME_V2",
		"ISAKMP/xauth: reply attribute XAUTH_USER_PASSWORD_V2",
		"Input = IKE_MESG_FROM_PEER, IKE_CFG_REPLY",
		"Old State = IKE_XAUTH_REQ_SENT New State = IKE_XAUTH_AAA_CONT_LOGIN_AWAIT",
		"error FALSE reason \"Done with xauth request/reply exchange\"",
		"Input = IKE_MESG_FROM_AAA, IKE_AAA_CONT_LOGIN",
		"Old State = IKE_XAUTH_AAA_CONT_LOGIN_AWAIT New State = IKE_XAUTH_SET_SENT",
		"ISAKMP: Config payload ACK",
		"XAUTH ACK Processed",
		"error FALSE reason \"Transaction mode done\"",
		"Talking to a Unity Client",
		"Old State = IKE_XAUTH_SET_SENT New State = IKE_P1_COMPLETE",
		"Global (R) QM_IDLE",
		"to QM_IDLE",
		"processing transaction payload from 10.0.0.1. message ID = ",
		"ISAKMP: Config payload REQUEST",
		"ISAKMP/author: Author request for group admin successfully sent to AAA",
		"allocating address 192.168.0.222",
		"ISAKMP: Sending private address: 192.168.0.222",
		"ISAKMP: Sending subnet mask: 255.255.255.0",
		"ISAKMP: Sending IP4_DNS server address: 192.168.0.10",
		"ISAKMP: Sending IP4_NBNS server address: 192.168.0.12",
		"ISAKMP: Sending ADDRESS_EXPIRY seconds left to use the address: 86",
		"Unknown Attr: UNKNOWN (0x7000)",
		"ISAKMP: Sending save password reply value 0",
		"Sending DEFAULT_DOMAIN default domain name: cisco.com",
		("ISAKMP: Sending split include name 150 network 192.168.0.0 mask 255.255.255.0 "
		 "protocol 0, src port 0, dst port 0"),
		"ISAKMP: Sending SPLIT_DNS domain name: cisco.com",
		"Input = IKE_MESG_INTERNAL, IKE_PHASE1_COMPLETE",
		"Old State = IKE_P1_COMPLETE New State = IKE_P1_COMPLETE",
		"Global (R) QM_IDLE",
		"processing SA payload. message ID = ",
		"Checking IPsec proposal 1",
		"New State = IKE_QM_PHASE2_COMPLETE",
	};
	static const char *const own[] = {
		"Old State = IKE_P1_COMPLETE New State = IKE_XAUTH_REPLY_AWAIT",
		"Old State = IKE_XAUTH_REPLY_AWAIT New State = IKE_XAUTH_REPLY_SENT",
		"Old State = IKE_XAUTH_REPLY_SENT New State = IKE_P1_COMPLETE",
		"Need config/address",
		"Old State = IKE_P1_COMPLETE New State = IKE_CONFIG_MODE_REQ_SENT",
		"Old State = IKE_CONFIG_MODE_REQ_SENT New State = IKE_P1_COMPLETE",
	};
	struct sim *sim = sim_new(1, client, server);

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_logged_in_order(sim, lines, COUNT(lines));
	assert_logged_in_order(sim, own, COUNT(own));
	sim_run(sim, SECONDS(70));
	assert_works(sim);
	sim_free(sim);
}

static void tries_in_vain(struct sim *sim, const char *server_says, const char *client_says)
{
	up(sim);
	assert_true(sim_run_until(sim, SECONDS(80), client_knows));
	if (!strstr(client_error(sim), client_says))
		print_message("# the client says: %s\n", client_error(sim));
	assert_non_null(strstr(client_error(sim), client_says));
	sim_run(sim, MILLISECONDS(500));
	assert_true(sim_logged(sim, server_says));
	assert_int_equal(sim->nodes[0].addresses.count, 0);
	assert_int_equal(sim_count_kernel(sim, 0), 0);
	assert_int_equal(sim_count_kernel(sim, 1), 0);
	sim_free(sim);
}

static char altered_client[4000], altered_server[4000];

static struct sim *with_client(uint64_t seed, const char *what, const char *by)
{
	scene_replace(client, what, by, altered_client, sizeof(altered_client));
	return sim_new(seed, altered_client, server);
}

static struct sim *with_server(uint64_t seed, const char *what, const char *by)
{
	scene_replace(server, what, by, altered_server, sizeof(altered_server));
	return sim_new(seed, client, altered_server);
}

/* F04: three times, each time with what the server says; then neither end keeps anything. */
static void wrong_password(void **state)
{
	static const char *const lines[] = {
		"XAUTH: user alice at 10.0.0.1: name or password is wrong (1 of 3)",
		"Input = IKE_MESG_FROM_AAA, IKE_AAA_FAIL",
		"Old State = IKE_XAUTH_AAA_CONT_LOGIN_AWAIT New State = IKE_XAUTH_REQ_SENT",
		"the server says: Name or password is wrong.",
		"name or password is wrong (2 of 3)",
		"name or password is wrong (3 of 3)",
		"XAUTH: the server refuses user alice: name or password is wrong",
	};
	struct sim *sim = with_client(2, "password wonderland", "password looking-glass");

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(10), client_knows));
	sim_run(sim, MILLISECONDS(500));
	assert_logged_in_order(sim, lines, COUNT(lines));
	assert_true(
		sim_logged(sim, "XAUTH: name or password of user alice is wrong, tried 3 times"));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sim_count_sas(sim, i), 0);
		assert_int_equal(sim_stat(sim, i, IKE_STAT_ESTABLISHED), 0);
		assert_int_equal(sim_count_kernel(sim, i), 0);
	}
	assert_non_null(strstr(client_error(sim), "the server refuses user alice"));
	sim_free(sim);
}

static void unknown_user(void **state)
{
	tries_in_vain(with_client(3, "username alice", "username mallory"),
		      "XAUTH: name or password of user mallory is wrong, tried 3 times",
		      "the server refuses user mallory");
}

static void unknown_group(void **state)
{
	tries_in_vain(with_client(4, "group admin", "group guests"),
		      ": peer matches *none* of the profiles", "");
}

/* Of a profile, but without a group of this name */
static void group_without_key(void **state)
{
	tries_in_vain(with_server(5, " key cisco123\n", ""), "no pre-shared key for group admin",
		      "PROPOSAL_NOT_CHOSEN");
}

static void wrong_group_key(void **state)
{
	tries_in_vain(with_client(6, "key cisco123", "key cisco124"),
		      "authentication failed: the pre-shared keys differ",
		      "the pre-shared keys differ");
}

/* The client is told all but an address, says so, and gets one as soon as there is one. */
static void pool_is_empty(void **state)
{
	struct address none = { .family = AF_UNSPEC }, other = address_of_ipv4(0x0a000063);
	struct sim *sim = sim_new(7, client, server);
	struct leases *leases = &sim->nodes[1].ike->leases;
	struct identity somebody;
	struct lease *lease;
	struct result result;

	identity_set_address(&somebody, &other);
	result = lease_take(leases, policy_find_pool(sim->nodes[1].policy, "POOL"), &somebody,
			    &none, &lease);
	assert_int_equal(result.code, 0);
	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), client_knows));
	assert_non_null(strstr(client_error(sim), "the server gives no address"));
	assert_true(sim_logged(sim, "no address for the client: all addresses of pool POOL are in "
				    "use"));
	assert_int_equal(sim->nodes[0].addresses.count, 0);
	lease_release(leases, lease);
	assert_true(sim_run_until(sim, SECONDS(60), sim_both_up));
	sim_run(sim, SECONDS(70));
	assert_works(sim);
	sim_free(sim);
}

static void no_pool(void **state)
{
	tries_in_vain(with_server(8, "cisco123\n pool POOL\n", "cisco123\n"),
		      "group admin has no \"pool\"", "the server gives no address");
}

/* The pool of all groups, and what a group may give besides. */
static void everything(void **state)
{
	static const char *const lines[] = {
		"Sending banner: Welcome, all of you",
		"Sending save password reply value 1",
		"Sending include local lan reply value 1",
		"Sending PFS reply value 1",
		"Sending backup gateways: 10.0.0.3,vpn2.cisco.com",
		"banner of the server: Welcome, all of you",
	};
	struct sim *sim = with_server(
		9, "cisco123\n pool POOL\n",
		"cisco123\n banner Welcome, all of you\n save-password\n include-local-lan\n"
		" pfs\n backup-gateway 10.0.0.3\n backup-gateway vpn2.cisco.com\n max-users 2\n"
		" max-logins 1\ncrypto isakmp client configuration address-pool local POOL\n"
		"crypto isakmp client configuration group other\n");

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	for (size_t i = 0; i < COUNT(lines); i++)
		assert_true(sim_logged(sim, lines[i]));
	assert_true(is_address(&child_of(sim, 1)->remote_ts, "192.168.0.222"));
	sim_free(sim);
}

static void nobody_asks(void **state)
{
	tries_in_vain(with_server(10, " client configuration address respond\n", ""),
		      "profile P has no \"client configuration address respond\"",
		      "does not answer");
}

/* Without being asked: the client takes it all the same. */
static void pushed(void **state)
{
	struct sim *sim = with_server(11, "address respond", "address initiate");

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_true(sim_logged(sim, "Old State = IKE_P1_COMPLETE New State = "
				    "IKE_CONFIG_MODE_SET_SENT"));
	assert_true(sim_logged(sim, "Old State = IKE_CONFIG_MODE_SET_SENT New State = "
				    "IKE_P1_COMPLETE"));
	sim_run(sim, SECONDS(70));
	assert_works(sim);
	sim_free(sim);
}

/* F07: the address that was given, and no other, is what a client may use. */
static void another_address(void **state)
{
	struct sim *sim = sim_new(12, client, server);
	struct child_sa *child;
	struct ike_sa *sa;

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	sa = TAILQ_FIRST(&sim->nodes[0].ike->sas);
	child = TAILQ_FIRST(&sa->children);
	sa->client->inner[FAMILY_IPV4].address = address_of_ipv4(0xc0a800dd);
	sa->version->delete_child(child);
	assert_true(sim_run_until(sim, SECONDS(20), client_knows));
	assert_true(sim_logged(sim, "they are not for the address that mode config gave"));
	assert_non_null(strstr(client_error(sim), "INVALID_ID_INFORMATION"));
	sim_free(sim);
}

static bool all_gone(struct sim *sim)
{
	return !sim_count_sas(sim, 0) && !sim_count_sas(sim, 1) && !sim_count_kernel(sim, 1);
}

/* The lease ends with the ISAKMP SA; the client finds its address again. */
static void comes_back(void **state)
{
	struct sim *sim = sim_new(13, client, server);

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	sim_set_up(sim, 0, false);
	assert_true(sim_run_until(sim, SECONDS(20), all_gone));
	assert_int_equal(sim->nodes[0].addresses.count, 0);
	assert_int_equal(sim->nodes[0].routes.count, 0);
	assert_int_equal(sim->nodes[1].routes.count, 0);
	assert_false(TAILQ_EMPTY(&sim->nodes[1].ike->leases.idle));
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	sim_run(sim, SECONDS(70));
	assert_works(sim);
	/* One that dies without a word: who comes back says so, once its user is known. */
	sim_restart(sim, 0);
	sim_run(sim, SECONDS(100));
	assert_works(sim);
	sim_free(sim);
}

/* The client shows the user again, keeps its address, and no packet is lost. */
static void phase_1_anew(void **state)
{
	struct sim *sim =
		with_client(14, " group 2\ncrypto ipsec", " group 2\n lifetime 300\ncrypto ipsec");

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	for (int i = 0; i < 1000; i++) {
		sim_run(sim, SECONDS(1));
		assert_true(sim_ping(sim, 0));
		assert_true(sim_ping(sim, 1));
	}
	assert_true(sim_stat(sim, 1, IKE_STAT_ESTABLISHED) >= 3);
	sim_run(sim, SECONDS(30));
	assert_works(sim);
	sim_free(sim);
}

/* Main mode, where the key is found by address and the method is agreed on before the name. */
static void main_mode(void **state)
{
	static char first[4000], second[4000];
	struct sim *sim;

	scene_replace(client, " group admin key cisco123\n", "", altered_client,
		      sizeof(altered_client));
	scene_prepend("crypto isakmp key bykey address 10.0.0.2\n", altered_client, first,
		      sizeof(first));
	scene_replace(server, "match identity group admin",
		      "match identity address 10.0.0.1\n client configuration group admin",
		      altered_server, sizeof(altered_server));
	scene_prepend("crypto isakmp key bykey address 10.0.0.1\n", altered_server, second,
		      sizeof(second));
	sim = sim_new(15, first, second);
	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_true(sim_logged(sim, "Old State = IKE_R_MM5 New State = IKE_P1_COMPLETE"));
	sim_run(sim, SECONDS(70));
	assert_works(sim);
	sim_free(sim);
	/* A profile that wants no user refuses a peer that wants to be one, once it has a name. */
	scene_replace(second, "match identity address 10.0.0.1", "match identity address 10.9.9.9",
		      altered_server, sizeof(altered_server));
	tries_in_vain(sim_new(16, first, altered_server),
		      "the peer wants XAUTH, and no profile with \"client authentication list\" "
		      "matches it",
		      "");
}

/* Nothing but XAUTH will do where users are asked for. */
static void without_xauth(void **state)
{
	static const char plain[] = SUITE("10", "128", "md5") SETS
		"crypto isakmp key cisco123 address 10.0.0.2\n"
		"crypto isakmp profile P\n match identity address 10.0.0.2\n legacy\n"
		"crypto ipsec profile I\n set transform-set T\n set isakmp-profile P\n"
		"interface Tunnel0\n tunnel source 10.0.0.1\n tunnel destination 10.0.0.2\n"
		" tunnel mode ipsec ipv4\n tunnel protection ipsec profile I\n";
	static char second[4000];

	scene_replace(server, "match identity group admin", "match identity address 10.0.0.1",
		      altered_server, sizeof(altered_server));
	scene_prepend("crypto isakmp key cisco123 address 10.0.0.1\n", altered_server, second,
		      sizeof(second));
	tries_in_vain(sim_new(17, plain, second),
		      "profile P asks for a user by XAUTH, which the peer has not offered", "");
}

#define MODERN(method) \
	"crypto isakmp policy 10\n encryption aes 256\n hash sha256\n authentication " method \
	"\n group 14\n"

/* Certificates need no permission: nobody else in the group can be the server. */
static struct sim *with_certificates(uint64_t seed, const char *method, const struct pki_end *end)
{
	static const struct pki_end good = { .local = "rsa-sig" };
	static char first[6000], second[6000];
	char policy[300];

	snprintf(policy, sizeof(policy), MODERN("%s"), method);
	snprintf(first, sizeof(first),
		 "%s%s" SETS "crypto ipsec client ezvpn EASY\n peer 10.0.0.2\n"
		 " username alice password wonderland\n set transform-set T\n"
		 "interface Tunnel0\n tunnel source 10.0.0.1\n"
		 " crypto ipsec client ezvpn EASY\n",
		 pki_scene_trustpoint(0, &good), policy);
	snprintf(second, sizeof(second),
		 "%s%s" SETS GROUP "username alice password wonderland\n"
		 "crypto isakmp profile P\n match identity address 10.0.0.1\n"
		 " client authentication list USERS\n client configuration address respond\n"
		 " client configuration group admin\n" TUNNEL,
		 pki_scene_trustpoint(1, end ? end : &good), policy);
	return sim_new(seed, first, second);
}

static void certificates(void **state)
{
	static const char *const methods[] = { "rsa-sig", "hybrid" };
	static const char *const lines[] = { "auth XAUTHInitRSA", "auth HybridInitRSA" };

	for (size_t i = 0; i < COUNT(methods); i++) {
		struct sim *sim = with_certificates(30 + i, methods[i], NULL);

		up(sim);
		assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
		assert_true(sim_logged(sim, lines[i]));
		sim_run(sim, SECONDS(70));
		assert_works(sim);
		sim_free(sim);
	}
}

/* Nobody is told a password who is not the server. */
static void strange_servers(void **state)
{
	static const struct pki_end ends[] = {
		{ .local = "rsa-sig", .of_stranger = true },
		{ .local = "rsa-sig", .san = "DNS:other.example,IP:10.0.0.9" },
	};

	for (size_t i = 0; i < COUNT(ends); i++) {
		struct sim *sim = with_certificates(40 + i, "hybrid", &ends[i]);

		up(sim);
		assert_true(sim_run_until(sim, SECONDS(20), client_knows));
		assert_non_null(strstr(client_error(sim), "authentication failed"));
		assert_false(sim_logged(sim, "reply attribute XAUTH_USER_PASSWORD_V2"));
		assert_int_equal(sim->nodes[0].addresses.count, 0);
		sim_free(sim);
	}
}

static void network_extension(void **state)
{
	struct sim *sim = with_client(18, " mode client\n", " mode network-extension\n");

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_false(sim_logged(sim, "Need config/address"));
	assert_int_equal(sim->nodes[0].addresses.count, 0);
	assert_int_equal(child_of(sim, 1)->remote_ts.items[0].end.octets[0], 255);
	sim_free(sim);
}

static void lossy_wire(void **state)
{
	for (uint64_t seed = 1; seed < 10; seed++) {
		struct sim *sim = sim_new(seed, client, server);

		sim->loss = 15;
		sim->repeat = 20;
		sim->reorder = 20;
		up(sim);
		assert_true(sim_run_until(sim, SECONDS(900), sim_both_up));
		sim->loss = sim->repeat = sim->reorder = 0;
		sim_run(sim, SECONDS(200));
		assert_true(sim_ping(sim, 0));
		assert_true(sim_ping(sim, 1));
		sim_free(sim);
	}
}

struct swallow {
	unsigned int count, which;
	size_t octet; /* damages it in place of losing it; 0: loses it */
};

static bool swallow_one(struct sim *sim, struct sim_message *message)
{
	struct swallow *swallow = sim->filter_context;

	if (swallow->count++ != swallow->which)
		return true;
	if (swallow->octet)
		message->octets.data[swallow->octet % message->octets.len] ^= 0x55;
	return swallow->octet;
}

static void each_message_lost(void **state)
{
	for (unsigned int which = 0; which < 12; which++) {
		struct swallow swallow = { .which = which };
		struct sim *sim = sim_new(which + 1, client, server);

		sim->filter = swallow_one;
		sim->filter_context = &swallow;
		up(sim);
		assert_true(sim_run_until(sim, SECONDS(100), sim_both_up));
		assert_true(swallow.count > 11);
		sim_run(sim, SECONDS(100));
		assert_works(sim);
		sim_free(sim);
	}
}

static void damaged_messages(void **state)
{
	for (unsigned int which = 3; which < 9; which++) {
		for (size_t octet = 1; octet < 240; octet += 17) {
			struct swallow swallow = { .which = which, .octet = octet };
			struct sim *sim = sim_new(octet + which, client, server);

			sim->filter = swallow_one;
			sim->filter_context = &swallow;
			up(sim);
			assert_true(sim_run_until(sim, SECONDS(300), sim_both_up));
			sim_run(sim, SECONDS(100));
			assert_works(sim);
			sim_free(sim);
		}
	}
}

static void replays(void **state)
{
	struct scene_recorder recorder = {};
	struct sim *sim = sim_new(20, client, server);
	uint64_t established;

	sim->filter = scene_record;
	sim->filter_context = &recorder;
	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	sim_run(sim, SECONDS(100));
	established = sim_stat(sim, 1, IKE_STAT_ESTABLISHED);
	for (size_t i = 0; i < recorder.count; i++)
		sim_inject(sim, recorder.to[i], &recorder.from[i],
			   buffer_bytes(&recorder.octets[i]));
	sim_run(sim, SECONDS(100));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), established);
	assert_works(sim);
	scene_recorder_free(&recorder);
	sim_free(sim);
}

/* What is weak about a group's key is said before anything is sent. */
static void needs_permission(void **state)
{
	static const char *const texts[] = { client, server };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct config_report report;
		struct policy *policy;
		struct result result;

		scene_replace(texts[i], " legacy\n", "", altered_client, sizeof(altered_client));
		config_report_init(&report);
		result =
			config_load_text("text", bytes_of_string(altered_client), &report, &policy);
		assert_int_not_equal(result.code, 0);
		assert_true(report.errors > 0);
		config_report_free(&report);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_in_the_document),
		cmocka_unit_test(wrong_password),
		cmocka_unit_test(unknown_user),
		cmocka_unit_test(unknown_group),
		cmocka_unit_test(group_without_key),
		cmocka_unit_test(wrong_group_key),
		cmocka_unit_test(pool_is_empty),
		cmocka_unit_test(no_pool),
		cmocka_unit_test(everything),
		cmocka_unit_test(nobody_asks),
		cmocka_unit_test(pushed),
		cmocka_unit_test(another_address),
		cmocka_unit_test(comes_back),
		cmocka_unit_test(phase_1_anew),
		cmocka_unit_test(main_mode),
		cmocka_unit_test(without_xauth),
		cmocka_unit_test(certificates),
		cmocka_unit_test(strange_servers),
		cmocka_unit_test(network_extension),
		cmocka_unit_test(lossy_wire),
		cmocka_unit_test(each_message_lost),
		cmocka_unit_test(damaged_messages),
		cmocka_unit_test(replays),
		cmocka_unit_test(needs_permission),
	};

	int failures;

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	failures = cmocka_run_group_tests(tests, NULL, NULL);
	pki_scene_end();
	return failures;
}

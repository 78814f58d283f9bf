// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Remote access: a client that is given its address (A04), B17 and B18; IPv4, IPv6 or both. Node 0
 * is the client, node 1 the server.
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

#define KEYS \
	"crypto ikev2 keyring K\n peer all\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key secret\n"
#define PROFILE \
	"crypto ikev2 profile P\n match identity remote any\n authentication remote pre-share\n" \
	" authentication local pre-share\n keyring local K\n lifetime 1000\n"
#define IPSEC \
	"crypto ipsec profile I\n set ikev2-profile P\n" \
	" set security-association lifetime seconds 300\n"
#define POOL \
	"ip local pool POOL 172.16.9.1 172.16.9.1\n" \
	"crypto ikev2 authorization policy AUTHOR\n pool POOL\n netmask 255.255.255.0\n" \
	" dns 10.1.1.1 10.1.1.2\n wins 10.1.1.3\n route set remote ipv4 10.1.0.0 255.255.0.0\n" \
	" route set interface\n"

static const char client[] =
	KEYS PROFILE IPSEC "interface Tunnel0\n ip address negotiated\n tunnel source 10.0.0.1\n"
			   " tunnel destination 10.0.0.2\n tunnel protection ipsec profile I\n";
static const char server[] = KEYS POOL PROFILE
	" aaa authorization group psk list local AUTHOR\n" IPSEC " responder-only\n"
	"interface Tunnel0\n ip address 172.16.9.254 255.255.255.0\n tunnel source 10.0.0.2\n"
	" tunnel destination 10.0.0.1\n tunnel protection ipsec profile I\n";

#define POOLS \
	"ip local pool POOL 172.16.9.1 172.16.9.1\nipv6 local pool SIX 2001:db8:9::/64 128\n" \
	"crypto ikev2 authorization policy AUTHOR\n pool POOL\n ipv6 pool SIX\n" \
	" netmask 255.255.255.0\n dns 10.1.1.1\n ipv6 dns 2001:db8:1::53\n" \
	" route set remote ipv4 10.1.0.0 255.255.0.0\n route set remote ipv6 2001:db8:1::/48\n" \
	" route set interface\n"

static const char dual_client[] =
	KEYS PROFILE IPSEC "interface Tunnel0\n ip address negotiated\n ipv6 address negotiated\n"
			   " tunnel source 10.0.0.1\n tunnel destination 10.0.0.2\n"
			   " tunnel protection ipsec profile I\n";
static const char v6_client[] =
	KEYS PROFILE IPSEC "interface Tunnel0\n ipv6 address negotiated\n"
			   " tunnel source 10.0.0.1\n tunnel destination 10.0.0.2\n"
			   " tunnel protection ipsec profile I\n";
static const char dual_server[] = KEYS POOLS PROFILE
	" aaa authorization group psk list local AUTHOR\n" IPSEC " responder-only\n"
	"interface Tunnel0\n ip address 172.16.9.254 255.255.255.0\n"
	" ipv6 address 2001:db8:9::fffe/64\n tunnel source 10.0.0.2\n"
	" tunnel destination 10.0.0.1\n tunnel protection ipsec profile I\n";

static void up(struct sim *sim)
{
	sim_set_up(sim, 1, true);
	sim_set_up(sim, 0, true);
}

static const struct child_sa *child_of(struct sim *sim, int node)
{
	return tunnel_active_child(tunnel_find(sim->nodes[node].ike, 7));
}

static bool is_one_address(const struct traffic_selectors *selectors, const char *text)
{
	struct address address;

	return address_parse(text, &address) && selectors->count == 1 &&
	       address_equal(&selectors->items[0].start, &address) &&
	       address_equal(&selectors->items[0].end, &address);
}

static void assert_has_address(struct sim *sim)
{
	const struct ike_sa *sa;

	assert_true(is_one_address(&child_of(sim, 0)->local_ts, "172.16.9.1"));
	assert_true(is_one_address(&child_of(sim, 1)->remote_ts, "172.16.9.1"));
	assert_int_equal(sim->nodes[0].addresses.count, 1);
	assert_true(sim_has(&sim->nodes[0].addresses, "172.16.9.1"));
	assert_int_equal(sim->nodes[0].addresses.items[0].length, 24);
	assert_int_equal(sim->nodes[0].routes.count, 2);
	assert_true(sim_has(&sim->nodes[0].routes, "10.1.0.0"));
	assert_true(sim_has(&sim->nodes[0].routes, "172.16.9.254"));
	assert_int_equal(sim->nodes[1].routes.count, 1);
	assert_true(sim_has(&sim->nodes[1].routes, "172.16.9.1"));
	for (int i = 0; i < 2; i++) {
		sa = TAILQ_FIRST(&sim->nodes[i].ike->sas);
		assert_non_null(sa->client);
		assert_int_equal(sa->client->server, i);
		assert_int_equal(sa->client->dns_count, 2);
		assert_int_equal(sa->client->nbns_count, 1);
		assert_int_equal(sa->client->subnet_count, 2);
		assert_true(sim_ping(sim, i));
	}
	assert_memory_equal(TAILQ_FIRST(&sim->nodes[0].ike->sas)->client->version, "seki ", 5);
}

/* A04: address, mask, servers and networks arrive, and the child is for the address alone. */
static void test_address(void **state)
{
	struct sim *sim = sim_new(1, client, server);

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_has_address(sim);
	sim_free(sim);
}

/* Neither a rekey of the child nor one of the IKE SA loses what was given. */
static void test_rekeys(void **state)
{
	struct sim *sim = sim_new(2, client, server);

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_int_equal(ike_rekey_children(sim->nodes[1].ike, NULL), 1);
	sim_run(sim, SECONDS(15));
	assert_int_equal(sim_count_kernel(sim, 0), 2);
	assert_has_address(sim);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ike_rekey_sas(sim->nodes[i].ike, NULL), 1);
		sim_run(sim, SECONDS(15));
		assert_int_equal(sim_count_sas(sim, 1), 1);
		assert_has_address(sim);
	}
	assert_true(sim_stat(sim, 1, IKE_STAT_REKEYED) == 2);
	sim_free(sim);
}

static bool server_is_empty(struct sim *sim)
{
	return !sim_count_sas(sim, 0) && !sim_count_sas(sim, 1);
}

/* The lease ends with the IKE SA, the address of the client with its tunnel. */
static void test_release(void **state)
{
	struct sim *sim = sim_new(3, client, server);
	struct leases *leases = &sim->nodes[1].ike->leases;

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_true(TAILQ_EMPTY(&leases->idle));
	sim_set_up(sim, 0, false);
	assert_true(sim_run_until(sim, SECONDS(20), server_is_empty));
	assert_int_equal(sim->nodes[0].addresses.count, 0);
	assert_int_equal(sim->nodes[0].routes.count, 0);
	assert_int_equal(sim->nodes[1].routes.count, 0);
	assert_false(TAILQ_EMPTY(&leases->idle));
	sim_run(sim, SECONDS(10));
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_has_address(sim);
	sim_free(sim);
}

static bool client_knows(struct sim *sim)
{
	return tunnel_find(sim->nodes[0].ike, 7)->last_error[0];
}

/* A pool that is used up fails the child and not the IKE SA; a free address is had by the next attempt. */
static void test_exhausted(void **state)
{
	struct sim *sim = sim_new(4, client, server);
	struct address none = { .family = AF_UNSPEC }, other = address_of_ipv4(0x0a000063);
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
	assert_non_null(
		strstr(tunnel_find(sim->nodes[0].ike, 7)->last_error, "INTERNAL_ADDRESS_FAILURE"));
	assert_true(sim_logged(sim, "all addresses of pool POOL are in use"));
	sim_run(sim, SECONDS(1));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sim_count_sas(sim, i), 1);
		assert_int_equal(sim_count_kernel(sim, i), 0);
	}
	lease_release(leases, lease);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	/* by CREATE_CHILD_SA on the same IKE SA */
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_ESTABLISHED), 1);
	assert_has_address(sim);
	sim_free(sim);
}

/* B18: without a policy there is no answer; who needs an address says so, with the cause. */
static void test_no_policy(void **state)
{
	static const char plain[] = KEYS PROFILE IPSEC
		" responder-only\n"
		"interface Tunnel0\n tunnel source 10.0.0.2\n tunnel destination 10.0.0.1\n"
		" tunnel protection ipsec profile I\n";
	struct sim *sim = sim_new(5, client, plain);

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), client_knows));
	assert_non_null(
		strstr(tunnel_find(sim->nodes[0].ike, 7)->last_error, "the peer gives no address"));
	assert_true(sim_logged(sim, "Error constructing config reply"));
	assert_true(sim_logged(sim, "No config data to send to toolkit:"));
	assert_int_equal(sim->nodes[0].addresses.count, 0);
	/* The half that the server made is deleted again. */
	sim_run(sim, SECONDS(1));
	assert_int_equal(sim_count_kernel(sim, 0), 0);
	sim_free(sim);
}

/* B17, B18: a request for servers and networks alone never stands in the way. */
static void test_request_only(void **state)
{
	static const char asks[] = KEYS PROFILE " config-exchange request\n" IPSEC
						"interface Tunnel0\n tunnel source 10.0.0.1\n"
						" tunnel destination 10.0.0.2\n"
						" tunnel protection ipsec profile I\n";
	struct sim *sim = sim_new(6, asks, server);
	const struct ike_sa *sa;

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	sa = TAILQ_FIRST(&sim->nodes[0].ike->sas);
	assert_int_equal(sa->client->dns_count, 2);
	assert_false(client_has_address(sa->client));
	assert_int_equal(sim->nodes[0].addresses.count, 0);
	assert_int_equal(sim->nodes[0].routes.count, 0);
	assert_int_equal(child_of(sim, 0)->local_ts.items[0].end.octets[0], 255);
	sim_free(sim);
	sim = sim_new(6, asks, sim_modern_2);
	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_true(sim_logged(sim, "Error constructing config reply"));
	sim_free(sim);
}

/* The client dies without a word and comes back: INITIAL_CONTACT frees its address for it. */
static void test_client_returns(void **state)
{
	struct sim *sim = sim_new(7, client, server);

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	sim_restart(sim, 0);
	sim_run(sim, SECONDS(15));
	assert_true(sim_both_up(sim));
	assert_int_equal(sim_count_sas(sim, 1), 1);
	assert_has_address(sim);
	sim_free(sim);
}

static bool is_two_addresses(const struct traffic_selectors *selectors, const char *first,
			     const char *second)
{
	struct traffic_selectors wanted = {};
	struct address address;

	assert_true(address_parse(first, &address));
	selectors_add(&wanted, &address, &address);
	assert_true(address_parse(second, &address));
	selectors_add(&wanted, &address, &address);
	return selectors_equal(selectors, &wanted);
}

static void assert_has_both(struct sim *sim)
{
	const struct sim_prefixes *addresses = &sim->nodes[0].addresses;

	assert_true(is_two_addresses(&child_of(sim, 0)->local_ts, "172.16.9.1", "2001:db8:9::2"));
	assert_true(is_two_addresses(&child_of(sim, 1)->remote_ts, "172.16.9.1", "2001:db8:9::2"));
	assert_int_equal(addresses->count, 2);
	assert_true(sim_has(addresses, "172.16.9.1"));
	assert_true(sim_has(addresses, "2001:db8:9::2"));
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(addresses->items[i].length,
				 addresses->items[i].address.family == AF_INET ? 24 : 128);
	assert_int_equal(sim->nodes[0].routes.count, 4);
	assert_true(sim_has(&sim->nodes[0].routes, "2001:db8:1::"));
	assert_true(sim_has(&sim->nodes[0].routes, "2001:db8:9::fffe"));
	assert_int_equal(sim->nodes[1].routes.count, 2);
	assert_true(sim_has(&sim->nodes[1].routes, "2001:db8:9::2"));
	for (int i = 0; i < 2; i++) {
		const struct client_config *config =
			((struct ike_sa *)TAILQ_FIRST(&sim->nodes[i].ike->sas))->client;

		assert_int_equal(config->dns_count, 2);
		assert_int_equal(config->subnet_count, 4);
		assert_true(sim_ping(sim, i));
	}
}

/* A04: both families at once, kept by rekeys, given back at the end. */
static void test_both_families(void **state)
{
	struct sim *sim = sim_new(8, dual_client, dual_server);

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_has_both(sim);
	assert_int_equal(ike_rekey_children(sim->nodes[1].ike, NULL), 1);
	sim_run(sim, SECONDS(15));
	assert_has_both(sim);
	assert_int_equal(ike_rekey_sas(sim->nodes[0].ike, NULL), 1);
	sim_run(sim, SECONDS(15));
	assert_has_both(sim);
	sim_set_up(sim, 0, false);
	assert_true(sim_run_until(sim, SECONDS(20), server_is_empty));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sim->nodes[i].addresses.count, 0);
		assert_int_equal(sim->nodes[i].routes.count, 0);
	}
	/* The same addresses again, by what the client had and what the server remembers. */
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_has_both(sim);
	sim_free(sim);
}

/* IPv6 alone inside IPv4. */
static void test_ipv6_alone(void **state)
{
	struct sim *sim = sim_new(9, v6_client, dual_server);

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_true(is_one_address(&child_of(sim, 0)->local_ts, "2001:db8:9::1"));
	assert_true(is_one_address(&child_of(sim, 1)->remote_ts, "2001:db8:9::1"));
	assert_int_equal(sim->nodes[0].addresses.count, 1);
	assert_int_equal(child_of(sim, 1)->local_ts.count, 1);
	sim_free(sim);
}

/* Who wants both is content with one: the server has no IPv6, or no IPv4 address left. */
static void test_one_of_two(void **state)
{
	struct address none = { .family = AF_UNSPEC }, other = address_of_ipv4(0x0a000063);
	struct sim *sim = sim_new(10, dual_client, server);
	struct identity somebody;
	struct result result;
	struct lease *lease;

	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_has_address(sim);
	sim_free(sim);

	sim = sim_new(11, dual_client, dual_server);
	identity_set_address(&somebody, &other);
	result = lease_take(&sim->nodes[1].ike->leases,
			    policy_find_pool(sim->nodes[1].policy, "POOL"), &somebody, &none,
			    &lease);
	assert_int_equal(result.code, 0);
	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_true(sim_logged(sim, "all addresses of pool POOL are in use"));
	assert_true(is_one_address(&child_of(sim, 0)->local_ts, "2001:db8:9::2"));
	assert_int_equal(sim->nodes[0].addresses.count, 1);
	sim_free(sim);
}

/* --- replies of our own making --- */

static struct config_attribute forged[4];
static size_t forged_count;

/* Another configuration payload in the response that makes the child. */
static bool forge_reply(struct sim *sim, struct sim_message *message)
{
	static const uint8_t config[] = { PAYLOAD_CONFIG, 0 };
	struct scene_opened opened;
	struct writer chain = {};

	if (message->to != 0 || message->octets.len < 20 || message->octets.data[18] != 35)
		return true;
	scene_open(sim, message, &opened);
	writer_begin_chain(&chain);
	scene_put_payloads(&opened, config, &chain);
	put_config(&chain, CONFIG_REPLY, forged, forged_count);
	scene_seal(message, &opened, &chain);
	return true;
}

static void refuse_reply(const char *why)
{
	struct sim *sim = sim_new(12, v6_client, dual_server);

	sim->filter = forge_reply;
	up(sim);
	assert_true(sim_run_until(sim, SECONDS(20), client_knows));
	assert_non_null(strstr(tunnel_find(sim->nodes[0].ike, 7)->last_error, why));
	assert_int_equal(sim->nodes[0].addresses.count, 0);
	assert_int_equal(sim->nodes[0].routes.count, 0);
	sim_run(sim, MILLISECONDS(500));
	assert_int_equal(sim_count_kernel(sim, 0), 0);
	sim_free(sim);
}

/* Attributes that make no sense are passed over, addresses that no host can have are refused. */
static void test_bad_replies(void **state)
{
	static const char *const useless[] = { "ff02::1", "::1", "::" };
	uint8_t octets[18];
	struct address address;

	forged_count = 1;
	for (size_t i = 0; i < sizeof(useless) / sizeof(useless[0]); i++) {
		assert_true(address_parse(useless[i], &address));
		memcpy(octets, address.octets, 16);
		octets[16] = 128;
		forged[0] = (struct config_attribute){ CONFIG_INTERNAL_IP6_ADDRESS,
						       bytes_of(octets, 17) };
		refuse_reply("which no host can have");
	}
	assert_true(address_parse("2001:db8:9::1", &address));
	memcpy(octets, address.octets, 16);
	octets[16] = 129;
	refuse_reply("holds no address for us");
	octets[16] = 128;
	for (size_t len = 16; len <= 18; len += 2) {
		forged[0].value.len = len;
		refuse_reply("holds no address for us");
	}
	/* an IPv4 address that was not asked for is none */
	forged[0] = (struct config_attribute){ CONFIG_INTERNAL_IP4_ADDRESS, bytes_of(octets, 4) };
	refuse_reply("holds no address for us");
	/* another one than the selectors are about */
	octets[15] = 0x99;
	forged[0] = (struct config_attribute){ CONFIG_INTERNAL_IP6_ADDRESS, bytes_of(octets, 17) };
	refuse_reply("traffic selectors leave out the address 2001:db8:9::99 that it gave");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address),	       cmocka_unit_test(test_rekeys),
		cmocka_unit_test(test_release),	       cmocka_unit_test(test_exhausted),
		cmocka_unit_test(test_no_policy),      cmocka_unit_test(test_request_only),
		cmocka_unit_test(test_client_returns), cmocka_unit_test(test_both_families),
		cmocka_unit_test(test_ipv6_alone),     cmocka_unit_test(test_one_of_two),
		cmocka_unit_test(test_bad_replies),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

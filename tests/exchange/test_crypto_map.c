// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Crypto maps between two daemons, with IKEv1 and IKEv2: what a configuration
 * makes of the kernel's policies, one pair of SAs for each line of an access list,
 * reload, restart, keys by host name and in keyrings (rows B44, D14 to D19, E01, I10).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

/* S1's lab, with our addresses. */
#define V1(there) \
	"crypto legacy\nhostname cl-2513\ncrypto isakmp policy 1\n authentication pre-share\n group 2\n" \
	"crypto isakmp key sharedkey address 10.0.0." there "\n" \
	"crypto ipsec transform-set auth2 esp-des esp-sha-hmac\n"
#define V2(there) \
	"crypto ikev2 keyring K\n peer all\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key secret\n" \
	"crypto ikev2 profile P\n match identity remote any\n authentication remote pre-share\n" \
	" authentication local pre-share\n keyring local K\n" \
	"crypto ipsec transform-set auth2 esp-aes 256 esp-sha256-hmac\n"
#define MAP(there, more) \
	"crypto map test 10 ipsec-isakmp\n set peer 10.0.0." there \
	"\n set transform-set auth2\n match address 133\n" more
#define APPLIED "interface Serial0\n crypto map test\n"
#define ONE_1 "access-list 133 permit ip 10.50.0.0 0.0.0.255 10.60.0.0 0.0.0.255\n"
#define ONE_2 "access-list 133 permit ip 10.60.0.0 0.0.0.255 10.50.0.0 0.0.0.255\n"
#define TWO_1 "access-list 133 permit tcp host 10.50.1.1 10.61.0.0 0.0.0.255 eq telnet\n"
#define TWO_2 "access-list 133 permit tcp 10.61.0.0 0.0.0.255 eq 23 host 10.50.1.1\n"
#define DENIED "access-list 133 deny ip 10.50.0.0 0.0.0.255 host 10.60.0.9\n"
#define P2 " set ikev2-profile P\n"

static const char v1_1[] = V1("2") MAP("2", "") APPLIED ONE_1 TWO_1,
		  v1_2[] = V1("1") MAP("1", "") APPLIED ONE_2 TWO_2,
		  v2_1[] = V2("2") MAP("2", P2) APPLIED ONE_1 TWO_1,
		  v2_2[] = V2("1") MAP("1", P2) APPLIED ONE_2 TWO_2;

static struct sim *new_pair(uint64_t seed, const char *first, const char *second)
{
	struct sim *sim = sim_new(seed, first, second);

	sim_maps(sim, 0, NULL);
	sim_maps(sim, 1, NULL);
	return sim;
}

static void assert_pair(struct sim *sim, const char *from, const char *to)
{
	uint32_t there = sim_flow(sim, 0, to), back = sim_flow(sim, 1, from);

	assert_true(there && back);
	assert_int_equal(sim_ping_policy(sim, 0, there), back);
	assert_int_equal(sim_ping_policy(sim, 1, back), there);
}

struct expected {
	const char *local_first, *local_last, *remote_first, *remote_last;
	unsigned int protocol, remote_port;
	size_t found;
};

static void find_selectors(void *context, const struct child_sa_facts *facts)
{
	const struct traffic_selector *local = &facts->local_ts.items[0],
				      *remote = &facts->remote_ts.items[0];
	struct expected *expected = context;
	struct address one, two, three, four;

	address_parse(expected->local_first, &one);
	address_parse(expected->local_last, &two);
	address_parse(expected->remote_first, &three);
	address_parse(expected->remote_last, &four);
	assert_string_equal(facts->map_tag, "test");
	assert_string_equal(facts->interface, "eth0");
	expected->found +=
		facts->local_ts.count == 1 && facts->remote_ts.count == 1 &&
		address_equal(&local->start, &one) && address_equal(&local->end, &two) &&
		address_equal(&remote->start, &three) && address_equal(&remote->end, &four) &&
		local->protocol == expected->protocol &&
		remote->start_port == expected->remote_port &&
		remote->end_port == (expected->remote_port ? expected->remote_port : 65535);
}

/* D17, D18: nothing before a packet; then a pair for its line, and the other end mirrors it. */
static void one_pair_a_line(const char *first, const char *second, int initiator)
{
	struct expected net = { "10.50.0.0", "10.50.0.255", "10.60.0.0", "10.60.0.255", 0, 0, 0 };
	struct expected host = { "10.50.1.1", "10.50.1.1", "10.61.0.0", "10.61.0.255", 6, 23, 0 };
	struct sim *sim = new_pair(1, first, second);
	uint32_t net_flow = sim_flow(sim, initiator, initiator ? "10.50.0.0" : "10.60.0.0");
	uint32_t host_flow = sim_flow(sim, initiator, initiator ? "10.50.1.1" : "10.61.0.0");

	sim_run(sim, SECONDS(60));
	assert_int_equal(sim->sent, 0);
	assert_int_equal(sim_count_kernel(sim, 0), 0);

	sim_acquire(sim, initiator, net_flow);
	sim_run(sim, SECONDS(2));
	assert_pair(sim, "10.50.0.0", "10.60.0.0");
	assert_int_equal(sim_count_kernel(sim, 0), 2);
	sim_acquire(sim, initiator, host_flow);
	sim_run(sim, SECONDS(2));
	assert_pair(sim, "10.50.1.1", "10.61.0.0");
	assert_pair(sim, "10.50.0.0", "10.60.0.0");
	assert_int_equal(sim_count_sas(sim, 0), 1);
	assert_int_equal(sim_count_kernel(sim, 0), 4);
	assert_int_equal(sim_count_kernel(sim, 1), 4);

	ike_each_child(sim->nodes[0].ike, find_selectors, &net);
	ike_each_child(sim->nodes[0].ike, find_selectors, &host);
	assert_int_equal(net.found, 1);
	assert_int_equal(host.found, 1);

	/* Rekeyed by either end, each stays what it was. */
	assert_int_equal(ike_rekey_children(sim->nodes[0].ike, NULL), 2);
	sim_run(sim, SECONDS(20));
	assert_int_equal(ike_rekey_children(sim->nodes[1].ike, NULL), 2);
	sim_run(sim, SECONDS(20));
	assert_pair(sim, "10.50.1.1", "10.61.0.0");
	assert_pair(sim, "10.50.0.0", "10.60.0.0");
	assert_int_equal(sim_count_kernel(sim, 0), 4);
	sim_free(sim);
}

static void test_one_pair_a_line(void **state)
{
	for (int initiator = 0; initiator < 2; initiator++) {
		one_pair_a_line(v1_1, v1_2, initiator);
		one_pair_a_line(v2_1, v2_2, initiator);
	}
}

/* What the other end's list does not have is refused with the cause, and tried with the next packet. */
static void test_a_line_without_mirror(void **state)
{
	static const char lonely[] = V1("2") MAP("2", "") APPLIED
		"access-list 133 permit ip 10.50.0.0 0.0.0.255 10.77.0.0 0.0.0.255\n";
	struct sim *sim = new_pair(2, lonely, v1_2);
	uint32_t flow = sim_flow(sim, 0, "10.77.0.0");
	uint64_t sent;

	sim_acquire(sim, 0, flow);
	sim_run(sim, SECONDS(5));
	assert_true(sim_logged(sim, "proxy identities not supported"));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_TS_UNACCEPTABLE), 1);
	assert_int_equal(sim_ping_policy(sim, 0, flow), 0);
	assert_int_equal(sim_count_kernel(sim, 1), 0);
	sent = sim->sent;
	sim_run(sim, SECONDS(30));
	assert_int_equal(sim->sent, sent);
	sim_acquire(sim, 0, flow);
	sim_run(sim, SECONDS(5));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_TS_UNACCEPTABLE), 2);
	sim_free(sim);
}

/* Lines that lie in each other: the one that has all of it takes it, in whatever order they are. */
static void test_the_line_that_fits(void **state)
{
	static const char first[] = V1("2") MAP("2", "") APPLIED
		"access-list 133 permit ip 10.50.0.0 0.0.0.255 host 10.60.0.7\n" ONE_1,
			  second[] = V1("1") MAP("1", "") APPLIED
			  "access-list 133 permit ip host 10.60.0.7 10.50.0.0 0.0.0.255\n" ONE_2;
	struct sim *sim = new_pair(3, first, second);
	uint32_t flow = sim_flow(sim, 0, "10.60.0.0"), arrived;
	const struct sim_policy *policy;

	sim_acquire(sim, 0, flow);
	sim_run(sim, SECONDS(2));
	arrived = sim_ping_policy(sim, 0, flow);
	TAILQ_FOREACH(policy, &sim->nodes[1].policies, link)
		if (policy->policy.id == arrived)
			assert_int_equal(policy->policy.source.length, 24);
	assert_true(arrived);
	sim_free(sim);
}

/* "deny" leaves traffic alone: in the kernel, in front of the line that would take it. */
static void test_deny(void **state)
{
	static const char first[] = V1("2") MAP("2", "") APPLIED DENIED ONE_1;
	struct sim *sim = new_pair(4, first, v1_2);
	const struct sim_policy *policy = TAILQ_FIRST(&sim->nodes[0].policies);

	assert_int_equal(policy->policy.action, KERNEL_BYPASS);
	assert_int_equal(policy->policy.destination.length, 32);
	policy = TAILQ_NEXT(policy, link);
	assert_int_equal(policy->policy.action, KERNEL_PROTECT);
	assert_string_equal(policy->policy.profile, "test 10");
	sim_acquire(sim, 0, policy->policy.id);
	sim_run(sim, SECONDS(2));
	assert_pair(sim, "10.50.0.0", "10.60.0.0");
	sim_free(sim);
}

/* I10: what is the same in the new configuration carries on, SAs and all. */
static void test_reload(void **state)
{
	static const char more[] = V1("2") MAP("2", "") APPLIED TWO_1
		"access-list 133 permit ip 10.51.0.0 0.0.0.255 10.62.0.0 0.0.0.255\n" ONE_1,
			  less[] = V1("2") MAP("2", "") APPLIED ONE_1,
			  other_peer[] = V1("3") MAP("3", "") APPLIED ONE_1, none[] = V1("2");
	struct sim *sim = new_pair(5, v1_1, v1_2);
	uint32_t one = sim_flow(sim, 0, "10.60.0.0"), two = sim_flow(sim, 0, "10.61.0.0");
	const struct sim_policy *policy;
	uint32_t last = 0;
	uint64_t sent;

	sim_acquire(sim, 0, one);
	sim_acquire(sim, 0, two);
	sim_run(sim, SECONDS(3));
	assert_pair(sim, "10.50.0.0", "10.60.0.0");
	assert_pair(sim, "10.50.1.1", "10.61.0.0");

	/* A line more, and another order: two changes its place, one stays. */
	sent = sim->sent;
	sim_maps(sim, 0, more);
	assert_true(sim_flow(sim, 0, "10.62.0.0"));
	assert_int_equal(sim_flow(sim, 0, "10.61.0.0"), two);
	TAILQ_FOREACH(policy, &sim->nodes[0].policies, link) {
		assert_true(policy->policy.priority > last);
		last = policy->policy.priority;
	}
	policy = TAILQ_FIRST(&sim->nodes[0].policies);
	assert_int_equal(policy->policy.id, two);
	assert_int_equal(sim_ping_policy(sim, 0, two), sim_flow(sim, 1, "10.50.1.1"));
	assert_true(sim->sent >= sent);

	/* A line less: its SAs go, at both ends; the IKE SA and the others stay. */
	sim_maps(sim, 0, v1_1);
	sim_acquire(sim, 0, sim_flow(sim, 0, "10.60.0.0"));
	sim_run(sim, SECONDS(10));
	one = sim_flow(sim, 0, "10.60.0.0");
	sim_maps(sim, 0, less);
	sim_run(sim, SECONDS(10));
	assert_int_equal(sim_flow(sim, 0, "10.60.0.0"), one);
	assert_int_equal(sim_flow(sim, 0, "10.61.0.0"), 0);
	assert_pair(sim, "10.50.0.0", "10.60.0.0");
	assert_int_equal(sim_count_kernel(sim, 0), 2);
	assert_int_equal(sim_count_kernel(sim, 1), 2);
	assert_int_equal(sim_count_sas(sim, 1), 1);

	/* Another peer is another flow, and no map is none. */
	sim_maps(sim, 0, other_peer);
	assert_int_not_equal(sim_flow(sim, 0, "10.60.0.0"), one);
	sim_run(sim, SECONDS(10));
	assert_int_equal(sim_count_kernel(sim, 0), 0);
	assert_int_equal(sim_count_kernel(sim, 1), 0);
	sim_maps(sim, 0, none);
	assert_true(TAILQ_EMPTY(&sim->nodes[0].policies));
	sim_free(sim);
}

/* The next daemon finds the policies, keeps them and their SAs, and makes new ones at once. */
static void restart(const char *first, const char *second)
{
	struct sim *sim = new_pair(6, first, second);
	uint32_t one = sim_flow(sim, 0, "10.60.0.0");

	sim_acquire(sim, 0, one);
	sim_run(sim, SECONDS(3));
	assert_pair(sim, "10.50.0.0", "10.60.0.0");
	sim_restart(sim, 0);
	assert_int_equal(sim_ping_policy(sim, 0, one), sim_flow(sim, 1, "10.50.0.0"));
	sim_maps(sim, 0, NULL);
	assert_int_equal(sim_flow(sim, 0, "10.60.0.0"), one);
	/* Not even while the peer, as INITIAL_CONTACT tells it, gives up what it had (row E11). */
	for (int i = 0; i < 2000; i++) {
		uint32_t back = sim_flow(sim, 1, "10.50.0.0");

		assert_int_equal(sim_ping_policy(sim, 0, one), back);
		assert_int_equal(sim_ping_policy(sim, 1, back), one);
		sim_run(sim, MILLISECONDS(10));
	}
	assert_pair(sim, "10.50.0.0", "10.60.0.0");
	assert_int_equal(sim_count_sas(sim, 0), 1);
	assert_int_equal(sim_count_kernel(sim, 0), 2);
	assert_int_equal(sim_count_kernel(sim, 1), 2);
	sim_free(sim);
}

static void test_restart(void **state)
{
	restart(v1_1, v1_2);
	restart(v2_1, v2_2);
}

/* What an earlier daemon had and the configuration has no longer goes; that of others stays. */
static void test_left_policies(void **state)
{
	struct sim *sim = sim_new(7, v1_1, v1_2);
	struct kernel_policy policy = {
		.ifindex = 3,
		.priority = 5,
		.source = { address_of_ipv4(0x0a010000), 24 },
		.destination = { address_of_ipv4(0x0a020000), 24 },
		.source_ports = { 0, UINT16_MAX },
		.destination_ports = { 0, UINT16_MAX },
		.profile = "gone 20",
	};
	struct kernel *kernel = &sim->nodes[0].kernel;
	uint32_t id;

	assert_int_equal(kernel->ops->add_policy(kernel, &policy, &id).code, 0);
	policy.destination.address = address_of_ipv4(0x0a090000);
	strcpy(policy.profile, "by-hand");
	assert_int_equal(kernel->ops->add_policy(kernel, &policy, &id).code, 0);
	sim_maps(sim, 0, NULL);
	assert_int_equal(sim_flow(sim, 0, "10.2.0.0"), 0);
	assert_int_equal(sim_flow(sim, 0, "10.9.0.0"), id);
	assert_true(sim_flow(sim, 0, "10.60.0.0"));
	sim_free(sim);
}

/* D15, D19: a key by the host's name, whose address is in the table; and the peer by its name. */
static void test_host_names(void **state)
{
	static const char first[] = "crypto legacy\nip domain-name example.com\n"
				    "ip host there 10.0.0.2\n"
				    "crypto isakmp policy 1\n authentication pre-share\n group 2\n"
				    "crypto isakmp key sharedkey hostname there.example.com\n"
				    "crypto ipsec transform-set auth2 esp-des esp-sha-hmac\n"
				    "crypto map test 10 ipsec-isakmp\n set peer there\n"
				    " set transform-set auth2\n match address 133\n" APPLIED ONE_1;
	struct sim *sim = new_pair(8, first, v1_2);

	sim_acquire(sim, 0, sim_flow(sim, 0, "10.60.0.0"));
	sim_run(sim, SECONDS(3));
	assert_pair(sim, "10.50.0.0", "10.60.0.0");
	sim_free(sim);
}

#define KEYRINGS(key) \
	"crypto legacy\ncrypto isakmp policy 1\n authentication pre-share\n group 2\n" \
	"crypto keyring others\n pre-shared-key address 192.0.2.0 255.255.255.0 key nobody\n" \
	"crypto keyring ring\n pre-shared-key address 10.0.0.0 255.255.255.0 key " key "\n" \
	"crypto isakmp profile PEERS\n match identity address 10.0.0.0 255.0.0.0\n keyring ring\n" \
	"crypto ipsec transform-set auth2 esp-des esp-sha-hmac\n"
#define P1 " set isakmp-profile PEERS\n"

static void keyring(const char *first, const char *second, bool works)
{
	struct sim *sim = new_pair(9, first, second);
	uint32_t flow = sim_flow(sim, 0, "10.60.0.0");

	sim_acquire(sim, 0, flow);
	sim_run(sim, SECONDS(5));
	assert_int_equal(!!sim_ping_policy(sim, 0, flow), works);
	assert_true(sim_logged(sim, "Looking for a matching key for 10.0.0.2 in ring"));
	assert_int_equal(sim_logged(sim, "%CRYPTO-4-IKMP_BAD_MESSAGE"), !works);
	sim_free(sim);
}

static void test_keyrings(void **state)
{
	static const char first[] = KEYRINGS("sharedkey") MAP("2", P1) APPLIED ONE_1,
			  second[] = KEYRINGS("sharedkey") MAP("1", P1) APPLIED ONE_2,
			  wrong[] = KEYRINGS("otherkey") MAP("1", P1) APPLIED ONE_2;

	keyring(first, second, true);
	keyring(first, v1_2, true);
	keyring(first, wrong, false);
}

/* Settings of the entry: PFS, lifetime, several sets. */
static void test_settings(void **state)
{
	static const char first[] =
		V1("2") "crypto ipsec transform-set strong esp-aes 256 esp-sha256-hmac\n" MAP(
			"2", " set transform-set strong auth2\n set pfs group14\n"
			     " set security-association lifetime seconds 120\n") APPLIED ONE_1,
			  second[] = V1("1") MAP("1", " set pfs group14\n") APPLIED ONE_2;
	struct sim *sim = new_pair(10, first, second);
	const struct sim_sa *sa;

	sim_acquire(sim, 0, sim_flow(sim, 0, "10.60.0.0"));
	sim_run(sim, SECONDS(3));
	assert_pair(sim, "10.50.0.0", "10.60.0.0");
	TAILQ_FOREACH(sa, &sim->nodes[1].sas, link) {
		assert_int_equal(sa->sa.limits.hard_seconds, 120);
		assert_int_equal(sa->sa.encr, ENCR_DES);
	}
	assert_true(sim_logged(sim, "ISAKMP: group is 14"));
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_pair_a_line),
		cmocka_unit_test(test_a_line_without_mirror),
		cmocka_unit_test(test_the_line_that_fits),
		cmocka_unit_test(test_deny),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_left_policies),
		cmocka_unit_test(test_host_names),
		cmocka_unit_test(test_keyrings),
		cmocka_unit_test(test_settings),
	};
	const char *filter = getenv("TEST_FILTER");

	if (filter)
		cmocka_set_test_filter(filter);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

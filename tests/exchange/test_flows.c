// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AH, transport mode, and policies of the kernel that ask for SAs, between two
 * daemons (rows A09, B44, D17, D18, E18).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define COMMON \
	"crypto ikev2 keyring K\n peer all\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key secret\n" \
	"crypto ikev2 profile P\n match identity remote any\n authentication remote pre-share\n" \
	" authentication local pre-share\n keyring local K\n"
#define PROFILE "crypto ipsec profile I\n set transform-set T\n set ikev2-profile P\n"
#define AH "crypto ipsec transform-set T ah-sha256-hmac\n"
#define ESP "crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac\n"
#define TRANSPORT " mode transport\n"

static const char ah[] = COMMON AH PROFILE, esp[] = COMMON ESP PROFILE,
		  ah_transport[] = COMMON AH TRANSPORT PROFILE,
		  esp_transport[] = COMMON ESP TRANSPORT PROFILE;

/* The newest SA of a node that is complete. */
static const struct kernel_sa *newest(const struct sim *sim, int node)
{
	const struct sim_sa *sa;

	TAILQ_FOREACH_REVERSE(sa, &sim->nodes[node].sas, sim_sa_list, link)
	if (!sa->larval)
		return &sa->sa;
	return NULL;
}

/* Tunnels with AH: first child, rekey, delete. */
static void test_ah(void **state)
{
	struct sim *sim = sim_new(1, ah, ah);

	scene_up_one(sim, 0);
	scene_assert_clean(sim);
	assert_int_equal(newest(sim, 0)->id.protocol, PROTOCOL_AH);
	assert_int_equal(newest(sim, 0)->encr, 0);
	assert_int_equal(newest(sim, 0)->integ, 12); /* HMAC-SHA2-256-128 */
	assert_int_equal(newest(sim, 0)->integ_key.len, 32);

	assert_int_equal(ike_rekey_children(sim->nodes[1].ike, NULL), 1);
	scene_assert_clean(sim);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_CHILD_REKEYED), 1);
	assert_int_equal(newest(sim, 1)->id.protocol, PROTOCOL_AH);
	sim_free(sim);
}

static void test_ah_and_esp_have_nothing_common(void **state)
{
	struct sim *sim = sim_new(2, ah, esp);

	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(1));
	assert_int_equal(sim_count_kernel(sim, 0) + sim_count_kernel(sim, 1), 0);
	assert_true(sim_logged(sim, "NO_PROPOSAL_CHOSEN"));
	assert_true(sim_logged(sim, "none of the peer's is for ESP"));
	sim_free(sim);
}

/* A NAT between the two: another source address and port. */
static bool nat(struct sim *sim, struct sim_message *message)
{
	if (message->to == 1) {
		message->from.address = address_of_ipv4(0xc0000201);
		message->from.port += 10000;
	} else {
		message->at.address = address_of_ipv4(0x0a000001);
		message->at.port -= 10000;
	}
	return true;
}

static void test_ah_does_not_pass_a_nat(void **state)
{
	struct sim *sim = sim_new(3, ah, ah);

	sim->filter = nat;
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(1));
	assert_int_equal(sim_count_kernel(sim, 0) + sim_count_kernel(sim, 1), 0);
	assert_true(sim_logged(sim, "AH cannot pass the NAT between us and the peer: use ESP"));
	sim_free(sim);
}

/* 10.N.0.0/24 to the other end's, or any. */
static struct kernel_policy between(uint8_t from, uint8_t to, uint8_t protocol)
{
	return (struct kernel_policy){
		.priority = from,
		.source = { address_of_ipv4(0x0a000000 | from << 16), 24 },
		.destination = { address_of_ipv4(0x0a000000 | to << 16), 24 },
		.protocol = protocol,
		.source_ports = { 0, UINT16_MAX },
		.destination_ports = { 0, UINT16_MAX },
	};
}

static void check_selectors(void *context, const struct child_sa_facts *facts)
{
	size_t *count = context;

	assert_int_equal(facts->local_ts.count, 1);
	assert_int_equal(facts->remote_ts.count, 1);
	assert_int_equal(facts->local_ts.items[0].protocol, IPPROTO_TCP);
	assert_int_equal(address_ipv4(&facts->local_ts.items[0].start), 0x0a030000);
	assert_int_equal(address_ipv4(&facts->local_ts.items[0].end), 0x0a0300ff);
	assert_int_equal(address_ipv4(&facts->remote_ts.items[0].start), 0x0a040000);
	assert_string_equal(facts->interface, "eth0");
	assert_string_equal(facts->map_tag, "MAP");
	(*count)++;
}

/* B44: nothing happens before a packet; then its policy gets SAs, at the other end the one that fits. */
static void test_an_acquire_starts_its_policy(void **state)
{
	struct sim *sim = sim_new(4, esp, esp);
	uint32_t here[2], there[2];
	struct sim_node *node;
	size_t count = 0;

	here[0] = sim_add_policy(sim, 0, between(1, 2, 0));
	here[1] = sim_add_policy(sim, 0, between(3, 4, IPPROTO_TCP));
	there[0] = sim_add_policy(sim, 1, between(2, 1, 0));
	there[1] = sim_add_policy(sim, 1, between(4, 3, IPPROTO_TCP));
	sim_run(sim, SECONDS(60));
	assert_int_equal(sim->sent, 0);

	sim_acquire(sim, 0, here[1]);
	sim_run(sim, SECONDS(1));
	assert_int_equal(sim_ping_policy(sim, 0, here[1]), there[1]);
	assert_int_equal(sim_ping_policy(sim, 1, there[1]), here[1]);
	assert_int_equal(sim_ping_policy(sim, 0, here[0]), 0);
	assert_int_equal(newest(sim, 0)->mode, SA_TUNNEL);
	ike_each_child(sim->nodes[0].ike, check_selectors, &count);
	assert_int_equal(count, 1);

	/* The second one is a child of the same IKE SA, whoever begins. */
	sim_acquire(sim, 1, there[0]);
	sim_run(sim, SECONDS(1));
	assert_int_equal(sim_ping_policy(sim, 0, here[0]), there[0]);
	assert_int_equal(sim_ping_policy(sim, 1, there[0]), here[0]);
	assert_int_equal(sim_ping_policy(sim, 0, here[1]), there[1]);
	assert_int_equal(sim_count_sas(sim, 0), 1);

	/* Rekeyed, each stays with its policy. */
	assert_int_equal(ike_rekey_children(sim->nodes[0].ike, NULL), 2);
	sim_run(sim, SECONDS(20));
	assert_int_equal(sim_ping_policy(sim, 0, here[0]), there[0]);
	assert_int_equal(sim_ping_policy(sim, 1, there[1]), here[1]);
	assert_int_equal(sim_count_kernel(sim, 0), 4);

	/* One goes away, at both ends. */
	ike_delete_flow(sim->nodes[0].ike, here[0]);
	node = &sim->nodes[0];
	assert_int_equal(node->kernel.ops->delete_policy(&node->kernel, here[0]).code, 0);
	sim_run(sim, SECONDS(20));
	assert_int_equal(sim_ping_policy(sim, 1, there[0]), 0);
	assert_int_equal(sim_ping_policy(sim, 1, there[1]), here[1]);
	assert_int_equal(sim_count_kernel(sim, 0), 2);
	assert_int_equal(sim_count_kernel(sim, 1), 2);
	sim_free(sim);
}

/* What the peer's policies do not have is refused, and tried again with the next packet only. */
static void test_a_policy_without_counterpart(void **state)
{
	struct sim *sim = sim_new(5, esp, esp);
	uint32_t here = sim_add_policy(sim, 0, between(1, 2, 0));
	uint64_t sent;

	sim_add_policy(sim, 1, between(4, 3, 0));
	sim_acquire(sim, 0, here);
	sim_run(sim, SECONDS(1));
	assert_int_equal(sim_ping_policy(sim, 0, here), 0);
	assert_true(sim_logged(sim, "TS_UNACCEPTABLE"));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_TS_UNACCEPTABLE), 1);
	assert_int_equal(sim_count_sas(sim, 0), 1);

	sent = sim->sent;
	sim_run(sim, SECONDS(100));
	assert_int_equal(sim->sent, sent);
	sim_acquire(sim, 0, here);
	sim_run(sim, SECONDS(1));
	assert_true(sim->sent > sent);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_TS_UNACCEPTABLE), 2);
	sim_free(sim);
}

static void transport(const char *first, const char *second, enum sa_mode mode, uint8_t protocol)
{
	struct sim *sim = sim_new(6, first, second);
	uint32_t here = sim_add_policy(sim, 0, between(1, 2, 0));
	uint32_t there = sim_add_policy(sim, 1, between(2, 1, 0));

	sim_acquire(sim, 0, here);
	sim_run(sim, SECONDS(1));
	assert_int_equal(sim_ping_policy(sim, 0, here), there);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(newest(sim, i)->mode, mode);
		assert_int_equal(newest(sim, i)->id.protocol, protocol);
	}
	assert_int_equal(ike_rekey_children(sim->nodes[1].ike, NULL), 1);
	sim_run(sim, SECONDS(20));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_CHILD_REKEYED), 1);
	assert_int_equal(sim_ping_policy(sim, 1, there), here);
	for (int i = 0; i < 2; i++)
		assert_int_equal(newest(sim, i)->mode, mode);
	sim_free(sim);
}

static void test_transport_mode(void **state)
{
	transport(esp_transport, esp_transport, SA_TRANSPORT, PROTOCOL_ESP);
	transport(ah_transport, ah_transport, SA_TRANSPORT, PROTOCOL_AH);
}

/* Whoever asks, one end that wants tunnel mode has its way (RFC 7296 section 1.3.1). */
static void test_transport_mode_may_be_declined(void **state)
{
	transport(esp_transport, esp, SA_TUNNEL, PROTOCOL_ESP);
	transport(esp, esp_transport, SA_TUNNEL, PROTOCOL_ESP);
}

/* One address of each end is what a NAT leaves of transport mode, networks get tunnel mode. */
static void test_no_transport_mode_of_networks_through_a_nat(void **state)
{
	struct sim *sim = sim_new(7, esp_transport, esp_transport);
	uint32_t here = sim_add_policy(sim, 0, between(1, 2, 0));
	struct kernel_policy back = between(2, 1, 0);
	uint32_t there;

	sim->nodes[1].tunnel.remote = address_of_ipv4(0xc0000201);
	there = sim_add_policy(sim, 1, back);
	sim->filter = nat;
	sim_acquire(sim, 0, here);
	sim_run(sim, SECONDS(1));
	assert_int_equal(sim_ping_policy(sim, 0, here), there);
	assert_int_equal(newest(sim, 0)->mode, SA_TUNNEL);
	assert_int_equal(newest(sim, 1)->mode, SA_TUNNEL);
	assert_true(newest(sim, 1)->remote_port != 0);
	sim_free(sim);
}

/* From one host to another. */
static struct kernel_policy hosts(uint32_t source, uint32_t destination)
{
	return (struct kernel_policy){
		.priority = 1,
		.source = { address_of_ipv4(source), 32 },
		.destination = { address_of_ipv4(destination), 32 },
		.source_ports = { 0, UINT16_MAX },
		.destination_ports = { 0, UINT16_MAX },
	};
}

#define CLIENT 0x0a000001 /* behind the NAT */
#define MAPPED 0xc0000201 /* what the NAT makes of it */
#define SERVER 0x0a000002

static struct sim *behind_nat(uint64_t seed, const char *first, const char *second, uint32_t *here,
			      uint32_t *there)
{
	struct sim *sim = sim_new(seed, first, second);

	*here = sim_add_policy(sim, 0, hosts(CLIENT, SERVER));
	sim->nodes[1].tunnel.remote = address_of_ipv4(MAPPED);
	*there = sim_add_policy(sim, 1, hosts(SERVER, MAPPED));
	sim->filter = nat;
	sim_acquire(sim, 0, *here);
	sim_run(sim, SECONDS(1));
	return sim;
}

/* The complete inbound SA with which a node receives. */
static const struct kernel_sa *inbound(const struct sim *sim, int node)
{
	const struct sim_sa *sa;

	TAILQ_FOREACH_REVERSE(sa, &sim->nodes[node].sas, sim_sa_list, link)
	if (!sa->larval && sa->sa.id.direction == SA_INBOUND)
		return &sa->sa;
	return NULL;
}

static void assert_origins(const struct sim *sim)
{
	/* The client's packets are about itself and the server, */
	assert_int_equal(address_ipv4(&inbound(sim, 1)->origin_remote), CLIENT);
	assert_int_equal(address_ipv4(&inbound(sim, 1)->origin_local), SERVER);
	/* the server's about itself and whom it sees. */
	assert_int_equal(address_ipv4(&inbound(sim, 0)->origin_remote), SERVER);
	assert_int_equal(address_ipv4(&inbound(sim, 0)->origin_local), MAPPED);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(inbound(sim, i)->mode, SA_TRANSPORT);
		assert_true(inbound(sim, i)->remote_port != 0);
	}
}

/* A09: both learn what checksums cover on the other side (RFC 7296 section 2.23.1), also by a rekey. */
static void test_transport_mode_through_a_nat(void **state)
{
	uint32_t here, there;
	struct sim *sim = behind_nat(8, esp_transport, esp_transport, &here, &there);

	for (int i = 0; i < 3; i++) {
		assert_int_equal(sim_ping_policy(sim, 0, here), there);
		assert_int_equal(sim_ping_policy(sim, 1, there), here);
		assert_origins(sim);
		assert_int_equal(ike_rekey_children(sim->nodes[i % 2].ike, NULL), 1);
		sim_run(sim, SECONDS(20));
		assert_int_equal(sim_count_kernel(sim, 0), 2);
	}
	sim_free(sim);
}

/* Declined: selectors and SAs are those of tunnel mode, with nobody's checksums to repair. */
static void test_transport_mode_declined_through_a_nat(void **state)
{
	uint32_t here, there;
	struct sim *sim = behind_nat(9, esp_transport, esp, &here, &there);

	/* 10.0.0.1 is not what the server's policy is about. */
	assert_int_equal(sim_ping_policy(sim, 0, here), 0);
	assert_true(sim_logged(sim, "TS_UNACCEPTABLE"));
	assert_int_equal(sim_count_kernel(sim, 0) + sim_count_kernel(sim, 1), 0);
	sim_free(sim);
}

/* A peer asks for transport mode of a network through a NAT: it gets tunnel mode. */
static bool ask_for_transport(struct sim *sim, struct sim_message *message)
{
	struct scene_opened opened;
	struct writer chain = {};

	if (message->to == 1 && message->octets.len > 20 && message->octets.data[18] == 35) {
		scene_open(sim, message, &opened);
		writer_begin_chain(&chain);
		scene_put_payloads(&opened, NULL, &chain);
		put_notify(&chain, NOTIFY_USE_TRANSPORT_MODE, bytes_of(NULL, 0));
		scene_seal(message, &opened, &chain);
	}
	return nat(sim, message);
}

static void test_transport_mode_of_a_peer_with_networks(void **state)
{
	struct sim *sim = sim_new(10, esp, esp_transport);
	uint32_t here = sim_add_policy(sim, 0, between(1, 2, 0));
	uint32_t there;

	sim->nodes[1].tunnel.remote = address_of_ipv4(MAPPED);
	there = sim_add_policy(sim, 1, between(2, 1, 0));
	sim->filter = ask_for_transport;
	sim_acquire(sim, 0, here);
	sim_run(sim, SECONDS(1));
	assert_int_equal(sim_ping_policy(sim, 0, here), there);
	assert_int_equal(newest(sim, 1)->mode, SA_TUNNEL);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ah),
		cmocka_unit_test(test_ah_and_esp_have_nothing_common),
		cmocka_unit_test(test_ah_does_not_pass_a_nat),
		cmocka_unit_test(test_an_acquire_starts_its_policy),
		cmocka_unit_test(test_a_policy_without_counterpart),
		cmocka_unit_test(test_transport_mode),
		cmocka_unit_test(test_transport_mode_may_be_declined),
		cmocka_unit_test(test_no_transport_mode_of_networks_through_a_nat),
		cmocka_unit_test(test_transport_mode_through_a_nat),
		cmocka_unit_test(test_transport_mode_declined_through_a_nat),
		cmocka_unit_test(test_transport_mode_of_a_peer_with_networks),
	};
	const char *filter = getenv("TEST_FILTER");

	if (filter)
		cmocka_set_test_filter(filter);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

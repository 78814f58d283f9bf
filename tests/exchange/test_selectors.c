// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Traffic selectors of both families between two daemons: B20, I01, A04. What a
 * tunnel carries, what becomes of an offer that has more or less, and what a
 * policy of either family takes of it.
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

#define COMMON \
	"crypto ikev2 keyring K\n peer all\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key secret\n" \
	"crypto ikev2 profile P\n match identity remote any\n authentication remote pre-share\n" \
	" authentication local pre-share\n keyring local K\n"
#define IPSEC "crypto ipsec profile I\n set ikev2-profile P\n"
#define TUNNEL(mode) \
	COMMON IPSEC "interface Tunnel0\n tunnel source 10.0.0.1\n tunnel destination 10.0.0.2\n" \
		     " tunnel mode ipsec " mode "\n tunnel protection ipsec profile I\n"

static const char without_stanza[] = COMMON IPSEC, dual[] = TUNNEL("dual-overlay"),
		  v4[] = TUNNEL("ipv4"), v6[] = TUNNEL("ipv4 v6-overlay");

static struct child_sa *child_of(struct sim *sim, int node)
{
	return tunnel_active_child(tunnel_find(sim->nodes[node].ike, 7));
}

/* "0.0.0.0-255.255.255.255 ::-ff..." of any protocol and port, as both ends have it. */
static void assert_any(struct sim *sim, bool ipv4, bool ipv6)
{
	struct traffic_selectors any = {};

	if (ipv4)
		selectors_add_any(&any, FAMILY_IPV4);
	if (ipv6)
		selectors_add_any(&any, FAMILY_IPV6);
	for (int i = 0; i < 2; i++) {
		assert_true(selectors_equal(&child_of(sim, i)->local_ts, &any));
		assert_true(selectors_equal(&child_of(sim, i)->remote_ts, &any));
	}
}

static struct sim *up(uint64_t seed, const char *first, const char *second)
{
	struct sim *sim = sim_new(seed, first, second);

	scene_up_one(sim, 0);
	return sim;
}

/* Both families in one child, which a rekey by either end keeps. */
static void test_both_families(void **state)
{
	struct sim *sim = up(1, dual, dual);

	assert_any(sim, true, true);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ike_rekey_children(sim->nodes[i].ike, NULL), 1);
		scene_assert_clean(sim);
		assert_any(sim, true, true);
	}
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_CHILD_REKEYED) +
				 sim_stat(sim, 1, IKE_STAT_CHILD_REKEYED),
			 2);
	sim_free(sim);
}

/* The module carries both families: so does a tunnel that no stanza speaks of. */
static void test_without_stanza(void **state)
{
	struct sim *sim = up(2, without_stanza, dual);

	assert_any(sim, true, true);
	sim_free(sim);
}

/* One end carries one family: the child narrows to that, whoever begins. */
static void test_narrowed_to_one_family(void **state)
{
	struct sim *sim = up(3, dual, v4);

	assert_any(sim, true, false);
	sim_free(sim);
	sim = up(4, v6, dual);
	assert_any(sim, false, true);
	sim_free(sim);
}

static void refused(uint64_t seed, const char *first, const char *second)
{
	struct sim *sim = sim_new(seed, first, second);

	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(1));
	assert_int_equal(sim_count_kernel(sim, 0) + sim_count_kernel(sim, 1), 0);
	assert_true(sim_logged(sim, "TS_UNACCEPTABLE"));
	assert_true(sim_stat(sim, 1, IKE_STAT_TS_UNACCEPTABLE) > 0);
	sim_free(sim);
}

static void test_nothing_in_common(void **state)
{
	refused(5, v4, v6);
	refused(6, v6, v4);
}

/* Another family inside is another tunnel: what there was ends, and the new one comes up. */
static void test_reload(void **state)
{
	struct sim *sim = up(7, v4, dual);
	uint32_t spi;

	assert_any(sim, true, false);
	scene_reload(sim, 0, dual);
	assert_true(sim_logged(sim, "the configuration has other packets inside"));
	sim_run(sim, SECONDS(20));
	scene_assert_clean(sim);
	assert_any(sim, true, true);
	/* The same once more changes nothing. */
	spi = child_of(sim, 0)->spi_in;
	scene_reload(sim, 0, dual);
	sim_run(sim, SECONDS(5));
	assert_int_equal(child_of(sim, 0)->spi_in, spi);
	sim_free(sim);
}

/* --- offers of our own making --- */

static struct traffic_selectors offered_i, offered_r;

/* Puts other selectors into the request or the response that makes the first child. */
static bool forge(struct sim *sim, struct sim_message *message, int to)
{
	static const uint8_t selectors[] = { PAYLOAD_TSI, PAYLOAD_TSR, 0 };
	struct scene_opened opened;
	struct writer chain = {};

	if (message->to != to || message->octets.len < 20 || message->octets.data[18] != 35)
		return true;
	scene_open(sim, message, &opened);
	writer_begin_chain(&chain);
	scene_put_payloads(&opened, selectors, &chain);
	put_ts(&chain, PAYLOAD_TSI, &offered_i);
	put_ts(&chain, PAYLOAD_TSR, &offered_r);
	scene_seal(message, &opened, &chain);
	return true;
}

static bool forge_request(struct sim *sim, struct sim_message *message)
{
	return forge(sim, message, 1);
}

static bool forge_response(struct sim *sim, struct sim_message *message)
{
	return forge(sim, message, 0);
}

static void add(struct traffic_selectors *list, const char *start, const char *end,
		uint8_t protocol, uint16_t first_port, uint16_t last_port)
{
	struct traffic_selector selector = { .protocol = protocol,
					     .start_port = first_port,
					     .end_port = last_port };

	assert_true(address_parse(start, &selector.start) && address_parse(end, &selector.end));
	list->items[list->count++] = selector;
}

static void offer_nothing(void)
{
	memset(&offered_i, 0, sizeof(offered_i));
	memset(&offered_r, 0, sizeof(offered_r));
}

/* Ranges that are no prefixes, protocols and ports pass as they are; a packet in its network is not repeated. */
static void test_several_ranges(void **state)
{
	struct sim *sim = sim_new(8, dual, dual);
	const struct traffic_selectors *remote;

	offer_nothing();
	add(&offered_i, "10.1.0.1", "10.1.0.1", IPPROTO_ICMP, 0x0800, 0x0800);
	add(&offered_i, "10.1.0.0", "10.1.255.255", 0, 0, 65535);
	add(&offered_i, "10.3.0.5", "10.3.0.9", IPPROTO_TCP, 80, 443);
	add(&offered_i, "2001:db8::1", "2001:db8::ffff", IPPROTO_UDP, 53, 53);
	selectors_add_any(&offered_r, FAMILY_IPV4);
	selectors_add_any(&offered_r, FAMILY_IPV6);
	sim->filter = forge_request;
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	remote = &child_of(sim, 1)->remote_ts;
	assert_int_equal(remote->count, 3);
	offered_i.count--;
	memmove(&offered_i.items[0], &offered_i.items[1], 3 * sizeof(offered_i.items[0]));
	assert_true(selectors_equal(remote, &offered_i));
	assert_true(selectors_equal(&child_of(sim, 1)->local_ts, &offered_r));
	sim_free(sim);
}

/* Each end's selectors of a family need some of the other end's (section 2.9). */
static void test_families_in_pairs(void **state)
{
	struct sim *sim = sim_new(9, dual, dual);

	offer_nothing();
	selectors_add_any(&offered_i, FAMILY_IPV4);
	selectors_add_any(&offered_i, FAMILY_IPV6);
	selectors_add_any(&offered_r, FAMILY_IPV6);
	sim->filter = forge_request;
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(20), sim_both_up));
	assert_any(sim, false, true);
	sim_free(sim);
}

/* Selectors that can never meet: refused as a request, and as a response the child goes again. */
static void test_families_crossed(void **state)
{
	struct sim *sim = sim_new(10, dual, dual);

	offer_nothing();
	selectors_add_any(&offered_i, FAMILY_IPV4);
	selectors_add_any(&offered_r, FAMILY_IPV6);
	sim->filter = forge_request;
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, MILLISECONDS(500));
	assert_int_equal(sim_count_kernel(sim, 0) + sim_count_kernel(sim, 1), 0);
	assert_true(sim_logged(sim, "no common traffic selectors"));
	sim_free(sim);

	sim = sim_new(11, dual, dual);
	sim->filter = forge_response;
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, MILLISECONDS(500));
	assert_true(sim_logged(sim, "traffic selectors are outside of what we proposed"));
	sim->filter = NULL;
	scene_assert_clean(sim);
	sim_free(sim);
}

/* --- policies --- */

static struct kernel_policy between(const char *source, const char *destination, uint8_t length,
				    uint8_t protocol, uint16_t port)
{
	struct kernel_policy policy = {
		.priority = 1,
		.source.length = length,
		.destination.length = length,
		.protocol = protocol,
		.source_ports = { 0, UINT16_MAX },
		.destination_ports = { port, port ? port : UINT16_MAX },
	};

	assert_true(address_parse(source, &policy.source.address));
	assert_true(address_parse(destination, &policy.destination.address));
	return policy;
}

/* I01, B44: a policy is of one family and has its prefixes; the child is for these alone. */
static void test_policies_of_both_families(void **state)
{
	struct sim *sim = sim_new(12, without_stanza, without_stanza);
	uint32_t here4 = sim_add_policy(sim, 0, between("10.1.0.0", "10.2.0.0", 24, 0, 0));
	uint32_t there4 = sim_add_policy(sim, 1, between("10.2.0.0", "10.1.0.0", 24, 0, 0));
	uint32_t here6 =
		sim_add_policy(sim, 0,
			       between("2001:db8:1::", "2001:db8:2::", 48, IPPROTO_TCP, 443));
	struct kernel_policy back = between("2001:db8:2::", "2001:db8:1::", 48, IPPROTO_TCP, 0);
	const struct child_sa *child;
	struct address first;
	uint32_t there6;

	back.source_ports = (struct port_range){ 443, 443 };
	there6 = sim_add_policy(sim, 1, back);
	sim_acquire(sim, 0, here6);
	sim_run(sim, SECONDS(2));
	assert_int_equal(sim_ping_policy(sim, 0, here6), there6);
	assert_int_equal(sim_ping_policy(sim, 0, here4), 0);
	sim_acquire(sim, 1, there4);
	sim_run(sim, SECONDS(2));
	assert_int_equal(sim_ping_policy(sim, 1, there4), here4);
	assert_int_equal(sim_count_sas(sim, 0), 1);

	child = tunnel_active_child(
		tunnel_of_owner(sim->nodes[1].ike, &(struct kernel_owner){ .policy = there6 }));
	assert_true(address_parse("2001:db8:2::", &first));
	assert_int_equal(child->local_ts.count, 1);
	assert_true(address_equal(&child->local_ts.items[0].start, &first));
	assert_int_equal(child->local_ts.items[0].protocol, IPPROTO_TCP);
	assert_int_equal(child->local_ts.items[0].start_port, 443);
	assert_int_equal(child->local_ts.items[0].end_port, 443);
	assert_int_equal(child->remote_ts.items[0].end_port, 65535);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_families),
		cmocka_unit_test(test_without_stanza),
		cmocka_unit_test(test_narrowed_to_one_family),
		cmocka_unit_test(test_nothing_in_common),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_several_ranges),
		cmocka_unit_test(test_families_in_pairs),
		cmocka_unit_test(test_families_crossed),
		cmocka_unit_test(test_policies_of_both_families),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

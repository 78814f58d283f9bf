// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Settings that Yamaha's routers have, and what they change: rows B32, B42,
 * D27, M04, M06.
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

/* Today's defaults with more statements in the IKEv2 profile of node 0, and of node 1. */
static struct sim *with(uint64_t seed, const char *first, const char *second)
{
	static const char place[] = " keyring local K\n";
	char one[4000], two[4000], more[1000];

	snprintf(more, sizeof(more), "%s%s", place, first);
	scene_replace(sim_modern_1, place, more, one, sizeof(one));
	snprintf(more, sizeof(more), "%s%s", place, second);
	scene_replace(sim_modern_2, place, more, two, sizeof(two));
	return sim_new(seed, one, two);
}

/* --- an absent peer --- */

static bool swallow(struct sim *sim, struct sim_message *message)
{
	uint64_t *times = sim->filter_context;

	if (times && times[0] < 60)
		times[++times[0]] = sim->now;
	return false;
}

/* How often an attempt failed in half an hour; each takes 14 seconds. */
static unsigned int failures(const char *setting)
{
	char statements[100];
	unsigned int count = 0;
	struct sim *sim;

	snprintf(statements, sizeof(statements), " retransmit 1 7\n%s", setting);
	sim = with(1, statements, "");
	sim->filter = swallow;
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(1800));
	for (size_t i = 0; i < sim->log_count; i++)
		count += strstr(sim->log[i].text, "failed: 10.0.0.2:500 does not answer") != NULL;
	sim_free(sim);
	return count;
}

/* D27: keep trying without a pause after failures. */
static void test_keep_trying(void **state)
{
	assert_in_range(failures(""), 20, 40);
	assert_in_range(failures(" keep-trying\n"), 115, 125);
}

/* D27: how often, and after how long. */
static void test_retransmit(void **state)
{
	uint64_t times[61] = {};
	struct sim *sim = with(2, " retransmit 3 7\n", "");

	sim->filter = swallow;
	sim->filter_context = times;
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(28) + MILLISECONDS(100));
	assert_int_equal(times[0], 4);
	for (int i = 1; i < 4; i++)
		assert_int_equal(times[i + 1] - times[i], SECONDS(7));
	assert_true(sim_logged(sim, "10.0.0.2:500 does not answer"));
	sim_free(sim);
}

/* M04: IPsec SAs without their IKE SA go with it, or stay until there are others. */
static void test_dangling(void **state)
{
	for (int allowed = 0; allowed < 2; allowed++) {
		const char *setting = allowed ? " dpd 10 2 periodic\n dangling-sa allow\n" :
						" dpd 10 2 periodic\n";
		struct sim *sim = with(3, setting, setting);

		scene_up_one(sim, 0);
		sim->cut = true;
		sim_run(sim, SECONDS(40));
		assert_true(sim_logged(sim, "dead peer detection: the peer is gone"));
		for (int i = 0; i < 2; i++) {
			assert_int_equal(sim_stat(sim, i, IKE_STAT_ACTIVE), 0);
			assert_int_equal(sim_count_kernel(sim, i), allowed ? 2 : 0);
		}
		/* the keying alone was interrupted: packets pass all the time */
		assert_int_equal(sim_ping(sim, 0), allowed);
		sim->cut = false;
		for (int second = 0; allowed && second < 100; second++) {
			sim_run(sim, SECONDS(1));
			assert_true(sim_ping(sim, 0));
			assert_true(sim_ping(sim, 1));
		}
		sim_run(sim, SECONDS(100));
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* --- what is agreed on --- */

static struct kernel_policy policy(uint8_t from, uint8_t to, uint8_t length)
{
	return (struct kernel_policy){
		.priority = 1,
		.source = { address_of_ipv4(0x0a000000 | from << 16), length },
		.destination = { address_of_ipv4(0x0a000000 | to << 16), length },
		.source_ports = { 0, UINT16_MAX },
		.destination_ports = { 0, UINT16_MAX },
	};
}

/* D27: strictly, at the responder or at the initiator, narrowed selectors are refused. */
static void test_strict(void **state)
{
	static const struct {
		const char *first, *second, *sentence;
	} cases[] = {
		{ "", "", NULL },
		{ "", " negotiate strictly\n", "answered with TS_UNACCEPTABLE" },
		{ " negotiate strictly\n", "", "negotiates strictly" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (uint8_t length = 24; length >= 23; length--) {
			struct sim *sim = with(4, cases[i].first, cases[i].second);
			bool refused = cases[i].sentence && length != 24;
			uint32_t here = sim_add_policy(sim, 0, policy(2, 4, length));

			sim_add_policy(sim, 1, policy(4, 2, 24));
			sim_acquire(sim, 0, here);
			sim_run(sim, SECONDS(3));
			assert_int_equal(sim_ping_policy(sim, 0, here) != 0, !refused);
			if (refused)
				assert_true(sim_logged(sim, "negotiates strictly"));
			sim_free(sim);
		}
	}
}

#define OLD \
	"crypto ikev2 proposal OLD\n encryption aes-cbc-128\n integrity sha256\n group 14\n" \
	"crypto ikev2 policy ONE\n proposal OLD\n" \
	"crypto ipsec transform-set OLD esp-aes esp-sha256-hmac\n"

/* D27: what is configured only, or all that is known besides. */
static void test_proposal_limitation(void **state)
{
	static const char new[] = "crypto ikev2 proposal NEW\n encryption aes-gcm-256\n"
				  " prf sha384\n group 20\ncrypto ikev2 policy ONE\n"
				  " proposal NEW\ncrypto ipsec transform-set NEW esp-gcm 256\n";

	for (int limited = 0; limited < 2; limited++) {
		char one[4000], two[4000], text[4000];
		struct sim *sim;

		scene_replace(sim_modern_1, " keyring local K\n",
			      limited ? " keyring local K\n" :
					" keyring local K\n no proposal-limitation\n",
			      text, sizeof(text));
		scene_replace(text, " set ikev2-profile P\n",
			      " set ikev2-profile P\n set transform-set OLD\n", one, sizeof(one));
		scene_prepend(OLD, one, text, sizeof(text));
		scene_replace(sim_modern_2, " set ikev2-profile P\n",
			      " set ikev2-profile P\n set transform-set NEW\n", one, sizeof(one));
		scene_prepend(new, one, two, sizeof(two));
		sim = sim_new(5, text, two);
		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		sim_run(sim, SECONDS(5));
		assert_int_equal(sim_ping(sim, 0), !limited);
		if (limited)
			assert_true(sim_logged(sim, "it accepts none of our IKE proposals"));
		else
			scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* --- how child SAs are made --- */

struct seen {
	bool child_in_auth, child_alone;
};

static bool look(struct sim *sim, struct sim_message *message)
{
	struct seen *seen = sim->filter_context;
	struct scene_opened opened;

	if (message->octets.data[18] == EXCHANGE_IKE_SA_INIT)
		return true;
	scene_open(sim, message, &opened);
	if (message_get(&opened.inner, PAYLOAD_SA)) {
		seen->child_in_auth |= message->octets.data[18] == EXCHANGE_IKE_AUTH;
		seen->child_alone |= message->octets.data[18] == EXCHANGE_CREATE_CHILD_SA;
	}
	scene_opened_free(&opened);
	return true;
}

static void find_group(void *context, const struct child_sa_facts *facts)
{
	*(uint16_t *)context = facts->pfs_group;
}

/*
 * B32, B42, D27, M06: the first child in IKE_AUTH, or in an exchange of its own, where the group
 * for PFS counts from the beginning, as it does in IKEv1. A peer that cannot do it gets the usual.
 */
static void test_child_creation(void **state)
{
	static const struct {
		const char *setting;
		bool alone;
	} cases[] = {
		{ "", false },
		{ " child-sa creation separate\n", true },
		{ " child-sa creation separate\n compatibility ios\n", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[4000], one[4000], two[4000], more[200];
		struct seen seen = {};
		uint16_t group = 0;
		struct sim *sim;

		snprintf(more, sizeof(more), " keyring local K\n%s", cases[i].setting);
		scene_replace(sim_modern_1, " keyring local K\n", more, text, sizeof(text));
		scene_replace(text, " set ikev2-profile P\n",
			      " set ikev2-profile P\n set pfs group19\n", one, sizeof(one));
		scene_replace(sim_modern_2, " set ikev2-profile P\n",
			      " set ikev2-profile P\n set pfs group19\n", two, sizeof(two));
		sim = sim_new(6, one, two);
		sim->filter = look;
		sim->filter_context = &seen;
		scene_up_one(sim, 0);
		assert_int_equal(seen.child_in_auth, !cases[i].alone);
		assert_int_equal(seen.child_alone, cases[i].alone);
		ike_each_child(sim->nodes[0].ike, find_group, &group);
		assert_int_equal(group, cases[i].alone ? 19 : 0);
		sim->filter = NULL;
		scene_assert_clean(sim);
		assert_int_equal(sim_stat(sim, 1, IKE_STAT_CHILD_CREATED), 1);
		sim_free(sim);
	}
}

/* M06: messages whose IDs may not overlap, for peers that want one request at a time. */
static void test_one_at_a_time(void **state)
{
	char one[4000], two[4000];
	struct sim *sim =
		sim_new(7, scene_prepend("crypto ikev2 window 1\n", sim_modern_1, one, sizeof(one)),
			scene_prepend("crypto ikev2 window 1\n", sim_modern_2, two, sizeof(two)));
	struct ikev2_sa *sa;

	scene_up_one(sim, 0);
	sa = ikev2_of(TAILQ_FIRST(&sim->nodes[0].ike->sas));
	for (int i = 0; i < 3; i++)
		child_start(sa, tunnel_find(sim->nodes[0].ike, 7), NULL);
	assert_non_null(TAILQ_FIRST(&sa->waiting));
	assert_ptr_equal(TAILQ_FIRST(&sa->in_flight), TAILQ_LAST(&sa->in_flight, task_list));
	sim_free(sim);
}

/* D27: an IKE SA that nobody knows. */
static void test_invalid_spi(void **state)
{
	struct ike_header header = { .spi_initiator = 0x0102030405060708,
				     .spi_responder = 0x1112131415161718,
				     .version = IKE_VERSION_2,
				     .exchange = EXCHANGE_INFORMATIONAL,
				     .flags = IKE_FLAG_INITIATOR,
				     .message_id = 5 };
	struct sim *sim = with(8, "", "");
	struct writer writer = {};

	scene_up_one(sim, 0);
	writer_begin(&writer, &header);
	sim_inject(sim, 1, &sim->nodes[0].ike->sas.tqh_first->local, writer_finish(&writer));
	sim_run(sim, MILLISECONDS(20));
	writer_free(&writer);
	assert_true(sim_logged(sim, "invalid SPI 1112131415161718 of IKE from 10.0.0.1:500"));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_DROP_NO_SA), 1);
	scene_assert_clean(sim);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keep_trying),
		cmocka_unit_test(test_retransmit),
		cmocka_unit_test(test_dangling),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_proposal_limitation),
		cmocka_unit_test(test_child_creation),
		cmocka_unit_test(test_one_at_a_time),
		cmocka_unit_test(test_invalid_spi),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

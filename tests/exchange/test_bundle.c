// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AH around ESP, agreed on in one quick mode (rows A06, E18, E19, E20, L01): four SAs, which
 * are accepted, rekeyed, deleted and refused as a whole.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define END(there, sets, names, more) \
	"crypto legacy\ncrypto isakmp policy 1\n authentication pre-share\n group 2\n lifetime 240\n" \
	"crypto isakmp key sharedkey address 10.0.0." there "\n" sets \
	"crypto map test 10 ipsec-isakmp\n set peer 10.0.0." there "\n set transform-set " names \
	"\n match address 133\n" more "interface Serial0\n crypto map test\n"
#define AUTH2 "crypto ipsec transform-set auth2 ah-sha-hmac esp-des esp-sha-hmac\n"
#define ONE_1 "access-list 133 permit ip 10.50.0.0 0.0.0.255 10.60.0.0 0.0.0.255\n"
#define ONE_2 "access-list 133 permit ip 10.60.0.0 0.0.0.255 10.50.0.0 0.0.0.255\n"

static const char first[] = END("2", AUTH2, "auth2", "") ONE_1,
		  second[] = END("1", AUTH2, "auth2", "") ONE_2;

static struct sim *begin(uint64_t seed, const char *one, const char *two)
{
	struct sim *sim = sim_new(seed, one, two);

	sim_maps(sim, 0, NULL);
	sim_maps(sim, 1, NULL);
	sim_acquire(sim, 0, sim_flow(sim, 0, "10.60.0.0"));
	sim_run(sim, SECONDS(3));
	return sim;
}

static void assert_up(struct sim *sim)
{
	uint32_t there = sim_flow(sim, 0, "10.60.0.0"), back = sim_flow(sim, 1, "10.50.0.0");

	assert_int_equal(sim_ping_policy(sim, 0, there), back);
	assert_int_equal(sim_ping_policy(sim, 1, back), there);
}

static size_t count(const struct sim *sim, int node, uint8_t protocol)
{
	const struct sim_sa *sa;
	size_t found = 0;

	TAILQ_FOREACH(sa, &sim->nodes[node].sas, link)
		found += !sa->larval && sa->sa.id.protocol == protocol &&
			 (protocol == PROTOCOL_AH) == sa->sa.bundled &&
			 (protocol == PROTOCOL_ESP) == !!sa->sa.outer_spi;
	return found;
}

static void assert_four(const struct sim *sim)
{
	for (int node = 0; node < 2; node++) {
		assert_int_equal(count(sim, node, PROTOCOL_AH), 2);
		assert_int_equal(count(sim, node, PROTOCOL_ESP), 2);
		assert_int_equal(sim_count_kernel(sim, node), 4);
	}
}

struct seen {
	size_t ah, esp;
};

static void see(void *context, const struct child_sa_facts *facts)
{
	struct seen *seen = context;

	seen->ah += facts->protocol == PROTOCOL_AH && !facts->encr.id && !facts->iv_size &&
		    facts->inbound_spi && facts->outbound_spi;
	seen->esp += facts->protocol == PROTOCOL_ESP && facts->encr.id == ENCR_DES;
}

/* E18, E20 */
static void test_four_sas(void **state)
{
	static const char *const lines[] = {
		"Checking IPsec proposal 1",
		": transform 1, AH_SHA",
		"encaps is 1",
		"atts are acceptable.",
		"Checking IPsec proposal 1",
		": transform 1, ESP_DES",
		"atts are acceptable.",
		"for prot 2",
		"for prot 3",
		"Creating IPsec SAs",
		"Creating IPsec SAs",
	};
	struct sim *sim = begin(1, first, second);
	struct seen seen = { 0 };
	size_t at = 0;

	assert_up(sim);
	assert_four(sim);
	/* as in the responder's log: the initiator has taken its SPIs before */
	for (size_t i = 0; i < sim->log_count && at < sizeof(lines) / sizeof(lines[0]); i++)
		at += strstr(sim->log[i].text, lines[at]) != NULL;
	assert_int_equal(at, sizeof(lines) / sizeof(lines[0]));
	ike_each_child(sim->nodes[1].ike, see, &seen);
	assert_int_equal(seen.ah, 1);
	assert_int_equal(seen.esp, 1);
	sim_free(sim);
}

/* Both are replaced together, by either end, and with PFS. */
static void test_rekey_and_delete(void **state)
{
	static const char one[] = END("2", AUTH2, "auth2", " set pfs group2\n") ONE_1,
			  two[] = END("1", AUTH2, "auth2", " set pfs group2\n") ONE_2;
	struct sim *sim = begin(2, one, two);

	for (int node = 0; node < 2; node++) {
		assert_int_equal(ike_rekey_children(sim->nodes[node].ike, NULL), 1);
		sim_run(sim, SECONDS(20));
		assert_up(sim);
		assert_four(sim);
		assert_int_equal(sim_stat(sim, node, IKE_STAT_CHILD_REKEYED), 1);
	}
	assert_int_equal(ike_clear_children(sim->nodes[0].ike, NULL), 1);
	sim_run(sim, SECONDS(20));
	assert_int_equal(sim_count_kernel(sim, 0), 0);
	assert_int_equal(sim_count_kernel(sim, 1), 0);
	sim_free(sim);
}

static void refused(const char *one, const char *two)
{
	struct sim *sim = begin(3, one, two);

	assert_int_equal(sim_count_kernel(sim, 0), 0);
	assert_int_equal(sim_count_kernel(sim, 1), 0);
	assert_true(sim_logged(sim, "atts are not acceptable"));
	assert_true(sim_logged(sim, "SA not acceptable!"));
	assert_true(sim_logged(sim, "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Quick mode failed "
				    "with peer at 10.0.0.1"));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_NO_PROPOSAL), 1);
	sim_free(sim);
}

/* E19: one half that does not match, or is missing, is enough. */
static void test_one_half_is_nothing(void **state)
{
	static const char md5[] = END("2",
				      "crypto ipsec transform-set auth2 ah-md5-hmac esp-des "
				      "esp-sha-hmac\n",
				      "auth2", "") ONE_1,
			  other_esp[] = END("2",
					    "crypto ipsec transform-set auth2 ah-sha-hmac esp-3des "
					    "esp-sha-hmac\n",
					    "auth2", "") ONE_1,
			  only_esp[] =
				  END("1",
				      "crypto ipsec transform-set auth2 esp-des esp-sha-hmac\n",
				      "auth2", "") ONE_2;

	refused(md5, second);
	refused(other_esp, second);
	refused(first, only_esp);
}

/* Of several sets the first that both ends have, whole. */
static void test_several_sets(void **state)
{
	static const char one
		[] = END(
			"2",
			"crypto ipsec transform-set strong ah-sha256-hmac esp-aes "
			"esp-sha256-hmac\n"
			"crypto ipsec transform-set mixed ah-sha-hmac esp-aes esp-sha-hmac\n" AUTH2,
			"strong mixed auth2", "") ONE_1,
	     two[] = END(
		     "1",
		     "crypto ipsec transform-set crossed ah-sha-hmac esp-3des esp-sha-hmac\n" AUTH2,
		     "crossed auth2", "") ONE_2;
	struct sim *sim = begin(4, one, two);
	const struct sim_sa *sa;

	assert_up(sim);
	assert_four(sim);
	TAILQ_FOREACH(sa, &sim->nodes[0].sas, link)
		assert_true(sa->sa.id.protocol == PROTOCOL_AH ? sa->sa.integ == INTEG_HMAC_SHA1_96 :
								sa->sa.encr == ENCR_DES);
	sim_free(sim);
}

/* The kernel's refusal of any of the calls leaves nothing behind. */
static void test_the_kernel_refuses(void **state)
{
	for (int node = 0; node < 2; node++) {
		for (unsigned int failures = 1; failures <= 4; failures++) {
			struct sim *sim = sim_new(5, first, second);

			sim_maps(sim, 0, NULL);
			sim_maps(sim, 1, NULL);
			sim->nodes[node].fail_add = failures;
			sim_acquire(sim, 0, sim_flow(sim, 0, "10.60.0.0"));
			sim_run(sim, SECONDS(100));
			sim->nodes[node].fail_add = 0;
			sim_acquire(sim, 0, sim_flow(sim, 0, "10.60.0.0"));
			sim_run(sim, SECONDS(20));
			assert_up(sim);
			assert_four(sim);
			sim_free(sim);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_four_sas),
		cmocka_unit_test(test_rekey_and_delete),
		cmocka_unit_test(test_one_half_is_nothing),
		cmocka_unit_test(test_several_sets),
		cmocka_unit_test(test_the_kernel_refuses),
	};
	const char *filter = getenv("TEST_FILTER");

	if (filter)
		cmocka_set_test_filter(filter);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

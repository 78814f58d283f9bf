// SPDX-License-Identifier: GPL-2.0-or-later
/* A04: who gets which address of a pool */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ike/client.h"

#include <cmocka.h> /* last: it has a macro called fail */

static const struct address none = { .family = AF_UNSPEC };

static struct address inner(unsigned int last)
{
	return address_of_ipv4(0xac100900 + last);
}

static struct address_pool pool_of(unsigned int first, unsigned int last)
{
	return (struct address_pool){ .name = "L", .first = inner(first), .last = inner(last) };
}

/* The last octet of what a client gets, 0 for none. */
static unsigned int take(struct leases *leases, const struct address_pool *pool, const char *name,
			 const struct address *wish, struct lease **out)
{
	struct identity client;
	struct lease *lease;
	struct result result;

	identity_set_text(&client, ID_KEY_ID, name);
	result = lease_take(leases, pool, &client, wish, &lease);
	assert_int_equal(result.code, lease ? 0 : -ENOSPC);
	if (out)
		*out = lease;
	return lease ? lease->address.octets[3] : 0;
}

static void one_after_the_other(void **state)
{
	struct address_pool pool = pool_of(1, 3);
	struct leases leases;

	leases_init(&leases);
	assert_int_equal(take(&leases, &pool, "a", &none, NULL), 1);
	/* Two of one name are two. */
	assert_int_equal(take(&leases, &pool, "a", &none, NULL), 2);
	assert_int_equal(take(&leases, &pool, "b", &none, NULL), 3);
	assert_int_equal(take(&leases, &pool, "c", &none, NULL), 0);
	leases_free(&leases);
}

static void who_returns_finds_the_same(void **state)
{
	struct address_pool pool = pool_of(1, 3);
	struct lease *a, *b;
	struct leases leases;

	leases_init(&leases);
	take(&leases, &pool, "a", &none, &a);
	take(&leases, &pool, "b", &none, &b);
	lease_release(&leases, b);
	lease_release(&leases, a);
	/* Somebody new gets what nobody had, then what has been idle for longest. */
	assert_int_equal(take(&leases, &pool, "c", &none, NULL), 3);
	assert_int_equal(take(&leases, &pool, "a", &none, &a), 1);
	lease_release(&leases, a);
	assert_int_equal(take(&leases, &pool, "d", &none, NULL), 2);
	assert_int_equal(take(&leases, &pool, "e", &none, NULL), 1);
	assert_int_equal(take(&leases, &pool, "a", &none, NULL), 0);
	leases_free(&leases);
}

static void wishes(void **state)
{
	struct address_pool pool = pool_of(1, 9);
	struct address five = inner(5), outside = inner(200);
	struct leases leases;

	leases_init(&leases);
	assert_int_equal(take(&leases, &pool, "a", &five, NULL), 5);
	/* Taken, or not of the pool: another one. */
	assert_int_equal(take(&leases, &pool, "b", &five, NULL), 2);
	assert_int_equal(take(&leases, &pool, "c", &outside, NULL), 3);
	leases_free(&leases);
}

/* Pools that overlap never give an address twice. */
static void overlap(void **state)
{
	struct address_pool one = pool_of(1, 2), two = pool_of(2, 3);
	struct leases leases;
	unsigned int seen = 0;

	leases_init(&leases);
	for (int i = 0; i < 2; i++) {
		seen |= 1U << take(&leases, &one, "a", &none, NULL);
		seen |= 1U << take(&leases, &two, "b", &none, NULL);
	}
	assert_int_equal(seen, 1 << 1 | 1 << 2 | 1 << 3 | 1 << 0);
	leases_free(&leases);
}

/* IPv6: from the beginning of a pool of any size to the end of a small one. */
static void both_families_share_the_table(void **state)
{
	struct address_pool pool4 = pool_of(1, 1), pool6 = { .name = "SIX" },
			    two = { .name = "TWO" };
	struct address first, wish;
	struct lease *lease;
	struct leases leases;

	assert_true(address_parse("2001:db8:9::1", &pool6.first));
	assert_true(address_parse("2001:db8:9:0:ffff:ffff:ffff:ffff", &pool6.last));
	assert_true(address_parse("2001:db8:9::fffe", &two.first));
	assert_true(address_parse("2001:db8:9::1:0", &two.last));
	assert_int_equal(address_distance(&two.first, &two.last), 2);
	assert_true(address_distance(&pool6.first, &pool6.last) == UINT64_MAX - 1);
	leases_init(&leases);
	assert_int_equal(take(&leases, &pool4, "a", &none, NULL), 1);
	assert_int_equal(take(&leases, &pool4, "b", &none, NULL), 0);
	take(&leases, &pool6, "a", &none, &lease);
	assert_int_equal(lease->address.family, AF_INET6);
	assert_true(
		address_parse("2001:db8:9::2", &first)); /* behind as many as there are leases */
	assert_true(address_equal(&lease->address, &first));
	assert_true(address_parse("2001:db8:9::77", &wish));
	take(&leases, &pool6, "b", &wish, &lease);
	assert_true(address_equal(&lease->address, &wish));
	for (int i = 0; i < 3; i++) {
		take(&leases, &two, "c", &none, &lease);
		assert_non_null(lease);
		assert_true(address_compare(&lease->address, &two.first) >= 0 &&
			    address_compare(&lease->address, &two.last) <= 0);
	}
	take(&leases, &two, "c", &none, &lease);
	assert_null(lease);
	leases_free(&leases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_after_the_other),
		cmocka_unit_test(who_returns_finds_the_same),
		cmocka_unit_test(wishes),
		cmocka_unit_test(overlap),
		cmocka_unit_test(both_families_share_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

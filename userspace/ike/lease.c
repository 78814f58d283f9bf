// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses of pools. A lease stays when its client has gone, so that the
 * client finds its address again; whoever needs one takes first what nobody
 * ever had, then what nobody has had for longest.
 */

#include <errno.h>
#include <stdlib.h>

#include "base/memory.h"
#include "ike/client.h"

void leases_init(struct leases *leases)
{
	leases->by_address = NULL;
	TAILQ_INIT(&leases->idle);
}

void leases_free(struct leases *leases)
{
	struct lease *lease, *next;

	HASH_ITER(hh, leases->by_address, lease, next) {
		HASH_DELETE(hh, leases->by_address, lease);
		free(lease);
	}
	TAILQ_INIT(&leases->idle);
}

static bool in_pool(const struct address_pool *pool, const struct address *address)
{
	return address->family == pool->first.family &&
	       address_compare(address, &pool->first) >= 0 &&
	       address_compare(address, &pool->last) <= 0;
}

static struct lease *find(struct leases *leases, const struct address *address)
{
	struct lease *lease;

	HASH_FIND(hh, leases->by_address, address, sizeof(*address), lease);
	return lease;
}

static struct lease *make(struct leases *leases, const struct address *address)
{
	struct lease *lease = must_calloc(1, sizeof(*lease));

	lease->address = *address;
	TAILQ_INSERT_HEAD(&leases->idle, lease, link);
	HASH_ADD(hh, leases->by_address, address, sizeof(lease->address), lease);
	return lease;
}

/* The one that the client had before. */
static struct lease *find_former(struct leases *leases, const struct address_pool *pool,
				 const struct identity *client)
{
	struct lease *lease;

	TAILQ_FOREACH(lease, &leases->idle, link)
		if (identity_equal(&lease->client, client) && in_pool(pool, &lease->address))
			return lease;
	return NULL;
}

static struct lease *find_wished(struct leases *leases, const struct address_pool *pool,
				 const struct address *wish)
{
	struct lease *lease;

	if (!in_pool(pool, wish))
		return NULL;
	lease = find(leases, wish);
	if (!lease)
		return make(leases, wish);
	return lease->taken ? NULL : lease;
}

/*
 * An address that nobody has had. The search begins behind as many addresses
 * as have been given out: with one pool that is at once the next free one.
 */
static struct lease *find_new(struct leases *leases, const struct address_pool *pool)
{
	uint64_t last = address_distance(&pool->first, &pool->last);
	uint64_t used = HASH_COUNT(leases->by_address);

	for (uint64_t i = 0; i <= last && i <= used; i++) {
		uint64_t offset = last == UINT64_MAX ? used + i : (used + i) % (last + 1);
		struct address address = address_plus(&pool->first, offset);

		if (!find(leases, &address))
			return make(leases, &address);
	}
	return NULL;
}

static struct lease *find_idle(struct leases *leases, const struct address_pool *pool)
{
	struct lease *lease;

	TAILQ_FOREACH(lease, &leases->idle, link)
		if (in_pool(pool, &lease->address))
			return lease;
	return NULL;
}

struct result lease_take(struct leases *leases, const struct address_pool *pool,
			 const struct identity *client, const struct address *wish,
			 struct lease **out)
{
	struct lease *lease = find_former(leases, pool, client);

	if (!lease)
		lease = find_wished(leases, pool, wish);
	if (!lease)
		lease = find_new(leases, pool);
	if (!lease)
		lease = find_idle(leases, pool);
	*out = lease;
	if (!lease)
		return fail(-ENOSPC, "all addresses of pool %s are in use", pool->name);
	TAILQ_REMOVE(&leases->idle, lease, link);
	lease->taken = true;
	lease->client = *client;
	return RESULT_OK;
}

void lease_release(struct leases *leases, struct lease *lease)
{
	lease->taken = false;
	TAILQ_INSERT_TAIL(&leases->idle, lease, link);
}

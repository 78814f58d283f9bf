// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of IKE SAs, by our SPI, by who began them, and by number; of
 * tunnels, by owner; and of both, by the addresses that they are between.
 */

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ike/sa.h"

struct ike_sa *ike_find(struct ike *ike, uint64_t local_spi)
{
	struct ike_sa *sa;

	HASH_FIND(hh, ike->by_spi, &local_spi, sizeof(local_spi), sa);
	return sa;
}

static struct ike_origin origin_of(uint64_t spi, const struct endpoint *remote)
{
	struct ike_origin origin;

	memset(&origin, 0, sizeof(origin)); /* padding counts in a key */
	origin.spi = spi;
	origin.remote.address = remote->address;
	origin.remote.port = remote->port;
	return origin;
}

struct ike_sa *ike_find_begun(struct ike *ike, uint64_t remote_spi, const struct endpoint *remote)
{
	struct ike_origin origin = origin_of(remote_spi, remote);
	struct ike_sa *sa;

	HASH_FIND(hh_origin, ike->by_origin, &origin, sizeof(origin), sa);
	return sa;
}

void ike_sa_begun(struct ike_sa *sa, uint64_t remote_spi, const struct endpoint *remote)
{
	sa->remote_spi = remote_spi;
	sa->remote = *remote;
	sa->origin = origin_of(remote_spi, remote);
	HASH_ADD(hh_origin, sa->ike->by_origin, origin, sizeof(sa->origin), sa);
}

/* Numbers stay small, as a router prints them: the first that nobody uses. */
static uint32_t take_number(struct ike *ike, struct ike_sa *sa)
{
	struct ike_numbers *numbers = &ike->numbers;
	uint32_t id = numbers->free;

	if (id >= numbers->count) {
		numbers->count = id + 64;
		numbers->sas = must_realloc(numbers->sas, numbers->count * sizeof(numbers->sas[0]));
		memset(numbers->sas + id, 0, 64 * sizeof(numbers->sas[0]));
	}
	numbers->sas[id] = sa;
	while (numbers->free < numbers->count && numbers->sas[numbers->free])
		numbers->free++;
	return id + 1;
}

static void give_number(struct ike *ike, uint32_t id)
{
	struct ike_numbers *numbers = &ike->numbers;

	numbers->sas[id - 1] = NULL;
	if (id - 1 < numbers->free)
		numbers->free = id - 1;
}

void ike_table_enter(struct ike *ike, struct ike_sa *sa)
{
	do {
		random_fill(&sa->local_spi, sizeof(sa->local_spi));
	} while (!sa->local_spi || ike_find(ike, sa->local_spi));
	HASH_ADD(hh, ike->by_spi, local_spi, sizeof(sa->local_spi), sa);
	sa->id = take_number(ike, sa);
	/* The list is in order of numbers. The number is the first free one: the one before is taken. */
	if (sa->id > 1)
		TAILQ_INSERT_AFTER(&ike->sas, ike->numbers.sas[sa->id - 2], sa, link);
	else
		TAILQ_INSERT_HEAD(&ike->sas, sa, link);
}

struct ike_sa_list *clients_of(struct ike *ike, const struct identity *client)
{
	return &ike->clients[identity_hash(client) % CLIENT_LISTS];
}

void clients_enter(struct ike_sa *sa)
{
	sa->clients = clients_of(sa->ike, client_identity(sa));
	TAILQ_INSERT_TAIL(sa->clients, sa, of_clients);
}

static struct address_pair pair_of(const struct address *local, const struct address *remote)
{
	struct address_pair ends;

	memset(&ends, 0, sizeof(ends)); /* padding counts in a key */
	ends.local = *local;
	ends.remote = *remote;
	return ends;
}

struct peering *peering_find(struct ike *ike, const struct address *local,
			     const struct address *remote)
{
	struct address_pair ends = pair_of(local, remote);
	struct peering *peering;

	HASH_FIND(hh, ike->peerings, &ends, sizeof(ends), peering);
	return peering;
}

static struct peering *peering_get(struct ike *ike, const struct address *local,
				   const struct address *remote)
{
	struct peering *peering = peering_find(ike, local, remote);

	if (peering)
		return peering;
	peering = must_calloc(1, sizeof(*peering));
	peering->ends = pair_of(local, remote);
	peering->number = ++ike->last_peering;
	TAILQ_INIT(&peering->tunnels);
	TAILQ_INIT(&peering->sas);
	HASH_ADD(hh, ike->peerings, ends, sizeof(peering->ends), peering);
	return peering;
}

static void peering_drop(struct ike *ike, struct peering *peering)
{
	if (!TAILQ_EMPTY(&peering->tunnels) || !TAILQ_EMPTY(&peering->sas))
		return;
	HASH_DELETE(hh, ike->peerings, peering);
	free(peering);
}

static void leave_peering(struct ike_sa *sa)
{
	struct peering *peering = sa->peering;

	if (!peering)
		return;
	sa->peering = NULL;
	TAILQ_REMOVE(&peering->sas, sa, of_peering);
	peering_drop(sa->ike, peering);
}

void ike_sa_set_home(struct ike_sa *sa, const struct address *local, const struct address *remote)
{
	leave_peering(sa);
	sa->home_local = *local;
	sa->home_remote = *remote;
	sa->peering = peering_get(sa->ike, local, remote);
	TAILQ_INSERT_TAIL(&sa->peering->sas, sa, of_peering);
}

uint64_t kernel_owner_key(const struct kernel_owner *owner)
{
	return owner->policy ? (uint64_t)1 << 32 | owner->policy : owner->ifindex;
}

void tunnel_table_enter(struct tunnel *tunnel)
{
	const struct kernel_tunnel *device = &tunnel->device;
	struct kernel_owner owner = tunnel_owner(tunnel);
	struct ike *ike = tunnel->ike;

	if (tunnel->peering && address_equal(&tunnel->peering->ends.local, &device->local) &&
	    address_equal(&tunnel->peering->ends.remote, &device->remote))
		return; /* and who owns it never changes */
	tunnel_table_leave(tunnel);
	tunnel->owner_key = kernel_owner_key(&owner);
	HASH_ADD(hh, ike->by_owner, owner_key, sizeof(tunnel->owner_key), tunnel);
	tunnel->peering = peering_get(ike, &device->local, &device->remote);
	TAILQ_INSERT_TAIL(&tunnel->peering->tunnels, tunnel, of_peering);
}

void tunnel_table_leave(struct tunnel *tunnel)
{
	struct peering *peering = tunnel->peering;

	if (!peering)
		return;
	HASH_DELETE(hh, tunnel->ike->by_owner, tunnel);
	tunnel->peering = NULL;
	TAILQ_REMOVE(&peering->tunnels, tunnel, of_peering);
	peering_drop(tunnel->ike, peering);
}

void ike_table_leave(struct ike *ike, struct ike_sa *sa)
{
	give_number(ike, sa->id);
	leave_peering(sa);
	if (sa->clients)
		TAILQ_REMOVE(sa->clients, sa, of_clients);
	HASH_DELETE(hh, ike->by_spi, sa);
	if (sa->origin.spi)
		HASH_DELETE(hh_origin, ike->by_origin, sa);
	TAILQ_REMOVE(&ike->sas, sa, link);
}

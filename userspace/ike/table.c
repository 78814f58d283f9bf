// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of IKE SAs: by our SPI, by who began them, and by number.
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

void ike_table_leave(struct ike *ike, struct ike_sa *sa)
{
	give_number(ike, sa->id);
	HASH_DELETE(hh, ike->by_spi, sa);
	if (sa->origin.spi)
		HASH_DELETE(hh_origin, ike->by_origin, sa);
	TAILQ_REMOVE(&ike->sas, sa, link);
}

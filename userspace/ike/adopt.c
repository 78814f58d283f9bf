// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an earlier daemon has left in the kernel carries on until its successor
 * is up. Tunnels are seen one after the other, and their SAs come in one list
 * of the kernel: it is asked once for all tunnels that are seen in one turn.
 */

#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "base/memory.h"
#include "ike/sa.h"

/** struct leftover - an SA of the kernel's list */
struct leftover {
	uint64_t owner;
	struct kernel_sa_id id;
};

static void keep(void *context, const struct kernel_sa_id *id, const struct kernel_owner *owner)
{
	struct leftovers *list = context;

	if (list->count == list->capacity) {
		list->capacity = list->capacity ? 2 * list->capacity : 64;
		list->items = must_realloc(list->items, list->capacity * sizeof(list->items[0]));
	}
	list->items[list->count++] = (struct leftover){ kernel_owner_key(owner), *id };
}

static int by_owner(const void *a, const void *b)
{
	const struct leftover *one = a, *other = b;

	return (one->owner > other->owner) - (one->owner < other->owner);
}

void leftovers_free(struct ike *ike)
{
	struct leftovers *list = &ike->leftovers;

	timer_stop(ike->env.timers, &list->end);
	free(list->items);
	list->items = NULL;
	list->count = list->capacity = 0;
	list->valid = false;
}

static void turn_is_over(struct timer *timer)
{
	leftovers_free(container_of(timer, struct ike, leftovers.end));
}

static struct result ask(struct ike *ike)
{
	struct kernel *kernel = ike->env.kernel;
	struct leftovers *list = &ike->leftovers;
	struct result result;

	if (list->valid)
		return RESULT_OK;
	result = kernel->ops->each_sa(kernel, keep, list);
	if (failed(&result)) {
		leftovers_free(ike);
		return result;
	}
	if (list->count)
		qsort(list->items, list->count, sizeof(list->items[0]), by_owner);
	list->valid = true;
	list->end.fire = turn_is_over;
	timer_start(ike->env.timers, &list->end, 0);
	return RESULT_OK;
}

void tunnel_adopt_leftovers(struct tunnel *tunnel)
{
	const struct leftovers *list = &tunnel->ike->leftovers;
	struct leftover wanted = { .owner = tunnel->owner_key };
	struct result result = ask(tunnel->ike);
	size_t low = 0, high = list->count;

	if (failed(&result)) {
		log_line(LOG_ERROR, "%s: cannot list the SAs of the kernel: %s",
			 tunnel->device.name, result.why);
		return;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_owner(&list->items[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < list->count && list->items[low].owner == wanted.owner; low++)
		child_sa_adopt(tunnel, &list->items[low].id);
}

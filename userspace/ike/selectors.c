// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Traffic selectors (RFC 7296 sections 2.9 and 3.13): lists of ranges of either
 * family. What both ends agree on is the common part of what one offers and
 * the other allows.
 */

#include <string.h>

#include "ike/sa.h"

#define PORT_MAX 65535

void selectors_add(struct traffic_selectors *list, const struct address *start,
		   const struct address *end)
{
	if (list->count < TRAFFIC_SELECTORS_MAX)
		list->items[list->count++] = (struct traffic_selector){
			.end_port = PORT_MAX,
			.start = *start,
			.end = *end,
		};
}

void selectors_add_any(struct traffic_selectors *list, enum family family)
{
	struct prefix any = { .address.family = family_af(family) };
	struct address start = prefix_first(&any), end = prefix_last(&any);

	selectors_add(list, &start, &end);
}

/* Ports that nobody can see, as in later fragments (RFC 4301 section 4.4.1.1). */
static bool is_opaque(const struct traffic_selector *selector)
{
	return selector->start_port > selector->end_port;
}

static bool has_any_port(const struct traffic_selector *selector)
{
	return selector->start_port == 0 && selector->end_port == PORT_MAX;
}

static bool intersect_ports(const struct traffic_selector *a, const struct traffic_selector *b,
			    struct traffic_selector *out)
{
	if (is_opaque(a) || is_opaque(b)) {
		out->start_port = PORT_MAX;
		out->end_port = 0;
		return (is_opaque(a) || has_any_port(a)) && (is_opaque(b) || has_any_port(b));
	}
	out->start_port = a->start_port > b->start_port ? a->start_port : b->start_port;
	out->end_port = a->end_port < b->end_port ? a->end_port : b->end_port;
	return out->start_port <= out->end_port;
}

static bool intersect(const struct traffic_selector *a, const struct traffic_selector *b,
		      struct traffic_selector *out)
{
	if (a->start.family != b->start.family)
		return false;
	if (a->protocol && b->protocol && a->protocol != b->protocol)
		return false;
	out->protocol = a->protocol ? a->protocol : b->protocol;
	out->start = address_compare(&a->start, &b->start) > 0 ? a->start : b->start;
	out->end = address_compare(&a->end, &b->end) < 0 ? a->end : b->end;
	return address_compare(&out->start, &out->end) <= 0 && intersect_ports(a, b, out);
}

static bool equal(const struct traffic_selector *a, const struct traffic_selector *b)
{
	return a->protocol == b->protocol && a->start_port == b->start_port &&
	       a->end_port == b->end_port && address_equal(&a->start, &b->start) &&
	       address_equal(&a->end, &b->end);
}

bool selectors_equal(const struct traffic_selectors *a, const struct traffic_selectors *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!equal(&a->items[i], &b->items[i]))
			return false;
	return true;
}

/* Does @list say all of @selector already? */
static bool covered(const struct traffic_selector *selector, const struct traffic_selectors *list)
{
	struct traffic_selector common;

	for (size_t i = 0; i < list->count; i++)
		if (intersect(selector, &list->items[i], &common) && equal(&common, selector))
			return true;
	return false;
}

/*
 * A peer may offer the packet that it has in front of the network of that
 * packet (section 2.9): the network says both, and each range once is enough.
 */
static void without_repetition(const struct traffic_selectors *list, struct traffic_selectors *out)
{
	out->count = 0;
	for (size_t i = 0; i < list->count; i++) {
		struct traffic_selectors later = { .count = list->count - i - 1 };

		memcpy(later.items, &list->items[i + 1], later.count * sizeof(later.items[0]));
		if (!covered(&list->items[i], out) && !covered(&list->items[i], &later))
			out->items[out->count++] = list->items[i];
	}
}

bool selectors_narrow(const struct traffic_selectors *offered,
		      const struct traffic_selectors *policy, struct traffic_selectors *out)
{
	struct traffic_selectors all = {};

	for (size_t i = 0; i < offered->count; i++)
		for (size_t j = 0; j < policy->count; j++)
			if (all.count < TRAFFIC_SELECTORS_MAX &&
			    intersect(&offered->items[i], &policy->items[j], &all.items[all.count]))
				all.count++;
	without_repetition(&all, out);
	return out->count > 0;
}

bool selectors_have(const struct traffic_selectors *list, enum family family)
{
	for (size_t i = 0; i < list->count; i++)
		if (address_family(&list->items[i].start) == family)
			return true;
	return false;
}

static void remove_family(struct traffic_selectors *list, enum family family)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (address_family(&list->items[i].start) != family)
			list->items[kept++] = list->items[i];
	list->count = kept;
}

bool selectors_pair(struct traffic_selectors *local, struct traffic_selectors *remote)
{
	for (enum family family = 0; family < FAMILY_COUNT; family++) {
		if (!selectors_have(local, family))
			remove_family(remote, family);
		if (!selectors_have(remote, family))
			remove_family(local, family);
	}
	return local->count > 0 && remote->count > 0;
}

struct address selectors_host(const struct traffic_selectors *list)
{
	struct address none = { .family = AF_UNSPEC };

	for (size_t i = 0; i < list->count; i++)
		if (!address_equal(&list->items[i].start, &list->items[0].start) ||
		    !address_equal(&list->items[i].end, &list->items[0].start))
			return none;
	return list->count ? list->items[0].start : none;
}

void selectors_set_host(struct traffic_selectors *list, const struct address *host)
{
	for (size_t i = 0; i < list->count; i++)
		list->items[i].start = list->items[i].end = *host;
}

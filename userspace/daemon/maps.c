// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From "crypto map" on an interface to policies of the kernel, one for each line
 * of the access lists. Each that permits is a flow of the engine, too, and gets
 * SAs when a packet asks for them.
 */

#include "daemon/maps.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "daemon/tunnels.h"
#include "ike/crypto_map.h"

/* Between policies that are made one after the other, so that others fit in later. */
#define PRIORITY_STEP (1u << 16)

/**
 * struct plan - one policy
 * @kept: it is in the kernel, with the number and the priority that @wish has
 * @known: the engine has it as a flow
 */
struct plan {
	struct kernel_policy wish;
	char device[16], map[KERNEL_NAME_MAX];
	bool kept, known;
};

struct plans {
	struct plan *items;
	size_t count, capacity;
};

struct maps {
	struct kernel *kernel;
	struct ike *ike;
	map_device_finder *find;
	void *context;
	struct plans plans; /* what is in the kernel */
	bool adopted; /* it has been asked what it has */
	bool unsettled;
	char *said; /* the problems of the last time */
	FILE *problems; /* of this time, and how many */
	size_t problem_count;
};

struct maps *maps_new(struct kernel *kernel, struct ike *ike, map_device_finder *find,
		      void *context)
{
	struct maps *maps = must_calloc(1, sizeof(*maps));

	maps->kernel = kernel;
	maps->ike = ike;
	maps->find = find;
	maps->context = context;
	return maps;
}

void maps_free(struct maps *maps)
{
	if (!maps)
		return;
	free(maps->plans.items);
	free(maps->said);
	free(maps);
}

__attribute__((format(printf, 2, 3))) static void problem(struct maps *maps, const char *format,
							  ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(maps->problems, format, args);
	va_end(args);
	fputc('\n', maps->problems);
	maps->problem_count++;
}

/* --- devices --- */

static bool has_address(const struct interface_config *stanza)
{
	return stanza->addresses[FAMILY_IPV4].address.family == AF_INET;
}

bool maps_find_device(void *context, const struct interface_config *stanza,
		      struct map_device *device)
{
	const struct address *own = &stanza->addresses[FAMILY_IPV4].address;
	struct ifaddrs *list, *at;
	struct endpoint endpoint;
	bool by_name;

	memset(device, 0, sizeof(*device));
	by_name = tunnel_linux_name(stanza->name, device->name) && if_nametoindex(device->name);
	if (getifaddrs(&list))
		return false;
	for (at = list; at; at = at->ifa_next) {
		if (!at->ifa_addr || at->ifa_addr->sa_family != AF_INET ||
		    !endpoint_from_sockaddr(at->ifa_addr, &endpoint))
			continue;
		if (has_address(stanza) && !address_equal(&endpoint.address, own))
			continue;
		/* A router's Serial0/0 is here the device that has its address. */
		if (by_name ? strcmp(at->ifa_name, device->name) != 0 : !has_address(stanza))
			continue;
		snprintf(device->name, sizeof(device->name), "%s", at->ifa_name);
		device->address = endpoint.address;
		break;
	}
	freeifaddrs(list);
	device->ifindex = if_nametoindex(device->name);
	return device->ifindex && device->address.family != AF_UNSPEC;
}

/* Our outer address: the interface's own, or that of another one. */
static bool find_local(struct maps *maps, const struct policy *policy, const struct crypto_map *map,
		       struct address *local)
{
	const struct interface_config *other;
	struct interface_config bare = { .name = map->local_interface };
	struct map_device device;

	if (!map->local_interface)
		return true;
	other = policy_find_interface(policy, map->local_interface);
	if (!maps->find(maps->context, other ? other : &bare, &device))
		return false;
	*local = device.address;
	return true;
}

/* --- what is wanted --- */

static struct plan *add_plan(struct plans *plans)
{
	if (plans->count == plans->capacity) {
		plans->capacity = plans->capacity ? 2 * plans->capacity : 16;
		plans->items =
			must_realloc(plans->items, plans->capacity * sizeof(plans->items[0]));
	}
	memset(&plans->items[plans->count], 0, sizeof(plans->items[0]));
	return &plans->items[plans->count++];
}

static bool has_ports(const struct access_entry *line)
{
	return line->source_ports.first || line->source_ports.last != UINT16_MAX ||
	       line->destination_ports.first || line->destination_ports.last != UINT16_MAX;
}

static void plan_line(struct plans *plans, const struct map_device *device,
		      const struct crypto_map_entry *entry, const struct access_entry *line)
{
	const struct ipsec_profile *profile = entry->profile;
	struct plan *plan = add_plan(plans);

	plan->wish = (struct kernel_policy){
		.ifindex = device->ifindex,
		.action = line->permit ? KERNEL_PROTECT : KERNEL_BYPASS,
		.mode = profile->set_count && profile->sets[0]->transport ? SA_TRANSPORT :
									    SA_TUNNEL,
		/* As routers: what could be of the traffic that is meant, is. */
		.fragments = line->permit && has_ports(line),
		.protocol = line->protocol,
		.source = line->source,
		.destination = line->destination,
		.source_ports = line->source_ports,
		.destination_ports = line->destination_ports,
		.local = device->address,
		.remote = entry->peer,
	};
	snprintf(plan->wish.profile, sizeof(plan->wish.profile), "%s", profile->name);
	snprintf(plan->device, sizeof(plan->device), "%s", device->name);
	snprintf(plan->map, sizeof(plan->map), "%s", entry->map->name);
}

static void plan_interface(struct maps *maps, const struct policy *policy,
			   const struct interface_config *stanza, struct plans *plans)
{
	const struct crypto_map *map = stanza->crypto_map;
	const struct crypto_map_entry *entry;
	const struct access_entry *line;
	struct map_device device;

	if (!map)
		return;
	if (!maps->find(maps->context, stanza, &device)) {
		problem(maps, "%s:%u: crypto map %s waits: this host has no interface %s with %s",
			stanza->place.file, stanza->place.line, map->name, stanza->name,
			has_address(stanza) ? "its address" : "an address");
		return;
	}
	if (!find_local(maps, policy, map, &device.address)) {
		problem(maps, "%s:%u: crypto map %s waits: its local-address %s has no address",
			stanza->place.file, stanza->place.line, map->name, map->local_interface);
		return;
	}
	TAILQ_FOREACH(entry, &map->entries, link)
		TAILQ_FOREACH(line, &entry->list->entries, link)
			plan_line(plans, &device, entry, line);
}

/* --- what is there --- */

/* The names of entries have a blank in them, as no other profile has. */
static void adopt(void *context, const struct kernel_policy *policy)
{
	struct plan *plan;

	if (!strchr(policy->profile, ' '))
		return;
	plan = add_plan(context);
	plan->wish = *policy;
}

static bool same_prefix(const struct prefix *a, const struct prefix *b)
{
	return a->length == b->length && address_equal(&a->address, &b->address);
}

static bool same_ports(const struct port_range *a, const struct port_range *b)
{
	return a->first == b->first && a->last == b->last;
}

/* But for number and priority. */
static bool same_policy(const struct kernel_policy *a, const struct kernel_policy *b)
{
	return a->ifindex == b->ifindex && a->action == b->action && a->mode == b->mode &&
	       a->fragments == b->fragments && a->protocol == b->protocol &&
	       same_prefix(&a->source, &b->source) &&
	       same_prefix(&a->destination, &b->destination) &&
	       same_ports(&a->source_ports, &b->source_ports) &&
	       same_ports(&a->destination_ports, &b->destination_ports) &&
	       address_equal(&a->local, &b->local) && address_equal(&a->remote, &b->remote) &&
	       !strcmp(a->profile, b->profile);
}

/* An old policy stays if it is wanted, and in the order in which it decides. */
static void match_old(struct plans *old, struct plans *new)
{
	uint32_t last = 0, ifindex = 0;

	for (size_t i = 0; i < new->count; i++) {
		struct kernel_policy *wish = &new->items[i].wish;

		if (wish->ifindex != ifindex)
			last = 0;
		ifindex = wish->ifindex;
		for (size_t j = 0; j < old->count; j++) {
			struct plan *candidate = &old->items[j];

			if (candidate->kept || candidate->wish.priority <= last ||
			    !same_policy(&candidate->wish, wish))
				continue;
			candidate->kept = new->items[i].kept = true;
			new->items[i].known = candidate->known;
			wish->id = candidate->wish.id;
			wish->priority = last = candidate->wish.priority;
			break;
		}
	}
}

/* Finds priorities between those that stay; false where there is no room. */
static bool number(struct plans *new)
{
	for (size_t i = 0; i < new->count; i++) {
		struct plan *plan = &new->items[i];
		bool first = !i || plan[-1].wish.ifindex != plan->wish.ifindex;
		uint32_t low = first ? 0 : plan[-1].wish.priority;
		uint32_t high, gap;
		size_t next = i;

		if (plan->kept)
			continue;
		while (next < new->count &&
		       !new->items[next].kept &&new->items[next].wish.ifindex == plan->wish.ifindex)
			next++;
		if (next < new->count &&new->items[next].wish.ifindex == plan->wish.ifindex) {
			high = new->items[next].wish.priority;
			gap = (high - low) / (uint32_t)(next - i + 1);
		} else {
			gap = (UINT32_MAX - low) / (uint32_t)(next - i + 1);
			if (gap > PRIORITY_STEP)
				gap = PRIORITY_STEP;
		}
		if (!gap)
			return false;
		plan->wish.priority = low + gap;
	}
	return true;
}

static void forget_matches(struct plans *plans)
{
	for (size_t i = 0; i < plans->count; i++) {
		plans->items[i].kept = plans->items[i].known = false;
		plans->items[i].wish.id = 0;
	}
}

/* --- making it so --- */

static void remove_policy(struct maps *maps, const struct plan *plan)
{
	struct result result;

	ike_delete_flow(maps->ike, plan->wish.id);
	result = maps->kernel->ops->delete_policy(maps->kernel, plan->wish.id);
	/* It goes with its device. */
	if (failed(&result) && result.code != -ENOENT)
		problem(maps, "crypto map %s: deletion of a policy: %s", plan->wish.profile,
			result.why);
}

static void make(struct maps *maps, struct plan *plan)
{
	struct result result;

	if (!plan->kept) {
		result = maps->kernel->ops->add_policy(maps->kernel, &plan->wish, &plan->wish.id);
		if (failed(&result)) {
			problem(maps, "crypto map %s on %s: %s", plan->wish.profile, plan->device,
				result.why);
			return;
		}
		plan->kept = true;
	}
	if (!plan->known && plan->wish.action == KERNEL_PROTECT)
		ike_add_flow(maps->ike, &plan->wish, plan->device, plan->map);
	plan->known = true;
}

/* Those that the kernel has refused are tried again the next time. */
static void drop_unmade(struct plans *plans)
{
	size_t count = 0;

	for (size_t i = 0; i < plans->count; i++) {
		if (!plans->items[i].kept)
			continue;
		plans->items[count] = plans->items[i];
		plans->items[count++].kept = false;
	}
	plans->count = count;
}

static void replace(struct maps *maps, const struct policy *policy)
{
	const struct interface_config *stanza;
	struct plans new = { 0 };
	struct result result;

	if (!maps->adopted) {
		result = maps->kernel->ops->each_policy(maps->kernel, adopt, &maps->plans);
		if (failed(&result))
			problem(maps, "cannot list the policies of the kernel: %s", result.why);
		maps->adopted = true;
	}
	TAILQ_FOREACH(stanza, &policy->interfaces, link)
		plan_interface(maps, policy, stanza, &new);
	match_old(&maps->plans, &new);
	if (!number(&new)) {
		forget_matches(&new);
		for (size_t i = 0; i < maps->plans.count; i++)
			maps->plans.items[i].kept = false;
		(void)number(&new);
	}
	for (size_t i = 0; i < maps->plans.count; i++)
		if (!maps->plans.items[i].kept)
			remove_policy(maps, &maps->plans.items[i]);
	for (size_t i = 0; i < new.count; i++)
		make(maps, &new.items[i]);
	drop_unmade(&new);
	free(maps->plans.items);
	maps->plans = new;
}

size_t maps_apply(struct maps *maps, const struct policy *policy, FILE *report)
{
	char *text = NULL, *line, *rest;
	size_t len;

	maps->problems = open_memstream(&text, &len);
	if (!maps->problems)
		abort();
	maps->problem_count = 0;
	maps->unsettled = false;
	replace(maps, policy);
	fclose(maps->problems);
	if (report)
		fputs(text, report);
	/* What still is as it was is not said again. */
	if (!maps->said || strcmp(maps->said, text)) {
		free(maps->said);
		maps->said = must_strdup(text);
		for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
			log_line(LOG_ERROR, "%s", line);
	}
	free(text);
	return maps->problem_count;
}

void maps_changed(struct maps *maps)
{
	maps->unsettled = true;
}

void maps_settle(struct maps *maps, const struct policy *policy)
{
	if (maps->unsettled)
		maps_apply(maps, policy, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From "interface Tunnel0" to tunnel0.
 */

#include "daemon/tunnels.h"

#include <ctype.h>
#include <errno.h>
#include <ifaddrs.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "kernel/configure.h"
#include "kernel/none.h"

/**
 * struct plan - what one stanza asks for, and what became of it
 * @ifindex: 0 while the interface is not there
 * @made: by us: ours to delete
 * @up: as last seen
 * @unsettled: address and routes have to be looked after
 * @rebuild: @unsettled, and the interface itself is another one
 */
struct plan {
	struct kernel_tunnel wish;
	struct prefix addresses[FAMILY_COUNT]; /* AF_UNSPEC: none */
	struct tunnel_route *routes;
	size_t route_count;
	uint32_t ifindex;
	bool made, up;
	bool unsettled, rebuild;
};

/** struct tunnels - @plans is sorted by name */
struct tunnels {
	struct kernel *kernel;
	bool simulated;
	uint32_t last_simulated;
	struct plan *plans;
	size_t count;
	bool unsettled; /* one of @plans is */
	FILE *report; /* during tunnels_apply() */
	size_t problems;
};

struct tunnels *tunnels_new(struct kernel *kernel, bool simulated)
{
	struct tunnels *tunnels = must_calloc(1, sizeof(*tunnels));

	tunnels->kernel = kernel;
	tunnels->simulated = simulated;
	return tunnels;
}

static void free_plans(struct plan *plans, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(plans[i].routes);
	free(plans);
}

void tunnels_free(struct tunnels *tunnels)
{
	if (!tunnels)
		return;
	free_plans(tunnels->plans, tunnels->count);
	free(tunnels);
}

__attribute__((format(printf, 2, 3))) static void problem(struct tunnels *tunnels,
							  const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tunnels->problems++;
	log_line(LOG_ERROR, "%s", text);
	if (tunnels->report)
		fprintf(tunnels->report, "%s\n", text);
}

static void check(struct tunnels *tunnels, const struct plan *plan, const char *what,
		  struct result result)
{
	if (failed(&result))
		problem(tunnels, "%s: %s: %s", plan->wish.name, what, result.why);
}

bool tunnel_linux_name(const char *name, char linux_name[16])
{
	size_t i, len = strlen(name);

	if (len == 0 || len > 15)
		return false;
	for (i = 0; i < len; i++) {
		if (name[i] == '/' || isspace((unsigned char)name[i]))
			return false;
		linux_name[i] = (char)tolower((unsigned char)name[i]);
	}
	linux_name[len] = 0;
	return true;
}

/* Reading the configuration */

/* The first address of a family that an interface of this host has. */
static bool host_address(const char *name, sa_family_t family, struct address *address)
{
	struct ifaddrs *list, *at;
	struct endpoint endpoint;
	bool found = false;

	if (getifaddrs(&list))
		return false;
	for (at = list; at && !found; at = at->ifa_next) {
		if (!at->ifa_addr || at->ifa_addr->sa_family != family ||
		    strcmp(at->ifa_name, name))
			continue;
		found = endpoint_from_sockaddr(at->ifa_addr, &endpoint);
		if (found)
			*address = endpoint.address;
	}
	freeifaddrs(list);
	return found;
}

/*
 * "tunnel source" is an address, an interface of the configuration with an
 * address of its own (a router's Ethernet0/0), or an interface of this host.
 */
static struct result resolve_source(const struct policy *policy, const char *source,
				    enum family family, struct address *address)
{
	if (policy_resolve_source(policy, source, family, address) ||
	    host_address(source, family_af(family), address))
		return RESULT_OK;
	return fail(
		-EADDRNOTAVAIL,
		"tunnel source %s has no address: neither its stanza nor this host gives it one",
		source);
}

static struct result read_stanza(const struct policy *policy, const struct interface_config *stanza,
				 struct plan *plan)
{
	struct kernel_tunnel *wish = &plan->wish;
	struct result result;

	if (!tunnel_linux_name(stanza->name, wish->name))
		return fail(-EINVAL, "Linux has no room for an interface of this name");
	if (!stanza->tunnel_source)
		return fail(-EINVAL, "no tunnel source");
	if (!stanza->tunnel_destination)
		return fail(-EINVAL, "no tunnel destination");
	if (!address_parse(stanza->tunnel_destination, &wish->remote))
		return fail(-EINVAL, "tunnel destination %s is no address",
			    stanza->tunnel_destination);
	result = resolve_source(policy, stanza->tunnel_source, address_family(&wish->remote),
				&wish->local);
	if (failed(&result))
		return result;
	if (wish->local.family != wish->remote.family)
		return fail(-EINVAL, "tunnel source and destination are of different families");
	if (strlen(stanza->ipsec_profile_name) >= sizeof(wish->profile))
		return fail(-ENAMETOOLONG, "the name of the profile is longer than %zu octets",
			    sizeof(wish->profile) - 1);
	strcpy(wish->profile, stanza->ipsec_profile_name);
	wish->up = !stanza->shutdown;
	wish->mtu = stanza->mtu;
	memcpy(plan->addresses, stanza->addresses, sizeof(plan->addresses));
	return RESULT_OK;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct plan *)a)->wish.name, ((const struct plan *)b)->wish.name);
}

static struct plan *find_plan(struct plan *plans, size_t count, const char *name)
{
	struct plan key = { 0 };

	if (strlen(name) >= sizeof(key.wish.name))
		return NULL;
	strcpy(key.wish.name, name);
	return count ? bsearch(&key, plans, count, sizeof(*plans), compare_names) : NULL;
}

static bool leads_to(const struct prefix *network, const struct address *gateway)
{
	return network->address.family != AF_UNSPEC && network->length > 0 &&
	       prefix_contains(network, gateway);
}

/* The tunnel that a static route leads into, NULL for routes of other people. */
static struct plan *plan_of_route(struct plan *plans, size_t count,
				  const struct route_config *route)
{
	char name[16];
	size_t i;

	if (route->interface)
		return tunnel_linux_name(route->interface, name) ? find_plan(plans, count, name) :
								   NULL;
	for (i = 0; i < count; i++)
		if (leads_to(&plans[i].addresses[address_family(&route->gateway)], &route->gateway))
			return &plans[i];
	return NULL;
}

static void read_routes(const struct policy *policy, struct plan *plans, size_t count)
{
	const struct route_config *route;
	struct plan *plan;

	TAILQ_FOREACH(route, &policy->routes, link) {
		plan = plan_of_route(plans, count, route);
		if (!plan)
			continue;
		plan->routes =
			must_realloc(plan->routes, (plan->route_count + 1) * sizeof(*plan->routes));
		plan->routes[plan->route_count++] = (struct tunnel_route){
			.destination = route->destination,
			.gateway = route->gateway,
			.metric =
				route->distance > 1 ? route->distance : 0, /* IOS: 1 unless given */
		};
	}
}

static struct plan *read_plans(struct tunnels *tunnels, const struct policy *policy, size_t *count)
{
	const struct interface_config *stanza;
	struct plan *plans;
	struct result result;
	size_t stanzas = 0;

	TAILQ_FOREACH(stanza, &policy->interfaces, link)
		stanzas++;
	plans = must_calloc(stanzas + 1, sizeof(*plans));
	*count = 0;
	TAILQ_FOREACH(stanza, &policy->interfaces, link) {
		if (!stanza->is_tunnel || !stanza->ipsec_profile_name)
			continue; /* no tunnel, or one that we have nothing to do with */
		memset(&plans[*count], 0, sizeof(*plans));
		result = read_stanza(policy, stanza, &plans[*count]);
		if (failed(&result))
			problem(tunnels, "%s:%u: interface %s: %s", stanza->place.file,
				stanza->place.line, stanza->name, result.why);
		else
			(*count)++;
	}
	qsort(plans, *count, sizeof(*plans), compare_names);
	read_routes(policy, plans, *count);
	return plans;
}

/* Making it so */

static bool same_route(const struct tunnel_route *a, const struct tunnel_route *b)
{
	return prefix_equal(&a->destination, &b->destination) &&
	       address_equal(&a->gateway, &b->gateway) && a->metric == b->metric;
}

static bool has_route(const struct plan *plan, const struct tunnel_route *route)
{
	size_t i;

	for (i = 0; i < plan->route_count; i++)
		if (same_route(&plan->routes[i], route))
			return true;
	return false;
}

/* What is there already is fine. */
static void add_addresses(struct tunnels *tunnels, const struct plan *plan)
{
	char text[ADDRESS_TEXT], what[ADDRESS_TEXT + 16];

	for (enum family family = 0; family < FAMILY_COUNT; family++) {
		const struct prefix *address = &plan->addresses[family];

		if (address->address.family == AF_UNSPEC)
			continue;
		snprintf(what, sizeof(what), "address %s", address_format(&address->address, text));
		check(tunnels, plan, what,
		      tunnel_add_address(tunnels->kernel, plan->ifindex, address));
	}
}

/* The kernel takes routes only while the interface is up. */
static void add_routes(struct tunnels *tunnels, const struct plan *plan)
{
	char text[ADDRESS_TEXT], what[ADDRESS_TEXT + 16];
	size_t i;

	for (i = 0; plan->up && i < plan->route_count; i++) {
		snprintf(what, sizeof(what), "route to %s/%u",
			 address_format(&plan->routes[i].destination.address, text),
			 plan->routes[i].destination.length);
		check(tunnels, plan, what,
		      tunnel_add_route(tunnels->kernel, plan->ifindex, &plan->routes[i]));
	}
}

static void build(struct tunnels *tunnels, struct plan *plan)
{
	struct result result;
	bool made;

	plan->unsettled = plan->rebuild = false;
	if (tunnels->simulated) {
		if (!plan->ifindex)
			plan->ifindex = ++tunnels->last_simulated;
		return;
	}
	result = tunnel_create(tunnels->kernel, &plan->wish, &plan->ifindex, &made);
	if (failed(&result)) {
		plan->ifindex = 0;
		problem(tunnels, "%s: %s", plan->wish.name, result.why);
		return;
	}
	plan->made |= made;
	/* The address first: with the interface up, negotiation begins. */
	add_addresses(tunnels, plan);
	result = tunnel_set_state(tunnels->kernel, plan->ifindex, plan->wish.up, plan->wish.mtu);
	check(tunnels, plan, "state", result);
	plan->up = plan->wish.up && !failed(&result);
	add_routes(tunnels, plan);
}

/* Takes away what @new no longer asks for; @new is NULL when the stanza is gone. */
static void reduce(struct tunnels *tunnels, const struct plan *old, const struct plan *new)
{
	size_t i;

	if (!old->ifindex || tunnels->simulated) {
		if (old->ifindex && !new)
			kernel_none_tell_gone(tunnels->kernel, old->ifindex);
		return;
	}
	if (!new && old->made) { /* addresses and routes go with it */
		check(tunnels, old, "deletion", tunnel_delete(tunnels->kernel, old->ifindex));
		return;
	}
	for (i = 0; i < old->route_count; i++)
		if (!new || !has_route(new, &old->routes[i]))
			check(tunnels, old, "deletion of a route",
			      tunnel_delete_route(tunnels->kernel, old->ifindex, &old->routes[i]));
	for (enum family family = 0; family < FAMILY_COUNT; family++)
		if (old->addresses[family].address.family != AF_UNSPEC &&
		    (!new || !prefix_equal(&old->addresses[family], &new->addresses[family])))
			check(tunnels, old, "deletion of the address",
			      tunnel_delete_address(tunnels->kernel, old->ifindex,
						    &old->addresses[family]));
}

size_t tunnels_apply(struct tunnels *tunnels, const struct policy *policy, FILE *report)
{
	struct plan *plans, *plan;
	const struct plan *old;
	size_t count, i;

	tunnels->report = report;
	tunnels->problems = 0;
	plans = read_plans(tunnels, policy, &count);
	for (i = 0; i < tunnels->count; i++)
		reduce(tunnels, &tunnels->plans[i],
		       find_plan(plans, count, tunnels->plans[i].wish.name));
	for (plan = plans; plan < plans + count; plan++) {
		old = find_plan(tunnels->plans, tunnels->count, plan->wish.name);
		if (old) {
			plan->ifindex = old->ifindex;
			plan->made = old->made;
		}
		build(tunnels, plan);
	}
	free_plans(tunnels->plans, tunnels->count);
	tunnels->plans = plans;
	tunnels->count = count;
	tunnels->unsettled = false;
	tunnels->report = NULL;
	return tunnels->problems;
}

void tunnels_tell(struct tunnels *tunnels)
{
	struct kernel_tunnel tunnel;
	size_t i;

	for (i = 0; tunnels->simulated && i < tunnels->count; i++) {
		tunnel = tunnels->plans[i].wish;
		tunnel.ifindex = tunnels->plans[i].ifindex;
		if (!tunnel.mtu)
			tunnel.mtu = 1400;
		kernel_none_tell(tunnels->kernel, &tunnel);
	}
}

void tunnels_seen(struct tunnels *tunnels, const struct kernel_tunnel *tunnel)
{
	struct plan *plan = find_plan(tunnels->plans, tunnels->count, tunnel->name);

	if (!plan || tunnels->simulated)
		return;
	if (plan->ifindex != tunnel->ifindex) {
		plan->ifindex = tunnel->ifindex;
		plan->made = false;
		plan->rebuild = true;
	}
	if (plan->rebuild || (tunnel->up && !plan->up))
		plan->unsettled = tunnels->unsettled = true;
	plan->up = tunnel->up;
}

void tunnels_gone(struct tunnels *tunnels, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < tunnels->count; i++) {
		if (tunnels->plans[i].ifindex != ifindex)
			continue;
		tunnels->plans[i].ifindex = 0;
		tunnels->plans[i].unsettled = false;
	}
}

void tunnels_settle(struct tunnels *tunnels)
{
	struct plan *plan;

	if (!tunnels->unsettled)
		return;
	tunnels->unsettled = false;
	for (plan = tunnels->plans; plan < tunnels->plans + tunnels->count; plan++) {
		if (!plan->unsettled || !plan->ifindex)
			continue;
		if (plan->rebuild) {
			build(tunnels, plan);
			continue;
		}
		plan->unsettled = false;
		add_addresses(tunnels, plan);
		add_routes(tunnels, plan);
	}
}

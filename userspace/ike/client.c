// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a client was given, at both ends: the server routes the address, the
 * client puts it on its tunnel. The address of a client stays there when its
 * IKE SA goes, for the next one will bring the same again as a rule.
 */

#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"
#include "ike/sa.h"

struct client_config *client_config_of(struct ike_sa *sa)
{
	if (!sa->client)
		sa->client = must_calloc(1, sizeof(*sa->client));
	return sa->client;
}

static struct prefix host_prefix(const struct address *address)
{
	return (struct prefix){ *address, address->family == AF_INET ? 32 : 128 };
}

static void say(struct ike *ike, uint32_t ifindex, const char *what, const struct prefix *prefix,
		const struct result *result)
{
	const struct tunnel *tunnel = tunnel_find(ike, ifindex);
	char text[ADDRESS_TEXT];

	if (failed(result))
		log_line(LOG_ERROR, "%s: %s %s/%u: %s", tunnel ? tunnel->device.name : "tunnel",
			 what, address_format(&prefix->address, text), prefix->length, result->why);
}

static struct result change_route(struct ike *ike, uint32_t ifindex, const struct prefix *prefix,
				  bool add)
{
	struct kernel *kernel = ike->env.kernel;
	struct result result = kernel->ops->change_route(kernel, ifindex, prefix, add);

	say(ike, ifindex, add ? "route to" : "deletion of the route to", prefix, &result);
	return result;
}

static void unroute(struct ike *ike, struct lease *lease)
{
	struct prefix prefix = host_prefix(&lease->address);

	/* Routes go with the device that they lead into. */
	if (lease->ifindex && tunnel_find(ike, lease->ifindex))
		change_route(ike, lease->ifindex, &prefix, false);
	lease->ifindex = 0;
}

void client_route(struct ike_sa *sa, struct tunnel *tunnel)
{
	struct lease *lease = sa->client ? sa->client->lease : NULL;
	struct prefix prefix;
	struct result result;

	if (!lease || lease->ifindex == tunnel->device.ifindex)
		return;
	unroute(sa->ike, lease);
	prefix = host_prefix(&lease->address);
	result = change_route(sa->ike, tunnel->device.ifindex, &prefix, true);
	if (!failed(&result))
		lease->ifindex = tunnel->device.ifindex;
}

void client_config_end(struct ike_sa *sa, bool keep)
{
	struct client_config *config = sa->client;

	if (!config)
		return;
	if (config->lease && !keep)
		unroute(sa->ike, config->lease);
	if (config->lease)
		lease_release(&sa->ike->leases, config->lease);
	sa->client = NULL;
	free(config);
}

void client_config_move(struct ike_sa *from, struct ike_sa *to)
{
	if (to->client || !from->client)
		return;
	to->client = from->client;
	from->client = NULL;
}

bool client_wants_address(const struct ike_sa *sa, const struct tunnel *tunnel)
{
	const struct interface_config *stanza =
		policy_find_interface(sa->ike->policy, tunnel->device.name);

	return stanza && stanza->address_negotiated &&
	       (!sa->client || sa->client->address.family == AF_UNSPEC);
}

static bool same_prefix(const struct prefix *a, const struct prefix *b)
{
	return a->length == b->length && address_equal(&a->address, &b->address);
}

static void remove_address(struct tunnel *tunnel)
{
	struct kernel *kernel = tunnel->ike->env.kernel;
	struct result result;

	if (tunnel->inner.address.family == AF_UNSPEC)
		return;
	result = kernel->ops->change_address(kernel, tunnel->device.ifindex, &tunnel->inner, false);
	say(tunnel->ike, tunnel->device.ifindex, "deletion of address", &tunnel->inner, &result);
	tunnel->inner = (struct prefix){};
}

static void remove_routes(struct tunnel *tunnel)
{
	for (size_t i = 0; i < tunnel->inner_route_count; i++)
		change_route(tunnel->ike, tunnel->device.ifindex, &tunnel->inner_routes[i], false);
	tunnel->inner_route_count = 0;
}

struct result client_configure(const struct client_config *config, struct tunnel *tunnel)
{
	struct kernel *kernel = tunnel->ike->env.kernel;
	struct prefix prefix = host_prefix(&config->address);
	struct result result;

	if (config->netmask.family == config->address.family)
		prefix_from_mask(&config->address, &config->netmask, &prefix);
	remove_routes(tunnel);
	if (!same_prefix(&prefix, &tunnel->inner))
		remove_address(tunnel);
	result = kernel->ops->change_address(kernel, tunnel->device.ifindex, &prefix, true);
	if (failed(&result))
		return result;
	tunnel->inner = prefix;
	for (size_t i = 0; i < config->subnet_count; i++) {
		/* One that is in use elsewhere is said so, the others are of use all the same. */
		result = change_route(tunnel->ike, tunnel->device.ifindex, &config->subnets[i],
				      true);
		if (!failed(&result))
			tunnel->inner_routes[tunnel->inner_route_count++] = config->subnets[i];
	}
	return RESULT_OK;
}

void client_unconfigure(struct tunnel *tunnel)
{
	remove_routes(tunnel);
	remove_address(tunnel);
}

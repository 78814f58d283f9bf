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
	struct prefix prefix = prefix_of_host(&lease->address);

	/* Routes go with the device that they lead into. */
	if (lease->ifindex && tunnel_find(ike, lease->ifindex))
		change_route(ike, lease->ifindex, &prefix, false);
	lease->ifindex = 0;
}

bool client_has_address(const struct client_config *config)
{
	for (enum family family = 0; family < FAMILY_COUNT; family++)
		if (config->inner[family].address.family != AF_UNSPEC)
			return true;
	return false;
}

static void route(struct ike_sa *sa, struct lease *lease, const struct tunnel *tunnel)
{
	struct prefix prefix;
	struct result result;

	if (lease->ifindex == tunnel->device.ifindex)
		return;
	unroute(sa->ike, lease);
	prefix = prefix_of_host(&lease->address);
	result = change_route(sa->ike, tunnel->device.ifindex, &prefix, true);
	if (!failed(&result))
		lease->ifindex = tunnel->device.ifindex;
}

void client_route(struct ike_sa *sa, struct tunnel *tunnel)
{
	for (enum family family = 0; sa->client && family < FAMILY_COUNT; family++)
		if (sa->client->leases[family])
			route(sa, sa->client->leases[family], tunnel);
}

void client_config_end(struct ike_sa *sa, bool keep)
{
	struct client_config *config = sa->client;

	for (enum family family = 0; config && family < FAMILY_COUNT; family++) {
		struct lease *lease = config->leases[family];

		if (lease && !keep)
			unroute(sa->ike, lease);
		if (lease)
			lease_release(&sa->ike->leases, lease);
	}
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

bool client_is_given(const struct tunnel *tunnel, enum family family)
{
	const struct interface_config *stanza =
		policy_find_interface(tunnel->ike->policy, tunnel->device.name);

	return stanza && stanza->negotiated[family];
}

bool client_wants_address(const struct ike_sa *sa, const struct tunnel *tunnel, enum family family)
{
	return client_is_given(tunnel, family) && (!sa->client || !client_has_address(sa->client));
}

static void remove_address(struct tunnel *tunnel, enum family family)
{
	struct kernel *kernel = tunnel->ike->env.kernel;
	struct prefix *inner = &tunnel->inner[family];
	struct result result;

	if (inner->address.family == AF_UNSPEC)
		return;
	result = kernel->ops->change_address(kernel, tunnel->device.ifindex, inner, false);
	say(tunnel->ike, tunnel->device.ifindex, "deletion of address", inner, &result);
	*inner = (struct prefix){};
}

static void remove_routes(struct tunnel *tunnel)
{
	for (size_t i = 0; i < tunnel->inner_route_count; i++)
		change_route(tunnel->ike, tunnel->device.ifindex, &tunnel->inner_routes[i], false);
	tunnel->inner_route_count = 0;
}

static struct result set_address(struct tunnel *tunnel, enum family family,
				 const struct prefix *address)
{
	struct kernel *kernel = tunnel->ike->env.kernel;
	struct result result;

	if (!prefix_equal(address, &tunnel->inner[family]))
		remove_address(tunnel, family);
	if (address->address.family == AF_UNSPEC)
		return RESULT_OK;
	result = kernel->ops->change_address(kernel, tunnel->device.ifindex, address, true);
	if (!failed(&result))
		tunnel->inner[family] = *address;
	return result;
}

struct result client_configure(const struct client_config *config, struct tunnel *tunnel)
{
	struct result result = RESULT_OK;

	remove_routes(tunnel);
	for (enum family family = 0; !failed(&result) && family < FAMILY_COUNT; family++)
		result = set_address(tunnel, family, &config->inner[family]);
	if (failed(&result))
		return result;
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
	for (enum family family = 0; family < FAMILY_COUNT; family++)
		remove_address(tunnel, family);
}

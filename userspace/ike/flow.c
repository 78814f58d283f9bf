// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flows: policies of the kernel that want SAs, the entries of crypto maps. To
 * the rest of the engine they are tunnels with selectors of their own, which
 * are negotiated when a packet asks for it.
 */

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "ike/sa.h"

static struct traffic_selectors selectors_of(const struct prefix *prefix, uint8_t protocol,
					     const struct port_range *ports)
{
	return (struct traffic_selectors){
		.count = 1,
		.items[0] = {
			.protocol = protocol,
			.start_port = ports->first,
			.end_port = ports->last,
			.start = prefix_first(prefix),
			.end = prefix_last(prefix),
		},
	};
}

void ike_add_flow(struct ike *ike, const struct kernel_policy *policy, const char *device,
		  const char *map)
{
	struct kernel_tunnel around = {
		.ifindex = policy->ifindex,
		.local = policy->local,
		.remote = policy->remote,
		.up = true,
	};
	struct tunnel *tunnel;

	snprintf(around.name, sizeof(around.name), "%s", device);
	strcpy(around.profile, policy->profile);
	tunnel = tunnel_new(ike, &around, policy->id);
	snprintf(tunnel->map_tag, sizeof(tunnel->map_tag), "%s", map);
	tunnel->local_ts = selectors_of(&policy->source, policy->protocol, &policy->source_ports);
	tunnel->remote_ts =
		selectors_of(&policy->destination, policy->protocol, &policy->destination_ports);
	tunnel_adopt_leftovers(tunnel);
	/* The peer may not know by now what an earlier daemon has made with it. */
	if (!TAILQ_EMPTY(&tunnel->children))
		tunnel_want(tunnel);
}

void ike_delete_flow(struct ike *ike, uint32_t policy)
{
	struct kernel_owner owner = { .policy = policy };
	struct tunnel *tunnel = policy ? tunnel_of_owner(ike, &owner) : NULL;

	if (tunnel)
		tunnel_end(tunnel);
}

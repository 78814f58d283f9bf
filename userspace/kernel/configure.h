/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_KERNEL_CONFIGURE_H
#define SEKI_KERNEL_CONFIGURE_H

/* Makes tunnels, and gives them what an "interface TunnelN" stanza says. Works
 * on the kernel of kernel_netlink_new() only. What is there already is fine;
 * what is not a tunnel of ours is never touched.
 */

#include "kernel/kernel.h"

/**
 * tunnel_create() - makes @wish, or adopts the one of this name and changes it
 * @wish: name, profile, local and remote count
 * @ifindex: of the tunnel
 * @made: it was not there before
 *
 * Return: -EEXIST when a device of another kind has the name
 */
struct result tunnel_create(struct kernel *kernel, const struct kernel_tunnel *wish,
			    uint32_t *ifindex, bool *made);
struct result tunnel_delete(struct kernel *kernel, uint32_t ifindex);
/** tunnel_set_state() - up or down, and the MTU unless @mtu is 0 */
struct result tunnel_set_state(struct kernel *kernel, uint32_t ifindex, bool up, uint32_t mtu);

/** tunnel_add_address() - @address: with its host bits */
struct result tunnel_add_address(struct kernel *kernel, uint32_t ifindex,
				 const struct prefix *address);
struct result tunnel_delete_address(struct kernel *kernel, uint32_t ifindex,
				    const struct prefix *address);

/** struct tunnel_route - in the main table; @gateway AF_UNSPEC: the tunnel itself; @metric 0: none */
struct tunnel_route {
	struct prefix destination;
	struct address gateway;
	uint32_t metric;
};

/** tunnel_add_route() - -EEXIST when the destination has a route elsewhere */
struct result tunnel_add_route(struct kernel *kernel, uint32_t ifindex,
			       const struct tunnel_route *route);
struct result tunnel_delete_route(struct kernel *kernel, uint32_t ifindex,
				  const struct tunnel_route *route);

/** tunnel_change_address(), tunnel_change_route() - both ways in one: the engine's, in kernel_ops */
struct result tunnel_change_address(struct kernel *kernel, uint32_t ifindex,
				    const struct prefix *address, bool add);
struct result tunnel_change_route(struct kernel *kernel, uint32_t ifindex,
				  const struct prefix *destination, bool add);

#endif

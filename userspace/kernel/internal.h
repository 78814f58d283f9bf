/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_KERNEL_INTERNAL_H
#define SEKI_KERNEL_INTERNAL_H

/* Shared by the files of this folder, and by their tests. */

#include "kernel/channel.h"
#include "kernel/kernel.h"

/**
 * struct tunnel_entry - a tunnel as the kernel last described it
 * @told: a receiver of events knows this state
 * @pass: number of the dump that last confirmed it
 */
struct tunnel_entry {
	struct kernel_tunnel tunnel;
	bool told;
	uint32_t pass;
};

/** struct tunnel_table - sorted by ifindex, which the kernel gives in rising order */
struct tunnel_table {
	struct tunnel_entry *entries;
	size_t count, capacity;
	uint32_t pass;
};

/**
 * struct kernel_netlink - the implementation of struct kernel
 * @generic, @route: requests
 * @events, @links: what comes unasked
 * @family: number of the family "seki"
 */
struct kernel_netlink {
	struct kernel base;
	struct channel generic, route;
	struct listener events, links;
	uint16_t family;
	struct tunnel_table tunnels;
};

static inline struct kernel_netlink *netlink_of(struct kernel *kernel)
{
	return (struct kernel_netlink *)kernel; /* @base comes first */
}

/* link.c: follows the tunnels */
void link_event(void *netlink, struct nlmsghdr *message);
struct result link_dump(struct kernel_netlink *netlink);
/**
 * link_refresh() - asks for one tunnel by name
 * Return: -ENODEV when there is no such device, -EEXIST when it is none of ours
 */
struct result link_refresh(struct kernel_netlink *netlink, const char *name,
			   struct kernel_tunnel *tunnel);
void link_free(struct tunnel_table *table);

/* events.c: the module's events */
void generic_event(void *netlink, struct nlmsghdr *message);

/* netlink.c */
extern const struct kernel_ops kernel_netlink_ops;
/** sa_id_parse() - from attributes of the set "sa", checked by sa_policy */
bool sa_id_parse(struct nlattr *const *tb, struct kernel_sa_id *id);
extern const struct nla_policy sa_policy[];

#endif

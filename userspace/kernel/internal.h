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
struct result link_dropped(struct kernel *kernel, uint32_t ifindex, uint64_t *count);
void link_free(struct tunnel_table *table);

/* events.c: the module's events */
void generic_event(void *netlink, struct nlmsghdr *message);

/* netlink.c */
extern const struct kernel_ops kernel_netlink_ops;
struct nl_msg *family_request(struct kernel_netlink *netlink, uint8_t command, uint16_t flags);
/** put_address() - nothing when there is none */
int put_address(struct nl_msg *request, int attribute, const struct address *address);
/** request_too_big() - wipes the request, which may hold keys */
struct result request_too_big(struct kernel_netlink *netlink, const char *what);
struct result gone_is_enoent(struct result result);
/** owner_parse() - either attribute may be missing */
struct kernel_owner owner_parse(const struct nlattr *ifindex, const struct nlattr *policy);
/** sa_id_parse() - from attributes of the set "sa", checked by sa_policy */
bool sa_id_parse(struct nlattr *const *tb, struct kernel_sa_id *id);
extern const struct nla_policy sa_policy[];

/* policies.c: see struct kernel_ops */
struct result policy_add(struct kernel *kernel, const struct kernel_policy *policy, uint32_t *id);
struct result policy_delete(struct kernel *kernel, uint32_t id);
struct result policy_flush(struct kernel *kernel, uint32_t ifindex);
struct result policy_dropped(struct kernel *kernel, uint32_t id, uint64_t *count);
struct result policy_each(struct kernel *kernel,
			  void (*found)(void *context, const struct kernel_policy *policy),
			  void *context);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Follows the network devices of kind "seki" over rtnetlink. The kernel tells
 * every change of every link; receivers hear only of those that matter to a
 * tunnel, because the last state of each is kept here.
 */

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link_seki.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "kernel/internal.h"

/* libnl takes NLA_STRING only with its terminating zero. */
static const struct nla_policy link_policy[IFLA_MAX + 1] = {
	[IFLA_IFNAME] = { .type = NLA_STRING, .maxlen = IFNAMSIZ },
	[IFLA_MTU] = { .type = NLA_U32 },
	[IFLA_LINKINFO] = { .type = NLA_NESTED },
};

static const struct nla_policy info_policy[IFLA_INFO_MAX + 1] = {
	[IFLA_INFO_KIND] = { .type = NLA_STRING },
	[IFLA_INFO_DATA] = { .type = NLA_NESTED },
};

static const struct nla_policy seki_policy[IFLA_SEKI_MAX + 1] = {
	[IFLA_SEKI_LOCAL] = { .maxlen = 16 },
	[IFLA_SEKI_REMOTE] = { .maxlen = 16 },
	[IFLA_SEKI_PROFILE] = { .type = NLA_STRING, .maxlen = IFLA_SEKI_PROFILE_MAX + 1 },
};

static void get_address(const struct nlattr *attribute, struct address *address)
{
	if (attribute)
		(void)address_from_bytes(bytes_of(nla_data(attribute), (size_t)nla_len(attribute)),
					 address);
}

/* Return: false for links that are none of ours, and for broken messages. */
static bool parse_link(const struct nlmsghdr *message, struct kernel_tunnel *tunnel)
{
	struct nlattr *link[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1], *seki[IFLA_SEKI_MAX + 1];
	const struct ifinfomsg *header = nlmsg_data(message);

	if (nlmsg_parse((struct nlmsghdr *)message, sizeof(*header), link, IFLA_MAX, link_policy) <
	    0)
		return false;
	/* A bridge describes its ports with the same message in its own family. */
	if (header->ifi_family != AF_UNSPEC || !link[IFLA_IFNAME] || !link[IFLA_LINKINFO])
		return false;
	if (nla_parse_nested(info, IFLA_INFO_MAX, link[IFLA_LINKINFO], info_policy) < 0)
		return false;
	if (!info[IFLA_INFO_KIND] || strcmp(nla_get_string(info[IFLA_INFO_KIND]), IFLA_SEKI_KIND))
		return false;
	if (!info[IFLA_INFO_DATA] ||
	    nla_parse_nested(seki, IFLA_SEKI_MAX, info[IFLA_INFO_DATA], seki_policy) < 0)
		return false;

	memset(tunnel, 0, sizeof(*tunnel)); /* padding too: compared as memory */
	tunnel->ifindex = (uint32_t)header->ifi_index;
	tunnel->up = header->ifi_flags & IFF_UP;
	tunnel->mtu = link[IFLA_MTU] ? nla_get_u32(link[IFLA_MTU]) : 0;
	nla_strlcpy(tunnel->name, link[IFLA_IFNAME], sizeof(tunnel->name));
	if (seki[IFLA_SEKI_PROFILE])
		nla_strlcpy(tunnel->profile, seki[IFLA_SEKI_PROFILE], sizeof(tunnel->profile));
	get_address(seki[IFLA_SEKI_LOCAL], &tunnel->local);
	get_address(seki[IFLA_SEKI_REMOTE], &tunnel->remote);
	return true;
}

/* The entry of @ifindex, or the place where it belongs. */
static size_t table_place(const struct tunnel_table *table, uint32_t ifindex)
{
	size_t low = 0, high = table->count, middle;

	/* Mostly a new one: the highest number so far. */
	if (high && table->entries[high - 1].tunnel.ifindex < ifindex)
		return high;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (table->entries[middle].tunnel.ifindex < ifindex)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool table_has(const struct tunnel_table *table, size_t place, uint32_t ifindex)
{
	return place < table->count && table->entries[place].tunnel.ifindex == ifindex;
}

static struct tunnel_entry *table_insert(struct tunnel_table *table, size_t place)
{
	if (table->count == table->capacity) {
		table->capacity = table->capacity ? 2 * table->capacity : 16;
		table->entries =
			must_realloc(table->entries, table->capacity * sizeof(*table->entries));
	}
	memmove(&table->entries[place + 1], &table->entries[place],
		(table->count - place) * sizeof(*table->entries));
	memset(&table->entries[place], 0, sizeof(*table->entries));
	table->count++;
	return &table->entries[place];
}

static void tunnel_seen(struct kernel_netlink *netlink, const struct kernel_tunnel *tunnel)
{
	const struct kernel_events *events = &netlink->base.events;
	struct tunnel_table *table = &netlink->tunnels;
	size_t place = table_place(table, tunnel->ifindex);
	struct tunnel_entry *entry;

	if (table_has(table, place, tunnel->ifindex))
		entry = &table->entries[place];
	else
		entry = table_insert(table, place);
	entry->pass = table->pass;
	if (entry->told && memcmp(&entry->tunnel, tunnel, sizeof(*tunnel)) == 0)
		return;
	memcpy(&entry->tunnel, tunnel, sizeof(*tunnel)); /* padding too */
	entry->told = events->tunnel_seen != NULL;
	if (events->tunnel_seen)
		events->tunnel_seen(events->context, tunnel);
}

static void tunnel_gone(struct kernel_netlink *netlink, size_t place)
{
	const struct kernel_events *events = &netlink->base.events;
	struct tunnel_table *table = &netlink->tunnels;
	struct tunnel_entry gone = table->entries[place];

	table->count--;
	memmove(&table->entries[place], &table->entries[place + 1],
		(table->count - place) * sizeof(*table->entries));
	if (gone.told && events->tunnel_gone)
		events->tunnel_gone(events->context, gone.tunnel.ifindex);
}

static void host_changed(const struct kernel_netlink *netlink)
{
	const struct kernel_events *events = &netlink->base.events;

	if (events->host_changed)
		events->host_changed(events->context);
}

void link_event(void *context, struct nlmsghdr *message)
{
	struct kernel_netlink *netlink = context;
	const struct ifinfomsg *header;
	struct kernel_tunnel tunnel;
	size_t place;

	if (message->nlmsg_type == RTM_NEWADDR || message->nlmsg_type == RTM_DELADDR) {
		host_changed(netlink);
		return;
	}
	if (!nlmsg_valid_hdr(message, sizeof(*header)))
		return;
	header = nlmsg_data(message);
	if (message->nlmsg_type == RTM_NEWLINK && parse_link(message, &tunnel)) {
		tunnel_seen(netlink, &tunnel);
		return;
	}
	host_changed(netlink);
	if (message->nlmsg_type == RTM_DELLINK && header->ifi_family == AF_UNSPEC) {
		place = table_place(&netlink->tunnels, (uint32_t)header->ifi_index);
		if (table_has(&netlink->tunnels, place, (uint32_t)header->ifi_index))
			tunnel_gone(netlink, place);
	}
}

/* Return: -EINTR when links changed meanwhile. */
static struct result dump_once(struct kernel_netlink *netlink)
{
	struct nl_msg *request =
		channel_request(&netlink->route, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	struct nlattr *info = nla_nest_start(request, IFLA_LINKINFO);

	if (!info || nla_put_string(request, IFLA_INFO_KIND, IFLA_SEKI_KIND))
		return fail(-EMSGSIZE, "list of tunnels: the request does not fit");
	nla_nest_end(request, info);
	return channel_talk(&netlink->route, "list of tunnels", link_event, netlink);
}

struct result link_dump(struct kernel_netlink *netlink)
{
	struct tunnel_table *table = &netlink->tunnels;
	unsigned int attempts = 0;
	struct result result;
	size_t place;

	/* A dump with holes would declare tunnels gone that are there. */
	do {
		table->pass++;
		result = dump_once(netlink);
	} while (result.code == -EINTR && ++attempts < 10);
	if (failed(&result))
		return result;
	for (place = table->count; place-- > 0;)
		if (table->entries[place].pass != table->pass)
			tunnel_gone(netlink, place);
	return RESULT_OK;
}

struct refresh {
	struct kernel_netlink *netlink;
	struct kernel_tunnel *tunnel;
};

static void refresh_visit(void *context, struct nlmsghdr *message)
{
	struct refresh *refresh = context;

	if (parse_link(message, refresh->tunnel))
		tunnel_seen(refresh->netlink, refresh->tunnel);
}

struct result link_refresh(struct kernel_netlink *netlink, const char *name,
			   struct kernel_tunnel *tunnel)
{
	struct nl_msg *request =
		channel_request(&netlink->route, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	struct refresh refresh = { .netlink = netlink, .tunnel = tunnel };
	struct result result;

	memset(tunnel, 0, sizeof(*tunnel));
	if (nla_put_string(request, IFLA_IFNAME, name))
		return fail(-EMSGSIZE, "%s: the request does not fit", name);
	result = channel_talk(&netlink->route, name, refresh_visit, &refresh);
	if (!failed(&result) && !tunnel->ifindex)
		return fail(-EEXIST, "%s exists and is no seki interface", name);
	return result;
}

static void drops_visit(void *context, struct nlmsghdr *message)
{
	struct rtnl_link_stats64 stats = { 0 };
	struct nlattr *tb[IFLA_MAX + 1];
	uint64_t *count = context;

	if (nlmsg_parse(message, sizeof(struct ifinfomsg), tb, IFLA_MAX, link_policy) < 0 ||
	    !tb[IFLA_STATS64])
		return;
	nla_memcpy(&stats, tb[IFLA_STATS64], sizeof(stats));
	*count = stats.rx_dropped + stats.tx_dropped;
}

struct result link_dropped(struct kernel *kernel, uint32_t ifindex, uint64_t *count)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct nl_msg *request =
		channel_request(&netlink->route, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	struct ifinfomsg *header = nlmsg_data(nlmsg_hdr(request));

	*count = 0;
	header->ifi_index = (int)ifindex;
	return channel_talk(&netlink->route, "drops of a tunnel", drops_visit, count);
}

void link_free(struct tunnel_table *table)
{
	free(table->entries);
	memset(table, 0, sizeof(*table));
}

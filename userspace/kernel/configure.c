// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration of tunnels over rtnetlink.
 */

#include "kernel/configure.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link_seki.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <string.h>

#include "kernel/internal.h"

static struct result too_big(const char *what)
{
	return fail(-EMSGSIZE, "%s: the request does not fit", what);
}

static struct ifinfomsg *link_header(struct nl_msg *request)
{
	return nlmsg_data(nlmsg_hdr(request));
}

/* Creates with NLM_F_CREATE in @flags, else changes. */
static struct result put_tunnel(struct kernel_netlink *netlink, const struct kernel_tunnel *wish,
				uint32_t ifindex, uint16_t flags)
{
	struct nl_msg *request =
		channel_request(&netlink->route, RTM_NEWLINK, flags, sizeof(struct ifinfomsg));
	struct nlattr *info, *data;

	link_header(request)->ifi_index = (int)ifindex;
	NLA_PUT_STRING(request, IFLA_IFNAME, wish->name);
	info = nla_nest_start(request, IFLA_LINKINFO);
	if (!info)
		goto nla_put_failure;
	NLA_PUT_STRING(request, IFLA_INFO_KIND, IFLA_SEKI_KIND);
	data = nla_nest_start(request, IFLA_INFO_DATA);
	if (!data || put_address(request, IFLA_SEKI_LOCAL, &wish->local) ||
	    put_address(request, IFLA_SEKI_REMOTE, &wish->remote))
		goto nla_put_failure;
	NLA_PUT_STRING(request, IFLA_SEKI_PROFILE, wish->profile);
	nla_nest_end(request, data);
	nla_nest_end(request, info);
	return channel_talk(&netlink->route, wish->name, NULL, NULL);

nla_put_failure:
	return too_big(wish->name);
}

static bool as_wished(const struct kernel_tunnel *tunnel, const struct kernel_tunnel *wish)
{
	return address_equal(&tunnel->local, &wish->local) &&
	       address_equal(&tunnel->remote, &wish->remote) &&
	       strcmp(tunnel->profile, wish->profile) == 0;
}

struct result tunnel_create(struct kernel *kernel, const struct kernel_tunnel *wish,
			    uint32_t *ifindex, bool *made)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct kernel_tunnel tunnel;
	struct result result;

	/* Somebody may have made it, or changed it, just now. */
	result = link_refresh(netlink, wish->name, &tunnel);
	*made = result.code == -ENODEV;
	if (*made) {
		result = put_tunnel(netlink, wish, 0, NLM_F_CREATE | NLM_F_EXCL);
	} else if (!failed(&result) && !as_wished(&tunnel, wish)) {
		result = put_tunnel(netlink, wish, tunnel.ifindex, 0);
	} else {
		*ifindex = tunnel.ifindex;
		return result;
	}
	if (!failed(&result))
		result = link_refresh(netlink, wish->name, &tunnel);
	*ifindex = tunnel.ifindex;
	return result;
}

struct result tunnel_delete(struct kernel *kernel, uint32_t ifindex)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct nl_msg *request =
		channel_request(&netlink->route, RTM_DELLINK, 0, sizeof(struct ifinfomsg));

	link_header(request)->ifi_index = (int)ifindex;
	return channel_talk(&netlink->route, "deletion of the interface", NULL, NULL);
}

struct result tunnel_set_state(struct kernel *kernel, uint32_t ifindex, bool up, uint32_t mtu)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct nl_msg *request =
		channel_request(&netlink->route, RTM_NEWLINK, 0, sizeof(struct ifinfomsg));

	link_header(request)->ifi_index = (int)ifindex;
	link_header(request)->ifi_change = IFF_UP;
	link_header(request)->ifi_flags = up ? IFF_UP : 0;
	if (mtu && nla_put_u32(request, IFLA_MTU, mtu))
		return too_big("MTU");
	return channel_talk(&netlink->route,
			    mtu ? "MTU or state of the interface" : "state of the interface", NULL,
			    NULL);
}

static struct result change_address(struct kernel *kernel, uint16_t type, uint16_t flags,
				    uint32_t ifindex, const struct prefix *address)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct nl_msg *request =
		channel_request(&netlink->route, type, flags, sizeof(struct ifaddrmsg));
	struct ifaddrmsg *header = nlmsg_data(nlmsg_hdr(request));

	header->ifa_family = (uint8_t)address->address.family;
	header->ifa_prefixlen = address->length;
	header->ifa_index = ifindex;
	if (put_address(request, IFA_LOCAL, &address->address) ||
	    put_address(request, IFA_ADDRESS, &address->address))
		return too_big("address");
	return channel_talk(&netlink->route, "address", NULL, NULL);
}

struct result tunnel_add_address(struct kernel *kernel, uint32_t ifindex,
				 const struct prefix *address)
{
	struct result result =
		change_address(kernel, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, address);

	return result.code == -EEXIST ? RESULT_OK : result;
}

struct result tunnel_delete_address(struct kernel *kernel, uint32_t ifindex,
				    const struct prefix *address)
{
	struct result result = change_address(kernel, RTM_DELADDR, 0, ifindex, address);

	return result.code == -EADDRNOTAVAIL ? RESULT_OK : result;
}

static struct nl_msg *route_request(struct kernel_netlink *netlink, uint16_t type, uint16_t flags,
				    const struct prefix *destination)
{
	struct nl_msg *request =
		channel_request(&netlink->route, type, flags, sizeof(struct rtmsg));
	struct rtmsg *header = nlmsg_data(nlmsg_hdr(request));

	header->rtm_family = (uint8_t)destination->address.family;
	header->rtm_table = RT_TABLE_MAIN;
	return request;
}

static struct result change_route(struct kernel *kernel, uint16_t type, uint16_t flags,
				  uint32_t ifindex, const struct tunnel_route *route)
{
	struct address first = prefix_first(&route->destination);
	struct nl_msg *request =
		route_request(netlink_of(kernel), type, flags, &route->destination);
	struct rtmsg *header = nlmsg_data(nlmsg_hdr(request));
	bool direct = route->gateway.family == AF_UNSPEC;

	header->rtm_dst_len = route->destination.length;
	header->rtm_protocol = RTPROT_STATIC;
	header->rtm_type = RTN_UNICAST;
	header->rtm_scope = direct && first.family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	if (route->destination.length && put_address(request, RTA_DST, &first))
		goto nla_put_failure;
	NLA_PUT_U32(request, RTA_OIF, ifindex);
	if (!direct && put_address(request, RTA_GATEWAY, &route->gateway))
		goto nla_put_failure;
	if (route->metric)
		NLA_PUT_U32(request, RTA_PRIORITY, route->metric);
	return channel_talk(&netlink_of(kernel)->route, "route", NULL, NULL);

nla_put_failure:
	return too_big("route");
}

struct route_search {
	const struct tunnel_route *route;
	uint32_t ifindex;
	bool found;
};

static bool same_address(const struct nlattr *attribute, const struct address *address)
{
	struct address other;

	if (!attribute)
		return address->family == AF_UNSPEC || address_is_any(address);
	return address_from_bytes(bytes_of(nla_data(attribute), (size_t)nla_len(attribute)),
				  &other) &&
	       address_equal(&other, address);
}

static void route_visit(void *context, struct nlmsghdr *message)
{
	struct route_search *search = context;
	const struct tunnel_route *route = search->route;
	struct address first = prefix_first(&route->destination);
	const struct rtmsg *header = nlmsg_data(message);
	struct nlattr *tb[RTA_MAX + 1];

	if (nlmsg_parse(message, sizeof(*header), tb, RTA_MAX, NULL) < 0)
		return;
	if (header->rtm_dst_len == route->destination.length && same_address(tb[RTA_DST], &first) &&
	    same_address(tb[RTA_GATEWAY], &route->gateway) && tb[RTA_OIF] &&
	    nla_len(tb[RTA_OIF]) >= 4 && nla_get_u32(tb[RTA_OIF]) == search->ifindex)
		search->found = true;
}

/* Does the tunnel have this route, whoever made it? */
static struct result find_route(struct kernel *kernel, struct route_search *search)
{
	struct nl_msg *request = route_request(netlink_of(kernel), RTM_GETROUTE, NLM_F_DUMP,
					       &search->route->destination);

	if (nla_put_u32(request, RTA_OIF, search->ifindex))
		return too_big("route");
	return channel_talk(&netlink_of(kernel)->route, "routes of the interface", route_visit,
			    search);
}

struct result tunnel_add_route(struct kernel *kernel, uint32_t ifindex,
			       const struct tunnel_route *route)
{
	struct route_search search = { .route = route, .ifindex = ifindex };
	struct result result =
		change_route(kernel, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, ifindex, route);

	if (result.code != -EEXIST)
		return result;
	result = find_route(kernel, &search);
	if (search.found)
		return RESULT_OK;
	return failed(&result) ? result :
				 fail(-EEXIST, "this destination has another route already");
}

struct result tunnel_delete_route(struct kernel *kernel, uint32_t ifindex,
				  const struct tunnel_route *route)
{
	struct result result = change_route(kernel, RTM_DELROUTE, 0, ifindex, route);

	return result.code == -ESRCH ? RESULT_OK : result;
}

struct result tunnel_change_address(struct kernel *kernel, uint32_t ifindex,
				    const struct prefix *address, bool add)
{
	return add ? tunnel_add_address(kernel, ifindex, address) :
		     tunnel_delete_address(kernel, ifindex, address);
}

struct result tunnel_change_route(struct kernel *kernel, uint32_t ifindex,
				  const struct prefix *destination, bool add)
{
	struct tunnel_route route = { .destination = *destination };

	return add ? tunnel_add_route(kernel, ifindex, &route) :
		     tunnel_delete_route(kernel, ifindex, &route);
}

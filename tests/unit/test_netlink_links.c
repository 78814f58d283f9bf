// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tunnels over rtnetlink: how they are followed and configured.
 */
#include "kernel_pair.h"

struct link_spec {
	uint16_t type;
	int family, ifindex;
	const char *name, *kind, *remote;
	bool up;
	uint32_t sequence, mtu;
	uint16_t flags;
};

static struct nl_msg *link_message(struct link_spec spec)
{
	struct nl_msg *msg = message(spec.type, spec.flags, spec.sequence);
	struct ifinfomsg header = { .ifi_family = (uint8_t)spec.family,
				    .ifi_index = spec.ifindex,
				    .ifi_flags = spec.up ? IFF_UP : 0 };
	struct nlattr *info, *data;

	nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, spec.name);
	nla_put_u32(msg, IFLA_MTU, spec.mtu);
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, spec.kind);
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	put_ipv4(msg, IFLA_SEKI_LOCAL, "10.0.0.1");
	put_ipv4(msg, IFLA_SEKI_REMOTE, spec.remote);
	nla_put_string(msg, IFLA_SEKI_PROFILE, "phse2-prof");
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return msg;
}

static const struct link_spec tunnel0 = {
	.type = RTM_NEWLINK,
	.ifindex = 7,
	.name = "tunnel0",
	.kind = "seki",
	.remote = "10.0.0.2",
	.up = true,
	.mtu = 1400,
};

static struct nl_msg *link_like(struct link_spec spec, int ifindex, uint32_t sequence)
{
	spec.ifindex = ifindex;
	spec.sequence = sequence;
	return link_message(spec);
}

static void tunnels_are_told_when_they_change(void **state)
{
	struct link_spec spec = tunnel0;

	hear(link_event, link_message(spec));
	assert_int_equal(got.seen, 1);
	assert_int_equal(got.tunnel.ifindex, 7);
	assert_string_equal(got.tunnel.name, "tunnel0");
	assert_string_equal(got.tunnel.profile, "phse2-prof");
	assert_int_equal(address_ipv4(&got.tunnel.local), 0x0a000001);
	assert_int_equal(address_ipv4(&got.tunnel.remote), 0x0a000002);
	assert_true(got.tunnel.up);
	assert_int_equal(got.tunnel.mtu, 1400);

	hear(link_event, link_message(spec)); /* nothing new */
	assert_int_equal(got.seen, 1);
	spec.up = false;
	hear(link_event, link_message(spec));
	assert_int_equal(got.seen, 2);
	assert_false(got.tunnel.up);
	spec.name = "barrier";
	hear(link_event, link_message(spec));
	assert_int_equal(got.seen, 3);
	assert_string_equal(got.tunnel.name, "barrier");

	spec.type = RTM_DELLINK;
	hear(link_event, link_message(spec));
	assert_int_equal(got.gone, 1);
	assert_int_equal(got.gone_ifindex, 7);
	hear(link_event, link_message(spec)); /* and only once */
	assert_int_equal(got.gone, 1);
}

static void other_links_are_left_alone(void **state)
{
	struct link_spec spec = tunnel0;

	spec.kind = "sekibarrier";
	hear(link_event, link_message(spec));
	spec.kind = "vti";
	hear(link_event, link_message(spec));
	assert_int_equal(got.seen, 0);

	/* A tunnel that leaves a bridge is described as if it were deleted. */
	hear(link_event, link_message(tunnel0));
	spec = tunnel0;
	spec.type = RTM_DELLINK;
	spec.family = AF_BRIDGE;
	hear(link_event, link_message(spec));
	assert_int_equal(got.gone, 0);

	hear(link_event, message(RTM_NEWLINK, 0, 0)); /* cut short */
	hear(link_event, message(RTM_DELLINK, 0, 0));
	assert_int_equal(got.seen, 1);
}

/* A comparison with the kernel finds what was missed, even when links change meanwhile. */
static void resync_tells_the_differences(void **state)
{
	struct link_spec spec = tunnel0;

	spec.flags = NLM_F_MULTI;
	hear(link_event, link_like(spec, 9, 0));
	hear(link_event, link_like(spec, 5, 0));
	hear(link_event, link_like(spec, 7, 0));
	assert_int_equal(got.seen, 3);

	/* 5 is missing for the first time because of a change: once more. */
	answer(route, link_like(spec, 7, 1), dump_end(0, 1, NLM_F_DUMP_INTR), NULL);
	answer(route, link_like(spec, 5, 2), link_like(spec, 7, 2), link_like(spec, 11, 2),
	       dump_end(0, 2, 0), NULL);
	/* One SA is past its soft limit, and its event may have been lost. */
	answer(generic, dumped_sa(0x1000, SEKI_DIRECTION_IN, SEKI_STATE_MATURE),
	       dumped_sa(0x1001, SEKI_DIRECTION_OUT, SEKI_STATE_DYING), dump_end(0, 1, 0), NULL);
	assert_int_equal(kernel_netlink_resync(kernel).code, 0);
	assert_int_equal(got.seen, 4);
	assert_int_equal(got.tunnel.ifindex, 11);
	assert_int_equal(got.gone, 1);
	assert_int_equal(got.gone_ifindex, 9);
	assert_int_equal(got.expires, 1);
	assert_int_equal(got.expire.id.spi, 0x1001);
	assert_false(got.expire.hard);
}

/* The dump is newer than the events that still wait: they must not be told after it. */
static void resync_does_not_go_back_in_time(void **state)
{
	struct link_spec down = tunnel0, up = tunnel0;
	unsigned int i;

	down.up = false;
	up.flags = NLM_F_MULTI;
	for (i = 0; i < 100; i++) /* more than one read takes */
		answer(links, link_like(down, 7, 0), link_like(tunnel0, 7, 0), NULL);
	answer(route, link_like(up, 7, 1), dump_end(0, 1, 0), NULL);
	answer(generic, dump_end(0, 1, 0), NULL);
	assert_int_equal(kernel_netlink_resync(kernel).code, 0);
	assert_true(got.tunnel.up);
	i = got.seen;
	kernel_netlink_read(kernel, netlink.links.fd);
	assert_int_equal(got.seen, i);
}

static void what_nobody_heard_is_told_later(void **state)
{
	struct link_spec spec = tunnel0;

	kernel->events = (struct kernel_events){ 0 };
	hear(link_event, link_message(spec));
	kernel->events = events;
	spec.flags = NLM_F_MULTI;
	answer(route, link_like(spec, 7, 1), dump_end(0, 1, 0), NULL);
	answer(generic, dump_end(0, 1, 0), NULL);
	assert_int_equal(kernel_netlink_resync(kernel).code, 0);
	assert_int_equal(got.seen, 1);
}

static void many_tunnels_keep_their_order(void **state)
{
	struct tunnel_table *table = &netlink.tunnels;
	int i;

	for (i = 0; i < 1000; i++)
		hear(link_event, link_like(tunnel0, 1 + (i * 7919) % 1000, 0));
	assert_int_equal(table->count, 1000);
	for (i = 1; i < 1000; i++)
		assert_true(table->entries[i - 1].tunnel.ifindex <
			    table->entries[i].tunnel.ifindex);
}

/* Configuration */

static struct kernel_tunnel wish(void)
{
	struct kernel_tunnel tunnel = { .name = "tunnel0", .profile = "phse2-prof" };

	assert_true(address_parse("10.0.0.1", &tunnel.local));
	assert_true(address_parse("10.0.0.2", &tunnel.remote));
	return tunnel;
}

static void a_tunnel_is_made_when_it_is_missing(void **state)
{
	struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1], *data[IFLA_SEKI_MAX + 1];
	struct kernel_tunnel tunnel = wish();
	struct nlmsghdr *header;
	uint32_t ifindex = 0;
	bool made = false;

	answer(route, verdict(-ENODEV, NULL, 1, 0), NULL);
	answer(route, verdict(0, NULL, 2, 0), NULL);
	answer(route, link_like(tunnel0, 7, 3), NULL);
	assert_int_equal(tunnel_create(kernel, &tunnel, &ifindex, &made).code, 0);
	assert_int_equal(ifindex, 7);
	assert_true(made);

	assert_int_equal(read_request(route)->nlmsg_type, RTM_GETLINK);
	header = read_request(route);
	assert_int_equal(header->nlmsg_type, RTM_NEWLINK);
	assert_int_equal(header->nlmsg_flags,
			 NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	assert_int_equal(nlmsg_parse(header, sizeof(struct ifinfomsg), tb, IFLA_MAX, NULL), 0);
	assert_string_equal(nla_get_string(tb[IFLA_IFNAME]), "tunnel0");
	assert_int_equal(nla_parse_nested(info, IFLA_INFO_MAX, tb[IFLA_LINKINFO], NULL), 0);
	assert_string_equal(nla_get_string(info[IFLA_INFO_KIND]), "seki");
	assert_int_equal(nla_parse_nested(data, IFLA_SEKI_MAX, info[IFLA_INFO_DATA], NULL), 0);
	assert_octets(data[IFLA_SEKI_LOCAL], "\x0a\0\0\1", 4);
	assert_octets(data[IFLA_SEKI_REMOTE], "\x0a\0\0\2", 4);
	assert_string_equal(nla_get_string(data[IFLA_SEKI_PROFILE]), "phse2-prof");
}

static void a_tunnel_is_adopted_or_changed(void **state)
{
	struct kernel_tunnel tunnel = wish();
	struct link_spec other = tunnel0;
	struct nlmsghdr *header;
	uint32_t ifindex = 0;
	bool made = true;

	answer(route, link_like(tunnel0, 7, 1), NULL);
	assert_int_equal(tunnel_create(kernel, &tunnel, &ifindex, &made).code, 0);
	assert_int_equal(ifindex, 7);
	assert_false(made);
	read_request(route);
	assert_true(recv(route, request, sizeof(request), MSG_DONTWAIT) < 0); /* one look was all */

	other.remote = "10.0.0.99";
	answer(route, link_like(other, 7, 2), NULL);
	answer(route, verdict(0, NULL, 3, 0), NULL);
	answer(route, link_like(tunnel0, 7, 4), NULL);
	assert_int_equal(tunnel_create(kernel, &tunnel, &ifindex, &made).code, 0);
	assert_false(made);
	read_request(route);
	header = read_request(route);
	assert_int_equal(header->nlmsg_type, RTM_NEWLINK);
	assert_int_equal(header->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK); /* without NLM_F_CREATE */
	assert_int_equal(((struct ifinfomsg *)nlmsg_data(header))->ifi_index, 7);
}

static void a_device_of_another_kind_is_refused(void **state)
{
	struct kernel_tunnel tunnel = wish();
	struct link_spec other = tunnel0;
	struct result result;
	uint32_t ifindex;
	bool made;

	other.kind = "vti";
	answer(route, link_like(other, 7, 1), NULL);
	result = tunnel_create(kernel, &tunnel, &ifindex, &made);
	assert_int_equal(result.code, -EEXIST);
	assert_non_null(strstr(result.why, "tunnel0"));
}

/* J11: both directions; what the device itself has to say of errors is no drop of ours */
static void drops_of_a_tunnel_are_added_up(void **state)
{
	const struct rtnl_link_stats64 stats = { .rx_dropped = 3, .tx_dropped = 4, .rx_errors = 9 };
	const struct kernel_owner owner = { .ifindex = 7 };
	struct nl_msg *reply = link_like(tunnel0, 7, 1);
	struct nlmsghdr *header;
	uint64_t count = 1;

	nla_put(reply, IFLA_STATS64, sizeof(stats), &stats);
	answer(route, reply, NULL);
	assert_int_equal(kernel->ops->get_dropped(kernel, &owner, &count).code, 0);
	assert_int_equal(count, 7);
	header = read_request(route);
	assert_int_equal(header->nlmsg_type, RTM_GETLINK);
	assert_int_equal(((struct ifinfomsg *)nlmsg_data(header))->ifi_index, 7);
}

static struct nl_msg *route_message(uint32_t ifindex, uint32_t sequence)
{
	struct nl_msg *msg = message(RTM_NEWROUTE, NLM_F_MULTI, sequence);
	struct rtmsg header = { .rtm_family = AF_INET,
				.rtm_dst_len = 32,
				.rtm_table = RT_TABLE_MAIN };

	nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO);
	put_ipv4(msg, RTA_DST, "192.168.2.1");
	nla_put_u32(msg, RTA_OIF, ifindex);
	return msg;
}

/* Somebody made the route before: fine when it leads where ours does. */
static void an_existing_route_is_fine_if_it_is_the_same(void **state)
{
	struct tunnel_route to_peer = { .destination.length = 32 };
	struct result result;

	assert_true(address_parse("192.168.2.1", &to_peer.destination.address));
	answer(route, verdict(-EEXIST, NULL, 1, 0), NULL);
	answer(route, route_message(3, 2), route_message(7, 2), dump_end(0, 2, 0), NULL);
	result = tunnel_add_route(kernel, 7, &to_peer);
	assert_int_equal(result.code, 0);

	answer(route, verdict(-EEXIST, NULL, 3, 0), NULL);
	answer(route, route_message(3, 4), dump_end(0, 4, 0), NULL);
	result = tunnel_add_route(kernel, 7, &to_peer);
	assert_int_equal(result.code, -EEXIST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KERNEL_TEST(tunnels_are_told_when_they_change),
		KERNEL_TEST(other_links_are_left_alone),
		KERNEL_TEST(resync_tells_the_differences),
		KERNEL_TEST(resync_does_not_go_back_in_time),
		KERNEL_TEST(what_nobody_heard_is_told_later),
		KERNEL_TEST(many_tunnels_keep_their_order),
		KERNEL_TEST(a_tunnel_is_made_when_it_is_missing),
		KERNEL_TEST(a_tunnel_is_adopted_or_changed),
		KERNEL_TEST(a_device_of_another_kind_is_refused),
		KERNEL_TEST(drops_of_a_tunnel_are_added_up),
		KERNEL_TEST(an_existing_route_is_fine_if_it_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

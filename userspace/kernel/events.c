// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events of the generic netlink family "seki".
 */

#include <linux/genetlink.h>
#include <linux/seki.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "base/log.h"
#include "kernel/internal.h"

static const struct nla_policy acquire_policy[SEKI_A_ACQUIRE_MAX + 1] = {
	[SEKI_A_ACQUIRE_IFINDEX] = { .type = NLA_U32 },
	[SEKI_A_ACQUIRE_INNER_PROTO] = { .type = NLA_U8 },
	[SEKI_A_ACQUIRE_INNER_SRC] = { .maxlen = 16 },
	[SEKI_A_ACQUIRE_INNER_DST] = { .maxlen = 16 },
	[SEKI_A_ACQUIRE_INNER_SPORT] = { .type = NLA_U16 },
	[SEKI_A_ACQUIRE_INNER_DPORT] = { .type = NLA_U16 },
	[SEKI_A_ACQUIRE_POLICY] = { .type = NLA_U32 },
};

static struct endpoint get_endpoint(const struct nlattr *address, const struct nlattr *port)
{
	struct endpoint endpoint = { 0 };

	if (address)
		(void)address_from_bytes(bytes_of(nla_data(address), (size_t)nla_len(address)),
					 &endpoint.address);
	if (port)
		endpoint.port = ntohs(nla_get_u16(port));
	return endpoint;
}

static bool acquire(const struct kernel_events *events, struct nlmsghdr *message)
{
	struct nlattr *tb[SEKI_A_ACQUIRE_MAX + 1];
	struct kernel_acquire found = { 0 };

	if (genlmsg_parse(message, 0, tb, SEKI_A_ACQUIRE_MAX, acquire_policy) < 0 ||
	    (!tb[SEKI_A_ACQUIRE_IFINDEX] && !tb[SEKI_A_ACQUIRE_POLICY]))
		return false;
	found.owner = owner_parse(tb[SEKI_A_ACQUIRE_IFINDEX], tb[SEKI_A_ACQUIRE_POLICY]);
	if (tb[SEKI_A_ACQUIRE_INNER_PROTO])
		found.protocol = nla_get_u8(tb[SEKI_A_ACQUIRE_INNER_PROTO]);
	found.source = get_endpoint(tb[SEKI_A_ACQUIRE_INNER_SRC], tb[SEKI_A_ACQUIRE_INNER_SPORT]);
	found.destination =
		get_endpoint(tb[SEKI_A_ACQUIRE_INNER_DST], tb[SEKI_A_ACQUIRE_INNER_DPORT]);
	if (events->acquire)
		events->acquire(events->context, &found);
	return true;
}

static bool expire(const struct kernel_events *events, struct nlmsghdr *message)
{
	struct nlattr *tb[SEKI_A_SA_MAX + 1];
	struct kernel_expire found = { 0 };

	if (genlmsg_parse(message, 0, tb, SEKI_A_SA_MAX, sa_policy) < 0 ||
	    !sa_id_parse(tb, &found.id))
		return false;
	found.hard = tb[SEKI_A_SA_HARD] != NULL;
	found.owner = owner_parse(tb[SEKI_A_SA_IFINDEX], tb[SEKI_A_SA_POLICY]);
	if (events->expire)
		events->expire(events->context, &found);
	return true;
}

static bool peer_moved(const struct kernel_events *events, struct nlmsghdr *message)
{
	static const struct nla_policy encap_policy[SEKI_A_ENCAP_MAX + 1] = {
		[SEKI_A_ENCAP_SPORT] = { .type = NLA_U16 },
		[SEKI_A_ENCAP_DPORT] = { .type = NLA_U16 },
	};
	struct nlattr *tb[SEKI_A_SA_MAX + 1], *encap[SEKI_A_ENCAP_MAX + 1] = { NULL };
	struct kernel_peer_moved found;

	if (genlmsg_parse(message, 0, tb, SEKI_A_SA_MAX, sa_policy) < 0 ||
	    !sa_id_parse(tb, &found.id))
		return false;
	if (tb[SEKI_A_SA_ENCAP] &&
	    nla_parse_nested(encap, SEKI_A_ENCAP_MAX, tb[SEKI_A_SA_ENCAP], encap_policy) < 0)
		return false;
	found.owner = owner_parse(tb[SEKI_A_SA_IFINDEX], tb[SEKI_A_SA_POLICY]);
	found.local = get_endpoint(tb[SEKI_A_SA_NEW_LOCAL], encap[SEKI_A_ENCAP_SPORT]);
	found.remote = get_endpoint(tb[SEKI_A_SA_NEW_REMOTE], encap[SEKI_A_ENCAP_DPORT]);
	if (found.local.address.family == AF_UNSPEC || found.remote.address.family == AF_UNSPEC)
		return false;
	if (events->peer_moved)
		events->peer_moved(events->context, &found);
	return true;
}

void generic_event(void *context, struct nlmsghdr *message)
{
	struct kernel_netlink *netlink = context;
	const struct kernel_events *events = &netlink->base.events;
	const struct genlmsghdr *header;
	bool good = true;

	if (!genlmsg_valid_hdr(message, 0))
		return;
	header = nlmsg_data(message);
	if (message->nlmsg_type != netlink->family)
		return;
	if (header->cmd == SEKI_CMD_ACQUIRE_NTF)
		good = acquire(events, message);
	else if (header->cmd == SEKI_CMD_EXPIRE_NTF)
		good = expire(events, message);
	else if (header->cmd == SEKI_CMD_PEER_NTF)
		good = peer_moved(events, message);
	if (!good)
		log_line(LOG_ERROR, "kernel: event %u of %u octets cannot be read", header->cmd,
			 message->nlmsg_len);
}

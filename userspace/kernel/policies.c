// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Policies, the entries of crypto maps, over the generic netlink family "seki".
 */

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/seki.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "kernel/internal.h"

static const struct nla_policy policy_policy[SEKI_A_POLICY_MAX + 1] = {
	[SEKI_A_POLICY_ID] = { .type = NLA_U32 },
	[SEKI_A_POLICY_IFINDEX] = { .type = NLA_U32 },
	[SEKI_A_POLICY_PRIORITY] = { .type = NLA_U32 },
	[SEKI_A_POLICY_ACTION] = { .type = NLA_U32 },
	[SEKI_A_POLICY_FLAGS] = { .type = NLA_U32 },
	[SEKI_A_POLICY_MODE] = { .type = NLA_U32 },
	[SEKI_A_POLICY_PROTO] = { .type = NLA_U8 },
	[SEKI_A_POLICY_SRC] = { .maxlen = 16 },
	[SEKI_A_POLICY_SRC_LEN] = { .type = NLA_U8 },
	[SEKI_A_POLICY_DST] = { .maxlen = 16 },
	[SEKI_A_POLICY_DST_LEN] = { .type = NLA_U8 },
	[SEKI_A_POLICY_SPORT_LO] = { .type = NLA_U16 },
	[SEKI_A_POLICY_SPORT_HI] = { .type = NLA_U16 },
	[SEKI_A_POLICY_DPORT_LO] = { .type = NLA_U16 },
	[SEKI_A_POLICY_DPORT_HI] = { .type = NLA_U16 },
	[SEKI_A_POLICY_LOCAL] = { .maxlen = 16 },
	[SEKI_A_POLICY_REMOTE] = { .maxlen = 16 },
	[SEKI_A_POLICY_PROFILE] = { .type = NLA_STRING, .maxlen = KERNEL_NAME_MAX },
	[SEKI_A_POLICY_DROPS] = { .type = NLA_NESTED },
};

static const uint32_t action_numbers[] = {
	[KERNEL_PROTECT] = SEKI_POLICY_ACTION_PROTECT,
	[KERNEL_BYPASS] = SEKI_POLICY_ACTION_BYPASS,
	[KERNEL_DISCARD] = SEKI_POLICY_ACTION_DISCARD,
};

static int put_prefix(struct nl_msg *request, int attribute, int length_attribute,
		      const struct prefix *prefix)
{
	if (put_address(request, attribute, &prefix->address))
		return -1;
	return prefix->address.family == AF_UNSPEC ?
		       0 :
		       nla_put_u8(request, length_attribute, prefix->length);
}

static int put_ports(struct nl_msg *request, int first, int last, const struct port_range *ports)
{
	if (ports->first == 0 && ports->last == UINT16_MAX)
		return 0;
	return nla_put_u16(request, first, ports->first) || nla_put_u16(request, last, ports->last);
}

static int put_policy(struct nl_msg *request, const struct kernel_policy *policy)
{
	if (policy->id)
		NLA_PUT_U32(request, SEKI_A_POLICY_ID, policy->id);
	NLA_PUT_U32(request, SEKI_A_POLICY_IFINDEX, policy->ifindex);
	NLA_PUT_U32(request, SEKI_A_POLICY_PRIORITY, policy->priority);
	NLA_PUT_U32(request, SEKI_A_POLICY_ACTION, action_numbers[policy->action]);
	if (policy->fragments)
		NLA_PUT_U32(request, SEKI_A_POLICY_FLAGS, SEKI_POLICY_FLAGS_FRAGMENTS);
	NLA_PUT_U32(request, SEKI_A_POLICY_MODE,
		    policy->mode == SA_TRANSPORT ? SEKI_MODE_TRANSPORT : SEKI_MODE_TUNNEL);
	if (policy->protocol)
		NLA_PUT_U8(request, SEKI_A_POLICY_PROTO, policy->protocol);
	if (policy->profile[0])
		NLA_PUT_STRING(request, SEKI_A_POLICY_PROFILE, policy->profile);
	if (put_prefix(request, SEKI_A_POLICY_SRC, SEKI_A_POLICY_SRC_LEN, &policy->source) ||
	    put_prefix(request, SEKI_A_POLICY_DST, SEKI_A_POLICY_DST_LEN, &policy->destination) ||
	    put_ports(request, SEKI_A_POLICY_SPORT_LO, SEKI_A_POLICY_SPORT_HI,
		      &policy->source_ports) ||
	    put_ports(request, SEKI_A_POLICY_DPORT_LO, SEKI_A_POLICY_DPORT_HI,
		      &policy->destination_ports) ||
	    put_address(request, SEKI_A_POLICY_LOCAL, &policy->local) ||
	    put_address(request, SEKI_A_POLICY_REMOTE, &policy->remote))
		goto nla_put_failure;
	return 0;

nla_put_failure:
	return -1;
}

static void id_visit(void *context, struct nlmsghdr *message)
{
	struct nlattr *tb[SEKI_A_POLICY_MAX + 1];
	uint32_t *id = context;

	if (genlmsg_parse(message, 0, tb, SEKI_A_POLICY_MAX, policy_policy) == 0 &&
	    tb[SEKI_A_POLICY_ID])
		*id = nla_get_u32(tb[SEKI_A_POLICY_ID]);
}

struct result policy_add(struct kernel *kernel, const struct kernel_policy *policy, uint32_t *id)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct nl_msg *request = family_request(netlink, SEKI_CMD_POLICY_NEW, 0);
	struct result result;

	*id = 0;
	if (put_policy(request, policy))
		return request_too_big(netlink, "new policy");
	result = channel_talk(&netlink->generic, "new policy", id_visit, id);
	if (!failed(&result) && !*id)
		result = fail(-EPROTO, "new policy: the kernel's answer holds no number");
	return result;
}

struct result policy_delete(struct kernel *kernel, uint32_t id)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct nl_msg *request = family_request(netlink, SEKI_CMD_POLICY_DEL, 0);

	if (nla_put_u32(request, SEKI_A_POLICY_ID, id))
		return request_too_big(netlink, "deletion of a policy");
	return gone_is_enoent(channel_talk(&netlink->generic, "deletion of a policy", NULL, NULL));
}

struct result policy_flush(struct kernel *kernel, uint32_t ifindex)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct nl_msg *request = family_request(netlink, SEKI_CMD_POLICY_FLUSH, 0);

	if (ifindex && nla_put_u32(request, SEKI_A_POLICY_IFINDEX, ifindex))
		return request_too_big(netlink, "deletion of policies");
	return channel_talk(&netlink->generic, "deletion of policies", NULL, NULL);
}

static bool get_prefix(const struct nlattr *address, const struct nlattr *length,
		       struct prefix *prefix)
{
	if (!address)
		return true;
	prefix->length = length ? nla_get_u8(length) : 0;
	return address_from_bytes(bytes_of(nla_data(address), (size_t)nla_len(address)),
				  &prefix->address) &&
	       prefix->length <= 8 * nla_len(address);
}

static bool get_address(const struct nlattr *attribute, struct address *address)
{
	return !attribute ||
	       address_from_bytes(bytes_of(nla_data(attribute), (size_t)nla_len(attribute)),
				  address);
}

static struct port_range get_ports(const struct nlattr *first, const struct nlattr *last)
{
	struct port_range ports = { 0, UINT16_MAX };

	if (first)
		ports.first = ports.last = nla_get_u16(first);
	if (last)
		ports.last = nla_get_u16(last);
	return ports;
}

static uint32_t get_u32(const struct nlattr *attribute)
{
	return attribute ? nla_get_u32(attribute) : 0;
}

static bool parse_policy(struct nlmsghdr *message, struct kernel_policy *policy)
{
	struct nlattr *tb[SEKI_A_POLICY_MAX + 1];
	size_t action;

	memset(policy, 0, sizeof(*policy));
	if (genlmsg_parse(message, 0, tb, SEKI_A_POLICY_MAX, policy_policy) < 0 ||
	    !tb[SEKI_A_POLICY_ID])
		return false;
	policy->id = nla_get_u32(tb[SEKI_A_POLICY_ID]);
	policy->ifindex = get_u32(tb[SEKI_A_POLICY_IFINDEX]);
	policy->priority = get_u32(tb[SEKI_A_POLICY_PRIORITY]);
	for (action = 0; action < sizeof(action_numbers) / sizeof(action_numbers[0]); action++)
		if (action_numbers[action] == get_u32(tb[SEKI_A_POLICY_ACTION]))
			policy->action = action;
	policy->mode =
		get_u32(tb[SEKI_A_POLICY_MODE]) == SEKI_MODE_TRANSPORT ? SA_TRANSPORT : SA_TUNNEL;
	policy->fragments = get_u32(tb[SEKI_A_POLICY_FLAGS]) & SEKI_POLICY_FLAGS_FRAGMENTS;
	if (tb[SEKI_A_POLICY_PROTO])
		policy->protocol = nla_get_u8(tb[SEKI_A_POLICY_PROTO]);
	policy->source_ports = get_ports(tb[SEKI_A_POLICY_SPORT_LO], tb[SEKI_A_POLICY_SPORT_HI]);
	policy->destination_ports =
		get_ports(tb[SEKI_A_POLICY_DPORT_LO], tb[SEKI_A_POLICY_DPORT_HI]);
	if (tb[SEKI_A_POLICY_PROFILE])
		nla_strlcpy(policy->profile, tb[SEKI_A_POLICY_PROFILE], sizeof(policy->profile));
	return get_prefix(tb[SEKI_A_POLICY_SRC], tb[SEKI_A_POLICY_SRC_LEN], &policy->source) &&
	       get_prefix(tb[SEKI_A_POLICY_DST], tb[SEKI_A_POLICY_DST_LEN], &policy->destination) &&
	       get_address(tb[SEKI_A_POLICY_LOCAL], &policy->local) &&
	       get_address(tb[SEKI_A_POLICY_REMOTE], &policy->remote);
}

static void drops_visit(void *context, struct nlmsghdr *message)
{
	struct nlattr *tb[SEKI_A_POLICY_MAX + 1], *drop;
	uint64_t *count = context;
	int left;

	if (genlmsg_parse(message, 0, tb, SEKI_A_POLICY_MAX, policy_policy) < 0 ||
	    !tb[SEKI_A_POLICY_DROPS])
		return;
	nla_for_each_nested(drop, tb[SEKI_A_POLICY_DROPS],
			    left) if (nla_type(drop) != SEKI_A_DROPS_PAD &&
				      nla_len(drop) == sizeof(uint64_t)) *count +=
		nla_get_u64(drop);
}

struct result policy_dropped(struct kernel *kernel, uint32_t id, uint64_t *count)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct nl_msg *request = family_request(netlink, SEKI_CMD_POLICY_GET, 0);

	*count = 0;
	if (nla_put_u32(request, SEKI_A_POLICY_ID, id))
		return request_too_big(netlink, "drops of a policy");
	return gone_is_enoent(
		channel_talk(&netlink->generic, "drops of a policy", drops_visit, count));
}

/* What a dump found: kept until its end, because receivers may use the channel. */
struct policy_list {
	struct kernel_policy *entries;
	size_t count, capacity;
};

static void list_visit(void *context, struct nlmsghdr *message)
{
	struct policy_list *list = context;

	if (list->count == list->capacity) {
		list->capacity = list->capacity ? 2 * list->capacity : 64;
		list->entries =
			must_realloc(list->entries, list->capacity * sizeof(*list->entries));
	}
	if (parse_policy(message, &list->entries[list->count]))
		list->count++;
	else
		log_line(LOG_ERROR, "kernel: a policy of %u octets cannot be read",
			 message->nlmsg_len);
}

struct result policy_each(struct kernel *kernel,
			  void (*found)(void *context, const struct kernel_policy *policy),
			  void *context)
{
	struct kernel_netlink *netlink = netlink_of(kernel);
	struct policy_list list = { 0 };
	struct result result;
	size_t i;

	family_request(netlink, SEKI_CMD_POLICY_GET, NLM_F_DUMP);
	result = channel_talk(&netlink->generic, "list of policies", list_visit, &list);
	/* Policies come and go; those that were there all the time are in the list. */
	if (result.code == -EINTR)
		result = RESULT_OK;
	for (i = 0; !failed(&result) && i < list.count; i++)
		found(context, &list.entries[i]);
	free(list.entries);
	return result;
}

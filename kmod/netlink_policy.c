// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests about policies.
 */
#include <linux/rtnetlink.h>
#include <net/genetlink.h>

#include "map.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "policy.h"
#include "sa.h"

#include <compat/genetlink.h>

/* A prefix: no attribute is any address of the family that the other one has. */
static int parse_prefix(struct genl_info *info, int addr, int len, struct in6_addr *prefix,
			u8 *prefix_len, u16 *family)
{
	struct nlattr *attr = info->attrs[addr];
	u16 af;

	*prefix_len = info->attrs[len] ? nla_get_u8(info->attrs[len]) : 0;
	if (!attr) {
		if (!*prefix_len)
			return 0;
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[len],
				    "A prefix length needs its address");
		return -EINVAL;
	}
	switch (nla_len(attr)) {
	case sizeof(struct in_addr):
		af = AF_INET;
		break;
	case sizeof(struct in6_addr):
		af = AF_INET6;
		break;
	default:
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "An address has 4 or 16 bytes");
		return -EINVAL;
	}
	if (*family && *family != af) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "Source and destination are of different families");
		return -EAFNOSUPPORT;
	}
	*family = af;
	memcpy(prefix, nla_data(attr), nla_len(attr));
	if (!info->attrs[len])
		*prefix_len = nla_len(attr) * 8;
	return 0;
}

static void parse_ports(struct genl_info *info, int lo, int hi, u16 *first, u16 *last)
{
	struct nlattr *a = info->attrs[lo], *b = info->attrs[hi];

	*first = a ? nla_get_u16(a) : 0;
	*last = b ? nla_get_u16(b) : a ? *first : SEKI_PORT_MAX;
}

static int parse_selector(struct genl_info *info, struct seki_selector *sel)
{
	struct nlattr *proto = info->attrs[SEKI_A_POLICY_PROTO];
	int err;

	err = parse_prefix(info, SEKI_A_POLICY_SRC, SEKI_A_POLICY_SRC_LEN, &sel->src,
			   &sel->src_len, &sel->family) ?:
	      parse_prefix(info, SEKI_A_POLICY_DST, SEKI_A_POLICY_DST_LEN, &sel->dst,
			   &sel->dst_len, &sel->family);
	if (err)
		return err;
	if (!sel->family) {
		NL_SET_ERR_MSG(info->extack, "A source or destination prefix is missing");
		return -EINVAL;
	}
	sel->proto = proto ? nla_get_u8(proto) : 0;
	parse_ports(info, SEKI_A_POLICY_SPORT_LO, SEKI_A_POLICY_SPORT_HI, &sel->sport_lo,
		    &sel->sport_hi);
	parse_ports(info, SEKI_A_POLICY_DPORT_LO, SEKI_A_POLICY_DPORT_HI, &sel->dport_lo,
		    &sel->dport_hi);
	if (seki_selector_valid(sel))
		return 0;
	NL_SET_ERR_MSG(info->extack,
		       "The selector has bits behind its prefix, an empty range, or ports without a protocol that has them");
	return -EINVAL;
}

static int parse_end(struct genl_info *info, int type, struct seki_addr *addr)
{
	struct nlattr *attr = info->attrs[type];
	int err;

	if (!attr)
		return 0;
	err = seki_nl_check_addr(attr, info->extack);
	if (!err)
		*addr = seki_nl_addr(attr);
	return err;
}

/* @reply is given away. */
static int reply_id(struct sk_buff *reply, struct genl_info *info, u32 id)
{
	void *msg;

	msg = genlmsg_put_reply(reply, info, &seki_nl_family, 0, SEKI_CMD_POLICY_NEW);
	if (!msg || nla_put_u32(reply, SEKI_A_POLICY_ID, id)) {
		kfree_skb(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, msg);
	return genlmsg_reply(reply, info);
}

int seki_nl_policy_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *ifindex = info->attrs[SEKI_A_POLICY_IFINDEX];
	struct nlattr *profile = info->attrs[SEKI_A_POLICY_PROFILE];
	struct net *net = genl_info_net(info);
	struct seki_addr local = {}, remote = {};
	struct seki_policy_config config = {
		.id = seki_nl_u32(info->attrs[SEKI_A_POLICY_ID], 0),
		.ifindex = seki_nl_u32(ifindex, 0),
		.priority = seki_nl_u32(info->attrs[SEKI_A_POLICY_PRIORITY], 0),
		.action = seki_nl_u32(info->attrs[SEKI_A_POLICY_ACTION],
				      SEKI_POLICY_ACTION_PROTECT),
		.flags = seki_nl_u32(info->attrs[SEKI_A_POLICY_FLAGS], 0),
		.mode = seki_nl_u32(info->attrs[SEKI_A_POLICY_MODE], SEKI_MODE_TUNNEL),
	};
	struct sk_buff *reply;
	int err;

	if (!ifindex) {
		NL_SET_ERR_MSG(info->extack, "The device's ifindex is missing");
		return -EINVAL;
	}
	err = parse_selector(info, &config.selector) ?:
	      parse_end(info, SEKI_A_POLICY_LOCAL, &local) ?:
	      parse_end(info, SEKI_A_POLICY_REMOTE, &remote);
	if (err)
		return err;
	if (local.family && remote.family && local.family != remote.family) {
		NL_SET_ERR_MSG(info->extack, "The outer addresses are of different families");
		return -EAFNOSUPPORT;
	}

	/* first, since a policy whose number nobody learns is of no use */
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	rtnl_lock();
	err = seki_map_add(net, &config, &local, &remote, profile ? nla_data(profile) : "",
			   info->extack);
	if (err) {
		kfree_skb(reply);
	} else {
		err = reply_id(reply, info, config.id);
		if (err)
			seki_map_remove(seki_policy_find(seki_net(net), config.id));
	}
	rtnl_unlock();
	return err;
}

/* Return: the policy that the request names, or an error. Under RTNL. */
static struct seki_policy *get_policy(struct genl_info *info)
{
	struct nlattr *id = info->attrs[SEKI_A_POLICY_ID];
	struct seki_policy *policy;

	if (!id) {
		NL_SET_ERR_MSG(info->extack, "The policy's number is missing");
		return ERR_PTR(-EINVAL);
	}
	policy = seki_policy_find(seki_net(genl_info_net(info)), nla_get_u32(id));
	if (policy)
		return policy;
	NL_SET_ERR_MSG_ATTR(info->extack, id, "There is no policy with this number");
	return ERR_PTR(-ENOENT);
}

int seki_nl_policy_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct seki_policy *policy;
	int err;

	rtnl_lock();
	policy = get_policy(info);
	err = PTR_ERR_OR_ZERO(policy);
	if (!err)
		seki_map_remove(policy);
	rtnl_unlock();
	return err;
}

int seki_nl_policy_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	rtnl_lock();
	seki_map_flush(genl_info_net(info), seki_nl_u32(info->attrs[SEKI_A_POLICY_IFINDEX], 0));
	rtnl_unlock();
	return 0;
}

static int put_prefix(struct sk_buff *skb, int addr, int len, const struct in6_addr *prefix,
		      u8 prefix_len, u16 family)
{
	unsigned int size = family == AF_INET ? sizeof(struct in_addr) : sizeof(*prefix);

	return nla_put(skb, addr, size, prefix) ?: nla_put_u8(skb, len, prefix_len);
}

static int put_range(struct sk_buff *skb, int lo, int hi, u16 first, u16 last)
{
	if (first == 0 && last == SEKI_PORT_MAX)
		return 0;
	return nla_put_u16(skb, lo, first) ?: nla_put_u16(skb, hi, last);
}

static int put_selector(struct sk_buff *skb, const struct seki_selector *sel)
{
	int err;

	err = put_prefix(skb, SEKI_A_POLICY_SRC, SEKI_A_POLICY_SRC_LEN, &sel->src,
			 sel->src_len, sel->family) ?:
	      put_prefix(skb, SEKI_A_POLICY_DST, SEKI_A_POLICY_DST_LEN, &sel->dst,
			 sel->dst_len, sel->family);
	if (!err && sel->proto)
		err = nla_put_u8(skb, SEKI_A_POLICY_PROTO, sel->proto);
	return err ?: put_range(skb, SEKI_A_POLICY_SPORT_LO, SEKI_A_POLICY_SPORT_HI,
				sel->sport_lo, sel->sport_hi) ?:
		      put_range(skb, SEKI_A_POLICY_DPORT_LO, SEKI_A_POLICY_DPORT_HI,
				sel->dport_lo, sel->dport_hi);
}

static int put_flow(struct sk_buff *skb, const struct seki_flow *flow)
{
	int err = 0;

	if (flow->local.family)
		err = seki_nl_put_addr(skb, SEKI_A_POLICY_LOCAL, &flow->local);
	if (!err && flow->remote.family)
		err = seki_nl_put_addr(skb, SEKI_A_POLICY_REMOTE, &flow->remote);
	if (!err && flow->profile[0])
		err = nla_put_string(skb, SEKI_A_POLICY_PROFILE, flow->profile);
	return err;
}

/* Addresses and profile of a policy's flow never change: no lock is needed. */
static int fill_policy(struct sk_buff *skb, const struct seki_policy *policy, u32 portid,
		       u32 seq, int flags)
{
	const struct seki_policy_config *config = &policy->config;
	void *msg;
	int err;

	msg = genlmsg_put(skb, portid, seq, &seki_nl_family, flags, SEKI_CMD_POLICY_GET);
	if (!msg)
		return -EMSGSIZE;
	err = nla_put_u32(skb, SEKI_A_POLICY_ID, config->id) ?:
	      nla_put_u32(skb, SEKI_A_POLICY_IFINDEX, config->ifindex) ?:
	      nla_put_u32(skb, SEKI_A_POLICY_PRIORITY, config->priority) ?:
	      nla_put_u32(skb, SEKI_A_POLICY_ACTION, config->action) ?:
	      nla_put_u32(skb, SEKI_A_POLICY_FLAGS, config->flags) ?:
	      nla_put_u32(skb, SEKI_A_POLICY_MODE, config->mode) ?:
	      put_selector(skb, &config->selector) ?:
	      put_flow(skb, &policy->flow) ?:
	      nla_put_u64_64bit(skb, SEKI_A_POLICY_PACKETS, atomic64_read(&policy->packets),
				SEKI_A_POLICY_PAD) ?:
	      seki_nl_put_drops(skb, SEKI_A_POLICY_DROPS, &policy->flow.drops);
	if (err) {
		genlmsg_cancel(skb, msg);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, msg);
	return 0;
}

int seki_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct seki_policy *policy;
	struct sk_buff *reply;
	int err;

	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	rtnl_lock();
	policy = get_policy(info);
	err = PTR_ERR_OR_ZERO(policy);
	if (!err)
		err = fill_policy(reply, policy, info->snd_portid, info->snd_seq, 0);
	rtnl_unlock();
	if (!err)
		return genlmsg_reply(reply, info);
	kfree_skb(reply);
	return err;
}

int seki_nl_policy_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = seki_compat_dump_attrs(cb);
	u32 ifindex = seki_nl_u32(attrs[SEKI_A_POLICY_IFINDEX], 0);
	struct net *net = sock_net(cb->skb->sk);
	struct seki_policy *policy;
	long done = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(policy, &seki_net(net)->policies, list) {
		if (done++ < cb->args[0] || (ifindex && policy->config.ifindex != ifindex))
			continue;
		if (fill_policy(skb, policy, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				NLM_F_MULTI))
			break;
		cb->args[0] = done;
	}
	rcu_read_unlock();
	return skb->len;
}

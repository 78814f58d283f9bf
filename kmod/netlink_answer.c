// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers about SAs: what they are becomes attributes, but never their keys.
 */
#include <linux/ktime.h>
#include <net/genetlink.h>

#include "netdev.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "policy.h"
#include "sa.h"

#include <compat/genetlink.h>

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, SEKI_A_SA_PAD);
}

/* What an SA is named by; from any context. */
int seki_nl_put_sa_id(struct sk_buff *skb, const struct seki_sa *sa)
{
	const struct seki_flow *flow = sa->flow;
	const struct seki_path *path;
	int err;

	err = nla_put_u32(skb, SEKI_A_SA_IFINDEX, flow->tunnel->dev->ifindex) ?:
	      nla_put_u32(skb, SEKI_A_SA_DIRECTION, sa->key.direction) ?:
	      nla_put_u8(skb, SEKI_A_SA_PROTO, sa->key.proto) ?:
	      nla_put_be32(skb, SEKI_A_SA_SPI, sa->key.spi);
	if (!err && flow->policy)
		err = nla_put_u32(skb, SEKI_A_SA_POLICY, flow->policy->config.id);
	if (err)
		return err;
	rcu_read_lock();
	path = rcu_dereference(sa->path);
	err = seki_nl_put_addr(skb, SEKI_A_SA_LOCAL, &path->local) ?:
	      seki_nl_put_addr(skb, SEKI_A_SA_REMOTE, &path->remote);
	rcu_read_unlock();
	return err;
}

int seki_nl_put_sa_totals(struct sk_buff *skb, const struct seki_sa *sa)
{
	return put_u64(skb, SEKI_A_SA_PACKETS, atomic64_read(&sa->packets)) ?:
	       put_u64(skb, SEKI_A_SA_BYTES, atomic64_read(&sa->bytes));
}

static int put_limit(struct sk_buff *skb, int type, u64 value)
{
	return value ? nla_put_u64_64bit(skb, type, value, SEKI_A_LIMITS_PAD) : 0;
}

static int put_limits(struct sk_buff *skb, const struct seki_sa *sa)
{
	struct nlattr *nest = nla_nest_start(skb, SEKI_A_SA_LIMITS);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = put_limit(skb, SEKI_A_LIMITS_SOFT_SECONDS, sa->soft.seconds) ?:
	      put_limit(skb, SEKI_A_LIMITS_HARD_SECONDS, sa->hard.seconds) ?:
	      put_limit(skb, SEKI_A_LIMITS_SOFT_BYTES, sa->soft.bytes) ?:
	      put_limit(skb, SEKI_A_LIMITS_HARD_BYTES, sa->hard.bytes) ?:
	      put_limit(skb, SEKI_A_LIMITS_SOFT_PACKETS, sa->soft.packets) ?:
	      put_limit(skb, SEKI_A_LIMITS_HARD_PACKETS, sa->hard.packets);
	nla_nest_end(skb, nest);
	return err;
}

int seki_nl_put_encap(struct sk_buff *skb, __be16 sport, __be16 dport)
{
	struct nlattr *nest = nla_nest_start(skb, SEKI_A_SA_ENCAP);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = nla_put_u32(skb, SEKI_A_ENCAP_TYPE, SEKI_ENCAP_TYPE_ESPINUDP) ?:
	      nla_put_be16(skb, SEKI_A_ENCAP_SPORT, sport) ?:
	      nla_put_be16(skb, SEKI_A_ENCAP_DPORT, dport);
	nla_nest_end(skb, nest);
	return err;
}

static int put_ports(struct sk_buff *skb, const struct seki_sa *sa)
{
	const struct seki_path *path;
	int err;

	if (!sa->encap)
		return 0;
	rcu_read_lock();
	path = rcu_dereference(sa->path);
	err = seki_nl_put_encap(skb, path->sport, path->dport);
	rcu_read_unlock();
	return err;
}

static int put_times(struct sk_buff *skb, const struct seki_sa *sa)
{
	u64 now = ktime_get_seconds(), used = READ_ONCE(sa->used);
	int err;

	err = put_u64(skb, SEKI_A_SA_ADD_TIME, sa->added_real) ?:
	      put_u64(skb, SEKI_A_SA_AGE, now - sa->added);
	if (err || !used)
		return err;
	return put_u64(skb, SEKI_A_SA_USE_TIME, ktime_get_real_seconds() - (now - used)) ?:
	       put_u64(skb, SEKI_A_SA_IDLE, now - used);
}

static int put_origins(struct sk_buff *skb, const struct seki_sa *sa)
{
	if (!sa->origins)
		return 0;
	return seki_nl_put_addr(skb, SEKI_A_SA_ORIGIN_LOCAL, &sa->origins->local) ?:
	       seki_nl_put_addr(skb, SEKI_A_SA_ORIGIN_REMOTE, &sa->origins->remote);
}

static int put_keyed(struct sk_buff *skb, struct seki_sa *sa)
{
	u64 seq;
	int err;

	err = nla_put_u32(skb, SEKI_A_SA_FLAGS, sa->flags) ?:
	      seki_nl_put_sa_totals(skb, sa) ?: put_times(skb, sa) ?:
	      put_limits(skb, sa) ?: put_ports(skb, sa) ?: put_origins(skb, sa);
	if (!err && sa->outer)
		err = nla_put_be32(skb, SEKI_A_SA_OUTER_SPI, sa->outer->key.spi);
	if (!err && sa->tfc)
		err = nla_put_u32(skb, SEKI_A_SA_TFC, sa->tfc);
	if (!err && sa->encr)
		err = nla_put_u16(skb, SEKI_A_SA_ENCR, sa->encr);
	if (!err && sa->integ)
		err = nla_put_u16(skb, SEKI_A_SA_INTEG, sa->integ);
	if (err)
		return err;

	if (sa->key.direction == SEKI_DIRECTION_OUT) {
		if (rcu_access_pointer(sa->flow->out) == sa)
			err = nla_put_flag(skb, SEKI_A_SA_CURRENT);
		return err ?: put_u64(skb, SEKI_A_SA_SEQ, atomic64_read(&sa->seq));
	}
	spin_lock_bh(&sa->replay_lock);
	seq = sa->replay->top;
	spin_unlock_bh(&sa->replay_lock);
	return nla_put_u32(skb, SEKI_A_SA_REPLAY_WINDOW, sa->window) ?:
	       put_u64(skb, SEKI_A_SA_SEQ, seq);
}

/**
 * seki_nl_fill_sa - describe an SA, but for its keys
 * @skb: message that gets the description
 * @sa: SA that the caller may use
 * @portid: of the message
 * @seq: of the message
 * @flags: of the message
 * @cmd: of the message
 *
 * Return: 0 or -EMSGSIZE.
 */
int seki_nl_fill_sa(struct sk_buff *skb, struct seki_sa *sa, u32 portid, u32 seq, int flags,
		    u8 cmd)
{
	void *msg = genlmsg_put(skb, portid, seq, &seki_nl_family, flags, cmd);
	int err;

	if (!msg)
		return -EMSGSIZE;
	err = seki_nl_put_sa_id(skb, sa) ?:
	      nla_put_u32(skb, SEKI_A_SA_MODE, sa->mode) ?:
	      nla_put_u32(skb, SEKI_A_SA_STATE, READ_ONCE(sa->state)) ?:
	      (sa->crypto.tfm ? put_keyed(skb, sa) : 0) ?:
	      seki_nl_put_sa_drops(skb, SEKI_A_SA_DROPS, &sa->drops);
	if (err) {
		genlmsg_cancel(skb, msg);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, msg);
	return 0;
}

/* what a dump remembers between messages, in cb->args */
enum {
	DUMP_STAGE,	/* 0 tunnels, 1 policies, 2 all done */
	DUMP_DEV,	/* how many devices are done */
	DUMP_SA,	/* number of the last SA that is */
};

/* one message of a dump, and what the request asked for */
struct dump {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	u32 ifindex;
	u32 policy;
	u32 direction;
};

static int dump_sa(const struct dump *dump, struct seki_sa *sa)
{
	struct netlink_callback *cb = dump->cb;
	int err;

	if (dump->direction && dump->direction != sa->key.direction)
		return 0;
	err = seki_nl_fill_sa(dump->skb, sa, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			      NLM_F_MULTI, SEKI_CMD_SA_GET);
	if (!err)
		cb->args[DUMP_SA] = sa->id;
	return err;
}

static int dump_flow(const struct dump *dump, struct seki_flow *flow)
{
	struct seki_net *sn = seki_net(flow->tunnel->net);
	struct seki_sa *sa;
	int err = 0;

	spin_lock_bh(&sn->lock);
	list_for_each_entry(sa, &flow->sas, list) {
		if (sa->id <= dump->cb->args[DUMP_SA])
			continue;
		err = dump_sa(dump, sa);
		if (err)
			break;
	}
	spin_unlock_bh(&sn->lock);
	return err;
}

static int dump_tunnels(const struct dump *dump, struct net *net)
{
	struct netlink_callback *cb = dump->cb;
	struct seki_tunnel *tunnel;
	struct net_device *dev;
	long done = 0;
	int err;

	for_each_netdev_rcu(net, dev) {
		if (done++ < cb->args[DUMP_DEV] || !seki_netdev_is(dev) ||
		    (dump->ifindex && dev->ifindex != dump->ifindex))
			continue;
		tunnel = netdev_priv(dev);
		err = dump_flow(dump, &tunnel->flow);
		if (err)
			return err;
		cb->args[DUMP_DEV] = done;
		cb->args[DUMP_SA] = 0;
	}
	return 0;
}

/* Policies change little: one that comes or goes meanwhile may be missed. */
static int dump_policies(const struct dump *dump, struct net *net)
{
	struct netlink_callback *cb = dump->cb;
	struct seki_policy *policy;
	long done = 0;
	int err;

	list_for_each_entry_rcu(policy, &seki_net(net)->policies, list) {
		if (done++ < cb->args[DUMP_DEV] ||
		    (dump->policy && policy->config.id != dump->policy) ||
		    (dump->ifindex && policy->flow.tunnel->dev->ifindex != dump->ifindex))
			continue;
		err = dump_flow(dump, &policy->flow);
		if (err)
			return err;
		cb->args[DUMP_DEV] = done;
		cb->args[DUMP_SA] = 0;
	}
	return 0;
}

int seki_nl_sa_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = seki_compat_dump_attrs(cb);
	struct net *net = sock_net(cb->skb->sk);
	struct dump dump = {
		.skb = skb,
		.cb = cb,
		.ifindex = seki_nl_u32(attrs[SEKI_A_SA_IFINDEX], 0),
		.policy = seki_nl_u32(attrs[SEKI_A_SA_POLICY], 0),
		.direction = seki_nl_u32(attrs[SEKI_A_SA_DIRECTION], 0),
	};
	int err = 0;

	rcu_read_lock();
	while (!err && cb->args[DUMP_STAGE] < 2) {
		if (cb->args[DUMP_STAGE])
			err = dump_policies(&dump, net);
		else if (!dump.policy)
			err = dump_tunnels(&dump, net);
		if (err)
			break;
		cb->args[DUMP_STAGE]++;
		cb->args[DUMP_DEV] = 0;
		cb->args[DUMP_SA] = 0;
	}
	rcu_read_unlock();
	/* not all fit in; with nothing in it, this ends the dump */
	return skb->len ?: err;
}

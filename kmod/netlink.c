// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: requests are checked and become a
 * configuration, SAs become attributes, and events leave.  What the policies
 * in netlink_gen.c check is not checked again.
 */
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/timekeeping.h>
#include <linux/udp.h>
#include <net/genetlink.h>
#include <net/ip.h>

#include "algs.h"
#include "encap.h"
#include "events.h"
#include "netdev.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "sa.h"

#include <compat/genetlink.h>

static struct genl_family seki_family;

static const u16 drop_attrs[SEKI_DROP_MAX] = {
#define X(symbol, name) [SEKI_DROP_##symbol] = SEKI_A_DROPS_##symbol,
	SEKI_DROP_LIST(X)
#undef X
};

/* Requests: attributes in, configuration out */

/* Return: counted device, or an error with its sentence. */
static struct net_device *get_tunnel_dev(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_IFINDEX];
	struct net_device *dev;

	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "The tunnel's ifindex is missing");
		return ERR_PTR(-EINVAL);
	}
	dev = dev_get_by_index(genl_info_net(info), nla_get_u32(attr));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "There is no device with this ifindex");
		return ERR_PTR(-ENODEV);
	}
	if (!seki_netdev_is(dev)) {
		dev_put(dev);
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "The device is not a seki tunnel");
		return ERR_PTR(-EOPNOTSUPP);
	}
	return dev;
}

/*
 * SAs stand in the table of the namespace of the outer packets, and go before
 * XFRM's there: owning the namespace that the device is in is not enough.
 */
static int check_underlay(struct sk_buff *skb, struct genl_info *info, struct net_device *dev)
{
	const struct seki_tunnel *tunnel = netdev_priv(dev);

	if (netlink_ns_capable(skb, tunnel->net->user_ns, CAP_NET_ADMIN))
		return 0;
	NL_SET_ERR_MSG(info->extack, "The namespace of the outer packets is not yours");
	return -EPERM;
}

/* Without the attribute, the address is what the tunnel has. */
static int parse_addr(struct genl_info *info, int type, const struct seki_addr *fallback,
		      struct seki_addr *addr)
{
	struct nlattr *attr = info->attrs[type];

	if (!attr) {
		if (fallback)
			*addr = *fallback;
		if (!addr->family) {
			if (type == SEKI_A_SA_LOCAL)
				NL_SET_ERR_MSG(info->extack, "A local address is missing");
			else
				NL_SET_ERR_MSG(info->extack, "A remote address is missing");
			return -EDESTADDRREQ;
		}
		return 0;
	}
	switch (nla_len(attr)) {
	case sizeof(struct in_addr):
		*addr = seki_addr_v4(nla_get_in_addr(attr));
		return 0;
	case sizeof(struct in6_addr):
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "IPv6 outer addresses are not supported yet");
		return -EAFNOSUPPORT;
	default:
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "An outer address has 4 or 16 bytes");
		return -EINVAL;
	}
}

static int parse_proto(struct genl_info *info, struct seki_sa_key *key)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_PROTO];

	key->proto = attr ? nla_get_u8(attr) : IPPROTO_ESP;
	if (key->proto == IPPROTO_ESP)
		return 0;
	if (key->proto == IPPROTO_AH)
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "AH is not supported yet");
	else
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "The protocol is neither ESP nor AH");
	return -EPROTONOSUPPORT;
}

static int parse_direction(struct genl_info *info, struct seki_sa_key *key)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_DIRECTION];

	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "The direction is missing");
		return -EINVAL;
	}
	key->direction = nla_get_u32(attr);
	return 0;
}

static int parse_spi(struct genl_info *info, struct seki_sa_key *key)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_SPI];

	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "The SPI is missing");
		return -EINVAL;
	}
	key->spi = nla_get_be32(attr);
	if (ntohl(key->spi) < SEKI_SPI_MIN) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "SPIs below 256 are reserved");
		return -EINVAL;
	}
	return 0;
}

static int parse_addrs(struct genl_info *info, const struct seki_tunnel *tunnel,
		       struct seki_sa_config *config)
{
	struct seki_net *sn = seki_net(tunnel->net);
	struct seki_addr local, remote;
	int err;

	spin_lock_bh(&sn->lock);
	local = tunnel->local;
	remote = tunnel->remote;
	spin_unlock_bh(&sn->lock);

	err = parse_addr(info, SEKI_A_SA_LOCAL, &local, &config->local);
	if (!err)
		err = parse_addr(info, SEKI_A_SA_REMOTE, &remote, &config->remote);
	if (err)
		return err;
	config->key.daddr = config->key.direction == SEKI_DIRECTION_IN ? config->local :
									 config->remote;
	return 0;
}

static int parse_integ(struct genl_info *info, struct seki_crypto_keys *keys)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_INTEG];
	struct nlattr *key = info->attrs[SEKI_A_SA_INTEG_KEY];
	u16 id = attr ? nla_get_u16(attr) : 0;

	if (keys->encr->icv) {
		if (id || key) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr ?: key,
					    "A combined-mode cipher takes no integrity algorithm");
			return -EINVAL;
		}
		return 0;
	}
	if (!id) {
		NL_SET_ERR_MSG(info->extack, "The cipher needs an integrity algorithm beside it");
		return -EINVAL;
	}
	keys->integ = seki_integ_find(id);
	if (!keys->integ) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "Unknown integrity algorithm");
		return -EOPNOTSUPP;
	}
	if (!key) {
		NL_SET_ERR_MSG(info->extack, "The integrity key is missing");
		return -EINVAL;
	}
	keys->integ_key = nla_data(key);
	keys->integ_key_len = nla_len(key);
	if (keys->integ_key_len != keys->integ->key) {
		NL_SET_ERR_MSG_ATTR(info->extack, key,
				    "The integrity algorithm takes no key of this length");
		return -EINVAL;
	}
	return 0;
}

static int parse_keys(struct genl_info *info, struct seki_crypto_keys *keys)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_ENCR];
	struct nlattr *key = info->attrs[SEKI_A_SA_ENCR_KEY];

	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "The encryption algorithm is missing");
		return -EINVAL;
	}
	keys->encr = seki_encr_find(nla_get_u16(attr));
	if (!keys->encr) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "Unknown encryption algorithm");
		return -EOPNOTSUPP;
	}
	if (!key && keys->encr->key_max) {
		NL_SET_ERR_MSG(info->extack, "The encryption key is missing");
		return -EINVAL;
	}
	if (key) {
		keys->encr_key = nla_data(key);
		keys->encr_key_len = nla_len(key);
	}
	if (!seki_encr_key_ok(keys->encr, keys->encr_key_len)) {
		NL_SET_ERR_MSG_ATTR(info->extack, key,
				    "The encryption algorithm takes no key of this length");
		return -EINVAL;
	}
	return parse_integ(info, keys);
}

static int parse_flags(struct genl_info *info, struct seki_sa_config *config)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_FLAGS];
	struct nlattr *window = info->attrs[SEKI_A_SA_REPLAY_WINDOW];

	config->flags = attr ? nla_get_u32(attr) : 0;
	config->keys.esn = config->flags & SEKI_SA_FLAGS_ESN;
	/* RFC 4303 section 2.2.1: the window tells the high half */
	if (config->keys.esn && config->flags & SEKI_SA_FLAGS_NO_REPLAY) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "Extended sequence numbers need the replay check");
		return -EINVAL;
	}
	config->window = window ? nla_get_u32(window) : SEKI_REPLAY_WINDOW_DEFAULT;
	if (!config->window) {
		NL_SET_ERR_MSG_ATTR(info->extack, window,
				    "A replay window of 0 is said with the flag no-replay");
		return -EINVAL;
	}
	config->window = round_up(config->window, SEKI_REPLAY_BITS);
	return 0;
}

static int parse_encap(struct genl_info *info, struct seki_sa_config *config)
{
	struct nlattr *nest = info->attrs[SEKI_A_SA_ENCAP];
	struct nlattr *tb[SEKI_A_ENCAP_DPORT + 1];
	int err;

	if (!nest)
		return 0;
	err = nla_parse_nested(tb, SEKI_A_ENCAP_DPORT, nest, seki_encap_nl_policy, info->extack);
	if (err)
		return err;
	if (!tb[SEKI_A_ENCAP_TYPE] || !tb[SEKI_A_ENCAP_SPORT] || !tb[SEKI_A_ENCAP_DPORT]) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "UDP encapsulation needs its type and both ports");
		return -EINVAL;
	}
	config->encap = true;
	config->sport = nla_get_be16(tb[SEKI_A_ENCAP_SPORT]);
	config->dport = nla_get_be16(tb[SEKI_A_ENCAP_DPORT]);
	if (!config->sport || !config->dport) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest, "Port 0 cannot be used");
		return -EINVAL;
	}
	return 0;
}

static u64 limit_of(const struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

static int parse_limits(struct genl_info *info, struct seki_sa_config *config)
{
	struct nlattr *nest = info->attrs[SEKI_A_SA_LIMITS];
	struct nlattr *tb[SEKI_A_LIMITS_HARD_PACKETS + 1];
	int err;

	if (!nest)
		return 0;
	err = nla_parse_nested(tb, SEKI_A_LIMITS_HARD_PACKETS, nest, seki_limits_nl_policy,
			       info->extack);
	if (err)
		return err;
	config->soft.seconds = limit_of(tb[SEKI_A_LIMITS_SOFT_SECONDS]);
	config->soft.bytes = limit_of(tb[SEKI_A_LIMITS_SOFT_BYTES]);
	config->soft.packets = limit_of(tb[SEKI_A_LIMITS_SOFT_PACKETS]);
	config->hard.seconds = limit_of(tb[SEKI_A_LIMITS_HARD_SECONDS]);
	config->hard.bytes = limit_of(tb[SEKI_A_LIMITS_HARD_BYTES]);
	config->hard.packets = limit_of(tb[SEKI_A_LIMITS_HARD_PACKETS]);
	return 0;
}

static int parse_mode(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_MODE];

	if (attr && nla_get_u32(attr) != SEKI_MODE_TUNNEL) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "Transport mode is not supported yet");
		return -EOPNOTSUPP;
	}
	return 0;
}

static void wipe(struct nlattr *attr)
{
	if (attr)
		memzero_explicit(nla_data(attr), nla_len(attr));
}

int seki_nl_sa_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct seki_sa_config config = {};
	struct net_device *dev;
	int err;

	dev = get_tunnel_dev(info);
	if (IS_ERR(dev)) {
		err = PTR_ERR(dev);
		goto out;
	}

	err = check_underlay(skb, info, dev) ?:
	      parse_direction(info, &config.key) ?:
	      parse_proto(info, &config.key) ?:
	      parse_spi(info, &config.key) ?:
	      parse_mode(info) ?:
	      parse_addrs(info, netdev_priv(dev), &config) ?:
	      parse_keys(info, &config.keys) ?:
	      parse_flags(info, &config) ?:
	      parse_encap(info, &config) ?:
	      parse_limits(info, &config);
	if (!err)
		err = seki_sa_add(netdev_priv(dev), &config, info->extack);
	dev_put(dev);
out:
	/* the message's memory is freed as it is */
	wipe(info->attrs[SEKI_A_SA_ENCR_KEY]);
	wipe(info->attrs[SEKI_A_SA_INTEG_KEY]);
	return err;
}

/* Return: counted reference on the SA that the request names, or an error. */
static struct seki_sa *get_sa(struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	struct seki_sa_config config = {};
	struct net_device *dev = NULL;
	struct seki_sa *sa;
	int err;

	err = parse_direction(info, &config.key) ?:
	      parse_proto(info, &config.key) ?:
	      parse_spi(info, &config.key);
	if (err)
		return ERR_PTR(err);

	if (info->attrs[SEKI_A_SA_IFINDEX]) {
		const struct seki_tunnel *tunnel;

		dev = get_tunnel_dev(info);
		if (IS_ERR(dev))
			return ERR_CAST(dev);
		tunnel = netdev_priv(dev);
		net = tunnel->net;
		err = parse_addrs(info, tunnel, &config);
	} else if (config.key.direction == SEKI_DIRECTION_IN) {
		err = parse_addr(info, SEKI_A_SA_LOCAL, NULL, &config.key.daddr);
	} else {
		err = parse_addr(info, SEKI_A_SA_REMOTE, NULL, &config.key.daddr);
	}
	if (err) {
		sa = ERR_PTR(err);
		goto out;
	}

	sa = seki_sa_get(seki_net(net), &config.key);
	if (sa && (dev ? sa->tunnel->dev != dev :
			 !net_eq(dev_net(sa->tunnel->dev), genl_info_net(info)))) {
		seki_sa_put(sa);
		sa = NULL;
	}
	if (!sa) {
		NL_SET_ERR_MSG(info->extack, "There is no such SA");
		sa = ERR_PTR(-ESRCH);
	}
out:
	dev_put(dev);
	return sa;
}

int seki_nl_sa_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct seki_sa *sa = get_sa(info);
	int err = 0;

	if (IS_ERR(sa))
		return PTR_ERR(sa);
	if (seki_sa_remove(sa)) {
		seki_event_sa_del(sa);
	} else {
		NL_SET_ERR_MSG(info->extack, "There is no such SA");
		err = -ESRCH;
	}
	seki_sa_put(sa);
	return err;
}

int seki_nl_sa_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct net_device *dev;

	if (info->attrs[SEKI_A_SA_IFINDEX]) {
		dev = get_tunnel_dev(info);
		if (IS_ERR(dev))
			return PTR_ERR(dev);
		seki_sa_flush(netdev_priv(dev));
		dev_put(dev);
		return 0;
	}

	rtnl_lock();
	for_each_netdev(genl_info_net(info), dev)
		if (seki_netdev_is(dev))
			seki_sa_flush(netdev_priv(dev));
	rtnl_unlock();
	return 0;
}

/* Answers: SAs out, without keys */

static int put_addr(struct sk_buff *skb, int type, const struct seki_addr *addr)
{
	return nla_put(skb, type, seki_addr_len(addr), &addr->v6);
}

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, SEKI_A_SA_PAD);
}

static int put_id(struct sk_buff *skb, const struct seki_sa *sa)
{
	return nla_put_u32(skb, SEKI_A_SA_IFINDEX, sa->tunnel->dev->ifindex) ?:
	       nla_put_u32(skb, SEKI_A_SA_DIRECTION, sa->key.direction) ?:
	       nla_put_u8(skb, SEKI_A_SA_PROTO, sa->key.proto) ?:
	       nla_put_be32(skb, SEKI_A_SA_SPI, sa->key.spi) ?:
	       put_addr(skb, SEKI_A_SA_LOCAL, &sa->local) ?:
	       put_addr(skb, SEKI_A_SA_REMOTE, &sa->remote);
}

static int put_totals(struct sk_buff *skb, const struct seki_sa *sa)
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

static int put_encap(struct sk_buff *skb, const struct seki_sa *sa)
{
	struct nlattr *nest;
	int err;

	if (!sa->encap)
		return 0;
	nest = nla_nest_start(skb, SEKI_A_SA_ENCAP);
	if (!nest)
		return -EMSGSIZE;
	err = nla_put_u32(skb, SEKI_A_ENCAP_TYPE, SEKI_ENCAP_TYPE_ESPINUDP) ?:
	      nla_put_be16(skb, SEKI_A_ENCAP_SPORT, sa->sport) ?:
	      nla_put_be16(skb, SEKI_A_ENCAP_DPORT, sa->dport);
	nla_nest_end(skb, nest);
	return err;
}

static int put_drops(struct sk_buff *skb, const struct seki_drops *drops)
{
	struct nlattr *nest = nla_nest_start(skb, SEKI_A_SA_DROPS);
	int why, err = 0;
	u64 count;

	if (!nest)
		return -EMSGSIZE;
	for (why = SEKI_DROP_NONE + 1; !err && why < SEKI_DROP_MAX; why++) {
		count = seki_drops_read(drops, why);
		if (count)
			err = nla_put_u64_64bit(skb, drop_attrs[why], count, SEKI_A_DROPS_PAD);
	}
	nla_nest_end(skb, nest);
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

static int put_keyed(struct sk_buff *skb, struct seki_sa *sa)
{
	u64 seq;
	int err;

	err = nla_put_u16(skb, SEKI_A_SA_ENCR, sa->encr) ?:
	      nla_put_u32(skb, SEKI_A_SA_FLAGS, sa->flags) ?:
	      put_totals(skb, sa) ?: put_times(skb, sa) ?:
	      put_limits(skb, sa) ?: put_encap(skb, sa);
	if (!err && sa->integ)
		err = nla_put_u16(skb, SEKI_A_SA_INTEG, sa->integ);
	if (err)
		return err;

	if (sa->key.direction == SEKI_DIRECTION_OUT) {
		if (rcu_access_pointer(sa->tunnel->out) == sa)
			err = nla_put_flag(skb, SEKI_A_SA_CURRENT);
		return err ?: put_u64(skb, SEKI_A_SA_SEQ, atomic64_read(&sa->seq));
	}
	spin_lock_bh(&sa->replay_lock);
	seq = sa->replay->top;
	spin_unlock_bh(&sa->replay_lock);
	return nla_put_u32(skb, SEKI_A_SA_REPLAY_WINDOW, sa->window) ?:
	       put_u64(skb, SEKI_A_SA_SEQ, seq);
}

static int fill_sa(struct sk_buff *skb, struct seki_sa *sa, u32 portid, u32 seq, int flags,
		   u8 cmd)
{
	void *msg = genlmsg_put(skb, portid, seq, &seki_family, flags, cmd);
	int err;

	if (!msg)
		return -EMSGSIZE;
	err = put_id(skb, sa) ?:
	      nla_put_u32(skb, SEKI_A_SA_MODE, SEKI_MODE_TUNNEL) ?:
	      nla_put_u32(skb, SEKI_A_SA_STATE, READ_ONCE(sa->state)) ?:
	      (sa->crypto.tfm ? put_keyed(skb, sa) : 0) ?:
	      put_drops(skb, &sa->drops);
	if (err) {
		genlmsg_cancel(skb, msg);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, msg);
	return 0;
}

int seki_nl_sa_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct seki_sa *sa = get_sa(info);
	struct sk_buff *reply;
	int err;

	if (IS_ERR(sa))
		return PTR_ERR(sa);
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply) {
		err = -ENOMEM;
		goto out;
	}
	err = fill_sa(reply, sa, info->snd_portid, info->snd_seq, 0, SEKI_CMD_SA_GET);
	if (err)
		kfree_skb(reply);
	else
		err = genlmsg_reply(reply, info);
out:
	seki_sa_put(sa);
	return err;
}

/* what a dump remembers between messages, in cb->args */
enum {
	DUMP_DEV,	/* how many devices are done */
	DUMP_SA,	/* number of the last SA of the device that is not */
};

static int dump_tunnel(struct sk_buff *skb, struct netlink_callback *cb,
		       struct seki_tunnel *tunnel, u32 direction)
{
	struct seki_net *sn = seki_net(tunnel->net);
	struct seki_sa *sa;
	int err = 0;

	spin_lock_bh(&sn->lock);
	list_for_each_entry(sa, &tunnel->sas, list) {
		if (sa->id <= cb->args[DUMP_SA] ||
		    (direction && direction != sa->key.direction))
			continue;
		err = fill_sa(skb, sa, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			      NLM_F_MULTI, SEKI_CMD_SA_GET);
		if (err)
			break;
		cb->args[DUMP_SA] = sa->id;
	}
	spin_unlock_bh(&sn->lock);
	return err;
}

int seki_nl_sa_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = seki_compat_dump_attrs(cb);
	struct net *net = sock_net(cb->skb->sk);
	u32 ifindex = 0, direction = 0;
	struct net_device *dev;
	long done = 0;
	int err = 0;

	if (attrs[SEKI_A_SA_IFINDEX])
		ifindex = nla_get_u32(attrs[SEKI_A_SA_IFINDEX]);
	if (attrs[SEKI_A_SA_DIRECTION])
		direction = nla_get_u32(attrs[SEKI_A_SA_DIRECTION]);

	rcu_read_lock();
	for_each_netdev_rcu(net, dev) {
		if (done++ < cb->args[DUMP_DEV] || !seki_netdev_is(dev) ||
		    (ifindex && dev->ifindex != ifindex))
			continue;
		err = dump_tunnel(skb, cb, netdev_priv(dev), direction);
		if (err)
			break;
		cb->args[DUMP_DEV] = done;
		cb->args[DUMP_SA] = 0;
	}
	rcu_read_unlock();
	/* not all fit in; with nothing in it, this ends the dump */
	return skb->len ?: err;
}

static int reply_spi(struct genl_info *info, const struct seki_tunnel *tunnel,
		     const struct seki_sa_config *config)
{
	struct sk_buff *reply;
	void *msg;
	int err;

	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	msg = genlmsg_put_reply(reply, info, &seki_family, 0, SEKI_CMD_SPI_ALLOC);
	if (!msg) {
		err = -EMSGSIZE;
		goto err_reply;
	}
	err = nla_put_u32(reply, SEKI_A_SA_IFINDEX, tunnel->dev->ifindex) ?:
	      nla_put_u8(reply, SEKI_A_SA_PROTO, config->key.proto) ?:
	      nla_put_be32(reply, SEKI_A_SA_SPI, config->key.spi) ?:
	      put_addr(reply, SEKI_A_SA_LOCAL, &config->local) ?:
	      put_addr(reply, SEKI_A_SA_REMOTE, &config->remote);
	if (err)
		goto err_reply;
	genlmsg_end(reply, msg);
	return genlmsg_reply(reply, info);

err_reply:
	kfree_skb(reply);
	return err;
}

int seki_nl_spi_alloc_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *lo = info->attrs[SEKI_A_SA_SPI_LO], *hi = info->attrs[SEKI_A_SA_SPI_HI];
	struct seki_sa_config config = { .key.direction = SEKI_DIRECTION_IN };
	u32 first = lo ? nla_get_u32(lo) : SEKI_SPI_MIN;
	u32 last = hi ? nla_get_u32(hi) : U32_MAX;
	struct net_device *dev;
	int err;

	if (first < SEKI_SPI_MIN) {
		NL_SET_ERR_MSG_ATTR(info->extack, lo, "SPIs below 256 are reserved");
		return -EINVAL;
	}
	if (first > last) {
		NL_SET_ERR_MSG_ATTR(info->extack, hi, "The range of SPIs is empty");
		return -EINVAL;
	}
	dev = get_tunnel_dev(info);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	err = check_underlay(skb, info, dev) ?:
	      parse_proto(info, &config.key) ?:
	      parse_addrs(info, netdev_priv(dev), &config) ?:
	      seki_sa_alloc_spi(netdev_priv(dev), &config, first, last, info->extack) ?:
	      reply_spi(info, netdev_priv(dev), &config);
	dev_put(dev);
	return err;
}

int seki_nl_encap_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *fd = info->attrs[SEKI_A_SOCKET_FD];

	if (!fd) {
		NL_SET_ERR_MSG(info->extack, "The socket's descriptor is missing");
		return -EINVAL;
	}
	return seki_encap_adopt(nla_get_u32(fd), info->extack);
}

static int not_yet(struct genl_info *info)
{
	NL_SET_ERR_MSG(info->extack, "The module cannot do this yet");
	return -EOPNOTSUPP;
}

int seki_nl_sa_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return not_yet(info);
}

int seki_nl_policy_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return not_yet(info);
}

int seki_nl_policy_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return not_yet(info);
}

int seki_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return not_yet(info);
}

int seki_nl_policy_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return 0;
}

int seki_nl_policy_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	return not_yet(info);
}

/* Events */

static bool heard(const struct seki_tunnel *tunnel)
{
	return genl_has_listeners(&seki_family, dev_net(tunnel->dev), SEKI_NLGRP_EVENTS);
}

static void send_event(const struct seki_tunnel *tunnel, struct sk_buff *skb)
{
	genlmsg_multicast_netns(&seki_family, dev_net(tunnel->dev), skb, 0, SEKI_NLGRP_EVENTS,
				GFP_ATOMIC);
}

static int put_ports(struct sk_buff *msg, struct sk_buff *skb, const struct iphdr *iph)
{
	__be16 *ports, buf[2];

	switch (iph->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		break;
	default:
		return 0;
	}
	if (iph->frag_off & htons(IP_OFFSET))
		return 0;
	ports = skb_header_pointer(skb, skb_network_offset(skb) + iph->ihl * 4, sizeof(buf), buf);
	if (!ports)
		return 0;
	return nla_put_be16(msg, SEKI_A_ACQUIRE_INNER_SPORT, ports[0]) ?:
	       nla_put_be16(msg, SEKI_A_ACQUIRE_INNER_DPORT, ports[1]);
}

static int put_tunnel(struct sk_buff *msg, const struct seki_tunnel *tunnel)
{
	struct seki_net *sn = seki_net(tunnel->net);
	int err = 0;

	spin_lock_bh(&sn->lock);
	if (tunnel->local.family)
		err = put_addr(msg, SEKI_A_ACQUIRE_LOCAL, &tunnel->local);
	if (!err && tunnel->remote.family)
		err = put_addr(msg, SEKI_A_ACQUIRE_REMOTE, &tunnel->remote);
	if (!err && tunnel->profile[0])
		err = nla_put_string(msg, SEKI_A_ACQUIRE_PROFILE, tunnel->profile);
	spin_unlock_bh(&sn->lock);
	return err;
}

/**
 * seki_event_acquire - a tunnel needs an SA
 * @tunnel: tunnel
 * @skb: IPv4 packet that would be sent
 */
void seki_event_acquire(struct seki_tunnel *tunnel, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (!heard(tunnel))
		return;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!msg)
		return;
	hdr = genlmsg_put(msg, 0, 0, &seki_family, 0, SEKI_CMD_ACQUIRE_NTF);
	err = !hdr ? -EMSGSIZE :
	      nla_put_u32(msg, SEKI_A_ACQUIRE_IFINDEX, tunnel->dev->ifindex) ?:
	      nla_put_string(msg, SEKI_A_ACQUIRE_IFNAME, tunnel->dev->name) ?:
	      nla_put_u8(msg, SEKI_A_ACQUIRE_INNER_PROTO, iph->protocol) ?:
	      nla_put_in_addr(msg, SEKI_A_ACQUIRE_INNER_SRC, iph->saddr) ?:
	      nla_put_in_addr(msg, SEKI_A_ACQUIRE_INNER_DST, iph->daddr) ?:
	      put_ports(msg, skb, iph) ?:
	      put_tunnel(msg, tunnel);
	if (err) {
		kfree_skb(msg);
		return;
	}
	genlmsg_end(msg, hdr);
	send_event(tunnel, msg);
}

/**
 * seki_event_expire - an SA reached a limit
 * @sa: SA
 * @hard: it is gone
 * @limit: that it reached
 */
void seki_event_expire(const struct seki_sa *sa, bool hard, enum seki_limit limit)
{
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (!heard(sa->tunnel))
		return;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!msg)
		return;
	hdr = genlmsg_put(msg, 0, 0, &seki_family, 0, SEKI_CMD_EXPIRE_NTF);
	err = !hdr ? -EMSGSIZE :
	      put_id(msg, sa) ?:
	      (hard ? nla_put_flag(msg, SEKI_A_SA_HARD) : 0) ?:
	      nla_put_u32(msg, SEKI_A_SA_LIMIT, limit) ?:
	      put_totals(msg, sa);
	if (err) {
		kfree_skb(msg);
		return;
	}
	genlmsg_end(msg, hdr);
	send_event(sa->tunnel, msg);
}

/**
 * seki_event_sa_new - an SA got its keys
 * @sa: SA
 */
void seki_event_sa_new(struct seki_sa *sa)
{
	struct sk_buff *msg;

	if (!heard(sa->tunnel))
		return;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!msg)
		return;
	if (fill_sa(msg, sa, 0, 0, 0, SEKI_CMD_SA_NEW_NTF)) {
		kfree_skb(msg);
		return;
	}
	send_event(sa->tunnel, msg);
}

/**
 * seki_event_sa_del - an SA was deleted before it expired
 * @sa: SA
 */
void seki_event_sa_del(const struct seki_sa *sa)
{
	struct sk_buff *msg;
	void *hdr;

	if (!heard(sa->tunnel))
		return;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!msg)
		return;
	hdr = genlmsg_put(msg, 0, 0, &seki_family, 0, SEKI_CMD_SA_DEL_NTF);
	if (!hdr || put_id(msg, sa) || put_totals(msg, sa)) {
		kfree_skb(msg);
		return;
	}
	genlmsg_end(msg, hdr);
	send_event(sa->tunnel, msg);
}

static struct genl_family seki_family __ro_after_init = {
	.name = SEKI_FAMILY_NAME,
	.version = SEKI_FAMILY_VERSION,
	.netnsok = true,
	.module = THIS_MODULE,
	.ops = seki_nl_ops,
	.n_ops = ARRAY_SIZE(seki_nl_ops),
	.resv_start_op = __SEKI_CMD_MAX,
	.mcgrps = seki_nl_mcgrps,
	.n_mcgrps = ARRAY_SIZE(seki_nl_mcgrps),
};

int seki_netlink_init(void)
{
	return genl_register_family(&seki_family);
}

void seki_netlink_exit(void)
{
	genl_unregister_family(&seki_family);
}

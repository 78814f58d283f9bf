// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests about SAs: attributes become a configuration.
 */
#include <linux/rtnetlink.h>
#include <net/genetlink.h>

#include "algs.h"
#include "encap.h"
#include "events.h"
#include "netdev.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "policy.h"
#include "sa.h"

/* Requests: attributes in, configuration out */

static struct seki_flow *get_tunnel_flow(struct genl_info *info, const struct nlattr *attr)
{
	struct seki_tunnel *tunnel;
	struct net_device *dev;

	dev = dev_get_by_index(genl_info_net(info), nla_get_u32(attr));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "There is no device with this ifindex");
		return ERR_PTR(-ENODEV);
	}
	tunnel = netdev_priv(dev);
	if (!seki_netdev_is(dev) || tunnel->for_policies) {
		dev_put(dev);
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "The device is not a seki tunnel");
		return ERR_PTR(-EOPNOTSUPP);
	}
	return &tunnel->flow;
}

static struct seki_flow *get_policy_flow(struct genl_info *info, const struct nlattr *attr)
{
	struct seki_policy *policy;

	rtnl_lock();
	policy = seki_policy_find(seki_net(genl_info_net(info)), nla_get_u32(attr));
	if (policy) {
		seki_policy_hold(policy);
		dev_hold(policy->flow.tunnel->dev);
	}
	rtnl_unlock();
	if (policy)
		return &policy->flow;
	NL_SET_ERR_MSG_ATTR(info->extack, attr, "There is no policy with this number");
	return ERR_PTR(-ENOENT);
}

/* Return: flow that the request names, for put_flow(), or an error. */
static struct seki_flow *get_flow(struct genl_info *info)
{
	struct nlattr *ifindex = info->attrs[SEKI_A_SA_IFINDEX];
	struct nlattr *policy = info->attrs[SEKI_A_SA_POLICY];

	if (policy)
		return get_policy_flow(info, policy);
	if (ifindex)
		return get_tunnel_flow(info, ifindex);
	NL_SET_ERR_MSG(info->extack, "The tunnel's ifindex or the policy is missing");
	return ERR_PTR(-EINVAL);
}

static void put_flow(struct seki_flow *flow)
{
	struct seki_policy *policy = flow->policy;

	dev_put(flow->tunnel->dev);
	if (policy)
		seki_policy_put(policy);
}

/*
 * SAs stand in the table of the namespace of the outer packets, and go before
 * XFRM's there: owning the namespace that the device is in is not enough.
 */
static int check_underlay(struct sk_buff *skb, struct genl_info *info,
			  const struct seki_flow *flow)
{
	if (netlink_ns_capable(skb, flow->tunnel->net->user_ns, CAP_NET_ADMIN))
		return 0;
	NL_SET_ERR_MSG(info->extack, "The namespace of the outer packets is not yours");
	return -EPERM;
}

/* Without the attribute, the address is what the flow has. */
static int parse_addr(struct genl_info *info, int type, const struct seki_addr *fallback,
		      struct seki_addr *addr)
{
	struct nlattr *attr = info->attrs[type];
	int err;

	if (!attr) {
		if (fallback)
			*addr = *fallback;
		if (addr->family)
			return 0;
		if (type == SEKI_A_SA_LOCAL)
			NL_SET_ERR_MSG(info->extack, "A local address is missing");
		else
			NL_SET_ERR_MSG(info->extack, "A remote address is missing");
		return -EDESTADDRREQ;
	}
	err = seki_nl_check_addr(attr, info->extack);
	if (!err)
		*addr = seki_nl_addr(attr);
	return err;
}

static int parse_proto(struct genl_info *info, struct seki_sa_key *key)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_PROTO];

	key->proto = attr ? nla_get_u8(attr) : IPPROTO_ESP;
	if (key->proto == IPPROTO_ESP || key->proto == IPPROTO_AH)
		return 0;
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

static int same_family(struct genl_info *info, const struct seki_addr *a,
		       const struct seki_addr *b)
{
	if (a->family == b->family)
		return 0;
	NL_SET_ERR_MSG(info->extack, "The outer addresses are of different families");
	return -EAFNOSUPPORT;
}

static int parse_addrs(struct genl_info *info, const struct seki_flow *flow,
		       struct seki_sa_config *config)
{
	struct seki_net *sn = seki_net(flow->tunnel->net);
	struct seki_addr local, remote;
	int err;

	spin_lock_bh(&sn->lock);
	local = flow->local;
	remote = flow->remote;
	spin_unlock_bh(&sn->lock);

	err = parse_addr(info, SEKI_A_SA_LOCAL, &local, &config->local) ?:
	      parse_addr(info, SEKI_A_SA_REMOTE, &remote, &config->remote) ?:
	      same_family(info, &config->local, &config->remote);
	if (err)
		return err;
	config->key.daddr = config->key.direction == SEKI_DIRECTION_IN ? config->local :
									 config->remote;
	return 0;
}

static int find_integ(struct genl_info *info, struct seki_crypto_keys *keys)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_INTEG];
	struct nlattr *key = info->attrs[SEKI_A_SA_INTEG_KEY];

	keys->integ = seki_integ_find(nla_get_u16(attr));
	if (!keys->integ) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "Unknown integrity algorithm");
		return -EOPNOTSUPP;
	}
	if (keys->encr && keys->integ->iv) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "Only AH takes this integrity algorithm");
		return -EINVAL;
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

static int parse_integ(struct genl_info *info, struct seki_crypto_keys *keys)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_INTEG];
	struct nlattr *key = info->attrs[SEKI_A_SA_INTEG_KEY];
	u16 id = attr ? nla_get_u16(attr) : 0;

	if (keys->encr && keys->encr->icv) {
		if (id || key) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr ?: key,
					    "A combined-mode cipher takes no integrity algorithm");
			return -EINVAL;
		}
		return 0;
	}
	if (id)
		return find_integ(info, keys);
	if (keys->encr)
		NL_SET_ERR_MSG(info->extack, "The cipher needs an integrity algorithm beside it");
	else
		NL_SET_ERR_MSG(info->extack, "AH needs an integrity algorithm");
	return -EINVAL;
}

static int parse_encr(struct genl_info *info, struct seki_crypto_keys *keys)
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
	return 0;
}

static int parse_keys(struct genl_info *info, struct seki_sa_config *config)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_ENCR];
	struct nlattr *key = info->attrs[SEKI_A_SA_ENCR_KEY];

	if (config->key.proto == IPPROTO_ESP)
		return parse_encr(info, &config->keys) ?: parse_integ(info, &config->keys);
	if ((attr && nla_get_u16(attr)) || key) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr ?: key, "AH encrypts nothing");
		return -EINVAL;
	}
	return parse_integ(info, &config->keys);
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
	if (config->flags & SEKI_SA_FLAGS_BUNDLED && config->key.proto != IPPROTO_AH) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "In a bundle, AH is around ESP");
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

static int parse_ports(struct genl_info *info, __be16 *sport, __be16 *dport)
{
	struct nlattr *nest = info->attrs[SEKI_A_SA_ENCAP];
	struct nlattr *tb[SEKI_A_ENCAP_DPORT + 1];
	int err;

	err = nla_parse_nested(tb, SEKI_A_ENCAP_DPORT, nest, seki_encap_nl_policy, info->extack);
	if (err)
		return err;
	if (!tb[SEKI_A_ENCAP_TYPE] || !tb[SEKI_A_ENCAP_SPORT] || !tb[SEKI_A_ENCAP_DPORT]) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "UDP encapsulation needs its type and both ports");
		return -EINVAL;
	}
	*sport = nla_get_be16(tb[SEKI_A_ENCAP_SPORT]);
	*dport = nla_get_be16(tb[SEKI_A_ENCAP_DPORT]);
	if (!*sport || !*dport) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest, "Port 0 cannot be used");
		return -EINVAL;
	}
	return 0;
}

static int parse_encap(struct genl_info *info, struct seki_sa_config *config)
{
	struct nlattr *nest = info->attrs[SEKI_A_SA_ENCAP];

	if (!nest) {
		if (!(config->flags & SEKI_SA_FLAGS_ROAMING))
			return 0;
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[SEKI_A_SA_FLAGS],
				    "Only peers in UDP can roam");
		return -EINVAL;
	}
	if (config->key.proto == IPPROTO_AH) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest, "AH cannot be in UDP");
		return -EINVAL;
	}
	config->encap = true;
	return parse_ports(info, &config->sport, &config->dport);
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

static int parse_mode(struct genl_info *info, const struct seki_flow *flow,
		      struct seki_sa_config *config)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_MODE];

	config->mode = attr ? nla_get_u32(attr) : SEKI_MODE_TUNNEL;
	if (config->mode == SEKI_MODE_TUNNEL || flow->policy)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, attr,
			    "A tunnel carries whole packets: transport mode needs a policy");
	return -EOPNOTSUPP;
}

static int parse_bundle(struct genl_info *info, struct seki_sa_config *config)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_OUTER_SPI];

	if (!attr)
		return 0;
	if (config->key.proto != IPPROTO_ESP || config->encap) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "Only ESP that is not in UDP can be inside AH");
		return -EINVAL;
	}
	config->outer_spi = nla_get_be32(attr);
	return 0;
}

static int parse_tfc(struct genl_info *info, struct seki_sa_config *config)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_TFC];

	if (!attr)
		return 0;
	if (config->key.direction != SEKI_DIRECTION_OUT || config->key.proto != IPPROTO_ESP ||
	    config->mode != SEKI_MODE_TUNNEL) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "Padding is for outbound ESP in tunnel mode");
		return -EINVAL;
	}
	config->tfc = nla_get_u32(attr);
	return 0;
}

static int parse_origin(struct genl_info *info, int type, const struct seki_addr *fallback,
			struct seki_addr *addr)
{
	struct nlattr *attr = info->attrs[type];
	int err;

	*addr = *fallback;
	if (!attr)
		return 0;
	err = seki_nl_check_addr(attr, info->extack);
	if (err)
		return err;
	*addr = seki_nl_addr(attr);
	return same_family(info, addr, fallback);
}

static int parse_origins(struct genl_info *info, struct seki_sa_config *config)
{
	struct nlattr *attr = info->attrs[SEKI_A_SA_ORIGIN_LOCAL] ?:
			      info->attrs[SEKI_A_SA_ORIGIN_REMOTE];

	if (!attr)
		return 0;
	if (config->key.direction != SEKI_DIRECTION_IN || !config->encap ||
	    config->mode != SEKI_MODE_TRANSPORT) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "Origins are for inbound transport mode in UDP");
		return -EINVAL;
	}
	return parse_origin(info, SEKI_A_SA_ORIGIN_LOCAL, &config->local,
			    &config->origins.local) ?:
	       parse_origin(info, SEKI_A_SA_ORIGIN_REMOTE, &config->remote,
			    &config->origins.remote);
}

static void wipe(struct nlattr *attr)
{
	if (attr)
		memzero_explicit(nla_data(attr), nla_len(attr));
}

int seki_nl_sa_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct seki_sa_config config = {};
	struct seki_flow *flow;
	int err;

	flow = get_flow(info);
	if (IS_ERR(flow)) {
		err = PTR_ERR(flow);
		goto out;
	}

	err = check_underlay(skb, info, flow) ?:
	      parse_direction(info, &config.key) ?:
	      parse_proto(info, &config.key) ?:
	      parse_spi(info, &config.key) ?:
	      parse_mode(info, flow, &config) ?:
	      parse_addrs(info, flow, &config) ?:
	      parse_keys(info, &config) ?:
	      parse_flags(info, &config) ?:
	      parse_encap(info, &config) ?:
	      parse_bundle(info, &config) ?:
	      parse_tfc(info, &config) ?:
	      parse_origins(info, &config) ?:
	      parse_limits(info, &config);
	if (!err)
		err = seki_sa_add(flow, &config, info->extack);
	put_flow(flow);
out:
	/* the message's memory is freed as it is */
	wipe(info->attrs[SEKI_A_SA_ENCR_KEY]);
	wipe(info->attrs[SEKI_A_SA_INTEG_KEY]);
	return err;
}

/* Return: counted reference on the SA that the request names, or an error. */
static struct seki_sa *get_sa(struct genl_info *info)
{
	bool named = info->attrs[SEKI_A_SA_IFINDEX] || info->attrs[SEKI_A_SA_POLICY];
	struct net *net = genl_info_net(info);
	struct seki_sa_config config = {};
	struct seki_flow *flow = NULL;
	struct seki_sa *sa;
	int err;

	err = parse_direction(info, &config.key) ?:
	      parse_proto(info, &config.key) ?:
	      parse_spi(info, &config.key);
	if (err)
		return ERR_PTR(err);

	if (named) {
		flow = get_flow(info);
		if (IS_ERR(flow))
			return ERR_CAST(flow);
		net = flow->tunnel->net;
		err = parse_addrs(info, flow, &config);
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
	if (sa && (flow ? sa->flow != flow :
			  !net_eq(dev_net(sa->flow->tunnel->dev), genl_info_net(info)))) {
		seki_sa_put(sa);
		sa = NULL;
	}
	if (!sa) {
		NL_SET_ERR_MSG(info->extack, "There is no such SA");
		sa = ERR_PTR(-ESRCH);
	}
out:
	if (flow)
		put_flow(flow);
	return sa;
}

/* One end of where an SA shall go, of the family that it has. */
static int parse_new(struct genl_info *info, int type, struct seki_addr *addr)
{
	struct nlattr *attr = info->attrs[type];
	struct seki_addr to;
	int err;

	if (!attr)
		return 0;
	err = seki_nl_check_addr(attr, info->extack);
	if (err)
		return err;
	to = seki_nl_addr(attr);
	err = same_family(info, &to, addr);
	if (!err)
		*addr = to;
	return err;
}

int seki_nl_sa_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct seki_path path;
	struct seki_sa *sa;
	int err;

	sa = get_sa(info);
	if (IS_ERR(sa))
		return PTR_ERR(sa);
	rcu_read_lock();
	path = *rcu_dereference(sa->path);
	rcu_read_unlock();

	err = check_underlay(skb, info, sa->flow) ?:
	      parse_new(info, SEKI_A_SA_NEW_LOCAL, &path.local) ?:
	      parse_new(info, SEKI_A_SA_NEW_REMOTE, &path.remote);
	if (!err && info->attrs[SEKI_A_SA_ENCAP]) {
		if (sa->encap) {
			err = parse_ports(info, &path.sport, &path.dport);
		} else {
			NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[SEKI_A_SA_ENCAP],
					    "The SA is not in UDP");
			err = -EINVAL;
		}
	}
	if (!err)
		err = seki_sa_move(sa, &path, info->extack);
	seki_sa_put(sa);
	return err;
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

/* All SAs of the namespace: those of its tunnels and of its policies. */
static void flush_all(struct net *net)
{
	struct seki_policy *policy;
	struct seki_tunnel *tunnel;
	struct net_device *dev;

	rtnl_lock();
	for_each_netdev(net, dev) {
		if (!seki_netdev_is(dev))
			continue;
		tunnel = netdev_priv(dev);
		seki_flow_flush(&tunnel->flow);
	}
	list_for_each_entry(policy, &seki_net(net)->policies, list)
		seki_flow_flush(&policy->flow);
	rtnl_unlock();
}

int seki_nl_sa_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct seki_flow *flow;

	if (!info->attrs[SEKI_A_SA_IFINDEX] && !info->attrs[SEKI_A_SA_POLICY]) {
		flush_all(genl_info_net(info));
		return 0;
	}
	flow = get_flow(info);
	if (IS_ERR(flow))
		return PTR_ERR(flow);
	seki_flow_flush(flow);
	put_flow(flow);
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
	err = seki_nl_fill_sa(reply, sa, info->snd_portid, info->snd_seq, 0, SEKI_CMD_SA_GET);
	if (err)
		kfree_skb(reply);
	else
		err = genlmsg_reply(reply, info);
out:
	seki_sa_put(sa);
	return err;
}

static int reply_spi(struct genl_info *info, const struct seki_flow *flow,
		     const struct seki_sa_config *config)
{
	struct sk_buff *reply;
	void *msg;
	int err;

	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	msg = genlmsg_put_reply(reply, info, &seki_nl_family, 0, SEKI_CMD_SPI_ALLOC);
	if (!msg) {
		err = -EMSGSIZE;
		goto err_reply;
	}
	err = nla_put_u32(reply, SEKI_A_SA_IFINDEX, flow->tunnel->dev->ifindex) ?:
	      nla_put_u8(reply, SEKI_A_SA_PROTO, config->key.proto) ?:
	      nla_put_be32(reply, SEKI_A_SA_SPI, config->key.spi) ?:
	      seki_nl_put_addr(reply, SEKI_A_SA_LOCAL, &config->local) ?:
	      seki_nl_put_addr(reply, SEKI_A_SA_REMOTE, &config->remote);
	if (err)
		goto err_reply;
	genlmsg_end(reply, msg);
	return genlmsg_reply(reply, info);

err_reply:
	kfree_skb(reply);
	return err;
}

static void release_spi(const struct seki_flow *flow, const struct seki_sa_key *key)
{
	struct seki_sa *sa = seki_sa_get(seki_net(flow->tunnel->net), key);

	if (!sa)
		return;
	seki_sa_remove(sa);
	seki_sa_put(sa);
}

int seki_nl_spi_alloc_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *lo = info->attrs[SEKI_A_SA_SPI_LO], *hi = info->attrs[SEKI_A_SA_SPI_HI];
	struct seki_sa_config config = {
		.key.direction = SEKI_DIRECTION_IN,
		.mode = SEKI_MODE_TUNNEL,
	};
	u32 first = lo ? nla_get_u32(lo) : SEKI_SPI_MIN;
	u32 last = hi ? nla_get_u32(hi) : U32_MAX;
	struct seki_flow *flow;
	int err;

	if (first < SEKI_SPI_MIN) {
		NL_SET_ERR_MSG_ATTR(info->extack, lo, "SPIs below 256 are reserved");
		return -EINVAL;
	}
	if (first > last) {
		NL_SET_ERR_MSG_ATTR(info->extack, hi, "The range of SPIs is empty");
		return -EINVAL;
	}
	flow = get_flow(info);
	if (IS_ERR(flow))
		return PTR_ERR(flow);
	err = check_underlay(skb, info, flow) ?:
	      parse_proto(info, &config.key) ?:
	      parse_addrs(info, flow, &config) ?:
	      seki_sa_alloc_spi(flow, &config, first, last, info->extack);
	if (!err) {
		err = reply_spi(info, flow, &config);
		/* nobody knows the SPI */
		if (err)
			release_spi(flow, &config.key);
	}
	put_flow(flow);
	return err;
}

int seki_nl_encap_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *fd = info->attrs[SEKI_A_SOCKET_FD];

	if (!fd) {
		NL_SET_ERR_MSG(info->extack, "The socket's descriptor is missing");
		return -EINVAL;
	}
	return seki_encap_adopt(skb, nla_get_u32(fd), info->extack);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tunnel devices: rtnetlink kind "seki".
 */
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/if_link_seki.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/esp.h>
#include <net/ip_tunnels.h>
#include <net/route.h>
#include <net/rtnetlink.h>

#include "esp.h"
#include "map.h"
#include "mode.h"
#include "netdev.h"
#include "netlink.h"
#include "outer.h"
#include "output.h"
#include "sa.h"

#include <compat/netdev.h>

#define SEKI_TTL_DEFAULT	64

static const struct nla_policy seki_link_policy[IFLA_SEKI_MAX + 1] = {
	[IFLA_SEKI_LOCAL] = { .type = NLA_BINARY, .len = sizeof(struct in6_addr) },
	[IFLA_SEKI_REMOTE] = { .type = NLA_BINARY, .len = sizeof(struct in6_addr) },
	[IFLA_SEKI_PROFILE] = { .type = NLA_NUL_STRING, .len = IFLA_SEKI_PROFILE_MAX },
	[IFLA_SEKI_TTL] = { .type = NLA_U8 },
	[IFLA_SEKI_TOS] = { .type = NLA_U8 },
	[IFLA_SEKI_LINK] = { .type = NLA_U32 },
	[IFLA_SEKI_FWMARK] = { .type = NLA_U32 },
	[IFLA_SEKI_AUTO_MTU] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* Is it a packet that can go inside, with its header readable? */
static bool may_carry(struct sk_buff *skb)
{
	if (!pskb_inet_may_pull(skb))
		return false;
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		return ip_hdr(skb)->version == 4;
	case htons(ETH_P_IPV6):
		return ip_hdr(skb)->version == 6;
	default:
		return false;
	}
}

static netdev_tx_t tunnel_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct seki_tunnel *tunnel = netdev_priv(dev);

	/* what policies protect does not come by a route into their device */
	if (unlikely(!may_carry(skb) || tunnel->for_policies))
		seki_drop_skb(skb, &tunnel->flow, NULL, SEKI_DROP_BAD_PROTOCOL);
	else
		seki_output(&tunnel->flow, skb);
	return NETDEV_TX_OK;
}

/**
 * seki_netdev_policy_xmit - send a packet that a policy protects
 * @policy: policy
 * @skb: packet with data at its IP header, given away
 *
 * Whoever listens on the policies' device sees it, as if it went out there.
 * Under RCU, with bottom halves off.
 */
void seki_netdev_policy_xmit(struct seki_policy *policy, struct sk_buff *skb)
{
	struct net_device *dev = policy->flow.tunnel->dev;

	if (unlikely(!may_carry(skb))) {
		seki_drop_skb(skb, &policy->flow, NULL, SEKI_DROP_BAD_PROTOCOL);
		return;
	}
	skb->dev = dev;
	if (dev_nit_active(dev))
		dev_queue_xmit_nit(skb, dev);
	seki_output(&policy->flow, skb);
}

static void tunnel_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct seki_tunnel *tunnel = netdev_priv(dev);
	int cpu, why;

	for_each_possible_cpu(cpu) {
		const struct seki_tunnel_stats *s = per_cpu_ptr(tunnel->stats, cpu);
		u64 rx_packets, rx_bytes, tx_packets, tx_bytes;
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&s->syncp);
			rx_packets = u64_stats_read(&s->rx_packets);
			rx_bytes = u64_stats_read(&s->rx_bytes);
			tx_packets = u64_stats_read(&s->tx_packets);
			tx_bytes = u64_stats_read(&s->tx_bytes);
		} while (u64_stats_fetch_retry(&s->syncp, start));

		stats->rx_packets += rx_packets;
		stats->rx_bytes += rx_bytes;
		stats->tx_packets += tx_packets;
		stats->tx_bytes += tx_bytes;
	}
	for (why = SEKI_DROP_NONE + 1; why < SEKI_DROP_MAX; why++) {
		u64 count = seki_drops_read(&tunnel->flow.drops, why);

		/* gro_cells counts it for the device itself */
		if (why == SEKI_DROP_RX_QUEUE_FULL)
			continue;
		if (why >= SEKI_DROP_OUTPUT_FIRST)
			stats->tx_dropped += count;
		else
			stats->rx_dropped += count;
	}
}

/*
 * The largest packet that needs no fragments outside. Before there is an SA,
 * what most of them would need is assumed.
 */
static unsigned int best_mtu(struct seki_tunnel *tunnel)
{
	static const struct seki_crypto likely_crypto = {
		.iv_len = 16, .icv_len = 16, .align = 16,
	};
	const struct seki_flow *flow = &tunnel->flow;
	const struct seki_sa *sa;
	unsigned int path, mtu;

	rcu_read_lock();
	sa = rcu_dereference(flow->out);
	path = seki_outer_path_mtu(flow);
	mtu = sa ? seki_outer_payload_max(sa, 0, path) :
		   seki_esp_payload_max(&likely_crypto,
					path - (flow->remote.family == AF_INET6 ?
							sizeof(struct ipv6hdr) :
							sizeof(struct iphdr)));
	rcu_read_unlock();
	return clamp(mtu, tunnel->dev->min_mtu, tunnel->dev->max_mtu);
}

static void update_work(struct work_struct *work)
{
	struct seki_tunnel *tunnel = container_of(work, struct seki_tunnel, update_work);
	struct net_device *dev = tunnel->dev;
	unsigned int mtu;

	rtnl_lock();
	if (dev->reg_state == NETREG_REGISTERED && !tunnel->mtu_fixed && !tunnel->for_policies) {
		mtu = best_mtu(tunnel);
		if (mtu != dev->mtu) {
			tunnel->mtu_updating = true;
			dev_set_mtu(dev, mtu);
			tunnel->mtu_updating = false;
		}
	}
	rtnl_unlock();
	/* seki_tunnel_update() took it */
	dev_put(dev);
}

static int tunnel_change_mtu(struct net_device *dev, int mtu)
{
	struct seki_tunnel *tunnel = netdev_priv(dev);

	ASSERT_RTNL();

	if (!tunnel->mtu_updating)
		tunnel->mtu_fixed = true;
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static int tunnel_init(struct net_device *dev)
{
	struct seki_tunnel *tunnel = netdev_priv(dev);
	int err;

	tunnel->stats = netdev_alloc_pcpu_stats(struct seki_tunnel_stats);
	if (!tunnel->stats)
		return -ENOMEM;
	err = seki_flow_init(&tunnel->flow, tunnel, NULL);
	if (err)
		goto err_stats;
	err = gro_cells_init(&tunnel->gro_cells, dev);
	if (err)
		goto err_flow;
	return 0;

err_flow:
	seki_flow_free(&tunnel->flow);
err_stats:
	free_percpu(tunnel->stats);
	return err;
}

static void tunnel_uninit(struct net_device *dev)
{
	struct seki_tunnel *tunnel = netdev_priv(dev);

	if (tunnel->for_policies) {
		seki_map_flush(tunnel->net, 0);
		seki_net(tunnel->net)->policy_tunnel = NULL;
	}
	seki_flow_close(&tunnel->flow);
	list_del_init(&tunnel->node);
}

static void tunnel_free(struct net_device *dev)
{
	struct seki_tunnel *tunnel = netdev_priv(dev);

	gro_cells_destroy(&tunnel->gro_cells);
	seki_flow_free(&tunnel->flow);
	free_percpu(tunnel->stats);
}

static int tunnel_get_iflink(const struct net_device *dev)
{
	const struct seki_tunnel *tunnel = netdev_priv(dev);

	return READ_ONCE(tunnel->link) ?: dev->ifindex;
}

/* A tunnel says nothing by itself: a peer may not even take IPv6. */
static int tunnel_open(struct net_device *dev)
{
	struct inet6_dev *idev = __in6_dev_get(dev);

	if (idev)
		idev->cnf.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
	return 0;
}

static const struct net_device_ops seki_netdev_ops = {
	.ndo_init = tunnel_init,
	.ndo_uninit = tunnel_uninit,
	.ndo_open = tunnel_open,
	.ndo_start_xmit = tunnel_xmit,
	.ndo_get_stats64 = tunnel_get_stats64,
	.ndo_change_mtu = tunnel_change_mtu,
	.ndo_get_iflink = tunnel_get_iflink,
};

static void ethtool_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, IFLA_SEKI_KIND, sizeof(info->driver));
}

static int ethtool_sset_count(struct net_device *dev, int sset)
{
	return sset == ETH_SS_STATS ? SEKI_DROP_MAX - 1 : -EOPNOTSUPP;
}

static void ethtool_strings(struct net_device *dev, u32 sset, u8 *data)
{
	int why;

	if (sset != ETH_SS_STATS)
		return;
	for (why = SEKI_DROP_NONE + 1; why < SEKI_DROP_MAX; why++)
		snprintf(data + (why - 1) * ETH_GSTRING_LEN, ETH_GSTRING_LEN, "drop-%s",
			 seki_drop_names[why]);
}

static void ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *data)
{
	struct seki_tunnel *tunnel = netdev_priv(dev);
	int why;

	for (why = SEKI_DROP_NONE + 1; why < SEKI_DROP_MAX; why++)
		*data++ = seki_drops_read(&tunnel->flow.drops, why);
}

static const struct ethtool_ops seki_ethtool_ops = {
	.get_drvinfo = ethtool_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_sset_count = ethtool_sset_count,
	.get_strings = ethtool_strings,
	.get_ethtool_stats = ethtool_stats,
};

static void tunnel_setup(struct net_device *dev)
{
	netdev_features_t features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_FRAGLIST |
				     NETIF_F_GSO_SOFTWARE | NETIF_F_HIGHDMA;
	struct seki_tunnel *tunnel = netdev_priv(dev);

	tunnel->dev = dev;
	/* for what looks at it before tunnel_init() */
	tunnel->flow.tunnel = tunnel;
	tunnel->ttl = SEKI_TTL_DEFAULT;
	tunnel->tos = SEKI_TOS_INHERIT;
	INIT_LIST_HEAD(&tunnel->node);
	INIT_WORK(&tunnel->update_work, update_work);

	dev->netdev_ops = &seki_netdev_ops;
	dev->ethtool_ops = &seki_ethtool_ops;
	dev->header_ops = &ip_tunnel_header_ops;
	dev->type = ARPHRD_NONE;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->hard_header_len = 0;
	dev->addr_len = 0;
	dev->needed_headroom = LL_MAX_HEADER + sizeof(struct ipv6hdr) + sizeof(struct udphdr) +
			       sizeof(struct ip_esp_hdr) + SEKI_IV_MAX;
	dev->needed_tailroom = 64;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = IP_MAX_MTU - 128;
	dev->mtu = ETH_DATA_LEN - 128;
	dev->features |= features;
	dev->hw_features |= features;
	dev->hw_enc_features |= features;
	/* an ICMP error to the sender of a packet needs the packet's route */
	netif_keep_dst(dev);
	seki_compat_dev_lltx(dev);
	dev->needs_free_netdev = true;
	dev->priv_destructor = tunnel_free;
	/* no SA yet; before registration nobody needs to be told */
	set_bit(__LINK_STATE_DORMANT, &dev->state);
}

static int check_addr(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	return attr ? seki_nl_check_addr(attr, extack) : 0;
}

static int link_validate(struct nlattr *tb[], struct nlattr *data[],
			 struct netlink_ext_ack *extack)
{
	int err;

	if (tb[IFLA_ADDRESS]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS], "A seki tunnel has no link address");
		return -EINVAL;
	}
	if (!data)
		return 0;
	err = check_addr(data[IFLA_SEKI_LOCAL], extack);
	if (!err)
		err = check_addr(data[IFLA_SEKI_REMOTE], extack);
	return err;
}

/* What newlink and changelink have in common. Attributes are valid one by one. */
static int apply(struct seki_tunnel *tunnel, struct nlattr *data[],
		 struct netlink_ext_ack *extack)
{
	struct seki_net *sn = seki_net(tunnel->net);
	struct seki_flow *flow = &tunnel->flow;
	struct seki_addr local = flow->local, remote = flow->remote;

	ASSERT_RTNL();

	if (!data)
		return 0;
	if (data[IFLA_SEKI_LOCAL])
		local = seki_nl_addr(data[IFLA_SEKI_LOCAL]);
	if (data[IFLA_SEKI_REMOTE])
		remote = seki_nl_addr(data[IFLA_SEKI_REMOTE]);
	if (local.family && remote.family && local.family != remote.family) {
		NL_SET_ERR_MSG(extack, "The outer addresses are of different families");
		return -EAFNOSUPPORT;
	}

	/* an acquire tells them to the daemon from any context */
	spin_lock_bh(&sn->lock);
	flow->local = local;
	flow->remote = remote;
	if (data[IFLA_SEKI_PROFILE])
		nla_strscpy(flow->profile, data[IFLA_SEKI_PROFILE], sizeof(flow->profile));
	spin_unlock_bh(&sn->lock);
	if (data[IFLA_SEKI_TTL])
		WRITE_ONCE(tunnel->ttl, nla_get_u8(data[IFLA_SEKI_TTL]));
	if (data[IFLA_SEKI_TOS])
		WRITE_ONCE(tunnel->tos, nla_get_u8(data[IFLA_SEKI_TOS]));
	if (data[IFLA_SEKI_LINK])
		WRITE_ONCE(tunnel->link, nla_get_u32(data[IFLA_SEKI_LINK]));
	if (data[IFLA_SEKI_FWMARK])
		WRITE_ONCE(tunnel->fwmark, nla_get_u32(data[IFLA_SEKI_FWMARK]));
	if (data[IFLA_SEKI_AUTO_MTU])
		tunnel->mtu_fixed = !nla_get_u8(data[IFLA_SEKI_AUTO_MTU]);
	return 0;
}

static int new_tunnel(struct net *link_net, struct net_device *dev, struct nlattr *tb[],
		      struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct seki_tunnel *tunnel = netdev_priv(dev);
	int err;

	tunnel->net = link_net;
	err = apply(tunnel, data, extack);
	if (err)
		return err;
	if (tb[IFLA_MTU])
		tunnel->mtu_fixed = true;
	else
		dev->mtu = best_mtu(tunnel);

	err = register_netdevice(dev);
	if (!err)
		list_add(&tunnel->node, &seki_net(link_net)->tunnels);
	return err;
}

#ifdef SEKI_HAVE_NEWLINK_PARAMS
static int link_new(struct net_device *dev, struct rtnl_newlink_params *params,
		    struct netlink_ext_ack *extack)
{
	return new_tunnel(rtnl_newlink_link_net(params), dev, params->tb, params->data,
			  extack);
}
#else
static int link_new(struct net *link_net, struct net_device *dev, struct nlattr *tb[],
		    struct nlattr *data[], struct netlink_ext_ack *extack)
{
	return new_tunnel(link_net, dev, tb, data, extack);
}
#endif

static int link_change(struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
		       struct netlink_ext_ack *extack)
{
	struct seki_tunnel *tunnel = netdev_priv(dev);
	int err;

	if (tunnel->for_policies) {
		NL_SET_ERR_MSG(extack, "The device of the policies has no options");
		return -EOPNOTSUPP;
	}
	/* the tunnel may have been given away; its outer packets were not */
	if (!net_eq(tunnel->net, dev_net(dev)) &&
	    !ns_capable(tunnel->net->user_ns, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(extack, "The namespace of the outer packets is not yours");
		return -EPERM;
	}
	err = apply(tunnel, data, extack);
	if (err)
		return err;
	dst_cache_reset(&tunnel->flow.dst_cache);
	seki_tunnel_update(tunnel);
	return 0;
}

static size_t link_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(struct in6_addr)) * 2 +
	       nla_total_size(IFLA_SEKI_PROFILE_MAX + 1) +
	       nla_total_size(sizeof(u8)) * 3 +
	       nla_total_size(sizeof(u32)) * 2;
}

static int put_addr(struct sk_buff *skb, int type, const struct seki_addr *addr)
{
	return addr->family ? seki_nl_put_addr(skb, type, addr) : 0;
}

static int link_fill(struct sk_buff *skb, const struct net_device *dev)
{
	const struct seki_tunnel *tunnel = netdev_priv(dev);
	const struct seki_flow *flow = &tunnel->flow;

	if (put_addr(skb, IFLA_SEKI_LOCAL, &flow->local) ||
	    put_addr(skb, IFLA_SEKI_REMOTE, &flow->remote) ||
	    (flow->profile[0] && nla_put_string(skb, IFLA_SEKI_PROFILE, flow->profile)) ||
	    nla_put_u8(skb, IFLA_SEKI_TTL, tunnel->ttl) ||
	    nla_put_u8(skb, IFLA_SEKI_TOS, tunnel->tos) ||
	    (tunnel->link && nla_put_u32(skb, IFLA_SEKI_LINK, tunnel->link)) ||
	    (tunnel->fwmark && nla_put_u32(skb, IFLA_SEKI_FWMARK, tunnel->fwmark)) ||
	    nla_put_u8(skb, IFLA_SEKI_AUTO_MTU, !tunnel->mtu_fixed))
		return -EMSGSIZE;
	return 0;
}

static struct net *link_get_net(const struct net_device *dev)
{
	const struct seki_tunnel *tunnel = netdev_priv(dev);

	return tunnel->net;
}

static struct rtnl_link_ops seki_link_ops __read_mostly = {
	.kind = IFLA_SEKI_KIND,
	.priv_size = sizeof(struct seki_tunnel),
	.setup = tunnel_setup,
	.maxtype = IFLA_SEKI_MAX,
	.policy = seki_link_policy,
	.validate = link_validate,
	.newlink = link_new,
	.changelink = link_change,
	.get_size = link_size,
	.fill_info = link_fill,
	.get_link_net = link_get_net,
};

/**
 * seki_netdev_policy_make - see to the device of a namespace's policies
 * @net: namespace
 * @extack: says what is wrong
 *
 * Under RTNL.
 *
 * Return: 0 and struct seki_net.policy_tunnel is set; -EEXIST if another device
 * has the name; -ENOMEM.
 */
int seki_netdev_policy_make(struct net *net, struct netlink_ext_ack *extack)
{
	struct seki_net *sn = seki_net(net);
	struct seki_tunnel *tunnel;
	struct net_device *dev;
	int err;

	ASSERT_RTNL();

	if (sn->policy_tunnel)
		return 0;
	dev = alloc_netdev(sizeof(*tunnel), SEKI_POLICY_DEVICE, NET_NAME_PREDICTABLE,
			   tunnel_setup);
	if (!dev)
		return -ENOMEM;
	dev_net_set(dev, net);
	dev->rtnl_link_ops = &seki_link_ops;
	seki_compat_dev_netns_local(dev);
	clear_bit(__LINK_STATE_DORMANT, &dev->state);
	tunnel = netdev_priv(dev);
	tunnel->net = net;
	tunnel->for_policies = true;

	err = register_netdevice(dev);
	if (err) {
		NL_SET_ERR_MSG(extack, "The device of the policies cannot be made");
		free_netdev(dev);
		return err;
	}
	list_add(&tunnel->node, &sn->tunnels);
	sn->policy_tunnel = tunnel;
	err = dev_open(dev, extack);
	if (err)
		unregister_netdevice(dev);
	return err;
}

/**
 * seki_netdev_is - is a device a tunnel of ours?
 * @dev: any device
 *
 * Return: true if netdev_priv() is a struct seki_tunnel.
 */
bool seki_netdev_is(const struct net_device *dev)
{
	return dev->netdev_ops == &seki_netdev_ops;
}

/**
 * seki_netdev_leave - delete the tunnels that lose their underlay
 * @sn: namespace that goes away
 * @kill: list for unregister_netdevice_many()
 */
void seki_netdev_leave(struct seki_net *sn, struct list_head *kill)
{
	struct seki_tunnel *tunnel, *next;

	ASSERT_RTNL();

	list_for_each_entry_safe(tunnel, next, &sn->tunnels, node)
		unregister_netdevice_queue(tunnel->dev, kill);
}

int seki_netdev_init(void)
{
	return rtnl_link_register(&seki_link_ops);
}

/* Deletes all tunnels, and returns when nobody refers to them any more. */
void seki_netdev_exit(void)
{
	rtnl_link_unregister(&seki_link_ops);
}

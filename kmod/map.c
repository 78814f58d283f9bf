// SPDX-License-Identifier: GPL-2.0-only
/*
 * Crypto maps: policies bound to devices.  Packets that leave by a device with
 * policies are compared in a netfilter hook, behind source NAT and before they
 * are cut in fragments; what is to be protected goes out through the policy's
 * flow and comes back as an ESP or AH packet that no policy sees.  Inbound,
 * decrypted packets appear on a device of their own, so that what comes in by
 * the policy's device in the clear, though it should not, can be told and dropped.
 *
 * While a namespace has no policy, it has no hook.
 */
#include <linux/icmp.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/route.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/udp.h>

#include "encap.h"
#include "map.h"
#include "netdev.h"
#include "policy.h"
#include "sa.h"

#define PORT_ISAKMP	500
#define PORT_NAT_T	4500

/* Neighbour discovery finds the way that ESP takes; nobody can protect it. */
static bool is_discovery(const struct seki_packet_key *key)
{
	u8 type = key->sport >> 8;

	return key->proto == IPPROTO_ICMPV6 && key->ports_known &&
	       type >= NDISC_ROUTER_SOLICITATION && type <= NDISC_REDIRECT;
}

/* IKE makes the SAs: the daemon's sockets, and nobody else's. */
static bool is_ike_out(const struct sk_buff *skb, const struct seki_packet_key *key)
{
	const struct sock *sk = skb_to_full_sk(skb);

	if (key->proto != IPPROTO_UDP || !sk || !sk_is_udp(sk))
		return false;
	return inet_sk(sk)->inet_num == PORT_ISAKMP || seki_encap_owns(sk);
}

static bool is_local(struct net *net, const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		return inet_addr_type(net, ip_hdr(skb)->daddr) == RTN_LOCAL;
	return ipv6_chk_addr(net, &ipv6_hdr(skb)->daddr, NULL, 0);
}

/* Is it ESP, AH or IKE? */
static bool is_ipsec(const struct seki_packet_key *key)
{
	switch (key->proto) {
	case IPPROTO_ESP:
	case IPPROTO_AH:
		return true;
	case IPPROTO_UDP:
		/* nothing comes of later fragments without the first, which has ports */
		return key->non_first_fragment ||
		       (key->ports_known &&
			(key->dport == PORT_ISAKMP || key->dport == PORT_NAT_T));
	default:
		return false;
	}
}

/* ICMP errors for ESP come from anywhere on the path, and never in ESP. */
static bool quotes_ipsec(struct sk_buff *skb, const struct seki_packet_key *key)
{
	bool ipv4 = skb->protocol == htons(ETH_P_IP);
	unsigned int offset = ipv4 ? ip_hdrlen(skb) : sizeof(struct ipv6hdr);
	struct seki_packet_key quoted;

	if (key->proto != (ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		return false;
	if (ipv4 ? !icmp_is_err(key->sport >> 8) : key->sport >> 8 >= ICMPV6_INFOMSG_MASK)
		return false;
	offset += sizeof(struct icmphdr);
	if (skb_headlen(skb) < offset ||
	    seki_packet_key_parse(&quoted, skb->data + offset,
				  min_t(unsigned int, skb_headlen(skb) - offset,
					SEKI_PACKET_KEY_SPAN)))
		return false;
	seki_selector_reverse(&quoted);
	return is_ipsec(&quoted);
}

static bool transformed(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) ?
		       IPCB(skb)->flags & IPSKB_XFRM_TRANSFORMED :
		       IP6CB(skb)->flags & IP6SKB_XFRM_TRANSFORMED;
}

/*
 * Connection tracking keeps a new connection, and the NAT that it decided on,
 * when its packet has passed the last hook, which a protected packet never does.
 */
static bool confirm(struct sk_buff *skb)
{
	struct nf_conn *ct = (struct nf_conn *)skb_nfct(skb);
	const struct nf_ct_hook *ct_hook;

	if (!ct || nf_ct_is_confirmed(ct))
		return true;
	ct_hook = rcu_dereference(nf_ct_hook);
	return !ct_hook || ct_hook->confirm(skb) == NF_ACCEPT;
}

/*
 * What is malformed, or has more headers than are looked at, could be anything:
 * where there are policies, it does not pass.
 */
static unsigned int unreadable(const struct seki_net *sn, struct sk_buff *skb, int ifindex)
{
	struct seki_policy *policy = seki_policy_any(sn, ifindex);

	if (!policy)
		return NF_ACCEPT;
	seki_drop_skb(skb, &policy->flow, NULL, SEKI_DROP_BAD_HEADER);
	return NF_STOLEN;
}

/* The copy of a multicast packet for listeners on this host, as if it left. */
static bool is_looped_copy(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	return state->pf == NFPROTO_IPV4 && state->sk && !skb->sk && skb_cloned(skb) &&
	       skb_rtable(skb)->rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST);
}

static unsigned int hook_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct seki_net *sn = seki_net(state->net);
	struct seki_packet_key key;
	struct seki_policy *policy;
	bool unknown;

	if (transformed(skb) || is_looped_copy(skb, state))
		return NF_ACCEPT;
	if (seki_policy_parse(skb, &key))
		return unreadable(sn, skb, state->out->ifindex);
	if (is_discovery(&key) || is_ike_out(skb, &key))
		return NF_ACCEPT;
	policy = seki_policy_decide(sn, state->out->ifindex, &key, &unknown);
	if (!policy || (!unknown && policy->config.action == SEKI_POLICY_ACTION_BYPASS))
		return NF_ACCEPT;

	atomic64_inc(&policy->packets);
	if (unknown || policy->config.action == SEKI_POLICY_ACTION_DISCARD) {
		seki_drop_skb(skb, &policy->flow, NULL,
			      unknown ? SEKI_DROP_FRAGMENT : SEKI_DROP_DISCARDED);
		return NF_STOLEN;
	}
	if (!confirm(skb))
		return NF_DROP;
	local_bh_disable();
	seki_netdev_policy_xmit(policy, skb);
	local_bh_enable();
	return NF_STOLEN;
}

static unsigned int hook_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct seki_net *sn = seki_net(state->net);
	enum seki_drop why = SEKI_DROP_CLEAR_TEXT;
	struct seki_packet_key key, reversed;
	struct seki_policy *policy;
	bool unknown;

	/* our own, which another hook has judged */
	if (skb->pkt_type == PACKET_LOOPBACK)
		return NF_ACCEPT;
	if (seki_policy_parse(skb, &key))
		return unreadable(sn, skb, state->in->ifindex);
	if (is_discovery(&key))
		return NF_ACCEPT;
	reversed = key;
	seki_selector_reverse(&reversed);
	policy = seki_policy_decide(sn, state->in->ifindex, &reversed, &unknown);
	if (!policy || (!unknown && policy->config.action == SEKI_POLICY_ACTION_BYPASS))
		return NF_ACCEPT;

	if (unknown)
		why = SEKI_DROP_FRAGMENT;
	else if (policy->config.action == SEKI_POLICY_ACTION_DISCARD)
		why = SEKI_DROP_DISCARDED;
	if ((is_ipsec(&key) || quotes_ipsec(skb, &key)) && is_local(state->net, skb))
		return NF_ACCEPT;
	seki_drop_skb(skb, &policy->flow, NULL, why);
	return NF_STOLEN;
}

/*
 * Out: addresses are those that NAT made.  In: before NAT gives back what it
 * took, and before connection tracking hears of what is dropped.
 */
static const struct nf_hook_ops hooks[] = {
	{
		.hook = hook_out,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP_PRI_NAT_SRC + 1,
	},
	{
		.hook = hook_in,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_RAW - 1,
	},
	{
		.hook = hook_out,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = NF_IP6_PRI_NAT_SRC + 1,
	},
	{
		.hook = hook_in,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_RAW - 1,
	},
};

static int choose_id(struct seki_net *sn, struct seki_policy_config *config,
		     struct netlink_ext_ack *extack)
{
	if (config->id) {
		if (!seki_policy_find(sn, config->id))
			return 0;
		NL_SET_ERR_MSG(extack, "Another policy has this number");
		return -EEXIST;
	}
	do {
		config->id = ++sn->policy_id;
	} while (!config->id || seki_policy_find(sn, config->id));
	return 0;
}

/* Behind all that decide before it. */
static void link_policy(struct seki_net *sn, struct seki_policy *policy)
{
	struct seki_policy *next;

	list_for_each_entry(next, &sn->policies, list)
		if (next->config.priority > policy->config.priority)
			break;
	list_add_tail_rcu(&policy->list, &next->list);
}

/**
 * seki_map_add - make a policy
 * @net: namespace
 * @config: what it says, valid; the number is filled in
 * @local: our outer address, or unset
 * @remote: the peer's outer address, or unset
 * @profile: the daemon's name
 * @extack: says what is wrong
 *
 * Under RTNL.
 *
 * Return: 0; -EEXIST if the number is taken; -ENODEV if there is no such device;
 * what making the policy device or the hooks returned; -ENOMEM.
 */
int seki_map_add(struct net *net, struct seki_policy_config *config,
		 const struct seki_addr *local, const struct seki_addr *remote,
		 const char *profile, struct netlink_ext_ack *extack)
{
	struct seki_net *sn = seki_net(net);
	struct seki_policy *policy;
	bool fresh;
	int err;

	ASSERT_RTNL();

	err = choose_id(sn, config, extack);
	if (err)
		return err;
	if (!__dev_get_by_index(net, config->ifindex)) {
		NL_SET_ERR_MSG(extack, "There is no device with this ifindex");
		return -ENODEV;
	}
	fresh = !sn->policy_tunnel;
	err = seki_netdev_policy_make(net, extack);
	if (err)
		return err;

	policy = kzalloc(sizeof(*policy), GFP_KERNEL);
	if (!policy) {
		err = -ENOMEM;
		goto err_device;
	}
	policy->config = *config;
	refcount_set(&policy->refs, 1);
	err = seki_flow_init(&policy->flow, sn->policy_tunnel, policy);
	if (err)
		goto err_policy;
	policy->flow.local = *local;
	policy->flow.remote = *remote;
	strscpy(policy->flow.profile, profile, sizeof(policy->flow.profile));

	if (list_empty(&sn->policies)) {
		err = nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
		if (err)
			goto err_flow;
	}
	link_policy(sn, policy);
	return 0;

err_flow:
	seki_flow_free(&policy->flow);
err_policy:
	kfree(policy);
err_device:
	if (fresh)
		unregister_netdevice(sn->policy_tunnel->dev);
	return err;
}

/**
 * seki_map_remove - delete a policy and its SAs
 * @policy: one that is in the list
 *
 * Under RTNL.
 */
void seki_map_remove(struct seki_policy *policy)
{
	struct net *net = policy->flow.tunnel->net;
	struct seki_net *sn = seki_net(net);

	ASSERT_RTNL();

	list_del_rcu(&policy->list);
	if (list_empty(&sn->policies))
		nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
	seki_flow_close(&policy->flow);
	seki_policy_put(policy);
}

/**
 * seki_map_flush - delete policies and their SAs
 * @net: namespace
 * @ifindex: device whose policies go, 0 for all
 *
 * Under RTNL.
 */
void seki_map_flush(struct net *net, u32 ifindex)
{
	struct seki_policy *policy, *next;

	list_for_each_entry_safe(policy, next, &seki_net(net)->policies, list)
		if (!ifindex || policy->config.ifindex == ifindex)
			seki_map_remove(policy);
}

/* Policies go with their device. */
static int device_event(struct notifier_block *block, unsigned long event, void *data)
{
	struct net_device *dev = netdev_notifier_info_to_dev(data);

	if (event == NETDEV_UNREGISTER)
		seki_map_flush(dev_net(dev), dev->ifindex);
	return NOTIFY_DONE;
}

static struct notifier_block device_notifier = {
	.notifier_call = device_event,
};

int seki_map_init(void)
{
	return register_netdevice_notifier(&device_notifier);
}

/* When no policy is left. */
void seki_map_exit(void)
{
	unregister_netdevice_notifier(&device_notifier);
}

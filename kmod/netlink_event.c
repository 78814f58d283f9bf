// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: what the family says unasked.
 */
#include <linux/ip.h>
#include <linux/udp.h>
#include <net/genetlink.h>

#include "events.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "policy.h"
#include "sa.h"

static struct net *listeners(const struct seki_flow *flow)
{
	return dev_net(flow->tunnel->dev);
}

/* Return: a message to be filled, or NULL if nobody would hear it. */
static struct sk_buff *event_new(const struct seki_flow *flow, u8 cmd, void **hdr)
{
	struct sk_buff *msg;

	if (!genl_has_listeners(&seki_nl_family, listeners(flow), SEKI_NLGRP_EVENTS))
		return NULL;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!msg)
		return NULL;
	*hdr = genlmsg_put(msg, 0, 0, &seki_nl_family, 0, cmd);
	if (*hdr)
		return msg;
	kfree_skb(msg);
	return NULL;
}

static void event_send(const struct seki_flow *flow, struct sk_buff *msg, void *hdr, int err)
{
	if (err) {
		kfree_skb(msg);
		return;
	}
	genlmsg_end(msg, hdr);
	genlmsg_multicast_netns(&seki_nl_family, listeners(flow), msg, 0, SEKI_NLGRP_EVENTS,
				GFP_ATOMIC);
}

static int put_packet(struct sk_buff *msg, struct sk_buff *skb)
{
	struct seki_packet_key key;
	unsigned int len = seki_addr_len(&(struct seki_addr){
		.family = skb->protocol == htons(ETH_P_IP) ? AF_INET : AF_INET6 });
	int err;

	if (seki_policy_parse(skb, &key))
		return 0;
	err = nla_put_u8(msg, SEKI_A_ACQUIRE_INNER_PROTO, key.proto) ?:
	      nla_put(msg, SEKI_A_ACQUIRE_INNER_SRC, len, &key.src) ?:
	      nla_put(msg, SEKI_A_ACQUIRE_INNER_DST, len, &key.dst);
	if (err || !key.ports_known)
		return err;
	return nla_put_be16(msg, SEKI_A_ACQUIRE_INNER_SPORT, htons(key.sport)) ?:
	       nla_put_be16(msg, SEKI_A_ACQUIRE_INNER_DPORT, htons(key.dport));
}

static int put_flow(struct sk_buff *msg, const struct seki_flow *flow)
{
	const struct net_device *dev = flow->tunnel->dev;
	struct seki_net *sn = seki_net(flow->tunnel->net);
	int err;

	err = nla_put_u32(msg, SEKI_A_ACQUIRE_IFINDEX, dev->ifindex) ?:
	      nla_put_string(msg, SEKI_A_ACQUIRE_IFNAME, dev->name);
	if (!err && flow->policy)
		err = nla_put_u32(msg, SEKI_A_ACQUIRE_POLICY, flow->policy->config.id);
	spin_lock_bh(&sn->lock);
	if (!err && flow->local.family)
		err = seki_nl_put_addr(msg, SEKI_A_ACQUIRE_LOCAL, &flow->local);
	if (!err && flow->remote.family)
		err = seki_nl_put_addr(msg, SEKI_A_ACQUIRE_REMOTE, &flow->remote);
	if (!err && flow->profile[0])
		err = nla_put_string(msg, SEKI_A_ACQUIRE_PROFILE, flow->profile);
	spin_unlock_bh(&sn->lock);
	return err;
}

/**
 * seki_event_acquire - a flow needs an SA
 * @flow: flow
 * @skb: packet that would be sent, data at its IP header
 */
void seki_event_acquire(struct seki_flow *flow, struct sk_buff *skb)
{
	struct sk_buff *msg;
	void *hdr;

	msg = event_new(flow, SEKI_CMD_ACQUIRE_NTF, &hdr);
	if (msg)
		event_send(flow, msg, hdr, put_flow(msg, flow) ?: put_packet(msg, skb));
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

	msg = event_new(sa->flow, SEKI_CMD_EXPIRE_NTF, &hdr);
	if (!msg)
		return;
	event_send(sa->flow, msg, hdr,
		   seki_nl_put_sa_id(msg, sa) ?:
		   (hard ? nla_put_flag(msg, SEKI_A_SA_HARD) : 0) ?:
		   nla_put_u32(msg, SEKI_A_SA_LIMIT, limit) ?:
		   seki_nl_put_sa_totals(msg, sa));
}

/**
 * seki_event_sa_new - an SA got its keys
 * @sa: SA
 */
void seki_event_sa_new(struct seki_sa *sa)
{
	struct net *net = listeners(sa->flow);
	struct sk_buff *msg;

	if (!genl_has_listeners(&seki_nl_family, net, SEKI_NLGRP_EVENTS))
		return;
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!msg)
		return;
	if (seki_nl_fill_sa(msg, sa, 0, 0, 0, SEKI_CMD_SA_NEW_NTF))
		kfree_skb(msg);
	else
		genlmsg_multicast_netns(&seki_nl_family, net, msg, 0, SEKI_NLGRP_EVENTS,
					GFP_ATOMIC);
}

/**
 * seki_event_sa_del - an SA was deleted before it expired
 * @sa: SA
 */
void seki_event_sa_del(const struct seki_sa *sa)
{
	struct sk_buff *msg;
	void *hdr;

	msg = event_new(sa->flow, SEKI_CMD_SA_DEL_NTF, &hdr);
	if (msg)
		event_send(sa->flow, msg, hdr,
			   seki_nl_put_sa_id(msg, sa) ?: seki_nl_put_sa_totals(msg, sa));
}

/**
 * seki_event_peer - an authentic packet came from where the peer was not
 * @sa: inbound SA
 * @local: where the packet went to
 * @remote: where it came from
 * @sport: our port
 * @dport: the peer's port
 */
void seki_event_peer(const struct seki_sa *sa, const struct seki_addr *local,
		     const struct seki_addr *remote, __be16 sport, __be16 dport)
{
	struct sk_buff *msg;
	void *hdr;

	msg = event_new(sa->flow, SEKI_CMD_PEER_NTF, &hdr);
	if (msg)
		event_send(sa->flow, msg, hdr,
			   seki_nl_put_sa_id(msg, sa) ?:
			   seki_nl_put_addr(msg, SEKI_A_SA_NEW_LOCAL, local) ?:
			   seki_nl_put_addr(msg, SEKI_A_SA_NEW_REMOTE, remote) ?:
			   seki_nl_put_encap(msg, sport, dport));
}

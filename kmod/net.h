/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_NET_H
#define SEKI_NET_H

#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "drop.h"

struct seki_tunnel;

/**
 * struct seki_net - what a network namespace has of seki
 * @lock: protects which SAs are in @sas, and of each tunnel whose underlay this
 *	namespace is: its list of SAs, its choice of the outbound one, the states
 *	of its SAs, and together with RTNL its addresses and profile
 * @sas: SAs whose outer packets travel in this namespace; read under RCU
 * @tunnels: tunnels whose underlay this namespace is; protected by RTNL
 * @policies: crypto maps, in the order in which they decide; changed under RTNL,
 *	read under RCU
 * @policy_tunnel: device that their packets appear on, NULL before there was a
 *	policy; protected by RTNL
 * @policy_id: number of the last policy that got one from us; protected by RTNL
 * @sa_id: number of the last SA made; protected by @lock
 * @drops: packets that belong to no SA
 */
struct seki_net {
	spinlock_t lock;	/* @sas, SAs and addresses of the tunnels here */
	struct rhashtable sas;
	struct list_head tunnels;
	struct list_head policies;
	struct seki_tunnel *policy_tunnel;
	u32 policy_id;
	u64 sa_id;
	struct seki_drops drops;
};

extern unsigned int seki_net_id;

static inline struct seki_net *seki_net(const struct net *net)
{
	return net_generic(net, seki_net_id);
}

int seki_net_init(void);
void seki_net_exit(void);

#endif /* SEKI_NET_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_TUNNEL_H
#define SEKI_TUNNEL_H

#include <linux/if_link_seki.h>
#include <linux/netdevice.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>
#include <net/dst_cache.h>
#include <net/gro_cells.h>

#include "addr.h"
#include "drop.h"

struct seki_policy;
struct seki_sa;
struct seki_tunnel;

/**
 * struct seki_tunnel_stats - packets that passed on one CPU
 * @syncp: for 32-bit readers
 * @rx_packets: delivered to the stack
 * @rx_bytes: of inner packets
 * @tx_packets: sent
 * @tx_bytes: of inner packets
 */
struct seki_tunnel_stats {
	struct u64_stats_sync syncp;
	u64_stats_t rx_packets;
	u64_stats_t rx_bytes;
	u64_stats_t tx_packets;
	u64_stats_t tx_bytes;
};

/**
 * struct seki_flow - packets that are protected alike, and the SAs for it
 * @tunnel: device that the packets appear on; constant
 * @policy: the crypto map's entry that selects the packets, NULL if it is all
 *	that is routed into the device; constant
 * @out: SA that packets are sent with, NULL if there is none
 * @dst_cache: route to the remote outer address
 * @acquire_after: jiffies before which no acquire is sent
 * @path_mtu: of the last route that a packet took
 * @local: our outer address, may be unset
 * @remote: the peer's outer address, may be unset
 * @sas: SAs, oldest first
 * @closed: takes no more SAs
 * @drops: packets that did not pass
 * @profile: the daemon's name for how to protect this
 *
 * @out, @sas and @closed are protected by the lock of the tunnel's namespace;
 * packets read @out under RCU.  @local, @remote and @profile are changed under
 * both RTNL and that lock, and read under either; packets take addresses from
 * their SA.
 */
struct seki_flow {
	struct seki_tunnel *tunnel;
	struct seki_policy *policy;
	struct seki_sa __rcu *out;
	struct dst_cache dst_cache;
	unsigned long acquire_after;
	unsigned int path_mtu;
	struct seki_addr local;
	struct seki_addr remote;
	struct list_head sas;
	bool closed;
	struct seki_drops drops;
	char profile[IFLA_SEKI_PROFILE_MAX + 1];
};

/**
 * struct seki_tunnel - private part of a tunnel device
 * @dev: the device
 * @net: namespace of the outer packets; outlives the tunnel
 * @ttl: of outer packets, SEKI_TTL_INHERIT
 * @tos: of outer packets, SEKI_TOS_INHERIT
 * @link: device that outer packets leave by, a VRF for one; 0 any
 * @fwmark: of outer packets and their routes
 * @stats: packets that passed
 * @gro_cells: for decrypted packets
 * @flow: all packets of the device; of the policies' device, without SAs, only
 *	what all of their flows dropped
 * @for_policies: decrypted packets of crypto maps appear here
 * @mtu_fixed: the admin chose the MTU
 * @mtu_updating: the MTU that is being set is ours, not the admin's
 * @update_work: fits MTU to path and SA
 * @node: in the list of @net
 *
 * @ttl, @tos, @link, @fwmark, @mtu_* and @node are changed under RTNL; packets
 * read what they need with READ_ONCE().
 */
struct seki_tunnel {
	struct net_device *dev;
	struct net *net;
	u8 ttl;
	u8 tos;
	u32 link;
	u32 fwmark;
	struct seki_tunnel_stats __percpu *stats;
	struct gro_cells gro_cells;
	struct seki_flow flow;
	bool for_policies;
	bool mtu_fixed;
	bool mtu_updating;
	struct work_struct update_work;
	struct list_head node;
};

#endif /* SEKI_TUNNEL_H */

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

struct seki_sa;

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
 * struct seki_tunnel - private part of a tunnel device
 * @dev: the device
 * @net: namespace of the outer packets; outlives the tunnel
 * @local: our outer address, may be unset
 * @remote: the peer's outer address, may be unset
 * @ttl: of outer packets, SEKI_TTL_INHERIT
 * @tos: of outer packets, SEKI_TOS_INHERIT
 * @profile: the daemon's name for how to protect this tunnel
 * @out: SA that packets are sent with, NULL if there is none
 * @dst_cache: route to the remote outer address
 * @gro_cells: for decrypted packets
 * @stats: packets that passed
 * @drops: packets that did not
 * @acquire_after: jiffies before which no acquire is sent
 * @path_mtu: of the last route that a packet took
 * @mtu_fixed: the admin chose the MTU
 * @mtu_updating: the MTU that is being set is ours, not the admin's
 * @update_work: fits MTU to path and SA
 * @sas: SAs, oldest first
 * @closed: takes no more SAs
 * @node: in the list of @net
 *
 * @ttl, @tos, @mtu_* and @node are changed under RTNL; packets read what they
 * need with READ_ONCE() and take addresses from their SA.  @local, @remote and
 * @profile are changed under both RTNL and the lock of @net, and read under
 * either.  @out, @sas and @closed are protected by the lock of @net; packets
 * read @out under RCU.
 */
struct seki_tunnel {
	struct net_device *dev;
	struct net *net;
	u8 ttl;
	u8 tos;
	struct seki_sa __rcu *out;
	struct dst_cache dst_cache;
	struct gro_cells gro_cells;
	struct seki_tunnel_stats __percpu *stats;
	unsigned long acquire_after;
	unsigned int path_mtu;
	struct seki_addr local;
	struct seki_addr remote;
	struct list_head sas;
	bool closed;
	bool mtu_fixed;
	bool mtu_updating;
	struct work_struct update_work;
	struct list_head node;
	struct seki_drops drops;
	char profile[IFLA_SEKI_PROFILE_MAX + 1];
};

#endif /* SEKI_TUNNEL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_NETDEV_H
#define SEKI_NETDEV_H

#include <linux/netdevice.h>

#include "net.h"
#include "tunnel.h"

int seki_netdev_init(void);
void seki_netdev_exit(void);
void seki_netdev_leave(struct seki_net *sn, struct list_head *kill);

bool seki_netdev_is(const struct net_device *dev);

#endif /* SEKI_NETDEV_H */

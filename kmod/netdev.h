/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_NETDEV_H
#define SEKI_NETDEV_H

#include <linux/netdevice.h>

#include "net.h"
#include "tunnel.h"

struct netlink_ext_ack;

/* decrypted packets of crypto maps appear on it */
#define SEKI_POLICY_DEVICE	"seki0"

int seki_netdev_init(void);
void seki_netdev_exit(void);
void seki_netdev_leave(struct seki_net *sn, struct list_head *kill);

int seki_netdev_policy_make(struct net *net, struct netlink_ext_ack *extack);
void seki_netdev_policy_xmit(struct seki_policy *policy, struct sk_buff *skb);

bool seki_netdev_is(const struct net_device *dev);

#endif /* SEKI_NETDEV_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_COMPAT_NETDEV_H
#define SEKI_COMPAT_NETDEV_H

#include <linux/netdevice.h>

/* Up to 6.11, a feature bit. */
static inline void seki_compat_dev_lltx(struct net_device *dev)
{
#ifdef SEKI_HAVE_DEV_LLTX
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

/* Up to 6.11, a feature bit; up to 6.13, of another name. */
static inline void seki_compat_dev_netns_local(struct net_device *dev)
{
#ifdef SEKI_HAVE_DEV_NETNS_IMMUTABLE
	dev->netns_immutable = true;
#elif defined(SEKI_HAVE_DEV_NETNS_LOCAL)
	dev->netns_local = true;
#else
	dev->features |= NETIF_F_NETNS_LOCAL;
#endif
}

#endif /* SEKI_COMPAT_NETDEV_H */

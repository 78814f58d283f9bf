/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_COMPAT_NET_GSO_H
#define SEKI_COMPAT_NET_GSO_H

/* Up to 6.4, part of netdevice.h and skbuff.h. */
#if __has_include_next(<net/gso.h>)
#include_next <net/gso.h>
#else
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#endif

#endif /* SEKI_COMPAT_NET_GSO_H */

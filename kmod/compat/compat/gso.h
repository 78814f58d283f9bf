/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_COMPAT_GSO_H
#define SEKI_COMPAT_GSO_H

/* Up to 6.4, part of netdevice.h and skbuff.h. */
#ifdef SEKI_HAVE_NET_GSO_H
#include <net/gso.h>
#else
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#endif

#endif /* SEKI_COMPAT_GSO_H */

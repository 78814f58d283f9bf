/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_INPUT_H
#define SEKI_INPUT_H

#include <linux/skbuff.h>
#include <net/net_namespace.h>

int seki_input(struct net *net, struct sk_buff *skb, u8 proto, bool encap);

#endif /* SEKI_INPUT_H */

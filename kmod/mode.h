/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_MODE_H
#define SEKI_MODE_H

#include <linux/ip.h>
#include <linux/skbuff.h>

#include "crypto.h"
#include "drop.h"

/* tunnel attribute values that mean "as the inner packet" */
#define SEKI_TTL_INHERIT	0
#define SEKI_TOS_INHERIT	1

void seki_mode_tunnel_out(struct seki_op *op, const struct iphdr *inner, u8 ttl, u8 tos,
			  u32 sa_flags);
enum seki_drop seki_mode_tunnel_in(struct sk_buff *skb, u8 next, u8 outer_tos, u32 sa_flags);

#endif /* SEKI_MODE_H */

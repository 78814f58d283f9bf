/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_MODE_H
#define SEKI_MODE_H

#include <linux/skbuff.h>

#include "crypto.h"
#include "drop.h"

struct seki_origins;
struct seki_path;

/* tunnel attribute values that mean "as the inner packet" */
#define SEKI_TTL_INHERIT	0
#define SEKI_TOS_INHERIT	1

void seki_mode_tunnel_out(struct seki_op *op, u8 ttl, u8 tos, u32 sa_flags);
enum seki_drop seki_mode_transport_out(struct seki_op *op, const struct seki_path *path,
				       unsigned int room);

enum seki_drop seki_mode_tunnel_in(struct sk_buff *skb, u8 next, u8 outer_tos, u32 sa_flags);
void seki_mode_transport_in(struct sk_buff *skb, unsigned int header_len, u8 next);
void seki_mode_repair_checksum(struct sk_buff *skb, const struct seki_origins *origins,
			       const struct seki_path *path, u8 next);

#endif /* SEKI_MODE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_OUTER_H
#define SEKI_OUTER_H

#include <net/dst.h>

#include "crypto.h"
#include "drop.h"
#include "sa.h"

enum seki_drop seki_outer_route(struct seki_flow *flow, const struct seki_sa *sa,
				const struct seki_path *path, struct dst_entry **dst);
unsigned int seki_outer_path_mtu(const struct seki_flow *flow);

unsigned int seki_outer_payload_max(const struct seki_sa *sa, unsigned int header,
				    unsigned int mtu);

void seki_outer_push(const struct seki_op *op, const struct seki_sa *sa,
		     const struct seki_path *path, u8 proto);
int seki_outer_send(const struct seki_sa *sa, struct sk_buff *skb, struct dst_entry *dst,
		    bool fragment);

#endif /* SEKI_OUTER_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_OUTPUT_H
#define SEKI_OUTPUT_H

#include <linux/skbuff.h>

struct seki_flow;

void seki_output(struct seki_flow *flow, struct sk_buff *skb);

#endif /* SEKI_OUTPUT_H */

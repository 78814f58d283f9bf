/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_OUTPUT_H
#define SEKI_OUTPUT_H

#include <linux/skbuff.h>

#include "tunnel.h"

void seki_output(struct seki_tunnel *tunnel, struct sk_buff *skb);

#endif /* SEKI_OUTPUT_H */

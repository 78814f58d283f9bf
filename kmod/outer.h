/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_OUTER_H
#define SEKI_OUTER_H

#include <linux/ip.h>
#include <linux/udp.h>
#include <net/dst.h>

#include "crypto.h"
#include "drop.h"
#include "sa.h"

/* IP and UDP header in front of ESP */
static inline unsigned int seki_outer_header(const struct seki_sa *sa)
{
	return sizeof(struct iphdr) + (sa->encap ? sizeof(struct udphdr) : 0);
}

enum seki_drop seki_outer_route(struct seki_tunnel *tunnel, const struct seki_sa *sa,
				struct dst_entry **dst);
unsigned int seki_outer_payload_max(const struct seki_sa *sa, unsigned int mtu);
int seki_outer_send(const struct seki_op *op, struct seki_tunnel *tunnel,
		    const struct seki_sa *sa);

#endif /* SEKI_OUTER_H */

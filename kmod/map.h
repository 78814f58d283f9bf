/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_MAP_H
#define SEKI_MAP_H

#include <net/net_namespace.h>

#include "policy.h"

struct netlink_ext_ack;

int seki_map_add(struct net *net, struct seki_policy_config *config,
		 const struct seki_addr *local, const struct seki_addr *remote,
		 const char *profile, struct netlink_ext_ack *extack);
void seki_map_remove(struct seki_policy *policy);
void seki_map_flush(struct net *net, u32 ifindex);

int seki_map_init(void);
void seki_map_exit(void);

#endif /* SEKI_MAP_H */

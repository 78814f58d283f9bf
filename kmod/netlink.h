/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_NETLINK_H
#define SEKI_NETLINK_H

#include <net/genetlink.h>

#include "addr.h"
#include "tunnel.h"

/* what the parts of the family share */
extern struct genl_family seki_nl_family;

u32 seki_nl_u32(const struct nlattr *attr, u32 otherwise);
struct seki_addr seki_nl_addr(const struct nlattr *attr);
int seki_nl_check_addr(const struct nlattr *attr, struct netlink_ext_ack *extack);
int seki_nl_put_addr(struct sk_buff *skb, int type, const struct seki_addr *addr);
int seki_nl_put_drops(struct sk_buff *skb, int type, const struct seki_drops *drops);
int seki_nl_put_sa_drops(struct sk_buff *skb, int type, const struct seki_sa_drops *drops);
int seki_nl_put_sa_id(struct sk_buff *skb, const struct seki_sa *sa);
int seki_nl_put_sa_totals(struct sk_buff *skb, const struct seki_sa *sa);
int seki_nl_put_encap(struct sk_buff *skb, __be16 sport, __be16 dport);
int seki_nl_fill_sa(struct sk_buff *skb, struct seki_sa *sa, u32 portid, u32 seq, int flags,
		    u8 cmd);

int seki_netlink_init(void);
void seki_netlink_exit(void);

#endif /* SEKI_NETLINK_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_POLICY_H
#define SEKI_POLICY_H

#include <linux/refcount.h>
#include <linux/seki.h>

#include "drop.h"
#include "selector.h"
#include "tunnel.h"

struct seki_net;

/**
 * struct seki_policy_config - what a policy says
 * @id: number in the namespace; 0 in a request chooses one
 * @ifindex: device whose packets are looked at
 * @priority: the smallest that matches decides
 * @action: enum seki_policy_action
 * @flags: SEKI_POLICY_FLAGS_*
 * @mode: enum seki_mode that the daemon shall negotiate
 * @selector: outbound packets; inbound ones are compared reversed
 */
struct seki_policy_config {
	u32 id;
	u32 ifindex;
	u32 priority;
	u32 action;
	u32 flags;
	u32 mode;
	struct seki_selector selector;
};

/**
 * struct seki_policy - an entry of a device's crypto map
 * @config: constant
 * @flow: SAs for its packets, on the namespace's policy device
 * @packets: outbound ones that it decided
 * @refs: the list's, and one for each SA
 * @rcu: for freeing
 * @list: in struct seki_net.policies, in the order in which they decide
 *
 * The list is changed under RTNL and read by packets under RCU.
 */
struct seki_policy {
	struct seki_policy_config config;
	struct seki_flow flow;
	atomic64_t packets;
	refcount_t refs;
	struct rcu_head rcu;
	struct list_head list;
};

void seki_policy_hold(struct seki_policy *policy);
void seki_policy_put(struct seki_policy *policy);

struct seki_policy *seki_policy_find(const struct seki_net *sn, u32 id);

int seki_policy_parse(struct sk_buff *skb, struct seki_packet_key *key);
struct seki_policy *seki_policy_any(const struct seki_net *sn, int ifindex);
struct seki_policy *seki_policy_decide(const struct seki_net *sn, int ifindex,
				       const struct seki_packet_key *key, bool *unknown);
enum seki_drop seki_policy_check(const struct seki_policy *policy, struct sk_buff *skb);

#endif /* SEKI_POLICY_H */

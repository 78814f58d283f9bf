// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies: which packets are protected, and by what flow.
 */
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "net.h"
#include "policy.h"
#include "sa.h"

/**
 * seki_policy_hold - take a reference
 * @policy: one that the caller may use
 */
void seki_policy_hold(struct seki_policy *policy)
{
	refcount_inc(&policy->refs);
}

static void free_policy(struct rcu_head *rcu)
{
	struct seki_policy *policy = container_of(rcu, struct seki_policy, rcu);

	seki_flow_free(&policy->flow);
	kfree(policy);
}

/**
 * seki_policy_put - give a reference back
 * @policy: counted reference
 */
void seki_policy_put(struct seki_policy *policy)
{
	if (refcount_dec_and_test(&policy->refs))
		call_rcu(&policy->rcu, free_policy);
}

/**
 * seki_policy_parse - find out what selectors ask for
 * @skb: data at the IP header
 * @key: filled
 *
 * Return: 0, or -EINVAL if it is no packet.
 */
int seki_policy_parse(struct sk_buff *skb, struct seki_packet_key *key)
{
	unsigned int len = min_t(unsigned int, skb->len, SEKI_PACKET_KEY_SPAN);

	if (!pskb_may_pull(skb, len))
		return -EINVAL;
	return seki_packet_key_parse(key, skb->data, len);
}

/* Packets that only their ports could tell apart, and have none, are a policy's choice. */
static bool takes_fragment(const struct seki_policy *policy, const struct seki_packet_key *key)
{
	return key->non_first_fragment &&
	       policy->config.flags & SEKI_POLICY_FLAGS_FRAGMENTS;
}

/**
 * seki_policy_any - does a device have policies?
 * @sn: namespace
 * @ifindex: device
 *
 * Return: the device's first policy, which stays until the caller's RCU read-side
 * section ends, or NULL.
 */
struct seki_policy *seki_policy_any(const struct seki_net *sn, int ifindex)
{
	struct seki_policy *policy;

	list_for_each_entry_rcu(policy, &sn->policies, list)
		if (policy->config.ifindex == ifindex)
			return policy;
	return NULL;
}

/**
 * seki_policy_decide - find the policy that decides on a packet
 * @sn: namespace
 * @ifindex: device that the packet leaves by
 * @key: the packet, as it leaves
 * @unknown: set if the policy might decide, but only the packet's ports, which
 *	are not known, could tell
 *
 * Return: a policy that stays until the caller's RCU read-side section ends, or
 * NULL.
 */
struct seki_policy *seki_policy_decide(const struct seki_net *sn, int ifindex,
				       const struct seki_packet_key *key, bool *unknown)
{
	struct seki_policy *policy;

	*unknown = false;
	list_for_each_entry_rcu(policy, &sn->policies, list) {
		if (policy->config.ifindex != ifindex)
			continue;
		switch (seki_selector_match(&policy->config.selector, key)) {
		case SEKI_MATCH_YES:
			return policy;
		case SEKI_MATCH_UNKNOWN:
			*unknown = !takes_fragment(policy, key);
			return policy;
		case SEKI_MATCH_NO:
			break;
		}
	}
	return NULL;
}

/**
 * seki_policy_check - was this what the SA's policy protects?
 * @policy: policy
 * @skb: decrypted packet, data at its IP header
 *
 * RFC 4301 section 5.2, step 4.
 *
 * Return: SEKI_DROP_NONE or SEKI_DROP_BAD_SELECTOR.
 */
enum seki_drop seki_policy_check(const struct seki_policy *policy, struct sk_buff *skb)
{
	struct seki_packet_key key;

	if (seki_policy_parse(skb, &key))
		return SEKI_DROP_BAD_SELECTOR;
	seki_selector_reverse(&key);
	switch (seki_selector_match(&policy->config.selector, &key)) {
	case SEKI_MATCH_YES:
		return SEKI_DROP_NONE;
	case SEKI_MATCH_UNKNOWN:
		if (takes_fragment(policy, &key))
			return SEKI_DROP_NONE;
		fallthrough;
	default:
		return SEKI_DROP_BAD_SELECTOR;
	}
}

/**
 * seki_policy_find - look a policy up
 * @sn: namespace
 * @id: number
 *
 * Return: a policy that stays as long as the caller has RTNL, or NULL.
 */
struct seki_policy *seki_policy_find(const struct seki_net *sn, u32 id)
{
	struct seki_policy *policy;

	ASSERT_RTNL();

	list_for_each_entry(policy, &sn->policies, list)
		if (policy->config.id == id)
			return policy;
	return NULL;
}

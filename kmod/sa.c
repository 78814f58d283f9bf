// SPDX-License-Identifier: GPL-2.0-only
/*
 * Security associations: who has them, how they are found, how they end.
 *
 * The table holds one reference on each SA and every packet that waits in an
 * asynchronous cipher another; all other packets live within one RCU read-side
 * section.  The last reference hands the SA to a work item that runs after a
 * grace period, stops the timer, wipes the keys and lets the device go.  So
 * the timer needs no reference, and when all devices are gone, so are all SAs.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jhash.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/udp.h>

#include "ah.h"
#include "esp.h"
#include "events.h"
#include "policy.h"
#include "sa.h"
#include "trace.h"

/* so many SPIs in a row are tried before a range counts as full */
#define SPI_TRIES	1024U

struct workqueue_struct *seki_wq;

/* a cache of its own: kmalloc() would round the size up */
static struct kmem_cache *sa_cache;

/* SPIs are random on one side at least; the seed keeps the other side honest */
static u32 hash_key(const void *data, u32 len, u32 seed)
{
	const struct seki_sa_key *key = data;

	return jhash_1word((__force u32)key->spi, seed);
}

static u32 hash_sa(const void *data, u32 len, u32 seed)
{
	const struct seki_sa *sa = data;

	return hash_key(&sa->key, len, seed);
}

static int compare_key(struct rhashtable_compare_arg *arg, const void *object)
{
	const struct seki_sa_key *key = arg->key;
	const struct seki_sa *sa = object;

	return !(key->spi == sa->key.spi && key->proto == sa->key.proto &&
		 key->direction == sa->key.direction &&
		 seki_addr_equal(&key->daddr, &sa->key.daddr));
}

static const struct rhashtable_params sa_params = {
	.key_len = sizeof(struct seki_sa_key),
	.key_offset = offsetof(struct seki_sa, key),
	.head_offset = offsetof(struct seki_sa, hash),
	.hashfn = hash_key,
	.obj_hashfn = hash_sa,
	.obj_cmpfn = compare_key,
	.automatic_shrinking = true,
};

static void expire_work(struct work_struct *work);

static void free_work(struct work_struct *work)
{
	struct seki_sa *sa = container_of(to_rcu_work(work), struct seki_sa, free_work);
	struct seki_policy *policy = sa->flow->policy;

	cancel_delayed_work_sync(&sa->expire_work);
	seki_crypto_free(&sa->crypto);
	if (sa->outer)
		seki_sa_put(sa->outer);
	/* without a policy, the flow goes with the device */
	netdev_put(sa->flow->tunnel->dev, &sa->dev_tracker);
	if (policy)
		seki_policy_put(policy);
	kfree(rcu_access_pointer(sa->path));
	kfree(sa->replay);
	kfree(sa->origins);
	memzero_explicit(sa, sizeof(*sa));
	kmem_cache_free(sa_cache, sa);
}

/**
 * seki_sa_put - give a reference back
 * @sa: counted reference
 */
void seki_sa_put(struct seki_sa *sa)
{
	if (refcount_dec_and_test(&sa->refs))
		queue_rcu_work(seki_wq, &sa->free_work);
}

/**
 * seki_sa_find - look an SA up
 * @sn: namespace of the outer packets
 * @key: what it is known by
 *
 * Return: an SA that stays until the caller's RCU read-side section ends, or
 * NULL.
 */
struct seki_sa *seki_sa_find(struct seki_net *sn, const struct seki_sa_key *key)
{
	return rhashtable_lookup(&sn->sas, key, sa_params);
}

/**
 * seki_sa_get - look an SA up and keep it
 * @sn: namespace of the outer packets
 * @key: what it is known by
 *
 * Return: a counted reference for seki_sa_put(), or NULL.
 */
struct seki_sa *seki_sa_get(struct seki_net *sn, const struct seki_sa_key *key)
{
	struct seki_sa *sa;

	rcu_read_lock();
	sa = seki_sa_find(sn, key);
	if (sa && !refcount_inc_not_zero(&sa->refs))
		sa = NULL;
	rcu_read_unlock();
	return sa;
}

/**
 * seki_tunnel_update - let the tunnel fit itself to path and SA
 * @tunnel: tunnel
 *
 * From any context.
 */
void seki_tunnel_update(struct seki_tunnel *tunnel)
{
	/* put by the work item */
	dev_hold(tunnel->dev);
	if (!queue_work(seki_wq, &tunnel->update_work))
		dev_put(tunnel->dev);
}

static struct seki_net *net_of(const struct seki_flow *flow)
{
	return seki_net(flow->tunnel->net);
}

/* The newest outbound SA is the one to send with; of a bundle, the ESP SA. */
static void choose_out(struct seki_flow *flow)
{
	struct seki_sa *sa, *out = NULL;

	lockdep_assert_held(&net_of(flow)->lock);

	list_for_each_entry_reverse(sa, &flow->sas, list) {
		if (sa->key.direction == SEKI_DIRECTION_OUT &&
		    !(sa->flags & SEKI_SA_FLAGS_BUNDLED)) {
			out = sa;
			break;
		}
	}
	rcu_assign_pointer(flow->out, out);
	dst_cache_reset(&flow->dst_cache);
	/* without an SA the next packet may ask for one at once */
	WRITE_ONCE(flow->acquire_after, jiffies);
	if (flow->policy)
		return;
	if (out)
		netif_dormant_off(flow->tunnel->dev);
	else
		netif_dormant_on(flow->tunnel->dev);
}

static void set_state(struct seki_sa *sa, enum seki_state state)
{
	lockdep_assert_held(&net_of(sa->flow)->lock);

	trace_seki_state(sa, sa->state, state);
	WRITE_ONCE(sa->state, state);
}

/* Make an SA unreachable. The caller puts the table's reference afterwards. */
static void unlink_sa(struct seki_sa *sa)
{
	lockdep_assert_held(&net_of(sa->flow)->lock);

	set_state(sa, SEKI_STATE_DEAD);
	list_del(&sa->list);
	if (rcu_access_pointer(sa->flow->out) == sa)
		choose_out(sa->flow);
}

/**
 * seki_sa_remove - take an SA out of the table
 * @sa: an SA that the caller may use
 *
 * Return: true if it was in the table, false if another was faster.
 */
bool seki_sa_remove(struct seki_sa *sa)
{
	struct seki_net *sn = net_of(sa->flow);
	bool current_out;

	spin_lock_bh(&sn->lock);
	if (sa->state == SEKI_STATE_DEAD) {
		spin_unlock_bh(&sn->lock);
		return false;
	}
	current_out = rcu_access_pointer(sa->flow->out) == sa;
	rhashtable_remove_fast(&sn->sas, &sa->hash, sa_params);
	unlink_sa(sa);
	spin_unlock_bh(&sn->lock);

	if (current_out)
		seki_tunnel_update(sa->flow->tunnel);
	seki_sa_put(sa);
	return true;
}

static struct seki_sa *sa_alloc(struct seki_flow *flow, const struct seki_sa_config *config)
{
	struct seki_path *path;
	struct seki_sa *sa;

	sa = kmem_cache_zalloc(sa_cache, GFP_KERNEL);
	if (!sa)
		return NULL;
	path = kmalloc(sizeof(*path), GFP_KERNEL);
	if (!path) {
		kmem_cache_free(sa_cache, sa);
		return NULL;
	}

	path->local = config->local;
	path->remote = config->remote;
	path->sport = config->sport;
	path->dport = config->dport;
	RCU_INIT_POINTER(sa->path, path);
	sa->key = config->key;
	sa->flow = flow;
	sa->mode = config->mode;
	sa->encap = config->encap;
	sa->ipv6 = config->local.family == AF_INET6;
	sa->outer_len = sa->ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	if (sa->encap)
		sa->outer_len += sizeof(struct udphdr);
	sa->state = SEKI_STATE_LARVAL;
	refcount_set(&sa->refs, 1);
	spin_lock_init(&sa->replay_lock);
	INIT_DELAYED_WORK(&sa->expire_work, expire_work);
	INIT_RCU_WORK(&sa->free_work, free_work);
	netdev_hold(flow->tunnel->dev, &sa->dev_tracker, GFP_KERNEL);
	if (flow->policy)
		seki_policy_hold(flow->policy);
	return sa;
}

/* Enter an SA; a larval one of the same flow gives way to it. */
static int link_sa(struct seki_sa *sa, struct seki_sa **larval, struct netlink_ext_ack *extack)
{
	struct seki_flow *flow = sa->flow;
	struct seki_net *sn = net_of(flow);
	struct seki_sa *old;
	int err;

	lockdep_assert_held(&sn->lock);

	if (flow->closed) {
		NL_SET_ERR_MSG(extack, "The tunnel or policy is being deleted");
		return -ENODEV;
	}
	rcu_read_lock();
	old = seki_sa_find(sn, &sa->key);
	rcu_read_unlock();
	if (!old) {
		err = rhashtable_insert_fast(&sn->sas, &sa->hash, sa_params);
	} else if (sa->state != SEKI_STATE_LARVAL && old->state == SEKI_STATE_LARVAL &&
		   old->flow == flow) {
		err = rhashtable_replace_fast(&sn->sas, &old->hash, &sa->hash, sa_params);
		if (!err) {
			unlink_sa(old);
			*larval = old;
		}
	} else {
		NL_SET_ERR_MSG(extack, "Another SA has this SPI");
		return -EEXIST;
	}
	if (err) {
		NL_SET_ERR_MSG(extack, "The table of SAs takes no more");
		return err;
	}
	sa->id = ++sn->sa_id;
	list_add_tail(&sa->list, &flow->sas);
	return 0;
}

/* Sleep until the next limit in seconds. */
static void arm_expire(struct seki_sa *sa)
{
	u64 age = ktime_get_seconds() - sa->added, next = 0;

	if (sa->hard.seconds)
		next = sa->hard.seconds;
	if (sa->soft.seconds && !test_bit(SEKI_EXPIRED_SOFT, &sa->expired) &&
	    (!next || sa->soft.seconds < next))
		next = sa->soft.seconds;
	if (!next)
		return;
	next = next > age ? next - age : 1;
	/* what is longer than a timer can wait is done in parts */
	next = min_t(u64, next, MAX_JIFFY_OFFSET / HZ);
	queue_delayed_work(seki_wq, &sa->expire_work, next * HZ);
}

/* The AH SA that is to be around an ESP SA: from the same flow, the same way. */
static struct seki_sa *get_outer(struct seki_flow *flow, const struct seki_sa_config *config,
				 struct netlink_ext_ack *extack)
{
	struct seki_sa_key key = config->key;
	struct seki_sa *outer;

	key.spi = config->outer_spi;
	key.proto = IPPROTO_AH;
	outer = seki_sa_get(net_of(flow), &key);
	if (outer && outer->flow == flow && outer->flags & SEKI_SA_FLAGS_BUNDLED)
		return outer;
	if (outer)
		seki_sa_put(outer);
	NL_SET_ERR_MSG(extack, "No AH SA with this outer SPI waits for a bundle");
	return ERR_PTR(-ESRCH);
}

/* What its packets grow by. */
static void set_lengths(struct seki_sa *sa)
{
	unsigned int len = sa->encap ? sizeof(struct udphdr) : 0, trailer = 0;

	if (sa->key.proto == IPPROTO_AH) {
		len += seki_ah_header(&sa->crypto, sa->ipv6);
	} else {
		if (sa->outer)
			len += seki_ah_header(&sa->outer->crypto, sa->ipv6);
		len += seki_esp_header(&sa->crypto);
		trailer = seki_esp_trailer_max(&sa->crypto);
	}
	sa->head_len = len;
	sa->overhead = len + trailer + (sa->mode == SEKI_MODE_TUNNEL ? sa->outer_len : 0);
}

/* What an SA with keys has that a larval one has not. */
static int sa_key(struct seki_sa *sa, const struct seki_sa_config *config,
		  struct netlink_ext_ack *extack)
{
	int err;

	sa->flags = config->flags;
	sa->tfc = config->tfc;
	sa->encr = config->keys.encr ? config->keys.encr->id : 0;
	sa->integ = config->keys.integ ? config->keys.integ->id : 0;
	sa->soft = config->soft;
	sa->hard = config->hard;
	sa->added = ktime_get_seconds();
	sa->added_real = ktime_get_real_seconds();
	sa->peer_after = jiffies;
	err = seki_crypto_init(&sa->crypto, &config->keys, extack);
	if (err)
		return err;

	sa->op_size = sa->crypto.op_size;
	if (sa->key.proto == IPPROTO_AH)
		sa->op_size += SEKI_OP_SCRATCH;
	if (config->outer_spi) {
		struct seki_sa *outer = get_outer(sa->flow, config, extack);

		if (IS_ERR(outer))
			return PTR_ERR(outer);
		sa->outer = outer;
		sa->op_size = max(sa->op_size, outer->op_size);
	}
	set_lengths(sa);

	if (config->origins.local.family) {
		sa->origins = kmemdup(&config->origins, sizeof(config->origins), GFP_KERNEL);
		if (!sa->origins)
			return -ENOMEM;
	}
	if (config->key.direction == SEKI_DIRECTION_IN) {
		sa->window = config->window;
		sa->replay = kmalloc(seki_replay_size(sa->window), GFP_KERNEL);
		if (!sa->replay)
			return -ENOMEM;
		seki_replay_init(sa->replay, sa->window);
	}
	return 0;
}

/**
 * seki_sa_add - make an SA, or give a larval one its keys
 * @flow: that it will belong to; the caller holds its device and policy
 * @config: what it shall be
 * @extack: says what is wrong
 *
 * An outbound SA is from now on the one that @flow sends with.  May sleep.
 *
 * Return: 0; -EEXIST if the SPI is taken; -ENODEV if the flow goes away;
 * -ESRCH if the outer SA is missing; errors of seki_crypto_init(); -ENOMEM.
 */
int seki_sa_add(struct seki_flow *flow, const struct seki_sa_config *config,
		struct netlink_ext_ack *extack)
{
	struct seki_net *sn = net_of(flow);
	struct seki_sa *sa, *larval = NULL;
	int err;

	sa = sa_alloc(flow, config);
	if (!sa)
		return -ENOMEM;
	err = sa_key(sa, config, extack);
	if (err)
		goto err_sa;

	spin_lock_bh(&sn->lock);
	sa->state = SEKI_STATE_MATURE;
	err = link_sa(sa, &larval, extack);
	if (!err) {
		trace_seki_state(sa, SEKI_STATE_LARVAL, SEKI_STATE_MATURE);
		if (config->key.direction == SEKI_DIRECTION_OUT)
			choose_out(flow);
		/* another may delete it as soon as the lock is free */
		refcount_inc(&sa->refs);
	}
	spin_unlock_bh(&sn->lock);
	if (err)
		goto err_sa;

	if (larval)
		seki_sa_put(larval);
	arm_expire(sa);
	if (config->key.direction == SEKI_DIRECTION_OUT)
		seki_tunnel_update(flow->tunnel);
	seki_event_sa_new(sa);
	seki_sa_put(sa);
	return 0;

err_sa:
	seki_sa_put(sa);
	return err;
}

/**
 * seki_sa_move - let an SA have other outer addresses or ports
 * @sa: SA
 * @to: new ones, of the same family
 * @extack: says what is wrong
 *
 * Return: 0; -EEXIST if another SA has the SPI there; -ESRCH if the SA is
 * gone; -ENOMEM.
 */
int seki_sa_move(struct seki_sa *sa, const struct seki_path *to, struct netlink_ext_ack *extack)
{
	struct seki_net *sn = net_of(sa->flow);
	struct seki_sa_key old_key, key;
	struct seki_path *path, *old;
	bool lost = false;
	int err = 0;

	path = kmemdup(to, sizeof(*to), GFP_KERNEL);
	if (!path)
		return -ENOMEM;

	spin_lock_bh(&sn->lock);
	if (sa->state == SEKI_STATE_DEAD) {
		NL_SET_ERR_MSG(extack, "There is no such SA");
		err = -ESRCH;
		goto out;
	}
	old_key = sa->key;
	key = old_key;
	key.daddr = key.direction == SEKI_DIRECTION_IN ? to->local : to->remote;
	if (!seki_addr_equal(&key.daddr, &old_key.daddr)) {
		rcu_read_lock();
		if (seki_sa_find(sn, &key))
			err = -EEXIST;
		rcu_read_unlock();
		if (err) {
			NL_SET_ERR_MSG(extack, "Another SA has this SPI");
			goto out;
		}
		/* whoever looks it up meanwhile may miss it, as if it came later */
		rhashtable_remove_fast(&sn->sas, &sa->hash, sa_params);
		sa->key = key;
		err = rhashtable_insert_fast(&sn->sas, &sa->hash, sa_params);
		if (err) {
			NL_SET_ERR_MSG(extack, "The table of SAs takes no more");
			sa->key = old_key;
			/* the place that it just left; if even that is gone, so is the SA */
			lost = rhashtable_insert_fast(&sn->sas, &sa->hash, sa_params);
			if (lost)
				unlink_sa(sa);
			goto out;
		}
	}
	old = rcu_replace_pointer(sa->path, path, lockdep_is_held(&sn->lock));
	path = NULL;
	kfree_rcu(old, rcu);
	dst_cache_reset(&sa->flow->dst_cache);
out:
	spin_unlock_bh(&sn->lock);
	kfree(path);
	seki_tunnel_update(sa->flow->tunnel);
	if (lost)
		seki_sa_put(sa);
	return err;
}

/**
 * seki_sa_alloc_spi - choose an SPI and hold it in a larval SA
 * @flow: that it is for; the caller holds its device and policy
 * @config: key but for the SPI, and addresses; the SPI is filled in
 * @lo: smallest SPI, host byte order
 * @hi: largest SPI, host byte order
 * @extack: says what is wrong
 *
 * Return: 0; -ENOSPC if every SPI that was tried is taken; -ENODEV; -ENOMEM.
 */
int seki_sa_alloc_spi(struct seki_flow *flow, struct seki_sa_config *config,
		      u32 lo, u32 hi, struct netlink_ext_ack *extack)
{
	struct seki_net *sn = net_of(flow);
	u32 span = hi - lo, start = get_random_u32(), i = 0;
	struct seki_sa *sa;
	int err;

	sa = sa_alloc(flow, config);
	if (!sa)
		return -ENOMEM;

	/* the whole range may have 2^32 SPIs, one more than fits */
	if (span != U32_MAX)
		start %= span + 1;
	spin_lock_bh(&sn->lock);
	do {
		sa->key.spi = htonl(lo + start);
		err = link_sa(sa, NULL, NULL);
		start = start < span ? start + 1 : 0;
	} while (err == -EEXIST && i++ < min(span, SPI_TRIES - 1));
	if (!err) {
		config->key.spi = sa->key.spi;
		queue_delayed_work(seki_wq, &sa->expire_work, SEKI_LARVAL_SECONDS * HZ);
	}
	spin_unlock_bh(&sn->lock);

	if (err == -EEXIST) {
		NL_SET_ERR_MSG(extack, "No SPI of the range is free");
		err = -ENOSPC;
	} else if (err) {
		NL_SET_ERR_MSG(extack, "The tunnel or policy takes no SA now");
	}
	if (err)
		seki_sa_put(sa);
	return err;
}

static struct seki_sa *first_sa(struct seki_flow *flow)
{
	struct seki_net *sn = net_of(flow);
	struct seki_sa *sa;

	spin_lock_bh(&sn->lock);
	sa = list_first_entry_or_null(&flow->sas, struct seki_sa, list);
	if (sa)
		refcount_inc(&sa->refs);
	spin_unlock_bh(&sn->lock);
	return sa;
}

/**
 * seki_flow_flush - remove all SAs of a flow
 * @flow: flow
 */
void seki_flow_flush(struct seki_flow *flow)
{
	struct seki_sa *sa;

	while ((sa = first_sa(flow))) {
		if (seki_sa_remove(sa))
			seki_event_sa_del(sa);
		seki_sa_put(sa);
	}
}

/**
 * seki_flow_close - remove all SAs of a flow and let it have no more
 * @flow: one that is going away
 */
void seki_flow_close(struct seki_flow *flow)
{
	struct seki_net *sn = net_of(flow);

	spin_lock_bh(&sn->lock);
	flow->closed = true;
	spin_unlock_bh(&sn->lock);
	seki_flow_flush(flow);
}

/**
 * seki_flow_init - start with no SA
 * @flow: zeroed
 * @tunnel: device that its packets appear on
 * @policy: that selects the packets, or NULL
 *
 * Return: 0 or -ENOMEM.
 */
int seki_flow_init(struct seki_flow *flow, struct seki_tunnel *tunnel,
		   struct seki_policy *policy)
{
	flow->tunnel = tunnel;
	flow->policy = policy;
	flow->acquire_after = jiffies;
	INIT_LIST_HEAD(&flow->sas);
	return dst_cache_init(&flow->dst_cache, GFP_KERNEL);
}

/**
 * seki_flow_free - free what seki_flow_init() made
 * @flow: closed, and no packet is left in it
 */
void seki_flow_free(struct seki_flow *flow)
{
	dst_cache_destroy(&flow->dst_cache);
}

/* Note once that a limit is reached, and leave the rest to the work item. */
static void reach_limit(struct seki_sa *sa, int bit, u8 *which, enum seki_limit limit)
{
	if (test_bit(bit, &sa->expired) || test_and_set_bit(bit, &sa->expired))
		return;
	WRITE_ONCE(*which, limit);
	mod_delayed_work(seki_wq, &sa->expire_work, 0);
}

static void reach_soft(struct seki_sa *sa, enum seki_limit limit)
{
	reach_limit(sa, SEKI_EXPIRED_SOFT, &sa->soft_limit, limit);
}

static void reach_hard(struct seki_sa *sa, enum seki_limit limit)
{
	reach_limit(sa, SEKI_EXPIRED_HARD, &sa->hard_limit, limit);
}

static void expire_work(struct work_struct *work)
{
	struct seki_sa *sa = container_of(to_delayed_work(work), struct seki_sa, expire_work);
	struct seki_net *sn = net_of(sa->flow);
	enum seki_limit soft, hard;
	bool told = true;
	u64 age;

	if (READ_ONCE(sa->state) == SEKI_STATE_LARVAL) {
		seki_sa_remove(sa);
		return;
	}

	age = ktime_get_seconds() - sa->added;
	if (sa->hard.seconds && age >= sa->hard.seconds)
		reach_hard(sa, SEKI_LIMIT_SECONDS);
	if (sa->soft.seconds && age >= sa->soft.seconds)
		reach_soft(sa, SEKI_LIMIT_SECONDS);

	/* 0: the bit is set and the limit not yet, which starts us again */
	hard = READ_ONCE(sa->hard_limit);
	soft = READ_ONCE(sa->soft_limit);
	if (hard) {
		if (seki_sa_remove(sa))
			seki_event_expire(sa, true, hard);
		return;
	}
	if (soft) {
		spin_lock_bh(&sn->lock);
		if (sa->state == SEKI_STATE_MATURE) {
			set_state(sa, SEKI_STATE_DYING);
			told = false;
		}
		spin_unlock_bh(&sn->lock);
		if (!told)
			seki_event_expire(sa, false, soft);
	}
	arm_expire(sa);
}

/**
 * seki_sa_next_seq - take the next sequence number
 * @sa: outbound SA
 * @seq: set to the number
 *
 * Numbers run out and never wrap (RFC 4303 section 3.3.3): the SA expires.
 *
 * Return: SEKI_DROP_NONE or SEKI_DROP_SEQ_EXHAUSTED.
 */
enum seki_drop seki_sa_next_seq(struct seki_sa *sa, u64 *seq)
{
	u64 last = sa->crypto.esn ? U64_MAX - U32_MAX : U32_MAX;

	*seq = atomic64_inc_return(&sa->seq);
	if (likely(*seq <= last))
		return SEKI_DROP_NONE;
	reach_hard(sa, SEKI_LIMIT_SEQUENCE);
	return SEKI_DROP_SEQ_EXHAUSTED;
}

/**
 * seki_sa_usable - may the SA carry a packet now?
 * @sa: SA
 *
 * Return: SEKI_DROP_NONE, SEKI_DROP_LARVAL or SEKI_DROP_EXPIRED.
 */
enum seki_drop seki_sa_usable(const struct seki_sa *sa)
{
	switch (READ_ONCE(sa->state)) {
	case SEKI_STATE_MATURE:
	case SEKI_STATE_DYING:
		if (test_bit(SEKI_EXPIRED_HARD, &sa->expired))
			return SEKI_DROP_EXPIRED;
		return SEKI_DROP_NONE;
	case SEKI_STATE_LARVAL:
		return SEKI_DROP_LARVAL;
	default:
		return SEKI_DROP_EXPIRED;
	}
}

/**
 * seki_sa_account - count a packet that the SA carried
 * @sa: SA
 * @bytes: of the inner packet
 */
void seki_sa_account(struct seki_sa *sa, unsigned int bytes)
{
	u64 total_packets = atomic64_inc_return(&sa->packets);
	u64 total_bytes = atomic64_add_return(bytes, &sa->bytes);
	u64 now = ktime_get_seconds();

	if (READ_ONCE(sa->used) != now)
		WRITE_ONCE(sa->used, now);
	if (sa->hard.packets && total_packets >= sa->hard.packets)
		reach_hard(sa, SEKI_LIMIT_PACKETS);
	if (sa->hard.bytes && total_bytes >= sa->hard.bytes)
		reach_hard(sa, SEKI_LIMIT_BYTES);
	if (sa->soft.packets && total_packets >= sa->soft.packets)
		reach_soft(sa, SEKI_LIMIT_PACKETS);
	if (sa->soft.bytes && total_bytes >= sa->soft.bytes)
		reach_soft(sa, SEKI_LIMIT_BYTES);
}

/**
 * seki_count_drop - count a packet that ends here, and say why
 * @skb: packet, for those who trace; NULL if it is gone
 * @flow: that it came through or was to go through, or NULL
 * @sa: that it belongs to, or NULL
 * @why: reason
 */
void seki_count_drop(struct sk_buff *skb, struct seki_flow *flow, struct seki_sa *sa,
		     enum seki_drop why)
{
	if (flow) {
		seki_drops_inc(&flow->drops, why);
		if (flow->policy)
			seki_drops_inc(&flow->tunnel->flow.drops, why);
	}
	if (sa)
		seki_sa_drops_inc(&sa->drops, why);
	trace_seki_drop(skb, flow, sa, why);
}

/**
 * seki_drop_skb - drop a packet, and say why
 * @skb: packet, given away
 * @flow: that it came through or was to go through, or NULL
 * @sa: that it belongs to, or NULL
 * @why: reason
 */
void seki_drop_skb(struct sk_buff *skb, struct seki_flow *flow, struct seki_sa *sa,
		   enum seki_drop why)
{
	seki_count_drop(skb, flow, sa, why);
	kfree_skb(skb);
}

int seki_sa_net_init(struct seki_net *sn)
{
	spin_lock_init(&sn->lock);
	return rhashtable_init(&sn->sas, &sa_params);
}

void seki_sa_net_exit(struct seki_net *sn)
{
	rhashtable_destroy(&sn->sas);
}

int seki_sa_init(void)
{
	sa_cache = KMEM_CACHE(seki_sa, SLAB_HWCACHE_ALIGN);
	if (!sa_cache)
		return -ENOMEM;
	seki_wq = alloc_workqueue("seki", WQ_UNBOUND, 0);
	if (!seki_wq) {
		kmem_cache_destroy(sa_cache);
		return -ENOMEM;
	}
	return 0;
}

/* When no tunnel is left: then neither is an SA, but maybe its last work item. */
void seki_sa_exit(void)
{
	rcu_barrier();
	destroy_workqueue(seki_wq);
	/* paths and policies, which the work items gave up */
	rcu_barrier();
	kmem_cache_destroy(sa_cache);
}

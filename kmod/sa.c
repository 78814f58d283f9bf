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
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "events.h"
#include "sa.h"
#include "trace.h"

/* so many SPIs in a row are tried before a range counts as full */
#define SPI_TRIES	1024U

struct workqueue_struct *seki_wq;

static const struct rhashtable_params sa_params = {
	.key_len = sizeof(struct seki_sa_key),
	.key_offset = offsetof(struct seki_sa, key),
	.head_offset = offsetof(struct seki_sa, hash),
	.automatic_shrinking = true,
};

static void expire_work(struct work_struct *work);

static void free_work(struct work_struct *work)
{
	struct seki_sa *sa = container_of(to_rcu_work(work), struct seki_sa, free_work);

	cancel_delayed_work_sync(&sa->expire_work);
	seki_crypto_free(&sa->crypto);
	netdev_put(sa->tunnel->dev, &sa->dev_tracker);
	kfree(sa->replay);
	kfree_sensitive(sa);
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

/* The newest outbound SA is the one to send with. */
static void choose_out(struct seki_tunnel *tunnel)
{
	struct seki_sa *sa, *out = NULL;

	lockdep_assert_held(&seki_net(tunnel->net)->lock);

	list_for_each_entry_reverse(sa, &tunnel->sas, list) {
		if (sa->key.direction == SEKI_DIRECTION_OUT) {
			out = sa;
			break;
		}
	}
	rcu_assign_pointer(tunnel->out, out);
	dst_cache_reset(&tunnel->dst_cache);
	if (out)
		netif_dormant_off(tunnel->dev);
	else
		netif_dormant_on(tunnel->dev);
	/* without an SA the next packet may ask for one at once */
	WRITE_ONCE(tunnel->acquire_after, jiffies);
}

static void set_state(struct seki_sa *sa, enum seki_state state)
{
	lockdep_assert_held(&seki_net(sa->tunnel->net)->lock);

	trace_seki_state(sa, sa->state, state);
	WRITE_ONCE(sa->state, state);
}

/* Make an SA unreachable. The caller puts the table's reference afterwards. */
static void unlink_sa(struct seki_sa *sa)
{
	lockdep_assert_held(&seki_net(sa->tunnel->net)->lock);

	set_state(sa, SEKI_STATE_DEAD);
	list_del(&sa->list);
	if (rcu_access_pointer(sa->tunnel->out) == sa)
		choose_out(sa->tunnel);
}

/**
 * seki_sa_remove - take an SA out of the table
 * @sa: an SA that the caller may use
 *
 * Return: true if it was in the table, false if another was faster.
 */
bool seki_sa_remove(struct seki_sa *sa)
{
	struct seki_net *sn = seki_net(sa->tunnel->net);
	bool current_out;

	spin_lock_bh(&sn->lock);
	if (sa->state == SEKI_STATE_DEAD) {
		spin_unlock_bh(&sn->lock);
		return false;
	}
	current_out = rcu_access_pointer(sa->tunnel->out) == sa;
	rhashtable_remove_fast(&sn->sas, &sa->hash, sa_params);
	unlink_sa(sa);
	spin_unlock_bh(&sn->lock);

	if (current_out)
		seki_tunnel_update(sa->tunnel);
	seki_sa_put(sa);
	return true;
}

static struct seki_sa *sa_alloc(struct seki_tunnel *tunnel, const struct seki_sa_config *config)
{
	struct seki_sa *sa;

	sa = kzalloc(sizeof(*sa), GFP_KERNEL);
	if (!sa)
		return NULL;

	sa->key = config->key;
	sa->tunnel = tunnel;
	sa->local = config->local;
	sa->remote = config->remote;
	sa->state = SEKI_STATE_LARVAL;
	refcount_set(&sa->refs, 1);
	spin_lock_init(&sa->replay_lock);
	INIT_DELAYED_WORK(&sa->expire_work, expire_work);
	INIT_RCU_WORK(&sa->free_work, free_work);
	netdev_hold(tunnel->dev, &sa->dev_tracker, GFP_KERNEL);
	return sa;
}

/* Enter an SA; a larval one of the same tunnel gives way to it. */
static int link_sa(struct seki_sa *sa, struct seki_sa **larval, struct netlink_ext_ack *extack)
{
	struct seki_tunnel *tunnel = sa->tunnel;
	struct seki_net *sn = seki_net(tunnel->net);
	struct seki_sa *old;
	int err;

	lockdep_assert_held(&sn->lock);

	if (tunnel->closed) {
		NL_SET_ERR_MSG(extack, "The tunnel is being deleted");
		return -ENODEV;
	}
	rcu_read_lock();
	old = seki_sa_find(sn, &sa->key);
	rcu_read_unlock();
	if (!old) {
		err = rhashtable_insert_fast(&sn->sas, &sa->hash, sa_params);
	} else if (sa->state != SEKI_STATE_LARVAL && old->state == SEKI_STATE_LARVAL &&
		   old->tunnel == tunnel) {
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
	list_add_tail(&sa->list, &tunnel->sas);
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

/**
 * seki_sa_add - make an SA, or give a larval one its keys
 * @tunnel: that it will belong to; the caller holds its device
 * @config: what it shall be
 * @extack: says what is wrong
 *
 * An outbound SA is from now on the one that @tunnel sends with.  May sleep.
 *
 * Return: 0; -EEXIST if the SPI is taken; -ENODEV if the tunnel goes away;
 * errors of seki_crypto_init(); -ENOMEM.
 */
int seki_sa_add(struct seki_tunnel *tunnel, const struct seki_sa_config *config,
		struct netlink_ext_ack *extack)
{
	struct seki_net *sn = seki_net(tunnel->net);
	struct seki_sa *sa, *larval = NULL;
	int err;

	sa = sa_alloc(tunnel, config);
	if (!sa)
		return -ENOMEM;

	sa->flags = config->flags;
	sa->encap = config->encap;
	sa->sport = config->sport;
	sa->dport = config->dport;
	sa->encr = config->keys.encr->id;
	sa->integ = config->keys.integ ? config->keys.integ->id : 0;
	sa->soft = config->soft;
	sa->hard = config->hard;
	sa->added = ktime_get_seconds();
	sa->added_real = ktime_get_real_seconds();
	err = seki_crypto_init(&sa->crypto, &config->keys, extack);
	if (err)
		goto err_sa;

	if (config->key.direction == SEKI_DIRECTION_IN) {
		sa->window = config->window;
		sa->replay = kmalloc(seki_replay_size(sa->window), GFP_KERNEL);
		if (!sa->replay) {
			err = -ENOMEM;
			goto err_sa;
		}
		seki_replay_init(sa->replay, sa->window);
	}

	spin_lock_bh(&sn->lock);
	sa->state = SEKI_STATE_MATURE;
	err = link_sa(sa, &larval, extack);
	if (!err) {
		trace_seki_state(sa, SEKI_STATE_LARVAL, SEKI_STATE_MATURE);
		if (config->key.direction == SEKI_DIRECTION_OUT)
			choose_out(tunnel);
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
		seki_tunnel_update(tunnel);
	seki_event_sa_new(sa);
	seki_sa_put(sa);
	return 0;

err_sa:
	seki_sa_put(sa);
	return err;
}

/**
 * seki_sa_alloc_spi - choose an SPI and hold it in a larval SA
 * @tunnel: that it is for; the caller holds its device
 * @config: key but for the SPI, and addresses; the SPI is filled in
 * @lo: smallest SPI, host byte order
 * @hi: largest SPI, host byte order
 * @extack: says what is wrong
 *
 * Return: 0; -ENOSPC if every SPI that was tried is taken; -ENODEV; -ENOMEM.
 */
int seki_sa_alloc_spi(struct seki_tunnel *tunnel, struct seki_sa_config *config,
		      u32 lo, u32 hi, struct netlink_ext_ack *extack)
{
	struct seki_net *sn = seki_net(tunnel->net);
	u32 span = hi - lo, start = get_random_u32(), i = 0;
	struct seki_sa *sa;
	int err;

	sa = sa_alloc(tunnel, config);
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
		NL_SET_ERR_MSG(extack, "The tunnel takes no SA now");
	}
	if (err)
		seki_sa_put(sa);
	return err;
}

static struct seki_sa *first_sa(struct seki_tunnel *tunnel)
{
	struct seki_net *sn = seki_net(tunnel->net);
	struct seki_sa *sa;

	spin_lock_bh(&sn->lock);
	sa = list_first_entry_or_null(&tunnel->sas, struct seki_sa, list);
	if (sa)
		refcount_inc(&sa->refs);
	spin_unlock_bh(&sn->lock);
	return sa;
}

/**
 * seki_sa_flush - remove all SAs of a tunnel
 * @tunnel: tunnel
 */
void seki_sa_flush(struct seki_tunnel *tunnel)
{
	struct seki_sa *sa;

	while ((sa = first_sa(tunnel))) {
		if (seki_sa_remove(sa))
			seki_event_sa_del(sa);
		seki_sa_put(sa);
	}
}

/**
 * seki_sa_close - remove all SAs of a tunnel and let it have no more
 * @tunnel: one that is going away
 */
void seki_sa_close(struct seki_tunnel *tunnel)
{
	struct seki_net *sn = seki_net(tunnel->net);

	spin_lock_bh(&sn->lock);
	tunnel->closed = true;
	spin_unlock_bh(&sn->lock);
	seki_sa_flush(tunnel);
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
	struct seki_net *sn = seki_net(sa->tunnel->net);
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
 * seki_drop_skb - drop a packet, and say why
 * @skb: packet, given away
 * @tunnel: that it came through or was to go through, or NULL
 * @sa: that it belongs to, or NULL
 * @why: reason
 */
void seki_drop_skb(struct sk_buff *skb, struct seki_tunnel *tunnel, struct seki_sa *sa,
		   enum seki_drop why)
{
	if (tunnel)
		seki_drops_inc(&tunnel->drops, why);
	if (sa)
		seki_drops_inc(&sa->drops, why);
	trace_seki_drop(skb, tunnel, sa, why);
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
	seki_wq = alloc_workqueue("seki", WQ_UNBOUND, 0);
	return seki_wq ? 0 : -ENOMEM;
}

/* When no tunnel is left: then neither is an SA, but maybe its last work item. */
void seki_sa_exit(void)
{
	rcu_barrier();
	destroy_workqueue(seki_wq);
}

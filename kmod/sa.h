/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_SA_H
#define SEKI_SA_H

#include <linux/netdevice.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/seki.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "addr.h"
#include "crypto.h"
#include "drop.h"
#include "net.h"
#include "replay.h"
#include "tunnel.h"

struct netlink_ext_ack;

/* larval SAs that got no keys by then go away */
#define SEKI_LARVAL_SECONDS	60

/**
 * struct seki_sa_key - what an SA is found by
 * @daddr: destination of its outer packets
 * @spi: in network byte order
 * @proto: IPPROTO_ESP
 * @direction: enum seki_direction
 * @pad: zero
 *
 * Our outbound SAs and a local peer's inbound ones share the other members.
 */
struct seki_sa_key {
	struct seki_addr daddr;
	__be32 spi;
	u8 proto;
	u8 direction;
	u16 pad;
};

/**
 * struct seki_limits - how long an SA lives, 0 is forever
 * @seconds: since it got its keys
 * @bytes: of inner packets
 * @packets: of inner packets
 */
struct seki_limits {
	u64 seconds;
	u64 bytes;
	u64 packets;
};

/* bits of struct seki_sa.expired */
enum {
	SEKI_EXPIRED_SOFT,	/* set once: soft limit reached */
	SEKI_EXPIRED_HARD,	/* set once: hard limit reached */
};

/**
 * struct seki_sa - security association
 * @key: constant
 * @hash: in struct seki_net.sas
 * @tunnel: that it belongs to; lives as long as the SA (@dev_tracker)
 * @local: our outer address
 * @remote: the peer's outer address
 * @crypto: cipher, without one while larval
 * @flags: SEKI_SA_FLAGS_*
 * @state: enum seki_state; written under the lock of the namespace, packets
 *	read it with READ_ONCE()
 * @encap: ports are those of UDP encapsulation
 * @sport: our port
 * @dport: the peer's port
 * @encr: IANA id
 * @integ: IANA id, or 0
 * @window: size of the replay window
 * @refs: the table's reference and one for each packet in an asynchronous cipher
 * @seq: outbound: last sequence number used
 * @packets: carried
 * @bytes: of inner packets carried
 * @used: when it last carried a packet, monotonic seconds, 0 if never
 * @replay_lock: protects the contents of @replay
 * @replay: inbound: numbers seen
 * @expired: bits, see above
 * @soft_limit: enum seki_limit that set SEKI_EXPIRED_SOFT
 * @hard_limit: enum seki_limit that set SEKI_EXPIRED_HARD
 * @soft: limits after which the daemon is told
 * @hard: limits after which the SA is removed
 * @added: when it got its keys, monotonic seconds
 * @added_real: the same on the wall clock
 * @expire_work: waits for the next limit in seconds, or is started by a packet
 *	that met another limit
 * @free_work: after a grace period
 * @list: in struct seki_tunnel.sas
 * @id: unique in the namespace, and growing
 * @dev_tracker: of the reference on the device
 * @drops: packets dropped
 */
struct seki_sa {
	struct seki_sa_key key;
	struct rhash_head hash;
	struct seki_tunnel *tunnel;
	struct seki_addr local;
	struct seki_addr remote;
	struct seki_crypto crypto;
	u32 flags;
	u8 state;
	bool encap;
	__be16 sport;
	__be16 dport;
	u16 encr;
	u16 integ;
	u32 window;

	refcount_t refs ____cacheline_aligned_in_smp;
	atomic64_t seq;
	atomic64_t packets;
	atomic64_t bytes;
	u64 used;
	spinlock_t replay_lock;	/* contents of @replay */
	struct seki_replay *replay;

	unsigned long expired;
	u8 soft_limit;
	u8 hard_limit;
	struct seki_limits soft;
	struct seki_limits hard;
	u64 added;
	u64 added_real;
	struct delayed_work expire_work;
	struct rcu_work free_work;
	struct list_head list;
	u64 id;
	netdevice_tracker dev_tracker;
	struct seki_drops drops;
};

/**
 * struct seki_sa_config - a new SA, as netlink asks for it
 * @key: direction, protocol, SPI and destination
 * @local: our outer address
 * @remote: the peer's outer address
 * @keys: algorithms and keys, of the right lengths
 * @flags: SEKI_SA_FLAGS_*
 * @window: replay window
 * @encap: in UDP
 * @sport: our port
 * @dport: the peer's port
 * @soft: limits
 * @hard: limits
 */
struct seki_sa_config {
	struct seki_sa_key key;
	struct seki_addr local;
	struct seki_addr remote;
	struct seki_crypto_keys keys;
	u32 flags;
	u32 window;
	bool encap;
	__be16 sport;
	__be16 dport;
	struct seki_limits soft;
	struct seki_limits hard;
};

int seki_sa_init(void);
void seki_sa_exit(void);
int seki_sa_net_init(struct seki_net *sn);
void seki_sa_net_exit(struct seki_net *sn);

struct seki_sa *seki_sa_find(struct seki_net *sn, const struct seki_sa_key *key);
struct seki_sa *seki_sa_get(struct seki_net *sn, const struct seki_sa_key *key);
void seki_sa_put(struct seki_sa *sa);

int seki_sa_add(struct seki_tunnel *tunnel, const struct seki_sa_config *config,
		struct netlink_ext_ack *extack);
int seki_sa_alloc_spi(struct seki_tunnel *tunnel, struct seki_sa_config *config,
		      u32 lo, u32 hi, struct netlink_ext_ack *extack);
bool seki_sa_remove(struct seki_sa *sa);
void seki_sa_flush(struct seki_tunnel *tunnel);
void seki_sa_close(struct seki_tunnel *tunnel);

void seki_tunnel_update(struct seki_tunnel *tunnel);

enum seki_drop seki_sa_next_seq(struct seki_sa *sa, u64 *seq);
enum seki_drop seki_sa_usable(const struct seki_sa *sa);
void seki_sa_account(struct seki_sa *sa, unsigned int bytes);
void seki_drop_skb(struct sk_buff *skb, struct seki_tunnel *tunnel, struct seki_sa *sa,
		   enum seki_drop why);

extern struct workqueue_struct *seki_wq;

#endif /* SEKI_SA_H */

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
#include "path.h"
#include "replay.h"
#include "tunnel.h"

struct netlink_ext_ack;

/* larval SAs that got no keys by then go away */
#define SEKI_LARVAL_SECONDS	60

/**
 * struct seki_sa_key - what an SA is found by
 * @daddr: destination of its outer packets
 * @spi: in network byte order
 * @proto: IPPROTO_ESP or IPPROTO_AH
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
 * @key: constant, but for its address, which seki_sa_move() changes
 * @hash: in struct seki_net.sas
 * @flow: that it belongs to; lives as long as the SA (@dev_tracker, and a
 *	reference on its policy)
 * @path: addresses and ports; written under the lock of the namespace, read
 *	under RCU
 * @outer: AH around this ESP, a counted reference, or NULL
 * @crypto: cipher, without one while larval
 * @flags: SEKI_SA_FLAGS_*
 * @state: enum seki_state; written under the lock of the namespace, packets
 *	read it with READ_ONCE()
 * @mode: enum seki_mode
 * @encap: in UDP
 * @ipv6: outside
 * @outer_len: bytes of outer IP and UDP header in tunnel mode
 * @head_len: bytes of UDP, AH and ESP headers
 * @overhead: bytes that a packet grows by, at most
 * @op_size: bytes of an op that passes this cipher and the outer one's
 * @tfc: payloads are padded to this, 0 if they are not
 * @encr: IANA id, or 0
 * @integ: IANA id, or 0
 * @window: size of the replay window
 * @refs: the table's reference, one of each SA that it is the outer one of, and
 *	one for each packet in a cipher
 * @seq: outbound: last sequence number used
 * @packets: carried
 * @bytes: of inner packets carried
 * @used: when it last carried a packet, monotonic seconds, 0 if never
 * @replay_lock: protects the contents of @replay, and @peer_after, @peer_told
 *	and @peer_told_port
 * @replay: inbound: numbers seen
 * @peer_after: jiffies before which no move of the peer is reported
 * @peer_told: where the peer was, by the last report
 * @peer_told_port: likewise
 * @origins: NULL, or the addresses that the peer's checksums cover
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
 * @list: in struct seki_flow.sas
 * @id: unique in the namespace, and growing
 * @dev_tracker: of the reference on the device
 * @drops: packets dropped; its flow's are counted with more bits
 */
struct seki_sa {
	struct seki_sa_key key;
	struct rhash_head hash;
	struct seki_flow *flow;
	struct seki_path __rcu *path;
	struct seki_sa *outer;
	struct seki_crypto crypto;
	u32 flags;
	u8 state;
	u8 mode;
	bool encap;
	bool ipv6;
	u8 outer_len;
	u8 head_len;
	u16 overhead;
	unsigned int op_size;
	u16 tfc;
	u16 encr;
	u16 integ;
	u32 window;

	refcount_t refs ____cacheline_aligned_in_smp;
	atomic64_t seq;
	atomic64_t packets;
	atomic64_t bytes;
	u64 used;
	spinlock_t replay_lock;	/* contents of @replay, @peer_* */
	struct seki_replay *replay;

	unsigned long peer_after;
	struct seki_addr peer_told;
	__be16 peer_told_port;
	struct seki_origins *origins;
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
	struct seki_sa_drops drops;
};

/**
 * struct seki_sa_config - a new SA, as netlink asks for it
 * @key: direction, protocol, SPI and destination
 * @local: our outer address
 * @remote: the peer's outer address
 * @keys: algorithms and keys, of the right lengths
 * @flags: SEKI_SA_FLAGS_*
 * @mode: enum seki_mode
 * @window: replay window
 * @encap: in UDP
 * @sport: our port
 * @dport: the peer's port
 * @outer_spi: of the AH around it, 0 if there is none
 * @tfc: pad payloads to this
 * @origins: addresses that checksums cover, if not the outer ones
 * @soft: limits
 * @hard: limits
 */
struct seki_sa_config {
	struct seki_sa_key key;
	struct seki_addr local;
	struct seki_addr remote;
	struct seki_crypto_keys keys;
	u32 flags;
	u8 mode;
	u32 window;
	bool encap;
	__be16 sport;
	__be16 dport;
	__be32 outer_spi;
	u16 tfc;
	struct seki_origins origins;
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

int seki_sa_add(struct seki_flow *flow, const struct seki_sa_config *config,
		struct netlink_ext_ack *extack);
int seki_sa_alloc_spi(struct seki_flow *flow, struct seki_sa_config *config,
		      u32 lo, u32 hi, struct netlink_ext_ack *extack);
int seki_sa_move(struct seki_sa *sa, const struct seki_path *to, struct netlink_ext_ack *extack);
bool seki_sa_remove(struct seki_sa *sa);

int seki_flow_init(struct seki_flow *flow, struct seki_tunnel *tunnel,
		   struct seki_policy *policy);
void seki_flow_free(struct seki_flow *flow);
void seki_flow_flush(struct seki_flow *flow);
void seki_flow_close(struct seki_flow *flow);

void seki_tunnel_update(struct seki_tunnel *tunnel);

enum seki_drop seki_sa_next_seq(struct seki_sa *sa, u64 *seq);
enum seki_drop seki_sa_usable(const struct seki_sa *sa);
void seki_sa_account(struct seki_sa *sa, unsigned int bytes);
void seki_count_drop(struct sk_buff *skb, struct seki_flow *flow, struct seki_sa *sa,
		     enum seki_drop why);
void seki_drop_skb(struct sk_buff *skb, struct seki_flow *flow, struct seki_sa *sa,
		   enum seki_drop why);

extern struct workqueue_struct *seki_wq;

#endif /* SEKI_SA_H */

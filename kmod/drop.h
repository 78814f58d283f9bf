/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_DROP_H
#define SEKI_DROP_H

#include <linux/atomic.h>
#include <linux/types.h>

/*
 * Why packets are dropped: the one list.  It makes the enum, the names in
 * ethtool -S and in the tracepoint, the counters of SAs and tunnels and their
 * netlink attributes; the specification of the netlink family says what each
 * reason means, and tools/spec-gen --check that both have the same reasons.
 */
#define SEKI_DROP_LIST(X) \
	X(NO_SA, "no-sa") \
	X(TOO_SHORT, "too-short") \
	X(BAD_ALIGN, "bad-align") \
	X(LARVAL, "larval") \
	X(EXPIRED, "expired") \
	X(SEQ_ZERO, "seq-zero") \
	X(REPLAYED, "replayed") \
	X(BEYOND_WINDOW, "beyond-window") \
	X(AUTH_FAILED, "auth-failed") \
	X(CRYPTO_ERROR, "crypto-error") \
	X(CRYPTO_BUSY, "crypto-busy") \
	X(BAD_PAD, "bad-pad") \
	X(BAD_NEXT_HEADER, "bad-next-header") \
	X(DUMMY, "dummy") \
	X(WRONG_ENDPOINT, "wrong-endpoint") \
	X(BAD_ENCAP, "bad-encap") \
	X(INNER_TOO_SHORT, "inner-too-short") \
	X(INNER_BAD_HEADER, "inner-bad-header") \
	X(ECN, "ecn") \
	X(DEV_DOWN, "dev-down") \
	X(RX_QUEUE_FULL, "rx-queue-full") \
	X(NESTED, "nested") \
	X(BAD_ICV_LENGTH, "bad-icv-length") \
	X(BAD_HEADER, "bad-header") \
	X(BAD_BUNDLE, "bad-bundle") \
	X(BAD_SELECTOR, "bad-selector") \
	X(CLEAR_TEXT, "clear-text") \
	X(NO_MEMORY, "no-memory") \
	X(NO_OUTBOUND_SA, "no-outbound-sa") \
	X(SEQ_EXHAUSTED, "seq-exhausted") \
	X(BAD_PROTOCOL, "bad-protocol") \
	X(TOO_BIG, "too-big") \
	X(NO_ROUTE, "no-route") \
	X(ROUTE_LOOP, "route-loop") \
	X(SEGMENT, "segment") \
	X(SEND_FAILED, "send-failed") \
	X(FRAGMENT, "fragment") \
	X(DISCARDED, "discarded") \
	X(NOT_ENDPOINT, "not-endpoint")

/* SEKI_DROP_NONE is 0: a step that returns it lets the packet pass */
enum seki_drop {
	SEKI_DROP_NONE,
#define X(symbol, name) SEKI_DROP_##symbol,
	SEKI_DROP_LIST(X)
#undef X
	SEKI_DROP_MAX,
	/* from here on, packets that were to be sent */
	SEKI_DROP_OUTPUT_FIRST = SEKI_DROP_NO_OUTBOUND_SA,
};

/**
 * struct seki_drops - one counter for each reason
 * @count: indexed by enum seki_drop
 *
 * Shared by all CPUs: drops are rare, and an attacker who makes them frequent
 * should not buy memory on every CPU of a gateway with thousands of tunnels.
 */
struct seki_drops {
	atomic_long_t count[SEKI_DROP_MAX];
};

/**
 * struct seki_sa_drops - the same of an SA, of which a gateway has many
 * @count: indexed by enum seki_drop, modulo 2^32, as XFRM counts them
 */
struct seki_sa_drops {
	atomic_t count[SEKI_DROP_MAX];
};

extern const char *const seki_drop_names[SEKI_DROP_MAX];

static inline void seki_drops_inc(struct seki_drops *drops, enum seki_drop why)
{
	atomic_long_inc(&drops->count[why]);
}

static inline u64 seki_drops_read(const struct seki_drops *drops, enum seki_drop why)
{
	return atomic_long_read(&drops->count[why]);
}

static inline void seki_sa_drops_inc(struct seki_sa_drops *drops, enum seki_drop why)
{
	atomic_inc(&drops->count[why]);
}

static inline u64 seki_sa_drops_read(const struct seki_sa_drops *drops, enum seki_drop why)
{
	return (u32)atomic_read(&drops->count[why]);
}

#endif /* SEKI_DROP_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_EVENTS_H
#define SEKI_EVENTS_H

#include <linux/seki.h>
#include <linux/skbuff.h>

struct seki_addr;
struct seki_flow;
struct seki_sa;

/*
 * The way up: lower layers tell the daemon what happened.  netlink_event.c has
 * the other end.  All may be called from softirq context and allocate atomically;
 * an event that finds no memory or no listener is lost.
 */
void seki_event_acquire(struct seki_flow *flow, struct sk_buff *skb);
void seki_event_expire(const struct seki_sa *sa, bool hard, enum seki_limit limit);
void seki_event_sa_new(struct seki_sa *sa);
void seki_event_sa_del(const struct seki_sa *sa);
void seki_event_peer(const struct seki_sa *sa, const struct seki_addr *local,
		     const struct seki_addr *remote, __be16 sport, __be16 dport);

#endif /* SEKI_EVENTS_H */

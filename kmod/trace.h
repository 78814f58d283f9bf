/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM seki

#if !defined(SEKI_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SEKI_TRACE_H

#include <linux/tracepoint.h>

#include "sa.h"

#define seki_trace_enum(symbol, name) TRACE_DEFINE_ENUM(SEKI_DROP_##symbol);
SEKI_DROP_LIST(seki_trace_enum)
#undef seki_trace_enum

#define seki_trace_name(symbol, name) { SEKI_DROP_##symbol, name },

DECLARE_EVENT_CLASS(seki_packet,

	TP_PROTO(const struct sk_buff *skb, const struct seki_sa *sa, u64 seq),
	TP_ARGS(skb, sa, seq),
	TP_STRUCT__entry(
		__field(const void *, skb)
		__field(int, ifindex)
		__field(u32, spi)
		__field(u64, seq)
		__field(u32, len)
	),
	TP_fast_assign(
		__entry->skb = skb;
		__entry->ifindex = sa->flow->tunnel->dev->ifindex;
		__entry->spi = ntohl(sa->key.spi);
		__entry->seq = seq;
		__entry->len = skb->len;
	),
	TP_printk("skb=%p ifindex=%d spi=0x%08x seq=%llu len=%u",
		  __entry->skb, __entry->ifindex, __entry->spi, __entry->seq, __entry->len)
);

/* an outer packet is about to leave */
DEFINE_EVENT(seki_packet, seki_tx,

	TP_PROTO(const struct sk_buff *skb, const struct seki_sa *sa, u64 seq),
	TP_ARGS(skb, sa, seq)
);

/* an inner packet is about to be delivered */
DEFINE_EVENT(seki_packet, seki_rx,

	TP_PROTO(const struct sk_buff *skb, const struct seki_sa *sa, u64 seq),
	TP_ARGS(skb, sa, seq)
);

TRACE_EVENT(seki_drop,

	TP_PROTO(const struct sk_buff *skb, const struct seki_flow *flow,
		 const struct seki_sa *sa, unsigned int why),
	TP_ARGS(skb, flow, sa, why),
	TP_STRUCT__entry(
		__field(const void *, skb)
		__field(int, ifindex)
		__field(u32, spi)
		__field(u32, len)
		__field(u32, why)
	),
	TP_fast_assign(
		__entry->skb = skb;
		__entry->ifindex = flow ? flow->tunnel->dev->ifindex : 0;
		__entry->spi = sa ? ntohl(sa->key.spi) : 0;
		__entry->len = skb ? skb->len : 0;
		__entry->why = why;
	),
	TP_printk("skb=%p ifindex=%d spi=0x%08x len=%u reason=%s",
		  __entry->skb, __entry->ifindex, __entry->spi, __entry->len,
		  __print_symbolic(__entry->why, SEKI_DROP_LIST(seki_trace_name) { 0, "none" }))
);

TRACE_EVENT(seki_state,

	TP_PROTO(const struct seki_sa *sa, unsigned int from, unsigned int to),
	TP_ARGS(sa, from, to),
	TP_STRUCT__entry(
		__field(int, ifindex)
		__field(u32, spi)
		__field(u8, direction)
		__field(u8, from)
		__field(u8, to)
	),
	TP_fast_assign(
		__entry->ifindex = sa->flow->tunnel->dev->ifindex;
		__entry->spi = ntohl(sa->key.spi);
		__entry->direction = sa->key.direction;
		__entry->from = from;
		__entry->to = to;
	),
	TP_printk("ifindex=%d spi=0x%08x direction=%u state=%u->%u",
		  __entry->ifindex, __entry->spi, __entry->direction,
		  __entry->from, __entry->to)
);

#endif /* SEKI_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>

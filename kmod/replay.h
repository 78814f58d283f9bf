/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_REPLAY_H
#define SEKI_REPLAY_H

#include <linux/types.h>

#include "drop.h"

#define SEKI_REPLAY_BITS	64

/**
 * struct seki_replay - inbound sequence numbers seen (RFC 6479)
 * @top: highest sequence number received and authenticated
 * @window: how far behind @top a packet may be
 * @words: length of @map, a power of two with room for more than @window bits
 * @map: ring of words, one bit for each sequence number
 *
 * Pure data; whoever owns it serializes the calls.
 */
struct seki_replay {
	u64 top;
	u32 window;
	u32 words;
	u64 map[];
};

size_t seki_replay_size(u32 window);
void seki_replay_init(struct seki_replay *replay, u32 window);
u64 seki_replay_extend(const struct seki_replay *replay, u32 low);
enum seki_drop seki_replay_check(const struct seki_replay *replay, u64 seq);
void seki_replay_advance(struct seki_replay *replay, u64 seq);

#endif /* SEKI_REPLAY_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The anti-replay window: a ring of 64-bit words (RFC 6479), so that moving
 * forward clears whole words and never shifts.  One word more than the window
 * needs is kept, since the word that @top is in is partly ahead of it.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>

#include "replay.h"

static u32 ring_words(u32 window)
{
	return roundup_pow_of_two(DIV_ROUND_UP(window, SEKI_REPLAY_BITS) + 1);
}

static u32 word_of(const struct seki_replay *replay, u64 seq)
{
	return (seq / SEKI_REPLAY_BITS) & (replay->words - 1);
}

static u64 bit_of(u64 seq)
{
	return 1ULL << (seq % SEKI_REPLAY_BITS);
}

/**
 * seki_replay_size - bytes to allocate for a window
 * @window: packets that may be late
 *
 * Return: size of struct seki_replay with its ring.
 */
size_t seki_replay_size(u32 window)
{
	return sizeof(struct seki_replay) + ring_words(window) * sizeof(u64);
}

/**
 * seki_replay_init - start with an empty window
 * @replay: seki_replay_size(@window) bytes
 * @window: packets that may be late
 */
void seki_replay_init(struct seki_replay *replay, u32 window)
{
	replay->top = 0;
	replay->window = window;
	replay->words = ring_words(window);
	memset(replay->map, 0, replay->words * sizeof(u64));
}

/**
 * seki_replay_extend - find the high half of an extended sequence number
 * @replay: window
 * @low: the 32 bits that the packet carries
 *
 * RFC 4303 appendix A2.2: the number is in the window or ahead of it, never
 * 2^32 ahead.  Before the first 2^32 packets there is no earlier half; what
 * looks like one comes out as number 0, which no sender uses.
 *
 * Return: 64-bit sequence number, 0 if there can be none.
 */
u64 seki_replay_extend(const struct seki_replay *replay, u32 low)
{
	u32 top_low = replay->top, high = replay->top >> 32;
	u32 bottom = top_low - replay->window + 1;

	if (top_low >= replay->window - 1) {
		if (low < bottom)
			high++;
	} else if (low >= bottom) {
		if (!high)
			return 0;
		high--;
	}
	return (u64)high << 32 | low;
}

/**
 * seki_replay_check - may a sequence number be accepted?
 * @replay: window
 * @seq: sequence number, extended if the SA has that
 *
 * Return: SEKI_DROP_NONE, or why not.
 */
enum seki_drop seki_replay_check(const struct seki_replay *replay, u64 seq)
{
	if (!seq)
		return SEKI_DROP_SEQ_ZERO;
	if (seq > replay->top)
		return SEKI_DROP_NONE;
	if (replay->top - seq >= replay->window)
		return SEKI_DROP_BEYOND_WINDOW;
	if (replay->map[word_of(replay, seq)] & bit_of(seq))
		return SEKI_DROP_REPLAYED;
	return SEKI_DROP_NONE;
}

/**
 * seki_replay_advance - remember a sequence number
 * @replay: window
 * @seq: one that seki_replay_check() accepts now, of an authentic packet
 */
void seki_replay_advance(struct seki_replay *replay, u64 seq)
{
	u64 from, to;

	if (seq > replay->top) {
		from = replay->top / SEKI_REPLAY_BITS;
		to = seq / SEKI_REPLAY_BITS;
		if (to - from >= replay->words)
			from = to - replay->words;
		while (from < to)
			replay->map[++from & (replay->words - 1)] = 0;
		replay->top = seq;
	}
	replay->map[word_of(replay, seq)] |= bit_of(seq);
}

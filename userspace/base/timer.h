/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_BASE_TIMER_H
#define SEKI_BASE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All times are microseconds. */
#define SECONDS(n) ((uint64_t)(n)*1000000ULL)
#define MILLISECONDS(n) ((uint64_t)(n)*1000ULL)

/**
 * struct clock - where time comes from; tests put a virtual one here
 * @monotonic: never goes back; all timers run on it
 * @realtime: since 1970, for log stamps and certificate validity
 */
struct clock {
	uint64_t (*monotonic)(struct clock *clock);
	uint64_t (*realtime)(struct clock *clock);
};

extern struct clock system_clock;

/**
 * struct timer - embedded in its owner; not running while @slot is 0
 * @order: timers due at the same time fire in the order they were started
 * @fire: called once when due, with the timer already stopped
 */
struct timer {
	uint64_t due;
	uint64_t order;
	size_t slot;
	void (*fire)(struct timer *timer);
};

/** struct timers - a binary heap of running timers */
struct timers {
	struct clock *clock;
	struct timer **heap; /* heap[1] is the next one due */
	size_t count;
	size_t capacity;
	uint64_t started; /* timers started so far: the next timer's order */
};

void timers_init(struct timers *timers, struct clock *clock);
void timers_free(struct timers *timers);
/** timer_start() - (re)starts; @fire must have been set by the owner */
void timer_start(struct timers *timers, struct timer *timer, uint64_t delay);
void timer_stop(struct timers *timers, struct timer *timer); /* fine when stopped */
bool timer_running(const struct timer *timer);
/** timer_left() - microseconds, 0 when stopped or due */
uint64_t timer_left(const struct timers *timers, const struct timer *timer);
/** timers_next() - microseconds until the next one is due, UINT64_MAX for none */
uint64_t timers_next(const struct timers *timers);
/**
 * timers_run() - fires all that are due now; returns how many
 *
 * A timer that is started meanwhile waits for the next call, whatever its
 * delay, so that timers which restart themselves cannot keep us here.
 */
size_t timers_run(struct timers *timers);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/timer.h"

#include <stdlib.h>
#include <time.h>

#include "base/memory.h"

#define HEAP_MIN 64

static uint64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return SECONDS(now.tv_sec) + (uint64_t)now.tv_nsec / 1000;
}

static uint64_t system_monotonic(struct clock *clock)
{
	return read_clock(CLOCK_MONOTONIC);
}

static uint64_t system_realtime(struct clock *clock)
{
	return read_clock(CLOCK_REALTIME);
}

struct clock system_clock = {
	.monotonic = system_monotonic,
	.realtime = system_realtime,
};

void timers_init(struct timers *timers, struct clock *clock)
{
	*timers = (struct timers){ .clock = clock };
}

void timers_free(struct timers *timers)
{
	for (size_t slot = 1; slot <= timers->count; slot++)
		timers->heap[slot]->slot = 0;
	free(timers->heap);
	timers_init(timers, timers->clock);
}

static bool earlier(const struct timer *a, const struct timer *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void place(struct timers *timers, struct timer *timer, size_t slot)
{
	timers->heap[slot] = timer;
	timer->slot = slot;
}

static void sift_up(struct timers *timers, struct timer *timer, size_t slot)
{
	for (; slot > 1 && earlier(timer, timers->heap[slot / 2]); slot /= 2)
		place(timers, timers->heap[slot / 2], slot);
	place(timers, timer, slot);
}

static void sift_down(struct timers *timers, struct timer *timer, size_t slot)
{
	size_t child;

	for (; (child = 2 * slot) <= timers->count; slot = child) {
		if (child < timers->count && earlier(timers->heap[child + 1], timers->heap[child]))
			child++;
		if (!earlier(timers->heap[child], timer))
			break;
		place(timers, timers->heap[child], slot);
	}
	place(timers, timer, slot);
}

void timer_start(struct timers *timers, struct timer *timer, uint64_t delay)
{
	timer_stop(timers, timer);
	if (timers->count + 1 >= timers->capacity) {
		timers->capacity = timers->capacity ? 2 * timers->capacity : HEAP_MIN;
		timers->heap = must_realloc(timers->heap, timers->capacity * sizeof(*timers->heap));
	}
	if (__builtin_add_overflow(timers->clock->monotonic(timers->clock), delay, &timer->due))
		timer->due = UINT64_MAX;
	timer->order = timers->started++;
	sift_up(timers, timer, ++timers->count);
}

void timer_stop(struct timers *timers, struct timer *timer)
{
	struct timer *last;
	size_t slot = timer->slot;

	if (!slot)
		return;
	timer->slot = 0;
	last = timers->heap[timers->count--];
	if (last == timer)
		return;
	/* The last one fills the gap; it may belong above or below it. */
	if (slot > 1 && earlier(last, timers->heap[slot / 2]))
		sift_up(timers, last, slot);
	else
		sift_down(timers, last, slot);
}

bool timer_running(const struct timer *timer)
{
	return timer->slot;
}

uint64_t timer_left(const struct timers *timers, const struct timer *timer)
{
	uint64_t now = timers->clock->monotonic(timers->clock);

	return timer->slot && timer->due > now ? timer->due - now : 0;
}

uint64_t timers_next(const struct timers *timers)
{
	return timers->count ? timer_left(timers, timers->heap[1]) : UINT64_MAX;
}

size_t timers_run(struct timers *timers)
{
	uint64_t now = timers->clock->monotonic(timers->clock);
	uint64_t started = timers->started;
	size_t fired = 0;

	/* One that is started while we run is due at now or later and has a higher
	 * order, so once it is the first there is nothing older left to fire.
	 */
	while (timers->count && timers->heap[1]->due <= now && timers->heap[1]->order < started) {
		struct timer *timer = timers->heap[1];

		timer_stop(timers, timer);
		timer->fire(timer);
		fired++;
	}
	return fired;
}

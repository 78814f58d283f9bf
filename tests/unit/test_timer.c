// SPDX-License-Identifier: GPL-2.0-or-later
/* The timer heap on a clock that only the test moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/container.h"
#include "base/memory.h"
#include "base/timer.h"

#include <cmocka.h>

#define MANY 10000

struct test_clock {
	struct clock clock;
	uint64_t now;
};

static uint64_t test_now(struct clock *clock)
{
	return ((struct test_clock *)clock)->now;
}

static struct test_clock test_clock = { { test_now, test_now }, 0 };
static struct timers timers;

/* An owner that notes when it fired. */
struct owner {
	struct timer timer;
	unsigned int fired;
	uint64_t when;
	unsigned int rank; /* counted over all owners */
};

static unsigned int fired_so_far;

static struct owner *owner_of(struct timer *timer)
{
	return container_of(timer, struct owner, timer);
}

static void note(struct timer *timer)
{
	struct owner *owner = owner_of(timer);

	assert_false(timer_running(timer));
	owner->fired++;
	owner->when = test_clock.now;
	owner->rank = fired_so_far++;
}

static int set_up(void **state)
{
	fired_so_far = 0;
	test_clock.now = SECONDS(1000);
	timers_init(&timers, &test_clock.clock);
	return 0;
}

static int tear_down(void **state)
{
	timers_free(&timers);
	return 0;
}

static void one_timer(void **state)
{
	struct owner owner = { .timer.fire = note };

	assert_true(timers_next(&timers) == UINT64_MAX);
	assert_int_equal(timers_run(&timers), 0);
	assert_false(timer_running(&owner.timer));
	assert_true(timer_left(&timers, &owner.timer) == 0);

	timer_start(&timers, &owner.timer, 500);
	assert_true(timer_running(&owner.timer));
	assert_true(timers_next(&timers) == 500);
	test_clock.now += 499;
	assert_int_equal(timers_run(&timers), 0);
	assert_true(timer_left(&timers, &owner.timer) == 1);
	test_clock.now += 1;
	assert_true(timers_next(&timers) == 0);
	assert_int_equal(timers_run(&timers), 1);
	assert_int_equal(owner.fired, 1);
	assert_int_equal(timers_run(&timers), 0);
	assert_true(timers_next(&timers) == UINT64_MAX);
}

static void stop_and_restart(void **state)
{
	struct owner owner = { .timer.fire = note };

	timer_stop(&timers, &owner.timer);
	timer_start(&timers, &owner.timer, 100);
	timer_start(&timers, &owner.timer, 300); /* moves it, not a second one */
	assert_int_equal(timers.count, 1);
	test_clock.now += 200;
	assert_int_equal(timers_run(&timers), 0);
	timer_stop(&timers, &owner.timer);
	timer_stop(&timers, &owner.timer);
	test_clock.now += 200;
	assert_int_equal(timers_run(&timers), 0);
	assert_int_equal(owner.fired, 0);
}

/* Late ones fire by due time, equal ones in the order of their start. */
static void order(void **state)
{
	static const uint64_t delays[] = { 30, 10, 20, 10, 30, 10 };
	static const unsigned int ranks[] = { 4, 0, 3, 1, 5, 2 };
	struct owner owners[6] = { 0 };

	for (size_t i = 0; i < 6; i++) {
		owners[i].timer.fire = note;
		timer_start(&timers, &owners[i].timer, delays[i]);
	}
	test_clock.now += 1000;
	assert_int_equal(timers_run(&timers), 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(owners[i].rank, ranks[i]);
}

static struct owner follower = { .timer.fire = note };

static void start_again(struct timer *timer)
{
	note(timer);
	timer_start(&timers, timer, 0);
	timer_stop(&timers, &follower.timer);
}

/* One that restarts itself waits for the next run; one may stop another. */
static void timers_change_while_they_run(void **state)
{
	struct owner owner = { .timer.fire = start_again };

	follower = (struct owner){ .timer.fire = note };
	timer_start(&timers, &owner.timer, 10);
	timer_start(&timers, &follower.timer, 10);
	test_clock.now += 10;
	assert_int_equal(timers_run(&timers), 1);
	assert_int_equal(owner.fired, 1);
	assert_int_equal(follower.fired, 0);
	assert_true(timers_next(&timers) == 0);
	assert_int_equal(timers_run(&timers), 1);
	assert_int_equal(owner.fired, 2);
	timer_stop(&timers, &owner.timer);
}

static void far_future(void **state)
{
	struct owner owner = { .timer.fire = note };

	timer_start(&timers, &owner.timer, UINT64_MAX);
	assert_true(timers_next(&timers) == UINT64_MAX - test_clock.now);
	test_clock.now += SECONDS(1000000);
	assert_int_equal(timers_run(&timers), 0);
	timer_stop(&timers, &owner.timer); /* it goes with this stack frame */
}

/* Every slot knows its timer and no parent is later than its children. */
static void assert_heap(void)
{
	for (size_t slot = 1; slot <= timers.count; slot++) {
		assert_int_equal(timers.heap[slot]->slot, slot);
		if (slot > 1)
			assert_true(timers.heap[slot / 2]->due <= timers.heap[slot]->due);
	}
}

static void many_timers(void **state)
{
	struct owner *owners = must_calloc(MANY, sizeof(*owners));
	uint64_t start = test_clock.now, last = 0;
	size_t fired = 0, stopped = 0;
	unsigned int seed = 1;

	for (size_t i = 0; i < MANY; i++) {
		owners[i].timer.fire = note;
		timer_start(&timers, &owners[i].timer, (uint64_t)rand_r(&seed) % 100000);
	}
	assert_int_equal(timers.count, MANY);
	assert_heap();
	for (size_t i = 0; i < MANY; i += 3) {
		timer_stop(&timers, &owners[i].timer);
		stopped++;
	}
	for (size_t i = 1; i < MANY; i += 3)
		timer_start(&timers, &owners[i].timer, (uint64_t)rand_r(&seed) % 100000);
	assert_heap();
	assert_int_equal(timers.count, MANY - stopped);

	while (timers.count) {
		uint64_t next = timers_next(&timers);

		assert_true(test_clock.now + next >= last);
		last = test_clock.now += next;
		fired += timers_run(&timers);
	}
	assert_int_equal(fired, MANY - stopped);
	assert_true(test_clock.now - start < 100000);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(owners[i].fired, i % 3 != 0);
		if (owners[i].fired)
			assert_true(owners[i].when == owners[i].timer.due);
	}
	free(owners);
}

static void freeing_stops_all(void **state)
{
	struct owner owner = { .timer.fire = note };

	timer_start(&timers, &owner.timer, 1);
	timers_free(&timers);
	assert_false(timer_running(&owner.timer));
	assert_true(timers_next(&timers) == UINT64_MAX);
	timer_start(&timers, &owner.timer, 1); /* and it can be used again */
	assert_int_equal(timers.count, 1);
	timer_stop(&timers, &owner.timer);
}

static void system_time(void **state)
{
	uint64_t before = system_clock.monotonic(&system_clock);

	assert_true(system_clock.monotonic(&system_clock) >= before);
	assert_true(system_clock.realtime(&system_clock) > SECONDS(1700000000)); /* 2023 */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(one_timer),
		TEST(stop_and_restart),
		TEST(order),
		TEST(timers_change_while_they_run),
		TEST(far_future),
		TEST(many_timers),
		TEST(freeing_stops_all),
		TEST(system_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

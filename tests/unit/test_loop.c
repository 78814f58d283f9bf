// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The event loop: sources, timers, signals and the hook between turns.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memory.h"
#include "daemon/loop.h"

#include <cmocka.h>

static struct timers timers;
static struct loop *loop;

static int begin(void **state)
{
	struct result result;

	timers_init(&timers, &system_clock);
	loop = loop_new(&timers, &result);
	return loop ? 0 : -1;
}

static int end(void **state)
{
	loop_free(loop);
	timers_free(&timers);
	return 0;
}

struct alarm {
	struct timer timer;
	uint64_t not_before;
	int *order;
	int rank;
	bool last;
};

static void ring(struct timer *timer)
{
	struct alarm *alarm = (struct alarm *)timer;

	assert_true(system_clock.monotonic(&system_clock) >= alarm->not_before);
	assert_int_equal(*alarm->order, alarm->rank);
	(*alarm->order)++;
	if (alarm->last)
		loop_stop(loop);
}

static void timers_fire_in_order_and_never_early(void **state)
{
	static const uint64_t delays[] = { 3500, 0, 1, 12000, 999, 5001 }; /* microseconds */
	static const int ranks[] = { 3, 0, 1, 5, 2, 4 };
	struct alarm alarms[6];
	int order = 0;
	size_t i;

	for (i = 0; i < 6; i++) {
		alarms[i] = (struct alarm){ .timer.fire = ring,
					    .order = &order,
					    .rank = ranks[i],
					    .not_before = system_clock.monotonic(&system_clock) +
							  delays[i],
					    .last = i == 3 };
		timer_start(&timers, &alarms[i].timer, delays[i]);
	}
	loop_run(loop);
	assert_int_equal(order, 6);
}

struct counter {
	struct loop_source source;
	unsigned int calls;
	struct loop_source *victim; /* to be removed and freed at the first call */
};

static void count_and_keep(struct loop_source *source)
{
	struct counter *counter = (struct counter *)source;

	if (++counter->calls == 3)
		loop_stop(loop);
}

/* What is not read stays readable: a source may take a bounded amount each turn. */
static void unread_data_is_reported_again(void **state)
{
	struct counter counter = { .source = { .fd = eventfd(1, EFD_NONBLOCK),
					       .ready = count_and_keep } };
	struct result result = loop_add(loop, &counter.source);

	assert_int_equal(result.code, 0);
	loop_run(loop);
	assert_int_equal(counter.calls, 3);
	loop_remove(loop, &counter.source);
	close(counter.source.fd);
}

static struct counter *survivor;

static void remove_the_other(struct loop_source *source)
{
	struct counter *counter = (struct counter *)source;
	struct counter *victim = (struct counter *)counter->victim;

	survivor = counter;
	counter->calls++;
	loop_remove(loop, &victim->source);
	close(victim->source.fd);
	free(victim);
	loop_stop(loop);
}

/* Both are readable in one turn; whichever comes first removes and frees the other. */
static void removed_source_is_not_called_in_the_same_turn(void **state)
{
	struct counter *pair[2];
	struct result result;
	int i;

	for (i = 0; i < 2; i++) {
		pair[i] = must_calloc(1, sizeof(*pair[i]));
		pair[i]->source.fd = eventfd(1, EFD_NONBLOCK);
		pair[i]->source.ready = remove_the_other;
		result = loop_add(loop, &pair[i]->source);
		assert_int_equal(result.code, 0);
	}
	pair[0]->victim = &pair[1]->source;
	pair[1]->victim = &pair[0]->source;
	loop_run(loop);
	assert_int_equal(survivor->calls, 1);
	loop_remove(loop, &survivor->source);
	close(survivor->source.fd);
	free(survivor);
}

static int caught_number;

static void caught(void *context, int number)
{
	assert_ptr_equal(context, &timers);
	caught_number = number;
	loop_stop(loop);
}

static void signals_arrive_in_the_loop(void **state)
{
	static const int signals[] = { SIGHUP, SIGTERM, 0 };
	struct result result = loop_catch(loop, signals, caught, &timers);

	assert_int_equal(result.code, 0);
	assert_int_equal(raise(SIGTERM), 0); /* would end the test */
	loop_run(loop);
	assert_int_equal(caught_number, SIGTERM);
	assert_int_equal(raise(SIGHUP), 0);
	loop_run(loop);
	assert_int_equal(caught_number, SIGHUP);
}

struct turns {
	unsigned int calls;
	struct alarm alarm;
};

static void turn(void *context)
{
	(*(unsigned int *)context)++;
}

static void the_hook_runs_after_the_timers_of_a_turn(void **state)
{
	unsigned int turns = 0;
	int order = 0;
	struct alarm alarm = { .timer.fire = ring, .order = &order, .last = true };

	loop_after(loop, turn, &turns);
	timer_start(&timers, &alarm.timer, 0);
	loop_run(loop);
	assert_int_equal(order, 1);
	assert_int_equal(turns, 1); /* the turn that was told to be the last one is complete */
}

int main(void)
{
#define LOOP_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		LOOP_TEST(timers_fire_in_order_and_never_early),
		LOOP_TEST(unread_data_is_reported_again),
		LOOP_TEST(removed_source_is_not_called_in_the_same_turn),
		LOOP_TEST(signals_arrive_in_the_loop),
		LOOP_TEST(the_hook_runs_after_the_timers_of_a_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

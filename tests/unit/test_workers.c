// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pool of worker threads: everything is computed once and comes back once,
 * on the protocol thread.
 */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "daemon/workers.h"

#include <cmocka.h>

static pthread_t protocol_thread;

/* A work that squares its number, and may have followers. */
struct job {
	struct work work;
	struct workers *workers;
	uint64_t number, square;
	unsigned int runs;
	unsigned int followers; /* to submit from done() */
	bool on_protocol_thread, signals_open;
	size_t *finished;
};

static void run(struct work *work)
{
	struct job *job = (struct job *)work;
	sigset_t blocked;

	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	job->signals_open = !sigismember(&blocked, SIGTERM) || !sigismember(&blocked, SIGHUP) ||
			    !sigismember(&blocked, SIGINT) || !sigismember(&blocked, SIGUSR1);
	job->on_protocol_thread = pthread_equal(pthread_self(), protocol_thread);
	job->square = job->number * job->number;
	job->runs++;
}

static void submit(struct workers *workers, uint64_t number, unsigned int followers,
		   size_t *finished);

static void done(struct work *work)
{
	struct job *job = (struct job *)work;

	assert_true(pthread_equal(pthread_self(), protocol_thread));
	assert_false(job->on_protocol_thread);
	assert_false(job->signals_open);
	assert_int_equal(job->runs, 1);
	assert_int_equal(job->square, job->number * job->number);
	(*job->finished)++;
	if (job->followers)
		submit(job->workers, job->number + 1, job->followers - 1, job->finished);
	free(job);
}

static void submit(struct workers *workers, uint64_t number, unsigned int followers,
		   size_t *finished)
{
	struct job *job = must_calloc(1, sizeof(*job));
	size_t before = *finished;

	*job = (struct job){ .work = { .run = run, .done = done },
			     .workers = workers,
			     .number = number,
			     .followers = followers,
			     .finished = finished };
	workers->submit(workers, &job->work);
	assert_int_equal(*finished, before); /* done() comes later, by contract */
}

static struct worker_pool *new_pool(unsigned int threads)
{
	struct result result;
	struct worker_pool *pool = worker_pool_new(threads, &result);

	assert_int_equal(result.code, 0);
	assert_non_null(pool);
	protocol_thread = pthread_self();
	return pool;
}

static void each_work_comes_back_once(void **state)
{
	struct worker_pool *pool = new_pool(4);
	struct pollfd event = { .fd = worker_pool_fd(pool), .events = POLLIN };
	size_t finished = 0;
	uint64_t i;

	for (i = 0; i < 20000; i++) {
		submit(worker_pool_workers(pool), i, 0, &finished);
		if (i % 64 == 0)
			worker_pool_collect(pool); /* as the loop does, between other things */
	}
	while (finished < 20000) {
		assert_int_equal(poll(&event, 1, 10000), 1);
		worker_pool_collect(pool);
	}
	assert_int_equal(poll(&event, 1, 0), 0); /* and no wake-up is left over */
	worker_pool_free(pool);
}

static void drain_waits_for_followers(void **state)
{
	struct worker_pool *pool = new_pool(3);
	size_t finished = 0;
	uint64_t i;

	for (i = 0; i < 50; i++)
		submit(worker_pool_workers(pool), i, 9, &finished);
	worker_pool_drain(pool);
	assert_int_equal(finished, 500);
	worker_pool_drain(pool); /* nothing to wait for */
	worker_pool_free(pool);
}

static void collect_without_work_returns(void **state)
{
	struct worker_pool *pool = new_pool(0);

	worker_pool_collect(pool);
	worker_pool_free(pool);
	worker_pool_free(NULL);
}

/* One work in the hands of the only thread: nothing may be reported before it is over. */
static int gate[2];

static void run_behind_gate(struct work *work)
{
	char octet;

	if (read(gate[0], &octet, 1) != 1)
		abort();
}

static void note_done(struct work *work)
{
	work->run = NULL;
}

static void not_readable_before_work_is_over(void **state)
{
	struct worker_pool *pool = new_pool(1);
	struct pollfd event = { .fd = worker_pool_fd(pool), .events = POLLIN };
	struct work work = { .run = run_behind_gate, .done = note_done };

	assert_int_equal(pipe(gate), 0);
	worker_pool_workers(pool)->submit(worker_pool_workers(pool), &work);
	assert_int_equal(poll(&event, 1, 20), 0);
	assert_int_equal(write(gate[1], "", 1), 1);
	assert_int_equal(poll(&event, 1, 10000), 1);
	assert_non_null(work.run);
	worker_pool_collect(pool);
	assert_null(work.run);
	worker_pool_free(pool);
	close(gate[0]);
	close(gate[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_work_comes_back_once),
		cmocka_unit_test(drain_waits_for_followers),
		cmocka_unit_test(collect_without_work_returns),
		cmocka_unit_test(not_readable_before_work_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A pool of threads for public-key work; loop.c has the rules.
 */

#include "daemon/workers.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memory.h"

enum { THREADS_MAX = 64 };

TAILQ_HEAD(work_list, work);

/**
 * struct worker_pool - threads with one queue in and one out
 * @event: an eventfd, written when @finished becomes non-empty
 * @lock: protects what follows
 * @wanted: signalled for each new work, and to stop
 */
struct worker_pool {
	struct workers base;
	int event;
	unsigned int thread_count;
	pthread_t threads[THREADS_MAX];
	pthread_mutex_t lock;
	pthread_cond_t wanted;
	struct work_list queue;
	struct work_list finished;
	bool stopping;
};

static void *worker(void *context)
{
	const uint64_t one = 1;
	struct worker_pool *pool = context;
	struct work *work;
	bool wake;

	pthread_mutex_lock(&pool->lock);
	for (;;) {
		while (!pool->stopping && TAILQ_EMPTY(&pool->queue))
			pthread_cond_wait(&pool->wanted, &pool->lock);
		work = TAILQ_FIRST(&pool->queue);
		if (!work)
			break; /* stopping, and nothing left */
		TAILQ_REMOVE(&pool->queue, work, link);
		pthread_mutex_unlock(&pool->lock);

		work->run(work);

		pthread_mutex_lock(&pool->lock);
		wake = TAILQ_EMPTY(&pool->finished);
		TAILQ_INSERT_TAIL(&pool->finished, work, link);
		/* The counter cannot overflow: it is reset before the list is emptied. */
		if (wake && write(pool->event, &one, sizeof(one)) != sizeof(one))
			abort();
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static void submit(struct workers *workers, struct work *work)
{
	struct worker_pool *pool = (struct worker_pool *)workers; /* @base comes first */

	pool->base.queued++;
	pthread_mutex_lock(&pool->lock);
	TAILQ_INSERT_TAIL(&pool->queue, work, link);
	pthread_mutex_unlock(&pool->lock);
	pthread_cond_signal(&pool->wanted);
}

void worker_pool_collect(struct worker_pool *pool)
{
	struct work_list finished = TAILQ_HEAD_INITIALIZER(finished);
	struct work *work;
	uint64_t count;

	/* First the counter, then the list: what comes in between wakes us again. */
	if (read(pool->event, &count, sizeof(count)) != sizeof(count))
		return; /* EAGAIN: nothing to collect */
	pthread_mutex_lock(&pool->lock);
	TAILQ_CONCAT(&finished, &pool->finished, link);
	pthread_mutex_unlock(&pool->lock);

	while ((work = TAILQ_FIRST(&finished))) {
		TAILQ_REMOVE(&finished, work, link);
		pool->base.done++;
		work->done(work);
	}
}

void worker_pool_drain(struct worker_pool *pool)
{
	struct pollfd event = { .fd = pool->event, .events = POLLIN };

	while (pool->base.done < pool->base.queued) {
		if (poll(&event, 1, -1) == 1)
			worker_pool_collect(pool);
	}
}

static unsigned int usable_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return (unsigned int)CPU_COUNT(&set);
}

/* Workers get no signal: all belong to the protocol thread. */
static int start_thread(struct worker_pool *pool)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&pool->threads[pool->thread_count], NULL, worker, pool);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!error)
		pool->thread_count++;
	return error;
}

struct worker_pool *worker_pool_new(unsigned int threads, struct result *why)
{
	struct worker_pool *pool = must_calloc(1, sizeof(*pool));
	int error = 0;

	pool->base.submit = submit;
	TAILQ_INIT(&pool->queue);
	TAILQ_INIT(&pool->finished);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->wanted, NULL);
	*why = RESULT_OK;
	pool->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (pool->event < 0) {
		*why = fail(-errno, "cannot make an event descriptor: %s", strerror(errno));
		worker_pool_free(pool);
		return NULL;
	}
	if (!threads)
		threads = usable_cpus();
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	while (!error && pool->thread_count < threads)
		error = start_thread(pool);
	if (!pool->thread_count) { /* fewer than wanted will do */
		*why = fail(-error, "cannot start a thread: %s", strerror(error));
		worker_pool_free(pool);
		return NULL;
	}
	return pool;
}

void worker_pool_free(struct worker_pool *pool)
{
	unsigned int i;

	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stopping = true;
	pthread_mutex_unlock(&pool->lock);
	pthread_cond_broadcast(&pool->wanted);
	for (i = 0; i < pool->thread_count; i++)
		pthread_join(pool->threads[i], NULL);
	if (pool->event >= 0)
		close(pool->event);
	pthread_cond_destroy(&pool->wanted);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

struct workers *worker_pool_workers(struct worker_pool *pool)
{
	return &pool->base;
}

int worker_pool_fd(const struct worker_pool *pool)
{
	return pool->event;
}

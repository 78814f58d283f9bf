/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_BASE_WORK_H
#define SEKI_BASE_WORK_H

#include <stdint.h>
#include <sys/queue.h>

/**
 * struct work - a computation that may take long (DH, signatures)
 * @run: on a worker thread: touches nothing but what the work itself holds
 * @done: on the protocol thread, after @run; may free the work
 */
struct work {
	void (*run)(struct work *work);
	void (*done)(struct work *work);
	TAILQ_ENTRY(work) link; /* the pool's */
};

/**
 * struct workers - runs work elsewhere; tests run it later on the same thread
 * @submit: never blocks and never calls work->done before it has returned
 * @queued, @done: how many so far; for the protocol thread
 */
struct workers {
	uint64_t queued, done;
	void (*submit)(struct workers *workers, struct work *work);
};

#endif

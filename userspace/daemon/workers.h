/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_DAEMON_WORKERS_H
#define SEKI_DAEMON_WORKERS_H

#include "base/result.h"
#include "base/work.h"

/* Threads behind struct workers. All calls belong on the protocol thread. */

struct worker_pool;

/** worker_pool_new() - @threads: 0 for one on each CPU that we may use */
struct worker_pool *worker_pool_new(unsigned int threads, struct result *why);
/** worker_pool_free() - after worker_pool_drain(); NULL is fine */
void worker_pool_free(struct worker_pool *pool);

struct workers *worker_pool_workers(struct worker_pool *pool);
/** worker_pool_fd() - readable when worker_pool_collect() has something to do */
int worker_pool_fd(const struct worker_pool *pool);
/** worker_pool_collect() - calls done() of what has been computed */
void worker_pool_collect(struct worker_pool *pool);
/**
 * worker_pool_drain() - waits until all is computed and done()
 *
 * To be called before that is freed which done() needs.
 */
void worker_pool_drain(struct worker_pool *pool);

#endif

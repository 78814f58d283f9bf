/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_DAEMON_LOOP_H
#define SEKI_DAEMON_LOOP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/result.h"
#include "base/timer.h"

/**
 * struct loop_source - a descriptor to watch, embedded in its owner
 * @ready: it can be read, or has an error; may remove any source, its own too
 */
struct loop_source {
	int fd;
	void (*ready)(struct loop_source *source);
};

struct loop;

struct loop *loop_new(struct timers *timers, struct result *why);
void loop_free(struct loop *loop); /* sources are their owners'; NULL is fine */

struct result loop_add(struct loop *loop, struct loop_source *source);
void loop_remove(struct loop *loop, struct loop_source *source); /* before its fd is closed */

/**
 * loop_catch() - blocks @signals in this thread, and those it starts from now
 * on, and delivers them from loop_run()
 * @signals: numbers, 0 at the end
 */
struct result loop_catch(struct loop *loop, const int *signals,
			 void (*caught)(void *context, int number), void *context);
/** loop_after() - @turn is called after each turn, when no source is being read */
void loop_after(struct loop *loop, void (*turn)(void *context), void *context);

void loop_run(struct loop *loop); /* until loop_stop() */
void loop_stop(struct loop *loop); /* ends after this turn */

#endif

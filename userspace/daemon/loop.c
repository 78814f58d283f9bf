// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who runs what
 * =============
 *
 * One thread, the one that entered loop_run(), does everything that is
 * protocol: it reads datagrams, events of the kernel, requests of the control
 * socket and signals, fires timers, walks the state machines, and is the only
 * one that calls the kernel, logs, or allocates and frees shared objects.
 * Nothing of that takes a lock, and nothing of it may wait: sockets are
 * non-blocking, netlink requests are answered by the kernel before the call
 * returns.
 *
 * What takes long, public-key work, goes to the threads of workers.c. A worker
 * touches the one struct work that it was handed and nothing else; the work
 * comes back as a readable descriptor, so that its done() runs here. The lock
 * of the pool's two queues is the daemon's only lock.
 *
 * One turn of the loop:
 *
 *	epoll_wait() until a descriptor is readable or the next timer is due
 *	each readable source: takes a bounded amount, the rest the next turn
 *	all due timers
 *	the turn hook: what had to wait until no source is being read
 *
 * The wait ends at the next timer by epoll's own timeout: a millisecond is
 * fine enough for key exchange, and a timerfd would have to be set anew in
 * every turn. Signals are blocked everywhere and read from a descriptor, so
 * no code ever runs inside a signal handler.
 */

#include "daemon/loop.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/container.h"
#include "base/memory.h"

enum { EVENTS_PER_TURN = 32 };

/**
 * struct loop - what one thread waits for
 * @events, @ready: of this turn; a source that is removed meanwhile leaves a NULL
 */
struct loop {
	int epoll;
	struct timers *timers;
	struct epoll_event events[EVENTS_PER_TURN];
	int ready;
	struct loop_source signals;
	void (*caught)(void *context, int number);
	void *caught_context;
	void (*turn)(void *context);
	void *turn_context;
	bool stopped;
};

struct loop *loop_new(struct timers *timers, struct result *why)
{
	struct loop *loop = must_calloc(1, sizeof(*loop));

	loop->timers = timers;
	loop->signals.fd = -1;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		*why = fail(-errno, "cannot make an epoll descriptor: %s", strerror(errno));
		free(loop);
		return NULL;
	}
	*why = RESULT_OK;
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	if (loop->signals.fd >= 0)
		close(loop->signals.fd);
	close(loop->epoll);
	free(loop);
}

struct result loop_add(struct loop *loop, struct loop_source *source)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, source->fd, &event))
		return fail(-errno, "cannot watch a descriptor: %s", strerror(errno));
	return RESULT_OK;
}

void loop_remove(struct loop *loop, struct loop_source *source)
{
	int i;

	epoll_ctl(loop->epoll, EPOLL_CTL_DEL, source->fd, NULL);
	for (i = 0; i < loop->ready; i++)
		if (loop->events[i].data.ptr == source)
			loop->events[i].data.ptr = NULL;
}

static void read_signals(struct loop_source *source)
{
	struct loop *loop = container_of(source, struct loop, signals);
	struct signalfd_siginfo info;

	while (read(source->fd, &info, sizeof(info)) == sizeof(info))
		loop->caught(loop->caught_context, (int)info.ssi_signo);
}

struct result loop_catch(struct loop *loop, const int *signals,
			 void (*caught)(void *context, int number), void *context)
{
	sigset_t set;
	int error;

	sigemptyset(&set);
	for (; *signals; signals++)
		sigaddset(&set, *signals);
	error = pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (error)
		return fail(-error, "cannot block signals: %s", strerror(error));
	loop->caught = caught;
	loop->caught_context = context;
	loop->signals.ready = read_signals;
	loop->signals.fd = signalfd(loop->signals.fd, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (loop->signals.fd < 0)
		return fail(-errno, "cannot make a signal descriptor: %s", strerror(errno));
	return loop_add(loop, &loop->signals);
}

void loop_after(struct loop *loop, void (*turn)(void *context), void *context)
{
	loop->turn = turn;
	loop->turn_context = context;
}

/* Milliseconds to the next timer, rounded up so that it is due then. */
static int wait_time(const struct loop *loop)
{
	uint64_t left = timers_next(loop->timers);

	if (left == UINT64_MAX)
		return -1;
	left = (left + MILLISECONDS(1) - 1) / MILLISECONDS(1);
	return left > INT_MAX ? INT_MAX : (int)left;
}

void loop_run(struct loop *loop)
{
	struct loop_source *source;
	int i;

	loop->stopped = false;
	while (!loop->stopped) {
		/* Fails with EINTR only, after the process was stopped and continued. */
		loop->ready =
			epoll_wait(loop->epoll, loop->events, EVENTS_PER_TURN, wait_time(loop));
		for (i = 0; i < loop->ready; i++) {
			source = loop->events[i].data.ptr;
			if (source)
				source->ready(source);
		}
		loop->ready = 0;
		timers_run(loop->timers);
		if (loop->turn)
			loop->turn(loop->turn_context);
	}
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_DAEMON_PROCESS_H
#define SEKI_DAEMON_PROCESS_H

#include <stdbool.h>

#include "base/result.h"

/* What a daemon is to the system: its privileges, its parent, its supervisor. */

/**
 * process_detach() - goes to the background
 *
 * The parent stays until process_detached(), and exits with success only then:
 * whoever started us knows whether the daemon works. To be called before any
 * thread is started.
 */
struct result process_detach(void);
/** process_detached() - lets the parent go, and gives up the terminal; false without process_detach() */
bool process_detached(void);

/** process_notify() - tells the supervisor, sd_notify(3): "READY=1"; does nothing without one */
void process_notify(const char *state);
bool process_supervised(void);

/** process_harden() - no core dumps and no debugger: memory holds keys */
void process_harden(void);
/** process_drop_privileges() - keeps what netlink and the loan of sockets need */
struct result process_drop_privileges(void);

struct result process_write_pid(const char *path);

/** process_log() - a line to the system's log, for a daemon without stderr */
void process_log(bool error, const char *line);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_KERNEL_NETLINK_H
#define SEKI_KERNEL_NETLINK_H

/* The kernel behind struct kernel: SAs and their events over the generic
 * netlink family "seki", tunnels over rtnetlink. All calls belong on the
 * protocol thread. A receiver of events may use the ops table, but no function
 * of this header.
 */

#include "kernel/kernel.h"

/**
 * kernel_netlink_new() - NULL with the reason when the module is not there
 *
 * Asking for the family makes the kernel load seki.ko by its alias.
 */
struct kernel *kernel_netlink_new(struct result *why);
void kernel_netlink_free(struct kernel *kernel);

enum { KERNEL_NETLINK_FDS = 2 };
/** kernel_netlink_fds() - what to poll for reading */
void kernel_netlink_fds(const struct kernel *kernel, int fds[KERNEL_NETLINK_FDS]);
/**
 * kernel_netlink_read() - takes the events that wait on @fd and hands them on
 *
 * Lost events are made up for by kernel_netlink_resync().
 */
void kernel_netlink_read(struct kernel *kernel, int fd);
/**
 * kernel_netlink_resync() - compares the kernel's tunnels with those known
 *
 * Tells the differences as events, at the first call every tunnel, and repeats
 * the soft expiry of SAs that are past it. A tunnel that was seen while
 * @events had no receiver counts as not told yet.
 */
struct result kernel_netlink_resync(struct kernel *kernel);
/**
 * kernel_netlink_lend_socket() - lets the module take ESP out of a UDP socket
 *
 * Ends when the socket is closed; until then the module cannot be unloaded.
 */
struct result kernel_netlink_lend_socket(struct kernel *kernel, int fd);

/** kernel_drop_name() - of SEKI_A_DROPS_*: "auth-failed"; NULL for other numbers */
const char *kernel_drop_name(int attribute);

#endif

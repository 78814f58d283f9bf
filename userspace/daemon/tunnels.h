/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_DAEMON_TUNNELS_H
#define SEKI_DAEMON_TUNNELS_H

/* The interfaces that the configuration asks for: made, adopted, kept as the
 * configuration says. Other interfaces are never touched.
 */

#include <stdio.h>

#include "ike/policy.h"
#include "kernel/kernel.h"

struct tunnels;

/** tunnels_new() - @simulated: @kernel is kernel_none_new()'s, which has no interfaces */
struct tunnels *tunnels_new(struct kernel *kernel, bool simulated);
void tunnels_free(struct tunnels *tunnels); /* interfaces stay; NULL is fine */

/**
 * tunnels_apply() - makes the kernel agree with @policy
 * @report: gets a line for each problem, the log too; may be NULL
 *
 * Only what differs from the last time is taken away again, and an interface
 * only when we made it.
 * Return: the number of problems
 */
size_t tunnels_apply(struct tunnels *tunnels, const struct policy *policy, FILE *report);
/** tunnels_tell() - simulated tunnels report themselves to the kernel's receiver of events */
void tunnels_tell(struct tunnels *tunnels);

/*
 * Events. The kernel takes routes away when an interface goes down, and an
 * interface may be made by hand after us: noted at the event, and put right by
 * tunnels_settle() when no event is being read.
 */
void tunnels_seen(struct tunnels *tunnels, const struct kernel_tunnel *tunnel);
void tunnels_gone(struct tunnels *tunnels, uint32_t ifindex);
void tunnels_settle(struct tunnels *tunnels);

/** tunnel_linux_name() - Tunnel0 is tunnel0; false when it is no name for an interface */
bool tunnel_linux_name(const char *name, char linux_name[16]);

#endif

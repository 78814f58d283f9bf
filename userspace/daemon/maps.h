/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_DAEMON_MAPS_H
#define SEKI_DAEMON_MAPS_H

/* The crypto maps of the configuration as policies of the kernel: made, kept,
 * replaced as the configuration says. Policies of others are never touched.
 */

#include <stdio.h>

#include "ike/ike.h"
#include "ike/policy.h"
#include "kernel/kernel.h"

/** struct map_device - the network device behind an "interface" stanza, and its address */
struct map_device {
	uint32_t ifindex;
	char name[16];
	struct address address;
};

typedef bool map_device_finder(void *context, const struct interface_config *stanza,
			       struct map_device *device);
/** maps_find_device() - that of this host with the stanza's name, or else with its address */
map_device_finder maps_find_device;

struct maps;

/** maps_new() - @find is handed @context */
struct maps *maps_new(struct kernel *kernel, struct ike *ike, map_device_finder *find,
		      void *context);
void maps_free(struct maps *maps); /* the kernel's policies stay; NULL is fine */

/**
 * maps_apply() - makes the kernel and the engine agree with @policy
 * @report: gets a line for each problem, the log too; may be NULL
 *
 * The first time it adopts what an earlier daemon has left. Only what differs is
 * touched, and traffic in the others is not interrupted.
 * Return: the number of problems
 */
size_t maps_apply(struct maps *maps, const struct policy *policy, FILE *report);

/** maps_changed() - devices or addresses of the host: looked after by maps_settle() */
void maps_changed(struct maps *maps);
void maps_settle(struct maps *maps, const struct policy *policy);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_IKE_H
#define SEKI_IKE_IKE_H

/*
 * The key exchange engine as the daemon, the control socket and the tests see
 * it. One engine serves one network namespace. It has no thread, no socket and
 * no clock of its own: all of them come with struct ike_env.
 */

#include "base/address.h"
#include "base/bytes.h"
#include "base/timer.h"
#include "base/work.h"
#include "kernel/kernel.h"
#include "net/net.h"

struct policy;
struct ike_version;

/** struct ike_env - the world outside; all outlive the engine */
struct ike_env {
	struct kernel *kernel;
	struct net *net;
	struct timers *timers;
	struct workers *workers;
};

struct ike;

struct ike *ike_new(const struct ike_env *env, const struct policy *policy);
/** ike_add_version() - lets a version of the protocol (&ikev2) take part */
void ike_add_version(struct ike *ike, const struct ike_version *version);
/** ike_free() - forgets everything without a word to peer or kernel: SAs keep carrying traffic */
void ike_free(struct ike *ike);
/** ike_set_policy() - for what is negotiated from now on; SAs whose profile is gone are deleted */
void ike_set_policy(struct ike *ike, const struct policy *policy);
/** ike_shutdown() - tells all peers and removes the kernel's SAs; ike_idle() says when that is over */
void ike_shutdown(struct ike *ike);
bool ike_idle(const struct ike *ike);
/** ike_abandon() - the time for that is up: removes the kernel's SAs, whatever peers say */
void ike_abandon(struct ike *ike);

/* What comes in. ike_kernel_events() fills the table with these engine's receivers. */
void ike_receive(void *ike, const struct endpoint *local, const struct endpoint *remote,
		 struct bytes message);
struct kernel_events ike_kernel_events(struct ike *ike);

/**
 * ike_add_flow() - a policy that the kernel has by now: its packets may ask for SAs
 * @device, @map: their names, for people
 */
void ike_add_flow(struct ike *ike, const struct kernel_policy *policy, const char *device,
		  const char *map);
/** ike_delete_flow() - tells the peer; deleting the policy, which is next, takes the SAs along */
void ike_delete_flow(struct ike *ike, uint32_t policy);

/**
 * struct sa_filter - which IKE SAs are meant; what is 0 or NULL is no condition
 * @id: its "SA ID", or "conn-id"
 */
struct sa_filter {
	unsigned int version;
	const struct address *remote;
	uint32_t id;
};

/**
 * struct child_filter - which IPsec SAs are meant; what is 0 or NULL is no condition
 * @map: the crypto map, or the "Crypto map tag" of a tunnel
 * @destination, @protocol, @spi: of one SA, inbound or outbound; all it was made with belong to it
 * @connection: the "conn id" of one SA
 */
struct child_filter {
	const struct address *remote;
	const char *map;
	const struct address *destination;
	uint8_t protocol;
	uint32_t spi;
	uint32_t connection;
};

/* What the administrator orders, for all when the filter is NULL. Each returns how many it found. */
size_t ike_clear_sas(struct ike *ike, const struct sa_filter *filter); /* children go with them */
/** ike_clear_sas_alone() - children stay, where the version can do without an IKE SA */
size_t ike_clear_sas_alone(struct ike *ike, const struct sa_filter *filter);
/** ike_clear_children() - they are made again at once while the tunnel is up */
size_t ike_clear_children(struct ike *ike, const struct child_filter *filter);
/** ike_clear_counters() - of all IPsec SAs: show counts from now on */
size_t ike_clear_counters(struct ike *ike);
size_t ike_rekey_sas(struct ike *ike, const struct sa_filter *filter);
size_t ike_rekey_children(struct ike *ike, const struct child_filter *filter);
/** ike_redirect_sas() - sends clients to another gateway; those that cannot be redirected stay */
size_t ike_redirect_sas(struct ike *ike, const struct address *remote,
			const struct address *gateway);

#endif

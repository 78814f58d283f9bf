/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_TESTS_SIM_H
#define SEKI_TESTS_SIM_H

/*
 * Two daemons in one process: virtual clock, a network that loses, repeats and
 * reorders, workers that run when told, and kernels that check what they are
 * given. Everything random comes from one seed, so that a failure comes back.
 */

#include "base/timer.h"
#include "ike/facts.h"
#include "ike/ike.h"
#include "ike/policy.h"
#include "ike/sa.h"

struct sim;

/** struct sim_sa - one SA of a fake kernel */
struct sim_sa {
	TAILQ_ENTRY(sim_sa) link;
	struct kernel_sa sa;
	struct buffer encr_key, integ_key;
	bool larval;
	uint64_t packets, last_packet;
};

TAILQ_HEAD(sim_sa_list, sim_sa);

/** struct sim_policy - one entry of a fake kernel's crypto maps */
struct sim_policy {
	TAILQ_ENTRY(sim_policy) link;
	struct kernel_policy policy;
	uint32_t current_out; /* as of the tunnel */
};

TAILQ_HEAD(sim_policy_list, sim_policy);

#define SIM_PREFIXES_MAX 32

/** struct sim_prefixes - addresses of a tunnel, or routes into it */
struct sim_prefixes {
	size_t count;
	struct prefix items[SIM_PREFIXES_MAX];
};

/** struct sim_node - one daemon with its kernel */
struct sim_node {
	struct sim *sim;
	int index;
	struct ike *ike;
	struct policy *policy;
	struct kernel kernel;
	struct net net;
	struct workers workers;
	struct kernel_tunnel tunnel;
	struct sim_sa_list sas;
	struct sim_policy_list policies;
	uint32_t last_policy;
	uint32_t current_out; /* SPI of the tunnel's outbound SA, 0 for none */
	unsigned int fail_alloc, fail_add; /* refuse the next so many calls */
	uint64_t keepalives; /* that came from the peer's end of the wire */
	struct sim_prefixes addresses, routes;
	struct maps *maps; /* of sim_maps() */
	uint64_t lost_no_sa; /* packets that could not be sent or found no SA */
};

/** struct sim_message - a datagram on its way, for filters */
struct sim_message {
	TAILQ_ENTRY(sim_message) link;
	uint64_t due;
	uint64_t order;
	int to;
	struct endpoint from, at; /* as the receiver sees them */
	struct buffer octets; /* a NAT keepalive: 0xff */
};

struct sim {
	struct clock clock;
	uint64_t now;
	struct timers timers;
	struct sim_node nodes[2];
	TAILQ_HEAD(, sim_message) wire;
	TAILQ_HEAD(, work) works;
	uint64_t random, order;
	unsigned int loss, repeat, reorder; /* percent */
	uint64_t delay; /* one way, microseconds */
	bool cut; /* the wire is unplugged */
	uint64_t sent, lost;
	/**
	 * @filter: sees each datagram before it is queued and may change it;
	 * false swallows it
	 */
	bool (*filter)(struct sim *sim, struct sim_message *message);
	void *filter_context;
	struct {
		char text[400];
	} * log; /* every line, for assertions */
	size_t log_count, log_capacity;
};

/** sim_new() - two nodes 10.0.0.1 and 10.0.0.2 from configuration text, tunnels not up yet */
struct sim *sim_new(uint64_t seed, const char *config_1, const char *config_2);
void sim_free(struct sim *sim); /* also checks that nothing is left behind */
/** sim_up() - the tunnel of a node is set up (or down) */
void sim_set_up(struct sim *sim, int node, bool up);
void sim_run(struct sim *sim, uint64_t microseconds);
/** sim_run_until() - true as soon as the condition holds */
bool sim_run_until(struct sim *sim, uint64_t microseconds, bool (*condition)(struct sim *sim));
bool sim_both_up(struct sim *sim);
bool sim_idle(struct sim *sim); /* nothing on the wire, no work */
/** sim_ping() - does a packet pass from @node to the other one, with the same keys on both sides? */
bool sim_ping(struct sim *sim, int node);
/**
 * sim_add_policy() - to kernel and daemon of a node, between the nodes' addresses
 * Return: the number that the kernel chose
 */
uint32_t sim_add_policy(struct sim *sim, int node, struct kernel_policy policy);
/**
 * sim_maps() - the crypto maps of a node's configuration, for the interface "Serial0" or "eth0"
 * @config: another configuration from now on, or NULL
 */
void sim_maps(struct sim *sim, int node, const char *config);
/** sim_flow() - the policy whose packets go to this network, "10.1.0.0"; 0 for none */
uint32_t sim_flow(const struct sim *sim, int node, const char *destination);
/** sim_acquire() - a packet of this policy has no SA */
void sim_acquire(struct sim *sim, int node, uint32_t policy);
/** sim_ping_policy() - the policy of the other node that a packet of this one's arrives at, or 0 */
uint32_t sim_ping_policy(struct sim *sim, int node, uint32_t policy);
/** sim_ping_lost() - a packet of @node that gets lost on the wire */
void sim_ping_lost(struct sim *sim, int node);
size_t sim_count_sas(const struct sim *sim, int node); /* IKE SAs */
size_t sim_count_kernel(const struct sim *sim, int node); /* kernel SAs, larval ones too */
bool sim_logged(const struct sim *sim, const char *part);
/** sim_has() - is the address, or network, among them? */
bool sim_has(const struct sim_prefixes *list, const char *text);
uint64_t sim_stat(const struct sim *sim, int node, enum ike_stat stat);
/** sim_restart() - the daemon of a node dies without a word and starts again; its kernel stays */
void sim_restart(struct sim *sim, int node);
void sim_inject(struct sim *sim, int to, const struct endpoint *from, struct bytes octets);

/* S0's two configurations with the legacy permission, and a modern pair. */
extern const char sim_modern_1[], sim_modern_2[];

#endif

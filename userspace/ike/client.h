/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_CLIENT_H
#define SEKI_IKE_CLIENT_H

/*
 * Remote access: what a server gives to a client (RFC 7296 section 3.15), and
 * the pools that addresses come from. Both ends keep the same noun at their
 * IKE SA; a rekey hands it on.
 */

#include <sys/queue.h>
#include <uthash.h>

#include "base/address.h"
#include "base/result.h"
#include "codec/identity.h"
#include "ike/policy.h"

struct ike;
struct ike_sa;
struct tunnel;

#define CLIENT_SERVERS_MAX 4
#define CLIENT_SUBNETS_MAX 16
#define CLIENT_VERSION_MAX 80

/**
 * struct client_config - of one IKE SA; addresses of AF_UNSPEC are not given
 * @inner: of the client, one of each family, with the network that they are in
 */
struct client_config {
	bool server; /* we gave it */
	struct prefix inner[FAMILY_COUNT];
	size_t dns_count, nbns_count, subnet_count;
	struct address dns[CLIENT_SERVERS_MAX], nbns[CLIENT_SERVERS_MAX];
	struct prefix subnets[CLIENT_SUBNETS_MAX]; /* behind the server */
	char version[CLIENT_VERSION_MAX]; /* of the peer's software, printable; "" not told */
	struct lease *leases[FAMILY_COUNT]; /* of the server */
};

/** struct lease - an address of a pool, with the client that has it or had it last */
struct lease {
	UT_hash_handle hh;
	TAILQ_ENTRY(lease) link; /* in the list of those that nobody has, while @taken is false */
	struct address address;
	struct identity client;
	bool taken;
	uint32_t ifindex; /* of the tunnel that the address is routed into, 0: none */
};

/** struct leases - of one engine; a pool has none of its own, so that pools may overlap */
struct leases {
	struct lease *by_address; /* uthash */
	TAILQ_HEAD(, lease) idle; /* longest ago first */
};

void leases_init(struct leases *leases);
void leases_free(struct leases *leases);

/**
 * lease_take() - an address for a client: the one it had, or wishes if free, or any
 * @wish: AF_UNSPEC for none
 * Return: -ENOSPC when the pool is used up
 */
struct result lease_take(struct leases *leases, const struct address_pool *pool,
			 const struct identity *client, const struct address *wish,
			 struct lease **out);
/** lease_release() - the client may have it again, or somebody else who needs it */
void lease_release(struct leases *leases, struct lease *lease);

/** client_config_of() - of an IKE SA, made on demand */
struct client_config *client_config_of(struct ike_sa *sa);
/** client_config_end() - the SA ends; @keep: the kernel's SAs carry on, and so does the route */
void client_config_end(struct ike_sa *sa, bool keep);
/** client_config_move() - to the IKE SA that replaces its own */
void client_config_move(struct ike_sa *from, struct ike_sa *to);

/** client_has_address() - of either family */
bool client_has_address(const struct client_config *config);
/** client_route() - server: leads the client's addresses into its tunnel */
void client_route(struct ike_sa *sa, struct tunnel *tunnel);
/** client_is_given() - "ip address negotiated" */
bool client_is_given(const struct tunnel *tunnel, enum family family);
/** client_wants_address() - "ip address negotiated", and the SA has brought none of any family yet */
bool client_wants_address(const struct ike_sa *sa, const struct tunnel *tunnel, enum family family);
/** client_configure() - client: gives its tunnel the addresses and routes that it was given */
struct result client_configure(const struct client_config *config, struct tunnel *tunnel);
/** client_unconfigure() - takes them away */
void client_unconfigure(struct tunnel *tunnel);

#endif

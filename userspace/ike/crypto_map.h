/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_CRYPTO_MAP_H
#define SEKI_IKE_CRYPTO_MAP_H

/*
 * Crypto maps (rows D17, D18): which traffic of an interface is protected, and
 * how. An entry is an IPsec profile with a peer and an access list; each permit
 * of the list gets a pair of SAs of its own.
 */

#include "ike/policy.h"
#include "kernel/kernel.h"

/**
 * struct access_entry - one line of an access list
 * @number: its place in the list: 10, 20 ... when not given
 * @fault: why it cannot choose traffic for us, NULL when it can; then nothing else counts
 * @protocol: 0 for all of IP
 */
struct access_entry {
	TAILQ_ENTRY(access_entry) link;
	struct source_place place;
	uint32_t number;
	char *fault;
	bool permit;
	uint8_t protocol;
	struct prefix source, destination;
	struct port_range source_ports, destination_ports;
};

/** struct access_list - "access-list N ..." or "ip access-list extended NAME" */
struct access_list {
	TAILQ_ENTRY(access_list) link;
	char *name;
	struct source_place place;
	bool named; /* by "ip access-list extended" */
	bool used; /* by a crypto map */
	TAILQ_HEAD(access_entries, access_entry) entries; /* by number */
};

/**
 * struct crypto_map_entry - "crypto map NAME SEQ ipsec-isakmp"
 * @profile: how its traffic is protected, and the owner of this; its name is "NAME SEQ"
 * @peer: whom SAs are made with
 * @peer_name: as written, when it is a host's name
 */
struct crypto_map_entry {
	TAILQ_ENTRY(crypto_map_entry) link;
	const struct crypto_map *map;
	uint32_t sequence;
	const struct ipsec_profile *profile;
	struct address peer;
	char *peer_name;
	const struct access_list *list;
};

/** struct crypto_map - all entries with one NAME; nothing happens unless an interface has it */
struct crypto_map {
	TAILQ_ENTRY(crypto_map) link;
	char *name;
	struct source_place place;
	char *local_interface; /* "crypto map NAME local-address INTERFACE"; NULL: its own */
	TAILQ_HEAD(, crypto_map_entry) entries; /* by sequence */
};

/** struct host_config - "ip host NAME ADDRESS" */
struct host_config {
	TAILQ_ENTRY(host_config) link;
	char *name;
	struct source_place place;
	struct address address;
};

struct crypto_map *policy_find_crypto_map(const struct policy *policy, const char *name);
struct access_list *policy_find_access_list(const struct policy *policy, const char *name);
/** policy_find_host() - by its name, or its name without our own domain */
const struct host_config *policy_find_host(const struct policy *policy, const char *name);

/* What policy_free() needs */
void crypto_map_entry_free(struct crypto_map_entry *entry);
void crypto_map_free(struct crypto_map *map);
void access_list_free(struct access_list *list);
void host_config_free(struct host_config *host);

#endif

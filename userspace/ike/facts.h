/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_FACTS_H
#define SEKI_IKE_FACTS_H

/* What show prints, as plain values: rows J01, J02, J04. The views live until
 * the callback returns.
 */

#include "base/address.h"
#include "codec/codec.h"
#include "codec/identity.h"
#include "ike/client.h"
#include "kernel/kernel.h"

struct ike;

/** struct ike_sa_facts - one IKE SA */
struct ike_sa_facts {
	uint32_t tunnel_id; /* small and stable: "SA ID = 1" */
	uint8_t version; /* 1 or 2 */
	const char *state; /* "READY", "I_WAIT_INIT" ...: IOS's names */
	bool established;
	bool initiator;
	struct endpoint local, remote;
	const char *fvrf, *ivrf; /* "none" */
	const char *profile;
	struct transform encr, integ, prf, group; /* id 0 while not negotiated */
	struct transform additional[ADDKE_MAX]; /* key exchanges, id 0: none */
	const char *auth_sign, *auth_verify; /* "PSK" */
	uint32_t lifetime, active; /* seconds */
	uint32_t ce_id, session_id;
	uint32_t mib_index; /* no other IKE SA has had it; 0 before it is established */
	const char *status; /* "Negotiation done", "Initial State", ... */
	uint64_t local_spi, remote_spi;
	struct identity local_id, remote_id; /* ID_NONE while unknown */
	struct identity client_id; /* of EAP; ID_NONE without */
	const char *eap_method; /* "MSCHAPv2"; NULL without EAP */
	bool ppk; /* a post-quantum pre-shared key is in its keys */
	uint32_t local_request, remote_request; /* message IDs */
	uint32_t local_next, remote_next;
	uint32_t local_queued, remote_queued;
	uint32_t local_window, remote_window;
	uint32_t dpd_interval, dpd_retry;
	bool nat_local, nat_remote; /* a NAT in front of us, of the peer */
	bool legacy; /* it uses an algorithm that needed permission */
	size_t child_count;
	const char *hint; /* why it probably is where it is, a sentence; NULL: nothing is wrong */
	const struct client_config *client; /* of remote access; NULL: none */
};

void ike_each_sa(struct ike *ike, void (*found)(void *context, const struct ike_sa_facts *facts),
		 void *context);

/**
 * struct child_sa_facts - a pair of IPsec SAs
 * @in, @out: packets, bytes and errors since "clear crypto sa counters"
 */
struct child_sa_facts {
	uint8_t version; /* of the IKE that makes it, 0: unknown */
	bool crypto_map; /* of a policy, not of a tunnel interface */
	bool bundled; /* the AH around the ESP SA that stands before it: the same packets */
	uint32_t ifindex; /* 0: none */
	const char *interface; /* "tunnel0" */
	const char *map_tag; /* "tunnel0-head-0" */
	struct endpoint local, remote; /* crypto endpoints with the IKE ports */
	struct traffic_selectors local_ts, remote_ts;
	uint8_t protocol; /* PROTOCOL_ESP or PROTOCOL_AH */
	bool tunnel_mode;
	bool udp_encap;
	uint32_t inbound_spi, outbound_spi;
	uint32_t conn_in, conn_out; /* "conn id" */
	struct transform encr, integ; /* id 0: none */
	bool esn;
	bool replay_protection;
	uint16_t pfs_group; /* 0: keyed from the IKE SA */
	uint32_t iv_size;
	uint64_t lifetime_kilobytes, lifetime_seconds; /* agreed; 0: no limit */
	uint64_t left_kilobytes_in, left_kilobytes_out, left_seconds;
	bool active; /* false: being replaced */
	uint32_t mtu;
	const char *profile; /* of IPsec */
	uint32_t ike_tunnel_id; /* 0: its IKE SA is gone */
	struct kernel_counters in, out;
};

void ike_each_child(struct ike *ike,
		    void (*found)(void *context, const struct child_sa_facts *facts),
		    void *context);

/** struct tunnel_facts - a seki interface and what stands behind it: one session */
struct tunnel_facts {
	uint32_t ifindex;
	const char *name;
	const char *profile;
	struct address local, remote;
	bool admin_up;
	const char *status; /* "UP-ACTIVE", "UP-IDLE", "UP-NO-IKE", "DOWN-NEGOTIATING", "DOWN" */
	const char *last_error; /* why the last attempt failed, a sentence; NULL when it did not */
	size_t active_sas; /* 2 for a pair */
};

void ike_each_tunnel(struct ike *ike,
		     void (*found)(void *context, const struct tunnel_facts *facts), void *context);

/** ike_each_dropped() - packets that came to nothing: of each tunnel, and each policy of an interface */
void ike_each_dropped(struct ike *ike,
		      void (*found)(void *context, const char *interface,
				    const struct address *local, uint64_t count),
		      void *context);
/** ike_work() - computations given to the workers so far, and those that came back */
void ike_work(const struct ike *ike, uint64_t *queued, uint64_t *done);

/** struct ike_stats - engine-wide counters, each counted once; the list is in ike/stats.h */
const char *ike_stat_name(size_t index); /* NULL past the end */
uint64_t ike_stat(const struct ike *ike, size_t index);

#endif

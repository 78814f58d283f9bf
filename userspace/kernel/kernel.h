/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_KERNEL_KERNEL_H
#define SEKI_KERNEL_KERNEL_H

/* All that the daemon knows of the kernel: a table of functions. One
 * implementation speaks netlink to seki.ko, tests put a fake here.
 */

#include "base/address.h"
#include "base/bytes.h"
#include "base/result.h"
#include "proposal/proposal.h"

#define KERNEL_NAME_MAX 64
#define KERNEL_DROP_REASONS_MAX 64

enum sa_direction { SA_INBOUND, SA_OUTBOUND };
enum sa_mode { SA_TUNNEL, SA_TRANSPORT };

/** struct kernel_sa_id - which SA; @spi in host order */
struct kernel_sa_id {
	enum sa_direction direction;
	uint8_t protocol; /* PROTOCOL_ESP or PROTOCOL_AH */
	uint32_t spi;
	struct address local;
	struct address remote;
};

/** struct kernel_owner - whose SA it is: the policy's, or without one the tunnel's */
struct kernel_owner {
	uint32_t ifindex;
	uint32_t policy;
};

/** struct kernel_limits - 0 means without limit */
struct kernel_limits {
	uint64_t soft_seconds, hard_seconds;
	uint64_t soft_bytes, hard_bytes;
	uint64_t soft_packets, hard_packets;
};

/**
 * struct kernel_sa - an SA to install
 * @mode: transport is for policies only
 * @local_port, @remote_port: UDP encapsulation when not 0
 * @origin_local, @origin_remote: inbound transport mode behind a NAT: the addresses as the
 *   peer knows them, which its checksums cover (RFC 3948 section 3.1.2); else none
 * @roaming: inbound, encapsulated: the peer may appear elsewhere, which peer_moved() tells
 * @bundled: an AH SA that an ESP SA names as its @outer_spi, not one to send with
 * @outer_spi: of the AH SA around this one, 0 for none
 * @encr: 0 for AH
 * @encr_key: with the salt of an AEAD behind it, as KEYMAT has it
 * @tfc: pad what is sent to so many octets, 0 for not at all (RFC 4303 section 2.7)
 */
struct kernel_sa {
	struct kernel_sa_id id;
	enum sa_mode mode;
	struct kernel_owner owner;
	uint16_t local_port, remote_port;
	struct address origin_local, origin_remote;
	bool bundled;
	uint32_t outer_spi;
	uint16_t encr, integ;
	struct bytes encr_key, integ_key;
	bool esn;
	bool roaming;
	uint32_t replay_window;
	uint32_t tfc;
	struct kernel_limits limits;
};

/** struct kernel_counters - what one SA has done so far */
struct kernel_counters {
	uint64_t packets, bytes;
	uint64_t sequence; /* last sent, or highest received */
	uint64_t errors; /* sum of all drops */
	uint64_t age_seconds;
	uint64_t idle_seconds; /* since the last packet, UINT64_MAX when there was none */
	size_t drop_count;
	struct {
		char name[KERNEL_NAME_MAX];
		uint64_t count;
	} drops[KERNEL_DROP_REASONS_MAX];
};

/**
 * struct kernel_tunnel - a network device of kind "seki"
 * @up: administratively up: the daemon is to negotiate
 */
struct kernel_tunnel {
	uint32_t ifindex;
	char name[16];
	char profile[KERNEL_NAME_MAX];
	struct address local, remote;
	bool up;
	uint32_t mtu;
};

enum kernel_policy_action { KERNEL_PROTECT, KERNEL_BYPASS, KERNEL_DISCARD };

struct port_range {
	uint16_t first, last;
};

/**
 * struct kernel_policy - what is to be protected on a device: an entry of its crypto map
 * @id: 0: the kernel chooses
 * @priority: of those that match, the smallest decides
 * @fragments: what has no ports, being a later fragment, matches too
 * @source, @destination: of outbound packets, inbound ones match the other way round
 * @protocol: 0 for any
 * @source_ports, @destination_ports: 0 to 65535 for any
 * @local, @remote: outer addresses of its SAs, or none
 * @profile: the daemon's
 */
struct kernel_policy {
	uint32_t id;
	uint32_t ifindex;
	uint32_t priority;
	enum kernel_policy_action action;
	enum sa_mode mode;
	bool fragments;
	uint8_t protocol;
	struct prefix source, destination;
	struct port_range source_ports, destination_ports;
	struct address local, remote;
	char profile[KERNEL_NAME_MAX];
};

struct kernel_acquire {
	struct kernel_owner owner;
	uint8_t protocol; /* of the packet that wants a tunnel, 0 when unknown */
	struct endpoint source, destination;
};

struct kernel_expire {
	struct kernel_sa_id id;
	struct kernel_owner owner;
	bool hard;
};

/**
 * struct kernel_peer_moved - an authentic packet came from where the peer was not
 * @id: an inbound SA with the addresses that it still has
 * @local, @remote: outer addresses of the packet, with its UDP ports or 0 without UDP
 */
struct kernel_peer_moved {
	struct kernel_sa_id id;
	struct kernel_owner owner;
	struct endpoint local, remote;
};

/** struct kernel_events - what the kernel tells; @context is handed to each */
struct kernel_events {
	void *context;
	void (*acquire)(void *context, const struct kernel_acquire *acquire);
	void (*expire)(void *context, const struct kernel_expire *expire);
	void (*peer_moved)(void *context, const struct kernel_peer_moved *moved);
	/** @tunnel_seen: new or changed; @tunnel_gone: deleted, or moved to another namespace */
	void (*tunnel_seen)(void *context, const struct kernel_tunnel *tunnel);
	void (*tunnel_gone)(void *context, uint32_t ifindex);
	/** @host_changed: another device, or an address of one, has come or gone */
	void (*host_changed)(void *context);
};

struct kernel;

struct kernel_ops {
	/** @alloc_spi: of an inbound SA, held for a minute */
	struct result (*alloc_spi)(struct kernel *kernel, uint8_t protocol,
				   const struct kernel_owner *owner, const struct address *local,
				   uint32_t *spi);
	/** @add_sa: an inbound one completes its alloc_spi(), an outbound one becomes its owner's current */
	struct result (*add_sa)(struct kernel *kernel, const struct kernel_sa *sa);
	/** @delete_sa: -ENOENT when it is gone already */
	struct result (*delete_sa)(struct kernel *kernel, const struct kernel_sa_id *id);
	/**
	 * @sa_set_endpoints: moves it, from then on @id has these addresses; keys and
	 * sequence numbers stay. Ports are those of UDP encapsulation, 0 without it, which
	 * can neither begin nor end this way. -ENOENT when there is no such SA
	 */
	struct result (*sa_set_endpoints)(struct kernel *kernel, const struct kernel_sa_id *id,
					  const struct endpoint *local,
					  const struct endpoint *remote);
	struct result (*get_counters)(struct kernel *kernel, const struct kernel_sa_id *id,
				      struct kernel_counters *counters);
	/** @get_dropped: packets of a policy, or of a tunnel, that came to nothing */
	struct result (*get_dropped)(struct kernel *kernel, const struct kernel_owner *owner,
				     uint64_t *count);
	/** @each_sa: all SAs of this namespace, for the clean-up after a restart */
	struct result (*each_sa)(struct kernel *kernel,
				 void (*found)(void *context, const struct kernel_sa_id *id,
					       const struct kernel_owner *owner),
				 void *context);
	/** @add_policy: @id is its number, whoever chose it */
	struct result (*add_policy)(struct kernel *kernel, const struct kernel_policy *policy,
				    uint32_t *id);
	/** @delete_policy: its SAs too; -ENOENT when it is gone already */
	struct result (*delete_policy)(struct kernel *kernel, uint32_t id);
	/** @flush_policies: of one device, with 0 of all */
	struct result (*flush_policies)(struct kernel *kernel, uint32_t ifindex);
	/** @each_policy: in the order in which they decide; @found may use the kernel */
	struct result (*each_policy)(struct kernel *kernel,
				     void (*found)(void *context,
						   const struct kernel_policy *policy),
				     void *context);
	/** @change_address: gives a tunnel an inner address, or takes it away; done already is fine */
	struct result (*change_address)(struct kernel *kernel, uint32_t ifindex,
					const struct prefix *address, bool add);
	/** @change_route: leads a destination into the tunnel, or no longer */
	struct result (*change_route)(struct kernel *kernel, uint32_t ifindex,
				      const struct prefix *destination, bool add);
};

/** struct kernel - the base of each implementation; @events are set by the daemon before use */
struct kernel {
	const struct kernel_ops *ops;
	struct kernel_events events;
};

#endif

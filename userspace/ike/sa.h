/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_SA_H
#define SEKI_IKE_SA_H

/*
 * The nouns that IKEv1 and IKEv2 share: engine, IKE SA, child SA, tunnel.
 * Nothing here knows how messages look.
 *
 * Ownership: the engine owns its IKE SAs and tunnels. A child SA belongs to
 * its tunnel, which outlives IKE SAs: when an IKE SA goes away the kernel's
 * SAs may carry on until successors are up. All objects live on the protocol
 * thread.
 */

#include <sys/queue.h>
#include <uthash.h>

#include "base/timer.h"
#include "codec/codec.h"
#include "ike/client.h"
#include "ike/facts.h"
#include "ike/ike.h"
#include "ike/policy.h"
#include "ike/stats.h"
#include "ike/ticket.h"
#include "kernel/kernel.h"
#include "proposal/proposal.h"

struct child_sa;
struct ike_sa;
struct peering;
struct tunnel;

TAILQ_HEAD(child_sa_list, child_sa);
TAILQ_HEAD(ike_sa_list, ike_sa);
TAILQ_HEAD(tunnel_list, tunnel);

/**
 * struct ike_version - one version of the protocol: the verbs
 * @number: major version in the IKE header
 * @receive: a datagram whose header names this version
 * @initiate: starts an IKE SA with a first child for the tunnel
 * @create_child: another child of an established IKE SA, for the tunnel
 * @rekey_child, @rekey: replace it
 * @delete_child: ask the peer to delete it, then child_sa_destroy()
 * @close: ask the peer to delete it, then free it; one that is not established goes at once,
 *   or with the SA that it was to replace
 * @close_alone: the same without its children; NULL: they cannot be without it
 * @drop: free it at once without a word, its children stay in the kernel
 * @redirect: asks a client to go to another gateway; false when it cannot. NULL: none can
 * @move: we are at another address now; only with @explicit_moves of one that we began
 * @rebind: finds its profile in a new policy; false, and none, when it is gone. NULL: the engine
 *   does it by @profile
 * @tell: the version's part of what show prints
 * @debug: where its debug output goes
 */
struct ike_version {
	uint8_t number;
	void (*receive)(struct ike *ike, const struct endpoint *local,
			const struct endpoint *remote, struct bytes datagram,
			const struct ike_header *header);
	struct result (*initiate)(struct ike *ike, struct tunnel *tunnel,
				  const struct ipsec_profile *profile);
	struct result (*create_child)(struct ike_sa *sa, struct tunnel *tunnel);
	void (*rekey_child)(struct child_sa *child);
	void (*rekey)(struct ike_sa *sa);
	void (*delete_child)(struct child_sa *child);
	void (*close)(struct ike_sa *sa);
	void (*close_alone)(struct ike_sa *sa);
	void (*drop)(struct ike_sa *sa);
	bool (*redirect)(struct ike_sa *sa, const struct address *gateway);
	void (*move)(struct ike_sa *sa, const struct address *local);
	bool (*rebind)(struct ike_sa *sa, const struct policy *policy);
	void (*tell)(const struct ike_sa *sa, struct ike_sa_facts *facts);
	enum log_topic debug;
};

#define VERSIONS_MAX 2
#define CLIENT_LISTS 1024

#define COOKIE_SECRET_SIZE 32

/** struct cookie_secrets - what cookies for strangers are made with */
struct cookie_secrets {
	uint8_t current[COOKIE_SECRET_SIZE], last[COOKIE_SECRET_SIZE];
	uint8_t generation;
	uint64_t since; /* of the current one, 0: none yet */
};

/** struct ike_origin - what the first request of an IKE SA is known by */
struct ike_origin {
	uint64_t spi;
	struct endpoint remote;
};

/** struct address_pair - ours and the peer's, before either moves */
struct address_pair {
	struct address local, remote;
};

/** struct peering - the tunnels and IKE SAs between two addresses; there is none without any */
struct peering {
	UT_hash_handle hh;
	uint32_t number; /* for people */
	struct address_pair ends;
	struct tunnel_list tunnels;
	struct ike_sa_list sas;
};

/** struct ike_numbers - IKE SAs by their numbers, less 1 */
struct ike_numbers {
	struct ike_sa **sas;
	uint32_t count, free; /* places; the first one that nobody has */
};

/** struct leftovers - the kernel's list of SAs, as it was at the beginning of this turn */
struct leftovers {
	struct leftover *items; /* sorted by owner */
	size_t count, capacity;
	bool valid;
	struct timer end;
};

/** struct ike - one engine */
struct ike {
	struct ike_env env;
	const struct policy *policy;
	const struct ike_version *versions[VERSIONS_MAX];
	struct ike_sa_list sas;
	struct ike_sa *by_spi; /* uthash over local_spi */
	struct ike_sa *by_origin; /* those that peers began; uthash over origin */
	struct ike_numbers numbers;
	struct cookie_secrets cookie_secrets;
	struct ticket_keys ticket_keys;
	struct leftovers leftovers;
	struct ike_sa_list graveyard; /* freed when the stack has unwound */
	struct timer burial;
	struct tunnel_list tunnels;
	struct tunnel *by_owner; /* uthash over owner_key */
	struct peering *peerings; /* uthash over ends */
	struct ike_sa_list
		clients[CLIENT_LISTS]; /* established ones, by a hash of who the peer is */
	struct leases leases;
	uint64_t stats[IKE_STAT_COUNT];
	uint32_t last_session_id, last_conn_id, last_mib_index, last_peering;
	bool isakmp_on; /* IKEv1 is configured */
	size_t fragment_octets; /* of messages that are not complete */
	uint64_t noise_since; /* lines that strangers caused: how many, since when */
	unsigned int noise;
	bool shutting_down;
};

/** struct path - the two ends of a datagram's way */
struct path {
	struct endpoint local, remote;
};

/** struct ike_sa - the part of an IKE SA that both versions have; the first member of theirs */
struct ike_sa {
	TAILQ_ENTRY(ike_sa) link;
	UT_hash_handle hh, hh_origin;
	struct ike_origin origin; /* SPI 0: not begun by a first request of the peer */
	struct ike *ike;
	const struct ike_version *version;
	uint32_t id; /* "SA ID = 1": the smallest free one */
	uint32_t session_id;
	uint32_t mib_index; /* its own, for good: 0 before it is established (row C10) */
	bool initiator; /* we began it (of a rekeyed SA: the rekey) */
	bool admitted; /* counted as negotiating, as a rekeyed one is not */
	bool established;
	bool closing; /* a delete is on its way: nothing new may start */
	bool dead; /* in the graveyard, until @release frees it */
	void (*release)(struct ike_sa *sa);
	uint64_t local_spi, remote_spi;
	struct endpoint local, remote;
	bool nat_local, nat_remote;
	bool nat_forced; /* we made the peer believe in a NAT (row I12) */
	bool original; /* we began the first of a series of rekeyed ones */
	bool explicit_moves; /* MOBIKE: addresses change by its messages alone */
	struct address home_local, home_remote; /* the tunnel's, wherever we and the peer move */
	struct peering *peering; /* of these two */
	TAILQ_ENTRY(ike_sa) of_peering;
	struct ike_sa_list *clients; /* the list that it is in, once it is known who the peer is */
	TAILQ_ENTRY(ike_sa) of_clients;
	const struct ikev2_profile *profile; /* of the current policy; NULL until known */
	const struct isakmp_profile *isakmp; /* IKEv1's in its place; NULL: none */
	struct proposal chosen; /* the agreed transforms, count 0 before */
	struct identity local_id, remote_id;
	struct identity client_id; /* the user that EAP has found; ID_NONE without */
	const char *eap_method; /* NULL without EAP */
	bool ppk; /* a post-quantum pre-shared key is in its keys */
	const char *auth_sign, *auth_verify;
	bool weak_auth; /* SHA-1, or a certificate that only the permission for legacy made good */
	uint64_t created_at, established_at, last_sent; /* monotonic */
	struct timer keepalive;
	struct child_sa_list children;
	struct tunnel *tunnel; /* that we negotiate for; NULL as responder */
	struct client_config *client; /* of remote access, at both ends; NULL: none */
};

enum child_sa_state {
	CHILD_NEGOTIATING, /* has an SPI, nothing to decrypt with */
	CHILD_INBOUND, /* can receive; waits for the peer to be ready (rekey responder) */
	CHILD_ACTIVE,
	CHILD_REPLACED, /* its successor is up, delete follows */
	CHILD_LINGERING, /* deleted by agreement; late packets may still come in */
};

/** struct child_keys - one direction's share of KEYMAT, wiped after use */
struct child_keys {
	struct buffer encr, integ;
};

/** struct child_tally - what show leaves out: packets from before "clear crypto sa counters" */
struct child_tally {
	uint64_t packets, bytes, errors;
};

/** struct child_outer - the AH SAs around ESP ones, together a bundle (row E18); SPI 0: none */
struct child_outer {
	uint32_t spi_in, spi_out;
	uint32_t conn_in, conn_out;
	uint16_t integ;
	struct child_keys keys_in, keys_out; /* until installed */
};

/** struct child_sa - a pair of IPsec SAs */
struct child_sa {
	TAILQ_ENTRY(child_sa) of_sa; /* linked while @sa is not NULL */
	TAILQ_ENTRY(child_sa) of_tunnel;
	struct ike *ike;
	struct ike_sa *sa;
	struct tunnel *tunnel;
	enum child_sa_state state;
	bool initiator; /* we began the exchange that made it */
	bool in_installed, out_installed;
	uint8_t protocol;
	uint32_t spi_in, spi_out;
	uint32_t conn_in, conn_out;
	struct endpoint local, remote;
	bool udp_encap;
	bool transport; /* asked for, then agreed (RFC 7296 section 1.3.1) */
	/* Both ends as the peer knows them, if a NAT changes what transport mode leaves visible */
	struct address origin_local, origin_remote;
	struct cipher_suite suite;
	bool esn;
	uint16_t pfs_group;
	struct traffic_selectors local_ts, remote_ts;
	struct child_keys keys_in, keys_out; /* until installed */
	struct child_outer outer;
	struct child_tally cleared[2]; /* inbound, outbound: by enum sa_direction */
	struct child_tally outer_cleared[2];
	uint64_t lifetime_seconds, lifetime_kilobytes; /* 0: none */
	uint32_t replay_window;
	char profile[KERNEL_NAME_MAX];
	uint64_t created_at;
	struct timer rekey; /* soft lifetime in seconds */
	struct timer linger; /* CHILD_LINGERING, or the wait of CHILD_INBOUND */
	bool rekeying; /* a task of ours is replacing it */
	bool replaces; /* it is made by a rekey, of either end */
	bool deleting;
	struct child_sa *
		*holder; /* the task's pointer while it is being made: cleared when freed */
	struct child_sa *successor; /* made by the peer's rekey; not owned */
	struct buffer
		nonce_low; /* lower nonce of the exchange that made it, to resolve collisions */
};

/**
 * struct tunnel - what wants SAs: a seki network device, or a policy of the kernel
 * @device: for a policy, the device whose packets it looks at, with the policy's addresses
 *   and profile
 * @policy: its number, 0 for a seki device
 * @local_ts, @remote_ts: what its SAs may carry
 */
struct tunnel {
	TAILQ_ENTRY(tunnel) link;
	struct ike *ike;
	UT_hash_handle hh;
	uint64_t owner_key;
	struct peering *peering; /* of the device's outer addresses */
	TAILQ_ENTRY(tunnel) of_peering;
	struct kernel_tunnel device;
	uint32_t policy;
	struct traffic_selectors local_ts, remote_ts;
	char map_tag[KERNEL_NAME_MAX]; /* "tunnel0-head-0" (row I02) */
	struct child_sa_list children;
	bool negotiating; /* an exchange of ours will bring a child or an error */
	unsigned int attempts; /* failed in a row */
	struct timer retry;
	char last_error[232];
	/* Redirection (RFC 5685): where to and where from, AF_UNSPEC: not; how often of late */
	struct address gateway, redirected_from;
	unsigned int redirects;
	uint64_t redirected_at;
	struct session_ticket *ticket; /* for resumption (RFC 5723); NULL: none */
	struct prefix inner[FAMILY_COUNT]; /* that a server gave; AF_UNSPEC: none */
	struct prefix inner_routes[CLIENT_SUBNETS_MAX];
	size_t inner_route_count;
};

/* engine.c */

/** ike_version_of() - by its major number; NULL: it takes no part */
const struct ike_version *ike_version_of(const struct ike *ike, uint8_t number);
/** client_identity() - by which the client of a server is known */
const struct identity *client_identity(const struct ike_sa *sa);
/** ike_sa_register() - gives a new SA its SPI and number and enters it; who frees it is ike_sa_bury()'s @release */
void ike_sa_register(struct ike *ike, struct ike_sa *sa);
/** ike_sa_bury() - unlinks now, calls the version's release once nobody on the stack uses it */
void ike_sa_bury(struct ike_sa *sa, void (*release)(struct ike_sa *sa));
/** ike_sa_admit() - counts a new negotiation, until it is established or buried */
void ike_sa_admit(struct ike_sa *sa);
void ike_sa_established(struct ike_sa *sa);
/** proposal_is_legacy() - holds what needs permission */
bool proposal_is_legacy(const struct proposal *proposal);
uint64_t ike_now(const struct ike *ike);
/** ike_noise_allowed() - may a stranger cause one more line that is always on? 20 in 10 seconds */
bool ike_noise_allowed(struct ike *ike);
/** ike_rekey_delay() - when to replace what lives for @seconds, with jitter, in microseconds */
uint64_t ike_rekey_delay(const struct ike *ike, uint64_t seconds, bool initiator);

/* table.c */

struct ike_sa *ike_find(struct ike *ike, uint64_t local_spi);
/** ike_find_begun() - which IKE SA a peer's first request has made, if any */
struct ike_sa *ike_find_begun(struct ike *ike, uint64_t remote_spi, const struct endpoint *remote);
/** ike_sa_begun() - enters who began it */
void ike_sa_begun(struct ike_sa *sa, uint64_t remote_spi, const struct endpoint *remote);
/** ike_table_enter() - with a new SPI of ours and a number; ike_table_leave() - out of all tables */
void ike_table_enter(struct ike *ike, struct ike_sa *sa);
void ike_table_leave(struct ike *ike, struct ike_sa *sa);
/** ike_sa_set_home() - between which addresses it is, also where it moves afterwards */
void ike_sa_set_home(struct ike_sa *sa, const struct address *local, const struct address *remote);
/** clients_of() - the list of established SAs that has those with this peer, and perhaps others */
struct ike_sa_list *clients_of(struct ike *ike, const struct identity *client);
void clients_enter(struct ike_sa *sa);
/** peering_find() - NULL: there is nothing between these addresses */
struct peering *peering_find(struct ike *ike, const struct address *local,
			     const struct address *remote);
/** kernel_owner_key() - a policy has one number in a namespace, a device another */
uint64_t kernel_owner_key(const struct kernel_owner *owner);
/** tunnel_table_enter() - also anew, when what it is known by has changed; tunnel_table_leave() */
void tunnel_table_enter(struct tunnel *tunnel);
void tunnel_table_leave(struct tunnel *tunnel);

/* tunnel.c */

/** tunnel_find() - a seki device */
struct tunnel *tunnel_find(struct ike *ike, uint32_t ifindex);
/** tunnel_of_owner() - a seki device or a policy */
struct tunnel *tunnel_of_owner(struct ike *ike, const struct kernel_owner *owner);
struct kernel_owner tunnel_owner(const struct tunnel *tunnel);
/** tunnel_new() - of a device, or of a policy that looks at it; it has no selectors yet */
struct tunnel *tunnel_new(struct ike *ike, const struct kernel_tunnel *device, uint32_t policy);
/** tunnel_reconfigure() - another configuration may want other packets inside: begins anew then */
void tunnel_reconfigure(struct tunnel *tunnel);
/** tunnel_end() - deletes its sessions and frees it */
void tunnel_end(struct tunnel *tunnel);
/**
 * tunnel_for_peer() - whose outer addresses and profile fit an SA; NULL with a sentence in @why
 * @local_ts, @remote_ts: what the peer wants to send, a policy that has some of it comes first;
 *   NULL: not known, it is a seki device
 */
struct tunnel *tunnel_for_peer(const struct ike_sa *sa, const struct address *local,
			       const struct address *remote,
			       const struct traffic_selectors *local_ts,
			       const struct traffic_selectors *remote_ts, struct result *why);
const struct ipsec_profile *tunnel_profile(const struct tunnel *tunnel);
struct child_sa *tunnel_active_child(const struct tunnel *tunnel);
/** tunnel_can_send() - an outbound SA is in the kernel, whoever made it */
bool tunnel_can_send(const struct tunnel *tunnel);
/** tunnel_want() - negotiates now if the tunnel is up and has neither child nor negotiation */
void tunnel_want(struct tunnel *tunnel);
/** tunnel_renew() - begins an IKE SA beside the one that serves it now; false when it cannot */
bool tunnel_renew(struct tunnel *tunnel);
/** tunnel_failed() - an attempt ended in an error; tries again later */
void tunnel_failed(struct tunnel *tunnel, const char *why);
/** tunnel_lost() - a child has gone: a new one is wanted when it was the last */
void tunnel_lost(struct tunnel *tunnel);
/**
 * tunnels_lost() - an IKE SA has gone, and with it children of any tunnel between its addresses
 * @moved: or of one that has got others meanwhile
 */
void tunnels_lost(const struct ike_sa *sa, bool moved);
void tunnel_free(struct tunnel *tunnel);

/* child.c */

/**
 * child_sa_new() - for a tunnel, with an SPI from the kernel
 * @out: who holds it while it is being made; set to NULL if the tunnel goes away meanwhile
 */
struct result child_sa_new(struct ike_sa *sa, struct tunnel *tunnel, uint8_t protocol,
			   struct child_sa **out);
/** child_sa_add_outer() - an SPI for AH around it */
struct result child_sa_add_outer(struct child_sa *child);
/** child_outer_kernel_id() - of the AH SA around it */
struct kernel_sa_id child_outer_kernel_id(const struct child_sa *child,
					  enum sa_direction direction);
/** child_sa_kernel_id() - what the kernel knows one direction by */
struct kernel_sa_id child_sa_kernel_id(const struct child_sa *child, enum sa_direction direction);
/** child_sa_hand_over() - it is made: @holder lets go of it */
struct child_sa *child_sa_hand_over(struct child_sa **holder);
/** child_sa_agreed() - takes over the chosen proposal (its SPI is the peer's) and selectors */
void child_sa_agreed(struct child_sa *child, const struct proposal *chosen);
struct result child_sa_install_inbound(struct child_sa *child);
struct result child_sa_install_outbound(struct child_sa *child); /* becomes CHILD_ACTIVE */
/** child_sa_wait() - keeps sending on the old SA so long, or until that one goes away */
void child_sa_wait(struct child_sa *child, uint64_t delay);
/** child_sa_linger() - stops sending on it, keeps receiving for a moment, then destroys it */
void child_sa_linger(struct child_sa *child);
/** child_sa_destroy() - removes it from the kernel and frees it */
void child_sa_destroy(struct child_sa *child);
/** child_sa_adopt() - a kernel SA that an earlier daemon left, one direction of a pair */
void child_sa_adopt(struct tunnel *tunnel, const struct kernel_sa_id *id);
/** child_sa_forget() - frees it and leaves the kernel alone */
void child_sa_forget(struct child_sa *child);
/** child_sa_orphan() - its IKE SA is gone, the kernel's SAs stay until replaced or expired */
void child_sa_orphan(struct child_sa *child);
/** child_sa_leave() - its IKE SA no longer knows it */
void child_sa_leave(struct child_sa *child);
/** child_sa_move() - to the IKE SA that replaces its own */
void child_sa_move(struct child_sa *child, struct ike_sa *to);
/** child_sa_counters() - of one of its SAs, from the kernel; all 0 where there is none */
void child_sa_counters(const struct child_sa *child, enum sa_direction direction, bool outer,
		       struct kernel_counters *counters);
/** child_sa_clear_counters() - show counts from now on */
void child_sa_clear_counters(struct child_sa *child);
/** ike_sa_idle() - microseconds since a packet of any child went that way, UINT64_MAX for never */
uint64_t ike_sa_idle(const struct ike_sa *sa, enum sa_direction direction);
struct child_sa *child_sa_find(struct ike_sa *sa, uint8_t protocol, uint32_t spi_out);
/** child_protocol() - ESP or AH: all transform sets of a profile are of one; of a bundle ESP */
uint8_t child_protocol(const struct ipsec_profile *profile);
/** child_is_bundle() - are they of AH around ESP? */
bool child_is_bundle(const struct ipsec_profile *profile);
/** child_obstacle() - NULL, or why @protocol cannot reach the peer */
const char *child_obstacle(const struct ike_sa *sa, uint8_t protocol);
/** child_wants_transport() - a device carries whole packets: only policies can */
bool child_wants_transport(const struct tunnel *tunnel, const struct ike_sa *sa);
/** child_proposals() - what the tunnel's profile allows; @pfs: with the KE group of PFS */
void child_proposals(const struct ipsec_profile *profile, bool pfs, struct proposal_list *list);

/* selectors.c: lists of ranges of either family */

/** selectors_add() - a range of addresses, with any protocol and ports */
void selectors_add(struct traffic_selectors *list, const struct address *start,
		   const struct address *end);
void selectors_add_any(struct traffic_selectors *list, enum family family);
/** selectors_equal() - the same ones, in the same order */
bool selectors_equal(const struct traffic_selectors *a, const struct traffic_selectors *b);
/** selectors_narrow() - the common part; false when there is none (RFC 7296 section 2.9) */
bool selectors_narrow(const struct traffic_selectors *offered,
		      const struct traffic_selectors *policy, struct traffic_selectors *out);
bool selectors_have(const struct traffic_selectors *list, enum family family);
/** selectors_host() - the one address that all of them are about; AF_UNSPEC when there is none */
struct address selectors_host(const struct traffic_selectors *list);
void selectors_set_host(struct traffic_selectors *list, const struct address *host);
/** selectors_pair() - drops the families that one side lacks; false when nothing is left */
bool selectors_pair(struct traffic_selectors *local, struct traffic_selectors *remote);

/* adopt.c */

/** tunnel_adopt_leftovers() - SAs that an earlier daemon left carry on until their successor is up */
void tunnel_adopt_leftovers(struct tunnel *tunnel);
void leftovers_free(struct ike *ike);

/* keepalive.c */

/** keepalive_start() - if there is a NAT in front of us; keepalive_stop() - before the SA ends */
void keepalive_start(struct ike_sa *sa);
void keepalive_stop(struct ike_sa *sa);

/* move.c */

/** ike_sa_move() - to other addresses and ports, with its children in the kernel */
void ike_sa_move(struct ike_sa *sa, const struct endpoint *local, const struct endpoint *remote);
/** ike_sa_follow() - an authentic message or packet has come this way: moves when it is a NAT's doing */
void ike_sa_follow(struct ike_sa *sa, const struct endpoint *local, const struct endpoint *remote);
/** ike_sa_roams() - may a NAT change the peer's address at any time? */
bool ike_sa_roams(const struct ike_sa *sa);
/** ike_sa_encapsulates() - does its ESP travel in UDP? */
bool ike_sa_encapsulates(const struct ike_sa *sa);
/** ike_peer_moved() - the kernel's word that ESP of a peer comes from elsewhere */
void ike_peer_moved(void *ike, const struct kernel_peer_moved *moved);

/* keylog.c: for a network analyser, by explicit statement only (policy->key_log) */

void keylog_isakmp(const struct ike_sa *sa, struct bytes key);
void keylog_ike(const struct ike_sa *sa, struct bytes sk_ei, struct bytes sk_er, struct bytes sk_ai,
		struct bytes sk_ar);
void keylog_child(const struct child_sa *child, enum sa_direction direction, struct bytes encr,
		  struct bytes integ);

#endif

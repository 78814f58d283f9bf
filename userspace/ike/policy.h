/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_POLICY_H
#define SEKI_IKE_POLICY_H

/*
 * What the administrator wants, as the configuration leaves it and as the key
 * exchange reads it. Built by config/, never changed afterwards: a reload
 * builds a new one. Lists keep the order of the configuration. Strings are
 * owned by the policy that holds them.
 */

#include <sys/queue.h>

#include "base/address.h"
#include "base/log.h"
#include "codec/identity.h"
#include "cryptox/rsa.h"
#include "pki/pki.h"
#include "proposal/proposal.h"

struct source_place { /* where a statement stands, for errors and doctor */
	const char *file;
	unsigned int line;
};

/** struct ike_proposal - "crypto ikev2 proposal NAME" */
struct ike_proposal {
	TAILQ_ENTRY(ike_proposal) link;
	char *name;
	struct source_place place;
	/** @transforms: number, protocol IKE; PRFs are those named, or follow from integrity */
	struct proposal transforms;
	bool has_prf; /* "prf" was given, for running-config */
};

#define POLICY_PROPOSALS_MAX 8

/** struct ikev2_policy - "crypto ikev2 policy NAME": which proposals for which traffic */
struct ikev2_policy {
	TAILQ_ENTRY(ikev2_policy) link;
	char *name;
	struct source_place place;
	char *match_fvrf; /* NULL: only the global one; "any" */
	struct address match_local; /* none: any */
	size_t proposal_count;
	const struct ike_proposal *proposals[POLICY_PROPOSALS_MAX];
};

/** struct secret - key octets, wiped when freed; @hex: as configured, for running-config */
struct secret {
	uint8_t *data;
	size_t len;
	bool hex;
};

/** struct keyring_peer - "peer NAME"; any of the criteria may be missing */
struct keyring_peer {
	TAILQ_ENTRY(keyring_peer) link;
	char *name;
	struct source_place place;
	bool has_prefix;
	struct prefix prefix;
	char *hostname;
	struct identity identity; /* ID_NONE when not given */
	struct secret local_key; /* what we authenticate with */
	struct secret remote_key; /* what the peer authenticates with */
	char *ppk_id; /* "ppk manual id NAME key ..."; NULL: none */
	struct secret ppk;
	bool ppk_required; /* not without it */
};

struct keyring {
	TAILQ_ENTRY(keyring) link;
	char *name;
	struct source_place place;
	TAILQ_HEAD(, keyring_peer) peers;
};

enum auth_kind {
	AUTH_KIND_NONE,
	AUTH_KIND_PRE_SHARE,
	AUTH_KIND_RSA_SIG,
	AUTH_KIND_RSA_PSS,
	AUTH_KIND_ECDSA_SIG,
	AUTH_KIND_EDDSA_SIG,
	AUTH_KIND_EAP,
	AUTH_KIND_COUNT,
};

const char *auth_kind_name(enum auth_kind kind); /* the keyword; NULL for AUTH_KIND_NONE */
bool auth_kind_is_signature(enum auth_kind kind);

/** struct trustpoint - "crypto pki trustpoint NAME"; file names are NULL when not given */
struct trustpoint {
	TAILQ_ENTRY(trustpoint) link;
	char *name;
	struct source_place place;
	char *certificate_file, *key_file, *ca_file, *crl_file;
	struct secret passphrase; /* of the key */
	bool has_revocation; /* "revocation-check" was given */
	enum revocation_check revocation;
	struct credential *credential; /* what the files hold; NULL: no certificate of ours */
	struct anchors *anchors; /* NULL: no peer is verified with it */
};

#define PROFILE_TRUSTPOINTS_MAX 8

/** struct trustpoint_use - "pki trustpoint NAME [sign|verify]" */
struct trustpoint_use {
	const struct trustpoint *trustpoint;
	bool sign, verify;
};

/** struct identity_match - "match identity remote ..." */
struct identity_match {
	TAILQ_ENTRY(identity_match) link;
	enum {
		MATCH_ADDRESS,
		MATCH_FQDN,
		MATCH_FQDN_DOMAIN,
		MATCH_EMAIL,
		MATCH_EMAIL_DOMAIN,
		MATCH_KEY_ID,
		MATCH_DN,
		MATCH_ANY
	} kind;
	struct prefix prefix;
	char *text;
};

/** struct address_pool - "ip local pool", "ipv6 local pool": inner addresses for clients */
struct address_pool {
	TAILQ_ENTRY(address_pool) link;
	char *name;
	struct source_place place;
	struct address first, last; /* of one family, in order */
	struct prefix network; /* of IPv6, as it was written */
};

#define NAME_SERVERS_MAX 2
#define AUTHORIZATION_SUBNETS_MAX 16

/** struct authorization_policy - "crypto ikev2 authorization policy NAME": what a client is given */
struct authorization_policy {
	TAILQ_ENTRY(authorization_policy) link;
	char *name;
	struct source_place place;
	const struct address_pool *pools[FAMILY_COUNT]; /* NULL: no address */
	struct address netmask; /* AF_UNSPEC: none, as for the servers */
	struct address dns[NAME_SERVERS_MAX], wins[NAME_SERVERS_MAX];
	struct address ipv6_dns[NAME_SERVERS_MAX]; /* "ipv6 dns" */
	size_t subnet_count; /* "route set remote ..." */
	struct prefix subnets[AUTHORIZATION_SUBNETS_MAX];
	bool route_interface; /* "route set interface": the tunnel's own addresses */
};

/** struct user - "username NAME password SECRET": who may authenticate with EAP */
struct user {
	TAILQ_ENTRY(user) link;
	char *name;
	struct source_place place;
	struct secret password;
};

struct client_group;
struct ezvpn;

#define PROFILE_EAP_METHODS_MAX 4

/* Which "aaa authorization group" counts follows from how the client has authenticated. */
enum authorization_group { GROUP_PSK, GROUP_EAP, GROUP_CERT, GROUP_COUNT };

/** struct ikev2_profile - "crypto ikev2 profile NAME"; times in seconds, 0: not configured */
struct ikev2_profile {
	TAILQ_ENTRY(ikev2_profile) link;
	char *name;
	struct source_place place;
	bool legacy; /* "legacy": weak algorithms are permitted in this profile */
	TAILQ_HEAD(, identity_match) matches;
	char *match_fvrf; /* NULL or "any" or a VRF's name */
	/** @local_identity: ID_NONE: the local address; a DN without octets: our certificate's */
	struct identity local_identity;
	enum auth_kind local_auth, remote_auth;
	const struct keyring *keyring;
	size_t trustpoint_count; /* 0: all of the configuration */
	struct trustpoint_use trustpoints[PROFILE_TRUSTPOINTS_MAX];
	uint32_t lifetime; /* of the IKE SA; default 86400 */
	uint32_t dpd_interval, dpd_retry;
	bool dpd_periodic;
	bool nat_force_encap;
	bool mobike; /* "mobike" */
	struct address redirect_gateway; /* "redirect gateway auth A"; AF_UNSPEC: none */
	/* Row D27, after Yamaha's settings */
	bool keep_trying; /* "keep-trying" */
	uint32_t retransmit_count,
		retransmit_interval; /* "retransmit N SECONDS"; 0: our own pace */
	bool strict; /* "negotiate strictly" */
	bool unlimited_proposals; /* "no proposal-limitation" */
	bool child_separately; /* "child-sa creation separate" */
	bool dangling; /* "dangling-sa allow" */
	bool session_resumption; /* "session-resumption" */
	uint32_t reauth; /* "reauthentication N": seconds, 0: never */
	bool ios; /* "compatibility ios": messages as IOS builds them */
	const struct authorization_policy *authorization[GROUP_COUNT]; /* NULL: none */
	bool config_request; /* "config-exchange request" */
	bool eap_query_identity; /* "authentication remote eap query-identity" */
	size_t eap_method_count; /* "eap method ...": numbers of EAP; 0: MSCHAPv2 */
	uint8_t eap_methods[PROFILE_EAP_METHODS_MAX];
	char *eap_user; /* "authentication local eap ...": ours; NULL: as our certificate has it */
	char *eap_server; /* "eap server NAME"; NULL: the peer's identity */
	struct secret eap_password;
};

enum {
	IKE_LIFETIME_DEFAULT = 86400,
	SA_LIFETIME_DEFAULT = 3600,
	SA_KILOBYTES_DEFAULT = 4608000,
	IKE_WINDOW_DEFAULT = 5,
	REKEY_MARGIN_DEFAULT = 85,
	LIMIT_NEGOTIATING_DEFAULT = 1000,
	COOKIE_CHALLENGE_DEFAULT = 100,
	REDIRECTS_DEFAULT = 5, /* RFC 5685 section 5 */
	FRAGMENT_MTU_DEFAULT = 1280, /* what any path carries; RFC 7383 section 2.5.1 */
	NAT_KEEPALIVE_DEFAULT = 20, /* RFC 3948 section 4 */
};

/** struct transform_set - "crypto ipsec transform-set NAME ..."; @esp/@ah have count 0 when absent */
struct transform_set {
	TAILQ_ENTRY(transform_set) link;
	char *name;
	struct source_place place;
	struct proposal esp; /* ENCR and INTEG, without KE and ESN */
	struct proposal ah;
	bool transport; /* "mode transport" */
};

#define PROFILE_TRANSFORM_SETS_MAX 6

/** struct ipsec_profile - "crypto ipsec profile NAME" */
struct ipsec_profile {
	TAILQ_ENTRY(ipsec_profile) link;
	char *name;
	struct source_place place;
	size_t set_count; /* 0: the default ESP proposals */
	const struct transform_set *sets[PROFILE_TRANSFORM_SETS_MAX];
	const struct ikev2_profile *ikev2_profile; /* NULL: none */
	const struct isakmp_profile *isakmp_profile; /* NULL: none */
	uint16_t pfs_group; /* 0: no PFS */
	struct proposal additional; /* key exchanges besides, types 6 to 12 alone */
	uint32_t lifetime_seconds; /* 0: the global one */
	uint32_t lifetime_kilobytes; /* 0: the global one */
	bool lifetime_kilobytes_disabled;
	uint32_t replay_window; /* 0: the kernel's default */
	bool esn;
	bool responder_only;
	struct ezvpn *ezvpn; /* it is that client's, owned; NULL: none */
	struct crypto_map_entry *map_entry; /* it is that entry's, owned; NULL: on its own */
};

/**
 * struct isakmp_policy - "crypto isakmp policy N": a suite of IKEv1's phase 1
 * @auth: enum isakmp_auth; @prf: named by its hash
 */
struct isakmp_policy {
	TAILQ_ENTRY(isakmp_policy) link;
	char *name; /* its priority as text */
	struct source_place place;
	uint32_t priority; /* 1 is tried first */
	uint16_t auth;
	uint16_t encr, key_bits, prf, group;
	uint32_t lifetime;
};

extern const struct isakmp_policy isakmp_policy_default;

bool isakmp_policy_is_legacy(const struct isakmp_policy *policy);

/** struct isakmp_profile - "crypto isakmp profile NAME": peers of IKEv1 that differ from the rest */
struct isakmp_profile {
	TAILQ_ENTRY(isakmp_profile) link;
	char *name;
	struct source_place place;
	bool legacy; /* weak algorithms are permitted in this profile */
	TAILQ_HEAD(, identity_match) matches;
	struct identity self_identity; /* ID_NONE: as "crypto isakmp identity" says */
	size_t trustpoint_count; /* "ca trust-point NAME"; 0: all of the configuration */
	struct trustpoint_use trustpoints[PROFILE_TRUSTPOINTS_MAX];
	bool aggressive; /* "initiate mode aggressive" */
	const struct keyring *keyring; /* "crypto keyring"; NULL: "crypto isakmp key" */
	char *user_list; /* "client authentication list NAME": XAUTH asks for a user; NULL: no */
	char *authorization_list; /* "isakmp authorization list NAME" */
	bool address_respond, address_initiate; /* "client configuration address ..." */
	const struct client_group *group; /* NULL: the one that the peer names itself by */
	const struct ezvpn *client; /* it is that client's; NULL: none */
};

/** enum tunnel_mode - "tunnel mode ipsec ..."; without it as its addresses say (Q4) */
enum tunnel_mode {
	TUNNEL_MODE_NONE,
	TUNNEL_MODE_IPV4,
	TUNNEL_MODE_IPV4_V6_OVERLAY, /* IPv6 inside IPv4 */
	TUNNEL_MODE_IPV6,
	TUNNEL_MODE_IPV6_V4_OVERLAY,
	TUNNEL_MODE_DUAL_OVERLAY, /* both families inside whichever is outside */
	TUNNEL_MODE_COUNT,
};

const char *tunnel_mode_name(enum tunnel_mode mode); /* "ipv4 v6-overlay" */

/** struct rsa_key - a key pair of ours, which "seki crypto key generate rsa" has made */
struct rsa_key {
	TAILQ_ENTRY(rsa_key) link;
	char *name;
	enum rsa_usage usage;
	time_t made;
	struct private_key *key;
};

/** struct rsa_peer - "named-key NAME" or "addressed-key A" below "crypto key pubkey-chain rsa" */
struct rsa_peer {
	TAILQ_ENTRY(rsa_peer) link;
	char *name; /* a host, or an address as text */
	struct source_place place;
	bool named;
	struct address address; /* AF_UNSPEC: none */
	enum rsa_usage usage;
	struct buffer public_key; /* SubjectPublicKeyInfo */
};

/** struct interface_config - "interface NAME" */
struct interface_config {
	TAILQ_ENTRY(interface_config) link;
	char *name; /* as written: Tunnel0, Ethernet0/0, eth0 */
	struct source_place place;
	bool is_tunnel;
	bool shutdown;
	struct prefix addresses[FAMILY_COUNT]; /* with their host bits; AF_UNSPEC: none */
	bool negotiated[FAMILY_COUNT]; /* "ip address negotiated": the peer gives it */
	char *tunnel_source; /* interface name or address, as written */
	char *tunnel_destination;
	enum tunnel_mode tunnel_mode;
	uint32_t mtu; /* 0: automatic */
	char *ipsec_profile_name;
	const struct ipsec_profile *ipsec_profile;
	char *ezvpn_name; /* "crypto ipsec client ezvpn NAME", whose profile it then is */
	char *crypto_map_name;
	const struct crypto_map *crypto_map;
};

/** struct route_config - "ip route NET MASK INTERFACE-or-ADDRESS" */
struct route_config {
	TAILQ_ENTRY(route_config) link;
	struct source_place place;
	struct prefix destination;
	char *interface; /* NULL: via @gateway */
	struct address gateway;
	uint32_t distance; /* 1 when not given */
};

#define LOG_KIND_COUNT 5

/** struct log_kind - a word of "logging ikev2" */
struct log_kind {
	const char *word;
	enum log_topic topic;
};

extern const struct log_kind log_kinds[LOG_KIND_COUNT];

/** struct policy - the whole configuration */
struct policy {
	char *source; /* the file's name; every place points at it */
	char *hostname;
	bool legacy; /* "crypto legacy" */
	char *key_log; /* "crypto key-log DIRECTORY": keys go there, for Wireshark; NULL: off */
	enum log_style log_style; /* "logging style yamaha" */
	uint32_t log_topics; /* "logging ikev2 ...": bits, 1 << topic */
	bool timestamps_msec; /* "service timestamps debug datetime msec" */
	uint32_t sa_lifetime_seconds; /* "crypto ipsec security-association lifetime ..." */
	uint32_t sa_lifetime_kilobytes;
	uint32_t window; /* "crypto ikev2 window N", default 5 */
	uint32_t dpd_interval, dpd_retry; /* "crypto ikev2 dpd ..." */
	bool dpd_periodic;
	uint32_t
		redirect_max; /* "crypto ikev2 redirect client", how often in 5 minutes; 0: never */
	struct address redirect_gateway; /* "crypto ikev2 redirect gateway init A" */
	uint32_t cookie_challenge; /* "crypto ikev2 cookie-challenge N", 0: never; default 100 */
	uint32_t fragment_mtu; /* "crypto ikev2 fragmentation mtu N", 0: none; default 1280 */
	bool nat_traversal; /* "crypto ipsec nat-transparency udp-encapsulation", default on */
	uint32_t nat_keepalive; /* "crypto ikev2 nat keepalive N", seconds, 0: none; default 20 */
	uint32_t queue_length; /* "crypto ikev2 queue-length N", IKE messages; 0: our own */
	uint32_t limit_sa; /* "crypto ikev2 limit max-sa N", 0: none */
	uint32_t
		limit_negotiating; /* "crypto ikev2 limit max-in-negotation-sa N", 0: the default */
	uint32_t
		rekey_margin_percent; /* "crypto ikev2 rekey-margin N": rekey at this share of the lifetime; default 85 */
	bool isakmp_identity_dn; /* "crypto isakmp identity dn", of our certificate */
	bool isakmp_aggressive_disabled; /* "crypto isakmp aggressive-mode disable" */
	bool isakmp_identity_hostname; /* "crypto isakmp identity hostname"; else the address */
	uint32_t isakmp_keepalive, isakmp_keepalive_retry; /* seconds, 0: no liveness checks */
	bool isakmp_keepalive_periodic;
	struct keyring isakmp_keys; /* "crypto isakmp key ..." */
	TAILQ_HEAD(, keyring) isakmp_keyrings; /* "crypto keyring NAME" */
	TAILQ_HEAD(, isakmp_policy) isakmp_policies; /* by priority */
	TAILQ_HEAD(, isakmp_profile) isakmp_profiles;
	TAILQ_HEAD(, client_group) client_groups; /* of Easy VPN (easy_vpn.h) */
	const struct address_pool *client_pool; /* of groups without their own; NULL: none */
	char *key_storage; /* "crypto key storage DIRECTORY"; NULL: "keys" beside the configuration */
	TAILQ_HEAD(, rsa_key) rsa_keys;
	TAILQ_HEAD(, rsa_peer) rsa_peers;
	TAILQ_HEAD(, ike_proposal) ike_proposals;
	TAILQ_HEAD(, ikev2_policy) ikev2_policies;
	TAILQ_HEAD(, keyring) keyrings;
	TAILQ_HEAD(, user) users;
	TAILQ_HEAD(, address_pool) pools;
	TAILQ_HEAD(, authorization_policy) authorizations;
	TAILQ_HEAD(, trustpoint) trustpoints;
	TAILQ_HEAD(, ikev2_profile) ikev2_profiles;
	TAILQ_HEAD(, transform_set) transform_sets;
	TAILQ_HEAD(, ipsec_profile) ipsec_profiles; /* those of crypto maps, too */
	TAILQ_HEAD(, crypto_map) crypto_maps;
	TAILQ_HEAD(, access_list) access_lists;
	TAILQ_HEAD(, host_config) hosts;
	char *domain; /* "ip domain-name NAME" */
	TAILQ_HEAD(, interface_config) interfaces;
	TAILQ_HEAD(, route_config) routes;
};

struct policy *policy_new(void); /* with the defaults, all lists empty */
void policy_free(struct policy *policy); /* wipes secrets; NULL is fine */

/* Look-ups, all by what the documents say (rows H12 to H15); NULL when there is none. */

const struct ipsec_profile *policy_find_ipsec_profile(const struct policy *policy,
						      const char *name);
/** interface_carries() - are packets of this family inside of the tunnel? */
bool interface_carries(const struct interface_config *interface, enum family family);
/** interface_tunnel_mode() - the configured one, or what it is taken for without */
enum tunnel_mode interface_tunnel_mode(const struct interface_config *interface);
/**
 * policy_resolve_source() - the address behind "tunnel source Ethernet0/0" or "tunnel source A"
 * @family: of the tunnel's destination
 * Return: false when @source is no address and no stanza gives it one: then it
 * is a Linux interface, whose address the daemon asks for
 */
bool policy_resolve_source(const struct policy *policy, const char *source, enum family family,
			   struct address *address);
const struct user *policy_find_user(const struct policy *policy, struct bytes name);
/** policy_find_interface() - the stanza of a Linux interface: Tunnel0 is that of tunnel0 */
const struct interface_config *policy_find_interface(const struct policy *policy, const char *name);
const struct address_pool *policy_find_pool(const struct policy *policy, const char *name);
/**
 * policy_ike_proposals() - what we offer and accept; the default proposals when nothing fits
 * @local: our address, of which "match address local" may speak; NULL: not known yet
 * @legacy: the profile permits weak algorithms; without it (and without "crypto
 * legacy") they are left out of the configured proposals too
 * @policy_name: of the "crypto ikev2 policy" used, "default" for none; may be NULL
 */
void policy_ike_proposals(const struct policy *policy, const struct address *local, bool legacy,
			  struct proposal_list *list, const char **policy_name);
/**
 * policy_trustpoint() - those that a profile signs (or verifies) with, by number; NULL past the end
 * @profile: NULL: not known yet
 *
 * A profile that names none uses all (row H10).
 */
const struct trustpoint *policy_trustpoint(const struct policy *policy,
					   const struct ikev2_profile *profile, bool sign,
					   size_t index);
/** policy_isakmp_trustpoint() - the same of a profile of IKEv1 */
const struct trustpoint *policy_isakmp_trustpoint(const struct policy *policy,
						  const struct isakmp_profile *profile, bool sign,
						  size_t index);
/** policy_rsa_key() - the first of ours that decrypts */
const struct rsa_key *policy_rsa_key(const struct policy *policy);
/** policy_rsa_peer() - whose key to encrypt for, by address, else by host name; both may be NULL */
const struct rsa_peer *policy_rsa_peer(const struct policy *policy, const struct address *address,
				       const struct identity *identity);
/** policy_isakmp_suite() - by priority; where none is configured, the default one */
const struct isakmp_policy *policy_isakmp_suite(const struct policy *policy, size_t index);
/** policy_profile_number() - its place in the configuration, from 1: Yamaha's GW; 0: none */
unsigned int policy_profile_number(const struct policy *policy,
				   const struct ikev2_profile *profile);
/** identity_match_score() - 0: no match; more specific ones score higher (H12) */
unsigned int identity_match_score(const struct identity_match *match,
				  const struct identity *remote);
/** policy_match_profile() - most specific "match identity remote" wins, the last among equals */
const struct ikev2_profile *policy_match_profile(const struct policy *policy,
						 const struct identity *remote);
/** policy_has_isakmp() - is IKEv1 configured at all? */
bool policy_has_isakmp(const struct policy *policy);
/**
 * ipsec_profile_version() - which IKE negotiates for it: 2 with "set ikev2-profile", 1 with
 * "set isakmp-profile" or, without either, where ISAKMP is configured; 0: none can
 */
unsigned int ipsec_profile_version(const struct policy *policy,
				   const struct ipsec_profile *profile);
/** policy_match_isakmp_profile() - as policy_match_profile(), of IKEv1 */
const struct isakmp_profile *policy_match_isakmp_profile(const struct policy *policy,
							 const struct identity *remote);
bool isakmp_profile_matches(const struct isakmp_profile *profile, const struct identity *remote);
/** profile_matches() - does one of its "match identity remote" fit? */
bool profile_matches(const struct ikev2_profile *profile, const struct identity *remote);
/** keyring_find() - by identity, then host name, then the longest address prefix; both may be NULL */
const struct keyring_peer *keyring_find(const struct keyring *keyring,
					const struct address *address,
					const struct identity *identity);
/**
 * policy_isakmp_key() - by name where one is known, which main mode does not, else by address
 * @profile: whose keyring counts; without one, NULL, "crypto isakmp key" and then all keyrings
 * @keyring: the name of the one that had it, "default" for "crypto isakmp key"
 */
const struct keyring_peer *policy_isakmp_key(const struct policy *policy,
					     const struct isakmp_profile *profile,
					     const struct address *address,
					     const struct identity *identity, const char **keyring);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CONFIG_STATEMENTS_H
#define SEKI_CONFIG_STATEMENTS_H

/* Handlers of the rows of the grammar table: one line of the file each. The
 * match has been checked against the row's syntax.
 */

#include "config/loader.h"

typedef void statement_handler(struct loader *loader, const struct match *match);

/* statements_global.c */
statement_handler set_hostname, set_timestamps, set_legacy, set_key_log, set_sa_seconds,
	set_sa_kilobytes, set_window, set_dpd, set_nat_keepalive, set_fragmentation,
	set_cookie_challenge, set_nat_traversal, set_limit_sa, set_limit_negotiating,
	set_rekey_margin, set_log_style, set_log_kinds, set_queue_length, ignore_statement,
	open_interface, interface_address, interface_address6, interface_negotiated,
	interface_negotiated6, interface_shutdown, interface_mtu, tunnel_source, tunnel_destination,
	tunnel_mode_v4, tunnel_mode_v6, tunnel_mode_dual, tunnel_protection, add_route, add_route6;

/* statements_ike.c */
statement_handler open_ike_proposal, proposal_encryption, proposal_integrity, proposal_prf,
	proposal_group, proposal_addke, open_ikev2_policy, policy_proposal, policy_match_fvrf,
	policy_match_address, open_keyring, open_peer, peer_address, peer_prefix6, peer_hostname,
	peer_identity_address, peer_identity, peer_key, peer_key_hex, open_ikev2_profile,
	profile_match_address, profile_match_prefix6, profile_match_text, profile_match_any,
	profile_match_dn, profile_match_fvrf, profile_identity_address, profile_identity_dn,
	profile_identity, profile_authentication, profile_keyring, profile_lifetime, profile_dpd,
	profile_legacy, profile_nat, profile_mobike, profile_ios, profile_keep_trying,
	profile_retransmit, profile_resumption, profile_reauth, profile_strict, profile_limitation,
	profile_child_creation, profile_dangling;

/* statements_pki.c */
statement_handler open_trustpoint, trustpoint_certificate, trustpoint_key, trustpoint_ca,
	trustpoint_crl, trustpoint_passphrase, trustpoint_revocation, profile_trustpoint;

/* statements_remote.c */
statement_handler add_pool, add_pool6, open_authorization, authorization_pool, authorization_pool6,
	authorization_netmask, authorization_dns, authorization_dns6, authorization_wins,
	authorization_subnet, authorization_subnet6, authorization_interface, profile_authorization,
	profile_config_request, add_user, skip_user, profile_remote_eap, profile_local_eap,
	profile_local_eap_name, set_redirect_client, set_redirect_gateway, profile_redirect,
	peer_ppk, profile_eap_method, profile_eap_server;

/* statements_ipsec.c */
statement_handler open_transform_set, set_mode, open_ipsec_profile, ipsec_transform_set,
	ipsec_ikev2_profile, ipsec_pfs, ipsec_addke, ipsec_seconds, ipsec_kilobytes, ipsec_replay,
	ipsec_esn, ipsec_responder_only;

/* statements_isakmp.c */
statement_handler open_isakmp_policy, isakmp_authentication, isakmp_authentication_encr,
	isakmp_encryption_des, isakmp_encryption_aes, isakmp_hash, isakmp_group, isakmp_lifetime,
	isakmp_key, isakmp_identity, isakmp_keepalive, open_isakmp_profile, isakmp_match_address,
	isakmp_match_host, isakmp_match_domain, isakmp_match_user, isakmp_match_group,
	isakmp_aggressive, isakmp_no_aggressive, isakmp_self_identity, isakmp_self_address,
	isakmp_legacy, isakmp_trustpoint, ipsec_isakmp_profile;

/* statements_ezvpn.c */
statement_handler open_client_group, group_key, group_domain, group_banner, group_split_dns,
	group_gateway, group_split, group_save_password, group_local_lan, group_pfs,
	group_max_users, group_max_logins, set_client_pool, isakmp_user_list,
	isakmp_authorization_list, isakmp_client_address, isakmp_client_group, isakmp_hybrid,
	open_ezvpn, ezvpn_group, ezvpn_peer, ezvpn_mode, ezvpn_user, interface_ezvpn;

/* statements_rsa.c */
statement_handler set_key_storage, open_pubkey_chain, open_named_key, open_addressed_key,
	pubkey_address, open_key_string, key_string_line, key_string_quit;

/* statements_keyring.c */
statement_handler isakmp_host_key, open_isakmp_keyring, keyring_address_key, keyring_host_key,
	isakmp_profile_keyring;

/* statements_map.c */
statement_handler open_crypto_map, map_local_address, map_peer, map_match_address,
	interface_crypto_map, add_access_list, open_access_list, access_permit, access_deny,
	access_numbered, add_host, set_domain;

/* Shared by the handlers */

/** check_rsa() - the peers' keys, and reads our own */
void check_rsa(struct loader *loader);

/** check_isakmp() - what only the whole file can tell of it */
void check_isakmp(struct loader *loader);
void check_isakmp_keys(struct loader *loader);
void check_easy_vpn(struct loader *loader);
/** link_ezvpn() - a tunnel belongs to an Easy VPN client: gives it what it does not say itself */
void link_ezvpn(struct loader *loader, struct interface_config *interface,
		const struct ipsec_profile *profile);
/** want_tunnel() - the open interface is one; says so if not */
bool want_tunnel(struct loader *loader);
/** secret_is_removed() - was it printed without secrets? Says so then */
bool secret_is_removed(struct loader *loader, const struct arg *arg);
/** ipsec_profile_kind() - for messages: an entry of a crypto map is a profile, too */
const char *ipsec_profile_kind(const struct ipsec_profile *profile);
void check_crypto_maps(struct loader *loader);
/** set_secret() - a copy of the octets */
void set_secret(struct secret *secret, const uint8_t *data, size_t len, bool hex);
/** check_trustpoint() - reads its files */
void check_trustpoint(struct loader *loader, struct trustpoint *trustpoint);

void replace_text(char **slot, const char *text); /* NULL: none */
struct source_place here(const struct loader *loader);
/** duplicate() - args[0] names an object that is already there */
void duplicate(struct loader *loader, const struct match *match, const struct source_place *first);
/** refer() - notes a name for the end of the file; the caller sets the owner */
struct reference *refer(struct loader *loader, enum reference_kind kind, const struct arg *name,
			size_t slot);
/** drop_references() - a later statement replaces an ipsec profile's */
void drop_references(struct loader *loader, enum reference_kind kind,
		     const struct ipsec_profile *owner);
/**
 * add_methods() - of the additional key exchange in args[0], in the place of those before
 * @ike_proposal, @profile: the owner of @transforms, one of them
 *
 * "no" takes it back, without a number all of them.
 */
void add_methods(struct loader *loader, const struct match *match, struct proposal *transforms,
		 const struct ike_proposal *ike_proposal, const struct ipsec_profile *profile);
/** note_legacy() - remembers a weak algorithm, until permissions are known; one owner is given */
void note_legacy(struct loader *loader, struct place place, const struct transform *transform,
		 const struct ike_proposal *ike_proposal, const struct transform_set *set,
		 const struct ipsec_profile *ipsec_profile);

#endif

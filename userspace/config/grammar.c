// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every statement of the configuration. Documentation/configuration.rst holds
 * the same rows (a test compares them), and another test wants an example of
 * each.
 */
#include "config/grammar.h"
#include "config/statements.h"

#define GLOBAL CONFIG_MODE_GLOBAL
#define PROPOSAL CONFIG_MODE_IKEV2_PROPOSAL
#define POLICY CONFIG_MODE_IKEV2_POLICY
#define KEYRING CONFIG_MODE_KEYRING
#define PEER CONFIG_MODE_PEER
#define AUTHORIZATION CONFIG_MODE_AUTHORIZATION
#define TRUSTPOINT CONFIG_MODE_TRUSTPOINT
#define PROFILE CONFIG_MODE_IKEV2_PROFILE
#define SUITE CONFIG_MODE_ISAKMP_POLICY
#define PEERS CONFIG_MODE_ISAKMP_PROFILE
#define SET CONFIG_MODE_TRANSFORM_SET
#define IPSEC CONFIG_MODE_IPSEC_PROFILE
#define INTERFACE CONFIG_MODE_INTERFACE
#define NEGATES .can_negate = true
#define REFUSED(...) .refusal = __VA_ARGS__
#define NO_V1 "this statement of IKEv1 (ISAKMP) is not there yet"
#define NO_V1_RSA "RSA with IKEv1 is not there yet: use \"authentication pre-share\""
#define NO_ENROLMENT "enrolment is not there yet: name the files of the certificate and of its key"

static const struct statement statements[] = {
	{ GLOBAL, "hostname NAME", "Name of this system", .handle = set_hostname, NEGATES },
	{ GLOBAL, "service timestamps debug datetime msec", "Stamp debug lines with milliseconds",
	  .handle = set_timestamps, NEGATES },
	{ GLOBAL, "crypto legacy", "Permit weak algorithms everywhere", .handle = set_legacy,
	  NEGATES },
	{ GLOBAL, "crypto key-log DIRECTORY",
	  "Write every session key into Wireshark's tables there", .handle = set_key_log, NEGATES },

	{ GLOBAL, "crypto ikev2 proposal NAME", "Algorithms of IKE SAs",
	  .handle = open_ike_proposal, .opens = PROPOSAL },
	{ PROPOSAL, "encryption ENCRYPTION...", "Ciphers, best first",
	  .handle = proposal_encryption },
	{ PROPOSAL, "integrity INTEGRITY...", "Integrity algorithms, best first; none with AES-GCM",
	  .handle = proposal_integrity },
	{ PROPOSAL, "prf PRF...",
	  "Pseudo-random functions; without it those of the integrity algorithms",
	  .handle = proposal_prf, NEGATES },
	{ PROPOSAL, "group GROUP...", "Diffie-Hellman groups, best first",
	  .handle = proposal_group },

	{ GLOBAL, "crypto ikev2 policy NAME", "Which proposals to use", .handle = open_ikev2_policy,
	  .opens = POLICY },
	{ POLICY, "proposal NAME", "Use a proposal; may be repeated", .handle = policy_proposal },
	{ POLICY, "match fvrf any", "In every VRF", .handle = policy_match_fvrf, NEGATES },
	{ POLICY, "match fvrf NAME", "In one VRF", .handle = policy_match_fvrf },
	{ POLICY, "match address local ADDRESS", "For one local address",
	  .handle = policy_match_address, NEGATES },

	{ GLOBAL, "crypto ikev2 keyring NAME", "Pre-shared keys", .handle = open_keyring,
	  .opens = KEYRING },
	{ KEYRING, "peer NAME", "One peer or a group of peers", .handle = open_peer,
	  .opens = PEER },
	{ PEER, "address A.B.C.D [MASK]", "The peer's address or network", .handle = peer_address },
	{ PEER, "address X:X::X", "The peer's address", .handle = peer_address },
	{ PEER, "address X:X::X/N", "The peer's IPv6 network", .handle = peer_prefix6 },
	{ PEER, "hostname NAME", "The peer's host name", .handle = peer_hostname },
	{ PEER, "identity address ADDRESS", "The address the peer names itself by",
	  .handle = peer_identity_address },
	{ PEER, "identity fqdn|email|key-id NAME", "The name the peer names itself by",
	  .handle = peer_identity },
	{ PEER, "pre-shared-key [local|remote] [0] KEY",
	  "The key we use, the key the peer uses, or one for both", .handle = peer_key },
	{ PEER, "pre-shared-key [local|remote] hex HEX", "The same in hexadecimal",
	  .handle = peer_key_hex },
	{ PEER, "ppk manual id NAME key [0] KEY",
	  "A post-quantum key to mix in (RFC 8784); \"required\" at its end: never without",
	  .handle = peer_ppk },
	{ PEER, "pre-shared-key [local|remote] 6 KEY", "The same, encrypted by a router",
	  REFUSED("a router's encrypted key cannot be read here: give the key itself") },

	{ GLOBAL, "username NAME password [0] KEY", "Somebody who may authenticate with EAP",
	  .handle = add_user },
	{ GLOBAL, "username NAME password 7 REST", "The same, disguised by a router; not kept",
	  .handle = skip_user },
	{ GLOBAL, "crypto ikev2 authorization policy NAME", "What a client is given",
	  .handle = open_authorization, .opens = AUTHORIZATION },
	{ AUTHORIZATION, "pool NAME", "An address out of this pool", .handle = authorization_pool },
	{ AUTHORIZATION, "netmask MASK", "The netmask that goes with the address",
	  .handle = authorization_netmask, NEGATES },
	{ AUTHORIZATION, "dns ADDRESS [ADDRESS]", "Name servers", .handle = authorization_dns,
	  NEGATES },
	{ AUTHORIZATION, "wins A.B.C.D [A.B.C.D]", "NetBIOS name servers",
	  .handle = authorization_wins, NEGATES },
	{ AUTHORIZATION, "route set remote ipv4 A.B.C.D MASK",
	  "A network behind us; may be repeated", .handle = authorization_subnet },
	{ AUTHORIZATION, "route set interface", "The address of the tunnel's interface",
	  .handle = authorization_interface, NEGATES },
	{ AUTHORIZATION, "route set access-list REST", "Networks of an access list",
	  REFUSED("access lists are not read: name each network in \"route set remote ipv4\"") },

	{ GLOBAL, "crypto pki trustpoint NAME", "A certificate of ours, and whom to trust",
	  .handle = open_trustpoint, .opens = TRUSTPOINT },
	{ TRUSTPOINT, "certificate file PATH",
	  "Our certificate and those between it and the root, in PEM",
	  .handle = trustpoint_certificate },
	{ TRUSTPOINT, "private-key file PATH", "Its key, in PEM", .handle = trustpoint_key },
	{ TRUSTPOINT, "private-key passphrase [0] KEY", "What opens an encrypted key",
	  .handle = trustpoint_passphrase },
	{ TRUSTPOINT, "ca file PATH", "Authorities whose peers are believed, in PEM",
	  .handle = trustpoint_ca },
	{ TRUSTPOINT, "crl file PATH", "What they have revoked, in PEM; read again at each reload",
	  .handle = trustpoint_crl },
	{ TRUSTPOINT, "revocation-check crl|none [none]",
	  "Whether a CRL must speak about a certificate; \"crl none\": only if it is there",
	  .handle = trustpoint_revocation, NEGATES },
	{ TRUSTPOINT, "enrollment REST", "Getting certificates", REFUSED(NO_ENROLMENT) },
	{ TRUSTPOINT, "rsakeypair REST", "The key pair to enrol", REFUSED(NO_ENROLMENT) },
	{ TRUSTPOINT, "subject-name REST", "The name to enrol", REFUSED(NO_ENROLMENT) },

	{ GLOBAL, "crypto ikev2 profile NAME", "Who the peers are and how they authenticate",
	  .handle = open_ikev2_profile, .opens = PROFILE },
	{ PROFILE, "match identity remote address A.B.C.D [MASK]", "Peers by address; 0.0.0.0: any",
	  .handle = profile_match_address },
	{ PROFILE, "match identity remote address X:X::X", "A peer by address",
	  .handle = profile_match_address },
	{ PROFILE, "match identity remote address X:X::X/N", "Peers by IPv6 network",
	  .handle = profile_match_prefix6 },
	{ PROFILE, "match identity remote fqdn|email|key-id NAME", "A peer by name",
	  .handle = profile_match_text },
	{ PROFILE, "match identity remote fqdn|email domain NAME", "Peers by domain",
	  .handle = profile_match_text },
	{ PROFILE, "match identity remote dn REST",
	  "The peer with this name: \"cn=gw,o=Example,c=JP\"", .handle = profile_match_dn },
	{ PROFILE, "match identity remote any", "Every peer", .handle = profile_match_any },
	{ PROFILE, "match fvrf any", "Peers of every VRF", .handle = profile_match_fvrf, NEGATES },
	{ PROFILE, "match fvrf NAME", "Peers of one VRF", .handle = profile_match_fvrf },
	{ PROFILE, "identity local address ADDRESS", "Name ourselves by an address",
	  .handle = profile_identity_address },
	{ PROFILE, "identity local fqdn|email|key-id NAME", "Name ourselves",
	  .handle = profile_identity, NEGATES },
	{ PROFILE, "identity local dn", "Name ourselves by our certificate's subject",
	  .handle = profile_identity_dn },
	{ PROFILE, "authentication local|remote pre-share|rsa-sig|rsa-pss|ecdsa-sig|eddsa-sig|eap",
	  "How we, or the peer, authenticate", .handle = profile_authentication },
	{ PROFILE, "authentication remote eap query-identity",
	  "The peer authenticates with EAP and is asked for its name",
	  .handle = profile_remote_eap },
	{ PROFILE, "authentication local eap username NAME password [0] KEY",
	  "We authenticate with EAP, by this name and password", .handle = profile_local_eap },
	{ PROFILE, "authentication local eap username NAME",
	  "We authenticate with EAP-TLS, by this name of our certificate",
	  .handle = profile_local_eap_name },
	{ PROFILE, "eap method ms-chapv2|md5|tls...",
	  "Methods of EAP, best first; without it ms-chapv2", .handle = profile_eap_method },
	{ PROFILE, "eap server NAME",
	  "Host name in the certificate of EAP-TLS's server, where it is not the peer's identity",
	  .handle = profile_eap_server, NEGATES },
	{ PROFILE, "keyring [local] NAME", "Where the pre-shared keys are",
	  .handle = profile_keyring },
	{ PROFILE, "pki trustpoint NAME [sign|verify]",
	  "Certificates to sign or verify with; may be repeated", .handle = profile_trustpoint },
	{ PROFILE, "lifetime <30-86400>", "Seconds that an IKE SA lives",
	  .handle = profile_lifetime, NEGATES },
	{ PROFILE, "dpd <1-3600> <1-60> periodic|on-demand",
	  "Ask a silent peer after this many seconds, again after the second number",
	  .handle = profile_dpd, NEGATES },
	{ PROFILE, "nat force-encap", "UDP encapsulation even without a NAT", .handle = profile_nat,
	  NEGATES },
	{ PROFILE, "aaa authorization group psk|eap|cert list NAME NAME",
	  "What clients that authenticate so are given; the list's name has no meaning here",
	  .handle = profile_authorization },
	{ PROFILE, "config-exchange request", "Ask the peer for name servers and networks",
	  .handle = profile_config_request, NEGATES },
	{ PROFILE, "mobike", "We, or the peer, may move to another address (RFC 4555)",
	  .handle = profile_mobike, NEGATES },
	{ PROFILE, "keep-trying", "Begin again soon after each failure, instead of ever later",
	  .handle = profile_keep_trying, NEGATES },
	{ PROFILE, "retransmit <1-50> <1-100>",
	  "How often a request is repeated, and after how many seconds each time",
	  .handle = profile_retransmit, NEGATES },
	{ PROFILE, "negotiate strictly",
	  "Take a child SA only with the very traffic selectors that are configured",
	  .handle = profile_strict, NEGATES },
	{ PROFILE, "proposal-limitation",
	  "Offer what is configured; with no also the default algorithms, after it",
	  .handle = profile_limitation, NEGATES },
	{ PROFILE, "child-sa creation auth|separate",
	  "Make the first child SA in IKE_AUTH, or after it if the peer can (RFC 6023)",
	  .handle = profile_child_creation },
	{ PROFILE, "dangling-sa allow",
	  "IPsec SAs stay when the peer no longer answers, until others are there",
	  .handle = profile_dangling, NEGATES },
	{ PROFILE, "compatibility ios",
	  "Messages as a Cisco router builds them: payloads, their order and lengths",
	  .handle = profile_ios, NEGATES },
	{ PROFILE, "redirect gateway auth ADDRESS",
	  "Redirect clients that can be to this gateway, once they have authenticated (RFC 5685)",
	  .handle = profile_redirect, NEGATES },
	{ PROFILE, "legacy", "Permit weak algorithms with this profile", .handle = profile_legacy,
	  NEGATES },
	{ PROFILE, "description REST", "Words for people; not kept", .handle = ignore_statement },

	{ GLOBAL, "crypto ikev2 dpd <1-3600> <1-60> periodic|on-demand",
	  "Liveness checks of profiles without their own", .handle = set_dpd, NEGATES },
	{ GLOBAL, "crypto ikev2 redirect client",
	  "Follow gateways that redirect us (RFC 5685), 5 times in 5 minutes",
	  .handle = set_redirect_client, NEGATES },
	{ GLOBAL, "crypto ikev2 redirect client max-redirects <1-255>",
	  "The same, so many times in 5 minutes", .handle = set_redirect_client },
	{ GLOBAL, "crypto ikev2 redirect gateway init ADDRESS",
	  "Redirect clients that can be to this gateway, before anything is known of them",
	  .handle = set_redirect_gateway, NEGATES },
	{ GLOBAL, "crypto ikev2 cookie-challenge <1-1000>",
	  "From so many half-open IKE SAs on, new peers must return a cookie; 100 when not set",
	  .handle = set_cookie_challenge, NEGATES },
	{ GLOBAL, "crypto ikev2 fragmentation",
	  "Large messages in several datagrams, if the peer can; on unless taken back with no",
	  .handle = set_fragmentation, NEGATES },
	{ GLOBAL, "crypto ikev2 fragmentation mtu <68-1500>",
	  "The same, with the largest IP packet; 1280 when not set", .handle = set_fragmentation },
	{ GLOBAL, "crypto ikev2 nat keepalive <5-3600>",
	  "Seconds of silence before a NAT in front of us is reminded; 20 when not set",
	  .handle = set_nat_keepalive, NEGATES },
	{ GLOBAL, "crypto ikev2 window <1-200>", "IKE requests that may be under way at once",
	  .handle = set_window, NEGATES },
	{ GLOBAL, "crypto ikev2 queue-length <10-10000>", "IKE messages that may wait to be read",
	  .handle = set_queue_length, NEGATES },
	{ GLOBAL, "crypto ikev2 limit max-sa <1-1000000>", "IKE SAs at once",
	  .handle = set_limit_sa, NEGATES },
	{ GLOBAL, "crypto ikev2 limit max-in-negotation-sa <1-1000000>",
	  "IKE SAs under negotiation at once (the spelling is the router's; 1000 when not set)",
	  .handle = set_limit_negotiating, NEGATES },
	{ GLOBAL, "logging style ios|yamaha", "In whose words the key exchange is reported",
	  .handle = set_log_style, NEGATES },
	{ GLOBAL, "logging ikev2 message-info|payload-info|key-info|keepalive|invalid-spi...",
	  "What is always logged of it; key-info writes every key into the log",
	  .handle = set_log_kinds, NEGATES },
	{ GLOBAL, "crypto ikev2 rekey-margin <10-99>", "Rekey at this percentage of a lifetime",
	  .handle = set_rekey_margin, NEGATES },

	{ GLOBAL, "crypto ipsec transform-set NAME TRANSFORM...", "Algorithms of IPsec SAs",
	  .handle = open_transform_set, .opens = SET },
	{ SET, "mode tunnel|transport", "What is encapsulated", .handle = set_mode },

	{ GLOBAL, "crypto ipsec profile NAME", "How a tunnel is protected",
	  .handle = open_ipsec_profile, .opens = IPSEC },
	{ IPSEC, "set transform-set NAME...", "Transform sets, best first",
	  .handle = ipsec_transform_set },
	{ IPSEC, "set ikev2-profile NAME", "The IKEv2 profile to negotiate with",
	  .handle = ipsec_ikev2_profile },
	{ IPSEC, "set isakmp-profile NAME", "The IKEv1 profile to negotiate with",
	  .handle = ipsec_isakmp_profile },
	{ IPSEC, "set pfs groupN", "A Diffie-Hellman exchange at each rekey", .handle = ipsec_pfs,
	  NEGATES },
	{ IPSEC, "set security-association lifetime seconds <30-2592000>",
	  "Seconds that an IPsec SA lives", .handle = ipsec_seconds, NEGATES },
	{ IPSEC, "set security-association lifetime kilobytes <100-4294967295>",
	  "Kilobytes that an IPsec SA carries", .handle = ipsec_kilobytes, NEGATES },
	{ IPSEC, "set security-association lifetime kilobytes disable", "No limit in kilobytes",
	  .handle = ipsec_kilobytes },
	{ IPSEC, "set security-association replay window-size <32-8192>",
	  "Packets that may come out of order", .handle = ipsec_replay, NEGATES },
	{ IPSEC, "set security-association esn", "Sequence numbers of 64 bits", .handle = ipsec_esn,
	  NEGATES },
	{ IPSEC, "responder-only", "Never begin a negotiation", .handle = ipsec_responder_only,
	  NEGATES },
	{ IPSEC, "description REST", "Words for people; not kept", .handle = ignore_statement },

	{ GLOBAL, "crypto ipsec security-association lifetime seconds <30-2592000>",
	  "Seconds that an IPsec SA lives", .handle = set_sa_seconds, NEGATES },
	{ GLOBAL, "crypto ipsec security-association lifetime kilobytes <100-4294967295>",
	  "Kilobytes that an IPsec SA carries", .handle = set_sa_kilobytes, NEGATES },

	{ GLOBAL, "crypto ipsec nat-transparency udp-encapsulation",
	  "Look for NATs and go through them in UDP; on unless taken back with no",
	  .handle = set_nat_traversal, NEGATES },

	{ GLOBAL, "crypto isakmp nat keepalive <5-3600>", "As crypto ikev2 nat keepalive",
	  .handle = set_nat_keepalive, NEGATES },
	{ GLOBAL, "crypto isakmp policy <1-10000>", "A suite of IKEv1; the smallest number first",
	  .handle = open_isakmp_policy, .opens = SUITE },
	{ SUITE, "authentication pre-share|rsa-sig",
	  "With pre-shared keys, or with certificates; rsa-sig when not set",
	  .handle = isakmp_authentication },
	{ SUITE, "authentication rsa-encr", "With RSA keys", REFUSED(NO_V1_RSA) },
	{ SUITE, "encryption des|3des", "A cipher of the past; des when not set",
	  .handle = isakmp_encryption_des },
	{ SUITE, "encryption aes [128|192|256]", "AES; of 128 bits when not set",
	  .handle = isakmp_encryption_aes },
	{ SUITE, "hash md5|sha|sha256|sha384|sha512", "Hash function; sha when not set",
	  .handle = isakmp_hash },
	{ SUITE, "group 1|2|5|14|15|16|19|20|21", "Diffie-Hellman group; 1 when not set",
	  .handle = isakmp_group },
	{ SUITE, "lifetime <60-86400>", "Seconds that an ISAKMP SA lives",
	  .handle = isakmp_lifetime, NEGATES },
	{ GLOBAL, "crypto isakmp key [0] SECRET address A.B.C.D [MASK]",
	  "The pre-shared key of a peer, or of peers; 0.0.0.0: any", .handle = isakmp_key },
	{ GLOBAL, "crypto isakmp identity address|hostname|dn",
	  "What we name ourselves by; dn: the subject of our certificate",
	  .handle = isakmp_identity, NEGATES },
	{ GLOBAL, "crypto isakmp keepalive <10-3600> [<2-60>] [periodic|on-demand]",
	  "Ask a silent peer after this many seconds, again after the second number",
	  .handle = isakmp_keepalive, NEGATES },
	{ GLOBAL, "crypto isakmp profile NAME", "Peers of IKEv1 that differ from the rest",
	  .handle = open_isakmp_profile, .opens = PEERS },
	{ PEERS, "match identity address A.B.C.D [MASK]", "Peers by address; 0.0.0.0: any",
	  .handle = isakmp_match_address },
	{ PEERS, "match identity host NAME", "A peer by host name", .handle = isakmp_match_host },
	{ PEERS, "match identity host domain NAME", "Peers by domain",
	  .handle = isakmp_match_domain },
	{ PEERS, "match identity user NAME", "A peer by user@host", .handle = isakmp_match_user },
	{ PEERS, "self-identity address", "Name ourselves by our address",
	  .handle = isakmp_self_address },
	{ PEERS, "self-identity fqdn|user-fqdn NAME", "Name ourselves",
	  .handle = isakmp_self_identity, NEGATES },
	{ PEERS, "legacy", "Permit weak algorithms with this profile", .handle = isakmp_legacy,
	  NEGATES },
	{ PEERS, "keyring REST", "Where the pre-shared keys are",
	  REFUSED("keyrings of IKEv1 are not there yet: use \"crypto isakmp key\"") },
	{ PEERS, "ca trust-point NAME",
	  "Our certificate and whom to believe with these peers; all without it",
	  .handle = isakmp_trustpoint },
	{ PEERS, "initiate REST", "Aggressive mode",
	  REFUSED("aggressive mode is not there yet: main mode is used") },
	{ PEERS, "description REST", "Words for people; not kept", .handle = ignore_statement },
	{ GLOBAL, "crypto isakmp REST", "IKEv1", NEGATES, REFUSED(NO_V1) },
	{ GLOBAL, "crypto map REST", "Policy on an interface", NEGATES,
	  REFUSED("crypto maps are not there yet: use a Tunnel interface with \"tunnel protection\"") },
	{ GLOBAL, "crypto pki REST", "Certificates", NEGATES, REFUSED(NO_ENROLMENT) },
	{ GLOBAL, "crypto ca REST", "Certificates", NEGATES,
	  REFUSED("use \"crypto pki trustpoint\" and name the files") },
	{ GLOBAL, "crypto key REST", "Public keys", NEGATES, REFUSED(NO_ENROLMENT) },

	{ GLOBAL, "interface INTERFACE [point-to-point|multipoint]",
	  "A tunnel, or the address behind a router's name", .handle = open_interface,
	  .opens = INTERFACE },
	{ INTERFACE, "ip address A.B.C.D MASK", "Address of the interface",
	  .handle = interface_address, NEGATES },
	{ INTERFACE, "ip address A.B.C.D MASK secondary", "A second address; left to the system",
	  .handle = ignore_statement },
	{ INTERFACE, "ip address negotiated", "Of a tunnel: the address that the peer gives",
	  .handle = interface_negotiated },
	{ INTERFACE, "ip address dhcp", "An address given by others; left to the system",
	  .handle = ignore_statement },
	{ INTERFACE, "ip mtu <68-65535>", "Biggest packet; without it what the path allows",
	  .handle = interface_mtu, NEGATES },
	{ INTERFACE, "shutdown", "Keep the interface down", .handle = interface_shutdown, NEGATES },
	{ INTERFACE, "tunnel source ADDRESS", "Our outer address", .handle = tunnel_source,
	  NEGATES },
	{ INTERFACE, "tunnel source INTERFACE", "The interface whose address is our outer one",
	  .handle = tunnel_source, NEGATES },
	{ INTERFACE, "tunnel destination A.B.C.D", "The peer's outer address",
	  .handle = tunnel_destination, NEGATES },
	{ INTERFACE, "tunnel mode ipsec ipv4", "Packets inside ESP, nothing between",
	  .handle = tunnel_mode, NEGATES },
	{ INTERFACE, "tunnel mode gre REST", "Generic routing encapsulation",
	  REFUSED("only \"tunnel mode ipsec ipv4\" is there yet") },
	{ INTERFACE, "tunnel protection ipsec profile NAME", "Protect the tunnel",
	  .handle = tunnel_protection, NEGATES },
	{ INTERFACE, "crypto map REST", "Policy on an interface",
	  REFUSED("crypto maps are not there yet: use a Tunnel interface with \"tunnel protection\"") },

	{ GLOBAL, "ip local pool NAME A.B.C.D [A.B.C.D]", "Inner addresses for clients",
	  .handle = add_pool },
	{ GLOBAL, "ip route vrf REST", "A route of a VRF; left to the system",
	  .handle = ignore_statement },
	{ GLOBAL, "ip route A.B.C.D MASK A.B.C.D [<1-255>]", "A static route via a gateway",
	  .handle = add_route },
	{ GLOBAL, "ip route A.B.C.D MASK INTERFACE [<1-255>]", "A static route into an interface",
	  .handle = add_route },
};

#define STATEMENT_COUNT (sizeof(statements) / sizeof(statements[0]))

const struct statement *statement_at(size_t index)
{
	return index < STATEMENT_COUNT ? &statements[index] : NULL;
}

bool config_help_at(size_t index, struct config_help *out)
{
	const struct statement *row = statement_at(index);

	if (!row)
		return false;
	*out = (struct config_help){ row->mode, row->syntax, row->help, row->refusal,
				     row->can_negate };
	return true;
}

const char *config_mode_opener(enum config_mode mode)
{
	size_t i;

	for (i = 0; mode != GLOBAL && i < STATEMENT_COUNT; i++)
		if (statements[i].opens == mode)
			return statements[i].syntax;
	return NULL;
}

enum config_mode config_mode_parent(enum config_mode mode)
{
	size_t i;

	for (i = 0; mode != GLOBAL && i < STATEMENT_COUNT; i++)
		if (statements[i].opens == mode)
			return statements[i].mode;
	return GLOBAL;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "codec/isakmp_numbers.h"
#include "ike/crypto_map.h"
#include "ike/easy_vpn.h"
#include "ike/policy.h"

struct policy *policy_new(void)
{
	struct policy *policy = must_calloc(1, sizeof(*policy));

	policy->sa_lifetime_seconds = SA_LIFETIME_DEFAULT;
	policy->sa_lifetime_kilobytes = SA_KILOBYTES_DEFAULT;
	policy->window = IKE_WINDOW_DEFAULT;
	policy->cookie_challenge = COOKIE_CHALLENGE_DEFAULT;
	policy->fragment_mtu = FRAGMENT_MTU_DEFAULT;
	policy->nat_traversal = true;
	policy->nat_keepalive = NAT_KEEPALIVE_DEFAULT;
	policy->rekey_margin_percent = REKEY_MARGIN_DEFAULT;
	TAILQ_INIT(&policy->isakmp_keys.peers);
	TAILQ_INIT(&policy->isakmp_policies);
	TAILQ_INIT(&policy->rsa_keys);
	TAILQ_INIT(&policy->rsa_peers);
	TAILQ_INIT(&policy->isakmp_profiles);
	TAILQ_INIT(&policy->client_groups);
	TAILQ_INIT(&policy->ike_proposals);
	TAILQ_INIT(&policy->ikev2_policies);
	TAILQ_INIT(&policy->keyrings);
	TAILQ_INIT(&policy->users);
	TAILQ_INIT(&policy->pools);
	TAILQ_INIT(&policy->authorizations);
	TAILQ_INIT(&policy->trustpoints);
	TAILQ_INIT(&policy->ikev2_profiles);
	TAILQ_INIT(&policy->transform_sets);
	TAILQ_INIT(&policy->ipsec_profiles);
	TAILQ_INIT(&policy->isakmp_keyrings);
	TAILQ_INIT(&policy->crypto_maps);
	TAILQ_INIT(&policy->access_lists);
	TAILQ_INIT(&policy->hosts);
	TAILQ_INIT(&policy->interfaces);
	TAILQ_INIT(&policy->routes);
	return policy;
}

static void peer_free(struct keyring_peer *peer)
{
	secret_free(peer->local_key.data, peer->local_key.len);
	secret_free(peer->ppk.data, peer->ppk.len);
	free(peer->ppk_id);
	secret_free(peer->remote_key.data, peer->remote_key.len);
	free(peer->hostname);
	free(peer->name);
	free(peer);
}

static void keyring_clear(struct keyring *keyring)
{
	struct keyring_peer *peer;

	while ((peer = TAILQ_FIRST(&keyring->peers))) {
		TAILQ_REMOVE(&keyring->peers, peer, link);
		peer_free(peer);
	}
}

static void keyring_free(struct keyring *keyring)
{
	keyring_clear(keyring);
	free(keyring->name);
	free(keyring);
}

static void trustpoint_free(struct trustpoint *trustpoint)
{
	credential_free(trustpoint->credential);
	anchors_free(trustpoint->anchors);
	secret_free(trustpoint->passphrase.data, trustpoint->passphrase.len);
	free(trustpoint->certificate_file);
	free(trustpoint->key_file);
	free(trustpoint->ca_file);
	free(trustpoint->crl_file);
	free(trustpoint->name);
	free(trustpoint);
}

static void rsa_key_free(struct rsa_key *key)
{
	private_key_free(key->key);
	free(key->name);
	free(key);
}

static void rsa_peer_free(struct rsa_peer *peer)
{
	buffer_free(&peer->public_key);
	free(peer->name);
	free(peer);
}

static void isakmp_policy_free(struct isakmp_policy *policy)
{
	free(policy->name);
	free(policy);
}

void isakmp_profile_clear(struct isakmp_profile *profile)
{
	struct identity_match *match;

	while ((match = TAILQ_FIRST(&profile->matches))) {
		TAILQ_REMOVE(&profile->matches, match, link);
		free(match->text);
		free(match);
	}
	free(profile->user_list);
	free(profile->authorization_list);
	free(profile->name);
}

static void isakmp_profile_free(struct isakmp_profile *profile)
{
	isakmp_profile_clear(profile);
	free(profile);
}

static void ikev2_profile_free(struct ikev2_profile *profile)
{
	struct identity_match *match;

	while ((match = TAILQ_FIRST(&profile->matches))) {
		TAILQ_REMOVE(&profile->matches, match, link);
		free(match->text);
		free(match);
	}
	secret_free(profile->eap_password.data, profile->eap_password.len);
	free(profile->eap_user);
	free(profile->eap_server);
	free(profile->match_fvrf);
	free(profile->name);
	free(profile);
}

static void user_free(struct user *user)
{
	secret_free(user->password.data, user->password.len);
	free(user->name);
	free(user);
}

static void pool_free(struct address_pool *pool)
{
	free(pool->name);
	free(pool);
}

static void authorization_free(struct authorization_policy *authorization)
{
	free(authorization->name);
	free(authorization);
}

static void interface_free(struct interface_config *interface)
{
	free(interface->tunnel_source);
	free(interface->tunnel_destination);
	free(interface->ipsec_profile_name);
	free(interface->crypto_map_name);
	free(interface->ezvpn_name);
	free(interface->name);
	free(interface);
}

static void route_free(struct route_config *route)
{
	free(route->interface);
	free(route);
}

static void ikev2_policy_free(struct ikev2_policy *policy)
{
	free(policy->match_fvrf);
	free(policy->name);
	free(policy);
}

static void ike_proposal_free(struct ike_proposal *proposal)
{
	free(proposal->name);
	free(proposal);
}

static void transform_set_free(struct transform_set *set)
{
	free(set->name);
	free(set);
}

static void ipsec_profile_free(struct ipsec_profile *profile)
{
	crypto_map_entry_free(profile->map_entry);
	ezvpn_free(profile->ezvpn);
	free(profile->name);
	free(profile);
}

#define FREE_ALL(head, release) \
	do { \
		while (!TAILQ_EMPTY(head)) { \
			__typeof__(TAILQ_FIRST(head)) first_ = TAILQ_FIRST(head); \
			TAILQ_REMOVE(head, first_, link); \
			release(first_); \
		} \
	} while (0)

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	FREE_ALL(&policy->routes, route_free);
	FREE_ALL(&policy->interfaces, interface_free);
	FREE_ALL(&policy->crypto_maps, crypto_map_free);
	FREE_ALL(&policy->ipsec_profiles, ipsec_profile_free);
	FREE_ALL(&policy->access_lists, access_list_free);
	FREE_ALL(&policy->hosts, host_config_free);
	FREE_ALL(&policy->transform_sets, transform_set_free);
	FREE_ALL(&policy->ikev2_profiles, ikev2_profile_free);
	FREE_ALL(&policy->isakmp_profiles, isakmp_profile_free);
	FREE_ALL(&policy->isakmp_policies, isakmp_policy_free);
	FREE_ALL(&policy->rsa_keys, rsa_key_free);
	FREE_ALL(&policy->rsa_peers, rsa_peer_free);
	free(policy->key_storage);
	keyring_clear(&policy->isakmp_keys);
	FREE_ALL(&policy->isakmp_keyrings, keyring_free);
	FREE_ALL(&policy->client_groups, client_group_free);
	FREE_ALL(&policy->authorizations, authorization_free);
	FREE_ALL(&policy->pools, pool_free);
	FREE_ALL(&policy->trustpoints, trustpoint_free);
	FREE_ALL(&policy->users, user_free);
	FREE_ALL(&policy->keyrings, keyring_free);
	FREE_ALL(&policy->ikev2_policies, ikev2_policy_free);
	FREE_ALL(&policy->ike_proposals, ike_proposal_free);
	free(policy->key_log);
	free(policy->hostname);
	free(policy->domain);
	free(policy->source);
	free(policy);
}

const struct log_kind log_kinds[LOG_KIND_COUNT] = {
	{ "message-info", LOG_IKEV2_MESSAGE },
	{ "payload-info", LOG_IKEV2_PAYLOAD },
	{ "key-info", LOG_IKEV2_KEY },
	{ "keepalive", LOG_IKEV2_KEEPALIVE },
	{ "invalid-spi", LOG_IKEV2_INVALID_SPI },
};

const char *auth_kind_name(enum auth_kind kind)
{
	static const char *const names[AUTH_KIND_COUNT] = {
		[AUTH_KIND_PRE_SHARE] = "pre-share", [AUTH_KIND_RSA_SIG] = "rsa-sig",
		[AUTH_KIND_RSA_PSS] = "rsa-pss",     [AUTH_KIND_ECDSA_SIG] = "ecdsa-sig",
		[AUTH_KIND_EDDSA_SIG] = "eddsa-sig", [AUTH_KIND_EAP] = "eap",
	};

	return names[kind];
}

bool auth_kind_is_signature(enum auth_kind kind)
{
	return kind == AUTH_KIND_RSA_SIG || kind == AUTH_KIND_RSA_PSS ||
	       kind == AUTH_KIND_ECDSA_SIG || kind == AUTH_KIND_EDDSA_SIG;
}

static bool is_for(const struct trustpoint *trustpoint, bool sign)
{
	return sign ? trustpoint->credential : (const void *)trustpoint->anchors;
}

/* The @index-th that fits of those that a profile names, of all where it names none. */
static const struct trustpoint *find_trustpoint(const struct policy *policy,
						const struct trustpoint_use *uses, size_t count,
						bool sign, size_t index)
{
	const struct trustpoint *trustpoint;

	for (size_t i = 0; i < count; i++)
		if ((sign ? uses[i].sign : uses[i].verify) && is_for(uses[i].trustpoint, sign) &&
		    !index--)
			return uses[i].trustpoint;
	if (count)
		return NULL;
	TAILQ_FOREACH(trustpoint, &policy->trustpoints, link)
		if (is_for(trustpoint, sign) && !index--)
			return trustpoint;
	return NULL;
}

const struct trustpoint *policy_trustpoint(const struct policy *policy,
					   const struct ikev2_profile *profile, bool sign,
					   size_t index)
{
	return find_trustpoint(policy, profile ? profile->trustpoints : NULL,
			       profile ? profile->trustpoint_count : 0, sign, index);
}

const struct trustpoint *policy_isakmp_trustpoint(const struct policy *policy,
						  const struct isakmp_profile *profile, bool sign,
						  size_t index)
{
	return find_trustpoint(policy, profile ? profile->trustpoints : NULL,
			       profile ? profile->trustpoint_count : 0, sign, index);
}

const struct rsa_key *policy_rsa_key(const struct policy *policy)
{
	const struct rsa_key *key;

	TAILQ_FOREACH(key, &policy->rsa_keys, link)
		if (key->usage != RSA_SIGNATURE)
			return key;
	return NULL;
}

static bool is_named(const struct rsa_peer *peer, const struct identity *identity)
{
	struct address address;

	if (identity->type == ID_FQDN)
		return peer->named && strlen(peer->name) == identity->len &&
		       !strncasecmp(peer->name, (const char *)identity->data, identity->len);
	return (identity->type == ID_IPV4_ADDR || identity->type == ID_IPV6_ADDR) &&
	       address_from_bytes(identity_bytes(identity), &address) &&
	       address_equal(&peer->address, &address);
}

/* Its own address, or that which "ip host" gives to its name (row D19). */
static bool is_at(const struct policy *policy, const struct rsa_peer *peer,
		  const struct address *address)
{
	const struct host_config *host;

	if (peer->address.family != AF_UNSPEC || !peer->named)
		return address_equal(&peer->address, address);
	host = policy_find_host(policy, peer->name);
	return host && address_equal(&host->address, address);
}

const struct rsa_peer *policy_rsa_peer(const struct policy *policy, const struct address *address,
				       const struct identity *identity)
{
	const struct rsa_peer *peer;

	TAILQ_FOREACH(peer, &policy->rsa_peers, link)
		if (peer->usage != RSA_SIGNATURE && address && is_at(policy, peer, address))
			return peer;
	TAILQ_FOREACH(peer, &policy->rsa_peers, link)
		if (peer->usage != RSA_SIGNATURE && identity && is_named(peer, identity))
			return peer;
	return NULL;
}

/* Row D13: what is not said is as it was in 1998. */
const struct isakmp_policy isakmp_policy_default = {
	.priority = 65535,
	.auth = ISAKMP_AUTH_RSA_SIG,
	.encr = ENCR_DES,
	.prf = PRF_HMAC_SHA1,
	.group = KE_MODP_768,
	.lifetime = IKE_LIFETIME_DEFAULT,
};

const struct isakmp_policy *policy_isakmp_suite(const struct policy *policy, size_t index)
{
	const struct isakmp_policy *entry;

	TAILQ_FOREACH(entry, &policy->isakmp_policies, link)
		if (!index--)
			return entry;
	return index || !TAILQ_EMPTY(&policy->isakmp_policies) ? NULL : &isakmp_policy_default;
}

const struct ipsec_profile *policy_find_ipsec_profile(const struct policy *policy, const char *name)
{
	const struct ipsec_profile *profile;

	TAILQ_FOREACH(profile, &policy->ipsec_profiles, link)
		if (!strcmp(profile->name, name))
			return profile;
	return NULL;
}

const struct interface_config *policy_find_interface(const struct policy *policy, const char *name)
{
	const struct interface_config *interface;

	TAILQ_FOREACH(interface, &policy->interfaces, link)
		if (!strcasecmp(interface->name, name))
			return interface;
	return NULL;
}

const struct user *policy_find_user(const struct policy *policy, struct bytes name)
{
	const struct user *user;

	TAILQ_FOREACH(user, &policy->users, link)
		if (bytes_equal(bytes_of_string(user->name), name))
			return user;
	return NULL;
}

const struct address_pool *policy_find_pool(const struct policy *policy, const char *name)
{
	const struct address_pool *pool;

	TAILQ_FOREACH(pool, &policy->pools, link)
		if (!strcmp(pool->name, name))
			return pool;
	return NULL;
}

const char *tunnel_mode_name(enum tunnel_mode mode)
{
	static const char *const names[TUNNEL_MODE_COUNT] = {
		[TUNNEL_MODE_IPV4] = "ipv4",
		[TUNNEL_MODE_IPV4_V6_OVERLAY] = "ipv4 v6-overlay",
		[TUNNEL_MODE_IPV6] = "ipv6",
		[TUNNEL_MODE_IPV6_V4_OVERLAY] = "ipv6 v4-overlay",
		[TUNNEL_MODE_DUAL_OVERLAY] = "dual-overlay",
	};

	return names[mode];
}

static bool has_inside(const struct interface_config *interface, enum family family)
{
	return interface->negotiated[family] ||
	       interface->addresses[family].address.family != AF_UNSPEC;
}

enum tunnel_mode interface_tunnel_mode(const struct interface_config *interface)
{
	const char *destination = interface->tunnel_destination;
	bool outer_v6 = destination && strchr(destination, ':');
	bool v4 = has_inside(interface, FAMILY_IPV4), v6 = has_inside(interface, FAMILY_IPV6);

	if (interface->tunnel_mode != TUNNEL_MODE_NONE)
		return interface->tunnel_mode;
	if (v4 && v6)
		return TUNNEL_MODE_DUAL_OVERLAY;
	if (outer_v6)
		return v4 ? TUNNEL_MODE_IPV6_V4_OVERLAY : TUNNEL_MODE_IPV6;
	return v6 ? TUNNEL_MODE_IPV4_V6_OVERLAY : TUNNEL_MODE_IPV4;
}

bool interface_carries(const struct interface_config *interface, enum family family)
{
	switch (interface_tunnel_mode(interface)) {
	case TUNNEL_MODE_DUAL_OVERLAY:
		return true;
	case TUNNEL_MODE_IPV6:
	case TUNNEL_MODE_IPV4_V6_OVERLAY:
		return family == FAMILY_IPV6;
	default:
		return family == FAMILY_IPV4;
	}
}

bool policy_resolve_source(const struct policy *policy, const char *source, enum family family,
			   struct address *address)
{
	const struct interface_config *interface;

	if (address_parse(source, address))
		return true;
	TAILQ_FOREACH(interface, &policy->interfaces, link) {
		if (strcasecmp(interface->name, source) ||
		    interface->addresses[family].address.family == AF_UNSPEC)
			continue;
		*address = interface->addresses[family].address;
		return true;
	}
	return false;
}

/*
 * A proposal that keeps to one profile's permission. What is left must still
 * hold a transform of each type that it held, or it would say something else.
 */
static bool without_legacy(const struct proposal *in, struct proposal *out)
{
	bool held[TRANSFORM_TYPE_MAX + 1] = { false }, kept[TRANSFORM_TYPE_MAX + 1] = { false };
	size_t i;

	*out = *in;
	out->count = 0;
	for (i = 0; i < in->count; i++) {
		const struct transform *transform = &in->transforms[i];

		held[transform->type] = true;
		if (transform_is_legacy(transform))
			continue;
		kept[transform->type] = true;
		out->transforms[out->count++] = *transform;
	}
	return !memcmp(held, kept, sizeof(held));
}

/* Peers come to us through one VRF, the global one: what is for another is not for them. */
static bool is_global_vrf(const char *fvrf)
{
	return !fvrf || !strcasecmp(fvrf, "any");
}

/* 0: does not fit. One that names our address is preferred to one that takes any. */
static int ikev2_policy_score(const struct ikev2_policy *entry, const struct address *local)
{
	if (!is_global_vrf(entry->match_fvrf))
		return 0;
	if (entry->match_local.family == AF_UNSPEC)
		return 1;
	return local && address_equal(&entry->match_local, local) ? 2 : 0;
}

void policy_ike_proposals(const struct policy *policy, const struct address *local, bool legacy,
			  struct proposal_list *list, const char **policy_name)
{
	const struct ikev2_policy *entry, *best = NULL;
	int score, best_score = 0;
	size_t i;

	legacy = legacy || policy->legacy;
	*list = (struct proposal_list){ 0 };
	if (policy_name)
		*policy_name = "default";

	TAILQ_FOREACH(entry, &policy->ikev2_policies, link) {
		score = ikev2_policy_score(entry, local);
		if (score > best_score) {
			best = entry;
			best_score = score;
		}
	}

	for (i = 0; best && i < best->proposal_count && list->count < PROPOSAL_LIST_MAX; i++) {
		struct proposal *slot = &list->proposals[list->count];

		*slot = best->proposals[i]->transforms;
		if (!legacy && !without_legacy(&best->proposals[i]->transforms, slot))
			continue;
		slot->protocol = PROTOCOL_IKE;
		slot->number = ++list->count;
	}

	if (!list->count) {
		proposal_default_ike(list, legacy);
		return;
	}
	if (policy_name)
		*policy_name = best->name;
}

static bool text_equal(const struct identity *identity, const char *text, size_t skip)
{
	size_t len = strlen(text);

	return identity->len - skip == len &&
	       !strncasecmp((const char *)identity->data + skip, text, len);
}

/* "example.com" is the domain of host.example.com, not of itself nor of myexample.com */
static bool fqdn_in_domain(const struct identity *identity, const char *domain)
{
	size_t len = strlen(domain);

	return identity->len > len + 1 && identity->data[identity->len - len - 1] == '.' &&
	       text_equal(identity, domain, identity->len - len);
}

static bool email_in_domain(const struct identity *identity, const char *domain)
{
	size_t len = strlen(domain);

	return identity->len > len && identity->data[identity->len - len - 1] == '@' &&
	       text_equal(identity, domain, identity->len - len);
}

/* Steps between the kinds: an exact name beats the longest domain. */
enum { SCORE_ANY = 1, SCORE_PART = 2, SCORE_EXACT = 100000 };

unsigned int identity_match_score(const struct identity_match *match, const struct identity *remote)
{
	char text[IDENTITY_TEXT];
	struct address address;
	bool exact = false;

	switch (match->kind) {
	case MATCH_ANY:
		return SCORE_ANY;
	case MATCH_ADDRESS:
		if (!identity_address(remote, &address) ||
		    !prefix_contains(&match->prefix, &address))
			return 0;
		return SCORE_PART + match->prefix.length;
	case MATCH_FQDN:
		exact = remote->type == ID_FQDN && text_equal(remote, match->text, 0);
		break;
	case MATCH_FQDN_DOMAIN:
		if (remote->type != ID_FQDN || !fqdn_in_domain(remote, match->text))
			return 0;
		return SCORE_PART + strlen(match->text);
	case MATCH_EMAIL:
		exact = remote->type == ID_RFC822_ADDR && text_equal(remote, match->text, 0);
		break;
	case MATCH_EMAIL_DOMAIN:
		if (remote->type != ID_RFC822_ADDR || !email_in_domain(remote, match->text))
			return 0;
		return SCORE_PART + strlen(match->text);
	case MATCH_KEY_ID: /* opaque octets (RFC 7296 section 3.5): case matters */
		exact = remote->type == ID_KEY_ID &&
			bytes_equal(identity_bytes(remote), bytes_of_string(match->text));
		break;
	case MATCH_DN:
		exact = remote->type == ID_DER_ASN1_DN &&
			!strcasecmp(identity_format(remote, text), match->text);
		break;
	}
	return exact ? SCORE_EXACT : 0;
}

bool isakmp_policy_is_legacy(const struct isakmp_policy *policy)
{
	const struct transform transforms[] = {
		{ TRANSFORM_ENCR, policy->encr, policy->key_bits, false },
		{ TRANSFORM_PRF, policy->prf, 0, false },
		{ TRANSFORM_KE, policy->group, 0, false },
	};

	for (size_t i = 0; i < sizeof(transforms) / sizeof(transforms[0]); i++)
		if (transform_is_legacy(&transforms[i]))
			return true;
	return false;
}

bool policy_has_isakmp(const struct policy *policy)
{
	return !TAILQ_EMPTY(&policy->isakmp_policies) || !TAILQ_EMPTY(&policy->isakmp_profiles);
}

unsigned int ipsec_profile_version(const struct policy *policy, const struct ipsec_profile *profile)
{
	if (profile->ikev2_profile)
		return 2;
	return profile->isakmp_profile || policy_has_isakmp(policy) ? 1 : 0;
}

bool isakmp_profile_matches(const struct isakmp_profile *profile, const struct identity *remote)
{
	const struct identity_match *match;

	TAILQ_FOREACH(match, &profile->matches, link)
		if (identity_match_score(match, remote))
			return true;
	return false;
}

const struct isakmp_profile *policy_match_isakmp_profile(const struct policy *policy,
							 const struct identity *remote)
{
	const struct isakmp_profile *profile, *best = NULL;
	const struct identity_match *match;
	unsigned int score, best_score = 0;

	TAILQ_FOREACH(profile, &policy->isakmp_profiles, link) {
		TAILQ_FOREACH(match, &profile->matches, link) {
			score = identity_match_score(match, remote);
			if (!score || score < best_score)
				continue;
			best = profile; /* of equals the last one (H13) */
			best_score = score;
		}
	}
	return best;
}

bool profile_matches(const struct ikev2_profile *profile, const struct identity *remote)
{
	const struct identity_match *match;

	TAILQ_FOREACH(match, &profile->matches, link)
		if (identity_match_score(match, remote))
			return true;
	return false;
}

unsigned int policy_profile_number(const struct policy *policy, const struct ikev2_profile *profile)
{
	const struct ikev2_profile *other;
	unsigned int number = 1;

	TAILQ_FOREACH(other, &policy->ikev2_profiles, link) {
		if (other == profile)
			return number;
		number++;
	}
	return 0;
}

const struct ikev2_profile *policy_match_profile(const struct policy *policy,
						 const struct identity *remote)
{
	const struct ikev2_profile *profile, *best = NULL;
	const struct identity_match *match;
	unsigned int score, best_score = 0;

	TAILQ_FOREACH(profile, &policy->ikev2_profiles, link) {
		if (!is_global_vrf(profile->match_fvrf))
			continue;
		TAILQ_FOREACH(match, &profile->matches, link) {
			score = identity_match_score(match, remote);
			if (!score || score < best_score)
				continue;
			best = profile; /* of equals the last one (H13) */
			best_score = score;
		}
	}
	return best;
}

const struct keyring_peer *keyring_find(const struct keyring *keyring,
					const struct address *address,
					const struct identity *identity)
{
	const struct keyring_peer *peer, *best = NULL;

	if (identity && identity->type != ID_NONE) {
		TAILQ_FOREACH(peer, &keyring->peers, link)
			if (peer->identity.type != ID_NONE &&
			    identity_equal(&peer->identity, identity))
				return peer;
		TAILQ_FOREACH(peer, &keyring->peers, link)
			if (peer->hostname && identity->type == ID_FQDN &&
			    text_equal(identity, peer->hostname, 0))
				return peer;
	}
	if (!address)
		return NULL;
	TAILQ_FOREACH(peer, &keyring->peers, link) {
		if (!peer->has_prefix || !prefix_contains(&peer->prefix, address))
			continue;
		if (!best || peer->prefix.length > best->prefix.length)
			best = peer;
	}
	return best;
}

static const struct keyring_peer *longer(const struct keyring_peer *best,
					 const struct keyring_peer *peer)
{
	return !best || (peer && peer->prefix.length > best->prefix.length) ? peer : best;
}

const struct keyring_peer *policy_isakmp_key(const struct policy *policy,
					     const struct isakmp_profile *profile,
					     const struct address *address,
					     const struct identity *identity, const char **keyring)
{
	const struct keyring_peer *best, *before;
	const struct keyring *other;

	if (profile && profile->keyring) {
		*keyring = profile->keyring->name;
		return keyring_find(profile->keyring, address, identity);
	}
	*keyring = "default";
	best = keyring_find(&policy->isakmp_keys, NULL, identity);
	if (best)
		return best;
	best = keyring_find(&policy->isakmp_keys, address, NULL);
	if (profile)
		return best;
	/* Who answers does not know yet whose profile it will be. */
	TAILQ_FOREACH(other, &policy->isakmp_keyrings, link) {
		before = keyring_find(other, NULL, identity);
		if (before) {
			*keyring = other->name;
			return before;
		}
	}
	TAILQ_FOREACH(other, &policy->isakmp_keyrings, link) {
		before = best;
		best = longer(best, keyring_find(other, address, NULL));
		if (best != before)
			*keyring = other->name;
	}
	return best;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What only the whole file can tell: names, completeness, permissions */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "config/report.h"
#include "config/statements.h"
#include "cryptox/cryptox.h"
#include "eap/eap.h"
#include "ike/crypto_map.h"
#include "ike/easy_vpn.h"

struct reference *refer(struct loader *loader, enum reference_kind kind, const struct arg *name,
			size_t slot)
{
	struct reference *reference = must_calloc(1, sizeof(*reference));

	reference->kind = kind;
	reference->place = place_of_arg(loader, name);
	reference->name = must_strdup(name->text);
	reference->slot = slot;
	TAILQ_INSERT_TAIL(&loader->references, reference, link);
	return reference;
}

void drop_references(struct loader *loader, enum reference_kind kind,
		     const struct ipsec_profile *owner)
{
	struct reference *reference = TAILQ_FIRST(&loader->references), *next;

	for (; reference; reference = next) {
		next = TAILQ_NEXT(reference, link);
		if (reference->kind != kind || reference->owner.ipsec_profile != owner)
			continue;
		TAILQ_REMOVE(&loader->references, reference, link);
		free(reference->name);
		free(reference);
	}
}

void note_legacy(struct loader *loader, struct place place, const struct transform *transform,
		 const struct ike_proposal *ike_proposal, const struct transform_set *set,
		 const struct ipsec_profile *ipsec_profile)
{
	struct legacy_use *use;

	if (!transform_is_legacy(transform))
		return;
	use = must_calloc(1, sizeof(*use));
	use->place = place;
	use->transform = *transform;
	use->ike_proposal = ike_proposal;
	use->set = set;
	use->ipsec_profile = ipsec_profile;
	TAILQ_INSERT_TAIL(&loader->legacy_uses, use, link);
}

/* The first object of a list with this name, or NULL; the nearest name for the error */
#define FIND_NAMED(head, wanted, near) \
	({ \
		__typeof__(TAILQ_FIRST(head)) each_, found_ = NULL; \
		TAILQ_FOREACH(each_, head, link) { \
			if (!strcmp(each_->name, wanted)) { \
				found_ = each_; \
				break; \
			} \
			if (word_is_near(wanted, each_->name)) \
				(near) = each_->name; \
		} \
		found_; \
	})

static const char *const reference_statements[] = {
	[REFERENCE_IKE_PROPOSAL] = "crypto ikev2 proposal",
	[REFERENCE_KEYRING] = "crypto ikev2 keyring",
	[REFERENCE_POOL] = "ip local pool",
	[REFERENCE_AUTHORIZATION] = "crypto ikev2 authorization policy",
	[REFERENCE_TRUSTPOINT] = "crypto pki trustpoint",
	[REFERENCE_TRANSFORM_SET] = "crypto ipsec transform-set",
	[REFERENCE_IKEV2_PROFILE] = "crypto ikev2 profile",
	[REFERENCE_ISAKMP_PROFILE] = "crypto isakmp profile",
	[REFERENCE_ISAKMP_KEYRING] = "crypto keyring",
	[REFERENCE_IPSEC_PROFILE] = "crypto ipsec profile",
	[REFERENCE_ACCESS_LIST] = "access-list",
	[REFERENCE_CRYPTO_MAP] = "crypto map",
	[REFERENCE_SPLIT_LIST] = "access-list",
	[REFERENCE_CLIENT_POOL] = "ip local pool",
	[REFERENCE_CLIENT_GROUP] = "crypto isakmp client configuration group",
	[REFERENCE_EZVPN] = "crypto ipsec client ezvpn",
};

static const struct ipsec_profile *find_ezvpn(const struct policy *policy, const char *name)
{
	const struct ipsec_profile *profile;

	TAILQ_FOREACH(profile, &policy->ipsec_profiles, link)
		if (profile->ezvpn && !strcmp(profile->ezvpn->name, name))
			return profile;
	return NULL;
}

static void link_reference(struct loader *loader, struct reference *reference)
{
	struct policy *policy = loader->policy;
	const char *name = reference->name, *near = NULL;
	const void *found = NULL;

	switch (reference->kind) {
	case REFERENCE_IKE_PROPOSAL: {
		const struct ike_proposal *proposal =
			FIND_NAMED(&policy->ike_proposals, name, near);

		reference->owner.ikev2_policy->proposals[reference->slot] = proposal;
		found = proposal;
		break;
	}
	case REFERENCE_KEYRING: {
		const struct keyring *keyring = FIND_NAMED(&policy->keyrings, name, near);

		reference->owner.ikev2_profile->keyring = keyring;
		found = keyring;
		break;
	}
	case REFERENCE_POOL: {
		const struct address_pool *pool = FIND_NAMED(&policy->pools, name, near);

		if (pool && pool->first.family != family_af(reference->slot)) {
			loader_error(loader, reference->place,
				     "pool \"%s\" has %s addresses: use \"%s\"", name,
				     family_name(address_family(&pool->first)),
				     reference->slot == FAMILY_IPV6 ? "pool" : "ipv6 pool");
		} else {
			reference->owner.authorization->pools[reference->slot] = pool;
		}
		found = pool;
		break;
	}
	case REFERENCE_AUTHORIZATION: {
		const struct authorization_policy *authorization =
			FIND_NAMED(&policy->authorizations, name, near);

		reference->owner.ikev2_profile->authorization[reference->slot] = authorization;
		found = authorization;
		break;
	}
	case REFERENCE_TRUSTPOINT: {
		const struct trustpoint *trustpoint = FIND_NAMED(&policy->trustpoints, name, near);

		reference->owner.trustpoint_use->trustpoint = trustpoint;
		found = trustpoint;
		break;
	}
	case REFERENCE_TRANSFORM_SET: {
		const struct transform_set *set = FIND_NAMED(&policy->transform_sets, name, near);

		reference->owner.ipsec_profile->sets[reference->slot] = set;
		found = set;
		break;
	}
	case REFERENCE_IKEV2_PROFILE: {
		const struct ikev2_profile *profile =
			FIND_NAMED(&policy->ikev2_profiles, name, near);

		reference->owner.ipsec_profile->ikev2_profile = profile;
		found = profile;
		break;
	}
	case REFERENCE_ISAKMP_PROFILE: {
		const struct isakmp_profile *profile =
			FIND_NAMED(&policy->isakmp_profiles, name, near);

		reference->owner.ipsec_profile->isakmp_profile = profile;
		found = profile;
		break;
	}
	case REFERENCE_IPSEC_PROFILE: {
		const struct ipsec_profile *profile =
			FIND_NAMED(&policy->ipsec_profiles, name, near);

		reference->owner.interface->ipsec_profile = profile;
		found = profile;
		break;
	}
	case REFERENCE_ISAKMP_KEYRING: {
		const struct keyring *keyring = FIND_NAMED(&policy->isakmp_keyrings, name, near);

		reference->owner.isakmp_profile->keyring = keyring;
		found = keyring;
		break;
	}
	case REFERENCE_ACCESS_LIST: {
		struct access_list *list = FIND_NAMED(&policy->access_lists, name, near);

		reference->owner.ipsec_profile->map_entry->list = list;
		if (list)
			list->used = true;
		found = list;
		break;
	}
	case REFERENCE_CRYPTO_MAP: {
		const struct crypto_map *map = FIND_NAMED(&policy->crypto_maps, name, near);

		reference->owner.interface->crypto_map = map;
		found = map;
		break;
	}
	case REFERENCE_SPLIT_LIST: {
		struct access_list *list = FIND_NAMED(&policy->access_lists, name, near);

		reference->owner.client_group->split = list;
		if (list)
			list->used = true;
		found = list;
		break;
	}
	case REFERENCE_CLIENT_POOL: {
		const struct address_pool *pool = FIND_NAMED(&policy->pools, name, near);

		policy->client_pool = pool;
		found = pool;
		break;
	}
	case REFERENCE_CLIENT_GROUP: {
		const struct client_group *group = FIND_NAMED(&policy->client_groups, name, near);

		reference->owner.isakmp_profile->group = group;
		found = group;
		break;
	}
	case REFERENCE_EZVPN: {
		const struct ipsec_profile *profile = find_ezvpn(policy, name);

		if (profile && reference->owner.interface->ezvpn_name)
			link_ezvpn(loader, reference->owner.interface, profile);
		found = profile;
		break;
	}
	}
	if (!found)
		loader_say(loader, CONFIG_ERROR, reference->place, near, "there is no \"%s %s\"",
			   reference_statements[reference->kind], name);
}

/* In the order in which IOS puts them on the wire; named PRFs or those of the hashes */
static void order_transforms(struct ike_proposal *proposal)
{
	static const uint8_t order[] = {
		TRANSFORM_ENCR,	      TRANSFORM_PRF,	    TRANSFORM_INTEG,
		TRANSFORM_KE,	      TRANSFORM_ADDKE1,	    TRANSFORM_ADDKE1 + 1,
		TRANSFORM_ADDKE1 + 2, TRANSFORM_ADDKE1 + 3, TRANSFORM_ADDKE1 + 4,
		TRANSFORM_ADDKE1 + 5, TRANSFORM_ADDKE1 + 6,
	};
	const struct proposal given = proposal->transforms;
	char text[TRANSFORM_TEXT];
	struct transform prf;
	const char *keyword;
	size_t i, j;

	proposal->transforms.count = 0;
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		for (j = 0; j < given.count; j++) {
			const struct transform *transform = &given.transforms[j];

			if (transform->type == order[i])
				proposal_add(&proposal->transforms, transform->type, transform->id,
					     transform->key_bits);
			if (order[i] != TRANSFORM_PRF || transform->type != TRANSFORM_INTEG ||
			    proposal->has_prf)
				continue;
			keyword = transform_keyword(transform, text);
			if (keyword && transform_from_keyword(TRANSFORM_PRF, keyword, &prf) &&
			    !proposal_has(&proposal->transforms, TRANSFORM_PRF, prf.id))
				proposal_add(&proposal->transforms, TRANSFORM_PRF, prf.id,
					     prf.key_bits);
		}
	}
}

/* No method is used twice (RFC 9370 section 2.2.2): could two like us agree? */
static bool is_possible(const struct proposal *proposal)
{
	struct proposal_list list = { .count = 1, .proposals = { *proposal } };
	struct proposal chosen;

	return !proposal_choose(&list, &list, &chosen).code;
}

static void check_ike_proposal(struct loader *loader, struct ike_proposal *proposal)
{
	const struct proposal *transforms = &proposal->transforms;
	struct place place = place_of_line(proposal->place.line);
	bool integrity = proposal_get(transforms, TRANSFORM_INTEG);
	size_t i, aead = 0, plain = 0;

	for (i = 0; i < transforms->count; i++) {
		if (transforms->transforms[i].type != TRANSFORM_ENCR)
			continue;
		if (encr_is_aead(transforms->transforms[i].id))
			aead++;
		else
			plain++;
	}
	order_transforms(proposal);
	if (loader->faulty[proposal->place.line])
		return;

	if (!aead && !plain)
		loader_error(loader, place, "proposal \"%s\" has no \"encryption\"",
			     proposal->name);
	else if (aead && plain)
		loader_error(loader, place,
			     "proposal \"%s\" mixes ciphers that bring their own "
			     "integrity with others: make two proposals",
			     proposal->name);
	else if (aead && integrity)
		loader_error(loader, place,
			     "proposal \"%s\" has a cipher that brings its own "
			     "integrity: remove \"integrity\"",
			     proposal->name);
	else if (plain && !integrity)
		loader_error(loader, place, "proposal \"%s\" has no \"integrity\"", proposal->name);
	else if (!proposal_get(transforms, TRANSFORM_PRF))
		loader_error(loader, place, "proposal \"%s\" has no \"prf\"", proposal->name);
	if (!proposal_get(transforms, TRANSFORM_KE))
		loader_error(loader, place, "proposal \"%s\" has no \"group\"", proposal->name);
	else if (!is_possible(transforms))
		loader_error(loader, place,
			     "proposal \"%s\" cannot be agreed on: each key exchange must be "
			     "another one",
			     proposal->name);
}

static void check_peer(struct loader *loader, const struct keyring_peer *peer)
{
	struct place place = place_of_line(peer->place.line);

	if (loader->faulty[peer->place.line])
		return;
	if (!peer->local_key.len && !peer->remote_key.len && !peer->ppk.len)
		loader_error(loader, place, "peer \"%s\" has no \"pre-shared-key\"", peer->name);
	if (!peer->has_prefix && !peer->hostname && peer->identity.type == ID_NONE)
		loader_error(loader, place,
			     "peer \"%s\" has no \"address\", \"hostname\" or "
			     "\"identity\": no peer would find its key",
			     peer->name);
}

static bool names_keyring(const struct loader *loader, const struct ikev2_profile *owner)
{
	const struct reference *reference;

	TAILQ_FOREACH(reference, &loader->references, link)
		if (reference->kind == REFERENCE_KEYRING && reference->owner.ikev2_profile == owner)
			return true;
	return false;
}

/* Named, though perhaps of something that is not there: that is another error. */
static bool names_ikev2_profile(const struct loader *loader, const struct ipsec_profile *owner)
{
	const struct reference *reference;

	TAILQ_FOREACH(reference, &loader->references, link)
		if ((reference->kind == REFERENCE_IKEV2_PROFILE ||
		     reference->kind == REFERENCE_ISAKMP_PROFILE) &&
		    reference->owner.ipsec_profile == owner)
			return true;
	return false;
}

/* A name that is not there is another error; a file that cannot be read too. */
static bool trustpoints_are_sound(const struct loader *loader, const struct ikev2_profile *profile)
{
	const struct trustpoint *trustpoint;

	for (size_t i = 0; i < profile->trustpoint_count; i++)
		if (!profile->trustpoints[i].trustpoint)
			return false;
	TAILQ_FOREACH(trustpoint, &loader->policy->trustpoints, link)
		if (loader->faulty[trustpoint->place.line])
			return false;
	return true;
}

/* Rows A13, A18: without a certificate no signature is ever offered, and it is said at once. */
static void check_signatures(struct loader *loader, const struct ikev2_profile *profile)
{
	struct place place = place_of_line(profile->place.line);
	bool sign = auth_kind_is_signature(profile->local_auth);

	if (!trustpoints_are_sound(loader, profile))
		return;
	if (sign && !policy_trustpoint(loader->policy, profile, true, 0))
		loader_error(loader, place,
			     "profile \"%s\" signs, but no trustpoint has a certificate for it",
			     profile->name);
	else if (sign && !profile->trustpoint_count)
		loader_say(loader, CONFIG_NOTICE, place, NULL,
			   "profile \"%s\" has no \"pki trustpoint\": it answers peers, but "
			   "begins no negotiation",
			   profile->name);
	if (profile->local_identity.type == ID_DER_ASN1_DN && !sign)
		loader_error(loader, place,
			     "profile \"%s\" has \"identity local dn\" without a certificate",
			     profile->name);
	if (auth_kind_is_signature(profile->remote_auth) &&
	    !policy_trustpoint(loader->policy, profile, false, 0))
		loader_error(loader, place,
			     "profile \"%s\" verifies signatures, but no trustpoint has a "
			     "\"ca file\" for it",
			     profile->name);
}

static bool uses_pre_share(const struct ikev2_profile *profile)
{
	return profile->local_auth == AUTH_KIND_PRE_SHARE ||
	       profile->remote_auth == AUTH_KIND_PRE_SHARE;
}

static bool has_method(const struct ikev2_profile *profile, bool (*is)(uint8_t type))
{
	for (size_t i = 0; i < profile->eap_method_count; i++)
		if (is(profile->eap_methods[i]))
			return true;
	return false;
}

static bool goes_by_password(uint8_t type)
{
	return !eap_type_is_mutual(type);
}

static void check_eap_certificates(struct loader *loader, const struct ikev2_profile *profile)
{
	struct place place = place_of_line(profile->place.line);

	if (!trustpoints_are_sound(loader, profile))
		return;
	if (!policy_trustpoint(loader->policy, profile, true, 0) ||
	    !policy_trustpoint(loader->policy, profile, false, 0))
		loader_error(loader, place,
			     "profile \"%s\" uses EAP-TLS, but no trustpoint has a %s for it",
			     profile->name,
			     policy_trustpoint(loader->policy, profile, true, 0) ? "\"ca file\"" :
										   "certificate");
}

/*
 * A client of EAP hears who the server is by other means (RFC 7296 section 2.16), unless
 * each method is one that proves the server, too (RFC 5998 section 4).
 */
static void check_eap(struct loader *loader, const struct ikev2_profile *profile)
{
	struct place place = place_of_line(profile->place.line);
	bool passwords = !profile->eap_method_count || has_method(profile, goes_by_password);

	if (profile->local_auth != AUTH_KIND_EAP && profile->remote_auth != AUTH_KIND_EAP)
		return;
	if (profile->local_auth == AUTH_KIND_EAP && profile->remote_auth == AUTH_KIND_EAP &&
	    passwords)
		loader_error(loader, place,
			     "profile \"%s\" has EAP on both sides: the server must "
			     "authenticate with something else, or \"eap method tls\" alone be "
			     "permitted",
			     profile->name);
	else if (profile->local_auth == AUTH_KIND_EAP && passwords &&
		 (!profile->eap_user || !profile->eap_password.len))
		loader_error(loader, place,
			     "profile \"%s\" has no name and password for EAP: write "
			     "\"authentication local eap username NAME password SECRET\"",
			     profile->name);
	else if (profile->remote_auth == AUTH_KIND_EAP && passwords &&
		 TAILQ_EMPTY(&loader->policy->users))
		loader_say(loader, CONFIG_WARNING, place, NULL,
			   "profile \"%s\" wants EAP, but there is no \"username NAME "
			   "password SECRET\"",
			   profile->name);
	if (has_method(profile, eap_type_is_mutual))
		check_eap_certificates(loader, profile);
}

static void check_ikev2_profile(struct loader *loader, const struct ikev2_profile *profile)
{
	struct place place = place_of_line(profile->place.line);
	const struct keyring_peer *peer;

	if (loader->faulty[profile->place.line])
		return;
	if (TAILQ_EMPTY(&profile->matches))
		loader_error(loader, place, "profile \"%s\" has no \"match identity remote\"",
			     profile->name);
	if (profile->local_auth == AUTH_KIND_NONE)
		loader_error(loader, place, "profile \"%s\" has no \"authentication local\"",
			     profile->name);
	if (profile->remote_auth == AUTH_KIND_NONE)
		loader_error(loader, place, "profile \"%s\" has no \"authentication remote\"",
			     profile->name);
	if (profile->local_auth == AUTH_KIND_NONE && profile->remote_auth == AUTH_KIND_NONE)
		return;
	check_signatures(loader, profile);
	check_eap(loader, profile);
	if (uses_pre_share(profile) && !names_keyring(loader, profile))
		loader_error(loader, place,
			     "profile \"%s\" has no \"keyring local\" for its "
			     "pre-shared keys",
			     profile->name);
	if (!profile->keyring)
		return;
	TAILQ_FOREACH(peer, &profile->keyring->peers, link) {
		if (loader->faulty[peer->place.line])
			continue;
		if (peer->remote_key.len && !peer->local_key.len)
			loader_error(loader, place_of_line(peer->place.line),
				     "peer \"%s\" has no \"pre-shared-key local\"", peer->name);
		if (peer->local_key.len && !peer->remote_key.len)
			loader_error(loader, place_of_line(peer->place.line),
				     "peer \"%s\" has no \"pre-shared-key remote\"", peer->name);
	}
}

static void check_transform_set(struct loader *loader, const struct transform_set *set)
{
	const struct transform *encr = proposal_get(&set->esp, TRANSFORM_ENCR);
	const struct transform *integ = proposal_get(&set->esp, TRANSFORM_INTEG);
	struct place place = place_of_line(set->place.line);

	if (loader->faulty[set->place.line])
		return;
	if (integ && !encr)
		loader_error(loader, place,
			     "transform set \"%s\" has ESP integrity without a "
			     "cipher",
			     set->name);
	else if (encr && encr_is_aead(encr->id) && integ)
		loader_error(loader, place,
			     "transform set \"%s\" has a cipher that brings its own "
			     "integrity: remove the \"-hmac\"",
			     set->name);
	else if (encr && !encr_is_aead(encr->id) && !integ)
		loader_error(loader, place,
			     "transform set \"%s\" encrypts without integrity: "
			     "add one such as \"esp-sha256-hmac\"",
			     set->name);
}

const char *ipsec_profile_kind(const struct ipsec_profile *profile)
{
	return profile->map_entry ? "crypto map" : profile->ezvpn ? "client" : "profile";
}

/* What IKEv2 can agree on; a set may hold more, but then no profile may use it. */
static void check_ipsec_profile(struct loader *loader, const struct ipsec_profile *profile)
{
	const char *kind = ipsec_profile_kind(profile);

	if (!profile->set_count && !profile->ezvpn)
		loader_say(loader, CONFIG_NOTICE, place_of_line(profile->place.line), NULL,
			   "%s \"%s\" has no \"set transform-set\": the default "
			   "algorithms are used",
			   kind, profile->name);
	if (profile->additional.count && !profile->pfs_group)
		loader_error(loader, place_of_line(profile->place.line),
			     "profile \"%s\" has \"set additional-key-exchange\" without "
			     "\"set pfs\"",
			     profile->name);
	for (size_t i = 0; i < profile->set_count; i++) {
		const struct transform_set *set = profile->sets[i];

		if (!set)
			continue;
		if (set->ah.count && set->esp.count && profile->ikev2_profile)
			loader_error(loader, place_of_line(set->place.line),
				     "%s \"%s\" uses this set, but IKEv2 cannot agree on AH "
				     "and ESP together (RFC 7296 section 3.3): use ESP alone",
				     kind, profile->name);
		else if (profile->sets[0] && (!profile->sets[0]->ah.count != !set->ah.count ||
					      !profile->sets[0]->esp.count != !set->esp.count))
			loader_error(loader, place_of_line(set->place.line),
				     "%s \"%s\" uses sets with AH and sets with ESP: "
				     "one SPI has to serve all of its proposals",
				     kind, profile->name);
	}
}

/* Of the tunnel's destination, which the source has to follow. */
static enum family outer_family(const struct interface_config *interface)
{
	return interface->tunnel_destination && strchr(interface->tunnel_destination, ':') ?
		       FAMILY_IPV6 :
		       FAMILY_IPV4;
}

/* What is inside and outside of a tunnel, against what its mode says of both. */
static void check_families(struct loader *loader, const struct interface_config *interface)
{
	struct place place = place_of_line(interface->place.line);
	enum tunnel_mode mode = interface_tunnel_mode(interface);
	const char *name = tunnel_mode_name(mode);
	bool any_outside = mode == TUNNEL_MODE_DUAL_OVERLAY;
	enum family outside = mode == TUNNEL_MODE_IPV6 || mode == TUNNEL_MODE_IPV6_V4_OVERLAY ?
				      FAMILY_IPV6 :
				      FAMILY_IPV4;

	if (interface->tunnel_mode == TUNNEL_MODE_NONE)
		loader_say(loader, CONFIG_NOTICE, place, NULL,
			   "\"%s\" has no \"tunnel mode\": taken as \"tunnel mode ipsec %s\"",
			   interface->name, name);
	if (interface->tunnel_destination && !any_outside && outer_family(interface) != outside)
		loader_error(loader, place,
			     "\"tunnel mode ipsec %s\" of \"%s\" goes over %s, its destination "
			     "%s does not",
			     name, interface->name, family_name(outside),
			     interface->tunnel_destination);
	for (enum family family = 0; family < FAMILY_COUNT; family++)
		if (!interface_carries(interface, family) &&
		    (interface->negotiated[family] ||
		     interface->addresses[family].address.family != AF_UNSPEC))
			loader_error(loader, place,
				     "\"%s\" has an %s address, but \"tunnel mode ipsec %s\" "
				     "carries no %s: use \"tunnel mode ipsec dual-overlay\"",
				     interface->name, family_name(family), name,
				     family_name(family));
	if (mode == TUNNEL_MODE_DUAL_OVERLAY && interface->ipsec_profile &&
	    ipsec_profile_version(loader->policy, interface->ipsec_profile) == 1)
		loader_error(loader, place,
			     "\"%s\" carries both families, but IKEv1 agrees on one for each SA: "
			     "use \"set ikev2-profile\" in profile \"%s\"",
			     interface->name, interface->ipsec_profile_name);
}

static void check_interface(struct loader *loader, const struct interface_config *interface)
{
	const struct ipsec_profile *profile = interface->ipsec_profile;
	struct place place = place_of_line(interface->place.line);
	enum family outer = outer_family(interface);
	struct address address;

	if (!interface->is_tunnel || loader->faulty[interface->place.line])
		return;
	if (!interface->ipsec_profile_name) {
		loader_say(loader, CONFIG_WARNING, place, NULL,
			   "\"%s\" has no \"tunnel protection\": it will carry nothing",
			   interface->name);
		return;
	}
	check_families(loader, interface);
	if (!interface->tunnel_source != !interface->tunnel_destination)
		loader_error(loader, place, "\"%s\" has no \"tunnel %s\"", interface->name,
			     interface->tunnel_source ? "destination" : "source");
	if (interface->tunnel_source && strchr(interface->tunnel_source, '/') &&
	    !policy_resolve_source(loader->policy, interface->tunnel_source, outer, &address))
		loader_error(loader, place,
			     "there is no \"interface %s\" with an \"%s address\" "
			     "for \"tunnel source\"",
			     interface->tunnel_source, outer == FAMILY_IPV6 ? "ipv6" : "ip");
	if (!profile)
		return;
	for (size_t i = 0; i < profile->set_count; i++)
		if (profile->sets[i] && profile->sets[i]->transport)
			loader_say(loader, CONFIG_NOTICE,
				   place_of_line(profile->sets[i]->place.line), NULL,
				   "\"%s\" uses this set, but carries whole packets: taken as "
				   "\"mode tunnel\" there",
				   interface->name);
	if (!ipsec_profile_version(loader->policy, profile) &&
	    !loader->faulty[profile->place.line] && !names_ikev2_profile(loader, profile))
		loader_error(loader, place_of_line(profile->place.line),
			     "\"%s\" needs \"set ikev2-profile\" here to negotiate",
			     interface->name);
}

static void say_legacy(struct loader *loader, const struct legacy_use *use,
		       const struct ikev2_profile *profile)
{
	const char *rfc = use->ike_proposal ? "RFC 8247 for IKE" : "RFC 8221 for ESP and AH";
	char text[TRANSFORM_TEXT], line[120] = "";

	if (use->ipsec_profile)
		rfc = "RFC 8247 for IKE";
	if (profile)
		snprintf(line, sizeof(line), ", or \"legacy\" in \"crypto ikev2 profile %.60s\"",
			 profile->name);
	loader_error(loader, use->place,
		     "%s %s is a weak algorithm of the past (see %s): to permit it, add "
		     "\"crypto legacy\" at the top%s",
		     transform_type_name(use->transform.type),
		     transform_name(&use->transform, text), rfc, line);
}

/* Whoever negotiates with this ipsec profile */
static void check_legacy_profile(struct loader *loader, const struct legacy_use *use,
				 const struct ipsec_profile *profile)
{
	if (profile->isakmp_profile && profile->isakmp_profile->legacy)
		return;
	if (!profile->ikev2_profile || !profile->ikev2_profile->legacy)
		say_legacy(loader, use, profile->ikev2_profile);
}

static bool uses_set(const struct ipsec_profile *profile, const struct transform_set *set)
{
	size_t i;

	for (i = 0; i < profile->set_count; i++)
		if (profile->sets[i] == set)
			return true;
	return false;
}

/*
 * A PFS group or a transform set speaks with the peers of certain ikev2
 * profiles, so these must permit it. A proposal, and a set that nobody uses,
 * belong to no profile: one profile that permits is enough, and the proposal
 * shows its weak part to no other (policy_ike_proposals()).
 */
static void check_legacy(struct loader *loader, const struct legacy_use *use)
{
	const struct ikev2_profile *profile, *last = NULL;
	const struct ipsec_profile *ipsec_profile;
	bool used = false;

	if (use->ike_proposal &&
	    !proposal_has(&use->ike_proposal->transforms, use->transform.type, use->transform.id))
		return; /* a later statement replaced it */
	if (use->ipsec_profile) {
		if (use->ipsec_profile->pfs_group == use->transform.id ||
		    proposal_has(&use->ipsec_profile->additional, use->transform.type,
				 use->transform.id))
			check_legacy_profile(loader, use, use->ipsec_profile);
		return;
	}
	TAILQ_FOREACH(ipsec_profile, &loader->policy->ipsec_profiles, link) {
		if (!use->set || !uses_set(ipsec_profile, use->set))
			continue;
		used = true;
		check_legacy_profile(loader, use, ipsec_profile);
	}
	if (used)
		return;
	TAILQ_FOREACH(profile, &loader->policy->ikev2_profiles, link) {
		if (profile->legacy)
			return;
		if (!last)
			last = profile;
	}
	say_legacy(loader, use, last);
}

void check_policy(struct loader *loader)
{
	struct policy *policy = loader->policy;
	const struct interface_config *interface;
	const struct ipsec_profile *ipsec_profile;
	const struct ikev2_profile *profile;
	const struct ikev2_policy *ikev2_policy;
	const struct transform_set *set;
	const struct keyring_peer *peer;
	const struct keyring *keyring;
	const struct legacy_use *use;
	struct trustpoint *trustpoint;
	struct ike_proposal *proposal;
	struct reference *reference;

	TAILQ_FOREACH(reference, &loader->references, link)
		link_reference(loader, reference);
	TAILQ_FOREACH(proposal, &policy->ike_proposals, link)
		check_ike_proposal(loader, proposal);
	TAILQ_FOREACH(ikev2_policy, &policy->ikev2_policies, link)
		if (!ikev2_policy->proposal_count)
			loader_error(loader, place_of_line(ikev2_policy->place.line),
				     "policy \"%s\" has no \"proposal\"", ikev2_policy->name);
	TAILQ_FOREACH(keyring, &policy->keyrings, link)
		TAILQ_FOREACH(peer, &keyring->peers, link)
			check_peer(loader, peer);
	TAILQ_FOREACH(trustpoint, &policy->trustpoints, link)
		check_trustpoint(loader, trustpoint);
	TAILQ_FOREACH(profile, &policy->ikev2_profiles, link)
		check_ikev2_profile(loader, profile);
	TAILQ_FOREACH(set, &policy->transform_sets, link)
		check_transform_set(loader, set);
	TAILQ_FOREACH(ipsec_profile, &policy->ipsec_profiles, link)
		check_ipsec_profile(loader, ipsec_profile);
	TAILQ_FOREACH(interface, &policy->interfaces, link)
		check_interface(loader, interface);
	check_rsa(loader);
	check_isakmp_keys(loader);
	check_easy_vpn(loader);
	check_isakmp(loader);
	check_crypto_maps(loader);
	TAILQ_FOREACH(use, &loader->legacy_uses, link)
		if (!policy->legacy)
			check_legacy(loader, use);
}

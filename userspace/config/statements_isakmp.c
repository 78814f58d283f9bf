// SPDX-License-Identifier: GPL-2.0-or-later
/* Statements of "crypto isakmp ..." (rows D12 to D16) */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/isakmp_numbers.h"
#include "config/report.h"
#include "config/statements.h"
#include "ike/easy_vpn.h"

void open_isakmp_policy(struct loader *loader, const struct match *match)
{
	struct isakmp_policy *policy = must_calloc(1, sizeof(*policy)), *after;
	char name[16];

	*policy = isakmp_policy_default;
	policy->priority = (uint32_t)match->args[0].number;
	policy->place = here(loader);
	snprintf(name, sizeof(name), "%u", policy->priority);
	policy->name = must_strdup(name);
	TAILQ_FOREACH(after, &loader->policy->isakmp_policies, link) {
		if (after->priority == policy->priority)
			duplicate(loader, match, &after->place);
		if (after->priority > policy->priority)
			break;
	}
	if (after)
		TAILQ_INSERT_BEFORE(after, policy, link);
	else
		TAILQ_INSERT_TAIL(&loader->policy->isakmp_policies, policy, link);
	loader->isakmp_policy = policy;
}

void isakmp_authentication(struct loader *loader, const struct match *match)
{
	loader->isakmp_policy->auth = !strcmp(match->args[0].text, "pre-share") ?
					      ISAKMP_AUTH_PRE_SHARED :
					      ISAKMP_AUTH_RSA_SIG;
}

void isakmp_authentication_encr(struct loader *loader, const struct match *match)
{
	loader->isakmp_policy->auth =
		arg_given(match, 0) ? ISAKMP_AUTH_RSA_ENCR_REVISED : ISAKMP_AUTH_RSA_ENCR;
}

void isakmp_encryption_des(struct loader *loader, const struct match *match)
{
	loader->isakmp_policy->encr = strcmp(match->args[0].text, "des") ? ENCR_3DES : ENCR_DES;
	loader->isakmp_policy->key_bits = 0;
}

void isakmp_encryption_aes(struct loader *loader, const struct match *match)
{
	loader->isakmp_policy->encr = ENCR_AES_CBC;
	loader->isakmp_policy->key_bits =
		arg_given(match, 0) ? (uint16_t)atoi(match->args[0].text) : 128;
}

void isakmp_hash(struct loader *loader, const struct match *match)
{
	static const struct {
		const char *word;
		uint16_t prf;
	} hashes[] = {
		{ "md5", PRF_HMAC_MD5 },	 { "sha", PRF_HMAC_SHA1 },
		{ "sha256", PRF_HMAC_SHA2_256 }, { "sha384", PRF_HMAC_SHA2_384 },
		{ "sha512", PRF_HMAC_SHA2_512 },
	};

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (!strcmp(hashes[i].word, match->args[0].text))
			loader->isakmp_policy->prf = hashes[i].prf;
}

void isakmp_group(struct loader *loader, const struct match *match)
{
	loader->isakmp_policy->group = (uint16_t)atoi(match->args[0].text);
}

void isakmp_lifetime(struct loader *loader, const struct match *match)
{
	loader->isakmp_policy->lifetime =
		match->negated ? IKE_LIFETIME_DEFAULT : (uint32_t)match->args[0].number;
}

/* Row D14 */
void isakmp_key(struct loader *loader, const struct match *match)
{
	const char *key = match->args[1].text;
	struct prefix prefix = { .address = match->args[2].address, .length = 32 };
	struct keyring_peer *peer;
	char text[ADDRESS_TEXT];

	if (arg_given(match, 3) &&
	    !prefix_from_mask(&match->args[2].address, &match->args[3].address, &prefix))
		return;
	if (!arg_given(match, 3) && address_is_any(&prefix.address))
		prefix.length = 0;
	prefix.address = prefix_first(&prefix);
	TAILQ_FOREACH(peer, &loader->policy->isakmp_keys.peers, link)
		if (prefix_equal(&peer->prefix, &prefix))
			loader_error(loader, place_of_arg(loader, &match->args[2]),
				     "line %u has a key for the same address", peer->place.line);
	peer = must_calloc(1, sizeof(*peer));
	peer->name = must_strdup(address_format(&prefix.address, text));
	peer->place = here(loader);
	peer->has_prefix = true;
	peer->prefix = prefix;
	set_secret(&peer->local_key, (const uint8_t *)key, strlen(key), false);
	TAILQ_INSERT_TAIL(&loader->policy->isakmp_keys.peers, peer, link);
}

/* Row D15 */
void isakmp_identity(struct loader *loader, const struct match *match)
{
	const char *word = match->negated ? "address" : match->args[0].text;

	loader->policy->isakmp_identity_hostname = !strcmp(word, "hostname");
	loader->policy->isakmp_identity_dn = !strcmp(word, "dn");
}

void isakmp_keepalive(struct loader *loader, const struct match *match)
{
	struct policy *policy = loader->policy;

	policy->isakmp_keepalive = match->negated ? 0 : (uint32_t)match->args[0].number;
	policy->isakmp_keepalive_retry = match->negated	     ? 0 :
					 arg_given(match, 1) ? (uint32_t)match->args[1].number :
							       2;
	policy->isakmp_keepalive_periodic =
		arg_given(match, 2) && !strcmp(match->args[2].text, "periodic");
}

void open_isakmp_profile(struct loader *loader, const struct match *match)
{
	struct isakmp_profile *profile;

	TAILQ_FOREACH(profile, &loader->policy->isakmp_profiles, link)
		if (!strcmp(profile->name, match->args[0].text))
			duplicate(loader, match, &profile->place);

	profile = must_calloc(1, sizeof(*profile));
	profile->name = must_strdup(match->args[0].text);
	profile->place = here(loader);
	TAILQ_INIT(&profile->matches);
	TAILQ_INSERT_TAIL(&loader->policy->isakmp_profiles, profile, link);
	loader->isakmp_profile = profile;
}

static struct identity_match *add_match(struct loader *loader)
{
	struct identity_match *added = must_calloc(1, sizeof(*added));

	TAILQ_INSERT_TAIL(&loader->isakmp_profile->matches, added, link);
	return added;
}

void isakmp_match_address(struct loader *loader, const struct match *match)
{
	struct prefix prefix = { .address = match->args[0].address, .length = 32 };
	struct identity_match *added;

	if (arg_given(match, 1) &&
	    !prefix_from_mask(&match->args[0].address, &match->args[1].address, &prefix))
		return;
	if (!arg_given(match, 1) && address_is_any(&prefix.address))
		prefix.length = 0;
	added = add_match(loader);
	added->kind = MATCH_ADDRESS;
	added->prefix = prefix;
}

void isakmp_match_host(struct loader *loader, const struct match *match)
{
	struct identity_match *added = add_match(loader);

	added->kind = MATCH_FQDN;
	added->text = must_strdup(match->args[0].text);
}

void isakmp_match_domain(struct loader *loader, const struct match *match)
{
	struct identity_match *added = add_match(loader);

	added->kind = MATCH_FQDN_DOMAIN;
	added->text = must_strdup(match->args[0].text);
}

void isakmp_match_user(struct loader *loader, const struct match *match)
{
	struct identity_match *added = add_match(loader);

	added->kind = MATCH_EMAIL;
	added->text = must_strdup(match->args[0].text);
}

void isakmp_match_group(struct loader *loader, const struct match *match)
{
	struct identity_match *added = add_match(loader);

	added->kind = MATCH_KEY_ID;
	added->text = must_strdup(match->args[0].text);
}

void isakmp_aggressive(struct loader *loader, const struct match *match)
{
	loader->isakmp_profile->aggressive = !match->negated;
}

void isakmp_no_aggressive(struct loader *loader, const struct match *match)
{
	loader->policy->isakmp_aggressive_disabled = !match->negated;
}

void isakmp_self_identity(struct loader *loader, const struct match *match)
{
	struct identity *identity = &loader->isakmp_profile->self_identity;
	bool user = !match->negated && !strcmp(match->args[0].text, "user-fqdn");

	if (match->negated)
		*identity = (struct identity){ .type = ID_NONE };
	else if (!identity_set(identity, user ? ID_RFC822_ADDR : ID_FQDN,
			       bytes_of_string(match->args[1].text)))
		loader_error(loader, place_of_arg(loader, &match->args[1]),
			     "an identity has at most %d octets", IDENTITY_MAX);
}

void isakmp_self_address(struct loader *loader, const struct match *match)
{
	loader->isakmp_profile->self_identity = (struct identity){ .type = ID_NONE };
}

void isakmp_trustpoint(struct loader *loader, const struct match *match)
{
	struct isakmp_profile *profile = loader->isakmp_profile;
	struct trustpoint_use *use = &profile->trustpoints[profile->trustpoint_count];

	if (profile->trustpoint_count == PROFILE_TRUSTPOINTS_MAX) {
		loader_error(loader, place_of_arg(loader, &match->args[0]),
			     "more than %d trustpoints in a profile", PROFILE_TRUSTPOINTS_MAX);
		return;
	}
	use->sign = use->verify = true;
	profile->trustpoint_count++;
	refer(loader, REFERENCE_TRUSTPOINT, &match->args[0], 0)->owner.trustpoint_use = use;
}

void isakmp_legacy(struct loader *loader, const struct match *match)
{
	loader->isakmp_profile->legacy = !match->negated;
}

void ipsec_isakmp_profile(struct loader *loader, const struct match *match)
{
	refer(loader, REFERENCE_ISAKMP_PROFILE, &match->args[0], 0)->owner.ipsec_profile =
		loader->ipsec_profile;
}

/* --- when all is read --- */

static const struct isakmp_profile *permitting_profile(const struct policy *policy)
{
	const struct ipsec_profile *ipsec_profile;
	const struct isakmp_profile *profile;

	TAILQ_FOREACH(profile, &policy->isakmp_profiles, link)
		if (profile->legacy)
			return profile;
	TAILQ_FOREACH(ipsec_profile, &policy->ipsec_profiles, link)
		if (ipsec_profile->ezvpn && ipsec_profile->ezvpn->isakmp.legacy)
			return &ipsec_profile->ezvpn->isakmp;
	return NULL;
}

static void say_weak(struct loader *loader, const struct isakmp_policy *policy)
{
	const struct transform transforms[] = {
		{ TRANSFORM_ENCR, policy->encr, policy->key_bits, false },
		{ TRANSFORM_PRF, policy->prf, 0, false },
		{ TRANSFORM_KE, policy->group, 0, false },
	};
	char list[200] = "", text[TRANSFORM_TEXT];

	for (size_t i = 0; i < sizeof(transforms) / sizeof(transforms[0]); i++) {
		size_t used = strlen(list);

		if (transform_is_legacy(&transforms[i]))
			snprintf(list + used, sizeof(list) - used, "%s%s %s", used ? ", " : "",
				 transform_type_name(transforms[i].type),
				 transform_name(&transforms[i], text));
	}
	loader_error(loader, place_of_line(policy->place.line),
		     "policy %u has weak algorithms of the past, named or by default (see RFC 8247 "
		     "for IKE): %s; to permit them, add \"crypto legacy\" at the top, or "
		     "\"legacy\" in the \"crypto isakmp profile\" of the peer",
		     policy->priority, list);
}

static bool has_client(const struct policy *policy)
{
	const struct ipsec_profile *profile;

	TAILQ_FOREACH(profile, &policy->ipsec_profiles, link)
		if (profile->ezvpn)
			return true;
	return false;
}

static void check_isakmp_policy(struct loader *loader, const struct isakmp_policy *policy)
{
	if (loader->faulty[policy->place.line])
		return;
	if ((policy->auth == ISAKMP_AUTH_RSA_SIG ||
	     (policy->auth == ISAKMP_AUTH_HYBRID_INIT_RSA && !has_client(loader->policy))) &&
	    !policy_trustpoint(loader->policy, NULL, true, 0))
		loader_error(loader, place_of_line(policy->place.line),
			     "policy %u authenticates with RSA signatures, as a policy does unless "
			     "told otherwise, and no \"crypto pki trustpoint\" has a certificate: "
			     "add one, or \"authentication pre-share\"",
			     policy->priority);
	else if ((policy->auth == ISAKMP_AUTH_RSA_ENCR ||
		  policy->auth == ISAKMP_AUTH_RSA_ENCR_REVISED) &&
		 (!policy_rsa_key(loader->policy) || TAILQ_EMPTY(&loader->policy->rsa_peers)))
		loader_say(
			loader, CONFIG_WARNING, place_of_line(policy->place.line), NULL,
			"policy %u authenticates with RSA encryption, and there is %s: no peer can "
			"be negotiated with by it",
			policy->priority,
			policy_rsa_key(loader->policy) ?
				"no key in \"crypto key pubkey-chain rsa\"" :
				"no key pair of ours, which \"seki crypto key generate rsa\" makes");
	else if (isakmp_policy_is_legacy(policy) && !loader->policy->legacy &&
		 !permitting_profile(loader->policy))
		say_weak(loader, policy);
}

/* Not an error where signatures may be chosen, which show nobody a hash of a key. */
static void check_aggressive(struct loader *loader, const struct isakmp_profile *profile)
{
	const struct isakmp_policy *entry;

	if (!profile->aggressive || profile->legacy || loader->policy->legacy ||
	    TAILQ_EMPTY(&loader->policy->isakmp_policies))
		return;
	TAILQ_FOREACH(entry, &loader->policy->isakmp_policies, link)
		if (entry->auth != ISAKMP_AUTH_PRE_SHARED)
			return;
	loader_error(
		loader, place_of_line(profile->place.line),
		"profile \"%s\" begins with aggressive mode, which with a pre-shared key lets "
		"anybody try keys offline; to permit that, add \"crypto legacy\" at the top, or "
		"\"legacy\" in the profile",
		profile->name);
}

void check_isakmp(struct loader *loader)
{
	const struct policy *policy = loader->policy;
	const struct ipsec_profile *ipsec_profile;
	const struct isakmp_profile *profile;
	const struct isakmp_policy *entry;

	TAILQ_FOREACH(entry, &policy->isakmp_policies, link)
		check_isakmp_policy(loader, entry);
	TAILQ_FOREACH(profile, &policy->isakmp_profiles, link)
		check_aggressive(loader, profile);
	TAILQ_FOREACH(profile, &policy->isakmp_profiles, link)
		if (TAILQ_EMPTY(&profile->matches) && !loader->faulty[profile->place.line])
			loader_error(loader, place_of_line(profile->place.line),
				     "profile \"%s\" has no \"match identity\"", profile->name);
	TAILQ_FOREACH(ipsec_profile, &policy->ipsec_profiles, link) {
		struct place place = place_of_line(ipsec_profile->place.line);

		if (ipsec_profile->isakmp_profile && ipsec_profile->ikev2_profile)
			loader_error(loader, place,
				     "%s \"%s\" names an IKEv2 and an ISAKMP profile: one of both "
				     "has to negotiate",
				     ipsec_profile_kind(ipsec_profile), ipsec_profile->name);
		else if (ipsec_profile->isakmp_profile && TAILQ_EMPTY(&policy->isakmp_policies) &&
			 !policy->legacy && !ipsec_profile->isakmp_profile->legacy)
			loader_error(
				loader, place,
				"%s \"%s\" negotiates with ISAKMP, but there is no \"crypto "
				"isakmp policy\", and the default one is weak: DES, SHA, group 1",
				ipsec_profile_kind(ipsec_profile), ipsec_profile->name);
	}
	/* Row A18 */
	TAILQ_FOREACH(entry, &policy->isakmp_policies, link)
		if (entry->auth == ISAKMP_AUTH_PRE_SHARED &&
		    TAILQ_EMPTY(&policy->isakmp_keys.peers) &&
		    TAILQ_EMPTY(&policy->client_groups) && !has_client(policy) &&
		    TAILQ_EMPTY(&policy->isakmp_keyrings)) {
			loader_say(loader, CONFIG_WARNING, place_of_line(entry->place.line), NULL,
				   "there is no \"crypto isakmp key\": no peer can be negotiated "
				   "with by policy %u",
				   entry->priority);
			break;
		}
}

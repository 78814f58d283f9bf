// SPDX-License-Identifier: GPL-2.0-or-later
/* The parts of the policy that have a show command. Never with a secret. */

#include <stdio.h>

#include "codec/isakmp_numbers.h"
#include "cryptox/cryptox.h"
#include "ctl/internal.h"

/* As the statement has it: "address 10.0.0.0 255.0.0.0", "fqdn host1.example". */
static json_t *match_words(const struct identity_match *match)
{
	char mask[ADDRESS_TEXT], first[ADDRESS_TEXT], text[2 * ADDRESS_TEXT + 16];
	const char *address;
	struct address bits;

	if (match->kind == MATCH_ANY)
		return ctl_text("any");
	if (match->kind != MATCH_ADDRESS) {
		static const char *const kinds[] = {
			[MATCH_FQDN] = "fqdn",	   [MATCH_FQDN_DOMAIN] = "fqdn domain",
			[MATCH_EMAIL] = "email",   [MATCH_EMAIL_DOMAIN] = "email domain",
			[MATCH_KEY_ID] = "key-id", [MATCH_DN] = "dn",
		};
		json_t *kind = ctl_text(kinds[match->kind]), *name = ctl_text(match->text);
		json_t *words = json_sprintf("%s %s", json_string_value(kind),
					     name ? json_string_value(name) : "");

		json_decref(kind);
		json_decref(name);
		return words;
	}
	address = address_format(&match->prefix.address, first);
	bits = prefix_mask(&match->prefix);
	if (address_is_any(&match->prefix.address))
		snprintf(text, sizeof(text), "address %s", address);
	else if (bits.family == AF_INET)
		snprintf(text, sizeof(text), "address %s %s", address, address_format(&bits, mask));
	else
		snprintf(text, sizeof(text), "address %s/%u", address, match->prefix.length);
	return ctl_text(text);
}

static json_t *matches(const struct ikev2_profile *profile)
{
	const struct identity_match *match;
	json_t *array = json_array();

	TAILQ_FOREACH(match, &profile->matches, link)
		json_array_append_new(array, match_words(match));
	return array;
}

static json_t *trustpoint_names(const struct ikev2_profile *profile)
{
	json_t *array = json_array();

	for (size_t i = 0; i < profile->trustpoint_count; i++)
		json_array_append_new(array, ctl_text(profile->trustpoints[i].trustpoint->name));
	return array;
}

json_t *ctl_profiles(const struct policy *policy)
{
	const struct ikev2_profile *profile;
	json_t *array = json_array();

	TAILQ_FOREACH(profile, &policy->ikev2_profiles, link) {
		char text[IDENTITY_TEXT];
		bool named = profile->local_identity.type != ID_NONE;
		const struct keyring *keyring = profile->keyring;
		uint32_t interval = profile->dpd_interval;

		json_array_append_new(
			array,
			json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:I,s:I,s:I,s:b,s:b,s:b}",
				  "name", ctl_text(profile->name), "fvrf",
				  ctl_text(profile->match_fvrf), "identities", matches(profile),
				  "local_identity",
				  ctl_text(named ? identity_format(&profile->local_identity, text) :
						   NULL),
				  "local_authentication",
				  ctl_text(auth_kind_name(profile->local_auth)),
				  "remote_authentication",
				  ctl_text(auth_kind_name(profile->remote_auth)), "keyring",
				  ctl_text(keyring ? keyring->name : NULL), "trustpoints",
				  trustpoint_names(profile), "lifetime_seconds",
				  (json_int_t)(profile->lifetime ? profile->lifetime :
								   IKE_LIFETIME_DEFAULT),
				  "dpd_interval_seconds",
				  (json_int_t)(interval ? interval : policy->dpd_interval),
				  "dpd_retry_seconds",
				  (json_int_t)(interval ? profile->dpd_retry : policy->dpd_retry),
				  "dpd_periodic",
				  (int)(interval ? profile->dpd_periodic : policy->dpd_periodic),
				  "nat_force_encap", (int)profile->nat_force_encap, "legacy",
				  (int)(profile->legacy || policy->legacy)));
	}
	return array;
}

static json_t *names_of(const struct proposal *proposal, enum transform_type type)
{
	json_t *array = json_array();
	char text[TRANSFORM_TEXT];
	const char *name;

	for (size_t i = 0; i < proposal->count; i++) {
		const struct transform *transform = &proposal->transforms[i];

		if (transform->type != type)
			continue;
		name = transform_name(transform, text);
		json_array_append_new(array,
				      transform->key_bits ?
					      json_sprintf("%s-%u", name, transform->key_bits) :
					      ctl_text(name));
	}
	return array;
}

/* "additional": for each additional key exchange its number and its methods */
static void put_additional(json_t *object, const struct proposal *transforms)
{
	json_t *array = json_array();

	for (int i = 0; i < ADDKE_MAX; i++)
		if (proposal_get(transforms, TRANSFORM_ADDKE1 + i))
			json_array_append_new(array,
					      json_pack("{s:i,s:o}", "number", i + 1, "methods",
							names_of(transforms,
								 TRANSFORM_ADDKE1 + i)));
	if (json_array_size(array))
		json_object_set_new(object, "additional", array);
	else
		json_decref(array);
}

json_t *ctl_proposals(const struct policy *policy)
{
	const struct ike_proposal *proposal;
	json_t *array = json_array();

	TAILQ_FOREACH(proposal, &policy->ike_proposals, link) {
		const struct proposal *transforms = &proposal->transforms;

		json_array_append_new(array,
				      json_pack("{s:o,s:o,s:o,s:o,s:o}", "name",
						ctl_text(proposal->name), "encryption",
						names_of(transforms, TRANSFORM_ENCR), "integrity",
						names_of(transforms, TRANSFORM_INTEG), "prf",
						names_of(transforms, TRANSFORM_PRF), "group",
						names_of(transforms, TRANSFORM_KE)));
		put_additional(json_array_get(array, json_array_size(array) - 1), transforms);
	}
	return array;
}

json_t *ctl_policies(const struct policy *policy)
{
	const struct ikev2_policy *one;
	json_t *array = json_array();

	TAILQ_FOREACH(one, &policy->ikev2_policies, link) {
		char text[ADDRESS_TEXT];
		bool local = one->match_local.family != AF_UNSPEC;
		json_t *proposals = json_array();

		for (size_t i = 0; i < one->proposal_count; i++)
			json_array_append_new(proposals, ctl_text(one->proposals[i]->name));
		json_array_append_new(array,
				      json_pack("{s:o,s:o,s:o,s:o}", "name", ctl_text(one->name),
						"fvrf", ctl_text(one->match_fvrf), "match_local",
						ctl_text(local ? address_format(&one->match_local,
										text) :
								 NULL),
						"proposals", proposals));
	}
	return array;
}

/* In the words of the documents (row J06). */
static json_t *encryption_of(const struct isakmp_policy *policy)
{
	if (policy->encr == ENCR_DES)
		return ctl_text("DES - Data Encryption Standard (56 bit keys)");
	if (policy->encr == ENCR_3DES)
		return ctl_text("Three key triple DES");
	return json_sprintf("AES - Advanced Encryption Standard (%u bit keys)", policy->key_bits);
}

static const char *hash_of(const struct isakmp_policy *policy)
{
	switch (policy->prf) {
	case PRF_HMAC_MD5:
		return "Message Digest 5";
	case PRF_HMAC_SHA1:
		return "Secure Hash Standard";
	case PRF_HMAC_SHA2_256:
		return "Secure Hash Standard 2 (256 bit)";
	case PRF_HMAC_SHA2_384:
		return "Secure Hash Standard 2 (384 bit)";
	default:
		return "Secure Hash Standard 2 (512 bit)";
	}
}

/* Of a prime, or of a curve whose public value is a point. */
static unsigned int group_bits(uint16_t group)
{
	switch (group) {
	case KE_ECP_256:
		return 256;
	case KE_ECP_384:
		return 384;
	case KE_ECP_521:
		return 521;
	default:
		return (unsigned int)ke_public_size(group) * 8;
	}
}

static const char *authentication_of(const struct isakmp_policy *policy)
{
	switch (policy->auth) {
	case ISAKMP_AUTH_PRE_SHARED:
		return "Pre-Shared Key";
	case ISAKMP_AUTH_RSA_SIG:
		return "Rivest-Shamir-Adleman Signature";
	default:
		return "Rivest-Shamir-Adleman Encryption";
	}
}

json_t *ctl_isakmp_policies(const struct policy *policy)
{
	const struct isakmp_policy *one;
	json_t *array = json_array();

	for (size_t i = 0; policy_has_isakmp(policy) && (one = policy_isakmp_suite(policy, i)); i++)
		json_array_append_new(array,
				      json_pack("{s:i,s:b,s:o,s:o,s:o,s:i,s:i,s:i}", "priority",
						(int)one->priority, "default",
						one == &isakmp_policy_default, "encryption",
						encryption_of(one), "hash", ctl_text(hash_of(one)),
						"authentication", ctl_text(authentication_of(one)),
						"group", (int)one->group, "group_bits",
						(int)group_bits(one->group), "lifetime_seconds",
						(int)one->lifetime));
	return array;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Statements of "crypto ipsec transform-set" and "crypto ipsec profile" */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/statements.h"

/* The key size behind "esp-aes"; false when there is none or it is not one of its sizes. */
static bool take_bits(struct loader *loader, const struct match *match, size_t *i,
		      const struct esp_keyword *keyword, struct transform *transform)
{
	const struct arg *bits;

	if (*i + 1 == match->count || match->args[*i + 1].keyword[0])
		return true; /* no number follows */
	bits = &match->args[++*i];
	transform->key_bits = strlen(bits->text) < 5 ? atoi(bits->text) : 0;
	if (keyword->takes_bits && transform->key_bits && transform_is_known(transform))
		return true;
	loader_error(loader, place_of_arg(loader, bits), "\"%s\" has no key size %s",
		     keyword->keyword, bits->text);
	return false;
}

static void add_to_set(struct loader *loader, const struct match *match, size_t *i,
		       struct transform_set *set)
{
	const struct arg *arg = &match->args[*i];
	struct place place = place_of_arg(loader, arg);
	const struct esp_keyword *keyword = arg->keyword[0] ? esp_keyword_find(arg->text) : NULL;
	struct transform transform;
	struct proposal *proposal;

	if (!keyword) {
		loader_error(loader, place, "\"%s\" is a key size: it stands behind its cipher",
			     arg->text);
		return;
	}
	transform = keyword->transform;
	if (!take_bits(loader, match, i, keyword, &transform))
		return;
	proposal = keyword->protocol == PROTOCOL_AH ? &set->ah : &set->esp;
	proposal->number = 1;
	proposal->protocol = keyword->protocol;
	if (proposal_get(proposal, transform.type)) {
		loader_error(loader, place, "a transform set has one %s %s algorithm",
			     protocol_name(keyword->protocol), transform_type_name(transform.type));
		return;
	}
	proposal_add(proposal, transform.type, transform.id, transform.key_bits);
	note_legacy(loader, place, &transform, NULL, set, NULL);
}

void open_transform_set(struct loader *loader, const struct match *match)
{
	struct transform_set *set;
	size_t i;

	TAILQ_FOREACH(set, &loader->policy->transform_sets, link)
		if (!strcmp(set->name, match->args[0].text))
			duplicate(loader, match, &set->place);

	set = must_calloc(1, sizeof(*set));
	set->name = must_strdup(match->args[0].text);
	set->place = here(loader);
	for (i = 1; i < match->count; i++)
		add_to_set(loader, match, &i, set);
	TAILQ_INSERT_TAIL(&loader->policy->transform_sets, set, link);
	loader->set = set;
}

void set_mode(struct loader *loader, const struct match *match)
{
	loader->set->transport = !strcmp(match->args[0].text, "transport");
}

void open_ipsec_profile(struct loader *loader, const struct match *match)
{
	struct ipsec_profile *profile;

	TAILQ_FOREACH(profile, &loader->policy->ipsec_profiles, link)
		if (!strcmp(profile->name, match->args[0].text))
			duplicate(loader, match, &profile->place);

	profile = must_calloc(1, sizeof(*profile));
	profile->name = must_strdup(match->args[0].text);
	profile->place = here(loader);
	TAILQ_INSERT_TAIL(&loader->policy->ipsec_profiles, profile, link);
	loader->ipsec_profile = profile;
}

void ipsec_transform_set(struct loader *loader, const struct match *match)
{
	struct ipsec_profile *profile = loader->ipsec_profile;
	size_t i;

	drop_references(loader, REFERENCE_TRANSFORM_SET, profile);
	if (match->count > PROFILE_TRANSFORM_SETS_MAX) {
		loader_error(loader, place_of_arg(loader, &match->args[PROFILE_TRANSFORM_SETS_MAX]),
			     "more than %d transform sets in a profile",
			     PROFILE_TRANSFORM_SETS_MAX);
		return;
	}
	profile->set_count = match->count;
	for (i = 0; i < match->count; i++)
		refer(loader, REFERENCE_TRANSFORM_SET, &match->args[i], i)->owner.ipsec_profile =
			profile;
}

void ipsec_ikev2_profile(struct loader *loader, const struct match *match)
{
	refer(loader, REFERENCE_IKEV2_PROFILE, &match->args[0], 0)->owner.ipsec_profile =
		loader->ipsec_profile;
}

void ipsec_pfs(struct loader *loader, const struct match *match)
{
	struct ipsec_profile *profile = loader->ipsec_profile;
	struct transform group;

	profile->pfs_group = 0;
	if (match->negated)
		return;
	/* The grammar took "group" and a keyword of the table in one word. */
	if (!transform_from_keyword(TRANSFORM_KE, match->args[0].text + strlen("group"), &group))
		return;
	profile->pfs_group = group.id;
	note_legacy(loader, place_of_arg(loader, &match->args[0]), &group, NULL, NULL, profile);
}

void ipsec_addke(struct loader *loader, const struct match *match)
{
	struct ipsec_profile *profile = loader->ipsec_profile;

	add_methods(loader, match, &profile->additional, NULL, profile);
}

void ipsec_seconds(struct loader *loader, const struct match *match)
{
	loader->ipsec_profile->lifetime_seconds = match->negated ? 0 : match->args[0].number;
}

/* "kilobytes N" or, without a variable part, "kilobytes disable" */
void ipsec_kilobytes(struct loader *loader, const struct match *match)
{
	struct ipsec_profile *profile = loader->ipsec_profile;

	profile->lifetime_kilobytes = arg_given(match, 0) ? match->args[0].number : 0;
	profile->lifetime_kilobytes_disabled = !match->negated && !arg_given(match, 0);
	if (match->negated)
		profile->lifetime_kilobytes = 0;
}

void ipsec_replay(struct loader *loader, const struct match *match)
{
	loader->ipsec_profile->replay_window = match->negated ? 0 : match->args[0].number;
}

void ipsec_esn(struct loader *loader, const struct match *match)
{
	loader->ipsec_profile->esn = !match->negated;
}

void ipsec_responder_only(struct loader *loader, const struct match *match)
{
	loader->ipsec_profile->responder_only = !match->negated;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Suites of phase 1: what "crypto isakmp policy" allows, in order of priority,
 * and the walk through what the peer offers, read aloud (rows D12, E05, E06).
 */

#include <errno.h>
#include <string.h>

#include "ike/v1/auth.h"

bool legacy_is_permitted(const struct ikev1_sa *sa)
{
	const struct policy *policy = sa->base.ike->policy;
	const struct isakmp_profile *profile = sa->base.isakmp;

	if (policy->legacy)
		return true;
	if (profile || sa->base.initiator || sa->base.remote_id.type != ID_NONE)
		return profile && profile->legacy;
	/* The peer has not said yet who it is; take_identity() looks again. */
	TAILQ_FOREACH(profile, &policy->isakmp_profiles, link)
		if (profile->legacy)
			return true;
	return false;
}

bool suites_wanted(const struct ikev1_task *task, const struct ikev1_auth *method)
{
	const struct isakmp_policy *entry;

	for (size_t i = 0; (entry = policy_isakmp_suite(task->sa->base.ike->policy, i)); i++)
		if (entry->auth == method->policy)
			return true;
	return false;
}

static bool may_use(const struct ikev1_task *task, const struct isakmp_policy *entry,
		    const struct ikev1_auth *method)
{
	return method && auth_is_ready(task, method->number) &&
	       (!isakmp_policy_is_legacy(entry) || legacy_is_permitted(task->sa));
}

static struct isakmp_transform transform_of(const struct isakmp_policy *entry, uint8_t number,
					    uint16_t auth)
{
	return (struct isakmp_transform){
		.number = number,
		.id = ISAKMP_KEY_IKE,
		.encr = entry->encr,
		.key_bits = entry->key_bits,
		.prf = entry->prf,
		.group = entry->group,
		.auth = auth,
		.seconds = entry->lifetime,
	};
}

bool suites_offer(const struct ikev1_task *task, struct isakmp_sa *offer)
{
	struct isakmp_proposal *proposal = &offer->proposals[0];
	const struct isakmp_policy *entry;

	memset(offer, 0, sizeof(*offer));
	offer->count = 1;
	proposal->number = 1;
	proposal->protocol = ISAKMP_PROTOCOL_ISAKMP;
	for (size_t i = 0; (entry = policy_isakmp_suite(task->sa->base.ike->policy, i)); i++) {
		const struct ikev1_auth *method = auth_for(task, entry->auth);

		if (proposal->count == ISAKMP_TRANSFORMS_MAX || !may_use(task, entry, method))
			continue;
		proposal->transforms[proposal->count] =
			transform_of(entry, (uint8_t)(proposal->count + 1), method->number);
		proposal->count++;
	}
	return proposal->count;
}

/* The first thing that differs, in IOS's words (row E06); NULL: nothing does. */
static const char *mismatch(const struct isakmp_transform *offered,
			    const struct isakmp_policy *entry)
{
	const struct ikev1_auth *method = auth_of(offered->auth);

	if (offered->encr != entry->encr)
		return "Encryption algorithm offered does not match policy!";
	if (offered->prf != entry->prf)
		return "Hash algorithm offered does not match policy!";
	if (offered->group != entry->group)
		return "Diffie-Hellman group offered does not match policy!";
	if (!method || method->policy != entry->auth)
		return "Authentication method offered does not match policy!";
	if (offered->key_bits != entry->key_bits)
		return "Proposed key length does not match policy";
	if (offered->unknown)
		return "an attribute offered is not known";
	return NULL;
}

void read_aloud(void *context, const char *text)
{
	(void)context;
	log_line(LOG_ISAKMP, ": %s", text);
}

static bool compare(const struct ikev1_task *task, const struct isakmp_transform *offered,
		    const struct isakmp_policy *entry, uint8_t next)
{
	const struct ikev1_sa *sa = task->sa;
	const struct ikev1_auth *method = auth_of(offered->auth);
	const char *difference = mismatch(offered, entry);

	isakmp_line(sa, "Checking ISAKMP transform %u against priority %u policy", offered->number,
		    entry->priority);
	isakmp_attributes_read_aloud(ISAKMP_PROTOCOL_ISAKMP, offered->attributes, read_aloud, NULL);
	/* Row A13 */
	if (!difference && !auth_fits(task, method))
		difference = method->user ?
				     "no profile of the peer's asks for a user by XAUTH" :
				     "the peer's profile asks for a user by XAUTH, and that is not "
				     "offered";
	if (!difference && !auth_is_ready(task, method->number))
		difference = "there is no key to authenticate with as the policy says";
	if (!difference && !may_use(task, entry, method))
		difference = "the policy is weak and not permitted";
	if (difference)
		isakmp_line(sa, "%s", difference);
	isakmp_line(sa, "atts are %sacceptable. Next payload is %u", difference ? "not " : "",
		    next);
	return !difference;
}

/* Those of the configuration, then the one that is always there (rows D13, E06). */
static const struct isakmp_policy *to_compare(const struct policy *policy, size_t at)
{
	const struct isakmp_policy *entry = policy_isakmp_suite(policy, at),
				   *before = at ? policy_isakmp_suite(policy, at - 1) : NULL;

	return entry || !before || before == &isakmp_policy_default ? entry :
								      &isakmp_policy_default;
}

struct result suites_choose(struct ikev1_task *task, const struct isakmp_sa *offered,
			    struct isakmp_sa *answer, struct isakmp_transform *chosen)
{
	const struct ikev1_sa *sa = task->sa;
	char local[ADDRESS_TEXT], remote[ADDRESS_TEXT];
	const struct isakmp_policy *entry;

	memset(answer, 0, sizeof(*answer));
	for (size_t at = 0; (entry = to_compare(sa->base.ike->policy, at)); at++) {
		for (size_t i = 0; i < offered->count; i++) {
			const struct isakmp_proposal *proposal = &offered->proposals[i];

			if (proposal->protocol != ISAKMP_PROTOCOL_ISAKMP)
				continue;
			for (size_t k = 0; k < proposal->count; k++) {
				if (!compare(task, &proposal->transforms[k], entry,
					     k + 1 < proposal->count ? 3 : 0))
					continue;
				*chosen = proposal->transforms[k];
				answer->count = 1;
				answer->proposals[0].number = proposal->number;
				answer->proposals[0].protocol = ISAKMP_PROTOCOL_ISAKMP;
				answer->proposals[0].count = 1;
				answer->proposals[0].transforms[0] = *chosen;
				return RESULT_OK;
			}
		}
	}
	isakmp_line(sa, "no offers accepted!");
	isakmp_line(sa, "phase 1 SA policy not acceptable! (local %s remote %s)",
		    address_format(&sa->base.local.address, local),
		    address_format(&sa->base.remote.address, remote));
	isakmp_line(sa, "incrementing error counter on sa: construct_fail_ag_init");
	return fail(-ENOENT, "Phase1 SA policy proposal not accepted: no \"crypto isakmp policy\" "
			     "has what the peer offers");
}

struct result suites_check_answer(const struct isakmp_sa *offer, const struct isakmp_sa *answer,
				  struct isakmp_transform *chosen)
{
	const struct isakmp_proposal *ours = &offer->proposals[0];

	if (answer->count != 1 || answer->proposals[0].count != 1 ||
	    answer->proposals[0].protocol != ISAKMP_PROTOCOL_ISAKMP)
		return fail(-EPROTO, "the peer chose more than one suite, or none");
	*chosen = answer->proposals[0].transforms[0];
	for (size_t i = 0; i < ours->count; i++) {
		const struct isakmp_transform *transform = &ours->transforms[i];

		if (!chosen->unknown && transform->encr == chosen->encr &&
		    transform->key_bits == chosen->key_bits && transform->prf == chosen->prf &&
		    transform->group == chosen->group && transform->auth == chosen->auth) {
			/* A shorter lifetime than ours is its right, a longer one is not used. */
			if (!chosen->seconds || chosen->seconds > transform->seconds)
				chosen->seconds = transform->seconds;
			return RESULT_OK;
		}
	}
	return fail(-EPROTO, "the peer chose a suite that was not offered");
}

/* Whose lifetime is shorter wins (row E29). */
static uint32_t own_lifetime(const struct ikev1_sa *sa, const struct isakmp_transform *chosen)
{
	const struct isakmp_policy *entry;

	for (size_t i = 0; (entry = policy_isakmp_suite(sa->base.ike->policy, i)); i++)
		if (!mismatch(chosen, entry))
			return entry->lifetime;
	return IKE_LIFETIME_DEFAULT;
}

struct result suites_agreed(struct ikev1_sa *sa, const struct isakmp_transform *chosen)
{
	struct proposal *proposal = &sa->base.chosen;

	sa->method = auth_of(chosen->auth);
	sa->lifetime = own_lifetime(sa, chosen);
	if (chosen->seconds && chosen->seconds < sa->lifetime)
		sa->lifetime = chosen->seconds;
	memset(proposal, 0, sizeof(*proposal));
	proposal->protocol = PROTOCOL_IKE;
	proposal_add(proposal, TRANSFORM_ENCR, chosen->encr, chosen->key_bits);
	proposal_add(proposal, TRANSFORM_PRF, chosen->prf, 0);
	proposal_add(proposal, TRANSFORM_KE, chosen->group, 0);
	return ikev1_keys_begin(&sa->keys, chosen->prf, chosen->encr, chosen->key_bits);
}

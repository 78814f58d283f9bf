// SPDX-License-Identifier: GPL-2.0-or-later
#include "proposal/proposal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cryptox/cryptox.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define LIST_TEXT 88 /* of either side in a refusal: both fit into a result */

bool proposal_add(struct proposal *proposal, enum transform_type type, uint16_t id,
		  uint16_t key_bits)
{
	if (proposal->count == PROPOSAL_TRANSFORMS_MAX)
		return false;
	proposal->transforms[proposal->count++] = (struct transform){
		.type = type,
		.id = id,
		.key_bits = key_bits,
	};
	return true;
}

const struct transform *proposal_get(const struct proposal *proposal, enum transform_type type)
{
	for (size_t i = 0; i < proposal->count; i++) {
		if (proposal->transforms[i].type == type)
			return &proposal->transforms[i];
	}
	return NULL;
}

bool proposal_has(const struct proposal *proposal, enum transform_type type, uint16_t id)
{
	for (size_t i = 0; i < proposal->count; i++) {
		if (proposal->transforms[i].type == type && proposal->transforms[i].id == id)
			return true;
	}
	return false;
}

void proposal_remove_type(struct proposal *proposal, enum transform_type type)
{
	uint8_t kept = 0;

	for (size_t i = 0; i < proposal->count; i++) {
		if (proposal->transforms[i].type != type)
			proposal->transforms[kept++] = proposal->transforms[i];
	}
	proposal->count = kept;
}

void proposal_remove_addke(struct proposal *proposal)
{
	for (uint8_t type = TRANSFORM_ADDKE1; type <= TRANSFORM_TYPE_MAX; type++)
		proposal_remove_type(proposal, type);
}

const struct transform *proposal_next_ke(const struct proposal *chosen, uint8_t type)
{
	const struct transform *transform;

	for (type = transform_type_is_addke(type) ? type + 1 : TRANSFORM_ADDKE1;
	     type <= TRANSFORM_TYPE_MAX; type++) {
		transform = proposal_get(chosen, type);
		if (transform && transform->id)
			return transform;
	}
	return NULL;
}

static bool is_ke(const struct transform *transform)
{
	return transform->type == TRANSFORM_KE || transform_type_is_addke(transform->type);
}

static bool is_group(const struct transform *transform)
{
	return transform->id && ke_public_size(transform->id);
}

/* "AES-CBC-128", "SHA1", "DH 2" */
static void transform_format(const struct transform *transform, char *text, size_t size)
{
	char number[TRANSFORM_TEXT];
	const char *name = transform_name(transform, number);

	if (transform->type == TRANSFORM_ESN)
		snprintf(text, size, "%s", transform->id ? "ESN" : "no ESN");
	else if (transform->type == TRANSFORM_KE && !transform->id)
		snprintf(text, size, "no DH");
	else if (transform->type == TRANSFORM_KE || (is_ke(transform) && is_group(transform)))
		snprintf(text, size, "DH %u", transform->id);
	else if (transform->key_bits)
		snprintf(text, size, "%s-%u", name, transform->key_bits);
	else
		snprintf(text, size, "%s", name);
}

/* The transforms of @type, or of all types when it is 0. */
static const char *format_type(const struct proposal *proposal, uint8_t type, char *text,
			       size_t size)
{
	const char *separator = "";
	size_t len = 0;

	if (size)
		*text = '\0';
	for (size_t i = 0; i < proposal->count && len < size; i++) {
		char word[2 * TRANSFORM_TEXT];

		if (type && proposal->transforms[i].type != type)
			continue;
		transform_format(&proposal->transforms[i], word, sizeof(word));
		len += (size_t)snprintf(text + len, size - len, "%s%s", separator, word);
		separator = " ";
	}
	return text;
}

const char *proposal_format(const struct proposal *proposal, char *text, size_t size)
{
	return format_type(proposal, 0, text, size);
}

static bool same(const struct transform *a, const struct transform *b)
{
	return !a->unknown && !b->unknown && a->type == b->type && a->id == b->id &&
	       a->key_bits == b->key_bits;
}

static bool holds(const struct proposal *proposal, const struct transform *wanted)
{
	for (size_t i = 0; i < proposal->count; i++) {
		if (same(&proposal->transforms[i], wanted))
			return true;
	}
	return false;
}

/* An absent type is as good as one with NONE, which ESN 0 is too. */
static bool allows_none(const struct proposal *proposal, enum transform_type type)
{
	return !proposal_get(proposal, type) || proposal_has(proposal, type, 0);
}

/* RFC 9370 section 2.2.2: is this key exchange in @chosen already? */
static bool is_taken(const struct proposal *chosen, const struct transform *wanted)
{
	for (size_t i = 0; i < chosen->count; i++) {
		const struct transform *transform = &chosen->transforms[i];

		if (wanted->id && is_ke(wanted) && is_ke(transform) && transform->id == wanted->id)
			return true;
	}
	return false;
}

/* Our first transform of @type that is offered too; NULL when it has to be none. */
static const struct transform *first_common(const struct proposal *offered,
					    const struct proposal *ours, enum transform_type type,
					    const struct proposal *chosen)
{
	for (size_t i = 0; i < ours->count; i++) {
		const struct transform *transform = &ours->transforms[i];

		if (transform->type == type && holds(offered, transform) &&
		    !is_taken(chosen, transform))
			return transform;
	}
	return NULL;
}

/*
 * Matches one proposal with one of ours. Returns 0 and fills @chosen, or the
 * first type that nothing is common of.
 */
static uint8_t match(const struct proposal *offered, const struct proposal *ours,
		     struct proposal *chosen)
{
	bool aead = false;

	*chosen = *offered;
	chosen->count = 0;
	for (uint8_t type = TRANSFORM_ENCR; type <= TRANSFORM_TYPE_MAX; type++) {
		const struct transform *transform;

		/* RFC 5282 section 8: with an AEAD the type is absent or NONE. Peers
		 * that put MACs for other ciphers beside it get neither.
		 */
		if (type == TRANSFORM_INTEG && aead) {
			if (proposal_has(offered, type, 0))
				proposal_add(chosen, type, 0, 0);
			continue;
		}
		transform = first_common(offered, ours, type, chosen);
		if (transform)
			proposal_add(chosen, type, transform->id, transform->key_bits);
		else if (!allows_none(offered, type) || !allows_none(ours, type))
			return type;
		else if (proposal_get(offered, type)) /* RFC 7296 section 3.3: one of each type */
			proposal_add(chosen, type, 0, 0);
		if (type == TRANSFORM_ENCR)
			aead = transform && encr_is_aead(transform->id);
	}
	return 0;
}

/* RFC 7296 section 3.3.6: a type that we do not understand spoils its proposal. */
static bool has_unknown_type(const struct proposal *proposal)
{
	for (size_t i = 0; i < proposal->count; i++) {
		if (!proposal->transforms[i].type ||
		    proposal->transforms[i].type > TRANSFORM_TYPE_MAX)
			return true;
	}
	return false;
}

static struct result nothing_common(const struct proposal *offered, const struct proposal *ours,
				    uint8_t type)
{
	char theirs[LIST_TEXT], allowed[LIST_TEXT];

	format_type(offered, type, theirs, sizeof(theirs));
	format_type(ours, type, allowed, sizeof(allowed));
	return fail(-ENOENT, "no common %s: the peer offers %s, we allow %s",
		    transform_type_name(type), *theirs ? theirs : "none",
		    *allowed ? allowed : "none");
}

struct result proposal_choose(const struct proposal_list *offered, const struct proposal_list *ours,
			      struct proposal *chosen)
{
	const struct proposal *near_offered = NULL, *near_ours = NULL;
	uint8_t near_type = 0;

	/* The order of our list counts (RFC 7296 section 2.7 leaves it to us). */
	for (size_t i = 0; i < ours->count; i++) {
		for (size_t k = 0; k < offered->count; k++) {
			const struct proposal *allowed = &ours->proposals[i];
			const struct proposal *offer = &offered->proposals[k];
			struct proposal candidate;
			uint8_t type;

			if (offer->protocol != allowed->protocol || has_unknown_type(offer))
				continue;
			type = match(offer, allowed, &candidate);
			if (!type) {
				*chosen = candidate;
				return RESULT_OK;
			}
			/* The pair that got furthest tells most about what to change. */
			if (type > near_type) {
				near_type = type;
				near_offered = offer;
				near_ours = allowed;
			}
		}
	}
	if (near_type)
		return nothing_common(near_offered, near_ours, near_type);
	if (!ours->count || !offered->count)
		return fail(-ENOENT, "no common proposal: %s",
			    ours->count ? "the peer offers none" : "we allow none");
	return fail(-ENOENT, "no common proposal: none of the peer's is for %s and of known types",
		    protocol_name(ours->proposals[0].protocol));
}

/* Is each type answered as RFC 7296 section 3.3 wants: one transform, from our offer? */
static struct result check_types(const struct proposal *offer, const struct proposal *chosen)
{
	const struct transform *encr = proposal_get(chosen, TRANSFORM_ENCR);
	bool aead = encr && encr_is_aead(encr->id);
	size_t count[TRANSFORM_TYPE_MAX + 1] = { 0 };
	char text[2 * TRANSFORM_TEXT];

	for (size_t i = 0; i < chosen->count; i++) {
		const struct transform *transform = &chosen->transforms[i];

		transform_format(transform, text, sizeof(text));
		/* NONE in words is the same as silence, on either side. */
		if (transform->type > TRANSFORM_TYPE_MAX ||
		    (!holds(offer, transform) &&
		     (transform->unknown || transform->id || transform->key_bits ||
		      proposal_get(offer, transform->type))))
			return fail(-EPROTO, "the peer chose %s %s, which was not offered",
				    transform_type_name(transform->type), text);
		if (count[transform->type]++)
			return fail(-EPROTO, "the peer chose more than one %s",
				    transform_type_name(transform->type));
		for (size_t k = 0; k < i; k++)
			if (transform->id && is_ke(transform) && is_ke(&chosen->transforms[k]) &&
			    chosen->transforms[k].id == transform->id)
				return fail(-EPROTO, "the peer chose %s for two key exchanges",
					    text);
		if (transform->type == TRANSFORM_INTEG && transform->id && aead)
			return fail(-EPROTO,
				    "the peer chose integrity %s with a combined-mode cipher",
				    text);
	}
	for (uint8_t type = TRANSFORM_ENCR; type <= TRANSFORM_TYPE_MAX; type++) {
		if (!count[type] && !allows_none(offer, type) && !(type == TRANSFORM_INTEG && aead))
			return fail(-EPROTO, "the peer chose no %s", transform_type_name(type));
	}
	return RESULT_OK;
}

struct result proposal_check_chosen(const struct proposal_list *offered,
				    const struct proposal *chosen)
{
	for (size_t i = 0; i < offered->count; i++) {
		const struct proposal *offer = &offered->proposals[i];

		if (offer->number == chosen->number && offer->protocol == chosen->protocol)
			return check_types(offer, chosen);
	}
	return fail(-EPROTO, "the peer chose proposal %u for %s, which was not offered",
		    chosen->number, protocol_name(chosen->protocol));
}

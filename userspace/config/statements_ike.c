// SPDX-License-Identifier: GPL-2.0-or-later
/* Statements below "crypto ikev2 proposal, policy, keyring, profile" */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "config/report.h"
#include "config/statements.h"
#include "cryptox/cryptox.h"

void open_ike_proposal(struct loader *loader, const struct match *match)
{
	struct ike_proposal *proposal;

	TAILQ_FOREACH(proposal, &loader->policy->ike_proposals, link)
		if (!strcmp(proposal->name, match->args[0].text))
			duplicate(loader, match, &proposal->place);

	proposal = must_calloc(1, sizeof(*proposal));
	proposal->name = must_strdup(match->args[0].text);
	proposal->place = here(loader);
	proposal->transforms.number = 1;
	proposal->transforms.protocol = PROTOCOL_IKE;
	TAILQ_INSERT_TAIL(&loader->policy->ike_proposals, proposal, link);
	loader->ike_proposal = proposal;
}

static void add_transforms(struct loader *loader, const struct match *match, size_t first,
			   enum transform_type type, struct proposal *transforms,
			   const struct ike_proposal *ike_proposal,
			   const struct ipsec_profile *profile)
{
	struct transform transform;
	char text[TRANSFORM_TEXT];
	size_t i;

	proposal_remove_type(transforms, type);
	for (i = first; i < match->count && arg_given(match, i); i++) {
		struct place place = place_of_arg(loader, &match->args[i]);

		if (!transform_from_keyword(type, match->args[i].text, &transform)) {
			loader_error(loader, place, "\"%s\" cannot be used here",
				     match->args[i].text);
			continue;
		}
		if (transform_type_is_addke(type) && transform.id &&
		    !ke_is_available(transform.id)) {
			loader_error(loader, place,
				     "the OpenSSL of this machine has no %s, version 3.5 has",
				     transform_name(&transform, text));
			continue;
		}
		if (!proposal_add(transforms, type, transform.id, transform.key_bits)) {
			loader_error(loader, place, "more than %d algorithms in a proposal",
				     PROPOSAL_TRANSFORMS_MAX);
			return;
		}
		note_legacy(loader, place, &transform, ike_proposal, NULL, profile);
	}
}

static void add_ike_transforms(struct loader *loader, const struct match *match, size_t first,
			       enum transform_type type)
{
	struct ike_proposal *proposal = loader->ike_proposal;

	add_transforms(loader, match, first, type, &proposal->transforms, proposal, NULL);
}

void proposal_encryption(struct loader *loader, const struct match *match)
{
	add_ike_transforms(loader, match, 0, TRANSFORM_ENCR);
}

void proposal_integrity(struct loader *loader, const struct match *match)
{
	add_ike_transforms(loader, match, 0, TRANSFORM_INTEG);
}

void proposal_prf(struct loader *loader, const struct match *match)
{
	loader->ike_proposal->has_prf = !match->negated;
	if (match->negated)
		proposal_remove_type(&loader->ike_proposal->transforms, TRANSFORM_PRF);
	else
		add_ike_transforms(loader, match, 0, TRANSFORM_PRF);
}

void proposal_group(struct loader *loader, const struct match *match)
{
	add_ike_transforms(loader, match, 0, TRANSFORM_KE);
}

void add_methods(struct loader *loader, const struct match *match, struct proposal *transforms,
		 const struct ike_proposal *ike_proposal, const struct ipsec_profile *profile)
{
	uint8_t type = TRANSFORM_ADDKE1 - 1;

	if (arg_given(match, 0))
		type += match->args[0].number;
	if (!match->negated)
		add_transforms(loader, match, 1, type, transforms, ike_proposal, profile);
	else if (arg_given(match, 0))
		proposal_remove_type(transforms, type);
	else
		proposal_remove_addke(transforms);
}

void proposal_addke(struct loader *loader, const struct match *match)
{
	struct ike_proposal *proposal = loader->ike_proposal;

	add_methods(loader, match, &proposal->transforms, proposal, NULL);
}

void open_ikev2_policy(struct loader *loader, const struct match *match)
{
	struct ikev2_policy *policy;

	TAILQ_FOREACH(policy, &loader->policy->ikev2_policies, link)
		if (!strcmp(policy->name, match->args[0].text))
			duplicate(loader, match, &policy->place);

	policy = must_calloc(1, sizeof(*policy));
	policy->name = must_strdup(match->args[0].text);
	policy->place = here(loader);
	TAILQ_INSERT_TAIL(&loader->policy->ikev2_policies, policy, link);
	loader->ikev2_policy = policy;
}

void policy_proposal(struct loader *loader, const struct match *match)
{
	struct ikev2_policy *policy = loader->ikev2_policy;

	if (policy->proposal_count == POLICY_PROPOSALS_MAX) {
		loader_error(loader, place_of_arg(loader, &match->args[0]),
			     "more than %d proposals in a policy", POLICY_PROPOSALS_MAX);
		return;
	}
	refer(loader, REFERENCE_IKE_PROPOSAL, &match->args[0], policy->proposal_count++)
		->owner.ikev2_policy = policy;
}

/* "match fvrf any" has no variable part. */
static const char *fvrf_of(const struct match *match)
{
	if (match->negated)
		return NULL;
	return match->count ? match->args[0].text : "any";
}

void policy_match_fvrf(struct loader *loader, const struct match *match)
{
	replace_text(&loader->ikev2_policy->match_fvrf, fvrf_of(match));
}

void policy_match_address(struct loader *loader, const struct match *match)
{
	struct address *local = &loader->ikev2_policy->match_local;

	if (match->negated)
		*local = (struct address){ .family = AF_UNSPEC };
	else if (local->family != AF_UNSPEC && !address_equal(local, &match->args[0].address))
		loader_error(loader, place_of_line(loader->number),
			     "a policy matches one local address: make another policy");
	else
		*local = match->args[0].address;
}

void open_keyring(struct loader *loader, const struct match *match)
{
	struct keyring *keyring;

	TAILQ_FOREACH(keyring, &loader->policy->keyrings, link)
		if (!strcmp(keyring->name, match->args[0].text))
			duplicate(loader, match, &keyring->place);

	keyring = must_calloc(1, sizeof(*keyring));
	keyring->name = must_strdup(match->args[0].text);
	keyring->place = here(loader);
	TAILQ_INIT(&keyring->peers);
	TAILQ_INSERT_TAIL(&loader->policy->keyrings, keyring, link);
	loader->keyring = keyring;
}

void open_peer(struct loader *loader, const struct match *match)
{
	struct keyring_peer *peer;

	TAILQ_FOREACH(peer, &loader->keyring->peers, link)
		if (!strcmp(peer->name, match->args[0].text))
			duplicate(loader, match, &peer->place);

	peer = must_calloc(1, sizeof(*peer));
	peer->name = must_strdup(match->args[0].text);
	peer->place = here(loader);
	TAILQ_INSERT_TAIL(&loader->keyring->peers, peer, link);
	loader->peer = peer;
}

/* "A [MASK]": one host without a mask, but 0.0.0.0 is every host. */
static struct prefix prefix_of(const struct match *match)
{
	struct prefix prefix = { .address = match->args[0].address };

	if (arg_given(match, 1))
		prefix_from_mask(&match->args[0].address, &match->args[1].address, &prefix);
	else if (!address_is_any(&prefix.address))
		prefix.length = prefix.address.family == AF_INET ? 32 : 128;
	return prefix;
}

static struct prefix prefix6_of(const struct match *match)
{
	return (struct prefix){ match->args[0].address, match->args[0].prefix_length };
}

static bool same_network(const struct prefix *a, const struct prefix *b)
{
	struct address first_a = prefix_first(a), first_b = prefix_first(b);

	return a->length == b->length && address_equal(&first_a, &first_b);
}

/* Two peers of one network: nobody could say whose key is meant. */
static void set_peer_prefix(struct loader *loader, const struct match *match, struct prefix prefix)
{
	const struct keyring_peer *other;

	TAILQ_FOREACH(other, &loader->keyring->peers, link)
		if (other != loader->peer && other->has_prefix &&
		    same_network(&other->prefix, &prefix))
			loader_error(loader, place_of_arg(loader, &match->args[0]),
				     "peer \"%s\" in line %u has the same address", other->name,
				     other->place.line);
	loader->peer->has_prefix = true;
	loader->peer->prefix = prefix;
}

void peer_address(struct loader *loader, const struct match *match)
{
	set_peer_prefix(loader, match, prefix_of(match));
}

void peer_prefix6(struct loader *loader, const struct match *match)
{
	set_peer_prefix(loader, match, prefix6_of(match));
}

void peer_hostname(struct loader *loader, const struct match *match)
{
	replace_text(&loader->peer->hostname, match->args[0].text);
}

static void set_identity(struct loader *loader, const struct match *match,
			 struct identity *identity)
{
	const char *kind = match->args[0].text;
	uint8_t type = !strcmp(kind, "fqdn")  ? ID_FQDN :
		       !strcmp(kind, "email") ? ID_RFC822_ADDR :
						ID_KEY_ID;

	if (!identity_set(identity, type, bytes_of_string(match->args[1].text)))
		loader_error(loader, place_of_arg(loader, &match->args[1]),
			     "an identity has at most %d octets", IDENTITY_MAX);
}

void peer_identity_address(struct loader *loader, const struct match *match)
{
	identity_set_address(&loader->peer->identity, &match->args[0].address);
}

void peer_identity(struct loader *loader, const struct match *match)
{
	set_identity(loader, match, &loader->peer->identity);
}

void set_secret(struct secret *secret, const uint8_t *data, size_t len, bool hex)
{
	secret_free(secret->data, secret->len);
	secret->data = must_calloc(1, len);
	secret->len = len;
	secret->hex = hex;
	memcpy(secret->data, data, len);
}

static void set_key(struct loader *loader, const struct match *match, const uint8_t *data,
		    size_t len, bool hex)
{
	const char *side = arg_given(match, 0) ? match->args[0].text : "";

	if (strcmp(side, "remote"))
		set_secret(&loader->peer->local_key, data, len, hex);
	if (strcmp(side, "local"))
		set_secret(&loader->peer->remote_key, data, len, hex);
}

/* IOS has the word behind a key that has no blanks. */
void peer_ppk(struct loader *loader, const struct match *match)
{
	static const char required[] = " required";
	const char *key = match->args[2].text;
	size_t len = strlen(key), tail = sizeof(required) - 1;

	loader->peer->ppk_required = len > tail && !strcmp(key + len - tail, required);
	if (loader->peer->ppk_required)
		len -= tail;
	if (len == strlen("<removed>") && !strncmp(key, "<removed>", len)) {
		loader_error(loader, place_of_arg(loader, &match->args[2]),
			     "the key was removed when this was printed: put it back");
		return;
	}
	replace_text(&loader->peer->ppk_id, match->args[0].text);
	set_secret(&loader->peer->ppk, (const uint8_t *)key, len, false);
}

void peer_key(struct loader *loader, const struct match *match)
{
	static const char *const sides[] = { "local", "remote" };
	const char *key = match->args[2].text;
	char first[16];
	size_t i;

	if (!strcmp(key, "<removed>")) {
		loader_error(loader, place_of_arg(loader, &match->args[2]),
			     "the key was removed when this was printed: put it back");
		return;
	}
	/* "pre-shared-key loacl cisco" would quietly make a key of two words. */
	snprintf(first, sizeof(first), "%.*s", (int)strcspn(key, " \t"), key);
	for (i = 0; i < 2 && !arg_given(match, 0) && !arg_given(match, 1); i++)
		if (strlen(first) < strlen(key) && word_is_near(first, sides[i]))
			loader_say(loader, CONFIG_WARNING, place_of_arg(loader, &match->args[2]),
				   sides[i],
				   "the key has several words; if it must begin "
				   "like this, write \"0\" before it");
	set_key(loader, match, (const uint8_t *)key, strlen(key), false);
}

static int hex_digit(char digit)
{
	const char *digits = "0123456789abcdef", *at;

	if (digit >= 'A' && digit <= 'F')
		digit += 'a' - 'A';
	at = strchr(digits, digit);
	return at && digit ? at - digits : -1;
}

void peer_key_hex(struct loader *loader, const struct match *match)
{
	const char *text = match->args[1].text;
	uint8_t data[2048];
	size_t len, i;

	if (!strncasecmp(text, "0x", 2))
		text += 2;
	len = strlen(text) / 2;
	for (i = 0; i < len && i < sizeof(data); i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			break;
		data[i] = high << 4 | low;
	}
	if (!len || i < len || strlen(text) % 2)
		loader_error(loader, place_of_arg(loader, &match->args[1]),
			     "a hexadecimal key takes an even number of the digits 0-9 and a-f");
	else
		set_key(loader, match, data, len, true);
	secret_wipe(data, sizeof(data));
}

void open_ikev2_profile(struct loader *loader, const struct match *match)
{
	struct ikev2_profile *profile;

	TAILQ_FOREACH(profile, &loader->policy->ikev2_profiles, link)
		if (!strcmp(profile->name, match->args[0].text))
			duplicate(loader, match, &profile->place);

	profile = must_calloc(1, sizeof(*profile));
	profile->name = must_strdup(match->args[0].text);
	profile->place = here(loader);
	profile->lifetime = IKE_LIFETIME_DEFAULT;
	TAILQ_INIT(&profile->matches);
	TAILQ_INSERT_TAIL(&loader->policy->ikev2_profiles, profile, link);
	loader->ikev2_profile = profile;
}

static struct identity_match *add_match(struct loader *loader)
{
	struct identity_match *added = must_calloc(1, sizeof(*added));

	TAILQ_INSERT_TAIL(&loader->ikev2_profile->matches, added, link);
	return added;
}

void profile_match_address(struct loader *loader, const struct match *match)
{
	struct identity_match *added = add_match(loader);

	added->kind = MATCH_ADDRESS;
	added->prefix = prefix_of(match);
}

void profile_match_prefix6(struct loader *loader, const struct match *match)
{
	struct identity_match *added = add_match(loader);

	added->kind = MATCH_ADDRESS;
	added->prefix = prefix6_of(match);
}

void profile_match_text(struct loader *loader, const struct match *match)
{
	struct identity_match *added = add_match(loader);
	bool domain = strstr(match->statement->syntax, " domain ");
	const char *kind = match->args[0].text;

	if (!strcmp(kind, "fqdn"))
		added->kind = domain ? MATCH_FQDN_DOMAIN : MATCH_FQDN;
	else if (!strcmp(kind, "email"))
		added->kind = domain ? MATCH_EMAIL_DOMAIN : MATCH_EMAIL;
	else
		added->kind = MATCH_KEY_ID;
	added->text = must_strdup(match->args[1].text);
}

void profile_match_any(struct loader *loader, const struct match *match)
{
	add_match(loader)->kind = MATCH_ANY;
}

/* As identity_format() writes it, but for blanks behind commas. */
void profile_match_dn(struct loader *loader, const struct match *match)
{
	struct identity_match *added = add_match(loader);
	const char *from = match->args[0].text;
	char *to;

	added->kind = MATCH_DN;
	added->text = must_strdup(from);
	for (to = added->text; *from; from++)
		if (*from != ' ' || (to > added->text && to[-1] != ','))
			*to++ = *from;
	*to = '\0';
}

void profile_match_fvrf(struct loader *loader, const struct match *match)
{
	replace_text(&loader->ikev2_profile->match_fvrf, fvrf_of(match));
}

void profile_identity_address(struct loader *loader, const struct match *match)
{
	identity_set_address(&loader->ikev2_profile->local_identity, &match->args[0].address);
}

void profile_identity_dn(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->local_identity = (struct identity){ .type = ID_DER_ASN1_DN };
}

void profile_identity(struct loader *loader, const struct match *match)
{
	if (match->negated)
		loader->ikev2_profile->local_identity = (struct identity){ .type = ID_NONE };
	else
		set_identity(loader, match, &loader->ikev2_profile->local_identity);
}

static enum auth_kind auth_kind_of(const char *keyword)
{
	for (int kind = AUTH_KIND_NONE + 1; kind < AUTH_KIND_COUNT; kind++)
		if (!strcmp(auth_kind_name(kind), keyword))
			return kind;
	return AUTH_KIND_NONE;
}

void profile_authentication(struct loader *loader, const struct match *match)
{
	struct ikev2_profile *profile = loader->ikev2_profile;
	enum auth_kind kind = auth_kind_of(match->args[1].text);

	if (!strcmp(match->args[0].text, "local")) {
		profile->local_auth = kind;
		return;
	}
	profile->remote_auth = kind;
	profile->eap_query_identity = false;
}

void profile_keyring(struct loader *loader, const struct match *match)
{
	refer(loader, REFERENCE_KEYRING, &match->args[1], 0)->owner.ikev2_profile =
		loader->ikev2_profile;
}

void profile_lifetime(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->lifetime =
		match->negated ? IKE_LIFETIME_DEFAULT : match->args[0].number;
}

void profile_dpd(struct loader *loader, const struct match *match)
{
	struct ikev2_profile *profile = loader->ikev2_profile;

	profile->dpd_interval = match->negated ? 0 : match->args[0].number;
	profile->dpd_retry = match->negated ? 0 : match->args[1].number;
	profile->dpd_periodic = !match->negated && !strcmp(match->args[2].text, "periodic");
}

void profile_legacy(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->legacy = !match->negated;
}

void profile_mobike(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->mobike = !match->negated;
}

void profile_keep_trying(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->keep_trying = !match->negated;
}

void profile_retransmit(struct loader *loader, const struct match *match)
{
	struct ikev2_profile *profile = loader->ikev2_profile;

	profile->retransmit_count = match->negated ? 0 : match->args[0].number;
	profile->retransmit_interval = match->negated ? 0 : match->args[1].number;
}

void profile_strict(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->strict = !match->negated;
}

void profile_limitation(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->unlimited_proposals = match->negated;
}

void profile_child_creation(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->child_separately = !strcmp(match->args[0].text, "separate");
}

void profile_dangling(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->dangling = !match->negated;
}

void profile_resumption(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->session_resumption = !match->negated;
}

void profile_reauth(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->reauth = match->negated ? 0 : match->args[0].number;
}

void profile_ios(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->ios = !match->negated;
}

void profile_nat(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->nat_force_encap = !match->negated;
}

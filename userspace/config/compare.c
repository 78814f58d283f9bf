// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two configurations, object by object. An object is what it prints: a new
 * statement that prints is compared without another line here. Secrets are
 * compared apart, so that they do not get into a stream's buffers.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/print.h"
#include "ike/crypto_map.h"
#include "ike/easy_vpn.h"

struct comparison {
	void (*changed)(void *context, enum config_change change, const char *object);
	void *context;
	size_t count;
};

static void report(struct comparison *comparison, enum config_change change, const char *kind,
		   const char *name)
{
	char object[600];

	snprintf(object, sizeof(object), "%s%s%.500s", kind, *name ? " " : "", name);
	comparison->changed(comparison->context, change, object);
	comparison->count++;
}

/* What @print_one writes, to be freed by the caller */
#define TEXT_OF(print_one) \
	({ \
		char *text_ = NULL; \
		size_t size_; \
		FILE *out = open_memstream(&text_, &size_); \
\
		if (!out) \
			abort(); \
		print_one; \
		fclose(out); \
		text_; \
	})

static bool same_text(char *old, char *new)
{
	bool same = !strcmp(old, new);

	free(old);
	free(new);
	return same;
}

static bool same_secret(const struct secret *old, const struct secret *new)
{
	return bytes_equal_secret(bytes_of(old->data, old->len), bytes_of(new->data, new->len));
}

/* The same names may stand for other files by now. */
static bool same_certificates(const struct trustpoint *old, const struct trustpoint *new)
{
	struct bytes a = {}, b = {};

	for (size_t i = 0; !i || a.len || b.len; i++) {
		if (old->credential)
			a = credential_certificate(old->credential, i);
		if (new->credential)
			b = credential_certificate(new->credential, i);
		if (!bytes_equal(a, b))
			return false;
	}
	for (size_t i = 0; !i || a.len || b.len; i++) {
		if (old->anchors)
			a = anchors_certificate(old->anchors, i);
		if (new->anchors)
			b = anchors_certificate(new->anchors, i);
		if (!bytes_equal(a, b))
			return false;
	}
	return true;
}

static bool same_trustpoint(const struct trustpoint *old, const struct trustpoint *new)
{
	return same_text(TEXT_OF(print_trustpoint(old, out, false)),
			 TEXT_OF(print_trustpoint(new, out, false))) &&
	       same_secret(&old->passphrase, &new->passphrase) && same_certificates(old, new);
}

static bool same_keyring(const struct keyring *old, const struct keyring *new)
{
	const struct keyring_peer *a, *b;

	if (!same_text(TEXT_OF(print_keyring(old, out, false)),
		       TEXT_OF(print_keyring(new, out, false))))
		return false;
	/* The same text: the same peers in the same order. */
	for (a = TAILQ_FIRST(&old->peers), b = TAILQ_FIRST(&new->peers); a && b;
	     a = TAILQ_NEXT(a, link), b = TAILQ_NEXT(b, link))
		if (!same_secret(&a->local_key, &b->local_key) ||
		    !same_secret(&a->remote_key, &b->remote_key) || !same_secret(&a->ppk, &b->ppk))
			return false;
	return true;
}

#define SAME_BY_TEXT(type, print_one) \
	static bool same_##type(const struct type *old, const struct type *new) \
	{ \
		return same_text(TEXT_OF(print_one(old, out)), TEXT_OF(print_one(new, out))); \
	}

SAME_BY_TEXT(ike_proposal, print_ike_proposal)
SAME_BY_TEXT(ikev2_policy, print_ikev2_policy)
SAME_BY_TEXT(address_pool, print_pool)
SAME_BY_TEXT(authorization_policy, print_authorization)

static bool same_ikev2_profile(const struct ikev2_profile *old, const struct ikev2_profile *new)
{
	return same_text(TEXT_OF(print_ikev2_profile(old, out, false)),
			 TEXT_OF(print_ikev2_profile(new, out, false))) &&
	       same_secret(&old->eap_password, &new->eap_password);
}

static bool same_user(const struct user *old, const struct user *new)
{
	return same_secret(&old->password, &new->password);
}

SAME_BY_TEXT(isakmp_policy, print_isakmp_policy)
SAME_BY_TEXT(isakmp_profile, print_isakmp_profile)
SAME_BY_TEXT(rsa_peer, print_rsa_peer)
SAME_BY_TEXT(transform_set, print_transform_set)
SAME_BY_TEXT(interface_config, print_interface)
static bool same_client_group(const struct client_group *old, const struct client_group *new)
{
	return same_text(TEXT_OF(print_client_group(old, out, false)),
			 TEXT_OF(print_client_group(new, out, false))) &&
	       same_secret(&old->key, &new->key);
}

static bool same_ipsec_profile(const struct ipsec_profile *old, const struct ipsec_profile *new)
{
	if (!old->ezvpn || !new->ezvpn)
		return same_text(TEXT_OF(print_ipsec_profile(old, out)),
				 TEXT_OF(print_ipsec_profile(new, out)));
	return same_text(TEXT_OF(print_ezvpn(old, out, false)),
			 TEXT_OF(print_ezvpn(new, out, false))) &&
	       same_secret(&old->ezvpn->key, &new->ezvpn->key) &&
	       same_secret(&old->ezvpn->password, &new->ezvpn->password);
}

SAME_BY_TEXT(access_list, print_access_list)
SAME_BY_TEXT(host_config, print_host)

/*
 * Named objects of one kind: those of the old list, then what only the new one has.
 * @kind may look at @it, the object.
 */
#define COMPARE_LISTS(type, head, kind) \
	do { \
		const struct type *a_, *b_, *it __attribute__((unused)); \
\
		TAILQ_FOREACH(a_, &old->head, link) { \
			it = a_; \
			TAILQ_FOREACH(b_, &new->head, link) \
				if (!strcmp(a_->name, b_->name)) \
					break; \
			if (!b_) \
				report(&comparison, CONFIG_REMOVED, kind, a_->name); \
			else if (!same_##type(a_, b_)) \
				report(&comparison, CONFIG_CHANGED, kind, a_->name); \
		} \
		TAILQ_FOREACH(b_, &new->head, link) { \
			it = b_; \
			TAILQ_FOREACH(a_, &old->head, link) \
				if (!strcmp(a_->name, b_->name)) \
					break; \
			if (!a_) \
				report(&comparison, CONFIG_ADDED, kind, b_->name); \
		} \
	} while (0)

/* Routes have no name: each one is its text. */
static void compare_routes(struct comparison *comparison, enum config_change change,
			   const struct policy *these, const struct policy *others)
{
	const struct route_config *route, *other;

	TAILQ_FOREACH(route, &these->routes, link) {
		char *text = TEXT_OF(print_route(route, out));

		TAILQ_FOREACH(other, &others->routes, link)
			if (same_text(must_strdup(text), TEXT_OF(print_route(other, out))))
				break;
		text[strcspn(text, "\n")] = '\0';
		if (!other)
			report(comparison, change, text, "");
		free(text);
	}
}

/* The last profile of equal ones wins (H13), so their order is a setting as well. */
static bool same_order(const struct policy *old, const struct policy *new)
{
	const struct ikev2_profile *a, *b;

	for (a = TAILQ_FIRST(&old->ikev2_profiles), b = TAILQ_FIRST(&new->ikev2_profiles); a && b;
	     a = TAILQ_NEXT(a, link), b = TAILQ_NEXT(b, link))
		if (strcmp(a->name, b->name))
			return false;
	return true;
}

static bool has_key_like(const struct policy *policy, const struct keyring_peer *key)
{
	const struct keyring_peer *other;

	TAILQ_FOREACH(other, &policy->isakmp_keys.peers, link)
		if (same_text(TEXT_OF(print_isakmp_key(key, out, false)),
			      TEXT_OF(print_isakmp_key(other, out, false))))
			return same_secret(&key->local_key, &other->local_key);
	return false;
}

static bool same_isakmp_keys(const struct policy *old, const struct policy *new)
{
	const struct keyring_peer *key;

	TAILQ_FOREACH(key, &old->isakmp_keys.peers, link)
		if (!has_key_like(new, key))
			return false;
	TAILQ_FOREACH(key, &new->isakmp_keys.peers, link)
		if (!has_key_like(old, key))
			return false;
	return true;
}

size_t config_compare(const struct policy *old, const struct policy *new,
		      void (*changed)(void *context, enum config_change change, const char *object),
		      void *context)
{
	struct comparison comparison = { .changed = changed, .context = context };
	size_t before;

	if (!same_text(TEXT_OF(print_globals(old, out)), TEXT_OF(print_globals(new, out))))
		report(&comparison, CONFIG_CHANGED, "global settings", "");
	COMPARE_LISTS(ike_proposal, ike_proposals, "crypto ikev2 proposal");
	COMPARE_LISTS(ikev2_policy, ikev2_policies, "crypto ikev2 policy");
	COMPARE_LISTS(keyring, keyrings, "crypto ikev2 keyring");
	COMPARE_LISTS(user, users, "username");
	COMPARE_LISTS(address_pool, pools, "ip local pool");
	COMPARE_LISTS(authorization_policy, authorizations, "crypto ikev2 authorization policy");
	COMPARE_LISTS(trustpoint, trustpoints, "crypto pki trustpoint");
	before = comparison.count;
	COMPARE_LISTS(ikev2_profile, ikev2_profiles, "crypto ikev2 profile");
	if (comparison.count == before && !same_order(old, new))
		report(&comparison, CONFIG_CHANGED, "order of crypto ikev2 profiles", "");
	COMPARE_LISTS(client_group, client_groups, "crypto isakmp client configuration group");
	COMPARE_LISTS(isakmp_policy, isakmp_policies, "crypto isakmp policy");
	COMPARE_LISTS(keyring, isakmp_keyrings, "crypto keyring");
	COMPARE_LISTS(isakmp_profile, isakmp_profiles, "crypto isakmp profile");
	COMPARE_LISTS(rsa_peer, rsa_peers, "crypto key pubkey-chain rsa");
	if (!same_isakmp_keys(old, new))
		report(&comparison, CONFIG_CHANGED, "crypto isakmp keys", "");
	COMPARE_LISTS(transform_set, transform_sets, "crypto ipsec transform-set");
	COMPARE_LISTS(ipsec_profile, ipsec_profiles,
		      it->map_entry ? "crypto map" :
		      it->ezvpn	    ? "crypto ipsec client" :
				      "crypto ipsec profile");
	COMPARE_LISTS(access_list, access_lists, "access-list");
	COMPARE_LISTS(host_config, hosts, "ip host");
	COMPARE_LISTS(interface_config, interfaces, "interface");
	compare_routes(&comparison, CONFIG_REMOVED, old, new);
	compare_routes(&comparison, CONFIG_ADDED, new, old);
	return comparison.count;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Statements of Easy VPN: groups of the server, and the client (rows F01 to F07) */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/isakmp_numbers.h"
#include "config/statements.h"
#include "ike/crypto_map.h"
#include "ike/easy_vpn.h"

#define SERVERS_TEXT_MAX 1024

/* --- server --- */

void open_client_group(struct loader *loader, const struct match *match)
{
	struct client_group *group;

	TAILQ_FOREACH(group, &loader->policy->client_groups, link)
		if (!strcmp(group->name, match->args[0].text))
			duplicate(loader, match, &group->place);
	group = must_calloc(1, sizeof(*group));
	group->name = must_strdup(match->args[0].text);
	group->place = here(loader);
	group->given.name = group->name;
	TAILQ_INSERT_TAIL(&loader->policy->client_groups, group, link);
	loader->client_group = group;
	/* Pool, servers and netmask are those of an authorization policy. */
	loader->authorization = &group->given;
}

static void take_secret(struct loader *loader, struct secret *secret, const struct arg *arg)
{
	if (secret_is_removed(loader, arg))
		return;
	set_secret(secret, (const uint8_t *)arg->text, strlen(arg->text), false);
}

void group_key(struct loader *loader, const struct match *match)
{
	take_secret(loader, &loader->client_group->key, &match->args[1]);
}

void group_domain(struct loader *loader, const struct match *match)
{
	replace_text(&loader->client_group->domain, match->negated ? NULL : match->args[0].text);
}

void group_banner(struct loader *loader, const struct match *match)
{
	replace_text(&loader->client_group->banner, match->negated ? NULL : match->args[0].text);
}

/* One of a list, which is sent as one text. */
static void add_to_list(struct loader *loader, const struct match *match, char **list)
{
	char text[SERVERS_TEXT_MAX];

	if (match->negated) {
		replace_text(list, NULL);
		return;
	}
	if (snprintf(text, sizeof(text), "%s%s%s", *list ? *list : "", *list ? "," : "",
		     match->args[0].text) >= (int)sizeof(text))
		loader_error(loader, place_of_arg(loader, &match->args[0]),
			     "the list is longer than %d octets", SERVERS_TEXT_MAX - 1);
	else
		replace_text(list, text);
}

void group_split_dns(struct loader *loader, const struct match *match)
{
	add_to_list(loader, match, &loader->client_group->split_dns);
}

void group_gateway(struct loader *loader, const struct match *match)
{
	add_to_list(loader, match, &loader->client_group->gateways);
}

void group_split(struct loader *loader, const struct match *match)
{
	refer(loader, REFERENCE_SPLIT_LIST, &match->args[0], 0)->owner.client_group =
		loader->client_group;
}

void group_save_password(struct loader *loader, const struct match *match)
{
	loader->client_group->save_password = !match->negated;
}

void group_local_lan(struct loader *loader, const struct match *match)
{
	loader->client_group->include_local_lan = !match->negated;
}

void group_pfs(struct loader *loader, const struct match *match)
{
	loader->client_group->pfs = !match->negated;
}

void group_max_users(struct loader *loader, const struct match *match)
{
	loader->client_group->max_users = match->negated ? 0 : (uint32_t)match->args[0].number;
}

void group_max_logins(struct loader *loader, const struct match *match)
{
	loader->client_group->max_logins = match->negated ? 0 : (uint32_t)match->args[0].number;
}

void set_client_pool(struct loader *loader, const struct match *match)
{
	refer(loader, REFERENCE_CLIENT_POOL, &match->args[0], 0);
}

/* All lists of "aaa" are local ones here: their names are kept, and mean nothing. */
void isakmp_user_list(struct loader *loader, const struct match *match)
{
	replace_text(&loader->isakmp_profile->user_list,
		     match->negated ? NULL : match->args[0].text);
}

void isakmp_authorization_list(struct loader *loader, const struct match *match)
{
	replace_text(&loader->isakmp_profile->authorization_list,
		     match->negated ? NULL : match->args[0].text);
}

void isakmp_client_address(struct loader *loader, const struct match *match)
{
	struct isakmp_profile *profile = loader->isakmp_profile;
	bool both = !arg_given(match, 0);

	if (both || !strcmp(match->args[0].text, "respond"))
		profile->address_respond = !match->negated;
	if (both || strcmp(match->args[0].text, "respond"))
		profile->address_initiate = !match->negated;
}

void isakmp_client_group(struct loader *loader, const struct match *match)
{
	refer(loader, REFERENCE_CLIENT_GROUP, &match->args[0], 0)->owner.isakmp_profile =
		loader->isakmp_profile;
}

void isakmp_hybrid(struct loader *loader, const struct match *match)
{
	loader->isakmp_policy->auth = ISAKMP_AUTH_HYBRID_INIT_RSA;
}

/* --- client --- */

void open_ezvpn(struct loader *loader, const struct match *match)
{
	struct ipsec_profile *profile;
	struct ezvpn *client = must_calloc(1, sizeof(*client));
	char name[4200];

	TAILQ_FOREACH(profile, &loader->policy->ipsec_profiles, link)
		if (profile->ezvpn && !strcmp(profile->ezvpn->name, match->args[0].text))
			duplicate(loader, match, &profile->place);
	profile = must_calloc(1, sizeof(*profile));
	snprintf(name, sizeof(name), "ezvpn %s", match->args[0].text);
	profile->name = must_strdup(name);
	profile->place = here(loader);
	profile->ezvpn = client;
	profile->isakmp_profile = &client->isakmp;
	client->name = must_strdup(match->args[0].text);
	client->isakmp.name = must_strdup(match->args[0].text);
	client->isakmp.place = here(loader);
	client->isakmp.client = client;
	TAILQ_INIT(&client->isakmp.matches);
	TAILQ_INSERT_TAIL(&loader->policy->ipsec_profiles, profile, link);
	loader->ipsec_profile = profile;
	loader->isakmp_profile = &client->isakmp;
}

static struct ezvpn *client_of(struct loader *loader)
{
	return loader->ipsec_profile->ezvpn;
}

/* A group is a name that only aggressive mode can say in time (RFC 2409 section 5.4). */
void ezvpn_group(struct loader *loader, const struct match *match)
{
	replace_text(&client_of(loader)->group, match->args[0].text);
	take_secret(loader, &client_of(loader)->key, &match->args[2]);
	client_of(loader)->isakmp.aggressive = true;
}

void ezvpn_peer(struct loader *loader, const struct match *match)
{
	client_of(loader)->peer = match->args[0].address;
}

void ezvpn_mode(struct loader *loader, const struct match *match)
{
	client_of(loader)->network_extension = strcmp(match->args[0].text, "client") != 0;
}

void ezvpn_user(struct loader *loader, const struct match *match)
{
	replace_text(&client_of(loader)->user, match->args[0].text);
	take_secret(loader, &client_of(loader)->password, &match->args[2]);
}

void interface_ezvpn(struct loader *loader, const struct match *match)
{
	struct interface_config *interface = loader->interface;
	char name[4200];

	if (!want_tunnel(loader))
		return;
	snprintf(name, sizeof(name), "ezvpn %s", match->args[0].text);
	replace_text(&interface->ezvpn_name, match->negated ? NULL : match->args[0].text);
	replace_text(&interface->ipsec_profile_name, match->negated ? NULL : name);
	if (!match->negated)
		refer(loader, REFERENCE_EZVPN, &match->args[0], 0)->owner.interface = interface;
}

/* --- when all is read --- */

/* What the tunnel of a client is follows from the client, unless it says so itself. */
void link_ezvpn(struct loader *loader, struct interface_config *interface,
		const struct ipsec_profile *profile)
{
	const struct ezvpn *client = profile->ezvpn;
	char text[ADDRESS_TEXT];

	interface->ipsec_profile = profile;
	if (client->peer.family == AF_UNSPEC)
		return;
	address_format(&client->peer, text);
	if (!interface->tunnel_destination)
		replace_text(&interface->tunnel_destination, text);
	else if (strcmp(interface->tunnel_destination, text))
		loader_error(loader, place_of_line(interface->place.line),
			     "\"%s\" leads to %s, but the peer of \"crypto ipsec client ezvpn %s\" "
			     "is %s",
			     interface->name, interface->tunnel_destination, client->name, text);
	if (!client->network_extension &&
	    interface->addresses[FAMILY_IPV4].address.family == AF_UNSPEC)
		interface->negotiated[FAMILY_IPV4] = true;
}

/* Whoever has the group's key could be the server; one with a certificate must be the peer. */
static void add_default_match(struct ezvpn *client)
{
	struct identity_match *added;

	if (!TAILQ_EMPTY(&client->isakmp.matches))
		return;
	added = must_calloc(1, sizeof(*added));
	added->kind = client->key.len ? MATCH_ANY : MATCH_ADDRESS;
	added->prefix = prefix_of_host(&client->peer);
	TAILQ_INSERT_TAIL(&client->isakmp.matches, added, link);
}

#define WEAK_XAUTH \
	"XAUTH with a pre-shared key, which all of a group know, lets each of them pose as the " \
	"server and collect passwords; to permit that, add \"crypto legacy\" at the top, or " \
	"\"legacy\" in the "

static void check_client(struct loader *loader, struct ipsec_profile *profile)
{
	struct ezvpn *client = profile->ezvpn;
	struct place place = place_of_line(profile->place.line);

	if (loader->faulty[profile->place.line])
		return;
	if (client->peer.family == AF_UNSPEC)
		loader_error(loader, place, "client \"%s\" has no \"peer\"", client->name);
	else
		add_default_match(client);
	if (!client->user || !client->password.len)
		loader_error(loader, place,
			     "client \"%s\" has no \"username NAME password SECRET\": nobody is "
			     "there to be asked",
			     client->name);
	if (client->key.len && !client->isakmp.legacy && !loader->policy->legacy)
		loader_error(loader, place, "client \"%s\": " WEAK_XAUTH "client", client->name);
}

static bool is_pre_shared(const struct policy *policy)
{
	const struct isakmp_policy *entry;

	TAILQ_FOREACH(entry, &policy->isakmp_policies, link)
		if (entry->auth != ISAKMP_AUTH_PRE_SHARED)
			return false;
	return !TAILQ_EMPTY(&policy->isakmp_policies);
}

static void check_server(struct loader *loader, const struct isakmp_profile *profile)
{
	struct place place = place_of_line(profile->place.line);

	if (!profile->user_list || loader->faulty[profile->place.line])
		return;
	if (is_pre_shared(loader->policy) && !profile->legacy && !loader->policy->legacy)
		loader_error(loader, place, "profile \"%s\": " WEAK_XAUTH "profile", profile->name);
	if (TAILQ_EMPTY(&loader->policy->users))
		loader_say(loader, CONFIG_WARNING, place, NULL,
			   "profile \"%s\" wants users to authenticate, but there is no "
			   "\"username NAME password SECRET\"",
			   profile->name);
}

static void check_group(struct loader *loader, const struct client_group *group)
{
	const struct access_entry *entry;

	if (loader->faulty[group->place.line] || !group->split)
		return;
	TAILQ_FOREACH(entry, &group->split->entries, link)
		if (entry->permit && entry->fault)
			loader_error(loader, place_of_line(entry->place.line), "%s", entry->fault);
}

void check_easy_vpn(struct loader *loader)
{
	const struct isakmp_profile *profile;
	struct ipsec_profile *ipsec_profile;
	const struct client_group *group;

	TAILQ_FOREACH(ipsec_profile, &loader->policy->ipsec_profiles, link)
		if (ipsec_profile->ezvpn)
			check_client(loader, ipsec_profile);
	TAILQ_FOREACH(profile, &loader->policy->isakmp_profiles, link)
		check_server(loader, profile);
	TAILQ_FOREACH(group, &loader->policy->client_groups, link)
		check_group(loader, group);
}

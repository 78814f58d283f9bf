// SPDX-License-Identifier: GPL-2.0-or-later
/* Statements of remote access: what clients are given, and by whom they are known. */
#include <string.h>

#include "base/memory.h"
#include "eap/eap.h"
#include "config/report.h"
#include "config/statements.h"

static struct address_pool *new_pool(struct loader *loader, const struct match *match)
{
	struct address_pool *pool;

	TAILQ_FOREACH(pool, &loader->policy->pools, link)
		if (!strcmp(pool->name, match->args[0].text))
			duplicate(loader, match, &pool->place);

	pool = must_calloc(1, sizeof(*pool));
	pool->name = must_strdup(match->args[0].text);
	pool->place = here(loader);
	TAILQ_INSERT_TAIL(&loader->policy->pools, pool, link);
	return pool;
}

void add_pool(struct loader *loader, const struct match *match)
{
	struct address_pool *pool = new_pool(loader, match);

	pool->first = match->args[1].address;
	pool->last = arg_given(match, 2) ? match->args[2].address : pool->first;
	if (address_compare(&pool->first, &pool->last) > 0)
		loader_error(loader, place_of_arg(loader, &match->args[2]),
			     "the last address of a pool is not before the first");
}

/* The first address of a network means its routers (RFC 4291 section 2.6.1): no client has it. */
void add_pool6(struct loader *loader, const struct match *match)
{
	struct address_pool *pool = new_pool(loader, match);
	struct address first;

	pool->network = prefix_of_arg(&match->args[1]);
	first = prefix_first(&pool->network);
	pool->first = pool->network.length < 127 ? address_plus(&first, 1) : first;
	pool->last = prefix_last(&pool->network);
	if (!address_equal(&first, &pool->network.address))
		loader_error(loader, place_of_arg(loader, &match->args[1]),
			     "inconsistent address and mask: the network is larger than that");
	if (match->args[2].number != 128)
		loader_error(loader, place_of_arg(loader, &match->args[2]),
			     "a client gets one address, not a network: only 128 is there");
}

void open_authorization(struct loader *loader, const struct match *match)
{
	struct authorization_policy *authorization;

	TAILQ_FOREACH(authorization, &loader->policy->authorizations, link)
		if (!strcmp(authorization->name, match->args[0].text))
			duplicate(loader, match, &authorization->place);

	authorization = must_calloc(1, sizeof(*authorization));
	authorization->name = must_strdup(match->args[0].text);
	authorization->place = here(loader);
	TAILQ_INSERT_TAIL(&loader->policy->authorizations, authorization, link);
	loader->authorization = authorization;
}

void authorization_pool(struct loader *loader, const struct match *match)
{
	refer(loader, REFERENCE_POOL, &match->args[0], FAMILY_IPV4)->owner.authorization =
		loader->authorization;
}

void authorization_pool6(struct loader *loader, const struct match *match)
{
	refer(loader, REFERENCE_POOL, &match->args[0], FAMILY_IPV6)->owner.authorization =
		loader->authorization;
}

void authorization_netmask(struct loader *loader, const struct match *match)
{
	struct address *netmask = &loader->authorization->netmask;

	*netmask =
		match->negated ? (struct address){ .family = AF_UNSPEC } : match->args[0].address;
}

static void set_servers(const struct match *match, struct address servers[NAME_SERVERS_MAX])
{
	for (size_t i = 0; i < NAME_SERVERS_MAX; i++)
		servers[i] = !match->negated && arg_given(match, i) ?
				     match->args[i].address :
				     (struct address){ .family = AF_UNSPEC };
}

void authorization_dns(struct loader *loader, const struct match *match)
{
	set_servers(match, loader->authorization->dns);
}

void authorization_dns6(struct loader *loader, const struct match *match)
{
	set_servers(match, loader->authorization->ipv6_dns);
}

void authorization_wins(struct loader *loader, const struct match *match)
{
	set_servers(match, loader->authorization->wins);
}

static void add_subnet(struct loader *loader, const struct match *match,
		       const struct prefix *subnet)
{
	struct authorization_policy *authorization = loader->authorization;
	struct address first = prefix_first(subnet);

	if (!address_equal(&first, &subnet->address))
		loader_error(loader, place_of_arg(loader, &match->args[0]),
			     "inconsistent address and mask: the network is larger than that");
	if (authorization->subnet_count == AUTHORIZATION_SUBNETS_MAX)
		loader_error(loader, place_of_line(loader->number),
			     "more than %d networks in an authorization policy",
			     AUTHORIZATION_SUBNETS_MAX);
	else
		authorization->subnets[authorization->subnet_count++] = *subnet;
}

void authorization_subnet(struct loader *loader, const struct match *match)
{
	struct prefix subnet;

	prefix_from_mask(&match->args[0].address, &match->args[1].address, &subnet);
	add_subnet(loader, match, &subnet);
}

void authorization_subnet6(struct loader *loader, const struct match *match)
{
	struct prefix subnet = prefix_of_arg(&match->args[0]);

	add_subnet(loader, match, &subnet);
}

void authorization_interface(struct loader *loader, const struct match *match)
{
	loader->authorization->route_interface = !match->negated;
}

/* "aaa authorization group psk list LIST NAME": all lists are local ones here. */
void profile_authorization(struct loader *loader, const struct match *match)
{
	const char *kind = match->args[0].text;
	enum authorization_group group = !strcmp(kind, "psk") ? GROUP_PSK :
					 !strcmp(kind, "eap") ? GROUP_EAP :
								GROUP_CERT;

	refer(loader, REFERENCE_AUTHORIZATION, &match->args[2], group)->owner.ikev2_profile =
		loader->ikev2_profile;
}

void profile_config_request(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->config_request = !match->negated;
}

/* --- EAP --- */

static void set_password(struct secret *secret, const char *text)
{
	secret_free(secret->data, secret->len);
	secret->data = (uint8_t *)must_strdup(text);
	secret->len = strlen(text);
}

bool secret_is_removed(struct loader *loader, const struct arg *arg)
{
	if (strcmp(arg->text, "<removed>"))
		return false;
	loader_error(loader, place_of_arg(loader, arg),
		     "the password was removed when this was printed: put it back");
	return true;
}

void add_user(struct loader *loader, const struct match *match)
{
	struct user *user;

	TAILQ_FOREACH(user, &loader->policy->users, link)
		if (!strcmp(user->name, match->args[0].text))
			duplicate(loader, match, &user->place);

	if (secret_is_removed(loader, &match->args[2]))
		return;
	user = must_calloc(1, sizeof(*user));
	user->name = must_strdup(match->args[0].text);
	user->place = here(loader);
	set_password(&user->password, match->args[2].text);
	TAILQ_INSERT_TAIL(&loader->policy->users, user, link);
}

/* "username admin secret 5 ...": a login of the router, nothing that EAP could use */
void skip_user(struct loader *loader, const struct match *match)
{
	loader_say_once(loader, place_of_line(loader->number), match->statement->syntax,
			"ignored \"%s\": EAP needs \"username NAME password SECRET\"",
			match->statement->syntax);
}

static uint8_t eap_type_of(const char *keyword)
{
	return !strcmp(keyword, "md5") ? EAP_TYPE_MD5 :
	       !strcmp(keyword, "tls") ? EAP_TYPE_TLS :
					 EAP_TYPE_MSCHAPV2;
}

void profile_remote_eap(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->remote_auth = AUTH_KIND_EAP;
	loader->ikev2_profile->eap_query_identity = true;
}

void profile_local_eap(struct loader *loader, const struct match *match)
{
	struct ikev2_profile *profile = loader->ikev2_profile;

	profile->local_auth = AUTH_KIND_EAP;
	replace_text(&profile->eap_user, match->args[0].text);
	if (!secret_is_removed(loader, &match->args[2]))
		set_password(&profile->eap_password, match->args[2].text);
}

void profile_local_eap_name(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->local_auth = AUTH_KIND_EAP;
	replace_text(&loader->ikev2_profile->eap_user, match->args[0].text);
}

void profile_eap_server(struct loader *loader, const struct match *match)
{
	replace_text(&loader->ikev2_profile->eap_server,
		     match->negated ? NULL : match->args[0].text);
}

void profile_eap_method(struct loader *loader, const struct match *match)
{
	struct ikev2_profile *profile = loader->ikev2_profile;

	profile->eap_method_count = 0;
	for (size_t i = 0; i < match->count && arg_given(match, i); i++)
		if (profile->eap_method_count < PROFILE_EAP_METHODS_MAX)
			profile->eap_methods[profile->eap_method_count++] =
				eap_type_of(match->args[i].text);
}

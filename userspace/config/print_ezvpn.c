// SPDX-License-Identifier: GPL-2.0-or-later
/* Easy VPN in the running configuration */
#include <string.h>

#include "config/print.h"
#include "ike/crypto_map.h"
#include "ike/easy_vpn.h"

/* Words that the grammar would take for something else stand behind "0". */
static void print_key(const char *what, const struct secret *secret, FILE *out, bool with_secrets)
{
	if (with_secrets)
		fprintf(out, " %s 0 %.*s\n", what, (int)secret->len, (const char *)secret->data);
	else
		fprintf(out, " %s <removed>\n", what);
}

/* One statement for each part between commas. */
static void print_list(const char *what, const char *list, FILE *out)
{
	while (list && *list) {
		size_t len = strcspn(list, ",");

		fprintf(out, " %s %.*s\n", what, (int)len, list);
		list += len + (list[len] == ',');
	}
}

void print_client_group(const struct client_group *group, FILE *out, bool with_secrets)
{
	const struct authorization_policy *given = &group->given;
	char text[ADDRESS_TEXT];

	fprintf(out, "crypto isakmp client configuration group %s\n", group->name);
	if (group->key.len)
		print_key("key", &group->key, out, with_secrets);
	if (given->pools[FAMILY_IPV4])
		fprintf(out, " pool %s\n", given->pools[FAMILY_IPV4]->name);
	if (given->netmask.family != AF_UNSPEC)
		fprintf(out, " netmask %s\n", address_format(&given->netmask, text));
	print_servers("dns", given->dns, out);
	print_servers("wins", given->wins, out);
	if (group->domain)
		fprintf(out, " domain %s\n", group->domain);
	print_list("split-dns", group->split_dns, out);
	if (group->split)
		fprintf(out, " acl %s\n", group->split->name);
	print_list("backup-gateway", group->gateways, out);
	if (group->banner)
		fprintf(out, " banner %s\n", group->banner);
	if (group->save_password)
		fprintf(out, " save-password\n");
	if (group->include_local_lan)
		fprintf(out, " include-local-lan\n");
	if (group->pfs)
		fprintf(out, " pfs\n");
	if (group->max_users)
		fprintf(out, " max-users %u\n", group->max_users);
	if (group->max_logins)
		fprintf(out, " max-logins %u\n", group->max_logins);
}

void print_ezvpn(const struct ipsec_profile *profile, FILE *out, bool with_secrets)
{
	const struct ezvpn *client = profile->ezvpn;
	const struct identity_match *match;
	char text[ADDRESS_TEXT];

	fprintf(out, "crypto ipsec client ezvpn %s\n peer %s\n", client->name,
		address_format(&client->peer, text));
	if (client->group) {
		fprintf(out, " group %s", client->group);
		print_key("key", &client->key, out, with_secrets);
	}
	fprintf(out, " mode %s\n", client->network_extension ? "network-extension" : "client");
	if (client->user) {
		fprintf(out, " username %s", client->user);
		print_key("password", &client->password, out, with_secrets);
	}
	TAILQ_FOREACH(match, &client->isakmp.matches, link)
		if (match->kind == MATCH_FQDN)
			fprintf(out, " match identity host %s\n", match->text);
	for (size_t i = 0; i < client->isakmp.trustpoint_count; i++)
		fprintf(out, " ca trust-point %s\n",
			client->isakmp.trustpoints[i].trustpoint->name);
	for (size_t i = 0; i < profile->set_count; i++)
		fprintf(out, "%s %s%s", i ? "" : " set transform-set", profile->sets[i]->name,
			i + 1 == profile->set_count ? "\n" : "");
	if (profile->pfs_group)
		fprintf(out, " set pfs group%u\n", profile->pfs_group);
	if (client->isakmp.legacy)
		fprintf(out, " legacy\n");
}

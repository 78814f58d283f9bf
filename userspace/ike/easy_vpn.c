// SPDX-License-Identifier: GPL-2.0-or-later
/* Easy VPN as the configuration has it: groups of the server, clients. */
#include "ike/easy_vpn.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ike/crypto_map.h"

const struct client_group *policy_find_client_group(const struct policy *policy, struct bytes name)
{
	const struct client_group *group;

	TAILQ_FOREACH(group, &policy->client_groups, link)
		if (bytes_equal(bytes_of_string(group->name), name))
			return group;
	return NULL;
}

bool policy_authenticates_users(const struct policy *policy)
{
	const struct isakmp_profile *profile;

	TAILQ_FOREACH(profile, &policy->isakmp_profiles, link)
		if (profile->user_list)
			return true;
	return false;
}

const struct isakmp_profile *policy_isakmp_profile_like(const struct policy *policy,
							const struct isakmp_profile *old)
{
	const struct isakmp_profile *profile;
	const struct ipsec_profile *owner;

	if (!old->client) {
		TAILQ_FOREACH(profile, &policy->isakmp_profiles, link)
			if (!strcmp(profile->name, old->name))
				return profile;
		return NULL;
	}
	TAILQ_FOREACH(owner, &policy->ipsec_profiles, link)
		if (owner->ezvpn && !strcmp(owner->ezvpn->name, old->name))
			return &owner->ezvpn->isakmp;
	return NULL;
}

/* As routers have it: the source of a line is a network of theirs, the destination the client. */
size_t client_group_networks(const struct client_group *group, struct prefix *networks, size_t max)
{
	const struct access_entry *entry;
	size_t count = 0;

	if (!group->split)
		return 0;
	TAILQ_FOREACH(entry, &group->split->entries, link)
		if (entry->permit && !entry->fault && count < max)
			networks[count++] = entry->source;
	return count;
}

void client_group_free(struct client_group *group)
{
	secret_free(group->key.data, group->key.len);
	free(group->domain);
	free(group->split_dns);
	free(group->gateways);
	free(group->banner);
	free(group->name);
	free(group);
}

void ezvpn_free(struct ezvpn *client)
{
	if (!client)
		return;
	isakmp_profile_clear(&client->isakmp);
	secret_free(client->key.data, client->key.len);
	secret_free(client->password.data, client->password.len);
	free(client->group);
	free(client->user);
	free(client->name);
	free(client);
}

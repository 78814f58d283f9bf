// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/crypto_map.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct crypto_map *policy_find_crypto_map(const struct policy *policy, const char *name)
{
	struct crypto_map *map;

	TAILQ_FOREACH(map, &policy->crypto_maps, link)
		if (!strcmp(map->name, name))
			return map;
	return NULL;
}

struct access_list *policy_find_access_list(const struct policy *policy, const char *name)
{
	struct access_list *list;

	TAILQ_FOREACH(list, &policy->access_lists, link)
		if (!strcmp(list->name, name))
			return list;
	return NULL;
}

/* Is @full the name @host of our own domain? */
static bool in_our_domain(const struct policy *policy, const char *host, const char *full)
{
	size_t len = strlen(host);

	return policy->domain && !strncasecmp(full, host, len) && full[len] == '.' &&
	       !strcasecmp(full + len + 1, policy->domain);
}

const struct host_config *policy_find_host(const struct policy *policy, const char *name)
{
	const struct host_config *host;

	TAILQ_FOREACH(host, &policy->hosts, link)
		if (!strcasecmp(host->name, name))
			return host;
	TAILQ_FOREACH(host, &policy->hosts, link)
		if (in_our_domain(policy, host->name, name) ||
		    in_our_domain(policy, name, host->name))
			return host;
	return NULL;
}

void crypto_map_entry_free(struct crypto_map_entry *entry)
{
	if (!entry)
		return;
	free(entry->peer_name);
	free(entry);
}

void crypto_map_free(struct crypto_map *map)
{
	free(map->local_interface);
	free(map->name);
	free(map);
}

void access_list_free(struct access_list *list)
{
	struct access_entry *entry;

	while ((entry = TAILQ_FIRST(&list->entries))) {
		TAILQ_REMOVE(&list->entries, entry, link);
		free(entry->fault);
		free(entry);
	}
	free(list->name);
	free(list);
}

void host_config_free(struct host_config *host)
{
	free(host->name);
	free(host);
}

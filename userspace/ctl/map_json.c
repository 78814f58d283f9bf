// SPDX-License-Identifier: GPL-2.0-or-later
/* Crypto maps, transform sets and the table of hosts, as the configuration has them. */

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "ctl/internal.h"
#include "ike/crypto_map.h"

/* --- transform sets --- */

/* One "{ esp-des esp-sha-hmac }"; nothing when the set has no such half. */
static void add_part(json_t *parts, const struct proposal *half)
{
	json_t *words = json_array();
	char text[TRANSFORM_TEXT];

	for (size_t i = 0; i < half->count; i++)
		json_array_append_new(words, ctl_text(set_word(half->protocol, &half->transforms[i],
							       text)));
	if (half->count)
		json_array_append_new(parts, words);
	else
		json_decref(words);
}

json_t *ctl_transform_sets(const struct policy *policy)
{
	const struct transform_set *set;
	json_t *array = json_array();

	TAILQ_FOREACH(set, &policy->transform_sets, link) {
		json_t *parts = json_array();

		add_part(parts, &set->ah);
		add_part(parts, &set->esp);
		json_array_append_new(array,
				      json_pack("{s:o,s:o,s:b}", "name", ctl_text(set->name),
						"parts", parts, "transport", (int)set->transport));
	}
	return array;
}

json_t *ctl_lifetime(const struct policy *policy)
{
	return json_pack("{s:I,s:I}", "lifetime_seconds", (json_int_t)policy->sa_lifetime_seconds,
			 "lifetime_kilobytes", (json_int_t)policy->sa_lifetime_kilobytes);
}

/* --- crypto maps --- */

static json_t *set_names(const struct ipsec_profile *profile)
{
	json_t *array = json_array();

	for (size_t i = 0; i < profile->set_count; i++)
		json_array_append_new(array, ctl_text(profile->sets[i]->name));
	return array;
}

/* As access lists have it: what must be the same is 0 in the wildcard. */
static json_t *side(const struct prefix *prefix, const struct port_range *ports)
{
	char first[ADDRESS_TEXT], wildcard[ADDRESS_TEXT];
	struct address start = prefix_first(prefix), mask = prefix_mask(prefix);
	struct address inverse = address_of_ipv4(~address_ipv4(&mask));

	return json_pack("{s:o,s:o,s:i,s:i}", "address", ctl_text(address_format(&start, first)),
			 "wildcard", ctl_text(address_format(&inverse, wildcard)), "first_port",
			 (int)ports->first, "last_port", (int)ports->last);
}

static json_t *lines_of(const struct access_list *list)
{
	const struct access_entry *line;
	json_t *array = json_array();

	TAILQ_FOREACH(line, &list->entries, link)
		json_array_append_new(array,
				      json_pack("{s:b,s:i,s:o,s:o}", "permit", (int)line->permit,
						"protocol", (int)line->protocol, "source",
						side(&line->source, &line->source_ports),
						"destination",
						side(&line->destination,
						     &line->destination_ports)));
	return array;
}

static json_t *interfaces_of(const struct policy *policy, const struct crypto_map *map)
{
	const struct interface_config *interface;
	json_t *array = json_array();

	TAILQ_FOREACH(interface, &policy->interfaces, link)
		if (interface->crypto_map == map)
			json_array_append_new(array, ctl_text(interface->name));
	return array;
}

static json_t *entry_json(const struct policy *policy, const struct crypto_map_entry *entry)
{
	const struct ipsec_profile *profile = entry->profile;
	uint32_t seconds =
		profile->lifetime_seconds ? profile->lifetime_seconds : policy->sa_lifetime_seconds;
	uint32_t kilobytes = profile->lifetime_kilobytes_disabled ? 0 :
			     profile->lifetime_kilobytes	  ? profile->lifetime_kilobytes :
								    policy->sa_lifetime_kilobytes;
	char peer[ADDRESS_TEXT];

	return json_pack("{s:o,s:I,s:i,s:o,s:o,s:o,s:I,s:I,s:i,s:o,s:o}", "map",
			 ctl_text(entry->map->name), "sequence", (json_int_t)entry->sequence,
			 "ike_version", (int)ipsec_profile_version(policy, profile), "peer",
			 ctl_text(address_format(&entry->peer, peer)), "access_list",
			 ctl_text(entry->list->name), "lines", lines_of(entry->list),
			 "lifetime_seconds", (json_int_t)seconds, "lifetime_kilobytes",
			 (json_int_t)kilobytes, "pfs_group", (int)profile->pfs_group,
			 "transform_sets", set_names(profile), "interfaces",
			 interfaces_of(policy, entry->map));
}

/* The map of an interface; NULL with a sentence where the configuration has no such interface. */
static const struct crypto_map *map_of_interface(const struct policy *policy, const char *name,
						 struct result *result)
{
	const struct interface_config *interface;

	TAILQ_FOREACH(interface, &policy->interfaces, link)
		if (!strcasecmp(interface->name, name))
			return interface->crypto_map;
	*result = fail(-ENOENT, "the configuration has no interface %.64s", name);
	return NULL;
}

json_t *ctl_crypto_maps(const struct policy *policy, const char *interface, const char *name,
			struct result *result)
{
	const struct crypto_map *only = NULL, *map;
	const struct crypto_map_entry *entry;
	json_t *array;

	if (interface)
		only = map_of_interface(policy, interface, result);
	if (name && !policy_find_crypto_map(policy, name))
		*result = fail(-ENOENT, "there is no crypto map \"%.64s\"", name);
	if (failed(result))
		return NULL;
	array = json_array();
	TAILQ_FOREACH(map, &policy->crypto_maps, link) {
		if ((interface && map != only) || (name && strcmp(map->name, name) != 0))
			continue;
		TAILQ_FOREACH(entry, &map->entries, link)
			json_array_append_new(array, entry_json(policy, entry));
	}
	return array;
}

/* --- hosts --- */

json_t *ctl_hosts(const struct policy *policy)
{
	const struct host_config *host;
	json_t *array = json_array();
	char text[ADDRESS_TEXT];

	TAILQ_FOREACH(host, &policy->hosts, link)
		json_array_append_new(array,
				      json_pack("{s:o,s:o}", "name", ctl_text(host->name),
						"address",
						ctl_text(address_format(&host->address, text))));
	return json_pack("{s:o,s:o}", "domain", ctl_text(policy->domain), "hosts", array);
}

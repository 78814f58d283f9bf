// SPDX-License-Identifier: GPL-2.0-or-later
/* Statements of crypto maps, access lists and the table of hosts (rows D17 to D19) */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "config/access_list.h"
#include "config/statements.h"

/* What the name of an entry, "NAME SEQ", has room for. */
#define MAP_NAME_MAX (KERNEL_NAME_MAX - 7)

static struct crypto_map *map_of(struct loader *loader, const struct match *match)
{
	struct crypto_map *map = policy_find_crypto_map(loader->policy, match->args[0].text);

	if (map)
		return map;
	if (strlen(match->args[0].text) > MAP_NAME_MAX)
		loader_error(loader, place_of_arg(loader, &match->args[0]),
			     "the name of a crypto map has at most %d octets", MAP_NAME_MAX);
	map = must_calloc(1, sizeof(*map));
	map->name = must_strdup(match->args[0].text);
	map->place = here(loader);
	TAILQ_INIT(&map->entries);
	TAILQ_INSERT_TAIL(&loader->policy->crypto_maps, map, link);
	return map;
}

/* An entry is an IPsec profile, so that the statements of one are those of the other. */
void open_crypto_map(struct loader *loader, const struct match *match)
{
	struct crypto_map_entry *entry = must_calloc(1, sizeof(*entry)), *after;
	struct ipsec_profile *profile = must_calloc(1, sizeof(*profile));
	struct crypto_map *map = map_of(loader, match);
	char name[4200];

	entry->map = map;
	entry->sequence = (uint32_t)match->args[1].number;
	entry->profile = profile;
	TAILQ_FOREACH(after, &map->entries, link) {
		if (after->sequence == entry->sequence)
			loader_error(loader, place_of_arg(loader, &match->args[1]),
				     "duplicate \"%s %u\": it is already in line %u", map->name,
				     entry->sequence, after->profile->place.line);
		if (after->sequence > entry->sequence)
			break;
	}
	if (after)
		TAILQ_INSERT_BEFORE(after, entry, link);
	else
		TAILQ_INSERT_TAIL(&map->entries, entry, link);
	snprintf(name, sizeof(name), "%s %u", map->name, entry->sequence);
	profile->name = must_strdup(name);
	profile->place = here(loader);
	profile->map_entry = entry;
	TAILQ_INSERT_TAIL(&loader->policy->ipsec_profiles, profile, link);
	loader->ipsec_profile = profile;
}

void map_local_address(struct loader *loader, const struct match *match)
{
	replace_text(&map_of(loader, match)->local_interface, match->args[1].text);
}

void map_peer(struct loader *loader, const struct match *match)
{
	struct crypto_map_entry *entry = loader->ipsec_profile->map_entry;

	if (entry->peer.family != AF_UNSPEC || entry->peer_name) {
		loader_error(loader, place_of_arg(loader, &match->args[0]),
			     "an entry has one peer here: for a second one make another entry");
		return;
	}
	if (match->args[0].kind == TOKEN_IPV4)
		entry->peer = match->args[0].address;
	else
		replace_text(&entry->peer_name, match->args[0].text);
}

void map_match_address(struct loader *loader, const struct match *match)
{
	struct ipsec_profile *profile = loader->ipsec_profile;

	drop_references(loader, REFERENCE_ACCESS_LIST, profile);
	refer(loader, REFERENCE_ACCESS_LIST, &match->args[0], 0)->owner.ipsec_profile = profile;
}

void interface_crypto_map(struct loader *loader, const struct match *match)
{
	struct interface_config *interface = loader->interface;

	replace_text(&interface->crypto_map_name, match->negated ? NULL : match->args[0].text);
	if (!match->negated)
		refer(loader, REFERENCE_CRYPTO_MAP, &match->args[0], 0)->owner.interface =
			interface;
}

/* --- access lists --- */

static struct access_list *list_of(struct loader *loader, const char *name, bool named)
{
	struct access_list *list = policy_find_access_list(loader->policy, name);

	if (list)
		return list;
	list = must_calloc(1, sizeof(*list));
	list->name = must_strdup(name);
	list->place = here(loader);
	list->named = named;
	TAILQ_INIT(&list->entries);
	TAILQ_INSERT_TAIL(&loader->policy->access_lists, list, link);
	return list;
}

/* @number: 0 for the end of the list */
static void add_entry(struct loader *loader, struct access_list *list, uint32_t number, bool permit,
		      const char *text)
{
	struct access_entry *entry = must_calloc(1, sizeof(*entry)), *after, *last;

	last = TAILQ_LAST(&list->entries, access_entries);
	entry->place = here(loader);
	entry->permit = permit;
	entry->number = number ? number : last ? last->number / 10 * 10 + 10 : 10;
	access_entry_parse(text, entry);
	TAILQ_FOREACH(after, &list->entries, link) {
		if (after->number == entry->number)
			loader_error(loader, place_of_line(loader->number),
				     "duplicate \"%u\": it is already in line %u", entry->number,
				     after->place.line);
		if (after->number > entry->number)
			break;
	}
	if (after)
		TAILQ_INSERT_BEFORE(after, entry, link);
	else
		TAILQ_INSERT_TAIL(&list->entries, entry, link);
}

/* Lists 1 to 99 and 1300 to 1999 know sources only. */
static bool is_standard(uint64_t number)
{
	return number < 100 || (number >= 1300 && number < 2000);
}

void add_access_list(struct loader *loader, const struct match *match)
{
	struct access_list *list;
	char name[24];

	if (is_standard(match->args[0].number)) {
		loader_say_once(loader, place_of_line(loader->number), match->statement->syntax,
				"ignored standard access lists: crypto maps take those from 100 to "
				"199 and from 2000 to 2699");
		return;
	}
	snprintf(name, sizeof(name), "%llu", (unsigned long long)match->args[0].number);
	list = list_of(loader, name, false);
	add_entry(loader, list, 0, !strcmp(match->args[1].text, "permit"), match->args[2].text);
}

void open_access_list(struct loader *loader, const struct match *match)
{
	loader->access_list = list_of(loader, match->args[0].text, true);
}

void access_permit(struct loader *loader, const struct match *match)
{
	add_entry(loader, loader->access_list, 0, true, match->args[0].text);
}

void access_deny(struct loader *loader, const struct match *match)
{
	add_entry(loader, loader->access_list, 0, false, match->args[0].text);
}

void access_numbered(struct loader *loader, const struct match *match)
{
	add_entry(loader, loader->access_list, (uint32_t)match->args[0].number,
		  !strcmp(match->args[1].text, "permit"), match->args[2].text);
}

/* --- hosts --- */

void add_host(struct loader *loader, const struct match *match)
{
	struct host_config *host;

	TAILQ_FOREACH(host, &loader->policy->hosts, link)
		if (!strcasecmp(host->name, match->args[0].text))
			duplicate(loader, match, &host->place);
	host = must_calloc(1, sizeof(*host));
	host->name = must_strdup(match->args[0].text);
	host->place = here(loader);
	host->address = match->args[1].address;
	TAILQ_INSERT_TAIL(&loader->policy->hosts, host, link);
}

void set_domain(struct loader *loader, const struct match *match)
{
	replace_text(&loader->policy->domain, match->negated ? NULL : match->args[0].text);
}

/* --- when all is read --- */

static void check_peer(struct loader *loader, struct crypto_map_entry *entry)
{
	struct place place = place_of_line(entry->profile->place.line);
	const struct host_config *host;

	if (!entry->peer_name) {
		if (entry->peer.family == AF_UNSPEC)
			loader_error(loader, place, "crypto map \"%s\" has no \"set peer\"",
				     entry->profile->name);
		return;
	}
	host = policy_find_host(loader->policy, entry->peer_name);
	if (host)
		entry->peer = host->address;
	else
		loader_error(loader, place,
			     "crypto map \"%s\" has the peer \"%s\", but there is no \"ip host %s "
			     "ADDRESS\"",
			     entry->profile->name, entry->peer_name, entry->peer_name);
}

static bool is_range(const struct port_range *range)
{
	return range->first != range->last && (range->first || range->last != UINT16_MAX);
}

/* An ID payload of IKEv1 has room for one port (RFC 2407 section 4.6.2). */
static void check_ports(struct loader *loader, const struct crypto_map_entry *entry,
			const struct access_entry *line)
{
	if (ipsec_profile_version(loader->policy, entry->profile) == 1 && line->permit &&
	    (is_range(&line->source_ports) || is_range(&line->destination_ports)))
		loader_error(
			loader, place_of_line(line->place.line),
			"crypto map \"%s\" negotiates with IKEv1, which cannot name a range of "
			"ports: use \"eq\", or \"set ikev2-profile\"",
			entry->profile->name);
}

static bool has_permit(const struct access_list *list)
{
	const struct access_entry *line;

	TAILQ_FOREACH(line, &list->entries, link)
		if (line->permit || line->fault)
			return true;
	return false;
}

/*
 * For a router "deny" goes on with the next entry of the map; for the kernel it ends the
 * search, so that there is a difference only if a later entry wants such packets.
 */
static void check_deny(struct loader *loader, const struct crypto_map_entry *entry,
		       const struct access_entry *deny)
{
	const struct crypto_map_entry *later = entry;
	const struct access_entry *line;

	while ((later = TAILQ_NEXT(later, link))) {
		if (!later->list)
			continue;
		TAILQ_FOREACH(line, &later->list->entries, link) {
			if (!line->permit || line->fault || !access_entries_overlap(deny, line))
				continue;
			loader_error(loader, place_of_line(deny->place.line),
				     "what is denied here for crypto map \"%s\" is protected by "
				     "\"%s\" (line %u): give that entry the smaller number",
				     entry->profile->name, later->profile->name, line->place.line);
			return;
		}
	}
}

static void check_list(struct loader *loader, const struct crypto_map_entry *entry)
{
	const struct access_entry *line;

	if (!has_permit(entry->list))
		loader_error(loader, place_of_line(entry->list->place.line),
			     "access list \"%s\" permits nothing: crypto map \"%s\" would protect "
			     "nothing",
			     entry->list->name, entry->profile->name);
	TAILQ_FOREACH(line, &entry->list->entries, link) {
		struct place place = place_of_line(line->place.line);

		if (line->fault) {
			loader_error(loader, place, "crypto map \"%s\" cannot use this line: %s",
				     entry->profile->name, line->fault);
			continue;
		}
		if (!line->permit)
			check_deny(loader, entry, line);
		else if (!line->source.length && !line->destination.length)
			loader_say(loader, CONFIG_WARNING, place, NULL,
				   "crypto map \"%s\" protects everything, and drops all that "
				   "comes unprotected: never use \"any\" twice",
				   entry->profile->name);
		check_ports(loader, entry, line);
	}
}

/* Named, though perhaps of a list that is not there: that is another error. */
static bool names_list(const struct loader *loader, const struct ipsec_profile *owner)
{
	const struct reference *reference;

	TAILQ_FOREACH(reference, &loader->references, link)
		if (reference->kind == REFERENCE_ACCESS_LIST &&
		    reference->owner.ipsec_profile == owner)
			return true;
	return false;
}

static void check_map_entry(struct loader *loader, struct crypto_map_entry *entry)
{
	const struct ipsec_profile *profile = entry->profile;
	struct place place = place_of_line(profile->place.line);

	check_peer(loader, entry);
	if (entry->list)
		check_list(loader, entry);
	else if (!names_list(loader, profile))
		loader_error(loader, place, "crypto map \"%s\" has no \"match address\"",
			     profile->name);
	if (!ipsec_profile_version(loader->policy, profile))
		loader_error(loader, place,
			     "crypto map \"%s\" needs a \"crypto isakmp policy\", or \"set "
			     "ikev2-profile\" here, to negotiate",
			     profile->name);
}

static bool is_applied(const struct policy *policy, const struct crypto_map *map)
{
	const struct interface_config *interface;

	TAILQ_FOREACH(interface, &policy->interfaces, link)
		if (interface->crypto_map == map)
			return true;
	return false;
}

/* Routers have access lists for many things; kept are those of crypto maps. */
static void drop_other_lists(struct loader *loader)
{
	struct access_list *list, *next;

	for (list = TAILQ_FIRST(&loader->policy->access_lists); list; list = next) {
		next = TAILQ_NEXT(list, link);
		if (list->used)
			continue;
		loader_say(loader, CONFIG_NOTICE, place_of_line(list->place.line), NULL,
			   "ignored access list \"%s\": no crypto map uses it", list->name);
		TAILQ_REMOVE(&loader->policy->access_lists, list, link);
		access_list_free(list);
	}
}

void check_crypto_maps(struct loader *loader)
{
	const struct interface_config *interface;
	struct crypto_map_entry *entry;
	struct crypto_map *map;

	TAILQ_FOREACH(interface, &loader->policy->interfaces, link)
		if (interface->is_tunnel && interface->crypto_map_name)
			loader_error(loader, place_of_line(interface->place.line),
				     "\"%s\" is a tunnel: use \"tunnel protection\"",
				     interface->name);

	TAILQ_FOREACH(map, &loader->policy->crypto_maps, link) {
		if (TAILQ_EMPTY(&map->entries))
			loader_error(loader, place_of_line(map->place.line),
				     "crypto map \"%s\" has no entry", map->name);
		else if (!is_applied(loader->policy, map))
			loader_say(loader, CONFIG_WARNING, place_of_line(map->place.line), NULL,
				   "nothing happens with crypto map \"%s\" unless an interface has "
				   "it",
				   map->name);
		TAILQ_FOREACH(entry, &map->entries, link)
			check_map_entry(loader, entry);
	}
	drop_other_lists(loader);
}

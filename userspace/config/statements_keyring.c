// SPDX-License-Identifier: GPL-2.0-or-later
/* Pre-shared keys of IKEv1 by host name, and in keyrings (rows D14, D15, D19) */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "config/statements.h"
#include "ike/crypto_map.h"

static struct keyring_peer *add_key(struct loader *loader, struct keyring *keyring,
				    const char *name, const char *key)
{
	struct keyring_peer *peer = must_calloc(1, sizeof(*peer));

	peer->name = must_strdup(name);
	peer->place = here(loader);
	set_secret(&peer->local_key, (const uint8_t *)key, strlen(key), false);
	TAILQ_INSERT_TAIL(&keyring->peers, peer, link);
	return peer;
}

static void add_host_key(struct loader *loader, struct keyring *keyring, const struct arg *name,
			 const char *key)
{
	struct keyring_peer *peer;

	TAILQ_FOREACH(peer, &keyring->peers, link)
		if (peer->hostname && !strcasecmp(peer->hostname, name->text))
			loader_error(loader, place_of_arg(loader, name),
				     "line %u has a key for the same host", peer->place.line);
	add_key(loader, keyring, name->text, key)->hostname = must_strdup(name->text);
}

void isakmp_host_key(struct loader *loader, const struct match *match)
{
	add_host_key(loader, &loader->policy->isakmp_keys, &match->args[2], match->args[1].text);
}

void open_isakmp_keyring(struct loader *loader, const struct match *match)
{
	struct keyring *keyring;

	TAILQ_FOREACH(keyring, &loader->policy->isakmp_keyrings, link)
		if (!strcmp(keyring->name, match->args[0].text))
			duplicate(loader, match, &keyring->place);
	keyring = must_calloc(1, sizeof(*keyring));
	keyring->name = must_strdup(match->args[0].text);
	keyring->place = here(loader);
	TAILQ_INIT(&keyring->peers);
	TAILQ_INSERT_TAIL(&loader->policy->isakmp_keyrings, keyring, link);
	loader->isakmp_keyring = keyring;
}

void keyring_address_key(struct loader *loader, const struct match *match)
{
	struct prefix prefix = { .address = match->args[0].address, .length = 32 };
	struct keyring_peer *peer;
	char text[ADDRESS_TEXT];

	if (arg_given(match, 1) &&
	    !prefix_from_mask(&match->args[0].address, &match->args[1].address, &prefix))
		return;
	if (!arg_given(match, 1) && address_is_any(&prefix.address))
		prefix.length = 0;
	prefix.address = prefix_first(&prefix);
	TAILQ_FOREACH(peer, &loader->isakmp_keyring->peers, link)
		if (peer->has_prefix && peer->prefix.length == prefix.length &&
		    address_equal(&peer->prefix.address, &prefix.address))
			loader_error(loader, place_of_arg(loader, &match->args[0]),
				     "line %u has a key for the same address", peer->place.line);
	peer = add_key(loader, loader->isakmp_keyring, address_format(&prefix.address, text),
		       match->args[3].text);
	peer->has_prefix = true;
	peer->prefix = prefix;
}

void keyring_host_key(struct loader *loader, const struct match *match)
{
	add_host_key(loader, loader->isakmp_keyring, &match->args[0], match->args[2].text);
}

void isakmp_profile_keyring(struct loader *loader, const struct match *match)
{
	refer(loader, REFERENCE_ISAKMP_KEYRING, &match->args[0], 0)->owner.isakmp_profile =
		loader->isakmp_profile;
}

/* --- when all is read --- */

/* Main mode has to find a key by address (RFC 2409 section 5.4): the table of hosts has it. */
static void resolve_keys(struct loader *loader, struct keyring *keyring)
{
	const struct host_config *host;
	struct keyring_peer *peer;

	TAILQ_FOREACH(peer, &keyring->peers, link) {
		if (!peer->hostname)
			continue;
		host = policy_find_host(loader->policy, peer->hostname);
		if (host) {
			peer->has_prefix = true;
			peer->prefix = (struct prefix){ host->address, 32 };
			continue;
		}
		loader_say(loader, CONFIG_WARNING, place_of_line(peer->place.line), NULL,
			   "there is no \"ip host %s ADDRESS\": main mode will not find this key",
			   peer->hostname);
	}
}

void check_isakmp_keys(struct loader *loader)
{
	struct keyring *keyring;

	resolve_keys(loader, &loader->policy->isakmp_keys);
	TAILQ_FOREACH(keyring, &loader->policy->isakmp_keyrings, link) {
		resolve_keys(loader, keyring);
		if (TAILQ_EMPTY(&keyring->peers) && !loader->faulty[keyring->place.line])
			loader_error(loader, place_of_line(keyring->place.line),
				     "keyring \"%s\" has no \"pre-shared-key\"", keyring->name);
	}
}

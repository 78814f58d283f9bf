// SPDX-License-Identifier: GPL-2.0-or-later
/* RSA keys for encrypted nonces (rows D20 to D22): those of peers, and where our own are */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "config/rsa_files.h"
#include "config/statements.h"
#include "cryptox/rsa.h"

#define LEGACY_BITS 2048 /* what is shorter needs the permission, as with certificates */

void set_key_storage(struct loader *loader, const struct match *match)
{
	replace_text(&loader->policy->key_storage, match->negated ? NULL : match->args[0].text);
}

void open_pubkey_chain(struct loader *loader, const struct match *match)
{
}

static void open_key(struct loader *loader, const struct match *match, bool named)
{
	struct rsa_peer *peer;

	TAILQ_FOREACH(peer, &loader->policy->rsa_peers, link)
		if (!strcasecmp(peer->name, match->args[0].text))
			duplicate(loader, match, &peer->place);
	peer = must_calloc(1, sizeof(*peer));
	peer->name = must_strdup(match->args[0].text);
	peer->place = here(loader);
	peer->named = named;
	if (!named)
		peer->address = match->args[0].address;
	if (arg_given(match, 1))
		peer->usage =
			!strcmp(match->args[1].text, "encryption") ? RSA_ENCRYPTION : RSA_SIGNATURE;
	TAILQ_INSERT_TAIL(&loader->policy->rsa_peers, peer, link);
	loader->rsa_peer = peer;
}

void open_named_key(struct loader *loader, const struct match *match)
{
	open_key(loader, match, true);
}

void open_addressed_key(struct loader *loader, const struct match *match)
{
	open_key(loader, match, false);
}

void pubkey_address(struct loader *loader, const struct match *match)
{
	loader->rsa_peer->address = match->args[0].address;
}

void open_key_string(struct loader *loader, const struct match *match)
{
	buffer_free(&loader->rsa_peer->public_key);
}

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

void key_string_line(struct loader *loader, const struct match *match)
{
	for (size_t i = 0; i < match->count; i++) {
		const struct arg *arg = &match->args[i];
		size_t len = strlen(arg->text);

		if (arg->kind == TOKEN_NONE)
			continue;
		if (len % 2 || arg->text[strspn(arg->text, "0123456789abcdefABCDEF")]) {
			loader_error(loader, place_of_arg(loader, arg),
				     "a public key is whole octets in hexadecimal, up to \"quit\"");
			return;
		}
		for (size_t k = 0; k < len; k += 2)
			buffer_put_u8(&loader->rsa_peer->public_key,
				      (uint8_t)(digit(arg->text[k]) << 4 |
						digit(arg->text[k + 1])));
	}
}

void key_string_quit(struct loader *loader, const struct match *match)
{
	loader->mode = CONFIG_MODE_PUBKEY;
}

/* --- when all is read --- */

static void check_peer_key(struct loader *loader, const struct rsa_peer *peer)
{
	unsigned int bits = rsa_bits(buffer_bytes(&peer->public_key));
	struct place place = place_of_line(peer->place.line);

	if (loader->faulty[peer->place.line])
		return;
	if (!peer->public_key.len)
		loader_error(loader, place, "key \"%s\" has no \"key-string\"", peer->name);
	else if (!bits)
		loader_error(loader, place,
			     "the key-string of \"%s\" is no public RSA key of %d to %d bits, as "
			     "\"show crypto key mypubkey rsa\" prints one",
			     peer->name, RSA_BITS_LEAST, RSA_BITS_MOST);
	else if (bits < LEGACY_BITS && !loader->policy->legacy)
		loader_error(loader, place,
			     "the key of \"%s\" has %u bits, fewer than %d: to permit it, add "
			     "\"crypto legacy\" at the top",
			     peer->name, bits, LEGACY_BITS);
}

static char *storage_of(const struct policy *policy)
{
	const char *name = policy->key_storage ? policy->key_storage : "keys";
	const char *slash = strrchr(policy->source, '/');
	size_t folder = slash && *name != '/' ? (size_t)(slash - policy->source) + 1 : 0;
	char *path = must_calloc(1, folder + strlen(name) + 1);

	memcpy(path, policy->source, folder);
	strcpy(path + folder, name);
	return path;
}

static void take_own(void *context, const struct rsa_file *file)
{
	struct loader *loader = context;
	struct rsa_key *key;
	unsigned int bits;

	if (failed(&file->result)) {
		loader_error(loader, place_of_line(0), "%s", file->result.why);
		return;
	}
	bits = rsa_bits(private_key_public(file->key));
	if (bits < LEGACY_BITS && !loader->policy->legacy) {
		loader_say(loader, CONFIG_WARNING, place_of_line(0), NULL,
			   "our RSA key \"%s\" has %u bits, fewer than %d, and is not used: to "
			   "permit it, add \"crypto legacy\" at the top",
			   file->name, bits, LEGACY_BITS);
		private_key_free(file->key);
		return;
	}
	key = must_calloc(1, sizeof(*key));
	key->name = must_strdup(file->name);
	key->usage = file->usage;
	key->made = file->made;
	key->key = file->key;
	TAILQ_INSERT_TAIL(&loader->policy->rsa_keys, key, link);
}

void check_rsa(struct loader *loader)
{
	const struct rsa_peer *peer;
	char *path = storage_of(loader->policy);

	TAILQ_FOREACH(peer, &loader->policy->rsa_peers, link)
		check_peer_key(loader, peer);
	rsa_files_read(path, take_own, loader);
	free(path);
}

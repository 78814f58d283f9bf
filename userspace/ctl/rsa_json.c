// SPDX-License-Identifier: GPL-2.0-or-later
/* RSA keys as JSON: the public halves of ours, and those of peers. */

#include "base/memory.h"
#include "ctl/internal.h"

static json_t *hexadecimal(struct bytes octets)
{
	char *text = must_calloc(1, 2 * octets.len + 1);
	json_t *string;

	for (size_t i = 0; i < octets.len; i++)
		snprintf(text + 2 * i, 3, "%02X", octets.data[i]);
	string = ctl_text(text);
	free(text);
	return string;
}

static const char *usage_name(enum rsa_usage usage)
{
	return usage == RSA_SIGNATURE  ? "signature" :
	       usage == RSA_ENCRYPTION ? "encryption" :
					 "general";
}

json_t *ctl_rsa_keys(const struct policy *policy)
{
	const struct rsa_key *key;
	json_t *array = json_array();

	TAILQ_FOREACH(key, &policy->rsa_keys, link)
		json_array_append_new(array,
				      json_pack("{s:o,s:s,s:I,s:o}", "name", ctl_text(key->name),
						"usage", usage_name(key->usage), "made",
						(json_int_t)key->made, "key",
						hexadecimal(private_key_public(key->key))));
	return array;
}

json_t *ctl_rsa_peers(const struct policy *policy)
{
	const struct rsa_peer *peer;
	json_t *array = json_array();
	char address[ADDRESS_TEXT];

	TAILQ_FOREACH(peer, &policy->rsa_peers, link)
		json_array_append_new(array,
				      json_pack("{s:o,s:o,s:s,s:s,s:o}", "name",
						ctl_text(peer->name), "address",
						ctl_text(peer->address.family == AF_UNSPEC ?
								 NULL :
								 address_format(&peer->address,
										address)),
						"usage", usage_name(peer->usage), "source",
						"manually entered", "key",
						hexadecimal(buffer_bytes(&peer->public_key))));
	return array;
}

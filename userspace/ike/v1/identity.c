// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who we are, who the peer is, and the key between us (rows D14 to D16, E08,
 * E12, E13). In main mode a pre-shared key has to be found before anybody has
 * said a name: by address.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ike/easy_vpn.h"
#include "ike/v1/auth.h"

/* As a router's keys are named (rows D15, D19, D20): the domain behind a name that has none. */
static void set_host_name(struct identity *identity, const struct policy *policy)
{
	char name[256];

	snprintf(name, sizeof(name), "%s%s%s", policy->hostname,
		 policy->domain && !strchr(policy->hostname, '.') ? "." : "",
		 policy->domain && !strchr(policy->hostname, '.') ? policy->domain : "");
	identity_set_text(identity, ID_FQDN, name);
}

void own_identity(struct ikev1_task *task, struct identity *identity)
{
	const struct ikev1_sa *sa = task->sa;
	const struct policy *policy = sa->base.ike->policy;
	const struct credential *credential =
		policy->isakmp_identity_dn ? signature_credential(task) : NULL;

	if (sa->base.isakmp && sa->base.isakmp->client && sa->base.isakmp->client->group)
		identity_set_text(identity, ID_KEY_ID, sa->base.isakmp->client->group);
	else if (sa->base.isakmp && sa->base.isakmp->self_identity.type != ID_NONE)
		*identity = sa->base.isakmp->self_identity;
	else if (credential &&
		 identity_set(identity, ID_DER_ASN1_DN, credential_subject(credential)))
		return;
	else if (policy->isakmp_identity_hostname && policy->hostname)
		set_host_name(identity, policy);
	else
		identity_set_address(identity, &sa->base.local.address);
}

static bool take_key(const struct ikev1_sa *sa, const struct secret *key, const char *of,
		     struct buffer *psk)
{
	if (!key->len)
		return false;
	isakmp_line(sa, ": success");
	isakmp_line(sa, "found pre-shared key of group %s", of);
	buffer_set(psk, bytes_of(key->data, key->len));
	return true;
}

/* Of a group, which either end knows by its name (row F01). */
static bool find_group_key(const struct ikev1_sa *sa, struct buffer *psk)
{
	const struct isakmp_profile *profile = sa->base.isakmp;
	const struct client_group *group = NULL;

	if (profile && profile->client)
		return take_key(sa, &profile->client->key,
				profile->client->group ? profile->client->group : "-", psk);
	if (profile && profile->user_list && sa->base.remote_id.type == ID_KEY_ID)
		group = policy_find_client_group(sa->base.ike->policy,
						 identity_bytes(&sa->base.remote_id));
	return group && take_key(sa, &group->key, group->name, psk);
}

static bool is_name(const struct identity *identity)
{
	return identity->type == ID_FQDN || identity->type == ID_RFC822_ADDR;
}

struct result find_key(struct ikev1_sa *sa, struct buffer *psk)
{
	const struct keyring_peer *peer;
	const char *keyring;
	char remote[ADDRESS_TEXT], name[IDENTITY_TEXT];

	/* A name is known beforehand only in aggressive mode. */
	address_format(&sa->base.remote.address, remote);
	if (find_group_key(sa, psk))
		return RESULT_OK;
	peer = policy_isakmp_key(sa->base.ike->policy, sa->base.isakmp, &sa->base.remote.address,
				 &sa->base.remote_id, &keyring);
	isakmp_line(sa, "Looking for a matching key for %s in %s", remote, keyring);
	if (!peer && is_name(&sa->base.remote_id)) {
		identity_format(&sa->base.remote_id, name);
		/* Row E21 */
		log_line(LOG_ISAKMP, ": no pre-shared key based on hostname %s!", name);
		return fail(-ENOKEY,
			    "no pre-shared key for %.100s: add \"crypto isakmp key KEY hostname "
			    "%.100s\"",
			    name, name);
	}
	if (!peer && sa->base.remote_id.type == ID_KEY_ID) {
		identity_format(&sa->base.remote_id, name);
		return fail(-ENOKEY,
			    "no pre-shared key for group %.100s: add \"crypto isakmp client "
			    "configuration group\" with its \"key\", for a profile with \"client "
			    "authentication list\"",
			    name);
	}
	if (!peer)
		return fail(-ENOKEY,
			    "no pre-shared key for %s: add \"crypto isakmp key KEY address %s\"",
			    remote, remote);
	isakmp_line(sa, ": success");
	isakmp_line(sa, "found peer pre-shared key matching %s", remote);
	isakmp_line(sa, " local preshared key found");
	buffer_set(psk, bytes_of(peer->local_key.data, peer->local_key.len));
	return RESULT_OK;
}

static void dump_identity(const struct payload *payload, const struct isakmp_id *id,
			  const struct identity *identity)
{
	char text[IDENTITY_TEXT];
	const char *what = id->type == ID_FQDN	 ? "FQDN name" :
			   id->type == ID_KEY_ID ? "group id" :
						   "address";

	log_line(LOG_ISAKMP, " ID payload");
	log_line(LOG_ISAKMP, "        next-payload : %u", payload->next);
	log_line(LOG_ISAKMP, "        type         : %u", id->type);
	log_line(LOG_ISAKMP, "        %-12s : %s", what, identity_format(identity, text));
	log_line(LOG_ISAKMP, "        protocol     : %u", id->protocol);
	log_line(LOG_ISAKMP, "        port         : %u", id->port);
	log_line(LOG_ISAKMP, "        length       : %zu", payload->body.len + PAYLOAD_HEADER_SIZE);
}

/* In main mode the method was agreed on before anybody had a name. */
static struct result check_users(const struct ikev1_sa *sa)
{
	const struct isakmp_profile *profile = sa->base.isakmp;
	bool asks = profile && profile->user_list;

	if (sa->base.initiator || !sa->method || sa->method->user == asks)
		return RESULT_OK;
	if (asks)
		return fail(
			-EACCES,
			"profile %.60s asks for a user by XAUTH, which the peer has not offered",
			profile->name);
	return fail(-EACCES, "the peer wants XAUTH, and no profile with \"client authentication "
			     "list\" matches it");
}

struct result take_identity(struct ikev1_sa *sa, const struct payload *payload)
{
	const struct isakmp_profile *profile;
	struct isakmp_id id;
	struct result result = isakmp_id_parse(payload->body, &id);
	char text[IDENTITY_TEXT];

	if (failed(&result))
		return result;
	if (!isakmp_id_identity(&id, &sa->base.remote_id))
		return fail(-EPROTO, "the peer's identity is of type %u, which nobody can be",
			    id.type);
	if (log_enabled(LOG_ISAKMP))
		dump_identity(payload, &id, &sa->base.remote_id);
	profile = policy_match_isakmp_profile(sa->base.ike->policy, &sa->base.remote_id);
	identity_format(&sa->base.remote_id, text);
	if (profile)
		isakmp_line(sa, ": peer matches %s profile", profile->name);
	else
		isakmp_line(sa, ": peer matches *none* of the profiles");
	/* Who begins has a profile already, and the peer must be one of it. */
	if (sa->base.initiator && sa->base.isakmp &&
	    !isakmp_profile_matches(sa->base.isakmp, &sa->base.remote_id))
		return fail(-EACCES, "the peer is %.100s, whom profile %.60s does not match", text,
			    sa->base.isakmp->name);
	if (!sa->base.initiator)
		sa->base.isakmp = profile;
	result = check_users(sa);
	if (failed(&result))
		return result;
	if (proposal_is_legacy(&sa->base.chosen) && !legacy_is_permitted(sa))
		return fail(-EACCES,
			    "the agreed suite is weak, which is not permitted with %.100s: add "
			    "\"legacy\" to its profile",
			    text);
	return RESULT_OK;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_EASY_VPN_H
#define SEKI_IKE_EASY_VPN_H

/*
 * Easy VPN (rows F01 to F07): groups that a server knows its clients by, and what a client
 * needs. Users are those of "username", pools those of "ip local pool", as for IKEv2.
 */

#include "ike/policy.h"

#define GROUP_GATEWAYS_MAX 10

/**
 * struct client_group - "crypto isakmp client configuration group NAME"
 * @given: pool, netmask and servers, as IKEv2's authorization policies have them
 * @split: networks behind the server, the sources of its lines; NULL: everything goes there
 * @split_dns: domains with commas between them, as they are sent
 * @gateways: names or addresses with commas between them
 * @max_users, @max_logins: 0: any number
 */
struct client_group {
	TAILQ_ENTRY(client_group) link;
	char *name;
	struct source_place place;
	struct secret key;
	struct authorization_policy given;
	const struct access_list *split;
	char *domain, *split_dns, *gateways, *banner;
	bool save_password, include_local_lan, pfs;
	uint32_t max_users, max_logins;
};

/**
 * struct ezvpn - "crypto ipsec client ezvpn NAME": a client; its IPsec profile is "ezvpn NAME"
 * @isakmp: the profile that it negotiates with
 * @group, @key: how it names itself, and the group's key; NULL: certificates
 * @network_extension: no address is asked for
 */
struct ezvpn {
	char *name;
	struct isakmp_profile isakmp;
	char *group;
	struct secret key;
	struct address peer;
	bool network_extension;
	char *user;
	struct secret password;
};

/** policy_find_client_group() - NULL when there is none of that name */
const struct client_group *policy_find_client_group(const struct policy *policy, struct bytes name);
/** policy_authenticates_users() - is there a profile that does? */
bool policy_authenticates_users(const struct policy *policy);
/** policy_isakmp_profile_like() - the one that has taken the place of @old in this policy, or NULL */
const struct isakmp_profile *policy_isakmp_profile_like(const struct policy *policy,
							const struct isakmp_profile *old);
/** client_group_networks() - of its access list, at most @max; how many there are */
size_t client_group_networks(const struct client_group *group, struct prefix *networks, size_t max);

/* What policy_free() needs */
void isakmp_profile_clear(struct isakmp_profile *profile);
void client_group_free(struct client_group *group);
void ezvpn_free(struct ezvpn *client);

#endif

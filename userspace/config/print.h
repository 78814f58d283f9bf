/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CONFIG_PRINT_H
#define SEKI_CONFIG_PRINT_H

/* Each object as its statements, for the running configuration and comparison */

#include "config/config.h"

void print_globals(const struct policy *policy, FILE *out);
void print_ike_proposal(const struct ike_proposal *proposal, FILE *out);
void print_ikev2_policy(const struct ikev2_policy *policy, FILE *out);
void print_keyring(const struct keyring *keyring, FILE *out, bool with_secrets);
void print_user(const struct user *user, FILE *out, bool with_secrets);
void print_pool(const struct address_pool *pool, FILE *out);
void print_authorization(const struct authorization_policy *authorization, FILE *out);
void print_trustpoint(const struct trustpoint *trustpoint, FILE *out, bool with_secrets);
void print_ikev2_profile(const struct ikev2_profile *profile, FILE *out, bool with_secrets);
void print_isakmp_key(const struct keyring_peer *peer, FILE *out, bool with_secrets);
void print_isakmp_keyring(const struct keyring *keyring, FILE *out, bool with_secrets);
void print_isakmp_policy(const struct isakmp_policy *policy, FILE *out);
void print_rsa_peer(const struct rsa_peer *peer, FILE *out);
void print_client_group(const struct client_group *group, FILE *out, bool with_secrets);
void print_ezvpn(const struct ipsec_profile *profile, FILE *out, bool with_secrets);
/** print_servers() - a line of addresses, if there are any */
void print_servers(const char *what, const struct address servers[NAME_SERVERS_MAX], FILE *out);
void print_isakmp_profile(const struct isakmp_profile *profile, FILE *out);
void print_transform_set(const struct transform_set *set, FILE *out);
void print_ipsec_profile(const struct ipsec_profile *profile, FILE *out); /* or map entry */
void print_access_list(const struct access_list *list, FILE *out);
void print_host(const struct host_config *host, FILE *out);
void print_interface(const struct interface_config *interface, FILE *out);
void print_route(const struct route_config *route, FILE *out);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "codec/isakmp_numbers.h"
#include "config/access_list.h"
#include "config/print.h"
#include "cryptox/cryptox.h"
#include "eap/eap.h"
#include "ike/easy_vpn.h"

/* "A.B.C.D MASK" or "X:X::X/N" */
static void print_prefix(const struct prefix *prefix, FILE *out)
{
	struct address mask = prefix_mask(prefix);
	char address[ADDRESS_TEXT], text[ADDRESS_TEXT];

	address_format(&prefix->address, address);
	if (prefix->address.family == AF_INET)
		fprintf(out, "%s %s", address, address_format(&mask, text));
	else
		fprintf(out, "%s/%u", address, prefix->length);
}

/* Whom it is about: 0.0.0.0 without a mask is everybody, as the documents write it. */
static void print_peers(const struct prefix *prefix, FILE *out)
{
	if (prefix->address.family == AF_INET && !prefix->length &&
	    address_is_any(&prefix->address))
		fprintf(out, "0.0.0.0");
	else
		print_prefix(prefix, out);
}

static void print_redirect(const struct policy *policy, FILE *out)
{
	char text[ADDRESS_TEXT];

	if (policy->redirect_max == REDIRECTS_DEFAULT)
		fprintf(out, "crypto ikev2 redirect client\n");
	else if (policy->redirect_max)
		fprintf(out, "crypto ikev2 redirect client max-redirects %u\n",
			policy->redirect_max);
	if (policy->redirect_gateway.family != AF_UNSPEC)
		fprintf(out, "crypto ikev2 redirect gateway init %s\n",
			address_format(&policy->redirect_gateway, text));
}

void print_globals(const struct policy *policy, FILE *out)
{
	const struct crypto_map *map;

	if (policy->hostname)
		fprintf(out, "hostname %s\n", policy->hostname);
	if (policy->domain)
		fprintf(out, "ip domain-name %s\n", policy->domain);
	if (policy->timestamps_msec)
		fprintf(out, "service timestamps debug datetime msec\n");
	if (policy->legacy)
		fprintf(out, "crypto legacy\n");
	if (policy->key_log)
		fprintf(out, "crypto key-log %s\n", policy->key_log);
	if (policy->log_style == LOG_STYLE_YAMAHA)
		fprintf(out, "logging style yamaha\n");
	if (policy->log_topics) {
		fprintf(out, "logging ikev2");
		for (size_t i = 0; i < LOG_KIND_COUNT; i++)
			if (policy->log_topics & 1u << log_kinds[i].topic)
				fprintf(out, " %s", log_kinds[i].word);
		fputc('\n', out);
	}
	if (policy->window != IKE_WINDOW_DEFAULT)
		fprintf(out, "crypto ikev2 window %u\n", policy->window);
	if (!policy->nat_traversal)
		fprintf(out, "no crypto ipsec nat-transparency udp-encapsulation\n");
	print_redirect(policy, out);
	if (!policy->cookie_challenge)
		fprintf(out, "no crypto ikev2 cookie-challenge\n");
	else if (policy->cookie_challenge != COOKIE_CHALLENGE_DEFAULT)
		fprintf(out, "crypto ikev2 cookie-challenge %u\n", policy->cookie_challenge);
	if (!policy->fragment_mtu)
		fprintf(out, "no crypto ikev2 fragmentation\n");
	else if (policy->fragment_mtu != FRAGMENT_MTU_DEFAULT)
		fprintf(out, "crypto ikev2 fragmentation mtu %u\n", policy->fragment_mtu);
	if (!policy->nat_keepalive)
		fprintf(out, "no crypto ikev2 nat keepalive\n");
	else if (policy->nat_keepalive != NAT_KEEPALIVE_DEFAULT)
		fprintf(out, "crypto ikev2 nat keepalive %u\n", policy->nat_keepalive);
	if (policy->dpd_interval)
		fprintf(out, "crypto ikev2 dpd %u %u %s\n", policy->dpd_interval, policy->dpd_retry,
			policy->dpd_periodic ? "periodic" : "on-demand");
	if (policy->queue_length)
		fprintf(out, "crypto ikev2 queue-length %u\n", policy->queue_length);
	if (policy->key_storage)
		fprintf(out, "crypto key storage %s\n", policy->key_storage);
	if (policy->isakmp_identity_dn)
		fprintf(out, "crypto isakmp identity dn\n");
	if (policy->isakmp_identity_hostname)
		fprintf(out, "crypto isakmp identity hostname\n");
	if (policy->client_pool)
		fprintf(out, "crypto isakmp client configuration address-pool local %s\n",
			policy->client_pool->name);
	if (policy->isakmp_aggressive_disabled)
		fprintf(out, "crypto isakmp aggressive-mode disable\n");
	if (policy->isakmp_keepalive)
		fprintf(out, "crypto isakmp keepalive %u %u %s\n", policy->isakmp_keepalive,
			policy->isakmp_keepalive_retry,
			policy->isakmp_keepalive_periodic ? "periodic" : "on-demand");
	if (policy->limit_sa)
		fprintf(out, "crypto ikev2 limit max-sa %u\n", policy->limit_sa);
	if (policy->limit_negotiating)
		fprintf(out, "crypto ikev2 limit max-in-negotation-sa %u\n",
			policy->limit_negotiating);
	if (policy->rekey_margin_percent != REKEY_MARGIN_DEFAULT)
		fprintf(out, "crypto ikev2 rekey-margin %u\n", policy->rekey_margin_percent);
	if (policy->sa_lifetime_seconds != SA_LIFETIME_DEFAULT)
		fprintf(out, "crypto ipsec security-association lifetime seconds %u\n",
			policy->sa_lifetime_seconds);
	if (policy->sa_lifetime_kilobytes != SA_KILOBYTES_DEFAULT)
		fprintf(out, "crypto ipsec security-association lifetime kilobytes %u\n",
			policy->sa_lifetime_kilobytes);
	TAILQ_FOREACH(map, &policy->crypto_maps, link)
		if (map->local_interface)
			fprintf(out, "crypto map %s local-address %s\n", map->name,
				map->local_interface);
}

/* @before: the first words of the statement */
static void print_transforms(const struct proposal *proposal, enum transform_type type,
			     const char *before, FILE *out)
{
	char text[TRANSFORM_TEXT];
	bool first = true;
	size_t i;

	for (i = 0; i < proposal->count; i++) {
		if (proposal->transforms[i].type != type)
			continue;
		if (first)
			fprintf(out, " %s%s", before, transform_type_name(type));
		fprintf(out, " %s", transform_keyword(&proposal->transforms[i], text));
		first = false;
	}
	if (!first)
		fputc('\n', out);
}

void print_ike_proposal(const struct ike_proposal *proposal, FILE *out)
{
	fprintf(out, "crypto ikev2 proposal %s\n", proposal->name);
	print_transforms(&proposal->transforms, TRANSFORM_ENCR, "", out);
	print_transforms(&proposal->transforms, TRANSFORM_INTEG, "", out);
	if (proposal->has_prf)
		print_transforms(&proposal->transforms, TRANSFORM_PRF, "", out);
	print_transforms(&proposal->transforms, TRANSFORM_KE, "", out);
	for (uint8_t type = TRANSFORM_ADDKE1; type <= TRANSFORM_TYPE_MAX; type++)
		print_transforms(&proposal->transforms, type, "", out);
}

void print_ikev2_policy(const struct ikev2_policy *policy, FILE *out)
{
	char text[ADDRESS_TEXT];
	size_t i;

	fprintf(out, "crypto ikev2 policy %s\n", policy->name);
	if (policy->match_fvrf)
		fprintf(out, " match fvrf %s\n", policy->match_fvrf);
	if (policy->match_local.family != AF_UNSPEC)
		fprintf(out, " match address local %s\n",
			address_format(&policy->match_local, text));
	for (i = 0; i < policy->proposal_count; i++)
		fprintf(out, " proposal %s\n", policy->proposals[i]->name);
}

/* A key whose first word the grammar would take for something else stands behind "0". */
static bool key_needs_type(const struct secret *secret)
{
	static const char *const words[] = { "0", "6", "hex" };
	const uint8_t *blank = memchr(secret->data, ' ', secret->len);
	const uint8_t *tab = memchr(secret->data, '\t', secret->len);
	size_t len = secret->len, i;

	if (blank)
		len = blank - secret->data;
	if (tab && (size_t)(tab - secret->data) < len)
		len = tab - secret->data;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (len <= strlen(words[i]) &&
		    !strncasecmp((const char *)secret->data, words[i], len))
			return true;
	return false;
}

static void print_secret(const char *side, const struct secret *secret, FILE *out,
			 bool with_secrets)
{
	char *hex;

	if (!secret->len)
		return;
	fprintf(out, "  pre-shared-key %s ", side);
	if (!with_secrets) {
		fprintf(out, "<removed>\n");
	} else if (secret->hex) {
		hex = must_calloc(1, 2 * secret->len + 1);
		bytes_to_hex(bytes_of(secret->data, secret->len), hex);
		fprintf(out, "hex %s\n", hex);
		secret_free(hex, 2 * secret->len + 1);
	} else {
		fprintf(out, "%s%.*s\n", key_needs_type(secret) ? "0 " : "", (int)secret->len,
			(const char *)secret->data);
	}
}

/* "address A", "fqdn NAME": as it was configured, not as show prints it */
static void print_identity(const char *statement, const struct identity *identity, FILE *out)
{
	char text[ADDRESS_TEXT];
	struct address address;

	if (identity->type == ID_NONE)
		return;
	if (identity->type == ID_DER_ASN1_DN)
		fprintf(out, "%s dn\n", statement);
	else if (identity_address(identity, &address))
		fprintf(out, "%s address %s\n", statement, address_format(&address, text));
	else
		fprintf(out, "%s %s %.*s\n", statement,
			identity->type == ID_FQDN	 ? "fqdn" :
			identity->type == ID_RFC822_ADDR ? "email" :
							   "key-id",
			identity->len, (const char *)identity->data);
}

static void print_ppk(const struct keyring_peer *peer, FILE *out, bool with_secrets)
{
	if (!peer->ppk.len)
		return;
	fprintf(out, "  ppk manual id %s key ", peer->ppk_id);
	if (with_secrets)
		fprintf(out, "0 %.*s", (int)peer->ppk.len, (const char *)peer->ppk.data);
	else
		fprintf(out, "<removed>");
	fprintf(out, "%s\n", peer->ppk_required ? " required" : "");
}

void print_keyring(const struct keyring *keyring, FILE *out, bool with_secrets)
{
	const struct keyring_peer *peer;

	fprintf(out, "crypto ikev2 keyring %s\n", keyring->name);
	TAILQ_FOREACH(peer, &keyring->peers, link) {
		fprintf(out, " peer %s\n", peer->name);
		if (peer->has_prefix) {
			fprintf(out, "  address ");
			print_peers(&peer->prefix, out);
			fputc('\n', out);
		}
		if (peer->hostname)
			fprintf(out, "  hostname %s\n", peer->hostname);
		print_identity("  identity", &peer->identity, out);
		print_secret("local", &peer->local_key, out, with_secrets);
		print_secret("remote", &peer->remote_key, out, with_secrets);
		print_ppk(peer, out, with_secrets);
	}
}

void print_pool(const struct address_pool *pool, FILE *out)
{
	char first[ADDRESS_TEXT], last[ADDRESS_TEXT];

	if (pool->first.family == AF_INET6)
		fprintf(out, "ipv6 local pool %s %s/%u 128\n", pool->name,
			address_format(&pool->network.address, first), pool->network.length);
	else
		fprintf(out, "ip local pool %s %s %s\n", pool->name,
			address_format(&pool->first, first), address_format(&pool->last, last));
}

void print_servers(const char *what, const struct address servers[NAME_SERVERS_MAX], FILE *out)
{
	char text[ADDRESS_TEXT];

	if (servers[0].family == AF_UNSPEC)
		return;
	fprintf(out, " %s", what);
	for (size_t i = 0; i < NAME_SERVERS_MAX && servers[i].family != AF_UNSPEC; i++)
		fprintf(out, " %s", address_format(&servers[i], text));
	fputc('\n', out);
}

void print_authorization(const struct authorization_policy *authorization, FILE *out)
{
	char text[ADDRESS_TEXT];

	fprintf(out, "crypto ikev2 authorization policy %s\n", authorization->name);
	if (authorization->pools[FAMILY_IPV4])
		fprintf(out, " pool %s\n", authorization->pools[FAMILY_IPV4]->name);
	if (authorization->pools[FAMILY_IPV6])
		fprintf(out, " ipv6 pool %s\n", authorization->pools[FAMILY_IPV6]->name);
	if (authorization->netmask.family != AF_UNSPEC)
		fprintf(out, " netmask %s\n", address_format(&authorization->netmask, text));
	print_servers("dns", authorization->dns, out);
	print_servers("ipv6 dns", authorization->ipv6_dns, out);
	print_servers("wins", authorization->wins, out);
	for (size_t i = 0; i < authorization->subnet_count; i++) {
		fprintf(out, " route set remote %s ",
			authorization->subnets[i].address.family == AF_INET6 ? "ipv6" : "ipv4");
		print_prefix(&authorization->subnets[i], out);
		fputc('\n', out);
	}
	if (authorization->route_interface)
		fprintf(out, " route set interface\n");
}

static void print_match(const struct identity_match *match, FILE *out)
{
	static const char *const words[] = {
		[MATCH_FQDN] = "fqdn ",	    [MATCH_FQDN_DOMAIN] = "fqdn domain ",
		[MATCH_EMAIL] = "email ",   [MATCH_EMAIL_DOMAIN] = "email domain ",
		[MATCH_KEY_ID] = "key-id ", [MATCH_DN] = "dn ",
		[MATCH_ANY] = "any",
	};

	fprintf(out, " match identity remote ");
	if (match->kind == MATCH_ADDRESS) {
		fprintf(out, "address ");
		print_peers(&match->prefix, out);
	} else {
		fprintf(out, "%s%s", words[match->kind], match->text ? match->text : "");
	}
	fputc('\n', out);
}

static void print_file(const char *statement, const char *file, FILE *out)
{
	if (file)
		fprintf(out, " %s file %s\n", statement, file);
}

void print_trustpoint(const struct trustpoint *trustpoint, FILE *out, bool with_secrets)
{
	const struct secret *passphrase = &trustpoint->passphrase;

	fprintf(out, "crypto pki trustpoint %s\n", trustpoint->name);
	print_file("certificate", trustpoint->certificate_file, out);
	print_file("private-key", trustpoint->key_file, out);
	if (passphrase->len && with_secrets)
		fprintf(out, " private-key passphrase 0 %.*s\n", (int)passphrase->len,
			(const char *)passphrase->data);
	else if (passphrase->len)
		fprintf(out, " private-key passphrase <removed>\n");
	print_file("ca", trustpoint->ca_file, out);
	print_file("crl", trustpoint->crl_file, out);
	if (trustpoint->has_revocation)
		fprintf(out, " revocation-check %s\n",
			trustpoint->revocation == REVOCATION_NONE ? "none" :
			trustpoint->revocation == REVOCATION_CRL  ? "crl" :
								    "crl none");
}

/* One whose first word the grammar would take for something else stands behind "0". */
static void print_password(const struct secret *password, FILE *out, bool with_secrets)
{
	if (with_secrets)
		fprintf(out, " password 0 %.*s\n", (int)password->len,
			(const char *)password->data);
	else
		fprintf(out, " password <removed>\n");
}

void print_user(const struct user *user, FILE *out, bool with_secrets)
{
	fprintf(out, "username %s", user->name);
	print_password(&user->password, out, with_secrets);
}

static const char *eap_keyword(uint8_t type)
{
	return type == EAP_TYPE_MD5 ? "md5" : type == EAP_TYPE_TLS ? "tls" : "ms-chapv2";
}

static void print_eap(const struct ikev2_profile *profile, FILE *out, bool with_secrets)
{
	if (profile->local_auth == AUTH_KIND_EAP) {
		fprintf(out, " authentication local eap");
		if (profile->eap_user)
			fprintf(out, " username %s", profile->eap_user);
		if (profile->eap_password.len)
			print_password(&profile->eap_password, out, with_secrets);
		else
			fprintf(out, "\n");
	}
	if (profile->eap_method_count)
		fprintf(out, " eap method");
	for (size_t i = 0; i < profile->eap_method_count; i++)
		fprintf(out, " %s%s", eap_keyword(profile->eap_methods[i]),
			i + 1 == profile->eap_method_count ? "\n" : "");
	if (profile->eap_server)
		fprintf(out, " eap server %s\n", profile->eap_server);
}

void print_ikev2_profile(const struct ikev2_profile *profile, FILE *out, bool with_secrets)
{
	static const char *const groups[GROUP_COUNT] = {
		[GROUP_PSK] = "psk",
		[GROUP_EAP] = "eap",
		[GROUP_CERT] = "cert",
	};
	char text[ADDRESS_TEXT];
	const struct identity_match *match;

	fprintf(out, "crypto ikev2 profile %s\n", profile->name);
	if (profile->legacy)
		fprintf(out, " legacy\n");
	if (profile->match_fvrf)
		fprintf(out, " match fvrf %s\n", profile->match_fvrf);
	TAILQ_FOREACH(match, &profile->matches, link)
		print_match(match, out);
	print_identity(" identity local", &profile->local_identity, out);
	if (profile->remote_auth == AUTH_KIND_EAP)
		fprintf(out, " authentication remote eap%s\n",
			profile->eap_query_identity ? " query-identity" : "");
	else if (profile->remote_auth != AUTH_KIND_NONE)
		fprintf(out, " authentication remote %s\n", auth_kind_name(profile->remote_auth));
	if (profile->local_auth != AUTH_KIND_NONE && profile->local_auth != AUTH_KIND_EAP)
		fprintf(out, " authentication local %s\n", auth_kind_name(profile->local_auth));
	print_eap(profile, out, with_secrets);
	if (profile->keyring)
		fprintf(out, " keyring local %s\n", profile->keyring->name);
	for (size_t i = 0; i < GROUP_COUNT; i++)
		if (profile->authorization[i])
			fprintf(out, " aaa authorization group %s list local %s\n", groups[i],
				profile->authorization[i]->name);
	if (profile->config_request)
		fprintf(out, " config-exchange request\n");
	for (size_t i = 0; i < profile->trustpoint_count; i++) {
		const struct trustpoint_use *use = &profile->trustpoints[i];

		fprintf(out, " pki trustpoint %s%s\n", use->trustpoint->name,
			use->sign && use->verify ? "" :
			use->sign		 ? " sign" :
						   " verify");
	}
	if (profile->lifetime != IKE_LIFETIME_DEFAULT)
		fprintf(out, " lifetime %u\n", profile->lifetime);
	if (profile->dpd_interval)
		fprintf(out, " dpd %u %u %s\n", profile->dpd_interval, profile->dpd_retry,
			profile->dpd_periodic ? "periodic" : "on-demand");
	if (profile->nat_force_encap)
		fprintf(out, " nat force-encap\n");
	if (profile->redirect_gateway.family != AF_UNSPEC)
		fprintf(out, " redirect gateway auth %s\n",
			address_format(&profile->redirect_gateway, text));
	if (profile->mobike)
		fprintf(out, " mobike\n");
	if (profile->keep_trying)
		fprintf(out, " keep-trying\n");
	if (profile->retransmit_count)
		fprintf(out, " retransmit %u %u\n", profile->retransmit_count,
			profile->retransmit_interval);
	if (profile->strict)
		fprintf(out, " negotiate strictly\n");
	if (profile->unlimited_proposals)
		fprintf(out, " no proposal-limitation\n");
	if (profile->child_separately)
		fprintf(out, " child-sa creation separate\n");
	if (profile->dangling)
		fprintf(out, " dangling-sa allow\n");
	if (profile->session_resumption)
		fprintf(out, " session-resumption\n");
	if (profile->reauth)
		fprintf(out, " reauthentication %u\n", profile->reauth);
	if (profile->ios)
		fprintf(out, " compatibility ios\n");
}

static void print_esp_keywords(const struct proposal *proposal, FILE *out)
{
	const struct esp_keyword *keyword;
	size_t i;

	for (i = 0; i < proposal->count; i++) {
		const struct transform *transform = &proposal->transforms[i];

		keyword = esp_keyword_of(proposal->protocol, transform);
		fprintf(out, " %s", keyword->keyword);
		if (keyword->takes_bits && transform->key_bits != keyword->transform.key_bits)
			fprintf(out, " %u", transform->key_bits);
	}
}

void print_transform_set(const struct transform_set *set, FILE *out)
{
	fprintf(out, "crypto ipsec transform-set %s", set->name);
	print_esp_keywords(&set->ah, out);
	print_esp_keywords(&set->esp, out);
	fputc('\n', out);
	if (set->transport)
		fprintf(out, " mode transport\n");
}

static void print_key_owner(const struct keyring_peer *peer, FILE *out)
{
	if (peer->hostname) {
		fprintf(out, "hostname %s", peer->hostname);
	} else {
		fprintf(out, "address ");
		print_peers(&peer->prefix, out);
	}
}

/* Words that the grammar would take for something else stand behind "0". */
void print_isakmp_key(const struct keyring_peer *peer, FILE *out, bool with_secrets)
{
	if (with_secrets)
		fprintf(out, "crypto isakmp key 0 %.*s ", (int)peer->local_key.len,
			(const char *)peer->local_key.data);
	else
		fprintf(out, "crypto isakmp key <removed> ");
	print_key_owner(peer, out);
	fputc('\n', out);
}

void print_isakmp_keyring(const struct keyring *keyring, FILE *out, bool with_secrets)
{
	const struct keyring_peer *peer;

	fprintf(out, "crypto keyring %s\n", keyring->name);
	TAILQ_FOREACH(peer, &keyring->peers, link) {
		fprintf(out, " pre-shared-key ");
		print_key_owner(peer, out);
		if (with_secrets)
			fprintf(out, " key 0 %.*s\n", (int)peer->local_key.len,
				(const char *)peer->local_key.data);
		else
			fprintf(out, " key <removed>\n");
	}
}

void print_isakmp_policy(const struct isakmp_policy *policy, FILE *out)
{
	static const char *const hashes[] = {
		[PRF_HMAC_MD5] = "md5",		[PRF_HMAC_SHA1] = "sha",
		[PRF_HMAC_SHA2_256] = "sha256", [PRF_HMAC_SHA2_384] = "sha384",
		[PRF_HMAC_SHA2_512] = "sha512",
	};

	fprintf(out, "crypto isakmp policy %u\n", policy->priority);
	if (policy->encr == ENCR_AES_CBC)
		fprintf(out, " encryption aes %u\n", policy->key_bits);
	else
		fprintf(out, " encryption %s\n", policy->encr == ENCR_DES ? "des" : "3des");
	fprintf(out, " hash %s\n", hashes[policy->prf]);
	fprintf(out, " authentication %s\n group %u\n",
		policy->auth == ISAKMP_AUTH_PRE_SHARED	     ? "pre-share" :
		policy->auth == ISAKMP_AUTH_RSA_ENCR	     ? "rsa-encr" :
		policy->auth == ISAKMP_AUTH_HYBRID_INIT_RSA  ? "hybrid" :
		policy->auth == ISAKMP_AUTH_RSA_ENCR_REVISED ? "rsa-encr revised" :
							       "rsa-sig",
		policy->group);
	if (policy->lifetime != IKE_LIFETIME_DEFAULT)
		fprintf(out, " lifetime %u\n", policy->lifetime);
}

void print_rsa_peer(const struct rsa_peer *peer, FILE *out)
{
	char address[ADDRESS_TEXT];

	fprintf(out, "crypto key pubkey-chain rsa\n %s %s%s\n",
		peer->named ? "named-key" : "addressed-key", peer->name,
		peer->usage == RSA_ENCRYPTION ? " encryption" :
		peer->usage == RSA_SIGNATURE  ? " signature" :
						"");
	if (peer->named && peer->address.family != AF_UNSPEC)
		fprintf(out, "  address %s\n", address_format(&peer->address, address));
	fprintf(out, "  key-string");
	for (size_t i = 0; i < peer->public_key.len; i++)
		fprintf(out, "%s%02X", i % 28 ? (i % 4 ? "" : " ") : "\n   ",
			peer->public_key.data[i]);
	fprintf(out, "\n  quit\n");
}

static void print_isakmp_match(const struct identity_match *match, FILE *out)
{
	static const char *const words[] = {
		[MATCH_FQDN] = "host",
		[MATCH_FQDN_DOMAIN] = "host domain",
		[MATCH_EMAIL] = "user",
		[MATCH_KEY_ID] = "group",
	};

	fprintf(out, " match identity ");
	if (match->kind == MATCH_ADDRESS) {
		fprintf(out, "address ");
		print_peers(&match->prefix, out);
	} else {
		fprintf(out, "%s %s", words[match->kind], match->text);
	}
	fputc('\n', out);
}

void print_isakmp_profile(const struct isakmp_profile *profile, FILE *out)
{
	const struct identity *identity = &profile->self_identity;
	const struct identity_match *match;

	fprintf(out, "crypto isakmp profile %s\n", profile->name);
	TAILQ_FOREACH(match, &profile->matches, link)
		print_isakmp_match(match, out);
	if (identity->type != ID_NONE)
		fprintf(out, " self-identity %s %.*s\n",
			identity->type == ID_FQDN ? "fqdn" : "user-fqdn", identity->len,
			(const char *)identity->data);
	for (size_t i = 0; i < profile->trustpoint_count; i++)
		fprintf(out, " ca trust-point %s\n", profile->trustpoints[i].trustpoint->name);
	if (profile->aggressive)
		fprintf(out, " initiate mode aggressive\n");
	if (profile->keyring)
		fprintf(out, " keyring %s\n", profile->keyring->name);
	if (profile->user_list)
		fprintf(out, " client authentication list %s\n", profile->user_list);
	if (profile->authorization_list)
		fprintf(out, " isakmp authorization list %s\n", profile->authorization_list);
	if (profile->address_respond)
		fprintf(out, " client configuration address respond\n");
	if (profile->address_initiate)
		fprintf(out, " client configuration address initiate\n");
	if (profile->group)
		fprintf(out, " client configuration group %s\n", profile->group->name);
	if (profile->legacy)
		fprintf(out, " legacy\n");
}

static void print_opener(const struct ipsec_profile *profile, FILE *out)
{
	const struct crypto_map_entry *entry = profile->map_entry;
	char text[ADDRESS_TEXT];

	if (!entry) {
		fprintf(out, "crypto ipsec profile %s\n", profile->name);
		return;
	}
	fprintf(out, "crypto map %s ipsec-isakmp\n set peer %s\n match address %s\n", profile->name,
		entry->peer_name ? entry->peer_name : address_format(&entry->peer, text),
		entry->list->name);
}

void print_ipsec_profile(const struct ipsec_profile *profile, FILE *out)
{
	size_t i;

	print_opener(profile, out);
	if (profile->set_count)
		fprintf(out, " set transform-set");
	for (i = 0; i < profile->set_count; i++)
		fprintf(out, " %s%s", profile->sets[i]->name,
			i + 1 == profile->set_count ? "\n" : "");
	if (profile->ikev2_profile)
		fprintf(out, " set ikev2-profile %s\n", profile->ikev2_profile->name);
	if (profile->isakmp_profile)
		fprintf(out, " set isakmp-profile %s\n", profile->isakmp_profile->name);
	if (profile->pfs_group)
		fprintf(out, " set pfs group%u\n", profile->pfs_group);
	for (uint8_t type = TRANSFORM_ADDKE1; type <= TRANSFORM_TYPE_MAX; type++)
		print_transforms(&profile->additional, type, "set ", out);
	if (profile->lifetime_seconds)
		fprintf(out, " set security-association lifetime seconds %u\n",
			profile->lifetime_seconds);
	if (profile->lifetime_kilobytes)
		fprintf(out, " set security-association lifetime kilobytes %u\n",
			profile->lifetime_kilobytes);
	if (profile->lifetime_kilobytes_disabled)
		fprintf(out, " set security-association lifetime kilobytes disable\n");
	if (profile->replay_window)
		fprintf(out, " set security-association replay window-size %u\n",
			profile->replay_window);
	if (profile->esn)
		fprintf(out, " set security-association esn\n");
	if (profile->responder_only)
		fprintf(out, " responder-only\n");
}

void print_access_list(const struct access_list *list, FILE *out)
{
	const struct access_entry *entry;

	if (list->named)
		fprintf(out, "ip access-list extended %s\n", list->name);
	TAILQ_FOREACH(entry, &list->entries, link) {
		if (list->named)
			fprintf(out, " %u ", entry->number);
		else
			fprintf(out, "access-list %s ", list->name);
		access_entry_print(entry, out);
		fputc('\n', out);
	}
}

void print_host(const struct host_config *host, FILE *out)
{
	char text[ADDRESS_TEXT];

	fprintf(out, "ip host %s %s\n", host->name, address_format(&host->address, text));
}

void print_interface(const struct interface_config *interface, FILE *out)
{
	fprintf(out, "interface %s\n", interface->name);
	for (enum family family = 0; family < FAMILY_COUNT; family++) {
		const char *ip = family == FAMILY_IPV6 ? "ipv6" : "ip";

		if (interface->addresses[family].address.family != AF_UNSPEC) {
			fprintf(out, " %s address ", ip);
			print_prefix(&interface->addresses[family], out);
			fputc('\n', out);
		}
		if (interface->negotiated[family])
			fprintf(out, " %s address negotiated\n", ip);
	}
	if (interface->mtu)
		fprintf(out, " ip mtu %u\n", interface->mtu);
	if (interface->tunnel_source)
		fprintf(out, " tunnel source %s\n", interface->tunnel_source);
	if (interface->tunnel_mode != TUNNEL_MODE_NONE)
		fprintf(out, " tunnel mode ipsec %s\n", tunnel_mode_name(interface->tunnel_mode));
	if (interface->tunnel_destination)
		fprintf(out, " tunnel destination %s\n", interface->tunnel_destination);
	if (interface->ezvpn_name)
		fprintf(out, " crypto ipsec client ezvpn %s\n", interface->ezvpn_name);
	else if (interface->ipsec_profile_name)
		fprintf(out, " tunnel protection ipsec profile %s\n",
			interface->ipsec_profile_name);
	if (interface->crypto_map_name)
		fprintf(out, " crypto map %s\n", interface->crypto_map_name);
	if (interface->shutdown)
		fprintf(out, " shutdown\n");
}

void print_route(const struct route_config *route, FILE *out)
{
	char text[ADDRESS_TEXT];

	fprintf(out, "%s route ", route->destination.address.family == AF_INET6 ? "ipv6" : "ip");
	print_prefix(&route->destination, out);
	fprintf(out, " %s",
		route->interface ? route->interface : address_format(&route->gateway, text));
	if (route->distance != 1)
		fprintf(out, " %u", route->distance);
	fputc('\n', out);
}

void config_print(const struct policy *policy, FILE *out, bool with_secrets)
{
	const struct authorization_policy *authorization;
	const struct isakmp_profile *isakmp_profile;
	const struct isakmp_policy *isakmp_policy;
	const struct interface_config *interface;
	const struct keyring_peer *isakmp_key;
	const struct client_group *group;
	const struct rsa_peer *rsa_peer;
	const struct ipsec_profile *ipsec_profile;
	const struct address_pool *pool;
	const struct user *user;
	const struct ikev2_policy *ikev2_policy;
	const struct ike_proposal *proposal;
	const struct ikev2_profile *profile;
	const struct trustpoint *trustpoint;
	const struct transform_set *set;
	const struct keyring *keyring;
	const struct access_list *list;
	const struct host_config *host;
	const struct route_config *route;

	print_globals(policy, out);
	TAILQ_FOREACH(host, &policy->hosts, link)
		print_host(host, out);
	fprintf(out, "!\n");
#define PRINT_ALL(each, head, ...) \
	TAILQ_FOREACH(each, head, link) { \
		__VA_ARGS__; \
		fprintf(out, "!\n"); \
	}
	PRINT_ALL(proposal, &policy->ike_proposals, print_ike_proposal(proposal, out));
	PRINT_ALL(ikev2_policy, &policy->ikev2_policies, print_ikev2_policy(ikev2_policy, out));
	PRINT_ALL(keyring, &policy->keyrings, print_keyring(keyring, out, with_secrets));
	PRINT_ALL(user, &policy->users, print_user(user, out, with_secrets));
	PRINT_ALL(pool, &policy->pools, print_pool(pool, out));
	PRINT_ALL(authorization, &policy->authorizations, print_authorization(authorization, out));
	PRINT_ALL(group, &policy->client_groups, print_client_group(group, out, with_secrets));
	PRINT_ALL(trustpoint, &policy->trustpoints,
		  print_trustpoint(trustpoint, out, with_secrets));
	PRINT_ALL(profile, &policy->ikev2_profiles,
		  print_ikev2_profile(profile, out, with_secrets));
	PRINT_ALL(isakmp_policy, &policy->isakmp_policies, print_isakmp_policy(isakmp_policy, out));
	PRINT_ALL(isakmp_key, &policy->isakmp_keys.peers,
		  print_isakmp_key(isakmp_key, out, with_secrets));
	PRINT_ALL(keyring, &policy->isakmp_keyrings,
		  print_isakmp_keyring(keyring, out, with_secrets));
	PRINT_ALL(rsa_peer, &policy->rsa_peers, print_rsa_peer(rsa_peer, out));
	PRINT_ALL(isakmp_profile, &policy->isakmp_profiles,
		  print_isakmp_profile(isakmp_profile, out));
	PRINT_ALL(set, &policy->transform_sets, print_transform_set(set, out));
	PRINT_ALL(ipsec_profile, &policy->ipsec_profiles,
		  ipsec_profile->ezvpn ? print_ezvpn(ipsec_profile, out, with_secrets) :
					 print_ipsec_profile(ipsec_profile, out));
	PRINT_ALL(list, &policy->access_lists, print_access_list(list, out));
	PRINT_ALL(interface, &policy->interfaces, print_interface(interface, out));
#undef PRINT_ALL
	TAILQ_FOREACH(route, &policy->routes, link)
		print_route(route, out);
}

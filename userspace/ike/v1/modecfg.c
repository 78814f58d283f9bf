// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mode config (draft-dukes-ike-mode-cfg; rows F05, F06): a client asks for an address and what
 * belongs to it, or a server gives it without being asked. Attributes of Unity clients are among
 * them. What is given is the client_config of the IKE SA, as with IKEv2.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ike/crypto_map.h"
#include "ike/easy_vpn.h"
#include "ike/v1/auth.h"
#include "ike/v1/transaction.h"

static const char version[] = "seki " SEKI_VERSION;

/* --- server: what there is to give --- */

static const struct client_group *group_of(const struct ikev1_sa *sa)
{
	const struct isakmp_profile *profile = sa->base.isakmp;

	if (!profile)
		return NULL;
	if (profile->group)
		return profile->group;
	return sa->base.remote_id.type == ID_KEY_ID ?
		       policy_find_client_group(sa->base.ike->policy,
						identity_bytes(&sa->base.remote_id)) :
		       NULL;
}

/* What the group gives, once an SA; the client learns of it what it asks for. */
static void fill(struct client_config *config, const struct client_group *group)
{
	config->server = true;
	config->dns_count = config->nbns_count = 0;
	for (size_t i = 0; i < NAME_SERVERS_MAX; i++) {
		if (group->given.dns[i].family != AF_UNSPEC)
			config->dns[config->dns_count++] = group->given.dns[i];
		if (group->given.wins[i].family != AF_UNSPEC)
			config->nbns[config->nbns_count++] = group->given.wins[i];
	}
	config->subnet_count = client_group_networks(group, config->subnets, CLIENT_SUBNETS_MAX);
}

/* Other SAs of the same group that have an address; of the same user alone, or of any */
static uint32_t count_others(const struct ikev1_sa *sa, const struct client_group *group,
			     bool of_user)
{
	const struct ike_sa *other;
	uint32_t count = 0;

	TAILQ_FOREACH(other, &sa->base.ike->sas, link)
		if (other != &sa->base && other->version == &ikev1 && other->established &&
		    !other->closing && other->client && other->client->leases[FAMILY_IPV4] &&
		    group_of((const struct ikev1_sa *)other) == group &&
		    (!of_user ||
		     identity_equal(client_identity(other), client_identity(&sa->base))))
			count++;
	return count;
}

static struct result check_limits(const struct ikev1_sa *sa, const struct client_group *group)
{
	char user[IDENTITY_TEXT];

	if (group->max_users && count_others(sa, group, false) >= group->max_users)
		return fail(-ENOSPC, "group %.100s has %u users already (\"max-users\")",
			    group->name, group->max_users);
	if (group->max_logins && count_others(sa, group, true) >= group->max_logins)
		return fail(-ENOSPC, "user %.100s is here %u times already (\"max-logins\")",
			    identity_format(client_identity(&sa->base), user), group->max_logins);
	return RESULT_OK;
}

static struct result give_address(struct ikev1_sa *sa, const struct client_group *group,
				  const struct address *wish)
{
	const struct address_pool *pool = group->given.pools[FAMILY_IPV4];
	struct client_config *config = sa->base.client;
	struct ike *ike = sa->base.ike;
	char text[ADDRESS_TEXT];
	struct result result;
	struct lease *lease;

	if (config->leases[FAMILY_IPV4])
		return RESULT_OK;
	if (!pool)
		pool = ike->policy->client_pool;
	if (!pool)
		return fail(-ENOENT, "group %.100s has no \"pool\"", group->name);
	result = check_limits(sa, group);
	if (!failed(&result))
		result = lease_take(&ike->leases, pool, client_identity(&sa->base), wish, &lease);
	if (failed(&result))
		return result;
	config->leases[FAMILY_IPV4] = lease;
	if (group->given.netmask.family != AF_INET ||
	    !prefix_from_mask(&lease->address, &group->given.netmask, &config->inner[FAMILY_IPV4]))
		config->inner[FAMILY_IPV4] = prefix_of_host(&lease->address);
	isakmp_line(sa, "allocating address %s", address_format(&lease->address, text));
	return RESULT_OK;
}

/* --- server: how it is said --- */

/** struct offer - attributes to send, and the octets of those that are not views of what stays */
struct offer {
	struct isakmp_config config;
	const struct client_group *group;
	const struct ikev1_sa *sa;
	uint8_t expiry[4];
	struct address netmask;
	struct buffer split;
};

static void add_text(struct offer *offer, uint16_t type, const char *what, const char *text)
{
	if (!text)
		return;
	log_line(LOG_ISAKMP, ": Sending %s: %s", what, text);
	isakmp_config_add(&offer->config, type, bytes_of_string(text));
}

static void add_address(struct offer *offer, uint16_t type, const char *what,
			const struct address *address)
{
	char text[ADDRESS_TEXT];

	log_line(LOG_ISAKMP, ": Sending %s: %s", what, address_format(address, text));
	isakmp_config_add(&offer->config, type, address_bytes(address));
}

static void add_servers(struct offer *offer, uint16_t type, const char *what,
			const struct address *servers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_address(offer, type, what, &servers[i]);
}

/* The lease lasts as long as the SA, which the client replaces before. */
static void add_expiry(struct offer *offer)
{
	const struct ike_sa *base = &offer->sa->base;
	uint64_t end = base->established_at + SECONDS(offer->sa->lifetime),
		 now = ike_now(base->ike);
	uint32_t left = end > now ? (uint32_t)((end - now) / SECONDS(1)) : 0;

	for (size_t i = 0; i < sizeof(offer->expiry); i++)
		offer->expiry[i] = (uint8_t)(left >> (24 - 8 * i));
	log_line(LOG_ISAKMP, ": Sending ADDRESS_EXPIRY seconds left to use the address: %u", left);
	isakmp_config_add(&offer->config, ISAKMP_CONFIG_ADDRESS_EXPIRY, BYTES(offer->expiry));
}

static void add_split(struct offer *offer)
{
	const struct client_config *config = offer->sa->base.client;
	char network[ADDRESS_TEXT], mask[ADDRESS_TEXT];

	for (size_t i = 0; i < config->subnet_count; i++) {
		struct isakmp_split_network split = { .network = config->subnets[i] };
		struct address netmask = prefix_mask(&split.network);

		log_line(LOG_ISAKMP,
			 ": Sending split include name %s network %s mask %s protocol 0, src port "
			 "0, dst port 0",
			 offer->group->split->name, address_format(&split.network.address, network),
			 address_format(&netmask, mask));
		isakmp_split_put(&offer->split, &split);
	}
	if (offer->split.len)
		isakmp_config_add(&offer->config, ISAKMP_CONFIG_SPLIT_INCLUDE,
				  buffer_bytes(&offer->split));
}

static void say_unknown(const struct offer *offer, uint16_t type)
{
	const char *name = isakmp_config_attribute_name(type);

	/* A banner that is not there is as unknown to a router as any other (row F06). */
	log_line(LOG_ISAKMP, " (0/%u): Unknown Attr: %s (0x%X)", 0x08000000 + offer->sa->base.id,
		 type >= ISAKMP_CONFIG_BANNER || !name ? "UNKNOWN" : name, type);
}

static void add_flag(struct offer *offer, uint16_t type, const char *what, bool value)
{
	log_line(LOG_ISAKMP, ": Sending %s reply value %u", what, value);
	isakmp_config_add_number(&offer->config, type, value);
}

/* Return: false when nothing is known of it, or there is nothing to say */
static bool add_one(struct offer *offer, uint16_t type)
{
	const struct client_config *given = offer->sa->base.client;
	const struct prefix *inner = &given->inner[FAMILY_IPV4];
	const struct client_group *group = offer->group;
	size_t before = offer->config.count;

	switch (type) {
	case ISAKMP_CONFIG_IP4_ADDRESS:
		if (given->leases[FAMILY_IPV4])
			add_address(offer, type, "private address", &inner->address);
		break;
	case ISAKMP_CONFIG_IP4_NETMASK:
		offer->netmask = prefix_mask(inner);
		if (given->leases[FAMILY_IPV4] && inner->length < 32)
			add_address(offer, type, "subnet mask", &offer->netmask);
		break;
	case ISAKMP_CONFIG_IP4_DNS:
		add_servers(offer, type, "IP4_DNS server address", given->dns, given->dns_count);
		break;
	case ISAKMP_CONFIG_IP4_NBNS:
		add_servers(offer, type, "IP4_NBNS server address", given->nbns, given->nbns_count);
		break;
	case ISAKMP_CONFIG_ADDRESS_EXPIRY:
		if (given->leases[FAMILY_IPV4])
			add_expiry(offer);
		break;
	case ISAKMP_CONFIG_APPLICATION_VERSION:
		add_text(offer, type, "APPLICATION_VERSION string", version);
		break;
	case ISAKMP_CONFIG_BANNER:
		add_text(offer, type, "banner", group->banner);
		break;
	case ISAKMP_CONFIG_SAVE_PASSWORD:
		add_flag(offer, type, "save password", group->save_password);
		break;
	case ISAKMP_CONFIG_DEFAULT_DOMAIN:
		add_text(offer, type, "DEFAULT_DOMAIN default domain name", group->domain);
		break;
	case ISAKMP_CONFIG_SPLIT_DNS:
		add_text(offer, type, "SPLIT_DNS domain name", group->split_dns);
		break;
	case ISAKMP_CONFIG_SPLIT_INCLUDE:
		add_split(offer);
		break;
	case ISAKMP_CONFIG_INCLUDE_LOCAL_LAN:
		if (group->include_local_lan)
			add_flag(offer, type, "include local lan", true);
		break;
	case ISAKMP_CONFIG_PFS:
		if (group->pfs)
			add_flag(offer, type, "PFS", true);
		break;
	case ISAKMP_CONFIG_BACKUP_SERVER:
		add_text(offer, type, "backup gateways", group->gateways);
		break;
	default:
		return false;
	}
	return offer->config.count > before;
}

/* --- server: asked --- */

static struct address wished(const struct isakmp_config *config)
{
	const struct isakmp_config_attribute *attribute =
		isakmp_config_find(config, ISAKMP_CONFIG_IP4_ADDRESS);
	struct address address = { .family = AF_UNSPEC };

	if (attribute && attribute->octets.len == 4)
		address_from_bytes(attribute->octets, &address);
	return address;
}

static void say_request(const struct ikev1_sa *sa, const struct isakmp_config *config)
{
	isakmp_line(sa, "checking request:");
	for (size_t i = 0; i < config->count; i++) {
		const char *name = isakmp_config_attribute_name(config->attributes[i].type);

		if (name)
			log_line(LOG_ISAKMP, ":    %s", name);
		else
			log_line(LOG_ISAKMP, ":    UNKNOWN Unknown Attr: 0x%X",
				 config->attributes[i].type);
	}
}

enum ikev1_event modecfg_take_request(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	const struct client_group *group = group_of(sa);
	struct isakmp_config config;
	char id[IDENTITY_TEXT];

	if (!transaction_take(task, &config))
		return IKEV1_NONE;
	say_request(sa, &config);
	identity_format(&sa->base.remote_id, id);
	if (ikev1_is_client(sa))
		return ikev1_fail(task,
				  fail(-EACCES, "the peer asks us, its client, for a "
						"configuration"),
				  0, IKE_STAT_REJECTED);
	if (!group)
		return ikev1_fail(task,
				  fail(-ENOENT,
				       "Author request for group %.100s failed: there is no "
				       "\"crypto isakmp client configuration group\" for it",
				       id),
				  ISAKMP_NOTIFY_ATTRIBUTES_NOT_SUPPORTED, IKE_STAT_REJECTED);
	if (!sa->base.isakmp->address_respond)
		return ikev1_fail(task,
				  fail(-EACCES,
				       "the peer asks for a configuration, and profile %.100s has "
				       "no \"client configuration address respond\"",
				       sa->base.isakmp->name),
				  ISAKMP_NOTIFY_ATTRIBUTES_NOT_SUPPORTED, IKE_STAT_REJECTED);
	log_line(LOG_ISAKMP, "/author: Author request for group %s successfully sent to AAA",
		 group->name);
	return IKEV1_NEXT;
}

/* Without an address all the rest is answered: the client says what that means to it. */
enum ikev1_event modecfg_send_reply(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct offer offer = { .group = group_of(sa), .sa = sa };
	struct isakmp_config request;
	struct result result = RESULT_OK;
	enum ikev1_event event;
	struct address wish;

	if (!transaction_parse(task->message, &request, &result) || !offer.group)
		return ikev1_fail(task, fail(-ENOENT, "the group is gone"), 0, IKE_STAT_REJECTED);
	offer.config.type = ISAKMP_CONFIG_REPLY;
	fill(client_config_of(&sa->base), offer.group);
	wish = wished(&request);
	if (isakmp_config_find(&request, ISAKMP_CONFIG_IP4_ADDRESS))
		result = give_address(sa, offer.group, &wish);
	if (failed(&result))
		log_line(LOG_ERROR, "IKE SA %u: no address for the client: %s", sa->base.id,
			 result.why);
	for (size_t i = 0; i < request.count; i++) {
		uint16_t type = request.attributes[i].type;

		if (isakmp_config_find(&request, type) == &request.attributes[i] &&
		    !add_one(&offer, type))
			say_unknown(&offer, type);
	}
	event = transaction_send(task, &offer.config, SEND_LAST);
	buffer_free(&offer.split);
	if (event == IKEV1_NEXT)
		transaction_done(task, "No Error");
	return event;
}

/* --- server: by itself --- */

void modecfg_push(struct ikev1_sa *sa)
{
	ikev1_run(transaction_new(sa), IKEV1_START_SET);
}

enum ikev1_event modecfg_send_set(struct ikev1_task *task)
{
	static const uint16_t all[] = {
		ISAKMP_CONFIG_IP4_ADDRESS,    ISAKMP_CONFIG_IP4_NETMASK,
		ISAKMP_CONFIG_IP4_DNS,	      ISAKMP_CONFIG_IP4_NBNS,
		ISAKMP_CONFIG_ADDRESS_EXPIRY, ISAKMP_CONFIG_DEFAULT_DOMAIN,
		ISAKMP_CONFIG_SPLIT_INCLUDE,  ISAKMP_CONFIG_SPLIT_DNS,
	};
	struct ikev1_sa *sa = task->sa;
	struct offer offer = { .group = group_of(sa), .sa = sa };
	const struct address wish = { .family = AF_UNSPEC };
	struct result result;
	enum ikev1_event event;

	if (!offer.group)
		return ikev1_fail(task, fail(-ENOENT, "there is no group for the client"), 0,
				  IKE_STAT_REJECTED);
	fill(client_config_of(&sa->base), offer.group);
	result = give_address(sa, offer.group, &wish);
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_REJECTED);
	offer.config.type = ISAKMP_CONFIG_SET;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		add_one(&offer, all[i]);
	event = transaction_send(task, &offer.config, SEND_REPEATS);
	buffer_free(&offer.split);
	return event;
}

enum ikev1_event modecfg_take_ack(struct ikev1_task *task)
{
	struct isakmp_config config;

	if (!transaction_take(task, &config))
		return IKEV1_NONE;
	transaction_done(task, "Transaction mode done");
	return IKEV1_NEXT;
}

/* --- client --- */

void modecfg_start(struct ikev1_sa *sa, struct tunnel *tunnel)
{
	struct ikev1_task *task;

	if (sa->base.closing)
		return;
	isakmp_line(sa, "Need config/address");
	task = transaction_new(sa);
	task->owner = tunnel_owner(tunnel);
	ikev1_run(task, IKEV1_START_CONFIG);
}

enum ikev1_event modecfg_send_request(struct ikev1_task *task)
{
	static const uint16_t wanted[] = {
		ISAKMP_CONFIG_IP4_NETMASK,
		ISAKMP_CONFIG_IP4_DNS,
		ISAKMP_CONFIG_IP4_NBNS,
		ISAKMP_CONFIG_ADDRESS_EXPIRY,
		ISAKMP_CONFIG_BANNER,
		ISAKMP_CONFIG_SAVE_PASSWORD,
		ISAKMP_CONFIG_DEFAULT_DOMAIN,
		ISAKMP_CONFIG_SPLIT_INCLUDE,
		ISAKMP_CONFIG_SPLIT_DNS,
		ISAKMP_CONFIG_INCLUDE_LOCAL_LAN,
		ISAKMP_CONFIG_PFS,
		ISAKMP_CONFIG_BACKUP_SERVER,
	};
	struct tunnel *tunnel = ikev1_task_tunnel(task);
	struct isakmp_config config = { .type = ISAKMP_CONFIG_REQUEST };
	const struct address *before;

	if (!tunnel)
		return ikev1_fail(task, fail(-ENODEV, "the tunnel is gone"), 0, IKE_STAT_FAILED);
	/* With the address from before, if there was one. */
	before = &tunnel->inner[FAMILY_IPV4].address;
	isakmp_config_add(&config, ISAKMP_CONFIG_IP4_ADDRESS,
			  before->family == AF_INET ? address_bytes(before) : bytes_of(NULL, 0));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		isakmp_config_add(&config, wanted[i], bytes_of(NULL, 0));
	isakmp_config_add(&config, ISAKMP_CONFIG_APPLICATION_VERSION, bytes_of_string(version));
	return transaction_send(task, &config, SEND_REPEATS);
}

static bool take_address(const struct isakmp_config_attribute *attribute, struct address *address)
{
	return attribute->octets.len == 4 && address_from_bytes(attribute->octets, address);
}

static void take_server(const struct isakmp_config_attribute *attribute, struct address *servers,
			size_t *count)
{
	if (*count < CLIENT_SERVERS_MAX && take_address(attribute, &servers[*count]))
		++*count;
}

static void take_split(const struct isakmp_config_attribute *attribute,
		       struct client_config *config)
{
	struct reader reader = reader_of(attribute->octets);
	struct isakmp_split_network split;

	while (config->subnet_count < CLIENT_SUBNETS_MAX && isakmp_split_take(&reader, &split))
		config->subnets[config->subnet_count++] = split.network;
}

/* Texts of the server are for people: whatever cannot be printed is not. */
static void say_text(const struct ikev1_sa *sa, const char *what,
		     const struct isakmp_config_attribute *attribute)
{
	char text[200];
	size_t len =
		attribute->octets.len < sizeof(text) - 1 ? attribute->octets.len : sizeof(text) - 1;

	for (size_t i = 0; i < len; i++) {
		uint8_t octet = attribute->octets.data[i];

		text[i] = octet >= 0x20 && octet < 0x7f ? (char)octet : '?';
	}
	text[len] = '\0';
	log_line(LOG_NOTICE, "IKE SA %u: %s of the server: %s", sa->base.id, what, text);
}

static struct prefix take_attributes(const struct ikev1_sa *sa, const struct isakmp_config *parsed,
				     struct client_config *config)
{
	struct address address = { .family = AF_UNSPEC }, netmask = address;
	struct prefix inner = {};

	config->dns_count = config->nbns_count = config->subnet_count = 0;
	for (size_t i = 0; i < parsed->count; i++) {
		const struct isakmp_config_attribute *attribute = &parsed->attributes[i];

		switch (attribute->type) {
		case ISAKMP_CONFIG_IP4_ADDRESS:
			if (address.family == AF_UNSPEC)
				take_address(attribute, &address);
			break;
		case ISAKMP_CONFIG_IP4_NETMASK:
			take_address(attribute, &netmask);
			break;
		case ISAKMP_CONFIG_IP4_DNS:
			take_server(attribute, config->dns, &config->dns_count);
			break;
		case ISAKMP_CONFIG_IP4_NBNS:
			take_server(attribute, config->nbns, &config->nbns_count);
			break;
		case ISAKMP_CONFIG_SPLIT_INCLUDE:
			take_split(attribute, config);
			break;
		case ISAKMP_CONFIG_BANNER:
			say_text(sa, "banner", attribute);
			break;
		case ISAKMP_CONFIG_DEFAULT_DOMAIN:
			say_text(sa, "domain", attribute);
			break;
		}
	}
	if (address.family != AF_UNSPEC && !prefix_from_mask(&address, &netmask, &inner))
		inner = prefix_of_host(&address);
	return inner;
}

/* What no interface can have: none, loopback, multicast and beyond. */
static bool is_host_address(const struct address *address)
{
	uint8_t first = address->octets[0];

	return address->family == AF_INET && first && first != 127 && first < 224;
}

static struct result configure(struct ikev1_sa *sa, struct tunnel *tunnel,
			       const struct isakmp_config *parsed)
{
	struct client_config *config = client_config_of(&sa->base);
	struct prefix inner = take_attributes(sa, parsed, config);
	struct result result = RESULT_OK;
	char text[ADDRESS_TEXT];

	if (inner.address.family == AF_UNSPEC)
		return fail(-ENODATA, "the server gives no address");
	if (!is_host_address(&inner.address))
		return fail(-EPROTO, "the server gave the address %s, which no host can have",
			    address_format(&inner.address, text));
	config->inner[FAMILY_IPV4] = inner;
	result = client_configure(config, tunnel);
	if (failed(&result))
		config->inner[FAMILY_IPV4] = (struct prefix){};
	return result;
}

enum ikev1_event modecfg_take_reply(struct ikev1_task *task)
{
	struct tunnel *tunnel = ikev1_task_tunnel(task);
	struct isakmp_config config;
	struct result result;

	if (!transaction_take(task, &config))
		return IKEV1_NONE;
	result =
		tunnel ? configure(task->sa, tunnel, &config) : fail(-ENODEV, "the tunnel is gone");
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_REJECTED);
	transaction_done(task, "Transaction mode done");
	return IKEV1_NEXT;
}

/* The tunnel goes on to quick mode. */
enum ikev1_event modecfg_complete(struct ikev1_task *task)
{
	struct tunnel *tunnel = ikev1_task_tunnel(task);

	task->owner = (struct kernel_owner){};
	if (!tunnel)
		return IKEV1_NEXT;
	tunnel->negotiating = false;
	tunnel_want(tunnel);
	return IKEV1_NEXT;
}

/* Whose tunnel may be given an address that it has not asked for */
static struct tunnel *client_tunnel(struct ikev1_sa *sa)
{
	struct result result = RESULT_OK;
	struct tunnel *tunnel = tunnel_for_peer(&sa->base, &sa->base.home_local,
						&sa->base.home_remote, NULL, NULL, &result);

	return tunnel && client_is_given(tunnel, FAMILY_IPV4) ? tunnel : NULL;
}

/* What we were just asking for has come by itself. */
static void stop_asking(struct ikev1_sa *sa)
{
	struct ikev1_task *task, *next;

	for (task = TAILQ_FIRST(&sa->tasks); task; task = next) {
		next = TAILQ_NEXT(task, link);
		if (task->state == IKE_CONFIG_MODE_REQ_SENT)
			ikev1_task_free(task);
	}
}

/* Of what is accepted the types go back (draft-dukes-ike-mode-cfg section 3.1.2). */
enum ikev1_event modecfg_take_set(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct tunnel *tunnel = client_tunnel(sa);
	struct isakmp_config config, ack = { .type = ISAKMP_CONFIG_ACK };
	struct result result = RESULT_OK;
	enum ikev1_event event;

	if (!transaction_take(task, &config))
		return IKEV1_NONE;
	if (tunnel && !(sa->base.client && sa->base.client->server))
		result = configure(sa, tunnel, &config);
	for (size_t i = 0; tunnel && !failed(&result) && i < config.count; i++)
		isakmp_config_add(&ack, config.attributes[i].type, bytes_of(NULL, 0));
	event = transaction_send(task, &ack, SEND_LAST);
	if (event == IKEV1_NEXT)
		transaction_done(task, "Transaction mode done");
	if (failed(&result))
		log_line(LOG_ERROR, "%s: %s", tunnel->device.name, result.why);
	if (!tunnel || failed(&result) || event != IKEV1_NEXT)
		return event;
	stop_asking(sa);
	tunnel->negotiating = false;
	tunnel_want(tunnel);
	return event;
}

/* --- selectors --- */

void modecfg_client_selectors(const struct ikev1_sa *sa, bool server,
			      struct traffic_selectors *selectors)
{
	const struct client_config *config = sa->base.client;
	const struct address *address;

	if (!config || config->server != server || !client_has_address(config))
		return;
	address = &config->inner[FAMILY_IPV4].address;
	selectors->count = 0;
	selectors_add(selectors, address, address);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration payload (RFC 7296 sections 2.19 and 3.15; rows B14, B17,
 * B18): who asks for an address gets one out of a pool, with the networks and
 * servers that belong to it. It goes with whichever request makes a child.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ike/v2/actions.h"

static const char version[] = "seki " SEKI_VERSION;

/* --- client --- */

static const uint16_t address_types[FAMILY_COUNT] = {
	[FAMILY_IPV4] = CONFIG_INTERNAL_IP4_ADDRESS,
	[FAMILY_IPV6] = CONFIG_INTERNAL_IP6_ADDRESS,
};

#define IP6_PREFIX_SIZE 17 /* an address and the length of its network's prefix */

static bool asks_for_address(const struct task *task, enum family family)
{
	struct tunnel *tunnel = task_tunnel(task);

	return tunnel && client_wants_address(&task->sa->base, tunnel, family);
}

static bool asks_for_any_address(const struct task *task)
{
	return asks_for_address(task, FAMILY_IPV4) || asks_for_address(task, FAMILY_IPV6);
}

static void encode_prefix6(const struct prefix *prefix, uint8_t octets[IP6_PREFIX_SIZE])
{
	memcpy(octets, prefix->address.octets, 16);
	octets[16] = prefix->length;
}

/** struct wish - attributes of a request; @address6: the octets of one of them */
struct wish {
	struct config_attribute attributes[10 + IOS_CONFIG_ATTRIBUTES];
	size_t count;
	uint8_t address6[IP6_PREFIX_SIZE];
};

static void wish_for(struct wish *wish, uint16_t type, struct bytes value)
{
	wish->attributes[wish->count++] = (struct config_attribute){ type, value };
}

/* With the address from before, if there was one. */
static void wish_for_address(struct wish *wish, const struct prefix *before, enum family family)
{
	struct bytes value = { 0 };

	if (before->address.family == AF_INET)
		value = address_bytes(&before->address);
	if (before->address.family == AF_INET6) {
		encode_prefix6(before, wish->address6);
		value = BYTES(wish->address6);
	}
	wish_for(wish, address_types[family], value);
	if (family == FAMILY_IPV4)
		wish_for(wish, CONFIG_INTERNAL_IP4_NETMASK, bytes_of(NULL, 0));
}

void config_put_request(struct task *task, struct writer *chain)
{
	static const uint16_t wanted[] = {
		CONFIG_INTERNAL_IP4_DNS,  CONFIG_INTERNAL_IP4_DNS,    CONFIG_INTERNAL_IP4_NBNS,
		CONFIG_INTERNAL_IP4_NBNS, CONFIG_INTERNAL_IP4_SUBNET,
	};
	const struct ikev2_profile *profile = task->sa->base.profile;
	struct tunnel *tunnel = task_tunnel(task);
	bool ios = task->sa->ios;
	struct wish wish = {};

	if (!asks_for_any_address(task) &&
	    ((!profile->config_request && !ios) || task->kind != TASK_INITIAL))
		return;
	for (enum family family = 0; family < FAMILY_COUNT; family++)
		if (asks_for_address(task, family))
			wish_for_address(&wish, &tunnel->inner[family], family);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		wish_for(&wish, wanted[i], bytes_of(NULL, 0));
	if (!ios && tunnel && selectors_have(&tunnel->local_ts, FAMILY_IPV6)) {
		wish_for(&wish, CONFIG_INTERNAL_IP6_DNS, bytes_of(NULL, 0));
		wish_for(&wish, CONFIG_INTERNAL_IP6_SUBNET, bytes_of(NULL, 0));
	}
	if (ios)
		wish.count += ios_config_attributes(task->sa, wish.attributes + wish.count);
	else
		wish_for(&wish, CONFIG_APPLICATION_VERSION, bytes_of(NULL, 0));
	log_line(LOG_IKEV2_INTERNAL, "Sending config data to toolkit");
	put_config(chain, CONFIG_REQUEST, wish.attributes, wish.count);
}

static bool take_address(const struct config_attribute *attribute, enum family family,
			 struct address *address)
{
	return attribute->value.len == (family == FAMILY_IPV6 ? 16 : 4) &&
	       address_from_bytes(attribute->value, address);
}

static bool take_prefix6(const struct config_attribute *attribute, struct prefix *prefix)
{
	if (attribute->value.len != IP6_PREFIX_SIZE || attribute->value.data[16] > 128)
		return false;
	prefix->length = attribute->value.data[16];
	return address_from_bytes(bytes_of(attribute->value.data, 16), &prefix->address);
}

static void take_server(const struct config_attribute *attribute, enum family family,
			struct address *servers, size_t *count)
{
	if (*count < CLIENT_SERVERS_MAX && take_address(attribute, family, &servers[*count]))
		++*count;
}

/* An address and a mask in one. */
static bool take_prefix4(const struct config_attribute *attribute, struct prefix *prefix)
{
	struct address address, mask;

	if (attribute->value.len != 8)
		return false;
	address_from_bytes(bytes_of(attribute->value.data, 4), &address);
	address_from_bytes(bytes_of(attribute->value.data + 4, 4), &mask);
	return prefix_from_mask(&address, &mask, prefix);
}

/* Host bits are dropped. */
static void take_subnet(const struct config_attribute *attribute, enum family family,
			struct client_config *config)
{
	struct prefix subnet;

	if (config->subnet_count == CLIENT_SUBNETS_MAX ||
	    !(family == FAMILY_IPV6 ? take_prefix6(attribute, &subnet) :
				      take_prefix4(attribute, &subnet)))
		return;
	subnet.address = prefix_first(&subnet);
	config->subnets[config->subnet_count++] = subnet;
}

static void take_version(const struct config_attribute *attribute, struct client_config *config)
{
	size_t len = attribute->value.len;

	if (len >= sizeof(config->version))
		len = sizeof(config->version) - 1;
	for (size_t i = 0; i < len; i++) {
		uint8_t octet = attribute->value.data[i];

		config->version[i] = octet >= 0x20 && octet < 0x7f ? (char)octet : '?';
	}
	config->version[len] = 0;
}

/* Attributes that are unknown, or of a length that makes no sense, are passed over (section 3.15). */
static void take_attributes(const struct config_payload *payload, struct client_config *config)
{
	struct address first = { .family = AF_UNSPEC }, netmask = first;
	struct prefix *ipv4 = &config->inner[FAMILY_IPV4], *ipv6 = &config->inner[FAMILY_IPV6];

	for (size_t i = 0; i < payload->count; i++) {
		const struct config_attribute *attribute = &payload->attributes[i];

		switch (attribute->type) {
		case CONFIG_INTERNAL_IP4_ADDRESS:
			if (first.family == AF_UNSPEC)
				take_address(attribute, FAMILY_IPV4, &first);
			break;
		case CONFIG_INTERNAL_IP4_NETMASK:
			take_address(attribute, FAMILY_IPV4, &netmask);
			break;
		case CONFIG_INTERNAL_IP6_ADDRESS:
			if (ipv6->address.family == AF_UNSPEC)
				take_prefix6(attribute, ipv6);
			break;
		case CONFIG_INTERNAL_IP4_DNS:
			take_server(attribute, FAMILY_IPV4, config->dns, &config->dns_count);
			break;
		case CONFIG_INTERNAL_IP6_DNS:
			take_server(attribute, FAMILY_IPV6, config->dns, &config->dns_count);
			break;
		case CONFIG_INTERNAL_IP4_NBNS:
			take_server(attribute, FAMILY_IPV4, config->nbns, &config->nbns_count);
			break;
		case CONFIG_INTERNAL_IP4_SUBNET:
			take_subnet(attribute, FAMILY_IPV4, config);
			break;
		case CONFIG_INTERNAL_IP6_SUBNET:
			take_subnet(attribute, FAMILY_IPV6, config);
			break;
		case CONFIG_APPLICATION_VERSION:
			take_version(attribute, config);
			break;
		}
	}
	if (first.family != AF_UNSPEC && ipv4->address.family == AF_UNSPEC &&
	    !prefix_from_mask(&first, &netmask, ipv4))
		*ipv4 = prefix_of_host(&first);
}

/* What no interface can have: none, loopback, multicast and beyond. */
static bool is_host_address(const struct address *address)
{
	static const uint8_t loopback6[16] = { [15] = 1 };
	const uint8_t *octets = address->octets;

	if (address->family == AF_INET6)
		return !address_is_any(address) && octets[0] != 0xff &&
		       memcmp(octets, loopback6, sizeof(loopback6)) != 0;
	return octets[0] && octets[0] != 127 && octets[0] < 224;
}

/* A child of a client serves its addresses and nothing else. */
static void only_hosts(const struct client_config *config, struct traffic_selectors *selectors)
{
	selectors->count = 0;
	for (enum family family = 0; family < FAMILY_COUNT; family++) {
		const struct address *address = &config->inner[family].address;

		if (address->family != AF_UNSPEC)
			selectors_add(selectors, address, address);
	}
}

/* What was not asked for, or is of no use to an interface, is no address of ours. */
static struct result check_addresses(struct task *task, struct client_config *config)
{
	char text[ADDRESS_TEXT];

	for (enum family family = 0; family < FAMILY_COUNT; family++) {
		struct prefix *inner = &config->inner[family];

		if (inner->address.family == AF_UNSPEC)
			continue;
		if (!client_is_given(task->child->tunnel, family))
			*inner = (struct prefix){};
		else if (!is_host_address(&inner->address))
			return fail(-EPROTO, "the peer gave the address %s, which no host can have",
				    address_format(&inner->address, text));
	}
	return client_has_address(config) ?
		       RESULT_OK :
		       fail(-ENODATA, "the peer's configuration payload holds no address for us");
}

/* The selectors may leave out a family, whose address is then of no use, but not both. */
static struct result use_addresses(struct task *task, struct client_config *config)
{
	struct child_sa *child = task->child;
	struct traffic_selectors own, narrowed;
	char text[ADDRESS_TEXT];

	only_hosts(config, &own);
	selectors_narrow(&child->local_ts, &own, &narrowed);
	selectors_pair(&narrowed, &child->remote_ts);
	for (enum family family = 0; family < FAMILY_COUNT; family++) {
		struct prefix *inner = &config->inner[family];

		if (inner->address.family == AF_UNSPEC || selectors_have(&narrowed, family))
			continue;
		address_format(&inner->address, text);
		*inner = (struct prefix){};
		if (!client_has_address(config))
			return fail(-EPROTO,
				    "the peer's traffic selectors leave out the address %s that it "
				    "gave",
				    text);
		sa_line(task->sa, LOG_NOTICE,
			"the peer's traffic selectors leave out the address %s that it gave: it is "
			"not used",
			text);
	}
	child->local_ts = narrowed;
	return client_configure(config, child->tunnel);
}

struct result config_take_reply(struct task *task)
{
	const struct payload *payload = message_get(task->message, PAYLOAD_CONFIG);
	struct client_config *config;
	struct config_payload parsed;
	struct result result = RESULT_OK;
	bool wanted = asks_for_any_address(task);

	if (payload)
		result = cannot_process(PAYLOAD_CONFIG,
					config_payload_parse(payload->body, &parsed));
	if (failed(&result))
		return result;
	if (!payload || parsed.type != CONFIG_REPLY)
		return wanted ? fail(-ENODATA, "the peer gives no address: it has no "
					       "configuration payload in its answer") :
				RESULT_OK;
	log_line(LOG_IKEV2_INTERNAL, "Received config data from toolkit:");
	config = client_config_of(&task->sa->base);
	take_attributes(&parsed, config);
	if (!wanted) {
		memset(config->inner, 0, sizeof(config->inner));
		return RESULT_OK;
	}
	result = check_addresses(task, config);
	if (!failed(&result))
		result = use_addresses(task, config);
	if (failed(&result))
		memset(config->inner, 0, sizeof(config->inner));
	return result;
}

void config_local_selectors(const struct ike_sa *sa, struct traffic_selectors *selectors)
{
	const struct client_config *config = sa->client;

	if (config && !config->server && client_has_address(config))
		only_hosts(config, selectors);
}

/* --- server --- */

/* Of the way in which the client has authenticated. */
const struct authorization_policy *config_authorization(const struct task *task)
{
	const struct ikev2_profile *profile = task->sa->base.profile;

	switch (profile->remote_auth) {
	case AUTH_KIND_EAP:
		return profile->authorization[GROUP_EAP];
	case AUTH_KIND_PRE_SHARE:
		return profile->authorization[GROUP_PSK];
	default:
		return profile->authorization[GROUP_CERT];
	}
}

static bool parse_request(const struct message *message, struct config_payload *parsed)
{
	const struct payload *payload = message_get(message, PAYLOAD_CONFIG);
	struct result result;

	if (!payload)
		return false;
	result = config_payload_parse(payload->body, parsed);
	return !failed(&result);
}

static const struct config_attribute *find(const struct config_payload *parsed, uint16_t type)
{
	for (size_t i = 0; i < parsed->count; i++)
		if (parsed->attributes[i].type == type)
			return &parsed->attributes[i];
	return NULL;
}

/* What the policy gives, once an SA; the client learns of it what it asks for. */
static void fill(struct client_config *config, const struct authorization_policy *policy,
		 const struct policy *whole, const struct tunnel *tunnel)
{
	const struct interface_config *stanza;

	config->server = true;
	config->dns_count = config->nbns_count = config->subnet_count = 0;
	for (size_t i = 0; i < NAME_SERVERS_MAX; i++) {
		if (policy->dns[i].family != AF_UNSPEC)
			config->dns[config->dns_count++] = policy->dns[i];
		if (policy->ipv6_dns[i].family != AF_UNSPEC)
			config->dns[config->dns_count++] = policy->ipv6_dns[i];
		if (policy->wins[i].family != AF_UNSPEC)
			config->nbns[config->nbns_count++] = policy->wins[i];
	}
	for (size_t i = 0; i < policy->subnet_count && i < CLIENT_SUBNETS_MAX; i++)
		config->subnets[config->subnet_count++] = policy->subnets[i];
	stanza = tunnel ? policy_find_interface(whole, tunnel->device.name) : NULL;
	for (enum family family = 0; policy->route_interface && stanza && family < FAMILY_COUNT;
	     family++)
		if (stanza->addresses[family].address.family != AF_UNSPEC &&
		    config->subnet_count < CLIENT_SUBNETS_MAX)
			config->subnets[config->subnet_count++] =
				prefix_of_host(&stanza->addresses[family].address);
}

static struct result give_address(struct task *task, const struct config_attribute *wanted,
				  enum family family, const struct authorization_policy *policy)
{
	struct client_config *config = task->sa->base.client;
	const struct address_pool *pool = policy->pools[family];
	struct ike_sa *base = &task->sa->base;
	struct prefix wish = {}, *inner = &config->inner[family];
	char text[ADDRESS_TEXT], id[IDENTITY_TEXT];
	struct lease *lease = config->leases[family];
	struct result result;

	if (lease)
		return RESULT_OK;
	if (family == FAMILY_IPV6)
		take_prefix6(wanted, &wish);
	else
		take_address(wanted, family, &wish.address);
	result = lease_take(&base->ike->leases, pool, client_identity(base), &wish.address, &lease);
	if (failed(&result))
		return result;
	config->leases[family] = lease;
	if (policy->netmask.family != lease->address.family ||
	    !prefix_from_mask(&lease->address, &policy->netmask, inner))
		*inner = prefix_of_host(&lease->address);
	trace_line(task, "Allocated address %s of pool %s for %s",
		   address_format(&lease->address, text), pool->name,
		   identity_format(client_identity(base), id));
	return RESULT_OK;
}

/* Who asks for both families may be content with one of them; with none the child fails. */
static struct result give_addresses(struct task *task, const struct config_payload *parsed,
				    const struct authorization_policy *policy)
{
	struct result refusal = RESULT_OK;
	bool given = false;

	for (enum family family = 0; family < FAMILY_COUNT; family++) {
		const struct config_attribute *wanted = find(parsed, address_types[family]);
		struct result result;

		if (!wanted || !policy->pools[family])
			continue;
		result = give_address(task, wanted, family, policy);
		if (failed(&result)) {
			log_line(LOG_NOTICE, "%s", result.why);
			refusal = result;
		} else {
			given = true;
		}
	}
	return given ? RESULT_OK : refusal;
}

/* In an exchange that makes a child. A failure is that of the child: the IKE SA stays (section 3.15.4). */
struct result config_check_request(struct task *task, uint16_t *notify)
{
	const struct authorization_policy *policy = config_authorization(task);
	struct ike_sa *base = &task->sa->base;
	struct config_payload parsed;
	struct result result = RESULT_OK;
	struct tunnel *tunnel;

	if (!parse_request(task_request(task), &parsed) || parsed.type != CONFIG_REQUEST)
		return RESULT_OK;
	log_line(LOG_IKEV2_INTERNAL, "Received config data from toolkit:");
	/* Who has an address from the peer is no server to it. */
	if (!policy || (base->client && !base->client->server))
		return RESULT_OK;
	tunnel = tunnel_for_peer(base, &base->local.address, &base->remote.address, NULL, NULL,
				 &result);
	fill(client_config_of(base), policy, base->ike->policy, tunnel);
	result = give_addresses(task, &parsed, policy);
	if (failed(&result))
		*notify = NOTIFY_INTERNAL_ADDRESS_FAILURE;
	return result;
}

void config_remote_selectors(const struct ike_sa *sa, struct traffic_selectors *selectors)
{
	const struct client_config *config = sa->client;

	if (config && config->server && client_has_address(config))
		only_hosts(config, selectors);
}

/* struct reply - attributes, and room for values that are not views of something that stays */
struct reply {
	struct config_attribute attributes[CONFIG_ATTRIBUTES_MAX];
	size_t count;
	uint8_t address6[IP6_PREFIX_SIZE];
	uint8_t netmask[4];
	uint8_t subnets[CLIENT_SUBNETS_MAX][IP6_PREFIX_SIZE];
	uint8_t supported[2 * CONFIG_ATTRIBUTES_MAX];
};

static void add(struct reply *reply, uint16_t type, struct bytes value)
{
	if (reply->count < CONFIG_ATTRIBUTES_MAX)
		reply->attributes[reply->count++] = (struct config_attribute){ type, value };
}

static void add_subnet(struct reply *reply, size_t i, const struct prefix *subnet)
{
	struct address mask = prefix_mask(subnet);
	uint8_t *value = reply->subnets[i];

	if (subnet->address.family == AF_INET6) {
		encode_prefix6(subnet, value);
		add(reply, CONFIG_INTERNAL_IP6_SUBNET, bytes_of(value, IP6_PREFIX_SIZE));
	} else {
		memcpy(value, subnet->address.octets, 4);
		memcpy(value + 4, mask.octets, 4);
		add(reply, CONFIG_INTERNAL_IP4_SUBNET, bytes_of(value, 8));
	}
}

static void add_addresses(struct reply *reply, const struct config_payload *parsed,
			  const struct client_config *config)
{
	const struct prefix *ipv4 = &config->inner[FAMILY_IPV4];
	const struct prefix *ipv6 = &config->inner[FAMILY_IPV6];

	if (find(parsed, CONFIG_INTERNAL_IP4_ADDRESS) && ipv4->address.family != AF_UNSPEC) {
		struct address mask = prefix_mask(ipv4);

		add(reply, CONFIG_INTERNAL_IP4_ADDRESS, address_bytes(&ipv4->address));
		memcpy(reply->netmask, mask.octets, sizeof(reply->netmask));
		if (ipv4->length < 32)
			add(reply, CONFIG_INTERNAL_IP4_NETMASK, BYTES(reply->netmask));
	}
	if (find(parsed, CONFIG_INTERNAL_IP6_ADDRESS) && ipv6->address.family != AF_UNSPEC) {
		encode_prefix6(ipv6, reply->address6);
		add(reply, CONFIG_INTERNAL_IP6_ADDRESS, BYTES(reply->address6));
	}
}

static void add_supported(struct reply *reply)
{
	static const uint16_t types[] = {
		CONFIG_INTERNAL_IP4_ADDRESS, CONFIG_INTERNAL_IP4_NETMASK,
		CONFIG_INTERNAL_IP4_DNS,     CONFIG_INTERNAL_IP4_NBNS,
		CONFIG_APPLICATION_VERSION,  CONFIG_INTERNAL_IP4_SUBNET,
		CONFIG_INTERNAL_IP6_ADDRESS, CONFIG_INTERNAL_IP6_DNS,
		CONFIG_INTERNAL_IP6_SUBNET,  CONFIG_SUPPORTED_ATTRIBUTES,
	};
	size_t count = sizeof(types) / sizeof(types[0]);

	for (size_t i = 0; i < count; i++) {
		reply->supported[2 * i] = types[i] >> 8;
		reply->supported[2 * i + 1] = types[i] & 0xff;
	}
	add(reply, CONFIG_SUPPORTED_ATTRIBUTES, bytes_of(reply->supported, 2 * count));
}

/* Each kind once, however often it is asked for; what is unknown stays without an answer. */
static void answer(struct reply *reply, const struct config_payload *parsed,
		   const struct client_config *config)
{
	if (config)
		add_addresses(reply, parsed, config);
	for (size_t i = 0; config && i < config->dns_count; i++)
		if (find(parsed, CONFIG_INTERNAL_IP4_DNS) && config->dns[i].family == AF_INET)
			add(reply, CONFIG_INTERNAL_IP4_DNS, address_bytes(&config->dns[i]));
	for (size_t i = 0; config && i < config->nbns_count; i++)
		if (find(parsed, CONFIG_INTERNAL_IP4_NBNS))
			add(reply, CONFIG_INTERNAL_IP4_NBNS, address_bytes(&config->nbns[i]));
	for (size_t i = 0; config && i < config->dns_count; i++)
		if (find(parsed, CONFIG_INTERNAL_IP6_DNS) && config->dns[i].family == AF_INET6)
			add(reply, CONFIG_INTERNAL_IP6_DNS, address_bytes(&config->dns[i]));
	for (size_t i = 0; config && i < config->subnet_count; i++)
		if (find(parsed, config->subnets[i].address.family == AF_INET6 ?
					 CONFIG_INTERNAL_IP6_SUBNET :
					 CONFIG_INTERNAL_IP4_SUBNET))
			add_subnet(reply, i, &config->subnets[i]);
	if (find(parsed, CONFIG_APPLICATION_VERSION))
		add(reply, CONFIG_APPLICATION_VERSION, bytes_of_string(version));
	if (find(parsed, CONFIG_SUPPORTED_ATTRIBUTES))
		add_supported(reply);
}

bool config_has_reply(const struct task *task)
{
	const struct client_config *config = task->sa->base.client;

	return message_get(task_request(task), PAYLOAD_CONFIG) && config && config->server;
}

/*
 * An answer needs something to say (row B18): without a policy a peer that
 * makes a child hears nothing. Outside of that, every CFG_REQUEST is answered,
 * and of a CFG_SET nothing is accepted.
 */
void config_put_reply(struct task *task, struct writer *chain)
{
	const struct client_config *config = task->sa->base.client;
	bool with_child = task->exchange != EXCHANGE_INFORMATIONAL;
	struct config_payload parsed;
	struct reply reply = {};

	if (!parse_request(task_request(task), &parsed))
		return;
	if (with_child && (!config || !config->server))
		return;
	if (parsed.type == CONFIG_SET) {
		put_config(chain, CONFIG_ACK, NULL, 0);
		return;
	}
	if (parsed.type != CONFIG_REQUEST)
		return;
	answer(&reply, &parsed, config && config->server ? config : NULL);
	if (with_child)
		log_line(LOG_IKEV2_INTERNAL, "Sending config data to toolkit");
	put_config(chain, CONFIG_REPLY, reply.attributes, reply.count);
}

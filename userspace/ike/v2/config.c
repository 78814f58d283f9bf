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

static bool asks_for_address(const struct task *task)
{
	struct tunnel *tunnel = task_tunnel(task);

	return tunnel && client_wants_address(&task->sa->base, tunnel);
}

void config_put_request(struct task *task, struct writer *chain)
{
	static const uint16_t wanted[] = {
		CONFIG_INTERNAL_IP4_DNS,  CONFIG_INTERNAL_IP4_DNS,    CONFIG_INTERNAL_IP4_NBNS,
		CONFIG_INTERNAL_IP4_NBNS, CONFIG_INTERNAL_IP4_SUBNET,
	};
	const struct ikev2_profile *profile = task->sa->base.profile;
	struct config_attribute attributes[7 + IOS_CONFIG_ATTRIBUTES] = {};
	bool address = asks_for_address(task);
	struct tunnel *tunnel = task_tunnel(task);
	size_t count = 0;

	if (!address &&
	    ((!profile->config_request && !task->sa->ios) || task->kind != TASK_INITIAL))
		return;
	if (address) {
		attributes[count].type = CONFIG_INTERNAL_IP4_ADDRESS;
		/* The one from before, if there was one. */
		if (tunnel->inner.address.family == AF_INET)
			attributes[count].value = address_bytes(&tunnel->inner.address);
		count++;
		attributes[count++].type = CONFIG_INTERNAL_IP4_NETMASK;
	}
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		attributes[count++].type = wanted[i];
	if (task->sa->ios)
		count += ios_config_attributes(task->sa, attributes + count);
	else
		attributes[count++].type = CONFIG_APPLICATION_VERSION;
	log_line(LOG_IKEV2_INTERNAL, "Sending config data to toolkit");
	put_config(chain, CONFIG_REQUEST, attributes, count);
}

static bool take_address(const struct config_attribute *attribute, struct address *address)
{
	return attribute->value.len == 4 && address_from_bytes(attribute->value, address);
}

static void take_server(const struct config_attribute *attribute, struct address *servers,
			size_t *count)
{
	if (*count < CLIENT_SERVERS_MAX && take_address(attribute, &servers[*count]))
		++*count;
}

/* An address and a mask in one; host bits are dropped. */
static void take_subnet(const struct config_attribute *attribute, struct client_config *config)
{
	struct prefix *subnet = &config->subnets[config->subnet_count];
	struct address address, mask;

	if (attribute->value.len != 8 || config->subnet_count == CLIENT_SUBNETS_MAX)
		return;
	address_from_bytes(bytes_of(attribute->value.data, 4), &address);
	address_from_bytes(bytes_of(attribute->value.data + 4, 4), &mask);
	if (!prefix_from_mask(&address, &mask, subnet))
		return;
	subnet->address = prefix_first(subnet);
	config->subnet_count++;
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
	for (size_t i = 0; i < payload->count; i++) {
		const struct config_attribute *attribute = &payload->attributes[i];

		switch (attribute->type) {
		case CONFIG_INTERNAL_IP4_ADDRESS:
			if (config->address.family == AF_UNSPEC)
				take_address(attribute, &config->address);
			break;
		case CONFIG_INTERNAL_IP4_NETMASK:
			take_address(attribute, &config->netmask);
			break;
		case CONFIG_INTERNAL_IP4_DNS:
			take_server(attribute, config->dns, &config->dns_count);
			break;
		case CONFIG_INTERNAL_IP4_NBNS:
			take_server(attribute, config->nbns, &config->nbns_count);
			break;
		case CONFIG_INTERNAL_IP4_SUBNET:
			take_subnet(attribute, config);
			break;
		case CONFIG_APPLICATION_VERSION:
			take_version(attribute, config);
			break;
		}
	}
}

/* What no interface can have: none, loopback, multicast and beyond. */
static bool is_host_address(const struct address *address)
{
	return address->family == AF_INET && address->octets[0] && address->octets[0] != 127 &&
	       address->octets[0] < 224;
}

static void only_host(const struct address *address, struct traffic_selectors *selectors)
{
	selectors_any(address->family, selectors);
	selectors->items[0].start = selectors->items[0].end = *address;
}

/* The child serves the client's address and nothing else, whatever the server lets through. */
static struct result use_address(struct task *task)
{
	const struct client_config *config = task->sa->base.client;
	struct traffic_selectors own, narrowed;
	char text[ADDRESS_TEXT];

	if (!is_host_address(&config->address))
		return fail(-EPROTO, "the peer gave the address %s, which no host can have",
			    address_format(&config->address, text));
	only_host(&config->address, &own);
	if (!selectors_narrow(&task->child->local_ts, &own, &narrowed))
		return fail(-EPROTO,
			    "the peer's traffic selectors leave out the address %s that it gave",
			    address_format(&config->address, text));
	task->child->local_ts = narrowed;
	return client_configure(config, task->child->tunnel);
}

struct result config_take_reply(struct task *task)
{
	const struct payload *payload = message_get(task->message, PAYLOAD_CONFIG);
	struct client_config *config;
	struct config_payload parsed;
	struct result result = RESULT_OK;
	bool wanted = asks_for_address(task);

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
	if (!wanted)
		return RESULT_OK;
	if (config->address.family == AF_UNSPEC)
		return fail(-ENODATA, "the peer's configuration payload holds no address for us");
	result = use_address(task);
	if (failed(&result))
		config->address = (struct address){ .family = AF_UNSPEC };
	return result;
}

void config_local_selectors(const struct ike_sa *sa, struct traffic_selectors *selectors)
{
	const struct client_config *config = sa->client;

	if (config && !config->server && config->address.family != AF_UNSPEC)
		only_host(&config->address, selectors);
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
	config->netmask = policy->netmask;
	for (size_t i = 0; i < NAME_SERVERS_MAX; i++) {
		if (policy->dns[i].family != AF_UNSPEC)
			config->dns[config->dns_count++] = policy->dns[i];
		if (policy->wins[i].family != AF_UNSPEC)
			config->nbns[config->nbns_count++] = policy->wins[i];
	}
	for (size_t i = 0; i < policy->subnet_count && i < CLIENT_SUBNETS_MAX; i++)
		config->subnets[config->subnet_count++] = policy->subnets[i];
	stanza = tunnel ? policy_find_interface(whole, tunnel->device.name) : NULL;
	if (policy->route_interface && stanza && stanza->has_address &&
	    config->subnet_count < CLIENT_SUBNETS_MAX)
		config->subnets[config->subnet_count++] =
			(struct prefix){ stanza->address.address, 32 };
}

static struct result give_address(struct task *task, const struct config_attribute *wanted,
				  const struct address_pool *pool)
{
	struct client_config *config = task->sa->base.client;
	struct ike_sa *base = &task->sa->base;
	struct address wish = { .family = AF_UNSPEC };
	char text[ADDRESS_TEXT], id[IDENTITY_TEXT];
	struct result result;

	if (config->lease)
		return RESULT_OK;
	take_address(wanted, &wish);
	result = lease_take(&base->ike->leases, pool, client_identity(base), &wish, &config->lease);
	if (failed(&result))
		return result;
	config->address = config->lease->address;
	trace_line(task, "Allocated address %s of pool %s for %s",
		   address_format(&config->address, text), pool->name,
		   identity_format(client_identity(base), id));
	return RESULT_OK;
}

/* In an exchange that makes a child. A failure is that of the child: the IKE SA stays (section 3.15.4). */
struct result config_check_request(struct task *task, uint16_t *notify)
{
	const struct authorization_policy *policy = config_authorization(task);
	struct ike_sa *base = &task->sa->base;
	const struct config_attribute *wanted;
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
	wanted = find(&parsed, CONFIG_INTERNAL_IP4_ADDRESS);
	if (!wanted || !policy->pool)
		return RESULT_OK;
	result = give_address(task, wanted, policy->pool);
	if (failed(&result))
		*notify = NOTIFY_INTERNAL_ADDRESS_FAILURE;
	return result;
}

void config_remote_selectors(const struct ike_sa *sa, struct traffic_selectors *selectors)
{
	const struct client_config *config = sa->client;

	if (config && config->lease)
		only_host(&config->address, selectors);
}

/* struct reply - attributes, and room for values that are not views of something that stays */
struct reply {
	struct config_attribute attributes[CONFIG_ATTRIBUTES_MAX];
	size_t count;
	uint8_t subnets[CLIENT_SUBNETS_MAX][8];
	uint8_t supported[2 * CONFIG_ATTRIBUTES_MAX];
};

static void add(struct reply *reply, uint16_t type, struct bytes value)
{
	if (reply->count < CONFIG_ATTRIBUTES_MAX)
		reply->attributes[reply->count++] = (struct config_attribute){ type, value };
}

static void add_subnets(struct reply *reply, const struct client_config *config)
{
	for (size_t i = 0; i < config->subnet_count; i++) {
		struct address mask = prefix_mask(&config->subnets[i]);

		memcpy(reply->subnets[i], config->subnets[i].address.octets, 4);
		memcpy(reply->subnets[i] + 4, mask.octets, 4);
		add(reply, CONFIG_INTERNAL_IP4_SUBNET, bytes_of(reply->subnets[i], 8));
	}
}

static void add_supported(struct reply *reply)
{
	static const uint16_t types[] = {
		CONFIG_INTERNAL_IP4_ADDRESS, CONFIG_INTERNAL_IP4_NETMASK,
		CONFIG_INTERNAL_IP4_DNS,     CONFIG_INTERNAL_IP4_NBNS,
		CONFIG_APPLICATION_VERSION,  CONFIG_INTERNAL_IP4_SUBNET,
		CONFIG_SUPPORTED_ATTRIBUTES,
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
	if (find(parsed, CONFIG_INTERNAL_IP4_ADDRESS) && config && config->lease) {
		add(reply, CONFIG_INTERNAL_IP4_ADDRESS, address_bytes(&config->address));
		if (config->netmask.family != AF_UNSPEC)
			add(reply, CONFIG_INTERNAL_IP4_NETMASK, address_bytes(&config->netmask));
	}
	for (size_t i = 0; config && i < config->dns_count; i++)
		if (find(parsed, CONFIG_INTERNAL_IP4_DNS) && config->dns[i].family == AF_INET)
			add(reply, CONFIG_INTERNAL_IP4_DNS, address_bytes(&config->dns[i]));
	for (size_t i = 0; config && i < config->nbns_count; i++)
		if (find(parsed, CONFIG_INTERNAL_IP4_NBNS))
			add(reply, CONFIG_INTERNAL_IP4_NBNS, address_bytes(&config->nbns[i]));
	for (size_t i = 0; config && i < config->dns_count; i++)
		if (find(parsed, CONFIG_INTERNAL_IP6_DNS) && config->dns[i].family == AF_INET6)
			add(reply, CONFIG_INTERNAL_IP6_DNS, address_bytes(&config->dns[i]));
	if (find(parsed, CONFIG_INTERNAL_IP4_SUBNET) && config)
		add_subnets(reply, config);
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

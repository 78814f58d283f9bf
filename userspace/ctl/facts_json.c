// SPDX-License-Identifier: GPL-2.0-or-later
/* What the key exchange knows, as JSON. Only values: wording and layout belong
 * to the command.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "ctl/internal.h"

/** struct listing - one walk over the engine */
struct listing {
	struct ctl_context *context;
	json_t *array;
	unsigned int version; /* of IKE; 0: all */
	const char *interface; /* NULL: all */
	const struct address *remote; /* NULL: all */
	/* Where packets from @path_of leave: asked once while the address stays the same. */
	struct address path_of;
	struct ctl_path path;
};

/*
 * A string of JSON is UTF-8. Names and identities that are not keep their
 * ASCII part, which is better than an answer with a field missing.
 */
json_t *ctl_text(const char *text)
{
	json_t *string;
	char *copy;

	if (!text)
		return json_null();
	string = json_string(text);
	if (string)
		return string;
	copy = must_strdup(text);
	for (char *at = copy; *at; at++)
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	string = json_string(copy);
	secret_free(copy, strlen(copy));
	return string;
}

static void put(json_t *object, const char *name, json_t *value)
{
	json_object_set_new(object, name, value);
}

static void put_number(json_t *object, const char *name, uint64_t value)
{
	put(object, name, json_integer((json_int_t)value));
}

static void put_text(json_t *object, const char *name, const char *text)
{
	put(object, name, ctl_text(text));
}

static void put_bool(json_t *object, const char *name, bool value)
{
	put(object, name, json_boolean(value));
}

static void put_address(json_t *object, const char *name, const struct address *address)
{
	char text[ADDRESS_TEXT];

	put_text(object, name, address->family == AF_UNSPEC ? NULL : address_format(address, text));
}

static void put_endpoint(json_t *object, const char *name, const struct endpoint *endpoint)
{
	json_t *value = json_object();

	put_address(value, "address", &endpoint->address);
	put_number(value, "port", endpoint->port);
	put(object, name, value);
}

static void put_transform(json_t *object, const char *name, const struct transform *transform)
{
	char text[TRANSFORM_TEXT];
	json_t *value;

	if (!transform->id) {
		put(object, name, json_null());
		return;
	}
	value = json_object();
	put_number(value, "id", transform->id);
	put_text(value, "name", transform_name(transform, text));
	put_number(value, "key_bits", transform->key_bits);
	put(object, name, value);
}

/* "additional_key_exchanges": their names, in the order in which they were done */
static void put_additional(json_t *object, const struct transform additional[ADDKE_MAX])
{
	json_t *names = json_array();
	char text[TRANSFORM_TEXT];

	for (int i = 0; i < ADDKE_MAX; i++)
		if (additional[i].id)
			json_array_append_new(names,
					      json_string(transform_name(&additional[i], text)));
	if (json_array_size(names))
		put(object, "additional_key_exchanges", names);
	else
		json_decref(names);
}

/* Too big for JSON's numbers, and nobody calculates with it. */
static void put_ike_spi(json_t *object, const char *name, uint64_t spi)
{
	char text[17];

	snprintf(text, sizeof(text), "%016" PRIX64, spi);
	put_text(object, name, text);
}

static void put_identity(json_t *object, const char *name, const struct identity *identity)
{
	char text[IDENTITY_TEXT];
	json_t *value;

	if (identity->type == ID_NONE) {
		put(object, name, json_null());
		return;
	}
	value = json_object();
	put_text(value, "type", identity_type_name(identity->type));
	put_text(value, "text", identity_format(identity, text));
	put(object, name, value);
}

static json_t *addresses(const struct address *list, size_t count)
{
	json_t *array = json_array();
	char text[ADDRESS_TEXT];

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_string(address_format(&list[i], text)));
	return array;
}

/* Remote access: null without, and for both ends the same fields. */
static void put_client(json_t *object, const struct client_config *client)
{
	char address[ADDRESS_TEXT], mask[ADDRESS_TEXT];
	json_t *value, *subnets;
	struct address netmask;

	if (!client) {
		put(object, "client_config", json_null());
		return;
	}
	value = json_object();
	subnets = json_array();
	put_bool(value, "server", client->server);
	put_address(value, "address", &client->inner[FAMILY_IPV4].address);
	netmask = prefix_mask(&client->inner[FAMILY_IPV4]);
	put_address(value, "netmask", &netmask);
	put_address(value, "ipv6_address", &client->inner[FAMILY_IPV6].address);
	put_number(value, "ipv6_prefix", client->inner[FAMILY_IPV6].length);
	put(value, "dns", addresses(client->dns, client->dns_count));
	put(value, "nbns", addresses(client->nbns, client->nbns_count));
	for (size_t i = 0; i < client->subnet_count; i++) {
		struct address bits = prefix_mask(&client->subnets[i]);
		json_t *subnet = json_object();

		put_text(subnet, "address", address_format(&client->subnets[i].address, address));
		put_text(subnet, "mask", address_format(&bits, mask));
		put_number(subnet, "prefix", client->subnets[i].length);
		json_array_append_new(subnets, subnet);
	}
	put(value, "subnets", subnets);
	put_text(value, "version", client->version[0] ? client->version : NULL);
	put(object, "client_config", value);
}

static void add_ike_sa(void *context, const struct ike_sa_facts *sa)
{
	struct listing *listing = context;
	json_t *object;

	if (listing->remote && !address_equal(listing->remote, &sa->remote.address))
		return;
	if (listing->version && listing->version != sa->version)
		return;
	object = json_object();
	put_number(object, "tunnel_id", sa->tunnel_id);
	put_number(object, "version", sa->version);
	put_text(object, "state", sa->state);
	put_bool(object, "established", sa->established);
	put_bool(object, "initiator", sa->initiator);
	put_endpoint(object, "local", &sa->local);
	put_endpoint(object, "remote", &sa->remote);
	put_text(object, "fvrf", sa->fvrf);
	put_text(object, "ivrf", sa->ivrf);
	put_text(object, "profile", sa->profile);
	put_transform(object, "encryption", &sa->encr);
	put_transform(object, "integrity", &sa->integ);
	put_transform(object, "prf", &sa->prf);
	put_transform(object, "group", &sa->group);
	put_additional(object, sa->additional);
	put_text(object, "auth_sign", sa->auth_sign);
	put_text(object, "auth_verify", sa->auth_verify);
	put_number(object, "lifetime_seconds", sa->lifetime);
	put_number(object, "active_seconds", sa->active);
	put_number(object, "ce_id", sa->ce_id);
	put_number(object, "session_id", sa->session_id);
	put_number(object, "mib_index", sa->mib_index);
	put_text(object, "status", sa->status);
	put_ike_spi(object, "local_spi", sa->local_spi);
	put_ike_spi(object, "remote_spi", sa->remote_spi);
	put_identity(object, "local_id", &sa->local_id);
	put_identity(object, "remote_id", &sa->remote_id);
	put_identity(object, "remote_eap_id", &sa->client_id);
	put_text(object, "eap_method", sa->eap_method);
	put_bool(object, "ppk", sa->ppk);
	put_number(object, "local_request_id", sa->local_request);
	put_number(object, "remote_request_id", sa->remote_request);
	put_number(object, "local_next_id", sa->local_next);
	put_number(object, "remote_next_id", sa->remote_next);
	put_number(object, "local_queued", sa->local_queued);
	put_number(object, "remote_queued", sa->remote_queued);
	put_number(object, "local_window", sa->local_window);
	put_number(object, "remote_window", sa->remote_window);
	put_number(object, "dpd_interval_seconds", sa->dpd_interval);
	put_number(object, "dpd_retry_seconds", sa->dpd_retry);
	put_bool(object, "nat_local", sa->nat_local);
	put_bool(object, "nat_remote", sa->nat_remote);
	put_bool(object, "legacy", sa->legacy);
	put_number(object, "child_count", sa->child_count);
	put_text(object, "hint", sa->hint);
	put_client(object, sa->client);
	json_array_append_new(listing->array, object);
}

json_t *ctl_ike_sas(struct ctl_context *context, unsigned int version, const struct address *remote)
{
	struct listing listing = {
		.context = context,
		.array = json_array(),
		.version = version,
		.remote = remote,
	};

	context->engine->each_sa(context->ike, add_ike_sa, &listing);
	return listing.array;
}

static json_t *selectors(const struct traffic_selectors *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++) {
		const struct traffic_selector *selector = &list->items[i];
		json_t *object = json_object();

		put_number(object, "protocol", selector->protocol);
		put_address(object, "start", &selector->start);
		put_address(object, "end", &selector->end);
		put_number(object, "start_port", selector->start_port);
		put_number(object, "end_port", selector->end_port);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *set_words(const struct child_sa_facts *child)
{
	const struct transform *const transforms[] = { &child->encr, &child->integ };
	json_t *words = json_array();
	char text[TRANSFORM_TEXT];

	for (size_t i = 0; i < 2; i++)
		if (transforms[i]->id)
			json_array_append_new(words, ctl_text(set_word(child->protocol,
								       transforms[i], text)));
	return words;
}

static json_t *counters(const struct kernel_counters *in)
{
	json_t *object = json_object(), *drops = json_object();

	put_number(object, "packets", in->packets);
	put_number(object, "bytes", in->bytes);
	put_number(object, "sequence", in->sequence);
	put_number(object, "errors", in->errors);
	put_number(object, "age_seconds", in->age_seconds);
	if (in->idle_seconds == UINT64_MAX)
		put(object, "idle_seconds", json_null());
	else
		put_number(object, "idle_seconds", in->idle_seconds);
	for (size_t i = 0; i < in->drop_count; i++)
		put_number(drops, in->drops[i].name, in->drops[i].count);
	put(object, "drops", drops);
	return object;
}

/* What a route is to the kernel, no fact of the key exchange. */
static const struct ctl_path *find_path(struct listing *listing, const struct address *local)
{
	if (address_equal(&listing->path_of, local))
		return &listing->path;
	listing->path_of = *local;
	if (!listing->context->engine->path(local, &listing->path))
		listing->path = (struct ctl_path){ .mtu = 0 };
	return &listing->path;
}

static void add_ipsec_sa(void *context, const struct child_sa_facts *child)
{
	struct listing *listing = context;
	const struct ctl_path *path;
	json_t *object;

	if (listing->remote && !address_equal(listing->remote, &child->remote.address))
		return;
	if (listing->interface &&
	    (!child->interface || strcasecmp(listing->interface, child->interface) != 0))
		return;
	object = json_object();
	put_number(object, "ifindex", child->ifindex);
	put_text(object, "interface", child->interface);
	put_text(object, "map_tag", child->map_tag);
	put_number(object, "ike_version", child->version);
	put_bool(object, "crypto_map", child->crypto_map);
	put_bool(object, "bundled", child->bundled);
	put_endpoint(object, "local", &child->local);
	put_endpoint(object, "remote", &child->remote);
	put(object, "local_ts", selectors(&child->local_ts));
	put(object, "remote_ts", selectors(&child->remote_ts));
	put_text(object, "protocol", protocol_name(child->protocol));
	put_bool(object, "tunnel_mode", child->tunnel_mode);
	put_bool(object, "udp_encap", child->udp_encap);
	put_number(object, "inbound_spi", child->inbound_spi);
	put_number(object, "outbound_spi", child->outbound_spi);
	put_number(object, "conn_in", child->conn_in);
	put_number(object, "conn_out", child->conn_out);
	put_transform(object, "encryption", &child->encr);
	put_transform(object, "integrity", &child->integ);
	put(object, "transform_set", set_words(child));
	put_bool(object, "esn", child->esn);
	put_bool(object, "replay_protection", child->replay_protection);
	put_number(object, "pfs_group", child->pfs_group);
	put_number(object, "iv_size_bytes", child->iv_size);
	put_number(object, "lifetime_kilobytes", child->lifetime_kilobytes);
	put_number(object, "lifetime_seconds", child->lifetime_seconds);
	put_number(object, "left_kilobytes_in", child->left_kilobytes_in);
	put_number(object, "left_kilobytes_out", child->left_kilobytes_out);
	put_number(object, "left_seconds", child->left_seconds);
	put_bool(object, "active", child->active);
	put_number(object, "interface_mtu", child->mtu);
	path = find_path(listing, &child->local.address);
	put_text(object, "path_interface", path->interface[0] ? path->interface : NULL);
	put_number(object, "path_mtu", path->mtu);
	put_text(object, "profile", child->profile);
	put_number(object, "ike_tunnel_id", child->ike_tunnel_id);
	put(object, "in", counters(&child->in));
	put(object, "out", counters(&child->out));
	json_array_append_new(listing->array, object);
}

json_t *ctl_ipsec_sas(struct ctl_context *context, const char *interface,
		      const struct address *peer)
{
	struct listing listing = {
		.context = context,
		.array = json_array(),
		.interface = interface,
		.remote = peer,
	};

	context->engine->each_child(context->ike, add_ipsec_sa, &listing);
	return listing.array;
}

static void add_tunnel(void *context, const struct tunnel_facts *tunnel)
{
	struct listing *listing = context;
	json_t *object = json_object();

	put_text(object, "interface", tunnel->name);
	put_number(object, "ifindex", tunnel->ifindex);
	put_text(object, "profile", tunnel->profile);
	put_address(object, "local", &tunnel->local);
	put_address(object, "remote", &tunnel->remote);
	put_bool(object, "admin_up", tunnel->admin_up);
	put_text(object, "status", tunnel->status);
	put_text(object, "last_error", tunnel->last_error);
	put_number(object, "active_sas", tunnel->active_sas);
	put(object, "ike_sas", json_array());
	put(object, "ipsec_sas", json_array());
	json_array_append_new(listing->array, object);
}

static json_int_t number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static const char *endpoint_address(const json_t *object, const char *name)
{
	const char *text =
		json_string_value(json_object_get(json_object_get(object, name), "address"));

	return text ? text : "";
}

/* An IKE SA whose tunnel is gone, or that a peer began without one. */
static json_t *session_without_tunnel(json_t *sa)
{
	bool established = json_is_true(json_object_get(sa, "established"));

	return json_pack("{s:n,s:i,s:O?,s:s,s:s,s:b,s:s,s:n,s:i,s:[O],s:[]}", "interface",
			 "ifindex", 0, "profile", json_object_get(sa, "profile"), "local",
			 endpoint_address(sa, "local"), "remote", endpoint_address(sa, "remote"),
			 "admin_up", 1, "status", established ? "UP-IDLE" : "DOWN-NEGOTIATING",
			 "last_error", "active_sas", 0, "ike_sas", sa, "ipsec_sas");
}

/*
 * Which sessions an SA belongs to. There may be thousands, so each question is
 * one look-up: from a key's text to an array of sessions.
 */

#define KEY_TEXT (2 * ADDRESS_TEXT)

static void index_session(json_t *index, const char *key, json_t *session)
{
	json_t *list = json_object_get(index, key);

	if (!list) {
		list = json_array();
		json_object_set_new(index, key, list);
	}
	/* The children of one tunnel follow each other. */
	if (json_array_get(list, json_array_size(list) - 1) != session)
		json_array_append(list, session);
}

static size_t add_to_sessions(const json_t *list, const char *member, json_t *sa)
{
	json_t *session;
	size_t i;

	json_array_foreach((json_t *)list, i, session)
		json_array_append(json_object_get(session, member), sa);
	return json_array_size(list);
}

static const char *number_key(json_int_t value, char text[KEY_TEXT])
{
	snprintf(text, KEY_TEXT, "%" JSON_INTEGER_FORMAT, value);
	return text;
}

/* A tunnel may leave its own address to the route: @local is empty then. */
static const char *pair_key(const char *local, const char *remote, char text[KEY_TEXT])
{
	snprintf(text, KEY_TEXT, "%s %s", local ? local : "", remote ? remote : "");
	return text;
}

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* An IKE SA with children stands where they are; one that has none yet, by its addresses. */
static bool place_ike_sa(json_t *by_ike, json_t *by_pair, json_t *sa)
{
	const char *local = endpoint_address(sa, "local"), *remote = endpoint_address(sa, "remote");
	char key[KEY_TEXT];
	size_t found;

	found = add_to_sessions(json_object_get(by_ike, number_key(number(sa, "tunnel_id"), key)),
				"ike_sas", sa);
	if (found || number(sa, "child_count"))
		return found;
	found += add_to_sessions(json_object_get(by_pair, pair_key(local, remote, key)), "ike_sas",
				 sa);
	found += add_to_sessions(json_object_get(by_pair, pair_key(NULL, remote, key)), "ike_sas",
				 sa);
	return found;
}

static void place_children(json_t *by_ifindex, json_t *by_ike, json_t *children)
{
	json_t *child, *list, *session;
	char key[KEY_TEXT];
	size_t i, j;

	json_array_foreach(children, i, child)
	{
		list = json_object_get(by_ifindex, number_key(number(child, "ifindex"), key));
		add_to_sessions(list, "ipsec_sas", child);
		json_array_foreach(list, j, session)
			index_session(by_ike, number_key(number(child, "ike_tunnel_id"), key),
				      session);
	}
}

json_t *ctl_sessions(struct ctl_context *context)
{
	struct listing listing = { .context = context, .array = json_array() };
	json_t *by_ifindex = json_object(), *by_pair = json_object(), *by_ike = json_object();
	json_t *sas = ctl_ike_sas(context, 0, NULL), *children = ctl_ipsec_sas(context, NULL, NULL);
	json_t *item;
	char key[KEY_TEXT];
	size_t i;

	context->engine->each_tunnel(context->ike, add_tunnel, &listing);
	json_array_foreach(listing.array, i, item)
	{
		index_session(by_ifindex, number_key(number(item, "ifindex"), key), item);
		index_session(by_pair,
			      pair_key(text_of(item, "local"), text_of(item, "remote"), key), item);
	}
	place_children(by_ifindex, by_ike, children);
	json_array_foreach(sas, i, item) if (!place_ike_sa(by_ike, by_pair, item))
		json_array_append_new(listing.array, session_without_tunnel(item));
	json_decref(by_ike);
	json_decref(by_pair);
	json_decref(by_ifindex);
	json_decref(children);
	json_decref(sas);
	return listing.array;
}

json_t *ctl_stats(struct ctl_context *context)
{
	json_t *object = json_object();
	const char *name;

	for (size_t i = 0; (name = context->engine->stat_name(i)); i++)
		put_number(object, name, context->engine->stat(context->ike, i));
	return object;
}

static void add_dropped(void *context, const char *interface, const struct address *local,
			uint64_t count)
{
	json_t *interfaces = context, *object = json_object_get(interfaces, interface);

	if (!object) {
		object = json_object();
		put_text(object, "interface", interface);
		put_address(object, "address", local);
		put_number(object, "dropped", 0);
		put(interfaces, interface, object);
	}
	put_number(object, "dropped", (uint64_t)number(object, "dropped") + count);
}

json_t *ctl_dropped(struct ctl_context *context)
{
	json_t *interfaces = json_object(), *array = json_array(), *object;
	const char *name;

	context->engine->each_dropped(context->ike, add_dropped, interfaces);
	json_object_foreach(interfaces, name, object) if (number(object, "dropped"))
		json_array_append(array, object);
	json_decref(interfaces);
	return array;
}

json_t *ctl_engine(struct ctl_context *context)
{
	json_t *object = json_object();
	struct ctl_host host;

	context->engine->host(context->ike, &host);
	put_text(object, "library", host.library);
	put_text(object, "platform", host.platform);
	put_text(object, "serial_number", host.serial[0] ? host.serial : NULL);
	put_text(object, "cpu_extensions", host.extensions);
	put_number(object, "queued", host.queued);
	put_number(object, "done", host.done);
	return object;
}

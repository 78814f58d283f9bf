// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl_fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static struct ctl_fake *fake_of(const struct ike *ike)
{
	return (struct ctl_fake *)ike;
}

static void each_sa(struct ike *ike, void (*found)(void *context, const struct ike_sa_facts *facts),
		    void *context)
{
	for (size_t i = 0; i < fake_of(ike)->sa_count; i++)
		found(context, &fake_of(ike)->sas[i]);
}

static void each_child(struct ike *ike,
		       void (*found)(void *context, const struct child_sa_facts *facts),
		       void *context)
{
	struct ctl_fake *fake = fake_of(ike);
	size_t repeat = fake->repeat ? fake->repeat : 1;

	for (size_t i = 0; i < fake->child_count * repeat; i++)
		found(context, &fake->children[i / repeat]);
}

static void each_tunnel(struct ike *ike,
			void (*found)(void *context, const struct tunnel_facts *facts),
			void *context)
{
	for (size_t i = 0; i < fake_of(ike)->tunnel_count; i++)
		found(context, &fake_of(ike)->tunnels[i]);
}

static const char *stat_name(size_t index)
{
	static const char *const names[] = { "messages_received", "messages_dropped" };

	return index < 2 ? names[index] : NULL;
}

static uint64_t stat(const struct ike *ike, size_t index)
{
	return index ? 3 : 1234567890123ULL;
}

static size_t note(struct ike *ike, const char *order, const struct address *remote, size_t count)
{
	struct ctl_fake *fake = fake_of(ike);
	char buffer[ADDRESS_TEXT];
	const char *text = remote ? address_format(remote, buffer) : "all";

	snprintf(fake->order, sizeof(fake->order), "%.80s %.40s", order, text);
	return !remote || strcmp(text, "10.0.0.2") == 0 ? count : 0;
}

static size_t order_sas(struct ike *ike, const char *order, const struct sa_filter *filter)
{
	char text[64];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s v%u", order, filter->version);

	if (filter->id)
		snprintf(text + len, sizeof(text) - len, " id %u:", filter->id);
	return note(ike, text, filter->remote, fake_of(ike)->sa_count);
}

static size_t clear_sas(struct ike *ike, const struct sa_filter *filter)
{
	return order_sas(ike, "clear_sas", filter);
}

static size_t clear_sas_alone(struct ike *ike, const struct sa_filter *filter)
{
	return order_sas(ike, "clear_sas_alone", filter);
}

static size_t order_children(struct ike *ike, const char *order, const struct child_filter *filter)
{
	char text[64], address[ADDRESS_TEXT];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s", order);

	if (filter->map)
		snprintf(text + len, sizeof(text) - len, " map %.16s:", filter->map);
	if (filter->spi)
		snprintf(text + len, sizeof(text) - len,
			 " %s %u 0x%X:", address_format(filter->destination, address),
			 filter->protocol, filter->spi);
	if (filter->connection)
		snprintf(text + len, sizeof(text) - len, " connection %u:", filter->connection);
	return note(ike, text, filter->remote, fake_of(ike)->child_count);
}

static size_t clear_children(struct ike *ike, const struct child_filter *filter)
{
	return order_children(ike, "clear_children", filter);
}

static size_t clear_counters(struct ike *ike)
{
	return note(ike, "clear_counters", NULL, fake_of(ike)->child_count);
}

static size_t rekey_sas(struct ike *ike, const struct sa_filter *filter)
{
	return order_sas(ike, "rekey_sas", filter);
}

static size_t redirect_sas(struct ike *ike, const struct address *remote,
			   const struct address *gateway)
{
	char text[ADDRESS_TEXT], order[80];

	snprintf(order, sizeof(order), "redirect_sas to %s:", address_format(gateway, text));
	return note(ike, order, remote, fake_of(ike)->sa_count);
}

static size_t rekey_children(struct ike *ike, const struct child_filter *filter)
{
	return order_children(ike, "rekey_children", filter);
}

static void each_dropped(struct ike *ike,
			 void (*found)(void *context, const char *interface,
				       const struct address *local, uint64_t count),
			 void *context)
{
	const struct ctl_fake *fake = fake_of(ike);

	for (size_t i = 0; i < fake->child_count; i++)
		found(context, fake->children[i].interface, &fake->children[i].local.address,
		      fake->dropped);
}

static void host(const struct ike *ike, struct ctl_host *out)
{
	*out = fake_of(ike)->host;
}

/* The engine's functions are given no place for a context here. */
static const struct ctl_fake *path_of;

static bool path(const struct address *local, struct ctl_path *out)
{
	*out = path_of->path;
	return out->mtu != 0;
}

static const struct ctl_engine engine = {
	.each_sa = each_sa,
	.each_child = each_child,
	.each_tunnel = each_tunnel,
	.stat_name = stat_name,
	.stat = stat,
	.each_dropped = each_dropped,
	.host = host,
	.clear_sas = clear_sas,
	.clear_sas_alone = clear_sas_alone,
	.clear_counters = clear_counters,
	.clear_children = clear_children,
	.rekey_sas = rekey_sas,
	.redirect_sas = redirect_sas,
	.rekey_children = rekey_children,
	.path = path,
};

static char *running_config(void *owner)
{
	struct ctl_fake *fake = owner;

	return must_strdup(fake->config_text);
}

static struct result reload(void *owner, char **report)
{
	struct ctl_fake *fake = owner;

	if (fake->reload_report)
		*report = must_strdup(fake->reload_report);
	return fake->reload_result;
}

void ctl_fake_init(struct ctl_fake *fake)
{
	static struct policy policy; /* without anything in it */

	TAILQ_INIT(&policy.ikev2_profiles);
	TAILQ_INIT(&policy.ike_proposals);
	TAILQ_INIT(&policy.ikev2_policies);
	memset(fake, 0, sizeof(*fake));
	fake->config_text = "hostname Router1\n";
	fake->path = (struct ctl_path){ .interface = "Ethernet0/0", .mtu = 1500 };
	path_of = fake;
	fake->context = (struct ctl_context){
		.engine = &engine,
		.ike = (struct ike *)fake,
		.policy = &policy,
		.owner = fake,
		.running_config = running_config,
		.reload = reload,
	};
}

struct endpoint endpoint_of(const char *address, uint16_t port)
{
	struct endpoint endpoint = { .port = port };

	if (!address_parse(address, &endpoint.address))
		abort();
	return endpoint;
}

struct traffic_selectors any_selector(void)
{
	struct traffic_selectors any = { .count = 1 };

	any.items[0] = (struct traffic_selector){
		.end_port = 65535,
		.start = address_of_ipv4(0),
		.end = address_of_ipv4(0xffffffff),
	};
	return any;
}

void ctl_fake_router(struct ctl_fake *fake, int router)
{
	bool first = router == 1;
	struct endpoint local = endpoint_of(first ? "10.0.0.1" : "10.0.0.2", 500);
	struct endpoint remote = endpoint_of(first ? "10.0.0.2" : "10.0.0.1", 500);
	uint64_t packets = first ? 10 : 5, left = first ? 4276853 : 4347479;

	ctl_fake_init(fake);
	fake->sas[0] = (struct ike_sa_facts){
		.tunnel_id = first ? 1 : 2,
		.version = 2,
		.state = "READY",
		.established = true,
		.initiator = first,
		.local = local,
		.remote = remote,
		.fvrf = "none",
		.ivrf = "none",
		.profile = "IKEV2-SETUP",
		.encr = { TRANSFORM_ENCR, 12, 128, false },
		.integ = { TRANSFORM_INTEG, 2, 0, false },
		.prf = { TRANSFORM_PRF, 2, 0, false },
		.group = { TRANSFORM_KE, 2, 0, false },
		.auth_sign = "PSK",
		.auth_verify = "PSK",
		.lifetime = 120,
		.active = first ? 10 : 37,
		.ce_id = 1006,
		.session_id = 4,
		.status = "Negotiation done",
		.local_spi = first ? 0xE58F925107F8B73F : 0xAFD098F4147869DA,
		.remote_spi = first ? 0xAFD098F4147869DA : 0xE58F925107F8B73F,
		.local_request = first ? 2 : 0,
		.remote_request = first ? 0 : 2,
		.local_next = first ? 2 : 0,
		.remote_next = first ? 0 : 2,
		.local_queued = first ? 2 : 0,
		.remote_queued = first ? 0 : 2,
		.local_window = 5,
		.remote_window = 5,
		.legacy = true,
		.child_count = 1,
	};
	identity_set_address(&fake->sas[0].local_id, &local.address);
	identity_set_address(&fake->sas[0].remote_id, &remote.address);
	fake->sa_count = 1;
	fake->children[0] = (struct child_sa_facts){
		.ifindex = 7,
		.interface = "Tunnel0",
		.map_tag = "Tunnel0-head-0",
		.local = local,
		.remote = remote,
		.local_ts = any_selector(),
		.remote_ts = any_selector(),
		.protocol = PROTOCOL_ESP,
		.tunnel_mode = true,
		.inbound_spi = first ? 0x6B74CB79 : 0xF6083ADD,
		.outbound_spi = first ? 0xF6083ADD : 0x6B74CB79,
		.conn_in = first ? 18 : 17,
		.conn_out = first ? 17 : 18,
		.encr = { TRANSFORM_ENCR, 3, 0, false },
		.integ = { TRANSFORM_INTEG, 2, 0, false },
		.replay_protection = true,
		.iv_size = 8,
		.lifetime_kilobytes = 4608000,
		.lifetime_seconds = 3600,
		.left_kilobytes_in = left,
		.left_kilobytes_out = left,
		.left_seconds = first ? 3592 : 3584,
		.active = true,
		.mtu = 1446,
		.profile = "phse2-prof",
		.ike_tunnel_id = first ? 1 : 2,
		.in = { .packets = packets, .idle_seconds = UINT64_MAX },
		.out = { .packets = packets },
	};
	fake->child_count = 1;
	fake->tunnels[0] = (struct tunnel_facts){
		.ifindex = 7,
		.name = "Tunnel0",
		.profile = "phse2-prof",
		.local = local.address,
		.remote = remote.address,
		.admin_up = true,
		.status = "UP-ACTIVE",
		.active_sas = 2,
	};
	fake->tunnel_count = 1;
}

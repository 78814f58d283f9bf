// SPDX-License-Identifier: GPL-2.0-or-later
/* Statements of the global mode, of interfaces and routes */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "config/statements.h"

void replace_text(char **slot, const char *text)
{
	free(*slot);
	*slot = text ? must_strdup(text) : NULL;
}

void duplicate(struct loader *loader, const struct match *match, const struct source_place *first)
{
	loader_error(loader, place_of_arg(loader, &match->args[0]),
		     "duplicate \"%s\": it is already in line %u", match->args[0].text,
		     first->line);
}

struct source_place here(const struct loader *loader)
{
	return (struct source_place){ loader->policy->source, loader->number };
}

void set_hostname(struct loader *loader, const struct match *match)
{
	replace_text(&loader->policy->hostname, match->negated ? NULL : match->args[0].text);
}

void set_timestamps(struct loader *loader, const struct match *match)
{
	loader->policy->timestamps_msec = !match->negated;
}

void set_legacy(struct loader *loader, const struct match *match)
{
	loader->policy->legacy = !match->negated;
}

void set_key_log(struct loader *loader, const struct match *match)
{
	replace_text(&loader->policy->key_log, match->negated ? NULL : match->args[0].text);
	if (!match->negated)
		loader_say(loader, CONFIG_WARNING, place_of_line(loader->number), NULL,
			   "every session key will be written to \"%s\": whoever reads it can "
			   "read the traffic",
			   match->args[0].text);
}

void set_sa_seconds(struct loader *loader, const struct match *match)
{
	loader->policy->sa_lifetime_seconds =
		match->negated ? SA_LIFETIME_DEFAULT : match->args[0].number;
}

void set_sa_kilobytes(struct loader *loader, const struct match *match)
{
	loader->policy->sa_lifetime_kilobytes =
		match->negated ? SA_KILOBYTES_DEFAULT : match->args[0].number;
}

void set_window(struct loader *loader, const struct match *match)
{
	loader->policy->window = match->negated ? IKE_WINDOW_DEFAULT : match->args[0].number;
}

void set_dpd(struct loader *loader, const struct match *match)
{
	struct policy *policy = loader->policy;

	policy->dpd_interval = match->negated ? 0 : match->args[0].number;
	policy->dpd_retry = match->negated ? 0 : match->args[1].number;
	policy->dpd_periodic = !match->negated && !strcmp(match->args[2].text, "periodic");
}

void set_cookie_challenge(struct loader *loader, const struct match *match)
{
	loader->policy->cookie_challenge = match->negated ? 0 : match->args[0].number;
}

void set_redirect_client(struct loader *loader, const struct match *match)
{
	loader->policy->redirect_max = match->negated	   ? 0 :
				       arg_given(match, 0) ? match->args[0].number :
							     REDIRECTS_DEFAULT;
}

static struct address gateway_of(const struct match *match)
{
	return match->negated ? (struct address){} : match->args[0].address;
}

void set_redirect_gateway(struct loader *loader, const struct match *match)
{
	loader->policy->redirect_gateway = gateway_of(match);
}

void profile_redirect(struct loader *loader, const struct match *match)
{
	loader->ikev2_profile->redirect_gateway = gateway_of(match);
}

void set_fragmentation(struct loader *loader, const struct match *match)
{
	loader->policy->fragment_mtu = match->negated	   ? 0 :
				       arg_given(match, 0) ? match->args[0].number :
							     FRAGMENT_MTU_DEFAULT;
}

void set_nat_keepalive(struct loader *loader, const struct match *match)
{
	loader->policy->nat_keepalive = match->negated ? 0 : match->args[0].number;
}

void set_nat_traversal(struct loader *loader, const struct match *match)
{
	loader->policy->nat_traversal = !match->negated;
}

void set_queue_length(struct loader *loader, const struct match *match)
{
	loader->policy->queue_length = match->negated ? 0 : match->args[0].number;
}

void set_limit_sa(struct loader *loader, const struct match *match)
{
	loader->policy->limit_sa = match->negated ? 0 : match->args[0].number;
}

void set_limit_negotiating(struct loader *loader, const struct match *match)
{
	loader->policy->limit_negotiating = match->negated ? 0 : match->args[0].number;
}

void set_rekey_margin(struct loader *loader, const struct match *match)
{
	loader->policy->rekey_margin_percent =
		match->negated ? REKEY_MARGIN_DEFAULT : match->args[0].number;
}

void set_log_style(struct loader *loader, const struct match *match)
{
	loader->policy->log_style = !match->negated && !strcmp(match->args[0].text, "yamaha") ?
					    LOG_STYLE_YAMAHA :
					    LOG_STYLE_IOS;
}

/* The statement replaces an earlier one. */
void set_log_kinds(struct loader *loader, const struct match *match)
{
	uint32_t *topics = &loader->policy->log_topics;

	*topics = 0;
	for (size_t i = 0; !match->negated && i < match->count && arg_given(match, i); i++)
		for (size_t j = 0; j < LOG_KIND_COUNT; j++)
			if (!strcmp(log_kinds[j].word, match->args[i].text))
				*topics |= 1u << log_kinds[j].topic;
	if (*topics & 1u << LOG_IKEV2_KEY)
		loader_say(loader, CONFIG_WARNING, place_of_line(loader->number), NULL,
			   "every key will be written to the log: whoever reads it can read the "
			   "traffic");
}

void ignore_statement(struct loader *loader, const struct match *match)
{
	loader_say_once(loader, place_of_line(loader->number), match->statement->syntax,
			"ignored \"%s\"", match->statement->syntax);
}

/* Tunnel0, tunnel12 */
static bool is_tunnel_name(const char *name)
{
	return !strncasecmp(name, "tunnel", 6) && name[6] &&
	       !name[6 + strspn(name + 6, "0123456789")];
}

void open_interface(struct loader *loader, const struct match *match)
{
	struct interface_config *interface;

	TAILQ_FOREACH(interface, &loader->policy->interfaces, link)
		if (!strcasecmp(interface->name, match->args[0].text))
			duplicate(loader, match, &interface->place);

	interface = must_calloc(1, sizeof(*interface));
	interface->name = must_strdup(match->args[0].text);
	interface->place = here(loader);
	interface->is_tunnel = is_tunnel_name(interface->name);
	TAILQ_INSERT_TAIL(&loader->policy->interfaces, interface, link);
	loader->interface = interface;
}

static void set_address(struct interface_config *interface, enum family family,
			const struct prefix *address)
{
	interface->addresses[family] = *address;
	interface->negotiated[family] = false;
}

void interface_address(struct loader *loader, const struct match *match)
{
	struct prefix address = {};

	if (!match->negated) /* the grammar has checked the mask */
		prefix_from_mask(&match->args[0].address, &match->args[1].address, &address);
	set_address(loader->interface, FAMILY_IPV4, &address);
}

void interface_address6(struct loader *loader, const struct match *match)
{
	struct prefix address = {};

	if (!match->negated)
		address = prefix_of_arg(&match->args[0]);
	set_address(loader->interface, FAMILY_IPV6, &address);
}

/* IOS has it on dialers, too: what PPP negotiates there is the system's. */
static void negotiate(struct loader *loader, const struct match *match, enum family family)
{
	struct interface_config *interface = loader->interface;

	if (!interface->is_tunnel) {
		loader_say_once(loader, place_of_line(loader->number), match->statement->syntax,
				"ignored \"%s\"", match->statement->syntax);
		return;
	}
	set_address(interface, family, &(struct prefix){});
	interface->negotiated[family] = true;
}

void interface_negotiated(struct loader *loader, const struct match *match)
{
	negotiate(loader, match, FAMILY_IPV4);
}

void interface_negotiated6(struct loader *loader, const struct match *match)
{
	negotiate(loader, match, FAMILY_IPV6);
}

void interface_shutdown(struct loader *loader, const struct match *match)
{
	loader->interface->shutdown = !match->negated;
}

void interface_mtu(struct loader *loader, const struct match *match)
{
	loader->interface->mtu = match->negated ? 0 : match->args[0].number;
}

/* "tunnel ..." makes sense in tunnels alone; false after an error. */
bool want_tunnel(struct loader *loader)
{
	if (loader->interface->is_tunnel)
		return true;
	loader_error(loader, place_of_line(loader->number),
		     "\"%s\" is no tunnel: this statement belongs into \"interface Tunnel0\"",
		     loader->interface->name);
	return false;
}

void tunnel_source(struct loader *loader, const struct match *match)
{
	if (want_tunnel(loader))
		replace_text(&loader->interface->tunnel_source,
			     match->negated ? NULL : match->args[0].text);
}

void tunnel_destination(struct loader *loader, const struct match *match)
{
	if (want_tunnel(loader))
		replace_text(&loader->interface->tunnel_destination,
			     match->negated ? NULL : match->args[0].text);
}

static void set_tunnel_mode(struct loader *loader, const struct match *match, enum tunnel_mode mode)
{
	if (want_tunnel(loader))
		loader->interface->tunnel_mode = match->negated ? TUNNEL_MODE_NONE : mode;
}

void tunnel_mode_v4(struct loader *loader, const struct match *match)
{
	set_tunnel_mode(loader, match,
			arg_given(match, 0) ? TUNNEL_MODE_IPV4_V6_OVERLAY : TUNNEL_MODE_IPV4);
}

void tunnel_mode_v6(struct loader *loader, const struct match *match)
{
	set_tunnel_mode(loader, match,
			arg_given(match, 0) ? TUNNEL_MODE_IPV6_V4_OVERLAY : TUNNEL_MODE_IPV6);
}

void tunnel_mode_dual(struct loader *loader, const struct match *match)
{
	set_tunnel_mode(loader, match, TUNNEL_MODE_DUAL_OVERLAY);
}

void tunnel_protection(struct loader *loader, const struct match *match)
{
	struct interface_config *interface = loader->interface;

	if (!want_tunnel(loader))
		return;
	replace_text(&interface->ipsec_profile_name, match->negated ? NULL : match->args[0].text);
	if (!match->negated)
		refer(loader, REFERENCE_IPSEC_PROFILE, &match->args[0], 0)->owner.interface =
			interface;
}

/* @at: the argument behind the destination, which is the first one */
static void add_route_to(struct loader *loader, const struct match *match, size_t at,
			 const struct prefix *destination)
{
	struct route_config *route = must_calloc(1, sizeof(*route));
	struct address first = prefix_first(destination);

	route->place = here(loader);
	route->destination = *destination;
	if (!address_equal(&first, &destination->address))
		loader_error(loader, place_of_arg(loader, &match->args[0]),
			     "inconsistent address and mask: the network is larger than that");
	if (match->args[at].kind == TOKEN_INTERFACE)
		route->interface = must_strdup(match->args[at].text);
	else
		route->gateway = match->args[at].address;
	route->distance = arg_given(match, at + 1) ? match->args[at + 1].number : 1;
	TAILQ_INSERT_TAIL(&loader->policy->routes, route, link);
}

void add_route(struct loader *loader, const struct match *match)
{
	struct prefix destination;

	prefix_from_mask(&match->args[0].address, &match->args[1].address, &destination);
	add_route_to(loader, match, 2, &destination);
}

void add_route6(struct loader *loader, const struct match *match)
{
	struct prefix destination = prefix_of_arg(&match->args[0]);

	add_route_to(loader, match, 1, &destination);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tunnels: the seki network devices of this namespace, what they want and
 * when it is tried again. A tunnel that is up wants one child SA; a packet
 * without SA (acquire) cuts the wait short.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "base/memory.h"
#include "ike/sa.h"
#include "ike/yamaha.h"

#define RETRY_FIRST SECONDS(1)
#define RETRY_MAX SECONDS(60)

struct kernel_owner tunnel_owner(const struct tunnel *tunnel)
{
	return (struct kernel_owner){ .ifindex = tunnel->device.ifindex, .policy = tunnel->policy };
}

struct tunnel *tunnel_find(struct ike *ike, uint32_t ifindex)
{
	return tunnel_of_owner(ike, &(struct kernel_owner){ .ifindex = ifindex });
}

struct tunnel *tunnel_of_owner(struct ike *ike, const struct kernel_owner *owner)
{
	uint64_t key = kernel_owner_key(owner);
	struct tunnel *tunnel;

	HASH_FIND(hh, ike->by_owner, &key, sizeof(key), tunnel);
	return tunnel;
}

const struct ipsec_profile *tunnel_profile(const struct tunnel *tunnel)
{
	return policy_find_ipsec_profile(tunnel->ike->policy, tunnel->device.profile);
}

/* Is it this tunnel's profile that the SA was made with (row H15)? */
static bool serves(const struct ike_sa *sa, const struct ipsec_profile *profile)
{
	return ipsec_profile_version(sa->ike->policy, profile) == sa->version->number &&
	       profile->ikev2_profile == sa->profile && profile->isakmp_profile == sa->isakmp;
}

static struct result other_profile(const struct ike_sa *sa, const char *tunnel)
{
	if (sa->profile || sa->isakmp)
		return fail(-ENOENT,
			    "%s profile %s, chosen by the peer's identity, is not the one of %s",
			    sa->profile ? "IKEv2" : "ISAKMP",
			    sa->profile ? sa->profile->name : sa->isakmp->name, tunnel);
	return fail(-ENOENT, "the peer matches none of the ISAKMP profiles, %s has another one",
		    tunnel);
}

static bool overlap(const struct traffic_selectors *ours, const struct traffic_selectors *wanted)
{
	struct traffic_selectors common;

	return selectors_narrow(wanted, ours, &common);
}

static bool covers(const struct traffic_selectors *ours, const struct traffic_selectors *wanted)
{
	struct traffic_selectors common;

	return selectors_narrow(wanted, ours, &common) && selectors_equal(&common, wanted);
}

struct tunnel *tunnel_for_peer(const struct ike_sa *sa, const struct address *local,
			       const struct address *remote,
			       const struct traffic_selectors *local_ts,
			       const struct traffic_selectors *remote_ts, struct result *why)
{
	struct peering *peering = peering_find(sa->ike, local, remote);
	struct tunnel *tunnel, *device = NULL, *part = NULL, *outside = NULL;
	char here[ADDRESS_TEXT], there[ADDRESS_TEXT];
	const char *other = NULL;

	for (tunnel = peering ? TAILQ_FIRST(&peering->tunnels) : NULL; tunnel;
	     tunnel = TAILQ_NEXT(tunnel, of_peering)) {
		const struct ipsec_profile *candidate = tunnel_profile(tunnel);

		if (!candidate || !serves(sa, candidate))
			other = tunnel->device.name;
		else if (!tunnel->policy)
			device = device ? device : tunnel;
		else if (!local_ts || !remote_ts)
			continue;
		else if (covers(&tunnel->local_ts, local_ts) &&
			 covers(&tunnel->remote_ts, remote_ts))
			return tunnel;
		else if (overlap(&tunnel->local_ts, local_ts) &&
			 overlap(&tunnel->remote_ts, remote_ts))
			part = part ? part : tunnel;
		else
			outside = tunnel;
	}
	if (part || device || outside)
		return part ? part : device ? device : outside;
	if (other) {
		log_line(LOG_IPSEC, "map_db_check_isakmp_profile profile did not match");
		log_line(LOG_IPSEC, "map_db_find_best did not find matching map");
	}
	if (other)
		*why = other_profile(sa, other);
	else
		*why = fail(-ENOENT, "no tunnel has local address %s and remote address %s",
			    address_format(local, here), address_format(remote, there));
	return NULL;
}

struct child_sa *tunnel_active_child(const struct tunnel *tunnel)
{
	struct child_sa *child;

	/* One without IKE SA still carries packets, but nobody would replace it. */
	TAILQ_FOREACH(child, &tunnel->children, of_tunnel)
		if (child->sa && (child->state == CHILD_ACTIVE || child->state == CHILD_INBOUND))
			return child;
	return NULL;
}

bool tunnel_can_send(const struct tunnel *tunnel)
{
	const struct child_sa *child;

	TAILQ_FOREACH(child, &tunnel->children, of_tunnel)
		if (child->out_installed)
			return true;
	return false;
}

static struct ike_sa *established_sa(struct tunnel *tunnel, const struct ipsec_profile *profile)
{
	struct ike_sa *sa;

	TAILQ_FOREACH(sa, &tunnel->peering->sas, of_peering)
		if (sa->established && !sa->closing && serves(sa, profile))
			return sa;
	return NULL;
}

/* By a rekey whose old child has gone meanwhile; if it fails it tells tunnel_lost(). */
static bool child_is_coming(const struct tunnel *tunnel)
{
	const struct child_sa *child;

	TAILQ_FOREACH(child, &tunnel->children, of_tunnel)
		if (child->replaces && child->state == CHILD_NEGOTIATING)
			return true;
	return false;
}

void tunnel_want(struct tunnel *tunnel)
{
	const struct ipsec_profile *profile = tunnel_profile(tunnel);
	const struct ike_version *version;
	struct ike *ike = tunnel->ike;
	struct result result;
	struct ike_sa *sa;

	if (!tunnel->device.up || tunnel->negotiating || ike->shutting_down ||
	    tunnel_active_child(tunnel) || child_is_coming(tunnel))
		return;
	/* Somebody else keys it, or it is the device that gives policies' packets up. */
	if (!tunnel->policy && !tunnel->device.profile[0])
		return;
	timer_stop(ike->env.timers, &tunnel->retry);
	if (!profile || !ipsec_profile_version(ike->policy, profile)) {
		snprintf(tunnel->last_error, sizeof(tunnel->last_error),
			 profile ? "IPsec profile %s names no IKEv2 profile" :
				   "IPsec profile %s is not configured",
			 tunnel->device.profile);
		log_line(LOG_ERROR, "%s: %s", tunnel->device.name, tunnel->last_error);
		yamaha_not_configured(ike, NULL,
				      profile ? "set ikev2-profile" : "crypto ipsec profile");
		return;
	}
	/* Clients whose users are asked for begin themselves. */
	if (profile->responder_only ||
	    (profile->isakmp_profile && profile->isakmp_profile->user_list))
		return;

	tunnel->negotiating = true;
	sa = established_sa(tunnel, profile);
	if (sa) {
		result = sa->version->create_child(sa, tunnel);
	} else {
		version = ike_version_of(ike, ipsec_profile_version(ike->policy, profile));
		result = version ? version->initiate(ike, tunnel, profile) :
				   fail(-EPROTONOSUPPORT,
					"IPsec profile %s needs a version of IKE that is not "
					"available",
					profile->name);
	}
	if (failed(&result))
		tunnel_failed(tunnel, result.why);
}

bool tunnel_renew(struct tunnel *tunnel)
{
	const struct ipsec_profile *profile = tunnel_profile(tunnel);
	const struct ike_version *version =
		profile ? ike_version_of(tunnel->ike,
					 ipsec_profile_version(tunnel->ike->policy, profile)) :
			  NULL;
	struct result result;

	if (!version || !tunnel->device.up || tunnel->negotiating || tunnel->ike->shutting_down)
		return false;
	tunnel->negotiating = true;
	result = version->initiate(tunnel->ike, tunnel, profile);
	if (failed(&result))
		tunnel_failed(tunnel, result.why);
	return !failed(&result);
}

void tunnel_failed(struct tunnel *tunnel, const char *why)
{
	const struct ipsec_profile *profile = tunnel_profile(tunnel);
	uint64_t delay = RETRY_FIRST << (tunnel->attempts < 6 ? tunnel->attempts : 6);

	/* Whom a gateway has sent elsewhere begins with that gateway again. */
	tunnel->gateway.family = tunnel->redirected_from.family = AF_UNSPEC;
	tunnel->negotiating = false;
	snprintf(tunnel->last_error, sizeof(tunnel->last_error), "%s", why);
	log_line(LOG_ERROR, "%s: %s", tunnel->device.name, why);
	tunnel->attempts++;
	if (profile && profile->ikev2_profile && profile->ikev2_profile->keep_trying)
		delay = RETRY_FIRST;
	/* A policy waits for the next packet. */
	if (!tunnel->device.up || tunnel->policy || tunnel->ike->shutting_down)
		return;
	timer_start(tunnel->ike->env.timers, &tunnel->retry, delay < RETRY_MAX ? delay : RETRY_MAX);
}

void tunnel_lost(struct tunnel *tunnel)
{
	/* After a failure the next attempt waits for its timer, and a policy for a packet. */
	if (!timer_running(&tunnel->retry) && !tunnel->policy)
		tunnel_want(tunnel);
}

void tunnels_lost(const struct ike_sa *sa, bool moved)
{
	struct peering *peering = peering_find(sa->ike, &sa->home_local, &sa->home_remote);
	struct tunnel *tunnel;

	if (moved) {
		TAILQ_FOREACH(tunnel, &sa->ike->tunnels, link)
			tunnel_lost(tunnel);
	} else if (peering) {
		TAILQ_FOREACH(tunnel, &peering->tunnels, of_peering)
			tunnel_lost(tunnel);
	}
}

static void retry(struct timer *timer)
{
	tunnel_want(container_of(timer, struct tunnel, retry));
}

void tunnel_free(struct tunnel *tunnel)
{
	struct child_sa *child;

	timer_stop(tunnel->ike->env.timers, &tunnel->retry);
	while ((child = TAILQ_FIRST(&tunnel->children)))
		child_sa_forget(child);
	session_ticket_free(&tunnel->ticket);
	tunnel_table_leave(tunnel);
	TAILQ_REMOVE(&tunnel->ike->tunnels, tunnel, link);
	free(tunnel);
}

/* Two tunnels between the same addresses may share an IKE SA. */
static bool serves_another(const struct ike_sa *sa, const struct tunnel *tunnel)
{
	const struct child_sa *child;

	TAILQ_FOREACH(child, &sa->children, of_sa)
		if (child->tunnel != tunnel)
			return true;
	return false;
}

/* What runs for a tunnel ends with it: politely where the peer is known. */
static void end_sessions(struct tunnel *tunnel)
{
	struct ike *ike = tunnel->ike;
	struct child_sa *child, *next_child;
	struct ike_sa *sa, *next;

	tunnel->device.up = false; /* nothing begins again for what it was */
	session_ticket_free(&tunnel->ticket);
	for (sa = TAILQ_FIRST(&tunnel->peering->sas); sa; sa = next) {
		next = TAILQ_NEXT(sa, of_peering);
		if (!serves_another(sa, tunnel) && (sa->established || sa->tunnel == tunnel))
			sa->version->close(sa);
	}
	for (child = TAILQ_FIRST(&tunnel->children); child; child = next_child) {
		next_child = TAILQ_NEXT(child, of_tunnel);
		if (child->sa && !child->sa->closing && child->state != CHILD_NEGOTIATING)
			child->sa->version->delete_child(child);
		else
			child_sa_destroy(child);
	}
	tunnel->negotiating = false;
	timer_stop(ike->env.timers, &tunnel->retry);
	client_unconfigure(tunnel);
}

static void set_device(struct tunnel *tunnel, const struct kernel_tunnel *device)
{
	tunnel->device = *device;
	tunnel_table_enter(tunnel);
}

struct tunnel *tunnel_new(struct ike *ike, const struct kernel_tunnel *device, uint32_t policy)
{
	struct tunnel *tunnel = must_calloc(1, sizeof(*tunnel));

	tunnel->ike = ike;
	tunnel->policy = policy;
	tunnel->retry.fire = retry;
	TAILQ_INIT(&tunnel->children);
	TAILQ_INSERT_TAIL(&ike->tunnels, tunnel, link);
	set_device(tunnel, device);
	return tunnel;
}

/*
 * What a device may carry: any packet of the families inside. The module
 * carries both, so does a tunnel that no stanza speaks of; a peer that wants
 * one of them narrows. IKEv1 agrees on one range, and cannot narrow.
 */
static void find_selectors(const struct tunnel *tunnel, struct traffic_selectors *any)
{
	const struct policy *policy = tunnel->ike->policy;
	const struct interface_config *stanza = policy_find_interface(policy, tunnel->device.name);
	const struct ipsec_profile *profile = tunnel_profile(tunnel);

	any->count = 0;
	for (enum family family = 0; family < FAMILY_COUNT; family++)
		if (!stanza || interface_carries(stanza, family))
			selectors_add_any(any, family);
	if (profile && ipsec_profile_version(policy, profile) == 1)
		any->count = 1;
}

/* Return: true if it was something else before. */
static bool update_selectors(struct tunnel *tunnel)
{
	struct traffic_selectors any;

	find_selectors(tunnel, &any);
	if (selectors_equal(&any, &tunnel->local_ts))
		return false;
	tunnel->local_ts = tunnel->remote_ts = any;
	return true;
}

/* Only our own outer address is another one, and the peer can be told (RFC 4555). */
static bool moves_along(struct tunnel *tunnel, const struct kernel_tunnel *device)
{
	struct child_sa *child = tunnel_active_child(tunnel);
	struct ike_sa *sa = child ? child->sa : NULL;

	if (!sa || !sa->established || sa->closing || !sa->original || !sa->explicit_moves ||
	    !tunnel->device.up || !device->up ||
	    !address_equal(&tunnel->device.remote, &device->remote) ||
	    strcmp(tunnel->device.profile, device->profile))
		return false;
	set_device(tunnel, device);
	/* Another tunnel of the same IKE SA may have been here before. */
	if (!address_equal(&sa->home_local, &device->local)) {
		ike_sa_set_home(sa, &device->local, &sa->home_remote);
		sa->version->move(sa, &device->local);
	}
	return true;
}

static void seen(void *context, const struct kernel_tunnel *device)
{
	struct ike *ike = context;
	struct tunnel *tunnel = tunnel_find(ike, device->ifindex);
	bool changed = false;

	if (!tunnel) {
		tunnel = tunnel_new(ike, device, 0);
		tunnel->device.up = false;
		tunnel_adopt_leftovers(tunnel);
	} else {
		changed = !address_equal(&tunnel->device.local, &device->local) ||
			  !address_equal(&tunnel->device.remote, &device->remote) ||
			  strcmp(tunnel->device.profile, device->profile) ||
			  (tunnel->device.up && !device->up);
	}
	if (changed && moves_along(tunnel, device))
		return;
	if (changed) {
		log_line(LOG_NOTICE, "%s: %s", device->name,
			 device->up ? "endpoint or profile changed" : "shut down");
		end_sessions(tunnel);
	}
	if (changed || !tunnel->device.up)
		tunnel->attempts = 0;
	set_device(tunnel, device);
	update_selectors(tunnel);
	snprintf(tunnel->map_tag, sizeof(tunnel->map_tag), "%s-head-0", device->name);
	if (!timer_running(&tunnel->retry))
		tunnel_want(tunnel);
}

void tunnel_reconfigure(struct tunnel *tunnel)
{
	bool up = tunnel->device.up;

	if (tunnel->policy)
		return;
	if (update_selectors(tunnel) && up) {
		log_line(LOG_NOTICE, "%s: the configuration has other packets inside",
			 tunnel->device.name);
		end_sessions(tunnel);
		tunnel->device.up = up;
	}
	tunnel_want(tunnel);
}

void tunnel_end(struct tunnel *tunnel)
{
	struct ike_sa *sa;

	end_sessions(tunnel);
	TAILQ_FOREACH(sa, &tunnel->ike->sas, link)
		if (sa->tunnel == tunnel)
			sa->tunnel = NULL;
	tunnel_free(tunnel);
}

static void gone(void *context, uint32_t ifindex)
{
	struct tunnel *tunnel = tunnel_find(context, ifindex);

	if (!tunnel)
		return;
	/* What it was given has gone with the device. */
	memset(tunnel->inner, 0, sizeof(tunnel->inner));
	tunnel->inner_route_count = 0;
	log_line(LOG_NOTICE, "%s: the interface is gone", tunnel->device.name);
	tunnel_end(tunnel);
}

static void acquire(void *context, const struct kernel_acquire *acquire)
{
	struct tunnel *tunnel = tunnel_of_owner(context, &acquire->owner);
	char source[ADDRESS_TEXT], destination[ADDRESS_TEXT];

	if (!tunnel)
		return;
	log_line(LOG_IPSEC, "IPSEC(acquire): a packet from %s to %s wants an SA of %s",
		 endpoint_format(&acquire->source, source),
		 endpoint_format(&acquire->destination, destination), tunnel->device.name);
	tunnel_want(tunnel);
}

static void expire(void *context, const struct kernel_expire *expire)
{
	struct tunnel *tunnel = tunnel_of_owner(context, &expire->owner);
	struct child_sa *child;

	if (!tunnel)
		return;
	TAILQ_FOREACH(child, &tunnel->children, of_tunnel)
		if (expire->id.spi == child_sa_kernel_id(child, expire->id.direction).spi ||
		    expire->id.spi == child_outer_kernel_id(child, expire->id.direction).spi)
			break;
	if (!child)
		return;
	log_line(LOG_IPSEC, "IPSEC(expire): %s: the %s lifetime of SPI 0x%08X has ended",
		 tunnel->device.name, expire->hard ? "hard" : "soft", expire->id.spi);
	if (!expire->hard) {
		if (child->state == CHILD_ACTIVE && child->sa)
			child->sa->version->rekey_child(child);
		return;
	}
	if (child->sa && child->state == CHILD_ACTIVE)
		child->sa->version->delete_child(child);
	else
		child_sa_destroy(child);
	tunnel_lost(tunnel);
}

struct kernel_events ike_kernel_events(struct ike *ike)
{
	return (struct kernel_events){
		.context = ike,
		.acquire = acquire,
		.expire = expire,
		.peer_moved = ike_peer_moved,
		.tunnel_seen = seen,
		.tunnel_gone = gone,
	};
}

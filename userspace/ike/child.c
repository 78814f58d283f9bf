// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Child SAs: pairs of kernel SAs, from the SPI to the last late packet.
 *
 * The order keeps rekeying free of loss: whoever may receive first installs
 * the inbound half before the peer can use it; the old pair stays until the
 * new one carries traffic both ways, and its inbound half a little longer.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "base/memory.h"
#include "ike/key_engine.h"
#include "ike/sa.h"
#include "ike/yamaha.h"

/* How long packets that are still on the way may arrive on a deleted SA. */
#define LINGER SECONDS(5)

static struct kernel *kernel_of(const struct child_sa *child)
{
	return child->ike->env.kernel;
}

struct kernel_sa_id child_sa_kernel_id(const struct child_sa *child, enum sa_direction direction)
{
	return (struct kernel_sa_id){
		.direction = direction,
		.protocol = child->protocol,
		.spi = direction == SA_INBOUND ? child->spi_in : child->spi_out,
		.local = child->local.address,
		.remote = child->remote.address,
	};
}

struct kernel_sa_id child_outer_kernel_id(const struct child_sa *child, enum sa_direction direction)
{
	struct kernel_sa_id id = child_sa_kernel_id(child, direction);

	id.protocol = PROTOCOL_AH;
	id.spi = direction == SA_INBOUND ? child->outer.spi_in : child->outer.spi_out;
	return id;
}

static void rekey_due(struct timer *timer)
{
	struct child_sa *child = container_of(timer, struct child_sa, rekey);

	if (child->sa && child->state == CHILD_ACTIVE)
		child->sa->version->rekey_child(child);
}

/* What cannot send is of no use: the peer is told, and the tunnel gets another one. */
static void take_over(struct child_sa *child)
{
	struct result result = child_sa_install_outbound(child);

	if (!failed(&result))
		return;
	log_line(LOG_ERROR, "%s: %s", child->tunnel->device.name, result.why);
	if (child->sa)
		child->sa->version->delete_child(child);
}

/* The peer of our responder side never sent its delete: take the new SA into use anyway. */
static void linger_over(struct timer *timer)
{
	struct child_sa *child = container_of(timer, struct child_sa, linger);

	if (child->state != CHILD_INBOUND)
		child_sa_destroy(child);
	else if (!child->deleting)
		take_over(child);
}

static struct child_sa *make(struct tunnel *tunnel, uint8_t protocol)
{
	struct child_sa *child = must_calloc(1, sizeof(*child));

	child->ike = tunnel->ike;
	child->tunnel = tunnel;
	child->protocol = protocol;
	child->created_at = ike_now(tunnel->ike);
	child->rekey.fire = rekey_due;
	child->linger.fire = linger_over;
	TAILQ_INSERT_TAIL(&tunnel->children, child, of_tunnel);
	return child;
}

struct result child_sa_new(struct ike_sa *sa, struct tunnel *tunnel, uint8_t protocol,
			   struct child_sa **out)
{
	struct ike *ike = sa->ike;
	struct kernel_owner owner = tunnel_owner(tunnel);
	struct child_sa *child;
	struct result result;
	uint32_t spi;

	*out = NULL;
	result = ike->env.kernel->ops->alloc_spi(ike->env.kernel, protocol, &owner,
						 &sa->local.address, &spi);
	if (failed(&result))
		return result;
	child = make(tunnel, protocol);
	child->sa = sa;
	child->spi_in = spi;
	child->conn_in = ++ike->last_conn_id;
	child->local = sa->local;
	child->remote = sa->remote;
	TAILQ_INSERT_TAIL(&sa->children, child, of_sa);
	child->holder = out;
	*out = child;
	yamaha_child(child, SA_INBOUND, LOG_IKEV2_INFO, "temporarily assigned");
	yamaha_bound(child, SA_INBOUND, false);
	return RESULT_OK;
}

struct result child_sa_add_outer(struct child_sa *child)
{
	struct kernel_owner owner = tunnel_owner(child->tunnel);
	struct kernel *kernel = kernel_of(child);
	struct result result;

	result = kernel->ops->alloc_spi(kernel, PROTOCOL_AH, &owner, &child->sa->local.address,
					&child->outer.spi_in);
	if (!failed(&result))
		child->outer.conn_in = ++child->ike->last_conn_id;
	return result;
}

struct child_sa *child_sa_hand_over(struct child_sa **holder)
{
	struct child_sa *child = *holder;

	*holder = NULL;
	if (child)
		child->holder = NULL;
	return child;
}

void child_sa_agreed(struct child_sa *child, const struct proposal *chosen)
{
	const struct transform *encr = proposal_get(chosen, TRANSFORM_ENCR);
	const struct transform *integ = proposal_get(chosen, TRANSFORM_INTEG);
	const struct transform *group = proposal_get(chosen, TRANSFORM_KE);
	const struct transform *esn = proposal_get(chosen, TRANSFORM_ESN);
	const struct ipsec_profile *profile = tunnel_profile(child->tunnel);
	const struct policy *policy = child->ike->policy;

	child->spi_out = (uint32_t)chosen->spi;
	child->conn_out = ++child->ike->last_conn_id;
	yamaha_child(child, SA_OUTBOUND, LOG_IKEV2_INFO, "temporarily assigned");
	yamaha_bound(child, SA_OUTBOUND, false);
	if (encr) {
		child->suite.encr = encr->id;
		child->suite.key_bits = encr->key_bits;
	}
	child->suite.integ = integ ? integ->id : 0;
	child->pfs_group = group ? group->id : 0;
	child->esn = esn && esn->id == 1;
	child->local = child->sa->local;
	child->remote = child->sa->remote;
	child->udp_encap = ike_sa_encapsulates(child->sa);
	child->lifetime_seconds = profile && profile->lifetime_seconds ?
					  profile->lifetime_seconds :
					  policy->sa_lifetime_seconds;
	child->lifetime_kilobytes = profile && profile->lifetime_kilobytes ?
					    profile->lifetime_kilobytes :
					    policy->sa_lifetime_kilobytes;
	if (profile && profile->lifetime_kilobytes_disabled)
		child->lifetime_kilobytes = 0;
	child->replay_window = profile ? profile->replay_window : 0;
	strcpy(child->profile, child->tunnel->device.profile);
}

static void keys_free(struct child_keys *keys)
{
	buffer_free(&keys->encr);
	buffer_free(&keys->integ);
}

/* Both SAs of a bundle have the same limits; the inner one's soft one is enough. */
static struct result install_outer(struct child_sa *child, enum sa_direction direction)
{
	struct child_outer *outer = &child->outer;
	struct child_keys *keys = direction == SA_INBOUND ? &outer->keys_in : &outer->keys_out;
	struct kernel_sa sa = {
		.id = child_outer_kernel_id(child, direction),
		.mode = child->transport ? SA_TRANSPORT : SA_TUNNEL,
		.owner = tunnel_owner(child->tunnel),
		.bundled = true,
		.integ = outer->integ,
		.integ_key = buffer_bytes(&keys->integ),
		.esn = child->esn,
		.replay_window = child->replay_window,
		.limits = {
			.hard_seconds = child->lifetime_seconds,
			.hard_bytes = child->lifetime_kilobytes * 1024,
		},
	};
	struct kernel *kernel = kernel_of(child);
	struct result result = kernel->ops->add_sa(kernel, &sa);

	keys_free(keys);
	return result;
}

static void remove_outer(struct child_sa *child, enum sa_direction direction)
{
	struct kernel_sa_id id = child_outer_kernel_id(child, direction);
	struct kernel *kernel = kernel_of(child);
	struct result result;

	if (!id.spi)
		return;
	result = kernel->ops->delete_sa(kernel, &id);
	if (failed(&result) && result.code != -ENOENT)
		log_line(LOG_ERROR, "SPI 0x%08X: %s", id.spi, result.why);
	if (direction == SA_INBOUND)
		child->outer.spi_in = 0;
	else
		child->outer.spi_out = 0;
}

static struct result install(struct child_sa *child, enum sa_direction direction,
			     struct child_keys *keys)
{
	bool receives = direction == SA_INBOUND && child->transport;
	const struct address none = { .family = AF_UNSPEC };
	uint64_t bytes = child->lifetime_kilobytes * 1024;
	struct kernel_sa sa = {
		.id = child_sa_kernel_id(child, direction),
		.outer_spi = direction == SA_INBOUND ? child->outer.spi_in : child->outer.spi_out,
		.mode = child->transport ? SA_TRANSPORT : SA_TUNNEL,
		.owner = tunnel_owner(child->tunnel),
		.local_port = child->udp_encap ? child->local.port : 0,
		.remote_port = child->udp_encap ? child->remote.port : 0,
		.origin_local = receives ? child->origin_local : none,
		.origin_remote = receives ? child->origin_remote : none,
		.encr = child->suite.encr,
		.integ = child->suite.integ,
		.encr_key = buffer_bytes(&keys->encr),
		.integ_key = buffer_bytes(&keys->integ),
		.esn = child->esn,
		.roaming = direction == SA_INBOUND && ike_sa_roams(child->sa),
		.replay_window = child->replay_window,
		.limits = {
			.hard_seconds = child->lifetime_seconds,
			.soft_bytes = bytes / 100 * child->ike->policy->rekey_margin_percent,
			.hard_bytes = bytes,
		},
	};
	struct kernel *kernel = kernel_of(child);
	struct result result = RESULT_OK;

	if (sa.outer_spi)
		result = install_outer(child, direction);
	if (!failed(&result)) {
		result = kernel->ops->add_sa(kernel, &sa);
		if (failed(&result) && direction == SA_OUTBOUND)
			remove_outer(child, direction);
	}
	if (!failed(&result)) {
		keylog_child(child, direction, sa.encr_key, sa.integ_key);
		yamaha_child(child, direction, LOG_IKEV2_INFO, "established");
		if (sa.outer_spi)
			key_engine_created(child, direction, true);
		key_engine_created(child, direction, false);
	}
	keys_free(keys);
	return result;
}

struct result child_sa_install_inbound(struct child_sa *child)
{
	struct result result = install(child, SA_INBOUND, &child->keys_in);

	if (failed(&result))
		return result;
	child->in_installed = true;
	child->state = CHILD_INBOUND;
	child->created_at = ike_now(child->ike);
	timer_start(child->ike->env.timers, &child->linger, 2 * LINGER);
	return RESULT_OK;
}

static void retire_orphans(struct tunnel *tunnel)
{
	struct child_sa *child, *next;

	for (child = TAILQ_FIRST(&tunnel->children); child; child = next) {
		next = TAILQ_NEXT(child, of_tunnel);
		if (!child->sa && child->state == CHILD_ACTIVE)
			child_sa_linger(child);
	}
}

void child_sa_adopt(struct tunnel *tunnel, const struct kernel_sa_id *id)
{
	struct child_sa *child = make(tunnel, id->protocol);

	child->state = CHILD_ACTIVE;
	child->local.address = id->local;
	child->remote.address = id->remote;
	if (id->direction == SA_INBOUND) {
		child->spi_in = id->spi;
		child->in_installed = true;
	} else {
		child->spi_out = id->spi;
		child->out_installed = true;
	}
}

struct result child_sa_install_outbound(struct child_sa *child)
{
	struct tunnel *tunnel = child->tunnel;
	struct result result;

	timer_stop(child->ike->env.timers, &child->linger);
	result = install(child, SA_OUTBOUND, &child->keys_out);
	if (failed(&result))
		return result;
	child->out_installed = true;
	child->state = CHILD_ACTIVE;
	child->ike->stats[IKE_STAT_CHILD_CREATED]++;
	if (child->lifetime_seconds)
		timer_start(child->ike->env.timers, &child->rekey,
			    ike_rekey_delay(child->ike, child->lifetime_seconds, child->initiator));
	retire_orphans(tunnel);
	tunnel->negotiating = false;
	tunnel->attempts = 0;
	tunnel->last_error[0] = 0;
	timer_stop(child->ike->env.timers, &tunnel->retry);
	log_line(LOG_NOTICE, "%s: up, SPI 0x%08X in, 0x%08X out", tunnel->device.name,
		 child->spi_in, child->spi_out);
	return RESULT_OK;
}

static void remove_from_kernel(struct child_sa *child, enum sa_direction direction, bool *installed)
{
	struct kernel_sa_id id = child_sa_kernel_id(child, direction);
	struct kernel *kernel = kernel_of(child);
	struct result result;

	/* An SPI that was only reserved is given back the same way. */
	if (!id.spi || (!*installed && direction == SA_OUTBOUND))
		return;
	if (*installed && child_outer_kernel_id(child, direction).spi)
		key_engine_deleted(child, direction, true);
	if (*installed)
		key_engine_deleted(child, direction, false);
	*installed = false;
	yamaha_child(child, direction, LOG_IKEV2_INFO, "deleted");
	result = kernel->ops->delete_sa(kernel, &id);
	if (failed(&result) && result.code != -ENOENT)
		log_line(LOG_ERROR, "SPI 0x%08X: %s", id.spi, result.why);
	remove_outer(child, direction);
}

void child_sa_leave(struct child_sa *child)
{
	if (!child->sa)
		return;
	TAILQ_REMOVE(&child->sa->children, child, of_sa);
	child->sa = NULL;
}

/* A sibling that only receives so far takes over before this one stops sending. */
static void promote_sibling(struct child_sa *child)
{
	struct child_sa *other;

	if (!child->out_installed)
		return;
	TAILQ_FOREACH(other, &child->tunnel->children, of_tunnel) {
		if (other->state != CHILD_INBOUND || other == child || other->deleting)
			continue;
		take_over(other);
		return;
	}
}

void child_sa_wait(struct child_sa *child, uint64_t delay)
{
	timer_start(child->ike->env.timers, &child->linger, delay);
}

void child_sa_linger(struct child_sa *child)
{
	timer_stop(child->ike->env.timers, &child->rekey);
	child_sa_leave(child);
	child->state = CHILD_LINGERING;
	promote_sibling(child);
	remove_from_kernel(child, SA_OUTBOUND, &child->out_installed);
	child_sa_wait(child, child->ike->shutting_down ? 0 : LINGER);
}

void child_sa_forget(struct child_sa *child)
{
	struct child_sa *other;

	if (child->holder)
		*child->holder = NULL;
	timer_stop(child->ike->env.timers, &child->rekey);
	timer_stop(child->ike->env.timers, &child->linger);
	child_sa_leave(child);
	TAILQ_REMOVE(&child->tunnel->children, child, of_tunnel);
	TAILQ_FOREACH(other, &child->tunnel->children, of_tunnel)
		if (other->successor == child)
			other->successor = NULL;
	keys_free(&child->keys_in);
	keys_free(&child->keys_out);
	keys_free(&child->outer.keys_in);
	keys_free(&child->outer.keys_out);
	buffer_free(&child->nonce_low);
	free(child);
}

void child_sa_destroy(struct child_sa *child)
{
	promote_sibling(child);
	remove_from_kernel(child, SA_OUTBOUND, &child->out_installed);
	remove_from_kernel(child, SA_INBOUND, &child->in_installed);
	child_sa_forget(child);
}

void child_sa_orphan(struct child_sa *child)
{
	if (child->state == CHILD_NEGOTIATING || child->deleting) {
		child_sa_destroy(child);
		return;
	}
	child_sa_leave(child);
	timer_stop(child->ike->env.timers, &child->rekey);
	child->rekeying = false;
}

void child_sa_move(struct child_sa *child, struct ike_sa *to)
{
	child_sa_leave(child);
	child->sa = to;
	TAILQ_INSERT_TAIL(&to->children, child, of_sa);
	yamaha_bound(child, SA_INBOUND, true);
	yamaha_bound(child, SA_OUTBOUND, true);
}

void child_sa_counters(const struct child_sa *child, enum sa_direction direction, bool outer,
		       struct kernel_counters *counters)
{
	struct kernel_sa_id id = outer ? child_outer_kernel_id(child, direction) :
					 child_sa_kernel_id(child, direction);
	struct kernel *kernel = kernel_of(child);
	struct result result = RESULT_OK;

	memset(counters, 0, sizeof(*counters));
	if (id.spi && (direction == SA_INBOUND ? child->in_installed : child->out_installed))
		result = kernel->ops->get_counters(kernel, &id, counters);
	if (failed(&result))
		memset(counters, 0, sizeof(*counters));
}

/* The kernel counts on: lifetimes in kilobytes are its business. */
void child_sa_clear_counters(struct child_sa *child)
{
	struct kernel_counters now;

	for (enum sa_direction direction = SA_INBOUND; direction <= SA_OUTBOUND; direction++) {
		child_sa_counters(child, direction, false, &now);
		child->cleared[direction] =
			(struct child_tally){ now.packets, now.bytes, now.errors };
		child_sa_counters(child, direction, true, &now);
		child->outer_cleared[direction] =
			(struct child_tally){ now.packets, now.bytes, now.errors };
	}
}

uint64_t ike_sa_idle(const struct ike_sa *sa, enum sa_direction direction)
{
	struct kernel *kernel = sa->ike->env.kernel;
	const struct child_sa *child;
	uint64_t idle = UINT64_MAX;

	TAILQ_FOREACH(child, &sa->children, of_sa) {
		struct kernel_sa_id id = child_sa_kernel_id(child, direction);
		struct kernel_counters counters;
		struct result result;

		if (direction == SA_INBOUND ? !child->in_installed : !child->out_installed)
			continue;
		result = kernel->ops->get_counters(kernel, &id, &counters);
		if (!failed(&result) && counters.idle_seconds < idle / SECONDS(1))
			idle = SECONDS(counters.idle_seconds);
	}
	return idle;
}

struct child_sa *child_sa_find(struct ike_sa *sa, uint8_t protocol, uint32_t spi_out)
{
	struct child_sa *child;

	TAILQ_FOREACH(child, &sa->children, of_sa)
		if (spi_out && ((child->protocol == protocol && child->spi_out == spi_out) ||
				(protocol == PROTOCOL_AH && child->outer.spi_out == spi_out)))
			return child;
	return NULL;
}

uint8_t child_protocol(const struct ipsec_profile *profile)
{
	return profile->set_count && !profile->sets[0]->esp.count ? PROTOCOL_AH : PROTOCOL_ESP;
}

bool child_is_bundle(const struct ipsec_profile *profile)
{
	return profile->set_count && profile->sets[0]->ah.count && profile->sets[0]->esp.count;
}

const char *child_obstacle(const struct ike_sa *sa, uint8_t protocol)
{
	/* AH covers the addresses that a NAT changes, and has no UDP encapsulation. */
	return protocol == PROTOCOL_AH && ike_sa_encapsulates(sa) ?
		       "AH cannot pass the NAT between us and the peer: use ESP" :
		       NULL;
}

bool child_wants_transport(const struct tunnel *tunnel, const struct ike_sa *sa)
{
	const struct ipsec_profile *profile = tunnel_profile(tunnel);

	if (!tunnel->policy || !profile || !profile->set_count || !profile->sets[0]->transport)
		return false;
	/* Its selectors tell what a NAT has changed; IKEv1 would need payloads of their own. */
	return sa->version->number == 2 || !ike_sa_encapsulates(sa);
}

/* Row D27: what today's peers take is offered after what is configured. */
static void add_defaults(const struct ipsec_profile *profile, struct proposal_list *list)
{
	struct proposal_list more;

	if (!profile->set_count || child_protocol(profile) != PROTOCOL_ESP ||
	    !profile->ikev2_profile || !profile->ikev2_profile->unlimited_proposals)
		return;
	proposal_default_esp(&more);
	for (size_t i = 0; i < more.count && list->count < PROPOSAL_LIST_MAX; i++)
		list->proposals[list->count++] = more.proposals[i];
}

/* With PFS alone: what makes a child of IKE_AUTH has no key exchange (RFC 7296 section 1.2). */
static void put_key_exchanges(struct proposal *proposal, const struct ipsec_profile *profile)
{
	const struct proposal *more = &profile->additional;

	proposal_add(proposal, TRANSFORM_KE, profile->pfs_group, 0);
	for (size_t i = 0; i < more->count; i++)
		proposal_add(proposal, more->transforms[i].type, more->transforms[i].id, 0);
}

void child_proposals(const struct ipsec_profile *profile, bool pfs, struct proposal_list *list)
{
	memset(list, 0, sizeof(*list));
	if (profile->set_count == 0) {
		proposal_default_esp(list);
	} else {
		for (size_t i = 0; i < profile->set_count && list->count < PROPOSAL_LIST_MAX; i++)
			list->proposals[list->count++] = profile->sets[i]->esp.count ?
								 profile->sets[i]->esp :
								 profile->sets[i]->ah;
	}
	add_defaults(profile, list);
	for (size_t i = 0; i < list->count; i++) {
		struct proposal *proposal = &list->proposals[i];

		proposal->number = i + 1;
		proposal->protocol = child_protocol(profile);
		proposal->spi_size = 4;
		proposal_remove_type(proposal, TRANSFORM_KE);
		proposal_remove_type(proposal, TRANSFORM_ESN);
		if (pfs && profile->pfs_group)
			put_key_exchanges(proposal, profile);
		if (profile->esn)
			proposal_add(proposal, TRANSFORM_ESN, 1, 0);
		proposal_add(proposal, TRANSFORM_ESN, 0, 0);
	}
}

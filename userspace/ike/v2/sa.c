// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An IKEv2 SA: from creation to the end, with its timers.
 */

#include <stdlib.h>

#include "base/container.h"
#include "base/log.h"
#include "base/memory.h"
#include "ike/v2/internal.h"
#include "ike/yamaha.h"

#define DELETE_WAIT SECONDS(30) /* for the peer to delete what it has replaced */

uint64_t retry_delay(void)
{
	return SECONDS(3) + random_u64() % SECONDS(3);
}

static uint64_t lifetime(const struct ikev2_sa *sa)
{
	const struct ikev2_profile *profile = sa->base.profile;

	return profile && profile->lifetime ? profile->lifetime : IKE_LIFETIME_DEFAULT;
}

static void rekey_due(struct timer *timer)
{
	rekey_ike_start(container_of(timer, struct ikev2_sa, rekey));
}

static void expire_due(struct timer *timer)
{
	struct ikev2_sa *sa = container_of(timer, struct ikev2_sa, expire);

	sa_line(sa, LOG_NOTICE, "the lifetime of the IKE SA has ended");
	if (sa->base.closing)
		ikev2_sa_end(sa, false);
	else
		info_delete_sa(sa);
}

struct ikev2_sa *ikev2_sa_new(struct ike *ike, bool initiator)
{
	struct ikev2_sa *sa = must_calloc(1, sizeof(*sa));

	sa->base.version = &ikev2;
	sa->base.initiator = initiator;
	sa->peer_window = 1;
	sa->own_window = ike->policy->window;
	if (!sa->own_window || sa->own_window > WINDOW_MAX)
		sa->own_window = WINDOW_MAX;
	TAILQ_INIT(&sa->in_flight);
	TAILQ_INIT(&sa->waiting);
	TAILQ_INIT(&sa->answering);
	fragment_start(sa);
	sa->rekey.fire = rekey_due;
	sa->expire.fire = expire_due;
	ike_sa_register(ike, &sa->base);
	return sa;
}

void ikev2_sa_admit(struct ikev2_sa *sa)
{
	ike_sa_admit(&sa->base);
	log_line(LOG_IKEV2_INTERNAL, "New ikev2 sa request admitted");
	log_line(LOG_IKEV2_INTERNAL, "Incrementing %s negotiating sa count by one",
		 sa->base.initiator ? "outgoing" : "incoming");
}

void ikev2_sa_count_active(const struct ikev2_sa *sa)
{
	log_line(LOG_IKEV2_INTERNAL, "New ikev2 sa request activated");
	log_line(LOG_IKEV2_INTERNAL, "%s count for %s negotiating",
		 sa->base.admitted ? "Decrement" : "Failed to decrement",
		 sa->base.initiator ? "outgoing" : "incoming");
}

static void release(struct ike_sa *base)
{
	struct ikev2_sa *sa = ikev2_of(base);

	keys_wipe(&sa->keys);
	buffer_free(&sa->nonce_i);
	buffer_free(&sa->nonce_r);
	for (size_t i = 0; i < WINDOW_MAX; i++)
		packets_free(&sa->slots[i].response);
	free(sa);
}

void ikev2_sa_end(struct ikev2_sa *sa, bool keep_children)
{
	struct ike *ike = sa->base.ike;
	struct timers *timers = ike->env.timers;
	struct child_sa *child;
	struct tunnel *tunnel;
	struct ike_sa *other;
	bool moved = false;

	if (sa->base.dead)
		return;
	if (sa->base.established && !sa->successor && !sa->replaced)
		sa_line(sa, LOG_NOTICE, "the IKE SA is deleted");
	sa->base.closing = true;
	if (sa->successor)
		rekey_move_children(sa, sa->successor);
	exchange_abort_all(sa);
	fragment_forget_all(sa);
	timer_stop(timers, &sa->rekey);
	timer_stop(timers, &sa->liveness);
	timer_stop(timers, &sa->expire);
	timer_stop(timers, &sa->reauth);
	keepalive_stop(&sa->base);
	TAILQ_FOREACH(other, &sa->base.peering->sas, of_peering)
		if (other->version == &ikev2 && ikev2_of(other)->successor == sa)
			ikev2_of(other)->successor = NULL;
	while (!keep_children && (child = TAILQ_FIRST(&sa->base.children))) {
		/* Where another SA already serves the tunnel, late packets are still welcome. */
		tunnel = child->tunnel;
		moved |= tunnel->peering != sa->base.peering;
		child_sa_leave(child);
		if (child->in_installed && tunnel_active_child(tunnel))
			child_sa_linger(child);
		else
			child_sa_destroy(child);
	}
	client_config_end(&sa->base, keep_children);
	ike_sa_bury(&sa->base, release);
	/* Children that were kept have a successor on its way; an attempt that failed is no loss. */
	if (keep_children || !sa->base.established)
		return;
	tunnels_lost(&sa->base, moved);
}

void ikev2_sa_ready(struct ikev2_sa *sa)
{
	struct timers *timers = sa->base.ike->env.timers;

	ike_sa_established(&sa->base);
	timer_start(timers, &sa->rekey,
		    ike_rekey_delay(sa->base.ike, lifetime(sa), sa->base.initiator));
	timer_start(timers, &sa->expire, SECONDS(lifetime(sa)));
	liveness_start(sa);
	reauth_start(sa);
	keepalive_start(&sa->base);
}

void ikev2_sa_replaced(struct ikev2_sa *sa)
{
	timer_stop(sa->base.ike->env.timers, &sa->rekey);
	timer_start(sa->base.ike->env.timers, &sa->expire, DELETE_WAIT);
}

void ikev2_sa_heard(struct ikev2_sa *sa)
{
	sa->last_heard = ike_now(sa->base.ike);
}

void ikev2_sa_unreachable(struct ikev2_sa *sa)
{
	struct ike *ike = sa->base.ike;
	struct tunnel *tunnel;

	sa_line(sa, LOG_NOTICE, "dead peer detection: the peer is gone");
	yamaha_sa(&sa->base, LOG_IKEV2_INFO, "dead peer detection");
	if (!sa->base.profile || !sa->base.profile->dangling) {
		ikev2_sa_end(sa, false);
		return;
	}
	/* Row M04: the tunnel wants others, and these carry on until they are up. */
	ikev2_sa_end(sa, true);
	TAILQ_FOREACH(tunnel, &ike->tunnels, link)
		tunnel_lost(tunnel);
}

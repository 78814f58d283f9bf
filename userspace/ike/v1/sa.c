// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An ISAKMP SA: from creation to the end, with its timers. Child SAs outlive it:
 * a newer SA with the same peer takes them over.
 */

#include <stdio.h>
#include <stdlib.h>

#include "base/container.h"
#include "base/memory.h"
#include "ike/v1/internal.h"

#define REAP SECONDS(60)

static void rekey_due(struct timer *timer)
{
	struct ikev1_sa *sa = container_of(timer, struct ikev1_sa, rekey);

	sa->base.version->rekey(&sa->base);
}

/* Row E28: looks at an SA once a minute, whether its time is over. */
static void reap(struct ikev1_sa *sa)
{
	uint64_t age = ike_now(sa->base.ike) - sa->base.established_at;
	uint64_t life = SECONDS(sa->lifetime), left = age < life ? life - age : 0;

	timer_start(sa->base.ike->env.timers, &sa->reaper, left < REAP ? left : REAP);
}

static void reaper_due(struct timer *timer)
{
	struct ikev1_sa *sa = container_of(timer, struct ikev1_sa, reaper);

	if (ike_now(sa->base.ike) - sa->base.established_at < SECONDS(sa->lifetime)) {
		log_line(LOG_ISADB, "ISADB: reaper checking SA, conn_id = %u", sa->base.id);
		reap(sa);
		return;
	}
	/* Child SAs have lifetimes of their own; a tunnel that is up begins again. */
	ikev1_delete_sa(sa, !ikev1_has_lease(sa));
}

struct ikev1_sa *ikev1_sa_new(struct ike *ike, bool initiator)
{
	struct ikev1_sa *sa = must_calloc(1, sizeof(*sa));

	sa->base.version = &ikev1;
	sa->base.initiator = initiator;
	TAILQ_INIT(&sa->tasks);
	sa->rekey.fire = rekey_due;
	sa->reaper.fire = reaper_due;
	ike_sa_register(ike, &sa->base);
	ike_sa_admit(&sa->base);
	return sa;
}

static void release(struct ike_sa *base)
{
	struct ikev1_sa *sa = ikev1_of(base);

	ikev1_keys_wipe(&sa->keys);
	free(sa->used);
	free(sa);
}

void ikev1_sa_end(struct ikev1_sa *sa, bool keep_children)
{
	struct ike *ike = sa->base.ike;
	struct timers *timers = ike->env.timers;
	struct child_sa *child;
	struct tunnel *tunnel;
	bool moved = false;

	if (sa->base.dead)
		return;
	if (sa->base.established && !sa->replaced)
		log_line(LOG_NOTICE, "IKE SA %u: the ISAKMP SA is deleted", sa->base.id);
	sa->base.closing = true;
	ikev1_abort_all(sa);
	timer_stop(timers, &sa->rekey);
	timer_stop(timers, &sa->reaper);
	timer_stop(timers, &sa->liveness);
	timer_stop(timers, &sa->user_wait);
	keepalive_stop(&sa->base);
	fragment_forget(sa);
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
	peer_unlock(sa);
	if (sa->keys.ready)
		log_line(LOG_ENGINE, "CRYPTO(epa_release_crypto_conn_entry): released conn %u",
			 sa->base.id);
	ike_sa_bury(&sa->base, release);
	if (!sa->base.established || ike->shutting_down)
		return;
	tunnels_lost(&sa->base, moved);
}

void ikev1_sa_heard(struct ikev1_sa *sa)
{
	sa->last_heard = ike_now(sa->base.ike);
	sa->dpd_unanswered = 0;
}

static bool same_peer(const struct ike_sa *a, const struct ike_sa *b)
{
	return a->version == b->version && a->isakmp == b->isakmp &&
	       identity_equal(&a->remote_id, &b->remote_id) &&
	       identity_equal(client_identity(a), client_identity(b));
}

/* Not at once: who answers has to take over what the old one has made, and may do so later. */
#define TAKE_OVER SECONDS(2)

static void taken_over(struct timer *timer)
{
	ikev1_delete_sa(container_of(timer, struct ikev1_sa, rekey), true);
}

/* What an older SA has made carries on under the new one; who began the new one ends the old. */
static void relieve_older(struct ikev1_sa *sa)
{
	struct ike_sa *other, *next;
	struct child_sa *child;

	for (other = TAILQ_FIRST(&sa->base.peering->sas); other; other = next) {
		next = TAILQ_NEXT(other, of_peering);
		/* Two that both ends have begun at the same time stay: neither end could choose. */
		if (other == &sa->base || !other->established || other->closing ||
		    other->established_at >= sa->base.created_at || !same_peer(other, &sa->base))
			continue;
		while ((child = TAILQ_FIRST(&other->children)))
			child_sa_move(child, &sa->base);
		client_config_move(other, &sa->base);
		ikev1_of(other)->replaced = true;
		timer_stop(sa->base.ike->env.timers, &ikev1_of(other)->rekey);
		if (sa->base.initiator) {
			ikev1_of(other)->rekey.fire = taken_over;
			timer_start(sa->base.ike->env.timers, &ikev1_of(other)->rekey, TAKE_OVER);
		}
	}
}

void ikev1_give_up(struct ikev1_sa *sa, const char *why)
{
	struct tunnel *tunnel = sa->initial ? ikev1_task_tunnel(sa->initial) : NULL;
	char text[sizeof(tunnel->last_error)];

	snprintf(text, sizeof(text), "%s", why);
	sa->base.ike->stats[IKE_STAT_FAILED]++;
	ikev1_delete_sa(sa, false);
	if (tunnel)
		tunnel_failed(tunnel, text);
}

void ikev1_sa_ready(struct ikev1_sa *sa)
{
	struct timers *timers = sa->base.ike->env.timers;

	ike_sa_established(&sa->base);
	ikev1_sa_heard(sa);
	timer_start(timers, &sa->rekey,
		    ike_rekey_delay(sa->base.ike, sa->lifetime, sa->base.initiator));
	reap(sa);
	relieve_older(sa);
	ikev1_liveness_start(sa);
	keepalive_start(&sa->base);
}

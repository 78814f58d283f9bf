// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reauthentication (RFC 7296 section 2.8.3): a rekey proves nothing anew, so the
 * profile may want another IKE SA every so often. It is made before the old one is
 * broken: both serve the tunnel until auth_check_duplicate() finds the old one
 * superfluous.
 */

#include "base/container.h"
#include "base/log.h"
#include "ike/v2/internal.h"

#define RETRY SECONDS(60) /* if it came to nothing, or something else was on its way */

static void reauth_due(struct timer *timer)
{
	struct ikev2_sa *sa = container_of(timer, struct ikev2_sa, reauth);
	struct child_sa *child = TAILQ_FIRST(&sa->base.children);

	if (sa->base.closing || sa->successor)
		return;
	timer_start(sa->base.ike->env.timers, timer, RETRY);
	if (!child)
		return;
	/* A session that is resumed would prove nothing. */
	session_ticket_free(&child->tunnel->ticket);
	if (tunnel_renew(child->tunnel))
		sa_line(sa, LOG_IKEV2_INTERNAL, "reauthentication begins");
}

void reauth_start(struct ikev2_sa *sa)
{
	uint64_t now = ike_now(sa->base.ike);
	uint64_t period = sa->base.profile ? SECONDS(sa->base.profile->reauth) : 0;
	uint64_t age;

	if (!sa->authenticated_at)
		sa->authenticated_at = now;
	age = now - sa->authenticated_at;
	sa->reauth.fire = reauth_due;
	if (period && sa->base.original)
		timer_start(sa->base.ike->env.timers, &sa->reauth, age < period ? period - age : 0);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Is the peer alive? (RFC 7296 section 2.4; row M05.) Whatever is authentic
 * proves it, ESP too. "periodic" asks whenever that is missing for the interval;
 * "on-demand" only when we send and nothing comes back.
 */

#include "base/container.h"
#include "base/log.h"
#include "ike/v2/internal.h"

struct liveness {
	uint64_t interval;
	bool periodic;
};

static struct liveness liveness_of(const struct ikev2_sa *sa)
{
	const struct ikev2_profile *profile = sa->base.profile;
	const struct policy *policy = sa->base.ike->policy;

	if (profile && profile->dpd_interval)
		return (struct liveness){ SECONDS(profile->dpd_interval), profile->dpd_periodic };
	return (struct liveness){ SECONDS(policy->dpd_interval), policy->dpd_periodic };
}

static void liveness_due(struct timer *timer)
{
	struct ikev2_sa *sa = container_of(timer, struct ikev2_sa, liveness);
	struct timers *timers = sa->base.ike->env.timers;
	struct liveness want = liveness_of(sa);
	uint64_t silent = ike_now(sa->base.ike) - sa->last_heard;

	if (!want.interval || sa->base.closing)
		return;
	if (silent >= want.interval) {
		uint64_t esp = ike_sa_idle(&sa->base, SA_INBOUND);

		silent = esp < silent ? esp : silent;
	}
	if (silent < want.interval) {
		timer_start(timers, timer, want.interval - silent);
		return;
	}
	timer_start(timers, timer, want.interval);
	if (want.periodic || ike_sa_idle(&sa->base, SA_OUTBOUND) < silent)
		info_probe(sa);
}

void liveness_start(struct ikev2_sa *sa)
{
	struct liveness want = liveness_of(sa);

	sa->last_heard = ike_now(sa->base.ike);
	sa->liveness.fire = liveness_due;
	if (want.interval)
		timer_start(sa->base.ike->env.timers, &sa->liveness, want.interval);
}

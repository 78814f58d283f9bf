// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is behind a NAT keeps its mapping alive (RFC 3948 section 4): one octet when
 * nothing else has gone out for a while, be it IKE or ESP of any child.
 */

#include "base/container.h"
#include "base/log.h"
#include "ike/sa.h"

static uint64_t idle_time(const struct ike_sa *sa)
{
	uint64_t ike = ike_now(sa->ike) - sa->last_sent;
	uint64_t esp = ike_sa_idle(sa, SA_OUTBOUND);

	return ike < esp ? ike : esp;
}

static void send_one(struct ike_sa *sa)
{
	struct ike *ike = sa->ike;
	struct result result;
	char there[ADDRESS_TEXT];

	log_line(sa->version->debug, "SA %u: send NAT keepalive", sa->id);
	ike->stats[IKE_STAT_NAT_KEEPALIVES]++;
	sa->last_sent = ike_now(ike);
	result = ike->env.net->ops->keepalive(ike->env.net, &sa->local, &sa->remote);
	if (failed(&result))
		log_line(sa->version->debug, "NAT keepalive to %s: %s",
			 endpoint_format(&sa->remote, there), result.why);
}

static void keepalive_due(struct timer *timer)
{
	struct ike_sa *sa = container_of(timer, struct ike_sa, keepalive);
	uint64_t interval = SECONDS(sa->ike->policy->nat_keepalive);
	uint64_t idle = idle_time(sa);

	if (!interval || !sa->nat_local)
		return;
	if (idle >= interval) {
		send_one(sa);
		idle = 0;
	}
	timer_start(sa->ike->env.timers, timer, interval - idle);
}

void keepalive_start(struct ike_sa *sa)
{
	uint64_t interval = SECONDS(sa->ike->policy->nat_keepalive);

	sa->keepalive.fire = keepalive_due;
	if (interval && sa->nat_local)
		timer_start(sa->ike->env.timers, &sa->keepalive, interval);
}

void keepalive_stop(struct ike_sa *sa)
{
	timer_stop(sa->ike->env.timers, &sa->keepalive);
}

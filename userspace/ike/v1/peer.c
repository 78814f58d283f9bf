// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What debug says of peers, and how many SAs hold them (row E14). A router's "peer struct" is a
 * peering; here it goes with its last SA or tunnel, by itself.
 */

#include "ike/v1/internal.h"

static unsigned int ike_count(const struct peering *peering)
{
	const struct ike_sa *sa;
	unsigned int count = 0;

	TAILQ_FOREACH(sa, &peering->sas, of_peering)
		count += sa->version == &ikev1;
	return count;
}

static unsigned int ipsec_count(const struct peering *peering)
{
	const struct child_sa *child;
	const struct ike_sa *sa;
	unsigned int count = 0;

	TAILQ_FOREACH(sa, &peering->sas, of_peering)
		if (sa->version == &ikev1)
			TAILQ_FOREACH(child, &sa->children, of_sa)
				count++;
	return count;
}

void peer_lock(const struct ikev1_sa *sa, const char *where)
{
	const struct peering *peering = sa->base.peering;
	unsigned int count = ike_count(peering);
	char remote[ADDRESS_TEXT];

	log_line(LOG_ISAKMP, ": %s a peer struct for %s, peer port %u",
		 count == 1 ? "Created" : "Found", address_format(&sa->base.remote.address, remote),
		 sa->base.remote.port);
	log_line(LOG_ISAKMP, ": Locking peer struct 0x%08X, IKE refcount %u for %s",
		 peering->number, count, where);
	log_line(LOG_ISAKMP, ": local port %u, remote port %u", sa->base.local.port,
		 sa->base.remote.port);
	log_line(LOG_ISAKMP, ": insert sa successfully sa = %08X", (uint32_t)sa->base.local_spi);
}

void peer_unlock(const struct ikev1_sa *sa)
{
	const struct peering *peering = sa->base.peering;
	unsigned int count = peering ? ike_count(peering) : 0;
	char remote[ADDRESS_TEXT];

	if (!count)
		return;
	log_line(LOG_ISAKMP, ": Unlocking IKE struct 0x%08X for isadb_mark_sa_deleted(), count %u",
		 peering->number, count - 1);
	if (count == 1)
		log_line(LOG_ISAKMP, ": Deleting peer node by peer_reap for %s: %08X",
			 address_format(&sa->base.remote.address, remote), peering->number);
}

void peer_inserted(const struct ikev1_sa *sa)
{
	char local[ADDRESS_TEXT], remote[ADDRESS_TEXT];

	log_line(LOG_ISAKMP, ": Trying to insert a peer %s/%s/%u/, and inserted successfully %08X.",
		 address_format(&sa->base.local.address, local),
		 address_format(&sa->base.remote.address, remote), sa->base.remote.port,
		 sa->base.peering->number);
}

void peer_lock_ipsec(const struct ikev1_sa *sa)
{
	log_line(LOG_ISAKMP,
		 ": Locking peer struct 0x%08X, IPSEC refcount %u for from create_transforms",
		 sa->base.peering->number, ipsec_count(sa->base.peering) + 1);
}

void peer_unlock_ipsec(const struct ikev1_sa *sa)
{
	log_line(LOG_ISAKMP, ": Unlocking IPSEC struct 0x%08X from create_transforms, count %u",
		 sa->base.peering->number, ipsec_count(sa->base.peering));
}

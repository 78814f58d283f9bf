// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The identities of quick mode, IDci and IDcr: what traffic an IPsec SA is for (RFC 2407 section
 * 4.6.2, RFC 2409 section 5.5).
 */

#include <errno.h>
#include <string.h>

#include "ike/v1/internal.h"

static void host(const struct address *address, struct traffic_selectors *out)
{
	memset(out, 0, sizeof(*out));
	out->count = 1;
	out->items[0].start = out->items[0].end = *address;
	out->items[0].end_port = 65535;
}

/* IDci and IDcr; without them it is about the two ends themselves (RFC 2409 section 5.5). */
struct result quick_take_selectors(struct ikev1_task *task, struct traffic_selectors *of_initiator,
				   struct traffic_selectors *of_responder)
{
	const struct payload *payload = message_get(task->message, ISAKMP_PAYLOAD_ID);
	struct traffic_selectors *selectors[] = { of_initiator, of_responder };
	const struct ike_sa *base = &task->sa->base;

	host(task->initiator ? &base->local.address : &base->remote.address, of_initiator);
	host(task->initiator ? &base->remote.address : &base->local.address, of_responder);
	if (!payload)
		return RESULT_OK;
	for (size_t i = 0; i < 2; i++) {
		struct isakmp_id id;
		struct result result;

		if (!payload)
			return fail(-EPROTO, "IDcr payload is not contained");
		result = isakmp_id_parse(payload->body, &id);
		if (failed(&result))
			return result;
		selectors[i]->count = 1;
		if (!isakmp_id_selector(&id, &selectors[i]->items[0]))
			return fail(-EPROTO, "identity type %u selects no traffic", id.type);
		payload = message_next(task->message, payload);
	}
	return RESULT_OK;
}

bool quick_same_selectors(const struct traffic_selectors *a, const struct traffic_selectors *b)
{
	return a->count == 1 && b->count == 1 &&
	       address_equal(&a->items[0].start, &b->items[0].start) &&
	       address_equal(&a->items[0].end, &b->items[0].end) &&
	       a->items[0].protocol == b->items[0].protocol &&
	       a->items[0].start_port == b->items[0].start_port;
}

/* Nothing narrows in IKEv1: what the peer wants must be within what we allow as it is. */
static bool within(const struct traffic_selectors *wanted, const struct traffic_selectors *policy)
{
	struct traffic_selectors common;

	return selectors_narrow(wanted, policy, &common) && common.count == 1 &&
	       quick_same_selectors(&common, wanted) &&
	       common.items[0].end_port == wanted->items[0].end_port;
}

/* What the peer wants, against what the tunnel carries and, of a client, what it was given. */
struct result quick_check_selectors(const struct ikev1_task *task, const struct tunnel *tunnel,
				    const struct traffic_selectors *of_initiator,
				    const struct traffic_selectors *of_responder)
{
	struct traffic_selectors remote = tunnel->remote_ts, local = tunnel->local_ts;

	modecfg_client_selectors(task->sa, true, &remote);
	modecfg_client_selectors(task->sa, false, &local);
	if (within(of_initiator, &remote) && within(of_responder, &local))
		return RESULT_OK;
	task->sa->base.ike->stats[IKE_STAT_TS_UNACCEPTABLE]++;
	if (within(of_initiator, &tunnel->remote_ts) && within(of_responder, &tunnel->local_ts))
		return fail(-EPROTO, "proxy identities not supported: they are not for the address "
				     "that mode config gave");
	return fail(-EPROTO, "proxy identities not supported: %s carries other traffic",
		    tunnel->device.name);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NATs between us and the peer: finding them (RFC 7296 section 2.23).
 */

#include <string.h>

#include "base/log.h"
#include "ike/v2/actions.h"

static void nat_hash(const struct ike_header *header, const struct endpoint *endpoint,
		     uint8_t out[20])
{
	struct buffer buffer = {};
	struct bytes part;

	buffer_put_u64(&buffer, header->spi_initiator);
	buffer_put_u64(&buffer, header->spi_responder);
	buffer_put(&buffer, address_bytes(&endpoint->address));
	buffer_put_u16(&buffer, endpoint->port);
	part = buffer_bytes(&buffer);
	sha1(&part, 1, out);
	buffer_free(&buffer);
}

void nat_put_detection(struct task *task, struct writer *writer, const struct ike_header *header)
{
	struct ike_sa *base = &task->sa->base;
	uint8_t hash[20];

	if (!base->ike->policy->nat_traversal)
		return;
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: NAT_DETECTION_SOURCE_IP");
	nat_hash(header, &base->local, hash);
	/* A hash that fits no address makes the peer encapsulate as if a NAT stood between (I12). */
	if (base->profile && base->profile->nat_force_encap)
		hash[0] ^= 0xff;
	put_notify(writer, NOTIFY_NAT_DETECTION_SOURCE_IP, BYTES(hash));
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: NAT_DETECTION_DESTINATION_IP");
	nat_hash(header, &base->remote, hash);
	put_notify(writer, NOTIFY_NAT_DETECTION_DESTINATION_IP, BYTES(hash));
}

static bool matches_any_source(const struct task *task, const uint8_t expected[20])
{
	const struct payload *payload;

	/* A multihomed peer may send several sources; one that fits is enough (section 2.23). */
	for (payload = message_get(task->message, PAYLOAD_NOTIFY); payload;
	     payload = message_next(task->message, payload)) {
		struct notify_payload notify;

		if (!notify_payload_parse(payload->body, &notify).code &&
		    notify.type == NOTIFY_NAT_DETECTION_SOURCE_IP &&
		    bytes_equal(notify.data, bytes_of(expected, 20)))
			return true;
	}
	return false;
}

/* Row L10; IOS has words of its own. */
static void say_boxes(const struct task *task)
{
	const struct ike_sa *base = &task->sa->base;

	if (log_style() != LOG_STYLE_YAMAHA)
		return;
	task_event(task, "%sNAT box detected at local side", base->nat_local ? "" : "no ");
	task_event(task, "%sNAT box detected at remote side", base->nat_remote ? "" : "no ");
}

enum ikev2_event nat_detect(struct task *task)
{
	struct ike_sa *base = &task->sa->base;
	struct notify_payload source, destination;
	uint8_t hash[20];

	trace_line(task, "Process NAT discovery notify");
	if (!base->ike->policy->nat_traversal) {
		trace_line(task, "NAT traversal is switched off");
		return EV_NEXT;
	}
	if (!message_get_notify(task->message, NOTIFY_NAT_DETECTION_SOURCE_IP, &source) ||
	    !message_get_notify(task->message, NOTIFY_NAT_DETECTION_DESTINATION_IP, &destination)) {
		trace_line(task, "the peer does not detect NATs");
		return EV_NEXT;
	}
	trace_line(task, "Processing nat detect src notify");
	nat_hash(&task->message->header, &base->remote, hash);
	base->nat_remote = !matches_any_source(task, hash);
	trace_line(task,
		   base->nat_remote ? "Remote address not matched" : "Remote address matched");
	trace_line(task, "Processing nat detect dst notify");
	nat_hash(&task->message->header, &base->local, hash);
	base->nat_local = !bytes_equal(destination.data, bytes_of(hash, 20));
	trace_line(task, base->nat_local ? "Local address not matched" : "Local address matched");
	say_boxes(task);
	if (base->nat_remote || base->nat_local)
		trace_line(task, "NAT found: %s",
			   base->nat_local && base->nat_remote ? "on both sides" :
			   base->nat_local		       ? "in front of us" :
								 "in front of the peer");
	else
		trace_line(task, "No NAT found");
	return EV_NEXT;
}

/*
 * With a NAT in between both ports become 4500 (RFC 7296 section 2.23), and with
 * MOBIKE, for the NATs that may come (RFC 4555 section 3.3).
 */
enum ikev2_event nat_check(struct task *task)
{
	struct ike_sa *base = &task->sa->base;
	struct notify_payload notify;

	/* The hash that we have sent made the peer see a NAT: let there be one (row I12). */
	base->nat_forced = base->profile->nat_force_encap && base->ike->policy->nat_traversal;
	if (ike_sa_encapsulates(base) ||
	    (base->profile->mobike && base->ike->policy->nat_traversal &&
	     message_get_notify(task->message, NOTIFY_NAT_DETECTION_SOURCE_IP, &notify))) {
		base->local.port = IKE_NAT_PORT;
		base->remote.port = IKE_NAT_PORT;
		trace_line(task, "floating to port %u", IKE_NAT_PORT);
	}
	return EV_NEXT;
}

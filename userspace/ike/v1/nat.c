// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NATs between us and the peer: finding them (RFC 3947). The drafts before the
 * RFC have other numbers for the same payloads and modes.
 */

#include "ike/v1/internal.h"

static uint8_t payload_type(const struct ikev1_sa *sa)
{
	return sa->natt == NATT_RFC ? ISAKMP_PAYLOAD_NAT_D : ISAKMP_PAYLOAD_NAT_D_DRAFT;
}

/* hash(CKY-I | CKY-R | address | port), of the negotiated hash (RFC 3947 section 3.2) */
static struct bytes hash_of(const struct ikev1_sa *sa, const struct endpoint *endpoint,
			    uint8_t out[CRYPTOX_HASH_MAX])
{
	struct ike_header header = ikev1_header(sa, 0, 0);
	struct buffer buffer = {};
	struct result result;
	struct bytes part;

	buffer_put_u64(&buffer, header.spi_initiator);
	buffer_put_u64(&buffer, header.spi_responder);
	buffer_put(&buffer, address_bytes(&endpoint->address));
	buffer_put_u16(&buffer, endpoint->port);
	part = buffer_bytes(&buffer);
	result = hash_compute(sa->keys.prf, &part, 1, out);
	buffer_free(&buffer);
	return bytes_of(out, failed(&result) ? 0 : sa->keys.prf_len);
}

void natt_put_detection(struct ikev1_task *task, struct writer *writer)
{
	struct ikev1_sa *sa = task->sa;
	uint8_t hash[CRYPTOX_HASH_MAX];

	if (!sa->natt)
		return;
	/* The peer's address first, then ours. */
	put_raw_payload(writer, payload_type(sa), hash_of(sa, &sa->base.remote, hash));
	put_raw_payload(writer, payload_type(sa), hash_of(sa, &sa->base.local, hash));
}

/*
 * The last message of aggressive mode may go over port 4500 already, and peers disagree
 * whether its hashes do so as well.
 */
static bool is_of(const struct ikev1_task *task, const struct payload *payload,
		  const struct endpoint *endpoint)
{
	struct endpoint first = { endpoint->address, IKE_PORT };
	uint8_t hash[CRYPTOX_HASH_MAX];

	if (bytes_equal(payload->body, hash_of(task->sa, endpoint, hash)))
		return true;
	return task->kind == IKEV1_AGGRESSIVE && !task->initiator &&
	       bytes_equal(payload->body, hash_of(task->sa, &first, hash));
}

void natt_detect(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	const struct payload *payload;

	if (!sa->natt)
		return;
	payload = message_get(task->message, payload_type(sa));
	if (!payload) {
		sa->natt = NATT_NONE;
		return;
	}
	sa->base.nat_local = !is_of(task, payload, &sa->base.local);
	isakmp_line(sa, "NAT %s, node inside NAT is %s", sa->base.nat_local ? "found" : "not found",
		    sa->base.nat_local ? "us" : "none");
	/* A multihomed peer may send several of its own; one that fits is enough. */
	sa->base.nat_remote = true;
	while ((payload = message_next(task->message, payload)))
		if (is_of(task, payload, &sa->base.remote))
			sa->base.nat_remote = false;
	if (sa->base.nat_remote)
		isakmp_line(sa, "NAT found, the node outside is the peer");
}

void natt_float(struct ikev1_sa *sa)
{
	if (!ike_sa_encapsulates(&sa->base))
		return;
	sa->base.local.port = IKE_NAT_PORT;
	sa->base.remote.port = IKE_NAT_PORT;
	isakmp_line(sa, "floating to port %u", IKE_NAT_PORT);
}

uint16_t natt_mode(const struct ikev1_sa *sa, bool transport)
{
	uint16_t mode = transport ? ISAKMP_ENCAPSULATION_TRANSPORT : ISAKMP_ENCAPSULATION_TUNNEL;

	if (!ike_sa_encapsulates(&sa->base))
		return mode;
	return sa->natt == NATT_RFC ?
		       mode + ISAKMP_ENCAPSULATION_UDP_TUNNEL - ISAKMP_ENCAPSULATION_TUNNEL :
		       mode + ISAKMP_ENCAPSULATION_UDP_TUNNEL_DRAFT - ISAKMP_ENCAPSULATION_TUNNEL;
}

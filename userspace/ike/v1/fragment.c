// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fragments of IKEv1 messages, for paths that lose those of IP: a payload of Cisco's (number
 * 132) has a piece of a whole message, header and all, behind a number for the message
 * and one for the piece. Nothing authenticates a piece, so what is kept of them is little: one
 * message of an SA, for half a minute.
 */

#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "base/memory.h"
#include "ike/v1/internal.h"

#define HEADERS 32 /* of IPv4 and UDP, with the non-ESP marker */
#define HEADERS_IPV6 52
#define FIXED_SIZE 4 /* of the payload, in front of the piece */
#define SIZE_LEAST 256
#define PIECES_MAX 64
#define REASSEMBLY_TIME SECONDS(30)
#define OCTETS_MAX (16 << 20) /* of all SAs */
#define LAST_PIECE 1

/** struct ikev1_pieces - of one message; @last: its number, 0: not known yet */
struct ikev1_pieces {
	uint16_t id;
	unsigned int last, have;
	size_t octets;
	struct buffer pieces[PIECES_MAX];
};

struct numbered_piece {
	uint16_t id;
	uint8_t number, flags;
	struct bytes piece;
};

/* --- sending --- */

static size_t piece_size(const struct ikev1_sa *sa)
{
	uint32_t mtu = sa->base.ike->policy->fragment_mtu;
	size_t size = sa->base.remote.address.family == AF_INET6 ? HEADERS_IPV6 : HEADERS;

	size = mtu < SIZE_LEAST + size ? SIZE_LEAST : mtu - size;
	return size - IKE_HEADER_SIZE - PAYLOAD_HEADER_SIZE - FIXED_SIZE;
}

bool fragment_wanted(const struct ikev1_sa *sa, size_t len)
{
	size_t size = piece_size(sa);

	return sa->peer_fragments && sa->base.ike->policy->fragment_mtu &&
	       len > size + IKE_HEADER_SIZE + PAYLOAD_HEADER_SIZE + FIXED_SIZE &&
	       len <= size * PIECES_MAX;
}

/* Whatever the message is, its pieces are those of phase 1 with message ID 0: so do others. */
void fragment_send(struct ikev1_sa *sa, struct bytes octets,
		   void (*send)(struct ikev1_sa *sa, struct bytes piece, const void *context),
		   const void *context)
{
	struct ike_header header =
		ikev1_header(sa,
			     sa->initial ? ikev1_exchange_of(sa->initial) : ISAKMP_EXCHANGE_MAIN,
			     0);
	size_t size = piece_size(sa), at;
	unsigned int number = 1;

	sa->fragment_id++;
	isakmp_line(sa, "message of %zu octets goes in fragments of %zu", octets.len, size);
	for (at = 0; at < octets.len; at += size, number++) {
		size_t len = octets.len - at < size ? octets.len - at : size;
		struct writer writer;
		size_t open;

		writer_begin(&writer, &header);
		open = writer_open(&writer, ISAKMP_PAYLOAD_FRAGMENT);
		buffer_put_u16(&writer.buffer, sa->fragment_id);
		buffer_put_u8(&writer.buffer, (uint8_t)number);
		buffer_put_u8(&writer.buffer, at + len == octets.len ? LAST_PIECE : 0);
		buffer_put(&writer.buffer, bytes_of(octets.data + at, len));
		writer_close(&writer, open);
		send(sa, writer_finish(&writer), context);
		writer_free(&writer);
	}
}

/* --- receiving --- */

void fragment_forget(struct ikev1_sa *sa)
{
	struct ikev1_pieces *pieces = sa->pieces;

	timer_stop(sa->base.ike->env.timers, &sa->reassembly);
	if (!pieces)
		return;
	sa->base.ike->fragment_octets -= pieces->octets;
	for (size_t i = 0; i < PIECES_MAX; i++)
		buffer_free(&pieces->pieces[i]);
	free(pieces);
	sa->pieces = NULL;
}

static void give_up(struct ikev1_sa *sa)
{
	isakmp_line(sa, "only %u fragments of message %u came in time", sa->pieces->have,
		    sa->pieces->id);
	sa->base.ike->stats[IKE_STAT_DROP_FRAGMENT] += sa->pieces->have;
	fragment_forget(sa);
}

static void time_over(struct timer *timer)
{
	give_up(container_of(timer, struct ikev1_sa, reassembly));
}

static struct result parse(const struct message *message, struct numbered_piece *fragment)
{
	const struct payload *payload = &message->payloads[0];
	struct reader reader = reader_of(payload->body);

	if (message->count != 1)
		return fail(-EPROTO, "a fragment payload is not alone");
	if (!reader_get_u16(&reader, &fragment->id) || !reader_get_u8(&reader, &fragment->number) ||
	    !reader_get_u8(&reader, &fragment->flags))
		return fail(-EPROTO, "a fragment payload of %zu octets is too short",
			    payload->body.len);
	reader_get_bytes(&reader, reader_left(&reader), &fragment->piece);
	if (!fragment->number || fragment->number > PIECES_MAX || !fragment->piece.len)
		return fail(-EPROTO, "fragment %u of %zu octets makes no sense", fragment->number,
			    fragment->piece.len);
	return RESULT_OK;
}

static struct result keep(struct ikev1_sa *sa, const struct numbered_piece *fragment)
{
	struct ikev1_pieces *pieces = sa->pieces;
	struct buffer *place = &pieces->pieces[fragment->number - 1];
	struct ike *ike = sa->base.ike;

	if (place->len) /* repeated */
		return RESULT_OK;
	if (fragment->flags & LAST_PIECE && !pieces->last)
		pieces->last = fragment->number;
	if (pieces->last && fragment->number > pieces->last)
		return fail(-EPROTO, "fragment %u comes behind the last one, %u", fragment->number,
			    pieces->last);
	if (pieces->octets + fragment->piece.len > MESSAGE_SIZE_MAX ||
	    ike->fragment_octets + fragment->piece.len > OCTETS_MAX)
		return fail(-EMSGSIZE, "fragments make more than a message may be");
	buffer_set(place, fragment->piece);
	pieces->have++;
	pieces->octets += fragment->piece.len;
	ike->fragment_octets += fragment->piece.len;
	return RESULT_OK;
}

bool fragment_take(struct ikev1_sa *sa, const struct message *message, struct buffer *whole)
{
	struct numbered_piece fragment;
	struct result result = parse(message, &fragment);

	if (!failed(&result) && sa->pieces && sa->pieces->id != fragment.id)
		give_up(sa); /* the peer has gone on, or says it again */
	if (!failed(&result) && !sa->pieces) {
		sa->pieces = must_calloc(1, sizeof(*sa->pieces));
		sa->pieces->id = fragment.id;
		sa->reassembly.fire = time_over;
		timer_start(sa->base.ike->env.timers, &sa->reassembly, REASSEMBLY_TIME);
	}
	if (!failed(&result))
		result = keep(sa, &fragment);
	if (failed(&result)) {
		sa->base.ike->stats[IKE_STAT_DROP_FRAGMENT]++;
		isakmp_line(sa, "%s", result.why);
		return false;
	}
	if (!sa->pieces->last || sa->pieces->have < sa->pieces->last)
		return false;
	buffer_free(whole);
	for (unsigned int i = 0; i < sa->pieces->last; i++)
		buffer_put(whole, buffer_bytes(&sa->pieces->pieces[i]));
	fragment_forget(sa);
	return true;
}

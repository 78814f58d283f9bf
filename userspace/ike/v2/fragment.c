// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fragmentation of IKE messages (RFC 7383): what is too large for the path goes
 * in several datagrams, each protected by itself, so that nobody else can make
 * us keep pieces.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "base/memory.h"
#include "ike/v2/internal.h"

#define HEADERS \
	32 /* of IPv4 and UDP, with the non-ESP marker: what the MTU counts and we do not send */
#define HEADERS_IPV6 52
#define SIZE_LEAST 256 /* below that, headers and ICVs would be most of it */
#define PIECES_MAX 256
#define REASSEMBLIES_MAX 4 /* of one SA; the oldest makes room */
#define REASSEMBLY_TIME SECONDS(30)
#define OCTETS_MAX (16 << 20) /* of all SAs */

/** struct reassembly - a message of which pieces have come */
struct reassembly {
	TAILQ_ENTRY(reassembly) link;
	struct ike_header header;
	uint64_t began;
	size_t octets;
	uint16_t total, have;
	uint8_t first;
	struct buffer pieces[]; /* @total of them; one that has not come has no data */
};

void packets_free(struct packets *packets)
{
	for (size_t i = 0; i < packets->count; i++)
		buffer_free(&packets->items[i]);
	free(packets->items);
	*packets = (struct packets){ 0 };
}

struct buffer *packets_add(struct packets *packets)
{
	packets->items =
		must_realloc(packets->items, (packets->count + 1) * sizeof(*packets->items));
	packets->items[packets->count] = (struct buffer){ 0 };
	return &packets->items[packets->count++];
}

/* --- sending --- */

/* Octets of a datagram, or 0: the peer could not read pieces. */
static size_t datagram_size(const struct ikev2_sa *sa)
{
	uint32_t mtu = sa->base.ike->policy->fragment_mtu;
	size_t headers = sa->base.remote.address.family == AF_INET6 ? HEADERS_IPV6 : HEADERS;

	if (!sa->fragments)
		return 0;
	return mtu < SIZE_LEAST + headers ? SIZE_LEAST : mtu - headers;
}

static struct result seal_pieces(struct ikev2_sa *sa, const struct ike_header *header,
				 const struct writer *chain, size_t room, struct packets *out)
{
	struct bytes all = buffer_bytes(&chain->buffer);
	struct fragment fragment = { .total = (all.len + room - 1) / room, .first = chain->first };
	struct result result = RESULT_OK;

	for (size_t at = 0; at < all.len && !failed(&result); at += room) {
		size_t len = all.len - at < room ? all.len - at : room;

		fragment.number++;
		result = fragment_seal(header, &fragment, bytes_of(all.data + at, len),
				       sa->keys.out, packets_add(out));
		fragment.first = PAYLOAD_NONE;
	}
	return result;
}

struct result packets_seal(struct ikev2_sa *sa, const struct ike_header *header,
			   const struct writer *chain, struct packets *out)
{
	size_t size = datagram_size(sa), room;
	struct result result;

	packets_free(out);
	result = message_seal(header, chain, sa->keys.out, packets_add(out));
	if (failed(&result) || !size || out->items[0].len <= size)
		return result;
	room = fragment_room(sa->keys.out, size);
	if (!room || chain->buffer.len > room * PIECES_MAX)
		return result;
	sa_line(sa, LOG_IKEV2_INTERNAL, "message of %zu octets goes in fragments of %zu",
		out->items[0].len, size);
	packets_free(out);
	return seal_pieces(sa, header, chain, room, out);
}

/* --- receiving --- */

static void forget(struct ikev2_sa *sa, struct reassembly *reassembly)
{
	TAILQ_REMOVE(&sa->reassemblies, reassembly, link);
	sa->base.ike->fragment_octets -= reassembly->octets;
	for (uint16_t i = 0; i < reassembly->total; i++)
		buffer_free(&reassembly->pieces[i]);
	free(reassembly);
}

static void time_over(struct timer *timer)
{
	struct ikev2_sa *sa = container_of(timer, struct ikev2_sa, reassembly);
	struct timers *timers = sa->base.ike->env.timers;
	struct reassembly *oldest;
	uint64_t age;

	while ((oldest = TAILQ_FIRST(&sa->reassemblies))) {
		age = ike_now(sa->base.ike) - oldest->began;
		if (age < REASSEMBLY_TIME) {
			timer_start(timers, timer, REASSEMBLY_TIME - age);
			return;
		}
		sa_line(sa, LOG_IKEV2_ERROR, "%u of %u fragments[msgID:%u] came in time",
			oldest->have, oldest->total, oldest->header.message_id);
		sa->base.ike->stats[IKE_STAT_DROP_FRAGMENT] += oldest->have;
		forget(sa, oldest);
	}
}

void fragment_start(struct ikev2_sa *sa)
{
	TAILQ_INIT(&sa->reassemblies);
	sa->reassembly.fire = time_over;
}

void fragment_forget_all(struct ikev2_sa *sa)
{
	while (!TAILQ_EMPTY(&sa->reassemblies))
		forget(sa, TAILQ_FIRST(&sa->reassemblies));
	timer_stop(sa->base.ike->env.timers, &sa->reassembly);
}

static bool is_response(const struct ike_header *header)
{
	return header->flags & IKE_FLAG_RESPONSE;
}

static struct reassembly *find(struct ikev2_sa *sa, const struct ike_header *header)
{
	struct reassembly *reassembly;

	TAILQ_FOREACH(reassembly, &sa->reassemblies, link)
		if (reassembly->header.message_id == header->message_id &&
		    is_response(&reassembly->header) == is_response(header))
			return reassembly;
	return NULL;
}

static struct reassembly *begin(struct ikev2_sa *sa, const struct ike_header *header,
				uint16_t total)
{
	struct reassembly *reassembly, *each;
	unsigned int count = 0;

	TAILQ_FOREACH(each, &sa->reassemblies, link)
		count++;
	if (count == REASSEMBLIES_MAX) {
		each = TAILQ_FIRST(&sa->reassemblies);
		sa->base.ike->stats[IKE_STAT_DROP_FRAGMENT] += each->have;
		forget(sa, each);
	}
	reassembly = must_calloc(1, sizeof(*reassembly) + total * sizeof(reassembly->pieces[0]));
	reassembly->header = *header;
	reassembly->total = total;
	reassembly->began = ike_now(sa->base.ike);
	TAILQ_INSERT_TAIL(&sa->reassemblies, reassembly, link);
	if (!timer_running(&sa->reassembly))
		timer_start(sa->base.ike->env.timers, &sa->reassembly, REASSEMBLY_TIME);
	return reassembly;
}

static struct result join(struct ikev2_sa *sa, struct reassembly *reassembly, struct buffer *plain,
			  struct message *inner)
{
	uint8_t first = reassembly->first;

	inner->header = reassembly->header;
	buffer_set(plain, bytes_of(NULL, 0));
	for (uint16_t i = 0; i < reassembly->total; i++)
		buffer_put(plain, buffer_bytes(&reassembly->pieces[i]));
	forget(sa, reassembly);
	return payloads_parse(first, buffer_bytes(plain), inner);
}

static struct result refuse(struct ikev2_sa *sa, struct result why)
{
	sa->base.ike->stats[IKE_STAT_DROP_FRAGMENT]++;
	why.code = -EAGAIN;
	return why;
}

struct result fragment_receive(struct ikev2_sa *sa, const struct message *message,
			       struct buffer *plain, struct message *inner)
{
	const struct ike_header *header = &message->header;
	struct ike *ike = sa->base.ike;
	struct reassembly *reassembly;
	struct fragment fragment;
	struct buffer *piece;
	struct result result = fragment_numbers(message, &fragment);

	if (failed(&result))
		return refuse(sa, result);
	if (fragment.total > PIECES_MAX)
		return refuse(sa, fail(-EPROTO, "cannot process ENCR FRAG payload: %u fragments",
				       fragment.total));
	reassembly = find(sa, header);
	/* Seen already, or from a coarser division than the one that we are collecting. */
	if (reassembly &&
	    (fragment.total < reassembly->total ||
	     (fragment.total == reassembly->total && reassembly->pieces[fragment.number - 1].data)))
		return refuse(sa, fail(-EEXIST, "fragment %u of %u[msgID:%u] dropped",
				       fragment.number, fragment.total, header->message_id));
	result = fragment_open(message, sa->keys.in, plain);
	if (failed(&result))
		return result.code == -EBADMSG ? result : refuse(sa, result);
	if (reassembly && reassembly->header.exchange != header->exchange)
		return refuse(sa, fail(-EPROTO, "fragments[msgID:%u] of two exchanges",
				       header->message_id));
	/* The peer divides anew, more finely (RFC 7383 section 2.5.2). */
	if (reassembly && fragment.total > reassembly->total) {
		forget(sa, reassembly);
		reassembly = NULL;
	}
	if (ike->fragment_octets + plain->len > OCTETS_MAX ||
	    (reassembly && reassembly->octets + plain->len > MESSAGE_SIZE_MAX) || !plain->len)
		return refuse(sa, fail(-EMSGSIZE, "fragment of %zu octets[msgID:%u] dropped",
				       plain->len, header->message_id));
	if (!reassembly)
		reassembly = begin(sa, header, fragment.total);
	piece = &reassembly->pieces[fragment.number - 1];
	*piece = buffer_take(plain);
	reassembly->octets += piece->len;
	ike->fragment_octets += piece->len;
	if (fragment.number == 1)
		reassembly->first = fragment.first;
	if (++reassembly->have < reassembly->total)
		return fail(-EAGAIN, "fragment %u of %u[msgID:%u]", fragment.number, fragment.total,
			    header->message_id);
	sa_line(sa, LOG_IKEV2_INTERNAL, "%u fragments[msgID:%u] make a message", reassembly->total,
		header->message_id);
	return join(sa, reassembly, plain, inner);
}

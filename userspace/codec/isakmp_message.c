// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ISAKMP header and the chain of payloads (RFC 2408 sections 3.1, 3.2 and
 * 5.3): bounds only, no meaning.
 */
#include <errno.h>

#include "codec/bounds.h"
#include "codec/isakmp.h"

#define PRIVATE_USE 128 /* payload types from here on mean what a vendor says */

static bool is_known(uint8_t type)
{
	switch (type) {
#define X(number, name, text) case number:
		ISAKMP_PAYLOAD_LIST(X)
#undef X
		return true;
	default:
		return type >= PRIVATE_USE;
	}
}

static struct result chain_step(struct reader *reader, struct payload *payload)
{
	const char *name = isakmp_payload_name(payload->type);
	size_t left = reader_left(reader);
	uint8_t reserved;
	uint16_t length;

	if (!reader_get_u8(reader, &payload->next) || !reader_get_u8(reader, &reserved) ||
	    !reader_get_u16(reader, &length))
		return out_of_bounds(BOUND_PAYLOAD_HEADER_SHORT, left, PAYLOAD_HEADER_SIZE, NULL);
	/* The words are IOS's (row E07): a message under another key looks like this. */
	if (reserved)
		return fail(-EPROTO, "reserved not zero on %s payload!", name);
	if (length < PAYLOAD_HEADER_SIZE)
		return out_of_bounds(BOUND_PAYLOAD_LENGTH_SMALL, length, PAYLOAD_HEADER_SIZE, name);
	if (!reader_get_bytes(reader, length - PAYLOAD_HEADER_SIZE, &payload->body))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, left, length, name);
	payload->critical = false;
	return RESULT_OK;
}

/* Fills count and payloads from the octets of @message behind @start; @end: where they end. */
static struct result chain_parse(struct message *message, uint8_t type, size_t start, size_t *end)
{
	struct bytes all = message->octets;
	struct reader reader = reader_of(all);
	struct bytes before;

	reader_get_bytes(&reader, start, &before);
	while (type != ISAKMP_PAYLOAD_NONE) {
		struct payload *payload = &message->payloads[message->count];
		struct result result;

		if (message->count == MESSAGE_PAYLOADS_MAX)
			return fail(-EPROTO, "more than %u payloads", MESSAGE_PAYLOADS_MAX);
		if (!is_known(type))
			return fail(-EPROTO, "payload type %u is not known", type);
		payload->type = type;
		payload->offset = all.len - reader_left(&reader);
		result = chain_step(&reader, payload);
		if (failed(&result))
			return result;
		message->count++;
		type = payload->next;
	}
	*end = all.len - reader_left(&reader);
	return RESULT_OK;
}

struct result isakmp_parse(struct bytes in, struct message *message)
{
	struct result result = header_parse(in, &message->header);
	size_t end;

	message->octets = in;
	message->count = 0;
	if (failed(&result))
		return result;
	if (message->header.length < IKE_HEADER_SIZE)
		return out_of_bounds(BOUND_MESSAGE_SHORT, message->header.length, IKE_HEADER_SIZE,
				     NULL);
	if (message->header.length != in.len)
		return out_of_bounds(BOUND_MESSAGE_UNMATCHED, in.len, message->header.length, NULL);
	if (message->header.flags & ISAKMP_FLAG_ENCRYPTED)
		return RESULT_OK;
	result = chain_parse(message, message->header.next_payload, IKE_HEADER_SIZE, &end);
	if (!failed(&result) && end != in.len)
		return out_of_bounds(BOUND_PAYLOAD_UNMATCHED, in.len, end, "payload chain");
	return result;
}

struct result isakmp_payloads_parse(uint8_t first, struct bytes plain, struct message *message)
{
	struct result result;
	size_t end = 0;

	message->octets = plain;
	message->count = 0;
	result = chain_parse(message, first, 0, &end);
	if (!failed(&result))
		message->octets.len = end;
	return result;
}

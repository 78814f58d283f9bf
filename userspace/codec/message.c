// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The IKE header and the chain of payloads (RFC 7296 sections 3.1 and 3.2):
 * bounds only, no meaning.
 */
#include <errno.h>

#include "codec/bounds.h"
#include "codec/codec.h"

#define PAYLOAD_FLAG_CRITICAL 0x80

struct result header_parse(struct bytes in, struct ike_header *header)
{
	struct reader reader = reader_of(in);

	*header = (struct ike_header){ 0 };
	if (!reader_get_u64(&reader, &header->spi_initiator) ||
	    !reader_get_u64(&reader, &header->spi_responder) ||
	    !reader_get_u8(&reader, &header->next_payload) ||
	    !reader_get_u8(&reader, &header->version) ||
	    !reader_get_u8(&reader, &header->exchange) || !reader_get_u8(&reader, &header->flags) ||
	    !reader_get_u32(&reader, &header->message_id) ||
	    !reader_get_u32(&reader, &header->length))
		return out_of_bounds(BOUND_IKE_HEADER_SHORT, in.len, IKE_HEADER_SIZE, NULL);
	return RESULT_OK;
}

static bool is_encrypted(uint8_t type)
{
	return type == PAYLOAD_ENCRYPTED || type == PAYLOAD_FRAGMENT;
}

/* One generic header and its body: checks the length before anything uses it. */
static struct result chain_step(struct reader *reader, struct payload *payload)
{
	size_t left = reader_left(reader);
	uint16_t length;
	uint8_t flags;

	if (!reader_get_u8(reader, &payload->next) || !reader_get_u8(reader, &flags) ||
	    !reader_get_u16(reader, &length))
		return out_of_bounds(BOUND_PAYLOAD_HEADER_SHORT, left, PAYLOAD_HEADER_SIZE, NULL);
	if (length < PAYLOAD_HEADER_SIZE)
		return out_of_bounds(BOUND_PAYLOAD_LENGTH_SMALL, length, PAYLOAD_HEADER_SIZE,
				     payload_name(payload->type));
	if (!reader_get_bytes(reader, length - PAYLOAD_HEADER_SIZE, &payload->body))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, left, length,
				     payload_name(payload->type));
	/* The other seven bits are reserved and ignored. */
	payload->critical = flags & PAYLOAD_FLAG_CRITICAL;
	return RESULT_OK;
}

/*
 * Fills count and payloads from the octets of @message behind @start. An
 * encrypted payload ends the chain: its next field names the first payload
 * inside it (RFC 7296 section 3.14), so it cannot be followed by another one.
 */
static struct result chain_parse(struct message *message, uint8_t first, size_t start)
{
	struct bytes all = message->octets;
	struct reader reader = reader_of(all);
	struct bytes before;
	uint8_t type = first;
	bool end = type == PAYLOAD_NONE;

	reader_get_bytes(&reader, start, &before);
	while (!end) {
		struct payload *payload = &message->payloads[message->count];
		struct result result;

		if (message->count == MESSAGE_PAYLOADS_MAX)
			return fail(-EPROTO, "more than %u payloads", MESSAGE_PAYLOADS_MAX);
		payload->type = type;
		payload->offset = all.len - reader_left(&reader);
		result = chain_step(&reader, payload);
		if (failed(&result))
			return result;
		message->count++;
		type = payload->next;
		end = is_encrypted(payload->type) || type == PAYLOAD_NONE;
	}
	if (reader_left(&reader))
		return out_of_bounds(BOUND_PAYLOAD_UNMATCHED, all.len,
				     all.len - reader_left(&reader), "payload chain");
	return RESULT_OK;
}

struct result message_parse(struct bytes in, struct message *message)
{
	struct result result = header_parse(in, &message->header);

	message->octets = in;
	message->count = 0;
	if (failed(&result))
		return result;
	if (message->header.length < IKE_HEADER_SIZE)
		return out_of_bounds(BOUND_MESSAGE_SHORT, message->header.length, IKE_HEADER_SIZE,
				     NULL);
	if (message->header.length != in.len)
		return out_of_bounds(BOUND_MESSAGE_UNMATCHED, in.len, message->header.length, NULL);
	return chain_parse(message, message->header.next_payload, IKE_HEADER_SIZE);
}

struct result payloads_parse(uint8_t first, struct bytes in, struct message *message)
{
	struct result result;

	message->octets = in;
	message->count = 0;
	result = chain_parse(message, first, 0);
	if (failed(&result))
		return result;
	/* Row L12. Only the last one can be encrypted: the chain ends there. */
	if (message->count && is_encrypted(message->payloads[message->count - 1].type))
		return fail(-EPROTO, "encrypted payload already exists");
	return RESULT_OK;
}

static const struct payload *find_from(const struct message *message, size_t index, uint8_t type)
{
	for (; index < message->count; index++)
		if (message->payloads[index].type == type)
			return &message->payloads[index];
	return NULL;
}

const struct payload *message_get(const struct message *message, uint8_t type)
{
	return find_from(message, 0, type);
}

const struct payload *message_next(const struct message *message, const struct payload *after)
{
	return find_from(message, (size_t)(after - message->payloads) + 1, after->type);
}

static bool is_known(uint8_t type)
{
	switch (type) {
#define X(number, name, text) case number:
		PAYLOAD_LIST(X)
#undef X
		return true;
	default:
		return false;
	}
}

/* RFC 7296 section 2.5: the bit is ignored in payloads that one understands. */
uint8_t message_unknown_critical(const struct message *message)
{
	for (size_t i = 0; i < message->count; i++)
		if (message->payloads[i].critical && !is_known(message->payloads[i].type))
			return message->payloads[i].type;
	return 0;
}

bool message_get_notify(const struct message *message, uint16_t type, struct notify_payload *out)
{
	const struct payload *payload = message_get(message, PAYLOAD_NOTIFY);

	for (; payload; payload = message_next(message, payload)) {
		struct result result = notify_payload_parse(payload->body, out);

		if (!failed(&result) && out->type == type)
			return true;
	}
	return false;
}

bool message_get_error(const struct message *message, struct notify_payload *out)
{
	const struct payload *payload = message_get(message, PAYLOAD_NOTIFY);

	for (; payload; payload = message_next(message, payload)) {
		struct result result = notify_payload_parse(payload->body, out);

		if (!failed(&result) && NOTIFY_IS_ERROR(out->type))
			return true;
	}
	return false;
}

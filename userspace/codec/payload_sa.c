// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SA payload (RFC 7296 section 3.3): proposals of transforms of attributes,
 * each nested by its own length field.
 */
#include <errno.h>

#include "codec/bounds.h"
#include "codec/codec.h"
#include "codec/walk.h"

#define PROPOSAL_HEADER_SIZE 8
#define TRANSFORM_HEADER_SIZE 8
#define ATTRIBUTE_HEADER_SIZE 4
#define PROPOSAL_MORE 2
#define TRANSFORM_MORE 3
#define ATTRIBUTE_TV 0x8000
#define ATTRIBUTE_KEY_LENGTH 14

/* The first octet says whether another one follows; the end of the octets says it too. */
static struct result check_last(uint8_t last, uint8_t more, size_t left, size_t header,
				const char *what)
{
	if (last != 0 && last != more)
		return fail(-EPROTO, "cannot accept SA payload: last %s: 0x%x", what, last);
	if (last == 0 && left)
		return out_of_bounds(BOUND_PAYLOAD_UNMATCHED, left, 0, what);
	if (last == more && !left)
		return out_of_bounds(BOUND_FIELD_HEADER_SHORT, 0, header, what);
	return RESULT_OK;
}

struct result walk_proposal(struct reader *reader, struct proposal_view *view)
{
	size_t left = reader_left(reader);
	struct bytes rest;
	struct reader inner;

	if (!reader_get_u8(reader, &view->last) || !reader_get_u8(reader, &view->reserved) ||
	    !reader_get_u16(reader, &view->length) || !reader_get_u8(reader, &view->number) ||
	    !reader_get_u8(reader, &view->protocol) || !reader_get_u8(reader, &view->spi_size) ||
	    !reader_get_u8(reader, &view->transforms))
		return out_of_bounds(BOUND_FIELD_HEADER_SHORT, left, PROPOSAL_HEADER_SIZE,
				     "proposal");
	if (view->length < PROPOSAL_HEADER_SIZE)
		return out_of_bounds(BOUND_FIELD_SHORT, view->length, PROPOSAL_HEADER_SIZE,
				     "proposal");
	if (!reader_get_bytes(reader, view->length - PROPOSAL_HEADER_SIZE, &rest))
		return out_of_bounds(BOUND_FIELD_SHORT, left, view->length, "proposal");

	inner = reader_of(rest);
	if (!reader_get_bytes(&inner, view->spi_size, &view->spi))
		return out_of_bounds(BOUND_FIELD_SHORT, rest.len, view->spi_size,
				     "SPI of proposal");
	reader_get_bytes(&inner, reader_left(&inner), &view->body);
	return check_last(view->last, PROPOSAL_MORE, reader_left(reader), PROPOSAL_HEADER_SIZE,
			  "proposal");
}

struct result walk_transform(struct reader *reader, struct transform_view *view)
{
	size_t left = reader_left(reader);

	if (!reader_get_u8(reader, &view->last) || !reader_get_u8(reader, &view->reserved) ||
	    !reader_get_u16(reader, &view->length) || !reader_get_u8(reader, &view->type) ||
	    !reader_get_u8(reader, &view->reserved2) || !reader_get_u16(reader, &view->id))
		return out_of_bounds(BOUND_FIELD_HEADER_SHORT, left, TRANSFORM_HEADER_SIZE,
				     "transform");
	if (view->length < TRANSFORM_HEADER_SIZE)
		return out_of_bounds(BOUND_FIELD_SHORT, view->length, TRANSFORM_HEADER_SIZE,
				     "transform");
	if (!reader_get_bytes(reader, view->length - TRANSFORM_HEADER_SIZE, &view->attributes))
		return out_of_bounds(BOUND_FIELD_SHORT, left, view->length, "transform");
	return check_last(view->last, TRANSFORM_MORE, reader_left(reader), TRANSFORM_HEADER_SIZE,
			  "transform");
}

struct result walk_attribute(struct reader *reader, struct attribute_view *view)
{
	size_t left = reader_left(reader);

	if (!reader_get_u16(reader, &view->type) || !reader_get_u16(reader, &view->value))
		return out_of_bounds(BOUND_FIELD_HEADER_SHORT, left, ATTRIBUTE_HEADER_SIZE,
				     "transform attribute");
	view->tv = view->type & ATTRIBUTE_TV;
	view->type &= ~ATTRIBUTE_TV;
	view->octets = (struct bytes){ 0 };
	/* Without the bit the second word is a length and the value follows. */
	if (!view->tv && !reader_get_bytes(reader, view->value, &view->octets))
		return out_of_bounds(BOUND_FIELD_SHORT, left - ATTRIBUTE_HEADER_SIZE, view->value,
				     "transform attribute");
	return RESULT_OK;
}

/*
 * RFC 7296 section 3.3.6: a transform with an attribute that one does not
 * understand is not chosen, the others of the proposal still may be. Key Length
 * must be the TV form and be there once; 0 bits would read as "no attribute".
 */
static struct result read_attributes(struct bytes attributes, struct transform *transform)
{
	struct reader reader = reader_of(attributes);

	while (reader_left(&reader)) {
		struct attribute_view view;
		struct result result = walk_attribute(&reader, &view);

		if (failed(&result))
			return result;
		if (view.tv && view.type == ATTRIBUTE_KEY_LENGTH && view.value &&
		    !transform->key_bits)
			transform->key_bits = view.value;
		else
			transform->unknown = true;
	}
	return RESULT_OK;
}

static struct result read_transforms(const struct proposal_view *view, struct proposal *proposal)
{
	struct reader reader = reader_of(view->body);
	size_t count = 0;

	do {
		struct transform_view step;
		struct transform transform;
		struct result result = walk_transform(&reader, &step);

		if (failed(&result))
			return result;
		transform = (struct transform){
			.type = step.type,
			.id = step.id,
			.unknown = step.type == 0 || step.type > TRANSFORM_TYPE_MAX,
		};
		result = read_attributes(step.attributes, &transform);
		if (failed(&result))
			return result;
		/* Those past the array's end are checked like the others, then passed over. */
		if (proposal->count < PROPOSAL_TRANSFORMS_MAX)
			proposal->transforms[proposal->count++] = transform;
		count++;
	} while (reader_left(&reader));

	if (count != view->transforms)
		return out_of_bounds(BOUND_FIELD_UNMATCHED, count, view->transforms,
				     "transforms of proposal");
	return RESULT_OK;
}

/* RFC 7296 section 3.3.1: 8 octets for a rekeyed IKE SA, none for the first; 4 for AH and ESP. */
static struct result read_spi(const struct proposal_view *view, struct proposal *proposal)
{
	size_t want = view->protocol == PROTOCOL_IKE ? 8 : 4;

	if (view->spi_size != want && !(view->protocol == PROTOCOL_IKE && view->spi_size == 0))
		return out_of_bounds(BOUND_FIELD_UNMATCHED, view->spi_size, want,
				     "SPI of proposal");
	proposal->spi = 0;
	for (size_t i = 0; i < view->spi.len; i++)
		proposal->spi = proposal->spi << 8 | view->spi.data[i];
	return RESULT_OK;
}

struct result sa_payload_parse(struct bytes body, struct proposal_list *list)
{
	struct reader reader = reader_of(body);

	list->count = 0;
	do {
		struct proposal_view view;
		struct proposal proposal = { 0 };
		struct result result = walk_proposal(&reader, &view);
		bool known;

		if (failed(&result))
			return result;
		proposal.number = view.number;
		proposal.protocol = view.protocol;
		proposal.spi_size = view.spi_size;
		known = view.protocol >= PROTOCOL_IKE && view.protocol <= PROTOCOL_ESP;
		if (known)
			result = read_spi(&view, &proposal);
		if (!failed(&result))
			result = read_transforms(&view, &proposal);
		if (failed(&result))
			return result;
		/* Other protocols and those past the array's end are passed over. */
		if (known && list->count < PROPOSAL_LIST_MAX)
			list->proposals[list->count++] = proposal;
	} while (reader_left(&reader));
	return RESULT_OK;
}

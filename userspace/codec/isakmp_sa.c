// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SA payload of IKEv1 (RFC 2408 sections 3.4 to 3.6): proposals of whole
 * suites, which RFC 2408 calls transforms. The nested fields have the bounds of
 * IKEv2's, whose walk is used: where IKEv2 has a transform type IKEv1 has the
 * transform's number, and its ID in the octet behind it.
 */
#include <errno.h>

#include "codec/bounds.h"
#include "codec/isakmp.h"
#include "codec/walk.h"

#define SA_FIXED_SIZE 8

struct mapping {
	uint8_t number;
	uint16_t transform;
};

static const struct mapping encryptions[] = {
#define X(number, symbol, text) { number, ENCR_##symbol },
	ISAKMP_ENCRYPTION_LIST(X)
#undef X
};

static const struct mapping hashes[] = {
#define X(number, symbol, text) { number, PRF_##symbol },
	ISAKMP_HASH_LIST(X)
#undef X
};

static const struct mapping esp_transforms[] = {
#define X(number, symbol, text) { number, ENCR_##symbol },
	ISAKMP_ESP_LIST(X)
#undef X
};

static const struct mapping ah_transforms[] = {
#define X(number, attribute, symbol, ah_text, text) { number, INTEG_##symbol },
	ISAKMP_INTEGRITY_LIST(X)
#undef X
};

static const struct mapping integrities[] = {
#define X(number, attribute, symbol, ah_text, text) { attribute, INTEG_##symbol },
	ISAKMP_INTEGRITY_LIST(X)
#undef X
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* The number of IKEv2; 0 and @unknown set when there is none. */
static uint16_t translate(const struct mapping *map, size_t count, uint64_t number, bool *unknown)
{
	for (size_t i = 0; i < count; i++)
		if (map[i].number == number)
			return map[i].transform;
	*unknown = true;
	return 0;
}

static uint8_t translate_back(const struct mapping *map, size_t count, uint16_t transform)
{
	for (size_t i = 0; i < count; i++)
		if (map[i].transform == transform)
			return map[i].number;
	return 0;
}

/* --- reading --- */

/* Both forms may carry any value (RFC 2408 section 3.3); what is larger than fits is the largest. */
static uint64_t value_of(const struct attribute_view *view)
{
	uint64_t value = 0;

	if (view->tv)
		return view->value;
	for (size_t i = 0; i < view->octets.len; i++)
		value = value >> 24 ? UINT32_MAX : value << 8 | view->octets.data[i];
	return value;
}

static void note_life(struct isakmp_transform *transform, uint64_t type, uint64_t duration)
{
	uint32_t *slot = type == ISAKMP_LIFE_SECONDS   ? &transform->seconds :
			 type == ISAKMP_LIFE_KILOBYTES ? &transform->kilobytes :
							 NULL;

	/* Nothing is how strongSwan says that it sets no limit. */
	if (!slot)
		transform->unknown = true;
	else
		*slot = (uint32_t)duration;
}

static void note_phase_1(struct isakmp_transform *transform, uint16_t type, uint64_t value,
			 uint64_t *life_type)
{
	switch (type) {
	case ISAKMP_ATTRIBUTE_ENCRYPTION:
		transform->encr =
			translate(encryptions, COUNT(encryptions), value, &transform->unknown);
		break;
	case ISAKMP_ATTRIBUTE_HASH:
		transform->prf = translate(hashes, COUNT(hashes), value, &transform->unknown);
		break;
	case ISAKMP_ATTRIBUTE_AUTH:
		transform->auth = (uint16_t)value;
		break;
	case ISAKMP_ATTRIBUTE_GROUP:
		transform->group = (uint16_t)value;
		break;
	case ISAKMP_ATTRIBUTE_GROUP_TYPE:
		break; /* follows from the description, which must be there */
	case ISAKMP_ATTRIBUTE_LIFE_TYPE:
		*life_type = value;
		break;
	case ISAKMP_ATTRIBUTE_LIFE_DURATION:
		note_life(transform, *life_type, value);
		break;
	case ISAKMP_ATTRIBUTE_KEY_LENGTH:
		transform->key_bits = (uint16_t)value;
		break;
	default:
		transform->unknown = true;
	}
}

static void note_phase_2(struct isakmp_transform *transform, uint16_t type, uint64_t value,
			 uint64_t *life_type)
{
	switch (type) {
	case ISAKMP_IPSEC_LIFE_TYPE:
		*life_type = value;
		break;
	case ISAKMP_IPSEC_LIFE_DURATION:
		note_life(transform, *life_type, value);
		break;
	case ISAKMP_IPSEC_GROUP:
		transform->group = (uint16_t)value;
		break;
	case ISAKMP_IPSEC_ENCAPSULATION:
		transform->mode = (uint16_t)value;
		break;
	case ISAKMP_IPSEC_INTEGRITY: {
		uint16_t integ =
			translate(integrities, COUNT(integrities), value, &transform->unknown);

		/* AH names its algorithm twice, and must mean the same (RFC 2407 section 4.4.3). */
		if (transform->integ && transform->integ != integ)
			transform->unknown = true;
		transform->integ = integ;
		break;
	}
	case ISAKMP_IPSEC_KEY_LENGTH:
		transform->key_bits = (uint16_t)value;
		break;
	case ISAKMP_IPSEC_ESN:
		transform->esn = value == 1;
		break;
	default:
		transform->unknown = true;
	}
}

static struct result read_attributes(uint8_t protocol, struct isakmp_transform *transform)
{
	struct reader reader = reader_of(transform->attributes);
	uint64_t life_type = 0;

	while (reader_left(&reader)) {
		struct attribute_view view;
		struct result result = walk_attribute(&reader, &view);

		if (failed(&result))
			return result;
		if (value_of(&view) > UINT16_MAX &&
		    view.type != (protocol == ISAKMP_PROTOCOL_ISAKMP ?
					  ISAKMP_ATTRIBUTE_LIFE_DURATION :
					  ISAKMP_IPSEC_LIFE_DURATION))
			transform->unknown = true;
		else if (protocol == ISAKMP_PROTOCOL_ISAKMP)
			note_phase_1(transform, view.type, value_of(&view), &life_type);
		else
			note_phase_2(transform, view.type, value_of(&view), &life_type);
	}
	return RESULT_OK;
}

static void read_id(uint8_t protocol, struct isakmp_transform *transform)
{
	if (protocol == ISAKMP_PROTOCOL_ESP)
		transform->encr = translate(esp_transforms, COUNT(esp_transforms), transform->id,
					    &transform->unknown);
	else if (protocol == ISAKMP_PROTOCOL_AH)
		transform->integ = translate(ah_transforms, COUNT(ah_transforms), transform->id,
					     &transform->unknown);
	else if (transform->id != ISAKMP_KEY_IKE)
		transform->unknown = true;
}

static struct result read_transforms(const struct proposal_view *view,
				     struct isakmp_proposal *proposal, bool known)
{
	struct reader reader = reader_of(view->body);
	size_t count = 0;

	do {
		struct isakmp_transform transform = {};
		struct transform_view step;
		struct result result = walk_transform(&reader, &step);

		if (failed(&result))
			return result;
		transform.number = step.type;
		transform.id = step.reserved2;
		transform.attributes = step.attributes;
		if (known)
			read_id(view->protocol, &transform);
		result = read_attributes(view->protocol, &transform);
		if (failed(&result))
			return result;
		/* AES has several key sizes and must name one; other ciphers must not. */
		if (transform.encr && !encr_allows(transform.encr, transform.key_bits))
			transform.unknown = true;
		if (known && proposal->count < ISAKMP_TRANSFORMS_MAX)
			proposal->transforms[proposal->count++] = transform;
		count++;
	} while (reader_left(&reader));

	if (count != view->transforms)
		return out_of_bounds(BOUND_FIELD_UNMATCHED, count, view->transforms,
				     "transforms of proposal");
	return RESULT_OK;
}

/* Phase 1: up to 16 octets, ignored (RFC 2408 section 3.5). AH and ESP: four, and not zero. */
static struct result read_spi(const struct proposal_view *view, struct isakmp_proposal *proposal)
{
	struct reader reader = reader_of(view->spi);

	if (view->protocol == ISAKMP_PROTOCOL_ISAKMP) {
		if (view->spi.len > 16)
			return out_of_bounds(BOUND_FIELD_UNMATCHED, view->spi.len, 16,
					     "SPI of proposal");
		return RESULT_OK;
	}
	if (view->spi.len != sizeof(proposal->spi))
		return out_of_bounds(BOUND_FIELD_UNMATCHED, view->spi.len, sizeof(proposal->spi),
				     "SPI of proposal");
	reader_get_u32(&reader, &proposal->spi);
	return RESULT_OK;
}

struct result isakmp_sa_parse(struct bytes body, struct isakmp_sa *sa)
{
	struct reader reader = reader_of(body);
	uint32_t doi, situation;

	sa->count = 0;
	if (!reader_get_u32(&reader, &doi) || !reader_get_u32(&reader, &situation))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, body.len, SA_FIXED_SIZE, "SA");
	if (doi != ISAKMP_DOI_IPSEC)
		return fail(-EPROTO, "cannot accept SA payload: DOI %u is not IPsec", doi);
	if (situation != ISAKMP_SITUATION_IDENTITY_ONLY)
		return fail(-EPROTO, "cannot accept SA payload: situation 0x%x", situation);
	do {
		struct isakmp_proposal none, *proposal = &none;
		struct proposal_view view;
		struct result result = walk_proposal(&reader, &view);
		bool known;

		if (failed(&result))
			return result;
		/* Those past the array's end are checked like the others, then passed over. */
		if (sa->count < ISAKMP_PROPOSALS_MAX)
			proposal = &sa->proposals[sa->count++];
		proposal->number = view.number;
		proposal->protocol = view.protocol;
		proposal->spi = 0;
		proposal->count = 0;
		known = view.protocol >= ISAKMP_PROTOCOL_ISAKMP &&
			view.protocol <= ISAKMP_PROTOCOL_ESP;
		if (known)
			result = read_spi(&view, proposal);
		if (!failed(&result))
			result = read_transforms(&view, proposal, known);
		if (failed(&result))
			return result;
	} while (reader_left(&reader));
	return RESULT_OK;
}

/* --- writing --- */

static void put_tv(struct buffer *buffer, uint16_t type, uint16_t value)
{
	buffer_put_u16(buffer, 0x8000 | type);
	buffer_put_u16(buffer, value);
}

/* Short when it fits, else four octets, as IOS does (row E05). */
static void put_life(struct buffer *buffer, uint16_t type, uint16_t duration_type, uint16_t unit,
		     uint32_t duration)
{
	if (!duration)
		return;
	put_tv(buffer, type, unit);
	if (duration <= UINT16_MAX) {
		put_tv(buffer, duration_type, (uint16_t)duration);
		return;
	}
	buffer_put_u16(buffer, duration_type);
	buffer_put_u16(buffer, sizeof(duration));
	buffer_put_u32(buffer, duration);
}

static void put_lives(struct buffer *buffer, uint16_t type, uint16_t duration_type,
		      const struct isakmp_transform *transform)
{
	put_life(buffer, type, duration_type, ISAKMP_LIFE_SECONDS, transform->seconds);
	put_life(buffer, type, duration_type, ISAKMP_LIFE_KILOBYTES, transform->kilobytes);
}

/* In IOS's order. */
static void put_phase_1(struct buffer *buffer, const struct isakmp_transform *transform)
{
	put_tv(buffer, ISAKMP_ATTRIBUTE_ENCRYPTION,
	       translate_back(encryptions, COUNT(encryptions), transform->encr));
	if (transform->key_bits)
		put_tv(buffer, ISAKMP_ATTRIBUTE_KEY_LENGTH, transform->key_bits);
	put_tv(buffer, ISAKMP_ATTRIBUTE_HASH,
	       translate_back(hashes, COUNT(hashes), transform->prf));
	put_tv(buffer, ISAKMP_ATTRIBUTE_GROUP, transform->group);
	put_tv(buffer, ISAKMP_ATTRIBUTE_AUTH, transform->auth);
	put_lives(buffer, ISAKMP_ATTRIBUTE_LIFE_TYPE, ISAKMP_ATTRIBUTE_LIFE_DURATION, transform);
}

static void put_phase_2(struct buffer *buffer, const struct isakmp_transform *transform)
{
	put_tv(buffer, ISAKMP_IPSEC_ENCAPSULATION, transform->mode);
	put_lives(buffer, ISAKMP_IPSEC_LIFE_TYPE, ISAKMP_IPSEC_LIFE_DURATION, transform);
	if (transform->integ)
		put_tv(buffer, ISAKMP_IPSEC_INTEGRITY,
		       translate_back(integrities, COUNT(integrities), transform->integ));
	if (transform->key_bits)
		put_tv(buffer, ISAKMP_IPSEC_KEY_LENGTH, transform->key_bits);
	if (transform->group)
		put_tv(buffer, ISAKMP_IPSEC_GROUP, transform->group);
	if (transform->esn)
		put_tv(buffer, ISAKMP_IPSEC_ESN, 1);
}

static uint8_t id_of(uint8_t protocol, const struct isakmp_transform *transform)
{
	if (protocol == ISAKMP_PROTOCOL_ESP)
		return translate_back(esp_transforms, COUNT(esp_transforms), transform->encr);
	if (protocol == ISAKMP_PROTOCOL_AH)
		return translate_back(ah_transforms, COUNT(ah_transforms), transform->integ);
	return ISAKMP_KEY_IKE;
}

static void set_length(struct writer *writer, size_t at)
{
	size_t length = writer->buffer.len - at;

	if (length > UINT16_MAX)
		writer->overflow = true;
	buffer_set_u16(&writer->buffer, at + 2, (uint16_t)length);
}

static void put_transform(struct writer *writer, uint8_t protocol,
			  const struct isakmp_transform *transform, bool last)
{
	struct buffer *buffer = &writer->buffer;
	size_t at = buffer->len;

	buffer_put_u8(buffer, last ? 0 : 3);
	buffer_put_u8(buffer, 0);
	buffer_put_u16(buffer, 0);
	buffer_put_u8(buffer, transform->number);
	buffer_put_u8(buffer, id_of(protocol, transform));
	buffer_put_u16(buffer, 0);
	/* A responder must not change what it has chosen (RFC 2409 section 5). */
	if (transform->attributes.len)
		buffer_put(buffer, transform->attributes);
	else if (protocol == ISAKMP_PROTOCOL_ISAKMP)
		put_phase_1(buffer, transform);
	else
		put_phase_2(buffer, transform);
	set_length(writer, at);
}

static void put_proposal(struct writer *writer, const struct isakmp_proposal *proposal, bool last)
{
	struct buffer *buffer = &writer->buffer;
	bool phase_1 = proposal->protocol == ISAKMP_PROTOCOL_ISAKMP;
	size_t at = buffer->len;

	buffer_put_u8(buffer, last ? 0 : 2);
	buffer_put_u8(buffer, 0);
	buffer_put_u16(buffer, 0);
	buffer_put_u8(buffer, proposal->number);
	buffer_put_u8(buffer, proposal->protocol);
	buffer_put_u8(buffer, phase_1 ? 0 : sizeof(proposal->spi));
	buffer_put_u8(buffer, proposal->count);
	if (!phase_1)
		buffer_put_u32(buffer, proposal->spi);
	for (size_t i = 0; i < proposal->count; i++)
		put_transform(writer, proposal->protocol, &proposal->transforms[i],
			      i + 1 == proposal->count);
	set_length(writer, at);
}

struct result isakmp_lifetimes_parse(struct bytes data, struct isakmp_transform *life)
{
	*life = (struct isakmp_transform){ .attributes = data };
	return read_attributes(ISAKMP_PROTOCOL_ESP, life);
}

void isakmp_lifetimes_put(struct buffer *data, const struct isakmp_transform *life)
{
	put_lives(data, ISAKMP_IPSEC_LIFE_TYPE, ISAKMP_IPSEC_LIFE_DURATION, life);
}

void isakmp_put_sa(struct writer *writer, const struct isakmp_sa *sa)
{
	size_t at = writer_open(writer, ISAKMP_PAYLOAD_SA);

	buffer_put_u32(&writer->buffer, ISAKMP_DOI_IPSEC);
	buffer_put_u32(&writer->buffer, ISAKMP_SITUATION_IDENTITY_ONLY);
	for (size_t i = 0; i < sa->count; i++)
		put_proposal(writer, &sa->proposals[i], i + 1 == sa->count);
	writer_close(writer, at);
}

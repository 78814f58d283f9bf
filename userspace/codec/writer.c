// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Building messages. Reserved fields are written as 0 and the critical bit is
 * never set: RFC 7296 section 2.5 wants it clear in every payload that the RFC
 * itself defines.
 */
#include "codec/codec.h"

#define HEADER_NEXT_AT 16
#define FIELD_LENGTH_AT 2 /* in proposals, transforms and selectors */
#define ATTRIBUTE_TV_KEY_LENGTH 0x800e /* RFC 7296 section 3.3.5 */

void writer_begin(struct writer *writer, const struct ike_header *header)
{
	struct buffer *buffer = &writer->buffer;

	*writer = (struct writer){ .next_at = HEADER_NEXT_AT };
	buffer_put_u64(buffer, header->spi_initiator);
	buffer_put_u64(buffer, header->spi_responder);
	buffer_put_u8(buffer, PAYLOAD_NONE);
	buffer_put_u8(buffer, header->version);
	buffer_put_u8(buffer, header->exchange);
	buffer_put_u8(buffer, header->flags);
	buffer_put_u32(buffer, header->message_id);
	buffer_put_u32(buffer, IKE_HEADER_SIZE);
}

void writer_begin_chain(struct writer *writer)
{
	*writer = (struct writer){ .next_at = SIZE_MAX, .first = PAYLOAD_NONE };
}

void writer_free(struct writer *writer)
{
	buffer_free(&writer->buffer);
}

struct bytes writer_finish(struct writer *writer)
{
	if (writer->overflow || writer->buffer.len > MESSAGE_SIZE_MAX)
		return (struct bytes){ 0 };
	buffer_set_u32(&writer->buffer, IKE_HEADER_LENGTH_AT, (uint32_t)writer->buffer.len);
	return buffer_bytes(&writer->buffer);
}

size_t writer_open(struct writer *writer, uint8_t type)
{
	size_t at = writer->buffer.len;

	if (writer->next_at == SIZE_MAX)
		writer->first = type;
	else
		writer->buffer.data[writer->next_at] = type;
	writer->next_at = at;
	buffer_put_u8(&writer->buffer, PAYLOAD_NONE);
	buffer_put_u8(&writer->buffer, 0);
	buffer_put_u16(&writer->buffer, 0);
	return at;
}

/* A length field that comes before what it counts. */
static void set_length(struct writer *writer, size_t at, size_t field)
{
	size_t length = writer->buffer.len - at;

	if (length > UINT16_MAX)
		writer->overflow = true;
	buffer_set_u16(&writer->buffer, field, (uint16_t)length);
}

void writer_close(struct writer *writer, size_t at)
{
	set_length(writer, at, at + PAYLOAD_HEADER_LENGTH_AT);
}

void put_raw_payload(struct writer *writer, uint8_t type, struct bytes body)
{
	size_t at = writer_open(writer, type);

	buffer_put(&writer->buffer, body);
	writer_close(writer, at);
}

static void put_transform(struct writer *writer, const struct transform *transform, bool last)
{
	struct buffer *buffer = &writer->buffer;
	size_t at = buffer->len;

	buffer_put_u8(buffer, last ? 0 : 3);
	buffer_put_u8(buffer, 0);
	buffer_put_u16(buffer, 0);
	buffer_put_u8(buffer, transform->type);
	buffer_put_u8(buffer, 0);
	buffer_put_u16(buffer, transform->id);
	if (transform->key_bits) {
		buffer_put_u16(buffer, ATTRIBUTE_TV_KEY_LENGTH);
		buffer_put_u16(buffer, transform->key_bits);
	}
	set_length(writer, at, at + FIELD_LENGTH_AT);
}

static void put_proposal(struct writer *writer, const struct proposal *proposal, bool last)
{
	struct buffer *buffer = &writer->buffer;
	size_t at = buffer->len;

	buffer_put_u8(buffer, last ? 0 : 2);
	buffer_put_u8(buffer, 0);
	buffer_put_u16(buffer, 0);
	buffer_put_u8(buffer, proposal->number);
	buffer_put_u8(buffer, proposal->protocol);
	buffer_put_u8(buffer, proposal->spi_size);
	buffer_put_u8(buffer, proposal->count);
	for (size_t i = proposal->spi_size; i > 0; i--)
		buffer_put_u8(buffer, (uint8_t)(proposal->spi >> (8 * (i - 1))));
	for (size_t i = 0; i < proposal->count; i++)
		put_transform(writer, &proposal->transforms[i], i + 1 == proposal->count);
	set_length(writer, at, at + FIELD_LENGTH_AT);
}

void put_sa(struct writer *writer, const struct proposal_list *list)
{
	size_t at = writer_open(writer, PAYLOAD_SA);

	for (size_t i = 0; i < list->count; i++)
		put_proposal(writer, &list->proposals[i], i + 1 == list->count);
	writer_close(writer, at);
}

void put_ke(struct writer *writer, uint16_t group, struct bytes value)
{
	size_t at = writer_open(writer, PAYLOAD_KE);

	buffer_put_u16(&writer->buffer, group);
	buffer_put_u16(&writer->buffer, 0);
	buffer_put(&writer->buffer, value);
	writer_close(writer, at);
}

void put_nonce(struct writer *writer, struct bytes nonce)
{
	put_raw_payload(writer, PAYLOAD_NONCE, nonce);
}

void put_vendor_id(struct writer *writer, struct bytes id)
{
	put_raw_payload(writer, PAYLOAD_VENDOR, id);
}

/* One octet and three reserved ones: how ID, AUTH, TS and CFG begin. */
static void put_u8_reserved(struct buffer *buffer, uint8_t value)
{
	buffer_put_u32(buffer, (uint32_t)value << 24);
}

void id_payload_body(const struct identity *identity, struct buffer *out)
{
	put_u8_reserved(out, identity->type);
	buffer_put(out, identity_bytes(identity));
}

void put_id(struct writer *writer, uint8_t payload_type, const struct identity *identity)
{
	size_t at = writer_open(writer, payload_type);

	id_payload_body(identity, &writer->buffer);
	writer_close(writer, at);
}

void put_auth(struct writer *writer, uint8_t method, struct bytes data)
{
	size_t at = writer_open(writer, PAYLOAD_AUTH);

	put_u8_reserved(&writer->buffer, method);
	buffer_put(&writer->buffer, data);
	writer_close(writer, at);
}

/* RFC 7296 section 3.10: without an SPI the protocol is sent as 0. */
void put_notify(struct writer *writer, uint16_t type, struct bytes data)
{
	put_notify_spi(writer, type, PROTOCOL_NONE, (struct bytes){ 0 }, data);
}

void put_notify_spi(struct writer *writer, uint16_t type, uint8_t protocol, struct bytes spi,
		    struct bytes data)
{
	size_t at = writer_open(writer, PAYLOAD_NOTIFY);

	buffer_put_u8(&writer->buffer, protocol);
	buffer_put_u8(&writer->buffer, (uint8_t)spi.len);
	buffer_put_u16(&writer->buffer, type);
	buffer_put(&writer->buffer, spi);
	buffer_put(&writer->buffer, data);
	writer_close(writer, at);
}

static size_t open_delete(struct writer *writer, uint8_t protocol, uint8_t spi_size, size_t count)
{
	size_t at = writer_open(writer, PAYLOAD_DELETE);

	buffer_put_u8(&writer->buffer, protocol);
	buffer_put_u8(&writer->buffer, spi_size);
	buffer_put_u16(&writer->buffer, (uint16_t)count);
	return at;
}

void put_delete_ike(struct writer *writer)
{
	writer_close(writer, open_delete(writer, PROTOCOL_IKE, 0, 0));
}

void put_delete_child(struct writer *writer, uint8_t protocol, const uint32_t *spis, size_t count)
{
	size_t at = open_delete(writer, protocol, sizeof(*spis), count);

	for (size_t i = 0; i < count; i++)
		buffer_put_u32(&writer->buffer, spis[i]);
	writer_close(writer, at);
}

static void put_selector(struct writer *writer, const struct traffic_selector *selector)
{
	struct buffer *buffer = &writer->buffer;
	size_t at = buffer->len;

	buffer_put_u8(buffer,
		      selector->start.family == AF_INET6 ? TS_IPV6_ADDR_RANGE : TS_IPV4_ADDR_RANGE);
	buffer_put_u8(buffer, selector->protocol);
	buffer_put_u16(buffer, 0);
	buffer_put_u16(buffer, selector->start_port);
	buffer_put_u16(buffer, selector->end_port);
	buffer_put(buffer, address_bytes(&selector->start));
	buffer_put(buffer, address_bytes(&selector->end));
	set_length(writer, at, at + FIELD_LENGTH_AT);
}

void put_ts(struct writer *writer, uint8_t payload_type, const struct traffic_selectors *selectors)
{
	size_t at = writer_open(writer, payload_type);

	put_u8_reserved(&writer->buffer, selectors->count);
	for (size_t i = 0; i < selectors->count; i++)
		put_selector(writer, &selectors->items[i]);
	writer_close(writer, at);
}

void put_config(struct writer *writer, uint8_t config_type,
		const struct config_attribute *attributes, size_t count)
{
	size_t at = writer_open(writer, PAYLOAD_CONFIG);

	put_u8_reserved(&writer->buffer, config_type);
	for (size_t i = 0; i < count; i++) {
		buffer_put_u16(&writer->buffer, attributes[i].type);
		buffer_put_u16(&writer->buffer, (uint16_t)attributes[i].value.len);
		buffer_put(&writer->buffer, attributes[i].value);
	}
	writer_close(writer, at);
}

void put_certreq(struct writer *writer, uint8_t encoding, struct bytes data)
{
	size_t at = writer_open(writer, PAYLOAD_CERTREQ);

	buffer_put_u8(&writer->buffer, encoding);
	buffer_put(&writer->buffer, data);
	writer_close(writer, at);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Payloads of IKEv1 with a fixed part and one run of octets behind it (RFC 2408
 * sections 3.8 to 3.15), read and written.
 */
#include <errno.h>
#include <string.h>

#include "codec/bounds.h"
#include "codec/isakmp.h"

#define NONCE_MIN 8 /* RFC 2409 section 5 */
#define NONCE_MAX 256
#define ID_FIXED_SIZE 4
#define NOTIFY_FIXED_SIZE 8 /* DELETE has the same */
#define COOKIES_SIZE 16

struct result isakmp_nonce_parse(struct bytes body, struct bytes *nonce)
{
	*nonce = body;
	if (body.len < NONCE_MIN)
		return out_of_bounds(BOUND_FIELD_SHORT, body.len, NONCE_MIN, "nonce");
	if (body.len > NONCE_MAX)
		return out_of_bounds(BOUND_FIELD_UNMATCHED, body.len, NONCE_MAX, "nonce");
	return RESULT_OK;
}

/* --- identification --- */

/* Octets that a type must have; 0: a name, which only must not be empty. */
static size_t id_size(uint8_t type)
{
	switch (type) {
	case ID_IPV4_ADDR:
		return 4;
	case ISAKMP_ID_IPV4_SUBNET:
	case ISAKMP_ID_IPV4_RANGE:
		return 8;
	case ID_IPV6_ADDR:
		return 16;
	case ISAKMP_ID_IPV6_SUBNET:
	case ISAKMP_ID_IPV6_RANGE:
		return 32;
	default:
		return 0;
	}
}

struct result isakmp_id_parse(struct bytes body, struct isakmp_id *id)
{
	struct reader reader = reader_of(body);
	size_t size;

	*id = (struct isakmp_id){ 0 };
	if (!reader_get_u8(&reader, &id->type) || !reader_get_u8(&reader, &id->protocol) ||
	    !reader_get_u16(&reader, &id->port))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, body.len, ID_FIXED_SIZE, "ID");
	reader_get_bytes(&reader, reader_left(&reader), &id->data);
	size = id_size(id->type);
	if (!id->data.len)
		return out_of_bounds(BOUND_FIELD_SHORT, 0, size ? size : 1, "ID");
	if (size && id->data.len != size)
		return out_of_bounds(BOUND_FIELD_UNMATCHED, id->data.len, size, "ID");
	if (id->data.len > IDENTITY_MAX)
		return out_of_bounds(BOUND_FIELD_UNMATCHED, id->data.len, IDENTITY_MAX, "ID");
	return RESULT_OK;
}

bool isakmp_id_identity(const struct isakmp_id *id, struct identity *identity)
{
	switch (id->type) {
	case ID_IPV4_ADDR:
	case ID_FQDN:
	case ID_RFC822_ADDR:
	case ID_IPV6_ADDR:
	case ID_DER_ASN1_DN:
	case ID_DER_ASN1_GN:
	case ID_KEY_ID:
		return identity_set(identity, id->type, id->data);
	default:
		return false;
	}
}

bool isakmp_id_selector(const struct isakmp_id *id, struct traffic_selector *selector)
{
	size_t half = id_size(id->type);
	struct address mask;
	struct prefix prefix;

	*selector = (struct traffic_selector){
		.protocol = id->protocol,
		.start_port = id->port,
		.end_port = id->port ? id->port : 65535,
	};
	switch (id->type) {
	case ID_IPV4_ADDR:
	case ID_IPV6_ADDR:
		address_from_bytes(id->data, &selector->start);
		selector->end = selector->start;
		return true;
	case ISAKMP_ID_IPV4_SUBNET:
	case ISAKMP_ID_IPV6_SUBNET:
		half /= 2;
		address_from_bytes(bytes_of(id->data.data, half), &selector->start);
		address_from_bytes(bytes_of(id->data.data + half, half), &mask);
		if (!prefix_from_mask(&selector->start, &mask, &prefix))
			return false;
		selector->start = prefix_first(&prefix);
		selector->end = prefix_last(&prefix);
		return true;
	case ISAKMP_ID_IPV4_RANGE:
	case ISAKMP_ID_IPV6_RANGE:
		half /= 2;
		address_from_bytes(bytes_of(id->data.data, half), &selector->start);
		address_from_bytes(bytes_of(id->data.data + half, half), &selector->end);
		return address_compare(&selector->start, &selector->end) <= 0;
	default:
		return false;
	}
}

struct isakmp_id isakmp_id_of_identity(const struct identity *identity)
{
	/* UDP and its port, or zeros: RFC 2407 section 4.6.2 allows no third in phase 1. */
	return (struct isakmp_id){
		.type = identity->type,
		.protocol = IPPROTO_UDP,
		.port = 500,
		.data = identity_bytes(identity),
	};
}

/* The length of the prefix that a range is, or -1. */
static int prefix_length(const struct address *first, const struct address *last)
{
	int bits = first->family == AF_INET ? 32 : 128;

	for (int length = bits; length >= 0; length--) {
		struct prefix prefix = { *first, (uint8_t)length };
		struct address start = prefix_first(&prefix), end = prefix_last(&prefix);

		if (address_equal(&start, first) && address_equal(&end, last))
			return length;
	}
	return -1;
}

struct isakmp_id isakmp_id_of_selector(const struct traffic_selector *selector, uint8_t storage[32])
{
	bool v6 = selector->start.family == AF_INET6;
	struct bytes start = address_bytes(&selector->start), end = address_bytes(&selector->end);
	int length = prefix_length(&selector->start, &selector->end);
	bool one_port = selector->start_port == selector->end_port;
	struct isakmp_id id = {
		.protocol = selector->protocol,
		.port = one_port ? selector->start_port : 0,
	};

	memcpy(storage, start.data, start.len);
	id.data = bytes_of(storage, start.len);
	if (length == (v6 ? 128 : 32)) {
		id.type = v6 ? ID_IPV6_ADDR : ID_IPV4_ADDR;
		return id;
	}
	id.data.len = 2 * start.len;
	if (length >= 0) {
		struct prefix prefix = { selector->start, (uint8_t)length };
		struct address mask = prefix_mask(&prefix);

		id.type = v6 ? ISAKMP_ID_IPV6_SUBNET : ISAKMP_ID_IPV4_SUBNET;
		memcpy(storage + start.len, address_bytes(&mask).data, start.len);
	} else {
		id.type = v6 ? ISAKMP_ID_IPV6_RANGE : ISAKMP_ID_IPV4_RANGE;
		memcpy(storage + start.len, end.data, end.len);
	}
	return id;
}

void isakmp_id_body(const struct isakmp_id *id, struct buffer *out)
{
	buffer_put_u8(out, id->type);
	buffer_put_u8(out, id->protocol);
	buffer_put_u16(out, id->port);
	buffer_put(out, id->data);
}

void isakmp_put_id(struct writer *writer, const struct isakmp_id *id)
{
	size_t at = writer_open(writer, ISAKMP_PAYLOAD_ID);

	isakmp_id_body(id, &writer->buffer);
	writer_close(writer, at);
}

/* --- notify and delete --- */

static struct result read_doi(struct reader *reader, const char *where)
{
	size_t left = reader_left(reader);
	uint32_t doi;

	if (left < NOTIFY_FIXED_SIZE || !reader_get_u32(reader, &doi))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, left, NOTIFY_FIXED_SIZE, where);
	/* 0 is ISAKMP itself (RFC 2408 section 3.14). */
	if (doi != ISAKMP_DOI_IPSEC && doi != 0)
		return fail(-EPROTO, "cannot accept %s payload: DOI %u is not IPsec", where, doi);
	return RESULT_OK;
}

struct result isakmp_notify_parse(struct bytes body, struct isakmp_notify_payload *notify)
{
	struct reader reader = reader_of(body);
	struct result result = read_doi(&reader, "NOTIFY");
	uint8_t spi_size;

	*notify = (struct isakmp_notify_payload){ 0 };
	if (failed(&result))
		return result;
	reader_get_u8(&reader, &notify->protocol);
	reader_get_u8(&reader, &spi_size);
	reader_get_u16(&reader, &notify->type);
	if (spi_size > COOKIES_SIZE)
		return out_of_bounds(BOUND_FIELD_UNMATCHED, spi_size, COOKIES_SIZE,
				     "SPI of NOTIFY");
	if (!reader_get_bytes(&reader, spi_size, &notify->spi))
		return out_of_bounds(BOUND_FIELD_SHORT, reader_left(&reader), spi_size,
				     "SPI of NOTIFY");
	reader_get_bytes(&reader, reader_left(&reader), &notify->data);
	return RESULT_OK;
}

struct result isakmp_delete_parse(struct bytes body, struct isakmp_delete_payload *delete)
{
	struct reader reader = reader_of(body);
	struct result result = read_doi(&reader, "DELETE");
	size_t want;

	*delete = (struct isakmp_delete_payload){ 0 };
	if (failed(&result))
		return result;
	reader_get_u8(&reader, &delete->protocol);
	reader_get_u8(&reader, &delete->spi_size);
	reader_get_u16(&reader, &delete->count);
	want = delete->protocol == ISAKMP_PROTOCOL_ISAKMP ? COOKIES_SIZE : sizeof(uint32_t);
	if (delete->spi_size != want)
		return out_of_bounds(BOUND_FIELD_UNMATCHED, delete->spi_size, want,
				     "SPI of DELETE");
	want *= delete->count;
	if (!delete->count || reader_left(&reader) != want)
		return out_of_bounds(BOUND_FIELD_UNMATCHED, reader_left(&reader), want,
				     "SPIs of DELETE");
	reader_get_bytes(&reader, want, &delete->spis);
	return RESULT_OK;
}

void isakmp_put_notify(struct writer *writer, uint16_t type, uint8_t protocol, struct bytes spi,
		       struct bytes data)
{
	size_t at = writer_open(writer, ISAKMP_PAYLOAD_NOTIFY);

	buffer_put_u32(&writer->buffer, ISAKMP_DOI_IPSEC);
	buffer_put_u8(&writer->buffer, protocol);
	buffer_put_u8(&writer->buffer, (uint8_t)spi.len);
	buffer_put_u16(&writer->buffer, type);
	buffer_put(&writer->buffer, spi);
	buffer_put(&writer->buffer, data);
	writer_close(writer, at);
}

void isakmp_put_delete(struct writer *writer, uint8_t protocol, struct bytes spi)
{
	size_t at = writer_open(writer, ISAKMP_PAYLOAD_DELETE);

	buffer_put_u32(&writer->buffer, ISAKMP_DOI_IPSEC);
	buffer_put_u8(&writer->buffer, protocol);
	buffer_put_u8(&writer->buffer, (uint8_t)spi.len);
	buffer_put_u16(&writer->buffer, 1);
	buffer_put(&writer->buffer, spi);
	writer_close(writer, at);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Payloads with a fixed part and one run of octets behind it
 * (RFC 7296 sections 3.4 to 3.10 and 3.16).
 */
#include <errno.h>

#include "codec/bounds.h"
#include "codec/codec.h"

#define NONCE_MIN 16 /* RFC 7296 section 2.10 */
#define NONCE_MAX 256
#define FIXED_PART_SIZE 4 /* of KE, ID, AUTH, NOTIFY and an EAP packet */

/* Everything that is left, which must be at least one octet. */
static struct result read_rest(struct reader *reader, struct bytes *out, const char *where)
{
	reader_get_bytes(reader, reader_left(reader), out);
	if (!out->len)
		return out_of_bounds(BOUND_FIELD_SHORT, 0, 1, where);
	return RESULT_OK;
}

struct result ke_payload_parse(struct bytes body, struct ke_payload *ke)
{
	struct reader reader = reader_of(body);
	uint16_t reserved;

	*ke = (struct ke_payload){ 0 };
	if (!reader_get_u16(&reader, &ke->group) || !reader_get_u16(&reader, &reserved))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, body.len, FIXED_PART_SIZE, "KE");
	return read_rest(&reader, &ke->value, "KE");
}

struct result nonce_payload_parse(struct bytes body, struct bytes *nonce)
{
	*nonce = body;
	if (body.len < NONCE_MIN)
		return out_of_bounds(BOUND_FIELD_SHORT, body.len, NONCE_MIN, "nonce");
	if (body.len > NONCE_MAX)
		return out_of_bounds(BOUND_FIELD_UNMATCHED, body.len, NONCE_MAX, "nonce");
	return RESULT_OK;
}

struct result id_payload_parse(struct bytes body, struct identity *identity)
{
	struct reader reader = reader_of(body);
	struct result result;
	struct bytes reserved, data;
	uint8_t type;

	*identity = (struct identity){ 0 };
	if (!reader_get_u8(&reader, &type) || !reader_get_bytes(&reader, 3, &reserved))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, body.len, FIXED_PART_SIZE, "ID");
	if (type == ID_NONE)
		return fail(-EPROTO, "cannot accept ID payload: type 0 is reserved");
	result = read_rest(&reader, &data, "ID");
	if (failed(&result))
		return result;
	if (type == ID_IPV4_ADDR && data.len != 4)
		return out_of_bounds(BOUND_FIELD_UNMATCHED, data.len, 4, "ID");
	if (type == ID_IPV6_ADDR && data.len != 16)
		return out_of_bounds(BOUND_FIELD_UNMATCHED, data.len, 16, "ID");
	if (!identity_set(identity, type, data))
		return out_of_bounds(BOUND_FIELD_UNMATCHED, data.len, IDENTITY_MAX, "ID");
	return RESULT_OK;
}

struct result auth_payload_parse(struct bytes body, struct auth_payload *auth)
{
	struct reader reader = reader_of(body);
	struct bytes reserved;

	*auth = (struct auth_payload){ 0 };
	if (!reader_get_u8(&reader, &auth->method) || !reader_get_bytes(&reader, 3, &reserved))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, body.len, FIXED_PART_SIZE, "AUTH");
	return read_rest(&reader, &auth->data, "AUTH");
}

struct result notify_payload_parse(struct bytes body, struct notify_payload *notify)
{
	struct reader reader = reader_of(body);
	uint8_t spi_size;

	*notify = (struct notify_payload){ 0 };
	if (!reader_get_u8(&reader, &notify->protocol) || !reader_get_u8(&reader, &spi_size) ||
	    !reader_get_u16(&reader, &notify->type))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, body.len, FIXED_PART_SIZE, "NOTIFY");
	if (spi_size != 0 && spi_size != 4 && spi_size != 8)
		return out_of_bounds(BOUND_FIELD_UNMATCHED, spi_size,
				     notify->protocol == PROTOCOL_IKE ? 8 : 4, "SPI of NOTIFY");
	if (!reader_get_bytes(&reader, spi_size, &notify->spi))
		return out_of_bounds(BOUND_FIELD_SHORT, reader_left(&reader), spi_size,
				     "SPI of NOTIFY");
	reader_get_bytes(&reader, reader_left(&reader), &notify->data);
	return RESULT_OK;
}

/* RFC 3748 section 4: code, identifier and the length of the packet itself. */
struct result eap_payload_parse(struct bytes body, struct bytes *packet)
{
	struct reader reader = reader_of(body);
	uint16_t code_and_identifier, length;

	*packet = body;
	if (!reader_get_u16(&reader, &code_and_identifier) || !reader_get_u16(&reader, &length))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, body.len, FIXED_PART_SIZE, "EAP");
	if (length != body.len)
		return out_of_bounds(BOUND_PAYLOAD_UNMATCHED, body.len, length, "EAP");
	return RESULT_OK;
}

/* An empty CERTREQ asks for any certificate (RFC 7296 section 3.7). */
struct result cert_payload_parse(struct bytes body, uint8_t *encoding, struct bytes *data)
{
	struct reader reader = reader_of(body);

	*encoding = 0;
	if (!reader_get_u8(&reader, encoding))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, 0, 1, "CERT");
	reader_get_bytes(&reader, reader_left(&reader), data);
	return RESULT_OK;
}

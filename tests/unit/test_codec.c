// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the parsers refuse, each bound by its own name and numbers (rows L12,
 * L13, L19), and what they must tolerate.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Before cmocka.h, which has a fail() of its own. */
#include "../support/samples.h"
#include "base/log.h"

#include <cmocka.h>

#define OCTETS(...) \
	bytes_of((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void assert_refused(struct result result, const char *why)
{
	assert_string_equal(result.why, why);
	assert_int_equal(result.code, -EPROTO);
}

static void assert_taken(struct result result)
{
	assert_string_equal(result.why, "");
	assert_int_equal(result.code, 0);
}

/* A header that announces @length, then @chain. */
static struct bytes datagram(uint8_t first, uint32_t length, struct bytes chain)
{
	static uint8_t out[4096];

	memset(out, 0, IKE_HEADER_SIZE);
	out[16] = first;
	out[17] = IKE_VERSION_2;
	out[18] = EXCHANGE_INFORMATIONAL;
	out[24] = (uint8_t)(length >> 24);
	out[25] = (uint8_t)(length >> 16);
	out[26] = (uint8_t)(length >> 8);
	out[27] = (uint8_t)length;
	if (chain.len)
		memcpy(out + IKE_HEADER_SIZE, chain.data, chain.len);
	return bytes_of(out, IKE_HEADER_SIZE + chain.len);
}

static struct result parse_chain(uint8_t first, struct bytes chain)
{
	static struct message message;

	return message_parse(datagram(first, (uint32_t)(IKE_HEADER_SIZE + chain.len), chain),
			     &message);
}

static void header_bounds(void **state)
{
	struct bytes none = { 0 };
	struct bytes all = datagram(0, 28, none);
	struct ike_header header;
	struct message message;

	assert_refused(header_parse(bytes_of(all.data, 20), &header),
		       "IKE header size is not enough 20/28");
	assert_refused(message_parse(none, &message), "IKE header size is not enough 0/28");
	assert_refused(message_parse(bytes_of(all.data, 27), &message),
		       "IKE header size is not enough 27/28");
	assert_taken(message_parse(all, &message));
	assert_int_equal(message.count, 0);
	assert_refused(message_parse(datagram(0, 27, none), &message),
		       "message size is not enough 27/28");
	assert_refused(message_parse(datagram(0, 344, none), &message),
		       "message size unmatched 28/344");
	assert_refused(message_parse(datagram(0, 28, OCTETS(0, 0, 0, 4)), &message),
		       "message size unmatched 32/28");
	assert_refused(message_parse(datagram(0, 0x1000001c, none), &message),
		       "message size unmatched 28/268435484");
}

static void header_fields(void **state)
{
	struct ike_header header;

	assert_taken(header_parse(OCTETS(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 33,
					 0x20, 34, 8, 0x11, 0x12, 0x13, 0x14, 0, 0, 0, 28),
				  &header));
	assert_true(header.spi_initiator == 0x0102030405060708ull);
	assert_true(header.spi_responder == 0x090a0b0c0d0e0f10ull);
	assert_int_equal(header.next_payload, PAYLOAD_SA);
	assert_int_equal(header.version, IKE_VERSION_2);
	assert_int_equal(header.exchange, EXCHANGE_IKE_SA_INIT);
	assert_int_equal(header.flags, IKE_FLAG_INITIATOR);
	assert_int_equal(header.message_id, 0x11121314);
	assert_int_equal(header.length, 28);
}

static void chain_bounds(void **state)
{
	struct bytes none = { 0 };

	assert_refused(parse_chain(PAYLOAD_NOTIFY, none), "payload header size is not enough 0/4");
	assert_refused(parse_chain(PAYLOAD_NOTIFY, OCTETS(0, 0)),
		       "payload header size is not enough 2/4");
	assert_refused(parse_chain(PAYLOAD_NOTIFY, OCTETS(0, 0, 0, 3)),
		       "too few payload length 3/4 in NOTIFY");
	assert_refused(parse_chain(PAYLOAD_NOTIFY, OCTETS(0, 0, 0, 0)),
		       "too few payload length 0/4 in NOTIFY");
	assert_refused(parse_chain(PAYLOAD_NONCE, OCTETS(0, 0, 0, 40, 1, 2, 3, 4, 5, 6)),
		       "payload size is not enough 10/40 in N");
	assert_refused(parse_chain(PAYLOAD_NOTIFY, OCTETS(0, 0, 0, 4, 1)),
		       "payload size unmatched 33/32 in payload chain");
	assert_refused(parse_chain(PAYLOAD_NONE, OCTETS(0, 0, 0, 4)),
		       "payload size unmatched 32/28 in payload chain");
	assert_refused(parse_chain(PAYLOAD_NOTIFY, OCTETS(40, 0, 0, 4)),
		       "payload header size is not enough 0/4");
	assert_taken(parse_chain(PAYLOAD_NOTIFY, OCTETS(40, 0, 0, 4, 0, 0, 0, 4)));
}

/* An empty view may have no memory behind it: what a liveness check decrypts to. */
static void empty_chain(void **state)
{
	struct message message;

	assert_taken(payloads_parse(PAYLOAD_NONE, (struct bytes){ 0 }, &message));
	assert_int_equal(message.count, 0);
	assert_refused(payloads_parse(PAYLOAD_SA, (struct bytes){ 0 }, &message),
		       "payload header size is not enough 0/4");
}

static void encrypted_ends_the_chain(void **state)
{
	struct message message;

	/* Its next field names a payload inside, so that none is missed outside. */
	assert_taken(parse_chain(PAYLOAD_ENCRYPTED, OCTETS(33, 0, 0, 5, 1)));
	assert_taken(parse_chain(PAYLOAD_FRAGMENT, OCTETS(33, 0, 0, 5, 1)));
	assert_taken(parse_chain(PAYLOAD_NOTIFY, OCTETS(46, 0, 0, 4, 33, 0, 0, 4)));
	assert_refused(parse_chain(PAYLOAD_ENCRYPTED, OCTETS(0, 0, 0, 4, 0, 0, 0, 4)),
		       "payload size unmatched 36/32 in payload chain");
	assert_refused(payloads_parse(PAYLOAD_ENCRYPTED, OCTETS(0, 0, 0, 4), &message),
		       "encrypted payload already exists");
	assert_refused(payloads_parse(PAYLOAD_NOTIFY, OCTETS(53, 0, 0, 4, 0, 0, 0, 4), &message),
		       "encrypted payload already exists");
}

static void payload_count(void **state)
{
	uint8_t chain[(MESSAGE_PAYLOADS_MAX + 1) * 4] = { 0 };
	size_t last = sizeof(chain) - 4;
	struct message message;

	for (size_t i = 0; i < sizeof(chain); i += 4) {
		chain[i] = i < last ? PAYLOAD_VENDOR : PAYLOAD_NONE;
		chain[i + 3] = 4;
	}
	assert_refused(payloads_parse(PAYLOAD_VENDOR, BYTES(chain), &message),
		       "more than 64 payloads");
	assert_taken(payloads_parse(PAYLOAD_VENDOR, bytes_of(chain + 4, last), &message));
	assert_int_equal(message.count, MESSAGE_PAYLOADS_MAX);
}

static void unknown_payloads(void **state)
{
	struct message message;
	const struct payload *first;

	/* 200 without, 41 and 201 with the critical bit, 202 with too */
	assert_taken(payloads_parse(200,
				    OCTETS(41, 0x7f, 0, 4, 201, 0x80, 0, 4, 202, 0x80, 0, 5, 9, 0,
					   0x80, 0, 4),
				    &message));
	assert_int_equal(message.count, 4);
	assert_false(message.payloads[0].critical);
	assert_true(message.payloads[1].critical);
	assert_int_equal(message_unknown_critical(&message), 201);
	assert_int_equal(message.payloads[2].body.len, 1);
	assert_int_equal(message.payloads[3].offset, 13);

	assert_taken(payloads_parse(PAYLOAD_NOTIFY, OCTETS(41, 0x80, 0, 4, 0, 0, 0, 4), &message));
	assert_int_equal(message_unknown_critical(&message), 0);
	first = message_get(&message, PAYLOAD_NOTIFY);
	assert_ptr_equal(first, &message.payloads[0]);
	assert_ptr_equal(message_next(&message, first), &message.payloads[1]);
	assert_null(message_next(&message, &message.payloads[1]));
	assert_null(message_get(&message, PAYLOAD_SA));
}

static void sa_bounds(void **state)
{
	struct proposal_list list;

#define REFUSED(why, ...) assert_refused(sa_payload_parse(OCTETS(__VA_ARGS__), &list), why)
	assert_refused(sa_payload_parse((struct bytes){ 0 }, &list),
		       "field header size is not enough 0/8 in proposal");
	REFUSED("field header size is not enough 7/8 in proposal", 0, 0, 0, 8, 1, 1, 0);
	REFUSED("field size is not enough 7/8 in proposal", 0, 0, 0, 7, 1, 1, 0, 0);
	REFUSED("field size is not enough 0/8 in proposal", 0, 0, 0, 0, 1, 1, 0, 0);
	REFUSED("field size is not enough 8/16 in proposal", 0, 0, 0, 16, 1, 1, 0, 1);
	REFUSED("field size is not enough 0/8 in SPI of proposal", 0, 0, 0, 8, 1, 1, 8, 0);
	REFUSED("field header size is not enough 0/8 in transform", 0, 0, 0, 8, 1, 1, 0, 0);
	REFUSED("field header size is not enough 4/8 in transform", 0, 0, 0, 12, 1, 1, 0, 1, 0, 0,
		0, 8);
	REFUSED("field size is not enough 4/8 in transform", 0, 0, 0, 16, 1, 1, 0, 1, 0, 0, 0, 4, 1,
		0, 0, 3);
	REFUSED("field size is not enough 8/12 in transform", 0, 0, 0, 16, 1, 1, 0, 1, 0, 0, 0, 12,
		1, 0, 0, 3);
	REFUSED("field header size is not enough 2/4 in transform attribute", 0, 0, 0, 18, 1, 1, 0,
		1, 0, 0, 0, 10, 1, 0, 0, 12, 0x80, 14);
	REFUSED("field size is not enough 1/2 in transform attribute", 0, 0, 0, 21, 1, 1, 0, 1, 0,
		0, 0, 13, 1, 0, 0, 12, 0, 14, 0, 2, 0);
	REFUSED("field size unmatched 1/2 in transforms of proposal", 0, 0, 0, 16, 1, 1, 0, 2, 0, 0,
		0, 8, 1, 0, 0, 3);
	REFUSED("field size unmatched 1/0 in transforms of proposal", 0, 0, 0, 16, 1, 1, 0, 0, 0, 0,
		0, 8, 1, 0, 0, 3);
	REFUSED("field size unmatched 4/8 in SPI of proposal", 0, 0, 0, 20, 1, 1, 4, 1, 1, 2, 3, 4,
		0, 0, 0, 8, 1, 0, 0, 3);
	REFUSED("field size unmatched 0/4 in SPI of proposal", 0, 0, 0, 16, 1, 3, 0, 1, 0, 0, 0, 8,
		1, 0, 0, 3);
	REFUSED("field size unmatched 8/4 in SPI of proposal", 0, 0, 0, 24, 1, 2, 8, 1, 1, 2, 3, 4,
		5, 6, 7, 8, 0, 0, 0, 8, 1, 0, 0, 3);
#undef REFUSED
}

static void sa_last_markers(void **state)
{
	struct proposal_list list;

#define REFUSED(why, ...) assert_refused(sa_payload_parse(OCTETS(__VA_ARGS__), &list), why)
	REFUSED("cannot accept SA payload: last proposal: 0x3", 3, 0, 0, 16, 1, 1, 0, 1, 0, 0, 0, 8,
		1, 0, 0, 3);
	REFUSED("cannot accept SA payload: last transform: 0x2", 0, 0, 0, 16, 1, 1, 0, 1, 2, 0, 0,
		8, 1, 0, 0, 3);
	REFUSED("field header size is not enough 0/8 in proposal", 2, 0, 0, 16, 1, 1, 0, 1, 0, 0, 0,
		8, 1, 0, 0, 3);
	REFUSED("field header size is not enough 0/8 in transform", 0, 0, 0, 16, 1, 1, 0, 1, 3, 0,
		0, 8, 1, 0, 0, 3);
	REFUSED("payload size unmatched 1/0 in proposal", 0, 0, 0, 16, 1, 1, 0, 1, 0, 0, 0, 8, 1, 0,
		0, 3, 0);
	REFUSED("payload size unmatched 8/0 in transform", 0, 0, 0, 24, 1, 1, 0, 2, 0, 0, 0, 8, 1,
		0, 0, 3, 0, 0, 0, 8, 1, 0, 0, 12);
#undef REFUSED
}

/* What a transform says beyond our knowledge makes it unchoosable, not the payload malformed. */
static void sa_unknown_attributes(void **state)
{
	struct proposal_list list;
	const struct transform *transforms = list.proposals[0].transforms;

	assert_taken(sa_payload_parse(OCTETS(0, 0, 0, 90, 1, 1, 0, 7, 3, 0, 0, 12, 1, 0, 0, 12,
					     0x80, 14, 1, 0, /* Key Length 256 */
					     3, 0, 0, 14, 1, 0, 0, 12, 0, 14, 0, 2, 1,
					     0, /* the same as TLV */
					     3, 0, 0, 12, 1, 0, 0, 12, 0x80, 15, 1,
					     0, /* an unknown attribute */
					     3, 0, 0, 16, 1, 0, 0, 12, 0x80, 14, 1, 0, 0x80, 14, 0,
					     128, /* twice */
					     3, 0, 0, 12, 1, 0, 0, 12, 0x80, 14, 0, 0, /* 0 bits */
					     3, 0, 0, 8, 13, 0, 0, 1, /* an unknown type */
					     0, 0, 0, 8, 0, 0, 0, 1),
				      &list));
	assert_int_equal(list.count, 1);
	assert_int_equal(list.proposals[0].count, 7);
	assert_int_equal(transforms[0].key_bits, 256);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(transforms[i].unknown, i > 0);
}

static void sa_more_than_we_hold(void **state)
{
	struct writer writer;
	struct buffer *buffer = &writer.buffer;
	static struct proposal_list list;
	size_t at;

	/* An unknown protocol first, then 12 proposals of 60 transforms. */
	writer_begin_chain(&writer);
	at = writer_open(&writer, PAYLOAD_SA);
	buffer_put(buffer, OCTETS(2, 0, 0, 19, 1, 77, 3, 1, 1, 2, 3, 0, 0, 0, 8, 1, 0, 0, 3));
	for (uint8_t p = 0; p < 12; p++) {
		buffer_put(buffer, OCTETS(p < 11 ? 2 : 0, 0, 1, 236, (uint8_t)(p + 2), 3, 4, 60, 0,
					  0, 0, p));
		for (uint8_t t = 0; t < 60; t++)
			buffer_put(buffer, OCTETS(t < 59 ? 3 : 0, 0, 0, 8, 1, 0, 0, t));
	}
	writer_close(&writer, at);
	assert_taken(sa_payload_parse(bytes_of(buffer->data + 4, buffer->len - 4), &list));
	assert_int_equal(list.count, PROPOSAL_LIST_MAX);
	for (size_t p = 0; p < list.count; p++) {
		assert_int_equal(list.proposals[p].number, p + 2);
		assert_true(list.proposals[p].spi == p);
		assert_int_equal(list.proposals[p].count, PROPOSAL_TRANSFORMS_MAX);
		assert_int_equal(list.proposals[p].transforms[47].id, 47);
	}
	/* Those that are not kept are checked all the same. */
	buffer->data[buffer->len - 8] = 1;
	assert_refused(sa_payload_parse(bytes_of(buffer->data + 4, buffer->len - 4), &list),
		       "cannot accept SA payload: last transform: 0x1");
	writer_free(&writer);
}

static void simple_payload_bounds(void **state)
{
	static const uint8_t zeros[600];
	struct notify_payload notify;
	struct identity identity;
	struct auth_payload auth;
	struct ke_payload ke;
	struct bytes bytes;
	uint8_t encoding;

	assert_refused(ke_payload_parse(OCTETS(0, 14, 0), &ke),
		       "payload size is not enough 3/4 in KE");
	assert_refused(ke_payload_parse(OCTETS(0, 14, 0, 0), &ke),
		       "field size is not enough 0/1 in KE");
	assert_refused(nonce_payload_parse(bytes_of(zeros, 15), &bytes),
		       "field size is not enough 15/16 in nonce");
	assert_taken(nonce_payload_parse(bytes_of(zeros, 16), &bytes));
	assert_taken(nonce_payload_parse(bytes_of(zeros, 256), &bytes));
	assert_refused(nonce_payload_parse(bytes_of(zeros, 257), &bytes),
		       "field size unmatched 257/256 in nonce");
	assert_refused(id_payload_parse(OCTETS(1, 0), &identity),
		       "payload size is not enough 2/4 in ID");
	assert_refused(id_payload_parse(OCTETS(2, 0, 0, 0), &identity),
		       "field size is not enough 0/1 in ID");
	assert_refused(id_payload_parse(OCTETS(0, 0, 0, 0, 1), &identity),
		       "cannot accept ID payload: type 0 is reserved");
	assert_refused(id_payload_parse(OCTETS(1, 0, 0, 0, 10, 0, 0), &identity),
		       "field size unmatched 3/4 in ID");
	assert_refused(id_payload_parse(OCTETS(5, 0, 0, 0, 10, 0, 0, 1), &identity),
		       "field size unmatched 4/16 in ID");
	assert_refused(auth_payload_parse(OCTETS(2, 0, 0), &auth),
		       "payload size is not enough 3/4 in AUTH");
	assert_refused(auth_payload_parse(OCTETS(2, 0, 0, 0), &auth),
		       "field size is not enough 0/1 in AUTH");
	assert_refused(notify_payload_parse(OCTETS(0, 0, 64), &notify),
		       "payload size is not enough 3/4 in NOTIFY");
	assert_refused(notify_payload_parse(OCTETS(3, 5, 64, 9, 1, 2, 3, 4, 5), &notify),
		       "field size unmatched 5/4 in SPI of NOTIFY");
	assert_refused(notify_payload_parse(OCTETS(3, 4, 64, 9, 1, 2, 3), &notify),
		       "field size is not enough 3/4 in SPI of NOTIFY");
	assert_refused(eap_payload_parse(OCTETS(1, 2, 0), &bytes),
		       "payload size is not enough 3/4 in EAP");
	assert_refused(eap_payload_parse(OCTETS(1, 2, 0, 6, 1), &bytes),
		       "payload size unmatched 5/6 in EAP");
	assert_taken(eap_payload_parse(OCTETS(3, 2, 0, 4), &bytes));
	assert_refused(cert_payload_parse((struct bytes){ 0 }, &encoding, &bytes),
		       "payload size is not enough 0/1 in CERT");
	assert_taken(cert_payload_parse(OCTETS(4), &encoding, &bytes));
	assert_int_equal(bytes.len, 0);
}

static void id_as_long_as_we_hold(void **state)
{
	uint8_t body[4 + IDENTITY_MAX + 1] = { ID_KEY_ID };
	struct identity identity;

	assert_taken(id_payload_parse(bytes_of(body, 4 + IDENTITY_MAX), &identity));
	assert_int_equal(identity.len, IDENTITY_MAX);
	assert_refused(id_payload_parse(BYTES(body), &identity),
		       "field size unmatched 513/512 in ID");
}

static void delete_bounds(void **state)
{
	struct delete_payload delete;

#define PARSE(...) delete_payload_parse(OCTETS(__VA_ARGS__), &delete)
	assert_refused(PARSE(3, 4, 0), "payload size is not enough 3/4 in DELETE");
	assert_refused(PARSE(1, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1),
		       "field size unmatched 8/0 in SPI of DELETE");
	assert_refused(PARSE(3, 8, 0, 0), "field size unmatched 8/4 in SPI of DELETE");
	assert_refused(PARSE(2, 0, 0, 1), "field size unmatched 0/4 in SPI of DELETE");
	assert_refused(PARSE(3, 4, 0, 2, 0, 0, 0, 1),
		       "field size is not enough 4/8 in SPIs of DELETE");
	assert_refused(PARSE(9, 255, 255, 255),
		       "field size is not enough 0/16711425 in SPIs of DELETE");
	assert_taken(PARSE(1, 0, 0, 0));
	assert_taken(PARSE(3, 4, 0, 1, 1, 2, 3, 4));
	assert_int_equal(delete.spis.len, 4);
#undef PARSE
}

static void ts_bounds(void **state)
{
	struct traffic_selectors ts;

#define PARSE(...) ts_payload_parse(OCTETS(__VA_ARGS__), &ts)
	assert_refused(PARSE(1, 0, 0), "payload size is not enough 3/4 in TS");
	assert_refused(PARSE(0, 0, 0, 0),
		       "field size is not enough 0/1 in number of traffic selectors");
	assert_refused(PARSE(1, 0, 0, 0),
		       "field header size is not enough 0/4 in traffic selector");
	assert_refused(PARSE(1, 0, 0, 0, 7, 0, 0),
		       "field header size is not enough 3/4 in traffic selector");
	assert_refused(PARSE(1, 0, 0, 0, 7, 0, 0, 3),
		       "field size is not enough 3/4 in traffic selector");
	assert_refused(PARSE(1, 0, 0, 0, 7, 0, 0, 16, 0),
		       "field size is not enough 5/16 in traffic selector");
	assert_refused(PARSE(1, 0, 0, 0, 7, 0, 0, 8, 0, 0, 0, 0),
		       "field size unmatched 8/16 in traffic selector");
	assert_refused(PARSE(1, 0, 0, 0, 8, 0, 0, 16, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1),
		       "field size unmatched 16/40 in traffic selector");
	assert_refused(PARSE(2, 0, 0, 0, 7, 0, 0, 16, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1),
		       "field header size is not enough 0/4 in traffic selector");
	assert_refused(PARSE(1, 0, 0, 0, 7, 0, 0, 16, 0, 0, 0, 0, 1, 1, 1, 2, 1, 1, 1, 1),
		       "cannot accept TS payload: start address is above end address");
	assert_refused(PARSE(1, 0, 0, 0, 7, 6, 0, 16, 0, 9, 0, 8, 1, 1, 1, 1, 1, 1, 1, 1),
		       "cannot accept TS payload: start port 9 is above end port 8");
	/* OPAQUE ports, and an unknown type that is passed over */
	assert_taken(PARSE(2, 0, 0, 0, 9, 0, 0, 5, 1, 7, 6, 0, 16, 255, 255, 0, 0, 1, 1, 1, 1, 1, 1,
			   1, 1));
	assert_int_equal(ts.count, 1);
	assert_int_equal(ts.items[0].start_port, 65535);
	assert_taken(PARSE(1, 0, 0, 0, 9, 0, 0, 4));
	assert_int_equal(ts.count, 0);
#undef PARSE
}

static void ts_more_than_we_hold(void **state)
{
	uint8_t body[4 + 200 * 16] = { 200 };
	struct traffic_selectors ts;

	for (size_t at = 4; at < sizeof(body); at += 16) {
		body[at] = TS_IPV4_ADDR_RANGE;
		body[at + 3] = 16;
		body[at + 15] = (uint8_t)(at / 16);
	}
	assert_taken(ts_payload_parse(BYTES(body), &ts));
	assert_int_equal(ts.count, TRAFFIC_SELECTORS_MAX);
	assert_int_equal(ts.items[15].end.octets[3], 15);
}

static void config_bounds(void **state)
{
	static struct config_payload config;
	uint8_t many[4 + 80 * 4] = { CONFIG_REQUEST };

#define PARSE(...) config_payload_parse(OCTETS(__VA_ARGS__), &config)
	assert_refused(PARSE(1, 0, 0), "payload size is not enough 3/4 in CFG");
	assert_refused(PARSE(1, 0, 0, 0, 0, 1, 0),
		       "field header size is not enough 3/4 in configuration attribute");
	assert_refused(PARSE(1, 0, 0, 0, 0, 1, 0, 4, 1, 2),
		       "field size is not enough 2/4 in configuration attribute");
	assert_taken(PARSE(1, 0, 0, 0));
	assert_taken(PARSE(2, 0, 0, 0, 0x80, 1, 0, 0, 0x70, 3, 0, 1, 9));
	assert_int_equal(config.count, 2);
	assert_int_equal(config.attributes[0].type, CONFIG_INTERNAL_IP4_ADDRESS);
	assert_int_equal(config.attributes[1].type, 28675);
	assert_int_equal(config.attributes[1].value.len, 1);
#undef PARSE
	assert_taken(config_payload_parse(BYTES(many), &config));
	assert_int_equal(config.count, CONFIG_ATTRIBUTES_MAX);
}

static char last_line[256];

static void keep_line(void *context, enum log_topic topic, const char *line)
{
	strncpy(last_line, line, sizeof(last_line) - 1);
}

/* Row L13: extra data is said, and ignored. */
static void extra_data_is_logged(void **state)
{
	struct delete_payload delete;
	struct traffic_selectors ts;

	log_set_sink(keep_line, NULL);
	log_set(LOG_IKEV2_ERROR, true);
	assert_taken(delete_payload_parse(OCTETS(3, 4, 0, 1, 1, 2, 3, 4, 5), &delete));
	assert_int_equal(delete.spis.len, 4);
	assert_non_null(
		strstr(last_line, "too match payload length, ignores extra data 9/8 in DELETE"));
	assert_taken(ts_payload_parse(OCTETS(1, 0, 0, 0, 7, 0, 0, 16, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1,
					     1, 1, 7, 7),
				      &ts));
	assert_non_null(
		strstr(last_line, "too match payload length, ignores extra data 22/20 in TS"));
	log_set(LOG_IKEV2_ERROR, false);
}

static void notify_lookup(void **state)
{
	struct notify_payload notify;
	struct message message;

	assert_taken(payloads_parse(PAYLOAD_NOTIFY,
				    OCTETS(41, 0, 0, 6, 0, 0, /* malformed: passed over */
					   41, 0, 0, 12, 3, 4, 0x40, 0x09, 1, 2, 3, 4, 0, 0, 0, 10,
					   0, 0, 0, 14, 7, 8),
				    &message));
	assert_true(message_get_notify(&message, NOTIFY_REKEY_SA, &notify));
	assert_int_equal(notify.protocol, PROTOCOL_ESP);
	assert_true(bytes_equal(notify.spi, OCTETS(1, 2, 3, 4)));
	assert_int_equal(notify.data.len, 0);
	assert_true(message_get_error(&message, &notify));
	assert_int_equal(notify.type, NOTIFY_NO_PROPOSAL_CHOSEN);
	assert_true(bytes_equal(notify.data, OCTETS(7, 8)));
	assert_false(message_get_notify(&message, NOTIFY_COOKIE, &notify));
}

static void names_of_numbers(void **state)
{
	assert_string_equal(exchange_name(34), "IKE_SA_INIT");
	assert_string_equal(payload_name(40), "N");
	assert_string_equal(notify_name(16388), "NAT_DETECTION_SOURCE_IP");
	assert_string_equal(notify_name(16394), "ESP_TFC_NO_SUPPORT");
	assert_string_equal(notify_name(40960), "Unknown - 40960");
	assert_string_equal(payload_name(200), "Unknown - 200");
	assert_string_equal(config_attribute_name(28675), "Unknown - 28675");
	assert_string_equal(auth_method_name(2), "PSK");
	/* Two unknown ones in one line do not overwrite each other. */
	assert_string_not_equal(payload_name(201), payload_name(202));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_bounds),
		cmocka_unit_test(header_fields),
		cmocka_unit_test(chain_bounds),
		cmocka_unit_test(empty_chain),
		cmocka_unit_test(encrypted_ends_the_chain),
		cmocka_unit_test(payload_count),
		cmocka_unit_test(unknown_payloads),
		cmocka_unit_test(sa_bounds),
		cmocka_unit_test(sa_last_markers),
		cmocka_unit_test(sa_unknown_attributes),
		cmocka_unit_test(sa_more_than_we_hold),
		cmocka_unit_test(simple_payload_bounds),
		cmocka_unit_test(id_as_long_as_we_hold),
		cmocka_unit_test(delete_bounds),
		cmocka_unit_test(ts_bounds),
		cmocka_unit_test(ts_more_than_we_hold),
		cmocka_unit_test(config_bounds),
		cmocka_unit_test(extra_data_is_logged),
		cmocka_unit_test(notify_lookup),
		cmocka_unit_test(names_of_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

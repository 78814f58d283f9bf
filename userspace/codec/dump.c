// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A message in the words of "debug crypto ikev2 packet" (rows C07 and C08).
 * Everything is printed as it stands on the wire, reserved fields included;
 * keys, nonces and authentication data are not printed at all. A payload that
 * cannot be walked to its end gets the bound that it broke as its last line.
 */
#include <stdarg.h>
#include <stdio.h>

#include "codec/codec.h"
#include "codec/walk.h"

#define LINE_SIZE 256

struct dump {
	void (*line)(void *context, const char *text);
	void *context;
};

static void print(const struct dump *dump, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void print(const struct dump *dump, const char *format, ...)
{
	char text[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	dump->line(dump->context, text);
}

/* IOS names the IKE SA as the protocol of a notify that concerns no other. */
static const char *protocol_text(uint8_t protocol, char text[24])
{
	if (protocol == PROTOCOL_NONE)
		protocol = PROTOCOL_IKE;
	if (protocol <= PROTOCOL_ESP)
		return protocol_name(protocol);
	snprintf(text, 24, "Unknown - %u", protocol);
	return text;
}

static struct result dump_transform(const struct dump *dump, struct reader *reader,
				    const char *before)
{
	struct transform_view view;
	struct result result = walk_transform(reader, &view);
	char name[TRANSFORM_TEXT];

	if (failed(&result))
		return result;
	print(dump, "%s    last transform: 0x%x, reserved: 0x%x: length: %u", before, view.last,
	      view.reserved, view.length);
	print(dump, "    type: %u, reserved: 0x%x, id: %s", view.type, view.reserved2,
	      transform_name(&(struct transform){ .type = view.type, .id = view.id }, name));
	return RESULT_OK;
}

/* The first transform stands on the line of its proposal. */
static struct result dump_proposal(const struct dump *dump, struct reader *reader)
{
	struct proposal_view view;
	struct result result = walk_proposal(reader, &view);
	struct reader inner;
	char before[LINE_SIZE], protocol[24];

	if (failed(&result))
		return result;
	print(dump, "  last proposal: 0x%x, reserved: 0x%x, length: %u", view.last, view.reserved,
	      view.length);
	snprintf(before, sizeof(before),
		 "  Proposal: %u, Protocol id: %s, SPI size: %u, #trans: %u", view.number,
		 protocol_text(view.protocol, protocol), view.spi_size, view.transforms);
	inner = reader_of(view.body);
	result = dump_transform(dump, &inner, before);
	while (!failed(&result) && reader_left(&inner))
		result = dump_transform(dump, &inner, "");
	return result;
}

static struct result dump_sa(const struct dump *dump, struct bytes body)
{
	struct reader reader = reader_of(body);
	struct result result;

	do {
		result = dump_proposal(dump, &reader);
	} while (!failed(&result) && reader_left(&reader));
	return result;
}

static struct result dump_ke(const struct dump *dump, struct bytes body)
{
	struct ke_payload ke;
	struct result result = ke_payload_parse(body, &ke);

	if (!failed(&result))
		print(dump, "    DH group: %u, Reserved: 0x%x", ke.group,
		      body.data[2] << 8 | body.data[3]);
	return result;
}

static struct result dump_id(const struct dump *dump, struct bytes body)
{
	struct identity identity;
	struct result result = id_payload_parse(body, &identity);

	if (!failed(&result))
		print(dump, "    Id type: %s, Reserved: 0x%x 0x%x",
		      identity_type_name(identity.type), body.data[1],
		      body.data[2] << 8 | body.data[3]);
	return result;
}

static struct result dump_auth(const struct dump *dump, struct bytes body)
{
	struct auth_payload auth;
	struct result result = auth_payload_parse(body, &auth);

	if (!failed(&result))
		print(dump, "    Auth method %s, reserved: 0x%x, reserved 0x%x",
		      auth_method_name(auth.method), body.data[1],
		      body.data[2] << 8 | body.data[3]);
	return result;
}

static struct result dump_notify(const struct dump *dump, struct bytes body)
{
	struct notify_payload notify;
	struct result result = notify_payload_parse(body, &notify);
	char protocol[24];

	if (!failed(&result))
		print(dump, "    Security protocol id: %s, spi size: %zu, type: %s",
		      protocol_text(notify.protocol, protocol), notify.spi.len,
		      notify_name(notify.type));
	return result;
}

static struct result dump_delete(const struct dump *dump, struct bytes body)
{
	struct delete_payload delete;
	struct result result = delete_payload_parse(body, &delete);
	char protocol[24];

	if (!failed(&result))
		print(dump, "    Security protocol id: %s, spi size: %u, num of spi: %u",
		      protocol_text(delete.protocol, protocol), delete.spi_size, delete.count);
	return result;
}

static void dump_selector(const struct dump *dump, const struct selector_view *view)
{
	struct reader reader = reader_of(view->body);
	size_t size = view->type == TS_IPV4_ADDR_RANGE ? 4 : 16;
	char start_text[ADDRESS_TEXT], end_text[ADDRESS_TEXT];
	uint16_t start_port, end_port;
	struct address start, end;
	struct bytes first, last;

	print(dump, "    TS type: %s, proto id: %u, length: %u", ts_type_name(view->type),
	      view->protocol, view->length);
	if (view->type != TS_IPV4_ADDR_RANGE && view->type != TS_IPV6_ADDR_RANGE)
		return;
	if (!reader_get_u16(&reader, &start_port) || !reader_get_u16(&reader, &end_port))
		return;
	print(dump, "    start port: %u, end port: %u", start_port, end_port);
	if (!reader_get_bytes(&reader, size, &first) || !reader_get_bytes(&reader, size, &last) ||
	    !address_from_bytes(first, &start) || !address_from_bytes(last, &end))
		return;
	print(dump, "    start addr: %s, end addr: %s", address_format(&start, start_text),
	      address_format(&end, end_text));
}

static struct result dump_ts(const struct dump *dump, struct bytes body)
{
	struct traffic_selectors selectors;
	struct result verdict = ts_payload_parse(body, &selectors);
	struct reader reader = reader_of(body);
	struct bytes reserved;
	uint8_t count;

	if (!reader_get_u8(&reader, &count) || !reader_get_bytes(&reader, 3, &reserved))
		return verdict;
	print(dump, "    Num of TSs: %u, reserved 0x%x, reserved 0x%x", count, reserved.data[0],
	      reserved.data[1] << 8 | reserved.data[2]);
	for (size_t i = 0; i < count; i++) {
		struct selector_view view;
		struct result result = walk_selector(&reader, &view);

		if (failed(&result))
			break;
		dump_selector(dump, &view);
	}
	return verdict;
}

static struct result dump_config(const struct dump *dump, struct bytes body)
{
	struct config_payload config;
	struct result verdict = config_payload_parse(body, &config);
	struct reader reader = reader_of(body);
	struct bytes reserved;
	uint8_t type;

	if (!reader_get_u8(&reader, &type) || !reader_get_bytes(&reader, 3, &reserved))
		return verdict;
	print(dump, "    cfg type: %s, reserved: 0x%x, reserved: 0x%x", config_type_name(type),
	      reserved.data[0], reserved.data[1] << 8 | reserved.data[2]);
	while (reader_left(&reader)) {
		struct config_attribute attribute;
		struct result result = walk_config_attribute(&reader, &attribute);

		if (failed(&result))
			break;
		print(dump, "   attrib type: %s, length: %zu",
		      config_attribute_name(attribute.type), attribute.value.len);
	}
	return verdict;
}

static struct result dump_cert(const struct dump *dump, struct bytes body)
{
	struct bytes data;
	uint8_t encoding;
	struct result result = cert_payload_parse(body, &encoding, &data);

	if (!failed(&result))
		print(dump, "    Cert encoding %s", cert_encoding_name(encoding));
	return result;
}

static struct result dump_nonce(const struct dump *dump, struct bytes body)
{
	struct bytes nonce;

	return nonce_payload_parse(body, &nonce);
}

static struct result dump_body(const struct dump *dump, const struct payload *payload)
{
	switch (payload->type) {
	case PAYLOAD_SA:
		return dump_sa(dump, payload->body);
	case PAYLOAD_KE:
		return dump_ke(dump, payload->body);
	case PAYLOAD_IDI:
	case PAYLOAD_IDR:
		return dump_id(dump, payload->body);
	case PAYLOAD_CERT:
	case PAYLOAD_CERTREQ:
		return dump_cert(dump, payload->body);
	case PAYLOAD_AUTH:
		return dump_auth(dump, payload->body);
	case PAYLOAD_NONCE:
		return dump_nonce(dump, payload->body);
	case PAYLOAD_NOTIFY:
		return dump_notify(dump, payload->body);
	case PAYLOAD_DELETE:
		return dump_delete(dump, payload->body);
	case PAYLOAD_TSI:
	case PAYLOAD_TSR:
		return dump_ts(dump, payload->body);
	case PAYLOAD_CONFIG:
		return dump_config(dump, payload->body);
	default:
		return RESULT_OK;
	}
}

static void dump_payload(const struct dump *dump, struct bytes octets,
			 const struct payload *payload)
{
	struct notify_payload notify;
	struct result result;
	char name[64];

	snprintf(name, sizeof(name), "%s", payload_name(payload->type));
	if (payload->type == PAYLOAD_NOTIFY) {
		result = notify_payload_parse(payload->body, &notify);
		if (!failed(&result))
			snprintf(name, sizeof(name), "NOTIFY(%s)", notify_name(notify.type));
	}
	/* The octet with the critical bit is "reserved" to IOS. */
	print(dump, " %s  Next payload: %s, reserved: 0x%x, length: %zu", name,
	      payload_name(payload->next), octets.data[payload->offset + 1],
	      payload->body.len + PAYLOAD_HEADER_SIZE);
	result = dump_body(dump, payload);
	if (failed(&result))
		print(dump, "    %s", result.why);
}

void message_dump_payloads(const struct message *message,
			   void (*line)(void *context, const char *text), void *context)
{
	struct dump dump = { .line = line, .context = context };

	print(&dump, "Payload contents:");
	for (size_t i = 0; i < message->count; i++)
		dump_payload(&dump, message->octets, &message->payloads[i]);
}

void message_dump(const struct message *message, void (*line)(void *context, const char *text),
		  void *context)
{
	const struct ike_header *header = &message->header;
	struct dump dump = { .line = line, .context = context };

	print(&dump,
	      "Next payload: %s, version: %u.%u Exchange type: %s, flags: %s%s Message id: %u, length: %u",
	      payload_name(header->next_payload), header->version >> 4, header->version & 0xf,
	      exchange_name(header->exchange),
	      header->flags & IKE_FLAG_INITIATOR ? "INITIATOR" : "RESPONDER",
	      header->flags & IKE_FLAG_RESPONSE ? " MSG-RESPONSE" : "", header->message_id,
	      header->length);
	message_dump_payloads(message, line, context);
}

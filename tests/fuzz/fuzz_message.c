// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A datagram from anybody: header, chain, every payload parser and the dump.
 * Refusals must say why, and a message that is read must stay within itself.
 */
#include <stdlib.h>

#include "../support/reencode.h"
#include "ike/v2/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_line(void *context, const char *text)
{
	/* Unprintable octets have no way into a dump. */
	for (; *text; text++)
		if (*text < 0x20 || *text >= 0x7f)
			abort();
}

static void check_payload(struct bytes octets, const struct payload *payload)
{
	struct writer writer;
	struct result result;

	if (payload->offset + PAYLOAD_HEADER_SIZE + payload->body.len > octets.len)
		abort();
	writer_begin_chain(&writer);
	result = reencode_payload(&writer, payload);
	if (failed(&result) != (result.why[0] != '\0'))
		abort();
	writer_free(&writer);
}

/* What is taken for a gateway is an address, and the rest is what stands behind it. */
static void check_redirect(struct bytes data)
{
	struct address gateway;
	struct bytes nonce = {};
	struct result result = redirect_parse(data, &gateway, &nonce);

	if (failed(&result) != (result.why[0] != 0))
		abort();
	if (!failed(&result) && nonce.len + (gateway.family == AF_INET ? 6 : 18) != data.len)
		abort();
}

static void check_notifies(const struct message *message)
{
	struct notify_payload notify;
	struct identity identity;
	char text[IDENTITY_TEXT];
	const struct payload *id = message_get(message, PAYLOAD_IDI);

	if (message_get_error(message, &notify) && !NOTIFY_IS_ERROR(notify.type))
		abort();
	message_get_notify(message, NOTIFY_COOKIE, &notify);
	if (message_get_notify(message, NOTIFY_REDIRECT, &notify))
		check_redirect(notify.data);
	message_unknown_critical(message);
	for (; id; id = message_next(message, id)) {
		struct result result = id_payload_parse(id->body, &identity);

		if (!failed(&result))
			take_line(NULL, identity_format(&identity, text));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes octets = bytes_of(data, size);
	struct message message;
	struct ike_header header;
	struct result result = header_parse(octets, &header);

	if (failed(&result) != (size < IKE_HEADER_SIZE))
		abort();
	result = message_parse(octets, &message);
	if (failed(&result) != (result.why[0] != '\0'))
		abort();
	/* The payloads before the broken one are whole; only a sound message is dumped. */
	for (size_t i = 0; i < message.count; i++)
		check_payload(octets, &message.payloads[i]);
	check_notifies(&message);
	if (!failed(&result))
		message_dump(&message, take_line, NULL);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log in all detail: octets of messages, of payloads and of keys (rows L15
 * to L17). Keys are written only where the configuration says so.
 */

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "ike/v2/internal.h"

#define OCTETS_IN_LINE 16

void detail_octets(const struct ikev2_sa *sa, enum log_topic topic, const char *title,
		   struct bytes octets)
{
	char row[3 * OCTETS_IN_LINE + 1];

	if (!log_enabled(topic))
		return;
	sa_line(sa, topic, "%s", title);
	for (size_t at = 0; at < octets.len; at += OCTETS_IN_LINE) {
		for (size_t i = 0; i < OCTETS_IN_LINE && at + i < octets.len; i++)
			snprintf(row + 3 * i, 4, " %02x", octets.data[at + i]);
		sa_line(sa, topic, " %s", row);
	}
	secret_wipe(row, sizeof(row));
}

/* As the sealer pads: up to the block, with the octet that says how much. */
static size_t padding(const struct ikev2_sa *sa, size_t len)
{
	size_t block = encr_block_size(sealer_suite(sa->keys.out)->encr);

	return block ? (block - (len + 1) % block) % block : 0;
}

void detail_sent(const struct ikev2_sa *sa, const struct packets *packets)
{
	for (size_t i = 0; i < packets->count; i++)
		detail_octets(sa, LOG_IKEV2_MESSAGE,
			      "send message:", buffer_bytes(&packets->items[i]));
}

void detail_received(const struct ikev2_sa *sa, struct bytes octets)
{
	detail_octets(sa, LOG_IKEV2_MESSAGE, "receive message:", octets);
}

void detail_encrypting(const struct ikev2_sa *sa, struct bytes plain)
{
	char title[64];

	if (!log_enabled(LOG_IKEV2_MESSAGE))
		return;
	snprintf(title, sizeof(title),
		 "encrypting message: (pad size:%zu):", padding(sa, plain.len));
	detail_octets(sa, LOG_IKEV2_MESSAGE, title, plain);
}

void detail_decrypted(const struct ikev2_sa *sa, struct bytes plain)
{
	char title[64];

	if (!plain.len || !log_enabled(LOG_IKEV2_MESSAGE))
		return;
	snprintf(title, sizeof(title),
		 "decrypted message: (pad size:%u):", plain.data[plain.len - 1]);
	detail_octets(sa, LOG_IKEV2_MESSAGE, title, plain);
}

void detail_payloads(const struct ikev2_sa *sa, const char *verb, const struct message *message)
{
	const struct ike_header *header = &message->header;
	char title[64];

	if (!log_enabled(LOG_IKEV2_PAYLOAD))
		return;
	sa_line(sa, LOG_IKEV2_PAYLOAD, "%s %s",
		!strcmp(verb, "generate") == !(header->flags & IKE_FLAG_RESPONSE) ? "initiator" :
										    "responder",
		exchange_name(header->exchange));
	sa_line(sa, LOG_IKEV2_PAYLOAD, "%s IKE header[msgID:%u]", verb, header->message_id);
	for (size_t i = 0; i < message->count; i++) {
		snprintf(title, sizeof(title), "%s %s payload", verb,
			 payload_name(message->payloads[i].type));
		detail_octets(sa, LOG_IKEV2_PAYLOAD, title, message->payloads[i].body);
	}
}

void detail_key(const struct ikev2_sa *sa, const char *name, struct bytes key)
{
	char title[64];

	if (!log_enabled(LOG_IKEV2_KEY))
		return;
	snprintf(title, sizeof(title), "%s:", name);
	detail_octets(sa, LOG_IKEV2_KEY, title, key);
}

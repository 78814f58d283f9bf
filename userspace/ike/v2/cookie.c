// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cookies (RFC 7296 section 2.6): under load, who wants an IKE SA has to show
 * first that it receives what is sent to its address. Until then nothing is kept
 * of it: a cookie is made from the request, and made again to check it.
 */

#include <string.h>

#include "base/log.h"
#include "ike/v2/internal.h"

#define SECRET_TIME SECONDS(120) /* then another one; cookies of the last one are still good */
#define COOKIE_SIZE (1 + 32) /* which secret, and the hash */

static void rotate(struct ike *ike)
{
	struct cookie_secrets *secrets = &ike->cookie_secrets;
	uint64_t age = ike_now(ike) - secrets->since;

	if (secrets->since && age < SECRET_TIME)
		return;
	memcpy(secrets->last, secrets->current, sizeof(secrets->last));
	random_fill(secrets->current, sizeof(secrets->current));
	if (!secrets->since || age >= 2 * SECRET_TIME)
		random_fill(secrets->last, sizeof(secrets->last));
	secrets->since = ike_now(ike);
	secrets->generation++;
}

/* Ni, the address and the SPI of the initiator, as the RFC proposes. */
static bool make(struct ike *ike, uint8_t generation, const struct endpoint *remote,
		 const struct message *message, uint8_t out[COOKIE_SIZE])
{
	const struct cookie_secrets *secrets = &ike->cookie_secrets;
	const struct payload *nonce = message_get(message, PAYLOAD_NONCE);
	const uint8_t *secret =
		generation == secrets->generation ? secrets->current : secrets->last;
	uint16_t port = remote->port;
	struct bytes parts[4];
	struct result result;

	if (!nonce)
		return false;
	parts[0] = nonce->body;
	parts[1] = address_bytes(&remote->address);
	parts[2] = bytes_of(&port, sizeof(port));
	parts[3] = bytes_of(message->octets.data, sizeof(uint64_t));
	out[0] = generation;
	result = prf_compute(PRF_HMAC_SHA2_256, bytes_of(secret, COOKIE_SECRET_SIZE), parts, 4,
			     out + 1);
	return !failed(&result);
}

static bool is_right(struct ike *ike, const struct endpoint *remote, const struct message *message)
{
	struct notify_payload notify;
	uint8_t expected[COOKIE_SIZE], generation;

	if (!message_get_notify(message, NOTIFY_COOKIE, &notify) || notify.data.len != COOKIE_SIZE)
		return false;
	generation = notify.data.data[0];
	if ((uint8_t)(ike->cookie_secrets.generation - generation) > 1)
		return false;
	return make(ike, generation, remote, message, expected) &&
	       bytes_equal_secret(notify.data, BYTES(expected));
}

static void demand(struct ike *ike, const struct path *path, const struct message *message)
{
	struct ike_header header = message->header;
	uint8_t cookie[COOKIE_SIZE];
	struct writer writer = {};

	if (!make(ike, ike->cookie_secrets.generation, &path->remote, message, cookie))
		return;
	header.flags = IKE_FLAG_RESPONSE;
	writer_begin(&writer, &header);
	put_notify(&writer, NOTIFY_COOKIE, BYTES(cookie));
	ike->stats[IKE_STAT_COOKIES_DEMANDED]++;
	ike->stats[IKE_STAT_SENT]++;
	ike->env.net->ops->send(ike->env.net, &path->local, &path->remote, writer_finish(&writer));
	writer_free(&writer);
}

bool cookie_check(struct ike *ike, const struct path *path, const struct message *message)
{
	uint32_t threshold = ike->policy->cookie_challenge;
	char text[ADDRESS_TEXT];

	if (!threshold || ike->stats[IKE_STAT_INCOMING_NEGOTIATING] < threshold)
		return true;
	rotate(ike);
	if (is_right(ike, &path->remote, message))
		return true;
	log_line(LOG_IKEV2_INTERNAL, "SA request from %s: sending a cookie first",
		 endpoint_format(&path->remote, text));
	demand(ike, path, message);
	return false;
}

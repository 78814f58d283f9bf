// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MD5-Challenge (RFC 3748 section 5.4, RFC 1994; row A03). It proves the peer
 * to the server, not the other way round, and makes no key.
 */

#include <errno.h>

#include "cryptox/cryptox.h"
#include "cryptox/old.h"
#include "eap/internal.h"

#define CHALLENGE_SIZE 16

struct md5_state {
	uint8_t challenge[CHALLENGE_SIZE];
};

static void put_value(struct buffer *out, struct bytes value)
{
	buffer_put_u8(out, (uint8_t)value.len);
	buffer_put(out, value);
}

/* A value with its size in front; a name may follow. */
static bool get_value(struct bytes data, struct bytes *value)
{
	struct reader reader = reader_of(data);
	uint8_t size;

	return reader_get_u8(&reader, &size) && size && reader_get_bytes(&reader, size, value);
}

static struct result compute(const struct eap *eap, struct bytes challenge, uint8_t out[MD5_SIZE])
{
	struct bytes parts[] = { bytes_of(&eap->identifier, 1), buffer_bytes(&eap->password),
				 challenge };

	return old_md5(parts, 3, out);
}

static struct result begin(struct eap *eap, struct buffer *out)
{
	struct md5_state *state = eap->state;

	random_fill(state->challenge, sizeof(state->challenge));
	put_value(out, BYTES(state->challenge));
	return RESULT_OK;
}

static enum eap_verdict serve(struct eap *eap, struct bytes data, struct buffer *out,
			      struct result *why)
{
	const struct md5_state *state = eap->state;
	uint8_t expected[MD5_SIZE];
	struct bytes value;

	if (!get_value(data, &value)) {
		*why = fail(-EPROTO, "the MD5 response is cut off");
		return EAP_REJECT;
	}
	*why = compute(eap, BYTES(state->challenge), expected);
	if (!failed(why) && !bytes_equal_secret(value, BYTES(expected)))
		*why = fail(-EACCES, eap->unknown ? "the user is unknown" :
						    "the password of the user is wrong");
	return failed(why) ? EAP_REJECT : EAP_ACCEPT;
}

static enum eap_verdict answer(struct eap *eap, struct bytes data, struct buffer *out,
			       struct result *why)
{
	uint8_t response[MD5_SIZE];
	struct bytes challenge;

	if (!get_value(data, &challenge)) {
		*why = fail(-EPROTO, "the MD5 challenge is cut off");
		return EAP_REJECT;
	}
	*why = compute(eap, challenge, response);
	if (failed(why))
		return EAP_REJECT;
	put_value(out, BYTES(response));
	buffer_put(out, buffer_bytes(&eap->user));
	return EAP_ACCEPT;
}

const struct eap_method eap_md5 = {
	.type = EAP_TYPE_MD5,
	.name = "MD5-Challenge",
	.refusal = "the server does not accept our user name or password",
	.state_size = sizeof(struct md5_state),
	.begin = begin,
	.serve = serve,
	.answer = answer,
};

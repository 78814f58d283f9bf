// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EAP-MSCHAPv2 (draft-kamath-pppext-eap-mschapv2): both sides prove that they
 * know the password. The server says so first, the peer confirms.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "cryptox/cryptox.h"
#include "eap/internal.h"
#include "eap/mschap.h"

enum opcode { OP_CHALLENGE = 1, OP_RESPONSE = 2, OP_SUCCESS = 3, OP_FAILURE = 4 };

#define RESPONSE_VALUE 49 /* challenge, 8 reserved octets, response, flags */
#define NAME "seki"

struct mschapv2_state {
	struct mschap mschap;
	uint8_t identifier;
	bool proven; /* the other side is */
	bool refused; /* server: it has said so, the peer's nod is awaited */
	bool responded; /* peer: the challenge is answered */
};

/* Opcode, identifier and a length that counts itself; the body follows. */
static void put_header(struct buffer *out, uint8_t opcode, uint8_t identifier, size_t body)
{
	buffer_put_u8(out, opcode);
	buffer_put_u8(out, identifier);
	buffer_put_u16(out, (uint16_t)(4 + body));
}

struct opened {
	uint8_t opcode, identifier;
	struct bytes body;
};

/* A nod has an opcode and nothing else. */
static struct result open(struct bytes data, struct opened *opened)
{
	struct reader reader = reader_of(data);
	uint16_t length;

	*opened = (struct opened){};
	if (!reader_get_u8(&reader, &opened->opcode))
		return fail(-EPROTO, "the MSCHAPv2 packet is empty");
	if (!reader_left(&reader))
		return RESULT_OK;
	if (!reader_get_u8(&reader, &opened->identifier) || !reader_get_u16(&reader, &length))
		return fail(-EPROTO, "the MSCHAPv2 packet is cut off");
	if (length != data.len)
		return fail(-EPROTO, "the MSCHAPv2 packet has %zu octets and says %u", data.len,
			    length);
	reader_get_bytes(&reader, reader_left(&reader), &opened->body);
	return RESULT_OK;
}

/* --- server --- */

static struct result begin(struct eap *eap, struct buffer *out)
{
	struct mschapv2_state *state = eap->state;

	state->identifier = eap->identifier;
	random_fill(state->mschap.server, MSCHAP_CHALLENGE);
	put_header(out, OP_CHALLENGE, state->identifier, 1 + MSCHAP_CHALLENGE + sizeof(NAME) - 1);
	buffer_put_u8(out, MSCHAP_CHALLENGE);
	buffer_put(out, BYTES(state->mschap.server));
	buffer_put(out, bytes_of_string(NAME));
	return RESULT_OK;
}

/* Not to be tried again, and no change of password. */
static void refuse(struct mschapv2_state *state, struct buffer *out)
{
	char hex[2 * MSCHAP_CHALLENGE + 1];
	char text[128];

	bytes_to_hex(BYTES(state->mschap.server), hex);
	snprintf(text, sizeof(text), "E=691 R=0 C=%s V=3 M=Authentication failed", hex);
	put_header(out, OP_FAILURE, state->identifier, strlen(text));
	buffer_put(out, bytes_of_string(text));
	state->refused = true;
}

static enum eap_verdict check_response(struct eap *eap, struct bytes body, struct buffer *out,
				       struct result *why)
{
	struct mschapv2_state *state = eap->state;
	struct mschap *mschap = &state->mschap;
	char text[MSCHAP_AUTHENTICATOR + 1];
	struct reader reader = reader_of(body);
	struct bytes challenge, reserved, response;
	uint8_t size, flags;

	if (!reader_get_u8(&reader, &size) || size != RESPONSE_VALUE ||
	    !reader_get_bytes(&reader, MSCHAP_CHALLENGE, &challenge) ||
	    !reader_get_bytes(&reader, 8, &reserved) ||
	    !reader_get_bytes(&reader, MSCHAP_RESPONSE, &response) ||
	    !reader_get_u8(&reader, &flags)) {
		*why = fail(-EPROTO, "the MSCHAPv2 response is cut off");
		return EAP_REJECT;
	}
	memcpy(mschap->peer, challenge.data, MSCHAP_CHALLENGE);
	/* The password of an unknown user is random, and need not be text. */
	if (eap->unknown)
		random_fill(mschap->hash, sizeof(mschap->hash));
	else
		*why = mschap_set_password(mschap, buffer_bytes(&eap->password));
	if (!failed(why))
		*why = mschap_respond(mschap, buffer_bytes(&eap->user));
	if (failed(why))
		return EAP_REJECT;
	if (!bytes_equal_secret(response, BYTES(mschap->response)) || eap->unknown) {
		refuse(state, out);
		return EAP_CONTINUE;
	}
	*why = mschap_authenticator(mschap, buffer_bytes(&eap->user), text);
	if (failed(why))
		return EAP_REJECT;
	put_header(out, OP_SUCCESS, state->identifier, strlen(text) + strlen(" M=OK"));
	buffer_put(out, bytes_of_string(text));
	buffer_put(out, bytes_of_string(" M=OK"));
	state->proven = true;
	return EAP_CONTINUE;
}

static void make_key(struct eap *eap)
{
	struct mschapv2_state *state = eap->state;

	buffer_free(&eap->msk);
	mschap_msk(&state->mschap, buffer_extend(&eap->msk, MSCHAP_MSK));
}

static enum eap_verdict serve(struct eap *eap, struct bytes data, struct buffer *out,
			      struct result *why)
{
	struct mschapv2_state *state = eap->state;
	struct opened opened;

	*why = open(data, &opened);
	if (failed(why))
		return EAP_REJECT;
	if (state->refused) {
		*why = fail(-EACCES, eap->unknown ? "the user is unknown" :
						    "the password of the user is wrong");
		return EAP_REJECT;
	}
	if (!state->proven && opened.opcode == OP_RESPONSE &&
	    opened.identifier == state->identifier)
		return check_response(eap, opened.body, out, why);
	if (state->proven && opened.opcode == OP_SUCCESS) {
		make_key(eap);
		return EAP_ACCEPT;
	}
	*why = fail(-EPROTO, "MSCHAPv2 opcode %u is not expected", opened.opcode);
	return EAP_REJECT;
}

/* --- peer --- */

static enum eap_verdict respond(struct eap *eap, const struct opened *opened, struct buffer *out,
				struct result *why)
{
	static const uint8_t reserved[8];
	struct mschapv2_state *state = eap->state;
	struct mschap *mschap = &state->mschap;
	struct reader reader = reader_of(opened->body);
	struct bytes challenge, user = buffer_bytes(&eap->user);
	uint8_t size;

	if (!reader_get_u8(&reader, &size) || size != MSCHAP_CHALLENGE ||
	    !reader_get_bytes(&reader, size, &challenge)) {
		*why = fail(-EPROTO, "the MSCHAPv2 challenge is cut off");
		return EAP_REJECT;
	}
	state->identifier = opened->identifier;
	memcpy(mschap->server, challenge.data, MSCHAP_CHALLENGE);
	random_fill(mschap->peer, MSCHAP_CHALLENGE);
	*why = mschap_set_password(mschap, buffer_bytes(&eap->password));
	if (!failed(why))
		*why = mschap_respond(mschap, user);
	if (failed(why))
		return EAP_REJECT;
	put_header(out, OP_RESPONSE, state->identifier, 1 + RESPONSE_VALUE + user.len);
	buffer_put_u8(out, RESPONSE_VALUE);
	buffer_put(out, BYTES(mschap->peer));
	buffer_put(out, BYTES(reserved));
	buffer_put(out, BYTES(mschap->response));
	buffer_put_u8(out, 0);
	buffer_put(out, user);
	return EAP_CONTINUE;
}

/* The server must have known the password, or it is not ours. */
static enum eap_verdict check_server(struct eap *eap, struct bytes body, struct buffer *out,
				     struct result *why)
{
	struct mschapv2_state *state = eap->state;
	char text[MSCHAP_AUTHENTICATOR + 1];

	*why = mschap_authenticator(&state->mschap, buffer_bytes(&eap->user), text);
	if (failed(why))
		return EAP_REJECT;
	if (body.len < MSCHAP_AUTHENTICATOR ||
	    !bytes_equal_secret(bytes_of(body.data, MSCHAP_AUTHENTICATOR),
				bytes_of(text, MSCHAP_AUTHENTICATOR))) {
		*why = fail(-EACCES, "the EAP server does not know our password");
		return EAP_REJECT;
	}
	state->proven = true;
	make_key(eap);
	buffer_put_u8(out, OP_SUCCESS);
	return EAP_ACCEPT;
}

static enum eap_verdict answer(struct eap *eap, struct bytes data, struct buffer *out,
			       struct result *why)
{
	struct mschapv2_state *state = eap->state;
	struct opened opened;

	*why = open(data, &opened);
	if (failed(why))
		return EAP_REJECT;
	switch (opened.opcode) {
	case OP_CHALLENGE:
		/* Answered once: whoever asks again is collecting. */
		if (!state->responded) {
			state->responded = true;
			return respond(eap, &opened, out, why);
		}
		break;
	case OP_SUCCESS:
		if (state->responded && !state->proven)
			return check_server(eap, opened.body, out, why);
		break;
	case OP_FAILURE:
		/* The Failure that follows says it. */
		buffer_put_u8(out, OP_FAILURE);
		return EAP_CONTINUE;
	}
	*why = fail(-EPROTO, "MSCHAPv2 opcode %u is not expected", opened.opcode);
	return EAP_REJECT;
}

const struct eap_method eap_mschapv2 = {
	.type = EAP_TYPE_MSCHAPV2,
	.name = "MSCHAPv2",
	.refusal = "the server does not accept our user name or password",
	.state_size = sizeof(struct mschapv2_state),
	.begin = begin,
	.serve = serve,
	.answer = answer,
};

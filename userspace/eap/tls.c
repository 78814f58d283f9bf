// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EAP-TLS: both sides show a certificate (RFC 5216, with TLS 1.3 RFC 9190).
 * Messages of TLS go in fragments, each of which is acknowledged. Whoever does
 * not like the other's certificate says so by an alert and fails when that has
 * been heard.
 */

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "eap/internal.h"

#define FRAGMENT_SIZE 1024
#define MESSAGE_MAX 65536 /* of TLS, in one turn */
#define KEY_MATERIAL 128
#define MSK_SIZE 64

enum { FLAG_LENGTH = 0x80, FLAG_MORE = 0x40, FLAG_START = 0x20 };

/**
 * struct tls_state - one end
 * @in: fragments so far; @expected: what they are to become, 0 when that was not said
 * @out: what is to be sent, from @sent on
 * @through: nothing is left to be said but that it was heard
 */
struct tls_state {
	struct tls *tls;
	struct buffer in, out;
	size_t expected, sent;
	bool through;
};

/** struct piece - a packet behind its type */
struct piece {
	uint8_t flags;
	size_t length; /* 0: not given */
	struct bytes data;
};

static struct result judge(void *context, const struct bytes *chain, size_t count)
{
	struct eap *eap = context;
	struct buffer name = {};
	struct result result =
		eap->tls.judge(eap->tls.context, buffer_bytes(&eap->user), chain, count, &name);

	if (!failed(&result) && eap->server && name.len)
		buffer_set(&eap->user, buffer_bytes(&name));
	buffer_free(&name);
	return result;
}

static struct result start(struct eap *eap)
{
	struct tls_state *state = eap->state;
	struct tls_config config = {
		.server = eap->server,
		.key = eap->tls.key,
		.chain = eap->tls.chain,
		.chain_count = eap->tls.chain_count,
		.authorities = eap->tls.authorities,
		.authority_count = eap->tls.authority_count,
		.judge = judge,
		.context = eap,
	};

	if (!eap->tls.key)
		return fail(-ENOKEY, "there is no certificate of ours for EAP-TLS");
	return tls_new(&config, &state->tls);
}

static void end(struct eap *eap)
{
	struct tls_state *state = eap->state;

	tls_free(state->tls);
	buffer_free(&state->in);
	buffer_free(&state->out);
}

/* --- packets --- */

static struct result read_piece(struct bytes data, struct piece *piece)
{
	struct reader reader = reader_of(data);
	uint32_t length = 0;

	*piece = (struct piece){};
	if (!reader_get_u8(&reader, &piece->flags))
		return fail(-EPROTO, "the EAP-TLS packet is empty");
	if (piece->flags & FLAG_LENGTH && !reader_get_u32(&reader, &length))
		return fail(-EPROTO, "the EAP-TLS packet is cut off in its length");
	if (length > MESSAGE_MAX)
		return fail(-EMSGSIZE, "an EAP-TLS message of %u octets, more than %d", length,
			    MESSAGE_MAX);
	piece->length = length;
	reader_get_bytes(&reader, reader_left(&reader), &piece->data);
	if (piece->flags & FLAG_MORE && !piece->data.len)
		return fail(-EPROTO, "an EAP-TLS fragment without data");
	return RESULT_OK;
}

/* RFC 5216 section 2.1.5: the whole length stands in the first fragment at least. */
static struct result collect(struct tls_state *state, const struct piece *piece)
{
	if (piece->length && state->in.len && piece->length != state->expected)
		return fail(-EPROTO, "the EAP-TLS message has %zu octets, then %zu",
			    state->expected, piece->length);
	if (piece->length)
		state->expected = piece->length;
	buffer_put(&state->in, piece->data);
	if (state->in.len > (state->expected ? state->expected : MESSAGE_MAX))
		return fail(-EMSGSIZE, "the EAP-TLS fragments are longer than their message");
	if (!(piece->flags & FLAG_MORE) && state->expected && state->in.len < state->expected)
		return fail(-EPROTO, "the EAP-TLS message has %zu octets and says %zu",
			    state->in.len, state->expected);
	return RESULT_OK;
}

static bool is_sending(const struct tls_state *state)
{
	return state->sent < state->out.len;
}

static void put_piece(struct tls_state *state, struct buffer *out)
{
	size_t left = state->out.len - state->sent;
	size_t len = left < FRAGMENT_SIZE ? left : FRAGMENT_SIZE;
	bool first = !state->sent && left > len;

	buffer_put_u8(out, (first ? FLAG_LENGTH : 0) | (len < left ? FLAG_MORE : 0));
	if (first)
		buffer_put_u32(out, (uint32_t)left);
	if (len)
		buffer_put(out, bytes_of(state->out.data + state->sent, len));
	state->sent += len;
	if (!is_sending(state)) {
		buffer_free(&state->out);
		state->sent = 0;
	}
}

/* RFC 9190 section 2.3, RFC 5216 section 2.3: the first half; TLS 1.3 hashes how much was asked for. */
static struct result make_key(struct eap *eap)
{
	static const uint8_t type = EAP_TYPE_TLS;
	struct tls_state *state = eap->state;
	bool is_13 = tls_is_13(state->tls);
	uint8_t material[KEY_MATERIAL];
	struct result result;

	result = tls_export(state->tls,
			    is_13 ? "EXPORTER_EAP_TLS_Key_Material" : "client EAP encryption",
			    bytes_of(&type, is_13 ? 1 : 0), material, sizeof(material));
	if (!failed(&result))
		buffer_set(&eap->msk, bytes_of(material, MSK_SIZE));
	secret_wipe(material, sizeof(material));
	return result;
}

/* --- both --- */

/*
 * What a packet means for the fragments of either direction.
 * Return: EAP_ACCEPT when a whole message has come, EAP_CONTINUE when @out is the answer
 */
static enum eap_verdict transport(struct tls_state *state, const struct piece *piece,
				  struct buffer *out, struct result *why)
{
	if (is_sending(state)) {
		if (piece->data.len || piece->flags & FLAG_MORE) {
			*why = fail(-EPROTO, "an EAP-TLS fragment in place of an acknowledgement");
			return EAP_REJECT;
		}
		put_piece(state, out);
		return EAP_CONTINUE;
	}
	*why = collect(state, piece);
	if (failed(why))
		return EAP_REJECT;
	if (!(piece->flags & FLAG_MORE))
		return EAP_ACCEPT;
	put_piece(state, out);
	return EAP_CONTINUE;
}

/* The message that has come, through TLS. What goes wrong is said after the alert was heard. */
static enum eap_verdict step(struct eap *eap, struct result *why)
{
	struct tls_state *state = eap->state;

	*why = tls_step(state->tls, buffer_bytes(&state->in), &state->out);
	buffer_free(&state->in);
	state->expected = 0;
	if (!failed(why))
		return EAP_ACCEPT;
	eap->why = *why;
	/* A server that has no alert has nothing to ask any more; a peer always answers. */
	if (eap->server && !state->out.len)
		return EAP_REJECT;
	*why = RESULT_OK;
	return EAP_CONTINUE;
}

static enum eap_verdict reject(struct result *why, const char *sentence)
{
	*why = fail(-EPROTO, "%s", sentence);
	return EAP_REJECT;
}

/* --- server --- */

static struct result begin(struct eap *eap, struct buffer *out)
{
	buffer_put_u8(out, FLAG_START);
	return start(eap);
}

static enum eap_verdict serve(struct eap *eap, struct bytes data, struct buffer *out,
			      struct result *why)
{
	static const uint8_t commitment;
	struct tls_state *state = eap->state;
	enum eap_verdict verdict;
	struct piece piece;

	*why = read_piece(data, &piece);
	if (failed(why))
		return EAP_REJECT;
	if (failed(&eap->why) && !is_sending(state)) {
		*why = eap->why;
		return EAP_REJECT;
	}
	verdict = transport(state, &piece, out, why);
	if (verdict != EAP_ACCEPT)
		return verdict;
	if (state->through) {
		if (!state->in.len) {
			*why = make_key(eap);
			return failed(why) ? EAP_REJECT : EAP_ACCEPT;
		}
		/* An alert, perhaps, of who does not like our end. */
		if (step(eap, why) == EAP_ACCEPT)
			return reject(why, "the peer goes on with TLS after its end");
		*why = eap->why;
		return EAP_REJECT;
	}
	verdict = step(eap, why);
	if (verdict == EAP_ACCEPT && tls_finished(state->tls)) {
		/* RFC 9190 section 2.5: an octet of zero says that no more will come. */
		if (tls_is_13(state->tls))
			*why = tls_send(state->tls, bytes_of(&commitment, 1), &state->out);
		state->through = true;
	}
	if (failed(why) || verdict == EAP_REJECT)
		return EAP_REJECT;
	if (!state->out.len)
		return reject(why, "the TLS message is not complete");
	put_piece(state, out);
	return EAP_CONTINUE;
}

/* --- peer --- */

/* With TLS 1.2 the server's Finished is the end, with 1.3 its octet of zero. */
static bool is_through(const struct tls_state *state)
{
	return tls_finished(state->tls) && !state->out.len &&
	       (!tls_is_13(state->tls) || tls_received(state->tls).len);
}

static enum eap_verdict finish(struct eap *eap, struct buffer *out, struct result *why)
{
	struct tls_state *state = eap->state;
	struct bytes said = tls_received(state->tls);

	if (said.len && (said.len > 1 || said.data[0] || !tls_is_13(state->tls)))
		return reject(why, "the EAP server sends data over TLS");
	*why = make_key(eap);
	if (failed(why))
		return EAP_REJECT;
	state->through = true;
	put_piece(state, out);
	return EAP_ACCEPT;
}

static enum eap_verdict answer(struct eap *eap, struct bytes data, struct buffer *out,
			       struct result *why)
{
	struct tls_state *state = eap->state;
	enum eap_verdict verdict = EAP_ACCEPT;
	struct piece piece;

	*why = read_piece(data, &piece);
	if (failed(why))
		return EAP_REJECT;
	if (state->through)
		return reject(why, "the EAP server goes on after the end of EAP-TLS");
	if (!state->tls) {
		if (!(piece.flags & FLAG_START) || piece.data.len)
			return reject(why, "EAP-TLS does not begin with its start");
		*why = start(eap);
		if (failed(why))
			return EAP_REJECT;
	} else {
		if (piece.flags & FLAG_START)
			return reject(why, "EAP-TLS starts for the second time");
		if (failed(&eap->why) && !is_sending(state)) {
			*why = eap->why;
			return EAP_REJECT;
		}
		verdict = transport(state, &piece, out, why);
	}
	if (verdict != EAP_ACCEPT)
		return verdict;
	verdict = step(eap, why);
	if (verdict == EAP_ACCEPT && is_through(state))
		return finish(eap, out, why);
	/* Nothing to say, but heard: an alert, or what a server of TLS 1.3 sends besides. */
	if (verdict == EAP_ACCEPT && !state->out.len && !tls_finished(state->tls))
		return reject(why, "the TLS message is not complete");
	put_piece(state, out);
	return EAP_CONTINUE;
}

const struct eap_method eap_tls = {
	.type = EAP_TYPE_TLS,
	.name = "TLS",
	.state_size = sizeof(struct tls_state),
	.by_certificate = true,
	.refusal = "the server does not accept our certificate",
	.begin = begin,
	.serve = serve,
	.answer = answer,
	.end = end,
};

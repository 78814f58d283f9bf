// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conversations: identities, the agreement on a method, and its end
 * (RFC 3748 sections 2 to 5.3).
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cryptox/cryptox.h"
#include "eap/internal.h"

#define HEADER_SIZE 4
#define ROUNDS_MAX 40

enum eap_code { CODE_REQUEST = 1, CODE_RESPONSE = 2, CODE_SUCCESS = 3, CODE_FAILURE = 4 };

static const struct eap_method *const table[] = { &eap_md5, &eap_mschapv2, &eap_tls };

static const struct eap_method *find_method(uint8_t type)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i]->type == type)
			return table[i];
	return NULL;
}

bool eap_type_known(uint8_t type)
{
	return find_method(type);
}

bool eap_type_is_mutual(uint8_t type)
{
	const struct eap_method *method = find_method(type);

	return method && method->by_certificate;
}

bool eap_takes_long(const struct eap *eap)
{
	return eap->method && eap->method->by_certificate;
}

static struct eap *make(bool server, const uint8_t *methods, size_t count)
{
	struct eap *eap = must_calloc(1, sizeof(*eap));

	eap->server = server;
	for (size_t i = 0; i < count && i < EAP_METHODS_MAX; i++)
		if (find_method(methods[i]))
			eap->methods[eap->method_count++] = methods[i];
	return eap;
}

struct eap *eap_server_new(const struct eap_server_config *config)
{
	struct eap *eap = make(true, config->methods, config->method_count);

	eap->config = *config;
	eap->tls = config->tls;
	buffer_put(&eap->user, config->user);
	random_fill(&eap->identifier, 1);
	return eap;
}

struct eap *eap_peer_new(const struct eap_peer_config *config)
{
	struct eap *eap = make(false, config->methods, config->method_count);

	eap->tls = config->tls;
	buffer_put(&eap->user, config->user);
	buffer_put(&eap->password, config->password);
	return eap;
}

static void drop_method(struct eap *eap)
{
	if (eap->method && eap->method->end)
		eap->method->end(eap);
	if (eap->method)
		secret_free(eap->state, eap->method->state_size);
	eap->method = NULL;
	eap->state = NULL;
}

void eap_free(struct eap *eap)
{
	if (!eap)
		return;
	drop_method(eap);
	buffer_free(&eap->user);
	buffer_free(&eap->password);
	buffer_free(&eap->msk);
	free(eap);
}

struct bytes eap_msk(const struct eap *eap)
{
	return buffer_bytes(&eap->msk);
}

struct bytes eap_user(const struct eap *eap)
{
	return buffer_bytes(&eap->user);
}

const char *eap_method_name(const struct eap *eap)
{
	return eap->method ? eap->method->name : NULL;
}

/* --- packets --- */

static void put_packet(struct buffer *out, uint8_t code, uint8_t identifier, uint8_t type,
		       struct bytes data)
{
	buffer_free(out);
	buffer_put_u8(out, code);
	buffer_put_u8(out, identifier);
	buffer_put_u16(out, (uint16_t)(HEADER_SIZE + (type ? 1 : 0) + data.len));
	if (!type)
		return;
	buffer_put_u8(out, type);
	buffer_put(out, data);
}

static void put_end(struct eap *eap, uint8_t code, struct buffer *out)
{
	eap->over = true;
	put_packet(out, code, eap->identifier, 0, bytes_of(NULL, 0));
}

void eap_failure(struct eap *eap, struct buffer *out)
{
	put_end(eap, CODE_FAILURE, out);
}

/** struct packet - @type 0 in Success and Failure */
struct packet {
	uint8_t code, identifier, type;
	struct bytes data;
};

static struct result parse(struct bytes octets, struct packet *packet)
{
	struct reader reader = reader_of(octets);
	uint16_t length;

	*packet = (struct packet){};
	if (!reader_get_u8(&reader, &packet->code) ||
	    !reader_get_u8(&reader, &packet->identifier) || !reader_get_u16(&reader, &length))
		return fail(-EPROTO, "the EAP packet is cut off after %zu octets", octets.len);
	if (length != octets.len)
		return fail(-EPROTO, "the EAP packet has %zu octets and says %u", octets.len,
			    length);
	switch (packet->code) {
	case CODE_SUCCESS:
	case CODE_FAILURE:
		return reader_left(&reader) ?
			       fail(-EPROTO, "the EAP packet has data behind its end") :
			       RESULT_OK;
	case CODE_REQUEST:
	case CODE_RESPONSE:
		if (!reader_get_u8(&reader, &packet->type) || !packet->type)
			return fail(-EPROTO, "the EAP packet has no type");
		reader_get_bytes(&reader, reader_left(&reader), &packet->data);
		return RESULT_OK;
	default:
		return fail(-EPROTO, "EAP code %u is unknown", packet->code);
	}
}

/* --- server --- */

/* An unknown user goes through the same steps and fails where a wrong password does. */
static void look_up(struct eap *eap)
{
	struct bytes password;

	eap->no_user = !eap->config.find_password(eap->config.context, buffer_bytes(&eap->user),
						  &password);
	buffer_free(&eap->password);
	if (eap->no_user)
		random_fill(buffer_extend(&eap->password, 16), 16);
	else
		buffer_put(&eap->password, password);
}

static struct result offer(struct eap *eap, uint8_t type, struct buffer *out)
{
	struct buffer data = {};
	struct result result;

	drop_method(eap);
	eap->method = find_method(type);
	eap->state = must_calloc(1, eap->method->state_size);
	eap->unknown = eap->no_user && !eap->method->by_certificate;
	eap->identifier++;
	result = eap->method->begin(eap, &data);
	if (!failed(&result))
		put_packet(out, CODE_REQUEST, eap->identifier, type, buffer_bytes(&data));
	buffer_free(&data);
	return result;
}

static struct result offer_first(struct eap *eap, struct buffer *out)
{
	look_up(eap);
	return offer(eap, eap->methods[0], out);
}

struct result eap_begin(struct eap *eap, struct buffer *out)
{
	if (!eap->method_count)
		return fail(-ENOTSUP, "no EAP method is configured");
	if (eap->user.len)
		return offer_first(eap, out);
	eap->identity_asked = true;
	put_packet(out, CODE_REQUEST, ++eap->identifier, EAP_TYPE_IDENTITY, bytes_of(NULL, 0));
	return RESULT_OK;
}

/* The first of ours that the peer names, behind the one that it has refused. */
static struct result take_nak(struct eap *eap, struct bytes wanted, struct buffer *out)
{
	const char *refused = eap->method->name;
	bool behind = false;

	for (size_t i = 0; i < eap->method_count; i++) {
		if (behind && wanted.len && memchr(wanted.data, eap->methods[i], wanted.len))
			return offer(eap, eap->methods[i], out);
		behind = behind || eap->methods[i] == eap->method->type;
	}
	return fail(-EACCES,
		    "the peer refuses EAP method %s and wants none of the others that are offered",
		    refused);
}

static struct result take_identity(struct eap *eap, struct bytes identity, struct buffer *out)
{
	if (!identity.len || identity.len > EAP_IDENTITY_MAX)
		return fail(-EPROTO, "an EAP identity of %zu octets", identity.len);
	buffer_set(&eap->user, identity);
	return offer_first(eap, out);
}

static struct result serve_method(struct eap *eap, struct bytes data, struct buffer *out)
{
	struct buffer reply = {};
	struct result result = RESULT_OK;

	eap->answered = true;
	switch (eap->method->serve(eap, data, &reply, &result)) {
	case EAP_CONTINUE:
		put_packet(out, CODE_REQUEST, ++eap->identifier, eap->method->type,
			   buffer_bytes(&reply));
		break;
	case EAP_ACCEPT:
		/* Never for somebody whom nobody knows, whatever a method says. */
		if (eap->unknown) {
			result = fail(-EACCES, "the user is unknown");
			break;
		}
		put_end(eap, CODE_SUCCESS, out);
		eap->accepted = true;
		break;
	case EAP_REJECT:
		break;
	}
	buffer_free(&reply);
	return result;
}

static struct result serve(struct eap *eap, const struct packet *packet, struct buffer *out)
{
	if (packet->code != CODE_RESPONSE)
		return fail(-EPROTO, "EAP code %u where a response is due", packet->code);
	if (packet->identifier != eap->identifier)
		return fail(-EPROTO, "the EAP response is to request %u instead of %u",
			    packet->identifier, eap->identifier);
	if (!eap->method)
		return packet->type == EAP_TYPE_IDENTITY ?
			       take_identity(eap, packet->data, out) :
			       fail(-EPROTO, "EAP type %u in place of an identity", packet->type);
	if (packet->type == EAP_TYPE_NAK && !eap->answered)
		return take_nak(eap, packet->data, out);
	if (packet->type != eap->method->type)
		return fail(-EPROTO, "the EAP response is of type %u instead of %u", packet->type,
			    eap->method->type);
	return serve_method(eap, packet->data, out);
}

/* --- peer --- */

static bool agrees(const struct eap *eap, uint8_t type)
{
	return memchr(eap->methods, type, eap->method_count);
}

static void put_response(struct eap *eap, uint8_t type, struct bytes data, struct buffer *out)
{
	put_packet(out, CODE_RESPONSE, eap->identifier, type, data);
}

static struct result answer_method(struct eap *eap, struct bytes data, struct buffer *out)
{
	struct buffer reply = {};
	struct result result = RESULT_OK;
	enum eap_verdict verdict = eap->method->answer(eap, data, &reply, &result);

	if (verdict == EAP_REJECT && !failed(&result))
		result = fail(-EACCES, "EAP method %s failed", eap->method->name);
	if (verdict != EAP_REJECT)
		put_response(eap, eap->method->type, buffer_bytes(&reply), out);
	eap->accepted = verdict == EAP_ACCEPT;
	buffer_free(&reply);
	return result;
}

static struct result answer_request(struct eap *eap, const struct packet *packet,
				    struct buffer *out)
{
	eap->identifier = packet->identifier;
	switch (packet->type) {
	case EAP_TYPE_IDENTITY:
		put_response(eap, EAP_TYPE_IDENTITY, buffer_bytes(&eap->user), out);
		return RESULT_OK;
	case EAP_TYPE_NOTIFICATION:
		put_response(eap, EAP_TYPE_NOTIFICATION, bytes_of(NULL, 0), out);
		return RESULT_OK;
	}
	if (eap->method && packet->type != eap->method->type)
		return fail(-EPROTO, "the EAP server changes from method %u to %u",
			    eap->method->type, packet->type);
	if (!agrees(eap, packet->type)) {
		put_response(eap, EAP_TYPE_NAK, bytes_of(eap->methods, eap->method_count), out);
		return RESULT_OK;
	}
	if (!eap->method) {
		eap->method = find_method(packet->type);
		eap->state = must_calloc(1, eap->method->state_size);
	}
	return answer_method(eap, packet->data, out);
}

static struct result answer(struct eap *eap, const struct packet *packet, struct buffer *out)
{
	switch (packet->code) {
	case CODE_REQUEST:
		return answer_request(eap, packet, out);
	case CODE_SUCCESS:
		/* Anybody could send one; only a method that is through makes it true. */
		if (!eap->accepted)
			return fail(-EPROTO, "EAP success before a method was through");
		eap->over = true;
		return RESULT_OK;
	case CODE_FAILURE:
		if (failed(&eap->why))
			return eap->why;
		return fail(-EACCES, "%s",
			    eap->method ?
				    eap->method->refusal :
				    "the server does not accept us: no EAP method suits both");
	default:
		return fail(-EPROTO, "EAP code %u where a request is due", packet->code);
	}
}

/* --- both --- */

struct result eap_receive(struct eap *eap, struct bytes octets, struct buffer *out,
			  enum eap_status *status)
{
	struct packet packet;
	struct result result;

	buffer_free(out);
	*status = EAP_FAILED;
	if (eap->over)
		return fail(-EPROTO, "an EAP packet after the end");
	result = parse(octets, &packet);
	if (!failed(&result) && ++eap->rounds > ROUNDS_MAX)
		result = fail(-ELOOP, "EAP comes to no end after %d rounds", ROUNDS_MAX);
	if (!failed(&result))
		result = eap->server ? serve(eap, &packet, out) : answer(eap, &packet, out);
	if (failed(&result)) {
		eap->over = true;
		buffer_free(out);
		if (eap->server)
			eap_failure(eap, out);
		return result;
	}
	*status = eap->over ? EAP_SUCCEEDED : EAP_RUNNING;
	return RESULT_OK;
}

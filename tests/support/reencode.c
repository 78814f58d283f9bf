// SPDX-License-Identifier: GPL-2.0-or-later
#include "reencode.h"

static struct result again_sa(struct writer *writer, const struct payload *payload)
{
	struct proposal_list list;
	struct result result = sa_payload_parse(payload->body, &list);

	if (failed(&result))
		return result;
	if (list.count)
		put_sa(writer, &list);
	else
		put_raw_payload(writer, payload->type, payload->body);
	return result;
}

static struct result again_ke(struct writer *writer, const struct payload *payload)
{
	struct ke_payload ke;
	struct result result = ke_payload_parse(payload->body, &ke);

	if (!failed(&result))
		put_ke(writer, ke.group, ke.value);
	return result;
}

static struct result again_id(struct writer *writer, const struct payload *payload)
{
	struct identity identity;
	struct result result = id_payload_parse(payload->body, &identity);

	if (!failed(&result))
		put_id(writer, payload->type, &identity);
	return result;
}

static struct result again_auth(struct writer *writer, const struct payload *payload)
{
	struct auth_payload auth;
	struct result result = auth_payload_parse(payload->body, &auth);

	if (!failed(&result))
		put_auth(writer, auth.method, auth.data);
	return result;
}

static struct result again_nonce(struct writer *writer, const struct payload *payload)
{
	struct bytes nonce;
	struct result result = nonce_payload_parse(payload->body, &nonce);

	if (!failed(&result))
		put_nonce(writer, nonce);
	return result;
}

static struct result again_notify(struct writer *writer, const struct payload *payload)
{
	struct notify_payload notify;
	struct result result = notify_payload_parse(payload->body, &notify);

	if (!failed(&result))
		put_notify_spi(writer, notify.type, notify.protocol, notify.spi, notify.data);
	return result;
}

static struct result again_delete(struct writer *writer, const struct payload *payload)
{
	struct delete_payload delete;
	struct result result = delete_payload_parse(payload->body, &delete);
	static uint32_t spis[UINT16_MAX];

	if (failed(&result))
		return result;
	if (delete.protocol == PROTOCOL_IKE) {
		put_delete_ike(writer);
	} else if (delete.spi_size == sizeof(*spis)) {
		struct reader reader = reader_of(delete.spis);

		for (size_t i = 0; i < delete.count; i++)
			reader_get_u32(&reader, &spis[i]);
		put_delete_child(writer, delete.protocol, spis, delete.count);
	} else {
		put_raw_payload(writer, payload->type, payload->body);
	}
	return result;
}

static struct result again_ts(struct writer *writer, const struct payload *payload)
{
	struct traffic_selectors selectors;
	struct result result = ts_payload_parse(payload->body, &selectors);

	if (failed(&result))
		return result;
	if (selectors.count)
		put_ts(writer, payload->type, &selectors);
	else
		put_raw_payload(writer, payload->type, payload->body);
	return result;
}

static struct result again_config(struct writer *writer, const struct payload *payload)
{
	struct config_payload config;
	struct result result = config_payload_parse(payload->body, &config);

	if (!failed(&result))
		put_config(writer, config.type, config.attributes, config.count);
	return result;
}

static struct result again_cert(struct writer *writer, const struct payload *payload)
{
	struct bytes data;
	uint8_t encoding;
	struct result result = cert_payload_parse(payload->body, &encoding, &data);

	if (failed(&result))
		return result;
	if (payload->type == PAYLOAD_CERTREQ)
		put_certreq(writer, encoding, data);
	else
		put_raw_payload(writer, payload->type, payload->body);
	return result;
}

static struct result again_raw(struct writer *writer, const struct payload *payload)
{
	struct result result = RESULT_OK;
	struct bytes packet;

	if (payload->type == PAYLOAD_EAP)
		result = eap_payload_parse(payload->body, &packet);
	if (!failed(&result))
		put_raw_payload(writer, payload->type, payload->body);
	return result;
}

struct result reencode_payload(struct writer *writer, const struct payload *payload)
{
	switch (payload->type) {
	case PAYLOAD_SA:
		return again_sa(writer, payload);
	case PAYLOAD_KE:
		return again_ke(writer, payload);
	case PAYLOAD_IDI:
	case PAYLOAD_IDR:
		return again_id(writer, payload);
	case PAYLOAD_CERT:
	case PAYLOAD_CERTREQ:
		return again_cert(writer, payload);
	case PAYLOAD_AUTH:
		return again_auth(writer, payload);
	case PAYLOAD_NONCE:
		return again_nonce(writer, payload);
	case PAYLOAD_NOTIFY:
		return again_notify(writer, payload);
	case PAYLOAD_DELETE:
		return again_delete(writer, payload);
	case PAYLOAD_TSI:
	case PAYLOAD_TSR:
		return again_ts(writer, payload);
	case PAYLOAD_CONFIG:
		return again_config(writer, payload);
	default:
		return again_raw(writer, payload);
	}
}

struct result reencode_chain(struct writer *writer, const struct message *message)
{
	for (size_t i = 0; i < message->count; i++) {
		struct result result = reencode_payload(writer, &message->payloads[i]);

		if (failed(&result))
			return result;
	}
	return RESULT_OK;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of IKEv1's numbers, and attributes read aloud as IOS does (rows E05, E16). */
#include <stdio.h>

#include "codec/isakmp.h"
#include "codec/walk.h"

#define LINE_TEXT 160

/* Text for what no list knows, in a ring, so that one line can hold a few. */
static const char *unknown(unsigned int number)
{
	static char ring[4][24];
	static unsigned int next;
	char *text = ring[next++ % 4];

	snprintf(text, sizeof(ring[0]), "Unknown - %u", number);
	return text;
}

#define CASE_NAME(number, name) \
	case number: \
		return #name;
#define CASE_TEXT(number, name, text) \
	case number: \
		return text;

const char *isakmp_exchange_name(uint8_t exchange)
{
	switch (exchange) {
		ISAKMP_EXCHANGE_LIST(CASE_TEXT)
	default:
		return unknown(exchange);
	}
}

const char *isakmp_payload_name(uint8_t type)
{
	switch (type) {
		ISAKMP_PAYLOAD_LIST(CASE_TEXT)
	default:
		return unknown(type);
	}
}

const char *isakmp_notify_name(uint16_t type)
{
	switch (type) {
		ISAKMP_NOTIFY_LIST(CASE_NAME)
	default:
		return unknown(type);
	}
}

const char *isakmp_auth_name(uint16_t auth)
{
	switch (auth) {
		ISAKMP_AUTH_LIST(CASE_TEXT)
	default:
		return unknown(auth);
	}
}

const char *isakmp_config_type_name(uint8_t type)
{
	switch (type) {
		ISAKMP_CONFIG_TYPE_LIST(CASE_NAME)
	default:
		return unknown(type);
	}
}

const char *isakmp_config_attribute_name(uint16_t type)
{
	switch (type) {
		ISAKMP_CONFIG_ATTRIBUTE_LIST(CASE_TEXT)
	default:
		return NULL;
	}
}

static const char *encryption_name(unsigned int number)
{
	switch (number) {
		ISAKMP_ENCRYPTION_LIST(CASE_TEXT)
	default:
		return unknown(number);
	}
}

static const char *hash_name(unsigned int number)
{
	switch (number) {
		ISAKMP_HASH_LIST(CASE_TEXT)
	default:
		return unknown(number);
	}
}

static const char *integrity_name(unsigned int number)
{
	switch (number) {
#define X(ah, attribute, symbol, ah_text, text) CASE_TEXT(attribute, symbol, text)
		ISAKMP_INTEGRITY_LIST(X)
#undef X
	default:
		return unknown(number);
	}
}

static const char *ah_name(uint8_t id)
{
	switch (id) {
#define X(ah, attribute, symbol, ah_text, text) CASE_TEXT(ah, symbol, ah_text)
		ISAKMP_INTEGRITY_LIST(X)
#undef X
	default:
		return unknown(id);
	}
}

const char *isakmp_transform_id_name(uint8_t protocol, uint8_t id)
{
	if (protocol == ISAKMP_PROTOCOL_AH)
		return ah_name(id);
	if (protocol == ISAKMP_PROTOCOL_ISAKMP)
		return id == ISAKMP_KEY_IKE ? "KEY_IKE" : unknown(id);
	switch (id) {
		ISAKMP_ESP_LIST(CASE_TEXT)
	default:
		return unknown(id);
	}
}

static const char *encapsulation_name(unsigned int mode)
{
	switch (mode) {
	case ISAKMP_ENCAPSULATION_TUNNEL:
		return "Tunnel";
	case ISAKMP_ENCAPSULATION_TRANSPORT:
		return "Transport";
	case ISAKMP_ENCAPSULATION_UDP_TUNNEL:
	case ISAKMP_ENCAPSULATION_UDP_TUNNEL_DRAFT:
		return "Tunnel-UDP";
	case ISAKMP_ENCAPSULATION_UDP_TRANSPORT:
	case ISAKMP_ENCAPSULATION_UDP_TRANSPORT_DRAFT:
		return "Transport-UDP";
	default:
		return unknown(mode);
	}
}

static const char *life_type_name(unsigned int type)
{
	return type == ISAKMP_LIFE_SECONDS   ? "seconds" :
	       type == ISAKMP_LIFE_KILOBYTES ? "kilobytes" :
					       unknown(type);
}

/* "(basic) of 240", or "(VPI) of 0x0 0x1 0x51 0x80", octet by octet */
static void format_duration(const struct attribute_view *view, char text[LINE_TEXT])
{
	int used;

	if (view->tv) {
		snprintf(text, LINE_TEXT, "(basic) of %u", view->value);
		return;
	}
	used = snprintf(text, LINE_TEXT, "(VPI) of ");
	for (size_t i = 0; i < view->octets.len && i < 16; i++)
		used += snprintf(text + used, LINE_TEXT - used, "%s0x%X", i ? " " : "",
				 view->octets.data[i]);
}

static void format_other(const struct attribute_view *view, char text[LINE_TEXT])
{
	if (view->tv)
		snprintf(text, LINE_TEXT, "attribute %u of %u", view->type, view->value);
	else
		snprintf(text, LINE_TEXT, "attribute %u of %zu octets", view->type,
			 view->octets.len);
}

static void format_phase_1(const struct attribute_view *view, char text[LINE_TEXT])
{
	char duration[LINE_TEXT];

	switch (view->type) {
	case ISAKMP_ATTRIBUTE_ENCRYPTION:
		snprintf(text, LINE_TEXT, "encryption %s", encryption_name(view->value));
		break;
	case ISAKMP_ATTRIBUTE_KEY_LENGTH:
		snprintf(text, LINE_TEXT, "keylength of %u", view->value);
		break;
	case ISAKMP_ATTRIBUTE_HASH:
		snprintf(text, LINE_TEXT, "hash %s", hash_name(view->value));
		break;
	case ISAKMP_ATTRIBUTE_GROUP:
		snprintf(text, LINE_TEXT, "default group %u", view->value);
		break;
	case ISAKMP_ATTRIBUTE_AUTH:
		snprintf(text, LINE_TEXT, "auth %s", isakmp_auth_name(view->value));
		break;
	case ISAKMP_ATTRIBUTE_LIFE_TYPE:
		snprintf(text, LINE_TEXT, "life type in %s", life_type_name(view->value));
		break;
	case ISAKMP_ATTRIBUTE_LIFE_DURATION:
		format_duration(view, duration);
		snprintf(text, LINE_TEXT, "life duration %.120s", duration);
		break;
	default:
		format_other(view, text);
	}
}

static void format_phase_2(const struct attribute_view *view, char text[LINE_TEXT])
{
	char duration[LINE_TEXT];

	switch (view->type) {
	case ISAKMP_IPSEC_LIFE_TYPE:
		snprintf(text, LINE_TEXT, "SA life type in %s", life_type_name(view->value));
		break;
	case ISAKMP_IPSEC_LIFE_DURATION:
		format_duration(view, duration);
		snprintf(text, LINE_TEXT, "SA life duration %.120s", duration);
		break;
	case ISAKMP_IPSEC_GROUP:
		snprintf(text, LINE_TEXT, "group is %u", view->value);
		break;
	case ISAKMP_IPSEC_ENCAPSULATION:
		snprintf(text, LINE_TEXT, "encaps is %u (%s)", view->value,
			 encapsulation_name(view->value));
		break;
	case ISAKMP_IPSEC_INTEGRITY:
		snprintf(text, LINE_TEXT, "authenticator is %s", integrity_name(view->value));
		break;
	case ISAKMP_IPSEC_KEY_LENGTH:
		snprintf(text, LINE_TEXT, "key length is %u", view->value);
		break;
	default:
		format_other(view, text);
	}
}

void isakmp_attributes_read_aloud(uint8_t protocol, struct bytes attributes,
				  void (*line)(void *context, const char *text), void *context)
{
	struct reader reader = reader_of(attributes);

	while (reader_left(&reader)) {
		struct attribute_view view;
		struct result result = walk_attribute(&reader, &view);
		bool is_duration, phase_1 = protocol == ISAKMP_PROTOCOL_ISAKMP;
		char text[LINE_TEXT];

		if (failed(&result))
			return;
		is_duration = view.type == (phase_1 ? ISAKMP_ATTRIBUTE_LIFE_DURATION :
						      ISAKMP_IPSEC_LIFE_DURATION);
		/* Only durations are longer than 16 bits where they have a meaning for us. */
		if (!view.tv && !is_duration)
			format_other(&view, text);
		else if (phase_1)
			format_phase_1(&view, text);
		else
			format_phase_2(&view, text);
		line(context, text);
	}
}

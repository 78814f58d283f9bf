// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers to names, each function from its list in numbers.h. */
#include <stdio.h>

#include "codec/codec.h"

/* Enough for all names of one dump line. */
#define UNKNOWN_RING 8

static const char *unknown(unsigned int number)
{
	static char ring[UNKNOWN_RING][24];
	static unsigned int turn;
	char *text = ring[turn++ % UNKNOWN_RING];

	snprintf(text, sizeof(ring[0]), "Unknown - %u", number);
	return text;
}

/* clang-format off: one line for each way from a list to a name */
const char *exchange_name(uint8_t exchange)
{
	switch (exchange) {
#define X(number, name) \
	case number: \
		return #name;
		EXCHANGE_LIST(X)
#undef X
	default:
		return unknown(exchange);
	}
}

const char *payload_name(uint8_t type)
{
	switch (type) {
#define X(number, name, text) \
	case number: \
		return text;
		PAYLOAD_LIST(X)
#undef X
	default:
		return unknown(type);
	}
}

const char *notify_name(uint16_t type)
{
	const char *text;

	switch (type) {
#define X(number, name, ios) \
	case number: \
		text = ios; \
		return text ? text : #name;
		NOTIFY_LIST(X)
#undef X
	default:
		return unknown(type);
	}
}

const char *auth_method_name(uint8_t method)
{
	switch (method) {
#define X(number, name, text) \
	case number: \
		return text;
		AUTH_METHOD_LIST(X)
#undef X
	default:
		return unknown(method);
	}
}

const char *config_type_name(uint8_t type)
{
	switch (type) {
#define X(number, name, text) \
	case number: \
		return text;
		CONFIG_TYPE_LIST(X)
#undef X
	default:
		return unknown(type);
	}
}

const char *config_attribute_name(uint16_t type)
{
	switch (type) {
#define X(number, name, text) \
	case number: \
		return text;
		CONFIG_ATTRIBUTE_LIST(X)
#undef X
	default:
		return unknown(type);
	}
}

const char *ts_type_name(uint8_t type)
{
	switch (type) {
#define X(number, name) \
	case number: \
		return #name;
		TS_TYPE_LIST(X)
#undef X
	default:
		return unknown(type);
	}
}

const char *cert_encoding_name(uint8_t encoding)
{
	switch (encoding) {
#define X(number, name, text) \
	case number: \
		return text;
		CERT_ENCODING_LIST(X)
#undef X
	default:
		return unknown(encoding);
	}
}

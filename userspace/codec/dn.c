// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A distinguished name as people read it (RFC 4514): what a peer calls itself
 * before its certificate is believed.
 */
#include <stdio.h>
#include <string.h>

#include "codec/identity.h"

#define DER_OID 0x06
#define DER_SEQUENCE 0x30
#define DER_SET 0x31
#define DER_STRING_FIRST 0x0c /* UTF8String; up to BMPString */
#define DER_STRING_LAST 0x1e
#define RDN_MAX 32

/* Short names of RFC 4519, and what routers have put into certificates. */
static const struct {
	const char *name, *oid;
	size_t len;
} attributes[] = {
#define X(name, oid) \
	{ \
		name, oid, sizeof(oid) - 1 \
	}
	X("cn", "\x55\x04\x03"),
	X("sn", "\x55\x04\x04"),
	X("serialNumber", "\x55\x04\x05"),
	X("c", "\x55\x04\x06"),
	X("l", "\x55\x04\x07"),
	X("st", "\x55\x04\x08"),
	X("street", "\x55\x04\x09"),
	X("o", "\x55\x04\x0a"),
	X("ou", "\x55\x04\x0b"),
	X("title", "\x55\x04\x0c"),
	X("e", "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"),
	X("unstructuredName", "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02"),
	X("unstructuredAddress", "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x08"),
	X("uid", "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"),
	X("dc", "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"),
#undef X
};

/* One element off @reader; lengths of more than two octets do not fit into an identity. */
static bool take(struct reader *reader, uint8_t *tag, struct bytes *value)
{
	uint8_t first, octet;
	size_t len;

	if (!reader_get_u8(reader, tag) || !reader_get_u8(reader, &first))
		return false;
	len = first;
	if (first & 0x80) {
		len = 0;
		if (first < 0x81 || first > 0x82)
			return false;
		for (int i = first & 0x7f; i; i--) {
			if (!reader_get_u8(reader, &octet))
				return false;
			len = len << 8 | octet;
		}
	}
	return reader_get_bytes(reader, len, value);
}

static bool take_a(struct reader *reader, uint8_t wanted, struct bytes *value)
{
	uint8_t tag;

	return take(reader, &tag, value) && tag == wanted;
}

/* struct line - text that is being put together; @full once something did not fit */
struct line {
	char *text;
	size_t size, used;
	bool full;
};

static void put(struct line *line, const char *text)
{
	size_t len = strlen(text);

	if (line->full || line->used + len >= line->size) {
		line->full = true;
		return;
	}
	memcpy(line->text + line->used, text, len + 1);
	line->used += len;
}

static void put_value(struct line *line, struct bytes value)
{
	char text[4];

	for (size_t i = 0; i < value.len; i++) {
		uint8_t octet = value.data[i];

		if (octet < 0x20 || octet > 0x7e)
			snprintf(text, sizeof(text), "\\%02x", octet);
		else if (strchr(",+\"\\<>;", octet))
			snprintf(text, sizeof(text), "\\%c", octet);
		else
			snprintf(text, sizeof(text), "%c", octet);
		put(line, text);
	}
}

static void put_oid(struct line *line, struct bytes oid)
{
	char text[24];
	uint64_t arc = 0;

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (bytes_equal(oid, bytes_of(attributes[i].oid, attributes[i].len))) {
			put(line, attributes[i].name);
			return;
		}
	for (size_t i = 0; i < oid.len; i++) {
		arc = arc << 7 | (oid.data[i] & 0x7f);
		if (oid.data[i] & 0x80)
			continue;
		if (!line->used || line->text[line->used - 1] == ',' ||
		    line->text[line->used - 1] == '+') {
			uint64_t root = arc < 80 ? arc / 40 : 2;

			snprintf(text, sizeof(text), "%u.%u", (unsigned int)root,
				 (unsigned int)(arc - 40 * root));
		} else {
			snprintf(text, sizeof(text), ".%llu", (unsigned long long)arc);
		}
		put(line, text);
		arc = 0;
	}
}

/* SET OF AttributeTypeAndValue: usually one, several are joined with "+". */
static bool put_rdn(struct line *line, struct bytes set)
{
	struct reader reader = reader_of(set);
	struct bytes pair, oid, value;
	bool first = true;
	uint8_t tag;

	while (reader_left(&reader)) {
		struct reader inner;

		if (!take_a(&reader, DER_SEQUENCE, &pair))
			return false;
		inner = reader_of(pair);
		if (!take_a(&inner, DER_OID, &oid) || !take(&inner, &tag, &value) ||
		    reader_left(&inner) || tag < DER_STRING_FIRST || tag > DER_STRING_LAST)
			return false;
		if (!first)
			put(line, "+");
		put_oid(line, oid);
		put(line, "=");
		put_value(line, value);
		first = false;
	}
	return !first;
}

bool dn_format(struct bytes der, char *text, size_t size)
{
	struct line line = { .text = text, .size = size };
	struct reader reader = reader_of(der);
	struct bytes sets[RDN_MAX], names;
	size_t count = 0;

	text[0] = '\0';
	if (!take_a(&reader, DER_SEQUENCE, &names) || reader_left(&reader))
		return false;
	reader = reader_of(names);
	while (reader_left(&reader)) {
		if (count == RDN_MAX || !take_a(&reader, DER_SET, &sets[count++]))
			return false;
	}
	if (!count)
		return false;
	/* The encoding begins with the country, the text with the host. */
	while (count--) {
		if (!put_rdn(&line, sets[count]))
			return false;
		if (count)
			put(&line, ",");
	}
	return !line.full;
}

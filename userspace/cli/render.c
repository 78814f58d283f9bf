// SPDX-License-Identifier: GPL-2.0-or-later
/* What the renderers share. */

#include <string.h>

#include "base/address.h"
#include "cli/render.h"

const json_t *field(const json_t *object, const char *name)
{
	return json_object_get(object, name);
}

const char *text_value(const json_t *value)
{
	return json_is_string(value) ? json_string_value(value) : "";
}

const char *text_or(const json_t *object, const char *name, const char *otherwise)
{
	const char *text = json_string_value(field(object, name));

	return text ? text : otherwise;
}

const char *text_of(const json_t *object, const char *name)
{
	return text_or(object, name, "");
}

json_int_t number_of(const json_t *object, const char *name)
{
	return json_integer_value(field(object, name));
}

bool is_true(const json_t *object, const char *name)
{
	return json_is_true(field(object, name));
}

const char *endpoint_address(const json_t *object, const char *name)
{
	return text_of(field(object, name), "address");
}

json_int_t endpoint_port(const json_t *object, const char *name)
{
	return number_of(field(object, name), "port");
}

/* The one prefix that is exactly @start to @end; false when there is none. */
static bool prefix_of_range(const struct address *start, const struct address *end,
			    struct prefix *prefix)
{
	uint8_t longest = start->family == AF_INET6 ? 128 : 32;
	struct address first, last;

	if (start->family != end->family)
		return false;
	prefix->address = *start;
	for (unsigned int length = 0; length <= longest; length++) {
		prefix->length = (uint8_t)length;
		first = prefix_first(prefix);
		last = prefix_last(prefix);
		if (address_equal(&first, start) && address_equal(&last, end))
			return true;
	}
	return false;
}

static bool everything(const struct prefix *prefix)
{
	return prefix->length == 0;
}

static bool read_selector(const json_t *selector, struct prefix *prefix)
{
	struct address start, end;

	return address_parse(text_of(selector, "start"), &start) &&
	       address_parse(text_of(selector, "end"), &end) &&
	       prefix_of_range(&start, &end, prefix);
}

/* "10.1.0.0/255.255.0.0", "2001:db8::/32", or both ends of what is no prefix. */
static void put_range(const json_t *selector, char *text, size_t size)
{
	char first_text[ADDRESS_TEXT], mask_text[ADDRESS_TEXT];
	const char *first;
	struct address mask;
	struct prefix prefix;

	if (!read_selector(selector, &prefix)) {
		snprintf(text, size, "%s-%s", text_of(selector, "start"), text_of(selector, "end"));
		return;
	}
	first = address_format(&prefix.address, first_text);
	mask = prefix_mask(&prefix);
	if (prefix.address.family == AF_INET)
		snprintf(text, size, "%s/%s", first, address_format(&mask, mask_text));
	else
		snprintf(text, size, "%s/%u", first, prefix.length);
}

const char *selector_ident(const json_t *selector, char text[SELECTOR_TEXT])
{
	json_int_t protocol = number_of(selector, "protocol");
	json_int_t low = number_of(selector, "start_port"), high = number_of(selector, "end_port");
	struct prefix prefix;
	size_t len;

	/* IOS writes a tunnel's own any/any with a protocol that no packet has. */
	if (protocol == 0 && read_selector(selector, &prefix) && everything(&prefix))
		protocol = 256;
	put_range(selector, text, SELECTOR_TEXT);
	len = strlen(text);
	if (low == high || (low == 0 && high == 65535))
		snprintf(text + len, SELECTOR_TEXT - len,
			 "/%" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT, protocol, low);
	else
		snprintf(text + len, SELECTOR_TEXT - len,
			 "/%" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT "-%" JSON_INTEGER_FORMAT,
			 protocol, low, high);
	return text;
}

const char *selector_range(const json_t *selector, char text[SELECTOR_TEXT])
{
	struct prefix prefix;

	if (read_selector(selector, &prefix) &&
	    prefix.length == (prefix.address.family == AF_INET ? 32 : 128))
		snprintf(text, SELECTOR_TEXT, "host %s", text_of(selector, "start"));
	else
		put_range(selector, text, SELECTOR_TEXT);
	return text;
}

const char *duration(json_int_t seconds, char text[DURATION_TEXT])
{
	long long days = seconds / 86400, rest = seconds % 86400;

	if (days)
		snprintf(text, DURATION_TEXT, "%lldd%02lldh", days, rest / 3600);
	else
		snprintf(text, DURATION_TEXT, "%02lld:%02lld:%02lld", rest / 3600, rest / 60 % 60,
			 rest % 60);
	return text;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Payloads that are lists: traffic selectors, configuration attributes and
 * SPIs to delete (RFC 7296 sections 3.11, 3.13 and 3.15).
 */
#include <errno.h>

#include "codec/bounds.h"
#include "codec/codec.h"
#include "codec/walk.h"

#define LIST_HEADER_SIZE 4
#define SELECTOR_HEADER_SIZE 4
#define CONFIG_ATTRIBUTE_HEADER_SIZE 4
#define CONFIG_ATTRIBUTE_TYPE 0x7fff

struct result walk_selector(struct reader *reader, struct selector_view *view)
{
	size_t left = reader_left(reader);

	if (!reader_get_u8(reader, &view->type) || !reader_get_u8(reader, &view->protocol) ||
	    !reader_get_u16(reader, &view->length))
		return out_of_bounds(BOUND_FIELD_HEADER_SHORT, left, SELECTOR_HEADER_SIZE,
				     "traffic selector");
	if (view->length < SELECTOR_HEADER_SIZE)
		return out_of_bounds(BOUND_FIELD_SHORT, view->length, SELECTOR_HEADER_SIZE,
				     "traffic selector");
	if (!reader_get_bytes(reader, view->length - SELECTOR_HEADER_SIZE, &view->body))
		return out_of_bounds(BOUND_FIELD_SHORT, left, view->length, "traffic selector");
	return RESULT_OK;
}

struct result walk_config_attribute(struct reader *reader, struct config_attribute *attribute)
{
	size_t left = reader_left(reader);
	uint16_t length;

	if (!reader_get_u16(reader, &attribute->type) || !reader_get_u16(reader, &length))
		return out_of_bounds(BOUND_FIELD_HEADER_SHORT, left, CONFIG_ATTRIBUTE_HEADER_SIZE,
				     "configuration attribute");
	attribute->type &= CONFIG_ATTRIBUTE_TYPE; /* the top bit is reserved */
	if (!reader_get_bytes(reader, length, &attribute->value))
		return out_of_bounds(BOUND_FIELD_SHORT, left - CONFIG_ATTRIBUTE_HEADER_SIZE, length,
				     "configuration attribute");
	return RESULT_OK;
}

/*
 * An address range without content matches nothing, so whoever sends one made
 * a mistake. The one inverted port range is OPAQUE (RFC 7296 section 3.13.1).
 */
static struct result check_range(const struct traffic_selector *selector)
{
	bool opaque = selector->start_port == UINT16_MAX && selector->end_port == 0;

	if (address_compare(&selector->start, &selector->end) > 0)
		return fail(-EPROTO,
			    "cannot accept TS payload: start address is above end address");
	if (selector->start_port > selector->end_port && !opaque)
		return fail(-EPROTO, "cannot accept TS payload: start port %u is above end port %u",
			    selector->start_port, selector->end_port);
	return RESULT_OK;
}

static struct result read_selector(const struct selector_view *view,
				   struct traffic_selector *selector)
{
	size_t size = view->type == TS_IPV4_ADDR_RANGE ? 4 : 16;
	size_t want = SELECTOR_HEADER_SIZE + 4 + 2 * size;
	struct reader reader = reader_of(view->body);
	struct bytes start, end;

	*selector = (struct traffic_selector){ .protocol = view->protocol };
	if (view->length != want || !reader_get_u16(&reader, &selector->start_port) ||
	    !reader_get_u16(&reader, &selector->end_port) ||
	    !reader_get_bytes(&reader, size, &start) || !reader_get_bytes(&reader, size, &end) ||
	    !address_from_bytes(start, &selector->start) ||
	    !address_from_bytes(end, &selector->end))
		return out_of_bounds(BOUND_FIELD_UNMATCHED, view->length, want, "traffic selector");
	return check_range(selector);
}

struct result ts_payload_parse(struct bytes body, struct traffic_selectors *selectors)
{
	struct reader reader = reader_of(body);
	struct bytes reserved;
	uint8_t count;

	selectors->count = 0;
	if (!reader_get_u8(&reader, &count) || !reader_get_bytes(&reader, 3, &reserved))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, body.len, LIST_HEADER_SIZE, "TS");
	if (!count)
		return out_of_bounds(BOUND_FIELD_SHORT, 0, 1, "number of traffic selectors");
	for (size_t i = 0; i < count; i++) {
		struct traffic_selector selector;
		struct selector_view view;
		struct result result = walk_selector(&reader, &view);

		if (failed(&result))
			return result;
		/* Other types narrow the answer to what is understood (RFC 7296 section 2.9). */
		if (view.type != TS_IPV4_ADDR_RANGE && view.type != TS_IPV6_ADDR_RANGE)
			continue;
		result = read_selector(&view, &selector);
		if (failed(&result))
			return result;
		/* So do those past the array's end. */
		if (selectors->count < TRAFFIC_SELECTORS_MAX)
			selectors->items[selectors->count++] = selector;
	}
	if (reader_left(&reader))
		note_extra_data(body.len, body.len - reader_left(&reader), "TS");
	return RESULT_OK;
}

struct result config_payload_parse(struct bytes body, struct config_payload *config)
{
	struct reader reader = reader_of(body);
	struct bytes reserved;

	config->count = 0;
	if (!reader_get_u8(&reader, &config->type) || !reader_get_bytes(&reader, 3, &reserved))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, body.len, LIST_HEADER_SIZE, "CFG");
	while (reader_left(&reader)) {
		struct config_attribute attribute;
		struct result result = walk_config_attribute(&reader, &attribute);

		if (failed(&result))
			return result;
		/* Those past the array's end are passed over, as unknown ones are. */
		if (config->count < CONFIG_ATTRIBUTES_MAX)
			config->attributes[config->count++] = attribute;
	}
	return RESULT_OK;
}

/* RFC 7296 section 3.11: no SPI for the IKE SA, 4 octets each for AH and ESP. */
struct result delete_payload_parse(struct bytes body, struct delete_payload *delete)
{
	struct reader reader = reader_of(body);
	size_t size;

	*delete = (struct delete_payload){ 0 };
	if (!reader_get_u8(&reader, &delete->protocol) ||
	    !reader_get_u8(&reader, &delete->spi_size) || !reader_get_u16(&reader, &delete->count))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, body.len, LIST_HEADER_SIZE, "DELETE");
	if (delete->protocol == PROTOCOL_IKE && delete->spi_size != 0)
		return out_of_bounds(BOUND_FIELD_UNMATCHED, delete->spi_size, 0, "SPI of DELETE");
	if ((delete->protocol == PROTOCOL_AH || delete->protocol == PROTOCOL_ESP) &&
	    delete->spi_size != 4)
		return out_of_bounds(BOUND_FIELD_UNMATCHED, delete->spi_size, 4, "SPI of DELETE");
	size = (size_t) delete->count * delete->spi_size;
	if (!reader_get_bytes(&reader, size, &delete->spis))
		return out_of_bounds(BOUND_FIELD_SHORT, body.len - LIST_HEADER_SIZE, size,
				     "SPIs of DELETE");
	if (reader_left(&reader))
		note_extra_data(body.len, LIST_HEADER_SIZE + size, "DELETE");
	return RESULT_OK;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CODEC_WALK_H
#define SEKI_CODEC_WALK_H

/*
 * The nested fields of the SA, TS and CFG payloads, one step at a time: bounds
 * only. The parsers give the views a meaning, the dump prints them as they
 * stand; so both see the same octets and refuse the same ones.
 */

#include "base/bytes.h"
#include "base/result.h"

/** struct proposal_view - RFC 7296 section 3.3.1; @last 0 or 2, the reader's end agreeing */
struct proposal_view {
	uint8_t last;
	uint8_t reserved;
	uint16_t length;
	uint8_t number;
	uint8_t protocol;
	uint8_t spi_size;
	uint8_t transforms;
	struct bytes spi;
	struct bytes body; /* the transforms */
};
struct result walk_proposal(struct reader *reader, struct proposal_view *view);

/** struct transform_view - RFC 7296 section 3.3.2; @last 0 or 3, the reader's end agreeing */
struct transform_view {
	uint8_t last;
	uint8_t reserved;
	uint16_t length;
	uint8_t type;
	uint8_t reserved2;
	uint16_t id;
	struct bytes attributes;
};
struct result walk_transform(struct reader *reader, struct transform_view *view);

/** struct attribute_view - RFC 7296 section 3.3.5: a TV attribute has @value and no @octets */
struct attribute_view {
	bool tv;
	uint16_t type;
	uint16_t value;
	struct bytes octets;
};
struct result walk_attribute(struct reader *reader, struct attribute_view *view);

/** struct selector_view - RFC 7296 section 3.13.1; @body after the length, size unchecked */
struct selector_view {
	uint8_t type;
	uint8_t protocol;
	uint16_t length;
	struct bytes body;
};
struct result walk_selector(struct reader *reader, struct selector_view *view);

/** walk_config_attribute() - RFC 7296 section 3.15.1 */
struct config_attribute;
struct result walk_config_attribute(struct reader *reader, struct config_attribute *attribute);

#endif

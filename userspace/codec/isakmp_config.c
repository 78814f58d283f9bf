// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The payload of mode config and XAUTH (draft-dukes-ike-mode-cfg section 3.2,
 * draft-beaulieu-ike-xauth section 6), and what Unity clients have in it.
 */
#include <errno.h>

#include "codec/bounds.h"
#include "codec/isakmp.h"
#include "codec/walk.h"

#define CONFIG_FIXED_SIZE 4
#define BASIC 0x8000 /* the attribute is of 16 bits (RFC 2408 section 3.3) */

struct result isakmp_config_parse(struct bytes body, struct isakmp_config *config)
{
	struct reader reader = reader_of(body);
	struct attribute_view view;
	uint8_t reserved;

	config->count = 0;
	if (!reader_get_u8(&reader, &config->type) || !reader_get_u8(&reader, &reserved) ||
	    !reader_get_u16(&reader, &config->identifier))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, body.len, CONFIG_FIXED_SIZE,
				     "transaction");
	if (config->type < ISAKMP_CONFIG_REQUEST || config->type > ISAKMP_CONFIG_ACK)
		return fail(-EPROTO, "cannot accept transaction payload: type %u is not known",
			    config->type);
	while (reader_left(&reader)) {
		struct result result = walk_attribute(&reader, &view);

		if (failed(&result))
			return result;
		if (config->count == ISAKMP_CONFIG_ATTRIBUTES_MAX)
			continue;
		config->attributes[config->count++] = (struct isakmp_config_attribute){
			.type = view.type,
			.basic = view.tv,
			.number = view.tv ? view.value : 0,
			.octets = view.tv ? bytes_of(NULL, 0) : view.octets,
		};
	}
	return RESULT_OK;
}

const struct isakmp_config_attribute *isakmp_config_find(const struct isakmp_config *config,
							 uint16_t type)
{
	for (size_t i = 0; i < config->count; i++)
		if (config->attributes[i].type == type)
			return &config->attributes[i];
	return NULL;
}

static void add(struct isakmp_config *config, struct isakmp_config_attribute attribute)
{
	if (config->count < ISAKMP_CONFIG_ATTRIBUTES_MAX)
		config->attributes[config->count++] = attribute;
}

void isakmp_config_add(struct isakmp_config *config, uint16_t type, struct bytes octets)
{
	add(config, (struct isakmp_config_attribute){ .type = type, .octets = octets });
}

void isakmp_config_add_number(struct isakmp_config *config, uint16_t type, uint16_t number)
{
	add(config,
	    (struct isakmp_config_attribute){ .type = type, .basic = true, .number = number });
}

void isakmp_put_config(struct writer *writer, const struct isakmp_config *config)
{
	size_t at = writer_open(writer, ISAKMP_PAYLOAD_CONFIG);
	struct buffer *buffer = &writer->buffer;

	buffer_put_u8(buffer, config->type);
	buffer_put_u8(buffer, 0);
	buffer_put_u16(buffer, config->identifier);
	for (size_t i = 0; i < config->count; i++) {
		const struct isakmp_config_attribute *attribute = &config->attributes[i];

		buffer_put_u16(buffer,
			       attribute->basic ? BASIC | attribute->type : attribute->type);
		buffer_put_u16(buffer, attribute->basic ? attribute->number :
							  (uint16_t)attribute->octets.len);
		buffer_put(buffer, attribute->octets);
	}
	writer_close(writer, at);
}

/* Address, mask, protocol and two ports: 14 octets. */
bool isakmp_split_take(struct reader *reader, struct isakmp_split_network *split)
{
	struct bytes address, mask;
	struct address first, second;

	if (!reader_get_bytes(reader, 4, &address) || !reader_get_bytes(reader, 4, &mask) ||
	    !reader_get_u16(reader, &split->protocol) ||
	    !reader_get_u16(reader, &split->source_port) ||
	    !reader_get_u16(reader, &split->destination_port) ||
	    !address_from_bytes(address, &first) || !address_from_bytes(mask, &second) ||
	    !prefix_from_mask(&first, &second, &split->network))
		return false;
	split->network.address = prefix_first(&split->network);
	return true;
}

void isakmp_split_put(struct buffer *buffer, const struct isakmp_split_network *split)
{
	struct address mask = prefix_mask(&split->network);

	buffer_put(buffer, address_bytes(&split->network.address));
	buffer_put(buffer, address_bytes(&mask));
	buffer_put_u16(buffer, split->protocol);
	buffer_put_u16(buffer, split->source_port);
	buffer_put_u16(buffer, split->destination_port);
}

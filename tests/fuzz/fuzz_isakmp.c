// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A datagram of IKEv1 from anybody, or what comes out of a decryption under a
 * wrong key: header, chain, every payload parser, names and the reading aloud. What
 * is read and written again must be read the same way.
 */
#include <stdlib.h>

#include "codec/isakmp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_line(void *context, const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text >= 0x7f)
			abort();
}

static void check(struct result result)
{
	if (failed(&result) != (result.why[0] != '\0'))
		abort();
}

static void check_sa(struct bytes body)
{
	static struct isakmp_sa sa, again;
	struct writer writer;
	struct result result = isakmp_sa_parse(body, &sa);

	check(result);
	if (failed(&result))
		return;
	for (size_t i = 0; i < sa.count; i++) {
		const struct isakmp_proposal *proposal = &sa.proposals[i];

		for (size_t k = 0; k < proposal->count; k++) {
			isakmp_attributes_read_aloud(proposal->protocol,
						     proposal->transforms[k].attributes, take_line,
						     NULL);
			take_line(NULL, isakmp_transform_id_name(proposal->protocol,
								 proposal->transforms[k].id));
		}
	}
	if (sa.count > 1 || sa.proposals[0].count != 1 || sa.proposals[0].transforms[0].unknown)
		return;
	/* One suite that we know: from its values alone comes the same suite. */
	sa.proposals[0].transforms[0].attributes = bytes_of(NULL, 0);
	writer_begin_chain(&writer);
	isakmp_put_sa(&writer, &sa);
	result = isakmp_sa_parse(bytes_of(writer.buffer.data + PAYLOAD_HEADER_SIZE,
					  writer.buffer.len - PAYLOAD_HEADER_SIZE),
				 &again);
	if (!failed(&result) &&
	    (again.proposals[0].transforms[0].encr != sa.proposals[0].transforms[0].encr ||
	     again.proposals[0].transforms[0].seconds != sa.proposals[0].transforms[0].seconds))
		abort();
	writer_free(&writer);
}

/* What is read and written again is read the same way. */
static void check_config(struct bytes body)
{
	static struct isakmp_config config, again;
	struct isakmp_split_network split;
	struct writer writer;
	struct result result = isakmp_config_parse(body, &config);

	check(result);
	if (failed(&result))
		return;
	take_line(NULL, isakmp_config_type_name(config.type));
	for (size_t i = 0; i < config.count; i++) {
		const struct isakmp_config_attribute *attribute = &config.attributes[i];
		struct reader reader = reader_of(attribute->octets);

		if (isakmp_config_attribute_name(attribute->type))
			take_line(NULL, isakmp_config_attribute_name(attribute->type));
		while (isakmp_split_take(&reader, &split))
			if (split.network.length > 32)
				abort();
	}
	writer_begin_chain(&writer);
	isakmp_put_config(&writer, &config);
	result = isakmp_config_parse(bytes_of(writer.buffer.data + PAYLOAD_HEADER_SIZE,
					      writer.buffer.len - PAYLOAD_HEADER_SIZE),
				     &again);
	if (!writer.overflow && (failed(&result) || again.count != config.count ||
				 again.identifier != config.identifier))
		abort();
	writer_free(&writer);
}

static void check_payload(struct bytes octets, const struct payload *payload)
{
	struct isakmp_notify_payload notify;
	struct isakmp_delete_payload delete;
	struct traffic_selector selector;
	struct identity identity;
	char text[IDENTITY_TEXT];
	struct isakmp_id id;
	struct result result;
	struct bytes nonce;
	uint8_t encoding;

	if (payload->offset + PAYLOAD_HEADER_SIZE + payload->body.len > octets.len)
		abort();
	take_line(NULL, isakmp_payload_name(payload->type));
	check_sa(payload->body);
	check_config(payload->body);
	check(isakmp_nonce_parse(payload->body, &nonce));
	check(cert_payload_parse(payload->body, &encoding, &nonce));
	check(isakmp_delete_parse(payload->body, &delete));
	result = isakmp_notify_parse(payload->body, &notify);
	check(result);
	if (!failed(&result))
		take_line(NULL, isakmp_notify_name(notify.type));
	result = isakmp_id_parse(payload->body, &id);
	check(result);
	if (failed(&result))
		return;
	if (isakmp_id_identity(&id, &identity))
		take_line(NULL, identity_format(&identity, text));
	if (isakmp_id_selector(&id, &selector) &&
	    address_compare(&selector.start, &selector.end) > 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes octets = bytes_of(data, size);
	static struct message message;

	check(isakmp_parse(octets, &message));
	for (size_t i = 0; i < message.count; i++)
		check_payload(octets, &message.payloads[i]);
	if (!size)
		return 0;
	/* The same as it would come out of a cipher: the first type, then the chain. */
	octets = bytes_of(data + 1, size - 1);
	check(isakmp_payloads_parse(data[0], octets, &message));
	for (size_t i = 0; i < message.count; i++)
		check_payload(octets, &message.payloads[i]);
	return 0;
}

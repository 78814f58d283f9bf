// SPDX-License-Identifier: GPL-2.0-or-later
#include "samples.h"

#include <stdlib.h>
#include <string.h>

#define SPI_I 0xf074d8bbd5a59f0bull
#define SPI_R 0xf94020dd8cb4b9c4ull

/* As much filler as a field needs. */
static struct bytes filler(size_t len)
{
	static uint8_t octets[512];

	memset(octets, 0xa5, sizeof(octets));
	return bytes_of(octets, len);
}

static void put_vendor_ids(struct writer *writer)
{
	put_vendor_id(writer, bytes_of_string("CISCO-DELETE-REASON"));
	put_vendor_id(writer, bytes_of_string("A CUSTOM VENDORID"));
}

static void put_nat_detection(struct writer *writer)
{
	put_notify(writer, NOTIFY_NAT_DETECTION_SOURCE_IP, filler(20));
	put_notify(writer, NOTIFY_NAT_DETECTION_DESTINATION_IP, filler(20));
}

static void put_window(struct writer *writer)
{
	static const uint8_t window[] = { 0, 0, 0, 5 };

	put_notify(writer, NOTIFY_SET_WINDOW_SIZE, BYTES(window));
}

static void put_esp_limits(struct writer *writer)
{
	put_notify(writer, NOTIFY_ESP_TFC_PADDING_NOT_SUPPORTED, filler(0));
	put_notify(writer, NOTIFY_NON_FIRST_FRAGMENTS_ALSO, filler(0));
}

static struct proposal_list ike_offer(void)
{
	struct proposal_list list = { .count = 1 };

	list.proposals[0] = (struct proposal){
		.number = 1, .protocol = PROTOCOL_IKE, .count = 5,
		.transforms = {
			{ .type = TRANSFORM_ENCR, .id = 3 },
			{ .type = TRANSFORM_ENCR, .id = 12, .key_bits = 128 },
			{ .type = TRANSFORM_PRF, .id = 2 },
			{ .type = TRANSFORM_INTEG, .id = 2 },
			{ .type = TRANSFORM_KE, .id = 2 },
		},
	};
	return list;
}

static struct proposal_list ike_choice(uint64_t spi)
{
	struct proposal_list list = { .count = 1 };

	list.proposals[0] = (struct proposal){
		.number = 1, .protocol = PROTOCOL_IKE, .count = 4,
		.spi_size = spi ? 8 : 0, .spi = spi,
		.transforms = {
			{ .type = TRANSFORM_ENCR, .id = 12, .key_bits = 128 },
			{ .type = TRANSFORM_PRF, .id = 2 },
			{ .type = TRANSFORM_INTEG, .id = 2 },
			{ .type = TRANSFORM_KE, .id = 2 },
		},
	};
	return list;
}

static void put_esp_sa(struct writer *writer, uint32_t spi)
{
	struct proposal_list list = { .count = 1 };

	list.proposals[0] = (struct proposal){
		.number = 1, .protocol = PROTOCOL_ESP, .count = 3, .spi_size = 4, .spi = spi,
		.transforms = {
			{ .type = TRANSFORM_ENCR, .id = 3 },
			{ .type = TRANSFORM_INTEG, .id = 2 },
			{ .type = TRANSFORM_ESN, .id = 0 },
		},
	};
	put_sa(writer, &list);
}

static void put_any_selectors(struct writer *writer)
{
	struct traffic_selectors any = { .count = 1 };

	any.items[0].end_port = 65535;
	any.items[0].start = address_of_ipv4(0);
	any.items[0].end = address_of_ipv4(0xffffffff);
	put_ts(writer, PAYLOAD_TSI, &any);
	put_ts(writer, PAYLOAD_TSR, &any);
}

static void put_address_id(struct writer *writer, uint8_t payload_type, uint32_t address)
{
	struct address ipv4 = address_of_ipv4(address);
	struct identity identity;

	identity_set_address(&identity, &ipv4);
	put_id(writer, payload_type, &identity);
}

static void init_request(struct writer *writer)
{
	struct proposal_list list = ike_offer();

	put_sa(writer, &list);
	put_ke(writer, 2, filler(128));
	put_nonce(writer, filler(20));
	put_vendor_ids(writer);
	put_nat_detection(writer);
}

static void init_response(struct writer *writer)
{
	struct proposal_list list = ike_choice(0);

	put_sa(writer, &list);
	put_ke(writer, 2, filler(128));
	put_nonce(writer, filler(20));
	put_vendor_ids(writer);
	put_nat_detection(writer);
	put_certreq(writer, CERT_HASH_AND_URL, filler(5 * 20));
	put_notify(writer, NOTIFY_HTTP_CERT_LOOKUP_SUPPORTED, filler(0));
}

static void auth_request(struct writer *writer)
{
	const struct config_attribute attributes[] = {
		{ CONFIG_INTERNAL_IP4_DNS, filler(0) },
		{ CONFIG_INTERNAL_IP4_DNS, filler(0) },
		{ CONFIG_INTERNAL_IP4_NBNS, filler(0) },
		{ CONFIG_INTERNAL_IP4_NBNS, filler(0) },
		{ CONFIG_INTERNAL_IP4_SUBNET, filler(0) },
		{ CONFIG_APPLICATION_VERSION, filler(257) },
		{ 28675, filler(0) },
		{ 28672, filler(0) },
		{ 28692, filler(0) },
		{ 28681, filler(0) },
		{ 28674, filler(0) },
	};

	put_vendor_id(writer, bytes_of_string("CISCO-GRANITE-00"));
	put_address_id(writer, PAYLOAD_IDI, 0x0a000001);
	put_auth(writer, AUTH_SHARED_KEY, filler(20));
	put_config(writer, CONFIG_REQUEST, attributes, sizeof(attributes) / sizeof(*attributes));
	put_esp_sa(writer, 0x9506d414);
	put_any_selectors(writer);
	put_notify(writer, NOTIFY_INITIAL_CONTACT, filler(0));
	put_window(writer);
	put_esp_limits(writer);
}

static void auth_response(struct writer *writer)
{
	put_vendor_id(writer, bytes_of_string("CISCO-GRANITE-00"));
	put_address_id(writer, PAYLOAD_IDR, 0x0a000002);
	put_auth(writer, AUTH_SHARED_KEY, filler(20));
	put_esp_sa(writer, 0xf6083add);
	put_any_selectors(writer);
	put_window(writer);
	put_esp_limits(writer);
}

void sample_ike_default(struct proposal *proposal)
{
	*proposal = (struct proposal){
		.number = 1, .protocol = PROTOCOL_IKE, .count = 15,
		.transforms = {
			{ .type = TRANSFORM_ENCR, .id = 12, .key_bits = 256 },
			{ .type = TRANSFORM_ENCR, .id = 12, .key_bits = 192 },
			{ .type = TRANSFORM_ENCR, .id = 12, .key_bits = 128 },
			{ .type = TRANSFORM_PRF, .id = 7 },
			{ .type = TRANSFORM_PRF, .id = 6 },
			{ .type = TRANSFORM_PRF, .id = 5 },
			{ .type = TRANSFORM_PRF, .id = 2 },
			{ .type = TRANSFORM_PRF, .id = 1 },
			{ .type = TRANSFORM_INTEG, .id = 14 },
			{ .type = TRANSFORM_INTEG, .id = 13 },
			{ .type = TRANSFORM_INTEG, .id = 12 },
			{ .type = TRANSFORM_INTEG, .id = 2 },
			{ .type = TRANSFORM_INTEG, .id = 1 },
			{ .type = TRANSFORM_KE, .id = 5 },
			{ .type = TRANSFORM_KE, .id = 2 },
		},
	};
}

static void rekey_request(struct writer *writer)
{
	struct proposal_list list = { .count = 1 };

	sample_ike_default(&list.proposals[0]);
	list.proposals[0].spi_size = 8;
	list.proposals[0].spi = 0x0c33db40dbaaade6ull;
	put_sa(writer, &list);
	put_nonce(writer, filler(20));
	put_ke(writer, 2, filler(128));
	put_window(writer);
}

static void rekey_response(struct writer *writer)
{
	struct proposal_list list = ike_choice(0xf14e2bba78024de3ull);

	put_sa(writer, &list);
	put_nonce(writer, filler(20));
	put_ke(writer, 2, filler(128));
	put_window(writer);
}

#define HEADER(kind, who, id) \
	{ \
		.spi_initiator = SPI_I, .spi_responder = SPI_R, .version = IKE_VERSION_2, \
		.exchange = EXCHANGE_##kind, .flags = who, .message_id = id \
	}
#define REQUEST IKE_FLAG_INITIATOR
#define RESPONSE IKE_FLAG_RESPONSE

const struct sample samples[] = {
	{ "B01 IKE_SA_INIT request",
	  { .spi_initiator = SPI_I,
	    .version = IKE_VERSION_2,
	    .exchange = EXCHANGE_IKE_SA_INIT,
	    .flags = REQUEST },
	  false,
	  init_request },
	{ "B02 IKE_SA_INIT response", HEADER(IKE_SA_INIT, RESPONSE, 0), false, init_response },
	{ "B14 IKE_AUTH request", HEADER(IKE_AUTH, REQUEST, 1), true, auth_request },
	{ "B15 IKE_AUTH response", HEADER(IKE_AUTH, RESPONSE, 1), true, auth_response },
	{ "B35 IKE rekey request", HEADER(CREATE_CHILD_SA, REQUEST, 3), true, rekey_request },
	{ "B35 IKE rekey response", HEADER(CREATE_CHILD_SA, RESPONSE, 3), true, rekey_response },
};
const size_t sample_count = sizeof(samples) / sizeof(*samples);

const struct sample *sample_find(const char *name)
{
	for (size_t i = 0; i < sample_count; i++)
		if (strcmp(samples[i].name, name) == 0)
			return &samples[i];
	abort();
}

struct bytes sample_encr_key(void)
{
	return filler(16);
}

struct bytes sample_integ_key(void)
{
	return filler(20);
}

struct sealer *sample_sealer(void)
{
	static const struct cipher_suite suite = { .encr = 12, .key_bits = 128, .integ = 2 };
	struct sealer *sealer = NULL;
	struct result result = sealer_new(&suite, sample_encr_key(), sample_integ_key(), &sealer);

	if (failed(&result))
		abort();
	return sealer;
}

void sample_encode(const struct sample *sample, struct sealer *sealer, struct buffer *out)
{
	struct result result = RESULT_OK;
	struct writer writer;

	if (sample->sealed)
		writer_begin_chain(&writer);
	else
		writer_begin(&writer, &sample->header);
	sample->build(&writer);
	if (sample->sealed)
		result = message_seal(&sample->header, &writer, sealer, out);
	else
		buffer_set(out, writer_finish(&writer));
	if (failed(&result))
		abort();
	writer_free(&writer);
}

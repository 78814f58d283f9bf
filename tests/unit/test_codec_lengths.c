// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Section 2A of the requirements: the S0 document prints the length of every
 * payload, and they add up. Our encoder must come to the same numbers, in the
 * payload order of rows B01, B02, B14, B15 and B35, with padding as IOS has it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Before cmocka.h, which has a fail() of its own. */
#include "../support/samples.h"

#include <cmocka.h>

struct part {
	uint8_t type;
	size_t length;
};

/* @sealed: length of the ENCR payload, 0 for a message in clear */
struct expected {
	const char *sample;
	size_t total, sealed;
	struct part parts[16];
};

#define VID PAYLOAD_VENDOR

static const struct expected vectors[] = {
	{ "B01 IKE_SA_INIT request",
	  344,
	  0,
	  { { PAYLOAD_SA, 56 },
	    { PAYLOAD_KE, 136 },
	    { PAYLOAD_NONCE, 24 },
	    { VID, 23 },
	    { VID, 21 },
	    { PAYLOAD_NOTIFY, 28 },
	    { PAYLOAD_NOTIFY, 28 } } },
	{ "B02 IKE_SA_INIT response",
	  449,
	  0,
	  { { PAYLOAD_SA, 48 },
	    { PAYLOAD_KE, 136 },
	    { PAYLOAD_NONCE, 24 },
	    { VID, 23 },
	    { VID, 21 },
	    { PAYLOAD_NOTIFY, 28 },
	    { PAYLOAD_NOTIFY, 28 },
	    { PAYLOAD_CERTREQ, 105 },
	    { PAYLOAD_NOTIFY, 8 } } },
	{ "B14 IKE_AUTH request",
	  556,
	  528,
	  { { VID, 20 },
	    { PAYLOAD_IDI, 12 },
	    { PAYLOAD_AUTH, 28 },
	    { PAYLOAD_CONFIG, 309 },
	    { PAYLOAD_SA, 40 },
	    { PAYLOAD_TSI, 24 },
	    { PAYLOAD_TSR, 24 },
	    { PAYLOAD_NOTIFY, 8 },
	    { PAYLOAD_NOTIFY, 12 },
	    { PAYLOAD_NOTIFY, 8 },
	    { PAYLOAD_NOTIFY, 8 } } },
	{ "B15 IKE_AUTH response",
	  252,
	  224,
	  { { VID, 20 },
	    { PAYLOAD_IDR, 12 },
	    { PAYLOAD_AUTH, 28 },
	    { PAYLOAD_SA, 40 },
	    { PAYLOAD_TSI, 24 },
	    { PAYLOAD_TSR, 24 },
	    { PAYLOAD_NOTIFY, 12 },
	    { PAYLOAD_NOTIFY, 8 },
	    { PAYLOAD_NOTIFY, 8 } } },
	{ "B35 IKE rekey request",
	  396,
	  368,
	  { { PAYLOAD_SA, 152 },
	    { PAYLOAD_NONCE, 24 },
	    { PAYLOAD_KE, 136 },
	    { PAYLOAD_NOTIFY, 12 } } },
	{ "B35 IKE rekey response",
	  300,
	  272,
	  { { PAYLOAD_SA, 56 },
	    { PAYLOAD_NONCE, 24 },
	    { PAYLOAD_KE, 136 },
	    { PAYLOAD_NOTIFY, 12 } } },
};

/* What a sample looks like to the one who receives it. */
struct received {
	struct buffer datagram, plain;
	struct message outer, inner;
	const struct message *message; /* the one with the payloads of interest */
};

static void receive(struct received *received, const char *name)
{
	const struct sample *sample = sample_find(name);
	struct sealer *sealer = sample_sealer();
	struct result result;

	*received = (struct received){ 0 };
	sample_encode(sample, sealer, &received->datagram);
	result = message_parse(buffer_bytes(&received->datagram), &received->outer);
	assert_string_equal(result.why, "");
	received->message = &received->outer;
	if (sample->sealed) {
		result = message_open(&received->outer, sealer, &received->plain, &received->inner);
		assert_string_equal(result.why, "");
		received->message = &received->inner;
	}
	sealer_free(sealer);
}

static void received_free(struct received *received)
{
	buffer_free(&received->datagram);
	buffer_free(&received->plain);
}

static void check_vector(void **state)
{
	const struct expected *expected = *state;
	size_t count = 0;
	struct received received;

	receive(&received, expected->sample);
	assert_int_equal(received.datagram.len, expected->total);
	assert_int_equal(received.outer.header.length, expected->total);
	if (expected->sealed) {
		assert_int_equal(received.outer.header.next_payload, PAYLOAD_ENCRYPTED);
		assert_int_equal(received.outer.count, 1);
		assert_int_equal(received.outer.payloads[0].next, expected->parts[0].type);
		assert_int_equal(received.outer.payloads[0].body.len + PAYLOAD_HEADER_SIZE,
				 expected->sealed);
	}
	for (; expected->parts[count].type; count++) {
		const struct payload *payload = &received.message->payloads[count];

		assert_true(count < received.message->count);
		assert_int_equal(payload->type, expected->parts[count].type);
		assert_int_equal(payload->body.len + PAYLOAD_HEADER_SIZE,
				 expected->parts[count].length);
		assert_false(payload->critical);
	}
	assert_int_equal(received.message->count, count);
	received_free(&received);
}

static struct proposal first_proposal(const struct received *received)
{
	static struct proposal_list list;
	const struct payload *sa = message_get(received->message, PAYLOAD_SA);
	struct result result;

	assert_non_null(sa);
	result = sa_payload_parse(sa->body, &list);
	assert_string_equal(result.why, "");
	assert_int_equal(list.count, 1);
	return list.proposals[0];
}

static void assert_transforms(const struct proposal *got, const struct transform *want,
			      size_t count)
{
	assert_int_equal(got->count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(got->transforms[i].type, want[i].type);
		assert_int_equal(got->transforms[i].id, want[i].id);
		assert_int_equal(got->transforms[i].key_bits, want[i].key_bits);
		assert_false(got->transforms[i].unknown);
	}
}

static void b06_several_transforms_of_a_type(void **state)
{
	static const struct transform want[] = {
		{ .type = TRANSFORM_ENCR, .id = 3 },
		{ .type = TRANSFORM_ENCR, .id = 12, .key_bits = 128 },
		{ .type = TRANSFORM_PRF, .id = 2 },
		{ .type = TRANSFORM_INTEG, .id = 2 },
		{ .type = TRANSFORM_KE, .id = 2 },
	};
	struct received received;
	struct proposal proposal;

	receive(&received, "B01 IKE_SA_INIT request");
	proposal = first_proposal(&received);
	assert_int_equal(proposal.protocol, PROTOCOL_IKE);
	assert_int_equal(proposal.spi_size, 0);
	assert_transforms(&proposal, want, 5);
	received_free(&received);
}

static void b07_choice_has_one_of_each_type(void **state)
{
	static const struct transform want[] = {
		{ .type = TRANSFORM_ENCR, .id = 12, .key_bits = 128 },
		{ .type = TRANSFORM_PRF, .id = 2 },
		{ .type = TRANSFORM_INTEG, .id = 2 },
		{ .type = TRANSFORM_KE, .id = 2 },
	};
	struct received received;
	struct proposal proposal;

	receive(&received, "B02 IKE_SA_INIT response");
	proposal = first_proposal(&received);
	assert_transforms(&proposal, want, 4);
	received_free(&received);
}

/* The 152 octets of the rekey request are the daemon's own default proposal with an SPI. */
static void b09_default_proposal(void **state)
{
	struct proposal ours = { 0 }, got;
	struct received received;

	receive(&received, "B35 IKE rekey request");
	got = first_proposal(&received);
	assert_int_equal(got.spi_size, 8);
	assert_true(got.spi == 0x0c33db40dbaaade6ull);
	proposal_ios_default(&ours);
	assert_transforms(&got, ours.transforms, ours.count);
	assert_int_equal(ours.count, 15);
	received_free(&received);
}

static void b17_config_request(void **state)
{
	static const struct {
		uint16_t type;
		size_t len;
	} want[] = {
		{ CONFIG_INTERNAL_IP4_DNS, 0 },
		{ CONFIG_INTERNAL_IP4_DNS, 0 },
		{ CONFIG_INTERNAL_IP4_NBNS, 0 },
		{ CONFIG_INTERNAL_IP4_NBNS, 0 },
		{ CONFIG_INTERNAL_IP4_SUBNET, 0 },
		{ CONFIG_APPLICATION_VERSION, 257 },
		{ 28675, 0 },
		{ 28672, 0 },
		{ 28692, 0 },
		{ 28681, 0 },
		{ 28674, 0 },
	};
	struct config_payload config;
	struct received received;
	struct result result;

	receive(&received, "B14 IKE_AUTH request");
	result = config_payload_parse(message_get(received.message, PAYLOAD_CONFIG)->body, &config);
	assert_string_equal(result.why, "");
	assert_int_equal(config.type, CONFIG_REQUEST);
	assert_int_equal(config.count, sizeof(want) / sizeof(*want));
	for (size_t i = 0; i < config.count; i++) {
		assert_int_equal(config.attributes[i].type, want[i].type);
		assert_int_equal(config.attributes[i].value.len, want[i].len);
	}
	received_free(&received);
}

static void b19_esp_proposal(void **state)
{
	static const struct transform want[] = {
		{ .type = TRANSFORM_ENCR, .id = 3 },
		{ .type = TRANSFORM_INTEG, .id = 2 },
		{ .type = TRANSFORM_ESN, .id = 0 },
	};
	struct received received;
	struct proposal proposal;

	receive(&received, "B14 IKE_AUTH request");
	proposal = first_proposal(&received);
	assert_int_equal(proposal.protocol, PROTOCOL_ESP);
	assert_int_equal(proposal.spi_size, 4);
	assert_true(proposal.spi == 0x9506d414);
	assert_transforms(&proposal, want, 3);
	assert_null(proposal_get(&proposal, TRANSFORM_KE));
	received_free(&received);
}

static void b20_selectors(void **state)
{
	static const uint8_t types[] = { PAYLOAD_TSI, PAYLOAD_TSR };
	struct received received;

	receive(&received, "B15 IKE_AUTH response");
	for (size_t i = 0; i < 2; i++) {
		const struct payload *payload = message_get(received.message, types[i]);
		struct traffic_selectors selectors;
		struct result result = ts_payload_parse(payload->body, &selectors);

		assert_string_equal(result.why, "");
		assert_int_equal(payload->body.data[4], TS_IPV4_ADDR_RANGE);
		assert_int_equal(selectors.count, 1);
		assert_int_equal(selectors.items[0].protocol, 0);
		assert_int_equal(selectors.items[0].start_port, 0);
		assert_int_equal(selectors.items[0].end_port, 65535);
		assert_true(address_ipv4(&selectors.items[0].start) == 0);
		assert_true(address_ipv4(&selectors.items[0].end) == 0xffffffff);
	}
	received_free(&received);
}

/* 493 octets need 2 of padding, 176 need 15: never a block more than that. */
static void padding_is_the_least(void **state)
{
	struct ike_header header = { .version = IKE_VERSION_2, .exchange = EXCHANGE_INFORMATIONAL };
	struct sealer *sealer = sample_sealer();

	for (size_t len = 0; len <= 48; len++) {
		struct buffer out = { 0 }, plain = { 0 };
		struct message message, inner;
		struct writer chain;
		struct result result;
		uint8_t zeros[48] = { 0 };

		writer_begin_chain(&chain);
		put_vendor_id(&chain, bytes_of(zeros, len));
		result = message_seal(&header, &chain, sealer, &out);
		assert_string_equal(result.why, "");
		assert_int_equal(out.len, 28 + 4 + 16 + (4 + len + 1 + 15) / 16 * 16 + 12);
		result = message_parse(buffer_bytes(&out), &message);
		assert_string_equal(result.why, "");
		result = message_open(&message, sealer, &plain, &inner);
		assert_string_equal(result.why, "");
		assert_int_equal(inner.count, 1);
		assert_int_equal(inner.payloads[0].body.len, len);
		writer_free(&chain);
		buffer_free(&out);
		buffer_free(&plain);
	}
	sealer_free(sealer);
}

static int start(void **state)
{
	struct result result = cryptox_start(true);

	return result.code;
}

static int stop(void **state)
{
	cryptox_stop();
	return 0;
}

#define VECTOR(index, title) \
	{ \
		title, check_vector, NULL, NULL, (void *)(uintptr_t)&vectors[index] \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VECTOR(0, "B01: IKE_SA_INIT request is 344 octets"),
		VECTOR(1, "B02: IKE_SA_INIT response is 449 octets"),
		VECTOR(2, "B14: IKE_AUTH request is 28 + 528 octets"),
		VECTOR(3, "B15: IKE_AUTH response is 28 + 224 octets"),
		VECTOR(4, "B35: IKE rekey request is 28 + 368 octets"),
		VECTOR(5, "B35: IKE rekey response is 28 + 272 octets"),
		cmocka_unit_test(b06_several_transforms_of_a_type),
		cmocka_unit_test(b07_choice_has_one_of_each_type),
		cmocka_unit_test(b09_default_proposal),
		cmocka_unit_test(b17_config_request),
		cmocka_unit_test(b19_esp_proposal),
		cmocka_unit_test(b20_selectors),
		cmocka_unit_test(padding_is_the_least),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

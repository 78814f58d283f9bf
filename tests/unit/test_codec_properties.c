// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Properties over many inputs: what a writer puts, its parser gets; whatever is
 * cut or changed is either read or refused with a sentence, and never more than
 * the octets that are there (AddressSanitizer watches: each input is a heap
 * block of exactly its size).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a fail() of its own. */
#include "../support/reencode.h"
#include "../support/samples.h"

#include <cmocka.h>

#define ROUNDS 500

/* xorshift64: the same numbers in every run */
static uint64_t random_state;

static uint32_t roll(uint32_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 32) % below;
}

static struct bytes roll_bytes(size_t len)
{
	static uint8_t pool[4][1024];
	static unsigned int turn;
	uint8_t *octets = pool[turn++ % 4];

	for (size_t i = 0; i < len; i++)
		octets[i] = (uint8_t)roll(256);
	return bytes_of(octets, len);
}

/* The only payload of a chain, as a reader gets it. */
static struct bytes single_body(struct writer *writer, uint8_t type)
{
	static struct message message;
	struct result result =
		payloads_parse(writer->first, buffer_bytes(&writer->buffer), &message);

	assert_string_equal(result.why, "");
	assert_int_equal(message.count, 1);
	assert_int_equal(message.payloads[0].type, type);
	return message.payloads[0].body;
}

static struct proposal roll_proposal(uint8_t number)
{
	static const uint8_t sizes[][2] = {
		{ PROTOCOL_IKE, 0 }, { PROTOCOL_IKE, 8 }, { PROTOCOL_AH, 4 }, { PROTOCOL_ESP, 4 }
	};
	const uint8_t *kind = sizes[roll(4)];
	struct proposal proposal = { .number = number, .protocol = kind[0], .spi_size = kind[1] };

	for (size_t i = 0; i < kind[1]; i++)
		proposal.spi = proposal.spi << 8 | roll(256);
	proposal.count = (uint8_t)(1 + roll(PROPOSAL_TRANSFORMS_MAX));
	for (size_t i = 0; i < proposal.count; i++)
		proposal.transforms[i] = (struct transform){
			.type = (uint8_t)(1 + roll(TRANSFORM_TYPE_MAX)),
			.id = (uint16_t)roll(65536),
			.key_bits = roll(2) ? (uint16_t)roll(65536) : 0,
		};
	return proposal;
}

static void sa_round_trip(void **state)
{
	static struct proposal_list in, out;

	for (size_t round = 0; round < ROUNDS; round++) {
		struct writer writer;
		struct result result;

		in.count = (uint8_t)(1 + roll(PROPOSAL_LIST_MAX));
		for (size_t i = 0; i < in.count; i++)
			in.proposals[i] = roll_proposal((uint8_t)(i + 1));
		writer_begin_chain(&writer);
		put_sa(&writer, &in);
		result = sa_payload_parse(single_body(&writer, PAYLOAD_SA), &out);
		assert_string_equal(result.why, "");
		assert_int_equal(out.count, in.count);
		for (size_t i = 0; i < in.count; i++) {
			const struct proposal *a = &in.proposals[i], *b = &out.proposals[i];

			assert_int_equal(a->number, b->number);
			assert_int_equal(a->protocol, b->protocol);
			assert_int_equal(a->spi_size, b->spi_size);
			assert_true(a->spi == b->spi);
			assert_int_equal(a->count, b->count);
			for (size_t t = 0; t < a->count; t++) {
				assert_int_equal(a->transforms[t].type, b->transforms[t].type);
				assert_int_equal(a->transforms[t].id, b->transforms[t].id);
				assert_int_equal(a->transforms[t].key_bits,
						 b->transforms[t].key_bits);
				assert_false(b->transforms[t].unknown);
			}
		}
		writer_free(&writer);
	}
}

static void simple_round_trips(void **state)
{
	for (size_t round = 0; round < ROUNDS; round++) {
		struct bytes value = roll_bytes(1 + roll(600)), body, out;
		struct bytes nonce = roll_bytes(16 + roll(241));
		uint16_t number = (uint16_t)roll(65536);
		struct auth_payload auth;
		struct ke_payload ke;
		struct writer writer;
		uint8_t encoding;

		writer_begin_chain(&writer);
		put_ke(&writer, number, value);
		body = single_body(&writer, PAYLOAD_KE);
		assert_int_equal(ke_payload_parse(body, &ke).code, 0);
		assert_int_equal(ke.group, number);
		assert_true(bytes_equal(ke.value, value));
		writer_free(&writer);

		writer_begin_chain(&writer);
		put_nonce(&writer, nonce);
		body = single_body(&writer, PAYLOAD_NONCE);
		assert_int_equal(nonce_payload_parse(body, &out).code, 0);
		assert_true(bytes_equal(out, nonce));
		writer_free(&writer);

		writer_begin_chain(&writer);
		put_auth(&writer, (uint8_t)number, value);
		body = single_body(&writer, PAYLOAD_AUTH);
		assert_int_equal(auth_payload_parse(body, &auth).code, 0);
		assert_int_equal(auth.method, (uint8_t)number);
		assert_true(bytes_equal(auth.data, value));
		writer_free(&writer);

		writer_begin_chain(&writer);
		put_certreq(&writer, (uint8_t)number, value);
		body = single_body(&writer, PAYLOAD_CERTREQ);
		assert_int_equal(cert_payload_parse(body, &encoding, &out).code, 0);
		assert_int_equal(encoding, (uint8_t)number);
		assert_true(bytes_equal(out, value));
		writer_free(&writer);

		writer_begin_chain(&writer);
		put_vendor_id(&writer, value);
		assert_true(bytes_equal(single_body(&writer, PAYLOAD_VENDOR), value));
		writer_free(&writer);
	}
}

static void notify_round_trip(void **state)
{
	for (size_t round = 0; round < ROUNDS; round++) {
		struct bytes spi = roll_bytes(4 * roll(3)), data = roll_bytes(roll(300));
		uint16_t type = (uint16_t)roll(65536);
		uint8_t protocol = (uint8_t)roll(4);
		struct notify_payload notify;
		struct message message;
		struct writer writer;
		struct result result;

		writer_begin_chain(&writer);
		put_notify_spi(&writer, type, protocol, spi, data);
		put_notify(&writer, (uint16_t)(type ^ 1), data);
		result = payloads_parse(writer.first, buffer_bytes(&writer.buffer), &message);
		assert_string_equal(result.why, "");
		assert_true(message_get_notify(&message, type, &notify));
		assert_int_equal(notify.protocol, protocol);
		assert_true(bytes_equal(notify.spi, spi));
		assert_true(bytes_equal(notify.data, data));
		assert_true(message_get_notify(&message, (uint16_t)(type ^ 1), &notify));
		assert_int_equal(notify.protocol, PROTOCOL_NONE);
		assert_int_equal(notify.spi.len, 0);
		assert_int_equal(message_get_error(&message, &notify), type < 16384);
		writer_free(&writer);
	}
}

static void id_round_trip(void **state)
{
	static const uint8_t types[] = { ID_IPV4_ADDR, ID_IPV6_ADDR,   ID_FQDN, ID_RFC822_ADDR,
					 ID_KEY_ID,    ID_DER_ASN1_DN, 200 };

	for (size_t round = 0; round < ROUNDS; round++) {
		uint8_t type = types[roll(sizeof(types))];
		size_t len = type == ID_IPV4_ADDR ? 4 :
			     type == ID_IPV6_ADDR ? 16 :
						    1 + roll(IDENTITY_MAX);
		struct identity in, out;
		char text[IDENTITY_TEXT];
		struct writer writer;
		struct result result;

		assert_true(identity_set(&in, type, roll_bytes(len)));
		writer_begin_chain(&writer);
		put_id(&writer, PAYLOAD_IDR, &in);
		result = id_payload_parse(single_body(&writer, PAYLOAD_IDR), &out);
		assert_string_equal(result.why, "");
		assert_int_equal(in.type, out.type);
		assert_true(bytes_equal(identity_bytes(&in), identity_bytes(&out)));
		assert_true(identity_equal(&in, &out));
		for (const char *c = identity_format(&out, text); *c; c++)
			assert_true(*c >= 0x20 && *c < 0x7f);
		writer_free(&writer);
	}
}

static void delete_round_trip(void **state)
{
	for (size_t round = 0; round < ROUNDS; round++) {
		uint32_t spis[300];
		size_t count = roll(301);
		struct delete_payload delete;
		struct writer writer;
		struct result result;
		struct reader reader;

		for (size_t i = 0; i < count; i++)
			spis[i] = roll(UINT32_MAX);
		writer_begin_chain(&writer);
		put_delete_child(&writer, PROTOCOL_ESP, spis, count);
		result = delete_payload_parse(single_body(&writer, PAYLOAD_DELETE), &delete);
		assert_string_equal(result.why, "");
		assert_int_equal(delete.protocol, PROTOCOL_ESP);
		assert_int_equal(delete.count, count);
		reader = reader_of(delete.spis);
		for (size_t i = 0; i < count; i++) {
			uint32_t spi;

			assert_true(reader_get_u32(&reader, &spi));
			assert_true(spi == spis[i]);
		}
		assert_int_equal(reader_left(&reader), 0);
		writer_free(&writer);
	}
}

static struct traffic_selector roll_selector(void)
{
	struct traffic_selector selector = { .protocol = (uint8_t)roll(256) };
	size_t size = roll(2) ? 4 : 16;

	assert_true(address_from_bytes(roll_bytes(size), &selector.start));
	assert_true(address_from_bytes(roll_bytes(size), &selector.end));
	if (address_compare(&selector.start, &selector.end) > 0) {
		struct address swap = selector.start;

		selector.start = selector.end;
		selector.end = swap;
	}
	selector.start_port = (uint16_t)roll(65536);
	selector.end_port = (uint16_t)(selector.start_port + roll(65536u - selector.start_port));
	return selector;
}

static void ts_round_trip(void **state)
{
	for (size_t round = 0; round < ROUNDS; round++) {
		struct traffic_selectors in, out;
		struct writer writer;
		struct result result;

		in.count = (uint8_t)(1 + roll(TRAFFIC_SELECTORS_MAX));
		for (size_t i = 0; i < in.count; i++)
			in.items[i] = roll_selector();
		writer_begin_chain(&writer);
		put_ts(&writer, PAYLOAD_TSI, &in);
		result = ts_payload_parse(single_body(&writer, PAYLOAD_TSI), &out);
		assert_string_equal(result.why, "");
		assert_int_equal(out.count, in.count);
		for (size_t i = 0; i < in.count; i++) {
			assert_int_equal(in.items[i].protocol, out.items[i].protocol);
			assert_int_equal(in.items[i].start_port, out.items[i].start_port);
			assert_int_equal(in.items[i].end_port, out.items[i].end_port);
			assert_true(address_equal(&in.items[i].start, &out.items[i].start));
			assert_true(address_equal(&in.items[i].end, &out.items[i].end));
		}
		writer_free(&writer);
	}
}

static void config_round_trip(void **state)
{
	static struct config_payload out;

	for (size_t round = 0; round < ROUNDS; round++) {
		struct config_attribute in[CONFIG_ATTRIBUTES_MAX];
		size_t count = roll(CONFIG_ATTRIBUTES_MAX + 1);
		struct bytes value = roll_bytes(1024);
		struct writer writer;
		struct result result;

		for (size_t i = 0; i < count; i++)
			in[i] = (struct config_attribute){ (uint16_t)roll(32768),
							   bytes_of(value.data, roll(500)) };
		writer_begin_chain(&writer);
		put_config(&writer, CONFIG_REPLY, in, count);
		result = config_payload_parse(single_body(&writer, PAYLOAD_CONFIG), &out);
		assert_string_equal(result.why, "");
		assert_int_equal(out.type, CONFIG_REPLY);
		assert_int_equal(out.count, count);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(out.attributes[i].type, in[i].type);
			assert_true(bytes_equal(out.attributes[i].value, in[i].value));
		}
		writer_free(&writer);
	}
}

static void ignore_line(void *context, const char *text)
{
	assert_non_null(text);
}

/*
 * Reads @octets from a block of exactly their size, as deep as it goes. False
 * when any layer refused, which it must then explain.
 */
static bool read_all(struct bytes octets, bool chain, uint8_t first)
{
	uint8_t *block = malloc(octets.len ? octets.len : 1);
	struct message message = { 0 };
	struct writer writer;
	struct result result;

	assert_non_null(block);
	if (octets.len)
		memcpy(block, octets.data, octets.len);
	octets.data = block;
	result = chain ? payloads_parse(first, octets, &message) : message_parse(octets, &message);
	writer_begin_chain(&writer);
	if (!failed(&result)) {
		message_dump(&message, ignore_line, NULL);
		result = reencode_chain(&writer, &message);
	}
	assert_int_equal(failed(&result), result.why[0] != '\0');
	writer_free(&writer);
	free(block);
	return !failed(&result);
}

/* The octets of each sample that a parser gets: the message, or what is inside it. */
static void sample_octets(const struct sample *sample, struct buffer *out, uint8_t *first)
{
	struct writer writer;

	writer_begin_chain(&writer);
	if (!sample->sealed)
		writer_begin(&writer, &sample->header);
	sample->build(&writer);
	buffer_set(out, sample->sealed ? buffer_bytes(&writer.buffer) : writer_finish(&writer));
	*first = writer.first;
	writer_free(&writer);
}

static void every_truncation(void **state)
{
	for (size_t i = 0; i < sample_count; i++) {
		bool chain = samples[i].sealed;
		struct buffer octets = { 0 };
		uint8_t first;

		sample_octets(&samples[i], &octets, &first);
		assert_true(read_all(buffer_bytes(&octets), chain, first));
		for (size_t len = 0; len < octets.len; len++)
			assert_false(read_all(bytes_of(octets.data, len), chain, first));
		buffer_free(&octets);
	}
}

/* With the header's length made to fit, so that the chain and the payloads must notice. */
static void every_truncation_with_fitting_header(void **state)
{
	for (size_t i = 0; i < 2; i++) {
		struct buffer octets = { 0 };
		uint8_t first;

		sample_octets(&samples[i], &octets, &first);
		assert_false(samples[i].sealed);
		for (size_t len = octets.len - 1; len >= IKE_HEADER_SIZE; len--) {
			buffer_set_u32(&octets, 24, (uint32_t)len);
			assert_false(read_all(bytes_of(octets.data, len), false, 0));
		}
		buffer_free(&octets);
	}
}

/* The places of the generic headers' length fields, and the IKE header's. */
static void length_fields_changed(void **state)
{
	static const uint16_t values[] = { 0, 1, 3, 4, 5, 7, 8, 9, 0x7fff, 0x8000, 0xfffe, 0xffff };

	for (size_t i = 0; i < sample_count; i++) {
		bool chain = samples[i].sealed;
		struct buffer octets = { 0 };
		struct message message;
		struct result result;
		uint8_t first;

		sample_octets(&samples[i], &octets, &first);
		result = chain ? payloads_parse(first, buffer_bytes(&octets), &message) :
				 message_parse(buffer_bytes(&octets), &message);
		assert_string_equal(result.why, "");
		for (size_t p = 0; p < message.count; p++) {
			size_t at = message.payloads[p].offset + 2;
			uint16_t right = (uint16_t)(message.payloads[p].body.len + 4);

			for (size_t v = 0; v < sizeof(values) / sizeof(*values); v++) {
				if (values[v] == right)
					continue;
				buffer_set_u16(&octets, at, values[v]);
				assert_false(read_all(buffer_bytes(&octets), chain, first));
			}
			/* Off by one either way: the next header is read out of step. */
			buffer_set_u16(&octets, at, (uint16_t)(right - 1));
			read_all(buffer_bytes(&octets), chain, first);
			buffer_set_u16(&octets, at, (uint16_t)(right + 1));
			read_all(buffer_bytes(&octets), chain, first);
			buffer_set_u16(&octets, at, right);
		}
		buffer_free(&octets);
	}
}

/* Every octet with every bit flipped, then random damage: read or refused, nothing else. */
static void every_bit_flipped(void **state)
{
	for (size_t i = 0; i < sample_count; i++) {
		struct buffer octets = { 0 };
		uint8_t first;

		sample_octets(&samples[i], &octets, &first);
		for (size_t bit = 0; bit < 8 * octets.len; bit++) {
			octets.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			read_all(buffer_bytes(&octets), samples[i].sealed, first);
			octets.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t round = 0; round < ROUNDS; round++) {
			struct buffer damaged = { 0 };

			buffer_set(&damaged, buffer_bytes(&octets));
			for (uint32_t n = 1 + roll(8); n > 0; n--)
				damaged.data[roll((uint32_t)damaged.len)] = (uint8_t)roll(256);
			read_all(buffer_bytes(&damaged), samples[i].sealed, first);
			buffer_free(&damaged);
		}
		buffer_free(&octets);
	}
}

static int seed(void **state)
{
	random_state = 0x9e3779b97f4a7c15ull;
	return 0;
}

#define PROPERTY(test) cmocka_unit_test_setup(test, seed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROPERTY(sa_round_trip),
		PROPERTY(simple_round_trips),
		PROPERTY(notify_round_trip),
		PROPERTY(id_round_trip),
		PROPERTY(delete_round_trip),
		PROPERTY(ts_round_trip),
		PROPERTY(config_round_trip),
		PROPERTY(every_truncation),
		PROPERTY(every_truncation_with_fitting_header),
		PROPERTY(length_fields_changed),
		PROPERTY(every_bit_flipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

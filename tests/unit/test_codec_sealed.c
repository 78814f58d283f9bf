// SPDX-License-Identifier: GPL-2.0-or-later
/* The encrypted payload: every suite there and back, and each way to be wrong. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a fail() of its own. */
#include "../support/samples.h"

#include <cmocka.h>

static const struct ike_header header = {
	.spi_initiator = 0x1111111111111111ull,
	.spi_responder = 0x2222222222222222ull,
	.version = IKE_VERSION_2,
	.exchange = EXCHANGE_INFORMATIONAL,
	.flags = IKE_FLAG_INITIATOR,
	.message_id = 7,
};

static const uint8_t key_octets[64] =
	"a key that protects nothing but what this test makes up itself";

static struct sealer *new_sealer(const struct cipher_suite *suite)
{
	struct sealer *sealer = NULL;
	struct result result =
		sealer_new(suite, bytes_of(key_octets, encr_key_size(suite->encr, suite->key_bits)),
			   bytes_of(key_octets, integ_key_size(suite->integ)), &sealer);

	assert_string_equal(result.why, "");
	return sealer;
}

static struct result open_octets(struct bytes octets, struct sealer *sealer, struct message *inner)
{
	struct buffer plain = { 0 };
	struct message message;
	struct result result = message_parse(octets, &message);

	assert_string_equal(result.why, "");
	result = message_open(&message, sealer, &plain, inner);
	buffer_free(&plain);
	return result;
}

static void every_suite(void **state)
{
	static const struct cipher_suite suites[] = {
		{ 3, 0, 1 },	 { 3, 0, 2 },	  { 12, 128, 2 }, { 12, 192, 12 }, { 12, 256, 13 },
		{ 12, 256, 14 }, { 13, 128, 12 }, { 14, 128, 0 }, { 15, 192, 0 },  { 16, 256, 0 },
		{ 18, 128, 0 },	 { 19, 192, 0 },  { 20, 256, 0 }, { 28, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(suites) / sizeof(*suites); i++) {
		const struct cipher_suite *suite = &suites[i];
		struct sealer *sealer = new_sealer(suite);
		struct buffer out = { 0 }, plain = { 0 };
		struct message message, inner;
		struct writer chain;
		struct result result;
		size_t fixed = 32 + encr_iv_size(suite->encr) + suite_icv_size(suite);

		writer_begin_chain(&chain);
		put_delete_ike(&chain);
		result = message_seal(&header, &chain, sealer, &out);
		assert_string_equal(result.why, "");
		assert_int_equal((out.len - fixed) % encr_block_size(suite->encr), 0);
		assert_in_range(out.len - fixed, 9, 8 + encr_block_size(suite->encr));
		result = message_parse(buffer_bytes(&out), &message);
		assert_string_equal(result.why, "");
		assert_int_equal(message.header.next_payload, PAYLOAD_ENCRYPTED);
		assert_int_equal(message.header.message_id, 7);
		result = message_open(&message, sealer, &plain, &inner);
		assert_string_equal(result.why, "");
		assert_int_equal(inner.header.message_id, 7);
		assert_int_equal(inner.count, 1);
		assert_int_equal(inner.payloads[0].type, PAYLOAD_DELETE);
		assert_true(bytes_equal(inner.octets, buffer_bytes(&chain.buffer)));
		writer_free(&chain);
		buffer_free(&out);
		buffer_free(&plain);
		sealer_free(sealer);
	}
}

/* A liveness check: nothing inside but the pad length. */
static void empty_chain(void **state)
{
	struct sealer *sealer = sample_sealer();
	struct message message, inner;
	struct buffer out = { 0 };
	struct writer chain;
	struct result result;

	writer_begin_chain(&chain);
	result = message_seal(&header, &chain, sealer, &out);
	assert_string_equal(result.why, "");
	assert_int_equal(out.len, 28 + 4 + 16 + 16 + 12);
	result = message_parse(buffer_bytes(&out), &message);
	assert_int_equal(message.payloads[0].next, PAYLOAD_NONE);
	result = open_octets(buffer_bytes(&out), sealer, &inner);
	assert_string_equal(result.why, "");
	assert_int_equal(inner.count, 0);
	buffer_free(&out);
	sealer_free(sealer);
}

/* Header, generic header, IV, ciphertext and ICV: no octet can change unseen. */
static void every_octet_is_authentic(void **state)
{
	static const struct cipher_suite suites[] = { { 12, 128, 2 }, { 20, 128, 0 } };

	for (size_t i = 0; i < 2; i++) {
		struct sealer *sealer = new_sealer(&suites[i]);
		struct buffer out = { 0 };
		struct writer chain;
		struct result result;

		writer_begin_chain(&chain);
		put_delete_ike(&chain);
		result = message_seal(&header, &chain, sealer, &out);
		assert_string_equal(result.why, "");
		for (size_t at = 0; at < out.len; at++) {
			struct buffer plain = { 0 };
			struct message message, inner;

			out.data[at] ^= 0x01;
			result = message_parse(buffer_bytes(&out), &message);
			if (!failed(&result)) {
				result = message_open(&message, sealer, &plain, &inner);
				assert_int_equal(result.code, -EBADMSG);
				assert_int_equal(plain.len, 0);
			}
			assert_true(failed(&result));
			out.data[at] ^= 0x01;
			buffer_free(&plain);
		}
		writer_free(&chain);
		buffer_free(&out);
		sealer_free(sealer);
	}
}

/* A message with one SK payload of @body. */
static struct bytes outer(struct writer *writer, struct bytes body)
{
	writer_begin(writer, &header);
	put_raw_payload(writer, PAYLOAD_ENCRYPTED, body);
	return writer_finish(writer);
}

static void sizes_before_the_key(void **state)
{
	static const uint8_t zeros[64];
	static const struct {
		size_t len;
		const char *why;
	} cases[] = {
		{ 0, "payload size is not enough 0/44 in ENCR" },
		{ 43, "payload size is not enough 43/44 in ENCR" },
		{ 45, "payload size unmatched 45/44 in ENCR" },
		{ 44, "authentication is wrong" },
	};
	struct sealer *sealer = sample_sealer();
	struct message inner;
	struct writer writer;
	struct result result;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		result = open_octets(outer(&writer, bytes_of(zeros, cases[i].len)), sealer, &inner);
		assert_string_equal(result.why, cases[i].why);
		assert_int_equal(result.code, -EBADMSG);
		writer_free(&writer);
	}
	writer_begin(&writer, &header);
	put_notify(&writer, NOTIFY_COOKIE, (struct bytes){ 0 });
	result = open_octets(writer_finish(&writer), sealer, &inner);
	assert_string_equal(result.why, "not contained ENCR payload");
	assert_int_equal(result.code, -EBADMSG);
	writer_free(&writer);
	sealer_free(sealer);
}

/* What a peer with the right key, but wrong code, could send. */
static struct result open_sealed(uint8_t first, struct bytes plain, struct message *inner)
{
	struct sealer *sealer = sample_sealer();
	size_t length = IKE_HEADER_SIZE + PAYLOAD_HEADER_SIZE + 16 + plain.len + 12;
	struct buffer out = { 0 };
	struct writer writer;
	struct result result;
	size_t at;

	writer_begin(&writer, &header);
	at = writer_open(&writer, PAYLOAD_ENCRYPTED);
	writer.buffer.data[at] = first;
	buffer_set_u16(&writer.buffer, at + 2, (uint16_t)(length - IKE_HEADER_SIZE));
	buffer_set_u32(&writer.buffer, 24, (uint32_t)length);
	buffer_set(&out, buffer_bytes(&writer.buffer));
	result = sealer_seal(sealer, buffer_bytes(&writer.buffer), plain, &out);
	assert_string_equal(result.why, "");
	result = open_octets(buffer_bytes(&out), sealer, inner);
	buffer_free(&out);
	writer_free(&writer);
	sealer_free(sealer);
	return result;
}

static void what_is_inside(void **state)
{
	static const uint8_t notify[8] = { 0, 0, 0, 8, 0, 0, 0x40, 0 };
	uint8_t plain[32] = { 0 };
	struct message inner;
	struct result result;

	memcpy(plain, notify, sizeof(notify));
	plain[31] = 23;
	result = open_sealed(PAYLOAD_NOTIFY, BYTES(plain), &inner);
	assert_string_equal(result.why, "");
	assert_int_equal(inner.count, 1);

	/* The padding may have any content and more octets than needed. */
	memset(plain + 8, 0xee, 23);
	result = open_sealed(PAYLOAD_NOTIFY, BYTES(plain), &inner);
	assert_string_equal(result.why, "");

	plain[31] = 32;
	result = open_sealed(PAYLOAD_NOTIFY, BYTES(plain), &inner);
	assert_string_equal(result.why, "field size is not enough 31/32 in padding");
	assert_int_equal(result.code, -EPROTO);

	plain[31] = 31;
	result = open_sealed(PAYLOAD_NOTIFY, BYTES(plain), &inner);
	assert_string_equal(result.why, "payload header size is not enough 0/4");
	result = open_sealed(PAYLOAD_NONE, BYTES(plain), &inner);
	assert_string_equal(result.why, "");
	assert_int_equal(inner.count, 0);

	plain[31] = 24;
	result = open_sealed(PAYLOAD_NOTIFY, BYTES(plain), &inner);
	assert_string_equal(result.why, "payload size is not enough 7/8 in NOTIFY");
	assert_int_equal(result.code, -EPROTO);

	plain[31] = 23;
	result = open_sealed(PAYLOAD_ENCRYPTED, BYTES(plain), &inner);
	assert_string_equal(result.why, "encrypted payload already exists");
}

/* RFC 5282 section 5.1: payloads before the encrypted one are associated data too. */
static void payload_before_is_associated(void **state)
{
	static const struct cipher_suite suite = { 20, 256, 0 };
	uint8_t plain[9] = { 0, 0, 0, 8, 0, 0, 0x40, 0, 0 };
	struct sealer *sealer = new_sealer(&suite);
	struct buffer out = { 0 };
	struct message inner;
	struct writer writer;
	struct result result;
	size_t at;

	writer_begin(&writer, &header);
	put_vendor_id(&writer, bytes_of_string("in clear"));
	at = writer_open(&writer, PAYLOAD_ENCRYPTED);
	writer.buffer.data[at] = PAYLOAD_NOTIFY;
	buffer_set_u16(&writer.buffer, at + 2, 4 + 8 + 9 + 16);
	buffer_set_u32(&writer.buffer, 24, 28 + 12 + 4 + 8 + 9 + 16);
	buffer_set(&out, buffer_bytes(&writer.buffer));
	result = sealer_seal(sealer, buffer_bytes(&writer.buffer), BYTES(plain), &out);
	assert_string_equal(result.why, "");
	result = open_octets(buffer_bytes(&out), sealer, &inner);
	assert_string_equal(result.why, "");
	assert_int_equal(inner.payloads[0].type, PAYLOAD_NOTIFY);
	out.data[34] ^= 1; /* of the vendor ID */
	result = open_octets(buffer_bytes(&out), sealer, &inner);
	assert_int_equal(result.code, -EBADMSG);
	buffer_free(&out);
	writer_free(&writer);
	sealer_free(sealer);
}

static void too_long(void **state)
{
	static const uint8_t zeros[65535];
	struct sealer *sealer = sample_sealer();
	struct buffer out = { 0 };
	struct writer writer;
	struct result result;

	writer_begin_chain(&writer);
	put_vendor_id(&writer, bytes_of(zeros, 65000));
	put_vendor_id(&writer, bytes_of(zeros, 600));
	result = message_seal(&header, &writer, sealer, &out);
	assert_int_equal(result.code, -EMSGSIZE);
	assert_int_equal(out.len, 0);
	writer_free(&writer);

	/* One payload that its own length field cannot count. */
	writer_begin(&writer, &header);
	put_vendor_id(&writer, bytes_of(zeros, 65532));
	assert_int_equal(writer_finish(&writer).len, 0);
	writer_free(&writer);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_suite),
		cmocka_unit_test(empty_chain),
		cmocka_unit_test(every_octet_is_authentic),
		cmocka_unit_test(sizes_before_the_key),
		cmocka_unit_test(what_is_inside),
		cmocka_unit_test(payload_before_is_associated),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

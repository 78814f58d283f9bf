// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The wire format of IKEv1: octets whose meaning the documents print, every
 * bound with the sentence that names it, and writers whose output is read back.
 * Rows A11, A16, E05, E07, E12, E16, E18, F05, F06, L19.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/isakmp.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

static struct buffer from_hex(const char *hex)
{
	struct buffer out = { 0 };
	unsigned int octet;

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		assert_int_equal(sscanf(hex++, "%2x", &octet), 1);
		buffer_put_u8(&out, (uint8_t)octet);
	}
	return out;
}

struct lines {
	char text[1024];
};

static void take_line(void *context, const char *text)
{
	struct lines *lines = context;

	strcat(lines->text, text);
	strcat(lines->text, "\n");
}

/* S3: what "Checking ISAKMP transform 1 against priority 1 policy" reads aloud */
static const char phase_1_octets[] = "00000001 00000001" /* DOI, situation */
				     "00000030 01010001" /* proposal 1, ISAKMP, 1 transform */
				     "00000028 01010000" /* transform 1, KEY_IKE */
				     "80010007 800e0080 80020002 80040001 80030001"
				     "800b0001 000c0004 00015180";

static void phase_1_as_printed(void **state)
{
	static struct isakmp_sa sa;
	struct buffer octets = from_hex(phase_1_octets);
	struct result result = isakmp_sa_parse(buffer_bytes(&octets), &sa);
	const struct isakmp_transform *transform = &sa.proposals[0].transforms[0];
	struct lines lines = {};
	struct writer writer;

	assert_string_equal(result.why, "");
	assert_int_equal(sa.count, 1);
	assert_int_equal(sa.proposals[0].count, 1);
	assert_int_equal(transform->encr, ENCR_AES_CBC);
	assert_int_equal(transform->key_bits, 128);
	assert_int_equal(transform->prf, PRF_HMAC_SHA1);
	assert_int_equal(transform->group, KE_MODP_768);
	assert_int_equal(transform->auth, ISAKMP_AUTH_PRE_SHARED);
	assert_int_equal(transform->seconds, 86400);
	assert_false(transform->unknown);
	isakmp_attributes_read_aloud(ISAKMP_PROTOCOL_ISAKMP, transform->attributes, take_line,
				     &lines);
	assert_string_equal(lines.text, "encryption AES-CBC\n"
					"keylength of 128\n"
					"hash SHA\n"
					"default group 1\n"
					"auth pre-share\n"
					"life type in seconds\n"
					"life duration (VPI) of 0x0 0x1 0x51 0x80\n");
	/* From the values alone the same octets come. */
	sa.proposals[0].transforms[0].attributes = bytes_of(NULL, 0);
	writer_begin_chain(&writer);
	isakmp_put_sa(&writer, &sa);
	assert_int_equal(writer.buffer.len, octets.len + PAYLOAD_HEADER_SIZE);
	assert_memory_equal(writer.buffer.data + PAYLOAD_HEADER_SIZE, octets.data, octets.len);
	writer_free(&writer);
	buffer_free(&octets);
}

/* S1 and S3: AH and ESP of one proposal number, with lifetimes in both units */
static const char phase_2_octets[] =
	"00000001 00000001"
	"02000030 01020401 00c22209"
	"00000024 01030000 80040001 80010001 80020e10 80010002 00020004 00465000 80050002"
	"00000034 01030401 0b9d0109"
	"00000028 010c0000 80040001 80010001 80020e10 80010002 00020004 00465000 80050002 80060080";

static void phase_2_as_printed(void **state)
{
	static struct isakmp_sa sa;
	struct buffer octets = from_hex(phase_2_octets);
	struct result result = isakmp_sa_parse(buffer_bytes(&octets), &sa);
	struct lines lines = {};
	struct writer writer;

	assert_string_equal(result.why, "");
	assert_int_equal(sa.count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct isakmp_proposal *proposal = &sa.proposals[i];
		const struct isakmp_transform *transform = &proposal->transforms[0];

		assert_int_equal(proposal->number, 1);
		assert_int_equal(proposal->protocol, i ? PROTOCOL_ESP : PROTOCOL_AH);
		assert_int_equal(proposal->spi, i ? 0x0b9d0109 : 0x00c22209);
		assert_int_equal(transform->integ, INTEG_HMAC_SHA1_96);
		assert_int_equal(transform->encr, i ? ENCR_AES_CBC : 0);
		assert_int_equal(transform->seconds, 3600);
		assert_int_equal(transform->kilobytes, 4608000);
		assert_int_equal(transform->mode, ISAKMP_ENCAPSULATION_TUNNEL);
		assert_false(transform->unknown);
	}
	assert_string_equal(isakmp_transform_id_name(PROTOCOL_AH, sa.proposals[0].transforms[0].id),
			    "AH_SHA_HMAC");
	assert_string_equal(isakmp_transform_id_name(PROTOCOL_ESP,
						     sa.proposals[1].transforms[0].id),
			    "ESP_AES");
	isakmp_attributes_read_aloud(PROTOCOL_ESP, sa.proposals[1].transforms[0].attributes,
				     take_line, &lines);
	assert_string_equal(lines.text, "encaps is 1 (Tunnel)\n"
					"SA life type in seconds\n"
					"SA life duration (basic) of 3600\n"
					"SA life type in kilobytes\n"
					"SA life duration (VPI) of 0x0 0x46 0x50 0x0\n"
					"authenticator is HMAC-SHA\n"
					"key length is 128\n");
	for (size_t i = 0; i < 2; i++)
		sa.proposals[i].transforms[0].attributes = bytes_of(NULL, 0);
	writer_begin_chain(&writer);
	isakmp_put_sa(&writer, &sa);
	assert_int_equal(writer.buffer.len, octets.len + PAYLOAD_HEADER_SIZE);
	assert_memory_equal(writer.buffer.data + PAYLOAD_HEADER_SIZE, octets.data, octets.len);
	writer_free(&writer);
	buffer_free(&octets);
}

/* Each is one transform of phase 1 with something in it that we cannot agree to. */
static void unknown_values_are_marked(void **state)
{
	static const char *const attributes[] = {
		"80010002", /* IDEA */
		"80010007", /* AES without a key length */
		"80010005 800e0080", /* 3DES with one */
		"80020003", /* Tiger */
		"800d0001", /* a PRF of its own */
		"00040004 00010002", /* a group beyond 16 bits */
		"800b0003 800c0e10", /* a lifetime in an unknown unit */
		"800c0e10", /* a duration without a unit */
		"80640001", /* an attribute that nobody knows */
	};
	static struct isakmp_sa sa;

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		struct buffer body = { 0 }, octets = from_hex(attributes[i]);
		struct result result;

		buffer_put_u64(&body, 0x0000000100000001);
		buffer_put_u32(&body, (uint32_t)octets.len + 16);
		buffer_put_u32(&body, 0x01010001);
		buffer_put_u32(&body, (uint32_t)octets.len + 8);
		buffer_put_u32(&body, 0x01010000);
		buffer_put(&body, buffer_bytes(&octets));
		result = isakmp_sa_parse(buffer_bytes(&body), &sa);
		assert_string_equal(result.why, "");
		assert_int_equal(sa.proposals[0].count, 1);
		assert_true(sa.proposals[0].transforms[0].unknown);
		buffer_free(&body);
		buffer_free(&octets);
	}
}

struct refusal {
	const char *hex, *why;
};

static void sa_refusals(void **state)
{
	static const struct refusal refusals[] = {
		{ "000000", "payload size is not enough 3/8 in SA" },
		{ "00000002 00000001 00000008 01010000",
		  "cannot accept SA payload: DOI 2 is not IPsec" },
		{ "00000001 00000002 00000008 01010000",
		  "cannot accept SA payload: situation 0x2" },
		{ "00000001 00000001", "field header size is not enough 0/8 in proposal" },
		{ "00000001 00000001 00000007 01010001",
		  "field size is not enough 7/8 in proposal" },
		{ "00000001 00000001 00000014 01010001 00000008 01010000",
		  "field size is not enough 16/20 in proposal" },
		{ "00000001 00000001 01000010 01010001 00000008 01010000",
		  "cannot accept SA payload: last proposal: 0x1" },
		{ "00000001 00000001 02000010 01010001 00000008 01010000",
		  "field header size is not enough 0/8 in proposal" },
		{ "00000001 00000001 00000010 01010002 00000008 01010000",
		  "field size unmatched 1/2 in transforms of proposal" },
		{ "00000001 00000001 00000012 01030201 00000000 0008010c 0000",
		  "field size unmatched 2/4 in SPI of proposal" },
		{ "00000001 00000001 00000010 01031001 00000008 01010000",
		  "field size is not enough 8/16 in SPI of proposal" },
		{ "00000001 00000001 00000010 01010001 00000009 01010000",
		  "field size is not enough 8/9 in transform" },
		{ "00000001 00000001 00000012 01010001 0000000a 01010000 8001",
		  "field header size is not enough 2/4 in transform attribute" },
		{ "00000001 00000001 00000014 01010001 0000000c 01010000 00010004",
		  "field size is not enough 0/4 in transform attribute" },
	};
	static struct isakmp_sa sa;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct buffer octets = from_hex(refusals[i].hex);
		struct result result = isakmp_sa_parse(buffer_bytes(&octets), &sa);

		assert_string_equal(result.why, refusals[i].why);
		buffer_free(&octets);
	}
}

#define COOKIES "f074d8bbd5a59f0b 0000000000000000"

static void message_refusals(void **state)
{
	static const struct refusal refusals[] = {
		{ "f074d8bb", "IKE header size is not enough 4/28" },
		{ COOKIES "0d100200 00000000 0000001b", "message size is not enough 27/28" },
		{ COOKIES "0d100200 00000000 00000024 00000004", "message size unmatched 32/36" },
		{ COOKIES "0d100200 00000000 0000001e 0000",
		  "payload header size is not enough 2/4" },
		{ COOKIES "0d100200 00000000 00000020 00000003",
		  "too few payload length 3/4 in vendor id" },
		{ COOKIES "0d100200 00000000 00000020 00000005",
		  "payload size is not enough 4/5 in vendor id" },
		{ COOKIES "05100200 00000000 00000020 00010004",
		  "reserved not zero on ID payload!" },
		{ COOKIES "0e100200 00000000 00000020 21000004", "payload type 33 is not known" },
		{ COOKIES "0d100200 00000000 00000024 00000004 00000000",
		  "payload size unmatched 36/32 in payload chain" },
	};

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct buffer octets = from_hex(refusals[i].hex);
		static struct message message;
		struct result result = isakmp_parse(buffer_bytes(&octets), &message);

		assert_string_equal(result.why, refusals[i].why);
		buffer_free(&octets);
	}
}

static void payload_refusals(void **state)
{
	static const struct refusal ids[] = {
		{ "0111", "payload size is not enough 2/4 in ID" },
		{ "011101f4", "field size is not enough 0/4 in ID" },
		{ "011101f4 c00101", "field size unmatched 3/4 in ID" },
		{ "04000000 c0010100 ffffff", "field size unmatched 7/8 in ID" },
		{ "02000000", "field size is not enough 0/1 in ID" },
	};
	static const struct refusal notifies[] = {
		{ "00000001 0110", "payload size is not enough 6/8 in NOTIFY" },
		{ "00000005 01000010", "cannot accept NOTIFY payload: DOI 5 is not IPsec" },
		{ "00000001 01110010", "field size unmatched 17/16 in SPI of NOTIFY" },
		{ "00000001 03046002 0102", "field size is not enough 2/4 in SPI of NOTIFY" },
	};
	static const struct refusal deletes[] = {
		{ "00000001 03", "payload size is not enough 5/8 in DELETE" },
		{ "00000001 03080001 0102030405060708",
		  "field size unmatched 8/4 in SPI of DELETE" },
		{ "00000001 01040001 01020304", "field size unmatched 4/16 in SPI of DELETE" },
		{ "00000001 03040002 01020304", "field size unmatched 4/8 in SPIs of DELETE" },
		{ "00000001 03040000", "field size unmatched 0/0 in SPIs of DELETE" },
	};
	static const struct refusal nonces[] = {
		{ "01020304050607", "field size is not enough 7/8 in nonce" },
	};
	struct isakmp_notify_payload notify;
	struct isakmp_delete_payload delete;
	struct isakmp_id id;
	struct bytes nonce;

#define CHECK(list, call) \
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) { \
		struct buffer octets = from_hex(list[i].hex); \
		struct result result = call; \
\
		assert_string_equal(result.why, list[i].why); \
		buffer_free(&octets); \
	}
	CHECK(ids, isakmp_id_parse(buffer_bytes(&octets), &id))
	CHECK(notifies, isakmp_notify_parse(buffer_bytes(&octets), &notify))
	CHECK(deletes, isakmp_delete_parse(buffer_bytes(&octets), &delete))
	CHECK(nonces, isakmp_nonce_parse(buffer_bytes(&octets), &nonce))
#undef CHECK
}

/* A network, a host, a range, one port: as selectors there and back */
static void selectors_round_trip(void **state)
{
	static const struct {
		const char *first, *last;
		uint8_t protocol, type;
		uint16_t port;
	} cases[] = {
		{ "192.168.3.0", "192.168.3.255", 0, ISAKMP_ID_IPV4_SUBNET, 0 },
		{ "0.0.0.0", "255.255.255.255", 0, ISAKMP_ID_IPV4_SUBNET, 0 },
		{ "50.50.50.5", "50.50.50.5", 6, ID_IPV4_ADDR, 80 },
		{ "10.0.0.1", "10.0.0.9", 17, ISAKMP_ID_IPV4_RANGE, 0 },
		{ "2001:db8::", "2001:db8::ffff", 0, ISAKMP_ID_IPV6_SUBNET, 0 },
		{ "2001:db8::1", "2001:db8::1", 0, ID_IPV6_ADDR, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct traffic_selector in = {
			.protocol = cases[i].protocol,
			.start_port = cases[i].port,
			.end_port = cases[i].port ? cases[i].port : 65535,
		};
		struct traffic_selector out;
		struct buffer body = { 0 };
		struct isakmp_id id, read;
		struct result result;
		uint8_t storage[32];

		assert_true(address_parse(cases[i].first, &in.start));
		assert_true(address_parse(cases[i].last, &in.end));
		id = isakmp_id_of_selector(&in, storage);
		assert_int_equal(id.type, cases[i].type);
		isakmp_id_body(&id, &body);
		result = isakmp_id_parse(buffer_bytes(&body), &read);
		assert_string_equal(result.why, "");
		assert_true(isakmp_id_selector(&read, &out));
		assert_true(address_equal(&in.start, &out.start));
		assert_true(address_equal(&in.end, &out.end));
		assert_int_equal(in.start_port, out.start_port);
		assert_int_equal(in.end_port, out.end_port);
		assert_int_equal(in.protocol, out.protocol);
		buffer_free(&body);
	}
}

static void names_are_no_selectors(void **state)
{
	struct traffic_selector selector;
	struct isakmp_id id = { .type = ID_FQDN, .data = bytes_of_string("r1.example") };
	struct identity identity;

	assert_false(isakmp_id_selector(&id, &selector));
	assert_true(isakmp_id_identity(&id, &identity));
	id.type = ISAKMP_ID_IPV4_SUBNET;
	id.data = bytes_of("\x0a\0\0\0\xff\0\xff\0", 8); /* a mask with a hole */
	assert_false(isakmp_id_selector(&id, &selector));
	assert_false(isakmp_id_identity(&id, &identity));
}

/* What follows the last payload of a decrypted message is padding, and no part of a hash. */
static void padding_is_left_out(void **state)
{
	struct buffer plain = from_hex("00000008 01020304 00000000 00000000 0000000a");
	static struct message message;
	struct result result =
		isakmp_payloads_parse(ISAKMP_PAYLOAD_HASH, buffer_bytes(&plain), &message);

	assert_string_equal(result.why, "");
	assert_int_equal(message.count, 1);
	assert_int_equal(message.octets.len, 8);
	buffer_free(&plain);
}

static void notify_and_delete(void **state)
{
	static const uint8_t spi[] = { 1, 2, 3, 4 };
	struct isakmp_notify_payload notify;
	struct isakmp_delete_payload delete;
	static struct message message;
	struct writer writer;
	struct result result;

	writer_begin_chain(&writer);
	isakmp_put_notify(&writer, ISAKMP_NOTIFY_RESPONDER_LIFETIME, PROTOCOL_ESP, BYTES(spi),
			  bytes_of("\x80\x01\0\x01", 4));
	isakmp_put_delete(&writer, PROTOCOL_ESP, BYTES(spi));
	result = isakmp_payloads_parse(writer.first, buffer_bytes(&writer.buffer), &message);
	assert_string_equal(result.why, "");
	assert_int_equal(message.count, 2);
	result = isakmp_notify_parse(message.payloads[0].body, &notify);
	assert_string_equal(result.why, "");
	assert_int_equal(notify.type, ISAKMP_NOTIFY_RESPONDER_LIFETIME);
	assert_int_equal(notify.spi.len, 4);
	assert_int_equal(notify.data.len, 4);
	result = isakmp_delete_parse(message.payloads[1].body, &delete);
	assert_string_equal(result.why, "");
	assert_int_equal(delete.count, 1);
	assert_memory_equal(delete.spis.data, spi, 4);
	writer_free(&writer);
}

/* Whatever is cut or changed is read or refused with a sentence (AddressSanitizer watches). */
static void damage(void **state)
{
	static const char *const samples[] = { phase_1_octets, phase_2_octets };
	static struct isakmp_sa sa;

	for (size_t s = 0; s < 2; s++) {
		struct buffer octets = from_hex(samples[s]);

		for (size_t i = 0; i < octets.len; i++) {
			for (unsigned int value = 0; value < 256; value += 5) {
				uint8_t *copy = malloc(octets.len);
				struct result result;

				memcpy(copy, octets.data, octets.len);
				copy[i] = (uint8_t)value;
				result = isakmp_sa_parse(bytes_of(copy, octets.len), &sa);
				assert_int_equal(failed(&result), result.why[0] != '\0');
				result = isakmp_sa_parse(bytes_of(copy, i), &sa);
				assert_true(failed(&result));
				free(copy);
			}
		}
		buffer_free(&octets);
	}
}

/* F05, F06: what a Unity client's server answers, octet by octet */
static void config_as_printed(void **state)
{
	static const char hex[] = "02001234" /* REPLY, identifier */
				  "00010004 c0a800de" /* address */
				  "0005000400015179" /* 86393 seconds */
				  "f0010000" /* do not save the password */
				  "70020009 636973636f2e636f6d" /* domain */
				  "7004001c c0a80000ffffff00 000000000000"
				  "0a000001ff000000 0006 0000 01bb"
				  "70ff0001aa"; /* nobody knows what */
	struct buffer octets = from_hex(hex);
	static struct isakmp_config config;
	struct isakmp_split_network split;
	struct writer writer;
	struct reader reader;
	struct result result = isakmp_config_parse(buffer_bytes(&octets), &config);

	assert_string_equal(result.why, "");
	assert_int_equal(config.type, ISAKMP_CONFIG_REPLY);
	assert_int_equal(config.identifier, 0x1234);
	assert_int_equal(config.count, 6);
	assert_true(config.attributes[2].basic);
	assert_int_equal(config.attributes[2].type, ISAKMP_CONFIG_SAVE_PASSWORD);
	assert_int_equal(config.attributes[2].number, 0);
	assert_ptr_equal(isakmp_config_find(&config, ISAKMP_CONFIG_DEFAULT_DOMAIN),
			 &config.attributes[3]);
	assert_null(isakmp_config_find(&config, ISAKMP_CONFIG_BANNER));
	assert_string_equal(isakmp_config_attribute_name(ISAKMP_CONFIG_XAUTH_USER_NAME),
			    "XAUTH_USER_NAME_V2");
	assert_null(isakmp_config_attribute_name(0x70ff));
	reader = reader_of(config.attributes[4].octets);
	assert_true(isakmp_split_take(&reader, &split));
	assert_int_equal(split.network.length, 24);
	assert_true(isakmp_split_take(&reader, &split));
	assert_int_equal(split.network.length, 8);
	/* without host bits */
	assert_int_equal(split.network.address.octets[3], 0);
	assert_int_equal(split.protocol, 6);
	assert_int_equal(split.destination_port, 443);
	assert_false(isakmp_split_take(&reader, &split));
	writer_begin_chain(&writer);
	isakmp_put_config(&writer, &config);
	assert_int_equal(writer.buffer.len, octets.len + PAYLOAD_HEADER_SIZE);
	assert_memory_equal(writer.buffer.data + PAYLOAD_HEADER_SIZE, octets.data, octets.len);
	writer_free(&writer);
	buffer_free(&octets);
}

static void bad_configs(void **state)
{
	static const struct {
		const char *hex, *why;
	} bad[] = {
		{ "020012", "3" },
		{ "00001234", "type 0 is not known" },
		{ "05001234", "type 5 is not known" },
		{ "0100123400", "attribute" },
		{ "01001234000100040102", "attribute" },
		{ "010012344089ffff", "attribute" },
	};
	static struct isakmp_config config;
	struct buffer many = {};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct buffer octets;
		struct result result;

		octets = from_hex(bad[i].hex);
		result = isakmp_config_parse(buffer_bytes(&octets), &config);
		assert_int_equal(result.code, -EPROTO);
		assert_non_null(strstr(result.why, bad[i].why));
		buffer_free(&octets);
	}
	/* More than there is room for: checked, and passed over */
	buffer_put_u32(&many, 0x01000001);
	for (size_t i = 0; i < 100; i++)
		buffer_put_u32(&many, 0x80010000 | (uint32_t)i);
	assert_int_equal(isakmp_config_parse(buffer_bytes(&many), &config).code, 0);
	assert_int_equal(config.count, ISAKMP_CONFIG_ATTRIBUTES_MAX);
	buffer_put_u8(&many, 0);
	assert_int_equal(isakmp_config_parse(buffer_bytes(&many), &config).code, -EPROTO);
	buffer_free(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phase_1_as_printed),
		cmocka_unit_test(phase_2_as_printed),
		cmocka_unit_test(unknown_values_are_marked),
		cmocka_unit_test(sa_refusals),
		cmocka_unit_test(message_refusals),
		cmocka_unit_test(payload_refusals),
		cmocka_unit_test(selectors_round_trip),
		cmocka_unit_test(names_are_no_selectors),
		cmocka_unit_test(padding_is_left_out),
		cmocka_unit_test(notify_and_delete),
		cmocka_unit_test(damage),
		cmocka_unit_test(config_as_printed),
		cmocka_unit_test(bad_configs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

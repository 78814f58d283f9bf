// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows C07 and C08: the S0 messages read aloud, line by line, as IOS does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Before cmocka.h, which has a fail() of its own. */
#include "../support/samples.h"

#include <cmocka.h>

static void keep(void *context, const char *text)
{
	struct buffer *all = context;

	buffer_put(all, bytes_of_string(text));
	buffer_put_u8(all, '\n');
}

static void assert_dump(const struct message *message, const char *want)
{
	struct buffer all = { 0 };

	message_dump(message, keep, &all);
	buffer_put_u8(&all, 0);
	assert_string_equal((const char *)all.data, want);
	buffer_free(&all);
}

static void assert_sample(const char *name, const char *want)
{
	const struct sample *sample = sample_find(name);
	struct sealer *sealer = sample_sealer();
	struct buffer octets = { 0 }, plain = { 0 };
	struct message message, inner;
	struct result result;

	sample_encode(sample, sealer, &octets);
	result = message_parse(buffer_bytes(&octets), &message);
	assert_string_equal(result.why, "");
	if (sample->sealed) {
		result = message_open(&message, sealer, &plain, &inner);
		assert_string_equal(result.why, "");
	}
	assert_dump(sample->sealed ? &inner : &message, want);
	buffer_free(&octets);
	buffer_free(&plain);
	sealer_free(sealer);
}

#define IKE_CHOICE(next, sa_length, proposal_length, spi_size) \
	" SA  Next payload: " next ", reserved: 0x0, length: " sa_length "\n" \
	"  last proposal: 0x0, reserved: 0x0, length: " proposal_length "\n" \
	"  Proposal: 1, Protocol id: IKE, SPI size: " spi_size ", #trans: 4" \
	"    last transform: 0x3, reserved: 0x0: length: 12\n" \
	"    type: 1, reserved: 0x0, id: AES-CBC\n" \
	"    last transform: 0x3, reserved: 0x0: length: 8\n" \
	"    type: 2, reserved: 0x0, id: SHA1\n" \
	"    last transform: 0x3, reserved: 0x0: length: 8\n" \
	"    type: 3, reserved: 0x0, id: SHA96\n" \
	"    last transform: 0x0, reserved: 0x0: length: 8\n" \
	"    type: 4, reserved: 0x0, id: DH_GROUP_1024_MODP/Group 2\n"

#define KE(next) \
	" KE  Next payload: " next ", reserved: 0x0, length: 136\n" \
	"    DH group: 2, Reserved: 0x0\n"

#define NOTIFY(name, next, length) \
	" NOTIFY(" name ")  Next payload: " next ", reserved: 0x0, length: " length "\n" \
	"    Security protocol id: IKE, spi size: 0, type: " name "\n"

#define ESP_SA_AND_SELECTORS \
	" SA  Next payload: TSi, reserved: 0x0, length: 40\n" \
	"  last proposal: 0x0, reserved: 0x0, length: 36\n" \
	"  Proposal: 1, Protocol id: ESP, SPI size: 4, #trans: 3" \
	"    last transform: 0x3, reserved: 0x0: length: 8\n" \
	"    type: 1, reserved: 0x0, id: 3DES\n" \
	"    last transform: 0x3, reserved: 0x0: length: 8\n" \
	"    type: 3, reserved: 0x0, id: SHA96\n" \
	"    last transform: 0x0, reserved: 0x0: length: 8\n" \
	"    type: 5, reserved: 0x0, id: Don't use ESN\n" \
	" TSi  Next payload: TSr, reserved: 0x0, length: 24\n" \
	"    Num of TSs: 1, reserved 0x0, reserved 0x0\n" \
	"    TS type: TS_IPV4_ADDR_RANGE, proto id: 0, length: 16\n" \
	"    start port: 0, end port: 65535\n" \
	"    start addr: 0.0.0.0, end addr: 255.255.255.255\n" \
	" TSr  Next payload: NOTIFY, reserved: 0x0, length: 24\n" \
	"    Num of TSs: 1, reserved 0x0, reserved 0x0\n" \
	"    TS type: TS_IPV4_ADDR_RANGE, proto id: 0, length: 16\n" \
	"    start port: 0, end port: 65535\n" \
	"    start addr: 0.0.0.0, end addr: 255.255.255.255\n"

static void init_request(void **state)
{
	assert_sample(
		"B01 IKE_SA_INIT request",
		"Next payload: SA, version: 2.0 Exchange type: IKE_SA_INIT, flags: INITIATOR Message id: 0, length: 344\n"
		"Payload contents:\n"
		" SA  Next payload: KE, reserved: 0x0, length: 56\n"
		"  last proposal: 0x0, reserved: 0x0, length: 52\n"
		"  Proposal: 1, Protocol id: IKE, SPI size: 0, #trans: 5    last transform: 0x3, reserved: 0x0: length: 8\n"
		"    type: 1, reserved: 0x0, id: 3DES\n"
		"    last transform: 0x3, reserved: 0x0: length: 12\n"
		"    type: 1, reserved: 0x0, id: AES-CBC\n"
		"    last transform: 0x3, reserved: 0x0: length: 8\n"
		"    type: 2, reserved: 0x0, id: SHA1\n"
		"    last transform: 0x3, reserved: 0x0: length: 8\n"
		"    type: 3, reserved: 0x0, id: SHA96\n"
		"    last transform: 0x0, reserved: 0x0: length: 8\n"
		"    type: 4, reserved: 0x0, id: DH_GROUP_1024_MODP/Group 2\n" KE(
			"N") " N  Next payload: VID, reserved: 0x0, length: 24\n"
			     " VID  Next payload: VID, reserved: 0x0, length: 23\n"
			     " VID  Next payload: NOTIFY, reserved: 0x0, length: 21\n" NOTIFY(
				     "NAT_DETECTION_SOURCE_IP", "NOTIFY", "28")
				     NOTIFY("NAT_DETECTION_DESTINATION_IP", "NONE", "28"));
}

static void init_response(void **state)
{
	assert_sample(
		"B02 IKE_SA_INIT response",
		"Next payload: SA, version: 2.0 Exchange type: IKE_SA_INIT, flags: RESPONDER MSG-RESPONSE Message id: 0, length: 449\n"
		"Payload contents:\n" IKE_CHOICE("KE", "48", "44", "0") KE(
			"N") " N  Next payload: VID, reserved: 0x0, length: 24\n"
			     " VID  Next payload: VID, reserved: 0x0, length: 23\n"
			     " VID  Next payload: NOTIFY, reserved: 0x0, length: 21\n" NOTIFY(
				     "NAT_DETECTION_SOURCE_IP", "NOTIFY", "28")
				     NOTIFY("NAT_DETECTION_DESTINATION_IP", "CERTREQ",
					    "28") " CERTREQ  Next payload: NOTIFY, reserved: 0x0, length: 105\n"
						  "    Cert encoding Hash and URL of PKIX\n" NOTIFY(
							  "HTTP_CERT_LOOKUP_SUPPORTED", "NONE",
							  "8"));
}

static void auth_request(void **state)
{
	assert_sample(
		"B14 IKE_AUTH request",
		"Next payload: ENCR, version: 2.0 Exchange type: IKE_AUTH, flags: INITIATOR Message id: 1, length: 556\n"
		"Payload contents:\n"
		" VID  Next payload: IDi, reserved: 0x0, length: 20\n"
		" IDi  Next payload: AUTH, reserved: 0x0, length: 12\n"
		"    Id type: IPv4 address, Reserved: 0x0 0x0\n"
		" AUTH  Next payload: CFG, reserved: 0x0, length: 28\n"
		"    Auth method PSK, reserved: 0x0, reserved 0x0\n"
		" CFG  Next payload: SA, reserved: 0x0, length: 309\n"
		"    cfg type: CFG_REQUEST, reserved: 0x0, reserved: 0x0\n"
		"   attrib type: internal IP4 DNS, length: 0\n"
		"   attrib type: internal IP4 DNS, length: 0\n"
		"   attrib type: internal IP4 NBNS, length: 0\n"
		"   attrib type: internal IP4 NBNS, length: 0\n"
		"   attrib type: internal IP4 subnet, length: 0\n"
		"   attrib type: application version, length: 257\n"
		"   attrib type: Unknown - 28675, length: 0\n"
		"   attrib type: Unknown - 28672, length: 0\n"
		"   attrib type: Unknown - 28692, length: 0\n"
		"   attrib type: Unknown - 28681, length: 0\n"
		"   attrib type: Unknown - 28674, length: 0\n" ESP_SA_AND_SELECTORS NOTIFY(
			"INITIAL_CONTACT", "NOTIFY", "8") NOTIFY("SET_WINDOW_SIZE", "NOTIFY", "12")
			NOTIFY("ESP_TFC_NO_SUPPORT", "NOTIFY", "8")
				NOTIFY("NON_FIRST_FRAGS", "NONE", "8"));
}

static void auth_response(void **state)
{
	assert_sample(
		"B15 IKE_AUTH response",
		"Next payload: ENCR, version: 2.0 Exchange type: IKE_AUTH, flags: RESPONDER MSG-RESPONSE Message id: 1, length: 252\n"
		"Payload contents:\n"
		" VID  Next payload: IDr, reserved: 0x0, length: 20\n"
		" IDr  Next payload: AUTH, reserved: 0x0, length: 12\n"
		"    Id type: IPv4 address, Reserved: 0x0 0x0\n"
		" AUTH  Next payload: SA, reserved: 0x0, length: 28\n"
		"    Auth method PSK, reserved: 0x0, reserved 0x0\n" ESP_SA_AND_SELECTORS
			NOTIFY("SET_WINDOW_SIZE", "NOTIFY", "12")
				NOTIFY("ESP_TFC_NO_SUPPORT", "NOTIFY", "8")
					NOTIFY("NON_FIRST_FRAGS", "NONE", "8"));
}

static void rekey_response(void **state)
{
	assert_sample(
		"B35 IKE rekey response",
		"Next payload: ENCR, version: 2.0 Exchange type: CREATE_CHILD_SA, flags: RESPONDER MSG-RESPONSE Message id: 3, length: 300\n"
		"Payload contents:\n" IKE_CHOICE(
			"N", "56", "52",
			"8") " N  Next payload: KE, reserved: 0x0, length: 24\n" KE("NOTIFY")
			NOTIFY("SET_WINDOW_SIZE", "NONE", "12"));
}

static void still_encrypted(void **state)
{
	struct sealer *sealer = sample_sealer();
	struct buffer octets = { 0 };
	struct message message;
	struct result result;

	sample_encode(sample_find("B14 IKE_AUTH request"), sealer, &octets);
	result = message_parse(buffer_bytes(&octets), &message);
	assert_string_equal(result.why, "");
	assert_dump(
		&message,
		"Next payload: ENCR, version: 2.0 Exchange type: IKE_AUTH, flags: INITIATOR Message id: 1, length: 556\n"
		"Payload contents:\n"
		" ENCR  Next payload: VID, reserved: 0x0, length: 528\n");
	buffer_free(&octets);
	sealer_free(sealer);
}

/* What is not ours is shown as it stands; what is malformed ends with its bound. */
static void strange_values(void **state)
{
	static const uint8_t chain[] = {
		41,  0x80, 0, 12, 3, 4, 0x40, 0x09, 1,	 2,    3,   4, /* N(REKEY_SA), critical */
		42,  0,	   0, 8,  7, 0, 0xa0, 0x00, /* an unknown notify of an unknown protocol */
		41,  0,	   0, 16, 3, 4, 0,    2,    0,	 0,    0,   1,	 0, 0, 0, 2, /* DELETE */
		200, 0,	   0, 6,  1, 0, /* NOTIFY, malformed */
		44,  0,	   0, 4, /* unknown */
		35,  0,	   0, 17, 1, 0, 0,    0,    9,	 3,    0,   8,	 0, 1, 0, 2,
		0, /* TSi, unknown type, extra */
		0,   0,	   0, 12, 2, 1, 2,    3,    'a', '\n', 'b', 'c', /* IDi */
	};
	struct message message = { 0 };
	struct result result;

	result = payloads_parse(PAYLOAD_NOTIFY, BYTES(chain), &message);
	assert_string_equal(result.why, "");
	message.header = (struct ike_header){ .version = 0x21,
					      .exchange = 240,
					      .flags = IKE_FLAG_RESPONSE | IKE_FLAG_INITIATOR,
					      .message_id = 4294967295u,
					      .next_payload = 41,
					      .length = 99 };
	assert_dump(
		&message,
		"Next payload: NOTIFY, version: 2.1 Exchange type: Unknown - 240, flags: INITIATOR MSG-RESPONSE Message id: 4294967295, length: 99\n"
		"Payload contents:\n"
		" NOTIFY(REKEY_SA)  Next payload: NOTIFY, reserved: 0x80, length: 12\n"
		"    Security protocol id: ESP, spi size: 4, type: REKEY_SA\n"
		" NOTIFY(Unknown - 40960)  Next payload: DELETE, reserved: 0x0, length: 8\n"
		"    Security protocol id: Unknown - 7, spi size: 0, type: Unknown - 40960\n"
		" DELETE  Next payload: NOTIFY, reserved: 0x0, length: 16\n"
		"    Security protocol id: ESP, spi size: 4, num of spi: 2\n"
		" NOTIFY  Next payload: Unknown - 200, reserved: 0x0, length: 6\n"
		"    payload size is not enough 2/4 in NOTIFY\n"
		" Unknown - 200  Next payload: TSi, reserved: 0x0, length: 4\n"
		" TSi  Next payload: IDi, reserved: 0x0, length: 17\n"
		"    Num of TSs: 1, reserved 0x0, reserved 0x0\n"
		"    TS type: Unknown - 9, proto id: 3, length: 8\n"
		" IDi  Next payload: NONE, reserved: 0x0, length: 12\n"
		"    Id type: FQDN, Reserved: 0x1 0x203\n");
}

/* Lists that break off are shown as far as they go. */
static void cut_lists(void **state)
{
	static const uint8_t chain[] = {
		44, 0, 0,  6,  1, 0, /* TSi without its fixed part */
		45, 0, 0,  26, 2, 0, 0, 0, 7, 6, 0, 16, 0, 80, 0, 80, 10, 0,
		0,  1, 10, 0,  0, 9, 7, 0, /* TSi with one selector and a half */
		44, 0, 0,  18, 1, 0, 0, 0, 7, 0, 0, 10, 0, 1,  0, 2,  1,  1, /* TSr, ports only */
		47, 0, 0,  14, 1, 0, 0, 0, 8, 0, 0, 6,	0, 1, /* TSi, half the ports */
		47, 0, 0,  6,  1, 0, /* CFG without its fixed part */
		33, 0, 0,  17, 2, 0, 0, 0, 0, 1, 0, 0,	0, 3,  0, 4,  1, /* CFG */
		39, 0, 0,  12, 0, 0, 0, 8, 1, 3, 0, 0, /* SA without transforms */
		0,  0, 0,  5,  9, /* AUTH */
	};
	struct message message = { 0 };
	struct result result;

	result = payloads_parse(PAYLOAD_TSI, BYTES(chain), &message);
	assert_string_equal(result.why, "");
	message.header.version = IKE_VERSION_2;
	message.header.exchange = EXCHANGE_INFORMATIONAL;
	assert_dump(
		&message,
		"Next payload: NONE, version: 2.0 Exchange type: INFORMATIONAL, flags: RESPONDER Message id: 0, length: 0\n"
		"Payload contents:\n"
		" TSi  Next payload: TSi, reserved: 0x0, length: 6\n"
		"    payload size is not enough 2/4 in TS\n"
		" TSi  Next payload: TSr, reserved: 0x0, length: 26\n"
		"    Num of TSs: 2, reserved 0x0, reserved 0x0\n"
		"    TS type: TS_IPV4_ADDR_RANGE, proto id: 6, length: 16\n"
		"    start port: 80, end port: 80\n"
		"    start addr: 10.0.0.1, end addr: 10.0.0.9\n"
		"    field header size is not enough 2/4 in traffic selector\n"
		" TSr  Next payload: TSi, reserved: 0x0, length: 18\n"
		"    Num of TSs: 1, reserved 0x0, reserved 0x0\n"
		"    TS type: TS_IPV4_ADDR_RANGE, proto id: 0, length: 10\n"
		"    start port: 1, end port: 2\n"
		"    field size unmatched 10/16 in traffic selector\n"
		" TSi  Next payload: CFG, reserved: 0x0, length: 14\n"
		"    Num of TSs: 1, reserved 0x0, reserved 0x0\n"
		"    TS type: TS_IPV6_ADDR_RANGE, proto id: 0, length: 6\n"
		"    field size unmatched 6/40 in traffic selector\n"
		" CFG  Next payload: CFG, reserved: 0x0, length: 6\n"
		"    payload size is not enough 2/4 in CFG\n"
		" CFG  Next payload: SA, reserved: 0x0, length: 17\n"
		"    cfg type: CFG_REPLY, reserved: 0x0, reserved: 0x0\n"
		"   attrib type: internal IP4 address, length: 0\n"
		"    field size is not enough 1/4 in configuration attribute\n"
		" SA  Next payload: AUTH, reserved: 0x0, length: 12\n"
		"  last proposal: 0x0, reserved: 0x0, length: 8\n"
		"    field header size is not enough 0/8 in transform\n"
		" AUTH  Next payload: NONE, reserved: 0x0, length: 5\n"
		"    payload size is not enough 1/4 in AUTH\n");
}

static void no_secrets(void **state)
{
	struct buffer all = { 0 };
	struct message message = { 0 };
	struct writer chain;
	struct result result;

	writer_begin_chain(&chain);
	put_nonce(&chain, bytes_of_string("Wnoncenoncenonce"));
	put_ke(&chain, 31, bytes_of_string("Wpublicvalue"));
	put_auth(&chain, AUTH_SHARED_KEY, bytes_of_string("Wauthdata"));
	result = payloads_parse(chain.first, buffer_bytes(&chain.buffer), &message);
	assert_string_equal(result.why, "");
	message_dump(&message, keep, &all);
	assert_null(memmem(all.data, all.len, "Wnonce", 6));
	assert_null(memmem(all.data, all.len, "Wpublic", 7));
	assert_null(memmem(all.data, all.len, "Wauth", 5));
	assert_non_null(memmem(all.data, all.len, "Auth method PSK", 15));
	buffer_free(&all);
	writer_free(&chain);
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
		cmocka_unit_test(init_request),	  cmocka_unit_test(init_response),
		cmocka_unit_test(auth_request),	  cmocka_unit_test(auth_response),
		cmocka_unit_test(rekey_response), cmocka_unit_test(still_encrypted),
		cmocka_unit_test(strange_values), cmocka_unit_test(cut_lists),
		cmocka_unit_test(no_secrets),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

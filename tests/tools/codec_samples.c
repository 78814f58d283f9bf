// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the sample messages for readers that are not ours, and as fuzz seeds:
 *
 *   suite ENCR-KEY INTEG-KEY   (AES-CBC-128, HMAC-SHA1-96)
 *   message HEX TYPES          a datagram and the payload types in it
 *   chain HEX                  first type and payloads, as after decryption
 */
#include <stdio.h>
#include <stdlib.h>

#include "../support/samples.h"

static void print_hex(struct bytes in)
{
	for (size_t i = 0; i < in.len; i++)
		printf("%02x", in.data[i]);
}

/* Payload kinds that the S0 messages lack: IPv6, names, deletes, EAP, certificates. */
static void put_others(struct writer *writer)
{
	static const uint8_t eap[] = { 1, 7, 0, 5, 1 };
	static const uint32_t spis[] = { 0x01020304, 0xfffefdfc };
	static const uint8_t spi[] = { 1, 2, 3, 4 };
	const struct config_attribute none = { CONFIG_INTERNAL_IP6_ADDRESS, { 0 } };
	struct traffic_selectors selectors = { .count = 2 };
	struct proposal_list list = { .count = 2 };
	struct identity identity;

	for (size_t i = 0; i < 2; i++) {
		struct proposal *proposal = &list.proposals[i];

		*proposal = (struct proposal){ .number = (uint8_t)(i + 1),
					       .protocol = PROTOCOL_ESP,
					       .spi_size = 4,
					       .spi = 0xc0ffee00 + i };
		proposal_add(proposal, TRANSFORM_ENCR, i ? 28 : 20, i ? 0 : 256);
		proposal_add(proposal, TRANSFORM_KE, 31, 0);
		proposal_add(proposal, TRANSFORM_ESN, 1, 0);
		proposal_add(proposal, TRANSFORM_ESN, 0, 0);
	}
	put_sa(writer, &list);
	identity_set_text(&identity, ID_FQDN, "r1.example");
	put_id(writer, PAYLOAD_IDI, &identity);
	identity_set_text(&identity, ID_RFC822_ADDR, "r2@example");
	put_id(writer, PAYLOAD_IDR, &identity);
	put_certreq(writer, CERT_X509_SIGNATURE, (struct bytes){ 0 });
	address_parse("2001:db8::", &selectors.items[0].start);
	address_parse("2001:db8::ffff", &selectors.items[0].end);
	selectors.items[0].end_port = 65535;
	selectors.items[1] =
		(struct traffic_selector){ .protocol = 6, .start_port = 80, .end_port = 443 };
	address_parse("192.0.2.0", &selectors.items[1].start);
	address_parse("192.0.2.255", &selectors.items[1].end);
	put_ts(writer, PAYLOAD_TSI, &selectors);
	put_ts(writer, PAYLOAD_TSR, &selectors);
	put_config(writer, CONFIG_REPLY, &none, 1);
	put_raw_payload(writer, PAYLOAD_EAP, BYTES(eap));
	put_notify_spi(writer, NOTIFY_REKEY_SA, PROTOCOL_ESP, BYTES(spi), (struct bytes){ 0 });
	put_delete_child(writer, PROTOCOL_ESP, spis, 2);
	put_delete_ike(writer);
}

static void nothing(struct writer *writer)
{
}

static const struct sample others[] = {
	{ "all the others",
	  { .spi_initiator = 0xf074d8bbd5a59f0bull,
	    .spi_responder = 0xf94020dd8cb4b9c4ull,
	    .version = IKE_VERSION_2,
	    .exchange = EXCHANGE_CREATE_CHILD_SA,
	    .flags = IKE_FLAG_INITIATOR,
	    .message_id = 4 },
	  true,
	  put_others },
	{ "liveness",
	  { .spi_initiator = 0xf074d8bbd5a59f0bull,
	    .spi_responder = 0xf94020dd8cb4b9c4ull,
	    .version = IKE_VERSION_2,
	    .exchange = EXCHANGE_INFORMATIONAL,
	    .flags = IKE_FLAG_INITIATOR,
	    .message_id = 5 },
	  true,
	  nothing },
};

static void print_sample(const struct sample *sample, struct sealer *sealer)
{
	struct buffer datagram = { 0 }, plain = { 0 };
	struct message outer, inner;
	const struct message *message = &outer;
	struct result result;

	sample_encode(sample, sealer, &datagram);
	result = message_parse(buffer_bytes(&datagram), &outer);
	if (!failed(&result) && sample->sealed) {
		result = message_open(&outer, sealer, &plain, &inner);
		message = &inner;
	}
	if (failed(&result)) {
		fprintf(stderr, "%s: %s\n", sample->name, result.why);
		exit(1);
	}
	printf("message ");
	print_hex(outer.octets);
	printf(" %s", sample->sealed ? "46" : "");
	for (size_t i = 0; i < message->count; i++)
		printf("%s%u", i || sample->sealed ? "," : "", message->payloads[i].type);
	printf("\n");
	if (sample->sealed) {
		printf("chain %02x", outer.payloads[0].next);
		print_hex(inner.octets);
		printf("\n");
	}
	buffer_free(&datagram);
	buffer_free(&plain);
}

int main(void)
{
	struct result result = cryptox_start(true);
	struct sealer *sealer;

	if (failed(&result)) {
		fprintf(stderr, "%s\n", result.why);
		return 1;
	}
	sealer = sample_sealer();
	printf("suite ");
	print_hex(sample_encr_key());
	printf(" ");
	print_hex(sample_integ_key());
	printf("\n");
	for (size_t i = 0; i < sample_count; i++)
		print_sample(&samples[i], sealer);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		print_sample(&others[i], sealer);
	sealer_free(sealer);
	cryptox_stop();
	return 0;
}

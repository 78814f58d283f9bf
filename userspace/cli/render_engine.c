// SPDX-License-Identifier: GPL-2.0-or-later
/* show crypto engine connections, configuration (rows J10 to J12), as S1 prints them */

#include <string.h>

#include "cli/render.h"

#define NUMBER "%" JSON_INTEGER_FORMAT

/* --- connections --- */

/* As IOS calls them, by IKE's numbers; what it had not, by our name. */
static const char *integrity_word(const json_t *integrity)
{
	switch (number_of(integrity, "id")) {
	case 1:
		return "HMAC_MD5";
	case 2:
		return "HMAC_SHA";
	case 12:
		return "HMAC_SHA256";
	case 13:
		return "HMAC_SHA384";
	case 14:
		return "HMAC_SHA512";
	default:
		return text_of(integrity, "name");
	}
}

static const char *encryption_word(const json_t *encryption)
{
	switch (number_of(encryption, "id")) {
	case 2:
		return "DES_56_CBC";
	case 3:
		return "3DES_56_CBC";
	default:
		return text_of(encryption, "name");
	}
}

/* "HMAC_SHA", "HMAC_SHA+DES_56_CBC", "AES-GCM-16_256" */
static void put_algorithm(const json_t *sa, char text[64])
{
	const json_t *encryption = field(sa, "encryption"), *integrity = field(sa, "integrity");
	bool both = json_is_object(encryption) && json_is_object(integrity);
	json_int_t bits = number_of(encryption, "key_bits");

	snprintf(text, 64, "%s%s%s", json_is_object(integrity) ? integrity_word(integrity) : "",
		 both ? "+" : "", json_is_object(encryption) ? encryption_word(encryption) : "");
	if (bits)
		snprintf(text + strlen(text), 64 - strlen(text), "_" NUMBER, bits);
}

static void print_connection(const json_t *sa, bool inbound, FILE *out)
{
	json_int_t packets = number_of(field(sa, inbound ? "in" : "out"), "packets");
	char algorithm[64];

	put_algorithm(sa, algorithm);
	fprintf(out, "%4" JSON_INTEGER_FORMAT " %-15s %-15s %-6s %-24s %8lld %8lld\n",
		number_of(sa, inbound ? "conn_in" : "conn_out"), text_or(sa, "interface", "none"),
		endpoint_address(sa, "local"), is_true(sa, "active") ? "set" : "old", algorithm,
		inbound ? 0LL : (long long)packets, inbound ? (long long)packets : 0LL);
}

void render_connections(const json_t *result, FILE *out)
{
	const json_t *sa;
	size_t i;

	fprintf(out, "%4s %-15s %-15s %-6s %-24s %8s %8s\n", "ID", "Interface", "IP-Address",
		"State", "Algorithm", "Encrypt", "Decrypt");
	json_array_foreach((json_t *)field(result, "ipsec_sas"), i, sa)
	{
		if (number_of(sa, "inbound_spi"))
			print_connection(sa, true, out);
		if (number_of(sa, "outbound_spi"))
			print_connection(sa, false, out);
	}
}

void render_dropped(const json_t *result, FILE *out)
{
	const json_t *interface;
	size_t i;

	fprintf(out, "%-15s %-15s %s\n", "Interface", "IP-Address", "Drop Count");
	json_array_foreach((json_t *)field(result, "interfaces"), i, interface)
		fprintf(out, "%-15s %-15s %10" JSON_INTEGER_FORMAT "\n",
			text_of(interface, "interface"), text_of(interface, "address"),
			number_of(interface, "dropped"));
}

/* --- configuration --- */

/*
 * The queue is that of computations for the worker threads: "bot" is how many have gone in,
 * "top" how many have come out.
 */
void render_engine_configuration(const json_t *result, FILE *out)
{
	const json_t *engine = field(result, "engine");
	json_int_t queued = number_of(engine, "queued"), done = number_of(engine, "done");

	fprintf(out, "slot:                0\n");
	fprintf(out, "engine name:         %s\n", text_or(engine, "name", "unknown"));
	fprintf(out, "engine type:         software\n");
	fprintf(out, "serial number:       %s\n", text_or(engine, "serial_number", "unknown"));
	fprintf(out, "platform:            %s\n", text_of(engine, "platform"));
	fprintf(out, "crypto lib version:  %s\n", text_of(engine, "library"));
	if (*text_of(engine, "cpu_extensions"))
		fprintf(out, "cpu extensions:      %s\n", text_of(engine, "cpu_extensions"));
	fprintf(out, "\nEncryption Process Info:\n");
	fprintf(out, "input queue top:     " NUMBER "\n", done);
	fprintf(out, "input queue bot:     " NUMBER "\n", queued);
	fprintf(out, "input queue count:   " NUMBER "\n", queued - done);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* show crypto ikev2 sa [detailed] */

#include <stdlib.h>
#include <string.h>

#include "cli/render.h"

static bool is_ipv6(const json_t *sa)
{
	return strchr(endpoint_address(sa, "remote"), ':');
}

static const char *endpoint(const json_t *sa, const char *name, char *text, size_t size)
{
	snprintf(text, size, "%s/%" JSON_INTEGER_FORMAT, endpoint_address(sa, name),
		 endpoint_port(sa, name));
	return text;
}

static void print_row(const json_t *sa, FILE *out)
{
	char local[80], remote[80], vrf[80];

	snprintf(vrf, sizeof(vrf), "%s/%s", text_or(sa, "fvrf", "none"),
		 text_or(sa, "ivrf", "none"));
	endpoint(sa, "local", local, sizeof(local));
	endpoint(sa, "remote", remote, sizeof(remote));
	if (!is_ipv6(sa)) {
		fprintf(out, "%-9" JSON_INTEGER_FORMAT " %-21s %-21s %-20s %s\n",
			number_of(sa, "tunnel_id"), local, remote, vrf, text_of(sa, "state"));
		return;
	}
	fprintf(out, "%-14" JSON_INTEGER_FORMAT " %-21s %s\n", number_of(sa, "tunnel_id"), vrf,
		text_of(sa, "state"));
	fprintf(out, "Local    %s\nRemote   %s\n", local, remote);
}

static const char *nat(const json_t *sa)
{
	bool local = is_true(sa, "nat_local"), remote = is_true(sa, "nat_remote");

	if (local && remote)
		return "NAT-T is detected inside and outside";
	if (local)
		return "NAT-T is detected inside";
	return remote ? "NAT-T is detected outside" : "NAT-T is not detected";
}

/*
 * "Hash" is the integrity algorithm. The PRF has a name of its own only where
 * that does not tell it: beside an AEAD.
 */
static void print_algorithms(const json_t *sa, FILE *out)
{
	const json_t *encryption = field(sa, "encryption");
	const json_t *integrity = field(sa, "integrity");
	const json_t *more = field(sa, "additional_key_exchanges"), *name;
	size_t i;
	json_int_t bits = number_of(encryption, "key_bits");

	fprintf(out, "      Encr: %s", text_or(encryption, "name", "Unknown - 0"));
	if (bits)
		fprintf(out, ", keysize: %" JSON_INTEGER_FORMAT, bits);
	if (!json_is_object(integrity) && json_is_object(field(sa, "prf")))
		fprintf(out, ", PRF: %s", text_of(field(sa, "prf"), "name"));
	fprintf(out, ", Hash: %s, DH Grp:%" JSON_INTEGER_FORMAT, text_or(integrity, "name", "None"),
		number_of(field(sa, "group"), "id"));
	fprintf(out, ", Auth sign: %s, Auth verify: %s\n", text_or(sa, "auth_sign", "Unknown - 0"),
		text_or(sa, "auth_verify", "Unknown - 0"));
	if (json_array_size(more))
		fprintf(out, "      Additional key exchanges:");
	json_array_foreach((json_t *)more, i, name)
		fprintf(out, "%s %s", i ? "," : "", text_value(name));
	if (json_array_size(more))
		fprintf(out, "\n");
}

static void print_pair(const json_t *sa, const char *what, const char *name, FILE *out)
{
	char label[32], local[40], remote[40];

	snprintf(local, sizeof(local), "local_%s", name);
	snprintf(remote, sizeof(remote), "remote_%s", name);
	snprintf(label, sizeof(label), "%s:", what);
	fprintf(out,
		"      Local %-13s%-15" JSON_INTEGER_FORMAT "Remote %-13s%" JSON_INTEGER_FORMAT
		"\n",
		label, number_of(sa, local), label, number_of(sa, remote));
}

static void print_servers(const json_t *client, const char *name, const char *what, FILE *out)
{
	const json_t *server;
	size_t i;

	json_array_foreach((json_t *)field(client, name), i, server)
		fprintf(out, "      %s %s: %s\n", what, i ? "Secondary" : "Primary",
			json_string_value(server));
}

/* What a server gave, as IOS words it on either side. */
static void print_client(const json_t *client, FILE *out)
{
	const json_t *subnet, *subnets = field(client, "subnets");
	size_t i;

	if (!json_is_object(client))
		return;
	if (text_of(client, "address")[0])
		fprintf(out, "      %s: %s\n",
			is_true(client, "server") ? "Assigned host addr" : "Pushed IP address",
			text_of(client, "address"));
	if (text_of(client, "ipv6_address")[0])
		fprintf(out, "      %s: %s\n",
			is_true(client, "server") ? "Assigned host addr6" : "Pushed IPv6 address",
			text_of(client, "ipv6_address"));
	if (is_true(client, "server"))
		return;
	print_servers(client, "dns", "DNS", out);
	print_servers(client, "nbns", "WINS", out);
	if (text_of(client, "version")[0])
		fprintf(out, "      Remote version: %s\n", text_of(client, "version"));
	if (json_array_size(subnets))
		fprintf(out, "      Remote subnets:\n");
	json_array_foreach((json_t *)subnets, i,
			   subnet) if (strchr(text_of(subnet, "address"), ':'))
		fprintf(out, "      %s/%" JSON_INTEGER_FORMAT "\n", text_of(subnet, "address"),
			number_of(subnet, "prefix"));
	else fprintf(out, "      %s %s\n", text_of(subnet, "address"), text_of(subnet, "mask"));
}

static void print_details(const json_t *sa, FILE *out)
{
	print_algorithms(sa, out);
	fprintf(out,
		"      Life/Active Time: %" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT " sec\n",
		number_of(sa, "lifetime_seconds"), number_of(sa, "active_seconds"));
	fprintf(out,
		"      CE id: %" JSON_INTEGER_FORMAT ", Session-id: %" JSON_INTEGER_FORMAT "\n",
		number_of(sa, "ce_id"), number_of(sa, "session_id"));
	fprintf(out, "      Status Description: %s\n", text_of(sa, "status"));
	fprintf(out, "      Local spi: %-16s       Remote spi: %s\n", text_of(sa, "local_spi"),
		text_of(sa, "remote_spi"));
	fprintf(out, "      Local id: %s\n", text_of(field(sa, "local_id"), "text"));
	fprintf(out, "      Remote id: %s\n", text_of(field(sa, "remote_id"), "text"));
	if (json_is_object(field(sa, "remote_eap_id")))
		fprintf(out, "      Remote EAP id: %s\n",
			text_of(field(sa, "remote_eap_id"), "text"));
	if (text_of(sa, "eap_method")[0])
		fprintf(out, "      EAP method: %s\n", text_of(sa, "eap_method"));
	if (is_true(sa, "ppk"))
		fprintf(out, "      Quantum-safe Encryption using Manual PPK\n");
	print_pair(sa, "req msg id", "request_id", out);
	print_pair(sa, "next msg id", "next_id", out);
	print_pair(sa, "req queued", "queued", out);
	print_pair(sa, "window", "window", out);
	fprintf(out,
		"      DPD configured for %" JSON_INTEGER_FORMAT
		" seconds, retry %" JSON_INTEGER_FORMAT "\n",
		number_of(sa, "dpd_interval_seconds"), number_of(sa, "dpd_retry_seconds"));
	fprintf(out, "      %s\n", nat(sa));
	fprintf(out, "      Cisco Trust Security SGT is disabled\n");
	print_client(field(sa, "client_config"), out);
	fprintf(out, "      Initiator of SA : %s\n", is_true(sa, "initiator") ? "Yes" : "No");
}

static void print_family(const json_t *list, bool ipv6, bool detailed, FILE *out)
{
	const json_t *sa;
	size_t i;

	if (ipv6)
		fprintf(out,
			" IPv6 Crypto IKEv2  SA\n\nTunnel-id      fvrf/ivrf             Status\n");
	else
		fprintf(out, " IPv4 Crypto IKEv2  SA\n\n%-9s %-21s %-21s %-20s %s\n", "Tunnel-id",
			"Local", "Remote", "fvrf/ivrf", "Status");
	json_array_foreach((json_t *)list, i, sa)
	{
		if (is_ipv6(sa) != ipv6)
			continue;
		print_row(sa, out);
		if (detailed)
			print_details(sa, out);
	}
	fprintf(out, "\n");
}

static void print(const json_t *result, bool detailed, FILE *out)
{
	const json_t *list = field(result, "ike_sas"), *sa;
	bool any_ipv6 = false;
	size_t i;

	json_array_foreach((json_t *)list, i, sa) any_ipv6 = any_ipv6 || is_ipv6(sa);
	print_family(list, false, detailed, out);
	if (any_ipv6)
		print_family(list, true, detailed, out);
}

void render_ikev2_sa(const json_t *result, FILE *out)
{
	print(result, false, out);
}

void render_ikev2_sa_detailed(const json_t *result, FILE *out)
{
	print(result, true, out);
}

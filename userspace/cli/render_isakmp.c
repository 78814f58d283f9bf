// SPDX-License-Identifier: GPL-2.0-or-later
/* show crypto isakmp sa, policy (rows E04, J05, J06) */

#include "cli/render.h"

#define NUMBER "%" JSON_INTEGER_FORMAT

static void print_heading(FILE *out)
{
	fprintf(out, "dst             src             state          conn-id slot\n");
}

/* As routers have it: who answered is "dst", who began is "src". */
static void print_sa(const json_t *sa, FILE *out)
{
	bool initiator = is_true(sa, "initiator");

	fprintf(out, "%-15s %-15s %-14s %7" JSON_INTEGER_FORMAT " %4d\n",
		endpoint_address(sa, initiator ? "remote" : "local"),
		endpoint_address(sa, initiator ? "local" : "remote"), text_of(sa, "state"),
		number_of(sa, "tunnel_id"), 0);
}

void render_isakmp_sa(const json_t *result, FILE *out)
{
	const json_t *sa;
	size_t i;

	print_heading(out);
	json_array_foreach((json_t *)field(result, "ike_sas"), i, sa) print_sa(sa, out);
}

static void print_suite_of(const json_t *sa, FILE *out)
{
	const json_t *encryption = field(sa, "encryption");
	json_int_t bits = number_of(encryption, "key_bits");

	if (!json_is_object(encryption)) {
		fprintf(out, "        No suite is agreed on yet\n");
		return;
	}
	fprintf(out, "        Encr: %s", text_of(encryption, "name"));
	if (bits)
		fprintf(out, ", keysize: " NUMBER, bits);
	fprintf(out, ", PRF: %s, DH Grp: " NUMBER ", Auth sign: %s, Auth verify: %s\n",
		text_of(field(sa, "prf"), "name"), number_of(field(sa, "group"), "id"),
		text_or(sa, "auth_sign", "-"), text_or(sa, "auth_verify", "-"));
}

static void print_detail(const json_t *sa, FILE *out)
{
	bool local = is_true(sa, "nat_local"), remote = is_true(sa, "nat_remote");

	print_sa(sa, out);
	print_suite_of(sa, out);
	if (is_true(sa, "established"))
		fprintf(out, "        Life/Active Time: " NUMBER "/" NUMBER " sec, NAT: %s\n",
			number_of(sa, "lifetime_seconds"), number_of(sa, "active_seconds"),
			local && remote ? "both" :
			local		? "us" :
			remote		? "the peer" :
					  "none");
	/* Row E04 */
	if (*text_of(sa, "hint"))
		fprintf(out, "        Probable cause: %s\n", text_of(sa, "hint"));
}

void render_isakmp_sa_detail(const json_t *result, FILE *out)
{
	const json_t *sa;
	size_t i;

	print_heading(out);
	json_array_foreach((json_t *)field(result, "ike_sas"), i, sa) print_detail(sa, out);
}

static void print_suite(const json_t *suite, FILE *out)
{
	if (json_is_true(field(suite, "default")))
		fprintf(out, "Default protection suite\n");
	else
		fprintf(out, "Protection suite of priority " NUMBER "\n",
			number_of(suite, "priority"));
	fprintf(out, "        encryption algorithm:   %s.\n", text_of(suite, "encryption"));
	fprintf(out, "        hash algorithm:         %s\n", text_of(suite, "hash"));
	fprintf(out, "        authentication method:  %s\n", text_of(suite, "authentication"));
	fprintf(out, "        Diffie-Hellman group:   #" NUMBER " (" NUMBER " bit)\n",
		number_of(suite, "group"), number_of(suite, "group_bits"));
	fprintf(out, "        lifetime:               " NUMBER " seconds, no volume limit\n",
		number_of(suite, "lifetime_seconds"));
}

void render_isakmp_policy(const json_t *result, FILE *out)
{
	const json_t *suite;
	size_t i;

	json_array_foreach((json_t *)field(result, "isakmp_policies"), i, suite)
		print_suite(suite, out);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* show crypto isakmp sa, policy (rows J05, J06) */

#include "cli/render.h"

#define NUMBER "%" JSON_INTEGER_FORMAT

/* As routers have it: who answered is "dst", who began is "src". */
void render_isakmp_sa(const json_t *result, FILE *out)
{
	const json_t *sa;
	size_t i;

	fprintf(out, "dst             src             state          conn-id slot\n");
	json_array_foreach((json_t *)field(result, "ike_sas"), i, sa)
	{
		bool initiator = is_true(sa, "initiator");

		fprintf(out, "%-15s %-15s %-14s %7" JSON_INTEGER_FORMAT " %4d\n",
			endpoint_address(sa, initiator ? "remote" : "local"),
			endpoint_address(sa, initiator ? "local" : "remote"), text_of(sa, "state"),
			number_of(sa, "tunnel_id"), 0);
	}
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

// SPDX-License-Identifier: GPL-2.0-or-later
/* show crypto key mypubkey rsa, pubkey-chain rsa (rows D20, D21), as S1 prints them */

#include <string.h>
#include <time.h>

#include "cli/render.h"

/* Seven groups of four octets on a line. */
static void print_key(const json_t *key, FILE *out)
{
	const char *digits = text_of(key, "key");
	size_t len = strlen(digits);

	for (size_t i = 0; i < len; i += 8)
		fprintf(out, "%s%.8s", i % 56 ? " " : i ? "\n  " : "  ", digits + i);
	fputc('\n', out);
}

static const char *usage_of(const json_t *key, const char *general, const char *signature,
			    const char *encryption)
{
	const char *usage = text_of(key, "usage");

	return !strcmp(usage, "signature")  ? signature :
	       !strcmp(usage, "encryption") ? encryption :
					      general;
}

void render_rsa_keys(const json_t *result, FILE *out)
{
	const json_t *key;
	size_t i;

	json_array_foreach((json_t *)field(result, "rsa_keys"), i, key)
	{
		time_t made = (time_t)number_of(key, "made");
		char text[40];
		struct tm when;

		gmtime_r(&made, &when);
		strftime(text, sizeof(text), "%H:%M:%S UTC %b %-d %Y", &when);
		fprintf(out, "%% Key pair was generated at: %s\nKey name: %s\n", text,
			text_of(key, "name"));
		fprintf(out, " Usage: %s\n Key Data:\n",
			usage_of(key, "General Purpose Key", "Signature Key", "Encryption Key"));
		print_key(key, out);
	}
}

void render_rsa_peers(const json_t *result, FILE *out)
{
	const json_t *key;
	size_t i;

	json_array_foreach((json_t *)field(result, "rsa_peers"), i, key)
	{
		fprintf(out, "Key name: %s\n", text_of(key, "name"));
		if (*text_of(key, "address"))
			fprintf(out, " Key address: %s\n", text_of(key, "address"));
		fprintf(out, " Key usage: %s\n Key source: %s\n Key data:\n",
			usage_of(key, "general purpose", "signatures only", "encryption only"),
			text_of(key, "source"));
		print_key(key, out);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* show crypto isakmp sa and policy, as S1 and S3 print them. Rows E03, J05, J06. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/render.h"
#include "config/config.h"
#include "ctl/internal.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

static void assert_renders(json_t *result, render_fn *render, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(result);
	render(result, out);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	json_decref(result);
}

static void sas(void **state)
{
	assert_renders(
		json_pack("{s:[{s:b,s:{s:s},s:{s:s},s:s,s:i},{s:b,s:{s:s},s:{s:s},s:s,s:i}]}",
			  "ike_sas", "initiator", 1, "local", "address", "20.20.20.20", "remote",
			  "address", "20.20.20.21", "state", "QM_IDLE", "tunnel_id", 7, "initiator",
			  0, "local", "address", "192.1.1.40", "remote", "address", "192.1.1.42",
			  "state", "MM_KEY_EXCH", "tunnel_id", 2),
		render_isakmp_sa,
		"dst             src             state          conn-id slot\n"
		"20.20.20.21     20.20.20.20     QM_IDLE              7    0\n"
		"192.1.1.40      192.1.1.42      MM_KEY_EXCH          2    0\n");
}

/* From statements to the text of the document */
static void policies(void **state)
{
	static const char config[] = "crypto legacy\n"
				     "crypto isakmp key sharedkey address 20.20.20.20\n"
				     "crypto isakmp policy 1\n authentication pre-share\n"
				     " group 2\n lifetime 240\n"
				     "crypto isakmp policy 20\n authentication pre-share\n"
				     " encr aes 256\n hash sha256\n group 19\n";
	struct config_report report;
	struct policy *policy;
	struct result result;

	config_report_init(&report);
	result = config_load_text("test", bytes_of_string(config), &report, &policy);
	assert_string_equal(result.why, "");
	assert_renders(json_pack("{s:o}", "isakmp_policies", ctl_isakmp_policies(policy)),
		       render_isakmp_policy,
		       "Protection suite of priority 1\n"
		       "        encryption algorithm:   DES - Data Encryption Standard (56 bit "
		       "keys).\n"
		       "        hash algorithm:         Secure Hash Standard\n"
		       "        authentication method:  Pre-Shared Key\n"
		       "        Diffie-Hellman group:   #2 (1024 bit)\n"
		       "        lifetime:               240 seconds, no volume limit\n"
		       "Protection suite of priority 20\n"
		       "        encryption algorithm:   AES - Advanced Encryption Standard (256 "
		       "bit keys).\n"
		       "        hash algorithm:         Secure Hash Standard 2 (256 bit)\n"
		       "        authentication method:  Pre-Shared Key\n"
		       "        Diffie-Hellman group:   #19 (256 bit)\n"
		       "        lifetime:               86400 seconds, no volume limit\n");
	config_report_free(&report);
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sas),
		cmocka_unit_test(policies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

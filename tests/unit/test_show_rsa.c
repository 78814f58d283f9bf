// SPDX-License-Identifier: GPL-2.0-or-later
/* show crypto key mypubkey rsa, pubkey-chain rsa, as S1 prints them. Rows D20, D21. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "cli/render.h"
#include "config/config.h"
#include "config/rsa_files.h"
#include "ctl/internal.h"
#include "ike/policy.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

/* The key of S1's second router */
#define KEY \
	"305C300D 06092A86 4886F70D 01010105 00034B00 30480241 00DC3DDC\n" \
	"  59885F14 1AB30DCB 794AB5C7 82D918DE FC7ADB76 B0B9DD1A ABAF4884\n" \
	"  009E758C 4064C699 3BC9D17E C47581DC 50220CB9 31E267F8 0259C640\n" \
	"  F8DE4169 1F020301 0001\n"

static char *rendered(json_t *result, render_fn *render)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(result);
	render(result, out);
	fclose(out);
	json_decref(result);
	return text;
}

static struct policy *load(const char *config)
{
	struct config_report report;
	struct policy *policy;
	struct result result;

	config_report_init(&report);
	result = config_load_text("test", bytes_of_string(config), &report, &policy);
	assert_string_equal(result.why, "");
	config_report_free(&report);
	return policy;
}

static void of_peers(void **state)
{
	struct policy *policy =
		load("crypto legacy\ncrypto key pubkey-chain rsa\n"
		     " named-key wan2516.cisco.com\n  key-string\n  " KEY "  quit\n"
		     " addressed-key 20.20.20.20 encryption\n  key-string\n  " KEY "  quit\n");
	char *text =
		rendered(json_pack("{s:o}", "rsa_peers", ctl_rsa_peers(policy)), render_rsa_peers);

	assert_string_equal(text, "Key name: wan2516.cisco.com\n"
				  " Key usage: general purpose\n"
				  " Key source: manually entered\n"
				  " Key data:\n  " KEY "Key name: 20.20.20.20\n"
				  " Key address: 20.20.20.20\n"
				  " Key usage: encryption only\n"
				  " Key source: manually entered\n"
				  " Key data:\n  " KEY);
	free(text);
	policy_free(policy);
}

/* What is printed of ours is what the peer's key-string takes; the private half is nowhere. */
static void of_ours(void **state)
{
	char folder[] = "/tmp/seki-show-XXXXXX", path[60], config[200], peer[4000], *text, *key;
	const struct utimbuf then = { 730944544, 730944544 };
	struct policy *policy, *other;
	size_t removed;

	assert_non_null(mkdtemp(folder));
	assert_int_equal(rsa_files_generate(folder, "wan2511.cisco.com", RSA_GENERAL, 512).code, 0);
	snprintf(path, sizeof(path), "%s/wan2511.cisco.com.pem", folder);
	assert_int_equal(utime(path, &then), 0);
	snprintf(config, sizeof(config), "crypto legacy\ncrypto key storage %s\n", folder);
	policy = load(config);
	text = rendered(json_pack("{s:o}", "rsa_keys", ctl_rsa_keys(policy)), render_rsa_keys);
	key = strstr(text, "Key Data:\n");
	assert_non_null(key);
	snprintf(
		peer, sizeof(peer),
		"crypto legacy\ncrypto key pubkey-chain rsa\n named-key w\n  key-string\n%s  quit\n",
		key + strlen("Key Data:\n"));
	*key = '\0';
	assert_string_equal(text, "% Key pair was generated at: 00:09:04 UTC Mar 1 1993\n"
				  "Key name: wan2511.cisco.com\n"
				  " Usage: General Purpose Key\n ");
	other = load(peer);
	assert_true(bytes_equal(buffer_bytes(&TAILQ_FIRST(&other->rsa_peers)->public_key),
				private_key_public(TAILQ_FIRST(&policy->rsa_keys)->key)));
	free(text);
	policy_free(policy);
	policy_free(other);
	assert_int_equal(rsa_files_remove(folder, NULL, &removed).code, 0);
	rmdir(folder);
}

static int start(void **state)
{
	return cryptox_start(true).code;
}

static int stop(void **state)
{
	cryptox_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_peers),
		cmocka_unit_test(of_ours),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What a reload would change, and what is printed of a configuration */
#include <dirent.h>

#include "config_text.h"

static void note(void *context, enum config_change change, const char *object)
{
	static const char marks[] = {
		[CONFIG_ADDED] = '+', [CONFIG_REMOVED] = '-', [CONFIG_CHANGED] = '~'
	};
	char *list = context;

	snprintf(list + strlen(list), 2000 - strlen(list), "%c%s\n", marks[change], object);
}

#define SET_T "crypto ipsec transform-set T esp-gcm\n"
#define IPSEC_I "crypto ipsec profile I\n set transform-set T\n set ikev2-profile P\n"
#define PEER(address, local, remote) \
	"crypto ikev2 keyring K\n peer a\n  address " address "\n" \
	"  pre-shared-key local " local "\n  pre-shared-key remote " remote "\n"

static void differences_are_named(void **state)
{
	static const struct {
		const char *old, *new, *changes;
	} cases[] = {
		{ "", "", "" },
		{ WHOLE_PROFILE, WHOLE_PROFILE, "" },
		/* Layout, comments, abbreviations and defaults are no difference */
		{ WHOLE_PROFILE,
		  "! hello\n" WHOLE_KEYRING "cry ike prof P\n" PROFILE_BODY "lifetime 86400\n",
		  "" },
		{ "crypto ikev2 window 5\nhostname A\n", "hostname A\n", "" },
		{ "hostname A\n", "hostname B\n", "~global settings\n" },
		{ "", "crypto legacy\n", "~global settings\n" },
		{ "", WHOLE_PROFILE, "+crypto ikev2 keyring K\n+crypto ikev2 profile P\n" },
		{ WHOLE_PROFILE, WHOLE_KEYRING, "-crypto ikev2 profile P\n" },
		/* Secrets count though they are not printed, in length and in octets */
		{ PEER("10.0.0.2", "one", "two"), PEER("10.0.0.2", "one", "twx"),
		  "~crypto ikev2 keyring K\n" },
		{ PEER("10.0.0.2", "one", "two"), PEER("10.0.0.2", "onex", "two"),
		  "~crypto ikev2 keyring K\n" },
		{ PEER("10.0.0.2", "one", "two"), PEER("10.0.0.2", "hex 6f6e65", "two"), "" },
		{ PEER("10.0.0.2", "one", "two"), PEER("10.0.0.3", "one", "two"),
		  "~crypto ikev2 keyring K\n" },
		/* Only what changed itself, not what refers to it */
		{ WHOLE_PROFILE SET_T IPSEC_I,
		  WHOLE_PROFILE "crypto ipsec transform-set T esp-gcm 256\n" IPSEC_I,
		  "~crypto ipsec transform-set T\n" },
		{ WHOLE_PROFILE SET_T IPSEC_I, WHOLE_PROFILE SET_T IPSEC_I " set pfs group14\n",
		  "~crypto ipsec profile I\n" },
		{ "interface eth0\n", "interface eth0\n ip address 10.0.0.1 255.0.0.0\n",
		  "~interface eth0\n" },
		{ "ip local pool L 10.0.0.1 10.0.0.2\ncrypto ikev2 authorization policy A\n pool L\n",
		  "ip local pool L 10.0.0.1 10.0.0.3\ncrypto ikev2 authorization policy A\n pool L\n",
		  "~ip local pool L\n" },
		{ "username bob password a\n", "username bob password b\n", "~username bob\n" },
		/* Routes are their own names; their order is none */
		{ "ip route 10.0.0.0 255.0.0.0 eth0\nip route 11.0.0.0 255.0.0.0 eth0\n",
		  "ip route 11.0.0.0 255.0.0.0 eth0\nip route 10.0.0.0 255.0.0.0 eth1\n",
		  "-ip route 10.0.0.0 255.0.0.0 eth0\n+ip route 10.0.0.0 255.0.0.0 eth1\n" },
		/* The order of profiles decides between equal ones (H13) */
		{ WHOLE_KEYRING "crypto ikev2 profile A\n" PROFILE_BODY
				"crypto ikev2 profile B\n" PROFILE_BODY,
		  WHOLE_KEYRING "crypto ikev2 profile B\n" PROFILE_BODY
				"crypto ikev2 profile A\n" PROFILE_BODY,
		  "~order of crypto ikev2 profiles\n" },
		{ "crypto ikev2 proposal Q\n encryption aes-cbc-128\n integrity sha256\n group 14\n"
		  "crypto ikev2 policy y\n proposal Q\n",
		  "crypto ikev2 proposal Q\n encryption aes-cbc-256\n integrity sha256\n group 14\n"
		  "crypto ikev2 policy y\n match fvrf any\n proposal Q\n",
		  "~crypto ikev2 proposal Q\n~crypto ikev2 policy y\n" },
	};
	struct policy *old, *new;
	char list[2000], *at;
	size_t i, count, lines;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		old = load_good(cases[i].old);
		new = load_good(cases[i].new);
		list[0] = '\0';
		count = config_compare(old, new, note, list);
		if (strcmp(list, cases[i].changes))
			fail_msg("case %zu:\n%s", i, list);
		for (lines = 0, at = list; (at = strchr(at, '\n')); at++)
			lines++;
		assert_int_equal(count, lines);
		policy_free(old);
		policy_free(new);
	}
}

static void secrets_are_printed_on_demand_only(void **state)
{
	struct policy *policy = load_good(PEER("10.0.0.2", "tiger", "hex 70616e"));
	char *without = print_policy(policy, false), *with = print_policy(policy, true);
	char *findings;

	assert_null(strstr(without, "tiger"));
	assert_null(strstr(without, "70616e"));
	assert_non_null(strstr(without, "  pre-shared-key local <removed>\n"
					"  pre-shared-key remote <removed>\n"));
	assert_non_null(strstr(with, "  pre-shared-key local tiger\n"
				     "  pre-shared-key remote hex 70616e\n"));
	/* and a print without them is not taken for a configuration */
	assert_null(load(without, &findings));
	assert_non_null(strstr(findings, "error the key was removed"));
	free(findings);
	free(without);
	free(with);
	policy_free(policy);
}

static struct policy *load_path(const char *folder, const char *name, const char *before)
{
	char path[300], text[16384] = "";
	size_t len;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	in = fopen(path, "r");
	assert_non_null(in);
	strcpy(text, before);
	len = fread(text + strlen(text), 1, 8192, in);
	assert_true(len > 0 && len < 8192);
	fclose(in);
	return load_good(text);
}

static void check_same_again(struct policy *policy)
{
	char *first = print_policy(policy, true), *second;
	struct policy *again = load_good(first);

	second = print_policy(again, true);
	assert_string_equal(first, second);
	policy_free(again);
	policy_free(policy);
	free(first);
	free(second);
}

static void examples_and_documents_print_and_load(void **state)
{
	DIR *folder = opendir("examples");
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		if (!strstr(entry->d_name, ".conf"))
			continue;
		check_same_again(load_path("examples", entry->d_name, ""));
		count++;
	}
	closedir(folder);
	assert_true(count >= 3);
	check_same_again(load_path("tests/seeds", "s0-router1.conf", "crypto legacy\n"));
	check_same_again(load_path("tests/seeds", "s0-router2.conf", "crypto legacy\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences_are_named),
		cmocka_unit_test(secrets_are_printed_on_demand_only),
		cmocka_unit_test(examples_and_documents_print_and_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

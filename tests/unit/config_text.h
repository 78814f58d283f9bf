/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_TESTS_UNIT_CONFIG_TEXT_H
#define SEKI_TESTS_UNIT_CONFIG_TEXT_H

/* What the tests of the configuration share: text in, findings or text out */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h: both have a fail(). */
#include "config/config.h"

#include <cmocka.h>

/* A profile with all that a profile needs, to stand behind what is tested */
#define WHOLE_KEYRING \
	"crypto ikev2 keyring K\n" \
	" peer a\n" \
	"  address 10.0.0.2 255.255.255.255\n" \
	"  pre-shared-key local one\n" \
	"  pre-shared-key remote two\n" \
	"!\n"
#define PROFILE_BODY \
	" match identity remote address 10.0.0.2 255.255.255.255\n" \
	" authentication remote pre-share\n" \
	" authentication local pre-share\n" \
	" keyring local K\n"
#define WHOLE_PROFILE WHOLE_KEYRING "crypto ikev2 profile P\n" PROFILE_BODY "!\n"

/* "LINE:COLUMN severity message [suggestion]" a line; to be freed */
static inline char *findings_of(const struct config_report *report)
{
	const struct config_diagnostic *diagnostic;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	TAILQ_FOREACH(diagnostic, &report->diagnostics, link) {
		fprintf(out, "%u:%u %s %s", diagnostic->line, diagnostic->column,
			config_severity_name(diagnostic->severity), diagnostic->message);
		if (diagnostic->suggestion)
			fprintf(out, " [%s]", diagnostic->suggestion);
		fputc('\n', out);
	}
	fclose(out);
	return text;
}

static inline char *print_policy(const struct policy *policy, bool with_secrets)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	config_print(policy, out, with_secrets);
	fclose(out);
	return text;
}

/* The policy, or NULL with the findings; both to be freed, @findings may be NULL */
static inline struct policy *load(const char *text, char **findings)
{
	struct config_report report;
	struct policy *policy;
	struct result result;

	config_report_init(&report);
	result = config_load_text("test.conf", bytes_of_string(text), &report, &policy);
	assert_int_equal(failed(&result), report.errors != 0);
	assert_int_equal(!policy, report.errors != 0);
	if (findings)
		*findings = findings_of(&report);
	else if (!policy)
		config_report_print(&report, stderr);
	config_report_free(&report);
	return policy;
}

static inline struct policy *load_good(const char *text)
{
	struct policy *policy = load(text, NULL);

	assert_non_null(policy);
	return policy;
}

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* seki.conf(5) and the grammar: each has what the other has. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "config/config.h"

#include <cmocka.h> /* last: it has a macro called fail */

static const char page_path[] = "Documentation/man/seki.conf.5";

/* The next line of the page without roff's escapes; false at the end. */
static bool page_line(FILE *page, char line[256])
{
	char raw[256], *to = line;

	if (!fgets(raw, sizeof(raw), page))
		return false;
	raw[strcspn(raw, "\n")] = '\0';
	for (const char *from = raw; *from; from++) {
		if (from[0] == '\\' && from[1] == '-')
			from++;
		*to++ = *from;
	}
	*to = '\0';
	return true;
}

static bool in_page(const char *syntax)
{
	FILE *page = fopen(page_path, "r");
	bool found = false;
	char line[256];

	assert_non_null(page);
	while (!found && page_line(page, line))
		found = strncmp(line, ".B ", 3) == 0 && strcmp(line + 3, syntax) == 0;
	fclose(page);
	return found;
}

static bool in_grammar(const char *syntax)
{
	struct config_help help;

	for (size_t i = 0; config_help_at(i, &help); i++)
		if (!help.refusal && strcmp(help.syntax, syntax) == 0)
			return true;
	return false;
}

static void every_statement_is_in_the_manual(void **state)
{
	struct config_help help;
	size_t count = 0;

	for (size_t i = 0; config_help_at(i, &help); i++) {
		if (help.refusal)
			continue;
		count++;
		if (!in_page(help.syntax))
			fail_msg("%s lacks \"%s\"", page_path, help.syntax);
	}
	assert_true(count > 40);
}

static void the_manual_has_no_other_statement(void **state)
{
	FILE *page = fopen(page_path, "r");
	bool statements = false, entry = false;
	char line[256];

	assert_non_null(page);
	while (page_line(page, line)) {
		if (strncmp(line, ".SH ", 4) == 0)
			statements = strcmp(line, ".SH STATEMENTS") == 0;
		if (statements && entry && !in_grammar(line + 3))
			fail_msg("%s has \"%s\", which is no statement", page_path, line + 3);
		entry = strcmp(line, ".TP") == 0;
	}
	fclose(page);
}

static void the_example_loads(void **state)
{
	FILE *page = fopen(page_path, "r");
	struct buffer text = { 0 };
	struct config_report report;
	struct policy *policy = NULL;
	struct result result;
	bool example = false;
	char line[256];

	assert_non_null(page);
	while (page_line(page, line)) {
		if (strcmp(line, ".EE") == 0)
			example = false;
		if (example) {
			buffer_put(&text, bytes_of_string(line));
			buffer_put_u8(&text, '\n');
		}
		if (strcmp(line, ".EX") == 0)
			example = true;
	}
	fclose(page);
	assert_true(text.len > 100);
	config_report_init(&report);
	result = config_load_text(page_path, buffer_bytes(&text), &report, &policy);
	if (failed(&result) || report.warnings) {
		config_report_print(&report, stderr);
		fail_msg("the example of %s does not load cleanly", page_path);
	}
	policy_free(policy);
	config_report_free(&report);
	buffer_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_statement_is_in_the_manual),
		cmocka_unit_test(the_manual_has_no_other_statement),
		cmocka_unit_test(the_example_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/report.h"

void config_report_init(struct config_report *report)
{
	*report = (struct config_report){ 0 };
	TAILQ_INIT(&report->diagnostics);
}

void config_report_free(struct config_report *report)
{
	struct config_diagnostic *diagnostic;

	while ((diagnostic = TAILQ_FIRST(&report->diagnostics))) {
		TAILQ_REMOVE(&report->diagnostics, diagnostic, link);
		free(diagnostic->suggestion);
		free(diagnostic->message);
		free(diagnostic->source);
		free(diagnostic->file);
		free(diagnostic);
	}
	config_report_init(report);
}

const char *config_severity_name(enum config_severity severity)
{
	static const char *const names[] = {
		[CONFIG_NOTICE] = "notice",
		[CONFIG_WARNING] = "warning",
		[CONFIG_ERROR] = "error",
	};

	return names[severity];
}

/* The caret stands under the word whatever a tab is wide: tabs stay tabs. */
static void print_caret(const struct config_diagnostic *diagnostic, FILE *out)
{
	size_t room = strlen(diagnostic->source), i;

	fputc(' ', out);
	for (i = 1; i < diagnostic->column; i++)
		fputc(i <= room && diagnostic->source[i - 1] == '\t' ? '\t' : ' ', out);
	fputc('^', out);
	for (i = 1; i < diagnostic->width && diagnostic->column + i <= room; i++)
		fputc('~', out);
	fputc('\n', out);
}

void config_report_print(const struct config_report *report, FILE *out)
{
	const struct config_diagnostic *diagnostic;

	TAILQ_FOREACH(diagnostic, &report->diagnostics, link) {
		fprintf(out, "%s:", diagnostic->file);
		if (diagnostic->line)
			fprintf(out, "%u:%u:", diagnostic->line, diagnostic->column);
		fprintf(out, " %s: %s\n", config_severity_name(diagnostic->severity),
			diagnostic->message);
		if (diagnostic->source) {
			fprintf(out, " %s\n", diagnostic->source);
			print_caret(diagnostic, out);
		}
		if (diagnostic->suggestion)
			fprintf(out, " did you mean \"%s\"?\n", diagnostic->suggestion);
	}
}

void report_add(struct config_report *report, struct config_diagnostic *diagnostic)
{
	struct config_diagnostic *before;

	switch (diagnostic->severity) {
	case CONFIG_ERROR:
		report->errors++;
		break;
	case CONFIG_WARNING:
		report->warnings++;
		break;
	case CONFIG_NOTICE:
		report->notices++;
		break;
	}
	/* The checks after parsing come back to earlier lines. */
	TAILQ_FOREACH_REVERSE(before, &report->diagnostics, config_diagnostics, link)
	{
		if (before->line <= diagnostic->line) {
			TAILQ_INSERT_AFTER(&report->diagnostics, before, diagnostic, link);
			return;
		}
	}
	TAILQ_INSERT_HEAD(&report->diagnostics, diagnostic, link);
}

#define DISTANCE_WORD_MAX 40

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static char lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter;
}

unsigned int edit_distance(const char *a, const char *b)
{
	unsigned int row[DISTANCE_WORD_MAX + 1], diagonal, above;
	size_t a_len = strlen(a), b_len = strlen(b), i, j;

	if (a_len > DISTANCE_WORD_MAX || b_len > DISTANCE_WORD_MAX)
		return DISTANCE_WORD_MAX;
	for (j = 0; j <= b_len; j++)
		row[j] = j;
	for (i = 1; i <= a_len; i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= b_len; j++) {
			above = row[j];
			row[j] = least(least(row[j - 1], above) + 1,
				       diagonal + (lower(a[i - 1]) != lower(b[j - 1])));
			diagonal = above;
		}
	}
	return row[b_len];
}

/* A third of the letters wrong is a slip; more is another word. */
bool word_is_near(const char *word, const char *candidate)
{
	size_t word_len = strlen(word), len = strlen(candidate);
	size_t slips = len < 8 ? (len + 1) / 3 : 3;

	/* Each octet of difference in length is a slip, so most words need no closer look. */
	if (word_len > len + slips || len > word_len + slips)
		return false;
	return edit_distance(word, candidate) <= slips;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Counters, debug, orders and everything that is text already. */

#include <string.h>

#include "cli/render.h"

#define NUMBER "%" JSON_INTEGER_FORMAT

void render_stats(const json_t *result, FILE *out)
{
	const json_t *stats = field(result, "stats"), *value;
	const char *name;
	size_t width = 0;

	json_object_foreach((json_t *)stats, name, value) if (strlen(name) > width) width =
		strlen(name);
	json_object_foreach((json_t *)stats, name, value)
		fprintf(out, "%-*s  " NUMBER "\n", (int)width, name, json_integer_value(value));
}

/* Row J18: "Crypto ISAKMP debugging is on", each subsystem in its usual spelling. */
static void print_topic(const char *topic, FILE *out)
{
	static const struct {
		const char *word, *shown;
	} spellings[] = {
		{ "crypto", "Crypto" },	  { "ikev2", "IKEv2" },		 { "isakmp", "ISAKMP" },
		{ "ipsec", "IPSEC" },	  { "engine", "Engine" },	 { "pki", "PKI" },
		{ "session", "Session" }, { "config", "Configuration" },
	};
	const char *separator = "  ";

	while (*topic) {
		size_t len = strcspn(topic, " ");
		const char *shown = NULL;

		for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++)
			if (strlen(spellings[i].word) == len &&
			    strncmp(spellings[i].word, topic, len) == 0)
				shown = spellings[i].shown;
		if (shown)
			fprintf(out, "%s%s", separator, shown);
		else
			fprintf(out, "%s%.*s", separator, (int)len, topic);
		separator = " ";
		topic += len;
		topic += strspn(topic, " ");
	}
	fprintf(out, " debugging is on\n");
}

void render_debug(const json_t *result, FILE *out)
{
	const json_t *list = field(result, "debug"), *topic;
	size_t i;

	if (!json_array_size(list)) {
		fprintf(out, "All debugging is off\n");
		return;
	}
	fprintf(out, "Cryptographic Subsystem:\n");
	json_array_foreach((json_t *)list, i, topic) print_topic(text_value(topic), out);
}

void render_text(const json_t *result, FILE *out)
{
	fputs(text_of(result, "text"), out);
}

void render_report(const json_t *result, FILE *out)
{
	const char *report = text_of(result, "report");
	size_t len = strlen(report);

	if (!len)
		fprintf(out, "Nothing has changed\n");
	else
		fprintf(out, "%s%s", report, report[len - 1] == '\n' ? "" : "\n");
}

static void print_found(const json_t *result, const char *what, FILE *out)
{
	json_int_t count = number_of(result, "found");

	fprintf(out, NUMBER " SA%s %s\n", count, count == 1 ? "" : "s", what);
}

void render_cleared(const json_t *result, FILE *out)
{
	print_found(result, "cleared", out);
}

void render_counters_cleared(const json_t *result, FILE *out)
{
	fprintf(out, "The counters of " NUMBER " SA%s are 0\n", number_of(result, "found"),
		number_of(result, "found") == 1 ? "" : "s");
}

void render_rekeyed(const json_t *result, FILE *out)
{
	print_found(result, "being rekeyed", out);
}

void render_redirected(const json_t *result, FILE *out)
{
	print_found(result, "being redirected", out);
}

void render_line(const json_t *result, FILE *out)
{
	json_int_t lost = number_of(result, "lost");

	if (lost)
		fprintf(out, "%% " NUMBER " line%s lost\n", lost, lost == 1 ? "" : "s");
	else
		fprintf(out, "%s\n", text_of(result, "line"));
}

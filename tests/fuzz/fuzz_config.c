// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A configuration file from anybody: whatever stands in it, the parser says
 * what is wrong or takes it, and what it takes prints to a text that loads
 * again and prints the same.
 */
#include <stdlib.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct policy *load(struct bytes text)
{
	struct config_report report;
	struct policy *policy;
	struct result result;
	char *printed = NULL;
	size_t size;
	FILE *out = open_memstream(&printed, &size);

	config_report_init(&report);
	result = config_load_text("fuzz.conf", text, &report, &policy);
	if (failed(&result) != (report.errors > 0) || !policy != (report.errors > 0))
		abort();
	config_report_print(&report, out);
	fclose(out);
	free(printed);
	config_report_free(&report);
	return policy;
}

static struct buffer print(const struct policy *policy)
{
	struct buffer text = { 0 };
	char *printed = NULL;
	size_t size;
	FILE *out = open_memstream(&printed, &size);

	config_print(policy, out, true);
	fclose(out);
	buffer_put(&text, bytes_of(printed, size));
	free(printed);
	return text;
}

static void no_change(void *context, enum config_change change, const char *object)
{
	abort();
}

static void ignore_word(void *context, const char *word, const char *help)
{
}

static void complete(struct bytes in)
{
	char line[128];
	size_t len = in.len < sizeof(line) - 1 ? in.len : sizeof(line) - 1;

	snprintf(line, sizeof(line), "%.*s", (int)len, (const char *)in.data);
	config_complete(in.data[in.len - 1] % CONFIG_MODE_COUNT, line, ignore_word, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy *policy = load(bytes_of(data, size)), *again;
	struct buffer first, second;

	if (size)
		complete(bytes_of(data, size));
	if (!policy)
		return 0;
	first = print(policy);
	again = load(buffer_bytes(&first));
	if (!again)
		abort();
	second = print(again);
	if (!bytes_equal(buffer_bytes(&first), buffer_bytes(&second)))
		abort();
	config_compare(policy, again, no_change, NULL);
	buffer_free(&first);
	buffer_free(&second);
	policy_free(policy);
	policy_free(again);
	return 0;
}

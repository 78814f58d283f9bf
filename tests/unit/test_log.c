// SPDX-License-Identifier: GPL-2.0-or-later
/* Log lines: the stamp, the prefix, the switches, and that no peer can forge one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"

#include <cmocka.h>

static uint64_t fixed_now;

static uint64_t fixed(struct clock *clock)
{
	return fixed_now;
}

static struct clock fixed_clock = { fixed, fixed };

static struct {
	char line[4096];
	enum log_topic topic;
	unsigned int count;
} last;

static void keep(void *context, enum log_topic topic, const char *line)
{
	assert_ptr_equal(context, &last);
	assert_true(strlen(line) < sizeof(last.line));
	strcpy(last.line, line);
	last.topic = topic;
	last.count++;
}

static int set_up(void **state)
{
	setenv("TZ", "UTC", 1);
	tzset();
	fixed_now = SECONDS(1415734234) + MILLISECONDS(811) + 999; /* 2014-11-11 19:30:34 */
	last.count = 0;
	log_set_clock(&fixed_clock);
	log_set_sink(keep, &last);
	for (size_t topic = 0; topic < LOG_TOPIC_COUNT; topic++)
		log_set((enum log_topic)topic, false);
	return 0;
}

static int tear_down(void **state)
{
	log_set_clock(&system_clock);
	log_set_sink(NULL, NULL);
	log_configure(LOG_STYLE_IOS, 0);
	return 0;
}

static void stamp_and_prefix(void **state)
{
	log_set(LOG_IKEV2_PACKET, true);
	log_line(LOG_IKEV2_PACKET, "Adding Proposal %s to toolkit policy", "default");
	assert_string_equal(last.line, "*Nov 11 19:30:34.811: IKEv2:Adding Proposal default to "
				       "toolkit policy");
	assert_int_equal(last.topic, LOG_IKEV2_PACKET);
	log_line(LOG_NOTICE, "up");
	assert_string_equal(last.line, "*Nov 11 19:30:34.811: up");
}

/* IOS pads the day with a space and writes local time. */
static void stamp_of_another_place(void **state)
{
	setenv("TZ", "JST-9", 1);
	tzset();
	fixed_now = SECONDS(1414861200); /* 2014-11-01 17:00:00 UTC */
	log_line(LOG_ERROR, "x");
	assert_string_equal(last.line, "*Nov  2 02:00:00.000: x");
}

static void switches(void **state)
{
	assert_true(log_enabled(LOG_ERROR));
	assert_true(log_enabled(LOG_NOTICE));
	assert_false(log_enabled(LOG_IKEV2_PACKET));
	log_line(LOG_IKEV2_PACKET, "unseen");
	assert_int_equal(last.count, 0);

	assert_true(log_set_by_words("crypto ikev2 packet", true));
	assert_true(log_enabled(LOG_IKEV2_PACKET));
	assert_false(log_enabled(LOG_IKEV2_INTERNAL));
	log_line(LOG_IKEV2_PACKET, "seen");
	assert_int_equal(last.count, 1);
	assert_true(log_set_by_words("crypto ikev2 packet", false));
	assert_false(log_enabled(LOG_IKEV2_PACKET));

	assert_false(log_set_by_words("crypto ikev2", true));
	assert_false(log_set_by_words("", true));
	log_set(LOG_ERROR, false); /* cannot be silenced */
	assert_true(log_enabled(LOG_ERROR));
}

static bool same_words(enum log_topic a, enum log_topic b)
{
	return log_topic_words(a) && log_topic_words(b) &&
	       !strcmp(log_topic_words(a), log_topic_words(b));
}

/* The words of each topic switch that topic, its twin, and no other. */
static void words_of_each_topic(void **state)
{
	for (size_t topic = 0; topic < LOG_TOPIC_COUNT; topic++) {
		const char *words = log_topic_words((enum log_topic)topic);

		assert_int_equal(!words, topic == LOG_ERROR || topic == LOG_NOTICE ||
						 topic == LOG_IKEV2_INFO);
		/* what prints secrets is a matter of the configuration; the style chooses one of two */
		if (topic == LOG_IKEV2_KEY)
			assert_false(log_set_by_words(words, true));
		if (!words || topic == LOG_IKEV2_KEY || topic == LOG_IKEV2_EVENT)
			continue;
		assert_true(log_set_by_words(words, true));
		for (size_t other = LOG_NOTICE + 1; other < LOG_TOPIC_COUNT; other++)
			assert_int_equal(log_enabled((enum log_topic)other),
					 same_words((enum log_topic)other, (enum log_topic)topic) &&
						 other != LOG_IKEV2_EVENT);
		assert_true(log_set_by_words(words, false));
	}
}

/* L06: one topic of two has the words of a style; what is configured needs no switch. */
static void styles(void **state)
{
	assert_true(log_set_by_words("crypto ikev2 internal", true));
	log_line(LOG_IKEV2_EVENT, "not in this style");
	log_line(LOG_IKEV2_INFO, "not in this style");
	assert_int_equal(last.count, 0);
	log_configure(LOG_STYLE_YAMAHA, 1u << LOG_IKEV2_KEEPALIVE);
	log_line(LOG_IKEV2_INTERNAL, "not in this style");
	assert_int_equal(last.count, 0);
	log_line(LOG_IKEV2_EVENT, "SA:1/IKE x");
	assert_string_equal(last.line, "*Nov 11 19:30:34.811: [IKE2] SA:1/IKE x");
	log_line(LOG_IKEV2_INFO, "SA:1/IKE y");
	assert_string_equal(last.line, "*Nov 11 19:30:34.811: [IKE2] SA:1/IKE y");
	log_line(LOG_IKEV2_KEEPALIVE, "z");
	assert_int_equal(last.count, 3);
	log_configure(LOG_STYLE_IOS, 0);
	log_line(LOG_IKEV2_KEEPALIVE, "z");
	assert_int_equal(last.count, 3);
}

static void no_line_can_be_forged(void **state)
{
	static const struct {
		const char *text, *logged;
	} cases[] = {
		{ "a\n*Nov 11 19:30:34.811: IKEv2:forged",
		  "a\\x0a*Nov 11 19:30:34.811: IKEv2:forged" },
		{ "\r\t\x7f", "\\x0d\\x09\\x7f" },
		{ "\x1b[2Jgone", "\\x1b[2Jgone" },
		{ "\xc2\x9b[2J", "\\xc2\\x9b[2J" }, /* CSI in one character */
		{ "%s%n", "%s%n" },
		{ "~ !", "~ !" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		log_line(LOG_ERROR, "%s", cases[i].text);
		assert_string_equal(last.line + strlen("*Nov 11 19:30:34.811: "), cases[i].logged);
	}
}

static void long_lines_are_whole(void **state)
{
	char text[2001];

	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_line(LOG_ERROR, "%s", text);
	assert_int_equal(strlen(last.line), strlen("*Nov 11 19:30:34.811: ") + strlen(text));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(stamp_and_prefix),
		TEST(stamp_of_another_place),
		TEST(switches),
		TEST(words_of_each_topic),
		TEST(styles),
		TEST(no_line_can_be_forged),
		TEST(long_lines_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/memory.h"

static const struct {
	const char *words;
	const char *prefix[LOG_STYLE_COUNT];
} topics[LOG_TOPIC_COUNT] = {
#define X(topic, words, ios, yamaha) [topic] = { words, { ios, yamaha } },
	LOG_TOPIC_LIST(X)
#undef X
};

static void to_stderr(void *context, enum log_topic topic, const char *line)
{
	fprintf(stderr, "%s\n", line);
}

static bool switched_on[LOG_TOPIC_COUNT];
static enum log_style style;
static uint32_t configured;
static struct clock *log_clock = &system_clock;
static void (*log_sink)(void *context, enum log_topic topic, const char *line) = to_stderr;
static void *log_context;

bool log_enabled(enum log_topic topic)
{
	if (!topics[topic].prefix[style])
		return false;
	return !topics[topic].words || switched_on[topic] || configured & 1u << topic;
}

enum log_style log_style(void)
{
	return style;
}

void log_configure(enum log_style wanted, uint32_t wanted_topics)
{
	style = wanted;
	configured = wanted_topics;
}

/* "*Nov 11 19:30:34.811: ", local time as IOS has it */
static void put_stamp(struct buffer *line)
{
	uint64_t now = log_clock->realtime(log_clock);
	time_t seconds = (time_t)(now / SECONDS(1));
	unsigned int milliseconds = (unsigned int)(now % SECONDS(1) / MILLISECONDS(1));
	char date[32], stamp[48];
	struct tm local;

	localtime_r(&seconds, &local);
	strftime(date, sizeof(date), "%b %e %H:%M:%S", &local);
	snprintf(stamp, sizeof(stamp), "*%s.%03u: ", date, milliseconds);
	buffer_put(line, bytes_of_string(stamp));
}

/*
 * Peers choose a part of what is logged (identities, vendor IDs): whatever is
 * not printable ASCII is escaped, so that no peer can forge a line or speak to
 * the terminal.
 */
static void put_escaped(struct buffer *line, const char *text)
{
	for (; *text; text++) {
		char escaped[8];

		if (*text >= ' ' && *text <= '~') {
			buffer_put_u8(line, (uint8_t)*text);
			continue;
		}
		snprintf(escaped, sizeof(escaped), "\\x%02x", (unsigned char)*text);
		buffer_put(line, bytes_of_string(escaped));
	}
}

void log_line(enum log_topic topic, const char *format, ...)
{
	struct buffer line = { 0 };
	va_list args;
	char *text;
	int len;

	if (!log_enabled(topic))
		return;
	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		return;
	put_stamp(&line);
	buffer_put(&line, bytes_of_string(topics[topic].prefix[style]));
	put_escaped(&line, text);
	buffer_put_u8(&line, 0);
	log_sink(log_context, topic, (const char *)line.data);
	/* A line may show key material when the admin has asked for it. */
	buffer_free(&line);
	secret_free(text, (size_t)len);
}

void log_set(enum log_topic topic, bool on)
{
	switched_on[topic] = on;
}

bool log_set_by_words(const char *words, bool on)
{
	bool found = false;

	for (size_t topic = 0; topic < LOG_TOPIC_COUNT; topic++) {
		if (topics[topic].words && topic != LOG_IKEV2_KEY &&
		    !strcmp(topics[topic].words, words)) {
			log_set((enum log_topic)topic, on);
			found = true;
		}
	}
	return found;
}

const char *log_topic_words(enum log_topic topic)
{
	return topics[topic].words;
}

const char *log_topic_offered(enum log_topic topic)
{
	const char *words = topics[topic].words;

	if (topic == LOG_IKEV2_KEY)
		return NULL;
	for (size_t other = 0; words && other < topic; other++)
		if (topics[other].words && !strcmp(topics[other].words, words))
			return NULL;
	return words;
}

void log_set_clock(struct clock *clock)
{
	log_clock = clock;
}

void log_set_sink(void (*sink)(void *context, enum log_topic topic, const char *line),
		  void *context)
{
	log_sink = sink ? sink : to_stderr;
	log_context = context;
}

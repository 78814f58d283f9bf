/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_BASE_LOG_H
#define SEKI_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/timer.h"

/*
 * One list of what can be switched on: topic, the words of the debug command
 * and the prefix of its lines. LOG_NOTICE and above are always on.
 */
#define LOG_TOPIC_LIST(X) \
	X(LOG_ERROR, NULL, "") /* what the admin must see */ \
	X(LOG_NOTICE, NULL, "") /* tunnel up, tunnel down, legacy in use */ \
	X(LOG_IKEV2_ERROR, "crypto ikev2 error", "IKEv2:") \
	X(LOG_IKEV2_INTERNAL, "crypto ikev2 internal", "IKEv2:") \
	X(LOG_IKEV2_PACKET, "crypto ikev2 packet", "IKEv2:") \
	X(LOG_IPSEC, "crypto ipsec", "IPSEC:") \
	X(LOG_KERNEL, "crypto engine", "KERNEL:") \
	X(LOG_CONFIG, "config", "CONFIG:")

enum log_topic {
#define X(topic, words, prefix) topic,
	LOG_TOPIC_LIST(X)
#undef X
		LOG_TOPIC_COUNT
};

/** log_enabled() - test before building an expensive line */
bool log_enabled(enum log_topic topic);
/** log_line() - "*Nov 11 19:30:34.811: IKEv2:" and the text, one line, no newline in it */
void log_line(enum log_topic topic, const char *format, ...) __attribute__((format(printf, 2, 3)));

void log_set(enum log_topic topic, bool on);
/** log_set_by_words() - "crypto ikev2 packet"; false when there is no such topic */
bool log_set_by_words(const char *words, bool on);
const char *log_topic_words(enum log_topic topic); /* NULL for the ones always on */
void log_set_clock(struct clock *clock);
/**
 * log_set_sink() - where finished lines go; the default is stderr
 * @sink: gets the line with its stamp, without newline; @context is handed back
 */
void log_set_sink(void (*sink)(void *context, enum log_topic topic, const char *line),
		  void *context);

#endif

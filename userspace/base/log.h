/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_BASE_LOG_H
#define SEKI_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/timer.h"

/*
 * One list of what can be switched on: topic, the words of the debug command
 * and the prefix of its lines in either style; where that is NULL the style has
 * no such lines. Topics without words are always on. The words may be those of
 * two topics, one for each style or each prefix.
 */
#define YAMAHA "[IKE2] "
#define LOG_TOPIC_LIST(X) \
	X(LOG_ERROR, NULL, "", "") /* what the admin must see */ \
	X(LOG_NOTICE, NULL, "", "") /* tunnel up, tunnel down, legacy in use */ \
	X(LOG_IKEV2_INFO, NULL, NULL, YAMAHA) /* Yamaha's [INFO] */ \
	X(LOG_IKEV2_ERROR, "crypto ikev2 error", "IKEv2:", YAMAHA) \
	X(LOG_IKEV2_INTERNAL, "crypto ikev2 internal", "IKEv2:", NULL) /* what IOS says */ \
	X(LOG_IKEV2_EVENT, "crypto ikev2 internal", NULL, YAMAHA) /* Yamaha's [DEBUG] */ \
	X(LOG_IKEV2_PACKET, "crypto ikev2 packet", "IKEv2:", YAMAHA) \
	X(LOG_IKEV2_MESSAGE, "crypto ikev2 message-info", "IKEv2:", YAMAHA) /* octets */ \
	X(LOG_IKEV2_PAYLOAD, "crypto ikev2 payload-info", "IKEv2:", YAMAHA) \
	X(LOG_IKEV2_KEY, "crypto ikev2 key-info", "IKEv2:", YAMAHA) /* secrets! */ \
	X(LOG_IKEV2_KEEPALIVE, "crypto ikev2 keepalive", "IKEv2:", YAMAHA) \
	X(LOG_IKEV2_INVALID_SPI, "crypto ikev2 invalid-spi", "IKEv2:", YAMAHA) \
	X(LOG_ISAKMP, "crypto isakmp", "ISAKMP", "ISAKMP") \
	X(LOG_ISADB, "crypto isakmp", "", "") /* of the table of ISAKMP SAs */ \
	X(LOG_IPSEC, "crypto ipsec", "", "") \
	X(LOG_ENGINE, "crypto engine", "", "") /* what computes keys */ \
	X(LOG_KERNEL, "crypto engine", "KERNEL:", "KERNEL:") \
	X(LOG_CONFIG, "config", "CONFIG:", "CONFIG:")

enum log_topic {
#define X(topic, words, ios, yamaha) topic,
	LOG_TOPIC_LIST(X)
#undef X
		LOG_TOPIC_COUNT
};

/** enum log_style - in whose words IKE is reported: "logging style ios|yamaha" */
enum log_style { LOG_STYLE_IOS, LOG_STYLE_YAMAHA, LOG_STYLE_COUNT };

enum log_style log_style(void);
/**
 * log_configure() - what the configuration wants, beside what is switched on by hand
 * @topics: a bit, 1 << topic, for each that is always to be on
 */
void log_configure(enum log_style style, uint32_t topics);

/** log_enabled() - test before building an expensive line */
bool log_enabled(enum log_topic topic);
/** log_line() - "*Nov 11 19:30:34.811: IKEv2:" and the text, one line, no newline in it */
void log_line(enum log_topic topic, const char *format, ...) __attribute__((format(printf, 2, 3)));

void log_set(enum log_topic topic, bool on);
/** log_set_by_words() - "crypto ikev2 packet"; false when there is no such topic */
bool log_set_by_words(const char *words, bool on);
const char *log_topic_words(enum log_topic topic); /* NULL for the ones always on */
/**
 * log_topic_offered() - the words of a topic that debug commands may name; NULL for the ones that
 * are always on, for another topic with the same words, and for the one with secrets, which only
 * the configuration switches on
 */
const char *log_topic_offered(enum log_topic topic);
void log_set_clock(struct clock *clock);
/**
 * log_set_sink() - where finished lines go; the default is stderr
 * @sink: gets the line with its stamp, without newline; @context is handed back
 */
void log_set_sink(void (*sink)(void *context, enum log_topic topic, const char *line),
		  void *context);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_BASE_RESULT_H
#define SEKI_BASE_RESULT_H

#include <stdbool.h>

/**
 * struct result - the outcome of an operation that a user may have to hear of
 * @code: 0, or a negative errno
 * @why: one sentence naming the cause, empty on success
 *
 * Returned by value: it owns nothing, so it can be dropped, logged or sent to
 * the user at any height of the call chain.
 */
struct result {
	int code;
	char why[232];
};

#define RESULT_OK ((struct result){ .code = 0 })

/**
 * fail() - make a refusal
 * @code: negative errno
 * @format: the sentence, without a full stop
 */
struct result fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline bool failed(const struct result *result)
{
	return result->code < 0;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CONFIG_REPORT_H
#define SEKI_CONFIG_REPORT_H

#include "config/config.h"

/** report_add() - takes the diagnostic over, sorted by line */
void report_add(struct config_report *report, struct config_diagnostic *diagnostic);

/** edit_distance() - Levenshtein's, letters compared without case */
unsigned int edit_distance(const char *a, const char *b);
/** word_is_near() - may @word be a slip of the pen for @candidate? */
bool word_is_near(const char *word, const char *candidate);

#endif

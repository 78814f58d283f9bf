/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CONFIG_UNRELATED_H
#define SEKI_CONFIG_UNRELATED_H

/* Statements of a router's configuration that do not concern IPsec */

#include "config/grammar.h"

/** struct unrelated - @opens: lines of a sub-mode follow */
struct unrelated {
	const char *words;
	bool opens;
};

/** unrelated_find() - by the leading words of a line; NULL when it is none that we know */
const struct unrelated *unrelated_find(const struct line *line);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_BASE_NAMES_H
#define SEKI_BASE_NAMES_H

/**
 * NAME_FUNCTION() - defines the function that tells the name of a list's value
 * @LIST: an X macro; @ENTRY makes one designated initializer of each of its entries
 */
#define NAME_FUNCTION(function, type, LIST, ENTRY) \
	const char *function(type value) \
	{ \
		static const char *const names[] = { LIST(ENTRY) }; \
\
		return names[value]; \
	}

#endif

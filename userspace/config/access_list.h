/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CONFIG_ACCESS_LIST_H
#define SEKI_CONFIG_ACCESS_LIST_H

#include <stdio.h>

#include "ike/crypto_map.h"

/**
 * access_entry_parse() - what stands behind "permit" or "deny" of an extended access list
 *
 * What crypto maps cannot do with it goes into @fault of the entry, as a sentence.
 */
void access_entry_parse(const char *text, struct access_entry *entry);
/** access_entry_print() - "permit ip 10.0.0.0 0.0.0.255 any", without an end of line */
void access_entry_print(const struct access_entry *entry, FILE *out);
/** access_entries_overlap() - is there a packet that both fit? */
bool access_entries_overlap(const struct access_entry *a, const struct access_entry *b);

#endif

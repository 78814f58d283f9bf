/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_V2_IKEV2_H
#define SEKI_IKE_V2_IKEV2_H

#include <stdio.h>

#include "ike/sa.h"

/** ikev2 - RFC 7296, for ike_add_version() */
extern const struct ike_version ikev2;

/** ikev2_print_states() - the state table as a reStructuredText table, for Documentation/ */
void ikev2_print_states(FILE *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_V1_IKEV1_H
#define SEKI_IKE_V1_IKEV1_H

/* IKEv1 from outside: one version of the protocol for the engine. */

#include <stdio.h>

#include "ike/sa.h"

extern const struct ike_version ikev1;

/** ikev1_print_states() - the state table, for the documentation and for debug */
void ikev1_print_states(FILE *out);

#endif

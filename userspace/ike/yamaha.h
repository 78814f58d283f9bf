/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_YAMAHA_H
#define SEKI_IKE_YAMAHA_H

/*
 * IKE in the words of a Yamaha router: "logging style yamaha" (rows L06 to
 * L18). In IOS's style these functions say nothing. An IKE SA and each half of
 * a child SA have a number, SA:xx; a gateway, GW:xx, is an IKEv2 profile by its
 * place in the configuration, a tunnel, TN:xx, the number in its device's name
 * and its policy, PY:xx, an entry of the kernel's crypto maps.
 */

#include "ike/sa.h"

#define SUBJECT_SIZE 64

/** yamaha_gateway() - "GW:1", or "GW:*" while it is unknown */
const char *yamaha_gateway(const struct ike *ike, const struct ikev2_profile *profile,
			   char out[SUBJECT_SIZE]);
/** yamaha_sa() - "SA:1/IKE established" */
void yamaha_sa(const struct ike_sa *sa, enum log_topic topic, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/** yamaha_child() - "SA:2/CHLD_RECV established"; nothing while that half has no number */
void yamaha_child(const struct child_sa *child, enum sa_direction direction, enum log_topic topic,
		  const char *format, ...) __attribute__((format(printf, 4, 5)));
/** yamaha_bound() - a half belongs to its IKE SA, and to its tunnel */
void yamaha_bound(const struct child_sa *child, enum sa_direction direction, bool changed);
/** yamaha_assigned() - an IKE SA has got its profile */
void yamaha_assigned(const struct ike_sa *sa);
/** yamaha_not_configured() - @statement is missing, so that nothing can be negotiated */
void yamaha_not_configured(const struct ike *ike, const struct ikev2_profile *profile,
			   const char *statement);

#endif

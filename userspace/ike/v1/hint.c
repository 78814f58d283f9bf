// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Why an ISAKMP SA that is not up probably is where it is (row E04). What the peer has said, or
 * what was wrong with its messages, is better than a guess.
 */

#include <string.h>

#include "ike/v1/auth.h"

/* An exchange that goes well is over before. */
#define PATIENCE SECONDS(3)

static const char *authentication_hint(const struct ikev1_sa *sa)
{
	switch (sa->method ? sa->method->number : ISAKMP_AUTH_PRE_SHARED) {
	case ISAKMP_AUTH_RSA_SIG:
		return "authentication does not succeed: one of the certificates has expired or is "
		       "revoked, the clock of one end is wrong, or the peer does not trust the "
		       "authority";
	case ISAKMP_AUTH_RSA_ENCR:
	case ISAKMP_AUTH_RSA_ENCR_REVISED:
		return "authentication does not succeed: one end has not the RSA key that the "
		       "other one encrypts for";
	default:
		return "authentication does not succeed: the pre-shared keys of the two ends "
		       "differ";
	}
}

static const char *stage_hint(const struct ikev1_sa *sa, const char *stage)
{
	if (!strcmp(stage, "MM_NO_STATE") || !strcmp(stage, "AG_NO_STATE"))
		return "the peer does not answer: no crypto map or profile is active on its "
		       "interface, none of its ISAKMP policies matches one of ours, or UDP port "
		       "500 is blocked on the way";
	if (!strcmp(stage, "MM_SA_SETUP"))
		return "a policy is agreed on, but the public values do not arrive: large packets "
		       "get lost on the way, or the peer has no key for our address";
	if (!strcmp(stage, "MM_KEY_EXCH") || !strcmp(stage, "AG_INIT_EXCH"))
		return authentication_hint(sa);
	return NULL;
}

const char *ikev1_hint(const struct ikev1_sa *sa)
{
	if (sa->base.established || !sa->initial)
		return NULL;
	if (sa->initial->noted.code)
		return sa->initial->noted.why;
	if (ike_now(sa->base.ike) - sa->base.created_at < PATIENCE)
		return NULL;
	return stage_hint(sa, sa->initial->stage);
}

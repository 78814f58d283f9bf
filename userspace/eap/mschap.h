/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_EAP_MSCHAP_H
#define SEKI_EAP_MSCHAP_H

/* The computations of MS-CHAP version 2 (RFC 2759 section 8, RFC 3079 section 3). */

#include "base/bytes.h"
#include "base/result.h"

#define MSCHAP_CHALLENGE 16
#define MSCHAP_HASH 16
#define MSCHAP_RESPONSE 24
#define MSCHAP_AUTHENTICATOR 42 /* "S=" and 40 digits */
#define MSCHAP_MSK 64

/** struct mschap - one authentication; @hash and @hash_hash stand for the password */
struct mschap {
	uint8_t server[MSCHAP_CHALLENGE], peer[MSCHAP_CHALLENGE];
	uint8_t hash[MSCHAP_HASH], hash_hash[MSCHAP_HASH];
	uint8_t response[MSCHAP_RESPONSE];
};

/** mschap_set_password() - @password in UTF-8; -EINVAL when it is not */
struct result mschap_set_password(struct mschap *mschap, struct bytes password);
/** mschap_respond() - computes @response from challenges and password; of @user what follows a domain */
struct result mschap_respond(struct mschap *mschap, struct bytes user);
/** mschap_authenticator() - by which the server proves that it knows the password, too */
struct result mschap_authenticator(const struct mschap *mschap, struct bytes user,
				   char out[MSCHAP_AUTHENTICATOR + 1]);
/** mschap_msk() - the two keys of MPPE, the server's receiving one first, and zeros */
void mschap_msk(const struct mschap *mschap, uint8_t out[MSCHAP_MSK]);

#endif

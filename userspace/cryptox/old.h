/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CRYPTOX_OLD_H
#define SEKI_CRYPTOX_OLD_H

/*
 * What old password protocols are made of (RFC 1994, RFC 2759), and nothing
 * else should be. MD4 and DES come from OpenSSL's legacy provider, in a library
 * context of their own, so that they do not become available elsewhere.
 * For the protocol thread only.
 */

#include "base/bytes.h"
#include "base/result.h"

#define MD5_SIZE 16
#define MD4_SIZE 16

/** old_md5(), old_md4() - over part | part | ... */
struct result old_md5(const struct bytes *parts, size_t count, uint8_t out[MD5_SIZE]);
struct result old_md4(const struct bytes *parts, size_t count, uint8_t out[MD4_SIZE]);
/** old_des() - one block, under 56 bits of key to which the parity is still to be added */
struct result old_des(const uint8_t key[7], const uint8_t in[8], uint8_t out[8]);
/** old_stop() - gives the library context back */
void old_stop(void);

#endif

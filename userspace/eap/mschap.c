// SPDX-License-Identifier: GPL-2.0-or-later
#include "eap/mschap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "cryptox/cryptox.h"
#include "cryptox/old.h"

#define SHA1_SIZE 20

/* One character of UTF-8; false for what is none. */
static bool get_character(struct reader *reader, uint32_t *out)
{
	uint8_t first, next;
	int more;

	if (!reader_get_u8(reader, &first))
		return false;
	more = first < 0x80 ? 0 :
	       first < 0xc2 ? -1 :
	       first < 0xe0 ? 1 :
	       first < 0xf0 ? 2 :
	       first < 0xf5 ? 3 :
			      -1;
	if (more < 0)
		return false;
	*out = more ? first & (0x3f >> more) : first;
	for (; more; more--) {
		if (!reader_get_u8(reader, &next) || (next & 0xc0) != 0x80)
			return false;
		*out = *out << 6 | (next & 0x3f);
	}
	return true;
}

static void put_unit(struct buffer *out, uint32_t unit)
{
	buffer_put_u8(out, unit & 0xff);
	buffer_put_u8(out, unit >> 8 & 0xff);
}

/* UTF-16, the low octet first. */
static bool to_utf16(struct bytes text, struct buffer *out)
{
	struct reader reader = reader_of(text);
	uint32_t character;

	while (reader_left(&reader)) {
		if (!get_character(&reader, &character))
			return false;
		if (character < 0x10000) {
			put_unit(out, character);
			continue;
		}
		character -= 0x10000;
		put_unit(out, 0xd800 | character >> 10);
		put_unit(out, 0xdc00 | (character & 0x3ff));
	}
	return true;
}

struct result mschap_set_password(struct mschap *mschap, struct bytes password)
{
	struct buffer wide = {};
	struct result result;
	struct bytes part;

	if (to_utf16(password, &wide)) {
		part = buffer_bytes(&wide);
		result = old_md4(&part, 1, mschap->hash);
	} else {
		result = fail(-EINVAL, "the password is no UTF-8");
	}
	buffer_free(&wide);
	if (failed(&result))
		return result;
	part = BYTES(mschap->hash);
	return old_md4(&part, 1, mschap->hash_hash);
}

/* "DOMAIN\\user" counts as "user" (RFC 2759 section 4). */
static struct bytes without_domain(struct bytes user)
{
	const uint8_t *at = user.len ? memrchr(user.data, '\\', user.len) : NULL;

	return at ? bytes_of(at + 1, user.len - (size_t)(at + 1 - user.data)) : user;
}

static void challenge_hash(const struct mschap *mschap, struct bytes user, uint8_t out[8])
{
	struct bytes parts[] = { BYTES(mschap->peer), BYTES(mschap->server), without_domain(user) };
	uint8_t digest[SHA1_SIZE];

	sha1(parts, 3, digest);
	memcpy(out, digest, 8);
}

struct result mschap_respond(struct mschap *mschap, struct bytes user)
{
	uint8_t key[21] = {}, challenge[8];
	struct result result = RESULT_OK;

	challenge_hash(mschap, user, challenge);
	memcpy(key, mschap->hash, sizeof(mschap->hash));
	for (int i = 0; i < 3 && !failed(&result); i++)
		result = old_des(key + 7 * i, challenge, mschap->response + 8 * i);
	secret_wipe(key, sizeof(key));
	return result;
}

struct result mschap_authenticator(const struct mschap *mschap, struct bytes user,
				   char out[MSCHAP_AUTHENTICATOR + 1])
{
	static const char signing[] = "Magic server to client signing constant";
	static const char padding[] = "Pad to make it do more than one iteration";
	struct bytes parts[3] = { BYTES(mschap->hash_hash), BYTES(mschap->response),
				  bytes_of_string(signing) };
	uint8_t digest[SHA1_SIZE], challenge[8];

	sha1(parts, 3, digest);
	challenge_hash(mschap, user, challenge);
	parts[0] = BYTES(digest);
	parts[1] = BYTES(challenge);
	parts[2] = bytes_of_string(padding);
	sha1(parts, 3, digest);
	strcpy(out, "S=");
	for (int i = 0; i < SHA1_SIZE; i++)
		sprintf(out + 2 + 2 * i, "%02X", digest[i]);
	return RESULT_OK;
}

void mschap_msk(const struct mschap *mschap, uint8_t out[MSCHAP_MSK])
{
	static const char master[] = "This is the MPPE Master Key";
	/* As the client sees it: what it sends with first, which the server receives with. */
	static const char *const sides[2] = {
		"On the client side, this is the send key; on the server side, it is the "
		"receive key.",
		"On the client side, this is the receive key; on the server side, it is the "
		"send key.",
	};
	uint8_t pad_1[40], pad_2[40], digest[SHA1_SIZE], key[16];
	struct bytes parts[4] = { BYTES(mschap->hash_hash), BYTES(mschap->response),
				  bytes_of_string(master) };

	sha1(parts, 3, digest);
	memcpy(key, digest, sizeof(key));
	memset(pad_1, 0, sizeof(pad_1));
	memset(pad_2, 0xf2, sizeof(pad_2));
	memset(out, 0, MSCHAP_MSK);
	for (int i = 0; i < 2; i++) {
		parts[0] = BYTES(key);
		parts[1] = BYTES(pad_1);
		parts[2] = bytes_of_string(sides[i]);
		parts[3] = BYTES(pad_2);
		sha1(parts, 4, digest);
		memcpy(out + 16 * i, digest, 16);
	}
	secret_wipe(key, sizeof(key));
	secret_wipe(digest, sizeof(digest));
}

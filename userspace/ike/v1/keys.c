// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/v1/keys.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static struct bytes number(uint64_t value, size_t size, uint8_t *out)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
	return bytes_of(out, size);
}

struct result ikev1_keys_begin(struct ikev1_keys *keys, uint16_t prf, uint16_t encr,
			       uint16_t key_bits)
{
	ikev1_keys_wipe(keys);
	keys->prf = prf;
	keys->prf_len = prf_size(prf);
	keys->suite = (struct cipher_suite){ .encr = encr, .key_bits = key_bits };
	keys->block = encr_block_size(encr);
	keys->cipher_key_len = encr_key_size(encr, key_bits);
	if (!keys->prf_len)
		return fail(-ENOTSUP, "PRF %u is not supported", prf);
	if (!keys->cipher_key_len || keys->cipher_key_len > IKEV1_CIPHER_KEY_MAX ||
	    keys->block < 8 || keys->block > IKEV1_BLOCK_MAX)
		return fail(-ENOTSUP, "cipher %u cannot protect messages of IKEv1", encr);
	return RESULT_OK;
}

void ikev1_keys_wipe(struct ikev1_keys *keys)
{
	secret_wipe(keys, sizeof(*keys));
}

struct result ikev1_skeyid_psk(struct ikev1_keys *keys, struct bytes psk, struct bytes nonce_i,
			       struct bytes nonce_r)
{
	struct bytes parts[] = { nonce_i, nonce_r };

	return prf_compute(keys->prf, psk, parts, COUNT(parts), keys->skeyid);
}

struct result ikev1_skeyid_signature(struct ikev1_keys *keys, struct bytes nonce_i,
				     struct bytes nonce_r, struct bytes secret)
{
	struct buffer key = {};
	struct result result;

	buffer_put(&key, nonce_i);
	buffer_put(&key, nonce_r);
	result = prf_compute(keys->prf, buffer_bytes(&key), &secret, 1, keys->skeyid);
	buffer_free(&key);
	return result;
}

struct result ikev1_skeyid_encrypted(struct ikev1_keys *keys, struct bytes nonce_i,
				     struct bytes nonce_r, const struct ikev1_cookies *cookies)
{
	struct bytes nonces[] = { nonce_i, nonce_r };
	uint8_t key[CRYPTOX_HASH_MAX], cookie_i[8], cookie_r[8];
	struct bytes parts[] = {
		number(cookies->initiator, 8, cookie_i),
		number(cookies->responder, 8, cookie_r),
	};
	struct result result = hash_compute(keys->prf, nonces, COUNT(nonces), key);

	if (!failed(&result))
		result = prf_compute(keys->prf, bytes_of(key, keys->prf_len), parts, COUNT(parts),
				     keys->skeyid);
	secret_wipe(key, sizeof(key));
	return result;
}

/* K1 = prf(key, 0), K2 = prf(key, K1) ..., one behind the other, as long as a cipher's key. */
static struct result feed_back(const struct ikev1_keys *keys, struct bytes key, uint8_t *out)
{
	static const uint8_t zero[1];
	uint8_t block[CRYPTOX_HASH_MAX];
	struct bytes part = BYTES(zero);
	struct result result = RESULT_OK;

	for (size_t made = 0; made < keys->cipher_key_len && !failed(&result);) {
		size_t left = keys->cipher_key_len - made;
		size_t take = left < keys->prf_len ? left : keys->prf_len;

		result = prf_compute(keys->prf, key, &part, 1, block);
		if (failed(&result))
			break;
		memcpy(out + made, block, take);
		part = bytes_of(block, keys->prf_len);
		made += take;
	}
	secret_wipe(block, sizeof(block));
	return result;
}

/* SKEYID_e is used as it is when it is long enough, else as the key of a feedback (appendix B). */
static struct result make_cipher_key(struct ikev1_keys *keys)
{
	if (keys->cipher_key_len > keys->prf_len)
		return feed_back(keys, bytes_of(keys->skeyid_e, keys->prf_len), keys->cipher_key);
	memcpy(keys->cipher_key, keys->skeyid_e, keys->cipher_key_len);
	return RESULT_OK;
}

struct result ikev1_keys_expand(struct ikev1_keys *keys, struct bytes secret,
				const struct ikev1_cookies *cookies)
{
	uint8_t *made[] = { keys->skeyid_d, keys->skeyid_a, keys->skeyid_e };
	struct bytes skeyid = bytes_of(keys->skeyid, keys->prf_len), last = bytes_of(NULL, 0);
	uint8_t cookie_i[8], cookie_r[8];
	struct result result = RESULT_OK;

	for (uint8_t i = 0; i < COUNT(made) && !failed(&result); i++) {
		struct bytes parts[] = {
			last,
			secret,
			number(cookies->initiator, 8, cookie_i),
			number(cookies->responder, 8, cookie_r),
			bytes_of(&i, 1),
		};

		result = prf_compute(keys->prf, skeyid, parts, COUNT(parts), made[i]);
		last = bytes_of(made[i], keys->prf_len);
	}
	if (!failed(&result))
		result = make_cipher_key(keys);
	keys->ready = !failed(&result);
	return result;
}

struct result ikev1_proof_hash(const struct ikev1_keys *keys, const struct ikev1_proof *proof,
			       uint8_t *out)
{
	uint8_t own[8], other[8];
	struct bytes parts[] = {
		proof->own_public,
		proof->other_public,
		number(proof->own_cookie, 8, own),
		number(proof->other_cookie, 8, other),
		proof->sa_body,
		proof->id_body,
	};

	return prf_compute(keys->prf, bytes_of(keys->skeyid, keys->prf_len), parts, COUNT(parts),
			   out);
}

struct result ikev1_message_hash(const struct ikev1_keys *keys, uint32_t message_id,
				 const struct bytes *parts, size_t count, uint8_t *out)
{
	struct bytes all[CRYPTOX_PARTS_MAX];
	uint8_t id[4];

	if (count >= CRYPTOX_PARTS_MAX)
		return fail(-EINVAL, "a hash covers at most %d parts", CRYPTOX_PARTS_MAX);
	all[0] = number(message_id, 4, id);
	for (size_t i = 0; i < count; i++)
		all[i + 1] = parts[i];
	return prf_compute(keys->prf, bytes_of(keys->skeyid_a, keys->prf_len), all, count + 1, out);
}

struct result ikev1_last_hash(const struct ikev1_keys *keys, uint32_t message_id,
			      struct bytes nonce_i, struct bytes nonce_r, uint8_t *out)
{
	static const uint8_t zero[1];
	uint8_t id[4];
	struct bytes parts[] = { BYTES(zero), number(message_id, 4, id), nonce_i, nonce_r };

	return prf_compute(keys->prf, bytes_of(keys->skeyid_a, keys->prf_len), parts, COUNT(parts),
			   out);
}

static struct result make_iv(const struct ikev1_keys *keys, struct bytes first, struct bytes second,
			     struct ikev1_iv *iv)
{
	struct bytes parts[] = { first, second };
	uint8_t digest[CRYPTOX_HASH_MAX];
	struct result result = hash_compute(keys->prf, parts, COUNT(parts), digest);

	if (!failed(&result))
		memcpy(iv->octets, digest, keys->block);
	return result;
}

struct result ikev1_iv_phase_1(const struct ikev1_keys *keys, struct bytes public_i,
			       struct bytes public_r, struct ikev1_iv *iv)
{
	return make_iv(keys, public_i, public_r, iv);
}

struct result ikev1_iv_phase_2(const struct ikev1_keys *keys, const struct ikev1_iv *phase_1,
			       uint32_t message_id, struct ikev1_iv *iv)
{
	uint8_t id[4];

	return make_iv(keys, bytes_of(phase_1->octets, keys->block), number(message_id, 4, id), iv);
}

struct result ikev1_encrypt(const struct ikev1_keys *keys, struct ikev1_iv *iv, uint8_t *data,
			    size_t len)
{
	struct result result =
		cbc_crypt(&keys->suite, bytes_of(keys->cipher_key, keys->cipher_key_len),
			  bytes_of(iv->octets, keys->block), true, data, len);

	if (!failed(&result))
		memcpy(iv->octets, data + len - keys->block, keys->block);
	return result;
}

struct result ikev1_decrypt(const struct ikev1_keys *keys, struct ikev1_iv *iv, uint8_t *data,
			    size_t len)
{
	struct ikev1_iv next = *iv;
	struct result result;

	if (len < keys->block)
		return fail(-EPROTO, "%zu octets are not whole blocks of %zu", len, keys->block);
	memcpy(next.octets, data + len - keys->block, keys->block);
	result = cbc_crypt(&keys->suite, bytes_of(keys->cipher_key, keys->cipher_key_len),
			   bytes_of(iv->octets, keys->block), false, data, len);
	if (!failed(&result))
		*iv = next;
	return result;
}

struct result ikev1_keymat(const struct ikev1_keys *keys, struct bytes secret, uint8_t protocol,
			   uint32_t spi, struct bytes nonce_i, struct bytes nonce_r, uint8_t *out,
			   size_t len)
{
	uint8_t block[CRYPTOX_HASH_MAX] = {}, spi_octets[4];
	struct bytes parts[] = {
		bytes_of(block, 0),	    secret,  bytes_of(&protocol, 1),
		number(spi, 4, spi_octets), nonce_i, nonce_r,
	};
	struct result result = RESULT_OK;

	while (len && !failed(&result)) {
		size_t take = len < keys->prf_len ? len : keys->prf_len;

		result = prf_compute(keys->prf, bytes_of(keys->skeyid_d, keys->prf_len), parts,
				     COUNT(parts), block);
		if (failed(&result))
			break;
		memcpy(out, block, take);
		parts[0].len = keys->prf_len;
		out += take;
		len -= take;
	}
	secret_wipe(block, sizeof(block));
	return result;
}

/* --- keys of one message (RFC 2409 section 5.3) --- */

struct result ikev1_ephemeral_begin(const struct ikev1_keys *keys,
				    struct ikev1_ephemeral *ephemeral, struct bytes nonce,
				    uint64_t cookie)
{
	uint8_t secret[CRYPTOX_HASH_MAX], octets[8];
	struct bytes part = number(cookie, 8, octets);
	struct result result = prf_compute(keys->prf, nonce, &part, 1, secret);

	*ephemeral = (struct ikev1_ephemeral){};
	if (!failed(&result))
		result = feed_back(keys, bytes_of(secret, keys->prf_len), ephemeral->key);
	secret_wipe(secret, sizeof(secret));
	return result;
}

static struct result crypt_ephemeral(const struct ikev1_keys *keys,
				     struct ikev1_ephemeral *ephemeral, bool encrypt,
				     struct buffer *body)
{
	struct ikev1_iv next;
	struct result result;

	if (!encrypt)
		memcpy(next.octets, body->data + body->len - keys->block, keys->block);
	result = cbc_crypt(&keys->suite, bytes_of(ephemeral->key, keys->cipher_key_len),
			   bytes_of(ephemeral->iv.octets, keys->block), encrypt, body->data,
			   body->len);
	if (encrypt)
		memcpy(next.octets, body->data + body->len - keys->block, keys->block);
	ephemeral->iv = next;
	return result;
}

/* Zeros, and in the last octet how many of them: there is always one octet. */
struct result ikev1_ephemeral_encrypt(const struct ikev1_keys *keys,
				      struct ikev1_ephemeral *ephemeral, struct buffer *body)
{
	size_t padding = keys->block - body->len % keys->block;

	buffer_extend(body, padding);
	body->data[body->len - 1] = (uint8_t)(padding - 1);
	return crypt_ephemeral(keys, ephemeral, true, body);
}

struct result ikev1_ephemeral_decrypt(const struct ikev1_keys *keys,
				      struct ikev1_ephemeral *ephemeral, struct buffer *body)
{
	struct result result;
	size_t padding;

	if (!body->len || body->len % keys->block)
		return fail(-EPROTO, "%zu octets are not whole blocks of %zu", body->len,
			    keys->block);
	result = crypt_ephemeral(keys, ephemeral, false, body);
	if (failed(&result))
		return result;
	padding = (size_t)body->data[body->len - 1] + 1;
	if (padding > keys->block)
		return fail(-EPROTO, "what is encrypted with the key of a nonce cannot be read");
	body->len -= padding;
	return RESULT_OK;
}

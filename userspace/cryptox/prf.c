// SPDX-License-Identifier: GPL-2.0-or-later
#include "cryptox/internal.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

size_t prf_size(uint16_t prf)
{
	const struct mac_algorithm *algorithm = mac_of_prf(prf);

	return algorithm ? mac_size(algorithm) : 0;
}

struct bytes prf_nonce(uint16_t prf, struct bytes nonce)
{
	const struct mac_algorithm *algorithm = mac_of_prf(prf);

	if (algorithm && mac_on_aes(algorithm) && nonce.len > 8)
		nonce.len = 8;
	return nonce;
}

/* XCBC, RFC 4434 section 2: short keys are padded, long ones are hashed with
 * key 0. CMAC, RFC 4615 section 3: both are hashed. @fitted has room for it.
 */
static struct result fit_aes_key(const struct mac_algorithm *algorithm, struct bytes *key,
				 uint8_t *fitted)
{
	size_t size = mac_key_size(algorithm);
	struct result result;
	struct mac *mac;

	memset(fitted, 0, size);
	if (mac_is_xcbc(algorithm) && key->len < size) {
		if (key->len)
			memcpy(fitted, key->data, key->len);
	} else {
		result = mac_new(algorithm, bytes_of(fitted, size), &mac);
		if (failed(&result))
			return result;
		result = mac_compute(mac, key, 1, fitted);
		mac_free(mac);
		if (failed(&result))
			return result;
	}
	*key = bytes_of(fitted, size);
	return RESULT_OK;
}

/* A MAC for a key of any length. */
static struct result prf_new(uint16_t prf, struct bytes key, struct mac **out)
{
	const struct mac_algorithm *algorithm = mac_of_prf(prf);
	uint8_t fitted[CRYPTOX_HASH_MAX];
	struct result result = RESULT_OK;

	if (!algorithm)
		return fail(-ENOENT, "PRF %u is unknown", prf);
	if (mac_on_aes(algorithm) && key.len != mac_key_size(algorithm))
		result = fit_aes_key(algorithm, &key, fitted);
	if (!failed(&result))
		result = mac_new(algorithm, key, out);
	secret_wipe(fitted, sizeof(fitted));
	return result;
}

struct result prf_compute(uint16_t prf, struct bytes key, const struct bytes *parts, size_t count,
			  uint8_t *out)
{
	struct result result;
	struct mac *mac;

	result = prf_new(prf, key, &mac);
	if (failed(&result))
		return result;
	result = mac_compute(mac, parts, count, out);
	mac_free(mac);
	return result;
}

/* RFC 7296 section 2.13: T1 = prf(K, S | 1), Tn = prf(K, Tn-1 | S | n) */
struct result prf_plus(uint16_t prf, struct bytes key, struct bytes seed, uint8_t *out, size_t len)
{
	uint8_t block[CRYPTOX_HASH_MAX], number = 1;
	struct bytes parts[] = { { block, 0 }, seed, { &number, 1 } };
	size_t size = prf_size(prf);
	struct result result;
	struct mac *mac;

	/* The number of a block is one octet. */
	if (size && len > 255 * size)
		return fail(-ERANGE, "prf+ gives at most %zu octets, not %zu", 255 * size, len);
	result = prf_new(prf, key, &mac);
	if (failed(&result))
		return result;
	while (len) {
		size_t take = len < size ? len : size;

		result = mac_compute(mac, parts, 3, block);
		if (failed(&result))
			break;
		memcpy(out, block, take);
		parts[0].len = size;
		out += take;
		len -= take;
		number++;
	}
	mac_free(mac);
	secret_wipe(block, sizeof(block));
	return result;
}

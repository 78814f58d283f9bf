// SPDX-License-Identifier: GPL-2.0-or-later
#include "cryptox/internal.h"

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define SALT_MAX 4
#define NONCE_MAX 16
#define ICV_MAX 32
#define KEY_SIZES 3 /* 128, 192 and 256 bits */

/*
 * struct encr_algorithm - a row of the algorithm table
 * @openssl: name pattern, empty for the NULL cipher
 * @ciphers: one per key length in steps from @bits_min; a fixed one has only
 *	the first. NULL: OpenSSL has it not, or not without its legacy provider
 */
struct encr_algorithm {
	uint16_t id;
	const char *name;
	const char *openssl;
	uint16_t bits_min, bits_max, bits_step, bits_fixed;
	uint8_t salt, iv, block, icv;
	EVP_CIPHER *ciphers[KEY_SIZES];
};

static struct encr_algorithm encrs[] = {
#define X(symbol, id, display, keyword, kernel, openssl, bits_min, bits_max, bits_step, \
	  bits_fixed, salt, iv, block, icv, legacy) \
	{ id,	      display, openssl, bits_min, bits_max, bits_step, \
	  bits_fixed, salt,    iv,	block,	  icv,	    { NULL } },
	SEKI_ENCR_LIST(X)
#undef X
};

/* What the sizes of messages and keys need of integrity; AEADs are for AH in the kernel. */
static const struct integ_sizes {
	uint16_t id;
	uint8_t key, icv;
} integ_sizes[] = {
#define X(symbol, id, display, keyword, kernel, openssl, key, icv, legacy) { id, key, icv },
	SEKI_INTEG_LIST(X)
#undef X
#define X(symbol, id, display, kernel, key, iv, icv) { id, key, icv },
		SEKI_AEAD_INTEG_LIST(X)
#undef X
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/*
 * struct sealer - see cryptox.h
 * @seal, @open: keyed contexts, so that a message costs no key schedule; NULL
 *	for the NULL cipher
 * @mac: NULL with an AEAD
 * @sent: messages sealed so far, which is the IV of counter modes
 */
struct sealer {
	struct cipher_suite suite;
	const struct encr_algorithm *encr;
	bool ccm, ctr;
	size_t icv;
	EVP_CIPHER_CTX *seal, *open;
	struct mac *mac;
	uint8_t salt[SALT_MAX];
	uint64_t sent;
};

static struct encr_algorithm *encr_find(uint16_t encr)
{
	for (size_t i = 0; i < COUNT(encrs); i++) {
		if (encrs[i].id == encr)
			return &encrs[i];
	}
	return NULL;
}

static EVP_CIPHER *fetch_cipher(const char *pattern, unsigned int bits)
{
	const char *number = strstr(pattern, "%u");
	char name[32];

	if (!number)
		return EVP_CIPHER_fetch(NULL, pattern, NULL);
	snprintf(name, sizeof(name), "%.*s%u%s", (int)(number - pattern), pattern, bits,
		 number + 2);
	return EVP_CIPHER_fetch(NULL, name, NULL);
}

struct result ciphers_start(void)
{
	for (struct encr_algorithm *encr = encrs; encr < encrs + COUNT(encrs); encr++) {
		unsigned int bits = encr->bits_min;

		if (!*encr->openssl)
			continue;
		for (size_t k = 0; k < KEY_SIZES && bits <= encr->bits_max; k++) {
			if (!encr->ciphers[k])
				encr->ciphers[k] = fetch_cipher(encr->openssl, bits);
			if (!encr->bits_step)
				break;
			bits += encr->bits_step;
		}
	}
	/* A missing one is reported when somebody wants to use it. */
	ERR_clear_error();
	return RESULT_OK;
}

void ciphers_stop(void)
{
	for (struct encr_algorithm *encr = encrs; encr < encrs + COUNT(encrs); encr++) {
		for (size_t k = 0; k < KEY_SIZES; k++) {
			EVP_CIPHER_free(encr->ciphers[k]);
			encr->ciphers[k] = NULL;
		}
	}
}

/* RFC 7296 section 3.3.5: a Key Length must come with ciphers of several key
 * sizes, and must not come with the others.
 */
static bool allows(const struct encr_algorithm *encr, uint16_t key_bits)
{
	if (!encr->bits_step)
		return !key_bits;
	return key_bits >= encr->bits_min && key_bits <= encr->bits_max &&
	       !((key_bits - encr->bits_min) % encr->bits_step);
}

bool encr_allows(uint16_t encr, uint16_t key_bits)
{
	const struct encr_algorithm *found = encr_find(encr);

	return found && allows(found, key_bits);
}

EVP_CIPHER *encr_cipher(uint16_t encr, uint16_t key_bits)
{
	const struct encr_algorithm *found = encr_find(encr);

	if (!found || !allows(found, key_bits))
		return NULL;
	return found
		->ciphers[found->bits_step ? (key_bits - found->bits_min) / found->bits_step : 0];
}

bool encr_is_aead(uint16_t encr)
{
	const struct encr_algorithm *found = encr_find(encr);

	return found && found->icv;
}

size_t encr_key_size(uint16_t encr, uint16_t key_bits)
{
	const struct encr_algorithm *found = encr_find(encr);

	if (!found || !allows(found, key_bits))
		return 0;
	return (found->bits_fixed + key_bits) / 8 + found->salt;
}

size_t encr_iv_size(uint16_t encr)
{
	const struct encr_algorithm *found = encr_find(encr);

	return found ? found->iv : 0;
}

size_t encr_block_size(uint16_t encr)
{
	const struct encr_algorithm *found = encr_find(encr);

	return found ? found->block : 1;
}

static const struct integ_sizes *integ_sizes_find(uint16_t integ)
{
	for (size_t i = 0; i < COUNT(integ_sizes); i++) {
		if (integ_sizes[i].id == integ)
			return &integ_sizes[i];
	}
	return NULL;
}

size_t integ_key_size(uint16_t integ)
{
	const struct integ_sizes *found = integ_sizes_find(integ);

	return found ? found->key : 0;
}

size_t suite_icv_size(const struct cipher_suite *suite)
{
	const struct encr_algorithm *encr = encr_find(suite->encr);
	const struct integ_sizes *integ = integ_sizes_find(suite->integ);

	if (encr && encr->icv)
		return encr->icv;
	return integ ? integ->icv : 0;
}

static size_t nonce_size(const struct sealer *sealer)
{
	return sealer->encr->salt + sealer->encr->iv + (sealer->ctr ? sizeof(uint32_t) : 0);
}

/* Salt and IV are the nonce (RFC 5282 section 4, RFC 7634 section 2); CTR has
 * a block counter from 1 behind it (RFC 5930); CBC takes its IV as it is.
 */
static void make_nonce(const struct sealer *sealer, const uint8_t *iv, uint8_t nonce[NONCE_MAX])
{
	const struct encr_algorithm *encr = sealer->encr;
	uint32_t first_block = htobe32(1);

	memcpy(nonce, sealer->salt, encr->salt);
	memcpy(nonce + encr->salt, iv, encr->iv);
	if (sealer->ctr)
		memcpy(nonce + encr->salt + encr->iv, &first_block, sizeof(first_block));
}

/* Sets all that stays the same from message to message. */
static EVP_CIPHER_CTX *keyed_context(const struct sealer *sealer, const EVP_CIPHER *cipher,
				     const uint8_t *key, bool encrypt)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	bool ok = context && EVP_CipherInit_ex2(context, cipher, NULL, NULL, encrypt, NULL);

	if (ok && sealer->encr->icv)
		ok = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, (int)nonce_size(sealer),
					 NULL) > 0;
	if (ok && sealer->ccm) /* CCM mixes the length of the ICV into the first block */
		ok = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, sealer->encr->icv, NULL) >
		     0;
	ok = ok && EVP_CipherInit_ex2(context, NULL, key, NULL, encrypt, NULL) &&
	     EVP_CIPHER_CTX_set_padding(context, 0);
	if (ok)
		return context;
	EVP_CIPHER_CTX_free(context);
	return NULL;
}

static struct result set_cipher_key(struct sealer *sealer, struct bytes key)
{
	const struct encr_algorithm *encr = sealer->encr;
	const EVP_CIPHER *cipher = encr->ciphers[0];

	if (!*encr->openssl)
		return RESULT_OK; /* and @key has no octet */
	if (encr->bits_step)
		cipher = encr->ciphers[(sealer->suite.key_bits - encr->bits_min) / encr->bits_step];
	/* RFC 5282 section 7.1 and RFC 7634 section 2: the salt follows the key. */
	memcpy(sealer->salt, key.data + key.len - encr->salt, encr->salt);
	if (!cipher)
		return fail(-ENOTSUP, "OpenSSL does not offer %s%s", encr->name,
			    encr->block == 8 ? " without its legacy provider" : "");
	sealer->ccm = EVP_CIPHER_get_mode(cipher) == EVP_CIPH_CCM_MODE;
	sealer->ctr = EVP_CIPHER_get_mode(cipher) == EVP_CIPH_CTR_MODE;
	sealer->seal = keyed_context(sealer, cipher, key.data, true);
	sealer->open = keyed_context(sealer, cipher, key.data, false);
	if (!sealer->seal || !sealer->open)
		return openssl_failed(encr->name);
	return RESULT_OK;
}

static struct result check_suite(const struct cipher_suite *suite, struct bytes encr_key,
				 struct bytes integ_key)
{
	const struct encr_algorithm *encr = encr_find(suite->encr);

	if (!encr || !allows(encr, suite->key_bits))
		return fail(-ENOENT, "encryption %u with %u key bits is unknown", suite->encr,
			    suite->key_bits);
	if (suite->encr == ENCR_NULL_AES_GMAC)
		return fail(-ENOTSUP, "%s protects packets, not messages (RFC 4543)", encr->name);
	if (encr->icv && suite->integ)
		return fail(-EINVAL, "%s takes no integrity algorithm", encr->name);
	if (!encr->icv && !mac_of_integ(suite->integ))
		return fail(-ENOENT, "integrity %u is unknown", suite->integ);
	if (encr_key.len != encr_key_size(suite->encr, suite->key_bits))
		return fail(-EINVAL, "%s takes a key of %zu octets, not %zu", encr->name,
			    encr_key_size(suite->encr, suite->key_bits), encr_key.len);
	if (integ_key.len != integ_key_size(suite->integ))
		return fail(-EINVAL, "integrity %u takes a key of %zu octets, not %zu",
			    suite->integ, integ_key_size(suite->integ), integ_key.len);
	return RESULT_OK;
}

struct result sealer_new(const struct cipher_suite *suite, struct bytes encr_key,
			 struct bytes integ_key, struct sealer **out)
{
	struct result result = check_suite(suite, encr_key, integ_key);
	struct sealer *sealer;

	if (failed(&result))
		return result;
	sealer = must_calloc(1, sizeof(*sealer));
	sealer->suite = *suite;
	sealer->encr = encr_find(suite->encr);
	sealer->icv = suite_icv_size(suite);
	result = set_cipher_key(sealer, encr_key);
	if (!failed(&result) && suite->integ)
		result = mac_new(mac_of_integ(suite->integ), integ_key, &sealer->mac);
	if (failed(&result))
		sealer_free(sealer);
	else
		*out = sealer;
	return result;
}

void sealer_free(struct sealer *sealer)
{
	if (!sealer)
		return;
	EVP_CIPHER_CTX_free(sealer->seal);
	EVP_CIPHER_CTX_free(sealer->open);
	mac_free(sealer->mac);
	secret_free(sealer, sizeof(*sealer));
}

const struct cipher_suite *sealer_suite(const struct sealer *sealer)
{
	return &sealer->suite;
}

/* The associated data of an AEAD; CCM wants to know the length of the text first. */
static bool associate(const struct sealer *sealer, EVP_CIPHER_CTX *context, struct bytes associated,
		      int len)
{
	int ignored;

	if (sealer->ccm && !EVP_CipherUpdate(context, NULL, &ignored, NULL, len))
		return false;
	return !associated.len ||
	       EVP_CipherUpdate(context, NULL, &ignored, associated.data, (int)associated.len);
}

static bool encrypt(struct sealer *sealer, const uint8_t *iv, struct bytes associated,
		    struct bytes plain, uint8_t *out, uint8_t *icv)
{
	EVP_CIPHER_CTX *context = sealer->seal;
	uint8_t nonce[NONCE_MAX];
	int done, last;

	if (!context) {
		memcpy(out, plain.data, plain.len);
		return true;
	}
	make_nonce(sealer, iv, nonce);
	if (!EVP_CipherInit_ex2(context, NULL, NULL, nonce, -1, NULL))
		return false;
	if (sealer->encr->icv && !associate(sealer, context, associated, (int)plain.len))
		return false;
	if (!EVP_CipherUpdate(context, out, &done, plain.data, (int)plain.len) ||
	    !EVP_CipherFinal_ex(context, out + done, &last) || (size_t)(done + last) != plain.len)
		return false;
	return !sealer->encr->icv ||
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, sealer->encr->icv, icv) > 0;
}

static bool decrypt(struct sealer *sealer, const uint8_t *iv, struct bytes associated,
		    struct bytes text, const uint8_t *icv, uint8_t *out)
{
	const struct encr_algorithm *encr = sealer->encr;
	EVP_CIPHER_CTX *context = sealer->open;
	uint8_t nonce[NONCE_MAX], tag[ICV_MAX];
	int done, last = 0;

	if (!context) {
		memcpy(out, text.data, text.len);
		return true;
	}
	make_nonce(sealer, iv, nonce);
	if (!EVP_CipherInit_ex2(context, NULL, NULL, nonce, -1, NULL))
		return false;
	if (encr->icv) {
		memcpy(tag, icv, encr->icv); /* OpenSSL's parameter is not const */
		if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, encr->icv, tag) <= 0 ||
		    !associate(sealer, context, associated, (int)text.len))
			return false;
	}
	if (!EVP_CipherUpdate(context, out, &done, text.data, (int)text.len))
		return false;
	/* CCM has checked the ICV by now and has no final step when it decrypts. */
	if (!sealer->ccm && !EVP_CipherFinal_ex(context, out + done, &last))
		return false;
	return (size_t)(done + last) == text.len;
}

struct result sealer_seal(struct sealer *sealer, struct bytes associated, struct bytes plain,
			  struct buffer *out)
{
	const struct encr_algorithm *encr = sealer->encr;
	size_t start = out->len;
	uint64_t counter = htobe64(sealer->sent);
	uint8_t *iv, *text, *icv, full[CRYPTOX_HASH_MAX];
	struct result result;

	if (!plain.len || plain.len % encr->block || plain.len > INT_MAX ||
	    associated.len > INT_MAX)
		return fail(-EINVAL, "%zu octets cannot be sealed with %s", plain.len, encr->name);
	/* An IV that comes back would give away the key stream, so this is the end. */
	if (sealer->sent == UINT64_MAX)
		return fail(-EOVERFLOW, "the IVs of this key are used up");

	iv = buffer_extend(out, encr->iv + plain.len + sealer->icv);
	text = iv + encr->iv;
	icv = text + plain.len;
	if (encr->salt) /* RFC 5282 section 3.1: unique is enough for counter modes */
		memcpy(iv, &counter, sizeof(counter));
	else /* RFC 7296 section 3.14: unpredictable */
		random_fill(iv, encr->iv);
	sealer->sent++;

	if (!encrypt(sealer, iv, associated, plain, text, icv)) {
		result = openssl_failed(encr->name);
		goto undo;
	}
	if (sealer->mac) {
		struct bytes parts[] = { associated, { iv, encr->iv + plain.len } };

		result = mac_compute(sealer->mac, parts, 2, full);
		if (failed(&result))
			goto undo;
		memcpy(icv, full, sealer->icv);
	}
	return RESULT_OK;

undo:
	secret_wipe(iv, out->len - start);
	out->len = start;
	return result;
}

struct result sealer_open(struct sealer *sealer, struct bytes associated, struct bytes sealed,
			  struct buffer *plain)
{
	const struct encr_algorithm *encr = sealer->encr;
	struct bytes iv, text, icv;
	struct reader reader = reader_of(sealed);
	uint8_t full[CRYPTOX_HASH_MAX], *out;
	struct result result;

	if (sealed.len > INT_MAX || associated.len > INT_MAX ||
	    sealed.len < encr->iv + encr->block + sealer->icv)
		return fail(-EBADMSG, "%zu octets are too few for %s", sealed.len, encr->name);
	reader_get_bytes(&reader, encr->iv, &iv);
	reader_get_bytes(&reader, reader_left(&reader) - sealer->icv, &text);
	reader_get_bytes(&reader, sealer->icv, &icv);
	if (text.len % encr->block)
		return fail(-EBADMSG, "%zu octets of text are no whole blocks of %s", text.len,
			    encr->name);

	if (sealer->mac) {
		struct bytes parts[] = { associated, iv, text };

		result = mac_compute(sealer->mac, parts, 3, full);
		if (failed(&result))
			return result;
		if (!bytes_equal_secret(bytes_of(full, sealer->icv), icv))
			return fail(-EBADMSG, "the integrity check failed");
	}
	out = buffer_extend(plain, text.len);
	if (!decrypt(sealer, iv.data, associated, text, icv.data, out)) {
		/* What an AEAD has decrypted before it saw the ICV must not leave here. */
		secret_wipe(out, text.len);
		plain->len -= text.len;
		ERR_clear_error();
		return fail(-EBADMSG, "the integrity check failed");
	}
	return RESULT_OK;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cryptox/signature.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdatomic.h>
#include <string.h>

#include "base/memory.h"
#include "cryptox/internal.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define SIGNATURE_MAX 2048 /* RSA of 16384 bits */
#define COORDINATE_MAX 66 /* P-521 */

/* --- schemes --- */

/*
 * AlgorithmIdentifiers are compared octet by octet, as RFC 7427 appendix A has
 * them: none of a peer's is ever decoded. RFC 4055 section 2.1 lets the hashes
 * within RSA-PSS stand without their NULL as well.
 */
/* clang-format off */
#define RSA_WITH(last) 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last, 0x05, 0x00
#define ECDSA_WITH(last) 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last
#define PSS_OID 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a
#define MGF1_OID 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08
#define SHA2_OID(last) 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last
#define PSS_WITH(sha2, salt) 0x30, 0x41, PSS_OID, 0x30, 0x34, \
	0xa0, 0x0f, 0x30, 0x0d, SHA2_OID(sha2), 0x05, 0x00, \
	0xa1, 0x1c, 0x30, 0x1a, MGF1_OID, 0x30, 0x0d, SHA2_OID(sha2), 0x05, 0x00, \
	0xa2, 0x03, 0x02, 0x01, salt
#define PSS_WITHOUT_NULL(sha2, salt) 0x30, 0x3d, PSS_OID, 0x30, 0x30, \
	0xa0, 0x0d, 0x30, 0x0b, SHA2_OID(sha2), \
	0xa1, 0x1a, 0x30, 0x18, MGF1_OID, 0x30, 0x0b, SHA2_OID(sha2), \
	0xa2, 0x03, 0x02, 0x01, salt
#define DER(...) { (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }) }

/**
 * struct row - a scheme and how it is called by others
 * @digest: OpenSSL's name, NULL when there is none to choose
 * @other: a second way to write the identifier
 */
static const struct row {
	struct signature_scheme scheme;
	const char *digest;
	struct bytes identifier, other;
} rows[] = {
#define ROW(title, of, with, md, ...) \
	{ .scheme = { title, SIGNATURE_##of, SIGNATURE_HASH_##with }, .digest = md, __VA_ARGS__ }
	ROW("RSA with SHA1", RSA, SHA1, "SHA1", .identifier = DER(RSA_WITH(0x05))),
	ROW("RSA with SHA2-256", RSA, SHA2_256, "SHA2-256", .identifier = DER(RSA_WITH(0x0b))),
	ROW("RSA with SHA2-384", RSA, SHA2_384, "SHA2-384", .identifier = DER(RSA_WITH(0x0c))),
	ROW("RSA with SHA2-512", RSA, SHA2_512, "SHA2-512", .identifier = DER(RSA_WITH(0x0d))),
	ROW("RSA", RSA_BARE, IDENTITY, NULL),
	ROW("RSA-PSS with SHA2-256", RSA_PSS, SHA2_256, "SHA2-256",
	    .identifier = DER(PSS_WITH(1, 32)), .other = DER(PSS_WITHOUT_NULL(1, 32))),
	ROW("RSA-PSS with SHA2-384", RSA_PSS, SHA2_384, "SHA2-384",
	    .identifier = DER(PSS_WITH(2, 48)), .other = DER(PSS_WITHOUT_NULL(2, 48))),
	ROW("RSA-PSS with SHA2-512", RSA_PSS, SHA2_512, "SHA2-512",
	    .identifier = DER(PSS_WITH(3, 64)), .other = DER(PSS_WITHOUT_NULL(3, 64))),
	ROW("ECDSA with SHA2-256", ECDSA, SHA2_256, "SHA2-256", .identifier = DER(ECDSA_WITH(2))),
	ROW("ECDSA with SHA2-384", ECDSA, SHA2_384, "SHA2-384", .identifier = DER(ECDSA_WITH(3))),
	ROW("ECDSA with SHA2-512", ECDSA, SHA2_512, "SHA2-512", .identifier = DER(ECDSA_WITH(4))),
	ROW("ECDSA on P-256 with SHA2-256", ECDSA_RAW, SHA2_256, "SHA2-256"),
	ROW("ECDSA on P-384 with SHA2-384", ECDSA_RAW, SHA2_384, "SHA2-384"),
	ROW("ECDSA on P-521 with SHA2-512", ECDSA_RAW, SHA2_512, "SHA2-512"),
	ROW("Ed25519", ED25519, IDENTITY, NULL, .identifier = DER(0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70)),
	ROW("Ed448", ED448, IDENTITY, NULL, .identifier = DER(0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71)),
#undef ROW
};

/* clang-format on */

static const struct row *row_of(const struct signature_scheme *scheme)
{
	return (const struct row *)scheme; /* the first member */
}

const struct signature_scheme *signature_scheme_of(enum signature_family family,
						   enum signature_hash hash)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].scheme.family == family && rows[i].scheme.hash == hash)
			return &rows[i].scheme;
	return NULL;
}

struct bytes signature_scheme_identifier(const struct signature_scheme *scheme)
{
	return row_of(scheme)->identifier;
}

const struct signature_scheme *signature_scheme_by_identifier(struct bytes identifier)
{
	for (size_t i = 0; i < COUNT(rows) && identifier.len; i++)
		if (bytes_equal(rows[i].identifier, identifier) ||
		    bytes_equal(rows[i].other, identifier))
			return &rows[i].scheme;
	return NULL;
}

/* --- kinds of keys --- */

const char *key_kind_name(enum key_kind kind)
{
	static const char *const names[] = {
		[KEY_KIND_NONE] = "unsupported",      [KEY_KIND_RSA] = "RSA",
		[KEY_KIND_ECDSA_256] = "ECDSA P-256", [KEY_KIND_ECDSA_384] = "ECDSA P-384",
		[KEY_KIND_ECDSA_521] = "ECDSA P-521", [KEY_KIND_ED25519] = "Ed25519",
		[KEY_KIND_ED448] = "Ed448",
	};

	return names[kind];
}

static enum key_kind kind_of(const EVP_PKEY *key)
{
	static const struct {
		const char *group;
		enum key_kind kind;
	} curves[] = {
		{ "prime256v1", KEY_KIND_ECDSA_256 },
		{ "secp384r1", KEY_KIND_ECDSA_384 },
		{ "secp521r1", KEY_KIND_ECDSA_521 },
	};
	char group[32];
	size_t len;

	if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS"))
		return KEY_KIND_RSA;
	if (EVP_PKEY_is_a(key, "ED25519"))
		return KEY_KIND_ED25519;
	if (EVP_PKEY_is_a(key, "ED448"))
		return KEY_KIND_ED448;
	if (!EVP_PKEY_is_a(key, "EC") ||
	    EVP_PKEY_get_group_name(key, group, sizeof(group), &len) <= 0)
		return KEY_KIND_NONE;
	for (size_t i = 0; i < COUNT(curves); i++)
		if (!strcmp(group, curves[i].group))
			return curves[i].kind;
	return KEY_KIND_NONE;
}

/* Octets of a coordinate, 0 when the key is on no curve for ECDSA. */
static size_t coordinate_size(enum key_kind kind)
{
	return kind == KEY_KIND_ECDSA_256 ? 32 :
	       kind == KEY_KIND_ECDSA_384 ? 48 :
	       kind == KEY_KIND_ECDSA_521 ? COORDINATE_MAX :
					    0;
}

/* RFC 4754 section 3: each of the old methods has one curve and one hash. */
static bool hash_fits_curve(enum key_kind kind, enum signature_hash hash)
{
	return (kind == KEY_KIND_ECDSA_256 && hash == SIGNATURE_HASH_SHA2_256) ||
	       (kind == KEY_KIND_ECDSA_384 && hash == SIGNATURE_HASH_SHA2_384) ||
	       (kind == KEY_KIND_ECDSA_521 && hash == SIGNATURE_HASH_SHA2_512);
}

static bool goes_together(enum key_kind kind, const struct signature_scheme *scheme)
{
	switch (scheme->family) {
	case SIGNATURE_RSA:
	case SIGNATURE_RSA_BARE:
	case SIGNATURE_RSA_PSS:
		return kind == KEY_KIND_RSA;
	case SIGNATURE_ECDSA:
		return coordinate_size(kind) != 0;
	case SIGNATURE_ECDSA_RAW:
		return hash_fits_curve(kind, scheme->hash);
	case SIGNATURE_ED25519:
		return kind == KEY_KIND_ED25519;
	case SIGNATURE_ED448:
		return kind == KEY_KIND_ED448;
	}
	return false;
}

/* Padding and salt, once the digest is set. */
static bool set_padding(EVP_PKEY_CTX *context, enum signature_family family)
{
	if (family == SIGNATURE_RSA)
		return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0;
	if (family == SIGNATURE_RSA_PSS)
		return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
	return true;
}

/* --- Ecdsa-Sig-Value and its raw form --- */

static bool to_raw(const uint8_t *der, size_t len, size_t size, struct buffer *out)
{
	const unsigned char *at = der;
	ECDSA_SIG *value = d2i_ECDSA_SIG(NULL, &at, (long)len);
	uint8_t *raw = buffer_extend(out, 2 * size);
	bool ok;

	ok = value && BN_bn2binpad(ECDSA_SIG_get0_r(value), raw, (int)size) == (int)size &&
	     BN_bn2binpad(ECDSA_SIG_get0_s(value), raw + size, (int)size) == (int)size;
	ECDSA_SIG_free(value);
	return ok;
}

static bool to_der(struct bytes raw, size_t size, struct buffer *out)
{
	ECDSA_SIG *value = ECDSA_SIG_new();
	unsigned char *der = NULL;
	BIGNUM *r, *s;
	int len = -1;

	if (raw.len != 2 * size) {
		ECDSA_SIG_free(value);
		return false;
	}
	r = BN_bin2bn(raw.data, (int)size, NULL);
	s = BN_bin2bn(raw.data + size, (int)size, NULL);
	if (value && r && s && ECDSA_SIG_set0(value, r, s)) {
		len = i2d_ECDSA_SIG(value, &der);
	} else {
		BN_free(r);
		BN_free(s);
	}
	if (len > 0)
		buffer_put(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	ECDSA_SIG_free(value);
	return len > 0;
}

/* --- private keys --- */

struct private_key {
	atomic_uint owners;
	EVP_PKEY *key;
	enum key_kind kind;
	struct buffer public;
};

struct passphrase {
	struct bytes given;
	bool asked;
};

static int give_passphrase(char *out, int size, int writing, void *context)
{
	struct passphrase *passphrase = context;
	struct bytes given = passphrase->given;

	passphrase->asked = true;
	if (!given.len || given.len > (size_t)size)
		return -1;
	memcpy(out, given.data, given.len);
	return (int)given.len;
}

static bool public_half(EVP_PKEY *key, struct buffer *out)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);

	if (len > 0)
		buffer_put(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	return len > 0;
}

struct result private_key_load(struct bytes pem, struct bytes passphrase, struct private_key **out)
{
	struct passphrase asking = { .given = passphrase };
	BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	struct private_key *key = must_calloc(1, sizeof(*key));

	*out = NULL;
	atomic_init(&key->owners, 1);
	key->key = bio ? PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &asking) : NULL;
	BIO_free(bio);
	if (!key->key) {
		private_key_free(key);
		ERR_clear_error();
		if (asking.asked && !passphrase.len)
			return fail(-EACCES, "the private key is encrypted and there is no "
					     "passphrase for it");
		if (asking.asked)
			return fail(-EACCES, "the passphrase does not open the private key");
		return fail(-EINVAL, "there is no private key in PEM");
	}
	key->kind = kind_of(key->key);
	if (key->kind == KEY_KIND_NONE || !public_half(key->key, &key->public)) {
		private_key_free(key);
		ERR_clear_error();
		return fail(-ENOTSUP, "the private key is none of RSA, ECDSA on P-256, P-384 or "
				      "P-521, Ed25519, Ed448");
	}
	*out = key;
	return RESULT_OK;
}

struct private_key *private_key_hold(struct private_key *key)
{
	atomic_fetch_add(&key->owners, 1);
	return key;
}

void private_key_free(struct private_key *key)
{
	if (!key || atomic_fetch_sub(&key->owners, 1) != 1)
		return;
	EVP_PKEY_free(key->key); /* wipes it */
	buffer_free(&key->public);
	secret_free(key, sizeof(*key));
}

EVP_PKEY *private_key_openssl(const struct private_key *key)
{
	return key->key;
}

enum key_kind private_key_kind(const struct private_key *key)
{
	return key->kind;
}

struct bytes private_key_public(const struct private_key *key)
{
	return buffer_bytes(&key->public);
}

static bool sign_bare(EVP_PKEY *key, struct bytes data, uint8_t *value, size_t *len)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	bool ok = context && EVP_PKEY_sign_init(context) > 0 &&
		  EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0 &&
		  EVP_PKEY_sign(context, value, len, data.data, data.len) > 0;

	EVP_PKEY_CTX_free(context);
	return ok;
}

static bool verify_bare(EVP_PKEY *key, struct bytes data, struct bytes signature)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	bool ok = context && EVP_PKEY_verify_init(context) > 0 &&
		  EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0 &&
		  EVP_PKEY_verify(context, signature.data, signature.len, data.data, data.len) > 0;

	EVP_PKEY_CTX_free(context);
	return ok;
}

struct result private_key_sign(const struct private_key *key, const struct signature_scheme *scheme,
			       struct bytes data, struct buffer *signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *parameters;
	uint8_t value[SIGNATURE_MAX];
	size_t len = sizeof(value);
	bool ok;

	if (!goes_together(key->kind, scheme)) {
		EVP_MD_CTX_free(context);
		return fail(-EINVAL, "an %s key cannot make a signature of the kind %s",
			    key_kind_name(key->kind), scheme->name);
	}
	if (scheme->family == SIGNATURE_RSA_BARE)
		ok = sign_bare(key->key, data, value, &len);
	else
		ok = context &&
		     EVP_DigestSignInit_ex(context, &parameters, row_of(scheme)->digest, NULL, NULL,
					   key->key, NULL) > 0 &&
		     set_padding(parameters, scheme->family) &&
		     EVP_DigestSign(context, value, &len, data.data, data.len) > 0;
	EVP_MD_CTX_free(context);
	if (ok && scheme->family == SIGNATURE_ECDSA_RAW)
		ok = to_raw(value, len, coordinate_size(key->kind), signature);
	else if (ok)
		buffer_put(signature, bytes_of(value, len));
	return ok ? RESULT_OK : openssl_failed(scheme->name);
}

/* --- public keys --- */

static EVP_PKEY *read_public(struct bytes public_key)
{
	const unsigned char *at = public_key.data;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)public_key.len);

	if (key && at == public_key.data + public_key.len)
		return key;
	EVP_PKEY_free(key);
	ERR_clear_error();
	return NULL;
}

enum key_kind public_key_kind(struct bytes public_key)
{
	EVP_PKEY *key = read_public(public_key);
	enum key_kind kind = key ? kind_of(key) : KEY_KIND_NONE;

	EVP_PKEY_free(key);
	return kind;
}

struct result public_key_verify(struct bytes public_key, const struct signature_scheme *scheme,
				struct bytes data, struct bytes signature)
{
	EVP_PKEY *key = read_public(public_key);
	enum key_kind kind = key ? kind_of(key) : KEY_KIND_NONE;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct buffer der = {};
	EVP_PKEY_CTX *parameters;
	bool ok = context;

	if (!goes_together(kind, scheme)) {
		EVP_PKEY_free(key);
		EVP_MD_CTX_free(context);
		return fail(-EINVAL, "%s is no signature of an %s key", scheme->name,
			    key_kind_name(kind));
	}
	if (scheme->family == SIGNATURE_ECDSA_RAW) {
		ok = ok && to_der(signature, coordinate_size(kind), &der);
		signature = buffer_bytes(&der);
	}
	if (scheme->family == SIGNATURE_RSA_BARE)
		ok = verify_bare(key, data, signature);
	else
		ok = ok &&
		     EVP_DigestVerifyInit_ex(context, &parameters, row_of(scheme)->digest, NULL,
					     NULL, key, NULL) > 0 &&
		     set_padding(parameters, scheme->family) &&
		     EVP_DigestVerify(context, signature.data, signature.len, data.data, data.len) >
			     0;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	buffer_free(&der);
	ERR_clear_error();
	return ok ? RESULT_OK : fail(-EBADMSG, "the signature is wrong");
}

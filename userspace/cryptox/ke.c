// SPDX-License-Identifier: GPL-2.0-or-later
#include "cryptox/internal.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#include "base/memory.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define UNCOMPRESSED 0x04 /* first octet of a point as OpenSSL has it, SEC 1 section 2.3.3 */

/*
 * Bits of a private exponent for the two groups that OpenSSL does not name.
 * Twice the strength of the group is enough for a safe prime (RFC 3526 section
 * 8), which OpenSSL applies to its own groups too; 160 is twice the 80 that
 * the bigger one has at most.
 */
#define OLD_MODP_PRIVATE_BITS 160

/*
 * struct group - a row of the algorithm table
 * @kind: SEKI_KE_*
 * @openssl: group or key type name, empty for groups 1 and 2
 * @parameters: a key without key, to make others from; of XDH a key of no use otherwise
 * @largest: MODP: p - 1, which public values must be below
 */
struct group {
	uint16_t id;
	int kind;
	const char *name;
	const char *openssl;
	uint16_t public_size, secret_size;
	EVP_PKEY *parameters;
	BIGNUM *largest;
};

static struct group groups[] = {
#define X(symbol, id, display, kind, openssl, pub, secret, legacy) \
	{ id, kind, display, openssl, pub, secret, NULL, NULL },
	SEKI_KE_LIST(X)
#undef X
};

/* With a KEM there is no group; @key is the initiator's alone. */
struct key_exchange {
	const struct group *group;
	const struct kem *kem;
	EVP_PKEY *key;
	struct buffer public;
};

static struct group *group_find(uint16_t id)
{
	for (size_t i = 0; i < COUNT(groups); i++) {
		if (groups[i].id == id)
			return &groups[i];
	}
	return NULL;
}

static const char *key_type(const struct group *group)
{
	switch (group->kind) {
	case SEKI_KE_MODP:
		return "DH";
	case SEKI_KE_ECP:
		return "EC";
	default:
		return group->openssl;
	}
}

static EVP_PKEY *key_from(const struct group *group, int selection, OSSL_PARAM *parameters)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, key_type(group), NULL);
	EVP_PKEY *key = NULL;

	if (!context || EVP_PKEY_fromdata_init(context) <= 0 ||
	    EVP_PKEY_fromdata(context, &key, selection, parameters) <= 0)
		key = NULL;
	EVP_PKEY_CTX_free(context);
	return key;
}

/* Adds what names the group; @p and @g must live until the builder is used. */
static bool push_group(const struct group *group, OSSL_PARAM_BLD *builder, BIGNUM **p, BIGNUM **g)
{
	if (group->kind == SEKI_KE_XDH)
		return true;
	if (*group->openssl)
		return OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME,
						       group->openssl, 0);
	/* RFC 2409 sections 6.1 and 6.2: the generator is 2. */
	*p = group->public_size == 96 ? BN_get_rfc2409_prime_768(NULL) :
					BN_get_rfc2409_prime_1024(NULL);
	*g = BN_new();
	return *p && *g && BN_set_word(*g, 2) &&
	       OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_FFC_P, *p) &&
	       OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_FFC_G, *g) &&
	       OSSL_PARAM_BLD_push_int(builder, OSSL_PKEY_PARAM_DH_PRIV_LEN, OLD_MODP_PRIVATE_BITS);
}

/* A key of @group: its parameters only, or with a private key. */
static EVP_PKEY *build_key(const struct group *group, struct bytes private_key)
{
	int selection = private_key.len ? EVP_PKEY_KEYPAIR : EVP_PKEY_KEY_PARAMETERS;
	BIGNUM *p = NULL, *g = NULL, *number = NULL;
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	OSSL_PARAM *parameters = NULL;
	EVP_PKEY *key = NULL;
	bool ok = builder && push_group(group, builder, &p, &g);

	if (ok && private_key.len && group->kind == SEKI_KE_XDH) {
		ok = OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PRIV_KEY,
						      private_key.data, private_key.len);
	} else if (ok && private_key.len) {
		number = BN_bin2bn(private_key.data, (int)private_key.len, NULL);
		ok = number && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number);
	}
	if (ok)
		parameters = OSSL_PARAM_BLD_to_param(builder);
	if (parameters)
		key = key_from(group, selection, parameters);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	BN_clear_free(number);
	BN_free(p);
	BN_free(g);
	return key;
}

static bool prepare(struct group *group)
{
	if (group->parameters)
		return true;
	/* XDH has no parameters; a key all the same spares OpenSSL a look-up by name each time. */
	group->parameters = group->kind == SEKI_KE_XDH ?
				    EVP_PKEY_Q_keygen(NULL, NULL, group->openssl) :
				    build_key(group, (struct bytes){ 0 });
	if (!group->parameters)
		return false;
	if (group->kind != SEKI_KE_MODP)
		return true;
	return EVP_PKEY_get_bn_param(group->parameters, OSSL_PKEY_PARAM_FFC_P, &group->largest) &&
	       BN_sub_word(group->largest, 1);
}

struct result groups_start(void)
{
	for (struct group *group = groups; group < groups + COUNT(groups); group++) {
		if (!prepare(group))
			return openssl_failed(group->name);
	}
	return RESULT_OK;
}

void groups_stop(void)
{
	for (struct group *group = groups; group < groups + COUNT(groups); group++) {
		EVP_PKEY_free(group->parameters);
		BN_free(group->largest);
		group->parameters = NULL;
		group->largest = NULL;
	}
}

size_t ke_public_size(uint16_t group)
{
	const struct group *found = group_find(group);

	return found ? found->public_size : 0;
}

/* Our public value as the KE payload has it: RFC 5903 section 7 leaves out
 * what says that a point is uncompressed.
 */
static bool read_public(struct key_exchange *exchange)
{
	size_t skip = exchange->group->kind == SEKI_KE_ECP;
	unsigned char *encoded = NULL;
	size_t len = EVP_PKEY_get1_encoded_public_key(exchange->key, &encoded);
	bool ok = len == exchange->group->public_size + skip;

	if (ok)
		buffer_put(&exchange->public, bytes_of(encoded + skip, len - skip));
	OPENSSL_free(encoded);
	return ok;
}

bool ke_is_available(uint16_t method)
{
	const struct kem *kem = kem_find(method);

	return kem ? kem_is_available(kem) : group_find(method) != NULL;
}

static struct key_exchange *new_kem_exchange(const struct kem *kem)
{
	struct key_exchange *exchange = must_calloc(1, sizeof(*exchange));

	exchange->kem = kem;
	return exchange;
}

/* Hands @exchange over, unless @result is a failure. */
static struct result give(struct key_exchange *exchange, struct result result,
			  struct key_exchange **out)
{
	if (failed(&result))
		key_exchange_free(exchange);
	else
		*out = exchange;
	return result;
}

struct result key_exchange_new(uint16_t group, struct key_exchange **out)
{
	const struct group *found = group_find(group);
	const struct kem *kem = kem_find(group);
	struct key_exchange *exchange;
	EVP_PKEY_CTX *context;
	bool ok;

	if (kem) {
		exchange = new_kem_exchange(kem);
		return give(exchange, kem_generate(kem, &exchange->key, &exchange->public), out);
	}
	if (!found)
		return fail(-ENOENT, "key exchange group %u is unknown", group);
	exchange = must_calloc(1, sizeof(*exchange));
	exchange->group = found;
	context = EVP_PKEY_CTX_new_from_pkey(NULL, found->parameters, NULL);
	ok = context && EVP_PKEY_keygen_init(context) > 0 &&
	     EVP_PKEY_generate(context, &exchange->key) > 0 && read_public(exchange);
	EVP_PKEY_CTX_free(context);
	if (!ok) {
		key_exchange_free(exchange);
		return openssl_failed(found->name);
	}
	*out = exchange;
	return RESULT_OK;
}

struct result key_exchange_import(uint16_t group, struct bytes private_key,
				  struct key_exchange **out)
{
	const struct group *found = group_find(group);
	struct key_exchange *exchange;

	if (!found)
		return fail(-ENOENT, "key exchange group %u is unknown", group);
	exchange = must_calloc(1, sizeof(*exchange));
	exchange->group = found;
	exchange->key = build_key(found, private_key);
	if (!exchange->key) {
		key_exchange_free(exchange);
		return openssl_failed(found->name);
	}
	*out = exchange;
	return RESULT_OK;
}

void key_exchange_free(struct key_exchange *exchange)
{
	if (!exchange)
		return;
	EVP_PKEY_free(exchange->key); /* wipes the private key */
	buffer_free(&exchange->public);
	secret_free(exchange, sizeof(*exchange));
}

uint16_t key_exchange_group(const struct key_exchange *exchange)
{
	return exchange->kem ? kem_method(exchange->kem) : exchange->group->id;
}

struct bytes key_exchange_public(const struct key_exchange *exchange)
{
	return buffer_bytes(&exchange->public);
}

/*
 * RFC 6989 section 2.1: for a safe prime, 1 < r < p - 1 is all there is to
 * check. OpenSSL's own check would do a second exponentiation on top, to learn
 * whether the value is in the subgroup, and cost more than the exchange itself.
 */
static bool in_range(const struct group *group, struct bytes public)
{
	BIGNUM *value = BN_bin2bn(public.data, (int)public.len, NULL);
	bool ok = value && !BN_is_zero(value) && !BN_is_one(value) &&
		  BN_cmp(value, group->largest) < 0;

	BN_free(value);
	return ok;
}

/* The peer's key, or NULL when the value is invalid. */
static EVP_PKEY *peer_key(const struct group *group, struct bytes public)
{
	EVP_PKEY *peer;
	uint8_t point[1 + 132] = { UNCOMPRESSED };
	bool ok;

	if (public.len != group->public_size)
		return NULL;
	if (group->kind == SEKI_KE_XDH)
		return EVP_PKEY_new_raw_public_key_ex(NULL, group->openssl, NULL, public.data,
						      public.len);
	if (group->kind == SEKI_KE_MODP && !in_range(group, public))
		return NULL;
	peer = EVP_PKEY_new();
	ok = peer && EVP_PKEY_copy_parameters(peer, group->parameters) > 0;
	if (ok && group->kind == SEKI_KE_ECP) {
		/* RFC 6989 section 2.3: it must be on the curve, which this checks. */
		memcpy(point + 1, public.data, public.len);
		ok = EVP_PKEY_set1_encoded_public_key(peer, point, public.len + 1) > 0;
	} else if (ok) {
		ok = EVP_PKEY_set1_encoded_public_key(peer, public.data, public.len) > 0;
	}
	if (ok)
		return peer;
	EVP_PKEY_free(peer);
	return NULL;
}

struct result key_exchange_derive(struct key_exchange *exchange, struct bytes peer_public,
				  struct buffer *secret)
{
	const struct group *group = exchange->group;
	EVP_PKEY_CTX *context;
	size_t start, len;
	EVP_PKEY *peer;
	uint8_t *room;
	bool ok;

	if (exchange->kem)
		return kem_decapsulate(exchange->kem, exchange->key, peer_public, secret);
	start = secret->len;
	len = group->secret_size;
	peer = peer_key(group, peer_public);
	if (!peer) {
		ERR_clear_error();
		return fail(-EBADMSG, "the peer's public value is not valid in %s", group->name);
	}
	context = EVP_PKEY_CTX_new_from_pkey(NULL, exchange->key, NULL);
	ok = context && EVP_PKEY_derive_init(context) > 0 &&
	     EVP_PKEY_derive_set_peer_ex(context, peer, 0) > 0;
	/* RFC 7296 section 2.14: g^ir is as long as the prime, zeros in front. */
	if (ok && group->kind == SEKI_KE_MODP)
		ok = EVP_PKEY_CTX_set_dh_pad(context, 1) > 0;
	if (!ok) {
		EVP_PKEY_CTX_free(context);
		EVP_PKEY_free(peer);
		return openssl_failed(group->name);
	}

	room = buffer_extend(secret, len);
	/* Fails for the peer's fault only: XDH points of low order (RFC 7748 section 6). */
	ok = EVP_PKEY_derive(context, room, &len) > 0 && len == group->secret_size;
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(peer);
	if (ok)
		return RESULT_OK;
	secret_wipe(room, group->secret_size);
	secret->len = start;
	ERR_clear_error();
	return fail(-EBADMSG, "the peer's public value gives no secret in %s", group->name);
}

struct result key_exchange_answer(uint16_t group, struct bytes peer_public, struct buffer *secret,
				  struct key_exchange **out)
{
	const struct kem *kem = kem_find(group);
	struct key_exchange *exchange = NULL;
	struct result result;

	if (kem) {
		exchange = new_kem_exchange(kem);
		result = kem_encapsulate(kem, peer_public, &exchange->public, secret);
	} else {
		result = key_exchange_new(group, &exchange);
		if (!failed(&result))
			result = key_exchange_derive(exchange, peer_public, secret);
	}
	return give(exchange, result, out);
}

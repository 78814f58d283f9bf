// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keys of IKEv2: SKEYSEED and its children (RFC 7296 sections 2.13 to 2.18).
 */

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "ike/v2/internal.h"

void keys_wipe(struct ikev2_keys *keys)
{
	sealer_free(keys->in);
	sealer_free(keys->out);
	sealer_free(keys->earlier_in);
	secret_wipe(keys, sizeof(*keys));
}

static struct bytes spi_bytes(uint64_t spi, uint8_t out[8])
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(spi >> (56 - 8 * i));
	return bytes_of(out, 8);
}

static struct cipher_suite chosen_suite(const struct proposal *chosen)
{
	const struct transform *encr = proposal_get(chosen, TRANSFORM_ENCR);
	const struct transform *integ = proposal_get(chosen, TRANSFORM_INTEG);

	return (struct cipher_suite){
		.encr = encr ? encr->id : 0,
		.key_bits = encr ? encr->key_bits : 0,
		.integ = integ ? integ->id : 0,
	};
}

/* prf+ (SKEYSEED, Ni | Nr | SPIi | SPIr), cut into the seven keys of section 2.14. */
static struct result expand(struct ikev2_sa *sa, struct bytes skeyseed)
{
	struct ikev2_keys *keys = &sa->keys;
	struct ike_sa *base = &sa->base;
	struct cipher_suite suite = chosen_suite(&base->chosen);
	size_t encr = encr_key_size(suite.encr, suite.key_bits);
	size_t integ = integ_key_size(suite.integ);
	uint64_t spi_i = base->initiator ? base->local_spi : base->remote_spi;
	uint64_t spi_r = base->initiator ? base->remote_spi : base->local_spi;
	uint8_t octets_i[8], octets_r[8];
	struct bytes ai, ar, ei, er;
	struct buffer seed = {}, stream = {};
	struct result result;
	uint8_t *at;

	buffer_put(&seed, buffer_bytes(&sa->nonce_i));
	buffer_put(&seed, buffer_bytes(&sa->nonce_r));
	buffer_put(&seed, spi_bytes(spi_i, octets_i));
	buffer_put(&seed, spi_bytes(spi_r, octets_r));
	at = buffer_extend(&stream, 3 * keys->prf_len + 2 * (encr + integ));
	result = prf_plus(keys->prf, skeyseed, buffer_bytes(&seed), at, stream.len);
	if (failed(&result))
		goto out;

	memcpy(keys->sk_d, at, keys->prf_len);
	at += keys->prf_len;
	ai = bytes_of(at, integ);
	ar = bytes_of(at + integ, integ);
	at += 2 * integ;
	ei = bytes_of(at, encr);
	er = bytes_of(at + encr, encr);
	at += 2 * encr;
	memcpy(keys->sk_pi, at, keys->prf_len);
	memcpy(keys->sk_pr, at + keys->prf_len, keys->prf_len);

	result = sealer_new(&suite, base->initiator ? ei : er, base->initiator ? ai : ar,
			    &keys->out);
	if (!failed(&result))
		result = sealer_new(&suite, base->initiator ? er : ei, base->initiator ? ar : ai,
				    &keys->in);
	if (!failed(&result))
		keylog_ike(base, ei, er, ai, ar);
	detail_key(sa, "Ni", buffer_bytes(&sa->nonce_i));
	detail_key(sa, "Nr", buffer_bytes(&sa->nonce_r));
	detail_key(sa, "SKEYSEED", skeyseed);
	detail_key(sa, "SPIi", bytes_of(octets_i, 8));
	detail_key(sa, "SPIr", bytes_of(octets_r, 8));
	detail_key(sa, "SK_d", bytes_of(keys->sk_d, keys->prf_len));
	detail_key(sa, "SK_ai", ai);
	detail_key(sa, "SK_ar", ar);
	detail_key(sa, "SK_ei", ei);
	detail_key(sa, "SK_er", er);
	detail_key(sa, "SK_pi", bytes_of(keys->sk_pi, keys->prf_len));
	detail_key(sa, "SK_pr", bytes_of(keys->sk_pr, keys->prf_len));
out:
	buffer_free(&seed);
	buffer_free(&stream);
	return result;
}

static struct result choose_prf(struct ikev2_sa *sa)
{
	const struct transform *prf = proposal_get(&sa->base.chosen, TRANSFORM_PRF);

	sa->keys.prf = prf ? prf->id : 0;
	sa->keys.prf_len = prf_size(sa->keys.prf);
	if (!sa->keys.prf_len)
		return fail(-ENOTSUP, "PRF %u is not supported", sa->keys.prf);
	return RESULT_OK;
}

struct result keys_derive_initial(struct ikev2_sa *sa, struct bytes secret)
{
	struct buffer key = {};
	uint8_t skeyseed[CRYPTOX_HASH_MAX];
	struct result result = choose_prf(sa);

	if (failed(&result))
		return result;
	detail_key(sa, "Diffie-Hellman value", secret);
	buffer_put(&key, prf_nonce(sa->keys.prf, buffer_bytes(&sa->nonce_i)));
	buffer_put(&key, prf_nonce(sa->keys.prf, buffer_bytes(&sa->nonce_r)));
	result = prf_compute(sa->keys.prf, buffer_bytes(&key), &secret, 1, skeyseed);
	if (!failed(&result))
		result = expand(sa, bytes_of(skeyseed, sa->keys.prf_len));
	secret_wipe(skeyseed, sizeof(skeyseed));
	buffer_free(&key);
	return result;
}

struct result keys_derive_resumed(struct ikev2_sa *sa, struct bytes sk_d)
{
	struct bytes parts[3] = { bytes_of_string("Resumption"), buffer_bytes(&sa->nonce_i),
				  buffer_bytes(&sa->nonce_r) };
	uint8_t skeyseed[CRYPTOX_HASH_MAX];
	struct result result = choose_prf(sa);

	if (!failed(&result))
		result = prf_compute(sa->keys.prf, sk_d, parts, 3, skeyseed);
	if (!failed(&result))
		result = expand(sa, bytes_of(skeyseed, sa->keys.prf_len));
	secret_wipe(skeyseed, sizeof(skeyseed));
	return result;
}

struct result keys_derive_again(struct ikev2_sa *sa, struct bytes secret)
{
	struct bytes parts[3] = { secret, buffer_bytes(&sa->nonce_i), buffer_bytes(&sa->nonce_r) };
	struct ikev2_keys *keys = &sa->keys;
	struct sealer *in = keys->in, *out = keys->out;
	uint8_t skeyseed[CRYPTOX_HASH_MAX];
	struct result result;

	detail_key(sa, "Diffie-Hellman value", secret);
	keys->in = keys->out = NULL;
	result = prf_compute(keys->prf, bytes_of(keys->sk_d, keys->prf_len), parts, 3, skeyseed);
	if (!failed(&result))
		result = expand(sa, bytes_of(skeyseed, keys->prf_len));
	sealer_free(keys->earlier_in);
	keys->earlier_in = in;
	sealer_free(out);
	secret_wipe(skeyseed, sizeof(skeyseed));
	return result;
}

struct result keys_derive_rekeyed(struct ikev2_sa *sa, const struct ikev2_sa *old,
				  struct bytes secret, struct bytes more)
{
	struct bytes parts[4] = { secret, buffer_bytes(&sa->nonce_i), buffer_bytes(&sa->nonce_r),
				  more };
	uint8_t skeyseed[CRYPTOX_HASH_MAX];
	struct result result = choose_prf(sa);

	if (failed(&result))
		return result;
	detail_key(sa, "Diffie-Hellman value", secret);
	/* The old SA's PRF makes SKEYSEED, the new one's everything after it. */
	result = prf_compute(old->keys.prf, bytes_of(old->keys.sk_d, old->keys.prf_len), parts, 4,
			     skeyseed);
	if (!failed(&result))
		result = expand(sa, bytes_of(skeyseed, old->keys.prf_len));
	secret_wipe(skeyseed, sizeof(skeyseed));
	return result;
}

static struct result cut(struct child_keys *keys, const struct cipher_suite *suite,
			 struct reader *stream)
{
	struct bytes encr, integ;

	if (!reader_get_bytes(stream, encr_key_size(suite->encr, suite->key_bits), &encr) ||
	    !reader_get_bytes(stream, integ_key_size(suite->integ), &integ))
		return fail(-EINVAL, "the keying material is too short");
	buffer_set(&keys->encr, encr);
	buffer_set(&keys->integ, integ);
	return RESULT_OK;
}

/* Row L17 */
static void tell_child(const struct ikev2_sa *sa, const struct child_sa *child)
{
	uint8_t out[4], in[4];

	for (int i = 0; i < 4; i++) {
		out[i] = (uint8_t)(child->spi_out >> (24 - 8 * i));
		in[i] = (uint8_t)(child->spi_in >> (24 - 8 * i));
	}
	sa_line(sa, LOG_IKEV2_KEY, "calculate KEYMAT");
	detail_key(sa, "SPI(send)", BYTES(out));
	detail_key(sa, "encryption key(send)", buffer_bytes(&child->keys_out.encr));
	detail_key(sa, "authentication key(send)", buffer_bytes(&child->keys_out.integ));
	detail_key(sa, "SPI(recv)", BYTES(in));
	detail_key(sa, "encryption key(recv)", buffer_bytes(&child->keys_in.encr));
	detail_key(sa, "authentication key(recv)", buffer_bytes(&child->keys_in.integ));
}

struct result keys_derive_child(struct child_sa *child, const struct ikev2_sa *sa,
				struct bytes secret, struct bytes nonce_i, struct bytes nonce_r,
				struct bytes more)
{
	const struct cipher_suite *suite = &child->suite;
	size_t one = encr_key_size(suite->encr, suite->key_bits) + integ_key_size(suite->integ);
	struct buffer seed = {}, stream = {};
	struct reader reader;
	struct result result;

	buffer_put(&seed, secret);
	buffer_put(&seed, nonce_i);
	buffer_put(&seed, nonce_r);
	buffer_put(&seed, more);
	buffer_extend(&stream, 2 * one);
	result = prf_plus(sa->keys.prf, bytes_of(sa->keys.sk_d, sa->keys.prf_len),
			  buffer_bytes(&seed), stream.data, stream.len);
	reader = reader_of(buffer_bytes(&stream));
	/* Keys for data from the initiator of the exchange come first (section 2.17). */
	if (!failed(&result))
		result = cut(child->initiator ? &child->keys_out : &child->keys_in, suite, &reader);
	if (!failed(&result))
		result = cut(child->initiator ? &child->keys_in : &child->keys_out, suite, &reader);
	if (!failed(&result))
		tell_child(sa, child);
	buffer_free(&seed);
	buffer_free(&stream);
	return result;
}

/* prf (SK_p, ID payload), of either side */
static struct result maced_identity(const struct task *task, bool ours, uint8_t *out)
{
	const struct ikev2_sa *sa = task->sa;
	const struct ikev2_keys *keys = &sa->keys;
	const uint8_t *sk_p = task->initiator == ours ? keys->sk_pi : keys->sk_pr;
	struct buffer body = {};
	struct result result;
	struct bytes part;

	id_payload_body(ours ? &sa->base.local_id : &sa->base.remote_id, &body);
	part = buffer_bytes(&body);
	result = prf_compute(keys->prf, bytes_of(sk_p, keys->prf_len), &part, 1, out);
	buffer_free(&body);
	return result;
}

struct result keys_auth_octets(const struct task *task, bool ours, struct buffer *out)
{
	const struct ikev2_sa *sa = task->sa;
	bool of_initiator = task->initiator == ours;
	uint8_t maced_id[CRYPTOX_HASH_MAX];
	struct result result = maced_identity(task, ours, maced_id);

	if (failed(&result))
		return result;
	buffer_put(out, buffer_bytes(of_initiator ? &task->init_request : &task->init_response));
	buffer_put(out, buffer_bytes(of_initiator ? &sa->nonce_r : &sa->nonce_i));
	buffer_put(out, bytes_of(maced_id, sa->keys.prf_len));
	intermediate_put_auth(task, out);
	return result;
}

struct result keys_auth_psk(const struct task *task, bool ours, struct bytes psk, uint8_t *out)
{
	static const char pad[] = "Key Pad for IKEv2";
	const struct ikev2_sa *sa = task->sa;
	const struct ikev2_keys *keys = &sa->keys;
	struct bytes pad_bytes = bytes_of(pad, sizeof(pad) - 1);
	bool of_initiator = task->initiator == ours;
	uint8_t key[CRYPTOX_HASH_MAX], maced_id[CRYPTOX_HASH_MAX];
	struct buffer int_auth = {};
	struct bytes parts[4];
	struct result result = maced_identity(task, ours, maced_id);

	if (!failed(&result))
		result = prf_compute(keys->prf, psk, &pad_bytes, 1, key);
	if (!failed(&result)) {
		intermediate_put_auth(task, &int_auth);
		parts[0] = buffer_bytes(of_initiator ? &task->init_request : &task->init_response);
		parts[1] = buffer_bytes(of_initiator ? &sa->nonce_r : &sa->nonce_i);
		parts[2] = bytes_of(maced_id, keys->prf_len);
		parts[3] = buffer_bytes(&int_auth);
		result = prf_compute(keys->prf, bytes_of(key, keys->prf_len), parts, 4, out);
		sa_line(sa, LOG_IKEV2_KEY, "calculate %s data", of_initiator ? "iAuth" : "rAuth");
		for (int i = 0; i < 4 && parts[i].len; i++)
			detail_octets(sa, LOG_IKEV2_KEY, i ? "  and" : "msg-octets:", parts[i]);
		detail_key(sa, "prf(secret, key-pad)", bytes_of(key, keys->prf_len));
		detail_key(sa, "prf(prf(secret, key-pad), msg-octets)",
			   bytes_of(out, keys->prf_len));
	}
	secret_wipe(key, sizeof(key));
	secret_wipe(maced_id, sizeof(maced_id));
	buffer_free(&int_auth);
	return result;
}

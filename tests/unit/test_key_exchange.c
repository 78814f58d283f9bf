// SPDX-License-Identifier: GPL-2.0-or-later
/* Key exchange in every group: agreement, known answers, and invalid public values. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a fail() of its own. */
#include "../support/vectors.h"
#include "cryptox/internal.h"

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct {
	uint16_t group;
	int kind;
	uint16_t public, secret;
} groups[] = {
#define X(symbol, id, display, kind, openssl, pub, secret, legacy) { id, kind, pub, secret },
	SEKI_KE_LIST(X)
#undef X
};

static void assert_ok(struct result result)
{
	assert_string_equal(result.why, "");
	assert_int_equal(result.code, 0);
}

static struct key_exchange *exchange_new(uint16_t group)
{
	struct key_exchange *exchange;

	assert_ok(key_exchange_new(group, &exchange));
	return exchange;
}

/* Nothing may be left in @secret after a refusal. */
static void assert_refused(struct key_exchange *exchange, struct bytes public)
{
	struct buffer secret = { 0 };

	buffer_put_u8(&secret, 0x77);
	assert_int_equal(key_exchange_derive(exchange, public, &secret).code, -EBADMSG);
	assert_int_equal(secret.len, 1);
	assert_int_equal(secret.data[0], 0x77);
	buffer_free(&secret);
}

static void assert_secret(struct key_exchange *exchange, struct bytes public, struct bytes expected)
{
	struct buffer secret = { 0 };

	assert_ok(key_exchange_derive(exchange, public, &secret));
	assert_true(bytes_equal(buffer_bytes(&secret), expected));
	buffer_free(&secret);
}

static void both_sides_agree(void **state)
{
	for (size_t i = 0; i < COUNT(groups); i++) {
		struct key_exchange *a = exchange_new(groups[i].group);
		struct key_exchange *b = exchange_new(groups[i].group);
		struct buffer secret = { 0 };

		assert_int_equal(key_exchange_group(a), groups[i].group);
		assert_int_equal(ke_public_size(groups[i].group), groups[i].public);
		assert_int_equal(key_exchange_public(a).len, groups[i].public);
		assert_false(bytes_equal(key_exchange_public(a), key_exchange_public(b)));
		assert_ok(key_exchange_derive(a, key_exchange_public(b), &secret));
		assert_int_equal(secret.len, groups[i].secret);
		assert_secret(b, key_exchange_public(a), buffer_bytes(&secret));
		/* The same again, behind what is there already. */
		assert_ok(key_exchange_derive(a, key_exchange_public(b), &secret));
		assert_int_equal(secret.len, 2 * groups[i].secret);
		assert_memory_equal(secret.data, secret.data + groups[i].secret, groups[i].secret);
		buffer_free(&secret);
		key_exchange_free(a);
		key_exchange_free(b);
	}
}

static const struct {
	uint16_t method, key, ciphertext, secret;
} kems[] = {
#define X(symbol, id, display, keyword, openssl, key, ciphertext, secret) \
	{ id, key, ciphertext, secret },
	SEKI_KEM_LIST(X)
#undef X
};

/* A responder's answer in one is a pair and a secret like any other. */
static void answers(void **state)
{
	for (size_t i = 0; i < COUNT(groups); i++) {
		struct key_exchange *a = exchange_new(groups[i].group), *b = NULL;
		struct buffer secret = { 0 };

		assert_ok(
			key_exchange_answer(groups[i].group, key_exchange_public(a), &secret, &b));
		assert_int_equal(secret.len, groups[i].secret);
		assert_secret(a, key_exchange_public(b), buffer_bytes(&secret));
		key_exchange_free(b);
		b = NULL;
		assert_int_equal(key_exchange_answer(groups[i].group, bytes_of("x", 1), &secret, &b)
					 .code,
				 -EBADMSG);
		assert_null(b);
		assert_int_equal(secret.len, groups[i].secret);
		buffer_free(&secret);
		key_exchange_free(a);
	}
}

/* One with an OpenSSL that has it: key one way, ciphertext the other. */
static void assert_kem(size_t i)
{
	struct key_exchange *a = exchange_new(kems[i].method), *b = NULL;
	struct buffer secret = { 0 }, other = { 0 }, forged = { 0 };
	struct bytes key = key_exchange_public(a), ciphertext;

	assert_int_equal(key_exchange_group(a), kems[i].method);
	assert_int_equal(key.len, kems[i].key);
	assert_ok(key_exchange_answer(kems[i].method, key, &secret, &b));
	assert_int_equal(secret.len, kems[i].secret);
	ciphertext = key_exchange_public(b);
	assert_int_equal(ciphertext.len, kems[i].ciphertext);
	assert_int_equal(key_exchange_group(b), kems[i].method);
	assert_secret(a, ciphertext, buffer_bytes(&secret));
	assert_refused(a, bytes_of(ciphertext.data, ciphertext.len - 1));
	/* A forged one gives a secret that nobody else has (FIPS 203 section 6.3). */
	buffer_put(&forged, ciphertext);
	forged.data[0] ^= 1;
	assert_ok(key_exchange_derive(a, buffer_bytes(&forged), &other));
	assert_int_equal(other.len, kems[i].secret);
	assert_false(bytes_equal(buffer_bytes(&other), buffer_bytes(&secret)));
	key_exchange_free(b);
	b = NULL;
	/* A key of another length, and one whose numbers are not below the modulus. */
	assert_int_equal(key_exchange_answer(kems[i].method, bytes_of(key.data, key.len - 1),
					     &other, &b)
				 .code,
			 -EBADMSG);
	buffer_set(&forged, key);
	memset(forged.data, 0xff, 3);
	assert_int_equal(key_exchange_answer(kems[i].method, buffer_bytes(&forged), &other, &b)
				 .code,
			 -EBADMSG);
	assert_null(b);
	assert_int_equal(other.len, kems[i].secret);
	buffer_free(&forged);
	buffer_free(&other);
	buffer_free(&secret);
	key_exchange_free(a);
}

static void encapsulation(void **state)
{
	for (size_t i = 0; i < COUNT(kems); i++) {
		struct key_exchange *exchange = NULL;
		struct buffer secret = { 0 };

		assert_int_equal(ke_public_size(kems[i].method), 0);
		if (ke_is_available(kems[i].method)) {
			assert_kem(i);
			continue;
		}
		/* Before OpenSSL 3.5 it is refused, and nothing worse. */
		assert_true(key_exchange_new(kems[i].method, &exchange).code < 0);
		assert_true(
			key_exchange_answer(kems[i].method, bytes_of(kems, 8), &secret, &exchange)
				.code < 0);
		assert_null(exchange);
		assert_int_equal(secret.len, 0);
	}
	for (size_t i = 0; i < COUNT(groups); i++)
		assert_true(ke_is_available(groups[i].group));
	assert_false(ke_is_available(0));
	assert_false(ke_is_available(34));
}

static void unknown_groups(void **state)
{
	static const uint16_t unknown[] = { 0, 3, 4, 22, 33, 65535 };
	struct key_exchange *exchange = NULL;

	for (size_t i = 0; i < COUNT(unknown); i++) {
		assert_int_equal(ke_public_size(unknown[i]), 0);
		assert_int_equal(key_exchange_new(unknown[i], &exchange).code, -ENOENT);
		assert_null(exchange);
	}
	key_exchange_free(NULL);
}

static void wrong_lengths(void **state)
{
	for (size_t i = 0; i < COUNT(groups); i++) {
		struct key_exchange *exchange;
		struct buffer public = { 0 };

		if (groups[i].group == KE_MODP_6144 || groups[i].group == KE_MODP_8192)
			continue; /* slow, and no different from the others */
		exchange = exchange_new(groups[i].group);
		/* Our own value is a good one, but for its length. */
		buffer_put(&public, key_exchange_public(exchange));
		buffer_put_u8(&public, 0);
		assert_refused(exchange, (struct bytes){ 0 });
		assert_refused(exchange, bytes_of(public.data, 1));
		assert_refused(exchange, bytes_of(public.data, public.len - 2));
		assert_refused(exchange, buffer_bytes(&public));
		buffer_free(&public);
		key_exchange_free(exchange);
	}
}

/* @change is added to a number of @size octets, big end first. */
static void add(uint8_t *number, size_t size, int change)
{
	for (size_t i = size; change && i--;) {
		change += number[i];
		number[i] = (uint8_t)change;
		change = (change - number[i]) / 256;
	}
}

/* RFC 2409, RFC 3526: right primes, right generator, zeros in front; RFC 6989 section 2.1. */
static void modp_known_answers(void **state)
{
	json_t *file = vectors_load("modp.json"), *vector;
	size_t index;

	assert_int_equal(json_array_size(json_object_get(file, "cases")), 8);
	json_array_foreach(json_object_get(file, "cases"), index, vector)
	{
		uint16_t group = (uint16_t)vector_number(vector, "group");
		size_t size = ke_public_size(group);
		struct buffer private = vector_get(vector, "private", 0);
		struct buffer peer = vector_get(vector, "peer", 0);
		struct buffer secret = vector_get(vector, "secret", 0);
		struct buffer prime = vector_get(vector, "prime", 0);
		/* Refused and, between them, accepted: 0, 1; p - 1, p, p + 1. */
		static const int around[] = { -1, 0, 1 };
		struct buffer number = { 0 };
		struct key_exchange *exchange;

		assert_int_equal(secret.len, size);
		assert_int_equal(secret.data[0], 0);
		assert_ok(key_exchange_import(group, buffer_bytes(&private), &exchange));
		assert_secret(exchange, buffer_bytes(&peer), buffer_bytes(&secret));

		for (int value = 0; value <= 1; value++) {
			buffer_free(&number);
			buffer_extend(&number, size)[size - 1] = (uint8_t)value;
			assert_refused(exchange, buffer_bytes(&number));
		}
		for (size_t i = 0; i < COUNT(around); i++) {
			buffer_set(&number, buffer_bytes(&prime));
			add(number.data, size, around[i]);
			assert_refused(exchange, buffer_bytes(&number));
		}
		memset(number.data, 0xff, size);
		assert_refused(exchange, buffer_bytes(&number));
		/* p - 2 is an odd choice but a valid one. */
		buffer_set(&number, buffer_bytes(&prime));
		add(number.data, size, -2);
		buffer_free(&secret);
		assert_ok(key_exchange_derive(exchange, buffer_bytes(&number), &secret));

		buffer_free(&private);
		buffer_free(&peer);
		buffer_free(&secret);
		buffer_free(&prime);
		buffer_free(&number);
		key_exchange_free(exchange);
	}
	json_decref(file);
}

struct known_answer {
	uint16_t group;
	const char *private, *public, *secret;
};

static void assert_known_answer(const struct known_answer *known)
{
	struct buffer private = vector_hex(known->private), public = vector_hex(known->public);
	struct buffer secret = vector_hex(known->secret);
	struct key_exchange *exchange;

	assert_ok(key_exchange_import(known->group, buffer_bytes(&private), &exchange));
	assert_secret(exchange, buffer_bytes(&public), buffer_bytes(&secret));
	key_exchange_free(exchange);
	buffer_free(&private);
	buffer_free(&public);
	buffer_free(&secret);
}

/* RFC 5903 section 8 (ECP) and RFC 7748 section 6.2 (X448), seen from either side */
static void rfc_known_answers(void **state)
{
#define P256_SECRET "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"
#define P521_SECRET \
	"01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa24" \
	"0a34786859810c06b3c715a3a8cc3151f2bee417996d19f3ddea"
#define X448_SECRET \
	"07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56" \
	"fd2464c335543936521c24403085d59a449a5037514a879d"
	static const struct known_answer cases[] = {
		{ KE_ECP_256, "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
		  "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
		  "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
		  P256_SECRET },
		{ KE_ECP_256, "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
		  "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
		  "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
		  P256_SECRET },
		{ KE_ECP_521,
		  "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a0"
		  "95aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d4a52",
		  "00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a21"
		  "9b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d9460f"
		  "015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852077b87"
		  "220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd17f0fc56a",
		  P521_SECRET },
		{ KE_ECP_521,
		  "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e"
		  "9c677d600b343757a3bdbf2a3163e4c2f869cca7458aa4a4effc311f5cb151685eb9",
		  "0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbe"
		  "e1e3bf42e00b8e380aeae57c2d107564941885942af5a7f4601723c4195d176ced3e"
		  "017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4a10a"
		  "d8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3926f9582",
		  P521_SECRET },
		{ KE_CURVE448,
		  "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf5"
		  "74a9419744897391006382a6f127ab1d9ac2d8c0a598726b",
		  "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972"
		  "fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609",
		  X448_SECRET },
		{ KE_CURVE448,
		  "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120"
		  "bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d",
		  "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bb"
		  "c836647241d953d40c5b12da88120d53177f80e532c41fa0",
		  X448_SECRET },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_known_answer(&cases[i]);
}

/* Points that are not on the curve, in each ECP group: any other y but p - y. */
static void points_off_the_curve(void **state)
{
	for (size_t i = 0; i < COUNT(groups); i++) {
		struct key_exchange *exchange;
		struct buffer point = { 0 };

		if (groups[i].kind != SEKI_KE_ECP)
			continue;
		exchange = exchange_new(groups[i].group);
		buffer_set(&point, key_exchange_public(exchange));
		for (unsigned int bit = 0; bit < 8; bit++) {
			point.data[point.len - 1] ^= (uint8_t)(1u << bit);
			assert_refused(exchange, buffer_bytes(&point));
			point.data[point.len - 1] ^= (uint8_t)(1u << bit);
		}
		memset(point.data, 0, point.len); /* what stands for infinity elsewhere */
		assert_refused(exchange, buffer_bytes(&point));
		memset(point.data, 0xff, point.len); /* no element of the field */
		assert_refused(exchange, buffer_bytes(&point));
		buffer_free(&point);
		key_exchange_free(exchange);
	}
}

/* RFC 7748 section 6: low order, so that the secret would be zero whatever our key is. */
static void low_order_points(void **state)
{
	static const uint16_t curves[] = { KE_CURVE25519, KE_CURVE448 };

	for (size_t i = 0; i < COUNT(curves); i++) {
		struct key_exchange *exchange = exchange_new(curves[i]);
		struct buffer point = { 0 };

		buffer_extend(&point, ke_public_size(curves[i]));
		assert_refused(exchange, buffer_bytes(&point));
		point.data[0] = 1;
		assert_refused(exchange, buffer_bytes(&point));
		buffer_free(&point);
		key_exchange_free(exchange);
	}
}

struct tally {
	size_t accepted, refused;
};

/* Runs each test of a Wycheproof file; @check says what has to come of it. */
static void each_wycheproof(const char *name, uint16_t group, size_t skip,
			    bool (*is_good)(const json_t *vector, const struct buffer *public),
			    struct tally *tally)
{
	json_t *file = vectors_load(name), *one, *vector;
	size_t i, k;

	json_array_foreach(json_object_get(file, "testGroups"), i, one)
	{
		json_array_foreach(json_object_get(one, "tests"), k, vector)
		{
			struct buffer private = vector_get(vector, "private", 0);
			struct buffer public = vector_get(vector, "public", 0);
			struct buffer shared = vector_get(vector, "shared", 0);
			struct bytes value = buffer_bytes(&public);
			struct key_exchange *exchange;

			if (value.len >= skip)
				value = bytes_of(value.data + skip, value.len - skip);
			assert_ok(key_exchange_import(group, buffer_bytes(&private), &exchange));
			if (is_good(vector, &public)) {
				assert_secret(exchange, value, buffer_bytes(&shared));
				tally->accepted++;
			} else {
				assert_refused(exchange, value);
				tally->refused++;
			}
			key_exchange_free(exchange);
			buffer_free(&private);
			buffer_free(&public);
			buffer_free(&shared);
		}
	}
	json_decref(file);
}

static bool has_flag(const json_t *vector, const char *flag)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(vector, "flags"), i, one)
	{
		if (!strcmp(json_string_value(one), flag))
			return true;
	}
	return false;
}

/* Only a secret of zeros has to be refused (RFC 7748 section 6.1). */
static bool x25519_is_good(const json_t *vector, const struct buffer *public)
{
	return !has_flag(vector, "ZeroSharedSecret");
}

/* A KE payload has no room to say that a point is compressed (RFC 5903 section 7). */
static bool point_is_good(const json_t *vector, const struct buffer *public)
{
	return !strcmp(json_string_value(json_object_get(vector, "result")), "valid") &&
	       public->data[0] == 0x04;
}

static void wycheproof_x25519(void **state)
{
	struct tally tally = { 0 };

	each_wycheproof("wycheproof/x25519_test.json", KE_CURVE25519, 0, x25519_is_good, &tally);
	assert_int_equal(tally.accepted + tally.refused, 518);
	assert_int_equal(tally.refused, 31);
}

static void wycheproof_p256(void **state)
{
	struct tally tally = { 0 };

	each_wycheproof("wycheproof/ecdh_secp256r1_ecpoint_test.json", KE_ECP_256, 1, point_is_good,
			&tally);
	assert_int_equal(tally.accepted, 330);
	assert_int_equal(tally.refused, 25);
}

static void wycheproof_p384(void **state)
{
	struct tally tally = { 0 };

	each_wycheproof("wycheproof/ecdh_secp384r1_ecpoint_test.json", KE_ECP_384, 1, point_is_good,
			&tally);
	assert_int_equal(tally.accepted, 771);
	assert_int_equal(tally.refused, 19);
}

/* Workers share the groups. Returns NULL when all went well. */
static void *exchange_often(void *unused)
{
	static const uint16_t fast[] = { KE_CURVE25519, KE_ECP_256, KE_MODP_1024 };
	bool ok = true;

	for (unsigned int i = 0; ok && i < 30; i++) {
		struct key_exchange *a = NULL, *b = NULL;
		struct buffer one = { 0 }, other = { 0 };
		struct result results[4];

		results[0] = key_exchange_new(fast[i % COUNT(fast)], &a);
		results[1] = key_exchange_new(fast[i % COUNT(fast)], &b);
		results[2] = key_exchange_derive(a, key_exchange_public(b), &one);
		results[3] = key_exchange_derive(b, key_exchange_public(a), &other);
		for (size_t k = 0; k < COUNT(results); k++)
			ok = ok && !failed(&results[k]);
		ok = ok && bytes_equal(buffer_bytes(&one), buffer_bytes(&other));
		buffer_free(&one);
		buffer_free(&other);
		key_exchange_free(a);
		key_exchange_free(b);
	}
	return ok ? NULL : "failed";
}

static void threads_share_the_groups(void **state)
{
	pthread_t threads[4];
	void *failure;

	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, exchange_often, NULL), 0);
	/* Starting again must disturb nobody: a reload may do it at any time. */
	assert_ok(cryptox_start(true));
	for (size_t i = 0; i < COUNT(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &failure), 0);
		assert_null(failure);
	}
}

static int set_up(void **state)
{
	return cryptox_start(false).code;
}

static int tear_down(void **state)
{
	cryptox_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_sides_agree),
		cmocka_unit_test(answers),
		cmocka_unit_test(encapsulation),
		cmocka_unit_test(unknown_groups),
		cmocka_unit_test(wrong_lengths),
		cmocka_unit_test(modp_known_answers),
		cmocka_unit_test(rfc_known_answers),
		cmocka_unit_test(points_off_the_curve),
		cmocka_unit_test(low_order_points),
		cmocka_unit_test(wycheproof_x25519),
		cmocka_unit_test(wycheproof_p256),
		cmocka_unit_test(wycheproof_p384),
		cmocka_unit_test(threads_share_the_groups),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

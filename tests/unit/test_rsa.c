// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RSA as a cipher, and the files of our own keys: blocks of every wrong kind must be
 * as good as right ones for whoever asks (rows D20, E25).
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../support/certs.h"
#include "config/rsa_files.h"
#include "cryptox/cryptox.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define SIZE 128 /* of a block with rsa1024 */

static struct private_key *load(EVP_PKEY *key)
{
	char *pem = test_key_pem(key, NULL);
	struct private_key *loaded;

	assert_int_equal(private_key_load(bytes_of_string(pem), bytes_of(NULL, 0), &loaded).code,
			 0);
	free(pem);
	return loaded;
}

/* A block as it stands before encryption, whatever is in it. */
static void encrypt_raw(EVP_PKEY *key, const uint8_t plain[SIZE], uint8_t block[SIZE])
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	size_t len = SIZE;

	assert_true(EVP_PKEY_encrypt_init(context) > 0);
	assert_true(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) > 0);
	assert_true(EVP_PKEY_encrypt(context, block, &len, plain, SIZE) > 0);
	EVP_PKEY_CTX_free(context);
}

static void there_and_back(void **state)
{
	struct private_key *key = load(test_key("rsa1024", 1));
	struct bytes public_key = private_key_public(key);
	uint8_t plain[SIZE];

	assert_int_equal(rsa_bits(public_key), 1024);
	assert_int_equal(rsa_room(public_key), SIZE - 11);
	memset(plain, 0x00, sizeof(plain)); /* zeros in the message are no end of the padding */
	for (size_t len = 0; len <= SIZE - 11; len++) {
		struct buffer block = {}, out = {};

		assert_int_equal(rsa_encrypt(public_key, bytes_of(plain, len), &block).code, 0);
		assert_int_equal(block.len, SIZE);
		assert_int_equal(rsa_decrypt(key, buffer_bytes(&block), &out).code, 0);
		assert_true(bytes_equal(buffer_bytes(&out), bytes_of(plain, len)));
		buffer_free(&block);
		buffer_free(&out);
	}
	assert_true(rsa_encrypt(public_key, bytes_of(plain, SIZE - 10), &(struct buffer){}).code);
	private_key_free(key);
}

/* What decryption makes of a block before encryption; twice the same. */
static void open_raw(struct private_key *key, const uint8_t plain[SIZE], struct buffer *out)
{
	uint8_t block[SIZE];
	struct buffer again = {};

	encrypt_raw(test_key("rsa1024", 1), plain, block);
	buffer_free(out);
	assert_int_equal(rsa_decrypt(key, bytes_of(block, SIZE), out).code, 0);
	assert_int_equal(rsa_decrypt(key, bytes_of(block, SIZE), &again).code, 0);
	assert_true(bytes_equal(buffer_bytes(out), buffer_bytes(&again)));
	assert_true(out->len <= SIZE - 11);
	buffer_free(&again);
}

static void bad_paddings(void **state)
{
	struct private_key *key = load(test_key("rsa1024", 1));
	struct buffer out = {};
	uint8_t right[SIZE], plain[SIZE];

	memset(right, 0x55, sizeof(right));
	right[0] = 0;
	right[1] = 2;
	right[100] = 0;
	open_raw(key, right, &out);
	assert_true(bytes_equal(buffer_bytes(&out), bytes_of(right + 101, SIZE - 101)));

	/* the shortest padding that is allowed, and the longest */
	memcpy(plain, right, SIZE);
	plain[10] = 0;
	open_raw(key, plain, &out);
	assert_true(bytes_equal(buffer_bytes(&out), bytes_of(plain + 11, SIZE - 11)));
	memset(plain + 2, 0x55, SIZE - 2);
	plain[SIZE - 1] = 0;
	open_raw(key, plain, &out);
	assert_int_equal(out.len, 0);

	/* one octet too short, no end, another type, another first octet */
	for (int i = 0; i < 13; i++) {
		memcpy(plain, right, SIZE);
		if (i < 8)
			plain[2 + i] = 0;
		else if (i == 8)
			plain[100] = 1;
		else if (i == 9)
			plain[1] = 1;
		else if (i == 10)
			plain[1] = 0;
		else if (i == 11)
			plain[0] = 1;
		else
			memset(plain, 0, SIZE);
		open_raw(key, plain, &out);
		assert_false(bytes_equal(buffer_bytes(&out), bytes_of(right + 101, SIZE - 101)));
		if (i < 8)
			assert_false(bytes_equal(buffer_bytes(&out),
						 bytes_of(plain + 3 + i, SIZE - 3 - (size_t)i)));
	}
	buffer_free(&out);
	private_key_free(key);
}

/* Decoys are as long as messages may be, and differ from block to block and key to key. */
static void decoys(void **state)
{
	struct private_key *key = load(test_key("rsa1024", 1)),
			   *other = load(test_key("rsa1024", 2));
	size_t seen[SIZE] = {}, different = 0;
	struct buffer one = {}, two = {};
	uint8_t block[SIZE] = {};

	for (unsigned int i = 1; i < 400; i++) {
		block[SIZE - 1] = (uint8_t)i;
		block[SIZE - 2] = (uint8_t)(i >> 8);
		buffer_free(&one);
		buffer_free(&two);
		assert_int_equal(rsa_decrypt(key, bytes_of(block, SIZE), &one).code, 0);
		assert_int_equal(rsa_decrypt(other, bytes_of(block, SIZE), &two).code, 0);
		seen[one.len]++;
		if (one.len > 8 && two.len > 8)
			assert_memory_not_equal(one.data, two.data, 8);
	}
	for (size_t i = 0; i < SIZE; i++)
		different += seen[i] > 0;
	assert_true(different > 60);
	buffer_free(&one);
	buffer_free(&two);
	private_key_free(key);
	private_key_free(other);
}

static void what_everybody_sees(void **state)
{
	struct private_key *key = load(test_key("rsa1024", 1)), *ec = load(test_key("p256", 1));
	uint8_t block[SIZE + 1];
	struct buffer out = {};

	memset(block, 0xff, sizeof(block)); /* larger than the modulus: a decoy, no failure */
	assert_int_equal(rsa_decrypt(key, bytes_of(block, SIZE), &out).code, 0);
	assert_int_equal(rsa_decrypt(key, bytes_of(block, SIZE - 1), &out).code, -EPROTO);
	assert_int_equal(rsa_decrypt(key, bytes_of(block, SIZE + 1), &out).code, -EPROTO);
	assert_int_equal(rsa_decrypt(key, bytes_of(block, 0), &out).code, -EPROTO);
	assert_int_equal(rsa_decrypt(ec, bytes_of(block, SIZE), &out).code, -EINVAL);
	assert_int_equal(rsa_bits(private_key_public(ec)), 0);
	assert_int_equal(rsa_bits(bytes_of(block, 40)), 0);
	buffer_free(&out);
	private_key_free(key);
	private_key_free(ec);
}

/* --- files --- */

struct found {
	size_t count, bad;
	char names[8][60];
	enum rsa_usage usage[8];
};

static void note(void *context, const struct rsa_file *file)
{
	struct found *found = context;

	if (file->result.code) {
		found->bad++;
		return;
	}
	assert_int_equal(private_key_kind(file->key), KEY_KIND_RSA);
	snprintf(found->names[found->count], 60, "%s", file->name);
	found->usage[found->count++] = file->usage;
	private_key_free(file->key);
}

static void files(void **state)
{
	char folder[] = "/tmp/seki-keys-XXXXXX", keys[40], path[80];
	struct found found = {};
	struct stat status;
	size_t removed;

	assert_non_null(mkdtemp(folder));
	snprintf(keys, sizeof(keys), "%s/keys", folder);
	rsa_files_read(keys, note, &found);
	assert_int_equal(found.count + found.bad, 0);
	assert_int_equal(rsa_files_generate(keys, "r1", RSA_GENERAL, 512).code, 0);
	assert_int_equal(rsa_files_generate(keys, "r1", RSA_GENERAL, 512).code, -EEXIST);
	assert_int_equal(rsa_files_generate(keys, "r1", RSA_SIGNATURE, 512).code, 0);
	assert_int_equal(rsa_files_generate(keys, "r2.example", RSA_ENCRYPTION, 512).code, 0);
	assert_int_equal(rsa_files_generate(keys, "../r3", RSA_GENERAL, 512).code, -EINVAL);
	assert_int_equal(rsa_files_generate(keys, ".r3", RSA_GENERAL, 512).code, -EINVAL);
	assert_int_equal(rsa_files_generate(keys, "r3", RSA_GENERAL, 360).code, -EINVAL);
	snprintf(path, sizeof(path), "%s/r1.pem", keys);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(stat(keys, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	rsa_files_read(keys, note, &found);
	assert_int_equal(found.count, 3);
	assert_int_equal(found.bad, 0);
	assert_string_equal(found.names[0], "r1");
	assert_int_equal(found.usage[0], RSA_GENERAL);
	assert_int_equal(found.usage[1], RSA_SIGNATURE);
	assert_string_equal(found.names[2], "r2.example");
	assert_int_equal(found.usage[2], RSA_ENCRYPTION);

	/* others may read it: it is not used */
	chmod(path, 0640);
	found = (struct found){};
	rsa_files_read(keys, note, &found);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.bad, 1);
	assert_int_equal(rsa_files_remove(keys, "r1", &removed).code, 0);
	assert_int_equal(removed, 2);
	assert_int_equal(rsa_files_remove(keys, NULL, &removed).code, 0);
	assert_int_equal(removed, 1);
	rmdir(keys);
	rmdir(folder);
}

static int start(void **state)
{
	return cryptox_start(true).code;
}

static int stop(void **state)
{
	cryptox_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back), cmocka_unit_test(bad_paddings),
		cmocka_unit_test(decoys),	  cmocka_unit_test(what_everybody_sees),
		cmocka_unit_test(files),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, start, stop);
}

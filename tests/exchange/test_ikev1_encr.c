// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RSA encrypted nonces in main mode (RFC 2409 sections 5.2 and 5.3), in both roles: keys by name
 * and by address, what S1 prints, a session computed once more by OpenSSL alone, and what is
 * wrong: keys, paddings, nonces, names, hashes, messages that come again.
 * Rows A06, A12, A18, D15, D17, D18, D19, D20, D21, E18, E22, E23, E24, E25, E27, L01, L02.
 */

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
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
#include "../support/scene.h"
#include "codec/isakmp.h"
#include "ike/v1/internal.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define MODERN "encryption aes 256\n hash sha256\n group 14\n"

static char folders[2][32] = { "/tmp/seki-key-XXXXXX", "/tmp/seki-key-XXXXXX" };

/* What a test changes; NULL: as usual. */
struct wish {
	const char *kind; /* of both keys */
	const char *front;
	const char *policy; /* behind "authentication" */
	const char *suite;
	bool addressed; /* "addressed-key", else "named-key" with an address */
	bool no_address; /* the name alone */
	bool no_own, no_peer;
	unsigned int other; /* number of a key that is not the peer's */
};

static const char *const hosts[] = { "wan2516.cisco.com", "wan2511.cisco.com" };

static void write_key(int node, const char *kind)
{
	char path[100], *text = test_key_pem(test_key(kind, 40 + (unsigned int)node), NULL);
	FILE *file;

	snprintf(path, sizeof(path), "%s/own.pem", folders[node]);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	chmod(path, 0600);
	free(text);
}

static void remove_key(int node)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/own.pem", folders[node]);
	unlink(path);
}

static void put_public(EVP_PKEY *key, char *out, size_t size)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);
	size_t used = 0;

	for (int i = 0; i < len; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%02X",
					 i % 32 ? (i % 4 ? "" : " ") : "\n   ", der[i]);
	OPENSSL_free(der);
}

static void text_of(int node, const struct wish *wish, char *text, size_t size)
{
	const char *kind = wish->kind ? wish->kind : "rsa2048";
	char chain[3000] = "", key[2000], name[60], address[40] = "";

	if (wish->no_own)
		remove_key(node);
	else
		write_key(node, kind);
	put_public(test_key(kind, wish->other ? wish->other : 41 - (unsigned int)node), key,
		   sizeof(key));
	if (!wish->addressed && !wish->no_address)
		snprintf(address, sizeof(address), "  address 10.0.0.%d\n", 2 - node);
	if (wish->addressed)
		snprintf(name, sizeof(name), "addressed-key 10.0.0.%d", 2 - node);
	else
		snprintf(name, sizeof(name), "named-key %s", hosts[!node]);
	if (!wish->no_peer)
		snprintf(chain, sizeof(chain),
			 "crypto key pubkey-chain rsa\n %s\n%s  key-string%s\n  quit\n", name,
			 address, key);
	snprintf(text, size,
		 "%shostname %s\ncrypto isakmp identity hostname\ncrypto key storage %s\n"
		 "crypto isakmp policy 1\n authentication %s\n %s lifetime 240\n%s"
		 "crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac\n"
		 "crypto ipsec profile I\n set transform-set T\n"
		 "interface Tunnel0\n tunnel source 10.0.0.%d\n tunnel mode ipsec ipv4\n"
		 " tunnel destination 10.0.0.%d\n tunnel protection ipsec profile I\n",
		 wish->front ? wish->front : "", hosts[node], folders[node],
		 wish->policy ? wish->policy : "rsa-encr", wish->suite ? wish->suite : MODERN,
		 chain, node + 1, 2 - node);
}

static struct sim *new_pair(uint64_t seed, const struct wish *a, const struct wish *b)
{
	static char texts[2][6000];

	text_of(0, a, texts[0], sizeof(texts[0]));
	text_of(1, b, texts[1], sizeof(texts[1]));
	return sim_new(seed, texts[0], texts[1]);
}

static struct sim *same_pair(uint64_t seed, const struct wish *wish)
{
	return new_pair(seed, wish, wish);
}

static bool logged_in_order(const struct sim *sim, const char *const *lines, size_t count)
{
	size_t at = 0;

	for (size_t i = 0; i < sim->log_count && at < count; i++)
		if (strstr(sim->log[i].text, lines[at]))
			at++;
	if (at < count)
		print_message("# not found in order: %s\n", lines[at]);
	return at == count;
}

static void test_both_methods_and_roles(void **state)
{
	static const char *const methods[] = { "rsa-encr", "rsa-encr revised" };

	for (int i = 0; i < 8; i++) {
		const struct wish wish = {
			.policy = methods[i & 1],
			.addressed = i & 4,
		};
		struct sim *sim = same_pair(1 + (uint64_t)i, &wish);

		scene_up_one(sim, i >> 1 & 1);
		assert_int_equal(sim->sent, 9);
		assert_true(sim_logged(sim, i & 1 ? "auth RSA revised encr" : "auth RSA encr"));
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* Every cipher and hash: in the revised mode both make keys of their own. */
static void test_suites(void **state)
{
	static const char *const suites[] = {
		"encryption des\n hash md5\n group 1\n",
		"encryption 3des\n hash md5\n group 2\n", /* a key of two blocks of the hash */
		"encryption aes 256\n hash sha\n group 14\n",
		"encryption aes 192\n hash sha512\n group 19\n",
	};

	for (int i = 0; i < 8; i++) {
		const struct wish wish = {
			.kind = i & 1 ? "rsa1024" : "rsa512",
			.front = "crypto legacy\n",
			.policy = i & 4 ? "rsa-encr revised" : "rsa-encr",
			.suite = suites[i & 3],
		};
		struct sim *sim = same_pair(20 + (uint64_t)i, &wish);

		scene_up_one(sim, i & 1);
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* The responder finds the key by the name that it has decrypted. */
static void test_by_name_alone(void **state)
{
	const struct wish with = { 0 }, without = { .no_address = true };
	struct sim *sim = new_pair(30, &with, &without);

	scene_up_one(sim, 0);
	scene_assert_clean(sim);
	sim_free(sim);
}

/* Rows E23, E27: what S1 prints of a connection that comes up, in its order, at the responder */
static void test_as_s1(void **state)
{
	static const char *const lines[] = {
		"processing SA payload. message ID = 0",
		"Checking ISAKMP transform 1 against priority 1 policy",
		"ISAKMP: encryption DES-CBC",
		"ISAKMP: hash SHA",
		"ISAKMP: default group 2",
		"ISAKMP: auth RSA encr",
		"ISAKMP: life type in seconds",
		"ISAKMP: life duration (basic) of 240",
		"atts are acceptable. Next payload is 0",
		"Unable to get router cert to find DN!",
		"SA is doing RSA encryption authentication",
		"processing KE payload. message ID = 0",
		"processing ID payload. message ID = 0",
		"processing NONCE payload. message ID = 0",
		"Crypto engine 0: RSA decrypt with private key",
		"Crypto engine 0: RSA decrypt with private key",
		"CRYPTO_ENGINE: key process suspended and continued",
		"CRYPTO: RSA private decrypt finished with status=OK",
		"CRYPTO: RSA private decrypt finished with status=OK",
		"SKEYID state generated",
		"Crypto engine 0: RSA encrypt with public key",
		"CRYPTO: RSA public encrypt finished with status=OK",
		"Crypto engine 0: RSA encrypt with public key",
		"CRYPTO: RSA public encrypt finished with status=OK",
		"processing HASH payload. message ID = 0",
		"SA has been authenticated",
	};
	const struct wish wish = {
		.kind = "rsa512",
		.front = "crypto legacy\n",
		.suite = "encryption des\n hash sha\n group 2\n",
	};
	struct sim *sim = same_pair(31, &wish);

	log_set(LOG_KERNEL, true);
	scene_up_one(sim, 0);
	assert_true(logged_in_order(sim, lines, sizeof(lines) / sizeof(lines[0])));
	scene_assert_clean(sim);
	log_set(LOG_KERNEL, false);
	sim_free(sim);
}

/* --- S1's lab --- */

/* Each @what in the text by @by, which is not longer. */
static void put_instead(char *text, const char *what, const char *by)
{
	size_t len = strlen(what), other = strlen(by);

	for (char *at = strstr(text, what); at; at = strstr(at + other, what)) {
		memmove(at + other, at + len, strlen(at + len) + 1);
		memcpy(at, by, other);
	}
}

/*
 * A document's configuration, word for word but for our addresses outside and the peer's public
 * key: the private keys of the document's are not known.
 */
static void s1_config(int node, char *out, size_t size)
{
	static const char *const files[] = { "tests/seeds/s1-rsa-2511.conf",
					     "tests/seeds/s1-rsa-2516.conf" };
	FILE *file = fopen(files[node], "r");
	char text[6000], key[2000], *from, *to;
	size_t len;

	assert_non_null(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	put_instead(text, "20.20.20.21", "10.0.0.1");
	put_instead(text, "20.20.20.20", "10.0.0.2");
	write_key(node, "rsa512");
	put_public(test_key("rsa512", 41 - (unsigned int)node), key, sizeof(key));
	from = strstr(text, "key-string\n");
	to = strstr(text, "quit\n");
	assert_true(from && to);
	snprintf(out, size, "crypto legacy\ncrypto key storage %s\n%.*skey-string%s\n%s",
		 folders[node], (int)(from - text), text, key, to);
}

/* Rows A06, D15, D17, D18, D19, D21, E18, E23: keys by name, hosts, crypto maps, AH around ESP */
static void test_s1_lab(void **state)
{
	static const char *const lines[] = {
		"auth RSA encr",
		"atts are acceptable. Next payload is 0",
		"SA is doing RSA encryption authentication",
		"SKEYID state generated",
		"FQDN name    : wan2516.cisco.com",
		"SA has been authenticated with 10.0.0.2",
		"Checking IPsec proposal 1",
		"transform 1, AH_SHA_HMAC",
		"atts are acceptable.",
		"Checking IPsec proposal 1",
		"transform 1, ESP_DES",
		"atts are acceptable.",
		"processing NONCE payload",
		"processing ID payload",
		"processing ID payload",
		"for SA from 10.0.0.2 to 10.0.0.1 for prot 2",
		"for SA from 10.0.0.2 to 10.0.0.1 for prot 3",
		"Creating IPsec SAs",
		"(proxy 60.60.60.0 to 50.50.50.0)",
		"(proxy 50.50.50.0 to 60.60.60.0)",
		"Creating IPsec SAs",
	};
	char texts[2][9000];
	struct sim *sim;
	uint32_t there, back;

	for (int node = 0; node < 2; node++)
		s1_config(node, texts[node], sizeof(texts[node]));
	sim = sim_new(33, texts[0], texts[1]);
	sim_maps(sim, 0, NULL);
	sim_maps(sim, 1, NULL);
	there = sim_flow(sim, 0, "60.60.60.0");
	back = sim_flow(sim, 1, "50.50.50.0");
	sim_acquire(sim, 1, back);
	sim_run(sim, SECONDS(3));
	assert_int_equal(sim_ping_policy(sim, 0, there), back);
	assert_int_equal(sim_ping_policy(sim, 1, back), there);
	assert_int_equal(sim_count_kernel(sim, 0), 4);
	assert_int_equal(sim_count_kernel(sim, 1), 4);
	assert_true(logged_in_order(sim, lines, sizeof(lines) / sizeof(lines[0])));
	sim_free(sim);
}

static void test_lossy_wire(void **state)
{
	for (uint64_t seed = 1; seed < 7; seed++) {
		const struct wish wish = { .policy = seed & 2 ? "rsa-encr" : "rsa-encr revised" };
		struct sim *sim = same_pair(seed, &wish);

		sim->loss = 25;
		sim->repeat = 20;
		sim->reorder = 20;
		scene_up(sim, (int)(seed & 1));
		sim->loss = sim->repeat = sim->reorder = 0;
		sim_run(sim, SECONDS(60));
		assert_true(sim_ping(sim, 0) && sim_ping(sim, 1));
		sim_free(sim);
	}
}

/* --- the session once more, by others --- */

static struct bytes payload_of(struct bytes datagram, uint8_t type)
{
	static struct message message;

	assert_int_equal(isakmp_parse(datagram, &message).code, 0);
	assert_non_null(message_get(&message, type));
	return message_get(&message, type)->body;
}

/* By OpenSSL's own PKCS #1. */
static size_t open_alone(EVP_PKEY *key, struct bytes block, uint8_t *out, size_t size)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);

	assert_true(EVP_PKEY_decrypt_init(context) > 0);
	assert_true(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0);
	assert_true(EVP_PKEY_decrypt(context, out, &size, block.data, block.len) > 0);
	EVP_PKEY_CTX_free(context);
	return size;
}

struct watched {
	struct scene_recorder recorder;
	struct buffer hash_i; /* as the responder has decrypted it */
};

static bool watch(struct sim *sim, struct sim_message *datagram)
{
	struct watched *session = sim->filter_context;
	static struct message outer, inner;
	struct ike_sa *sa;
	struct ikev1_iv iv;
	struct buffer plain = {};

	assert_int_equal(isakmp_parse(buffer_bytes(&datagram->octets), &outer).code, 0);
	if (outer.header.exchange == ISAKMP_EXCHANGE_MAIN &&
	    outer.header.flags & ISAKMP_FLAG_ENCRYPTED && datagram->to == 1 &&
	    !session->hash_i.len) {
		sa = ike_find(sim->nodes[1].ike, outer.header.spi_responder);
		iv = ikev1_of(sa)->initial->iv;
		assert_int_equal(ikev1_open(ikev1_of(sa), &outer, &iv, &plain, &inner).code, 0);
		buffer_set(&session->hash_i, message_get(&inner, ISAKMP_PAYLOAD_HASH)->body);
		buffer_free(&plain);
	}
	sim->filter_context = &session->recorder;
	scene_record(sim, datagram);
	sim->filter_context = session;
	return true;
}

static void test_session_by_openssl(void **state)
{
	const struct wish wish = { 0 };
	struct sim *sim = same_pair(50, &wish);
	struct watched session = {};
	uint8_t id[300], nonces[600], other[300], digest[32], skeyid[32], hash[32];
	struct buffer covered = {};
	struct bytes third, fourth;
	size_t id_len, nonce_i;
	unsigned int len;

	sim->filter = watch;
	sim->filter_context = &session;
	scene_up_one(sim, 0);
	third = buffer_bytes(&session.recorder.octets[2]);
	fourth = buffer_bytes(&session.recorder.octets[3]);
	id_len = open_alone(test_key("rsa2048", 41), payload_of(third, ISAKMP_PAYLOAD_ID), id,
			    sizeof(id));
	/* type FQDN, UDP, port 500, the name */
	assert_memory_equal(id, "\x02\x11\x01\xf4", 4);
	assert_int_equal(id_len, 4 + strlen(hosts[0]));
	assert_memory_equal(id + 4, hosts[0], id_len - 4);
	nonce_i = open_alone(test_key("rsa2048", 41), payload_of(third, ISAKMP_PAYLOAD_NONCE),
			     nonces, 300);
	id_len = open_alone(test_key("rsa2048", 40), payload_of(fourth, ISAKMP_PAYLOAD_ID), other,
			    sizeof(other));
	assert_memory_equal(other + 4, hosts[1], id_len - 4);
	len = (unsigned int)(nonce_i + open_alone(test_key("rsa2048", 40),
						  payload_of(fourth, ISAKMP_PAYLOAD_NONCE),
						  nonces + nonce_i, 300));
	assert_int_equal(len, 40);
	/* SKEYID = prf(hash(Ni | Nr), CKY-I | CKY-R); HASH_I of it: RFC 2409 section 5 */
	EVP_Digest(nonces, len, digest, NULL, EVP_sha256(), NULL);
	HMAC(EVP_sha256(), digest, 32, fourth.data, 16, skeyid, &len);
	buffer_put(&covered, payload_of(third, ISAKMP_PAYLOAD_KE));
	buffer_put(&covered, payload_of(fourth, ISAKMP_PAYLOAD_KE));
	buffer_put(&covered, bytes_of(fourth.data, 16));
	buffer_put(&covered,
		   payload_of(buffer_bytes(&session.recorder.octets[0]), ISAKMP_PAYLOAD_SA));
	buffer_put(&covered, bytes_of(id, 4 + strlen(hosts[0])));
	HMAC(EVP_sha256(), skeyid, 32, covered.data, covered.len, hash, &len);
	assert_int_equal(session.hash_i.len, 32);
	assert_memory_equal(session.hash_i.data, hash, 32);
	buffer_free(&covered);
	buffer_free(&session.hash_i);
	scene_recorder_free(&session.recorder);
	sim_free(sim);
}

/* --- what an answer must not tell (Bleichenbacher) --- */

/** enum damage - of the third or fourth message */
enum damage {
	NOTHING,
	FLIPPED,
	ZEROS,
	LARGEST,
	OTHER_NONCE,
	EMPTY_NONCE,
	SHORT_NONCE,
	FLIPPED_ID,
	OTHER_ID,
	SHORT_ID,
	DAMAGES
};

struct oracle {
	enum damage damage;
	int to; /* the end that is asked */
	bool done;
	size_t count; /* of what it has sent from then on, and how long */
	size_t lengths[64];
};

static void encrypt_for(int node, struct bytes plain, uint8_t *block, size_t size)
{
	EVP_PKEY_CTX *context =
		EVP_PKEY_CTX_new(test_key("rsa2048", 40 + (unsigned int)node), NULL);

	EVP_PKEY_encrypt_init(context);
	EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING);
	assert_true(EVP_PKEY_encrypt(context, block, &size, plain.data, plain.len) > 0);
	EVP_PKEY_CTX_free(context);
}

static void damage(const struct oracle *oracle, struct bytes nonce, struct bytes id)
{
	static const uint8_t others[20] = { 1, 2, 3 };
	uint8_t *block = (uint8_t *)nonce.data;

	switch (oracle->damage) {
	case FLIPPED:
		block[nonce.len / 2] ^= 0x10;
		break;
	case ZEROS:
		memset(block, 0, nonce.len);
		break;
	case LARGEST: /* larger than the modulus */
		memset(block, 0xff, nonce.len);
		break;
	case OTHER_NONCE:
		encrypt_for(oracle->to, BYTES(others), block, nonce.len);
		break;
	case EMPTY_NONCE:
		encrypt_for(oracle->to, bytes_of(others, 0), block, nonce.len);
		break;
	case SHORT_NONCE:
		encrypt_for(oracle->to, bytes_of(others, 7), block, nonce.len);
		break;
	case FLIPPED_ID:
		((uint8_t *)id.data)[id.len / 2] ^= 0x10;
		break;
	case OTHER_ID:
		encrypt_for(oracle->to, bytes_of_string("\x02\x11\x01\xf4other.example"),
			    (uint8_t *)id.data, id.len);
		break;
	case SHORT_ID:
		encrypt_for(oracle->to, BYTES(others), (uint8_t *)id.data, id.len);
		break;
	default:
		break;
	}
}

static bool ask_oracle(struct sim *sim, struct sim_message *datagram)
{
	struct oracle *oracle = sim->filter_context;
	static struct message message;

	if (isakmp_parse(buffer_bytes(&datagram->octets), &message).code)
		return true;
	if (datagram->to == oracle->to && !oracle->done &&
	    message_get(&message, ISAKMP_PAYLOAD_NONCE)) {
		oracle->done = true;
		damage(oracle, message_get(&message, ISAKMP_PAYLOAD_NONCE)->body,
		       message_get(&message, ISAKMP_PAYLOAD_ID)->body);
	} else if (datagram->to != oracle->to && oracle->done && oracle->count < 64) {
		oracle->lengths[oracle->count++] = datagram->octets.len;
	}
	return true;
}

/*
 * Whatever is in the blocks, the end that decrypts them answers the same: as many
 * messages, as long, of the same kind, and counts no difference.
 */
static void test_no_oracle(void **state)
{
	for (int to = 0; to < 2; to++) {
		struct oracle first = {};

		for (int i = FLIPPED; i < DAMAGES; i++) {
			const struct wish wish = { .addressed = true };
			struct oracle oracle = { .damage = (enum damage)i, .to = to };
			struct sim *sim = same_pair(60, &wish);

			scene_answer_only(sim, 1);
			sim->filter = ask_oracle;
			sim->filter_context = &oracle;
			sim_set_up(sim, 0, true);
			/* before anything is repeated or begun anew */
			sim_run(sim, SECONDS(9) / 10);
			assert_true(oracle.done);
			assert_int_equal(sim_stat(sim, to, IKE_STAT_ESTABLISHED), 0);
			/* A wrong identity has a right nonce: what follows is of another kind. */
			if (i == FLIPPED || i == FLIPPED_ID)
				first = oracle;
			assert_int_equal(oracle.count, first.count);
			assert_memory_equal(oracle.lengths, first.lengths, sizeof(first.lengths));
			sim_free(sim);
		}
		assert_true(first.count > 0);
	}
}

/* --- keys that are wrong or not there --- */

static void refused(uint64_t seed, const struct wish *a, const struct wish *b, const char *sentence)
{
	struct sim *sim = new_pair(seed, a, b);

	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(70));
	if (!sim_logged(sim, sentence))
		fail_msg("not said: %s", sentence);
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_ESTABLISHED), 0);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 0);
	sim_free(sim);
}

static void test_keys_missing_or_wrong(void **state)
{
	const struct wish good = { 0 }, psk = { .policy = "pre-share" };
	struct wish wrong = { .other = 45 };

	for (int revised = 0; revised < 2; revised++) {
		const struct wish other = { .policy = revised ? "rsa-encr revised" : "rsa-encr" };

		wrong.policy = other.policy;
		refused(70, &wrong, &other,
			revised ? "Main mode with 10.0.0.1 failed" : "its RSA key is another one");
		refused(71, &other, &wrong, "Main mode with");
	}
	wrong = (struct wish){ .no_peer = true };
	refused(72, &wrong, &good,
		"No cert, and no keys (public or pre-shared) with remote peer 10.0.0.2");
	refused(73, &wrong, &good, "no key of \"crypto key pubkey-chain rsa\" has its address");
	refused(74, &good, &wrong,
		"No cert, and no keys (public or pre-shared) with remote peer 10.0.0.1");
	wrong = (struct wish){ .no_own = true };
	refused(75, &wrong, &good, "seki crypto key generate rsa");
	/* Row E22: keys are there, and the policy speaks of others. */
	refused(76, &psk, &good, "incorrect policy settings. Unable to initiate");
	/* a block that is not as long as the key */
	wrong = (struct wish){ .kind = "rsa1024", .front = "crypto legacy\n" };
	refused(77, &wrong, &good, "octets are encrypted, and our key makes");
}

/* The name in the ID payload is one that has no key. */
static void test_unknown_name(void **state)
{
	const struct wish a = { .front = "" }, b = { .no_address = true };
	char texts[2][6000], renamed[6000];
	struct sim *sim;

	text_of(0, &a, texts[0], sizeof(texts[0]));
	text_of(1, &b, texts[1], sizeof(texts[1]));
	scene_replace(texts[0], "hostname wan2516.cisco.com", "hostname wan9999.cisco.com", renamed,
		      sizeof(renamed));
	sim = sim_new(78, renamed, texts[1]);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(5));
	assert_true(sim_logged(sim, "is that of 10.0.0.1, by its address or by the name"));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 0);
	sim_free(sim);
}

/* Row E25: the third message once more, made anew, is a failure in the log and nothing else. */
static bool repeat_anew(struct sim *sim, struct sim_message *datagram)
{
	bool *done = sim->filter_context;
	static struct message message;
	struct buffer changed = {};

	if (*done || datagram->to != 0 ||
	    isakmp_parse(buffer_bytes(&datagram->octets), &message).code ||
	    !message_get(&message, ISAKMP_PAYLOAD_NONCE))
		return true;
	/* As the initiator would send it again with other paddings: in front of its fifth. */
	*done = true;
	buffer_set(&changed, buffer_bytes(&datagram->octets));
	sim_inject(sim, 1, &(struct endpoint){ address_of_ipv4(0x0a000001), 500 },
		   buffer_bytes(&changed));
	buffer_free(&changed);
	return true;
}

static void test_repeated_message(void **state)
{
	const struct wish wish = { 0 };
	struct sim *sim = same_pair(80, &wish);
	bool done = false;

	scene_answer_only(sim, 1);
	sim->filter = repeat_anew;
	sim->filter_context = &done;
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(60), sim_both_up));
	assert_true(done);
	assert_true(sim_logged(sim, "%CRYPTO-6-IKMP_AUTH_FAIL: Authentication method 4 failed with "
				    "host 10.0.0.1"));
	assert_true(sim_logged(sim, "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main mode failed "
				    "with peer at 10.0.0.1"));
	assert_true(sim_logged(sim, "SA has been authenticated with 10.0.0.1"));
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_ESTABLISHED), 1);
	scene_assert_clean(sim);
	sim_free(sim);
}

/* --- payloads that are not there, or not as they have to be --- */

struct cut {
	uint8_t type; /* left out; 0: nothing */
	uint8_t shorten; /* one octet less of this type */
	int to;
	bool done;
};

static bool cut_payload(struct sim *sim, struct sim_message *datagram)
{
	struct cut *cut = sim->filter_context;
	static struct message message;
	struct writer writer;

	if (cut->done || datagram->to != cut->to ||
	    isakmp_parse(buffer_bytes(&datagram->octets), &message).code ||
	    !message_get(&message, ISAKMP_PAYLOAD_NONCE))
		return true;
	cut->done = true;
	writer_begin(&writer, &message.header);
	for (size_t i = 0; i < message.count; i++) {
		struct bytes body = message.payloads[i].body;

		if (message.payloads[i].type == cut->type)
			continue;
		if (message.payloads[i].type == cut->shorten)
			body.len--;
		put_raw_payload(&writer, message.payloads[i].type, body);
	}
	buffer_set(&datagram->octets, writer_finish(&writer));
	writer_free(&writer);
	return true;
}

static void test_cut_messages(void **state)
{
	static const uint8_t types[] = { ISAKMP_PAYLOAD_KE, ISAKMP_PAYLOAD_ID,
					 ISAKMP_PAYLOAD_NONCE };

	for (size_t i = 0; i < 24; i++) {
		const struct wish wish = { .policy = i & 4 ? "rsa-encr revised" : "rsa-encr" };
		struct cut cut = { .to = i & 1 };
		struct sim *sim = same_pair(90 + i, &wish);

		if (i & 2)
			cut.type = types[i / 8];
		else
			cut.shorten = types[i / 8];
		scene_answer_only(sim, 1);
		sim->filter = cut_payload;
		sim->filter_context = &cut;
		sim_set_up(sim, 0, true);
		assert_true(sim_run_until(sim, SECONDS(200), sim_both_up));
		assert_true(cut.done);
		assert_true(sim_logged(sim, "Main mode with"));
		sim_free(sim);
	}
}

static void test_ends_meanwhile(void **state)
{
	for (unsigned int stop = 1; stop < 30; stop++) {
		const struct wish wish = { .policy = stop & 1 ? "rsa-encr revised" : "rsa-encr" };
		struct sim *sim = same_pair(120, &wish);

		sim_set_up(sim, 1, true);
		sim_set_up(sim, 0, true);
		sim_run(sim, stop * 5000);
		sim_free(sim);
	}
}

static int begin(void **state)
{
	return mkdtemp(folders[0]) && mkdtemp(folders[1]) ? 0 : -1;
}

static int end(void **state)
{
	for (int i = 0; i < 2; i++) {
		remove_key(i);
		rmdir(folders[i]);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_methods_and_roles),
		cmocka_unit_test(test_suites),
		cmocka_unit_test(test_by_name_alone),
		cmocka_unit_test(test_as_s1),
		cmocka_unit_test(test_s1_lab),
		cmocka_unit_test(test_lossy_wire),
		cmocka_unit_test(test_session_by_openssl),
		cmocka_unit_test(test_no_oracle),
		cmocka_unit_test(test_keys_missing_or_wrong),
		cmocka_unit_test(test_unknown_name),
		cmocka_unit_test(test_repeated_message),
		cmocka_unit_test(test_cut_messages),
		cmocka_unit_test(test_ends_meanwhile),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, begin, end);
}

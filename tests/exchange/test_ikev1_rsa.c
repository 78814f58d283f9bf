// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RSA signatures with certificates in main and aggressive mode, in both roles, with the default suite
 * and others, and what is refused: wrong signatures, wrong names, strangers'
 * certificates, and messages that are cut, changed or come without them.
 * Rows A12, A13, A18, D13, D16, E26, J06, L02, L04.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/pki_scene.h"
#include "../support/scene.h"
#include "../support/scene_isakmp.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define SUITE \
	" encryption aes 256\n hash sha256\n authentication rsa-sig\n group 14\n lifetime 1000\n"

static const struct pki_end good = { .local = "rsa-sig" };

/** struct wish - of one end; what is NULL is usual */
struct wish {
	struct pki_end pki;
	const char *front; /* statements before all */
	const char *policy; /* "" for none */
	const char *profile; /* statements of an ISAKMP profile for all peers; NULL: no profile */
};

static void text_of(int node, const struct wish *wish, char *text, size_t size)
{
	snprintf(text, size,
		 "%s%s%s%s%s"
		 "crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac\n"
		 "crypto ipsec profile I\n set transform-set T\n%s"
		 " set security-association lifetime seconds 300\n"
		 "interface Tunnel0\n tunnel source 10.0.0.%d\n tunnel mode ipsec ipv4\n"
		 " tunnel destination 10.0.0.%d\n tunnel protection ipsec profile I\n",
		 wish->front ? wish->front : "", pki_scene_trustpoint(node, &wish->pki),
		 wish->policy ? wish->policy : "crypto isakmp policy 10\n" SUITE,
		 wish->profile ? "crypto isakmp profile P\n match identity address 0.0.0.0\n"
				 " match identity host domain example\n" :
				 "",
		 wish->profile ? wish->profile : "", wish->profile ? " set isakmp-profile P\n" : "",
		 node + 1, 2 - node);
}

static struct sim *new_pair(uint64_t seed, const struct wish *a, const struct wish *b)
{
	char texts[2][4000];

	text_of(0, a, texts[0], sizeof(texts[0]));
	text_of(1, b, texts[1], sizeof(texts[1]));
	return sim_new(seed, texts[0], texts[1]);
}

static struct sim *good_pair(uint64_t seed)
{
	const struct wish wish = { .pki = good };

	return new_pair(seed, &wish, &wish);
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

static void test_both_roles(void **state)
{
	for (int initiator = 0; initiator < 2; initiator++) {
		struct sim *sim = good_pair(1 + (uint64_t)initiator);

		scene_up_one(sim, initiator);
		/* Row A17: certificates add no message. */
		assert_int_equal(sim->sent, 9);
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* Rows D13, E26: S1's session, which has the default suite and short keys, in its order */
static void test_default_suite(void **state)
{
	static const char *const lines[] = {
		"Checking ISAKMP transform 1 against priority 65535 policy",
		"ISAKMP: encryption DES-CBC",
		"ISAKMP: hash SHA",
		"ISAKMP: default group 1",
		"ISAKMP: auth RSA sig",
		"atts are acceptable. Next payload is 0",
		"SA is doing RSA signature authentication",
		"processing KE payload. message ID = 0",
		"processing NONCE payload. message ID = 0",
		"SKEYID state generated",
		"processing ID payload. message ID = 0",
		"processing CERT payload. message ID = 0",
		"processing SIG payload. message ID = 0",
		"cert approved with warning",
		"SA has been authenticated",
	};
	const struct wish wish = {
		.pki = { .local = "rsa-sig", .key = "rsa1024" },
		.front = "crypto legacy\n",
		.policy = "",
		.profile = "",
	};
	struct sim *sim = new_pair(3, &wish, &wish);

	scene_up_one(sim, 0);
	assert_true(logged_in_order(sim, lines, sizeof(lines) / sizeof(lines[0])));
	scene_assert_clean(sim);
	sim_free(sim);
}

/* What the default suite names needs a permission, and then it must not come in by itself. */
static void test_default_suite_is_weak(void **state)
{
	const struct wish weak = {
		.pki = good,
		.front = "crypto legacy\n",
		.policy = "",
		.profile = "",
	};
	const struct wish strong = { .pki = good };
	struct sim *sim = new_pair(4, &weak, &strong);

	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(5));
	assert_int_equal(sim_count_kernel(sim, 0), 0);
	assert_true(sim_logged(sim, "no offers accepted!"));
	sim_free(sim);
}

static void test_names(void **state)
{
	static const char *const fronts[] = {
		"hostname a.example\ncrypto isakmp identity hostname\n",
		"crypto isakmp identity dn\n",
	};

	for (size_t i = 0; i < 2; i++) {
		const struct wish a = { .pki = good, .front = fronts[i] };
		const struct wish b = { .pki = good };
		struct sim *sim = new_pair(5 + i, &a, &b);

		scene_up_one(sim, (int)i);
		assert_true(sim_logged(sim, i ? "using id type ID_DER_ASN1_DN" :
						"using id type ID_FQDN"));
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

static void test_rekeys(void **state)
{
	struct sim *sim = good_pair(7);

	scene_up_one(sim, 1);
	for (int i = 0; i < 1500; i++) {
		sim_run(sim, SECONDS(1));
		assert_true(sim_ping(sim, 0));
		assert_true(sim_ping(sim, 1));
	}
	assert_true(sim_stat(sim, 1, IKE_STAT_ESTABLISHED) >= 2);
	scene_assert_clean(sim);
	sim_free(sim);
}

static void test_lossy_wire(void **state)
{
	for (uint64_t seed = 1; seed < 9; seed++) {
		struct sim *sim = good_pair(seed);

		sim->loss = 25;
		sim->repeat = 20;
		sim->reorder = 20;
		scene_up(sim, (int)(seed & 1));
		sim->loss = sim->repeat = sim->reorder = 0;
		sim_run(sim, SECONDS(60));
		assert_true(sim_ping(sim, 0));
		assert_true(sim_ping(sim, 1));
		sim_free(sim);
	}
}

/* One below the authority, which is sent along; and by the authority that the peer asks for */
static void test_chain(void **state)
{
	const struct wish a = { .pki = { .local = "rsa-sig", .below = true } };
	const struct wish b = { .pki = good };
	struct sim *sim = new_pair(8, &a, &b);

	scene_up_one(sim, 0);
	assert_true(sim_logged(sim, "processing CERT_REQ payload"));
	scene_assert_clean(sim);
	sim_free(sim);
}

/* Of two trustpoints the peer's CERTREQ chooses the one that it can believe. */
static void test_requested_trustpoint(void **state)
{
	struct wish a = { .pki = good }, b = { .pki = good };
	char front[600];
	struct sim *sim;

	/* Node 2's files: a certificate that only strangers believe. */
	pki_scene_trustpoint(2, &(struct pki_end){ .local = "rsa-sig", .of_stranger = true });
	snprintf(front, sizeof(front),
		 "crypto pki trustpoint OTHER\n certificate file %s/2.pem\n"
		 " private-key file %s/2.key\n",
		 pki_scene_folder(), pki_scene_folder());
	a.front = front;
	sim = new_pair(9, &a, &b);
	scene_up_one(sim, 0);
	scene_assert_clean(sim);
	sim_free(sim);

	/* A profile's "ca trust-point" alone may be used, even if it is the wrong one. */
	a.profile = " ca trust-point OTHER\n";
	sim = new_pair(10, &a, &b);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(5));
	assert_true(sim_logged(sim, "RSA signatures need a \"ca file\""));
	sim_free(sim);
	a.profile = " ca trust-point TP\n";
	sim = new_pair(11, &a, &b);
	scene_up_one(sim, 1);
	scene_assert_clean(sim);
	sim_free(sim);
}

static void refused(const struct wish *a, const struct wish *b, const char *sentence)
{
	struct sim *sim = new_pair(20, a, b);

	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(4));
	if (!sim_logged(sim, sentence))
		fail_msg("not said: %s", sentence);
	assert_int_equal(sim_count_kernel(sim, 0) + sim_count_kernel(sim, 1), 0);
	assert_true(sim_stat(sim, 0, IKE_STAT_ESTABLISHED) == 0);
	sim_free(sim);
}

static void test_bad_certificates(void **state)
{
	const struct wish right = { .pki = good };
	const struct {
		struct pki_end pki;
		const char *sentence;
	} cases[] = {
		{ { .local = "rsa-sig", .of_stranger = true },
		  "%CRYPTO-5-IKMP_INVAL_CERT: "
		  "Certificate received from 10.0.0.1 "
		  "is bad" },
		{ { .local = "rsa-sig", .san = "IP:10.0.0.9" }, "wrong name" },
		{ { .local = "rsa-sig", .from_days = -9, .to_days = -2 }, "expired" },
		{ { .local = "rsa-sig", .key = "rsa1024" }, "is too short" },
		{ { .local = "rsa-sig", .key = "p256" },
		  "no \"crypto pki trustpoint\" has one with "
		  "an RSA key" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct wish wrong = { .pki = cases[i].pki };

		refused(&wrong, &right, cases[i].sentence);
	}
	/* the same of the responder's, seen by the initiator */
	for (size_t i = 0; i < 3; i++) {
		const struct wish wrong = { .pki = cases[i].pki };

		refused(&right, &wrong, i ? cases[i].sentence : "%CRYPTO-5-IKMP_INVAL_CERT");
	}
}

/* Row A13: who has no certificate neither offers nor takes RSA signatures. */
static void test_without_certificate(void **state)
{
	static const char both[] = "crypto isakmp policy 10\n" SUITE
				   "crypto isakmp policy 20\n encryption aes 256\n hash sha256\n"
				   " authentication pre-share\n group 14\n"
				   "crypto isakmp key secret address 0.0.0.0\n";
	const struct wish with = { .pki = good, .policy = both };
	const struct wish ecdsa = { .pki = { .local = "ecdsa-sig" }, .policy = both };
	struct sim *sim;

	for (int initiator = 0; initiator < 2; initiator++) {
		sim = new_pair(30, &ecdsa, &with);
		scene_up_one(sim, initiator);
		assert_true(sim_logged(sim, "SA is doing pre-shared key authentication"));
		scene_assert_clean(sim);
		sim_free(sim);
	}
	sim = new_pair(31, &with, &with);
	scene_up_one(sim, 0);
	assert_true(sim_logged(sim, "SA is doing RSA signature authentication"));
	sim_free(sim);
}

/** struct change - what a filter does to the first message of @from that has a signature */
struct change {
	int from;
	enum { DROP_CERT, DROP_SIG, BREAK_SIG, BREAK_CERT, CUT_CERT, OTHER_ENCODING, MANY } what;
	bool done;
};

static void put_changed(struct change *change, const struct payload *payload, struct writer *chain)
{
	uint8_t octets[4000];
	struct bytes body = bytes_of(octets, payload->body.len);

	memcpy(octets, payload->body.data, body.len);
	switch (payload->type == ISAKMP_PAYLOAD_CERT ? 1 :
		payload->type == ISAKMP_PAYLOAD_SIG  ? 2 :
						       0) {
	case 1:
		if (change->what == DROP_CERT)
			return;
		if (change->what == BREAK_CERT)
			octets[body.len / 2] ^= 1;
		if (change->what == CUT_CERT)
			body.len /= 2;
		if (change->what == OTHER_ENCODING)
			octets[0] = 1;
		for (int i = 0; change->what == MANY && i < PKI_CHAIN_MAX; i++)
			put_raw_payload(chain, payload->type, body);
		break;
	case 2:
		if (change->what == DROP_SIG)
			return;
		if (change->what == BREAK_SIG)
			octets[body.len - 1] ^= 1;
	}
	put_raw_payload(chain, payload->type, body);
}

/* Opens, changes and closes a message as its sender could have. */
static bool change_proof(struct sim *sim, struct sim_message *datagram)
{
	struct change *change = sim->filter_context;
	struct scene_isakmp opened;
	struct writer chain;

	if (change->done || datagram->to == change->from ||
	    !scene_isakmp_open(sim, datagram, &opened))
		return true;
	if (message_get(&opened.message, ISAKMP_PAYLOAD_SIG)) {
		change->done = true;
		writer_begin_chain(&chain);
		for (size_t i = 0; i < opened.message.count; i++)
			put_changed(change, &opened.message.payloads[i], &chain);
		scene_isakmp_seal(datagram, &opened, chain.first, buffer_bytes(&chain.buffer),
				  false);
		writer_free(&chain);
	}
	scene_isakmp_free(&opened);
	return true;
}

static void change_proofs(const struct wish *wish, const char *failure)
{
	static const char *const sentences[] = {
		[DROP_CERT] = "the peer has sent no certificate",
		[DROP_SIG] = "SIG payload is not contained",
		[BREAK_SIG] = "the signature is wrong",
		[BREAK_CERT] = "IKMP_INVAL_CERT",
		[CUT_CERT] = "certificate 1 of the peer is no X.509",
		[OTHER_ENCODING] = "the peer sent its certificate as",
		[MANY] = "more than 8 certificates",
	};

	for (size_t i = 0; i < 2 * sizeof(sentences) / sizeof(sentences[0]); i++) {
		struct sim *sim = new_pair(40 + i, wish, wish);
		struct change change = { .from = (int)(i & 1), .what = (int)(i / 2) };

		scene_answer_only(sim, 1);
		sim->filter = change_proof;
		sim->filter_context = &change;
		sim_set_up(sim, 0, true);
		assert_true(sim_run_until(sim, SECONDS(120), sim_both_up));
		assert_true(change.done);
		if (!sim_logged(sim, sentences[i / 2]))
			fail_msg("not said: %s", sentences[i / 2]);
		assert_true(sim_logged(sim, "%CRYPTO-6-IKMP_AUTH_FAIL: Authentication method 3 "
					    "failed with host"));
		assert_true(sim_logged(sim, failure));
		assert_true(sim_ping(sim, 0) && sim_ping(sim, 1));
		sim_free(sim);
	}
}

/* The second message has a certificate and all else: it is large. */
static const struct wish aggressive = {
	.pki = { .local = "rsa-sig" },
	.front = "crypto ikev2 fragmentation mtu 1500\n",
	.profile = " initiate mode aggressive\n",
};

static void test_changed_proofs(void **state)
{
	const struct wish wish = { .pki = good };

	change_proofs(&wish, "Processing of Main mode failed");
	change_proofs(&aggressive, "Processing of Aggressive mode failed");
}

/* With signatures aggressive mode gives nobody a key to try, and needs no permission. */
static void test_aggressive_mode(void **state)
{
	for (int initiator = 0; initiator < 2; initiator++) {
		struct sim *sim = new_pair(55, &aggressive, &aggressive);

		scene_up_one(sim, initiator);
		assert_int_equal(sim->sent, 6);
		assert_true(sim_logged(sim, "beginning Aggressive Mode exchange"));
		assert_true(sim_logged(sim, "SA is doing RSA signature authentication"));
		assert_true(sim_logged(sim, "processing SIG payload. message ID = 0"));
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* A daemon that ends while a worker signs or verifies must not leave anything behind. */
static void test_ends_meanwhile(void **state)
{
	for (unsigned int stop = 1; stop < 40; stop++) {
		struct sim *sim = good_pair(60);

		sim_set_up(sim, 1, true);
		sim_set_up(sim, 0, true);
		sim_run(sim, stop * 5000);
		sim_free(sim);
	}
}

static int end(void **state)
{
	pki_scene_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_roles),
		cmocka_unit_test(test_default_suite),
		cmocka_unit_test(test_default_suite_is_weak),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_rekeys),
		cmocka_unit_test(test_lossy_wire),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_requested_trustpoint),
		cmocka_unit_test(test_bad_certificates),
		cmocka_unit_test(test_without_certificate),
		cmocka_unit_test(test_changed_proofs),
		cmocka_unit_test(test_aggressive_mode),
		cmocka_unit_test(test_ends_meanwhile),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, end);
}

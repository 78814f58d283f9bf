// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bad input for IKEv1: each message of main mode, quick mode and an informational exchange with
 * one thing wrong, made as a peer with the right keys could have made it; and what comes
 * from strangers. It ends in a line that says what was wrong, a counter and a safe drop, and the
 * tunnel works afterwards. Rows E06, E07, E19, L01, L03.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "scene_isakmp.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define END(here, there, suite) \
	"crypto isakmp policy 10\n" suite "crypto isakmp key sharedkey address 10.0.0." there "\n" \
	"crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac\n" \
	"crypto ipsec profile I\n set transform-set T\n set pfs group19\n" \
	"interface Tunnel0\n tunnel source 10.0.0." here "\n tunnel mode ipsec ipv4\n" \
	" tunnel destination 10.0.0." there "\n tunnel protection ipsec profile I\n"
#define SUITE " encryption aes 256\n hash sha256\n authentication pre-share\n group 19\n"

static const char one[] = END("1", "2", SUITE), two[] = END("2", "1", SUITE);

static void assert_clean(struct sim *sim)
{
	sim_run(sim, SECONDS(100));
	for (int i = 0; i < 2; i++) {
		assert_true(sim_ping(sim, i));
		assert_int_equal(sim_stat(sim, i, IKE_STAT_INCOMING_NEGOTIATING), 0);
	}
}

/* --- one thing wrong --- */

/** enum edit - of the first payload of a type */
enum edit {
	DROP,
	CUT, /* that many octets less at the end, and the length says so */
	FLIP, /* one octet of the body */
	RESERVED, /* not zero */
	TINY, /* a length of 3 */
	HUGE_LENGTH,
	RENAMED, /* to another type */
	WITHOUT_HASH,
};

/** struct lie - which message, what is wrong with it, and what must follow */
struct lie {
	uint8_t exchange;
	unsigned int nth; /* of those of its exchange that are encrypted, or not */
	bool encrypted;
	enum edit edit;
	uint8_t type;
	size_t octet;
	const char *line;
	enum ike_stat stat; /* of the receiver */
};

struct liar {
	const struct lie *lie;
	unsigned int seen;
	int to;
	bool told;
};

static void put_edited(const struct lie *lie, const struct payload *payload, uint8_t next,
		       struct buffer *chain)
{
	size_t len = PAYLOAD_HEADER_SIZE + payload->body.len, at = chain->len;

	buffer_put_u8(chain, next);
	buffer_put_u8(chain, lie && lie->edit == RESERVED);
	if (lie && lie->edit == CUT)
		len -= lie->octet;
	buffer_put_u16(chain, lie && lie->edit == TINY	      ? 3 :
			      lie && lie->edit == HUGE_LENGTH ? 60000 :
								(uint16_t)len);
	buffer_put(chain, bytes_of(payload->body.data, len - PAYLOAD_HEADER_SIZE));
	if (lie && lie->edit == FLIP)
		chain->data[at + PAYLOAD_HEADER_SIZE + lie->octet] ^= 0xff;
}

static uint8_t type_of(const struct lie *lie, const struct payload *payload)
{
	return lie && lie->edit == RENAMED ? (uint8_t)lie->octet : payload->type;
}

/* From the last payload to the first, so that each knows what follows. */
static uint8_t put_all(const struct lie *lie, const struct message *message, size_t from,
		       struct buffer *chain)
{
	const struct payload *target = message_get(message, lie->type);
	uint8_t types[MESSAGE_PAYLOADS_MAX + 1] = { 0 };
	const struct payload *kept[MESSAGE_PAYLOADS_MAX];
	size_t count = 0;

	for (size_t i = from; i < message->count; i++) {
		const struct payload *payload = &message->payloads[i];

		if (payload == target && lie->edit == DROP)
			continue;
		types[count] = type_of(payload == target ? lie : NULL, payload);
		kept[count++] = payload;
	}
	for (size_t i = 0; i < count; i++)
		put_edited(kept[i] == target ? lie : NULL, kept[i],
			   i + 1 < count ? types[i + 1] : 0, chain);
	return types[0];
}

static bool tell(struct sim *sim, struct sim_message *datagram)
{
	struct liar *liar = sim->filter_context;
	const struct lie *lie = liar->lie;
	struct scene_isakmp opened;
	struct ike_header header;
	struct buffer chain = {};
	bool hash;
	uint8_t first;

	if (liar->told || header_parse(buffer_bytes(&datagram->octets), &header).code ||
	    header.exchange != lie->exchange ||
	    !(header.flags & ISAKMP_FLAG_ENCRYPTED) == lie->encrypted || ++liar->seen != lie->nth)
		return true;
	liar->told = true;
	liar->to = datagram->to;
	assert_true(scene_isakmp_open(sim, datagram, &opened));
	hash = scene_isakmp_hashed(&opened) && lie->type != ISAKMP_PAYLOAD_HASH;
	first = put_all(lie, &opened.message, hash, &chain);
	scene_isakmp_seal(datagram, &opened, first, buffer_bytes(&chain),
			  hash && lie->edit != WITHOUT_HASH);
	buffer_free(&chain);
	scene_isakmp_free(&opened);
	return true;
}

#define MAIN ISAKMP_EXCHANGE_MAIN
#define QUICK ISAKMP_EXCHANGE_QUICK
#define INFORMATIONAL ISAKMP_EXCHANGE_INFORMATIONAL
#define P(type) ISAKMP_PAYLOAD_##type
#define STAT(name) IKE_STAT_##name

static void run(const struct lie *lies, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct sim *sim = sim_new(i + 1, one, two);
		struct liar liar = { .lie = &lies[i] };
		uint64_t before;

		scene_answer_only(sim, 1);
		sim->filter = tell;
		sim->filter_context = &liar;
		sim_set_up(sim, 0, true);
		sim_run(sim, SECONDS(2));
		if (lies[i].exchange == INFORMATIONAL)
			ike_clear_children(sim->nodes[0].ike, NULL);
		sim_run(sim, SECONDS(90));
		assert_true(liar.told);
		before = sim_stat(sim, liar.to, lies[i].stat);
		if (!sim_logged(sim, lies[i].line) || !before)
			fail_msg("case %zu: \"%s\" is %s, the counter is %ju", i, lies[i].line,
				 sim_logged(sim, lies[i].line) ? "said" : "not said",
				 (uintmax_t)before);
		assert_true(sim_run_until(sim, SECONDS(300), sim_both_up));
		assert_clean(sim);
		/* Nobody confirms a delete: what one that was lost was about waits for its end. */
		assert_int_equal(sim_count_kernel(sim, liar.to),
				 lies[i].exchange == INFORMATIONAL ? 4 : 2);
		sim_free(sim);
	}
}

#define RUN(lies) run(lies, sizeof(lies) / sizeof((lies)[0]))

/* In the clear: whoever sees them can change them. */
static void test_main_mode(void **state)
{
	static const struct lie lies[] = {
		{ MAIN, 1, false, DROP, P(SA), 0, "SA payload is not contained",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 1, false, RESERVED, P(SA), 0, "reserved not zero on SA payload!",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 1, false, TINY, P(SA), 0, "too few payload length 3/4 in SA",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 1, false, HUGE_LENGTH, P(SA), 0, "payload size is not enough",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 1, false, FLIP, P(SA), 3, "cannot accept SA payload: DOI",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 1, false, FLIP, P(SA), 7, "cannot accept SA payload: situation",
		  STAT(DROP_MALFORMED) },
		/* a proposal that is longer than its payload, a transform longer than its proposal */
		{ MAIN, 1, false, FLIP, P(SA), 10, "field size is not enough",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 1, false, FLIP, P(SA), 18, "field size is not enough",
		  STAT(DROP_MALFORMED) },
		/* transforms that are not there, an SPI that is too long */
		{ MAIN, 1, false, FLIP, P(SA), 15, "transforms of proposal", STAT(DROP_MALFORMED) },
		{ MAIN, 1, false, FLIP, P(SA), 14, "is not enough", STAT(DROP_MALFORMED) },
		{ MAIN, 1, false, CUT, P(SA), 1, "is not enough", STAT(DROP_MALFORMED) },
		{ MAIN, 1, false, RENAMED, P(SA), 99, "payload type 99 is not known",
		  STAT(DROP_MALFORMED) },
		/* another protocol: nothing of it is phase 1 */
		{ MAIN, 1, false, FLIP, P(SA), 13, "no offers accepted!", STAT(NO_PROPOSAL) },

		{ MAIN, 2, false, DROP, P(SA), 0, "SA payload is not contained",
		  STAT(NO_PROPOSAL) },
		{ MAIN, 2, false, FLIP, P(SA), 27, "the peer chose a suite that was not offered",
		  STAT(NO_PROPOSAL) },
		{ MAIN, 2, false, RESERVED, P(SA), 0, "reserved not zero on SA payload!",
		  STAT(DROP_MALFORMED) },

		{ MAIN, 3, false, DROP, P(KE), 0, "KE payload is not contained",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 3, false, DROP, P(NONCE), 0, "NONCE payload is not contained",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 3, false, CUT, P(KE), 1, "Main mode with 10.0.0.1 failed",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 3, false, FLIP, P(KE), 5, "Main mode with 10.0.0.1 failed",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 3, false, CUT, P(NONCE), 13, "field size is not enough 7/8 in nonce",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 4, false, DROP, P(KE), 0, "KE payload is not contained",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 4, false, DROP, P(NONCE), 0, "NONCE payload is not contained",
		  STAT(DROP_MALFORMED) },
		/* without a public value there would be no secret in the keys */
		{ MAIN, 3, false, CUT, P(KE), 64, "KE payload is empty", STAT(DROP_MALFORMED) },
		{ MAIN, 4, false, CUT, P(KE), 64, "KE payload is empty", STAT(DROP_MALFORMED) },
	};

	RUN(lies);
}

#define BAD_MESSAGE \
	"%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 10.0.0.1 failed its sanity check or is " \
	"malformed"

/* Rows E07, L03: encrypted, by a peer that knows the keys, or by one that has another one. */
static void test_proofs(void **state)
{
	static const struct lie lies[] = {
		{ MAIN, 1, true, RESERVED, P(ID), 0, "reserved not zero on ID payload!",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 1, true, RESERVED, P(ID), 0, BAD_MESSAGE, STAT(DROP_MALFORMED) },
		{ MAIN, 1, true, TINY, P(HASH), 0, "too few payload length 3/4 in HASH",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 1, true, HUGE_LENGTH, P(ID), 0,
		  "incrementing error counter on sa: PAYLOAD_MALFORMED", STAT(DROP_MALFORMED) },
		{ MAIN, 1, true, DROP, P(ID), 0, "ID payload is not contained",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 1, true, DROP, P(HASH), 0, "HASH payload is not contained",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 1, true, CUT, P(HASH), 1,
		  "authentication failed: the pre-shared keys differ", STAT(AUTH_FAILED) },
		{ MAIN, 1, true, FLIP, P(HASH), 31,
		  "%CRYPTO-6-IKMP_AUTH_FAIL: Authentication method 1 failed with host 10.0.0.1",
		  STAT(AUTH_FAILED) },
		{ MAIN, 1, true, FLIP, P(HASH), 0,
		  "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main mode failed with peer at "
		  "10.0.0.1",
		  STAT(AUTH_FAILED) },
		{ MAIN, 1, true, FLIP, P(ID), 0, "the peer's identity is of type",
		  STAT(AUTH_FAILED) },
		/* another name than the one that HASH_I is of */
		{ MAIN, 1, true, FLIP, P(ID), 7, "the pre-shared keys differ", STAT(AUTH_FAILED) },
		{ MAIN, 1, true, CUT, P(ID), 1, "Main mode with 10.0.0.1 failed",
		  STAT(AUTH_FAILED) },
		{ MAIN, 2, true, RESERVED, P(ID), 0, "reserved not zero on ID payload!",
		  STAT(DROP_MALFORMED) },
		{ MAIN, 2, true, FLIP, P(HASH), 3,
		  "authentication failed: the pre-shared keys differ", STAT(AUTH_FAILED) },
		{ MAIN, 2, true, DROP, P(HASH), 0, "HASH payload is not contained",
		  STAT(DROP_MALFORMED) },
	};

	RUN(lies);
}

static void test_quick_mode(void **state)
{
	static const struct lie lies[] = {
		{ QUICK, 1, true, FLIP, P(HASH), 9, "the HASH payload is wrong",
		  STAT(DROP_NOT_AUTHENTIC) },
		{ QUICK, 1, true, DROP, P(HASH), 0, "HASH payload is not contained",
		  STAT(DROP_NOT_AUTHENTIC) },
		{ QUICK, 1, true, RESERVED, P(SA), 0, "reserved not zero on SA payload!",
		  STAT(DROP_MALFORMED) },
		{ QUICK, 1, true, DROP, P(SA), 0, "SA payload is not contained",
		  STAT(DROP_MALFORMED) },
		{ QUICK, 1, true, DROP, P(NONCE), 0, "NONCE payload is not contained",
		  STAT(DROP_MALFORMED) },
		{ QUICK, 1, true, DROP, P(KE), 0, "KE payload is not contained", STAT(REJECTED) },
		{ QUICK, 1, true, CUT, P(KE), 64, "KE payload is empty", STAT(REJECTED) },
		{ QUICK, 1, true, CUT, P(KE), 1, "Quick mode with 10.0.0.1 failed",
		  STAT(DROP_MALFORMED) },
		{ QUICK, 1, true, DROP, P(ID), 0, "Quick mode with 10.0.0.1 failed",
		  STAT(DROP_MALFORMED) },
		{ QUICK, 1, true, FLIP, P(ID), 0, "selects no traffic", STAT(DROP_MALFORMED) },
		{ QUICK, 1, true, FLIP, P(SA), 3, "cannot accept SA payload: DOI",
		  STAT(DROP_MALFORMED) },
		/* an SPI of ESP of another length; ESP as something that is not known */
		{ QUICK, 1, true, FLIP, P(SA), 14, "is not enough", STAT(DROP_MALFORMED) },
		{ QUICK, 1, true, FLIP, P(SA), 13, "SA not acceptable!", STAT(NO_PROPOSAL) },
		{ QUICK, 1, true, FLIP, P(SA), 25, "SA not acceptable!", STAT(NO_PROPOSAL) },

		{ QUICK, 2, true, FLIP, P(HASH), 9, "the HASH payload is wrong",
		  STAT(DROP_NOT_AUTHENTIC) },
		{ QUICK, 2, true, DROP, P(NONCE), 0, "NONCE payload is not contained",
		  STAT(DROP_MALFORMED) },
		{ QUICK, 2, true, DROP, P(SA), 0, "SA payload is not contained",
		  STAT(DROP_MALFORMED) },
		{ QUICK, 2, true, FLIP, P(ID), 8,
		  "the peer's identities are not those of our offer", STAT(CHILD_FAILED) },

		{ QUICK, 3, true, FLIP, P(HASH), 9, "HASH(3) is wrong", STAT(DROP_NOT_AUTHENTIC) },
		{ QUICK, 3, true, RENAMED, P(HASH), P(NONCE), "HASH", STAT(DROP_NOT_AUTHENTIC) },
	};

	RUN(lies);
}

static void test_informational(void **state)
{
	static const struct lie lies[] = {
		{ INFORMATIONAL, 1, true, FLIP, P(HASH), 0, "the HASH payload is wrong",
		  STAT(DROP_NOT_AUTHENTIC) },
		{ INFORMATIONAL, 1, true, DROP, P(HASH), 0, "HASH payload is not contained",
		  STAT(DROP_NOT_AUTHENTIC) },
		{ INFORMATIONAL, 1, true, RESERVED, P(DELETE), 0,
		  "reserved not zero on DELETE payload!", STAT(DROP_NOT_AUTHENTIC) },
		{ INFORMATIONAL, 1, true, CUT, P(DELETE), 1, "in SPIs of DELETE", STAT(RECEIVED) },
		{ INFORMATIONAL, 1, true, FLIP, P(DELETE), 5, "in SPI of DELETE", STAT(RECEIVED) },
		{ INFORMATIONAL, 1, true, FLIP, P(DELETE), 3, "DOI", STAT(RECEIVED) },
		{ INFORMATIONAL, 1, true, FLIP, P(DELETE), 9, "which is not there",
		  STAT(RECEIVED) },
		{ INFORMATIONAL, 1, true, RENAMED, P(DELETE), P(NOTIFY), "NOTIFY", STAT(RECEIVED) },
	};

	RUN(lies);
}

/* --- strangers, and peers that want something else --- */

static void say(struct sim *sim, const struct ike_header *header, uint8_t type, size_t len,
		const char *from)
{
	struct endpoint endpoint = { .port = 500 };
	uint8_t octets[64] = { 0 };
	struct writer writer;

	address_parse(from, &endpoint.address);
	writer_begin(&writer, header);
	put_raw_payload(&writer, type, bytes_of(octets, len));
	sim_inject(sim, 1, &endpoint, writer_finish(&writer));
	writer_free(&writer);
	sim_run(sim, MILLISECONDS(50));
}

static const struct ike_sa *first_sa(struct sim *sim, int node)
{
	return TAILQ_FIRST(&sim->nodes[node].ike->sas);
}

/* Cookies that nobody has, or of another SA. */
static void test_wrong_cookies(void **state)
{
	static const uint8_t exchanges[] = { MAIN, ISAKMP_EXCHANGE_AGGRESSIVE, QUICK,
					     INFORMATIONAL };
	struct sim *sim = sim_new(1, one, two);
	const struct ike_sa *sa;

	scene_up_one(sim, 0);
	sa = first_sa(sim, 1);
	for (size_t i = 0; i < 8; i++) {
		bool responder = i & 1;
		struct ike_header header = {
			.spi_initiator = sa->remote_spi ^ !responder,
			.spi_responder = sa->local_spi ^ responder,
			.version = IKE_VERSION_1,
			.exchange = exchanges[i / 2],
			.flags = i & 4 ? ISAKMP_FLAG_ENCRYPTED : 0,
			.message_id = i & 4 ? 7 : 0,
		};
		uint64_t dropped = sim_stat(sim, 1, IKE_STAT_DROP_NO_SA), sent = sim->sent;

		say(sim, &header, ISAKMP_PAYLOAD_HASH, 28, "10.0.0.1");
		assert_int_equal(sim_stat(sim, 1, IKE_STAT_DROP_NO_SA), dropped + 1);
		assert_int_equal(sim->sent, sent); /* nobody gets an answer to that */
	}
	assert_true(sim_logged(sim, "mode without an SA"));
	assert_int_equal(sim_count_sas(sim, 1), 1);
	assert_clean(sim);
	sim_free(sim);
}

/* With the cookies of an SA, and without its keys: octets that decrypt to nothing. */
static void test_without_the_keys(void **state)
{
	static const struct {
		uint8_t exchange;
		uint8_t flags;
		uint32_t id;
		enum ike_stat stat;
	} cases[] = {
		{ MAIN, ISAKMP_FLAG_ENCRYPTED, 0, STAT(DROP_UNEXPECTED) },
		{ MAIN, 0, 0, STAT(DROP_UNEXPECTED) },
		{ MAIN, ISAKMP_FLAG_ENCRYPTED, 9, STAT(DROP_MESSAGE_ID) },
		{ ISAKMP_EXCHANGE_AGGRESSIVE, 0, 9, STAT(DROP_MESSAGE_ID) },
		{ ISAKMP_EXCHANGE_AGGRESSIVE, ISAKMP_FLAG_ENCRYPTED, 0, STAT(DROP_UNEXPECTED) },
		{ QUICK, 0, 9, STAT(DROP_UNEXPECTED) },
		{ QUICK, ISAKMP_FLAG_ENCRYPTED, 9, STAT(DROP_MALFORMED) },
		{ QUICK, ISAKMP_FLAG_ENCRYPTED, 0, STAT(DROP_UNEXPECTED) },
		{ INFORMATIONAL, ISAKMP_FLAG_ENCRYPTED, 9, STAT(DROP_NOT_AUTHENTIC) },
		{ INFORMATIONAL, ISAKMP_FLAG_ENCRYPTED, 0, STAT(DROP_UNEXPECTED) },
		{ ISAKMP_EXCHANGE_BASE, 0, 0, STAT(DROP_UNEXPECTED) },
	};
	struct sim *sim = sim_new(2, one, two);
	const struct ike_sa *sa;

	scene_up_one(sim, 0);
	sa = first_sa(sim, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ike_header header = {
			.spi_initiator = sa->remote_spi,
			.spi_responder = sa->local_spi,
			.version = IKE_VERSION_1,
			.exchange = cases[i].exchange,
			.flags = cases[i].flags,
			.message_id = cases[i].id,
		};
		uint64_t before = sim_stat(sim, 1, cases[i].stat);

		/* whole blocks, and not */
		for (size_t len = 28; len < 31; len++)
			say(sim, &header, ISAKMP_PAYLOAD_HASH, len, "10.0.0.1");
		if (sim_stat(sim, 1, cases[i].stat) < before + 3)
			fail_msg("case %zu is not counted", i);
		assert_true(sim_ping(sim, 0) && sim_ping(sim, 1));
	}
	assert_int_equal(sim_count_sas(sim, 1), 1);
	assert_clean(sim);
	sim_free(sim);
}

/* New group mode, and what else is no exchange of ours: refused, and the SA stays. */
static bool as_new_group(struct sim *sim, struct sim_message *datagram)
{
	bool *done = sim->filter_context;

	if (!*done && datagram->octets.data[18] == QUICK) {
		datagram->octets.data[18] = ISAKMP_EXCHANGE_NEW_GROUP;
		*done = true;
	}
	return true;
}

static void test_new_group_mode(void **state)
{
	struct sim *sim = sim_new(3, one, two);
	bool done = false;

	scene_answer_only(sim, 1);
	sim->filter = as_new_group;
	sim->filter_context = &done;
	sim_set_up(sim, 0, true);
	sim_run(sim, MILLISECONDS(900));
	assert_true(done);
	assert_true(sim_logged(sim, "exchange type New Group Mode is not supported"));
	assert_true(sim_logged(sim, "sending NOTIFY UNSUPPORTED_EXCHANGE_TYPE"));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_DROP_UNEXPECTED), 1);
	assert_true(sim_run_until(sim, SECONDS(60), sim_both_up));
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_ESTABLISHED), 1);
	assert_clean(sim);
	sim_free(sim);
}

/* The commit bit (RFC 2408 section 3.1) in all that one side sends: tolerated. */
static bool commit(struct sim *sim, struct sim_message *datagram)
{
	const int *from = sim->filter_context;

	if (datagram->to != *from && datagram->octets.len > 28)
		datagram->octets.data[19] |= ISAKMP_FLAG_COMMIT;
	return true;
}

static void test_commit_bit(void **state)
{
	for (int from = 0; from < 2; from++) {
		struct sim *sim = sim_new(4, one, two);

		sim->filter = commit;
		sim->filter_context = &from;
		scene_up_one(sim, 0);
		assert_int_equal(ike_rekey_children(sim->nodes[1].ike, NULL), 1);
		assert_clean(sim);
		sim_free(sim);
	}
}

/* --- suites --- */

struct mismatch {
	const char *suite, *words;
};

/* Row E06: each attribute alone, whatever else there is; and the reason why the SA goes. */
static void test_each_attribute(void **state)
{
	static const struct mismatch cases[] = {
		{ " encryption aes 128\n hash sha256\n authentication pre-share\n group 19\n",
		  "Proposed key length does not match policy" },
		{ " encryption 3des\n hash sha256\n authentication pre-share\n group 19\n",
		  "Encryption algorithm offered does not match policy!" },
		{ " encryption aes 256\n hash sha\n authentication pre-share\n group 19\n",
		  "Hash algorithm offered does not match policy!" },
		{ " encryption aes 256\n hash sha256\n authentication pre-share\n group 14\n",
		  "Diffie-Hellman group offered does not match policy!" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const lines[] = {
			cases[i].words,
			"atts are not acceptable. Next payload is 0",
			"Checking ISAKMP transform 1 against priority 65535 policy",
			"atts are not acceptable. Next payload is 0",
			"no offers accepted!",
			"phase 1 SA policy not acceptable! (local 10.0.0.2 remote 10.0.0.1)",
			"incrementing error counter on sa: construct_fail_ag_init",
			"(R) MM_NO_STATE",
			"peer does not do paranoid keepalives.",
			"deleting SA reason \"Phase1 SA policy proposal not accepted\" state (R) "
			"MM_NO_STATE (peer 10.0.0.1)",
		};
		char text[2000], offer[2100];
		struct sim *sim;
		size_t at = 0;

		scene_replace(one, SUITE, cases[i].suite, text, sizeof(text));
		snprintf(offer, sizeof(offer), "crypto legacy\n%s", text);
		sim = sim_new(i + 1, offer, two);
		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		sim_run(sim, SECONDS(5));
		for (size_t k = 0; k < sim->log_count && at < sizeof(lines) / sizeof(lines[0]); k++)
			at += strstr(sim->log[k].text, lines[at]) != NULL;
		if (at < sizeof(lines) / sizeof(lines[0]))
			fail_msg("case %zu: not in order: %s", i, lines[at]);
		assert_true(sim_stat(sim, 1, IKE_STAT_NO_PROPOSAL) > 0);
		assert_int_equal(sim_count_sas(sim, 1), 0);
		sim_free(sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_main_mode),      cmocka_unit_test(test_proofs),
		cmocka_unit_test(test_quick_mode),     cmocka_unit_test(test_informational),
		cmocka_unit_test(test_wrong_cookies),  cmocka_unit_test(test_without_the_keys),
		cmocka_unit_test(test_new_group_mode), cmocka_unit_test(test_commit_bit),
		cmocka_unit_test(test_each_attribute),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

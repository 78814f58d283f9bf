// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each complaint of rows L12, L13 and L14, brought about by a message from
 * outside: it ends in that line and a safe drop, and the tunnel works (L19).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define SPI_I 0x0102030405060708

static struct ikev2_sa *sa_of(struct sim *sim, int node)
{
	return ikev2_of(TAILQ_FIRST(&sim->nodes[node].ike->sas));
}

/* Since @from; lines that begin the same have been written before. */
static void assert_line(const struct sim *sim, size_t from, const char *line)
{
	for (size_t i = from; i < sim->log_count; i++)
		if (strstr(sim->log[i].text, line))
			return;
	fail_msg("there is no \"%s\"", line);
}

/* --- from a stranger: IKE_SA_INIT --- */

/* Octets that stand behind the IKE header; @first: what they begin with. */
static void stranger_says(struct sim *sim, uint8_t first, struct bytes payloads, size_t cut,
			  size_t more)
{
	struct ike_header header = { .spi_initiator = SPI_I,
				     .version = IKE_VERSION_2,
				     .exchange = EXCHANGE_IKE_SA_INIT,
				     .flags = IKE_FLAG_INITIATOR };
	struct endpoint from = { .port = 500 };
	struct writer writer = {};
	struct buffer out = {};

	address_parse("192.0.2.7", &from.address);
	writer_begin(&writer, &header);
	buffer_set(&out, writer_finish(&writer));
	writer_free(&writer);
	buffer_put(&out, payloads);
	out.data[16] = first;
	out.data[24] = out.data[25] = 0;
	out.data[26] = (uint8_t)(out.len >> 8);
	out.data[27] = (uint8_t)out.len;
	for (size_t i = 0; i < more; i++)
		buffer_put_u8(&out, 0);
	sim_inject(sim, 1, &from, bytes_of(out.data, out.len - cut));
	sim_run(sim, MILLISECONDS(20));
	buffer_free(&out);
}

#define OCTETS(...) BYTES(((const uint8_t[]){ __VA_ARGS__ }))
#define NOTHING bytes_of(NULL, 0)
#define NONCE 0, 0, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16

static void test_stranger(void **state)
{
	static const uint8_t sa_then_nonce[] = { 40, 0, 0, 8, 0, 0, 0, 8, NONCE };
	const struct {
		const char *line;
		uint8_t first;
		struct bytes payloads;
		size_t cut, more;
	} cases[] = {
		{ "IKE header size is not enough 20/28", 0, NOTHING, 8, 0 },
		{ "message size unmatched 36/28", 0, NOTHING, 0, 8 },
		{ "message size unmatched 30/32", PAYLOAD_NONCE, OCTETS(0, 0, 0, 4), 2, 0 },
		{ "payload header size is not enough 2/4", PAYLOAD_NONCE, OCTETS(0, 0), 0, 0 },
		{ "too few payload length 3/4 in N", PAYLOAD_NONCE, OCTETS(0, 0, 0, 3), 0, 0 },
		{ "payload size is not enough 4/40 in N", PAYLOAD_NONCE, OCTETS(0, 0, 0, 40), 0,
		  0 },
		{ "payload size unmatched 49/48 in payload chain", PAYLOAD_NONCE, OCTETS(NONCE, 9),
		  0, 0 },
		{ "KE payload is not contained", PAYLOAD_SA, BYTES(sa_then_nonce), 0, 0 },
		{ "SA payload is not contained", PAYLOAD_NONCE, OCTETS(NONCE), 0, 0 },
		/* an SA with a KE of one octet behind it, and a nonce */
		{ "cannot process SA payload: field header size is not enough 4/8 in proposal",
		  PAYLOAD_SA, OCTETS(34, 0, 0, 8, 0, 0, 0, 8, 40, 0, 0, 9, 0, 31, 0, 0, 1, NONCE),
		  0, 0 },
		{ "cannot process SA payload: field size is not enough 8/16 in proposal",
		  PAYLOAD_SA,
		  OCTETS(34, 0, 0, 12, 0, 0, 0, 16, 1, 1, 0, 1, 40, 0, 0, 9, 0, 31, 0, 0, 1, NONCE),
		  0, 0 },
		{ "cannot process SA payload: field size unmatched 1/2 in transforms of proposal",
		  PAYLOAD_SA,
		  OCTETS(34, 0, 0, 20, 0, 0, 0, 16, 1, 1, 0, 2, 0, 0, 0, 8, 1, 0, 0, 3, 40, 0, 0, 9,
			 0, 31, 0, 0, 1, NONCE),
		  0, 0 },
		{ "cannot accept SA payload: last proposal: 0x7", PAYLOAD_SA,
		  OCTETS(34, 0, 0, 20, 7, 0, 0, 16, 1, 1, 0, 1, 0, 0, 0, 8, 1, 0, 0, 3, 40, 0, 0, 9,
			 0, 31, 0, 0, 1, NONCE),
		  0, 0 },
		{ "payload size unmatched 44/36 in payload chain", PAYLOAD_ENCRYPTED,
		  OCTETS(46, 0, 0, 8, 1, 2, 3, 4, 0, 0, 0, 8, 1, 2, 3, 4), 0, 0 },
	};
	struct sim *sim = scene_modern(1);

	scene_up_one(sim, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t from = sim->log_count;

		stranger_says(sim, cases[i].first, cases[i].payloads, cases[i].cut, cases[i].more);
		assert_line(sim, from, cases[i].line);
		/* nothing is left of it */
		assert_int_equal(sim_count_sas(sim, 1), 1);
		assert_int_equal(sim_stat(sim, 1, IKE_STAT_INCOMING_NEGOTIATING), 0);
	}
	assert_in_range(sim_stat(sim, 1, IKE_STAT_DROP_MALFORMED),
			sizeof(cases) / sizeof(cases[0]) - 1, sizeof(cases) / sizeof(cases[0]));
	scene_assert_clean(sim);
	sim_free(sim);
}

/* A length in the header that is below the header itself. */
static void test_message_too_short(void **state)
{
	struct sim *sim = scene_modern(2);
	uint8_t octets[28] = { 1, 2, 3, 4,    5,  6, 7, 8, 0, 0, 0, 0, 0, 0,
			       0, 0, 0, 0x20, 34, 8, 0, 0, 0, 0, 0, 0, 0, 27 };

	scene_up_one(sim, 0);
	sim_inject(sim, 1, &sa_of(sim, 0)->base.local, BYTES(octets));
	sim_run(sim, MILLISECONDS(20));
	assert_line(sim, 0, "message size is not enough 27/28");
	scene_assert_clean(sim);
	sim_free(sim);
}

/* --- under the name of the peer, without its keys --- */

static void inject(struct sim *sim, const struct ike_header *header, uint8_t type,
		   struct bytes body, int to)
{
	struct writer writer = {};

	writer_begin(&writer, header);
	put_raw_payload(&writer, type, body);
	sim_inject(sim, to, &sa_of(sim, !to)->base.local, writer_finish(&writer));
	sim_run(sim, MILLISECONDS(20));
	writer_free(&writer);
}

static void test_without_keys(void **state)
{
	uint8_t sealed[200] = { 0 };
	struct sim *sim = scene_modern(3);
	struct ike_header header;

	scene_up_one(sim, 0);
	header = exchange_header(sa_of(sim, 0), EXCHANGE_INFORMATIONAL, false,
				 sa_of(sim, 0)->next_request);
	inject(sim, &header, PAYLOAD_ENCRYPTED, BYTES(sealed), 1);
	assert_line(sim, 0, "authentication is wrong");
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_DROP_NOT_AUTHENTIC), 1);
	inject(sim, &header, PAYLOAD_ENCRYPTED, bytes_of(sealed, 10), 1);
	assert_line(sim, 0, "payload size is not enough 10/");
	inject(sim, &header, PAYLOAD_NOTIFY, bytes_of(sealed, 4), 1);
	assert_line(sim, 0, "not contained ENCR payload");
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_DROP_NOT_AUTHENTIC), 3);

	header.exchange = EXCHANGE_IKE_AUTH;
	inject(sim, &header, PAYLOAD_ENCRYPTED, BYTES(sealed), 1);
	assert_line(sim, 0, "cannot find or create exchange for IKE_AUTH");
	header.spi_responder ^= 1;
	inject(sim, &header, PAYLOAD_ENCRYPTED, BYTES(sealed), 1);
	assert_line(sim, 0, "cannot find or create IKE SA");
	scene_assert_clean(sim);
	sim_free(sim);
}

static bool swallow(struct sim *sim, struct sim_message *message)
{
	return message->to != 1;
}

/* Something encrypted before there are keys to open it with. */
static void test_no_keys_yet(void **state)
{
	struct sim *sim = scene_modern(4);
	uint8_t sealed[100] = { 0 };
	struct endpoint from = { .port = 500 };
	struct writer writer = {};
	struct ike_header header = { .spi_responder = 1,
				     .version = IKE_VERSION_2,
				     .exchange = EXCHANGE_INFORMATIONAL };

	sim->filter = swallow;
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, MILLISECONDS(20));
	header.spi_initiator = sa_of(sim, 0)->base.local_spi;
	address_parse("10.0.0.2", &from.address);
	writer_begin(&writer, &header);
	put_raw_payload(&writer, PAYLOAD_ENCRYPTED, BYTES(sealed));
	sim_inject(sim, 0, &from, writer_finish(&writer));
	sim_run(sim, MILLISECONDS(20));
	writer_free(&writer);
	assert_line(sim, 0, "not exists SKEYs");
	sim->filter = NULL;
	scene_assert_clean(sim);
	sim_free(sim);
}

/* --- from the peer itself --- */

static void peer_says(struct sim *sim, uint8_t exchange, struct writer *chain)
{
	struct ikev2_sa *sa = sa_of(sim, 0);
	struct ike_header header = exchange_header(sa, exchange, false, sa->next_request++);
	struct buffer out = {};

	assert_int_equal(message_seal(&header, chain, sa->keys.out, &out).code, 0);
	sim_inject(sim, 1, &sa->base.local, buffer_bytes(&out));
	sim_run(sim, MILLISECONDS(20));
	buffer_free(&out);
	writer_free(chain);
}

static void put_child(struct writer *chain)
{
	struct proposal_list list;
	uint8_t nonce[32] = { 1 };

	writer_begin_chain(chain);
	proposal_default_esp(&list);
	list.count = 1;
	list.proposals[0].spi_size = 4;
	list.proposals[0].spi = 0x1234;
	proposal_remove_type(&list.proposals[0], TRANSFORM_KE);
	put_sa(chain, &list);
	put_nonce(chain, BYTES(nonce));
}

static void test_peer(void **state)
{
	static const uint8_t any[] = { 1, 0, 0, 0, 7, 0, 0,   16,  0,	0,
				       0, 0, 0, 0, 0, 0, 255, 255, 255, 255 };
	static const uint8_t upside_down[] = { 1, 0, 0, 0, 7, 0, 0, 16, 0, 0,
					       0, 0, 9, 9, 9, 9, 1, 1,	1, 1 };
	static const uint8_t cut[] = { 1, 0, 0, 0, 7, 0, 0, 8, 0, 0, 0, 0 };
	struct sim *sim = scene_modern(5);
	struct writer chain = {};
	uint8_t delete[] = { PROTOCOL_ESP, 4, 0, 1, 0xde, 0xad, 0xbe, 0xef, 9, 9 };

	scene_up_one(sim, 0);
	writer_begin_chain(&chain);
	put_raw_payload(&chain, PAYLOAD_DELETE, BYTES(delete));
	peer_says(sim, EXCHANGE_INFORMATIONAL, &chain);
	assert_line(sim, 0, "not found CHILD SA, ignored(SPI:deadbeef)");
	assert_line(sim, 0, "too match payload length, ignores extra data 10/8 in DELETE");

	writer_begin_chain(&chain);
	put_raw_payload(&chain, PAYLOAD_DELETE, bytes_of(delete, 3));
	peer_says(sim, EXCHANGE_INFORMATIONAL, &chain);
	assert_line(sim, 0,
		    "cannot process DELETE payload: payload size is not enough 3/4 in DELETE");

	put_child(&chain);
	put_raw_payload(&chain, PAYLOAD_TSI, BYTES(upside_down));
	put_raw_payload(&chain, PAYLOAD_TSR, BYTES(any));
	peer_says(sim, EXCHANGE_CREATE_CHILD_SA, &chain);
	assert_line(sim, 0, "cannot accept TS payload: start address is above end address");

	put_child(&chain);
	put_raw_payload(&chain, PAYLOAD_TSI, BYTES(any));
	put_raw_payload(&chain, PAYLOAD_TSR, BYTES(cut));
	peer_says(sim, EXCHANGE_CREATE_CHILD_SA, &chain);
	assert_line(sim, 0, "cannot process TSr payload: ");

	put_child(&chain);
	put_raw_payload(&chain, PAYLOAD_TSI, BYTES(any));
	peer_says(sim, EXCHANGE_CREATE_CHILD_SA, &chain);
	assert_line(sim, 0, "TSr payload is not contained");

	writer_begin_chain(&chain);
	put_raw_payload(&chain, PAYLOAD_ENCRYPTED, BYTES(any));
	peer_says(sim, EXCHANGE_INFORMATIONAL, &chain);
	assert_line(sim, 0, "encrypted payload already exists");

	assert_int_equal(sim_count_kernel(sim, 1), 2);
	scene_assert_clean(sim);
	sim_free(sim);
}

/* --- in IKE_AUTH --- */

struct auth_lie {
	size_t at; /* octet of the AUTH payload, from its end when @last */
	bool last;
	uint8_t value;
};

static bool lie_in_auth(struct sim *sim, struct sim_message *message)
{
	const struct auth_lie *lie = sim->filter_context;
	struct scene_opened opened;
	struct writer chain = {};

	if (message->to != 1 || message->octets.data[18] != EXCHANGE_IKE_AUTH)
		return true;
	scene_open(sim, message, &opened);
	writer_begin_chain(&chain);
	for (size_t i = 0; i < opened.inner.count; i++) {
		const struct payload *payload = &opened.inner.payloads[i];
		struct buffer body = {};

		buffer_set(&body, payload->body);
		if (payload->type == PAYLOAD_AUTH)
			body.data[lie->last ? body.len - 1 - lie->at : lie->at] ^= lie->value;
		put_raw_payload(&chain, payload->type, buffer_bytes(&body));
		buffer_free(&body);
	}
	scene_seal(message, &opened, &chain);
	return true;
}

static void test_auth(void **state)
{
	static const struct {
		struct auth_lie lie;
		const char *line;
	} cases[] = {
		{ { 0, false, AUTH_SHARED_KEY ^ AUTH_RSA }, "unmatched auth method" },
		{ { 0, true, 1 }, "unmatched auth data" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sim *sim = scene_modern(6);
		struct auth_lie lie = cases[i].lie;

		scene_answer_only(sim, 1);
		sim->filter = lie_in_auth;
		sim->filter_context = &lie;
		sim_set_up(sim, 0, true);
		sim_run(sim, MILLISECONDS(100));
		assert_line(sim, 0, cases[i].line);
		assert_int_equal(sim_count_sas(sim, 1), 0);
		assert_int_equal(sim_count_kernel(sim, 1), 0);
		assert_int_equal(sim_stat(sim, 1, IKE_STAT_AUTH_FAILED), 1);
		sim->filter = NULL;
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stranger),     cmocka_unit_test(test_message_too_short),
		cmocka_unit_test(test_without_keys), cmocka_unit_test(test_no_keys_yet),
		cmocka_unit_test(test_peer),	     cmocka_unit_test(test_auth),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

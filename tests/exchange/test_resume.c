// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Session resumption (RFC 5723): node 0 is the client, which loses its server for a
 * while; node 1 gives tickets and takes them.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define ON " session-resumption\n"
#define CLIENT ON " dpd 10 2 periodic\n"

static struct sim *with(uint64_t seed, const char *first, const char *second, const char *front)
{
	static const char place[] = " keyring local K\n";
	char one[4000], two[4000], all[4000], more[1000];

	snprintf(more, sizeof(more), "%s%s", place, first);
	scene_replace(sim_modern_1, place, more, one, sizeof(one));
	snprintf(more, sizeof(more), "%s%s", place, second);
	scene_replace(sim_modern_2, place, more, two, sizeof(two));
	return sim_new(seed, one, scene_prepend(front, two, all, sizeof(all)));
}

static bool has_ticket(struct sim *sim)
{
	return tunnel_find(sim->nodes[0].ike, 7)->ticket != NULL;
}

static struct ikev2_sa *sa_of(struct sim *sim, int node)
{
	return ikev2_of(TAILQ_FIRST(&sim->nodes[node].ike->sas));
}

/* The client finds the server gone; when the wire is whole again its ticket is on the way. */
static void lose(struct sim *sim)
{
	sim->cut = true;
	sim_run(sim, SECONDS(40));
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_ACTIVE), 0);
	sim->cut = false;
}

static void assert_resumed(struct sim *sim, unsigned int times)
{
	scene_assert_clean(sim);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sim_stat(sim, i, IKE_STAT_RESUMED), times);
		assert_string_equal(sa_of(sim, i)->base.auth_verify, times ? "ticket" : "PSK");
	}
	assert_true(has_ticket(sim));
}

/* SK_d of the successor, computed here: section 5.1. */
static void assert_keys(struct sim *sim, const struct ikev2_keys *old)
{
	const struct ikev2_sa *sa = sa_of(sim, 0);
	struct bytes parts[] = { bytes_of_string("Resumption"), buffer_bytes(&sa->nonce_i),
				 buffer_bytes(&sa->nonce_r) };
	uint8_t skeyseed[CRYPTOX_HASH_MAX], sk_d[CRYPTOX_HASH_MAX];
	struct buffer seed = {};

	assert_int_equal(
		prf_compute(old->prf, bytes_of(old->sk_d, old->prf_len), parts, 3, skeyseed).code,
		0);
	buffer_put(&seed, buffer_bytes(&sa->nonce_i));
	buffer_put(&seed, buffer_bytes(&sa->nonce_r));
	buffer_put_u64(&seed, sa->base.local_spi);
	buffer_put_u64(&seed, sa->base.remote_spi);
	assert_int_equal(prf_plus(old->prf, bytes_of(skeyseed, old->prf_len), buffer_bytes(&seed),
				  sk_d, old->prf_len)
				 .code,
			 0);
	assert_memory_equal(sk_d, sa->keys.sk_d, old->prf_len);
	buffer_free(&seed);
}

/* Again and again, each time with the ticket of the session before; with and without a rekey. */
static void test_resumes(void **state)
{
	struct sim *sim = with(1, CLIENT, ON, "");
	struct ikev2_keys keys;

	scene_up_one(sim, 0);
	assert_resumed(sim, 0);
	for (unsigned int i = 1; i < 4; i++) {
		if (i == 3) {
			ike_rekey_sas(sim->nodes[0].ike, NULL);
			sim_run(sim, SECONDS(40));
		}
		memcpy(&keys, &sa_of(sim, 0)->keys, sizeof(keys));
		lose(sim);
		assert_resumed(sim, i);
		assert_keys(sim, &keys);
	}
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_TICKETS_REFUSED), 0);
	sim_free(sim);
}

static const char eap_client[] =
	"crypto ikev2 keyring K\n peer all\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key secret\n"
	"crypto ikev2 profile P\n match identity remote any\n authentication remote pre-share\n"
	" authentication local eap username bob password builder\n keyring local K\n" CLIENT
	"crypto ipsec profile I\n set ikev2-profile P\n"
	"interface Tunnel0\n ip address negotiated\n tunnel source 10.0.0.1\n"
	" tunnel destination 10.0.0.2\n tunnel protection ipsec profile I\n";
static const char eap_server[] =
	"username bob password builder\nip local pool L 172.16.9.1 172.16.9.9\n"
	"crypto ikev2 authorization policy A\n pool L\n"
	"crypto ikev2 keyring K\n peer all\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key secret\n"
	"crypto ikev2 profile P\n match identity remote any\n authentication local pre-share\n"
	" authentication remote eap query-identity\n keyring local K\n" ON
	" aaa authorization group eap list local A\n"
	"crypto ipsec profile I\n set ikev2-profile P\n responder-only\n"
	"interface Tunnel0\n tunnel source 10.0.0.2\n tunnel destination 10.0.0.1\n"
	" tunnel protection ipsec profile I\n";

static bool count_eap(struct sim *sim, struct sim_message *message)
{
	unsigned int *count = sim->filter_context;
	struct ike_header header;

	if (!header_parse(buffer_bytes(&message->octets), &header).code &&
	    header.exchange == EXCHANGE_IKE_AUTH)
		++*count;
	return true;
}

/* A user of EAP is not asked again, is still that user, and has its address again. */
static void test_eap(void **state)
{
	struct sim *sim = sim_new(11, eap_client, eap_server);
	unsigned int count = 0;

	sim->filter = count_eap;
	sim->filter_context = &count;
	scene_up_one(sim, 0);
	assert_true(count > 4);
	assert_true(sim_has(&sim->nodes[0].addresses, "172.16.9.1"));
	lose(sim);
	count = 0;
	sim_run(sim, SECONDS(60));
	assert_int_equal(count, 2);
	assert_resumed(sim, 1);
	assert_string_equal((const char *)sa_of(sim, 1)->base.client_id.data, "bob");
	assert_true(sim_has(&sim->nodes[0].addresses, "172.16.9.1"));
	assert_int_equal(sim->nodes[0].addresses.count, 1);
	sim_free(sim);
}

static void test_bad_network(void **state)
{
	for (uint64_t seed = 1; seed < 6; seed++) {
		struct sim *sim = with(seed, CLIENT, ON, "");

		scene_up_one(sim, 0);
		lose(sim);
		sim->loss = sim->repeat = sim->reorder = 15;
		assert_true(sim_run_until(sim, SECONDS(300), sim_both_up));
		sim->loss = sim->repeat = sim->reorder = 0;
		sim_run(sim, SECONDS(60));
		assert_true(sim_ping(sim, 0));
		sim_free(sim);
	}
}

/* Neither asks for a ticket nor gives one who was not told to. */
static void test_off(void **state)
{
	struct sim *sim = with(2, " dpd 10 2 periodic\n", ON, "");

	scene_up_one(sim, 0);
	assert_false(sim_logged(sim, "TICKET_REQUEST"));
	assert_false(has_ticket(sim));
	sim_free(sim);
	sim = with(2, CLIENT, "", "");
	scene_up_one(sim, 0);
	assert_true(sim_logged(sim, "Parse Notify Payload: TICKET_NACK"));
	assert_false(has_ticket(sim));
	lose(sim);
	scene_assert_clean(sim);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_RESUMED), 0);
	sim_free(sim);
}

/* A server that no longer knows its keys, or has other orders: a whole negotiation, at once. */
static void test_refused(void **state)
{
	for (int reload = 0; reload < 2; reload++) {
		struct sim *sim = with(3, CLIENT, ON, "");
		char two[4000];

		scene_up_one(sim, 0);
		sim->cut = true;
		sim_run(sim, SECONDS(40));
		if (reload)
			scene_reload(sim, 1,
				     scene_replace(sim_modern_2, " keyring local K\n",
						   " keyring local K\n" ON, two, sizeof(two)));
		else
			sim_restart(sim, 1);
		sim->cut = false;
		sim_run(sim, SECONDS(30));
		assert_int_equal(sim_stat(sim, 0, IKE_STAT_TICKETS_REFUSED), 1);
		assert_int_equal(sim_stat(sim, 1, IKE_STAT_TICKETS_REFUSED), 1);
		scene_assert_clean(sim);
		assert_int_equal(sim_stat(sim, 0, IKE_STAT_RESUMED), 0);
		sim_free(sim);
	}
}

/* What was ended in order is not resumed. */
static void test_ended(void **state)
{
	for (int node = 0; node < 2; node++) {
		struct sim *sim = with(4, CLIENT, ON, "");

		scene_up_one(sim, 0);
		assert_true(has_ticket(sim));
		ike_clear_sas(sim->nodes[node].ike, NULL);
		sim_run(sim, MILLISECONDS(6));
		assert_false(has_ticket(sim));
		scene_assert_clean(sim);
		assert_false(sim_logged(sim, "resuming a session"));
		sim_free(sim);
	}
}

/* Where many knock, a ticket is no key to the door either. */
static bool keep_first(struct sim *sim, struct sim_message *message)
{
	struct buffer *request = sim->filter_context;

	if (message->to == 1 && !request->len)
		buffer_set(request, buffer_bytes(&message->octets));
	return true;
}

/* A half-open SA of a stranger. */
static void knock(struct sim *sim, struct buffer *request, uint32_t number)
{
	struct endpoint from = { address_of_ipv4(0x0b000000 + number), 500 };

	buffer_set_u32(request, 0, 0x5eed0000 + number);
	sim_inject(sim, 1, &from, buffer_bytes(request));
}

static bool drop_stranger(struct sim *sim, struct sim_message *message)
{
	return message->to == 1 || message->at.address.octets[0] != 0x0b;
}

static void test_cookie(void **state)
{
	struct sim *sim = with(5, CLIENT, ON, "crypto ikev2 cookie-challenge 1\n");
	struct buffer request = {};

	sim->filter = keep_first;
	sim->filter_context = &request;
	scene_up_one(sim, 0);
	sim->filter = drop_stranger;
	sim->cut = true;
	sim_run(sim, SECONDS(35));
	knock(sim, &request, 1);
	sim_run(sim, MILLISECONDS(20));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_INCOMING_NEGOTIATING), 1);
	sim->cut = false;
	sim_run(sim, SECONDS(30));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_RESUMED), 1);
	assert_true(sim_stat(sim, 1, IKE_STAT_COOKIES_DEMANDED) > 0);
	sim_run(sim, SECONDS(60));
	assert_resumed(sim, 1);
	buffer_free(&request);
	sim_free(sim);
}

/* --- tickets as strangers may show them --- */

static bool keep_resume(struct sim *sim, struct sim_message *message)
{
	struct buffer *request = sim->filter_context;
	struct ike_header header;

	if (message->at.address.octets[0] == 0x0b)
		return false;
	if (message->to == 1 && !request->len &&
	    !header_parse(buffer_bytes(&message->octets), &header).code &&
	    header.exchange == EXCHANGE_IKE_SESSION_RESUME)
		buffer_set(request, buffer_bytes(&message->octets));
	return true;
}

/* Used tickets, changed ones, and requests that are cut short: nothing is kept of them. */
static void test_bad_tickets(void **state)
{
	struct sim *sim = with(6, CLIENT, ON, "");
	struct buffer request = {}, copy = {};
	uint64_t refused;
	uint32_t number = 0;

	scene_up_one(sim, 0);
	sim->filter = keep_resume;
	sim->filter_context = &request;
	lose(sim);
	assert_resumed(sim, 1);
	assert_true(request.len > 0);

	knock(sim, &request, ++number);
	sim_run(sim, MILLISECONDS(20));
	assert_true(sim_logged(sim, "the ticket was used before"));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_TICKETS_REFUSED), 1);
	for (size_t at = IKE_HEADER_SIZE; at < request.len; at++) {
		buffer_set(&copy, buffer_bytes(&request));
		copy.data[at] ^= 1 << at % 8;
		knock(sim, &copy, ++number);
		sim_run(sim, MILLISECONDS(20));
		assert_int_equal(sim_count_sas(sim, 1), 1);
	}
	refused = sim_stat(sim, 1, IKE_STAT_TICKETS_REFUSED);
	assert_true(refused > 100);
	for (size_t len = IKE_HEADER_SIZE; len < request.len; len++) {
		buffer_set(&copy, bytes_of(request.data, len));
		buffer_set_u32(&copy, 24, (uint32_t)len);
		knock(sim, &copy, ++number);
		sim_run(sim, MILLISECONDS(20));
		assert_int_equal(sim_count_sas(sim, 1), 1);
	}
	sim->filter = NULL;
	assert_resumed(sim, 1);
	buffer_free(&request);
	buffer_free(&copy);
	sim_free(sim);
}

/* Who has the ticket and not the keys of the session gets nowhere. */
static void test_stolen(void **state)
{
	struct sim *sim = with(7, CLIENT, ON, "");

	scene_up_one(sim, 0);
	tunnel_find(sim->nodes[0].ike, 7)->ticket->session->sk_d[0] ^= 1;
	lose(sim);
	sim_run(sim, SECONDS(30));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_RESUMED), 0);
	assert_true(sim_stat(sim, 1, IKE_STAT_DROP_NOT_AUTHENTIC) > 0);
	/* The ticket is gone, so the next attempt is a whole one. */
	assert_true(sim_run_until(sim, SECONDS(200), sim_both_up));
	sim_run(sim, SECONDS(60));
	assert_resumed(sim, 0);
	sim_free(sim);
}

static bool another_name(struct sim *sim, struct sim_message *message)
{
	static const uint8_t names[] = { PAYLOAD_IDI, 0 };
	struct scene_opened opened;
	struct identity identity;
	struct ike_header header;
	struct writer chain = {};

	if (message->to != 1 || header_parse(buffer_bytes(&message->octets), &header).code ||
	    header.exchange != EXCHANGE_IKE_AUTH)
		return true;
	scene_open(sim, message, &opened);
	identity_set_text(&identity, ID_FQDN, "another.example");
	writer_begin_chain(&chain);
	put_id(&chain, PAYLOAD_IDI, &identity);
	scene_put_payloads(&opened, names, &chain);
	scene_seal(message, &opened, &chain);
	sim->filter = NULL;
	return true;
}

/* A ticket is one client's. */
static void test_another_name(void **state)
{
	struct sim *sim = with(8, CLIENT, ON, "");

	scene_up_one(sim, 0);
	sim->filter = another_name;
	lose(sim);
	sim_run(sim, SECONDS(30));
	assert_true(sim_logged(sim, "the ticket is not that of another.example"));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_RESUMED), 0);
	scene_assert_clean(sim);
	sim_free(sim);
}

/* --- keys of the server --- */

static int open_code(struct sim *sim, const struct buffer *ticket)
{
	struct session *session = NULL;
	struct result result = ticket_open(sim->nodes[1].ike, buffer_bytes(ticket), &session);

	if (!failed(&result))
		session_free(session);
	return result.code;
}

static struct buffer seal(struct sim *sim, uint64_t seconds)
{
	struct session session = { .profile = (char *)"P", .until = sim->now + SECONDS(seconds) };
	struct buffer ticket = {};

	assert_int_equal(ticket_seal(sim->nodes[1].ike, &session, &ticket).code, 0);
	return ticket;
}

/* They change every day; a ticket outlives one change, not its own time. */
static void test_rotation(void **state)
{
	struct sim *sim = with(9, "", ON, "");
	struct buffer hour = seal(sim, 3600), day = seal(sim, 86400);

	assert_int_equal(open_code(sim, &hour), 0);
	sim_run(sim, SECONDS(3600));
	assert_int_equal(open_code(sim, &hour), -ESTALE);
	assert_int_equal(open_code(sim, &day), 0);
	sim_run(sim, SECONDS(43200));
	buffer_free(&hour);
	hour = seal(sim, 86400);
	sim_run(sim, SECONDS(43200));
	assert_int_equal(open_code(sim, &day), -ESTALE);
	assert_int_equal(open_code(sim, &hour), 0);
	sim_run(sim, SECONDS(86400));
	assert_int_equal(open_code(sim, &hour), -EBADMSG);
	ticket_forget_all(sim->nodes[1].ike);
	assert_int_equal(open_code(sim, &hour), -EBADMSG);
	buffer_free(&hour);
	buffer_free(&day);
	sim_free(sim);
}

/* What is remembered of used tickets is bounded: the oldest are refused for their key. */
static void test_many_used(void **state)
{
	struct sim *sim = with(10, "", ON, "");
	struct ike *ike = sim->nodes[1].ike;
	struct buffer first = seal(sim, 3600);

	for (int i = 0; i < 9000; i++) {
		struct buffer ticket = seal(sim, 3600);
		struct session session = {};

		memcpy(session.id, ticket.data + 1, sizeof(session.id));
		assert_true(ticket_use(ike, &session));
		if (i % 1000 == 0)
			assert_false(ticket_use(ike, &session));
		buffer_free(&ticket);
		assert_in_range(ike->ticket_keys.used.len + ike->ticket_keys.used_last.len, 0,
				2 * 4096 * TICKET_ID_SIZE);
	}
	assert_int_equal(open_code(sim, &first), -EBADMSG);
	buffer_free(&first);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resumes),	 cmocka_unit_test(test_bad_network),
		cmocka_unit_test(test_eap),	 cmocka_unit_test(test_off),
		cmocka_unit_test(test_refused),	 cmocka_unit_test(test_ended),
		cmocka_unit_test(test_cookie),	 cmocka_unit_test(test_bad_tickets),
		cmocka_unit_test(test_stolen),	 cmocka_unit_test(test_another_name),
		cmocka_unit_test(test_rotation), cmocka_unit_test(test_many_used),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("resume", tests, NULL, NULL);
}

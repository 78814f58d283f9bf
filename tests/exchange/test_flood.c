// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What strangers can do: floods from spoofed addresses, and answers that are
 * not the peer's. Rows B31, B36, L12.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "ike/v2/internal.h"
#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

/* An IKE_SA_INIT request as node 0 sends it; the caller frees it. */
static struct buffer first_request(struct sim *sim)
{
	struct scene_recorder recorder = {};
	struct buffer request;

	sim->filter = scene_record;
	sim->filter_context = &recorder;
	sim->cut = false;
	sim_set_up(sim, 0, true);
	sim_run(sim, MILLISECONDS(1));
	assert_int_equal(recorder.count, 1);
	request = buffer_take(&recorder.octets[0]);
	sim->filter = NULL;
	sim_set_up(sim, 0, false);
	sim_run(sim, SECONDS(1));
	return request;
}

static struct endpoint stranger(uint32_t number)
{
	return (struct endpoint){ address_of_ipv4(0x0b000000 + number), 500 };
}

/* One that nobody knows sends a request with an SPI of its own. */
static void knock(struct sim *sim, struct buffer *request, uint32_t number)
{
	struct endpoint from = stranger(number);

	buffer_set_u32(request, 0, 0x5eed0000 + number);
	sim_inject(sim, 1, &from, buffer_bytes(request));
}

/* Answers to strangers do not reach node 0; the largest one is kept. */
static bool swallow(struct sim *sim, struct sim_message *message)
{
	size_t *largest = sim->filter_context;

	if (message->to == 1 || message->at.address.octets[0] != 0x0b)
		return true;
	if (message->octets.len > *largest)
		*largest = message->octets.len;
	return false;
}

/* Ten thousand requests from addresses that do not exist: what is kept is bounded, peers are served. */
static void test_flood(void **state)
{
	struct sim *sim = scene_modern(1);
	struct buffer request;
	size_t largest = 0;

	scene_answer_only(sim, 1);
	request = first_request(sim);
	sim->filter = swallow;
	sim->filter_context = &largest;
	for (uint32_t i = 0; i < 10000; i++) {
		knock(sim, &request, i);
		if (i % 50 == 49)
			sim_run(sim, MILLISECONDS(50));
		assert_in_range(sim_count_sas(sim, 1), 0, COOKIE_CHALLENGE_DEFAULT + 1);
		/* in the middle of it a true peer comes */
		if (i == 5000)
			sim_set_up(sim, 0, true);
		if (i == 5200)
			assert_true(sim_both_up(sim) ||
				    sim_run_until(sim, MILLISECONDS(100), sim_both_up));
	}
	assert_true(sim_stat(sim, 1, IKE_STAT_COOKIES_DEMANDED) > 9000);
	/* not one octet more than was asked for */
	assert_in_range(largest, 1, request.len);
	sim->filter = NULL;
	sim_run(sim, SECONDS(70));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_INCOMING_NEGOTIATING), 0);
	scene_assert_clean(sim);
	buffer_free(&request);
	sim_free(sim);
}

/* Of the allocator that AddressSanitizer brings along. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

/* What is allocated at the time, lines that the simulation keeps left out. */
static size_t allocated(const struct sim *sim)
{
	return __sanitizer_get_current_allocated_bytes() - sim->log_capacity * sizeof(*sim->log);
}

/* Half-open SAs of @count strangers, each of whom sends this; the octets that one of them costs. */
static size_t cost(struct sim *sim, struct buffer *request, uint32_t count)
{
	size_t before = allocated(sim);

	for (uint32_t i = 0; i < count; i++) {
		knock(sim, request, i);
		sim_run(sim, MILLISECONDS(20));
	}
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_INCOMING_NEGOTIATING), count);
	return (allocated(sim) - before) / count;
}

/* With a vendor ID that makes it so long. */
static void lengthen(struct buffer *request, size_t len)
{
	struct buffer padding = {};
	struct writer writer = {};
	struct message message;

	assert_int_equal(message_parse(buffer_bytes(request), &message).code, 0);
	buffer_extend(&padding, len - request->len - 4);
	writer_begin(&writer, &message.header);
	for (size_t i = 0; i < message.count; i++)
		put_raw_payload(&writer, message.payloads[i].type, message.payloads[i].body);
	put_vendor_id(&writer, buffer_bytes(&padding));
	buffer_set(request, writer_finish(&writer));
	assert_int_equal(request->len, len);
	writer_free(&writer);
	buffer_free(&padding);
}

/*
 * A half-open SA costs some kilobytes, and as much again as the longest request that is taken:
 * the 1000 that there may be stay below 32 MB, the 100 that need no cookie below 3.2 MB.
 */
static void test_octets_of_one(void **state)
{
	static const char no_cookies[] = "no crypto ikev2 cookie-challenge\n";
	char two[3000];
	struct sim *sim;
	struct buffer request;
	size_t usual, most;

	if (!__sanitizer_get_current_allocated_bytes)
		skip();
	sim = sim_new(6, sim_modern_1, scene_prepend(no_cookies, sim_modern_2, two, sizeof(two)));
	scene_answer_only(sim, 1);
	request = first_request(sim);
	sim->filter = swallow;
	sim->filter_context = &(size_t){ 0 };
	/* the one that it was taken from ends first */
	sim_run(sim, SECONDS(70));
	usual = cost(sim, &request, 200);
	sim_run(sim, SECONDS(70));
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_INCOMING_NEGOTIATING), 0);
	lengthen(&request, 8192);
	most = cost(sim, &request, 200);
	sim_run(sim, SECONDS(70));
	print_message("# octets of a half-open SA: %zu, at most %zu\n", usual, most);
	assert_in_range(usual, 1, 20000);
	assert_in_range(most, usual, 32000);
	lengthen(&request, 8200);
	knock(sim, &request, 1);
	sim_run(sim, MILLISECONDS(20));
	assert_true(sim_logged(sim, "dropped: 8200 octets are too many"));
	assert_int_equal(sim_count_sas(sim, 1), 0);
	buffer_free(&request);
	sim_free(sim);
}

/* No more than 1000 of them, whatever comes; who began before is served to the end. */
static void test_limit(void **state)
{
	static const char no_cookies[] = "no crypto ikev2 cookie-challenge\n";
	char two[3000];
	struct sim *sim =
		sim_new(7, sim_modern_1, scene_prepend(no_cookies, sim_modern_2, two, sizeof(two)));
	struct buffer request;

	scene_answer_only(sim, 1);
	request = first_request(sim);
	sim->filter = swallow;
	sim->filter_context = &(size_t){ 0 };
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(1), sim_both_up));
	for (uint32_t i = 0; i < 3000; i++) {
		knock(sim, &request, i);
		if (i % 50 == 49)
			sim_run(sim, MILLISECONDS(20));
	}
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_INCOMING_NEGOTIATING),
			 LIMIT_NEGOTIATING_DEFAULT);
	assert_true(sim_stat(sim, 1, IKE_STAT_DROP_LIMIT) >= 2000);
	sim_run(sim, SECONDS(70));
	scene_assert_clean(sim);
	buffer_free(&request);
	sim_free(sim);
}

struct cookie {
	struct buffer octets;
};

static bool catch_cookie(struct sim *sim, struct sim_message *message)
{
	struct cookie *cookie = sim->filter_context;
	struct notify_payload notify;
	struct message parsed;

	if (message->to == 0 && !message_parse(buffer_bytes(&message->octets), &parsed).code &&
	    message_get_notify(&parsed, NOTIFY_COOKIE, &notify)) {
		assert_int_equal(parsed.count, 1);
		assert_int_equal(parsed.header.spi_responder, 0);
		buffer_set(&cookie->octets, notify.data);
	}
	return false;
}

/* The request again, with the cookie in front (section 2.6). */
static void answer_cookie(struct sim *sim, const struct buffer *request, struct bytes cookie,
			  uint32_t number)
{
	struct endpoint from = stranger(number);
	struct writer writer = {};
	struct message parsed;

	assert_int_equal(message_parse(buffer_bytes(request), &parsed).code, 0);
	writer_begin(&writer, &parsed.header);
	put_notify(&writer, NOTIFY_COOKIE, cookie);
	for (size_t i = 0; i < parsed.count; i++)
		put_raw_payload(&writer, parsed.payloads[i].type, parsed.payloads[i].body);
	sim_inject(sim, 1, &from, writer_finish(&writer));
	sim_run(sim, MILLISECONDS(50));
	writer_free(&writer);
}

/* A cookie is good for one address, one request and some minutes. */
static void test_cookie(void **state)
{
	char two[3000];
	struct sim *sim = sim_new(2, sim_modern_1,
				  scene_prepend("crypto ikev2 cookie-challenge 1\n", sim_modern_2,
						two, sizeof(two)));
	struct cookie cookie = {};
	struct buffer request;
	uint8_t wrong[33];

	scene_answer_only(sim, 1);
	request = first_request(sim);
	sim->filter = catch_cookie;
	sim->filter_context = &cookie;
	for (uint32_t i = 0; i < 3; i++) {
		knock(sim, &request, i);
		sim_run(sim, MILLISECONDS(50));
	}
	assert_int_equal(sim_count_sas(sim, 1), 1);
	assert_int_equal(cookie.octets.len, sizeof(wrong));
	memcpy(wrong, cookie.octets.data, sizeof(wrong));

	/* from another address, for another request, or not ours at all */
	answer_cookie(sim, &request, BYTES(wrong), 9);
	buffer_set_u32(&request, 0, 0x5eed0009);
	answer_cookie(sim, &request, BYTES(wrong), 2);
	buffer_set_u32(&request, 0, 0x5eed0002);
	wrong[20] ^= 1;
	answer_cookie(sim, &request, BYTES(wrong), 2);
	wrong[20] ^= 1;
	wrong[0] ^= 0x40;
	answer_cookie(sim, &request, BYTES(wrong), 2);
	wrong[0] ^= 0x40;
	answer_cookie(sim, &request, bytes_of(wrong, 32), 2);
	assert_int_equal(sim_count_sas(sim, 1), 1);
	answer_cookie(sim, &request, BYTES(wrong), 2);
	assert_int_equal(sim_count_sas(sim, 1), 2);

	/* the secret changes; cookies of the last one count, those before do not */
	sim_run(sim, SECONDS(130));
	knock(sim, &request, 20);
	sim_run(sim, MILLISECONDS(50));
	buffer_set_u32(&request, 0, 0x5eed0002);
	answer_cookie(sim, &request, BYTES(wrong), 2);
	assert_int_equal(sim_count_sas(sim, 1), 2);
	sim_run(sim, SECONDS(130));
	knock(sim, &request, 21);
	sim_run(sim, MILLISECONDS(50));
	buffer_set_u32(&request, 0, 0x5eed0002);
	answer_cookie(sim, &request, BYTES(wrong), 2);
	assert_int_equal(sim_count_sas(sim, 1), 1);
	buffer_free(&cookie.octets);
	buffer_free(&request);
	sim_free(sim);
}

/* Both cookie and another group in one start (section 2.6.1). */
static void test_cookie_and_group(void **state)
{
	static const char offer[] =
		"crypto ikev2 proposal X\n encryption aes-cbc-128\n integrity sha256\n"
		" group 14 19\ncrypto ikev2 policy X\n proposal X\n";
	static const char want[] =
		"crypto ikev2 cookie-challenge 1\n"
		"crypto ikev2 proposal X\n encryption aes-cbc-128\n integrity sha256\n"
		" group 19\ncrypto ikev2 policy X\n proposal X\n";
	char one[3000], two[3000];
	struct sim *sim = sim_new(3, scene_prepend(offer, sim_modern_1, one, sizeof(one)),
				  scene_prepend(want, sim_modern_2, two, sizeof(two)));
	struct buffer request;

	scene_answer_only(sim, 1);
	request = first_request(sim);
	sim->filter = swallow;
	sim->filter_context = &(size_t){ 0 };
	/* whose group fits, so that it is half open from now on */
	scene_reload(sim, 0, two);
	buffer_free(&request);
	request = first_request(sim);
	sim->filter = swallow;
	sim->filter_context = &(size_t){ 0 };
	knock(sim, &request, 1);
	sim_run(sim, MILLISECONDS(50));
	assert_int_equal(sim_count_sas(sim, 1), 1);
	scene_reload(sim, 0, one);
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(1), sim_both_up));
	assert_true(sim_logged(sim, "the peer wants group 19 instead of 14"));
	assert_true(sim_stat(sim, 1, IKE_STAT_COOKIES_DEMANDED) > 0);
	buffer_free(&request);
	sim_free(sim);
}

/* An answer to node 0's IKE_SA_INIT request with one notify, from anybody, ahead of the true one. */
static void forge_answer(struct sim *sim, uint16_t type, struct bytes data)
{
	struct ike_sa *sa = TAILQ_FIRST(&sim->nodes[0].ike->sas);
	struct ike_header header = {
		.spi_initiator = sa->local_spi,
		.version = IKE_VERSION_2,
		.exchange = EXCHANGE_IKE_SA_INIT,
		.flags = IKE_FLAG_RESPONSE,
	};
	struct writer writer = {};

	writer_begin(&writer, &header);
	put_notify(&writer, type, data);
	sim_inject(sim, 0, &sa->remote, writer_finish(&writer));
	writer_free(&writer);
}

/* Section 2.21.1: errors that anybody can send end nothing. */
static void test_forged_errors(void **state)
{
	static const uint16_t types[] = {
		NOTIFY_NO_PROPOSAL_CHOSEN,
		NOTIFY_INVALID_SYNTAX,
		NOTIFY_AUTHENTICATION_FAILED,
		NOTIFY_INVALID_KE_PAYLOAD,
		NOTIFY_COOKIE,
		NOTIFY_INVALID_MAJOR_VERSION,
		NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD,
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		static const uint8_t group[] = { 0, 99 };
		struct sim *sim = scene_modern(4);
		bool is_group = types[i] == NOTIFY_INVALID_KE_PAYLOAD;

		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		sim_run(sim, MILLISECONDS(2));
		for (int times = 0; times < 10; times++)
			forge_answer(sim, types[i], is_group ? BYTES(group) : bytes_of(NULL, 0));
		assert_true(sim_run_until(sim, SECONDS(1), sim_both_up));
		assert_int_equal(sim_stat(sim, 0, IKE_STAT_FAILED), 0);
		scene_assert_clean(sim);
		sim_free(sim);
	}
}

/* The true peer refuses: the reason is known at once, and given when the retransmissions end. */
static void test_noted_reason(void **state)
{
	static const char offer[] =
		"crypto ikev2 proposal X\n encryption aes-cbc-256\n integrity sha512\n"
		" group 16\ncrypto ikev2 policy X\n proposal X\n";
	static const char other[] =
		"crypto ikev2 proposal Y\n encryption aes-gcm-128\n prf sha256\n"
		" group 31\ncrypto ikev2 policy Y\n proposal Y\n";
	char one[3000], two[3000];
	struct sim *sim = sim_new(5, scene_prepend(offer, sim_modern_1, one, sizeof(one)),
				  scene_prepend(other, sim_modern_2, two, sizeof(two)));
	struct tunnel *tunnel;

	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(2));
	tunnel = tunnel_find(sim->nodes[0].ike, 7);
	assert_non_null(strstr(tunnel->last_error, "it accepts none of our IKE proposals"));
	assert_true(tunnel->negotiating);
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_FAILED), 0);
	sim_run(sim, SECONDS(62));
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_FAILED), 1);
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_NO_PROPOSAL), 1);
	assert_int_equal(sim_stat(sim, 0, IKE_STAT_TIMED_OUT), 0);
	assert_non_null(strstr(tunnel->last_error, "it accepts none of our IKE proposals"));
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_octets_of_one),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_cookie),
		cmocka_unit_test(test_cookie_and_group),
		cmocka_unit_test(test_forged_errors),
		cmocka_unit_test(test_noted_reason),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("flood", tests, NULL, NULL);
}

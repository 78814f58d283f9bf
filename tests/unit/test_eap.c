// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A02, A03: EAP. Known answers of RFC 2759 section 9.2 and RFC 3079 section
 * 3.5.3, conversations of our two roles, and what must not pass.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cryptox/cryptox.h"
#include "cryptox/old.h"
#include "eap/eap.h"
#include "eap/internal.h"
#include "eap/mschap.h"

#include <cmocka.h> /* last: it has a macro called fail */

static const uint8_t server_challenge[16] = { 0x5b, 0x5d, 0x7c, 0x7d, 0x7b, 0x3f, 0x2f, 0x3e,
					      0x3c, 0x2c, 0x60, 0x21, 0x32, 0x26, 0x26, 0x28 };
static const uint8_t peer_challenge[16] = { 0x21, 0x40, 0x23, 0x24, 0x25, 0x5e, 0x26, 0x2a,
					    0x28, 0x29, 0x5f, 0x2b, 0x3a, 0x33, 0x7c, 0x7e };

static void assert_hex(const uint8_t *data, size_t len, const char *expected)
{
	char text[2 * MSCHAP_MSK + 1];

	bytes_to_hex(bytes_of(data, len), text);
	assert_string_equal(text, expected);
}

static void mschap_known_answers(void **state)
{
	/* What stands before a backslash is not part of the name. */
	static const char *const users[] = { "User", "BIGCO\\User" };
	char text[MSCHAP_AUTHENTICATOR + 1];
	uint8_t msk[MSCHAP_MSK];

	for (size_t i = 0; i < 2; i++) {
		struct bytes user = bytes_of_string(users[i]);
		struct mschap mschap = {};
		struct result result;

		memcpy(mschap.server, server_challenge, 16);
		memcpy(mschap.peer, peer_challenge, 16);
		result = mschap_set_password(&mschap, bytes_of_string("clientPass"));
		assert_int_equal(result.code, 0);
		assert_hex(mschap.hash, 16, "44ebba8d5312b8d611474411f56989ae");
		assert_hex(mschap.hash_hash, 16, "41c00c584bd2d91c4017a2a12fa59f3f");
		result = mschap_respond(&mschap, user);
		assert_int_equal(result.code, 0);
		assert_hex(mschap.response, 24, "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df");
		result = mschap_authenticator(&mschap, user, text);
		assert_int_equal(result.code, 0);
		assert_string_equal(text, "S=407A5589115FD0D6209F510FE9C04566932CDA56");
		mschap_msk(&mschap, msk);
		/* SendStartKey128 of the server */
		assert_hex(msk + 16, 16, "8b7cdc149b993a1ba118cb153f56dccb");
		assert_hex(msk + 32, 32,
			   "0000000000000000000000000000000000000000000000000000000000000000");
	}
}

/* Passwords are UTF-8 here and UTF-16 there; what is neither is refused. */
static void mschap_passwords(void **state)
{
	static const char *const broken[] = { "\x80", "\xc3", "\xc3(", "\xe2\x82", "\xff" };
	struct mschap a = {}, b = {};
	struct result result;

	/* MD4 of e4 00 ac 20 3d d8 00 de: two, three and four octets of UTF-8 */
	result = mschap_set_password(&a, bytes_of_string("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
	assert_int_equal(result.code, 0);
	result = old_md4(NULL, 0, b.hash);
	assert_int_equal(result.code, 0);
	assert_hex(b.hash, 16, "31d6cfe0d16ae931b73c59d7e0c089c0"); /* of nothing, RFC 1320 */
	result = old_md4(&(struct bytes){ (const uint8_t *)"\xe4\x00\xac\x20\x3d\xd8\x00\xde", 8 },
			 1, b.hash);
	assert_int_equal(result.code, 0);
	assert_memory_equal(a.hash, b.hash, 16);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		result = mschap_set_password(&a, bytes_of_string(broken[i]));
		assert_int_equal(result.code, -EINVAL);
	}
}

static bool find_password(void *context, struct bytes user, struct bytes *password)
{
	*password = bytes_of_string("clientPass");
	return bytes_equal(user, bytes_of_string("bob"));
}

static struct eap *server_of(const char *user, const uint8_t *methods, size_t count)
{
	struct eap_server_config config = { .method_count = count,
					    .user = bytes_of_string(user),
					    .find_password = find_password };

	memcpy(config.methods, methods, count);
	return eap_server_new(&config);
}

static struct eap *peer_of(const char *user, const char *password, const uint8_t *methods,
			   size_t count)
{
	struct eap_peer_config config = { .method_count = count,
					  .user = bytes_of_string(user),
					  .password = bytes_of_string(password) };

	memcpy(config.methods, methods, count);
	return eap_peer_new(&config);
}

static const uint8_t md5_only[] = { EAP_TYPE_MD5 }, mschapv2_only[] = { EAP_TYPE_MSCHAPV2 };
static const uint8_t both[] = { EAP_TYPE_MSCHAPV2, EAP_TYPE_MD5 };

/** struct talk - a conversation to its end; @cut: shorten that packet, counted from 0, by one octet */
struct talk {
	struct eap *server, *peer;
	enum eap_status server_status, peer_status;
	struct result server_why, peer_why;
	size_t packets;
};

static void converse(struct talk *talk, size_t cut)
{
	struct buffer request = {}, response = {};
	struct result result = eap_begin(talk->server, &request);

	assert_int_equal(result.code, 0);
	while (talk->packets++ < 60) {
		if (talk->packets - 1 == cut)
			request.len--;
		talk->peer_why = eap_receive(talk->peer, buffer_bytes(&request), &response,
					     &talk->peer_status);
		if (talk->peer_status != EAP_RUNNING || !response.len)
			break;
		if (talk->packets++ == cut)
			response.len--;
		talk->server_why = eap_receive(talk->server, buffer_bytes(&response), &request,
					       &talk->server_status);
	}
	buffer_free(&request);
	buffer_free(&response);
}

static void hang_up(struct talk *talk)
{
	eap_free(talk->server);
	eap_free(talk->peer);
}

static void assert_success(struct talk *talk, const char *method, size_t msk)
{
	converse(talk, SIZE_MAX);
	if (talk->server_status != EAP_SUCCEEDED || talk->peer_status != EAP_SUCCEEDED)
		fail_msg("server: %s; peer: %s", talk->server_why.why, talk->peer_why.why);
	assert_true(bytes_equal(eap_user(talk->server), bytes_of_string("bob")));
	assert_string_equal(eap_method_name(talk->server), method);
	assert_string_equal(eap_method_name(talk->peer), method);
	assert_int_equal(eap_msk(talk->server).len, msk);
	assert_true(bytes_equal(eap_msk(talk->server), eap_msk(talk->peer)));
	hang_up(talk);
}

static void conversations(void **state)
{
	struct talk talk;

	talk = (struct talk){ .server = server_of("", md5_only, 1),
			      .peer = peer_of("bob", "clientPass", both, 2) };
	assert_success(&talk, "MD5-Challenge", 0);
	talk = (struct talk){ .server = server_of("bob", md5_only, 1),
			      .peer = peer_of("bob", "clientPass", md5_only, 1) };
	assert_success(&talk, "MD5-Challenge", 0);
	talk = (struct talk){ .server = server_of("", both, 2),
			      .peer = peer_of("bob", "clientPass", both, 2) };
	assert_success(&talk, "MSCHAPv2", 64);
	/* The peer refuses the first and gets the second. */
	talk = (struct talk){ .server = server_of("", both, 2),
			      .peer = peer_of("bob", "clientPass", md5_only, 1) };
	assert_success(&talk, "MD5-Challenge", 0);
}

static void assert_refused(struct talk *talk, const char *server, const char *peer)
{
	converse(talk, SIZE_MAX);
	assert_int_equal(talk->server_status, EAP_FAILED);
	assert_int_equal(talk->peer_status, EAP_FAILED);
	if (!strstr(talk->server_why.why, server) || !strstr(talk->peer_why.why, peer))
		fail_msg("server: %s; peer: %s", talk->server_why.why, talk->peer_why.why);
	assert_int_equal(eap_msk(talk->server).len, 0);
	hang_up(talk);
}

/* The peer cannot tell an unknown user from a wrong password, our log can. */
static void refusals(void **state)
{
	static const uint8_t *const methods[] = { md5_only, mschapv2_only };
	struct talk wrong, unknown;

	for (size_t i = 0; i < 2; i++) {
		wrong = (struct talk){ .server = server_of("", methods[i], 1),
				       .peer = peer_of("bob", "wrong", both, 2) };
		unknown = (struct talk){ .server = server_of("", methods[i], 1),
					 .peer = peer_of("eve", "clientPass", both, 2) };
		assert_refused(&wrong, "the password of the user is wrong",
			       "does not accept our user name or password");
		assert_refused(&unknown, "the user is unknown",
			       "does not accept our user name or password");
		assert_int_equal(wrong.packets, unknown.packets);
	}
	wrong = (struct talk){ .server = server_of("", mschapv2_only, 1),
			       .peer = peer_of("bob", "clientPass", md5_only, 1) };
	assert_refused(&wrong, "the peer refuses EAP method MSCHAPv2", "no EAP method suits both");
}

/* Every packet of a conversation, one octet short: both sides end it, with a cause. */
static void truncated(void **state)
{
	for (size_t cut = 0; cut < 7; cut++) {
		struct talk talk = { .server = server_of("", mschapv2_only, 1),
				     .peer = peer_of("bob", "clientPass", mschapv2_only, 1) };

		converse(&talk, cut);
		assert_true(talk.packets > cut);
		assert_int_equal(talk.peer_status, EAP_FAILED);
		assert_true(talk.peer_why.why[0]);
		hang_up(&talk);
	}
}

static struct result feed(struct eap *eap, const char *packet, size_t len, enum eap_status *status,
			  struct buffer *out)
{
	return eap_receive(eap, bytes_of(packet, len), out, status);
}

/* What a peer must not believe. */
static void hostile_servers(void **state)
{
	static const struct {
		const char *packet;
		size_t len;
		const char *why;
	} cases[] = {
		{ "", 0, "cut off after 0 octets" },
		{ "\x01\x01\x00", 3, "cut off after 3 octets" },
		{ "\x01\x01\x00\x09\x01", 5, "has 5 octets and says 9" },
		{ "\x01\x01\x00\x04", 4, "has no type" },
		{ "\x01\x01\x00\x05\x00", 5, "has no type" },
		{ "\x05\x01\x00\x05\x01", 5, "EAP code 5 is unknown" },
		{ "\x02\x01\x00\x05\x01", 5, "EAP code 2 where a request is due" },
		{ "\x03\x01\x00\x04", 4, "EAP success before a method was through" },
		{ "\x03\x01\x00\x05\x01", 5, "data behind its end" },
		{ "\x01\x01\x00\x05\x04", 5, "the MD5 challenge is cut off" },
		{ "\x01\x01\x00\x06\x04\x00", 6, "the MD5 challenge is cut off" },
		{ "\x01\x01\x00\x06\x04\x10", 6, "the MD5 challenge is cut off" },
		{ "\x01\x01\x00\x05\x1a", 5, "the MSCHAPv2 packet is empty" },
		{ "\x01\x01\x00\x0a\x1a\x01\x01\x00\x05\x10", 10, "challenge is cut off" },
		{ "\x01\x01\x00\x0a\x1a\x01\x01\x00\x06\x10", 10, "has 5 octets and says 6" },
		{ "\x01\x01\x00\x09\x1a\x03\x01\x00\x04", 9, "opcode 3 is not expected" },
		{ "\x01\x01\x00\x09\x1a\x09\x01\x00\x04", 9, "opcode 9 is not expected" },
	};
	struct buffer out = {};
	enum eap_status status;
	struct result result;
	struct eap *eap;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		eap = peer_of("bob", "clientPass", both, 2);
		result = feed(eap, cases[i].packet, cases[i].len, &status, &out);
		assert_int_equal(status, EAP_FAILED);
		if (!strstr(result.why, cases[i].why))
			fail_msg("case %zu: %s", i, result.why);
		/* It stays so. */
		result = feed(eap, "\x03\x01\x00\x04", 4, &status, &out);
		assert_int_equal(status, EAP_FAILED);
		eap_free(eap);
	}
	buffer_free(&out);
}

/* A server that does not know the password cannot make the peer believe that it does. */
static void server_without_password(void **state)
{
	static const char challenge[] = "\x01\x01\x00\x1a\x1a\x01\x01\x00\x15\x10"
					"0123456789abcdef";
	static const char success[] = "\x01\x02\x00\x33\x1a\x03\x01\x00\x2e"
				      "S=0000000000000000000000000000000000000000";
	struct eap *eap = peer_of("bob", "clientPass", mschapv2_only, 1);
	struct buffer out = {};
	enum eap_status status;
	struct result result;

	result = feed(eap, challenge, 26, &status, &out);
	assert_int_equal(result.code, 0);
	assert_true(out.len > 50);
	result = feed(eap, success, 51, &status, &out);
	assert_int_equal(status, EAP_FAILED);
	assert_non_null(strstr(result.why, "does not know our password"));
	assert_int_equal(eap_msk(eap).len, 0);
	eap_free(eap);
	/* Nor does it get a second response to compare. */
	eap = peer_of("bob", "clientPass", mschapv2_only, 1);
	result = feed(eap, challenge, 26, &status, &out);
	assert_int_equal(result.code, 0);
	result = feed(eap, challenge, 26, &status, &out);
	assert_int_equal(status, EAP_FAILED);
	assert_non_null(strstr(result.why, "opcode 1 is not expected"));
	eap_free(eap);
	buffer_free(&out);
}

static void no_end(void **state)
{
	struct eap *eap = peer_of("bob", "clientPass", both, 2);
	struct buffer out = {};
	enum eap_status status = EAP_RUNNING;
	struct result result = {};
	size_t rounds = 0;

	while (status == EAP_RUNNING && rounds++ < 100)
		result = feed(eap, "\x01\x01\x00\x05\x02", 5, &status, &out);
	assert_int_equal(rounds, 41);
	assert_non_null(strstr(result.why, "comes to no end"));
	eap_free(eap);
	buffer_free(&out);
}

/* What a server must not take. */
static void hostile_peers(void **state)
{
	static const struct {
		const char *packet;
		size_t len;
		const char *why;
	} cases[] = {
		{ "\x01?\x00\x05\x01", 5, "EAP code 1 where a response is due" },
		{ "\x03?\x00\x04", 4, "EAP code 3 where a response is due" },
		{ "\x02!\x00\x05\x01", 5, "the EAP response is to request" },
		{ "\x02?\x00\x05\x01", 5, "the EAP response is of type 1 instead of 4" },
		{ "\x02?\x00\x05\x03", 5, "the peer refuses EAP method MD5-Challenge" },
		{ "\x02?\x00\x06\x03\x04", 6, "the peer refuses EAP method MD5-Challenge" },
		{ "\x02?\x00\x05\x04", 5, "the MD5 response is cut off" },
		{ "\x02?\x00\x07\x04\x01\x01", 7, "the password of the user is wrong" },
	};
	struct buffer out = {}, request = {};
	enum eap_status status;
	struct result result;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct eap *eap = server_of("bob", md5_only, 1);
		char packet[16];

		result = eap_begin(eap, &request);
		assert_int_equal(result.code, 0);
		memcpy(packet, cases[i].packet, cases[i].len);
		packet[1] = (char)(packet[1] == '?' ? request.data[1] : request.data[1] + 1);
		result = feed(eap, packet, cases[i].len, &status, &out);
		assert_int_equal(status, EAP_FAILED);
		if (!strstr(result.why, cases[i].why))
			fail_msg("case %zu: %s", i, result.why);
		/* EAP Failure goes out. */
		assert_int_equal(out.len, 4);
		assert_int_equal(out.data[0], 4);
		eap_free(eap);
	}
	buffer_free(&request);
	buffer_free(&out);
}

/* MD5(identifier 7, "clientPass", 00 to 0f), computed elsewhere */
static void md5_known_answer(void **state)
{
	static const char request[] =
		"\x01\x07\x00\x16\x04\x10"
		"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f";
	struct eap *eap = peer_of("bob", "clientPass", md5_only, 1);
	struct buffer out = {};
	enum eap_status status;
	struct result result = feed(eap, request, 22, &status, &out);

	assert_int_equal(result.code, 0);
	assert_int_equal(out.len, 25);
	assert_hex(out.data, 6, "020700190410");
	assert_hex(out.data + 6, 16, "7be366c6c674e0bfcf9e8f4b9ef7e82a");
	assert_memory_equal(out.data + 22, "bob", 3);
	eap_free(eap);
	buffer_free(&out);
}

static int start(void **state)
{
	struct result result = cryptox_start(false);

	return failed(&result) ? -1 : 0;
}

static int stop(void **state)
{
	cryptox_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mschap_known_answers),
		cmocka_unit_test(mschap_passwords),
		cmocka_unit_test(md5_known_answer),
		cmocka_unit_test(conversations),
		cmocka_unit_test(refusals),
		cmocka_unit_test(truncated),
		cmocka_unit_test(hostile_servers),
		cmocka_unit_test(hostile_peers),
		cmocka_unit_test(server_without_password),
		cmocka_unit_test(no_end),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

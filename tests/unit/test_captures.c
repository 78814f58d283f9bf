// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole IKEv2 sessions of other implementations (tests/vectors/captures): parse
 * every message, open it with the keys that come with it, write it again and
 * compare the octets.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Before cmocka.h, which has a fail() of its own. */
#include "../support/reencode.h"

#include <cmocka.h>

#define FILE_NAME "tests/vectors/captures/messages.txt"
#define INTEG_HMAC_SHA1_160 7 /* RFC 4595, not one of ours */

struct session {
	char name[64];
	struct cipher_suite suite;
	struct sealer *initiator, *responder;
};

static struct {
	size_t sessions, unopenable, messages, opened;
} seen;

static struct buffer from_hex(const char *hex)
{
	struct buffer out = { 0 };
	unsigned int octet;

	for (; strcmp(hex, "-") != 0 && sscanf(hex, "%2x", &octet) == 1; hex += 2)
		buffer_put_u8(&out, (uint8_t)octet);
	return out;
}

static struct sealer *new_sealer(const struct cipher_suite *suite, const char *encr,
				 const char *integ)
{
	struct buffer encr_key = from_hex(encr), integ_key = from_hex(integ);
	struct sealer *sealer = NULL;
	struct result result =
		sealer_new(suite, buffer_bytes(&encr_key), buffer_bytes(&integ_key), &sealer);

	if (suite->integ == INTEG_HMAC_SHA1_160)
		assert_true(failed(&result));
	else
		assert_string_equal(result.why, "");
	buffer_free(&encr_key);
	buffer_free(&integ_key);
	return failed(&result) ? NULL : sealer;
}

static void assert_same_octets(struct bytes got, struct bytes want)
{
	assert_int_equal(got.len, want.len);
	assert_memory_equal(got.data, want.data, want.len);
}

static void check_clear(const struct message *message)
{
	struct writer writer;
	struct result result;

	writer_begin(&writer, &message->header);
	result = reencode_chain(&writer, message);
	assert_string_equal(result.why, "");
	assert_same_octets(writer_finish(&writer), message->octets);
	writer_free(&writer);
}

static void check_encrypted(const struct message *message, struct sealer *sealer)
{
	struct buffer plain = { 0 }, again = { 0 };
	struct message inner;
	struct writer writer;
	struct result result;

	result = message_open(message, sealer, &plain, &inner);
	assert_string_equal(result.why, "");
	writer_begin_chain(&writer);
	result = reencode_chain(&writer, &inner);
	assert_string_equal(result.why, "");
	assert_int_equal(writer.first, message->payloads[message->count - 1].next);
	assert_same_octets(buffer_bytes(&writer.buffer), inner.octets);

	/* The IV is new, everything else of the header and all sizes are the same. */
	result = message_seal(&message->header, &writer, sealer, &again);
	assert_string_equal(result.why, "");
	assert_int_equal(again.len, message->octets.len);
	assert_memory_equal(again.data, message->octets.data, 32);
	writer_free(&writer);
	buffer_free(&plain);
	buffer_free(&again);
}

static void check_message(const struct session *session, const char *hex)
{
	struct buffer octets = from_hex(hex);
	struct message message;
	struct result result = message_parse(buffer_bytes(&octets), &message);

	assert_string_equal(result.why, "");
	assert_int_equal(message.header.version, IKE_VERSION_2);
	seen.messages++;
	if (!message_get(&message, PAYLOAD_ENCRYPTED)) {
		check_clear(&message);
	} else if (session->initiator) {
		check_encrypted(&message, message.header.flags & IKE_FLAG_INITIATOR ?
						  session->initiator :
						  session->responder);
		seen.opened++;
	}
	buffer_free(&octets);
}

static void end_session(struct session *session)
{
	sealer_free(session->initiator);
	sealer_free(session->responder);
	*session = (struct session){ 0 };
}

static void read_keys(struct session *session, const char *line)
{
	char ei[128], er[128], ai[160], ar[160];

	assert_int_equal(sscanf(line, "keys %127s %127s %159s %159s", ei, er, ai, ar), 4);
	session->initiator = new_sealer(&session->suite, ei, ai);
	session->responder = new_sealer(&session->suite, er, ar);
	seen.unopenable += !session->initiator;
}

static void all_sessions(void **state)
{
	struct session session = { 0 };
	static char line[8192];
	FILE *file = fopen(FILE_NAME, "r");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		struct cipher_suite *suite = &session.suite;

		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "capture ", 8) == 0) {
			end_session(&session);
			snprintf(session.name, sizeof(session.name), "%.63s", line + 8);
			print_message("# %s\n", session.name);
			seen.sessions++;
		} else if (strncmp(line, "keys ", 5) == 0) {
			read_keys(&session, line);
		} else if (strncmp(line, "message ", 8) == 0) {
			check_message(&session, line + 8);
		} else {
			assert_int_equal(sscanf(line, "suite %hu %hu %hu", &suite->encr,
						&suite->key_bits, &suite->integ),
					 3);
		}
	}
	end_session(&session);
	fclose(file);
	/* 8 captures, of which one has an INTEG that is not ours. */
	assert_int_equal(seen.sessions, 8);
	assert_int_equal(seen.unopenable, 1);
	assert_int_equal(seen.messages, 44);
	assert_int_equal(seen.opened, 24);
}

static int start(void **state)
{
	struct result result = cryptox_start(true);

	return result.code;
}

static int stop(void **state)
{
	cryptox_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_sessions),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole IKEv1 sessions of other implementations (tests/vectors/captures/ikev1):
 * main mode, aggressive mode, XAUTH, mode config and quick mode. Every message is
 * parsed, decrypted with a chain of IVs that is computed here from what went over
 * the wire, and its SA, ID, notify and delete payloads are written again. Rows A16, E12, E16.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/isakmp.h"
#include "ike/v1/keys.h"

/* Before cmocka.h, which has a fail() of its own. */
#include <cmocka.h>

#define FILE_NAME "tests/vectors/captures/ikev1/messages.txt"
#define NODES_MAX 16

struct node {
	uint32_t message_id;
	struct ikev1_iv iv;
};

struct session {
	struct ikev1_keys keys;
	struct buffer key, public_i, public_r, last;
	struct ikev1_iv phase_1;
	bool have_iv;
	struct node nodes[NODES_MAX];
	size_t node_count;
};

static struct {
	size_t sessions, messages, decrypted, sas, ids, notifies, repeated;
} seen;

static struct buffer from_hex(const char *hex)
{
	struct buffer out = { 0 };
	unsigned int octet;

	for (; sscanf(hex, "%2x", &octet) == 1; hex += 2)
		buffer_put_u8(&out, (uint8_t)octet);
	return out;
}

static void assert_same_octets(struct bytes got, struct bytes want)
{
	assert_int_equal(got.len, want.len);
	assert_memory_equal(got.data, want.data, want.len);
}

static struct bytes body_of(const struct writer *writer)
{
	struct bytes all = buffer_bytes(&writer->buffer);

	return bytes_of(all.data + PAYLOAD_HEADER_SIZE, all.len - PAYLOAD_HEADER_SIZE);
}

/* What the values say is written again; what came as octets is repeated as octets. */
static void check_sa(struct session *session, const struct payload *payload, bool answer)
{
	static struct isakmp_sa sa;
	const struct isakmp_transform *chosen;
	struct writer writer = {};
	struct result result = isakmp_sa_parse(payload->body, &sa);

	assert_string_equal(result.why, "");
	writer_begin_chain(&writer);
	isakmp_put_sa(&writer, &sa);
	assert_same_octets(body_of(&writer), payload->body);
	writer_free(&writer);
	seen.sas++;
	if (!answer || sa.proposals[0].protocol != ISAKMP_PROTOCOL_ISAKMP)
		return;
	assert_int_equal(sa.count, 1);
	assert_int_equal(sa.proposals[0].count, 1);
	chosen = &sa.proposals[0].transforms[0];
	assert_false(chosen->unknown);
	result = ikev1_keys_begin(&session->keys, chosen->prf, chosen->encr, chosen->key_bits);
	assert_string_equal(result.why, "");
	assert_int_equal(session->keys.cipher_key_len, session->key.len);
	memcpy(session->keys.cipher_key, session->key.data, session->key.len);
	session->keys.ready = true;
}

static void check_id(const struct payload *payload)
{
	struct writer writer = {};
	struct traffic_selector selector;
	struct identity identity;
	struct isakmp_id id;
	struct result result = isakmp_id_parse(payload->body, &id);

	assert_string_equal(result.why, "");
	writer_begin_chain(&writer);
	isakmp_put_id(&writer, &id);
	assert_same_octets(body_of(&writer), payload->body);
	writer_free(&writer);
	assert_true(isakmp_id_identity(&id, &identity) || isakmp_id_selector(&id, &selector));
	seen.ids++;
}

static void check_notify(const struct payload *payload)
{
	struct isakmp_notify_payload notify;
	struct writer writer = {};
	struct result result = isakmp_notify_parse(payload->body, &notify);

	assert_string_equal(result.why, "");
	writer_begin_chain(&writer);
	isakmp_put_notify(&writer, notify.type, notify.protocol, notify.spi, notify.data);
	assert_same_octets(body_of(&writer), payload->body);
	writer_free(&writer);
	seen.notifies++;
}

static void check_payloads(struct session *session, const struct message *message, bool answer)
{
	for (size_t i = 0; i < message->count; i++) {
		const struct payload *payload = &message->payloads[i];

		if (payload->type == ISAKMP_PAYLOAD_SA)
			check_sa(session, payload, answer);
		else if (payload->type == ISAKMP_PAYLOAD_ID)
			check_id(payload);
		else if (payload->type == ISAKMP_PAYLOAD_NOTIFY)
			check_notify(payload);
	}
}

static struct ikev1_iv *iv_of(struct session *session, const struct ike_header *header)
{
	struct result result;
	struct node *node;

	if (!session->have_iv) {
		result = ikev1_iv_phase_1(&session->keys, buffer_bytes(&session->public_i),
					  buffer_bytes(&session->public_r), &session->phase_1);
		assert_string_equal(result.why, "");
		session->have_iv = true;
	}
	if (!header->message_id)
		return &session->phase_1;
	for (size_t i = 0; i < session->node_count; i++)
		if (session->nodes[i].message_id == header->message_id)
			return &session->nodes[i].iv;
	assert_true(session->node_count < NODES_MAX);
	node = &session->nodes[session->node_count++];
	node->message_id = header->message_id;
	result = ikev1_iv_phase_2(&session->keys, &session->phase_1, header->message_id, &node->iv);
	assert_string_equal(result.why, "");
	return &node->iv;
}

static void decrypt(struct session *session, const struct message *outer, struct buffer *plain,
		    struct message *inner)
{
	struct ikev1_iv *iv = iv_of(session, &outer->header);
	struct result result;

	buffer_put(plain, bytes_of(outer->octets.data + IKE_HEADER_SIZE,
				   outer->octets.len - IKE_HEADER_SIZE));
	result = ikev1_decrypt(&session->keys, iv, plain->data, plain->len);
	assert_string_equal(result.why, "");
	inner->header = outer->header;
	result = isakmp_payloads_parse(outer->header.next_payload, buffer_bytes(plain), inner);
	assert_string_equal(result.why, "");
	/* Whatever is behind is padding: often a whole block more than it takes. */
	assert_true(plain->len - inner->octets.len <= 2 * session->keys.block);
	seen.decrypted++;
}

static void check_message(struct session *session, const char *hex)
{
	struct buffer octets = from_hex(hex), plain = { 0 };
	struct message message, inner;
	const struct payload *ke;
	struct result result;

	seen.messages++;
	if (bytes_equal(buffer_bytes(&octets), buffer_bytes(&session->last))) {
		seen.repeated++; /* a retransmission is the same octets, and moves no IV */
		buffer_free(&octets);
		return;
	}
	buffer_set(&session->last, buffer_bytes(&octets));
	result = isakmp_parse(buffer_bytes(&octets), &message);
	assert_string_equal(result.why, "");
	assert_int_equal(message.header.version, IKE_VERSION_1);
	if (message.header.flags & ISAKMP_FLAG_ENCRYPTED) {
		decrypt(session, &message, &plain, &inner);
		check_payloads(session, &inner, false);
	} else {
		ke = message_get(&message, ISAKMP_PAYLOAD_KE);
		if (ke)
			buffer_set(session->public_i.len ? &session->public_r : &session->public_i,
				   ke->body);
		check_payloads(session, &message, message.header.spi_responder);
	}
	buffer_free(&plain);
	buffer_free(&octets);
}

static void end_session(struct session *session)
{
	buffer_free(&session->key);
	buffer_free(&session->public_i);
	buffer_free(&session->public_r);
	buffer_free(&session->last);
	*session = (struct session){ 0 };
}

static void all_sessions(void **state)
{
	static struct session session;
	static char line[8192];
	FILE *file = fopen(FILE_NAME, "r");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "capture ", 8)) {
			end_session(&session);
			print_message("# %s\n", line + 8);
			seen.sessions++;
		} else if (!strncmp(line, "key ", 4)) {
			session.key = from_hex(line + 4);
		} else {
			assert_int_equal(strncmp(line, "message ", 8), 0);
			check_message(&session, line + 8);
		}
	}
	end_session(&session);
	fclose(file);
	assert_int_equal(seen.sessions, 3);
	assert_int_equal(seen.messages, 36);
	assert_int_equal(seen.decrypted, 24);
	assert_int_equal(seen.repeated, 1);
	assert_int_equal(seen.sas, 10);
	assert_int_equal(seen.ids, 14);
	assert_int_equal(seen.notifies, 2);
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
		cmocka_unit_test(all_sessions),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The exchanges of the S0 document between two of our daemons: every payload in
 * its place and of its length when a profile says "compatibility ios" (section
 * 2A of the requirements), and what the debug output says about it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certs.h"
#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

/* --- lengths --- */

#define LISTS_MAX 16

/* The first datagrams: how long, and which payloads of which lengths. */
struct lists {
	char text[LISTS_MAX][500];
	size_t count;
	bool pending; /* the last one cannot be opened before it has been received */
};

static void list_payloads(struct lists *lists, const struct message *message)
{
	char *out = lists->text[lists->count - 1] + strlen(lists->text[lists->count - 1]);

	for (size_t i = 0; i < message->count; i++) {
		const struct payload *payload = &message->payloads[i];
		size_t length = payload->body.len + PAYLOAD_HEADER_SIZE;
		struct notify_payload notify;

		if (payload->type == PAYLOAD_NOTIFY &&
		    !notify_payload_parse(payload->body, &notify).code)
			out += sprintf(out, " %s %zu", notify_name(notify.type), length);
		else
			out += sprintf(out, " %s %zu", payload_name(payload->type), length);
	}
}

static bool list_datagram(struct sim *sim, struct sim_message *datagram)
{
	struct lists *lists = sim->filter_context;
	struct scene_opened opened;
	struct message message;

	if (lists->count == LISTS_MAX)
		return true;
	assert_int_equal(message_parse(buffer_bytes(&datagram->octets), &message).code, 0);
	sprintf(lists->text[lists->count++], "%zu:", datagram->octets.len);
	if (message.header.exchange == EXCHANGE_IKE_SA_INIT) {
		list_payloads(lists, &message);
		return true;
	}
	scene_open(sim, datagram, &opened);
	list_payloads(lists, &opened.inner);
	scene_opened_free(&opened);
	return true;
}

/* Five authorities in one file, as many as the router of the document has. */
static void write_authorities(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (unsigned int i = 0; i < 5; i++) {
		char subject[32], *text;
		struct test_certificate wish = { .subject = subject,
						 .key = test_key("p256", 200 + i),
						 .ca = true };
		X509 *certificate;

		snprintf(subject, sizeof(subject), "O=Example,CN=CA%u", i);
		certificate = test_certificate(&wish);
		text = test_certificate_pem(certificate);
		assert_true(fputs(text, file) >= 0);
		free(text);
		X509_free(certificate);
	}
	fclose(file);
}

static char *as_ios(int router, const char *more)
{
	char *text = scene_s0_config(router, more), *out = calloc(1, strlen(text) + 100);

	scene_replace(text, "lifetime 120\n", "lifetime 120\ncompatibility ios\n", out,
		      strlen(text) + 100);
	free(text);
	return out;
}

/*
 * B01 to B04, B06, B07, B09, B14, B15, B17, B19, B21, B22, B35: all lengths of
 * section 2A. Only the initiator asks for IOS: the responder answers in kind.
 */
static void test_lengths(void **state)
{
	static const char *const expected[] = {
		"344: SA 56 KE 136 N 24 VID 23 VID 21 NAT_DETECTION_SOURCE_IP 28 "
		"NAT_DETECTION_DESTINATION_IP 28",
		"449: SA 48 KE 136 N 24 VID 23 VID 21 NAT_DETECTION_SOURCE_IP 28 "
		"NAT_DETECTION_DESTINATION_IP 28 CERTREQ 105 HTTP_CERT_LOOKUP_SUPPORTED 8",
		"556: VID 20 IDi 12 AUTH 28 CFG 309 SA 40 TSi 24 TSr 24 INITIAL_CONTACT 8 "
		"SET_WINDOW_SIZE 12 ESP_TFC_NO_SUPPORT 8 NON_FIRST_FRAGS 8",
		"252: VID 20 IDr 12 AUTH 28 SA 40 TSi 24 TSr 24 SET_WINDOW_SIZE 12 "
		"ESP_TFC_NO_SUPPORT 8 NON_FIRST_FRAGS 8",
		"396: SA 152 N 24 KE 136 SET_WINDOW_SIZE 12",
		"300: SA 56 N 24 KE 136 SET_WINDOW_SIZE 12",
	};
	char path[] = "/tmp/seki-ios-XXXXXX", trustpoint[100], *first, *second;
	int file = mkstemp(path);
	struct lists lists = {};
	struct sim *sim;

	assert_true(file >= 0);
	close(file);
	write_authorities(path);
	snprintf(trustpoint, sizeof(trustpoint), "crypto pki trustpoint TP\n ca file %s\n", path);
	first = as_ios(1, "");
	second = scene_s0_config(2, trustpoint);
	sim = sim_new(1, first, second);
	unlink(path);
	free(first);
	free(second);
	sim->filter = list_datagram;
	sim->filter_context = &lists;
	scene_up_one(sim, 0);
	assert_int_equal(lists.count, 4);
	/* the one with the default proposal, which has 15 transforms */
	assert_int_equal(ike_rekey_sas(sim->nodes[1].ike, NULL), 1);
	sim_run(sim, MILLISECONDS(500));
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_string_equal(lists.text[i], expected[i]);
	sim->filter = NULL;
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_REKEYED), 1);
	scene_assert_clean(sim);
	sim_free(sim);
}

/* Who did not ask for it gets what today's peers expect. */
static void test_not_asked_for(void **state)
{
	struct sim *sim = scene_s0(2, "");
	struct lists lists = {};

	sim->filter = list_datagram;
	sim->filter_context = &lists;
	scene_up_one(sim, 0);
	assert_non_null(strstr(lists.text[0], " N 36 "));
	assert_non_null(strstr(lists.text[0], "FRAGMENTATION_SUPPORTED"));
	assert_non_null(strstr(lists.text[1], "CHILDLESS"));
	assert_null(strstr(lists.text[1], "CERTREQ"));
	assert_null(strstr(lists.text[2], "VID"));
	assert_null(strstr(lists.text[2], "CFG"));
	sim_free(sim);
}

/* A PRF whose key is longer than 40 octets needs a longer nonce (RFC 7296 section 2.10). */
static void test_nonce_of_long_prf(void **state)
{
	char *second = as_ios(2, ""), *first = scene_s0_config(1, "");
	struct lists lists = {};
	struct sim *sim = sim_new(3, first, second);

	free(first);
	free(second);
	sim->filter = list_datagram;
	sim->filter_context = &lists;
	/* router 2 offers the 15 transforms with their SHA-512 */
	scene_up_one(sim, 1);
	assert_non_null(strstr(lists.text[0], "SA 144 "));
	assert_non_null(strstr(lists.text[0], " N 36 "));
	scene_assert_clean(sim);
	sim_free(sim);
}

static bool without_vendor_ids(struct sim *sim, struct sim_message *datagram)
{
	struct message message;
	struct writer writer = {};

	if (datagram->octets.data[18] != EXCHANGE_IKE_SA_INIT)
		return true;
	assert_int_equal(message_parse(buffer_bytes(&datagram->octets), &message).code, 0);
	writer_begin(&writer, &message.header);
	for (size_t i = 0; i < message.count; i++)
		if (message.payloads[i].type != PAYLOAD_VENDOR)
			put_raw_payload(&writer, message.payloads[i].type,
					message.payloads[i].body);
	buffer_set(&datagram->octets, writer_finish(&writer));
	writer_free(&writer);
	return true;
}

/* B04, B05: without the vendor ID the peer does not know the notify, and is no IOS. */
static void test_no_vendor_ids(void **state)
{
	char *first = as_ios(1, ""), *second = scene_s0_config(2, "");
	struct sim *sim = sim_new(8, first, second);

	free(first);
	free(second);
	sim->filter = without_vendor_ids;
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, MILLISECONDS(100));
	/* what was signed is not what was received, so that it goes no further than this */
	assert_false(sim_logged(sim, "Cisco DeleteReason Notify is enabled"));
	assert_false(sim_logged(sim, "Parse Vendor Specific Payload: CISCO-DELETE-REASON"));
	assert_true(sim_logged(sim, "CHILDLESS_IKEV2_SUPPORTED"));
	assert_true(sim_logged(sim, "unmatched auth data"));
	sim->filter = NULL;
	scene_assert_clean(sim);
	sim_free(sim);
}

/* --- debug output --- */

/* The lines from @from on that hold @expected, one after the other; where the last one was. */
static size_t in_order(const struct sim *sim, size_t from, const char *const *expected)
{
	size_t at = from;

	for (; *expected; expected++, at++) {
		while (at < sim->log_count && !strstr(sim->log[at].text, *expected))
			at++;
		if (at == sim->log_count)
			fail_msg("\"%s\" is missing, or not in its place", *expected);
	}
	return at;
}

#define INITIATOR(state, event) "(I) MsgID = 00000000 CurState: " state " Event: " event
#define IN_AUTH(state, event) "(I) MsgID = 00000001 CurState: " state " Event: " event
#define RESPONDER(state, event) "(R) MsgID = 00000000 CurState: " state " Event: " event
#define R_IN_AUTH(state, event) "(R) MsgID = 00000001 CurState: " state " Event: " event

/*
 * B05, B10 to B13, B18, B24 to B31, B33, C01, C02, C05, C06, C09: the initiator's
 * lines in the order of the document. A line that begins with "IKEv2:" is there as it stands here.
 */
static void test_initiator_lines(void **state)
{
	static const char *const lines[] = {
		"IKEv2:% Getting preshared key by address 10.0.0.2",
		"IKEv2:Adding Proposal PHASE1-prop to toolkit policy",
		"IKEv2:(1): Choosing IKE profile IKEV2-SETUP",
		INITIATOR("I_BLD_INIT", "EV_SET_POLICY"),
		"IKEv2:(SA ID = 1):Setting configured policies",
		INITIATOR("I_BLD_INIT", "EV_CHK_AUTH4PKI"),
		INITIATOR("I_BLD_INIT", "EV_GEN_DH_KEY"),
		INITIATOR("I_BLD_INIT", "EV_NO_EVENT"),
		INITIATOR("I_BLD_INIT", "EV_OK_RECD_DH_PUBKEY_RESP"),
		"IKEv2:(SA ID = 1):Action: Action_Null",
		INITIATOR("I_BLD_INIT", "EV_GET_CONFIG_MODE"),
		"IKEv2:No config data to send to toolkit:",
		INITIATOR("I_BLD_INIT", "EV_BLD_MSG"),
		"IKEv2:Construct Vendor Specific Payload: DELETE-REASON",
		"IKEv2:Construct Vendor Specific Payload: (CUSTOM)",
		"IKEv2:Construct Notify Payload: NAT_DETECTION_SOURCE_IP",
		"IKEv2:Construct Notify Payload: NAT_DETECTION_DESTINATION_IP",
		INITIATOR("I_WAIT_INIT", "EV_RECV_INIT"),
		INITIATOR("I_PROC_INIT", "EV_CHK4_NOTIFY"),
		INITIATOR("I_PROC_INIT", "EV_VERIFY_MSG"),
		"IKEv2:(SA ID = 1):Processing IKE_SA_INIT message",
		INITIATOR("I_PROC_INIT", "EV_PROC_MSG"),
		INITIATOR("I_PROC_INIT", "EV_DETECT_NAT"),
		"IKEv2:(SA ID = 1):Process NAT discovery notify",
		"IKEv2:(SA ID = 1):Processing nat detect src notify",
		"IKEv2:(SA ID = 1):Remote address matched",
		"IKEv2:(SA ID = 1):Processing nat detect dst notify",
		"IKEv2:(SA ID = 1):Local address matched",
		"IKEv2:(SA ID = 1):No NAT found",
		INITIATOR("I_PROC_INIT", "EV_CHK_NAT_T"),
		INITIATOR("I_PROC_INIT", "EV_CHK_CONFIG_MODE"),
		INITIATOR("INIT_DONE", "EV_GEN_DH_SECRET"),
		INITIATOR("INIT_DONE", "EV_NO_EVENT"),
		INITIATOR("INIT_DONE", "EV_OK_RECD_DH_SECRET_RESP"),
		INITIATOR("INIT_DONE", "EV_GEN_SKEYID"),
		"IKEv2:(SA ID = 1):Generate skeyid",
		INITIATOR("INIT_DONE", "EV_DONE"),
		"IKEv2:(SA ID = 1):Cisco DeleteReason Notify is enabled",
		INITIATOR("INIT_DONE", "EV_CHK4_ROLE"),
		INITIATOR("I_BLD_AUTH", "EV_GET_CONFIG_MODE"),
		INITIATOR("I_BLD_AUTH", "EV_CHK_EAP"),
		INITIATOR("I_BLD_AUTH", "EV_GEN_AUTH"),
		INITIATOR("I_BLD_AUTH", "EV_CHK_AUTH_TYPE"),
		INITIATOR("I_BLD_AUTH", "EV_OK_AUTH_GEN"),
		INITIATOR("I_BLD_AUTH", "EV_SEND_AUTH"),
		"IKEv2:Construct Vendor Specific Payload: CISCO-GRANITE",
		"IKEv2:Sending config data to toolkit",
		"IKEv2:Construct Notify Payload: INITIAL_CONTACT",
		"IKEv2:Construct Notify Payload: SET_WINDOW_SIZE",
		"IKEv2:Construct Notify Payload: ESP_TFC_NO_SUPPORT",
		"IKEv2:Construct Notify Payload: NON_FIRST_FRAGS",
		IN_AUTH("I_WAIT_AUTH", "EV_NO_EVENT"),
		"IKEv2:Parse Notify Payload: SET_WINDOW_SIZE",
		"IKEv2:Parse Notify Payload: ESP_TFC_NO_SUPPORT",
		"IKEv2:Parse Notify Payload: NON_FIRST_FRAGS",
		IN_AUTH("I_WAIT_AUTH", "EV_RECV_AUTH"),
		"IKEv2:(SA ID = 1):Action: Action_Null",
		IN_AUTH("I_PROC_AUTH", "EV_CHK4_NOTIFY"),
		IN_AUTH("I_PROC_AUTH", "EV_PROC_MSG"),
		IN_AUTH("I_PROC_AUTH", "EV_CHK_IF_PEER_CERT_NEEDS_TO_BE_FETCHED_FOR_PROF_SEL"),
		IN_AUTH("I_PROC_AUTH", "EV_GET_POLICY_BY_PEERID"),
		IN_AUTH("I_PROC_AUTH", "EV_VERIFY_POLICY_BY_PEERID"),
		"IKEv2:(SA ID = 1):Using IKEv2 profile 'IKEV2-SETUP'",
		IN_AUTH("I_PROC_AUTH", "EV_CHK_AUTH_TYPE"),
		IN_AUTH("I_PROC_AUTH", "EV_GET_PRESHR_KEY"),
		IN_AUTH("I_PROC_AUTH", "EV_VERIFY_AUTH"),
		IN_AUTH("I_PROC_AUTH", "EV_CHK_EAP"),
		IN_AUTH("I_PROC_AUTH", "EV_NOTIFY_AUTH_DONE"),
		"IKEv2:AAA group authorization not configured",
		"IKEv2:AAA user authorization not configured",
		IN_AUTH("I_PROC_AUTH", "EV_CHK_CONFIG_MODE"),
		IN_AUTH("I_PROC_AUTH", "EV_CHK4_IC"),
		IN_AUTH("I_PROC_AUTH", "EV_CHK_IKE_ONLY"),
		IN_AUTH("I_PROC_AUTH", "EV_PROC_SA_TS"),
		IN_AUTH("AUTH_DONE", "EV_OK"),
		IN_AUTH("AUTH_DONE", "EV_PKI_SESH_CLOSE"),
		"IKEv2:(SA ID = 1):Closing the PKI session",
		IN_AUTH("AUTH_DONE", "EV_UPDATE_CAC_STATS"),
		"IKEv2:New ikev2 sa request activated",
		"IKEv2:Decrement count for outgoing negotiating",
		IN_AUTH("AUTH_DONE", "EV_INSERT_IKE"),
		"IKEv2:Store mib index ikev2 1, platform 1",
		IN_AUTH("AUTH_DONE", "EV_GEN_LOAD_IPSEC"),
		"IKEv2:(SA ID = 1):Asynchronous request queued",
		"IKEv2:KMI message 8 consumed. No action taken.",
		"IKEv2:KMI message 12 consumed. No action taken.",
		"IKEv2:No data to send in mode config set.",
		"IKEv2:Adding ident handle 0x80000001 associated with SPI 0x",
		IN_AUTH("AUTH_DONE", "EV_OK_RECD_LOAD_IPSEC"),
		"IKEv2:(SA ID = 1):Action: Action_Null",
		IN_AUTH("AUTH_DONE", "EV_START_ACCT"),
		"IKEv2:(SA ID = 1):Accounting not required",
		IN_AUTH("AUTH_DONE", "EV_CHECK_DUPE"),
		IN_AUTH("AUTH_DONE", "EV_CHK4_ROLE"),
		IN_AUTH("READY", "EV_CHK_IKE_ONLY"),
		IN_AUTH("READY", "EV_I_OK"),
		NULL,
	};
	char *first = as_ios(1, ""), *second = scene_s0_config(2, "");
	struct sim *sim = sim_new(4, first, second);

	free(first);
	free(second);
	scene_up_one(sim, 0);
	in_order(sim, 0, lines);
	assert_true(sim_logged(sim, "New ikev2 sa request admitted"));
	assert_true(sim_logged(sim, "IKEv2:Incrementing outgoing negotiating sa count by one"));
	assert_true(sim_logged(sim, " for session 1"));
	/* the peer's SPI is not known yet */
	assert_true(sim_logged(sim, " R_SPI=0000000000000000 (I) MsgID = 00000000 CurState: IDLE "
				    "Event: EV_INIT_SA"));
	sim_free(sim);
}

/* The same of the responder: B03, B08, B13, B18, B21, B25 to B30, C03, C05. */
static void test_responder_lines(void **state)
{
	static const char *const lines[] = {
		"IKEv2:Got a packet from dispatcher",
		"IKEv2:Processing an item off the pak queue",
		"IKEv2:Parse Vendor Specific Payload: CISCO-DELETE-REASON VID",
		"IKEv2:Parse Vendor Specific Payload: (CUSTOM) VID",
		"IKEv2:Parse Notify Payload: NAT_DETECTION_SOURCE_IP",
		"IKEv2:Parse Notify Payload: NAT_DETECTION_DESTINATION_IP",
		"IKEv2:New ikev2 sa request admitted",
		"IKEv2:Incrementing incoming negotiating sa count by one",
		RESPONDER("IDLE", "EV_RECV_INIT"),
		RESPONDER("R_INIT", "EV_VERIFY_MSG"),
		RESPONDER("R_INIT", "EV_INSERT_SA"),
		RESPONDER("R_INIT", "EV_GET_IKE_POLICY"),
		"IKEv2:Adding Proposal default to toolkit policy",
		RESPONDER("R_INIT", "EV_PROC_MSG"),
		RESPONDER("R_INIT", "EV_DETECT_NAT"),
		"IKEv2:(SA ID = 1):No NAT found",
		RESPONDER("R_INIT", "EV_CHK_CONFIG_MODE"),
		RESPONDER("R_BLD_INIT", "EV_SET_POLICY"),
		RESPONDER("R_BLD_INIT", "EV_CHK_AUTH4PKI"),
		RESPONDER("R_BLD_INIT", "EV_PKI_SESH_OPEN"),
		"IKEv2:(SA ID = 1):Opening a PKI session",
		RESPONDER("R_BLD_INIT", "EV_GEN_DH_KEY"),
		RESPONDER("R_BLD_INIT", "EV_NO_EVENT"),
		RESPONDER("R_BLD_INIT", "EV_OK_RECD_DH_PUBKEY_RESP"),
		RESPONDER("R_BLD_INIT", "EV_GEN_DH_SECRET"),
		RESPONDER("R_BLD_INIT", "EV_NO_EVENT"),
		RESPONDER("R_BLD_INIT", "EV_OK_RECD_DH_SECRET_RESP"),
		RESPONDER("R_BLD_INIT", "EV_GEN_SKEYID"),
		RESPONDER("R_BLD_INIT", "EV_GET_CONFIG_MODE"),
		"IKEv2:No config data to send to toolkit:",
		RESPONDER("R_BLD_INIT", "EV_BLD_MSG"),
		RESPONDER("INIT_DONE", "EV_DONE"),
		"IKEv2:(SA ID = 1):Cisco DeleteReason Notify is enabled",
		RESPONDER("INIT_DONE", "EV_CHK4_ROLE"),
		RESPONDER("INIT_DONE", "EV_START_TMR"),
		RESPONDER("R_WAIT_AUTH", "EV_NO_EVENT"),
		"IKEv2:(SA ID = 1):Request has mess_id 1; expected 1 through 1",
		"IKEv2:Parse Vendor Specific Payload: (CUSTOM) VID",
		"IKEv2:Parse Notify Payload: INITIAL_CONTACT",
		R_IN_AUTH("R_WAIT_AUTH", "EV_RECV_AUTH"),
		R_IN_AUTH("R_WAIT_AUTH", "EV_CHK_NAT_T"),
		R_IN_AUTH("R_WAIT_AUTH", "EV_PROC_ID"),
		"IKEv2:(SA ID = 1):Received valid parameters in process id",
		R_IN_AUTH("R_WAIT_AUTH", "EV_CHK_IF_PEER_CERT_NEEDS_TO_BE_FETCHED_FOR_PROF_SEL"),
		R_IN_AUTH("R_WAIT_AUTH", "EV_GET_POLICY_BY_PEERID"),
		R_IN_AUTH("R_WAIT_AUTH", "EV_SET_POLICY"),
		"IKEv2:(SA ID = 1):Setting configured policies",
		R_IN_AUTH("R_WAIT_AUTH", "EV_VERIFY_POLICY_BY_PEERID"),
		"IKEv2:(SA ID = 1):Using IKEv2 profile 'IKEV2-SETUP'",
		R_IN_AUTH("R_WAIT_AUTH", "EV_CHK_AUTH4EAP"),
		R_IN_AUTH("R_WAIT_AUTH", "EV_CHK_POLREQEAP"),
		R_IN_AUTH("R_VERIFY_AUTH", "EV_CHK_AUTH_TYPE"),
		R_IN_AUTH("R_VERIFY_AUTH", "EV_GET_PRESHR_KEY"),
		R_IN_AUTH("R_VERIFY_AUTH", "EV_VERIFY_AUTH"),
		R_IN_AUTH("R_VERIFY_AUTH", "EV_CHK4_IC"),
		R_IN_AUTH("R_VERIFY_AUTH", "EV_CHK_REDIRECT"),
		"IKEv2:(SA ID = 1):Redirect check is not needed, skipping it",
		R_IN_AUTH("R_VERIFY_AUTH", "EV_NOTIFY_AUTH_DONE"),
		"IKEv2:AAA group authorization not configured",
		"IKEv2:AAA user authorization not configured",
		R_IN_AUTH("R_VERIFY_AUTH", "EV_CHK_CONFIG_MODE"),
		"IKEv2:Received config data from toolkit:",
		R_IN_AUTH("R_VERIFY_AUTH", "EV_SET_RECD_CONFIG_MODE"),
		R_IN_AUTH("R_VERIFY_AUTH", "EV_PROC_SA_TS"),
		R_IN_AUTH("R_VERIFY_AUTH", "EV_GET_CONFIG_MODE"),
		"IKEv2:Error constructing config reply",
		"IKEv2:No config data to send to toolkit:",
		R_IN_AUTH("R_BLD_AUTH", "EV_MY_AUTH_METHOD"),
		R_IN_AUTH("R_BLD_AUTH", "EV_GET_PRESHR_KEY"),
		R_IN_AUTH("R_BLD_AUTH", "EV_GEN_AUTH"),
		R_IN_AUTH("R_BLD_AUTH", "EV_CHK4_SIGN"),
		R_IN_AUTH("R_BLD_AUTH", "EV_OK_AUTH_GEN"),
		R_IN_AUTH("R_BLD_AUTH", "EV_SEND_AUTH"),
		"IKEv2:Construct Vendor Specific Payload: CISCO-GRANITE",
		R_IN_AUTH("AUTH_DONE", "EV_OK"),
		R_IN_AUTH("AUTH_DONE", "EV_PKI_SESH_CLOSE"),
		R_IN_AUTH("AUTH_DONE", "EV_UPDATE_CAC_STATS"),
		"IKEv2:New ikev2 sa request activated",
		"IKEv2:Decrement count for incoming negotiating",
		R_IN_AUTH("AUTH_DONE", "EV_INSERT_IKE"),
		R_IN_AUTH("AUTH_DONE", "EV_GEN_LOAD_IPSEC"),
		R_IN_AUTH("AUTH_DONE", "EV_OK_RECD_LOAD_IPSEC"),
		R_IN_AUTH("AUTH_DONE", "EV_START_ACCT"),
		R_IN_AUTH("AUTH_DONE", "EV_CHECK_DUPE"),
		R_IN_AUTH("AUTH_DONE", "EV_CHK4_ROLE"),
		R_IN_AUTH("READY", "EV_CHK_IKE_ONLY"),
		R_IN_AUTH("READY", "EV_R_OK"),
		NULL,
	};
	char *first = as_ios(1, ""), *second = scene_s0_config(2, "");
	struct sim *sim = sim_new(5, first, second);

	free(first);
	free(second);
	scene_up_one(sim, 0);
	in_order(sim, 0, lines);
	sim_free(sim);
}

#define CHILD_I(state, event) "(I) MsgID = 00000002 CurState: " state " Event: " event
#define CHILD_R(state, event) "(R) MsgID = 00000002 CurState: " state " Event: " event

/* B22, B23, B31, B38, B39, C04, C05, C10: the rekey of the IKE SA, by either end. */
static void test_rekey_lines(void **state)
{
	static const char *const initiator[] = {
		"IKEv2:Parse Notify Payload: SET_WINDOW_SIZE",
		CHILD_I("CHILD_I_WAIT", "EV_RECV_CREATE_CHILD"),
		"IKEv2:(SA ID = 1):Action: Action_Null",
		CHILD_I("CHILD_I_PROC", "EV_CHK4_NOTIFY"),
		CHILD_I("CHILD_I_PROC", "EV_VERIFY_MSG"),
		CHILD_I("CHILD_I_PROC", "EV_PROC_MSG"),
		CHILD_I("CHILD_I_PROC", "EV_CHK4_PFS"),
		CHILD_I("CHILD_I_PROC", "EV_GEN_DH_SECRET"),
		CHILD_I("CHILD_I_PROC", "EV_NO_EVENT"),
		CHILD_I("CHILD_I_PROC", "EV_OK_RECD_DH_SECRET_RESP"),
		"IKEv2:(SA ID = 1):Action: Action_Null",
		CHILD_I("CHILD_I_PROC", "EV_CHK_IKE_REKEY"),
		CHILD_I("CHILD_I_PROC", "EV_GEN_SKEYID"),
		"IKEv2:(SA ID = 1):Generate skeyid",
		CHILD_I("CHILD_I_DONE", "EV_ACTIVATE_NEW_SA"),
		"IKEv2:Store mib index ikev2 2, platform 2",
		CHILD_I("CHILD_I_DONE", "EV_UPDATE_CAC_STATS"),
		"IKEv2:New ikev2 sa request activated",
		"IKEv2:Failed to decrement count for outgoing negotiating",
		CHILD_I("CHILD_I_DONE", "EV_CHECK_DUPE"),
		CHILD_I("CHILD_I_DONE", "EV_OK"),
		CHILD_I("EXIT", "EV_CHK_PENDING"),
		"IKEv2:(SA ID = 1):Processed response with message id 2, Requests can be sent "
		"from range 3 to 7",
		CHILD_I("EXIT", "EV_NO_EVENT"),
		NULL,
	};
	static const char *const responder[] = {
		"IKEv2:(SA ID = 1):Request has mess_id 2; expected 2 through 6",
		CHILD_R("READY", "EV_RECV_CREATE_CHILD"),
		CHILD_R("CHILD_R_INIT", "EV_RECV_CREATE_CHILD"),
		CHILD_R("CHILD_R_INIT", "EV_VERIFY_MSG"),
		CHILD_R("CHILD_R_INIT", "EV_CHK_CC_TYPE"),
		CHILD_R("CHILD_R_IKE", "EV_REKEY_IKESA"),
		CHILD_R("CHILD_R_IKE", "EV_GET_IKE_POLICY"),
		CHILD_R("CHILD_R_IKE", "EV_PROC_MSG"),
		CHILD_R("CHILD_R_IKE", "EV_SET_POLICY"),
		CHILD_R("CHILD_R_BLD_MSG", "EV_GEN_DH_KEY"),
		CHILD_R("CHILD_R_BLD_MSG", "EV_NO_EVENT"),
		CHILD_R("CHILD_R_BLD_MSG", "EV_OK_RECD_DH_PUBKEY_RESP"),
		CHILD_R("CHILD_R_BLD_MSG", "EV_GEN_DH_SECRET"),
		CHILD_R("CHILD_R_BLD_MSG", "EV_NO_EVENT"),
		CHILD_R("CHILD_R_BLD_MSG", "EV_OK_RECD_DH_SECRET_RESP"),
		CHILD_R("CHILD_R_BLD_MSG", "EV_CHK_IKE_REKEY"),
		CHILD_R("CHILD_R_BLD_MSG", "EV_GEN_SKEYID"),
		CHILD_R("CHILD_R_BLD_MSG", "EV_BLD_MSG"),
		"IKEv2:Construct Notify Payload: SET_WINDOW_SIZE",
		CHILD_R("CHILD_R_DONE", "EV_ACTIVATE_NEW_SA"),
		"IKEv2:Store mib index ikev2 2, platform 2",
		CHILD_R("CHILD_R_DONE", "EV_UPDATE_CAC_STATS"),
		"IKEv2:New ikev2 sa request activated",
		"IKEv2:Failed to decrement count for incoming negotiating",
		CHILD_R("CHILD_R_DONE", "EV_CHECK_DUPE"),
		CHILD_R("CHILD_R_DONE", "EV_OK"),
		CHILD_R("CHILD_R_DONE", "EV_START_DEL_NEG_TMR"),
		CHILD_R("EXIT", "EV_CHK_PENDING"),
		"IKEv2:(SA ID = 1):Sent response with message id 2, Requests can be accepted "
		"from range 3 to 7",
		CHILD_R("EXIT", "EV_NO_EVENT"),
		NULL,
	};
	struct sim *sim = scene_s0(6, "");
	size_t from;

	scene_up_one(sim, 0);
	from = sim->log_count;
	assert_int_equal(ike_rekey_sas(sim->nodes[0].ike, NULL), 1);
	sim_run(sim, SECONDS(1));
	in_order(sim, from, initiator);
	in_order(sim, from, responder);
	/* a rekeyed SA was never counted as negotiating, and is not taken off that count */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sim_stat(sim, i, IKE_STAT_INCOMING_NEGOTIATING), 0);
		assert_int_equal(sim_stat(sim, i, IKE_STAT_OUTGOING_NEGOTIATING), 0);
		assert_int_equal(sim_stat(sim, i, IKE_STAT_ACTIVE), 1);
		assert_int_equal(sim_stat(sim, i, IKE_STAT_ADMITTED), 1);
	}
	sim_free(sim);
}

/*
 * C07, C08: what "debug crypto ikev2 packet" prints of the six messages of section 2A, the sealed
 * ones before and after. Lines for the whole message are exact.
 */
static void test_packets(void **state)
{
	static const char *const lines[] = {
		"IKEv2:(SA ID = 1):Next payload: SA, version: 2.0 Exchange type: IKE_SA_INIT, "
		"flags: INITIATOR Message id: 0, length: 344",
		"IKEv2:(SA ID = 1):Payload contents:",
		"SA  Next payload: KE, reserved: 0x0, length: 56",
		"DH group: 2, Reserved: 0x0",
		"NOTIFY(NAT_DETECTION_DESTINATION_IP)  Next payload: NONE, reserved: 0x0, length: 28",
		"IKEv2:(SA ID = 1):Next payload: SA, version: 2.0 Exchange type: IKE_SA_INIT, "
		"flags: RESPONDER MSG-RESPONSE Message id: 0, length: ",
		"IKEv2:(SA ID = 1):Payload contents:",
		"VID  Next payload: IDi, reserved: 0x0, length: 20",
		"CFG  Next payload: SA, reserved: 0x0, length: 309",
		"start addr: 0.0.0.0, end addr: 255.255.255.255",
		"IKEv2:(SA ID = 1):Next payload: ENCR, version: 2.0 Exchange type: IKE_AUTH, "
		"flags: INITIATOR Message id: 1, length: 556",
		"IKEv2:(SA ID = 1):Payload contents:",
		"ENCR  Next payload: VID, reserved: 0x0, length: 528",
		"IKEv2:(SA ID = 1):Next payload: ENCR, version: 2.0 Exchange type: IKE_AUTH, "
		"flags: INITIATOR Message id: 1, length: 556",
		"IDi  Next payload: AUTH, reserved: 0x0, length: 12",
		"IKEv2:(SA ID = 1):Next payload: ENCR, version: 2.0 Exchange type: IKE_AUTH, "
		"flags: RESPONDER MSG-RESPONSE Message id: 1, length: 252",
		"ENCR  Next payload: VID, reserved: 0x0, length: 224",
		"Next payload: ENCR, version: 2.0 Exchange type: CREATE_CHILD_SA, flags: "
		"RESPONDER Message id: 0, length: 396",
		"ENCR  Next payload: SA, reserved: 0x0, length: 368",
		"Next payload: ENCR, version: 2.0 Exchange type: CREATE_CHILD_SA, flags: "
		"INITIATOR MSG-RESPONSE Message id: 0, length: 300",
		"ENCR  Next payload: SA, reserved: 0x0, length: 272",
		NULL,
	};
	char *first = as_ios(1, ""), *second = scene_s0_config(2, "");
	struct sim *sim = sim_new(9, first, second);

	free(first);
	free(second);
	log_set(LOG_IKEV2_PACKET, true);
	scene_up_one(sim, 0);
	ike_rekey_sas(sim->nodes[1].ike, NULL);
	sim_run(sim, SECONDS(1));
	log_set(LOG_IKEV2_PACKET, false);
	in_order(sim, 0, lines);
	sim_free(sim);
}

static void find_mib_index(void *context, const struct ike_sa_facts *facts)
{
	*(uint32_t *)context = facts->mib_index;
}

/* C10: numbers that no other IKE SA gets, rekeyed ones included. */
static void test_mib_index(void **state)
{
	struct sim *sim = scene_s0(7, "");
	uint32_t index;

	scene_up_one(sim, 0);
	for (uint32_t expected = 1; expected < 5; expected++) {
		ike_each_sa(sim->nodes[0].ike, find_mib_index, &index);
		assert_int_equal(index, expected);
		ike_rekey_sas(sim->nodes[expected & 1].ike, NULL);
		sim_run(sim, SECONDS(1));
	}
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),		  cmocka_unit_test(test_not_asked_for),
		cmocka_unit_test(test_nonce_of_long_prf), cmocka_unit_test(test_no_vendor_ids),
		cmocka_unit_test(test_initiator_lines),	  cmocka_unit_test(test_responder_lines),
		cmocka_unit_test(test_rekey_lines),	  cmocka_unit_test(test_packets),
		cmocka_unit_test(test_mib_index),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

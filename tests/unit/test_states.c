// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state table of IKEv2: is it whole, and is it what the documentation
 * shows? It is read as ikev2_print_states() prints it, which is all that
 * anybody outside of machine.c sees of it.
 *
 * UPDATE_DOCS=1 build/asan/tests/unit/test_states writes the table into
 * Documentation/architecture.rst instead of comparing it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ike/v2/ikev2.h"
#include "ike/v2/states.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define DOCUMENT "Documentation/architecture.rst"
#define BEGIN ".. state table begin\n"
#define END ".. state table end\n"
#define FRAME "\n::\n\n"
#define INDENT "    "
#define ROWS_MAX 400
#define ANY -1 /* in the place of a state: in every one */

struct row {
	int state, event, next_state, next_event;
	bool action;
};

struct pair {
	int state, event;
};

static struct row rows[ROWS_MAX];
static size_t row_count;

/* What comes from outside of the table: messages, timers, workers, orders. */
static const int from_outside[] = {
	EV_INIT_SA,
	EV_RECV_INIT,
	EV_RESUME_SA,
	EV_RECV_RESUME,
	EV_RECV_AUTH,
	EV_INIT_CREATE_CHILD,
	EV_RECV_CREATE_CHILD,
	EV_RECV_INTERMEDIATE,
	EV_RECV_FOLLOWUP_KE,
	EV_SEND_INFO,
	EV_RECV_INFO_REQ,
	EV_RECV_INFO_ACK,
	EV_OK_RECD_DH_PUBKEY_RESP,
	EV_OK_RECD_DH_SECRET_RESP,
	EV_OK_RECD_SIGN_RESP,
	EV_OK_RECD_VERIFY_RESP,
	EV_FAIL,
	EV_TIMEOUT,
};

/* Where the table branches: an action of the state answers with the event. */
static const struct pair answers[] = {
	{ STATE_I_PROC_RESUME, EV_BLD_MSG }, /* resume_check_notify(): with the cookie */
	{ STATE_I_PROC_RESUME, EV_NO_EVENT }, /* anybody could have sent it */
	{ STATE_I_PROC_INIT, EV_GEN_DH_KEY }, /* init_check_notify(): another group */
	{ STATE_I_PROC_INIT, EV_BLD_MSG }, /* the same: with the cookie */
	{ STATE_I_PROC_INIT,
	  EV_NO_EVENT }, /* the same, and init_verify_response(): no true answer */
	{ STATE_INIT_DONE, EV_START_TMR }, /* init_check_role(): as responder */
	{ STATE_INIT_DONE,
	  EV_SEND_INTERMEDIATE }, /* the same: a key exchange comes before IKE_AUTH */
	{ STATE_INIT_DONE, EV_WAIT_INTERMEDIATE },
	{ STATE_R_BLD_INTERMEDIATE, EV_BLD_MSG }, /* intermediate_process_request(): without KE */
	{ STATE_I_BLD_AUTH, EV_GET_PRESHR_KEY }, /* ppk_sign_again() */
	{ STATE_I_BLD_EAP_AUTH, EV_GEN_AUTH },
	{ STATE_I_PROC_AUTH, EV_RECV_EAP_REQ }, /* eap_check_started() */
	{ STATE_I_PROC_AUTH, EV_SEND_EAP_RESP }, /* eap_answer(), perhaps by way of a worker */
	{ STATE_I_PROC_EAP_REQ, EV_SEND_EAP_RESP },
	{ STATE_I_PROC_EAP_REQ, EV_RECV_EAP_SUCCESS },
	{ STATE_R_WAIT_AUTH, EV_AUTHEN_REQ }, /* eap_check_policy() */
	{ STATE_R_PROC_EAP_RESP, EV_SEND_EAP_REQ }, /* eap_serve(), perhaps by way of a worker */
	{ STATE_R_PROC_EAP_RESP, EV_RECV_EAP_SUCCESS },
	{ STATE_READY, EV_I_OK }, /* auth_ready() */
	{ STATE_READY, EV_R_OK },
	{ STATE_CHILD_I_INIT, EV_REKEY_IPSECSA }, /* create_check_type() */
	{ STATE_CHILD_I_INIT, EV_REKEY_IKESA },
	{ STATE_CHILD_I_PROC, EV_REKEY_IPSECSA }, /* create_check_notify(): another group */
	{ STATE_CHILD_I_PROC, EV_REKEY_IKESA },
	{ STATE_CHILD_I_PROC, EV_SET_POLICY }, /* create_check_rekey() */
	{ STATE_CHILD_I_PROC, EV_PROC_SA_TS },
	{ STATE_CHILD_I_PROC, EV_GEN_SKEYID },
	{ STATE_CHILD_I_PROC, EV_GEN_LOAD_IPSEC },
	{ STATE_CHILD_I_PROC, EV_GEN_DH_SECRET }, /* create_check_pfs() */
	{ STATE_CHILD_R_INIT, EV_REKEY_IKESA }, /* create_check_type() */
	{ STATE_CHILD_R_INIT, EV_REKEY_IPSECSA },
	{ STATE_CHILD_R_IPSEC, EV_GEN_DH_KEY }, /* create_check_pfs() */
	{ STATE_CHILD_R_BLD_MSG, EV_GEN_SKEYID }, /* create_check_rekey() */
	{ STATE_CHILD_I_PROC, EV_SEND_FOLLOWUP_KE }, /* followup_check() */
	{ STATE_CHILD_R_BLD_MSG, EV_WAIT_FOLLOWUP_KE },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *print(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	ikev2_print_states(out);
	fclose(out);
	return text;
}

static int state_of(const char *name)
{
	if (!strcmp(name, "(any)"))
		return ANY;
	for (int i = 0; i < STATE_COUNT; i++)
		if (!strcmp(name, ikev2_state_name(i)))
			return i;
	fail_msg("%s is no state", name);
	return 0;
}

static int event_of(const char *name)
{
	for (int i = 0; i < EVENT_COUNT; i++)
		if (!strcmp(name, ikev2_event_name(i)))
			return i;
	fail_msg("%s is no event", name);
	return 0;
}

static int read_table(void **unused)
{
	char state[64], event[64], action[8], next_state[64], next_event[64];
	char *text = print(), *line, *rest;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		assert_true(row_count < ROWS_MAX);
		if (sscanf(line, "%63s %63s %7s %63s %63s", state, event, action, next_state,
			   next_event) != 5)
			fail_msg("no row of five columns: %s", line);
		rows[row_count++] = (struct row){
			.state = state_of(state),
			.event = event_of(event),
			.action = !strcmp(action, "yes"),
			.next_state = state_of(next_state),
			.next_event = event_of(next_event),
		};
	}
	free(text);
	return 0;
}

static const char *name_of(int state)
{
	return state == ANY ? "(any)" : ikev2_state_name(state);
}

static bool has_number(const int *list, size_t count, int number)
{
	while (count--)
		if (list[count] == number)
			return true;
	return false;
}

static bool has_pair(const struct pair *list, size_t count, int state, int event)
{
	while (count--)
		if (list[count].state == state && list[count].event == event)
			return true;
	return false;
}

static const struct row *find_row(int state, int event)
{
	for (size_t i = 0; i < row_count; i++)
		if ((rows[i].state == state || rows[i].state == ANY) && rows[i].event == event)
			return &rows[i];
	return NULL;
}

static void test_no_pair_twice(void **unused)
{
	for (size_t i = 0; i < row_count; i++)
		for (size_t j = 0; j < i; j++)
			if (rows[i].event == rows[j].event &&
			    (rows[i].state == rows[j].state || rows[i].state == ANY ||
			     rows[j].state == ANY))
				fail_msg("%s in %s has two rows", ikev2_event_name(rows[i].event),
					 name_of(rows[i].state));
}

/* The states that lie behind @from, itself included. */
static void follow(int from, bool seen[STATE_COUNT])
{
	if (seen[from])
		return;
	seen[from] = true;
	for (size_t i = 0; i < row_count; i++)
		if (rows[i].state == from)
			follow(rows[i].next_state, seen);
}

static void test_every_state_is_reached(void **unused)
{
	bool seen[STATE_COUNT] = {};

	follow(STATE_IDLE, seen);
	follow(STATE_READY, seen);
	for (int i = 0; i < STATE_COUNT; i++)
		if (!seen[i])
			fail_msg("%s cannot be reached", ikev2_state_name(i));
}

/* Without the early ends, which every state has: on the straight way. */
static void test_every_state_has_a_way_out(void **unused)
{
	for (int i = 0; i < STATE_COUNT; i++) {
		bool seen[STATE_COUNT] = {};

		follow(i, seen);
		if (!seen[STATE_EXIT] && !seen[STATE_READY])
			fail_msg("%s leads neither to READY nor to EXIT", ikev2_state_name(i));
	}
}

static void test_every_row_is_reached(void **unused)
{
	for (size_t i = 0; i < row_count; i++) {
		const struct row *row = &rows[i];
		bool named = has_number(from_outside, COUNT(from_outside), row->event) ||
			     has_pair(answers, COUNT(answers), row->state, row->event);

		for (size_t j = 0; j < row_count && !named; j++)
			named = rows[j].next_state == row->state &&
				rows[j].next_event == row->event;
		if (!named)
			fail_msg("nothing brings %s about in %s", ikev2_event_name(row->event),
				 name_of(row->state));
	}
	for (size_t i = 0; i < COUNT(answers); i++)
		if (!find_row(answers[i].state, answers[i].event))
			fail_msg("%s is an answer without a row in %s",
				 ikev2_event_name(answers[i].event), name_of(answers[i].state));
}

static void test_every_row_goes_on(void **unused)
{
	for (size_t i = 0; i < row_count; i++)
		if (rows[i].next_event != EV_NO_EVENT &&
		    !find_row(rows[i].next_state, rows[i].next_event))
			fail_msg("%s in %s goes on with %s in %s, which has no row",
				 ikev2_event_name(rows[i].event), name_of(rows[i].state),
				 ikev2_event_name(rows[i].next_event), name_of(rows[i].next_state));
}

/* A circle of rows without an action would never come to its end. */
static void test_no_circle_without_action(void **unused)
{
	for (size_t i = 0; i < row_count; i++) {
		const struct row *row = &rows[i];

		for (size_t steps = 0; row && !row->action && row->next_event != EV_NO_EVENT;
		     steps++) {
			if (steps > row_count)
				fail_msg("the dispatcher runs in circles from %s in %s",
					 ikev2_event_name(rows[i].event), name_of(rows[i].state));
			row = find_row(row->next_state, row->next_event);
		}
	}
}

static void test_every_event_is_used(void **unused)
{
	for (int event = 0; event < EVENT_COUNT; event++) {
		bool used = false;

		for (size_t i = 0; i < row_count && !used; i++)
			used = rows[i].event == event || rows[i].next_event == event;
		if (!used)
			fail_msg("%s is not used", ikev2_event_name(event));
	}
}

static char *read_document(void)
{
	FILE *file = fopen(DOCUMENT, "r");
	char *text;
	long size;

	if (!file)
		fail_msg("cannot read %s; tests run in the repository's folder", DOCUMENT);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	text = calloc(1, size + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, size, file), size);
	fclose(file);
	return text;
}

static void write_document(const char *before, size_t len, const char *table, const char *after)
{
	FILE *file = fopen(DOCUMENT, "w");

	assert_non_null(file);
	fwrite(before, 1, len, file);
	fputs(table, file);
	fputs(after, file);
	assert_int_equal(fclose(file), 0);
}

/* As it stands in the document: a literal block. */
static char *block(void)
{
	char *text = print(), *out = NULL, *line, *rest;
	size_t size;
	FILE *file = open_memstream(&out, &size);

	assert_non_null(file);
	fputs(FRAME, file);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		fprintf(file, INDENT "%s\n", line);
	fputs("\n", file);
	fclose(file);
	free(text);
	return out;
}

static void test_documented(void **unused)
{
	char *document = read_document(), *table = block();
	char *begin = strstr(document, BEGIN);
	char *end = begin ? strstr(begin, END) : NULL;

	if (!end)
		fail_msg("%s has no place for the state table", DOCUMENT);
	begin += strlen(BEGIN);
	if (getenv("UPDATE_DOCS")) {
		write_document(document, begin - document, table, end);
	} else if (strlen(table) != (size_t)(end - begin) || memcmp(table, begin, end - begin)) {
		size_t i = 0, line = 1;

		for (const char *c = document; c < begin; c++)
			line += *c == '\n';
		for (; begin + i < end && begin[i] == table[i]; i++)
			line += table[i] == '\n';
		fail_msg("%s:%zu: the state table is another one in the code; "
			 "UPDATE_DOCS=1 build/asan/tests/unit/test_states writes it",
			 DOCUMENT, line);
	}
	free(document);
	free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_pair_twice),
		cmocka_unit_test(test_every_state_is_reached),
		cmocka_unit_test(test_every_state_has_a_way_out),
		cmocka_unit_test(test_every_row_is_reached),
		cmocka_unit_test(test_every_row_goes_on),
		cmocka_unit_test(test_no_circle_without_action),
		cmocka_unit_test(test_every_event_is_used),
		cmocka_unit_test(test_documented),
	};

	return cmocka_run_group_tests_name("states", tests, read_table, NULL);
}

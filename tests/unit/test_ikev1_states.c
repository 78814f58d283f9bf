// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state table of IKEv1: is it whole, and is it what Documentation/ikev1.rst
 * shows? Rows E01, E02.
 *
 * UPDATE_DOCS=1 build/asan/tests/unit/test_ikev1_states writes the table into the
 * document instead of comparing it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ike/v1/ikev1.h"
#include "ike/v1/states.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define DOCUMENT "Documentation/ikev1.rst"
#define BEGIN ".. state table begin\n"
#define END ".. state table end\n"
#define ROWS_MAX 100

struct row {
	char state[32], event[32], action[8], next_state[32], next_event[32];
};

static struct row rows[ROWS_MAX];
static size_t row_count;

static char *print(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	ikev1_print_states(out);
	fclose(out);
	return text;
}

static int read_rows(void **state)
{
	char *text = print(), *line, *save = NULL;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct row *row = &rows[row_count++];

		assert_true(row_count <= ROWS_MAX);
		assert_int_equal(sscanf(line, "%31s %31s %7s %31s %31s", row->state, row->event,
					row->action, row->next_state, row->next_event),
				 5);
	}
	free(text);
	return 0;
}

static bool has_row(const char *state, const char *event)
{
	for (size_t i = 0; i < row_count; i++)
		if (!strcmp(rows[i].state, state) && !strcmp(rows[i].event, event))
			return true;
	return false;
}

static void no_pair_stands_twice(void **state)
{
	for (size_t i = 0; i < row_count; i++)
		for (size_t k = 0; k < i; k++)
			if (!strcmp(rows[i].state, rows[k].state) &&
			    !strcmp(rows[i].event, rows[k].event))
				fail_msg("%s %s stands twice", rows[i].state, rows[i].event);
}

static void every_next_event_has_a_row(void **state)
{
	for (size_t i = 0; i < row_count; i++)
		if (strcmp(rows[i].next_event, "-") &&
		    !has_row(rows[i].next_state, rows[i].next_event))
			fail_msg("%s %s leads to %s %s, which has no row", rows[i].state,
				 rows[i].event, rows[i].next_state, rows[i].next_event);
}

/* From a beginning every state is reached, and from every state an end is. */
static void every_state_is_reached(void **state)
{
	for (int i = 0; i < IKEV1_STATE_COUNT; i++) {
		const char *name = ikev1_state_name(i);
		bool reached = !strcmp(name, "IKE_READY") || !strcmp(name, "IKE_QM_READY");
		bool left = !strcmp(name, "IKE_DEST_SA") || !strcmp(name, "IKE_QM_PHASE2_COMPLETE");

		for (size_t k = 0; k < row_count; k++) {
			reached |= !strcmp(rows[k].next_state, name) && strcmp(rows[k].state, name);
			left |= !strcmp(rows[k].state, name);
		}
		if (!reached || !left)
			fail_msg("%s is never %s", name, reached ? "left" : "reached");
	}
}

static void names_are_those_of_the_requirements(void **state)
{
	static const char *const states[] = {
		"IKE_READY",	"IKE_R_MM1",	"IKE_R_MM2",
		"IKE_R_MM3",	"IKE_R_MM4",	"IKE_R_MM5",
		"IKE_I_MM2",	"IKE_I_MM3",	"IKE_I_MM4",
		"IKE_I_MM5",	"IKE_I_MM6",	"IKE_P1_COMPLETE",
		"IKE_QM_R_QM1", "IKE_QM_R_QM2", "IKE_QM_PHASE2_COMPLETE",
	};
	static const char *const events[][2] = {
		{ "IKE_MESG_FROM_PEER", "IKE_MM_EXCH" },
		{ "IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE" },
		{ "IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE" },
		{ "IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE" },
		{ "IKE_MESG_FROM_IPSEC", "IKE_SPI_REPLY" },
		{ "IKE_MESG_FROM_PEER", "IKE_QM_EXCH" },
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		int k = 0;

		while (k < IKEV1_STATE_COUNT && strcmp(ikev1_state_name(k), states[i]))
			k++;
		assert_true(k < IKEV1_STATE_COUNT);
	}
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		int k = 0;

		while (k < IKEV1_EVENT_COUNT && (strcmp(ikev1_event_input(k), events[i][0]) ||
						 strcmp(ikev1_event_name(k), events[i][1])))
			k++;
		assert_true(k < IKEV1_EVENT_COUNT);
	}
}

static char *read_document(void)
{
	FILE *file = fopen(DOCUMENT, "r");
	char *text;
	size_t len;

	assert_non_null(file);
	text = calloc(1, 1 << 20);
	len = fread(text, 1, (1 << 20) - 1, file);
	assert_true(len > 0);
	fclose(file);
	return text;
}

static void the_document_has_this_table(void **state)
{
	char *document = read_document(), *table = print(), *wanted = NULL;
	char *begin = strstr(document, BEGIN), *end = strstr(document, END);
	char *line, *save = NULL;
	size_t size;
	FILE *out = open_memstream(&wanted, &size);

	assert_non_null(begin);
	assert_non_null(end);
	begin += strlen(BEGIN);
	fprintf(out, "\n::\n\n");
	for (line = strtok_r(table, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		fprintf(out, "    %s\n", line);
	fprintf(out, "\n");
	fclose(out);
	if (getenv("UPDATE_DOCS")) {
		FILE *file = fopen(DOCUMENT, "w");

		assert_non_null(file);
		fprintf(file, "%.*s%s%s", (int)(begin - document), document, wanted, end);
		fclose(file);
	} else if ((size_t)(end - begin) != strlen(wanted) ||
		   strncmp(begin, wanted, strlen(wanted))) {
		fail_msg("the table in " DOCUMENT " is old: run this test with UPDATE_DOCS=1");
	}
	free(document);
	free(table);
	free(wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_pair_stands_twice),
		cmocka_unit_test(every_next_event_has_a_row),
		cmocka_unit_test(every_state_is_reached),
		cmocka_unit_test(names_are_those_of_the_requirements),
		cmocka_unit_test(the_document_has_this_table),
	};

	return cmocka_run_group_tests(tests, read_rows, NULL);
}

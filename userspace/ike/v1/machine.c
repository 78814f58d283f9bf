// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state machine: one table, one dispatcher. What the debug output prints is
 * this table, and so is what the documentation shows (rows E01, E02).
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "ike/v1/actions.h"

struct row {
	enum ikev1_state state;
	enum ikev1_event event;
	ikev1_action *action; /* NULL: nothing to do */
	enum ikev1_state next_state;
	enum ikev1_event next_event; /* NONE: waits for a message or an order */
};

/* clang-format off */

#define R(state, event, action, next_state, next_event) \
	{ state, IKEV1_##event, action, next_state, IKEV1_##next_event }

static const struct row rows[] = {
	/* main mode, initiator */
	R(IKE_READY, SA_REQ_MM, main_send_offer, IKE_I_MM1, NONE),
	R(IKE_I_MM1, MM_EXCH, NULL, IKE_I_MM2, PROCESS_MAIN_MODE),
	R(IKE_I_MM2, PROCESS_MAIN_MODE, main_take_answer, IKE_I_MM2, PROCESS_COMPLETE),
	R(IKE_I_MM2, PROCESS_COMPLETE, main_send_key, IKE_I_MM3, NONE),
	R(IKE_I_MM3, MM_EXCH, NULL, IKE_I_MM4, PROCESS_MAIN_MODE),
	R(IKE_I_MM4, PROCESS_MAIN_MODE, main_take_key, IKE_I_MM4, PROCESS_COMPLETE),
	R(IKE_I_MM4, PROCESS_COMPLETE, main_send_proof, IKE_I_MM5, NONE),
	R(IKE_I_MM5, MM_EXCH, NULL, IKE_I_MM6, PROCESS_MAIN_MODE),
	R(IKE_I_MM6, PROCESS_MAIN_MODE, main_take_proof, IKE_I_MM6, PROCESS_COMPLETE),
	R(IKE_I_MM6, PROCESS_COMPLETE, NULL, IKE_P1_COMPLETE, PHASE1_COMPLETE),

	/* main mode, responder */
	R(IKE_READY, MM_EXCH, NULL, IKE_R_MM1, PROCESS_MAIN_MODE),
	R(IKE_R_MM1, PROCESS_MAIN_MODE, main_choose, IKE_R_MM1, PROCESS_COMPLETE),
	R(IKE_R_MM1, PROCESS_COMPLETE, main_send_choice, IKE_R_MM2, NONE),
	R(IKE_R_MM2, MM_EXCH, NULL, IKE_R_MM3, PROCESS_MAIN_MODE),
	R(IKE_R_MM3, PROCESS_MAIN_MODE, main_take_key, IKE_R_MM3, PROCESS_COMPLETE),
	R(IKE_R_MM3, PROCESS_COMPLETE, main_answer_key, IKE_R_MM4, NONE),
	R(IKE_R_MM4, MM_EXCH, NULL, IKE_R_MM5, PROCESS_MAIN_MODE),
	R(IKE_R_MM5, PROCESS_MAIN_MODE, main_take_proof, IKE_R_MM5, PROCESS_COMPLETE),
	R(IKE_R_MM5, PROCESS_COMPLETE, main_answer_proof, IKE_P1_COMPLETE, PHASE1_COMPLETE),

	/* aggressive mode, initiator */
	R(IKE_READY, SA_REQ_AM, aggressive_begin, IKE_I_AM1, PROCESS_COMPLETE),
	R(IKE_I_AM1, PROCESS_COMPLETE, aggressive_send_offer, IKE_I_AM1, NONE),
	R(IKE_I_AM1, AM_EXCH, aggressive_take_answer, IKE_I_AM2, PROCESS_COMPLETE),
	R(IKE_I_AM2, PROCESS_COMPLETE, aggressive_finish, IKE_P1_COMPLETE, PHASE1_COMPLETE),

	/* aggressive mode, responder */
	R(IKE_READY, AM_EXCH, aggressive_choose, IKE_R_AM_AAA_AWAIT, PRESHARED_KEY_REPLY),
	R(IKE_R_AM_AAA_AWAIT, PRESHARED_KEY_REPLY, aggressive_send_answer, IKE_R_AM2, NONE),
	R(IKE_R_AM2, AM_EXCH, aggressive_take_proof, IKE_P1_COMPLETE, PHASE1_COMPLETE),

	R(IKE_P1_COMPLETE, PHASE1_COMPLETE, phase1_done, IKE_P1_COMPLETE, NONE),

	/* XAUTH, server */
	R(IKE_P1_COMPLETE, START_XAUTH, xauth_send_request, IKE_XAUTH_REQ_SENT, NONE),
	R(IKE_XAUTH_REQ_SENT, CFG_REPLY, xauth_take_reply, IKE_XAUTH_AAA_CONT_LOGIN_AWAIT, AAA_CONT_LOGIN),
	R(IKE_XAUTH_AAA_CONT_LOGIN_AWAIT, AAA_CONT_LOGIN, xauth_judge, IKE_XAUTH_SET_SENT, NONE),
	R(IKE_XAUTH_AAA_CONT_LOGIN_AWAIT, AAA_RETRY, xauth_send_request, IKE_XAUTH_REQ_SENT, NONE),
	R(IKE_XAUTH_SET_SENT, CFG_ACK, xauth_take_ack, IKE_P1_COMPLETE, XAUTH_COMPLETE),

	/* XAUTH, client */
	R(IKE_P1_COMPLETE, XAUTH_REQUEST, xauth_take_request, IKE_XAUTH_REPLY_AWAIT, XAUTH_REPLY_ATTR),
	R(IKE_XAUTH_REPLY_SENT, XAUTH_REQUEST, xauth_take_request, IKE_XAUTH_REPLY_AWAIT, XAUTH_REPLY_ATTR),
	R(IKE_XAUTH_REPLY_AWAIT, XAUTH_REPLY_ATTR, xauth_send_reply, IKE_XAUTH_REPLY_SENT, NONE),
	R(IKE_XAUTH_REPLY_SENT, XAUTH_SET, xauth_take_status, IKE_P1_COMPLETE, XAUTH_COMPLETE),

	R(IKE_P1_COMPLETE, XAUTH_COMPLETE, xauth_complete, IKE_P1_COMPLETE, NONE),

	/* mode config, server */
	R(IKE_P1_COMPLETE, CFG_REQUEST, modecfg_take_request, IKE_CONFIG_AUTHOR_AAA_AWAIT, AAA_GROUP_ATTR),
	R(IKE_CONFIG_AUTHOR_AAA_AWAIT, AAA_GROUP_ATTR, modecfg_send_reply, IKE_P1_COMPLETE, CONFIG_COMPLETE),
	R(IKE_P1_COMPLETE, START_SET, modecfg_send_set, IKE_CONFIG_MODE_SET_SENT, NONE),
	R(IKE_CONFIG_MODE_SET_SENT, CFG_ACK, modecfg_take_ack, IKE_P1_COMPLETE, CONFIG_COMPLETE),

	/* mode config, client */
	R(IKE_P1_COMPLETE, START_CONFIG, modecfg_send_request, IKE_CONFIG_MODE_REQ_SENT, NONE),
	R(IKE_CONFIG_MODE_REQ_SENT, CFG_REPLY, modecfg_take_reply, IKE_P1_COMPLETE, CONFIG_COMPLETE),
	R(IKE_P1_COMPLETE, CFG_SET, modecfg_take_set, IKE_P1_COMPLETE, CONFIG_COMPLETE),

	R(IKE_P1_COMPLETE, CONFIG_COMPLETE, modecfg_complete, IKE_P1_COMPLETE, NONE),

	/* quick mode, initiator */
	R(IKE_QM_READY, INIT_QM, quick_begin, IKE_QM_READY, SPI_REPLY),
	R(IKE_QM_READY, SPI_REPLY, quick_send_offer, IKE_QM_I_QM1, NONE),
	R(IKE_QM_I_QM1, QM_EXCH, quick_take_answer, IKE_QM_I_QM1, PROCESS_COMPLETE),
	R(IKE_QM_I_QM1, PROCESS_COMPLETE, quick_finish, IKE_QM_PHASE2_COMPLETE, NONE),

	/* quick mode, responder */
	R(IKE_QM_READY, QM_EXCH, quick_choose, IKE_QM_R_QM1, SPI_REPLY),
	R(IKE_QM_R_QM1, SPI_REPLY, quick_send_answer, IKE_QM_R_QM2, NONE),
	R(IKE_QM_R_QM2, QM_EXCH, quick_take_last, IKE_QM_PHASE2_COMPLETE, NONE),
};

/* In every state: how a task ends early. */
static const struct row early_ends[] = {
	R(IKE_READY, PROCESS_ERROR, task_fails, IKE_DEST_SA, NONE),
	R(IKE_READY, TIMER, task_times_out, IKE_DEST_SA, NONE),
};

/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define STATE_ENTRY(name) [name] = #name,
#define INPUT_ENTRY(symbol, input, name) [IKEV1_##symbol] = input,
#define EVENT_ENTRY(symbol, input, name) [IKEV1_##symbol] = name,
NAME_FUNCTION(ikev1_state_name, enum ikev1_state, IKEV1_STATE_LIST, STATE_ENTRY)
NAME_FUNCTION(ikev1_event_input, enum ikev1_event, IKEV1_EVENT_LIST, INPUT_ENTRY)
NAME_FUNCTION(ikev1_event_name, enum ikev1_event, IKEV1_EVENT_LIST, EVENT_ENTRY)

static const struct row *find_row(enum ikev1_state state, enum ikev1_event event)
{
	for (size_t i = 0; i < COUNT(early_ends); i++)
		if (early_ends[i].event == event)
			return &early_ends[i];
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].state == state && rows[i].event == event)
			return &rows[i];
	return NULL;
}

bool ikev1_expects(const struct ikev1_task *task, enum ikev1_event event)
{
	return find_row(task->state, event);
}

void isakmp_line(const struct ikev1_sa *sa, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	if (!log_enabled(LOG_ISAKMP))
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	/* Before a suite is agreed IOS knows no connection (row E15). */
	if (sa->base.chosen.count)
		log_line(LOG_ISAKMP, ":(0:%u:SW:1):%s", sa->base.id, text);
	else
		log_line(LOG_ISAKMP, ":(0:0:N/A:0):%s", text);
}

void engine_line(const struct ikev1_sa *sa, const char *what)
{
	log_line(LOG_ENGINE, "CryptoEngine0: %s for conn id %u", what, sa->base.id);
}

static void trace(const struct ikev1_task *task, enum ikev1_state old, enum ikev1_event event)
{
	if (!log_enabled(LOG_ISAKMP))
		return;
	if (task->kind == IKEV1_QUICK)
		isakmp_line(task->sa, "Node %d, Input = %s, %s", (int)task->message_id,
			    ikev1_event_input(event), ikev1_event_name(event));
	else
		isakmp_line(task->sa, "Input = %s, %s", ikev1_event_input(event),
			    ikev1_event_name(event));
	isakmp_line(task->sa, "Old State = %s New State = %s", ikev1_state_name(old),
		    ikev1_state_name(task->state));
}

void ikev1_run(struct ikev1_task *task, enum ikev1_event event)
{
	if (task->running)
		return; /* an action reached its own task: it goes on by its answer */
	task->running = true;
	while (event != IKEV1_NONE) {
		const struct row *row = find_row(task->state, event);
		enum ikev1_event answer = IKEV1_NEXT;
		enum ikev1_state old = task->state;

		if (!row) {
			task->error = fail(-EPROTO, "%s is not expected in state %s",
					   ikev1_event_name(event), ikev1_state_name(old));
			event = IKEV1_PROCESS_ERROR;
			continue;
		}
		task->event = event;
		if (row->action)
			answer = row->action(task);
		if (task->orphan)
			break;
		if (answer < IKEV1_EVENT_COUNT) {
			event = answer;
			continue;
		}
		task->state = row->next_state;
		trace(task, old, event);
		event = answer == IKEV1_WAIT ? IKEV1_NONE : row->next_event;
	}
	task->running = false;
	if (task->orphan || task->state == IKE_DEST_SA)
		ikev1_task_free(task);
}

enum ikev1_event ikev1_fail(struct ikev1_task *task, struct result why, uint16_t notify,
			    enum ike_stat stat)
{
	task->error = why;
	task->error_notify = notify;
	task->sa->base.ike->stats[stat]++;
	return IKEV1_PROCESS_ERROR;
}

#define SYMBOL_ENTRY(symbol, input, name) [IKEV1_##symbol] = #symbol,

/* Its name, and of those that share one, which IOS's output does not tell apart, ours. */
static const char *event_label(enum ikev1_event event)
{
	static const char *const symbols[] = { IKEV1_EVENT_LIST(SYMBOL_ENTRY) };

	for (enum ikev1_event other = 0; other < event; other++)
		if (!strcmp(ikev1_event_name(other), ikev1_event_name(event)))
			return symbols[event];
	return ikev1_event_name(event);
}

static void print_row(FILE *out, const char *state, const struct row *row)
{
	fprintf(out, "%-15s %-24s %-4s %-23s %s\n", state, event_label(row->event),
		row->action ? "yes" : "null", ikev1_state_name(row->next_state),
		row->next_event ? event_label(row->next_event) : "-");
}

void ikev1_print_states(FILE *out)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		print_row(out, ikev1_state_name(rows[i].state), &rows[i]);
	for (size_t i = 0; i < COUNT(early_ends); i++)
		print_row(out, "(any)", &early_ends[i]);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* From words to an answer of the daemon, printed. */

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "cli/cli.h"
#include "config/config.h"
#include "ctl/client.h"

static int no_daemon(const struct cli *cli, const struct result *result)
{
	if (result->code == -ENOENT || result->code == -ECONNREFUSED)
		fprintf(cli->err, "sekid is not running (no control socket at %s)\n", cli->control);
	else if (result->code == -EACCES)
		fprintf(cli->err, "only root may talk to sekid (at %s)\n", cli->control);
	else
		fprintf(cli->err, "%s\n", result->why);
	return EXIT_NO_DAEMON;
}

static int refused(const struct cli *cli, const struct result *result, json_t *report)
{
	const char *text = json_string_value(report);

	if (result->code != -EREMOTEIO)
		return no_daemon(cli, result);
	if (text)
		fputs(text, cli->err);
	fprintf(cli->err, "%% %s\n", result->why);
	return EXIT_REFUSED;
}

/* One for each name of command->argument; the last name takes all that are left, in one piece. */
static json_t *arguments_of(const struct command *command, const char *const values[])
{
	json_t *arguments = json_object();
	const char *name = command->argument;

	while (*name) {
		size_t len = strcspn(name, " ");
		bool last = !name[len];
		char text[256] = "";

		if (command->value)
			snprintf(text, sizeof(text), "%s", command->value);
		else
			do {
				strncat(text, *values++, sizeof(text) - strlen(text) - 1);
			} while (last && *values);
		/* What is no text is refused by the daemon, not left out: that would mean all. */
		if (json_object_setn_new(arguments, name, len, json_string(text)))
			json_object_setn_new(arguments, name, len, json_null());
		name += len + !last;
	}
	return arguments;
}

static struct result ask(struct ctl_client *client, const struct command *command,
			 const char *const values[], json_t **answer)
{
	json_t *arguments = command->argument ? arguments_of(command, values) : NULL;
	struct result result;

	*answer = NULL;
	result = ctl_send(client, command->verb, arguments);
	return failed(&result) ? result : ctl_receive(client, answer);
}

static void print_answer(const struct cli *cli, const json_t *answer, render_fn *render,
			 size_t json_flags)
{
	if (cli->json) {
		json_dumpf(answer, cli->out, json_flags);
		fputc('\n', cli->out);
	} else {
		render(answer, cli->out);
	}
	fflush(cli->out);
}

int run_request(const struct cli *cli, const struct command *command, const char *const values[])
{
	struct ctl_client *client;
	struct result result;
	int code = EXIT_OK;
	json_t *answer;

	client = ctl_connect(cli->control, &result);
	if (!client)
		return no_daemon(cli, &result);
	result = ask(client, command, values, &answer);
	if (failed(&result))
		code = refused(cli, &result, answer);
	else
		print_answer(cli, answer, command->render, JSON_INDENT(2));
	json_decref(answer);
	ctl_disconnect(client);
	return code;
}

static volatile sig_atomic_t interrupted;

static void note_interrupt(int signal_number)
{
	interrupted = 1;
}

/* Prints lines until ^C, which is success, or until the daemon ends, which is not. */
static int stream(const struct cli *cli, struct ctl_client *client)
{
	struct sigaction interrupt = { .sa_handler = note_interrupt }, before;
	struct result result = RESULT_OK;
	int code = EXIT_OK;
	json_t *answer;

	interrupted = 0;
	sigaction(SIGINT, &interrupt, &before); /* without SA_RESTART: it ends a read */
	while (!interrupted && !ferror(cli->out)) {
		result = ctl_receive(client, &answer);
		if (failed(&result))
			break;
		print_answer(cli, answer, render_line, JSON_COMPACT);
		json_decref(answer);
	}
	sigaction(SIGINT, &before, NULL);
	if (failed(&result) && result.code != -EINTR)
		code = refused(cli, &result, NULL);
	return code;
}

/*
 * @orders: sent before the stream starts, so that a topic that does not exist
 * is refused at once
 */
static int follow(const struct cli *cli, const struct command *const orders[], size_t count)
{
	struct ctl_client *client;
	struct result result;
	int code = EXIT_OK;
	json_t *answer;

	client = ctl_connect(cli->control, &result);
	if (!client)
		return no_daemon(cli, &result);
	for (size_t i = 0; i < count && code == EXIT_OK; i++) {
		result = ask(client, orders[i], NULL, &answer);
		if (failed(&result))
			code = refused(cli, &result, answer);
		else if (i == 0 && !cli->json)
			render_debug(answer, cli->err);
		json_decref(answer);
	}
	if (code == EXIT_OK)
		code = stream(cli, client);
	ctl_disconnect(client);
	return code;
}

static const struct command monitor_order = { .words = "monitor", .verb = "monitor" };

int run_monitor(const struct cli *cli, const struct command *command, const char *const values[])
{
	const struct command *orders[] = { &monitor_order };

	return follow(cli, orders, 1);
}

int run_debug(const struct cli *cli, const struct command *command, const char *const values[])
{
	const struct command *orders[] = { command, &monitor_order };
	int code = follow(cli, orders, 2);

	/* IOS's way: the topic is the router's, not the terminal's. */
	if (code == EXIT_OK)
		fprintf(cli->err, "%% debugging stays on until \"un%s\"\n", command->words);
	return code;
}

int run_config_check(const struct cli *cli, const struct command *command,
		     const char *const values[])
{
	struct config_report report;
	struct policy *policy = NULL;
	struct result result;

	config_report_init(&report);
	result = config_load_file(values[0], &report, &policy);
	config_report_print(&report, cli->err);
	if (!failed(&result))
		fprintf(cli->out, "%s: no errors, %zu warning%s\n", values[0], report.warnings,
			report.warnings == 1 ? "" : "s");
	else if (report.errors)
		fprintf(cli->err, "%% %s: %zu error%s\n", values[0], report.errors,
			report.errors == 1 ? "" : "s");
	else
		fprintf(cli->err, "%% %s\n", result.why);
	policy_free(policy);
	config_report_free(&report);
	return failed(&result) ? EXIT_REFUSED : EXIT_OK;
}

/* The words again with a caret below the one that is wrong. */
static void point_at(const struct cli *cli, size_t count, char *const words[], size_t position)
{
	size_t column = 0;

	for (size_t i = 0; i < count; i++) {
		fprintf(cli->err, "%s%s", i ? " " : "", words[i]);
		if (i < position)
			column += strlen(words[i]) + 1;
	}
	fprintf(cli->err, "\n%*s^\n", (int)column, "");
}

int run_words(const struct cli *cli, size_t count, char *const words[])
{
	struct match match;

	if (count && words[count - 1][0] && strchr(words[count - 1], '?')) {
		char *last = words[count - 1];
		bool partial = *last != '?';

		*strchr(last, '?') = '\0';
		explain_words(partial ? count : count - 1, words, partial, cli->out);
		return EXIT_OK;
	}
	match = match_command(count, words);
	switch (match.outcome) {
	case MATCH_FOUND:
		break;
	case MATCH_EMPTY:
		return EXIT_OK;
	case MATCH_INCOMPLETE:
		fprintf(cli->err, "%% Incomplete command.\n");
		explain_words(count, words, false, cli->err);
		return EXIT_USAGE;
	case MATCH_AMBIGUOUS:
		point_at(cli, count, words, match.position);
		fprintf(cli->err, "%% Ambiguous command:\n");
		explain_words(match.position + 1, words, true, cli->err);
		return EXIT_USAGE;
	case MATCH_INVALID:
		point_at(cli, count, words, match.position);
		fprintf(cli->err, "%% Invalid input detected at '^' marker.\n");
		return EXIT_USAGE;
	}
	if (match.command->run)
		return match.command->run(cli, match.command, match.values);
	return run_request(cli, match.command, match.values);
}

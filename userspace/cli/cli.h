/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CLI_CLI_H
#define SEKI_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/render.h"

/* How seki ends; seki(8) documents it. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_REFUSED = 1, /* by the daemon, or the check found errors */
	EXIT_USAGE = 2,
	EXIT_NO_DAEMON = 3,
};

/** struct cli - where commands go and how they print */
struct cli {
	const char *control; /* path of the socket */
	const char *keys; /* the directory of our RSA keys */
	bool json;
	FILE *out, *err;
};

/**
 * struct command - one row of the table that parsing, help and completion read
 * @words: keywords, with <...> for a value; a row with neither @verb nor @run only explains
 * @verb: the daemon's name for it; NULL: done here
 * @argument: what the daemon calls the value; of several, one name for each, and the last
 *   name is for all that are left: "serial 0" is one interface
 * @value: the value where the words themselves say it
 * @run: an exit code; @values are what stood for each <...>, NULL behind the last
 */
struct command {
	const char *words;
	const char *help;
	const char *verb;
	const char *argument;
	render_fn *render;
	const char *value;
	int (*run)(const struct cli *cli, const struct command *command,
		   const char *const values[]);
};

#define COMMAND_WORDS_MAX 16
#define COMMAND_VALUES_MAX 3

/** commands() - the table, debug topics included */
const struct command *commands(size_t *count);

enum match_outcome {
	MATCH_FOUND,
	MATCH_EMPTY,
	MATCH_INCOMPLETE,
	MATCH_AMBIGUOUS,
	MATCH_INVALID,
};

/** struct match - what words mean; @position: the one that is wrong */
struct match {
	enum match_outcome outcome;
	const struct command *command;
	const char *values[COMMAND_VALUES_MAX + 1]; /* NULL behind the last */
	size_t position;
};

/** match_command() - each keyword may be cut as long as it stays the only one */
struct match match_command(size_t count, char *const words[]);
/**
 * complete_word() - what may stand after @count words, in the order of the table
 * @start: how it begins, "" for all
 * @found: @word is not NUL ended; "<cr>" when the words are a command already
 * Return: how many
 */
size_t complete_word(size_t count, char *const words[], const char *start,
		     void (*found)(void *context, const char *word, size_t len, const char *help),
		     void *context);
/** explain_words() - help, one line a word; the last of @words is the beginning of one if @partial */
void explain_words(size_t count, char *const words[], bool partial, FILE *out);

/** run_words() - does it and returns an exit code; all errors have been printed */
int run_words(const struct cli *cli, size_t count, char *const words[]);
/** run_line() - the same for a line of text, which it cuts up; a final "?" asks for help */
int run_line(const struct cli *cli, char *line);
/** run_shell() - commands from stdin: with a prompt from a terminal, else silently */
int run_shell(const struct cli *cli);

/* What commands do. */
int run_request(const struct cli *cli, const struct command *command, const char *const values[]);
int run_debug(const struct cli *cli, const struct command *command, const char *const values[]);
int run_monitor(const struct cli *cli, const struct command *command, const char *const values[]);
int run_config_check(const struct cli *cli, const struct command *command,
		     const char *const values[]);
int run_key_generate(const struct cli *cli, const struct command *command,
		     const char *const values[]);
int run_key_zeroize(const struct cli *cli, const struct command *command,
		    const char *const values[]);
int run_key_exchange(const struct cli *cli, const struct command *command,
		     const char *const values[]);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* seki without a command: an interactive shell, or commands from a file. */

#include <histedit.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/cli.h"

/* Cuts @line at blanks; more words than any command has are one word too many anyway. */
static size_t split(char *line, char *words[COMMAND_WORDS_MAX])
{
	size_t count = 0;
	char *save = NULL;

	for (char *word = strtok_r(line, " \t\r\n", &save); word && count < COMMAND_WORDS_MAX;
	     word = strtok_r(NULL, " \t\r\n", &save))
		words[count++] = word;
	return count;
}

int run_line(const struct cli *cli, char *line)
{
	char *words[COMMAND_WORDS_MAX];
	size_t count;

	line += strspn(line, " \t");
	if (*line == '!' || *line == '#') /* a comment, as in configurations */
		return EXIT_OK;
	count = split(line, words);
	return run_words(cli, count, words);
}

static bool is_end(const char *line)
{
	char word[8], rest[2];

	return sscanf(line, "%7s %1s", word, rest) == 1 &&
	       (strcmp(word, "exit") == 0 || strcmp(word, "quit") == 0 || strcmp(word, "end") == 0);
}

/** struct typed - the line up to the cursor, cut into whole words and the one in work */
struct typed {
	char *copy;
	char *words[COMMAND_WORDS_MAX];
	size_t count; /* whole words */
	const char *start;
};

static struct typed read_typed(EditLine *editor)
{
	const LineInfo *line = el_line(editor);
	size_t len = (size_t)(line->cursor - line->buffer);
	struct typed typed = { .start = "" };

	typed.copy = must_calloc(1, len + 1);
	memcpy(typed.copy, line->buffer, len);
	typed.count = split(typed.copy, typed.words);
	if (typed.count && len && !strchr(" \t", line->buffer[len - 1]))
		typed.start = typed.words[--typed.count];
	return typed;
}

/** struct common - what all candidates begin with */
struct common {
	const char *word;
	size_t len;
	size_t keywords; /* how many can be typed for the user */
};

static void note_candidate(void *context, const char *word, size_t len, const char *help)
{
	struct common *common = context;
	size_t same = 0;

	if (*word == '<')
		return;
	if (!common->keywords++) {
		common->word = word;
		common->len = len;
		return;
	}
	while (same < common->len && same < len && common->word[same] == word[same])
		same++;
	common->len = same;
}

static unsigned char on_tab(EditLine *editor, int key)
{
	struct typed typed = read_typed(editor);
	struct common common = { 0 };
	size_t have = strlen(typed.start);
	unsigned char outcome = CC_ERROR;
	char rest[64];

	complete_word(typed.count, typed.words, typed.start, note_candidate, &common);
	if (common.keywords && common.len >= have && common.len - have < sizeof(rest) - 1) {
		memcpy(rest, common.word + have, common.len - have);
		rest[common.len - have] = '\0';
		if (common.keywords == 1)
			strcat(rest, " ");
		if (*rest && el_insertstr(editor, rest) == 0)
			outcome = CC_REFRESH;
	}
	free(typed.copy);
	return outcome;
}

static unsigned char on_question_mark(EditLine *editor, int key)
{
	struct typed typed = read_typed(editor);
	size_t count = typed.count;
	char *words[COMMAND_WORDS_MAX + 1];

	memcpy(words, typed.words, count * sizeof(words[0]));
	if (*typed.start)
		words[count++] = (char *)typed.start;
	printf("?\n");
	explain_words(count, words, *typed.start, stdout);
	fflush(stdout);
	free(typed.copy);
	return CC_REDISPLAY;
}

static const char *prompt(EditLine *editor)
{
	return "seki# ";
}

static int run_interactive(const struct cli *cli)
{
	EditLine *editor = el_init("seki", stdin, stdout, stderr);
	History *past = history_init();
	HistEvent event;
	const char *line;
	char *copy;
	int len;

	if (!editor || !past)
		return EXIT_REFUSED;
	history(past, &event, H_SETSIZE, 200);
	el_set(editor, EL_PROMPT, prompt);
	el_set(editor, EL_EDITOR, "emacs");
	el_set(editor, EL_SIGNAL, 1);
	el_set(editor, EL_HIST, history, past);
	el_set(editor, EL_ADDFN, "seki-complete", "complete the word", on_tab);
	el_set(editor, EL_ADDFN, "seki-help", "what may stand here", on_question_mark);
	el_set(editor, EL_BIND, "^I", "seki-complete", NULL);
	el_set(editor, EL_BIND, "?", "seki-help", NULL);
	while ((line = el_gets(editor, &len)) && len > 0) {
		if (is_end(line))
			break;
		if (strspn(line, " \t\n") < (size_t)len)
			history(past, &event, H_ENTER, line);
		copy = must_strdup(line);
		run_line(cli, copy);
		free(copy);
	}
	if (!line)
		printf("\n");
	history_end(past);
	el_end(editor);
	return EXIT_OK;
}

/* A script ends at its first failure, so that its exit status tells. */
static int run_script(const struct cli *cli)
{
	char *line = NULL;
	size_t size = 0;
	int code = EXIT_OK;

	while (code == EXIT_OK && getline(&line, &size, stdin) > 0 && !is_end(line))
		code = run_line(cli, line);
	free(line);
	return code;
}

int run_shell(const struct cli *cli)
{
	return isatty(STDIN_FILENO) ? run_interactive(cli) : run_script(cli);
}

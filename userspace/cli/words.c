// SPDX-License-Identifier: GPL-2.0-or-later
/* Words against the table: abbreviation, completion and help are one walk. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "cli/cli.h"

/** struct token - a word of a row, not NUL ended */
struct token {
	const char *text;
	size_t len;
};

static bool token_at(const char *words, size_t index, struct token *token)
{
	while (index--) {
		words += strcspn(words, " ");
		words += strspn(words, " ");
	}
	token->text = words;
	token->len = strcspn(words, " ");
	return token->len > 0;
}

static bool is_value(const struct token *token)
{
	return token->text[0] == '<';
}

static bool same_token(const struct token *a, const struct token *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static bool is_command(const struct command *command)
{
	return command->verb || command->run;
}

enum fit { FIT_NOT, FIT_VALUE, FIT_START, FIT_WHOLE };

static enum fit fit(const struct token *token, const char *word)
{
	size_t len = strlen(word);

	if (is_value(token))
		return FIT_VALUE;
	if (len > token->len || strncasecmp(token->text, word, len) != 0)
		return FIT_NOT;
	return len == token->len ? FIT_WHOLE : FIT_START;
}

/** struct walk - the rows that the words so far lead into */
struct walk {
	const struct command *rows;
	size_t count;
	bool *alive;
	const char *values[COMMAND_VALUES_MAX + 1];
	size_t value_count;
};

static void walk_start(struct walk *walk)
{
	memset(walk, 0, sizeof(*walk));
	walk->rows = commands(&walk->count);
	walk->alive = must_calloc(walk->count, sizeof(*walk->alive));
	memset(walk->alive, true, walk->count * sizeof(*walk->alive));
}

static void walk_end(struct walk *walk)
{
	free(walk->alive);
}

/*
 * One word further. A whole keyword beats the beginning of one, and any keyword
 * beats a value; what is left must be one and the same token in all rows.
 */
static enum match_outcome walk_word(struct walk *walk, size_t position, const char *word)
{
	struct token token, chosen = { 0 };
	enum fit best = FIT_NOT;

	for (size_t i = 0; i < walk->count; i++)
		if (walk->alive[i] && token_at(walk->rows[i].words, position, &token) &&
		    fit(&token, word) > best)
			best = fit(&token, word);
	if (best == FIT_NOT)
		return MATCH_INVALID;
	for (size_t i = 0; i < walk->count; i++) {
		walk->alive[i] = walk->alive[i] &&
				 token_at(walk->rows[i].words, position, &token) &&
				 fit(&token, word) == best;
		if (!walk->alive[i])
			continue;
		if (chosen.text && !same_token(&chosen, &token))
			return MATCH_AMBIGUOUS;
		chosen = token;
	}
	if (best == FIT_VALUE && walk->value_count < COMMAND_VALUES_MAX)
		walk->values[walk->value_count++] = word;
	return MATCH_FOUND;
}

/* The row that ends here, or NULL. */
static const struct command *walk_row(const struct walk *walk, size_t words)
{
	struct token token;

	for (size_t i = 0; i < walk->count; i++)
		if (walk->alive[i] && !token_at(walk->rows[i].words, words, &token))
			return &walk->rows[i];
	return NULL;
}

static struct match walk_words(struct walk *walk, size_t count, char *const words[])
{
	struct match match = { .outcome = MATCH_FOUND };

	for (size_t i = 0; i < count && match.outcome == MATCH_FOUND; i++) {
		match.position = i;
		match.outcome = walk_word(walk, i, words[i]);
	}
	return match;
}

struct match match_command(size_t count, char *const words[])
{
	struct match match = { .outcome = MATCH_EMPTY };
	struct walk walk;

	if (!count)
		return match;
	walk_start(&walk);
	match = walk_words(&walk, count, words);
	if (match.outcome == MATCH_FOUND) {
		match.command = walk_row(&walk, count);
		memcpy(match.values, walk.values, sizeof(match.values));
		if (!match.command || !is_command(match.command))
			match.outcome = MATCH_INCOMPLETE;
	}
	walk_end(&walk);
	return match;
}

/* Has an earlier row this token already? */
static bool seen(const struct walk *walk, size_t before, size_t position, const struct token *token)
{
	struct token other;

	for (size_t i = 0; i < before; i++)
		if (walk->alive[i] && token_at(walk->rows[i].words, position, &other) &&
		    same_token(&other, token))
			return true;
	return false;
}

size_t complete_word(size_t count, char *const words[], const char *start,
		     void (*found)(void *context, const char *word, size_t len, const char *help),
		     void *context)
{
	const struct command *row;
	struct token token;
	struct walk walk;
	size_t total = 0;

	walk_start(&walk);
	if (walk_words(&walk, count, words).outcome != MATCH_FOUND) {
		walk_end(&walk);
		return 0;
	}
	for (size_t i = 0; i < walk.count; i++) {
		if (!walk.alive[i] || !token_at(walk.rows[i].words, count, &token) ||
		    seen(&walk, i, count, &token) || fit(&token, start) == FIT_NOT)
			continue;
		/* The first row with the token explains it: groups stand first. */
		found(context, token.text, token.len, walk.rows[i].help);
		total++;
	}
	row = count && !*start ? walk_row(&walk, count) : NULL;
	if (row && is_command(row)) {
		found(context, "<cr>", 4, "");
		total++;
	}
	walk_end(&walk);
	return total;
}

static void print_help(void *context, const char *word, size_t len, const char *help)
{
	fprintf(context, "  %-*.*s%s%s\n", *help ? 16 : 0, (int)len, word, *help ? "  " : "", help);
}

void explain_words(size_t count, char *const words[], bool partial, FILE *out)
{
	const char *start = partial && count ? words[--count] : "";

	if (!complete_word(count, words, start, print_help, out))
		fprintf(out, "%% Unrecognized command\n");
}

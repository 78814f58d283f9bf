// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line against the grammar, word by word as a router does it: of all rows
 * that fit so far those stay that take the next word best. A keyword written
 * in full is best, then an abbreviated one, then a typed value, then any word;
 * two different keywords that a word may abbreviate are an error at once.
 */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/grammar.h"
#include "config/report.h"

enum fit { FIT_NONE, FIT_WORD, FIT_VALUE, FIT_ABBREVIATION, FIT_EXACT };

/* struct state - a row and how far it is matched; @again: the token at @at has matched once */
struct state {
	const struct statement *row;
	const char *at;
	bool again;
};

#define STATES_MAX 512

struct states {
	size_t count;
	struct state list[STATES_MAX];
};

static void push(struct states *states, const struct statement *row, const char *at, bool again)
{
	/* No row has more than a few optional words: the unit tests walk all of them. */
	assert(states->count < STATES_MAX);
	states->list[states->count++] = (struct state){ row, at, again };
}

/* The next token of a state; false when nothing may follow */
static bool state_token(struct state *state, struct token *token)
{
	return token_next(&state->at, token);
}

/* May the line go on behind @token without it? */
static bool may_skip(const struct state *state, const struct token *token)
{
	return token->optional || (token->repeated && state->again);
}

/* A number of a group is neither an abbreviation nor a slip of another one. */
static bool may_abbreviate(const struct token *token, const struct word *word)
{
	return token->kind != TOKEN_GROUP && token->kind != TOKEN_PFS_GROUP &&
	       !isdigit((unsigned char)word->text[0]);
}

static bool all_digits(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

static bool parse_prefix6(const char *text, struct address *address, uint8_t *length)
{
	char host[ADDRESS_TEXT];
	const char *slash = strchr(text, '/');

	if (!slash || (size_t)(slash - text) >= sizeof(host) || !all_digits(slash + 1) ||
	    strlen(slash + 1) > 3 || atoi(slash + 1) > 128)
		return false;
	snprintf(host, sizeof(host), "%.*s", (int)(slash - text), text);
	*length = atoi(slash + 1);
	return address_parse(host, address) && address->family == AF_INET6;
}

static bool is_mask(const char *text, struct address *mask)
{
	const struct address zero = address_of_ipv4(0);
	struct prefix prefix;

	return address_parse(text, mask) && mask->family == AF_INET &&
	       prefix_from_mask(&zero, mask, &prefix);
}

/* Does @word fit a placeholder? The value goes to @arg. */
static enum fit fit_value(const struct token *token, const struct word *word, struct arg *arg)
{
	switch (token->kind) {
	case TOKEN_NAME:
	case TOKEN_REST:
	case TOKEN_KEY:
	case TOKEN_SECRET:
	case TOKEN_HEX:
		return FIT_WORD;
	case TOKEN_INTERFACE:
		return isalpha((unsigned char)word->text[0]) ? FIT_WORD : FIT_NONE;
	case TOKEN_IPV4:
		return address_parse(word->text, &arg->address) && arg->address.family == AF_INET ?
			       FIT_VALUE :
			       FIT_NONE;
	case TOKEN_IPV6:
		return address_parse(word->text, &arg->address) && arg->address.family == AF_INET6 ?
			       FIT_VALUE :
			       FIT_NONE;
	case TOKEN_ADDRESS:
		return address_parse(word->text, &arg->address) ? FIT_VALUE : FIT_NONE;
	case TOKEN_MASK:
		return is_mask(word->text, &arg->address) ? FIT_VALUE : FIT_NONE;
	case TOKEN_PREFIX6:
		return parse_prefix6(word->text, &arg->address, &arg->prefix_length) ? FIT_VALUE :
										       FIT_NONE;
	case TOKEN_NUMBER:
		if (!all_digits(word->text) || word->len > 18)
			return FIT_NONE;
		arg->number = strtoull(word->text, NULL, 10);
		if (arg->number < token->min || arg->number > token->max)
			return FIT_NONE;
		return FIT_VALUE;
	case TOKEN_TRANSFORM: /* the key size of the transform before it */
		return all_digits(word->text) ? FIT_VALUE : FIT_NONE;
	default:
		return FIT_NONE;
	}
}

/* How well a word fits a token; @arg gets the value, or the first keyword that fits best. */
static enum fit fit_word(const struct token *token, const struct word *word, struct arg *arg)
{
	char text[TOKEN_TEXT];
	const char *candidate;
	size_t i;

	arg->kind = token->kind;
	arg->text = word->text;
	arg->column = word->column;
	arg->width = word->len;
	arg->keyword[0] = '\0';
	for (i = 0; (candidate = token_candidate(token, i, text)); i++) {
		bool exact = !strcasecmp(candidate, word->text);

		if (!exact && (arg->keyword[0] || !may_abbreviate(token, word) ||
			       strncasecmp(candidate, word->text, word->len)))
			continue;
		strcpy(arg->keyword, candidate); /* both have TOKEN_TEXT octets */
		if (exact)
			return FIT_EXACT;
	}
	return arg->keyword[0] ? FIT_ABBREVIATION : fit_value(token, word, arg);
}

/* All states that @word leads to from @state, with a fit of at least *best */
static void step_state(const struct state *from, const struct word *word, struct states *out,
		       enum fit *best)
{
	struct state state = *from;
	struct token token;
	struct arg arg;
	const char *before;

	for (before = state.at; state_token(&state, &token); before = state.at) {
		enum fit fit = fit_word(&token, word, &arg);

		if (fit > *best) {
			*best = fit;
			out->count = 0;
		}
		if (fit && fit == *best)
			push(out, from->row, token.repeated ? before : state.at, token.repeated);
		if (!may_skip(&state, &token))
			return;
		state.again = false;
	}
}

static bool can_end(const struct state *from)
{
	struct state state = *from;
	struct token token;

	while (state_token(&state, &token)) {
		if (!may_skip(&state, &token))
			return false;
		state.again = false;
	}
	return true;
}

/* "no" needs no value, but the keywords must leave no choice between statements. */
static bool names_one_statement(const struct states *states)
{
	struct token token;
	size_t i;

	for (i = 0; states->count > 1 && i < states->count; i++) {
		struct state state = states->list[i];

		if (state_token(&state, &token) && token.kind == TOKEN_KEYWORD)
			return false;
	}
	return states->count > 0;
}

static bool takes_rest(const struct state *state)
{
	/* A token that takes the rest of the line is the last of its row. */
	return state->at[0] == '\0' &&
	       (strstr(state->row->syntax, "REST") || strstr(state->row->syntax, "KEY"));
}

/* Nearly every row begins with a keyword, or a number: one look spares most of the work. */
static bool may_begin(const struct statement *row, const struct word *word)
{
	if (row->syntax[0] == '<')
		return isdigit((unsigned char)word->text[0]);
	return isupper((unsigned char)row->syntax[0]) ||
	       tolower((unsigned char)word->text[0]) == row->syntax[0];
}

static void start(enum config_mode mode, bool negated, struct states *states)
{
	const struct statement *row;
	size_t i;

	states->count = 0;
	for (i = 0; (row = statement_at(i)); i++)
		if (row->mode == mode && (!negated || row->can_negate))
			push(states, row, row->syntax, false);
}

/* Calls @visit for each token that may stand next. */
static void each_next(const struct states *states,
		      void (*visit)(void *context, const struct statement *row,
				    const struct token *token),
		      void *context)
{
	struct state state;
	struct token token;
	size_t i;

	for (i = 0; i < states->count; i++) {
		state = states->list[i];
		while (state_token(&state, &token)) {
			visit(context, state.row, &token);
			if (!may_skip(&state, &token))
				break;
			state.again = false;
		}
	}
}

/* A list of different words, and what is near to one that was written */
struct gather {
	const struct word *word;
	bool abbreviated_only;
	char list[240];
	size_t count, values;
	unsigned int distance;
	char nearest[TOKEN_TEXT];
	struct token value; /* a placeholder among what is expected */
};

static bool listed(const char *list, const char *text)
{
	size_t len = strlen(text);
	const char *at = list;

	while ((at = strstr(at, text))) {
		if ((at == list || at[-1] == ' ') && (at[len] == ',' || at[len] == '\0'))
			return true;
		at += len;
	}
	return false;
}

static void list_add(struct gather *gather, const char *text)
{
	size_t used = strlen(gather->list);

	if (listed(gather->list, text))
		return;
	gather->count++;
	if (used + strlen(text) + 8 < sizeof(gather->list))
		snprintf(gather->list + used, sizeof(gather->list) - used, "%s%s", used ? ", " : "",
			 text);
	else if (!listed(gather->list, "..."))
		snprintf(gather->list + used, sizeof(gather->list) - used, ", ...");
}

static void note_nearest(struct gather *gather, const char *candidate)
{
	unsigned int distance = edit_distance(gather->word->text, candidate);

	if (gather->nearest[0] && distance >= gather->distance)
		return;
	gather->distance = distance;
	snprintf(gather->nearest, sizeof(gather->nearest), "%s", candidate);
}

static void gather_token(void *context, const struct statement *row, const struct token *token)
{
	struct gather *gather = context;
	const struct word *word = gather->word;
	char text[TOKEN_TEXT];
	const char *candidate;
	size_t i;

	for (i = 0; (candidate = token_candidate(token, i, text)); i++) {
		if (gather->abbreviated_only) {
			if (may_abbreviate(token, word) &&
			    !strncasecmp(candidate, word->text, word->len))
				list_add(gather, candidate);
			continue;
		}
		list_add(gather, candidate);
		if (word && may_abbreviate(token, word) && word_is_near(word->text, candidate))
			note_nearest(gather, candidate);
	}
	if (i || gather->abbreviated_only)
		return;
	snprintf(text, sizeof(text), "%.*s", (int)token->len, token->text);
	list_add(gather, text);
	if (!gather->values++)
		gather->value = *token;
}

static void describe_value(const struct token *token, char *text, size_t size)
{
	switch (token->kind) {
	case TOKEN_IPV4:
		snprintf(text, size, "an IPv4 address");
		break;
	case TOKEN_IPV6:
	case TOKEN_ADDRESS:
		snprintf(text, size, "an IP address");
		break;
	case TOKEN_MASK:
		snprintf(text, size, "a network mask");
		break;
	case TOKEN_PREFIX6:
		snprintf(text, size, "an IPv6 prefix");
		break;
	case TOKEN_NUMBER:
		snprintf(text, size, "a number from %llu to %llu", (unsigned long long)token->min,
			 (unsigned long long)token->max);
		break;
	default:
		snprintf(text, size, "an interface");
		break;
	}
}

/* The words before @count as they were written, for "after ..." */
static const char *words_before(const struct line *line, size_t count, char *text, size_t size)
{
	size_t i, used = 0;

	text[0] = '\0';
	for (i = 0; i < count && used + 1 < size; i++)
		used += snprintf(text + used, size - used, "%s%s", i ? " " : "",
				 line->words[i].text);
	return text;
}

static void explain(const struct states *states, const struct line *line, struct mismatch *mismatch)
{
	size_t at = mismatch->word;
	struct gather gather = { .word = at < line->count ? &line->words[at] : NULL };
	char after[100], value[60];
	int room = sizeof(mismatch->message);

	words_before(line, at, after, sizeof(after));
	mismatch->leading = states->count ? states->list[0].row->syntax : NULL;
	gather.abbreviated_only = mismatch->kind == MISMATCH_AMBIGUOUS;
	each_next(states, gather_token, &gather);

	switch (mismatch->kind) {
	case MISMATCH_AMBIGUOUS:
		snprintf(mismatch->message, room, "\"%.40s\" is ambiguous: %s", gather.word->text,
			 gather.list);
		return;
	case MISMATCH_INCOMPLETE:
		mismatch->secret = token_is_secret(gather.value.kind);
		snprintf(mismatch->message, room, "incomplete statement: expected %s after \"%s\"",
			 gather.list, after);
		return;
	case MISMATCH_EXTRA:
		snprintf(mismatch->message, room, "unexpected \"%.40s\" after \"%s\"",
			 gather.word->text, after);
		return;
	case MISMATCH_UNKNOWN:
		break;
	}
	snprintf(mismatch->suggestion, sizeof(mismatch->suggestion), "%s", gather.nearest);
	mismatch->value = gather.values && isdigit((unsigned char)gather.word->text[0]);
	if (!at)
		snprintf(mismatch->message, room, "unknown statement \"%.40s\"", gather.word->text);
	else if (gather.values && (gather.values == gather.count || mismatch->value)) {
		describe_value(&gather.value, value, sizeof(value));
		snprintf(mismatch->message, room, "\"%.40s\" is not %s", gather.word->text, value);
	} else
		snprintf(mismatch->message, room, "unknown word \"%.40s\" after \"%s\"%s%s",
			 gather.word->text, after, gather.nearest[0] ? "" : ": expected ",
			 gather.nearest[0] ? "" : gather.list);
}

static bool is_variable(const struct token *token)
{
	return token->kind != TOKEN_KEYWORD || token->optional ||
	       memchr(token->text, '|', token->len);
}

/* One more variable part; false when a line repeats too much */
static bool add_arg(struct match *match, const struct arg *arg)
{
	if (match->count == MATCH_ARGS_MAX)
		return false;
	match->args[match->count++] = *arg;
	arg = &match->args[match->count - 1];
	if (arg->keyword[0])
		match->args[match->count - 1].text = arg->keyword;
	return true;
}

/* Gives each variable part of the row its word. */
static bool fill_args(const struct statement *row, const struct line *line, struct match *match)
{
	struct state state = { row, row->syntax, false };
	const struct arg absent = { .kind = TOKEN_NONE };
	struct token token;
	struct arg arg;
	size_t i;

	match->statement = row;
	match->negated = line->negated;
	match->count = 0;
	for (i = 0; i < line->count; i++) {
		const char *before = state.at;
		enum fit best = FIT_NONE;
		struct states next;

		next.count = 0;
		step_state(&state, &line->words[i], &next, &best);
		/* The way that step_state() chose: words that were left out, then this one. */
		while (state_token(&state, &token)) {
			if (fit_word(&token, &line->words[i], &arg) == best)
				break;
			if (is_variable(&token) && !state.again && !add_arg(match, &absent))
				return false;
			state.again = false;
			before = state.at;
		}
		if (token.kind == TOKEN_REST || token.kind == TOKEN_KEY) {
			arg.text = line->raw + line->words[i].column - 1;
			arg.width = strlen(arg.text);
			i = line->count;
		}
		if (is_variable(&token) && !add_arg(match, &arg))
			return false;
		if (token.repeated) {
			state.at = before;
			state.again = true;
		}
	}
	while (state_token(&state, &token)) {
		if (is_variable(&token) && !state.again && !add_arg(match, &absent))
			return false;
		state.again = false;
	}
	return true;
}

bool match_line(enum config_mode mode, const struct line *line, struct match *match,
		struct mismatch *mismatch)
{
	struct states now, next;
	size_t i, j;

	*mismatch = (struct mismatch){ .kind = MISMATCH_UNKNOWN };
	start(mode, line->negated, &now);
	for (i = 0; i < line->count; i++) {
		enum fit best = FIT_NONE;
		struct gather gather = { .word = &line->words[i], .abbreviated_only = true };

		next.count = 0;
		for (j = 0; j < now.count; j++)
			if (i || may_begin(now.list[j].row, &line->words[0]))
				step_state(&now.list[j], &line->words[i], &next, &best);
		mismatch->word = i;
		if (best == FIT_NONE) {
			for (j = 0; i && j < now.count && mismatch->kind == MISMATCH_UNKNOWN; j++)
				if (can_end(&now.list[j]) && now.list[j].at[0] == '\0')
					mismatch->kind = MISMATCH_EXTRA;
			explain(&now, line, mismatch);
			return false;
		}
		if (best == FIT_ABBREVIATION) {
			each_next(&now, gather_token, &gather);
			if (gather.count > 1) {
				mismatch->kind = MISMATCH_AMBIGUOUS;
				explain(&now, line, mismatch);
				return false;
			}
		}
		now = next;
		if (now.count && takes_rest(&now.list[0]))
			break;
	}
	for (j = 0; j < now.count; j++)
		if (can_end(&now.list[j]))
			break;
	if (j == now.count && line->negated && names_one_statement(&now))
		j = 0;
	if (j == now.count) {
		mismatch->kind = MISMATCH_INCOMPLETE;
		mismatch->word = line->count;
		explain(&now, line, mismatch);
		return false;
	}
	if (fill_args(now.list[j].row, line, match))
		return true;
	mismatch->kind = MISMATCH_EXTRA;
	mismatch->word = line->count - 1;
	explain(&now, line, mismatch);
	return false;
}

/* Completion */

struct completion {
	const struct word *word; /* unfinished */
	struct gather seen;
	void (*found)(void *context, const char *word, const char *help);
	void *context;
};

static void complete_token(void *context, const struct statement *row, const struct token *token)
{
	struct completion *completion = context;
	const struct word *word = completion->word;
	char text[TOKEN_TEXT];
	const char *candidate;
	size_t i, before;
	struct arg arg;

	for (i = 0; (candidate = token_candidate(token, i, text)); i++) {
		if (strncasecmp(candidate, word->text, word->len))
			continue;
		before = completion->seen.count;
		list_add(&completion->seen, candidate);
		if (completion->seen.count != before)
			completion->found(completion->context, candidate, row->help);
	}
	if (i || (word->len && !fit_value(token, word, &arg)))
		return;
	snprintf(text, sizeof(text), "%.*s", (int)token->len, token->text);
	before = completion->seen.count;
	list_add(&completion->seen, text);
	if (completion->seen.count != before)
		completion->found(completion->context, text, row->help);
}

static void complete_mode(enum config_mode mode, const struct line *line,
			  struct completion *completion)
{
	struct states now, next;
	size_t i, j;

	start(mode, line->negated, &now);
	for (i = 0; i + 1 < line->count; i++) {
		enum fit best = FIT_NONE;

		next.count = 0;
		for (j = 0; j < now.count; j++)
			step_state(&now.list[j], &line->words[i], &next, &best);
		now = next;
	}
	each_next(&now, complete_token, completion);
	for (j = 0; j < now.count && !completion->word->len; j++) {
		if (line->count > 1 && can_end(&now.list[j])) {
			completion->seen.count++;
			completion->found(completion->context, "<cr>", now.list[j].row->help);
			break;
		}
	}
}

size_t config_complete(enum config_mode mode, const char *line,
		       void (*found)(void *context, const char *word, const char *help),
		       void *context)
{
	struct word words[MATCH_ARGS_MAX];
	char text[512], *at, *save = NULL;
	struct line split = { .raw = text, .words = words };
	struct completion completion = { .found = found, .context = context };
	size_t len = strlen(line);

	if (len >= sizeof(text))
		return 0;
	memcpy(text, line, len + 1);
	for (at = strtok_r(text, " \t", &save); at && split.count < MATCH_ARGS_MAX - 1;
	     at = strtok_r(NULL, " \t", &save)) {
		if (!split.count && !split.negated && !strcasecmp(at, "no"))
			split.negated = true;
		else
			words[split.count++] = (struct word){ .text = at, .len = strlen(at) };
	}
	if (!len || line[len - 1] == ' ' || line[len - 1] == '\t' || !split.count)
		words[split.count++] = (struct word){ .text = "" };
	completion.word = &words[split.count - 1];

	for (;; mode = config_mode_parent(mode)) {
		complete_mode(mode, &split, &completion);
		if (mode == CONFIG_MODE_GLOBAL)
			return completion.seen.count;
	}
}

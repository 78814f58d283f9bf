/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CONFIG_GRAMMAR_H
#define SEKI_CONFIG_GRAMMAR_H

/*
 * The table of statements and how a line is matched against it.
 *
 * A word of a row's syntax is a keyword in small letters, a choice a|b, or a
 * placeholder; [x] may be left out, x... (last in its row) may be repeated.
 */

#include "config/config.h"

struct loader;
struct match;

/** struct statement - one row */
struct statement {
	enum config_mode mode;
	const char *syntax;
	const char *help;
	void (*handle)(struct loader *loader, const struct match *match);
	bool can_negate;
	enum config_mode opens; /* the sub-mode that follows; GLOBAL: none */
	const char *refusal; /* understood, but not there yet */
};

const struct statement *statement_at(size_t index); /* NULL past the end */

enum token_kind {
	TOKEN_NONE, /* the end of the syntax; an optional word that was left out */
	TOKEN_KEYWORD,
	TOKEN_NAME, /* one word */
	TOKEN_INTERFACE, /* one word that starts with a letter */
	TOKEN_IPV4, /* A.B.C.D */
	TOKEN_IPV6, /* X:X::X */
	TOKEN_ADDRESS, /* of either family */
	TOKEN_MASK,
	TOKEN_PREFIX6, /* X:X::X/N */
	TOKEN_NUMBER, /* <MIN-MAX> */
	TOKEN_REST, /* the rest of the line */
	TOKEN_SECRET, /* one word, a secret */
	TOKEN_KEY, /* the rest of the line, a secret */
	TOKEN_HEX, /* one word of hexadecimal digits, a secret */
	TOKEN_ENCRYPTION, /* the keywords of the algorithm table */
	TOKEN_INTEGRITY,
	TOKEN_PRF,
	TOKEN_GROUP,
	TOKEN_METHOD, /* of a key exchange: a group, a KEM, or none */
	TOKEN_PFS_GROUP, /* "group" and one of them in one word */
	TOKEN_TRANSFORM, /* of a transform set, and key sizes */
};

/** struct token - one word of a syntax, not terminated by a NUL */
struct token {
	enum token_kind kind;
	const char *text;
	size_t len;
	bool optional;
	bool repeated;
	uint64_t min, max; /* of a number */
};

#define TOKEN_TEXT 80

/** token_next() - takes one token off @syntax; false at its end */
bool token_next(const char **syntax, struct token *token);
/** token_candidate() - the @index-th keyword that a token takes, or NULL */
const char *token_candidate(const struct token *token, size_t index, char text[TOKEN_TEXT]);
bool token_is_secret(enum token_kind kind);

/** struct word - one word of a line */
struct word {
	const char *text;
	size_t len;
	unsigned int column;
};

/** struct line - a statement; @raw has every octet of the line, @words not its "no" */
struct line {
	const char *raw;
	bool negated;
	size_t count;
	struct word *words;
};

/** struct arg - what a line gave for a variable part of the syntax */
struct arg {
	enum token_kind kind; /* TOKEN_NONE: left out */
	const char *text; /* of a keyword: as the grammar spells it */
	unsigned int column, width;
	struct address address;
	uint8_t prefix_length;
	uint64_t number;
	char keyword[TOKEN_TEXT];
};

#define MATCH_ARGS_MAX 64

/**
 * struct match - a line that fits
 * @args: placeholders, choices and optional words in the order of the syntax,
 * each at its place whether it was given or not; a repeated one fills the end.
 * After "no" those that were not given are TOKEN_NONE.
 */
struct match {
	const struct statement *statement;
	bool negated;
	size_t count;
	struct arg args[MATCH_ARGS_MAX];
};

enum mismatch_kind {
	MISMATCH_UNKNOWN,
	MISMATCH_AMBIGUOUS,
	MISMATCH_INCOMPLETE,
	MISMATCH_EXTRA,
};

/**
 * struct mismatch - why a line fits no row of a mode
 * @word: the word that does not fit; the number of words when one is missing
 * @value: a value stands there, not a keyword: the statement itself was known
 */
struct mismatch {
	enum mismatch_kind kind;
	size_t word;
	bool value;
	bool secret;
	const char *leading; /* syntax of a row that fitted so far */
	char message[480];
	char suggestion[TOKEN_TEXT];
};

bool match_line(enum config_mode mode, const struct line *line, struct match *match,
		struct mismatch *mismatch);
/** arg_given() - was the @index-th variable part given? */
static inline bool arg_given(const struct match *match, size_t index)
{
	return index < match->count && match->args[index].kind != TOKEN_NONE;
}

/** prefix_of_arg() - what X:X::X/N gave, with its host bits */
static inline struct prefix prefix_of_arg(const struct arg *arg)
{
	return (struct prefix){ arg->address, arg->prefix_length };
}

#endif

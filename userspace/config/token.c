// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/grammar.h"

/* The placeholders of the grammar table. Numbers are <MIN-MAX>. */
static const struct {
	const char *text;
	enum token_kind kind;
} placeholders[] = {
	{ "NAME", TOKEN_NAME },
	{ "DIRECTORY", TOKEN_NAME },
	{ "PATH", TOKEN_NAME },
	{ "INTERFACE", TOKEN_INTERFACE },
	{ "A.B.C.D", TOKEN_IPV4 },
	{ "X:X::X", TOKEN_IPV6 },
	{ "ADDRESS", TOKEN_ADDRESS },
	{ "MASK", TOKEN_MASK },
	{ "X:X::X/N", TOKEN_PREFIX6 },
	{ "REST", TOKEN_REST },
	{ "SECRET", TOKEN_SECRET },
	{ "KEY", TOKEN_KEY },
	{ "HEX", TOKEN_HEX },
	{ "ENCRYPTION", TOKEN_ENCRYPTION },
	{ "INTEGRITY", TOKEN_INTEGRITY },
	{ "PRF", TOKEN_PRF },
	{ "GROUP", TOKEN_GROUP },
	{ "METHOD", TOKEN_METHOD },
	{ "groupN", TOKEN_PFS_GROUP },
	{ "TRANSFORM", TOKEN_TRANSFORM },
};

static enum token_kind kind_of(const char *text, size_t len)
{
	size_t i;

	if (text[0] == '<')
		return TOKEN_NUMBER;
	if (text[0] != 'g' && !isupper((unsigned char)text[0]))
		return TOKEN_KEYWORD;
	for (i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++)
		if (strlen(placeholders[i].text) == len && !memcmp(placeholders[i].text, text, len))
			return placeholders[i].kind;
	return TOKEN_KEYWORD;
}

bool token_next(const char **syntax, struct token *token)
{
	const char *at = *syntax;
	char *end;

	*token = (struct token){ .kind = TOKEN_NONE };
	while (*at == ' ')
		at++;
	token->text = at;
	token->len = strcspn(at, " ");
	if (!token->len)
		return false;
	*syntax = at + token->len;

	if (token->text[0] == '[') {
		token->optional = true;
		token->text++;
		token->len -= 2;
	}
	if (token->len > 3 && !memcmp(token->text + token->len - 3, "...", 3)) {
		token->repeated = true;
		token->len -= 3;
	}
	token->kind = kind_of(token->text, token->len);
	if (token->kind == TOKEN_NUMBER) {
		token->min = strtoull(token->text + 1, &end, 10);
		token->max = strtoull(end + 1, NULL, 10);
	}
	return true;
}

/* The @index-th of "a|b|c" */
static const char *alternative(const struct token *token, size_t index, char text[TOKEN_TEXT])
{
	const char *at = token->text, *end = token->text + token->len, *bar;

	for (;; at = bar + 1) {
		bar = memchr(at, '|', end - at);
		if (!index--) {
			size_t len = (bar ? bar : end) - at;

			memcpy(text, at, len); /* the table's words are shorter than TOKEN_TEXT */
			text[len] = '\0';
			return text;
		}
		if (!bar)
			return NULL;
	}
}

const char *token_candidate(const struct token *token, size_t index, char text[TOKEN_TEXT])
{
	const struct esp_keyword *esp;
	const char *keyword;

	switch (token->kind) {
	case TOKEN_KEYWORD:
		return alternative(token, index, text);
	case TOKEN_ENCRYPTION:
		return transform_keywords(TRANSFORM_ENCR, index);
	case TOKEN_INTEGRITY:
		return transform_keywords(TRANSFORM_INTEG, index);
	case TOKEN_PRF:
		return transform_keywords(TRANSFORM_PRF, index);
	case TOKEN_GROUP:
		return transform_keywords(TRANSFORM_KE, index);
	case TOKEN_METHOD:
		return transform_keywords(TRANSFORM_ADDKE1, index);
	case TOKEN_PFS_GROUP:
		keyword = transform_keywords(TRANSFORM_KE, index);
		if (!keyword)
			return NULL;
		snprintf(text, TOKEN_TEXT, "group%s", keyword);
		return text;
	case TOKEN_TRANSFORM:
		esp = esp_keyword_at(index);
		return esp ? esp->keyword : NULL;
	default:
		return NULL;
	}
}

bool token_is_secret(enum token_kind kind)
{
	return kind == TOKEN_KEY || kind == TOKEN_HEX || kind == TOKEN_SECRET;
}

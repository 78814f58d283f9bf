/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CONFIG_CONFIG_H
#define SEKI_CONFIG_CONFIG_H

/*
 * The configuration file: IOS-style statements in, a policy out, and the way
 * back. One table of statements (grammar.c) drives the parser, its error
 * messages, the help and the completion.
 */

#include <stdio.h>
#include <sys/queue.h>

#include "base/bytes.h"
#include "base/result.h"
#include "ike/policy.h"

/* What a file has to say about itself */

enum config_severity { CONFIG_NOTICE, CONFIG_WARNING, CONFIG_ERROR };

/** struct config_diagnostic - one finding; @line 0: the file as a whole */
struct config_diagnostic {
	TAILQ_ENTRY(config_diagnostic) link;
	enum config_severity severity;
	char *file;
	unsigned int line;
	unsigned int column; /* 1 is the first octet */
	unsigned int width; /* octets to underline */
	char *source; /* the line, cut before anything that may be a secret; or NULL */
	char *message;
	char *suggestion; /* the word that was probably meant, or NULL */
};

/** struct config_report - findings in the order of their lines */
struct config_report {
	TAILQ_HEAD(config_diagnostics, config_diagnostic) diagnostics;
	size_t errors, warnings, notices;
};

void config_report_init(struct config_report *report);
void config_report_free(struct config_report *report);
/** config_report_print() - FILE:LINE:COL: error: ..., the line, a caret, the suggestion */
void config_report_print(const struct config_report *report, FILE *out);
const char *config_severity_name(enum config_severity severity);

/* Loading */

/**
 * config_load_file() - reads and checks a configuration
 * @report: initialised by the caller, who prints and frees it; all findings of
 * the file are in it, not only the first
 * @out: the new policy, to be given back with policy_free(); NULL on failure
 *
 * Return: 0; -EINVAL when the file holds any error (nothing of it is used
 * then); another error when it cannot be read
 */
struct result config_load_file(const char *path, struct config_report *report, struct policy **out);
/** config_load_text() - the same for text in memory; @name stands for the file */
struct result config_load_text(const char *name, struct bytes text, struct config_report *report,
			       struct policy **out);

/* Printing and comparing */

/**
 * config_print() - the running configuration
 * @with_secrets: print the keys too; without, each is "<removed>" and the text
 * does not load again before they are put back
 */
void config_print(const struct policy *policy, FILE *out, bool with_secrets);

enum config_change { CONFIG_ADDED, CONFIG_REMOVED, CONFIG_CHANGED };

/**
 * config_compare() - what a reload would change
 * @changed: called for each object, named by the statement that opens it:
 * "crypto ikev2 profile IKEV2-SETUP"; settings outside of objects are
 * "global settings", static routes are one object each
 *
 * Return: the number of changes
 */
size_t config_compare(const struct policy *old, const struct policy *new,
		      void (*changed)(void *context, enum config_change change, const char *object),
		      void *context);

/* The grammar, for help, completion and documentation */

enum config_mode {
	CONFIG_MODE_GLOBAL,
	CONFIG_MODE_IKEV2_PROPOSAL,
	CONFIG_MODE_IKEV2_POLICY,
	CONFIG_MODE_KEYRING,
	CONFIG_MODE_PEER,
	CONFIG_MODE_AUTHORIZATION,
	CONFIG_MODE_TRUSTPOINT,
	CONFIG_MODE_IKEV2_PROFILE,
	CONFIG_MODE_ISAKMP_POLICY,
	CONFIG_MODE_ISAKMP_KEYRING,
	CONFIG_MODE_ISAKMP_PROFILE,
	CONFIG_MODE_CLIENT_GROUP,
	CONFIG_MODE_EZVPN,
	CONFIG_MODE_PUBKEY_CHAIN,
	CONFIG_MODE_PUBKEY,
	CONFIG_MODE_KEY_STRING,
	CONFIG_MODE_TRANSFORM_SET,
	CONFIG_MODE_IPSEC_PROFILE,
	CONFIG_MODE_CRYPTO_MAP,
	CONFIG_MODE_ACCESS_LIST,
	CONFIG_MODE_INTERFACE,
	CONFIG_MODE_COUNT,
};

/** config_mode_opener() - "crypto ikev2 proposal NAME"; NULL for the global mode */
const char *config_mode_opener(enum config_mode mode);
enum config_mode config_mode_parent(enum config_mode mode);

/**
 * struct config_help - one row of the grammar
 * @syntax: words; CAPITALS, A.B.C.D and <MIN-MAX> stand for values, a|b for a
 * choice, [a] may be left out, a... may be repeated
 * @refusal: why the statement is understood but not accepted yet, or NULL
 */
struct config_help {
	enum config_mode mode;
	const char *syntax;
	const char *help;
	const char *refusal;
	bool can_negate; /* "no ..." is understood too */
};

/** config_help_at() - rows by number; false past the end */
bool config_help_at(size_t index, struct config_help *out);

/**
 * config_complete() - the words that may stand at the end of an unfinished line
 * @line: "crypto ik" completes the last word, "crypto " asks for the next one
 * @found: called once a word: a keyword to type, or a placeholder such as NAME,
 * with the help of a row that it leads to; "<cr>" when the line is complete
 *
 * Return: the number of words
 */
size_t config_complete(enum config_mode mode, const char *line,
		       void (*found)(void *context, const char *word, const char *help),
		       void *context);

#endif

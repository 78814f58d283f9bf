// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a file line by line. A statement belongs to the innermost open mode
 * that knows it, so indentation is not needed; where it is there, it tells the
 * sub-mode lines of statements that are none of our business.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "config/loader.h"
#include "config/report.h"
#include "config/unrelated.h"
#include "ike/easy_vpn.h"

#define FILE_SIZE_MAX (1024 * 1024)
#define LINE_MAX_OCTETS 4096

/* struct scratch - the words of the current line, and a banner that is being skipped */
struct scratch {
	char text[LINE_MAX_OCTETS + 1];
	struct word words[LINE_MAX_OCTETS / 2 + 1];
	char banner[3]; /* its delimiter */
};

struct place place_of_line(unsigned int line)
{
	return (struct place){ .line = line };
}

struct place place_of_arg(const struct loader *loader, const struct arg *arg)
{
	return (struct place){ loader->number, arg->column,
			       token_is_secret(arg->kind) ? 0 : arg->width };
}

static struct place place_of_word(const struct loader *loader, const struct word *word)
{
	return (struct place){ loader->number, word->column, word->len };
}

/* Places of a whole statement get its first word's column. */
static void complete_place(const struct loader *loader, struct place *place)
{
	const char *line;

	if (place->column || !place->line)
		return;
	line = loader->lines[place->line - 1];
	place->column = strspn(line, " \t") + 1;
	place->width = strlen(line) - (place->column - 1);
}

/* Words that stand beside secrets on lines of ours and of other routers' statements */
static bool may_hold_secret(const char *line)
{
	static const char *const words[] = { "key", "secret", "password", "community" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(line, words[i]))
			return true;
	return false;
}

void loader_say(struct loader *loader, enum config_severity severity, struct place place,
		const char *suggestion, const char *format, ...)
{
	struct config_diagnostic *diagnostic = must_calloc(1, sizeof(*diagnostic));
	char message[600];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);

	complete_place(loader, &place);
	*diagnostic = (struct config_diagnostic){
		.severity = severity,
		.file = must_strdup(loader->policy->source),
		.line = place.line,
		.column = place.column,
		.width = place.width,
		.message = must_strdup(message),
		.suggestion = suggestion && *suggestion ? must_strdup(suggestion) : NULL,
	};
	if (place.line && strlen(loader->lines[place.line - 1]) <= LINE_MAX_OCTETS) {
		diagnostic->source = must_strdup(loader->lines[place.line - 1]);
		if (severity == CONFIG_NOTICE || may_hold_secret(diagnostic->source) ||
		    (suggestion && may_hold_secret(suggestion))) {
			size_t len = strlen(diagnostic->source);
			size_t shown = place.column - 1 + place.width;

			if (shown < len)
				secret_wipe(diagnostic->source + shown, len - shown);
		}
	}
	if (severity == CONFIG_ERROR && loader->number <= loader->line_count)
		loader->faulty[loader->mode == CONFIG_MODE_GLOBAL ? loader->number :
								    loader->openers[loader->mode]] =
			true;
	report_add(loader->report, diagnostic);
}

void loader_say_once(struct loader *loader, struct place place, const char *key, const char *format,
		     ...)
{
	struct named_once *named;
	char message[300];
	va_list args;

	TAILQ_FOREACH(named, &loader->named, link)
		if (!strcasecmp(named->text, key))
			return;
	named = must_calloc(1, sizeof(*named));
	snprintf(named->text, sizeof(named->text), "%s", key);
	TAILQ_INSERT_TAIL(&loader->named, named, link);

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	loader_say(loader, CONFIG_NOTICE, place, NULL, "%s", message);
}

/* Leaves all sub-modes; what follows indented, or up to the next "!", is passed over. */
static void skip_submode(struct loader *loader, unsigned int indent, bool unindented_too)
{
	loader->mode = CONFIG_MODE_GLOBAL;
	loader->indent = indent;
	loader->skipping = true;
	loader->separated = !unindented_too;
}

static void split(struct loader *loader, struct scratch *scratch)
{
	const char *raw = loader->line.raw;
	char *at, *save = NULL;

	snprintf(scratch->text, sizeof(scratch->text), "%s", raw);
	loader->line.words = scratch->words;
	loader->line.count = 0;
	loader->line.negated = false;
	for (at = strtok_r(scratch->text, " \t", &save); at; at = strtok_r(NULL, " \t", &save))
		scratch->words[loader->line.count++] = (struct word){
			.text = at,
			.len = strlen(at),
			.column = at - scratch->text + 1,
		};
}

static bool drop_no(struct line *line)
{
	if (strcasecmp(line->words[0].text, "no"))
		return false;
	line->negated = true;
	line->words++;
	line->count--;
	return true;
}

/* "ignored" for people: named by the first words, once a file */
static void ignore(struct loader *loader)
{
	const struct line *line = &loader->line;
	struct place place = place_of_word(loader, &line->words[0]);
	char key[64];
	bool two = line->count > 1 && !strncasecmp(line->words[0].text, "ip", 2) &&
		   line->words[0].len <= 4;

	if (two)
		place.width = line->words[1].column + line->words[1].len - place.column;
	snprintf(key, sizeof(key), "%s%.25s%s%.25s", line->negated ? "no " : "",
		 line->words[0].text, two ? " " : "", two ? line->words[1].text : "");
	loader_say_once(loader, place, key, "ignored \"%s\": it does not concern IPsec", key);
}

static void report_mismatch(struct loader *loader, const struct mismatch *mismatch)
{
	const struct line *line = &loader->line;
	struct place place = {
		.line = loader->number,
		.column = strlen(line->raw) + 1,
		.width = 1,
	};

	if (mismatch->word < line->count)
		place = place_of_word(loader, &line->words[mismatch->word]);
	loader_say(loader, CONFIG_ERROR, place, mismatch->suggestion, "%s", mismatch->message);
}

/* Is a statement that does not match ours all the same, so that it must be a mistake? */
static bool is_ours(const struct loader *loader, const struct mismatch *mismatch)
{
	const char *leading = mismatch->word ? mismatch->leading : "";

	/* The "login" of a router's lines is no misspelt "logging". */
	if (!mismatch->word && !strcmp(mismatch->suggestion, "logging"))
		return false;
	if (mismatch->suggestion[0] || mismatch->value)
		return true;
	if (mismatch->kind != MISMATCH_UNKNOWN)
		return true;
	return !strncmp(leading, "crypto", 6) || !strncmp(leading, "tunnel", 6);
}

static void handle_mismatch(struct loader *loader, const struct mismatch *mismatch,
			    unsigned int indent)
{
	bool inside = loader->mode != CONFIG_MODE_GLOBAL;
	bool in_interface = loader->mode == CONFIG_MODE_INTERFACE;
	bool deeper = (inside || loader->skipping) && indent > loader->indent;
	const struct unrelated *unrelated = unrelated_find(&loader->line);
	const char *first = loader->line.words[0].text;

	if (unrelated && !deeper && (!in_interface || unrelated->opens)) {
		ignore(loader);
		skip_submode(loader, indent, unrelated->opens);
		return;
	}
	if (is_ours(loader, mismatch) && !(unrelated && in_interface)) {
		/* Its sub-mode lines would only repeat the complaint. */
		if ((!inside || !deeper) &&
		    (word_is_near(first, "crypto") || word_is_near(first, "interface")))
			skip_submode(loader, indent, true);
		report_mismatch(loader, mismatch);
		return;
	}
	if (loader->skipping && !loader->separated)
		return;
	if (in_interface) {
		ignore(loader);
		return;
	}
	if (inside && (deeper || !loader->separated)) {
		report_mismatch(loader, mismatch);
		return;
	}
	ignore(loader);
	skip_submode(loader, indent, false);
}

static void refuse(struct loader *loader, const struct match *match, unsigned int indent)
{
	const struct line *line = &loader->line;
	struct place place = place_of_word(loader, &line->words[0]);
	const struct word *last = &line->words[line->count > 1 ? 1 : 0];

	if (match->negated)
		return; /* what is not there is off */
	place.width = last->column + last->len - place.column;
	loader_say(loader, CONFIG_ERROR, place, NULL, "%s", match->statement->refusal);
	if (match->statement->mode == CONFIG_MODE_GLOBAL)
		skip_submode(loader, indent, true);
}

static void handle_statement(struct loader *loader, unsigned int indent)
{
	struct mismatch mismatch, deepest = { .word = 0 };
	enum config_mode mode = loader->mode;
	struct match match;

	while (!match_line(mode, &loader->line, &match, &mismatch)) {
		if (mode == loader->mode || mismatch.word > deepest.word ||
		    (mismatch.word == deepest.word && mismatch.suggestion[0] &&
		     !deepest.suggestion[0]))
			deepest = mismatch;
		if (mode == CONFIG_MODE_GLOBAL) {
			handle_mismatch(loader, &deepest, indent);
			return;
		}
		mode = config_mode_parent(mode);
	}

	loader->mode = mode;
	loader->skipping = false;
	if (match.statement->refusal) {
		refuse(loader, &match, indent);
		return;
	}
	match.statement->handle(loader, &match);
	if (match.statement->opens == CONFIG_MODE_GLOBAL)
		return;
	loader->mode = match.statement->opens;
	loader->openers[loader->mode] = loader->number;
	loader->indent = indent;
	loader->separated = false;
}

/* "exit" and "end" are words of the modes' walk, not statements of the table. */
static bool handle_exit(struct loader *loader)
{
	const char *word = loader->line.words[0].text;

	if (loader->line.count != 1 || (strcasecmp(word, "exit") && strcasecmp(word, "end")))
		return false;
	if (!strcasecmp(word, "end"))
		loader->mode = CONFIG_MODE_GLOBAL;
	else if (!loader->skipping)
		loader->mode = config_mode_parent(loader->mode);
	loader->skipping = false;
	return true;
}

/* "banner motd #": free text up to the next "#", on whatever line it stands */
static bool skip_banner(struct loader *loader, struct scratch *scratch)
{
	const char *raw = loader->line.raw, *text;
	size_t len;

	if (scratch->banner[0]) {
		if (strstr(raw, scratch->banner))
			scratch->banner[0] = '\0';
		return true;
	}
	if (strncasecmp(raw, "banner ", 7))
		return false;
	text = raw + 7 + strcspn(raw + 7, " \t");
	text += strspn(text, " \t");
	len = text[0] == '^' && text[1] == 'C' ? 2 : 1;
	if (*text && !strstr(text + len, (char[]){ text[0], len == 2 ? 'C' : '\0', '\0' }))
		snprintf(scratch->banner, sizeof(scratch->banner), "%.*s", (int)len, text);
	loader_say_once(loader, (struct place){ loader->number, 1, 6 }, "banner",
			"ignored \"banner\": it does not concern IPsec");
	return true;
}

/* Octets that have no business in a line; false when it must not be looked at further */
static bool check_octets(struct loader *loader, const char *raw)
{
	struct place place = { .line = loader->number, .width = 1 };
	size_t i;

	if (strlen(raw) > LINE_MAX_OCTETS) {
		place.column = 1;
		loader_error(loader, place, "the line is longer than %d octets", LINE_MAX_OCTETS);
		return false;
	}
	for (i = 0; raw[i]; i++) {
		unsigned char octet = raw[i];

		if (octet == '\t' || (octet >= 0x20 && octet != 0x7f))
			continue;
		place.column = i + 1;
		loader_error(loader, place, "control character 0x%02x", octet);
		return false;
	}
	return true;
}

static void load_line(struct loader *loader, struct scratch *scratch)
{
	char *raw = loader->lines[loader->number - 1];
	size_t len = strlen(raw);
	unsigned int indent;

	while (len && strchr(" \t\r", raw[len - 1]))
		raw[--len] = '\0';
	loader->line.raw = raw;
	if (skip_banner(loader, scratch) || !check_octets(loader, raw))
		return;

	indent = strspn(raw, " \t");
	if (!raw[indent])
		return;
	if (raw[indent] == '!') {
		if (!strcmp(raw, "!"))
			loader->separated = true;
		return;
	}
	if (loader->skipping && indent > loader->indent)
		return;
	split(loader, scratch);
	if (handle_exit(loader))
		return;
	if (drop_no(&loader->line) && !loader->line.count) {
		loader_error(loader, place_of_line(loader->number),
			     "incomplete statement: expected another after \"no\"");
		return;
	}
	handle_statement(loader, indent);
}

/* Makes the index of lines; @text has room for a NUL behind its end. */
static void index_lines(struct loader *loader, char *text, size_t len)
{
	size_t capacity = 0, start = 0, end;

	for (; start < len; start = end + 1) {
		char *newline = memchr(text + start, '\n', len - start);

		end = newline ? (size_t)(newline - text) : len;
		text[end] = '\0';
		if (loader->line_count == capacity) {
			capacity = capacity ? 2 * capacity : 64;
			loader->lines =
				must_realloc(loader->lines, capacity * sizeof(*loader->lines));
		}
		loader->lines[loader->line_count++] = text + start;
	}
}

static bool check_nul(struct loader *loader, struct bytes text)
{
	const uint8_t *at = memchr(text.data, '\0', text.len);
	struct place place = { .line = 1, .width = 1 };
	size_t i, start = 0;

	if (!at)
		return true;
	for (i = 0; i < (size_t)(at - text.data); i++) {
		if (text.data[i] != '\n')
			continue;
		place.line++;
		start = i + 1;
	}
	place.column = i - start + 1;
	loader_error(loader, place, "control character 0x00: this is not a text file");
	return false;
}

static void loader_free(struct loader *loader)
{
	struct reference *reference;
	struct legacy_use *use;
	struct named_once *named;

	while ((reference = TAILQ_FIRST(&loader->references))) {
		TAILQ_REMOVE(&loader->references, reference, link);
		free(reference->name);
		free(reference);
	}
	while ((use = TAILQ_FIRST(&loader->legacy_uses))) {
		TAILQ_REMOVE(&loader->legacy_uses, use, link);
		free(use);
	}
	while ((named = TAILQ_FIRST(&loader->named))) {
		TAILQ_REMOVE(&loader->named, named, link);
		free(named);
	}
	free(loader->faulty);
	free(loader->lines);
}

static struct result summary(const struct config_report *report, const char *name)
{
	const struct config_diagnostic *diagnostic;

	TAILQ_FOREACH(diagnostic, &report->diagnostics, link)
		if (diagnostic->severity == CONFIG_ERROR)
			return fail(-EINVAL, "%s:%u: %.120s (%zu error%s in all)", name,
				    diagnostic->line, diagnostic->message, report->errors,
				    report->errors == 1 ? "" : "s");
	return RESULT_OK;
}

struct result config_load_text(const char *name, struct bytes text, struct config_report *report,
			       struct policy **out)
{
	struct loader loader = { .policy = policy_new(), .report = report };
	struct scratch *scratch = must_calloc(1, sizeof(*scratch));
	char *copy = must_calloc(1, text.len + 1);

	*out = NULL;
	loader.policy->source = must_strdup(name);
	TAILQ_INIT(&loader.references);
	TAILQ_INIT(&loader.legacy_uses);
	TAILQ_INIT(&loader.named);

	if (text.len)
		memcpy(copy, text.data, text.len);
	index_lines(&loader, copy, text.len);
	loader.faulty = must_calloc(loader.line_count + 1, sizeof(*loader.faulty));
	if (!text.len || check_nul(&loader, text)) {
		for (loader.number = 1; loader.number <= loader.line_count; loader.number++)
			load_line(&loader, scratch);
		check_policy(&loader);
	}

	loader_free(&loader);
	secret_free(scratch, sizeof(*scratch));
	secret_free(copy, text.len + 1);
	if (report->errors) {
		policy_free(loader.policy);
		return summary(report, name);
	}
	*out = loader.policy;
	return RESULT_OK;
}

static bool has_secrets(const struct policy *policy)
{
	const struct ipsec_profile *ipsec_profile;
	const struct ikev2_profile *profile;
	const struct keyring *keyring;

	TAILQ_FOREACH(keyring, &policy->keyrings, link)
		if (!TAILQ_EMPTY(&keyring->peers))
			return true;
	TAILQ_FOREACH(profile, &policy->ikev2_profiles, link)
		if (profile->eap_password.len)
			return true;
	TAILQ_FOREACH(ipsec_profile, &policy->ipsec_profiles, link)
		if (ipsec_profile->ezvpn)
			return true;
	return !TAILQ_EMPTY(&policy->users) || !TAILQ_EMPTY(&policy->isakmp_keys.peers) ||
	       !TAILQ_EMPTY(&policy->isakmp_keyrings) || !TAILQ_EMPTY(&policy->client_groups);
}

static void warn_if_readable(const char *path, mode_t mode, struct config_report *report)
{
	struct config_diagnostic *diagnostic;

	if (!(mode & S_IROTH))
		return;
	diagnostic = must_calloc(1, sizeof(*diagnostic));
	diagnostic->severity = CONFIG_WARNING;
	diagnostic->file = must_strdup(path);
	diagnostic->message =
		must_strdup("every user can read the keys in this file: chmod 600 it");
	report_add(report, diagnostic);
}

static struct result read_file(int fd, const char *path, char *text, size_t size, size_t *len)
{
	ssize_t got;

	for (*len = 0; *len < size; *len += got) {
		got = read(fd, text + *len, size - *len);
		if (got < 0 && errno == EINTR)
			got = 0;
		else if (got < 0)
			return fail(-errno, "%s: %s", path, strerror(errno));
		else if (!got)
			return RESULT_OK;
	}
	return fail(-EFBIG, "%s: larger than %d octets", path, FILE_SIZE_MAX);
}

struct result config_load_file(const char *path, struct config_report *report, struct policy **out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct result result;
	struct stat status;
	size_t len = 0;
	char *text;

	*out = NULL;
	if (fd < 0)
		return fail(-errno, "%s: %s", path, strerror(errno));
	text = must_calloc(1, FILE_SIZE_MAX + 1);
	result = read_file(fd, path, text, FILE_SIZE_MAX + 1, &len);
	if (!failed(&result))
		result = config_load_text(path, bytes_of(text, len), report, out);
	if (*out && has_secrets(*out) && !fstat(fd, &status))
		warn_if_readable(path, status.st_mode, report);
	secret_free(text, FILE_SIZE_MAX + 1);
	close(fd);
	return result;
}

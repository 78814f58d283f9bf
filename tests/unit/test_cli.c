// SPDX-License-Identifier: GPL-2.0-or-later
/* Words: what they mean cut short, what may follow, and how seki ends. */

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "ctl/client.h"
#include "ctl/ctl.h"
#include "../support/ctl_fake.h"

#include <cmocka.h> /* last: it has a macro called fail */

/* "sh cry sess" to words; @text is cut up. */
static size_t split(char *text, char *words[COMMAND_WORDS_MAX])
{
	size_t count = 0;
	char *save;

	for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
		words[count++] = word;
	return count;
}

static struct match match_text(const char *text, char copy[256])
{
	char *words[COMMAND_WORDS_MAX];

	snprintf(copy, 256, "%s", text);
	return match_command(split(copy, words), words);
}

static void words_may_be_cut(void **state)
{
	static const struct {
		const char *typed, *meant, *values[COMMAND_VALUES_MAX];
	} cases[] = {
		{ "show crypto session", "show crypto session", { NULL } },
		{ "sh cry sess", "show crypto session", { NULL } },
		{ "SH CRY SESS", "show crypto session", { NULL } },
		{ "sh cr se de", "show crypto session detail", { NULL } },
		{ "show cry ike sa det", "show crypto ikev2 sa detailed", { NULL } },
		{ "sh run", "show running-config", { NULL } },
		{ "wr t", "write terminal", { NULL } },
		{ "sh cry ips sa pe 10.0.0.2",
		  "show crypto ipsec sa peer <address>",
		  { "10.0.0.2" } },
		{ "sh cry ips sa int tunnel0",
		  "show crypto ipsec sa interface <name>",
		  { "tunnel0" } },
		{ "sh cry ike sa rem 2001:db8::1 det",
		  "show crypto ikev2 sa remote <address> detailed",
		  { "2001:db8::1" } },
		{ "show crypto map interface serial 0",
		  "show crypto map interface <name> <number>",
		  { "serial", "0" } },
		{ "cl cry sa", "clear crypto sa", { NULL } },
		{ "clear crypto sa counters", "clear crypto sa counters", { NULL } },
		{ "clear crypto sa entry 10.0.0.2 esp 0x6625CD",
		  "clear crypto sa entry <destination> <protocol> <spi>",
		  { "10.0.0.2", "esp", "0x6625CD" } },
		{ "clear cry isa 4", "clear crypto isakmp <id>", { "4" } },
		{ "rek cry sa", "rekey crypto sa", { NULL } },
		{ "rel", "reload", { NULL } },
		{ "deb cry ike pac", "debug crypto ikev2 packet", { NULL } },
		{ "u all", "undebug all", { NULL } },
		{ "und cry ips", "undebug crypto ipsec", { NULL } },
		{ "config check check", "config check <file>", { "check" } },
	};
	char copy[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct match match = match_text(cases[i].typed, copy);

		if (match.outcome != MATCH_FOUND)
			fail_msg("\"%s\" is not understood: %d at %zu", cases[i].typed,
				 (int)match.outcome, match.position);
		assert_string_equal(match.command->words, cases[i].meant);
		for (size_t k = 0; k < COMMAND_VALUES_MAX; k++)
			if (cases[i].values[k])
				assert_string_equal(match.values[k], cases[i].values[k]);
			else
				assert_null(match.values[k]);
	}
}

static void wrong_words_are_pointed_at(void **state)
{
	static const struct {
		const char *typed;
		enum match_outcome outcome;
		size_t position;
	} cases[] = {
		{ "", MATCH_EMPTY, 0 },
		{ "show", MATCH_INCOMPLETE, 0 },
		{ "show crypto ipsec sa peer", MATCH_INCOMPLETE, 4 },
		{ "debug crypto ikev2", MATCH_INCOMPLETE, 2 },
		{ "re", MATCH_AMBIGUOUS, 0 },
		{ "show crypto i sa", MATCH_AMBIGUOUS, 2 },
		{ "show crypto ikev2 p", MATCH_AMBIGUOUS, 3 },
		{ "show cryptoo session", MATCH_INVALID, 1 },
		{ "show crypto session detail now", MATCH_INVALID, 4 },
		{ "frobnicate", MATCH_INVALID, 0 },
	};
	char copy[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct match match = match_text(cases[i].typed, copy);

		if (match.outcome != cases[i].outcome || match.position != cases[i].position)
			fail_msg("\"%s\": %d at %zu", cases[i].typed, (int)match.outcome,
				 match.position);
	}
}

/* Two rows with the same words would make one of them unreachable. */
static void every_row_is_reached_by_its_own_words(void **state)
{
	const struct command *rows;
	size_t count, found = 0;
	char copy[256];

	rows = commands(&count);
	for (size_t i = 0; i < count; i++) {
		struct match match = match_text(rows[i].words, copy);

		if (!rows[i].verb && !rows[i].run) {
			assert_int_equal(match.outcome, MATCH_INCOMPLETE);
			assert_true(rows[i].help[0] != '\0');
			continue;
		}
		found++;
		assert_int_equal(match.outcome, MATCH_FOUND);
		assert_ptr_equal(match.command, &rows[i]);
		assert_true(rows[i].run || rows[i].render);
	}
	assert_true(found > 20);
}

static void collect(void *context, const char *word, size_t len, const char *help)
{
	char *all = context;

	strncat(all, word, len);
	strcat(all, " ");
}

static void assert_completes(const char *typed, const char *start, const char *expected)
{
	char copy[256], all[1024] = "";
	char *words[COMMAND_WORDS_MAX];

	snprintf(copy, sizeof(copy), "%s", typed);
	complete_word(split(copy, words), words, start, collect, all);
	assert_string_equal(all, expected);
}

static void completion_offers_what_fits(void **state)
{
	assert_completes(
		"", "",
		"show write clear rekey redirect crypto config reload monitor debug undebug ");
	assert_completes("", "re", "rekey redirect reload ");
	assert_completes("show", "", "crypto hosts running-config debug ");
	assert_completes("sh cry", "i", "ikev2 isakmp ipsec ");
	assert_completes("show crypto ipsec sa", "", "interface peer old new <cr> ");
	assert_completes("clear crypto sa", "", "peer map entry spi counters <cr> ");
	assert_completes("clear crypto sa spi 10.0.0.2 ah", "", "<spi> ");
	assert_completes("show crypto ipsec sa peer", "", "<address> ");
	assert_completes("show crypto session", "d", "detail ");
	assert_completes("debug crypto ikev2", "",
			 "error internal packet message-info payload-info keepalive invalid-spi ");
	assert_completes("undebug", "", "all crypto config ");
	assert_completes("reload", "", "<cr> ");
	assert_completes("nonsense", "", "");
	assert_completes("show", "x", "");
}

/* A whole seki, with a daemon behind the socket. */

static struct ctl_fake fake;
static struct ctl_server *server;
static pthread_t thread;
static atomic_bool stopping, flooding;
static char folder[] = "/tmp/test_cli.XXXXXX";
static char path[128];

static void *serve(void *unused)
{
	struct pollfd poll_fd = { .fd = ctl_fd(server), .events = POLLIN };

	while (!stopping) {
		poll(&poll_fd, 1, 10);
		ctl_run(server);
		if (flooding)
			ctl_log(server, LOG_NOTICE, "*Nov 11 19:30:34.811: IKEv2:a line");
	}
	return NULL;
}

static int start(void **state)
{
	struct result result;

	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/control", folder);
	ctl_fake_router(&fake, 1);
	server = ctl_listen(path, &fake.context, &result);
	stopping = flooding = false;
	return server ? pthread_create(&thread, NULL, serve, NULL) : -1;
}

static int stop(void **state)
{
	stopping = true;
	pthread_join(thread, NULL);
	ctl_close(server);
	return rmdir(folder);
}

/** struct said - what a run printed */
struct said {
	int code;
	char *out, *err;
};

static struct said run(const char *control, bool json, const char *line)
{
	struct said said;
	size_t out_len, err_len;
	char copy[256];
	struct cli cli = {
		.control = control,
		.json = json,
		.out = open_memstream(&said.out, &out_len),
		.err = open_memstream(&said.err, &err_len),
	};

	snprintf(copy, sizeof(copy), "%s", line);
	said.code = run_line(&cli, copy);
	fclose(cli.out);
	fclose(cli.err);
	return said;
}

static void assert_run(const char *line, int code, const char *out, const char *err)
{
	struct said said = run(path, false, line);

	if (said.code != code || !strstr(said.out, out) || !strstr(said.err, err))
		fail_msg("\"%s\": %d\n%s---\n%s", line, said.code, said.out, said.err);
	free(said.out);
	free(said.err);
}

static void commands_reach_the_daemon(void **state)
{
	assert_run("sh cry sess", EXIT_OK, "Session status: UP-ACTIVE", "");
	assert_run("show crypto ipsec sa interface tunnel0", EXIT_OK, "SW:18", "");
	assert_run("show crypto ipsec sa interface tunnel1", EXIT_OK, "No SAs found", "");
	assert_run("write terminal", EXIT_OK, "hostname Router1\n", "");
	assert_run("clear crypto sa peer 10.0.0.2", EXIT_OK, "1 SA cleared\n", "");
	assert_string_equal(fake.order, "clear_children 10.0.0.2");
	assert_run("clear crypto sa spi 10.0.0.2 ah 0x6625CD", EXIT_OK, "1 SA cleared\n", "");
	assert_string_equal(fake.order, "clear_children 10.0.0.2 2 0x6625CD: all");
	/* row K04: "show crypto isakmp sa" and the conn-id that it has shown */
	assert_run("clear crypto isakmp 4", EXIT_OK, "1 SA cleared\n", "");
	assert_string_equal(fake.order, "clear_sas_alone v1 id 4: all");
	assert_run("clear crypto sa counters", EXIT_OK, "The counters of 1 SA are 0\n", "");
	assert_run("show crypto map interface serial 0", EXIT_REFUSED, "",
		   "the configuration has no interface serial0");
	assert_run("rekey crypto ikev2 sa", EXIT_OK, "1 SA being rekeyed\n", "");
	assert_string_equal(fake.order, "rekey_sas v2 all");
	assert_run("redirect crypto ikev2 sa gateway 10.0.0.4", EXIT_OK, "1 SA being redirected\n",
		   "");
	assert_run("undebug all", EXIT_OK, "All debugging is off", "");
	assert_run("! a comment", EXIT_OK, "", "");
	assert_run("   ", EXIT_OK, "", "");
}

/* One value for each name, as if they had been typed. */
static json_t *some_arguments(const char *names, const char *value)
{
	json_t *arguments = json_object();
	char copy[64], *save;

	snprintf(copy, sizeof(copy), "%s", names);
	for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save))
		json_object_set_new(arguments, name, json_string(value));
	return arguments;
}

/* The daemon may not like the value, but knows what it is for. */
static bool is_understood(const struct result *result)
{
	return !failed(result) || (!strstr(result->why, "there is no command") &&
				   !strstr(result->why, "has no argument"));
}

/* Each verb that the table names is one that the daemon has, with that argument. */
static void every_verb_exists(void **state)
{
	const struct command *rows;
	struct result result;
	size_t count;

	rows = commands(&count);
	for (size_t i = 0; i < count; i++) {
		struct ctl_client *client = ctl_connect(path, &result);
		const char *value = rows[i].value ? rows[i].value : "10.0.0.2";
		json_t *arguments = NULL, *answer;

		assert_non_null(client);
		if (rows[i].argument)
			arguments = some_arguments(rows[i].argument, value);
		if (rows[i].verb) {
			result = ctl_send(client, rows[i].verb, arguments);
			assert_false(failed(&result));
			result = ctl_receive(client, &answer);
			if (!is_understood(&result))
				fail_msg("\"%s\": %s", rows[i].words, result.why);
			json_decref(answer);
		}
		ctl_disconnect(client);
	}
}

static void failures_have_codes_and_sentences(void **state)
{
	assert_run("clear crypto sa peer 10.0.0.9", EXIT_REFUSED, "",
		   "% no IPsec SA with 10.0.0.9\n");
	assert_run("clear crypto sa peer tunnel0", EXIT_REFUSED, "", "\"tunnel0\" is no address");
	assert_run("clear crypto sa peer \xff", EXIT_REFUSED, "", "\"peer\" is no string");
	assert_string_equal(fake.order, "clear_children 10.0.0.9");
	assert_run("clear crypto connection many", EXIT_REFUSED, "",
		   "\"many\" is no number from 1 to 4294967295");
	/* row D22 */
	assert_run("crypto key exchange ?", EXIT_OK, "  dss               Exchange DSS keys", "");
	assert_run("crypto key exchange dss", EXIT_REFUSED, "", "which seki does not have");
	assert_run(
		"show crypto sessions", EXIT_USAGE, "",
		"show crypto sessions\n            ^\n% Invalid input detected at '^' marker.\n");
	assert_run("show", EXIT_USAGE, "", "% Incomplete command.\n  crypto");
	assert_run("re", EXIT_USAGE, "", "% Ambiguous command:\n  rekey");
}

static void refused_reload_prints_its_report(void **state)
{
	fake.reload_result = (struct result){ -EINVAL, "seki.conf has 1 error" };
	fake.reload_report = "seki.conf:3:1: error: no such word\n";
	assert_run("reload", EXIT_REFUSED, "",
		   "seki.conf:3:1: error: no such word\n% seki.conf has 1 error\n");
	fake.reload_result = RESULT_OK;
	fake.reload_report = NULL;
	assert_run("reload", EXIT_OK, "Nothing has changed\n", "");
}

static void no_daemon_is_one_sentence(void **state)
{
	struct said said = run("/nonexistent/control", false, "show crypto session");

	assert_int_equal(said.code, EXIT_NO_DAEMON);
	assert_string_equal(said.out, "");
	assert_string_equal(said.err,
			    "sekid is not running (no control socket at /nonexistent/control)\n");
	free(said.out);
	free(said.err);
}

static void json_is_the_daemons_own(void **state)
{
	struct said said = run(path, true, "show crypto session");
	json_t *result = json_loads(said.out, 0, NULL);

	assert_int_equal(said.code, EXIT_OK);
	assert_int_equal(json_array_size(json_object_get(result, "sessions")), 1);
	json_decref(result);
	free(said.out);
	free(said.err);
}

static void question_mark_explains(void **state)
{
	assert_run("?", EXIT_OK, "  reload            read the configuration again", "");
	assert_run("show crypto ?", EXIT_OK, "  session           tunnels and their state\n", "");
	assert_run("show c?", EXIT_OK, "  crypto            IPsec", "");
	assert_run("show crypto session ?", EXIT_OK, "  <cr>\n", "");
	assert_run("nothing ?", EXIT_OK, "% Unrecognized command", "");
}

static void *interrupt(void *main_thread)
{
	flooding = true;
	usleep(200000);
	pthread_kill(*(pthread_t *)main_thread, SIGINT);
	return NULL;
}

/* Lines until ^C, which is no failure; the topic stays on, as in IOS. */
static void debug_streams_until_interrupted(void **state)
{
	pthread_t self = pthread_self(), helper;
	struct said said;

	pthread_create(&helper, NULL, interrupt, &self);
	said = run(path, false, "debug crypto ikev2 packet");
	pthread_join(helper, NULL);
	flooding = false;
	assert_int_equal(said.code, EXIT_OK);
	assert_non_null(strstr(said.out, "IKEv2:a line\n"));
	assert_non_null(strstr(said.err, "Crypto IKEv2 packet debugging is on"));
	assert_non_null(strstr(said.err, "\"undebug crypto ikev2 packet\""));
	free(said.out);
	free(said.err);
	assert_run("show debug", EXIT_OK, "Crypto IKEv2 packet debugging is on", "");
	assert_run("undebug crypto ikev2 packet", EXIT_OK, "All debugging is off", "");
}

static void lost_lines_are_told(void **state)
{
	json_t *result = json_pack("{s:i}", "lost", 17);
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	render_line(result, out);
	fclose(out);
	assert_string_equal(text, "% 17 lines lost\n");
	free(text);
	json_decref(result);
}

int main(void)
{
#define LIVE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_may_be_cut),
		cmocka_unit_test(wrong_words_are_pointed_at),
		cmocka_unit_test(every_row_is_reached_by_its_own_words),
		cmocka_unit_test(completion_offers_what_fits),
		cmocka_unit_test(lost_lines_are_told),
		LIVE(every_verb_exists),
		LIVE(commands_reach_the_daemon),
		LIVE(failures_have_codes_and_sentences),
		LIVE(refused_reload_prints_its_report),
		LIVE(no_daemon_is_one_sentence),
		LIVE(json_is_the_daemons_own),
		LIVE(question_mark_explains),
		LIVE(debug_streams_until_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

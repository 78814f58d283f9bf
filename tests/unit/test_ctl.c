// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket: who may talk, what is refused, and that nobody who reads slowly matters.
 * Rows D27 and K06 for SAs that are replaced or deleted by hand.
 */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "ctl/client.h"
#include "ctl/internal.h"
#include "../support/ctl_fake.h"

#include <cmocka.h> /* last: it has a macro called fail */

enum { READ_MAX = 64 << 20 };

static struct ctl_fake fake;
static struct ctl_server *server;
static char folder[] = "/tmp/test_ctl.XXXXXX";
static char path[128];

static int start(void **state)
{
	struct result result;

	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/run/control", folder);
	ctl_fake_router(&fake, 1);
	server = ctl_listen(path, &fake.context, &result);
	return server ? 0 : -1;
}

static int stop(void **state)
{
	char run[128];

	ctl_close(server);
	server = NULL;
	unlink(path);
	snprintf(run, sizeof(run), "%s/run", folder);
	rmdir(run);
	return rmdir(folder);
}

static int call(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	strcpy(name.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	ctl_run(server);
	return fd;
}

/* Sends it all, with the server at work between the pieces. */
static void say(int fd, const void *text, size_t len)
{
	for (size_t sent = 0, idle = 0; sent < len;) {
		ssize_t now = send(fd, (const char *)text + sent, len - sent, MSG_NOSIGNAL);

		if (now > 0)
			sent += (size_t)now;
		else if (errno != EAGAIN || ++idle > 1000)
			break; /* hung up on, as some tests want it */
		ctl_run(server);
	}
	ctl_run(server);
}

static void say_line(int fd, const char *text)
{
	say(fd, text, strlen(text));
	say(fd, "\n", 1);
}

/* One line without its end, or NULL when the server hung up or has nothing to say. */
static char *hear(int fd)
{
	static struct buffer line;
	size_t idle = 0;
	ssize_t len;
	char chunk[4096], *end;

	buffer_free(&line);
	while (idle < 50 && line.len < READ_MAX) {
		len = recv(fd, chunk, sizeof(chunk), MSG_PEEK);
		if (len == 0 || (len < 0 && errno != EAGAIN))
			break;
		if (len < 0) {
			idle++;
			ctl_run(server);
			continue;
		}
		idle = 0;
		end = memchr(chunk, '\n', (size_t)len);
		if (end)
			len = end - chunk + 1;
		assert_int_equal(read(fd, chunk, (size_t)len), len);
		buffer_put(&line, bytes_of(chunk, (size_t)len));
		if (end) {
			line.data[line.len - 1] = '\0';
			return (char *)line.data;
		}
	}
	buffer_free(&line);
	return NULL;
}

static json_t *hear_json(int fd)
{
	char *line = hear(fd);
	json_t *answer = line ? json_loads(line, 0, NULL) : NULL;

	assert_non_null(answer);
	return answer;
}

static bool hung_up(int fd)
{
	char octet;

	ctl_run(server);
	return read(fd, &octet, 1) == 0 || errno == ECONNRESET;
}

static void expect_error(int fd, const char *error)
{
	json_t *answer = hear_json(fd);

	assert_true(json_is_false(json_object_get(answer, "ok")));
	assert_string_equal(json_string_value(json_object_get(answer, "error")), error);
	json_decref(answer);
}

static void expect_field(int fd, const char *name)
{
	json_t *answer = hear_json(fd);

	assert_true(json_is_true(json_object_get(answer, "ok")));
	assert_non_null(json_object_get(json_object_get(answer, "result"), name));
	json_decref(answer);
}

static void socket_is_for_the_owner(void **state)
{
	char run[128];
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	snprintf(run, sizeof(run), "%s/run", folder);
	assert_int_equal(stat(run, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
}

static void requests_are_answered_in_order(void **state)
{
	static const char *const requests =
		"{\"command\":\"show crypto ikev2 sa\"}\n{\"command\":\"show crypto ipsec sa\"}\n"
		"{\"command\":\"show crypto session\",\"arguments\":{}}\n{\"comm";
	int fd = call();

	say(fd, requests, strlen(requests));
	expect_field(fd, "ike_sas");
	expect_field(fd, "ipsec_sas");
	expect_field(fd, "sessions");
	assert_null(hear(fd));
	say_line(fd, "and\":\"show running-config\"}");
	expect_field(fd, "text");
	close(fd);
}

static void arguments_choose(void **state)
{
	int fd = call();
	json_t *answer;

	say_line(
		fd,
		"{\"command\":\"show crypto ipsec sa\",\"arguments\":{\"interface\":\"tunnel0\"}}");
	answer = hear_json(fd);
	assert_int_equal(json_array_size(
				 json_object_get(json_object_get(answer, "result"), "ipsec_sas")),
			 1);
	json_decref(answer);
	say_line(fd,
		 "{\"command\":\"show crypto ipsec sa\",\"arguments\":{\"peer\":\"10.0.0.9\"}}");
	answer = hear_json(fd);
	assert_int_equal(json_array_size(
				 json_object_get(json_object_get(answer, "result"), "ipsec_sas")),
			 0);
	json_decref(answer);
	close(fd);
}

static void orders_reach_the_engine(void **state)
{
	static const struct {
		const char *request, *order;
	} cases[] = {
		{ "{\"command\":\"clear crypto sa\"}", "clear_children all" },
		{ "{\"command\":\"clear crypto sa\",\"arguments\":{\"peer\":\"10.0.0.2\"}}",
		  "clear_children 10.0.0.2" },
		{ "{\"command\":\"clear crypto sa\",\"arguments\":{\"map\":\"test\"}}",
		  "clear_children map test: all" },
		{ "{\"command\":\"clear crypto sa\",\"arguments\":{\"destination\":\"20.20.20.20\","
		  "\"protocol\":\"AH\",\"spi\":\"6694349\"}}",
		  "clear_children 20.20.20.20 2 0x6625CD: all" },
		{ "{\"command\":\"clear crypto sa counters\"}", "clear_counters all" },
		{ "{\"command\":\"clear crypto connection\",\"arguments\":{\"connection\":\"11\"}}",
		  "clear_children connection 11: all" },
		/* K04: each clears what it is called by, and nothing of the other version */
		{ "{\"command\":\"clear crypto isakmp\"}", "clear_sas_alone v1 all" },
		{ "{\"command\":\"clear crypto isakmp\",\"arguments\":{\"connection\":\"7\"}}",
		  "clear_sas_alone v1 id 7: all" },
		{ "{\"command\":\"clear crypto ikev2 sa\"}", "clear_sas v2 all" },
		{ "{\"command\":\"clear crypto ikev2 sa\",\"arguments\":{\"remote\":\"10.0.0.2\"}}",
		  "clear_sas v2 10.0.0.2" },
		{ "{\"command\":\"rekey crypto ikev2 sa\"}", "rekey_sas v2 all" },
		{ "{\"command\":\"rekey crypto isakmp sa\"}", "rekey_sas v1 all" },
		{ "{\"command\":\"rekey crypto sa\",\"arguments\":{\"peer\":\"10.0.0.2\"}}",
		  "rekey_children 10.0.0.2" },
		{ "{\"command\":\"redirect crypto ikev2 sa\",\"arguments\":"
		  "{\"gateway\":\"10.0.0.4\"}}",
		  "redirect_sas to 10.0.0.4: all" },
		{ "{\"command\":\"redirect crypto ikev2 sa\",\"arguments\":"
		  "{\"gateway\":\"10.0.0.4\",\"remote\":\"10.0.0.2\"}}",
		  "redirect_sas to 10.0.0.4: 10.0.0.2" },
	};
	int fd = call();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		say_line(fd, cases[i].request);
		expect_field(fd, "found");
		assert_string_equal(fake.order, cases[i].order);
	}
	say_line(fd, "{\"command\":\"clear crypto sa\",\"arguments\":{\"peer\":\"10.0.0.9\"}}");
	expect_error(fd, "no IPsec SA with 10.0.0.9");
	say_line(fd, "{\"command\":\"redirect crypto ikev2 sa\"}");
	expect_error(fd, "\"gateway\" is missing");
	say_line(fd, "{\"command\":\"redirect crypto ikev2 sa\",\"arguments\":"
		     "{\"gateway\":\"over there\"}}");
	expect_error(fd, "\"over there\" is no address");
	close(fd);
}

static void reload_reports(void **state)
{
	int fd = call();
	json_t *answer;

	fake.reload_report = "added: crypto keyring K";
	say_line(fd, "{\"command\":\"reload\"}");
	expect_field(fd, "report");
	fake.reload_result = (struct result){ -EINVAL, "seki.conf has 1 error" };
	fake.reload_report = "seki.conf:3:1: error: no such word";
	say_line(fd, "{\"command\":\"reload\"}");
	answer = hear_json(fd);
	assert_true(json_is_false(json_object_get(answer, "ok")));
	assert_string_equal(json_string_value(json_object_get(answer, "error")),
			    "seki.conf has 1 error");
	assert_string_equal(json_string_value(json_object_get(answer, "report")),
			    "seki.conf:3:1: error: no such word");
	json_decref(answer);
	close(fd);
}

/* What is wrong in a request that could be read leaves the connection open. */
static void wrong_requests_are_refused(void **state)
{
	static const struct {
		const char *request, *error;
	} cases[] = {
		{ "{}", "\"command\" is missing" },
		{ "{\"command\":7}", "\"command\" is missing" },
		{ "{\"command\":\"show\"}", "there is no command \"show\"" },
		{ "{\"command\":\"sh cry sess\"}", "there is no command \"sh cry sess\"" },
		{ "{\"command\":\"reload\",\"arguments\":[]}", "\"arguments\" is no object" },
		{ "{\"command\":\"reload\",\"arguments\":{\"peer\":\"10.0.0.2\"}}",
		  "\"reload\" has no argument \"peer\"" },
		{ "{\"command\":\"clear crypto sa\",\"arguments\":{\"peer\":2}}",
		  "\"peer\" is no string" },
		{ "{\"command\":\"clear crypto sa\",\"arguments\":{\"peer\":\"10.0.0.256\"}}",
		  "\"10.0.0.256\" is no address" },
		{ "{\"command\":\"clear crypto sa\",\"arguments\":{\"spi\":\"7\"}}",
		  "\"destination\", \"protocol\" and \"spi\" name an SA together: one of them "
		  "is missing" },
		{ "{\"command\":\"clear crypto sa\",\"arguments\":{\"spi\":\"-1\"}}",
		  "\"-1\" is no number from 1 to 4294967295" },
		{ "{\"command\":\"clear crypto sa\",\"arguments\":{\"protocol\":\"tcp\"}}",
		  "\"tcp\" is not \"ah\" or \"esp\"" },
		{ "{\"command\":\"clear crypto connection\"}", "\"connection\" is missing" },
		{ "{\"command\":\"debug\"}", "\"topic\" is missing" },
		{ "{\"command\":\"debug\",\"arguments\":{\"topic\":\"ip packet\"}}",
		  "there is nothing called \"ip packet\" to debug" },
	};
	int fd = call();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		say_line(fd, cases[i].request);
		expect_error(fd, cases[i].error);
	}
	assert_string_equal(fake.order, "");
	say_line(fd, "{\"command\":\"show debug\"}");
	expect_field(fd, "debug");
	close(fd);
}

static void noise_is_answered_once_and_closed(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {
		{ "hello\n{\"command\":\"reload\"}\n", 28 },
		{ "\n", 1 },
		{ "[]\n", 3 },
		{ "{\"command\":\"show debug\"} x\n", 28 },
		{ "{\"command\":\"reload\",\"command\":\"reload\"}\n", 40 },
		{ "{\"command\":\"re\0load\"}\n", 22 },
		{ "{\"command\":\"\xff\xfe\"}\n", 18 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = call();

		say(fd, cases[i].text, cases[i].len);
		expect_error(fd, "the request is no JSON object");
		assert_true(hung_up(fd));
		close(fd);
	}
}

/* Deep nesting must not eat the stack. */
static void nesting_is_refused(void **state)
{
	char *deep = must_calloc(1, 60000);
	int fd = call();

	memset(deep, '[', 59999);
	say_line(fd, deep);
	expect_error(fd, "the request is no JSON object");
	assert_true(hung_up(fd));
	free(deep);
	close(fd);
}

static void long_lines_are_refused(void **state)
{
	char *text = must_calloc(1, CTL_LINE_MAX);
	int fd = call();

	/* The longest that fits, its end included. */
	memset(text, ' ', CTL_LINE_MAX);
	memcpy(text, "{\"command\":\"show debug\"}", 24);
	text[CTL_LINE_MAX - 1] = '\n';
	say(fd, text, CTL_LINE_MAX);
	expect_field(fd, "debug");
	text[CTL_LINE_MAX - 1] = ' ';
	say(fd, text, CTL_LINE_MAX);
	expect_error(fd, "the request is longer than 65536 octets");
	assert_true(hung_up(fd));
	free(text);
	close(fd);
}

static void half_closed_is_still_answered(void **state)
{
	static const char *const requests =
		"{\"command\":\"show debug\"}\n{\"command\":\"show running-config\"}\n";
	int fd = call();

	assert_int_equal(send(fd, requests, strlen(requests), 0), (ssize_t)strlen(requests));
	shutdown(fd, SHUT_WR);
	expect_field(fd, "debug");
	expect_field(fd, "text");
	assert_true(hung_up(fd));
	close(fd);
}

static void too_many_callers_are_turned_away(void **state)
{
	int fds[32], extra;

	for (size_t i = 0; i < 32; i++)
		fds[i] = call();
	extra = call();
	expect_error(extra, "too many callers at once");
	assert_true(hung_up(extra));
	close(extra);
	say_line(fds[31], "{\"command\":\"show debug\"}");
	expect_field(fds[31], "debug");
	close(fds[0]);
	ctl_run(server);
	ctl_run(server);
	extra = call();
	say_line(extra, "{\"command\":\"show debug\"}");
	expect_field(extra, "debug");
	close(extra);
	for (size_t i = 1; i < 32; i++)
		close(fds[i]);
}

/* An answer of megabytes waits for its reader, and only he waits for it. */
static void slow_readers_only_hurt_themselves(void **state)
{
	int slow = call(), quick = call();
	json_t *answer;

	fake.repeat = 2000;
	say_line(slow, "{\"command\":\"show crypto ipsec sa\"}");
	say_line(slow, "{\"command\":\"clear crypto ikev2 sa\"}");
	say_line(slow, "{\"command\":\"show debug\"}");
	assert_string_equal(fake.order, ""); /* not before the answer is read */
	fake.repeat = 0;
	for (size_t i = 0; i < 20; i++) {
		say_line(quick, "{\"command\":\"show crypto ipsec sa\"}");
		expect_field(quick, "ipsec_sas");
	}
	answer = hear_json(slow);
	assert_int_equal(json_array_size(
				 json_object_get(json_object_get(answer, "result"), "ipsec_sas")),
			 2000);
	json_decref(answer);
	expect_field(slow, "found");
	assert_string_equal(fake.order, "clear_sas v2 all");
	expect_field(slow, "debug");
	/* Gone with an answer half read. */
	fake.repeat = 2000;
	say_line(slow, "{\"command\":\"show crypto ipsec sa\"}");
	close(slow);
	ctl_run(server);
	say_line(quick, "{\"command\":\"show debug\"}");
	expect_field(quick, "debug");
	close(quick);
}

static void expect_line(int fd, const char *line)
{
	json_t *answer = hear_json(fd);

	assert_string_equal(json_string_value(
				    json_object_get(json_object_get(answer, "result"), "line")),
			    line);
	json_decref(answer);
}

static void monitors_get_the_log(void **state)
{
	int monitor = call(), other = call();

	ctl_log(server, LOG_NOTICE, "before");
	say_line(monitor, "{\"command\":\"monitor\"}");
	expect_field(monitor, "debug");
	ctl_log(server, LOG_NOTICE, "one");
	ctl_log(server, LOG_IKEV2_PACKET, "two \"\x80\"");
	expect_line(monitor, "one");
	expect_line(monitor, "two \"?\"");
	assert_null(hear(monitor));
	assert_null(hear(other));
	/* It may still ask. */
	say_line(monitor, "{\"command\":\"undebug all\"}");
	expect_field(monitor, "debug");
	close(monitor);
	ctl_log(server, LOG_NOTICE, "three"); /* to a reader who is gone already */
	ctl_run(server);
	ctl_log(server, LOG_NOTICE, "four");
	say_line(other, "{\"command\":\"show debug\"}");
	expect_field(other, "debug");
	close(other);
}

/* A flood ends in a count, and what comes after that is whole again. */
static void monitors_lose_lines_by_count(void **state)
{
	char text[256];
	size_t got = 0;
	json_int_t lost = 0;
	int fd = call();
	json_t *answer, *result;

	say_line(fd, "{\"command\":\"monitor\"}");
	expect_field(fd, "debug");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (size_t i = 0; i < 10000; i++) {
		ctl_log(server, LOG_NOTICE, text);
		if (i % 100 == 0)
			ctl_run(server);
	}
	while (!lost) {
		answer = hear_json(fd);
		result = json_object_get(answer, "result");
		lost = json_integer_value(json_object_get(result, "lost"));
		if (!lost) {
			assert_string_equal(json_string_value(json_object_get(result, "line")),
					    text);
			got++;
		}
		json_decref(answer);
	}
	assert_int_equal(got + (size_t)lost, 10000);
	assert_true(got > 500 && got < 5000); /* what a socket and 256 KiB hold */
	ctl_log(server, LOG_NOTICE, "after");
	expect_line(fd, "after");
	close(fd);
}

static void others_are_refused(void **state)
{
	json_t *answer;
	pid_t child;
	int status;

	if (geteuid() != 0)
		skip();
	/* Even where somebody opened up the socket's mode. */
	assert_int_equal(chmod(folder, 0755), 0);
	snprintf(path, sizeof(path), "%s/run", folder);
	assert_int_equal(chmod(path, 0755), 0);
	strcat(path, "/control");
	assert_int_equal(chmod(path, 0666), 0);
	child = fork();
	if (child == 0) {
		struct result result;
		struct ctl_client *client;

		if (setgid(65534) || setuid(65534))
			_exit(2);
		client = ctl_connect(path, &result);
		if (!client)
			_exit(3);
		/* The refusal needs no request. */
		result = ctl_receive(client, &answer);
		if (result.code != -EREMOTEIO ||
		    strcmp(result.why, "only root may talk to sekid") != 0)
			_exit(4);
		result = ctl_receive(client, &answer);
		_exit(result.code == -EPIPE ? 0 : 5);
	}
	for (size_t i = 0; i < 500 && waitpid(child, &status, WNOHANG) == 0; i++) {
		ctl_run(server);
		usleep(10000);
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void left_over_sockets_are_replaced(void **state)
{
	struct ctl_server *second;
	struct result result;
	struct stat status;
	char copy[160];
	int fd;

	second = ctl_listen(path, &fake.context, &result);
	assert_null(second);
	assert_int_equal(result.code, -EADDRINUSE);
	/* As after a crash: the name is there, nobody behind it. */
	snprintf(copy, sizeof(copy), "%s.old", path);
	assert_int_equal(rename(path, copy), 0);
	ctl_close(server);
	assert_int_equal(rename(copy, path), 0);
	server = ctl_listen(path, &fake.context, &result);
	assert_non_null(server);
	fd = call();
	say_line(fd, "{\"command\":\"show debug\"}");
	expect_field(fd, "debug");
	close(fd);
	/* A plain file there is somebody else's. */
	assert_null(ctl_listen("tests/unit/test_ctl.c", &fake.context, &result));
	assert_int_equal(result.code, -EEXIST);
	assert_int_equal(stat("tests/unit/test_ctl.c", &status), 0);
	memset(copy, 'a', sizeof(copy) - 1);
	copy[0] = '/';
	copy[sizeof(copy) - 1] = '\0';
	assert_null(ctl_listen(copy, &fake.context, &result));
	assert_int_equal(result.code, -ENAMETOOLONG);
}

static void closing_hangs_up(void **state)
{
	int fd = call();
	struct result result;
	char octet;

	ctl_close(server);
	assert_int_equal(read(fd, &octet, 1), 0);
	assert_int_equal(access(path, F_OK), -1);
	close(fd);
	server = ctl_listen(path, &fake.context, &result);
	assert_non_null(server);
}

static void client_reads_answers_and_refusals(void **state)
{
	struct ctl_client *client;
	struct result result;
	json_t *answer;

	client = ctl_connect(path, &result);
	assert_non_null(client);
	result = ctl_send(client, "show crypto ikev2 sa", NULL);
	assert_false(failed(&result));
	result = ctl_send(client, "clear crypto sa", json_pack("{s:s}", "peer", "10.0.0.9"));
	assert_false(failed(&result));
	for (size_t i = 0; i < 4; i++)
		ctl_run(server);
	result = ctl_receive(client, &answer);
	assert_false(failed(&result));
	assert_int_equal(json_array_size(json_object_get(answer, "ike_sas")), 1);
	json_decref(answer);
	result = ctl_receive(client, &answer);
	assert_int_equal(result.code, -EREMOTEIO);
	assert_string_equal(result.why, "no IPsec SA with 10.0.0.9");
	assert_null(answer);
	ctl_disconnect(client);
	client = ctl_connect("/nonexistent/control", &result);
	assert_null(client);
	assert_int_equal(result.code, -ENOENT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(socket_is_for_the_owner),
		TEST(requests_are_answered_in_order),
		TEST(arguments_choose),
		TEST(orders_reach_the_engine),
		TEST(reload_reports),
		TEST(wrong_requests_are_refused),
		TEST(noise_is_answered_once_and_closed),
		TEST(nesting_is_refused),
		TEST(long_lines_are_refused),
		TEST(half_closed_is_still_answered),
		TEST(too_many_callers_are_turned_away),
		TEST(slow_readers_only_hurt_themselves),
		TEST(monitors_get_the_log),
		TEST(monitors_lose_lines_by_count),
		TEST(others_are_refused),
		TEST(left_over_sockets_are_replaced),
		TEST(closing_hangs_up),
		TEST(client_reads_answers_and_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

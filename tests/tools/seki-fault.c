// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the N-th allocation of memory in a system call fail, for tests of a
 * kernel with fault injection. Reads commands, one a line, and prints one JSON
 * object for each:
 *
 *	netlink PROTOCOL N HEX	send a request on a new socket, take all answers
 *	load N FILE		load a module
 *	unload N NAME		unload one
 *	udp PORT		open a socket, say its descriptor, keep it open
 *	close FD
 *
 * N is 0 for no failure. "failed" says whether the call came to allocation N;
 * "errno" is of the call, "lost" of the receiving, "answers" are the messages.
 *
 * The kernel counts the allocations of one task between a write to its
 * fail-nth and a read, so nothing here may allocate in between: the buffers
 * are static and were written to.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/netlink.h>

static char line[1 << 17];
static unsigned char request[1 << 16];
static unsigned char answers[1 << 20];
static int fail_nth = -1;

static void die(const char *what)
{
	fprintf(stderr, "seki-fault: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void arm(unsigned int n)
{
	char text[16];
	int len;

	if (!n)
		return;
	len = snprintf(text, sizeof(text), "%u", n);
	if (fail_nth < 0)
		fail_nth = open("/proc/thread-self/fail-nth", O_RDWR);
	if (fail_nth < 0 || pwrite(fail_nth, text, (size_t)len, 0) != len)
		die("/proc/thread-self/fail-nth");
}

/* Return: did the allocation fail? Otherwise the call had fewer. */
static bool disarm(unsigned int n)
{
	char text[16] = "";

	if (!n)
		return false;
	if (pread(fail_nth, text, sizeof(text) - 1, 0) < 1 || pwrite(fail_nth, "0", 1, 0) != 1)
		die("/proc/thread-self/fail-nth");
	return atoi(text) == 0;
}

static size_t parse_hex(const char *text)
{
	char octet[3] = "";
	size_t i;

	for (i = 0; i < sizeof(request) && text[2 * i] && text[2 * i + 1]; i++) {
		memcpy(octet, text + 2 * i, 2);
		request[i] = (unsigned char)strtoul(octet, NULL, 16);
	}
	return i;
}

static bool is_last(const unsigned char *data, size_t len)
{
	const struct nlmsghdr *hdr = (const struct nlmsghdr *)data;
	int left = (int)len;

	for (; NLMSG_OK(hdr, left); hdr = NLMSG_NEXT(hdr, left))
		if (hdr->nlmsg_type == NLMSG_ERROR || hdr->nlmsg_type == NLMSG_DONE)
			return true;
	return false;
}

static void do_netlink(int protocol, unsigned int n, const char *hex)
{
	struct timeval patience = { .tv_sec = 20 };
	int sock = socket(AF_NETLINK, SOCK_RAW, protocol), one = 1, sent = 0, lost = 0;
	size_t len = parse_hex(hex), have = 0, i;
	ssize_t got;
	bool failed;

	if (sock < 0)
		die("socket");
	setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(sock, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));

	arm(n);
	if (send(sock, request, len, 0) < 0)
		sent = errno;
	while (!sent) {
		got = recv(sock, answers + have, sizeof(answers) - have, 0);
		if (got < 0) {
			lost = errno;
			break;
		}
		have += NLMSG_ALIGN((size_t)got);
		if (is_last(answers + have - NLMSG_ALIGN((size_t)got), (size_t)got))
			break;
	}
	failed = disarm(n);

	printf("{\"failed\":%s,\"errno\":%d,\"lost\":%d,\"answers\":\"", failed ? "true" : "false",
	       sent, lost);
	for (i = 0; i < have; i++)
		printf("%02x", answers[i]);
	printf("\"}\n");
	close(sock);
}

static void do_load(unsigned int n, const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), err = 0;
	bool failed;

	if (fd < 0)
		die(file);
	arm(n);
	if (syscall(SYS_finit_module, fd, "", 0))
		err = errno;
	failed = disarm(n);
	close(fd);
	printf("{\"failed\":%s,\"errno\":%d}\n", failed ? "true" : "false", err);
}

static void do_unload(unsigned int n, const char *name)
{
	int err = 0;
	bool failed;

	arm(n);
	if (syscall(SYS_delete_module, name, 0))
		err = errno;
	failed = disarm(n);
	printf("{\"failed\":%s,\"errno\":%d}\n", failed ? "true" : "false", err);
}

static void do_udp(int port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die("udp");
	printf("{\"fd\":%d}\n", fd);
}

static void run(char *command)
{
	char *word[4] = { NULL }, *save = NULL;
	int count = 0;

	for (command = strtok_r(command, " \n", &save); command && count < 4;
	     command = strtok_r(NULL, " \n", &save))
		word[count++] = command;
	if (count == 4 && !strcmp(word[0], "netlink"))
		do_netlink(atoi(word[1]), (unsigned int)atoi(word[2]), word[3]);
	else if (count == 3 && !strcmp(word[0], "load"))
		do_load((unsigned int)atoi(word[1]), word[2]);
	else if (count == 3 && !strcmp(word[0], "unload"))
		do_unload((unsigned int)atoi(word[1]), word[2]);
	else if (count == 2 && !strcmp(word[0], "udp"))
		do_udp(atoi(word[1]));
	else if (count == 2 && !strcmp(word[0], "close"))
		printf("{\"errno\":%d}\n", close(atoi(word[1])) ? errno : 0);
	else
		die("no such command");
	fflush(stdout);
}

int main(void)
{
	memset(request, 1, sizeof(request));
	memset(answers, 1, sizeof(answers));
	while (fgets(line, sizeof(line), stdin))
		run(line);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Send from one network namespace to another on the only processor, and print
 * the nanoseconds that it took, which under QEMU's -icount are instructions:
 *
 *	traffic udp FROM TO ADDRESS SIZE COUNT	 for each datagram of SIZE bytes
 *	traffic tcp FROM TO ADDRESS SIZE COUNT	 for each 1400 bytes of a stream
 *						 of COUNT writes of SIZE bytes
 *
 * Everything between the call that sends and the one that receives counts,
 * both calls included. What the first packets cost (routes, neighbours, slow
 * start) does not. With a seventh argument the runner is asked on stderr and
 * answers on stdin, when the measurement begins and ends; getppid(), which
 * nothing else here calls, marks the places exactly: see instructions.py.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT 5001
#define BATCH 32
#define WARM_UP 256
#define SOCKET_BUFFER (64 << 20)
#define BUFFER (1 << 20)
#define TCP_UNIT 1400.0

static char buffer[BUFFER];
static bool profile;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void ask(const char *what)
{
	char answer;

	if (!profile)
		return;
	fprintf(stderr, "ask %s\n", what);
	do
		if (read(STDIN_FILENO, &answer, 1) != 1)
			errx(1, "no answer");
	while (answer != '\n');
}

static uint64_t begin(void)
{
	ask("start");
	syscall(SYS_getppid);
	return now();
}

/* Nanoseconds since the beginning. */
static double end(uint64_t start)
{
	double spent = (double)(now() - start);

	syscall(SYS_getppid);
	ask("stop");
	return spent;
}

static void enter(const char *namespace)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", namespace);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "namespace %s", namespace);
	close(fd);
}

static int open_socket(int type, int buffer_option)
{
	const int size = SOCKET_BUFFER, one = 1;
	int fd = socket(AF_INET, type, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, buffer_option, &size, sizeof(size)))
		err(1, "socket");
	return fd;
}

/* A batch out, then the same batch in: neither queue ever grows. */
static void udp_batches(int from, int to, size_t size, long count)
{
	for (long sent = 0; sent < count; sent += BATCH) {
		for (int i = 0; i < BATCH; i++)
			if (send(from, buffer, size, 0) != (ssize_t)size)
				err(1, "send");
		for (int i = 0; i < BATCH; i++)
			if (recv(to, buffer, sizeof(buffer), 0) != (ssize_t)size)
				err(1, "receive datagram %ld", sent + i);
	}
}

static double udp(int from, int to, size_t size, long count)
{
	const struct timeval patience = { .tv_sec = 2 };
	uint64_t start;

	if (setsockopt(to, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		err(1, "timeout");
	udp_batches(from, to, size, WARM_UP);
	count = (count + BATCH - 1) / BATCH * BATCH;
	start = begin();
	udp_batches(from, to, size, count);
	return end(start) / (double)count;
}

static void write_all(int fd, size_t size)
{
	ssize_t len;

	for (size_t done = 0; done < size; done += (size_t)len) {
		len = send(fd, buffer, size - done, 0);
		if (len < 0)
			err(1, "send");
	}
}

/* Swallow a stream and say so with one octet. */
static void swallow(int fd)
{
	ssize_t len;

	do
		len = recv(fd, buffer, sizeof(buffer), 0);
	while (len > 0);
	_exit(len < 0 || send(fd, "", 1, 0) != 1);
}

static double tcp(int from, int to, size_t size, long count)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	uint64_t start;
	pid_t pid = fork();
	double spent;
	int status;
	char reply;

	if (pid < 0)
		err(1, "fork");
	if (!pid)
		swallow(to);
	close(to);
	for (int i = 0; i < WARM_UP; i++)
		write_all(from, 1024);
	/* all of it has arrived when nothing else is runnable any more */
	nanosleep(&pause, NULL);
	start = begin();
	for (long i = 0; i < count; i++)
		write_all(from, size);
	if (shutdown(from, SHUT_WR) || recv(from, &reply, 1, 0) != 1)
		err(1, "end of the stream");
	spent = end(start);
	if (waitpid(pid, &status, 0) != pid || status)
		errx(1, "the receiver failed");
	return spent / ((double)size * (double)count / TCP_UNIT);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int from, to, accepted;
	bool stream;
	size_t size;
	long count;

	if (argc < 7 || argc > 8 || inet_pton(AF_INET, argv[4], &address.sin_addr) != 1)
		errx(2, "usage: traffic udp|tcp FROM TO ADDRESS SIZE COUNT [profile]");
	stream = !strcmp(argv[1], "tcp");
	size = strtoul(argv[5], NULL, 10);
	count = strtol(argv[6], NULL, 10);
	profile = argc == 8;
	if (!size || size > sizeof(buffer) || count <= 0)
		errx(2, "bad size or count");

	memset(buffer, 7, sizeof(buffer));
	enter(argv[3]);
	to = open_socket(stream ? SOCK_STREAM : SOCK_DGRAM, SO_RCVBUFFORCE);
	if (bind(to, (struct sockaddr *)&address, sizeof(address)) || (stream && listen(to, 1)))
		err(1, "bind");
	enter(argv[2]);
	from = open_socket(stream ? SOCK_STREAM : SOCK_DGRAM, SO_SNDBUFFORCE);
	if (connect(from, (struct sockaddr *)&address, sizeof(address)))
		err(1, "connect");
	if (!stream) {
		printf("%.0f\n", udp(from, to, size, count));
		return 0;
	}
	accepted = accept(to, NULL, NULL);
	if (accepted < 0)
		err(1, "accept");
	printf("%.0f\n", tcp(from, accepted, size, count));
	return 0;
}

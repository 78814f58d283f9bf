// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/process.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

/* Where the parent waits for one octet; -1 in the foreground. */
static int waiting_parent = -1;

/* The exit status of a child that ended before it was ready. */
static int child_status(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return 1;
	return WEXITSTATUS(status);
}

struct result process_detach(void)
{
	int ends[2];
	char octet;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return fail(-errno, "cannot go to the background: %s", strerror(errno));
	fflush(NULL);
	child = fork();
	if (child < 0)
		return fail(-errno, "cannot go to the background: %s", strerror(errno));
	if (child > 0) {
		close(ends[1]);
		_exit(read(ends[0], &octet, 1) == 1 ? 0 : child_status(child));
	}
	close(ends[0]);
	waiting_parent = ends[1];
	setsid();
	return RESULT_OK;
}

bool process_detached(void)
{
	const char ready = 0;
	int null;

	if (waiting_parent < 0)
		return false;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	if (chdir("/")) /* so that no mount is kept busy; nothing else depends on it */
		errno = 0;
	if (write(waiting_parent, &ready, 1) != 1)
		errno = 0; /* the parent was killed: nobody waits */
	close(waiting_parent);
	waiting_parent = -1;
	return true;
}

bool process_supervised(void)
{
	return getenv("NOTIFY_SOCKET") != NULL;
}

void process_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	size_t len = path ? strlen(path) : 0;
	int fd;

	if (len == 0 || len >= sizeof(name.sun_path))
		return;
	memcpy(name.sun_path, path, len);
	if (path[0] == '@')
		name.sun_path[0] = 0; /* in the abstract namespace */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* A supervisor that does not listen is its own problem. */
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&name,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}

void process_harden(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* LeakSanitizer looks at us as a debugger does */
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

struct result process_drop_privileges(void)
{
	capng_select_t set;
	bool admin;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return fail(-errno, "cannot renounce new privileges: %s", strerror(errno));
	capng_get_caps_process();
	/* A supervisor may have taken away the right to reduce the bounding set. */
	set = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) ? CAPNG_SELECT_BOTH :
								    CAPNG_SELECT_CAPS;
	admin = capng_have_capability(CAPNG_PERMITTED, CAP_NET_ADMIN);
	capng_clear(set);
	if ((admin && capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN)) ||
	    capng_apply(set))
		return fail(-EPERM, "cannot drop privileges");
	return RESULT_OK;
}

struct result process_write_pid(const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return fail(-errno, "%s: %s", path, strerror(errno));
	fprintf(file, "%ld\n", (long)getpid());
	if (fclose(file))
		return fail(-errno, "%s: %s", path, strerror(errno));
	return RESULT_OK;
}

void process_log(bool error, const char *line)
{
	syslog(LOG_DAEMON | (error ? LOG_ERR : LOG_NOTICE), "%s", line);
}

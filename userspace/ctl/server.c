// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket of the daemon. One epoll set holds the listener and all
 * clients; the daemon's loop only sees that set's descriptor.
 *
 * A client has one line in work at a time: while an answer of his waits to be
 * read, nothing more is read from him. So what a slow reader costs is bounded
 * by one answer, plus MONITOR_MAX of log lines when he asked for these.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "ctl/internal.h"

enum {
	CLIENTS_MAX = 32,
	MONITOR_MAX = 256 * 1024,
	EVENTS_MAX = 16,
};

struct client {
	int fd; /* -1: this place is free */
	char *line; /* CTL_LINE_MAX octets, made when the client comes */
	size_t filled;
	struct buffer out;
	size_t sent; /* of @out */
	size_t lost; /* log lines, since the last one that found room */
	uint32_t waiting_for; /* EPOLLIN and EPOLLOUT as epoll has them now */
	bool monitor;
	bool finished; /* nothing more is read; gone when @out is sent */
};

struct ctl_server {
	int epoll;
	int listener;
	struct sockaddr_un name;
	struct ctl_context *context;
	struct client clients[CLIENTS_MAX];
};

static bool unsent(const struct client *client)
{
	return client->sent < client->out.len;
}

static void hang_up(struct client *client)
{
	close(client->fd); /* which takes it out of the epoll set */
	secret_free(client->line, CTL_LINE_MAX); /* a request may hold a key one day */
	buffer_free(&client->out);
	memset(client, 0, sizeof(*client));
	client->fd = -1;
}

static void wait_for(struct ctl_server *server, struct client *client)
{
	struct epoll_event event = { .data.ptr = client };

	if (unsent(client))
		event.events = EPOLLOUT;
	/* Monitors are always listened to, for undebug and for their end. */
	if (!client->finished && (!unsent(client) || client->monitor))
		event.events |= EPOLLIN;
	if (event.events == client->waiting_for)
		return;
	client->waiting_for = event.events;
	epoll_ctl(server->epoll, EPOLL_CTL_MOD, client->fd, &event);
}

/* Appends one answer and releases it. */
static void queue_answer(struct client *client, json_t *answer)
{
	char *text = json_dumps(answer, JSON_COMPACT);

	if (text) {
		buffer_put(&client->out, bytes_of_string(text));
		buffer_put_u8(&client->out, '\n');
		secret_free(text, strlen(text)); /* running-config shows keys */
	} else {
		client->finished = true; /* rather than an answer out of step */
	}
	json_decref(answer);
}

static void queue_lost(struct client *client)
{
	if (!client->lost)
		return;
	queue_answer(client, ctl_success(json_pack("{s:I}", "lost", (json_int_t)client->lost)));
	client->lost = 0;
}

/* Sends what the socket takes; false when the client is gone. */
static bool flush(struct client *client)
{
	ssize_t len;

	while (unsent(client)) {
		len = send(client->fd, client->out.data + client->sent,
			   client->out.len - client->sent, MSG_NOSIGNAL);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && errno == EAGAIN) {
			/* A monitor's queue would otherwise never shrink. */
			if (client->sent > client->out.len / 2) {
				memmove(client->out.data, client->out.data + client->sent,
					client->out.len - client->sent);
				client->out.len -= client->sent;
				client->sent = 0;
			}
			return true;
		}
		if (len < 0)
			return false;
		client->sent += (size_t)len;
		if (!unsent(client)) {
			buffer_free(&client->out);
			client->sent = 0;
			queue_lost(client);
		}
	}
	return !client->finished;
}

static void answer_line(struct ctl_server *server, struct client *client, size_t len)
{
	struct ctl_reply reply = ctl_answer(server->context, client->line, len);

	queue_answer(client, reply.answer);
	client->finished = client->finished || reply.hang_up;
	client->monitor = client->monitor || reply.monitor;
}

/* Answers whole lines as long as the answers are taken; false when the client is gone. */
static bool answer_lines(struct ctl_server *server, struct client *client)
{
	char *end;
	size_t len;

	while (!client->finished && !unsent(client)) {
		end = memchr(client->line, '\n', client->filled);
		if (!end)
			break;
		len = (size_t)(end - client->line);
		answer_line(server, client, len);
		memmove(client->line, end + 1, client->filled - len - 1);
		client->filled -= len + 1;
		if (!flush(client))
			return false;
	}
	if (client->filled == CTL_LINE_MAX && !unsent(client) && !client->finished) {
		queue_answer(client, ctl_refusal("the request is longer than 65536 octets"));
		client->finished = true;
	}
	return flush(client);
}

/* Reads once, which epoll repeats; false when the client is gone. */
static bool read_lines(struct ctl_server *server, struct client *client)
{
	ssize_t len;

	if (client->filled == CTL_LINE_MAX) /* a monitor that does not read its answers */
		return true;
	len = read(client->fd, client->line + client->filled, CTL_LINE_MAX - client->filled);
	if (len < 0)
		return errno == EAGAIN || errno == EINTR;
	client->filled += (size_t)len;
	if (!answer_lines(server, client))
		return false;
	/*
	 * Half closed, as by "echo ... | socat": whole lines that still wait
	 * for their turn are answered first.
	 */
	if (len == 0 && (!unsent(client) || client->monitor))
		return false;
	return true;
}

static void serve(struct ctl_server *server, struct client *client, uint32_t events)
{
	bool alive = true;

	if (events & EPOLLERR || (events & EPOLLHUP && !(events & EPOLLIN)))
		alive = false;
	if (alive && events & EPOLLOUT)
		alive = flush(client) && answer_lines(server, client);
	if (alive && events & (EPOLLIN | EPOLLHUP) && !client->finished)
		alive = read_lines(server, client);
	if (alive)
		wait_for(server, client);
	else
		hang_up(client);
}

static const char *refuse_peer(const struct ctl_server *server, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return "the caller is unknown";
	if (peer.uid != 0 && peer.uid != geteuid())
		return "only root may talk to sekid";
	return NULL;
}

static struct client *free_place(struct ctl_server *server)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (server->clients[i].fd < 0)
			return &server->clients[i];
	return NULL;
}

/* One try to say why; the socket is new, so the line fits. */
static void turn_away(int fd, const char *sentence)
{
	json_t *answer = ctl_refusal(sentence);
	char *text = json_dumps(answer, JSON_COMPACT);

	if (text && send(fd, text, strlen(text), MSG_NOSIGNAL | MSG_MORE) > 0)
		(void)!send(fd, "\n", 1, MSG_NOSIGNAL);
	free(text);
	json_decref(answer);
	close(fd);
}

static void welcome(struct ctl_server *server)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct client *client;
	const char *refusal;
	int fd;

	fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	refusal = refuse_peer(server, fd);
	client = free_place(server);
	if (!refusal && !client)
		refusal = "too many callers at once";
	if (refusal) {
		turn_away(fd, refusal);
		return;
	}
	event.data.ptr = client;
	if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		turn_away(fd, "out of memory");
		return;
	}
	client->fd = fd;
	client->waiting_for = EPOLLIN;
	client->line = must_calloc(1, CTL_LINE_MAX);
}

void ctl_run(struct ctl_server *server)
{
	struct epoll_event events[EVENTS_MAX];
	struct client *client;
	int count = epoll_wait(server->epoll, events, EVENTS_MAX, 0);

	for (int i = 0; i < count; i++) {
		client = events[i].data.ptr;
		if (!client)
			welcome(server);
		else if (client->fd >= 0)
			serve(server, client, events[i].events);
	}
}

void ctl_log(struct ctl_server *server, enum log_topic topic, const char *line)
{
	struct client *client;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		client = &server->clients[i];
		if (client->fd < 0 || !client->monitor || client->finished)
			continue;
		if (client->lost || client->out.len - client->sent + strlen(line) > MONITOR_MAX) {
			client->lost++;
			continue;
		}
		queue_answer(client, ctl_success(json_pack("{s:o}", "line", ctl_text(line))));
		/* Sent from ctl_run(): a line may come up in the midst of anything. */
		wait_for(server, client);
	}
}

/* A socket that nobody answers is left over from a daemon that died. */
static struct result remove_stale(const struct sockaddr_un *name)
{
	struct stat status;
	int error = 0;
	int fd;

	/* connect() says of a plain file what it says of a dead socket */
	if (lstat(name->sun_path, &status) == 0 && !S_ISSOCK(status.st_mode))
		return fail(-EEXIST, "%s is there, and no socket", name->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(-errno, "control socket: %s", strerror(errno));
	if (connect(fd, (const struct sockaddr *)name, sizeof(*name)) < 0)
		error = errno;
	close(fd);
	if (error == ENOENT)
		return RESULT_OK;
	if (error == 0 || error == EAGAIN)
		return fail(-EADDRINUSE, "another sekid answers at %s", name->sun_path);
	if (error != ECONNREFUSED)
		return fail(-error, "control socket %s: %s", name->sun_path, strerror(error));
	if (unlink(name->sun_path) < 0 && errno != ENOENT)
		return fail(-errno, "cannot remove old %s: %s", name->sun_path, strerror(errno));
	return RESULT_OK;
}

static struct result make_folder(const char *path)
{
	char *folder = must_strdup(path);
	char *slash = strrchr(folder, '/');
	struct result result = RESULT_OK;

	if (slash && slash != folder) {
		*slash = '\0';
		if (mkdir(folder, 0700) < 0 && errno != EEXIST)
			result = fail(-errno, "cannot make folder %s: %s", folder, strerror(errno));
	}
	free(folder);
	return result;
}

static struct result open_listener(struct ctl_server *server)
{
	struct epoll_event event = { .events = EPOLLIN };
	const char *path = server->name.sun_path;
	mode_t mask;
	int error;

	server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (server->listener < 0 || server->epoll < 0)
		return fail(-errno, "control socket: %s", strerror(errno));
	mask = umask(0177); /* never open to others, not even before a chmod */
	error = bind(server->listener, (struct sockaddr *)&server->name, sizeof(server->name)) < 0 ?
			errno :
			0;
	umask(mask);
	if (error || listen(server->listener, CLIENTS_MAX) < 0 ||
	    epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->listener, &event) < 0) {
		error = error ? error : errno;
		return fail(-error, "control socket %s: %s", path, strerror(error));
	}
	return RESULT_OK;
}

struct ctl_server *ctl_listen(const char *path, struct ctl_context *context, struct result *result)
{
	struct ctl_server *server;

	*result = make_folder(path);
	if (failed(result))
		return NULL;
	server = must_calloc(1, sizeof(*server));
	server->context = context;
	server->epoll = server->listener = -1;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		server->clients[i].fd = -1;
	server->name.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(server->name.sun_path)) {
		*result = fail(-ENAMETOOLONG, "control socket path %s is too long", path);
		goto no_socket;
	}
	memcpy(server->name.sun_path, path, strlen(path));
	*result = remove_stale(&server->name);
	if (failed(result))
		goto no_socket;
	*result = open_listener(server);
	if (!failed(result))
		return server;
	if (server->epoll >= 0)
		close(server->epoll);
	if (server->listener >= 0)
		close(server->listener);
no_socket:
	free(server);
	return NULL;
}

int ctl_fd(const struct ctl_server *server)
{
	return server->epoll;
}

void ctl_close(struct ctl_server *server)
{
	if (!server)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (server->clients[i].fd >= 0)
			hang_up(&server->clients[i]);
	unlink(server->name.sun_path);
	close(server->listener);
	close(server->epoll);
	free(server);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The other end of the control socket: blocking, one request at a time. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "ctl/client.h"

struct ctl_client {
	int fd;
	struct buffer in;
	size_t taken; /* of @in, by answers already given out */
};

struct ctl_client *ctl_connect(const char *path, struct result *result)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct ctl_client *client;
	int fd;

	if (strlen(path) >= sizeof(name.sun_path)) {
		*result = fail(-ENAMETOOLONG, "control socket path %s is too long", path);
		return NULL;
	}
	memcpy(name.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0) {
		*result = fail(-errno, "control socket %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	client = must_calloc(1, sizeof(*client));
	client->fd = fd;
	*result = RESULT_OK;
	return client;
}

struct result ctl_send(struct ctl_client *client, const char *command, json_t *arguments)
{
	json_t *request = json_pack("{s:s,s:o*}", "command", command, "arguments", arguments);
	char *text = json_dumps(request, JSON_COMPACT);
	struct result result = RESULT_OK;
	struct buffer out = { 0 };
	ssize_t len;

	json_decref(request);
	if (!text)
		return fail(-EINVAL, "the command is not UTF-8");
	buffer_put(&out, bytes_of_string(text));
	buffer_put_u8(&out, '\n');
	free(text);
	for (size_t sent = 0; sent < out.len; sent += (size_t)len) {
		len = send(client->fd, out.data + sent, out.len - sent, MSG_NOSIGNAL);
		if (len < 0 && errno == EINTR)
			len = 0;
		/* A refusal may wait to be read although our line was not wanted. */
		if (len < 0 && errno != EPIPE)
			result = fail(-errno, "control socket: %s", strerror(errno));
		if (len < 0)
			break;
	}
	buffer_free(&out);
	return result;
}

/* The next line, in the buffer and without its end; NULL when more has to be read. */
static char *next_line(struct ctl_client *client, size_t searched, size_t *len)
{
	char *start = (char *)client->in.data + client->taken;
	char *end;

	if (!client->in.len)
		return NULL;
	end = memchr(client->in.data + searched, '\n', client->in.len - searched);
	if (!end)
		return NULL;
	*len = (size_t)(end - start);
	client->taken += *len + 1;
	return start;
}

static struct result read_more(struct ctl_client *client)
{
	uint8_t chunk[16384];
	ssize_t len;

	if (client->taken) {
		client->in.len -= client->taken;
		memmove(client->in.data, client->in.data + client->taken, client->in.len);
		client->taken = 0;
	}
	len = read(client->fd, chunk, sizeof(chunk));
	if (len < 0 && errno == EINTR)
		return fail(-EINTR, "interrupted");
	if (len <= 0)
		return fail(-EPIPE, "sekid has closed the connection");
	buffer_put(&client->in, bytes_of(chunk, (size_t)len));
	secret_wipe(chunk, (size_t)len);
	return RESULT_OK;
}

struct result ctl_receive(struct ctl_client *client, json_t **value)
{
	size_t searched = client->taken, len = 0;
	struct result result = RESULT_OK;
	json_t *answer;
	char *line;

	*value = NULL;
	while (!(line = next_line(client, searched, &len))) {
		searched = client->in.len - client->taken;
		result = read_more(client);
		if (failed(&result))
			return result;
	}
	answer = json_loadb(line, len, 0, NULL);
	if (json_is_true(json_object_get(answer, "ok"))) {
		*value = json_incref(json_object_get(answer, "result"));
	} else if (json_is_string(json_object_get(answer, "error"))) {
		result =
			fail(-EREMOTEIO, "%s", json_string_value(json_object_get(answer, "error")));
		*value = json_incref(json_object_get(answer, "report"));
	} else {
		result = fail(-EPROTO, "the answer makes no sense");
	}
	json_decref(answer);
	return result;
}

void ctl_disconnect(struct ctl_client *client)
{
	if (!client)
		return;
	close(client->fd);
	buffer_free(&client->in);
	free(client);
}

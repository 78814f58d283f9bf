// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sending netlink requests and receiving what comes back. libnl opens the
 * sockets and builds and parses messages; the walk over the answers is here,
 * because it has to find the kernel's sentence in every refusal, those at the
 * end of a dump included.
 */

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/socket.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/memory.h"
#include "kernel/channel.h"

enum {
	REQUEST_SIZE = 4096,
	DATAGRAM_SIZE = 32768, /* the kernel makes dump datagrams no larger */
	EVENT_BATCH = 64, /* datagrams in a row, before other sources get their turn */
	EVENT_BUFFER = 8 << 20, /* bytes that may wait in the event socket */
	ERRNO_MAX = 4095,
	ANSWER_TIMEOUT = 10, /* seconds; answers come at once, this is for a sick kernel */
};

/* Opens and binds; *out is NULL on failure. */
static struct result open_socket(int protocol, struct nl_sock **out)
{
	int error;

	*out = nl_socket_alloc();
	if (!*out)
		return fail(-ENOMEM, "no memory for a netlink socket");
	error = nl_connect(*out, protocol);
	if (error) {
		nl_socket_free(*out);
		*out = NULL;
		return fail(-EPROTO, "cannot open a netlink socket: %s", nl_geterror(error));
	}
	return RESULT_OK;
}

void channel_open_on(struct channel *channel, int fd)
{
	channel->socket = NULL;
	channel->fd = fd;
	channel->sequence = 0;
	channel->request = nlmsg_alloc_size(REQUEST_SIZE);
	if (!channel->request)
		abort(); /* as all allocations of a few kilobytes */
	channel->replies = must_calloc(1, DATAGRAM_SIZE);
}

struct result channel_open(struct channel *channel, int protocol)
{
	const struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT };
	const int on = 1;
	struct nl_sock *socket;
	struct result result = open_socket(protocol, &socket);

	if (failed(&result))
		return result;
	channel_open_on(channel, nl_socket_get_fd(socket));
	channel->socket = socket;

	/* Sentences in refusals, no echo of our keys in them, filters obeyed. */
	if (setsockopt(channel->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(channel->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) ||
	    setsockopt(channel->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on)) ||
	    setsockopt(channel->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout))) {
		result = fail(-errno, "cannot set up a netlink socket: %s", strerror(errno));
		channel_close(channel);
	}
	return result;
}

void channel_close(struct channel *channel)
{
	if (!channel->request)
		return;
	if (channel->socket)
		nl_socket_free(channel->socket); /* closes @fd */
	else
		close(channel->fd);
	nlmsg_free(channel->request);
	free(channel->replies);
	memset(channel, 0, sizeof(*channel));
}

struct nl_msg *channel_request(struct channel *channel, uint16_t type, uint16_t flags,
			       size_t family_header)
{
	struct nlmsghdr *header = nlmsg_hdr(channel->request);

	/* Wiped when it was sent, unless it was given up before that. */
	secret_wipe(header, header->nlmsg_len);
	header->nlmsg_len = NLMSG_HDRLEN;
	nlmsg_put(channel->request, 0, 0, type, (int)family_header, NLM_F_REQUEST | flags);
	return channel->request;
}

static struct result send_request(struct channel *channel, const char *what)
{
	struct nlmsghdr *header = nlmsg_hdr(channel->request);
	struct result result = RESULT_OK;
	ssize_t sent;

	do
		sent = send(channel->fd, header, header->nlmsg_len, 0);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		result = fail(-errno, "%s: cannot ask the kernel: %s", what, strerror(errno));
	secret_wipe(header, header->nlmsg_len);
	return result;
}

/*
 * Receives one datagram. Return: its length; 0 for one that is to be ignored;
 * -errno. Netlink lets a privileged process write to us as well, hence the look
 * at the sender.
 */
static ssize_t receive(int fd, uint8_t *buffer, int flags)
{
	struct sockaddr_nl from = { 0 };
	socklen_t from_len = sizeof(from);
	ssize_t len;

	do
		len = recvfrom(fd, buffer, DATAGRAM_SIZE, flags | MSG_TRUNC,
			       (struct sockaddr *)&from, &from_len);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return -errno;
	if (len == 0)
		return -ECONNRESET; /* cannot happen with netlink: no datagram is empty */
	if (from_len >= sizeof(from) && from.nl_family == AF_NETLINK && from.nl_pid != 0)
		return 0;
	return len > DATAGRAM_SIZE ? -EMSGSIZE : len;
}

/* The sentence behind the error code of a NLMSG_ERROR or NLMSG_DONE message. */
static struct result refusal(const struct nlmsghdr *header, const char *what)
{
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = { 0 };
	const uint8_t *payload = nlmsg_data(header);
	size_t left = (size_t)nlmsg_datalen(header), skip;
	const struct nlattr *text;
	int code;

	if (left < sizeof(code))
		return fail(-EPROTO, "%s: the kernel's answer has %zu octets where %zu are due",
			    what, left, sizeof(code));
	memcpy(&code, payload, sizeof(code));
	if (code == 0)
		return RESULT_OK;
	if (code > 0 || code < -ERRNO_MAX)
		return fail(-EPROTO, "%s: the kernel's answer has the error code %d", what, code);

	skip = sizeof(code);
	if (header->nlmsg_type == NLMSG_ERROR && left >= sizeof(struct nlmsgerr)) {
		const struct nlmsgerr *error = nlmsg_data(header);

		/* A copy of the request stands in between, unless it was left out. */
		skip = sizeof(*error);
		if (!(header->nlmsg_flags & NLM_F_CAPPED))
			skip += NLMSG_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
	}
	if (header->nlmsg_flags & NLM_F_ACK_TLVS && skip < left &&
	    nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)(payload + skip), (int)(left - skip),
		      NULL) == 0 &&
	    tb[NLMSGERR_ATTR_MSG]) {
		text = tb[NLMSGERR_ATTR_MSG];
		return fail(code, "%.*s", nla_len(text), (const char *)nla_data(text));
	}
	return fail(code, "%s: %s", what, strerror(-code));
}

struct result channel_talk(struct channel *channel, const char *what, netlink_visit reply,
			   void *context)
{
	struct nlmsghdr *header = nlmsg_hdr(channel->request);
	bool dump = (header->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP, holes = false;
	uint32_t sequence = ++channel->sequence;
	struct result result;
	ssize_t len;
	int left;

	header->nlmsg_seq = sequence;
	if (!reply)
		header->nlmsg_flags |= NLM_F_ACK; /* else the answer itself is one */
	result = send_request(channel, what);
	if (failed(&result))
		return result;

	for (;;) {
		len = receive(channel->fd, channel->replies, 0);
		if (len == -EAGAIN || len == -EWOULDBLOCK)
			return fail(-ETIMEDOUT, "%s: no answer from the kernel", what);
		if (len < 0)
			return fail((int)len, "%s: %s", what, strerror((int)-len));

		left = (int)len;
		header = (struct nlmsghdr *)channel->replies;
		for (; nlmsg_ok(header, left); header = nlmsg_next(header, &left)) {
			if (header->nlmsg_seq != sequence)
				continue; /* answers a request that we gave up */
			if (header->nlmsg_flags & NLM_F_DUMP_INTR)
				holes = true;
			if (header->nlmsg_type == NLMSG_ERROR)
				return refusal(header, what);
			if (header->nlmsg_type == NLMSG_DONE) {
				result = refusal(header, what);
				if (!failed(&result) && holes)
					return fail(-EINTR, "%s: overtaken by changes", what);
				return result;
			}
			if (!reply)
				continue;
			reply(context, header);
			if (!dump)
				return RESULT_OK;
		}
	}
}

void listener_open_on(struct listener *listener, int fd)
{
	listener->socket = NULL;
	listener->fd = fd;
	listener->buffer = must_calloc(1, DATAGRAM_SIZE);
}

struct result listener_open(struct listener *listener, int protocol)
{
	const int size = EVENT_BUFFER;
	struct nl_sock *socket;
	struct result result = open_socket(protocol, &socket);

	if (failed(&result))
		return result;
	listener_open_on(listener, nl_socket_get_fd(socket));
	listener->socket = socket;
	/* Needs privilege; with less memory events are lost sooner and asked for again. */
	(void)setsockopt(listener->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	return RESULT_OK;
}

void listener_close(struct listener *listener)
{
	if (!listener->buffer)
		return;
	if (listener->socket)
		nl_socket_free(listener->socket);
	else
		close(listener->fd);
	free(listener->buffer);
	memset(listener, 0, sizeof(*listener));
}

struct result listener_join(struct listener *listener, uint32_t group)
{
	int error = nl_socket_add_membership(listener->socket, (int)group);

	if (error)
		return fail(-EPROTO, "cannot join a netlink group: %s", nl_geterror(error));
	return RESULT_OK;
}

struct result listener_read(struct listener *listener, netlink_visit event, void *context)
{
	struct nlmsghdr *header;
	unsigned int i;
	ssize_t len;
	int left;

	for (i = 0; i < EVENT_BATCH; i++) {
		len = receive(listener->fd, listener->buffer, MSG_DONTWAIT);
		if (len == -EAGAIN || len == -EWOULDBLOCK)
			break;
		if (len == -ENOBUFS || len == -EMSGSIZE)
			return fail(-ENOBUFS, "events of the kernel were lost");
		if (len < 0)
			return fail((int)len, "cannot read events of the kernel: %s",
				    strerror((int)-len));
		left = (int)len;
		header = (struct nlmsghdr *)listener->buffer;
		for (; nlmsg_ok(header, left); header = nlmsg_next(header, &left))
			event(context, header);
	}
	return RESULT_OK;
}

void listener_drain(struct listener *listener, netlink_visit event, void *context)
{
	struct pollfd waiting = { .fd = listener->fd, .events = POLLIN };
	struct result result;

	while (poll(&waiting, 1, 0) > 0) {
		result = listener_read(listener, event, context);
		if (failed(&result) && result.code != -ENOBUFS)
			return; /* to be met again, and told, by the next read */
	}
}

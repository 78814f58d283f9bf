/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_KERNEL_CHANNEL_H
#define SEKI_KERNEL_CHANNEL_H

/* One netlink socket that asks and waits for the answer, and one that only
 * listens. They are separate sockets, so that a burst of events can never
 * push an answer out of the receive buffer.
 */

#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "base/result.h"

/**
 * struct channel - a socket for requests
 * @socket: libnl's, which opened and bound @fd; NULL when a test brought its own @fd
 * @request: the one message that all requests are built in, wiped after each
 *   because it may have held keys
 * @replies: one datagram
 */
struct channel {
	struct nl_sock *socket;
	int fd;
	uint32_t sequence;
	struct nl_msg *request;
	uint8_t *replies;
};

typedef void (*netlink_visit)(void *context, struct nlmsghdr *message);

/** channel_open() - @protocol: NETLINK_ROUTE or NETLINK_GENERIC */
struct result channel_open(struct channel *channel, int protocol);
/** channel_open_on() - on a datagram socket that plays the kernel; takes @fd over */
void channel_open_on(struct channel *channel, int fd);
void channel_close(struct channel *channel);

/** channel_request() - the message to fill in, with its header and @family_header zeroed octets */
struct nl_msg *channel_request(struct channel *channel, uint16_t type, uint16_t flags,
			       size_t family_header);
/**
 * channel_talk() - sends the request and waits for the end of the answer
 * @what: names the request when the kernel gives no reason of its own
 * @reply: gets each answer; NULL when only an acknowledgement is due. Must not
 *   use the same channel.
 *
 * Return: the kernel's refusal with its sentence; -EINTR when a dump was
 * overtaken by changes and may have holes
 */
struct result channel_talk(struct channel *channel, const char *what, netlink_visit reply,
			   void *context);

/**
 * struct listener - a socket for events
 */
struct listener {
	struct nl_sock *socket;
	int fd;
	uint8_t *buffer;
};

struct result listener_open(struct listener *listener, int protocol);
void listener_open_on(struct listener *listener, int fd);
void listener_close(struct listener *listener);
struct result listener_join(struct listener *listener, uint32_t group);
/**
 * listener_read() - hands all that has come, up to a bound, to @event
 *
 * Return: -ENOBUFS when events were lost
 */
struct result listener_read(struct listener *listener, netlink_visit event, void *context);
/** listener_drain() - all that waits, whether or not something was lost before it */
void listener_drain(struct listener *listener, netlink_visit event, void *context);

#endif

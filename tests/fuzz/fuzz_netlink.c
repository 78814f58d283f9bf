// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events and answers of the kernel, as the daemon reads them. The first octet
 * chooses the reader, the rest is the message behind its header.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <linux/seki.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "kernel/internal.h"

enum { FAMILY = 0x2a, PAYLOAD_MAX = 4096 };

static struct kernel_netlink netlink = { .base.ops = &kernel_netlink_ops, .family = FAMILY };
static int fake;

static void acquire(void *context, const struct kernel_acquire *found)
{
	if (found->source.address.family != AF_UNSPEC &&
	    address_bytes(&found->source.address).len < 4)
		abort();
}

static void expire(void *context, const struct kernel_expire *found)
{
	if (found->id.protocol != PROTOCOL_ESP && found->id.protocol != PROTOCOL_AH)
		abort();
}

static void seen(void *context, const struct kernel_tunnel *found)
{
	if (!memchr(found->name, 0, sizeof(found->name)) ||
	    !memchr(found->profile, 0, sizeof(found->profile)))
		abort();
}

static void gone(void *context, uint32_t ifindex)
{
}

static void drop_line(void *context, enum log_topic topic, const char *line)
{
}

static void set_up(void)
{
	int ends[2];

	if (netlink.generic.request)
		return;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends))
		abort();
	channel_open_on(&netlink.generic, ends[0]);
	fake = ends[1];
	netlink.base.events = (struct kernel_events){
		.acquire = acquire,
		.expire = expire,
		.tunnel_seen = seen,
		.tunnel_gone = gone,
	};
	log_set_sink(drop_line, NULL);
}

static uint64_t counted;

/* The answer to a request for counters. */
static void ask(struct nlmsghdr *message)
{
	struct kernel_sa_id id = { .protocol = PROTOCOL_ESP };
	struct kernel_counters counters;
	struct result result;
	uint8_t sink[4096];
	size_t i;

	/* Always ended by an answer that ends it. */
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} end = {
		.header = { .nlmsg_len = sizeof(end), .nlmsg_type = NLMSG_ERROR },
		.error.error = -ENOENT,
	};

	message->nlmsg_seq = end.header.nlmsg_seq = netlink.generic.sequence + 1;
	if (send(fake, message, message->nlmsg_len, 0) < 0 || send(fake, &end, sizeof(end), 0) < 0)
		abort();
	result = netlink.base.ops->get_counters(&netlink.base, &id, &counters);
	if (!memchr(result.why, 0, sizeof(result.why)) ||
	    counters.drop_count > KERNEL_DROP_REASONS_MAX)
		abort();
	for (i = 0; i < counters.drop_count; i++)
		counted += counters.drops[i].count + strlen(counters.drops[i].name);
	while (recv(fake, sink, sizeof(sink), MSG_DONTWAIT) > 0)
		;
	while (recv(netlink.generic.fd, sink, sizeof(sink), MSG_DONTWAIT) > 0)
		;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nlmsghdr *message;
	uint8_t choice;

	set_up();
	if (size < 2 || size > PAYLOAD_MAX)
		return 0;
	choice = data[0];
	size--;
	/* Of exactly its length, so that a step past the end is seen. */
	message = calloc(1, NLMSG_HDRLEN + size);
	if (!message)
		abort();
	memcpy(nlmsg_data(message), data + 1, size);
	message->nlmsg_len = (uint32_t)(NLMSG_HDRLEN + size);
	message->nlmsg_flags = choice & 0x80 ? NLM_F_ACK_TLVS | NLM_F_CAPPED :
			       choice & 0x40 ? NLM_F_ACK_TLVS :
					       0;
	switch (choice % 6) {
	case 0:
		message->nlmsg_type = RTM_NEWLINK;
		link_event(&netlink, message);
		break;
	case 1:
		message->nlmsg_type = RTM_DELLINK;
		link_event(&netlink, message);
		break;
	case 2:
		message->nlmsg_type = FAMILY;
		generic_event(&netlink, message);
		break;
	case 3:
		message->nlmsg_type = FAMILY;
		ask(message);
		break;
	case 4:
		message->nlmsg_type = NLMSG_ERROR;
		ask(message);
		break;
	case 5:
		message->nlmsg_type = NLMSG_DONE;
		ask(message);
		break;
	}
	free(message);
	if (netlink.tunnels.count > 1000)
		link_free(&netlink.tunnels);
	return 0;
}

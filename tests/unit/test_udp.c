// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKE's sockets over the loopback interface, on ports that the kernel chooses.
 * The peer is a plain socket, so that what is on the wire is seen and made.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/udp.h"

#include <cmocka.h>

#define TIMEOUT 5000 /* milliseconds; never reached unless something is lost */

static struct net *net;

static struct {
	unsigned int count;
	struct endpoint local, remote;
	size_t len;
	uint8_t data[65536];
	unsigned int unreachable;
	struct endpoint unreachable_remote;
	int error;
} got;

static void receive(void *context, const struct endpoint *local, const struct endpoint *remote,
		    struct bytes message)
{
	assert_ptr_equal(context, &got);
	got.count++;
	got.local = *local;
	got.remote = *remote;
	got.len = message.len;
	if (message.len)
		memcpy(got.data, message.data, message.len);
}

static void unreachable(void *context, const struct endpoint *remote, int error)
{
	got.unreachable++;
	got.unreachable_remote = *remote;
	got.error = error;
}

static int begin(void **state)
{
	struct result result;

	memset(&got, 0, sizeof(got));
	net = udp_new(0, 0, &result);
	if (!net)
		return -1;
	net->receive = receive;
	net->unreachable = unreachable;
	net->context = &got;
	return 0;
}

static int end(void **state)
{
	udp_free(net);
	return 0;
}

static struct endpoint at(const char *text, uint16_t port)
{
	struct endpoint endpoint = { .port = port };

	assert_true(address_parse(text, &endpoint.address));
	return endpoint;
}

/* A plain socket; its endpoint with the port that it got. */
static int open_peer(const char *address, struct endpoint *endpoint)
{
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	int fd;

	*endpoint = at(address, 0);
	fd = socket(endpoint->address.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, endpoint_to_sockaddr(endpoint, &name)),
			 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &len), 0);
	assert_true(endpoint_from_sockaddr((struct sockaddr *)&name, endpoint));
	return fd;
}

static void peer_sends(int fd, const char *address, bool nat, const void *data, size_t len)
{
	struct endpoint to = at(address, udp_port(net, nat));
	struct sockaddr_storage name;
	socklen_t name_len = endpoint_to_sockaddr(&to, &name);

	assert_int_equal(sendto(fd, data, len, 0, (struct sockaddr *)&name, name_len), len);
}

static size_t peer_receives(int fd, void *data, size_t size, struct endpoint *from)
{
	struct pollfd event = { .fd = fd, .events = POLLIN };
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	ssize_t received;

	assert_int_equal(poll(&event, 1, TIMEOUT), 1);
	received = recvfrom(fd, data, size, 0, (struct sockaddr *)&name, &len);
	assert_true(received >= 0);
	assert_true(endpoint_from_sockaddr((struct sockaddr *)&name, from));
	return (size_t)received;
}

/* Waits for something on any of our sockets, and reads it once. */
static void read_once(void)
{
	struct pollfd events[UDP_SOCKETS_MAX];
	int fds[UDP_SOCKETS_MAX];
	size_t i, count = udp_fds(net, fds);

	for (i = 0; i < count; i++)
		events[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	assert_true(poll(events, count, TIMEOUT) > 0);
	for (i = 0; i < count; i++)
		if (events[i].revents)
			udp_read(net, fds[i]);
}

static size_t queued;

static void count_one(void *context, const struct endpoint *local, const struct endpoint *remote,
		      struct bytes message)
{
	queued++;
}

/* D27, M07: what does not fit into the queue is the sender's to repeat. */
static void queue_length(void **state)
{
	char message[1200] = "message";
	struct endpoint peer;
	int fd = open_peer("127.0.0.1", &peer), fds[UDP_SOCKETS_MAX];
	size_t lengths[] = { 10, 40 }, waited[2];

	net->receive = count_one;
	udp_fds(net, fds);
	for (int i = 0; i < 2; i++) {
		udp_set_queue(net, (uint32_t)lengths[i]);
		queued = 0;
		for (int sent = 0; sent < 100; sent++)
			peer_sends(fd, "127.0.0.1", false, message, sizeof(message));
		for (int turn = 0; turn < 20; turn++)
			udp_read(net, fds[0]);
		waited[i] = queued;
		assert_in_range(queued, lengths[i] / 2, lengths[i] * 2);
	}
	assert_true(waited[0] < waited[1]);
	close(fd);
}

static void assert_endpoint(const struct endpoint *endpoint, const struct endpoint *expected)
{
	char a[ADDRESS_TEXT], b[ADDRESS_TEXT];

	assert_string_equal(endpoint_format(endpoint, a), endpoint_format(expected, b));
}

static void plain_port_leaves_messages_alone(void **state)
{
	struct endpoint peer, from, local = at("127.0.0.1", udp_port(net, false));
	int fd = open_peer("127.0.0.1", &peer);
	struct result result;
	uint8_t data[16];

	peer_sends(fd, "127.0.0.1", false, "\0\0\0\0hello", 9);
	read_once();
	assert_int_equal(got.count, 1);
	assert_int_equal(got.len, 9);
	assert_memory_equal(got.data, "\0\0\0\0hello", 9);
	assert_endpoint(&got.local, &local);
	assert_endpoint(&got.remote, &peer);

	result = net->ops->send(net, &local, &peer, BYTES("world"));
	assert_int_equal(result.code, 0);
	assert_int_equal(peer_receives(fd, data, sizeof(data), &from), 6);
	assert_string_equal(data, "world");
	assert_endpoint(&from, &local);
	close(fd);
}

static void nat_port_puts_the_marker_on_and_takes_it_off(void **state)
{
	struct endpoint peer, from, local = at("127.0.0.1", udp_port(net, true));
	int fd = open_peer("127.0.0.1", &peer);
	struct result result;
	uint8_t data[16];

	peer_sends(fd, "127.0.0.1", true, "\0\0\0\0hello", 9);
	read_once();
	assert_int_equal(got.count, 1);
	assert_int_equal(got.len, 5);
	assert_memory_equal(got.data, "hello", 5);
	assert_endpoint(&got.local, &local);

	result = net->ops->send(net, &local, &peer, BYTES("world"));
	assert_int_equal(result.code, 0);
	assert_int_equal(peer_receives(fd, data, sizeof(data), &from), 10);
	assert_memory_equal(data, "\0\0\0\0world", 10);
	assert_endpoint(&from, &local);
	close(fd);
}

/* What is no IKE on the NAT port is dropped, each in its own counter. */
static void nat_port_drops_and_counts_the_rest(void **state)
{
	const struct udp_stats *stats = udp_stats(net);
	struct endpoint peer;
	int fd = open_peer("127.0.0.1", &peer);

	peer_sends(fd, "127.0.0.1", true, "\xff", 1);
	peer_sends(fd, "127.0.0.1", true, "\0\0\0", 3);
	peer_sends(fd, "127.0.0.1", true, "", 0);
	peer_sends(fd, "127.0.0.1", true, "\xff\xff", 2);
	peer_sends(fd, "127.0.0.1", true, "\0\0\0\1ESP of somebody", 19);
	peer_sends(fd, "127.0.0.1", true, "\0\0\0\0", 4);
	while (stats->keepalives + stats->too_short + stats->esp + stats->received < 6)
		read_once();
	assert_int_equal(stats->keepalives, 1);
	assert_int_equal(stats->too_short, 3);
	assert_int_equal(stats->esp, 1);
	assert_int_equal(stats->received, 1);
	assert_int_equal(got.count, 1);
	assert_int_equal(got.len, 0); /* the engine says what is wrong with it */
	close(fd);
}

static void answers_leave_from_the_address_that_was_asked(void **state)
{
	struct endpoint peer, from, asked = at("127.0.0.77", udp_port(net, false));
	int fd = open_peer("127.0.0.1", &peer);
	struct result result;
	uint8_t data[16];

	peer_sends(fd, "127.0.0.77", false, "?", 1);
	read_once();
	assert_endpoint(&got.local, &asked);
	result = net->ops->send(net, &got.local, &got.remote, BYTES("!"));
	assert_int_equal(result.code, 0);
	peer_receives(fd, data, sizeof(data), &from);
	assert_endpoint(&from, &asked);
	close(fd);
}

/* RFC 3948 section 2.3: the octet has no marker. */
static void keepalives_are_one_octet_from_the_nat_port(void **state)
{
	struct endpoint peer, from, local = at("127.0.0.1", udp_port(net, true));
	int fd = open_peer("127.0.0.1", &peer);
	struct result result = net->ops->keepalive(net, &local, &peer);
	uint8_t data[16];

	assert_int_equal(result.code, 0);
	assert_int_equal(peer_receives(fd, data, sizeof(data), &from), 1);
	assert_int_equal(data[0], 0xff);
	assert_endpoint(&from, &local);
	close(fd);
}

static void ipv6_works_alike(void **state)
{
	struct endpoint peer, from, local = at("::1", udp_port(net, true));
	int fds[UDP_SOCKETS_MAX], fd;
	struct result result;
	uint8_t data[16];

	if (udp_fds(net, fds) < 4)
		skip(); /* this host has no IPv6 */
	fd = open_peer("::1", &peer);
	peer_sends(fd, "::1", true, "\0\0\0\0hello", 9);
	read_once();
	assert_int_equal(got.len, 5);
	assert_endpoint(&got.local, &local);
	assert_endpoint(&got.remote, &peer);
	result = net->ops->send(net, &local, &peer, BYTES("world"));
	assert_int_equal(result.code, 0);
	assert_int_equal(peer_receives(fd, data, sizeof(data), &from), 10);
	assert_endpoint(&from, &local);
	close(fd);
}

/* Larger than any MTU, as with long chains of certificates: IP fragments it. */
static void large_messages_pass_both_ways(void **state)
{
	static uint8_t large[60000], data[65536];
	struct endpoint peer, from, local = at("127.0.0.1", udp_port(net, true));
	int fd = open_peer("127.0.0.1", &peer);
	struct result result;

	memset(large, 0xa5, sizeof(large));
	result = net->ops->send(net, &local, &peer, bytes_of(large, sizeof(large)));
	assert_int_equal(result.code, 0);
	assert_int_equal(peer_receives(fd, data, sizeof(data), &from), sizeof(large) + 4);
	assert_memory_equal(data + 4, large, sizeof(large));

	peer_sends(fd, "127.0.0.1", true, data, sizeof(large) + 4);
	read_once();
	assert_int_equal(got.len, sizeof(large));
	assert_memory_equal(got.data, large, sizeof(large));
	close(fd);
}

static void one_read_takes_a_bounded_number(void **state)
{
	struct endpoint peer;
	int i, fd = open_peer("127.0.0.1", &peer);

	for (i = 0; i < 40; i++)
		peer_sends(fd, "127.0.0.1", false, "x", 1);
	read_once();
	assert_in_range(got.count, 1, 20);
	while (got.count < 40)
		read_once();
	close(fd);
}

/* Nobody listens: the error comes back, is told, and spoils nothing. */
static void icmp_errors_are_told_and_not_fatal(void **state)
{
	struct endpoint gone, peer, from, local = at("127.0.0.1", udp_port(net, false));
	struct result result;
	int fd, fds[UDP_SOCKETS_MAX];
	uint8_t data[16];

	close(open_peer("127.0.0.1", &gone));
	fd = open_peer("127.0.0.1", &peer);
	result = net->ops->send(net, &local, &gone, BYTES("anybody?"));
	assert_int_equal(result.code, 0);

	/* The error waits on the socket, and the next datagram is to somebody else. */
	result = net->ops->send(net, &local, &peer, BYTES("hello"));
	assert_int_equal(result.code, 0);
	assert_int_equal(peer_receives(fd, data, sizeof(data), &from), 6);

	read_once();
	assert_int_equal(got.unreachable, 1);
	assert_int_equal(got.error, ECONNREFUSED);
	assert_endpoint(&got.unreachable_remote, &gone);
	assert_int_equal(udp_stats(net)->unreachable, 1);

	/* It is gone, and does not wake us for ever. */
	udp_fds(net, fds);
	assert_int_equal(poll(&(struct pollfd){ .fd = fds[0], .events = POLLIN }, 1, 0), 0);
	close(fd);
}

static void refusals_have_a_reason(void **state)
{
	struct endpoint local = at("127.0.0.1", 9), peer = at("127.0.0.1", 9);
	struct result result = net->ops->send(net, &local, &peer, BYTES("x"));
	struct net *second;
	char text[16];

	assert_int_equal(result.code, -EADDRNOTAVAIL);

	local.port = udp_port(net, false);
	local.address = at("192.0.2.1", 0).address; /* none of ours */
	result = net->ops->send(net, &local, &peer, BYTES("x"));
	assert_true(result.code < 0);
	assert_non_null(strstr(result.why, "127.0.0.1:9"));
	assert_int_equal(udp_stats(net)->send_errors, 1);

	second = udp_new(local.port, 0, &result);
	assert_null(second);
	assert_int_equal(result.code, -EADDRINUSE);
	snprintf(text, sizeof(text), "%u", local.port);
	assert_non_null(strstr(result.why, text));
}

int main(void)
{
#define UDP_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		UDP_TEST(plain_port_leaves_messages_alone),
		UDP_TEST(nat_port_puts_the_marker_on_and_takes_it_off),
		UDP_TEST(nat_port_drops_and_counts_the_rest),
		UDP_TEST(answers_leave_from_the_address_that_was_asked),
		UDP_TEST(keepalives_are_one_octet_from_the_nat_port),
		UDP_TEST(ipv6_works_alike),
		UDP_TEST(large_messages_pass_both_ways),
		UDP_TEST(one_read_takes_a_bounded_number),
		UDP_TEST(queue_length),
		UDP_TEST(icmp_errors_are_told_and_not_fatal),
		UDP_TEST(refusals_have_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

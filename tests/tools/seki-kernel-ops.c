// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon's view of the kernel against the real module, step by step, in a
 * network namespace that tests/netns/daemon_netlink.sh has prepared: 10.0.0.1
 * is an address of this host, "taken" a device that is no tunnel. Speaks KTAP.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/configure.h"
#include "kernel/netlink.h"
#include "net/udp.h"

#define WAIT 5000 /* milliseconds for an event */

static struct kernel *kernel;
static unsigned int number, failures;
static uint32_t ifindex;

static struct {
	unsigned int acquires, soft, hard, seen, gone;
	struct kernel_acquire acquire;
	struct kernel_expire expire;
	struct kernel_tunnel tunnel;
} got;

static void report(bool good, const char *name, const struct result *result)
{
	if (result && result->why[0])
		printf("# %d: %s\n", result->code, result->why);
	printf("%s %u %s\n", good ? "ok" : "not ok", ++number, name);
	fflush(stdout);
	failures += !good;
}

static void works(struct result result, const char *name)
{
	report(!failed(&result), name, &result);
}

/* Refused with this code, and with a sentence of the kernel's own. */
static void refused(struct result result, int code, const char *name)
{
	report(result.code == code && result.why[0] && !strstr(result.why, strerror(-code)), name,
	       &result);
}

static void on_acquire(void *context, const struct kernel_acquire *acquire)
{
	got.acquires++;
	got.acquire = *acquire;
}

static void on_expire(void *context, const struct kernel_expire *expire)
{
	if (expire->hard)
		got.hard++;
	else
		got.soft++;
	got.expire = *expire;
}

static void on_seen(void *context, const struct kernel_tunnel *tunnel)
{
	got.seen++;
	got.tunnel = *tunnel;
}

static void on_gone(void *context, uint32_t gone)
{
	got.gone++;
}

/* Reads events until *@counter is at least @value. */
static bool wait_for(const unsigned int *counter, unsigned int value)
{
	struct pollfd events[KERNEL_NETLINK_FDS] = { 0 };
	int fds[KERNEL_NETLINK_FDS], i;

	kernel_netlink_fds(kernel, fds);
	while (*counter < value) {
		for (i = 0; i < KERNEL_NETLINK_FDS; i++)
			events[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
		if (poll(events, KERNEL_NETLINK_FDS, WAIT) <= 0)
			return false;
		for (i = 0; i < KERNEL_NETLINK_FDS; i++)
			if (events[i].revents)
				kernel_netlink_read(kernel, fds[i]);
	}
	return true;
}

static struct address address_of(const char *text)
{
	struct address address = { 0 };

	if (!address_parse(text, &address))
		abort();
	return address;
}

/* One datagram into the tunnel. */
static void send_packet(void)
{
	struct endpoint to = { .address = address_of("172.16.0.2"), .port = 7 };
	struct sockaddr_storage name;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
	    sendto(fd, "x", 1, 0, (struct sockaddr *)&name, endpoint_to_sockaddr(&to, &name)) < 0)
		printf("# sendto: %s\n", strerror(errno));
	close(fd);
}

static void run(const char *command)
{
	if (system(command))
		printf("# %s failed\n", command);
}

static struct kernel_tunnel wish(const char *name)
{
	struct kernel_tunnel tunnel = {
		.profile = "phse2-prof",
		.local = address_of("10.0.0.1"),
		.remote = address_of("10.0.0.2"),
	};

	snprintf(tunnel.name, sizeof(tunnel.name), "%s", name);
	return tunnel;
}

static void tunnels(void)
{
	struct prefix address = { address_of("172.16.0.1"), 24 };
	struct tunnel_route to_peer = { .destination = { address_of("192.168.2.1"), 32 } };
	struct tunnel_route behind = { .destination = { address_of("192.168.9.0"), 24 },
				       .gateway = address_of("172.16.0.2") };
	struct kernel_tunnel tunnel = wish("tunnel0"), taken = wish("taken");
	uint32_t again, ignored;
	struct result result;
	bool made = false;

	works(kernel_netlink_resync(kernel), "an empty namespace is looked at");
	result = tunnel_create(kernel, &tunnel, &ifindex, &made);
	report(!failed(&result) && made && ifindex && got.seen == 1 &&
		       got.tunnel.ifindex == ifindex &&
		       address_equal(&got.tunnel.remote, &tunnel.remote) &&
		       strcmp(got.tunnel.profile, "phse2-prof") == 0 && !got.tunnel.up,
	       "a tunnel is made and told", &result);
	result = tunnel_create(kernel, &tunnel, &again, &made);
	report(!failed(&result) && !made && again == ifindex,
	       "the tunnel is adopted when it is there", &result);
	tunnel.remote = address_of("10.0.0.99");
	result = tunnel_create(kernel, &tunnel, &again, &made);
	report(!failed(&result) && !made && again == ifindex &&
		       address_equal(&got.tunnel.remote, &tunnel.remote),
	       "the tunnel is changed", &result);
	tunnel = wish("tunnel0");
	works(tunnel_create(kernel, &tunnel, &again, &made), "the tunnel is changed back");
	result = tunnel_create(kernel, &taken, &ignored, &made);
	report(result.code == -EEXIST, "a device of another kind is not touched", &result);

	works(tunnel_add_address(kernel, ifindex, &address), "an address is added");
	works(tunnel_add_address(kernel, ifindex, &address), "an address that is there is fine");
	works(tunnel_set_state(kernel, ifindex, true, 1300), "the tunnel is up with an MTU");
	report(wait_for(&got.seen, got.seen + 1) && got.tunnel.up && got.tunnel.mtu == 1300,
	       "which is told", NULL);
	works(tunnel_add_route(kernel, ifindex, &to_peer), "a route is added");
	works(tunnel_add_route(kernel, ifindex, &to_peer), "a route that is there is fine");
	works(tunnel_add_route(kernel, ifindex, &behind), "a route by a gateway is added");
	works(tunnel_delete_route(kernel, ifindex, &behind), "and deleted");
	works(tunnel_delete_route(kernel, ifindex, &behind), "a route that is gone is fine");
	run("ip route add 192.168.77.0/24 dev taken");
	to_peer.destination = (struct prefix){ address_of("192.168.77.0"), 24 };
	result = tunnel_add_route(kernel, ifindex, &to_peer);
	report(result.code == -EEXIST, "a route of other people stays", &result);
}

static const uint8_t key[20] = "sixteen octets!!salt";

static struct kernel_sa new_sa(enum sa_direction direction, uint32_t spi)
{
	return (struct kernel_sa){
		.id = { .direction = direction,
			.protocol = PROTOCOL_ESP,
			.spi = spi,
			.local = address_of("10.0.0.1"),
			.remote = address_of("10.0.0.2") },
		.owner.ifindex = ifindex,
		.encr = 20,
		.encr_key = BYTES(key),
	};
}

static unsigned int listed;

static void count_sa(void *context, const struct kernel_sa_id *id, const struct kernel_owner *owner)
{
	listed += owner->ifindex == ifindex && !owner->policy && id->protocol == PROTOCOL_ESP;
}

static void associations(void)
{
	struct address local = address_of("10.0.0.1");
	struct kernel_owner owner = { .ifindex = ifindex };
	struct kernel_counters counters;
	struct kernel_sa in, out, bad;
	struct result result;
	uint32_t spi = 0;

	send_packet();
	report(wait_for(&got.acquires, 1) && got.acquire.owner.ifindex == ifindex &&
		       got.acquire.protocol == 17 && got.acquire.destination.port == 7,
	       "a packet without an SA raises an acquire", NULL);

	result = kernel->ops->alloc_spi(kernel, PROTOCOL_ESP, &owner, &local, &spi);
	report(!failed(&result) && spi >= 256, "an SPI is chosen", &result);
	in = new_sa(SA_INBOUND, spi);
	works(kernel->ops->add_sa(kernel, &in), "the inbound SA gets its keys");
	refused(kernel->ops->add_sa(kernel, &in), -EEXIST, "which it has only once");
	bad = new_sa(SA_INBOUND, spi + 1);
	bad.encr_key.len = 3;
	refused(kernel->ops->add_sa(kernel, &bad), -EINVAL, "a key of three octets is refused");

	out = new_sa(SA_OUTBOUND, 0x11223344);
	out.esn = true;
	out.limits = (struct kernel_limits){ .soft_packets = 2, .hard_packets = 4 };
	works(kernel->ops->add_sa(kernel, &out), "the outbound SA is added");
	result = kernel->ops->each_sa(kernel, count_sa, NULL);
	report(!failed(&result) && listed == 2, "both are listed", &result);
	result = kernel->ops->get_counters(kernel, &out.id, &counters);
	report(!failed(&result) && counters.packets == 0 && counters.idle_seconds == UINT64_MAX,
	       "its counters are zero", &result);

	send_packet();
	send_packet();
	report(wait_for(&got.soft, 1) && got.expire.id.spi == 0x11223344 &&
		       got.expire.id.direction == SA_OUTBOUND,
	       "its soft limit is told", NULL);
	result = kernel->ops->get_counters(kernel, &out.id, &counters);
	report(!failed(&result) && counters.packets == 2 && counters.bytes == 2 * 29 &&
		       counters.sequence == 2 && counters.idle_seconds < 60,
	       "it has counted two packets of 29 octets", &result);
	got.soft = 0;
	result = kernel_netlink_resync(kernel);
	report(!failed(&result) && got.soft == 1,
	       "a soft limit that was not heard is told by resync", &result);
	send_packet();
	send_packet();
	send_packet();
	report(wait_for(&got.hard, 1) && got.expire.id.spi == 0x11223344, "its hard limit is told",
	       NULL);
	refused(kernel->ops->get_counters(kernel, &out.id, &counters), -ENOENT, "and it is gone");

	works(kernel->ops->delete_sa(kernel, &in.id), "the inbound SA is deleted");
	refused(kernel->ops->delete_sa(kernel, &in.id), -ENOENT, "and only once");
}

static void sockets(void)
{
	int fds[UDP_SOCKETS_MAX];
	struct result result;
	struct net *net = udp_new(IKE_PORT, IKE_NAT_PORT, &result);
	size_t i, count;

	report(net != NULL, "IKE's sockets are opened", &result);
	if (!net)
		return;
	count = udp_nat_fds(net, fds);
	for (i = 0; i < count; i++)
		works(kernel_netlink_lend_socket(kernel, fds[i]),
		      "a socket is lent for ESP in UDP");
	udp_free(net);
}

static void endings(void)
{
	unsigned int gone = got.gone;

	run("ip link set tunnel0 down; ip link del tunnel0");
	report(wait_for(&got.gone, gone + 1), "the end of a tunnel is told", NULL);
}

int main(void)
{
	struct result result;

	puts("KTAP version 1");
	kernel = kernel_netlink_new(&result);
	report(kernel != NULL, "the module is found", &result);
	if (kernel) {
		kernel->events = (struct kernel_events){
			.acquire = on_acquire,
			.expire = on_expire,
			.tunnel_seen = on_seen,
			.tunnel_gone = on_gone,
		};
		tunnels();
		associations();
		sockets();
		endings();
		kernel_netlink_free(kernel);
	}
	printf("1..%u\n", number);
	return failures ? 1 : 0;
}

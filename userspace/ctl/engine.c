// SPDX-License-Identifier: GPL-2.0-or-later
/* The real engine. In a file of its own, so that a test with its own table
 * links without the key exchange.
 */

#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ctl/internal.h"

static uint32_t interface_mtu(const char *name)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint32_t mtu = 0;

	if (fd < 0)
		return 0;
	memcpy(request.ifr_name, name, strnlen(name, sizeof(request.ifr_name) - 1));
	if (ioctl(fd, SIOCGIFMTU, &request) == 0)
		mtu = (uint32_t)request.ifr_mtu;
	close(fd);
	return mtu;
}

static bool interface_of(const struct address *local, struct ctl_path *path)
{
	struct ifaddrs *all, *one;
	struct endpoint endpoint;
	bool found = false;

	if (getifaddrs(&all) < 0)
		return false;
	for (one = all; one && !found; one = one->ifa_next) {
		if (!one->ifa_addr || !endpoint_from_sockaddr(one->ifa_addr, &endpoint) ||
		    !address_equal(&endpoint.address, local))
			continue;
		memset(path, 0, sizeof(*path));
		memcpy(path->interface, one->ifa_name,
		       strnlen(one->ifa_name, sizeof(path->interface) - 1));
		path->mtu = interface_mtu(path->interface);
		found = true;
	}
	freeifaddrs(all);
	return found;
}

static void host_of(const struct ike *ike, struct ctl_host *host)
{
	ctl_host_facts(host);
	ike_work(ike, &host->queued, &host->done);
}

const struct ctl_engine ctl_ike_engine = {
	.each_sa = ike_each_sa,
	.each_child = ike_each_child,
	.each_tunnel = ike_each_tunnel,
	.each_dropped = ike_each_dropped,
	.stat_name = ike_stat_name,
	.stat = ike_stat,
	.clear_sas = ike_clear_sas,
	.clear_sas_alone = ike_clear_sas_alone,
	.clear_children = ike_clear_children,
	.clear_counters = ike_clear_counters,
	.rekey_sas = ike_rekey_sas,
	.redirect_sas = ike_redirect_sas,
	.rekey_children = ike_rekey_children,
	.host = host_of,
	.path = interface_of,
};

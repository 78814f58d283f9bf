/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
#ifndef _UAPI_LINUX_IF_LINK_SEKI_H
#define _UAPI_LINUX_IF_LINK_SEKI_H

/* IFLA_INFO_KIND of tunnel devices */
#define IFLA_SEKI_KIND		"seki"

/* longest profile name, without its terminating zero */
#define IFLA_SEKI_PROFILE_MAX	63

/* IFLA_INFO_DATA of tunnel devices */
enum {
	IFLA_SEKI_UNSPEC,
	IFLA_SEKI_LOCAL,	/* our outer address, 4 or 16 bytes */
	IFLA_SEKI_REMOTE,	/* the peer's outer address, 4 or 16 bytes */
	IFLA_SEKI_PROFILE,	/* NUL-terminated; the daemon's, not interpreted here */
	IFLA_SEKI_TTL,		/* u8, of outer packets; 0 takes the inner packet's */
	IFLA_SEKI_TOS,		/* u8, of outer packets; 1 takes the inner packet's */
	IFLA_SEKI_PAD,
	IFLA_SEKI_LINK,		/* u32, device that outer packets leave by, a VRF for one; 0 any */
	IFLA_SEKI_FWMARK,	/* u32, mark of outer packets and of their route; 0 none */
	IFLA_SEKI_AUTO_MTU,	/* u8, 1: the MTU follows path and SA; setting an MTU sets 0 */

	__IFLA_SEKI_MAX
};

#define IFLA_SEKI_MAX (__IFLA_SEKI_MAX - 1)

#endif /* _UAPI_LINUX_IF_LINK_SEKI_H */

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

	__IFLA_SEKI_MAX
};

#define IFLA_SEKI_MAX (__IFLA_SEKI_MAX - 1)

#endif /* _UAPI_LINUX_IF_LINK_SEKI_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_COMPAT_GENETLINK_H
#define SEKI_COMPAT_GENETLINK_H

#include <net/genetlink.h>

/* Up to 6.5, dumps have their own struct for what the request said. */
static inline struct nlattr **seki_compat_dump_attrs(struct netlink_callback *cb)
{
#ifdef SEKI_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

#endif /* SEKI_COMPAT_GENETLINK_H */

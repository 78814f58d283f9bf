/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_LINK_UTIL_H
#define SEKI_LINK_UTIL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* What ip(8) and a plugin for a link kind know of each other. iproute2 installs
 * no header for it; the layout has been the same from 5.4 on.
 */

struct link_util {
	struct link_util *next;
	const char *id;
	int maxattr;
	int (*parse_opt)(struct link_util *util, int argc, char **argv, struct nlmsghdr *msg);
	void (*print_opt)(struct link_util *util, FILE *out, struct rtattr *attrs[]);
	void (*print_xstats)(struct link_util *util, FILE *out, struct rtattr *xstats);
	void (*print_help)(struct link_util *util, int argc, char **argv, FILE *out);
	int (*parse_ifla_xstats)(struct link_util *util, int argc, char **argv);
	int (*print_ifla_xstats)(struct nlmsghdr *msg, void *arg);
};

/* Functions of ip(8) itself, which exports all of its symbols to plugins. */
int addattr_l(struct nlmsghdr *msg, int room, int type, const void *data, int len);
int print_color_string(int type, int color, const char *key, const char *format, const char *value);
int print_color_bool(int type, int color, const char *key, const char *format, bool value);
int print_color_uint(int type, int color, const char *key, const char *format, unsigned int value);

unsigned int ll_name_to_index(const char *name); /* 0: there is none */
const char *ll_index_to_name(unsigned int ifindex);

enum { PRINT_FP = 1, PRINT_JSON = 2, PRINT_ANY = 4 };
enum { COLOR_NONE = 6 };

#endif

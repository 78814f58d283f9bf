/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_NETLINK_H
#define SEKI_NETLINK_H

int seki_netlink_init(void);
void seki_netlink_exit(void);

#endif /* SEKI_NETLINK_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_ENCAP_H
#define SEKI_ENCAP_H

#include <linux/types.h>

struct netlink_ext_ack;
struct sk_buff;
struct sock;

bool seki_encap_owns(const struct sock *sk);
int seki_encap_adopt(struct sk_buff *request, int fd, struct netlink_ext_ack *extack);

#endif /* SEKI_ENCAP_H */

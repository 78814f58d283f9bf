/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_PROTO_H
#define SEKI_PROTO_H

int seki_proto_init(void);
void seki_proto_exit(void);

#endif /* SEKI_PROTO_H */

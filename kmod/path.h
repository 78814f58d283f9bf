/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_PATH_H
#define SEKI_PATH_H

#include <linux/types.h>

#include "addr.h"

/**
 * struct seki_path - where the outer packets of an SA go
 * @rcu: for freeing
 * @local: our outer address
 * @remote: the peer's outer address
 * @sport: our port, if the SA is in UDP
 * @dport: the peer's port
 */
struct seki_path {
	struct rcu_head rcu;
	struct seki_addr local;
	struct seki_addr remote;
	__be16 sport;
	__be16 dport;
};

/**
 * struct seki_origins - addresses as a peer behind a NAT knows them
 * @local: ours
 * @remote: the peer's
 *
 * RFC 3948 section 3.1.2: what transport mode checksums were made with.
 */
struct seki_origins {
	struct seki_addr local;
	struct seki_addr remote;
};

#endif /* SEKI_PATH_H */

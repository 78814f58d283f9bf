/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_NET_NET_H
#define SEKI_NET_NET_H

/* Datagrams of IKE. The non-ESP marker of port 4500 (RFC 3948 section 2.2)
 * is put on and taken off behind this table.
 */

#include "base/address.h"
#include "base/bytes.h"
#include "base/result.h"

#define IKE_PORT 500
#define IKE_NAT_PORT 4500

struct net;

struct net_ops {
	/** @send: from our address and port to the peer's; -errno is for the log, IKE retransmits */
	struct result (*send)(struct net *net, const struct endpoint *local,
			      const struct endpoint *remote, struct bytes message);
	/** @keepalive: one octet that keeps a NAT's mapping alive (RFC 3948 section 2.3) */
	struct result (*keepalive)(struct net *net, const struct endpoint *local,
				   const struct endpoint *remote);
};

/**
 * struct net - the base of each implementation
 * @receive: set by the daemon: a datagram has come, its marker is off
 * @unreachable: may be NULL: the network says that @remote cannot be reached,
 *   @error is an errno (ECONNREFUSED: nobody listens there). Anybody can forge it.
 */
struct net {
	const struct net_ops *ops;
	void (*receive)(void *context, const struct endpoint *local, const struct endpoint *remote,
			struct bytes message);
	void (*unreachable)(void *context, const struct endpoint *remote, int error);
	void *context;
};

#endif

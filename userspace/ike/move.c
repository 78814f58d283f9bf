// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Peers and ourselves at other addresses: an IKE SA moves with all that it has
 * made. Who may cause it: an authentic message, or an authentic ESP packet, of
 * a peer behind a NAT (RFC 7296 section 2.23), or MOBIKE (RFC 4555).
 */

#include <errno.h>

#include "base/log.h"
#include "ike/sa.h"

static void move_half(struct child_sa *child, enum sa_direction direction, bool installed,
		      const struct endpoint *local, const struct endpoint *remote)
{
	struct kernel_sa_id id = child_sa_kernel_id(child, direction);
	struct kernel *kernel = child->ike->env.kernel;
	struct result result;

	if (!installed)
		return;
	result = kernel->ops->sa_set_endpoints(kernel, &id, local, remote);
	if (failed(&result))
		log_line(LOG_ERROR, "%s: SPI 0x%08X stays at its old address: %s",
			 child->tunnel->device.name, id.spi, result.why);
}

static void move_child(struct child_sa *child)
{
	struct endpoint local = child->sa->local, remote = child->sa->remote;

	if (!child->udp_encap)
		local.port = remote.port = 0;
	move_half(child, SA_INBOUND, child->in_installed, &local, &remote);
	move_half(child, SA_OUTBOUND, child->out_installed, &local, &remote);
	child->local = child->sa->local;
	child->remote = child->sa->remote;
	/* An SA cannot get into UDP or out of it: its successor can. */
	if (child->udp_encap != ike_sa_encapsulates(child->sa) && child->state == CHILD_ACTIVE)
		child->sa->version->rekey_child(child);
}

void ike_sa_move(struct ike_sa *sa, const struct endpoint *local, const struct endpoint *remote)
{
	char from[ADDRESS_TEXT], to[ADDRESS_TEXT];
	struct child_sa *child;

	if (!endpoint_equal(&sa->remote, remote))
		log_line(sa->established ? LOG_NOTICE : LOG_IKEV2_INTERNAL,
			 "IKE SA %u: the peer is now at %s instead of %s", sa->id,
			 endpoint_format(remote, to), endpoint_format(&sa->remote, from));
	if (!endpoint_equal(&sa->local, local))
		log_line(sa->established ? LOG_NOTICE : LOG_IKEV2_INTERNAL,
			 "IKE SA %u: we are now at %s instead of %s", sa->id,
			 endpoint_format(local, to), endpoint_format(&sa->local, from));
	sa->local = *local;
	sa->remote = *remote;
	TAILQ_FOREACH(child, &sa->children, of_sa)
		move_child(child);
}

bool ike_sa_encapsulates(const struct ike_sa *sa)
{
	return sa->nat_local || sa->nat_remote || sa->nat_forced;
}

/* Who is behind a NAT itself sees a forged source as easily as a true one (section 2.23). */
bool ike_sa_roams(const struct ike_sa *sa)
{
	return sa->nat_remote && !sa->nat_local && !sa->explicit_moves;
}

void ike_sa_follow(struct ike_sa *sa, const struct endpoint *local, const struct endpoint *remote)
{
	if (endpoint_equal(&sa->remote, remote) && endpoint_equal(&sa->local, local))
		return;
	/* Before that the ports change, and nothing is believed yet. */
	if (sa->established && !ike_sa_roams(sa))
		return;
	ike_sa_move(sa, local, remote);
}

void ike_peer_moved(void *context, const struct kernel_peer_moved *moved)
{
	struct tunnel *tunnel = tunnel_of_owner(context, &moved->owner);
	struct child_sa *child;

	if (!tunnel)
		return;
	TAILQ_FOREACH(child, &tunnel->children, of_tunnel)
		if (child->spi_in == moved->id.spi && child->protocol == moved->id.protocol)
			break;
	if (child && child->sa && child->sa->established && child->udp_encap && moved->remote.port)
		ike_sa_follow(child->sa, &child->sa->local, &moved->remote);
}

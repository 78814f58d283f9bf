// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What show prints, gathered from the engine's objects. Counters come from the
 * kernel at the moment of asking.
 */

#include <string.h>

#include "ike/facts.h"
#include "ike/sa.h"

static struct transform transform_or_none(const struct proposal *chosen, enum transform_type type)
{
	const struct transform *transform = proposal_get(chosen, type);

	return transform ? *transform : (struct transform){ .type = type };
}

void ike_each_sa(struct ike *ike, void (*found)(void *context, const struct ike_sa_facts *facts),
		 void *context)
{
	const struct ike_sa *sa;

	TAILQ_FOREACH(sa, &ike->sas, link) {
		const struct child_sa *child;
		struct ike_sa_facts facts = {
			.tunnel_id = sa->id,
			.version = sa->version->number,
			.state = "READY",
			.established = sa->established,
			.initiator = sa->initiator,
			.local = sa->local,
			.remote = sa->remote,
			.fvrf = "none",
			.ivrf = "none",
			.profile = sa->profile ? sa->profile->name : NULL,
			.encr = transform_or_none(&sa->chosen, TRANSFORM_ENCR),
			.integ = transform_or_none(&sa->chosen, TRANSFORM_INTEG),
			.prf = transform_or_none(&sa->chosen, TRANSFORM_PRF),
			.group = transform_or_none(&sa->chosen, TRANSFORM_KE),
			.auth_sign = sa->auth_sign,
			.auth_verify = sa->auth_verify,
			.lifetime = sa->profile ? sa->profile->lifetime : IKE_LIFETIME_DEFAULT,
			.active = sa->established ?
					  (ike_now(ike) - sa->established_at) / SECONDS(1) :
					  0,
			.ce_id = 1000 + sa->session_id,
			.session_id = sa->session_id,
			.mib_index = sa->mib_index,
			.status = sa->closing	  ? "Delete in progress" :
				  sa->established ? "Negotiation done" :
						    "Negotiation in progress",
			.local_spi = sa->local_spi,
			.remote_spi = sa->remote_spi,
			.local_id = sa->local_id,
			.remote_id = sa->remote_id,
			.client_id = sa->client_id,
			.eap_method = sa->eap_method,
			.ppk = sa->ppk,
			.nat_local = sa->nat_local,
			.nat_remote = sa->nat_remote,
			.legacy = proposal_is_legacy(&sa->chosen) || sa->weak_auth,
			.client = sa->client,
		};

		for (int i = 0; i < ADDKE_MAX; i++)
			facts.additional[i] = transform_or_none(&sa->chosen, TRANSFORM_ADDKE1 + i);

		if (!facts.lifetime)
			facts.lifetime = IKE_LIFETIME_DEFAULT;
		TAILQ_FOREACH(child, &sa->children, of_sa)
			facts.child_count +=
				child->state == CHILD_ACTIVE || child->state == CHILD_INBOUND;
		sa->version->tell(sa, &facts);
		found(context, &facts);
	}
}

static uint64_t kilobytes_left(const struct child_sa *child, const struct kernel_counters *counters)
{
	uint64_t used = counters->bytes / 1024;

	return used < child->lifetime_kilobytes ? child->lifetime_kilobytes - used : 0;
}

static void leave_out(struct kernel_counters *counters, const struct child_tally *cleared)
{
	counters->packets -= cleared->packets;
	counters->bytes -= cleared->bytes;
	counters->errors -= cleared->errors;
}

static void count(const struct child_sa *child, bool outer, struct child_sa_facts *facts)
{
	const struct child_tally *cleared = outer ? child->outer_cleared : child->cleared;

	child_sa_counters(child, SA_INBOUND, outer, &facts->in);
	child_sa_counters(child, SA_OUTBOUND, outer, &facts->out);
	facts->left_kilobytes_in = kilobytes_left(child, &facts->in);
	facts->left_kilobytes_out = kilobytes_left(child, &facts->out);
	leave_out(&facts->in, &cleared[SA_INBOUND]);
	leave_out(&facts->out, &cleared[SA_OUTBOUND]);
}

/* The other half of a bundle, whose facts are those of the first but for what is told here. */
static void tell_outer(const struct child_sa *child, struct child_sa_facts *facts)
{
	facts->protocol = PROTOCOL_AH;
	facts->bundled = true;
	facts->inbound_spi = child->outer.spi_in;
	facts->outbound_spi = child->outer.spi_out;
	facts->conn_in = child->outer.conn_in;
	facts->conn_out = child->outer.conn_out;
	facts->encr = (struct transform){};
	facts->integ.id = child->outer.integ;
	facts->iv_size = 0;
	count(child, true, facts);
}

/* By what negotiates for it, not by what is left of that: an SA of IKEv1 may outlive its ISAKMP SA. */
static uint8_t version_of(const struct tunnel *tunnel)
{
	const struct ipsec_profile *profile = tunnel_profile(tunnel);

	return profile ? (uint8_t)ipsec_profile_version(tunnel->ike->policy, profile) : 0;
}

void ike_each_child(struct ike *ike,
		    void (*found)(void *context, const struct child_sa_facts *facts), void *context)
{
	struct tunnel *tunnel;
	struct child_sa *child;

	TAILQ_FOREACH(tunnel, &ike->tunnels, link) {
		TAILQ_FOREACH(child, &tunnel->children, of_tunnel) {
			uint64_t age = (ike_now(ike) - child->created_at) / SECONDS(1);
			struct child_sa_facts facts = {
				.version = version_of(tunnel),
				.crypto_map = tunnel->policy != 0,
				.ifindex = tunnel->device.ifindex,
				.interface = tunnel->device.name,
				.map_tag = tunnel->map_tag,
				.local = child->local,
				.remote = child->remote,
				.local_ts = child->local_ts,
				.remote_ts = child->remote_ts,
				.protocol = child->protocol,
				.tunnel_mode = !child->transport,
				.udp_encap = child->udp_encap,
				.inbound_spi = child->spi_in,
				.outbound_spi = child->spi_out,
				.conn_in = child->conn_in,
				.conn_out = child->conn_out,
				.encr = { TRANSFORM_ENCR, child->suite.encr, child->suite.key_bits,
					  false },
				.integ = { TRANSFORM_INTEG, child->suite.integ, 0, false },
				.esn = child->esn,
				.replay_protection = true,
				.pfs_group = child->pfs_group,
				.iv_size = encr_iv_size(child->suite.encr),
				.lifetime_kilobytes = child->lifetime_kilobytes,
				.lifetime_seconds = child->lifetime_seconds,
				.left_seconds = age < child->lifetime_seconds ?
							child->lifetime_seconds - age :
							0,
				.active = child->state == CHILD_ACTIVE,
				.mtu = tunnel->device.mtu,
				.profile = child->profile,
				.ike_tunnel_id = child->sa ? child->sa->id : 0,
			};

			if (child->state == CHILD_NEGOTIATING)
				continue;
			count(child, false, &facts);
			found(context, &facts);
			if (!child->outer.spi_in)
				continue;
			tell_outer(child, &facts);
			found(context, &facts);
		}
	}
}

static const char *tunnel_status(const struct tunnel *tunnel)
{
	const struct child_sa *child = tunnel_active_child(tunnel);
	const struct ike_sa *sa;

	if (child)
		return "UP-ACTIVE";
	if (tunnel_can_send(tunnel))
		return "UP-NO-IKE";
	if (tunnel->negotiating)
		return "DOWN-NEGOTIATING";
	TAILQ_FOREACH(sa, &tunnel->peering->sas, of_peering)
		if (sa->established)
			return "UP-IDLE";
	return "DOWN";
}

void ike_each_tunnel(struct ike *ike,
		     void (*found)(void *context, const struct tunnel_facts *facts), void *context)
{
	const struct tunnel *tunnel;
	const struct child_sa *child;

	TAILQ_FOREACH(tunnel, &ike->tunnels, link) {
		struct tunnel_facts facts = {
			.ifindex = tunnel->device.ifindex,
			.name = tunnel->device.name,
			.profile = tunnel->device.profile,
			.local = tunnel->device.local,
			.remote = tunnel->device.remote,
			.admin_up = tunnel->device.up,
			.status = tunnel_status(tunnel),
			.last_error = tunnel->last_error[0] ? tunnel->last_error : NULL,
		};

		TAILQ_FOREACH(child, &tunnel->children, of_tunnel)
			if (child->state == CHILD_ACTIVE)
				facts.active_sas += child->outer.spi_in ? 4 : 2;
		found(context, &facts);
	}
}

void ike_each_dropped(struct ike *ike,
		      void (*found)(void *context, const char *interface,
				    const struct address *local, uint64_t count),
		      void *context)
{
	struct kernel *kernel = ike->env.kernel;
	const struct tunnel *tunnel;

	TAILQ_FOREACH(tunnel, &ike->tunnels, link) {
		struct kernel_owner owner = tunnel_owner(tunnel);
		uint64_t count = 0;
		struct result result = kernel->ops->get_dropped(kernel, &owner, &count);

		if (!failed(&result))
			found(context, tunnel->device.name, &tunnel->device.local, count);
	}
}

void ike_work(const struct ike *ike, uint64_t *queued, uint64_t *done)
{
	*queued = ike->env.workers->queued;
	*done = ike->env.workers->done;
}

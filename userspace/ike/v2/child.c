// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Child SAs in IKE_AUTH and CREATE_CHILD_SA: offer, choice, rekey and its
 * collisions (RFC 7296 sections 1.3.1, 1.3.3, 2.8, 2.9).
 */

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "ike/v2/actions.h"

#define SIMULTANEOUS SECONDS(5) /* so far apart, two exchanges may have crossed each other */

static void retry_rekey(struct child_sa *child)
{
	child->rekeying = false;
	if (child->state == CHILD_ACTIVE && child->sa)
		timer_start(child->ike->env.timers, &child->rekey, retry_delay());
}

void child_start(struct ikev2_sa *sa, struct tunnel *tunnel, struct child_sa *replaces)
{
	struct task *task;

	if (replaces && replaces->successor)
		sa_event(sa, "inhibited rekey (newer SA exists)");
	if (replaces && (replaces->rekeying || replaces->deleting || replaces->successor))
		return;
	/* Children and a rekey of their IKE SA exclude each other (section 2.25.2). */
	if (replaces && (sa->rekey_task || sa->successor || sa->base.closing)) {
		retry_rekey(replaces);
		return;
	}
	task = task_new(sa, TASK_CHILD, true);
	task->exchange = EXCHANGE_CREATE_CHILD_SA;
	if (!replaces)
		task->owner = tunnel_owner(tunnel);
	if (replaces) {
		replaces->rekeying = true;
		task->rekeys = true;
		task->replaced_spi_in = replaces->spi_in;
		timer_stop(replaces->ike->env.timers, &replaces->rekey);
	}
	exchange_start(task);
}

/* The one that a task replaces may go away while the task waits for its answer. */
static struct child_sa *replaced(const struct task *task)
{
	struct child_sa *child;

	if (task->rekeys)
		TAILQ_FOREACH(child, &task->sa->base.children, of_sa)
			if (child->spi_in == task->replaced_spi_in)
				return child;
	return NULL;
}

/* A peer that takes no more children takes no successors either: all begins anew. */
static void start_anew(struct ikev2_sa *sa)
{
	sa_line(sa, LOG_NOTICE,
		"the peer takes no further child SAs on this IKE SA: a new one follows");
	info_delete_sa(sa);
}

void child_abandon(struct task *task)
{
	struct tunnel *tunnel = task->child ? task->child->tunnel : NULL;
	struct child_sa *old = replaced(task);

	if (task->child) {
		/* An error in the middle of the key exchanges: the peer has made none. */
		if (task->initiator && task->child->spi_out && task->child->sa &&
		    !task->child->sa->closing && !task->peer_error)
			info_disown_child(task->child);
		child_sa_destroy(task->child);
	}
	if (task->initiator && task->peer_error == NOTIFY_NO_ADDITIONAL_SAS &&
	    task->kind == TASK_CHILD)
		start_anew(task->sa);
	if (!old && task->rekeys && tunnel)
		tunnel_lost(tunnel);
	if (!old || !task->initiator)
		return;
	if (task->peer_error == NOTIFY_CHILD_SA_NOT_FOUND) {
		tunnel = old->tunnel;
		child_sa_destroy(old);
		tunnel_lost(tunnel);
		return;
	}
	retry_rekey(old);
}

/* --- initiator --- */

static bool has_two_hosts(const struct tunnel *tunnel)
{
	return selectors_host(&tunnel->local_ts).family != AF_UNSPEC &&
	       selectors_host(&tunnel->remote_ts).family != AF_UNSPEC;
}

struct result child_prepare(struct task *task, bool pfs)
{
	struct child_sa *old = replaced(task);
	struct tunnel *tunnel = old ? old->tunnel : task_tunnel(task);
	const struct ipsec_profile *profile = tunnel ? tunnel_profile(tunnel) : NULL;
	struct ike_sa *base = &task->sa->base;
	const char *obstacle;
	struct result result;

	if (!profile)
		return fail(-ENOENT, "the tunnel or its IPsec profile is gone");
	obstacle = child_obstacle(base, child_protocol(profile));
	if (obstacle)
		return fail(-EPROTONOSUPPORT, "%s", obstacle);
	child_proposals(profile, pfs, &task->proposals);
	task->group = pfs ? profile->pfs_group : 0;
	if (!task->child) {
		result = child_sa_new(base, tunnel, child_protocol(profile), &task->child);
		if (failed(&result))
			return result;
	}
	task->child->initiator = true;
	task->child->replaces = old;
	task->child->transport = child_wants_transport(tunnel, base) &&
				 (!ike_sa_encapsulates(base) || has_two_hosts(tunnel));
	for (size_t i = 0; i < task->proposals.count; i++)
		task->proposals.proposals[i].spi = task->child->spi_in;
	if (old) {
		/* What is replaced keeps its selectors, or the successor could carry less. */
		task->child->local_ts = old->local_ts;
		task->child->remote_ts = old->remote_ts;
	} else {
		task->child->local_ts = tunnel->local_ts;
		task->child->remote_ts = tunnel->remote_ts;
		config_local_selectors(base, &task->child->local_ts);
	}
	return RESULT_OK;
}

enum ikev2_event child_get_policy(struct task *task)
{
	struct result result;

	if (task->rekeys && !replaced(task))
		return task_fail(task, fail(-ENOENT, "the child SA to rekey is gone"), 0,
				 IKE_STAT_CHILD_FAILED);
	result = child_prepare(task, true);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_CHILD_FAILED);
	new_nonce(task, &task->nonce_i);
	return EV_NEXT;
}

void child_put_selectors(struct writer *writer, const struct child_sa *child, bool initiator)
{
	put_ts(writer, PAYLOAD_TSI, initiator ? &child->local_ts : &child->remote_ts);
	put_ts(writer, PAYLOAD_TSR, initiator ? &child->remote_ts : &child->local_ts);
}

void child_put_capabilities(struct task *task, struct writer *writer)
{
	if (task->child->transport) {
		log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: USE_TRANSPORT_MODE");
		put_notify(writer, NOTIFY_USE_TRANSPORT_MODE, bytes_of(NULL, 0));
	}
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: ESP_TFC_NO_SUPPORT");
	put_notify_spi(writer, NOTIFY_ESP_TFC_PADDING_NOT_SUPPORTED, 0, bytes_of(NULL, 0),
		       bytes_of(NULL, 0));
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: NON_FIRST_FRAGS");
	put_notify_spi(writer, NOTIFY_NON_FIRST_FRAGMENTS_ALSO, 0, bytes_of(NULL, 0),
		       bytes_of(NULL, 0));
}

enum ikev2_event child_build_request(struct task *task)
{
	struct child_sa *old = replaced(task);
	struct writer chain = {};
	struct result result;
	uint8_t spi[4];

	if ((task->rekeys && !old) || !task->child)
		return task_fail(task, fail(-ENOENT, "the tunnel or the child SA to rekey is gone"),
				 0, IKE_STAT_CHILD_FAILED);
	writer_begin_chain(&chain);
	if (old) {
		for (int i = 0; i < 4; i++)
			spi[i] = old->spi_in >> (24 - 8 * i);
		log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: REKEY_SA");
		put_notify_spi(&chain, NOTIFY_REKEY_SA, old->protocol, BYTES(spi),
			       bytes_of(NULL, 0));
	}
	put_sa(&chain, &task->proposals);
	put_nonce(&chain, buffer_bytes(&task->nonce_i));
	if (task->group)
		put_ke(&chain, task->group, key_exchange_public(task->key_exchange));
	if (!old)
		config_put_request(task, &chain);
	child_put_selectors(&chain, task->child, true);
	child_put_capabilities(task, &chain);
	result = exchange_request(task, &chain);
	writer_free(&chain);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_CHILD_FAILED);
	return EV_NEXT;
}

/* TSi and TSr as they stand in the message. */
static struct result parse_selectors(const struct message *message, struct traffic_selectors *tsi,
				     struct traffic_selectors *tsr)
{
	const struct payload *i = message_get(message, PAYLOAD_TSI);
	const struct payload *r = message_get(message, PAYLOAD_TSR);
	struct result result;

	if (!i || !r)
		return fail(-EPROTO, "%s payload is not contained", i ? "TSr" : "TSi");
	result = cannot_process(PAYLOAD_TSI, ts_payload_parse(i->body, tsi));
	return failed(&result) ? result :
				 cannot_process(PAYLOAD_TSR, ts_payload_parse(r->body, tsr));
}

/* Who declines transport mode means tunnel mode, which does the same and more (section 1.3.1). */
static struct result accept_mode(struct task *task)
{
	struct child_sa *child = task->child;
	struct notify_payload notify;
	bool agreed = message_get_notify(task->message, NOTIFY_USE_TRANSPORT_MODE, &notify);

	if (agreed && !child->transport)
		return fail(-EPROTO, "the peer wants transport mode, which we did not offer");
	if (!agreed && child->transport)
		log_line(LOG_NOTICE, "%s: the peer declines transport mode, tunnel mode is used",
			 child->tunnel->device.name);
	child->transport = agreed;
	return RESULT_OK;
}

/*
 * Transport mode through a NAT (section 2.23.1): the peer's selectors are about
 * both ends as it knows them. These addresses are what its checksums cover; to
 * us the ends are those of the IKE SA. False when it is not about two hosts.
 */
static bool take_origins(const struct ike_sa *base, struct traffic_selectors *local,
			 struct traffic_selectors *remote, struct address *origin_local,
			 struct address *origin_remote)
{
	*origin_local = selectors_host(local);
	*origin_remote = selectors_host(remote);
	if (origin_local->family != base->local.address.family ||
	    origin_remote->family != base->remote.address.family)
		return false;
	if (base->nat_local)
		selectors_set_host(local, &base->local.address);
	if (base->nat_remote)
		selectors_set_host(remote, &base->remote.address);
	return true;
}

/* What the initiator reads of the response, in the same way. */
static struct result accept_origins(struct task *task, struct traffic_selectors *tsi,
				    struct traffic_selectors *tsr)
{
	struct child_sa *child = task->child;

	if (!child->transport || !ike_sa_encapsulates(&task->sa->base) ||
	    take_origins(&task->sa->base, tsi, tsr, &child->origin_local, &child->origin_remote))
		return RESULT_OK;
	return fail(-EPROTO, "transport mode through a NAT is for one address at each end, the "
			     "peer's selectors have more");
}

/* Row D27: whoever is configured otherwise is refused, rather than served in part. */
static struct result check_strictly(const struct ike_sa *base,
				    const struct traffic_selectors *agreed,
				    const struct traffic_selectors *offered,
				    const struct traffic_selectors *configured)
{
	if (!base->profile->strict ||
	    (selectors_equal(agreed, offered) && selectors_equal(agreed, configured)))
		return RESULT_OK;
	return fail(-EPROTO,
		    "IKEv2 profile %s negotiates strictly: the peer's traffic selectors "
		    "are not the ones configured here",
		    base->profile->name);
}

struct result child_accept(struct task *task, uint16_t *notify)
{
	const struct payload *payload = message_get(task->message, PAYLOAD_SA);
	struct traffic_selectors tsi, tsr, local, remote;
	struct child_sa *child = task->child;
	struct proposal_list list;
	struct result result;

	*notify = NOTIFY_INVALID_SYNTAX;
	if (!payload)
		return fail(-EPROTO, "SA payload is not contained");
	result = cannot_process(PAYLOAD_SA, sa_payload_parse(payload->body, &list));
	if (!failed(&result) && list.count != 1)
		result = fail(-EPROTO, "cannot accept SA payload with %u proposals", list.count);
	if (!failed(&result))
		result = proposal_check_chosen(&task->proposals, &list.proposals[0]);
	if (!failed(&result))
		result = parse_selectors(task->message, &tsi, &tsr);
	if (failed(&result))
		return result;
	/* From here on the peer can be told which SA of its own is of no use to us. */
	task->chosen = list.proposals[0];
	child_sa_agreed(child, &task->chosen);
	result = accept_mode(task);
	if (failed(&result))
		return result;
	*notify = NOTIFY_TS_UNACCEPTABLE;
	result = accept_origins(task, &tsi, &tsr);
	if (failed(&result))
		return result;
	if (!selectors_narrow(&tsi, &child->local_ts, &local) ||
	    !selectors_narrow(&tsr, &child->remote_ts, &remote) || !selectors_pair(&local, &remote))
		return fail(-EPROTO,
			    "the peer's traffic selectors are outside of what we proposed");
	result = check_strictly(&task->sa->base, &local, &tsi, &child->local_ts);
	if (!failed(&result))
		result = check_strictly(&task->sa->base, &remote, &tsr, &child->remote_ts);
	if (failed(&result))
		return result;
	child->local_ts = local;
	child->remote_ts = remote;
	*notify = 0;
	return RESULT_OK;
}

enum ikev2_event child_process_response(struct task *task)
{
	struct result result = task->child ? child_accept(task, &task->child_notify) :
					     fail(-ENODEV, "the tunnel is gone");

	if (!failed(&result) && !task->rekeys)
		result = config_take_reply(task);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_CHILD_FAILED);
	return EV_NEXT;
}

/* --- responder --- */

static bool too_many(const struct ike_sa *base)
{
	const struct child_sa *child;
	unsigned int count = 0;

	TAILQ_FOREACH(child, &base->children, of_sa)
		count++;
	return count >= CHILDREN_MAX;
}

static struct result choose(struct task *task, bool pfs, uint16_t *notify)
{
	const struct message *request = task_request(task);
	const struct payload *payload = message_get(request, PAYLOAD_SA);
	struct traffic_selectors tsi, tsr, local, remote, remote_policy;
	struct address origin_local, origin_remote;
	const struct ipsec_profile *profile;
	struct notify_payload mode;
	bool transport;
	struct ike_sa *base = &task->sa->base;
	struct child_sa *old = replaced(task);
	struct proposal_list offered, ours;
	struct tunnel *tunnel;
	const char *obstacle;
	struct result result = RESULT_OK;

	*notify = NOTIFY_INVALID_SYNTAX;
	result = cannot_process(PAYLOAD_SA, sa_payload_parse(payload->body, &offered));
	if (!failed(&result))
		result = parse_selectors(request, &tsi, &tsr);
	if (failed(&result))
		return result;
	*notify = NOTIFY_NO_ADDITIONAL_SAS;
	if (too_many(base))
		return fail(-ENOSPC,
			    "the peer has %u child SAs on this IKE SA, more are not allowed",
			    CHILDREN_MAX);
	*notify = NOTIFY_TS_UNACCEPTABLE;
	local = tsr;
	remote = tsi;
	transport = message_get_notify(request, NOTIFY_USE_TRANSPORT_MODE, &mode);
	if (transport && ike_sa_encapsulates(base))
		transport = take_origins(base, &local, &remote, &origin_local, &origin_remote);
	tunnel = old ? old->tunnel :
		       tunnel_for_peer(base, &base->home_local, &base->home_remote, &local, &remote,
				       &result);
	profile = tunnel ? tunnel_profile(tunnel) : NULL;
	if (!profile)
		return failed(&result) ? result : fail(-ENOENT, "the tunnel has no IPsec profile");
	if (!tunnel->device.up)
		return fail(-ENETDOWN, "%s is shut down", tunnel->device.name);
	*notify = NOTIFY_NO_PROPOSAL_CHOSEN;
	obstacle = child_obstacle(base, child_protocol(profile));
	if (obstacle)
		return fail(-EPROTONOSUPPORT, "%s", obstacle);
	child_proposals(profile, pfs, &ours);
	result = proposal_choose(&offered, &ours, &task->chosen);
	if (failed(&result)) {
		base->ike->stats[IKE_STAT_NO_PROPOSAL]++;
		return result;
	}
	result = child_sa_new(base, tunnel, child_protocol(profile), &task->child);
	if (failed(&result)) {
		*notify = NOTIFY_NO_ADDITIONAL_SAS;
		return result;
	}
	task->child->replaces = old;
	child_sa_agreed(task->child, &task->chosen);
	task->chosen.spi = task->child->spi_in;
	task->child->transport = transport && child_wants_transport(tunnel, base);
	if (task->child->transport && ike_sa_encapsulates(base)) {
		task->child->origin_local = origin_local;
		task->child->origin_remote = origin_remote;
		tsr = local;
		tsi = remote;
	}
	*notify = NOTIFY_TS_UNACCEPTABLE;
	remote_policy = tunnel->remote_ts;
	config_remote_selectors(base, &remote_policy);
	if (!selectors_narrow(&tsi, &remote_policy, &task->child->remote_ts) ||
	    !selectors_narrow(&tsr, &tunnel->local_ts, &task->child->local_ts) ||
	    !selectors_pair(&task->child->local_ts, &task->child->remote_ts)) {
		base->ike->stats[IKE_STAT_TS_UNACCEPTABLE]++;
		return fail(-EPROTO, "no common traffic selectors");
	}
	result = check_strictly(base, &task->child->remote_ts, &tsi, &remote_policy);
	if (!failed(&result))
		result = check_strictly(base, &task->child->local_ts, &tsr, &tunnel->local_ts);
	if (failed(&result)) {
		base->ike->stats[IKE_STAT_TS_UNACCEPTABLE]++;
		return result;
	}
	*notify = 0;
	client_route(base, tunnel);
	return RESULT_OK;
}

struct result child_choose(struct task *task, bool pfs, uint16_t *notify)
{
	struct result result = choose(task, pfs, notify);

	/* Row H15 */
	if (failed(&result) && *notify == NOTIFY_TS_UNACCEPTABLE) {
		log_line(LOG_IPSEC, "IPSEC(ipsec_process_proposal): proxy identities not "
				    "supported");
		trace_line(task, "There was no IPSEC policy found for received TS");
		trace_line(task, "Sending TS unacceptable notify");
	}
	return result;
}

/* REKEY_SA names the peer's inbound half, which is our outbound one. */
static struct result find_rekeyed(struct task *task, uint16_t *notify)
{
	struct notify_payload rekey;
	struct child_sa *child;
	struct reader reader;
	uint32_t spi;

	if (!message_get_notify(task->message, NOTIFY_REKEY_SA, &rekey))
		return RESULT_OK;
	reader = reader_of(rekey.spi);
	*notify = NOTIFY_INVALID_SYNTAX;
	if (!reader_get_u32(&reader, &spi))
		return fail(-EPROTO, "REKEY_SA without SPI");
	child = child_sa_find(&task->sa->base, rekey.protocol, spi);
	/* It may be the one that we are about to hear of: the peer has it, our answer is on its way. */
	if (!child && rekey_children_busy(task->sa)) {
		*notify = NOTIFY_TEMPORARY_FAILURE;
		return fail(-EBUSY, "SPI 0x%08X is not known yet", spi);
	}
	if (!child) {
		*notify = NOTIFY_CHILD_SA_NOT_FOUND;
		buffer_set(&task->error_data, bytes_of(NULL, 0));
		return fail(-ENOENT, "the peer wants to rekey SPI 0x%08X, which does not exist",
			    spi);
	}
	if (child->deleting || child->state == CHILD_REPLACED) {
		*notify = NOTIFY_TEMPORARY_FAILURE;
		return fail(-EBUSY, "SPI 0x%08X is being deleted", spi);
	}
	*notify = 0;
	task->rekeys = true;
	task->replaced_spi_in = child->spi_in;
	return RESULT_OK;
}

enum ikev2_event child_process_request(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	const struct transform *group;
	const struct payload *payload;
	struct ke_payload ke = {};
	uint16_t notify = 0;
	struct result result;

	if (sa->rekey_task || sa->successor)
		return task_fail(task, fail(-EBUSY, "the IKE SA is being rekeyed"),
				 NOTIFY_TEMPORARY_FAILURE, IKE_STAT_REJECTED);
	result = find_rekeyed(task, &notify);
	if (!failed(&result) && !task->rekeys)
		result = config_check_request(task, &notify);
	if (!failed(&result))
		result = child_choose(task, true, &notify);
	if (failed(&result))
		return task_fail(task, result, notify, IKE_STAT_REJECTED);

	group = proposal_get(&task->chosen, TRANSFORM_KE);
	task->group = group ? group->id : 0;
	payload = message_get(task->message, PAYLOAD_KE);
	if (payload)
		ke_payload_parse(payload->body, &ke);
	if (task->group && ke.group != task->group)
		return task_fail_group(task, ke.group);
	return EV_NEXT;
}

/* --- both: keys, kernel, and what happens to the old pair --- */

/*
 * The peer's exchange was going on when ours came to its end: ours counts, and the
 * peer, who knows of it, gives up its own.
 */
static bool overtaken(const struct task *task)
{
	const struct child_sa *old = replaced(task);

	return !task->initiator && task->rekeys && transform_type_is_addke(task->ke_type) &&
	       (!old || old->deleting || old->state == CHILD_REPLACED);
}

enum ikev2_event child_load(struct task *task)
{
	struct bytes low = bytes_lower(buffer_bytes(&task->nonce_i), buffer_bytes(&task->nonce_r));
	struct child_sa *child = task->child;
	struct result result;

	if (!child)
		return task_fail(task, fail(-ENODEV, "the tunnel is gone"), NOTIFY_TS_UNACCEPTABLE,
				 IKE_STAT_CHILD_FAILED);
	if (overtaken(task))
		return task_fail(task, fail(-EBUSY, "the child SA has been rekeyed meanwhile"),
				 NOTIFY_TEMPORARY_FAILURE, IKE_STAT_REJECTED);
	result = keys_derive_child(child, task->sa, buffer_bytes(&task->secret),
				   buffer_bytes(&task->nonce_i), buffer_bytes(&task->nonce_r),
				   buffer_bytes(&task->more_secrets));
	buffer_free(&task->secret);
	if (!failed(&result))
		result = child_sa_install_inbound(child);
	if (failed(&result))
		return task_fail(task, result, NOTIFY_NO_ADDITIONAL_SAS, IKE_STAT_CHILD_FAILED);
	buffer_set(&child->nonce_low, low);
	return EV_NEXT;
}

static void use(struct child_sa *child)
{
	struct result result = child_sa_install_outbound(child);

	if (failed(&result)) {
		log_line(LOG_ERROR, "%s: %s", child->tunnel->device.name, result.why);
		info_delete_child(child);
	}
}

/*
 * Both ends may have begun a child for one tunnel at the same time. Of the two
 * pairs the one with the lowest nonce goes, as after simultaneous rekeys.
 */
static void remove_duplicate(struct child_sa *child)
{
	struct child_sa *other, *loser;

	TAILQ_FOREACH(other, &child->tunnel->children, of_tunnel) {
		if (other->sa != child->sa || other->initiator == child->initiator ||
		    other->state != CHILD_ACTIVE || other->deleting || other->rekeying ||
		    other->successor || !other->nonce_low.len ||
		    child->created_at - other->created_at > SIMULTANEOUS)
			continue;
		loser = bytes_order(buffer_bytes(&child->nonce_low),
				    buffer_bytes(&other->nonce_low)) < 0 ?
				child :
				other;
		if (!loser->initiator)
			continue; /* the peer comes to the same end */
		sa_line(ikev2_of(child->sa), LOG_IKEV2_INTERNAL,
			"simultaneous child SAs: SPI 0x%08X is superfluous", loser->spi_in);
		info_delete_child(loser);
		return;
	}
}

enum ikev2_event child_activate(struct task *task)
{
	struct child_sa *old = replaced(task);
	struct child_sa *child;

	if (task->initiator)
		return EV_NEXT; /* child_finish() knows which of two successors stays */
	child = child_sa_hand_over(&task->child);
	if (old)
		old->successor =
			child; /* used when the peer deletes the old one: then it can receive */
	else
		use(child);
	if (!old && child->state == CHILD_ACTIVE)
		remove_duplicate(child);
	return EV_NEXT;
}

/*
 * Both ends may have rekeyed the same SA. The exchange that holds the lowest
 * of the four nonces has lost; who began it deletes what it made (section
 * 2.8.1), and the other one deletes the old SA.
 */
enum ikev2_event child_finish(struct task *task)
{
	struct child_sa *old = replaced(task);
	struct child_sa *child = child_sa_hand_over(&task->child);
	struct ike *ike = task->sa->base.ike;

	if (old)
		old->rekeying = false;
	if (old && old->successor) {
		ike->stats[IKE_STAT_COLLISIONS]++;
		if (bytes_order(buffer_bytes(&child->nonce_low),
				buffer_bytes(&old->successor->nonce_low)) < 0) {
			trace_line(task, "simultaneous rekey: SPI 0x%08X is superfluous",
				   child->spi_in);
			info_delete_child(child);
			return EV_NEXT;
		}
		old->successor = NULL;
	}
	use(child);
	if (old && child->state == CHILD_ACTIVE) {
		ike->stats[IKE_STAT_CHILD_REKEYED]++;
		info_delete_child(old);
		old->state = CHILD_REPLACED;
	} else if (old) {
		retry_rekey(old);
	} else if (child->state == CHILD_ACTIVE) {
		remove_duplicate(child);
	}
	return EV_NEXT;
}

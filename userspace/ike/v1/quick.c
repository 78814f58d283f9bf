// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Quick mode (RFC 2409 section 5.5, RFC 2407 section 4; rows A14, B42, E16, E17, E19):
 *
 *   initiator                                     responder
 *   1: HASH(1), SA, NONCE, [KE], IDci, IDcr  -->
 *                                            <--  2: HASH(2), SA, NONCE, [KE], IDci, IDcr
 *   3: HASH(3)                               -->
 *
 * Whoever may receive first installs first: the responder before message 2, the
 * initiator before message 3. So a rekey loses no packet.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ike/key_engine.h"
#include "ike/v1/actions.h"

#define SIMULTANEOUS SECONDS(60)
#define REKEY_RETRY SECONDS(5)

static struct child_sa *replaced(const struct ikev1_task *task)
{
	struct child_sa *child;

	TAILQ_FOREACH(child, &task->sa->base.children, of_sa)
		if (task->rekeys && child->spi_in == task->replaced_spi_in)
			return child;
	return NULL;
}

void quick_start(struct ikev1_sa *sa, struct tunnel *tunnel, struct child_sa *replaces)
{
	struct ikev1_task *task;

	if (sa->base.closing || (replaces && (replaces->rekeying || replaces->deleting)))
		return;
	task = ikev1_task_new(sa, IKEV1_QUICK, true, ikev1_new_message_id());
	task->owner = tunnel_owner(tunnel);
	if (replaces) {
		task->rekeys = true;
		task->replaced_spi_in = replaces->spi_in;
		replaces->rekeying = true;
	}
	isakmp_line(sa, "beginning Quick Mode exchange, M-ID of %d", (int)task->message_id);
	ikev1_run(task, IKEV1_INIT_QM);
}

void quick_abandon(struct ikev1_task *task)
{
	struct child_sa *child = child_sa_hand_over(&task->child), *old = replaced(task);

	if (child)
		child_sa_destroy(child);
	if (!old)
		return;
	old->rekeying = false;
	if (old->state == CHILD_ACTIVE)
		timer_start(old->ike->env.timers, &old->rekey, REKEY_RETRY);
}

static void finish_node(struct ikev1_task *task)
{
	ikev1_node_stays(task);
	if (task->key_exchange)
		engine_line(task->sa, "clear dh number");
	key_exchange_free(task->key_exchange);
	task->key_exchange = NULL;
	task->owner = (struct kernel_owner){};
	isakmp_line(task->sa, "deleting node %d error FALSE reason \"%s\"", (int)task->message_id,
		    task->initiator ? "No Error" : "QM done (await)");
}

/* --- what is offered, and what is acceptable --- */

/* A proposal of ours as one suite for each of its ciphers and hashes. */
static void add_suites(struct isakmp_proposal *out, const struct proposal *set,
		       const struct isakmp_transform *common)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct transform *first = &set->transforms[i];
		bool ah = set->protocol == PROTOCOL_AH;
		struct isakmp_transform suite = *common;

		if (first->type != (ah ? TRANSFORM_INTEG : TRANSFORM_ENCR))
			continue;
		if (ah)
			suite.integ = first->id;
		else
			suite.encr = first->id;
		suite.key_bits = first->key_bits;
		for (size_t k = 0; k < set->count; k++) {
			const struct transform *second = &set->transforms[k];
			bool alone = ah || encr_is_aead(suite.encr);

			if (alone ? k : second->type != TRANSFORM_INTEG)
				continue;
			if (!alone)
				suite.integ = second->id;
			if (out->count == ISAKMP_TRANSFORMS_MAX)
				return;
			suite.number = (uint8_t)(out->count + 1);
			out->transforms[out->count++] = suite;
		}
	}
}

static void add_proposal(struct isakmp_sa *out, uint8_t number, const struct proposal *set,
			 const struct isakmp_transform *common)
{
	struct isakmp_proposal *proposal = &out->proposals[out->count++];

	proposal->number = number;
	proposal->protocol = set->protocol;
	add_suites(proposal, set, common);
}

/* All that the tunnel's IPsec profile allows. */
static void allowed(const struct ikev1_sa *sa, const struct ipsec_profile *profile, bool transport,
		    struct isakmp_sa *out)
{
	const struct policy *policy = sa->base.ike->policy;
	struct isakmp_transform common = {
		.mode = natt_mode(sa, transport),
		.group = profile->pfs_group,
		.esn = profile->esn,
		.seconds = profile->lifetime_seconds ? profile->lifetime_seconds :
						       policy->sa_lifetime_seconds,
		.kilobytes = profile->lifetime_kilobytes_disabled ? 0 :
			     profile->lifetime_kilobytes	  ? profile->lifetime_kilobytes :
								    policy->sa_lifetime_kilobytes,
	};
	struct proposal_list list;

	child_proposals(profile, false, &list);
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < list.count; i++) {
		if (out->count + 2 > ISAKMP_PROPOSALS_MAX)
			return;
		if (child_is_bundle(profile))
			add_proposal(out, (uint8_t)(i + 1), &profile->sets[i]->ah, &common);
		add_proposal(out, (uint8_t)(i + 1), &list.proposals[i], &common);
	}
}

static bool same_algorithms(const struct isakmp_transform *a, const struct isakmp_transform *b)
{
	return a->encr == b->encr && a->key_bits == b->key_bits && a->integ == b->integ;
}

/* Weak groups need permission, even when it is the peer that wants PFS. */
static bool group_is_fine(const struct ikev1_sa *sa, uint16_t offered, uint16_t ours)
{
	struct transform group = { .type = TRANSFORM_KE, .id = offered };

	if (ours || !offered)
		return offered == ours;
	return transform_is_known(&group) &&
	       (!transform_is_legacy(&group) || legacy_is_permitted(sa));
}

static bool acceptable(const struct ikev1_sa *sa, const struct isakmp_transform *offered,
		       const struct isakmp_transform *ours)
{
	return !offered->unknown && same_algorithms(offered, ours) && offered->mode == ours->mode &&
	       (!offered->esn || ours->esn) && group_is_fine(sa, offered->group, ours->group);
}

/* How many proposals from @i on have one number: all of them or none (RFC 2408 section 4.2). */
static size_t parts_of(const struct isakmp_sa *sa, size_t i)
{
	size_t parts = 1;

	while (i + parts < sa->count && sa->proposals[i + parts].number == sa->proposals[i].number)
		parts++;
	return parts;
}

/* The first transform of one part that the same part of ours accepts, or NULL */
static const struct isakmp_transform *first_fit(const struct ikev1_sa *sa,
						const struct isakmp_proposal *offered,
						const struct isakmp_proposal *ours, size_t parts)
{
	for (size_t t = 0; t < offered->count; t++)
		for (size_t p = 0; p < parts; p++)
			for (size_t k = 0; k < ours[p].count; k++)
				if (ours[p].protocol == offered->protocol &&
				    acceptable(sa, &offered->transforms[t], &ours[p].transforms[k]))
					return &offered->transforms[t];
	return NULL;
}

/* One of ours that accepts all @parts; of several the one with the peer's best transform. */
static bool choose_parts(const struct ikev1_sa *sa, const struct isakmp_proposal *offered,
			 size_t parts, const struct isakmp_sa *ours, struct isakmp_sa *chosen)
{
	const struct isakmp_transform *best = NULL;

	for (size_t i = 0; i < ours->count; i += parts_of(ours, i)) {
		const struct isakmp_transform *fits[ISAKMP_PROPOSALS_MAX];
		bool all =
			parts_of(ours, i) == parts &&
			(parts == 1 || (parts == 2 && offered[0].protocol != offered[1].protocol));

		for (size_t p = 0; all && p < parts; p++) {
			fits[p] = first_fit(sa, &offered[p], &ours->proposals[i], parts);
			all = fits[p] && fits[p]->mode == fits[0]->mode &&
			      fits[p]->group == fits[0]->group;
		}
		if (!all || (best && fits[0] >= best))
			continue;
		best = fits[0];
		chosen->count = (uint8_t)parts;
		for (size_t p = 0; p < parts; p++) {
			chosen->proposals[p] = offered[p];
			chosen->proposals[p].count = 1;
			chosen->proposals[p].transforms[0] = *fits[p];
		}
	}
	return best;
}

/* Row E16: one attribute a line; of what is chosen, up to there */
static void read_part(const struct ikev1_sa *sa, const struct isakmp_proposal *offered,
		      const struct isakmp_sa *ours, const struct isakmp_proposal *chosen)
{
	isakmp_line(sa, "Checking IPsec proposal %u", offered->number);
	for (size_t k = 0; k < offered->count; k++) {
		const struct isakmp_transform *transform = &offered->transforms[k];
		struct isakmp_proposal alone = { .protocol = offered->protocol, .count = 1 };
		bool fits;

		alone.transforms[0] = *transform;
		fits = chosen ? chosen->transforms[0].number == transform->number :
				first_fit(sa, &alone, ours->proposals, ours->count) != NULL;
		log_line(LOG_ISAKMP, ": transform %u, %s", transform->number,
			 isakmp_transform_id_name(offered->protocol, transform->id));
		log_line(LOG_ISAKMP, ":   attributes in transform:");
		isakmp_attributes_read_aloud(offered->protocol, transform->attributes, read_aloud,
					     NULL);
		isakmp_line(sa, "atts are %sacceptable.", fits ? "" : "not ");
		if (chosen && fits)
			return;
	}
}

/* The peer's own order counts (rows E18, E19). */
static bool choose(const struct ikev1_sa *sa, const struct isakmp_sa *offered,
		   const struct isakmp_sa *ours, struct isakmp_sa *chosen)
{
	for (size_t i = 0; i < offered->count; i += parts_of(offered, i)) {
		size_t parts = parts_of(offered, i);
		bool good = choose_parts(sa, &offered->proposals[i], parts, ours, chosen);

		for (size_t p = 0; p < parts; p++)
			read_part(sa, &offered->proposals[i + p], ours,
				  good ? &chosen->proposals[p] : NULL);
		if (good)
			return true;
	}
	isakmp_line(sa, "SA not acceptable!");
	return false;
}

/* The shorter lifetime counts (row E29). */
static void shorten(struct child_sa *child, const struct isakmp_transform *suite)
{
	if (suite->seconds && suite->seconds < child->lifetime_seconds)
		child->lifetime_seconds = suite->seconds;
	if (suite->kilobytes &&
	    (!child->lifetime_kilobytes || suite->kilobytes < child->lifetime_kilobytes))
		child->lifetime_kilobytes = suite->kilobytes;
}

static struct proposal proposal_of(const struct isakmp_proposal *chosen)
{
	const struct isakmp_transform *suite = &chosen->transforms[0];
	struct proposal proposal = { .number = chosen->number,
				     .protocol = chosen->protocol,
				     .spi_size = 4,
				     .spi = chosen->spi };

	if (suite->encr)
		proposal_add(&proposal, TRANSFORM_ENCR, suite->encr, suite->key_bits);
	if (suite->integ)
		proposal_add(&proposal, TRANSFORM_INTEG, suite->integ, 0);
	if (suite->group)
		proposal_add(&proposal, TRANSFORM_KE, suite->group, 0);
	proposal_add(&proposal, TRANSFORM_ESN, suite->esn, 0);
	return proposal;
}

static bool is_outer(const struct isakmp_sa *agreed, size_t i)
{
	return agreed->count == 2 && agreed->proposals[i].protocol == PROTOCOL_AH;
}

/* Takes what is agreed into the child SA: one suite, or AH around ESP. */
static void agree(struct child_sa *child, const struct isakmp_sa *agreed)
{
	for (size_t i = 0; i < agreed->count; i++) {
		struct proposal proposal = proposal_of(&agreed->proposals[i]);

		if (!is_outer(agreed, i))
			child_sa_agreed(child, &proposal);
	}
	for (size_t i = 0; i < agreed->count; i++) {
		const struct isakmp_proposal *part = &agreed->proposals[i];

		shorten(child, &part->transforms[0]);
		if (!is_outer(agreed, i))
			continue;
		child->outer.spi_out = part->spi;
		child->outer.integ = part->transforms[0].integ;
		child->outer.conn_out = ++child->ike->last_conn_id;
	}
}

/* Our SPIs into what we offer, or answer. */
static void put_spis(const struct child_sa *child, struct isakmp_sa *sa)
{
	for (size_t i = 0; i < sa->count; i++)
		sa->proposals[i].spi = sa->proposals[i].protocol == child->protocol ?
					       child->spi_in :
					       child->outer.spi_in;
}

/* --- payloads of both messages --- */

static void put_selector(struct writer *chain, const struct traffic_selectors *selectors)
{
	uint8_t storage[32];
	struct isakmp_id id = isakmp_id_of_selector(&selectors->items[0], storage);

	isakmp_put_id(chain, &id);
}

static void put_rest(struct ikev1_task *task, struct writer *chain)
{
	const struct child_sa *child = task->child;
	bool initiator = task->initiator;

	put_raw_payload(chain, ISAKMP_PAYLOAD_NONCE,
			buffer_bytes(initiator ? &task->nonce_i : &task->nonce_r));
	if (task->group)
		put_raw_payload(chain, ISAKMP_PAYLOAD_KE, buffer_bytes(&task->own_public));
	put_selector(chain, initiator ? &child->local_ts : &child->remote_ts);
	put_selector(chain, initiator ? &child->remote_ts : &child->local_ts);
}

/* As routers do once the proposal is good, though we have read them before (rows E16, E18). */
static void say_rest(const struct ikev1_task *task)
{
	for (size_t i = 0; i < task->message->count; i++) {
		uint8_t type = task->message->payloads[i].type;

		if (type == ISAKMP_PAYLOAD_NONCE || type == ISAKMP_PAYLOAD_KE ||
		    type == ISAKMP_PAYLOAD_ID)
			isakmp_line(task->sa, " processing %s payload. message ID = %d",
				    isakmp_payload_name(type), (int)task->message_id);
	}
}

static struct result take_nonce(struct ikev1_task *task)
{
	const struct payload *payload = message_get(task->message, ISAKMP_PAYLOAD_NONCE);
	struct bytes nonce;
	struct result result = payload ? isakmp_nonce_parse(payload->body, &nonce) :
					 fail(-EPROTO, "NONCE payload is not contained");

	if (!failed(&result))
		buffer_set(task->initiator ? &task->nonce_r : &task->nonce_i, nonce);
	return result;
}

/* With PFS agreed the peer's public value must be there, and only then. */
static struct result take_public(struct ikev1_task *task)
{
	const struct payload *ke = message_get(task->message, ISAKMP_PAYLOAD_KE);

	if (!ke && !task->group)
		return RESULT_OK;
	if (!ke || !task->group)
		return fail(-EPROTO, ke ? "KE payload without a group" :
					  "KE payload is not contained, though a group is agreed");
	if (!ke->body.len)
		return fail(-EPROTO, "KE payload is empty");
	buffer_set(&task->peer_public, ke->body);
	return RESULT_OK;
}

/* --- keys and the kernel --- */

static struct result derive_one(struct ikev1_task *task, uint8_t protocol,
				const struct cipher_suite *suite, uint32_t spi,
				struct child_keys *keys)
{
	size_t encr = encr_key_size(suite->encr, suite->key_bits);
	size_t integ = integ_key_size(suite->integ);
	struct buffer stream = {};
	struct result result;

	buffer_extend(&stream, encr + integ);
	result = ikev1_keymat(&task->sa->keys, buffer_bytes(&task->secret), protocol, spi,
			      buffer_bytes(&task->nonce_i), buffer_bytes(&task->nonce_r),
			      stream.data, stream.len);
	if (!failed(&result)) {
		buffer_set(&keys->encr, bytes_of(stream.data, encr));
		buffer_set(&keys->integ, bytes_of(stream.data + encr, integ));
	}
	buffer_free(&stream);
	return result;
}

/* Each SA of a bundle has keys of its own (RFC 2409 section 5.5). */
static struct result derive(struct ikev1_task *task)
{
	struct child_sa *child = task->child;
	struct child_outer *outer = &child->outer;
	const struct cipher_suite ah = { .integ = outer->integ };
	struct result result;

	result = derive_one(task, child->protocol, &child->suite, child->spi_in, &child->keys_in);
	if (!failed(&result))
		result = derive_one(task, child->protocol, &child->suite, child->spi_out,
				    &child->keys_out);
	if (!failed(&result) && outer->spi_in)
		result = derive_one(task, PROTOCOL_AH, &ah, outer->spi_in, &outer->keys_in);
	if (!failed(&result) && outer->spi_in)
		result = derive_one(task, PROTOCOL_AH, &ah, outer->spi_out, &outer->keys_out);
	return result;
}

static void announce(const struct child_sa *child, bool inbound, uint32_t spi)
{
	char from[ADDRESS_TEXT], to[ADDRESS_TEXT], from_proxy[ADDRESS_TEXT], to_proxy[ADDRESS_TEXT];
	const struct traffic_selector *ours = &child->local_ts.items[0];
	const struct traffic_selector *theirs = &child->remote_ts.items[0];

	log_line(LOG_ISAKMP, ":         %s SA from %s to %s (f/i) 0/ 0",
		 inbound ? "inbound" : "outbound",
		 address_format(inbound ? &child->remote.address : &child->local.address, from),
		 address_format(inbound ? &child->local.address : &child->remote.address, to));
	log_line(LOG_ISAKMP, ":         (proxy %s to %s)",
		 address_format(inbound ? &theirs->start : &ours->start, from_proxy),
		 address_format(inbound ? &ours->start : &theirs->start, to_proxy));
	log_line(LOG_ISAKMP, ":         has spi 0x%X and conn_id 0 and flags %s", spi,
		 inbound ? "2" : "A");
	log_line(LOG_ISAKMP, ":         lifetime of %llu seconds",
		 (unsigned long long)child->lifetime_seconds);
	log_line(LOG_ISAKMP, ":         lifetime of %llu kilobytes",
		 (unsigned long long)child->lifetime_kilobytes);
	log_line(LOG_ISAKMP, ":         has client flags 0x0");
}

/* Both keys, and the inbound half into the kernel. */
static struct result load(struct ikev1_task *task)
{
	struct child_sa *child = task->child;
	struct result result;

	if (!child)
		return fail(-ENODEV, "the tunnel is gone");
	peer_lock_ipsec(task->sa);
	result = derive(task);
	buffer_free(&task->secret);
	if (failed(&result))
		return result;
	if (child->outer.spi_in) {
		isakmp_line(task->sa, "Creating IPsec SAs");
		announce(child, true, child->outer.spi_in);
		announce(child, false, child->outer.spi_out);
	}
	isakmp_line(task->sa, "Creating IPsec SAs");
	announce(child, true, child->spi_in);
	announce(child, false, child->spi_out);
	log_line(LOG_ENGINE, "CryptoEngine0: ipsec allocate flow");
	key_engine_initialize(child);
	result = child_sa_install_inbound(child);
	peer_unlock_ipsec(task->sa);
	/* The exchange has a timer of its own. */
	timer_stop(child->ike->env.timers, &child->linger);
	return result;
}

/* The lower of both nonces tells the same at both ends which of two pairs goes. */
static void note_nonces(struct ikev1_task *task)
{
	struct bytes i = buffer_bytes(&task->nonce_i), r = buffer_bytes(&task->nonce_r);
	size_t len = i.len < r.len ? i.len : r.len;

	buffer_set(&task->child->nonce_low, memcmp(i.data, r.data, len) < 0 ? i : r);
}

/* Does @other, begun by the other end in the same moment, make one of the two superfluous? */
static bool is_duplicate(const struct child_sa *child, const struct child_sa *other)
{
	uint64_t one = child->created_at, two = other->created_at;

	return other->initiator != child->initiator && !other->replaces && !child->replaces &&
	       other->nonce_low.len && (one > two ? one - two : two - one) <= SIMULTANEOUS;
}

static bool is_lower(const struct child_sa *a, const struct child_sa *b)
{
	size_t len = a->nonce_low.len < b->nonce_low.len ? a->nonce_low.len : b->nonce_low.len;

	return memcmp(a->nonce_low.data, b->nonce_low.data, len) < 0;
}

/*
 * What the new pair stands in for: the initiator deletes what it has replaced;
 * the responder keeps the old one for packets on their way until the peer, or
 * its lifetime, ends it.
 */
static void relieve(struct child_sa *child, struct child_sa *old)
{
	struct child_sa *other, *next;
	struct child_sa *loser;

	if (old) {
		old->rekeying = false;
		/* What the peer sends until it has our last message still comes in. */
		old->state = CHILD_REPLACED;
		child->ike->stats[IKE_STAT_CHILD_REKEYED]++;
		ikev1_delete_child(old);
		return;
	}
	for (other = TAILQ_FIRST(&child->tunnel->children); other; other = next) {
		next = TAILQ_NEXT(other, of_tunnel);
		if (other == child || !other->sa || other->sa->version != &ikev1 ||
		    other->state != CHILD_ACTIVE || other->deleting ||
		    !quick_same_selectors(&other->local_ts, &child->local_ts) ||
		    !quick_same_selectors(&other->remote_ts, &child->remote_ts))
			continue;
		if (is_duplicate(child, other)) {
			loser = is_lower(child, other) ? child : other;
			if (!loser->initiator)
				continue; /* the peer comes to the same end */
			loser->state = CHILD_REPLACED;
			ikev1_delete_child(loser);
			return;
		}
		if (child->initiator)
			continue;
		timer_stop(child->ike->env.timers, &other->rekey);
		other->state = CHILD_REPLACED;
	}
}

static void activate(struct ikev1_task *task)
{
	struct child_sa *old = replaced(task);
	struct child_sa *child = child_sa_hand_over(&task->child);
	struct result result = child_sa_install_outbound(child);

	if (failed(&result)) {
		log_line(LOG_ERROR, "%s: %s", child->tunnel->device.name, result.why);
		ikev1_delete_child(child);
		return;
	}
	relieve(child, old);
	if (task->sa->base.client && task->sa->base.client->server)
		client_route(&task->sa->base, child->tunnel);
}

/* With SPIs of ours for one SA, or for both of a bundle. */
static struct result new_child(struct ikev1_task *task, struct tunnel *tunnel, uint8_t protocol,
			       bool bundle)
{
	struct result result = child_sa_new(&task->sa->base, tunnel, protocol, &task->child);

	if (!failed(&result) && bundle)
		result = child_sa_add_outer(task->child);
	if (!failed(&result))
		key_engine_spis(task->child);
	return result;
}

/* AH takes no NAT, alone or in a bundle. */
static const char *obstacle_of(const struct ike_sa *base, const struct ipsec_profile *profile)
{
	return child_obstacle(base,
			      child_is_bundle(profile) ? PROTOCOL_AH : child_protocol(profile));
}

/* --- initiator --- */

static struct result prepare(struct ikev1_task *task)
{
	struct child_sa *old = replaced(task);
	struct tunnel *tunnel = old ? old->tunnel : ikev1_task_tunnel(task);
	const struct ipsec_profile *profile = tunnel ? tunnel_profile(tunnel) : NULL;
	struct ike_sa *base = &task->sa->base;
	const char *obstacle;
	struct result result;
	struct child_sa *child;

	if (!profile || (task->rekeys && !old))
		return fail(-ENOENT, "the tunnel, its IPsec profile or the SA to rekey is gone");
	obstacle = obstacle_of(base, profile);
	if (obstacle)
		return fail(-EPROTONOSUPPORT, "%s", obstacle);
	result = new_child(task, tunnel, child_protocol(profile), child_is_bundle(profile));
	if (failed(&result))
		return result;
	child = task->child;
	child->initiator = true;
	child->replaces = old;
	child->transport = child_wants_transport(tunnel, base);
	child->local_ts = old ? old->local_ts : tunnel->local_ts;
	child->remote_ts = old ? old->remote_ts : tunnel->remote_ts;
	if (!old) {
		modecfg_client_selectors(task->sa, false, &child->local_ts);
		modecfg_client_selectors(task->sa, true, &child->remote_ts);
	}
	task->offer = must_calloc(1, sizeof(*task->offer));
	allowed(task->sa, profile, child->transport, task->offer);
	put_spis(child, task->offer);
	task->group = profile->pfs_group;
	return RESULT_OK;
}

enum ikev1_event quick_begin(struct ikev1_task *task)
{
	struct result result = prepare(task);

	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_CHILD_FAILED);
	ikev1_new_nonce(&task->nonce_i);
	if (!task->group)
		return IKEV1_NEXT;
	ikev1_task_compute(task, IKEV1_SPI_REPLY);
	return IKEV1_WAIT;
}

enum ikev1_event quick_send_offer(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct writer chain;
	struct result result;

	if (!task->child)
		return ikev1_fail(task, fail(-ENODEV, "the tunnel is gone"), 0,
				  IKE_STAT_CHILD_FAILED);
	ikev1_open_hash(sa, &chain);
	isakmp_put_sa(&chain, task->offer);
	put_rest(task, &chain);
	result = ikev1_close_hash(sa, &chain, task->message_id, bytes_of(NULL, 0));
	if (!failed(&result))
		result = ikev1_send_sealed(task, &chain, SEND_REPEATS);
	writer_free(&chain);
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_CHILD_FAILED);
	return IKEV1_NEXT;
}

static bool was_offered(const struct isakmp_proposal *ours, const struct isakmp_proposal *chosen)
{
	const struct isakmp_transform *suite = &chosen->transforms[0];

	if (ours->protocol != chosen->protocol || chosen->count != 1 || suite->unknown)
		return false;
	for (size_t k = 0; k < ours->count; k++)
		if (same_algorithms(&ours->transforms[k], suite) &&
		    ours->transforms[k].mode == suite->mode &&
		    ours->transforms[k].group == suite->group &&
		    ours->transforms[k].esn >= suite->esn)
			return true;
	return false;
}

/* One of our proposals, whole: with each of its parts, in whatever order. */
static struct result check_chosen(const struct isakmp_sa *offer, const struct isakmp_sa *answer)
{
	for (size_t i = 0; i < offer->count; i += parts_of(offer, i)) {
		const struct isakmp_proposal *ours = &offer->proposals[i];
		const struct isakmp_proposal *theirs = answer->proposals;

		if (answer->count != parts_of(offer, i))
			continue;
		if (answer->count == 1 && was_offered(ours, theirs))
			return RESULT_OK;
		if (answer->count == 2 && theirs[0].number == theirs[1].number &&
		    ((was_offered(&ours[0], &theirs[0]) && was_offered(&ours[1], &theirs[1])) ||
		     (was_offered(&ours[0], &theirs[1]) && was_offered(&ours[1], &theirs[0]))))
			return RESULT_OK;
	}
	return fail(-EPROTO,
		    "the peer chose an IPsec proposal that was not offered, or part of one");
}

static struct result accept_answer(struct ikev1_task *task)
{
	struct traffic_selectors of_initiator, of_responder;
	struct isakmp_sa *answer = must_calloc(1, sizeof(*answer));
	struct child_sa *child = task->child;
	struct result result = RESULT_OK;
	const struct payload *payload = ikev1_need(task, ISAKMP_PAYLOAD_SA, &result);

	if (payload)
		result = isakmp_sa_parse(payload->body, answer);
	if (!failed(&result))
		result = check_chosen(task->offer, answer);
	if (!failed(&result)) {
		say_rest(task);
		result = take_nonce(task);
	}
	if (!failed(&result))
		result = take_public(task);
	if (!failed(&result) && message_get(task->message, ISAKMP_PAYLOAD_ID)) {
		result = quick_take_selectors(task, &of_initiator, &of_responder);
		if (!failed(&result) && (!quick_same_selectors(&of_initiator, &child->local_ts) ||
					 !quick_same_selectors(&of_responder, &child->remote_ts)))
			result = fail(-EPROTO, "the peer's identities are not those of our offer");
	}
	if (!failed(&result))
		agree(child, answer);
	free(answer);
	return result;
}

/* The responder's lifetime is shorter than what we offered (RFC 2407 section 4.6.3.1). */
static void take_lifetimes(struct ikev1_task *task)
{
	const struct payload *payload = message_get(task->message, ISAKMP_PAYLOAD_NOTIFY);
	struct child_sa *child = task->child;

	for (; payload; payload = message_next(task->message, payload)) {
		struct isakmp_notify_payload notify;
		struct isakmp_transform life;

		if (isakmp_notify_parse(payload->body, &notify).code ||
		    notify.type != ISAKMP_NOTIFY_RESPONDER_LIFETIME)
			continue;
		isakmp_line(task->sa, " processing NOTIFY RESPONDER_LIFETIME protocol %u",
			    notify.protocol);
		if (isakmp_lifetimes_parse(notify.data, &life).code)
			continue;
		if (life.seconds && life.seconds < child->lifetime_seconds)
			child->lifetime_seconds = life.seconds;
		if (life.kilobytes && life.kilobytes < child->lifetime_kilobytes)
			child->lifetime_kilobytes = life.kilobytes;
	}
}

enum ikev1_event quick_take_answer(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct result result = ikev1_check_hash(sa, task->message, buffer_bytes(&task->nonce_i));

	/* Not the peer's: the true answer may still come. */
	if (failed(&result)) {
		sa->base.ike->stats[IKE_STAT_DROP_NOT_AUTHENTIC]++;
		isakmp_line(sa, "%s", result.why);
		buffer_free(&task->received);
		return IKEV1_NONE;
	}
	ikev1_accept(task);
	isakmp_line(sa, " processing HASH payload. message ID = %d", (int)task->message_id);
	result = task->child ? accept_answer(task) : fail(-ENODEV, "the tunnel is gone");
	if (failed(&result))
		return ikev1_fail(task, result, ISAKMP_NOTIFY_BAD_PROPOSAL_SYNTAX,
				  IKE_STAT_REJECTED);
	take_lifetimes(task);
	if (!task->group)
		return IKEV1_NEXT;
	ikev1_task_compute(task, IKEV1_PROCESS_COMPLETE);
	return IKEV1_WAIT;
}

enum ikev1_event quick_finish(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	uint8_t hash[CRYPTOX_HASH_MAX];
	struct result result = load(task);
	struct writer chain;

	engine_line(sa, "generate hmac context");
	if (!failed(&result))
		result = ikev1_last_hash(&sa->keys, task->message_id, buffer_bytes(&task->nonce_i),
					 buffer_bytes(&task->nonce_r), hash);
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_CHILD_FAILED);
	note_nonces(task);
	writer_begin_chain(&chain);
	put_raw_payload(&chain, ISAKMP_PAYLOAD_HASH, bytes_of(hash, sa->keys.prf_len));
	result = ikev1_send_sealed(task, &chain, SEND_LAST);
	writer_free(&chain);
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_CHILD_FAILED);
	activate(task);
	finish_node(task);
	return IKEV1_NEXT;
}

/* --- responder --- */

static bool too_many(const struct ike_sa *base)
{
	const struct child_sa *child;
	unsigned int count = 0;

	TAILQ_FOREACH(child, &base->children, of_sa)
		count++;
	return count >= IKEV1_CHILDREN_MAX;
}

/* Row E20: what is chosen, part by part */
static void validate(const struct ikev1_task *task, const struct traffic_selectors *ours,
		     const struct traffic_selectors *theirs, bool transport)
{
	log_line(LOG_ENGINE, "CryptoEngine0: validate proposal request");
	for (unsigned int i = 0; i < task->answer->count; i++) {
		struct proposal part = proposal_of(&task->answer->proposals[i]);

		key_engine_validate(&task->sa->base, &part, i + 1, ours, theirs, transport);
	}
}

static struct result choose_child(struct ikev1_task *task, uint16_t *notify)
{
	struct traffic_selectors of_initiator, of_responder;
	struct isakmp_sa *offered = must_calloc(1, sizeof(*offered));
	struct isakmp_sa *ours = must_calloc(1, sizeof(*ours));
	const struct ipsec_profile *profile = NULL;
	struct ike_sa *base = &task->sa->base;
	struct tunnel *tunnel = NULL;
	struct result result = RESULT_OK;
	const struct payload *payload = ikev1_need(task, ISAKMP_PAYLOAD_SA, &result);
	const char *obstacle;
	bool transport;

	*notify = ISAKMP_NOTIFY_PAYLOAD_MALFORMED;
	if (payload)
		result = isakmp_sa_parse(payload->body, offered);
	if (!failed(&result))
		result = take_nonce(task);
	if (!failed(&result))
		result = quick_take_selectors(task, &of_initiator, &of_responder);
	if (failed(&result))
		goto out;
	*notify = ISAKMP_NOTIFY_INVALID_ID_INFORMATION;
	if (too_many(base)) {
		result = fail(-ENOSPC, "the peer has %u IPsec SAs already, more are not allowed",
			      IKEV1_CHILDREN_MAX);
		goto out;
	}
	tunnel = tunnel_for_peer(base, &base->home_local, &base->home_remote, &of_responder,
				 &of_initiator, &result);
	profile = tunnel ? tunnel_profile(tunnel) : NULL;
	if (!profile) {
		if (!failed(&result))
			result = fail(-ENOENT, "the tunnel has no IPsec profile");
		goto out;
	}
	if (!tunnel->device.up) {
		result = fail(-ENETDOWN, "%s is shut down", tunnel->device.name);
		goto out;
	}
	result = quick_check_selectors(task, tunnel, &of_initiator, &of_responder);
	if (failed(&result))
		goto out;
	*notify = ISAKMP_NOTIFY_PROPOSAL_NOT_CHOSEN;
	obstacle = obstacle_of(base, profile);
	if (obstacle) {
		result = fail(-EPROTONOSUPPORT, "%s", obstacle);
		goto out;
	}
	transport = child_wants_transport(tunnel, base);
	allowed(task->sa, profile, transport, ours);
	log_line(LOG_ENGINE, "CryptoEngine0: validate proposal");
	task->answer = must_calloc(1, sizeof(*task->answer));
	if (!choose(task->sa, offered, ours, task->answer)) {
		base->ike->stats[IKE_STAT_NO_PROPOSAL]++;
		result =
			fail(-ENOENT, "no IPsec proposal of the peer's is acceptable to profile %s",
			     profile->name);
		goto out;
	}
	validate(task, &of_responder, &of_initiator, transport);
	task->group = task->answer->proposals[0].transforms[0].group;
	say_rest(task);
	result = take_public(task);
	if (!failed(&result))
		result = new_child(task, tunnel, child_protocol(profile), task->answer->count == 2);
	if (failed(&result))
		goto out;
	agree(task->child, task->answer);
	put_spis(task->child, task->answer);
	task->child->transport = transport;
	task->child->local_ts = of_responder;
	task->child->remote_ts = of_initiator;
out:
	free(offered);
	free(ours);
	return result;
}

/* HASH(1) has been verified before there was a task. */
enum ikev1_event quick_choose(struct ikev1_task *task)
{
	uint16_t notify = 0;
	struct result result;

	isakmp_line(task->sa, " processing HASH payload. message ID = %d", (int)task->message_id);
	ikev1_accept(task);
	result = choose_child(task, &notify);
	if (failed(&result))
		return ikev1_fail(task, result, notify,
				  notify == ISAKMP_NOTIFY_PAYLOAD_MALFORMED ?
					  IKE_STAT_DROP_MALFORMED :
					  IKE_STAT_REJECTED);
	ikev1_new_nonce(&task->nonce_r);
	if (!task->group)
		return IKEV1_NEXT;
	ikev1_task_compute(task, IKEV1_SPI_REPLY);
	return IKEV1_WAIT;
}

/* Where ours is shorter than what was offered the initiator must know (RFC 2407 section 4.5.4). */
static void put_lifetimes(const struct ikev1_task *task, struct writer *chain)
{
	const struct isakmp_transform *offered = &task->answer->proposals[0].transforms[0];
	const struct child_sa *child = task->child;
	struct isakmp_transform life = {};
	struct buffer data = {}, spi = {};

	if (offered->seconds && child->lifetime_seconds < offered->seconds)
		life.seconds = (uint32_t)child->lifetime_seconds;
	if (offered->kilobytes && child->lifetime_kilobytes &&
	    child->lifetime_kilobytes < offered->kilobytes)
		life.kilobytes = (uint32_t)child->lifetime_kilobytes;
	if (!life.seconds && !life.kilobytes)
		return;
	isakmp_lifetimes_put(&data, &life);
	buffer_put_u32(&spi, child->spi_in);
	isakmp_put_notify(chain, ISAKMP_NOTIFY_RESPONDER_LIFETIME, child->protocol,
			  buffer_bytes(&spi), buffer_bytes(&data));
	buffer_free(&spi);
	buffer_free(&data);
}

enum ikev1_event quick_send_answer(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct result result = load(task);
	struct writer chain;

	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_CHILD_FAILED);
	note_nonces(task);
	ikev1_open_hash(sa, &chain);
	isakmp_put_sa(&chain, task->answer);
	put_rest(task, &chain);
	put_lifetimes(task, &chain);
	result = ikev1_close_hash(sa, &chain, task->message_id, buffer_bytes(&task->nonce_i));
	if (!failed(&result))
		result = ikev1_send_sealed(task, &chain, SEND_REPEATS);
	writer_free(&chain);
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_CHILD_FAILED);
	return IKEV1_NEXT;
}

enum ikev1_event quick_take_last(struct ikev1_task *task)
{
	const struct payload *hash = message_get(task->message, ISAKMP_PAYLOAD_HASH);
	struct ikev1_sa *sa = task->sa;
	uint8_t expected[CRYPTOX_HASH_MAX];
	struct result result;

	engine_line(sa, "generate hmac context");
	result = ikev1_last_hash(&sa->keys, task->message_id, buffer_bytes(&task->nonce_i),
				 buffer_bytes(&task->nonce_r), expected);
	if (failed(&result) || !hash ||
	    !bytes_equal_secret(hash->body, bytes_of(expected, sa->keys.prf_len))) {
		sa->base.ike->stats[IKE_STAT_DROP_NOT_AUTHENTIC]++;
		isakmp_line(sa, "HASH(3) is wrong");
		buffer_free(&task->received);
		return IKEV1_NONE;
	}
	ikev1_accept(task);
	if (!task->child)
		return ikev1_fail(task, fail(-ENODEV, "the tunnel is gone"), 0,
				  IKE_STAT_CHILD_FAILED);
	activate(task);
	finish_node(task);
	return IKEV1_NEXT;
}

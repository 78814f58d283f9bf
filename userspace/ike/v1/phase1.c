// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Phase 1, as far as main and aggressive mode do the same: how it begins and ends,
 * the suite, the public values, the proofs, and what goes with them.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ike/v1/auth.h"

static void begin(struct ikev1_sa *sa, struct tunnel *tunnel)
{
	bool aggressive = sa->base.isakmp && sa->base.isakmp->aggressive;
	struct ikev1_task *task =
		ikev1_task_new(sa, aggressive ? IKEV1_AGGRESSIVE : IKEV1_MAIN, true, 0);

	if (tunnel)
		task->owner = tunnel_owner(tunnel);
	peer_lock(sa, "isakmp_initiator");
	ikev1_run(task, aggressive ? IKEV1_SA_REQ_AM : IKEV1_SA_REQ_MM);
}

static struct ikev1_sa *new_initiator(struct ike *ike, const struct address *local,
				      const struct address *remote,
				      const struct isakmp_profile *profile)
{
	struct ikev1_sa *sa = ikev1_sa_new(ike, true);

	sa->base.local = (struct endpoint){ *local, IKE_PORT };
	sa->base.remote = (struct endpoint){ *remote, IKE_PORT };
	sa->base.original = true;
	ike_sa_set_home(&sa->base, local, remote);
	sa->base.isakmp = profile;
	return sa;
}

struct result phase1_start(struct ike *ike, struct tunnel *tunnel,
			   const struct ipsec_profile *profile)
{
	struct ikev1_sa *sa = new_initiator(ike, &tunnel->device.local, &tunnel->device.remote,
					    profile->isakmp_profile);

	sa->base.tunnel = tunnel;
	begin(sa, tunnel);
	return RESULT_OK;
}

void phase1_restart(struct ikev1_sa *old)
{
	isakmp_line(old, "the lifetime comes to its end: phase 1 begins anew");
	begin(new_initiator(old->base.ike, &old->base.home_local, &old->base.home_remote,
			    old->base.isakmp),
	      NULL);
}

static bool over_limit(const struct ike *ike)
{
	const struct policy *policy = ike->policy;
	uint32_t negotiating =
		policy->limit_negotiating ? policy->limit_negotiating : LIMIT_NEGOTIATING_DEFAULT;

	return ike->stats[IKE_STAT_INCOMING_NEGOTIATING] >= negotiating ||
	       (policy->limit_sa && ike->stats[IKE_STAT_ACTIVE] >= policy->limit_sa);
}

void phase1_receive_first(struct ike *ike, const struct path *path, const struct message *message)
{
	struct ike_sa *begun = ike_find_begun(ike, message->header.spi_initiator, &path->remote);
	char remote[ADDRESS_TEXT];
	struct ikev1_sa *sa;

	if (begun) {
		/* The same message again gets the same answer; it never counts as a new one. */
		if (begun->version == &ikev1 && ikev1_of(begun)->initial)
			ikev1_receive_message(ikev1_of(begun), message, path);
		return;
	}
	address_format(&path->remote.address, remote);
	if (over_limit(ike)) {
		ike->stats[IKE_STAT_DROP_LIMIT]++;
		ike->stats[IKE_STAT_REJECTED]++;
		log_line(LOG_ISAKMP, ": new SA from %s refused: the limit of SAs is reached",
			 remote);
		return;
	}
	log_line(LOG_ISAKMP, " (0:0): received packet from %s dport %u sport %u Global (N) NEW SA",
		 remote, path->local.port, path->remote.port);
	sa = ikev1_sa_new(ike, false);
	sa->base.local = path->local;
	ike_sa_set_home(&sa->base, &path->local.address, &path->remote.address);
	ike_sa_begun(&sa->base, message->header.spi_initiator, &path->remote);
	peer_lock(sa, "crypto_isakmp_process_block");
	ikev1_task_new(sa,
		       message->header.exchange == ISAKMP_EXCHANGE_AGGRESSIVE ? IKEV1_AGGRESSIVE :
										IKEV1_MAIN,
		       false, 0);
	ikev1_receive_message(sa, message, path);
}

void phase1_begin_clear(struct ikev1_task *task, struct writer *writer)
{
	struct ike_header header = ikev1_header(task->sa, ikev1_exchange_of(task), 0);

	writer_begin(writer, &header);
}

/* --- the suite --- */

void phase1_put_offer(struct ikev1_task *task, struct writer *writer)
{
	isakmp_put_sa(writer, task->offer);
	buffer_set(&task->sa_body,
		   bytes_of(writer->buffer.data + IKE_HEADER_SIZE + PAYLOAD_HEADER_SIZE,
			    writer->buffer.len - IKE_HEADER_SIZE - PAYLOAD_HEADER_SIZE));
}

/* What was agreed decides what follows; the message may have asked for something already. */
static void agreed(struct ikev1_task *task)
{
	const struct ikev1_auth *method = task->sa->method;

	task->group = task->chosen.group;
	if (method->agreed)
		method->agreed(task);
	if (method->note)
		method->note(task);
}

struct result phase1_choose(struct ikev1_task *task, uint16_t *notify)
{
	struct ikev1_sa *sa = task->sa;
	struct isakmp_sa *offered = must_calloc(1, sizeof(*offered));
	struct result result = RESULT_OK;
	const struct payload *payload = ikev1_need(task, ISAKMP_PAYLOAD_SA, &result);

	*notify = ISAKMP_NOTIFY_PAYLOAD_MALFORMED;
	if (payload)
		result = isakmp_sa_parse(payload->body, offered);
	if (failed(&result))
		goto out;
	*notify = ISAKMP_NOTIFY_PROPOSAL_NOT_CHOSEN;
	buffer_set(&task->sa_body, payload->body);
	vendors_take(sa, task->message);
	result = auths_prepare(task);
	auths_say(task);
	task->answer = must_calloc(1, sizeof(*task->answer));
	if (!failed(&result))
		result = suites_choose(task, offered, task->answer, &task->chosen);
	if (!failed(&result))
		result = suites_agreed(sa, &task->chosen);
	if (!failed(&result))
		agreed(task);
out:
	free(offered);
	return result;
}

struct result phase1_take_choice(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct isakmp_sa *answer = must_calloc(1, sizeof(*answer));
	struct result result = RESULT_OK;
	const struct payload *payload = ikev1_need(task, ISAKMP_PAYLOAD_SA, &result);

	if (payload)
		result = isakmp_sa_parse(payload->body, answer);
	if (!failed(&result))
		result = suites_check_answer(task->offer, answer, &task->chosen);
	if (!failed(&result))
		result = suites_agreed(sa, &task->chosen);
	free(answer);
	if (failed(&result))
		return result;
	sa->base.remote_spi = task->message->header.spi_responder;
	vendors_take(sa, task->message);
	agreed(task);
	return RESULT_OK;
}

/* --- public values and nonces --- */

/* In the first message of aggressive mode it is only what we hope for. */
static const struct ikev1_auth *method_of(const struct ikev1_task *task)
{
	return task->sa->method ? task->sa->method : auth_of(task->chosen.auth);
}

void phase1_put_public(struct ikev1_task *task, struct writer *writer)
{
	struct buffer *nonce = task->initiator ? &task->nonce_i : &task->nonce_r;

	/* Keys may have been made of it. */
	if (!nonce->len)
		ikev1_new_nonce(nonce);
	put_raw_payload(writer, ISAKMP_PAYLOAD_KE, buffer_bytes(&task->own_public));
	put_raw_payload(writer, ISAKMP_PAYLOAD_NONCE, buffer_bytes(nonce));
	if (method_of(task)->request)
		method_of(task)->request(task, writer);
}

struct result phase1_take_public(struct ikev1_task *task)
{
	struct result result = RESULT_OK;
	const struct payload *ke = ikev1_need(task, ISAKMP_PAYLOAD_KE, &result);
	const struct payload *payload = ke ? ikev1_need(task, ISAKMP_PAYLOAD_NONCE, &result) : NULL;
	struct bytes nonce;

	if (payload)
		result = isakmp_nonce_parse(payload->body, &nonce);
	if (!failed(&result) && !ke->body.len)
		result = fail(-EPROTO, "KE payload is empty");
	if (failed(&result))
		return result;
	buffer_set(&task->peer_public, ke->body);
	buffer_set(task->initiator ? &task->nonce_r : &task->nonce_i, nonce);
	if (task->sa->method->note)
		task->sa->method->note(task);
	return RESULT_OK;
}

/* --- who it is --- */

/* As IOS calls those that we use (row E12). */
static const char *id_type_name(uint8_t type)
{
	switch (type) {
	case ID_FQDN:
		return "ID_FQDN";
	case ID_RFC822_ADDR:
		return "ID_USER_FQDN";
	case ID_KEY_ID:
		return "ID_KEY_ID";
	case ID_DER_ASN1_DN:
		return "ID_DER_ASN1_DN";
	default:
		return "ID_IPV4_ADDR";
	}
}

void phase1_choose_id(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct isakmp_id id;

	if (task->id_body.len)
		return;
	own_identity(task, &sa->base.local_id);
	id = isakmp_id_of_identity(&sa->base.local_id);
	isakmp_line(sa, "SA is doing %s authentication%s using id type %s", method_of(task)->doing,
		    method_of(task)->user ? " plus XAUTH" : "",
		    id_type_name(sa->base.local_id.type));
	isakmp_id_body(&id, &task->id_body);
}

enum ikev1_event phase1_prove(struct ikev1_task *task, struct writer *chain)
{
	struct ikev1_sa *sa = task->sa;
	uint8_t hash[CRYPTOX_HASH_MAX];
	struct result result = auth_hash(task, true, buffer_bytes(&task->id_body), hash);

	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	sa->base.auth_sign = sa->method->label;
	return sa->method->prove(task, bytes_of(hash, sa->keys.prf_len), chain);
}

enum ikev1_event phase1_check(struct ikev1_task *task, struct bytes id_body)
{
	struct ikev1_sa *sa = task->sa;
	uint8_t expected[CRYPTOX_HASH_MAX];
	struct result result = auth_hash(task, false, id_body, expected);

	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	return sa->method->check(task, bytes_of(expected, sa->keys.prf_len));
}

/* Row E11: whoever has no other SA with the peer has forgotten all that there was. */
static bool is_first_contact(const struct ikev1_sa *sa)
{
	const struct ike_sa *other;

	TAILQ_FOREACH(other, &sa->base.peering->sas, of_peering)
		if (other != &sa->base && other->established)
			return false;
	return true;
}

void phase1_put_contact(const struct ikev1_task *task, struct writer *chain)
{
	const struct ikev1_sa *sa = task->sa;
	struct ike_header header = ikev1_header(sa, 0, 0);
	struct buffer cookies = {};

	if (!task->initiator || !is_first_contact(sa))
		return;
	buffer_put_u64(&cookies, header.spi_initiator);
	buffer_put_u64(&cookies, header.spi_responder);
	isakmp_put_notify(chain, ISAKMP_NOTIFY_INITIAL_CONTACT, ISAKMP_PROTOCOL_ISAKMP,
			  buffer_bytes(&cookies), bytes_of(NULL, 0));
	buffer_free(&cookies);
}

/*
 * The peer is about to ask for what it needs: only if it does not do we. Until then the old
 * pairs carry on, since it may be that only the peer's daemon has begun anew.
 */
static void let_the_peer_begin(struct ike_sa *sa)
{
	struct child_sa *child;

	TAILQ_FOREACH(child, &sa->children, of_sa) {
		timer_start(sa->ike->env.timers, &child->tunnel->retry, SECONDS(5));
		child_sa_wait(child, SECONDS(10));
	}
}

static void forget_others(struct ikev1_sa *sa)
{
	char local[ADDRESS_TEXT], remote[ADDRESS_TEXT];
	struct ike_sa *other, *next;

	isakmp_line(sa,
		    "Process initial contact, bring down existing phase 1 and 2 SA's with local "
		    "%s remote %s remote port %u",
		    address_format(&sa->base.local.address, local),
		    address_format(&sa->base.remote.address, remote), sa->base.remote.port);
	for (other = TAILQ_FIRST(&sa->base.ike->sas); other; other = next) {
		next = TAILQ_NEXT(other, link);
		if (other != &sa->base && other->version == &ikev1 && other->established &&
		    other->established_at < sa->base.created_at &&
		    address_equal(&other->home_remote, &sa->base.home_remote) &&
		    identity_equal(&other->remote_id, &sa->base.remote_id) &&
		    identity_equal(client_identity(other), client_identity(&sa->base))) {
			let_the_peer_begin(other);
			ikev1_sa_end(ikev1_of(other), !ikev1_has_lease(ikev1_of(other)));
		}
	}
}

static void take_notifies(struct ikev1_task *task)
{
	const struct payload *payload = message_get(task->message, ISAKMP_PAYLOAD_NOTIFY);

	for (; payload; payload = message_next(task->message, payload)) {
		struct isakmp_notify_payload notify;

		if (isakmp_notify_parse(payload->body, &notify).code)
			continue;
		isakmp_line(task->sa, " processing NOTIFY %s protocol %u",
			    isakmp_notify_name(notify.type), notify.protocol);
		/* Whoever knows a group's key could say so of all others in it. */
		if (notify.type == ISAKMP_NOTIFY_INITIAL_CONTACT && task->sa->method->user)
			task->sa->first_contact = true;
		else if (notify.type == ISAKMP_NOTIFY_INITIAL_CONTACT)
			forget_others(task->sa);
	}
}

void phase1_proven(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	char remote[ADDRESS_TEXT];

	isakmp_line(sa, "SA authentication status: authenticated");
	isakmp_line(sa, "SA has been authenticated with %s",
		    address_format(&sa->base.remote.address, remote));
	peer_inserted(sa);
	sa->base.auth_verify = sa->method->label;
	ikev1_accept(task);
	take_notifies(task);
}

/* --- the end --- */

enum ikev1_event phase1_done(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;

	sa->phase_1 = task->iv;
	sa->complete = true;
	task->stage = "QM_IDLE";
	if (task->key_exchange)
		engine_line(sa, "clear dh number");
	key_exchange_free(task->key_exchange);
	task->key_exchange = NULL;
	if (sa->method->user)
		xauth_begin(sa);
	else
		phase1_usable(sa);
	return IKEV1_NEXT;
}

void phase1_usable(struct ikev1_sa *sa)
{
	const struct isakmp_profile *profile = sa->base.isakmp;
	struct ikev1_task *task = sa->initial;
	struct tunnel *tunnel = ikev1_task_tunnel(task);

	task->owner = (struct kernel_owner){};
	sa->base.tunnel = NULL;
	if (sa->first_contact)
		forget_others(sa);
	ikev1_sa_ready(sa);
	if (profile && profile->address_initiate && !sa->base.initiator && !sa->base.client)
		modecfg_push(sa);
	if (!tunnel)
		return;
	/* The peer may have been faster. */
	tunnel->negotiating = false;
	tunnel_want(tunnel);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Main mode with pre-shared keys (RFC 2409 section 5.4; rows E01 to E12):
 *
 *   initiator                         responder
 *   1: SA, vendor IDs            -->
 *                                <--  2: SA, vendor IDs
 *   3: KE, NONCE, NAT-D          -->
 *                                <--  4: KE, NONCE, NAT-D
 *   5: ID, HASH_I (encrypted)    -->
 *                                <--  6: ID, HASH_R (encrypted)
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ike/v1/auth.h"

static void begin(struct ikev1_sa *sa, struct tunnel *tunnel)
{
	struct ike *ike = sa->base.ike;
	struct ikev1_task *task = ikev1_task_new(sa, IKEV1_PHASE_1, true, 0);
	char remote[ADDRESS_TEXT];

	if (tunnel)
		task->owner = tunnel_owner(tunnel);
	ike->stats[IKE_STAT_ADMITTED]++;
	log_line(LOG_ISAKMP, ": Created a peer struct for %s, peer port %u",
		 address_format(&sa->base.remote.address, remote), sa->base.remote.port);
	ikev1_run(task, IKEV1_SA_REQ_MM);
}

static struct ikev1_sa *new_initiator(struct ike *ike, const struct address *local,
				      const struct address *remote,
				      const struct isakmp_profile *profile)
{
	struct ikev1_sa *sa = ikev1_sa_new(ike, true);

	sa->base.local = (struct endpoint){ *local, IKE_PORT };
	sa->base.remote = (struct endpoint){ *remote, IKE_PORT };
	sa->base.original = true;
	sa->base.home_local = *local;
	sa->base.home_remote = *remote;
	sa->base.isakmp = profile;
	return sa;
}

struct result main_start(struct ike *ike, struct tunnel *tunnel,
			 const struct ipsec_profile *profile)
{
	struct ikev1_sa *sa = new_initiator(ike, &tunnel->device.local, &tunnel->device.remote,
					    profile->isakmp_profile);

	sa->base.tunnel = tunnel;
	begin(sa, tunnel);
	return RESULT_OK;
}

void main_restart(struct ikev1_sa *old)
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

void main_receive_first(struct ike *ike, const struct path *path, const struct message *message)
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
	sa->base.home_local = path->local.address;
	sa->base.home_remote = path->remote.address;
	ike_sa_begun(&sa->base, message->header.spi_initiator, &path->remote);
	ikev1_task_new(sa, IKEV1_PHASE_1, false, 0);
	ike->stats[IKE_STAT_ADMITTED]++;
	ikev1_receive_message(sa, message, path);
}

/* --- 1 and 2: the suite --- */

const struct payload *ikev1_need(struct ikev1_task *task, uint8_t type, struct result *result)
{
	const struct payload *payload = message_get(task->message, type);

	if (!payload)
		*result = fail(-EPROTO, "%s payload is not contained", isakmp_payload_name(type));
	else
		isakmp_line(task->sa, " processing %s payload. message ID = %d",
			    isakmp_payload_name(type), (int)task->message_id);
	return payload;
}

static void begin_clear(struct ikev1_task *task, struct writer *writer)
{
	struct ike_header header = ikev1_header(task->sa, ISAKMP_EXCHANGE_MAIN, 0);

	writer_begin(writer, &header);
}

enum ikev1_event main_send_offer(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct writer writer;
	struct result result;

	task->offer = must_calloc(1, sizeof(*task->offer));
	/* Row A18: said at once, not after a negotiation that cannot succeed. */
	result = auths_prepare(task);
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	if (!suites_offer(task, task->offer))
		return ikev1_fail(task,
				  fail(-ENOENT, "incorrect policy settings. Unable to initiate: no "
						"\"crypto isakmp policy\" may be used with this "
						"peer"),
				  0, IKE_STAT_NO_PROPOSAL);
	isakmp_line(sa, " beginning Main Mode exchange");
	begin_clear(task, &writer);
	isakmp_put_sa(&writer, task->offer);
	buffer_set(&task->sa_body,
		   bytes_of(writer.buffer.data + IKE_HEADER_SIZE + PAYLOAD_HEADER_SIZE,
			    writer.buffer.len - IKE_HEADER_SIZE - PAYLOAD_HEADER_SIZE));
	vendors_put(sa, &writer);
	ikev1_send_clear(task, &writer, SEND_REPEATS);
	writer_free(&writer);
	return IKEV1_NEXT;
}

enum ikev1_event main_choose(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct isakmp_sa *offered = must_calloc(1, sizeof(*offered));
	struct result result = RESULT_OK;
	const struct payload *payload = ikev1_need(task, ISAKMP_PAYLOAD_SA, &result);

	if (payload)
		result = isakmp_sa_parse(payload->body, offered);
	if (failed(&result)) {
		free(offered);
		return ikev1_fail(task, result, ISAKMP_NOTIFY_PAYLOAD_MALFORMED,
				  IKE_STAT_DROP_MALFORMED);
	}
	buffer_set(&task->sa_body, payload->body);
	vendors_take(sa, task->message);
	result = auths_prepare(task);
	task->answer = must_calloc(1, sizeof(*task->answer));
	if (!failed(&result))
		result = suites_choose(task, offered, task->answer, &task->chosen);
	if (!failed(&result))
		result = suites_agreed(sa, &task->chosen);
	free(offered);
	if (failed(&result))
		return ikev1_fail(task, result, ISAKMP_NOTIFY_PROPOSAL_NOT_CHOSEN,
				  IKE_STAT_NO_PROPOSAL);
	task->group = task->chosen.group;
	ikev1_accept(task);
	return IKEV1_NEXT;
}

enum ikev1_event main_send_choice(struct ikev1_task *task)
{
	struct writer writer;

	task->stage = "MM_SA_SETUP";
	begin_clear(task, &writer);
	isakmp_put_sa(&writer, task->answer);
	vendors_put(task->sa, &writer);
	ikev1_send_clear(task, &writer, SEND_WAITS);
	writer_free(&writer);
	return IKEV1_NEXT;
}

enum ikev1_event main_take_answer(struct ikev1_task *task)
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
		return ikev1_fail(task, result, ISAKMP_NOTIFY_BAD_PROPOSAL_SYNTAX,
				  IKE_STAT_NO_PROPOSAL);
	sa->base.remote_spi = task->message->header.spi_responder;
	vendors_take(sa, task->message);
	task->group = task->chosen.group;
	ikev1_accept(task);
	ikev1_task_compute(task, IKEV1_PROCESS_COMPLETE);
	return IKEV1_WAIT;
}

/* --- 3 and 4: the key --- */

static void put_key(struct ikev1_task *task, struct writer *writer)
{
	struct buffer *nonce = task->initiator ? &task->nonce_i : &task->nonce_r;

	ikev1_new_nonce(nonce);
	begin_clear(task, writer);
	put_raw_payload(writer, ISAKMP_PAYLOAD_KE, buffer_bytes(&task->own_public));
	put_raw_payload(writer, ISAKMP_PAYLOAD_NONCE, buffer_bytes(nonce));
	natt_put_detection(task, writer);
}

enum ikev1_event main_send_key(struct ikev1_task *task)
{
	struct writer writer;

	task->stage = "MM_SA_SETUP";
	put_key(task, &writer);
	ikev1_send_clear(task, &writer, SEND_REPEATS);
	writer_free(&writer);
	return IKEV1_NEXT;
}

/* Both: the peer's public value and nonce; the responder makes its own key pair meanwhile. */
enum ikev1_event main_take_key(struct ikev1_task *task)
{
	struct result result = RESULT_OK;
	const struct payload *ke = ikev1_need(task, ISAKMP_PAYLOAD_KE, &result);
	const struct payload *payload = ke ? ikev1_need(task, ISAKMP_PAYLOAD_NONCE, &result) : NULL;
	struct bytes nonce;

	if (payload)
		result = isakmp_nonce_parse(payload->body, &nonce);
	if (failed(&result))
		return ikev1_fail(task, result, ISAKMP_NOTIFY_PAYLOAD_MALFORMED,
				  IKE_STAT_DROP_MALFORMED);
	buffer_set(&task->peer_public, ke->body);
	buffer_set(task->initiator ? &task->nonce_r : &task->nonce_i, nonce);
	vendors_take(task->sa, task->message);
	natt_detect(task);
	ikev1_accept(task);
	ikev1_task_compute(task, IKEV1_PROCESS_COMPLETE);
	return IKEV1_WAIT;
}

enum ikev1_event main_answer_key(struct ikev1_task *task)
{
	struct writer writer;
	struct result result;

	task->stage = "MM_KEY_EXCH";
	put_key(task, &writer);
	result = auth_make_keys(task);
	if (!failed(&result))
		ikev1_send_clear(task, &writer, SEND_REPEATS);
	writer_free(&writer);
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	return IKEV1_NEXT;
}

/* --- 5 and 6: who it is --- */

/* Row E11: whoever has no other SA with the peer has forgotten all that there was. */
static bool is_first_contact(const struct ikev1_sa *sa)
{
	const struct ike_sa *other;

	TAILQ_FOREACH(other, &sa->base.ike->sas, link)
		if (other != &sa->base && other->established &&
		    address_equal(&other->home_local, &sa->base.home_local) &&
		    address_equal(&other->home_remote, &sa->base.home_remote))
			return false;
	return true;
}

static void put_initial_contact(const struct ikev1_sa *sa, struct writer *chain)
{
	struct ike_header header = ikev1_header(sa, 0, 0);
	struct buffer cookies = {};

	buffer_put_u64(&cookies, header.spi_initiator);
	buffer_put_u64(&cookies, header.spi_responder);
	isakmp_put_notify(chain, ISAKMP_NOTIFY_INITIAL_CONTACT, ISAKMP_PROTOCOL_ISAKMP,
			  buffer_bytes(&cookies), bytes_of(NULL, 0));
	buffer_free(&cookies);
}

static void choose_own_id(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct isakmp_id id;

	own_identity(sa, &sa->base.local_id);
	id = isakmp_id_of_identity(&sa->base.local_id);
	isakmp_line(sa, "SA is doing %s authentication using id type %s", sa->method->doing,
		    sa->base.local_id.type == ID_FQDN ? "ID_FQDN" : "ID_IPV4_ADDR");
	isakmp_id_body(&id, &task->id_body);
}

static enum ikev1_event send_proof(struct ikev1_task *task, enum send_kind kind)
{
	struct ikev1_sa *sa = task->sa;
	uint8_t hash[CRYPTOX_HASH_MAX];
	enum ikev1_event event;
	struct writer chain;
	struct result result;

	if (!task->id_body.len)
		choose_own_id(task);
	result = auth_hash(task, true, buffer_bytes(&task->id_body), hash);
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	sa->base.auth_sign = sa->method->label;
	writer_begin_chain(&chain);
	put_raw_payload(&chain, ISAKMP_PAYLOAD_ID, buffer_bytes(&task->id_body));
	event = sa->method->prove(task, bytes_of(hash, sa->keys.prf_len), &chain);
	if (event == IKEV1_NEXT) {
		if (task->initiator && is_first_contact(sa))
			put_initial_contact(sa, &chain);
		result = ikev1_send_sealed(task, &chain, kind);
		if (failed(&result))
			event = ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	}
	writer_free(&chain);
	return event;
}

enum ikev1_event main_send_proof(struct ikev1_task *task)
{
	struct result result = task->have_iv ? RESULT_OK : auth_make_keys(task);

	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	task->stage = "MM_KEY_EXCH";
	natt_float(task->sa);
	return send_proof(task, SEND_REPEATS);
}

/* The peer is about to ask for what it needs: only if it does not do we. */
static void let_the_peer_begin(struct ike_sa *sa)
{
	struct child_sa *child;

	TAILQ_FOREACH(child, &sa->children, of_sa)
		timer_start(sa->ike->env.timers, &child->tunnel->retry, SECONDS(5));
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
		    identity_equal(&other->remote_id, &sa->base.remote_id)) {
			let_the_peer_begin(other);
			ikev1_sa_end(ikev1_of(other), false);
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
		if (notify.type == ISAKMP_NOTIFY_INITIAL_CONTACT)
			forget_others(task->sa);
	}
}

static enum ikev1_event check_proof(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct result result = RESULT_OK;
	const struct payload *id = ikev1_need(task, ISAKMP_PAYLOAD_ID, &result);
	uint8_t expected[CRYPTOX_HASH_MAX];

	if (!id)
		return ikev1_fail(task, result, ISAKMP_NOTIFY_PAYLOAD_MALFORMED,
				  IKE_STAT_DROP_MALFORMED);
	result = take_identity(sa, id);
	if (failed(&result))
		return ikev1_fail(task, result, ISAKMP_NOTIFY_INVALID_ID_INFORMATION,
				  IKE_STAT_AUTH_FAILED);
	result = auth_hash(task, false, id->body, expected);
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_FAILED);
	return sa->method->check(task, bytes_of(expected, sa->keys.prf_len));
}

enum ikev1_event main_take_proof(struct ikev1_task *task)
{
	enum ikev1_event event = task->proven ? IKEV1_NEXT : check_proof(task);
	struct ikev1_sa *sa = task->sa;
	char remote[ADDRESS_TEXT];

	if (event != IKEV1_NEXT)
		return event;
	isakmp_line(sa, "SA authentication status: authenticated");
	isakmp_line(sa, "SA has been authenticated with %s",
		    address_format(&sa->base.remote.address, remote));
	sa->base.auth_verify = sa->method->label;
	ikev1_accept(task);
	take_notifies(task);
	return IKEV1_NEXT;
}

enum ikev1_event main_answer_proof(struct ikev1_task *task)
{
	return send_proof(task, SEND_LAST);
}

enum ikev1_event main_done(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	struct tunnel *tunnel = ikev1_task_tunnel(task);

	sa->phase_1 = task->iv;
	task->stage = "QM_IDLE";
	task->owner = (struct kernel_owner){};
	sa->base.tunnel = NULL;
	key_exchange_free(task->key_exchange);
	task->key_exchange = NULL;
	ikev1_sa_ready(sa);
	if (!tunnel)
		return IKEV1_NEXT;
	/* The peer may have been faster. */
	tunnel->negotiating = false;
	tunnel_want(tunnel);
	return IKEV1_NEXT;
}

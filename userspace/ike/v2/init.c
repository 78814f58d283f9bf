// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKE_SA_INIT (RFC 7296 section 1.2, rows B01, B02, B06 to B13).
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "ike/v2/actions.h"
#include "ike/v2/certs.h"
#include "ike/yamaha.h"

#define AUTH_WAIT SECONDS(60) /* a responder waits so long for IKE_AUTH */
#define RESTARTS_MAX 4
#define COOKIE_MAX 64 /* octets (section 2.6) */
#define FIRST_REQUEST_MAX \
	8192 /* octets that a stranger can make us keep; what peers send is under 3000 */

/* Which weak algorithms may be offered or accepted before the profile is known. */
static bool legacy_permitted(const struct ikev2_sa *sa)
{
	const struct policy *policy = sa->base.ike->policy;
	const struct ikev2_profile *profile = sa->base.profile;

	if (policy->legacy)
		return true;
	if (profile)
		return profile->legacy;
	TAILQ_FOREACH(profile, &policy->ikev2_profiles, link)
		if (profile->legacy)
			return true;
	return false;
}

/* --- how an SA begins --- */

struct result init_start(struct ike *ike, struct tunnel *tunnel,
			 const struct ipsec_profile *profile)
{
	struct ikev2_sa *sa = ikev2_sa_new(ike, true);
	struct task *task;

	sa->base.local = (struct endpoint){ tunnel->device.local, IKE_PORT };
	sa->base.remote =
		(struct endpoint){ tunnel->gateway.family == AF_UNSPEC ? tunnel->device.remote :
									 tunnel->gateway,
				   IKE_PORT };
	sa->base.original = true;
	ike_sa_set_home(&sa->base, &tunnel->device.local, &tunnel->device.remote);
	sa->base.profile = profile->ikev2_profile;
	sa->ios = profile->ikev2_profile && profile->ikev2_profile->ios;
	sa->base.tunnel = tunnel;
	task = task_new(sa, TASK_INITIAL, true);
	task->exchange = EXCHANGE_IKE_SA_INIT;
	task->owner = tunnel_owner(tunnel);
	sa->initial = task;
	yamaha_assigned(&sa->base);
	ikev2_sa_admit(sa);
	task_enlist(task, &sa->in_flight);
	machine_run(task, resume_begin(task) ? EV_RESUME_SA : EV_INIT_SA);
	return RESULT_OK;
}

static bool over_limit(const struct ike *ike)
{
	const struct policy *policy = ike->policy;
	uint32_t negotiating =
		policy->limit_negotiating ? policy->limit_negotiating : LIMIT_NEGOTIATING_DEFAULT;

	return ike->stats[IKE_STAT_INCOMING_NEGOTIATING] >= negotiating ||
	       (policy->limit_sa && ike->stats[IKE_STAT_ACTIVE] >= policy->limit_sa);
}

static enum ikev2_event received(const struct message *message)
{
	return message->header.exchange == EXCHANGE_IKE_SESSION_RESUME ? EV_RECV_RESUME :
									 EV_RECV_INIT;
}

/* The initial task that this answer may be for, NULL: none. */
static struct task *awaiting(const struct ike_sa *base, const struct message *message)
{
	struct task *task = base && base->version == &ikev2 && base->initiator ?
				    ikev2_of((struct ike_sa *)base)->initial :
				    NULL;
	enum ikev2_state state =
		received(message) == EV_RECV_RESUME ? STATE_I_WAIT_RESUME : STATE_I_WAIT_INIT;

	return task && task->state == state && !message->header.message_id ? task : NULL;
}

static void receive_request(struct ike *ike, const struct endpoint *local,
			    const struct endpoint *remote, const struct message *message)
{
	struct ike_sa *begun = ike_find_begun(ike, message->header.spi_initiator, remote);
	struct path path = { *local, *remote };
	char text[ADDRESS_TEXT];
	struct ikev2_sa *sa;
	struct task *task;

	if (begun) {
		/* The same request again gets the same answer; it never counts as a new one. */
		if (begun->version == &ikev2)
			exchange_repeat(ikev2_of(begun), 0, &path);
		return;
	}
	if (message->octets.len > FIRST_REQUEST_MAX) {
		ike->stats[IKE_STAT_DROP_MALFORMED]++;
		log_line(LOG_IKEV2_ERROR, "SA request from %s dropped: %zu octets are too many",
			 endpoint_format(remote, text), message->octets.len);
		return;
	}
	if (!cookie_check(ike, &path, message) || redirect_init(ike, &path, message))
		return;
	if (over_limit(ike)) {
		ike->stats[IKE_STAT_DROP_LIMIT]++;
		ike->stats[IKE_STAT_REJECTED]++;
		log_line(LOG_IKEV2_ERROR,
			 "SA request from %s rejected: the limit of SAs is reached",
			 endpoint_format(remote, text));
		return;
	}
	sa = ikev2_sa_new(ike, false);
	sa->base.local = *local;
	ike_sa_set_home(&sa->base, &local->address, &remote->address);
	ike_sa_begun(&sa->base, message->header.spi_initiator, remote);
	task = task_new(sa, TASK_INITIAL, false);
	task->exchange = message->header.exchange;
	task->path = path;
	sa->initial = task;
	task_enlist(task, &sa->answering);
	exchange_admit(sa, 0, &path);
	task_take_message(task, message, message->octets);
	buffer_set(&task->init_request, message->octets);
	detail_received(sa, message->octets);
	detail_payloads(sa, "process", message);
	ikev2_sa_admit(sa);
	machine_run(task, received(message));
}

static void receive_response(struct ike *ike, const struct message *message)
{
	struct ike_sa *base = ike_find(ike, message->header.spi_initiator);
	struct task *task = awaiting(base, message);

	if (!task) {
		ike->stats[IKE_STAT_DROP_UNEXPECTED]++;
		log_line(LOG_IKEV2_ERROR, "cannot find or create exchange for an %s response",
			 exchange_name(message->header.exchange));
		return;
	}
	detail_received(task->sa, message->octets);
	detail_payloads(task->sa, "process", message);
	task_take_message(task, message, message->octets);
	machine_run(task, received(message));
}

static void dump_line(void *context, const char *text)
{
	log_line(LOG_IKEV2_PACKET, "%s", text);
}

void init_receive(struct ike *ike, const struct endpoint *local, const struct endpoint *remote,
		  const struct message *message)
{
	if (log_enabled(LOG_IKEV2_PACKET))
		message_dump(message, dump_line, NULL);
	if (log_enabled(LOG_IKEV2_INTERNAL))
		ios_say_payloads(message);
	if (message->header.flags & IKE_FLAG_RESPONSE)
		receive_response(ike, message);
	else
		receive_request(ike, local, remote, message);
}

/* --- both ends --- */

/* Row C09: the names of the policy's proposals, or "default" (row B08). */
static void log_proposals(const struct policy *policy, const char *policy_name)
{
	const struct ikev2_policy *entry;

	TAILQ_FOREACH(entry, &policy->ikev2_policies, link) {
		if (!policy_name || strcmp(entry->name, policy_name))
			continue;
		for (size_t i = 0; i < entry->proposal_count; i++)
			log_line(LOG_IKEV2_INTERNAL, "Adding Proposal %s to toolkit policy",
				 entry->proposals[i]->name);
		return;
	}
	log_line(LOG_IKEV2_INTERNAL, "Adding Proposal default to toolkit policy");
}

/* Row D27: what today's peers take is offered after what is configured. */
static void add_defaults(const struct ikev2_sa *sa, struct proposal_list *list)
{
	struct proposal_list more;

	proposal_default_ike(&more, legacy_permitted(sa));
	for (size_t i = 0; i < more.count && list->count < PROPOSAL_LIST_MAX; i++) {
		list->proposals[list->count] = more.proposals[i];
		list->proposals[list->count].number = list->count + 1;
		list->count++;
	}
}

bool get_ike_policy(struct ikev2_sa *sa, struct proposal_list *list)
{
	const char *name = NULL;

	policy_ike_proposals(sa->base.ike->policy, &sa->base.local.address, legacy_permitted(sa),
			     list, &name);
	log_proposals(sa->base.ike->policy, name);
	if (!strcmp(name, "default"))
		ios_default_proposals(sa, list);
	else if (sa->base.profile && sa->base.profile->unlimited_proposals)
		add_defaults(sa, list);
	return list->count > 0;
}

enum ikev2_event init_get_policy(struct task *task)
{
	struct ike_sa *base = &task->sa->base;
	char text[ADDRESS_TEXT];

	log_line(LOG_IKEV2_INTERNAL, "%% Getting preshared key by address %s",
		 address_format(&base->remote.address, text));
	if (!get_ike_policy(task->sa, &task->proposals))
		return task_fail(task, fail(-ENOENT, "the policy offers no proposal"),
				 NOTIFY_NO_PROPOSAL_CHOSEN, IKE_STAT_NO_PROPOSAL);
	if (base->profile)
		log_line(LOG_IKEV2_INTERNAL, "(%u): Choosing IKE profile %s", base->id,
			 base->profile->name);
	return EV_NEXT;
}

enum ikev2_event init_set_policy(struct task *task)
{
	const struct transform *group;

	trace_line(task, "Setting configured policies");
	if (task->kind == TASK_INITIAL && task->initiator && !task->group) {
		group = proposal_get(&task->proposals.proposals[0], TRANSFORM_KE);
		task->group = group ? group->id : 0;
	}
	return EV_NEXT;
}

/* IOS opens it whatever the peer will authenticate with (row B26). */
enum ikev2_event init_open_pki(struct task *task)
{
	trace_line(task, "Opening a PKI session");
	return EV_NEXT;
}

enum ikev2_event init_make_key(struct task *task)
{
	task_make_key(task);
	return EV_NEXT;
}

enum ikev2_event init_no_config(struct task *task)
{
	log_line(LOG_IKEV2_INTERNAL, "IKEv2 %s - no config data to send in IKE_SA_INIT exch",
		 task->initiator ? "initiator" : "responder");
	log_line(LOG_IKEV2_INTERNAL, "No config data to send to toolkit:");
	return EV_NEXT;
}

/* RFC 7383 section 2.3 */
void init_put_fragmentation(struct task *task, struct writer *writer)
{
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: FRAGMENTATION_SUPPORTED");
	put_notify(writer, NOTIFY_FRAGMENTATION_SUPPORTED, bytes_of(NULL, 0));
}

void init_note_fragmentation(struct task *task)
{
	struct notify_payload notify;

	task->sa->fragments =
		task->sa->base.ike->policy->fragment_mtu &&
		message_get_notify(task->message, NOTIFY_FRAGMENTATION_SUPPORTED, &notify);
}

enum ikev2_event init_generate_keys(struct task *task)
{
	struct result result;

	trace_line(task, "Generate skeyid");
	if (task->session)
		result = keys_derive_resumed(task->sa, bytes_of(task->session->sk_d,
								task->session->sk_d_len));
	else
		result = keys_derive_initial(task->sa, buffer_bytes(&task->secret));
	buffer_free(&task->secret);
	if (failed(&result))
		return task_fail(task, result, NOTIFY_NO_PROPOSAL_CHOSEN, IKE_STAT_NO_PROPOSAL);
	return EV_NEXT;
}

enum ikev2_event init_done(struct task *task)
{
	if (task->sa->delete_reason)
		trace_line(task, "Cisco DeleteReason Notify is enabled");
	return EV_NEXT;
}

enum ikev2_event init_check_role(struct task *task)
{
	struct result result;

	if (intermediate_is_next(task))
		return task->initiator ? EV_SEND_INTERMEDIATE : EV_WAIT_INTERMEDIATE;
	if (!task->initiator)
		return EV_START_TMR;
	/* The keys are the last ones: what is mixed in stays in. */
	result = task->session ? RESULT_OK : ppk_begin(task);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	return EV_NEXT;
}

/* The responder waits for IKE_AUTH from here (B13). */
enum ikev2_event init_start_timer(struct task *task)
{
	timer_start(task->sa->base.ike->env.timers, &task->wait, AUTH_WAIT);
	/* It has been answered: of half-open SAs there may be many. */
	task_drop_message(task);
	return EV_NEXT;
}

/* --- initiator --- */

enum ikev2_event init_build_request(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct ike_header header = exchange_header(sa, EXCHANGE_IKE_SA_INIT, false, 0);
	struct writer writer = {};
	struct result result;

	if (!task->nonce_i.len)
		new_nonce(task, &task->nonce_i);
	writer_begin(&writer, &header);
	if (task->cookie.len)
		put_notify(&writer, NOTIFY_COOKIE, buffer_bytes(&task->cookie));
	put_sa(&writer, &task->proposals);
	put_ke(&writer, task->group, key_exchange_public(task->key_exchange));
	put_nonce(&writer, buffer_bytes(&task->nonce_i));
	ios_put_vendor_ids(task, &writer);
	nat_put_detection(task, &writer, &header);
	certs_put_init(task, &writer);
	if (sa->base.ike->policy->fragment_mtu && !sa->ios)
		init_put_fragmentation(task, &writer);
	redirect_put_supported(task, &writer);
	ppk_put_wish(task, &writer);
	intermediate_put_supported(task, &writer);
	buffer_set(&task->init_request, writer_finish(&writer));
	result = exchange_request(task, &writer);
	writer_free(&writer);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	return EV_NEXT;
}

/*
 * Anybody can send an error: the true answer may still come (section 2.21.1).
 * The reason is kept for the end of the retransmissions, and shown at once.
 */
enum ikev2_event init_note_error(struct task *task, struct result why, enum ike_stat stat)
{
	struct tunnel *tunnel = task_tunnel(task);
	char remote[ADDRESS_TEXT];

	if (!strcmp(task->noted.why, why.why))
		return EV_NO_EVENT;
	task->noted = why;
	task->noted_stat = stat;
	log_line(LOG_ERROR, "negotiation with %s: %s; trying on",
		 endpoint_format(&task->sa->base.remote, remote), why.why);
	if (tunnel)
		snprintf(tunnel->last_error, sizeof(tunnel->last_error), "%s", why.why);
	return EV_NO_EVENT;
}

/* Another group, if we proposed it: never one that the peer alone likes (section 1.2). */
static enum ikev2_event retry_with_group(struct task *task, const struct notify_payload *notify)
{
	struct reader reader = reader_of(notify->data);
	uint16_t group;

	if (!reader_get_u16(&reader, &group) || group == task->group)
		return EV_NO_EVENT;
	for (size_t i = 0; i < task->proposals.count; i++) {
		if (!proposal_has(&task->proposals.proposals[i], TRANSFORM_KE, group))
			continue;
		if (++task->restarts > RESTARTS_MAX)
			return EV_NO_EVENT;
		trace_line(task, "the peer wants group %u instead of %u", group, task->group);
		task->group = group;
		exchange_answered(task);
		return EV_GEN_DH_KEY;
	}
	return init_note_error(
		task,
		fail(-EPROTO, "the peer wants key exchange group %u, which is not in our proposals",
		     group),
		IKE_STAT_NO_PROPOSAL);
}

enum ikev2_event init_take_cookie(struct task *task)
{
	struct notify_payload notify;

	if (!message_get_notify(task->message, NOTIFY_COOKIE, &notify) ||
	    message_get(task->message, PAYLOAD_NONCE))
		return EV_NEXT;
	if (!notify.data.len || notify.data.len > COOKIE_MAX || ++task->restarts > RESTARTS_MAX)
		return EV_NO_EVENT;
	buffer_set(&task->cookie, notify.data);
	exchange_answered(task);
	return EV_BLD_MSG;
}

enum ikev2_event init_check_notify(struct task *task)
{
	struct notify_payload notify;
	enum ikev2_event event = init_take_cookie(task);
	struct result why;

	if (event != EV_NEXT)
		return event;
	event = redirect_in_init(task, &why);
	if (event != EV_NEXT)
		return failed(&why) ? init_note_error(task, why, IKE_STAT_FAILED) : event;
	if (!message_get_error(task->message, &notify))
		return EV_NEXT;
	if (notify.type == NOTIFY_INVALID_KE_PAYLOAD)
		return retry_with_group(task, &notify);
	return init_note_error(task,
			       fail(-ECONNREFUSED, "the peer answered IKE_SA_INIT with %s%s",
				    notify_name(notify.type),
				    notify.type == NOTIFY_NO_PROPOSAL_CHOSEN ?
					    ": it accepts none of our IKE proposals" :
					    ""),
			       notify.type == NOTIFY_NO_PROPOSAL_CHOSEN ? IKE_STAT_NO_PROPOSAL :
									  IKE_STAT_FAILED);
}

static struct result parse_sa_ke_nonce(const struct message *message, struct proposal_list *list,
				       struct ke_payload *ke, struct bytes *nonce)
{
	const struct payload *sa = message_get(message, PAYLOAD_SA);
	const struct payload *key = message_get(message, PAYLOAD_KE);
	const struct payload *number = message_get(message, PAYLOAD_NONCE);
	struct result result;

	if (!sa || !key || !number)
		return fail(-EPROTO, "%s payload is not contained",
			    !sa	 ? "SA" :
			    !key ? "KE" :
				   "Nonce");
	result = cannot_process(PAYLOAD_SA, sa_payload_parse(sa->body, list));
	if (!failed(&result))
		result = cannot_process(PAYLOAD_KE, ke_payload_parse(key->body, ke));
	if (!failed(&result))
		result = cannot_process(PAYLOAD_NONCE, nonce_payload_parse(number->body, nonce));
	return result;
}

/* Anybody can send this: what is malformed is dropped, the true answer may still come. */
enum ikev2_event init_verify_response(struct task *task)
{
	const struct transform *group = NULL;
	struct proposal_list list;
	struct ke_payload ke;
	struct bytes nonce;
	struct result result;

	trace_line(task, "Processing IKE_SA_INIT message");
	result = parse_sa_ke_nonce(task->message, &list, &ke, &nonce);
	if (!failed(&result) && (list.count != 1 || !task->message->header.spi_responder))
		result = fail(-EPROTO, "cannot accept SA payload");
	if (!failed(&result))
		result = proposal_check_chosen(&task->proposals, &list.proposals[0]);
	if (!failed(&result))
		group = proposal_get(&list.proposals[0], TRANSFORM_KE);
	if (!failed(&result) && (ke.group != task->group || !group || ke.group != group->id))
		result = fail(-EPROTO, "cannot accept KE payload: group %u instead of %u", ke.group,
			      task->group);
	if (failed(&result)) {
		task->sa->base.ike->stats[IKE_STAT_DROP_MALFORMED]++;
		trace_line(task, "%s", result.why);
		return EV_NO_EVENT;
	}
	result = ppk_note_consent(task);
	if (!failed(&result))
		result = intermediate_check(task, &list.proposals[0]);
	if (failed(&result))
		return init_note_error(task, result, IKE_STAT_FAILED);
	return EV_NEXT;
}

enum ikev2_event init_process_response(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct proposal_list list;
	struct notify_payload notify;
	struct ke_payload ke;
	struct bytes nonce;

	exchange_answered(task);
	parse_sa_ke_nonce(task->message, &list, &ke, &nonce);
	certs_note(task);
	ios_note_peer(task);
	sa->base.remote_spi = task->message->header.spi_responder;
	sa->base.chosen = list.proposals[0];
	buffer_set(&sa->nonce_i, buffer_bytes(&task->nonce_i));
	buffer_set(&sa->nonce_r, nonce);
	buffer_set(&task->init_response, buffer_bytes(&task->octets));
	init_note_fragmentation(task);
	intermediate_note_supported(task);
	auth_methods_note(task);
	task->childless =
		sa->base.profile->child_separately &&
		message_get_notify(task->message, NOTIFY_CHILDLESS_IKEV2_SUPPORTED, &notify);
	return EV_NEXT;
}

enum ikev2_event init_derive(struct task *task)
{
	const struct payload *payload = message_get(task->message, PAYLOAD_KE);
	struct ke_payload ke;
	struct result result = ke_payload_parse(payload->body, &ke);

	if (failed(&result))
		return task_fail(task, result, NOTIFY_INVALID_SYNTAX, IKE_STAT_DROP_MALFORMED);
	task_derive(task, ke.value);
	return EV_NEXT;
}

/* --- responder --- */

enum ikev2_event init_verify_request(struct task *task)
{
	const struct message *message = task->message;
	uint8_t critical = message_unknown_critical(message);
	struct proposal_list list;
	struct ke_payload ke;
	struct bytes nonce;
	struct result result;

	trace_line(task, "Verify SA init message");
	if (critical) {
		buffer_set(&task->error_data, bytes_of(&critical, 1));
		return task_fail(task,
				 fail(-EPROTO, "cannot process payload %u, which is critical",
				      critical),
				 NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD, IKE_STAT_DROP_MALFORMED);
	}
	result = parse_sa_ke_nonce(message, &list, &ke, &nonce);
	if (failed(&result))
		return task_fail(task, result, NOTIFY_INVALID_SYNTAX, IKE_STAT_DROP_MALFORMED);
	return EV_NEXT;
}

enum ikev2_event init_admit(struct task *task)
{
	trace_line(task, "Insert SA");
	return EV_NEXT;
}

enum ikev2_event init_process_request(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct ike_sa *base = &sa->base;
	const struct transform *group;
	struct proposal_list offered;
	struct ke_payload ke;
	struct bytes nonce;
	struct result result;

	trace_line(task, "Processing IKE_SA_INIT message");
	certs_note(task);
	redirect_note_client(task);
	ios_note_peer(task);
	parse_sa_ke_nonce(task->message, &offered, &ke, &nonce);
	result = proposal_choose(&offered, &task->proposals, &base->chosen);
	if (!failed(&result))
		result = intermediate_check(task, &base->chosen);
	if (failed(&result))
		return task_fail(task, result, NOTIFY_NO_PROPOSAL_CHOSEN, IKE_STAT_NO_PROPOSAL);
	group = proposal_get(&base->chosen, TRANSFORM_KE);
	task->group = group ? group->id : 0;
	if (ke.group != task->group || ke.value.len != ke_public_size(ke.group))
		return task_fail_group(task, ke.group);
	buffer_set(&sa->nonce_i, nonce);
	new_nonce(task, &sa->nonce_r);
	init_note_fragmentation(task);
	intermediate_note_supported(task);
	return EV_NEXT;
}

enum ikev2_event init_build_response(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct ike_header header = exchange_header(sa, EXCHANGE_IKE_SA_INIT, true, 0);
	struct proposal_list chosen = { .count = 1, .proposals = { sa->base.chosen } };
	struct writer writer = {};
	struct result result;

	writer_begin(&writer, &header);
	put_sa(&writer, &chosen);
	put_ke(&writer, task->group, key_exchange_public(task->key_exchange));
	put_nonce(&writer, buffer_bytes(&sa->nonce_r));
	ios_put_vendor_ids(task, &writer);
	nat_put_detection(task, &writer, &header);
	certs_put_init(task, &writer);
	if (sa->fragments)
		init_put_fragmentation(task, &writer);
	/* RFC 6023 section 3 */
	if (!sa->ios) {
		log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: CHILDLESS_IKEV2_SUPPORTED");
		put_notify(&writer, NOTIFY_CHILDLESS_IKEV2_SUPPORTED, bytes_of(NULL, 0));
	}
	ppk_put_consent(task, &writer);
	intermediate_put_supported(task, &writer);
	auth_methods_put(task, &writer);
	buffer_set(&task->init_response, writer_finish(&writer));
	result = exchange_respond(task, &writer);
	writer_free(&writer);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	key_exchange_free(task->key_exchange);
	task->key_exchange = NULL;
	return EV_NEXT;
}

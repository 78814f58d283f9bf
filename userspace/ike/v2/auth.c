// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKE_AUTH (RFC 7296 sections 1.2 and 2.15, rows B14 to B34).
 */

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "ike/v2/actions.h"
#include "ike/v2/authenticator.h"
#include "ike/v2/certs.h"
#include "ike/yamaha.h"

/* --- methods --- */

static const struct authenticator *const methods[] = {
	&authenticator_psk,   &authenticator_rsa,   &authenticator_rsa_pss,
	&authenticator_ecdsa, &authenticator_eddsa,
};

static const struct authenticator *method_of(enum auth_kind kind)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (methods[i]->kind == kind)
			return methods[i];
	return NULL;
}

/* Once EAP has succeeded both sides prove that they know its key (section 2.16). */
static const struct authenticator *own_method(const struct task *task)
{
	if (task->session)
		return &authenticator_ticket;
	return task->eap_done ? &authenticator_eap : method_of(task->sa->base.profile->local_auth);
}

static const struct authenticator *peer_method(const struct task *task)
{
	if (task->session)
		return &authenticator_ticket;
	return task->eap_done ? &authenticator_eap : method_of(task->sa->base.profile->remote_auth);
}

enum ikev2_event auth_fail(struct task *task, struct result why)
{
	return task_fail(task, why, NOTIFY_AUTHENTICATION_FAILED, IKE_STAT_AUTH_FAILED);
}

static enum ikev2_event no_method(struct task *task)
{
	return auth_fail(task, fail(-ENOTSUP, "IKEv2 profile %s has no way to authenticate",
				    task->sa->base.profile->name));
}

/* Row A13: who has no certificate does not begin what needs one. */
enum ikev2_event auth_check_pki(struct task *task)
{
	struct result result = RESULT_OK;

	if (auth_kind_is_signature(task->sa->base.profile->local_auth))
		result = certs_choose(task);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	/* Which one is to be used depends on what the peer will ask for. */
	credential_free(task->credential);
	task->credential = NULL;
	return EV_NEXT;
}

/* --- identities, policy and keys --- */

/* By our certificate's subject when the profile says so; then there must be one. */
static void choose_local_id(struct task *task)
{
	struct ike_sa *base = &task->sa->base;

	if (task->session) {
		base->local_id = task->session->local_id;
		return;
	}
	if (base->profile && base->profile->local_identity.type == ID_DER_ASN1_DN) {
		if (!certs_choose(task).code)
			identity_set(&base->local_id, ID_DER_ASN1_DN,
				     credential_subject(task->credential));
		return;
	}
	if (base->profile && base->profile->local_identity.type != ID_NONE)
		base->local_id = base->profile->local_identity;
	else
		identity_set_address(&base->local_id, &base->local.address);
}

enum ikev2_event auth_process_id(struct task *task)
{
	uint8_t type = task->initiator ? PAYLOAD_IDR : PAYLOAD_IDI;
	const struct payload *payload = message_get(task->message, type);
	struct ike_sa *base = &task->sa->base;
	struct result result;

	/* The wait is over: from here on the exchange is answered or fails. */
	timer_stop(base->ike->env.timers, &task->wait);
	certs_note(task);
	if (!task->initiator)
		auth_methods_note(task);
	if (!payload)
		return task_fail(task,
				 fail(-EPROTO, "%s payload is not contained", payload_name(type)),
				 NOTIFY_INVALID_SYNTAX, IKE_STAT_DROP_MALFORMED);
	result = cannot_process(type, id_payload_parse(payload->body, &base->remote_id));
	if (failed(&result))
		return task_fail(task, result, NOTIFY_INVALID_SYNTAX, IKE_STAT_DROP_MALFORMED);
	trace_line(task, "Received valid parameters in process id");
	return EV_NEXT;
}

enum ikev2_event auth_policy_by_id(struct task *task)
{
	struct ike_sa *base = &task->sa->base;
	const struct ikev2_profile *profile;
	char text[IDENTITY_TEXT];

	identity_format(&base->remote_id, text);
	trace_line(task, "Searching policy based on peer's identity '%s' of type '%s'", text,
		   identity_type_name(base->remote_id.type));
	/* RFC 5723 section 4.3.3 */
	if (task->session && !identity_equal(&base->remote_id, &task->session->remote_id))
		return auth_fail(task, fail(-EACCES, "the ticket is not that of %s", text));
	if (task->session && !task->initiator)
		return EV_NEXT;
	if (task->initiator) {
		if (!profile_matches(base->profile, &base->remote_id))
			return task_fail(
				task,
				fail(-EACCES,
				     "the peer's identity %s does not match IKEv2 profile %s", text,
				     base->profile->name),
				NOTIFY_AUTHENTICATION_FAILED, IKE_STAT_AUTH_FAILED);
		return EV_NEXT;
	}
	profile = policy_match_profile(base->ike->policy, &base->remote_id);
	if (!profile)
		return task_fail(task,
				 fail(-EACCES, "no IKEv2 profile matches the peer's identity %s",
				      text),
				 NOTIFY_AUTHENTICATION_FAILED, IKE_STAT_AUTH_FAILED);
	log_line(LOG_IKEV2_INTERNAL, "found matching IKEv2 profile '%s'", profile->name);
	base->profile = profile;
	task->sa->ios = task->sa->ios || profile->ios;
	yamaha_assigned(base);
	return EV_NEXT;
}

enum ikev2_event auth_verify_policy(struct task *task)
{
	struct ike_sa *base = &task->sa->base;
	const struct ikev2_profile *profile = base->profile;

	trace_line(task, "Using IKEv2 profile '%s'", profile->name);
	if (proposal_is_legacy(&base->chosen) && !base->ike->policy->legacy && !profile->legacy)
		return task_fail(task,
				 fail(-EACCES,
				      "the agreed algorithms are weak and IKEv2 profile %s does "
				      "not permit them: add \"legacy\" to it",
				      profile->name),
				 NOTIFY_NO_PROPOSAL_CHOSEN, IKE_STAT_NO_PROPOSAL);
	choose_local_id(task);
	return EV_NEXT;
}

enum ikev2_event auth_check_type(struct task *task)
{
	const struct payload *payload = message_get(task->message, PAYLOAD_AUTH);
	const struct ikev2_profile *profile = task->sa->base.profile;
	const struct authenticator *method = peer_method(task);
	struct auth_payload auth;
	struct result result;

	if (eap_only_awaited(task))
		return EV_CHK_EAP;
	result = ppk_check(task);
	if (failed(&result))
		return auth_fail(task, result);
	if (!payload)
		return auth_fail(task, fail(-EPROTO, "AUTH payload is not contained"));
	result = cannot_process(PAYLOAD_AUTH, auth_payload_parse(payload->body, &auth));
	if (failed(&result))
		return task_fail(task, result, NOTIFY_INVALID_SYNTAX, IKE_STAT_DROP_MALFORMED);
	if (!method && profile->remote_auth != AUTH_KIND_EAP)
		return no_method(task);
	trace_line(task, "Get peer's authentication method");
	trace_line(task, "Peer's authentication method is '%s'", auth_method_name(auth.method));
	if (!method || !method->accepts(auth.method))
		return auth_fail(task, fail(-EACCES,
					    "unmatched auth method: the peer used %s, IKEv2 "
					    "profile %s wants %s",
					    auth_method_name(auth.method), profile->name,
					    method ? method->name : "EAP"));
	/* With EAP the server may have been verified before, by other means. */
	if (!task->eap_done || !task->initiator || !task->sa->base.auth_verify)
		task->sa->base.auth_verify = method->name;
	return EV_NEXT;
}

/* Ours before we sign, the peer's before we verify: they may differ (row D03). */
static bool about_to_sign(const struct task *task)
{
	return task->state == STATE_I_BLD_AUTH || task->state == STATE_R_BLD_AUTH ||
	       task->state == STATE_R_BLD_EAP_AUTH_REQ;
}

enum ikev2_event auth_get_key(struct task *task)
{
	struct ike_sa *base = &task->sa->base;
	bool ours = about_to_sign(task);
	const struct authenticator *method = ours ? own_method(task) : peer_method(task);

	if (base->local_id.type == ID_NONE)
		choose_local_id(task);
	if (base->local_id.type == ID_NONE) {
		task_event(task, "invalid identity local dn");
		return auth_fail(task, fail(-EINVAL,
					    "IKEv2 profile %s names us by the subject of a "
					    "certificate, which is missing or too long",
					    base->profile->name));
	}
	return method ? method->prepare(task, ours) : no_method(task);
}

enum ikev2_event auth_verify(struct task *task)
{
	const struct payload *payload = message_get(task->message, PAYLOAD_AUTH);
	struct auth_payload auth;
	enum ikev2_event event;

	auth_payload_parse(payload->body, &auth);
	auth.data = ppk_peer_auth(task, auth.data);
	event = peer_method(task)->verify(task, &auth);
	return event == EV_NEXT ? auth_verified(task) : event;
}

enum ikev2_event auth_verified(struct task *task)
{
	trace_line(task, "Verification of peer's authentication data PASSED");
	return EV_NEXT;
}

enum ikev2_event auth_generate(struct task *task)
{
	const struct authenticator *method = own_method(task);

	if (!method)
		return no_method(task);
	if (!task->eap_done || task->initiator || !task->sa->base.auth_sign)
		task->sa->base.auth_sign = method->name;
	return method->sign(task);
}

static void put_own_auth(struct task *task, struct writer *chain)
{
	if (!task->auth_value.len)
		return; /* EAP is wanted (section 2.16) */
	put_auth(chain, task->auth_number, buffer_bytes(&task->auth_value));
	buffer_free(&task->auth_value);
	ppk_put_identity(task, chain);
}

void auth_put_proof(struct task *task, struct writer *chain)
{
	if (task->sa->base.local_id.type == ID_NONE)
		choose_local_id(task);
	/* Who has come to the end of EAP has said all else at its beginning. */
	if (!task->eap_done) {
		put_id(chain, task->initiator ? PAYLOAD_IDI : PAYLOAD_IDR,
		       &task->sa->base.local_id);
		if (!task->session)
			certs_put(task, chain);
		if (task->initiator && !task->session)
			certs_put_request(task, chain);
	}
	put_own_auth(task, chain);
}

/* --- initiator --- */

/* Without another SA to this peer, whatever it still holds is left over from an earlier life of ours. */
static bool is_first_contact(const struct ike_sa *base)
{
	const struct ike_sa *other;

	TAILQ_FOREACH(other, &base->ike->sas, link)
		if (other != base && other->established &&
		    address_equal(&other->remote.address, &base->remote.address))
			return false;
	return true;
}

enum ikev2_event auth_build_request(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct writer chain = {};
	struct result result = RESULT_OK;

	task->exchange = EXCHANGE_IKE_AUTH;
	if (!task->childless)
		result = child_prepare(task, false);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_CHILD_FAILED);
	writer_begin_chain(&chain);
	ios_put_granite(task, &chain);
	auth_put_proof(task, &chain);
	if (!task->childless) {
		config_put_request(task, &chain);
		put_sa(&chain, &task->proposals);
		child_put_selectors(&chain, task->child, true);
	}
	if (is_first_contact(&sa->base)) {
		log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: INITIAL_CONTACT");
		put_notify(&chain, NOTIFY_INITIAL_CONTACT, bytes_of(NULL, 0));
	}
	put_window(task, &chain);
	if (!task->childless) {
		child_put_capabilities(task, &chain);
		pfs_info_put(task, &chain);
	}
	auth_methods_put(task, &chain);
	mobike_put_supported(task, &chain);
	eap_only_put(task, &chain);
	resume_put_request(task, &chain);
	result = exchange_request(task, &chain);
	writer_free(&chain);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	return EV_NEXT;
}

static bool is_child_error(uint16_t notify)
{
	return notify == NOTIFY_NO_PROPOSAL_CHOSEN || notify == NOTIFY_TS_UNACCEPTABLE ||
	       notify == NOTIFY_SINGLE_PAIR_REQUIRED || notify == NOTIFY_INTERNAL_ADDRESS_FAILURE ||
	       notify == NOTIFY_FAILED_CP_REQUIRED || notify == NOTIFY_NO_ADDITIONAL_SAS;
}

enum ikev2_event auth_check_notify(struct task *task)
{
	struct notify_payload notify;
	bool unwelcome;

	if (!message_get_error(task->message, &notify))
		return EV_NEXT;
	/* With AUTH in the message the error is about the child alone (section 1.2). */
	if (message_get(task->message, PAYLOAD_AUTH) && is_child_error(notify.type)) {
		task->child_error = fail(-ECONNREFUSED, "the peer refused the child SA with %s%s",
					 notify_name(notify.type),
					 notify.type == NOTIFY_INTERNAL_ADDRESS_FAILURE ?
						 ": it has no address for us" :
						 "");
		return EV_NEXT;
	}
	unwelcome = notify.type == NOTIFY_AUTHENTICATION_FAILED;
	return task_fail(task,
			 fail(-ECONNREFUSED, "the peer answered IKE_AUTH with %s%s%s",
			      notify_name(notify.type),
			      unwelcome ? ": it does not accept our identity or our " : "",
			      !unwelcome ? "" :
			      auth_kind_is_signature(task->sa->base.profile->local_auth) ?
					   "certificate" :
					   "pre-shared key"),
			 0,
			 notify.type == NOTIFY_AUTHENTICATION_FAILED ? IKE_STAT_AUTH_FAILED :
								       IKE_STAT_FAILED);
}

void auth_reject(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct writer chain = {};
	struct result result;

	/* Only who has heard the responder's IKE_AUTH and dislikes it (RFC 7296 section 2.21.2). */
	if (!task->initiator ||
	    (task->state != STATE_I_PROC_AUTH && task->state != STATE_I_PROC_EAP_AUTH) ||
	    !task->error_notify)
		return;
	task->exchange = EXCHANGE_INFORMATIONAL;
	writer_begin_chain(&chain);
	put_notify(&chain, task->error_notify, bytes_of(NULL, 0));
	result = exchange_request(task, &chain);
	if (failed(&result))
		sa_line(sa, LOG_IKEV2_ERROR, "%s", result.why);
	writer_free(&chain);
}

/* --- both ends: the first child --- */

enum ikev2_event auth_process_child(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct result result = task->child_error;

	mobike_note_supported(task);
	if (redirect_in_auth(task))
		return EV_NEXT;
	result = task->child_error;
	/* Childless (RFC 6023, row B32): the peer asks for children later, or never. */
	if (task->initiator ? task->childless : !message_get(task_request(task), PAYLOAD_SA)) {
		trace_line(task, "IKE only: %s no child SA now",
			   task->initiator ? "we want" : "the peer wants");
		return EV_NEXT;
	}
	if (!failed(&result) && task->initiator && !task->child)
		result = fail(-ENODEV, "the tunnel is gone");
	if (!failed(&result)) {
		result = task->initiator ? child_accept(task, &task->child_notify) :
					   child_choose(task, false, &task->child_notify);
	}
	if (!failed(&result) && task->initiator)
		result = config_take_reply(task);
	if (!failed(&result))
		result = keys_derive_child(task->child, sa, bytes_of(NULL, 0),
					   buffer_bytes(&sa->nonce_i), buffer_bytes(&sa->nonce_r),
					   bytes_of(NULL, 0));
	/* The responder can receive before the initiator is able to send. */
	if (!failed(&result))
		result = child_sa_install_inbound(task->child);
	if (!failed(&result))
		pfs_info_check(task);
	if (failed(&result)) {
		if (!task->child_notify)
			task->child_notify = NOTIFY_NO_ADDITIONAL_SAS;
		task->child_error = result;
		sa->base.ike->stats[IKE_STAT_CHILD_FAILED]++;
		log_line(LOG_ERROR, "child SA failed: %s", result.why);
		child_abandon(task);
	}
	return EV_NEXT;
}

enum ikev2_event auth_build_response(struct task *task)
{
	struct proposal_list chosen = { .count = 1, .proposals = { task->chosen } };
	struct writer chain = {};
	struct result result;

	writer_begin_chain(&chain);
	ios_put_granite(task, &chain);
	auth_put_proof(task, &chain);
	if (task->child) {
		config_put_reply(task, &chain);
		put_sa(&chain, &chosen);
		child_put_selectors(&chain, task->child, false);
	} else if (task->redirected) {
		redirect_put(task, &chain);
	} else if (message_get(task_request(task), PAYLOAD_SA)) {
		put_notify(&chain, task->child_notify, bytes_of(NULL, 0));
	}
	put_window(task, &chain);
	if (task->child) {
		child_put_capabilities(task, &chain);
		pfs_info_put(task, &chain);
	}
	mobike_put_supported(task, &chain);
	resume_put_ticket(task, &chain);
	result = exchange_respond(task, &chain);
	writer_free(&chain);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	return EV_NEXT;
}

enum ikev2_event auth_check_config(struct task *task)
{
	if (!failed(&task->child_error) && !task->redirected)
		task->child_error = config_check_request(task, &task->child_notify);
	return EV_NEXT;
}

/* Rows B18 and B24 in the words of IOS, whose hooks these are. */
enum ikev2_event auth_notify_done(struct task *task)
{
	if (!config_authorization(task))
		log_line(LOG_IKEV2_INTERNAL, "AAA group authorization not configured");
	log_line(LOG_IKEV2_INTERNAL, "AAA user authorization not configured");
	return EV_NEXT;
}

enum ikev2_event auth_get_config(struct task *task)
{
	if (config_has_reply(task))
		return EV_NEXT;
	if (message_get(task_request(task), PAYLOAD_CONFIG))
		log_line(LOG_IKEV2_INTERNAL, "Error constructing config reply");
	log_line(LOG_IKEV2_INTERNAL, "No config data to send to toolkit:");
	return EV_NEXT;
}

/* With EAP it is the user that was proven, IDi may be anything. */
static bool same_client(const struct ike_sa *a, const struct ike_sa *b)
{
	return a->client_id.type == b->client_id.type &&
	       identity_equal(client_identity(a), client_identity(b));
}

/* INITIAL_CONTACT: what we held with this identity before is dead (section 2.4). */
enum ikev2_event auth_check_contact(struct task *task)
{
	struct ike_sa *base = &task->sa->base, *other, *next;
	struct ike_sa_list *clients = clients_of(base->ike, client_identity(base));
	struct notify_payload notify;

	if (!message_get_notify(task_request(task), NOTIFY_INITIAL_CONTACT, &notify))
		return EV_NEXT;
	for (other = TAILQ_FIRST(clients); other; other = next) {
		next = TAILQ_NEXT(other, of_clients);
		/*
		 * Not one that came up while this one was on its way: both ends
		 * may have begun at the same time.
		 */
		if (other == base || other->version != &ikev2 ||
		    other->established_at >= base->created_at || !same_client(other, base))
			continue;
		trace_line(task, "Process initial contact, bring down the old SA %u", other->id);
		ikev2_of(other)->replaced = true;
		ikev2_sa_end(ikev2_of(other), true);
	}
	return EV_NEXT;
}

/* --- after IKE_AUTH --- */

enum ikev2_event auth_close(struct task *task)
{
	trace_line(task, "Closing the PKI session");
	return EV_NEXT;
}

enum ikev2_event auth_update_stats(struct task *task)
{
	ikev2_sa_count_active(task->sa);
	ikev2_sa_ready(task->sa);
	return EV_NEXT;
}

enum ikev2_event auth_insert(struct task *task)
{
	log_line(LOG_IKEV2_INTERNAL, "Store mib index ikev2 %u, platform %u",
		 task->sa->base.mib_index, task->sa->base.id);
	return EV_NEXT;
}

/* As IOS: its key management interface has news of both halves, and nothing is to be done. */
static void say_loaded(const struct task *task, uint32_t conn, uint32_t spi)
{
	log_line(LOG_IKEV2_INTERNAL, "KMI message 8 consumed. No action taken.");
	log_line(LOG_IKEV2_INTERNAL, "KMI message 12 consumed. No action taken.");
	log_line(LOG_IKEV2_INTERNAL, "No data to send in mode config set.");
	log_line(LOG_IKEV2_INTERNAL,
		 "Adding ident handle 0x%08X associated with SPI 0x%08X for session %u",
		 0x80000000 | conn, spi, task->sa->base.session_id);
}

enum ikev2_event auth_load_child(struct task *task)
{
	struct tunnel *tunnel = task_tunnel(task);
	struct result result = task->child_error;
	uint32_t conn = 0, spi = 0;

	trace_line(task, "Asynchronous request queued");
	if (task->child) {
		struct child_sa *child = child_sa_hand_over(&task->child);

		conn = child->conn_in;
		spi = child->spi_in;
		/* The initiator cannot receive yet: what already works goes on for a moment. */
		if (!task->initiator && tunnel_can_send(child->tunnel))
			child_sa_wait(child, SECONDS(1));
		else
			result = child_sa_install_outbound(child);
		if (failed(&result)) {
			log_line(LOG_ERROR, "child SA failed: %s", result.why);
			info_delete_child(child);
		}
	}
	if (failed(&result) && tunnel)
		tunnel_failed(tunnel, result.why);
	if (conn)
		say_loaded(task, conn, spi);
	return EV_NEXT;
}

enum ikev2_event auth_start_accounting(struct task *task)
{
	trace_line(task, "Accounting not required");
	return EV_NEXT;
}

/*
 * Both ends may have begun at the same time, so that two IKE SAs serve one
 * tunnel. The one with the lower initiator SPI is superfluous; of two that the
 * same end began, the older one. Who began it removes it (row B30).
 */
enum ikev2_event auth_check_duplicate(struct task *task)
{
	struct ike_sa *base = &task->sa->base, *other;
	struct child_sa *child = TAILQ_FIRST(&base->children);
	struct tunnel *tunnel = child ? child->tunnel : NULL;

	for (child = tunnel ? TAILQ_FIRST(&tunnel->children) : NULL; child;
	     child = TAILQ_NEXT(child, of_tunnel)) {
		uint64_t spi = base->initiator ? base->local_spi : base->remote_spi, other_spi;
		struct ike_sa *loser;

		other = child->sa;
		if (!other || other == base || !other->established || other->closing ||
		    other->version != &ikev2 || child != TAILQ_FIRST(&other->children))
			continue;
		other_spi = other->initiator ? other->local_spi : other->remote_spi;
		loser = other->original != base->original && spi < other_spi ? base : other;
		if (!loser->original)
			continue; /* the peer began that one and comes to the same end */
		trace_line(task, "duplicate of SA %u found: SA %u is superfluous", other->id,
			   loser->id);
		ikev2_of(loser)->replaced = true;
		info_delete_sa(ikev2_of(loser));
		break;
	}
	return EV_NEXT;
}

enum ikev2_event auth_ready(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	char id[IDENTITY_TEXT], remote[ADDRESS_TEXT];

	log_line(LOG_NOTICE, "IKE SA %u with %s (%s) established%s", sa->base.id,
		 endpoint_format(&sa->base.remote, remote),
		 identity_format(&sa->base.remote_id, id),
		 proposal_is_legacy(&sa->base.chosen) || sa->base.weak_auth ?
			 ", legacy algorithms in use" :
			 "");
	resume_take_ticket(task);
	redirect_leave(task);
	if (task->childless && !task->redirected && task_tunnel(task))
		child_start(sa, task_tunnel(task), NULL);
	return task->initiator ? EV_I_OK : EV_R_OK;
}

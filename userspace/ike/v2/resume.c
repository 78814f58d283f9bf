// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Session resumption (RFC 5723): who has lost a peer comes back with a ticket, and
 * is spared key exchange and authentication. The ticket is the responder's, which
 * keeps nothing (ike/ticket.h); IKE_SESSION_RESUME takes the place of IKE_SA_INIT,
 * and AUTH of both shows that they know the keys of the session. A ticket is good
 * once. Refused, it costs a round trip: a whole negotiation follows.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "ike/v2/actions.h"
#include "ike/v2/authenticator.h"

static bool wanted(const struct ikev2_sa *sa)
{
	return sa->base.profile && sa->base.profile->session_resumption && !sa->ios;
}

static uint32_t ticket_lifetime(const struct ikev2_sa *sa)
{
	return sa->base.profile->lifetime ? sa->base.profile->lifetime : IKE_LIFETIME_DEFAULT;
}

static struct session *session_of(const struct ikev2_sa *sa, uint32_t seconds)
{
	struct session *session = must_calloc(1, sizeof(*session));
	const struct ike_sa *base = &sa->base;

	session->profile = must_strdup(base->profile->name);
	session->authenticated_at = sa->authenticated_at;
	session->until = ike_now(base->ike) + SECONDS(seconds);
	session->local_id = base->local_id;
	session->remote_id = base->remote_id;
	session->client_id = base->client_id;
	session->ppk = base->ppk;
	session->weak_auth = base->weak_auth;
	session->chosen = base->chosen;
	session->sk_d_len = sa->keys.prf_len;
	memcpy(session->sk_d, sa->keys.sk_d, sa->keys.prf_len);
	return session;
}

/* What the new SA takes over; the profile is the same one. */
static void take_over(struct task *task, struct session *session,
		      const struct ikev2_profile *profile)
{
	struct ikev2_sa *sa = task->sa;

	task->session = session;
	task->exchange = EXCHANGE_IKE_SESSION_RESUME;
	sa->authenticated_at = session->authenticated_at;
	sa->base.profile = profile;
	sa->base.chosen = session->chosen;
	sa->base.local_id = session->local_id;
	sa->base.client_id = session->client_id;
	sa->base.ppk = session->ppk;
	sa->base.weak_auth = session->weak_auth;
}

/* --- AUTH = prf(SK_p, octets), with the keys of the new SA (section 4.3.3) --- */

static struct result compute(const struct task *task, bool ours, uint8_t *value)
{
	const struct ikev2_keys *keys = &task->sa->keys;
	const uint8_t *key = task->initiator == ours ? keys->sk_pi : keys->sk_pr;
	struct buffer octets = {};
	struct result result = keys_auth_octets(task, ours, &octets);
	struct bytes part = buffer_bytes(&octets);

	if (!failed(&result))
		result = prf_compute(keys->prf, bytes_of(key, keys->prf_len), &part, 1, value);
	buffer_free(&octets);
	return result;
}

static enum ikev2_event prepare(struct task *task, bool ours)
{
	return EV_NEXT;
}

static enum ikev2_event sign(struct task *task)
{
	uint8_t value[CRYPTOX_HASH_MAX];
	struct result result = compute(task, true, value);

	if (failed(&result))
		return auth_fail(task, result);
	task->auth_number = AUTH_SHARED_KEY;
	buffer_set(&task->auth_value, bytes_of(value, task->sa->keys.prf_len));
	return EV_NEXT;
}

static enum ikev2_event verify(struct task *task, const struct auth_payload *auth)
{
	struct ike *ike = task->sa->base.ike;
	uint8_t expected[CRYPTOX_HASH_MAX];
	struct result result = compute(task, false, expected);

	if (!failed(&result) &&
	    !bytes_equal_secret(auth->data, bytes_of(expected, task->sa->keys.prf_len)))
		result = fail(-EACCES, "unmatched auth data: the peer has not the session's keys");
	if (!failed(&result) && !task->initiator && !ticket_use(ike, task->session))
		result = fail(-EEXIST, "the ticket was used before");
	secret_wipe(expected, sizeof(expected));
	if (failed(&result))
		return auth_fail(task, result);
	ike->stats[IKE_STAT_RESUMED]++;
	return EV_NEXT;
}

const struct authenticator authenticator_ticket = {
	.kind = AUTH_KIND_NONE,
	.name = "ticket",
	.accepts = shared_key_accepts,
	.prepare = prepare,
	.sign = sign,
	.verify = verify,
};

/* --- initiator: IKE_SESSION_RESUME --- */

bool resume_begin(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct tunnel *tunnel = task_tunnel(task);
	struct session_ticket *ticket = tunnel ? tunnel->ticket : NULL;
	bool usable;

	if (!ticket)
		return false;
	usable = wanted(sa) && ike_now(sa->base.ike) < ticket->session->until &&
		 address_equal(&ticket->local, &sa->base.local.address) &&
		 address_equal(&ticket->remote, &sa->base.remote.address) &&
		 !strcmp(ticket->session->profile, sa->base.profile->name);
	/* It is used up, whatever comes of it. */
	if (usable) {
		task->ticket = buffer_take(&ticket->octets);
		take_over(task, ticket->session, sa->base.profile);
		ticket->session = NULL;
		trace_line(task, "resuming a session with its ticket");
	}
	session_ticket_free(&tunnel->ticket);
	return usable;
}

enum ikev2_event resume_build_request(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct ike_header header = exchange_header(sa, EXCHANGE_IKE_SESSION_RESUME, false, 0);
	struct writer writer = {};
	struct result result;

	if (!task->nonce_i.len)
		new_nonce(task, &task->nonce_i);
	writer_begin(&writer, &header);
	if (task->cookie.len)
		put_notify(&writer, NOTIFY_COOKIE, buffer_bytes(&task->cookie));
	put_nonce(&writer, buffer_bytes(&task->nonce_i));
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: TICKET_OPAQUE");
	put_notify(&writer, NOTIFY_TICKET_OPAQUE, buffer_bytes(&task->ticket));
	nat_put_detection(task, &writer, &header);
	if (sa->base.ike->policy->fragment_mtu)
		init_put_fragmentation(task, &writer);
	redirect_put_supported(task, &writer);
	buffer_set(&task->init_request, writer_finish(&writer));
	result = exchange_request(task, &writer);
	writer_free(&writer);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	return EV_NEXT;
}

enum ikev2_event resume_check_notify(struct task *task)
{
	enum ikev2_event event = init_take_cookie(task);
	struct notify_payload notify;
	struct result why;

	if (event != EV_NEXT)
		return event;
	event = redirect_in_init(task, &why);
	if (event != EV_NEXT)
		return failed(&why) ? init_note_error(task, why, IKE_STAT_FAILED) : event;
	/* Section 4.3.2: anybody can say so, and gains nothing but a whole negotiation. */
	if (message_get_notify(task->message, NOTIFY_TICKET_NACK, &notify)) {
		task->anew = true;
		return task_fail(task, fail(-ESTALE, "the peer does not take our ticket"), 0,
				 IKE_STAT_TICKETS_REFUSED);
	}
	if (!message_get_error(task->message, &notify))
		return EV_NEXT;
	return init_note_error(task,
			       fail(-ECONNREFUSED, "the peer answered IKE_SESSION_RESUME with %s",
				    notify_name(notify.type)),
			       IKE_STAT_FAILED);
}

static struct result parse_nonce(const struct message *message, struct bytes *nonce)
{
	const struct payload *payload = message_get(message, PAYLOAD_NONCE);

	if (!payload)
		return fail(-EPROTO, "Nonce payload is not contained");
	return cannot_process(PAYLOAD_NONCE, nonce_payload_parse(payload->body, nonce));
}

enum ikev2_event resume_process_response(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct result result;
	struct bytes nonce;

	result = parse_nonce(task->message, &nonce);
	if (!failed(&result) && !task->message->header.spi_responder)
		result = fail(-EPROTO, "the answer has no SPI");
	/* Anybody can send this: the true answer may still come. */
	if (failed(&result)) {
		sa->base.ike->stats[IKE_STAT_DROP_MALFORMED]++;
		trace_line(task, "%s", result.why);
		return EV_NO_EVENT;
	}
	exchange_answered(task);
	sa->base.remote_spi = task->message->header.spi_responder;
	buffer_set(&sa->nonce_i, buffer_bytes(&task->nonce_i));
	buffer_set(&sa->nonce_r, nonce);
	buffer_set(&task->init_response, buffer_bytes(&task->octets));
	init_note_fragmentation(task);
	return EV_NEXT;
}

/* --- responder: IKE_SESSION_RESUME --- */

static const struct ikev2_profile *profile_of(const struct policy *policy,
					      const struct session *session)
{
	const struct ikev2_profile *profile;

	TAILQ_FOREACH(profile, &policy->ikev2_profiles, link)
		if (!strcmp(profile->name, session->profile) && profile->session_resumption)
			return profile;
	return NULL;
}

/* The session of the ticket in the request. */
static struct result find_session(struct task *task, struct session **session)
{
	struct ike *ike = task->sa->base.ike;
	struct notify_payload notify;
	struct result result;

	if (!message_get_notify(task->message, NOTIFY_TICKET_OPAQUE, &notify))
		return fail(-EPROTO, "TICKET_OPAQUE is not contained");
	result = ticket_open(ike, notify.data, session);
	if (!failed(&result) && !profile_of(ike->policy, *session)) {
		session_free(*session);
		result = fail(-ENOENT, "the profile of the session resumes none");
	}
	return result;
}

enum ikev2_event resume_verify_request(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct session *session = NULL;
	struct bytes nonce;
	uint8_t critical = message_unknown_critical(task->message);
	struct result result;

	if (critical) {
		buffer_set(&task->error_data, bytes_of(&critical, 1));
		return task_fail(task,
				 fail(-EPROTO, "cannot process payload %u, which is critical",
				      critical),
				 NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD, IKE_STAT_DROP_MALFORMED);
	}
	result = parse_nonce(task->message, &nonce);
	if (failed(&result))
		return task_fail(task, result, NOTIFY_INVALID_SYNTAX, IKE_STAT_DROP_MALFORMED);
	result = find_session(task, &session);
	if (failed(&result))
		return task_fail(task, result, NOTIFY_TICKET_NACK, IKE_STAT_TICKETS_REFUSED);
	take_over(task, session, profile_of(sa->base.ike->policy, session));
	sa->base.remote_id = session->remote_id;
	buffer_set(&sa->nonce_i, nonce);
	new_nonce(task, &sa->nonce_r);
	init_note_fragmentation(task);
	redirect_note_client(task);
	return EV_NEXT;
}

enum ikev2_event resume_build_response(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct ike_header header = exchange_header(sa, EXCHANGE_IKE_SESSION_RESUME, true, 0);
	struct writer writer = {};
	struct result result;

	writer_begin(&writer, &header);
	put_nonce(&writer, buffer_bytes(&sa->nonce_r));
	nat_put_detection(task, &writer, &header);
	if (sa->fragments)
		init_put_fragmentation(task, &writer);
	buffer_set(&task->init_response, writer_finish(&writer));
	result = exchange_respond(task, &writer);
	writer_free(&writer);
	if (failed(&result))
		return task_fail(task, result, 0, IKE_STAT_FAILED);
	return EV_NEXT;
}

/* --- tickets: asked for, given, kept (section 4.1) --- */

void resume_put_request(struct task *task, struct writer *chain)
{
	task->asks_ticket = wanted(task->sa) && task->sa->base.original;
	if (!task->asks_ticket)
		return;
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: TICKET_REQUEST");
	put_notify(chain, NOTIFY_TICKET_REQUEST, bytes_of(NULL, 0));
}

static struct result make_ticket(const struct ikev2_sa *sa, struct buffer *out)
{
	uint32_t seconds = ticket_lifetime(sa);
	struct session *session = session_of(sa, seconds);
	struct buffer ticket = {};
	struct result result = ticket_seal(sa->base.ike, session, &ticket);

	buffer_put_u32(out, seconds);
	buffer_put(out, buffer_bytes(&ticket));
	buffer_free(&ticket);
	session_free(session);
	return result;
}

void resume_put_ticket(struct task *task, struct writer *chain)
{
	struct result result = RESULT_OK;
	struct notify_payload notify;
	struct buffer data = {};

	if (!message_get_notify(task_request(task), NOTIFY_TICKET_REQUEST, &notify))
		return;
	if (!wanted(task->sa) || task->redirected || task->sa->base.original)
		result = fail(-EACCES, "this session is not to be resumed");
	/* IKE_AUTH is about to end: from now on it is authentic. */
	if (!task->sa->authenticated_at)
		task->sa->authenticated_at = ike_now(task->sa->base.ike);
	if (!failed(&result))
		result = make_ticket(task->sa, &data);
	if (failed(&result))
		trace_line(task, "no ticket for the peer: %s", result.why);
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: %s",
		 failed(&result) ? "TICKET_NACK" : "TICKET_LT_OPAQUE");
	if (failed(&result))
		put_notify(chain, NOTIFY_TICKET_NACK, bytes_of(NULL, 0));
	else
		put_notify(chain, NOTIFY_TICKET_LT_OPAQUE, buffer_bytes(&data));
	buffer_free(&data);
}

static struct tunnel *tunnel_of(const struct task *task)
{
	const struct child_sa *child = TAILQ_FIRST(&task->sa->base.children);

	return child ? child->tunnel : task_tunnel(task);
}

void resume_take_ticket(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct tunnel *tunnel = tunnel_of(task);
	struct session_ticket *ticket;
	struct notify_payload notify;
	struct reader reader;
	struct bytes octets;
	uint32_t seconds;

	if (!task->asks_ticket || !tunnel || sa->base.closing || !task->message || !wanted(sa) ||
	    !message_get_notify(task->message, NOTIFY_TICKET_LT_OPAQUE, &notify))
		return;
	reader = reader_of(notify.data);
	if (!reader_get_u32(&reader, &seconds) || !seconds ||
	    !reader_get_bytes(&reader, reader_left(&reader), &octets) || !octets.len ||
	    octets.len > TICKET_MAX) {
		trace_line(task, "cannot process TICKET_LT_OPAQUE of %zu octets", notify.data.len);
		return;
	}
	session_ticket_free(&tunnel->ticket);
	ticket = must_calloc(1, sizeof(*ticket));
	ticket->session =
		session_of(sa, seconds < IKE_LIFETIME_DEFAULT ? seconds : IKE_LIFETIME_DEFAULT);
	ticket->local = sa->base.local.address;
	ticket->remote = sa->base.remote.address;
	buffer_put(&ticket->octets, octets);
	tunnel->ticket = ticket;
	trace_line(task, "the peer gave us a ticket for %u seconds", seconds);
}

void resume_renew(struct ikev2_sa *sa)
{
	struct task *task;

	if (!wanted(sa) || !sa->base.original || sa->base.closing)
		return;
	task = task_new(sa, TASK_INFORMATIONAL, true);
	task->exchange = EXCHANGE_INFORMATIONAL;
	task->asks_ticket = true;
	exchange_start(task);
}

void resume_forget(const struct ikev2_sa *sa)
{
	const struct child_sa *child;

	TAILQ_FOREACH(child, &sa->base.children, of_sa)
		session_ticket_free(&child->tunnel->ticket);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EAP inside IKE_AUTH (RFC 7296 section 2.16; rows A02, A03, B29, F08). A client
 * without an AUTH payload asks for it. The server proves itself first and by
 * other means, so that nobody hears the client's name and no weak method meets
 * an unknown server; what was asked for in the first request is answered when
 * EAP has come to its end.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "ike/v2/actions.h"
#include "ike/v2/authenticator.h"

/* --- AUTH with the key of the method --- */

/* Methods that make no key leave SK_pi and SK_pr of whoever signs. */
static struct bytes key_of(const struct task *task, bool ours)
{
	const struct ikev2_keys *keys = &task->sa->keys;
	struct bytes key = eap_msk(task->eap);

	if (key.len)
		return key;
	return bytes_of(task->initiator == ours ? keys->sk_pi : keys->sk_pr, keys->prf_len);
}

static enum ikev2_event prepare(struct task *task, bool ours)
{
	return EV_NEXT;
}

static enum ikev2_event sign(struct task *task)
{
	return shared_key_sign(task, key_of(task, true));
}

static enum ikev2_event verify(struct task *task, const struct auth_payload *auth)
{
	return shared_key_verify(task, key_of(task, false), auth,
				 "the peer does not hold EAP's key");
}

const struct authenticator authenticator_eap = {
	.kind = AUTH_KIND_EAP,
	.name = "EAP",
	.accepts = shared_key_accepts,
	.prepare = prepare,
	.sign = sign,
	.verify = verify,
};

/* --- both --- */

/** struct eap_work - a packet on its way through the workers, with the conversation */
struct eap_work {
	struct task_work base;
	struct eap *eap;
	struct eap_tls_use *tls;
	struct buffer packet, out;
	enum eap_status status;
	struct result result;
	enum ikev2_event (*heard)(struct task *task, struct result result, enum eap_status status);
};

static void run_eap(struct work *base)
{
	struct eap_work *work = (struct eap_work *)base;

	work->result =
		eap_receive(work->eap, buffer_bytes(&work->packet), &work->out, &work->status);
}

static enum ikev2_event eap_done(struct task *task, struct task_work *base)
{
	struct eap_work *work = (struct eap_work *)base;

	task->eap = work->eap;
	task->eap_tls = work->tls;
	work->eap = NULL;
	work->tls = NULL;
	buffer_free(&task->eap_packet);
	task->eap_packet = buffer_take(&work->out);
	return work->heard(task, work->result, work->status);
}

static void release_eap(struct task_work *base)
{
	struct eap_work *work = (struct eap_work *)base;

	eap_free(work->eap);
	eap_tls_free(work->tls);
	buffer_free(&work->packet);
	buffer_free(&work->out);
	free(work);
}

static void submit(struct task *task, struct bytes packet,
		   enum ikev2_event (*heard)(struct task *task, struct result result,
					     enum eap_status status))
{
	struct eap_work *work = must_calloc(1, sizeof(*work));

	work->base.work.run = run_eap;
	work->base.finish = eap_done;
	work->base.release = release_eap;
	work->heard = heard;
	buffer_put(&work->packet, packet);
	work->eap = task->eap;
	work->tls = task->eap_tls;
	task->eap = NULL;
	task->eap_tls = NULL;
	task_submit(task, &work->base);
}

/* The EAP payload of the message at hand, through the conversation; @heard knows what follows. */
static enum ikev2_event converse(struct task *task,
				 enum ikev2_event (*heard)(struct task *task, struct result result,
							   enum eap_status status))
{
	const struct payload *payload = message_get(task->message, PAYLOAD_EAP);
	enum eap_status status = EAP_FAILED;
	struct result result;

	if (!payload)
		return heard(task, fail(-EPROTO, "EAP payload is not contained"), EAP_FAILED);
	if (eap_takes_long(task->eap)) {
		submit(task, payload->body, heard);
		return EV_NO_EVENT;
	}
	result = eap_receive(task->eap, payload->body, &task->eap_packet, &status);
	return heard(task, result, status);
}

/* Methods of the profile in its order, or what goes without saying. */
static size_t list_methods(const struct ikev2_profile *profile, uint8_t *methods)
{
	size_t count = profile->eap_method_count;

	for (size_t i = 0; i < count; i++)
		methods[i] = profile->eap_methods[i];
	if (!count)
		methods[count++] = EAP_TYPE_MSCHAPV2;
	return count;
}

bool eap_has_method(const struct ikev2_profile *profile, uint8_t type)
{
	uint8_t methods[EAP_METHODS_MAX];

	return memchr(methods, type, list_methods(profile, methods));
}

static void put_packet(struct task *task, struct writer *chain)
{
	put_raw_payload(chain, PAYLOAD_EAP, buffer_bytes(&task->eap_packet));
	buffer_free(&task->eap_packet);
}

static enum ikev2_event sent(struct task *task, struct writer *chain, struct result result)
{
	writer_free(chain);
	return failed(&result) ? task_fail(task, result, 0, IKE_STAT_FAILED) : EV_NEXT;
}

/* --- initiator --- */

enum ikev2_event eap_check_local(struct task *task)
{
	return task->sa->base.profile->local_auth == AUTH_KIND_EAP ? EV_SEND_AUTH : EV_NEXT;
}

enum ikev2_event eap_check_started(struct task *task)
{
	const struct ikev2_profile *profile = task->sa->base.profile;
	struct eap_peer_config config = {};
	struct result result = RESULT_OK;
	struct buffer user = {};

	if (profile->local_auth != AUTH_KIND_EAP || task->session)
		return EV_NEXT;
	config.method_count = list_methods(profile, config.methods);
	if (eap_has_method(profile, EAP_TYPE_TLS))
		result = eap_tls_prepare(task, &config.tls);
	if (failed(&result))
		return auth_fail(task, result);
	if (profile->eap_user)
		buffer_put(&user, bytes_of_string(profile->eap_user));
	else if (!eap_tls_user(task, &user))
		buffer_put(&user, bytes_of_string("anonymous"));
	config.user = buffer_bytes(&user);
	config.password = bytes_of(profile->eap_password.data, profile->eap_password.len);
	task->eap = eap_peer_new(&config);
	buffer_free(&user);
	return EV_RECV_EAP_REQ;
}

static enum ikev2_event answered(struct task *task, struct result result, enum eap_status status)
{
	if (failed(&result))
		return auth_fail(task, fail(result.code, "EAP: %s", result.why));
	if (status == EAP_RUNNING)
		return EV_SEND_EAP_RESP;
	task->eap_done = true;
	task->sa->base.weak_auth = task->sa->base.weak_auth || eap_tls_was_weak(task->eap_tls);
	task->sa->base.eap_method = eap_method_name(task->eap);
	trace_line(task, "EAP method %s has succeeded", eap_method_name(task->eap));
	return EV_RECV_EAP_SUCCESS;
}

enum ikev2_event eap_answer(struct task *task)
{
	return converse(task, answered);
}

enum ikev2_event eap_send_response(struct task *task)
{
	struct writer chain = {};

	writer_begin_chain(&chain);
	put_packet(task, &chain);
	return sent(task, &chain, exchange_request(task, &chain));
}

enum ikev2_event eap_send_auth(struct task *task)
{
	struct writer chain = {};

	writer_begin_chain(&chain);
	auth_put_proof(task, &chain);
	return sent(task, &chain, exchange_request(task, &chain));
}

/* --- responder --- */

bool eap_awaits(enum ikev2_state state)
{
	return state == STATE_R_WAIT_EAP_RESP || state == STATE_R_WAIT_EAP_AUTH_VERIFY;
}

enum ikev2_event eap_check_policy(struct task *task)
{
	const struct ikev2_profile *profile = task->sa->base.profile;
	bool wanted = !message_get(task->message, PAYLOAD_AUTH);

	/* EAP was before the session that is resumed. */
	if (task->session)
		return EV_NEXT;
	if (wanted == (profile->remote_auth == AUTH_KIND_EAP))
		return wanted ? EV_AUTHEN_REQ : EV_NEXT;
	return auth_fail(task,
			 wanted ? fail(-EACCES,
				       "AUTH payload is not contained: the peer wants EAP, which "
				       "IKEv2 profile %s does not have",
				       profile->name) :
				  fail(-EACCES, "unmatched auth method: IKEv2 profile %s wants EAP",
				       profile->name));
}

/* The configuration may have been replaced since the conversation began. */
static bool find_password(void *context, struct bytes name, struct bytes *password)
{
	const struct ike *ike = context;
	const struct user *user = policy_find_user(ike->policy, name);

	if (user)
		*password = bytes_of(user->password.data, user->password.len);
	return user;
}

/* Who does not ask for a name takes the one of IKE. */
static struct bytes user_name(const struct identity *identity, char text[IDENTITY_TEXT])
{
	struct address address;

	return identity_address(identity, &address) ?
		       bytes_of_string(identity_format(identity, text)) :
		       identity_bytes(identity);
}

enum ikev2_event eap_begin_server(struct task *task)
{
	struct ike_sa *base = &task->sa->base;
	const struct ikev2_profile *profile = base->profile;
	struct eap_server_config config = { .find_password = find_password, .context = base->ike };
	char text[IDENTITY_TEXT];
	struct result result = RESULT_OK;

	config.method_count = list_methods(profile, config.methods);
	if (eap_has_method(profile, EAP_TYPE_TLS))
		result = eap_tls_prepare(task, &config.tls);
	if (failed(&result))
		return auth_fail(task, result);
	if (!profile->eap_query_identity)
		config.user = user_name(&base->remote_id, text);
	task_keep_request(task);
	task->eap = eap_server_new(&config);
	result = eap_begin(task->eap, &task->eap_packet);
	return failed(&result) ? auth_fail(task, result) : EV_NEXT;
}

static enum ikev2_event send_request(struct task *task, bool first)
{
	struct writer chain = {};

	writer_begin_chain(&chain);
	if (first)
		auth_put_proof(task, &chain);
	put_packet(task, &chain);
	init_start_timer(task);
	return sent(task, &chain, exchange_respond(task, &chain));
}

enum ikev2_event eap_send_first(struct task *task)
{
	return send_request(task, true);
}

enum ikev2_event eap_send_request(struct task *task)
{
	return send_request(task, false);
}

static void take_identity(struct task *task)
{
	identity_set(&task->sa->base.client_id, ID_KEY_ID, eap_user(task->eap));
}

static enum ikev2_event served(struct task *task, struct result result, enum eap_status status)
{
	struct ike_sa *base = &task->sa->base;
	char text[IDENTITY_TEXT];

	take_identity(task);
	if (failed(&result))
		return auth_fail(task, fail(result.code, "EAP of \"%.100s\": %s",
					    identity_format(&base->client_id, text), result.why));
	if (status == EAP_RUNNING)
		return EV_SEND_EAP_REQ;
	task->eap_done = true;
	base->weak_auth = base->weak_auth || eap_tls_was_weak(task->eap_tls);
	base->eap_method = eap_method_name(task->eap);
	trace_line(task, "EAP method %s of \"%s\" has succeeded", eap_method_name(task->eap),
		   identity_format(&base->client_id, text));
	return EV_RECV_EAP_SUCCESS;
}

enum ikev2_event eap_serve(struct task *task)
{
	timer_stop(task->sa->base.ike->env.timers, &task->wait);
	return converse(task, served);
}

bool eap_put_failure(struct task *task, struct writer *chain)
{
	if (!task->eap || task->eap_done || task->state == STATE_R_BLD_EAP_AUTH_REQ)
		return false;
	eap_failure(task->eap, &task->eap_packet);
	put_packet(task, chain);
	return true;
}

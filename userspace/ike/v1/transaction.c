// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Transaction exchanges (draft-dukes-ike-mode-cfg): nodes that carry XAUTH (xauth.c) and mode
 * config (modecfg.c). Two messages each, REQUEST and REPLY or SET and ACK, behind a HASH as in
 * quick mode's first message, with an IV of their own message ID.
 */

#include <errno.h>

#include "ike/v1/auth.h"
#include "ike/v1/transaction.h"

bool transaction_parse(const struct message *message, struct isakmp_config *config,
		       struct result *result)
{
	const struct payload *payload = message_get(message, ISAKMP_PAYLOAD_CONFIG);

	*result = payload ? isakmp_config_parse(payload->body, config) :
			    fail(-EPROTO, "transaction payload is not contained");
	return !failed(result);
}

static bool has_xauth(const struct isakmp_config *config)
{
	for (size_t i = 0; i < config->count; i++)
		if (ISAKMP_CONFIG_IS_XAUTH(config->attributes[i].type))
			return true;
	return false;
}

enum ikev1_event transaction_event(const struct isakmp_config *config)
{
	switch (config->type) {
	case ISAKMP_CONFIG_REQUEST:
		return has_xauth(config) ? IKEV1_XAUTH_REQUEST : IKEV1_CFG_REQUEST;
	case ISAKMP_CONFIG_SET:
		return has_xauth(config) ? IKEV1_XAUTH_SET : IKEV1_CFG_SET;
	case ISAKMP_CONFIG_REPLY:
		return IKEV1_CFG_REPLY;
	default:
		return IKEV1_CFG_ACK;
	}
}

/* What only who serves asks for, and only before or after a user is known. */
bool transaction_may_begin(const struct ikev1_sa *sa, enum ikev1_event event)
{
	switch (event) {
	case IKEV1_XAUTH_REQUEST:
		return sa->user_due && ikev1_is_client(sa);
	case IKEV1_XAUTH_SET:
		return sa->user_due && ikev1_is_client(sa) && sa->user_tries;
	case IKEV1_CFG_REQUEST:
	case IKEV1_CFG_SET:
		return sa->base.established;
	default:
		return false;
	}
}

struct ikev1_task *transaction_new(struct ikev1_sa *sa)
{
	struct ikev1_task *task =
		ikev1_task_new(sa, IKEV1_TRANSACTION, true, ikev1_new_message_id());

	task->config_id = (uint16_t)random_u64();
	return task;
}

void transaction_renew(struct ikev1_task *task, const char *reason)
{
	struct ikev1_sa *sa = task->sa;
	struct result result;

	isakmp_line(sa, "deleting node %d error FALSE reason \"%s\"", (int)task->message_id,
		    reason);
	task->message_id = ikev1_new_message_id();
	result = ikev1_iv_phase_2(&sa->keys, &sa->phase_1, task->message_id, &task->iv);
	if (failed(&result))
		isakmp_line(sa, "%s", result.why);
	buffer_free(&task->received);
	log_line(LOG_ISAKMP, ": set new node %d to %s", (int)task->message_id, task->stage);
}

enum ikev1_event transaction_send(struct ikev1_task *task, struct isakmp_config *config,
				  enum send_kind kind)
{
	struct ikev1_sa *sa = task->sa;
	char remote[ADDRESS_TEXT];
	struct writer chain;
	struct result result;

	config->identifier = task->config_id;
	isakmp_line(sa, " %s peer config %s %s. ID = %d",
		    kind == SEND_REPEATS ? "initiating" : "responding to",
		    kind == SEND_REPEATS ? "to" : "from",
		    address_format(&sa->base.remote.address, remote), (int)task->message_id);
	ikev1_open_hash(sa, &chain);
	isakmp_put_config(&chain, config);
	result = ikev1_close_hash(sa, &chain, task->message_id, bytes_of(NULL, 0));
	if (!failed(&result))
		result = ikev1_send_sealed(task, &chain, kind);
	writer_free(&chain);
	return failed(&result) ? ikev1_fail(task, result, 0, IKE_STAT_FAILED) : IKEV1_NEXT;
}

bool transaction_take(struct ikev1_task *task, struct isakmp_config *config)
{
	struct ikev1_sa *sa = task->sa;
	char remote[ADDRESS_TEXT];
	struct result result;

	if (!transaction_parse(task->message, config, &result))
		return false; /* it has been read before the task was told of it */
	isakmp_line(sa, "processing transaction payload from %s. message ID = %d",
		    address_format(&sa->base.remote.address, remote), (int)task->message_id);
	log_line(LOG_ISAKMP, ": Config payload %s", isakmp_config_type_name(config->type));
	/* An answer is known by its message ID: not all peers repeat the identifier. */
	if (config->type == ISAKMP_CONFIG_REQUEST || config->type == ISAKMP_CONFIG_SET)
		task->config_id = config->identifier;
	ikev1_accept(task);
	return true;
}

void transaction_done(struct ikev1_task *task, const char *reason)
{
	ikev1_node_stays(task);
	isakmp_line(task->sa, "deleting node %d error FALSE reason \"%s\"", (int)task->message_id,
		    reason);
}

bool ikev1_is_client(const struct ikev1_sa *sa)
{
	return sa->base.isakmp && sa->base.isakmp->client;
}

bool ikev1_has_lease(const struct ikev1_sa *sa)
{
	return sa->base.client && client_has_address(sa->base.client);
}

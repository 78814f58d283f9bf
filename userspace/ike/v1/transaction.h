/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_V1_TRANSACTION_H
#define SEKI_IKE_V1_TRANSACTION_H

/* What XAUTH and mode config share: the exchange that carries them. */

#include "ike/v1/actions.h"

/** transaction_parse() - the payload of mode config in a message; false, and why not */
bool transaction_parse(const struct message *message, struct isakmp_config *config,
		       struct result *result);
/** transaction_event() - what it is to a task */
enum ikev1_event transaction_event(const struct isakmp_config *config);
/** transaction_may_begin() - may the peer begin with that, as things stand? */
bool transaction_may_begin(const struct ikev1_sa *sa, enum ikev1_event event);
/** transaction_new() - a node of ours */
struct ikev1_task *transaction_new(struct ikev1_sa *sa);
/** transaction_renew() - the task goes on in another node, whose message ID is new */
void transaction_renew(struct ikev1_task *task, const char *reason);
/** transaction_send() - NEXT, or the way out */
enum ikev1_event transaction_send(struct ikev1_task *task, struct isakmp_config *config,
				  enum send_kind kind);
/** transaction_take() - what has come; false: nothing has, and nothing has happened */
bool transaction_take(struct ikev1_task *task, struct isakmp_config *config);
/** transaction_done() - the node stays a while, to repeat its last message */
void transaction_done(struct ikev1_task *task, const char *reason);

#endif

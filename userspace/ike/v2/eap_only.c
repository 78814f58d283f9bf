// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EAP-only authentication (RFC 5998): the server, too, is proven by EAP alone,
 * with the key that the method makes. That is as good as the method, so that
 * the configuration permits it with one that proves the server to the client;
 * the server's certificate must have the name by which IKE knows it.
 */

#include <errno.h>

#include "base/log.h"
#include "ike/v2/actions.h"
#include "ike/v2/authenticator.h"

static bool wanted(const struct ikev2_profile *profile)
{
	return profile->local_auth == AUTH_KIND_EAP && profile->remote_auth == AUTH_KIND_EAP;
}

void eap_only_put(struct task *task, struct writer *chain)
{
	if (!wanted(task->sa->base.profile) || task->session)
		return;
	trace_line(task, "Construct Notify Payload: EAP_ONLY_AUTHENTICATION");
	put_notify(chain, NOTIFY_EAP_ONLY_AUTHENTICATION, bytes_of(NULL, 0));
}

bool eap_only_awaited(const struct task *task)
{
	return task->initiator && !task->eap_done && !task->session &&
	       wanted(task->sa->base.profile) && !message_get(task->message, PAYLOAD_AUTH) &&
	       message_get(task->message, PAYLOAD_EAP);
}

/* Responder: who did not ask for it would not go on without our AUTH (RFC 5998 section 3). */
enum ikev2_event eap_only_check(struct task *task)
{
	const struct ikev2_profile *profile = task->sa->base.profile;
	struct notify_payload notify;

	if (!wanted(profile))
		return EV_NEXT;
	if (!message_get_notify(task_request(task), NOTIFY_EAP_ONLY_AUTHENTICATION, &notify))
		return auth_fail(task,
				 fail(-EACCES,
				      "IKEv2 profile %s authenticates us with EAP only, which the "
				      "peer does not ask for (RFC 5998)",
				      profile->name));
	trace_line(task, "EAP-only authentication: no AUTH of ours before the end of EAP");
	return EV_OK_AUTH_GEN;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Redirection (RFC 5685, row B25): a gateway sends clients to another one, in
 * IKE_SA_INIT or, when it knows who they are, in IKE_AUTH, or when it is told to
 * (ike_redirect_sas()), in INFORMATIONAL. The client follows
 * a few times and then says that it is led in circles. Its tunnel stays the
 * one to the gateway that is configured, and begins there again after a failure.
 */

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "ike/v2/actions.h"

#define LOOP_PERIOD SECONDS(300) /* RFC 5685 section 5 */

enum gateway_type { GATEWAY_IPV4 = 1, GATEWAY_IPV6 = 2, GATEWAY_FQDN = 3 };

/* --- what REDIRECT and REDIRECTED_FROM carry (RFC 5685 section 9) --- */

static void put_gateway(struct buffer *out, const struct address *gateway)
{
	size_t len = gateway->family == AF_INET ? 4 : 16;

	buffer_put_u8(out, gateway->family == AF_INET ? GATEWAY_IPV4 : GATEWAY_IPV6);
	buffer_put_u8(out, (uint8_t)len);
	buffer_put(out, bytes_of(gateway->octets, len));
}

struct result redirect_parse(struct bytes data, struct address *gateway, struct bytes *nonce)
{
	struct reader reader = reader_of(data);
	struct bytes id;
	uint8_t type, len;

	*gateway = (struct address){};
	if (!reader_get_u8(&reader, &type) || !reader_get_u8(&reader, &len) ||
	    !reader_get_bytes(&reader, len, &id))
		return fail(-EPROTO, "field size is not enough %zu: REDIRECT", data.len);
	reader_get_bytes(&reader, reader_left(&reader), nonce);
	if (type == GATEWAY_FQDN)
		return fail(-ENOTSUP, "the gateway redirects us to a host name; addresses alone "
				      "are followed");
	if (!((type == GATEWAY_IPV4 && len == 4) || (type == GATEWAY_IPV6 && len == 16)))
		return fail(-EPROTO,
			    "field value is invalid: REDIRECT to a gateway of type %u, %u "
			    "octets",
			    type, len);
	gateway->family = type == GATEWAY_IPV4 ? AF_INET : AF_INET6;
	memcpy(gateway->octets, id.data, len);
	return address_is_any(gateway) ?
		       fail(-EPROTO, "field value is invalid: REDIRECT to no address") :
		       RESULT_OK;
}

/* --- client --- */

static bool follows(const struct task *task)
{
	return task->sa->base.original && task->sa->base.ike->policy->redirect_max &&
	       !task->sa->ios;
}

void redirect_put_supported(struct task *task, struct writer *writer)
{
	struct tunnel *tunnel = task_tunnel(task);
	struct buffer from = {};

	if (!follows(task))
		return;
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: REDIRECT_SUPPORTED");
	put_notify(writer, NOTIFY_REDIRECT_SUPPORTED, bytes_of(NULL, 0));
	if (!tunnel || tunnel->redirected_from.family == AF_UNSPEC)
		return;
	put_gateway(&from, &tunnel->redirected_from);
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: REDIRECTED_FROM");
	put_notify(writer, NOTIFY_REDIRECTED_FROM, buffer_bytes(&from));
	buffer_free(&from);
}

/* Notes where to go; what is underway is to end. */
static struct result follow(struct task *task, struct tunnel *tunnel, struct bytes data,
			    bool with_nonce)
{
	const struct ike_sa *base = &task->sa->base;
	uint64_t now = ike_now(base->ike);
	struct address gateway;
	struct bytes nonce;
	char there[ADDRESS_TEXT];
	struct result result = redirect_parse(data, &gateway, &nonce);

	if (failed(&result))
		return result;
	/* Section 3: nobody but who has seen our request could know its nonce. */
	if (with_nonce && !bytes_equal(nonce, buffer_bytes(&task->nonce_i)))
		return fail(-EPROTO, "REDIRECT does not have the nonce of our request");
	if (!tunnel)
		return fail(-ENODEV, "the tunnel is gone");
	if (address_equal(&gateway, &base->remote.address))
		return fail(-ELOOP, "the gateway redirects us to itself");
	if (gateway.family != base->local.address.family)
		return fail(-EAFNOSUPPORT,
			    "the gateway redirects us to %s, which our address "
			    "cannot reach",
			    address_format(&gateway, there));
	if (!tunnel->redirects || now - tunnel->redirected_at > LOOP_PERIOD) {
		tunnel->redirects = 0;
		tunnel->redirected_at = now;
	}
	if (tunnel->redirects >= base->ike->policy->redirect_max)
		return fail(-ELOOP,
			    "redirected %u times in 5 minutes, now to %s: the gateways lead "
			    "us in circles",
			    tunnel->redirects, address_format(&gateway, there));
	tunnel->redirects++;
	tunnel->redirected_from = base->remote.address;
	tunnel->gateway = gateway;
	log_line(LOG_NOTICE, "%s: redirected to %s", tunnel->device.name,
		 address_format(&gateway, there));
	return RESULT_OK;
}

enum ikev2_event redirect_in_init(struct task *task, struct result *why)
{
	struct notify_payload notify;
	char there[ADDRESS_TEXT];

	*why = RESULT_OK;
	if (!follows(task) || message_get(task->message, PAYLOAD_SA) ||
	    !message_get_notify(task->message, NOTIFY_REDIRECT, &notify))
		return EV_NEXT;
	*why = follow(task, task_tunnel(task), notify.data, true);
	if (failed(why))
		return EV_NO_EVENT;
	task->redirected = true;
	return task_fail(task,
			 fail(-EREMCHG, "the gateway redirects us to %s",
			      address_format(&task_tunnel(task)->gateway, there)),
			 0, IKE_STAT_REJECTED);
}

bool redirect_in_auth(struct task *task)
{
	struct notify_payload notify;
	struct result result;

	if (!task->initiator)
		return task->redirected;
	if (!follows(task) || message_get(task->message, PAYLOAD_SA) ||
	    !message_get_notify(task->message, NOTIFY_REDIRECT, &notify))
		return false;
	result = follow(task, task_tunnel(task), notify.data, false);
	if (failed(&result)) {
		task->child_error = result;
		return false;
	}
	task->redirected = true;
	child_abandon(task);
	return true;
}

void redirect_leave(struct task *task)
{
	struct tunnel *tunnel = task_tunnel(task);

	if (!task->redirected)
		return;
	/* Who was sent away deletes the SA; the gateway waits for that a while. */
	if (!task->initiator) {
		ikev2_sa_replaced(task->sa);
		return;
	}
	task->sa->replaced = true;
	info_delete_sa(task->sa);
	if (!tunnel)
		return;
	tunnel->negotiating = false;
	tunnel_want(tunnel);
}

/*
 * The tunnel goes on with this gateway until the other one has taken over: then this
 * SA is superfluous, as auth_check_duplicate() finds.
 */
void redirect_in_session(struct task *task)
{
	struct ikev2_sa *sa = task->sa;
	struct child_sa *child = TAILQ_FIRST(&sa->base.children);
	struct notify_payload notify;
	struct result result;

	if (!follows(task) || sa->base.closing ||
	    !message_get_notify(task->message, NOTIFY_REDIRECT, &notify))
		return;
	result = follow(task, child ? child->tunnel : NULL, notify.data, false);
	if (failed(&result)) {
		log_line(LOG_ERROR, "redirection is not followed: %s", result.why);
		return;
	}
	session_ticket_free(&child->tunnel->ticket);
	tunnel_renew(child->tunnel);
}

/* --- gateway --- */

static bool may_go(const struct message *message, const struct address *here,
		   const struct address *target)
{
	struct notify_payload notify;
	struct address from;
	struct bytes rest;

	if (target->family == AF_UNSPEC || address_equal(here, target))
		return false;
	/* Not back to where it has just been sent away. */
	if (message_get_notify(message, NOTIFY_REDIRECTED_FROM, &notify))
		return redirect_parse(notify.data, &from, &rest).code ||
		       !address_equal(&from, target);
	return message_get_notify(message, NOTIFY_REDIRECT_SUPPORTED, &notify);
}

bool redirect_init(struct ike *ike, const struct path *path, const struct message *message)
{
	const struct address *target = &ike->policy->redirect_gateway;
	const struct payload *nonce = message_get(message, PAYLOAD_NONCE);
	struct ike_header header = message->header;
	char client[ADDRESS_TEXT], there[ADDRESS_TEXT];
	struct writer writer = {};
	struct buffer data = {};

	if (!nonce || !may_go(message, &path->local.address, target))
		return false;
	log_line(LOG_IKEV2_INTERNAL, "SA request from %s is redirected to %s",
		 endpoint_format(&path->remote, client), address_format(target, there));
	put_gateway(&data, target);
	buffer_put(&data, nonce->body);
	header.flags = IKE_FLAG_RESPONSE;
	writer_begin(&writer, &header);
	put_notify(&writer, NOTIFY_REDIRECT, buffer_bytes(&data));
	ike->stats[IKE_STAT_REDIRECTED]++;
	ike->stats[IKE_STAT_SENT]++;
	ike->env.net->ops->send(ike->env.net, &path->local, &path->remote, writer_finish(&writer));
	writer_free(&writer);
	buffer_free(&data);
	return true;
}

void redirect_note_client(struct task *task)
{
	struct notify_payload notify;

	task->sa->redirectable =
		message_get_notify(task->message, NOTIFY_REDIRECT_SUPPORTED, &notify) ||
		message_get_notify(task->message, NOTIFY_REDIRECTED_FROM, &notify);
}

/* By the profile: now it is known who the client is. */
enum ikev2_event redirect_check(struct task *task)
{
	const struct ike_sa *base = &task->sa->base;
	const struct address *target = &base->profile->redirect_gateway;
	char there[ADDRESS_TEXT];

	task->redirected = task->sa->redirectable && target->family != AF_UNSPEC &&
			   !address_equal(&base->local.address, target);
	if (!task->redirected) {
		trace_line(task, "Redirect check is not needed, skipping it");
		return EV_NEXT;
	}
	base->ike->stats[IKE_STAT_REDIRECTED]++;
	trace_line(task, "the client is redirected to %s", address_format(target, there));
	return EV_NEXT;
}

static void put_redirect(const struct address *gateway, struct writer *chain)
{
	struct buffer data = {};

	put_gateway(&data, gateway);
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: REDIRECT");
	put_notify(chain, NOTIFY_REDIRECT, buffer_bytes(&data));
	buffer_free(&data);
}

void redirect_put(struct task *task, struct writer *chain)
{
	put_redirect(&task->sa->base.profile->redirect_gateway, chain);
}

bool redirect_send(struct ikev2_sa *sa, const struct address *gateway)
{
	struct task *task;

	if (!sa->redirectable || sa->successor || address_equal(&sa->base.local.address, gateway))
		return false;
	task = task_new(sa, TASK_INFORMATIONAL, true);
	task->exchange = EXCHANGE_INFORMATIONAL;
	task->redirect_to = *gateway;
	sa->base.ike->stats[IKE_STAT_REDIRECTED]++;
	exchange_start(task);
	return true;
}

void redirect_put_order(struct task *task, struct writer *chain)
{
	if (task->redirect_to.family != AF_UNSPEC)
		put_redirect(&task->redirect_to, chain);
}

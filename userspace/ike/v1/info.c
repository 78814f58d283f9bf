// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Informational exchanges: delete, errors, dead peer detection (RFC 2409 section
 * 5.7, RFC 3706). One message each, which nobody confirms.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/container.h"
#include "ike/v1/internal.h"

#define DPD_TRIES 5

/* --- sending --- */

/* Under the keys of phase 1, with a message ID of its own; in the clear while there are none. */
static void send_chain(struct ikev1_sa *sa, void (*put)(struct writer *chain, const void *what),
		       const void *what)
{
	struct ike_header header =
		ikev1_header(sa, ISAKMP_EXCHANGE_INFORMATIONAL, ikev1_new_message_id());
	const struct ikev1_iv *last =
		sa->complete || !sa->initial ? &sa->phase_1 : &sa->initial->iv;
	struct path path = { sa->base.local, sa->base.remote };
	struct result result = RESULT_OK;
	struct buffer octets = {};
	struct writer writer;
	struct ikev1_iv iv;

	if (!sa->keys.ready) {
		writer_begin(&writer, &header);
		put(&writer, what);
		buffer_set(&octets, writer_finish(&writer));
	} else {
		ikev1_open_hash(sa, &writer);
		put(&writer, what);
		result = ikev1_close_hash(sa, &writer, header.message_id, bytes_of(NULL, 0));
		if (!failed(&result))
			result = ikev1_iv_phase_2(&sa->keys, last, header.message_id, &iv);
		if (!failed(&result))
			result = ikev1_seal(sa, &header, &writer, &iv, &octets);
	}
	writer_free(&writer);
	if (failed(&result))
		isakmp_line(sa, "%s", result.why);
	else
		ikev1_send_octets(sa, &path, buffer_bytes(&octets),
				  sa->initial ? sa->initial->stage : "QM_IDLE");
	buffer_free(&octets);
}

struct notice {
	uint16_t type;
	struct bytes cookies, data;
};

static void put_notice(struct writer *chain, const void *what)
{
	const struct notice *notice = what;

	isakmp_put_notify(chain, notice->type, ISAKMP_PROTOCOL_ISAKMP, notice->cookies,
			  notice->data);
}

static void cookies_of(const struct ikev1_sa *sa, struct buffer *out)
{
	struct ike_header header = ikev1_header(sa, 0, 0);

	buffer_put_u64(out, header.spi_initiator);
	buffer_put_u64(out, header.spi_responder);
}

void ikev1_notify(struct ikev1_sa *sa, uint16_t type, struct bytes data)
{
	struct buffer cookies = {};
	struct notice notice;

	cookies_of(sa, &cookies);
	notice = (struct notice){ type, buffer_bytes(&cookies), data };
	isakmp_line(sa, "sending NOTIFY %s", isakmp_notify_name(type));
	send_chain(sa, put_notice, &notice);
	buffer_free(&cookies);
}

struct deletion {
	uint8_t protocol;
	struct bytes spi;
};

static void put_deletion(struct writer *chain, const void *what)
{
	const struct deletion *deletion = what;

	isakmp_put_delete(chain, deletion->protocol, deletion->spi);
}

static void send_delete(struct ikev1_sa *sa, uint8_t protocol, struct bytes spi)
{
	struct deletion deletion = { protocol, spi };

	if (sa->complete)
		send_chain(sa, put_deletion, &deletion);
}

/* A replaced one still gets packets that were on their way. */
static void child_gone(struct child_sa *child)
{
	struct tunnel *tunnel = child->tunnel;

	if (child->state == CHILD_REPLACED ||
	    (tunnel_active_child(tunnel) != child && child->in_installed))
		child_sa_linger(child);
	else
		child_sa_destroy(child);
	tunnel_lost(tunnel);
}

static void tell_spi(const struct child_sa *child, uint8_t protocol, uint32_t number)
{
	struct buffer spi = {};

	buffer_put_u32(&spi, number);
	send_delete(ikev1_of(child->sa), protocol, buffer_bytes(&spi));
	buffer_free(&spi);
}

static void tell_deletion(const struct child_sa *child)
{
	tell_spi(child, child->protocol, child->spi_in);
	if (child->outer.spi_in)
		tell_spi(child, PROTOCOL_AH, child->outer.spi_in);
}

void ikev1_delete_child(struct child_sa *child)
{
	if (child->deleting || !child->sa)
		return;
	child->deleting = true;
	tell_deletion(child);
	child_gone(child);
}

void ikev1_delete_sa(struct ikev1_sa *sa, bool keep_children)
{
	struct buffer cookies = {};
	struct child_sa *child;

	if (sa->base.closing)
		return;
	sa->base.closing = true;
	log_line(LOG_ISADB, "ISADB: reaper checking SA, conn_id = %u DELETE IT!", sa->base.id);
	if (!keep_children)
		TAILQ_FOREACH(child, &sa->base.children, of_sa)
			if (child->state != CHILD_NEGOTIATING)
				tell_deletion(child);
	cookies_of(sa, &cookies);
	send_delete(sa, ISAKMP_PROTOCOL_ISAKMP, buffer_bytes(&cookies));
	buffer_free(&cookies);
	ikev1_sa_end(sa, keep_children);
}

/* --- dead peer detection (RFC 3706; row E10) --- */

static void send_sequence(struct ikev1_sa *sa, uint16_t type, uint32_t sequence)
{
	struct buffer data = {};

	buffer_put_u32(&data, sequence);
	ikev1_notify(sa, type, buffer_bytes(&data));
	buffer_free(&data);
}

static void liveness_due(struct timer *timer)
{
	struct ikev1_sa *sa = container_of(timer, struct ikev1_sa, liveness);
	const struct policy *policy = sa->base.ike->policy;
	struct timers *timers = sa->base.ike->env.timers;
	uint64_t interval = SECONDS(policy->isakmp_keepalive);
	uint64_t silent = ike_now(sa->base.ike) - sa->last_heard;
	uint64_t esp = ike_sa_idle(&sa->base, SA_INBOUND);

	if (!interval || sa->base.closing)
		return;
	if (esp < silent)
		silent = esp;
	if (silent < interval) {
		sa->dpd_unanswered = 0;
		timer_start(timers, timer, interval - silent);
		return;
	}
	if (sa->dpd_unanswered >= DPD_TRIES) {
		log_line(LOG_NOTICE, "IKE SA %u: dead peer detection: the peer is gone",
			 sa->base.id);
		sa->base.ike->stats[IKE_STAT_TIMED_OUT]++;
		ikev1_sa_end(sa, false);
		return;
	}
	/* On demand: only when we send and nothing comes back. */
	if (policy->isakmp_keepalive_periodic || sa->dpd_unanswered ||
	    ike_sa_idle(&sa->base, SA_OUTBOUND) < silent) {
		sa->dpd_unanswered++;
		send_sequence(sa, ISAKMP_NOTIFY_R_U_THERE, ++sa->dpd_sequence);
		interval = SECONDS(policy->isakmp_keepalive_retry);
	}
	timer_start(timers, timer, interval);
}

void ikev1_liveness_start(struct ikev1_sa *sa)
{
	const struct policy *policy = sa->base.ike->policy;

	sa->liveness.fire = liveness_due;
	if (!policy->isakmp_keepalive || !sa->peer_dpd)
		return;
	sa->dpd_sequence = (uint32_t)random_u64() >> 1;
	isakmp_line(sa, "IKE DPD is enabled, initializing timers");
	timer_start(sa->base.ike->env.timers, &sa->liveness, SECONDS(policy->isakmp_keepalive));
}

static void take_sequence(struct ikev1_sa *sa, const struct isakmp_notify_payload *notify)
{
	struct reader reader = reader_of(notify->data);
	uint32_t sequence;

	if (!reader_get_u32(&reader, &sequence))
		return;
	if (notify->type == ISAKMP_NOTIFY_R_U_THERE)
		send_sequence(sa, ISAKMP_NOTIFY_R_U_THERE_ACK, sequence);
	else if (sequence != sa->dpd_sequence)
		isakmp_line(sa, "R-U-THERE-ACK for %u instead of %u", sequence, sa->dpd_sequence);
}

/* --- receiving --- */

static void take_notify(struct ikev1_sa *sa, const struct payload *payload)
{
	struct isakmp_notify_payload notify;
	struct result result = isakmp_notify_parse(payload->body, &notify);

	if (failed(&result)) {
		isakmp_line(sa, "%s", result.why);
		return;
	}
	isakmp_line(sa, " processing NOTIFY %s protocol %u", isakmp_notify_name(notify.type),
		    notify.protocol);
	if (notify.type == ISAKMP_NOTIFY_R_U_THERE || notify.type == ISAKMP_NOTIFY_R_U_THERE_ACK)
		take_sequence(sa, &notify);
}

/* An error about a quick mode that we have begun; its message ID is not in the notify. */
static void fail_waiting(struct ikev1_sa *sa, uint16_t type)
{
	struct ikev1_task *task;

	TAILQ_FOREACH(task, &sa->tasks, link) {
		if (task->state != IKE_QM_I_QM1 || task->work)
			continue;
		sa->base.ike->stats[IKE_STAT_REJECTED]++;
		task->error = fail(-ECONNREFUSED, "the peer answered quick mode with %s%s",
				   isakmp_notify_name(type),
				   type == ISAKMP_NOTIFY_PROPOSAL_NOT_CHOSEN ?
					   ": it accepts none of our IPsec proposals" :
					   "");
		task->error_notify = 0;
		ikev1_run(task, IKEV1_PROCESS_ERROR);
		return;
	}
}

static void delete_children(struct ikev1_sa *sa, const struct isakmp_delete_payload *delete)
{
	struct reader reader = reader_of(delete->spis);
	uint32_t spi;

	while (reader_get_u32(&reader, &spi)) {
		struct child_sa *child = child_sa_find(&sa->base, delete->protocol, spi);

		if (!child) {
			isakmp_line(sa, "delete of SPI 0x%X, which is not there", spi);
			continue;
		}
		isakmp_line(sa, "the peer deletes SPI 0x%X", spi);
		child_gone(child);
	}
}

/* Return: is it the ISAKMP SA itself that goes? */
static bool take_delete(struct ikev1_sa *sa, const struct payload *payload)
{
	struct isakmp_delete_payload delete;
	struct result result = isakmp_delete_parse(payload->body, &delete);
	struct buffer cookies = {};
	bool ours;

	if (failed(&result)) {
		isakmp_line(sa, "%s", result.why);
		return false;
	}
	if (delete.protocol != ISAKMP_PROTOCOL_ISAKMP) {
		delete_children(sa, &delete);
		return false;
	}
	cookies_of(sa, &cookies);
	ours = bytes_equal(delete.spis, buffer_bytes(&cookies));
	buffer_free(&cookies);
	return ours;
}

/*
 * Anybody can send this: the true answer may still come. The reason is kept for
 * the end of the retransmissions, and shown at once.
 */
static void note_error(struct ikev1_sa *sa, const struct message *message)
{
	const struct payload *payload = message_get(message, ISAKMP_PAYLOAD_NOTIFY);
	struct tunnel *tunnel = sa->initial ? ikev1_task_tunnel(sa->initial) : NULL;
	struct isakmp_notify_payload notify;
	char remote[ADDRESS_TEXT];
	struct result why;

	if (!payload || !sa->initial || sa->complete ||
	    isakmp_notify_parse(payload->body, &notify).code ||
	    !ISAKMP_NOTIFY_IS_ERROR(notify.type))
		return;
	why = fail(-ECONNREFUSED, "the peer answered %s mode with %s%s",
		   sa->initial->kind == IKEV1_MAIN ? "main" : "aggressive",
		   isakmp_notify_name(notify.type),
		   notify.type == ISAKMP_NOTIFY_PROPOSAL_NOT_CHOSEN ?
			   ": it accepts none of our ISAKMP policies" :
			   "");
	if (!strcmp(sa->initial->noted.why, why.why))
		return;
	sa->initial->noted = why;
	log_line(LOG_ERROR, "negotiation with %s: %s; trying on",
		 endpoint_format(&sa->base.remote, remote), why.why);
	if (tunnel)
		snprintf(tunnel->last_error, sizeof(tunnel->last_error), "%s", why.why);
}

/* What is authentic, and was not here before. */
static void act_on(struct ikev1_sa *sa, const struct message *message)
{
	bool deleted = false;

	for (size_t i = 0; i < message->count && !sa->base.dead; i++) {
		const struct payload *payload = &message->payloads[i];
		struct isakmp_notify_payload notify;

		if (payload->type == ISAKMP_PAYLOAD_DELETE && take_delete(sa, payload))
			deleted = true;
		if (payload->type != ISAKMP_PAYLOAD_NOTIFY)
			continue;
		take_notify(sa, payload);
		if (!isakmp_notify_parse(payload->body, &notify).code &&
		    ISAKMP_NOTIFY_IS_ERROR(notify.type))
			fail_waiting(sa, notify.type);
	}
	if (!deleted || sa->base.dead)
		return;
	isakmp_line(sa, "the peer deletes the ISAKMP SA");
	if (sa->user_due) {
		ikev1_give_up(sa, "the peer has deleted the ISAKMP SA before the user was known");
		return;
	}
	sa->base.closing = true;
	/* IPsec SAs may outlive it (row M04); a tunnel that is up gets new ones. */
	ikev1_sa_end(sa, !ikev1_has_lease(sa));
}

void ikev1_receive_info(struct ikev1_sa *sa, const struct message *outer, const struct path *path)
{
	const struct ikev1_iv *last =
		sa->complete || !sa->initial ? &sa->phase_1 : &sa->initial->iv;
	struct ike *ike = sa->base.ike;
	struct buffer plain = {};
	struct message inner;
	struct ikev1_iv iv;
	struct result result;

	if (!(outer->header.flags & ISAKMP_FLAG_ENCRYPTED)) {
		note_error(sa, outer);
		return;
	}
	if (!sa->keys.ready || !outer->header.message_id) {
		ike->stats[IKE_STAT_DROP_UNEXPECTED]++;
		return;
	}
	result = ikev1_iv_phase_2(&sa->keys, last, outer->header.message_id, &iv);
	if (!failed(&result))
		result = ikev1_open(sa, outer, &iv, &plain, &inner);
	if (!failed(&result))
		result = ikev1_check_hash(sa, &inner, bytes_of(NULL, 0));
	if (failed(&result)) {
		ike->stats[IKE_STAT_DROP_NOT_AUTHENTIC]++;
		isakmp_line(sa, "informational message dropped: %s", result.why);
	} else if (!sa->complete) {
		note_error(sa, &inner);
	} else if (!ikev1_message_is_new(sa, outer->header.message_id)) {
		ike->stats[IKE_STAT_DROP_MESSAGE_ID]++;
	} else {
		ikev1_sa_heard(sa);
		ike_sa_follow(&sa->base, &path->local, &path->remote);
		act_on(sa, &inner);
	}
	buffer_free(&plain);
}

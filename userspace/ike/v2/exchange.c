// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exchanges: message IDs, windows, retransmission and protection of messages
 * (RFC 7296 sections 2.1 to 2.3; rows B22, B23, L11).
 */

#include <errno.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "ike/v2/internal.h"

#define RESEND_FIRST SECONDS(1)
#define RESEND_TRIES 6 /* 1, 2, 4, 8, 16, 32 seconds: a minute in all */

struct ike_header exchange_header(const struct ikev2_sa *sa, uint8_t exchange, bool response,
				  uint32_t message_id)
{
	const struct ike_sa *base = &sa->base;

	return (struct ike_header){
		.spi_initiator = base->initiator ? base->local_spi : base->remote_spi,
		.spi_responder = base->initiator ? base->remote_spi : base->local_spi,
		.version = IKE_VERSION_2,
		.exchange = exchange,
		.flags = (base->initiator ? IKE_FLAG_INITIATOR : 0) |
			 (response ? IKE_FLAG_RESPONSE : 0),
		.message_id = message_id,
	};
}

bool exchange_is_first(uint8_t exchange)
{
	return exchange == EXCHANGE_IKE_SA_INIT || exchange == EXCHANGE_IKE_SESSION_RESUME;
}

static void send_packets(struct ikev2_sa *sa, const struct path *path,
			 const struct packets *packets)
{
	struct ike *ike = sa->base.ike;
	struct result result;

	sa->base.last_sent = ike_now(ike);
	detail_sent(sa, packets);
	for (size_t i = 0; i < packets->count; i++) {
		ike->stats[IKE_STAT_SENT]++;
		result = ike->env.net->ops->send(ike->env.net, &path->local, &path->remote,
						 buffer_bytes(&packets->items[i]));
		if (failed(&result))
			sa_line(sa, LOG_IKEV2_ERROR, "%s", result.why);
	}
}

static void send_request(struct task *task)
{
	const struct ike_sa *base = &task->sa->base;
	struct path path = { base->local, base->remote };

	send_packets(task->sa, &path, &task->request);
}

static void dump_line(void *context, const char *text)
{
	sa_line(context, LOG_IKEV2_PACKET, "%s", text);
}

static void dump(struct ikev2_sa *sa, const struct message *message, const char *verb)
{
	detail_payloads(sa, verb, message);
	if (log_enabled(LOG_IKEV2_PACKET))
		message_dump(message, dump_line, sa);
}

/* Debug output of what we have built, before it is encrypted. */
static void dump_chain(struct ikev2_sa *sa, const struct ike_header *header,
		       const struct writer *chain)
{
	struct message message = { .header = *header };
	struct result result;

	if (!log_enabled(LOG_IKEV2_PACKET) && !log_enabled(LOG_IKEV2_PAYLOAD))
		return;
	result = payloads_parse(chain->first, buffer_bytes(&chain->buffer), &message);
	if (failed(&result))
		return;
	detail_payloads(sa, "generate", &message);
	if (log_enabled(LOG_IKEV2_PACKET))
		message_dump_payloads(&message, dump_line, sa);
}

/* And after it. */
static void dump_sealed(struct ikev2_sa *sa, const struct packets *packets)
{
	struct message message;

	for (size_t i = 0; i < packets->count && log_enabled(LOG_IKEV2_PACKET); i++)
		if (!message_parse(buffer_bytes(&packets->items[i]), &message).code)
			message_dump(&message, dump_line, sa);
}

/* How often a request is sent, the first time included. */
static unsigned int tries(const struct task *task)
{
	const struct ikev2_profile *profile = task->sa->base.profile;

	return profile && profile->retransmit_count ? profile->retransmit_count + 1 : RESEND_TRIES;
}

/* Liveness checks have the pace of "crypto ikev2 dpd", all else waits longer and longer. */
static uint64_t resend_delay(const struct task *task)
{
	const struct ikev2_profile *profile = task->sa->base.profile;
	const struct policy *policy = task->sa->base.ike->policy;
	uint32_t retry = profile && profile->dpd_interval ? profile->dpd_retry : policy->dpd_retry;

	if (profile && profile->retransmit_interval && !(task->is_probe && retry))
		return SECONDS(profile->retransmit_interval);
	return task->is_probe && retry ? SECONDS(retry) : RESEND_FIRST << (task->sent - 1);
}

/* Row L11: the window is named after our part in the IKE SA. */
static char window_name(const struct ikev2_sa *sa)
{
	return sa->base.initiator ? 'i' : 'r';
}

static void resend(struct timer *timer)
{
	struct task *task = container_of(timer, struct task, resend);
	struct ikev2_sa *sa = task->sa;

	if (task->sent >= tries(task)) {
		sa_event(sa, "%cWindow retransmission timed out[msgID:%u]", window_name(sa),
			 task->message_id);
		machine_run(task, EV_TIMEOUT);
		return;
	}
	sa_event(sa, "%cWindow retransmit request[msgID:%u cnt:%u]", window_name(sa),
		 task->message_id, task->sent);
	sa->base.ike->stats[IKE_STAT_RETRANSMITTED]++;
	send_request(task);
	task->sent++;
	timer_start(sa->base.ike->env.timers, &task->resend, resend_delay(task));
}

/*
 * A window of N reaches from the oldest request without an answer to the Nth
 * message ID after it, however many in between are answered (section 2.3). Who
 * is still computing will need an ID, too.
 */
static bool window_is_full(const struct ikev2_sa *sa)
{
	uint32_t span = 0, computing = 0;
	const struct task *task;

	TAILQ_FOREACH(task, &sa->in_flight, link) {
		if (!task->request.count)
			computing++;
		else if (sa->next_request - task->message_id > span)
			span = sa->next_request - task->message_id;
	}
	return span + computing >= sa->peer_window;
}

static enum ikev2_event first_event(const struct task *task)
{
	switch (task->kind) {
	case TASK_INITIAL:
		return EV_INIT_SA;
	case TASK_INFORMATIONAL:
		return EV_SEND_INFO;
	default:
		return EV_INIT_CREATE_CHILD;
	}
}

void exchange_next(struct ikev2_sa *sa)
{
	struct task *task;

	while ((task = TAILQ_FIRST(&sa->waiting)) && !window_is_full(sa)) {
		/* What is still unanswered, a rekey perhaps, comes to its end before the SA does. */
		if (task->delete_sa && !TAILQ_EMPTY(&sa->in_flight))
			return;
		task_enlist(task, &sa->in_flight);
		machine_run(task, first_event(task));
	}
}

void exchange_start(struct task *task)
{
	task_enlist(task, &task->sa->waiting);
	exchange_next(task->sa);
}

/* Seals unless the exchange is the one that has no keys yet. */
static struct result finish(struct task *task, bool response, struct writer *writer,
			    struct packets *out)
{
	struct ikev2_sa *sa = task->sa;
	struct ike_header header = exchange_header(sa, task->exchange, response, task->message_id);
	struct result result;

	if (exchange_is_first(task->exchange)) {
		struct bytes octets = writer_finish(writer);
		struct message message;

		packets_free(out);
		buffer_set(packets_add(out), octets);
		if ((log_enabled(LOG_IKEV2_PACKET) || log_enabled(LOG_IKEV2_PAYLOAD)) &&
		    !message_parse(octets, &message).code)
			dump(sa, &message, "generate");
		return RESULT_OK;
	}
	dump_chain(sa, &header, writer);
	detail_encrypting(sa, buffer_bytes(&writer->buffer));
	result = packets_seal(sa, &header, writer, out);
	if (!failed(&result))
		dump_sealed(sa, out);
	return result;
}

struct result exchange_request(struct task *task, struct writer *writer)
{
	struct ikev2_sa *sa = task->sa;
	struct result result;

	/* A restarted IKE_SA_INIT keeps message ID 0; the writer has its header. */
	if (exchange_is_first(task->exchange))
		sa->next_request = 0;
	task->message_id = sa->next_request++;
	result = finish(task, false, writer, &task->request);
	if (failed(&result))
		return result;
	send_request(task);
	task->resend.fire = resend;
	task->sent = 1;
	timer_start(sa->base.ike->env.timers, &task->resend, resend_delay(task));
	return RESULT_OK;
}

void exchange_answered(struct task *task)
{
	timer_stop(task->sa->base.ike->env.timers, &task->resend);
	packets_free(&task->request);
}

struct result exchange_respond(struct task *task, struct writer *writer)
{
	struct ikev2_sa *sa = task->sa;
	struct exchange_slot *slot = &sa->slots[task->message_id % sa->own_window];
	struct packets packets = {};
	struct result result = finish(task, true, writer, &packets);

	if (!failed(&result)) {
		send_packets(sa, &task->path, &packets);
		if (slot->used && slot->message_id == task->message_id) {
			packets_free(&slot->response);
			slot->response = packets;
			return result;
		}
	}
	packets_free(&packets);
	return result;
}

static bool is_repeated(const struct ikev2_sa *sa, uint32_t message_id)
{
	const struct exchange_slot *slot = &sa->slots[message_id % sa->own_window];

	return slot->used && slot->message_id == message_id;
}

bool exchange_repeat(struct ikev2_sa *sa, uint32_t message_id, const struct path *path)
{
	const struct exchange_slot *slot = &sa->slots[message_id % sa->own_window];

	if (!is_repeated(sa, message_id))
		return false;
	if (slot->response.count) {
		sa_event(sa, "%cWindow retransmit response[msgID:%u]", window_name(sa), message_id);
		sa->base.ike->stats[IKE_STAT_RESPONSE_REPEATED]++;
		send_packets(sa, path, &slot->response);
	}
	return true;
}

/* Until we have announced more, it is one request at a time (section 2.3). */
static uint32_t open_window(const struct ikev2_sa *sa)
{
	return sa->base.established ? sa->own_window : 1;
}

/* Is this message ID one that we answer now? */
bool exchange_admit(struct ikev2_sa *sa, uint32_t message_id, const struct path *path)
{
	struct exchange_slot *slot = &sa->slots[message_id % sa->own_window];
	struct ike *ike = sa->base.ike;

	if (exchange_repeat(sa, message_id, path))
		return false;
	sa_line(sa, LOG_IKEV2_INTERNAL, "Request has mess_id %u; expected %u through %u",
		message_id, sa->next_expected, sa->next_expected + open_window(sa) - 1);
	if (message_id - sa->next_expected >= open_window(sa)) {
		sa_line(sa, LOG_IKEV2_ERROR, "%cWindow dropped message[msgID:%u]", window_name(sa),
			message_id);
		ike->stats[IKE_STAT_DROP_MESSAGE_ID]++;
		return false;
	}
	packets_free(&slot->response);
	slot->used = true;
	slot->message_id = message_id;
	for (;;) {
		struct exchange_slot *next = &sa->slots[sa->next_expected % sa->own_window];

		if (!next->used || next->message_id != sa->next_expected)
			break;
		sa->next_expected++;
	}
	return true;
}

/* Row B23, as IOS says it when an exchange has ended. */
void exchange_say_window(const struct task *task)
{
	const struct ikev2_sa *sa = task->sa;
	uint32_t oldest = sa->next_request;
	const struct task *other;

	if (!task->initiator) {
		sa_line(sa, LOG_IKEV2_INTERNAL,
			"Sent response with message id %u, Requests can be accepted from range "
			"%u to %u",
			task->message_id, sa->next_expected,
			sa->next_expected + open_window(sa) - 1);
		return;
	}
	TAILQ_FOREACH(other, &sa->in_flight, link)
		if (other != task && other->request.count && other->message_id < oldest)
			oldest = other->message_id;
	sa_line(sa, LOG_IKEV2_INTERNAL,
		"Processed response with message id %u, Requests can be sent from range %u to %u",
		task->message_id, oldest, oldest + sa->peer_window - 1);
}

void exchange_note_window(struct ikev2_sa *sa, const struct message *message)
{
	struct notify_payload notify;
	struct reader reader;
	uint32_t window;

	if (!message_get_notify(message, NOTIFY_SET_WINDOW_SIZE, &notify))
		return;
	reader = reader_of(notify.data);
	if (!reader_get_u32(&reader, &window) || !window)
		return;
	sa->peer_window = window < WINDOW_MAX ? window : WINDOW_MAX;
}

static struct task *find_request(struct ikev2_sa *sa, const struct ike_header *header)
{
	struct task *task;

	TAILQ_FOREACH(task, &sa->in_flight, link)
		if (task->request.count && task->message_id == header->message_id &&
		    task->exchange == header->exchange)
			return task;
	return NULL;
}

static bool expects_response(struct ikev2_sa *sa, const struct ike_header *header)
{
	if (find_request(sa, header))
		return true;
	sa->base.ike->stats[IKE_STAT_DROP_UNEXPECTED]++;
	sa_event(sa, "%cWindow dropped message[msgID:%u]", window_name(sa), header->message_id);
	return false;
}

static enum ikev2_event response_event(uint8_t exchange)
{
	switch (exchange) {
	case EXCHANGE_IKE_AUTH:
		return EV_RECV_AUTH;
	case EXCHANGE_CREATE_CHILD_SA:
		return EV_RECV_CREATE_CHILD;
	case EXCHANGE_IKE_INTERMEDIATE:
		return EV_RECV_INTERMEDIATE;
	case EXCHANGE_IKE_FOLLOWUP_KE:
		return EV_RECV_FOLLOWUP_KE;
	default:
		return EV_RECV_INFO_ACK;
	}
}

/*
 * The peer's own words, and we cannot read them: sending again would not help.
 * What it has made of our CREATE_CHILD_SA we cannot name, so that all ends.
 */
static void fail_request(struct ikev2_sa *sa, const struct ike_header *header, struct result why)
{
	struct task *task = find_request(sa, header);

	exchange_answered(task);
	task->error = why;
	machine_run(task, EV_FAIL);
	if ((header->exchange == EXCHANGE_CREATE_CHILD_SA ||
	     header->exchange == EXCHANGE_IKE_FOLLOWUP_KE) &&
	    !sa->base.dead)
		info_delete_sa(sa);
}

static struct result critical_payload(uint8_t type)
{
	return fail(-EPROTO, "cannot process payload %u, which is critical", type);
}

static void receive_response(struct ikev2_sa *sa, struct message *inner, struct bytes plain)
{
	struct task *task = find_request(sa, &inner->header);
	uint8_t critical = message_unknown_critical(inner);

	/* Who does not understand an answer must not act upon it (section 2.5). */
	if (critical) {
		fail_request(sa, &inner->header, critical_payload(critical));
		return;
	}
	exchange_answered(task);
	task_take_message(task, inner, plain);
	machine_run(task, response_event(inner->header.exchange));
}

static void refuse(struct ikev2_sa *sa, const struct path *path, const struct ike_header *header,
		   uint16_t notify, struct bytes data)
{
	struct task *task = task_new(sa, TASK_INFORMATIONAL, false);
	struct writer chain = {};
	struct result result;

	task->exchange = header->exchange;
	task->message_id = header->message_id;
	task->path = *path;
	writer_begin_chain(&chain);
	put_notify(&chain, notify, data);
	result = exchange_respond(task, &chain);
	if (failed(&result))
		sa_line(sa, LOG_IKEV2_ERROR, "%s", result.why);
	writer_free(&chain);
	task_free(task);
}

/* Does this exchange belong to the first negotiation? */
static bool is_initial(uint8_t exchange)
{
	return exchange == EXCHANGE_IKE_AUTH || exchange == EXCHANGE_IKE_INTERMEDIATE;
}

/*
 * What cannot be read is refused. In IKE_AUTH that is the end of what has hardly
 * begun (RFC 7296 section 2.21.2).
 */
static void reject(struct ikev2_sa *sa, const struct path *path, const struct ike_header *header,
		   struct result why, uint16_t notify, struct bytes data)
{
	struct task *task = sa->initial;

	if (!is_initial(header->exchange) || !task) {
		sa_line(sa, LOG_IKEV2_ERROR, "%s", why.why);
		refuse(sa, path, header, notify, data);
		return;
	}
	task->exchange = header->exchange;
	task->message_id = header->message_id;
	task->path = *path;
	buffer_set(&task->error_data, data);
	machine_run(task, task_fail(task, why, notify, IKE_STAT_REJECTED));
}

static void receive_request(struct ikev2_sa *sa, const struct path *path, struct message *inner,
			    struct bytes plain)
{
	const struct ike_header *header = &inner->header;
	uint8_t critical = message_unknown_critical(inner);
	enum ikev2_event event;
	struct task *task;

	if (critical) {
		reject(sa, path, header, critical_payload(critical),
		       NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD, bytes_of(&critical, 1));
		return;
	}
	switch (header->exchange) {
	case EXCHANGE_IKE_AUTH:
		task = sa->initial;
		event = EV_RECV_AUTH;
		break;
	case EXCHANGE_IKE_INTERMEDIATE:
		task = sa->initial;
		event = EV_RECV_INTERMEDIATE;
		break;
	case EXCHANGE_IKE_FOLLOWUP_KE:
		task = followup_find(sa, inner);
		if (!task) {
			refuse(sa, path, header, NOTIFY_STATE_NOT_FOUND, bytes_of(NULL, 0));
			return;
		}
		event = EV_RECV_FOLLOWUP_KE;
		break;
	case EXCHANGE_CREATE_CHILD_SA:
		if (sa->base.closing) {
			refuse(sa, path, header, NOTIFY_TEMPORARY_FAILURE, bytes_of(NULL, 0));
			return;
		}
		task = task_new(sa, TASK_CHILD, false);
		event = EV_RECV_CREATE_CHILD;
		break;
	default:
		task = task_new(sa, TASK_INFORMATIONAL, false);
		event = EV_RECV_INFO_REQ;
		break;
	}
	if (!task->list)
		task_enlist(task, &sa->answering);
	task->exchange = header->exchange;
	task->message_id = header->message_id;
	task->path = *path;
	task_take_message(task, inner, plain);
	machine_run(task, event);
}

/* Before anything is decrypted: could a request of this kind be meant for this state? */
static bool request_fits(const struct ikev2_sa *sa, const struct ike_header *header)
{
	switch (header->exchange) {
	case EXCHANGE_IKE_AUTH:
		return sa->initial &&
		       (sa->initial->state == STATE_R_WAIT_AUTH || eap_awaits(sa->initial->state));
	case EXCHANGE_IKE_INTERMEDIATE:
		return sa->initial &&
		       (sa->initial->state == STATE_R_WAIT_INTERMEDIATE ||
			(sa->initial->state == STATE_R_WAIT_AUTH && sa->initial->intermediate));
	case EXCHANGE_CREATE_CHILD_SA:
	case EXCHANGE_IKE_FOLLOWUP_KE:
	case EXCHANGE_INFORMATIONAL:
		return sa->base.established;
	default:
		return false;
	}
}

/*
 * Is it worth to be decrypted? A response needs its request. A request must fit
 * the state, unless it was here before; its message ID is looked at again when
 * it is authentic. For what was answered a first fragment alone brings the answer
 * again (RFC 7383 section 2.6.1).
 */
static bool is_welcome(struct ikev2_sa *sa, const struct message *message)
{
	const struct ike_header *header = &message->header;
	bool is_fragment = message_get(message, PAYLOAD_FRAGMENT);
	struct ike *ike = sa->base.ike;

	if (!sa->keys.in) {
		ike->stats[IKE_STAT_DROP_UNEXPECTED]++;
		sa_line(sa, LOG_IKEV2_ERROR, "not exists SKEYs");
		return false;
	}
	if (is_fragment && !sa->fragments) {
		ike->stats[IKE_STAT_DROP_UNEXPECTED]++;
		sa_line(sa, LOG_IKEV2_ERROR, "cannot accept ENCR FRAG payload");
		return false;
	}
	if (header->flags & IKE_FLAG_RESPONSE)
		return !is_fragment || expects_response(sa, header);
	if (is_repeated(sa, header->message_id))
		return true;
	if (!request_fits(sa, header)) {
		ike->stats[IKE_STAT_DROP_UNEXPECTED]++;
		sa_line(sa, LOG_IKEV2_ERROR, "cannot find or create exchange for %s[msgID:%u]",
			exchange_name(header->exchange), header->message_id);
		return false;
	}
	if (is_fragment && header->message_id - sa->next_expected >= open_window(sa)) {
		ike->stats[IKE_STAT_DROP_MESSAGE_ID]++;
		sa_line(sa, LOG_IKEV2_ERROR, "%cWindow dropped message[msgID:%u]", window_name(sa),
			header->message_id);
		return false;
	}
	return true;
}

/* A request that has given us new keys is repeated with those before. */
static struct sealer *opener(const struct ikev2_sa *sa, const struct ike_header *header)
{
	if (sa->keys.earlier_in && header->exchange == EXCHANGE_IKE_INTERMEDIATE &&
	    !(header->flags & IKE_FLAG_RESPONSE) && is_repeated(sa, header->message_id))
		return sa->keys.earlier_in;
	return sa->keys.in;
}

/* -EAGAIN: there is nothing to be looked at yet. */
static struct result open_message(struct ikev2_sa *sa, const struct message *message,
				  struct buffer *plain, struct message *inner)
{
	const struct ike_header *header = &message->header;
	struct fragment fragment;
	struct result result;

	if (!message_get(message, PAYLOAD_FRAGMENT))
		return message_open(message, opener(sa, header), plain, inner);
	if (header->flags & IKE_FLAG_RESPONSE || !is_repeated(sa, header->message_id))
		return fragment_receive(sa, message, plain, inner);
	result = fragment_numbers(message, &fragment);
	if (failed(&result) || fragment.number != 1)
		return fail(-EAGAIN, "a fragment that was here before");
	return fragment_open(message, opener(sa, header), plain);
}

void exchange_receive(struct ikev2_sa *sa, const struct message *message, const struct path *path)
{
	const struct ike_header *header = &message->header;
	bool response = header->flags & IKE_FLAG_RESPONSE;
	struct ike *ike = sa->base.ike;
	struct buffer plain = {};
	struct message inner;
	struct result result;

	if (!is_welcome(sa, message))
		return;
	detail_received(sa, message->octets);
	result = open_message(sa, message, &plain, &inner);
	if (result.code == -EBADMSG) {
		ike->stats[IKE_STAT_DROP_NOT_AUTHENTIC]++;
		sa_line(sa, LOG_IKEV2_ERROR, "%s", result.why);
		goto out;
	}
	if (result.code == -EAGAIN) {
		sa_line(sa, LOG_IKEV2_INTERNAL, "%s", result.why);
		goto out;
	}
	/* What was said before may be anybody's replay: it proves nothing and moves nobody. */
	if (response ? !expects_response(sa, header) :
		       !exchange_admit(sa, header->message_id, path))
		goto out;
	detail_decrypted(sa, buffer_bytes(&plain));
	ikev2_sa_heard(sa);
	ike_sa_follow(&sa->base, &path->local, &path->remote);
	if (failed(&result)) {
		ike->stats[IKE_STAT_DROP_MALFORMED]++;
		if (!response)
			reject(sa, path, header, result, NOTIFY_INVALID_SYNTAX, bytes_of(NULL, 0));
		else
			fail_request(sa, header, result);
		goto out;
	}
	dump(sa, &inner, "process");
	if (log_enabled(LOG_IKEV2_INTERNAL))
		ios_say_payloads(&inner);
	exchange_note_window(sa, &inner);
	if (response)
		receive_response(sa, &inner, buffer_bytes(&plain));
	else
		receive_request(sa, path, &inner, buffer_bytes(&plain));
out:
	buffer_free(&plain);
}

static void abort_list(struct task_list *list)
{
	struct task *task;

	while ((task = TAILQ_FIRST(list))) {
		struct tunnel *tunnel = task_tunnel(task);

		task_enlist(task, NULL);
		/* The one that is running is freed by the dispatcher, and tells the tunnel itself. */
		if (task->running) {
			task->orphan = true;
			continue;
		}
		if (tunnel)
			tunnel->negotiating = false;
		if (task->new_sa)
			ikev2_sa_end(task->new_sa, true);
		task_free(task);
	}
}

void exchange_abort_all(struct ikev2_sa *sa)
{
	abort_list(&sa->waiting);
	abort_list(&sa->in_flight);
	abort_list(&sa->answering);
}

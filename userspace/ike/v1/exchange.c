// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages: encryption with its chains of IVs, HASH payloads, retransmission by
 * both sides, and the way of a datagram to its task (RFC 2408 section 5, RFC 2409
 * appendix B).
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/memory.h"
#include "ike/v1/auth.h"
#include "ike/v1/transaction.h"

#define RESEND_FIRST SECONDS(1)
#define RESEND_TRIES 6 /* 1, 2, 4, 8, 16, 32 seconds: a minute in all */
#define WAIT SECONDS(60) /* for the peer's next message, when ours is not repeated */
#define USED_IDS_MAX 4096

struct ike_header ikev1_header(const struct ikev1_sa *sa, uint8_t exchange, uint32_t message_id)
{
	const struct ike_sa *base = &sa->base;

	return (struct ike_header){
		.spi_initiator = base->initiator ? base->local_spi : base->remote_spi,
		.spi_responder = base->initiator ? base->remote_spi : base->local_spi,
		.version = IKE_VERSION_1,
		.exchange = exchange,
		.message_id = message_id,
	};
}

uint8_t ikev1_exchange_of(const struct ikev1_task *task)
{
	static const uint8_t exchanges[] = {
		[IKEV1_MAIN] = ISAKMP_EXCHANGE_MAIN,
		[IKEV1_AGGRESSIVE] = ISAKMP_EXCHANGE_AGGRESSIVE,
		[IKEV1_QUICK] = ISAKMP_EXCHANGE_QUICK,
		[IKEV1_TRANSACTION] = ISAKMP_EXCHANGE_TRANSACTION,
	};

	return exchanges[task->kind];
}

uint32_t ikev1_new_message_id(void)
{
	uint32_t id;

	do {
		id = (uint32_t)random_u64();
	} while (!id);
	return id;
}

/* --- sending --- */

static void send_datagram(struct ikev1_sa *sa, struct bytes octets, const void *context)
{
	const struct path *path = context;
	struct ike *ike = sa->base.ike;
	struct result result;

	ike->stats[IKE_STAT_SENT]++;
	result = ike->env.net->ops->send(ike->env.net, &path->local, &path->remote, octets);
	if (failed(&result))
		isakmp_line(sa, "%s", result.why);
}

void ikev1_send_octets(struct ikev1_sa *sa, const struct path *path, struct bytes octets,
		       const char *stage)
{
	char remote[ADDRESS_TEXT];

	isakmp_line(sa, " sending packet to %s my_port %u peer_port %u (%c) %s",
		    address_format(&path->remote.address, remote), path->local.port,
		    path->remote.port, sa->base.initiator ? 'I' : 'R', stage);
	sa->base.last_sent = ike_now(sa->base.ike);
	if (fragment_wanted(sa, octets.len))
		fragment_send(sa, octets, send_datagram, path);
	else
		send_datagram(sa, octets, path);
}

static void send_again(struct ikev1_task *task)
{
	task->sa->base.ike->stats[IKE_STAT_RETRANSMITTED]++;
	ikev1_send_octets(task->sa, &task->path, buffer_bytes(&task->sent), task->stage);
}

static void resend_due(struct timer *timer)
{
	struct ikev1_task *task = container_of(timer, struct ikev1_task, resend);
	struct timers *timers = task->sa->base.ike->env.timers;

	if (!task->repeats || task->tries >= RESEND_TRIES) {
		ikev1_run(task, IKEV1_TIMER);
		return;
	}
	isakmp_line(task->sa, " retransmitting phase %d %s %d ...", task->message_id ? 2 : 1,
		    task->stage, (int)task->message_id);
	send_again(task);
	timer_start(timers, timer, RESEND_FIRST << task->tries++);
}

static void send_new(struct ikev1_task *task, enum send_kind kind)
{
	struct timers *timers = task->sa->base.ike->env.timers;

	task->path = (struct path){ task->sa->base.local, task->sa->base.remote };
	task->repeats = kind == SEND_REPEATS;
	task->answered = true;
	task->tries = 1;
	task->resend.fire = resend_due;
	ikev1_send_octets(task->sa, &task->path, buffer_bytes(&task->sent), task->stage);
	timer_stop(timers, &task->resend);
	if (kind != SEND_LAST)
		timer_start(timers, &task->resend, kind == SEND_REPEATS ? RESEND_FIRST : WAIT);
}

void ikev1_send_clear(struct ikev1_task *task, struct writer *writer, enum send_kind kind)
{
	buffer_set(&task->sent, writer_finish(writer));
	send_new(task, kind);
}

struct result ikev1_seal(const struct ikev1_sa *sa, const struct ike_header *header,
			 const struct writer *chain, struct ikev1_iv *iv, struct buffer *out)
{
	size_t rest = chain->buffer.len % sa->keys.block;
	struct writer writer;
	struct result result;

	if (!sa->keys.ready)
		return fail(-ENOKEY, "there are no keys yet");
	if (chain->overflow || chain->buffer.len > MESSAGE_SIZE_MAX - 256)
		return fail(-EMSGSIZE, "the message does not fit into a datagram");
	writer_begin(&writer, header);
	buffer_put(&writer.buffer, buffer_bytes(&chain->buffer));
	if (rest)
		buffer_extend(&writer.buffer, sa->keys.block - rest);
	writer.buffer.data[16] = chain->first;
	writer.buffer.data[19] |= ISAKMP_FLAG_ENCRYPTED;
	writer_finish(&writer);
	result = ikev1_encrypt(&sa->keys, iv, writer.buffer.data + IKE_HEADER_SIZE,
			       writer.buffer.len - IKE_HEADER_SIZE);
	if (!failed(&result))
		buffer_set(out, buffer_bytes(&writer.buffer));
	writer_free(&writer);
	return result;
}

struct result ikev1_send_sealed(struct ikev1_task *task, struct writer *chain, enum send_kind kind)
{
	struct ike_header header =
		ikev1_header(task->sa, ikev1_exchange_of(task), task->message_id);
	struct result result = ikev1_seal(task->sa, &header, chain, &task->iv, &task->sent);

	if (!failed(&result))
		send_new(task, kind);
	return result;
}

/* --- HASH payloads of phase 2 (RFC 2409 sections 5.5 and 5.7) --- */

void ikev1_open_hash(struct ikev1_sa *sa, struct writer *writer)
{
	size_t at;

	writer_begin_chain(writer);
	at = writer_open(writer, ISAKMP_PAYLOAD_HASH);
	buffer_extend(&writer->buffer, sa->keys.prf_len);
	writer_close(writer, at);
}

struct result ikev1_close_hash(struct ikev1_sa *sa, struct writer *writer, uint32_t message_id,
			       struct bytes nonce)
{
	size_t skip = PAYLOAD_HEADER_SIZE + sa->keys.prf_len;
	struct bytes parts[] = {
		nonce,
		bytes_of(writer->buffer.data + skip, writer->buffer.len - skip),
	};

	engine_line(sa, "generate hmac context");
	return ikev1_message_hash(&sa->keys, message_id, parts, 2,
				  writer->buffer.data + PAYLOAD_HEADER_SIZE);
}

struct result ikev1_check_hash(const struct ikev1_sa *sa, const struct message *message,
			       struct bytes nonce)
{
	const struct payload *hash = message->count ? &message->payloads[0] : NULL;
	uint8_t expected[CRYPTOX_HASH_MAX];
	struct result result;
	size_t skip;

	/* It comes first, so that it covers all others. */
	if (!hash || hash->type != ISAKMP_PAYLOAD_HASH)
		return fail(-EBADMSG, "HASH payload is not contained");
	engine_line(sa, "generate hmac context");
	skip = PAYLOAD_HEADER_SIZE + hash->body.len;
	result = ikev1_message_hash(&sa->keys, message->header.message_id,
				    (struct bytes[]){ nonce, bytes_of(message->octets.data + skip,
								      message->octets.len - skip) },
				    2, expected);
	if (!failed(&result) &&
	    !bytes_equal_secret(hash->body, bytes_of(expected, sa->keys.prf_len)))
		return fail(-EBADMSG, "the HASH payload is wrong");
	return result;
}

/* --- receiving --- */

struct result ikev1_open(const struct ikev1_sa *sa, const struct message *outer,
			 struct ikev1_iv *iv, struct buffer *plain, struct message *inner)
{
	struct result result;

	if (!sa->keys.ready)
		return fail(-EPROTO, "an encrypted message before there are keys");
	buffer_set(plain, bytes_of(outer->octets.data + IKE_HEADER_SIZE,
				   outer->octets.len - IKE_HEADER_SIZE));
	result = ikev1_decrypt(&sa->keys, iv, plain->data, plain->len);
	if (failed(&result))
		return fail(-EPROTO, "%s", result.why);
	inner->header = outer->header;
	return isakmp_payloads_parse(outer->header.next_payload, buffer_bytes(plain), inner);
}

/* Into the task; the IV counts only once the message is accepted. */
static struct result take_message(struct ikev1_task *task, const struct message *outer)
{
	bool encrypted = outer->header.flags & ISAKMP_FLAG_ENCRYPTED;

	if (!task->message)
		task->message = must_calloc(1, sizeof(*task->message));
	task->next_iv = task->iv;
	if (encrypted)
		return ikev1_open(task->sa, outer, &task->next_iv, &task->plain, task->message);
	/* The last message of aggressive mode may be in the clear (RFC 2409 section 5.4). */
	if (task->have_iv && task->kind != IKEV1_AGGRESSIVE)
		return fail(-EPROTO, "a message in the clear where it must be encrypted");
	buffer_set(&task->plain, outer->octets);
	return isakmp_parse(buffer_bytes(&task->plain), task->message);
}

void ikev1_accept(struct ikev1_task *task)
{
	task->iv = task->next_iv;
	timer_stop(task->sa->base.ike->env.timers, &task->resend);
	ikev1_sa_heard(task->sa);
}

/* Rows E07, L03: under a wrong pre-shared key a message looks like this. */
static void bad_message(struct ikev1_sa *sa, struct result why)
{
	struct ike *ike = sa->base.ike;
	char remote[ADDRESS_TEXT];

	ike->stats[IKE_STAT_DROP_MALFORMED]++;
	log_line(LOG_ISAKMP, ": %s", why.why);
	if (ike_noise_allowed(ike))
		log_line(LOG_NOTICE,
			 "%%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from %s failed its sanity "
			 "check or is malformed",
			 address_format(&sa->base.remote.address, remote));
	isakmp_line(sa, "incrementing error counter on sa: PAYLOAD_MALFORMED");
}

static bool is_repeated(struct ikev1_task *task, const struct message *message)
{
	if (!task->received.len || !bytes_equal(buffer_bytes(&task->received), message->octets))
		return false;
	isakmp_line(task->sa, " phase %d packet is a duplicate of a previous packet.",
		    task->message_id ? 2 : 1);
	/* Only what came after it is an answer: two ends that repeat to each other never end. */
	if (task->answered && !task->work) {
		task->sa->base.ike->stats[IKE_STAT_RESPONSE_REPEATED]++;
		send_again(task);
	}
	return true;
}

/* A message of a task that is there, or of a node that is just being made. */
static void feed(struct ikev1_task *task, const struct message *message, const struct path *path,
		 enum ikev1_event event)
{
	struct ikev1_sa *sa = task->sa;
	struct result result;

	if (!ikev1_expects(task, event) || task->work) {
		sa->base.ike->stats[IKE_STAT_DROP_UNEXPECTED]++;
		isakmp_line(sa, "%s message is not expected in state %s",
			    isakmp_exchange_name(message->header.exchange),
			    ikev1_state_name(task->state));
		return;
	}
	result = take_message(task, message);
	if (failed(&result)) {
		bad_message(sa, result);
		if (task == sa->initial && !(message->header.flags & ISAKMP_FLAG_ENCRYPTED))
			auth_repeated(task);
		else if (task == sa->initial)
			task->noted =
				fail(-EPROTO,
				     "the peer's messages cannot be decrypted: its %s "
				     "key is another one (%.100s)",
				     sa->method && sa->method->put_public ? "RSA" : "pre-shared",
				     result.why);
		return;
	}
	/* Nobody else can have made what decrypts so well; the ports change here (RFC 3947). */
	if (message->header.flags & ISAKMP_FLAG_ENCRYPTED)
		ike_sa_follow(&sa->base, &path->local, &path->remote);
	buffer_set(&task->received, message->octets);
	task->came = *path;
	task->answered = false;
	ikev1_run(task, event);
}

static struct ikev1_task *find_node(struct ikev1_sa *sa, uint32_t message_id)
{
	struct ikev1_task *task;

	TAILQ_FOREACH(task, &sa->tasks, link)
		if (task->message_id == message_id)
			return task;
	return NULL;
}

bool ikev1_message_is_new(struct ikev1_sa *sa, uint32_t message_id)
{
	for (size_t i = 0; i < sa->used_count; i++)
		if (sa->used[i] == message_id)
			return false;
	if (sa->used_count == USED_IDS_MAX)
		return false; /* a new phase 1 makes room: nobody needs so many */
	if (sa->used_count == sa->used_capacity) {
		sa->used_capacity = sa->used_capacity ? 2 * sa->used_capacity : 16;
		sa->used = must_realloc(sa->used, sa->used_capacity * sizeof(sa->used[0]));
	}
	sa->used[sa->used_count++] = message_id;
	return true;
}

/* The first message of a quick mode of the peer's: it must be authentic before anything is kept. */
static void receive_first(struct ikev1_sa *sa, const struct message *message,
			  const struct path *path)
{
	uint32_t id = message->header.message_id;
	struct buffer plain = {};
	struct ikev1_iv iv;
	static struct message inner;
	struct ikev1_task *task;
	struct result result;

	result = ikev1_iv_phase_2(&sa->keys, &sa->phase_1, id, &iv);
	if (!failed(&result))
		result = ikev1_open(sa, message, &iv, &plain, &inner);
	if (!failed(&result))
		result = ikev1_check_hash(sa, &inner, bytes_of(NULL, 0));
	buffer_free(&plain);
	if (failed(&result)) {
		if (result.code == -EBADMSG)
			sa->base.ike->stats[IKE_STAT_DROP_NOT_AUTHENTIC]++;
		bad_message(sa, result);
		return;
	}
	if (!ikev1_message_is_new(sa, id)) {
		sa->base.ike->stats[IKE_STAT_DROP_MESSAGE_ID]++;
		isakmp_line(sa, "message ID %d was used before: replayed", (int)id);
		return;
	}
	task = ikev1_task_new(sa, IKEV1_QUICK, false, id);
	feed(task, message, path, IKEV1_QM_EXCH);
}

static void receive_quick(struct ikev1_sa *sa, const struct message *message,
			  const struct path *path)
{
	struct ikev1_task *task = find_node(sa, message->header.message_id);

	if (task && is_repeated(task, message))
		return;
	if (task)
		feed(task, message, path, IKEV1_QM_EXCH);
	else if (sa->base.established && !sa->base.closing && message->header.message_id)
		receive_first(sa, message, path);
	else
		sa->base.ike->stats[IKE_STAT_DROP_UNEXPECTED]++;
}

/* What it is, when it is authentic; of a node that is there, or with the IV of a new one. */
static struct result peek(const struct ikev1_sa *sa, const struct ikev1_task *task,
			  const struct message *message, enum ikev1_event *event)
{
	static struct isakmp_config config;
	static struct message inner;
	struct result result = RESULT_OK;
	struct buffer plain = {};
	struct ikev1_iv iv;

	*event = IKEV1_NONE;
	if (task)
		iv = task->iv;
	else
		result = ikev1_iv_phase_2(&sa->keys, &sa->phase_1, message->header.message_id, &iv);
	if (!failed(&result))
		result = ikev1_open(sa, message, &iv, &plain, &inner);
	if (!failed(&result))
		result = ikev1_check_hash(sa, &inner, bytes_of(NULL, 0));
	if (!failed(&result) && transaction_parse(&inner, &config, &result))
		*event = transaction_event(&config);
	buffer_free(&plain);
	return result;
}

static void receive_transaction(struct ikev1_sa *sa, const struct message *message,
				const struct path *path)
{
	uint32_t id = message->header.message_id;
	struct ikev1_task *task = find_node(sa, id);
	struct ike *ike = sa->base.ike;
	enum ikev1_event event;
	struct result result;

	if (task && (task->kind != IKEV1_TRANSACTION || is_repeated(task, message)))
		return;
	if (!sa->complete || sa->base.closing || !id) {
		ike->stats[IKE_STAT_DROP_UNEXPECTED]++;
		return;
	}
	result = peek(sa, task, message, &event);
	if (failed(&result)) {
		if (result.code == -EBADMSG)
			ike->stats[IKE_STAT_DROP_NOT_AUTHENTIC]++;
		bad_message(sa, result);
		return;
	}
	if (!task && !transaction_may_begin(sa, event)) {
		ike->stats[IKE_STAT_DROP_UNEXPECTED]++;
		isakmp_line(sa, "%s is not expected of the peer now", ikev1_event_name(event));
		return;
	}
	if (!task && !ikev1_message_is_new(sa, id)) {
		ike->stats[IKE_STAT_DROP_MESSAGE_ID]++;
		isakmp_line(sa, "message ID %d was used before: replayed", (int)id);
		return;
	}
	if (!task) {
		task = ikev1_task_new(sa, IKEV1_TRANSACTION, false, id);
		if (event == IKEV1_XAUTH_SET)
			task->state = IKE_XAUTH_REPLY_SENT;
	}
	feed(task, message, path, event);
}

void ikev1_receive_message(struct ikev1_sa *sa, const struct message *message,
			   const struct path *path)
{
	const struct ike_header *header = &message->header;
	bool encrypted = header->flags & ISAKMP_FLAG_ENCRYPTED;
	struct ike *ike = sa->base.ike;
	char remote[ADDRESS_TEXT];

	log_line(LOG_ISAKMP, " (0:%u): received packet from %s dport %u sport %u Global (%c) %s",
		 sa->base.chosen.count ? 0x08000000 + sa->base.id : 0,
		 address_format(&path->remote.address, remote), path->local.port, path->remote.port,
		 sa->base.initiator ? 'I' : 'R', sa->initial->stage);
	switch (header->exchange) {
	case ISAKMP_EXCHANGE_MAIN:
	case ISAKMP_EXCHANGE_AGGRESSIVE:
		if (header->message_id)
			ike->stats[IKE_STAT_DROP_MESSAGE_ID]++;
		else if (!is_repeated(sa->initial, message))
			/* MM1 to MM4 are in the clear, what follows never is. */
			feed(sa->initial, message, path,
			     header->exchange == ISAKMP_EXCHANGE_MAIN ? IKEV1_MM_EXCH :
									IKEV1_AM_EXCH);
		return;
	case ISAKMP_EXCHANGE_QUICK:
		if (encrypted)
			receive_quick(sa, message, path);
		else
			ike->stats[IKE_STAT_DROP_UNEXPECTED]++;
		return;
	case ISAKMP_EXCHANGE_TRANSACTION:
		if (encrypted)
			receive_transaction(sa, message, path);
		else
			ike->stats[IKE_STAT_DROP_UNEXPECTED]++;
		return;
	case ISAKMP_EXCHANGE_INFORMATIONAL:
		ikev1_receive_info(sa, message, path);
		return;
	default:
		ike->stats[IKE_STAT_DROP_UNEXPECTED]++;
		isakmp_line(sa, "exchange type %s is not supported",
			    isakmp_exchange_name(header->exchange));
		if (sa->base.established)
			ikev1_notify(sa, ISAKMP_NOTIFY_UNSUPPORTED_EXCHANGE_TYPE,
				     bytes_of(NULL, 0));
	}
}

void ikev1_abort_all(struct ikev1_sa *sa)
{
	struct ikev1_task *task, *next;

	for (task = TAILQ_FIRST(&sa->tasks); task; task = next) {
		struct tunnel *tunnel = ikev1_task_tunnel(task);

		next = TAILQ_NEXT(task, link);
		if (task->running) {
			task->orphan = true;
			continue;
		}
		if (tunnel && task->state != IKE_QM_PHASE2_COMPLETE)
			tunnel->negotiating = false;
		ikev1_task_free(task);
	}
	if (sa->initial && sa->initial->running)
		sa->initial->orphan = true;
	else if (sa->initial)
		ikev1_task_free(sa->initial);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>

#include "scene_isakmp.h"

static struct ikev1_sa *receiver_of(struct sim *sim, int node, const struct ike_header *header)
{
	struct ike *ike = sim->nodes[node].ike;
	struct ike_sa *sa = ike_find(ike, header->spi_initiator);

	if (!sa)
		sa = ike_find(ike, header->spi_responder);
	return sa && sa->version == &ikev1 ? ikev1_of(sa) : NULL;
}

/* The IV that the receiver is going to decrypt with, and the nonce of HASH(2). */
static void find_iv(struct scene_isakmp *opened)
{
	struct ikev1_sa *sa = opened->receiver;
	uint32_t id = opened->header.message_id;
	struct ikev1_task *task;

	if (!id) {
		opened->iv = sa->initial->iv;
		return;
	}
	TAILQ_FOREACH(task, &sa->tasks, link) {
		if (task->message_id != id)
			continue;
		buffer_set(&opened->nonce, buffer_bytes(&task->nonce_i));
		opened->iv = task->iv;
		return;
	}
	ikev1_iv_phase_2(&sa->keys, sa->base.established ? &sa->phase_1 : &sa->initial->iv, id,
			 &opened->iv);
}

bool scene_isakmp_open(struct sim *sim, const struct sim_message *datagram,
		       struct scene_isakmp *opened)
{
	struct ikev1_iv iv;
	struct result result;

	*opened = (struct scene_isakmp){};
	/* The filter changes the datagram, and the message points into what it was. */
	buffer_set(&opened->plain, buffer_bytes(&datagram->octets));
	result = isakmp_parse(buffer_bytes(&opened->plain), &opened->message);
	opened->header = opened->message.header;
	if (!failed(&result) && opened->header.flags & ISAKMP_FLAG_ENCRYPTED) {
		struct message outer = opened->message;
		struct buffer plain = {};

		opened->receiver = receiver_of(sim, datagram->to, &opened->header);
		if (!opened->receiver || !opened->receiver->initial ||
		    !opened->receiver->keys.ready)
			goto unreadable;
		find_iv(opened);
		iv = opened->iv;
		result = ikev1_open(opened->receiver, &outer, &iv, &plain, &opened->message);
		buffer_free(&opened->plain);
		opened->plain = plain;
	}
	if (!failed(&result))
		return true;
unreadable:
	scene_isakmp_free(opened);
	return false;
}

void scene_isakmp_free(struct scene_isakmp *opened)
{
	buffer_free(&opened->plain);
	buffer_free(&opened->nonce);
}

/* HASH(3) covers no payload. */
bool scene_isakmp_hashed(const struct scene_isakmp *opened)
{
	const struct message *message = &opened->message;

	return opened->receiver && opened->header.message_id && message->count > 1 &&
	       message->payloads[0].type == ISAKMP_PAYLOAD_HASH;
}

void scene_isakmp_seal(struct sim_message *datagram, struct scene_isakmp *opened, uint8_t first,
		       struct bytes chain, bool hash)
{
	struct ikev1_sa *sa = opened->receiver;
	struct ike_header header = opened->header;
	struct result result = RESULT_OK;
	struct writer writer;

	header.flags &= (uint8_t)~ISAKMP_FLAG_ENCRYPTED;
	if (!sa) {
		writer_begin(&writer, &header);
		buffer_put(&writer.buffer, chain);
		writer.buffer.data[16] = first;
		buffer_set(&datagram->octets, writer_finish(&writer));
	} else {
		if (hash) {
			ikev1_open_hash(sa, &writer);
			writer.buffer.data[0] = first;
			buffer_put(&writer.buffer, chain);
			result = ikev1_close_hash(sa, &writer, header.message_id,
						  buffer_bytes(&opened->nonce));
		} else {
			writer_begin_chain(&writer);
			writer.first = first;
			buffer_put(&writer.buffer, chain);
		}
		if (!failed(&result) && writer.buffer.len)
			result = ikev1_seal(sa, &header, &writer, &opened->iv, &datagram->octets);
	}
	assert(!failed(&result));
	writer_free(&writer);
}

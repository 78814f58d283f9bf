// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages as Cisco's IOS builds them, for peers that expect no others: which
 * payloads, in which order and of which length (rows B01 to B35). A profile
 * asks for it with "compatibility ios"; as responder we answer in kind.
 */

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "ike/v2/internal.h"

#define IOS_NONCE_SIZE 20
#define IOS_VERSION_SIZE 257 /* octets of IOS's application version */

static const char vendor_delete_reason[] = "CISCO-DELETE-REASON";
/* 17 octets, as long as the second one of IOS, whose words nobody has told (row B04). */
static const char vendor_seki[] = "seki IPsec router";
static const char vendor_seki_as_ios[] = "seki behaves: IOS";
static const char vendor_granite[16] = "CISCO-GRANITE";

static bool is(struct bytes body, const char *text)
{
	return bytes_equal(body, bytes_of_string(text));
}

void ios_put_vendor_ids(struct task *task, struct writer *writer)
{
	log_line(LOG_IKEV2_INTERNAL, "Construct Vendor Specific Payload: DELETE-REASON");
	put_vendor_id(writer, bytes_of_string(vendor_delete_reason));
	log_line(LOG_IKEV2_INTERNAL, "Construct Vendor Specific Payload: (CUSTOM)");
	put_vendor_id(writer, bytes_of_string(task->sa->ios ? vendor_seki_as_ios : vendor_seki));
}

void ios_put_granite(struct task *task, struct writer *chain)
{
	if (!task->sa->ios)
		return;
	log_line(LOG_IKEV2_INTERNAL, "Construct Vendor Specific Payload: CISCO-GRANITE");
	put_vendor_id(chain, BYTES(vendor_granite));
}

/* Who sends IOS's vendor ID and is not one of us as usual is, or wants to be, IOS. */
void ios_note_peer(struct task *task)
{
	const struct payload *payload;
	bool cisco = false, seki = false;

	for (payload = message_get(task->message, PAYLOAD_VENDOR); payload;
	     payload = message_next(task->message, payload)) {
		cisco = cisco || is(payload->body, vendor_delete_reason);
		seki = seki || is(payload->body, vendor_seki);
	}
	task->sa->delete_reason = cisco;
	if (!task->initiator)
		task->sa->ios = cisco && !seki;
}

void ios_say_payloads(const struct message *message)
{
	for (size_t i = 0; i < message->count; i++) {
		const struct payload *payload = &message->payloads[i];
		struct notify_payload notify;

		if (payload->type == PAYLOAD_VENDOR)
			log_line(LOG_IKEV2_INTERNAL, "Parse Vendor Specific Payload: %s VID",
				 is(payload->body, vendor_delete_reason) ? vendor_delete_reason :
									   "(CUSTOM)");
		if (payload->type == PAYLOAD_NOTIFY &&
		    !notify_payload_parse(payload->body, &notify).code)
			log_line(LOG_IKEV2_INTERNAL, "Parse Notify Payload: %s",
				 notify_name(notify.type));
	}
}

/* RFC 7296 section 2.10: at least half the key of the PRF, which may be too much for IOS's 20. */
static bool prf_is_long(const struct proposal *proposal)
{
	for (size_t i = 0; i < proposal->count; i++)
		if (proposal->transforms[i].type == TRANSFORM_PRF &&
		    prf_size(proposal->transforms[i].id) > 2 * IOS_NONCE_SIZE)
			return true;
	return false;
}

static size_t nonce_size(const struct task *task)
{
	const struct proposal *chosen = &task->sa->base.chosen;

	if (!task->sa->ios)
		return NONCE_SIZE;
	if (chosen->count)
		return prf_is_long(chosen) ? NONCE_SIZE : IOS_NONCE_SIZE;
	for (size_t i = 0; i < task->proposals.count; i++)
		if (prf_is_long(&task->proposals.proposals[i]))
			return NONCE_SIZE;
	return IOS_NONCE_SIZE;
}

void new_nonce(const struct task *task, struct buffer *nonce)
{
	size_t size = nonce_size(task);

	buffer_free(nonce);
	random_fill(buffer_extend(nonce, size), size);
}

/* Of a list that is nobody's configuration, IOS knows its own one proposal (row B09). */
void ios_default_proposals(const struct ikev2_sa *sa, struct proposal_list *list)
{
	struct proposal *last = &list->proposals[list->count - 1];

	if (!sa->ios || !proposal_is_legacy(last))
		return;
	list->proposals[0] = *last;
	list->proposals[0].number = list->count = 1;
}

size_t ios_config_attributes(const struct ikev2_sa *sa, struct config_attribute *attributes)
{
	/* Of Cisco's own, among them the banner, the default domain and backup servers (row B17). */
	static const uint16_t types[] = { 28675, 28672, 28692, 28681, 28674 };
	static char version[IOS_VERSION_SIZE + 1];
	size_t count = 0;

	if (!sa->ios)
		return 0;
	snprintf(version, sizeof(version), "%-*s", IOS_VERSION_SIZE, "seki " SEKI_VERSION);
	attributes[count].type = CONFIG_APPLICATION_VERSION;
	attributes[count++].value = bytes_of(version, IOS_VERSION_SIZE);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		attributes[count++].type = types[i];
	return count;
}

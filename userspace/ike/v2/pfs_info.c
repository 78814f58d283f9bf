// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PFS of later child SAs, compared before there are any. The child of IKE_AUTH
 * has no key exchange of its own, so that two ends that differ in PFS find out
 * at the first rekey, hours later. Here they tell each other in IKE_AUTH and
 * the log says at once what is going to fail.
 *
 * After draft-ietf-ipsecme-child-pfs-info, which has no number yet: a notify for
 * private use, whose data begins with a word that says whose it is, and goes on
 * with four octets for each key exchange method: type, 0, number.
 */

#include <errno.h>

#include "base/log.h"
#include "ike/v2/actions.h"

static const char whose[] = { 's', 'e', 'k', 'i' };

/* What we would offer, or accept, in CREATE_CHILD_SA. */
static void put_proposal(const struct ipsec_profile *profile, struct proposal *out)
{
	*out = (struct proposal){ .number = 1, .protocol = PROTOCOL_ESP };
	if (!profile->pfs_group)
		return;
	proposal_add(out, TRANSFORM_KE, profile->pfs_group, 0);
	for (size_t i = 0; i < profile->additional.count; i++)
		proposal_add(out, profile->additional.transforms[i].type,
			     profile->additional.transforms[i].id, 0);
}

static bool get_info(const struct task *task, struct notify_payload *notify)
{
	const struct message *message = task->initiator ? task->message : task_request(task);

	return message_get_notify(message, NOTIFY_CHILD_PFS_INFO, notify) &&
	       notify->data.len >= sizeof(whose) &&
	       bytes_equal(bytes_of(notify->data.data, sizeof(whose)), BYTES(whose));
}

void pfs_info_put(struct task *task, struct writer *chain)
{
	const struct ipsec_profile *profile = tunnel_profile(task->child->tunnel);
	struct notify_payload notify;
	struct buffer data = {};
	struct proposal ours;

	if (task->sa->ios || !profile || (!task->initiator && !get_info(task, &notify)))
		return;
	put_proposal(profile, &ours);
	buffer_put(&data, BYTES(whose));
	for (size_t i = 0; i < ours.count; i++) {
		buffer_put_u8(&data, ours.transforms[i].type);
		buffer_put_u8(&data, 0);
		buffer_put_u16(&data, ours.transforms[i].id);
	}
	log_line(LOG_IKEV2_INTERNAL, "Construct Notify Payload: CHILD_PFS_INFO");
	put_notify(chain, NOTIFY_CHILD_PFS_INFO, buffer_bytes(&data));
	buffer_free(&data);
}

static struct result parse(struct bytes data, struct proposal *theirs)
{
	struct reader reader =
		reader_of(bytes_of(data.data + sizeof(whose), data.len - sizeof(whose)));

	*theirs = (struct proposal){ .number = 1, .protocol = PROTOCOL_ESP };
	while (reader_left(&reader)) {
		uint8_t type, reserved;
		uint16_t id;

		if (!reader_get_u8(&reader, &type) || !reader_get_u8(&reader, &reserved) ||
		    !reader_get_u16(&reader, &id) ||
		    (type != TRANSFORM_KE && !transform_type_is_addke(type)) ||
		    !proposal_add(theirs, type, id, 0))
			return fail(-EPROTO, "CHILD_PFS_INFO is malformed and passed over");
	}
	return RESULT_OK;
}

void pfs_info_check(struct task *task)
{
	struct proposal_list ours = { .count = 1 }, theirs = { .count = 1 };
	const struct tunnel *tunnel = task->child->tunnel;
	const struct ipsec_profile *profile = tunnel_profile(tunnel);
	struct notify_payload notify;
	struct proposal chosen;
	struct result result;

	if (!profile || !get_info(task, &notify))
		return;
	result = parse(notify.data, &theirs.proposals[0]);
	if (failed(&result)) {
		trace_line(task, "%s", result.why);
		return;
	}
	put_proposal(profile, &ours.proposals[0]);
	result = proposal_choose(&theirs, &ours, &chosen);
	if (failed(&result))
		log_line(LOG_ERROR,
			 "%s: PFS differs, later child SAs will fail: %s (IPsec profile %s)",
			 tunnel->device.name, result.why, profile->name);
	else
		trace_line(task, "PFS of later child SAs is the same at both ends");
}

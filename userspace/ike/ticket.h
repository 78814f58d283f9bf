/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_TICKET_H
#define SEKI_IKE_TICKET_H

/*
 * Tickets (RFC 5723): what a session is resumed with. A responder keeps nothing of
 * it, its ticket is the session itself, sealed with a key that only the responder
 * has. An initiator keeps ticket and session in memory, until it uses them, once.
 */

#include "base/bytes.h"
#include "base/result.h"
#include "codec/identity.h"
#include "cryptox/cryptox.h"
#include "proposal/proposal.h"

struct ike;

#define TICKET_KEY_SIZE 32
#define TICKET_ID_SIZE 16
#define TICKET_MAX 4096 /* octets of somebody else's that we keep */

/**
 * struct ticket_keys - what a responder seals with
 * @since: of the current one, 0: none yet; the last one is still good
 * @used, @used_last: IDs of tickets that were resumed, sealed with the one and the other
 */
struct ticket_keys {
	uint8_t current[TICKET_KEY_SIZE], last[TICKET_KEY_SIZE];
	uint8_t generation;
	uint64_t since;
	struct buffer used, used_last;
};

/**
 * struct session - what an IKE SA leaves to the one that resumes it
 * @id: of its ticket, at the responder
 * @profile: name of its IKEv2 profile
 * @authenticated_at, @until: monotonic; the end is that of the ticket
 */
struct session {
	uint8_t id[TICKET_ID_SIZE];
	char *profile;
	uint64_t authenticated_at, until;
	struct identity local_id, remote_id, client_id;
	bool ppk, weak_auth;
	struct proposal chosen;
	size_t sk_d_len;
	uint8_t sk_d[CRYPTOX_HASH_MAX];
};

/** struct session_ticket - an initiator's; @local, @remote: between which the session was */
struct session_ticket {
	struct session *session;
	struct address local, remote;
	struct buffer octets;
};

void session_free(struct session *session); /* wipes; NULL is fine */
void session_ticket_free(struct session_ticket **ticket); /* the same; sets NULL */

/** ticket_seal() - makes a ticket of @session */
struct result ticket_seal(struct ike *ike, const struct session *session, struct buffer *out);
/** ticket_open() - a session again, if the ticket is ours, not too old and not yet used */
struct result ticket_open(struct ike *ike, struct bytes ticket, struct session **out);
/** ticket_use() - the session is resumed; false when another one with the same ticket came first */
bool ticket_use(struct ike *ike, const struct session *session);
/** ticket_forget_all() - no ticket of ours is good any more */
void ticket_forget_all(struct ike *ike);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_V2_AUTHENTICATOR_H
#define SEKI_IKE_V2_AUTHENTICATOR_H

/*
 * Ways to prove who one is. auth.c walks through IKE_AUTH and asks the method
 * of the profile; the two directions may differ (row D03).
 */

#include "ike/v2/internal.h"

/**
 * struct authenticator - one of them
 * @kind: as the profile names it
 * @name: as show prints it
 * @accepts: may the peer's AUTH payload carry this number?
 * @prepare: finds what is needed, for our side when @ours
 * @sign: leaves number and value of our AUTH payload in the task
 * @verify: the peer's AUTH payload, whose number is accepted
 *
 * The last three answer EV_NEXT, EV_FAIL by way of task_fail(), or EV_NO_EVENT
 * when a worker goes on: then EV_OK_RECD_SIGN_RESP or EV_OK_RECD_VERIFY_RESP
 * follows.
 */
struct authenticator {
	enum auth_kind kind;
	const char *name;
	bool (*accepts)(uint8_t number);
	enum ikev2_event (*prepare)(struct task *task, bool ours);
	enum ikev2_event (*sign)(struct task *task);
	enum ikev2_event (*verify)(struct task *task, const struct auth_payload *auth);
};

extern const struct authenticator authenticator_psk, authenticator_rsa, authenticator_rsa_pss,
	authenticator_ecdsa, authenticator_eddsa, authenticator_eap, authenticator_ticket;

/** auth_fail() - whatever does not convince us looks the same to the peer */
enum ikev2_event auth_fail(struct task *task, struct result why);

/* auth_psk.c: what pre-shared keys and the keys of EAP have in common */

bool shared_key_accepts(uint8_t number);
enum ikev2_event shared_key_sign(struct task *task, struct bytes key);
/** shared_key_verify() - @why_not: for people, what it means when the values differ */
enum ikev2_event shared_key_verify(struct task *task, struct bytes key,
				   const struct auth_payload *auth, const char *why_not);

#endif

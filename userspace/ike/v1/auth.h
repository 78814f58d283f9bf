/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_V1_AUTH_H
#define SEKI_IKE_V1_AUTH_H

/*
 * How the two ends of phase 1 show who they are (RFC 2409 section 5): the rest of main
 * and aggressive mode knows no method.
 */

#include "ike/v1/actions.h"

/**
 * struct ikev1_auth - a method
 * @number: enum isakmp_auth, as on the wire; @policy: as "crypto isakmp policy" calls it
 * @user: the initiator has shown no more than a group, a user must follow (XAUTH)
 * @label: for people: "PSK"
 * @doing: what debug calls it
 * @prepare: is everything there that it needs for this peer? Asked before a suite is chosen (rows
 * A13, A18)
 * @agreed: the suite names this method; may be NULL, as the next two
 * @request: asks for certificates, beside our public value
 * @note: what the peer's message asks for
 * @put_public, @take_public: instead of KE and NONCE in the clear; the identities are among them then, and
 * no more beside the proof (task->peer_id). Taking answers as the next ones do, and sets task->opened
 * @make_skeyid: of the nonces and, perhaps, the secret
 * @prove: appends what proves that we are our ID payload; @hash: HASH_I or HASH_R
 * @check: the same of the peer, from the task's message; @hash: as it must be. Both answer NEXT, NONE
 * while a worker is at it (the same action is run again), or the way out
 */
struct ikev1_auth {
	uint16_t number, policy;
	bool user;
	const char *label;
	const char *doing;
	struct result (*prepare)(struct ikev1_task *task);
	void (*agreed)(struct ikev1_task *task);
	void (*request)(struct ikev1_task *task, struct writer *writer);
	void (*note)(struct ikev1_task *task);
	struct result (*put_public)(struct ikev1_task *task, struct writer *writer);
	enum ikev1_event (*take_public)(struct ikev1_task *task);
	struct result (*make_skeyid)(struct ikev1_task *task);
	enum ikev1_event (*prove)(struct ikev1_task *task, struct bytes hash, struct writer *chain);
	enum ikev1_event (*check)(struct ikev1_task *task, struct bytes hash);
};

extern const struct ikev1_auth auth_psk, auth_rsa_signature, auth_rsa_encryption, auth_rsa_revised,
	auth_xauth_psk, auth_xauth_rsa, auth_hybrid;

/** auth_of() - NULL for a method that is not there */
const struct ikev1_auth *auth_of(uint16_t number);
/** auths_prepare() - finds out which methods can be used with this peer; why not, if none can */
struct result auths_prepare(struct ikev1_task *task);
/** auths_say() - row F02: XAUTH is among them */
void auths_say(const struct ikev1_task *task);
/** auth_for() - the method by which a policy's word counts for this SA, or NULL */
const struct ikev1_auth *auth_for(const struct ikev1_task *task, uint16_t policy);
/** auth_fits() - may it be used with who the peer is, as far as that is known? */
bool auth_fits(const struct ikev1_task *task, const struct ikev1_auth *method);
bool auth_is_ready(const struct ikev1_task *task, uint16_t number);

/** auth_make_keys() - SKEYID and all that follows from it, once nonces and secret are there */
struct result auth_make_keys(struct ikev1_task *task);
/** auth_hash() - HASH_I or HASH_R: ours (@own) or what the peer's has to be */
struct result auth_hash(const struct ikev1_task *task, bool own, struct bytes id_body,
			uint8_t *out);
/** auth_repeated() - row E25: a message in the clear comes once more, made anew, and changes nothing */
void auth_repeated(const struct ikev1_task *task);
/** auth_failed() - the way out of a check, with row L02's line */
enum ikev1_event auth_failed(struct ikev1_task *task, struct result why);

/* auth_signature.c */

/** signature_credential() - what we sign with, chosen at the first call; NULL: nothing */
const struct credential *signature_credential(struct ikev1_task *task);
/** signature_skeyid(), signature_note(), signature_request() - as of struct ikev1_auth */
struct result signature_skeyid(struct ikev1_task *task);
void signature_note(struct ikev1_task *task);
void signature_request(struct ikev1_task *task, struct writer *writer);
/** signature_can_sign(), signature_can_verify() - is there what that needs? */
struct result signature_can_sign(const struct ikev1_task *task);
struct result signature_can_verify(const struct ikev1_task *task);
/** hash_prove(), hash_check() - HASH alone, as with pre-shared keys */
enum ikev1_event hash_prove(struct ikev1_task *task, struct bytes hash, struct writer *chain);
enum ikev1_event hash_check(struct ikev1_task *task, struct bytes hash, const char *otherwise);
/** signature_prove(), signature_check() - CERT and SIG, as of struct ikev1_auth */
enum ikev1_event signature_prove(struct ikev1_task *task, struct bytes hash, struct writer *chain);
enum ikev1_event signature_check(struct ikev1_task *task, struct bytes hash);

#endif

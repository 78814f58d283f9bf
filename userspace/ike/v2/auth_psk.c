// SPDX-License-Identifier: GPL-2.0-or-later
/* Pre-shared keys, and what all shared keys have in common (RFC 7296 section 2.15). */

#include <errno.h>

#include "base/memory.h"
#include "ike/v2/authenticator.h"
#include "ike/yamaha.h"

/* --- AUTH made with a key that both sides have --- */

bool shared_key_accepts(uint8_t number)
{
	return number == AUTH_SHARED_KEY;
}

enum ikev2_event shared_key_sign(struct task *task, struct bytes key)
{
	uint8_t value[CRYPTOX_HASH_MAX];
	struct result result = keys_auth_psk(task, true, key, value);

	if (failed(&result))
		return auth_fail(task, result);
	task->auth_number = AUTH_SHARED_KEY;
	buffer_set(&task->auth_value, bytes_of(value, task->sa->keys.prf_len));
	return EV_NEXT;
}

enum ikev2_event shared_key_verify(struct task *task, struct bytes key,
				   const struct auth_payload *auth, const char *why_not)
{
	uint8_t expected[CRYPTOX_HASH_MAX];
	struct result result = keys_auth_psk(task, false, key, expected);

	if (!failed(&result) &&
	    !bytes_equal_secret(auth->data, bytes_of(expected, task->sa->keys.prf_len)))
		result = fail(-EACCES, "unmatched auth data: %s", why_not);
	secret_wipe(expected, sizeof(expected));
	return failed(&result) ? auth_fail(task, result) : EV_NEXT;
}

/* --- pre-shared keys --- */

static enum ikev2_event prepare(struct task *task, bool ours)
{
	struct ike_sa *base = &task->sa->base;
	const struct ikev2_profile *profile = base->profile;
	const struct keyring_peer *peer;
	const struct secret *key;
	char text[ADDRESS_TEXT];

	if (ours && !auth_methods_allow(task, AUTH_SHARED_KEY, bytes_of(NULL, 0)))
		return auth_fail(task, auth_methods_refuse(task));
	peer = profile->keyring ? keyring_find(profile->keyring, &base->remote.address,
					       base->remote_id.type ? &base->remote_id : NULL) :
				  NULL;
	key = !peer ? NULL : ours ? &peer->local_key : &peer->remote_key;
	if (!key || !key->len) {
		yamaha_not_configured(base->ike, profile,
				      profile->keyring ? "pre-shared-key" : "keyring");
		return auth_fail(task,
				 fail(-ENOKEY, "no pre-shared key for %s in %s%s",
				      address_format(&base->remote.address, text),
				      profile->keyring ? "keyring " : "IKEv2 profile ",
				      profile->keyring ? profile->keyring->name : profile->name));
	}
	buffer_set(&task->psk, bytes_of(key->data, key->len));
	return EV_NEXT;
}

static enum ikev2_event sign(struct task *task)
{
	enum ikev2_event event = shared_key_sign(task, buffer_bytes(&task->psk));

	buffer_free(&task->psk);
	return event;
}

static enum ikev2_event verify(struct task *task, const struct auth_payload *auth)
{
	enum ikev2_event event = shared_key_verify(task, buffer_bytes(&task->psk), auth,
						   "the pre-shared keys differ");

	buffer_free(&task->psk);
	return event;
}

const struct authenticator authenticator_psk = {
	.kind = AUTH_KIND_PRE_SHARE,
	.name = "PSK",
	.accepts = shared_key_accepts,
	.prepare = prepare,
	.sign = sign,
	.verify = verify,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * XAUTH (draft-beaulieu-ike-xauth; rows F02 to F04): after phase 1 the server asks who the user is.
 *
 *   server                                     client
 *   REQUEST: USER_NAME, USER_PASSWORD     -->
 *                                         <--  REPLY: USER_NAME, USER_PASSWORD
 *   SET: STATUS                           -->
 *                                         <--  ACK
 *
 * Each line of two is an exchange with a message ID of its own; a wrong password is asked for
 * again. Until the end the SA counts as half-open: it makes no IPsec SA, it replaces no other SA.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/container.h"
#include "ike/easy_vpn.h"
#include "ike/v1/auth.h"
#include "ike/v1/transaction.h"

#define TRIES 3
#define WAIT SECONDS(60)
#define MESSAGE_TEXT 128

/* --- both --- */

static void wait_is_over(struct timer *timer)
{
	struct ikev1_sa *sa = container_of(timer, struct ikev1_sa, user_wait);

	ikev1_give_up(sa, "the server does not ask for a user, or does not answer to it");
}

/* Phase 1 is complete; who begins is the server. */
void xauth_begin(struct ikev1_sa *sa)
{
	sa->user_due = true;
	sa->initial->stage = "CONF_XAUTH";
	isakmp_line(sa, "Need XAUTH");
	if (ikev1_is_client(sa)) {
		sa->user_wait.fire = wait_is_over;
		timer_start(sa->base.ike->env.timers, &sa->user_wait, WAIT);
		return;
	}
	ikev1_run(transaction_new(sa), IKEV1_START_XAUTH);
}

enum ikev1_event xauth_complete(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;

	if (!task->proven || !sa->user_due)
		return IKEV1_NEXT;
	timer_stop(sa->base.ike->env.timers, &sa->user_wait);
	sa->user_due = false;
	sa->initial->stage = "QM_IDLE";
	phase1_usable(sa);
	return IKEV1_NEXT;
}

static void say_attributes(const char *what, const struct isakmp_config *config)
{
	for (size_t i = 0; i < config->count; i++) {
		const char *name = isakmp_config_attribute_name(config->attributes[i].type);

		log_line(LOG_ISAKMP, "/xauth: %s attribute %s", what, name ? name : "unknown");
	}
}

/* --- server --- */

enum ikev1_event xauth_send_request(struct ikev1_task *task)
{
	struct isakmp_config config = { .type = ISAKMP_CONFIG_REQUEST };

	isakmp_config_add(&config, ISAKMP_CONFIG_XAUTH_USER_NAME, bytes_of(NULL, 0));
	isakmp_config_add(&config, ISAKMP_CONFIG_XAUTH_USER_PASSWORD, bytes_of(NULL, 0));
	if (task->sa->user_tries)
		isakmp_config_add(&config, ISAKMP_CONFIG_XAUTH_MESSAGE,
				  bytes_of_string("Name or password is wrong."));
	say_attributes("request", &config);
	return transaction_send(task, &config, SEND_REPEATS);
}

static struct bytes text_of(const struct isakmp_config *config, uint16_t type)
{
	const struct isakmp_config_attribute *attribute = isakmp_config_find(config, type);

	return attribute ? attribute->octets : bytes_of(NULL, 0);
}

/* As long for a name that is not there as for one that is. */
static bool password_is_right(const struct policy *policy, struct bytes name, struct bytes password)
{
	static const uint8_t nothing[1];
	const struct user *user = policy_find_user(policy, name);
	struct bytes secret = user ? bytes_of(user->password.data, user->password.len) :
				     bytes_of(nothing, sizeof(nothing));
	bool equal = bytes_equal_secret(password, secret);

	return user && secret.len && equal;
}

enum ikev1_event xauth_take_reply(struct ikev1_task *task)
{
	struct ike_sa *base = &task->sa->base;
	const struct isakmp_config_attribute *status;
	struct isakmp_config config;
	struct bytes name;

	if (!transaction_take(task, &config))
		return IKEV1_NONE;
	say_attributes("reply", &config);
	status = isakmp_config_find(&config, ISAKMP_CONFIG_XAUTH_STATUS);
	if (status && status->number == ISAKMP_XAUTH_FAIL)
		return ikev1_fail(task, fail(-EACCES, "XAUTH: the client has given up"), 0,
				  IKE_STAT_AUTH_FAILED);
	name = text_of(&config, ISAKMP_CONFIG_XAUTH_USER_NAME);
	if (!identity_set(&base->client_id, ID_KEY_ID, name))
		base->client_id.type = ID_NONE;
	task->proven = base->client_id.type != ID_NONE &&
		       password_is_right(base->ike->policy, name,
					 text_of(&config, ISAKMP_CONFIG_XAUTH_USER_PASSWORD));
	return IKEV1_NEXT;
}

static enum ikev1_event send_status(struct ikev1_task *task, uint16_t status)
{
	struct isakmp_config config = { .type = ISAKMP_CONFIG_SET };

	isakmp_config_add_number(&config, ISAKMP_CONFIG_XAUTH_STATUS, status);
	return transaction_send(task, &config, SEND_REPEATS);
}

static struct result refusal(const struct ikev1_sa *sa)
{
	char user[IDENTITY_TEXT];

	identity_format(&sa->base.client_id, user);
	return fail(-EACCES, "XAUTH: name or password of user %.100s is wrong, tried %u times",
		    sa->base.client_id.type == ID_NONE ? "\"\"" : user, sa->user_tries);
}

/* The lists of "aaa" are this configuration; its answer is there at once. */
enum ikev1_event xauth_judge(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	char user[IDENTITY_TEXT], remote[ADDRESS_TEXT];

	transaction_renew(task, "Done with xauth request/reply exchange");
	if (task->proven)
		return send_status(task, ISAKMP_XAUTH_OK);
	sa->user_tries++;
	if (ike_noise_allowed(sa->base.ike))
		log_line(LOG_NOTICE, "XAUTH: user %s at %s: name or password is wrong (%u of %u)",
			 identity_format(&sa->base.client_id, user),
			 address_format(&sa->base.remote.address, remote), sa->user_tries, TRIES);
	if (sa->user_tries < TRIES)
		return IKEV1_AAA_RETRY;
	task->noted = refusal(sa);
	return send_status(task, ISAKMP_XAUTH_FAIL);
}

enum ikev1_event xauth_take_ack(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	char user[IDENTITY_TEXT], remote[ADDRESS_TEXT];
	struct isakmp_config config;

	if (!transaction_take(task, &config))
		return IKEV1_NONE;
	isakmp_line(sa, "       XAUTH ACK Processed");
	if (!task->proven)
		return ikev1_fail(task, task->noted, 0, IKE_STAT_AUTH_FAILED);
	transaction_done(task, "Transaction mode done");
	log_line(LOG_NOTICE, "IKE SA %u: XAUTH: user %s at %s", sa->base.id,
		 identity_format(&sa->base.client_id, user),
		 address_format(&sa->base.remote.address, remote));
	if (sa->unity)
		isakmp_line(sa, "Talking to a Unity Client");
	return IKEV1_NEXT;
}

/* --- client --- */

/* What a server says goes to the log of ours. */
static void say_message(const struct ikev1_sa *sa, const struct isakmp_config *config)
{
	struct bytes text = text_of(config, ISAKMP_CONFIG_XAUTH_MESSAGE);
	char printable[MESSAGE_TEXT];
	size_t len = text.len < MESSAGE_TEXT - 1 ? text.len : MESSAGE_TEXT - 1;

	for (size_t i = 0; i < len; i++)
		printable[i] =
			text.data[i] >= 0x20 && text.data[i] < 0x7f ? (char)text.data[i] : '?';
	printable[len] = '\0';
	if (len)
		log_line(LOG_NOTICE, "IKE SA %u: the server says: %s", sa->base.id, printable);
}

/* A name and a password is all that there is to answer with. */
static struct result check_request(const struct isakmp_config *config)
{
	const struct isakmp_config_attribute *type =
		isakmp_config_find(config, ISAKMP_CONFIG_XAUTH_TYPE);

	if (type && type->number != ISAKMP_XAUTH_GENERIC)
		return fail(-ENOTSUP,
			    "XAUTH: the server asks for type %u, and only name and "
			    "password are there",
			    type->number);
	for (size_t i = 0; i < config->count; i++) {
		uint16_t asked = config->attributes[i].type;

		if (asked == ISAKMP_CONFIG_XAUTH_PASSCODE ||
		    asked == ISAKMP_CONFIG_XAUTH_NEXT_PIN || asked == ISAKMP_CONFIG_XAUTH_ANSWER)
			return fail(-ENOTSUP,
				    "XAUTH: the server asks for %s, and only name and password "
				    "are there",
				    isakmp_config_attribute_name(asked));
	}
	return RESULT_OK;
}

enum ikev1_event xauth_take_request(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	const struct ezvpn *client = sa->base.isakmp->client;
	struct isakmp_config config;
	struct result result;

	if (!transaction_take(task, &config))
		return IKEV1_NONE;
	timer_start(sa->base.ike->env.timers, &sa->user_wait, WAIT);
	say_attributes("request", &config);
	say_message(sa, &config);
	result = check_request(&config);
	if (failed(&result))
		return ikev1_fail(task, result, 0, IKE_STAT_AUTH_FAILED);
	if (sa->user_tries++ == TRIES)
		return ikev1_fail(task,
				  fail(-EACCES,
				       "XAUTH: the server asks user %.100s again and again",
				       client->user),
				  0, IKE_STAT_AUTH_FAILED);
	task->wants_type = isakmp_config_find(&config, ISAKMP_CONFIG_XAUTH_TYPE);
	return IKEV1_NEXT;
}

enum ikev1_event xauth_send_reply(struct ikev1_task *task)
{
	const struct ezvpn *client = task->sa->base.isakmp->client;
	struct isakmp_config config = { .type = ISAKMP_CONFIG_REPLY };
	enum ikev1_event event;

	if (task->wants_type)
		isakmp_config_add_number(&config, ISAKMP_CONFIG_XAUTH_TYPE, ISAKMP_XAUTH_GENERIC);
	isakmp_config_add(&config, ISAKMP_CONFIG_XAUTH_USER_NAME, bytes_of_string(client->user));
	isakmp_config_add(&config, ISAKMP_CONFIG_XAUTH_USER_PASSWORD,
			  bytes_of(client->password.data, client->password.len));
	say_attributes("reply", &config);
	event = transaction_send(task, &config, SEND_LAST);
	if (event == IKEV1_NEXT)
		transaction_done(task, "Done with xauth request/reply exchange");
	return event;
}

enum ikev1_event xauth_take_status(struct ikev1_task *task)
{
	struct ikev1_sa *sa = task->sa;
	const struct isakmp_config_attribute *status;
	struct isakmp_config config, ack = { .type = ISAKMP_CONFIG_ACK };
	enum ikev1_event event;
	bool good;

	if (!transaction_take(task, &config))
		return IKEV1_NONE;
	say_message(sa, &config);
	status = isakmp_config_find(&config, ISAKMP_CONFIG_XAUTH_STATUS);
	good = status && status->basic && status->number == ISAKMP_XAUTH_OK;
	isakmp_config_add_number(&ack, ISAKMP_CONFIG_XAUTH_STATUS,
				 good ? ISAKMP_XAUTH_OK : ISAKMP_XAUTH_FAIL);
	event = transaction_send(task, &ack, SEND_LAST);
	if (event != IKEV1_NEXT)
		return event;
	if (!good)
		return ikev1_fail(task,
				  fail(-EACCES,
				       "XAUTH: the server refuses user %.100s: name or password "
				       "is wrong",
				       sa->base.isakmp->client->user),
				  0, IKE_STAT_AUTH_FAILED);
	transaction_done(task, "Transaction mode done");
	task->proven = true;
	return IKEV1_NEXT;
}

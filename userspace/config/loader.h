/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CONFIG_LOADER_H
#define SEKI_CONFIG_LOADER_H

/* What a file is while it is being read: shared by the parser, the handlers of
 * statements and the checks that follow.
 */

#include "config/grammar.h"

/** struct place - a word or a whole statement (@column 0) of the file */
struct place {
	unsigned int line, column, width;
};

enum reference_kind {
	REFERENCE_IKE_PROPOSAL, /* "proposal NAME" */
	REFERENCE_KEYRING,
	REFERENCE_POOL,
	REFERENCE_AUTHORIZATION,
	REFERENCE_TRUSTPOINT,
	REFERENCE_TRANSFORM_SET,
	REFERENCE_IKEV2_PROFILE,
	REFERENCE_ISAKMP_PROFILE,
	REFERENCE_ISAKMP_KEYRING,
	REFERENCE_IPSEC_PROFILE,
	REFERENCE_ACCESS_LIST,
	REFERENCE_CRYPTO_MAP,
	REFERENCE_SPLIT_LIST,
	REFERENCE_CLIENT_POOL,
	REFERENCE_CLIENT_GROUP,
	REFERENCE_EZVPN,
};

/** struct reference - a name to be looked up when all is read; @slot: where in an array */
struct reference {
	TAILQ_ENTRY(reference) link;
	enum reference_kind kind;
	struct place place;
	char *name;
	size_t slot;
	union {
		struct trustpoint_use *trustpoint_use;
		struct ikev2_policy *ikev2_policy;
		struct authorization_policy *authorization;
		struct ikev2_profile *ikev2_profile;
		struct isakmp_profile *isakmp_profile;
		struct client_group *client_group;
		struct ipsec_profile *ipsec_profile;
		struct interface_config *interface;
	} owner;
};

/** struct legacy_use - a weak algorithm somewhere; exactly one owner is set */
struct legacy_use {
	TAILQ_ENTRY(legacy_use) link;
	struct place place;
	struct transform transform;
	const struct ike_proposal *ike_proposal;
	const struct transform_set *set;
	const struct ipsec_profile *ipsec_profile;
};

/** struct named_once - a statement of which one notice is enough */
struct named_once {
	TAILQ_ENTRY(named_once) link;
	char text[64];
};

struct loader {
	struct policy *policy;
	struct config_report *report;

	char **lines; /* NUL ended, without the end of line; lines[0] is line 1 */
	size_t line_count;

	unsigned int number; /* of the current line */
	struct line line;
	enum config_mode mode;
	unsigned int indent; /* of the statement that opened the mode */
	bool separated; /* a "!" of its own stood since */
	unsigned int openers[CONFIG_MODE_COUNT]; /* the line that opened each mode last */
	bool *faulty; /* by an object's first line: it has errors, do not complain further */
	bool skipping; /* the mode belongs to a statement that is ignored or wrong */

	/* The objects of the open modes */
	struct ike_proposal *ike_proposal;
	struct ikev2_policy *ikev2_policy;
	struct keyring *keyring;
	struct keyring_peer *peer;
	struct authorization_policy *authorization;
	struct trustpoint *trustpoint;
	struct ikev2_profile *ikev2_profile;
	struct isakmp_policy *isakmp_policy;
	struct isakmp_profile *isakmp_profile; /* of an Easy VPN client, too */
	struct client_group *client_group;
	struct rsa_peer *rsa_peer;
	struct keyring *isakmp_keyring;
	struct transform_set *set;
	struct ipsec_profile *ipsec_profile; /* of a crypto map or Easy VPN client, too */
	struct access_list *access_list;
	struct interface_config *interface;

	TAILQ_HEAD(, reference) references;
	TAILQ_HEAD(, legacy_use) legacy_uses;
	TAILQ_HEAD(, named_once) named;
};

struct place place_of_arg(const struct loader *loader, const struct arg *arg);
struct place place_of_line(unsigned int line);

/** loader_say() - adds a finding; @suggestion may be NULL */
void loader_say(struct loader *loader, enum config_severity severity, struct place place,
		const char *suggestion, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/** loader_say_once() - a notice, unless one with the same @key was given */
void loader_say_once(struct loader *loader, struct place place, const char *key, const char *format,
		     ...) __attribute__((format(printf, 4, 5)));
#define loader_error(loader, place, ...) loader_say(loader, CONFIG_ERROR, place, NULL, __VA_ARGS__)

/** check_policy() - what only the whole file can tell; links the references */
void check_policy(struct loader *loader);

#endif

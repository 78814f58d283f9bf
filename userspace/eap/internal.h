/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_EAP_INTERNAL_H
#define SEKI_EAP_INTERNAL_H

#include "eap/eap.h"

enum eap_verdict {
	EAP_CONTINUE, /* @out goes to the other side */
	EAP_ACCEPT, /* server: over and good; peer: a Success may come now, @out goes first */
	EAP_REJECT,
};

/**
 * struct eap_method - one row of the table
 * @begin: server: the data of its first request
 * @serve: server: the data of a response
 * @answer: peer: the data of a request
 *
 * @why is the cause of EAP_REJECT. Data is what stands behind the type.
 */
struct eap_method {
	uint8_t type;
	const char *name;
	size_t state_size;
	struct result (*begin)(struct eap *eap, struct buffer *out);
	enum eap_verdict (*serve)(struct eap *eap, struct bytes data, struct buffer *out,
				  struct result *why);
	enum eap_verdict (*answer)(struct eap *eap, struct bytes data, struct buffer *out,
				   struct result *why);
};

/** struct eap - one conversation */
struct eap {
	bool server;
	uint8_t identifier; /* of the request in question */
	unsigned int rounds;
	bool identity_asked, accepted, over;
	uint8_t methods[EAP_METHODS_MAX];
	size_t method_count;
	const struct eap_method *method;
	void *state; /* the method's, wiped at the end */
	bool answered; /* server: the peer has gone along with the method */
	struct buffer user, password, msk;
	bool unknown; /* server: the user is; the password is a random one */
	struct eap_server_config config;
};

extern const struct eap_method eap_md5, eap_mschapv2;

#endif

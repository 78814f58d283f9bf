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
 * @by_certificate: users have no password, and the server is proven as well
 * @refusal: peer: what a Failure of the server means
 * @begin: server: the data of its first request
 * @serve: server: the data of a response
 * @answer: peer: the data of a request
 * @end: gives back what the state holds; may be NULL
 *
 * @why is the cause of EAP_REJECT. Data is what stands behind the type.
 */
struct eap_method {
	uint8_t type;
	const char *name;
	const char *refusal;
	size_t state_size;
	bool by_certificate;
	struct result (*begin)(struct eap *eap, struct buffer *out);
	enum eap_verdict (*serve)(struct eap *eap, struct bytes data, struct buffer *out,
				  struct result *why);
	enum eap_verdict (*answer)(struct eap *eap, struct bytes data, struct buffer *out,
				   struct result *why);
	void (*end)(struct eap *eap);
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
	bool no_user; /* server: nobody has this name; the password is a random one */
	bool unknown; /* and the method goes by passwords */
	struct result why; /* what went wrong, until the other side has been told */
	struct eap_server_config config;
	struct eap_tls_config tls;
};

extern const struct eap_method eap_md5, eap_mschapv2, eap_tls;

#endif

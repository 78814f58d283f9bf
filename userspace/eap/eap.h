/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_EAP_EAP_H
#define SEKI_EAP_EAP_H

/*
 * The Extensible Authentication Protocol (RFC 3748), both roles, with packets
 * as octets: who carries them is another matter. Methods are a table.
 */

#include "base/bytes.h"
#include "base/result.h"
#include "cryptox/tls.h"

enum eap_type {
	EAP_TYPE_IDENTITY = 1,
	EAP_TYPE_NOTIFICATION = 2,
	EAP_TYPE_NAK = 3,
	EAP_TYPE_MD5 = 4,
	EAP_TYPE_TLS = 13,
	EAP_TYPE_MSCHAPV2 = 26,
};

#define EAP_METHODS_MAX 4
#define EAP_IDENTITY_MAX 255

struct eap;

/**
 * struct eap_tls_config - certificates of a side that may use EAP-TLS; views live as long as it
 * @key: NULL: there is none
 * @judge: are these the other side's? @user is what a peer says of itself, empty
 *   for the server of a peer; @name gets who a peer is, if that is not @user
 *
 * The rest is as in struct tls_config.
 */
struct eap_tls_config {
	const struct private_key *key;
	struct bytes chain[TLS_CHAIN_MAX];
	size_t chain_count;
	const struct bytes *authorities;
	size_t authority_count;
	struct result (*judge)(void *context, struct bytes user, const struct bytes *chain,
			       size_t count, struct buffer *name);
	void *context;
};

/**
 * struct eap_server_config - what a server goes by
 * @methods: that it offers, in its order; at least one
 * @user: known from elsewhere; empty: the peer is asked for its identity
 * @find_password: of a user; false for an unknown one, which the peer is not told before the end;
 *   asked by eap_begin() and with the peer's identity, never later
 */
struct eap_server_config {
	uint8_t methods[EAP_METHODS_MAX];
	size_t method_count;
	struct bytes user;
	bool (*find_password)(void *context, struct bytes user, struct bytes *password);
	void *context;
	struct eap_tls_config tls;
};

/** struct eap_peer_config - @methods: that it agrees to, best first */
struct eap_peer_config {
	uint8_t methods[EAP_METHODS_MAX];
	size_t method_count;
	struct bytes user, password;
	struct eap_tls_config tls;
};

enum eap_status {
	EAP_RUNNING, /* an answer is to be sent, another packet will come */
	EAP_SUCCEEDED, /* a server still sends its Success */
	EAP_FAILED, /* a server still sends its Failure */
};

struct eap *eap_server_new(const struct eap_server_config *config);
struct eap *eap_peer_new(const struct eap_peer_config *config);
/** eap_free() - wipes what it knew; NULL is fine */
void eap_free(struct eap *eap);

/** eap_begin() - server: its first request */
struct result eap_begin(struct eap *eap, struct buffer *out);
/**
 * eap_receive() - takes a packet of the other side
 * @out: the packet to send, in place of what it held; empty: none
 *
 * Return: why it failed, for our side's log: when @status is EAP_FAILED it is
 * a failure, and nothing else is
 */
struct result eap_receive(struct eap *eap, struct bytes packet, struct buffer *out,
			  enum eap_status *status);
/** eap_failure() - server: a Failure packet, whatever the state */
void eap_failure(struct eap *eap, struct buffer *out);
/** eap_msk() - the key after success, empty when the method makes none */
struct bytes eap_msk(const struct eap *eap);
/** eap_user() - who the peer is, after success; what it says of itself before */
struct bytes eap_user(const struct eap *eap);
/** eap_method_name() - "MD5-Challenge", or NULL while none is agreed */
const char *eap_method_name(const struct eap *eap);
/** eap_takes_long() - does the next packet make signatures? Then it is for a worker */
bool eap_takes_long(const struct eap *eap);
/** eap_type_known() - is there such a method? */
bool eap_type_known(uint8_t type);
/** eap_type_is_mutual() - does it prove the server too, and make a key (RFC 5998 section 4)? */
bool eap_type_is_mutual(uint8_t type);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CRYPTOX_TLS_H
#define SEKI_CRYPTOX_TLS_H

/*
 * One end of a TLS connection (1.2 and 1.3) that is made of octets: whoever
 * asks carries them. Both ends show certificates, which the caller judges;
 * sessions are not resumed and nothing is renegotiated.
 */

#include "cryptox/signature.h"

#define TLS_CHAIN_MAX 8 /* certificates that either end may show */
#define TLS_AUTHORITIES_MAX 16

/**
 * struct tls_config - what an end goes by; views are looked at by tls_new() alone
 * @chain: our certificate and those above it, in DER
 * @authorities: server: the certificates whose names are asked for, in DER
 * @judge: are these the other end's? A failure ends the connection, and is what tls_step() returns
 */
struct tls_config {
	bool server;
	const struct private_key *key;
	const struct bytes *chain;
	size_t chain_count;
	const struct bytes *authorities;
	size_t authority_count;
	struct result (*judge)(void *context, const struct bytes *chain, size_t count);
	void *context;
};

struct tls;

struct result tls_new(const struct tls_config *config, struct tls **out);
void tls_free(struct tls *tls); /* NULL is fine */

/**
 * tls_step() - goes on with what has come; makes signatures, so for a worker
 * @in: what the other end has sent; empty: the client begins
 * @out: gets what is to be sent appended, after a failure an alert
 */
struct result tls_step(struct tls *tls, struct bytes in, struct buffer *out);
/** tls_finished() - has our end come to the end of the handshake? */
bool tls_finished(const struct tls *tls);
bool tls_is_13(const struct tls *tls); /* after the handshake */
/** tls_received() - application data that has come so far */
struct bytes tls_received(const struct tls *tls);
/** tls_send() - application data, protected */
struct result tls_send(struct tls *tls, struct bytes data, struct buffer *out);
/** tls_export() - a key for somebody else (RFC 5705); @context: empty for none */
struct result tls_export(struct tls *tls, const char *label, struct bytes context, uint8_t *out,
			 size_t len);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_V2_CERTS_H
#define SEKI_IKE_V2_CERTS_H

/*
 * Certificates in messages: which ones are asked for, sent and received
 * (RFC 7296 sections 3.6 and 3.7, rows H08 to H11), and which hashes may sign
 * (RFC 7427 section 4).
 */

#include "ike/certificates.h"
#include "ike/v2/internal.h"

/** certs_note() - keeps what the peer's message asks for: authorities, hashes */
void certs_note(struct task *task);
/** certs_peer_knows() - may a digital signature use this hash? */
bool certs_peer_knows(const struct task *task, enum signature_hash hash);
/** certs_put_init() - our wishes in IKE_SA_INIT; none where no profile uses certificates */
void certs_put_init(struct task *task, struct writer *writer);
/**
 * certs_choose() - the certificate that we sign with, task->credential
 *
 * One that the peer asks for, else the profile's first; the first call decides.
 * Return: why there is none
 */
struct result certs_choose(struct task *task);
/** certs_put() - it and those above it; certs_put_request() - what the peer's should be under */
void certs_put(const struct task *task, struct writer *writer);
void certs_put_request(const struct task *task, struct writer *writer);
/** certs_collect() - the peer's CERT payloads */
struct result certs_collect(const struct task *task, struct certificate_check *check);

#endif

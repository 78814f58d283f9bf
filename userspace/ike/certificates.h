/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_IKE_CERTIFICATES_H
#define SEKI_IKE_CERTIFICATES_H

/*
 * What certificates mean to a key exchange, of whatever version: the name that
 * a peer must have in its own, and whether that is good. How they travel in messages is the
 * version's business.
 */

#include "ike/policy.h"

/** trustpoint_is_under() - is our certificate of it under the authority with this key? */
bool trustpoint_is_under(const struct trustpoint *trustpoint, const uint8_t hash[PKI_KEY_HASH]);
/** trustpoint_is_under_name() - the same by the authority's name, a DN in DER */
bool trustpoint_is_under_name(const struct trustpoint *trustpoint, struct bytes name);

/**
 * certificate_name() - what an identity must be in the certificate (RFC 4945 section 3.1)
 * @question: points into @identity afterwards
 */
struct result certificate_name(const struct identity *identity, struct pki_question *question);

/**
 * struct certificate_check - a peer's certificate on its way through a worker
 * @certificates: the octets that @question's views point into: message, profile and
 * trustpoints may go before it is done
 * @legacy: what is weak is permitted
 * @weak: it was good only because of that
 * @public_key: of a good one, as a SubjectPublicKeyInfo
 */
struct certificate_check {
	struct pki_question question;
	struct anchors *anchors[PKI_ANCHORS_MAX];
	struct identity identity;
	struct buffer certificates[PKI_CHAIN_MAX];
	bool legacy, weak;
	struct buffer public_key;
};

/** certificate_check_begin() - of a peer with this name, now */
struct result certificate_check_begin(struct certificate_check *check,
				      const struct identity *identity, bool legacy);
/** certificate_check_trust() - an authority more; what is too many is passed over */
void certificate_check_trust(struct certificate_check *check, const struct trustpoint *trustpoint);
/** certificate_check_add() - in the order in which the peer sent them, its own first */
struct result certificate_check_add(struct certificate_check *check, struct bytes der);
/** certificate_check_run() - takes long; the sentence names the certificate and the reason */
struct result certificate_check_run(struct certificate_check *check);
void certificate_check_free(struct certificate_check *check); /* what is in it */

#endif

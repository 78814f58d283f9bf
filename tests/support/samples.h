/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_TESTS_SAMPLES_H
#define SEKI_TESTS_SAMPLES_H

/*
 * The six messages whose octets section 2A of the requirements counts: the
 * IKE_SA_INIT, IKE_AUTH and IKE rekey exchanges of the S0 document, built with
 * our own writers. Keys, nonces and hashes are made up.
 */

#include "codec/codec.h"

/** struct sample - @build puts the payloads in the document's order */
struct sample {
	const char *name;
	struct ike_header header;
	bool sealed;
	void (*build)(struct writer *writer);
};

extern const struct sample samples[];
extern const size_t sample_count;

const struct sample *sample_find(const char *name);
/** sample_sealer() - AES-CBC-128 and HMAC-SHA1-96 with fixed keys; cryptox_start() comes first */
struct sealer *sample_sealer(void);
struct bytes sample_encr_key(void); /* the sealer's keys, good until the next call */
struct bytes sample_integ_key(void);
/** sample_encode() - the whole datagram in place of what @out held */
void sample_encode(const struct sample *sample, struct sealer *sealer, struct buffer *out);
/** sample_ike_default() - the 15 transforms of row B09 */
void sample_ike_default(struct proposal *proposal);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEKI_CODEC_BOUNDS_H
#define SEKI_CODEC_BOUNDS_H

/*
 * The bounds that untrusted octets are measured against, in the words that the
 * requirement rows L12 and L13 prescribe. Each refusal reads "WORDS HAVE/WANT"
 * and, below the level of the message, "in PLACE".
 *
 * name, words, where it applies (message.c, payload_*.c, sealed.c)
 */
#define BOUND_LIST(X) \
	/* fewer octets than the fixed IKE header has */ \
	X(IKE_HEADER_SHORT, "IKE header size is not enough") \
	/* the length in the IKE header is below that of the header itself */ \
	X(MESSAGE_SHORT, "message size is not enough") \
	/* datagram and IKE header disagree, whichever is longer */ \
	X(MESSAGE_UNMATCHED, "message size unmatched") \
	/* fewer octets left than a generic payload header has */ \
	X(PAYLOAD_HEADER_SHORT, "payload header size is not enough") \
	/* the length in a generic payload header is below that of the header itself */ \
	X(PAYLOAD_LENGTH_SMALL, "too few payload length") \
	/* a payload is cut off, or its fixed part is not all there */ \
	X(PAYLOAD_SHORT, "payload size is not enough") \
	/* octets left behind the last payload, proposal or transform; no whole cipher block */ \
	X(PAYLOAD_UNMATCHED, "payload size unmatched") \
	/* octets left behind what a count field announces: logged and passed over, not refused */ \
	X(PAYLOAD_EXTRA, "too match payload length, ignores extra data") \
	/* the fixed part of a proposal, transform, attribute or selector is not all there */ \
	X(FIELD_HEADER_SHORT, "field header size is not enough") \
	/* the variable part of these, or an SPI, nonce, key or padding, is cut off or empty */ \
	X(FIELD_SHORT, "field size is not enough") \
	/* a size that can only have one value, or not more than one, or a count, is different */ \
	X(FIELD_UNMATCHED, "field size unmatched")

#include "base/result.h"

#include <stddef.h>

enum bound {
#define X(name, words) BOUND_##name,
	BOUND_LIST(X)
#undef X
};

/**
 * out_of_bounds() - refuses what does not fit
 * @have: octets (or items) that are there
 * @want: what there should be
 * @where: the place, NULL for the message itself
 * Return: -EPROTO and the sentence
 */
struct result out_of_bounds(enum bound bound, size_t have, size_t want, const char *where);
/** note_extra_data() - BOUND_PAYLOAD_EXTRA, in the error debug only */
void note_extra_data(size_t have, size_t want, const char *where);

#endif

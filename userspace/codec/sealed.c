// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The encrypted payload (RFC 7296 section 3.14; with an AEAD RFC 5282):
 *
 *   IKE header | SK generic header | IV | payloads, padding, pad length | ICV
 *   `------ associated data ------'      `-------- encrypted --------'
 *
 * An INTEG transform covers everything before the ICV.
 */
#include <errno.h>

#include "codec/bounds.h"
#include "codec/codec.h"

/* The least number of octets that makes payloads and pad length a whole number of blocks. */
static size_t pad_length(size_t payloads, size_t block)
{
	return (block - (payloads + 1) % block) % block;
}

struct result message_seal(const struct ike_header *header, const struct writer *chain,
			   struct sealer *sealer, struct buffer *out)
{
	const struct cipher_suite *suite = sealer_suite(sealer);
	size_t pad = pad_length(chain->buffer.len, encr_block_size(suite->encr));
	size_t length = chain->buffer.len + pad + 1 + encr_iv_size(suite->encr) +
			suite_icv_size(suite) + PAYLOAD_HEADER_SIZE;
	struct buffer plain = { 0 };
	struct writer head;
	struct result result;
	size_t at;

	buffer_free(out);
	if (chain->overflow || length + IKE_HEADER_SIZE > MESSAGE_SIZE_MAX)
		return fail(-EMSGSIZE, "message size unmatched %zu/%u", length + IKE_HEADER_SIZE,
			    MESSAGE_SIZE_MAX);

	writer_begin(&head, header);
	at = writer_open(&head, PAYLOAD_ENCRYPTED);
	/* Both lengths count what follows, and are authenticated with it. */
	head.buffer.data[at] = chain->first;
	buffer_set_u16(&head.buffer, at + PAYLOAD_HEADER_LENGTH_AT, (uint16_t)length);
	buffer_set_u32(&head.buffer, IKE_HEADER_LENGTH_AT, (uint32_t)(length + IKE_HEADER_SIZE));

	buffer_put(&plain, buffer_bytes(&chain->buffer));
	buffer_extend(&plain, pad);
	buffer_put_u8(&plain, (uint8_t)pad);

	buffer_put(out, buffer_bytes(&head.buffer));
	result = sealer_seal(sealer, buffer_bytes(&head.buffer), buffer_bytes(&plain), out);
	if (failed(&result))
		buffer_free(out);
	buffer_free(&plain);
	writer_free(&head);
	return result;
}

/* Whatever is refused before the ICV was found right may be anybody's: -EBADMSG. */
static struct result not_authentic(struct result result)
{
	result.code = -EBADMSG;
	return result;
}

static struct result check_sealed_size(const struct cipher_suite *suite, size_t size)
{
	size_t block = encr_block_size(suite->encr);
	size_t overhead = encr_iv_size(suite->encr) + suite_icv_size(suite);

	/* The pad length octet is always there, so at least one block is. */
	if (size < overhead + block)
		return not_authentic(out_of_bounds(BOUND_PAYLOAD_SHORT, size, overhead + block,
						   payload_name(PAYLOAD_ENCRYPTED)));
	if ((size - overhead) % block)
		return not_authentic(out_of_bounds(BOUND_PAYLOAD_UNMATCHED, size,
						   size - (size - overhead) % block,
						   payload_name(PAYLOAD_ENCRYPTED)));
	return RESULT_OK;
}

struct result message_open(const struct message *message, struct sealer *sealer,
			   struct buffer *plain, struct message *inner)
{
	const struct payload *sealed = message_get(message, PAYLOAD_ENCRYPTED);
	struct result result;
	size_t pad;

	inner->header = message->header;
	inner->octets = (struct bytes){ 0 };
	inner->count = 0;
	if (!sealed)
		return fail(-EBADMSG, "encrypted payload is not contained");
	result = check_sealed_size(sealer_suite(sealer), sealed->body.len);
	if (failed(&result))
		return result;

	buffer_set(plain, (struct bytes){ 0 });
	result = sealer_open(sealer,
			     bytes_of(message->octets.data, sealed->offset + PAYLOAD_HEADER_SIZE),
			     sealed->body, plain);
	if (result.code == -EBADMSG)
		return fail(-EBADMSG, "authentication is wrong");
	if (failed(&result))
		return not_authentic(result);

	/* Receivers take any padding (RFC 7296 section 3.14), but it must be there. */
	pad = plain->data[plain->len - 1];
	if (pad + 1 > plain->len)
		return out_of_bounds(BOUND_FIELD_SHORT, plain->len - 1, pad, "padding");
	return payloads_parse(sealed->next, bytes_of(plain->data, plain->len - 1 - pad), inner);
}

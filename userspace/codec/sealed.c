// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The encrypted payload (RFC 7296 section 3.14; with an AEAD RFC 5282):
 *
 *   IKE header | SK generic header | IV | payloads, padding, pad length | ICV
 *   `------ associated data ------'      `-------- encrypted --------'
 *
 * An INTEG transform covers everything before the ICV. A fragment (RFC 7383) has
 * its number and their total in front of the IV, among the associated data.
 */
#include <errno.h>

#include "codec/bounds.h"
#include "codec/codec.h"

#define FRAGMENT_HEADER_SIZE 4 /* number and total (RFC 7383 section 2.5) */

/* The least number of octets that makes payloads and pad length a whole number of blocks. */
static size_t pad_length(size_t payloads, size_t block)
{
	return (block - (payloads + 1) % block) % block;
}

/*
 * @type: PAYLOAD_ENCRYPTED or PAYLOAD_FRAGMENT; @next: of the first payload inside
 * @clear: what stands between the generic header and the IV
 */
static struct result seal(const struct ike_header *header, uint8_t type, uint8_t next,
			  struct bytes clear, struct bytes payloads, struct sealer *sealer,
			  struct buffer *out)
{
	const struct cipher_suite *suite = sealer_suite(sealer);
	size_t pad = pad_length(payloads.len, encr_block_size(suite->encr));
	size_t length = payloads.len + pad + 1 + encr_iv_size(suite->encr) + suite_icv_size(suite) +
			PAYLOAD_HEADER_SIZE + clear.len;
	struct buffer plain = { 0 };
	struct writer head;
	struct result result;
	size_t at;

	buffer_free(out);
	if (length + IKE_HEADER_SIZE > MESSAGE_SIZE_MAX)
		return fail(-EMSGSIZE, "message size unmatched %zu/%u", length + IKE_HEADER_SIZE,
			    MESSAGE_SIZE_MAX);

	writer_begin(&head, header);
	at = writer_open(&head, type);
	/* Both lengths count what follows, and are authenticated with it. */
	head.buffer.data[at] = next;
	buffer_set_u16(&head.buffer, at + PAYLOAD_HEADER_LENGTH_AT, (uint16_t)length);
	buffer_set_u32(&head.buffer, IKE_HEADER_LENGTH_AT, (uint32_t)(length + IKE_HEADER_SIZE));
	buffer_put(&head.buffer, clear);

	buffer_put(&plain, payloads);
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

struct result message_seal(const struct ike_header *header, const struct writer *chain,
			   struct sealer *sealer, struct buffer *out)
{
	if (chain->overflow) {
		buffer_free(out);
		return fail(-EMSGSIZE, "message size unmatched %zu/%u", chain->buffer.len,
			    MESSAGE_SIZE_MAX);
	}
	return seal(header, PAYLOAD_ENCRYPTED, chain->first, (struct bytes){ 0 },
		    buffer_bytes(&chain->buffer), sealer, out);
}

size_t fragment_room(const struct sealer *sealer, size_t size)
{
	const struct cipher_suite *suite = sealer_suite(sealer);
	size_t block = encr_block_size(suite->encr);
	size_t overhead = IKE_HEADER_SIZE + PAYLOAD_HEADER_SIZE + FRAGMENT_HEADER_SIZE +
			  encr_iv_size(suite->encr) + suite_icv_size(suite);

	if (size < overhead + block)
		return 0;
	/* Whole blocks, one octet of which is the pad length. */
	return (size - overhead) / block * block - 1;
}

struct result fragment_seal(const struct ike_header *header, const struct fragment *fragment,
			    struct bytes part, struct sealer *sealer, struct buffer *out)
{
	uint8_t numbers[FRAGMENT_HEADER_SIZE] = { fragment->number >> 8, fragment->number & 0xff,
						  fragment->total >> 8, fragment->total & 0xff };

	return seal(header, PAYLOAD_FRAGMENT, fragment->first, BYTES(numbers), part, sealer, out);
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

/* @clear: octets of @sealed between the generic header and the IV */
static struct result unseal(const struct message *message, const struct payload *sealed,
			    size_t clear, struct sealer *sealer, struct buffer *plain,
			    struct bytes *payloads)
{
	struct bytes body;
	struct result result;
	size_t pad;

	if (sealed->body.len < clear)
		return not_authentic(out_of_bounds(BOUND_PAYLOAD_SHORT, sealed->body.len, clear,
						   payload_name(sealed->type)));
	body = bytes_of(sealed->body.data + clear, sealed->body.len - clear);
	result = check_sealed_size(sealer_suite(sealer), body.len);
	if (failed(&result))
		return result;

	buffer_set(plain, (struct bytes){ 0 });
	result = sealer_open(sealer,
			     bytes_of(message->octets.data,
				      sealed->offset + PAYLOAD_HEADER_SIZE + clear),
			     body, plain);
	if (result.code == -EBADMSG)
		return fail(-EBADMSG, "authentication is wrong");
	if (failed(&result))
		return not_authentic(result);

	/* Receivers take any padding (RFC 7296 section 3.14), but it must be there. */
	pad = plain->data[plain->len - 1];
	if (pad + 1 > plain->len)
		return out_of_bounds(BOUND_FIELD_SHORT, plain->len - 1, pad, "padding");
	*payloads = bytes_of(plain->data, plain->len - 1 - pad);
	return RESULT_OK;
}

struct result message_open(const struct message *message, struct sealer *sealer,
			   struct buffer *plain, struct message *inner)
{
	const struct payload *sealed = message_get(message, PAYLOAD_ENCRYPTED);
	struct bytes payloads;
	struct result result;

	inner->header = message->header;
	inner->octets = (struct bytes){ 0 };
	inner->count = 0;
	if (!sealed)
		return fail(-EBADMSG, "not contained ENCR payload");
	result = unseal(message, sealed, 0, sealer, plain, &payloads);
	return failed(&result) ? result : payloads_parse(sealed->next, payloads, inner);
}

struct result fragment_numbers(const struct message *message, struct fragment *fragment)
{
	const struct payload *sealed = message_get(message, PAYLOAD_FRAGMENT);
	struct reader reader;

	*fragment = (struct fragment){ 0 };
	if (!sealed)
		return fail(-EPROTO, "not contained ENCR FRAG payload");
	reader = reader_of(sealed->body);
	if (!reader_get_u16(&reader, &fragment->number) ||
	    !reader_get_u16(&reader, &fragment->total))
		return out_of_bounds(BOUND_PAYLOAD_SHORT, sealed->body.len, FRAGMENT_HEADER_SIZE,
				     payload_name(PAYLOAD_FRAGMENT));
	if (!fragment->number || fragment->number > fragment->total)
		return fail(-EPROTO, "cannot process ENCR FRAG payload: number %u of %u",
			    fragment->number, fragment->total);
	fragment->first = sealed->next;
	/* The first one knows what comes first (RFC 7383 section 2.5). */
	if ((fragment->number == 1) == (fragment->first == PAYLOAD_NONE))
		return fail(-EPROTO,
			    "cannot process ENCR FRAG payload: next payload %u in number %u",
			    fragment->first, fragment->number);
	return RESULT_OK;
}

struct result fragment_open(const struct message *message, struct sealer *sealer,
			    struct buffer *plain)
{
	const struct payload *sealed = message_get(message, PAYLOAD_FRAGMENT);
	struct bytes part;
	struct result result;

	if (!sealed)
		return fail(-EBADMSG, "not contained ENCR FRAG payload");
	result = unseal(message, sealed, FRAGMENT_HEADER_SIZE, sealer, plain, &part);
	if (!failed(&result))
		plain->len = part.len;
	return result;
}

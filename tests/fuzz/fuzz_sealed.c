// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What comes out of the encrypted payload. The first octet is the type of the
 * first payload, the others are the chain: read it, write it again, and it
 * must read the same; seal it, and it must open to the same octets.
 */
#include <stdlib.h>

#include "../support/reencode.h"
#include "../support/samples.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_line(void *context, const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text >= 0x7f)
			abort();
}

static void expect(struct result result)
{
	if (failed(&result))
		abort();
}

/* Writing keeps what is understood; writing that once more changes nothing. */
static void check_fixed_point(const struct message *message)
{
	struct writer once, twice;
	struct message again;
	struct result result;

	writer_begin_chain(&once);
	writer_begin_chain(&twice);
	result = reencode_chain(&once, message);
	if (!failed(&result)) {
		expect(payloads_parse(once.first, buffer_bytes(&once.buffer), &again));
		if (again.count != message->count)
			abort();
		expect(reencode_chain(&twice, &again));
		if (once.first != twice.first ||
		    !bytes_equal(buffer_bytes(&once.buffer), buffer_bytes(&twice.buffer)))
			abort();
	} else if (!result.why[0]) {
		abort();
	}
	writer_free(&once);
	writer_free(&twice);
}

static void check_seal(uint8_t first, struct bytes chain)
{
	static const struct ike_header header = { .version = IKE_VERSION_2,
						  .exchange = EXCHANGE_INFORMATIONAL };
	static struct sealer *sealer;
	struct buffer out = { 0 }, plain = { 0 };
	struct message message, inner;
	struct writer writer;
	struct result result;

	if (!sealer) {
		expect(cryptox_start(true));
		sealer = sample_sealer();
	}
	writer_begin_chain(&writer);
	writer.first = first;
	buffer_put(&writer.buffer, chain);
	result = message_seal(&header, &writer, sealer, &out);
	if (!failed(&result)) {
		expect(message_parse(buffer_bytes(&out), &message));
		result = message_open(&message, sealer, &plain, &inner);
		if (!failed(&result) && !bytes_equal(inner.octets, chain))
			abort();
		if (failed(&result) && !result.why[0])
			abort();
	}
	writer_free(&writer);
	buffer_free(&out);
	buffer_free(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message message = { 0 };
	struct result result;
	struct bytes chain;

	if (!size)
		return 0;
	chain = bytes_of(data + 1, size - 1);
	result = payloads_parse(data[0], chain, &message);
	if (failed(&result) != (result.why[0] != '\0'))
		abort();
	if (!failed(&result)) {
		message_dump(&message, take_line, NULL);
		check_fixed_point(&message);
	}
	check_seal(data[0], chain);
	return 0;
}

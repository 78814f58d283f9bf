// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a peer says about itself: identity, certificates, the algorithm of its
 * signature and the signature. The first octet chooses permissions and the
 * kind of name; then come the name, up to three certificates and the signature,
 * each behind its length in two octets; a certificate may be empty.
 */
#include <stdlib.h>
#include <string.h>

#include "codec/identity.h"
#include "config/config.h"
#include "cryptox/cryptox.h"
#include "pki/pki.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1800000000 /* always the same, when the seeds are valid */

static const struct trustpoint *trustpoint(bool crl)
{
	static const char text[] = "crypto pki trustpoint A\n ca file tests/seeds/pki/ca.pem\n"
				   "crypto pki trustpoint B\n ca file tests/seeds/pki/ca.pem\n"
				   " crl file tests/seeds/pki/ca.crl\n";
	static struct policy *policy;
	struct config_report report;

	if (!policy) {
		config_report_init(&report);
		if (cryptox_start(false).code ||
		    config_load_text("fuzz", bytes_of_string(text), &report, &policy).code)
			abort();
		config_report_free(&report);
	}
	return crl ? TAILQ_NEXT(TAILQ_FIRST(&policy->trustpoints), link) :
		     TAILQ_FIRST(&policy->trustpoints);
}

static struct bytes next_part(struct reader *reader)
{
	struct bytes part = { NULL, 0 };
	uint16_t len;

	if (reader_get_u16(reader, &len) && len <= reader_left(reader))
		reader_get_bytes(reader, len, &part);
	return part;
}

/* What is shown of a name never holds what a terminal would obey. */
static void check_text(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			abort();
}

static void try_identity(struct bytes name)
{
	struct identity identity;
	char text[IDENTITY_TEXT];

	if (identity_set(&identity, ID_DER_ASN1_DN, name))
		check_text(identity_format(&identity, text));
}

static void try_certificate(struct bytes der)
{
	struct certificate_facts facts;

	if (!certificate_describe(der, &facts))
		return;
	check_text(facts.subject);
	check_text(facts.issuer);
	check_text(facts.serial);
}

static void try_signature(struct bytes public_key, struct bytes signature)
{
	const struct signature_scheme *scheme;
	struct reader reader = reader_of(signature);
	struct bytes identifier;
	uint8_t len;

	if (!reader_get_u8(&reader, &len) || !reader_get_bytes(&reader, len, &identifier))
		return;
	scheme = signature_scheme_by_identifier(identifier);
	if (!scheme)
		return;
	if (!bytes_equal(signature_scheme_identifier(scheme), identifier) &&
	    scheme->family != SIGNATURE_RSA_PSS)
		abort();
	reader_get_bytes(&reader, reader_left(&reader), &signature);
	/* Nobody has signed this: whatever is said to be its signature is none. */
	if (!public_key_verify(public_key, scheme, bytes_of_string("never signed"), signature).code)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader reader = reader_of(bytes_of(data, size));
	struct pki_question question = { .now = NOW, .anchor_count = 1 };
	struct buffer public_key = {};
	struct result result;
	struct bytes part;
	uint8_t choice;

	if (!reader_get_u8(&reader, &choice))
		return 0;
	question.kind = choice & 3;
	question.legacy = choice & 4;
	question.anchors[0] = trustpoint(choice & 8)->anchors;
	question.name = next_part(&reader);
	try_identity(question.name);
	for (int i = 0; i < 3; i++) {
		part = next_part(&reader);
		try_certificate(part);
		if (part.len)
			question.chain[question.chain_count++] = part;
	}
	result = pki_verify(&question, &public_key);
	if (failed(&result) ? public_key.len || !result.why[0] :
			      public_key_kind(buffer_bytes(&public_key)) == KEY_KIND_NONE)
		abort();
	check_text(result.why);
	if (!failed(&result))
		try_signature(buffer_bytes(&public_key), next_part(&reader));
	buffer_free(&public_key);
	return 0;
}

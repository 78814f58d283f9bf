// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/certificates.h"

#include <errno.h>
#include <string.h>
#include <time.h>

bool trustpoint_is_under(const struct trustpoint *trustpoint, const uint8_t hash[PKI_KEY_HASH])
{
	for (size_t i = 0; trustpoint->anchors && i < anchors_count(trustpoint->anchors); i++)
		if (!memcmp(anchors_key_hash(trustpoint->anchors, i), hash, PKI_KEY_HASH))
			return true;
	return credential_is_under(trustpoint->credential, hash);
}

bool trustpoint_is_under_name(const struct trustpoint *trustpoint, struct bytes name)
{
	for (size_t i = 0; trustpoint->anchors && i < anchors_count(trustpoint->anchors); i++)
		if (bytes_equal(anchors_subject(trustpoint->anchors, i), name))
			return true;
	return credential_is_under_name(trustpoint->credential, name);
}

struct result certificate_name(const struct identity *identity, struct pki_question *question)
{
	question->name = identity_bytes(identity);
	switch (identity->type) {
	case ID_IPV4_ADDR:
	case ID_IPV6_ADDR:
		question->kind = PKI_NAME_ADDRESS;
		return RESULT_OK;
	case ID_FQDN:
		question->kind = PKI_NAME_DNS;
		return RESULT_OK;
	case ID_RFC822_ADDR:
		question->kind = PKI_NAME_EMAIL;
		return RESULT_OK;
	case ID_DER_ASN1_DN:
		question->kind = PKI_NAME_DN;
		return RESULT_OK;
	default:
		return fail(-EACCES,
			    "the peer calls itself by a %s, which no certificate can confirm",
			    identity_type_name(identity->type));
	}
}

struct result certificate_check_begin(struct certificate_check *check,
				      const struct identity *identity, bool legacy)
{
	check->legacy = legacy;
	check->identity = *identity;
	check->question.now = time(NULL);
	return certificate_name(&check->identity, &check->question);
}

void certificate_check_trust(struct certificate_check *check, const struct trustpoint *trustpoint)
{
	size_t at = check->question.anchor_count;

	if (at == PKI_ANCHORS_MAX)
		return;
	check->anchors[at] = anchors_hold(trustpoint->anchors);
	check->question.anchors[at] = check->anchors[at];
	check->question.anchor_count++;
}

struct result certificate_check_add(struct certificate_check *check, struct bytes der)
{
	size_t at = check->question.chain_count;

	if (at == PKI_CHAIN_MAX)
		return fail(-E2BIG, "the peer sent more than %d certificates", PKI_CHAIN_MAX);
	buffer_set(&check->certificates[at], der);
	check->question.chain[at] = buffer_bytes(&check->certificates[at]);
	check->question.chain_count++;
	return RESULT_OK;
}

struct result certificate_check_run(struct certificate_check *check)
{
	struct result result = pki_verify(&check->question, &check->public_key);

	if (!failed(&result) || !check->legacy)
		return result;
	check->question.legacy = check->weak = true;
	return pki_verify(&check->question, &check->public_key);
}

void certificate_check_free(struct certificate_check *check)
{
	for (size_t i = 0; i < PKI_ANCHORS_MAX; i++)
		anchors_free(check->anchors[i]);
	for (size_t i = 0; i < PKI_CHAIN_MAX; i++)
		buffer_free(&check->certificates[i]);
	buffer_free(&check->public_key);
}

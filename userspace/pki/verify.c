// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A peer's certificate: from it to one of the authorities that we trust, then
 * its usage, then its name. Each failure has a sentence of its own.
 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>

#include "pki/internal.h"

#define STRENGTH_LEVEL 2 /* of OpenSSL: 112 bits, which RSA of 2048 has and SHA-1 has not */

/*
 * What comes from the peer is octets until it is one DER sequence that fills
 * them: OpenSSL sees nothing that is cut off or has something behind it.
 */
static bool is_sequence(struct bytes in)
{
	struct reader reader = reader_of(in);
	uint8_t tag, first, octet;
	size_t len;

	if (!reader_get_u8(&reader, &tag) || tag != 0x30 || !reader_get_u8(&reader, &first))
		return false;
	len = first;
	if (first & 0x80) {
		if (first < 0x81 || first > 0x83)
			return false;
		len = 0;
		for (int i = first & 0x7f; i; i--) {
			if (!reader_get_u8(&reader, &octet))
				return false;
			len = len << 8 | octet;
		}
	}
	return len == reader_left(&reader);
}

static X509 *read_certificate(struct bytes der)
{
	const unsigned char *at = der.data;
	X509 *certificate = is_sequence(der) ? d2i_X509(NULL, &at, (long)der.len) : NULL;

	if (certificate && at == der.data + der.len)
		return certificate;
	X509_free(certificate);
	ERR_clear_error();
	return NULL;
}

/* Where the trustpoint says so, a certificate may go without a CRL that speaks about it. */
static int judge(int good, X509_STORE_CTX *context)
{
	const struct anchors *anchors = X509_STORE_CTX_get_app_data(context);
	bool own = !X509_STORE_CTX_get_error_depth(context);
	bool lenient = anchors->revocation == REVOCATION_CRL_NONE;

	if (good)
		return good;
	switch (X509_STORE_CTX_get_error(context)) {
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		/* An authority above may have none: its own authority's CRL is wanted if it is there. */
		good = lenient || !own;
		break;
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_CRL_NOT_YET_VALID:
		good = lenient;
		break;
	default:
		break;
	}
	if (good)
		X509_STORE_CTX_set_error(context, X509_V_OK);
	return good;
}

/* OpenSSL's reason in our words; @certificate is the one that it is about. */
static struct result refusal(const struct anchors *anchors, int reason, const X509 *certificate)
{
	char subject[PKI_TEXT] = "?", issuer[PKI_TEXT / 2] = "?", date[32] = "?";

	if (certificate) {
		pki_name_text(X509_get_subject_name(certificate), subject, sizeof(subject) / 2);
		pki_name_text(X509_get_issuer_name(certificate), issuer, sizeof(issuer));
	}
	switch (reason) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		if (certificate)
			pki_time_text(X509_get0_notAfter(certificate), date, sizeof(date));
		return fail(-EACCES, "certificate %s has expired on %s", subject, date);
	case X509_V_ERR_CERT_NOT_YET_VALID:
		if (certificate)
			pki_time_text(X509_get0_notBefore(certificate), date, sizeof(date));
		return fail(-EACCES, "certificate %s is not valid before %s: is our clock right?",
			    subject, date);
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		return fail(-EACCES, "certificate %s was issued by %s, an unknown CA", subject,
			    issuer);
	case X509_V_ERR_CERT_REVOKED:
		return fail(-EACCES, "certificate %s is revoked by the CRL of trustpoint %.60s",
			    subject, anchors->name);
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		return fail(-EACCES,
			    "trustpoint %.60s has no CRL of %s, so nobody knows whether "
			    "certificate %s is revoked",
			    anchors->name, issuer, subject);
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return fail(-EACCES, "the CRL of trustpoint %.60s is out of date: get a new one",
			    anchors->name);
	case X509_V_ERR_CRL_NOT_YET_VALID:
		return fail(-EACCES,
			    "the CRL of trustpoint %.60s is not valid yet: is our clock right?",
			    anchors->name);
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
		return fail(-EACCES, "the signature of trustpoint %.60s's CRL is wrong",
			    anchors->name);
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
		return fail(-EACCES,
			    "the key of certificate %s is too short: to permit it, add \"legacy\"",
			    subject);
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return fail(-EACCES,
			    "certificate %s is signed with a weak hash: to permit it, add "
			    "\"legacy\"",
			    subject);
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		return fail(-EACCES, "the signature of certificate %s is wrong", subject);
	case X509_V_ERR_INVALID_CA:
	case X509_V_ERR_INVALID_NON_CA:
	case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
		return fail(-EACCES, "certificate %s stands above another and is none of a CA",
			    subject);
	default:
		return fail(-EACCES, "certificate %s: %s", subject,
			    X509_verify_cert_error_string(reason));
	}
}

static struct result verify_with(const struct anchors *anchors, const struct pki_question *question,
				 X509 *certificate, STACK_OF(X509) * others, bool *unknown)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN;
	X509_VERIFY_PARAM *parameters;
	struct result result;
	int reason;

	*unknown = false;
	if (!context || !X509_STORE_CTX_init(context, anchors->store, certificate, others)) {
		X509_STORE_CTX_free(context);
		ERR_clear_error();
		return fail(-ENOMEM, "OpenSSL cannot verify a certificate");
	}
	if (anchors->revocation != REVOCATION_NONE)
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	parameters = X509_STORE_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_flags(parameters, flags);
	X509_VERIFY_PARAM_set_time(parameters, question->now);
	X509_VERIFY_PARAM_set_depth(parameters, PKI_CHAIN_MAX);
	X509_VERIFY_PARAM_set_auth_level(parameters, question->legacy ? 0 : STRENGTH_LEVEL);
	X509_STORE_CTX_set_app_data(context, (void *)anchors);
	X509_STORE_CTX_set_verify_cb(context, judge);
	if (X509_verify_cert(context) > 0) {
		result = RESULT_OK;
	} else {
		reason = X509_STORE_CTX_get_error(context);
		result = refusal(anchors, reason, X509_STORE_CTX_get_current_cert(context));
		*unknown = reason == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
			   reason == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
			   reason == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
			   reason == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
			   reason == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN;
	}
	X509_STORE_CTX_free(context);
	ERR_clear_error();
	return result;
}

/* One trustpoint that takes it is enough; else the reason of one that knows its CA. */
static struct result verify_chain(const struct pki_question *question, X509 *certificate,
				  STACK_OF(X509) * others)
{
	struct result first = fail(-EACCES, "no trustpoint has a CA to verify certificates with");
	struct result result;
	bool unknown, known_once = false;

	for (size_t i = 0; i < question->anchor_count; i++) {
		result = verify_with(question->anchors[i], question, certificate, others, &unknown);
		if (!failed(&result))
			return result;
		if (!i || (!unknown && !known_once))
			first = result;
		known_once = known_once || !unknown;
	}
	return first;
}

static struct result check_name(const struct pki_question *question, const X509 *certificate)
{
	char subject[PKI_TEXT / 2], wanted[PKI_TEXT];

	if (pki_name_matches(certificate, question->kind, question->name))
		return RESULT_OK;
	pki_name_text(X509_get_subject_name(certificate), subject, sizeof(subject));
	pki_name_wanted(question->kind, question->name, wanted, sizeof(wanted));
	return fail(-EACCES,
		    "wrong name: certificate %s does not have %s, as the peer calls itself",
		    subject, wanted);
}

static struct result take_public_key(const X509 *certificate, struct buffer *public_key)
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
	char subject[PKI_TEXT];

	if (len > 0)
		buffer_set(public_key, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	if (len > 0 && public_key_kind(buffer_bytes(public_key)) != KEY_KIND_NONE)
		return RESULT_OK;
	return fail(-EACCES, "certificate %s has a key that IKE has no signature for",
		    pki_name_text(X509_get_subject_name(certificate), subject, sizeof(subject)));
}

struct result pki_verify(const struct pki_question *question, struct buffer *public_key)
{
	STACK_OF(X509) *others = sk_X509_new_null();
	X509 *certificate = NULL, *one;
	struct result result = RESULT_OK;

	for (size_t i = 0; i < question->chain_count && !failed(&result); i++) {
		one = read_certificate(question->chain[i]);
		if (!one)
			result = fail(-EPROTO, "certificate %zu of the peer is no X.509", i + 1);
		else if (!i)
			certificate = one;
		else
			sk_X509_push(others, one);
	}
	if (!failed(&result) && !certificate)
		result = fail(-EACCES, "the peer has sent no certificate");
	if (!failed(&result))
		result = verify_chain(question, certificate, others);
	if (!failed(&result) && !question->legacy)
		result = pki_strength(certificate);
	if (!failed(&result))
		result = pki_usage(certificate);
	if (!failed(&result))
		result = check_name(question, certificate);
	if (!failed(&result))
		result = take_public_key(certificate, public_key);
	if (failed(&result))
		buffer_free(public_key);
	X509_free(certificate);
	sk_X509_pop_free(others, X509_free);
	return result;
}

bool pki_user(struct bytes der, struct buffer *user)
{
	X509 *certificate = read_certificate(der);
	bool found = certificate && pki_name_user(certificate, user);

	X509_free(certificate);
	return found;
}

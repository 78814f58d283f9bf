// SPDX-License-Identifier: GPL-2.0-or-later
/* What a certificate is for, and whether its key is strong enough. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/internal.h"

#define RSA_BITS_MIN 2048

/*
 * RFC 4945 section 5.1.3.12 wants id-kp-ipsecIKE or anyExtendedKeyUsage. What
 * older and other systems ask for instead is taken too: iKEIntermediate and the
 * three of RFC 2459 for IPsec, and those of TLS.
 */
static bool usage_is_ours(const ASN1_OBJECT *usage)
{
	switch (OBJ_obj2nid(usage)) {
	case NID_ipsec_IKE:
	case NID_anyExtendedKeyUsage:
	case NID_ipsecEndSystem:
	case NID_ipsecTunnel:
	case NID_ipsecUser:
	case NID_server_auth:
	case NID_client_auth:
		return true;
	default:
		return false;
	}
}

static bool is_ike_intermediate(const ASN1_OBJECT *usage)
{
	char text[32];

	return OBJ_obj2txt(text, sizeof(text), usage, 1) > 0 &&
	       !OPENSSL_strcasecmp(text, "1.3.6.1.5.5.8.2.2");
}

struct result pki_usage(X509 *certificate)
{
	EXTENDED_KEY_USAGE *usages;
	char subject[PKI_TEXT];
	bool found = false;

	pki_name_text(X509_get_subject_name(certificate), subject, sizeof(subject));
	/* All bits are set when the extension is not there. */
	if (!(X509_get_key_usage(certificate) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
		return fail(-EACCES, "the key usage of certificate %s does not permit signatures",
			    subject);
	if (X509_get_ext_by_NID(certificate, NID_ext_key_usage, -1) < 0)
		return RESULT_OK;
	usages = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
	for (int i = 0; usages && !found && i < sk_ASN1_OBJECT_num(usages); i++)
		found = usage_is_ours(sk_ASN1_OBJECT_value(usages, i)) ||
			is_ike_intermediate(sk_ASN1_OBJECT_value(usages, i));
	EXTENDED_KEY_USAGE_free(usages);
	ERR_clear_error();
	return found ? RESULT_OK :
		       fail(-EACCES, "the extended key usage of certificate %s does not permit IKE",
			    subject);
}

struct result pki_strength(X509 *certificate)
{
	EVP_PKEY *key = X509_get0_pubkey(certificate);
	char subject[PKI_TEXT];

	if (!key || !(EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")) ||
	    EVP_PKEY_get_bits(key) >= RSA_BITS_MIN)
		return RESULT_OK;
	pki_name_text(X509_get_subject_name(certificate), subject, sizeof(subject));
	return fail(-EACCES,
		    "the RSA key of certificate %s has %d bits, fewer than %d: to permit it, add "
		    "\"legacy\"",
		    subject, EVP_PKEY_get_bits(key), RSA_BITS_MIN);
}

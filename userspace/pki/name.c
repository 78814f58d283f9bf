// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Is the identity of an IKE peer one of its certificate's (RFC 4945 section
 * 3.1)? Addresses, host names and mail addresses stand in the
 * subjectAltName; a distinguished name is the subject.
 */
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "pki/internal.h"

static struct bytes octets_of(const ASN1_STRING *string)
{
	return bytes_of(ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string));
}

/* Names of the DNS have no case. An octet of zero within is a difference like any other. */
static bool equal_dns(struct bytes a, struct bytes b)
{
	return a.len == b.len && a.len && !memchr(a.data, 0, a.len) &&
	       !strncasecmp((const char *)a.data, (const char *)b.data, a.len);
}

/* Case matters before the "@" alone (RFC 5280 section 7.5). */
static bool equal_email(struct bytes a, struct bytes b)
{
	const uint8_t *at = a.len ? memrchr(a.data, '@', a.len) : NULL;
	size_t local = at ? (size_t)(at - a.data) : a.len;

	return a.len == b.len && a.len && !memcmp(a.data, b.data, local) &&
	       (!at || equal_dns(bytes_of(a.data + local, a.len - local),
				 bytes_of(b.data + local, b.len - local)));
}

static bool matches_one(const GENERAL_NAME *one, enum pki_name_kind kind, struct bytes name)
{
	switch (kind) {
	case PKI_NAME_ADDRESS:
		return one->type == GEN_IPADD && bytes_equal(octets_of(one->d.iPAddress), name);
	case PKI_NAME_DNS:
		return one->type == GEN_DNS && equal_dns(octets_of(one->d.dNSName), name);
	case PKI_NAME_EMAIL:
		return one->type == GEN_EMAIL && equal_email(octets_of(one->d.rfc822Name), name);
	default:
		return false;
	}
}

static X509_NAME *read_name(struct bytes der)
{
	const unsigned char *at = der.data;
	X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)der.len);

	if (name && at == der.data + der.len)
		return name;
	X509_NAME_free(name);
	ERR_clear_error();
	return NULL;
}

static bool matches_subject(const X509 *certificate, struct bytes der)
{
	X509_NAME *name = read_name(der);
	bool same = name && X509_NAME_entry_count(name) &&
		    !X509_NAME_cmp(name, X509_get_subject_name(certificate));

	X509_NAME_free(name);
	return same;
}

/* --- users of EAP --- */

/* The principal name that a domain of Windows gives its users; empty for what is none. */
static struct bytes principal(const GENERAL_NAME *one)
{
	if (one->type != GEN_OTHERNAME || OBJ_obj2nid(one->d.otherName->type_id) != NID_ms_upn ||
	    one->d.otherName->value->type != V_ASN1_UTF8STRING)
		return bytes_of(NULL, 0);
	return octets_of(one->d.otherName->value->value.utf8string);
}

static struct bytes user_in(const GENERAL_NAME *one)
{
	return one->type == GEN_EMAIL ? octets_of(one->d.rfc822Name) :
	       one->type == GEN_DNS   ? octets_of(one->d.dNSName) :
					principal(one);
}

static struct bytes common_name(const X509 *certificate)
{
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);

	return at < 0 ? bytes_of(NULL, 0) :
			octets_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

/* A name that ends before it ends, or has other signs that none should have, is nobody's. */
static bool is_plain(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] < 0x20 || name.data[i] == 0x7f)
			return false;
	return name.len > 0;
}

/* Calls @take for each name of a user, until it has enough. */
static bool each_user(const X509 *certificate, bool (*take)(void *context, struct bytes name),
		      void *context)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	struct bytes name = common_name(certificate);
	bool done = false;

	for (int i = 0; names && !done && i < sk_GENERAL_NAME_num(names); i++) {
		struct bytes user = user_in(sk_GENERAL_NAME_value(names, i));

		done = is_plain(user) && take(context, user);
	}
	GENERAL_NAMES_free(names);
	ERR_clear_error();
	return done || (is_plain(name) && take(context, name));
}

static bool is_user(void *context, struct bytes name)
{
	const struct bytes *wanted = context;

	return equal_email(name, *wanted) ||
	       (!memchr(name.data, '@', name.len) && equal_dns(name, *wanted));
}

static bool keep_user(void *context, struct bytes name)
{
	buffer_set(context, name);
	return true;
}

bool pki_name_user(const X509 *certificate, struct buffer *user)
{
	return each_user(certificate, keep_user, user);
}

bool pki_name_matches(const X509 *certificate, enum pki_name_kind kind, struct bytes name)
{
	GENERAL_NAMES *names;
	bool found = false;

	if (kind == PKI_NAME_ANY)
		return true;
	if (kind == PKI_NAME_DN)
		return matches_subject(certificate, name);
	if (kind == PKI_NAME_USER)
		return each_user(certificate, is_user, &name);
	names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; names && !found && i < sk_GENERAL_NAME_num(names); i++)
		found = matches_one(sk_GENERAL_NAME_value(names, i), kind, name);
	GENERAL_NAMES_free(names);
	ERR_clear_error();
	return found;
}

/* What a peer has sent ends up in a log: letters, digits and a few signs of it. */
static void plain_text(struct bytes in, char *text, size_t size)
{
	size_t len = in.len < size - 1 ? in.len : size - 1;

	for (size_t i = 0; i < len; i++)
		text[i] = in.data[i] > 0x20 && in.data[i] < 0x7f ? (char)in.data[i] : '?';
	text[len] = '\0';
}

void pki_name_wanted(enum pki_name_kind kind, struct bytes name, char *text, size_t size)
{
	char value[64] = "";
	X509_NAME *dn;

	switch (kind) {
	case PKI_NAME_ADDRESS:
		if (name.len == 4 || name.len == 16)
			inet_ntop(name.len == 4 ? AF_INET : AF_INET6, name.data, value,
				  sizeof(value));
		snprintf(text, size, "a subjectAltName with the address %s", value);
		break;
	case PKI_NAME_USER:
		plain_text(name, value, sizeof(value));
		snprintf(text, size, "the name %s", value);
		break;
	case PKI_NAME_DNS:
	case PKI_NAME_EMAIL:
		plain_text(name, value, sizeof(value));
		snprintf(text, size, "a subjectAltName with the %s %s",
			 kind == PKI_NAME_DNS ? "host name" : "mail address", value);
		break;
	default:
		dn = read_name(name);
		if (dn)
			pki_name_text(dn, value, sizeof(value));
		X509_NAME_free(dn);
		snprintf(text, size, "the subject %s", value);
		break;
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Certificates, row M03: good ones, and each way in which one can be bad, with
 * its own sentence.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certs.h"
#include "cryptox/cryptox.h"
#include "pki/pki.h"

#include <cmocka.h>

/* A root, an authority below it, another root, and what they sign. */
static struct {
	X509 *root, *below, *other;
	EVP_PKEY *root_key, *below_key, *other_key, *key;
} ca;

/* One question; what a test does not set is good. */
struct trial {
	struct test_certificate wish;
	struct test_certificate below; /* of the authority between, when it has a subject */
	X509 *trusted; /* the root */
	X509_CRL *crl;
	enum revocation_check revocation;
	enum pki_name_kind kind;
	const char *name; /* a text, or an address */
	struct buffer dn;
	bool legacy, without_chain;
	const char *garbage;
};

static void put_der(X509 *certificate, struct buffer *out)
{
	unsigned char *der = NULL;
	int len = i2d_X509(certificate, &der);

	assert_true(len > 0);
	buffer_put(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
}

static struct anchors *anchors_of(X509 *trusted, X509_CRL *crl, enum revocation_check revocation)
{
	char *pem = test_certificate_pem(trusted), *crl_pem = crl ? test_crl_pem(crl) : NULL;
	struct anchors *anchors;
	struct result result =
		anchors_load("TP", bytes_of_string(pem), bytes_of_string(crl_pem ? crl_pem : ""),
			     revocation, &anchors);

	assert_string_equal(result.why, "");
	free(pem);
	free(crl_pem);
	return anchors;
}

static struct result ask(struct trial *trial)
{
	struct test_certificate wish = trial->wish;
	struct buffer own = {}, above = {}, public_key = {};
	struct pki_question question = { .now = time(NULL), .legacy = trial->legacy };
	struct anchors *anchors = anchors_of(trial->trusted ? trial->trusted : ca.root, trial->crl,
					     trial->revocation);
	X509 *below = ca.below, *certificate;
	struct in_addr address;
	struct result result;

	if (trial->below.subject)
		below = test_certificate(&trial->below);
	if (!wish.subject)
		wish.subject = "C=JP,O=Example,CN=gw";
	if (!wish.key)
		wish.key = ca.key;
	if (!wish.issuer) {
		wish.issuer = below;
		wish.issuer_key = ca.below_key;
	}
	if (!wish.san)
		wish.san = "DNS:gw.example,email:gw@Example.com,IP:10.0.0.1";
	certificate = test_certificate(&wish);
	put_der(certificate, &own);
	put_der(below, &above);
	question.anchors[question.anchor_count++] = anchors;
	question.chain[0] = trial->garbage ? bytes_of_string(trial->garbage) : buffer_bytes(&own);
	question.chain[1] = buffer_bytes(&above);
	question.chain_count = trial->without_chain ? 1 : 2;
	question.kind = trial->name ? trial->kind : PKI_NAME_DNS;
	question.name = bytes_of_string(trial->name ? trial->name : "gw.example");
	if (trial->kind == PKI_NAME_ADDRESS && trial->name) {
		assert_int_equal(inet_pton(AF_INET, trial->name, &address), 1);
		question.name = bytes_of(&address, 4);
	}
	if (trial->dn.len) {
		question.kind = PKI_NAME_DN;
		question.name = buffer_bytes(&trial->dn);
	}
	result = pki_verify(&question, &public_key);
	if (!failed(&result))
		assert_int_not_equal(public_key_kind(buffer_bytes(&public_key)), KEY_KIND_NONE);
	else
		assert_int_equal(public_key.len, 0);
	X509_free(certificate);
	if (below != ca.below)
		X509_free(below);
	anchors_free(anchors);
	buffer_free(&own);
	buffer_free(&above);
	buffer_free(&public_key);
	return result;
}

static void assert_good(struct trial trial)
{
	assert_string_equal(ask(&trial).why, "");
}

static void assert_bad(struct trial trial, const char *sentence)
{
	struct result result = ask(&trial);

	if (!strstr(result.why, sentence))
		assert_string_equal(result.why, sentence);
	assert_true(failed(&result));
}

#define GOOD(...) assert_good((struct trial){ __VA_ARGS__ })
#define BAD(sentence, ...) assert_bad((struct trial){ __VA_ARGS__ }, sentence)

static void good_ones(void **state)
{
	static const char *const kinds[] = {
		"rsa2048", "p256", "p384", "p521", "ed25519", "ed448"
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		GOOD(.wish.key = test_key(kinds[i], 5));
	/* the authority below may be what is trusted */
	GOOD(.trusted = ca.below, .without_chain = true);
	GOOD(.wish.issuer = ca.root, .wish.issuer_key = ca.root_key, .without_chain = true);
}

static void validity(void **state)
{
	BAD("certificate CN=gw,O=Example,C=JP has expired on ", .wish.from_days = -10,
	    .wish.to_days = -1);
	BAD("certificate CN=gw,O=Example,C=JP is not valid before ", .wish.from_days = 1,
	    .wish.to_days = 10);
	BAD("certificate CN=below,O=Example has expired on ",
	    .below = { .subject = "O=Example,CN=below",
		       .key = ca.below_key,
		       .issuer = ca.root,
		       .issuer_key = ca.root_key,
		       .ca = true,
		       .from_days = -10,
		       .to_days = -1 });
}

static void chains(void **state)
{
	struct test_certificate selfish = { .subject = "O=Example,CN=gw", .key = ca.key };
	X509 *by_itself = test_certificate(&selfish);

	BAD("was issued by CN=root,O=Example, an unknown CA", .trusted = ca.other);
	BAD("was issued by CN=below,O=Example, an unknown CA", .without_chain = true);
	BAD("was issued by CN=gw,O=Example, an unknown CA", .wish.subject = "O=Example,CN=gw",
	    .wish.issuer = by_itself, .wish.issuer_key = ca.key);
	/* signed with another key than the authority's */
	BAD("the signature of certificate CN=gw,O=Example,C=JP is wrong", .wish.issuer = ca.below,
	    .wish.issuer_key = ca.other_key);
	BAD("certificate CN=below,O=Example stands above another and is none of a CA",
	    .below = { .subject = "O=Example,CN=below",
		       .key = ca.below_key,
		       .issuer = ca.root,
		       .issuer_key = ca.root_key });
	BAD("certificate 1 of the peer is no X.509", .garbage = "not DER");
	BAD("certificate 1 of the peer is no X.509", .garbage = "");
	BAD("certificate 1 of the peer is no X.509", .garbage = "0\x03\x02\x01\x01");
	X509_free(by_itself);
}

static void usages(void **state)
{
	static const char *const for_us[] = {
		"ipsecIKE",    "1.3.6.1.5.5.8.2.2",   "serverAuth",	     "clientAuth",
		"ipsecTunnel", "anyExtendedKeyUsage", "codeSigning,ipsecIKE"
	};

	for (size_t i = 0; i < sizeof(for_us) / sizeof(for_us[0]); i++)
		GOOD(.wish.extended_key_usage = for_us[i]);
	BAD("the extended key usage of certificate CN=gw,O=Example,C=JP does not permit IKE",
	    .wish.extended_key_usage = "codeSigning,emailProtection");
	GOOD(.wish.key_usage = "critical,digitalSignature");
	GOOD(.wish.key_usage = "nonRepudiation,keyEncipherment");
	BAD("the key usage of certificate CN=gw,O=Example,C=JP does not permit signatures",
	    .wish.key_usage = "keyEncipherment");
}

static struct buffer subject_of(const char *subject)
{
	X509 *certificate =
		test_certificate(&(struct test_certificate){ .subject = subject, .key = ca.key });
	unsigned char *der = NULL;
	int len = i2d_X509_NAME(X509_get_subject_name(certificate), &der);
	struct buffer out = {};

	buffer_put(&out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	X509_free(certificate);
	return out;
}

static void names(void **state)
{
	struct buffer same = subject_of("C=JP,O=example,CN=GW"), other = subject_of("CN=gw"),
		      none = {};

	GOOD(.kind = PKI_NAME_DNS, .name = "GW.example");
	GOOD(.kind = PKI_NAME_EMAIL, .name = "gw@example.COM");
	GOOD(.kind = PKI_NAME_ADDRESS, .name = "10.0.0.1");
	GOOD(.dn = same);
	BAD("wrong name: certificate CN=gw,O=Example,C=JP does not have a subjectAltName with the "
	    "host name other.example",
	    .kind = PKI_NAME_DNS, .name = "other.example");
	BAD("does not have a subjectAltName with the host name gw?example", .kind = PKI_NAME_DNS,
	    .name = "gw\nexample");
	BAD("does not have a subjectAltName with the host name gw", .kind = PKI_NAME_DNS,
	    .name = "gw");
	BAD("does not have a subjectAltName with the mail address GW@example.com",
	    .kind = PKI_NAME_EMAIL, .name = "GW@example.com");
	BAD("does not have a subjectAltName with the address 10.0.0.2", .kind = PKI_NAME_ADDRESS,
	    .name = "10.0.0.2");
	BAD("does not have the subject CN=gw", .dn = other);
	/* what is in the subject alone is no host name, and a subject that is no name matches nothing */
	BAD("wrong name", .wish.subject = "CN=gw.example", .wish.san = "DNS:x",
	    .kind = PKI_NAME_DNS, .name = "gw.example");
	buffer_put(&none, bytes_of_string("0\x02\x31"));
	BAD("wrong name", .dn = none);
	buffer_free(&same);
	buffer_free(&other);
	buffer_free(&none);
}

/* A zero in the middle of a name must not end it. */
static void names_with_zero(void **state)
{
	X509 *certificate = X509_new();
	GENERAL_NAMES *list = sk_GENERAL_NAME_new_null();
	struct pki_question question = { .now = time(NULL), .kind = PKI_NAME_DNS };
	struct anchors *anchors = anchors_of(ca.root, NULL, REVOCATION_NONE);
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();
	struct buffer der = {}, public_key = {};
	X509 *good = test_certificate(&(struct test_certificate){
		.subject = "CN=gw", .key = ca.key, .issuer = ca.root, .issuer_key = ca.root_key });

	X509_free(certificate);
	certificate = X509_dup(good);
	ASN1_STRING_set(text, "gw.example\0.evil.example", 24);
	GENERAL_NAME_set0_value(name, GEN_DNS, text);
	sk_GENERAL_NAME_push(list, name);
	assert_true(X509_add1_ext_i2d(certificate, NID_subject_alt_name, list, 0, 0) > 0);
	assert_true(X509_sign(certificate, ca.root_key, EVP_sha256()) > 0);
	put_der(certificate, &der);
	question.anchors[question.anchor_count++] = anchors;
	question.chain[question.chain_count++] = buffer_bytes(&der);
	question.name = bytes_of_string("gw.example");
	assert_non_null(strstr(pki_verify(&question, &public_key).why, "wrong name"));
	question.name = bytes_of("gw.example\0.evil.example", 24);
	assert_non_null(strstr(pki_verify(&question, &public_key).why, "wrong name"));
	GENERAL_NAMES_free(list);
	X509_free(good);
	X509_free(certificate);
	buffer_free(&der);
	anchors_free(anchors);
}

static void strength(void **state)
{
	EVP_PKEY *weak = test_key("rsa1024", 0);

	BAD("key of certificate CN=gw,O=Example,C=JP is too short: to permit it, add \"legacy\"",
	    .wish.key = weak);
	GOOD(.wish.key = weak, .legacy = true);
	BAD("certificate CN=gw,O=Example,C=JP is signed with a weak hash: to permit it, add "
	    "\"legacy\"",
	    .wish.digest = "SHA1");
	GOOD(.wish.digest = "SHA1", .legacy = true);
	BAD("has a key that IKE has no signature for", .wish.key = test_key("secp256k1", 0));
}

static void revocation(void **state)
{
	X509_CRL *revoked = test_crl(ca.below, ca.below_key, 77, 10);
	X509_CRL *empty = test_crl(ca.below, ca.below_key, 0, 10);
	X509_CRL *old = test_crl(ca.below, ca.below_key, 0, 0);
	X509_CRL *forged = test_crl(ca.below, ca.other_key, 0, 10);
	X509_CRL *of_root = test_crl(ca.root, ca.root_key, 2, 10);

	GOOD(.crl = empty, .revocation = REVOCATION_CRL);
	GOOD(.crl = revoked, .revocation = REVOCATION_CRL, .wish.serial = 78);
	BAD("certificate CN=gw,O=Example,C=JP is revoked by the CRL of trustpoint TP",
	    .crl = revoked, .revocation = REVOCATION_CRL, .wish.serial = 77);
	BAD("is revoked", .crl = revoked, .revocation = REVOCATION_CRL_NONE, .wish.serial = 77);
	GOOD(.crl = revoked, .revocation = REVOCATION_NONE, .wish.serial = 77);

	BAD("trustpoint TP has no CRL of CN=below,O=Example", .revocation = REVOCATION_CRL);
	GOOD(.revocation = REVOCATION_CRL_NONE);
	BAD("the CRL of trustpoint TP is out of date", .crl = old, .revocation = REVOCATION_CRL);
	GOOD(.crl = old, .revocation = REVOCATION_CRL_NONE);
	BAD("the signature of trustpoint TP's CRL is wrong", .crl = forged,
	    .revocation = REVOCATION_CRL);
	/* the root's list speaks about the authority between */
	BAD("certificate CN=below,O=Example is revoked", .crl = of_root,
	    .revocation = REVOCATION_CRL_NONE);
	X509_CRL_free(revoked);
	X509_CRL_free(empty);
	X509_CRL_free(old);
	X509_CRL_free(forged);
	X509_CRL_free(of_root);
}

/* Of several trustpoints one that takes it is enough; else who knows its CA says why not. */
static void several_trustpoints(void **state)
{
	struct anchors *right = anchors_of(ca.root, NULL, REVOCATION_NONE);
	struct anchors *wrong = anchors_of(ca.other, NULL, REVOCATION_NONE);
	struct pki_question question = {
		.anchors = { wrong, right },
		.anchor_count = 2,
		.chain_count = 1,
		.now = time(NULL),
		.kind = PKI_NAME_DNS,
		.name = bytes_of_string("gw.example"),
	};
	struct test_certificate wish = { .subject = "CN=gw",
					 .key = ca.key,
					 .issuer = ca.root,
					 .issuer_key = ca.root_key,
					 .san = "DNS:gw.example" };
	struct buffer der = {}, public_key = {};
	X509 *certificate = test_certificate(&wish);

	put_der(certificate, &der);
	question.chain[0] = buffer_bytes(&der);
	assert_string_equal(pki_verify(&question, &public_key).why, "");
	question.now += 100 * 24 * 60 * 60;
	assert_non_null(strstr(pki_verify(&question, &public_key).why, "has expired"));
	question.anchor_count = 1;
	assert_non_null(strstr(pki_verify(&question, &public_key).why, "unknown CA"));
	question.anchor_count = 0;
	assert_non_null(strstr(pki_verify(&question, &public_key).why, "no trustpoint has a CA"));
	question.chain_count = 0;
	assert_non_null(
		strstr(pki_verify(&question, &public_key).why, "the peer has sent no certificate"));
	X509_free(certificate);
	buffer_free(&der);
	buffer_free(&public_key);
	anchors_free(right);
	anchors_free(wrong);
}

static char *join(char *a, char *b)
{
	char *both = malloc(strlen(a) + strlen(b) + 1);

	strcpy(stpcpy(both, a), b);
	free(a);
	free(b);
	return both;
}

static struct result load(const char *certificates, EVP_PKEY *key, struct credential **out)
{
	char *pem = test_key_pem(key, NULL);
	struct result result = credential_load(bytes_of_string(certificates), bytes_of_string(pem),
					       bytes_of(NULL, 0), out);

	free(pem);
	return result;
}

/* The order of the file does not matter, and roots are not sent. */
static void credentials(void **state)
{
	struct test_certificate wish = { .subject = "O=Example,CN=me",
					 .key = ca.key,
					 .issuer = ca.below,
					 .issuer_key = ca.below_key };
	X509 *own = test_certificate(&wish);
	char *file = join(join(test_certificate_pem(ca.root), test_certificate_pem(ca.below)),
			  test_certificate_pem(own));
	struct anchors *above = anchors_of(ca.below, NULL, REVOCATION_NONE);
	struct anchors *root = anchors_of(ca.root, NULL, REVOCATION_NONE);
	struct credential *credential;
	struct certificate_facts facts;
	struct buffer der = {}, subject = subject_of("O=Example,CN=me");
	struct result result;

	assert_string_equal(load(file, ca.key, &credential).why, "");
	put_der(own, &der);
	assert_true(bytes_equal(credential_certificate(credential, 0), buffer_bytes(&der)));
	assert_true(bytes_equal(credential_subject(credential), buffer_bytes(&subject)));
	assert_true(certificate_describe(credential_certificate(credential, 1), &facts));
	assert_string_equal(facts.subject, "CN=below,O=Example");
	assert_string_equal(facts.issuer, "CN=root,O=Example");
	assert_string_equal(facts.serial, "02");
	assert_int_equal(facts.key, KEY_KIND_ECDSA_256);
	assert_int_equal(credential_certificate(credential, 2).len, 0);
	assert_true(credential_is_under(credential, anchors_key_hash(above, 0)));
	assert_false(credential_is_under(credential, anchors_key_hash(root, 0)));
	assert_string_equal(credential_check(credential, time(NULL), false).why, "");
	result = credential_check(credential, time(NULL) + 40 * 24 * 60 * 60, false);
	assert_non_null(strstr(result.why, "our certificate CN=me,O=Example has expired on"));
	result = credential_check(credential, time(NULL) - 40 * 24 * 60 * 60, false);
	assert_non_null(strstr(result.why, "is not valid before"));
	credential_free(credential_hold(credential));
	credential_free(credential);

	result = load(file, ca.other_key, &credential);
	assert_non_null(strstr(result.why, "the private key does not belong to the certificate"));
	file[strlen(file) - 60] = '*';
	result = load(file, ca.key, &credential);
	assert_non_null(strstr(result.why, "the certificate after 2 good ones cannot be read"));
	result = load("nothing", ca.key, &credential);
	assert_non_null(strstr(result.why, "there is no certificate in PEM"));
	X509_free(own);
	free(file);
	anchors_free(above);
	anchors_free(root);
	buffer_free(&der);
	buffer_free(&subject);
}

static void bad_anchor_files(void **state)
{
	char *pem = test_certificate_pem(ca.root);
	struct anchors *anchors;

	assert_non_null(strstr(anchors_load("TP", bytes_of_string("x"), bytes_of(NULL, 0),
					    REVOCATION_NONE, &anchors)
				       .why,
			       "there is no certificate in PEM"));
	assert_null(anchors);
	assert_non_null(strstr(anchors_load("TP", bytes_of_string(pem), bytes_of_string(pem),
					    REVOCATION_CRL, &anchors)
				       .why,
			       "there is no CRL in PEM"));
	assert_null(anchors);
	free(pem);
}

static int start(void **state)
{
	struct test_certificate root = { .subject = "O=Example,CN=root", .ca = true },
				below = { .subject = "O=Example,CN=below",
					  .ca = true,
					  .serial = 2 },
				other = { .subject = "O=Other,CN=root", .ca = true };

	ca.root_key = root.key = test_key("p256", 10);
	ca.below_key = below.key = below.issuer_key = test_key("p256", 11);
	ca.other_key = other.key = test_key("p256", 12);
	ca.key = test_key("p256", 13);
	ca.root = test_certificate(&root);
	below.issuer = ca.root;
	below.issuer_key = ca.root_key;
	below.key_usage = "critical,keyCertSign,cRLSign";
	ca.below = test_certificate(&below);
	ca.other = test_certificate(&other);
	return cryptox_start(false).code;
}

static int stop(void **state)
{
	X509_free(ca.root);
	X509_free(ca.below);
	X509_free(ca.other);
	cryptox_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones),
		cmocka_unit_test(validity),
		cmocka_unit_test(chains),
		cmocka_unit_test(usages),
		cmocka_unit_test(names),
		cmocka_unit_test(names_with_zero),
		cmocka_unit_test(strength),
		cmocka_unit_test(revocation),
		cmocka_unit_test(several_trustpoints),
		cmocka_unit_test(credentials),
		cmocka_unit_test(bad_anchor_files),
	};

	return cmocka_run_group_tests_name("pki", tests, start, stop);
}

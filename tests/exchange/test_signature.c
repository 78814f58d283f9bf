// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two daemons that authenticate with signatures, and what goes wrong with
 * them: rows A13, A18, D05, G11, H08 to H11, H20, L14, M03.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "ike/v2/internal.h"
#include "pki_scene.h"
#include "scene.h"

/* After ours: cmocka has a macro fail(). */
#include <cmocka.h>

#define END(own, other, ...) ((struct pki_end){ .local = own, .remote = other, __VA_ARGS__ })

static void assert_logged(const struct sim *sim, const char *part)
{
	if (!sim_logged(sim, part))
		fail_msg("no line says \"%s\"", part);
}

struct names {
	const char *sign, *verify;
	bool legacy;
	int found;
};

static void see_names(void *context, const struct ike_sa_facts *facts)
{
	struct names *names = context;

	names->sign = facts->auth_sign;
	names->verify = facts->auth_verify;
	names->legacy = facts->legacy;
	names->found++;
}

static void assert_names(struct sim *sim, int node, const char *sign, const char *verify)
{
	struct names names = {};

	ike_each_sa(sim->nodes[node].ike, see_names, &names);
	assert_int_equal(names.found, 1);
	assert_string_equal(names.sign, sign);
	assert_string_equal(names.verify, verify);
}

/* It comes up, whoever begins, and packets pass. */
static void works(struct pki_end a, struct pki_end b, const char *a_signs, const char *b_signs)
{
	for (int i = 0; i < 2; i++) {
		struct sim *sim = pki_scene(1, &a, &b);

		scene_up_one(sim, i);
		scene_assert_clean(sim);
		assert_names(sim, 0, a_signs, b_signs);
		assert_names(sim, 1, b_signs, a_signs);
		sim_free(sim);
	}
}

/* Peers of before RFC 9593 do not know what would be welcome. */
static bool step_without_methods(struct sim *sim)
{
	struct ike_sa *base;

	for (int i = 0; i < 2; i++)
		TAILQ_FOREACH(base, &sim->nodes[i].ike->sas, link)
			if (ikev2_of(base)->initial)
				buffer_free(&ikev2_of(base)->initial->peer_methods);
	return false;
}

/* It does not, whoever begins: node 1 says why, and nothing is left of it. */
static void fails(struct pki_end a, struct pki_end b, const char *sentence)
{
	for (int i = 0; i < 2; i++) {
		struct sim *sim = pki_scene(1, &a, &b);

		scene_answer_only(sim, !i);
		sim_set_up(sim, i, true);
		sim_run_until(sim, SECONDS(3), step_without_methods);
		assert_false(sim_both_up(sim));
		assert_logged(sim, sentence);
		/* the other end may have believed us before we did not believe it */
		assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 0);
		sim_set_up(sim, i, false);
		sim_set_up(sim, !i, false);
		sim_run(sim, SECONDS(100));
		assert_int_equal(sim_count_sas(sim, 0) + sim_count_sas(sim, 1), 0);
		sim_free(sim);
	}
}

/* Rows D03, D05: what one end uses says nothing about the other. */
static void test_all_pairs(void **state)
{
	static const struct {
		const char *keyword, *shown;
	} methods[] = {
		{ "pre-share", "PSK" },	  { "rsa-sig", "RSA" },	    { "rsa-pss", "RSA" },
		{ "ecdsa-sig", "ECDSA" }, { "eddsa-sig", "EdDSA" },
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		for (size_t j = 0; j < sizeof(methods) / sizeof(methods[0]); j++)
			works(END(methods[i].keyword, methods[j].keyword),
			      END(methods[j].keyword, methods[i].keyword), methods[i].shown,
			      methods[j].shown);
}

static void test_kinds_of_keys(void **state)
{
	static const struct {
		const char *keyword, *key, *signature, *shown;
	} kinds[] = {
		{ "rsa-sig", "rsa3072", "Signing with RSA with SHA2-256", "RSA" },
		{ "ecdsa-sig", "p256", "Signing with ECDSA with SHA2-256", "ECDSA" },
		{ "ecdsa-sig", "p384", "Signing with ECDSA with SHA2-384", "ECDSA" },
		{ "ecdsa-sig", "p521", "Signing with ECDSA with SHA2-512", "ECDSA" },
		{ "eddsa-sig", "ed25519", "Signing with Ed25519", "EdDSA" },
		{ "eddsa-sig", "ed448", "Signing with Ed448", "EdDSA" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct pki_end a = END(kinds[i].keyword, kinds[i].keyword, .key = kinds[i].key);
		struct sim *sim = pki_scene(2, &a, &a);

		scene_up_one(sim, 0);
		scene_assert_clean(sim);
		assert_logged(sim, kinds[i].signature);
		assert_names(sim, 0, kinds[i].shown, kinds[i].shown);
		sim_free(sim);
	}
}

static void test_identities(void **state)
{
	static const char *const of_a[] = { "address 10.0.0.1", "fqdn a.example", "email a@example",
					    "dn" };

	for (size_t i = 0; i < sizeof(of_a) / sizeof(of_a[0]); i++)
		works(END("ecdsa-sig", "ecdsa-sig", .identity = of_a[i]),
		      END("ecdsa-sig", "ecdsa-sig", .identity = "dn"), "ECDSA", "ECDSA");
	fails(END("ecdsa-sig", "ecdsa-sig", .identity = "key-id office"),
	      END("ecdsa-sig", "ecdsa-sig"), "by a key ID, which no certificate can confirm");
}

/* A profile for one name; the text is that of "show", in any case. */
static void test_match_dn(void **state)
{
	struct pki_end a = END("ecdsa-sig", "ecdsa-sig", .identity = "dn");
	struct pki_end b = END("ecdsa-sig", "ecdsa-sig");
	char right[4096], wrong[4096];
	struct sim *sim;

	scene_replace(pki_scene_config(1, &b), "remote any", "remote dn CN=a, O=example", right,
		      sizeof(right));
	scene_replace(pki_scene_config(1, &b), "remote any", "remote dn cn=b,o=Example", wrong,
		      sizeof(wrong));
	sim = sim_new(1, pki_scene_config(0, &a), right);
	scene_up_one(sim, 0);
	scene_assert_clean(sim);
	assert_logged(sim, "identity 'cn=a,o=Example' of type 'DER ASN1 DN'");
	sim_free(sim);

	sim = sim_new(1, pki_scene_config(0, &a), wrong);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(3));
	assert_false(sim_both_up(sim));
	assert_logged(sim, "no IKEv2 profile matches the peer's identity cn=a,o=Example");
	sim_free(sim);
}

/* Each reason has its sentence; the other end only learns that it was refused. */
static void test_bad_certificates(void **state)
{
	struct pki_end good = END("ecdsa-sig", "ecdsa-sig");

	fails(END("ecdsa-sig", "ecdsa-sig", .of_stranger = true), good,
	      "certificate CN=a,O=Example was issued by CN=CA,O=Stranger, an unknown CA");
	fails(END("ecdsa-sig", "ecdsa-sig", .from_days = -9, .to_days = -1), good,
	      "certificate CN=a,O=Example has expired on");
	fails(END("ecdsa-sig", "ecdsa-sig", .from_days = 1, .to_days = 9), good,
	      "certificate CN=a,O=Example is not valid before");
	fails(END("ecdsa-sig", "ecdsa-sig", .san = "DNS:other.example"), good,
	      "wrong name: certificate CN=a,O=Example does not have a subjectAltName with the "
	      "address 10.0.0.1");
	fails(END("ecdsa-sig", "ecdsa-sig", .identity = "fqdn b.example"), good,
	      "wrong name: certificate CN=a,O=Example does not have a subjectAltName with the "
	      "host name b.example");
	fails(END("rsa-sig", "ecdsa-sig", .key = "rsa1024"), END("ecdsa-sig", "rsa-sig"),
	      "key of certificate CN=a,O=Example is too short");
	works(END("rsa-sig", "ecdsa-sig", .key = "rsa1024"),
	      END("ecdsa-sig", "rsa-sig", .profile = " legacy\n"), "RSA", "ECDSA");
}

/* M03: revoked ones; a daemon that reads the list again lets the peer in no more. */
static void test_revocation(void **state)
{
	struct pki_end a = END("ecdsa-sig", "ecdsa-sig");
	struct pki_end b = END("ecdsa-sig", "ecdsa-sig");
	char line[300];
	struct sim *sim;
	EVP_PKEY *key;
	X509_CRL *crl;
	X509 *ca;

	pki_scene_config(0, &a);
	ca = pki_scene_ca(&key);
	snprintf(line, sizeof(line), " crl file %s/crl.pem\n", pki_scene_folder());
	b.trustpoint = line;
	crl = test_crl(ca, key, 99, 10);
	pki_scene_write("crl.pem", test_crl_pem(crl));
	X509_CRL_free(crl);
	works(a, b, "ECDSA", "ECDSA");

	sim = pki_scene(1, &a, &b);
	scene_up_one(sim, 0);
	crl = test_crl(ca, key, 20, 10); /* a's serial number */
	pki_scene_write("crl.pem", test_crl_pem(crl));
	X509_CRL_free(crl);
	scene_reload(sim, 1, pki_scene_config(1, &b));
	scene_answer_only(sim, 1);
	ike_clear_sas(sim->nodes[0].ike, NULL);
	sim_run(sim, SECONDS(5));
	assert_false(sim_both_up(sim));
	assert_logged(sim, "certificate CN=a,O=Example is revoked by the CRL of trustpoint TP");
	sim_free(sim);
	fails(a, b, "certificate CN=a,O=Example is revoked by the CRL of trustpoint TP");
}

/* An authority between the certificate and the root is sent along (H08). */
static void test_intermediate(void **state)
{
	works(END("ecdsa-sig", "rsa-sig", .below = true),
	      END("rsa-sig", "ecdsa-sig", .below = true), "ECDSA", "RSA");
}

/* Methods that one end uses and the other does not want. */
static void test_wrong_method(void **state)
{
	fails(END("ecdsa-sig", "ecdsa-sig"), END("ecdsa-sig", "rsa-sig"),
	      "unmatched auth method: the peer signed with ECDSA with SHA2-256, IKEv2 profile P "
	      "wants rsa-sig");
	fails(END("rsa-sig", "ecdsa-sig"), END("ecdsa-sig", "rsa-pss"),
	      "the peer signed with RSA with SHA2-256, IKEv2 profile P wants rsa-pss");
	works(END("rsa-pss", "ecdsa-sig"), END("ecdsa-sig", "rsa-sig"), "RSA", "ECDSA");
	fails(END("pre-share", "ecdsa-sig"), END("ecdsa-sig", "ecdsa-sig"),
	      "unmatched auth method: the peer used PSK, IKEv2 profile P wants ECDSA");
	fails(END("ecdsa-sig", "pre-share"), END("pre-share", "pre-share"),
	      "unmatched auth method: the peer used ECDSA, IKEv2 profile P wants PSK");
}

/* --- messages that somebody changes on their way --- */

/* Takes SIGNATURE_HASH_ALGORITHMS out of IKE_SA_INIT, or leaves only some hashes in it. */
struct censor {
	const uint8_t *hashes; /* NULL: the notify becomes one that nobody knows */
	size_t len;
};

static bool censor_hashes(struct sim *sim, struct sim_message *datagram)
{
	static const uint8_t notify[] = { 0, 0, 0x40, 0x2f };
	const struct censor *censor = sim->filter_context;
	struct buffer *octets = &datagram->octets;
	struct ike_header header;
	uint8_t *at;

	if (header_parse(buffer_bytes(octets), &header).code ||
	    header.exchange != EXCHANGE_IKE_SA_INIT)
		return true;
	at = memmem(octets->data, octets->len, notify, sizeof(notify));
	if (!at)
		return true; /* an answer to one without */
	if (!censor->hashes)
		at[3] = 0xff;
	for (size_t i = 0; censor->hashes && i < 8; i++)
		at[4 + i] = i < censor->len ? censor->hashes[i] : 0;
	return true;
}

/*
 * What is sent and what is received differs then, so nothing can be agreed
 * upon; but what was chosen to sign with is said.
 */
static void censored(const char *method, const struct censor *censor, const char *permission,
		     const char *sentence)
{
	struct pki_end end = END(method, method, .profile = permission);
	struct sim *sim = pki_scene(1, &end, &end);

	sim->filter = censor_hashes;
	sim->filter_context = (void *)censor;
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(3));
	assert_logged(sim, sentence);
	sim->filter = NULL;
	sim_set_up(sim, 0, false);
	sim_run(sim, SECONDS(60));
	sim_free(sim);
}

static void test_hash_negotiation(void **state)
{
	static const uint8_t only_384[] = { 0, 3 }, only_sha1[] = { 0, 1 }, only_512[] = { 0, 4 };
	const struct censor none = {}, with_384 = { only_384, 2 }, with_sha1 = { only_sha1, 2 },
			    with_512 = { only_512, 2 };

	censored("rsa-sig", &with_384, "", "Signing with RSA with SHA2-384");
	censored("rsa-pss", &with_512, "", "Signing with RSA-PSS with SHA2-512");
	censored("ecdsa-sig", &with_512, "", "Signing with ECDSA with SHA2-512");
	censored("ecdsa-sig", &with_sha1, "", "Signing with ECDSA on P-256 with SHA2-256");
	censored("ecdsa-sig", &none, "", "Signing with ECDSA on P-256 with SHA2-256");
	censored("rsa-sig", &none, "",
		 "the peer does not know digital signatures (RFC 7427), and an RSA signature "
		 "without them means SHA-1: to permit it, add \"legacy\" to IKEv2 profile P");
	censored("rsa-sig", &with_sha1, "", "shares no hash for digital signatures");
	censored("rsa-sig", &none, " legacy\n", "Signing with RSA with SHA1");
	censored(
		"rsa-pss", &none, " legacy\n",
		"rsa-pss needs the digital signatures of RFC 7427, and the peer does not know them");
	censored("eddsa-sig", &with_384, "",
		 "eddsa-sig needs the digital signatures of RFC 7427, and the peer knows no hash "
		 "for it");
}

/*
 * Peers of before RFC 7427: both ends are censored in their memory, not on the
 * wire, so that what they have sent is what was received.
 */
static bool forget_hashes(struct sim *sim, struct sim_message *datagram)
{
	for (int i = 0; i < 2; i++) {
		struct ike_sa *base;

		TAILQ_FOREACH(base, &sim->nodes[i].ike->sas, link)
			if (ikev2_of(base)->initial) {
				ikev2_of(base)->initial->peer_signs = false;
				ikev2_of(base)->initial->peer_hashes = 0;
				buffer_free(&ikev2_of(base)->initial->peer_methods);
			}
	}
	return true;
}

static bool step_and_forget(struct sim *sim)
{
	forget_hashes(sim, NULL);
	return sim_both_up(sim);
}

static void without_digital(const char *method, const char *key, const char *permission,
			    bool legacy)
{
	struct pki_end end = END(method, method, .profile = permission, .key = key);
	struct sim *sim = pki_scene(1, &end, &end);
	struct names names = {};

	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	assert_true(sim_run_until(sim, SECONDS(20), step_and_forget));
	scene_assert_clean(sim);
	ike_each_sa(sim->nodes[0].ike, see_names, &names);
	assert_int_equal(names.legacy, legacy);
	assert_false(sim_logged(sim, "authentication method is 'Digital Signature'"));
	sim_free(sim);
}

static void test_old_methods(void **state)
{
	without_digital("ecdsa-sig", "p256", "", false);
	without_digital("ecdsa-sig", "p384", "", false);
	without_digital("ecdsa-sig", "p521", "", false);
	without_digital("rsa-sig", "rsa2048", " legacy\n", true);
}

/* SHA-1 is not taken from a peer either. */
static void test_sha1_is_refused(void **state)
{
	struct pki_end a = END("rsa-sig", "rsa-sig", .profile = " legacy\n");
	struct pki_end b = END("rsa-sig", "rsa-sig");
	struct sim *sim = pki_scene(1, &a, &b);

	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	assert_false(sim_run_until(sim, SECONDS(3), step_and_forget));
	assert_logged(sim, "the peer signed with SHA-1: to permit it, add \"legacy\"");
	sim_free(sim);
}

/* --- an IKE_AUTH request that says something else --- */

/** struct lie - what the initiator's IKE_AUTH has in the place of what it meant */
struct lie {
	struct bytes certificate; /* body of the CERT payload; empty: no such payload */
	unsigned int copies;
	bool spoil_auth; /* another octet at the end of the AUTH payload */
	uint8_t auth_at_0; /* not 0: the first octet of the AUTH data */
	bool told;
};

static void rewrite(const struct lie *lie, const struct message *inner, struct writer *writer)
{
	for (size_t i = 0; i < inner->count; i++) {
		struct buffer body = {};

		buffer_put(&body, inner->payloads[i].body);
		if (inner->payloads[i].type == PAYLOAD_AUTH && lie->spoil_auth)
			body.data[body.len - 1] ^= 1;
		if (inner->payloads[i].type == PAYLOAD_AUTH && lie->auth_at_0)
			body.data[4] = lie->auth_at_0;
		if (inner->payloads[i].type != PAYLOAD_CERT)
			put_raw_payload(writer, inner->payloads[i].type, buffer_bytes(&body));
		for (unsigned int n = 0; inner->payloads[i].type == PAYLOAD_CERT && n < lie->copies;
		     n++)
			put_raw_payload(writer, PAYLOAD_CERT, lie->certificate);
		buffer_free(&body);
	}
}

static bool tell_lie(struct sim *sim, struct sim_message *datagram)
{
	struct lie *lie = sim->filter_context;
	struct scene_opened opened;
	struct writer writer = {};

	if (datagram->to != 1 || datagram->octets.data[18] != EXCHANGE_IKE_AUTH)
		return true;
	scene_open(sim, datagram, &opened);
	writer_begin_chain(&writer);
	rewrite(lie, &opened.inner, &writer);
	scene_seal(datagram, &opened, &writer);
	lie->told = true;
	return true;
}

static void lies(struct lie lie, const char *sentence)
{
	struct pki_end end = END("ecdsa-sig", "ecdsa-sig");
	struct sim *sim = pki_scene(1, &end, &end);

	sim->filter = tell_lie;
	sim->filter_context = &lie;
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(3));
	assert_false(sim_both_up(sim));
	assert_true(lie.told);
	assert_logged(sim, sentence);
	assert_int_equal(sim_stat(sim, 1, IKE_STAT_ESTABLISHED), 0);
	sim->filter = NULL;
	sim_set_up(sim, 0, false);
	sim_run(sim, SECONDS(60));
	sim_free(sim);
}

/* A good certificate for a's address whose key a does not have. */
static struct buffer anothers_certificate(void)
{
	struct test_certificate wish = { .subject = "CN=a",
					 .san = "IP:10.0.0.1",
					 .key = test_key("p256", 300) };
	unsigned char *der = NULL;
	struct buffer body = {};
	X509 *certificate;
	int len;

	wish.issuer = pki_scene_ca(&wish.issuer_key);
	certificate = test_certificate(&wish);
	len = i2d_X509(certificate, &der);
	assert_true(len > 0);
	buffer_put_u8(&body, CERT_X509_SIGNATURE);
	buffer_put(&body, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	X509_free(certificate);
	return body;
}

/* Row L14, and CERT payloads of all kinds. */
static void test_wrong_signer(void **state)
{
	static const uint8_t url[] = "\014aaaaaaaaaaaaaaaaaaaahttp://192.0.2.1/a.cer";
	static const uint8_t garbage[] = "\0040\202\001\000 this is no certificate";
	static const uint8_t cut[] = "\0040\202\001\000\060";
	struct buffer other = anothers_certificate();

	lies((struct lie){ .certificate = buffer_bytes(&other), .copies = 1 },
	     "unmatched auth data: the signature is wrong");
	lies((struct lie){ .certificate = buffer_bytes(&other), .copies = 9 },
	     "the peer sent more than 8 certificates");
	lies((struct lie){ .copies = 0 }, "the peer has sent no certificate");
	lies((struct lie){ .certificate = BYTES(url), .copies = 1 },
	     "the peer sent its certificate as \"Hash and URL of PKIX\"; we have only asked for "
	     "\"X.509 Certificate - signature\"");
	lies((struct lie){ .certificate = BYTES(garbage), .copies = 1 },
	     "certificate 1 of the peer is no X.509");
	lies((struct lie){ .certificate = BYTES(cut), .copies = 2 },
	     "certificate 1 of the peer is no X.509");
	lies((struct lie){ .certificate = bytes_of(url, 0), .copies = 1 },
	     "payload size is not enough 0/1");
	lies((struct lie){ .certificate = buffer_bytes(&other), .copies = 1, .spoil_auth = true },
	     "unmatched auth data: the signature is wrong");
	lies((struct lie){ .certificate = buffer_bytes(&other), .copies = 1, .auth_at_0 = 255 },
	     "field size is not enough");
	lies((struct lie){ .certificate = buffer_bytes(&other), .copies = 1, .auth_at_0 = 11 },
	     "the peer signed with an algorithm that is not known here");
	buffer_free(&other);
}

/* --- without a certificate --- */

/* Rows A13, A18, H10. */
static void test_no_trustpoint(void **state)
{
	struct pki_end bare = END("ecdsa-sig", "ecdsa-sig", .no_use = true);
	struct pki_end good = END("ecdsa-sig", "ecdsa-sig");
	struct sim *sim = pki_scene(1, &bare, &good);

	/* it answers with any of its certificates */
	scene_up_one(sim, 1);
	scene_assert_clean(sim);
	sim_free(sim);

	/* but it does not begin, and says so */
	sim = pki_scene(1, &bare, &good);
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(3));
	assert_false(sim_both_up(sim));
	assert_int_equal(sim->sent, 0);
	assert_logged(sim, "Failed to build certificate payload");
	assert_logged(sim, "does not say with which \"pki trustpoint\"");
	sim_free(sim);
}

static void test_key_of_another_kind(void **state)
{
	struct pki_end a = END("rsa-sig", "ecdsa-sig", .key = "p256");
	struct pki_end b = END("ecdsa-sig", "rsa-sig");
	struct sim *sim = pki_scene(1, &a, &b);

	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(3));
	assert_int_equal(sim->sent, 0);
	assert_logged(sim, "IKEv2 profile P signs with rsa-sig, and no trustpoint of it has a "
			   "certificate for that");
	sim_free(sim);
}

/* --- what stands in messages --- */

struct payloads {
	char text[4][400];
	size_t count;
};

static bool list_payloads(struct sim *sim, struct sim_message *datagram)
{
	struct payloads *payloads = sim->filter_context;
	struct ike *receiver = sim->nodes[datagram->to].ike;
	struct message message, inner;
	struct buffer plain = {};
	struct ike_sa *sa;
	char *out;

	if (payloads->count == 4)
		return true;
	assert_int_equal(message_parse(buffer_bytes(&datagram->octets), &message).code, 0);
	out = payloads->text[payloads->count++];
	*out = '\0';
	if (message.header.exchange == EXCHANGE_IKE_AUTH) {
		sa = ike_find(receiver, message.header.flags & IKE_FLAG_INITIATOR ?
						message.header.spi_responder :
						message.header.spi_initiator);
		assert_non_null(sa);
		assert_int_equal(message_open(&message, ikev2_of(sa)->keys.in, &plain, &inner).code,
				 0);
		message = inner;
	}
	for (size_t i = 0; i < message.count; i++) {
		struct notify_payload notify;

		if (message.payloads[i].type == PAYLOAD_NOTIFY) {
			assert_int_equal(
				notify_payload_parse(message.payloads[i].body, &notify).code, 0);
			out += sprintf(out, " NOTIFY(%s)", notify_name(notify.type));
		} else {
			out += sprintf(out, " %s", payload_name(message.payloads[i].type));
		}
	}
	buffer_free(&plain);
	return true;
}

/* Rows B02, H08, H09, but for what we do not have: GRANITE, hash and URL, CFG. */
static void test_payload_order(void **state)
{
	struct payloads payloads = {};
	struct pki_end end =
		END("ecdsa-sig", "ecdsa-sig", .global = "crypto ikev2 fragmentation mtu 1200\n");
	struct sim *sim;

	end.global = NULL;
	sim = pki_scene(1, &end, &end);
	sim->filter = list_payloads;
	sim->filter_context = &payloads;
	scene_up_one(sim, 0);
	assert_null(strstr(payloads.text[0], "CERTREQ"));
	assert_non_null(strstr(payloads.text[0], "NOTIFY(SIGNATURE_HASH_ALGORITHMS)"));
	assert_non_null(strstr(payloads.text[1], " NOTIFY(NAT_DETECTION_DESTINATION_IP) CERTREQ "
						 "NOTIFY(SIGNATURE_HASH_ALGORITHMS)"));
	assert_non_null(strstr(payloads.text[2], " IDi CERT CERTREQ AUTH SA TSi TSr "));
	assert_non_null(strstr(payloads.text[3], " IDr CERT AUTH SA TSi TSr "));
	sim_free(sim);
}

/* Row H09, from an initiator that is to be IOS. */
static void test_payload_order_of_ios(void **state)
{
	struct payloads payloads = {};
	struct pki_end a = END("ecdsa-sig", "ecdsa-sig", .profile = " compatibility ios\n");
	struct pki_end b = END("ecdsa-sig", "ecdsa-sig");
	struct sim *sim = pki_scene(1, &a, &b);

	sim->filter = list_payloads;
	sim->filter_context = &payloads;
	scene_up_one(sim, 0);
	if (!strstr(payloads.text[2],
		    " IDi CERT CERTREQ NOTIFY(HTTP_CERT_LOOKUP_SUPPORTED) AUTH CFG SA TSi TSr "
		    "NOTIFY(INITIAL_CONTACT) NOTIFY(SET_WINDOW_SIZE) NOTIFY(ESP_TFC_NO_SUPPORT) "
		    "NOTIFY(NON_FIRST_FRAGS)"))
		fail_msg("the request is %s", payloads.text[2]);
	if (!strstr(payloads.text[3], " IDr CERT AUTH SA TSi TSr NOTIFY("))
		fail_msg("the answer is %s", payloads.text[3]);
	scene_assert_clean(sim);
	sim_free(sim);
}

/* Row L08: a name that does not fit its type: a subject that no identity can hold. */
static void test_invalid_name(void **state)
{
	static const char part[] = "OU=0123456789012345678901234567890123456789012345678901234567,";
	struct pki_end a =
		END("ecdsa-sig", "ecdsa-sig", .identity = "dn", .global = "logging style yamaha\n");
	struct pki_end b = END("ecdsa-sig", "ecdsa-sig", .global = "logging style yamaha\n");
	struct test_certificate wish = { .key = test_key("p256", 300), .san = "IP:10.0.0.1" };
	char subject[1000] = "", one[4096], two[4096], more[1000];
	X509 *certificate;
	struct sim *sim;

	for (int i = 0; i < 10; i++)
		strcat(subject, part);
	strcat(subject, "CN=a");
	wish.subject = subject;
	wish.issuer = pki_scene_ca(&wish.issuer_key);
	snprintf(one, sizeof(one), "%s", pki_scene_config(0, &a));
	certificate = test_certificate(&wish);
	pki_scene_write("long.pem", test_certificate_pem(certificate));
	pki_scene_write("long.key", test_key_pem(wish.key, NULL));
	snprintf(more, sizeof(more),
		 "crypto pki trustpoint LONG\n certificate file %s/long.pem\n"
		 " private-key file %s/long.key\n",
		 pki_scene_folder(), pki_scene_folder());
	scene_prepend(more, one, two, sizeof(two));
	scene_replace(two, "K\n pki trustpoint TP\n",
		      "K\n pki trustpoint LONG sign\n pki trustpoint TP verify\n", one,
		      sizeof(one));
	sim = sim_new(1, one, pki_scene_config(1, &b));
	scene_answer_only(sim, 1);
	sim_set_up(sim, 0, true);
	sim_run(sim, SECONDS(2));
	assert_logged(sim, "GW:1/SA:1/INIT invalid identity local dn");
	sim_free(sim);
	X509_free(certificate);
}

/* Without certificates not an octet differs: rows B01, B02. */
static void test_psk_alone(void **state)
{
	struct payloads payloads = {};
	struct pki_end end = END("pre-share", "pre-share");
	struct sim *sim = pki_scene(1, &end, &end);

	sim->filter = list_payloads;
	sim->filter_context = &payloads;
	scene_up_one(sim, 0);
	for (int i = 0; i < 4; i++) {
		assert_null(strstr(payloads.text[i], "CERT"));
		assert_null(strstr(payloads.text[i], "SIGNATURE_HASH"));
	}
	sim_free(sim);
}

/*
 * Rows H08, H11: of two trustpoints the one that the peer asks for is chosen,
 * and for want of one the first.
 */
static void test_choice_of_trustpoint(void **state)
{
	struct pki_end a = END("ecdsa-sig", "ecdsa-sig"), b = a;
	struct test_certificate wish = { .subject = "O=Second,CN=CA",
					 .key = test_key("p256", 200),
					 .ca = true };
	X509 *second = test_certificate(&wish), *certificate;
	char one[4096], two[4096], more[1000], *first;
	struct sim *sim;

	wish = (struct test_certificate){ .subject = "O=Second,CN=a",
					  .key = test_key("p256", 201),
					  .issuer = second,
					  .issuer_key = test_key("p256", 200),
					  .san = "IP:10.0.0.1" };
	first = strdup(pki_scene_config(0, &a));
	certificate = test_certificate(&wish);
	pki_scene_write("ca2.pem", test_certificate_pem(second));
	pki_scene_write("second.pem", test_certificate_pem(certificate));
	pki_scene_write("second.key", test_key_pem(wish.key, NULL));
	snprintf(more, sizeof(more),
		 "crypto pki trustpoint TP2\n certificate file %s/second.pem\n"
		 " private-key file %s/second.key\n ca file %s/ca2.pem\n",
		 pki_scene_folder(), pki_scene_folder(), pki_scene_folder());
	scene_prepend(more, first, one, sizeof(one));
	scene_replace(one, "K\n pki trustpoint TP\n",
		      "K\n pki trustpoint TP2\n pki trustpoint TP\n", two, sizeof(two));
	sim = sim_new(1, two, pki_scene_config(1, &b));
	scene_up_one(sim, 0);
	scene_assert_clean(sim);
	assert_logged(sim, "[PKI -> IKEv2] Retrieved trustpoint(s): 'TP'");
	assert_logged(sim, "Getting cert chain for the trustpoint TP");
	sim_free(sim);
	/* as responder it learns that from the initiator's CERTREQ */
	sim = sim_new(1, two, pki_scene_config(1, &b));
	scene_up_one(sim, 1);
	scene_assert_clean(sim);
	sim_free(sim);
	free(first);
	X509_free(second);
	X509_free(certificate);
}

/* The SA ends, or the daemon, while a worker signs or verifies. */
static void test_gone_while_working(void **state)
{
	struct pki_end end = END("rsa-sig", "rsa-sig");

	for (unsigned int step = 1; step < 40; step++) {
		struct sim *sim = pki_scene(step, &end, &end);

		scene_answer_only(sim, 1);
		sim_set_up(sim, 0, true);
		sim_run(sim, step * 1000);
		ike_clear_sas(sim->nodes[step % 2].ike, NULL);
		scene_reload(sim, step % 2, pki_scene_config(step % 2, &end));
		sim_run(sim, SECONDS(100));
		sim_free(sim);
	}
}

static int end_scene(void **state)
{
	pki_scene_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_pairs),
		cmocka_unit_test(test_kinds_of_keys),
		cmocka_unit_test(test_identities),
		cmocka_unit_test(test_match_dn),
		cmocka_unit_test(test_bad_certificates),
		cmocka_unit_test(test_revocation),
		cmocka_unit_test(test_intermediate),
		cmocka_unit_test(test_wrong_method),
		cmocka_unit_test(test_hash_negotiation),
		cmocka_unit_test(test_old_methods),
		cmocka_unit_test(test_sha1_is_refused),
		cmocka_unit_test(test_wrong_signer),
		cmocka_unit_test(test_no_trustpoint),
		cmocka_unit_test(test_key_of_another_kind),
		cmocka_unit_test(test_payload_order),
		cmocka_unit_test(test_payload_order_of_ios),
		cmocka_unit_test(test_invalid_name),
		cmocka_unit_test(test_psk_alone),
		cmocka_unit_test(test_choice_of_trustpoint),
		cmocka_unit_test(test_gone_while_working),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return cmocka_run_group_tests_name("signature", tests, NULL, end_scene);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A02: EAP-TLS (RFC 5216, RFC 9190) against another end, which is OpenSSL with
 * a few lines of framing: both roles, TLS 1.2 and 1.3, the same key at both
 * ends; and what another end may do wrong.
 */

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "certs.h"
#include "cryptox/cryptox.h"
#include "eap/eap.h"

#include <cmocka.h> /* last: it has a macro called fail */

enum {
	REQUEST = 1,
	RESPONSE = 2,
	SUCCESS = 3,
	FAILURE = 4,
	LENGTH = 0x80,
	MORE = 0x40,
	START = 0x20
};

static struct private_key *key;
static X509 *certificate;
static struct buffer der;
static bool verdict; /* our side's, about the other's certificate: it is no good */

static struct result judge(void *context, struct bytes user, const struct bytes *chain,
			   size_t count, struct buffer *name)
{
	assert_true(count >= 1);
	assert_true(bytes_equal(chain[0], buffer_bytes(&der)));
	if (!verdict)
		return RESULT_OK;
	return (struct result){ .code = -EACCES, .why = "we know better" };
}

static bool nobody(void *context, struct bytes user, struct bytes *password)
{
	return false;
}

static struct eap *our_end(bool server)
{
	struct eap_server_config ours = { .methods = { EAP_TYPE_TLS },
					  .method_count = 1,
					  .user = bytes_of_string("bob"),
					  .find_password = nobody };
	struct eap_peer_config peer = { .methods = { EAP_TYPE_TLS },
					.method_count = 1,
					.user = bytes_of_string("bob") };

	ours.tls.key = peer.tls.key = key;
	ours.tls.chain_count = peer.tls.chain_count = 1;
	ours.tls.chain[0] = peer.tls.chain[0] = buffer_bytes(&der);
	ours.tls.judge = peer.tls.judge = judge;
	return server ? eap_server_new(&ours) : eap_peer_new(&peer);
}

/** struct other - the other end; @sends: octets of TLS in a fragment of its own */
struct other {
	bool server;
	SSL_CTX *settings;
	SSL *ssl;
	BIO *in, *out;
	size_t sends;
	uint8_t identifier;
	struct buffer pending;
	bool committed, wrong_commitment, ended, without_certificate;
	size_t fragments; /* of ours */
	const uint8_t *raw; /* packet of TLS to send in place of the truth, once */
	size_t raw_len;
};

static int believe(int ok, X509_STORE_CTX *context)
{
	return 1;
}

static void other_begin(struct other *other, int version)
{
	other->settings = SSL_CTX_new(TLS_method());
	SSL_CTX_set_security_level(other->settings, 0);
	SSL_CTX_set_min_proto_version(other->settings, version);
	SSL_CTX_set_max_proto_version(other->settings, version);
	SSL_CTX_set_verify(other->settings, SSL_VERIFY_PEER, believe);
	if (!other->without_certificate) {
		assert_int_equal(SSL_CTX_use_certificate(other->settings, certificate), 1);
		assert_int_equal(SSL_CTX_use_PrivateKey(other->settings, test_key("p256", 1)), 1);
	}
	other->ssl = SSL_new(other->settings);
	other->in = BIO_new(BIO_s_mem());
	other->out = BIO_new(BIO_s_mem());
	SSL_set_bio(other->ssl, other->in, other->out);
	if (other->server)
		SSL_set_accept_state(other->ssl);
	else
		SSL_set_connect_state(other->ssl);
}

static void other_end(struct other *other)
{
	SSL_free(other->ssl);
	SSL_CTX_free(other->settings);
	buffer_free(&other->pending);
	ERR_clear_error();
}

/* What TLS says to what it has got; the server's octet of zero behind the end of 1.3. */
static void other_step(struct other *other)
{
	uint8_t octet = other->wrong_commitment;
	char *data;
	long len;

	SSL_do_handshake(other->ssl);
	if (SSL_is_init_finished(other->ssl)) {
		if (other->server && !other->committed && SSL_version(other->ssl) == TLS1_3_VERSION)
			SSL_write(other->ssl, &octet, 1);
		other->committed = true;
	}
	len = BIO_get_mem_data(other->out, &data);
	buffer_put(&other->pending, bytes_of(data, (size_t)len));
	(void)BIO_reset(other->out);
	ERR_clear_error();
}

static void put_head(struct buffer *out, uint8_t code, uint8_t identifier, size_t len)
{
	buffer_free(out);
	buffer_put_u8(out, code);
	buffer_put_u8(out, identifier);
	buffer_put_u16(out, (uint16_t)(5 + len));
	buffer_put_u8(out, EAP_TYPE_TLS);
}

static void other_says(struct other *other, uint8_t flags, struct bytes data, struct buffer *out)
{
	put_head(out, other->server ? REQUEST : RESPONSE, other->identifier, 1 + data.len);
	buffer_put_u8(out, flags);
	buffer_put(out, data);
}

static void other_sends(struct other *other, struct buffer *out)
{
	size_t len = other->sends && other->pending.len > other->sends ? other->sends :
									 other->pending.len;
	bool more = len < other->pending.len;
	struct buffer rest = {};

	if (other->raw) {
		put_head(out, other->server ? REQUEST : RESPONSE, other->identifier,
			 other->raw_len);
		buffer_put(out, bytes_of(other->raw, other->raw_len));
		other->raw = NULL;
		return;
	}
	other_says(other, more ? MORE : 0, bytes_of(other->pending.data, len), out);
	if (more)
		buffer_put(&rest, bytes_of(other->pending.data + len, other->pending.len - len));
	buffer_free(&other->pending);
	other->pending = rest;
}

/* Our packet; what comes back is in @out, nothing after the end. */
static void other_receives(struct other *other, struct bytes packet, struct buffer *out)
{
	uint8_t flags;
	size_t at = 6;

	buffer_free(out);
	if (packet.data[0] == SUCCESS || packet.data[0] == FAILURE) {
		other->ended = true;
		return;
	}
	assert_true(packet.len >= 6 && packet.data[4] == EAP_TYPE_TLS);
	if (!other->server)
		other->identifier = packet.data[1];
	else
		other->identifier++;
	flags = packet.data[5];
	if (flags & LENGTH)
		at += 4;
	if (packet.len > at)
		BIO_write(other->in, packet.data + at, (int)(packet.len - at));
	other->fragments += !!(flags & MORE);
	if (flags & MORE) {
		other_says(other, 0, bytes_of(NULL, 0), out);
		return;
	}
	if (!other->pending.len)
		other_step(other);
	/* The server has been heard to the end. */
	if (other->server && !other->pending.len && !other->raw) {
		buffer_put_u8(out, other->committed ? SUCCESS : FAILURE);
		buffer_put_u8(out, other->identifier);
		buffer_put_u16(out, 4);
		return;
	}
	other_sends(other, out);
}

static void assert_key(struct other *other, struct eap *eap)
{
	static const uint8_t type = EAP_TYPE_TLS;
	bool is_13 = SSL_version(other->ssl) == TLS1_3_VERSION;
	const char *label = is_13 ? "EXPORTER_EAP_TLS_Key_Material" : "client EAP encryption";
	uint8_t msk[128];

	assert_int_equal(SSL_export_keying_material(other->ssl, msk, 128, label, strlen(label),
						    &type, 1, is_13),
			 1);
	assert_int_equal(eap_msk(eap).len, 64);
	assert_memory_equal(eap_msk(eap).data, msk, 64);
}

/* A conversation to its end; what our side says of it. */
static struct result talk(struct other *other, struct eap *eap, enum eap_status *status)
{
	struct buffer ours = {}, theirs = {};
	struct result result = RESULT_OK;

	*status = EAP_RUNNING;
	if (!other->server) {
		result = eap_begin(eap, &ours);
		assert_int_equal(result.code, 0);
		assert_int_equal(ours.data[5], START);
	} else {
		other_says(other, START, bytes_of(NULL, 0), &theirs);
	}
	for (int i = 0; i < 60 && *status == EAP_RUNNING; i++) {
		if (ours.len)
			other_receives(other, buffer_bytes(&ours), &theirs);
		if (!theirs.len)
			break;
		result = eap_receive(eap, buffer_bytes(&theirs), &ours, status);
	}
	buffer_free(&ours);
	buffer_free(&theirs);
	return result;
}

static void succeeds(void **state)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	static const size_t sizes[] = { 0, 100, 60 };
	enum eap_status status;
	struct result result;

	for (int i = 0; i < 12; i++) {
		struct other other = { .server = i & 1, .sends = sizes[i / 4] };
		struct eap *eap = our_end(!other.server);

		other_begin(&other, versions[i / 2 % 2]);
		result = talk(&other, eap, &status);
		if (failed(&result))
			fail_msg("%s", result.why);
		assert_int_equal(status, EAP_SUCCEEDED);
		assert_key(&other, eap);
		eap_free(eap);
		other_end(&other);
	}
}

/* What ends badly on our side, with the sentence. */
static void refused(struct other *other, int version, const char *why)
{
	struct eap *eap = our_end(!other->server);
	enum eap_status status;
	struct result result;

	other_begin(other, version);
	result = talk(other, eap, &status);
	assert_int_equal(status, EAP_FAILED);
	if (!strstr(result.why, why))
		fail_msg("%s", result.why);
	assert_int_equal(eap_msk(eap).len, 0);
	eap_free(eap);
	other_end(other);
}

static void judged(void **state)
{
	verdict = true;
	for (int server = 0; server < 2; server++) {
		refused(&(struct other){ .server = server }, TLS1_2_VERSION, "we know better");
		refused(&(struct other){ .server = server }, TLS1_3_VERSION, "we know better");
	}
	verdict = false;
	/* A client without a certificate, and TLS that is too old. */
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++)
		refused(&(struct other){ .without_certificate = true }, version,
			"peer did not return a certificate");
	refused(&(struct other){}, TLS1_1_VERSION, "unsupported protocol");
	/* The end of TLS 1.3 is one octet of zero. */
	refused(&(struct other){ .server = true, .wrong_commitment = true }, TLS1_3_VERSION,
		"the EAP server sends data over TLS");
}

/* Packets that are wrong before TLS sees them. */
static void malformed(void **state)
{
	static const struct {
		const char *raw;
		size_t len;
		const char *why;
	} cases[] = {
#define CASE(octets, sentence) { octets, sizeof(octets) - 1, sentence }
		CASE("", "the EAP-TLS packet is empty"),
		CASE("\x80\x00\x00", "cut off in its length"),
		CASE("\x80\x00\x02\x00\x00Z", "an EAP-TLS message of 131072 octets"),
		CASE("\x40", "an EAP-TLS fragment without data"),
		CASE("\x80\x00\x00\x00\x09Z", "has 1 octets and says 9"),
		CASE("\x80\x00\x00\x00\x01ZZ", "longer than their message"),
		CASE("\x00", "the TLS message is not complete"),
		CASE("\x00\x16\x03\x03", "the TLS message is not complete"),
		CASE("\x00nothing of the kind", "TLS: "),
#undef CASE
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int server = 0; server < 2; server++) {
			struct other other = { .server = server,
					       .raw = (const uint8_t *)cases[i].raw,
					       .raw_len = cases[i].len };

			refused(&other, TLS1_3_VERSION, cases[i].why);
		}
}

/* A server that starts twice, goes on after the end, or begins in the middle. */
static void out_of_order(void **state)
{
	struct other other = { .server = true, .raw = (const uint8_t *)"\x20", .raw_len = 1 };
	struct buffer packet = {}, out = {};
	enum eap_status status;
	struct eap *eap;

	refused(&other, TLS1_3_VERSION, "EAP-TLS starts for the second time");
	eap = our_end(false);
	other = (struct other){ .server = true };
	other_says(&other, 0, bytes_of_string("hello"), &packet);
	assert_non_null(strstr(eap_receive(eap, buffer_bytes(&packet), &out, &status).why,
			       "EAP-TLS does not begin with its start"));
	assert_int_equal(status, EAP_FAILED);
	eap_free(eap);
	/* A Success before the handshake is through is worth nothing. */
	eap = our_end(false);
	other_says(&other, START, bytes_of(NULL, 0), &packet);
	assert_int_equal(eap_receive(eap, buffer_bytes(&packet), &out, &status).code, 0);
	buffer_set(&packet, bytes_of("\x03\x00\x00\x04", 4));
	assert_non_null(strstr(eap_receive(eap, buffer_bytes(&packet), &out, &status).why,
			       "EAP success before a method was through"));
	assert_int_equal(eap_msk(eap).len, 0);
	eap_free(eap);
	buffer_free(&packet);
	buffer_free(&out);
}

/* The peer's fragments come to no end: bounded, and not for ever. */
static void endless(void **state)
{
	struct other other = {};
	struct buffer ours = {}, packet = {};
	uint8_t noise[60000] = {};
	enum eap_status status = EAP_RUNNING;
	struct eap *eap = our_end(true);
	struct result result = eap_begin(eap, &ours);

	assert_int_equal(result.code, 0);
	for (int i = 0; i < 3 && status == EAP_RUNNING; i++) {
		other.identifier = ours.data[1];
		other_says(&other, MORE, BYTES(noise), &packet);
		result = eap_receive(eap, buffer_bytes(&packet), &ours, &status);
	}
	assert_int_equal(status, EAP_FAILED);
	assert_non_null(strstr(result.why, "longer than their message"));
	eap_free(eap);
	buffer_free(&ours);
	buffer_free(&packet);
}

static int set_up(void **state)
{
	struct test_certificate wish = { .subject = "O=Example,CN=bob" };
	unsigned char *octets = NULL;
	char *pem;
	int len;

	if (cryptox_start(false).code)
		return -1;
	wish.key = test_key("p256", 1);
	certificate = test_certificate(&wish);
	len = i2d_X509(certificate, &octets);
	buffer_put(&der, bytes_of(octets, (size_t)len));
	OPENSSL_free(octets);
	pem = test_key_pem(wish.key, NULL);
	if (private_key_load(bytes_of_string(pem), bytes_of(NULL, 0), &key).code)
		return -1;
	free(pem);
	return 0;
}

static int tear_down(void **state)
{
	private_key_free(key);
	X509_free(certificate);
	buffer_free(&der);
	cryptox_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(succeeds),  cmocka_unit_test(judged),
		cmocka_unit_test(malformed), cmocka_unit_test(out_of_order),
		cmocka_unit_test(endless),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

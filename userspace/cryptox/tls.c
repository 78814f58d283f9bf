// SPDX-License-Identifier: GPL-2.0-or-later
#include "cryptox/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

#include "base/memory.h"
#include "cryptox/internal.h"

#define RECEIVED_MAX 1024 /* of application data, which nobody here has much of */

/* Forward secrecy only; the list is about TLS 1.2, all of 1.3 has it. */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:DHE+AES:!aNULL:!PSK:!SRP"

struct tls {
	SSL_CTX *settings;
	SSL *ssl;
	BIO *in, *out; /* owned by @ssl */
	struct result (*judge)(void *context, const struct bytes *chain, size_t count);
	void *context;
	struct result verdict; /* of @judge */
	struct buffer received;
};

static struct result judge_chain(struct tls *tls, STACK_OF(X509) * list)
{
	struct result result = RESULT_OK;
	struct bytes chain[TLS_CHAIN_MAX];
	unsigned char *der[TLS_CHAIN_MAX];
	size_t count = 0;
	int len;

	if (sk_X509_num(list) > TLS_CHAIN_MAX)
		return fail(-E2BIG, "more than %d certificates in TLS", TLS_CHAIN_MAX);
	for (int i = 0; i < sk_X509_num(list); i++) {
		der[count] = NULL;
		len = i2d_X509(sk_X509_value(list, i), &der[count]);
		if (len <= 0)
			result = openssl_failed("certificate in TLS");
		else
			chain[count] = bytes_of(der[count], (size_t)len);
		if (len > 0)
			count++;
	}
	if (!failed(&result))
		result = tls->judge(tls->context, chain, count);
	for (size_t i = 0; i < count; i++)
		OPENSSL_free(der[i]);
	return result;
}

/* In place of OpenSSL's own check: who is to be believed is none of its business. */
static int verify(X509_STORE_CTX *context, void *argument)
{
	struct tls *tls = argument;

	tls->verdict = judge_chain(tls, X509_STORE_CTX_get0_untrusted(context));
	if (!failed(&tls->verdict))
		return 1;
	X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_REJECTED);
	return 0;
}

static X509 *read_certificate(struct bytes der)
{
	const unsigned char *at = der.data;

	return d2i_X509(NULL, &at, (long)der.len);
}

static bool set_certificates(SSL_CTX *settings, const struct tls_config *config)
{
	for (size_t i = 0; i < config->chain_count; i++) {
		X509 *certificate = read_certificate(config->chain[i]);
		bool ok = certificate && (i ? SSL_CTX_add1_chain_cert(settings, certificate) > 0 :
					      SSL_CTX_use_certificate(settings, certificate) > 0);

		X509_free(certificate);
		if (!ok)
			return false;
	}
	for (size_t i = 0; config->server && i < config->authority_count; i++) {
		X509 *certificate = read_certificate(config->authorities[i]);
		bool ok = certificate && SSL_CTX_add_client_CA(settings, certificate) > 0;

		X509_free(certificate);
		if (!ok)
			return false;
	}
	return SSL_CTX_use_PrivateKey(settings, private_key_openssl(config->key)) > 0;
}

static bool set_up(struct tls *tls, const struct tls_config *config)
{
	SSL_CTX *settings = SSL_CTX_new(config->server ? TLS_server_method() : TLS_client_method());

	tls->settings = settings;
	if (!settings || SSL_CTX_set_min_proto_version(settings, TLS1_2_VERSION) <= 0 ||
	    SSL_CTX_set_cipher_list(settings, CIPHERS) <= 0 ||
	    SSL_CTX_set_num_tickets(settings, 0) <= 0)
		return false;
	/*
	 * A server that does not know RFC 5746 is as good as others: there is one
	 * handshake, and what is used is a key out of it and no data.
	 */
	SSL_CTX_set_options(settings, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
					      SSL_OP_NO_RENEGOTIATION |
					      SSL_OP_LEGACY_SERVER_CONNECT);
	SSL_CTX_set_session_cache_mode(settings, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(settings, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(settings, verify, tls);
	if (!set_certificates(settings, config))
		return false;
	tls->ssl = SSL_new(settings);
	tls->in = BIO_new(BIO_s_mem());
	tls->out = BIO_new(BIO_s_mem());
	if (!tls->ssl || !tls->in || !tls->out) {
		BIO_free(tls->in);
		BIO_free(tls->out);
		return false;
	}
	SSL_set_bio(tls->ssl, tls->in, tls->out);
	if (config->server)
		SSL_set_accept_state(tls->ssl);
	else
		SSL_set_connect_state(tls->ssl);
	return true;
}

struct result tls_new(const struct tls_config *config, struct tls **out)
{
	struct tls *tls = must_calloc(1, sizeof(*tls));

	*out = NULL;
	tls->judge = config->judge;
	tls->context = config->context;
	if (!set_up(tls, config)) {
		tls_free(tls);
		return openssl_failed("TLS cannot begin");
	}
	*out = tls;
	return RESULT_OK;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	SSL_free(tls->ssl);
	SSL_CTX_free(tls->settings);
	buffer_free(&tls->received);
	ERR_clear_error();
	secret_free(tls, sizeof(*tls));
}

/* Our own verdict, what the other end says, or what OpenSSL does not like. */
static struct result explain(struct tls *tls)
{
	unsigned long error = ERR_peek_last_error();
	int reason = ERR_GET_REASON(error);

	if (failed(&tls->verdict)) {
		ERR_clear_error();
		return tls->verdict;
	}
	if (ERR_GET_LIB(error) != ERR_LIB_SSL || reason < SSL_AD_REASON_OFFSET)
		return openssl_failed("TLS");
	ERR_clear_error();
	return fail(-ECONNREFUSED, "the other side ends TLS with the alert \"%s\"",
		    SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
}

/* False when there is something wrong, and not only more to come. */
static bool goes_on(struct tls *tls, int returned)
{
	return returned > 0 || SSL_get_error(tls->ssl, returned) == SSL_ERROR_WANT_READ;
}

static bool receive(struct tls *tls)
{
	uint8_t data[256];
	int got;

	do {
		got = SSL_read(tls->ssl, data, sizeof(data));
		if (got > 0 && tls->received.len + (size_t)got > RECEIVED_MAX)
			return false;
		if (got > 0)
			buffer_put(&tls->received, bytes_of(data, (size_t)got));
	} while (got > 0);
	return goes_on(tls, got);
}

static void take_output(struct tls *tls, struct buffer *out)
{
	char *data;
	long len = BIO_get_mem_data(tls->out, &data);

	if (len > 0)
		buffer_put(out, bytes_of(data, (size_t)len));
	(void)BIO_reset(tls->out);
}

struct result tls_step(struct tls *tls, struct bytes in, struct buffer *out)
{
	struct result result = RESULT_OK;
	bool ok;

	ERR_clear_error();
	if (in.len && BIO_write(tls->in, in.data, (int)in.len) != (int)in.len)
		return openssl_failed("TLS");
	ok = tls_finished(tls) || goes_on(tls, SSL_do_handshake(tls->ssl));
	if (ok && tls_finished(tls))
		ok = receive(tls);
	if (!ok)
		result = explain(tls);
	ERR_clear_error();
	take_output(tls, out);
	return result;
}

bool tls_finished(const struct tls *tls)
{
	return SSL_is_init_finished(tls->ssl);
}

bool tls_is_13(const struct tls *tls)
{
	return SSL_version(tls->ssl) == TLS1_3_VERSION;
}

struct bytes tls_received(const struct tls *tls)
{
	return buffer_bytes(&tls->received);
}

struct result tls_send(struct tls *tls, struct bytes data, struct buffer *out)
{
	if (SSL_write(tls->ssl, data.data, (int)data.len) != (int)data.len)
		return openssl_failed("TLS");
	take_output(tls, out);
	return RESULT_OK;
}

struct result tls_export(struct tls *tls, const char *label, struct bytes context, uint8_t *out,
			 size_t len)
{
	if (SSL_export_keying_material(tls->ssl, out, len, label, strlen(label), context.data,
				       context.len, context.len > 0) > 0)
		return RESULT_OK;
	return openssl_failed("TLS gives no key");
}

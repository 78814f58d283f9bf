// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EAP as the other side tells it, in both roles. The first octet chooses role
 * and methods; then come packets, each with its length in front. The identifier
 * of a packet to the server is put right, or it would seldom get far. Whoever
 * knows no password, and has no certificate that is believed, gets neither a
 * success nor a key.
 */
#include <stdlib.h>
#include <string.h>

#include "certs.h"
#include "cryptox/cryptox.h"
#include "eap/eap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { AS_SERVER = 1, ASKS_IDENTITY = 2, WITH_MD5 = 4, WITH_TLS = 8 };

static bool find_password(void *context, struct bytes user, struct bytes *password)
{
	*password = bytes_of_string("a password that nobody guesses");
	return user.len && user.data[0] == 'b';
}

static struct private_key *key;
static struct buffer certificate;

static struct result judge(void *context, struct bytes user, const struct bytes *chain,
			   size_t count, struct buffer *name)
{
	return fail(-1, "nobody is believed");
}

static void set_tls(uint8_t flags, uint8_t *methods, size_t *count, struct eap_tls_config *tls)
{
	if (!(flags & WITH_TLS))
		return;
	methods[0] = EAP_TYPE_TLS;
	*count = 1;
	*tls = (struct eap_tls_config){ .key = key,
					.chain = { buffer_bytes(&certificate) },
					.chain_count = 1,
					.judge = judge };
}

static struct eap *server(uint8_t flags)
{
	struct eap_server_config config = { .methods = { EAP_TYPE_MSCHAPV2, EAP_TYPE_MD5 },
					    .method_count = flags & WITH_MD5 ? 2 : 1,
					    .find_password = find_password };

	set_tls(flags, config.methods, &config.method_count, &config.tls);
	if (!(flags & ASKS_IDENTITY))
		config.user = bytes_of_string("bob");
	return eap_server_new(&config);
}

/* Without MD5, which proves nothing to the peer. */
static struct eap *peer(uint8_t flags)
{
	struct eap_peer_config config = { .methods = { EAP_TYPE_MSCHAPV2 },
					  .method_count = 1,
					  .user = bytes_of_string("bob"),
					  .password = bytes_of_string(
						  "a password that nobody guesses") };

	set_tls(flags, config.methods, &config.method_count, &config.tls);
	return eap_peer_new(&config);
}

static void check(const struct eap *eap, const struct result *result, enum eap_status status,
		  const struct buffer *out, bool is_server)
{
	if (failed(result) != (status == EAP_FAILED) || failed(result) != (result->why[0] != 0))
		abort();
	if (status == EAP_SUCCEEDED || eap_msk(eap).len)
		abort();
	/* What is sent is a packet by its own account; a server always has an answer. */
	if (out->len && (out->len < 4 || (size_t)(out->data[2] << 8 | out->data[3]) != out->len))
		abort();
	if (is_server && !out->len)
		abort();
}

static void start(void)
{
	struct test_certificate wish = { .subject = "CN=bob", .key = test_key("p256", 1) };
	X509 *x509 = test_certificate(&wish);
	unsigned char *der = NULL;
	int len = i2d_X509(x509, &der);
	char *pem = test_key_pem(wish.key, NULL);

	if (cryptox_start(false).code ||
	    private_key_load(bytes_of_string(pem), bytes_of(NULL, 0), &key).code)
		abort();
	buffer_put(&certificate, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	X509_free(x509);
	free(pem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer out = {}, packet = {};
	static bool started;
	enum eap_status status = EAP_RUNNING;
	struct reader reader;
	struct result result;
	struct bytes octets;
	struct eap *eap;
	uint8_t flags, len;

	if (!started)
		start();
	started = true;
	reader = reader_of(bytes_of(data, size));
	if (!reader_get_u8(&reader, &flags))
		return 0;
	eap = flags & AS_SERVER ? server(flags) : peer(flags);
	if (flags & AS_SERVER && eap_begin(eap, &out).code)
		abort();
	while (status == EAP_RUNNING && reader_get_u8(&reader, &len) &&
	       reader_get_bytes(&reader, len, &octets)) {
		buffer_set(&packet, octets);
		if (flags & AS_SERVER && packet.len > 1)
			packet.data[1] = out.data[1];
		result = eap_receive(eap, buffer_bytes(&packet), &out, &status);
		check(eap, &result, status, &out, flags & AS_SERVER);
	}
	eap_free(eap);
	buffer_free(&out);
	buffer_free(&packet);
	return 0;
}

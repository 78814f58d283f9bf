// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EAP as the other side tells it, in both roles. The first octet chooses role
 * and methods; then come packets, each with its length in front. The identifier
 * of a packet to the server is put right, or it would seldom get far. Whoever
 * knows no password gets neither a success nor a key.
 */
#include <stdlib.h>
#include <string.h>

#include "cryptox/cryptox.h"
#include "eap/eap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { AS_SERVER = 1, ASKS_IDENTITY = 2, WITH_MD5 = 4 };

static bool find_password(void *context, struct bytes user, struct bytes *password)
{
	*password = bytes_of_string("a password that nobody guesses");
	return user.len && user.data[0] == 'b';
}

static struct eap *server(uint8_t flags)
{
	struct eap_server_config config = { .methods = { EAP_TYPE_MSCHAPV2, EAP_TYPE_MD5 },
					    .method_count = flags & WITH_MD5 ? 2 : 1,
					    .find_password = find_password };

	if (!(flags & ASKS_IDENTITY))
		config.user = bytes_of_string("bob");
	return eap_server_new(&config);
}

/* Without MD5, which proves nothing to the peer. */
static struct eap *peer(void)
{
	struct eap_peer_config config = { .methods = { EAP_TYPE_MSCHAPV2 },
					  .method_count = 1,
					  .user = bytes_of_string("bob"),
					  .password = bytes_of_string(
						  "a password that nobody guesses") };

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

	if (!started && cryptox_start(false).code)
		abort();
	started = true;
	reader = reader_of(bytes_of(data, size));
	if (!reader_get_u8(&reader, &flags))
		return 0;
	eap = flags & AS_SERVER ? server(flags) : peer();
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

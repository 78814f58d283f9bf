// SPDX-License-Identifier: GPL-2.0-or-later
#include "cryptox/internal.h"
#include "cryptox/old.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>

static OSSL_PROVIDER *default_provider, *legacy_provider;

struct result openssl_failed(const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return fail(-EIO, "%s: %s", what, reason ? reason : "OpenSSL gives no reason");
}

struct result cryptox_start(bool legacy)
{
	struct result result;

	/* Loading any provider by name turns off the implicit default one. */
	if (!default_provider)
		default_provider = OSSL_PROVIDER_load(NULL, "default");
	if (!default_provider)
		return openssl_failed("cannot load OpenSSL's default provider");
	if (legacy && !legacy_provider) {
		legacy_provider = OSSL_PROVIDER_load(NULL, "legacy");
		if (!legacy_provider)
			return openssl_failed("cannot load OpenSSL's legacy provider");
	}

	result = macs_start();
	if (!failed(&result))
		result = ciphers_start();
	if (!failed(&result))
		result = groups_start();
	if (!failed(&result))
		result = hashes_start();
	return result;
}

void cryptox_stop(void)
{
	old_stop();
	hashes_stop();
	groups_stop();
	ciphers_stop();
	macs_stop();
	if (legacy_provider)
		OSSL_PROVIDER_unload(legacy_provider);
	if (default_provider)
		OSSL_PROVIDER_unload(default_provider);
	legacy_provider = NULL;
	default_provider = NULL;
}

const char *cryptox_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}

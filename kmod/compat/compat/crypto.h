/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_COMPAT_CRYPTO_H
#define SEKI_COMPAT_CRYPTO_H

#include <linux/crypto.h>

/* Up to 6.2, completion functions get the request instead of its data. */
#ifdef SEKI_CRYPTO_CB_REQUEST
typedef struct crypto_async_request *seki_crypto_cb_arg;

static inline void *seki_crypto_cb_data(seki_crypto_cb_arg arg)
{
	return arg->data;
}
#else
typedef void *seki_crypto_cb_arg;

static inline void *seki_crypto_cb_data(seki_crypto_cb_arg arg)
{
	return arg;
}
#endif

#endif /* SEKI_COMPAT_CRYPTO_H */

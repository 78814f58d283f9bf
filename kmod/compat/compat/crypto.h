/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_COMPAT_CRYPTO_H
#define SEKI_COMPAT_CRYPTO_H

#include <linux/crypto.h>

/* Up to 6.2, completion functions get the request instead of its data. */
#ifdef SEKI_CRYPTO_CB_REQUEST
#define seki_crypto_cb_arg struct crypto_async_request

static inline void *seki_crypto_cb_data(seki_crypto_cb_arg *arg)
{
	return arg->data;
}
#else
#define seki_crypto_cb_arg void

static inline void *seki_crypto_cb_data(seki_crypto_cb_arg *arg)
{
	return arg;
}
#endif

#endif /* SEKI_COMPAT_CRYPTO_H */

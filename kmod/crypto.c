// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ciphers and the requests that packets pass through them with.
 *
 * An op belongs to one owner at a time: the CPU's stock, the code that
 * prepares a packet, the cipher while it works, and at last the finish
 * function.  A cipher that answers -EINPROGRESS keeps the op, and the next
 * packet on that CPU finds the stock empty and allocates another.
 */
#include <crypto/authenc.h>
#include <linux/percpu.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "crypto.h"

#include <compat/crypto.h>

/* taken and returned by xchg, so that interrupting each other is harmless */
static DEFINE_PER_CPU(struct seki_op *, op_stock);

/* RFC 7296 section 2.17 cuts the keys apart; authenc() wants them in one */
static int set_key_authenc(struct crypto_aead *tfm, const struct seki_crypto_keys *keys)
{
	struct crypto_authenc_key_param *param;
	unsigned int len;
	struct rtattr *rta;
	u8 *buf;
	int err;

	len = RTA_SPACE(sizeof(*param)) + keys->integ_key_len + keys->encr_key_len;
	buf = kzalloc(len, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;

	rta = (struct rtattr *)buf;
	rta->rta_type = CRYPTO_AUTHENC_KEYA_PARAM;
	rta->rta_len = RTA_LENGTH(sizeof(*param));
	param = RTA_DATA(rta);
	param->enckeylen = cpu_to_be32(keys->encr_key_len);
	memcpy(buf + RTA_SPACE(sizeof(*param)), keys->integ_key, keys->integ_key_len);
	memcpy(buf + RTA_SPACE(sizeof(*param)) + keys->integ_key_len,
	       keys->encr_key, keys->encr_key_len);

	err = crypto_aead_setkey(tfm, buf, len);
	kfree_sensitive(buf);
	return err;
}

/**
 * seki_crypto_init - make the cipher of an SA
 * @crypto: to be filled
 * @keys: algorithms and keys, of lengths that the algorithms take
 * @extack: says what is wrong
 *
 * May sleep, and may load modules.
 *
 * Return: 0; -EOPNOTSUPP if this kernel lacks the algorithm; -EINVAL if the
 * key is refused; -ENOMEM.
 */
int seki_crypto_init(struct seki_crypto *crypto, const struct seki_crypto_keys *keys,
		     struct netlink_ext_ack *extack)
{
	char name[CRYPTO_MAX_ALG_NAME];
	struct crypto_aead *tfm;
	int err;

	if (!keys->encr && keys->integ->iv)
		err = snprintf(name, sizeof(name), "%s", keys->integ->driver);
	else if (!keys->encr)
		err = snprintf(name, sizeof(name), "authenc(%s,ecb(cipher_null))",
			       keys->integ->driver);
	else if (keys->integ)
		err = snprintf(name, sizeof(name), "%s(%s,%s)",
			       keys->esn ? "authencesn" : "authenc",
			       keys->integ->driver, keys->encr->driver);
	else
		err = snprintf(name, sizeof(name), "%s", keys->encr->driver);
	if (err >= sizeof(name))
		return -ENAMETOOLONG;

	tfm = crypto_alloc_aead(name, 0, 0);
	if (IS_ERR(tfm)) {
		err = PTR_ERR(tfm);
		if (err == -ENOENT) {
			NL_SET_ERR_MSG(extack, "This kernel does not have the algorithm");
			err = -EOPNOTSUPP;
		}
		return err;
	}

	crypto->icv_len = keys->integ ? keys->integ->icv : keys->encr->icv;
	err = crypto_aead_setauthsize(tfm, crypto->icv_len);
	if (err) {
		NL_SET_ERR_MSG(extack, "The cipher takes no ICV of this length");
		goto err_tfm;
	}

	if (keys->integ && keys->integ->iv)
		err = crypto_aead_setkey(tfm, keys->integ_key, keys->integ_key_len);
	else if (keys->integ)
		err = set_key_authenc(tfm, keys);
	else
		err = crypto_aead_setkey(tfm, keys->encr_key, keys->encr_key_len);
	if (err) {
		NL_SET_ERR_MSG(extack, "The cipher refuses the key");
		goto err_tfm;
	}

	crypto->iv_len = keys->encr ? keys->encr->iv : keys->integ->iv;
	if (WARN_ON_ONCE(crypto_aead_ivsize(tfm) != crypto->iv_len)) {
		NL_SET_ERR_MSG(extack, "The cipher has another length of IV");
		err = -EOPNOTSUPP;
		goto err_tfm;
	}

	crypto->tfm = tfm;
	crypto->esn = keys->esn;
	crypto->align = 4;
	if (keys->encr) {
		crypto->iv = seki_encr_iv(keys->encr);
		crypto->align = max_t(u8, keys->encr->block, 4);
	} else if (keys->integ->iv) {
		crypto->iv = SEKI_IV_COUNTER;
	}
	crypto->op_size = sizeof(struct seki_op) + crypto_aead_reqsize(tfm);
	return 0;

err_tfm:
	crypto_free_aead(tfm);
	return err;
}

/**
 * seki_crypto_free - wipe the keys and free the cipher
 * @crypto: from seki_crypto_init(), or zeroed
 *
 * May sleep.
 */
void seki_crypto_free(struct seki_crypto *crypto)
{
	if (crypto->tfm)
		crypto_free_aead(crypto->tfm);
	crypto->tfm = NULL;
}

/**
 * seki_op_get - take an op for one packet
 * @size: the largest op_size of the ciphers that the packet will pass
 *
 * Bottom halves must be off.
 *
 * Return: an op that belongs to the caller, or NULL without memory.
 */
struct seki_op *seki_op_get(unsigned int size)
{
	struct seki_op *op = this_cpu_xchg(op_stock, NULL);

	if (likely(op && op->size >= size))
		return op;
	kfree(op);
	/* in steps, so that ciphers of about the same size share the stock */
	size = ALIGN(size, 256);
	op = kmalloc(size, GFP_ATOMIC);
	if (op)
		op->size = size;
	return op;
}

/**
 * seki_op_put - return an op
 * @op: from seki_op_get()
 *
 * Whatever it referred to is the caller's.
 */
void seki_op_put(struct seki_op *op)
{
	kfree(this_cpu_xchg(op_stock, op));
}

static void op_complete(seki_crypto_cb_arg *arg, int err)
{
	struct seki_op *op = seki_crypto_cb_data(arg);

	/* only says that a queued request has been started */
	if (err == -EINPROGRESS)
		return;
	op->finish(op, err);
}

static void op_prepare(struct seki_op *op, const struct seki_crypto *crypto,
		       unsigned int assoc, unsigned int len)
{
	aead_request_set_tfm(&op->req, crypto->tfm);
	aead_request_set_callback(&op->req, 0, op_complete, op);
	aead_request_set_ad(&op->req, assoc);
	aead_request_set_crypt(&op->req, op->sg, op->sg, len, op->iv);
}

/**
 * seki_op_encrypt - encrypt a packet in place
 * @op: with its packet, iv, sg and finish function set
 * @crypto: cipher
 * @assoc: bytes that are authenticated only, IV included
 * @len: bytes of plaintext
 *
 * Return: -EINPROGRESS and @op is given away, its finish function will be
 * called; else the cipher is done, with this result.
 */
int seki_op_encrypt(struct seki_op *op, const struct seki_crypto *crypto,
		    unsigned int assoc, unsigned int len)
{
	op_prepare(op, crypto, assoc, len);
	return crypto_aead_encrypt(&op->req);
}

/**
 * seki_op_decrypt - authenticate and decrypt a packet in place
 * @op: with its packet, iv, sg and finish function set
 * @crypto: cipher
 * @assoc: bytes that are authenticated only, IV included
 * @len: bytes of ciphertext and ICV
 *
 * Return: as seki_op_encrypt(); -EBADMSG if the ICV is wrong.
 */
int seki_op_decrypt(struct seki_op *op, const struct seki_crypto *crypto,
		    unsigned int assoc, unsigned int len)
{
	op_prepare(op, crypto, assoc, len);
	return crypto_aead_decrypt(&op->req);
}

/**
 * seki_crypto_error - tell why a cipher did not work
 * @err: what seki_op_encrypt() or seki_op_decrypt() returned, not 0
 *
 * Return: the reason to drop the packet.
 */
enum seki_drop seki_crypto_error(int err)
{
	switch (err) {
	case -EBADMSG:
		return SEKI_DROP_AUTH_FAILED;
	case -EBUSY:
	case -ENOSPC:
		return SEKI_DROP_CRYPTO_BUSY;
	default:
		return SEKI_DROP_CRYPTO_ERROR;
	}
}

/**
 * seki_crypto_exit - free every CPU's stock
 *
 * When no packet is left.
 */
void seki_crypto_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kfree(per_cpu(op_stock, cpu));
}

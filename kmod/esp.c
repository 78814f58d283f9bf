// SPDX-License-Identifier: GPL-2.0-only
/*
 * ESP (RFC 4303): what stands where in a packet.
 *
 *	SPI  sequence number  IV | payload  padding  pad length  next header | ICV
 *	authenticated only       | encrypted                                 |
 *
 * With extended sequence numbers the ICV also covers the high half, which is
 * not sent.  All ciphers want it between SPI and low half, so while one works,
 * the SPI moves four bytes down, over the end of whatever is in front.
 */

#include "esp.h"

#define ESN_SHIFT	sizeof(__be32)

static unsigned int assoc_len(const struct seki_crypto *crypto)
{
	return seki_esp_header(crypto) + (crypto->esn ? ESN_SHIFT : 0);
}

static void esn_insert(struct seki_op *op, struct ip_esp_hdr *esph)
{
	__be32 *word = (__be32 *)esph;

	op->saved = word[-1];
	word[-1] = esph->spi;
	esph->spi = htonl(op->seq >> 32);
}

static void esn_remove(const struct seki_op *op, struct ip_esp_hdr *esph)
{
	__be32 *word = (__be32 *)esph;

	esph->spi = word[-1];
	word[-1] = op->saved;
}

/* As sg_init_one(), for a list that need not be zeroed. */
static void cover(struct seki_op *op, void *data, unsigned int len)
{
	op->sg->page_link = 0;
	sg_mark_end(op->sg);
	sg_set_buf(op->sg, data, len);
}

/**
 * seki_esp_payload_max - largest payload
 * @crypto: cipher of the SA
 * @room: bytes for ESP header to ICV
 *
 * Return: bytes of payload that fit, 0 if none do.
 */
unsigned int seki_esp_payload_max(const struct seki_crypto *crypto, unsigned int room)
{
	return seki_esp_payload_fit(room, seki_esp_header(crypto) + crypto->icv_len,
				    crypto->align);
}

/**
 * seki_esp_encap - put ESP around a payload and start the cipher
 * @op: with skb, seq, finish function and the protocol of the payload
 * @crypto: cipher of the SA
 * @spi: of the SA
 * @tfc: bytes to pad the payload to, if it is shorter
 *
 * The packet must be linear and not shared, with room for
 * seki_esp_header() plus four bytes in front, and for seki_esp_trailer_max()
 * and what @tfc adds behind.
 *
 * Return: as seki_op_encrypt().
 */
int seki_esp_encap(struct seki_op *op, const struct seki_crypto *crypto, __be32 spi,
		   unsigned int tfc)
{
	struct sk_buff *skb = op->skb;
	unsigned int plain, pad, shift = 0;
	struct ip_esp_hdr *esph;

	/* RFC 4303 section 2.7: the payload's own length tells where it ends */
	if (tfc > skb->len)
		__skb_put_zero(skb, tfc - skb->len);

	pad = seki_esp_padding(skb->len, crypto->align);
	plain = skb->len + pad + SEKI_ESP_TRAILER;
	seki_esp_trailer_write(__skb_put(skb, pad + SEKI_ESP_TRAILER + crypto->icv_len), pad,
			       op->next);

	esph = __skb_push(skb, seki_esp_header(crypto));
	skb_reset_transport_header(skb);
	esph->spi = spi;
	esph->seq_no = htonl((u32)op->seq);
	seki_op_iv(op, crypto, esph->enc_data);

	if (crypto->esn) {
		esn_insert(op, esph);
		shift = ESN_SHIFT;
	}
	cover(op, skb->data - shift, skb->len + shift);
	return seki_op_encrypt(op, crypto, assoc_len(crypto), plain);
}

/**
 * seki_esp_encap_finish - make the ESP header what it is on the wire
 * @op: after the cipher
 * @crypto: cipher of the SA
 */
void seki_esp_encap_finish(struct seki_op *op, const struct seki_crypto *crypto)
{
	if (crypto->esn)
		esn_remove(op, ip_esp_hdr(op->skb));
}

/**
 * seki_esp_check - look at the lengths of a packet that arrived
 * @skb: data is at the ESP header
 * @crypto: cipher of the SA
 *
 * Return: SEKI_DROP_NONE, or why the packet cannot be one of the SA's.
 */
enum seki_drop seki_esp_check(struct sk_buff *skb, const struct seki_crypto *crypto)
{
	unsigned int fixed = seki_esp_header(crypto) + crypto->icv_len;

	if (skb->len < fixed + crypto->align || !pskb_may_pull(skb, seki_esp_header(crypto)))
		return SEKI_DROP_TOO_SHORT;
	if ((skb->len - fixed) % crypto->align)
		return SEKI_DROP_BAD_ALIGN;
	return SEKI_DROP_NONE;
}

/**
 * seki_esp_decap - start the cipher on a packet that arrived
 * @op: with skb, seq and finish function
 * @crypto: cipher of the SA
 * @err: set to what seki_op_decrypt() returned
 *
 * The packet must have passed seki_esp_check().
 *
 * Return: SEKI_DROP_NONE, or why the cipher was not started.
 */
enum seki_drop seki_esp_decap(struct seki_op *op, const struct seki_crypto *crypto, int *err)
{
	unsigned int shift = crypto->esn ? ESN_SHIFT : 0;
	struct sk_buff *skb = op->skb;
	struct ip_esp_hdr *esph;

	/*
	 * Pages may be a file's or another packet's, and not every way into a
	 * packet says so: only a head that nobody shares is written to.
	 */
	if (skb_linearize_cow(skb))
		return SEKI_DROP_NO_MEMORY;
	cover(op, skb->data - shift, skb->len + shift);
	esph = (struct ip_esp_hdr *)skb->data;
	memcpy(op->iv, esph->enc_data, crypto->iv_len);
	if (crypto->esn)
		esn_insert(op, esph);
	*err = seki_op_decrypt(op, crypto, assoc_len(crypto),
			       skb->len - seki_esp_header(crypto));
	return SEKI_DROP_NONE;
}

/**
 * seki_esp_decap_finish - take ESP off
 * @op: after the cipher
 * @crypto: cipher of the SA
 * @err: what the cipher returned
 * @next: set to the protocol of the payload
 *
 * Return: SEKI_DROP_NONE and the packet with data at the payload, or why not.
 * SEKI_DROP_BAD_PAD is the first reason that only the peer can cause.
 */
enum seki_drop seki_esp_decap_finish(struct seki_op *op, const struct seki_crypto *crypto,
				     int err, u8 *next)
{
	struct sk_buff *skb = op->skb;
	unsigned int plain;
	const u8 *end;

	if (crypto->esn)
		esn_remove(op, (struct ip_esp_hdr *)skb->data);
	if (err)
		return seki_crypto_error(err);

	end = skb_tail_pointer(skb) - crypto->icv_len - SEKI_ESP_TRAILER;
	plain = skb->len - seki_esp_header(crypto) - crypto->icv_len;
	if (!seki_esp_trailer_read(end, &plain, next))
		return SEKI_DROP_BAD_PAD;
	__skb_trim(skb, seki_esp_header(crypto) + plain);
	__skb_pull(skb, seki_esp_header(crypto));
	return SEKI_DROP_NONE;
}

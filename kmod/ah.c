// SPDX-License-Identifier: GPL-2.0-only
/*
 * AH (RFC 4302): what stands where in a packet.
 *
 *	IP header and options | next header  length  SPI  number  ICV | payload
 *	authenticated, but for what routers change and the ICV itself
 *
 * GMAC has its IV in front of the ICV, and AH counts both as one field (RFC 4543
 * section 4).
 *
 * The headers are copied, and in the copy what routers change and the ICV are
 * zero: the cipher sees the copy and the payload, and the packet stays as it
 * is.  The high half of an extended sequence number comes last.
 */
#include <net/ip.h>
#include <net/ipv6.h>

#include "ah.h"
#include "ah_mutable.h"

/* SPI, sequence number and IV of ESP */
#define RFC4543_ASSOC	16

static struct ip_auth_hdr *ah_hdr(const struct sk_buff *skb)
{
	return (struct ip_auth_hdr *)skb_transport_header(skb);
}

/* bytes of AH as its length field says them */
static unsigned int hdr_len(const struct ip_auth_hdr *ah)
{
	return (ah->hdrlen + 2) * 4;
}

/*
 * Let the cipher see headers and payload.  The packet begins at its network
 * header, AH is at the transport header.  Returns bytes to authenticate.
 */
static int gather(struct seki_op *op, const struct seki_crypto *crypto)
{
	struct sk_buff *skb = op->skb;
	u8 *network = skb_network_header(skb), *copy = seki_op_scratch(op);
	unsigned int ip_len = skb_network_header_len(skb), ah_len = hdr_len(ah_hdr(skb));
	unsigned int payload = skb_tail_pointer(skb) - network - ip_len - ah_len, n = 0;
	int err;

	if (ip_len + ah_len > SEKI_OP_SCRATCH)
		return -EINVAL;
	memcpy(copy, network, ip_len + ah_len);
	err = ip_hdr(skb)->version == 4 ? seki_ah_zero_mutable_v4(copy, ip_len) :
					  seki_ah_zero_mutable_v6(copy, ip_len);
	if (err)
		return err;
	memset(copy + ip_len + sizeof(struct ip_auth_hdr), 0, seki_ah_data(crypto));

	sg_init_table(op->sg, 2 + !!payload + crypto->esn);
	sg_set_buf(&op->sg[n++], copy, ip_len + ah_len);
	if (payload)
		sg_set_buf(&op->sg[n++], network + ip_len + ah_len, payload);
	if (crypto->esn) {
		op->seq_high = htonl(op->seq >> 32);
		sg_set_buf(&op->sg[n++], &op->seq_high, sizeof(op->seq_high));
	}
	sg_set_buf(&op->sg[n], op->icv, crypto->icv_len);
	return ip_len + ah_len + payload + (crypto->esn ? sizeof(op->seq_high) : 0);
}

/*
 * rfc4543() takes what IPsec calls associated data, and no more, and the rest
 * as a plaintext that it does not encrypt.
 */
static int assoc_len(const struct seki_crypto *crypto, int len)
{
	return crypto->iv_len ? min(len, RFC4543_ASSOC) : len;
}

/**
 * seki_ah_push - put AH in front of a payload
 * @op: with skb, seq and the protocol of the payload
 * @crypto: cipher of the SA
 * @spi: of the SA
 * @ipv6: the outer header will be IPv6's
 */
void seki_ah_push(struct seki_op *op, const struct seki_crypto *crypto, __be32 spi, bool ipv6)
{
	unsigned int len = seki_ah_header(crypto, ipv6);
	struct ip_auth_hdr *ah = __skb_push(op->skb, len);

	skb_reset_transport_header(op->skb);
	memset(ah, 0, len);
	ah->nexthdr = op->next;
	ah->hdrlen = seki_ah_hdrlen(seki_ah_data(crypto), ipv6);
	ah->spi = spi;
	ah->seq_no = htonl((u32)op->seq);
	seki_op_iv(op, crypto, ah->auth_data);
}

/**
 * seki_ah_encap - start the cipher on a packet to be sent
 * @op: with its packet, linear, from the IP header on, AH at the transport
 *	header; the IP header is as it will be received
 * @crypto: cipher of the SA
 *
 * Return: as seki_op_encrypt(); -EINVAL if AH cannot protect the headers.
 */
int seki_ah_encap(struct seki_op *op, const struct seki_crypto *crypto)
{
	int len = gather(op, crypto), assoc;

	if (len < 0)
		return -EINVAL;
	assoc = assoc_len(crypto, len);
	return seki_op_encrypt(op, crypto, assoc, len - assoc);
}

/**
 * seki_ah_encap_finish - make the AH header what it is on the wire
 * @op: after the cipher
 * @crypto: cipher of the SA
 */
void seki_ah_encap_finish(struct seki_op *op, const struct seki_crypto *crypto)
{
	memcpy(ah_hdr(op->skb)->auth_data + crypto->iv_len, op->icv, crypto->icv_len);
}

/**
 * seki_ah_check - look at the lengths of a packet that arrived
 * @skb: data is at AH
 * @crypto: cipher of the SA
 * @ipv6: it came in IPv6
 *
 * Return: SEKI_DROP_NONE, or why the packet cannot be one of the SA's.
 */
enum seki_drop seki_ah_check(struct sk_buff *skb, const struct seki_crypto *crypto, bool ipv6)
{
	const struct ip_auth_hdr *ah;

	if (!pskb_may_pull(skb, sizeof(*ah)))
		return SEKI_DROP_TOO_SHORT;
	ah = (const struct ip_auth_hdr *)skb->data;
	if (!seki_ah_length_ok(ah->hdrlen, seki_ah_data(crypto), ipv6))
		return SEKI_DROP_BAD_ICV_LENGTH;
	return pskb_may_pull(skb, hdr_len(ah)) ? SEKI_DROP_NONE : SEKI_DROP_TOO_SHORT;
}

/**
 * seki_ah_decap - start the cipher on a packet that arrived
 * @op: with skb, data at AH, and seq
 * @crypto: cipher of the SA
 * @err: set to what seki_op_decrypt() returned
 *
 * The packet must have passed seki_ah_check().
 *
 * Return: SEKI_DROP_NONE, or why the cipher was not started.
 */
enum seki_drop seki_ah_decap(struct seki_op *op, const struct seki_crypto *crypto, int *err)
{
	struct sk_buff *skb = op->skb;
	const u8 *data;
	int len, assoc;

	/* what follows moves headers over the payload's */
	if (skb_linearize_cow(skb))
		return SEKI_DROP_NO_MEMORY;
	skb_reset_transport_header(skb);
	data = ah_hdr(skb)->auth_data;
	memcpy(op->iv, data, crypto->iv_len);
	memcpy(op->icv, data + crypto->iv_len, crypto->icv_len);
	len = gather(op, crypto);
	if (len < 0)
		return SEKI_DROP_BAD_HEADER;
	assoc = assoc_len(crypto, len);
	*err = seki_op_decrypt(op, crypto, assoc, len - assoc + crypto->icv_len);
	return SEKI_DROP_NONE;
}

/**
 * seki_ah_decap_finish - take AH off
 * @op: after the cipher
 * @crypto: cipher of the SA
 * @err: what the cipher returned
 * @next: set to the protocol of the payload
 *
 * Return: SEKI_DROP_NONE and the packet with data at the payload, or why not.
 */
enum seki_drop seki_ah_decap_finish(struct seki_op *op, const struct seki_crypto *crypto,
				    int err, u8 *next)
{
	const struct ip_auth_hdr *ah = ah_hdr(op->skb);

	if (err)
		return seki_crypto_error(err);
	*next = ah->nexthdr;
	__skb_pull(op->skb, hdr_len(ah));
	return SEKI_DROP_NONE;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lengths of ESP (RFC 4303 section 2) and AH (RFC 4302 section 2), and the ESP
 * trailer.  What is aligned is what ESP encrypts: payload, padding, pad length
 * and next header.  Padding for traffic flow confidentiality (RFC 4303 section
 * 2.7) stands at the end of the payload and counts as payload here.
 */
#include <linux/kernel.h>

#include "layout.h"

/* The unit that the payload length field of AH counts in. */
#define AH_WORD	4

/**
 * seki_esp_padding - padding that aligns a payload
 * @payload: bytes
 * @align: power of two, at least 4
 *
 * Return: bytes between payload and pad length, less than @align.
 */
unsigned int seki_esp_padding(unsigned int payload, unsigned int align)
{
	return -(payload + SEKI_ESP_TRAILER) & (align - 1);
}

/**
 * seki_esp_payload_fit - largest payload
 * @room: bytes for ESP header to ICV
 * @fixed: bytes of ESP header, IV and ICV
 * @align: power of two, at least 4
 *
 * Return: bytes of payload that fit, 0 if none do.
 */
unsigned int seki_esp_payload_fit(unsigned int room, unsigned int fixed, unsigned int align)
{
	if (room < fixed + align)
		return 0;
	return ((room - fixed) & ~(align - 1)) - SEKI_ESP_TRAILER;
}

/**
 * seki_esp_trailer_write - write padding, pad length and next header
 * @tail: first byte after the payload
 * @pad: bytes of padding, at most 255
 * @next: protocol of the payload
 *
 * Default padding is 1, 2, 3, ... (RFC 4303 section 2.4).
 */
void seki_esp_trailer_write(u8 *tail, unsigned int pad, u8 next)
{
	unsigned int i;

	for (i = 0; i < pad; i++)
		tail[i] = i + 1;
	tail[pad] = pad;
	tail[pad + 1] = next;
}

/**
 * seki_esp_trailer_read - take the trailer off
 * @end: the last SEKI_ESP_TRAILER bytes in front of the ICV
 * @plain: bytes that were encrypted, these included; set to those of the payload
 * @next: set to the protocol of the payload
 *
 * The padding's content is not looked at: the ICV was right, so it is what the
 * peer wrote, and RFC 4303 section 2.4 lets a cipher have a padding of its own.
 *
 * Return: false if there is more padding than there are bytes.
 */
bool seki_esp_trailer_read(const u8 *end, unsigned int *plain, u8 *next)
{
	unsigned int trailer = end[0] + SEKI_ESP_TRAILER;

	if (trailer > *plain)
		return false;
	*plain -= trailer;
	*next = end[1];
	return true;
}

/**
 * seki_ah_length - length of AH
 * @icv_len: bytes of ICV
 * @ipv6: headers of IPv6 are a multiple of 8 bytes long, of IPv4 of 4
 *
 * RFC 4302 section 3.3.3.2.1.
 *
 * Return: bytes of AH with ICV and padding.
 */
unsigned int seki_ah_length(unsigned int icv_len, bool ipv6)
{
	unsigned int align = ipv6 ? 8 : 4;

	return ALIGN(SEKI_AH_HEADER + icv_len, align);
}

/**
 * seki_ah_hdrlen - what AH says about its length
 * @icv_len: bytes of ICV
 * @ipv6: IPv6, else IPv4
 *
 * RFC 4302 section 2.2: 32-bit words minus two.
 *
 * Return: value of the payload length field.
 */
u8 seki_ah_hdrlen(unsigned int icv_len, bool ipv6)
{
	return seki_ah_length(icv_len, ipv6) / AH_WORD - 2;
}

/**
 * seki_ah_length_ok - check what a packet says about the length of its AH
 * @hdrlen_field: payload length field
 * @icv_len: bytes of ICV of the SA
 * @ipv6: IPv6, else IPv4
 *
 * Linux, for one, sends multiples of 8 in IPv4 too.
 *
 * Return: true if it is a length that AH has in this SA.
 */
bool seki_ah_length_ok(u8 hdrlen_field, unsigned int icv_len, bool ipv6)
{
	return hdrlen_field == seki_ah_hdrlen(icv_len, ipv6) ||
	       hdrlen_field == seki_ah_hdrlen(icv_len, true);
}

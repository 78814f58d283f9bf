/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SEKI_SELECTOR_H
#define SEKI_SELECTOR_H

#include <linux/in6.h>
#include <linux/types.h>

#define SEKI_PORT_MAX	0xffff

/* bytes of a packet that are looked at: headers in front of the ports must fit */
#define SEKI_PACKET_KEY_SPAN	256

/**
 * struct seki_selector - which packets a crypto map entry is about
 * @family: AF_INET or AF_INET6
 * @proto: upper layer protocol, 0 for any
 * @src_len: length of the prefix @src
 * @dst_len: length of the prefix @dst
 * @src: source, seen from this end; IPv4 stands in s6_addr32[0], the rest is 0
 * @dst: destination, likewise
 * @sport_lo: lowest source port, in host byte order
 * @sport_hi: highest source port; 0 to SEKI_PORT_MAX is any, or none at all
 * @dport_lo: lowest destination port
 * @dport_hi: highest destination port
 *
 * RFC 4301 section 4.4.1.1.
 */
struct seki_selector {
	u16 family;
	u8 proto;
	u8 src_len, dst_len;
	struct in6_addr src, dst;
	u16 sport_lo, sport_hi;
	u16 dport_lo, dport_hi;
};

/**
 * struct seki_packet_key - what of a packet selectors are compared with
 * @family: AF_INET or AF_INET6
 * @proto: upper layer protocol.  Of an IPv6 fragment that is not the first one,
 *	what follows its fragment header: this may be an extension header
 * @ports_known: false if the protocol has none, and if they are in another
 *	fragment
 * @non_first_fragment: of IPv4 or IPv6
 * @src: source; IPv4 stands in s6_addr32[0], the rest is 0
 * @dst: destination, likewise
 * @sport: source port, in host byte order
 * @dport: destination port
 *
 * ICMP has type * 256 + code for a port, in both places (RFC 4301 section
 * 4.4.1.1, RFC 7296 section 3.13.1), so that it stays the same when reversed.
 */
struct seki_packet_key {
	u16 family;
	u8 proto;
	bool ports_known;
	bool non_first_fragment;
	struct in6_addr src, dst;
	u16 sport, dport;
};

/**
 * enum seki_match - does a selector cover a packet?
 * @SEKI_MATCH_NO: it does not
 * @SEKI_MATCH_YES: it does
 * @SEKI_MATCH_UNKNOWN: what can be seen of the packet matches, but the selector
 *	asks for more
 */
enum seki_match {
	SEKI_MATCH_NO,
	SEKI_MATCH_YES,
	SEKI_MATCH_UNKNOWN,
};

bool seki_selector_valid(const struct seki_selector *sel);
enum seki_match seki_selector_match(const struct seki_selector *sel,
				    const struct seki_packet_key *key);
void seki_selector_reverse(struct seki_packet_key *key);
int seki_packet_key_parse(struct seki_packet_key *key, const u8 *packet, unsigned int len);

#endif /* SEKI_SELECTOR_H */

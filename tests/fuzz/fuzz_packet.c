// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IP headers as the module reads them: what selectors look at, and what AH
 * authenticates.
 */
#include <stdlib.h>

#include <kshim.h>
#include "../../kmod/ah_mutable.c"
#include "../../kmod/selector.c"

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* The packet and no other: a selector for it matches, its reverse too. */
static void select_it(const u8 *packet, unsigned int len)
{
	struct seki_packet_key key, turned;
	struct seki_selector sel;

	if (seki_packet_key_parse(&key, packet, len))
		return;
	require(!key.ports_known || !key.non_first_fragment);
	turned = key;
	seki_selector_reverse(&turned);
	seki_selector_reverse(&turned);
	require(!memcmp(&turned, &key, sizeof(key)));

	sel = (struct seki_selector){
		.family = key.family,
		.proto = key.proto,
		.src_len = key.family == AF_INET ? 32 : 128,
		.dst_len = key.family == AF_INET ? 32 : 128,
		.src = key.src,
		.dst = key.dst,
		.sport_lo = key.ports_known ? key.sport : 0,
		.sport_hi = key.ports_known ? key.sport : SEKI_PORT_MAX,
		.dport_lo = key.ports_known ? key.dport : 0,
		.dport_hi = key.ports_known ? key.dport : SEKI_PORT_MAX,
	};
	require(seki_selector_valid(&sel));
	require(seki_selector_match(&sel, &key) != SEKI_MATCH_NO);
	require(!key.ports_known || seki_selector_match(&sel, &key) == SEKI_MATCH_YES);
	sel.src.s6_addr[0] ^= 1;
	require(seki_selector_match(&sel, &key) == SEKI_MATCH_NO);
}

static void authenticate(u8 *packet, unsigned int len)
{
	unsigned int header = (packet[0] & 0x0f) * 4;

	if (packet[0] >> 4 == 4)
		seki_ah_zero_mutable_v4(packet, header && header < len ? header : len);
	else
		seki_ah_zero_mutable_v6(packet, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u8 *packet;

	if (!size || size > 2048)
		return 0;
	/* Of exactly its length, so that a step past the end is seen. */
	packet = malloc(size);
	if (!packet)
		abort();
	memcpy(packet, data, size);
	select_it(packet, size);
	authenticate(packet, size);
	free(packet);
	return 0;
}

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make ah-mutable.json: headers in front of AH, as they are and as AH sees them.

scapy's zero_mutable_fields() is the oracle.  Where it is not like RFC 4302,
there is no case: it goes by the number of an IPv4 option alone, leaves class
and copied flag out, does not know where a source route leads to, and does not
look at what follows an IPv6 routing header.  Nor is there one where scapy changes
a packet by taking it apart and putting it together.
"""
import json
import random
from pathlib import Path

from scapy.layers.inet import IP, IPOption
from scapy.layers.inet6 import IPv6
from scapy.layers.ipsec import AH, zero_mutable_fields

# Kinds and lengths of their data.
IMMUTABLE_V4 = {130: [9], 133: [1, 4], 134: [6, 10], 148: [2], 149: [4, 8]}
# Record route, time stamp, traceroute, stream id, MTU probe and reply, flow
# control, quick start, and one that nobody has defined.
MUTABLE_V4 = {7: [5, 9], 68: [10], 82: [10], 136: [2], 11: [2], 12: [2], 205: [3], 25: [6], 222: [0, 5]}
OPTIONS_V4 = IMMUTABLE_V4 | MUTABLE_V4
# With bit 0x20 and without, and all of what to do with an option that is not known.
OPTIONS_V6 = [0x1e, 0x26, 0x3e, 0x63, 0x8b, 0xa3, 0xd5, 0xee, 0xe1]
TAIL = bytes(AH(nh=59, spi=256, seq=1, icv=bytes(12)))
CASES = 100


def octets(rng, length):
    return bytes(rng.randrange(256) for _ in range(length))


def option_v4(rng, kind, length):
    return bytes([kind, 2 + length]) + octets(rng, length)


def option_v6(rng, kind, length):
    return bytes([kind, length]) + octets(rng, length)


def header_v4(rng):
    options = b""
    for kind in rng.sample(list(OPTIONS_V4), rng.randrange(5)):
        one = b"\x01" * rng.randrange(2) + option_v4(rng, kind, rng.choice(OPTIONS_V4[kind]))
        if len(options + one) <= 40:
            options += one
    options += (b"\x01" if rng.randrange(2) else b"\0") * (-len(options) % 4)
    fixed = bytes([0x45 + len(options) // 4]) + octets(rng, 1)
    fixed += (20 + len(options) + len(TAIL)).to_bytes(2, "big") + octets(rng, 2)
    # don't fragment or not; a fragment there is not
    fixed += rng.choice([b"\0\0", b"\x40\0"]) + octets(rng, 1) + b"\x33" + octets(rng, 10)
    return fixed + options


def options_v6(rng):
    """All of a header behind its first octet"""
    options = b""
    for kind in rng.sample(OPTIONS_V6, rng.randrange(4)):
        options += b"\0" * rng.randrange(2) + option_v6(rng, kind, rng.randrange(12))
    pad = -(len(options) + 2) % 8
    options += b"\0" if pad == 1 else bytes([1, pad - 2]) + bytes(pad - 2) if pad else b""
    return bytes([(len(options) + 2) // 8 - 1]) + options


def routing_v6(rng):
    addresses = rng.randrange(3)
    return bytes([2 * addresses, 0, 0]) + bytes(4) + octets(rng, 16 * addresses)


def header_v6(rng):
    # Protocol and how to make it.
    kinds = [(0, options_v6), (60, options_v6), (60, options_v6), (43, routing_v6)]
    chain = [kinds[i] for i in sorted(rng.sample(range(4), rng.randrange(4)))]
    protocols = [protocol for protocol, _ in chain] + [51]
    headers = b"".join(bytes([following]) + make(rng)
                       for (_, make), following in zip(chain, protocols[1:]))
    return (b"\x60" + octets(rng, 3) + (len(headers) + len(TAIL)).to_bytes(2, "big") +
            bytes([protocols[0]]) + octets(rng, 33) + headers)


def layers(packet):
    """A packet's headers, and what is in them."""
    while packet:
        yield packet
        for one in getattr(packet, "options", []):
            yield from layers(one)
        packet = packet.payload


def make(rng, layer, header_of):
    cases = []
    while len(cases) < CASES:
        header = header_of(rng)
        packet = layer(header + TAIL)
        if layer is IP and any(not isinstance(one, IPOption) for one in packet.options):
            continue
        # Put together anew, with nothing kept from what was read.
        for one in layers(packet):
            one.raw_packet_cache = None
        if bytes(packet) != header + TAIL:
            continue
        zeroed = bytes(zero_mutable_fields(packet))
        assert len(zeroed) == len(header + TAIL), (header.hex(), zeroed.hex())
        cases.append({"header": header.hex(), "zeroed": zeroed[:len(header)].hex()})
    return cases


def main():
    rng = random.Random(4302)
    vectors = {"v4": make(rng, IP, header_v4), "v6": make(rng, IPv6, header_v6)}
    path = Path(__file__).with_name("ah-mutable.json")
    path.write_text(json.dumps(vectors, indent=0) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scapy_ah.py PCAP ALGORITHM KEY COUNT: verify each AH packet with scapy's own
implementation and check that pings are inside."""
import sys

from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import IPv6
from scapy.layers.ipsec import AH, SecurityAssociation
from scapy.packet import raw
from scapy.utils import rdpcap

path, algorithm, key, count = sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]), int(sys.argv[4])
seen = 0
for packet in rdpcap(path):
    version = IP if IP in packet else IPv6
    outer = packet[version]
    sa = SecurityAssociation(AH, spi=outer[AH].spi, auth_algo=algorithm, auth_key=key,
                             tunnel_header=version(src=outer.src, dst=outer.dst))
    # RFC 4302 section 2.2: a multiple of four octets, of eight over IPv6
    unit = 4 if version is IP else 8
    length = -(-(12 + sa.auth_algo.icv_size) // unit) * unit
    assert outer[AH].payloadlen == length // 4 - 2, f"length {outer[AH].payloadlen}"
    payload = raw(sa.decrypt(outer))
    inner = IP(payload) if payload[0] >> 4 == 4 else IPv6(payload)
    assert ICMP in inner or inner.nh == 58, inner.summary()
    seen += 1
assert seen == count, f"{seen} packets instead of {count}"
print(f"{seen} packets verified")

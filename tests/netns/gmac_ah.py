#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""gmac_ah.py PCAP KEY COUNT [esn]: verify each packet of AH with AES-GMAC (RFC 4543
section 4) by OpenSSL's GCM.  KEY ends in the salt."""
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.packet import raw
from scapy.utils import rdpcap

path, key, count = sys.argv[1], bytes.fromhex(sys.argv[2]), int(sys.argv[3])
esn = sys.argv[4:] == ["esn"]
IV, ICV, FIXED = 8, 16, 12
seen, nonces = 0, set()
for packet in rdpcap(path):
    version = IP if IP in packet else IPv6
    data = bytearray(raw(packet[version]))
    start = 20 if version is IP else 40
    # a multiple of four octets, of eight over IPv6 (erratum 3643)
    length = FIXED + IV + ICV + (0 if version is IP else 4)
    assert data[start + 1] == length // 4 - 2, f"length {data[start + 1]}"
    iv, icv = (bytes(data[start + at:start + at + size])
               for at, size in ((FIXED, IV), (FIXED + IV, ICV)))
    # what routers change, and the whole field of the ICV, count as zero
    for mutable in ((1, 6, 7, 8, 10, 11) if version is IP else (1, 2, 3, 7)):
        data[mutable] = 0
    if version is IPv6:
        data[0] = 0x60
    data[start + FIXED:start + FIXED + IV + ICV] = bytes(IV + ICV)
    AESGCM(key[:-4]).decrypt(key[-4:] + iv, icv, bytes(data) + bytes(4 if esn else 0))
    nonces.add((bytes(data[start + 4:start + 8]), iv))
    seen += 1
assert seen == count, f"{seen} packets instead of {count}"
assert len(nonces) == count, "an IV came twice in an SA"
print(f"{seen} packets verified")

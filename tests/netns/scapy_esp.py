#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scapy_esp.py PCAP ENCR-KEY AUTH-KEY|none COUNT: decrypt each ESP packet with
scapy's own implementation and check that pings are inside."""
import sys

from scapy.layers.inet import ICMP, IP
from scapy.layers.ipsec import ESP, SecurityAssociation
from scapy.utils import rdpcap

path, encr, auth, count = sys.argv[1], bytes.fromhex(sys.argv[2]), sys.argv[3], int(sys.argv[4])
seen = 0
for packet in rdpcap(path):
    outer = packet[IP]
    words = {"spi": outer[ESP].spi, "crypt_key": encr,
             "tunnel_header": IP(src=outer.src, dst=outer.dst)}
    if auth == "none":
        words["crypt_algo"] = "AES-GCM"
    else:
        words.update(crypt_algo="AES-CBC", auth_algo="HMAC-SHA1-96",
                     auth_key=bytes.fromhex(auth))
    inner = SecurityAssociation(ESP, **words).decrypt(outer)
    assert inner[IP].src.startswith("172.16.0.") and ICMP in inner, inner.summary()
    seen += 1
assert seen == count, f"{seen} packets instead of {count}"
print(f"{seen} packets decrypted")

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""forge.py KEY CASE: send the ESP packets of one case from 10.0.0.2 to SPI
0x1000 of 10.0.0.1, AES-GCM with KEY, made by hand, so that they can be wrong
in any way."""
import socket
import struct
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY = bytes.fromhex(sys.argv[1])
CIPHER, SALT = AESGCM(KEY[:-4]), KEY[-4:]


def ip(src, dst, proto, payload, version=4, ihl=5, length=None, tos=0):
    """An IPv4 packet; who sends it through a raw socket leaves the checksum
    to the kernel, and nothing looks at the inner one before it is dropped."""
    if length is None:
        length = 20 + len(payload)
    header = struct.pack("!BBHHHBBH4s4s", version << 4 | ihl, tos, length, 0, 0, 64, proto, 0,
                         socket.inet_aton(src), socket.inet_aton(dst))
    return header + payload


def inner(**fields):
    return ip("172.16.0.2", "172.16.0.1", 1, b"\x08\0\xf7\xff\0\0\0\0" + b"12345678", **fields)


PING = inner()


def esp(seq, payload=PING, next_header=4, pad_length=None, spi=0x1000):
    """One ESP packet; pad_length lies about the padding."""
    pad = -(len(payload) + 2) % 4
    trailer = bytes(range(1, pad + 1))
    trailer += bytes([pad if pad_length is None else pad_length, next_header])
    header, iv = struct.pack("!II", spi, seq), struct.pack("!Q", seq)
    return header + iv + CIPHER.encrypt(SALT + iv, payload + trailer, header)


def flip(packet, index):
    changed = bytearray(packet)
    changed[index] ^= 1
    return bytes(changed)


CASES = {
    "accepted": [esp(1), esp(2), esp(5000)],
    "replayed": [esp(5000), esp(5000)],
    "beyond-window": [esp(3), esp(5000 - 1024)],
    "seq-zero": [esp(0)],
    # SPI would be another SA: sequence number, IV, both ends of the text, ICV
    "auth-failed": [flip(esp(5001), 5), flip(esp(5001), 8), flip(esp(5001), 16),
                    flip(esp(5001), -17), flip(esp(5001), -1)],
    "too-short": [esp(5002)[:n] for n in (4, 8, 16, 35)],
    "bad-align": [esp(5003) + b"\0"],
    "bad-pad": [esp(5004, pad_length=255)],
    "bad-next-header": [esp(5005, next_header=17)],
    "dummy": [esp(5006, next_header=59)],
    "wrong-endpoint": [esp(5007)],
    "inner-too-short": [esp(5008, PING[:12]), esp(5009, PING[:24])],
    "inner-bad-header": [esp(5010, inner(version=6)), esp(5011, inner(ihl=4)),
                         esp(5012, inner(length=12))],
    "ecn": [esp(5013)],
    "after": [esp(5014)],
}

# what the outer header has instead of the usual
OUTER = {"wrong-endpoint": {"src": "10.0.0.77"}, "ecn": {"tos": 3}}

case = sys.argv[2]
outer = {"src": "10.0.0.2", "dst": "10.0.0.1", "proto": 50, **OUTER.get(case, {})}
sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
for packet in CASES[case]:
    sender.sendto(ip(payload=packet, **outer), ("10.0.0.1", 0))

# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets made by hand, right or wrong in any way, for the scripts here. What
is in them follows the RFCs and shares no code with the module."""
import hashlib
import hmac
import ipaddress
import socket
import struct
import sys

IPIP, TCP, UDP, IPV6, FRAGMENT, ESP, AH, ICMP6, NONE = 4, 6, 17, 41, 44, 50, 51, 58, 59
INNER = {4: IPIP, 6: IPV6}
OUTER_ADDRESS = {4: ("10.0.0.1", "10.0.0.2"), 6: ("fd00::1", "fd00::2")}
INNER_ADDRESS = {4: ("172.16.0.1", "172.16.0.2"), 6: ("fd16::1", "fd16::2")}


def packed(address):
    return ipaddress.ip_address(address).packed


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip4(src, dst, proto, payload, *, version=4, ihl=None, length=None, tos=0, ttl=64, ident=0x5e41,
        fragment=0, options=b""):
    """fragment: flags and offset, 0x4000 is DF"""
    if ihl is None:
        ihl = 5 + len(options) // 4
    if length is None:
        length = 20 + len(options) + len(payload)
    header = struct.pack("!BBHHHBBH4s4s", version << 4 | ihl, tos, length, ident, fragment, ttl,
                         proto, 0, packed(src), packed(dst)) + options
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def ip6(src, dst, proto, payload, *, version=6, length=None, tos=0, ttl=64, flow=0):
    """tos: the traffic class, ttl: the hop limit"""
    if length is None:
        length = len(payload)
    return struct.pack("!IHBB16s16s", version << 28 | tos << 20 | flow, length, proto, ttl,
                       packed(src), packed(dst)) + payload


def ip(src, dst, proto, payload, **fields):
    return (ip6 if ":" in src else ip4)(src, dst, proto, payload, **fields)


def pseudo(src, dst, proto, length):
    if ":" in src:
        return packed(src) + packed(dst) + struct.pack("!II", length, proto)
    return packed(src) + packed(dst) + struct.pack("!HH", proto, length)


def udp(src, dst, sport, dport, payload):
    """What follows the IP header"""
    length = 8 + len(payload)
    header = struct.pack("!HHHH", sport, dport, length, 0)
    value = checksum(pseudo(src, dst, UDP, length) + header + payload) or 0xffff
    return header[:6] + struct.pack("!H", value) + payload


def echo(src, dst, ident=1, sequence=1, payload=b"12345678"):
    """An echo request: its protocol and what follows the IP header"""
    if ":" in src:
        body = struct.pack("!BBHHH", 128, 0, 0, ident, sequence) + payload
        value = checksum(pseudo(src, dst, ICMP6, len(body)) + body)
        return ICMP6, body[:2] + struct.pack("!H", value) + body[4:]
    body = struct.pack("!BBHHH", 8, 0, 0, ident, sequence) + payload
    return socket.IPPROTO_ICMP, body[:2] + struct.pack("!H", checksum(body)) + body[4:]


def ping(family, **fields):
    """From the inner address of r2 to that of r1"""
    dst, src = INNER_ADDRESS[family]
    proto, body = echo(src, dst)
    return ip(src, dst, proto, body, **fields)


class Gcm:
    """ESP with AES-GCM and a full ICV (RFC 4106)"""

    def __init__(self, key, spi=0x1000, esn=False):
        # Here, because under emulation it takes seconds, and few need it.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self.cipher, self.salt, self.spi, self.esn = AESGCM(key[:-4]), key[-4:], spi, esn

    def seal(self, seq, payload, next_header, pad_length=None, align=4):
        """pad_length lies about the padding"""
        pad = -(len(payload) + 2) % align
        trailer = bytes(range(1, pad + 1))
        trailer += bytes([pad if pad_length is None else pad_length, next_header])
        header, iv = struct.pack("!II", self.spi, seq & 0xffffffff), struct.pack("!Q", seq)
        aad = header
        if self.esn:
            aad = struct.pack("!IQ", self.spi, seq)
        return header + iv + self.cipher.encrypt(self.salt + iv, payload + trailer, aad)


def authenticated(key, src, dst, seq, payload, next_header, *, spi=0x1000, options=b"",
                  extensions=b"", zeroed=b"", first=AH, length=None, icv_change=0, cut=None,
                  **fields):
    """A packet with AH and HMAC-SHA-256-128. options: of IPv4; extensions: headers of
    IPv6 in front of AH, the first of protocol first; zeroed: either as the ICV
    sees it. length and icv_change lie, cut shortens AH and all."""
    six = ":" in src
    # over IPv6 AH is a multiple of eight octets (RFC 4302 section 2.2)
    icv_length, padding = 16, b"\0" * (4 if six else 0)
    if length is None:
        length = (12 + icv_length + len(padding)) // 4 - 2
    header = struct.pack("!BBHII", next_header, length, 0, spi, seq)

    def whole(icv, in_front, **outer):
        body = header + icv + padding + payload
        if six:
            return ip6(src, dst, first, in_front + body, **outer)
        return ip4(src, dst, AH, body, options=in_front, **outer)

    plain = bytearray(whole(b"\0" * icv_length, zeroed, tos=0, ttl=0))
    if not six:
        plain[6:8] = plain[10:12] = b"\0\0"
    icv = bytearray(hmac.new(key, bytes(plain), hashlib.sha256).digest()[:icv_length])
    icv[-1] ^= icv_change
    packet = whole(bytes(icv), extensions if six else options, **fields)
    if cut is not None:
        start = packet.index(header)
        body = packet[start:start + cut]
        packet = ip6(src, dst, AH, body) if six else ip4(src, dst, AH, body)
    return packet


def flip(packet, index):
    changed = bytearray(packet)
    changed[index] ^= 1
    return bytes(changed)


class Sender:
    """Puts whole packets on the wire."""

    def __init__(self):
        self.sockets = {}

    def send(self, packet):
        six = packet[0] >> 4 == 6
        family = socket.AF_INET6 if six else socket.AF_INET
        if family not in self.sockets:
            self.sockets[family] = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
        dst = ipaddress.ip_address(packet[24:40] if six else packet[16:20])
        self.sockets[family].sendto(packet, (str(dst), 0))

    def obey(self, cases):
        """Send the packets of each case that is named on standard input."""
        for line in sys.stdin:
            for packet in cases[line.strip()]:
                self.send(packet)
            print("sent", flush=True)

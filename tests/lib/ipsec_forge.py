# SPDX-License-Identifier: GPL-2.0-or-later
"""ESP and AH packets made by hand, so that they can be wrong in any way."""
import hashlib
import hmac
import socket
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

ESP, AH, UDP = 50, 51, 17


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ipv4(src, dst, proto, payload, **fields):
    """Addresses are text. Fields: version, ihl, length, tos, ident, fragment, ttl, options."""
    options = fields.get("options", b"")
    ihl = fields.get("ihl", 5 + len(options) // 4)
    header = struct.pack("!BBHHHBBH4s4s", fields.get("version", 4) << 4 | ihl, fields.get("tos", 0),
                         fields.get("length", 20 + len(options) + len(payload)) & 0xffff,
                         fields.get("ident", 1), fields.get("fragment", 0), fields.get("ttl", 64),
                         proto, 0, socket.inet_aton(src), socket.inet_aton(dst)) + options
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def ipv6(src, dst, proto, payload, **fields):
    return struct.pack("!IHBB16s16s", fields.get("version", 6) << 28 | fields.get("tos", 0) << 20,
                       fields.get("length", len(payload)) & 0xffff, proto, fields.get("ttl", 64),
                       socket.inet_pton(socket.AF_INET6, src),
                       socket.inet_pton(socket.AF_INET6, dst)) + payload


def ip(src, dst, proto, payload, **fields):
    return (ipv6 if ":" in src else ipv4)(src, dst, proto, payload, **fields)


def udp(src, dst, sport, dport, payload):
    """UDP; over IPv6 it needs a checksum, over IPv4 it does without."""
    header = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0)
    if ":" in src:
        pseudo = (socket.inet_pton(socket.AF_INET6, src) + socket.inet_pton(socket.AF_INET6, dst) +
                  struct.pack("!II", 8 + len(payload), UDP))
        header = header[:6] + struct.pack("!H", checksum(pseudo + header + payload) or 0xffff)
    return header + payload


class Sa:
    """An SA that packets are made for; attributes as netlink has them, but for names."""

    def __init__(self, name, spi, src, dst, **words):
        self.name, self.spi, self.src, self.dst = name, spi, src, dst
        self.proto = words.get("proto", ESP)
        self.encr, self.encr_key = words.get("encr"), words.get("encr_key", b"")
        self.integ, self.integ_key = words.get("integ"), words.get("integ_key", b"")
        self.esn = bool(words.get("flags", 0) & 1)
        self.encap = words.get("encap")
        if self.encr == 20:
            self.aead = AESGCM(self.encr_key[:-4])
        elif self.encr == 28:
            self.aead = ChaCha20Poly1305(self.encr_key[:-4])
        else:
            self.aead = None

    def icv(self, data, seq=0):
        if self.integ == 9:
            # RFC 4543 section 4: the IV is part of the field
            iv = struct.pack("!Q", seq)
            return iv + AESGCM(self.integ_key[:-4]).encrypt(self.integ_key[-4:] + iv, b"", data)
        name, size = {2: ("sha1", 12), 12: ("sha256", 16)}[self.integ]
        return hmac.new(self.integ_key, data, getattr(hashlib, name)).digest()[:size]

    def esp(self, seq, payload, next_header, iv, pad_length=None, spi=None):
        """ESP header to ICV; pad_length lies about the padding. iv: 16 random octets."""
        block = 16 if self.encr == 12 else 4
        pad = -(len(payload) + 2) % block
        text = payload + bytes(range(1, pad + 1))
        text += bytes([pad if pad_length is None else pad_length, next_header])
        header = struct.pack("!II", self.spi if spi is None else spi, seq & 0xffffffff)
        high = struct.pack("!I", seq >> 32) if self.esn else b""
        if self.aead:
            iv = iv[:8]
            text = self.aead.encrypt(self.encr_key[-4:] + iv, text, header[:4] + high + header[4:])
            return header + iv + text
        if self.encr == 12:
            cipher = Cipher(algorithms.AES(self.encr_key), modes.CBC(iv)).encryptor()
            header += iv
            text = cipher.update(text) + cipher.finalize()
        return header + text + self.icv(header + text + high)

    def ah(self, seq, payload, next_header, **outer):
        """A whole packet: the ICV covers the IP header, too (RFC 4302 section 3.3.3)."""
        size = len(self.icv(b""))
        pad = bytes(-(12 + size) % (8 if ":" in self.src else 4))
        header = struct.pack("!BBHII", next_header, (12 + size + len(pad)) // 4 - 2, 0, self.spi,
                             seq & 0xffffffff)
        high = struct.pack("!I", seq >> 32) if self.esn else b""
        body = header + bytes(size) + pad + payload
        # what routers change counts as zero
        covered = bytearray(ip(self.src, self.dst, AH, body, **outer))
        if ":" in self.src:
            covered[0:4] = b"\x60\0\0\0"
            covered[7] = 0
        else:
            covered[1] = covered[8] = 0
            covered[6:8] = covered[10:12] = b"\0\0"
        icv = self.icv(bytes(covered) + high, seq)
        return ip(self.src, self.dst, AH, header + icv + pad + payload, **outer)

    def packet(self, seq, payload, next_header, iv, **outer):
        """A whole packet as it belongs."""
        if self.proto == AH:
            return self.ah(seq, payload, next_header, **outer)
        return self.around(self.esp(seq, payload, next_header, iv), **outer)

    def around(self, body, **outer):
        """The outer headers of something that may or may not be ESP."""
        if self.encap:
            return ip(self.src, self.dst, UDP,
                      udp(self.src, self.dst, *self.encap, body), **outer)
        return ip(self.src, self.dst, ESP, body, **outer)

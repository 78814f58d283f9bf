# SPDX-License-Identifier: GPL-2.0-or-later
"""SAs of any kind that packets are made for by hand, so that they can be wrong in any way."""
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from wire import AH, ESP, UDP, ip, udp


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

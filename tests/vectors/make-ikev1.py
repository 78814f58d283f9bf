#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Known answers of IKEv1's key derivation, from the formulas of RFC 2409 alone:
make-ikev1.py > ikev1-keys.json

Inputs are patterns that tests/unit/test_ikev1_keys.c makes as well.
"""
import hashlib
import hmac
import json
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PSK = b"sharedkey"
NONCE_I, NONCE_R = bytes(range(1, 21)), bytes(range(101, 121))
SECRET = bytes((7 * i + 3) & 255 for i in range(128))
PUBLIC_I = bytes((5 * i + 1) & 255 for i in range(128))
PUBLIC_R = bytes((11 * i + 2) & 255 for i in range(128))
COOKIE_I, COOKIE_R = bytes.fromhex("f074d8bbd5a59f0b"), bytes.fromhex("f94020dd8cb4b9c4")
MESSAGE_ID = bytes.fromhex("1cc3214c")
SA, ID = bytes(range(40)), bytes.fromhex("011101f4c001012a")
SPI = bytes.fromhex("705b8268")

# hash, PRF of the IKEv2 registry, ENCR, its key bits on the wire, key octets
SUITES = [
    ("md5", 1, 3, 0, 24),
    ("sha1", 2, 2, 0, 8),
    ("sha1", 2, 12, 256, 32),
    ("sha256", 5, 12, 128, 16),
    ("md5", 1, 12, 256, 32),
    ("sha512", 7, 3, 0, 24),
]


def known_answers(name, prf_number, encr, bits, size):
    def digest(*parts):
        return hashlib.new(name, b"".join(parts)).digest()

    def prf(key, *parts):
        return hmac.new(key, b"".join(parts), name).digest()

    skeyid = prf(PSK, NONCE_I, NONCE_R)
    skeyid_d = prf(skeyid, SECRET, COOKIE_I, COOKIE_R, b"\0")
    skeyid_a = prf(skeyid, skeyid_d, SECRET, COOKIE_I, COOKIE_R, b"\1")
    skeyid_e = prf(skeyid, skeyid_a, SECRET, COOKIE_I, COOKIE_R, b"\2")
    key, block = skeyid_e[:size], b"\0"
    if size > len(skeyid_e):
        key = b""
        while len(key) < size:
            block = prf(skeyid_e, block)
            key += block
        key = key[:size]

    def keymat(secret, octets):
        out = block = b""
        while len(out) < octets:
            block = prf(skeyid_d, block, secret, b"\3", SPI, NONCE_I, NONCE_R)
            out += block
        return out[:octets]

    width = 16 if encr == 12 else 8
    iv = digest(PUBLIC_I, PUBLIC_R)[:width]
    cipher = algorithms.AES(key) if encr == 12 else algorithms.TripleDES((key * 3)[:24])
    encrypted = Cipher(cipher, modes.CBC(iv)).encryptor().update(
        bytes((i * 3) & 255 for i in range(48)))

    # RFC 2409 section 5.3: keys of one message, a chain through KE and ID, padding with its count
    def ephemeral(nonce, cookie, *bodies):
        made, block = b"", b"\0"
        while len(made) < size:
            block = prf(prf(nonce, cookie), block)
            made += block
        made = made[:size]
        kind = algorithms.AES(made) if encr == 12 else algorithms.TripleDES((made * 3)[:24])
        chain, out = bytes(width), b""
        for body in bodies:
            zeros = width - 1 - len(body) % width
            body += bytes(zeros) + bytes([zeros])
            chain_out = Cipher(kind, modes.CBC(chain)).encryptor().update(body)
            chain, out = chain_out[-width:], out + chain_out
        return out

    answers = {
        "skeyid_encrypted": prf(digest(NONCE_I, NONCE_R), COOKIE_I, COOKIE_R),
        "ephemeral": ephemeral(NONCE_R, COOKIE_R, PUBLIC_R, ID),
        "skeyid_signature": prf(NONCE_I + NONCE_R, SECRET),
        "cipher_key": key,
        "iv_phase_1": iv,
        "iv_phase_2": digest(encrypted[-width:], MESSAGE_ID)[:width],
        "hash_i": prf(skeyid, PUBLIC_I, PUBLIC_R, COOKIE_I, COOKIE_R, SA, ID),
        "hash_r": prf(skeyid, PUBLIC_R, PUBLIC_I, COOKIE_R, COOKIE_I, SA, ID),
        "hash_1": prf(skeyid_a, MESSAGE_ID, b"payloads"),
        "hash_2": prf(skeyid_a, MESSAGE_ID, NONCE_I, b"payloads"),
        "hash_3": prf(skeyid_a, b"\0", MESSAGE_ID, NONCE_I, NONCE_R),
        "keymat": keymat(b"", 60),
        "keymat_pfs": keymat(SECRET, 60),
        "encrypted": encrypted,
    }
    return {"prf": prf_number, "encr": encr, "key_bits": bits,
            **{name: value.hex() for name, value in answers.items()}}


def main():
    json.dump([known_answers(*suite) for suite in SUITES], sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    sys.exit(main())

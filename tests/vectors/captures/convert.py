#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Turn the captures into what test_captures reads: convert.py > messages.txt

Each capture becomes a "capture" line, a "suite" line (ENCR, key bits, INTEG of
the IANA registry), the four keys in hex ("-" for none) and its IKE messages in
hex.  Reads pcap and pcapng by itself, so that nothing but Python is needed.
"""
import csv
import struct
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

# What the key table calls them: ENCR and the octets of a salt behind the key.
ENCR = {
    "3DES [RFC2451]": (3, 0),
    "AES-CBC-256 [RFC3602]": (12, 0),
    "AES-CTR-192 [RFC5930]": (13, 4),
    "AES-CCM-128 with 12 octet ICV [RFC5282]": (15, 3),
    "AES-CCM-256 with 16 octet ICV [RFC5282]": (16, 3),
    "AES-GCM-256 with 8 octet ICV [RFC5282]": (18, 4),
    "AES-GCM-256 with 16 octet ICV [RFC5282]": (20, 4),
}
INTEG = {
    "NONE [RFC4306]": 0,
    "HMAC_SHA1_160 [RFC4595]": 7,
    "HMAC_SHA2_256_128 [RFC4868]": 12,
    "HMAC_SHA2_512_256 [RFC4868]": 14,
}


def pcap_frames(data):
    order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    at = 24
    while at < len(data):
        size = struct.unpack_from(order + "4I", data, at)[2]
        yield data[at + 16:at + 16 + size]
        at += 16 + size


def pcapng_frames(data):
    order = "<" if data[8:12] == b"\x4d\x3c\x2b\x1a" else ">"
    at = 0
    while at < len(data):
        kind, total = struct.unpack_from(order + "2I", data, at)
        if kind == 6:  # enhanced packet block
            size = struct.unpack_from(order + "I", data, at + 20)[0]
            yield data[at + 28:at + 28 + size]
        at += total


def ike_message(frame):
    """Ethernet, IPv4, UDP 500."""
    if frame[12:14] != b"\x08\x00" or frame[23] != 17:
        return None
    udp = 14 + (frame[14] & 15) * 4
    source, target, size = struct.unpack_from(">3H", frame, udp)
    return frame[udp + 8:udp + size] if 500 in (source, target) else None


def algorithms(row):
    """ENCR, key bits, INTEG and the two encryption keys."""
    _, _, ei, er, encr, _, _, integ = row
    # The table hides one AES-CCM-128 session behind the counter mode inside it:
    # its "nonce" is the flags octet of a counter block (3), then CCM's salt.
    if encr == "AES-CTR-128 [RFC5930]":
        ei, er = (key[:32] + key[34:] for key in (ei, er))
        return 15, 128, 0, ei, er
    number, salt = ENCR[encr]
    bits = 0 if number == 3 else (len(ei) // 2 - salt) * 8
    return number, bits, INTEG[integ], ei, er


def main():
    with open(FOLDER / "ikev2_decryption_table.tmpl", encoding="ascii") as table:
        rows = {r[0]: r for r in csv.reader(line for line in table if line[0] != "#")}
    for path in sorted(FOLDER.glob("*.pcap*")):
        data = path.read_bytes()
        frames = pcapng_frames if data[:4] == b"\x0a\x0d\x0d\x0a" else pcap_frames
        messages = [m for m in map(ike_message, frames(data)) if m]
        row = rows[messages[0][:8].hex()]
        encr, bits, integ, ei, er = algorithms(row)
        print("capture", path.name)
        print("suite", encr, bits, integ)
        print("keys", ei, er, row[5] or "-", row[6] or "-")
        for message in messages:
            print("message", message.hex())


if __name__ == "__main__":
    sys.exit(main())

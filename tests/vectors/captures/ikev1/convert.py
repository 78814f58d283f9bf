#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Turn the captures into what test_isakmp_captures reads: convert.py > messages.txt

Each capture becomes a "capture" line, a "key" line with the encryption key of the
table, and its messages in hex; those in UDP 4500 without their marker.
"""
import gzip
import struct
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
from convert import pcap_frames, pcapng_frames  # noqa: E402


def isakmp_message(frame):
    """Ethernet, IPv4, UDP 500 or 4500."""
    if frame[12:14] != b"\x08\x00" or frame[23] != 17:
        return None
    udp = 14 + (frame[14] & 15) * 4
    source, target, size = struct.unpack_from(">3H", frame, udp)
    octets = frame[udp + 8:udp + size]
    if 4500 in (source, target):
        return octets[4:] if octets[:4] == bytes(4) else None
    return octets if 500 in (source, target) else None


def main():
    with open(FOLDER / "ikev1_decryption_table.tmpl", encoding="ascii") as table:
        keys = dict(line.strip().split(",") for line in table if line[0] != "#")
    for path in sorted(FOLDER.glob("*.pcap*")):
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        frames = pcapng_frames if data[:4] == b"\x0a\x0d\x0d\x0a" else pcap_frames
        messages = [m for m in map(isakmp_message, frames(data)) if m]
        print("capture", path.name)
        print("key", keys[messages[0][:8].hex()])
        for message in messages:
            print("message", message.hex())


if __name__ == "__main__":
    sys.exit(main())

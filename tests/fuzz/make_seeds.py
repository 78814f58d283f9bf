#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write the seeds of fuzz_message, fuzz_sealed, fuzz_exchange and fuzz_packet:
make_seeds.py PROGRAM

PROGRAM is build/gcc/tests/tools/codec_samples; the other half comes from the
captures and from vectors.  A file is named after its content, as libFuzzer does, so a second run
changes only what is encrypted under a new IV.
"""
import hashlib
import json
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent


def write(target, octets):
    folder = TESTS / "fuzz/corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(octets).hexdigest()).write_bytes(octets)


def damaged(octets):
    """Cut in the middle of a payload, with a length in the header that fits."""
    cut = octets[:len(octets) * 2 // 3]
    return cut[:24] + len(cut).to_bytes(4, "big") + cut[28:]


def packets():
    vectors = json.loads((TESTS / "vectors/ah-mutable.json").read_text(encoding="ascii"))
    for cases in vectors.values():
        for case in cases[::8]:
            write("packet", bytes.fromhex(case["header"]))
    ports = bytes.fromhex("123400500000000000000000")
    for protocol in 6, 17, 1, 50:
        for fragment in 0, 0x2000, 0x2001:
            write("packet", bytes.fromhex("45000020" "0000") + fragment.to_bytes(2, "big") +
                  bytes([64, protocol]) + bytes.fromhex("0000" "c0000201" "c6336402") + ports)
    # Options, a fragment header and ports.
    for protocol, fragment in (6, 0), (58, 1), (17, 8):
        chain = bytes([44, 0, 1, 4, 0, 0, 0, 0, protocol, 0]) + fragment.to_bytes(2, "big") + bytes(4)
        write("packet", bytes([0x60, 0, 0, 0, 0, len(chain + ports), 60, 64]) + bytes(32) +
              chain + ports)


def main():
    packets()
    samples = subprocess.run(sys.argv[1:2], stdout=subprocess.PIPE, text=True, check=True).stdout
    captures = (TESTS / "vectors/captures/messages.txt").read_text(encoding="ascii")
    for line in (samples + captures).splitlines():
        kind, *words = line.split()
        if kind == "chain":
            write("sealed", bytes.fromhex(words[0]))
            # In place of each message that a session encrypts.
            for place in range(8):
                write("exchange", bytes([place]) + bytes.fromhex(words[0]))
            # The same payloads in clear, for the parser of whole messages.
            chain = bytes.fromhex(words[0])
            header = bytes(16) + chain[:1] + b"\x20\x25\x08" + bytes(4)
            write("message", header + (27 + len(chain)).to_bytes(4, "big") + chain[1:])
        elif kind == "message":
            octets = bytes.fromhex(words[0])
            write("message", octets)
            if octets[16] != 46:
                write("message", damaged(octets))
                write("sealed", octets[16:17] + octets[28:])


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""forge.py KEY OUTER INNER: send the ESP packets of each case that is named on
standard input to SPI 0x1000 of r1, AES-GCM with KEY, made by hand, so that they
can be wrong in any way. OUTER and INNER are 4 or 6."""
import sys

from wire import INNER, NONE, OUTER_ADDRESS, UDP, Gcm, Sender, flip, ip, ping

key, outer, inner = bytes.fromhex(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
gcm = Gcm(key)


def esp(seq, payload=ping(inner), next_header=INNER[inner], **lies):
    return gcm.seal(seq, payload, next_header, **lies)


if inner == 4:
    HEADERS = [{"version": 6}, {"ihl": 4}, {"length": 12}]
    SHORT = [12, 24]
else:
    HEADERS = [{"version": 4}]
    SHORT = [12, 39, 50]

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
    "bad-next-header": [esp(5005, next_header=UDP)],
    "dummy": [esp(5006, next_header=NONE)],
    "wrong-endpoint": [esp(5007)],
    "inner-too-short": [esp(5100 + n, ping(inner)[:n]) for n in SHORT],
    "inner-bad-header": [esp(5200 + i, ping(inner, **lie)) for i, lie in enumerate(HEADERS)],
    "ecn": [esp(5300)],
    "after": [esp(5301)],
}

dst, src = OUTER_ADDRESS[outer]
# what the outer header has instead of the usual
OUTER = {"wrong-endpoint": {"src": src[:-1] + "77"}, "ecn": {"tos": 3}}
Sender().obey({case: [ip(payload=packet, **{"src": src, "dst": dst, "proto": 50,
                                            **OUTER.get(case, {})}) for packet in packets]
               for case, packets in CASES.items()})

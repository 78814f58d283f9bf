#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""forge_ah.py KEY OUTER INNER: send the AH packets of each case that is named on
standard input to SPI 0x1000 of r1, HMAC-SHA-256-128 with KEY, made by hand.
OUTER and INNER are 4 or 6."""
import sys

from wire import INNER, OUTER_ADDRESS, UDP, Sender, authenticated, flip, ping

key, outer, inner = bytes.fromhex(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
dst, src = OUTER_ADDRESS[outer]
HOP_BY_HOP, DESTINATION = 0, 60


def ah(seq, payload=ping(inner), next_header=INNER[inner], source=src, **fields):
    return authenticated(key, source, dst, seq, payload, next_header, **fields)


# Where AH begins in the packet
start = 20 if outer == 4 else 40

if outer == 4:
    ALERT = b"\x94\x04\0\0"
    # record route, with room for two addresses, and an end of options
    RECORD = b"\x07\x0b\x04" + bytes(8) + b"\0"
    IN_FRONT = [
        # on the way, routers change DSCP, ECN and TTL; router alert is covered
        ah(1, tos=0xb9, ttl=7, fragment=0x4000),
        ah(2, options=ALERT, zeroed=ALERT),
        # record route is not
        ah(3, options=RECORD, zeroed=bytes(12)),
        ah(5000, options=ALERT + RECORD, zeroed=ALERT + bytes(12)),
    ]
    TAMPERED = [flip(ah(5001, options=ALERT, zeroed=ALERT), 22)]
else:
    # an option that may not change, and one that may (RFC 8200 section 4.2)
    STAYS, CHANGES = b"\x1e\x02ab", b"\x3e\x06abcdef"

    def header(next_header, octets, end=b""):
        body = bytes([next_header, 0]) + octets
        pad = -len(body) % 8
        body += bytes([1, pad - 2]) + bytes(pad - 2) if pad > 1 else bytes(pad)
        return bytes([next_header, len(body) // 8 - 1]) + body[2:]

    MUTED = b"\x3e\x06" + bytes(6)
    IN_FRONT = [
        ah(1, tos=0xb9, ttl=7, flow=0x12345),
        ah(2, first=HOP_BY_HOP, extensions=header(51, STAYS), zeroed=header(51, STAYS)),
        ah(3, first=DESTINATION, extensions=header(51, STAYS + CHANGES),
           zeroed=header(51, STAYS + MUTED)),
        ah(5000, first=HOP_BY_HOP,
           extensions=header(DESTINATION, CHANGES) + header(51, STAYS),
           zeroed=header(DESTINATION, MUTED) + header(51, STAYS)),
    ]
    TAMPERED = [flip(ah(5001, first=HOP_BY_HOP, extensions=header(51, STAYS),
                        zeroed=header(51, STAYS)), 44)]

CASES = {
    "accepted": IN_FRONT,
    "replayed": [ah(5000), ah(5000)],
    "beyond-window": [ah(3), ah(5000 - 1024)],
    "seq-zero": [ah(0)],
    # next header, reserved, sequence number, ICV, payload, an option
    "auth-failed": [flip(ah(5001), start), flip(ah(5001), start + 2), flip(ah(5001), start + 9),
                    ah(5001, icv_change=1), flip(ah(5001), -1), *TAMPERED],
    "too-short": [ah(5002, cut=n) for n in (11, 16, 27)],
    "bad-icv-length": [ah(5003, length=n) for n in (0, 4, 7, 255)],
    "bad-next-header": [ah(5004, next_header=UDP)],
    "wrong-endpoint": [ah(5005, source=src[:-1] + "77")],
    "unknown-spi": [ah(5006, spi=0x1234)],
    "inner-too-short": [ah(5007, ping(inner)[:12])],
    "ecn": [ah(5008, tos=3)],
    "after": [ah(5009)],
}

Sender().obey(CASES)

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""forge_bundle.py ESP-KEY AH-KEY OUTER: for each case that is named on standard input,
send what is no bundle, or not the right one, to r1: ESP with SPI 0x1000, inside AH with SPI 0x2000; ESP with 0x1001 is an
SA without AH."""
import sys

from wire import ESP, INNER, OUTER_ADDRESS, Gcm, Sender, authenticated, ip, ping

esp_key, ah_key = bytes.fromhex(sys.argv[1]), bytes.fromhex(sys.argv[2])
outer = int(sys.argv[3])
dst, src = OUTER_ADDRESS[outer]


def esp(seq, spi=0x1000):
    return Gcm(esp_key, spi).seal(seq, ping(4), INNER[4])


def ah(seq, payload, next_header=ESP, spi=0x2000):
    return authenticated(ah_key, src, dst, seq, payload, next_header, spi=spi)


nested = esp(9)
for level in range(8):
    # each layer is authentic by itself
    whole = ah(100 - level, nested, 51 if level else ESP)
    nested = whole[20 if outer == 4 else 40:]

CASES = {
    "accepted": [ah(1, esp(1)), ah(2, esp(2))],
    "naked": [ip(src, dst, ESP, esp(3))],
    "around-packet": [ah(3, ping(4), INNER[4])],
    "around-other-esp": [ah(4, esp(1, spi=0x1001))],
    "plain": [ip(src, dst, ESP, esp(2, spi=0x1001))],
    "nested": [whole],
    "outer-changed": [ah(5, esp(4))[:-1] + b"\0"],
}
Sender().obey(CASES)

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""forge_numbers.py KEY [esn]: for each number on standard input, one ESP packet
with this sequence number to SPI 0x1000 of r1."""
import sys

from wire import ESP, INNER, OUTER_ADDRESS, Gcm, Sender, ip, ping

gcm = Gcm(bytes.fromhex(sys.argv[1]), esn="esn" in sys.argv[2:])


class Numbered(dict):
    def __missing__(self, number):
        dst, src = OUTER_ADDRESS[4]
        return [ip(src, dst, ESP, gcm.seal(int(number, 0), ping(4), INNER[4]))]


Sender().obey(Numbered())

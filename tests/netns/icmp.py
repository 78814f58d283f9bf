#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""icmp.py FAMILY MTU PROTO SPI [PORTS]: tell r1 that a packet of its own was too big for
the path, as a router would that quotes the outer header and SPI. PROTO is esp or
ah; with ports (SOURCE-DESTINATION) ESP is in UDP."""
import struct
import sys

from wire import AH, ESP, ICMP6, OUTER_ADDRESS, UDP, Sender, checksum, ip, pseudo

family, mtu, proto, spi = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4], 0)
local, remote = OUTER_ADDRESS[family]
if proto == "ah":
    number, quoted = AH, struct.pack("!BBHIII", 4, 4, 0, spi, 1, 0)
else:
    number, quoted = ESP, struct.pack("!IIQ", spi, 1, 1)
if sys.argv[5:]:
    ports = [int(port) for port in sys.argv[5].split("-")]
    quoted = struct.pack("!HHHH", *ports, 1408, 0) + quoted
    number = UDP
quote = ip(local, remote, number, quoted, length=1428 if family == 4 else 1408)
if family == 4:
    body = struct.pack("!BBHHH", 3, 4, 0, 0, mtu) + quote
    body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    packet = ip(remote, local, 1, body)
else:
    body = struct.pack("!BBHI", 2, 0, 0, mtu) + quote
    value = checksum(pseudo(remote, local, ICMP6, len(body)) + body)
    packet = ip(remote, local, ICMP6, body[:2] + struct.pack("!H", value) + body[4:])
Sender().send(packet)

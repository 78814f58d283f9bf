#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""forge_inner.py KEY: for each case that is named on standard input, send to r1 what
its policies are about: inside ESP with SPI 0x1000 or in the clear."""
import socket
import sys

from wire import ESP, IPIP, OUTER_ADDRESS, UDP, Gcm, Sender, echo, ip, udp

HERE, THERE = "192.168.2.1", "192.168.1.2"
gcm = Gcm(bytes.fromhex(sys.argv[1]))
dst, src = OUTER_ADDRESS[4]


def esp(seq, inner, next_header=IPIP):
    return ip(src, dst, ESP, gcm.seal(seq, inner, next_header))


def ping(source, target):
    proto, body = echo(source, target)
    return ip(source, target, proto, body)


def datagram(sport, dport):
    return ip(HERE, THERE, UDP, udp(HERE, THERE, sport, dport, b"data"))


def later_fragment(proto=UDP):
    # 1480 octets into a datagram
    return ip(HERE, THERE, proto, bytes(64), fragment=1480 // 8)


Sender().obey({
    "good": [esp(1, ping(HERE, THERE))],
    "wrong-source": [esp(2, ping("192.168.3.1", THERE))],
    "wrong-target": [esp(3, ping(HERE, "192.168.4.2"))],
    "wrong-protocol": [esp(4, datagram(7, 9))],
    "right-port": [esp(5, datagram(5001, 40000))],
    "wrong-port": [esp(6, datagram(5002, 40000))],
    "fragment-in-esp": [esp(7, later_fragment())],
    "clear": [ping(HERE, THERE)],
    "clear-datagram": [datagram(5001, 40000)],
    "clear-fragment": [later_fragment()],
    "clear-to-host": [ping(HERE, "192.168.1.1")],
    "transport": [esp(8, echo(src, dst)[1], socket.IPPROTO_ICMP)],
})

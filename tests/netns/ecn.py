#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ecn.py send KEY OUTER INNER: sixteen ESP packets to SPI 0x1000 of r1, with each
congestion mark outside around each inside.
ecn.py receive INNER: prints "inside outside received" of what comes out, until
a packet says that it is the last one."""
import socket
import sys

from wire import INNER, INNER_ADDRESS, OUTER_ADDRESS, UDP, Gcm, Sender, ip, udp

NAMES = ["not-ect", "ect1", "ect0", "ce"]
PORT = 7000


def send(key, outer, inner):
    gcm, sender, seq = Gcm(key), Sender(), 1
    for inside, inside_name in enumerate(NAMES):
        for outside, outside_name in enumerate(NAMES):
            text = f"{inside_name} {outside_name}"
            send_one(gcm, sender, seq, outer, inner, inside, outside, text)
            seq += 1
    send_one(gcm, sender, seq, outer, inner, 0, 0, "last")


def send_one(gcm, sender, seq, outer, inner, inside, outside, text):
    dst, src = INNER_ADDRESS[inner]
    # DSCP 10 inside and 20 outside, where it stays
    packet = ip(src, dst, UDP, udp(src, dst, 7, PORT, text.encode()), tos=10 << 2 | inside)
    dst, src = OUTER_ADDRESS[outer]
    sender.send(ip(src, dst, 50, gcm.seal(seq, packet, INNER[inner]), tos=20 << 2 | outside))


def receive(inner):
    sock = socket.socket(socket.AF_INET6 if inner == 6 else socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(60)
    if inner == 6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
    sock.bind((INNER_ADDRESS[inner][0], PORT))
    print("ready", flush=True)
    while True:
        text, ancillary, _, _ = sock.recvmsg(100, 100)
        if text == b"last":
            print("last", flush=True)
            return
        tos = ancillary[0][2][0]
        assert tos >> 2 == 10, f"DSCP {tos >> 2}"
        print(text.decode(), NAMES[tos & 3], flush=True)


if sys.argv[1] == "send":
    send(bytes.fromhex(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
else:
    receive(int(sys.argv[2]))

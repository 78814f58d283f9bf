#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""options.py ADDRESS: a UDP datagram with extension headers of IPv6 in front, hop-by-hop
and destination options, to transfer.py's server, which answers."""
import hashlib
import socket
import sys

IPV6_HOPOPTS, IPV6_DSTOPTS = 54, 59
# an option that may not change on the way, and one that may (RFC 8200 section 4.2)
HOP_BY_HOP = b"\0\0\x1e\x04stay"
DESTINATION = b"\0\1\x3e\x06change\x1e\x04stay"

with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
    sock.settimeout(60)
    sock.setsockopt(socket.IPPROTO_IPV6, IPV6_HOPOPTS, HOP_BY_HOP)
    sock.setsockopt(socket.IPPROTO_IPV6, IPV6_DSTOPTS, DESTINATION)
    sock.connect((sys.argv[1], 5001))
    sock.send(b"optional")
    assert sock.recv(100) == hashlib.sha256(b"optional").digest()

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""xfrm_udp.py PORT [6]: a socket that XFRM takes its ESP in UDP from."""
import signal
import socket
import sys

UDP_ENCAP, UDP_ENCAP_ESPINUDP = 100, 2

sock = socket.socket(socket.AF_INET6 if sys.argv[2:] else socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
sock.bind(("", int(sys.argv[1])))
print("ready", flush=True)
signal.pause()

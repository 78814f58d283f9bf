#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""lend.py COMMAND...: open a socket here, and lend it to the module in what the
command runs us again in. Prints errno and sentence of the answer."""
import os
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
import seki_netlink as nl

FD = "LEND_FD"
SOL_NETLINK, CAP_ACK, EXT_ACK = 270, 10, 11

if FD not in os.environ:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", 4500))
    sock.set_inheritable(True)
    os.environ[FD] = str(sock.fileno())
    os.execvp(sys.argv[1], [*sys.argv[1:], sys.executable, __file__])

family = nl.Family()
family.resolve()
with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, nl.NETLINK_GENERIC) as asker:
    asker.setsockopt(SOL_NETLINK, CAP_ACK, 1)
    asker.setsockopt(SOL_NETLINK, EXT_ACK, 1)
    asker.send(family.request("encap-set", {"fd": int(os.environ[FD])}))
    for kind, payload in nl.messages(asker.recv(1 << 16)):
        print(*nl.refusal(payload))

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""transfer.py serve | put|get|udp ADDRESS BYTES [SEGMENT]: known octets across,
both ends compare. TCP and UDP port 5001; udp sends bursts that the kernel cuts
into datagrams of SEGMENT octets (UDP_SEGMENT)."""
import hashlib
import random
import socket
import sys
import threading

PORT = 5001
UDP_SEGMENT = 103
BURST = 40


def octets(count):
    return random.Random(count).randbytes(count)


def read_all(connection):
    digest, count = hashlib.sha256(), 0
    while chunk := connection.recv(1 << 16):
        digest.update(chunk)
        count += len(chunk)
    return f"{count} {digest.hexdigest()}".encode()


def expected(count):
    return f"{count} {hashlib.sha256(octets(count)).hexdigest()}".encode()


def answer(connection):
    with connection:
        what, count = connection.recv(16, socket.MSG_WAITALL).split()
        if what == b"put":
            connection.sendall(read_all(connection))
        else:
            connection.sendall(octets(int(count)))


def echo_digests(sock):
    while True:
        data, peer = sock.recvfrom(1 << 16)
        sock.sendto(hashlib.sha256(data).digest(), peer)


def serve():
    udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    udp.bind(("", PORT))
    threading.Thread(target=echo_digests, args=[udp], daemon=True).start()
    tcp = socket.create_server(("", PORT), family=socket.AF_INET6, dualstack_ipv6=True)
    print("ready", flush=True)
    while True:
        connection, _ = tcp.accept()
        threading.Thread(target=answer, args=[connection], daemon=True).start()


def tcp_client(what, address, count):
    with socket.create_connection((address, PORT)) as connection:
        connection.sendall(f"{what} {count}".ljust(16).encode())
        if what == "put":
            connection.sendall(octets(count))
            connection.shutdown(socket.SHUT_WR)
            seen = connection.recv(100, socket.MSG_WAITALL)
        else:
            seen = read_all(connection)
    assert seen == expected(count), seen


def udp_client(address, count, segment):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(60)
        sock.connect((address, PORT))
        data = octets(count)
        for start in range(0, count, BURST * segment):
            burst = data[start:start + BURST * segment]
            if len(burst) > segment:
                sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, segment)
            sock.send(burst)
            want = {hashlib.sha256(burst[i:i + segment]).digest()
                    for i in range(0, len(burst), segment)}
            while want:
                want.remove(sock.recv(100))


if sys.argv[1] == "serve":
    serve()
elif sys.argv[1] == "udp":
    udp_client(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]) if sys.argv[4:] else 1200)
else:
    tcp_client(sys.argv[1], sys.argv[2], int(sys.argv[3]))

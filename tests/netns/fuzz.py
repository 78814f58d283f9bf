#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""fuzz.py r1 SECONDS SEED: requests and outbound packets, right and wrong, while SAs
          come and go; run in r1
   fuzz.py r2 SECONDS SEED: packets that are wrong in some way, to r1; run in r2
   fuzz.py make:            the SAs that r2's packets are for; in r1
   fuzz.py send:            one good packet for each of them; in r2
   fuzz.py count:           how many of them have taken one; in r1
   fuzz.py flush:           all operations that delete everything; in r1

Each worker draws from a sequence of its own that SEED and its name determine.
"""
import errno
import os
import random
import socket
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
import seki_netlink as nl
from sa import Sa
from wire import AH, ESP, ip, ip4, ip6, udp

PORTS = (4500, 4500)
INNER = ("172.16.0.2", "172.16.0.1"), ("fd16::2", "fd16::1")
POLICY = 100


def key(length):
    return bytes((i * 7 + 11) % 256 for i in range(length))


CIPHERS = [
    ("gcm", {"encr": 20, "encr_key": key(20)}),
    ("gcm-esn", {"encr": 20, "encr_key": key(36), "flags": 1}),
    ("chacha", {"encr": 28, "encr_key": key(36)}),
    ("cbc", {"encr": 12, "encr_key": key(16), "integ": 2, "integ_key": key(20)}),
    ("cbc-esn", {"encr": 12, "encr_key": key(32), "integ": 12, "integ_key": key(32), "flags": 1}),
    ("null", {"encr": 11, "integ": 2, "integ_key": key(20)}),
    ("udp", {"encr": 20, "encr_key": key(20), "encap": PORTS}),
    ("udp-cbc", {"encr": 12, "encr_key": key(16), "integ": 12, "integ_key": key(32),
                 "encap": PORTS}),
    ("ah", {"proto": AH, "integ": 2, "integ_key": key(20)}),
    ("ah-gmac", {"proto": AH, "integ": 9, "integ_key": key(20)}),
    ("ah-esn", {"proto": AH, "integ": 12, "integ_key": key(32), "flags": 1}),
]
SAS = []
for address, family_name in ((("10.0.0.2", "10.0.0.1"), "v4"), (("fd00::2", "fd00::1"), "v6")):
    for cipher, words in CIPHERS:
        SAS.append((Sa(f"{cipher}-{family_name}", 0x1000 + len(SAS), *address, **words), words))


def octets(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def sa_values(sa, words, direction=1, **more):
    """The SA as sa-new wants it."""
    local, remote = octets(sa.dst), octets(sa.src)
    values = {"direction": direction, "spi": sa.spi, "local": local, "remote": remote, **more}
    for name in ("proto", "encr", "encr_key", "integ", "integ_key", "flags"):
        if name in words:
            values[name.replace("_", "-")] = words[name]
    if sa.encap:
        values["encap"] = {"type": 1, "sport": PORTS[1], "dport": PORTS[0]}
    return values


class Netlink:
    """A socket that is thrown away now and then, with whatever is unread in it."""

    def __init__(self, protocol):
        self.protocol = protocol
        self.sock = None
        self.renew()

    def renew(self):
        if self.sock:
            self.sock.close()
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, self.protocol)
        self.sock.setsockopt(270, 11, 1)	# NETLINK_EXT_ACK
        self.sock.setsockopt(270, 10, 1)	# NETLINK_CAP_ACK

    def send(self, data):
        """Returns what came back at once, as (type, payload)."""
        found = []
        try:
            self.sock.send(data)
            while True:
                found += nl.messages(self.sock.recv(1 << 17, socket.MSG_DONTWAIT))
        except OSError:
            return found


def mutate(rng, data, times=3):
    """Some octets changed, lost, doubled or added."""
    out = bytearray(data)
    for _ in range(rng.randint(1, times)):
        at = rng.randrange(len(out) + 1)
        some = rng.choice((1, 1, 2, 4, 8, rng.randint(1, 64)))
        what = rng.randrange(6)
        if what == 0 and at < len(out):
            out[at] ^= 1 << rng.randrange(8)
        elif what == 1 and at < len(out):
            out[at] = rng.choice((0, 1, 4, 0x7f, 0x80, 0xfe, 0xff))
        elif what == 2:
            del out[at:at + some]
        elif what == 3:
            del out[at:]
        elif what == 4:
            out[at:at] = out[at:at + some]
        else:
            out[at:at] = rng.randbytes(some)
    return bytes(out)


class Worker:
    """One process of its own; what it found wrong is printed, and fails it."""

    def __init__(self, name, seed):
        self.rng = random.Random(f"{seed} {name}")
        self.name = name
        self.rounds = 0
        self.wrong = []

    def run(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for _ in range(20):
                self.round()
                self.rounds += 1
        for line in self.wrong:
            print(f"{self.name}: {line}")
        print(f"{self.name}: {self.rounds} rounds", flush=True)
        return 1 if self.wrong else 0


class Requests(Worker):
    """Requests of all operations of the specification, right and wrong."""

    # What a value may plausibly be; what has no line here is known by its type.
    HINTS = {
        "spi": [0x1000 + i for i in range(len(SAS))], "spi-lo": [256, 0x1000, 0x1010],
        "spi-hi": [256, 0x1010, 0xffffffff], "outer-spi": [0x1008, 0x1009, 0x1012],
        "encr": [2, 3, 11, 12, 13, 16, 20, 21, 28], "integ": [1, 2, 5, 8, 9, 12, 13, 14],
        "proto": [0, 1, 6, 17, 50, 51], "policy": [1, 2, 3, POLICY], "id": [1, 2, 3, POLICY],
        "sport": [4500, 500], "dport": [4500, 500], "replay-window": [1, 64, 8192],
        "src-len": [0, 24, 32, 64, 128], "dst-len": [0, 24, 32, 64, 128],
    }
    ADDRESSES = [octets(a) for a in ("10.0.0.1", "10.0.0.2", "10.0.0.9", "0.0.0.0", "224.0.0.1",
                                     "fd00::1", "fd00::2", "::", "ff02::1")]
    # Not the module's own refusals, or of things other than the request.
    SILENT = {errno.ENOBUFS, errno.ENOMEM, errno.EBUSY, errno.EAGAIN}

    def __init__(self, name, seed):
        super().__init__(name, seed)
        self.family = nl.Family()
        self.family.resolve()
        self.netlink = Netlink(nl.NETLINK_GENERIC)
        self.ops = [op for op in self.family.ops.values() if op.do or op.dump is not None]
        self.sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
                        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
                        socket.socket(socket.AF_INET, socket.SOCK_STREAM)]
        self.devices = [index for index, _ in socket.if_nameindex()]

    def number(self, attr, bits):
        rng = self.rng
        if attr.name == "ifindex" and rng.random() < 0.9:
            return rng.choice(self.devices)
        if attr.name == "fd" and rng.random() < 0.9:
            return rng.choice(self.sockets).fileno()
        known = self.HINTS.get(attr.name) or (attr.enum and self.family.enums[attr.enum])
        if known and rng.random() < 0.9:
            return rng.choice(known) & ((1 << bits) - 1)
        edges = [attr.checks[c] for c in ("min", "max") if isinstance(attr.checks.get(c), int)]
        edges += [0, 1, 255, 256, (1 << bits) - 1, 1 << (bits - 1), rng.getrandbits(bits)]
        return rng.choice(edges) & ((1 << bits) - 1)

    def value(self, attr):
        rng = self.rng
        if attr.nest:
            return {name: self.value(inner)
                    for name, inner in self.family.sets[attr.nest].items()
                    if inner.type != "pad" and rng.random() < 0.8}
        if attr.type in nl.SIZES:
            return self.number(attr, 8 * struct.calcsize(nl.SIZES[attr.type]))
        if attr.type == "string":
            return "x" * rng.choice((0, 1, 8, 63, 64, 300))
        if attr.name.endswith("key"):
            return rng.randbytes(rng.choice((0, 8, 16, 19, 20, 24, 28, 32, 36, 48, 64, 128, 129)))
        return rng.choice(self.ADDRESSES)

    def values(self, op, names):
        known = self.family.sets[op.set]
        share = self.rng.choice((0.3, 0.8, 1))
        values = {n: self.value(known[n]) for n in names if self.rng.random() < share}
        if "encr" in names and self.rng.random() < 0.8:
            sa, words = self.rng.choice(SAS)
            whole = sa_values(sa, words)
            for name in ("encr", "encr-key", "integ", "integ-key", "local", "remote", "proto"):
                values.pop(name, None)
                if name in whole:
                    values[name] = whole[name]
        return values

    def attributes(self, set_name, values):
        """Encoded, one by one, and some of them wrongly."""
        rng, out = self.rng, []
        for name, value in values.items():
            attr = self.family.sets[set_name][name]
            kind = attr.number
            if attr.nest:
                kind |= nl.NESTED
                payload = b"".join(self.attributes(attr.nest, value))
            else:
                payload = attr.pack(value)
            if rng.random() < 0.06:
                what = rng.randrange(7)
                if what == 0:
                    payload = mutate(rng, payload) if payload else b"\0"
                elif what == 1:
                    kind = rng.choice((0, rng.randrange(64), kind ^ nl.NESTED, kind | 0x4000))
                elif what == 2:
                    out.append(nl.attribute(kind, payload))
                elif what == 3:
                    continue
                elif what == 4:
                    for _ in range(rng.randint(1, 40)):
                        payload = nl.attribute(kind | nl.NESTED, payload)
                elif what == 5:
                    out.append(struct.pack("=HH", rng.choice((0, 1, 3, 4, 0xffff)), kind) + payload)
                    continue
                else:
                    payload = rng.randbytes(rng.choice((0, 1, 3, 4, 5, 16, 17, 300)))
            out.append(nl.attribute(kind, payload))
        if rng.random() < 0.1:
            rng.shuffle(out)
        return out

    def round(self):
        rng, op = self.rng, self.rng.choice(self.ops)
        if op.name.endswith("-flush") and rng.random() < 0.9:
            return	# or there would never be anything
        dump = op.dump is not None and (op.do is None or rng.random() < 0.4)
        names = op.dump if dump else op.do
        payload = b"".join(self.attributes(op.set, self.values(op, names)))
        flags = nl.DUMP if dump else nl.ACK
        command, whole = op.number, True
        if rng.random() < 0.03:
            payload = mutate(rng, payload)
        if rng.random() < 0.02:
            command, whole = rng.randrange(256), False
        if rng.random() < 0.02:
            flags, whole = rng.getrandbits(16), False
        data = self.family.raw_request(command, payload, flags, self.rounds + 1)
        if rng.random() < 0.01:
            data, whole = mutate(rng, data), False
        for kind, answer in self.netlink.send(data):
            if kind == nl.NLMSG_ERROR and len(answer) >= 20:
                self.judge(op.name if whole else None, *nl.refusal(answer))
        if rng.random() < 0.02:
            self.netlink.renew()

    def judge(self, name, error, sentence):
        """Whoever asked a known operation in a whole message is told why not."""
        if name and error and not sentence and error not in self.SILENT:
            line = f"{name}: refused without a sentence: {os.strerror(error)}"
            if line not in self.wrong:
                self.wrong.append(line)


class Links(Worker):
    """Tunnels come, change and go."""

    def __init__(self, name, seed):
        super().__init__(name, seed)
        self.link = nl.Link()
        self.netlink = Netlink(nl.NETLINK_ROUTE)
        self.underlay = [index for index, _ in socket.if_nameindex()]

    def values(self):
        rng, values = self.rng, {}
        for name in list(self.link.numbers)[1:]:
            if rng.random() < 0.5:
                continue
            size = self.link.sizes.get(name)
            if name == "link":
                values[name] = struct.pack("=I", rng.choice([0, *self.underlay]))
            elif size:
                values[name] = rng.choice((bytes(size), b"\1" + bytes(size - 1), rng.randbytes(size)))
            elif name in ("local", "remote"):
                values[name] = rng.choice(Requests.ADDRESSES)
            else:
                values[name] = b"p" * rng.randrange(70) + b"\0"
            if rng.random() < 0.05:
                values[name] = rng.randbytes(rng.randrange(40))
        return values

    def round(self):
        rng = self.rng
        name = rng.choice(("f0", "f1", "f2", "f3"))
        what = rng.randrange(4)
        extra = b""
        if rng.random() < 0.3:
            extra = nl.attribute(4, struct.pack("=I", rng.choice((0, 68, 576, 1280, 1500, 65535))))
        if what == 0:
            self.netlink.send(self.link.delete(name))
        elif what == 1:
            up = struct.pack("=BxHiII", 0, 0, 0, rng.randrange(2), 1)
            self.netlink.send(nl.message(nl.RTM_NEWLINK, nl.REQUEST | nl.ACK,
                                         up + nl.attribute(nl.IFLA_IFNAME, name.encode() + b"\0")))
        else:
            self.netlink.send(self.link.request(
                nl.RTM_NEWLINK, nl.CREATE if what == 2 else 0, name,
                self.link.encode(self.values()), extra))


class Lives(Worker):
    """The SAs that r2's packets are for come and go, and so do policies and sockets."""

    def __init__(self, name, seed):
        super().__init__(name, seed)
        self.family = nl.Family()
        self.family.resolve()
        self.netlink = Netlink(nl.NETLINK_GENERIC)
        self.me = socket.if_nametoindex("tunnel0")
        self.wire = socket.if_nametoindex("e0")
        self.lent = []

    def ask(self, name, **values):
        """errno of the answer, 0 for success."""
        values = {key.replace("_", "-"): value for key, value in values.items()}
        for kind, payload in self.netlink.send(self.family.request(name, values)):
            if kind == nl.NLMSG_ERROR:
                return nl.refusal(payload)[0]
        return errno.ENOBUFS

    def lend(self):
        for sock in self.lent:
            sock.close()
        self.lent = []
        for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            sock = socket.socket(family, socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind((address, PORTS[0]))
            self.ask("encap-set", fd=sock.fileno())
            self.lent.append(sock)

    def make(self, number, direction=1):
        sa, words = SAS[number]
        return self.ask("sa-new", **sa_values(sa, words, direction, ifindex=self.me))

    def policy(self):
        """Something that matches none of the packets that make the others work."""
        rng = self.rng
        for name in self.family.ops:
            if name.endswith("-flush") and name != "sa-flush":
                self.ask(name)
        self.ask("policy-new", id=POLICY, ifindex=self.wire, src=octets("10.99.0.0"), src_len=16,
                 dst=octets("10.99.0.0"), dst_len=16, local=octets("10.0.0.1"),
                 remote=octets("10.0.0.2"))
        sa, words = rng.choice(SAS)
        values = sa_values(sa, words, policy=POLICY, mode=rng.choice((1, 2)))
        values["spi"] += rng.choice((0, 0x100))
        self.ask("sa-new", **values)

    def round(self):
        rng = self.rng
        number, what = rng.randrange(len(SAS)), rng.random()
        direction = rng.choice((1, 1, 2))
        if what < 0.7:
            self.make(number, direction)
        elif what < 0.9:
            sa = SAS[number][0]
            self.ask("sa-del", ifindex=self.me, direction=direction, proto=sa.proto, spi=sa.spi,
                     local=octets(sa.dst), remote=octets(sa.src))
        elif what < 0.95:
            self.policy()
        elif what < 0.96:
            self.lend()
        # not faster than packets can find them
        time.sleep(0.002)


class Outbound(Worker):
    """Something to send, of all sizes, large ones to be cut included."""

    def __init__(self, name, seed):
        super().__init__(name, seed)
        self.socks = []
        for family, kind in ((socket.AF_INET, socket.SOCK_DGRAM), (socket.AF_INET6, socket.SOCK_DGRAM)):
            for segment in (0, 100, 1300):
                sock = socket.socket(family, kind)
                sock.setsockopt(socket.SOL_UDP, 103, segment)	# UDP_SEGMENT
                self.socks.append(sock)
        self.raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)

    def round(self):
        rng = self.rng
        try:
            if rng.random() < 0.3:
                packet = ip4("172.16.0.1", "172.16.0.2", rng.choice((1, 4, 6, 17, 41, 50, 51)),
                             rng.randbytes(rng.randrange(1300)),
                             tos=rng.randrange(256), fragment=rng.choice((0, 0x4000, 0x2000, 5)))
                self.raw.sendto(packet, ("172.16.0.2", 0))
                return
            sock = rng.choice(self.socks)
            where = "fd16::2" if sock.family == socket.AF_INET6 else "172.16.0.2"
            sock.sendto(bytes(rng.choice((0, 1, 600, 1400, 5000, 30000))), (where, 9))
        except OSError:
            pass


class Packets(Worker):
    """ESP, AH and ESP in UDP that are wrong in some way, inside or outside of the cipher."""

    def __init__(self, name, seed):
        super().__init__(name, seed)
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
        self.mac = bytes.fromhex(os.environ["PEER_MAC"].replace(":", ""))
        self.seq = {}

    def send(self, packet, version):
        try:
            self.wire.sendto(packet, ("e0", 0x86dd if version == 6 else 0x0800, 0, 0, self.mac))
        except OSError:
            pass	# longer than the wire takes, or empty

    def number(self, sa):
        """Mostly the next one."""
        what, last = self.rng.random(), self.seq.get(sa.spi, 0)
        if what < 0.05:
            return max(last - self.rng.randrange(2000), 0)
        if what < 0.07:
            return self.rng.choice((0, 0xffffffff, 1 << 31, 1 << 32, self.rng.getrandbits(40)))
        self.seq[sa.spi] = last + self.rng.choice((1, 1, 1, 70))
        return self.seq[sa.spi]

    def inner(self, depth=0):
        """(octets, next header) of what is inside."""
        rng = self.rng
        payload = rng.randbytes(rng.choice((0, 1, 8, 64, 200, 1200)))
        if depth < 6 and rng.random() < 0.1:
            sa = rng.choice(SAS)[0]
            data = self.good(sa, depth + 1)
            return data, 41 if ":" in sa.src else 4
        kind = rng.randrange(4)
        proto = rng.choice((1, 6, 17, 50, 51, 58, 59, 0, 44, 43, rng.randrange(256)))
        if kind == 0:
            data, next_header = ip6(*INNER[1], proto, payload), 41
        elif kind == 1:
            data, next_header = payload, proto	# as in transport mode
        else:
            if proto == 17:
                payload = udp(*INNER[0], 1000, 9, payload)
            data, next_header = ip4(*INNER[0], proto, payload), 4
        if rng.random() < 0.3:
            data = mutate(rng, data)
        if rng.random() < 0.05:
            next_header = rng.randrange(256)
        return data, next_header

    def good(self, sa, depth=0):
        data, next_header = self.inner(depth)
        return sa.packet(self.number(sa), data, next_header, self.rng.randbytes(16))

    def fragments(self, packet):
        """An IPv4 packet in two, sometimes with a hole or an overlap."""
        cut = self.rng.randrange(8, max(len(packet) - 20, 9), 8)
        head = ip4("10.0.0.2", "10.0.0.1", packet[9], packet[20:20 + cut], fragment=0x2000,
                   ident=self.rounds & 0xffff)
        tail = ip4("10.0.0.2", "10.0.0.1", packet[9], packet[20 + cut:],
                   fragment=cut // 8 + self.rng.choice((0, 0, 0, 1, -1)), ident=self.rounds & 0xffff)
        return [head, tail] if self.rng.random() < 0.5 else [tail, head]

    def round(self):
        rng = self.rng
        sa = rng.choice(SAS)[0]
        version = 6 if ":" in sa.src else 4
        what = rng.random()
        if what < 0.45:
            packet = self.good(sa)
        elif what < 0.6 and sa.proto == ESP:
            data, next_header = self.inner()
            packet = sa.around(sa.esp(self.number(sa), data, next_header, rng.randbytes(16),
                                      pad_length=rng.randrange(256)))
        elif what < 0.65:
            packet = self.good(sa)
            packet = ip("10.0.0.77" if version == 4 else "fd00::77", sa.dst,
                        packet[9 if version == 4 else 6], packet[20 if version == 4 else 40:])
        elif what < 0.85:
            # the outer header stays good
            packet = self.good(sa)
            skip = 20 if version == 4 else 40
            packet = ip(sa.src, sa.dst, packet[9 if version == 4 else 6],
                        mutate(rng, packet[skip:]), tos=rng.randrange(256))
        elif what < 0.9:
            options = rng.choice((b"\1\1\1\1", b"\x94\4\0\0", b"\x07\x07\x04" + bytes(5),
                                  b"\x83\x07\x04" + octets("10.0.0.1") + b"\0", rng.randbytes(8)))
            body = self.good(sa)
            packet = (ip4(sa.src, sa.dst, body[9], body[20:], options=options) if version == 4 else
                      ip6(sa.src, sa.dst, rng.choice((0, 43, 60, 44)),
                          bytes([body[6], 0]) + rng.randbytes(6) + body[40:]))
        elif what < 0.94:
            body = rng.choice((b"", b"\xff", bytes(4) + rng.randbytes(30), rng.randbytes(rng.randrange(100)),
                               struct.pack("!I", sa.spi) + rng.randbytes(rng.randrange(1400))))
            packet = sa.around(body)
        else:
            packet = mutate(rng, self.good(sa))
        if version == 4 and (len(packet) > 1500 or rng.random() < 0.04) and len(packet) > 36:
            for fragment in self.fragments(packet):
                self.send(fragment, 4)
            return
        self.send(packet, version)


def run(workers, seconds, seed):
    """All at the same time, each in its process."""
    children = []
    for make, name in workers:
        child = os.fork()
        if not child:
            status = 2
            try:
                status = make(name, seed).run(seconds)
            finally:
                os._exit(status)
        children.append(child)
    return max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)


def count():
    """SAs that the module has, and has had a packet for, against those it has."""
    family = nl.Family()
    family.resolve()
    netlink = Netlink(nl.NETLINK_GENERIC)
    missing, seen = [], 0
    names = {sa.spi: sa.name for sa, _ in SAS}
    for kind, payload in netlink.send(family.request("sa-get", {"direction": 1}, nl.DUMP)):
        if kind != family.id:
            continue
        values = family.decode("sa", payload[4:])
        seen += 1
        if not values["packets"]:
            missing.append(f"{names[values['spi']]} {values['drops']}")
    print(f"{seen} SAs, without a packet: {missing or 'none'}")
    return 1 if missing or not seen else 0


def main():
    what = sys.argv[1]
    if what == "r1":
        return run([(Requests, "requests 1"), (Requests, "requests 2"), (Links, "links"),
                    (Lives, "lives"), (Outbound, "outbound")], float(sys.argv[2]), sys.argv[3])
    if what == "r2":
        return run([(Packets, "packets 1"), (Packets, "packets 2")], float(sys.argv[2]),
                   sys.argv[3])
    if what == "make":
        lives = Lives("make", 0)
        lives.lend()
        for number, (sa, _) in enumerate(SAS):
            error = lives.make(number)
            print(f"{sa.name}: {os.strerror(error) if error else 'made'}", flush=True)
        print("ready", flush=True)
        sys.stdin.read()	# the sockets are lent as long as they are open
        return 0
    if what == "flush":
        lives = Lives("flush", 0)
        errors = {lives.ask(name) for name in lives.family.ops if name.endswith("-flush")}
        return 1 if errors - {0, errno.EOPNOTSUPP} else 0
    if what == "send":
        packets = Packets("send", 0)
        for sa, _ in SAS:
            packets.send(sa.packet(1, ip4(*INNER[0], 17, udp(*INNER[0], 1000, 9, bytes(100))), 4,
                                  bytes(16)), 6 if ":" in sa.src else 4)
        return 0
    return count()


if __name__ == "__main__":
    sys.exit(main())

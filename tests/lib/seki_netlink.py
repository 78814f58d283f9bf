# SPDX-License-Identifier: GPL-2.0-or-later
"""Netlink messages of the module, made and read as its specification says.

Nothing here knows an operation or an attribute by name: what is added to the
specification is known here too.
"""
import re
import socket
import struct
from pathlib import Path

import yaml

REPO = Path(__file__).resolve().parent.parent.parent
SPEC = REPO / "Documentation/netlink/specs/seki.yaml"
LINK_HEADER = REPO / "include/uapi/linux/if_link_seki.h"

NETLINK_ROUTE, NETLINK_GENERIC = 0, 16
NLMSG_ERROR, NLMSG_DONE = 2, 3
REQUEST, ACK, DUMP, CREATE, EXCL = 0x1, 0x4, 0x300, 0x400, 0x200
NESTED = 0x8000
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
IFLA_IFNAME, IFLA_LINKINFO, IFLA_INFO_KIND, IFLA_INFO_DATA = 3, 18, 1, 2
SIZES = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}


def attribute(number, payload):
    return struct.pack("=HH", len(payload) + 4, number) + payload + bytes(-len(payload) % 4)


def attributes(data):
    """(type, payload) of each attribute."""
    while len(data) >= 4:
        length, number = struct.unpack_from("=HH", data)
        if not 4 <= length <= len(data):
            return
        yield number & 0x3fff, data[4:length]
        data = data[(length + 3) & ~3:]


def message(kind, flags, payload, seq=1):
    return struct.pack("=IHHII", 16 + len(payload), kind, flags, seq, 0) + payload


def messages(data):
    """(type, payload) of each message."""
    while len(data) >= 16:
        length, kind = struct.unpack_from("=IH", data)
        if not 16 <= length <= len(data):
            return
        yield kind, data[16:length]
        data = data[(length + 3) & ~3:]


def refusal(payload):
    """(errno, sentence or None) of an error message; errno 0 is an acknowledgement."""
    errno = -struct.unpack_from("=i", payload)[0]
    # what was asked follows, its header alone with NETLINK_CAP_ACK
    for number, value in attributes(payload[4 + 16:]):
        if number == 1:
            return errno, value.rstrip(b"\0").decode()
    return errno, None


class Attribute:
    def __init__(self, number, raw):
        self.number = number
        self.name = raw["name"]
        self.type = raw["type"]
        self.big_endian = raw.get("byte-order") == "big-endian"
        self.nest = raw.get("nested-attributes")
        self.enum = raw.get("enum")
        self.checks = raw.get("checks", {})

    def pack(self, value):
        if self.type in SIZES:
            return struct.pack((">" if self.big_endian else "=") + SIZES[self.type], value)
        if self.type == "string":
            return value.encode() + b"\0"
        return b"" if self.type == "flag" else value

    def unpack(self, data):
        if self.type in SIZES:
            return struct.unpack((">" if self.big_endian else "=") + SIZES[self.type], data)[0]
        return data.hex()


class Operation:
    def __init__(self, number, raw):
        self.number = number
        self.name = raw["name"]
        self.set = raw.get("attribute-set")
        self.do = raw.get("do", {}).get("request", {}).get("attributes")
        self.dump = raw.get("dump", {}).get("request", {}).get("attributes")


class Family:
    """The generic netlink family, as specified."""

    def __init__(self):
        raw = yaml.load(SPEC.read_text(encoding="utf-8"),
                        Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.name = raw["name"]
        self.id = None
        self.group = None
        self.enums = {d["name"]: [1 << i if d["type"] == "flags" else d.get("value-start", 0) + i
                                  for i in range(len(d["entries"]))]
                      for d in raw["definitions"] if d["type"] in ("enum", "flags")}
        self.sets = {s["name"]: {a["name"]: Attribute(i + 1, a)
                                 for i, a in enumerate(s["attributes"])}
                     for s in raw["attribute-sets"]}
        self.ops = {o["name"]: Operation(i + 1, o)
                    for i, o in enumerate(raw["operations"]["list"])}

    def resolve(self):
        """Ask the kernel for the numbers; again after the module was loaded anew."""
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC) as sock:
            sock.send(message(GENL_ID_CTRL, REQUEST, struct.pack("=BBH", CTRL_CMD_GETFAMILY, 2, 0) +
                              attribute(2, self.name.encode() + b"\0")))
            for kind, payload in messages(sock.recv(1 << 16)):
                if kind == NLMSG_ERROR:
                    raise RuntimeError("the module is not loaded")
                top = dict(attributes(payload[4:]))
                self.id = struct.unpack("=H", top[1])[0]
                for _, group in attributes(top[7]):
                    self.group = struct.unpack("=I", dict(attributes(group))[2])[0]

    def encode(self, set_name, values):
        """Attributes from a dict; a nest is a dict, too."""
        out = b""
        for name, value in values.items():
            attr = self.sets[set_name][name]
            if attr.nest:
                out += attribute(attr.number | NESTED, self.encode(attr.nest, value))
            else:
                out += attribute(attr.number, attr.pack(value))
        return out

    def decode(self, set_name, data):
        by_number = {attr.number: attr for attr in self.sets[set_name].values()}
        values = {}
        for number, payload in attributes(data):
            attr = by_number[number]
            if attr.nest:
                values[attr.name] = self.decode(attr.nest, payload)
            elif attr.type != "pad":
                values[attr.name] = attr.unpack(payload)
        return values

    def request(self, name, values=None, flags=ACK):
        op = self.ops[name]
        return self.raw_request(op.number, self.encode(op.set, values or {}), flags)

    def raw_request(self, command, payload, flags=ACK, seq=1):
        return message(self.id, REQUEST | flags, struct.pack("=BBH", command, 1, 0) + payload, seq)


class Link:
    """Tunnel devices on rtnetlink; their attributes are what the header names."""

    def __init__(self):
        text = LINK_HEADER.read_text(encoding="utf-8")
        names = re.findall(r"^\tIFLA_SEKI_(\w+),", text, re.M)
        self.numbers = {name.lower().replace("_", "-"): i for i, name in enumerate(names)}
        self.sizes = {name.lower().replace("_", "-"): int(bits) // 8 for name, bits in
                      re.findall(r"IFLA_SEKI_(\w+),\t+/\* u(\d+),", text)}

    def encode(self, values):
        return b"".join(attribute(self.numbers[name], value) for name, value in values.items())

    @staticmethod
    def request(kind, flags, name, data=None, extra=b""):
        body = struct.pack("=BxHiII", 0, 0, 0, 0, 0) + attribute(IFLA_IFNAME, name.encode() + b"\0")
        body += extra
        if data is not None:
            body += attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, b"seki\0") +
                              attribute(IFLA_INFO_DATA, data))
        return message(kind, REQUEST | ACK | flags, body)

    def add(self, name, **values):
        return self.request(RTM_NEWLINK, CREATE | EXCL, name, self.encode(values))

    def change(self, name, **values):
        return self.request(RTM_NEWLINK, 0, name, self.encode(values))

    def delete(self, name):
        return self.request(RTM_DELLINK, 0, name)

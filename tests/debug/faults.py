#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""faults.py FAULT-TOOL DEVICE MODULE [SECTION...]: in every operation of the control path,
make the first allocation fail, then the second, and so on until the operation
comes to its end before that.

Whatever fails, the state is afterwards what it was before, or what the operation
makes it; and the answer says which. The state is all tunnels, and all that
the dumps of the specification show, without what counts by itself.

Prints "ok|NAME", "not ok|NAME" or "skip|NAME|REASON", and comments with "#".
"""
import errno
import json
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
import seki_netlink as nl

TOOL, DEVICE, MODULE, *SECTIONS = sys.argv[1:]
# more than any operation has
LIMIT = 4000
# what the module says of what it does not have
ABSENT = {errno.EOPNOTSUPP, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT}
COUNTERS = {"packets", "bytes", "seq", "add-time", "use-time", "age", "idle", "drops"}

family = nl.Family()
link = nl.Link()
tool = subprocess.Popen([TOOL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


class Refused(RuntimeError):
    """A call without a failure that did not succeed."""

    def __init__(self, error, sentence):
        super().__init__(sentence or os.strerror(error))
        self.error = error


def say(line):
    print(line, flush=True)


def ask(*words):
    """One command of the tool, and its answer."""
    print(*words, file=tool.stdin, flush=True)
    line = tool.stdout.readline()
    if not line:
        sys.exit(f"{TOOL} ended")
    return json.loads(line)


class Call:
    """One system call, and what to make of its answer."""

    def __init__(self, protocol, data):
        self.protocol, self.data = protocol, data

    def run(self, n=0):
        """(did an allocation fail, errno or None if the answer is lost, sentence, answers)"""
        answer = ask("netlink", self.protocol, n, self.data.hex())
        if answer["errno"]:
            return answer["failed"], answer["errno"], None, []
        answers = list(nl.messages(bytes.fromhex(answer["answers"])))
        for kind, payload in answers:
            if kind == nl.NLMSG_ERROR:
                return answer["failed"], *nl.refusal(payload), answers
            if kind == nl.NLMSG_DONE and payload[:4] != bytes(4):
                return answer["failed"], -struct.unpack_from("=i", payload)[0], None, answers
        return answer["failed"], None if answer["lost"] else 0, None, answers

    def meaning(self, answers):
        """What must be the same whenever the call succeeds."""
        return [kind for kind, _ in answers]

    def must(self):
        """Without a failure, for setting up."""
        _, error, sentence, answers = self.run()
        if error or error is None:
            raise Refused(error or errno.ENOBUFS, sentence)
        return answers


class Load:
    def __init__(self, file):
        self.words = ["load", file]

    def run(self, n=0):
        answer = ask(self.words[0], n, self.words[1])
        if not answer["errno"]:
            family.resolve()
        return answer["failed"], answer["errno"], None, []

    must, meaning = Call.must, Call.meaning


class Unload(Load):
    def __init__(self):
        super().__init__("seki")
        self.words[0] = "unload"

    def run(self, n=0):
        answer = ask(self.words[0], n, self.words[1])
        return answer["failed"], answer["errno"], None, []


class Request(Call):
    """Of our family, with the number that it has when the call is made."""

    def __init__(self, name, values=None, flags=nl.ACK):
        self.protocol = nl.NETLINK_GENERIC
        self.arguments = (name, values, flags)

    @property
    def data(self):
        return family.request(*self.arguments)

    def meaning(self, answers):
        known = family.ops[self.arguments[0]].set
        return [uncounted(family.decode(known, payload[4:]))
                for kind, payload in answers if kind == family.id]


def request(name, netlink_flags=nl.ACK, **values):
    """The "flags" among the values are an attribute."""
    return Request(name, {key.replace("_", "-"): value for key, value in values.items()},
                   netlink_flags)


def rtnl(data):
    return Call(nl.NETLINK_ROUTE, data)


def tunnels():
    found = {}
    dump = nl.message(nl.RTM_GETLINK, nl.REQUEST | nl.DUMP, bytes(16))
    for kind, payload in rtnl(dump).must():
        if kind != nl.RTM_NEWLINK:
            continue
        top = dict(nl.attributes(payload[16:]))
        info = dict(nl.attributes(top.get(nl.IFLA_LINKINFO, b"")))
        if info.get(nl.IFLA_INFO_KIND) == b"seki\0":
            found[top[nl.IFLA_IFNAME]] = info.get(nl.IFLA_INFO_DATA)
    return found


def uncounted(values):
    return {key: uncounted(value) if isinstance(value, dict) else value
            for key, value in values.items() if key not in COUNTERS}


def state():
    if not os.path.isdir("/sys/module/seki"):
        return "unloaded"
    found = {"tunnels": tunnels()}
    for op in family.ops.values():
        if op.dump is not None:
            dump = request(op.name, netlink_flags=nl.DUMP)
            found[op.name] = dump.meaning(dump.must())
    return found


def difference(one, other):
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return f"{one} -> {other}"
    return "; ".join(f"{key}: {one[key]} -> {other[key]}" for key in one if one[key] != other[key])


def fail_each(call, undo):
    """Every allocation of a call. Returns the number of them and what went wrong."""
    before = state()
    said = call.meaning(call.must())	# what is made once is then there
    after = state()
    wrong, count = [], 0
    for step in undo:
        step.must()
    if state() != before:
        return 0, ["cannot be undone: " + difference(before, state())]

    for n in range(1, LIMIT):
        failed, error, sentence, answers = call.run(n)
        now = state()
        if not failed:
            if error or now != after:
                wrong.append(f"without a failure: {sentence or os.strerror(error or 0)}")
            if now == after:
                for step in undo:
                    step.must()
            return count, wrong
        count += 1
        wanted = {None: [before, after], 0: [after]}.get(error, [before])
        if now not in wanted:
            told = "success" if error == 0 else sentence or os.strerror(error or errno.ENOBUFS)
            wrong.append(f"allocation {n} failed, the answer was \"{told}\", but "
                         f"{difference(before, now) or 'nothing has changed'}")
        if error == 0 and call.meaning(answers) != said:
            wrong.append(f"allocation {n} failed, and the answer is not all of it")
        if now != before:
            for step in undo:
                step.must()
            if state() != before:
                wrong.append(f"allocation {n} failed, and left {difference(before, state())}")
                break
    return count, wrong


def check(name, call, undo=(), setup=(), cleanup=()):
    try:
        for step in setup:
            step.must()
        count, wrong = fail_each(call, undo)
        for step in cleanup:
            step.must()
    except Refused as refused:
        if refused.error in ABSENT:
            say(f"skip|{name}|{refused}")
        else:
            say(f"# {refused}")
            say(f"not ok|{name}")
        return
    for line in wrong[:20]:
        say(f"# {line}")
    say(f"not ok|{name}" if wrong or not count else f"ok|{name}: {count} allocations")


def key(length):
    return bytes((i * 7 + 11) % 256 for i in range(length))


LOCAL, REMOTE = socket.inet_aton("10.0.0.1"), socket.inet_aton("10.0.0.2")
LOCAL6, REMOTE6 = (socket.inet_pton(socket.AF_INET6, a) for a in ("fd00::1", "fd00::2"))
GCM = {"encr": 20, "encr_key": key(20)}
# One of each way to be made by: combined mode or not, block, stream and counter
# ciphers, each kind of MAC; IANA's numbers.
CIPHERS = {
    "AES-GCM": GCM,
    "AES-GCM with ESN": {**GCM, "flags": 1},
    "AES-CCM": {"encr": 16, "encr_key": key(19)},
    "AES-GMAC": {"encr": 21, "encr_key": key(20)},
    "ChaCha20-Poly1305": {"encr": 28, "encr_key": key(36)},
    "AES-CBC, SHA-256": {"encr": 12, "encr_key": key(32), "integ": 12, "integ_key": key(32)},
    "AES-CBC, SHA-1, ESN": {"encr": 12, "encr_key": key(16), "integ": 2, "integ_key": key(20),
                            "flags": 1},
    "AES-CBC, AES-XCBC": {"encr": 12, "encr_key": key(16), "integ": 5, "integ_key": key(16)},
    "AES-CBC, AES-CMAC": {"encr": 12, "encr_key": key(16), "integ": 8, "integ_key": key(16)},
    "AES-CTR, SHA-512": {"encr": 13, "encr_key": key(20), "integ": 14, "integ_key": key(64)},
    "3DES-CBC, MD5": {"encr": 3, "encr_key": key(24), "integ": 1, "integ_key": key(16)},
    "NULL, SHA-256": {"encr": 11, "integ": 12, "integ_key": key(32)},
}
AHS = {
    "AH, SHA-256": {"proto": 51, "integ": 12, "integ_key": key(32)},
    "AH, AES-GMAC": {"proto": 51, "integ": 9, "integ_key": key(20)},
    "AH, SHA-1, ESN": {"proto": 51, "integ": 2, "integ_key": key(20), "flags": 1},
}


def ifindex(name):
    return socket.if_nametoindex(name)


def sa_checks():
    me = ifindex("tunnel0")
    inbound = {"ifindex": me, "direction": 1, "spi": 0x1000}
    outbound = {"ifindex": me, "direction": 2, "spi": 0x2000}
    flush = [request("sa-flush")]

    for name, words in {**CIPHERS, **AHS}.items():
        named = {"proto": words["proto"]} if "proto" in words else {}
        for way, where in (("in", inbound), ("out", outbound)):
            check(f"sa-new {way}, {name}", request("sa-new", **where, **words),
                  [request("sa-del", **where, **named)])
    check("sa-new out, in place of another", request("sa-new", **{**outbound, "spi": 0x2001}, **GCM),
          [request("sa-del", **{**outbound, "spi": 0x2001})],
          [request("sa-new", **outbound, **GCM)], flush)
    check("sa-new with limits, in UDP",
          request("sa-new", **inbound, **GCM,
                  limits={"soft-seconds": 1000, "hard-seconds": 2000, "hard-packets": 99},
                  encap={"type": 1, "sport": 4500, "dport": 4500}),
          [request("sa-del", **inbound)])
    check("sa-new between IPv6 endpoints",
          request("sa-new", **inbound, local=LOCAL6, remote=REMOTE6, **GCM),
          [request("sa-del", **inbound, local=LOCAL6, remote=REMOTE6)])
    held = {"ifindex": me, "spi_lo": 0x1000, "spi_hi": 0x1000}
    check("spi-alloc", request("spi-alloc", **held), [request("sa-del", **inbound)])
    check("sa-new completes a larval SA", request("sa-new", **inbound, **GCM),
          [request("sa-del", **inbound), request("spi-alloc", **held)],
          [request("spi-alloc", **held)], flush)

    there = [request("sa-new", **inbound, **GCM), request("sa-new", **outbound, **GCM)]
    check("sa-get", request("sa-get", **inbound), [], there, flush)
    check("sa-get, a dump", request("sa-get", netlink_flags=nl.DUMP), [], there, flush)
    # nobody sends through the old ones: the order of SAs is that of their making
    check("sa-del", request("sa-del", **outbound), there[1:], there, flush)
    check("sa-flush", request("sa-flush"), there, there, flush)
    check("sa-flush of a tunnel", request("sa-flush", ifindex=me), there, there, flush)
    moved = socket.inet_aton("10.0.0.9")
    check("sa-set", request("sa-set", **outbound, new_remote=moved),
          [request("sa-set", **outbound, remote=moved, new_remote=REMOTE)], there, flush)
    check("sa-new of a bundle",
          request("sa-new", **outbound, **GCM, outer_spi=0x2002),
          [request("sa-del", **outbound)],
          [request("sa-new", **{**outbound, "spi": 0x2002, **AHS["AH, SHA-256"], "flags": 0x20})],
          flush)


def policy_checks():
    wire = ifindex(DEVICE)
    net, mask = socket.inet_aton("192.168.7.0"), {"src_len": 24, "dst_len": 24}
    values = {"ifindex": wire, "priority": 10, "src": net, "dst": net, **mask,
              "local": LOCAL, "remote": REMOTE, "profile": "p"}
    sa = {"policy": 7, "direction": 2, "spi": 0x2000}
    one, other = request("policy-new", id=7, **values), request("policy-new", id=8, **values)
    gone = [request("policy-del", id=7)]
    flush = [request("policy-flush")]

    # it makes a device, which stays when its policies go
    check("policy-new, the first", one, [rtnl(link.delete("seki0"))])
    check("policy-new, another", one, gone, [other], flush)
    check("policy-new for IPv6", request("policy-new", id=7, ifindex=wire, src=LOCAL6, src_len=128,
                                         dst=REMOTE6, dst_len=128), gone, [other], flush)
    check("policy-get", request("policy-get", id=7), [], [one], flush)
    check("policy-get, a dump", request("policy-get", netlink_flags=nl.DUMP), [], [one], flush)
    check("policy-del", gone[0], [one], [one], flush)
    check("policy-flush", flush[0], [one], [one], flush)
    for name, mode in (("tunnel", 1), ("transport", 2)):
        check(f"sa-new of a policy, {name} mode", request("sa-new", **sa, mode=mode, **GCM),
              [request("sa-del", **sa)], [one], flush)
    check("policy-del with an SA", gone[0], [one, request("sa-new", **sa, **GCM)],
          [one, request("sa-new", **sa, **GCM)], flush)


def encap_checks():
    """Lending a socket cannot be seen in the state: another one may not be lent."""
    name, number = "encap-set", 0
    for number in range(1, LIMIT):
        fd = ask("udp", 4500)["fd"]
        failed, error, sentence, _ = request("encap-set", fd=fd).run(number)
        _, again, _, _ = request("encap-set", fd=fd).run()
        ask("close", fd)
        lent = again == errno.EBUSY
        if error is not None and lent != (error == 0):
            say(f"# allocation {number} failed: {sentence or os.strerror(error)}, but lent: {lent}")
            say(f"not ok|{name}")
            return
        if not failed:
            break
    say(f"ok|{name}: {number - 1} allocations")


def link_checks():
    ends = {"local": LOCAL, "remote": REMOTE}
    here = [rtnl(link.add("t1", **ends))]
    gone = [rtnl(link.delete("t1"))]
    check("link add", here[0], gone)
    check("link add with everything",
          rtnl(link.add("t1", **ends, profile=b"p\0", ttl=b"\x21", tos=b"\x01")), gone)
    check("link add between IPv6 endpoints", rtnl(link.add("t1", local=LOCAL6, remote=REMOTE6)),
          gone)
    check("link change",
          rtnl(link.change("t1", remote=socket.inet_aton("10.0.0.9"), profile=b"q\0")),
          [rtnl(link.change("t1", **ends, profile=b"p\0"))],
          [rtnl(link.add("t1", **ends, profile=b"p\0"))], gone)
    check("link show", rtnl(link.request(nl.RTM_GETLINK, 0, "t1")), [], here, gone)
    check("link del", gone[0], here, here, gone)


def module_checks():
    for step in (request("sa-flush"), rtnl(link.delete("tunnel0")), Unload()):
        step.must()
    load = Load(MODULE)
    check("module load", load, [Unload()])
    tunnel = rtnl(link.add("t1", local=LOCAL, remote=REMOTE))
    check("module unload", Unload(), [load, tunnel], [load, tunnel], [Unload()])


family.resolve()
# Events are made only when somebody listens.
listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, nl.NETLINK_GENERIC)
listener.setsockopt(270, 1, struct.pack("=I", family.group))
for section in (sa_checks, policy_checks, encap_checks, link_checks, module_checks):
    if section is module_checks:
        listener.close()
    if not SECTIONS or section.__name__.removesuffix("_checks") in SECTIONS:
        section()

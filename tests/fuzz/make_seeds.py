#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write the seeds of fuzz_message, fuzz_sealed, fuzz_exchange, fuzz_packet,
fuzz_certificate, fuzz_isakmp and fuzz_isakmp_exchange:
make_seeds.py PROGRAM

PROGRAM is build/gcc/tests/tools/codec_samples; the other half comes from the
captures and from vectors.  A file is named after its content, as libFuzzer does, so a second run
changes only what is encrypted under a new IV.
"""
import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent


def write(target, octets):
    folder = TESTS / "fuzz/corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(octets).hexdigest()).write_bytes(octets)


def damaged(octets):
    """Cut in the middle of a payload, with a length in the header that fits."""
    cut = octets[:len(octets) * 2 // 3]
    return cut[:24] + len(cut).to_bytes(4, "big") + cut[28:]


def packets():
    vectors = json.loads((TESTS / "vectors/ah-mutable.json").read_text(encoding="ascii"))
    for cases in vectors.values():
        for case in cases[::8]:
            write("packet", bytes.fromhex(case["header"]))
    ports = bytes.fromhex("123400500000000000000000")
    for protocol in 6, 17, 1, 50:
        for fragment in 0, 0x2000, 0x2001:
            write("packet", bytes.fromhex("45000020" "0000") + fragment.to_bytes(2, "big") +
                  bytes([64, protocol]) + bytes.fromhex("0000" "c0000201" "c6336402") + ports)
    # Options, a fragment header and ports.
    for protocol, fragment in (6, 0), (58, 1), (17, 8):
        chain = bytes([44, 0, 1, 4, 0, 0, 0, 0, protocol, 0]) + fragment.to_bytes(2, "big") + bytes(4)
        write("packet", bytes([0x60, 0, 0, 0, 0, len(chain + ports), 60, 64]) + bytes(32) +
              chain + ports)


def eap_packets():
    """Conversations of EAP: flags of fuzz_eap, then packets with their lengths."""
    def packet(code, body):
        return bytes([code, 1]) + (4 + len(body)).to_bytes(2, "big") + body

    def conversation(flags, *packets):
        return bytes([flags]) + b"".join(bytes([len(p)]) + p for p in packets)

    def mschapv2(opcode, body):
        return bytes([26, opcode, 1]) + (4 + len(body)).to_bytes(2, "big") + body

    name = packet(2, b"\x01bob")
    nak = packet(2, b"\x03\x04")
    md5 = packet(2, b"\x04\x10" + bytes(16) + b"bob")
    response = packet(2, mschapv2(2, b"\x31" + bytes(49) + b"bob"))
    nod = packet(2, b"\x1a\x03")
    challenge = packet(1, mschapv2(1, b"\x10" + bytes(16) + b"gw"))
    success = packet(1, mschapv2(3, b"S=" + b"0" * 40 + b" M=OK"))
    failure = packet(1, mschapv2(4, b"E=691 R=0 C=" + b"0" * 32 + b" V=3 M=no"))
    yield conversation(7, name, nak, md5)
    yield conversation(3, packet(2, b"\x01eve"), response, nod)
    yield conversation(1, response, packet(2, b"\x1a\x04"))
    yield conversation(0, packet(1, b"\x01"), packet(1, b"\x02hello"), challenge, success,
                       packet(3, b""))
    yield conversation(0, packet(1, b"\x04\x10" + bytes(16)), challenge, failure, packet(4, b""))

    def tls(code, flags, data):
        return packet(code, bytes([13, flags]) + data)

    def vector(size, data):
        return len(data).to_bytes(size, "big") + data

    extensions = b"\x00\x0a" + vector(2, vector(2, b"\x00\x1d")) + \
        b"\x00\x0d" + vector(2, vector(2, b"\x04\x03\x08\x04"))
    hello = b"\x03\x03" + bytes(32) + b"\x00" + vector(2, b"\xc0\x2b\xc0\x2f") + b"\x01\x00" + \
        vector(2, extensions)
    hello = b"\x16\x03\x01" + vector(2, b"\x01" + vector(3, hello))
    reply = b"\x03\x03" + bytes(32) + b"\x00\xc0\x2b\x00"
    reply = b"\x16\x03\x03" + vector(2, b"\x02" + vector(3, reply) + b"\x0b\x00\x00\x03" + bytes(3))
    start, ack = tls(1, 0x20, b""), tls(2, 0, b"")
    yield conversation(9, tls(2, 0, hello), ack, tls(2, 0, b"\x15\x03\x03\x00\x02\x02\x28"))
    yield conversation(9, tls(2, 0xc0, len(hello).to_bytes(4, "big") + hello[:40]), tls(2, 0, hello[40:]),
                       ack)
    yield conversation(8, start, tls(1, 0x80, len(reply).to_bytes(4, "big") + reply), packet(4, b""))
    yield conversation(8, start, tls(1, 0x40, reply[:20]), tls(1, 0, reply[20:]), packet(3, b""))


def config_payloads():
    """Configuration payloads: attributes of every length that may be wrong."""
    def attribute(number, value):
        return number.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value

    def payload(kind, *attributes):
        body = bytes([kind, 0, 0, 0]) + b"".join(attributes)
        return b"\x00\x00" + (4 + len(body)).to_bytes(2, "big") + body

    host = bytes([172, 16, 9, 1])
    for kind in range(1, 5):
        yield payload(kind, attribute(1, host), attribute(2, b"\xff\xff\xff\0"),
                      attribute(3, host), attribute(4, host), attribute(7, b"gw\x1b"),
                      attribute(13, host + b"\xff\xff\xff\xff"), attribute(14, b""),
                      attribute(28675, b""))
        yield payload(kind, *(attribute(number, bytes(number % 9)) for number in range(1, 26)))


def key_exchanges():
    """What IKE_INTERMEDIATE and IKE_FOLLOWUP_KE may have inside, and the announcements."""
    def payload(following, body):
        return bytes([following, 0]) + (4 + len(body)).to_bytes(2, "big") + body

    def notify(number, data, following=0):
        return payload(following, bytes(2) + number.to_bytes(2, "big") + data)

    def ke(method, size, following=0):
        return payload(following, method.to_bytes(2, "big") + bytes(2) + b"\x04" * size)

    for method, size in (19, 64), (19, 63), (20, 96), (31, 32), (36, 1184), (0, 0):
        yield 34, ke(method, size)
        yield 34, ke(method, size, 41) + notify(16441, b"12345678")
    yield 34, ke(19, 64, 34) + ke(20, 96)
    yield 41, notify(16441, b"")
    yield 41, notify(47, b"")
    yield 41, notify(43, b"")
    for methods in b"", b"\2\2", b"\3\x0e\0", b"\0", b"\1\1", b"\xff\x0e\0":
        yield 41, notify(16443, methods)
    for data in b"", b"seki", b"seki\4\0\0\x13", b"seki\4\0\0", b"seki\1\0\0\x13", b"acme\4\0\0\x13":
        yield 41, notify(50370, data)


def parts(choice, *octets):
    """As fuzz_certificate.c takes them apart."""
    return bytes([choice]) + b"".join(len(o).to_bytes(2, "big") + o for o in octets)


def certificates():
    def der(name):
        pem = (TESTS / "seeds/pki" / name).read_text(encoding="ascii")
        return base64.b64decode("".join(pem.splitlines()[1:-1]))
    own, authority = der("gw.pem"), der("ca.pem")
    subject = bytes.fromhex("302c310b3009060355040613024a50" "3110300e060355040a0c074578616d706c65"
                            "310b300906035504030c026777")
    # Length, AlgorithmIdentifier of ECDSA with SHA2-256, something that is a signature.
    signature = bytes.fromhex("0c300a06082a8648ce3d040302" "3006020101020101")
    for choice in 0, 4, 8, 12:
        write("certificate", parts(choice, bytes([10, 0, 0, 1]), own, b"", b"", signature))
    write("certificate", parts(1, b"gw.example", own, authority, b"", signature))
    write("certificate", parts(2, b"gw@example", own))
    write("certificate", parts(3, subject[:1] + bytes([len(subject) - 2]) + subject[2:], own))
    write("certificate", parts(0, bytes(16), authority, own))


def isakmp():
    """Messages in the clear, whole and as a bare chain."""
    captures = (TESTS / "vectors/captures/ikev1/messages.txt").read_text(encoding="ascii")
    for line in captures.splitlines():
        octets = bytes.fromhex(line.split()[1]) if line.startswith("message ") else b""
        if octets and not octets[19] & 1:
            write("isakmp", octets)
            write("isakmp", damaged(octets))
            write("isakmp", octets[16:17] + octets[28:])
    for first, chain in (
            (5, "08000010" "04000000c0a80300ffffff00" "0b000018" + "aa" * 20),
            (8, "01000014" + "bb" * 16 + "0a000040" "0000000100000001"
                "0000003401030401" "0b9d0109" "00000028010c0000" "80040001800100018002"
                "0e108001000200020004004650008005000280060080" "00000018" + "cc" * 20),
            # CERTREQ, CERT and SIG; blocks of RSA as ID and NONCE
            (7, "06000013" "04300c310a300806035504030c0143" + "09000009" "0430030101"
                + "00000024" + "dd" * 32),
            (4, "05000024" + "ab" * 32 + "0a000044" + "cd" * 64 + "00000044" + "ef" * 64),
            (11, "0c000010" "0000000101000010" "01020304"[:8] + "000000140000000103040001"
                 "01020304" "00000000")):
        write("isakmp", bytes([first]) + bytes.fromhex(chain))
    # Fragments: first, last, of nothing, behind the last number, two in one message; and pieces
    # in the place of the first messages of aggressive mode.
    for chain in ("0000000c" "00010100" "aabbccdd", "0000000c" "00010201" "aabbccdd",
                  "00000008" "00010100", "00000009" "0001ff01" "aa", "00000006" "0001",
                  "8400000c" "00020100" "aabbccdd" "0000000c" "00020201" "aabbccdd"):
        octets = bytes.fromhex("11" * 8 + "22" * 8 + "84100200" + "00000000")
        body = bytes.fromhex(chain)
        write("isakmp", octets + (28 + len(body)).to_bytes(4, "big") + body)
        write("isakmp", bytes([132]) + body)
        for place in 6, 7:
            write("isakmp_exchange", bytes([place, 132]) + body)
    # What each encrypted message may begin with; HASH payloads are put in front where they belong.
    for place in range(9):
        for first, chain in (
                (1, "0a000034" "0000000100000001" "0000002801030401" "0b9d0109"
                    "0000001c01140000" "80040001800600808001000180020e10"
                    "05000018" + "cc" * 20 + "0500000c" "0111000000000000"
                    "0000000c" "0100000000000000"),
                (5, "0800000c" "011101f40a000001" "00000024" + "dd" * 32),
                (8, "00000024" + "ee" * 32),
                (12, "00000010" "0000000103040001" "01020304"),
                (12, "0000001c" "0000000101100001" + "ab" * 16),
                (11, "00000020" "0000000101108d28" + "ab" * 16 + "00000001"),
                (11, "0000000c" "000000010100000e")):
            write("isakmp_exchange", bytes([place, first]) + bytes.fromhex(chain))
    # XAUTH and mode config: each of their messages in the place of each
    attributes = (
        "01000001" "40890000" "408a0000", "02000001" "40890001" "75" "408a0001" "70",
        "03000001" "c08f0001", "03000001" "c08f0000" "408c0004" "6e6f6e6f", "04000001" "c08f0001",
        "01000001" "0001000400000000" "00020000" "70040000" "70000000" "0007000473656b69",
        "02000001" "000100040a090001" "00020004ffffff00" "000300040a090002" "0005000400015179"
        "f0010000" "70020003612e62" "7004000e" "0a090000ffff0000" "000000000000",
        "03000001" "000100047f000001", "04000001" "00010000")
    for text in attributes:
        body = bytes.fromhex(text)
        chain = bytes([0, 0]) + (len(body) + 4).to_bytes(2, "big") + body
        write("isakmp", bytes([14]) + chain)
        for place in range(9, 15):
            write("isakmp_exchange", bytes([place, 14]) + chain)
    # The first two messages of aggressive mode in the clear: suite, key, nonce, name, hash.
    suite = ("0400003c" "0000000100000001" "0000003001010001" "0000002801010000"
             "8001000780020004" "8003000180040013" "800e0080" "800b0001" "000c000400015180")
    key, nonce = "0a000044" + "5a" * 64, "05000018" + "cc" * 20
    for place in 6, 7:
        for name in "0000000c" "011101f40a000001", "0000000d" "0b1101f4" + b"admin".hex():
            write("isakmp_exchange", bytes([place, 1]) + bytes.fromhex(suite + key + nonce + name))
        write("isakmp_exchange", bytes([place, 1]) + bytes.fromhex(
            suite + key + nonce + "0800000c" "011101f40a000002" "00000024" + "dd" * 32))


def sessions():
    """What belongs to the sessions that are not plain ones, in the upper bits of the place."""
    def notify(kind, data):
        return bytes([41, 0, 0]) + (8 + len(data)).to_bytes(2, "big") + bytes(2) + kind.to_bytes(2, "big") + data

    ppk, redirected, resumed = 64, 128, 192
    for lifetime in (0, 1, 0xffffffff):
        for place in (1, 6, 7):
            write("exchange", bytes([resumed + place]) +
                  notify(16409, lifetime.to_bytes(4, "big") + b"t" * 80))
    for kind, data in ((16409, b"\0\0"), (16410, b""), (16412, b""), (16413, b"t" * 90), (16390, b"c" * 33)):
        for place in (0, 2, 3, 6):
            write("exchange", bytes([resumed + place]) + notify(kind, data))
    # a nonce alone, for IKE_SESSION_RESUME and its answer
    for place in (2, 3):
        write("exchange", bytes([resumed + place, 40, 0, 0, 0, 36]) + b"n" * 32)
    for gateway in (b"\x01\x04\x0a\0\0\4", b"\x01\x04\x0a\0\0\2", b"\x03\x04a.to", b"\x01\xff"):
        for place in (1, 6, 7):
            write("exchange", bytes([redirected + place]) + notify(16407, gateway))
    for kind, data in ((16435, b""), (16436, b"\x02one"), (16436, b"\x02two"), (16437, b"a" * 32)):
        for place in (0, 1):
            write("exchange", bytes([ppk + place]) + notify(kind, data))
    for packet in (b"\x01\x01\x00\x06\x0d\x20", b"\x02\x01\x00\x06\x0d\x00",
                   b"\x01\x01\x00\x0a\x0d\x80\0\0\0\1", b"\x03\x01\x00\x04"):
        for place in (8, 9, 24, 25):
            write("exchange", bytes([redirected + place, 48, 0, 0, 0, 4 + len(packet)]) + packet)


def main():
    isakmp()
    for gateway in (b"\x01\x04\x0a\0\0\2", b"\x02\x10" + bytes(15) + b"\1", b"\x03\x04a.to", b"\x01\x05\1"):
        body = bytes(2) + (16407).to_bytes(2, "big") + gateway + bytes(16)
        write("message", bytes(range(1, 9)) + bytes(8) + bytes([41, 0x20, 34, 0x20]) + bytes(4) +
              (28 + 4 + len(body)).to_bytes(4, "big") + bytes(2) + (4 + len(body)).to_bytes(2, "big") + body)
    for octets in eap_packets():
        write("eap", octets)
    for chain in config_payloads():
        for place in range(8, 16):
            write("exchange", bytes([place, 47]) + chain)
    for first, chain in key_exchanges():
        for place in range(16, 24):
            write("exchange", bytes([place, first]) + chain)
        write("message", bytes(range(1, 9)) + bytes(8) + bytes([first, 0x20, 43, 0x08]) +
              bytes(3) + b"\1" + (28 + len(chain)).to_bytes(4, "big") + chain)
    # EAP packets where IKE_AUTH has them
    for packet in (b"\x01\x01\x00\x05\x01", b"\x02\x01\x00\x05\x03", b"\x03\x01\x00\x04",
                   b"\x04\x01\x00\x04", b"\x01\x01\x00\x07\x1a\x01\x01"):
        for place in (8, 9, 24, 25, 40, 41):
            write("exchange", bytes([place, 48, 0, 0, 0, 4 + len(packet)]) + packet)
    sessions()
    packets()
    certificates()
    samples = subprocess.run(sys.argv[1:2], stdout=subprocess.PIPE, text=True, check=True).stdout
    captures = (TESTS / "vectors/captures/messages.txt").read_text(encoding="ascii")
    for line in (samples + captures).splitlines():
        kind, *words = line.split()
        if kind == "chain":
            write("sealed", bytes.fromhex(words[0]))
            # In place of each message that a session encrypts.
            for place in range(8):
                write("exchange", bytes([place]) + bytes.fromhex(words[0]))
            # The same payloads in clear, for the parser of whole messages.
            chain = bytes.fromhex(words[0])
            header = bytes(16) + chain[:1] + b"\x20\x25\x08" + bytes(4)
            write("message", header + (27 + len(chain)).to_bytes(4, "big") + chain[1:])
        elif kind == "message":
            octets = bytes.fromhex(words[0])
            write("message", octets)
            if octets[16] != 46:
                write("message", damaged(octets))
                write("sealed", octets[16:17] + octets[28:])


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: GPL-2.0-or-later
"""Two daemons in two namespaces of this host, to be counted while they negotiate.

	B, the initiator, 10.1.0.0/16 on lo  10.0.0.1 ---- 10.0.0.2  A, the responder

Each tunnel has an address of its own at the initiator's end, so that it has an IKE SA of its own.
Neither daemon gives packets to a kernel: sekid runs with --no-kernel, charon with the
ESP of its own, which only sees keys here."""
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
RESPONDER = "10.0.0.2"
KEY = "a pre-shared key of thirty octets"

# Of a case: the group for either daemon; how sekid calls the signature
GROUPS = {"curve25519": ("31", "x25519"), "ecp256": ("19", "ecp256"), "modp2048": ("14", "modp2048")}
SIGNATURES = {"rsa": "rsa-sig", "ecdsa": "ecdsa-sig"}

# OpenSSL for all that is cryptography, as in sekid
PLUGINS = ("random nonce openssl hmac kdf pem pkcs1 pkcs8 x509 pubkey constraints "
           "kernel-libipsec kernel-netlink socket-default vici")


def address(number):
    """Of the initiator's end of a tunnel."""
    return f"10.1.{number // 250}.{number % 250 + 1}"


def sandbox():
    """Go on in namespaces of our own, which end with us."""
    if os.environ.get("SEKI_BENCH_SANDBOX"):
        return
    os.environ["SEKI_BENCH_SANDBOX"] = "1"
    os.execvp("unshare", [
        "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
        'mount -t tmpfs run /run && mkdir /run/netns && ip link set lo up && exec "$@"', "sh",
        sys.executable, *sys.argv])


def make_network():
    for command in ("netns add a", "netns add b",
                    "link add eth0 netns a type veth peer name eth0 netns b",
                    "-n a link set lo up", "-n b link set lo up",
                    "-n a addr add 10.0.0.2/24 dev eth0", "-n b addr add 10.0.0.1/24 dev eth0",
                    "-n a link set eth0 up", "-n b link set eth0 up",
                    "-n b addr add 10.1.0.0/16 dev lo", "-n a route add 10.1.0.0/16 via 10.0.0.1"):
        subprocess.run(["ip", *command.split()], check=True)


def make_certificates(folder):
    """An authority, and a key with a certificate of each kind for either end."""
    def openssl(*args, **more):
        subprocess.run(["openssl", *map(str, args)], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, **more)

    kinds = {"rsa": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
             "ecdsa": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")}
    folder.mkdir()
    for kind, algorithm in kinds.items():
        ca = folder / f"ca-{kind}"
        openssl("genpkey", *algorithm, "-out", f"{ca}.key")
        openssl("req", "-x509", "-new", "-key", f"{ca}.key", "-subj", "/CN=authority", "-days", 30,
                "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", f"{ca}.pem")
        for end in "a", "b":
            name = folder / f"{end}-{kind}"
            openssl("genpkey", *algorithm, "-out", f"{name}.key")
            openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={end}.example",
                    "-out", f"{name}.csr")
            (folder / "extensions").write_text(f"subjectAltName=DNS:{end}.example\n")
            openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key",
                    "-CAcreateserial", "-days", 30, "-extfile", folder / "extensions",
                    "-out", f"{name}.pem")


class Daemon:
    """One end. @instructions: it runs in callgrind, and what it executes is counted."""

    def __init__(self, folder, end, case, tunnels, instructions=False):
        self.folder, self.end, self.case, self.tunnels = folder, end, case, tunnels
        self.initiator = end == "b"
        self.instructions = instructions
        self.process = None
        self.dumps = self.count = 0
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def start(self):
        self.configure()
        command = ["ip", "netns", "exec", self.end]
        if self.instructions:
            command += ["valgrind", "--tool=callgrind", "-q",
                        f"--callgrind-out-file={self.folder}/count"]
        with open(self.folder / "output", "w", encoding="utf-8") as output:
            self.process = subprocess.Popen([*command, *self.command()], stdout=output, stderr=output,
                                            env=dict(os.environ, **self.environment()))
        self.wait(self.listening, "started")
        self.started()

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()

    def environment(self):
        # Or each octet that is cleared or copied would count as an instruction.
        return {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-ERMS,-FSRM"}

    def started(self):
        pass

    def wait(self, condition, what, seconds=300):
        end = time.monotonic() + seconds
        while not condition():
            if self.process.poll() is not None or time.monotonic() > end:
                tail = (self.folder / "output").read_text(errors="replace")[-2000:]
                raise SystemExit(f"{self.name} at the end {self.end} has not {what}:\n{tail}")
            time.sleep(0.05)

    def listening(self):
        try:
            self.connection = socket.socket(socket.AF_UNIX)
            self.connection.connect(str(self.folder / "control"))
            return True
        except OSError:
            return False

    def threads(self):
        return [task for task in Path(f"/proc/{self.process.pid}/task").iterdir()]

    def cpu(self):
        """Seconds of processor so far, user and system, of each thread."""
        return {task.name: int((task / "schedstat").read_text().split()[0]) / 1e9
                for task in self.threads()}

    def cpu_sum(self):
        return sum(self.cpu().values())

    def workers(self):
        """Seconds of processor of each thread but the first."""
        return [spent for thread, spent in self.cpu().items() if thread != str(self.process.pid)]

    def wakeups(self):
        """How often a thread went to sleep by itself."""
        return sum(int(line.split()[1]) for task in self.threads()
                   for line in (task / "status").read_text().splitlines()
                   if line.startswith("voluntary_ctxt_switches"))

    def resident(self):
        """Bytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
        return 0

    def tell_callgrind(self, order):
        subprocess.run(["callgrind_control", order, str(self.process.pid)], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def zero(self):
        """Counts instructions from here."""
        self.tell_callgrind("--zero")
        self.count = 0

    def counted(self):
        """Instructions since zero()."""
        self.dumps += 1
        self.tell_callgrind("--dump")
        dump = self.folder / f"count.{self.dumps}"
        self.wait(lambda: "\ntotals:" in dump.read_text(errors="replace") if dump.exists() else False,
                  "written what it has counted")
        self.count += int(dump.read_text(errors="replace").rpartition("\ntotals:")[2].split()[0])
        return self.count


class Sekid(Daemon):
    name = "sekid"
    control = None

    def configure(self):
        group, _ = GROUPS[self.case.group]
        signature = SIGNATURES.get(self.case.signature)
        lines = ["crypto ikev2 limit max-in-negotation-sa 1000000", "crypto ikev2 proposal P",
                 " encryption aes-gcm-128", " prf sha256", f" group {group}",
                 "crypto ikev2 policy P", " proposal P", "crypto ikev2 keyring K", " peer any",
                 "  address 0.0.0.0 0.0.0.0", f"  pre-shared-key {KEY}"]
        if signature:
            pki = self.folder.parent / "pki"
            lines += ["crypto pki trustpoint T",
                      f" certificate file {pki}/{self.end}-{self.case.signature}.pem",
                      f" private-key file {pki}/{self.end}-{self.case.signature}.key",
                      f" ca file {pki}/ca-{self.case.signature}.pem"]
        lines += ["crypto ikev2 profile I", " match identity remote any", " retransmit 3 60"]
        if signature:
            lines += [f" authentication local {signature}", f" authentication remote {signature}",
                      f" identity local fqdn {self.end}.example", " pki trustpoint T"]
        else:
            lines += [" authentication local pre-share", " authentication remote pre-share",
                      " keyring local K"]
        lines += ["crypto ipsec transform-set T esp-gcm", "crypto ipsec profile V",
                  " set transform-set T", " set ikev2-profile I"]
        if not self.initiator:
            lines += [" responder-only"]
        for number in range(self.tunnels):
            ends = address(number), RESPONDER
            local, remote = ends if self.initiator else reversed(ends)
            lines += [f"interface Tunnel{number}", f" tunnel source {local}",
                      " tunnel mode ipsec ipv4", f" tunnel destination {remote}",
                      " tunnel protection ipsec profile V"]
        file = self.folder / "seki.conf"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        file.chmod(0o600)

    def command(self):
        return [REPO / "build/gcc/sekid", "--no-kernel", "-n", "--config", self.folder / "seki.conf",
                "--control", self.folder / "control"]

    def started(self):
        self.control = self.connection.makefile("rw", encoding="utf-8")

    def ask(self, command):
        self.control.write(json.dumps({"command": command}) + "\n")
        self.control.flush()
        answer = json.loads(self.control.readline())
        if not answer["ok"]:
            raise SystemExit(f"sekid: {command}: {answer['error']}")
        return answer["result"]

    def stats(self):
        return self.ask("show crypto ikev2 stats")["stats"]

    def established(self):
        return self.stats()["active SAs"]

    def repeated(self):
        return self.stats()["requests retransmitted"]

    def again(self):
        """All tunnels go down and come up again."""
        self.ask("clear crypto ikev2 sa")


class Vici:
    """strongSwan's control protocol, as much of it as we need."""
    SECTION, SECTION_END, VALUE, LIST, ITEM, LIST_END = range(1, 7)

    def __init__(self, connection):
        self.connection = connection

    def encode(self, message):
        out = b""
        for key, value in message.items():
            name = bytes([len(key)]) + key.encode()
            if isinstance(value, dict):
                out += bytes([self.SECTION]) + name + self.encode(value) + bytes([self.SECTION_END])
            elif isinstance(value, list):
                out += bytes([self.LIST]) + name + b"".join(
                    bytes([self.ITEM]) + self.text(item) for item in value) + bytes([self.LIST_END])
            else:
                out += bytes([self.VALUE]) + name + self.text(value)
        return out

    @staticmethod
    def text(value):
        value = value if isinstance(value, bytes) else str(value).encode()
        return struct.pack("!H", len(value)) + value

    @staticmethod
    def decode(data):
        """Sections and values; lists become lists."""
        stack, place, items = [{}], 0, None
        while place < len(data):
            kind, place = data[place], place + 1
            key = ""
            if kind in (Vici.SECTION, Vici.VALUE, Vici.LIST):
                end = place + 1 + data[place]
                key, place = data[place + 1:end].decode(), end
            if kind in (Vici.VALUE, Vici.ITEM):
                end = place + 2 + struct.unpack_from("!H", data, place)[0]
                value, place = data[place + 2:end], end
                if kind == Vici.ITEM:
                    items.append(value)
                else:
                    stack[-1][key] = value
            elif kind == Vici.SECTION:
                stack.append(stack[-1].setdefault(key, {}))
            elif kind == Vici.SECTION_END:
                stack.pop()
            elif kind == Vici.LIST:
                items = stack[-1].setdefault(key, [])
        return stack[0]

    def read(self, size):
        data = b""
        while len(data) < size:
            data += self.connection.recv(size - len(data)) or sys.exit("charon has hung up")
        return data

    def request(self, name, message):
        packet = bytes([0, len(name)]) + name.encode() + self.encode(message)
        self.connection.sendall(struct.pack("!I", len(packet)) + packet)
        answer = self.read(struct.unpack("!I", self.read(4))[0])
        result = self.decode(answer[1:]) if answer[0] == 1 else {"success": b"no", "errmsg": b"unknown"}
        if result.get("success", b"yes") != b"yes":
            raise SystemExit(f"charon: {name}: {result.get('errmsg', b'').decode()}")
        return result


class Charon(Daemon):
    name = "charon"
    vici = None

    def configure(self):
        (self.folder / "strongswan.conf").write_text(f"""
charon-systemd {{
	load = {PLUGINS}
	dos_protection = no
	install_routes = no
	reuse_ikesa = no
	retransmit_timeout = 60
	half_open_timeout = 300
	dh_exponent_ansi_x9_42 = {"no" if self.case.short else "yes"}
	plugins {{
		vici {{
			socket = unix://{self.folder}/control
		}}
	}}
	filelog {{
		stderr {{
			default = 0
		}}
	}}
	journal {{
		default = -1
	}}
}}
""", encoding="utf-8")

    def environment(self):
        return super().environment() | {"STRONGSWAN_CONF": str(self.folder / "strongswan.conf")}

    def command(self):
        return ["/usr/sbin/charon-systemd"]

    def started(self):
        self.vici = Vici(self.connection)
        ours, theirs = {"auth": "psk"}, {"auth": "psk"}
        pki = self.folder.parent / "pki"
        if self.case.signature:
            kind = self.case.signature
            other = "a" if self.end == "b" else "b"
            self.vici.request("load-key", {"type": "any",
                                           "data": (pki / f"{self.end}-{kind}.key").read_bytes()})
            ours = {"auth": "pubkey", "id": f"{self.end}.example",
                    "certs": [(pki / f"{self.end}-{kind}.pem").read_bytes()]}
            theirs = {"auth": "pubkey", "id": f"{other}.example",
                      "cacerts": [(pki / f"ca-{kind}.pem").read_bytes()]}
        else:
            self.vici.request("load-shared", {"id": "k", "type": "IKE", "data": KEY})
        _, group = GROUPS[self.case.group]
        for number in range(self.tunnels if self.initiator else 1):
            local, remote = (address(number), RESPONDER) if self.initiator else (RESPONDER, "%any")
            self.vici.request("load-conn", {f"c{number}": {
                "version": 2, "local_addrs": [local], "remote_addrs": [remote], "rekey_time": 0,
                "unique": "never", "proposals": [f"aes128gcm16-prfsha256-{group}"],
                "local": ours, "remote": theirs,
                "children": {f"n{number}": {"esp_proposals": ["aes128gcm16"], "rekey_time": 0,
                                            "local_ts": ["dynamic"], "remote_ts": ["dynamic"]}}}})
        if self.initiator:
            self.initiate()

    def initiate(self):
        for number in range(self.tunnels):
            self.vici.request("initiate", {"child": f"n{number}", "timeout": -1})

    def established(self):
        counts = self.vici.request("stats", {})["ikesas"]
        return int(counts["total"]) - int(counts["half-open"])

    def repeated(self):
        return 0

    def again(self):
        for number in range(self.tunnels):
            self.vici.request("terminate", {"ike": f"c{number}", "timeout": -1})
        self.wait(lambda: self.established() == 0, "taken its tunnels down")
        self.initiate()


DAEMONS = {"sekid": Sekid, "strongswan": Charon}


def settle(ends, tunnels, look=Daemon.cpu_sum, quiet=0.3, seconds=900):
    """Returns when both ends have all tunnels and nothing to do: what @look said of them then.
    They are asked only after a silence, for that costs them, too; else their clocks are watched."""
    limit = time.monotonic() + seconds
    last, since = [end.cpu_sum() for end in ends], time.monotonic()
    while time.monotonic() < limit:
        time.sleep(0.05)
        now = [end.cpu_sum() for end in ends]
        if any(b - a > 0.002 for a, b in zip(last, now)):
            last, since = now, time.monotonic()
        elif time.monotonic() - since > quiet:
            seen = [look(end) for end in ends]
            if all(end.established() == tunnels for end in ends):
                return seen
            last, since = [end.cpu_sum() for end in ends], time.monotonic()
    raise SystemExit(f"after {seconds} s: " + ", ".join(
        f"{end.name} has {end.established()} of {tunnels} IKE SAs" for end in ends))

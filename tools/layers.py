#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check that the parts depend on each other one way only, from the includes,
and that no file outgrows its reader.  Prints what is wrong."""
import re
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent

# Kernel: a part is a file's name without its suffix.  A part may include its
# own row and the rows below it.
KERNEL_LAYERS = [
    {"main", "net"},
    {"netdev", "map", "encap", "proto", "netlink", "netlink_gen", "netlink_sa",
     "netlink_answer", "netlink_event", "netlink_policy"},
    {"output", "input", "outer", "super"},
    {"sa", "policy", "tunnel", "trace"},
    {"esp", "ah", "mode"},
    {"crypto", "replay", "algs", "selector", "checksum", "ah_mutable", "layout", "path",
     "addr", "drop"},
]
# Headers that every layer knows: what a namespace holds, and the one way up,
# declarations of what the lower layers report.
KERNEL_ANYWHERE = {"events.h", "net.h"}

# Daemon: a part is a folder below userspace/.  Folder -> the folders below it
# that it may include besides itself; what those may include, it may too.
DAEMON_USES = {
    "daemon": {"ctl", "config"},
    "ctl": {"ike/v1", "ike/v2"},
    "config": {"ike/v1", "ike/v2"},
    "ike/v1": {"ike"},
    "ike/v2": {"ike"},
    "ike": {"codec", "proposal", "pki", "eap", "kernel", "net"},
    "codec": {"proposal", "cryptox", "base"},
    "proposal": {"cryptox", "base"},
    "pki": {"cryptox", "base"},
    "eap": {"cryptox", "base"},
    "kernel": {"proposal", "cryptox", "base"},
    "net": {"cryptox", "base"},
    "cryptox": {"base"},
    "base": set(),
    # The other programs talk to the daemon and the kernel, not to its parts.
    "cli": {"base", "ctl/client.h", "config/config.h", "config/rsa_files.h"},
    "iproute2": set(),
}
OPENSSL_USERS = {"cryptox", "pki"}

LINE_LIMITS = {"kmod": 1000, "userspace": 1200}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def includes(path):
    """(quoted or not, name) of each include of a file."""
    return [(quote == '"', name)
            for quote, name in INCLUDE.findall(path.read_text(encoding="utf-8"))]


def sources(folder):
    return sorted(p for p in (REPO / folder).rglob("*.[ch]"))


def kernel_problems():
    level = {part: i for i, row in enumerate(KERNEL_LAYERS) for part in row}
    for path in sources("kmod"):
        if {"compat", "selftest"} & set(path.relative_to(REPO).parts):
            continue
        name = path.relative_to(REPO)
        everywhere = path.name in KERNEL_ANYWHERE
        if path.stem not in level and not everywhere:
            yield f"{name}: not in the table of tools/layers.py"
            continue
        lowest = len(KERNEL_LAYERS) - 1 if everywhere else level[path.stem]
        for quoted, header in includes(path):
            used = level.get(Path(header).stem)
            if not quoted or header in KERNEL_ANYWHERE or used is None:
                continue
            if used < lowest:
                yield f"{name}: includes {header} from a layer above"


def reachable(folder):
    seen, todo = set(), [folder]
    while todo:
        part = todo.pop()
        if part not in seen:
            seen.add(part)
            todo += DAEMON_USES.get(part, ())
    return seen


def daemon_problems():
    for path in sources("userspace"):
        name = path.relative_to(REPO)
        folder = str(path.parent.relative_to(REPO / "userspace"))
        if folder not in DAEMON_USES:
            yield f"{name}: its folder is not in the table of tools/layers.py"
            continue
        allowed = reachable(folder)
        for quoted, header in includes(path):
            if header.startswith("openssl/") and folder not in OPENSSL_USERS:
                yield f"{name}: includes <{header}>; OpenSSL is for {', '.join(sorted(OPENSSL_USERS))}"
            if not quoted:
                continue
            for base in (path.parent, REPO / "userspace"):
                if (base / header).is_file():
                    target = (base / header).resolve().relative_to(REPO / "userspace")
                    break
            else:
                continue  # include/: shared with the kernel
            if str(target.parent) not in allowed and str(target) not in allowed:
                yield f"{name}: includes {target}, which {folder} must not know"


def size_problems():
    for folder, limit in LINE_LIMITS.items():
        for path in sources(folder):
            lines = path.read_text(encoding="utf-8").count("\n")
            if lines > limit:
                yield f"{path.relative_to(REPO)}: {lines} lines; more than {limit} want a better cut"


CHECKS = {"kernel": kernel_problems, "daemon": daemon_problems, "size": size_problems}


def main():
    chosen = sys.argv[1:] or list(CHECKS)
    problems = [p for check in chosen for p in CHECKS[check]()]
    print(*problems, sep="\n", end="\n" if problems else "")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check that every file names its licence in its first line (a script's in its
second), and the right one for its folder.  Prints what is wrong."""
import fnmatch
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent

# The first pattern that matches a path decides.
LICENCES = [
    ("include/uapi/*", "(GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause"),
    ("Documentation/netlink/specs/*", "(GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause"),
    ("Kbuild", "GPL-2.0-only"),
    ("kmod/*", "GPL-2.0-only"),
    ("*", "GPL-2.0-or-later"),
]
# Data, and formats without comments.
EXEMPT = ["LICENSES/*", "README", "README.*", "*.json", "*.txt", "*.hex", "*.bin", "*.pcap",
          "*.pem", "*.der", "*.key", "*/.gitkeep", ".gitignore", "tests/vectors/*",
          "tests/seeds/*", "tests/fuzz/corpus/*"]


def licence_of(path):
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[:2]
    if lines and lines[0].startswith("#!"):
        lines.pop(0)
    _, mark, licence = (lines or [""])[0].partition("SPDX-License-Identifier: ")
    licence = licence.removesuffix("*/").removesuffix("-->").strip()
    # (( A WITH B) OR C) and (A WITH B) OR C are the same; both are usual.
    if licence.startswith("((") and licence.endswith(")"):
        licence = licence[1:-1]
    return licence if mark else None


def main():
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=REPO,
                           stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
    bad = 0
    for name in filter(None, files):
        path = REPO / name
        if not path.is_file() or any(fnmatch.fnmatch(name, p) for p in EXEMPT):
            continue
        wanted = next(licence for p, licence in LICENCES if fnmatch.fnmatch(name, p))
        found = licence_of(path)
        if found != wanted:
            print(f"{name}: {found or 'no SPDX line'}, not {wanted}")
            bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())

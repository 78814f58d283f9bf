#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Unpack the ELF image inside a bzImage.

QEMU boots it through the PVH entry, so that the emulated CPU does not spend
seconds on decompression.  The offsets are those of the boot protocol
(Documentation/arch/x86/boot.rst: setup_sects, payload_offset, payload_length).
"""
import struct
import subprocess
import sys

# Magic number of the payload -> how to unpack it.
UNPACKERS = {
    b"\xfd7zXZ\0": ["xz", "-dc", "--single-stream"],
    b"\x28\xb5\x2f\xfd": ["zstd", "-dc"],
    b"\x02\x21\x4c\x18": ["lz4", "-dc"],
    b"\x1f\x8b\x08": ["gzip", "-dc"],
}


def main(image, out):
    with open(image, "rb") as f:
        data = f.read()
    if data[0x202:0x206] != b"\0\0\0\0" and data[0x1FE:0x200] != b"\x55\xaa":
        sys.exit(f"{image}: not a bzImage")
    setup = ((data[0x1F1] or 4) + 1) * 512
    offset, length = struct.unpack_from("<II", data, 0x248)
    # The last four bytes are the unpacked size.
    payload = data[setup + offset:setup + offset + length - 4]
    for magic, command in UNPACKERS.items():
        if payload.startswith(magic):
            break
    else:
        sys.exit(f"{image}: unknown compression {payload[:6].hex()}")
    with open(out, "wb") as f:
        subprocess.run(command, input=payload, stdout=f, check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

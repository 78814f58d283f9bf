#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make modp.json: key exchanges in the MODP groups, computed without OpenSSL.

The primes come from the formulas of RFC 2409 and RFC 3526, with pi computed
here, so that a wrong digit in anybody's table of primes shows.
"""
import json
import random

# group: (bits, the constant of its formula)
GROUPS = {1: (768, 149686), 2: (1024, 129093), 5: (1536, 741804), 14: (2048, 124476),
          15: (3072, 1690314), 16: (4096, 240904), 17: (6144, 929484), 18: (8192, 4743158)}


def pi_times_2_to_the(bits):
    """floor(pi * 2^bits) by Machin's formula, with guard bits"""
    one = 1 << (bits + 64)

    def arctan_of_inverse(n):
        total = term = one // n
        divisor, sign = 3, -1
        while term:
            term //= n * n
            total += sign * (term // divisor)
            divisor, sign = divisor + 2, -sign
        return total

    return 4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239)) >> 64


def prime(bits, constant):
    return (1 << bits) - (1 << bits - 64) - 1 + ((pi_times_2_to_the(bits - 130) + constant) << 64)


def main():
    rng = random.Random("seki")  # the same numbers every time
    cases = []
    for group, (bits, constant) in GROUPS.items():
        p, size = prime(bits, constant), bits // 8
        ours, theirs = rng.getrandbits(256), rng.getrandbits(256)
        # One whose secret begins with a zero octet shows whether it is padded.
        while pow(2, ours * theirs, p) >> bits - 8:
            theirs += 1
        cases.append({
            "group": group,
            "prime": p.to_bytes(size, "big").hex(),
            "private": ours.to_bytes(32, "big").hex(),
            "peer": pow(2, theirs, p).to_bytes(size, "big").hex(),
            "secret": pow(2, ours * theirs, p).to_bytes(size, "big").hex(),
        })
    print(json.dumps({"source": "make-modp.py", "cases": cases}, indent=1))


if __name__ == "__main__":
    main()

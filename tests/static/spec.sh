#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The netlink specification and what is made of it agree.

cd "$(dirname "$0")/../.." || exit 1
echo "KTAP version 1"
echo "1..1"
if out=$(tools/spec-gen --check 2>&1); then
	echo "ok 1 generated files are what the specification says"
else
	sed 's/^/# /' <<<"$out"
	echo "not ok 1 generated files are what the specification says"
	exit 1
fi

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fresh-debian.sh [COMMAND...]: clone the committed state into a minimal
# Debian 12 with git and make, and run COMMAND (default: make check) there.
# What a developer's machine happens to have installed must not matter.
set -euo pipefail

cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- make check
[ "$(id -u)" = 0 ] || { echo "fresh-debian: must be root" >&2; exit 1; }
tools/install-packages fresh

mirror=${SEKI_MIRROR:-http://deb.debian.org}
work=$(mktemp -d "${TMPDIR:-/tmp}/seki-fresh.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
tree=$work/tree

mmdebstrap --quiet --variant=minbase --include=git,make bookworm "$tree" \
	"deb $mirror/debian bookworm main" \
	"deb $mirror/debian bookworm-updates main" \
	"deb $mirror/debian-security bookworm-security main"
git clone --quiet --no-local . "$tree/root/seki"

# Not exec: the trap above still has to run.  The mounts live and die in a
# namespace of their own; the network is the host's, for apt.
status=0
# shellcheck disable=SC2016
unshare --mount --pid --fork --kill-child bash -euc '
	tree=$1
	shift
	# A mount point, so that what runs inside can have mount namespaces, too.
	mount --bind "$tree" "$tree"
	cd "$tree"
	mount -t proc proc "$tree/proc"
	mount -t sysfs sys "$tree/sys"
	mount --rbind /dev "$tree/dev"
	for file in resolv.conf hosts; do
		cp -L "/etc/$file" "$tree/etc/$file"
	done
	exec chroot "$tree" /usr/bin/env -i HOME=/root USER=root TERM=dumb CI=true \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		bash -c "cd /root/seki && exec \"\$@\"" bash "$@"
' bash "$tree" "$@" </dev/null || status=$?
exit "$status"

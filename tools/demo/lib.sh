# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the demos share: how they show what they do. They run in the guest, in the
# repository's folder.

. tools/vm/guest-lib.sh
. tests/lib/routers.sh
export IP_LIB_DIR=$PWD/build/gcc

bold() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
run() { printf '\033[36m%s\033[0m\n' "$*"; "$@"; }

# show ROUTER COMMAND...: each with a heading
show() {
	local router=$1 command
	shift
	for command in "$@"; do
		bold "$router# $command"
		# shellcheck disable=SC2086 # words of a command
		seki "$router" $command
	done
}

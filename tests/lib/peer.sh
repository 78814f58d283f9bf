# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Another IKE implementation in a tree of its own (tools/vm/fetch-peer): its
# programs run with their own libraries, and see the /run of the test.
#
#	peer_tree libreswan
#	in_tree R2 /usr/libexec/ipsec/whack --status

# peer_tree NAME
peer_tree() {
	tree=$(tools/vm/fetch-peer "$1") || return
	tree=$(realpath "$tree")
	mount --bind /proc "$tree/proc"
	mount --bind /dev "$tree/dev"
	mount --bind /run "$tree/run"
	ln -sfn /run "$tree/var/run"
}

# in_tree NAMESPACE COMMAND...
in_tree() { ip netns exec "$1" chroot "$tree" "${@:2}"; }

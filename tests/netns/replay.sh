#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Replayed, forged and malformed ESP (row I08): each packet adds one to its own reason.
# Topology: see lib.sh; r1 has the tunnel, r2 sends what forge.py makes.

. tests/netns/lib.sh

reason() {
	drops_only "$1" "$2" cases "$1"
	# at the SA, too
	manual_r1 list direction in | grep "\"$1\":$2"
}

accepted() {
	cases accepted
	wait_for 5 eval 'manual_r1 list direction in | grep "\"packets\":3,"'
	[ "$(manual_r1 list direction in | grep -o '"seq":[0-9]*')" = '"seq":5000' ]
}

still_accepts() {
	cases after
	wait_for 5 eval 'manual_r1 list direction in | grep "\"packets\":4,"'
}

table() {
	local outer=$1 inner=$2 name="IPv$2 in IPv$1"

	make_tunnel r1 "$outer"
	# shellcheck disable=SC2046
	manual_r1 sa-new dev tunnel0 direction in spi 0x1000 $(gcm)
	# for the answers: an acquire each would be a counter that moves
	# shellcheck disable=SC2046
	manual_r1 sa-new dev tunnel0 direction out spi 0x1001 $(gcm)
	start_forger forge.py "$(hex 20)" "$outer" "$inner"
	run_test "$name: numbers 1, 2 and 5000 are accepted" accepted
	run_test "$name: replayed" reason replayed 2
	run_test "$name: older than the window" reason beyond-window 2
	run_test "$name: sequence number 0" reason seq-zero 1
	run_test "$name: changed in each part" reason auth-failed 5
	run_test "$name: too short" reason too-short 4
	run_test "$name: not a multiple of four" reason bad-align 1
	run_test "$name: longer padding than packet" reason bad-pad 1
	run_test "$name: next header is no IP" reason bad-next-header 1
	run_test "$name: dummy packet" reason dummy 1
	run_test "$name: from another address" reason wrong-endpoint 1
	run_test "$name: inner packet cut" reason inner-too-short $((inner == 4 ? 2 : 3))
	run_test "$name: inner header wrong" reason inner-bad-header $((inner == 4 ? 3 : 1))
	run_test "$name: congestion mark that the inner packet cannot carry" reason ecn 1
	run_test "$name: the next good packet is accepted" still_accepts
	stop_forger
	ip -n r1 link del tunnel0
}

load_seki
make_wire
table 4 4
table 6 6
run_test "module unloads" unload_seki
drop_wire
ktap_finish

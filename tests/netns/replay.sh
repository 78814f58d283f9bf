#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 300
#
# Replayed, forged and malformed ESP (row I08): each packet adds one to its own reason.
# Topology: see lib.sh; r1 has the tunnel, r2 sends what forge.py makes.

. tests/netns/lib.sh

cases() {
	in_r2 python3 tests/netns/forge.py "$(hex 20)" "$1"
}

# counts REASON NUMBER: so many at the tunnel, and at the SA
counts() {
	wait_for 5 eval "[ \"\$(drops r1 $1)\" -eq $2 ]" || { in_r1 ethtool -S tunnel0; return 1; }
	manual_r1 list | grep "\"$1\":$2"
}

reason() {
	local before other
	before=$(in_r1 ethtool -S tunnel0 | grep -v -e "drop-$1:" -e drop-bad-protocol -e drop-no-outbound)
	cases "$1"
	counts "$1" "$2"
	other=$(in_r1 ethtool -S tunnel0 | grep -v -e "drop-$1:" -e drop-bad-protocol -e drop-no-outbound)
	[ "$before" = "$other" ]
}

accepted() {
	cases accepted
	wait_for 5 eval 'manual_r1 list | grep "\"packets\":3,"'
	[ "$(manual_r1 list | grep -o '"seq":[0-9]*')" = '"seq":5000' ]
}

still_accepts() {
	cases after
	wait_for 5 eval 'manual_r1 list | grep "\"packets\":4,"'
}

load_seki
make_wire
make_tunnel r1
# shellcheck disable=SC2046
manual_r1 sa-new dev tunnel0 direction in spi 0x1000 $(gcm)

run_test "numbers 1, 2 and 5000 are accepted" accepted
run_test "replayed" reason replayed 2
run_test "older than the window" reason beyond-window 2
run_test "sequence number 0" reason seq-zero 1
run_test "changed in each part" reason auth-failed 5
run_test "too short" reason too-short 4
run_test "not a multiple of four" reason bad-align 1
run_test "longer padding than packet" reason bad-pad 1
run_test "next header is no IP" reason bad-next-header 1
run_test "dummy packet" reason dummy 1
run_test "from another address" reason wrong-endpoint 1
run_test "inner packet cut" reason inner-too-short 2
run_test "inner header wrong" reason inner-bad-header 3
run_test "congestion mark that the inner packet cannot carry" reason ecn 1
run_test "the next good packet is accepted" still_accepts

drop_wire
run_test "module unloads" unload_seki
ktap_finish

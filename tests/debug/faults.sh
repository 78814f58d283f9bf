#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 1200
#
# Every allocation of the control path fails once: what was asked for is then
# there in full or not at all, and the caller knows. What is lost meanwhile is
# found at the guest's end.  With words, these sections of faults.py only.
# Topology: see tests/netns/lib.sh, r1 only.

. tests/netns/lib.sh

for fault in failslab fail_page_alloc; do
	# nor are those spared that could wait for memory
	echo N >/sys/kernel/debug/$fault/ignore-gfp-wait
	echo 0 >/sys/kernel/debug/$fault/verbose
done

load_seki
make_wire
make_tunnel r1
# read without 9p's own allocations
cp "$SEKI_MODULE" /run/seki.ko

while IFS='|' read -r outcome name reason; do
	case $outcome in
	ok) test_pass "$name" ;;
	skip) test_skip "$name" "$reason" ;;
	'not ok') test_fail "$name" ;;
	*) echo "$outcome" ;;
	esac
done < <(in_r1 python3 tests/debug/faults.py "$PWD/build/gcc/tests/tools/seki-fault" e0 /run/seki.ko "$@" 2>&1
	echo "$?" >"$ktap_tmp/status")
run_test "all were tried" grep -qx 0 "$ktap_tmp/status"

drop_wire
ktap_finish

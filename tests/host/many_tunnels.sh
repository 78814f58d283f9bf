#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 300
#
# 1,000 tunnels between two daemons without a kernel module. "make bench-ike" says
# what they cost; here are the bounds that must hold on any machine: all of them come up, an
# SA is small, public-key work is shared by all processors, nothing looks through all
# tunnels for each, and nothing happens when all is quiet.
set -eu
. tests/vm/ktap.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

come_up() { tools/bench/handshakes -o "$out" --only crowd/1000; }

# holds EXPRESSION: in Python, of what was measured at the responder's end, then the initiator's
holds() {
	python3 - "$out/ike.json" "$1" <<-'END'
	import json, sys
	row = json.load(open(sys.argv[1]))["results"]["crowd/1000"]
	print(row)
	sys.exit(not eval(sys.argv[2], row))
	END
}

run_test "1,000 tunnels come up at once" come_up
run_test "an SA takes at most 20 KB" holds "0 < sa_bytes <= 20480"
run_test "all workers share the public-key work" holds \
	"all(len(w) > 0 and min(w) > sum(w) / len(w) / 3 for w in workers)"
run_test "a tunnel takes no more for being one of many" holds \
	"all(s - sum(w) < 1.5e-3 * tunnels for s, w in zip(seconds, workers))"
run_test "nobody wakes up for a tunnel that is idle" holds \
	"max(idle['wakeups']) <= 1 and max(idle['seconds']) < 0.01"
ktap_finish

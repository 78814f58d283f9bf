#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/run is the only place that counts: does it count right?  A tree of its
# own, with test programs that are good and bad in known ways.
set -eu
. tests/vm/ktap.sh

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/tests/static"
cp tests/run "$tree/tests/"

# program NAME BODY
program() {
	printf '#!/bin/sh\n%s\n' "$2" >"$tree/tests/static/$1"
	chmod +x "$tree/tests/static/$1"
}

# expect STATUS LAST-LINE: what a run over the tree's programs ends with.
expect() {
	local status=0
	"$tree/tests/run" static >"$tree/out" 2>&1 || status=$?
	cat "$tree/out"
	rm -f "$tree"/tests/static/*
	[ "$(tail -n 1 "$tree/out")" = "$2" ] && [ "$status" = "$1" ]
}

nothing() { expect 1 "0 passed, 0 failed"; }
good() { program a 'echo 1..2; echo ok 1 - one; echo ok 2 two'; expect 0 "2 passed, 0 failed"; }
late_plan() { program a 'echo ok 1 one; echo 1..1'; expect 0 "1 passed, 0 failed"; }
bad() { program a 'echo 1..2; echo not ok 1 - one; echo ok 2 - two; exit 1'; expect 1 "1 passed, 1 failed"; }
dies() { program a 'echo 1..2; echo ok 1 - one; kill -9 $$'; expect 1 "1 passed, 1 failed"; }
no_plan() { program a 'echo ok 1 - one'; expect 1 "1 passed, 1 failed"; }
too_few() { program a 'echo 1..3; echo ok 1 - one'; expect 1 "1 passed, 1 failed"; }
silent() { program a 'exit 0'; expect 1 "0 passed, 1 failed"; }
bad_status() { program a 'echo 1..1; echo ok 1 - one; exit 3'; expect 1 "1 passed, 1 failed"; }
skip() { program a 'echo 1..2; echo ok 1 one; echo "ok 2 two # SKIP no such device"'; expect 0 "1 passed, 0 failed, 1 skipped"; }
skip_all() { program a 'echo "1..0 # SKIP no such device"'; expect 1 "0 passed, 0 failed, 1 skipped"; }
bare_skip() { program a 'echo 1..1; echo "ok 1 two # SKIP"'; expect 1 "0 passed, 1 failed"; }
not_a_program() { echo 'not executable' >"$tree/tests/static/a"; program b 'echo 1..1; echo ok 1 - one'; expect 0 "1 passed, 0 failed"; }

run_test "nothing executed is a failure" nothing
run_test "passed tests are counted" good
run_test "the plan may come last" late_plan
run_test "a failed test is counted" bad
run_test "a program that dies counts as failed" dies
run_test "a program without a plan counts as failed" no_plan
run_test "fewer results than planned count as failed" too_few
run_test "a silent program counts as failed" silent
run_test "a bad exit status counts as failed" bad_status
run_test "a skip with a reason is counted apart" skip
run_test "only skips is not a success" skip_all
run_test "a skip without a reason counts as failed" bare_skip
run_test "what is not executable is no test" not_a_program
ktap_finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test machine itself: a guest's findings must reach the host.
set -eu
. tests/vm/ktap.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# guest NAME SCRIPT-BODY [OPTION...]: leaves NAME.out and NAME.status.
guest() {
	local name=$1 status=0
	printf '%s\n' "$2" >"$work/$name.sh"
	shift 2
	tools/vm/run -o "$work/$name" "$@" "$work/$name.sh" "two words" >"$work/$name.out" 2>&1 || status=$?
	echo "$status" >"$work/$name.status"
}

# ended NAME STATUS [TEXT]
ended() {
	cat "$work/$1.out"
	[ "$(cat "$work/$1.status")" = "$2" ]
	[ -z "${3:-}" ] || grep -qF -- "$3" "$work/$1.out"
}

good='
echo "argument <$1>"
echo "to stderr" >/dev/stderr
echo result >/mnt/out/file
touch /etc/seki-selftest
[ "$PWD" = "'$PWD'" ] || exit 1
exit 7'
warning='echo "WARNING: CPU: 0 PID: 1 at net/seki/fake.c:1 fake+0x1/0x2" >/dev/kmsg'
crash='echo c >/proc/sysrq-trigger; sleep 60'
hang='sleep 600'

# Two at a time: side by side they must not disturb each other.
guest good "$good" & first=$!
guest warning "$warning"
wait "$first"
guest crash "$crash" & first=$!
guest hang "$hang" -t 20
wait "$first"

host_untouched() { [ ! -e /etc/seki-selftest ]; }
no_remains() { [ "$(cd "$work/good" && find . | sort | xargs)" = ". ./file ./kernel.log" ]; }

run_test "the script's exit status comes back" ended good 7
run_test "arguments and output pass unchanged" ended good 7 "argument <two words>"
run_test "/dev/stderr can be opened" ended good 7 "to stderr"
run_test "the output folder is shared" grep -qx result "$work/good/file"
run_test "the host's files stay as they are" host_untouched
run_test "nothing else stays in the output folder" no_remains
run_test "a warning in the kernel's log fails the run" ended warning 125 "net/seki/fake.c:1"
run_test "a crash fails the run" ended crash 125 "sysrq triggered crash"
run_test "a hanging script ends in time" ended hang 124 "no end after 20 seconds"
ktap_finish

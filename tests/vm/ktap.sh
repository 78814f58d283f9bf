# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# KTAP for test scripts.  A script is a number of functions, one per test:
#
#	. tests/vm/ktap.sh
#	ping_works() { ping -c 1 192.0.2.1; }
#	run_test "a ping works" ping_works
#	ktap_finish
#
# A function runs in a subshell under "set -e": the first command that fails
# fails the test.  What it prints becomes comments in the output.

ktap_number=0 ktap_failed=0 ktap_planned=
ktap_tmp=$(mktemp -d)
# A pipe that never has anything to read: waiting on it sleeps without a
# process, and processes are dear under emulation.
exec {ktap_never}<> <(:)

# ktap_plan COUNT: optional; without it ktap_finish prints the plan.
ktap_plan() {
	ktap_planned=$1
	printf 'KTAP version 1\n1..%d\n' "$1"
}

test_pass() { printf 'ok %d %s\n' $((++ktap_number)) "$1"; }
test_fail() { printf 'not ok %d %s\n' $((++ktap_number)) "$1"; ktap_failed=1; }
test_skip() { printf 'ok %d %s # SKIP %s\n' $((++ktap_number)) "$1" "$2"; }

# skip_test REASON: from within a test function.
skip_test() {
	echo "$1" >"$ktap_tmp/skip"
	exit 4
}

# run_test NAME COMMAND [ARGUMENT...]
run_test() {
	local name=$1 errexit=+e status line
	shift
	[[ $- != *e* ]] || errexit=-e
	# Not in a condition: bash would ignore "set -e" inside.
	set +e
	(set -e; "$@") >"$ktap_tmp/log" 2>&1
	status=$?
	set "$errexit"
	while IFS= read -r line || [ -n "$line" ]; do
		printf '# %s\n' "$line"
	done <"$ktap_tmp/log"
	case $status in
	0) test_pass "$name" ;;
	4) test_skip "$name" "$(cat "$ktap_tmp/skip" 2>/dev/null)"; rm -f "$ktap_tmp/skip" ;;
	*) echo "# $*: status $status"; test_fail "$name" ;;
	esac
}

# wait_for SECONDS COMMAND [ARGUMENT...]: until the command succeeds; its
# output is dropped.  The seconds are those of a machine that does nothing else;
# KTAP_PATIENCE times as many are granted.
wait_for() {
	local end=$((SECONDS + $1 * ${KTAP_PATIENCE:-4} + 1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || { echo "waited in vain for: $*" >&2; return 1; }
		nap 0.1
	done
}

# nap SECONDS: a pause without a process.
nap() { read -rt "$1" -u "$ktap_never" || :; }

ktap_finish() {
	[ -n "$ktap_planned" ] || printf '1..%d\n' "$ktap_number"
	rm -rf "$ktap_tmp"
	exit "$ktap_failed"
}

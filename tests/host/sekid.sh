#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two daemons with sanitizers and without a kernel module (--no-kernel) on two
# ends of a wire: key exchange over real sockets, the command, the supervisor,
# the background, and an end without a leak.
set -eu
. tests/vm/ktap.sh

folder=$(mktemp -d)
sekid=$PWD/build/asan/sekid
seki=$PWD/build/asan/seki
export ASAN_OPTIONS=log_path=$folder/complaint UBSAN_OPTIONS=log_path=$folder/complaint

ctl() { local me=$1; shift; "$seki" --control "$folder/control$me" "$@"; }
active() { ctl "$1" show crypto session | grep -q 'Session status: UP-ACTIVE'; }
both_active() { active 1 && active 2; }
# "set -e" does not mind a "!".
fails() { ! "$@"; }
gone() { ! kill -0 "$1" 2>/dev/null; }
in_ns() { local me=$1; shift; ip netns exec "sekid-test-$$-$me" "$@"; }

# run ME OPTIONS...
run() {
	local me=$1
	shift
	in_ns "$me" "$sekid" --no-kernel --config "$folder/r$me.conf" \
		--control "$folder/control$me" --pid "$folder/pid$me" "$@"
}

make_wire() {
	local me
	for me in 1 2; do
		ip netns add "sekid-test-$$-$me"
		{ echo "crypto legacy"; cat "tests/seeds/s0-router$me.conf"; } >"$folder/r$me.conf"
		chmod 600 "$folder/r$me.conf"
	done
	ip link add e0 netns "sekid-test-$$-1" type veth peer name e0 netns "sekid-test-$$-2"
	for me in 1 2; do
		ip -n "sekid-test-$$-$me" addr add "10.0.0.$me/24" dev e0
		ip -n "sekid-test-$$-$me" link set e0 up
	done
}

drop_wire() {
	local me
	for me in 1 2; do
		[ ! -e "$folder/pid$me" ] || kill "$(cat "$folder/pid$me")" || :
		ip netns del "sekid-test-$$-$me" || :
	done
	rm -rf "$folder"
}

# As a supervisor would: the first word that comes is READY=1.
supervised_start() {
	python3 - "$folder/notify" >"$folder/words" <<-'END' &
	import socket, sys
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.bind(sys.argv[1])
	s.settimeout(60)
	try:
	    while True:
	        word = s.recv(64).decode()
	        print(word, flush=True)
	        if word == "STOPPING=1":
	            break
	except TimeoutError:
	    pass
	END
	wait_for 10 test -S "$folder/notify"
	NOTIFY_SOCKET=$folder/notify run 1 >"$folder/log1" 2>&1 &
	wait_for 20 grep -qx READY=1 "$folder/words" || { cat "$folder/log1"; return 1; }
	[ "$(head -n 1 "$folder/words")" = READY=1 ]
	ctl 1 show crypto session
}

# The parent comes back when the daemon works, and not before.
background_start() {
	run 2
	ctl 2 show crypto session
	kill -0 "$(cat "$folder/pid2")"
}

failure_reaches_the_parent() {
	local status=0
	in_ns 2 "$sekid" --no-kernel --config "$folder/r2.conf" --control "$folder/third" \
		>"$folder/out" 2>&1 || status=$?
	cat "$folder/out"
	[ "$status" = 1 ] && grep -q 'UDP port 500 is taken' "$folder/out"
}

comes_up() { wait_for 30 both_active || { cat "$folder/log1"; return 1; }; }

comes_up_again() {
	ctl 1 clear crypto ikev2 sa
	wait_for 30 both_active
}

# The command's reload prints what changed; a second one finds nothing.
reload_by_command() {
	sed -i 's/172.16.0.101 /172.16.0.111 /' "$folder/r1.conf"
	ctl 1 reload >"$folder/out"
	cat "$folder/out"
	grep -q 'changed: interface Tunnel0' "$folder/out"
	ctl 1 reload >"$folder/out"
	fails grep 'changed:' "$folder/out"
}

# Says goodbye, within its three seconds, and frees everything: a sanitizer that
# complains, at the end about leaks, does so in a file.
ends_clean() {
	local one two
	one=$(cat "$folder/pid1")
	two=$(cat "$folder/pid2")
	kill -TERM "$one"
	wait_for 10 gone "$one"
	kill -TERM "$two"
	wait_for 10 gone "$two"
	cat "$folder/log1"
	grep -qx STOPPING=1 "$folder/words"
	fails cat "$folder"/complaint.*
	[ ! -e "$folder/pid1" ] && [ ! -e "$folder/control1" ] && [ ! -e "$folder/control2" ]
}

wrong_options() {
	local status
	for options in "--nonsense" "-d nonsense" "surplus"; do
		status=0
		# shellcheck disable=SC2086 # two words
		"$sekid" $options >"$folder/out" 2>&1 || status=$?
		[ "$status" = 2 ] || { echo "$options: $status"; return 1; }
	done
	"$sekid" --version | grep -q '^sekid [0-9]'
	"$sekid" --help | grep -q -- --no-kernel
}

trap drop_wire EXIT
make_wire
run_test "wrong options end with 2" wrong_options
run_test "a supervisor is told when it is ready" supervised_start
run_test "in the background, the parent waits until it is ready" background_start
run_test "a daemon that cannot start says so to who started it" failure_reaches_the_parent
run_test "keys are exchanged" comes_up
run_test "and again after a clear" comes_up_again
run_test "the command reloads" reload_by_command
run_test "both end, without a leak" ends_clean
ktap_finish

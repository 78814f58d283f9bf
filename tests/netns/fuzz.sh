#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Requests and packets that are wrong in every way, from several processes, while
# SAs, tunnels, policies and sockets come and go.  Ten seconds on a stock kernel,
# more than a minute on the debug kernel.  The same again: SEED=... as printed.
#
#	  r1: tunnel0 (seki), requests  <=== ESP, AH, ESP in UDP === r2: forged

. tests/netns/lib.sh

case $(uname -r) in
*-seki-debug) seconds=100 ;;
*) seconds=10 ;;
esac
seed=${SEED:-1}
fuzz=$PWD/tests/netns/fuzz.py

# The packets that are made wrong are good before that, or the fuzzing would
# end in front of the cipher.
good_ones_are_taken() {
	local pid status=0
	exec {hold}<> <(:)
	ip netns exec r1 python3 "$fuzz" make <&"$hold" >"$ktap_tmp/make" &
	pid=$!
	wait_for 120 grep -qx ready "$ktap_tmp/make" || status=1
	cat "$ktap_tmp/make"
	in_r2 python3 "$fuzz" send
	wait_for 5 in_r1 python3 "$fuzz" count || status=1
	in_r1 python3 "$fuzz" count || status=1
	# or its sockets would keep the module
	kill $pid
	manual_r1 sa-flush
	return $status
}

all_at_once() {
	local pid status=0
	echo "seed $seed, $seconds seconds"
	ip netns exec r2 python3 "$fuzz" r2 $seconds "$seed" &
	pid=$!
	in_r1 python3 "$fuzz" r1 $seconds "$seed" || status=$?
	wait $pid || status=$?
	in_r1 ethtool -S tunnel0 | grep -v ': 0$' || :
	return $status
}

# Nothing of all that is left, then.
still_works() {
	local device
	in_r1 python3 "$fuzz" flush
	for device in $(ip -n r1 -o link show type seki | sed 's/^[0-9]*: \([^:@]*\).*/\1/'); do
		ip -n r1 link del "$device"
	done
	make_tunnel r1
	make_tunnel r2
	# shellcheck disable=SC2046
	sa_pair 0x9001 0x9002 $(gcm)
	ping_through
}

load_seki
make_wire
make_tunnel r1
PEER_MAC=$(in_r1 cat /sys/class/net/e0/address)
export PEER_MAC

run_test "forged packets are good before they are made wrong" good_ones_are_taken
run_test "$seconds seconds of mutated requests and packets, seed $seed" all_at_once
run_test "the module still carries packets" still_works
drop_wire
run_test "module unloads" unload_seki
ktap_finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Limits in packets, bytes and seconds: the soft one tells the daemon once, the
# hard one tells it and removes the SA.  Acquire: a packet without an SA asks
# for one, and the next ones do not ask again.  Topology: see lib.sh; r1 only.

. tests/netns/lib.sh

listen() {
	ip netns exec r1 "$manual" events >"$ktap_tmp/events" &
	echo $! >"$ktap_tmp/listener"
	wait_for 10 grep -q listening "$ktap_tmp/events"
}

# forget the events so far
forget() { wc -l <"$ktap_tmp/events" >"$ktap_tmp/mark"; }

# event COUNT PATTERN...: so many events since then have all of the patterns
event() {
	local count=$1 lines pattern
	shift
	lines=$(tail -n "+$(($(cat "$ktap_tmp/mark") + 1))" "$ktap_tmp/events")
	for pattern; do lines=$(grep -e "$pattern" <<<"$lines" || :); done
	[ "$(grep -c . <<<"$lines")" -eq "$count" ]
}

send() { in_r1 ping -q -c "$1" -i 0.01 -W 0.01 -s 72 172.16.0.2 >/dev/null || :; }

start() {
	manual_r1 sa-flush
	forget
	# shellcheck disable=SC2046
	manual_r1 sa-new dev tunnel0 direction out spi "$1" $(gcm) "${@:2}"
}

gone() { [ -z "$(manual_r1 list dev tunnel0)" ]; }

packets() {
	start 0x1001 soft-packets 3 hard-packets 6
	send 2
	event 0 '"expire"'
	send 2
	wait_for 5 event 1 '"expire"' '0x00001001' '"limit":3'
	event 0 '"hard":true'
	manual_r1 list | grep '"state":3'
	send 4
	wait_for 5 event 1 '"expire"' '0x00001001' '"hard":true' '"limit":3' '"packets":6'
	event 2 '"expire"'
	gone
}

octets() {
	# 100-byte inner packets
	start 0x1002 soft-bytes 250 hard-bytes 500
	send 3
	wait_for 5 event 1 '"expire"' '0x00001002' '"limit":2'
	event 0 '"hard":true'
	send 3
	wait_for 5 event 1 '"expire"' '0x00001002' '"hard":true' '"limit":2' '"bytes":500'
	gone
}

seconds() {
	start 0x1003 soft-seconds 3 hard-seconds 10
	event 0 '"expire"'
	wait_for 6 event 1 '"expire"' '0x00001003' '"limit":1'
	event 0 '"hard":true'
	wait_for 15 event 1 '"expire"' '0x00001003' '"hard":true' '"limit":1'
	gone
}

new_and_del_are_told() {
	start 0x1004
	wait_for 5 event 1 '"sa-new"' '0x00001004'
	manual_r1 sa-del dev tunnel0 direction out spi 0x1004
	wait_for 5 event 1 '"sa-del"' '0x00001004'
}

acquire_once() {
	manual_r1 sa-flush
	forget
	in_r1 ping -q -c 5 -i 0.01 -W 0.01 172.16.0.2 || :
	wait_for 5 event 1 '"acquire"' '"ifname":"tunnel0"' '"local":"10.0.0.1"' \
		'"remote":"10.0.0.2"' '"profile":"test"' '"inner-proto":1' \
		'"inner-src":"172.16.0.1"' '"inner-dst":"172.16.0.2"'
	event 1 '"acquire"'
}

asks_again() {
	in_r1 bash -c 'echo x >/dev/udp/172.16.0.2/4660'
	event 1 '"acquire"' '"inner-proto":17' '"inner-dport":4660'
}

# Packets all the while; one acquire comes when the interval is over.
acquire_again_later() {
	forget
	wait_for 15 asks_again
}

acquire_after_an_sa_was_there() {
	start 0x1005
	manual_r1 sa-flush
	forget
	send 1
	wait_for 5 event 1 '"acquire"'
}

dropped_and_counted() { [ "$(drops r1 no-outbound-sa)" -ge 7 ]; }

load_seki
make_wire
make_tunnel r1
listen
run_test "packets" packets
run_test "bytes" octets
run_test "seconds" seconds
run_test "new and deleted SAs are told" new_and_del_are_told
run_test "one acquire for many packets" acquire_once
run_test "another after five seconds" acquire_again_later
run_test "another at once when an SA was there meanwhile" acquire_after_an_sa_was_there
run_test "packets without an SA are counted" dropped_and_counted
kill "$(cat "$ktap_tmp/listener")"

drop_wire
run_test "module unloads" unload_seki
ktap_finish

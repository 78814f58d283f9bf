#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two daemons and what happens around them: interfaces from the configuration,
# reloads, crashes, hands that change things.
#
#	             namespace r1                        namespace r2
#	  192.168.1.1  lo                                  lo  192.168.2.1
#	  172.16.0.101 tunnel0 ======== ESP =========== tunnel0 172.16.0.102
#	  10.0.0.1     e0 ------------- veth -------------- e0  10.0.0.2
#
# The configurations are the routers' of the S0 document, word for word, behind
# the permission for their weak algorithms.

. tests/netns/lib.sh

folder=$(mktemp -d)
sekid=$PWD/build/gcc/sekid
seki=$PWD/build/gcc/seki

ctl() { local me=$1; shift; "$seki" --control "$folder/control$me" "$@"; }

# start ME: and its log goes on where it ended
start() {
	ip netns exec "r$1" "$sekid" --foreground --config "$folder/r$1.conf" \
		--control "$folder/control$1" --pid "$folder/pid$1" >>"$folder/log$1" 2>&1 &
	echo $! >"$folder/job$1"
}

active() { ctl "$1" show crypto session | grep -q 'Session status: UP-ACTIVE'; }
both_active() { active 1 && active 2; }
log_has() { grep -q "$2" "$folder/log$1"; }
reach() { in_r1 ping -q -c "${1:-1}" -i 0.2 -W 5 -I 192.168.1.1 192.168.2.1; }
show_logs() { tail -n 30 "$folder"/log?; }

write_configs() {
	local me
	for me in 1 2; do
		{ echo "crypto legacy"; cat "tests/seeds/s0-router$me.conf"; } >"$folder/r$me.conf"
		chmod 600 "$folder/r$me.conf"
	done
}

# A status other than WANTED, or a message without PATTERN, fails.
ends_with() {
	local wanted=$1 pattern=$2 status=0
	shift 2
	timeout 20 "$@" >"$folder/out" 2>&1 || status=$?
	cat "$folder/out"
	[ "$status" = "$wanted" ] && grep -q "$pattern" "$folder/out"
}

without_module() {
	ends_with 1 'not loaded: modprobe seki' ip netns exec r1 "$sekid" -n -f "$folder/r1.conf" \
		--control "$folder/other"
}

bad_config_touches_nothing() {
	sed 's/tunnel destination/tunnel destinaton/' "$folder/r1.conf" >"$folder/bad.conf"
	ends_with 2 'bad.conf:' ip netns exec r1 "$sekid" -n -f "$folder/bad.conf" --control "$folder/other"
	fails ip -n r1 link show tunnel0
	[ ! -e "$folder/other" ]
}

comes_up() {
	start 1
	start 2
	wait_for 30 both_active || { show_logs; return 1; }
}

interface_is_configured() {
	ip -n r1 addr show dev tunnel0
	ip -n r1 addr show dev tunnel0 | grep -q 'inet 172.16.0.101/24'
	ip -n r1 route show | grep -q '^192.168.2.1 dev tunnel0'
	# the default route by 10.0.0.2 is none of a tunnel's
	ip -n r1 route show >"$folder/routes"
	fails grep '^default' "$folder/routes"
}

carries_traffic() { reach 5 | grep ' 0% packet loss'; }

only_network_administration_is_left() {
	grep '^CapEff' "/proc/$(cat "$folder/pid1")/status" | grep -q '0000000000001000$'
	grep -q '^NoNewPrivs:.*1' "/proc/$(cat "$folder/pid1")/status"
}

second_daemon_is_refused() {
	ends_with 1 'UDP port 500 is taken' ip netns exec r1 "$sekid" -n -f "$folder/r1.conf" \
		--control "$folder/other"
}

routes_return() {
	ip -n r1 -batch - <<-END
	link set tunnel0 down
	link set tunnel0 up
	END
	wait_for 10 sh -c 'ip -n r1 route show | grep -q "^192.168.2.1 dev tunnel0"'
	wait_for 20 reach
}

reload_applies_the_difference() {
	local before
	before=$(ip -n r1 -o link show dev tunnel0 | cut -d: -f1)
	sed -i 's/172.16.0.101 /172.16.0.111 /' "$folder/r1.conf"
	kill -HUP "$(cat "$folder/pid1")"
	wait_for 10 log_has 1 'configuration loaded'
	ip -n r1 addr show dev tunnel0
	ip -n r1 addr show dev tunnel0 | grep -q 'inet 172.16.0.111/24'
	ip -n r1 addr show dev tunnel0 >"$folder/addresses"
	fails grep 172.16.0.101 "$folder/addresses"
	[ "$(ip -n r1 -o link show dev tunnel0 | cut -d: -f1)" = "$before" ]
	log_has 1 'changed: interface Tunnel0'
	wait_for 20 reach
}

bad_reload_changes_nothing() {
	cp "$folder/r1.conf" "$folder/good.conf"
	sed -i 's/tunnel destination/tunnel destinaton/; s/172.16.0.111 /172.16.0.122 /' "$folder/r1.conf"
	kill -HUP "$(cat "$folder/pid1")"
	wait_for 10 log_has 1 'the configuration stays as it is' || { show_logs; return 1; }
	cp "$folder/good.conf" "$folder/r1.conf"
	ip -n r1 addr show dev tunnel0 | grep -q 'inet 172.16.0.111/24'
	reach
}

# The kernel carries on while nobody is there, and through the return.
crash_and_return() {
	local dead pings
	dead=$(cat "$folder/pid1")
	in_r1 ping -q -c 60 -i 0.1 -W 5 -I 192.168.1.1 192.168.2.1 >"$folder/pings" &
	pings=$!
	kill -KILL "$dead"
	wait_for 10 sh -c "! kill -0 $dead"
	reach 3
	start 1
	wait_for 30 active 1 || { show_logs; return 1; }
	wait "$pings"
	cat "$folder/pings"
	grep -q ' 0% packet loss' "$folder/pings"
}

made_by_hand() {
	ip -n r1 link del tunnel0
	ip -n r1 link add tunnel0 type seki local 10.0.0.1 remote 10.0.0.2 profile phse2-prof
	wait_for 10 sh -c 'ip -n r1 addr show dev tunnel0 | grep -q 172.16.0.111'
	wait_for 10 sh -c 'ip -n r1 route show | grep -q "^192.168.2.1 dev tunnel0"'
	wait_for 30 reach || { show_logs; return 1; }
}

# Tunnels may go, but the module has the daemon's sockets.
module_stays() {
	ip -n r1 link del tunnel0
	ip -n r2 link del tunnel0
	fails unload_seki
	kill -HUP "$(cat "$folder/pid1")" "$(cat "$folder/pid2")"
	wait_for 40 both_active || { show_logs; return 1; }
	reach
}

goodbye() {
	local job
	job=$(cat "$folder/pid1")
	kill -TERM "$job"
	wait_for 10 sh -c "! kill -0 $job"
	log_has 1 'sekid stops'
	[ ! -e "$folder/pid1" ] && [ ! -e "$folder/control1" ]
	# The interface stays, without SAs on either side; r2 hopes for our return.
	ip -n r1 link show tunnel0
	manual_r1 list >"$folder/list"
	cat "$folder/list"
	[ ! -s "$folder/list" ] || { show_logs; return 1; }
	wait_for 10 log_has 2 'deleted'
}

make_wire
ip -n r1 addr add 192.168.1.1/32 dev lo
ip -n r2 addr add 192.168.2.1/32 dev lo
write_configs
run_test "without the module, the cure is named" without_module
load_seki
run_test "a bad configuration touches nothing" bad_config_touches_nothing
run_test "two daemons bring the tunnel up" comes_up
run_test "the interface has the address and the routes of its stanza" interface_is_configured
run_test "traffic passes" carries_traffic
run_test "only CAP_NET_ADMIN is left" only_network_administration_is_left
run_test "a second daemon finds the port taken" second_daemon_is_refused
run_test "routes return when the interface is up again" routes_return
run_test "a reload changes the address and nothing else" reload_applies_the_difference
run_test "a bad reload changes nothing" bad_reload_changes_nothing
run_test "a crash of the daemon costs no packet" crash_and_return
run_test "an interface made by hand gets what its stanza says" made_by_hand
run_test "a reload makes interfaces again, on a module that stays" module_stays
run_test "at the end peers are told and SAs are gone" goodbye
ktap_finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Front and inside VRF (row I11): where outer packets go and where inner ones come
# from need not be the same routing table, nor the same namespace.
#
#	   r1                                    r2
#	   vrf-blue: tunnel0 (seki) === ESP === tunnel0 (XFRM interface)
#	   vrf-red:  e0 -------------------------- e0
#
# Topology: see lib.sh.

. tests/netns/lib.sh

keys() {
	new_spis
	xfrm_pair $outer esp "$(xfrm_gcm)"
	# shellcheck disable=SC2046
	seki_pair $(gcm)
}

pings() { in_r1 ping -q -c 2 -i 0.1 -W 5 "$@"; }

# r1 knows the peer only in vrf-red
make_vrfs() {
	ip -n r1 -batch - <<-END
	link add vrf-red type vrf table 10
	link set vrf-red up
	link add vrf-blue type vrf table 20
	link set vrf-blue up
	link set e0 master vrf-red
	addr add fd00::1/64 dev e0 nodad
	END
	fails in_r1 ip route get "$(outer $outer 2)"
}

no_way_without() {
	make_tunnel r1 $outer
	keys
	drops_only no-route 1 fails in_r1 ping -q -c 1 -W 1 172.16.0.2
}

front() {
	ip -n r1 link change tunnel0 type seki dev vrf-red
	ip -n r1 -d link show tunnel0 | grep 'dev vrf-red'
	pings 172.16.0.2
	pings fd16::2
	in_r2 ping -q -c 1 -W 5 172.16.0.1
}

mtu_follows() {
	# through the VRF to the path
	wait_for 5 eval "ip -n r1 link show tunnel0 | grep 'mtu $((1500 - (outer == 4 ? 20 : 40) - 34)) '"
}

inside() {
	ip -n r1 -batch - <<-END
	link set tunnel0 master vrf-blue
	addr replace fd16::1/64 dev tunnel0 nodad
	END
	fails in_r1 ip route get 172.16.0.2
	pings -I vrf-blue 172.16.0.2
	pings -I vrf-blue fd16::2
}

by_the_device() {
	ip -n r1 link change tunnel0 type seki dev e0
	pings -I vrf-blue 172.16.0.2
}

device_goes_away() {
	ip -n r1 link add gone type dummy
	ip -n r1 link change tunnel0 type seki dev gone
	ip -n r1 link del gone
	drops_only no-route 1 fails in_r1 ping -q -c 1 -W 1 -I vrf-blue 172.16.0.2
	ip -n r1 link change tunnel0 type seki dev vrf-red
	pings -I vrf-blue 172.16.0.2
}

unknown_device() {
	fails ip -n r1 link change tunnel0 type seki dev nowhere 2>"$ktap_tmp/err"
	cat "$ktap_tmp/err"
	grep -q nowhere "$ktap_tmp/err"
}

# A tunnel with live SAs to another namespace, and its outer packets stay
moves() {
	local before after
	make_tunnel r1 $outer
	keys
	pings 172.16.0.2
	before=$(manual_r1 list direction out | grep -o '"seq":[0-9]*')
	quiet_namespace inside
	ip -n r1 link set tunnel0 netns inside
	ip -n inside -batch - <<-END
	addr add 172.16.0.1/24 dev tunnel0
	link set tunnel0 up
	END
	ip netns exec inside ping -q -c 2 -i 0.1 -W 5 172.16.0.2
	after=$(ip netns exec inside "$manual" list direction out | grep -o '"seq":[0-9]*')
	echo "$before $after"
	[ "$before" = '"seq":2' ]
	[ "$after" = '"seq":4' ]
	[ -z "$(manual_r1 list)" ]
	# and on, under traffic: what is on the way is not lost, nor the keys
	ip -n inside link set tunnel0 netns r1
	ip -n r1 -batch - <<-END
	addr add 172.16.0.1/24 dev tunnel0
	link set tunnel0 up
	END
	pings 172.16.0.2
	manual_r1 list direction out | grep '"seq":6'
	ip netns del inside
}

# Another routing table for what has the tunnel's mark, and a firewall may see it
marked() {
	local bits=32 other=10.9.9.2
	[ $outer -eq 4 ] || bits=128 other=fd09::2
	# r2 would ask from an address that r1 has no way to without the mark
	neighbours
	ip -n r2 addr add $other/$bits dev lo
	ip -n r1 link add tunnel0 type seki local "$(outer $outer 1)" remote $other
	ip -n r1 -batch - <<-END
	addr add 172.16.0.1/24 dev tunnel0
	link set tunnel0 up
	END
	ip -n r1 "-$outer" rule add fwmark 7 lookup 100
	ip -n r1 "-$outer" route add $other/$bits via "$(outer $outer 2)" dev e0 table 100
	new_spis
	ip -n r2 -batch - <<-END
	xfrm state flush
	xfrm policy flush
	xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir out if_id 1 tmpl src $other dst $(outer $outer 1) proto esp mode tunnel
	xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir in if_id 1 tmpl src $(outer $outer 1) dst $other proto esp mode tunnel
	xfrm state add src $(outer $outer 1) dst $other proto esp spi $forth mode tunnel flag af-unspec if_id 1 $(xfrm_gcm)
	xfrm state add src $other dst $(outer $outer 1) proto esp spi $back mode tunnel flag af-unspec if_id 1 $(xfrm_gcm)
	END
	# shellcheck disable=SC2046
	seki_pair $(gcm)
	drops_only no-route 1 fails in_r1 ping -q -c 1 -W 1 172.16.0.2
	ip -n r1 link change tunnel0 type seki fwmark 7
	ip -n r1 -d link show tunnel0 | grep 'fwmark 0*x*7'
	pings 172.16.0.2
	in_r1 nft -f - <<-END
	table inet marks {
		chain out {
			type filter hook output priority 0;
			meta mark 7 meta l4proto esp counter
		}
	}
	END
	pings 172.16.0.2
	in_r1 nft list table inet marks | grep 'packets 2 '
}

load_seki
for outer in 4 6; do
	make_wire
	xfrm_tunnel $outer esp
	run_test "over IPv$outer: namespaces" moves
	ip -n r1 link del tunnel0
	run_test "over IPv$outer: a mark chooses the route" marked
	drop_wire
	make_wire
	xfrm_tunnel $outer esp
	make_vrfs
	run_test "over IPv$outer: no way in the wrong table" no_way_without
	run_test "over IPv$outer: outer packets in a VRF" front
	run_test "over IPv$outer: the MTU follows the VRF's path" mtu_follows
	run_test "over IPv$outer: the tunnel in another VRF" inside
	run_test "over IPv$outer: outer packets by a device" by_the_device
	run_test "over IPv$outer: a device that goes away" device_goes_away
	drop_wire
done
make_wire
make_tunnel r1
run_test "a device that is not there" unknown_device
drop_wire
run_test "module unloads" unload_seki
ktap_finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Between a seki router and strongSwan: what becomes of ESP when a NAT is on
# the path, when the NAT changes its mapping, when one of them moves to another
# address (MOBIKE, RFC 4555), and when the path is IPv6.  Rows B10, I12, M06.
#
#	one of R1, R2             NAT                      the other
#	192.168.77.2,.3 ---- 192.168.77.1  10.0.0.9 ---- 10.0.0.1 or .2
set -eu
. tests/interop/lib.sh
. tests/lib/pki.sh
. tests/lib/nat.sh
. tests/lib/strongswan.sh
. tests/interop/life.sh
. tests/interop/strongswan_peer.sh

# tunnel_between LOCAL REMOTE: R1's
tunnel_between() {
	ip -n R1 -batch - <<-END
	link add tunnel0 type seki local $1 remote $2 profile V
	addr add 172.16.0.101/24 dev tunnel0
	link set tunnel0 up
	route replace 192.168.2.1/32 dev tunnel0
	END
}

# begin_between LOCAL REMOTE seki|peer
begin_between() {
	auth=psk role='' seki_remote=$2
	[ "$3" = seki ] || role=responder-only
	seki_config_for psk
	clear_log R1
	peer_config
	or_logs start_sekid R1
	tunnel_between "$1" "$2"
	# the policy sees to the rest
	ip -n R2 route replace 192.168.1.1/32 dev eth0 src 192.168.2.1
}

# what was between the two is gone
unplug() {
	local router
	for router in R1 R2; do
		[[ $(ip -n $router -br link) != *eth0* ]] || ip -n $router link del eth0
	done
}

# put_nat INSIDE OUTSIDE: the NAT between these two
put_nat() {
	unplug
	ip link add eth0 netns "$1" type veth peer name in netns nat
	ip link add out netns nat type veth peer name eth0 netns "$2"
	ip -n "$1" -batch - <<-END
	addr add 192.168.77.2/24 dev eth0
	link set eth0 up
	route add default via 192.168.77.1
	END
	ip -n "$2" addr add "10.0.0.${2#R}/24" dev eth0
	ip -n "$2" link set eth0 up
	ip -n nat -batch - <<-END
	addr add 192.168.77.1/24 dev in
	addr add 10.0.0.9/24 dev out
	link set in up
	link set out up
	END
	masquerade nat out 20000-20999
}

through_nat() {
	local ike
	comes_up "$1"
	ike=$(ike_sas R1)
	[ "$(field "$ike" nat_local)" = "$2" ]
	[ "$(field "$ike" nat_remote)" = "$3" ]
	[ "$(ip -n R2 xfrm state list | grep -c 'encap type espinudp')" = 2 ]
}

port_of_nat() { [[ $(ip -n R2 xfrm state list) =~ port\ (3[0-9]{4}) ]]; }

# The next packet from the inside comes from another port, without a word of IKE.
strongswan_follows() {
	ike_before=$(ike_spi R1)
	masquerade nat out 30000-30999
	or_logs wait_for 15 ping_through R1 3
	port_of_nat
	or_logs ping_through R2 20
	[ "$(ike_spi R1)" = "$ike_before" ]
}

seki_follows() {
	ike_before=$(ike_spi R1)
	child_before=$(child_spi R1)
	masquerade nat out 30000-30999
	or_logs wait_for 15 ping_through R2 3
	or_logs ping_through R1 20
	[[ $(active_sa R1) =~ \"remote\":\{\"address\":\"10.0.0.9\",\"port\":3[0-9]{4}\} ]]
	[ "$(ike_spi R1)" = "$ike_before" ]
	[ "$(child_spi R1)" = "$child_before" ]
}

# --- MOBIKE ---

# same_after COMMAND...: the SAs are what they were, and carry packets
same_after() {
	ike_before=$(ike_spi R1)
	child_before=$(child_spi R1)
	"$@"
	or_logs wait_for 30 ping_through R1 3
	or_logs ping_through R2 20
	[ "$(ike_spi R1)" = "$ike_before" ]
	[ "$(child_spi R1)" = "$child_before" ]
}

seki_moves() {
	ip -n R1 addr add 192.168.77.3/24 dev eth0
	ip -n R1 link set tunnel0 type seki local 192.168.77.3
	or_logs wait_for 20 log_says R1 'we are now at 192.168.77.3'
}

swan_moves() {
	# the second address of a network goes with the first one unless told otherwise
	ip netns exec R2 sysctl -q net.ipv4.conf.eth0.promote_secondaries=1
	ip -n R2 addr add 192.168.77.3/24 dev eth0
	ip -n R2 addr del 192.168.77.2/24 dev eth0
	ip -n R2 route replace default via 192.168.77.1
	ip -n R2 route replace 192.168.1.1/32 dev eth0 src 192.168.2.1
}

uses_ipv6() { [[ $(ip -n R2 xfrm state list) = *"dst 2001:db8:77::1"* ]]; }

make_routers
load_seki
ip netns add nat
ip netns exec nat sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
make_life_certificates
or_logs peer_start
this_is strongSwan "$(swan_version R2)"

put_nat R1 R2
swan_remote=%any profile_line=mobike
begin_between 192.168.77.2 10.0.0.2 seki
run_test "a NAT before seki: 20 pings each way in UDP" through_nat seki true false
run_test "the NAT before seki changes its port: ESP goes on" strongswan_follows
run_test "MOBIKE, seki moves: the same SAs, 20 pings" same_after seki_moves
run_test "behind a NAT, seki deletes: nothing is left" deleted_by_link_down
stop_life

put_nat R2 R1
swan_remote=10.0.0.1 swan_local=%any profile_line='' swan_lines="mobike = no"
begin_between 10.0.0.1 10.0.0.9 peer
run_test "a NAT before strongSwan: 20 pings each way in UDP" through_nat peer false true
run_test "the NAT before strongSwan changes its port: seki follows" seki_follows
run_test "behind a NAT, strongSwan deletes: nothing is left" deleted_by peer
stop_life

swan_lines='' profile_line=mobike
begin_between 10.0.0.1 10.0.0.9 peer
run_test "MOBIKE through a NAT, strongSwan begins: 20 pings each way" comes_up peer
run_test "MOBIKE, strongSwan moves: the same SAs, 20 pings" same_after swan_moves
run_test "MOBIKE, strongSwan deletes: nothing is left" deleted_by peer
stop_life

profile_line=''
unplug
ip link add eth0 netns R1 type veth peer name eth0 netns R2
for n in 1 2; do
	ip -n R$n addr add 2001:db8:77::$n/64 dev eth0 nodad
	ip -n R$n link set eth0 up
done
swan_local=2001:db8:77::2 swan_remote=2001:db8:77::1
for side in seki peer; do
	who=${side/peer/$peer}
	begin_between 2001:db8:77::1 2001:db8:77::2 $side
	run_test "IPv6 outside, $who begins: 20 pings each way" comes_up $side
	run_test "IPv6 outside, $who begins: ESP uses it" uses_ipv6
	run_test "IPv6 outside, $who began, seki ends: nothing is left" ends_with_seki
	stop_life
done

peer_stop
ktap_finish

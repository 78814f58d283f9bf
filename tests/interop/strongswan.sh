#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A seki router and a strongSwan gateway, whose packets go through XFRM.
#
#	            R1: seki                        R2: strongSwan
#	  192.168.1.1  lo                               lo  192.168.2.1
#	  172.16.0.101 tunnel0 ======== ESP ======== xfrm0  (or a policy alone)
#	  10.0.0.1     eth0 ----------- veth ------- eth0   10.0.0.2
#
# Two suites: what one would choose today, and the S0 document's.  Each is
# begun by each side.  With the modern one strongSwan protects all that is
# routed into xfrm0, and children are rekeyed with PFS; with the old one it has
# a policy for two addresses, which narrows what seki offers.
set -eu
. tests/interop/lib.sh
. tests/lib/strongswan.sh

# start_seki: with a tunnel0 that seki brings up unless $role forbids it
start_seki() {
	seki_config R1
	clear_log R1
	or_logs start_sekid R1
	make_tunnel R1 V
}

stop_seki() {
	end_sekid R1
	ip -n R1 link del tunnel0
}

# --- a tunnel from its beginning to its end ---

comes_up() {
	local ike sa
	swan_config
	start_seki
	[ "$1" = seki ] || or_logs swan_initiate R2 net
	or_logs wait_for 30 tunnel_is_up R1
	ike=$(ike_sas R1)
	sa=$(active_sa R1)
	echo "$ike"
	echo "$sa"
	[ "$(field "$ike" initiator)" = "$([ "$1" = seki ] && echo true || echo false)" ]
	[[ $sa = *"\"transform_set\":[$words]"* ]]
	case $local_ts in
	0.0.0.0/0)
		[[ $sa = *'"local_ts":[{"protocol":0,"start":"0.0.0.0","end":"255.255.255.255"'* ]]
		[[ $sa = *'"remote_ts":[{"protocol":0,"start":"0.0.0.0","end":"255.255.255.255"'* ]] ;;
	*)	# narrowed, whoever began
		[[ $sa = *'"local_ts":[{"protocol":0,"start":"192.168.1.1","end":"192.168.1.1"'* ]]
		[[ $sa = *'"remote_ts":[{"protocol":0,"start":"192.168.2.1","end":"192.168.2.1"'* ]] ;;
	esac
}

pings_both_ways() {
	ping_through R1 100
	ping_through R2 100
}

# Both count the two hundred packets each way.
counters_agree() {
	local ours theirs
	ours=$(active_sa R1)
	theirs=$(swan_sas R2)
	echo "$ours"
	echo "$theirs"
	[ "$(field "$ours" in.packets)" = 200 ]
	[ "$(field "$ours" out.packets)" = 200 ]
	[ "$(swan_value "$theirs" packets-in)" = 200 ]
	[ "$(swan_value "$theirs" packets-out)" = 200 ]
	[ "$(field "$ours" in.bytes)" = "$(swan_value "$theirs" bytes-out)" ]
	[ "$(field "$ours" out.bytes)" = "$(swan_value "$theirs" bytes-in)" ]
	[ "$(field "$ours" in.errors)" = 0 ]
}


# Seki has one pair to send on, strongSwan sends on the same, and it is new.
child_is_new() {
	local sa spi states
	sa=$(active_sa R1)
	printf -v spi '0x%08x' "$(field "$sa" inbound_spi)"
	[[ $spi != "$child_before" && $sa != *$'\n'* ]] || return
	states=$(ip -n R2 xfrm state list dst 10.0.0.1)
	[[ $states = *"spi $spi "* && $states != *spi*spi* ]]
}

ike_is_new() {
	local sa spi theirs
	sa=$(ike_sas R1)
	spi=$(field "$sa" local_spi)
	[[ $spi != "$ike_before" && $sa != *$'\n'* ]] || return
	theirs=$(swan_sas R2)
	[[ $theirs = *-spi=${spi,,}* && $theirs != *$'\n'* ]]
}

# rekeys seki|strongSwan child|ike: under an endless ping
rekeys() {
	child_before=$(child_spi R1)
	ike_before=$(ike_spi R1)
	case "$1 $2" in
	"seki child")		seki R1 rekey crypto sa ;;
	"seki ike")		seki R1 rekey crypto ikev2 sa ;;
	"strongSwan child")	swan_rekey_child R2 net ;;
	"strongSwan ike")	swan_rekey_ike R2 seki ;;
	esac
	or_logs wait_for 20 "$2_is_new"
	or_logs no_ping_lost R1
	# The IKE SA's rekey leaves the children as they are.
	if [ "$2" = ike ]; then
		[ "$(child_spi R1)" = "$child_before" ]
	else
		[ "$(field "$(active_sa R1)" pfs_group)" = "${pfs_group:-0}" ]
	fi
}

nothing_left() {
	[ -z "$(swan_sas R2)" ] && no_xfrm R2 && no_sas R1 && [ -z "$(kernel_sas R1)" ]
}

# Late packets are welcome for 5 s.
both_forget() {
	or_logs wait_for 12 nothing_left || { ip -n R2 xfrm state; ike_sas R1; ipsec_sas R1; kernel_sas R1; return 1; }
}

deleted_by_link_down() {
	ip -n R1 link set tunnel0 down
	both_forget
}

deleted_by_clear() {
	seki R1 clear crypto ikev2 sa
	both_forget
}

deleted_by_strongswan() {
	swan_terminate R2 seki
	both_forget
}

# A tunnel that seki wants comes back, with nothing of the old one.
remade_after_strongswan_deletes() {
	child_before=$(child_spi R1)
	ike_before=$(ike_spi R1)
	swan_terminate R2 seki
	or_logs wait_for 20 child_is_new
	or_logs wait_for 20 ike_is_new
	ping_through R1 3
	end_sekid R1
	no_xfrm R2
	[ -z "$(kernel_sas R1)" ]
	or_logs start_sekid R1
	# whoever is ended halfway through a set-up leaves the peer with an SA
	or_logs wait_for 30 tunnel_is_up R1
}

# life NAME INITIATOR HOW-IT-ENDS: with the suite and the selectors in use
life() {
	local name="$1, $2 begins:" initiator=$2 end=$3 side what
	role=''
	[ "$initiator" = seki ] || role=responder-only
	run_test "$name the tunnel comes up" comes_up "$initiator"
	run_test "$name 100 pings each way" pings_both_ways
	run_test "$name the counters of both sides agree" counters_agree
	pings_begin R1
	for what in child ike; do
		for side in seki strongSwan; do
			run_test "$name $side rekeys the ${what/ike/IKE} SA, no ping is lost" \
				rekeys $side $what
		done
	done
	pings_end R1
	run_test "$name ${end//_/ }" "$end"
	stop_seki
}

make_routers
load_seki
swan_start R2
this_is strongSwan "$(swan_version R2)"

use_suite modern
use_selectors any
life "modern suite" seki deleted_by_link_down
life "modern suite" strongSwan deleted_by_strongswan

use_suite legacy
use_selectors exact
life "legacy suite" seki remade_after_strongswan_deletes
life "legacy suite" strongSwan deleted_by_clear

swan_stop R2
ktap_finish

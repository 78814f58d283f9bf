#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What goes wrong between a seki router and a strongSwan gateway: they do not
# agree, or one of them dies.
#
#	            R1: seki                        R2: strongSwan
#	  192.168.1.1  lo                               lo  192.168.2.1
#	  172.16.0.101 tunnel0 ======== ESP ======== xfrm0
#	  10.0.0.1     eth0 ----------- veth ------- eth0   10.0.0.2
set -eu
. tests/interop/lib.sh
. tests/lib/strongswan.sh

# A tunnel0 that is always up: seki begins as soon as it runs, or it waits.
seki_begins() {
	role='' seki_config R1
	clear_log R1
	or_logs start_sekid R1
}

seki_waits() {
	role=responder-only seki_config R1
	clear_log R1
	or_logs start_sekid R1
}

# swan_fails PATTERN: strongSwan begins and gets nothing but an error
swan_fails() {
	local said
	if said=$(swan_initiate R2 net 2>&1); then
		echo "$said"
		echo "there is a child SA"
		return 1
	fi
	echo "$said"
	grep -q "$1" <<<"$said"
}

swan_log_says() { swan_log R2 | grep -q "$1"; }
no_swan_sas() { [ -z "$(swan_sas R2)" ] && no_xfrm R2; }
no_children() { no_xfrm R2 && [ -z "$(ipsec_sas R1)$(kernel_sas R1)" ]; }
no_established() { [[ $(ike_sas R1) != *'"established":true'* ]] && no_children; }

# An attempt that seki was in the middle of when it ended is forgotten by
# strongSwan after 8 s.
# nothing_left: neither side has an SA, seki not even one under way
nothing_left() { no_swan_sas && no_sas R1 && [ -z "$(kernel_sas R1)" ]; }

# --- authentication ---

peer_refuses_our_key() {
	local_psk=wrong seki_begins
	or_logs wait_for 20 log_says R1 'the peer answered IKE_AUTH with AUTHENTICATION_FAILED'
	seki R1 show crypto session detail | grep 'does not accept our identity or our pre-shared key'
	or_logs wait_for 20 no_swan_sas
	no_established
	end_sekid R1
}

we_refuse_the_peers_key() {
	remote_psk=wrong seki_waits
	swan_fails 'received AUTHENTICATION_FAILED notify error'
	log_says R1 'unmatched auth data: the pre-shared keys differ'
	or_logs wait_for 20 nothing_left
	end_sekid R1
}

# The responder has finished already when it hears that we do not believe it.
we_refuse_the_responder() {
	remote_psk=wrong seki_begins
	or_logs wait_for 20 log_says R1 'unmatched auth data: the pre-shared keys differ'
	or_logs wait_for 20 swan_log_says 'parsed INFORMATIONAL request 2 \[ N(AUTH_FAILED) \]'
	end_sekid R1
	or_logs wait_for 20 no_swan_sas
	[ -z "$(kernel_sas R1)" ]
}

initiator_refuses_us() {
	local_psk=wrong seki_waits
	swan_fails 'AUTH_FAILED\|AUTHENTICATION_FAILED\|MAC mismatched'
	or_logs wait_for 20 nothing_left
	end_sekid R1
}

# --- proposals and selectors ---

no_common_ike_proposal() {
	group=19 seki_begins
	or_logs wait_for 20 log_says R1 'NO_PROPOSAL_CHOSEN'
	no_established
	end_sekid R1
	group=19 seki_waits
	swan_fails 'received NO_PROPOSAL_CHOSEN notify error'
	or_logs wait_for 20 nothing_left
	end_sekid R1
}

no_common_esp_proposal() {
	transforms="esp-aes 256 esp-sha256-hmac" seki_begins
	or_logs wait_for 20 log_says R1 'the peer refused the child SA with NO_PROPOSAL_CHOSEN'
	no_children
	end_sekid R1
	transforms="esp-aes 256 esp-sha256-hmac" seki_waits
	swan_fails 'received NO_PROPOSAL_CHOSEN notify, no CHILD_SA built'
	no_children
	end_sekid R1
}

# strongSwan protects IPv6 alone, the tunnel is for IPv4.
# What "ip link" has made carries both families, and would agree with anybody.
only_ipv4="interface Tunnel0
	 ip address 172.16.0.101 255.255.255.0
	 tunnel source 10.0.0.1
	 tunnel destination 10.0.0.2
	 tunnel mode ipsec ipv4
	 tunnel protection ipsec profile V"

no_common_selectors() {
	use_selectors v6
	swan_config
	global=$only_ipv4 seki_begins
	or_logs wait_for 20 log_says R1 'the peer refused the child SA with TS_UNACCEPTABLE'
	no_children
	end_sekid R1
	global=$only_ipv4 seki_waits
	swan_fails 'received TS_UNACCEPTABLE notify, no CHILD_SA built'
	no_children
	end_sekid R1
}

# --- death ---

answers() { swan_log_says 'generating INFORMATIONAL response [0-9]* \[ \]'; }

# Each asks the silent other, and is answered.
liveness() {
	swan_dpd=2s swan_config
	global="crypto ikev2 dpd 60 2 periodic" seki_waits
	swan_initiate R2 net
	or_logs wait_for 20 swan_log_says 'sending DPD request'
	or_logs wait_for 10 swan_log_says 'parsed INFORMATIONAL response [0-9]* \[ \]'
	[ "$(ike_sas R1 | grep -c .)" = 1 ]
	end_sekid R1
	wait_for 20 no_swan_sas

	swan_config
	global="crypto ikev2 dpd 2 2 periodic" seki_begins
	or_logs wait_for 30 tunnel_is_up R1
	or_logs wait_for 20 answers
	[ "$(ike_sas R1 | grep -c .)" = 1 ]
}

# What a gateway that crashes and boots again has: no SAs.
swan_dies() {
	swan_stop R2 KILL
	swan_forget R2
}

# It calls again at once: INITIAL_CONTACT tells that the old SAs are dead.
calls_again_after_death() {
	local before
	before=$(ike_spi R1)
	swan_dies
	swan_start R2
	swan_config
	swan_initiate R2 net
	# The old SA may be sent on for a second: a seki peer could still use it.
	or_logs wait_for 3 ping_through R1 5
	[ "$(ike_sas R1 | grep -c .)" = 1 ]
	[ "$(ike_spi R1)" != "$before" ]
	[ "$(active_sa R1 | grep -c .)" = 1 ]
}

# It is silent: after 2 s of silence seki asks, five times again, and tries anew.
found_dead() {
	swan_dies
	or_logs wait_for 30 log_says R1 'dead peer detection: the peer is gone'
	[[ $(ike_sas R1) != *'"established":true'* ]]
	[ -z "$(active_sa R1)" ]
	swan_start R2
	swan_config
	or_logs wait_for 40 tunnel_is_up R1
	ping_through R1 5
	[ "$(active_sa R1 | grep -c .)" = 1 ]
	ip -n R1 link set tunnel0 down
	or_logs wait_for 20 nothing_left
}

make_routers
load_seki
swan_start R2
this_is strongSwan "$(swan_version R2)"
use_suite modern
use_selectors any
swan_config >/dev/null
make_tunnel R1 V

run_test "seki begins with a wrong key: AUTHENTICATION_FAILED, no SA" peer_refuses_our_key
run_test "strongSwan begins with a wrong key: AUTHENTICATION_FAILED, no SA" we_refuse_the_peers_key
run_test "strongSwan answers with a wrong key: it is told, no SA" we_refuse_the_responder
run_test "seki answers with a wrong key: it is told, no SA" initiator_refuses_us
run_test "no common IKE proposal: NO_PROPOSAL_CHOSEN, no SA" no_common_ike_proposal
run_test "no common ESP proposal: NO_PROPOSAL_CHOSEN, no child SA" no_common_esp_proposal
run_test "no common selectors: TS_UNACCEPTABLE, no child SA" no_common_selectors
use_selectors any
run_test "each side answers when the other asks whether it lives" liveness
run_test "strongSwan dies and calls again: its INITIAL_CONTACT counts" calls_again_after_death
run_test "strongSwan dies: seki finds out and makes the tunnel again" found_dead
swan_stop R2
ktap_finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Between a seki router and strongSwan, beside what tests/interop/strongswan.sh
# has: AH, extended sequence numbers, transport mode, and strongSwan's
# reauthentication.  The topology is that of tests/interop/life.sh.
set -eu
. tests/interop/lib.sh
. tests/lib/pki.sh
. tests/lib/strongswan.sh
. tests/interop/life.sh
. tests/interop/strongswan_peer.sh

# protocol_is PROTOCOL [FLAG]: of both of strongSwan's SAs, whatever we think
protocol_is() {
	local states
	states=$(ip -n R2 xfrm state list)
	echo "$states"
	[ "$(grep -c "proto $1 spi" <<<"$states")" = 2 ]
	[ -z "${2:-}" ] || [ "$(grep -c "flag .*$2" <<<"$states")" = 2 ]
}

# protected TITLE PROTOCOL FLAG: begun by each, with a rekey of each
protected() {
	local side who
	for side in seki peer; do
		who=${side/peer/$peer}
		start_life psk $side
		run_test "$1, $who begins: 20 pings each way" comes_up $side
		run_test "$1, $who begins: XFRM has it" protocol_is "$2" "$3"
		pings_begin R1
		run_test "$1, $who begins: $who rekeys the child SA, no ping is lost" rekeys $side child
		pings_end R1
		run_test "$1, $who begins: seki ends and nothing is left" ends_with_seki
		stop_life
	done
}

# --- transport mode between the two addresses, which is a crypto map's ---

# start_transport seki|peer: who begins
start_transport() {
	auth=psk role=''
	seki_config_for psk
	cat >>"$ROUTERS_RUN/R1/seki.conf" <<-END
	crypto ipsec transform-set TRANSPORT esp-gcm
	 mode transport
	access-list 133 permit ip host 10.0.0.1 host 10.0.0.2
	crypto map M 10 ipsec-isakmp
	 set peer 10.0.0.2
	 set transform-set TRANSPORT
	 set ikev2-profile I
	 set pfs group31
	 match address 133
	interface Ethernet0
	 ip address 10.0.0.1 255.255.255.0
	 crypto map M
	END
	clear_log R1
	peer_config
	or_logs start_sekid R1
	[ "$1" = seki ] || or_logs peer_initiate
}

pings_between() {
	ip netns exec R1 ping -q -c "$1" -i 0.02 -W 2 10.0.0.2 | grep ' 0% packet loss'
	ip netns exec R2 ping -q -c "$1" -i 0.02 -W 2 10.0.0.1 | grep ' 0% packet loss'
}

transport_works() {
	local ike
	start_transport "$1"
	or_logs wait_for 30 pings_between 1
	or_logs pings_between 20
	ike=$(ike_sas R1)
	[ "$(field "$ike" initiator)" = "$([ "$1" = seki ] && echo true || echo false)" ]
	[ "$(field "$(active_sa R1)" tunnel_mode)" = false ]
	[ "$(field "$(active_sa R1)" in.packets)" -ge 40 ]
	[ "$(ip -n R2 xfrm state list | grep -c 'mode transport')" = 2 ]
}

transport_rekeys() {
	child_before=$(child_spi R1)
	if [ "$1" = seki ]; then seki R1 rekey crypto sa; else peer_rekey child; fi
	or_logs wait_for 20 child_is_new
	or_logs pings_between 20
}

# Break before make: the tunnel comes back with another IKE SA and another child.
reauthenticated() {
	child_before=$(child_spi R1)
	ike_before=$(ike_spi R1)
	or_logs swanctl_in R2 --rekey --reauth --ike seki
	or_logs wait_for 30 ike_is_new
	or_logs wait_for 30 child_is_new
	or_logs wait_for 10 ping_through R1 20
}

make_routers
load_seki
ip -n R2 route replace 192.168.1.1/32 via 10.0.0.1 src 192.168.2.1
make_life_certificates
or_logs peer_start
this_is strongSwan "$(swan_version R2)"

transforms="ah-sha256-hmac" swan_proposals="ah_proposals = sha256-x25519"
protected "AH" ah ""

transforms=esp-gcm protection_line="set security-association esn"
swan_proposals="esp_proposals = aes128gcm16-x25519-esn"
protected "ESN" esp esn

protection_line='' swan_proposals="esp_proposals = aes128gcm16-x25519"
tunnel_selectors=$swan_selectors
swan_selectors="mode = transport
					local_ts = 10.0.0.2/32
					remote_ts = 10.0.0.1/32"
for side in seki peer; do
	who=${side/peer/$peer}
	run_test "transport mode, $who begins: 20 pings each way" transport_works $side
	run_test "transport mode, $who begins: $who rekeys the child SA" transport_rekeys $side
	run_test "transport mode, $who begins: seki ends and nothing is left" ends_with_seki
done
swan_selectors=$tunnel_selectors

start_life psk peer
run_test "reauthentication, $peer begins: 20 pings each way" comes_up peer
run_test "reauthentication, $peer does it: other SAs, 20 pings" reauthenticated
run_test "reauthentication, $peer deletes: nothing is left" deleted_by peer
stop_life

peer_stop
ktap_finish

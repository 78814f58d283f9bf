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
map_line="set ikev2-profile I
	 set pfs group31"
in_transport_mode "transport mode"

start_life psk peer
run_test "reauthentication, $peer begins: 20 pings each way" comes_up peer
run_test "reauthentication, $peer does it: other SAs, 20 pings" reauthenticated
run_test "reauthentication, $peer deletes: nothing is left" deleted_by peer
stop_life

peer_stop
ktap_finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A seki router and OpenIKED: the topology and the tests are those of
# tests/interop/life.sh.  iked begins when it is started, and rekeys when
# lifetimes end: nothing but that makes it.
set -eu
. tests/interop/lib.sh
. tests/lib/pki.sh
. tests/lib/peer.sh
. tests/lib/openiked.sh
. tests/interop/life.sh

peer=OpenIKED
# On Linux it cannot do more with PF_KEY: no AES-GCM in ESP.
transforms="esp-aes esp-sha384-hmac"

# iked_begin passive|active: with the lifetimes $ike_life and $child_life
iked_begin() {
	local how
	[ "$auth" = psk ] && how="psk \"$psk\"" || how=rfc7427
	iked_start R2 <<-END
	set dpd_check_interval 2
	ikev2 "seki" $1 esp from 192.168.2.1 to 192.168.1.1 local 10.0.0.2 peer 10.0.0.1 \
		ikesa enc aes-128-gcm prf hmac-sha2-256 group curve25519 \
		childsa enc aes-128 auth hmac-sha2-384 group curve25519 noesn \
		srcid $peer_id dstid $seki_id \
		ikelifetime $ike_life lifetime $child_life $how
	END
}

peer_start() { :; }
peer_stop() { iked_stop R2 "$@"; }
peer_config() { iked_begin passive; }
peer_initiate() {
	peer_stop
	iked_begin active
}
peer_delete() { ikectl_in R2 reset id "FQDN/$seki_id"; }
peer_rekey() { :; }
peer_ikes() { ikectl_in R2 show sa | grep '^iked_sas:' || :; }

make_routers
load_seki
peer_tree openiked
modprobe -a af_key esp4 authenc echainiv
ip -n R2 route replace 192.168.1.1/32 via 10.0.0.1 src 192.168.2.1
make_life_certificates
iked_identity R2 "$pki/R2-p256.pem" "$pki/R2-p256.key" "$pki/ca.pem"
this_is OpenIKED "$(in_tree R2 /usr/sbin/iked -V 2>&1 | sed 's/OpenIKED //')"

# As a responder it sends on the new child SA before we can know of it.
ike_life=0 child_life=0
start_life psk seki
run_test "pre-shared key, seki begins: 20 pings each way" comes_up seki
pings_begin R1
run_test "seki rekeys the child SA, traffic goes on" rekeys seki child traffic_goes_on
run_test "seki rekeys the IKE SA, no ping is lost" rekeys seki ike
pings_end R1
run_test "seki's link goes down: nothing is left" deleted_by_link_down
stop_life
peer_stop

# It takes the old child SA down while packets on it may still be on their way.
child_life=15
start_life psk peer
run_test "pre-shared key, $peer begins: 20 pings each way" comes_up peer
pings_begin R1
run_test "$peer rekeys the child SA, traffic goes on" rekeys peer child traffic_goes_on
pings_end R1
run_test "$peer deletes: nothing is left" deleted_by peer
stop_life
peer_stop

child_life=0
for side in seki peer; do
	who=${side/peer/$peer}
	start_life p256 $side
	run_test "ECDSA, $who begins: 20 pings each way" comes_up $side
	run_test "ECDSA, $who begins: both have signed" signed_with ECDSA
	run_test "ECDSA, $who begins: seki ends and nothing is left" ends_with_seki
	stop_life
	peer_stop
done

ike_life=15
start_life psk seki
run_test "seki begins again: 20 pings each way" comes_up seki
pings_begin R1
run_test "$peer rekeys the IKE SA, no ping is lost" rekeys peer ike
pings_end R1
ike_life=0
run_test "$peer dies without a word: seki finds out and makes the tunnel again" found_dead
run_test "seki's link goes down after that: nothing is left" deleted_by_link_down
stop_life

peer_stop
ktap_finish

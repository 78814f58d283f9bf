#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 400
#
# A seki router and strongSwan 6, as Debian 13 has it: the topology and the
# tests are those of tests/interop/life.sh.  What strongSwan of Debian 12 is
# tested with is not repeated.
set -eu
. tests/interop/lib.sh
. tests/lib/pki.sh
. tests/lib/peer.sh
. tests/lib/strongswan.sh
. tests/interop/life.sh
. tests/interop/strongswan_peer.sh

make_routers
load_seki
peer_tree strongswan6
SWAN_TREE=$tree
ip -n R2 route replace 192.168.1.1/32 via 10.0.0.1 src 192.168.2.1
make_life_certificates
or_logs peer_start
this_is strongSwan "$(swan_version R2)"

start_life psk seki
run_test "pre-shared key, seki begins: 20 pings each way" comes_up seki
pings_begin R1
run_test "seki rekeys the child SA, no ping is lost" rekeys seki child
run_test "$peer rekeys the IKE SA, no ping is lost" rekeys peer ike
pings_end R1
run_test "$peer dies without a word: seki finds out and makes the tunnel again" found_dead
run_test "seki's link goes down: nothing is left" deleted_by_link_down
stop_life

start_life p256 peer
run_test "ECDSA, $peer begins: 20 pings each way" comes_up peer
run_test "ECDSA: both have signed" signed_with ECDSA
pings_begin R1
run_test "$peer rekeys the child SA, no ping is lost" rekeys peer child
run_test "seki rekeys the IKE SA, no ping is lost" rekeys seki ike
pings_end R1
run_test "$peer deletes: nothing is left" deleted_by peer
stop_life

peer_stop
ktap_finish

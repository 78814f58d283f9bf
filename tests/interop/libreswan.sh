#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 500
#
# A seki router and libreswan: the topology and the tests are those of
# tests/interop/life.sh.
set -eu
. tests/interop/lib.sh
. tests/lib/pki.sh
. tests/lib/peer.sh
. tests/lib/libreswan.sh
. tests/interop/life.sh

peer=libreswan

peer_start() { pluto_start R2; }
peer_stop() { pluto_stop R2 "$@"; }

# Timeouts are short, so that it finds out soon that seki has died.
peer_config() {
	local how
	case $auth in
	psk)	how="authby=secret" ;;
	rsa)	how="authby=rsasig" ;;
	p*)	how="authby=ecdsa" ;;
	esac
	[ "$auth" = psk ] || how+=$'\n  '"leftcert=R2-$auth"$'\n  '"rightca=%same"$'\n  '"leftsendcert=always"
	(umask 077; echo "@$seki_id @$peer_id : PSK \"$psk\"" >"$PLUTO_RUN/R2/secrets")
	pluto_load R2 seki <<-END
	conn seki
	  ikev2=insist
	  $how
	  left=10.0.0.2
	  leftid=@$peer_id
	  leftsubnet=192.168.2.1/32
	  leftupdown=%disabled
	  right=10.0.0.1
	  rightid=@$seki_id
	  rightsubnet=192.168.1.1/32
	  narrowing=yes
	  ike=aes_gcm128-sha2_256-dh31
	  esp=aes_gcm128-null-dh31
	  dpddelay=2
	  dpdtimeout=6
	  dpdaction=clear
	  retransmit-timeout=6
	  rekey=no
	  auto=add
	END
}
peer_initiate() { whack R2 --name seki --initiate; }
peer_delete() { whack R2 --name seki --terminate; }
peer_rekey() { whack R2 --name seki "--rekey-${1/child/ipsec}"; }
peer_ikes() { whack R2 --showstates | grep ESTABLISHED_IKE_SA || :; }

make_routers
load_seki
peer_tree libreswan
ip -n R2 route replace 192.168.1.1/32 via 10.0.0.1 src 192.168.2.1
make_life_certificates
modprobe -a xfrm_user esp4 authenc echainiv
or_logs peer_start
this_is libreswan "$(in_tree R2 /usr/libexec/ipsec/pluto --version | sed 's/^Libreswan \([^ ]*\).*/\1/')"
for kind in rsa p256; do
	pluto_identity R2 "$pki/R2-$kind.pem" "$pki/R2-$kind.key" "$pki/ca.pem"
done

# As a responder it sends on the new SA before we can know of it.
start_life psk seki
run_test "pre-shared key, seki begins: 20 pings each way" comes_up seki
pings_begin R1
run_test "seki rekeys the child SA, traffic goes on" rekeys seki child traffic_goes_on
run_test "$peer rekeys the IKE SA, no ping is lost" rekeys peer ike
pings_end R1
run_test "$peer dies without a word: seki finds out and makes the tunnel again" found_dead
run_test "seki's link goes down: nothing is left" deleted_by_link_down
stop_life

start_life psk peer
run_test "pre-shared key, $peer begins: 20 pings each way" comes_up peer
pings_begin R1
run_test "$peer rekeys the child SA, no ping is lost" rekeys peer child
run_test "seki rekeys the IKE SA, no ping is lost" rekeys seki ike
pings_end R1
run_test "$peer deletes: nothing is left" deleted_by peer
stop_life

for side in seki peer; do
	who=${side/peer/$peer}
	for how in "rsa RSA" "p256 ECDSA"; do
		read -r kind shown <<<"$how"
		start_life "$kind" $side
		run_test "$shown, $who begins: 20 pings each way" comes_up $side
		run_test "$shown, $who begins: both have signed" signed_with "$shown"
		run_test "$shown, $who begins: seki ends and nothing is left" ends_with_seki
		stop_life
	done
done

start_life psk peer
run_test "pre-shared key, $peer begins again: 20 pings each way" comes_up peer
run_test "seki dies without a word: $peer finds out and forgets" seki_found_dead
stop_life

peer_stop
ktap_finish

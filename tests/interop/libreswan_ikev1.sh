#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# IKEv1 between a seki router and libreswan: main and aggressive mode with pre-shared keys.  The
# topology is that of tests/interop/life.sh.
# Rows A11, A14, A16, E01, E03, E10.
# shellcheck disable=SC2034,SC2154 # the libraries' variables
set -eu
. tests/interop/lib.sh
. tests/lib/peer.sh
. tests/lib/libreswan.sh
. tests/interop/life.sh
. tests/interop/life_isakmp.sh

peer=libreswan
pluto_life="rekey=no"

peer_start() { pluto_start R2; }
peer_stop() { pluto_stop R2 "$@"; }

peer_config() {
	(umask 077; echo "10.0.0.1 10.0.0.2 : PSK \"$psk\"" >"$PLUTO_RUN/R2/secrets")
	pluto_load R2 seki <<-END
	conn seki
	  ikev2=no
	  aggressive=${aggressive:-no}
	  authby=secret
	  left=10.0.0.2
	  leftsubnet=0.0.0.0/0
	  leftupdown=%disabled
	  right=10.0.0.1
	  rightsubnet=0.0.0.0/0
	  ike=$pluto_ike
	  esp=$pluto_esp
	  pfs=$([ "$pfs_group" = 0 ] && echo no || echo yes)
	  dpddelay=2
	  dpdtimeout=6
	  dpdaction=clear
	  retransmit-timeout=6
	  $pluto_life
	  auto=add
	END
}
peer_initiate() { whack R2 --name seki --initiate; }
peer_delete() { whack R2 --name seki --terminate; }
peer_rekey() { :; } # when the lifetime ends: it cannot be told to
peer_ikes() { whack R2 --showstates | grep 'IKE SA established' || :; }

make_routers
load_seki
peer_tree libreswan
ip -n R2 route replace 192.168.1.1/32 via 10.0.0.1 src 192.168.2.1
modprobe -a xfrm_user esp4 authenc echainiv
or_logs peer_start
this_is libreswan "$(in_tree R2 /usr/libexec/ipsec/pluto --version | sed 's/^Libreswan \([^ ]*\).*/\1/')"

suite=" encryption aes 256
 hash sha256
 group 14" pluto_ike=aes256-sha2_256-modp2048
transforms="esp-aes 256 esp-sha256-hmac" pluto_esp="aes256-sha2_256;modp2048"
aggressive='' pfs_group=14 name="main mode, AES-256, group 14, PFS"
for side in seki peer; do
	begun "$name" $side esp "cbc(aes)"
	pings_begin R1
	# As a responder it is ready with the third message, and we send at once behind it.
	run_test "$name, $who begins: seki rekeys the child SA, traffic goes on" \
		rekeys seki child traffic_goes_on
	pings_end R1
	ended_by "$name" $side
done

suite=" encryption 3des
 hash sha
 group 5" pluto_ike=3des-sha1-modp1536
transforms="esp-3des esp-sha-hmac" pluto_esp=3des-sha1 pfs_group=0
name="main mode, 3DES, SHA-1, group 5"
for side in seki peer; do
	begun "$name" $side esp "cbc(des3_ede)"
	ended_by "$name" $side
done

suite=" encryption aes
 hash sha
 group 5" pluto_ike=aes128-sha1-modp1536
transforms="esp-aes esp-sha-hmac" pluto_esp=aes128-sha1
aggressive=yes name="aggressive mode, AES-128, group 5"
for side in seki peer; do
	begun "$name" $side esp "cbc(aes)"
	ended_by "$name" $side
done

aggressive='' name="main mode, AES-128, group 5"
begun "$name" seki esp "cbc(aes)"
run_test "$name, $peer dies without a word: seki finds out and makes the tunnel again" found_dead
stop_life

pluto_life="salifetime=25s
	  rekeymargin=15s
	  rekeyfuzz=0%" name="main mode, a short lifetime"
begun "$name" peer esp "cbc(aes)"
pings_begin R1
run_test "$name: $peer rekeys the child SA, no ping is lost" rekeys peer child
pings_end R1
ended_by "$name" peer
peer_stop
ktap_finish

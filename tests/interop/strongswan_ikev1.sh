#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# IKEv1 between a seki router and strongSwan: main and aggressive mode with pre-shared keys,
# old algorithms, AH, transport mode, rekeys and delete by both sides, liveness, a NAT in front of
# seki.  The topology is that of tests/interop/life.sh, with xfrm0 at R2; what protects packets is
# agreed on for all addresses, which is how a tunnel device asks in IKEv1.
# Rows A11, A14, A16, E01, E03, E10, M04.
# shellcheck disable=SC2034,SC2154 # the libraries' variables
set -eu
. tests/interop/lib.sh
. tests/lib/nat.sh
. tests/lib/strongswan.sh
. tests/interop/life.sh
. tests/interop/life_isakmp.sh
. tests/interop/strongswan_peer.sh

SWAN_PLUGINS="des md5 sha1"
export swan_options="i_dont_care_about_security_and_use_aggressive_mode_psk = yes"

swan_selectors="local_ts = 0.0.0.0/0
					remote_ts = 0.0.0.0/0
					if_id_in = 42
					if_id_out = 42"

peer_config() {
	swan_load R2 <<-END
	connections {
		seki {
			version = 1
			${aggressive:+aggressive = yes}
			local_addrs = 10.0.0.2
			remote_addrs = 10.0.0.1
			proposals = $swan_ike
			rekey_time = 0
			reauth_time = 0
			dpd_delay = 2s
			dpd_timeout = 10s
			local {
				auth = psk
			}
			remote {
				auth = psk
				id = %any
			}
			children {
				net {
					$swan_selectors
					$swan_proposals
					rekey_time = 0
				}
			}
		}
	}
	secrets {
		ike-1 {
			secret = "$psk"
		}
	}
	END
}

make_routers
load_seki
swan_start R2
use_selectors any
this_is strongSwan "$(swan_version R2)"

suite=" encryption 3des
 hash md5
 group 2" swan_ike=3des-md5-modp1024
transforms="esp-3des esp-md5-hmac" swan_proposals="esp_proposals = 3des-md5-modp1536"
aggressive='' pfs_group=5 name="main mode, 3DES, MD5, group 2, PFS with group 5"
for side in seki peer; do
	begun "$name" $side esp "cbc(des3_ede)"
	pings_begin R1
	# As a responder it installs its SAs with the third message, and we send at once behind it.
	run_test "$name, $who begins: seki rekeys the child SA, traffic goes on" \
		rekeys seki child traffic_goes_on
	run_test "$name, $who begins: $peer rekeys the child SA, no ping is lost" rekeys peer child
	pings_end R1
	ended_by "$name" $side
done

suite=" encryption des
 hash md5
 group 1" swan_ike=des-md5-modp768
transforms="esp-des esp-md5-hmac" swan_proposals="esp_proposals = des-md5"
pfs_group=0 name="main mode, DES, MD5, group 1"
for side in seki peer; do
	begun "$name" $side esp "cbc(des)"
	ended_by "$name" $side
done

suite=" encryption aes 256
 hash sha256
 group 14" swan_ike=aes256-sha256-modp2048
transforms="ah-sha-hmac" swan_proposals="ah_proposals = sha1" name="main mode, AH"
for side in seki peer; do
	begun "$name" $side ah "hmac(sha1)"
	ended_by "$name" $side
done

transforms="esp-aes 256 esp-sha256-hmac" swan_proposals="esp_proposals = aes256-sha256"
aggressive=yes name="aggressive mode, AES-256, group 14"
for side in seki peer; do
	begun "$name" $side esp "cbc(aes)"
	ended_by "$name" $side
done

aggressive='' map_line="set isakmp-profile I"
in_transport_mode "main mode, transport mode"

name="main mode through a NAT"
masquerade R1 eth0 20000-20100
begun "$name" seki esp "encap type espinudp"
pings_begin R1
run_test "$name, seki begins: $peer rekeys the child SA, no ping is lost" rekeys peer child
pings_end R1
ended_by "$name" seki
ip netns exec R1 nft delete table ip nat

name="main mode, AES-256, group 14"
begun "$name" seki esp "cbc(aes)"
pings_begin R1
run_test "$name, seki begins: seki makes phase 1 anew, no ping is lost" rekeys seki ike
pings_end R1
run_test "$name, $peer dies without a word: seki finds out and makes the tunnel again" found_dead
stop_life
peer_stop
ktap_finish

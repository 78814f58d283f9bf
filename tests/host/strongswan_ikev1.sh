#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 250
#
# IKEv1 with strongSwan: main mode with pre-shared keys and quick mode, begun by
# either end, old and new algorithms, PFS, rekeying, liveness, delete, and what
# fails.  The daemon runs without its kernel module, strongSwan with ESP in UDP, so that
# private namespaces of this host are enough; both therefore see a NAT.
# Rows A11, A14, A16, E03, E10, J05, M06.
#
#	R1: sekid 10.0.0.1 ---- 10.0.0.2 R2: strongSwan
set -eu
. tests/vm/ktap.sh
. tests/lib/strongswan.sh
export pair_show="crypto isakmp sa" pair_ready=QM_IDLE pair_debug="crypto isakmp" pair_negotiates=""
. tests/lib/host_pair.sh

# config SUITE TRANSFORM-SET PROFILE-STATEMENT [GLOBAL]
config() {
	pair_transforms=$2
	pair_config "$3" <<-END
	crypto legacy
	${4:-}
	crypto isakmp policy 10
	 authentication pre-share
	$1
	crypto isakmp key sharedkey address 10.0.0.2
	END
}

# peer IKE-PROPOSAL ESP-PROPOSAL [SECRET]
peer() {
	swan_load $r2 <<-END
	connections {
		seki {
			version = 1
			local_addrs = 10.0.0.2
			remote_addrs = 10.0.0.1
			proposals = $1
			encap = yes
			dpd_delay = 3
			local {
				auth = psk
			}
			remote {
				auth = psk
			}
			children {
				net {
					local_ts = 0.0.0.0/0
					remote_ts = 0.0.0.0/0
					esp_proposals = $2
				}
			}
		}
	}
	secrets {
		ike-1 {
			secret = "${3:-sharedkey}"
		}
	}
	END
}

children() { grep -o "state=INSTALLED" <<<"$(theirs)" | wc -l; }
works() { is_up && [ "$(children)" -ge 1 ] && we_say "tunnel0: up"; }

MODERN=" encryption aes 256
 hash sha256
 group 14"

we_begin() {
	config "$MODERN" "esp-aes 256 esp-sha256-hmac" "set security-association lifetime seconds 600"
	peer aes256-sha256-modp2048 aes256-sha256
	or_logs pair_start
	or_logs wait_for 30 works
	theirs
	[[ $(theirs) = *version=1* && $(theirs) = *encr-alg=AES_CBC* && $(theirs) = *dh-group=MODP_2048* ]]
	ctl show crypto isakmp sa | tee /dev/stderr | grep -Eq '^10.0.0.2 +10.0.0.1 +QM_IDLE +[0-9]+ +0$'
}

rekeyed() { [ "$(grep -c "tunnel0: up" "$folder/log")" -gt "$1" ]; }
child_rekeys() {
	local before
	before=$(grep -c "tunnel0: up" "$folder/log")
	ctl rekey crypto sa
	or_logs wait_for 15 rekeyed "$before"
	before=$(grep -c "tunnel0: up" "$folder/log")
	swan_rekey_child $r2 net
	or_logs wait_for 15 rekeyed "$before"
}

phase_1_again() { [ "$(grep -c "New State = IKE_P1_COMPLETE" "$folder/log")" -gt "$1" ]; }
phase_1_rekeys() {
	local before
	before=$(grep -c "New State = IKE_P1_COMPLETE" "$folder/log")
	ctl rekey crypto isakmp sa
	or_logs wait_for 15 phase_1_again "$before"
	or_logs wait_for 10 works
	before=$(grep -c "New State = IKE_P1_COMPLETE" "$folder/log")
	swan_rekey_ike $r2 seki
	or_logs wait_for 15 phase_1_again "$before"
	or_logs wait_for 10 works
}

asked_and_answered() { swan_says "DPD_ACK" && we_say "R_U_THERE protocol"; }
liveness() { or_logs wait_for 15 asked_and_answered; }

they_delete() {
	swan_terminate $r2 seki || : # one that has just been replaced may be gone already
	or_logs wait_for 10 we_say "the peer deletes the ISAKMP SA"
	or_logs wait_for 20 works # a tunnel that is up begins again
}

we_delete() { pair_stop; or_logs swan_says "received DELETE for IKE_SA"; }

they_begin() {
	config "$MODERN" "esp-aes 256 esp-sha256-hmac" "responder-only"
	pair_start
	or_logs swan_initiate $r2 net
	or_logs wait_for 10 works
	or_logs we_say "IKE_R_MM5 New State = IKE_P1_COMPLETE"
	pair_stop
}

# combination SUITE IKE-PROPOSAL TRANSFORM-SET ESP-PROPOSAL PFS
combination() {
	config "$1" "$3" "$5"
	peer "$2" "$4"
	pair_start
	or_logs wait_for 30 works
	pair_stop
	# and the other way round
	config "$1" "$3" "$5
 responder-only"
	pair_start
	or_logs swan_initiate $r2 net
	or_logs wait_for 10 works
	pair_stop
}

old() {
	combination " encr 3des
 hash md5
 group 2" 3des-md5-modp1024 "esp-3des esp-md5-hmac" 3des-md5-modp1536 "set pfs group5"
}

oldest() {
	combination " encr des
 hash sha
 group 1" des-sha1-modp768 "esp-des esp-sha-hmac" des-sha1 ""
}

newest() {
	combination " encr aes 192
 hash sha384
 group 20" aes192-sha384-ecp384 "esp-gcm 256" aes256gcm16-ecp256 "set pfs group19"
}

wrong_key() {
	config "$MODERN" "esp-aes 256 esp-sha256-hmac" ""
	peer aes256-sha256-modp2048 aes256-sha256 anotherkey
	pair_start
	or_logs wait_for 20 swan_says "failed"
	or_logs wait_for 20 we_say "retransmitting phase 1 MM_KEY_EXCH"
	not_up
	pair_stop
}
not_up() { ! we_say "tunnel0: up"; }

wrong_suite() {
	peer aes128-sha256-modp2048 aes256-sha256
	pair_start
	or_logs wait_for 20 we_say "PROPOSAL_NOT_CHOSEN: it accepts none of our ISAKMP policies"
	pair_stop
}

wrong_transforms() {
	peer aes256-sha256-modp2048 aes128-sha256
	pair_start
	or_logs wait_for 20 we_say "PROPOSAL_NOT_CHOSEN: it accepts none of our IPsec proposals"
	pair_stop
}

trap pair_end EXIT
pair_begin
SWAN_PLUGINS="des md5 sha1" swan_ipsec=kernel-libipsec swan_start $r2
run_test "we begin: main mode and quick mode" we_begin
run_test "quick modes of both ends replace the pair" child_rekeys
run_test "both ends ask whether the other one lives" liveness
run_test "phase 1 is made anew by either end" phase_1_rekeys
run_test "the peer deletes, and all begins again" they_delete
run_test "we delete" we_delete
run_test "the peer begins" they_begin
run_test "3DES, MD5, group 2, PFS with group 5" old
run_test "DES, SHA-1, group 1" oldest
run_test "AES-192, SHA-384, ECP; AES-GCM with PFS" newest
run_test "another pre-shared key" wrong_key
run_test "another suite of phase 1" wrong_suite
run_test "other transforms" wrong_transforms
ktap_finish

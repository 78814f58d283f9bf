#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 200
#
# Aggressive mode with others: strongSwan begins and answers, ike-scan fetches what anybody can
# fetch, and psk-crack finds the key in it, which proves HASH_R.  The daemon runs without
# its kernel module, strongSwan with ESP in UDP; both therefore see a NAT.
# Rows A15, E03, E09, E12, E21, F01.
#
#	R1: sekid 10.0.0.1 ---- 10.0.0.2 R2: strongSwan, ike-scan
set -eu
. tests/vm/ktap.sh
. tests/lib/strongswan.sh
export pair_show="crypto isakmp sa" pair_ready=QM_IDLE pair_debug="crypto isakmp"
export pair_profile=isakmp-profile pair_transforms="esp-aes esp-sha256-hmac"
. tests/lib/host_pair.sh

# config MATCH STATEMENT-OF-ISAKMP-PROFILE STATEMENT-OF-IPSEC-PROFILE [HASH]
config() {
	pair_config "$3" <<-END
	crypto isakmp policy 10
	 authentication pre-share
	 encryption aes
	 hash ${4:-sha256}
	 group 14
	crypto isakmp key sharedkey address 10.0.0.2
	crypto isakmp profile I
	 match identity $1
	 legacy
	 $2
	END
}

# peer LOCAL-ID REMOTE-ID [FRAGMENTATION]
peer() {
	swan_load $r2 <<-END
	connections {
		seki {
			version = 1
			aggressive = yes
			local_addrs = 10.0.0.2
			remote_addrs = 10.0.0.1
			proposals = aes128-sha256-modp2048
			encap = yes
			fragmentation = ${3:-no}
			local {
				auth = psk
				id = $1
			}
			remote {
				auth = psk
				id = $2
			}
			children {
				net {
					local_ts = 0.0.0.0/0
					remote_ts = 0.0.0.0/0
					esp_proposals = aes128-sha256
				}
			}
		}
	}
	secrets {
		ike-1 {
			secret = sharedkey
		}
	}
	END
}

works() { is_up && [[ $(theirs) = *state=INSTALLED* ]] && we_say "tunnel0: up"; }

we_begin() {
	config "host swan.example" "initiate mode aggressive
 self-identity fqdn seki.example" ""
	peer swan.example seki.example
	or_logs pair_start
	or_logs wait_for 30 works
	or_logs we_say "Old State = IKE_I_AM2 New State = IKE_P1_COMPLETE"
	or_logs swan_says "parsed AGGRESSIVE request"
	pair_stop
}

they_begin() {
	config "host swan.example" "self-identity fqdn seki.example" responder-only
	or_logs pair_start
	or_logs swan_initiate $r2 net
	or_logs wait_for 10 works
	or_logs we_say "FQDN name    : swan.example"
	or_logs we_say "Old State = IKE_R_AM2 New State = IKE_P1_COMPLETE"
	pair_stop
}

a_group() {
	config "group admin" "" responder-only
	peer "keyid:admin" 10.0.0.1
	or_logs pair_start
	or_logs swan_initiate $r2 net
	or_logs wait_for 10 works
	or_logs we_say "type         : 11"
	or_logs we_say "group id     : admin"
	pair_stop
}

# Row E09: pieces of both sides; theirs are of 300 octets at most
in_fragments() {
	config "host swan.example" "self-identity fqdn seki.example" "responder-only
crypto ikev2 fragmentation mtu 350"
	peer swan.example seki.example yes
	or_logs pair_start
	or_logs swan_initiate $r2 net
	or_logs wait_for 10 works
	or_logs we_say "goes in fragments of"
	or_logs swan_says "received fragment #1"
	pair_stop
}

# crack HASH: what a stranger gets is enough to try keys on
crack() {
	config "group strangers" "" responder-only "$1"
	pair_start
	rm -f "$folder/psk"
	or_logs ip netns exec $r2 ike-scan --sport=0 --aggressive --id=strangers --idtype=11 \
		--trans="(1=7,14=128,2=$2,3=1,4=14)" --dhgroup=14 --pskcrack="$folder/psk" 10.0.0.1
	printf '%s\n' one another sharedkey last >"$folder/words"
	psk-crack --dictionary="$folder/words" "$folder/psk" | tee /dev/stderr |
		grep -q 'key "sharedkey" matches'
	pair_stop
}
a_stranger_tries_keys() { crack sha 2; }
with_md5() { crack md5 1; }

not_permitted() {
	pair_config "" <<-END
	crypto isakmp policy 10
	 authentication pre-share
	 encryption aes
	 hash sha256
	 group 14
	crypto isakmp key sharedkey address 10.0.0.2
	crypto isakmp profile I
	 match identity group strangers
	END
	pair_start
	ip netns exec $r2 ike-scan --sport=0 --aggressive --id=strangers --idtype=11 \
		--trans="(1=7,14=128,2=4,3=1,4=14)" --dhgroup=14 10.0.0.1 | tee /dev/stderr |
		grep -q "NO-PROPOSAL-CHOSEN"
	or_logs we_say "aggressive mode with a pre-shared key lets anybody try keys offline"
	pair_stop
}

trap pair_end EXIT
pair_begin
swan_options="i_dont_care_about_security_and_use_aggressive_mode_psk = yes" \
	SWAN_PLUGINS="sha1" swan_ipsec=kernel-libipsec swan_start $r2
run_test "we begin" we_begin
run_test "they begin" they_begin
run_test "the peer names itself by a group" a_group
run_test "in fragments" in_fragments
run_test "psk-crack finds the key in what ike-scan gets" a_stranger_tries_keys
run_test "the same with MD5" with_md5
run_test "without permission nobody gets anything" not_permitted
ktap_finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 200
#
# Extensions of IKEv2 with strongSwan (rows A01, B32): post-quantum pre-shared keys (RFC
# 8784) and IKE SAs without a child (RFC 6023), begun by each side.  The daemon runs
# without its kernel module, strongSwan does ESP by itself.
#
#	R1: sekid                R2: strongSwan
#	10.0.0.1 -------------- 10.0.0.2
set -eu
. tests/vm/ktap.sh
. tests/lib/strongswan.sh
. tests/lib/host_pair.sh

# seki PPK PROFILE-STATEMENT IPSEC-STATEMENT
seki() {
	pair_config "$3" <<-END
	crypto ikev2 keyring K
	 peer other
	  address 10.0.0.2
	  pre-shared-key a key of several words
	  $1
	crypto ikev2 profile I
	 match identity remote any
	 authentication local pre-share
	 authentication remote pre-share
	 keyring local K
	 $2
	END
}

# swan STATEMENTS SECRET
swan() {
	swan_load $r2 <<-END
	connections {
		seki {
			version = 2
			local_addrs = 10.0.0.2
			remote_addrs = 10.0.0.1
			proposals = default
			$1
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
					esp_proposals = aes128gcm16
				}
			}
		}
	}
	secrets {
		ike-1 {
			secret = "a key of several words"
		}
		ppk-1 {
			id = quantum
			secret = "$2"
		}
	}
	END
}

with_ppk() { [[ $(ours) = *'"ppk":true'* ]]; }
child_is_up() { [[ $(theirs) = *state=INSTALLED* ]]; }

# up WHO: begins
up() {
	or_logs pair_start
	[ "$1" = seki ] || or_logs swan_initiate $r2 net
	or_logs wait_for 20 is_up
	or_logs wait_for 10 child_is_up
}

both_have_it() {
	seki "ppk manual id quantum key a better one" "" "$1"
	swan "ppk_id = quantum" "a better one"
	up "$2"
	or_logs with_ppk
	or_logs swan_says "using PPK for PPK_ID 'quantum'"
	pair_stop
}
seki_begins() { both_have_it "" seki; }
swan_begins() { both_have_it responder-only swan; }

required() {
	seki "ppk manual id quantum key a better one required" "" ""
	swan "ppk_id = quantum
			ppk_required = yes" "a better one"
	up seki
	or_logs with_ppk
	pair_stop
}

# strongSwan insists on a name of its own
another_name() {
	seki "ppk manual id other key a better one" "" ""
	swan "ppk_id = quantum" "a better one"
	or_logs pair_start
	or_logs wait_for 20 we_say "AUTHENTICATION_FAILED"
	! is_up
	pair_stop
}
none_there() {
	seki "ppk manual id other key a better one" "" ""
	swan "" "a better one"
	up seki
	! with_ppk
	pair_stop
}

another_key() {
	seki "ppk manual id quantum key a worse one" "" ""
	swan "ppk_id = quantum" "a better one"
	or_logs pair_start
	or_logs wait_for 20 we_say "AUTHENTICATION_FAILED"
	! is_up
	pair_stop
}

childless_by_seki() {
	seki "" "child-sa creation separate" ""
	swan "childless = allow" x
	up seki
	or_logs we_say "IKE only: we want no child SA now"
	pair_stop
}

childless_by_swan() {
	seki "" "" responder-only
	swan "childless = force" x
	up swan
	or_logs we_say "IKE only: the peer wants no child SA now"
	pair_stop
}

childless_forbidden() {
	seki "" "child-sa creation separate" ""
	swan "childless = never" x
	up seki
	! we_say "IKE only"
	pair_stop
}

trap pair_end EXIT
pair_begin
swan_ipsec=kernel-libipsec swan_start $r2
run_test "a PPK, seki begins" seki_begins
run_test "a PPK, strongSwan begins" swan_begins
run_test "both ends require the PPK" required
run_test "a PPK that strongSwan does not have is left out" none_there
run_test "a PPK by another name is refused where strongSwan names one" another_name
run_test "another key by the same name is refused" another_key
run_test "an IKE SA without a child, seki begins" childless_by_seki
run_test "an IKE SA without a child, strongSwan begins" childless_by_swan
run_test "strongSwan permits none without a child" childless_forbidden
ktap_finish

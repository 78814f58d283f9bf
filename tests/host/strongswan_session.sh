#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 200
#
# The life of an IKE SA with strongSwan (row A01, B25): reauthentication begun by seki, and
# a client of seki that strongSwan redirects while the SA is up (RFC 5685).  The daemon
# runs without its kernel module, strongSwan does ESP by itself.
#
#	R1: sekid                R2: strongSwan
#	10.0.0.1 -------------- 10.0.0.2, 10.0.0.3
set -eu
. tests/vm/ktap.sh
. tests/lib/strongswan.sh
. tests/lib/host_pair.sh

# seki STATEMENT PROFILE-STATEMENT
seki() {
	pair_config "" <<-END
	$1
	crypto ikev2 keyring K
	 peer other
	  address 10.0.0.0 255.255.255.0
	  pre-shared-key a key of several words
	crypto ikev2 profile I
	 match identity remote any
	 authentication local pre-share
	 authentication remote pre-share
	 keyring local K
	 $2
	END
}

swan() {
	swan_load $r2 <<-END
	connections {
		seki {
			version = 2
			local_addrs = 10.0.0.2,10.0.0.3
			remote_addrs = 10.0.0.1
			proposals = default
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
	}
	END
}

spi() { swan_value "$(theirs)" responder-spi; }
one_of_each() { [ "$(theirs | grep -c state=ESTABLISHED)" = 1 ] && [[ $(theirs) = *state=INSTALLED* ]]; }
is_another() { one_of_each && [ "$(spi)" != "$1" ]; }
is_at() { one_of_each && [[ $(theirs) = *local-host="$1"* && $(ours) = *'"state":"READY"'* ]]; }

up() {
	or_logs pair_start
	or_logs wait_for 20 is_up
	or_logs wait_for 10 one_of_each
}

reauthentication() {
	local first
	seki "" "reauthentication 30"
	swan
	up
	first=$(spi)
	or_logs wait_for 60 is_another "$first"
	or_logs we_say "reauthentication begins"
	or_logs is_up
	pair_stop
}

redirection() {
	seki "crypto ikev2 redirect client" ""
	swan
	up
	or_logs swanctl_in $r2 --redirect --ike seki --gateway 10.0.0.3
	or_logs wait_for 60 is_at 10.0.0.3
	or_logs we_say "redirected to 10.0.0.3"
	pair_stop
}

trap pair_end EXIT
pair_begin
ip -n $r2 addr add 10.0.0.3/24 dev eth0
swan_ipsec=kernel-libipsec swan_start $r2
run_test "reauthentication begun by seki" reauthentication
run_test "strongSwan redirects an established client" redirection
ktap_finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 300
#
# IPv6 with strongSwan: both families in one child SA, narrowed to its networks, and
# IPv6 outside (rows A05, B20).  The daemon runs without its kernel module, strongSwan
# does ESP by itself.
#
#	R1: sekid                        R2: strongSwan
#	10.0.0.1, 2001:db8:77::1 ------- 10.0.0.2, 2001:db8:77::2
set -eu
. tests/vm/ktap.sh
. tests/lib/strongswan.sh
. tests/lib/host_pair.sh

both=" tunnel mode ipsec dual-overlay"
any=0.0.0.0/0,::/0

# seki LOCAL REMOTE ROLE
seki() {
	pair_config "$3" <<-END
	crypto ikev2 keyring K
	 peer four
	  address 10.0.0.2
	  pre-shared-key a key of several words
	 peer six
	  address 2001:db8:77::2/128
	  pre-shared-key a key of several words
	crypto ikev2 profile I
	 match identity remote any
	 authentication local $1
	 authentication remote $2
	 keyring local K
	END
}

# swan LOCAL REMOTE SELECTORS: SELECTORS are those of its end
swan() {
	swan_load $r2 <<-END
	connections {
		seki {
			version = 2
			local_addrs = ${pair_remote:-10.0.0.2}
			remote_addrs = ${pair_local:-10.0.0.1}
			proposals = default
			local {
				$1
			}
			remote {
				$2
			}
			children {
				net {
					local_ts = $3
					remote_ts = $any
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

children() { local sa; sa=$(ctl --json show crypto ipsec sa); echo "${sa//[$' \n']/}"; }

# have SELECTORS: strongSwan's, local and remote; and ours say the same families
have() {
	local sa
	sa=$(theirs)
	echo "$sa"
	[[ $sa = *"local-ts=[$1] remote-ts=[$2]"* ]]
}

# --- one child for both families ---

child() {
	pair_inside=$both
	seki pre-share pre-share "$([ "$1" = seki ] || echo responder-only)"
	swan "auth = psk" "auth = psk" "$2"
	or_logs pair_start
	[ "$1" = seki ] || or_logs swan_initiate $r2 net
	or_logs wait_for 30 is_up
	or_logs have "$3" "0.0.0.0/0 ::/0"
}

rekeyed() {
	local before
	before=$(swan_value "$(theirs)" spi-in)
	if [ "$1" = seki ]; then ctl rekey crypto sa; else swan_rekey_child $r2 net; fi
	or_logs wait_for 15 other_spi "$before"
	or_logs have "0.0.0.0/0 ::/0" "0.0.0.0/0 ::/0"
}
other_spi() { local sa; sa=$(theirs); [[ $sa != *spi-in=$1* && $sa = *state=INSTALLED* ]]; }

any_any() {
	child "$1" $any "0.0.0.0/0 ::/0"
	rekeyed seki
	rekeyed peer
	[[ $(children) = *'"start":"::","end":"ffff:'* ]]
	pair_stop
}

narrowed() {
	child seki 192.168.2.0/24,2001:db8:2::/48 "192.168.2.0/24 2001:db8:2::/48"
	[[ $(children) = *'"start":"192.168.2.0","end":"192.168.2.255"'* ]]
	[[ $(children) = *'"start":"2001:db8:2::","end":"2001:db8:2:ffff:'* ]]
	pair_stop
}

# --- IPv6 outside ---

outside() {
	pair_local=2001:db8:77::1 pair_remote=2001:db8:77::2
	child "$1" $any "0.0.0.0/0 ::/0"
	[[ $(theirs) = *remote-host=2001:db8:77::1* ]]
	rekeyed seki
	pair_stop
}

# --- tests ---

trap pair_end EXIT
pair_begin
ip -n $r1 addr add 2001:db8:77::1/64 dev eth0 nodad
ip -n $r2 addr add 2001:db8:77::2/64 dev eth0 nodad
# where its route to what it protects comes from
ip -n $r2 addr add 192.168.2.1/32 dev lo
ip -n $r2 addr add 2001:db8:2::1/128 dev lo
swan_ipsec=kernel-libipsec swan_start $r2
run_test "both families in one child, seki begins and both rekey" any_any seki
run_test "both families in one child, strongSwan begins and both rekey" any_any peer
run_test "strongSwan's networks of both families: the child narrows" narrowed
run_test "IPv6 outside, seki begins" outside seki
ktap_finish

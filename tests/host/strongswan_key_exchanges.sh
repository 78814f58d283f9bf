#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 300
#
# Several key exchanges (RFC 9242, RFC 9370; rows A01, B35) with strongSwan 6, as
# Debian 13 has it: begun by each side, rekeyed by each side, and in fragments.  Its
# packages have no ML-KEM.
#
#	R1: sekid                R2: strongSwan
#	10.0.0.1 -------------- 10.0.0.2
# shellcheck disable=SC2154 # of tests/lib/host_pair.sh
set -eu
# The peer's tree gets /proc, /dev and /run, which only this test is to see.
[ -n "${ALONE:-}" ] || ALONE=1 exec unshare --mount "$0" "$@"
export TMPDIR=/run # the one place that is the same inside of the tree
. tests/vm/ktap.sh
. tests/lib/peer.sh
. tests/lib/strongswan.sh
. tests/lib/host_pair.sh

# seki METHODS... : of the additional key exchanges of IKE SA and child; $more_seki, $of_child
seki() {
	local number=0 method ike='' child=''
	for method; do
		number=$((number + 1))
		ike+=" additional-key-exchange $number $method"$'\n'
		child+=" set additional-key-exchange $number $method"$'\n'
	done
	pair_config " set pfs group19"$'\n'"$child ${of_child:-}" <<-END
	${more_seki:-}
	crypto ikev2 proposal Q
	 encryption aes-gcm-256
	 prf sha384
	 group 19
	$ike
	crypto ikev2 policy Q
	 proposal Q
	crypto ikev2 keyring K
	 peer other
	  address 10.0.0.2
	  pre-shared-key a key of several words
	crypto ikev2 profile I
	 match identity remote any
	 authentication local pre-share
	 authentication remote pre-share
	 keyring local K
	END
}

# swan PROPOSAL-SUFFIX
swan() {
	swan_load $r2 <<-END
	connections {
		seki {
			version = 2
			local_addrs = 10.0.0.2
			remote_addrs = 10.0.0.1
			proposals = aes256gcm16-prfsha384-ecp256$1
			fragmentation = yes
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
					esp_proposals = aes128gcm16-ecp256$1
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

child_is_up() { [[ $(theirs) = *state=INSTALLED* ]]; }
uses() { [[ $(ours) = *"\"additional_key_exchanges\":[$1]"* ]]; }
# pairs: of seki's child SAs, which change with each rekey
pairs() { ctl --json show crypto ipsec sa | grep -o '"inbound_spi": *[0-9]*' | sort; }
spi() { [[ $(ours) =~ \"local_spi\":\"([^\"]*)\" ]] && echo "${BASH_REMATCH[1]}"; }
changed() { local now; now=$("$1"); [ -n "$now" ] && [ "$now" != "$2" ]; }
one_child() { [ "$(pairs | wc -l)" = 1 ]; }
one_sa() { [ "$(ours | grep -o '"tunnel_id"' | wc -l)" = 1 ]; }

up() {
	or_logs pair_start
	[ "$1" = seki ] || or_logs swan_initiate $r2 net
	or_logs wait_for 30 is_up
	or_logs wait_for 10 child_is_up
	or_logs wait_for 10 one_child
}

rekeys() {
	local before
	before=$(pairs)
	ctl rekey crypto sa
	or_logs wait_for 20 changed pairs "$before"
	or_logs wait_for 20 one_child
	before=$(pairs)
	swan_rekey_child $r2 net
	or_logs wait_for 20 changed pairs "$before"
	or_logs wait_for 20 one_child
	before=$(spi)
	ctl rekey crypto ikev2 sa
	or_logs wait_for 20 changed spi "$before"
	or_logs wait_for 20 one_sa
	before=$(spi)
	swan_rekey_ike $r2 seki
	or_logs wait_for 20 changed spi "$before"
	or_logs wait_for 20 one_sa
	or_logs is_up
	or_logs child_is_up
}

# both WHO SUFFIX NAMES METHODS...
both() {
	local who=$1 names=$3
	[ "$who" = seki ] || of_child=responder-only
	swan "$2"
	seki "${@:4}"
	up "$who"
	or_logs uses "$names"
	rekeys
	or_logs uses "$names"
	pair_stop
}

two_more() { both "$1" -ke1_x25519-ke2_ecp384 \
	'"DH_GROUP_CURVE25519/Group31","DH_GROUP_384_ECP/Group20"' 31 20; }
fragments() {
	local more_seki="crypto ikev2 fragmentation mtu 400"
	both "$1" -ke1_modp6144 '"DH_GROUP_6144_MODP/Group17"' 17
}

not_there() {
	swan ""
	seki 31
	or_logs pair_start
	or_logs wait_for 20 we_say "NO_PROPOSAL_CHOSEN: it accepts none of our IKE proposals"
	! is_up
	pair_stop
}

peer_tree strongswan6-userland
export SWAN_TREE=$tree
trap pair_end EXIT
pair_begin
swan_ipsec=kernel-libipsec swan_start $r2
run_test "two additional key exchanges, seki begins; rekeyed by both" two_more seki
run_test "two additional key exchanges, strongSwan begins; rekeyed by both" two_more swan
run_test "in fragments, seki begins" fragments seki
run_test "in fragments, strongSwan begins" fragments swan
run_test "strongSwan without: refused with a sentence" not_there
ktap_finish

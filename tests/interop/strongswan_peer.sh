# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# strongSwan as the peer of tests/interop/life.sh.  $swan_lines are more of its
# connection, $swan_proposals and $swan_selectors those of the child.

peer=strongSwan
SWAN_PLUGINS="pem pkcs1 pkcs8 x509 pubkey constraints"
swan_proposals="esp_proposals = aes128gcm16-x25519"
swan_lines=
swan_selectors="local_ts = 192.168.2.1/32
					remote_ts = 192.168.1.1/32"

peer_start() { swan_start R2; }
peer_stop() { swan_stop R2 "$@"; }

peer_config() {
	local dir=$SWAN_RUN/R2/swanctl how=psk certificate=
	if [ "$auth" != psk ]; then
		how=pubkey certificate="certs = R2-$auth.pem"
		cp "$pki/ca.pem" "$dir/x509ca/"
		cp "$pki/R2-$auth.pem" "$dir/x509/"
		cp "$pki/R2-$auth.key" "$dir/private/"
	fi
	swan_load R2 <<-END
	connections {
		seki {
			version = 2
			local_addrs = ${swan_local:-10.0.0.2}
			remote_addrs = ${swan_remote:-10.0.0.1}
			proposals = aes128gcm16-prfsha256-x25519
			rekey_time = 0
			dpd_delay = 2s
			$swan_lines
			local {
				id = $peer_id
				auth = $how
				$certificate
			}
			remote {
				id = $seki_id
				auth = $how
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
		ike-seki {
			id = $seki_id
			secret = "$psk"
		}
	}
	END
}

peer_initiate() { swan_initiate R2 net; }
peer_delete() { swan_terminate R2 seki; }
peer_rekey() { if [ "$1" = ike ]; then swan_rekey_ike R2 seki; else swan_rekey_child R2 net; fi; }
peer_ikes() { swan_sas R2; }

# in_transport_mode TITLE: begun by each, with a rekey of each
in_transport_mode() {
	local side who tunnel_selectors=$swan_selectors
	swan_selectors="mode = transport
					local_ts = 10.0.0.2/32
					remote_ts = 10.0.0.1/32"
	for side in seki peer; do
		who=${side/peer/$peer}
		run_test "$1, $who begins: 20 pings each way" transport_works $side
		run_test "$1, $who begins: $who rekeys the child SA" transport_rekeys $side
		run_test "$1, $who begins: seki ends and nothing is left" ends_with_seki
	done
	swan_selectors=$tunnel_selectors
}

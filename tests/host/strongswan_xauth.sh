#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 200
#
# XAUTH and mode config with strongSwan in both roles: a group's key, certificates, hybrid, addresses
# that are asked for and that are given unasked.  The daemon runs without its kernel module,
# strongSwan with ESP in UDP; both therefore see a NAT.
# Rows A13, A15, F01, F02, F03, F04, F05, F06, F07.
#
#	R1: sekid 10.0.0.1 ---- 10.0.0.2 R2: strongSwan
set -eu
. tests/vm/ktap.sh
. tests/lib/strongswan.sh
export pair_show="crypto isakmp sa" pair_ready=QM_IDLE pair_debug="crypto isakmp"
export pair_profile=isakmp-profile pair_transforms="esp-aes esp-sha256-hmac"
. tests/lib/host_pair.sh
pki=$folder/pki
. tests/lib/pki.sh

works() { is_up && [[ $(theirs) = *state=INSTALLED* ]] && we_say "tunnel0: up"; }

# policy METHOD
policy() {
	cat <<-END
	crypto isakmp policy 10
	 authentication $1
	 encryption aes
	 hash sha256
	 group 14
	username alice password wonderland
	END
}

# server METHOD MATCH RESPOND-OR-INITIATE [STATEMENT-OF-THE-PROFILE]
server() {
	{
		policy "$1"
		cat "$folder/trustpoint"
		cat <<-END
		crypto isakmp key mainkey address 10.0.0.2
		ip local pool POOL 172.16.9.7 172.16.9.9
		access-list 150 permit ip 10.77.0.0 0.0.255.255 any
		crypto isakmp client configuration group admin
		 key cisco123
		 pool POOL
		 netmask 255.255.255.0
		 dns 10.77.0.53
		 acl 150
		crypto isakmp profile I
		 match identity $2
		 client authentication list USERS
		 isakmp authorization list GROUPS
		 client configuration address $3
		 client configuration group admin
		 ${4:-legacy}
		END
	} | pair_config ""
}

# their_client AGGRESSIVE LOCAL REMOTE [PULL [PASSWORD [KEY]]]
their_client() {
	swan_load $r2 <<-END
	connections {
		seki {
			version = 1
			aggressive = $1
			pull = ${4:-yes}
			local_addrs = 10.0.0.2
			remote_addrs = 10.0.0.1
			vips = 0.0.0.0
			proposals = aes128-sha256-modp2048
			encap = yes
			$2
			remote {
				$3
			}
			children {
				net {
					remote_ts = 0.0.0.0/0
					esp_proposals = aes128-sha256
				}
			}
		}
	}
	secrets {
		ike-1 {
			secret = ${6:-cisco123}
		}
		xauth-1 {
			id = alice
			secret = ${5:-wonderland}
		}
	}
	END
}

user="local-2 {
	auth = xauth
	xauth_id = alice
}"

has_address() { ip -n $r2 -o addr show | grep -q "172\.16\.9\.7"; }

they_ask() {
	server pre-share "group admin" respond
	their_client yes "local-1 { auth = psk
	id = keyid:admin
	}
	$user" "auth = psk
	id = 10.0.0.1"
	or_logs pair_start
	or_logs swan_initiate $r2 net
	or_logs wait_for 10 works
	or_logs we_say "ISAKMP: Sending private address: 172.16.9.7"
	or_logs we_say "Sending split include name 150 network 10.77.0.0 mask 255.255.0.0"
	or_logs we_say "New State = IKE_XAUTH_SET_SENT"
	or_logs swan_says "XAuth authentication of 'alice' (myself) successful"
	or_logs swan_says "installing new virtual IP 172.16.9.7"
	or_logs wait_for 5 has_address
	pair_stop
}

they_are_given() {
	server pre-share "group admin" initiate
	their_client yes "local-1 { auth = psk
	id = keyid:admin
	}
	$user" "auth = psk
	id = 10.0.0.1" no
	or_logs pair_start
	or_logs swan_initiate $r2 net
	or_logs wait_for 10 works
	or_logs we_say "Old State = IKE_CONFIG_MODE_SET_SENT New State = IKE_P1_COMPLETE"
	or_logs swan_says "installing new virtual IP 172.16.9.7"
	pair_stop
}

their_password_is_wrong() {
	server pre-share "group admin" respond
	their_client yes "local-1 { auth = psk
	id = keyid:admin
	}
	$user" "auth = psk
	id = 10.0.0.1" yes looking-glass
	or_logs pair_start
	swan_initiate $r2 net || :
	or_logs wait_for 10 we_say "name or password of user alice is wrong, tried 3 times"
	or_logs wait_for 10 nobody_there
	pair_stop
}

main_mode() {
	server pre-share "address 10.0.0.2" respond
	their_client no "local-1 { auth = psk
	}
	$user" "auth = psk
	id = 10.0.0.1" yes wonderland mainkey
	or_logs pair_start
	or_logs swan_initiate $r2 net
	or_logs wait_for 10 works
	or_logs we_say "Old State = IKE_R_MM5 New State = IKE_P1_COMPLETE"
	or_logs we_say "New State = IKE_XAUTH_SET_SENT"
	pair_stop
}

by_certificates() {
	server rsa-sig "host R2.example" respond "self-identity fqdn R1.example"
	their_client no "local-1 { auth = pubkey
	certs = R2-rsa.pem
	id = R2.example
	}
	$user" "auth = pubkey
	id = R1.example"
	or_logs pair_start
	or_logs swan_initiate $r2 net
	or_logs wait_for 10 works
	or_logs we_say "auth XAUTHInitRSA"
	pair_stop
}

hybrid() {
	server hybrid "host R2.example" respond "self-identity fqdn R1.example"
	their_client no "local-1 { auth = xauth
	id = R2.example
	xauth_id = alice
	}" "auth = pubkey
	id = R1.example"
	or_logs pair_start
	or_logs swan_initiate $r2 net
	or_logs wait_for 10 works
	or_logs we_say "auth HybridInitRSA"
	pair_stop
}

# --- we are the client ---

# our_client METHOD [STATEMENT-OF-THE-CLIENT...]
our_client() {
	local method=$1
	shift
	{
		policy "$method"
		cat "$folder/trustpoint"
		cat <<-END
		crypto isakmp key mainkey address 10.0.0.2
		crypto ipsec client ezvpn EASY
		 peer 10.0.0.2
		 username alice password wonderland
		 set transform-set T
		END
		printf ' %s\n' "$@"
	} | pair_negotiates="" pair_inside=" crypto ipsec client ezvpn EASY" pair_config ""
}

# their_server AGGRESSIVE LOCAL REMOTE-1 [PULL [PASSWORD]]
their_server() {
	swan_load $r2 <<-END
	connections {
		seki {
			version = 1
			aggressive = $1
			pull = ${4:-yes}
			local_addrs = 10.0.0.2
			proposals = aes128-sha256-modp2048
			encap = yes
			pools = clients
			local {
				$2
			}
			$3
			children {
				net {
					local_ts = 0.0.0.0/0
					esp_proposals = aes128-sha256
				}
			}
		}
	}
	pools {
		clients {
			addrs = 172.16.9.7
			dns = 10.77.0.53
			split_include = 10.77.0.0/16
		}
	}
	secrets {
		ike-1 {
			secret = cisco123
		}
		xauth-1 {
			id = alice
			secret = ${5:-wonderland}
		}
	}
	END
}
users="remote-2 {
	auth = xauth
}"

we_ask() {
	our_client pre-share "group admin key cisco123" legacy
	their_server yes "auth = psk
	id = 10.0.0.2" "remote-1 { auth = psk
	id = keyid:admin
	}
	$users"
	or_logs pair_start
	or_logs wait_for 30 works
	or_logs we_say "Old State = IKE_XAUTH_REPLY_SENT New State = IKE_P1_COMPLETE"
	or_logs we_say "Old State = IKE_CONFIG_MODE_REQ_SENT New State = IKE_P1_COMPLETE"
	or_logs swan_says "XAuth authentication of 'alice' successful"
	or_logs swan_says "assigning virtual IP 172.16.9.7 to peer 'alice'"
	or_logs we_say "proxy 0.0.0.0 to 172.16.9.7"
	pair_stop
}

our_password_is_wrong() {
	our_client pre-share "group admin key cisco123" legacy
	their_server yes "auth = psk
	id = 10.0.0.2" "remote-1 { auth = psk
	id = keyid:admin
	}
	$users" yes looking-glass
	or_logs pair_start
	or_logs wait_for 15 we_say "XAUTH: the server refuses user alice"
	pair_stop
}

we_have_certificates() {
	our_client rsa-sig "match identity host R2.example"
	their_server no "auth = pubkey
	certs = R2-rsa.pem
	id = R2.example" "remote-1 { auth = pubkey
	}
	$users"
	or_logs pair_start
	or_logs wait_for 30 works
	pair_stop
}

we_are_hybrid() {
	our_client hybrid "match identity host R2.example"
	their_server no "auth = pubkey
	certs = R2-rsa.pem
	id = R2.example" "remote-1 { auth = xauth
	}"
	or_logs pair_start
	or_logs wait_for 30 works
	pair_stop
}

certificates() {
	local dir=$SWAN_RUN/$r2/swanctl
	make_authority
	certify R1 rsa
	certify R2 rsa
	cat >"$folder/trustpoint" <<-END
	crypto pki trustpoint TP
	 certificate file $pki/R1-rsa.pem
	 private-key file $pki/R1-rsa.key
	 ca file $pki/ca.pem
	END
	cp "$pki/ca.pem" "$dir/x509ca/"
	cp "$pki/R2-rsa.pem" "$dir/x509/"
	cp "$pki/R2-rsa.key" "$dir/private/"
}

trap pair_end EXIT
pair_begin
swan_options="i_dont_care_about_security_and_use_aggressive_mode_psk = yes
		cisco_unity = yes" \
	SWAN_PLUGINS="sha1 sha2 pem pkcs1 pkcs8 x509 pubkey xauth-generic attr unity" \
	swan_ipsec=kernel-libipsec swan_start $r2
certificates
run_test "they ask for an address" they_ask
run_test "they are given one unasked" they_are_given
run_test "their password is wrong" their_password_is_wrong
run_test "main mode" main_mode
run_test "they have a certificate" by_certificates
run_test "they have none, we do: hybrid" hybrid
run_test "we ask for an address" we_ask
run_test "our password is wrong" our_password_is_wrong
run_test "we have a certificate" we_have_certificates
run_test "we have none, they do: hybrid" we_are_hybrid
ktap_finish

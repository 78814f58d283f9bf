#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Certificates between a seki router and a strongSwan gateway: each kind of
# signature, begun by each side.  Rows A13, D05, H08, H09.
#
#	            R1: seki                        R2: strongSwan
#	  192.168.1.1  lo                               lo  192.168.2.1
#	  172.16.0.101 tunnel0 ======== ESP ======== xfrm0
#	  10.0.0.1     eth0 ----------- veth ------- eth0   10.0.0.2
#
#	              CA (P-256)
#	              |-- R1, R2: DNS:R1.example, IP:10.0.0.1 ...
#	              `-- CA below -- R1 "below"
set -eu
. tests/interop/lib.sh
export SWAN_PLUGINS="pem pkcs1 pkcs8 x509 pubkey constraints"
. tests/lib/strongswan.sh
. tests/lib/pki.sh

era=

make_certificates() {
	local kind
	make_authority
	make_authority below ca
	for kind in rsa p256 p384 p521 ED25519 ED448; do
		certify R1 $kind
		certify R2 $kind
	done
	mv "$pki/R1-p384.pem" "$pki/R1-p384-alone.pem"
	certify R1 p384 below
	openssl verify -CAfile "$pki/ca.pem" "$pki/R1-rsa.pem" "$pki/R2-ED448.pem"
}

# --- configurations ---

# seki_signs KEYWORD KIND [IDENTITY [STATEMENT]]: of its profile
seki_signs() {
	write_config R1 <<-END
	crypto pki trustpoint TP
	 certificate file $pki/R1-$2.pem
	 private-key file $pki/R1-$2.key
	 ca file $pki/ca.pem
	crypto ikev2 profile I
	 match identity remote any
	 identity local ${3:-address 10.0.0.1}
	 authentication local $1
	 authentication remote $1
	 pki trustpoint TP
	 ${4:-}
	crypto ipsec profile V
	 set ikev2-profile I
	 $role
	END
}

# swan_signs AUTH KIND [IDENTITY]
swan_signs() {
	local dir=$SWAN_RUN/R2/swanctl
	rm -f "$dir"/x509/* "$dir"/private/*
	cp "$pki/ca.pem" "$dir/x509ca/"
	cp "$pki/R2-$2.pem" "$dir/x509/"
	cp "$pki/R2-$2.key" "$dir/private/"
	swan_load R2 <<-END
	connections {
		seki {
			version = 2
			local_addrs = 10.0.0.2
			remote_addrs = 10.0.0.1
			rekey_time = 0
			local {
				auth = $1
				certs = R2-$2.pem
				id = ${3:-10.0.0.2}
			}
			remote {
				auth = $1
				id = %any
			}
			children {
				net {
					local_ts = 0.0.0.0/0
					remote_ts = 0.0.0.0/0
					rekey_time = 0
					if_id_in = 42
					if_id_out = 42
				}
			}
		}
	}
	END
}

# --- what is tested ---

both_forget() {
	or_logs wait_for 15 nothing_left || { ike_sas R1; kernel_sas R1; ip -n R2 xfrm state; return 1; }
}
nothing_left() {
	[ -z "$(swan_sas R2)" ] && no_xfrm R2 && no_sas R1 && [ -z "$(kernel_sas R1)" ]
}

# comes_up INITIATOR SHOWN PATTERN: and carries packets; strongSwan's log has the pattern
comes_up() {
	local ike
	: >"$SWAN_RUN/R2/log"
	clear_log R1
	or_logs start_sekid R1
	make_tunnel R1 V
	[ "$1" = seki ] || or_logs swan_initiate R2 net
	or_logs wait_for 40 tunnel_is_up R1
	ike=$(ike_sas R1)
	echo "$ike"
	[ "$(field "$ike" initiator)" = "$([ "$1" = seki ] && echo true || echo false)" ]
	[ "$(field "$ike" auth_sign)" = "$2" ]
	[ "$(field "$ike" auth_verify)" = "$2" ]
	swan_log R2 | grep -E "authentication of .* with ($3)" || or_logs false
	ping_through R1 3
	ping_through R2 3
	if [ "$1" = seki ]; then ip -n R1 link set tunnel0 down; else seki R1 clear crypto ikev2 sa; fi
	both_forget
}

# try NAME SHOWN PATTERN: begun by each
try() {
	local side
	for side in seki strongSwan; do
		role=''
		[ $side = seki ] || role=responder-only
		"$configure_seki"
		run_test "$1, $side begins" comes_up $side "$2" "$3"
		end_sekid R1
		ip -n R1 link del tunnel0
	done
}

# both KEYWORD SWAN-AUTH KIND SHOWN PATTERN [IDENTITIES...]
both() {
	local keyword=$1 kind=$3 identity=${6:-} more=${8:-}
	swan_signs "$2" "$3" "${7:-}"
	configure_it() { seki_signs "$keyword" "$kind" "$identity" "$more"; }
	configure_seki=configure_it
	try "$era$1 with $3${6:+ as $6}" "$4" "$5"
}

# What strongSwan says of a certificate is not its concern alone: ours says why.
refuses_expired() {
	certify R2 p256 ca 0
	swan_signs pubkey p256
	role='' seki_signs ecdsa-sig p256
	clear_log R1
	or_logs start_sekid R1
	make_tunnel R1 V
	or_logs wait_for 30 log_says R1 'certificate CN=R2-p256,O=Example has expired on'
	seki R1 show crypto session detail | grep 'has expired on'
	[ -z "$(kernel_sas R1)" ]
}

make_routers
load_seki
use_selectors any
swan_start R2
this_is strongSwan "$(swan_version R2)"
run_test "certificates are made" make_certificates

both rsa-sig pubkey rsa RSA RSA_EMSA_PKCS1_SHA2_256
both rsa-pss ike:rsa/pss-sha256 rsa RSA RSA_EMSA_PSS
both ecdsa-sig pubkey p256 ECDSA ECDSA_WITH_SHA256_DER "fqdn R1.example" R2.example
both ecdsa-sig pubkey p384 ECDSA ECDSA_WITH_SHA384_DER dn "O=Example, CN=R2-p384"
both ecdsa-sig pubkey p521 ECDSA ECDSA_WITH_SHA512_DER
both eddsa-sig pubkey ED25519 EdDSA ED25519
both eddsa-sig pubkey ED448 EdDSA ED448

# A peer from before RFC 7427: ECDSA has numbers of its own, RSA means SHA-1.
swan_stop R2
era="before RFC 7427: "
swan_options="signature_authentication = no" swan_start R2
both ecdsa-sig pubkey p256 ECDSA ECDSA-256
both rsa-sig pubkey rsa RSA "RSA signature" "" "" legacy

run_test "an expired certificate of strongSwan's is refused with its date" refuses_expired
end_sekid R1
swan_stop R2
ktap_finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 250
#
# RSA signatures with certificates in main mode, with strongSwan in both roles (rows A12,
# A13, D12, D16, L04): identities by address, name and subject, a certificate below the authority,
# the default suite, and one that has expired.  The daemon runs without its kernel module,
# strongSwan does ESP by itself.
#
#	R1: sekid                R2: strongSwan
#	10.0.0.1 -------------- 10.0.0.2
set -eu
. tests/vm/ktap.sh
. tests/lib/strongswan.sh
export pair_profile=isakmp-profile pair_debug="crypto isakmp"
. tests/lib/host_pair.sh
pki=$folder/pki
. tests/lib/pki.sh

MODERN="encryption aes 256
 hash sha256
 group 14"

make_certificates() {
	make_authority
	make_authority below ca
	certify R1 rsa
	certify R2 rsa
	mv "$pki/R1-rsa.pem" "$pki/R1-alone.pem"
	certify R1 rsa below
	openssl verify -CAfile "$pki/ca.pem" "$pki/R2-rsa.pem"
}

# we STATEMENTS POLICY IPSEC-STATEMENT [TRUSTPOINT-STATEMENT]
we() {
	pair_config "$3" <<-END
	$1
	${2:+crypto isakmp policy 10}
	 ${2:+$2}
	crypto pki trustpoint TP
	 certificate file $pki/R1-rsa.pem
	 private-key file $pki/R1-rsa.key
	 ca file $pki/ca.pem
	 ${4:-}
	crypto isakmp profile I
	 match identity address 10.0.0.2
	 match identity host domain example
	 ca trust-point TP
	END
}

# they PROPOSAL IDENTITY THEIR-VIEW-OF-OURS
they() {
	local dir=$SWAN_RUN/$r2/swanctl
	cp "$pki/ca.pem" "$dir/x509ca/"
	cp "$pki/R2-rsa.pem" "$dir/x509/"
	cp "$pki/R2-rsa.key" "$dir/private/"
	swan_load $r2 <<-END
	connections {
		seki {
			version = 1
			local_addrs = 10.0.0.2
			remote_addrs = 10.0.0.1
			proposals = $1
			encap = yes
			local {
				auth = pubkey
				certs = R2-rsa.pem
				id = $2
			}
			remote {
				auth = pubkey
				id = $3
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
	END
}

up() { we_say "tunnel0: up" && [[ $(theirs) = *state=INSTALLED* ]]; }

we_begin() {
	we "" "$MODERN" ""
	they aes256-sha256-modp2048 10.0.0.2 10.0.0.1
	or_logs pair_start
	or_logs wait_for 40 up
	or_logs we_say "SA is doing RSA signature authentication"
	or_logs swan_says "authentication of '10.0.0.1' with RSA_EMSA_PKCS1_NULL successful"
	or_logs pair_stop
}

they_begin() {
	we "" "$MODERN" "responder-only"
	they aes256-sha256-modp2048 10.0.0.2 10.0.0.1
	or_logs pair_start
	or_logs swan_initiate $r2 net
	or_logs wait_for 15 up
	or_logs we_say "IKE_R_MM5 New State = IKE_P1_COMPLETE"
	or_logs pair_stop
}

by_name() {
	we "hostname R1.example
crypto isakmp identity hostname" "$MODERN" ""
	they aes256-sha256-modp2048 R2.example R1.example
	or_logs pair_start
	or_logs wait_for 40 up
	or_logs we_say "peer matches I profile"
	or_logs pair_stop
}

by_subject() {
	we "crypto isakmp identity dn" "$MODERN" "responder-only"
	they aes256-sha256-modp2048 10.0.0.2 "O=Example, CN=R1-rsa"
	or_logs pair_start
	or_logs swan_initiate $r2 net
	or_logs wait_for 15 up
	or_logs pair_stop
}

default_suite() {
	we "crypto legacy" "" "$1"
	they des-sha1-modp768 10.0.0.2 10.0.0.1
	or_logs pair_start
	[ -z "$1" ] || or_logs swan_initiate $r2 net
	or_logs wait_for 40 up
	or_logs we_say "${1:+Checking ISAKMP transform 1 against priority 65535 policy}"
	or_logs pair_stop
}
default_we_begin() { default_suite ""; }
default_they_begin() { default_suite responder-only; }

expired() {
	certify R2 rsa ca 0
	they aes256-sha256-modp2048 10.0.0.2 10.0.0.1
	we "" "$MODERN" ""
	or_logs pair_start
	or_logs wait_for 30 we_say \
		'%CRYPTO-5-IKMP_INVAL_CERT: Certificate received from 10.0.0.2 is bad: certificate CN=R2-rsa,O=Example has expired on'
	[[ $(theirs) != *state=INSTALLED* ]]
	# phase 1 ended well for the peer, who keeps it until nobody answers
	end_process "$folder/pid"
}

trap pair_end EXIT
pair_begin
run_test "certificates are made" make_certificates
SWAN_PLUGINS="des md5 sha1 sha2 pem pkcs1 pkcs8 x509 pubkey" swan_ipsec=kernel-libipsec swan_start $r2
run_test "we begin" we_begin
run_test "the peer begins" they_begin
run_test "both name themselves by host names" by_name
run_test "we name ourselves by our certificate's subject" by_subject
run_test "the default suite, we begin" default_we_begin
run_test "the default suite, the peer begins" default_they_begin
run_test "an expired certificate" expired
ktap_finish

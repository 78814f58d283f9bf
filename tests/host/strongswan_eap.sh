#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 300
#
# EAP-TLS and EAP-only authentication with strongSwan (rows A01, A02, B29, F08), each of
# the two as client and as server.  The daemon runs without its kernel module,
# strongSwan does ESP by itself, so that private namespaces of this host are enough.
# TLS is 1.2: strongSwan 5.9.8 has 1.3 switched off, and does not know how RFC 9190
# ends it.
#
#	R1: sekid                R2: strongSwan
#	10.0.0.1 -------------- 10.0.0.2
set -eu
. tests/vm/ktap.sh
. tests/lib/strongswan.sh
. tests/lib/host_pair.sh

pki=$folder/pki

# --- certificates ---

# certificate NAME NUMBER: NAME.key and NAME.pem of NAME.example and 10.0.0.NUMBER
certificate() {
	openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$pki/$1.key"
	openssl req -new -key "$pki/$1.key" -subj "/O=Example/CN=$1" |
		openssl x509 -req -CA "$pki/${3:-ca}.pem" -CAkey "$pki/${3:-ca}.key" -CAcreateserial -days 30 \
			-extfile <(echo "subjectAltName=DNS:$1.example,IP:10.0.0.$2,email:$1@example") \
			-out "$pki/$1.pem"
} 2>/dev/null

# authority NAME
authority() {
	openssl ecparam -name prime256v1 -genkey -noout -out "$pki/$1.key"
	openssl req -x509 -new -key "$pki/$1.key" -subj "/O=Example/CN=$1" -days 30 -out "$pki/$1.pem" \
		-addext keyUsage=critical,keyCertSign,cRLSign
} 2>/dev/null

make_certificates() {
	mkdir -p "$pki"
	authority ca
	authority stranger
	certificate r1 1
	certificate r2 2
	certificate eve 1 stranger
}

# --- the two ends ---

# seki NAME LOCAL REMOTE [STATEMENT]: authenticates with the certificate NAME
seki() {
	pair_config "$5" <<-END
	crypto pki trustpoint TP
	 certificate file $pki/$1.pem
	 private-key file $pki/$1.key
	 ca file $pki/ca.pem
	crypto ikev2 keyring K
	 peer other
	  address 10.0.0.2
	  pre-shared-key a key of several words
	crypto ikev2 profile I
	 match identity remote any
	 authentication local $2
	 authentication remote $3
	 keyring local K
	 pki trustpoint TP
	 eap method tls
	 ${4:-}
	END
}

# swan LOCAL REMOTE: lines of the two sections
swan() {
	cp "$pki/r2.pem" "$SWAN_RUN/$r2/swanctl/x509/"
	cp "$pki/r2.key" "$SWAN_RUN/$r2/swanctl/pkcs8/"
	cp "$pki/ca.pem" "$SWAN_RUN/$r2/swanctl/x509ca/"
	swan_load $r2 <<-END
	connections {
		seki {
			version = 2
			local_addrs = 10.0.0.2
			remote_addrs = 10.0.0.1
			proposals = default
			send_cert = always
			local {
				$1
			}
			remote {
				$2
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

by_tls() { [[ $(ours) = *'"eap_method":"TLS"'* ]]; }

# --- seki is the client ---

# seki_client REMOTE-OF-SEKI LOCAL-OF-STRONGSWAN [STATEMENT]
seki_client() {
	seki r1 eap "$1" "${3:-}" ""
	swan "$2" "auth = eap-tls
				eap_id = %any"
	or_logs pair_start
	or_logs wait_for 30 is_up
	by_tls
	theirs
	[[ $(theirs) = *state=ESTABLISHED* ]]
	pair_stop
}
client_psk() { seki_client pre-share "auth = psk"; }
client_signature() { seki_client ecdsa-sig "certs = r2.pem
				id = 10.0.0.2"; }
client_only() { seki_client eap "auth = eap-tls
				id = 10.0.0.2"; }

client_refused() {
	seki eve eap pre-share "" ""
	swan "auth = psk" "auth = eap-tls
				eap_id = %any"
	or_logs pair_start
	or_logs wait_for 20 we_say "the other side ends TLS with the alert"
	! is_up
	pair_stop
}

# --- seki is the server ---

# seki_server LOCAL-OF-SEKI REMOTE-OF-STRONGSWAN
seki_server() {
	seki r1 "$1" "eap query-identity" "" responder-only
	swan "auth = eap-tls
				certs = r2.pem
				eap_id = r2@example
				id = 10.0.0.2" "$2"
	or_logs pair_start
	or_logs swan_initiate $r2 net
	or_logs wait_for 10 is_up
	by_tls
	[[ $(ours) = *r2@example* ]]
	pair_stop
}
server_psk() { seki_server pre-share "auth = psk"; }
server_signature() { seki_server ecdsa-sig "auth = pubkey
				id = 10.0.0.1"; }
server_only() { seki_server eap "auth = eap-tls
				id = 10.0.0.1"; }

# --- tests ---

trap pair_end EXIT
pair_begin
make_certificates
swan_ipsec=kernel-libipsec SWAN_PLUGINS="pem pkcs1 pkcs8 x509 pubkey constraints sha1 eap-identity eap-tls" \
	swan_start $r2
run_test "seki is the client, the server has a pre-shared key" client_psk
run_test "seki is the client, the server signs" client_signature
run_test "seki is the client, EAP alone" client_only
run_test "a client of an unknown CA is refused" client_refused
run_test "seki is the server with a pre-shared key" server_psk
run_test "seki is the server and signs" server_signature
run_test "seki is the server, EAP alone" server_only
ktap_finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 100
#
# What ike-scan offers in main mode, with each way to authenticate, and what it is answered: the
# suite that the policy names, and nothing else; RSA encryption is method 4, the revised one 5.
# Rows A12, D12, E23.
#
#	R1: sekid 10.0.0.1 ---- 10.0.0.2 R2: ike-scan
set -eu
. tests/vm/ktap.sh
. tests/lib/strongswan.sh
export pair_show="crypto isakmp sa" pair_debug="crypto isakmp" pair_negotiates=""
. tests/lib/host_pair.sh

# we METHOD: of one policy
we() {
	pair_config "responder-only" <<-END
	crypto key storage $folder/keys
	crypto isakmp policy 10
	 authentication $1
	 encryption aes
	 hash sha256
	 group 14
	crypto isakmp key sharedkey address 10.0.0.2
	crypto key pubkey-chain rsa
	 addressed-key 10.0.0.2
	  key-string
	$public
	  quit
	END
}

# offer METHOD-NUMBER: prints what ike-scan does
offer() {
	ip netns exec $r2 ike-scan --sport=0 --trans="(1=7,14=128,2=4,3=$1,4=14)" 10.0.0.1 | tee /dev/stderr
}

# takes METHOD NUMBER AS-IKE-SCAN-CALLS-IT
takes() {
	we "$1"
	or_logs pair_start
	offer "$2" >"$folder/answer"
	grep -q "Main Mode Handshake returned" "$folder/answer"
	grep -q "Enc=AES KeyLength=128 Hash=SHA2-256 .*Auth=$3" "$folder/answer"
	or_logs we_say "atts are acceptable. Next payload is 0"
	# whoever offers another method gets the reason
	offer 3 >"$folder/answer"
	grep -q "NO-PROPOSAL-CHOSEN" "$folder/answer"
	or_logs we_say "Authentication method offered does not match policy!"
	end_process "$folder/pid"
	rm -f "$folder/pid" "$folder/control"
}

trap pair_end EXIT
pair_begin
mkdir -m 700 "$folder/keys"
openssl genrsa -out "$folder/peer.pem" 2048 2>/dev/null
public=$(openssl rsa -in "$folder/peer.pem" -pubout -outform DER 2>/dev/null | od -An -v -tx1 | tr -d ' ')
(umask 077; openssl genrsa -out "$folder/keys/own.pem" 2048 2>/dev/null)
run_test "pre-shared keys" takes pre-share 1 PSK
run_test "RSA encryption, method 4" takes rsa-encr 4 RSA_Enc
run_test "revised RSA encryption, method 5" takes "rsa-encr revised" 5 RSA_RevEnc
ktap_finish

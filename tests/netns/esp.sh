#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every algorithm, on the wire with the kernel's other IPsec and under the eyes
# of a third implementation.
#
#	  r1: tunnel0 (seki) === ESP === r2: tunnel0 (XFRM interface)
#
# Both ends get the same keys by hand.

. tests/netns/lib.sh

# One kernel has the whole table, the others one row of each kind, the ones
# with ESN.

# aead NAME ID KEY-BYTES XFRM-NAME ICV-BITS [esn]
aead() {
	local key
	[ -n "$whole_table$6" ] || return 0
	key=$(hex "$3")
	run_test "$1" exchange 4 esp encr "$2" encr-key "$key" -- aead "'$4'" "0x$key" "$5"
	[ -z "$6" ] || run_test "$1, ESN" exchange 4 esp encr "$2" encr-key "$key" flags 1 -- \
		aead "'$4'" "0x$key" "$5" flag esn replay-window 64
}

# both NAME ID KEY-BYTES XFRM-NAME INTEG-ID KEY-BYTES XFRM-NAME ICV-BITS [esn]
both() {
	local key='' auth words
	[ -n "$whole_table$9" ] || return 0
	[ "$3" -eq 0 ] || key=$(hex "$3")
	auth=$(hex "$6" 2)
	words="enc '$4' '${key:+0x$key}' auth-trunc '$7' 0x$auth $8"
	run_test "$1" exchange 4 esp encr "$2" ${key:+encr-key $key} integ "$5" integ-key "$auth" -- \
		"$words"
	[ -z "$9" ] || run_test "$1, ESN" exchange 4 esp encr "$2" ${key:+encr-key $key} integ "$5" \
		integ-key "$auth" flags 1 -- "$words" flag esn replay-window 64
}

# An implementation in Python decrypts what was on the wire.
scapy_reads() {
	local key=$1 auth=$2 words
	new_spis
	if [ "$auth" = none ]; then
		words="aead 'rfc4106(gcm(aes))' 0x$key 128"
		seki_pair encr 20 encr-key "$key"
	else
		words="enc 'cbc(aes)' 0x$key auth-trunc 'hmac(sha1)' 0x$auth 96"
		seki_pair encr 12 encr-key "$key" integ 2 integ-key "$auth"
	fi
	xfrm_pair 4 esp "$words"
	capture "$ktap_tmp/esp.pcap" 6 "ip proto 50" ping_through 3
	python3 tests/netns/scapy_esp.py "$ktap_tmp/esp.pcap" "$key" "$auth" 6
}

load_seki
make_wire
make_tunnel r1
xfrm_tunnel 4 esp

aead "AES-128-GCM-16" 20 20 'rfc4106(gcm(aes))' 128 esn
aead "AES-192-GCM-16" 20 28 'rfc4106(gcm(aes))' 128
aead "AES-256-GCM-16" 20 36 'rfc4106(gcm(aes))' 128
aead "AES-128-GCM-12" 19 20 'rfc4106(gcm(aes))' 96
aead "AES-128-GCM-8" 18 20 'rfc4106(gcm(aes))' 64
aead "AES-128-CCM-16" 16 19 'rfc4309(ccm(aes))' 128
aead "AES-128-CCM-12" 15 19 'rfc4309(ccm(aes))' 96
aead "AES-256-CCM-8" 14 35 'rfc4309(ccm(aes))' 64
aead "AES-128-GMAC" 21 20 'rfc4543(gcm(aes))' 128
aead "ChaCha20-Poly1305" 28 36 'rfc7539esp(chacha20,poly1305)' 128 esn
both "AES-128-CBC, SHA-1" 12 16 'cbc(aes)' 2 20 'hmac(sha1)' 96 esn
both "AES-192-CBC, SHA-256" 12 24 'cbc(aes)' 12 32 'hmac(sha256)' 128 ''
both "AES-256-CBC, SHA-256" 12 32 'cbc(aes)' 12 32 'hmac(sha256)' 128 esn
both "AES-256-CBC, SHA-384" 12 32 'cbc(aes)' 13 48 'hmac(sha384)' 192 ''
both "AES-256-CBC, SHA-512" 12 32 'cbc(aes)' 14 64 'hmac(sha512)' 256 ''
both "AES-128-CBC, MD5" 12 16 'cbc(aes)' 1 16 'hmac(md5)' 96 ''
both "AES-128-CBC, AES-XCBC" 12 16 'cbc(aes)' 5 16 'xcbc(aes)' 96 ''
both "AES-128-CBC, AES-CMAC" 12 16 'cbc(aes)' 8 16 'cmac(aes)' 96 ''
both "AES-128-CTR, SHA-256" 13 20 'rfc3686(ctr(aes))' 12 32 'hmac(sha256)' 128 ''
both "3DES-CBC, SHA-1" 3 24 'cbc(des3_ede)' 2 20 'hmac(sha1)' 96 ''
both "DES-CBC, MD5" 2 8 'cbc(des)' 1 16 'hmac(md5)' 96 ''
both "NULL, SHA-256" 11 0 'ecb(cipher_null)' 12 32 'hmac(sha256)' 128 ''
run_test "scapy decrypts AES-GCM" scapy_reads "$(hex 20)" none
run_test "scapy decrypts AES-CBC with SHA-1" scapy_reads "$(hex 16)" "$(hex 20 2)"

drop_wire
unload_seki
ktap_finish

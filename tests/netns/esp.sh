#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout: 600
#
# Every algorithm, on the wire with the kernel's other IPsec and under the eyes
# of a third implementation.
#
#	  r1: tunnel0 (seki) === ESP === r2: tunnel0 (XFRM interface)
#
# Both ends get the same keys by hand.

. tests/netns/lib.sh

number=0

# xfrm_pair ALGORITHM-WORDS...: r2's half; SPIs from $number
xfrm_pair() {
	local forth back
	printf -v forth '0x%x' $((0x1000 + number))
	printf -v back '0x%x' $((0x2000 + number))
	ip -n r2 -batch - <<-END
	xfrm state flush
	xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi $forth mode tunnel if_id 1 $*
	xfrm state add src 10.0.0.2 dst 10.0.0.1 proto esp spi $back mode tunnel if_id 1 $*
	END
}

# seki_pair SA-NEW-ATTRIBUTES...: r1's half
seki_pair() {
	manual_r1 - <<-END
	sa-flush
	sa-new dev tunnel0 direction in spi $((0x2000 + number)) $*
	sa-new dev tunnel0 direction out spi $((0x1000 + number)) $*
	END
}

# xfrm_saw COUNT: both of r2's states have carried so many packets
xfrm_saw() {
	[ "$(ip -n r2 -s xfrm state | grep -cE "^\s+[0-9]+\(bytes\), $1\(packets\)")" -eq 2 ]
}

# seki_saw COUNT: so have both of r1's SAs, and dropped none
seki_saw() {
	manual_r1 list >"$ktap_tmp/list"
	cat "$ktap_tmp/list"
	[ "$(grep -c "\"packets\":$1,.*\"drops\":{}" "$ktap_tmp/list")" -eq 2 ]
}

# exchange SEKI-ATTRIBUTES... -- XFRM-WORDS...
exchange() {
	local seki=()
	while [ "$1" != -- ]; do seki+=("$1"); shift; done
	shift
	number=$(($(cat "$ktap_tmp/number" 2>/dev/null || echo 0) + 1))
	echo $number >"$ktap_tmp/number"
	xfrm_pair "$@"
	seki_pair "${seki[@]}"
	# odd and even, all paddings, none and a full packet
	in_r1 sh -e -c 'for size in 0 1 1372; do
		ping -q -c 1 -W 5 -s $size 172.16.0.2 | grep -q " 0% packet loss"
	done'
	in_r2 ping -q -c 1 -W 5 172.16.0.1
	seki_saw 4
	xfrm_saw 4
}

# The whole table takes minutes under emulation: one kernel has it, the others
# one row of each kind, the ones with ESN.
case $(uname -r) in
6.1.*) whole_table=1 ;;
*) whole_table= ;;
esac

# aead NAME ID KEY-BYTES XFRM-NAME ICV-BITS [esn]
aead() {
	local key
	[ -n "$whole_table$6" ] || return 0
	key=$(hex "$3")
	run_test "$1" exchange encr "$2" encr-key "$key" -- aead "'$4'" "0x$key" "$5"
	[ -z "$6" ] || run_test "$1, ESN" exchange encr "$2" encr-key "$key" flags 1 -- \
		aead "'$4'" "0x$key" "$5" flag esn replay-window 64
}

# both NAME ID KEY-BYTES XFRM-NAME INTEG-ID KEY-BYTES XFRM-NAME ICV-BITS [esn]
both() {
	local key='' auth words
	[ -n "$whole_table$9" ] || return 0
	[ "$3" -eq 0 ] || key=$(hex "$3")
	auth=$(hex "$6" 2)
	words="enc '$4' '${key:+0x$key}' auth-trunc '$7' 0x$auth $8"
	run_test "$1" exchange encr "$2" ${key:+encr-key $key} integ "$5" integ-key "$auth" -- \
		"$words"
	[ -z "$9" ] || run_test "$1, ESN" exchange encr "$2" ${key:+encr-key $key} integ "$5" \
		integ-key "$auth" flags 1 -- "$words" flag esn replay-window 64
}

# capture FILE COUNT COMMAND...: so many ESP packets on r1's wire meanwhile
capture() {
	local file=$1 count=$2 pid
	shift 2
	ip netns exec r1 timeout 20 tcpdump --immediate-mode -U -c "$count" -i e0 -w "$file" \
		proto 50 2>"$ktap_tmp/tcpdump" &
	pid=$!
	wait_for 10 grep -q 'listening on' "$ktap_tmp/tcpdump"
	"$@"
	wait $pid
}

# An implementation in Python decrypts what was on the wire.
scapy_reads() {
	local key=$1 auth=$2 words
	number=$(($(cat "$ktap_tmp/number") + 1))
	echo $number >"$ktap_tmp/number"
	if [ "$auth" = none ]; then
		words="aead 'rfc4106(gcm(aes))' 0x$key 128"
		seki_pair encr 20 encr-key "$key"
	else
		words="enc 'cbc(aes)' 0x$key auth-trunc 'hmac(sha1)' 0x$auth 96"
		seki_pair encr 12 encr-key "$key" integ 2 integ-key "$auth"
	fi
	xfrm_pair "$words"
	capture "$ktap_tmp/esp.pcap" 6 ping_through 3
	python3 tests/netns/scapy_esp.py "$ktap_tmp/esp.pcap" "$key" "$auth" 6
}

load_seki
make_wire
make_tunnel r1
ip -n r2 -batch - <<END
link add tunnel0 type xfrm dev e0 if_id 1
addr add 172.16.0.2/24 dev tunnel0
link set tunnel0 mtu 1400 up
xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir out if_id 1 tmpl src 10.0.0.2 dst 10.0.0.1 proto esp mode tunnel
xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir in if_id 1 tmpl src 10.0.0.1 dst 10.0.0.2 proto esp mode tunnel
END

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

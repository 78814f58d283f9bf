#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# AH (rows A05 to A09): every algorithm with the kernel's other IPsec, ICVs under
# the eyes of a third implementation, and packets that are wrong in each way.
#
#	  r1: tunnel0 (seki) === AH === r2: tunnel0 (XFRM interface)
#
# Topology: see lib.sh.  Over IPv4 AH is a multiple of four octets (RFC 4302
# section 2.2), for which XFRM has to be asked.

. tests/netns/lib.sh

insides="4 6"

# mac NAME ID KEY-BYTES XFRM-NAME ICV-BITS [esn]
mac() {
	local key
	[ -n "$whole_table$6" ] || return 0
	key=$(hex "$3" 2)
	run_test "over IPv$outer: $1" exchange $outer ah proto 51 integ "$2" integ-key "$key" -- \
		auth-trunc "'$4'" "0x$key" "$5" flag align4
	[ -z "$6" ] || run_test "over IPv$outer: $1, ESN" exchange $outer ah proto 51 integ "$2" \
		integ-key "$key" flags esn -- auth-trunc "'$4'" "0x$key" "$5" \
		flag align4 flag esn replay-window 64
}

pings() { ping_through 2 && ping_through 1 "$(inner 6 2)"; }

scapy_reads() {
	local key proto=ip
	[ $outer -eq 4 ] || proto=ip6
	key=$(hex 32 2)
	new_spis
	xfrm_pair $outer ah auth-trunc "'hmac(sha256)'" "0x$key" 128 flag align4
	seki_pair proto 51 integ 12 integ-key "$key"
	capture "$ktap_tmp/ah.pcap" 6 "$proto proto 51" pings
	python3 tests/netns/scapy_ah.py "$ktap_tmp/ah.pcap" SHA2-256-128 "$key" 6
}

# gmac ID KEY-BYTES [esn]: XFRM has no such AH, so both ends are ours, and OpenSSL
# is the judge
gmac() {
	local key proto=ip
	[ $outer -eq 4 ] || proto=ip6
	key=$(hex "$2" 2)
	new_spis
	manual_r1 sa-flush
	manual_r2 sa-flush
	sa_pair "$forth" "$back" proto 51 integ "$1" integ-key "$key" ${3:+flags esn}
	capture "$ktap_tmp/gmac.pcap" 6 "$proto proto 51" pings
	python3 tests/netns/gmac_ah.py "$ktap_tmp/gmac.pcap" "$key" 6 $3
	seki_saw 3
}

another_key() {
	new_spis
	manual_r1 sa-new dev tunnel0 direction in spi "$forth" proto 51 integ 9 integ-key "$(hex 20 2)"
	manual_r2 sa-new dev tunnel0 direction out spi "$forth" proto 51 integ 9 integ-key "$(hex 20 3)"
	drops_only auth-failed 1 fails in_r2 ping -q -c 1 -W 1 172.16.0.1
}

# The ICV is that of the packet before it was cut: only then is there an answer.
fragments_outside() {
	local filter='ip[6:2] & 0x3fff != 0 and dst host 10.0.0.2'
	[ $outer -eq 4 ] || filter='ip6[6] == 44 and dst host fd00::2'
	ip -n r1 link set tunnel0 mtu 4000
	capture "$ktap_tmp/fragments.pcap" 3 "$filter" in_r1 ping -q -c 1 -W 5 -M dont -s 3000 172.16.0.2
}

mtu_is_exact() {
	# SHA-256-128: 12 and 16, over IPv6 padding to a multiple of eight
	local mtu=$((1500 - (outer == 4 ? 20 + 28 : 40 + 32)))
	wait_for 5 eval "ip -n r1 link show tunnel0 | grep 'mtu $mtu '"
}

reason() {
	drops_only "$1" "$2" cases "$1"
	# at the SA, too
	manual_r1 list direction in | grep "\"$1\":$2"
}

# options and extension headers in front, fields that routers change
accepted() {
	cases accepted
	wait_for 5 eval 'manual_r1 list direction in | grep "\"packets\":4,"'
	[ "$(manual_r1 list direction in | grep -o '"seq":[0-9]*')" = '"seq":5000' ]
}

still_accepts() {
	cases after
	wait_for 5 eval 'manual_r1 list direction in | grep "\"packets\":5,"'
}

# left to others, and counted nowhere; the next test would see it
not_ours() {
	drops_only none 0 cases unknown-spi
	reason ecn 1
}

forged() {
	local name="IPv$inside in AH over IPv$outer"
	manual_r1 - <<-END
	sa-flush
	sa-new dev tunnel0 direction in proto 51 spi 0x1000 integ 12 integ-key $(hex 32 2)
	sa-new dev tunnel0 direction out proto 51 spi 0x1001 integ 12 integ-key $(hex 32 2)
	END
	start_forger forge_ah.py "$(hex 32 2)" $outer $inside
	run_test "$name: options and extension headers" accepted
	run_test "$name: replayed" reason replayed 2
	run_test "$name: older than the window" reason beyond-window 2
	run_test "$name: sequence number 0" reason seq-zero 1
	run_test "$name: changed in each part" reason auth-failed 6
	run_test "$name: too short" reason too-short 3
	run_test "$name: length of another ICV" reason bad-icv-length 4
	run_test "$name: next header is no IP" reason bad-next-header 1
	run_test "$name: from another address" reason wrong-endpoint 1
	run_test "$name: unknown SPI" not_ours
	run_test "$name: inner packet cut" reason inner-too-short 1
	run_test "$name: the next good packet is accepted" still_accepts
	stop_forger
}

load_seki
make_wire
for outer in 4 6; do
	xfrm_tunnel $outer ah
	make_tunnel r1 $outer
	mac "MD5-96" 1 16 'hmac(md5)' 96 ''
	mac "SHA-1-96" 2 20 'hmac(sha1)' 96 ''
	mac "SHA-256-128" 12 32 'hmac(sha256)' 128 esn
	mac "SHA-384-192" 13 48 'hmac(sha384)' 192 ''
	mac "SHA-512-256" 14 64 'hmac(sha512)' 256 ''
	mac "AES-XCBC-96" 5 16 'xcbc(aes)' 96 ''
	mac "AES-CMAC-96" 8 16 'cmac(aes)' 96 ''
	run_test "over IPv$outer: scapy verifies" scapy_reads
	run_test "over IPv$outer: the MTU is exact" mtu_is_exact
	run_test "over IPv$outer: fragments outside" fragments_outside
	inside=$outer
	forged
	drop_tunnels

	make_tunnel r1 $outer
	make_tunnel r2 $outer
	run_test "over IPv$outer: AES-128-GMAC" gmac 9 20
	run_test "over IPv$outer: AES-192-GMAC" gmac 10 28
	run_test "over IPv$outer: AES-256-GMAC, ESN" gmac 11 36 esn
	run_test "over IPv$outer: AES-128-GMAC with another key" another_key
	drop_tunnels
done
drop_wire
run_test "module unloads" unload_seki
ktap_finish

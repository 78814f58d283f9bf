#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ESP inside AH, on the same flow (row A06): a pair of SAs that belong together.
#
#	  r1: tunnel0 (seki) === IP, AH, ESP, IP === r2: tunnel0 (XFRM interface)
#
# Topology: see lib.sh.  r2's XFRM has two templates, ESP in tunnel mode and AH in
# transport mode around it.  That cannot carry another version of IP than its own,
# so the other two combinations have seki at both ends.

. tests/netns/lib.sh

# seki_keys NAMESPACE IN OUT AH-ATTRIBUTES ESP-ATTRIBUTES: IN and OUT are SPIs of AH; ESP's
# are one higher
seki_keys() {
	ip netns exec "$1" "$manual" - <<-END
	sa-flush
	sa-new dev tunnel0 direction in proto 51 spi $2 $4
	sa-new dev tunnel0 direction in spi $(($2 + 1)) outer-spi $2 $5
	sa-new dev tunnel0 direction out proto 51 spi $3 $4
	sa-new dev tunnel0 direction out spi $(($3 + 1)) outer-spi $3 $5
	END
}

# xfrm_keys AH-WORDS ESP-WORDS
xfrm_keys() {
	local one two
	one=$(outer $outer 1) two=$(outer $outer 2)
	ip -n r2 -batch - <<-END
	xfrm state flush
	xfrm state add src $one dst $two proto ah spi 0x3001 mode transport if_id 1 flag align4 $1
	xfrm state add src $one dst $two proto esp spi 0x3002 mode tunnel if_id 1 $2
	xfrm state add src $two dst $one proto ah spi 0x4001 mode transport if_id 1 flag align4 $1
	xfrm state add src $two dst $one proto esp spi 0x4002 mode tunnel if_id 1 $2
	END
}

# pings FAMILY: 4 each way
pings() {
	local size
	for size in 0 1 1300; do
		in_r1 ping -q -c 1 -W 5 -s $size "$(inner "$1" 2)"
	done
	in_r2 ping -q -c 1 -W 5 "$(inner "$1" 1)"
}

# passes AH-SEKI ESP-SEKI AH-XFRM ESP-XFRM
passes() {
	seki_keys r1 0x4001 0x3001 "$1" "$2"
	xfrm_keys "$3" "$4"
	pings $outer
	# each layer counts
	[ "$(manual_r1 list | wc -l)" -eq 4 ]
	seki_saw 4
	xfrm_saw 4
}

sha256_gcm() {
	passes "flags bundled integ 12 integ-key $(hex 32 2)" "$(gcm)" \
		"auth-trunc 'hmac(sha256)' 0x$(hex 32 2) 128" "$(xfrm_gcm)"
}

# the transform set ah-sha-hmac esp-3des esp-sha-hmac
sha_3des_sha() {
	passes "flags bundled integ 2 integ-key $(hex 20 2)" \
		"encr 3 encr-key $(hex 24 3) integ 2 integ-key $(hex 20 4)" \
		"auth-trunc 'hmac(sha1)' 0x$(hex 20 2) 96" \
		"enc 'cbc(des3_ede)' 0x$(hex 24 3) auth-trunc 'hmac(sha1)' 0x$(hex 20 4) 96"
}

with_esn() {
	passes "flags bundled,esn integ 12 integ-key $(hex 32 2)" "$(gcm) flags esn" \
		"auth-trunc 'hmac(sha256)' 0x$(hex 32 2) 128 flag esn replay-window 64" \
		"$(xfrm_gcm) flag esn replay-window 64"
}

other_family() {
	ip -n r2 link del tunnel0
	make_tunnel r2 $outer
	seki_keys r1 0x4001 0x3001 "flags bundled integ 12 integ-key $(hex 32 2)" "$(gcm)"
	seki_keys r2 0x3001 0x4001 "flags bundled integ 12 integ-key $(hex 32 2)" "$(gcm)"
	pings $((10 - outer))
	seki_saw 4
}

# Who looks at the wire sees AH, and ESP in it.
order_on_the_wire() {
	local filter='ip proto 51 and ip[20] == 50'
	[ $outer -eq 4 ] || filter='ip6 proto 51 and ip6[40] == 50'
	capture "$ktap_tmp/bundle.pcap" 4 "$filter" ping_through 2 "$(inner $outer 2)"
}

mtu_is_exact() {
	# AH with SHA-256-128, ESP with GCM
	local mtu=$((1500 - (outer == 4 ? 20 + 28 : 40 + 32) - 8 - 8 - 16 - 2))
	wait_for 5 eval "ip -n r1 link show tunnel0 | grep 'mtu $mtu '"
}

forged_keys() {
	manual_r1 - <<-END
	sa-flush
	sa-new dev tunnel0 direction in proto 51 spi 0x2000 flags bundled integ 12 integ-key $(hex 32 2)
	sa-new dev tunnel0 direction in spi 0x1000 outer-spi 0x2000 $(gcm)
	sa-new dev tunnel0 direction in spi 0x1001 $(gcm)
	sa-new dev tunnel0 direction out spi 0x1002 $(gcm)
	END
}

received() { manual_r1 list direction in proto 50 | grep -E "\"spi\":\"$1\".*\"packets\":$2,"; }

accepted() {
	forged_keys
	cases accepted
	wait_for 5 received 0x00001000 2
}

plain_beside() {
	cases plain
	wait_for 5 received 0x00001001 1
}

refused() {
	local want=$1
	shift
	fails manual_r1 sa-new dev tunnel0 direction out spi 0x9000 "$@" 2>"$ktap_tmp/err"
	cat "$ktap_tmp/err"
	grep -qi "$want" "$ktap_tmp/err"
}

load_seki
make_wire
for outer in 4 6; do
	xfrm_tunnel $outer esp ah
	make_tunnel r1 $outer
	run_test "over IPv$outer: SHA-1-96 around 3DES with SHA-1-96" sha_3des_sha
	run_test "over IPv$outer: SHA-256-128 around AES-GCM, ESN" with_esn
	run_test "over IPv$outer: SHA-256-128 around AES-GCM" sha256_gcm
	run_test "over IPv$outer: AH is outside" order_on_the_wire
	run_test "over IPv$outer: the MTU is exact" mtu_is_exact
	start_forger forge_bundle.py "$(hex 20)" "$(hex 32 2)" $outer
	run_test "over IPv$outer: forged ones are like XFRM's" accepted
	run_test "over IPv$outer: ESP without its AH" drops_only bad-bundle 1 cases naked
	run_test "over IPv$outer: AH around another packet" drops_only bad-bundle 1 cases around-packet
	run_test "over IPv$outer: AH around another SA's ESP" drops_only bad-bundle 1 cases around-other-esp
	run_test "over IPv$outer: AH around AH" drops_only bad-bundle 1 cases nested
	run_test "over IPv$outer: the inside is covered" drops_only auth-failed 1 cases outer-changed
	run_test "over IPv$outer: an SA without AH beside" plain_beside
	stop_forger
	run_test "IPv$((10 - outer)) in IPv$outer: SHA-256-128 around AES-GCM" other_family
	drop_tunnels
done
make_tunnel r1
# shellcheck disable=SC2046
run_test "an outer SA that is not there is refused" refused "SA" outer-spi 0x7777 $(gcm)
drop_wire
run_test "module unloads" unload_seki
ktap_finish

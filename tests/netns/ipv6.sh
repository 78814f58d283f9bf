#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# IPv4 and IPv6, inside and outside, in all four ways (rows A05, A07, A09, I01).
#
#	  r1: tunnel0 (seki) === ESP over IPv4, IPv6 === r2: tunnel0 (XFRM interface)
#
# Topology: see lib.sh.

. tests/netns/lib.sh

# IP, ESP, IV, ICV, pad length and next header
overhead() { echo $(((outer == 4 ? 20 : 40) + 8 + 8 + 16 + 2)); }

keys() {
	new_spis
	xfrm_pair "$outer" esp "$(xfrm_gcm)"
	# shellcheck disable=SC2046
	seki_pair $(gcm)
}

carries() {
	local size
	for size in 0 1 1200 3000; do
		in_r1 ping -q -c 1 -W 5 -s $size "$(inner "$1" 2)"
	done
	in_r2 ping -q -c 1 -W 5 -s 3000 "$(inner "$1" 1)"
	transfer put "$(inner "$1" 2)" 300000
	transfer get "$(inner "$1" 2)" 300000
	manual_r1 list | tee "$ktap_tmp/list"
	fails grep -v '"drops":{}' "$ktap_tmp/list"
}

mtu_is_exact() {
	wait_for 5 eval "ip -n r1 link show tunnel0 | grep 'mtu $((1500 - $(overhead))) '"
}

# the device's MTU hides nothing: what is too big inside is told its sender
too_big_is_answered() {
	local said='frag needed.*mtu = '
	[ "$1" -eq 4 ] || said='packet too big: mtu[ =]*'
	ip -n r1 link set tunnel0 mtu 1500
	in_r1 ping -c 1 -W 5 -M "do" -s 1450 "$(inner "$1" 2)" 2>&1 | tee "$ktap_tmp/too-big" || :
	grep -i "$said$((1500 - $(overhead)))" "$ktap_tmp/too-big"
}

# header_is FILTER: tcpdump's expression holds for the first packet of a capture
header_is() {
	[ "$(tcpdump -r "$ktap_tmp/header.pcap" -c 1 -nn "$1" 2>/dev/null | wc -l)" -eq 1 ] || {
		tcpdump -r "$ktap_tmp/header.pcap" -nnvx
		return 1
	}
}

ping_once() { in_r1 ping -q -c 1 -W 5 "$@"; }

# tos of the outer packet is the inner one's, in the other version's place too
tos_is() {
	if [ "$outer" -eq 4 ]; then
		header_is "ip[1] == $1"
	else
		header_is "(ip6[0:2] & 0x0ff0) >> 4 == $1"
	fi
}

ttl_is() {
	header_is "$([ "$outer" -eq 4 ] && echo "ip[8]" || echo "ip6[7]") == $1"
}

header_fields() {
	local to_peer proto=ip
	[ "$outer" -eq 4 ] || proto=ip6
	to_peer="$proto proto 50 and dst host $(outer "$outer" 2)"
	# DSCP 46 and ECT(0)
	capture "$ktap_tmp/header.pcap" 1 "$to_peer" ping_once -Q 0xba "$(inner "$1" 2)"
	tos_is 0xba
	ttl_is 64
	ip -n r1 link change tunnel0 type seki ttl inherit
	capture "$ktap_tmp/header.pcap" 1 "$to_peer" ping_once -t 99 "$(inner "$1" 2)"
	ttl_is 99
	ip -n r1 link change tunnel0 type seki ttl 33 tos 0x28
	capture "$ktap_tmp/header.pcap" 1 "$to_peer" ping_once -Q 0xbb "$(inner "$1" 2)"
	ttl_is 33
	# CE is copied, the rest is the tunnel's
	tos_is 0x2b
	ip -n r1 link change tunnel0 type seki ttl 64 tos inherit
}

df_fields() {
	capture "$ktap_tmp/header.pcap" 1 "ip proto 50 and dst host 10.0.0.2" \
		ping_once -M "do" "$(inner 4 2)"
	header_is 'ip[6] & 0x40 != 0'
	capture "$ktap_tmp/header.pcap" 1 "ip proto 50 and dst host 10.0.0.2" \
		ping_once -M dont "$(inner 4 2)"
	header_is 'ip[6] & 0x40 == 0'
}

# Larger than the path, and nobody forbids fragments.
fragments_outside() {
	local filter='ip[6:2] & 0x3fff != 0 and dst host 10.0.0.2'
	[ "$outer" -eq 4 ] || filter='ip6[6] == 44 and dst host fd00::2'
	# what senders were told before
	in_r1 ip route flush cache
	ip -n r1 link set tunnel0 mtu 4000
	capture "$ktap_tmp/header.pcap" 3 "$filter" in_r1 ping -q -c 1 -W 5 -M dont -s 3000 "$(inner 4 2)"
}

# 1280 octets have to pass where the path has no more than that for ESP and all.
smallest_mtu() {
	path_mtu "$outer" 1280
	ip -n r1 link set tunnel0 mtu 1280
	in_r1 ping -q -c 1 -W 5 -M "do" -s $((1280 - 48)) "$(inner 6 2)"
	path_mtu "$outer"
}

outer_mtu() { in_r1 ip route get "$(outer "$outer" 2)" | grep -q "mtu $1"; }

icmp_errors() {
	in_r2 python3 tests/netns/icmp.py "$outer" 1300 esp 0x77777777
	# answered in order: when the second is learnt, the first has been refused
	in_r2 python3 tests/netns/icmp.py "$outer" 1400 esp "$forth"
	wait_for 5 outer_mtu 1400
	in_r1 ping -q -c 1 -W 5 "$(inner 4 2)"
	wait_for 5 eval "ip -n r1 link show tunnel0 | grep 'mtu $((1400 - $(overhead))) '"
	in_r1 ip route flush cache
	in_r1 ip -6 route flush cache
}

# RFC 6040 figure 4; what cannot be is dropped
ecn_table() {
	sort <<-END
	not-ect not-ect not-ect
	not-ect ect0 not-ect
	not-ect ect1 not-ect
	ect0 not-ect ect0
	ect0 ect0 ect0
	ect0 ect1 ect1
	ect0 ce ce
	ect1 not-ect ect1
	ect1 ect0 ect1
	ect1 ect1 ect1
	ect1 ce ce
	ce not-ect ce
	ce ect0 ce
	ce ect1 ce
	ce ce ce
	END
}

send_marks() {
	in_r2 python3 tests/netns/ecn.py send "$(hex 20)" "$outer" "$1"
}

ecn() {
	# shellcheck disable=SC2046
	manual_r1 sa-new dev tunnel0 direction in spi 0x1000 $(gcm)
	background r1 "$ktap_tmp/ecn" ready python3 tests/netns/ecn.py receive "$1"
	drops_only ecn 1 send_marks "$1"
	wait_for 5 grep -q last "$ktap_tmp/ecn"
	diff <(ecn_table) <(grep -v -e ready -e last "$ktap_tmp/ecn" | sort)
	manual_r1 sa-del dev tunnel0 direction in spi 0x1000
}

in_udp() {
	local six='' port=4500
	[ "$outer" -eq 4 ] || six=6
	# shellcheck disable=SC2086
	background r1 "$ktap_tmp/encap1" listening "$manual" encap $port $six
	# shellcheck disable=SC2086
	background r2 "$ktap_tmp/encap2" ready python3 tests/netns/xfrm_udp.py $port $six
	new_spis
	xfrm_pair "$outer" esp "$(xfrm_gcm) encap espinudp $port $port ::"
	# shellcheck disable=SC2046
	seki_pair $(gcm) encap-type 1 sport $port dport $port
	# what tcpdump sees shall be complete
	in_r1 ethtool -K e0 tx off
	capture "$ktap_tmp/udp.pcap" 2 "udp port $port" ping_once "$(inner 4 2)"
	capture "$ktap_tmp/udp.pcap" 2 "udp port $port" ping_once -s 1200 "$(inner 6 2)"
	# over IPv6 the checksum is not optional
	[ "$outer" -eq 4 ] || [ "$(tcpdump -r "$ktap_tmp/udp.pcap" -nnvv 2>/dev/null | grep -c 'udp sum ok')" -eq 2 ]
	seki_saw 2
	xfrm_saw 2
}

load_seki
make_wire
start_server
for outer in 4 6; do
	xfrm_tunnel $outer esp
	make_tunnel r1 $outer
	keys
	insides="4 6"
	[ -n "$whole_table" ] || insides=$((10 - outer))
	for inside in $insides; do
		name="IPv$inside in IPv$outer"
		run_test "$name: ping, TCP" carries $inside
		run_test "$name: DSCP, ECN and TTL of the outer header" header_fields $inside
		run_test "$name: congestion marks as in RFC 6040" ecn $inside
	done
	run_test "over IPv$outer: the MTU is exact" mtu_is_exact
	run_test "over IPv$outer: ICMP errors that quote an SA, and others" icmp_errors
	[ $outer -eq 6 ] || run_test "over IPv$outer: DF is the inner packet's" df_fields
	for inside in $insides; do
		run_test "IPv$inside in IPv$outer: the sender of what is too big is told" too_big_is_answered $inside
	done
	run_test "over IPv$outer: fragments outside" fragments_outside
	run_test "over IPv$outer: a path as narrow as the smallest MTU" smallest_mtu
	run_test "over IPv$outer: in UDP" in_udp
	drop_tunnels
done
stop_server
drop_wire
run_test "module unloads" unload_seki
ktap_finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Large packets: cut before encryption, merged after decryption, checksums left to
# be completed, whatever the devices can (row A09's whole datagrams, many at once).
# Topology: see lib.sh; both ends are seki.

. tests/netns/lib.sh

# shapes E0-SEGMENTATION E0-RECEIVE TUNNEL-SEGMENTATION TUNNEL-RECEIVE: on or off
shapes() {
	local me
	for me in 1 2; do
		ip netns exec r$me bash -c "ethtool -K e0 tso $1 gso $1 tx-gso-list $1 gro $2 && ethtool -K tunnel0 gso $3 gro $4"
	done
}

# both ways, and nothing is dropped
carries() {
	local address
	shapes "$@"
	for address in "$(inner 4 2)" "$(inner 6 2)"; do
		transfer put "$address" 300000
		transfer get "$address" 300000
		transfer udp "$address" 100000 1200
	done
	no_drops
}

no_drops() {
	local me
	for me in 1 2; do
		ip netns exec r$me ethtool -S tunnel0 | grep drop- | grep -v ': 0$' && return 1
	done
	return 0
}

# watch NAMESPACE DEVICE FILTER COMMAND...: prints how many packets it saw
watch() {
	local namespace=$1 device=$2 filter=$3 pid
	shift 3
	ip netns exec "$namespace" tcpdump --immediate-mode -U -s 100 -i "$device" \
		-w "$ktap_tmp/watch.pcap" "$filter" 2>"$ktap_tmp/tcpdump" &
	pid=$!
	wait_for 10 grep -q 'listening on' "$ktap_tmp/tcpdump"
	"$@" >&2
	kill -INT $pid
	wait $pid || :
	tcpdump -r "$ktap_tmp/watch.pcap" -nn 2>/dev/null | wc -l
}

# What the stack hands over in one piece leaves in many, none larger than the wire.
wire_carries_no_giants() {
	local giants segments
	shapes off off on on
	giants=$(watch r1 tunnel0 "greater 2000 and dst host $(inner 4 2)" transfer put "$(inner 4 2)" 500000)
	echo "$giants packets of more than 2000 octets entered the tunnel"
	[ "$giants" -gt 10 ]
	segments=$(watch r2 e0 "greater 1515" transfer put "$(inner 4 2)" 500000)
	[ "$segments" -eq 0 ]
}

merged_behind_the_tunnel() {
	local merged
	shapes on on on on
	merged=$(watch r2 tunnel0 "greater 2000 and dst host $(inner $1 2)" transfer put "$(inner $1 2)" 500000)
	echo "$merged packets were made of several"
	[ "$merged" -gt 10 ]
	shapes on on on off
	[ "$(watch r2 tunnel0 "greater 2000 and dst host $(inner $1 2)" transfer put "$(inner $1 2)" 200000)" -eq 0 ]
	shapes on on on on
}

in_udp() {
	local me six=''
	[ $outer -eq 4 ] || six=6
	for me in 1 2; do
		# shellcheck disable=SC2086
		background r$me "$ktap_tmp/encap$me" listening "$manual" encap 4500 $six
		ip netns exec r$me "$manual" sa-flush
	done
	# shellcheck disable=SC2046
	sa_pair 0x1002 0x2002 $(gcm) encap-type 1 sport 4500 dport 4500
	carries on on on on
	carries off off on on
}

keys() {
	# shellcheck disable=SC2046
	sa_pair 0x1001 0x2001 $(gcm)
}

# A cipher that the processor does piece by piece, and AH, which covers the header
other_suites() {
	local me
	for me in 1 2; do ip netns exec r$me "$manual" sa-flush; done
	sa_pair 0x1003 0x2003 encr 12 encr-key "$(hex 16)" integ 12 integ-key "$(hex 32 2)"
	carries on on on on
	for me in 1 2; do ip netns exec r$me "$manual" sa-flush; done
	sa_pair 0x1004 0x2004 proto 51 integ 12 integ-key "$(hex 32 2)"
	carries on on on on
}

# XFRM's offload has its own hands in GRO, and wants the place that cuts super-packets.
offload_modules() {
	modprobe esp4_offload || skip_test "this kernel has no esp4_offload"
	modprobe esp6_offload
}

# travels_together yes|no: do ESP packets cross the outer stack as one?
travels_together() {
	local together
	together=$(watch r1 e0 "ip proto 50 and greater 2000" transfer put "$(inner 4 2)" 300000)
	echo "$together super-packets"
	[ "$1" = "$([ "$together" -gt 0 ] && echo yes || echo no)" ]
}

alone() {
	[ -d /sys/module/esp4_offload ] || skip_test "this kernel has no esp4_offload"
	travels_together no
	carries on on on on
}

# It gets the place, whatever comes first; packets go all the same.
offload_comes_and_goes() {
	travels_together yes
	modprobe esp4_offload || skip_test "this kernel has no esp4_offload"
	alone
	modprobe -r esp4_offload
	travels_together yes
}

load_seki
make_wire
start_server
for outer in 4 ${whole_table:+6}; do
	make_tunnel r1 $outer
	make_tunnel r2 $outer
	keys
	run_test "over IPv$outer: all on" carries on on on on
	run_test "over IPv$outer: wire without segmentation" carries off off on on
	[ -z "$whole_table" ] || run_test "over IPv$outer: tunnel without segmentation" carries on on off off
	[ -z "$whole_table" ] || run_test "over IPv$outer: all off" carries off off off off
	run_test "over IPv$outer: no giants on the wire" wire_carries_no_giants
	run_test "IPv4 over IPv$outer: merged behind the tunnel" merged_behind_the_tunnel 4
	run_test "IPv6 over IPv$outer: merged behind the tunnel" merged_behind_the_tunnel 6
	run_test "over IPv$outer: in UDP" in_udp
	run_test "over IPv$outer: CBC, AH" other_suites
	ip -n r1 link del tunnel0
	ip -n r2 link del tunnel0
done
outer=4
run_test "module unloads" unload_seki
run_test "esp4_offload comes before us" offload_modules
load_seki
make_tunnel r1
make_tunnel r2
keys
run_test "packets go one by one" alone
ip -n r1 link del tunnel0
ip -n r2 link del tunnel0
unload_seki
modprobe -r esp4_offload esp6_offload || :
load_seki
make_tunnel r1
make_tunnel r2
keys
run_test "esp4_offload comes after us, and goes" offload_comes_and_goes
stop_server
drop_wire
run_test "module unloads again" unload_seki
ktap_finish

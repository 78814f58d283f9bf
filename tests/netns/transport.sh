#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Transport mode (rows A06, A07, A09, A10): ESP, AH and both between two hosts.
#
#	      r1                               r2
#	      e0 === IP, ESP or AH, TCP ... === e0
#	  policy on e0 (seki)             XFRM policies
#
# Topology: see lib.sh, without the tunnels.  r2's wire lets only ESP or AH through,
# where packets in the clear would be an error.

. tests/netns/lib.sh

# only_through_proto PROTO: fragments of it, too; of AH's later ones nft does not know
# what is in them, nor what comes behind hop-by-hop options: there both ends' policies judge
only_through_proto() {
	if [ $family -eq 4 ]; then
		only_through "ip protocol $1"
	else
		only_through "ip6 nexthdr $1" "ip6 nexthdr 0" "ip6 nexthdr 44"
	fi
}

# layers OUTSIDE...: on the wire, the last is next to the payload
xfrm_policies() {
	local layers='' proto one two
	for proto; do layers="tmpl proto $proto mode transport $layers"; done
	one=$(outer $family 1) two=$(outer $family 2)
	ip -n r2 -batch - <<-END
	xfrm policy flush
	xfrm policy add src $two dst $one dir out priority 10 $layers
	xfrm policy add src $one dst $two dir in priority 10 $layers
	END
}

xfrm_states() {
	local proto=$1 forth=$2 back=$3 one two
	shift 3
	one=$(outer $family 1) two=$(outer $family 2)
	ip -n r2 -batch - <<-END
	xfrm state add src $one dst $two proto $proto spi $forth mode transport $*
	xfrm state add src $two dst $one proto $proto spi $back mode transport $*
	END
}

policy_pair() {
	local forth=$1 back=$2
	shift 2
	manual_r1 - <<-END
	sa-new policy $policy direction in spi $back mode transport $*
	sa-new policy $policy direction out spi $forth mode transport $*
	END
}

fresh() {
	manual_r1 - <<-END
	policy-flush
	sa-flush
	END
	ip -n r2 xfrm state flush
	host_policy $family priority 100
	xfrm_policies "$@"
}

ah_words() { echo "auth-trunc 'hmac(sha256)' 0x$(hex 32 2) 128 flag align4"; }
ah_attributes() { echo "proto 51 integ 12 integ-key $(hex 32 2)"; }

set_esp() {
	fresh esp
	new_spis
	xfrm_states esp "$forth" "$back" "$(xfrm_gcm)"
	# shellcheck disable=SC2046
	policy_pair "$forth" "$back" $(gcm)
	only_through_proto 50
}

set_ah() {
	fresh ah
	new_spis
	xfrm_states ah "$forth" "$back" "$(ah_words)"
	# shellcheck disable=SC2046
	policy_pair "$forth" "$back" $(ah_attributes)
	only_through_proto 51
}

set_bundle() {
	fresh ah esp
	new_spis
	xfrm_states ah "$forth" "$back" "$(ah_words)"
	xfrm_states esp "$forth" "$back" "$(xfrm_gcm)"
	# shellcheck disable=SC2046
	policy_pair "$forth" "$back" $(ah_attributes) flags bundled
	manual_r1 - <<-END
	sa-new policy $policy direction in spi $back mode transport outer-spi $back $(gcm)
	sa-new policy $policy direction out spi $forth mode transport outer-spi $forth $(gcm)
	END
	only_through_proto 51
}

passes() {
	local peer
	peer=$(outer $family 2)
	"$1"
	in_r1 ping -q -c 1 -W 5 "$peer"
	in_r2 ping -q -c 1 -W 5 -s 1 "$(outer $family 1)"
	transfer put "$peer" 200000
	transfer get "$peer" 200000
	transfer udp "$peer" 1001 1001
	# cut by the sender, after ESP was put around
	transfer udp "$peer" 3000 3000
	manual_r1 list | tee "$ktap_tmp/list"
	fails grep -v '"drops":{}' "$ktap_tmp/list"
	fails grep '"packets":0,' "$ktap_tmp/list"
}

# Row A10: who is on the way sees DSCP and addresses, and can act on them.
qos_by_header() {
	set_esp
	only_through "ip protocol esp ip dscp ef ip saddr 10.0.0.1"
	in_r1 ping -q -c 1 -W 5 -Q 0xb8 10.0.0.2
	fails in_r1 ping -q -c 1 -W 1 -Q 0x28 10.0.0.2
	in_r2 nft list table netdev wire | grep 'dscp ef.*packets 1 '
}

# In both directions, since the answer has it as well.  A receiver may record itself
# again when the packet appears on seki0.
record_route() {
	in_r2 ping -q -c 1 -W 5 -R 10.0.0.1
	in_r1 ping -c 1 -W 5 -R 10.0.0.2 | tee "$ktap_tmp/route"
	# there, there, back, back
	grep -cE '^(RR: )?[[:space:]]+10\.0\.0\.[12]$' "$ktap_tmp/route" | grep -x '[45]'
}

# RFC 791: the record of a route, behind a byte of padding, stands in the first
# fragment alone; the others have padding there.
options_in_fragments() {
	set_esp
	capture "$ktap_tmp/later.pcap" 1 "ip proto 50 and ip[6:2] & 0x1fff != 0 and ip[21] = 1" \
		in_r1 ping -q -c 1 -W 5 -M dont -s 2000 -R 10.0.0.2
}

extension_headers() {
	in_r1 python3 tests/netns/options.py "$(outer 6 2)"
	in_r2 python3 tests/netns/options.py "$(outer 6 1)"
}

# What must not need an SA to make an SA.
ike_in_the_clear() {
	set_esp
	ip -n r2 -batch - <<-END
	xfrm policy add src 10.0.0.2 dst 10.0.0.1 proto udp sport 500 dport 500 dir out priority 1
	xfrm policy add src 10.0.0.1 dst 10.0.0.2 proto udp sport 500 dport 500 dir in priority 1
	END
	only_through "udp sport 500 udp dport 500"
	background r2 "$ktap_tmp/echo" ready python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.0.0.2", 500))
print("ready", flush=True)
while True:
	d, a = s.recvfrom(100)
	s.sendto(d, a)'
	in_r1 timeout 60 python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.0.0.1", 500))
s.connect(("10.0.0.2", 500))
s.send(b"IKE")
assert s.recv(100) == b"IKE"'
}

# Authentic in each layer, but who needs so many?
nested() {
	fresh ah
	ip -n r2 xfrm policy flush
	# shellcheck disable=SC2046
	manual_r1 sa-new policy "$policy" direction in spi 0x2000 mode transport $(ah_attributes)
	anything_through
	start_forger forge_bundle.py "$(hex 20)" "$(hex 32 2)" $family
	sa_counts nested 1 cases nested
	stop_forger
}

load_seki
make_wire
neighbours
start_server
ip netns exec r1 python3 tests/netns/transfer.py serve >"$ktap_tmp/server1" &
other_server=$!
wait_for 10 grep -q ready "$ktap_tmp/server1"
for family in 4 6; do
	run_test "IPv$family: ESP" passes set_esp
	[ $family -eq 4 ] || run_test "IPv6: extension headers before ESP" extension_headers
	run_test "IPv$family: AH" passes set_ah
	if [ $family -eq 4 ]; then
		run_test "IPv4: AH and options" record_route
	else
		run_test "IPv6: AH and extension headers" extension_headers
	fi
	run_test "IPv$family: ESP inside AH" passes set_bundle
	run_test "IPv$family: too many layers" nested
	[ $family -eq 6 ] || run_test "IPv4: options in fragments" options_in_fragments
	[ $family -eq 6 ] || run_test "A10: the network sees the IP header" qos_by_header
	[ $family -eq 6 ] || run_test "IKE passes in the clear" ike_in_the_clear
done
stop_server
kill $other_server
drop_wire
run_test "module unloads" unload_seki
ktap_finish

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Crypto maps (rows A09, I09, I15): policies on a network device decide what is
# protected, here between two sites.
#
#	    h1                  r1                        r2
#	  .--------------------------.              .--------------.
#	  | 192.168.1.2 - 192.168.1.1 |             |  192.168.2.1  lo
#	  '-------------|   seki0     |             |             |
#	                |   e0 =============ESP======== e0  (XFRM)|
#	                |  10.0.0.1   |             |   10.0.0.2  |
#	                '-------------'             '-------------'
#
# r1 forwards for h1; 192.168.7.2, another address of h1's, is translated.

. tests/netns/lib.sh

in_h1() { ip netns exec h1 "$@"; }

make_sites() {
	quiet_namespace h1
	ip link add e1 netns r1 type veth peer name e0 netns h1
	ip -n r1 -batch - <<-END
	addr add 192.168.1.1/24 dev e1
	addr add 192.168.7.1/24 dev e1
	link set e1 up
	route add 192.168.2.0/24 via 10.0.0.2
	END
	ip -n h1 -batch - <<-END
	addr add 192.168.1.2/24 dev e0
	addr add 192.168.7.2/24 dev e0
	link set e0 up
	route add 192.168.2.0/24 via 192.168.1.1
	END
	ip -n r2 -batch - <<-END
	addr add 192.168.2.1/24 dev lo
	addr add 192.168.2.66/24 dev lo
	route add 192.168.1.0/24 via 10.0.0.1
	END
	in_r1 bash -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
}

# site_policy PRIORITY ATTRIBUTES...: between the sites; prints its number
site_policy() {
	manual_r1 policy-new dev e0 priority "$1" src 192.168.1.0 src-len 24 dst 192.168.2.0 dst-len 24 \
		local 10.0.0.1 remote 10.0.0.2 "${@:2}" | grep -o '[0-9]*'
}

fresh() {
	in_r2 nft flush ruleset
	manual_r1 policy-flush
	ip -n r2 -batch - <<-END
	xfrm policy flush
	xfrm state flush
	END
}

# sa_pair_of POLICY
sa_pair_of() {
	new_spis
	manual_r1 - <<-END
	sa-new policy $1 direction in spi $back $(gcm)
	sa-new policy $1 direction out spi $forth $(gcm)
	END
	ip -n r2 -batch - <<-END
	xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi $forth mode tunnel $(xfrm_gcm)
	xfrm state add src 10.0.0.2 dst 10.0.0.1 proto esp spi $back mode tunnel $(xfrm_gcm)
	END
}

# xfrm_sites UPSPEC...: r2's policies, with what the protected packets have
xfrm_sites() {
	local out=${1:-} in=${2:-${1:-}}
	ip -n r2 -batch - <<-END
	xfrm policy add src 192.168.2.0/24 dst 192.168.1.0/24 $out dir out priority 10 tmpl src 10.0.0.2 dst 10.0.0.1 proto esp mode tunnel
	xfrm policy add src 192.168.1.0/24 dst 192.168.2.0/24 $in dir in priority 10 tmpl src 10.0.0.1 dst 10.0.0.2 proto esp mode tunnel
	END
}

passes() { "$1" ping -q -c 2 -i 0.1 -W 5 "${2:-192.168.2.1}"; }
stuck() { fails "$1" ping -q -c 1 -W 1 "${2:-192.168.2.1}"; }

# policy_counts POLICY REASON NUMBER COMMAND...: so many more
policy_counts() {
	local before
	before=$(policy_drops "$1" "$2")
	"${@:4}"
	wait_for 5 eval "[ \"\$(policy_drops $1 $2)\" -eq $((before + $3)) ]" || {
		manual_r1 policies
		return 1
	}
}

gateway() {
	local id
	fresh
	id=$(site_policy 100)
	sa_pair_of "$id"
	xfrm_sites
	only_through "meta l4proto esp"
	passes in_h1
	in_r1 ping -q -c 1 -W 5 -I 192.168.1.1 192.168.2.1
	in_h1 timeout 120 python3 tests/netns/transfer.py put 192.168.2.1 200000
	in_h1 timeout 120 python3 tests/netns/transfer.py get 192.168.2.1 200000
	anything_through
	manual_r1 policies | grep "\"id\":$id," | grep -v '"packets":0'
}

decrypted_is_visible() {
	capture_device=seki0 capture "$ktap_tmp/seki0.pcap" 1 "icmp[icmptype] == icmp-echoreply and src host 192.168.2.1" \
		passes in_h1
}

first_match_decides() {
	local id discard
	fresh
	id=$(site_policy 100)
	sa_pair_of "$id"
	xfrm_sites
	discard=$(manual_r1 policy-new dev e0 priority 50 action discard src 192.168.1.0 src-len 24 \
		dst 192.168.2.66 dst-len 32 | grep -o '[0-9]*')
	policy_counts "$discard" discarded 1 stuck in_h1 192.168.2.66
	passes in_h1
	# a later one changes nothing, an earlier one does
	manual_r1 policy-new dev e0 priority 60 action bypass src 192.168.1.0 src-len 24 dst 192.168.2.66 dst-len 32
	stuck in_h1 192.168.2.66
	manual_r1 policy-new dev e0 priority 40 action bypass src 192.168.1.2 src-len 32 dst 192.168.2.66 dst-len 32
	# in the clear: r2's policy does not mind how it is reached, its answer comes in ESP
	ip -n r2 -batch - <<-END
	xfrm policy add src 192.168.2.66 dst 192.168.1.2 dir out priority 1
	xfrm policy add src 192.168.1.2 dst 192.168.2.66 dir in priority 1
	END
	only_through "ip protocol icmp"
	passes in_h1 192.168.2.66
	anything_through
}

listing_in_order() {
	[ "$(manual_r1 policies | grep -o '"priority":[0-9]*' | cut -d: -f2 | xargs)" = "40 50 60 100" ]
	[ "$(manual_r1 policies dev e0 | wc -l)" -eq 4 ]
	[ -z "$(manual_r1 policies dev e1)" ]
}

ports_and_protocols() {
	local id
	fresh
	# TCP to port 5001 is protected, the rest passes in the clear
	id=$(site_policy 100 proto 6 dport-lo 5001)
	sa_pair_of "$id"
	xfrm_sites "proto tcp sport 5001" "proto tcp dport 5001"
	only_through "meta l4proto esp"
	in_h1 timeout 120 python3 tests/netns/transfer.py put 192.168.2.1 10000
	stuck in_h1
	only_through "meta l4proto icmp"
	passes in_h1
	anything_through
	manual_r1 list | tee "$ktap_tmp/list"
	fails grep '"packets":0,' "$ktap_tmp/list"
}

# RFC 7296 section 3.13.1: type and code in the place of ports
icmp_types() {
	local id
	fresh
	# echo requests only
	id=$(site_policy 100 proto 1 sport-lo 0x0800 sport-hi 0x08ff action discard)
	policy_counts "$id" discarded 1 stuck in_h1
	manual_r1 policy-flush
	id=$(site_policy 100 proto 1 sport-lo 0x0300 sport-hi 0x03ff action discard)
	passes in_h1
}

acquire() {
	local id
	fresh
	id=$(site_policy 100 profile site-to-site)
	background r1 "$ktap_tmp/events" listening "$manual" events
	policy_counts "$id" no-outbound-sa 1 stuck in_h1
	wait_for 5 grep '"event":"acquire"' "$ktap_tmp/events"
	cat "$ktap_tmp/events"
	grep '"event":"acquire"' "$ktap_tmp/events" | grep "\"policy\":$id" |
		grep '"profile":"site-to-site"' | grep '"local":"10.0.0.1"' | grep '"remote":"10.0.0.2"' |
		grep '"inner-src":"192.168.1.2"' | grep '"inner-dst":"192.168.2.1"' | grep '"inner-proto":1'
	sa_pair_of "$id"
	xfrm_sites
	passes in_h1
}

clear_text() {
	local id
	fresh
	id=$(site_policy 100)
	sa_pair_of "$id"
	# forwarded, and to r1 itself
	policy_counts "$id" clear-text 1 cases clear
	policy_counts "$id" clear-text 1 cases clear-to-host
	# what no policy is about is not touched
	in_r2 ping -q -c 1 -W 5 -I 10.0.0.2 10.0.0.1
}

# forged SAs: only inbound
forged_policy() {
	fresh
	id=$(site_policy 100 "$@")
	# shellcheck disable=SC2046
	manual_r1 sa-new policy "$id" direction in spi 0x1000 $(gcm)
}

wrong_inside() {
	forged_policy
	cases good
	wait_for 5 eval 'manual_r1 list direction in | grep "\"packets\":1,"'
	sa_counts bad-selector 1 cases wrong-source
	sa_counts bad-selector 1 cases wrong-target
	manual_r1 list direction in | grep '"packets":1,'
}

wrong_ports_inside() {
	forged_policy proto 17 dport-lo 5001
	sa_counts bad-selector 1 cases wrong-protocol
	cases right-port
	wait_for 5 eval 'manual_r1 list direction in | grep "\"packets\":1,"'
	sa_counts bad-selector 1 cases wrong-port
}

transport_in_tunnel_sa() {
	forged_policy
	sa_counts bad-next-header 1 cases transport
}

# Row I15: a later fragment does not say which ports it has.
send_fragment() {
	in_h1 python3 - <<-'END'
	import sys
	sys.path.insert(0, "tests/netns")
	from wire import UDP, Sender, ip
	Sender().send(ip("192.168.1.2", "192.168.2.1", UDP, bytes(64), fragment=1480 // 8))
	END
}

fragments_without_flag() {
	local id
	fresh
	id=$(site_policy 100 proto 17 dport-lo 5001)
	sa_pair_of "$id"
	policy_counts "$id" fragment 1 send_fragment
	# inbound, inside and in the clear
	forged_policy proto 17 dport-lo 5001
	sa_counts bad-selector 1 cases fragment-in-esp
}

fragments_with_flag() {
	local id
	fresh
	id=$(site_policy 100 proto 17 dport-lo 5001 flags fragments)
	sa_pair_of "$id"
	capture "$ktap_tmp/esp.pcap" 1 "ip proto 50" send_fragment
	forged_policy proto 17 dport-lo 5001 flags fragments
	cases fragment-in-esp
	wait_for 5 eval 'manual_r1 list direction in | grep "\"packets\":1,"'
}

# Without ports in the policy there is nothing to know.
fragments_of_any_port() {
	local id
	fresh
	id=$(site_policy 100)
	sa_pair_of "$id"
	capture "$ktap_tmp/esp.pcap" 1 "ip proto 50" send_fragment
}

# What leaves with an address of the site is the site's.
nat_before_selector() {
	local id
	fresh
	id=$(site_policy 100)
	sa_pair_of "$id"
	xfrm_sites
	in_r1 nft -f - <<-END
	table ip nat {
		chain out {
			type nat hook postrouting priority srcnat;
			oifname e0 ip saddr 192.168.7.0/24 snat to 192.168.1.1
		}
	}
	END
	only_through "meta l4proto esp"
	in_h1 ping -q -c 2 -i 0.1 -W 5 -I 192.168.7.2 192.168.2.1
	passes in_h1
	anything_through
	# and masquerading of what no policy is about goes on
	in_r1 nft add rule ip nat out oifname e0 ip daddr 10.0.0.2 masquerade
	ip -n h1 route add 10.0.0.2/32 via 192.168.1.1
	in_h1 ping -q -c 1 -W 5 10.0.0.2
	in_r1 nft delete table ip nat
}

too_big() {
	local id
	fresh
	id=$(site_policy 100)
	sa_pair_of "$id"
	xfrm_sites
	# what TCP was told before
	in_h1 ip route flush cache
	in_h1 ping -c 1 -W 5 -M "do" -s 1460 192.168.2.1 2>&1 | tee "$ktap_tmp/too-big" || :
	grep -i 'frag needed.*mtu = 1446' "$ktap_tmp/too-big"
	in_h1 ping -q -c 1 -W 5 -M dont -s 3000 192.168.2.1
}

delete_policy() {
	local id
	fresh
	id=$(site_policy 100)
	sa_pair_of "$id"
	manual_r1 policy-del id "$id"
	[ -z "$(manual_r1 policies)" ]
	[ -z "$(manual_r1 list)" ]
	ip -n r2 -batch - <<-END
	xfrm policy flush
	xfrm state flush
	END
	# in the clear now
	passes in_h1
}

flush() {
	fresh
	site_policy 1
	site_policy 2
	manual_r1 policy-new dev e1 priority 1 action bypass src 0.0.0.0 src-len 0 dst 0.0.0.0 dst-len 0
	manual_r1 policy-flush dev e0
	[ "$(manual_r1 policies | wc -l)" -eq 1 ]
	manual_r1 policy-flush
	[ -z "$(manual_r1 policies)" ]
}

device_deleted() {
	fresh
	sa_pair_of "$(site_policy 1)"
	ip -n r1 link show seki0
	ip -n r1 link del seki0
	[ -z "$(manual_r1 policies)" ]
	[ -z "$(manual_r1 list)" ]
	# and made again
	site_policy 1
	ip -n r1 link show seki0
}

policies_go_with_their_device() {
	fresh
	ip -n r1 link add d0 type dummy
	manual_r1 policy-new dev d0 priority 1 action discard src 0.0.0.0 src-len 0 dst 0.0.0.0 dst-len 0
	ip -n r1 link del d0
	[ -z "$(manual_r1 policies)" ]
}

load_seki
make_wire
make_sites
start_server
start_forger forge_inner.py "$(hex 20)"
run_test "a gateway forwards in tunnel mode" gateway
run_test "decrypted packets are visible on seki0" decrypted_is_visible
run_test "the first match decides; bypass, discard" first_match_decides
run_test "policies are listed in the order in which they decide" listing_in_order
run_test "ports and protocols" ports_and_protocols
run_test "types of ICMP" icmp_types
run_test "I09: the first packet asks for an SA and is counted" acquire
run_test "what came in the clear is dropped" clear_text
run_test "what is inside has to fit" wrong_inside
run_test "ports inside have to fit" wrong_ports_inside
run_test "no transport mode in a tunnel's SA" transport_in_tunnel_sa
run_test "I15: later fragments without the flag" fragments_without_flag
run_test "I15: later fragments with the flag" fragments_with_flag
run_test "I15: later fragments where ports do not matter" fragments_of_any_port
run_test "the selector sees addresses after their translation" nat_before_selector
run_test "the sender of what is too big is told" too_big
run_test "a policy takes its SAs with it" delete_policy
run_test "flush, of one device and all" flush
run_test "seki0 takes all policies with it" device_deleted
run_test "a device takes its policies with it" policies_go_with_their_device
stop_forger
stop_server
ip netns del h1
drop_wire
run_test "module unloads" unload_seki
ktap_finish

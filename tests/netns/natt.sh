#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A peer behind a NAT (row I12): ESP in UDP with both modes, and mappings that change.
#
#	   r1 (seki)             m (masquerades)          r2 (XFRM)
#	   10.0.1.1:4500 ---- 10.0.1.254:20000 ---- 10.0.2.2:4500
#
# Topology: see make_path in lib.sh.  r1 sees r2 as 10.0.1.254 with a port that m
# chose, 20000 at first.

. tests/netns/lib.sh

nat=10.0.1.254

# masquerade PORT: r2's UDP leaves with this port, and what m remembers is gone
masquerade() {
	ip netns exec m nft -f - <<-END
	table ip nat
	delete table ip nat
	table ip nat {
		chain out {
			type nat hook postrouting priority srcnat;
			oifname e1 meta l4proto udp masquerade to :$1
			oifname e1 masquerade
		}
	}
	END
	ip netns exec m conntrack -F
}

# r2's states and r1's SAs; the NAT's address where r1 sees r2
keys() {
	local port=$1 xfrm=$2 seki=$3
	new_spis
	ip -n r2 -batch - <<-END
	xfrm state flush
	xfrm state add src 10.0.1.1 dst 10.0.2.2 proto esp spi $forth $xfrm encap espinudp 4500 4500 0.0.0.0 $(xfrm_gcm)
	xfrm state add src 10.0.2.2 dst 10.0.1.1 proto esp spi $back $xfrm encap espinudp 4500 4500 0.0.0.0 $(xfrm_gcm)
	END
	manual_r1 - <<-END
	sa-flush
	sa-new $seki direction in spi $back encap-type 1 sport 4500 dport $port $4 $(gcm)
	sa-new $seki direction out spi $forth encap-type 1 sport 4500 dport $port $(gcm)
	END
}

tunnel_keys() { keys "$1" "mode tunnel if_id 1 flag af-unspec" "dev tunnel0" "$2"; }

# r2 begins: only its packets open the NAT
answered() {
	in_r2 ping -q -c 1 -W 5 "${1:-172.16.0.1}"
}

tunnel_mode() {
	masquerade 20000
	tunnel_keys 20000
	answered
	in_r1 ping -q -c 1 -W 5 172.16.0.2
	in_r2 ping -q -c 1 -W 5 -s 3000 fd16::1
	transfer put 172.16.0.2 200000
	transfer get fd16::2 200000
	manual_r1 list | tee "$ktap_tmp/list"
	fails grep -v '"drops":{}' "$ktap_tmp/list"
}

keepalives() {
	local before
	# a socket of its own, which m takes for the next peer
	masquerade 20100
	before=$(in_r1 ethtool -S tunnel0)
	in_r2 python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for payload in (b"\xff", b"\xff", b"\0\0\0\0IKE"):
	s.sendto(payload, ("10.0.1.1", 4500))'
	wait_for 5 grep -q '"length":7' "$ktap_tmp/encap"
	fails grep '"length":1}' "$ktap_tmp/encap"
	[ "$before" = "$(in_r1 ethtool -S tunnel0)" ]
}

start_events() {
	background r1 "$ktap_tmp/events" listening "$manual" events
}

# Without the flag nothing moves.
mapping_changes_unwanted() {
	masquerade 20000
	tunnel_keys 20000
	answered
	masquerade 20001
	drops_only wrong-endpoint 1 fails in_r2 ping -q -c 1 -W 1 172.16.0.1
}

mapping_changes() {
	start_events
	masquerade 20002
	tunnel_keys 20002 "flags roaming"
	answered
	masquerade 20003
	# r1 hears it, and still sends to where nobody is
	in_r2 ping -q -c 3 -i 0.6 -W 1 172.16.0.1 || :
	wait_for 5 grep -q '"event":"peer"' "$ktap_tmp/events"
	cat "$ktap_tmp/events"
	[ "$(grep -c '"event":"peer"' "$ktap_tmp/events")" -eq 1 ]
	grep '"event":"peer"' "$ktap_tmp/events" | grep "\"remote\":\"$nat\"" | grep '"dport":20003'
	manual_r1 - <<-END
	sa-set dev tunnel0 direction in spi $back local 10.0.1.1 remote $nat encap-type 1 sport 4500 dport 20003
	sa-set dev tunnel0 direction out spi $forth local 10.0.1.1 remote $nat encap-type 1 sport 4500 dport 20003
	END
	answered
	in_r1 ping -q -c 3 -i 0.1 -W 5 172.16.0.2
	# keys and numbers are the same: 1, 3 and then 1 and 3
	manual_r1 list direction in | tee "$ktap_tmp/list"
	grep '"seq":8' "$ktap_tmp/list"
	[ "$(grep -c '"event":"peer"' "$ktap_tmp/events")" -eq 1 ]
}

# the peer's address changes as well
address_changes() {
	ip -n m addr add 10.0.1.253/24 dev e1
	start_events
	masquerade 20004
	tunnel_keys 20004 "flags roaming"
	answered
	ip netns exec m nft flush chain ip nat out
	ip netns exec m nft add rule ip nat out oifname e1 udp dport 4500 snat to 10.0.1.253:20005
	ip netns exec m conntrack -F
	in_r2 ping -q -c 1 -W 1 172.16.0.1 || :
	wait_for 5 grep -q '"new-remote":"10.0.1.253"' "$ktap_tmp/events"
	manual_r1 - <<-END
	sa-set dev tunnel0 direction in spi $back local 10.0.1.1 remote $nat new-remote 10.0.1.253 encap-type 1 sport 4500 dport 20005
	sa-set dev tunnel0 direction out spi $forth local 10.0.1.1 remote $nat new-remote 10.0.1.253 encap-type 1 sport 4500 dport 20005
	END
	answered
	in_r1 ping -q -c 1 -W 5 172.16.0.2
	manual_r1 list | grep -c '"remote":"10.0.1.253"' | grep -x 2
	ip -n m addr del 10.0.1.253/24 dev e1
}

# Forged ones do not move anything, authentic old ones neither.
not_by_replay() {
	start_events
	masquerade 20006
	tunnel_keys 20006 "flags roaming"
	capture "$ktap_tmp/udp.pcap" 1 "udp dst port 4500 and src host $nat" answered
	masquerade 20007
	# the same datagram again, from another port
	python3 - "$ktap_tmp/udp.pcap" >"$ktap_tmp/payload" <<-'END'
	import sys
	data = open(sys.argv[1], "rb").read()
	# file header, packet header, Ethernet, IP, UDP
	sys.stdout.buffer.write(data[24 + 16 + 14 + 20 + 8:])
	END
	drops_only replayed 1 in_r2 python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(open(sys.argv[1], "rb").read(), ("10.0.1.1", 4500))' "$ktap_tmp/payload"
	fails grep '"event":"peer"' "$ktap_tmp/events"
}

# RFC 3948 section 3.1.2: the checksums in there cover 10.0.2.2
transport_mode() {
	masquerade 20010
	policy=$(manual_r1 policy-new dev e0 mode transport src 10.0.1.1 src-len 32 dst $nat dst-len 32 \
		local 10.0.1.1 remote $nat | grep -o '[0-9]*')
	ip -n r2 -batch - <<-END
	xfrm policy add src 10.0.2.2 dst 10.0.1.1 proto tcp dir out tmpl proto esp mode transport
	xfrm policy add src 10.0.1.1 dst 10.0.2.2 proto tcp dir in tmpl proto esp mode transport
	xfrm policy add src 10.0.2.2 dst 10.0.1.1 proto icmp dir out tmpl proto esp mode transport
	xfrm policy add src 10.0.1.1 dst 10.0.2.2 proto icmp dir in tmpl proto esp mode transport
	xfrm policy add src 10.0.2.2 dst 10.0.1.1 proto udp dport 5001 dir out tmpl proto esp mode transport
	xfrm policy add src 10.0.1.1 dst 10.0.2.2 proto udp sport 5001 dir in tmpl proto esp mode transport
	END
	keys 20010 "mode transport" "policy $policy local 10.0.1.1 remote $nat mode transport" \
		"origin-remote 10.0.2.2"
	background r1 "$ktap_tmp/server1" ready python3 tests/netns/transfer.py serve
	answered 10.0.1.1
	# checksums as they are on the device where decrypted packets appear; what is
	# merged there has none of its own
	in_r1 ethtool -K seki0 gro off
	ip netns exec r1 timeout 120 tcpdump --immediate-mode -U -i seki0 -w "$ktap_tmp/seki0.pcap" \
		2>"$ktap_tmp/tcpdump" &
	wait_for 10 grep -q 'listening on' "$ktap_tmp/tcpdump"
	in_r2 timeout 120 python3 tests/netns/transfer.py put 10.0.1.1 100000
	in_r2 timeout 120 python3 tests/netns/transfer.py get 10.0.1.1 100000
	in_r2 timeout 120 python3 tests/netns/transfer.py udp 10.0.1.1 1000 1000
	kill $!
	tcpdump -r "$ktap_tmp/seki0.pcap" -nnvv "src host $nat" 2>/dev/null >"$ktap_tmp/text"
	grep -q 'cksum.*correct' "$ktap_tmp/text"
	grep -q 'udp sum ok' "$ktap_tmp/text"
	fails grep -E 'incorrect|bad udp cksum' "$ktap_tmp/text"
	manual_r1 list | tee "$ktap_tmp/list"
	fails grep -v '"drops":{}' "$ktap_tmp/list"
	manual_r1 policy-flush
	ip -n r2 xfrm policy flush
}

load_seki
make_path
ip -n r1 route del default
ip -n r1 -6 route del default
start_server
ip netns exec r1 "$manual" encap 4500 >"$ktap_tmp/encap" &
encap=$!
ip netns exec r2 python3 tests/netns/xfrm_udp.py 4500 >"$ktap_tmp/xfrm_udp" &
xfrm_udp=$!
wait_for 60 grep -q listening "$ktap_tmp/encap"
wait_for 60 grep -q ready "$ktap_tmp/xfrm_udp"
xfrm_tunnel 4 esp
ip -n r1 -batch - <<END
link add tunnel0 type seki local 10.0.1.1 remote $nat
addr add 172.16.0.1/24 dev tunnel0
addr add fd16::1/64 dev tunnel0 nodad
link set tunnel0 up
END
run_test "I12: tunnel mode through a NAT" tunnel_mode
run_test "keepalives vanish, IKE does not" keepalives
run_test "a mapping that changes is not followed unasked" mapping_changes_unwanted
run_test "a mapping that changes is told once, and SAs move" mapping_changes
run_test "an address that changes, too" address_changes
run_test "a repeated packet moves nothing" not_by_replay
ip -n r1 link del tunnel0
ip -n r2 link del tunnel0
ip -n r2 xfrm policy flush
run_test "I12: transport mode through a NAT" transport_mode
kill $encap $xfrm_udp
stop_server
drop_path
run_test "module unloads" unload_seki
ktap_finish

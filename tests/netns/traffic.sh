#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# TCP through the tunnel, paths that are too narrow, another IPsec on the same
# host, and the module coming and going under all of it.  Topology: see lib.sh.

. tests/netns/lib.sh

tcp() { transfer put 172.16.0.2 2000000; }

keys() {
	# shellcheck disable=SC2046
	sa_pair 0x1001 0x2001 $(gcm)
}

narrow_path() {
	# the wire's route gets narrower than the tunnel knows
	in_r1 ip route change 10.0.0.0/24 dev e0 src 10.0.0.1 mtu 1200
	in_r1 ping -q -c 1 -W 1 -M "do" -s 1300 172.16.0.2 && return 1
	[ "$(drops r1 too-big)" -ge 1 ]
	# 1200 less the exact overhead
	in_r1 ip route get 172.16.0.2 | grep 'mtu 1146' || ip -n r1 link show tunnel0 | grep 'mtu 1146'
	in_r1 ping -q -c 1 -W 5 -M "do" -s $((1146 - 28)) 172.16.0.2
	tcp
	in_r1 ip route change 10.0.0.0/24 dev e0 src 10.0.0.1
}

# the device's MTU hides nothing: what is too big inside is told its sender
too_big_is_answered() {
	ip -n r1 link set tunnel0 mtu 1500
	in_r1 ping -c 1 -W 5 -M "do" -s 1450 172.16.0.2 2>&1 | tee "$ktap_tmp/too-big" || :
	# the first one passed the stack and met the tunnel
	grep -i 'frag needed.*mtu = 1446' "$ktap_tmp/too-big"
}

fragments_without_df() {
	in_r1 ping -q -c 2 -i 0.1 -W 5 -M dont -s 3000 172.16.0.2
}

udp_encapsulation() {
	local encap="encap-type 1 sport 4500 dport 4500" i
	for i in 1 2; do
		ip netns exec r$i "$manual" encap 4500 >"$ktap_tmp/encap$i" &
		echo $! >>"$ktap_tmp/encap"
		wait_for 10 grep -q listening "$ktap_tmp/encap$i"
	done
	# shellcheck disable=SC2046,SC2086
	sa_pair 0x1002 0x2002 $(gcm) $encap
	ping_through
	# IKE still reaches the daemon; a keepalive does not
	in_r1 bash -c 'printf "\0\0\0\0hello" >/dev/udp/10.0.0.2/4500; printf "\xff" >/dev/udp/10.0.0.2/4500'
	wait_for 5 grep -q '"length":9' "$ktap_tmp/encap2"
	! grep '"length":1}' "$ktap_tmp/encap2"
	# shellcheck disable=SC2046
	kill $(cat "$ktap_tmp/encap")
	manual_r1 sa-del dev tunnel0 direction out spi 0x1002
	manual_r2 sa-del dev tunnel0 direction out spi 0x2002
	ping_through
}

# XFRM between the same addresses, in transport mode
xfrm_beside() {
	local i
	for i in 1 2; do
		ip -n r$i -batch - <<-END
		xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x7001 mode transport aead 'rfc4106(gcm(aes))' 0x$(hex 20 5) 128 sel proto udp
		xfrm state add src 10.0.0.2 dst 10.0.0.1 proto esp spi 0x7002 mode transport aead 'rfc4106(gcm(aes))' 0x$(hex 20 6) 128 sel proto udp
		xfrm policy add src 10.0.0.$i dst 10.0.0.$((3 - i)) proto udp dir out tmpl proto esp mode transport
		END
	done
	background r2 "$ktap_tmp/echo" ready python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.0.0.2", 7))
print("ready", flush=True)
d, a = s.recvfrom(100)
s.sendto(d, a)'
	in_r1 timeout 120 python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("10.0.0.2", 7))
s.send(b"beside")
assert s.recv(100) == b"beside"'
	ip -n r2 -s xfrm state list | grep -c '1(packets)' | grep -x 2
	ping_through
}

# blast NAMESPACE ADDRESS: packets without end, whether there is a way or not
blast() {
	ip netns exec "$1" python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
	for _ in range(20):
		try:
			s.sendto(bytes(500), (sys.argv[1], 9))
		except OSError:
			pass
	time.sleep(0.01)' "$2" &
	echo $! >>"$ktap_tmp/blast"
}

reload_under_traffic() {
	local i
	blast r1 172.16.0.2
	blast r2 172.16.0.1
	for ((i = 0; i < rounds; i++)); do
		unload_seki
		insmod "$SEKI_MODULE"
		make_tunnel r1
		make_tunnel r2
		keys
		# traffic did pass before the next round pulls the module out
		wait_for 10 eval '[ "$(ip -n r1 -s -o link show tunnel0 | sed "s,.*RX:[^0-9]*[0-9]* *,,; s, .*,,")" -gt 0 ]'
	done
	# shellcheck disable=SC2046
	kill $(cat "$ktap_tmp/blast")
	ping_through
	unload_seki
}

load_seki
make_wire
make_tunnel r1
make_tunnel r2
keys
start_server
run_test "TCP" tcp
run_test "a narrower path is learnt and told" narrow_path
run_test "the sender of what is too big is told" too_big_is_answered
run_test "packets without DF go in fragments" fragments_without_df
run_test "ESP in UDP on the daemon's socket" udp_encapsulation
run_test "XFRM works beside" xfrm_beside
stop_server
# With every debugging aid one of them takes minutes.
rounds=50
[[ $(uname -r) != *-debug ]] || rounds=3
run_test "$rounds times unloaded and loaded under traffic" reload_under_traffic
drop_wire
ktap_finish

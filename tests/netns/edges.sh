#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: 6.1 debug
#
# Corners: rights over what was given away, packets that are hard to read, those
# near 64 KiB, other checksums than TCP's, and one tunnel in another.
# Topology: see lib.sh; for the last ones, m and r2 have another tunnel between
# them, which ESP goes through:
#
#	r1 ---------------- m ========= GRE or VXLAN ========= r2
#	10.0.1.1      10.9.0.254                            10.9.0.2

. tests/netns/lib.sh

# a user of its own with a network of its own; sets $guest
start_guest() {
	ip netns exec r1 unshare --user --map-root-user --net sleep 1000 &
	guest=$!
	echo $guest >>"$ktap_tmp/background"
	trap stop_background EXIT
	wait_for 10 grep -qx sleep "/proc/$guest/comm"
}
in_guest() { nsenter --target "$guest" --user --net --preserve-credentials "$@"; }

lent_socket() {
	in_r1 python3 tests/netns/lend.py unshare --user --map-root-user --net | tee "$ktap_tmp/lent"
	grep "^1 The socket's namespace is not yours" "$ktap_tmp/lent"
	in_r1 python3 tests/netns/lend.py env | tee "$ktap_tmp/lent"
	grep "^0 None" "$ktap_tmp/lent"
}

given_away() {
	start_guest
	make_tunnel r1
	ip -n r1 link set tunnel0 netns "$guest"
	fails in_guest ip link change tunnel0 type seki fwmark 7 2>&1 | tee "$ktap_tmp/change"
	grep "The namespace of the outer packets is not yours" "$ktap_tmp/change"
	# whoever owns both may
	nsenter --target "$guest" --net ip link change tunnel0 type seki fwmark 7
	in_guest ip -d link show tunnel0 | grep 'fwmark 0x7'
	kill "$guest"
}

# So many headers that the selector gives up: the packet could be anything.
send_chain() {
	ip netns exec "$1" python3 - "$2" "$3" <<-'END'
	import sys
	sys.path.insert(0, "tests/netns")
	from wire import Sender, UDP, ip, udp
	src, dst = sys.argv[1:]
	option = b"\1\4\0\0\0\0"
	chain = b"".join(bytes([60, 0]) + option for _ in range(39)) + bytes([UDP, 0]) + option
	Sender().send(ip(src, dst, 60, chain + udp(src, dst, 5001, 5001, b"deep")))
	END
}

policy_counts() {
	local before
	before=$(policy_drops "$policy" "$1")
	"${@:2}"
	wait_for 5 eval "[ \"\$(policy_drops $policy $1)\" -eq $((before + 1)) ]" || {
		manual_r1 policies
		return 1
	}
}

unreadable() {
	host_policy 6
	policy_counts bad-header send_chain r1 fd00::1 fd00::2
	policy_counts bad-header send_chain r2 fd00::2 fd00::1
	manual_r1 policy-flush
}

# The copy for listeners on this host never leaves.
own_multicast() {
	policy=$(manual_r1 policy-new dev e0 action discard src 10.0.0.1 src-len 32 dst 239.1.1.1 dst-len 32 |
		grep -o '[0-9]*')
	policy_counts discarded in_r1 timeout 60 python3 - <<-'END'
	import socket
	group = socket.inet_aton("239.1.1.1") + socket.inet_aton("10.0.0.1")
	listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	listener.bind(("239.1.1.1", 5001))
	listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
	speaker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	speaker.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.0.0.1"))
	speaker.sendto(b"to all", ("239.1.1.1", 5001))
	assert listener.recv(100) == b"to all"
	END
	manual_r1 policy-flush
}

# host_to_host: all between r1 and r2 in transport mode, r2's by XFRM
host_to_host() {
	neighbours
	manual_r1 policy-flush
	host_policy 4
	new_spis
	# shellcheck disable=SC2046
	manual_r1 - <<-END
	sa-new policy $policy mode transport direction in spi $back $(gcm)
	sa-new policy $policy mode transport direction out spi $forth $(gcm)
	END
	ip -n r2 -batch - <<-END
	xfrm policy flush
	xfrm state flush
	xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi $forth mode transport $(xfrm_gcm)
	xfrm state add src 10.0.0.2 dst 10.0.0.1 proto esp spi $back mode transport $(xfrm_gcm)
	xfrm policy add src 10.0.0.2 dst 10.0.0.1 dir out tmpl proto esp mode transport
	xfrm policy add src 10.0.0.1 dst 10.0.0.2 dir in tmpl proto esp mode transport
	END
}

# What has one would have a checksum of the wrong kind.
sctp() {
	modprobe -q sctp || skip_test "this kernel has no SCTP"
	host_to_host
	background r2 "$ktap_tmp/sctp" ready python3 -c '
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)
server.bind(("10.0.0.2", 5002))
server.listen()
print("ready", flush=True)
peer, _ = server.accept()
peer.send(peer.recv(100).upper())
peer.recv(100)'
	in_r1 timeout 60 python3 -c '
import socket
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)
client.connect(("10.0.0.2", 5002))
client.send(b"chunk")
assert client.recv(100) == b"CHUNK"'
}

# As large as IP takes, and larger than ESP can make it
nearly_64_kib() {
	host_to_host
	transfer udp 10.0.0.2 65000 65000
	policy_counts too-big in_r1 python3 -c '
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.IPPROTO_IP, 10, 0)	# IP_MTU_DISCOVER, IP_PMTUDISC_DONT
try:
	sock.sendto(bytes(65507), ("10.0.0.2", 5001))
except OSError as error:
	print(error)'
	transfer udp 10.0.0.2 1000 1000
	manual_r1 policy-flush
	ip -n r2 -batch - <<-END
	xfrm policy flush
	xfrm state flush
	END
}

# What travels together reaches XFRM one by one.
together_to_xfrm() {
	make_tunnel r1
	xfrm_tunnel 4 esp
	new_spis
	xfrm_pair 4 esp "$(xfrm_gcm)"
	seki_pair "$(gcm)"
	start_server
	capture "$ktap_tmp/together.pcap" 1 "ip proto 50 and greater 2000" transfer put 172.16.0.2 1000000
	transfer get 172.16.0.2 1000000
	stop_server
	# none was lost on the way
	[ "$(states_saw $forth)" -eq "$(sa_field r1 out '["packets"]')" ]
	drop_tunnels
}

# states_saw SPI: packets of that XFRM state
states_saw() {
	ip -n r2 -s xfrm state list spi "$1" | sed -n 's/.*(bytes), \([0-9]*\)(packets)$/\1/p' | tail -n 1
}

# inside_another KIND LINK-OPTION...: packets that travel together are put into
# another tunnel before anybody takes them apart.
inside_another() {
	ip -n m link add probe type "$@" 2>/dev/null || skip_test "this kernel has no $1"
	ip -n m link del probe
	ip -n m -batch - <<-END
	link add between type $1 ${*:2} local 10.0.2.254 remote 10.0.2.2
	addr add 10.9.0.254/24 dev between
	link set between up
	END
	ip -n r2 -batch - <<-END
	link add between type $1 ${*:2} local 10.0.2.2 remote 10.0.2.254
	addr add 10.9.0.2/24 dev between
	link set between up
	route add 10.0.1.0/24 via 10.9.0.254
	link add tunnel0 type seki local 10.9.0.2 remote 10.0.1.1
	addr add 172.16.0.2/24 dev tunnel0
	link set tunnel0 mtu 1300 up
	END
	ip -n r1 -batch - <<-END
	link add tunnel0 type seki local 10.0.1.1 remote 10.9.0.2
	addr add 172.16.0.1/24 dev tunnel0
	link set tunnel0 mtu 1300 up
	END
	# shellcheck disable=SC2046
	sa_pair 0x1001 0x2001 $(gcm)
	start_server
	capture "$ktap_tmp/together.pcap" 1 "ip proto 50 and greater 2000" transfer put 172.16.0.2 1000000
	transfer get 172.16.0.2 1000000
	stop_server
	ip -n r1 link del tunnel0
	ip -n r2 -batch - <<-END
	link del tunnel0
	link del between
	END
	ip -n m link del between
}

load_seki
make_wire
run_test "a socket of another's namespace is not lent" lent_socket
run_test "a tunnel that was given away keeps its outer side" given_away
run_test "too many headers do not pass a policy" unreadable
run_test "what a host says to itself is not protected" own_multicast
run_test "SCTP in transport mode" sctp
start_server
run_test "nearly 64 KiB" nearly_64_kib
stop_server
run_test "super-packets to XFRM" together_to_xfrm
drop_wire
make_path
run_test "super-packets through GRE" inside_another gre
run_test "super-packets through VXLAN" inside_another vxlan id 7 dstport 4789
drop_path
run_test "module unloads" unload_seki
ktap_finish

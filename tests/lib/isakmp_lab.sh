# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The S1 document's two routers with their LANs, in namespaces of the guest, for
# the demo and for the tests.  Its interfaces have Linux's names here: Serial0 is eth0 and
# Ethernet0 is lan0, which the daemon finds by their addresses.  Needs tests/lib/routers.sh.
#
#	 H1 50.50.50.1                                             H2 60.60.60.1
#	      |                                                         |
#	 lan0 50.50.50.50                                      lan0 60.60.60.60
#	 R1 (cl-2513-2A)                                       R2 (cl-2513-2B)
#	 eth0 20.20.20.21 ============ AH, ESP ============ eth0 20.20.20.20

make_lab() {
	local name
	for name in R1 R2 H1 H2; do
		ip netns add $name
		mkdir -p "$ROUTERS_RUN/$name"
	done
	ip link add eth0 netns R1 type veth peer name eth0 netns R2
	ip link add lan0 netns R1 type veth peer name eth0 netns H1
	ip link add lan0 netns R2 type veth peer name eth0 netns H2
	lab_addresses R1 20.20.20.21 20.20.20.20 50.50.50.50
	lab_addresses R2 20.20.20.20 20.20.20.21 60.60.60.60
	lab_addresses H1 50.50.50.1 50.50.50.50
	lab_addresses H2 60.60.60.1 60.60.60.60
}

# lab_addresses NAMESPACE ADDRESS GATEWAY [ADDRESS-OF-LAN]
lab_addresses() {
	ip -n "$1" -batch - <<-END
	link set lo up
	addr add $2/24 dev eth0
	link set eth0 up
	route add default via $3
	END
	[ -n "${4:-}" ] || return 0
	ip -n "$1" -batch - <<-END
	addr add $4/24 dev lan0
	link set lan0 up
	END
	ip netns exec "$1" sysctl -qw net.ipv4.ip_forward=1
}

# s1_config ROUTER: the document's configuration, word for word, below what it needs beside it
s1_config() {
	local number=2511
	[ "$1" = R1 ] || number=2516
	{ echo "crypto legacy"; cat; cat "tests/seeds/s1-psk-$number.conf"; } | write_config "$1"
}

# s1_bundle ROUTER: with the transform set and the lifetime that the document's show and debug
# outputs are of
s1_bundle() {
	s1_config "$1" </dev/null
	sed -i -e 's/^crypto ipsec transform-set auth2 /&ah-sha-hmac /' -e 's/^group 2$/&\nlifetime 240/' \
		"$ROUTERS_RUN/$1/seki.conf"
}

# reach HOST [COUNT [INTERVAL]]: the host on the other side, and not one ping is lost
reach() {
	local to=60.60.60.1
	[ "$1" = H1 ] || to=50.50.50.1
	ip netns exec "$1" ping -q -c "${2:-1}" -i "${3:-0.02}" -W 2 $to | tee "$ROUTERS_RUN/$1/ping"
	grep -q " 0% packet loss" "$ROUTERS_RUN/$1/ping"
}

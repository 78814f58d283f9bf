# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Two routers in namespaces of the guest, for the demo and for the tests:
#
#      R1                                              R2
#   lo 192.168.1.1/32                              lo 192.168.2.1/32
#   tunnel0 172.16.0.101/24 ======== ESP ======== tunnel0 172.16.0.102/24
#   eth0 10.0.0.1/24 ---------------------------- eth0 10.0.0.2/24
#
# The addresses are those of the S0 document.

ROUTERS_RUN=${ROUTERS_RUN:-/run/seki-test}

make_routers() {
	local n
	mkdir -p "$ROUTERS_RUN"
	for n in R1 R2; do
		ip netns add $n
		mkdir -p "$ROUTERS_RUN/$n"
	done
	ip link add eth0 netns R1 type veth peer name eth0 netns R2
	for n in 1 2; do
		ip -n R$n -batch - <<-EOF
			addr add 10.0.0.$n/24 dev eth0
			addr add 192.168.$n.1/32 dev lo
			link set lo up
			link set eth0 up
		EOF
	done
}

# write_config ROUTER: standard input becomes its configuration
write_config() {
	(umask 077; cat >"$ROUTERS_RUN/$1/seki.conf")
}

# s0_config ROUTER: the document's configuration, word for word, below what it needs beside it
s0_config() {
	{ echo "crypto legacy"; cat; echo "!"; cat "tests/seeds/s0-router${1#R}.conf"; } | write_config "$1"
}

start_sekid() {
	local router=$1 dir="$ROUTERS_RUN/$1"
	shift
	ip netns exec "$router" build/gcc/sekid -f "$dir/seki.conf" -n --control "$dir/control" "$@" \
		>>"$dir/log" 2>&1 &
	echo $! >"$dir/pid"
	wait_until 40 test -S "$dir/control"
}

stop_sekid() {
	local pid
	pid=$(cat "$ROUTERS_RUN/$1/pid")
	kill "${2:--TERM}" "$pid"
	wait "$pid" 2>/dev/null || :
	rm -f "$ROUTERS_RUN/$1/control"
}

seki() {
	local router=$1
	shift
	ip netns exec "$router" build/gcc/seki --control "$ROUTERS_RUN/$router/control" "$@"
}

# wait_until SECONDS COMMAND...
wait_until() {
	local end=$((SECONDS + $1 + 1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || { echo "waited in vain for: $*" >&2; return 1; }
		read -rt 0.1 <> <(:) || :
	done
}

# make_tunnel ROUTER PROFILE: what an admin types
make_tunnel() {
	local n=${1#R} other
	other=$((3 - n))
	ip -n "$1" link add tunnel0 type seki local 10.0.0.$n remote 10.0.0.$other profile "$2"
	ip -n "$1" addr add 172.16.0.10$n/24 dev tunnel0
	ip -n "$1" link set tunnel0 up
	ip -n "$1" route replace 192.168.$other.1/32 dev tunnel0
}

tunnel_is_up() {
	[ "$(ip netns exec "$1" cat /sys/class/net/tunnel0/operstate)" = up ]
}

# ping_through ROUTER COUNT [INTERVAL]: not one may be lost
ping_through() {
	local n=${1#R} other
	other=$((3 - n))
	ip netns exec "$1" ping -q -c "$2" -i "${3:-0.02}" -W 2 -I 192.168.$n.1 192.168.$other.1 |
		tee "$ROUTERS_RUN/$1/ping"
	grep -q " 0% packet loss" "$ROUTERS_RUN/$1/ping"
}

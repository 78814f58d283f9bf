#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Keys exchanged with strongSwan through a real NAT: detection, keepalives, a
# mapping that changes, messages in fragments, MOBIKE.  The daemon runs without
# its kernel module, so that private namespaces of this host are enough.
# Rows B10, I12, M06.
#
#	R1: sekid                 NAT                      R2: strongSwan
#	192.168.77.2,.3 ---- 192.168.77.1  10.0.0.1 ---- 10.0.0.2
set -eu
. tests/vm/ktap.sh
. tests/lib/strongswan.sh
. tests/lib/nat.sh

folder=$(mktemp -d)
SWAN_RUN=$folder/swan
r1=nat-test-$$-1 nat=nat-test-$$-nat r2=nat-test-$$-2
sekid=$PWD/build/asan/sekid
seki=$PWD/build/asan/seki

ctl() { "$seki" --control "$folder/control" "$@"; }
# our IKE SA in JSON, without blanks
ours() { local sa; sa=$(ctl --json show crypto ikev2 sa); echo "${sa//[$' \n']/}"; }
theirs() { swan_sas $r2; }
gone() { ! kill -0 "$1" 2>/dev/null; }
end() { kill "$1" && wait_for 15 gone "$1"; }
swan_says() { swan_log $r2 | grep -q -- "$1"; }
we_say() { grep -q -- "$1" "$folder/log"; }
or_logs() { "$@" || { tail -n 40 "$folder/log"; swan_log $r2 | tail -n 40; return 1; }; }

make_network() {
	local ns
	for ns in $r1 $nat $r2; do
		ip netns add "$ns"
		ip -n "$ns" link set lo up
	done
	ip link add name eth0 netns $r1 type veth peer name in netns $nat
	ip link add name out netns $nat type veth peer name eth0 netns $r2
	ip -n $r1 -batch - <<-END
	addr add 192.168.77.2/24 dev eth0
	addr add 192.168.77.3/24 dev eth0
	link set eth0 up
	route add default via 192.168.77.1
	END
	ip -n $nat -batch - <<-END
	addr add 192.168.77.1/24 dev in
	addr add 10.0.0.1/24 dev out
	link set in up
	link set out up
	END
	ip -n $r2 addr add 10.0.0.2/24 dev eth0
	ip -n $r2 link set eth0 up
	ip netns exec $nat sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	masquerade $nat out 20000-20999
	# what arrives as a NAT keepalive: IP and UDP headers, and one octet
	ip netns exec $r2 nft -f - <<-END
	table ip count {
		chain in {
			type filter hook input priority 0
			udp dport 4500 ip length 29 counter
		}
	}
	END
}

drop_network() {
	local ns
	[ ! -e "$folder/pid" ] || kill "$(cat "$folder/pid")" 2>/dev/null || :
	[ ! -e "$SWAN_RUN/$r2/pid" ] || kill "$(cat "$SWAN_RUN/$r2/pid")" 2>/dev/null || :
	for ns in $r1 $nat $r2; do
		ip netns del "$ns" 2>/dev/null || :
	done
	rm -rf "$folder"
}

# config SOURCE GLOBAL PROFILE
config() {
	cat >"$folder/seki.conf" <<-END
	crypto ikev2 nat keepalive 5
	$2
	crypto ikev2 keyring K
	 peer other
	  address 10.0.0.2
	  pre-shared-key a key of several words
	crypto ikev2 profile I
	 match identity remote address 10.0.0.2
	 identity local fqdn roamer.example
	 authentication local pre-share
	 authentication remote pre-share
	 keyring local K
	 $3
	crypto ipsec transform-set T esp-gcm
	crypto ipsec transform-set U esp-aes 256 esp-sha256-hmac
	crypto ipsec profile V
	 set transform-set T U
	 set ikev2-profile I
	interface Tunnel0
	 ip address 172.16.0.1 255.255.255.0
	 tunnel source $1
	 tunnel mode ipsec ipv4
	 tunnel destination 10.0.0.2
	 tunnel protection ipsec profile V
	END
	chmod 600 "$folder/seki.conf"
}

start() {
	ip netns exec $r1 "$sekid" --no-kernel -n --config "$folder/seki.conf" \
		--control "$folder/control" -d "crypto ikev2 internal" -d "crypto ikev2 error" >>"$folder/log" 2>&1 &
	echo $! >"$folder/pid"
	wait_for 20 test -S "$folder/control"
}

stop() {
	end "$(cat "$folder/pid")"
	rm -f "$folder/pid" "$folder/control"
	wait_for 10 nobody_there
	: >"$folder/log"
}
nobody_there() { [ -z "$(theirs)" ]; }

peer() {
	swan_load $r2 <<-END
	connections {
		seki {
			version = 2
			local_addrs = 10.0.0.2
			remote_addrs = %any
			proposals = default
			fragmentation = yes
			local {
				auth = psk
			}
			remote {
				auth = psk
				id = roamer.example
			}
			children {
				net {
					local_ts = 0.0.0.0/0
					remote_ts = 0.0.0.0/0
					esp_proposals = aes128gcm16
				}
			}
		}
	}
	secrets {
		ike-1 {
			id = roamer.example
			secret = "a key of several words"
		}
	}
	END
}

is_up() { [[ $(ours) = *'"status":"Negotiationdone"'* || $(ours) = *'"state":"READY"'* ]]; }
port() { swan_value "$(theirs)" remote-port; }

through_nat() {
	config 192.168.77.2 "" ""
	or_logs start
	or_logs wait_for 30 is_up
	ours
	theirs
	[[ $(ours) = *'"nat_local":true'* ]]
	[[ $(theirs) = *nat-remote=yes* && $(theirs) = *encap=yes* ]]
	[[ $(theirs) = *remote-host=10.0.0.1* ]]
	[ "$(port)" -ge 20000 ] && [ "$(port)" -le 20999 ]
}

keepalives() { ip netns exec $r2 nft list table ip count | sed -n 's/.*packets \([0-9]*\) .*/\1/p'; }
kept_alive() { [ "$(keepalives)" -ge 2 ]; }
keepalives_arrive() { or_logs wait_for 20 kept_alive; }

at_new_port() { [ "$(port)" -ge 30000 ]; }
mapping_changes() {
	masquerade $nat out 30000-30999
	ctl rekey crypto sa
	or_logs wait_for 15 at_new_port
	is_up
}

in_fragments() {
	stop
	config 192.168.77.2 "crypto ikev2 fragmentation mtu 68" ""
	start
	or_logs wait_for 30 is_up
	or_logs swan_says "received fragment #2 of"
	or_logs we_say "goes in fragments of 256"
}

in_theirs() { or_logs we_say "fragments\[msgID:1\] make a message"; }

spi() { swan_value "$(theirs)" initiator-spi; }
moved() { [ "$(port)" != "$port_before" ]; }
moves() {
	local spi_before
	stop
	config 192.168.77.2 "" mobike
	start
	or_logs wait_for 30 is_up
	spi_before=$(spi)
	port_before=$(port)
	config 192.168.77.3 "" mobike
	ctl reload
	or_logs wait_for 15 moved
	or_logs wait_for 10 we_say "we are now at 192.168.77.3:4500"
	theirs
	[ "$(spi)" = "$spi_before" ]
	is_up
}

trap drop_network EXIT
make_network
swan_options="fragment_size = 200" swan_ipsec=kernel-libipsec swan_start $r2
peer
run_test "through a NAT, both see it" through_nat
run_test "keepalives arrive" keepalives_arrive
run_test "the peer follows when the mapping changes" mapping_changes
run_test "messages go in fragments" in_fragments
run_test "strongSwan's fragments are read" in_theirs
run_test "MOBIKE: another address, the same SAs" moves
ktap_finish

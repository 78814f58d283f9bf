#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The tunnel as a network device (row I01).  Topology: see lib.sh; both ends are seki.

. tests/netns/lib.sh

shows() { ip -n r1 -d -o link show "$1" | grep -q -- "$2"; }

create_without_plugin() {
	IP_LIB_DIR=/nonexistent ip -n r1 link add bare0 type seki
	shows bare0 ' seki '
	ip -n r1 link del bare0
}

create_with_plugin() {
	ip -n r1 link add t1 type seki local 10.0.0.1 remote 10.0.0.2 profile a-b ttl 33 tos 0x10
	ip -n r1 -d link show t1
	shows t1 'seki local 10.0.0.1 remote 10.0.0.2 profile a-b ttl 33 tos 0x10'
	ip -n r1 -d -j link show t1 | python3 -c '
import json, sys
data = json.load(sys.stdin)[0]["linkinfo"]
want = {"local": "10.0.0.1", "remote": "10.0.0.2", "profile": "a-b", "ttl": 33, "tos": 16,
	"automtu": True}
assert data == {"info_kind": "seki", "info_data": want}, data'
}

change() {
	ip -n r1 link change t1 type seki remote 10.0.0.9 profile c ttl inherit tos inherit
	shows t1 'seki local 10.0.0.1 remote 10.0.0.9 profile c ttl inherit tos inherit'
}

# device, mark and automatic MTU; what is unset is not shown
underlay_options() {
	ip -n r1 link add t2 type seki local 10.0.0.1 remote 10.0.0.2 dev e0 fwmark 0x2a
	shows t2 'remote 10.0.0.2 .*dev e0 fwmark 0x2a automtu on'
	ip -n r1 -d -j link show t2 | python3 -c '
import json, sys
data = json.load(sys.stdin)[0]["linkinfo"]["info_data"]
want = {"dev": "e0", "fwmark": 42, "automtu": True}
assert want.items() <= data.items(), data'
	ip -n r1 link set t2 mtu 1300
	shows t2 'automtu off'
	ip -n r1 link change t2 type seki nodev fwmark 0 automtu on
	shows t2 'automtu on'
	! shows t2 'dev e0'
	! shows t2 fwmark
	ip -n r1 link del t2
}

ipv6_outside() {
	ip -n r1 link add t6 type seki local fd00::1 remote fd00::2
	shows t6 'seki local fd00::1 remote fd00::2 '
	ip -n r1 link del t6
}

refuses_two_families() {
	! ip -n r1 link add t6 type seki local fd00::1 remote 10.0.0.2 2>"$ktap_tmp/err"
	[ -s "$ktap_tmp/err" ]
}

flags() { shows t1 'POINTOPOINT,MULTICAST,NOARP'; }

refuses_multicast() {
	! ip -n r1 link add t6 type seki remote 224.0.0.1 2>"$ktap_tmp/err"
	grep -q 'must be a unicast address' "$ktap_tmp/err"
}

help_text() {
	ip -n r1 link add t6 type seki help 2>&1 | grep -q 'profile NAME'
}

delete() {
	ip -n r1 link del t1
	! ip -n r1 link show t1
}

dormant_without_sa() {
	make_tunnel r1
	make_tunnel r2
	shows tunnel0 'state DORMANT'
	! shows tunnel0 ',RUNNING'
}

up_with_sa() {
	# shellcheck disable=SC2046
	sa_pair 0x1001 0x2001 $(gcm)
	wait_for 5 shows tunnel0 'state UP'
	ping_through
}

mtu_is_exact() {
	# 1500 less IP 20, ESP 8, IV 8, ICV 16, pad length and next header 2
	wait_for 5 shows tunnel0 'mtu 1446 '
}

mtu_of_the_admin_stays() {
	ip -n r1 link set tunnel0 mtu 1300
	ip -n r1 link set e0 mtu 1400
	ping_through
	nap 0.5
	shows tunnel0 'mtu 1300 '
	ip -n r1 link set e0 mtu 1500
}

stats() {
	ip -n r1 -s -j link show tunnel0 | python3 -c '
import json, sys
s = json.load(sys.stdin)[0]["stats64"]
assert s["rx"]["packets"] == 6 and s["tx"]["packets"] == 6, s
assert s["rx"]["bytes"] == 6 * 84 and s["tx"]["bytes"] == 6 * 84, s'
}

change_keeps_sas() {
	ip -n r1 link change tunnel0 type seki profile other
	ping_through
}

older_sa_takes_over() {
	# shellcheck disable=SC2046
	sa_pair 0x1002 0x2002 $(gcm)
	manual_r1 list dev tunnel0 direction out | grep '"0x00001002".*"current":true'
	manual_r1 sa-del dev tunnel0 direction out spi 0x1002
	manual_r1 list dev tunnel0 direction out | grep '"0x00001001".*"current":true'
	ping_through
}

dormant_again() {
	manual_r1 sa-flush dev tunnel0
	wait_for 5 shows tunnel0 'state DORMANT'
	[ -z "$(manual_r1 list)" ]
}

# the inner side moves, the outer one stays
inner_in_another_netns() {
	ip netns add inner
	ip -n r1 link set tunnel0 netns inner
	ip -n inner -batch - <<-END
	addr add 172.16.0.1/24 dev tunnel0
	link set tunnel0 up
	END
	ip -n inner -d link show tunnel0 | grep link-netns
	ip netns exec inner "$manual" - <<-END
	sa-new dev tunnel0 direction in spi 0x2001 $(gcm)
	sa-new dev tunnel0 direction out spi 0x1001 $(gcm)
	END
	manual_r2 - <<-END
	sa-flush
	sa-new dev tunnel0 direction in spi 0x1001 $(gcm)
	sa-new dev tunnel0 direction out spi 0x2001 $(gcm)
	END
	ip netns exec inner ping -q -c 3 -i 0.1 -W 5 172.16.0.2
}

underlay_goes_away() {
	drop_wire
	wait_for 10 eval '! ip -n inner link show tunnel0'
	ip netns del inner
}

load_seki
make_wire
run_test "create without plugin" create_without_plugin
run_test "create and show with plugin" create_with_plugin
run_test "change" change
run_test "flags" flags
run_test "device, mark and automatic MTU" underlay_options
run_test "IPv6 outside" ipv6_outside
run_test "outer addresses of two families are refused" refuses_two_families
run_test "a multicast remote is refused with a sentence" refuses_multicast
run_test "help" help_text
run_test "delete" delete
run_test "dormant without an SA" dormant_without_sa
run_test "up with an SA" up_with_sa
run_test "MTU is the path's less the exact overhead" mtu_is_exact
run_test "MTU that the admin set stays" mtu_of_the_admin_stays
run_test "64-bit counters" stats
run_test "a change keeps the SAs" change_keeps_sas
run_test "deleting the current SA makes the older one current" older_sa_takes_over
run_test "dormant after a flush" dormant_again
run_test "tunnel in another namespace than its outer packets" inner_in_another_netns
run_test "tunnel ends with the namespace of its outer packets" underlay_goes_away
run_test "module unloads" unload_seki
ktap_finish

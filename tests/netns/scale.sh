#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernels: 6.1
#
# A gateway with many peers: 1,000 tunnels and 10,000 SAs.
# Topology: see lib.sh; r1 has t1 to t1000, five pairs of SAs each, r2 has t1 and
# t1000.

. tests/netns/lib.sh

tunnels=1000 pairs=5

# spi DIRECTION TUNNEL PAIR: sets $spi; a process for each would take longest
spi() { spi=$((($1 << 24) + $2 * 16 + $3)); }

make_tunnels() {
	local i
	for ((i = 1; i <= tunnels; i++)); do
		echo "link add t$i group 7 type seki local 10.0.0.1 remote 10.0.0.2 profile p$i"
	done | ip -n r1 -batch -
	[ "$(ip -n r1 -o link show group 7 | wc -l)" -eq $tunnels ]
	ip -n r1 link set group 7 up
}

make_sas() {
	local i j key first
	key=$(gcm)
	first=$(in_r1 cat /sys/class/net/t1/ifindex)
	# devices are numbered in the order in which they were made
	for ((i = 1; i <= tunnels; i++)); do
		for ((j = 1; j <= pairs; j++)); do
			spi 1 $i $j
			echo "sa-new ifindex $((first + i - 1)) direction in spi $spi $key"
			spi 2 $i $j
			echo "sa-new ifindex $((first + i - 1)) direction out spi $spi $key"
		done
	done | manual_r1 -
}

dump_is_complete() {
	manual_r1 list >"$ktap_tmp/all"
	[ "$(wc -l <"$ktap_tmp/all")" -eq $((tunnels * pairs * 2)) ]
	[ "$(grep -o '"spi":"0x[0-9a-f]*"' "$ktap_tmp/all" | sort -u | wc -l)" -eq $((tunnels * pairs * 2)) ]
	# one of each tunnel's
	[ "$(grep -c '"current":true' "$ktap_tmp/all")" -eq $tunnels ]
	[ "$(manual_r1 list dev t500 direction in | wc -l)" -eq $pairs ]
}

# answers TUNNEL
answers() {
	local i=$1 spi_in spi_out
	spi 2 $i $pairs
	spi_in=$spi
	spi 1 $i 1
	spi_out=$spi
	ip -n r1 -batch - <<-END
	addr add 172.16.$((i % 256)).1/24 dev t$i
	END
	ip -n r2 -batch - <<-END
	link add t$i type seki local 10.0.0.2 remote 10.0.0.1
	addr add 172.16.$((i % 256)).2/24 dev t$i
	link set t$i up
	END
	manual_r2 - <<-END
	sa-new dev t$i direction in spi $spi_in $(gcm)
	sa-new dev t$i direction out spi $spi_out $(gcm)
	END
	in_r1 ping -q -c 2 -i 0.1 -W 5 172.16.$((i % 256)).2
}

flush_one() {
	manual_r1 sa-flush dev t500
	[ "$(manual_r1 list | wc -l)" -eq $(((tunnels - 1) * pairs * 2)) ]
}

delete_all() {
	ip -n r1 link del group 7
	[ -z "$(manual_r1 list)" ]
	[ -z "$(ip -n r1 -o link show type seki)" ]
}

load_seki
make_wire
run_test "$tunnels tunnels" make_tunnels
run_test "$((tunnels * pairs * 2)) SAs" make_sas
run_test "a dump has all of them once" dump_is_complete
run_test "packets pass in the first tunnel" answers 1
run_test "packets pass in the last tunnel" answers $tunnels
run_test "one tunnel's SAs are flushed, no other's" flush_one
run_test "nothing is left after deletion" delete_all
drop_wire
run_test "module unloads" unload_seki
ktap_finish

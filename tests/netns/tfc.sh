#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Traffic flow confidentiality (row I15): packets that do not show how large they
# are, and packets that are none (RFC 4303 sections 2.6 and 2.7).
#
#	  r1: tunnel0 (seki) === ESP === r2: tunnel0 (XFRM interface)
#
# Topology: see lib.sh.

. tests/netns/lib.sh

# keys TFC XFRM-WORDS...
keys() {
	local tfc=$1
	shift
	new_spis
	xfrm_pair $outer esp "$(xfrm_gcm)" "$@"
	# shellcheck disable=SC2046
	seki_pair $(gcm)
	manual_r1 - <<-END
	sa-del dev tunnel0 direction out spi $forth
	sa-new dev tunnel0 direction out spi $forth tfc $tfc $(gcm)
	END
}

to_peer() { echo "$([ $outer -eq 4 ] && echo ip || echo ip6) proto 50 and dst host $(outer $outer 2)"; }

# sizes: of what went to r2, each once
sizes() {
	tcpdump -r "$ktap_tmp/tfc.pcap" -nn 2>/dev/null | sed 's/.*length //' | sort -un | xargs
}

pings() {
	local size
	for size in "$@"; do in_r1 ping -q -c 1 -W 5 -s "$size" "$(inner $inside 2)"; done
}

constant_size() {
	keys 1000
	capture "$ktap_tmp/tfc.pcap" 4 "$(to_peer)" pings 0 1 200 $((1000 - 28 - 20))
	# the payload, and what ESP with GCM is around it, rounded up to four
	[ "$(sizes)" = $(((1000 + 2 + 3) / 4 * 4 + 8 + 8 + 16)) ]
	# larger ones are as large as they are
	capture "$ktap_tmp/tfc.pcap" 1 "$(to_peer)" pings 1200
	[ "$(sizes)" -gt 1200 ]
	seki_saw 5
	xfrm_saw 5
}

as_the_path_carries() {
	local room
	keys 65535
	capture "$ktap_tmp/tfc.pcap" 3 "$(to_peer)" pings 0 500 1300
	room=$((outer == 4 ? 1480 : 1460))
	sizes
	[ "$(sizes)" -le $room ]
	[ "$(sizes)" -gt $((room - 4)) ]
	seki_saw 3
	xfrm_saw 3
}

padded_by_the_peer() {
	keys 0 tfcpad 1200
	capture "$ktap_tmp/tfc.pcap" 3 "proto 50 and src host $(outer $outer 2)" pings 0 100 500
	sizes
	[ "$(sizes)" -ge 1200 ]
	seki_saw 3
}

dummy() {
	manual_r1 sa-flush
	# shellcheck disable=SC2046
	manual_r1 sa-new dev tunnel0 direction in spi 0x1000 $(gcm)
	start_forger forge.py "$(hex 20)" $outer $inside
	drops_only dummy 1 cases dummy
	stop_forger
	# authentic all the same: its number is taken
	[ "$(manual_r1 list direction in | grep -o '"seq":[0-9]*')" = '"seq":5006' ]
}

load_seki
make_wire
for outer in 4 6; do
	xfrm_tunnel $outer esp
	make_tunnel r1 $outer
	insides="4 6"
	[ -n "$whole_table" ] || insides=$((10 - outer))
	for inside in $insides; do
		name="IPv$inside in IPv$outer"
		run_test "$name: constant size" constant_size
		run_test "$name: as large as the path carries" as_the_path_carries
		# newer XFRM pads only where both headers are of one family
		[ "$inside" -ne "$outer" ] || run_test "$name: padded by the peer" padded_by_the_peer
		run_test "$name: dummy packets vanish" dummy
	done
	drop_tunnels
done
drop_wire
run_test "module unloads" unload_seki
ktap_finish

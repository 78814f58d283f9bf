#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sequence numbers (rows I08, I14): windows of every size, and beyond 2^32.
# Topology: see lib.sh; r1 has the tunnel, r2 sends what forge_numbers.py makes,
# then it is an XFRM interface whose numbers begin where they matter.

. tests/netns/lib.sh

count=0

# keys WINDOW FLAGS
keys() {
	manual_r1 - <<-END
	sa-flush
	sa-new dev tunnel0 direction in spi 0x1000 replay-window $1 flags $2 $(gcm)
	sa-new dev tunnel0 direction out spi 0x1001 $(gcm)
	END
	count=0
}

# field NAME: of the inbound SA
field() { manual_r1 list direction in | grep -o "\"$1\":[0-9]*" | cut -d: -f2; }

accepts() {
	cases "$1"
	count=$((count + 1))
	wait_for 5 eval '[ "$(field packets)" -eq $count ]' ||
		{ echo "not accepted: $1"; manual_r1 list direction in; return 1; }
}

refuses() {
	drops_only "$1" 1 cases "$2" || { echo "$2 is not $1"; return 1; }
}

# window ASKED MADE
window() {
	keys "$1" 0
	[ "$(field replay-window)" -eq "$2" ]
	accepts 20000
	accepts $((20000 - $2 + 1))
	refuses beyond-window $((20000 - $2))
	refuses replayed $((20000 - $2 + 1))
	accepts $((20000 - $2 / 2))
	accepts 19999
	refuses replayed 20000
	# the whole window jumps
	accepts 60000
	accepts $((60000 - $2 + 1))
	refuses beyond-window 20001
	[ "$(field seq)" -eq 60000 ]
}

no_check() {
	keys 64 no-replay
	accepts 5000
	accepts 1
	accepts 5000
}

# 32 bits end at their end
without_esn() {
	keys 64 0
	accepts 0xffffffff
	accepts 0xfffffffe
	refuses seq-zero 0
	refuses beyond-window 1
	refuses replayed 0xffffffff
}

# RFC 4303 appendix A: the receiver finds out what is not sent
across_the_boundary() {
	keys 1024 esn
	accepts 0x80000000
	accepts 0xfffffffe
	accepts 0x100000005
	# late, from below
	accepts 0xffffffff
	accepts 0x100000000
	accepts $((0x100000005 - 1023))
	refuses replayed 0xfffffffe
	refuses replayed 0x100000005
	# taken for one of 2^32 later, whose ICV it does not have
	refuses auth-failed $((0x100000005 - 1024))
	accepts 0x17fffffff
	accepts 0x1ffffffff
	accepts 0x200000000
	[ "$(field seq)" -eq $((0x200000000)) ]
}

# back_state NUMBER [HIGH]: the next packet from r2 has the number after this one
back_state() {
	ip -n r2 -batch - <<-END
	xfrm state flush
	xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi $forth mode tunnel if_id 1 flag esn replay-window 64 $(xfrm_gcm)
	xfrm state add src 10.0.0.2 dst 10.0.0.1 proto esp spi $back mode tunnel if_id 1 flag esn replay-window 64 replay-oseq $1 replay-oseq-hi ${2:-0} $(xfrm_gcm)
	END
}

xfrm_across_the_boundary() {
	xfrm_tunnel 4 esp
	new_spis
	# shellcheck disable=SC2046
	seki_pair $(gcm) flags esn
	back_state 0x80000000
	in_r2 ping -q -c 1 -W 5 172.16.0.1
	back_state 0xfffffff8
	in_r2 ping -q -c 20 -i 0.01 -W 5 172.16.0.1 | grep ' 0% packet loss'
	[ "$(field seq)" -eq $((0x10000000c)) ]
	back_state 0x7fffffff 1
	in_r2 ping -q -c 1 -W 5 172.16.0.1
	back_state 0xffffffff 1
	in_r2 ping -q -c 2 -i 0.01 -W 5 172.16.0.1
	[ "$(field seq)" -eq $((0x200000001)) ]
	manual_r1 list direction in | grep '"drops":{}'
}

load_seki
make_wire
make_tunnel r1
start_forger forge_numbers.py "$(hex 20)"
run_test "a window of 32 packets becomes 64" window 32 64
for size in 64 ${whole_table:+128 1024 4096} 8192; do
	run_test "a window of $size packets" window $size $size
done
run_test "no check when it is switched off" no_check
run_test "32 bits end at 2^32" without_esn
stop_forger
start_forger forge_numbers.py "$(hex 20)" esn
run_test "I14: 64 bits go on" across_the_boundary
stop_forger
run_test "I14: XFRM goes on, too" xfrm_across_the_boundary
drop_wire
run_test "module unloads" unload_seki
ktap_finish

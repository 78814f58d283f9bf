#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is measured, in the guest of tools/bench/run: packets from r1 to r2 over
# the wire of tests/netns/lib.sh, and through one tunnel after the other on top
# of it.
#
#	r1: traffic, sender  -- tunnel0 === veth === tunnel0 --  r2: traffic, receiver
#
# Results are lines for the runner:
#
#	result ROW TEST NUMBER
#	fact NAME TEXT
#	trace LINE		of the kernel's tracer
#
# ONLY (patterns of rows), DATAGRAMS, WRITES, PAIRS and PROFILE come from the runner.
set -euf
# shellcheck source=/dev/null
. bench.env
. tests/netns/lib.sh	# also names seki-manual

result() { echo "result $*"; }

# wanted ROW
wanted() {
	local pattern
	for pattern in $ONLY; do
		# shellcheck disable=SC2254
		case $1 in $pattern) return 0 ;; esac
	done
	return 1
}

# Kilobytes that the kernel's allocators of small objects hold, and of those per CPU
slab() { awk '$1 == "Slab:" || $1 == "Percpu:" { sum += $2 } END { print sum }' /proc/meminfo; }

# Until what earlier rows left behind has been freed: the kernel takes namespaces
# apart in the background, at the expense of whatever is measured meanwhile.
settle() {
	local before='' after
	after=$(slab)
	while [ "$before" != "$after" ]; do
		before=$after
		nap 1
		after=$(slab)
	done
}

# one_test ROW NAME PROTOCOL ADDRESS SIZE COUNT
one_test() {
	local number
	[ -z "$PROFILE" ] || [ "$PROFILE" = "$2" ] || return 0
	number=$(traffic "$3" r1 r2 "$4" "$5" "$6" ${PROFILE:+profile})
	result "$1" "$2" "$number"
}

# measure ROW ADDRESS
measure() {
	settle
	one_test "$1" udp-64 udp "$2" 64 "$DATAGRAMS"
	one_test "$1" udp-1372 udp "$2" 1372 "$DATAGRAMS"
	one_test "$1" tcp-1400 tcp "$2" 65536 "$WRITES"
}

# Each row has namespaces of its own.
row() {
	local name=$1
	shift
	wanted "$name" || return 0
	echo "row $name"
	make_wire
	"$@" "$name"
	drop_wire
}

plain() { measure "$1" 10.0.0.2; }

# Algorithms as the two sides spell them
gcm_key=$(hex 20) chacha_key=$(hex 36) cbc_key=$(hex 16) sha_key=$(hex 32 2)
declare -A seki_algorithm=(
	[aes-gcm]="encr 20 encr-key $gcm_key"
	[chacha20-poly1305]="encr 28 encr-key $chacha_key"
	[aes-cbc-sha256]="encr 12 encr-key $cbc_key integ 12 integ-key $sha_key"
)
declare -A xfrm_algorithm=(
	[aes-gcm]="aead rfc4106(gcm(aes)) 0x$gcm_key 128"
	[chacha20-poly1305]="aead rfc7539esp(chacha20,poly1305) 0x$chacha_key 128"
	[aes-cbc-sha256]="enc cbc(aes) 0x$cbc_key auth-trunc hmac(sha256) 0x$sha_key 128"
)
ciphers=(aes-gcm chacha20-poly1305 aes-cbc-sha256)
if_id=7

# make_xfrm CIPHER: both ends of the tunnel as XFRM interfaces with keys
make_xfrm() {
	local n me peer
	for n in 1 2; do
		me=10.0.0.$n peer=10.0.0.$((3 - n))
		ip -n r$n -batch - <<-END
		link add tunnel0 type xfrm dev e0 if_id $if_id
		addr add 172.16.0.$n/24 dev tunnel0
		link set tunnel0 mtu 1400 up
		xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x1001 mode tunnel if_id $if_id replay-window 32 ${xfrm_algorithm[$1]}
		xfrm state add src 10.0.0.2 dst 10.0.0.1 proto esp spi 0x1002 mode tunnel if_id $if_id replay-window 32 ${xfrm_algorithm[$1]}
		xfrm policy add dir out if_id $if_id tmpl src $me dst $peer proto esp mode tunnel
		xfrm policy add dir in if_id $if_id tmpl src $peer dst $me proto esp mode tunnel
		END
	done
}

make_seki_links() {
	local n
	for n in 1 2; do
		make_tunnel r$n
		ip -n r$n link set tunnel0 mtu 1400
	done
}

# make_seki CIPHER [SA-NEW-ATTRIBUTES...]
make_seki() {
	local cipher=$1
	shift
	make_seki_links
	sa_pair 0x1001 0x1002 "${seki_algorithm[$cipher]}" "$@"
}

xfrm() {
	make_xfrm "$1"
	measure "$2" 172.16.0.2
}

seki() {
	make_seki "$1"
	measure "$2" 172.16.0.2
}

seki_encap() {
	local n lenders=()
	for n in 1 2; do
		# shellcheck disable=SC2154
		ip netns exec r$n "$manual" encap 4500 >"/tmp/encap$n" &
		lenders+=($!)
		wait_for 10 grep -q listening "/tmp/encap$n"
	done
	make_seki "$1" encap-type 1 sport 4500 dport 4500
	measure "$2" 172.16.0.2
	kill "${lenders[@]}"
	wait "${lenders[@]}" || :
}

wireguard() {
	local n
	umask 077
	for n in 1 2; do
		wg genkey >/tmp/private$n
		wg pubkey </tmp/private$n >/tmp/public$n
	done
	for n in 1 2; do
		ip -n r$n -batch - <<-END
		link add tunnel0 type wireguard
		addr add 172.16.0.$n/24 dev tunnel0
		END
		ip netns exec r$n wg set tunnel0 private-key /tmp/private$n listen-port 51820 \
			peer "$(cat /tmp/public$((3 - n)))" endpoint 10.0.0.$((3 - n)):51820 \
			allowed-ips 0.0.0.0/0
		ip -n r$n link set tunnel0 mtu 1400 up
	done
	measure "$1" 172.16.0.2
}

# crowd NAMESPACE KIND OWNER ADDRESS BATCH [ROW]: a gateway's SAs, with what one
# costs if that is asked
crowd() {
	local before after number
	[ $# -lt 6 ] || settle
	before=$(slab)
	number=$(ip netns exec "$1" add_sas "$2" "$3" "$4" "$PAIRS" "$5")
	[ $# -ge 6 ] || return 0
	after=$(slab)
	if [ "$5" = 1 ]; then
		result "$6" add-single "$number"
		return
	fi
	result "$6" add-batched "$number"
	result "$6" slab $(((after - before) * 1024 / (2 * PAIRS)))
}

# The crowd is in the same tunnel on both sides; the SAs that are used come last.
seki_crowd() {
	make_seki_links
	crowd r1 seki tunnel0 10.0.0.1 100
	crowd r2 seki tunnel0 10.0.0.2 100
	sa_pair 0x1001 0x1002 "${seki_algorithm[$1]}"
	measure "$2" 172.16.0.2
}

xfrm_crowd() {
	crowd r1 xfrm $if_id 10.0.0.1 100
	crowd r2 xfrm $if_id 10.0.0.2 100
	make_xfrm "$1"
	measure "$2" 172.16.0.2
}

# What adding an SA costs: many at once in r1, one at a time in r2.
add_seki() {
	make_seki_links
	crowd r1 seki tunnel0 10.0.0.1 100 "$1"
	crowd r2 seki tunnel0 10.0.0.2 1 "$1"
}

add_xfrm() {
	crowd r1 xfrm $if_id 10.0.0.1 100 "$1"
	crowd r2 xfrm $if_id 10.0.0.2 1 "$1"
}

tracing=/sys/kernel/tracing

# Every allocation while one pair is added, so that the SA's own can be told from
# its cipher's.
allocations() {
	local kind=$1 owner=$2 event
	[ "$kind" = xfrm ] || make_seki_links
	# the first one loads modules and makes templates
	PAIRS=1 crowd r2 "$kind" "$owner" 10.0.0.2 1
	for event in kmalloc kmalloc_node kmem_cache_alloc kmem_cache_alloc_node kfree kmem_cache_free; do
		[ ! -e $tracing/events/kmem/$event ] || echo 1 >$tracing/events/kmem/$event/enable
	done
	# shellcheck disable=SC2016
	bash -c 'echo $$ >'$tracing'/set_event_pid; exec ip netns exec r1 add_sas "$@"' - \
		"$kind" "$owner" 10.0.0.1 1 1 >/dev/null
	echo 0 >$tracing/events/enable
	grep '^ *add_sas-' $tracing/trace | sed "s,^,trace $3 ,"
	echo >$tracing/trace
}

echo 1 >/proc/sys/net/core/devconf_inherit_init_net
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
load_seki
for module in veth xfrm_interface xfrm_user esp4 wireguard; do
	modprobe $module
done
echo "fact kernel $(uname -r)"
echo "fact clock $(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)"

row plain plain
for cipher in "${ciphers[@]}"; do
	row xfrm/"$cipher" xfrm "$cipher"
done
row wireguard wireguard
for cipher in "${ciphers[@]}"; do
	row seki/"$cipher" seki "$cipher"
done
row seki-udp/aes-gcm seki_encap aes-gcm
row xfrm-crowd/aes-gcm xfrm_crowd aes-gcm
row seki-crowd/aes-gcm seki_crowd aes-gcm
row add/xfrm add_xfrm
row add/seki add_seki
row memory/xfrm allocations xfrm $if_id
row memory/seki allocations seki tunnel0
if [ -n "$PROFILE" ]; then
	awk '$2 ~ /[tTwW]/ { print "symbol", $1, $3, $4 }' /proc/kallsyms
fi
echo end

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the scripts of this folder share.  Each is run from the repository's
# folder as root, after "make", on any machine whose kernel may be broken.
#
#	    namespace r1                       namespace r2
#	  .--------------.                   .--------------.
#	  |  172.16.0.1  |                   |  172.16.0.2  |
#	  |  fd16::1     |                   |  fd16::2     |
#	  |   tunnel0    |     ESP, AH       |   tunnel0    |
#	  |     e0       |===================|     e0       |
#	  |  10.0.0.1    |       veth        |  10.0.0.2    |
#	  |  fd00::1     |                   |  fd00::2     |
#	  '--------------'                   '--------------'
#
# tunnel0 is a seki tunnel, or in r2 also an XFRM interface, the kernel's other
# IPsec, which shares no code with us.
#
# make_path in the place of make_wire puts a router between them:
#
#	   r1                        m                        r2
#	   e0 ------------ e1 10.0.1.254   e2 10.0.2.254 ------- e0
#	 10.0.1.1             fd01::fe        fd02::fe        10.0.2.2
#	 fd01::1                                              fd02::2

. tests/vm/ktap.sh
. tools/vm/guest-lib.sh

manual=$PWD/build/gcc/tests/tools/seki-manual
export IP_LIB_DIR=$PWD/build/gcc
export PYTHONDONTWRITEBYTECODE=1

in_r1() { ip netns exec r1 "$@"; }
in_r2() { ip netns exec r2 "$@"; }
manual_r1() { in_r1 "$manual" "$@"; }
manual_r2() { in_r2 "$manual" "$@"; }

# Which kernel has the long tables: under emulation they take minutes.
# shellcheck disable=SC2034
case $(uname -r) in
*-debug) whole_table= ;;
6.1.*) whole_table=1 ;;
*) whole_table= ;;
esac

# inner FAMILY HOST, outer FAMILY HOST: the drawings' addresses
inner() { [ "$1" = 6 ] && echo "fd16::$2" || echo "172.16.0.$2"; }
path=
outer() {
	case $1$path in
	4) echo "10.0.0.$2" ;;
	6) echo "fd00::$2" ;;
	4path) echo "10.0.$2.$2" ;;
	6path) echo "fd0$2::$2" ;;
	esac
}

# quiet_namespace NAME...: nothing in it speaks unasked
quiet_namespace() {
	local name
	for name; do
		ip netns add "$name"
		ip netns exec "$name" bash -c 'cd /proc/sys/net/ipv6/conf/default
			echo 1 >addr_gen_mode; echo 0 >accept_ra; echo 0 >accept_dad'
		ip -n "$name" link set lo up
	done
}

# two namespaces and a wire
make_wire() {
	local me
	path=
	quiet_namespace r1 r2
	ip link add e0 netns r1 type veth peer name e0 netns r2
	for me in 1 2; do
		ip -n r$me -batch - <<-END
		addr add 10.0.0.$me/24 dev e0
		addr add fd00::$me/64 dev e0 nodad
		link set e0 up
		END
	done
}

drop_wire() {
	ip netns del r1
	ip netns del r2
}

# the same with a router between
make_path() {
	local me
	path=path
	quiet_namespace r1 m r2
	for me in 1 2; do
		ip link add e0 netns r$me type veth peer name e$me netns m
		ip -n m -batch - <<-END
		addr add 10.0.$me.254/24 dev e$me
		addr add fd0$me::fe/64 dev e$me nodad
		link set e$me up
		END
		ip -n r$me -batch - <<-END
		addr add 10.0.$me.$me/24 dev e0
		addr add fd0$me::$me/64 dev e0 nodad
		link set e0 up
		route add default via 10.0.$me.254
		route add default via fd0$me::fe
		END
	done
	ip netns exec m bash -c 'cd /proc/sys/net
		echo 1 >ipv4/ip_forward; echo 1 >ipv6/conf/all/forwarding
		echo 0 >ipv4/icmp_ratelimit; echo 0 >ipv6/icmp/ratelimit'
}

drop_path() {
	drop_wire
	ip netns del m
}

# make_tunnel NAMESPACE [FAMILY [LINK-OPTION...]]
make_tunnel() {
	local me=${1#r} family=${2:-4}
	local peer=$((3 - me))
	ip -n "$1" -batch - <<-END
	link add tunnel0 type seki local $(outer "$family" $me) remote $(outer "$family" $peer) profile test ${*:3}
	addr add 172.16.0.$me/24 dev tunnel0
	addr add fd16::$me/64 dev tunnel0 nodad
	link set tunnel0 up
	END
}

# xfrm_templates FAMILY FROM TO PROTO...: what a policy asks for; the protocol
# that is next to the inner packet stands first
xfrm_templates() {
	local from to mode=tunnel proto
	from=$(outer "$1" "$2") to=$(outer "$1" "$3")
	shift 3
	for proto; do
		echo -n "tmpl src $from dst $to proto $proto mode $mode "
		mode=transport
	done
}

# xfrm_tunnel FAMILY PROTO...: r2's tunnel0 as an XFRM interface
xfrm_tunnel() {
	local family=$1 all
	shift
	for all in 0.0.0.0/0 ::/0; do
		echo "xfrm policy add src $all dst $all dir out if_id 1 $(xfrm_templates "$family" 2 1 "$@")"
		echo "xfrm policy add src $all dst $all dir in if_id 1 $(xfrm_templates "$family" 1 2 "$@")"
	done | ip -n r2 -batch -
	ip -n r2 -batch - <<-END
	link add tunnel0 type xfrm dev e0 if_id 1
	addr add 172.16.0.2/24 dev tunnel0
	addr add fd16::2/64 dev tunnel0 nodad
	link set tunnel0 mtu 1400 up
	END
}

# drop_tunnels: both ends', with all that belongs to them
drop_tunnels() {
	ip -n r1 link del tunnel0
	ip -n r2 -batch - <<-END
	link del tunnel0
	xfrm policy flush
	xfrm state flush
	END
}

# new_spis: sets $forth, for packets from r1 to r2, and $back
new_spis() {
	local number
	number=$(($(cat "${ktap_tmp:?}/number" 2>/dev/null || echo 0) + 1))
	echo $number >"$ktap_tmp/number"
	printf -v forth '0x%x' $((0x1000 + number))
	printf -v back '0x%x' $((0x2000 + number))
}

# xfrm_pair FAMILY PROTO WORDS...: r2's states, the only ones
xfrm_pair() {
	local one two proto=$2
	one=$(outer "$1" 1) two=$(outer "$1" 2)
	shift 2
	ip -n r2 -batch - <<-END
	xfrm state flush
	xfrm state add src $one dst $two proto $proto spi $forth mode tunnel flag af-unspec if_id 1 $*
	xfrm state add src $two dst $one proto $proto spi $back mode tunnel flag af-unspec if_id 1 $*
	END
}

# seki_pair SA-NEW-ATTRIBUTES...: r1's SAs, the only ones
seki_pair() {
	manual_r1 - <<-END
	sa-flush
	sa-new dev tunnel0 direction in spi $back $*
	sa-new dev tunnel0 direction out spi $forth $*
	END
}

# xfrm_saw COUNT: all of r2's states have carried so many packets
xfrm_saw() {
	ip -n r2 -s xfrm state >"$ktap_tmp/states"
	[ "$(grep -c '^src' "$ktap_tmp/states")" -ge 2 ]
	[ "$(grep -cE "^\s+[0-9]+\(bytes\), $1\(packets\)" "$ktap_tmp/states")" -eq \
		"$(grep -c '^src' "$ktap_tmp/states")" ] || { cat "$ktap_tmp/states"; return 1; }
}

# seki_saw COUNT: so have all of r1's SAs, and dropped none
seki_saw() {
	manual_r1 list >"$ktap_tmp/list"
	cat "$ktap_tmp/list"
	[ "$(wc -l <"$ktap_tmp/list")" -ge 2 ]
	fails grep -v "\"packets\":$1,.*\"drops\":{}" "$ktap_tmp/list"
}

# exchange OUTER PROTO SEKI-ATTRIBUTES... -- XFRM-WORDS...: both ends get the
# keys, and packets pass both ways
exchange() {
	local outer=$1 proto=$2 words=() count=0 inside
	shift 2
	while [ "$1" != -- ]; do words+=("$1"); shift; done
	shift
	new_spis
	xfrm_pair "$outer" "$proto" "$@"
	seki_pair "${words[@]}"
	for inside in ${insides:-4}; do
		# odd and even, all paddings, none and a full packet
		in_r1 sh -e -c 'for size in 0 1 1350; do
			ping -q -c 1 -W 5 -s $size '"$(inner "$inside" 2)"' | grep -q " 0% packet loss"
		done'
		in_r2 ping -q -c 1 -W 5 "$(inner "$inside" 1)"
		count=$((count + 4))
	done
	seki_saw $count
	xfrm_saw $count
}

# hex N [SEED]: N octets of a key that nobody else has
hex() {
	local i out='' seed=${2:-1}
	for ((i = 0; i < $1; i++)); do
		printf -v out '%s%02x' "$out" $(((i * 7 + seed * 31 + 3) % 256))
	done
	echo "$out"
}

# sa_pair SPI_1TO2 SPI_2TO1 SA-NEW-ATTRIBUTES...: both directions, both ends
sa_pair() {
	local forth=$1 back=$2
	shift 2
	manual_r1 - <<-END
	sa-new dev tunnel0 direction in spi $back $*
	sa-new dev tunnel0 direction out spi $forth $*
	END
	manual_r2 - <<-END
	sa-new dev tunnel0 direction in spi $forth $*
	sa-new dev tunnel0 direction out spi $back $*
	END
}

gcm() { echo "encr 20 encr-key $(hex 20)"; }
xfrm_gcm() { echo "aead 'rfc4106(gcm(aes))' 0x$(hex 20) 128"; }

# sa_field NAMESPACE DIRECTION FIELD: of the newest SA
sa_field() {
	ip netns exec "$1" "$manual" list dev tunnel0 direction "$2" | tail -n 1 |
		python3 -c "import json,sys; print(json.load(sys.stdin)$3)"
}

# drops NAMESPACE REASON [DEVICE]: the device's counter
drops() {
	ip netns exec "$1" ethtool -S "${3:-tunnel0}" | awk -v name="drop-$2:" '$1 == name { print $2 }'
}

# drops_only REASON NUMBER COMMAND...: the command adds so many to that counter
# of r1's and none to another
drops_only() {
	local why=$1 number=$2 device=${drops_device:-tunnel0} before after
	shift 2
	before=$(in_r1 ethtool -S "$device" | awk '/drop-/ { print $1, $2 }')
	"$@"
	after=$(awk -v why="drop-$why:" -v number="$number" \
		'{ print $1, $1 == why ? $2 + number : $2 }' <<<"$before")
	wait_for 5 eval '[ "$(in_r1 ethtool -S $device | awk "/drop-/ { print \$1, \$2 }")" = "$after" ]' ||
		{ diff <(echo "$after") <(in_r1 ethtool -S "$device" | awk '/drop-/ { print $1, $2 }'); return 1; }
}

# "set -e" does not mind a "!".
fails() { ! "$@"; }

# path_mtu FAMILY [MTU]: what r1's route to r2 says
path_mtu() {
	local mtu=${2:+mtu $2}
	if [ "$1" -eq 6 ]; then
		ip -n r1 -6 route change fd00::/64 dev e0 proto kernel metric 256 $mtu
	else
		ip -n r1 route change 10.0.0.0/24 dev e0 src 10.0.0.1 $mtu
	fi
}

ping_through() { in_r1 ping -q -c "${1:-3}" -i 0.1 -W 5 "${2:-172.16.0.2}"; }

# capture FILE COUNT FILTER COMMAND...: so many packets on r1's wire meanwhile
capture() {
	local file=$1 count=$2 filter=$3 pid
	shift 3
	ip netns exec r1 timeout 120 tcpdump --immediate-mode -U -c "$count" -i "${capture_device:-e0}" \
		-w "$file" "$filter" 2>"$ktap_tmp/tcpdump" &
	pid=$!
	wait_for 10 grep -q 'listening on' "$ktap_tmp/tcpdump"
	"$@"
	wait $pid
}

# background NAMESPACE FILE WORD COMMAND...: starts it with output to FILE and
# waits for the word there; it ends with the test at the latest
background() {
	local namespace=$1 file=$2 word=$3
	shift 3
	trap stop_background EXIT
	ip netns exec "$namespace" "$@" >"$file" 2>&1 &
	echo $! >>"$ktap_tmp/background"
	wait_for 60 grep -q "$word" "$file"
}

stop_background() {
	# shellcheck disable=SC2046
	[ ! -e "$ktap_tmp/background" ] || kill $(cat "$ktap_tmp/background") 2>/dev/null || :
	rm -f "$ktap_tmp/background"
}

# start_forger SCRIPT ARGUMENT...: in r2; "cases NAME" lets it send then.  A packet from
# an address that is not r2's makes it ask for no neighbour.
start_forger() {
	neighbours
	[ -e "$ktap_tmp/forge-in" ] || mkfifo "$ktap_tmp/forge-in" "$ktap_tmp/forge-out"
	exec {forge_in}<>"$ktap_tmp/forge-in" {forge_out}<>"$ktap_tmp/forge-out"
	ip netns exec r2 python3 tests/netns/"$1" "${@:2}" <&"$forge_in" >&"$forge_out" &
	forger=$!
}
cases() { echo "$1" >&"$forge_in" && read -r -t 60 <&"$forge_out"; }
stop_forger() {
	kill $forger
	exec {forge_in}>&- {forge_out}>&-
}

# Data across, compared at the other end: transfer put|get|udp ADDRESS BYTES
start_server() {
	ip netns exec r2 python3 tests/netns/transfer.py serve >"$ktap_tmp/server" &
	server=$!
	wait_for 60 grep -q ready "$ktap_tmp/server"
}
stop_server() { kill "$server"; }
transfer() { in_r1 timeout 120 python3 tests/netns/transfer.py "$@"; }

# Policies instead of tunnels: r1's are seki's, r2's are XFRM's.

# host_policy FAMILY ATTRIBUTES...: all between the hosts, in transport mode; sets
# $policy
host_policy() {
	local family=$1 bits=32
	shift
	[ "$family" -eq 4 ] || bits=128
	policy=$(manual_r1 policy-new dev e0 mode transport \
		src "$(outer "$family" 1)" src-len $bits dst "$(outer "$family" 2)" dst-len $bits \
		local "$(outer "$family" 1)" remote "$(outer "$family" 2)" "$@" | grep -o '[0-9]*')
	[ -n "$policy" ]
}

# policy_drops ID REASON
policy_drops() {
	manual_r1 policies | python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
row = [r for r in rows if r["id"] == int(sys.argv[1])][0]
print(row.get("drops", {}).get(sys.argv[2], 0))' "$1" "$2"
}

# sa_counts REASON NUMBER COMMAND...: so many more drops at r1's inbound SA
sa_drops() { manual_r1 list direction in | grep -o "\"$1\":[0-9]*" | cut -d: -f2; }
sa_counts() {
	local before
	before=$(sa_drops "$1")
	"${@:3}"
	wait_for 5 eval "[ \"\$(sa_drops $1)\" = $((before + $2)) ]" || { manual_r1 list; return 1; }
}

# only_through FILTER...: r2's wire drops all but these and what finds neighbours
# (no sets in one: nf_tables walks them in a way that lockdep reports)
only_through() {
	local filters
	printf -v filters '%s counter accept\n' "$@"
	ip netns exec r2 nft -f - <<-END
	table netdev wire
	delete table netdev wire
	table netdev wire {
		chain in {
			type filter hook ingress device e0 priority 0; policy accept;
			ether type arp accept
			icmpv6 type nd-neighbor-solicit accept
			icmpv6 type nd-neighbor-advert accept
			meta ipsec exists accept comment "XFRM's, who comes by again"
			$filters
			counter drop
		}
	}
	END
}

anything_through() { ip netns exec r2 nft delete table netdev wire; }

# neighbours: for ever, so that no policy can stop them from being found
neighbours() {
	local me mac
	for me in 1 2; do
		mac=$(ip -n r$me -j link show e0 | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["address"])')
		ip -n r$((3 - me)) neigh replace "$(outer 6 $me)" lladdr "$mac" dev e0 nud permanent
		ip -n r$((3 - me)) neigh replace "$(outer 4 $me)" lladdr "$mac" dev e0 nud permanent
	done
}
